# _ctypes: types and their instances, without calls.
import array
import copy
import ctypes
import gc
import pickle
import sys
import _ctypes
from ctypes import *
from ctypes import _endian, wintypes, util


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), (text, str(e))
    else:
        raise AssertionError(f'{exc.__name__} not raised: {text}')


# ---- simple types
for t, size, align, fmt in [(c_bool, 1, 1, '<?'), (c_byte, 1, 1, '<b'), (c_ubyte, 1, 1, '<B'), (c_char, 1, 1, '<c'), (c_wchar, 4, 4, '<u'), (c_short, 2, 2, '<h'),
                            (c_int, 4, 4, '<i'), (c_uint, 4, 4, '<I'), (c_long, 8, 8, '<q'), (c_ulong, 8, 8, '<Q'), (c_float, 4, 4, '<f'), (c_double, 8, 8, '<d'),
                            (c_longdouble, 16, 16, '<g'), (c_double_complex, 16, 8, '<D'), (c_float_complex, 8, 4, '<F'), (c_longdouble_complex, 32, 16, '<G'),
                            (c_char_p, 8, 8, '<z'), (c_wchar_p, 8, 8, '<Z'), (c_void_p, 8, 8, '<P'), (py_object, 8, 8, '<O')]:
    assert (sizeof(t), alignment(t), _ctypes.buffer_info(t)) == (size, align, (fmt, 0, ())), t
assert c_int(2**70 + 5).value == 5 and c_short(70000).value == 4464 and c_ulong(-1).value == 2**64 - 1 and c_byte(255).value == -1
assert c_bool('x').value is True and c_bool([]).value is False
assert c_char(65).value == c_char(b'A').value == c_char(bytearray(b'A')).value == b'A' and c_wchar('\U0001F600').value == '\U0001F600'
assert c_float(1e300).value == float('inf') and c_double(1).value == 1.0 and c_longdouble(1.25).value == 1.25
assert c_double_complex(1 + 2j).value == c_float_complex(1 + 2j).value == c_longdouble_complex(1 + 2j).value == 1 + 2j
assert c_char_p(b'x').value == b'x' and c_wchar_p('h\xe9\U0001F600').value == 'h\xe9\U0001F600' and c_char_p().value is None
assert c_void_p(-1).value == 2**64 - 1 and c_void_p(2**64).value is None and c_void_p().value is None
raises(TypeError, "'float' object cannot be interpreted as an integer", c_int, 1.5)
raises(TypeError, 'one character bytes, bytearray, or an integer in range(256) expected, not bytes of length 2', c_char, b'xx')
raises(TypeError, 'integer not in range(256)', c_char, -1)
raises(TypeError, 'a unicode character expected, not a string of length 2', c_wchar, 'xx')
raises(TypeError, 'bytes or integer address expected instead of str instance', c_char_p, 'x')
raises(TypeError, 'unicode string or integer address expected instead of bytes instance', c_wchar_p, b'x')
raises(TypeError, 'cannot be converted to pointer', c_void_p, 'x')
raises(TypeError, 'must be real number, not str', c_double, 'x')
raises(TypeError, '__init__ expected at most 1 argument, got 2', c_int, 1, 2)
raises(TypeError, 'unhashable type', hash, c_int())
raises(AttributeError, "supported types: 'cbBhHiIlLdDFGfuzZqQPOv?g'", type, 'X', (_ctypes._SimpleCData,), {'_type_': 'Y'})
raises(ValueError, 'must be a string of length 1', type, 'X', (_ctypes._SimpleCData,), {'_type_': 'ii'})
raises(SystemError, 'already initialized', type(c_int).__init__, c_int, 'X', (), {})
assert repr(c_int(5)) == 'c_int(5)' and bool(c_int()) is False and bool(c_double(-1)) is True
class MyInt(c_int): pass
assert repr(MyInt(5)).startswith('<MyInt object at ') and MyInt(5).value == 5
assert repr(py_object()) == 'py_object(<NULL>)' and repr(py_object(42)) == 'py_object(42)'
raises(ValueError, 'PyObject is NULL', lambda: py_object().value)
o = object()
assert py_object(o).value is o and c_void_p.from_buffer(py_object(o)).value == id(o) and _ctypes.PyObj_FromPtr(id(o)) is o
be = c_int.__ctype_be__
assert bytes(be(3)) == b'\0\0\0\3' and be(3).value == 3 and be.__ctype_le__ is c_int and c_int.__ctype_le__ is c_int and _ctypes.buffer_info(be)[0] == '>i'
assert be.__name__ == 'c_int_be' and be.__qualname__ == 'c_int' and c_byte.__ctype_be__ is c_byte and not hasattr(c_void_p, '__ctype_be__')
assert wintypes.VARIANT_BOOL(5).value is True and bytes(wintypes.VARIANT_BOOL(5)) == b'\xff\xff'

