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
