# array: type codes, items, slices, conversions, pickling, exports.
import pickle
from array import array, typecodes


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


assert typecodes == "bBuwhHiIlLqQfd"
for c in typecodes:
    if c == "u":
        continue
    items = "ab" if c == "w" else [1, 2]
    a = array(c, items)
    assert len(a) == 2 and a.typecode == c and list(a) == list(items) and array(c, a.tobytes()) == a and memoryview(a).itemsize == a.itemsize
    for protocol in range(5):
        assert pickle.loads(pickle.dumps(a, protocol)) == a
a = array("i", [1, 2, 3])
assert repr(a) == "array('i', [1, 2, 3])" and repr(array("d")) == "array('d')" and repr(array("w", "x")) == "array('w', 'x')"
assert a[0] == 1 and a[-1] == 3 and a[1:] == array("i", [2, 3]) and a[::-2].tolist() == [3, 1] and 2 in a and 9 not in a and a + a == array("i", [1, 2, 3] * 2) == a * 2 == 2 * a
a[0] = 10
a[1:2] = array("i", [7, 8, 9])
assert a.tolist() == [10, 7, 8, 9, 3]
a[::2] = array("i", [0, 0, 0])
del a[1:3]
assert a.tolist() == [0, 9, 0]
a.append(5)
a.extend([6])
a.extend(array("i", [7]))
a.insert(0, -1)
a.insert(-1, 100)
a += array("i", [8])
assert a.tolist() == [-1, 0, 9, 0, 5, 6, 100, 7, 8] and a.pop() == 8 and a.pop(0) == -1 and a.index(9) == 1 and a.index(0, 1) == 2 and a.count(0) == 2
a.remove(0)
a.reverse()
assert a.tolist() == [7, 100, 6, 5, 0, 9]
a *= 2
assert len(a) == 12
a.clear()
a.fromlist([1, 2])
raises(TypeError, None, a.fromlist, [3, "x"])
assert a.tolist() == [1, 2] and a.buffer_info()[1] == 2
a.byteswap()
assert a[0] == 1 << 24
raises(OverflowError, "signed char is greater than maximum", array, "b", [200])
raises(OverflowError, "unsigned byte integer is less than minimum", array, "B", [-1])
raises(OverflowError, "unsigned short is greater than maximum", array, "H", [70000])
raises(OverflowError, "can't convert negative value to unsigned int", array, "I", [-1])
raises(OverflowError, "int too big to convert", array, "q", [1 << 70])
raises(TypeError, "'float' object cannot be interpreted as an integer", array, "i", [1.5])
raises(ValueError, "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)", array, "x")
raises(TypeError, "cannot use a str to initialize an array with typecode 'i'", array, "i", "abc")
raises(ValueError, "bytes length not a multiple of item size", array, "i", b"abc")
raises(IndexError, "array index out of range", lambda: a[5])
raises(IndexError, "array assignment index out of range", a.__setitem__, 5, 1)
raises(TypeError, "array indices must be integers", lambda: a["x"])
raises(TypeError, 'can only assign array (not "list") to array slice', a.__setitem__, slice(0, 1), [1])
raises(TypeError, 'can only append array (not "list") to array', lambda: a + [1])
raises(TypeError, "can only extend with array of same kind", a.extend, array("b"))
raises(ValueError, "array.remove(x): x not in array", a.remove, 77)
raises(IndexError, "pop from empty array", array("i").pop)
m = memoryview(a)
raises(BufferError, "cannot resize an array that is exporting buffers", a.append, 1)
m[0] = 5
m.release()
a.append(1)
assert a[0] == 5 and memoryview(a).format == "i" and bytes(array("H", [1])) == b"\1\0"
assert array("d", [1.0]) == array("i", [1]) and array("i", [1, 2]) < array("i", [1, 3]) and array("i", [1]) < array("i", [1, 0]) and array("i") != [1]
it = iter(array("i", [1, 2]))
assert next(it) == 1 and it.__reduce__()[2] == 1 and list(it) == [2] and list(it) == []
w = array("w", "h\xe4\U0001f600")
assert w.tounicode() == "h\xe4\U0001f600" and w[2] == "\U0001f600"
w.fromunicode("z")
assert w[-1] == "z"


class Sub(array):
    pass


s = Sub("i", [1])
s.x = 5
assert type(s) is Sub and s[0] == 1 and type(s[:]) is array and repr(s) == "Sub('i', [1])"
