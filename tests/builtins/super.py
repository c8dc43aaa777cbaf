# super
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class A:
    def f(self):
        return "A"

    @classmethod
    def c(cls):
        return cls


class B(A):
    def f(self):
        return "B" + super().f()

    @classmethod
    def c(cls):
        return super().c()

    def cell(self):
        return [super().f() for _ in range(2)], (lambda: self)()

    def replaced(self):
        self = 1
        return super()

    def none(*a):
        return super()

    def deleted(self):
        del self
        return super()


class X(A):
    def f(self):
        return "X" + super().f()


class Y(B, X):
    pass


assert B().f() == "BA" and Y().f() == "BXA" and B.c() is B and Y.c() is Y
b = B()
assert b.cell() == (["A", "A"], b)
raises(TypeError, "super(type, obj): obj (instance of int) is not an instance or subtype of type (B).", b.replaced)
raises(RuntimeError, "super(): no arguments", b.none)
raises(RuntimeError, "super(): arg[0] deleted", b.deleted)
raises(RuntimeError, "super(): no arguments", lambda: super())
raises(TypeError, "super() argument 1 must be a type, not int", lambda: super(1))
raises(TypeError, "super(type, obj): obj (instance of str) is not an instance or subtype of type (int).", lambda: super(int, "a"))
raises(TypeError, "super() expected at most 2 arguments, got 3", lambda: super(1, 2, 3))
raises(TypeError, "super() takes no keyword arguments", lambda: super(int, a=1))
raises(AttributeError, "'super' object has no attribute 'q'", lambda: super(bool, True).q)

s = super(B, b)
assert (s.__thisclass__, s.__self__, s.__self_class__, s.__class__) == (B, b, B, super)
assert repr(s) == "<super: <class 'B'>, <B object>>" and repr(super(int)) == "<super: <class 'int'>, NULL>"
assert s.f() == "A" and super(B, Y).f(Y()) == "XA"
unbound = super(B)
assert unbound.__get__(b).f() == "A" and unbound.__self__ is None
raises(TypeError, "super(type, obj): obj (instance of int) is not an instance or subtype of type (B).", lambda: unbound.__get__(1))
