# Calls of classes that the interpreter makes at once, and what makes it stop doing so; building tuples, lists and dicts of all kinds of things.
import abc
import gc
import kaa


class P:
    def __init__(self, a):
        self.a = a


def make(cls, n=3):
    return [cls(i) for i in range(n)]


# The class changes between two calls from the same place.
assert [p.a for p in make(P)] == [0, 1, 2]
old = P.__init__
P.__init__ = lambda self, a: old(self, a + 10)
assert [p.a for p in make(P)] == [10, 11, 12]
P.__init__ = old
assert [p.a for p in make(P)] == [0, 1, 2]
P.__init__.__code__ = (lambda self, a: None).__code__
assert not hasattr(make(P)[0], 'a')


class Q(P):
    pass


assert not hasattr(make(Q)[0], 'a')
Q.__new__ = lambda cls, a: a
assert make(Q) == [0, 1, 2]


class A(abc.ABC):
    def __init__(self, a):
        self.a = a

    @abc.abstractmethod
    def f(self): ...


class Meta(type):
    def __call__(cls, a):
        return ('meta', a)


class M(metaclass=Meta):
    def __init__(self, a):
        pass


def refuses(cls):
    try:
        make(cls)
    except TypeError:
        return True
    return False


assert refuses(A)
A.__abstractmethods__ = frozenset()
assert [x.a for x in make(A)] == [0, 1, 2]
A.__abstractmethods__ = frozenset(['f'])
assert refuses(A)
assert make(M) == [('meta', 0), ('meta', 1), ('meta', 2)]


class Dying(P):
    log = []

    def __init__(self, a):
        self.a = a

    def __del__(self):
        self.log.append(self.a)


make(Dying)
assert sorted(Dying.log) == [0, 1, 2]

# Native classes with and without an __init__, and subclasses of them.
class S(str):
    pass


for cls, want in [(slice, [slice(0), slice(1), slice(2)]), (str, ['0', '1', '2']), (int, [0, 1, 2]), (float, [0.0, 1.0, 2.0]), (S, ['0', '1', '2']), (complex, [0j, 1 + 0j, 2 + 0j]),
                  (object, None), (type, [int] * 3), (bytes, [b'', b'\0', b'\0\0']), (bool, [False, True, True])]:
    if want is None:
        assert refuses(cls)
    else:
        assert make(cls) == want, cls
        assert all(type(x) is cls for x in make(cls)) or cls is type
assert refuses(list) and refuses(frozenset) and refuses(type(None)) and refuses(type(make))
assert slice(1, 2, 3).step == 3
for args in [(), (1, 2, 3, 4)]:
    try:
        slice(*args)
    except TypeError:
        pass
    else:
        assert False

# Attributes: many, few, deleted, beyond what an instance has room for.
class Wide:
    def __init__(self, n):
        for i in range(n):
            setattr(self, 'x%d' % i, [i])


for n in (0, 1, 3, 20, 40, 200):
    for _ in range(20):
        w = Wide(n)
        assert [getattr(w, 'x%d' % i)[0] for i in range(n)] == list(range(n))
        gc.collect(0)
        if n:
            del w.x0
            assert not hasattr(w, 'x0') and len(w.__dict__) == n - 1


class Slots:
    __slots__ = ('a', 'b')

    def __init__(self, a):
        self.a = a


s = Slots(1)
assert s.a == 1 and not hasattr(s, 'b')

# Displays of many sizes, with eager objects among the items.
class Eager:
    alive = 0

    def __init__(self):
        Eager.alive += 1

    def __del__(self):
        Eager.alive -= 1


def displays(e):
    t = (1, e, 'x')
    l = [e, e, 2.5]
    d = {'a': e, 'b': 1, 'a': e, 1: e, 'c': t}
    assert t[1] is e and l[0] is l[1] is e and d == {'a': e, 'b': 1, 1: e, 'c': t} and list(d) == ['a', 'b', 1, 'c']
    u = (e, e, e, e, e, e, e, e, e, e, e, e, e, e, e, e)
    return [t, l, d, u, e]


x = displays(Eager())
kaa.verify()
assert Eager.alive == 1
del x
assert Eager.alive == 0
for i in range(50):
    assert {'a': i, 'b': [i], 'c': (i,)} == dict(a=i, b=[i], c=(i,))
    assert {'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5} == {c: n + 1 for n, c in enumerate('abcde')}
    assert {'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5, 'f': 6} == {c: n + 1 for n, c in enumerate('abcdef')}

# Bound methods of ordinary and of eager objects.
class B:
    def m(self):
        return self

    def __del__(self):
        B.dead += 1
    dead = 0


def bound(o):
    ms = [o.m for _ in range(10)]
    assert all(m() is o and m.__self__ is o and m == ms[0] for m in ms)


bound(B())
assert B.dead == 1

# Functions made one after the other: names, module, closure.
def functions(n):
    return [lambda: n, lambda x=n: x]


for i in range(100):
    f, g = functions(i)
    assert f() == i == g() and f.__module__ == __name__ == g.__module__ and f.__qualname__ == 'functions.<locals>.<lambda>'
namespace = {'__name__': 'other'}
exec('def f(): return lambda: 1\ndef g():\n  global __name__\n  __name__ = "renamed"\n  return lambda: 2', namespace)
assert namespace['f']().__module__ == 'other' and namespace['g']().__module__ == 'renamed' and functions(1)[0].__module__ == __name__
del namespace['__name__']
assert namespace['f']().__module__ is None


# Exceptions: tracebacks of several frames, raised again, with attributes.
def fails(n):
    if n:
        return fails(n - 1)
    e = ValueError('x', n)
    e.note = [n]
    raise e


for n in (0, 1, 5):
    for _ in range(3):
        try:
            fails(n)
        except ValueError as e:
            tb, depth = e.__traceback__, 0
            while tb:
                tb, depth = tb.tb_next, depth + 1
            assert depth == n + 2 and e.args == ('x', 0) and e.note == [0]
            last = e
assert last.__context__ is None
del last
kaa.verify()


# An __init__ that calls its class without end, is a generator, or is called by a generator; instances of all sizes; too many and too few arguments.
class Endless:
    def __init__(self, n):
        self.n = n
        self.next = Endless(n + 1)


try:
    Endless(0)
except RecursionError:
    pass
else:
    assert False


class Yields:
    def __init__(self, a):
        yield a


assert refuses(Yields)
assert [p.a for p in (make_one(1) for make_one in [type('R', (), {'__init__': lambda self, a: setattr(self, 'a', a)})] * 5)] == [1] * 5
for n in (0, 1, 5, 12, 13, 14, 15, 40):
    class Sized:
        __slots__ = tuple(f's{i}' for i in range(n))

        def __init__(self, a):
            for name in self.__slots__: setattr(self, name, [a])

    class SizedAndMore(Sized):
        def __init__(self, a):
            super().__init__(a)
            for i in range(n): setattr(self, f'd{i}', a)

    for cls in (Sized, SizedAndMore):
        for o in make(cls, 50): assert all(getattr(o, name)[0] in range(50) for name in cls.__slots__), cls
    kaa.reconcile()
    assert kaa.verify()
    for wrong in ((), (1, 2)):
        for i in range(3):
            try:
                Sized(*wrong) if i else (Sized() if not wrong else Sized(1, 2))
            except TypeError as e:
                assert '__init__() ' in str(e)
            else:
                assert False
