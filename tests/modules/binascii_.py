# binascii: each conversion and its errors.
import binascii


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


assert binascii.b2a_hex(b"\1\xff") == b"01ff" == binascii.hexlify(bytearray(b"\1\xff")) and binascii.hexlify(b"\1\2\3", "-", 2) == b"01-0203" and binascii.unhexlify("01FF") == b"\1\xff"
raises(binascii.Error, "Odd-length string", binascii.unhexlify, b"a")
raises(binascii.Error, "Non-hexadecimal digit found", binascii.unhexlify, b"ag")
raises(ValueError, "string argument should contain only ASCII characters", binascii.unhexlify, "\xe4")
raises(TypeError, "argument should be bytes, buffer or ASCII string, not 'int'", binascii.unhexlify, 5)
data = bytes(range(256))
for n in range(20):
    assert binascii.a2b_base64(binascii.b2a_base64(data[:n])) == data[:n]
assert binascii.b2a_base64(b"abcd", newline=False) == b"YWJjZA==" and binascii.b2a_base64(b"") == b"\n" and binascii.a2b_base64("Y W\nJj") == b"abc"
raises(binascii.Error, "Incorrect padding", binascii.a2b_base64, b"YWJjZA=")
raises(binascii.Error, "Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4", binascii.a2b_base64, b"Y")
raises(binascii.Error, "Only base64 data is allowed", binascii.a2b_base64, b"Y W=", strict_mode=True)
assert binascii.b2a_uu(b"abc") == b"#86)C\n" and binascii.a2b_uu(b"#86)C\n") == b"abc" and binascii.b2a_uu(b"", backtick=True) == b"`\n"
raises(binascii.Error, "At most 45 bytes at once", binascii.b2a_uu, b"a" * 46)
assert binascii.b2a_qp(b"a=\xe4 \n") == b"a=3D=E4=20\n" and binascii.a2b_qp(b"a=3D=E4=\n=20") == b"a=\xe4 " and binascii.b2a_qp(b"a b", header=True) == b"a_b"
assert binascii.crc32(b"abc") == 0x352441C2 and binascii.crc32(b"c", binascii.crc32(b"ab")) == 0x352441C2 and binascii.crc_hqx(b"abc", 0) == 0x9DD6
assert issubclass(binascii.Error, ValueError) and binascii.Error.__module__ == "binascii"
