# bytes: making, sequence operations, searching, splitting, case, formatting, conversions, and the messages of errors.

def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
    else:
        raise AssertionError(f"{exc.__name__} not raised")


# making
assert bytes() == b"" and bytes(3) == b"\0\0\0" and bytes([1, 2, 255]) == b"\x01\x02\xff"
assert bytes("h\xe4", "utf-8") == b"h\xc3\xa4" and bytes("a\u1234", "ascii", "replace") == b"a?"
assert bytes(bytearray(b"ab")) == b"ab" and bytes(memoryview(b"abc")[::2]) == b"ac" and bytes(range(3)) == b"\0\1\2"
raises(TypeError, "string argument without an encoding", bytes, "abc")
raises(TypeError, "encoding without a string argument", bytes, 1, "utf-8")
raises(TypeError, "errors without a string argument", bytes, 1, errors="strict")
raises(ValueError, "negative count", bytes, -1)
raises(ValueError, "bytes must be in range(0, 256)", bytes, [256])
raises(TypeError, "'str' object cannot be interpreted as an integer", bytes, ["a"])
raises(TypeError, "cannot convert 'float' object to bytes", bytes, 1.5)


class HasBytes:
    def __bytes__(self):
        return b"me"


class Sub(bytes):
    pass


assert bytes(HasBytes()) == b"me"
s = Sub(b"abc")
s.attr = 5
assert type(s) is Sub and s == b"abc" and s.attr == 5 and type(s[:]) is bytes and type(s + b"") is bytes
assert type(Sub.fromhex("0a")) is Sub and type(s.upper()) is bytes and type(bytes(s)) is bytes
assert hash(s) == hash(b"abc") == hash("abc")

# sequence
b = b"hello world"
assert len(b) == 11 and b[0] == 104 and b[-1] == 100 and b[1:4] == b"ell" and b[::-1] == b"dlrow olleh" and b[1:9:3] == b"eoo"
assert b[True] == 101 and list(b"ab") == [97, 98] and b[20:] == b"" and b[5:2] == b""
raises(IndexError, "index out of range", lambda: b[11])
raises(TypeError, "byte indices must be integers or slices, not str", lambda: b["a"])
raises(IndexError, "cannot fit 'int' into an index-sized integer", lambda: b[1 << 80])
assert 104 in b and b"wor" in b and b"xyz" not in b and b"" in b
raises(TypeError, "a bytes-like object is required, not 'str'", lambda: "a" in b)
raises(ValueError, "byte must be in range(0, 256)", lambda: 256 in b)
assert b"a" + b"b" == b"ab" and b"a" + bytearray(b"b") == b"ab" and type(b"a" + bytearray(b"b")) is bytes
assert b"ab" * 3 == b"ababab" == 3 * b"ab" and b"ab" * -1 == b"" and b"x" * 0 == b""
raises(TypeError, "can't concat int to bytes", lambda: b"a" + 1)
raises(TypeError, "can't multiply sequence by non-int of type 'float'", lambda: b"a" * 1.5)
it = iter(b"abc")
assert next(it) == 97 and it.__length_hint__() == 2 and list(it) == [98, 99] and list(it) == []
assert b"a" < b"b" and b"a" <= b"a" and b"ab" > b"a" and b"a" != "a" and b"a" == bytearray(b"a") and not b"a" == 97
raises(TypeError, "'<' not supported between instances of 'bytes' and 'str'", lambda: b"a" < "a")

# text
assert repr(b"a'\\\n\t\r\x00\xff") == "b\"a'\\\\\\n\\t\\r\\x00\\xff\"" and repr(b"'\"") == "b'\\'\"'" and str(b"x") == "b'x'"

