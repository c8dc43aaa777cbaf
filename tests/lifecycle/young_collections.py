# Collections by themselves: garbage cycles made one after another go, whatever else lives, and live objects stay.
import gc
import weakref

live = [[[i], {'i': [i]}, (i, [i])] for i in range(3000)]


class Node:
    def __init__(self):
        self.other = None


def ring(n):
    first = node = Node()
    for _ in range(n - 1):
        node.other = Node()
        node = node.other
    node.other = first
    return first


gc.collect()
before = gc.get_stats()
refs = []
for i in range(30_000):
    r = ring(3)
    if i % 1000 == 0:
        refs.append(weakref.ref(r))
del r
after = gc.get_stats()
assert after[0]['collections'] > before[0]['collections']
assert after[0]['collected'] > before[0]['collected'] + 40_000, (before, after)
assert sum(w() is not None for w in refs) <= 10
assert all(a == [[i], {'i': [i]}, (i, [i])] for i, a in enumerate(live))

# A ring that is reached from an old object only is found alive; one that was old and is let go of needs a full collection.
holder = []
gc.collect()
holder.append(ring(5))
w = weakref.ref(holder[0])
gc.collect(0)
assert w() is holder[0]
gc.collect(0)
holder.clear()
gc.collect(0)
gc.collect()
assert w() is None

# What came back from its finalizer is not among what was collected, and is collected later.
back = []


class Phoenix:
    def __init__(self):
        self.me = self

    def __del__(self):
        back.append(self)


Phoenix()
assert gc.collect() == 0
assert len(back) == 1
back.clear()
assert gc.collect() == 1

# Frozen objects are left out.
x = ring(2)
w = weakref.ref(x)
gc.freeze()
del x
gc.collect()
assert w() is not None
gc.unfreeze()
gc.collect()
assert w() is None


# Rings through all kinds of containers, with and without a __dict__.
class Slots:
    __slots__ = ('a', '__weakref__')


def kinds():
    l = []
    l.append(l)
    d = {}
    d['d'] = d
    s = Slots()
    s.a = (s,)
    f = lambda: f
    e = ValueError()
    e.args = (e,)

    def g():
        yield g_
    g_ = g()
    next(g_)
    n = Node()
    n.other = n.__dict__
    return [weakref.ref(s), weakref.ref(f), weakref.ref(g_), weakref.ref(n)]


refs = kinds()
gc.collect()
assert [w() for w in refs] == [None] * 4

for threshold in [(1, 10, 10), (700, 5, 5)]:
    gc.set_threshold(*threshold)
    for i in range(5000):
        a = []
        a.append(a)
gc.set_threshold(0)
count = gc.get_stats()[0]['collections']
for i in range(20_000):
    a = []
    a.append(a)
assert gc.get_stats()[0]['collections'] == count
gc.set_threshold(2000, 10, 10)
gc.collect()
