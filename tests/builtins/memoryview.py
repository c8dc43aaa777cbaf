# memoryview: items, slices, formats, casts, shapes, release, comparison, hash.

def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


b = bytearray(b"abcdef")
m = memoryview(b)
assert m.obj is b and m.nbytes == 6 and m.itemsize == 1 and m.format == "B" and m.ndim == 1 and m.shape == (6,) and m.strides == (1,) and m.suboffsets == ()
assert m.readonly is False and m.contiguous and m.c_contiguous and m.f_contiguous and len(m) == 6 and memoryview(b"a").readonly
assert m[0] == 97 and m[-1] == 102 and m[1:3].tobytes() == b"bc" and m[::-1].tolist() == [102, 101, 100, 99, 98, 97] and bytes(m[::2]) == b"ace" and list(m) == list(b)
assert not m[::2].contiguous and m[::2].strides == (2,) and m[4:1:-1][0] == 101
m[0] = 65
m[1:3] = b"BC"
m[3::2] = b"XZ"
assert b == b"ABCXeZ", b
m[1:5] = m[0:4]  # overlapping
assert b == b"AABCXZ"
raises(IndexError, "index out of bounds on dimension 1", lambda: m[6])
raises(TypeError, "memoryview: invalid slice key", lambda: m["a"])
raises(TypeError, "cannot delete memory", m.__delitem__, 0)
raises(TypeError, "cannot modify read-only memory", memoryview(b"a").__setitem__, 0, 1)
raises(ValueError, "memoryview: invalid value for format 'B'", m.__setitem__, 0, 256)
raises(TypeError, "memoryview: invalid type for format 'B'", m.__setitem__, 0, "a")
raises(ValueError, "memoryview assignment: lvalue and rvalue have different structures", m.__setitem__, slice(0, 2), b"abc")
raises(TypeError, "memoryview: a bytes-like object is required, not 'int'", memoryview, 5)

# casts
i = m[:4].cast("H")
assert i.format == "H" and i.shape == (2,) and i.itemsize == 2 and i.tolist() == [0x4141, 0x4342]
i[0] = 0x4645
assert b[:2] == b"EF"
n = memoryview(bytearray(range(12))).cast("B", [3, 4])
assert n.shape == (3, 4) and n.strides == (4, 1) and n.ndim == 2 and n.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]] and n[1, 2] == 6 and n[-1, -1] == 11 and len(n) == 3
n[0, 1] = 99
assert n.tolist()[0] == [0, 99, 2, 3] and n.tobytes("F")[:3] == b"\0\4\x08" and n[1:].tolist() == [[4, 5, 6, 7], [8, 9, 10, 11]]
assert n.cast("B").shape == (12,) and n.f_contiguous is False and n.hex()[:6] == "006302"
raises(NotImplementedError, "multi-dimensional sub-views are not implemented", lambda: n[0])
raises(NotImplementedError, "multi-dimensional slicing is not implemented", lambda: n[0:1, 0:1])
raises(TypeError, "cannot index 2-dimension view with 3-element tuple", lambda: n[0, 0, 0])
raises(TypeError, "memoryview: length is not a multiple of itemsize", memoryview(b"abc").cast, "H")
raises(TypeError, "memoryview: cannot cast between two non-byte formats", i.cast, "h")
raises(ValueError, "memoryview: destination format must be a native single character format prefixed with an optional '@'", m.cast, "<i")
raises(TypeError, "memoryview: product(shape) * itemsize != buffer size", m.cast, "B", [7])
raises(TypeError, "memoryview: casts are restricted to C-contiguous views", m[::2].cast, "B")
z = memoryview(b"a").cast("B", ())
assert z.ndim == 0 and z[()] == 97 and z.tolist() == 97 and z.shape == ()
raises(TypeError, "0-dim memory has no length", len, z)
raises(TypeError, "invalid indexing of 0-dim memory", lambda: z[0])
f = memoryview(bytearray(16)).cast("d")
f[0] = 1.5
f[1] = -2
assert f.tolist() == [1.5, -2.0] and f.cast("B").tolist()[6:8] == [248, 63]
q = memoryview(bytearray(8)).cast("q")
q[0] = -(1 << 63)
assert q[0] == -(1 << 63)
raises(ValueError, "memoryview: invalid value for format 'q'", q.__setitem__, 0, 1 << 63)
t = memoryview(bytearray(2)).cast("?")
t[0] = "yes"
assert t.tolist() == [True, False]
c = memoryview(b"xy").cast("c")
assert c.tolist() == [b"x", b"y"] and list(c) == [b"x", b"y"]
e = memoryview(bytearray(2)).cast("e")
e[0] = 0.1
assert e[0] == 0.0999755859375

# comparison and hash
assert m == b and m == bytes(b) and m != b"x" and memoryview(b"abc") == memoryview(bytearray(b"abc")) and memoryview(b"a") != 5 and not memoryview(b"a") == "a"
assert memoryview(b"\1\0\2\0").cast("H").tolist() == [1, 2] and memoryview(b"\1\2") != memoryview(b"\1\0\2\0").cast("H").cast("B")
import array
assert memoryview(array.array("H", [1, 2])) == memoryview(array.array("q", [1, 2])) and memoryview(array.array("d", [1.0])) == memoryview(array.array("b", [1]))
assert memoryview(array.array("d", [float("nan")])) != memoryview(array.array("d", [float("nan")]))
assert hash(memoryview(b"abc")) == hash(b"abc") and hash(memoryview(b"abcd")[::2]) == hash(b"ac")
raises(ValueError, "cannot hash writable memoryview object", hash, m)
raises(ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'", hash, memoryview(b"ab").cast("H"))

# search
assert memoryview(b"abcb").index(98) == 1 and memoryview(b"abcb").index(98, 2) == 3 and memoryview(b"abcb").count(98) == 2 and 99 in memoryview(b"abc")
raises(ValueError, "memoryview.index(x): x not found", memoryview(b"a").index, 5)

# release
i.release()
m = memoryview(b)
m2 = m[1:]
m.release()
raises(ValueError, "operation forbidden on released memoryview object", lambda: m[0])
raises(ValueError, "operation forbidden on released memoryview object", len, m)
assert repr(m).startswith("<released memory at 0x") and repr(m2).startswith("<memory at 0x") and m == m and not m == m2
raises(BufferError, "Existing exports of data: object cannot be re-sized", b.append, 1)
m2.release()
m2.release()
b.append(1)
with memoryview(b) as m:
    pass
raises(ValueError, "operation forbidden on released memoryview object", m.tobytes)
m = memoryview(b)
m3 = memoryview(m)
inner = m.toreadonly()
assert inner.readonly and m3.obj is b
m.release()
m3.release()
assert inner[0] == b[0]
inner.release()
b.append(2)


class Holder:
    pass


# a buffer taken from a view keeps it
v = memoryview(bytearray(4))
it = iter(v)
next(it)
v.release()
raises(ValueError, "operation forbidden on released memoryview object", next, it)
assert memoryview[int].__origin__ is memoryview
raises(TypeError, "type 'memoryview' is not an acceptable base type", type, "X", (memoryview,), {})
raises(ValueError, "order must be 'C', 'F' or 'A'", memoryview(b"a").tobytes, "X")
