# Closures, cells, global and nonlocal, scopes of class bodies and comprehensions.


def raises(kind, fn, *args):
    try:
        fn(*args)
    except kind as e:
        return str(e)
    raise AssertionError(f'{kind.__name__} expected')


def counter(start):
    n = start

    def up(k=1):
        nonlocal n
        n += k
        return n

    def get():
        return n
    return up, get


up, get = counter(5)
up()
up(10)
assert get() == 16
up2, get2 = counter(0)
up2()
assert (get(), get2()) == (16, 1)

# Late binding of loop variables, and how a default avoids it.
assert [f() for f in [lambda: i for i in range(3)]] == [2, 2, 2]
assert [f() for f in [lambda i=i: i for i in range(3)]] == [0, 1, 2]

# Cells seen from outside.
assert up.__closure__[0].cell_contents == 16
assert up.__code__.co_freevars == ('n',) and 'n' in counter.__code__.co_cellvars
up.__closure__[0].cell_contents = 100
assert get() == 100


def empty_cell():
    def f():
        return x
    if False:
        x = 1
    return f


assert 'cannot access free variable' in raises(NameError, empty_cell())


def unbound():
    print(y)
    y = 1


assert raises(UnboundLocalError, unbound) == "cannot access local variable 'y' where it is not associated with a value"


def deleted_cell():
    v = 1

    def f():
        return v
    assert f() == 1
    del v
    return f


assert 'free variable' in raises(NameError, deleted_cell())

total = 0


def add(k):
    global total, made_here
    total += k
    made_here = k


add(3)
add(4)
assert total == 7 and made_here == 4

# nonlocal skips class scopes; a class body sees globals for names that it has not set yet.
x = 'global'


def scopes():
    x = 'function'

    class C:
        seen = x
        x = 'class'

        def method(self):
            return x
        inner = [x for _ in range(1)]
    return C


C = scopes()
assert C.seen == 'global' and C.x == 'class' and C().method() == 'function' and C.inner == ['function']


class Body:
    x = x
    y = x + '!'


assert (Body.x, Body.y) == ('global', 'global!')

# __class__ cell.


class A:
    def who(self):
        return __class__


class B(A):
    def who(self):
        return super().who(), __class__


assert B().who() == (A, B)

# A closure over a parameter, deep nesting, recursion through a cell.


def outer(a):
    def middle(b):
        def inner(c):
            return a, b, c
        return inner
    return middle


assert outer(1)(2)(3) == (1, 2, 3)


def make_fact():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)
    return fact


assert make_fact()(10) == 3628800

# Comprehension scopes: the iterable of the first `for` is evaluated outside, names do not leak, nonlocal values are shared.
i = 'kept'
assert [i for i in range(3)] == [0, 1, 2] and i == 'kept'


def shared():
    fs = [lambda: k for k in range(3)]
    k = 'outside'
    return [f() for f in fs], k


assert shared() == ([2, 2, 2], 'outside')
assert [[a + b for b in 'xy'] for a in 'pq'] == [['px', 'py'], ['qx', 'qy']]
assert {a: [b for b in range(a)] for a in range(3)} == {0: [], 1: [0], 2: [0, 1]}
assert sorted({a % 3 for a in range(10) if a > 4}) == [0, 1, 2]
assert [(a, b) for a in range(3) for b in range(a) if a + b & 1] == [(1, 0), (2, 1)]


def locals_of():
    a = 1

    def f():
        return a
    b = 2
    return sorted(locals())


assert locals_of() == ['a', 'b', 'f']

ns = {}
exec('def f():\n  return z\nz = 5', ns)
assert ns['f']() == 5
assert eval('a + b', {'a': 1}, {'b': 2}) == 3

for source in ('def f():\n nonlocal q', 'def f(a):\n global a', 'def f():\n x = 1\n global x', 'nonlocal x'):
    raises(SyntaxError, compile, source, 's', 'exec')
