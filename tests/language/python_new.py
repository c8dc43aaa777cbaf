"""__new__ written in Python runs in the loop, and __init__ after it, with the same arguments."""
import sys

log = []


class A:
    def __new__(cls, *args, **kwargs):
        log.append(('new', cls.__name__, args, kwargs))
        return super().__new__(cls)

    def __init__(self, a, b=2, *, c=3):
        log.append(('init', a, b, c))
        self.abc = a, b, c


def made(f, *expected):
    log.clear()
    r = f()
    assert log == list(expected), log
    return r


for _ in range(3):
    assert made(lambda: A(1), ('new', 'A', (1,), {}), ('init', 1, 2, 3)).abc == (1, 2, 3)
    assert made(lambda: A(1, 5), ('new', 'A', (1, 5), {}), ('init', 1, 5, 3)).abc == (1, 5, 3)
    assert made(lambda: A(1, c=4), ('new', 'A', (1,), {'c': 4}), ('init', 1, 2, 4)).abc == (1, 2, 4)
    assert made(lambda: A(b=1, c=4, a=0), ('new', 'A', (), {'b': 1, 'c': 4, 'a': 0}), ('init', 0, 1, 4)).abc == (0, 1, 4)
    assert made(lambda: A(*(1, 2), **{'c': 9}), ('new', 'A', (1, 2), {'c': 9}), ('init', 1, 2, 9)).abc == (1, 2, 9)


class Space:
    A = A

    def call(self):
        return self.A(7), self.A(8, c=1), type(self).A(9)


for _ in range(3):
    assert [x.abc for x in Space().call()] == [(7, 2, 3), (8, 2, 1), (9, 2, 3)]


# What is no instance of the class is given as it is; an instance of a subclass is initialised by its own __init__.
class Other:
    def __new__(cls, what):
        return what

    def __init__(self, what):
        log.append(('Other.init', what))


class Sub(Other):
    def __new__(cls):
        return object.__new__(cls)

    def __init__(self, *args):
        log.append(('Sub.init', args))


for _ in range(3):
    sub = made(lambda: Sub(), ('Sub.init', ()))
    for x in 5, 1.5, None, 'x', [1]:
        assert made(lambda: Other(x)) is x
    assert made(lambda: Other(sub), ('Sub.init', (sub,))) is sub


class Single:
    only = None

    def __new__(cls):
        if cls.only is None:
            cls.only = object.__new__(cls)
        return cls.only


assert Single() is Single() and type(Single()) is Single


class Text(str):
    def __new__(cls, value, extra=None):
        self = super().__new__(cls, value)
        self.extra = extra
        return self


for _ in range(3):
    t = Text('abc', extra=5)
    assert t == 'abc' and t.extra == 5 and Text('q').extra is None


class Items(list):          # the native __init__ takes the arguments
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.n = len(args)
        return self


x = Items((1, 2))
assert x == [1, 2] and x.n == 1


class BadInit:
    def __new__(cls):
        return object.__new__(cls)

    def __init__(self):
        return 5


class BadNew:
    def __new__(cls, a):
        return object.__new__(cls)


class Raises:
    def __new__(cls):
        raise KeyError('new')


for f, exc, text in ((BadInit, TypeError, "__init__() should return None, not 'int'"), (BadNew, TypeError, "BadNew.__new__() missing 1 required positional argument: 'a'"),
                     (Raises, KeyError, "'new'"), (lambda: A(), TypeError, "A.__init__() missing 1 required positional argument: 'a'"),
                     (lambda: A(1, d=1), TypeError, "A.__init__() got an unexpected keyword argument 'd'")):
    for _ in range(3):
        try:
            f()
        except exc as e:
            assert str(e) == text, str(e)
        else:
            raise AssertionError(text)


class Assigned:
    pass


Assigned.__new__ = lambda cls: 'assigned'
assert Assigned() == 'assigned'


# In generators; in deep recursion; under a trace function.
def gen():
    for i in range(3):
        yield A(i).abc[0]


assert list(gen()) == [0, 1, 2]


class Deep:
    def __new__(cls, n):
        self = object.__new__(cls)
        self.below = Deep(n - 1) if n else None
        return self


d, n = Deep(300), 0
while d.below:
    d, n = d.below, n + 1
assert n == 300
try:
    Deep(10 ** 6)
except RecursionError:
    pass
else:
    raise AssertionError
calls = []
sys.setprofile(lambda frame, event, arg: calls.append((event, frame.f_code.co_name)) if event in ('call', 'return') else None)
A(1)
sys.setprofile(None)
assert calls == [('call', '__new__'), ('return', '__new__'), ('call', '__init__'), ('return', '__init__')], calls


# Arguments stay alive between __new__ and __init__.
class Holder:
    def __new__(cls, *args):
        [bytearray(1000) for _ in range(200)]
        return object.__new__(cls)

    def __init__(self, a, b):
        self.a, self.b = a, b


for i in range(50):
    h = Holder([i] * 3, f'text {i}')
    assert h.a == [i] * 3 and h.b == f'text {i}'
