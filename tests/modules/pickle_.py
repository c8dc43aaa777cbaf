# _pickle: the bytes that are written, round trips, hooks, errors. CPython's test_pickle has the rest.
import _pickle
import copyreg
import hashlib
import io
import pickle
import sys


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text in str(e), e
        return e
    else:
        assert False, (f, args)


class Plain:
    pass


class Slots:
    __slots__ = 'a', 'b'


class New:
    def __new__(cls, x, *, y=0):
        self = object.__new__(cls)
        self.args = x, y
        return self

    def __getnewargs_ex__(self):
        return (self.args[0],), {'y': self.args[1]}


class Reduced:
    def __init__(self, n):
        self.n = n

    def __reduce__(self):
        return Reduced, (self.n,), {'extra': 1}

    class Inner:
        pass


class MyList(list):
    pass


class MyDict(dict):
    pass


def plain(**kw):
    p = Plain()
    p.__dict__.update(kw)
    return p


def attrs(**kw):
    p = Plain()
    for k, v in kw.items():
        setattr(p, k, v)
    return p


shared = [1, 2]
ring = []
ring.append(ring)
odd_tuple = ([],)
odd_tuple[0].append(odd_tuple)
values = [
    None, True, False, 0, 255, 256, 65535, 65536, -1, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**61, -2**61 - 1, 2**63, 2**64, -2**64, 2**2100, 128, -128,
    1.5, float('inf'), 1e300, 0.0, -0.0, 'abc', '', 'é€😀', '\n\\\0', '\ud800', 'x' * 300, 'y' * 70000, b'', b'abc', b'z' * 300, b'w' * 70000,
    bytearray(b'abc'), bytearray(), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], [None] * 1000, [None] * 2001, {}, {1: 2}, {'a': 1, 'b': 2},
    dict.fromkeys(range(1000)), dict.fromkeys(range(1500)), set(), {1}, frozenset(), frozenset({1}), set(range(1000)), [shared, shared], len, list.append, Plain, type(None), type(...), Ellipsis,
    NotImplemented, Reduced.Inner, Reduced(3), range(5), 1j, MyList([1, 2]), MyDict(a=1), New(1, y=2),
    [attrs(a=1, b='x'), attrs(a=2), attrs(), attrs(a=3, b='y')], [str(i) for i in range(300)], 'r' * 255, 'r' * 256,
]
slots = Slots()
slots.a = 1
values.append(slots)


def same(a, b):
    if isinstance(a, (Plain, Reduced, New)):
        return type(a) is type(b) and a.__dict__.items() <= b.__dict__.items()
    if isinstance(a, Slots):
        return b.a == a.a and not hasattr(b, 'b')
    if isinstance(a, list) and a and isinstance(a[0], Plain):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


digest = hashlib.md5()
for protocol in range(6):
    for v in values:
        if isinstance(v, Slots) and protocol < 2:
            continue
        s = pickle.dumps(v, protocol)
        if v is not list.append:  # whether its module's name is shared with others
            digest.update(s)
        assert same(v, pickle.loads(s)), (protocol, v)
        f = io.BytesIO()
        pickle.dump(v, f, protocol)
        assert f.getvalue() == s
        f.seek(0)
        assert same(v, pickle.load(f))
        assert f.read() == b''
    r = pickle.loads(pickle.dumps(ring, protocol))
    assert r[0] is r
    r = pickle.loads(pickle.dumps(odd_tuple, protocol))
    assert r[0][0] is r
    r = pickle.loads(pickle.dumps([shared, shared], protocol))
    assert r[0] is r[1]
# What CPython writes for the same values.
assert digest.hexdigest() == '9531f94d9a5d73dc7303cf45fc39e193', digest.hexdigest()

# Instances keep their attributes where they are, and get them back with interned names.
p = pickle.loads(pickle.dumps(attrs(some_name=1)))
assert next(iter(vars(p))) is sys.intern('some_name')
p = plain(a=1)
p.me = p
q = pickle.loads(pickle.dumps(p))
assert q.me is q and q.a == 1

# The pure implementation reads what this one writes, and the other way round.
for protocol in range(6):
    for v in values[:-1]:
        assert same(v, pickle._loads(pickle.dumps(v, protocol)))
        assert same(v, pickle.loads(pickle._dumps(v, protocol)))


# Hooks.
class P(pickle.Pickler):
    def persistent_id(self, obj):
        return 'the plain one' if isinstance(obj, Plain) else None

    def reducer_override(self, obj):
        return (list, ((1, 2, 3),)) if obj is Slots else NotImplemented


class U(pickle.Unpickler):
    def persistent_load(self, pid):
        return [pid]