# searching
assert b.find(b"o") == 4 and b.rfind(b"o") == 7 and b.find(b"o", 5) == 7 and b.find(b"zz") == -1 and b.find(111) == 4
assert b.find(b"", 11) == 11 and b.find(b"", 12) == -1 and b.rfind(b"") == 11 and b.find(b"l", -2) == 9 and b.find(b"h", None, 1) == 0
assert b.index(b"w") == 6 and b.rindex(b"l") == 9 and b.count(b"l") == 3 and b.count(b"") == 12 and b.count(b"l", 3, 5) == 1 and b.count(108) == 3
raises(ValueError, "subsection not found", b.index, b"zz")
raises(ValueError, "subsection not found", b.rindex, b"zz")
raises(TypeError, "argument should be integer or bytes-like object, not 'str'", b.find, "o")
raises(ValueError, "byte must be in range(0, 256)", b.find, 300)
assert b.startswith(b"he") and b.startswith((b"x", b"h")) and b.startswith(b"lo", 3) and not b.startswith(b"lo") and b.endswith(b"ld") and b.endswith((b"a", b"d"))
assert b"".startswith(b"") and not b"a".startswith(b"", 2) and b"a".endswith(bytearray(b"a"))
raises(TypeError, "startswith first arg must be bytes or a tuple of bytes, not str", b.startswith, "h")
raises(TypeError, "endswith first arg must be bytes or a tuple of bytes, not list", b.endswith, [b"h"])

# replacing and splitting
assert b.replace(b"l", b"L") == b"heLLo worLd" and b.replace(b"l", b"", 2) == b"heo world" and b.replace(b"o", b"00") == b"hell00 w00rld"
assert b"abc".replace(b"", b"-") == b"-a-b-c-" and b"abc".replace(b"", b"-", 2) == b"-a-bc" and b"abc".replace(b"x", b"y") == b"abc"
assert b" a  b ".split() == [b"a", b"b"] and b"a,b,,c".split(b",") == [b"a", b"b", b"", b"c"] and b"a,b,c".split(b",", 1) == [b"a", b"b,c"]
assert b" a b c ".split(None, 1) == [b"a", b"b c "] and b" a b c ".rsplit(None, 1) == [b" a b", b"c"] and b"a,b,c".rsplit(b",", 1) == [b"a,b", b"c"]
assert b"".split() == [] and b"".split(b",") == [b""] and b"a--b--c".rsplit(b"--") == [b"a", b"b", b"c"] and b"a\x1cb".split() == [b"a\x1cb"]
raises(ValueError, "empty separator", b.split, b"")
assert b"a=b=c".partition(b"=") == (b"a", b"=", b"b=c") and b"a=b=c".rpartition(b"=") == (b"a=b", b"=", b"c")
assert b"abc".partition(b"=") == (b"abc", b"", b"") and b"abc".rpartition(b"=") == (b"", b"", b"abc")
assert b"a\nb\r\nc\rd".splitlines() == [b"a", b"b", b"c", b"d"] and b"a\nb\n".splitlines(True) == [b"a\n", b"b\n"] and b"a\x0bb".splitlines() == [b"a\x0bb"]
assert b" \t a \n".strip() == b"a" and b"xxaxx".strip(b"x") == b"a" and b"xxa".lstrip(b"x") == b"a" and b"axx".rstrip(b"yx") == b"a" and b"  ".strip() == b""
assert b"prefix".removeprefix(b"pre") == b"fix" and b"prefix".removesuffix(b"fix") == b"pre" and b"a".removeprefix(b"b") == b"a"
assert b",".join([b"a", bytearray(b"b"), memoryview(b"c")]) == b"a,b,c" and b"".join([]) == b"" and b"x".join(iter([b"1", b"2"])) == b"1x2"
raises(TypeError, "sequence item 1: expected a bytes-like object, str found", b",".join, [b"a", "b"])
raises(TypeError, "can only join an iterable", b",".join, 5)

# case and classes
assert b"aBc".upper() == b"ABC" and b"aBc".lower() == b"abc" and b"aBc1".swapcase() == b"AbC1" and b"hELLO wORLD".title() == b"Hello World" and b"hELLO".capitalize() == b"Hello"
assert b"abc1".isalnum() and b"abc".isalpha() and not b"abc1".isalpha() and b"12".isdigit() and b"ab1".islower() and b"AB1".isupper() and b" \n".isspace() and b"Ab Cd".istitle()
assert not b"".isalpha() and b"".isascii() and not b"\x80".isascii() and not b"1".islower() and not b"AbC".istitle()

