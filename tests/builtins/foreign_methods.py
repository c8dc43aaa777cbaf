# Native methods put into classes of another kind look at self first.
import itertools
import operator


def type_error(f, *args):
    try:
        f(*args)
    except TypeError as e:
        return str(e)
    raise AssertionError('no TypeError')


class A(int):
    __eq__ = str.__eq__
    __add__ = str.__add__
    __len__ = list.__len__
    __call__ = type.__call__
    __next__ = itertools.chain.__next__
    __enter__ = memoryview.__enter__
    append = list.append
    upper = str.upper


a = A(1)
assert type_error(operator.add, a, a) == "descriptor '__add__' requires a 'str' object but received a 'A'"
assert type_error(operator.eq, a, a) == "descriptor '__eq__' requires a 'str' object but received a 'A'"
assert type_error(len, a) == "descriptor '__len__' requires a 'list' object but received a 'A'"
type_error(a)
type_error(next, a)
for _ in range(3):
    assert type_error(lambda: a.append(1)) == "descriptor 'append' for 'list' objects doesn't apply to a 'A' object"
    assert type_error(lambda: a.upper()) == "descriptor 'upper' for 'str' objects doesn't apply to a 'A' object"


class B(A):
    def append(self, x):
        return super().append(x)

    def __len__(self):
        return 3


type_error(B().append, 1)
assert len(B()) == 3


class C:
    __init__ = dict.__init__
    __getattribute__ = type(operator).__getattribute__


type_error(C)


class D:
    pass


D.__hash__ = str.__hash__
type_error(hash, D())
del D.__hash__
hash(D())


class E:  # a native method of a type that is a base needs no look
    __repr__ = object.__repr__


assert 'E object' in repr(E())

# pow() with three arguments asks a subclass's reflected method first.
class I(int):
    def __rpow__(self, other, mod=None):
        return other, int(self), mod


assert pow(2, I(3), 5) == (2, 3, 5)
assert type_error(int().__pow__) == type_error(int().__rpow__) == 'expected 1 or 2 arguments, got 0'


# Slots: sorted, Unicode names, classes with the same ones are exchangeable.
class G:
    __slots__ = ['a', 'b']


class H:
    __slots__ = ['b', 'a']


class L(G):
    __slots__ = ['e']


class M(H):
    __slots__ = ['e']


g = G()
g.a = 1
g.__class__ = H
assert g.a == 1 and type(g) is H
type_error(setattr, L(), '__class__', M)
type_error(type, 'X', (), {'__slots__': [chr(128)]})
type('X', (), {'__slots__': ['ä']})().ä = 1


# A descriptor that sets but does not get.
class Set:
    def __set__(self, obj, value):
        obj.__dict__['x'] = value


class X:
    x = Set()


x = X()
assert x.x is X.__dict__['x']
x.x = 42
assert x.x == 42


# __dict__ of types and modules is read-only, whatever class the descriptor is from.
class Base:
    pass


class Meta(type, Base):
    pass


class Y(metaclass=Meta):
    pass


for f in (lambda: Base.__dict__['__dict__'].__set__(Y, {}), lambda: setattr(Y, '__dict__', {}), lambda: delattr(Y, '__dict__')):
    try:
        f()
    except (TypeError, AttributeError):
        pass
    else:
        raise AssertionError('the dictionary of a type was replaced')
