# range and its iterators, small and big


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


assert list(range(5)) == [0, 1, 2, 3, 4] and list(range(5, 0, -2)) == [5, 3, 1] and list(range(3, 3)) == []
assert repr(range(5)) == "range(0, 5)" and repr(range(1, 9, 3)) == "range(1, 9, 3)"
assert len(range(1, 10, 4)) == 3 and not range(0) and range(1)
r = range(10, 50, 7)
assert r[0] == 10 and r[-1] == 45 and r[1:3] == range(17, 31, 7) and list(r[::-1]) == list(r)[::-1]
assert 24 in r and 25 not in r and 24.0 in r and "a" not in r and True in range(2)
assert r.index(24) == 2 and r.count(24) == 1 and r.count(25) == 0
assert r.start == 10 and r.stop == 50 and r.step == 7
assert range(0) == range(5, 5) and range(0, 3, 2) == range(0, 4, 2) and range(3) != range(4) and range(1) != 5
assert hash(range(0)) == hash(range(7, 7)) and hash(range(0, 3, 2)) == hash(range(0, 4, 2))
assert list(reversed(range(5))) == [4, 3, 2, 1, 0] and list(reversed(range(0))) == []
assert r.__reduce__() == (range, (10, 50, 7))
raises(TypeError, "range expected at least 1 argument, got 0", range)
raises(TypeError, "range expected at most 3 arguments, got 4", range, 1, 2, 3, 4)
raises(ValueError, "range() arg 3 must not be zero", range, 1, 2, 0)
raises(TypeError, "'float' object cannot be interpreted as an integer", range, 1.5)
raises(IndexError, "range object index out of range", lambda: range(3)[3])
raises(ValueError, "range.index(x): x not in range", range(3).index, 5)
raises(ValueError, "sequence.index(x): x not in sequence", range(3).index, "a")
raises(TypeError, "range indices must be integers or slices, not str", lambda: r["a".lower()])
big = 2**70
b = range(big, big + 10, 3)
assert list(b) == [big, big + 3, big + 6, big + 9] and big + 6 in b and big + 7 not in b and b[-1] == big + 9 and b.index(big + 3) == 1
assert list(reversed(b)) == [big + 9, big + 6, big + 3, big] and len(b) == 4
raises(OverflowError, "Python int too large to convert to C ssize_t", len, range(2**100))
assert range(2**100)[2**80] == 2**80 and range(2**100)[5:2**90:2**80][3] == 5 + 3 * 2**80
assert list(range(-(2**61) - 2, -(2**61) + 2)) == [-(2**61) - 2, -(2**61) - 1, -(2**61), -(2**61) + 1]
assert list(range(2**61 - 2, 2**61 + 2)) == [2**61 - 2, 2**61 - 1, 2**61, 2**61 + 1]
assert list(range(2**63 - 1, 2**63 + 1)) == [2**63 - 1, 2**63]
it = iter(range(0, 10, 2))
assert next(it) == 0 and it.__length_hint__() == 4
assert it.__reduce__() == (iter, (range(2, 10, 2),), None)
it.__setstate__(2)
assert list(it) == [6, 8]
it = iter(b)
next(it)
assert it.__length_hint__() == 3 and it.__reduce__()[1] == (range(big + 3, big + 12, 3),)
it.__setstate__(1)
assert list(it) == [big + 6, big + 9]


class I:
    def __index__(self):
        return 4


assert list(range(I())) == [0, 1, 2, 3] and range(10)[I()] == 4
