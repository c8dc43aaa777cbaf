# gc.collect() finds cycles through every kind of holder, and only garbage.
import gc
import weakref


class Node:
    pass


def gone(make):
    """make() builds a cycle that contains the Node it returns a weak reference to."""
    r = make()
    gc.collect()
    return r() is None


def through_attribute():
    n = Node()
    n.me = n
    return weakref.ref(n)


def through_list():
    n = Node()
    n.items = [[[n]]]
    return weakref.ref(n)


def through_tuple():
    n = Node()
    n.t = (1, (n,))
    return weakref.ref(n)


def through_dict():
    n = Node()
    n.d = {'k': n, n: 'v'}
    return weakref.ref(n)


def through_set():
    n = Node()
    n.s = {n, frozenset([n])}
    return weakref.ref(n)


def through_closure():
    n = Node()
    n.f = lambda: n
    return weakref.ref(n)


def through_default():
    n = Node()

    def f(a=n, *, b=n):
        pass
    n.f = f
    return weakref.ref(n)


def through_method():
    class C(Node):
        def m(self):
            pass
    n = C()
    n.bound = n.m
    return weakref.ref(n)


def through_class():
    class C(Node):
        pass
    n = C()
    C.instance = n
    return weakref.ref(n)


def through_generator():
    n = Node()

    def g():
        me = n
        yield me
    n.g = g()
    next(n.g)
    return weakref.ref(n)


def through_iterator():
    n = Node()
    n.items = [n, n]
    n.it = iter(n.items)
    next(n.it)
    n.z = zip(n.items, map(lambda x: x, n.items))
    return weakref.ref(n)


def through_exception():
    n = Node()
    try:
        raise ValueError(n)
    except ValueError as e:
        n.exc = e
    return weakref.ref(n)


def through_slots():
    class S:
        __slots__ = ('a', 'b', '__weakref__')
    s = S()
    s.b = [s]
    return weakref.ref(s)


def through_property():
    class P(Node):
        pass
    n = P()
    P.p = property(lambda self, n=n: n)
    return weakref.ref(n)


def through_slice_and_partial():
    from functools import partial
    n = Node()
    n.s = slice(n, None)
    n.p = partial(print, n, key=n)
    return weakref.ref(n)


def through_deque():
    from collections import deque, defaultdict
    n = Node()
    n.d = deque([n])
    n.dd = defaultdict(lambda: n)
    n.dd[1] = n
    return weakref.ref(n)


def through_many_attributes():
    n = Node()
    for i in range(300):
        setattr(n, f'a{i}', n if i % 50 == 0 else i)
    return weakref.ref(n)


for make in [v for k, v in sorted(globals().items()) if k.startswith('through_')]:
    assert gone(make), make.__name__

# Nothing alive is taken, however it is held.
root = Node()
root.me = root
root.children = [Node() for _ in range(1000)]
for c in root.children:
    c.parent = root
refs = [weakref.ref(c) for c in root.children]
for _ in range(3):
    gc.collect()
assert all(r() is not None for r in refs) and root.me is root


def held_by_frame():
    n = Node()
    n.me = n
    r = weakref.ref(n)
    gc.collect()
    assert r() is n

    def gen():
        m = Node()
        m.me = m
        rm = weakref.ref(m)
        yield rm
        assert rm() is m
    g = gen()
    rm = next(g)
    gc.collect()
    assert rm() is not None
    for _ in g:
        pass
    del g
    return r, rm


r, rm = held_by_frame()
gc.collect()
assert r() is None and rm() is None

# A subtree cut off dies; the rest stays.
del root.children[500:]
del c
gc.collect()
assert sum(r() is not None for r in refs) == 500

# Automatic: without gc.collect(), garbage cycles do not pile up.
alive = 0


class Counted:
    def __init__(self):
        global alive
        alive += 1
        self.me = self

    def __del__(self):
        global alive
        alive -= 1


highest = 0
for i in range(300_000):
    Counted()
    if alive > highest:
        highest = alive
assert highest < 250_000, highest

# gc.disable() stops that, gc.collect() still works; get_referrers and friends answer.
gc.disable()
assert not gc.isenabled()
assert gone(through_attribute)
gc.enable()
assert gc.isenabled()
held = ['x']
holder = [held]
assert any(x is holder for x in gc.get_referrers(held)) and any(x is held for x in gc.get_referents(holder))
assert gc.is_tracked(holder) and not gc.is_tracked(1)
calls = []
gc.callbacks.append(lambda phase, info: calls.append(phase))
gc.collect()
gc.callbacks.clear()
assert calls == ['start', 'stop']
assert isinstance(gc.collect(), int) and gc.garbage == []
