# enumerate, zip, map, filter, reversed, iter with a sentinel; unpacking loops


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


assert list(enumerate("ab")) == [(0, "a"), (1, "b")] and list(enumerate("ab", 2**61 - 1)) == [(2**61 - 1, "a"), (2**61, "b")]
assert list(enumerate(iterable="a", start=3)) == [(3, "a")] and list(enumerate(start=3, iterable="a")) == [(3, "a")]
raises(TypeError, "enumerate() missing required argument 'iterable'", enumerate)
raises(TypeError, "'foo' is an invalid keyword argument for enumerate()", lambda: enumerate([], foo=3))
raises(TypeError, "enumerate() takes at most 2 arguments (3 given)", enumerate, 1, 2, 3)
raises(TypeError, "'str' object cannot be interpreted as an integer", enumerate, [], "a")
assert enumerate([1], 2**70).__reduce__()[1][1] == 2**70

assert list(zip()) == [] and list(zip([1, 2], "ab", (5, 6, 7))) == [(1, "a", 5), (2, "b", 6)]
assert list(zip([1, 2], [3, 4], strict=True)) == [(1, 3), (2, 4)]
raises(ValueError, "zip() argument 2 is longer than argument 1", lambda: list(zip([1], [1, 2], strict=True)))
raises(ValueError, "zip() argument 2 is shorter than argument 1", lambda: list(zip([1, 2], [1], strict=True)))
raises(ValueError, "zip() argument 3 is shorter than arguments 1-2", lambda: list(zip([1, 2], [1, 2], [1], strict=True)))
raises(ValueError, "zip() argument 3 is longer than arguments 1-2", lambda: list(zip([1], [1], [1, 2], strict=True)))
raises(TypeError, "zip() got an unexpected keyword argument 'foo'", lambda: zip([], foo=1))
assert zip([1], strict=True).__reduce__()[2] is True and len(zip([1]).__reduce__()) == 2

assert list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])) == [11, 22] and list(map(str, range(3))) == ["0", "1", "2"]
raises(TypeError, "map() must have at least two arguments.", map, len)
raises(ValueError, "map() argument 2 is longer than argument 1", lambda: list(map(max, [1], [1, 2], strict=True)))
assert list(map(lambda *a: len(a), *[[1]] * 12)) == [12]

assert list(filter(None, [0, 1, "", "a"])) == [1, "a"] and list(filter(lambda x: x > 1, [1, 2, 3])) == [2, 3]
raises(TypeError, "filter expected 2 arguments, got 1", filter, 1)
raises(TypeError, "filter() takes no keyword arguments", lambda: filter(None, function=3))


class Seq:
    def __len__(self):
        return 3

    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return i * 10


assert list(reversed(Seq())) == [20, 10, 0] and list(Seq()) == [0, 10, 20] and 20 in Seq()
assert list(reversed((1, 2))) == [2, 1] and reversed((1, 2)).__reduce__() == (reversed, ((1, 2),), 1)
r = reversed(Seq())
assert r.__length_hint__() == 3
r.__setstate__(0)
assert list(r) == [0] and r.__length_hint__() == 0
raises(TypeError, "'set' object is not reversible", reversed, {1})
raises(TypeError, "reversed expected 1 argument, got 0", reversed)

n = 0


def step():
    global n
    n += 1
    return n


it = iter(step, 4)
assert list(it) == [1, 2, 3] and list(it) == []
assert iter(step, 99).__reduce__() == (iter, (step, 99))
raises(TypeError, "iter(v, w): v must be callable", iter, 1, 2)

# loops that unpack pairs
out = []
for i, x in enumerate("abc", 5):
    out.append((i, x))
for a, b in zip([1, 2, 3], (4, 5, 6)):
    out.append((a, b))
for k, v in {"x": 1, "y": 2}.items():
    out.append((k, v))
assert out == [(5, "a"), (6, "b"), (7, "c"), (1, 4), (2, 5), (3, 6), ("x", 1), ("y", 2)]


def grow():
    d = {1: 1}
    for k, v in d.items():
        d[k + 1] = v


raises(RuntimeError, "dictionary changed size during iteration", grow)


def strict():
    for a, b in zip([1, 2], [1], strict=True):
        pass


raises(ValueError, "zip() argument 2 is shorter than argument 1", strict)


class E(enumerate):
    pass


assert [x for x in E("a")] == [(0, "a")]
for i, c in E("a"):
    assert (i, c) == (0, "a")
