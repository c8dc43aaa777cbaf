# marshal: values and code objects there and back, references, errors, damaged input.
import marshal

def same(a, b):
    assert type(a) is type(b), (a, b)
    assert a == b or (a != a and b != b), (a, b)

values = [None, True, False, ..., 0, 1, -1, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**61, 2**62, 2**64, -2**64, 2**75 - 1, 2**1000 + 1, -(3**300),
          0.0, -0.0, 1.5, 1e300, float('inf'), 1e-320, 1j, 1.5 - 2j, '', 'a', 'abc' * 200, 'é', 'ሴ', '\U0001F600', '\ud800',
          b'', b'x', b'abc' * 100, (), (1,), (1, (2, 'x')), tuple(range(300)), [], [1, [2]], {}, {1: 2, 'a': [1]}, set(), {1, 2, 'x'},
          frozenset(), frozenset({1, (2, 3)})]
for v in values:
    for version in range(6):
        same(v, marshal.loads(marshal.dumps(v, version)))
same(slice(1, None, 'x'), marshal.loads(marshal.dumps(slice(1, None, 'x'))))
assert marshal.version == 5
assert str(marshal.loads(marshal.dumps(-0.0))) == '-0.0'
assert marshal.loads(marshal.dumps(StopIteration)) is StopIteration

# formats that other implementations write
assert marshal.loads(b'I\xfe\xdc\xba\x98\x76\x54\x32\x10') == 0x1032547698badcfe
assert marshal.dumps(1.5, 2) == b'g\x00\x00\x00\x00\x00\x00\xf8?'
assert marshal.dumps(1.5, 1) == b'f\x031.5'
assert marshal.dumps(2**70, 1) == b'l\x05\x00\x00\x00' + b'\x00' * 9 + b'\x04'
assert marshal.dumps({1: 2}, 2) == b'{i\x01\x00\x00\x00i\x02\x00\x00\x000'

# references
a = []
a.append(a)
b = marshal.loads(marshal.dumps(a))
assert b[0] is b
d = {}
d[None] = d
e = marshal.loads(marshal.dumps(d))
assert e[None] is e
shared = [1]
x = marshal.loads(marshal.dumps((shared, shared)))
assert x[0] is x[1]
x = marshal.loads(marshal.dumps((shared, shared), 2))
assert x[0] is not x[1]

def raises(exc, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

assert raises(ValueError, marshal.dumps, a, 2) == 'object too deeply nested to marshal'
assert raises(ValueError, marshal.dumps, object()) == 'unmarshallable object'
s = slice([], None)
s.start.append(s)
assert raises(ValueError, marshal.dumps, s) == 'unmarshallable object'
assert raises(TypeError, marshal.loads, b'0') == 'NULL object in marshal data for object'
assert raises(EOFError, marshal.loads, b'') == 'EOF read where object expected'
assert raises(EOFError, marshal.loads, b'i') == 'marshal data too short'
assert raises(ValueError, marshal.loads, b'\x07') == 'bad marshal data (unknown type code)'
assert raises(ValueError, marshal.loads, b'\xbar\x00\x00\x00\x00NN') == 'bad marshal data (invalid reference)'
assert raises(ValueError, marshal.loads, b'l\x02\x00\x00\x00\x00\x00\x00\x00') == 'bad marshal data (unnormalized long data)'
for kind in b')\x01', b'(\x01\x00\x00\x00', b'[\x01\x00\x00\x00', b'{N', b'>\x01\x00\x00\x00':
    raises(ValueError, marshal.loads, kind * 100000 + b'N')

# code
source = '''
import sys
class C:
    "doc"
    x: int = 1
    def m(self, a, b=2, *args, k=3, **kw):
        def inner():
            return a, self
        try:
            for i in range(10):
                if i > 5 and a: yield inner()
        except* ValueError as e:
            print(e, sys)
        finally:
            del a
        return f(*args, k=k, **kw)
async def co(x):
    async with x as y:
        return [z async for z in y]
result = [n * 2 for n in range(5)], {1, 2}, 1.5, b'bytes'
'''
code = compile(source, 'file.py', 'exec')
data = marshal.dumps(code)
copy = marshal.loads(data)
assert copy.co_filename == 'file.py'
assert copy == code
assert marshal.dumps(copy) == data
ns = {}
exec(copy, ns)
assert ns['result'] == ([0, 2, 4, 6, 8], {1, 2}, 1.5, b'bytes')
assert ns['C'].__doc__ == 'doc'
exec(code, {})  # caches that running filled in are not written
assert marshal.dumps(code) == data
assert raises(ValueError, marshal.dumps, code, allow_code=False) == 'marshalling code objects is disallowed'
assert raises(ValueError, marshal.loads, data, allow_code=False) == 'unmarshalling code objects is disallowed'

# damage is noticed, wherever it is
for i in range(0, len(data), 7):
    bad = data[:i] + bytes([data[i] ^ 0x55]) + data[i + 1:]
    try:
        marshal.loads(bad)
    except (ValueError, EOFError, TypeError):
        pass
for i in range(0, len(data), 11):
    raises((EOFError, ValueError, TypeError), marshal.loads, data[:i])

class File:
    def __init__(self, data=b''):
        self.data = data
    def write(self, b):
        self.data += b
    def read(self, n):
        r, self.data = self.data[:n], self.data[n:]
        return r
    def readinto(self, b):
        r = self.read(len(b))
        b[:len(r)] = r
        return len(r)
f = File()
marshal.dump([1, 'x', 2.5], f)
marshal.dump(code, f)
marshal.dump((), f)
assert marshal.load(f) == [1, 'x', 2.5]
assert marshal.load(f) == code
assert marshal.load(f) == ()
raises(EOFError, marshal.load, f)
