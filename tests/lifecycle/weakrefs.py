# Weak references: dead after del and gc.collect(), callbacks, the containers of the weakref module, referents in cycles.
import gc
import weakref


class Thing:
    def __init__(self, name='thing'):
        self.name = name

    def method(self):
        return self.name

    def __repr__(self):
        return f'Thing({self.name})'


def collect():
    gc.collect()


t = Thing()
r = weakref.ref(t)
assert r() is t and weakref.ref(t) is r and weakref.getweakrefcount(t) == 1 and weakref.getweakrefs(t) == [r]
del t
collect()
assert r() is None and 'dead' in repr(r)

# Callbacks get the reference; one callback each; the last made is called first.
log = []
t = Thing()
r1 = weakref.ref(t, lambda ref: log.append((1, ref() is None)))
r2 = weakref.ref(t, lambda ref: log.append((2, ref() is None)))
assert r1 is not r2
del t
collect()
assert sorted(log) == [(1, True), (2, True)]

# A reference that dies first calls nothing.
log.clear()
t = Thing()
r = weakref.ref(t, log.append)
del r
collect()
del t
collect()
assert log == []

# Dictionaries and sets.
values = weakref.WeakValueDictionary()
keys = weakref.WeakKeyDictionary()
things = weakref.WeakSet()
kept = Thing('kept')
gone = Thing('gone')
for x in (kept, gone):
    values[x.name] = x
    keys[x] = x.name
    things.add(x)
assert len(values) == len(keys) == len(things) == 2
del gone, x
collect()
assert list(values) == ['kept'] and list(keys.values()) == ['kept'] and list(things) == [kept]
assert values.get('gone') is None and 'gone' not in values

# Bound methods, proxies, finalize.
wm = weakref.WeakMethod(kept.method)
assert wm()() == 'kept'
p = weakref.proxy(kept)
assert p.name == 'kept' and p.method() == 'kept'
log.clear()
fin = weakref.finalize(kept, log.append, 'finalized')
assert fin.alive
del kept
collect()
assert wm() is None and log == ['finalized'] and not fin.alive and fin() is None
try:
    p.name
except ReferenceError as e:
    assert str(e) == 'weakly-referenced object no longer exists'
else:
    assert False

# In cycles: the reference is cleared before the cycle goes; callbacks of references outside run, those inside do not.
log.clear()
a, b = Thing('a'), Thing('b')
a.other, b.other = b, a
a.inside = weakref.ref(b, lambda ref: log.append('inside'))
outside = weakref.ref(b, lambda ref: log.append('outside'))
del a, b
collect()
assert outside() is None and log == ['outside'], log

# Referenced from a frame only: alive as long as the frame.


def frame(ref):
    x = Thing('local')
    ref.append(weakref.ref(x))
    collect()
    assert ref[0]() is x
    return ref


ref = frame([])
collect()
assert ref[0]() is None

# Functions, classes, generators, sets can be referenced; ints and tuples cannot.


def gen():
    yield


for make in (lambda: (lambda: 1), lambda: type('T', (), {}), gen, set, lambda: frozenset([1])):
    x = make()
    r = weakref.ref(x)
    assert r() is x
    del x
    collect()
    assert r() is None, make
for x in (1, 'a', (), [], {}):
    try:
        weakref.ref(x)
    except TypeError as e:
        assert str(e) == f"cannot create weak reference to '{type(x).__name__}' object"
    else:
        assert False

# Equality and hash: by referent while alive, by identity after; the hash is remembered.
t, u = Thing(), Thing()
r, s = weakref.ref(t), weakref.ref(u)
assert r != s and hash(r) == hash(t) and weakref.ref(t) == r
h = hash(r)
del t, u
collect()
assert r != s and r == r and hash(r) == h


class Slotted:
    __slots__ = ('a', '__weakref__')


x = Slotted()
r = weakref.ref(x)
x.a = x
del x
collect()
assert r() is None


class Sub(weakref.ref):
    pass


t = Thing()
s = Sub(t)
s.note = 1
assert s() is t and s.note == 1 and s is not weakref.ref(t)
