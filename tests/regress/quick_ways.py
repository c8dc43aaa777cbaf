# Short ways of the interpreter beside the general ones: they must agree where the short one ends.
import sys

# enumerate() of a list in a loop with two targets: the index leaves the small ints, the list changes, the loop begins twice.
big = (1 << 61) - 3
assert [(i, x) for i, x in enumerate(['a', 'b', 'c', 'd', 'e'], big)] == [(big + k, c) for k, c in enumerate('abcde')]
seen = []
for i, x in enumerate(['a', 'b', 'c', 'd'], big + 1):
    seen.append((i, x))
assert seen == [(big + 1, 'a'), (big + 2, 'b'), (big + 3, 'c'), (big + 4, 'd')]
items = [1, 2, 3]
seen = []
for i, x in enumerate(items):
    seen.append((i, x))
    if i < 3:
        items.append(x * 10)
assert seen == [(0, 1), (1, 2), (2, 3), (3, 10), (4, 20), (5, 30)]
e = enumerate(items)
for i, x in e:
    if i == 1:
        break
items.clear()
for i, x in e:
    assert False
items.append(7)
assert list(e) == []  # exhausted for good
for i, x in enumerate((), -5):
    assert False
assert [i + x for i, x in enumerate([1.5, 2.5], 10)] == [11.5, 13.5]


# Calls from generators, whose registers are not on the stack.
def add(a, b):
    c = a
    d = b
    return c + d


def late(a):
    try:
        if a:
            x = 1
        return x
    except UnboundLocalError:
        return 'unbound'


class C:
    def __init__(self, n):
        self.n = n

    def plus(self, k):
        total = self.n + k
        return total

    def me(self):
        return self


def calls(n):
    o = C(5)
    for i in range(n):
        yield add(i, i), o.plus(i), o.me().plus(add(i, 1)), late(i % 2), C.plus(o, 1)


assert list(calls(3)) == [(0, 5, 6, 'unbound', 6), (2, 6, 7, 1, 6), (4, 7, 8, 'unbound', 6)]


def nested(n):
    yield from (nested(n - 1) if n else calls(1))


assert list(nested(50)) == [(0, 5, 6, 'unbound', 6)]


def endless(n):
    yield add(n, sum(endless(n + 1)))


try:
    list(endless(0))
    assert False
except RecursionError:
    pass


def from_generator(n):
    def down(k):
        return down(k + 1)
    try:
        yield down(0)
    except RecursionError as e:
        yield 'deep'


assert list(from_generator(1)) == ['deep']


# A generator that native code runs: values, ends, what it returns, exceptions.
def gives(values, ends):
    for v in values:
        yield v
    if ends == 'raise':
        raise KeyError(len(values))
    if ends == 'stop':
        raise StopIteration
    return ends


assert sum(gives([1, 2, 3], None)) == 6
assert sum(gives([1, 2, 3], 100)) == 6   # what it returns is not an item
assert max(gives([], 'x'), default=-1) == -1
for ends, error in (('raise', KeyError), ('stop', RuntimeError)):
    for take in (sum, list, tuple, set, any, sorted, max):
        try:
            take(gives([0, 0], ends))
            assert False, take
        except error:
            pass


def itself():
    global g
    yield 1
    yield sum(g)


g = itself()
try:
    sum(g)
    assert False
except ValueError as e:
    assert str(e) == 'generator already executing', e


# Names: where a global comes and goes, and a builtin hides behind it.
def name():
    return thing


def length():
    return len([1, 2])


assert length() == 2 and length() == 2
try:
    name()
    assert False
except NameError:
    pass
thing = 1
assert name() == 1
thing = 2
assert name() == 2
globals()['thing'] = 3
assert name() == 3
del thing
try:
    name()
    assert False
except NameError:
    pass
for k in range(3):
    globals()[f'fill{k}'] = k
thing = 4
assert name() == 4
len = lambda x: 'mine'
assert length() == 'mine'
del len
assert length() == 2


def assign(v):
    global given
    given = v
    return given


assert [assign(1), assign('a'), assign([])] == [1, 'a', []]
del given
assert assign(2) == 2 and given == 2

# A comparison decides a jump: each form, taken and not.
def forms(a, b):
    return [1 if a < b else 0, 1 if a <= b else 0, 1 if a == b else 0, 1 if a != b else 0, 1 if a > b else 0, 1 if a >= b else 0,
            1 if a < 2 else 0, 1 if a <= 2 else 0, 1 if a == 2 else 0, 1 if a != 2 else 0, 1 if a > 2 else 0, 1 if a >= 2 else 0,
            1 if not a < b else 0, 1 if not a >= 2 else 0]


assert forms(1, 2) == [1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1]
assert forms(2, 2) == [0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0]
assert forms(2.5, 2) == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0]
nan = float('nan')
assert forms(nan, nan) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1]

# 1.0 / int and the like, where a float meets a small int.
assert [1.0 / k for k in (1, 2, -4, 1 << 53)] == [1.0, 0.5, -0.25, 2.0 ** -53]
for k in (0, 0.0, -0.0, False):
    try:
        1.0 / k
        assert False
    except ZeroDivisionError:
        pass
assert 3 * 0.5 == 1.5 and 0.5 - 1 == -0.5 and 1 - 0.5 == 0.5 and 0.0 * 5 == 0.0 and str(-0.0 * 5) == '-0.0'
