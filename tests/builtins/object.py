# object: creation, __class__ assignment, attribute protocol
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class C:
    pass


class New:
    def __new__(cls, *a):
        return object.__new__(cls, *a)

    def __init__(self, *a):
        object.__init__(self, *a)


class Init:
    def __init__(self, *a):
        object.__init__(self, *a)


raises(TypeError, "object.__new__(): not enough arguments", lambda: object.__new__())
raises(TypeError, "object.__new__(X): X is not a type object (int)", lambda: object.__new__(1))
raises(TypeError, "object.__new__(int) is not safe, use int.__new__()", lambda: object.__new__(int))
raises(TypeError, "int.__new__(list): list is not a subtype of int", lambda: int.__new__(list))
raises(TypeError, "object() takes no arguments", lambda: object(1))
raises(TypeError, "C() takes no arguments", lambda: C(1))
raises(TypeError, "C.__init__() takes exactly one argument (the instance to initialize)", lambda: C().__init__(1))
raises(TypeError, "object.__new__() takes exactly one argument (the type to instantiate)", lambda: New(1))
raises(TypeError, "object.__init__() takes exactly one argument (the instance to initialize)", lambda: Init(1))

# texts
o = C()
assert repr(o).startswith("<__main__.C object at 0x") and str(o) == repr(o) and format(o) == repr(o)
raises(TypeError, "unsupported format string passed to object.__format__", lambda: object().__format__("x"))

# comparison: identity, and __ne__ from __eq__
class Eq:
    def __eq__(self, other):
        return other == 1
    __hash__ = None


assert o == o and not (o != o) and o != C() and object().__eq__(1) is NotImplemented
assert Eq() == 1 and not (Eq() != 1) and Eq() != 2
assert object().__lt__(1) is NotImplemented
raises(TypeError, "unhashable type: 'Eq'", lambda: hash(Eq()))

# attributes
raises(TypeError, "attribute name must be string, not 'int'", lambda: getattr(o, 1))
raises(AttributeError, "'C' object has no attribute 'a'", lambda: o.a)
raises(AttributeError, "'C' object has no attribute 'a'", lambda: object.__delattr__(o, "a"))
raises(TypeError, "can't apply this __setattr__ to type object", lambda: object.__setattr__(C, "a", 2))
raises(AttributeError, "'object' object has no attribute 'a' and no __dict__ for setting new attributes", lambda: setattr(object(), "a", 1))
o.a = 1
assert o.__dict__ == {"a": 1} and "a" in o.__dir__() and "__init__" in o.__dir__()
o.__dict__ = {"b": 2}
assert o.b == 2 and not hasattr(o, "a")
del o.__dict__
assert o.__dict__ == {}
raises(TypeError, "__dict__ must be set to a dictionary, not a 'int'", lambda: setattr(o, "__dict__", 1))

# __class__
class D:
    def who(self):
        return "D", self.x


class S:
    __slots__ = ("a",)


class S2:
    __slots__ = ("a",)


o = C()
o.x, o.y = 1, 2
o.__class__ = D
assert type(o) is D and o.who() == ("D", 1) and o.y == 2
o.z = 3
assert o.__dict__ == {"x": 1, "y": 2, "z": 3}
raises(TypeError, "__class__ must be set to a class, not 'int' object", lambda: setattr(o, "__class__", 1))
raises(TypeError, "can't delete __class__ attribute", lambda: delattr(o, "__class__"))
raises(TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses", lambda: setattr(o, "__class__", int))
raises(TypeError, "__class__ assignment: 'S' object layout differs from 'D'", lambda: setattr(o, "__class__", S))
s = S()
s.a = 5
s.__class__ = S2
assert s.a == 5 and type(s) is S2

# __init_subclass__ and __subclasshook__
raises(TypeError, "C.__init_subclass__() takes no keyword arguments", lambda: C.__init_subclass__(a=1))
raises(TypeError, "C.__init_subclass__() takes no arguments (1 given)", lambda: C.__init_subclass__(1))
assert C.__subclasshook__(int) is NotImplemented
