# Generators: send, throw, close, attributes, errors, delegation, death.
import sys

def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

def g(a):
    b = yield a
    while b is not None:
        b = yield b * 2
    return 'end'

x = g(1)
assert type(x).__name__ == 'generator'
assert x.gi_code is g.__code__ and x.gi_running is False and x.gi_suspended is False and x.gi_yieldfrom is None
assert raises(TypeError, x.send, 1) == "can't send non-None value to a just-started generator"
assert next(x) == 1
assert x.gi_suspended is True
assert x.send(5) == 10
assert x.gi_frame.f_locals['b'] == 5
try:
    x.send(None)
except StopIteration as e:
    assert e.value == 'end'
else:
    assert False
assert x.gi_frame is None and x.gi_suspended is False
raises(StopIteration, next, x)
assert x.close() is None
assert repr(x).startswith('<generator object g at 0x')
assert x.__name__ == 'g' and x.__qualname__ == 'g'
x.__name__ = 'other'
assert x.__name__ == 'other'
assert raises(TypeError, setattr, x, '__name__', 1) == '__name__ must be set to a string object'

# return values: none, a tuple, a StopIteration of its own
def r(v):
    return v
    yield
for v in (1, (1, 2), StopIteration(3)):
    try:
        next(r(v))
    except StopIteration as e:
        assert e.value is v, (e.value, v)
assert list(r(None)) == []

# throw
def catcher():
    while True:
        try:
            yield 1
        except ValueError as e:
            yield 'caught ' + str(e)
c = catcher()
next(c)
assert c.throw(ValueError('x')) == 'caught x'
assert c.throw(KeyError) if False else True
assert raises(KeyError, c.throw, KeyError('k')) == "'k'"
raises(StopIteration, next, c)
c = catcher()
assert raises(ValueError, c.throw, ValueError('before start')) == 'before start'
assert c.gi_frame is None
assert raises(TypeError, catcher().throw, 1) == 'exceptions must be classes or instances deriving from BaseException, not int'
assert raises(TypeError, catcher().throw) == 'throw expected at least 1 argument, got 0'

# close
log = []
def closing():
    try:
        yield 1
    except GeneratorExit:
        log.append('exit')
        return 'value'
c = closing()
next(c)
assert c.close() == 'value'
assert log == ['exit']
def stubborn():
    while True:
        try:
            yield 1
        except GeneratorExit:
            pass
s = stubborn()
next(s)
assert raises(RuntimeError, s.close) == 'generator ignored GeneratorExit'
c = closing()
assert c.close() is None and c.gi_frame is None

# re-entry
def again():
    yield next(me)
me = again()
assert raises(ValueError, next, me) == 'generator already executing'

# StopIteration inside
def bad():
    raise StopIteration(1)
    yield
assert raises(RuntimeError, next, bad()) == 'generator raised StopIteration'

# delegation
def inner():
    try:
        got = yield 1
        yield got
    except KeyError:
        yield 'key'
    return 'inner'
def outer():
    v = yield from inner()
    yield v
o = outer()
assert next(o) == 1
assert o.gi_yieldfrom.gi_code is inner.__code__
assert o.send('s') == 's'
assert o.throw(KeyError()) == 'key'
assert next(o) == 'inner'
assert o.gi_yieldfrom is None

class It:
    def __init__(self): self.log = []
    def __iter__(self): return self
    def __next__(self): return 1
    def send(self, v): self.log.append(('send', v)); return v
    def throw(self, e): self.log.append(('throw', type(e))); raise StopIteration('thrown')
    def close(self): self.log.append('close')
it = It()
def deleg():
    return (yield from it)
d = deleg()
next(d)
d.send(4)
try:
    d.throw(ValueError())
except StopIteration as e:
    assert e.value == 'thrown'
d = deleg()
next(d)
d.close()
assert it.log == [('send', 4), ('throw', ValueError), 'close'], it.log

# handled exceptions do not mix with the caller's
def handler():
    try:
        1 / 0
    except ZeroDivisionError:
        yield sys.exception()
    yield sys.exception()
h = handler()
assert isinstance(next(h), ZeroDivisionError)
assert sys.exception() is None
try:
    raise KeyError
except KeyError:
    assert isinstance(next(h), KeyError)

# types.coroutine and generic alias
assert str(type(x)[int]) == 'generator[int]'

# expressions
assert list(a + b for a in range(2) for b in range(2)) == [0, 1, 1, 2]
def many(n):
    for i in range(n):
        yield i
assert sum(many(10000)) == 49995000
import gc
died = []
def finish(n):
    try:
        yield n
    finally:
        died.append(n)
def use():
    f = finish(3)
    next(f)
use()
gc.collect()
assert died == [3], died
