"""list.sort over keys of every kind, against insertion by `<`: order, stability, reverse, NaN, NUL characters."""
import random

random.seed(7)


def word(alphabet, most):
    return ''.join(random.choice(alphabet) for _ in range(random.randrange(most)))


KINDS = [
    lambda: random.randrange(50),
    lambda: random.choice([0.0, -0.0, 1.5, random.random(), -3.25, 1e300, float('inf')]),
    lambda: word('ab\0\xe9', 12),
    lambda: word('ab\u0436\U0001f600\xe9', 6),
    lambda: (random.randrange(5), random.choice('ab')),
    lambda: (random.choice(['aaaaaaaab', 'aaaaaaaaa', 'aaaaaaaa', 'a', '']), random.random()),
    lambda: (random.choice([0.0, -0.0, 1.5]), random.randrange(9)) + (1,) * random.randrange(2),
    lambda: (random.choice('ab\u0436\u044f\U0001f600'), random.randrange(9)),
    lambda: ((random.randrange(3),), random.randrange(9)),
    lambda: random.choice([1, 2.5, 10**30, True]),
]
for trial in range(1200):
    make = random.choice(KINDS)
    items = [make() for _ in range(random.randrange(150))]
    for reverse in (False, True):
        want = []
        for n, x in enumerate(items):
            i = len(want)
            while i and (want[i - 1][0] < x if reverse else x < want[i - 1][0]):
                i -= 1
            want.insert(i, (x, n))
        got = sorted(items, reverse=reverse)
        assert list(map(repr, got)) == [repr(x) for x, _ in want], items
        assert sorted(range(len(items)), key=items.__getitem__, reverse=reverse) == [n for _, n in want], items

nan = float('nan')
for _ in range(50):
    items = [random.choice([nan, 1.0, 2.0, float('nan')]) for _ in range(9)]
    assert sorted(map(repr, sorted(items))) == sorted(map(repr, items))
assert sorted([(nan, 2), (nan, 1)]) == [(nan, 1), (nan, 2)]  # the same object counts as equal
other = float('nan')
assert sorted([(nan, 2), (other, 1)]) == [(nan, 2), (other, 1)]
for bad in ([1, 'a'], [(1, 'a'), (1, 2)], ['a', None]):
    try:
        sorted(bad)
    except TypeError:
        pass
    else:
        raise AssertionError(bad)
