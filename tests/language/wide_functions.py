# Functions with more variables than registers are given to: what lies beyond (kVariableRegisters, 20,000) is kept in a dict, and must not show a difference.
import contextlib
import copy
import gc
import inspect
import marshal
import sys
import types
import warnings

N = 20_200
names = [f'a{i}' for i in range(N)]
first, mid, last = names[0], names[N // 2], names[-1]
body = ''.join(f' {name}={i}\n' for i, name in enumerate(names))  # a register: first, mid; none: last and what stands before it
A, M, L = 0, N // 2, N - 1


def make(source, name='f'):
    space = {}
    exec(source, space)
    return space[name]


def error(func, *args):
    try:
        func(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    return 'none'


def unbound(name):
    return 'UnboundLocalError', f"cannot access local variable '{name}' where it is not associated with a value"


def free(name):
    return 'NameError', f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"


def same(got, expected):
    assert got == expected, (str(got)[:500], str(expected)[:500])


# Locals, and what the code object says of them.
f = make(f'def f():\n{body} {last} += 5\n return {first}, {mid}, {last}, len(locals())')
same(f(), (A, M, L + 5, N))
c = f.__code__
same((c.co_nlocals, c.co_varnames, c.co_names, c.co_cellvars), (N, tuple(names), ('len', 'locals'), ()))
f = make(f'''def f(x):
 if x == 1: return {last}
{body} if x == 2:
  del {last}
  return {last}
 if x == 3: del {last}; del {last}
 if x == 4:
  del {last}
  return len(locals()), '{last}' in locals()
 return {last}''')
same([error(f, i) for i in (1, 2, 3)], [unbound(last)] * 3)
same((f(4), f(5)), ((N, False), L))
same(error(make(f'def f():\n{body} del {", ".join(names)}\n return {last}')), unbound(last))

# Cells: some, and all of them.
f = make(f'''def f():
{body} def g(): return {first} + {mid} + {last}
 def h():
  nonlocal {last}
  {last} += 1
 def k():
  nonlocal {last}
  del {last}
  return {last}
 h()
 x = g()
 try: k()
 except NameError as e: y = str(e)
 try: {last}
 except UnboundLocalError as e: z = str(e)
 return x, y, z, {mid}''')
same(f(), (A + M + L + 1, free(last)[1], unbound(last)[1], M))
same((f.__code__.co_cellvars, f.__code__.co_nlocals), ((first, mid, last), N + 4))
f = make(f'''def f():
{body} def g():
  s = {','.join(names)}
  def h(): return {last}
  return s, h()
 def k():
  nonlocal {mid}
  {mid} = 'm'
  return lambda: {mid}
 a = g()
 return a, k()(), {mid}, g, len(locals())''')
(s, h), k, m, g, n = f()
same((s, h, k, m, n), (tuple(range(N)), L, 'm', 'm', N + 3))
same((g.__code__.co_freevars, f.__code__.co_cellvars, f.__code__.co_varnames), (tuple(sorted(names)), tuple(sorted(names)), ('g', 'k', 'a')))
same([x.cell_contents for x in g.__closure__][-1], 9999)
f = make(f'''def f(x):
 def g():
  if x: return {last}
  return [{','.join(names)}]
 return g()
{body}''')
same((error(f, 1), error(f, 0)), (free(last), free(first)))
same(make(f'''def f():
{body} def g():
  nonlocal {', '.join(names)}
  {' = '.join(names)} = 'n'
  del {last}
 g()
 return {first}, {mid}, '{last}' in locals()''')(), ('n', 'n', False))

# A class that has them free.
C = make(f'''def f():
{body} class C:
  nonlocal {mid}
{''.join(f"  x{name} = {name}\n" for name in names)}  {mid} = 'own'
  y = {mid}
  z = [({last}, q) for q in (1, 2)]
  w: {last} = 1
  def m(self): return {last}, __class__, super().__init__
  locals()['{names[-2]}'] = 'seen'
  v = {names[-2]}
  def k[T: {last}](self): return T
 return C, {mid}''')()
C, m = C
x, cls, init = C().m()
same((m, C.xa20199, C.y, C.z, C.__annotations__, C.v, x, cls is C, C.k.__type_params__[0].__bound__), ('own', L, 'own', [(L, 1), (L, 2)], {'w': L}, 'seen', L, True, L))

# Every statement that binds a name.
n = names[::-1]
f = make(f'''def f(manager):
{body} for {n[0]} in (1, 2): pass
 with manager as {first}: pass
 try: 1/0
 except ZeroDivisionError as {mid}: r = str({mid})
 import os.path as {n[0]}
 from sys import maxsize as {n[1]}, version_info
 {n[2]}: int = 5
 {n[3]} += 1; {n[3]} -= 2
 if ({n[4]} := 7) > 6: pass
 def {n[5]}(): return 6
 class {n[6]}: z = 7
 match {{'k': [1, 2]}}:
  case {{'k': [{n[7]}, *{n[8]}], **{n[9]}}}: pass
 type {n[10]}[T] = list[T]
 a, {n[11]}, b = 'xyz'
 ({n[12]}, [{n[13]}, *{n[14]}]) = 1, (2, 3, 4)
 {n[15]} = {n[16]} = 'same'
 {n[17]}, {n[18]} = {n[18]}, {n[17]}
 assert {n[19]} == {N - 20}, {n[0]}
 try: raise KeyError({n[0]})
 except* KeyError as {n[20]}: pass
 return (r, {n[0]}.__name__, {first}, {n[1]} > 5, {n[2]}, {n[3]}, {n[4]}, {n[5]}(), {n[6]}.z, {n[7]}, {n[8]}, {n[9]}, {n[10]}.__name__, {n[11]}, {n[12]},
         {n[13]}, {n[14]}, {n[15]}, {n[16]}, {n[17]}, {n[18]}, '{n[20]}' in locals())''')
same(f(contextlib.nullcontext('manager')), ('division by zero', 'posixpath', 'manager', True, 5, N - 5, 7, 6, 7, 1, [2], {}, n[10], 'y', 1, 2, [3, 4], 'same', 'same', N - 19, N - 18, False))
same(error(make(f'def f():\n{body} try: 1/0\n except ZeroDivisionError as {last}: pass\n return {last}')), unbound(last))

# Inlined comprehensions put back what their variables were.
f = make(f'''def f():
{body} x = [{last} for {last} in (1, 2)]
 y = {{{mid}: {last} for {mid} in (1, 2) for {last} in (3,)}}
 z = [q() for q in [(lambda: {last}) for {last} in (1, 2)]]
 w = [({last} := q) for q in (8, 9)]
 u = [locals()['{last}'] for {last} in (4,)]
 try: [1 / {last} for {last} in (1, 0)]
 except ZeroDivisionError: pass
 v = {last}
 del {last}
 try: [1 / {last} for {last} in (1, 0)]
 except ZeroDivisionError: pass
 return x, y, z, w, u, v, {mid}, '{last}' in locals()''')
same(f(), ([1, 2], {1: 3, 2: 3}, [2, 2], [8, 9], [4], 9, M, False))
t = ','.join(names)
same(make(f'def f():\n x = [({first}, {last}) for {t} in [range({N})]]\n return x, sorted(locals())')(), ([(A, L)], ['x']))
same(make(f'f = [({first}, {last}, (lambda: {last})()) for {t} in [range({N})]]'), [(A, L, L)])
same(make(f'class f:\n y = [({first}, {last}, (lambda: {last})()) for {t} in [range({N})]]\n def m(self): return __class__').y, [(A, L, L)])

# Generators and coroutines: suspended, collected, looked into, closed.
f = make(f'''def f():
{body} x = yield {last}
 {last} = x
 yield {last}, {first}
 yield from ({last}, {mid})
 def g(): return {mid}
 yield g()
 del {last}
 yield {last}''')
g = f()
r = [next(g), g.gi_frame.f_locals[last], g.send('v'), g.gi_frame.f_locals[last], g.gi_frame.f_locals[mid]]
gc.collect()
g.gi_frame.f_locals[last] = 'w'
r += [next(g), next(g), next(g), error(next, g), error(next, g)]
same(r, [L, L, ('v', A), 'v', M, 'w', M, M, unbound(last), ('StopIteration', '')])
g = f()
next(g)
g.close()


class Awaitable:
    left = 2

    def __await__(self):
        yield 1
        return 'awaited'

    async def __aenter__(self):
        return 'entered'

    async def __aexit__(self, *args):
        return None

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.left -= 1
        if self.left < 0:
            raise StopAsyncIteration
        return self.left


f = make(f'async def f(c):\n{body} {last} = await c\n async with c as {names[-2]}: pass\n async for {names[-3]} in c: pass\n return {last}, {names[-2]}, {names[-3]}')
c = f(Awaitable())
c.send(None)
try:
    c.send(None)
except StopIteration as e:
    same(e.value, ('awaited', 'entered', 0))

# Frames: f_locals reads and writes, while the function runs and afterwards.
f = make(f'def f(look):\n{body} def g(): return {mid}\n x = look()\n return {last}, {mid}, g(), x')


def look():
    variables = sys._getframe(1).f_locals
    variables[last] = 'set'
    variables[mid] = 'cell'
    variables['extra'] = 1
    return variables[last], variables[mid], len(variables), last in variables, error(variables.pop, last)[0], list(variables)[-3:], variables.get('no')


same(f(look), ('set', 'cell', 'cell', ('set', 'cell', N + 3, True, 'ValueError', ['g', mid, 'extra'], None)))


def fail():
    raise KeyError


try:
    f(fail)
except KeyError as e:
    frame = e.__traceback__.tb_next.tb_frame
    same((frame.f_locals[last], frame.f_locals[mid], len(frame.f_locals)), (L, M, N + 2))
    frame.f_locals[last] = 'late'
    same(frame.f_locals[last], 'late')
    frame.clear()
    same(len(frame.f_locals), 0)

# eval, exec, inspect, marshal, copies.
f = make(f"def f():\n{body} d = dict(locals())\n exec('z = {last} + 1', globals(), d)\n return eval('{last} + {first}'), d['z'], len(vars())")
same(f(), (L + A, L + 1, N + 1))
g = make(f'def f(q):\n{body} def g(): return {last}, {mid}, q, len\n return g')(1)
v = inspect.getclosurevars(g)
same((v.nonlocals, dict(v.builtins), v.unbound), ({last: L, mid: M, 'q': 1}, {'len': len}, set()))
f = make(f'def f(p=3):\n{body} def g(): return {last}\n return g() + {mid} + p')
code = marshal.loads(marshal.dumps(f.__code__))
assert code == f.__code__ and hash(code) == hash(f.__code__)
same((types.FunctionType(code, {})(1), code.co_nlocals, copy.copy(f)()), (L + M + 1, N + 1, L + M + 3))

# Tracing: variables are set, lines are jumped over.
f = make(f'def f():\n{body} x = {last}\n y = {mid}\n def g(): return {mid}\n return x, y, {last}')
events = []


def trace(frame, event, arg):
    if frame.f_code is f.__code__:
        if frame.f_lineno == N + 2 and event == 'line':
            frame.f_locals[last] = 'traced'
            frame.f_locals[mid] = 'cell'
        if event != 'line' or frame.f_lineno > N:
            events.append((event, frame.f_lineno - N))
        return trace


sys.settrace(trace)
try:
    r = f()
finally:
    sys.settrace(None)
same((r, events), (('traced', 'cell', 'traced'), [('call', 1 - N), ('line', 1), ('line', 2), ('line', 3), ('line', 4), ('line', 5), ('return', 5)]))
f = make(f'def f():\n x = 1\n y = 2\n{body} return {last}, {first}, x, y')


def jump(frame, event, arg):
    if frame.f_code is f.__code__:
        if frame.f_lineno == 3 and event == 'line':
            frame.f_lineno = N + 4
        return jump


with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    sys.settrace(jump)
    try:
        r = f()
    finally:
        sys.settrace(None)
same((r, [str(x.message) for x in w]), ((None, None, 1, None), [f'assigning None to {N + 1} unbound locals']))

# Parameters are all in registers; other variables of the function are not, then.
n = 20_005
p = ','.join(names[:n])
f = make(f'def f({p}):\n x = {names[n - 1]}\n y = x\n def g():\n  nonlocal y\n  y += 1\n  return y\n return {first}, x, g(), {names[n - 1]}, y, len(locals())')
same((f(*range(n)), f(**{name: i for i, name in enumerate(names[:n])})), ((0, n - 1, n, n - 1, n, n + 3),) * 2)
same((f.__code__.co_argcount, f.__code__.co_varnames[n:]), (n, ('x', 'g')))
f = make(f'def f(*, {",".join(f"{name}={i}" for i, name in enumerate(names[:n]))}):\n x = y = {names[n - 1]}\n return x, y, locals()["y"]')
same((f(), f(a5=1, **{names[n - 1]: 'q'})), ((n - 1,) * 3, ('q',) * 3))
missing = ', '.join(map(repr, names[1:n - 1]))
same(error(make(f'def f({p}): pass'), 1), ('TypeError', f"f() missing {n - 1} required positional arguments: {missing}, and '{names[n - 1]}'"))
same(make(f'def f({p}, *args, z=1, **more):\n x = args\n return x, more, z')(*range(n + 2), z=5, w=6), ((n, n + 1), {'w': 6}, 5))
g = make(f'def f({p}):\n x = yield {names[n - 1]}\n yield (lambda: x)()')(*range(n))
same((next(g), g.send(7), error(next, g)[0]), (n - 1, 7, 'StopIteration'))
same(make(f'f = lambda {p}: ([{names[n - 1]} for i in (1,)], [lambda: ({names[n - 1]}, q) for q in (2,)][0]())')(*range(n)), ([n - 1], (n - 1, 2)))

# What stays limited says so.
if sys.version.find('Kaa') >= 0:
    try:
        make(f'def f({",".join(f"p{i}" for i in range(60_001))}): pass')
    except SyntaxError as e:
        same((e.msg, e.lineno), ('more than 60000 parameters', 1))
    else:
        raise AssertionError
print('ok')
