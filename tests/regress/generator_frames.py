# Frames of generators: the chain while a delegate is thrown into or closed, and what is left when they have ended.
import sys


def names():
    frame, found = sys._getframe(1), []
    while frame and frame.f_code.co_name != 'check':
        found.append(frame.f_code.co_name)
        frame = frame.f_back
    return found


seen = []


def inner():
    try:
        yield 1
    except RuntimeError:
        seen.append(names())
        yield 2
    finally:
        seen.append(names())


def middle():
    yield from inner()


def outer():
    yield from middle()


def check():
    g = outer()
    assert next(g) == 1
    assert g.throw(RuntimeError) == 2
    g.close()


check()
assert seen == [['inner', 'middle', 'outer'], ['inner']], seen


class Custom:
    def __iter__(self): return self
    def __next__(self): return 0
    def throw(self, *args):
        seen.append(names())
        raise StopIteration(7)


def delegating():
    seen.append((yield from Custom()))


def check():
    g = delegating()
    next(g)
    try:
        g.throw(ValueError)
    except StopIteration:
        pass


check()
assert seen[2:] == [['throw', 'delegating'], 7], seen[2:]

g = inner()
frame = g.gi_frame
assert frame.f_back is None
next(g)
assert frame.f_back is None
g.close()
assert frame.f_back is None and g.gi_frame is None
print('ok')
