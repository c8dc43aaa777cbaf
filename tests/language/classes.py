# Classes: bodies, inheritance, C3, super, descriptors, metaclasses, __slots__, hooks, operators, decorators.


def raises(kind, fn, *args, **kw):
    try:
        fn(*args, **kw)
    except kind as e:
        return str(e)
    raise AssertionError(f'{kind.__name__} expected')


class Base:
    kind = 'base'

    def __init__(self, v):
        self.v = v

    def hello(self):
        return f'base {self.v}'


class Left(Base):
    def hello(self):
        return 'left ' + super().hello()


class Right(Base):
    def hello(self):
        return 'right ' + super().hello()


class Both(Left, Right):
    pass


assert Both(1).hello() == 'left right base 1'
assert [c.__name__ for c in Both.__mro__] == ['Both', 'Left', 'Right', 'Base', 'object']
raises(TypeError, lambda: type('Bad', (Base, Left), {}))
assert issubclass(Both, Right) and isinstance(Both(1), Base) and Both.kind == 'base'
Base.kind = 'changed'
assert Both(2).kind == 'changed'
Both.__bases__ = (Right,)
assert Both(1).hello() == 'right base 1'

# Descriptors: data ones before the instance, others behind; __set_name__.


class Data:
    def __set_name__(self, owner, name):
        self.name = '_' + name
        owner.named = owner.__name__

    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name, 'unset')

    def __set__(self, obj, value):
        setattr(obj, self.name, value * 2)

    def __delete__(self, obj):
        delattr(obj, self.name)


class NonData:
    def __get__(self, obj, owner=None):
        return 'computed'


class Holder:
    d = Data()
    n = NonData()


h = Holder()
assert Holder.named == 'Holder' and h.d == 'unset' and h.n == 'computed'
h.d = 4
h.n = 'own'
h.__dict__['d'] = 'hidden'
assert h.d == 8 and h.n == 'own'
del h.d
assert h.d == 'unset' and isinstance(Holder.d, Data)


class Temperature:
    def __init__(self):
        self._c = 0.0

    @property
    def celsius(self):
        "degrees"
        return self._c

    @celsius.setter
    def celsius(self, v):
        if v < -273.15:
            raise ValueError('too cold')
        self._c = v

    @celsius.deleter
    def celsius(self):
        self._c = None

    @property
    def fixed(self):
        return 1

    @staticmethod
    def s(a):
        return a

    @classmethod
    def make(cls):
        return cls()


t = Temperature.make()
t.celsius = 20
assert t.celsius == 20 and Temperature.celsius.__doc__ == 'degrees' and t.s(3) == Temperature.s(3) == 3
assert raises(ValueError, setattr, t, 'celsius', -300) == 'too cold'
assert raises(AttributeError, setattr, t, 'fixed', 2) == "property 'fixed' of 'Temperature' object has no setter"
del t.celsius
assert t.celsius is None

# Attribute hooks.


class Hooks:
    def __init__(self):
        object.__setattr__(self, 'log', [])

    def __getattr__(self, name):
        if name.startswith('made_'):
            return name[5:]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self.log.append((name, value))
        super().__setattr__(name, value)

    def __delattr__(self, name):
        self.log.append(name)
        super().__delattr__(name)

    def __dir__(self):
        return ['b', 'a']


o = Hooks()
o.x = 1
assert o.made_up == 'up' and not hasattr(o, 'other') and o.x == 1
del o.x
assert o.log == [('x', 1), 'x'] and dir(o) == ['a', 'b']
assert raises(AttributeError, lambda: Base(1).nothing) == "'Base' object has no attribute 'nothing'"
assert raises(AttributeError, lambda: Base.nothing) == "type object 'Base' has no attribute 'nothing'"

# __slots__.


class Slots:
    __slots__ = ('a', 'b')


class More(Slots):
    __slots__ = ('c', '__dict__')


s = Slots()
s.a = 1
assert not hasattr(s, '__dict__') and not hasattr(s, 'b')
assert raises(AttributeError, setattr, s, 'z', 1) == "'Slots' object has no attribute 'z' and no __dict__ for setting new attributes"
m = More()
m.a, m.c, m.z = 1, 2, 3
assert m.__dict__ == {'z': 3} and (m.a, m.c, m.z) == (1, 2, 3)
del m.a
assert raises(AttributeError, lambda: m.a) == "'More' object has no attribute 'a'"

