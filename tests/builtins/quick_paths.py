# Short ways of frequent operations give what the long ones do: hashes, decimal text and division of ints of one to three limbs, pieces of text, encodings,
# natives that walk iterators.
import functools
import math
from collections import deque

M = 2**61 - 1
near = sorted({s * (2**e + d) for e in (0, 1, 31, 52, 60, 61, 62, 63, 64, 65, 122, 125, 126, 127, 128, 129, 190, 192) for d in range(-3, 4) for s in (1, -1)} |
              {M * k + d for k in (1, 2, 3, 7, 8, 9, M, M + 1) for d in (-1, 0, 1)})


# ---- hashes
def expected_hash(n):
    h = abs(n) % M
    h = -h if n < 0 else h
    return -2 if h == -1 else h


for n in near:
    assert hash(n) == expected_hash(n), n
    assert hash(float(2**70 + 2**40)) == hash(2**70 + 2**40)
for f in (0.5, -0.5, 1e300, 5e-324, 2.0**61, 2.0**-61, 2.0**1023, -1.0, 3.75, 1e-10):
    n, d = f.as_integer_ratio()
    h = abs(n) * pow(d, -1, M) % M
    h = -h if f < 0 else h
    assert hash(f) == (-2 if h == -1 else h), f


def expected_tuple_hash(items):
    mask = 2**64 - 1
    acc = 2870177450012600261
    for x in items:
        acc = (acc + (hash(x) & mask) * 14029467366897019727) & mask
        acc = (acc << 31 | acc >> 33) & mask
        acc = acc * 11400714785074694791 & mask
    acc = (acc + (len(items) ^ (2870177450012600261 ^ 3527539))) & mask
    if acc == mask:
        return 1546275796
    return acc - 2**64 if acc >> 63 else acc


class Own:
    def __hash__(self):
        return -7


fresh = "".join(["fr", "esh"])  # no hash yet
for u in ((), (1,), (-1, -2), (M, -M, M - 1, 2 * M), ("a", fresh), (1, "b", (2, ("c", 3.5))), (None, True, b"x"), (Own(), 1), (((((((1,),),),),),),), (2**80, 1),
          (frozenset((1, 2)), 2), (1.5, 2, "d")):
    assert hash(u) == expected_tuple_hash(u), u
    assert {u: 1}[tuple(list(u))] == 1 and tuple(list(u)) in {u}
for bad in ((1, []), ([],), (1, (2, {}))):
    for use in (hash, lambda u: {u}, lambda u: {u: 1}, set().add):
        try:
            use(bad)
        except TypeError:
            pass
        else:
            assert False


class Failing:
    def __hash__(self):
        raise KeyError("hash")


try:
    {(1, Failing())}
except KeyError as e:
    assert e.args == ("hash",)


# ---- ints
def digits(n):
    s = ""
    m = abs(n)
    while True:
        m, d = m // 10, m % 10
        s = "0123456789"[d] + s
        if not m:
            return "-" + s if n < 0 else s


tens = [s * (10**e + d) for e in (1, 2, 17, 18, 19, 20, 37, 38, 39) for d in (-1, 0, 1, 5) for s in (1, -1)]
for n in near + tens:
    assert str(n) == repr(n) == f"{n}" == "%d" % n == digits(n), n
    assert int(str(n)) == n
for a in near:
    for b in (1, -1, 2, -2, 3, 10, -10, M, 2**62, -2**63, 2**64 - 1, 2**64 + 1, -(2**65), 2**125 - 1, 2**126, 10**19):
        q, r = divmod(a, b)
        assert q * b + r == a and (0 <= r < b or b < r <= 0), (a, b)
        assert a // b == q and a % b == r
        assert a + b - b == a and a - b + b == a