# padding
assert b"ab".center(6) == b"  ab  " and b"ab".center(5, b"*") == b"**ab*" and b"ab".ljust(4, b".") == b"ab.." and b"ab".rjust(4) == b"  ab" and b"abc".center(2) == b"abc"
assert b"42".zfill(5) == b"00042" and b"-42".zfill(5) == b"-0042" and b"+".zfill(3) == b"+00" and b"a\tb".expandtabs() == b"a       b" and b"ab\tc\n\td".expandtabs(4) == b"ab  c\n    d"
raises(TypeError, "center(): argument 2 must be a byte string of length 1, not a bytes object of length 2", b"a".center, 3, b"ab")
raises(TypeError, "ljust() argument 2 must be a byte string of length 1, not str", b"a".ljust, 3, "a")

# translation and hex
table = bytes.maketrans(b"abc", b"xyz")
assert len(table) == 256 and b"aabbcc".translate(table) == b"xxyyzz" and b"abcd".translate(None, b"bd") == b"ac" and b"abc".translate(table, delete=b"a") == b"yz"
raises(ValueError, "translation table must be 256 characters long", b"a".translate, b"x")
raises(ValueError, "maketrans arguments must have same length", bytes.maketrans, b"a", b"bc")
assert b"\x01\xab\xff".hex() == "01abff" and b"\x01\xab\xff".hex(":") == "01:ab:ff" and b"\1\2\3\4\5".hex("-", 2) == "01-0203-0405" and b"\1\2\3".hex(b" ", -2) == "0102 03"
raises(ValueError, "sep must be length 1.", b"a".hex, "ab")
raises(TypeError, "object of type 'int' has no len()", b"a".hex, 5)
assert bytes.fromhex("01 aB\tff") == b"\x01\xab\xff" and bytes.fromhex(b"0a") == b"\n" and bytes.fromhex("") == b""
raises(ValueError, "non-hexadecimal number found in fromhex() arg at position 1", bytes.fromhex, "0g")
raises(ValueError, "fromhex() arg must contain an even number of hexadecimal digits", bytes.fromhex, "0a0")
raises(TypeError, "fromhex() argument must be str or bytes-like, not int", bytes.fromhex, 5)

# codecs
assert b"h\xc3\xa4".decode() == "h\xe4" and b"\xe4".decode("latin-1") == "\xe4" and b"a\xff".decode("utf-8", "replace") == "a\ufffd" and b"a\xff".decode(errors="ignore") == "a"
raises(UnicodeDecodeError, "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte", b"a\xff".decode)
raises(LookupError, "unknown encoding: nonsense", b"a".decode, "nonsense")
raises(TypeError, "decode() argument 'encoding' must be str, not int", b"a".decode, 5)

# formatting
assert b"%d-%s-%x" % (5, b"ab", 255) == b"5-ab-ff" and b"%5.1f|%c|%a" % (1.25, 65, "\xe4") == b"  1.2|A|'\\xe4'" and b"%(k)b" % {b"k": b"v"} == b"v" and b"%b%%" % b"x" == b"x%"
raises(TypeError, "%b requires a bytes-like object, or an object that implements __bytes__, not 'str'", lambda: b"%s" % "a")
raises(TypeError, "not all arguments converted during bytes formatting", lambda: b"a" % (1,))

# buffers by PEP 688
class Exporter:
    def __init__(self):
        self.data = bytearray(b"data")
        self.held = 0

    def __buffer__(self, flags):
        self.held += 1
        return memoryview(self.data)

    def __release_buffer__(self, view):
        self.held -= 1


e = Exporter()
assert bytes(e) == b"data" and e.held == 0 and b"x" + e == b"xdata" and e.held == 0
with memoryview(e) as m:
    assert e.held == 1 and m[0] == 100
    m[0] = 68
assert e.held == 0 and e.data == b"Data"
e.data.append(33)
assert b"abc".__buffer__(0).tobytes() == b"abc"
raises(BufferError, "Object is not writable.", b"abc".__buffer__, 1)
