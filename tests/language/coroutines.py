# async functions, generators, comprehensions, `async with` and `async for`, driven by hand without an event loop.


def raises(kind, fn, *args):
    try:
        fn(*args)
    except kind as e:
        return e
    raise AssertionError(f'{kind.__name__} expected')


class Pause:
    """Awaitable that hands `value` to whoever drives the coroutine, and gives what is sent."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        return (yield self.value)


def drive(coro, answers=()):
    """Runs a coroutine; returns what it handed out, and its result."""
    out, answers, send = [], iter(answers), None
    while True:
        try:
            out.append(coro.send(send))
        except StopIteration as e:
            return out, e.value
        send = next(answers, None)


async def add(a, b):
    x = await Pause(a)
    y = await Pause(b)
    return (x, y)


assert drive(add(1, 2), ['first', 'second']) == ([1, 2], ('first', 'second'))


async def nested(n):
    return await Pause('bottom') if n == 0 else await nested(n - 1)


assert drive(nested(50), ['answer']) == (['bottom'], 'answer')


async def gen(n):
    try:
        for i in range(n):
            await Pause(f'p{i}')
            got = yield i
            if got:
                await Pause(got)
    finally:
        await Pause('closing')


async def collect():
    out = []
    async for x in gen(3):
        out.append(x)
    else:
        out.append('else')
    return out


assert drive(collect()) == (['p0', 'p1', 'p2', 'closing'], [0, 1, 2, 'else'])


async def comprehensions():
    a = [x async for x in gen(3) if x != 1]
    b = {x: await add(x, x) async for x in gen(2)}
    c = [y for x in [1, 2] for y in [await Pause(x)]]
    d = (x * 2 async for x in gen(2))
    return a, b, c, [x async for x in d], {x async for x in gen(2)}


assert drive(comprehensions())[1] == ([0, 2], {0: (None, None), 1: (None, None)}, [None, None], [0, 2], {0, 1})


async def by_hand():
    g = gen(3)
    a = await g.asend(None)
    b = await g.asend('told')
    try:
        await g.athrow(KeyError('k'))
    except KeyError as e:
        c = repr(e)
    try:
        await g.__anext__()
    except StopAsyncIteration:
        return a, b, c


assert drive(by_hand()) == (['p0', 'told', 'p1', 'closing'], (0, 1, "KeyError('k')"))


async def closing():
    g = gen(3)
    await anext(g)
    await g.aclose()
    return await anext(g, 'default')


assert drive(closing()) == (['p0', 'closing'], 'default')


class Manager:
    def __init__(self, log, swallow):
        self.log, self.swallow = log, swallow

    async def __aenter__(self):
        self.log.append(await Pause('enter'))
        return 'target'

    async def __aexit__(self, kind, value, tb):
        self.log.append(await Pause(kind and kind.__name__))
        return self.swallow


async def managed(log):
    async with Manager(log, True) as a, Manager(log, False):
        assert a == 'target'
        raise KeyError('in body')
    async with Manager(log, False):
        return 'returned'


log = []
assert drive(managed(log), 'abcdef') == (['enter', 'enter', 'KeyError', 'KeyError', 'enter', None], 'returned')
assert log == list('abcdef')


class Countdown:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        return self.n


async def loop():
    out = []
    async for x in Countdown(5):
        if x == 3:
            continue
        if x == 1:
            break
        out.append(x)
    return out


assert drive(loop()) == ([], [4, 2])

# Throwing into a coroutine, closing, states, misuse.


async def guarded():
    try:
        await Pause(1)
    except ValueError as e:
        await Pause(str(e))
        return 'handled'
    finally:
        log.append('finally')


c = guarded()
assert c.send(None) == 1 and c.throw(ValueError('thrown')) == 'thrown'
assert raises(StopIteration, c.send, None).value == 'handled'
assert str(raises(RuntimeError, c.send, None)) == 'cannot reuse already awaited coroutine'
c = guarded()
c.send(None)
c.close()
assert log[-2:] == ['finally', 'finally']


async def bad_await():
    await 5


assert str(raises(TypeError, drive, bad_await())) == "'int' object can't be awaited"


async def bad_iter():
    async for _ in [1]:
        pass


assert "'async for' requires an object with __aiter__ method, got list" == str(raises(TypeError, drive, bad_iter()))


async def bad_with():
    async with 5:
        pass


assert 'asynchronous context manager protocol' in str(raises(TypeError, drive, bad_with()))


async def stops():
    raise StopIteration('x')


assert str(raises(RuntimeError, drive, stops())) == 'coroutine raised StopIteration'
c = add(1, 2)
assert c.cr_frame is not None and c.cr_await is None and c.__name__ == 'add' and repr(c).startswith('<coroutine object add at')
c.close()
for source in ('async def f():\n yield 1\n return 2', 'def f():\n await x', 'def f():\n async for x in y: pass', '[await x for x in y]', 'async def f():\n yield from x'):
    raises(SyntaxError, compile, source, 's', 'exec')

# A step of an async generator that throw() has begun is over, whatever is wrong with the arguments: it does not warn.
import warnings
async def two():
    yield 1
    yield 2
def step(make, *args):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        try:
            make(two()).throw(*args)
        except TypeError as e:
            assert str(e) == 'throw expected at least 1 argument, got 0'
        return [str(w.message) for w in told]
for make in (lambda g: g.asend(None), lambda g: g.athrow(ValueError), lambda g: g.aclose()):
    assert step(make) == [], step(make)

# What the death of a generator raises is shown where the generator died, not at the instruction behind that.
import sys
class Waits:
    def __await__(self):
        yield 1
async def waits_at_end():
    try:
        yield 1
    finally:
        await Waits()
def dies():
    g = waits_at_end()
    try:
        g.__anext__().send(None)
    except StopIteration:
        pass
    del g
    return 1
saved, sys.unraisablehook = sys.unraisablehook, lambda u: lines.append(u.exc_traceback.tb_lineno - dies.__code__.co_firstlineno)
lines = []
dies()
sys.unraisablehook = saved
assert lines == [6], lines
