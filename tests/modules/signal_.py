# Signals: handlers, masks, timers, interrupted calls.
import os, signal, socket, time


def error(f, *args):
    try:
        f(*args)
    except BaseException as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


seen = []
def handler(num, frame):
    seen.append((num, frame is not None))

assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.signal(signal.SIGUSR1, handler) == signal.SIG_DFL and signal.getsignal(signal.SIGUSR1) is handler
signal.raise_signal(signal.SIGUSR1)
assert seen == [(10, True)]
os.kill(os.getpid(), signal.SIGUSR1)
assert len(seen) == 2
assert error(signal.raise_signal, signal.SIGINT)[0] == "KeyboardInterrupt"
assert error(signal.signal, 99, handler) == ("ValueError", "signal number out of range")
assert error(signal.signal, 2, 5) == ("TypeError", "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
assert error(signal.signal, 9, handler) == ("OSError", "[Errno 22] Invalid argument")
# masks
old = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
signal.raise_signal(signal.SIGUSR1)
assert len(seen) == 2 and signal.sigpending() == {signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_SETMASK, old)
assert len(seen) == 3
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.kill(os.getpid(), signal.SIGUSR1)
assert signal.sigwait([signal.SIGUSR1]) == signal.SIGUSR1
assert signal.sigtimedwait([signal.SIGUSR1], 0) is None
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
# a loop is interrupted, a call goes on
signal.signal(signal.SIGALRM, handler)
del seen[:]
signal.setitimer(signal.ITIMER_REAL, 0.05)
t = time.monotonic()
while not seen and time.monotonic() - t < 5:
    pass
assert seen == [(14, True)]
del seen[:]
r, w = os.pipe()
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
t = time.monotonic()
time.sleep(0.3)
assert time.monotonic() - t >= 0.3 and len(seen) >= 3
signal.setitimer(signal.ITIMER_REAL, 0.05)
def feed(*args):
    os.write(w, b"x")
signal.signal(signal.SIGALRM, feed)
assert os.read(r, 1) == b"x"
def fail(*args):
    1 / 0
signal.signal(signal.SIGALRM, fail)
signal.setitimer(signal.ITIMER_REAL, 0.05)
assert error(os.read, r, 1)[0] == "ZeroDivisionError"
assert error(signal.setitimer, 99, 1)[0] == "ItimerError" and signal.ItimerError.__module__ == "signal"
# wakeup descriptor
a, b = socket.socketpair()
assert error(signal.set_wakeup_fd, b.fileno()) == ("ValueError", "the fd %d must be in non-blocking mode" % b.fileno())
b.setblocking(False)
signal.set_wakeup_fd(b.fileno())
signal.raise_signal(signal.SIGUSR1)
assert a.recv(10) == bytes([signal.SIGUSR1]) and signal.set_wakeup_fd(-1) == b.fileno()
assert signal.strsignal(2) == "Interrupt" and signal.Signals(2) is signal.SIGINT
