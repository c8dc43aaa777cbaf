# Arguments that once crashed natives.
import array
import marshal
import os
import resource
import select
import signal
import ssl
import threading
import time


def refuses(error, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except error:
        return
    raise AssertionError(f'{f} took {args} {kwargs}')


c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
refuses(TypeError, c.set_psk_server_callback, len, 5)
refuses(TypeError, c.set_psk_server_callback, len, identity_hint=object())

# Ids that are no thread's; the C library would follow them as pointers.
for bad in (1, True, 2**62):
    refuses(ProcessLookupError, time.pthread_getcpuclockid, bad)
    refuses(ProcessLookupError, signal.pthread_kill, bad, 0)
time.clock_gettime(time.pthread_getcpuclockid(threading.get_ident()))
event = threading.Event()
t = threading.Thread(target=event.wait)
t.start()
signal.pthread_kill(t.ident, 0)
time.clock_gettime(time.pthread_getcpuclockid(t.ident))
event.set()
t.join()
refuses(ProcessLookupError, signal.pthread_kill, t.ident, 0)


# Numbers whose __index__ shortens the array.
class Shortens:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        del numbers[1:]
        return self.value


for value in 5, 9, -1:
    numbers = array.array('i', range(10))
    refuses(IndexError, numbers.__delitem__, Shortens(value))
    numbers = array.array('i', range(10))
    refuses(IndexError, numbers.__setitem__, Shortens(value), 1)
    numbers = array.array('i', range(10))
    refuses(IndexError, numbers.__setitem__, value, Shortens(1))
    numbers = array.array('i', range(1000))
    refuses(IndexError, numbers.fromlist, [1, Shortens(value), 2, Shortens(value)])
    assert numbers.tolist() == [0]

# More memory than there is.
refuses((MemoryError, OSError), select.epoll().poll, 0, 2**31 - 1)
try:
    import _zstd
except ImportError:
    pass
else:
    refuses(MemoryError, _zstd.train_dict, b'abc', (3,), 2**62)
    refuses(MemoryError, _zstd.finalize_dict, b'abc', b'abc', (3,), 2**62, 1)


# A reader that shortens the buffer it is to fill.
class Reader:
    def read(self, n):
        return b''

    def readinto(self, buffer):
        n = len(buffer)
        if n > 1:
            try: buffer.clear()
            except (AttributeError, BufferError): pass
        else:
            buffer[:] = b's' if n else b''
        return n


try:
    marshal.load(Reader())
except (EOFError, ValueError):
    pass

# A super object that was never initialized.
s = super.__new__(super)
assert s.__get__(1) is s
refuses(AttributeError, getattr, s, 'x')

# Digits for which there is no memory. (AddressSanitizer needs address space without a limit.)
if os.environ.get('KAA_TEST_PRESET') != 'asan':
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    refuses(MemoryError, '%.2147483647d'.__mod__, 1)
