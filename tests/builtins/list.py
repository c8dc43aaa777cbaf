# list: construction, items, slices, methods, comparison, sorting.


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


def test_basics():
    assert list() == [] and list((1, 2)) == [1, 2] and list("ab") == ["a", "b"]
    raises(TypeError, "list expected at most 1 argument, got 2", list, 1, 2)
    raises(TypeError, "list() takes no keyword arguments", lambda: list(a=1))
    l = [1, 2, 3]
    l.append(4)
    l.extend(l)
    assert l == [1, 2, 3, 4, 1, 2, 3, 4]
    assert l.pop() == 4 and l.pop(0) == 1 and l.pop(-2) == 2
    assert l == [2, 3, 4, 1, 3]
    l.insert(0, 9)
    l.insert(-1, 8)
    l.insert(100, 7)
    assert l == [9, 2, 3, 4, 1, 8, 3, 7]
    l.remove(3)
    assert l.index(3) == 5 and l.count(3) == 1 and 8 in l and 5 not in l
    raises(ValueError, "list.remove(x): x not in list", l.remove, 55)
    raises(ValueError, "list.index(x): x not in list", l.index, 3, 0, 2)
    raises(IndexError, "pop from empty list", [].pop)
    raises(IndexError, "pop index out of range", [1].pop, 5)
    l.reverse()
    assert l == [7, 3, 8, 1, 4, 2, 9]
    c = l.copy()
    l.clear()
    assert l == [] and len(c) == 7
    assert [1] + [2] == [1, 2] and [1, 2] * 2 == [1, 2, 1, 2] == 2 * [1, 2] and [1] * -1 == []
    m = [1]
    m *= 3
    m += (5,)
    assert m == [1, 1, 1, 5]
    raises(TypeError, 'can only concatenate list (not "int") to list', lambda: [] + 1)
    raises(TypeError, None, hash, [])


def test_slices():
    l = list(range(10))
    assert l[2:5] == [2, 3, 4] and l[::-3] == [9, 6, 3, 0] and l[-3:] == [7, 8, 9] and l[5:2] == []
    l[2:5] = "abcde"
    assert l == [0, 1, "a", "b", "c", "d", "e", 5, 6, 7, 8, 9]
    l[2:7] = []
    assert l == [0, 1, 5, 6, 7, 8, 9]
    l[::2] = "wxyz"
    assert l == ["w", 1, "x", 6, "y", 8, "z"]
    del l[::-2]
    assert l == [1, 6, 8]
    l[1:1] = l
    assert l == [1, 1, 6, 8, 6, 8]
    l[:] = (x for x in l if x > 5)
    assert l == [6, 8, 6, 8]
    del l[1]
    del l[-1:]
    assert l == [6, 6]
    l = list(range(20))
    del l[1::3]
    assert l == [0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]

    def assign(l, k, v):
        l[k] = v

    raises(TypeError, "must assign iterable to extended slice", assign, [1], slice(0, 1), 5)
    raises(ValueError, "attempt to assign sequence of size 2 to extended slice of size 1", assign, [1], slice(None, None, 2), [1, 2])
    raises(IndexError, "list assignment index out of range", assign, [1], 4, 5)
    raises(TypeError, "list indices must be integers or slices, not str", lambda: [1]["a".lower()])
    raises(IndexError, "cannot fit 'int' into an index-sized integer", lambda: [1][2**100])
    raises(ValueError, "slice step cannot be zero", lambda: [1][::0])


def test_compare_repr():
    assert [1, 2] < [1, 3] and [1] < [1, 0] and not [2] < [1, 5] and [1, 2] >= [1, 2] and [1] != [2]
    l = [1, "a"]
    l.append(l)
    assert repr(l) == "[1, 'a', [...]]"
    assert repr([]) == "[]"

    class Eq:
        def __eq__(self, other):
            l2.clear()
            return False

    l2 = [Eq(), Eq()]
    assert 5 not in l2


def test_iterators():
    it = iter([1, 2, 3])
    assert next(it) == 1 and it.__length_hint__() == 2
    it.__setstate__(2)
    assert list(it) == [3] and list(it) == []
    l = [1]
    it = iter(l)
    list(it)
    l.append(2)
    assert list(it) == []
    r = reversed([1, 2, 3])
    assert next(r) == 3 and r.__length_hint__() == 2 and list(r) == [2, 1]
    f, args, state = iter([1, 2]).__reduce__()
    assert f is iter and args == ([1, 2],) and state == 0


def random_numbers(n, seed=1):
    out = []
    for _ in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append(seed >> 40)
    return out


def is_sorted(l):
    return all(not (l[i + 1] < l[i]) for i in range(len(l) - 1))


def test_sort():
    for n in (0, 1, 2, 3, 10, 63, 64, 65, 200, 1000, 5000):
        base = random_numbers(n, n + 1)
        for make in (int, float, str, lambda x: (x % 7, x), lambda x: (str(x % 5), x), lambda x: (float(x % 3), -x), lambda x: [x], lambda x: "ü€"[x % 2] + str(x)):
            l = [make(x) for x in base]
            s = sorted(l)
            assert is_sorted(s) and len(s) == n
            r = sorted(l, reverse=True)
            assert is_sorted(r[::-1])
            assert sorted(s) == s and sorted(r) == s
        # stability
        l = [(x % 10, i) for i, x in enumerate(base)]
        assert sorted(l, key=lambda p: p[0]) == sorted(l)
        assert sorted(l, key=lambda p: p[0], reverse=True) == sorted(l, key=lambda p: (-p[0], p[1]))
        # runs
        l = list(range(n)) + list(range(n, 0, -1)) + list(range(n // 2))
        assert is_sorted(sorted(l))
        assert sum(sorted(l)) == sum(l)
    assert sorted([3, 1.5, True, 2**70]) == [True, 1.5, 3, 2**70]
    assert sorted(["b", "B", "a"], key=str.lower) == ["a", "b", "B"]

    class Bad:
        def __lt__(self, other):
            raise KeyError("no")

    l = [Bad() for _ in range(50)]
    ids = sorted(map(id, l))
    raises(KeyError, None, l.sort)
    assert sorted(map(id, l)) == ids
    calls = []

    class Meddler:
        def __init__(self, v):
            self.v = v

        def __lt__(self, other):
            victim.append(1)
            calls.append(len(victim))
            return self.v < other.v

    victim = [Meddler(3), Meddler(1), Meddler(2)]
    raises(ValueError, "list modified during sort", victim.sort)
    assert [m.v for m in victim] == [1, 2, 3] and calls[0] == 1
    raises(TypeError, "'<' not supported between instances of 'str' and 'int'", [1, "a"].sort)

    n = 0

    class Counting:
        def __init__(self, v):
            self.v = v

        def __lt__(self, other):
            nonlocal n
            n += 1
            if n == 3000:
                raise ZeroDivisionError
            return self.v < other.v

    l = [Counting(x) for x in random_numbers(1000)]
    ids = sorted(map(id, l))
    raises(ZeroDivisionError, None, l.sort)
    assert sorted(map(id, l)) == ids
    nan = float("nan")
    assert len(sorted([3.0, nan, 1.0, nan, 2.0])) == 5
    assert len(sorted([(nan, 1), (nan, 2), (1.0, 0)])) == 3


def test_subclass():
    class L(list):
        pass

    l = L([1, 2])
    l.x = 5
    assert l == [1, 2] and l.x == 5 and type(l[:]) is list and type(l + l) is list


test_basics()
test_slices()
test_compare_repr()
test_iterators()
test_sort()
test_subclass()
