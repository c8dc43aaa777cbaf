# _operator
import _operator as op


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


assert op.add(1, 2) == 3 and op.sub(5, 3) == 2 and op.mul(2, 3) == 6 and op.floordiv(7, 2) == 3 and op.truediv(1, 2) == 0.5 and op.mod(7, 4) == 3
assert op.pow(2, 5) == 32 and op.lshift(1, 3) == 8 and op.rshift(8, 2) == 2 and op.and_(6, 3) == 2 and op.or_(6, 1) == 7 and op.xor(6, 3) == 5
assert op.neg(1) == -1 and op.pos(1) == 1 and op.invert(0) == op.inv(0) == -1 and op.abs(-2) == 2 and op.not_(0) is True and op.truth([]) is False
assert op.lt(1, 2) and op.le(1, 1) and op.eq(1, 1) and op.ne(1, 2) and op.gt(2, 1) and op.ge(2, 2)
assert op.is_(None, None) and op.is_not(1, 2) and op.is_none(None) and op.is_not_none(1) and op.index(True) == 1
l = [1, 2, 2]
assert op.iadd(l, [3]) is l and l == [1, 2, 2, 3] and op.countOf(l, 2) == 2 and op.indexOf(l, 3) == 3 and op.contains(l, 2)
assert op.getitem(l, 0) == 1
op.setitem(l, 0, 9)
op.delitem(l, 1)
assert l == [9, 2, 3] and op.concat([1], [2]) == [1, 2] and op.iconcat([1], [2]) == [1, 2]
raises(TypeError, "'int' object can't be concatenated", op.concat, 1, 2)
raises(ValueError, "sequence.index(x): x not in sequence", op.indexOf, [], 1)
raises(TypeError, "add expected 2 arguments, got 1", op.add, 1)
assert op.length_hint([1, 2]) == 2 and op.length_hint(5, 7) == 7 and op.call(max, 1, 2) == 2 and op.call(sorted, [1, 2], reverse=True) == [2, 1]
assert op._compare_digest("a", "a") and not op._compare_digest(b"a", b"ab") and op._compare_digest(b"ab", bytearray(b"ab"))
raises(TypeError, "comparing strings with non-ASCII characters is not supported", op._compare_digest, "ü", "ü")
raises(TypeError, "a bytes-like object is required, not 'str'", op._compare_digest, "a", b"a")
raises(TypeError, "unsupported operand types(s) or combination of types: 'int' and 'float'", op._compare_digest, 1, 1.5)

g = op.itemgetter(1)
assert g("abc") == "b" and op.itemgetter(0, 2)("abc") == ("a", "c") and repr(op.itemgetter(1, "x")) == "operator.itemgetter(1, 'x')"
assert op.itemgetter(slice(1, 3))("abcd") == "bc" and g.__reduce__() == (op.itemgetter, (1,))
raises(TypeError, "itemgetter expected 1 argument, got 2", g, 1, 2)
raises(TypeError, "itemgetter() takes no keyword arguments", lambda: g(x=1))
raises(IndexError, "string index out of range", g, "a")


class C:
    class inner:
        x = 5

    y = 6

    def m(self, *a, **k):
        return a, k


assert op.attrgetter("y")(C) == 6 and op.attrgetter("inner.x", "y")(C) == (5, 6) and repr(op.attrgetter("a.b")) == "operator.attrgetter('a.b')"
raises(TypeError, "attribute name must be a string", op.attrgetter, 5)
raises(AttributeError, None, op.attrgetter("inner.nope"), C)
mc = op.methodcaller("m", 1, k=2)
assert mc(C()) == ((1,), {"k": 2}) and repr(mc) == "operator.methodcaller('m', 1, k=2)"
assert op.methodcaller("m", 1).__reduce__() == (op.methodcaller, ("m", 1))
raises(TypeError, "methodcaller needs at least one argument, the method name", op.methodcaller)
raises(TypeError, "method name must be a string", op.methodcaller, 1)
