"""Attribute, method and operator sites that meet several shapes, changing classes and methods of operators: each site is run often enough to be cached."""
import gc


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError('nothing raised')


# ---- attributes by shape
class P:
    k = 'class'

    def __init__(self, *names):
        for i, n in enumerate(names):
            setattr(self, n, i)


def get_x(o):
    return o.x


def set_x(o, v):
    o.x = v
    return o.x


shapes = [P('x'), P('a', 'x'), P('a', 'b', 'x'), P('a', 'b', 'c', 'x'), P('b', 'x'), P('c', 'a', 'x')]
for _ in range(20):
    for o in shapes:
        assert get_x(o) == len(o.__dict__) - 1
        set_x(o, len(o.__dict__) - 1)
big = P(*['n%d' % i for i in range(60)], 'x')
for _ in range(5):
    assert get_x(big) == 60 and set_x(big, 'y') == 'y' and set_x(big, 60) == 60

# a data descriptor that comes later, and goes
o = P('x')
for _ in range(3):
    assert get_x(o) == 0
P.x = property(lambda self: 'property', lambda self, v: None)
for _ in range(3):
    assert get_x(o) == 'property' and set_x(o, 5) == 'property'
del P.x
assert get_x(o) == 0 and set_x(o, 7) == 7


class Sub(P):
    pass


s = Sub('x')
assert get_x(s) == get_x(s) == 0
P.__setattr__ = lambda self, n, v: object.__setattr__(self, n, ('set', v))
assert set_x(s, 1) == ('set', 1) and set_x(o, 2) == ('set', 2)
del P.__setattr__
assert set_x(s, 1) == 1
P.__getattribute__ = lambda self, n: 'gotten'
assert get_x(s) == 'gotten'
del P.__getattribute__
assert get_x(s) == 1


class WithX:
    @property
    def x(self):
        return 'base'


class Mid:
    pass


class Late(Mid):
    pass


late = Late()
late.x = 3
assert get_x(late) == get_x(late) == 3
Late.__bases__ = (type('Mid2', (WithX,), {}),)
assert get_x(late) == 'base'

# classes that die: another class's shape may get the address
for i in range(60):
    ns = {}
    names = ('x', 'y') if i % 2 else ('y', 'x')
    cls = type('C%d' % i, (), {})
    inst = cls()
    for n in names:
        setattr(inst, n, n)
    assert get_x(inst) == 'x'
    del cls, inst
    if i % 10 == 0:
        gc.collect()


# ---- properties, __getattr__, slots, in functions and in generators
class Q:
    __slots__ = ('_v', 'w')

    def __init__(self, v):
        self._v = v

    @property
    def v(self):
        return self._v

    @v.setter
    def v(self, new):
        if new is None:
            raise ValueError('no None')
        self._v = new

    def __getattr__(self, name):
        if name == 'bad':
            raise AttributeError('bad one')
        return name.upper()


def use(q):
    q.v = q.v + 1
    return q.v, q.foo, q._v


def gen_use(q):
    for _ in range(3):
        q.v = q.v + 1
        yield q.v, q.foo


q = Q(1)
assert [use(q) for _ in range(4)] == [(n, 'FOO', n) for n in (2, 3, 4, 5)]
assert list(gen_use(q)) == [(6, 'FOO'), (7, 'FOO'), (8, 'FOO')]


def set_none(q):
    q.v = None


for _ in range(3):
    raises(ValueError, 'no None', set_none, q)
    raises(AttributeError, 'bad one', lambda: q.bad)
    assert q.w == 'W'        # an unset slot: __getattr__
q.w = 1
assert q.w == 1


# ---- attributes of classes and modules
class Meta(type):
    @property
    def prop(cls):
        return cls.__name__


class A(metaclass=Meta):
    n = 1

    @staticmethod
    def st(a, b=2):
        return a + b

    @classmethod
    def cm(cls, a):
        return cls, a

    def me(self, a):
        return self, a


class B(A):
    pass


