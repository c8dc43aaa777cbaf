# Very many targets, arguments, decorators, closure variables, elements, bases, type parameters, patterns: more than an instruction can name registers.
import sys

N = 66_000
names = [f'a{i}' for i in range(N)]
first, last = names[0], names[-1]
t = ','.join(names)
numbers = ','.join(map(str, range(N)))
keywords = ','.join(f'k{i}={i}' for i in range(N))


def make(source, name='f', **space):
    exec(source, space)
    return space[name]


def error(func, *args):
    try:
        func(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    return 'none'


def same(got, expected):
    assert got == expected, (str(got)[:500], str(expected)[:500])


# Targets: the items are all taken before the first is assigned.
f = make(f'def f(s):\n {t} = s\n return {first}, {last}')
same((f(range(N)), f(list(range(N))), make(f'{t} = range({N})', last)), ((0, N - 1), (0, N - 1), N - 1))


def broken():
    yield 1
    raise KeyError('x')


few, many = f'not enough values to unpack (expected {N}, got %d)', f'too many values to unpack (expected {N}'
for bad, expected in ((range(3), few % 3), ([1], few % 1), ({1}, few % 1), (iter([]), few % 0), (range(N + 1), many + ')'), (iter(range(N + 1)), many + ')'),
                      ([0] * (N + 1), f'{many}, got {N + 1})'), ((1,) * (N + 2), f'{many}, got {N + 2})'), (dict.fromkeys(range(N + 3)), f'{many}, got {N + 3})')):
    same(error(f, bad), ('ValueError', expected))
same((error(f, 5), error(f, broken())), (('TypeError', 'cannot unpack non-iterable int object'), ('KeyError', "'x'")))
space = {}
same(error(lambda: exec(f'{t} = range({N - 1})', space))[0], 'ValueError')
assert first not in space
f = make(f'def f(s):\n b, *c, {t} = s\n return b, c, {first}, {last}')
same((f(range(N + 5)), f(list(range(N + 1)))), ((0, [1, 2, 3, 4], 5, N + 4), (0, [], 1, N)))
same((error(f, range(3)), error(f, 5)), (('ValueError', f'not enough values to unpack (expected at least {N + 1}, got 3)'), ('TypeError', 'cannot unpack non-iterable int object')))
same(make(f'def f(s):\n for i, ({t}), j in s: pass\n return {first}, {last}, i, j')([(1, range(N), 2), (3, range(5, N + 5), 4)]), (5, N + 4, 3, 4))
same(make(f'class C:\n def __enter__(s): return range({N})\n def __exit__(s, *a): pass\ndef f():\n with C() as ({t}): return {first}, {last}')(), (0, N - 1))
same(make(f'def f():\n global {t}\n {" = ".join(names)} = 1\n return {last}, "{first}" in globals()')(), (1, True))
# Each target is on its line.
f = make('def f(s):\n (' + ',\n  '.join(names) + ') = s\n return ' + last)
lines = []


def trace(frame, event, arg):
    if frame.f_code is f.__code__:
        if event == 'line':
            lines.append(frame.f_lineno)
        return trace


sys.settrace(trace)
try:
    f(range(N))
finally:
    sys.settrace(None)
same(lines, [N + 1, *range(2, N + 3)])

# Arguments and displays.
f = make(f'def f(g):\n return g({numbers}), g({numbers}, x=1), g({keywords}), g(1, *(2,), {numbers}, **dict(y=1), {keywords}), "{{}}".format({numbers})')
same(f(lambda *a, **k: (len(a), len(k), a[-1:])), ((N, 0, (N - 1,)), (N, 1, (N - 1,)), (0, N, ()), (N + 2, N + 1, (N - 1,)), '0'))
f = make(f'def f():\n {t} = range({N})\n return [{t}], ({t}), {{{t}}}, {{{",".join(f"{n}:{n}" for n in names)}}}, [*[], {t}], f"{"".join(f"{{{n}}}" for n in names)}"')
items = list(range(N))
same(f(), (items, tuple(items), set(items), dict(zip(items, items)), items, ''.join(map(str, items))))
same(make('def f():\n x = 0.0\n' + ''.join(f' x = x + {i}.5\n' for i in range(N)) + ' return x')(), sum(i + .5 for i in range(N)))
same(make(f'class M:\n def __mro_entries__(s, b): return ()\nM = M()\nclass C({",".join(["M"] * N)}, metaclass=lambda n, b, d, **k: (len(b), len(k), len(d["__orig_bases__"])), {keywords}): pass', 'C'), (0, N, N))

# Decorators: all are evaluated, then applied from the last to the first.
n = 100_000
order = make('order = []\ndef d(i):\n order.append(i)\n def e(f):\n  order.append(-i)\n  return f\n return e\n' + ''.join(f'@d({i})\n' for i in range(n)) + 'def f(): pass', 'order')
same(order, list(range(n)) + list(range(1 - n, 1)))
same(make('def g(d):\n' + ' @d\n' * n + ' class C: pass\n return C', 'g')(lambda c: c).__name__, 'C')

# Closures, super(), type parameters.
C = make(f'class B:\n def m(self): return "B"\nclass C(B):\n def m(self):\n  {t} = range({N})\n  def g(): return {t}\n  def h(): return super(C, self).m()\n  return super().m(), h(), {last}, g(), __class__', 'C')
same(C().m(), ('B', 'B', N - 1, tuple(items), C))
f = make(f'def f[{",".join(f"T{i}" for i in range(N))}](x: T{N - 1}) -> T0: return T{N - 1}')
T = f.__type_params__
same((len(T), T[-1].__name__, f(1) is T[-1], f.__annotations__), (N, f'T{N - 1}', True, {'x': T[-1], 'return': T[0]}))

# Patterns.
f = make(f'''def f(s):
 match s:
  case [{numbers}]: return 1
  case [{numbers}, x, y]: return x, y
  case [*_, {numbers}]: return 2
  case [0, {numbers}, 'end', *_]: return 3
  case {{{','.join(f'{i}: {i}' for i in range(N))}, **k}}: return k
 return 0''')
same([f(range(N)), f(range(N + 2)), f([5, *range(N)]), f(range(N - 1)), f([0, *range(N), 'end', 7]), f({i: i for i in range(N + 1)}), f({i: i for i in range(N - 1)})],
     [1, (N, N + 1), 2, 0, 3, {N: N}, 0])
print('ok')
