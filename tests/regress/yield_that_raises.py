# `x = yield` leaves x alone when the yield raises, as any assignment does whose right side fails.
import contextlib


def unpacked(x, y=2):
    with contextlib.suppress(KeyError):
        x, y = yield
    yield x, y


def assigned(x):
    try:
        x = yield x
    except KeyError:
        pass
    yield x


def suppressed(x):
    with contextlib.suppress(KeyError):
        x = yield x
    yield x


def unbound():
    try:
        x = yield
    except KeyError:
        pass
    try:
        x
    except UnboundLocalError:
        yield 'unbound'


def captured(x):
    try:
        x = yield
    except KeyError:
        pass
    yield (lambda: x)()


def looped(x):
    for _ in range(3):
        try:
            x = yield x
        except KeyError:
            x += [1]
    yield x


def closing(x, seen):
    try:
        x = yield x
    finally:
        seen.append(x)


for f in assigned, suppressed, captured:
    for value in 1, 'text', [1], object():
        g = f(value)
        next(g)
        assert g.throw(KeyError) is value, f
        g = f(value)
        next(g)
        assert g.send(7) == 7
g = unpacked(1)
next(g)
assert g.throw(KeyError()) == (1, 2)
g = unbound()
next(g)
assert g.throw(KeyError) == 'unbound'
g = looped([])
next(g)
assert [g.throw(KeyError), g.throw(KeyError), g.send([2])][-1] == [2]
seen = []
g = closing('kept', seen)
next(g)
g.close()
assert seen == ['kept']
g = closing('kept', seen)
next(g)
del g
assert seen == ['kept', 'kept']


async def agen(x):
    try:
        x = yield x
    except KeyError:
        pass
    yield x


a = agen(5)
for step, expected in (a.__anext__(), 5), (a.athrow(KeyError), 5):
    try:
        step.send(None)
    except StopIteration as e:
        assert e.value == expected
