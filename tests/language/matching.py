# match statements: every kind of pattern, guards, binding, evaluation order.
from types import SimpleNamespace


class Point:
    __match_args__ = ('x', 'y')

    def __init__(self, x, y):
        self.x, self.y = x, y


class Color:
    RED = 1
    BLUE = 'b'


def kind(v):
    match v:
        case None | True | False:
            return 'singleton'
        case 0 | 1.5 | 'zero' | b'zero' | -3 | 2 + 3j:
            return 'literal'
        case Color.RED | Color.BLUE:
            return 'colour'
        case int(n) if n > 1000:
            return f'big {n}'
        case int() | float():
            return 'number'
        case str(s):
            return f'text {s}'
        case []:
            return 'empty'
        case [x]:
            return f'one {x}'
        case [1, *rest]:
            return f'from one {rest}'
        case [a, [b, *_], *_, last]:
            return f'nested {a} {b} {last}'
        case (a, b):
            return f'pair {a} {b}'
        case [*_]:
            return 'sequence'
        case {'kind': 'circle', 'r': r}:
            return f'circle {r}'
        case {'x': int() as x, **others}:
            return f'x {x} {sorted(others)}'
        case {}:
            return 'mapping'
        case Point(0, y=yy):
            return f'on axis {yy}'
        case Point(x, y) if x == y:
            return 'diagonal'
        case Point(x=px):
            return f'point {px}'
        case SimpleNamespace(a=SimpleNamespace(b=deep)):
            return f'deep {deep}'
        case _:
            return 'other'


for v, expected in [
    (None, 'singleton'), (True, 'singleton'), (0, 'literal'), (1.5, 'literal'), ('zero', 'literal'), (b'zero', 'literal'), (-3, 'literal'),
    (2 + 3j, 'literal'), (0.0, 'literal'), (1, 'colour'), ('b', 'colour'), (1001, 'big 1001'), (7, 'number'), (2.5, 'number'), ('q', 'text q'),
    ([], 'empty'), ((), 'empty'), ([5], 'one 5'), ((1, 2, 3), 'from one [2, 3]'), ([2, (3, 4), 5, 6], 'nested 2 3 6'), (range(5, 7), 'pair 5 6'),
    ([2, 3, 4], 'sequence'), ({'kind': 'circle', 'r': 2, 'z': 0}, 'circle 2'), ({'x': 1, 'b': 2, 'a': 3}, "x 1 ['a', 'b']"), ({'x': 'no'}, 'mapping'),
    ({}, 'mapping'), (Point(0, 3), 'on axis 3'), (Point(4, 4), 'diagonal'), (Point(4, 5), 'point 4'),
    (SimpleNamespace(a=SimpleNamespace(b=9)), 'deep 9'), (b'bytes', 'other'), ({1, 2}, 'other'), (bytearray(b'ab'), 'other'), (object(), 'other'),
]:
    assert kind(v) == expected, (v, kind(v), expected)

# Names that a failed pattern bound stay bound; a guard sees the names; the subject is evaluated once.
calls = []


def subject():
    calls.append(1)
    return 3, 4


match subject():
    case a, 5:
        assert False
    case b, c if b > c:
        assert False
    case (3 as d, e):
        assert (d, e) == (3, 4)
assert calls == [1]

match 1, 2:
    case x, y:
        assert (x, y) == (1, 2)
match {'a': {'b': [1, 2]}}:
    case {'a': {'b': [*items]}}:
        assert items == [1, 2]


class OnlyKeys:
    pass


for value, text in ((Point(1, 2), 'Point() accepts 2 positional sub-patterns (3 given)'), (OnlyKeys(), 'OnlyKeys() accepts 0 positional sub-patterns (1 given)')):
    try:
        match value:
            case Point(1, 2, 3):
                pass
            case OnlyKeys(1):
                pass
    except TypeError as e:
        assert str(e) == text, e
    else:
        assert False

# A missing attribute is no error; no case fits: nothing happens.
match Point(1, 2):
    case Point(z=_):
        assert False

for source in ('match x:\n case a: pass\n case b: pass', 'match x:\n case a | 1: pass', 'match x:\n case [a, a]: pass', 'match x:\n case {**r, "k": 1}: pass',
               'match x:\n case [*a, *b]: pass', 'match x:\n case a | b: pass'):
    try:
        compile(source, 's', 'exec')
    except SyntaxError:
        pass
    else:
        assert False, source

# `match`, `case` and `_` are ordinary names elsewhere.
match = {'case': 1}
case = match['case']
_ = case
assert _ == 1