for protocol in range(6):
    f = io.BytesIO()
    P(f, protocol).dump([Plain(), Slots, str])
    assert U(io.BytesIO(f.getvalue())).load() == [['the plain one'], [1, 2, 3], str]
raises(pickle.UnpicklingError, 'no persistent_load function', pickle.loads, f.getvalue())
f = io.BytesIO()
p = pickle.Pickler(f)
p.dispatch_table = {Plain: lambda o: (tuple, ((7,),))}
p.dump(Plain())
assert pickle.loads(f.getvalue()) == (7,)
f = io.BytesIO()
p = pickle.Pickler(f)
p.dump(shared)
p.dump(shared)
assert set(v[0] for v in p.memo.copy().values()) == {0}
f.seek(0)
u = pickle.Unpickler(f)
assert u.load() is u.load()
copyreg.add_extension(__name__, 'Slots', 0x1234)
assert pickle.dumps(Slots, 2) == b'\x80\x02\x83\x34\x12.' and pickle.loads(pickle.dumps(Slots)) is Slots
copyreg.remove_extension(__name__, 'Slots', 0x1234)

# Out-of-band buffers.
data = bytearray(b'0123456789' * 10)
buffers = []
s = pickle.dumps([pickle.PickleBuffer(data), pickle.PickleBuffer(b'ro')], 5, buffer_callback=buffers.append)
assert [b.raw().tobytes() for b in buffers] == [bytes(data), b'ro']
r = pickle.loads(s, buffers=buffers)
assert memoryview(r[0])[3] == ord('3') and bytes(r[1]) == b'ro'
assert pickle.loads(pickle.dumps(pickle.PickleBuffer(data), 5)) == data
raises(pickle.UnpicklingError, 'not enough out-of-band buffers', pickle.loads, s, buffers=buffers[:1])
raises(pickle.UnpicklingError, 'no *buffers* argument', pickle.loads, s, buffers=None)
raises(BufferError, 'non-contiguous', pickle.PickleBuffer(memoryview(data)[::2]).raw)
b = pickle.PickleBuffer(memoryview(data).cast('i', (5, 5)))
assert b.raw().format == 'B' and b.raw().nbytes == 100
assert pickle.PickleBuffer(data).raw().obj is data
b.release()
raises(ValueError, 'released PickleBuffer', b.raw)

# Errors.
raises(pickle.UnpicklingError, 'pickle data was truncated', pickle.loads, b'K')
raises(EOFError, 'Ran out of input', pickle.loads, b'')
raises(EOFError, 'Ran out of input', pickle.loads, b'N')
raises(pickle.UnpicklingError, r"invalid load key, '\xff'.", pickle.loads, b'\xff')
raises(pickle.UnpicklingError, "invalid load key, 'z'.", pickle.loads, b'z')
raises(pickle.UnpicklingError, 'unpickling stack underflow', pickle.loads, b'.')
raises(pickle.UnpicklingError, 'unexpected MARK found', pickle.loads, b'N(.')
raises(pickle.UnpicklingError, 'could not find MARK', pickle.loads, b'Nt.')
raises(pickle.UnpicklingError, 'odd number of items for DICT', pickle.loads, b'(Nd.')
raises(pickle.UnpicklingError, 'Memo value not found at index 5', pickle.loads, b'h\x05.')
raises(pickle.UnpicklingError, 'beginning of a new frame', pickle.loads, b'\x80\x04\x95\x0c\0\0\0\0\0\0\0N\x95\0\0\0\0\0\0\0\0NN.')
raises(pickle.UnpicklingError, 'pickle exhausted before end of frame', pickle.loads, b'\x80\x04\x95\x03\0\0\0\0\0\0\0C\x0ahelloworld.')
raises(ValueError, 'unsupported pickle protocol: 6', pickle.loads, b'\x80\x06N.')
raises(ValueError, 'pickle protocol must be <= 5', pickle.dumps, 1, 6)
raises(TypeError, "file must have a 'write' attribute", pickle.dump, 1, None)
raises(TypeError, "file must have 'read' and 'readline' attributes", pickle.load, None)
raises(TypeError, "a bytes-like object is required, not 'str'", pickle.loads, 'x')
raises(pickle.PicklingError, "it's not found as __main__.<lambda>", pickle.dumps, lambda: 0)
e = raises(TypeError, 'cannot pickle', pickle.dumps, [1, {'k': attrs(gen=(i for i in ()))}])
assert e.__notes__ == ["when serializing dict item 'gen'", 'when serializing Plain state', 'when serializing Plain object',
                       "when serializing dict item 'k'", 'when serializing list item 1'], e.__notes__
deep = []
for _ in range(200000):
    deep = [deep]
raises(RecursionError, 'while pickling an object', pickle.dumps, deep)
while deep:
    deep = deep.pop()