# ---- what is kept alive
s = b'abc' * 50
p = c_char_p(s)
assert p._objects is s
a = (c_char_p * 3)(s, b'2')
assert a._objects == {'0': s, '1': b'2'}
i = c_int(3)
assert pointer(i)._objects == {'1': i} and pointer(i).contents._b_base_ is not None
class Inner(Structure): _fields_ = [('text', c_char_p), ('n', c_int)]
class Outer(Structure): _fields_ = [('a', c_int), ('inner', Inner * 2)]
outer = Outer()
outer.inner[1].text = s
assert outer._objects == {'0:1:1': s}, outer._objects
assert outer.inner[1]._b_base_._b_base_ is outer and outer.inner[1]._b_needsfree_ == 0 and outer._b_needsfree_ == 1
def made_text():
    o = Outer()
    for k in range(2):
        o.inner[k].text = ('text %d' % k).encode() * 20
    return o
kept = [made_text() for _ in range(200)]
gc.collect()
junk = [b'x' * 140 for _ in range(1000)]
assert all(o.inner[k].text == ('text %d' % k).encode() * 20 for o in kept for k in range(2))
inner = made_text().inner[1]
gc.collect()
junk = [b'x' * 140 for _ in range(1000)]
assert inner.text == b'text 1' * 20
objects = (py_object * 100)()
for k in range(100):
    objects[k] = [k]
gc.collect()
assert [objects[k] for k in range(100)] == [[k] for k in range(100)]

# ---- arrays
A = c_int * 3
assert A is c_int * 3 is 3 * c_int and A.__name__ == 'c_int_Array_3' and A._length_ == 3 and A._type_ is c_int
x = A(1, 2, 3)
assert list(x) == x[:] == [1, 2, 3] and x[::-1] == [3, 2, 1] and x[-1] == 3 and len(x) == 3 and list(reversed(x)) == [3, 2, 1]
x[0:2] = (7, 8)
x[2] = 9
assert x[:] == [7, 8, 9]
raises(IndexError, 'invalid index', lambda: x[3])
raises(IndexError, 'invalid index', lambda: x[-4])
raises(IndexError, 'invalid index', A, 1, 2, 3, 4)
raises(TypeError, 'indices must be integers', lambda: x['x'])
raises(ValueError, 'Can only assign sequence of same size', x.__setitem__, slice(0, 2), [1])
raises(TypeError, 'Array does not support item deletion', x.__delitem__, 0)
raises(ValueError, 'Array length must be >= 0, not -1', lambda: c_int * -1)
raises(OverflowError, 'array too large', lambda: c_int * 2**62)
raises(TypeError, "can't multiply sequence by non-int of type 'str'", lambda: c_int * 'x')
for ns, exc, text in [({}, AttributeError, "class must define a '_length_' attribute"), ({'_length_': 2}, AttributeError, "class must define a '_type_' attribute"),
                      ({'_type_': c_int, '_length_': -1}, ValueError, "The '_length_' attribute must not be negative"),
                      ({'_type_': c_int, '_length_': 2**63}, OverflowError, "The '_length_' attribute is too large"),
                      ({'_type_': int, '_length_': 2}, TypeError, '_type_ must have storage info')]:
    raises(exc, text, type, 'X', (Array,), ns)
