# object.__getattribute__(cls, name) finds what the class's own dict holds, as it is there, and nothing of its bases.
class Meta(type):
    of_meta = 'meta'

    def __getattribute__(cls, name):
        if name == 'hidden':
            raise AttributeError(name)
        return object.__getattribute__(cls, name)


class Base(metaclass=Meta):
    inherited = 1


class C(Base):
    hidden = 'magic'
    own = 2

    def f(self):
        return self

    @classmethod
    def g(cls):
        return cls


def fails(f, *args):
    try:
        f(*args)
    except AttributeError:
        return True


get = object.__getattribute__
assert C.own == 2 and C.of_meta == 'meta' and C.__name__ == 'C' and C.__bases__ == (Base,) and isinstance(get(C, 'g'), classmethod)
assert fails(lambda: C.hidden) and fails(lambda: C.inherited) and getattr(C, 'hidden', None) is None
assert C.f is C.__dict__['f'] and type.__getattribute__(C, 'inherited') == 1 and type.__getattribute__(C, 'g')() is C
assert C().own == 2 and C().inherited == 1 and C().hidden == 'magic'
assert fails(get, int, 'real') and get(int, '__name__') == 'int'
