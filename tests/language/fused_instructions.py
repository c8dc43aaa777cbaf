"""Instructions that do more than one step (a method looked up and called, an attribute updated, pairs of moves, loads and float operations), and subscripts with a
small number: what the fast halves must leave to the slow ones."""
import operator
import sys


class A:
    def m(self):
        return 'm', self.__class__.__name__

    def d(self, k=3):
        return k

    @classmethod
    def c(cls):
        return cls

    @staticmethod
    def s():
        return 's'

    def gen(self):
        yield self


class B(A):
    pass


class Own(A):
    def __init__(self, f):
        self.m = f


def call(o):
    return o.m()


for _ in range(3):
    assert call(A()) == ('m', 'A') and call(B()) == ('m', 'B')
    assert call(Own(lambda: 7)) == 7
    assert A().d() == 3 and A().c() is A and B().c() is B and A().s() == 's' and next(A().gen()).__class__ is A
    assert 'x'.upper() == 'X' and [1, 2].copy() == [1, 2] and (5).bit_length() == 3
A.m = lambda self: 'changed'
assert call(A()) == call(B()) == 'changed'
A.m = lambda self, more: 'more'
try:
    call(A())
except TypeError as e:
    assert 'missing 1 required positional argument' in str(e)
else:
    raise AssertionError
A.m = len
try:
    call(A())
except TypeError:
    pass
else:
    raise AssertionError
try:
    object().m()
except AttributeError as e:
    assert str(e) == "'object' object has no attribute 'm'"
else:
    raise AssertionError


class R:
    def r(self):
        return self.r()


try:
    R().r()
except RecursionError as e:
    tb, n = e.__traceback__, 0
    while tb.tb_next:
        tb, n = tb.tb_next, n + 1
    assert n > 500 and tb.tb_frame.f_code.co_name == 'r'
    e = tb = None
else:
    raise AssertionError


# In a generator, whose registers are not on the stack.
def in_generator(o):
    for _ in range(3):
        yield o.d()


assert list(in_generator(B())) == [3, 3, 3]

# Tracing sees the call.
seen = []
sys.setprofile(lambda f, event, arg: seen.append((event, f.f_code.co_name)))
B().d()
sys.setprofile(None)
assert ('call', 'd') in seen and ('return', 'd') in seen


# ---- subscripts
class Items:
    def __getitem__(self, i):
        return 'get', i

    def __setitem__(self, i, v):
        self.last = i, v


def first(x):
    return x[0], x[-1]


def store(x, v):
    x[0] = v
    x[-1] += v


for _ in range(3):
    assert first([1, 2]) == (1, 2) and first((3, 4)) == (3, 4) and first('ab') == ('a', 'b') and first(b'ab') == (97, 98)
    assert first(bytearray(b'ab')) == (97, 98) and first({0: 'x', -1: 'y'}) == ('x', 'y') and first(Items()) == (('get', 0), ('get', -1))
    assert first(range(5)) == (0, 4) and first('\u1234b') == ('\u1234', 'b')
for empty in [], (), '', b'', bytearray():
    try:
        first(empty)
    except IndexError:
        pass
    else:
        raise AssertionError
try:
    first({})
except KeyError as e:
    assert e.args == (0,)
a = [object(), 2]
store(a, 5)
assert a == [5, 7]
d = {0: 1, -1: [1]}
store(d, [2])
assert d == {0: [2], -1: [1, 2]}
i = Items()
i[3] = 4
assert i.last == (3, 4)
i[-5] = 4
assert i.last == (-5, 4)
b = bytearray(b'ab')
store(b, 1)
assert b == b'\x01c'
try:
    b[0] = 256
except ValueError:
    pass
else:
    raise AssertionError
for bad in (), '', b'x':
    try:
        store(bad, 1)
    except TypeError as e:
        assert 'does not support item assignment' in str(e)
    else:
        raise AssertionError
big = list(range(40000))
assert big[32767] == 32767 and big[32768] == 32768 and big[-32768] == 7232 and big[-32769] == 7231

match list(range(9)):
    case [x, 1, y, *_, z]:
        assert (x, y, z) == (0, 2, 8)


# ---- pairs of float operations: a result in between that no word holds
def pairs(a, b, c, d):
    return a * b + c, c - a * b, a * b - c * d, (a + b) * c, (a - b) * (c - d), a * b * c


assert pairs(1e200, 1e-200, 1.0, 0.5) == (2.0, 0.0, 0.5, 1e200, 5e199, 1.0)
assert pairs(0.0, 1.5, 1.0, 2.0) == (1.0, 1.0, -2.0, 1.5, 1.5, 0.0)
assert pairs(1e300, 1e300, 1.0, 0.0)[0] == float('inf')
assert pairs(2, 3.0, 4, True) == (10.0, -2.0, 2.0, 20.0, -3.0, 24.0)
assert str(pairs(-0.0, 1.0, -0.0, 1.0)[0]) == '-0.0'
x = 1.5
y = x * x + x
z = x * x - (w := x + x) * x
assert (y, z, w) == (3.75, -2.25, 3.0)


# ---- a float with an int, and the zeros
def mixed(a, b):
    return a + b, a - b, a * b, a < b, a <= b, a == b, a != b, a > b, a >= b


