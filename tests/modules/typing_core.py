# _typing: type parameters, aliases, Generic, NoDefault, and the syntax that makes them.
import typing
from typing import Generic, NoDefault, ParamSpec, ParamSpecArgs, TypeAliasType, TypeVar, TypeVarTuple, Unpack


def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert str(e) == text, (text, str(e))
    else:
        raise AssertionError(f"{exc.__name__} expected: {text}")


# ---- TypeVar
T = TypeVar("T")
assert repr(T) == "~T" and T.__name__ == "T" and T.__module__ == __name__ and T.__bound__ is None and T.__constraints__ == ()
assert T.__default__ is NoDefault and not T.has_default() and T.evaluate_bound is None and T.evaluate_default(1) is NoDefault
assert repr(TypeVar("C", covariant=True)) == "+C" and repr(TypeVar("C", contravariant=True)) == "-C" and repr(TypeVar("C", infer_variance=True)) == "C"
assert TypeVar("C", int, "str").__constraints__ == (int, "str")
assert TypeVar("C", bound=int).evaluate_bound(1) is int and TypeVar("C", bound=int).evaluate_bound(4) == "int"
assert TypeVar("C", int, None).evaluate_constraints(4) == "(int, None)"
assert repr(TypeVar("C", bound=int).evaluate_bound) == "<constevaluator <class 'int'>>"
assert repr(T | "X") == "~T | ForwardRef('X')" and repr(int | T) == "int | ~T"
T.attribute = 3
assert T.attribute == 3
raises(TypeError, "A single constraint is not allowed", lambda: TypeVar("C", int))
raises(TypeError, "Constraints cannot be combined with bound=...", lambda: TypeVar("C", int, str, bound=int))
raises(ValueError, "Bivariant types are not supported.", lambda: TypeVar("C", covariant=True, contravariant=True))
raises(ValueError, "Variance cannot be specified with infer_variance.", lambda: TypeVar("C", covariant=True, infer_variance=True))
raises(TypeError, "typevar() argument 'name' must be str, not int", lambda: TypeVar(3))
raises(TypeError, "Cannot subclass an instance of TypeVar", lambda: type("X", (), {}) and T.__mro_entries__(()))
raises(TypeError, "constevaluator.__call__() takes exactly 1 argument (0 given)", TypeVar("C", bound=int).evaluate_bound)
raises(AttributeError, "readonly attribute", lambda: setattr(T, "__name__", "x"))

# ---- ParamSpec, TypeVarTuple
P = ParamSpec("P")
assert repr(P.args) == "P.args" and P.kwargs == P.kwargs and P.args != P.kwargs and P.args.__origin__ is P and repr(ParamSpecArgs(3)) == "3.args"
raises(TypeError, "unhashable type: 'typing.ParamSpecArgs'", lambda: hash(P.args))
Ts = TypeVarTuple("Ts")
assert repr(Ts) == "Ts" and list(Ts) == [Unpack[Ts]]
raises(TypeError, "Substitution of bare TypeVarTuple is not supported", lambda: Ts.__typing_subst__(int))

# ---- Generic
class Box(Generic[T]): pass
class Pair(Generic[T, *Ts]): pass
assert Box[int].__args__ == (int,) and Box.__parameters__ == (T,) and Pair[int, str, bytes].__args__ == (int, str, bytes)
assert isinstance(Box[int](), Box) and dict[str, T][int] == dict[str, int] and list[T][str] == list[str]
raises(TypeError, "Cannot inherit from plain Generic", lambda: type("X", (Generic,), {}))
D = TypeVar("D", default=int)
assert D.__typing_prepare_subst__(dict[T, D], (str,)) == (str, int)
assert D.has_default() and D.evaluate_default(1) is int

# ---- syntax: nothing is evaluated before it is asked for
def f[A: later, B: (later, int), *C, **E](a: A) -> B: ...
A, B, C, E = f.__type_params__
raises(NameError, "name 'later' is not defined", lambda: A.__bound__)
later = str
assert A.__bound__ is str and B.__constraints__ == (str, int) and A.__infer_variance__ and repr(A) == "A" and A.__module__ == "typing"
assert isinstance(C, TypeVarTuple) and isinstance(E, ParamSpec)


class G[X = bytes, *Y = *tuple[int, str]]:
    pass


assert G.__orig_bases__ == (Generic[G.__type_params__[0], Unpack[G.__type_params__[1]]],)
assert G.__type_params__[0].__default__ is bytes and G.__mro__ == (G, Generic, object) and G.__parameters__ == G.__type_params__
assert G[str, int].__args__ == (str, int)

type Alias[K] = dict[K, undefined]
raises(NameError, "name 'undefined' is not defined", lambda: Alias.__value__)
undefined = int
(K,) = Alias.__type_params__
assert Alias.__value__ == dict[K, int] and Alias.__name__ == repr(Alias) == "Alias" and Alias.__module__ == __name__
assert Alias[str].__origin__ is Alias and repr(Alias[str]) == "Alias[str]"
type Recursive = int | list[Recursive]
assert Recursive.__value__ == int | list[Recursive] and repr(Recursive | None) == "Recursive | None"
raises(TypeError, "Only generic type aliases are subscriptable", lambda: Recursive[int])
made = TypeAliasType("made", list[T], type_params=(T,))
assert made.__value__ == list[T] and made.__parameters__ == (T,) and made.evaluate_value(1) == list[T] and made.__module__ == __name__
assert TypeAliasType.__module__ == "typing"
raises(TypeError, "type_params must be a tuple", lambda: TypeAliasType("X", int, type_params=3))
raises(TypeError, "Expected a type param, got 3", lambda: TypeAliasType("X", int, type_params=(3,)))
raises(TypeError, "non-default type parameter '~T' follows default type parameter", lambda: TypeAliasType("X", int, type_params=(D, T)))

# ---- NoDefault
assert repr(NoDefault) == "typing.NoDefault" and type(NoDefault)() is NoDefault and NoDefault.__reduce__() == "NoDefault"
raises(TypeError, "NoDefaultType takes no arguments", lambda: type(NoDefault)(3))
assert typing.NewType("N", int)(3) == 3
