# An object that its finalizer brings back keeps its class, although instances do not count it; so does one that a finalizer makes.
import gc

kept = []


def resurrected():
    class Back:
        def __del__(self):
            kept.append(self)

        def method(self):
            return 'method'
    b = Back()
    b.itself = b


def reborn():
    class Other:
        def method(self):
            return 'method'

    class Maker:
        def __init__(self, other):
            self.other = other
            self.itself = self

        def __del__(self):
            kept.append(self.other())
    Maker(Other)


def through_instances():
    class Inner:
        def method(self):
            return 'method'

    class Outer:
        def __del__(self):
            kept.append(self.inner)
    o = Outer()
    o.itself = o
    o.inner = Inner()
    o.inner.owner = o


for make in (resurrected, reborn, through_instances):
    for _ in range(20): make()
    gc.collect()
    junk = [type(f'T{i}', (), {'a': i}) for i in range(200)]
    for o in kept:
        assert o.method() == 'method'
        assert type(o).__mro__[-1] is object
        o.attribute = 1
        assert 'method' in dir(o)
    assert len(kept) == 20, len(kept)
    kept.clear()
    del junk, o
    gc.collect()
    kept.clear()
