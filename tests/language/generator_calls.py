"""Calls made by generators and coroutines: their registers are on the heap, so arguments are copied to the stack."""
import asyncio
import functools
import gc
import sys


def add(a, b):
    return a + b


def locals_of(a, b=2, *, c=3):
    d = [a, b, c]
    e = None
    if a:
        e = tuple(d)
    return d, e


class Point:
    def __init__(self, x, y=0):
        self.x = x
        self.y = y

    def sum(self):
        return self.x + self.y

    def plus(self, n):
        return self.x + n

    @property
    def double(self):
        return 2 * self.x

    @double.setter
    def double(self, v):
        self.x = v // 2

    @classmethod
    def make(cls, x):
        return cls(x, y=x)

    def __eq__(self, other):
        return self.x == other.x

    def __add__(self, other):
        return Point(self.x + other.x)

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __setitem__(self, i, v):
        self.y = v

    def __call__(self, *args, **kw):
        return self.x, args, kw

    def __bool__(self):
        return self.x != 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return exc[0] is KeyError

    def __getattr__(self, name):
        return name * 2


def calls(n):
    for i in range(n):
        p = Point(i)
        yield add(i, 1)
        yield locals_of(i)
        yield locals_of(i, c=i)
        yield locals_of(c=i, a=1)
        yield p.sum(), p.plus(i), p.double
        p.double = 10
        yield p.x, Point.make(i).sum(), Point(i, y=4).y
        yield p == Point(5), (p + p).x, p[0], p[1]
        p[0] = 7
        yield p.y, p(i, k=i), p(), p(*(1, 2), **{'a': i})
        yield 'yes' if p else 'no', p.zz
        with p as q:
            yield q is p
            raise KeyError
        yield [add(j, k) for j in range(2) for k in range(2)], sum(add(j, i) for j in range(3))


def plain(n):
    out = []
    for i in range(n):
        p = Point(i)
        out += [add(i, 1), locals_of(i), locals_of(i, c=i), locals_of(c=i, a=1), (p.sum(), p.plus(i), p.double)]
        p.double = 10
        out += [(p.x, Point.make(i).sum(), Point(i, y=4).y), (p == Point(5), (p + p).x, p[0], p[1])]
        p[0] = 7
        out += [(p.y, p(i, k=i), p(), p(*(1, 2), **{'a': i})), ('yes' if p else 'no', p.zz), True]
        out.append(([add(j, k) for j in range(2) for k in range(2)], sum(add(j, i) for j in range(3))))
    return out


for _ in range(3):
    assert list(calls(30)) == plain(30)


# Calls within calls of generators within generators; arguments that are live in the caller while the callee runs.
def tree(n):
    if n:
        yield from tree(add(n, -1))
        yield add(n, sum(tree(n - 1)))


def tree_list(n):
    if not n:
        return []
    return tree_list(n - 1) + [n + sum(tree_list(n - 1))]


assert list(tree(9)) == tree_list(9)


def collecting(a, b):
    gc.collect()
    return a + b


def survive():
    for i in range(5):
        yield collecting(['a' * (i + 50)], [str(i) * 50]), [i]


assert list(survive()) == [((['a' * (i + 50)] + [str(i) * 50]), [i]) for i in range(5)]


# The recursion limit counts frames that generators call, and the stack is whole afterwards.
def deep(n):
    yield n
    yield from deep_call(n)


def deep_call(n):
    return deep(n + 1)


def exhaust():
    seen = 0
    try:
        for seen in deep(0):
            pass
    except RecursionError:
        return seen
    raise AssertionError('no RecursionError')


limit = sys.getrecursionlimit()
sys.setrecursionlimit(300)
assert 50 < exhaust() < 300
sys.setrecursionlimit(limit)


def down(n):
    return n if n == 0 else down(n - 1)


def from_generator():
    yield down(400)
    try:
        down(10 ** 6)
    except RecursionError:
        yield 'deep'
    yield down(3)


assert list(from_generator()) == [0, 'deep', 0]


# Wrong arguments have the messages of other calls.
def wrong():
    for call in (lambda: add(1), lambda: add(1, 2, 3), lambda: Point(), lambda: add(1, c=2)):
        yield call
    for args in ((1,), (1, 2, 3)):
        try:
            add(*args)
        except TypeError as e:
            yield str(e)
    try:
        Point(1).plus()
    except TypeError as e:
        yield str(e)


found = list(wrong())[4:]
assert found == ["add() missing 1 required positional argument: 'b'", 'add() takes 2 positional arguments but 3 were given',
                 "Point.plus() missing 1 required positional argument: 'n'"], found


# Coroutines.
async def leaf(x, y=1):
    return add(x, y)


async def main():
    total = 0
    for i in range(50):
        total += await leaf(i) + Point(i).plus(1) + await leaf(i, y=2)
        if i % 10 == 0:
            await asyncio.sleep(0)
    return total


assert asyncio.run(main()) == sum(3 * i + 4 for i in range(50))


# Frames of calls made by a generator lead to it.
def who():
    f = sys._getframe(1)
    return f.f_code.co_name, f.f_back.f_code.co_name, f.f_locals['marker']


def asks():
    marker = 'm'
    yield who()
    marker = 'n'
    yield who()


def asker():
    return list(asks())


assert asker() == [('asks', 'asker', 'm'), ('asks', 'asker', 'n')]

# Functions replaced while a generator is suspended.
def first(x):
    return 'first', x


def changing():
    while True:
        yield first(1)


g = changing()
assert next(g) == ('first', 1)
first = lambda x, y=5: ('second', x, y)
assert next(g) == ('second', 1, 5)
first = functools.partial(add, 2)
assert next(g) == 3
first = Point
assert next(g).x == 1
