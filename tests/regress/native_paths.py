# Short ways of native code that must not be seen: items taken from strs and pairs, sets as a whole, calls without bound methods, texts of JSON and XML.
import io
import json
import xml.etree.ElementTree as ET


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text is None or str(e) == text, str(e)
        return
    raise AssertionError(f"{exc.__name__} not raised")


# ---- lists from strs
text = "".join(map(chr, range(128))) * 3
assert list(text) == [text[i] for i in range(len(text))] == [*text]
assert list("") == [] and list("é\x80a") == ["é", "\x80", "a"] and list("a€") == ["a", "€"]
l = [1]
for _ in range(200):
    l.extend("ab")
    l += "c"
assert len(l) == 601 and l[-3:] == ["a", "b", "c"] and l[0] == 1


class OwnStr(str):
    def __iter__(self):
        return iter("xy")


assert list(OwnStr("abc")) == ["x", "y"]

# ---- dicts from pairs
assert dict(zip("abca", range(9))) == {"a": 3, "b": 1, "c": 2} and dict(enumerate("xy", 5)) == {5: "x", 6: "y"}
d = {"k": 0}
d.update(zip(["k", "l"], [1, 2, 3]))
assert d == {"k": 1, "l": 2}
raises(ValueError, "zip() argument 2 is shorter than argument 1", dict, zip([1, 2], [1], strict=True))
raises(ValueError, "zip() argument 2 is longer than argument 1", dict, zip([1], [1, 2], strict=True))
raises(ValueError, "dictionary update sequence element #0 has length 3; 2 is required", dict, zip([1], [2], [3]))
raises(ValueError, "dictionary update sequence element #0 has length 1; 2 is required", dict, zip([1]))
raises(TypeError, "cannot use 'list' as a dict key (unhashable type: 'list')", dict, zip([[]], [1]))
assert dict(zip()) == {}


def fails():
    yield 1
    raise LookupError("here")


d = {}
raises(LookupError, "here", d.update, zip(fails(), "ab"))
assert d == {1: "a"}


class OwnZip(zip):
    def __next__(self):
        k, v = super().__next__()
        return v, k


assert dict(OwnZip("ab", "cd")) == {"c": "a", "d": "b"}  # whose __next__ calls that of zip

