# _contextvars: variables, contexts that copy on write, tokens.
from contextvars import Context, ContextVar, Token, copy_context


def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError(f"{exc.__name__} expected")


v = ContextVar("v", default=1)
w = ContextVar("w")
assert v.name == "v" and v.get() == 1 and v.get(5) == 5
raises(LookupError, w.get)
token = w.set(10)
assert token.var is w and token.old_value is Token.MISSING and w.get() == 10

# A copy is apart from its origin, both ways.
c = copy_context()
assert c[w] == 10 and w in c and v not in c and len(c) == 1 and list(c) == [w] and list(c.items()) == [(w, 10)]
w.set(11)
assert c[w] == 10 and w.get() == 11


def inside():
    assert w.get() == 10
    v.set(7)
    return w.get() + v.get()


assert c.run(inside) == 17 and v.get() == 1 and c[v] == 7
d = c.copy()
assert d == c and d is not c
d.run(v.set, 8)
assert c[v] == 7 and d[v] == 8 and d != c
assert "is already entered" in raises(RuntimeError, c.run, lambda: c.run(lambda: None))
assert raises(ZeroDivisionError, c.run, lambda: 1 / 0)
assert c.run(lambda *a, **k: (a, k), 1, x=2) == ((1,), {"x": 2})

# Tokens go back, once, in their own context.
t = v.set(2)
v.reset(t)
assert v.get() == 1
raises(RuntimeError, v.reset, t)
raises(ValueError, v.reset, w.set(3))
other = Context().run(v.set, 3)
assert "was created in a different Context" in raises(ValueError, v.reset, other)
with v.set(99):
    assert v.get() == 99
assert v.get() == 1
raises(TypeError, lambda: c["w"])
raises(KeyError, lambda: Context()[v])
raises(TypeError, hash, c)
assert Context() == Context() and c.get(ContextVar("x")) is None
