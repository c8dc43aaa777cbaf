# A coroutine that is suspended in a try statement is eager: its death would be seen. When it has finished nothing of its death can be seen any more, and nothing
# is looked for when it dies.
import gc
import weakref

import kaa


class Suspend:
    def __await__(self):
        yield


def run(coro):
    try:
        while True:
            coro.send(None)
    except StopIteration as e:
        return e.value


async def inner(n):
    try:
        await Suspend()
    finally:
        n += 1
    return n


async def outer(rounds):
    total = 0
    for i in range(rounds):
        total += await inner(i)
    return total


gc.collect()
before = kaa.stats()
assert run(outer(1000)) == 500500
after = kaa.stats()
scans = after["eager_scans"] - before["eager_scans"]
assert scans < 100, scans

# One that is dropped while it is suspended is closed at once.
log = []


async def noted():
    try:
        await Suspend()
    finally:
        log.append("closed")


c = noted()
c.send(None)
del c
assert log == ["closed"], log

# A weak reference sees it die.
c = noted()
r = weakref.ref(c, lambda r: log.append("dead"))
run(c)
del c
assert log == ["closed", "closed", "dead"] and r() is None, log


# What its function holds dies with it.
class Seen:
    def __del__(self):
        log.append("seen")


def made():
    seen = Seen()

    async def uses():
        try:
            await Suspend()
        finally:
            seen

    return uses()


del log[:]
c = made()
run(c)
del c
assert log == ["seen"], log


# Nothing of its own is to run when this one dies, wherever it is suspended: it is no more eager than one without a try statement.
async def delegates(n):
    try:
        n += 1
    finally:
        n -= 1
    await Suspend()
    return n


async def many(rounds):
    for i in range(rounds):
        await delegates(i)


before = kaa.stats()
run(many(1000))
after = kaa.stats()
assert after["eager_entered"] - before["eager_entered"] < 100, after["eager_entered"] - before["eager_entered"]


# What it delegates to may have something to run, and handlers of the compiler's stand in others.
class Manager:
    async def __aenter__(self):
        pass

    async def __aexit__(self, *exc):
        log.append("manager")


async def plain():
    await Suspend()


async def closes():
    try:
        await plain()
    finally:
        log.append("closes")


async def over():
    try:
        pass
    finally:
        pass
    await closes()


async def items():
    try:
        while True:
            await Suspend()
            yield 1
    finally:
        log.append("items")


async def loops():
    try:
        async for _ in items():
            pass
    finally:
        log.append("loops")


async def loops_over():
    try:
        pass
    finally:
        pass
    async for _ in items():
        pass


async def manages():
    async with Manager():
        await plain()


async def otherwise():
    for _ in range(3):
        try:
            pass
        except ValueError:
            await plain()
        else:
            await over()


def inner_gen():
    try:
        yield 1
    finally:
        log.append("inner")


def middle_gen():
    try:
        pass
    finally:
        pass
    yield from inner_gen()


def outer_gen():
    try:
        yield from middle_gen()
    finally:
        log.append("outer")


for make, expected in [(closes, ["closes"]), (over, ["closes"]), (loops, ["items", "loops"]), (loops_over, ["items"]), (manages, ["manager"]), (otherwise, ["closes"]),
                       (outer_gen, ["inner", "outer"]), (middle_gen, ["inner"])]:
    del log[:]
    it = make()
    it.send(None)
    del it
    assert log == expected, (make, log)
