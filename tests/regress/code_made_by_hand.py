"""Code that nobody compiled is refused where instructions would find other things in their registers than they trust; it cannot crash the process."""
import _thread
import dis
import marshal
import os
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))


def raises(exc, f, *args, **kw):
    try: f(*args, **kw)
    except exc as e: return str(e)
    raise AssertionError(f'{exc} not raised')


def edited(code, name, operand, value, which=0):
    """co_code with an operand (1 to 3, 0 is the operation) of one instruction changed."""
    at = [i.offset for i in dis.get_instructions(code) if i.opname == name][which] + 2 * operand
    return code.co_code[:at] + value.to_bytes(2, 'little') + code.co_code[at + 2:]


def operand(code, name, operand, which=0):
    at = [i.offset for i in dis.get_instructions(code) if i.opname == name][which] + 2 * operand
    return int.from_bytes(code.co_code[at:at + 2], 'little')


def refused(f, name, where, value, text, which=0):
    code = f if isinstance(f, types.CodeType) else f.__code__
    message = raises(ValueError, code.replace, co_code=edited(code, name, where, value, which))
    assert text in message, message


def cells(a, b):
    def inner(): return a, c
    c = b
    return inner


def comprehension(x): return [i for i in x], {i: 1 for i in x}


def handler(x):
    try: x()
    except ValueError: return 1
    return f'{x} {x!r}'


def method(x, y):
    x.m(y)
    return x.n(y, y)


def loop(x):
    y = 0
    for i, j in x: y += i
    return y


def spread(f, a, k): return f(*a, **k)
def generator(x): yield x
def delegating(x): yield from x
def floats(a, b, c): return a * b + c
def update(o): o.x += 1


# ---- kinds of registers
refused(cells, 'STORE_DEREF', 1, 1, 'register 1 is not surely a cell')
refused([k for k in cells.__code__.co_consts if isinstance(k, types.CodeType)][0], 'LOAD_DEREF', 2, 2, 'register 2 is not surely a cell', 1)
refused(cells, 'MAKE_CELL', 1, 1, 'is not surely a tuple of cells')
refused(cells, 'SET_FUNCTION', 3, 0, 'is a function without its closure')
refused(cells, 'BUILD_TUPLE', 0, dis.opmap['BUILD_LIST'], 'is not surely a tuple of cells')
refused(comprehension, 'LIST_APPEND', 1, 0, 'register 0 is not surely a list')
refused(comprehension, 'MAP_ADD', 1, 0, 'register 0 is not surely a dict')
refused(comprehension, 'FOR_ITER', 2, 0, 'register 0 is not surely an iterator')
refused(comprehension, 'GET_ITER', 0, dis.opmap['NEG'], 'is not surely an iterator')
refused(handler, 'PUSH_EXC', 1, 0, 'register 0 is not surely an exception')
refused(handler, 'POP_EXC', 1, 0, 'register 0 is not surely an exception or None')
refused(handler, 'MATCH_EXC', 2, 0, 'register 0 is not surely an exception')
refused(handler, 'RERAISE', 1, 0, 'register 0 is not surely an exception')
refused(handler, 'FORMAT', 0, dis.opmap['MOVE'], 'is not surely a string')
refused(method, 'CALL_METHOD', 2, 0, '')
refused(method, 'LOAD_ATTR', 1, method.__code__.co_nlocals + method.__code__.co_stacksize - 1, 'writes a register out of range', 1)
refused(method, 'LOAD_ATTR', 1, 0xffff, 'writes a register out of range')
refused(spread, 'CALL_EX', 2, 0, '')
# ---- what is done at once with the next instruction, and what must come first
refused(loop, 'UNPACK_SEQUENCE', 3, 3, 'nothing unpacks the pair')
refused(floats, 'ADD', 0, dis.opmap['NOP'], 'no operation behind it')
refused(update, 'STORE_ATTR', 1, 1, '')
refused(generator, 'RETURN_GENERATOR', 0, dis.opmap['MAKE_CELL'], 'no generator is made')
refused(delegating, 'SEND', 0, dis.opmap['FOR_ITER'], '')
assert 'not the code of a generator' in raises(ValueError, generator.__code__.replace, co_flags=3)
assert 'no generator is made' in raises(ValueError, floats.__code__.replace, co_flags=0x23)
assert 'more parameters than variables' in raises(ValueError, floats.__code__.replace, co_flags=0xf)
top = compile('x = y', 'top', 'exec')
assert 'a function has no mapping of names' in raises(ValueError, top.replace, co_flags=top.co_flags | 1)
assert raises(ValueError, cells.__code__.replace, co_cellvars=()).startswith('code: ')
assert 'is not surely a string' in raises(ValueError, handler.__code__.replace, co_consts=(types.CellType(1),) * len(handler.__code__.co_consts))

