# Generators and coroutines that are dropped while suspended: their finally clauses run, what they hold is let go.
import gc
import warnings
import weakref

log = []


class Thing:
    pass


def settle():
    gc.collect()
    out = log[:]
    log.clear()
    return out


def careful(name):
    try:
        yield 1
        yield 2
    finally:
        log.append(f'closed {name}')


g = careful('del')
next(g)
del g
assert settle() == ['closed del']

# Not started: nothing to close. Run out: closed already.
g = careful('new')
del g
assert settle() == []
list(careful('exhausted'))
assert settle() == ['closed exhausted']

# Dropped in the middle of a loop, in a list, in a delegation.
for x in careful('loop'):
    break
assert settle() == ['closed loop']
gens = [careful(i) for i in range(3)]
for g in gens:
    next(g)
del g
gens.clear()
assert sorted(settle()) == ['closed 0', 'closed 1', 'closed 2']


def outer():
    try:
        yield from careful('inner')
    finally:
        log.append('closed outer')


g = outer()
next(g)
del g
assert settle() == ['closed inner', 'closed outer']


class Context:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        log.append(kind.__name__)


def in_with():
    with Context():
        yield


g = in_with()
next(g)
del g
assert settle() == ['GeneratorExit']

# What a suspended generator holds lives as long as it does, in locals, temporaries and cells.


def holding():
    local = Thing()
    cell = Thing()
    refs = [weakref.ref(local), weakref.ref(cell)]
    keep = lambda: cell
    yield refs
    yield local, keep


g = holding()
refs = next(g)
for _ in range(3):
    junk = [[i] for i in range(20_000)]
    gc.collect()
assert all(r() is not None for r in refs)
del g
gc.collect()
assert all(r() is None for r in refs)


def in_temporaries():
    return [Thing(), (yield 'paused')]


g = in_temporaries()
next(g)
junk = [[i] for i in range(50_000)]
gc.collect()
try:
    g.send('back')
except StopIteration as e:
    assert isinstance(e.value[0], Thing) and e.value[1] == 'back'

# A generator in a cycle with itself.


def selfish(box):
    me = box
    try:
        yield
    finally:
        log.append('closed selfish')


box = []
g = selfish(box)
box.append(g)
next(g)
r = weakref.ref(g)
del g, box
assert settle() == ['closed selfish'] and r() is None

# Thousands suspended, with allocation between, then dropped.


def worker(i):
    state = {'i': i, 'thing': Thing()}
    while True:
        got = yield state['i']
        state['thing'] = [got, state['thing']][1]


many = [worker(i) for i in range(5_000)]
for _ in range(4):
    assert sum(next(g) for g in many) == 5_000 * 4_999 // 2
refs = [weakref.ref(g) for g in many]
del many
gc.collect()
assert not any(r() for r in refs)

# Resurrected by its finally clause, and one that refuses to stop.
saved = []


def lazarus(box):
    try:
        yield 1
    finally:
        saved.append(box[0])


box = []
g = lazarus(box)
box.append(g)
next(g)
del g, box
gc.collect()
assert len(saved) == 1 and list(saved[0]) == []
saved.clear()

# A coroutine that was never awaited says so.


async def never():
    pass


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    c = never()
    del c
    gc.collect()
assert [str(w.message) for w in caught] == ["coroutine 'never' was never awaited"], caught
