# Deaths that nobody would notice wait for a reconcile, and what they hold is seen to die all the same; moves that are known need no look.
import asyncio
import os

import kaa

log = []
# A build that reconciles at random has done so often by now.
RANDOM = 'KAA_STRESS' in os.environ or kaa.stats()['reconciles'] > 2000


class Loud:
    def __init__(self, name='loud'):
        self.name = name

    def __del__(self):
        log.append(self.name)


def stats(name):
    return kaa.stats()[name]


# A dead tuple is left, and what it holds loses its other owner.
def left_holder():
    owner = [Loud(1)]
    pair = (owner[0], 1)
    pair = None
    assert log == []
    owner.pop()
    assert log == [1], log
    log.clear()
    # ... of two dead ones
    owner = [Loud(2)]
    first, second = (owner[0],), {'a': owner[0]}
    first = None
    second = None
    assert log == []
    owner = None
    assert log == [2], log
    log.clear()


left_holder()


# What is dead holds something that a variable holds, too.
def held_by_variable():
    d = {1: Loud(3)}
    b = {1: d, 2: d}
    a = (d, 1)
    d = None
    a = None
    l = list(b.values())
    b[2] = list(l)
    l = None
    assert log == []
    b = None
    assert log == [3], log
    log.clear()


held_by_variable()


# A list that native code holds is empty for a while.
class Key:
    def __init__(self, v):
        self.v = v
        self.n = 1


def sorting():
    r = sorted([Key(Loud(4)), Key(1), Key(2)], key=lambda k: Loud('key') and k.n)
    assert log == ['key'] * 3, log
    log.clear()
    r = None
    assert log == [4], log
    log.clear()


sorting()


# The method that resumed a generator is garbage, and counts it.
def suspended(a):
    c = [a]
    yield a


def step(g):
    return g.send(None)


def generator_dies():
    b = Loud(5)
    a = suspended(b)
    b = step(a)


generator_dies()
assert log == [5], log
log.clear()


# Lists are known to be the last holders; but of those that are not nobody searches for them, or reconciles because of them.
def holders(n, keep):
    for i in range(n):
        x = Loud(i)
        if keep is not None:
            keep.append(x)
        h = [x]
        x = None
        h = None
        assert log == ([i] if keep is None else []), (i, log)
        log.clear()


holders(200, None)
keep = []
before = kaa.stats()
holders(200, keep)
now = kaa.stats()
searches = now['eager_scans'] + now['reconciles'] - before['eager_scans'] - before['reconciles']
assert searches < 120 or RANDOM, searches
while keep:
    keep.pop()
    assert len(log) == 1, log
    log.clear()


# Awaiting inside `try`, some coroutines deep: a suspension is noted, not looked for.
async def inner():
    try:
        await asyncio.sleep(0)
    finally:
        pass


async def middle():
    try:
        return await inner()
    finally:
        pass


async def outer():
    x = Loud('in coroutine')
    try:
        return await middle()
    finally:
        x = None


async def main():
    looks = stats('eager_looks')
    for i in range(200):
        await outer()
        assert log == ['in coroutine'], log
        log.clear()
    return stats('eager_looks') - looks


looks = asyncio.run(main())
assert looks < 200 * 8, looks


# What a tuple lets go of has a finalizer, though its layout is that of a number.
class Number(int):
    def __del__(self):
        log.append(int(self))


def numbers():
    d = {i: Number(i) for i in range(8)}
    for pair in d.items():
        if log:
            return pair[0]
        if pair[0] == 2:
            d[2] = None


log = []
assert numbers() == 3, log
log = []
d = {i: Number(i) for i in range(8)}


def changed():
    for pair in d.items():
        if pair[0] == 2:
            d[2] = None
            Number.__del__ = lambda self: d.clear()


try:
    changed()
    assert False
except RuntimeError:
    pass
