# What ends a generator by an exception is seen where it was raised: the compiler's own handler around a generator's code has no line, and adds no entry to
# the traceback of the RuntimeError that a StopIteration becomes.
import sys
import traceback

events = []


def trace(frame, event, arg):
    if frame.f_code.co_name in ('gen', 'agen', 'stops'):
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    return trace


def gen():
    yield 1
    yield 2


async def agen():
    yield 1
    yield 2


def stops():
    yield 1
    raise StopIteration
    yield 2


def run(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as e:
        return e.value


def traced(f):
    events.clear()
    sys.settrace(trace)
    try:
        f()
    finally:
        sys.settrace(None)
    return list(events)


def close():
    g = gen()
    next(g)
    g.close()


def throw():
    g = gen()
    next(g)
    try:
        g.throw(ValueError)
    except ValueError:
        pass


def drop():
    g = gen()
    next(g)
    del g


def aclose():
    g = agen()
    run(g.asend(None))
    run(g.aclose())


expected = [('call', 0), ('line', 1), ('return', 1), ('call', 1), ('exception', 1), ('return', 1)]
for f in (close, throw, drop, aclose):
    assert traced(f) == expected, (f, events)

# A handler on the line of the yield has a line of its own when the exception was thrown in.
def delegates():
    yield from gen()


def throw_into_delegate():
    g = delegates()
    next(g)
    try:
        g.throw(ValueError)
    except ValueError:
        pass


assert traced(throw_into_delegate)[-1] == ('return', 1)
lines = []


def trace_delegates(frame, event, arg):
    if frame.f_code.co_name == 'delegates':
        lines.append(event)
    return trace_delegates


sys.settrace(trace_delegates)
throw_into_delegate()
sys.settrace(None)
assert lines == ['call', 'line', 'return', 'call', 'exception', 'line', 'return'], lines


# What __anext__ raises belongs to the whole statement or comprehension.
class Fails:
    def __aiter__(self):
        return self

    async def __anext__(self):
        1 / 0


async def loops():
    async for (x
               ) in Fails():
        pass


async def comprehends():
    return [x
            async for x in Fails()]


for f in (loops, comprehends):
    try:
        run(f())
    except ZeroDivisionError as e:
        entry = [entry for entry in traceback.extract_tb(e.__traceback__) if entry.name == f.__name__]
        assert [entry.lineno - f.__code__.co_firstlineno for entry in entry] == [1], entry
    else:
        assert False

try:
    list(stops())
except RuntimeError as e:
    assert [f.name for f in traceback.extract_tb(e.__traceback__)] == ['<module>']
    assert [f.name for f in traceback.extract_tb(e.__cause__.__traceback__)] == ['stops']
    assert e.__cause__.__traceback__.tb_lineno == stops.__code__.co_firstlineno + 2
else:
    assert False
