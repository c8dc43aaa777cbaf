# type: making classes, metaclasses, attributes of classes
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class C:
    "doc"
    x: int = 1


raises(TypeError, "type() takes 1 or 3 arguments", lambda: type())
raises(TypeError, "type.__new__() takes exactly 3 arguments (0 given)", lambda: type.__new__(type))
raises(TypeError, "type.__new__() argument 1 must be str, not int", lambda: type(1, 2, 3))
raises(TypeError, "type.__new__() argument 2 must be tuple, not int", lambda: type("a", 2, {}))
raises(ValueError, "type name must not contain null characters", lambda: type("a\0", (), {}))
raises(TypeError, "type.__new__(int): int is not a subtype of type", lambda: type.__new__(int, "a", (), {}))
raises(TypeError, "type.__init__() takes no keyword arguments", lambda: type.__init__(C, 1, a=2))

X = type("X", (C,), {"y": 2}, **{})
assert X.x == 1 and X.y == 2 and X.__name__ == "X" and X.__mro__ == (X, C, object) and X.__bases__ == (C,) and X.__base__ is C
assert repr(X) == "<class '__main__.X'>" and repr(int) == "<class 'int'>"
assert C.__doc__ == "doc" and X.__doc__ is None and C.__annotations__ == {"x": int} and X.__annotations__ == {}
class Plain:
    pass


assert list(Plain.__dict__)[-3:] == ["__dict__", "__weakref__", "__doc__"]
assert "__dict__" not in X.__dict__ and "__weakref__" not in X.__dict__
assert repr(C.__dict__["__dict__"]) == "<attribute '__dict__' of 'C' objects>"
assert C.__subclasses__() == [X] and X.mro() == [X, C, object]

# names
X.__name__ = "Y"
X.__qualname__ = "a.Y"
X.__module__ = "m"
assert repr(X) == "<class 'm.a.Y'>"
raises(TypeError, "can only assign string to Y.__name__, not 'int'", lambda: setattr(X, "__name__", 1))
raises(TypeError, "cannot delete '__name__' attribute of immutable type 'Y'", lambda: delattr(X, "__name__"))
raises(TypeError, "cannot set '__name__' attribute of immutable type 'int'", lambda: setattr(int, "__name__", "x"))
raises(TypeError, "cannot set 'foo' attribute of immutable type 'int'", lambda: setattr(int, "foo", "x"))
raises(AttributeError, "attribute '__mro__' of 'type' objects is not writable", lambda: setattr(C, "__mro__", 1))

# bases
class A:
    def f(self):
        return "A"


class B:
    def f(self):
        return "B"


class Sub(A):
    pass


class SubSub(Sub):
    pass


o = SubSub()
assert o.f() == "A"
Sub.__bases__ = (B,)
assert o.f() == "B" and SubSub.__mro__ == (SubSub, Sub, B, object) and Sub not in A.__subclasses__() and B.__subclasses__() == [Sub]
raises(TypeError, "can only assign tuple to Sub.__bases__, not int", lambda: setattr(Sub, "__bases__", 1))
raises(TypeError, "can only assign non-empty tuple to Sub.__bases__, not ()", lambda: setattr(Sub, "__bases__", ()))
raises(TypeError, "a __bases__ item causes an inheritance cycle", lambda: setattr(Sub, "__bases__", (SubSub,)))
raises(TypeError, "__bases__ assignment: 'int' object layout differs from 'object'", lambda: setattr(A, "__bases__", (int,)))
raises(TypeError, "__bases__ assignment: 'object' deallocator differs from 'B'", lambda: setattr(Sub, "__bases__", (object,)))
assert o.f() == "B"

# abstract classes
Sub.__abstractmethods__ = frozenset(["g", "f"])
raises(TypeError, "Can't instantiate abstract class Sub without an implementation for abstract methods 'f', 'g'", Sub)
Sub.__abstractmethods__ = ("f",)
raises(TypeError, "Can't instantiate abstract class Sub without an implementation for abstract method 'f'", Sub)
Sub.__abstractmethods__ = ()
assert isinstance(Sub(), B)
raises(AttributeError, "__abstractmethods__", lambda: C.__abstractmethods__)

# metaclasses
log = []


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        log.append(("prepare", name, kw))
        return {"made": 1}

    def __new__(mcs, name, bases, ns, **kw):
        return super().__new__(mcs, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        log.append(("init", name, kw))

    def __call__(cls, *a):
        return ("called", super().__call__(*a))

    def __instancecheck__(cls, o):
        return o == 1


class M(metaclass=Meta, k=2):
    pass


class M2(M):
    pass


assert type(M2) is Meta and M2.made == 1 and M()[0] == "called" and type(M()[1]) is M and isinstance(1, M) and not isinstance(2, M)
assert log == [("prepare", "M", {"k": 2}), ("init", "M", {"k": 2}), ("prepare", "M2", {}), ("init", "M2", {})]


class Meta2(type):
    pass


raises(TypeError, "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
       lambda: Meta2("Z", (M,), {}))


class Entries:
    def __mro_entries__(self, bases):
        return (C, A)


e = Entries()


class FromEntries(e):
    pass


assert FromEntries.__bases__ == (C, A) and FromEntries.__orig_bases__ == (e,)
raises(TypeError, "type() doesn't support MRO entry resolution; use types.new_class()", lambda: type("X", (e,), {}))
raises(TypeError, "__build_class__: not enough arguments", lambda: __build_class__())
raises(TypeError, "__build_class__: func must be a function", lambda: __build_class__(1, 2))


class BadPrepare(type):
    def __prepare__(*a):
        return 1


raises(TypeError, "BadPrepare.__prepare__() must return a mapping, not int", lambda: __build_class__(lambda: 0, "a", metaclass=BadPrepare))

# slots
class Slots:
    __slots__ = ("a", "__b")


s = Slots()
raises(AttributeError, "'Slots' object has no attribute 'a'", lambda: s.a)
s.a = s._Slots__b = 1
assert repr(Slots.a) == "<member 'a' of 'Slots' objects>" and Slots.a.__get__(s) == 1
raises(AttributeError, "'Slots' object has no attribute 'c' and no __dict__ for setting new attributes", lambda: setattr(s, "c", 1))

# annotations, lazily
class Ann:
    a: Later


raises(NameError, "name 'Later' is not defined", lambda: Ann.__annotations__)
Later = str
assert Ann.__annotations__ == {"a": str}
Ann.__annotate__ = lambda format: {"b": format}
assert Ann.__annotations__ == {"b": 1}
raises(TypeError, "cannot delete __annotate__ attribute", lambda: delattr(Ann, "__annotate__"))
raises(AttributeError, "type object 'int' has no attribute '__annotations__'", lambda: int.__annotations__)
