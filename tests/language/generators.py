# Generators: protocol, send, throw, close, yield from, expressions, finally clauses, StopIteration.


def raises(kind, fn, *args):
    try:
        fn(*args)
    except kind as e:
        return e
    raise AssertionError(f'{kind.__name__} expected')


def count(n):
    i = 0
    while i < n:
        got = yield i
        i = got if got is not None else i + 1
    return 'done'


g = count(3)
assert iter(g) is g and next(g) == 0 and next(g) == 1 and g.send(0) == 0 and next(g) == 1 and next(g) == 2
assert raises(StopIteration, next, g).value == 'done'
assert raises(StopIteration, next, g).value is None
assert str(raises(TypeError, count(1).send, 5)) == "can't send non-None value to a just-started generator"
assert list(count(4)) == [0, 1, 2, 3] and tuple(count(0)) == ()


def watched(log):
    try:
        while True:
            try:
                log.append((yield len(log)))
            except KeyError as e:
                log.append(repr(e))
    finally:
        log.append('closed')


log = []
g = watched(log)
next(g)
g.send('a')
assert g.throw(KeyError('k')) == 2
g.close()
assert log == ['a', "KeyError('k')", 'closed']
g.close()
raises(ValueError, watched([]).throw, ValueError)

g = watched(log := [])
next(g)
raises(ZeroDivisionError, g.throw, ZeroDivisionError())
assert log == ['closed'] and g.gi_frame is None


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = stubborn()
next(g)
assert str(raises(RuntimeError, g.close)) == 'generator ignored GeneratorExit'


def returns_on_close():
    try:
        yield 1
    except GeneratorExit:
        return 'value'


g = returns_on_close()
next(g)
assert g.close() == 'value'

# yield from: values, results, send and throw go through, closing closes the delegate.


def inner(log):
    try:
        x = yield 'i1'
        log.append(x)
        try:
            yield 'i2'
        except ValueError:
            log.append('caught')
        yield 'i3'
        return 'result'
    finally:
        log.append('end')


def outer(log):
    log.append((yield from inner(log)))
    yield from 'ab'
    yield from (i * i for i in range(3))


log = []
g = outer(log)
assert next(g) == 'i1' and g.send('sent') == 'i2' and g.throw(ValueError) == 'i3'
assert list(g) == ['a', 'b', 0, 1, 4]
assert log == ['sent', 'caught', 'end', 'result']
g = outer(log := [])
next(g)
g.close()
assert log == ['end']


class Iter:
    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration('from next')


def take():
    return (yield from Iter())


assert raises(StopIteration, next, take()).value == 'from next'

# StopIteration inside a generator becomes RuntimeError.


def leaks():
    yield 1
    raise StopIteration


g = leaks()
next(g)
e = raises(RuntimeError, next, g)
assert str(e) == 'generator raised StopIteration' and isinstance(e.__cause__, StopIteration)


def reenter():
    yield next(me)


me = reenter()
assert str(raises(ValueError, next, me)) == 'generator already executing'

# Expressions are lazy but for the first iterable.
seen = []
gen = (seen.append(i) or i for i in range(3))
assert seen == []
assert next(gen) == 0 and seen == [0]
raises(TypeError, lambda: (x for x in 5))
assert sum(x * y for x in range(4) for y in range(x)) == 1 * 0 + 2 * 1 + 3 * 3

# Recursion, many at once, an exception through several of them.


def walk(tree):
    if isinstance(tree, list):
        for t in tree:
            yield from walk(t)
    else:
        yield tree


assert list(walk([1, [2, [3, [4]], 5], []])) == [1, 2, 3, 4, 5]


def layers(n):
    if n:
        yield from layers(n - 1)
    else:
        yield 'deep'
        raise LookupError('deep down')


g = layers(200)
assert next(g) == 'deep'
assert str(raises(LookupError, next, g)) == 'deep down'

gens = [count(3) for _ in range(1000)]
assert sum(next(g) for _ in range(3) for g in gens) == 3000


def with_context():
    try:
        raise ValueError
    except ValueError:
        yield 1
        yield 2


import sys
g = with_context()
next(g)
assert sys.exception() is None
try:
    raise KeyError
except KeyError as k:
    next(g)
    assert sys.exception() is k

g = count(1)
assert g.__name__ == 'count' and g.gi_code is count.__code__ and not g.gi_running and g.gi_yieldfrom is None
assert repr(g).startswith('<generator object count at 0x')


def unpack():
    a, *b = yield
    yield a, b


g = unpack()
next(g)
assert g.send(range(4)) == (0, [1, 2, 3])
a, b, *c = count(5)
assert (a, b, c) == (0, 1, [2, 3, 4])
assert max(count(9)) == 8 and 3 in count(5) and dict(zip('ab', count(2))) == {'a': 0, 'b': 1}
