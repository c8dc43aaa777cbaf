# A class that died leaves its bases' lists of subclasses (its layout once lost its destructor to a second definition of the same constant).
import gc, io

class Base: pass
class Meta(type): pass

def plain():
    class A(Base): pass
    class B(A): pass
def finalized():
    class A(Base):
        def __del__(self): pass
    a = A()
    a.me = a
def stream():
    class A(io.IOBase): pass
    A.__bases__
def rebased():
    class A(Base): pass
    class C(Base): pass
    class B(A): pass
    B.__bases__ = (C,)
def failed():
    try:
        class A(Base):
            class D:
                def __set_name__(self, owner, name): raise ValueError
            d = D()
    except ValueError: pass
def with_metaclass():
    class A(Base, metaclass=Meta): pass

before = len(io.IOBase.__subclasses__())
for make in (plain, finalized, stream, rebased, failed, with_metaclass):
    for i in range(5): make()
    for cls in Base.__subclasses__() + io.IOBase.__subclasses__(): str(cls)
    del cls
for i in range(3): gc.collect()
assert Base.__subclasses__() == [], Base.__subclasses__()
assert len(io.IOBase.__subclasses__()) == before

# A metaclass, its classes and their instances in one batch of garbage.
def family():
    class Root(type): pass
    class Middle(Root, metaclass=Root): pass
    class A(metaclass=Middle): pass
    class B(A): pass
    for i in range(3):
        a = B()
        a.x, a.y, a.me = i, [i], a
        A.last, B.first = a, a
for i in range(20):
    family()
    if i % 5 == 0: gc.collect()
gc.collect()

# Code outlives the classes that its inline caches know.
def use(o):
    o.a = 1
    o.b = 2
    return o.a + o.b + o.method()
def classes(n):
    for i in range(n):
        class A:
            __slots__ = () if i % 3 == 0 else ('a', 'b', '__dict__') if i % 3 == 1 else ('b', 'a')
            def method(self): return 3
        class B(A):
            if i % 2:
                def __init__(self): self.c = self.d = 0
        b = B()
        b.me = b
        assert use(b) == 6
for i in range(30):
    classes(100)
    gc.collect()
