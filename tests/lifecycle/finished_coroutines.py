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
