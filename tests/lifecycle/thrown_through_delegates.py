# An exception that a delegate raises in answer to another one that was thrown in is kept by nobody once it has been handled, not by a native frame either.
import gc
import weakref


class Inner(Exception):
    pass


class Answer(Exception):
    pass


def delegate():
    try:
        yield
    except Inner:
        pass
    raise Answer


def outer(seen):
    try:
        yield from delegate()
    except Answer as e:
        seen.append(weakref.ref(e))
    gc.collect()
    seen.append(seen[0]())
    yield 'handled'


def outermost(seen):
    yield from outer(seen)


async def answer():
    class Wait:
        def __await__(self):
            yield
    try:
        await Wait()
    except Inner:
        pass
    raise Answer


async def handle(seen):
    try:
        await answer()
    except Answer as e:
        seen.append(weakref.ref(e))
    gc.collect()
    seen.append(seen[0]())


for make in outer, outermost:
    seen = []
    g = make(seen)
    next(g)
    assert g.throw(Inner()) == 'handled' and seen[1] is None, (make, seen)
seen = []
c = handle(seen)
c.send(None)
try:
    c.throw(Inner())
except StopIteration:
    pass
assert seen[1] is None, seen
