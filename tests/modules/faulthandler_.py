# faulthandler: call stacks on request, at a signal, after a time, and when the process crashes.
import faulthandler
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), e
    else:
        assert False, (f, args)


def captured(f):
    with tempfile.TemporaryFile('w+') as file:
        f(file)
        file.seek(0)
        return file.read()


def inner(file, **kw):
    faulthandler.dump_traceback(file, **kw)


text = captured(lambda f: inner(f, all_threads=False))
lines = text.splitlines()
assert lines[0] == 'Stack (most recent call first):'
assert re.fullmatch(r'  File ".*", line \d+ in inner', lines[1])
assert lines[2].endswith('in <lambda>') and lines[-1].endswith('in <module>')

stop = threading.Event()
th = threading.Thread(target=stop.wait, name='waiter')
th.start()
text = captured(inner)
assert re.search(r'^Thread 0x[0-9a-f]{16} \[waiter\] \(most recent call first\):$', text, re.M), text
assert re.search(r'^Current thread 0x[0-9a-f]{16}', text, re.M)
stop.set()
th.join()

# Names that are long, or not printable.
exec('def %s(f): faulthandler.dump_traceback(f, all_threads=False)' % ('x' * 600))
assert 'in ' + 'x' * 500 + '...\n' in captured(globals()['x' * 600])
exec('def f\xe9\u4f60(f): faulthandler.dump_traceback(f, all_threads=False)')
assert 'in f\\xe9\\u4f60\n' in captured(globals()['f\xe9\u4f60'])


def deep(n, file):
    if n:
        deep(n - 1, file)
    else:
        faulthandler.dump_traceback(file, all_threads=False)


assert captured(lambda f: deep(120, f)).count('in deep') == 100

# Arguments.
raises(ValueError, 'file is not a valid file descriptor', faulthandler.dump_traceback, -1)
raises(AttributeError, "'str' object has no attribute 'fileno'", faulthandler.dump_traceback, 'x')
raises(RuntimeError, 'signal 11 cannot be registered, use enable() instead', faulthandler.register, 11)
raises(ValueError, 'signal number out of range', faulthandler.unregister, 0)
raises(ValueError, 'timeout must be greater than 0', faulthandler.dump_traceback_later, 0)
saved, sys.stderr = sys.stderr, None
raises(RuntimeError, 'sys.stderr is None', faulthandler.enable)
sys.stderr = saved

# A signal, with and without the handler that was there before.
called = []
signal.signal(signal.SIGUSR1, lambda *a: called.append(1))
for chain in False, True:
    def send(file):
        faulthandler.register(signal.SIGUSR1, file, all_threads=False, chain=chain)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert faulthandler.unregister(signal.SIGUSR1)
    text = captured(send)
    assert 'in send' in text and text.startswith('Stack'), text
    assert len(called) == chain
assert not faulthandler.unregister(signal.SIGUSR1)
faulthandler.cancel_dump_traceback_later()

# After a time. The process would end with status 1.
code = '''
import faulthandler, threading
def forever(): threading.Event().wait()
faulthandler.dump_traceback_later(.01, exit=True)
forever()
'''
p = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
assert p.returncode == 1
assert p.stderr.startswith('Timeout (0:00:00.010000)!\nThread 0x'), p.stderr
assert 'line 3 in forever\n' in p.stderr


def crash(call, *options, **env):
    code = 'import faulthandler\n%s\ndef f():\n  faulthandler.%s\nf()' % ('' if options or env else 'faulthandler.enable()', call)
    p = subprocess.run([sys.executable, *options, '-c', code], capture_output=True, text=True, env=dict(os.environ, **env))
    assert p.returncode < 0 or 'AddressSanitizer' in p.stderr, p
    return p.stderr


assert not faulthandler.is_enabled()
for call, words in {'_sigsegv()': 'Segmentation fault', '_sigsegv(True)': 'Segmentation fault', '_sigfpe()': 'Floating-point exception',
                    '_sigabrt()': 'Aborted'}.items():
    text = crash(call)
    assert re.match('Fatal Python error: ' + words + r'\n\nCurrent thread 0x[0-9a-f]+ .*\n  File "<string>", line 4 in f\n'
                    r'  File "<string>", line 5 in <module>\n\nCurrent thread\'s C stack trace', text), text
assert 'line 4 in f' in crash('_sigsegv()', '-X', 'faulthandler')
assert 'line 4 in f' in crash('_sigsegv()', PYTHONFAULTHANDLER='1')
