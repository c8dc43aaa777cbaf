# What suspended generators hold: those that are alive keep it through reconciles, dead ones are freed without ever having counted it.
import gc
import weakref

import kaa


class Thing:
    def __init__(self, n):
        self.n = n


def live(name):
    kaa.reconcile()
    return kaa.stats()['types'].get(name, {'live': 0})['live']


def leaf(n):
    thing = Thing(n)
    while True:
        yield thing.n


def chain(depth, n):
    if depth:
        g = chain(depth - 1, n)
        for x in g:
            yield x
    else:
        yield from leaf(n)


# A chain whose outermost generator alone is held: by a global, by a list, by a register.
held = chain(20, 1)
assert next(held) == 1
kaa.reconcile()
assert next(held) == 1
in_list = [chain(d, d) for d in range(12)]
assert [next(g) for g in in_list] == list(range(12))


def in_register():
    g = chain(9, 5)
    out = []
    for x in g:
        out.append(x)
        kaa.reconcile()
        gc.collect()
        if len(out) == 5:
            return out


assert in_register() == [5] * 5
for _ in range(3):
    kaa.reconcile()
    assert [next(g) for g in in_list] == list(range(12))
    gc.collect()
assert live('__main__.Thing') == 13

# Not started, with arguments that nothing else holds.
def late(a, b):
    yield a.n + b.n


waiting = [late(Thing(i), Thing(1)) for i in range(100)]
kaa.reconcile()
assert live('__main__.Thing') == 213
assert [next(g) for g in waiting] == [i + 1 for i in range(100)]

# Through an object that only a suspended generator's register holds.
def through_object(n):
    box = [leaf(n), {'g': leaf(n + 1)}]
    while True:
        yield next(box[0]) + next(box[1]['g'])


g = through_object(10)
assert next(g) == 21
kaa.reconcile()
gc.collect()
assert next(g) == 21
kaa.reconcile()
assert next(g) == 21

# Dropped: all of it goes, without a cycle collection.
del g, held
in_list.clear()
waiting.clear()
assert live('__main__.Thing') == 0, live('__main__.Thing')
assert live('generator') == 0, live('generator')

# Many that die at once, some of which hold others, and some of which are kept.
def make(n):
    kept = []
    for i in range(n):
        g = chain(i % 4, i)
        next(g)
        if i % 1000 == 0:
            kept.append(g)
    return kept


kept = make(30_000)
assert [next(g) for g in kept] == list(range(0, 30_000, 1000))
kept = None
assert live('generator') == 0
assert live('__main__.Thing') == 0

# One that is inside a try statement runs once more when it dies: what it holds must be there still.
log = []


def careful(thing):
    inner = leaf(thing.n)
    try:
        for x in inner:
            yield x
    finally:
        log.append(thing.n + next(inner))


def drop(n):
    for i in range(n):
        next(careful(Thing(i)))


drop(2000)
kaa.reconcile()
assert sorted(log) == [2 * i for i in range(2000)], log[:10]
assert live('__main__.Thing') == 0

# A generator whose weak reference is asked for while a register of another holds it.
def holder():
    g = leaf(3)
    next(g)
    r = weakref.ref(g)
    yield r
    kaa.reconcile()
    yield r() is g


h = holder()
r = next(h)
kaa.reconcile()
assert r() is not None
assert next(h) is True
del h
kaa.reconcile()
assert r() is None

# Names are the function's at the time, until they are set.
def named():
    yield


g = named()
named.__name__ = 'changed'
assert g.__name__ == 'named' and g.__qualname__ == 'named'
g.__name__ = 'x'
g.__qualname__ = 'y.x'
assert g.__name__ == 'x' and g.__qualname__ == 'y.x' and 'y.x' in repr(g)
assert named().__name__ == 'changed'
