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
