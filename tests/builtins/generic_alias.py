# GenericAlias and Union without typing
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class Param:
    "As much of a type variable as substitution needs."

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "~" + self.name

    def __typing_subst__(self, arg):
        return arg


T, U = Param("T"), Param("U")
L = list[int]
assert repr(L) == "list[int]" and L.__origin__ is list and L.__args__ == (int,) and L.__parameters__ == () and L == list[int] and hash(L) == hash(list[int])
assert repr(list[()]) == "list[()]" and repr(tuple[...]) == "tuple[...]" and repr(dict[int, [str]]) == "dict[int, [str]]" and repr(list[int, None, "a"]) == "list[int, None, 'a']"
assert dict[T, U].__parameters__ == (T, U) and dict[T, U][int, str] == dict[int, str] and dict[T, list[U]][int, str] == dict[int, list[str]]
assert dict[T, T][str] == dict[str, str] and tuple[T, U][*tuple[int, str]] == tuple[int, str]
assert repr((*L,)) == "(*list[int],)" and next(iter(tuple[int, str])).__typing_unpacked_tuple_args__ == (int, str)
assert L() == [] and L([1]) == [1] and L.append is list.append and L.__class__ is type(L) and L.__mro_entries__(()) == (list,)
assert L.__reduce__() == (type(L), (list, (int,)))
raises(TypeError, "list[int] is not a generic class", lambda: L[int])
raises(TypeError, "Too few arguments for dict[~T, ~U]; actual 1, expected 2", lambda: dict[T, U][int])
raises(TypeError, "Too many arguments for list[~T]; actual 2, expected 1", lambda: list[T][int, str])
raises(TypeError, "isinstance() argument 2 cannot be a parameterized generic", lambda: isinstance([], L))
raises(TypeError, "issubclass() argument 2 cannot be a parameterized generic", lambda: issubclass(list, L))
raises(AttributeError, "'types.GenericAlias' object has no attribute '__copy__'", lambda: L.__copy__)
raises(TypeError, "GenericAlias expected 2 arguments, got 1", lambda: type(L)(list))


class G(list[int]):
    pass


class H:
    __class_getitem__ = classmethod(type(L))


assert G.__orig_bases__ == (list[int],) and G.__bases__ == (list,) and H[int]().__orig_class__ == H[int] and repr(H[int]) == "__main__.H[int]"

u = int | str
assert repr(u) == "int | str" and u.__args__ == (int, str) and u == str | int and hash(u) == hash(str | int) and u | int == u and (int | int) is int
assert repr(u | None) == "int | str | None" and repr(None | int) == "None | int" and repr(L | int) == "list[int] | int" and bool | int | bool == bool | int
assert isinstance(1, u) and not isinstance(1.0, u) and isinstance(None, int | None) and issubclass(bool, u)
assert (list[T] | int)[str] == list[str] | int and (list[T] | int).__parameters__ == (T,)
Union = type(u)
assert Union[int, str] == u and Union[int] is int and repr(Union) == "<class 'typing.Union'>"
raises(TypeError, "Cannot take a Union of no types.", lambda: Union[()])
raises(TypeError, "unsupported operand type(s) for |: 'type' and 'int'", lambda: int | 1)
raises(TypeError, "int | str is not a generic class", lambda: u[int])
raises(TypeError, "Cannot subclass int | str", lambda: u.__mro_entries__(()))
raises(TypeError, "cannot create 'typing.Union' instances", lambda: Union())