def jumps(a, b):
    return [1 if a < b else 0, 1 if a <= b else 0, 1 if a == b else 0, 1 if a != b else 0, 1 if a > b else 0, 1 if a >= b else 0]


functions = [getattr(operator, name) for name in 'add sub mul lt le eq ne gt ge'.split()]
values = [0.0, -0.0, 1.5, -2.5, 2, 0, -3, True, 2 ** 53, 2 ** 53 + 1, 2.0 ** 53, 1e300, float('inf'), 10 ** 30]
for a in values:
    for b in values:
        got = mixed(a, b)
        assert repr(got) == repr(tuple(f(a, b) for f in functions)), (a, b)
        assert jumps(a, b) == [int(x) for x in got[3:]]
assert mixed(2 ** 53 + 1, 2.0 ** 53)[3:] == (False, False, False, True, True, True)
assert mixed(2.0 ** 53, 2 ** 53 + 1)[3:] == (True, True, False, True, False, False)
assert [str(x) for x in mixed(0.0, -0.0)[:3]] == ['0.0', '0.0', '-0.0'] and str(0 * -1.5) == '-0.0' and str(-0.0 + 0) == '0.0'


def divide(a, b):
    return a / b


assert divide(3, 2.0) == 1.5 and divide(0.0, 2) == 0.0 and divide(1.0, 4) == 0.25
for zero in 0, 0.0, -0.0:
    for one in 1, 1.5, 0.0:
        try:
            divide(one, zero)
        except ZeroDivisionError:
            pass
        else:
            raise AssertionError


# ---- attributes of attributes, and their updates
class Node:
    total = 100

    def __init__(self, next=None, value=0):
        self.next, self.value = next, value

    def bump(self, k):
        self.value += k
        self.value -= 1
        self.value += 2
        return self.value

    def shared(self):
        self.total += 1     # from the class into the instance
        self.total -= 2
        return self.total


n = Node(Node(Node(value=7)))
for _ in range(4):
    assert n.next.next.value == 7
n.next.next = None
try:
    n.next.next.value
except AttributeError as e:
    assert str(e) == "'NoneType' object has no attribute 'value'"
else:
    raise AssertionError
n.next.next = [1]
try:
    n.next.next.value
except AttributeError as e:
    assert str(e) == "'list' object has no attribute 'value'"
n.next.value = 5
n.next.value += 3
n.next.value -= 1
assert n.next.value == 7

o = Node()
for i in range(5):
    assert o.bump(i) == i * (i + 1) // 2 + i + 1
for start, step in ((1.5, 0.25), (2, 0.5), (2 ** 61 - 1, 1), (-2 ** 61, -5), ('a', 'b'), ([1], [2]), (1.0, -1.0)):
    o.value = start
    try:
        expected = start + step - 1 + 2
    except TypeError:
        expected = TypeError
    try:
        got = o.bump(step)
    except TypeError:
        got = TypeError
    assert got == expected, (start, step, got)
assert [Node().shared() for _ in range(4)] == [99] * 4
o = Node()
assert [o.shared() for _ in range(4)] == [99, 98, 97, 96]


class Counted:
    def __init__(self):
        self._v, self.log = 0, []

    v = property(lambda self: self._v, lambda self, x: (self.log.append(x), setattr(self, '_v', x)))


def bump(x):
    x.v += 1
    return x.v


class Plain:
    def __init__(self):
        self.v = 10


class Slots:
    __slots__ = 'v'

    def __init__(self):
        self.v = 20


c, p, s = Counted(), Plain(), Slots()
for i in range(4):
    assert (bump(c), bump(p), bump(s)) == (i + 1, i + 11, i + 21)
assert c.log == [1, 2, 3, 4]


def only_plain(x):
    x.v += 1
    return x.v


for i in range(4):
    assert only_plain(p) == i + 15
Plain.__setattr__ = lambda self, name, value: object.__setattr__(self, name, value * 10)
assert only_plain(p) == 190
del Plain.__setattr__
Plain.v = property(lambda self: 1, lambda self, x: None)
assert only_plain(p) == 1


# ---- moves
def args(a, b, c, d):
    return a, b, c, d


def mover(a, b, c=3):
    d = 4
    first = args(a, b, c, d)
    second = args(
        d,
        c,
        b,
        a)
    return first, second, [a, b, c, d], (b, a), f'{a}{b}{c}'


for _ in range(3):
    assert mover(1, 2) == ((1, 2, 3, 4), (4, 3, 2, 1), [1, 2, 3, 4], (2, 1), '123')


def unbound(flag):
    if flag:
        x = y = 1
    return args(x, y, x, y)


assert unbound(True) == (1, 1, 1, 1)
try:
    unbound(False)
except UnboundLocalError as e:
    assert "'x'" in str(e)
else:
    raise AssertionError
lines = []


def tracer(frame, event, arg):
    if event == 'line' and frame.f_code is mover.__code__:
        lines.append(frame.f_lineno - mover.__code__.co_firstlineno)
    return tracer


sys.settrace(tracer)
mover(1, 2)
sys.settrace(None)
assert lines == [1, 2, 3, 4, 5, 6, 7, 3, 8], lines
