# Calls and signatures: every kind of parameter, stars on both sides, defaults, the messages of wrong calls.


def message(fn, *args, **kw):
    try:
        fn(*args, **kw)
    except TypeError as e:
        return str(e)
    raise AssertionError('TypeError expected')


def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw


assert f(1, d=4) == (1, 2, 3, (), 4, 5, {})
assert f(1, 9, 8, 7, 6, d=4, z=0) == (1, 9, 8, (7, 6), 4, 5, {'z': 0})
assert f(1, d=0, a=7, b=8) == (1, 2, 3, (), 0, 5, {'a': 7, 'b': 8})
assert f(*[1, 2], *(3, 4), **{'d': 5}, **{'q': 6}) == (1, 2, 3, (4,), 5, 5, {'q': 6})
assert f(*'ab', c='c', d='d') == ('a', 'b', 'c', (), 'd', 5, {})

assert message(f) == "f() missing 1 required positional argument: 'a'"
assert message(f, 1) == "f() missing 1 required keyword-only argument: 'd'"
assert message(f, 1, 2, 3, c=4, d=5) == "f() got multiple values for argument 'c'"


def g(a, b):
    return a - b


assert g(b=1, a=5) == 4
assert message(g) == "g() missing 2 required positional arguments: 'a' and 'b'"
assert message(g, 1, 2, 3) == 'g() takes 2 positional arguments but 3 were given'
assert message(g, 1, c=2) == "g() got an unexpected keyword argument 'c'"
assert message(g, **{'a': 1, 'b': 2, 'x y': 3}) == "g() got an unexpected keyword argument 'x y'"


def h(*, key):
    return key


assert message(h, 1) == 'h() takes 0 positional arguments but 1 was given'
assert message(h) == "h() missing 1 required keyword-only argument: 'key'"


def p(a, /):
    return a


assert message(p, a=1) == "p() got some positional-only arguments passed as keyword arguments: 'a'"


def defaults(a, b=1, c=2):
    return a, b, c


assert message(defaults, 1, 2, 3, 4) == 'defaults() takes from 1 to 3 positional arguments but 4 were given'
assert 'argument after * must be an iterable, not int' in message(lambda: g(*5))
assert 'argument after ** must be a mapping, not list' in message(lambda: g(**[]))
assert 'keywords must be strings' in message(lambda: g(**{1: 2}))
assert "got multiple values for keyword argument 'a'" in message(lambda: g(**{'a': 1}, **{'a': 2}))
assert message(lambda i: i(), 5) == "'int' object is not callable"

# Defaults are evaluated once, at the definition, left to right; they can be changed.
seen = []


def trace(x):
    seen.append(x)
    return x


def late(a=trace(1), *, b=trace(2), c=trace(3)) -> trace(4):
    return a


assert seen == [1, 2, 3] and late.__defaults__ == (1,) and late.__kwdefaults__ == {'b': 2, 'c': 3}
late.__defaults__ = (10,)
assert late() == 10 and late.__annotations__ == {'return': 4}


def grows(item, to=[]):
    to.append(item)
    return to


assert grows(1) is grows(2) and grows(3) == [1, 2, 3]

# Order of evaluation in a call.
seen.clear()
f(trace(1), *[trace(2)], trace(3), d=trace(4), **{'k': trace(5)}, j=trace(6))
assert seen == [1, 2, 3, 4, 5, 6]

# kwargs are fresh each time; args is a tuple.


def fresh(*args, **kw):
    kw['new'] = 1
    return args, kw


d = {'a': 1}
assert fresh(*(1, 2), **d) == ((1, 2), {'a': 1, 'new': 1}) and d == {'a': 1}

# Methods, classes, partial application, callables of all kinds.


class C:
    def m(self, a, *, k=0):
        return a + k

    def __call__(self, *a):
        return len(a)

    __getitem__ = m


c = C()
m = c.m
assert c.m(1) == m(1) == C.m(c, 1) == m(a=0, k=1) == c[1] == 1 and c(1, 2, 3) == 3
assert message(c.m) == "C.m() missing 1 required positional argument: 'a'"
assert m.__self__ is c and m.__func__ is C.m and c.m == m and c.m is not m
assert (lambda *a, **k: (a, k))(1, x=2) == ((1,), {'x': 2})
assert (lambda x, y=(lambda: 3)(): x + y)(1) == 4
assert max([3, 1, 2], key=lambda x: -x) == 1 and sorted('bca', reverse=True) == ['c', 'b', 'a']
assert list(map(lambda *a: sum(a), [1, 2], [3, 4], [5, 6])) == [9, 12]

# Many arguments.
exec('def many(' + ', '.join(f'a{i}' for i in range(300)) + '): return a0 + a299')
assert many(*range(300)) == 299
assert (lambda *a: len(a))(*range(100000)) == 100000

# Star targets and displays.
a, *b, c = range(6)
assert (a, b, c) == (0, [1, 2, 3, 4], 5)
*a, = 'xy'
assert a == ['x', 'y']
[a, (b, *c)], d = [1, (2, 3, 4)], 5
assert (a, b, c, d) == (1, 2, [3, 4], 5)
assert [*range(2), *'ab'] == [0, 1, 'a', 'b'] and (*[], 1) == (1,) and {*'aab'} == {'a', 'b'}
assert {'a': 1, **{'a': 2, 'b': 3}, 'b': 4} == {'a': 2, 'b': 4}
for target, value, text in (('a, b', '[1]', 'not enough values to unpack (expected 2, got 1)'), ('a, b', '[1, 2, 3]', 'too many values to unpack (expected 2, got 3)'),
                            ('a, *b, c', '[1]', 'not enough values to unpack (expected at least 2, got 1)')):
    try:
        exec(f'{target} = {value}')
    except ValueError as e:
        assert str(e) == text, e
    else:
        assert False
try:
    a, b = 5
except TypeError as e:
    assert str(e) == 'cannot unpack non-iterable int object'


def star_return():
    r = [2, 3]
    return 1, *r


assert star_return() == (1, 2, 3)
for i, *j in [(1, 2, 3), (4,)]:
    assert j == ([2, 3] if i == 1 else [])
