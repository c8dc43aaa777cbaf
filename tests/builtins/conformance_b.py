# Differences that CPython's tests of the builtin types once showed.
import codecs
import collections
import operator
import sys
import types
import warnings


def raises(exc, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} not raised')


# Sizes of 63 bits.
assert 'a b c'.split(None, sys.maxsize) == ['a', 'b', 'c'] and 'aa'.replace('a', 'b', sys.maxsize) == 'bb'
assert len(range(sys.maxsize)) == sys.maxsize
assert collections.deque('abc', sys.maxsize).copy().maxlen == sys.maxsize


class Huge:
    def __len__(self):
        return -sys.maxsize - 10


assert raises(ValueError, len, Huge()) == '__len__() should return >= 0'


# The number protocol goes before concatenation and repetition.
class R:
    def __radd__(self, other):
        return 'radd'

    def __rmul__(self, other):
        return 'rmul'

    def __iter__(self):
        return iter(b'xy')


for seq in ([], bytearray(b'a'), collections.deque(), (1,), 's', b's'):
    x = seq
    x += R()
    assert x == 'radd' and seq + R() == 'radd' and seq * R() == 'rmul'
    x = seq
    x *= R()
    assert x == 'rmul'


# reversed() of a dict that was changed.
d = dict.fromkeys(range(10))
for i in range(7):
    del d[i]
it = reversed(d)
next(it)
d.clear()
d.update(dict.fromkeys(range(10)))
for i in range(3, 10):
    del d[i]
assert raises(RuntimeError, list, it) == 'dictionary keys changed during iteration'


# Buffers.
class Own(bytearray):
    calls = 0

    def __buffer__(self, flags):
        return super().__buffer__(flags)

    def __release_buffer__(self, view):
        Own.calls += 1
        raises(ValueError, memoryview, view)
        super().__release_buffer__(view)


b = Own(b'hello')
with memoryview(b) as m:
    assert m.tobytes() == b'hello' and Own.calls == 0
    raises(BufferError, b.append, 1)
assert Own.calls == 1
b.append(1)


class Release(bytearray):
    def __release_buffer__(self, view):
        self.seen = view.tobytes()


r = Release(b'x')
with memoryview(r):
    pass
assert r.seen == b'x'
r.clear()


class Lend:
    def __init__(self):
        self.data = bytearray(b'abc')

    def __buffer__(self, flags):
        return memoryview(self.data)

    def __release_buffer__(self, view):
        self.view = view


lend = Lend()
with memoryview(lend):
    pass
assert lend.view.tobytes() == b'abc'
raises(BufferError, lend.data.clear)
lend.view.release()
lend.data.clear()


# Builtins that are no plain dict.
class Names(dict):
    pass


code = compile('answer', '', 'eval')
assert eval(code, {'__builtins__': Names(answer=1)}) == 1
assert eval(code, {'__builtins__': types.MappingProxyType({'answer': 2})}) == 2
raises(TypeError, eval, code, {'__builtins__': 123})
raises(AttributeError, eval, 'x.__reduce__()', {'__builtins__': {}, 'x': iter([1])})
assert raises(TypeError, __import__, 'sys', name='sys') == "argument for __import__() given by name ('name') and position (1)"

# Only a warning when a function changes its kind.
def plain(): pass
def gen(): yield
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    plain.__code__ = gen.__code__
assert w and w[0].category is DeprecationWarning
assert type(types.FunctionType.__globals__) is types.MemberDescriptorType

# Codecs: a Unicode encoding takes ASCII or bytes in place of a surrogate.
codecs.register_error('test.snake', lambda e: ('\U0001f40d', e.end))
raises(UnicodeEncodeError, '[\udc80]'.encode, 'utf-8', 'test.snake')
assert '[¤]'.encode('iso-8859-15', 'backslashreplace') == b'[\\xa4]'

# Unions have subscripts, but are not iterable; nor are re's matches.
raises(TypeError, iter, int | str)


# A defaultdict whose factory fills the key itself.
def fill():
    dd['k'] = 5
    return 6


dd = collections.defaultdict(fill)
assert dd['k'] == 5


# OrderedDict.copy() notices changes.
class OD(collections.OrderedDict):
    def __getitem__(self, key):
        od.clear()
        return 1


od = OD([(1, 2), (3, 4)])
assert raises(RuntimeError, od.copy) == 'OrderedDict mutated during iteration'

raises(IndexError, lambda: operator.getitem([], 0))
