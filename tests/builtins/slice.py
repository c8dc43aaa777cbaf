# slice


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


s = slice(1, 2, 3)
assert (s.start, s.stop, s.step) == (1, 2, 3) and repr(s) == "slice(1, 2, 3)" and repr(slice(5)) == "slice(None, 5, None)"
assert slice(1, 2, 3) < slice(1, 2, 4) and slice(1, 2, 3) <= slice(1, 2, 3)
assert hash(s) == -2340833382717974474 and len({s, slice(1, 2, 3)}) == 1
assert s.__reduce__() == (slice, (1, 2, 3))
assert slice(None, None, -1).indices(5) == (4, -1, -1) and slice(-100, 100).indices(3) == (0, 3, 1)
assert slice(1, 2**80).indices(2**70) == (1, 2**70, 1) and slice(-1, None, -(2**70)).indices(2**71) == (2**71 - 1, -1, -(2**70))
raises(ValueError, "length should not be negative", slice(1).indices, -1)
raises(ValueError, "slice step cannot be zero", slice(1, 2, 0).indices, 4)
raises(TypeError, "slice indices must be integers or None or have an __index__ method", slice("a").indices, 4)
raises(TypeError, "slice expected at least 1 argument, got 0", slice)
raises(TypeError, "slice expected at most 3 arguments, got 4", slice, 1, 2, 3, 4)
seq = list(range(7))
for start in (None, -9, -7, -3, 0, 2, 6, 7, 9):
    for stop in (None, -9, -7, -3, 0, 2, 6, 7, 9):
        for step in (None, -3, -1, 1, 2, 9):
            a, b, c = slice(start, stop, step).indices(7)
            assert seq[start:stop:step] == [seq[i] for i in range(a, b, c)]
            assert tuple(seq)[start:stop:step] == tuple(seq[start:stop:step])
            assert list(range(7)[start:stop:step]) == seq[start:stop:step]
