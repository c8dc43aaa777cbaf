# Coroutines: driving, awaiting, errors, warnings, types.coroutine.
import types
import warnings

def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

def run(coro):
    try:
        while True:
            coro.send(None)
    except StopIteration as e:
        return e.value

@types.coroutine
def step(v):
    got = yield v
    return got

async def one():
    return 1
async def add(a):
    return await one() + await a

assert run(add(one())) == 2

async def two():
    x = await step('a')
    return x
c = two()
assert type(c).__name__ == 'coroutine' and c.cr_code is two.__code__
assert c.send(None) == 'a'
assert c.cr_await is not None and c.cr_suspended and not c.cr_running
try:
    c.send('got')
except StopIteration as e:
    assert e.value == 'got'
assert raises(RuntimeError, c.send, None) == 'cannot reuse already awaited coroutine'
assert raises(RuntimeError, c.throw, ValueError()) == 'cannot reuse already awaited coroutine'
assert c.close() is None
assert raises(TypeError, next, c) == "'coroutine' object is not an iterator"
assert raises(TypeError, iter, c) == "'coroutine' object is not iterable"

c = two()
assert raises(TypeError, c.send, 1) == "can't send non-None value to a just-started coroutine"
w = c.__await__()
assert type(w).__name__ == 'coroutine_wrapper'
assert next(w) == 'a'
assert iter(w) is w
try:
    w.send(9)
except StopIteration as e:
    assert e.value == 9

async def bad():
    await 1
assert raises(TypeError, run, bad()) == "'int' object can't be awaited"

class Awaitable:
    def __await__(self):
        got = yield 'x'
        return got
async def use():
    return await Awaitable()
c = use()
assert c.send(None) == 'x'
try:
    c.send(5)
except StopIteration as e:
    assert e.value == 5

class CM:
    def __init__(self): self.log = []
    async def __aenter__(self): self.log.append('enter'); return self
    async def __aexit__(self, *e): self.log.append(e[0]); return True
async def withs():
    async with CM() as cm:
        raise ValueError
    return cm.log
assert run(withs()) == ['enter', ValueError]

async def stop():
    raise StopIteration
assert raises(RuntimeError, run, stop()) == 'coroutine raised StopIteration'

c = two()
c.send(None)
async def again():
    await c
assert raises(RuntimeError, run, again()) == 'coroutine is being awaited already'
c.close()

# never awaited
import gc
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter('always')
    def forget():
        one()
    forget()
    gc.collect()
assert len(log) == 1 and issubclass(log[0].category, RuntimeWarning), log
assert str(log[0].message).startswith("coroutine 'one' was never awaited"), log[0].message

# origin
import sys
sys.set_coroutine_origin_tracking_depth(1)
c = one()
sys.set_coroutine_origin_tracking_depth(0)
assert len(c.cr_origin) == 1 and c.cr_origin[0][2] == '<module>', c.cr_origin
c.close()
c = one()
assert c.cr_origin is None
c.close()