def class_sites(c, i):
    return c.n, c.st(1), c.st(1, 1), c.cm(3), c.me(c, 4), c.prop if isinstance(c, type) else None, i.st(5), i.cm(6), i.me(7)


for _ in range(3):
    for c in (A, B):
        i = c()
        assert class_sites(c, i) == (1, 3, 2, (c, 3), (c, 4), c.__name__, 7, (c, 6), (i, 7))
A.n = 2
assert class_sites(B, B())[0] == 2
A.cm = classmethod(lambda cls, a: 'new')
assert class_sites(B, B())[3] == 'new'
B.n = 3
assert class_sites(B, B())[0] == 3 and class_sites(A, A())[0] == 2
Meta.n = property(lambda cls: 'meta')
assert class_sites(B, B())[0] == 'meta'

# callables in instance attributes; instances whose __dict__ was asked for
o = P()
o.f = lambda *a: a


def call_f(o):
    return o.f(1)


for _ in range(4):
    assert call_f(o) == (1,)
o.__dict__['f'] = lambda *a: 'dict'
for _ in range(4):
    assert call_f(o) == 'dict'
P.meth = lambda self, a: (self, a)


def call_meth(o):
    return o.meth(2)


for _ in range(4):
    assert call_meth(o) == (o, 2)
o.__dict__['meth'] = lambda a: 'own'
assert call_meth(o) == 'own'
d = P('x')
vars(d)
for n in range(4):
    assert set_x(d, n) == n
del d.x
raises(AttributeError, "no attribute 'x'", get_x, d)


# ---- super
class S1:
    def who(self):
        return 'S1'


class S2(S1):
    def who(self):
        return 'S2' + super().who()


class S3(S2):
    def who(self):
        return 'S3' + super().who()


class S4(S3, S1):
    pass


for _ in range(4):
    assert [c().who() for c in (S2, S3, S4)] == ['S2S1', 'S3S2S1', 'S3S2S1']
S1.who = lambda self: 'changed'
assert S4().who() == 'S3S2changed'


# ---- methods of operators
class N:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return N(self.v + other.v) if isinstance(other, N) else NotImplemented

    def __radd__(self, other):
        return ('radd', other)

    def __iadd__(self, other):
        if other == 'no':
            return NotImplemented
        self.v += 1
        return self

    def __mul__(self, other):
        return NotImplemented

    def __lt__(self, other):
        return self.v < other.v if isinstance(other, N) else NotImplemented

    def __eq__(self, other):
        return self.v == other.v if isinstance(other, N) else NotImplemented

    __hash__ = None

    def __bool__(self):
        return self.v if self.v == 'bad' else self.v > 0

    def __contains__(self, x):
        return [1] if x == self.v else []

    def __getitem__(self, i):
        if i == 'raise':
            raise KeyError(i)
        return i, self.v

    def __setitem__(self, i, v):
        self.v = i + v

    def __call__(self, *a, k=0):
        return a, k


class M(N):
    def __radd__(self, other):
        return 'M.radd'


class G:
    def __gt__(self, other):
        return 'reflected'

    def __rmul__(self, other):
        return 'rmul'


def operators(a, b):
    c = a + b
    assert c.v == a.v + b.v and a + M(1) == 'M.radd' and 1 + a == ('radd', 1)
    assert a * G() == 'rmul' and (a < G()) == 'reflected'
    assert (a < b) is True and (b < a) is False and a != b and not a == 5 and (a == b) is False
    if a < b and not b < a and a == N(1) and a != 3:
        ok = True
    if a < G():
        ok = 2
    assert ok == 2
    d = N(5)
    e = d
    d += 1
    assert d is e and d.v == 6
    d[2] = 3
    assert d.v == 5 and d['i'] == ('i', 5) and d(1, k=2) == ((1,), 2) and d() == ((), 0)
    assert (5 in d) is True and (6 in d) is False and 6 not in d
    if 5 in d and not (6 in d):
        ok = 3
    assert ok == 3
    return 'true' if N(1) else 'false', 'true' if N(0) else 'false', not N(1)


