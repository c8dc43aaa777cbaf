# The CJK codecs: all mappings by their digest (as CPython has them), errors, incremental coding, streams.
import codecs
import hashlib
import io


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, (str(e), text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


text = {"gb2312": "中文", "gbk": "中文鎔", "gb18030": "中文鎔é😀", "hz": "a~中文b", "big5": "中文", "cp950": "中文", "big5hkscs": "中文Ê̄嘅",
        "shift_jis": "日本ｱ", "cp932": "日本ｱ①", "euc_jp": "日本丂ｱ", "euc_jis_2004": "日本か゚a", "euc_jisx0213": "日本か゚a", "shift_jis_2004": "日本か゚a",
        "shift_jisx0213": "日本か゚a", "euc_kr": "한국갂", "cp949": "한국갂", "johab": "한국갂", "iso2022_kr": "a한국\n한", "iso2022_jp": "a日本b", "iso2022_jp_1": "日本丂",
        "iso2022_jp_2": "日本丂한中", "iso2022_jp_2004": "日か゚a", "iso2022_jp_3": "日か゚a", "iso2022_jp_ext": "日ｱ¥"}
for name, s in text.items():
    data = s.encode(name)
    assert data.decode(name) == s, name
    # In pieces, both ways.
    d = codecs.getincrementaldecoder(name)()
    assert "".join(d.decode(data[i:i + 1]) for i in range(len(data))) + d.decode(b"", True) == s, name
    e = codecs.getincrementalencoder(name)()
    assert b"".join(e.encode(c) for c in s) + e.encode("", True) == data, name
    r = codecs.getreader(name)(io.BytesIO(data))
    assert "".join(iter(lambda: r.read(1), "")) == s, name
    out = io.BytesIO()
    w = codecs.getwriter(name)(out)
    for c in s:
        w.write(c)
    w.reset()
    assert out.getvalue().decode(name) == s, name


def digest(name):
    h = hashlib.md5()
    for a in range(0x80, 0x100):
        for b in range(0x20, 0x100, 3):
            h.update(bytes([a, b]).decode(name, "replace").encode())
    for cp in range(0xA0, 0x10000, 5):
        h.update(chr(cp).encode(name, "ignore") + b".")
    return h.hexdigest()[:8]


for name, expected in {"gb18030": "76cd983c", "big5hkscs": "2d8ecdcd", "cp932": "d7282ab9", "euc_jis_2004": "223f422f", "johab": "43b813c1"}.items():
    assert digest(name) == expected, (name, digest(name))

raises(UnicodeDecodeError, "'shift_jis' codec can't decode byte 0x81 in position 0: incomplete multibyte sequence", b"\x81".decode, "shift_jis")
raises(UnicodeDecodeError, "'euc_jp' codec can't decode byte 0xff in position 1: illegal multibyte sequence", b"a\xff\xff".decode, "euc_jp")
raises(UnicodeEncodeError, "'big5' codec can't encode character '\\xe9' in position 1: illegal multibyte sequence", "a\xe9".encode, "big5")
raises(UnicodeDecodeError, "'iso2022_jp' codec can't decode bytes in position 0-2: illegal multibyte sequence", b"\x1b$Q".decode, "iso2022_jp")
assert b"a\xff\xa4".decode("euc_jp", "replace") == "a\ufffd\ufffd" and "a\xe9b".encode("gb2312", "xmlcharrefreplace") == b"a\xa8\xa6b"
assert "a\xffb".encode("big5", "replace") == b"a?b" and b"a\xffb".decode("big5", "backslashreplace") == "a\\xffb"
codecs.register_error("cjk.test", lambda e: ("中", e.end))
assert "\xff".encode("gbk", "cjk.test") == "中".encode("gbk") and b"\xff\xff".decode("gbk", "cjk.test") == "中中"
codecs.register_error("cjk.bad", lambda e: ("x", 100))
raises(IndexError, "position 100 from error handler out of bounds", "\ud800".encode, "gbk", "cjk.bad")
codecs.register_error("cjk.odd", lambda e: 5)
raises(TypeError, "encoding error handler must return (str, int) tuple", "\ud800".encode, "gbk", "cjk.odd")

e = codecs.getincrementalencoder("euc_jis_2004")()
assert e.encode("か") == b"" and e.getstate() == 2340545283
state = e.getstate()
assert e.encode("゚") == b"\xa4\xf7" and e.getstate() == 0
e.setstate(state)
assert e.encode("a") == b"\xa4\xaba"
e = codecs.getincrementalencoder("iso2022_jp")()
assert e.encode("あ") == b'\x1b$B$"' and e.getstate() == 4375040 and e.encode("", True) == b"\x1b(B"
d = codecs.getincrementaldecoder("euc_jp")()
d.decode(b"\xa4")
assert d.getstate() == (b"\xa4", 0)
d.reset()
raises(UnicodeDecodeError, None, d.decode, b"\xa4", True)

import _codecs_jp, _multibytecodec
raises(LookupError, "no such codec is supported.", _codecs_jp.getcodec, "gbk")
raises(TypeError, "cannot create '_multibytecodec.MultibyteCodec' instances", type(_codecs_jp.getcodec("euc_jp")))
raises(AttributeError, None, _multibytecodec.MultibyteIncrementalEncoder)