assert str(Array[int]) == '_ctypes.Array[int]'
buf = create_string_buffer(b'hello', 10)
assert buf.value == b'hello' and buf.raw == b'hello' + bytes(5) and buf[1:3] == b'el' and buf[0] == b'h' and buf[4::-2] == b'olh'
buf.value = b'xy'
assert buf.raw == b'xy\0lo' + bytes(5)
buf.raw = b'0123456789'
assert buf.value == b'0123456789'
raises(ValueError, 'byte string too long', setattr, buf, 'raw', b'x' * 11)
raises(TypeError, 'bytes expected instead of str instance', setattr, buf, 'value', 'x')
raises(AttributeError, "attribute 'raw' of 'c_char_Array_10' objects cannot be deleted", delattr, buf, 'raw')
wide = create_unicode_buffer('h\xe9llo', 8)
assert wide.value == 'h\xe9llo' and wide[1:3] == '\xe9l' and wide[4::-2] == 'olh'
raises(ValueError, 'string too long', setattr, wide, 'value', 'x' * 9)
gc.collect()
for k in range(300):
    (c_short * (1000 + k))()  # array types come and go
assert (c_short * 1000)._length_ == 1000

# ---- pointers
PI = POINTER(c_int)
assert PI is POINTER(c_int) is c_int.__pointer_type__ and PI.__name__ == 'LP_c_int' and PI._type_ is c_int
i = c_int(42)
p = pointer(i)
assert p.contents.value == 42 and p[0] == 42 and bool(p) and not PI()
p[0] = 5
assert i.value == 5
p.contents = c_int(7)
assert p[0] == 7 and i.value == 5
q = cast(x, PI)
assert q[:3] == [7, 8, 9]
assert q[2:0:-1] == [9, 8] and cast(buf, POINTER(c_char))[2:5] == b'234' and cast(wide, POINTER(c_wchar))[0:3] == 'h\xe9l'
raises(ValueError, 'NULL pointer access', lambda: PI().contents)
raises(ValueError, 'NULL pointer access', lambda: PI()[0])
raises(ValueError, 'slice stop is required', lambda: q[1:])
raises(ValueError, 'slice start is required for step < 0', lambda: q[:1:-1])
raises(ValueError, 'slice step cannot be zero', lambda: q[0:1:0])
raises(TypeError, 'Pointer indices must be integer', lambda: q['x'])
raises(TypeError, 'expected c_int instead of int', PI, 3)
raises(TypeError, 'Pointer does not support item deletion', q.__delitem__, 0)
raises(TypeError, 'has no _type_', type('X', (_ctypes._Pointer,), {}))
raises(TypeError, 'cast() argument 2 must be a pointer type, not c_int', cast, 3, c_int)
assert cast(cast(x, c_void_p).value, PI)[1] == 8
raises(AttributeError, "has no attribute '__pointer_type__'", lambda: Outer.__pointer_type__)
assert POINTER(Outer) is Outer.__pointer_type__ and POINTER(None) is c_void_p

# ---- structures, unions, bit fields
class Point(Structure):
    _fields_ = [('x', c_int), ('y', c_int)]
