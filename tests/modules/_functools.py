# _functools
from _functools import Placeholder, _lru_cache_wrapper, cmp_to_key, partial, reduce


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


assert reduce(lambda a, b: a * b, [1, 2, 3, 4]) == 24 and reduce(lambda a, b: a + b, [], 5) == 5 and reduce(lambda a, b: a + b, [1], initial=2) == 3
raises(TypeError, "reduce() of empty iterable with no initial value", reduce, max, [])
raises(TypeError, "reduce() arg 2 must support iteration", reduce, max, 5)

key = cmp_to_key(lambda a, b: b - a)
assert sorted([1, 3, 2], key=key) == [3, 2, 1] and key(5).obj == 5 and key(obj=1) == key(1) and key(2) < key(1)
raises(TypeError, "other argument must be K instance", lambda: key(1) < 5)
raises(TypeError, "unhashable type: 'functools.KeyWrapper'", hash, key(1))


def f(*args, **kw):
    return args, kw


p = partial(f, 1, 2, a=3)
assert p(4, b=5) == ((1, 2, 4), {"a": 3, "b": 5}) and p(a=9) == ((1, 2), {"a": 9})
assert p.func is f and p.args == (1, 2) and p.keywords == {"a": 3}
q = partial(p, 7, z=1)
assert q.func is f and q.args == (1, 2, 7) and q.keywords == {"a": 3, "z": 1}
p.name = "x"
assert p.__dict__ == {"name": "x"} and partial(p).func is p
assert repr(partial(max, 1, key=len)) == "functools.partial(<built-in function max>, 1, key=<built-in function len>)"
s = partial(f, Placeholder, 2, Placeholder, 4)
assert s(1, 3, 5) == ((1, 2, 3, 4, 5), {}) and s(1, 3, k=6) == ((1, 2, 3, 4), {"k": 6})
raises(TypeError, "missing positional arguments in 'partial' call; expected at least 2, got 1", s, 1)
raises(TypeError, "trailing Placeholders are not allowed", partial, f, Placeholder)
raises(TypeError, "Placeholder cannot be passed as a keyword argument", lambda: partial(f, a=Placeholder))
assert partial(s, 1)(3) == ((1, 2, 3, 4), {}) and repr(Placeholder) == "Placeholder" and type(Placeholder)() is Placeholder
raises(TypeError, "the first argument must be callable", partial, 5)
raises(TypeError, "type 'partial' takes at least one argument", partial)


class C:
    bound = partial(f, 1)


assert C().bound(2)[0][0] == 1 and len(C().bound(2)[0]) == 3
r = partial(f)
r.__setstate__((f, (8,), {"k": 1}, {"attr": 2}))
assert r() == ((8,), {"k": 1}) and r.attr == 2
raises(TypeError, "invalid partial state", r.__setstate__, (1, 2))
assert partial(f, 1).__reduce__() == (partial, (f,), (f, (1,), {}, None))

calls = []


def fib(n):
    calls.append(n)
    return n if n < 2 else cached(n - 1) + cached(n - 2)


def info(*a):
    return a


cached = _lru_cache_wrapper(fib, None, False, info)
assert cached(60) == 1548008755920 and len(calls) == 61 and cached.cache_info() == (58, 61, None, 61)
cached.cache_clear()
assert cached.cache_info() == (0, 0, None, 0)
small = _lru_cache_wrapper(lambda *a, **k: (a, k), 2, False, info)
assert small(1) == ((1,), {}) and small(2) and small(1) and small(3) and small.cache_info() == (1, 3, 2, 2)
small(1)
assert small.cache_info() == (2, 3, 2, 2)
small(2)
assert small.cache_info() == (2, 4, 2, 2)
small(a=1)
small(a=1)
assert small.cache_info() == (3, 5, 2, 2)
for i in range(1000):
    small(i)
assert small.cache_info() == (3, 1005, 2, 2)
typed = _lru_cache_wrapper(lambda x: x, 8, True, info)
assert type(typed(1)) is int and type(typed(1.0)) is float and typed.cache_info()[1] == 2
off = _lru_cache_wrapper(lambda x: x, 0, False, info)
assert off(1) == 1 and off(1) == 1 and off.cache_info() == (0, 2, 0, 0)
raises(TypeError, "maxsize should be integer or None", _lru_cache_wrapper, max, "a", False, info)
raises(TypeError, "the first argument must be callable", _lru_cache_wrapper, 5, None, False, info)


class D:
    @lambda g: _lru_cache_wrapper(g, None, False, info)
    def m(self, x):
        return x


d = D()
assert d.m(4) == 4 and d.m(4) == 4 and D.m.cache_info() == (1, 1, None, 1)
D.m.attribute = 5
assert D.m.__dict__ == {"attribute": 5}
