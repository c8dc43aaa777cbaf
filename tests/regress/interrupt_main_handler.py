# _thread.interrupt_main() is as if the signal had come: the handler that is set runs.
import _thread
import signal

seen = []
old = signal.signal(signal.SIGINT, lambda *a: seen.append(a[0]))
_thread.interrupt_main()
for _ in range(3):
    pass
assert seen == [signal.SIGINT], seen
signal.signal(signal.SIGUSR1, lambda *a: seen.append(a[0]))
_thread.interrupt_main(signal.SIGUSR1)
for _ in range(3):
    pass
assert seen == [signal.SIGINT, signal.SIGUSR1], seen
signal.signal(signal.SIGINT, signal.SIG_IGN)
_thread.interrupt_main()
for _ in range(3):
    pass
signal.signal(signal.SIGINT, old)
try:
    _thread.interrupt_main()
    for _ in range(3):
        pass
except KeyboardInterrupt:
    pass
else:
    assert False
try:
    _thread.interrupt_main(-1)
except ValueError as e:
    assert 'signal number out of range' in str(e)