# A loop through a handler would never poll.
def units(*numbers): return bytes(n | (0x80 if i % 4 == 0 else 0) for i, n in enumerate(numbers))


start = [i.offset for i in dis.get_instructions(floats.__code__)][1] // 2
message = raises(ValueError, floats.__code__.replace, co_exceptiontable=units(start, 4, start, floats.__code__.co_nlocals << 1))
assert 'handler before what it handles' in message, message

# ---- caches of given code begin empty
f = types.FunctionType(update.__code__.replace(co_code=update.__code__.co_code[:-8] + update.__code__.co_code[-8:]), {})
at = [i.offset for i in dis.get_instructions(update.__code__) if i.opname == 'STORE_ATTR'][0] + 16
poisoned = update.__code__.replace(co_code=update.__code__.co_code[:at] + b'\1\2\3\4\5\6\7\x08' + update.__code__.co_code[at + 8:])
assert poisoned == update.__code__
o = types.SimpleNamespace(x=1)
types.FunctionType(poisoned, {})(o)
assert o.x == 2

# ---- free variables want a closure, whoever runs the code
inner = [k for k in cells.__code__.co_consts if isinstance(k, types.CodeType)][0]
raises(TypeError, exec, inner, {})


# ---- marshalled code: the outermost is looked at when it is read, functions before they are called
def checksum(data):
    m64 = 2**64 - 1
    h = 0x9E3779B97F4A7C15 ^ len(data)
    whole = len(data) & ~7
    for w in [int.from_bytes(data[i:i + 8], 'little') for i in range(0, whole, 8)] + [int.from_bytes(data[whole:], 'little')]:
        m = (h ^ w) * 0xD6E8FEB86659FD93
        h = (m ^ m >> 64 ^ w << 1) & m64
    return h


def forged(code, old, new):
    """The marshalled code with some bytes changed, and right checksums."""
    data = bytearray(marshal.dumps(code))
    assert data.count(old) == 1, data.count(old)
    data = bytearray(data.replace(old, new))
    for at in reversed([i for i in range(len(data) - 13) if data[i] & 0x7f == ord('c') and i + 13 + int.from_bytes(data[i + 1:i + 5], 'little') <= len(data)]):
        n = int.from_bytes(data[at + 1:at + 5], 'little')
        if n > 30: data[at + 5:at + 13] = checksum(bytes(data[at + 13:at + 13 + n])).to_bytes(8, 'little')
    return bytes(data)


def packed(name, a, b, c): return (dis.opmap[name] | 0x8000).to_bytes(2, 'little') + bytes((a, b, c))


code = comprehension.__code__
there = packed('LIST_APPEND', operand(code, 'LIST_APPEND', 1), operand(code, 'LIST_APPEND', 2), 0)
assert marshal.loads(forged(code, there, there)) == code
assert 'register 0 is not surely a list' in raises(ValueError, marshal.loads, forged(code, there, packed('LIST_APPEND', 0, 1, 0)))
module = compile('def f(x): return [i for i in x]\nr = f([1])', 'module', 'exec')
try:
    loaded = marshal.loads(forged(module, packed('LIST_APPEND', 2, 1, 0), packed('LIST_APPEND', 0, 1, 0)))
