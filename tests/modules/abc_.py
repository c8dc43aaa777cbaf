# abc on the native _abc: registration, hooks, caches, collection flags, abstract methods.
import _abc
import abc
import gc
import weakref
from collections.abc import Mapping, MutableSequence, Sequence, Sized


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), (text, str(e))
    else:
        raise AssertionError(f"{exc.__name__} expected")


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @property
    @abc.abstractmethod
    def name(self): ...


assert Shape.__abstractmethods__ == frozenset({"area", "name"})
raises(TypeError, "Can't instantiate abstract class Shape without an implementation for abstract methods 'area', 'name'", Shape)


class Half(Shape):
    def area(self): return 1


assert Half.__abstractmethods__ == frozenset({"name"})


class Whole(Half):
    name = "whole"


assert Whole().area() == 1 and isinstance(Whole(), Shape)


# Registration, with the cache of negative answers thrown away by it.
class Foreign: pass
class Derived(Foreign): pass


for _ in range(3):
    assert not isinstance(Foreign(), Shape) and not issubclass(Derived, Shape)
token = abc.get_cache_token()
assert Shape.register(Foreign) is Foreign
assert abc.get_cache_token() != token
for _ in range(3):
    assert isinstance(Foreign(), Shape) and issubclass(Derived, Shape) and not isinstance(3, Shape)
raises(TypeError, "Can only register classes", Shape.register, 3)
raises(TypeError, "issubclass() arg 1 must be a class", issubclass, 3, Shape)
raises(RuntimeError, "Refusing to create an inheritance cycle", Whole.register, Shape)

# A subclass of an abstract class may have subclasses of its own by registration.
class Sub(Shape): pass
class Other: pass
assert not issubclass(Other, Shape)
Sub.register(Other)
assert issubclass(Other, Shape)


# Hooks.
class Quacks(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c):
        return True if hasattr(c, "quack") else NotImplemented


class Duck:
    def quack(self): pass


assert isinstance(Duck(), Quacks) and not isinstance(3, Quacks)


class Wrong(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): return 3


raises(AssertionError, "__subclasshook__ must return either False, True, or NotImplemented", issubclass, int, Wrong)

# __class__ may say something else than the type.
class Proxy:
    def __init__(self, o): self._o = o
    @property
    def __class__(self): return type(self._o)


assert isinstance(Proxy(Whole()), Shape) and not isinstance(Proxy(3), Shape)


# A metaclass derived from ABCMeta with a hook of its own is asked.
class Meta(abc.ABCMeta):
    def __instancecheck__(cls, o): return o == 42


class Answer(metaclass=Meta): pass


assert isinstance(42, Answer) and not isinstance(41, Answer)


# Collection flags, for match statements.
def kind(o):
    match o:
        case [*_]: return "sequence"
        case {}: return "mapping"
    return None


class Seq(Sequence):
    def __getitem__(self, i): return (1, 2)[i]
    def __len__(self): return 2


class Registered:
    def __getitem__(self, i): return (1, 2)[i]
    def __len__(self): return 2


class RegisteredChild(Registered): pass


assert kind(Seq()) == "sequence" and kind(Registered()) is None
MutableSequence.register(Registered)
assert kind(Registered()) == "sequence" and kind(RegisteredChild()) == "sequence"


def both():
    class X(abc.ABC):
        __abc_tpflags__ = 96


raises(TypeError, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING", both)
assert "__abc_tpflags__" not in Mapping.__dict__

# The registry and the caches hold classes weakly.
class Short: pass
Sized.register(Short)
assert issubclass(Short, Sized)
registry, cache, negative, version = _abc._get_dump(Sized)
assert weakref.ref(Short) in registry and isinstance(version, int)
ref = weakref.ref(Short)
del Short, registry, cache, negative
gc.collect()
assert ref() is None
assert all(r() is not None for r in _abc._get_dump(Sized)[1])
_abc._reset_registry(Sized)
_abc._reset_caches(Sized)
assert _abc._get_dump(Sized)[:3] == (set(), set(), set())
assert isinstance([], Sized)
raises(AttributeError, "type object 'int' has no attribute '_abc_impl'", _abc._get_dump, int)
