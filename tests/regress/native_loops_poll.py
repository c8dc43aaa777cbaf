# Native loops that call functions without loops: signals are handled, and other threads run.
import functools
import io
import itertools
import signal
import threading


class Stop(Exception):
    pass


def stop(*args):
    raise Stop


signal.signal(signal.SIGALRM, stop)


class Text:  # never a newline
    closed = False
    def read1(self, n): return b'a'
    def readable(self): return True
    def writable(self): return False
    def seekable(self): return False
    def flush(self): pass
    def close(self): pass


class Raw(io.RawIOBase):
    def readable(self): return True

    def readinto(self, b):
        b[0:1] = b'a'
        return 1


def endless():
    yield lambda: io.TextIOWrapper(Text()).readline()
    yield lambda: Raw().readline()
    yield lambda: functools.reduce(lambda a, b: a, itertools.repeat(1))
    yield lambda: max(itertools.repeat(1), key=lambda x: x)


for f in endless():
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        f()
    except Stop:
        continue
    raise AssertionError

done = []
t = threading.Thread(target=done.append, args=(1,))


def wait(self, n):
    if done: raise Stop
    return b'a'


Text.read1 = wait
t.start()
try:
    io.TextIOWrapper(Text()).readline()
except Stop:
    pass
t.join()
