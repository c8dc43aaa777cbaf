# bytearray: making, item and slice assignment, growing, exports.

def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


assert bytearray() == b"" and bytearray(2) == b"\0\0" and bytearray(b"ab") == b"ab" and bytearray([1, 2]) == b"\1\2" and bytearray("\xe4", "utf-8") == b"\xc3\xa4"
assert repr(bytearray(b"a'")) == "bytearray(b\"a\\'\")"
raises(TypeError, "string argument without an encoding", bytearray, "a")
raises(ValueError, "byte must be in range(0, 256)", bytearray, [256])
raises(TypeError, "unhashable type: 'bytearray'", hash, bytearray())
raises(TypeError, "cannot convert 'float' object to bytearray", bytearray, 1.5)

b = bytearray(b"hello")
b[0] = 72
b[1:3] = b"EY"
assert b == b"HEYlo"
b[5:] = b" world"
assert b == b"HEYlo world" and len(b) == 11
b[0:3] = []
assert b == b"lo world"
b[::2] = b"1234"
assert b == b"1o2w3r4d", b
del b[::2]
assert b == b"owrd"
del b[0], b[-1]
assert b == b"wr"
b[1:1] = b
assert b == b"wwrr", b
b[:] = range(5)
assert b == bytes(range(5))
b[1:3] = (9,)
assert b == b"\0\x09\3\4"
raises(IndexError, "bytearray index out of range", lambda: b[10])
raises(IndexError, "bytearray index out of range", b.__setitem__, 10, 1)
raises(ValueError, "byte must be in range(0, 256)", b.__setitem__, 0, 256)
raises(TypeError, "bytearray indices must be integers or slices, not str", b.__getitem__, "a")
raises(TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)", b.__setitem__, slice(0, 1), 5)
raises(ValueError, "attempt to assign bytes of size 3 to extended slice of size 2", b.__setitem__, slice(0, 4, 2), b"abc")

b = bytearray(b"abc")
b.append(100)
b.extend(b"ef")
b.extend([103])
b.extend(b)
assert b == b"abcdefgabcdefg"
b.insert(0, 65)
b.insert(-1, 66)
b.insert(100, 67)
assert b == b"AabcdefgabcdefBgC", b
assert b.pop() == 67 and b.pop(0) == 65 and b.pop(-2) == 66
b.remove(97)
assert b == b"bcdefgabcdefg"
b.reverse()
assert b == b"gfedcbagfedcb"
raises(ValueError, "value not found in bytearray", b.remove, 255)
raises(IndexError, "pop index out of range", b.pop, 50)
raises(IndexError, "pop from empty bytearray", bytearray().pop)
raises(TypeError, "expected iterable of integers; got: 'str'", b.extend, "abc")
raises(TypeError, "can't extend bytearray with float", b.extend, 1.5)
c = b.copy()
b.clear()
assert b == b"" and c == b"gfedcbagfedcb"
c.resize(3)
assert c == b"gfe"
c.resize(5)
assert c == b"gfe\0\0"
raises(ValueError, "Can only resize to positive sizes, got -1", c.resize, -1)

x = y = bytearray(b"ab")
x += b"cd"
x *= 2
assert y == b"abcdabcd" and x is y
raises(TypeError, "can't concat int to bytearray", x.__iadd__, 1)
assert bytearray(b"a") + b"b" == bytearray(b"ab") and type(bytearray(b"a") + b"b") is bytearray and type(bytearray(b"a") * 2) is bytearray

# a queue: deletions at the front
q = bytearray()
for i in range(1000):
    q += b"0123456789"
    if i % 3:
        del q[:7]
assert len(q) == 10000 - 666 * 7 and bytes(q[-3:]) == b"789"

# exports
b = bytearray(b"abc")
m = memoryview(b)
m[0] = 65
b[1] = 66
assert b == b"ABc" and bytes(m) == b"ABc"
text = "Existing exports of data: object cannot be re-sized"
for f in (lambda: b.append(1), lambda: b.extend(b"x"), lambda: b.pop(), lambda: b.clear(), lambda: b.__delitem__(0), lambda: b.__iadd__(b"x"), lambda: b.resize(1)):
    raises(BufferError, text, f)
assert b == b"ABc"
b[0:2] = b"xy"  # the same size
m.release()
b.append(1)
m = memoryview(b)
del m
b.append(2)  # the view is garbage

# methods shared with bytes give bytearrays
assert bytearray(b"a b").split() == [bytearray(b"a"), bytearray(b"b")] and type(bytearray(b"a").split()[0]) is bytearray
assert type(bytearray(b"a").upper()) is bytearray and bytearray(b",").join([b"a", b"b"]) == b"a,b" and type(bytearray(b"%d") % 5) is bytearray and bytearray(b"%d") % 5 == b"5"
assert bytearray.fromhex("0a0b") == b"\n\x0b" and type(bytearray.fromhex("0a")) is bytearray and bytearray(b"ab").hex("-") == "61-62"
s = bytearray(b"abc")
assert s.strip() is not s and s.replace(b"x", b"y") is not s


class Sub(bytearray):
    pass


s = Sub(b"ab")
s.x = 1
assert type(s) is Sub and s == b"ab" and repr(s) == "Sub(b'ab')" and type(s[:1]) is bytearray
assert bytearray(b"ab").__reduce_ex__(3) == (bytearray, (b"ab",), None) and bytearray(b"\xe4").__reduce_ex__(2) == (bytearray, ("\xe4", "latin-1"), None)
it = iter(bytearray(b"ab"))
assert next(it) == 97 and list(it) == [98]
assert bytearray(b"a") < b"b" and bytearray(b"a") == memoryview(b"a") and not bytearray(b"a") == "a"
