"""Calls with keywords go by a record of the call (interp/call_keywords.cpp): what can change under it."""
import sys


def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} expected')


def target(a, b=2, c=3, *, d=4, e=5):
    return a, b, c, d, e


def call(f):
    return f(1, c=7, e=9)


# One call, many times, with the defaults changing under it.
for _ in range(5):
    assert call(target) == (1, 2, 7, 4, 9)
target.__defaults__ = (20, 30)
assert call(target) == (1, 20, 7, 4, 9)
target.__defaults__ = (99, 20, 30)
assert call(target) == (1, 20, 7, 4, 9)
target.__kwdefaults__ = {'e': 50, 'd': 40}      # other places in the dict
assert call(target) == (1, 20, 7, 40, 9)
target.__kwdefaults__['d'] = 41
assert call(target) == (1, 20, 7, 41, 9)
del target.__kwdefaults__['d']
assert raises(TypeError, call, target) == "target() missing 1 required keyword-only argument: 'd'"
target.__kwdefaults__ = None
assert raises(TypeError, call, target) == "target() missing 1 required keyword-only argument: 'd'"
target.__kwdefaults__ = {'d': 4, 'e': 5}
target.__defaults__ = (3,)
assert raises(TypeError, call, target) == "target() missing 1 required positional argument: 'b'"
target.__defaults__ = None
assert raises(TypeError, call, target) == "target() missing 1 required positional argument: 'b'"
target.__defaults__ = (2, 3)
assert call(target) == (1, 2, 7, 4, 9)


# The same code in functions with different defaults, and other code in the same function.
def make(x):
    def inner(a, b=x, *, c=None, e=-x):
        local = a
        return a, b, c, e, local
    return inner


inners = [make(i) for i in range(4)]
for _ in range(3):
    for i, f in enumerate(inners):
        assert call(f) == (1, i, 7, 9, 1)


def other(a, e, c, z=8):
    return 'other', a, e, c, z


for _ in range(3):
    assert call(other) == ('other', 1, 9, 7, 8)
    assert call(target) == (1, 2, 7, 4, 9)
changed = make(5)
assert call(changed) == (1, 5, 7, 9, 1)
changed.__code__, changed.__kwdefaults__ = target.__code__, {'d': 1, 'e': 2}
changed.__defaults__ = (6, 6)
assert call(changed) == (1, 6, 7, 1, 9)


# Errors keep their messages when a record is there.
def exact(a, /, b, *, c):
    return a, b, c


def call_exact(f, n):
    return [f(n, b=2, c=3) for _ in range(3)]


assert call_exact(exact, 1) == [(1, 2, 3)] * 3
assert raises(TypeError, lambda: exact(a=1, b=2, c=3)) == "exact() got some positional-only arguments passed as keyword arguments: 'a'"
assert raises(TypeError, lambda: exact(1, 2, b=2, c=3)) == "exact() got multiple values for argument 'b'"
assert raises(TypeError, lambda: exact(1, 2, d=3)).startswith("exact() got an unexpected keyword argument 'd'")
for f in exact, lambda a, b, c: (a, b, c), lambda a, **kw: (a, kw['b'], kw['c']), lambda *a, b, c: (a[0], b, c):
    assert call_exact(f, 1) == [(1, 2, 3)] * 3


# Locals of the callee are unbound, whatever lay in the registers.
def unbound(a, *, k):
    if a:
        v = 1
    return v


def call_unbound(a):
    return unbound(a, k=0)


for _ in range(3):
    assert call_unbound(1) == 1
assert "local variable 'v'" in raises(UnboundLocalError, call_unbound, 0)


# Keyword values are permuted in place.
def permuted(a, b, c, d):
    return a, b, c, d


for _ in range(3):
    assert permuted(d=4, c=3, b=2, a=1) == (1, 2, 3, 4)
    assert permuted(1, d=4, b=2, c=3) == (1, 2, 3, 4)


# Methods, attributes that hold functions, classes; generators and coroutines as callees.
class A:
    def __init__(self, x, *, y=1):
        self.x, self.y = x, y

    def m(self, p, q=0):
        return self.x, p, q

    @staticmethod
    def s(p, q=0):
        return p, q

    @classmethod
    def c(cls, p, q=0):
        return cls, p, q

    def g(self, *, n):
        yield from range(n)


class B(A):
    def __init__(self, x, *, y):
        super().__init__(x=x, y=y)


for _ in range(3):
    for cls in A, B:
        o = cls(5, y=6)
        assert (o.x, o.y, type(o)) == (5, 6, cls)
        assert o.m(q=2, p=1) == (5, 1, 2)
        assert o.s(q=2, p=1) == (1, 2)
        assert o.c(q=2, p=1) == (cls, 1, 2)
        assert list(o.g(n=3)) == [0, 1, 2]
        o.m = lambda p, q: (p, q, 'own')
        assert o.m(q=2, p=1) == (1, 2, 'own')
assert A(x=1).y == 1
assert raises(TypeError, lambda: B(x=1)) == "B.__init__() missing 1 required keyword-only argument: 'y'"


# Deep recursion by keywords ends in RecursionError, and deep enough recursion works.
def deep(n, *, k):
    return n if n == 0 else 1 + deep(n - 1, k=k)


assert deep(n=500, k=1) == 500
raises(RecursionError, lambda: deep(10 ** 6, k=1))
sys.setrecursionlimit(5000)
assert deep(n=4000, k=1) == 4000