pt = Point(1, y=2)
assert (pt.x, pt.y, sizeof(Point), Point.x.offset, Point.y.offset, Point.y.size) == (1, 2, 8, 0, 4, 4)
assert repr(Point.y) == "<ctypes.CField 'y' type=c_int, ofs=4, size=4>" and Point.y.type is c_int and Point.y.name == 'y' and Point.y.bit_size == 32
raises(TypeError, 'too many initializers', Point, 1, 2, 3)
raises(TypeError, "duplicate values for field 'x'", lambda: Point(1, x=3))
raises(TypeError, "can't delete attribute", delattr, pt, 'x')
raises(TypeError, 'not a ctype instance', Point.x.__get__, 3)
raises(AttributeError, '_fields_ is final', setattr, Point, '_fields_', [])
raises(TypeError, 'abstract class', Structure)
raises(TypeError, 'this type has no size', sizeof, Structure)
class Sub(Point): _fields_ = [('z', c_double)]
assert sizeof(Sub) == 16 and Sub(1, 2, 3.5).z == 3.5 and isinstance(Sub(), Point)
class Bits(Structure): _fields_ = [('a', c_int, 3), ('b', c_uint, 5), ('c', c_bool, 1), ('d', c_longlong, 40)]
b = Bits(-1, 31, True, -5)
assert (b.a, b.b, b.c, b.d) == (-1, 31, True, -5) and Bits.b.is_bitfield and (Bits.b.bit_size, Bits.b.bit_offset) == (5, 3) and Bits.b.size == 5 << 16 | 3
b.b = 100
assert (b.a, b.b, b.c, b.d) == (-1, 4, True, -5)
raises(TypeError, 'bit fields not allowed for type c_float', type, 'X', (Structure,), {'_fields_': [('a', c_float, 3)]})
raises(ValueError, "number of bits invalid for bit field 'a'", type, 'X', (Structure,), {'_fields_': [('a', c_int, 33)]})
class BigBits(BigEndianStructure): _fields_ = [('a', c_ushort, 4), ('b', c_ushort, 12), ('n', c_int)]
v = BigBits(0xA, 0xBCD, 0x01020304)
assert bytes(v) == b'\xab\xcd\0\0\1\2\3\4' and (v.a, v.b, v.n) == (0xA, 0xBCD, 0x01020304)
class U(Union): _fields_ = [('i', c_uint), ('b', c_ubyte * 4), ('f', c_float)]
u = U(f=1.0)
assert u.i == 0x3F800000 and u.b[:] == [0, 0, 0x80, 0x3F]
class Anon(Structure):
    _anonymous_ = ['u']
    _fields_ = [('k', c_int), ('u', U)]
an = Anon(1)
an.i = 0x01020304
assert an.u.i == 0x01020304 and an.b[0] == 4 and Anon.i.offset == 4 and Anon.u.is_anonymous
raises(TypeError, '_anonymous_ must be a sequence', type, 'X', (Structure,), {'_fields_': [('a', c_int)], '_anonymous_': 3})
class Packed(Structure):
    _pack_, _layout_, _fields_ = 1, 'ms', [('c', c_char), ('n', c_int), ('d', c_double)]
assert sizeof(Packed) == 13 and Packed.d.offset == 5
class Aligned(Structure): _align_, _fields_ = 32, [('n', c_int)]
assert sizeof(Aligned) == alignment(Aligned) == 32
class Texts(Structure): _fields_ = [('s', c_char * 4), ('w', c_wchar * 3), ('f', c_int * 2)]
tx = Texts(b'ab', 'xyz', (1, 2))
assert (tx.s, tx.w, tx.f[:]) == (b'ab', 'xyz', [1, 2])
raises(ValueError, 'too long', setattr, tx, 's', b'abcde')
raises(TypeError, 'expected c_int_Array_2 instance, got list', setattr, tx, 'f', [1])
raises(RuntimeError, '(Point) TypeError: too many initializers', type('H', (Structure,), {'_fields_': [('p', Point)]}), (1, 2, 3))
class Node(Structure): pass
Node._fields_ = [('next', POINTER(Node)), ('v', c_int)]
n2 = Node(None, 2)
n1 = Node(pointer(n2), 1)
assert n1.next.contents.v == 2 and not n2.next
raises(AttributeError, 'cannot contain itself', lambda: (lambda c: setattr(c, '_fields_', [('x', c)]))(type('Self', (Structure,), {})))
if sys.implementation.name == 'kaa':  # a metaclass may be called with any bases: no instances of what is no C data
    odd = type(Structure)('Odd', (), {'_fields_': [('x', c_int)]})
    raises(TypeError, 'abstract class', odd.from_address, addressof(i))
    raises(TypeError, 'abstract class', (odd * 2).from_buffer_copy(bytes(8)).__getitem__, 0)
    raises(TypeError, 'not a ctype instance', lambda: odd().x)

