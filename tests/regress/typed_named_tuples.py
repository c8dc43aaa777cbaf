# typing.NamedTuple gives each class new bases, which must not cost a walk over the whole heap; sys.get_asyncgen_hooks() has names.
import sys
import time
import typing

keep = [compile(f'def f{i}(o): return o.a + o.b', 'x', 'exec') for i in range(20000)]  # code that has caches


def typed():
    class Pair(typing.NamedTuple):
        a: int
        b: str = ''
    return Pair


def named():
    return type('Pair', (tuple,), {'a': 1, 'b': 2})


def best(f):
    times = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(20):
            f()
        times.append(time.process_time() - start)
    return min(times)


assert typed()(1).b == '' and best(typed) < 60 * best(named)


# Yet bases that change under instances are seen by code that has read their attributes.
class A:
    pass


class B:
    x = property(lambda self: 'property')


class C(A):
    pass


def read(o):
    return o.x


c = C()
c.x = 1
for _ in range(5):
    assert read(c) == 1
C.__bases__ = B,
assert read(c) == 'property'
C.__bases__ = A,
assert read(c) == 1


class D(C):
    pass


d = D()
d.x = 2
for _ in range(5):
    assert read(d) == 2
C.__bases__ = B,
assert read(d) == 'property'

hooks = sys.get_asyncgen_hooks()
assert hooks == (None, None) and hooks.firstiter is hooks.finalizer is None and repr(hooks) == 'asyncgen_hooks(firstiter=None, finalizer=None)'
sys.set_asyncgen_hooks(print, len)
assert sys.get_asyncgen_hooks().firstiter is print and sys.get_asyncgen_hooks().finalizer is len
sys.set_asyncgen_hooks(*hooks)
assert sys.get_asyncgen_hooks() == hooks