except ValueError as e:   # builds that look at everything at once
    assert 'register 0 is not surely a list' in str(e)
else:
    for _ in range(2): assert raises(SystemError, exec, loaded, {}) == "f: word 6 LIST_APPEND: register 0 is not surely a list of the code's own"
    function = [k for k in loaded.co_consts if isinstance(k, types.CodeType)][0]
    raises(SystemError, lambda: list(function.co_branches()))
    raises(ValueError, function.replace)
    dis.dis(function, file=open(os.devnull, 'w'))
    sys.monitoring.use_tool_id(4, 'test')
    raises(SystemError, sys.monitoring.set_local_events, 4, function, sys.monitoring.events.LINE)
    sys.monitoring.free_tool_id(4)


# ---- ordinary programs that got to such places
def three(a, *, k=1): return a, k


three.__defaults__ = (1, 2, 3)
assert three() == (3, 1) and three(k=2) == (3, 2)
three.__kwdefaults__ = None
raises(TypeError, three)


class Group(ExceptionGroup):
    def split(self, cls): return 5, 6


def split():
    try: raise Group('g', [ValueError()])
    except* ValueError: pass


assert raises(TypeError, split) == 'Group.split must return exceptions or None, not int'


class Manager:
    def __enter__(self): pass
    __exit__ = type(_thread.allocate_lock()).__exit__


def entered():
    with Manager(): pass


raises(TypeError, entered)


def code_named(code, name):
    for k in code.co_consts:
        if isinstance(k, types.CodeType):
            if k.co_name == name: return k
            if found := code_named(k, name): return found


listed = code_named(compile('class A:\n    type X[T] = [y for y in [1]]', 'alias', 'exec'), '<listcomp>')
assert raises(TypeError, types.FunctionType(listed, {}), 5) == "'int' object is not an iterator"



# ---- a debugger goes to no line where the prologue stands: cells are made once, and so is a generator
def jumps(f, to):
    """What setting f_lineno on f's third line to `to` (from its first) says, and what f then returns."""
    said = []
    def local(frame, event, arg):
        if event == 'line' and frame.f_lineno == f.__code__.co_firstlineno + 2 and not said:
            said.append('')
            try: frame.f_lineno = f.__code__.co_firstlineno + to
            except ValueError as e: said[0] = str(e)
        return local
    sys.settrace(lambda frame, event, arg: local if frame.f_code is f.__code__ else None)
    try: result = f(5)
    finally: sys.settrace(None)
    return said[0], list(result) if isinstance(result, types.GeneratorType) else result


def celled(a):
    def inner(): return a
    x = 2
    return inner()


def yielding(a):
    x = 1
    yield a
    yield x


assert jumps(celled, 0) == ('', 5)  # to what stands behind the prologue
assert jumps(celled, 3) == ('', 5)

# ---- positions that end nowhere, and none at all
sys.settrace(lambda *args: None)
try: assert types.FunctionType(floats.__code__.replace(co_linetable=b''), {})(1, 2, 3) == 5
finally: sys.settrace(None)
far = bytearray(floats.__code__.co_linetable)
far[-20:-16] = (0x40000000).to_bytes(4, 'little')
strange = floats.__code__.replace(co_linetable=bytes(far))
list(strange.co_lines()), list(strange.co_positions())

# ---- a few hundred random changes, and bytes changed in marshalled code
fuzz = f'{HERE}/../fuzz/code.py'
for extra in ([], ['--marshal']):
    done = subprocess.run([sys.executable, fuzz, 'child', '3', '200', *extra], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors='replace')
    assert done.returncode == 0 and 'done' in done.stderr, (done.returncode, done.stderr[-600:])
