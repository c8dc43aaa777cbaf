"""Members of enumerations and instances of other classes that compare as int or str do, beside their plain values; classes with a say of their own."""
import collections
import enum
import math
import operator
import unicodedata


class Number(enum.IntEnum):
    A = 1
    B = 2


class Text(enum.StrEnum):
    A = 'a'
    B = 'b'


class Int(int):
    pass


class Own(int):
    def __eq__(self, other):
        return 'own'

    def __lt__(self, other):
        return 'less'

    __hash__ = int.__hash__


class OwnText(str):
    def __gt__(self, other):
        return 'greater'


OPERATORS = (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge)
ints = [(Number.A, 1), (Number.B, 2), (1, 1), (True, 1), (10**30, 10**30), (-10**30, -10**30), (Int(1), 1), (Int(10**30), 10**30), (10**30 + 1, 10**30 + 1)]
strs = [(Text.A, 'a'), (Text.B, 'b'), ('a', 'a'), ('', ''), ('\u0436', '\u0436')]
for values in (ints, strs):
    for a, plain_a in values:
        for b, plain_b in values:
            for op in OPERATORS:
                assert op(a, b) is op(plain_a, plain_b), (op, a, b)
assert (Number.A == 'a') is False and (Text.A == 1) is False
assert (Own(1) == Number.A) == 'own' and (Number.A == Own(1)) is True and (5 == Own(1)) == 'own' and (Own(1) < 5) == 'less' and (5 > Own(1)) == 'less'
assert ('a' < OwnText('b')) == 'greater' and (Text.A < OwnText('b')) is True and OwnText('a') == Text.A
for a, b in ((Number.A, Text.A), (10**30, 'a'), (Text.A, 1)):
    try:
        a < b
    except TypeError:
        pass
    else:
        raise AssertionError((a, b))


class Foreign:
    __eq__ = int.__eq__


try:
    Foreign() == 1
except TypeError:
    pass
else:
    raise AssertionError

# Hashes that are computed without an object for them.
Pair = collections.namedtuple('Pair', 'x y')
assert hash(Pair(1, 2)) == hash((1, 2)) and {Pair(1, 'a'): 5}[1, 'a'] == 5 and hash(Pair(10**30, 2.5)) == hash((10**30, 2.5))
assert hash(frozenset('abc')) == hash(frozenset('cba')) and frozenset((1, 2)) in {frozenset((2, 1))}
x, y = Pair(3, 4)
assert (x, y) == (3, 4)
assert hash(2.5) == 1152921504606846978 and hash(1e300) == 1224995262755759164 and hash(5e-324) == 16777216 and hash(-0.1) == -230584300921369408
assert hash(float(2**61 - 1)) == hash(2**61) == 1
for m in (1, 3, 5, 2**53 - 1):
    for e in range(-60, 60):
        assert e < 0 or hash(math.ldexp(m, e)) == hash(m << e)

for n in (*range(0, 130, 7), 1000, 2**40, 2**63 - 1, 2**70):
    result = 1
    for k in range(min(n, 150)):
        assert math.comb(n, k) == result
        result = result * (n - k) // (k + 1)
for c in range(32, 0x3000):
    if name := unicodedata.name(chr(c), None):
        assert unicodedata.lookup(name) == chr(c)

# A class may take over another type's hash, which says no.
for base in tuple, frozenset, int, str:
    class Other:
        __hash__ = base.__hash__
    try:
        hash(Other())
    except TypeError as e:
        assert str(e) == f"descriptor '__hash__' requires a '{base.__name__}' object but received a 'Other'", e
    else:
        raise AssertionError(base)
