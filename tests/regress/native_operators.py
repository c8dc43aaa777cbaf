"""Operators, comparisons and calls of native types that reach their method at once ask in the same order as ever."""

import datetime
import functools
import io
import operator
import re
from collections import OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction

# ---- a subclass on the right goes first; NotImplemented of a native method asks the other side

told = []


class Reflected(datetime.timedelta):
    def __radd__(self, other):
        told.append("radd")
        return "radd"

    def __gt__(self, other):
        told.append("gt")
        return NotImplemented

    def __eq__(self, other):
        told.append("eq")
        return True

    __hash__ = None


day = datetime.timedelta(days=1)
assert day + Reflected(days=1) == "radd"
assert (day < Reflected(days=2)) is True
assert (day == Reflected(days=2)) is True
assert told == ["radd", "gt", "eq"], told


class Never:
    def __eq__(self, other):
        told.append("never")
        return NotImplemented

    def __hash__(self):
        return 5


told.clear()
assert (Never() == Never()) is False and told == ["never"] * 2
told.clear()
assert (Never() != Never()) is True and told == ["never"] * 2  # object.__ne__ asks __eq__, on both sides
told.clear()
assert (day == Never()) is False and (day != Never()) is True and told == ["never"] * 2
assert object() != object() and not object() == object()
o = object()
assert o == o and not o != o


class Always:
    def __eq__(self, other):
        return "yes"

    def __lt__(self, other):
        return "less"

    __gt__ = __lt__
    __hash__ = None


for native in (day, datetime.date(2024, 1, 1), [1], {1}, deque(), 1 + 2j, Decimal(1), b"x", bytearray(), (1,), {}, 2**70, "s", 1.5):
    assert (native == Always()) == "yes", native
    if not isinstance(native, (complex, dict)):
        assert (native < Always()) == "less", native
    else:
        assert operator.lt(native, Always()) == "less"
for a, b in ((day, 1), (day, datetime.date(2024, 1, 1)), ([1], (1,)), ({}, []), (1j, 2j), (o, o), (None, 1)):
    try:
        a < b
    except TypeError as e:
        names = [f"datetime.{type(x).__name__}" if x is day or isinstance(x, datetime.date) else type(x).__name__ for x in (a, b)]
        assert str(e) == "'<' not supported between instances of '%s' and '%s'" % tuple(names), e
    else:
        raise AssertionError((a, b))
try:
    day + 1
except TypeError as e:
    assert str(e) == "unsupported operand type(s) for +: 'datetime.timedelta' and 'int'", e

# ---- names of tuples, ints and strs in classes

Point = namedtuple("Point", "x y")
p = Point(1, 2)
assert p == (1, 2) and (1, 2) == p and p != (1, 3) and p < (1, 3) and not p == [1, 2] and p == Point(1.0, 2)
assert p in [(0, 0), (1, 2)] and (1, 2) in {p} and 1 in p and "x" not in p


class Pair(tuple):
    def __eq__(self, other):
        return "pair"

    __hash__ = tuple.__hash__


assert (Pair((1,)) == (2,)) == "pair" and ((2,) == Pair((1,))) == "pair"


class Number(int):
    pass


class Loud(int):
    def __lt__(self, other):
        return "loud"

    __gt__ = __lt__


assert Number(5) == 5 and 5 == Number(5) and Number(2**70) == 2**70 and Number(3) < 4 and 2**70 > Number(1)
assert (Loud(1) < 2) == "loud"
assert (2 < Loud(1)) == "loud" and (Number(1) < Loud(2)) is True


class Text(str):
    pass


assert Text("a") == "a" and "a" == Text("a") and Text("a") < "b" and "b" > Text("a") and Text("a") in ["a"] and "a" in (Text("b"), Text("a"))
nan = float("nan")
assert nan != nan and not nan == nan and nan in [nan] and float("nan") not in [nan] and not 1.0 < nan and not nan < 1.0
assert min([2.5, nan, 1.5]) == 1.5 and sorted([2.5, 1.5, -0.0, 0.0]) == [-0.0, 0.0, 1.5, 2.5]
assert OrderedDict(a=1) | {"b": 2} == {"a": 1, "b": 2} and type({"b": 2} | OrderedDict(a=1)) is OrderedDict
assert type({} | defaultdict(int)) is defaultdict
assert datetime.datetime(2024, 1, 2) - datetime.datetime(2024, 1, 1) == day
try:
    datetime.date(2024, 1, 1) - datetime.datetime(2024, 1, 1)
except TypeError:
    pass
else:
    raise AssertionError

# ---- strs that are equal without being one object, views of others and texts of several kinds

for text in ("", "a", "é", "ж", "\U0001f600", "ab", "aé", "aж", "a" * 40, "é" * 40, "x\0", "0123456789" * 30):
    same = "".join(list(text))
    assert same == text and not same != text
    assert (1 if same == text else 2) == 1 and (1 if same != text else 2) == 2
    for other in (text + "a", "b" + text[1:] + "c", text[:-1] + "\u0416", None, 0, 1.5, b"a"):
        assert text != other and not text == other, (text, other)
        assert (1 if text == other else 2) == 2 and (1 if text != other else 2) == 1
long = "abc" * 2000
assert long[10:4000] == ("abc" * 2000)[10:4000] and long[10:4000] != long[11:4001]

# ---- native code that calls

