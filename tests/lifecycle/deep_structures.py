# Reclaiming never recurses: structures a million levels deep are freed without native stack.
import gc


def nest(make, depth):
    x = None
    for _ in range(depth):
        x = make(x)
    return x


class Node:
    __slots__ = ('next',)

    def __init__(self, next):
        self.next = next


class Open:
    def __init__(self, next):
        self.next = next


DEPTH = 1_000_000
for make in (lambda x: [x], lambda x: (x,), lambda x: {'k': x}, Node, Open):
    x = nest(make, DEPTH if make is not Open else DEPTH // 4)
    del x
    gc.collect()

# Mixed, with closures and bound methods in the chain.


def cell(x):
    return lambda: x


class Holder:
    def __init__(self, x):
        self.x = x

    def method(self):
        return self.x


x = None
for i in range(50_000):
    x = [{'x': (cell(x), Holder(x).method)}]
del x
gc.collect()

# The depth is real: it can be walked before it is dropped.
x = nest(lambda x: [x], DEPTH)
n = 0
y = x
while y:
    y = y[0]
    n += 1
assert n == DEPTH
del x, y
gc.collect()

# A deep structure inside a cycle, and one that dies by replacing an item, clearing, or popping.
x = nest(lambda x: [x], DEPTH // 2)
ring = [x]
ring.append(ring)
del x, ring
gc.collect()
box = [nest(lambda x: (x,), DEPTH // 2)]
box[0] = None
box.append(nest(lambda x: [x], DEPTH // 2))
box.pop()
box.append(nest(lambda x: [x], DEPTH // 2))
box.clear()
gc.collect()
# A chain of finalizers: each runs once, in the end all have.


class Link:
    died = 0

    def __init__(self, next):
        self.next = next

    def __del__(self):
        Link.died += 1


x = nest(Link, 2_000)
del x
for _ in range(3):
    gc.collect()
assert Link.died == 2_000, Link.died