# Metaclasses, __prepare__, __init_subclass__, keyword arguments, __class_getitem__, __call__.


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        return {'prepared': sorted(kw)}

    def __new__(mcs, name, bases, ns, **kw):
        cls = super().__new__(mcs, name, bases, dict(ns))
        cls.order = [k for k in ns if not k.startswith('__')]
        return cls

    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)

    def __call__(cls, *args):
        obj = super().__call__(*args)
        obj.through_meta = True
        return obj

    def __len__(cls):
        return 42

    @property
    def upper(cls):
        return cls.__name__.upper()


class WithMeta(metaclass=Meta, option=1):
    z = 1
    a = 2


assert WithMeta.prepared == ['option'] and WithMeta.order == ['prepared', 'z', 'a'] and len(WithMeta) == 42
assert WithMeta().through_meta and WithMeta.upper == 'WITHMETA' and not hasattr(WithMeta(), 'upper')
assert type(WithMeta) is Meta and isinstance(type('Sub', (WithMeta,), {}), Meta)


class Registry:
    known = {}

    def __init_subclass__(cls, /, key=None, **kw):
        super().__init_subclass__(**kw)
        cls.known[key or cls.__name__] = cls

    def __class_getitem__(cls, item):
        return cls.known[item]


class One(Registry):
    pass


class Two(Registry, key='zwei'):
    pass


assert Registry['One'] is One and Registry['zwei'] is Two
raises(TypeError, lambda: type('T', (), {}, wrong=1))

# Operators, reflected forms, in-place forms, comparison, hashing, conversions.


class Num:
    def __init__(self, v):
        self.v = v

    def __add__(self, o):
        return Num(self.v + o.v) if isinstance(o, Num) else NotImplemented

    def __radd__(self, o):
        return Num(o + self.v)

    def __iadd__(self, o):
        self.v += 100
        return self

    def __eq__(self, o):
        return isinstance(o, Num) and self.v == o.v

    def __lt__(self, o):
        return self.v < o.v

    def __neg__(self):
        return Num(-self.v)

    def __bool__(self):
        return self.v != 0

    def __index__(self):
        return self.v

    def __getitem__(self, i):
        return i

    def __contains__(self, x):
        return x == self.v

    def __call__(self, *a, **k):
        return a, k

    def __matmul__(self, o):
        return 'mat'

    def __format__(self, spec):
        return f'<{spec}>'


a = Num(2)
assert (a + Num(3)).v == 5 and (1 + a).v == 3 and sum([a, Num(3)], 0).v == 5
b = a
a += 1
assert a is b and a.v == 102
assert raises(TypeError, lambda: a + 1) == "unsupported operand type(s) for +: 'Num' and 'int'"
assert Num(1) == Num(1) != Num(2) and Num(1) < Num(2) and Num(3) > Num(2) and (-Num(1)).v == -1 and not Num(0)
assert raises(TypeError, hash, a) == "unhashable type: 'Num'"
assert [10, 20, 30][Num(1)] == 20 and a[1:2, ...] == (slice(1, 2), ...) and 102 in a and a(1, k=2) == ((1,), {'k': 2})
assert a @ 1 == 'mat' and f'{a:x y}' == '<x y>' and list(range(5))[Num(1):Num(3)] == [1, 2]


class Sub(Num):
    def __radd__(self, o):
        return 'reflected first'


assert Num(1) + Sub(2) == 'reflected first'

# Decorators: order of evaluation and of application.
order = []


def deco(name):
    order.append(f'eval {name}')

    def apply(f):
        order.append(f'apply {name}')
        return f
    return apply


@deco('a')
@deco('b')
class Decorated:
    @deco('m')
    def m(self):
        pass


assert order == ['eval a', 'eval b', 'eval m', 'apply m', 'apply b', 'apply a']


class Type[T]:
    def get(self) -> T:
        return 1


assert Type.__type_params__[0].__name__ == 'T' and Type[int].__args__ == (int,)

# __new__, immutable bases, special lookup on the type, instance creation without __init__.


class Upper(str):
    def __new__(cls, s):
        return super().__new__(cls, s.upper())


assert Upper('abc') == 'ABC' and isinstance(Upper('a') + 'b', str) and type(Upper('a') + 'b') is str


class Single:
    it = None

    def __new__(cls):
        cls.it = cls.it or super().__new__(cls)
        return cls.it


assert Single() is Single()
x = Num(5)
x.__len__ = lambda: 3
raises(TypeError, len, x)
assert raises(TypeError, object, 1) == 'object() takes no arguments'
assert raises(TypeError, Base) == "Base.__init__() missing 1 required positional argument: 'v'"


class Private:
    __hidden = 1

    def get(self):
        return self.__hidden


assert Private().get() == 1 and Private._Private__hidden == 1
assert Both.__qualname__ == 'Both' and Both.hello.__qualname__ == 'Right.hello' and Private.__module__ == '__main__'
