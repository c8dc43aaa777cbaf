"""Functions with *args and **kwargs, and calls with them: what is bound, and what is refused."""
import functools


def every(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, kw


def only(*args, **kw):
    return args, kw


def stars(*args):
    return args


def keys(**kw):
    return kw


def positional(a, /, b, **kw):
    return a, b, kw


def closed(a, b=1, *, c=2):
    inner = lambda: (a, b, c)
    return inner()


class Base:
    def __init__(self, *args, **kw):
        self.got = args, kw

    def method(self, *args, **kw):
        return self.got, args, kw

    @classmethod
    def make(cls, *args, **kw):
        return cls(*args, **kw)


class Derived(Base):
    def __init__(self, a, *args, **kw):
        super().__init__(a, *args, more=1, **kw)

    def method(self, *args, **kw):
        return super().method(*args, **kw)


class OwnNew:
    def __new__(cls, *args, **kw):
        self = super().__new__(cls)
        self.new = args, kw
        return self

    def __init__(self, *args, **kw):
        self.init = args, kw


def failing(call, *text):
    try:
        call()
    except TypeError as e:
        assert str(e) in text, str(e)
    else:
        raise AssertionError('no TypeError')


class Odd(str):
    """A key that is no plain string."""


for _ in range(3):
    assert every(1, c=3) == (1, 2, (), 3, 4, {})
    assert every(1, 5, 6, 7, c=3, e=9) == (1, 5, (6, 7), 3, 4, {'e': 9})
    assert every(*(1, 5, 6), **{'c': 0, 'z': 1, 'y': 2}) == (1, 5, (6,), 0, 4, {'z': 1, 'y': 2})
    assert list(every(1, c=1, z=1, y=2, x=3)[5]) == ['z', 'y', 'x']
    assert every(b=1, a=0, c=2, d=3) == (0, 1, (), 2, 3, {})
    assert only() == ((), {}) and only(1) == ((1,), {}) and only(k=1) == ((), {'k': 1})
    many = {f'k{i}': i for i in range(20)}
    assert only(*range(40), **many) == (tuple(range(40)), many)
    assert only(**{k: many[k] for k in list(many)[:8]}) == ((), {k: many[k] for k in list(many)[:8]})
    assert stars(*[1, 2], 3, *'ab') == (1, 2, 3, 'a', 'b')
    assert keys(**{'a': 1}, b=2, **{'c': 3}) == {'a': 1, 'b': 2, 'c': 3}
    assert positional(1, 2) == (1, 2, {}) and positional(1, 2, a=3) == (1, 2, {'a': 3}) and positional(1, b=2, a=3) == (1, 2, {'a': 3})
    assert closed(1) == (1, 1, 2) and closed(*(1, 2), **{'c': 3}) == (1, 2, 3) and closed(**{'a': 0}) == (0, 1, 2)
    assert keys(**{Odd('a'): 1}) == {'a': 1} and closed(**{Odd('a'): 5}) == (5, 1, 2)
    assert keys(**{''.join(['not ', 'a name']): 1}) == {'not a name': 1}

    d = {'x': 1}
    got = keys(**d)
    got['y'] = 2
    assert d == {'x': 1}, 'the callee has a dict of its own'
    got = only(*(), **d)[1]
    d['z'] = 3
    assert got == {'x': 1}

    assert Base(*(1, 2), **{'k': 3}).got == ((1, 2), {'k': 3})
    assert Base.make(1, k=2).got == ((1,), {'k': 2})
    assert Derived(*[1, 2], **{'k': 3}).got == ((1, 2), {'more': 1, 'k': 3})
    assert Derived(0).method(*(1,), **{'z': 2}) == (((0,), {'more': 1}), (1,), {'z': 2})
    m = Derived(0).method
    assert m(*(1,), **{'z': 2}) == (((0,), {'more': 1}), (1,), {'z': 2}) and m(*()) == (((0,), {'more': 1}), (), {})
    o = OwnNew(*(1,), **{'k': 2})
    assert o.new == o.init == ((1,), {'k': 2})
    assert dict(**{'a': 1}) == {'a': 1} and dict(*[[('a', 1)]], **{'b': 2}) == {'a': 1, 'b': 2}
    assert functools.partial(only, 1, k=2)(*(3,), **{'j': 4}) == ((1, 3), {'k': 2, 'j': 4})

    failing(lambda: every(), "every() missing 1 required positional argument: 'a'")
    failing(lambda: every(1), "every() missing 1 required keyword-only argument: 'c'")
    failing(lambda: every(1, a=2, c=3), "every() got multiple values for argument 'a'")
    failing(lambda: every(*(1,), **{'a': 2, 'c': 3}), "every() got multiple values for argument 'a'")
    failing(lambda: closed(*(1, 2, 3)), 'closed() takes from 1 to 2 positional arguments but 3 were given')
    failing(lambda: closed(**{'a': 1, 'zzz': 2}), "closed() got an unexpected keyword argument 'zzz'")
    failing(lambda: closed(*(1,), **{'a': 1}), "closed() got multiple values for argument 'a'")
    failing(lambda: closed(*(), **{}), "closed() missing 1 required positional argument: 'a'")
    failing(lambda: positional(a=1, b=2), "positional() missing 1 required positional argument: 'a'")
    failing(lambda: stars(**{'k': 1}), "stars() got an unexpected keyword argument 'k'")
    failing(lambda: keys(**{1: 2}), 'keywords must be strings')
    failing(lambda: keys(**3), '__main__.keys() argument after ** must be a mapping, not int')
    failing(lambda: keys(*3), '__main__.keys() argument after * must be an iterable, not int')
    failing(lambda: keys(a=1, **{'a': 2}), "__main__.keys() got multiple values for keyword argument 'a'")
    failing(lambda: Derived(*()), "Derived.__init__() missing 1 required positional argument: 'a'")
    failing(lambda: Base(1).method(self=1), "Base.method() got multiple values for argument 'self'")
    failing(lambda: Base(1).method(**{'self': 1}), "Base.method() got multiple values for argument 'self'")


def wrapped(f):
    @functools.wraps(f)
    def wrapper(*args, **kw):
        return f(*args, **kw)
    return wrapper


@wrapped
@wrapped
def target(a, b=0, *rest, k=None, **others):
    return a, b, rest, k, others


assert target(1) == (1, 0, (), None, {})
assert target(1, 2, 3, k=4, z=5) == (1, 2, (3,), 4, {'z': 5})


# From a generator's frame.
def passing(*args, **kw):
    for _ in range(3):
        yield every(*args, **kw)
        yield Base(*args, **kw).got
        yield Base().method(*args, **kw)


for x, y, z in zip(*[passing(1, 2, 3, c=4, e=5)] * 3):
    assert x == (1, 2, (3,), 4, 4, {'e': 5}) and y == ((1, 2, 3), {'c': 4, 'e': 5}) and z == (((), {}), (1, 2, 3), {'c': 4, 'e': 5})


class Mapping:
    def keys(self):
        return ['p', 'q']

    def __getitem__(self, k):
        return k * 2


assert keys(**Mapping()) == {'p': 'pp', 'q': 'qq'}
class SubDict(dict):
    def keys(self):
        return super().keys()


assert keys(**SubDict(a=1)) == {'a': 1}