assert sorted(["b", "A", "c"], key=str.lower) == ["A", "b", "c"]
assert sorted([(1, 2), (0, 5), (3, 1)], key=operator.itemgetter(1)) == [(3, 1), (1, 2), (0, 5)]
assert list(map(len, ["a", "bc"])) == [1, 2] and list(map([1, 2].__getitem__, [1, 0])) == [2, 1]
assert list(map(type, [1, "a"])) == [int, str] and list(map(functools.partial(max, 5), [3, 7])) == [5, 7]
assert list(map("a-b".split, ["-"])) == [["a", "b"]] and list(map(dict.fromkeys, ["ab"])) == [{"a": None, "b": None}]
assert list(map(len.__call__, ["abc"])) == [3] and list(map((3).__add__, [4])) == [7]
assert list(map(re.compile("a").sub, ["b"], ["cat"])) == ["cbt"] and list(map(int.from_bytes, [b"\1\0"])) == [256]
for call in (lambda: list(map(str.lower, [1])), lambda: list(map(len, [1])), lambda: sorted([1], key=5), lambda: list(map(str.lower.__get__("A"), [1]))):
    try:
        call()
    except TypeError:
        pass
    else:
        raise AssertionError


class Callable(str):
    def __call__(self, x):
        return self + x


assert list(map(Callable("a"), "bc")) == ["ab", "ac"]


class Deep(list):
    def __eq__(self, other):
        return list.__eq__(self, other)


rings = [], []
for ring in rings:
    ring.append(ring)
for look in (lambda: rings[0] == rings[1], lambda: rings[0] < rings[1], lambda: deque(rings[0]) == deque(rings[1])):
    try:
        look()
    except RecursionError:
        pass
    else:
        raise AssertionError

# ---- round, contains, slices

assert round(2.5) == 2 and round(2.567, 2) == 2.57 and round(7) == 7 and round(1234, -2) == 1200 and round(Fraction(7, 2)) == 4 and round(Decimal("2.5")) == 2
assert round(2.5, None) == 2 and round(number=1.25, ndigits=1) == 1.2


class Rounded:
    def __round__(self, *ndigits):
        return ("rounded", *ndigits)


assert round(Rounded()) == ("rounded",) and round(Rounded(), 3) == ("rounded", 3) and round(Rounded(), None) == ("rounded",)
try:
    round("a")
except TypeError as e:
    assert str(e) == "type str doesn't define __round__ method", e
assert 97 in b"abc" and 0 not in b"abc" and 255 in bytearray(b"\xff") and 0 not in b"" and b"" in b""
for bad in (256, -1, 2**70):
    try:
        bad in b"abc"
    except ValueError:
        pass
    else:
        raise AssertionError
for data in (b"0123456789", bytearray(b"0123456789"), "0123456789", list(range(10)), tuple(range(10))):
    for start in (None, 0, 3, -3, 20, -20, 2**70):
        for stop in (None, 0, 5, -2, 20, -20, -(2**70)):
            for step in (None, 1, 2, -1, -3):
                indices = range(*slice(start, stop, step).indices(10))
                assert list(data[start:stop:step]) == [data[i] for i in indices], (data, start, stop, step)

# ---- sets of new elements, and of some that were deleted

s = set()
for i in list(range(100)) + list(range(50, 150)) + [-1, -2, 2**61 - 1, 0]:
    s.add(i)
assert len(s) == 153 and -1 in s and 2**61 - 1 in s
for i in range(0, 100, 2):
    s.discard(i)
for i in range(100):
    s.add(i)
    assert i in s
assert len(s) == 153
words = {str(i) for i in range(300)}
words |= {"".join(c) for c in (("1", "2"), ("x", "y"))}
assert len(words) == 301 and set("hello") == {"h", "e", "l", "o"} and set("жж") == {"ж"} and set("é") == {"\xe9"} and set("") == set()
assert {1, True, 1.0} == {1} and {1.0, 1} == {1} and len({0, False, 0.0, -0.0}) == 1 and len({"a", Text("a")}) == 1

# ---- dates at the ends of cycles

date = datetime.date
for year in (1, 4, 99, 100, 101, 399, 400, 401, 1582, 1899, 1900, 1999, 2000, 2023, 2024, 2100, 9999):
    d = date(year, 1, 1)
    n = d.toordinal()
    month_lengths = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for month, days in enumerate(month_lengths, 1):
        for day_of_month in (1, 2, days - 1, days):
            there = date.fromordinal(n + day_of_month - 1)
            assert (there.year, there.month, there.day) == (year, month, day_of_month), (year, month, day_of_month, there)
            assert there.toordinal() == n + day_of_month - 1
        n += days
assert date(1, 1, 1).toordinal() == 1 and date.max.toordinal() == 3652059 and date.fromordinal(3652059) == date.max

# ---- streams in memory

stream = io.BytesIO(b"abc")
assert stream.write(b"x") == 1 and stream.write(b"") == 0 and stream.getvalue() == b"xbc"
stream.seek(5)
assert stream.write(b"yz") == 2 and stream.getvalue() == b"xbc\0\0yz"
with stream.getbuffer():
    try:
        stream.write(b"1")
    except BufferError:
        pass
    else:
        raise AssertionError
stream.seek(0)
assert stream.write(stream.getvalue()) == 7 and stream.write(memoryview(b"end")) == 3 and stream.getvalue() == b"xbc\0\0yzend"
stream.close()
try:
    stream.write(b"a")
except ValueError:
    pass
else:
    raise AssertionError
assert hash(re.compile("a+")) == hash(re.compile("a+"))
