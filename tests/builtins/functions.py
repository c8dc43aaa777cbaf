# Function objects, bound methods, staticmethod and classmethod
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


def f(a: int, b=1, *, c=2) -> str:
    "doc"
    return a, b, c


F = type(f)
assert (f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__defaults__, f.__kwdefaults__) == ("f", "f", "doc", "__main__", (1,), {"c": 2})
assert f.__annotations__ == {"a": int, "return": str} and f.__closure__ is None and f.__dict__ == {} and f.__type_params__ == ()
assert repr(f).startswith("<function f at 0x")
f.__defaults__ = (7,)
f.__kwdefaults__ = {"c": 8}
assert f(1) == (1, 7, 8)
f.__defaults__ = None
f.__kwdefaults__ = None
raises(TypeError, "f() missing 1 required positional argument: 'b'", lambda: f(1))
f.q = 1
assert f.__dict__ == {"q": 1}


def outer():
    x = 1

    def inner():
        return x
    return inner


k = outer()


def g():
    return 5


def h(a=0):
    return 6


g.__code__ = h.__code__
raises(TypeError, "g() missing 1 required positional argument: 'a'", g)
g.__defaults__ = (1,)
assert g() == 6
raises(ValueError, "g() requires a code object with 0 free vars, not 1", lambda: setattr(g, "__code__", k.__code__))
raises(TypeError, "__code__ must be set to a code object", lambda: setattr(g, "__code__", 1))
raises(TypeError, "__defaults__ must be set to a tuple object", lambda: setattr(g, "__defaults__", 1))
raises(TypeError, "__name__ must be set to a string object", lambda: delattr(g, "__name__"))
raises(AttributeError, "readonly attribute", lambda: setattr(g, "__globals__", {}))
raises(TypeError, "__annotate__ cannot be deleted", lambda: delattr(g, "__annotate__"))
g.__annotate__ = lambda format: {"x": format}
assert g.__annotations__ == {"x": 1}
g.__annotations__ = None
assert g.__annotations__ == {} and g.__annotate__ is None

# the constructor
assert F(k.__code__, {}, closure=k.__closure__)() == 1
assert F(h.__code__, {"__name__": "q"}, "n", (3,)).__module__ == "q"
raises(TypeError, "function() missing required argument 'code' (pos 1)", lambda: F())
raises(TypeError, "function() argument 'code' must be code, not int", lambda: F(1, {}))
raises(TypeError, "arg 3 (name) must be None or string", lambda: F(h.__code__, {}, 1))
raises(TypeError, "arg 5 (closure) must be tuple", lambda: F(k.__code__, {}))
raises(ValueError, "inner requires closure of length 1, not 0", lambda: F(k.__code__, {}, None, None, ()))
raises(TypeError, "arg 5 (closure) expected cell, found int", lambda: F(k.__code__, {}, None, None, (1,)))

# bound methods
M = type(k.__get__(1))
m = M(f, 1)
assert m.__self__ == 1 and m.__func__ is f and m.q == 1 and m.__doc__ == "doc" and m == M(f, 1) and m != M(f, 2) and hash(m) == hash(M(f, 1))
assert repr(m) == "<bound method f of 1>" and f.__get__(None, int) is f and m.__reduce__() == (getattr, (1, "f"))
raises(TypeError, "first argument must be callable", lambda: M(1, 2))
raises(TypeError, "instance must not be None", lambda: M(f, None))
raises(AttributeError, "'method' object has no attribute 'b' and no __dict__ for setting new attributes", lambda: setattr(m, "b", 1))
raises(AttributeError, "'function' object has no attribute 'zz'", lambda: m.zz)

# staticmethod and classmethod
sm, cm = staticmethod(f), classmethod(f)
assert sm.__func__ is f and sm.__wrapped__ is f and sm.__name__ == "f" and sm.__doc__ == "doc" and sm(1, 2, c=3) == (1, 2, 3)
assert sm.__get__(1) is f and cm.__get__(1).__self__ is int and cm.__get__(None, str).__self__ is str
assert vars(sm) == {"__module__": "__main__", "__name__": "f", "__qualname__": "f", "__doc__": "doc"}
assert sm.__annotations__ == {"a": int, "return": str} and repr(staticmethod(1)) == "<staticmethod(1)>" and repr(classmethod(1)) == "<classmethod(1)>"
raises(TypeError, "classmethod expected 1 argument, got 0", lambda: classmethod())
raises(TypeError, "staticmethod() takes no keyword arguments", lambda: staticmethod(a=1))
raises(TypeError, "'classmethod' object is not callable", lambda: cm(1))

# cells
Cell = type(k.__closure__[0])
c = k.__closure__[0]
assert c.cell_contents == 1 and Cell(1) == Cell(1) and Cell() < Cell(1) and Cell(2) > Cell(1)
c.cell_contents = 2
assert k() == 2
raises(ValueError, "Cell is empty", lambda: Cell().cell_contents)
raises(TypeError, "unhashable type: 'cell'", lambda: hash(c))
