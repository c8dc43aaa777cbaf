"""The list of young objects: what dies before a collection, addresses and pages that serve others by then, more than the list holds, large objects."""
import gc
import weakref

gc.disable()
gc.collect()


class Node:
    def __init__(self, **names):
        self.__dict__.update(names)


class Slots:
    __slots__ = ('a', 'b', '__weakref__')

    def __init__(self, a=None, b=None):
        self.a = a
        self.b = b


def reconcile():
    """Everything that was made becomes young: counted for the first time, and not collected."""
    for _ in range(3 * 8192):
        [0]


def ring(n, extra=None):
    first = last = Slots()
    for _ in range(n - 1):
        last.a = Slots([], last)
        last = last.a
    last.a = first
    first.b = extra
    return weakref.ref(first)


def kept_rings(n, count):
    """A list of rings, which are young."""
    rings = []
    for _ in range(count):
        first = Slots()
        first.a = Slots(first, [])
        for _ in range(n - 2):
            first.a = Slots(first, first.a)
        rings.append(first)
    reconcile()
    return rings


# More than the list has room for.
for count in (10, 3000, 30000):
    rings = kept_rings(2, count)
    looks = [weakref.ref(r) for r in rings[::100]]
    assert gc.collect(0) == 0
    assert all(w() is not None for w in looks)
    del rings
    assert gc.collect(0) == 0
    assert gc.collect(1) >= 2 * count, count
    assert not any(w() for w in looks)
    rings = kept_rings(2, count)
    looks = [weakref.ref(r) for r in rings[::100]]
    del rings
    assert gc.collect(0) >= 2 * count, count
    assert not any(w() for w in looks)

# Young ones that died by their counts, and whose memory has other objects, buffers or pages of another kind now.
for again in (lambda i: str(i) * 3, lambda i: (i, [i]), lambda i: Slots([i]), lambda i: [None] * (i % 40), lambda i: {i: (i,)}, lambda i: bytes(i % 500),
              lambda i: Node(x=i)):
    for size in (50, 4000):
        held = [[(i, [i]), {i: [i]}, Slots([i])] for i in range(size)]
        reconcile()
        live = [ring(3) for _ in range(50)]
        held.clear()
        reconcile()
        others = [again(i) for i in range(2 * size)]
        reconcile()
        assert gc.collect(0) >= 50 * 3
        assert not any(w() for w in live)
        for i, x in enumerate(others):
            if isinstance(x, str):
                assert x == str(i) * 3
            elif isinstance(x, Node):
                assert x.x == i
            elif isinstance(x, Slots):
                assert x.a == [i]
        del others
        gc.collect(0)

# Large objects, which have memory of their own.
for n in (5000, 600000):
    for die in range(2):
        large = [tuple([[]] * n), Slots()]
        large[1].a = (large[1],) + (None,) * n
        reconcile()
        seen = weakref.ref(large[1])
        if die:
            large[0] = None
            reconcile()
        assert gc.collect(0) == 0
        assert seen() is large[1]
        large = [tuple([[]] * n), Slots()]
        large[1].a = (large[1],) + (None,) * n
        reconcile()
        del large
        seen2 = ring(2, tuple([1] * n))
        reconcile()
        assert gc.collect(0) >= 4
        assert seen2() is None
        assert gc.collect() >= 2
        assert seen() is None

# What only garbage counted, and a variable holds.
def held_by_variable():
    young = Slots([1, 2])
    ring(4, young)
    reconcile()
    look = weakref.ref(young)
    assert gc.collect(0) >= 4
    assert look() is young and young.a == [1, 2]
    reconcile()
    assert look() is young and young.a == [1, 2]
    del young
    reconcile()
    assert look() is None


def held_by_garbage_alone():
    seen = []
    young = Slots([1, 2])
    look = weakref.ref(young, seen.append)
    ring(4, young)
    old = Slots([3])
    gc.collect()
    look_old = weakref.ref(old)
    ring(4, old)
    del young, old
    gc.collect(0)
    assert look() is None and seen == [look]
    assert look_old() is None


held_by_variable()
held_by_garbage_alone()

# Frozen while young.
rings = kept_rings(3, 100)
looks = [weakref.ref(r) for r in rings]
gc.freeze()
del rings
assert gc.collect(0) == 0
assert gc.get_freeze_count() > 300
gc.collect(1)
gc.collect()
assert all(w() is not None for w in looks)
gc.unfreeze()
assert gc.get_freeze_count() == 0
assert gc.collect() >= 300
assert not any(w() for w in looks)
print('ok')
