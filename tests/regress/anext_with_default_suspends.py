# `await anext(it, default)` where __anext__() is a coroutine that waits for something else, once and more often.
import types


@types.coroutine
def pause():
    try:
        yield 'p'
    except ValueError as e:
        yield 'caught ' + str(e)


class Countdown:
    def __init__(self, n, pauses):
        self.n, self.pauses = n, pauses

    def __aiter__(self):
        return self

    async def __anext__(self):
        for _ in range(self.pauses):
            await pause()
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        return self.n


async def all_of(pauses):
    it = Countdown(2, pauses)
    return [await anext(it, 'end') for _ in range(4)]


for pauses in range(4):
    c, yielded = all_of(pauses), []
    try:
        while True:
            yielded.append(c.send(None))
    except StopIteration as e:
        assert e.value == [1, 0, 'end', 'end'] and yielded == ['p'] * (4 * pauses)


def ends(f, *args):
    try:
        f(*args)
    except BaseException as e:
        return repr(e)


a = anext(Countdown(1, 1), 5)
assert next(a) == 'p' and a.throw(ValueError('x')) == 'caught x' and ends(a.send, None) == 'StopIteration(0)'
assert ends(a.send, None) == "RuntimeError('cannot reuse already awaited coroutine')"
a = anext(Countdown(0, 1), 5)
assert a.send(None) == 'p' and ends(next, a) == 'StopIteration(5)'
a = anext(Countdown(0, 1), 5)
assert a.send(None) == 'p' and a.close() is None and ends(a.throw, ValueError) == "RuntimeError('cannot reuse already awaited coroutine')"
