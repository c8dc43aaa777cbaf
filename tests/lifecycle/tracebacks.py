# What exceptions and their tracebacks keep alive, and that it goes with them; frames seen after their call.
import gc
import sys
import weakref


class Thing:
    pass


def fails(refs):
    local = Thing()
    refs.append(weakref.ref(local))
    raise ValueError('x')


# A traceback keeps the frames' locals; without the exception they are gone.
refs = []
try:
    fails(refs)
except ValueError as e:
    gc.collect()
    assert isinstance(refs[0](), Thing)
    assert isinstance(e.__traceback__.tb_next.tb_frame.f_locals['local'], Thing)
gc.collect()
assert refs[0]() is None

# Kept on purpose, and let go by with_traceback(None) or clear().
try:
    fails(refs)
except ValueError as e:
    kept = e
gc.collect()
assert refs[1]() is not None
kept.__traceback__.tb_next.tb_frame.clear()
gc.collect()
assert refs[1]() is None
try:
    fails(refs)
except ValueError as e:
    kept = e.with_traceback(None)
gc.collect()
assert refs[2]() is None and kept.__traceback__ is None
del kept

# The cycle of a frame that holds the exception whose traceback holds the frame.


def cycle(refs):
    t = Thing()
    refs.append(weakref.ref(t))
    try:
        raise KeyError
    except KeyError as e:
        mine = e


cycle(refs)
gc.collect()
assert refs[3]() is None

# Contexts and causes are let go with the exception.


def chained():
    try:
        fails(refs)
    except ValueError as e:
        raise KeyError from e


try:
    chained()
except KeyError as e:
    assert isinstance(e.__cause__, ValueError)
gc.collect()
assert refs[4]() is None

# A frame object outlives its call, with the values its locals had at the end.


def give_frame():
    value = Thing()
    number = 1
    frame = sys._getframe()
    number = 2
    return frame


f = give_frame()
assert f.f_locals['number'] == 2 and isinstance(f.f_locals['value'], Thing)
r = weakref.ref(f.f_locals['value'])
del f
gc.collect()
assert r() is None


def locals_see_live_values():
    a = 1
    frame = sys._getframe()
    view = frame.f_locals
    a = 2
    assert view['a'] == 2
    view['a'] = [3]
    gc.collect()
    return a


assert locals_see_live_values() == [3]

# Many exceptions, raised, caught and dropped.
for i in range(30_000):
    try:
        fails([])
    except ValueError:
        pass


def counting():
    return sum(isinstance(o, ValueError) for o in gc.get_objects())


gc.collect()
assert counting() < 5

# Recursion to the limit keeps nothing.
refs = []


def deep():
    t = Thing()
    refs.append(weakref.ref(t))
    deep()


try:
    deep()
except RecursionError:
    assert len(refs) > 500
gc.collect()
assert not any(r() for r in refs)
