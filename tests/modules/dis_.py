# dis, opcode and what the library asks them: every instruction has its operands, lines and labels are right, RESUME stands behind the prologue.
import contextlib
import dis
import inspect
import io
import modulefinder
import opcode
import sys
import types

GLOBAL = 1


def sample(items, n=3, *, key=None):
    import os.path as p
    from sys import path, version as v
    global GLOBAL
    GLOBAL = 2
    total = 0
    for x, y in items.pairs(n):
        if x < 10 and y in items:
            total += x * 2.5 + y
        try:
            print(total, end='')
        except ValueError as e:
            raise
    return lambda: total + len(v)


def by_name(code):
    table = {}
    for i in dis.get_instructions(code):
        table.setdefault(i.opname, []).append(i)
    return table


# ---- every instruction of some library modules decodes; sizes and offsets fit
def walk(code):
    yield code
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            yield from walk(c)


count = 0
for module in dis, inspect, contextlib, modulefinder:
    source = inspect.getsource(module)
    for code in walk(compile(source, module.__name__, 'exec')):
        instructions = list(dis.get_instructions(code))
        starts = {i.offset for i in instructions} | {len(code.co_code)}
        at = 0
        for i in instructions:
            assert i.offset == at and i.opcode == opcode.opmap[i.opname], i
            at = i.end_offset
            if i.opcode in dis.hasjump:
                assert i.jump_target in starts, i
            if i.opcode in dis.hasname:
                assert i.argval in code.co_names and str(i.argval) in i.argrepr, i
            if i.opcode in dis.hasconst and i.opname != 'FOR_ITER':
                assert any(i.argval is c or i.argval == c for c in code.co_consts), i
            assert (i.opcode in dis.hasarg) == bool(i.argrepr), i
        assert at == len(code.co_code)
        assert [i.opname for i in instructions].count('RESUME') == 1
        for e in dis._parse_exception_table(code):
            assert {e.start, e.end, e.target} <= starts
        count += len(instructions)
assert count > 10000, count

# ---- what instructions say
table = by_name(sample)
assert [i.argval for i in table['LOAD_GLOBAL']] == ['print', 'ValueError']
assert [i.argval for i in table['LOAD_ATTR']] == ['pairs']
assert [i.opname for i in dis.get_instructions(sample, adaptive=True) if i.argval == 'pairs'] == ['LOAD_METHOD']
assert [i.argval for i in table['STORE_GLOBAL']] == ['GLOBAL']
assert table['MUL_F'][0].argval == 2.5 and table['MUL_F'][0].argrepr.endswith('= x, 2.5')
assert table['JUMP_LT_I'][0].argrepr.startswith('x, 10, 0 to L')
assert table['MAKE_FUNCTION'][0].argval.co_name == '<lambda>'
assert table['CALL_KW'][0].argval == ('end',)
assert table['MOVE'][0].argrepr.startswith('p = ')
first = sample.__code__.co_firstlineno
assert dict(dis.findlinestarts(sample.__code__))[table['RESUME'][0].offset + 2] == first + 1
line = next(i for i in dis.get_instructions(sample) if i.line_number == first + 1)
assert line.starts_line and line.positions.lineno == first + 1 and line.positions.col_offset == 4
assert next(dis.get_instructions(sample, first_line=100)).line_number == 100
assert list(dis._find_imports(sample.__code__)) == [('os.path', 0, None), ('sys', 0, ('path', 'version'))]
assert list(dis._find_store_names(sample.__code__)) == ['GLOBAL']
labels = dis.findlabels(sample.__code__.co_code)
assert labels and set(labels) == {i.jump_target for i in dis.get_instructions(sample) if i.jump_target is not None}

# ---- the prologue, RESUME, offsets and code objects made of them
assert [i.opname for i in dis.get_instructions(sample)][:3] == ['MAKE_CELL', 'MAKE_CELL', 'RESUME']


def numbers():
    yield 1


names = [i.opname for i in dis.get_instructions(numbers)]
assert names[:2] == ['RETURN_GENERATOR', 'RESUME'], names
g = numbers()
next(g)
assert [i.opname for i in dis.get_instructions(numbers) if i.offset == g.gi_frame.f_lasti] == ['YIELD']
for function in sample, numbers, walk:
    code = function.__code__
    copy = code.replace(co_code=code.co_code, co_exceptiontable=code.co_exceptiontable, co_linetable=code.co_linetable)
    assert copy == code and hash(copy) == hash(code)
    lines = list(code.co_lines())
    assert lines[0][0] == 0 and lines[-1][1] == len(code.co_code) and all(a[1] == b[0] for a, b in zip(lines, lines[1:])), lines
    assert len(list(code.co_positions())) * 2 == len(code.co_code)
try:
    code.replace(co_code=code.co_code[:-2])
except ValueError:
    pass
else:
    raise AssertionError
offsets = []


def tracer(frame, event, arg):
    if frame.f_code is numbers.__code__ and event == 'call':
        offsets.append(frame.f_lasti)


sys.settrace(tracer)
list(numbers())
sys.settrace(None)
starts = {i.offset: i.opname for i in dis.get_instructions(numbers)}
assert [starts[o] for o in offsets] == ['RESUME', 'YIELD'], offsets

# ---- text
text = dis.Bytecode(sample).dis()
assert 'LOAD_GLOBAL' in text and 'ExceptionTable:' in text and f'\n{first + 1:3} ' in text
try:
    1 / 0
except ZeroDivisionError as e:
    shown = dis.Bytecode.from_traceback(e.__traceback__).dis()
marked = [line for line in shown.splitlines() if line.lstrip().startswith('-->')]
assert len(marked) == 1 and marked[0].split()[1] == 'DIV_I', marked
out = io.StringIO()
dis.dis('x = 1', file=out)
assert out.getvalue().split() == ['0', 'RESUME', '1', 'LOAD_INT', 'r0', '=', '1', 'STORE_NAME', 'r0,', 'x', 'RETURN_NONE'], out.getvalue()
out = io.StringIO()
dis.dis(sample.__code__.co_code, file=out)
assert '<unknown>' in out.getvalue()
out = io.StringIO()
dis.dis(dis.Formatter, file=out, show_offsets=True, show_positions=True, show_caches=True)
assert 'Disassembly of print_instruction:' in out.getvalue() and 'CACHE' in out.getvalue()
assert 'Variable names:' in dis.code_info(sample) and dis.pretty_flags(3) == 'OPTIMIZED, NEWLOCALS'
try:
    dis.dis(3)
except TypeError as e:
    assert str(e) == "don't know how to disassemble int objects"

# ---- users of it
captured = inspect.getclosurevars(sample)
assert captured.builtins == {'print': print, 'ValueError': ValueError} and captured.unbound == {'pairs'} and not captured.globals, captured


def outer(a):
    def inner():
        return a, GLOBAL, missing.attribute, missing.method()
    return inner


captured = inspect.getclosurevars(outer(5))
assert captured == ({'a': 5}, {'GLOBAL': 1}, {}, {"missing", "attribute", "method"}), captured


# ---- variables without registers
space = {}
exec('def f(' + ','.join(f'p{i}' for i in range(20_000)) + '):\n x = y = p0\n del x\n return lambda: y', space)
shown = [(i.opname, i.argval) for i in dis.Bytecode(space['f']) if 'SPILLED' in i.opname]
assert shown == [('MAKE_SPILLED', 'r20000'), ('STORE_SPILLED', 'x'), ('STORE_SPILLED', 'y'), ('DELETE_SPILLED', 'x'), ('LOAD_SPILLED', 'y')], shown