for _ in range(5):
    assert operators(N(1), N(2)) == ('true', 'false', False)


def in_generator(a, b):
    for _ in range(3):
        yield (a + b).v, a < b, a[1], 1 if a else 2


assert list(in_generator(N(1), N(2))) == [(3, True, (1, 1), 1)] * 3
for _ in range(3):
    raises(TypeError, "unsupported operand type(s) for +: 'N' and 'object'", lambda: N(1) + object())
    raises(TypeError, "unsupported operand type(s) for *: 'N' and 'N'", lambda: N(1) * N(2))
    raises(TypeError, "unsupported operand type(s) for *: 'N' and 'int'", lambda: N(1) * 3)
    raises(TypeError, "'<' not supported between instances of 'N' and 'int'", lambda: N(1) < 3)
    raises(KeyError, 'raise', lambda: N(1)['raise'])
    raises(TypeError, '__bool__ should return bool, returned str', lambda: 1 if N('bad') else 2)


def compare_jump(a):
    if a < 3:
        return 1


raises(TypeError, "'<' not supported between instances of 'N' and 'int'", compare_jump, N(1))


def iadd_no(a):
    a += 'no'
    return a


raises(AttributeError, '', lambda: None.x)
assert type(iadd_no).__name__ == 'function'
raises(TypeError, "unsupported operand type(s) for +=: 'N' and 'str'", iadd_no, N(1))


# ---- pairs out of generators
def pairs(n):
    for i in range(n):
        yield i, -i


def triple():
    yield 1, 2
    yield 1, 2, 3


total = 0
for a, b in pairs(5):
    total += a * b
assert total == -30 and (a, b) == (4, -4)
assert [x + y for x, y in pairs(3)] == [0, 0, 0]


def too_many():
    x = y = None
    try:
        for x, y in triple():
            pass
    except ValueError as e:
        return x, y, str(e)


assert too_many()[:2] == (1, 2) and 'too many values' in too_many()[2]

# ---- classes that are called
class E(Exception):
    def __init__(self, a, *, b=1):
        super().__init__(a)
        self.b = b


class L(list):
    def __init__(self, *a):
        super().__init__(a)


class T(tuple):
    def __new__(cls, *a):
        return super().__new__(cls, a)


class Strange:
    def __init__(self):
        return 5


for _ in range(3):
    assert E('x', b=2).args == ('x',) and E('x').b == 1 and L(1, 2) == [1, 2] and T(1, 2) == (1, 2)
    assert int('12') == 12 and list('ab') == ['a', 'b'] and dict(a=1) == {'a': 1} and str(5) == '5' and tuple([1]) == (1,)
    assert OSError(2, 'x').__class__ is FileNotFoundError and type(5) is int
    raises(TypeError, "__init__() should return None, not 'int'", Strange)
    raises(TypeError, 'E.__init__() missing 1 required positional argument', E)
    raises(TypeError, 'takes no arguments', lambda: P.__base__(1))
    raises(TypeError, "int() can't convert non-string with explicit base", lambda: int(1, 2))


# ---- iterators written in Python
class Stop2(StopIteration):
    pass


class Count:
    def __init__(self, n, how=StopIteration):
        self.n = n
        self.i = 0
        self.how = how
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        try:
            if self.i == self.n:
                self.deeper()
            self.i += 1
            return self.i
        finally:
            self.closed += 1

    def deeper(self):
        raise self.how('at the end')


def consume(it):
    got = []
    x = 'none'
    for x in it:
        got.append(x)
    else:
        got.append('else')
    return got, x


def consume_gen(it):
    for x in it:
        yield x
    yield 'end'


