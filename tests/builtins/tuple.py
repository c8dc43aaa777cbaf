# tuple


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


t = (1, 2, 3, 2)
assert tuple() == () and tuple([1, 2]) == (1, 2) and tuple(t) is t and tuple("ab") == ("a", "b")
assert t[0] == 1 and t[-1] == 2 and t[1:3] == (2, 3) and t[::-1] == (2, 3, 2, 1) and t[:] is t
assert t.index(2) == 1 and t.index(2, 2) == 3 and t.count(2) == 2 and 3 in t and 9 not in t
assert t + (5,) == (1, 2, 3, 2, 5) and (1, 2) * 2 == (1, 2, 1, 2) == 2 * (1, 2) and (1,) * 0 == ()
assert () + t is t and t * 1 is t
assert (1, 2) < (1, 3) and (1,) < (1, 0) and (1, 2) == (1, 2) and (1,) != (1, 2) and not (1, 2) > (1, 2)
assert repr(()) == "()" and repr((1,)) == "(1,)" and repr((1, "a")) == "(1, 'a')"
assert hash(()) == 5740354900026072187
assert hash((1, 2, 3)) == 529344067295497451
assert hash((1, (2, -1), 2**70)) == hash((1, (2, -1), 2**70))
raises(TypeError, "unhashable type: 'list'", hash, (1, []))
raises(IndexError, "tuple index out of range", lambda: t[7])
raises(TypeError, "tuple indices must be integers or slices, not str", lambda: t["a".lower()])
raises(ValueError, "tuple.index(x): x not in tuple", t.index, 2, 0, 1)
raises(TypeError, "tuple expected at most 1 argument, got 2", tuple, 1, 2)
raises(TypeError, "tuple() takes no keyword arguments", lambda: tuple(a=1))
raises(TypeError, 'can only concatenate tuple (not "list") to tuple', lambda: t + [])
raises(TypeError, "can't multiply sequence by non-int of type 'float'", lambda: t * 1.5)


class T(tuple):
    def __new__(cls, *items):
        return super().__new__(cls, items)


s = T(1, 2, 3)
s.name = "x"
assert s == (1, 2, 3) and s.name == "x" and type(s[:]) is tuple and type(s + ()) is tuple and hash(s) == hash((1, 2, 3))
assert tuple(s) == (1, 2, 3) and type(tuple(s)) is tuple and s.__getnewargs__() == ((1, 2, 3),)
l = []
u = (l,)
l.append(u)
assert repr(u) == "([(...)],)"
it = iter((1, 2, 3))
assert next(it) == 1 and it.__length_hint__() == 2 and it.__reduce__() == (iter, ((1, 2, 3),), 1)
it.__setstate__(50)
assert list(it) == []
