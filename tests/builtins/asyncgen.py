# Async generators: iteration, asend, athrow, aclose, hooks, state errors.
import sys

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

class Yield:
    def __await__(self):
        yield 'tick'

async def agen(n):
    try:
        for i in range(n):
            await Yield()
            got = yield i
            if got:
                yield got
    finally:
        await Yield()

async def collect():
    return [x async for x in agen(3)]
assert run(collect()) == [0, 1, 2]

async def sends():
    a = agen(3)
    r = [await a.asend(None), await a.asend('s'), await a.__anext__()]
    await a.aclose()
    try:
        await a.__anext__()
    except StopAsyncIteration:
        r.append('stop')
    return r
assert run(sends()) == [0, 's', 1, 'stop']

async def thrower():
    try:
        yield 1
    except ValueError as e:
        yield str(e)
async def throws():
    a = thrower()
    await a.__anext__()
    r = await a.athrow(ValueError('v'))
    try:
        await a.__anext__()
    except StopAsyncIteration:
        pass
    return r
assert run(throws()) == 'v'

a = agen(1)
assert type(a).__name__ == 'async_generator' and a.ag_running is False and a.ag_code is agen.__code__
assert aiter(a) is a
s = a.asend(None)
assert type(s).__name__ == 'async_generator_asend'
assert s.send(None) == 'tick'
assert a.ag_running is True
t = a.asend(None)
assert raises(RuntimeError, t.send, None) == 'anext(): asynchronous generator is already running'
try:
    s.send(None)
except StopIteration as e:
    assert e.value == 0
assert raises(RuntimeError, s.send, None) == 'cannot reuse already awaited __anext__()/asend()'
c = a.aclose()
assert type(c).__name__ == 'async_generator_athrow'
assert c.send(None) == 'tick'
raises(StopIteration, c.send, None)
assert raises(RuntimeError, c.send, None) == 'cannot reuse already awaited aclose()/athrow()'

async def stubborn():
    while True:
        try:
            yield 1
        except GeneratorExit:
            pass
async def close_stubborn():
    a = stubborn()
    await a.__anext__()
    await a.aclose()
assert raises(RuntimeError, run, close_stubborn()) == 'async generator ignored GeneratorExit'

# hooks
log = []
old = sys.get_asyncgen_hooks()
sys.set_asyncgen_hooks(firstiter=lambda g: log.append('first'), finalizer=lambda g: log.append('final'))
async def hooked():
    a = agen(2)
    async for x in a:
        break
run(hooked())
import gc
gc.collect()
sys.set_asyncgen_hooks(*old)
assert log == ['first', 'final'], log

async def anexts():
    a = agen(1)
    return [await anext(a, 'd'), await anext(a, 'd'), await anext(a, 'd')]
assert run(anexts()) == [0, 'd', 'd']
async def stop():
    raise StopAsyncIteration
    yield
async def use_stop():
    async for x in stop():
        pass
assert raises(RuntimeError, run, use_stop()) == 'async generator raised StopAsyncIteration'