# ---- sets as a whole, of every size of table, with deleted entries
for n in (0, 1, 4, 5, 20, 31, 33, 100, 1000, 5000):
    a = set(range(n)) | set(map(str, range(n)))
    for i in range(0, n, 3):
        a.discard(i)
    b = {x for x in range(n // 2, n + n // 2)} | {str(x) for x in range(0, n, 2)}
    assert sorted(map(repr, a | b)) == sorted({repr(x) for s in (a, b) for x in s})
    assert a ^ b == (a | b) - (a & b) == b ^ a and set(a) == a == frozenset(a) and len(a.copy()) == len(a)
    c = a.copy()
    c ^= b
    assert c == a ^ b
    c.symmetric_difference_update(list(b) + list(b))
    assert c == a
    c = a.copy()
    c ^= c
    assert c == set()


class Clears:
    def __init__(self, sets):
        self.sets = sets

    def __hash__(self):
        return 7

    def __eq__(self, other):
        for s in self.sets:
            s.clear()
        return False


for make in (lambda s, o: s ^ o, lambda s, o: s.__ixor__(o), lambda s, o: s | o):
    sets = []
    s, o = {Clears(sets), 1, 2}, {Clears(sets), 2, 3}
    sets += s, o
    make(s, o)

# ---- methods called without being bound
calls = []


class File:
    def write(self, s):
        calls.append(s)


f = File()
print("a", 1, 2.5, None, file=f)
assert "".join(calls) == "a 1 2.5 None\n"
own = []
f.write = own.append
print("x", "y", sep="-", end="", file=f)
assert own == ["x", "-", "y", ""] and "x" not in calls


class Asked:
    def __getattribute__(self, name):
        calls.append(name)
        return lambda s: None


calls.clear()
print("a", file=Asked())
assert calls == ["write", "write"]


class Static:
    write = staticmethod(lambda s: calls.append(s))


class Made:
    def __getattr__(self, name):
        return lambda s: calls.append((name, s))


calls.clear()
print("a", file=Static())
print("b", file=Made())
assert calls == ["a", "\n", ("write", "b"), ("write", "\n")]
raises(AttributeError, "'int' object has no attribute 'write'", lambda: print("a", file=3))


class Raw(io.RawIOBase):
    def writable(self):
        return True

    def write(self, b):
        calls.append(bytes(b))
        return len(b)


calls.clear()
w = io.BufferedWriter(Raw())
w.write(b"abc")
w.flush()
w.raw.write = lambda b: own.append(bytes(b)) or len(b)
w.write(b"def")
w.flush()
assert calls == [b"abc"] and own[-1] == b"def"

# ---- texts of JSON: a character that must be escaped at each place of texts of all short lengths
for special, ascii_text, plain in ('"', '\\"', '\\"'), ("\\", "\\\\", "\\\\"), ("\n", "\\n", "\\n"), ("\x1f", "\\u001f", "\\u001f"), ("\x7f", "\\u007f", "\x7f"), ("é", "\\u00e9", "é"), ("€", "\\u20ac", "€"):
    for n in range(40):
        for at in range(n + 1):
            s = "a" * at + special + "b" * (n - at)
            assert json.dumps(s) == '"' + "a" * at + ascii_text + "b" * (n - at) + '"'
            assert json.dumps(s, ensure_ascii=False) == '"' + "a" * at + plain + "b" * (n - at) + '"'
assert json.dumps(["x" * 50, {"k" * 9: " !#[]~" * 3}], indent=1) == '[\n "' + "x" * 50 + '",\n {\n  "' + "k" * 9 + '": "' + " !#[]~" * 3 + '"\n }\n]'

# ---- texts and names of XML
root = ET.fromstring('<r xmlns:n="u"><n:a n:k="1" k="2">x&amp;y<b/>t\u00e9il</n:a><a k="3"/>' + "".join(f"<e{i} a{i}='{i}'/>" for i in range(200)) + "<n:a/><e7 a7=''/></r>")
assert root[0].tag == "{u}a" == root[-2].tag and root[0].attrib == {"{u}k": "1", "k": "2"} and root[0].text == "x&y" and root[0][0].tail == "téil"
assert root[1].tag == "a" and [e.tag for e in root[2:202]] == [f"e{i}" for i in range(200)] and all(root[2 + i].attrib == {f"a{i}": str(i)} for i in range(200))
assert root[-1].attrib == {"a7": ""} and root[-1].text is None
builder = ET.TreeBuilder()
builder.data("before the root")
builder.start("a", {})
builder.data("one")
builder.start("b", {})
for piece in "two", " three", " four":
    builder.data(piece)
builder.end("b")
builder.data("five")
builder.end("a")
assert ET.tostring(builder.close()) == b"<a>one<b>two three four</b>five</a>"
raises(IndexError, "pop from empty stack", builder.end, "a")

# ---- replacing in strs, where the result may be of a smaller kind, and UTF-8 with runs of ASCII of every length
for s, x, y in ("aéb", "é", "e"), ("ééé", "é", "x"), ("aéb", "a", "ü"), ("abc", "b", "é"), ("aéb", "é", "€"), ("a€b", "€", "é"), ("é", "é", "e"), ("naïve café" * 20, "é", "e"), ("naïve" * 20, "ï", "i"), ("ï" * 40, "ï", "--"), ("xïx" * 9, "ï", ""), ("ab" * 9, "b", "ßß"):
    r, parts = s.replace(x, y), y.join(s.split(x))
    assert r == parts and hash(r) == hash(parts) and r.isascii() == parts.isascii() == all(c < "\x80" for c in parts) and {r: 1}[parts]
    assert s.replace(x, y, 1) == y.join(s.split(x, 1)) and r.encode().decode() == r
for n in range(70):
    for c in "é", "€", "\U0001f600":
        for s in "a" * n + c, c + "a" * n, ("a" * n + c) * 3, c * 3 + "a" * n + c * 2:
            assert s.encode().decode() == s and s.encode("utf-16").decode("utf-16") == s and len(s.encode().decode()) == len(s)
            try:
                (s.encode() + b"\xff").decode()
            except UnicodeDecodeError as e:
                assert e.start == len(s.encode()) and e.end == e.start + 1
            else:
                raise AssertionError
