# The three generations: which one an object is in, what each collection looks at, and the counters.
import gc

gc.disable()
gc.collect()


def generation(o):
    return [g for g in range(3) if any(o is x for x in gc.get_objects(generation=g))]


ring = []
ring.append(ring)
assert generation(ring) == [0]
gc.collect(0)
assert generation(ring) == [1]
gc.collect(0)
assert generation(ring) == [1]
gc.collect(1)
assert generation(ring) == [2]
young = [[]]
gc.collect(1)
assert generation(young) == [2] and generation(ring) == [2]


# Rings that die in each generation are found by a collection of that generation or an older one, not by one of a younger.
class Node:
    died = 0

    def __init__(self):
        self.me = self

    def __del__(self):
        Node.died += 1


def fresh():
    n = Node()
    n.others = [Node() for _ in range(20)]
    return n


def drop(age):
    n = fresh()
    for g in range(age):
        gc.collect(g)
    Node.died = 0
    del n


for age in range(3):
    for g in range(3):
        gc.collect()
        drop(age)
        found = gc.collect(g)
        if g >= age:
            assert Node.died == 21 and found >= 21, (age, g, Node.died, found)
        else:
            assert Node.died == 0, (age, g, Node.died)

# Old objects that refer to younger ones keep them.
gc.collect()
holder = []
gc.collect()
n = fresh()
holder.append(n)
del n
Node.died = 0
gc.collect(0)
gc.collect(1)
assert Node.died == 0 and len(holder[0].others) == 20
holder.clear()
gc.collect()
assert Node.died == 21

# Counters and statistics.
gc.collect()
assert gc.get_count()[1:] == (0, 0)
before = gc.get_stats()
gc.collect(0)
gc.collect(0)
assert gc.get_count()[1:] == (2, 0)
gc.collect(1)
assert gc.get_count()[1:] == (0, 1)
gc.collect(0)
gc.collect(1)
assert gc.get_count()[1:] == (0, 2)
gc.collect(2)
assert gc.get_count()[1:] == (0, 0)
after = gc.get_stats()
assert [a['collections'] - b['collections'] for a, b in zip(after, before)] == [3, 2, 1]

# Which collections become due by themselves.
seen = []
gc.callbacks.append(lambda phase, info: phase == 'start' and seen.append(info['generation']))
gc.set_threshold(100, 3, 1000)
gc.enable()
kept = [[[i]] for i in range(60000)]
gc.disable()
gc.callbacks.clear()
assert seen.count(0) > seen.count(1) > 1, seen
for i, g in enumerate(seen):
    if g == 1 and i >= 4:
        assert seen[i - 4:i] == [0] * 4, seen
gc.set_threshold(2000, 10, 10)

for bad, error, text in ((3, ValueError, 'generation parameter must be less than the number of available generations (3)'),
                         (-2, ValueError, 'generation parameter cannot be negative'),
                         ('a', TypeError, "argument should be integer or None, not 'str'")):
    try:
        gc.get_objects(bad)
    except error as e:
        assert str(e) == text, e
    else:
        raise AssertionError(bad)
