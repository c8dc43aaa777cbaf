"""Code objects that were read have their tables in one block, packed: they must say and do the same as those that were compiled."""
import gc
import marshal
import types

SOURCE = '''
def f(a, b=2, *args, c=3, **kw):
    """Doc."""
    x = [a, b, (c, [args, {1: (a, b, [c, a])}])]
    def inner(y):
        nonlocal x
        x = x + [y, (a, [b, (c, y)])]
        return x
    try:
        with Guard() as g:
            for i in range(3):
                x.append((i, [g, {i: (i, [i, str(i) + make(i)])}]))
            if a == 'raise':
                raise ValueError(x)
    except ValueError as e:
        return 'caught', len(e.args[0])
    finally:
        kw['done'] = inner(b)
    return [p for p in x if p], kw

async def co(n):
    async for v in source(n):
        yield v, [n, (v, n)]

class C:
    attribute = f(1)
    def method(self): return __class__, super().__repr__
'''


class Guard:
    def __enter__(self): return 'guard'
    def __exit__(self, *exc): return False


def make(i):
    gc.collect()   # the registers of the caller are scanned here, by its heights
    return [object() for _ in range(20000)] and '!'


def same(a, b):
    for name in ('co_code', 'co_linetable', 'co_exceptiontable', 'co_names', 'co_varnames', 'co_cellvars', 'co_freevars', 'co_stacksize', 'co_nlocals', 'co_flags',
                 'co_firstlineno', 'co_qualname'):
        assert getattr(a, name) == getattr(b, name), name
    assert list(a.co_positions()) == list(b.co_positions()) and list(a.co_lines()) == list(b.co_lines()) and a == b and hash(a) == hash(b)
    assert b.__sizeof__() > 200
    for x, y in zip(a.co_consts, b.co_consts, strict=True):
        if isinstance(x, types.CodeType):
            same(x, y)
        else:
            assert x == y


def outcome(code):
    names = {'Guard': Guard, 'make': make, '__name__': 'm'}
    exec(code, names)
    return repr((names['f'](1, 2, 4, c=5, d=6), names['f']('raise'), names['C'].attribute))


compiled = compile(SOURCE, 'file', 'exec')
read = marshal.loads(marshal.dumps(compiled))
same(compiled, read)
assert outcome(compiled) == outcome(read) == outcome(marshal.loads(marshal.dumps(read)))   # the last one from a packed one whose tables were asked for
same(compiled, marshal.loads(marshal.dumps(marshal.loads(marshal.dumps(compiled)))))   # and from one that nobody asked

# A copy has tables of its own, which outlive the original.
copy = read.replace(co_name='other')
inner = [c for c in read.co_consts if isinstance(c, types.CodeType)][0].replace(co_firstlineno=100)
del read
gc.collect()
same(compiled, copy.replace(co_name='<module>'))
assert inner.co_firstlineno == 100 and len(list(inner.co_lines())) > 10

# What is cut off says so, wherever that is.
data = marshal.dumps(compiled)
for n in range(0, len(data), 7):
    try:
        marshal.loads(data[:n])
    except (EOFError, ValueError, TypeError):
        continue
    raise AssertionError(n)

# Functions unpack their instructions when they are called first, in whatever way that is, or when somebody asks for these.
FORMS = '''
def f(a, b=2): return [a, b]
def g(a, *, k=3):
    got = yield a
    yield k, got
async def co(a): return a
class C:
    def __init__(self, a=0): self.a = a
    def __call__(self, x, *rest): return x, rest
    def __add__(self, other): return self.a, other
    def __iter__(self): return iter([self.a])
    def __eq__(self, other): return True
    def __hash__(self): return 7
    def __getattr__(self, name): return name
    def __enter__(self): return self
    def __exit__(self, *exc): return True
    @property
    def p(self): return self.a
    @classmethod
    def c(cls, x): return x
    def m(self, x, y=1): return x, y
class D(C):
    def __init__(self, a):
        super().__init__(a)
def driven(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value
def guarded():
    with C() as c:
        raise ValueError
    return c.q
def loop():
    return [f(i) for i in range(3)], [C(i) for i in range(2)][1].a, [C(i).m(i, y=i) for i in range(2)]
'''
CALLS = ('f(1, 3)', 'f(1)', 'f(b=1, a=5)', 'f(*[1], **{"b": 2})', 'f(*(1, 2))', 'list(map(f, [1, 2], [3, 4]))', 'sorted([2, 1], key=lambda v: f(v, v))', 'next(g(1))',
         'list(g(1, k=4))', 'driven(co(4))', 'C(1).a', 'C(a=2).a', 'C(1)(2, 3)', 'C(1) + 3', 'list(C(3))', 'C(1) == 2', '{C(1): 5}[C(2)]', 'C().nothing', 'C(2).p', 'C.c(3)',
         'C(1).m(2)', 'C(1).m(2, y=3)', 'D(4).a', 'guarded()', 'loop()', 'f.__code__.co_code == F', 'list(f.__code__.co_lines())', 'dis_of(g)', 'type(f)(f.__code__, {})(6, 7)')
plain = {}
exec(compile(FORMS, 'file', 'exec'), plain)


def dis_of(function):
    import dis
    return [i.opname for i in dis.get_instructions(function)]


plain.update(F=plain['f'].__code__.co_code, dis_of=dis_of)
for call in CALLS:
    names = {}
    exec(marshal.loads(marshal.dumps(compile(FORMS, 'file', 'exec'))), names)
    names.update(F=plain['F'], dis_of=dis_of)
    assert eval(call, names) == eval(call, plain), call

# Events of a function that was never called, and its first call while everything is traced.
import sys


def fresh():
    names = {}
    exec(marshal.loads(marshal.dumps(compile(FORMS, 'file', 'exec'))), names)
    return names


seen = []
monitoring = sys.monitoring
monitoring.use_tool_id(3, 'test')
monitoring.register_callback(3, monitoring.events.LINE, lambda code, line: seen.append((code.co_name, line)))
loop = fresh()['loop']
monitoring.set_local_events(3, loop.__code__, monitoring.events.LINE)
assert len(loop()) == 3 and seen[0] == ('loop', loop.__code__.co_firstlineno + 1), seen
monitoring.free_tool_id(3)
seen.clear()


def tracer(frame, event, arg):
    seen.append((frame.f_code.co_name, event, frame.f_lineno))
    return tracer


names = fresh()
sys.settrace(tracer)
names['f'](1)
names['D'](2).m(3)
sys.settrace(None)
assert seen[:3] == [('f', 'call', 2), ('f', 'line', 2), ('f', 'return', 2)] and ('__init__', 'call', 8) in seen and seen[-1] == ('m', 'return', 21), seen
