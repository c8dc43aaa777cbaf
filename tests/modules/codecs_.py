# The _codecs module: standard codecs, error handlers, the registry, character maps.
import _codecs
import codecs


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
        return e
    else:
        raise AssertionError(f"{exc.__name__} not raised")


TEXT = "a\xe4\u20ac\U0001f600\0z"
for name in ("utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "unicode_escape", "raw_unicode_escape", "utf-8-sig"):
    assert TEXT.encode(name).decode(name) == TEXT, name
assert "\xe4".encode("latin-1") == b"\xe4" and "a".encode("US-ASCII") == b"a" and "\u20ac".encode("cp1252") == b"\x80" and b"\x80".decode("cp1252") == "\u20ac"
assert "a\xe4".encode("utf-16") == b"\xff\xfea\0\xe4\0" and "a".encode("UTF 16 LE") == b"a\0" and "a".encode("utf-32-be") == b"\0\0\0a"
assert b"\xfe\xff\0a".decode("utf-16") == "a" and b"\xff\xfe\0\0a\0\0\0".decode("utf-32") == "a"

# incomplete input
assert _codecs.utf_8_decode(b"a\xe2\x82") == ("a", 1) and _codecs.utf_16_decode(b"\xff\xfea\0b") == ("a", 4) and _codecs.utf_32_le_decode(b"a\0\0\0b") == ("a", 4)
assert _codecs.utf_16_ex_decode(b"\xff\xfea\0", None, 0) == ("a", 4, -1) and _codecs.utf_7_decode(b"+AGE") == ("", 0) and _codecs.utf_7_decode(b"+AGE", None, True) == ("a", 4)

# errors and their handlers
e = raises(UnicodeDecodeError, "'utf-16-le' codec can't decode bytes in position 2-3: unexpected end of data", b"\xff\xfe\x00\xd8".decode, "utf-16")
assert e.encoding == "utf-16-le" and e.object == b"\xff\xfe\x00\xd8" and (e.start, e.end) == (2, 4)
raises(UnicodeEncodeError, "'utf-8' codec can't encode characters in position 0-1: surrogates not allowed", "\ud800\udc80".encode)
raises(UnicodeEncodeError, "'ascii' codec can't encode character '\\xe4' in position 1: ordinal not in range(128)", "a\xe4".encode, "ascii")
raises(UnicodeEncodeError, "'latin-1' codec can't encode character '\\u20ac' in position 0: ordinal not in range(256)", "\u20ac".encode, "latin-1")
bad = "a\xe4\u20ac"
for errors, want in (("ignore", b"a"), ("replace", b"a??"), ("xmlcharrefreplace", b"a&#228;&#8364;"), ("backslashreplace", b"a\\xe4\\u20ac"),
                     ("namereplace", b"a\\N{LATIN SMALL LETTER A WITH DIAERESIS}\\N{EURO SIGN}")):
    assert bad.encode("ascii", errors) == want, errors
for errors, want in (("ignore", "ab"), ("replace", "a\ufffdb"), ("backslashreplace", "a\\xffb"), ("surrogateescape", "a\udcffb")):
    assert b"a\xffb".decode("utf-8", errors) == want and b"a\xffb".decode("ascii", errors) == want, errors
assert "a\udcffb".encode("utf-8", "surrogateescape") == b"a\xffb" == "a\udcffb".encode("ascii", "surrogateescape")
assert "\ud800".encode("utf-8", "surrogatepass") == b"\xed\xa0\x80" and b"\xed\xa0\x80".decode("utf-8", "surrogatepass") == "\ud800"
assert "\ud800".encode("utf-16-le", "surrogatepass") == b"\0\xd8" and b"\xd8\0".decode("utf-16-be", "surrogatepass") == "\ud800"
raises(UnicodeEncodeError, None, "\udc80a".encode, "utf-16", "surrogateescape")
raises(LookupError, "unknown error handler name 'nonsense'", "\xe4".encode, "ascii", "nonsense")
raises(TypeError, "don't know how to handle UnicodeDecodeError in error callback", b"\xff".decode, "ascii", "xmlcharrefreplace")

# registered handlers
seen = []


def handler(exc):
    seen.append((type(exc), exc.encoding, exc.start, exc.end, exc.reason))
    return ("?!", exc.end)


codecs.register_error("test.handler", handler)
assert codecs.lookup_error("test.handler") is handler
assert "a\xe4\xe5b\xe4".encode("ascii", "test.handler") == b"a?!b?!" and b"a\xffb".decode("utf-8", "test.handler") == "a?!b"
assert seen == [(UnicodeEncodeError, "ascii", 1, 3, "ordinal not in range(128)"), (UnicodeEncodeError, "ascii", 4, 5, "ordinal not in range(128)"),
                (UnicodeDecodeError, "utf-8", 1, 2, "invalid start byte")]
codecs.register_error("test.handler", lambda exc: (b"\x80", exc.end))
assert "\xe4".encode("ascii", "test.handler") == b"\x80"
raises(TypeError, "decoding error handler must return (str, int) tuple", b"\xff".decode, "ascii", "test.handler")
codecs.register_error("test.handler", lambda exc: ("\u20ac", -1))
raises(UnicodeEncodeError, None, "\xe4x".encode, "ascii", "test.handler")
codecs.register_error("test.handler", lambda exc: ("", 50))
raises(IndexError, "position 50 from error handler out of bounds", "\xe4".encode, "ascii", "test.handler")


def change_object(exc):
    exc.object = b"xyz"
    return ("-", 1)


codecs.register_error("test.handler", change_object)
assert b"\xffabc".decode("ascii", "test.handler") == "-yz"
assert _codecs._unregister_error("test.handler") is True and _codecs._unregister_error("test.handler") is False
raises(ValueError, "cannot un-register built-in error handler 'strict'", _codecs._unregister_error, "strict")
assert codecs.lookup_error("ignore")(UnicodeDecodeError("x", b"abc", 1, 2, "y")) == ("", 2)
assert codecs.lookup_error("replace")(UnicodeTranslateError("abc", 0, 2, "y")) == ("\ufffd\ufffd", 2)
raises(TypeError, "codec must pass exception instance", codecs.strict_errors, 5)

# the registry
assert codecs.lookup("UTF-8").name == "utf-8" and codecs.lookup("utf8") is codecs.lookup("utf8")
raises(LookupError, "unknown encoding: nonsense", codecs.lookup, "nonsense")


def search(name):
    if name == "test_codec":
        return codecs.CodecInfo(lambda s, errors="strict": (s.encode()[::-1], len(s)), lambda b, errors="strict": (bytes(b)[::-1].decode(), len(b)), name=name)


codecs.register(search)
assert "abc".encode("Test Codec") == b"cba" and b"abc".decode("test-codec") == "cba"
codecs.unregister(search)
raises(LookupError, "unknown encoding: test_codec", "a".encode, "test_codec")
raises(LookupError, "'rot13' is not a text encoding; use codecs.encode() to handle arbitrary codecs", "a".encode, "rot13")
assert codecs.encode("Hello", "rot13") == "Uryyb" and codecs.decode(b"6162", "hex") == b"ab" and codecs.encode(b"ab", "base64") == b"YWI=\n"
raises(ValueError, "embedded null character", "a".encode, "a\0b")

# escapes and character maps
assert _codecs.escape_encode(b"a'\n\x00\xff\\") == (b"a\\'\\n\\x00\\xff\\\\", 6) and _codecs.escape_decode(b"a\\n\\x41\\101\\\\") == (b"a\nAA\\", 14 - 1)
raises(ValueError, "invalid \\x escape at position 1", _codecs.escape_decode, b"a\\x4")
assert b"\\u20ac\\x41\\N{EURO SIGN}".decode("unicode_escape") == "\u20acA\u20ac"
assert _codecs.charmap_decode(b"\0\1\2", "strict", "xyz") == ("xyz", 3) and _codecs.charmap_decode(b"ab", "replace", {97: "long", 98: None}) == ("long\ufffd", 2)
raises(UnicodeDecodeError, "'charmap' codec can't decode byte 0x05 in position 0: character maps to <undefined>", _codecs.charmap_decode, b"\5", "strict", "abc")
assert _codecs.charmap_encode("ab", "strict", {97: 65, 98: b"xx"}) == (b"Axx", 2) and _codecs.charmap_encode("az", "replace", {97: 65, 63: 33}) == (b"A!", 2)
table = "".join(map(chr, range(128))) + "".join(map(chr, range(0x400, 0x480)))
assert _codecs.charmap_encode("a\u0401", "strict", _codecs.charmap_build(table)) == (b"a\x81", 2)
raises(UnicodeEncodeError, "'charmap' codec can't encode characters in position 1-2: character maps to <undefined>", _codecs.charmap_encode, "a\xe4\xe5", "strict", _codecs.charmap_build(table))

# incremental coders of the library
d = codecs.getincrementaldecoder("utf-8")()
assert "".join(d.decode(bytes([c])) for c in TEXT.encode()) + d.decode(b"", True) == TEXT
r = codecs.getincrementalencoder("utf-16")()
assert r.encode("a") + r.encode("b") == b"\xff\xfea\0b\0"
assert str(b"\xe4", "latin-1") == "\xe4" and str(b"a\xff", errors="ignore") == "a"
