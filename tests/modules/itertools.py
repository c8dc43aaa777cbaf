# itertools
from itertools import (accumulate, batched, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse, groupby,
                       islice, pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest)


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


def take(n, it):
    return list(islice(it, n))


assert take(3, count()) == [0, 1, 2] and take(3, count(2**61 - 2)) == [2**61 - 2, 2**61 - 1, 2**61] and take(3, count(1.5, 0.5)) == [1.5, 2.0, 2.5]
assert repr(count(5)) == "count(5)" and repr(count(5, 2)) == "count(5, 2)"
raises(TypeError, "a number is required", count, "a")
assert take(5, cycle("ab")) == list("ababa") and list(cycle([])) == []
assert list(repeat(7, 3)) == [7, 7, 7] and repr(repeat(7, 3)) == "repeat(7, 3)" and list(repeat(1, times=-1)) == [] and repeat(1, 4).__length_hint__() == 4
assert list(accumulate([1, 2, 3])) == [1, 3, 6] and list(accumulate([1, 2, 3], lambda a, b: a * b, initial=10)) == [10, 10, 20, 60] and list(accumulate([])) == []
assert list(batched("abcde", 2)) == [("a", "b"), ("c", "d"), ("e",)]
raises(ValueError, "batched(): incomplete batch", lambda: list(batched("abc", 2, strict=True)))
raises(ValueError, "n must be at least one", batched, [], 0)
assert list(chain([1], (), "ab")) == [1, "a", "b"] and list(chain.from_iterable([[1], [2]])) == [1, 2]
raises(TypeError, "'int' object is not iterable", list, chain([1], 2))
assert list(compress("abcd", [1, 0, 1])) == ["a", "c"]
assert list(dropwhile(lambda x: x < 3, [1, 3, 1])) == [3, 1] and list(takewhile(lambda x: x < 3, [1, 3, 1])) == [1]
assert list(filterfalse(None, [0, 1, 2])) == [0] and list(filterfalse(lambda x: x % 2, range(5))) == [0, 2, 4]
assert list(starmap(pow, [(2, 3), [3, 2]])) == [8, 9]
assert list(islice(range(10), 2, 8, 3)) == [2, 5] and list(islice(range(10), 3)) == [0, 1, 2] and list(islice(range(5), 2, None)) == [2, 3, 4]
it = iter(range(10))
list(islice(it, 2, 5, 2))
assert next(it) == 5
raises(ValueError, "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.", islice, [], -1)
raises(ValueError, "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.", islice, [], -1, 5)
raises(ValueError, "Step for islice() must be a positive integer or None.", islice, [], 0, 5, 0)
assert list(pairwise("abc")) == [("a", "b"), ("b", "c")] and list(pairwise("a")) == []
assert list(zip_longest("abc", [1], fillvalue="-")) == [("a", 1), ("b", "-"), ("c", "-")] and list(zip_longest()) == []
raises(TypeError, "zip_longest() got an unexpected keyword argument", lambda: zip_longest([], x=1))
assert [(k, list(g)) for k, g in groupby("aabbba")] == [("a", ["a", "a"]), ("b", ["b", "b", "b"]), ("a", ["a"])]
assert [k for k, g in groupby([1, 2, 4, 5], key=lambda x: x // 3)] == [0, 1]
groups = [g for k, g in groupby("aab")]
assert list(groups[0]) == []
a, b = tee(range(200))
assert take(150, a) == list(range(150)) and list(b) == list(range(200)) and list(a) == list(range(150, 200))
assert tee([], 0) == () and len(tee([1], 5)) == 5
raises(ValueError, "n must be >= 0", tee, [], -1)
c = a.__copy__()
assert c is not a and list(c) == []
assert list(product("ab", [1, 2])) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)] and list(product()) == [()] and list(product([], [1])) == []
assert list(product([0, 1], repeat=2)) == [(0, 0), (0, 1), (1, 0), (1, 1)] and len(list(product("abc", "de", repeat=2))) == 36
assert list(combinations("abcd", 2)) == [tuple(x) for x in "ab ac ad bc bd cd".split()] and list(combinations([1], 2)) == [] and list(combinations([1], 0)) == [()]
assert list(combinations_with_replacement("abc", 2)) == [tuple(x) for x in "aa ab ac bb bc cc".split()] and list(combinations_with_replacement([], 2)) == []
assert list(permutations("abc", 2)) == [tuple(x) for x in "ab ac ba bc ca cb".split()] and len(list(permutations(range(5)))) == 120
assert sorted(permutations(range(4))) == list(permutations(range(4)))
raises(TypeError, "combinations() missing required argument 'r' (pos 2)", combinations, [])
raises(ValueError, "r must be non-negative", combinations, [], -1)
raises(TypeError, "Expected int as r", permutations, [], "a")
raises(ValueError, "repeat argument cannot be negative", lambda: product([], repeat=-1))


class Chain(chain):
    pass


assert list(Chain([1], [2])) == [1, 2]
