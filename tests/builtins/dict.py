# dict, its views and iterators. Expected results are CPython 3.14's.


def raises(exc, text, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        assert type(e) is exc, type(e)
        if text is not None:
            assert str(e) == text, str(e)
        return e
    raise AssertionError(f'{exc.__name__} not raised')


class Sub(dict):
    pass


class Missing(dict):
    def __missing__(self, key):
        return ('missing', key)


class Key:
    """Counts its comparisons; equal to everything with the same number."""
    def __init__(self, n, h=None):
        self.n = n
        self.h = n if h is None else h

    def __hash__(self):
        return hash(self.h)

    def __eq__(self, other):
        if isinstance(other, Key):
            return self.n == other.n
        return self.n == other


def test_construction():
    assert dict() == {} and len({}) == 0 and not {}
    assert dict(a=1, b=2) == {'a': 1, 'b': 2}
    assert dict({1: 2}, a=3) == {1: 2, 'a': 3}
    assert dict([(1, 2), [3, 4], 'ab']) == {1: 2, 3: 4, 'a': 'b'}
    assert dict(iter([(1, 2)])) == {1: 2}
    assert dict(self=1, other=2) == {'self': 1, 'other': 2}
    assert list(dict([(3, 0), (1, 0), (2, 0), (1, 5)]).items()) == [(3, 0), (1, 5), (2, 0)]
    e = raises(TypeError, 'object is not iterable', dict, [1])
    assert e.__notes__ == ['Cannot convert dictionary update sequence element #0 to a sequence']
    raises(ValueError, 'dictionary update sequence element #1 has length 1; 2 is required', dict, [(1, 2), (1,)])
    raises(ValueError, 'dictionary update sequence element #0 has length 3; 2 is required', dict, ['abc'])
    raises(TypeError, "'int' object is not iterable", dict, 5)
    raises(TypeError, 'dict expected at most 1 argument, got 2', dict, 1, 2)
    raises(TypeError, 'update expected at most 1 argument, got 2', {}.update, 1, 2)
    assert dict.__new__(dict, 1, 2, 3) == {}
    assert type(Sub(a=1)) is Sub and Sub(a=1) == {'a': 1}


class Mapping:
    def __init__(self, d):
        self.d = d

    def keys(self):
        return iter(self.d)

    def __getitem__(self, k):
        return self.d[k] * 10


class BadKeys:
    def keys(self):
        return 5


def test_update():
    d = {}
    assert d.update(Mapping({1: 1, 2: 2}), z=3) is None
    assert d == {1: 10, 2: 20, 'z': 3}
    d.update([(1, 0)])
    d.update({2: 5})
    assert d == {1: 0, 2: 5, 'z': 3}
    d.update()
    raises(TypeError, 'BadKeys.keys() returned a non-iterable (type int)', d.update, BadKeys())

    class Reversed(dict):
        def __iter__(self):
            return reversed(list(super().keys()))

        def keys(self):
            return list(reversed(list(super().keys())))
    assert list(dict(Reversed(a=1, b=2))) == ['b', 'a']

    big = {i: i for i in range(1000)}
    del big[3], big[500]
    e = {}
    e.update(big)
    assert e == big and list(e) == list(big) and len(e) == 998
    e.update({i: -i for i in range(2000)})
    assert len(e) == 2000 and e[3] == -3 and list(e)[-2:] == [1998, 1999]

    class Mutating:
        def __init__(self, d):
            self.d = d

        def __hash__(self):
            return 7

        def __eq__(self, other):
            self.d[len(self.d) + 100] = 0
            return False
    other = {}
    other[Mutating(other)] = 1
    raises(RuntimeError, 'dict mutated during update', {7: 1}.update, other)


def test_fromkeys():
    assert dict.fromkeys('ab') == {'a': None, 'b': None}
    assert dict.fromkeys({1, 2}, 3) == {1: 3, 2: 3}
    assert dict.fromkeys({'x': 1}, 0) == {'x': 0}
    assert dict.fromkeys(range(3), 1) == {0: 1, 1: 1, 2: 1}
    assert type(Sub.fromkeys([1])) is Sub
    raises(TypeError, "'int' object is not iterable", dict.fromkeys, 5)
    raises(TypeError, 'fromkeys expected at least 1 argument, got 0', dict.fromkeys)

    class Log(dict):
        def __setitem__(self, k, v):
            dict.__setitem__(self, k, (v, 'set'))
    assert Log.fromkeys([1], 2) == {1: (2, 'set')}


def test_access():
    d = {'a': 1, 2: 'b', None: 3, (1, 2): 4, 1.5: 5}
    assert d['a'] == 1 and d[2] == 'b' and d[None] == 3 and d[(1, 2)] == 4 and d[1.5] == 5
    assert d[2.0] == 'b' and 2 + 0j in d
    raises(KeyError, '1', lambda: d[1])
    raises(KeyError, "'x'", lambda: d['x'])
    raises(KeyError, '(1,)', lambda: d[(1,)])
    assert d.get('a') == 1 and d.get('x') is None and d.get('x', 7) == 7
    assert d.setdefault('a', 9) == 1 and d.setdefault('n') is None and d['n'] is None
    assert d.setdefault('m', 4) == 4 and d['m'] == 4
    assert d.pop('m') == 4 and d.pop('m', 0) == 0
    raises(KeyError, "'m'", d.pop, 'm')
    del d['n']
    assert 'n' not in d

    def delete(k):
        del d[k]
    raises(KeyError, "'n'", delete, 'n')
    assert Missing()[1] == ('missing', 1)
    assert Missing().get(1) is None and 1 not in Missing()
    assert Missing({1: 2})[1] == 2
    raises(TypeError, 'get expected at least 1 argument, got 0', d.get)
    raises(TypeError, 'get expected at most 2 arguments, got 3', d.get, 1, 2, 3)
    raises(TypeError, 'dict.get() takes no keyword arguments', d.get, key=1)
    raises(TypeError, 'dict.keys() takes no arguments (1 given)', d.keys, 1)

    # numbers that are equal are one key, the first one stays
    n = {1: 'int', 0: 'zero'}
    n[True] = 'bool'
    n[1.0] = 'float'
    n[False] = 'false'
    n[-0.0] = 'minus'
    assert n == {1: 'float', 0: 'minus'} and [type(k) for k in n] == [int, int]
    b = {True: 1}
    b[1] = 2
    assert b == {True: 2} and list(b)[0] is True
    big = {2**61 - 1: 'm', 0: 'z', 2**61: 'p', 1: 'o', -1: 'a', -2: 'b', 2**100: 'big', -2**61: 'n', -2**61 + 1: 'q'}
    assert len(big) == 9
    for k, v in list(big.items()):
        assert big[k] == v
        assert big[k + 0] == v
    assert big[2**100 + 0] == 'big' and big[float(2**100)] == 'big' and 2**100 + 1 not in big
    nan = float('nan')
    assert {nan: 1}[nan] == 1 and float('nan') not in {nan: 1}


def test_unhashable():
    d = {}
    text = "cannot use 'list' as a dict key (unhashable type: 'list')"
    for f in (lambda: d[[]], lambda: [] in d, lambda: d.get([]), lambda: d.setdefault([]), lambda: {[]: 1}, lambda: d.__setitem__([], 1),
              lambda: dict.fromkeys([[]]), lambda: dict([([], 1)]), lambda: {1: 2}.pop([]), lambda: d.__delitem__([]), lambda: [] in d.keys(),
              lambda: ([], 1) in d.items()):
        raises(TypeError, text, f)
    raises(TypeError, "cannot use 'tuple' as a dict key (unhashable type: 'list')", lambda: d[([],)])
    raises(KeyError, '[]', d.pop, [])
    assert d.pop([], 1) == 1
    raises(TypeError, "unhashable type: 'dict'", hash, d)
    assert dict.__hash__ is None

    class Own(TypeError):
        pass

    class H:
        def __hash__(self):
            raise Own('boo')
    raises(Own, 'boo', lambda: d[H()])


def test_order_and_growth():
    d = {}
    for i in range(100000):
        d[i * 7] = i
    assert len(d) == 100000 and list(d)[:3] == [0, 7, 14]
    for i in range(100000):
        assert d[i * 7] == i
    assert 1 not in d and -7 not in d
    for i in range(0, 100000, 2):
        del d[i * 7]
    assert len(d) == 50000 and next(iter(d)) == 7
    d[0] = 'again'
    assert list(d)[-1] == 0
    for i in range(1, 100000, 2):
        assert d.pop(i * 7) == i
    assert d == {0: 'again'}
    d = {}
    for i in range(300):
        d['k%d' % i] = i
        for j in range(0, i, 37):
            assert d['k%d' % j] == j
    assert list(d.values()) == list(range(300))
    # adding and taking away again and again
    q = {}
    for i in range(5000):
        q[i] = i
        if i >= 10:
            assert q.pop(i - 10) == i - 10
    assert list(q) == list(range(4990, 5000))
    s = {}
    for i in range(5000):
        s[i] = 1
        s['x'] = 2
        del s[i]
        assert s.popitem() == ('x', 2) and not s
    for i in range(2000):
        s[i] = s[-i - 1] = i
        assert s.popitem() == (-i - 1, i)
    assert list(s) == list(range(2000)) and all(k in s for k in range(2000))
    for i in range(1999, -1, -1):
        assert s.popitem() == (i, i)
    raises(KeyError, "'popitem(): dictionary is empty'", s.popitem)
    # the same low bits everywhere
    c = {i << 20: i for i in range(3000)}
    assert all(c[i << 20] == i for i in range(3000)) and len(c) == 3000
    k = {Key(i, 5): i for i in range(50)}
    assert all(k[Key(i, 5)] == i for i in range(50))
    del k[Key(3, 5)]
    assert Key(3, 5) not in k and k[Key(49, 5)] == 49


def test_clear_copy():
    d = {1: [1], 'a': 2}
    c = d.copy()
    assert c == d and c is not d and c[1] is d[1]
    c[3] = 4
    assert 3 not in d
    d.clear()
    assert d == {} and list(d) == [] and len(d) == 0
    d['x'] = 1
    assert d == {'x': 1}
    holes = {i: i for i in range(20)}
    for i in range(15):
        del holes[i]
    c = holes.copy()
    assert list(c.items()) == [(i, i) for i in range(15, 20)] and c == holes
    assert type(Sub(a=1).copy()) is dict
    assert type(Missing(a=1) | {}) is dict


def test_or():
    a, b = {1: 1, 2: 2}, {2: 3, 4: 4}
    assert a | b == {1: 1, 2: 3, 4: 4} and list(b | a) == [2, 4, 1] and a == {1: 1, 2: 2}
    c = a
    c |= b
    assert c is a and a == {1: 1, 2: 3, 4: 4}
    a |= [(5, 5)]
    assert a[5] == 5
    raises(TypeError, "unsupported operand type(s) for |: 'dict' and 'list'", lambda: a | [(1, 2)])
    raises(TypeError, "unsupported operand type(s) for |: 'int' and 'dict'", lambda: 1 | a)
    assert a.__or__(5) is NotImplemented and a.__ror__(5) is NotImplemented
    assert {1: 2}.__ror__({3: 4}) == {3: 4, 1: 2}
    raises(TypeError, "'int' object is not iterable", a.__ior__, 5)


def test_compare():
    assert {1: 2, 3: 4} == {3: 4, 1: 2} and {1: 2} != {1: 3} and {1: 2} != {2: 2} and {} != {1: 1}
    assert not {1: 2} == [1] and {}.__eq__(1) is NotImplemented
    assert {1: 1} == Sub({1: 1}) and {1: True} == {1.0: 1}
    nan = float('nan')
    assert {1: nan} == {1: nan}
    raises(TypeError, "'<' not supported between instances of 'dict' and 'dict'", lambda: {} < {})

    class Bad:
        def __eq__(self, other):
            raise ZeroDivisionError
    raises(ZeroDivisionError, None, lambda: {1: Bad()} == {1: Bad()})


def test_repr():
    assert repr({}) == '{}' and repr({1: 'a', 'é': [2]}) == "{1: 'a', 'é': [2]}"
    d = {}
    d['self'] = d
    assert repr(d) == "{'self': {...}}"
    d['v'] = d.values()
    assert repr(d) == "{'self': {...}, 'v': dict_values([{...}, ...])}", repr(d)
    assert repr({1: 2, 3: 4}.items()) == 'dict_items([(1, 2), (3, 4)])'
    assert repr({1: 2}.keys()) == 'dict_keys([1])' and repr({1: 2}.values()) == 'dict_values([2])'
    assert str({'a\U0001F600': 1}) == "{'a\U0001F600': 1}"

    class Bad:
        def __repr__(self):
            raise ZeroDivisionError
    raises(ZeroDivisionError, None, repr, {1: Bad()})
    raises(ZeroDivisionError, None, repr, {1: Bad()}.values())


def test_iterators():
    d = {1: 'a', 2: 'b', 3: 'c'}
    assert list(d) == [1, 2, 3] and list(d.values()) == ['a', 'b', 'c'] and list(d.items()) == [(1, 'a'), (2, 'b'), (3, 'c')]
    assert list(reversed(d)) == [3, 2, 1]
    assert list(reversed(d.keys())) == [3, 2, 1]
    assert list(reversed(d.values())) == ['c', 'b', 'a']
    assert list(reversed(d.items())) == [(3, 'c'), (2, 'b'), (1, 'a')]
    names = [type(f(x)).__name__ for f in (iter, reversed) for x in (d, d.values(), d.items())]
    assert names == ['dict_keyiterator', 'dict_valueiterator', 'dict_itemiterator', 'dict_reversekeyiterator', 'dict_reversevalueiterator',
                     'dict_reverseitemiterator']
    it = iter(d)
    assert iter(it) is it and it.__length_hint__() == 3
    next(it)
    assert it.__length_hint__() == 2
    assert it.__reduce__() == (iter, ([2, 3],)) and list(it) == [2, 3] and it.__length_hint__() == 0
    assert it.__reduce__() == (iter, ([],))
    raises(StopIteration, '', next, it)
    r = reversed(d.items())
    next(r)
    assert r.__reduce__() == (iter, ([(2, 'b'), (1, 'a')],)) and r.__length_hint__() == 2
    raises(TypeError, "cannot create 'dict_keyiterator' instances", type(it))
    raises(TypeError, "cannot create 'dict_keys' instances", type(d.keys()), d)

    for make in (iter, lambda d: iter(d.items()), reversed, lambda d: reversed(d.values())):
        d = {1: 1, 2: 2}
        it = make(d)
        next(it)
        d[3] = 3
        raises(RuntimeError, 'dictionary changed size during iteration', next, it)
        del d[3]
        raises(RuntimeError, 'dictionary changed size during iteration', next, it)
        assert it.__length_hint__() == 0

    def same_size():
        d = {0: 0}
        for i in d:
            del d[0]
            d[0] = 0
    raises(RuntimeError, 'dictionary keys changed during iteration', same_size)
    d = {i: i for i in range(10)}
    for k in d:
        d[k] = -k
    assert d == {i: -i for i in range(10)}
    d = {i: i for i in range(100)}
    it = reversed(d)
    next(it)
    for i in range(99):
        del d[i]
    for i in range(99):
        d[i] = 1
    assert list(it)


def test_views():
    d = {1: 'a', 2: 'b'}
    k, v, i = d.keys(), d.values(), d.items()
    assert len(k) == len(v) == len(i) == 2
    assert 1 in k and 3 not in k and 'a' in v and 'z' not in v
    assert (1, 'a') in i and (1, 'b') not in i and [1, 'a'] not in i and 1 not in i and (1, 'a', 2) not in i
    d[3] = 'c'
    assert len(k) == 3 and list(v) == ['a', 'b', 'c']
    assert k.mapping == d and type(k.mapping).__name__ == 'mappingproxy' and i.mapping[3] == 'c'
    assert k == {1, 2, 3} and {1, 2, 3} == k and k == frozenset([1, 2, 3]) and k != {1} and k == {1: 0, 2: 0, 3: 0}.keys()
    assert not k == [1, 2, 3] and v != d.values() and i == {(1, 'a'), (2, 'b'), (3, 'c')}
    assert k < {1, 2, 3, 4} and k <= {1, 2, 3} and not k < {1, 2, 3} and k > {1} and k >= {1, 2, 3} and {1} < k
    assert k & [1, 1, 9] == {1} and type(k & []) is set and k | [9] == {1, 2, 3, 9} and k - [1] == {2, 3} and k ^ [1, 9] == {2, 3, 9}
    assert [1, 9] & k == {1} and [9] | k == {1, 2, 3, 9} and [1, 9] - k == {9} and [1, 9] ^ k == {2, 3, 9}
    assert k & {1, 5} == {1} and {1, 5, 6, 7, 8} & k == {1} and k & {2: 0, 7: 0}.keys() == {2}
    assert i & {(1, 'a'), 5} == {(1, 'a')} and i - [(1, 'a')] == {(2, 'b'), (3, 'c')} and i | [0] == {(1, 'a'), (2, 'b'), (3, 'c'), 0}
    assert i ^ {1: 'a', 2: 'x'}.items() == {(2, 'b'), (2, 'x'), (3, 'c')}
    assert {1: [], 2: 3}.items() ^ {1: []}.items() == {(2, 3)}
    raises(TypeError, "cannot use 'tuple' as a set element (unhashable type: 'list')", lambda: {1: []}.items() | {2})
    raises(TypeError, "'int' object is not iterable", lambda: k | 2)
    raises(TypeError, "'<' not supported between instances of 'dict_keys' and 'list'", lambda: k < [1])
    assert k.isdisjoint([7]) and not k.isdisjoint([1]) and k.isdisjoint({7, 8, 9, 10}) and not k.isdisjoint(k) and {}.keys().isdisjoint({}.keys())
    raises(TypeError, "'int' object is not iterable", k.isdisjoint, 1)
    raises(TypeError, "unhashable type: 'dict_keys'", hash, k)
    assert isinstance(hash(v), int)


def test_mutation_while_comparing():
    # A lookup whose comparison changes the dict starts over.
    class Evil:
        def __init__(self, action):
            self.action = action

        def __hash__(self):
            return 42

        def __eq__(self, other):
            if self.action:
                action, self.action = self.action, None
                action()
            return self is other
    d = {}
    first = Evil(lambda: (d.clear(), d.update({i: i for i in range(100)})))
    d[first] = 1
    d[Evil(None)] = 2
    assert len(d) == 101 or len(d) == 102
    assert d[50] == 50 and d.get(42) == 42
    d2 = {}
    e = Evil(lambda: d2.pop(e))
    d2[e] = 1
    assert Evil(None) not in d2 and len(d2) == 0
    d3 = {}
    d3[Evil(lambda: d3.clear())] = 1
    raises(KeyError, None, lambda: d3[Evil(None)])
    # values that change the dict they are in while it is shown or compared
    class Show:
        def __init__(self, d):
            self.d = d

        def __repr__(self):
            self.d.clear()
            return 'shown'
    s = {}
    s[0] = Show(s)
    s[1] = 1
    assert repr(s) == '{0: shown}'


def test_subclass_and_misc():
    assert {}.__sizeof__() > 0 and {i: i for i in range(100)}.__sizeof__() > {}.__sizeof__()
    raises(AttributeError, "'dict' object has no attribute '__missing__'", lambda: {}.__missing__)

    class C(dict):
        def __getitem__(self, k):
            return 'over'
    c = C(a=1)
    assert c['a'] == 'over' and c.get('a') == 1 and dict(c) == {'a': 1}
    c.attr = 5
    assert c.attr == 5
    keep = {str(i): i for i in range(10)}
    exec('x = 1', keep)
    assert keep['x'] == 1
    assert {**{'a': 1}, 'b': 2, **{'a': 3}} == {'a': 3, 'b': 2}
    assert {k: v for k, v in zip('abc', range(3))} == {'a': 0, 'b': 1, 'c': 2}
    assert isinstance({}.keys(), type({}.keys()))
    alias = dict[str, int]
    assert repr(alias) == 'dict[str, int]' and alias.__origin__ is dict
    assert dict.get.__text_signature__ == '($self, key, default=None, /)'
    d = {}
    for i in range(300):
        n = {}
        n['d'] = d
        d = n
    assert repr(d).count('{') == 301


def random_numbers(seed):
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield seed >> 33


def test_random():
    # against a model that needs no hashing: keys in order of insertion, and their values by number
    for seed in range(12):
        rnd = random_numbers(seed)
        n = 3 << seed % 6
        shift = seed % 3 * 20
        make = (lambda i: i << shift) if seed % 4 else (lambda i: 'key%d' % i)
        d, order, values = {}, [], [None] * n
        for step in range(1500):
            i = next(rnd) % n
            key = make(i)
            what = next(rnd) % 8
            if what < 3:
                if values[i] is None:
                    order.append(i)
                values[i] = step
                d[key] = step
            elif what == 3:
                assert d.get(key) == values[i] and (key in d) == (values[i] is not None)
            elif what < 6:
                assert d.pop(key, None) == values[i]
                if values[i] is not None:
                    order.remove(i)
                    values[i] = None
            elif what == 6 and order:
                last = order.pop()
                assert d.popitem() == (make(last), values[last])
                values[last] = None
            elif step % 100 == 0:
                d = d.copy() if step % 200 else dict(list(d.items()))
            assert len(d) == len(order)
            if step % 50 == 0:
                assert list(d.items()) == [(make(k), values[k]) for k in order]
                assert list(reversed(d)) == [make(k) for k in reversed(order)]


for name, f in list(globals().items()):
    if name.startswith('test_'):
        f()
