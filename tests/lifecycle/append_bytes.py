# b += c in place: only where nobody can tell, and then in linear time.
import time
import kaa

BIG = bytes(range(256)) * 160  # 40 KiB


def local(n):
    b = BIG + b'!'
    for i in range(n):
        b += b'abcdefgh'
    return b


assert local(1000) == BIG + b'!' + b'abcdefgh' * 1000


def seen_elsewhere():
    """Every kind of second reference keeps the value it had."""
    b = BIG + b'?'
    b += b'1'
    one = b                     # a register
    b += b'2'
    assert one == BIG + b'?1' and b == BIG + b'?12'
    box = [b]                   # the heap
    b += b'3'
    assert box[0] == BIG + b'?12'
    view = memoryview(b)        # a buffer
    b += b'4'
    assert bytes(view) == BIG + b'?123' and b == BIG + b'?1234'
    del view

    def gen(x):
        yield
        yield x
    g = gen(b)                  # a suspended generator
    next(g)
    b += b'5'
    assert next(g) == BIG + b'?1234'
    g = gen(b)                  # one that has not begun
    b += b'6'
    next(g)
    assert next(g) == BIG + b'?12345'
    f = lambda: b               # a cell from here on (this b is one all the time)
    return f() == BIG + b'?123456'


assert seen_elsewhere()


def no_cell():
    b = BIG + b'x'
    keep = [None] * 50
    for i in range(50):
        b += b'%d,' % i
        if i % 7 == 0:
            keep[i] = b
        d = {b: i} if i % 11 == 0 else None
        if d:
            b += b'#'
            assert list(d) == [b[:-1]] and hash(b[:-1]) == hash(list(d)[0]) and b not in d
    expected = BIG + b'x'
    for i in range(50):
        expected = expected + b'%d,' % i
        if i % 7 == 0:
            assert keep[i] == expected
        if i % 11 == 0:
            expected = expected + b'#'
    assert b == expected


no_cell()


def callee(b):
    b += b'callee'
    return b


def argument():
    b = BIG + b'y'
    b += b'1'
    c = callee(b)
    assert b == BIG + b'y1' and c == BIG + b'y1callee'
    assert callee(BIG + b'z') == BIG + b'zcallee'
    b += b
    assert b == (BIG + b'y1') * 2


argument()


class Buffer:
    def __init__(self):
        self.data = BIG + b'.'
        self.other = None

    def add(self, c):
        self.data += c


class Refusing:
    def __init__(self):
        object.__setattr__(self, 'data', BIG + b'.')

    def __setattr__(self, name, value):
        raise AttributeError(name)


def attribute():
    o = Buffer()
    for i in range(300):
        o.add(b'0123456789')
    assert o.data == BIG + b'.' + b'0123456789' * 300
    o.other = o.data
    o.add(b'x')
    assert o.other == o.data[:-1]
    o.other = None
    p = Buffer()
    p.data = o.data
    o.add(b'y')
    assert p.data == o.data[:-1]
    del p
    local = o.data
    o.add(b'z')
    assert local == o.data[:-1]
    r = Refusing()
    for _ in range(5):
        try:
            r.data += b'x'
        except AttributeError:
            pass
        else:
            assert False
    assert r.data == BIG + b'.'


attribute()


def items():
    l = [BIG + b'.']
    t = l[0]
    t += b'x'
    assert l[0] == BIG + b'.' and t == BIG + b'.x'
    l[0] += b'y'
    assert l[0] == BIG + b'.y'


items()


def deep(n):
    b = BIG + b'%d' % n
    b += b'.'
    if n:
        c = deep(n - 1)
        assert c == BIG + b'%d..' % (n - 1)
    b += b'.'
    return b


assert deep(200) == BIG + b'200..'
kaa.verify()


def seconds(n):
    b = BIG + b'!'
    o = Buffer()
    least = 1e9
    for _ in range(3):
        t0 = time.thread_time()
        b = BIG + b'!'
        for i in range(n):
            b += b'0123456789abcdef0123456789abcdef'
        o.data = b'' + BIG
        for i in range(n):
            o.data += b'0123456789abcdef0123456789abcdef'
        least = min(least, time.thread_time() - t0)
    return least


if kaa.stats()['reconciles'] < 2000:  # not under stress
    assert seconds(20_000) < 16 * seconds(5_000)  # four times as long, and not sixteen
