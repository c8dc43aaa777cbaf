# A file that becomes shorter than what is mapped of it: using the rest raises OSError, whoever uses it, and the process lives.
import array
import errno
import faulthandler
import hashlib
import mmap
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

PAGE = mmap.PAGESIZE
PAGES = 600
handle, name = tempfile.mkstemp()
os.close(handle)


def fill():
    with open(name, 'wb') as f: f.write(b'abcdefgh' * (PAGE // 8) * PAGES)


def mapped(**options):
    fill()
    with open(name, 'r+b') as f: return mmap.mmap(f.fileno(), 0, **options)


def lost(f, *args):
    # The loop is where the thread attends to what has happened, if the function does not.
    try:
        r = f(*args)
        for _ in range(3): pass
    except OSError as e:
        assert e.errno == errno.EFAULT and 'mapped' in str(e), e
        return
    raise AssertionError(f'{f} answers {r!r:.50}')


def shorten(size=PAGE): os.truncate(name, size)


# The methods of mmap raise at once, and leave the position.
m = mapped()
m.seek(PAGE)
shorten()
assert m[:8] == b'abcdefgh' and m[PAGE - 1] == ord('h')
for f, *args in [(m.__getitem__, PAGE), (m.__getitem__, -1), (m.__getitem__, slice(None)), (m.__getitem__, slice(0, None, 7)), (m.__setitem__, PAGE * 3, 1), (m.__setitem__, slice(PAGE, PAGE + 3), b'abc'),
                 (m.__setitem__, slice(PAGE, PAGE + 6, 2), b'abc'), (m.read,), (m.read, 1), (m.read_byte,), (m.readline,), (m.write, b'x'), (m.write_byte, 1), (m.find, b'x'), (m.rfind, b'zz'), (m.move, 0, PAGE, 8), (m.move, PAGE, 0, 8), (list, m)]:
    try:
        f(*args)
    except OSError as e:
        assert e.errno == errno.EFAULT
    else: raise AssertionError(f)
    assert m.tell() == PAGE
assert m[8:16] == b'abcdefgh' and m[:8] == bytes(8)     # move() put there what it read

# Native code of other modules.
view = memoryview(m)
shorts = view.cast('H')
for f, *args in [(bytes, m), (bytearray, m), (bytes, view), (view.tobytes,), (view.hex,), (view.tolist,), (view.__getitem__, PAGE), (shorts.__getitem__, PAGE), (view.__setitem__, PAGE, 1), (view[PAGE:].__eq__, memoryview(bytes(len(m) - PAGE))),
                 (re.search, b'zz', m), (re.findall, b'[xyz]+', view), (struct.unpack_from, '<Q', m, PAGE), (struct.pack_into, '<Q', m, PAGE, 1), (hashlib.sha256, m), (hashlib.md5, view), (zlib.crc32, m), (zlib.compress, m),
                 (b''.join, [view]), (array.array('B').frombytes, m), (int.from_bytes, view), (b'abc'.__contains__, view[-3:]), (str, view, 'latin-1'), (view.count, 255), (b'x'.__add__, view)]:
    lost(f, *args)
# The kernel says so itself.
try:
    os.write(1, view[PAGE:PAGE * 2])
except OSError as e: assert e.errno == errno.EFAULT

# What comes back is there again.
with open(name, 'r+b') as f:
    f.truncate(PAGE * 2)
    f.seek(PAGE)
    f.write(b'again')
assert m[PAGE:PAGE + 5] == b'again' and bytes(view[PAGE:PAGE + 5]) == b'again'
m[PAGE:PAGE + 3] = b'AGA'
lost(m.__getitem__, PAGE * 2)
m.flush(0, PAGE)
shorts.release()
view.release()
assert open(name, 'rb').read()[PAGE:PAGE + 5] == b'AGAin'
m.resize(PAGE * 4)
assert m[PAGE:PAGE + 5] == b'AGAin' and m[PAGE * 4 - 1] == 0 and len(m) == os.path.getsize(name)
m.close()

# Other kinds of mappings.
for options in [{'access': mmap.ACCESS_READ}, {'access': mmap.ACCESS_COPY}, {'flags': mmap.MAP_PRIVATE}, {'offset': PAGE}]:
    m = mapped(**options)
    shorten()
    for _ in range(3): lost(m.__getitem__, -1)
    lost(hashlib.sha1, m)
    assert options.get('offset') or m[:8] == b'abcdefgh'
    m.close()
# No descriptor is kept: zeros from then on.
m = mapped(trackfd=False)
shorten()
lost(m.__getitem__, PAGE * 2)
assert m[PAGE * 2] == 0 and m[:8] == b'abcdefgh'
lost(m.__getitem__, PAGE)
m.close()

# Threads: the one that touches the memory gets the exception. hashlib works without the lock.
m = mapped()
shorten()
results = []


def work():
    for _ in range(20):
        try:
            hashlib.sha256(m)
            for _ in range(3): pass
        except OSError: results.append(1)
        else: results.append(0)


threads = [threading.Thread(target=work) for _ in range(4)]
for x in threads: x.start()
for _ in range(20000): assert m[0] == 97
for x in threads: x.join()
assert results == [1] * 80, results
m.close()

# Beside other handlers of the signal, in whatever order, and in a forked child.
for order in range(4):
    came = []
    if order == 0: signal.signal(signal.SIGBUS, lambda *a: came.append(1))
    if order == 1: faulthandler.enable()
    m = mapped()
    if order == 2: faulthandler.enable()
    if order == 3: signal.signal(signal.SIGBUS, lambda *a: came.append(1))
    shorten()
    lost(m.__getitem__, -1)
    faulthandler.disable()
    lost(m.__getitem__, -1)
    assert not came
    if order in (0, 3):
        os.kill(os.getpid(), signal.SIGBUS)
        assert came == [1]
        signal.signal(signal.SIGBUS, signal.SIG_DFL)
        lost(m.__getitem__, -1)
    pid = os.fork()
    if not pid:
        try:
            lost(m.__getitem__, -1)
            os._exit(17)
        finally: os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 17
    m.close()

# What has nothing to do with a mapping ends the process as before, and says so.
for before in ['', 'import faulthandler; faulthandler.enable(); ']:
    for after in ['', 'import faulthandler; faulthandler.enable(); ']:
        r = subprocess.run([sys.executable, '-c', f'import mmap, os, signal, resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n{before}\nf = open({name!r}, "r+b"); m = mmap.mmap(f.fileno(), 0)\n{after}\nos.kill(os.getpid(), signal.SIGBUS)'], capture_output=True, text=True,
                           env={**os.environ, 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':handle_sigbus=0'})
        assert r.returncode == -signal.SIGBUS, r
        assert ('Fatal Python error: Bus error' in r.stderr) == bool(before or after), r.stderr
os.unlink(name)