for _ in range(3):
    c = Count(3)
    assert consume(c) == ([1, 2, 3, 'else'], 3) and c.closed == 4 and consume(Count(0, Stop2)) == (['else'], 'none')
    assert list(consume_gen(Count(2))) == [1, 2, 'end'] and [y for y in Count(3, Stop2)] == [1, 2, 3]
    raises(KeyError, 'at the end', consume, Count(1, KeyError))
    raises(KeyError, 'at the end', lambda: list(consume_gen(Count(1, KeyError))))


class NotIter:
    def __iter__(self):
        return 5


for _ in range(3):
    raises(TypeError, "iter() returned non-iterator of type 'int'", consume, NotIter())


# ---- slices of lists, by None and by numbers
def slices(l, a, b):
    part = l[a:b]
    l[a:b] = [9, 9]
    l[b:] = (7,)
    return part, l


for _ in range(3):
    assert slices(list(range(6)), 1, 3) == ([1, 2], [0, 9, 9, 7])
    assert slices(list(range(3)), None, -1) == ([0, 1], [9, 9, 7])
    assert slices(list(range(3)), 2, 1) == ([], [0, 7])
    raises(TypeError, 'slice indices must be integers', slices, [1], 'a', None)


# ---- range in loops
def ranges(*args):
    return [i for i in range(args[0], args[1], args[2])]


for a, b, s in ((0, 5, 1), (5, 0, -1), (0, 5, 2), (0, 6, 2), (5, 0, -2), (3, 3, 1), (2**62, 2**62 + 3, 1), (0, -3, 1), (-3, 3, 4), (0, 2**61, 2**60)):
    r = range(a, b, s)
    assert ranges(a, b, s) == [r[i] for i in range(len(r))], (a, b, s)
raises(ValueError, 'range() arg 3 must not be zero', ranges, 1, 2, 0)
raises(TypeError, "'str' object cannot be interpreted as an integer", ranges, 'a', 2, 1)


# ---- descriptors of other types, and what classes have from their metaclass
class Desc:
    def __init__(self, tag):
        self.tag = tag

    def __get__(self, obj, cls):
        if self.tag == 'raise':
            raise AttributeError('from __get__')
        return self.tag, obj is not None, cls.__name__


class DataDesc(Desc):
    def __set__(self, obj, value):
        obj.__dict__['stored'] = value


class HasDesc:
    d = Desc('d')
    data = DataDesc('data')
    bad = Desc('raise')


def get_desc(o):
    return o.d


def get_data(o):
    return o.data


def name_of(c):
    return c.__name__, c.__module__


for _ in range(4):
    h = HasDesc()
    assert get_desc(h) == ('d', True, 'HasDesc') and get_data(h) == ('data', True, 'HasDesc') and get_desc(HasDesc) == ('d', False, 'HasDesc')
    h.data = 5
    assert get_data(h) == ('data', True, 'HasDesc') and h.stored == 5
    h.__dict__['data'] = h.__dict__['d'] = 'own'
    assert get_desc(h) == 'own' and get_data(h) == ('data', True, 'HasDesc')
    h2 = HasDesc()
    h2.d = 'slot'
    assert get_desc(h2) == 'slot' and get_desc(HasDesc()) == ('d', True, 'HasDesc')
    raises(AttributeError, 'from __get__', lambda: HasDesc().bad)
    assert name_of(HasDesc) == ('HasDesc', __name__) and name_of(Desc)[0] == 'Desc' and name_of(int) == ('int', 'builtins')
HasDesc.__name__ = 'Renamed'
assert name_of(HasDesc)[0] == 'Renamed' and get_desc(HasDesc()) == ('d', True, 'Renamed')
Desc.__get__ = lambda self, obj, cls: 'changed'
assert get_desc(HasDesc()) == 'changed'
del Desc.__get__
assert get_desc(HasDesc()) is HasDesc.__dict__['d']

from collections import namedtuple
Pair = namedtuple('Pair', 'a b')


def get_pair(p):
    return p.a, p.b


for _ in range(4):
    assert get_pair(Pair(1, 2)) == (1, 2)
raises(AttributeError, "can't set attribute", setattr, Pair(1, 2), 'a', 3)