# ---- memory of others
ba = bytearray(b'\1\0\0\0\2\0\0\0')
shared = Point.from_buffer(ba)
shared.x = 77
assert ba[0] == 77 and shared.y == 2 and list(shared._objects) == ['ffffffff']
raises(BufferError, '', ba.append, 1)
del shared
assert Point.from_buffer_copy(ba).x == 77 and Point.from_address(addressof(pt)).y == 2 and c_int.from_buffer(ba, 4).value == 2
raises(TypeError, 'underlying buffer is not writable', c_int.from_buffer, b'xxxx')
raises(TypeError, 'underlying buffer is not C contiguous', c_int.from_buffer, memoryview(bytearray(16))[::2])
raises(ValueError, 'Buffer size too small (2 instead of at least 4 bytes)', c_int.from_buffer, bytearray(2))
raises(ValueError, 'offset cannot be negative', c_int.from_buffer_copy, b'xxxx', -1)
raises(TypeError, 'integer expected', c_int.from_address, 'x')
m = memoryview((Point * 3)())
assert (m.format, m.itemsize, m.shape, m.nbytes, m.readonly) == ('T{<i:x:<i:y:}', 8, (3,), 24, False)
m = memoryview(((c_short * 3) * 2)())
assert (m.format, m.shape, m.ndim, m.strides) == ('<h', (2, 3), 2, (6, 2)) and memoryview(c_int(5)).ndim == 0
assert memoryview(c_int(5)).cast('B')[0] == 5 and memoryview(pt).cast('b').tolist() == [1, 0, 0, 0, 2, 0, 0, 0]
raises(TypeError, 'cannot cast between two non-byte formats', memoryview(pt).cast, 'i')
assert bytes(Point(1, 2)) == b'\1\0\0\0\2\0\0\0' and array.array('i', bytes((c_int * 2)(3, 4))).tolist() == [3, 4]
assert _ctypes.buffer_info(POINTER(c_int * 2 * 3)) == ('&(3,2)<i', 0, ()) and _ctypes.buffer_info(CFUNCTYPE(None)) == ('X{}', 0, ())
r = (c_int * 2)(1, 2)
resize(r, 400)
assert sizeof(r) == 400 and r[:] == [1, 2] and bytes(r)[8:] == bytes(392)
raises(ValueError, 'minimum size is 8', resize, r, 4)
raises(ValueError, "Memory cannot be resized because this object doesn't own it", resize, c_int.from_buffer(ba), 200)
raises(MemoryError, '', resize, r, 2**62)
raises(MemoryError, '', c_char * 2**62)

# ---- copies, addresses, library functions
assert copy.copy(pt).y == 2 and pickle.loads(pickle.dumps(Point(3, 4))).x == 3 and pickle.loads(pickle.dumps(c_double(1.5))).value == 1.5
raises(ValueError, 'ctypes objects containing pointers cannot be pickled', pickle.dumps, pointer(pt))
assert string_at(b'abc') == b'abc' and string_at(b'abcd', 2) == b'ab' and wstring_at('abc\xe9') == 'abc\xe9' and memoryview_at(addressof(pt), 4)[0] == 1
raises(ValueError, 'memoryview_at: size is negative', memoryview_at, 3, -1)
target = create_string_buffer(5)
memmove(target, b'abcd', 4)
memset(byref(target, 2), 0x7A, 2)
assert target.raw == b'abzz\0'
raises(TypeError, 'byref() argument 1 must be _ctypes._CData, not int', byref, 3)
assert byref(pt)._obj is pt and str(c_int.from_param(3)) == "<cparam 'i' (3)>" and str(c_char.from_param(b'\1')) == r"<cparam 'c' ('\x01')>"
assert util.find_library('c') and any('libc' in name for name in util.dllist())
raises(TypeError, "'out' parameter 1 must be a pointer type, not c_int", CFUNCTYPE(c_int, c_int), ('abs', CDLL(None)), ((2, 'x'),))
