# struct: sizes, formats, ranges, errors.
import struct


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


assert struct.calcsize("@bi0q") == 8 and struct.calcsize("=bi") == 5 and struct.calcsize("i i") == 8 and struct.calcsize("<lL") == 8 and struct.calcsize("nNP") == 24 and struct.calcsize("") == 0
assert struct.pack(">hIq", -2, 3, -4) == b"\xff\xfe\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xfc" and struct.pack("<H", 0x1234) == b"\x34\x12" and struct.pack("bx?c", -1, [], b"z") == b"\xff\0\0z"
assert struct.pack("5s3p2p", b"abc", b"abcd", b"") == b"abc\0\0\2ab\0\0" and struct.unpack("5s3p", b"abc\0\0\2ab") == (b"abc\0\0", b"ab")
assert struct.pack("<efd", 1.5, -2.0, 0.1) == b"\0>\0\0\0\xc0\x9a\x99\x99\x99\x99\x99\xb9?" and struct.unpack(">e", b"\x7c\0") == (float("inf"),)
assert struct.pack("<F", 1 + 2j) == b"\0\0\x80?\0\0\0@" and struct.unpack("<D", struct.pack("<D", 1 - 2j)) == (1 - 2j,)
assert struct.unpack("3B", b"\1\2\3") == (1, 2, 3) and struct.unpack_from("<H", b"xx\1\2", 2) == (513,) and struct.unpack_from("<H", b"xx\1\2", -2) == (513,)
for c in "bhilq":
    n = 8 * struct.calcsize("<" + c)
    for v in (-1 << n - 1, -1, 0, (1 << n - 1) - 1):
        for order in "<>":
            assert struct.unpack(order + c, struct.pack(order + c, v)) == (v,)
    raises(struct.error, f"'{c}' format requires {-1 << n - 1} <= number <= {(1 << n - 1) - 1}", struct.pack, "<" + c, 1 << n - 1)
    raises(struct.error, f"'{c.upper()}' format requires 0 <= number <= {(1 << n) - 1}", struct.pack, ">" + c.upper(), -1)
for v in range(0, 1 << 16, 7):  # halves
    h = struct.pack("<H", v)
    d = struct.unpack("<e", h)[0]
    assert d != d or struct.pack("<e", d) == h
raises(OverflowError, "float too large to pack with e format", struct.pack, "e", 65520.0)
assert struct.pack("<e", 65519.0) == b"\xff{" and struct.pack("<e", 2.0 ** -25) == b"\0\0" and struct.pack("<e", 2.0 ** -24) == b"\1\0"
raises(OverflowError, "float too large to pack with f format", struct.pack, "f", 1e300)
raises(struct.error, "pack expected 2 items for packing (got 1)", struct.pack, "ii", 1)
raises(struct.error, "unpack requires a buffer of 4 bytes", struct.unpack, "i", b"")
raises(struct.error, "bad char in struct format", struct.pack, "<P", 1)
raises(struct.error, "repeat count given without format specifier", struct.calcsize, "3")
raises(struct.error, "total struct size too long", struct.calcsize, "99999999999999999999i")
raises(struct.error, "required argument is not an integer", struct.pack, "i", 1.5)
raises(struct.error, "required argument is not a float", struct.pack, "d", "a")
raises(struct.error, "argument for 's' must be a bytes object", struct.pack, "s", "a")
raises(TypeError, "a bytes-like object is required, not 'str'", struct.unpack, "i", "abcd")
b = bytearray(6)
struct.pack_into("<HH", b, 1, 0x4142, 0x4344)
assert b == b"\0BADC\0"
raises(struct.error, "pack_into requires a buffer of at least 8 bytes for packing 4 bytes at offset 4 (actual buffer size is 6)", struct.pack_into, "i", b, 4, 1)
raises(struct.error, "offset -9 out of range for 6-byte buffer", struct.pack_into, "i", b, -9, 1)
raises(TypeError, "argument must be read-write bytes-like object, not bytes", struct.pack_into, "i", b"abcd", 0, 1)
s = struct.Struct(">hh")
assert s.size == 4 and s.format == ">hh" and s.pack(1, 2) == b"\0\1\0\2" and s.unpack(b"\0\1\0\2") == (1, 2) and repr(s) == "Struct('>hh')"
it = s.iter_unpack(b"\0\1\0\2\0\3\0\4")
assert it.__length_hint__() == 2 and list(it) == [(1, 2), (3, 4)] and list(struct.iter_unpack("B", b"ab")) == [(97,), (98,)]
raises(struct.error, "iterative unpacking requires a buffer of a multiple of 4 bytes", struct.iter_unpack, "i", b"abc")
raises(TypeError, "Struct() argument 1 must be a str or bytes object, not int", struct.Struct, 5)
