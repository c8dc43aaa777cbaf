# Regular expressions, through the re package and _sre.
import re
import _sre


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError("no " + exc.__name__)


# ---- searching
p = re.compile(r"(?P<word>\w+)(?:-(\d+))?")
m = p.search("  ab-12 cd")
assert m.group() == "ab-12" and m.group(1, "word", 2) == ("ab", "ab", "12") and m["word"] == "ab" and m[2] == "12"
assert m.span() == (2, 7) and m.start(2) == 5 and m.end(2) == 7 and m.regs == ((2, 7), (2, 4), (5, 7))
assert m.groups() == ("ab", "12") and m.groupdict() == {"word": "ab"} and m.lastindex == 2 and m.lastgroup is None
assert m.re is p and m.string == "  ab-12 cd" and (m.pos, m.endpos) == (0, 10)
assert repr(m) == "<re.Match object; span=(2, 7), match='ab-12'>"
assert p.search("  cd").groups("?") == ("cd", "?") and p.search("cd").span(2) == (-1, -1)
assert p.match(" a") is None and p.match(" a", 1).pos == 1 and p.fullmatch("ab", 0, 1).endpos == 1
assert p.search("ab", 5) is None and p.search("ab", -7, 99).span() == (0, 2) and p.match("abc", 2, 1) is None
raises(IndexError, "no such group", m.group, 3)
raises(IndexError, "no such group", m.group, "x")
raises(TypeError, "cannot use 'list' as a dict key (unhashable type: 'list')", m.group, [])
raises(TypeError, "cannot use a string pattern on a bytes-like object", p.search, b"a")
raises(TypeError, "cannot use a bytes pattern on a string-like object", re.compile(b"a").search, "a")
raises(TypeError, "expected string or bytes-like object, got 'int'", p.search, 1)
raises(OverflowError, "Python int too large to convert to C ssize_t", p.search, "a", 1 << 80)

# ---- all matches
assert re.findall(r"\w", "a b") == ["a", "b"] and re.findall(r"(a)|(b)", "ab") == [("a", ""), ("", "b")]
assert re.findall("x*", "axb") == ["", "x", "", ""]
assert [m.span() for m in re.finditer("x*", "axb")] == [(0, 0), (1, 2), (2, 2), (3, 3)]
it = re.finditer("a", "aa")
assert type(it).__name__ == "callable_iterator" and next(it).end() == 1 and next(it).end() == 2 and next(it, None) is None and next(it, None) is None
sc = p.scanner("a b")
assert sc.search().group() == "a" and sc.match() is None and sc.search() is None and sc.pattern is p
assert re.split(r"(-)|,", "a-b,c") == ["a", "-", "b", None, "c"] and re.split("", "ab") == ["", "a", "b", ""]
assert re.compile("b").split("abcbd", 1) == ["a", "cbd"] and re.compile("b").split("abc", -1) == ["abc"]

# ---- replacing
assert re.sub("b+", "-", "abbcb") == "a-c-" and re.subn("b", "x", "abb", count=1) == ("axb", 1)
assert re.sub(r"(\w)(\d)?", r"<\g<1>\2>", "a1b") == "<a1><b>" and re.sub("(?P<q>a)", r"\g<q>\g<q>\n", "a") == "aa\n"
assert re.sub("x*", "-", "abxd") == "-a-b--d-"
assert re.sub("a", lambda m: m.group().upper(), "bab") == "bAb" and re.sub("a", lambda m: None, "bab") == "bb"
assert p.sub("", "é-ü", 1) == "-ü" and re.sub("é", "\U0001F600", "aé") == "a\U0001F600"
s = "nothing"
assert re.sub("z", "y", s) is s
assert re.sub(b"a", b"x", bytearray(b"bab")) == b"bxb" and re.sub(b"a", bytearray(rb"\\"), b"a") == b"\\"
raises(TypeError, "sequence item 0: expected str instance, int found", re.sub, "a", lambda m: 1, "a")
raises(TypeError, "sequence item 1: expected str instance, bytes found", re.sub, "a", b"x", "ba")
raises(re.PatternError, "invalid group reference 9 at position 3", re.sub, "a", r"\g<9>", "a")
assert m.expand(r"\2:\1") == "12:ab" and re.match("(a)|b", "b").expand(r"[\1]") == "[]" and m.expand("x") == "x"

# ---- bytes-like subjects
assert re.findall(b"(a)", memoryview(b"aba")) == [b"a", b"a"] and re.match(b"a", bytearray(b"ab")).group() == b"a"
b = bytearray(b"abc")
m = re.search(b"bc", b)
b.clear()
assert m.group() == b"" and m.span() == (1, 3)

# ---- the pattern
assert repr(p) == r"re.compile('(?P<word>\\w+)(?:-(\\d+))?')" and repr(re.compile(b"a", re.I | re.A)) == "re.compile(b'a', re.IGNORECASE|re.ASCII)"
assert p.groups == 2 and p.groupindex == {"word": 1} and p.flags == re.U and re.compile("x").groupindex == {}
assert p == re.compile(p.pattern) and p != re.compile("x") and hash(p) == hash(re.compile(p.pattern)) and p != 1
assert p.__copy__() is p and p.__deepcopy__({}) is p and repr(re.Pattern[str]) == "re.Pattern[str]" and repr(re.Match[str]) == "re.Match[str]"
raises(TypeError, "cannot create 're.Pattern' instances", re.Pattern)
raises(TypeError, "'<' not supported between instances of 're.Pattern' and 're.Pattern'", lambda: p < p)
import weakref
assert weakref.ref(p)() is p

# ---- _sre itself
assert _sre.CODESIZE == 4 and _sre.getcodesize() == 4 and _sre.MAXREPEAT == 2 ** 32 - 1 and _sre.MAXGROUPS == 2 ** 30 - 1
assert _sre.ascii_tolower(65) == 97 and _sre.unicode_tolower(0xC9) == 0xE9 and _sre.unicode_iscased(0x130) and not _sre.ascii_iscased(0xE9)
raises(RuntimeError, "invalid SRE code", _sre.compile, "a", 0, [1, 2], 0, {}, ())
raises(OverflowError, "regular expression code size limit exceeded", _sre.compile, "a", 0, [1 << 40], 0, {}, ())
raises(TypeError, "an integer is required", _sre.compile, "a", 0, ["x"], 0, {}, ())
raises(TypeError, "compile() argument 'code' must be list, not tuple", _sre.compile, "a", 0, (1,), 0, {}, ())
raises(TypeError, "invalid template", _sre.template, p, ["a", 1])
raises(TypeError, "template() argument 2 must be list, not int", _sre.template, p, 1)

# ---- many matches, and a deep one
assert len(re.findall("a", "ab" * 50000)) == 50000 and re.match("(?:a|b)*", "ab" * 100000).end() == 200000
print("ok")
