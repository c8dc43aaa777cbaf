# A dead generator's memory serves the next call of the same function (runtime/zombies.cpp): nothing of its life before may show, and what an unstarted
# generator holds is counted from birth.
import gc
import sys
import types
import warnings
import weakref

try:
    import kaa
except ImportError:  # another Python
    class kaa:
        reconcile = staticmethod(gc.collect)

        @staticmethod
        def verify():
            return True


class Thing:
    pass


def gen(a, b=None):
    x = yield a
    yield (x, b)


def fill(function, *args):
    """Leaves dead generators of the function's code behind."""
    for _ in range(50):
        function(*args)
    kaa.reconcile()


# ---- what another life has left
fill(gen, 1)
g = gen(1)
g.__name__ = 'other'
g.__qualname__ = 'some.other'
frame = g.gi_frame
frame.f_trace_opcodes = True
del g, frame
kaa.reconcile()
kept = [gen(i) for i in range(200)]
assert all(g.__name__ == 'gen' and g.__qualname__ == 'gen' for g in kept)
assert all(g.gi_frame.f_trace_opcodes is False and g.gi_frame.f_back is None and g.gi_running is False and g.gi_yieldfrom is None for g in kept)
assert [next(g) for g in kept] == list(range(200))
del kept

# ---- suspended while it handled an exception
def handling(a):
    try:
        raise KeyError(a)
    except KeyError:
        yield 1
    yield 2


def raising():
    yield 0
    raise ValueError


for _ in range(100):
    next(handling(1))
kaa.reconcile()
for _ in range(100):
    g = handling(2)
    next(g)
    assert sys.exception() is None
    del g
kaa.reconcile()


def plain(a):
    yield sys.exception()


for make in (plain, handling):
    fill(make, 1)
assert [next(plain(1)) for _ in range(100)] == [None] * 100

# ---- closures share code; a function of the same code can have another name
def outer(n):
    def inner(k):
        yield n + k
    return inner


functions = [outer(i) for i in range(50)]
fill(functions[0], 1)
made = [f(1) for f in functions]
assert [next(g) for g in made] == list(range(1, 51))
named = types.FunctionType(functions[3].__code__, globals(), 'named', None, functions[3].__closure__)
assert named(1).__name__ == 'named' and next(named(2)) == 5
renamed = outer(1)
renamed.__name__ = 'renamed'
assert [renamed(1).__name__ for _ in range(100)] == ['renamed'] * 100
assert all(g.__name__ == 'inner' for g in [functions[1](1) for _ in range(100)])

# ---- __code__ of the function changes while its generators live
def first(a):
    yield ('first', a)


def second(a, b=None, c=None, d=None):
    e = f = h = a
    yield ('second', e, f, h, b, c, d)


fill(first, 1)
fill(second, 1)
old = [first(i) for i in range(20)]
first.__code__ = second.__code__
first.__defaults__ = (1, 2, 3)
new = [first(i) for i in range(20)]
assert [next(g) for g in old] == [('first', i) for i in range(20)]
assert [next(g) for g in new] == [('second', i, i, i, 1, 2, 3) for i in range(20)]
del old, new

# ---- arguments live as long as a generator that was not started, and die with it
fill(gen, 1)
things = [Thing() for _ in range(300)]
refs = [weakref.ref(t) for t in things]
made = [gen(t, [t]) for t in things]
del things
kaa.reconcile()
assert all(r() is not None for r in refs) and kaa.verify()
assert made[0].gi_frame.f_locals['a'] is refs[0]()
del made[100:]
kaa.reconcile()
assert [r() is not None for r in refs] == [True] * 100 + [False] * 200 and kaa.verify()
for g in made[:50]:
    assert type(next(g)) is Thing
assert kaa.verify()
for g in made[:25]:
    assert type(g.send(3)[1]) is list
kaa.reconcile()
assert kaa.verify()
made.clear()
g = None
kaa.reconcile()
assert not any(r() for r in refs) and kaa.verify()

# ---- closed, thrown into and compared while they had not begun
fill(gen, 1)
for _ in range(100):
    t = Thing()
    r = weakref.ref(t)
    g = gen(t, t)
    g.close()
    assert next(g, 'end') == 'end'
    g = gen(t)
    try:
        g.throw(KeyError)
    except KeyError as e:
        pass
    else:
        assert False
    g = gen(t)
    del t
    assert r() is not None
    g = None
kaa.reconcile()
assert r() is None and kaa.verify()

# ---- an argument whose death can be seen dies with a generator that never began, at once
died = []


class Del:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        died.append(self.n)


fill(gen, 1)
for i in range(100):
    g = gen(Del(i), i)
    assert died == list(range(i)), (i, died)
    g = None
    assert died == list(range(i + 1)), (i, died)
for i in range(100, 200):
    g = gen(i, [Del(i)])
    next(g)
    del g
    assert died == list(range(i + 1)), (i, died)

# ---- rings through generators that never began
ring = []
for _ in range(1000):
    t = Thing()
    t.g = gen(t)
    ring.append(weakref.ref(t))
del t
gc.collect()
assert not any(r() for r in ring) and kaa.verify()

# ---- coroutines: awaited at once, or never
async def step(a):
    return a


async def steps(n):
    total = 0
    for i in range(n):
        total += await step(i)
    return total


def drive(c):
    try:
        c.send(None)
    except StopIteration as e:
        return e.value


assert drive(steps(1000)) == 499500
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    for i in range(10):
        step(i)
    c = step(1)
    del c
    kaa.reconcile()
assert len(seen) == 11 and 'was never awaited' in str(seen[0].message), seen
assert drive(steps(1000)) == 499500

# ---- a generator expression called with anything
code = (x for x in ()).gi_code
f = types.FunctionType(code, globals())
fill(f, iter(()))
for wrong in (1, None, Thing()):
    for _ in range(3):
        try:
            next(f(wrong))
        except TypeError as e:
            assert 'is not' in str(e)
        else:
            assert False
assert list(f(iter([1, 2]))) == [1, 2]

# ---- under a tracer
events = []


def tracer(frame, event, arg):
    if frame.f_code is gen.__code__: events.append(event)
    return tracer


fill(gen, 1)
sys.settrace(tracer)
for i in range(3):
    next(gen(i))
sys.settrace(None)
assert [e for e in events if e != 'line'] == 3 * ['call', 'return', 'call', 'exception', 'return'], events  # each is closed where it is suspended
kaa.reconcile()
assert kaa.verify()
