# In a garbage cycle an owner's __del__ runs before what it owns is closed, objects made in Python die in the order in which they were made, and what was written to
# files is not lost (CPython loses it when the cycle is young).
import gc
import os
import socket
import tempfile
import weakref

gc.disable()
log = []


class Owner:
    def __init__(self, kind):
        if kind == 'socket':
            self.x = socket.socket()
            self.ok = lambda: self.x.fileno() != -1
        elif kind == 'file':
            self.x = open('/dev/null', 'w')
            self.ok = lambda: not self.x.closed
        elif kind == 'generator':
            def g():
                try:
                    yield
                finally:
                    log.append('closed')
            self.x = g()
            next(self.x)
            self.ok = lambda: self.x.gi_frame is not None
        elif kind == 'owner':
            self.x = Owner('file')
            self.ok = lambda: self.x.ok()
        self.kind = kind

    def __del__(self):
        log.append((self.kind, self.ok()))


for generation in (0, 2):
    for kind in ('socket', 'file', 'generator', 'owner'):
        Owner(kind)
        gc.collect(generation)
expected = [('socket', True), ('file', True), ('generator', True), 'closed', ('owner', True), ('file', True)]
assert log == expected * 2, log


# In the order in which they were made.
class N:
    def __init__(self, i):
        self.i = i

    def __del__(self):
        log.append(self.i)


class Slots(N):
    __slots__ = ('p', 'q', 'r', 's')


for generation in (0, 1, 2):
    for classes in ((N,), (N, Slots)):
        log.clear()
        several = [classes[i % len(classes)](i) for i in range(12)]
        for i, n in enumerate(several):
            n.others = several
        del several, n
        gc.collect(generation)
        assert log == list(range(12)), (generation, log)


# So are callbacks of weak references called.
class W:
    pass


log.clear()
several = [W() for i in range(12)]
refs = [weakref.ref(w, lambda r, i=i: log.append(i)) for i, w in enumerate(several)]
for w in several:
    w.others = several
del several, w
gc.collect()
assert log == list(range(12)), log

# An old owner is told before what is native.
log.clear()
owners = [Owner('socket') for i in range(5)]
for _ in range(3):
    gc.collect()
del owners
gc.collect()
assert log == [('socket', True)] * 5, log

# Whatever the age: text, buffer and file are closed in this order, and a generator that writes at its end finds its file open.
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'f')

    def writer(f):
        try:
            yield
        finally:
            f.write('end')

    for old in (False, True):
        for mode, text in (('w', 'abc'), ('wb', b'abc')):
            f = open(path, mode)
            f.write(text)
            cycle = {'f': f}
            cycle['cycle'] = cycle
            if old:
                gc.collect()
                gc.collect()
            del f, cycle
            gc.collect()
            assert os.path.getsize(path) == 3, (old, mode)
        f = open(path, 'w')
        g = writer(f)
        next(g)
        cycle = [f, g]
        cycle.append(cycle)
        if old:
            gc.collect()
            gc.collect()
        del f, g, cycle
        gc.collect()
        assert os.path.getsize(path) == 3, old
print('ok')
