# set, frozenset and their iterator. Expected results are CPython 3.14's, the order of ints in a set included.


def raises(exc, text, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        assert type(e) is exc, type(e)
        if text is not None:
            assert str(e) == text, str(e)
        return e
    raise AssertionError(f'{exc.__name__} not raised')


class S(set):
    pass


class F(frozenset):
    pass


SQUARES = [i * i * 7919 for i in range(50)]
ORDER = [0, 2027264, 8109056, 18245376, 2858759, 16035975, 1781775, 19013519, 5772951, 10841111, 285084, 5353244, 11435036, 641439, 6659879, 9700775,
         7610159, 8623791, 3492279, 14642231, 31676, 7127100, 9154364, 388031, 506816, 4561344, 12670400, 1338311, 12044799, 2288591, 17493071, 197975,
         791900, 3832796, 13969116, 4189151, 13311839, 1552124, 71271, 16756604, 7919, 126704, 1140336, 3167600, 6208496, 10263024, 15331184, 958199,
         2565756, 4949375]


def test_construction():
    assert set() == frozenset() and len(set()) == 0 and not set()
    assert set('hello') == {'h', 'e', 'l', 'o'} and set([1, 1, 2]) == {1, 2} and set({1: 2}) == {1} and set((1,)) == {1}
    assert frozenset(range(3)) == {0, 1, 2}
    raises(TypeError, "'int' object is not iterable", set, 1)
    raises(TypeError, 'set expected at most 1 argument, got 2', set, 1, 2)
    raises(TypeError, 'frozenset expected at most 1 argument, got 2', frozenset, 1, 2)
    raises(TypeError, 'set() takes no keyword arguments', set, a=1)
    raises(TypeError, 'frozenset() takes no keyword arguments', frozenset, a=1)
    raises(TypeError, 'frozenset() takes no keyword arguments', F, a=1)
    raises(TypeError, 'S expected at most 1 argument, got 2', S, 1, 2)

    class F2(frozenset):
        def __init__(self, *args, x=1):
            self.x = x
    assert F2([1], x=3) == {1} and F2([1], x=3).x == 3
    s = {1, 2}
    s.__init__([3])
    assert s == {3}
    s.__init__()
    assert s == set()
    assert set.__new__(set, [1]) == set() and type(set.__new__(S, [1])) is S
    f = frozenset([1])
    assert frozenset(f) is f and f.copy() is f and f.union() == f and f.difference() == f and f.intersection() == f
    assert type(frozenset(F(f))) is frozenset and type(F(f)) is F and type(F(f).copy()) is frozenset and type(S([1]).copy()) is set


def test_order():
    assert list({8, 16, 24, 1, 9, '1'} - {'1'}) == [1, 8, 9, 16, 24]
    assert list({2**61 - 1, -1, -2, 0}) == [2**61 - 1, 0, -1, -2]
    assert list(set(range(0, 1000, 37))) == [0, 259, 518, 777, 148, 407, 666, 925, 37, 296, 555, 814, 185, 444, 703, 962, 74, 333, 592, 851, 222,
                                             481, 740, 999, 111, 370, 629, 888]
    s = {x for x in SQUARES}
    assert list(s) == ORDER, list(s)
    assert list(s.copy()) == ORDER and list(frozenset(s)) == ORDER
    assert [s.pop() for _ in range(len(s))] == ORDER
    u = list({1, 2}.union(SQUARES))
    assert u[:5] == [0, 1, 2, 2027264, 8109056] and u[-3:] == [958199, 1552124, 4949375]
    d = list(set(SQUARES) - set(range(0, 400000, 7)))
    assert d[:4] == [2027264, 8109056, 18245376, 2858759] and d[-3:] == [958199, 1552124, 12044799] and len(d) == 48
    x = list(set(SQUARES) ^ set(range(0, 40000, 401)))
    assert x[:8] == [2027264, 8109056, 18245376, 33283, 21253, 9223, 2858759, 30476] and x[-4:] == [36090, 24060, 12030, 12044799] and len(x) == 148
    o = list(set(SQUARES) | set(range(0, 40000, 401)))
    assert o[:8] == [0, 8109056, 33283, 9223, 18446, 1781775, 27669, 10841111] and o[-3:] == [14837, 24060, 12044799]
    assert list(set(dict.fromkeys(SQUARES)))[-2:] == [1552124, 4949375]
    assert list(set(SQUARES) & set(range(0, 400000, 7))) == [0, 388031]
    # deleted entries are used again
    s = set(range(0, 192, 32)) | {40, 50, 60, 70}
    for e in (0, 64, 128):
        s.discard(e)
    for e in (320, 352, 384, 416):
        s.add(e)
    assert list(s) == [384, 32, 352, 96, 320, 160, 70, 416, 40, 50, 60]


def test_elements():
    s = {1, 'a', None, (1, 2)}
    assert 1 in s and 1.0 in s and True in s and 'a' in s and (1, 2) in s and 2 not in s and 'b' not in s
    s.add(2)
    s.add(2)
    assert len(s) == 5
    s.remove(2)
    raises(KeyError, '2', s.remove, 2)
    s.discard(2)
    s.discard('a')
    assert s == {1, None, (1, 2)}
    text = "cannot use 'list' as a set element (unhashable type: 'list')"
    for f in (lambda: s.add([]), lambda: [] in s, lambda: s.remove([]), lambda: s.discard([]), lambda: {[]}, lambda: set([[]]), lambda: frozenset([[]]),
              lambda: s.union([[]]), lambda: s.isdisjoint([[]]), lambda: s.issuperset([[]]), lambda: s.difference([[]]),
              lambda: s.difference_update([[]]), lambda: s.symmetric_difference([[]])):
        raises(TypeError, text, f)
    raises(TypeError, "unhashable type: 'list'", s.intersection, [[]])
    raises(TypeError, "unhashable type: 'list'", s.intersection_update, [[]])
    raises(TypeError, "cannot use 'tuple' as a set element (unhashable type: 'list')", s.add, ([],))
    raises(TypeError, 'set.add() takes exactly one argument (0 given)', s.add)
    # a set stands for the frozenset that it equals
    n = {frozenset([1]), frozenset()}
    assert {1} in n and set() in n and {2} not in n
    n.remove({1})
    n.discard(set())
    assert not n
    raises(KeyError, '{2}', n.remove, {2})
    n.discard({5})
    raises(KeyError, "'pop from an empty set'", n.pop)
    s.clear()
    assert s == set() and list(s) == []
    s.add(1)
    assert s.pop() == 1 and not s
    b = {True, 0}
    b.add(1)
    b.add(0.0)
    assert b == {1, 0} and True in [x for x in b if x is True]
    nan = float('nan')
    assert nan in {nan} and float('nan') not in {nan}


def test_growth():
    s = set()
    for i in range(100000):
        s.add(i * 3)
    assert len(s) == 100000 and all(i * 3 in s for i in range(0, 100000, 7)) and 1 not in s
    for i in range(0, 100000, 2):
        s.remove(i * 3)
    assert len(s) == 50000 and 0 not in s and 3 in s
    q = set()
    for i in range(5000):
        q.add(i)
        if i >= 10:
            q.remove(i - 10)
    assert q == set(range(4990, 5000))
    w = {'w%d' % i for i in range(3000)}
    assert len(w) == 3000 and all('w%d' % i in w for i in range(3000)) and 'w3000' not in w
    c = {i << 30 for i in range(2000)}
    assert all(i << 30 in c for i in range(2000)) and len(c) == 2000


def test_methods():
    s = {1, 2, 3}
    assert s.union([4], (5,), {6: 0}) == {1, 2, 3, 4, 5, 6} and s.union() == s and s.union() is not s
    assert s.intersection([2, 3, 4], {3}) == {3} and s.intersection() == s and s.intersection({}) == set()
    assert s.difference([1], {2: 0}) == {3} and s.difference() == s
    assert s.symmetric_difference([3, 4, 4]) == {1, 2, 4} and s.symmetric_difference({1: 0, 9: 0}) == {2, 3, 9}
    assert s.issubset([1, 2, 3, 4]) and not s.issubset([1]) and s.issuperset([1]) and not s.issuperset([7]) and s.issuperset([])
    assert s.isdisjoint([4]) and not s.isdisjoint([1]) and s.isdisjoint(set()) and not s.isdisjoint(s) and set().isdisjoint(set())
    t = s.copy()
    assert t.update([4], {5}) is None and t == {1, 2, 3, 4, 5}
    t.intersection_update([1, 2, 9], {1, 2})
    assert t == {1, 2}
    t.difference_update([1])
    assert t == {2}
    t.symmetric_difference_update([2, 3, 3])
    assert t == {3}
    t.symmetric_difference_update(t)
    assert t == set()
    t = {1, 2}
    t.difference_update(t)
    assert t == set()
    t = {1, 2}
    t.update(t)
    t.intersection_update(t)
    assert t == {1, 2}
    big = set(range(1000))
    big.difference_update(range(10, 1000))
    assert big == set(range(10))
    big -= set(range(5, 5000))
    assert big == set(range(5))
    for f in (s.union, s.intersection, s.difference, s.symmetric_difference, s.update, s.issubset, s.issuperset, s.isdisjoint):
        raises(TypeError, "'int' object is not iterable", f, 1)
    raises(TypeError, 'set.symmetric_difference() takes exactly one argument (0 given)', s.symmetric_difference)
    raises(AttributeError, "'frozenset' object has no attribute 'add'", lambda: frozenset().add)


def test_operators():
    s, f = {1, 2}, frozenset([2, 3])
    assert s | f == {1, 2, 3} and type(s | f) is set and type(f | s) is frozenset
    assert s & f == {2} and s - f == {1} and s ^ f == {1, 3} and type(f & s) is frozenset and f - s == {3}
    for op in ('__or__', '__and__', '__sub__', '__xor__', '__ior__', '__iand__', '__isub__', '__ixor__', '__ror__', '__rand__', '__rsub__', '__rxor__',
               '__lt__', '__le__', '__eq__', '__ne__', '__gt__', '__ge__'):
        assert getattr(s, op)([1]) is NotImplemented, op
    raises(TypeError, "unsupported operand type(s) for |: 'set' and 'list'", lambda: s | [2])
    raises(TypeError, "unsupported operand type(s) for -: 'list' and 'set'", lambda: [2] - s)
    raises(TypeError, "'<' not supported between instances of 'set' and 'list'", lambda: s < [1])
    assert {1}.__ror__({2}) == {1, 2} and {1}.__rsub__({2}) == {2}
    for cls, base in ((S, set), (F, frozenset)):
        a = cls([1, 2])
        for r in (a | {3}, a & {1}, a - {1}, a ^ {1}, a.union([1]), a.intersection([1]), a.difference([1]), a.symmetric_difference([1])):
            assert type(r) is base
    t = s
    t |= {5}
    assert t is s and s == {1, 2, 5}
    t &= {1, 5}
    assert t is s and s == {1, 5}
    t -= {1}
    assert t is s and s == {5}
    t ^= {5, 6}
    assert t is s and s == {6}
    t ^= t
    assert s == set()
    g = f
    g |= {9}
    assert g is not f and g == {2, 3, 9} and type(g) is frozenset

    def inplace(s):
        s |= [1]
    raises(TypeError, "unsupported operand type(s) for |=: 'set' and 'list'", inplace, set())
    assert {1} < {1, 2} and {1} <= {1} and not {1} < {1} and {1, 2} > {1} and {1} >= {1} and not {1} < {2, 3} and {1} == frozenset([1])
    assert {1} != {2} and not {1} != {1} and frozenset([1]) < {1, 2} and F([1]) == S([1])


def test_hash():
    assert hash(frozenset()) == 133146708735736 and hash(frozenset([1, 2, 3])) == -272375401224217160
    assert hash(frozenset(range(1000))) == 1340344670691924669 and hash(F([1])) == -558064481276695278
    assert hash(frozenset([1, 2, 3, 4, 5]) - {4, 5}) == hash(frozenset([3, 2, 1]))
    raises(TypeError, "unhashable type: 'set'", hash, {1})
    assert set.__hash__ is None
    assert len({frozenset([i, i + 1]) for i in range(1000)}) == 1000
    assert {frozenset([1]): 'x'}[frozenset([1])] == 'x'


def test_repr():
    assert repr(set()) == 'set()' and repr({1}) == '{1}' and repr({1, 2}) == '{1, 2}' and repr(frozenset()) == 'frozenset()'
    assert repr(frozenset([1])) == 'frozenset({1})' and repr(S()) == 'S()' and repr(S([1])) == 'S({1})' and repr(F(['a'])) == "F({'a'})"

    class Holder:
        def __repr__(self):
            return repr(self.s)
    h = Holder()
    h.s = {h}
    assert repr(h) == '{set(...)}'
    h.s = frozenset([h])
    assert repr(h.s) == 'frozenset({frozenset(...)})'


def test_iterator():
    s = {1, 2, 3}
    it = iter(s)
    assert type(it).__name__ == 'set_iterator' and iter(it) is it and it.__length_hint__() == 3
    assert next(it) == 1 and it.__length_hint__() == 2 and it.__reduce__() == (iter, ([2, 3],)) and list(it) == [2, 3]
    raises(StopIteration, '', next, it)
    assert it.__length_hint__() == 0 and it.__reduce__() == (iter, ([],))
    it = iter(s)
    next(it)
    s.add(4)
    raises(RuntimeError, 'Set changed size during iteration', next, it)
    s.remove(4)
    raises(RuntimeError, 'Set changed size during iteration', next, it)
    assert it.__length_hint__() == 0
    raises(TypeError, "cannot create 'set_iterator' instances", type(it))
    assert list(iter(set())) == []


def test_mutation_while_comparing():
    class Evil:
        def __init__(self, action=None):
            self.action = action

        def __hash__(self):
            return 42

        def __eq__(self, other):
            if self.action:
                action, self.action = self.action, None
                action()
            return self is other
    s = set()
    s.add(Evil(lambda: (s.clear(), s.update(range(100)))))
    s.add(Evil())
    assert len(s) == 101 and 50 in s
    c = set()
    c.add(Evil(c.clear))
    c.add(Evil())
    assert len(c) == 1
    for op in (set.union, set.intersection, set.difference, set.symmetric_difference, set.issubset, set.isdisjoint):
        a = {Evil(lambda: a.clear()), 1, 2}
        b = {Evil(lambda: b.clear()), 2, 3}
        op(a, b)
    a = {Evil(lambda: a.clear()), 1, 2}
    a.difference_update([Evil(), 1])
    a = {Evil(lambda: b.clear()), 1, 2}
    b = {Evil(), 1, 2}
    a == b


def test_misc():
    assert {1}.__reduce__() == (set, ([1],), None) and frozenset([1]).__reduce__() == (frozenset, ([1],), None)
    s = S([1])
    s.x = 5
    assert s.__reduce__() == (S, ([1],), {'x': 5})
    assert {1}.__sizeof__() > 0 and set(range(1000)).__sizeof__() > set(range(5)).__sizeof__()
    assert repr(set[int]) == 'set[int]' and repr(frozenset[int]) == 'frozenset[int]'
    assert set.union.__text_signature__ == '($self, /, *others)' and set.add.__text_signature__ == '($self, object, /)'
    raises(TypeError, "descriptor 'add' for 'set' objects doesn't apply to a 'frozenset' object", set.add, frozenset(), 1)
    assert {*[1, 2], *(3,)} == {1, 2, 3} and {x % 3 for x in range(10)} == {0, 1, 2}
    deep = frozenset()
    for i in range(300):
        deep = frozenset([deep])
    assert repr(deep).count('frozenset') == 301 and hash(deep) == hash(frozenset(deep))


def test_random():
    # against a model that needs no hashing: one flag for each number
    seed = 1
    for n in (3, 10, 40, 200):
        a, b, in_a, in_b = set(), set(), [False] * n, [False] * n
        for step in range(800):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            i, what = (seed >> 33) % n, (seed >> 20) % 16
            if what < 5:
                a.add(i * 1000)
                in_a[i] = True
            elif what < 8:
                a.discard(i * 1000)
                in_a[i] = False
            elif what < 12:
                b.add(i * 1000)
                in_b[i] = True
            elif what == 12:
                assert (i * 1000 in b) == in_b[i]
            elif what == 13:
                b ^= a
                in_b = [x != y for x, y in zip(in_a, in_b)]
            if step % 20 == 0:
                def numbers(flags):
                    return [k * 1000 for k in range(n) if flags[k]]
                pairs = list(zip(in_a, in_b))
                assert sorted(a) == numbers(in_a) and sorted(b) == numbers(in_b)
                assert sorted(a | b) == numbers([x or y for x, y in pairs]) and sorted(a & b) == numbers([x and y for x, y in pairs])
                assert sorted(a - b) == numbers([x and not y for x, y in pairs]) and sorted(a ^ b) == numbers([x != y for x, y in pairs])
                assert (a <= b) == all(y or not x for x, y in pairs) and a.isdisjoint(b) == (not any(x and y for x, y in pairs))
                assert len(a) == sum(in_a) and (a == b) == (in_a == in_b)


for name, f in list(globals().items()):
    if name.startswith('test_'):
        f()
