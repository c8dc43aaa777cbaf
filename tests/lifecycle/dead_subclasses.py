# A class that dies leaves its bases' __subclasses__(), whatever its metaclass; and one that a weakref callback finds there while it is garbage lives on.
import gc
import weakref


class Meta(type):
    pass


class Base(metaclass=Meta):
    pass


class Plain:
    pass


def make(base):
    class Dead(base):
        pass
    class Dead2(Dead):
        pass


for base in (Base, Plain):
    for _ in range(3):
        make(base)
    gc.collect()
    assert base.__subclasses__() == [], base.__subclasses__()

found = []
keep = []


def callback(ref):
    found.extend(Plain.__subclasses__())


def make_watched():
    class Watched(Plain):
        value = 'still here'
    a = Watched()
    a.me = a
    keep.append(weakref.ref(a, callback))


for _ in range(10):
    make_watched()
gc.collect()
assert all(k() is None for k in keep)
for c in found:  # CPython clears the weak references behind __subclasses__() first
    assert c.value == 'still here' and c().__class__ is c
c = None
found.clear()
keep.clear()
gc.collect()
gc.collect()
assert Plain.__subclasses__() == [], Plain.__subclasses__()


# Metaclasses, their classes and instances in one batch of garbage.
def make_line():
    class Top(type):
        pass
    class Middle(Top, metaclass=Top):
        pass
    class Low(metaclass=Middle):
        pass
    class Lower(Low):
        pass
    x = Lower()
    x.me = x
    x.line = [Lower, Low, Middle, Top]


for _ in range(50):
    make_line()
gc.collect()
assert [c for c in type.__subclasses__(type) if c.__name__ in ('Top', 'Middle')] == []
