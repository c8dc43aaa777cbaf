"""Attributes deleted from the middle, again and again, in classes that die; formats without flags; sets that are reclaimed and copied."""

import gc
from operator import itemgetter


def fill(o):
    o.a, o.b, o.c, o.d = 1, 2, 3, 4


def make():
    class C:
        pass

    return C


# More shapes than are kept of dead classes, so that their memory serves others.
for i in range(700):
    kind = make()
    for _ in range(2):
        o = kind()
        fill(o)
        del o.b, o.c
        assert vars(o) == {"a": 1, "d": 4} and not hasattr(o, "b")
        o.b = i
        assert list(vars(o)) == ["a", "d", "b"] and o.b == i
        del o.a
        assert list(vars(o).items()) == [("d", 4), ("b", i)]
    if i % 100 == 0:
        gc.collect()

assert "%s" % 5 == "5" and "%d" % 5 == "5" and "%d" % -7 == "-7" and "%d" % True == "1" and "%d" % 3.9 == "3"
assert "%d" % (2**70,) == str(2**70) and "%s-%s" % ("é", "ж") == "é-ж" and "%s%%%d%s" % (None, 0, [1]) == "None%0[1]" and "x%sy" % "" == "xy"
assert "%(a)s %(b)d" % {"a": 1, "b": 2} == "1 2" and "%5d|%-4s|%04d|%+d" % (1, "a", 2, 3) == "    1|a   |0002|+3"
for text, args, error in (("%d", "a", TypeError), ("%s %s", (1,), TypeError), ("%s", (1, 2), TypeError), ("%d", (None,), TypeError), ("%", 1, ValueError), ("%s", (), TypeError)):
    try:
        text % args
    except error:
        pass
    else:
        raise AssertionError((text, args))

for n in (0, 1, 4, 31, 32, 33, 100, 1000):
    for step in (1, 7, 1 << 40):
        s = {i * step for i in range(n)}
        copy = s.copy()
        assert copy == s and len(copy) == n and sorted(copy) == [i * step for i in range(n)] == sorted(list(s))
        for i in range(0, n, 2):
            copy.discard(i * step)
        again = copy | {-1} | set(map(float, range(n)))
        assert copy == {i * step for i in range(1, n, 2)} == copy.copy() and again >= copy and -1 in again and frozenset(copy) == copy
        words = {str(i) for i in s} | {f"{i}" for i in copy}
        assert len(words) == n and words == set(words) and words - {str(i) for i in copy} == {str(i) for i in s - copy}
    del s, copy, again, words

rows = [(1, "b"), (2, "a"), [3, "c"], "xy"]
assert list(map(itemgetter(1), rows)) == ["b", "a", "c", "y"] and list(map(itemgetter(-1), rows)) == ["b", "a", "c", "y"]
assert itemgetter(0, 1)((5, 6)) == (5, 6) and itemgetter("k")({"k": 1}) == 1 and itemgetter(slice(1, None))((1, 2, 3)) == (2, 3)
try:
    itemgetter(2)((1, 2))
except IndexError as e:
    assert str(e) == "tuple index out of range"
else:
    raise AssertionError
