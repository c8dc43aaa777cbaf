# Looking for eager objects is paid for: many looks in vain make it a matter of samples, deaths that something is seen of make it exact again.
import asyncio
import gc
import weakref

import kaa

dead = []


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        dead.append(self.name)


class Holder:
    def __init__(self, what):
        self.what = what

    def get(self):
        return self.what


def prompt(n):
    seen = 0
    for i in range(n):
        x = Loud(i)
        x = None
        seen += bool(dead)
        dead.clear()
    return seen


assert prompt(100) == 100

# Something with a finalizer that everything refers to.
kept = Loud('kept')


def vain(n):
    for _ in range(n):
        h = Holder(kept)
        m = h.get
        m()
        [h, m]


before = kaa.stats()['eager_looks']
vain(100_000)
assert kaa.stats()['eager_looks'] - before < 20_000
assert dead == []

# Nothing is lost meanwhile: what is not found at once dies with the next reconcile.
Loud('late')
kaa.reconcile()
assert dead == ['late'], dead
dead.clear()

# Useful deaths earn looks.
prompt(2000)
kaa.reconcile()
dead.clear()
assert prompt(200) > 100  # not a matter of samples (which would see about 6); a stale word may tell of more looks in vain
vain(20_000)

kept = None
kaa.reconcile()
assert dead == ['kept'], dead


# An event loop keeps a weak set of its asynchronous generators: they are not looked for because of that, and are closed nevertheless.
async def numbers():
    try:
        for i in range(5):
            yield i
    finally:
        dead.append('closed')


async def plain(n):
    for i in range(n):
        yield i


async def nested(depth):
    if depth:
        async for x in nested(depth - 1):
            yield x
    yield depth


async def main():
    dead.clear()
    before = kaa.stats()['eager_looks']
    for _ in range(200):
        assert [x async for x in nested(6)] == [0, 1, 2, 3, 4, 5, 6]
    assert kaa.stats()['eager_looks'] - before < 20_000, kaa.stats()['eager_looks'] - before
    async for x in numbers():
        break
    kaa.reconcile()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert dead == ['closed'], dead


asyncio.run(main())

# A callback of a weak reference to an asynchronous generator comes with the next reconcile.
calls = []
g = plain(3)
r = weakref.ref(g, calls.append)
g = None
kaa.reconcile()
assert calls == [r] and r() is None
