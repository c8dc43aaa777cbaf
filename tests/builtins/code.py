# Code objects: attributes, positions, replace, the constructor, equality.
import types
import weakref

def raises(exc, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

def f(a, /, b, *args, c=1, **kw):
    "doc"
    x = a + b
    def inner():
        return x, a
    for i in args:
        if i:
            print(i)
    return inner
c = f.__code__
assert (c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount) == (2, 1, 1)
assert c.co_name == 'f' and c.co_qualname == 'f' and c.co_firstlineno == f.__code__.co_firstlineno
assert c.co_varnames[:5] == ('a', 'b', 'c', 'args', 'kw')
assert c.co_nlocals == len(c.co_varnames)
assert set(c.co_cellvars) == {'a', 'x'} and c.co_freevars == ()
inner = [k for k in c.co_consts if isinstance(k, types.CodeType)][0]
assert set(inner.co_freevars) == {'a', 'x'} and inner.co_qualname == 'f.<locals>.inner'
assert c.co_consts[0] == 'doc'
assert 'print' in c.co_names
assert c.co_flags & 0x4 and c.co_flags & 0x8 and c.co_flags & 0x3 == 3
assert isinstance(c.co_code, bytes) and isinstance(c.co_linetable, bytes) and isinstance(c.co_exceptiontable, bytes)
assert repr(c).startswith('<code object f at 0x') and f'line {c.co_firstlineno}>' in repr(c)
assert weakref.ref(c)() is c

# lines and positions
lines = list(c.co_lines())
assert lines[0][0] == 0 and lines[-1][1] == len(c.co_code)
for (s, e, _), (s2, _, _) in zip(lines, lines[1:]):
    assert e == s2 > s
assert {n - c.co_firstlineno for _, _, n in lines if n} >= {2, 3, 5, 6, 7, 8}
pos = list(c.co_positions())
assert len(pos) == len(c.co_code) // 2
assert any(p[0] == c.co_firstlineno + 2 for p in pos)
assert all(len(b) == 3 for b in c.co_branches())

# replace
d = c.replace(co_name='g', co_filename='file', co_firstlineno=100)
assert (d.co_name, d.co_filename, d.co_firstlineno) == ('g', 'file', 100)
assert d.co_code == c.co_code and d.co_consts == c.co_consts
assert c.replace() == c and hash(c.replace()) == hash(c) and c.replace() is not c
assert d != c
def h():
    return 'old'
h.__code__ = h.__code__.replace(co_consts=tuple('new' if k == 'old' else k for k in h.__code__.co_consts))
assert h() == 'new'
def add(x):
    try:
        return x + undefined
    except NameError:
        return x + 1
copy = add.__code__.replace(co_code=add.__code__.co_code, co_exceptiontable=add.__code__.co_exceptiontable, co_linetable=add.__code__.co_linetable)
assert copy == add.__code__
assert types.FunctionType(copy, globals())(2) == 3
assert raises(TypeError, c.replace, co_code=1) == "replace() argument 'co_code' must be bytes, not int"
assert raises(TypeError, c.replace, co_name=1) == "replace() argument 'co_name' must be str, not int"
assert raises(TypeError, c.replace, co_x=1) == "replace() got an unexpected keyword argument 'co_x'"
assert raises(ValueError, c.replace, co_nlocals=99) == 'code: co_nlocals != len(co_varnames)'

# the constructor, as picklers of functions use it
def rebuild(c):
    return types.CodeType(c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_nlocals, c.co_stacksize, c.co_flags, c.co_code, c.co_consts,
                          c.co_names, c.co_varnames, c.co_filename, c.co_name, c.co_qualname, c.co_firstlineno, c.co_linetable, c.co_exceptiontable,
                          c.co_freevars, c.co_cellvars)
for code in (c, inner, add.__code__, raises.__code__, rebuild.__code__):
    assert rebuild(code) == code
made = types.FunctionType(rebuild(c), globals())
made.__kwdefaults__ = {"c": 1}
got = made(1, 2)()
assert got == (3, 1), got
assert raises(TypeError, types.CodeType, 1) == 'code expected at least 16 arguments, got 1'

# equality looks at types of constants
def code_of(text):
    return compile(text, 'x', 'eval')
assert code_of('1') == code_of('1')
assert code_of('1') != code_of('1.0')
assert code_of('0.0') != code_of('-0.0')
assert code_of('(1, 2)') != code_of('(1, 2.0)')
assert code_of('x') != code_of('y')
assert (code_of('1') == 1) is False
assert c._varname_from_oparg(0) == 'a'
assert raises(IndexError, c._varname_from_oparg, 99) == 'tuple index out of range'

# generators made iterable coroutines
@types.coroutine
def co():
    yield 1
assert co.__code__.co_flags & 0x100