for f in (divmod, lambda a, b: a // b, lambda a, b: a % b):
    try:
        f(2**70, 0)
    except ZeroDivisionError:
        pass
    else:
        assert False

product = 1
for n in range(30):
    assert math.factorial(n) == product
    product *= n + 1
assert math.factorial(True) == 1
for a in (0, 1, -4, 6, 2**31, 2**61, -(2**61), 2**70, True):
    for b in (0, 1, 6, -9, 2**31 - 1, 2**62, 3**40):
        g = math.gcd(a, b)
        assert math.lcm(a, b) == (abs(a * b) // g if g else 0), (a, b)
assert math.lcm() == 1 and math.lcm(-5) == 5 and math.lcm(4, 6, 10**30) == 3 * 10**30
assert math.fsum([0.1] * 10) == 1.0 and math.fsum(iter([1e100, 1, -1e100])) == 1.0 and math.fsum((1, 2.5, True)) == 4.5


# ---- text
for n in range(70):
    plain = bytes(97 + i % 26 for i in range(n))
    assert plain.decode() == "".join(map(chr, plain)) and plain.decode().encode() == plain
    for i in range(n):
        b = plain[:i] + b"\xff" + plain[i + 1:]
        try:
            b.decode()
        except UnicodeDecodeError as e:
            assert (e.start, e.end, e.object) == (i, i + 1, b)
        else:
            assert False
        two = plain[:i] + "é".encode() + plain[i + 1:]
        assert two.decode() == plain[:i].decode() + "é" + plain[i + 1:].decode()
        assert len(two.decode().encode()) == n + 1
assert bytearray(b"abc").decode() == "abc" and b"".decode() == "" and "".encode() == b""


class Text(str):
    pass


assert Text("ab").encode() == b"ab" and type(Text("ab").split()[0]) is str and Text("a b").split() == ["a", "b"]
spaces = "\t\n\v\f\r\x1c\x1d\x1e\x1f "
for c in map(chr, range(128)):
    assert (f"a{c}b".split() == ["a", "b"]) == (c in spaces) == c.isspace()
assert " a  bc d ".split() == ["a", "bc", "d"] and "".split() == [] == "   ".split() and "abc".split() == ["abc"]
assert " a  bc d ".split(None, 1) == ["a", "bc d "] and " a  bc d ".split(None, 0) == ["a  bc d "] and " a ".split(maxsplit=5) == ["a"]
assert "a b c ".split(maxsplit=2) == ["a", "b", "c "] and "abc".split(maxsplit=0) == ["abc"]
whole = "".join(["who", "le"])
assert whole.split()[0] is whole
words = ["b", "abc", "ab", "ä", "a", "", "zz", "\u4e00", "z"]
assert max(words) == "\u4e00" and min(words) == "" and max("ab", "a") == "ab" and min("b", "a") == "a"


# ---- natives that walk iterators
class Steps:
    def __init__(self, n, end=StopIteration):
        self.n, self.end = n, end

    def __iter__(self):
        return self

    def __next__(self):
        if not self.n:
            raise self.end
        self.n -= 1
        return self.n


def failing(n):
    yield from range(n)
    raise LookupError


walkers = (list, tuple, set, frozenset, sum, max, min, deque, dict.fromkeys, math.fsum, lambda x: any(v is None for v in x), sorted,
           lambda x: any(map(lambda v: False, x)), lambda x: all(map(lambda v: True, x)), lambda x: [].extend(x), lambda x: [*x], set().update, math.prod)
for walk in walkers:
    for make in (lambda: map(lambda x: x, range(5)), lambda: iter(range(5)), lambda: Steps(5), lambda: (x for x in range(5)), lambda: {0: 0, 1: 1}.keys(),
                 lambda: filter(None, [1, 0, 2]), lambda: b"abc", lambda: zip, lambda: reversed([1, 2])):
        if make() is not zip:
            walk(make())
    for make in (lambda: map(lambda x: 1 // x, [2, 1, 0]), lambda: Steps(2, ZeroDivisionError), lambda: map(lambda x: 1 // x, iter((1, 0)))):
        try:
            walk(make())
        except ZeroDivisionError:
            pass
        else:
            assert False, walk
    try:
        walk(failing(3))
    except LookupError:
        pass
    else:
        assert False, walk
    # An iterator's function that raises StopIteration ends the loop.
    walk(map(lambda x: next(iter(())) if x == 2 else x, range(1, 5)))
assert sum(b"abc") == 294 and sum(map(int, "123")) == 6 and max(map(int, "132")) == 3
it = map(bool, [0, 0, 1, 1])
assert any(it) and list(it) == [True]
it = iter([1, 1, 0, 1])
assert not all(it) and list(it) == [1]
growing = [1]


def grow(x):
    if len(growing) < 10:
        growing.append(x)
    return x


assert sum(map(grow, growing)) == 10
deep = iter(())
for _ in range(3000):
    deep = map(bool, deep)
for walk in (sum, list, any):
    try:
        walk(deep)
    except RecursionError:
        pass
assert functools.reduce(lambda a, b: a + b, map(int, "1234")) == 10


# ---- calls of natives by natives, special methods that are natives of other numbers of arguments
class Length(tuple):
    __len__ = tuple.__getitem__


try:
    len(Length((1, 2)))
except TypeError:
    pass
else:
    assert False


class Made(str):
    def __init__(self, *args):
        self.args = args


class Shown:
    def __str__(self):
        return Made("shown")


assert str(Shown()).args == list(map(str, [Shown()]))[0].args == ("shown",) and type(type.__call__(str, Shown()).args[0]) is Shown
assert list(map(int, ["1", 2.5, True])) == [1, 2, 1] and list(map(type, [1, ""])) == [int, str] and list(map(Made, "ab"))[1].args == ("b",)
assert list(map(list, ["ab", (1,)])) == [["a", "b"], [1]] and list(map(dict, [[(1, 2)]])) == [{1: 2}] and list(map(object.__new__, [object]))[0].__class__ is object
for bad in (lambda: list(map(range(0).__class__, ["x"])), lambda: list(map(object, [1])), lambda: list(map(type(None), [1])), lambda: list(map(type(len), [1]))):
    try:
        bad()
    except TypeError:
        pass
    else:
        assert False
prices = {"a": 3, "b": 1, "c": 2}
assert max(prices, key=prices.get) == "a" and sorted(prices, key=prices.__getitem__) == ["b", "c", "a"] and list(map([].append, "ab")) == [None, None]
assert list(prices.items()) == [("a", 3), ("b", 1), ("c", 2)] and [0, *prices.items()][1:] == sorted(prices.items())
del prices["b"]
assert list(prices.items()) == [("a", 3), ("c", 2)] == list(tuple(prices.items())) and list({}.items()) == []
many = {i: str(i) for i in range(20000)}
assert all(k == int(v) for k, v in list(many.items())) and len({id(p) for p in list(many.items())}) in (1, 20000)


class Default(dict):
    def __missing__(self, key):
        return key * 2


assert Default(a=1)["a"] == 1 and Default()["b"] == "bb"


class Num(int):
    def __radd__(self, other):
        return "radd"

    def __sub__(self, other):
        return "sub"


assert 1 + Num(2) == "radd" and True + Num(2) == 3 and Num(2) + 1 == 3 and Num(2) - 1 == "sub" and 2**70 + Num(1) == "radd" and Num(3) % 2 == 1
assert True + True == 2 and True & False is False and True - 2**70 == 1 - 2**70 and type(Num(2) * 1) is int and True ** True == 1
for e in ("utf-8", "UTF8", "utf8", "U8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "L1", "utf-16", "UTF-16", "utf_16"):
    assert "abc".encode(e).decode(e) == "abc" and "abc".encode(e) in (b"abc", "\ufeffabc".encode("utf-16-le"), "\ufeffabc".encode("utf-16-be"))
assert b"a,b,,c,".split(b",") == [b"a", b"b", b"", b"c", b""] and b"a,b,c".split(b",", 1) == [b"a", b"b,c"] and b"a,b".split(b",", 0) == [b"a,b"]
assert "a,b,,c,".split(",") == ["a", "b", "", "c", ""] and "a,b,c".split(",", 1) == ["a", "b,c"] and "a,b".split(",", 0) == ["a,b"] and b"".split(b",") == [b""]
long = ",".join(map(str, range(100)))
assert [int(x) for x in long.split(",")] == list(range(100)) == [int(x) for x in long.encode().split(b",")] and len(long.split(",", 40)) == 41 == len(long.encode().split(b",", 40))
assert bytearray(b"a-b").split(b"-") == [bytearray(b"a"), bytearray(b"b")] and "-".split("-") == ["", ""] and "abc".split("\xff") == ["abc"]
assert list(b"") == [] and list(b"a\xff") == [97, 255] and [1, *b"\x00"] == [1, 0] and list(bytearray(b"ab")) == [97, 98] and memoryview(b"a\xff").tolist() == [97, 255]
assert memoryview(b"abcdef")[::-2].tolist() == [102, 100, 98] and memoryview(b"abcdef").cast("B", [2, 3]).tolist() == [[97, 98, 99], [100, 101, 102]]
assert bytes.fromhex("00 ff Ab\n") == b"\x00\xff\xab" and bytes.fromhex("") == b"" and math.prod(iter([2, 3.5, 2**62])) == 7 * 2.0**62
assert math.sumprod([1, 2], (3, 4)) == 11 == math.sumprod(iter([1, 2]), range(3, 5)) and math.sumprod([], []) == 0
for x, y, error in ([1, 2], [1], ValueError), ((x for x in [1]), [1, 2], ValueError), (map(lambda x: 1 // x, [0]), [1], ZeroDivisionError):
    try:
        math.sumprod(x, y)
    except error:
        pass
    else:
        assert False
assert "abc".startswith("") and "abc".endswith("bc") and not "abc".startswith("abcd") and "äbc".endswith("bc") and "\u4e00b".startswith("\u4e00") and not "a".endswith("\xe4")
assert "abc".startswith("b", 1) and not "abc".startswith("", 4) and "abc".startswith(("x", "a")) and Text("ab").startswith("a") and "ab".endswith(Text("b"))
assert "a" + "b" == "ab" and "a" + "ä" == "aä" and ("ä" + "b").isascii() is False and "" + whole is whole and whole + "" is whole
assert [(i, c) for i, c in list(enumerate("ab"))] == [(0, "a"), (1, "b")] and list(enumerate([Own()], 2**62))[0][0] == 2**62
one, two = Own(), Own()
assert one == one and not one == two and one != two and one in [two, one] and [two, one].index(one) == 1 and (one, 1) != (two, 1)


class Same:
    def __eq__(self, other):
        return True

    __hash__ = None


assert one == Same() and Same() == one and one in [Same()]
for name in ("utf-8", "utf8", "UTF-8", "".join(["utf", "-8"]), Text("utf-8"), "latin-1"):
    assert b"ab".decode(name) == str(b"ab", name) == "ab" and "ab".encode(name) == b"ab" == bytes("ab", name) and b"ab".decode(encoding=name, errors="strict") == "ab"
assert b"\xc3\xa4".decode("utf-8") == "ä" == str(b"\xc3\xa4", "utf-8") and str(b"\xff", "utf-8", "replace") == "\ufffd" and str(b"a", errors="ignore") == "a"
for bad in (lambda: b"a".decode(1), lambda: "a".encode(None), lambda: str(b"a", 5), lambda: str("a", "utf-8"), lambda: str(1, "utf-8")):
    try:
        bad()
    except TypeError:
        pass
    else:
        assert False
