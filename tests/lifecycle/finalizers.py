# __del__: once for each object, in cycles, resurrection, exceptions inside, order in a chain, what it can see.
import gc
import sys

log = []


class Loud:
    def __init__(self, name, **kw):
        self.name = name
        self.__dict__.update(kw)

    def __del__(self):
        log.append(self.name)


def settle():
    gc.collect()
    out = log[:]
    log.clear()
    return out


x = Loud('del')
del x
assert settle() == ['del']
x = Loud('rebound')
x = None
assert settle() == ['rebound']


def leave():
    local = Loud('local')
    return 1


leave()
assert settle() == ['local']
Loud('discarded')
assert settle() == ['discarded']

# From containers and attributes.
box = [Loud('item'), Loud('popped')]
box.pop()
assert settle() == ['popped']
box[0] = 1
assert settle() == ['item']
d = {'k': Loud('value')}
d['k'] = 2
assert settle() == ['value']
owner = Loud('owner', part=Loud('part'))
owner.part = None
assert settle() == ['part']

# An owner's finalizer runs before its parts': it can still use them.


class Owner:
    def __init__(self):
        self.part = Loud('inner')

    def __del__(self):
        log.append('owner sees ' + self.part.name)


o = Owner()
del o
gc.collect()
assert settle() == ['owner sees inner', 'inner']

# Cycles: every member's finalizer runs, once.
a, b = Loud('a'), Loud('b')
a.other, b.other = b, a
del a, b
assert sorted(settle()) == ['a', 'b'] and settle() == []
s = Loud('self')
s.me = s
del s
assert settle() == ['self']

# Resurrection: the object lives on, its finalizer does not run again.
saved = []


class Lazarus:
    def __init__(self):
        self.data = [1, 2]

    def __del__(self):
        log.append('died')
        saved.append(self)


x = Lazarus()
del x
assert settle() == ['died'] and len(saved) == 1 and saved[0].data == [1, 2]
saved.clear()
assert settle() == []

# Resurrection out of a cycle keeps the whole cycle usable.
x = Lazarus()
x.friend = Lazarus()
x.friend.friend = x
del x
assert settle() == ['died', 'died']
assert len(saved) == 2 and saved[0].friend.friend is saved[0] and saved[1].data == [1, 2]
saved.clear()
assert settle() == []

# An exception in __del__ is reported, and nothing else happens.


class Broken:
    def __del__(self):
        raise ValueError('in del')


caught = []
sys.unraisablehook, hook = lambda u: caught.append((u.exc_type, str(u.exc_value))), sys.unraisablehook
x = Broken()
del x
gc.collect()
sys.unraisablehook = hook
assert caught == [(ValueError, 'in del')]
del caught

# __del__ may make garbage with finalizers of its own, and run a collection.


class Chain:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)
        if self.n:
            Chain(self.n - 1)
        gc.collect()


x = Chain(3)
del x
for _ in range(4):
    gc.collect()
assert settle() == [3, 2, 1, 0]

# The exception being handled is not disturbed by finalizers.
try:
    raise KeyError('outer')
except KeyError as e:
    x = Broken2 = None

    class Quiet:
        def __del__(self):
            try:
                raise ValueError
            except ValueError:
                log.append('quiet')
    x = Quiet()
    del x
    gc.collect()
    assert sys.exception() is e
assert settle() == ['quiet']

# Subclasses inherit __del__; one set on the class later, and a class attribute only, count as well.


class Sub(Loud):
    pass


x = Sub('sub')
del x
assert settle() == ['sub']


class Late:
    pass


Late.__del__ = lambda self: log.append('late')
x = Late()
del x
assert settle() == ['late']

# Many: each exactly once.


class Counted:
    n = 0

    def __del__(self):
        Counted.n += 1


for i in range(20_000):
    c = Counted()
    if i % 3 == 0:
        c.me = c
del c
gc.collect()
gc.collect()
assert Counted.n == 20_000, Counted.n
