# Deep recursion: the registers of frames far below the top are counted once (the watermark). What they hold must live until they return, through returns,
# exceptions, generators, and writes from outside.
import gc
import sys

sys.setrecursionlimit(20_000)


def garbage(n):
    for i in range(n):
        x = [i]


def down(n):
    a = [n]
    d = {'n': a}
    if n == 0:
        garbage(20_000)
        gc.collect()
        return [a, d]
    r = down(n - 1)
    assert d['n'] is a and a == [n], (n, a, d)
    return r


for _ in range(3):
    assert down(2000) == [[0], {'n': [0]}]


# Up and down across the mark, with reconciles at all depths.
def wave(n, depth):
    a = [n]
    if depth % 50 == 0:
        garbage(3000)
    if n:
        wave(n - 1, depth + 1)
        if n % 100 == 0:
            wave(n // 2, depth + 1)
    assert a == [n]


wave(300, 0)


def fall(n):
    a = [n]
    if n == 0:
        garbage(20_000)
        raise ValueError(a)
    try:
        fall(n - 1)
    finally:
        b = [n]
        assert a == [n]


for _ in range(2):
    try:
        fall(1000)
    except ValueError as e:
        tb, seen = e.__traceback__, 0
        while tb:
            f = tb.tb_frame
            if f.f_code is fall.__code__:
                assert f.f_locals['a'] == [f.f_locals['n']]
                seen += 1
            tb = tb.tb_next
        assert seen == 1001


def layers(n):
    a = [n]
    if n:
        for v in layers(n - 1):
            yield v + a
    else:
        garbage(20_000)
        yield a
    assert a == [n]


assert list(layers(300)) == [list(range(301))]


# A generator that is closed and one that is thrown into, far down.
def hold(n, seen):
    a = [n]
    try:
        if n:
            yield from hold(n - 1, seen)
        else:
            garbage(10_000)
            yield a
    finally:
        garbage(1000 if n % 50 == 0 else 0)
        seen.append(a)


seen = []
g = hold(200, seen)
assert next(g) == [0]
garbage(10_000)
g.close()
assert seen == [[i] for i in range(201)]


# f_locals of a frame far below is written while it is counted, and read by frame objects made late.
def local(n):
    a = [n]
    if n == 0:
        garbage(20_000)
        f = sys._getframe(250)
        f.f_locals['a'] = ['new']
        garbage(20_000)
        assert sys._getframe(300).f_locals['a'] == [300]
        garbage(20_000)
        return
    local(n - 1)
    assert a == ([n] if n != 250 else ['new']), (n, a)


local(400)


# Instances in the making, comparisons, sorting: frames that return in other ways than a plain call's.
class Chain:
    def __init__(self, n):
        self.mine = [n]
        if n:
            self.next = Chain(n - 1)
        else:
            garbage(20_000)

    def __bool__(self):
        return bool(self.mine)


c, n = Chain(1500), 1500
while n:
    assert c.mine == [n] and c
    c, n = c.next, n - 1


def sorted_deep(n):
    a = [n]
    if n == 0:
        garbage(20_000)
        return a
    r = sorted([2, 1], key=lambda k: (k, sorted_deep(n - 1) if k == 1 else a))
    assert r == [1, 2] and a == [n]
    return a


sorted_deep(150)

# An exception that leaves a deep recursion makes frame objects of frames below the mark, which moves down a block at a time.
def fall(n):
    here = [n]
    if n == 0: raise ValueError
    fall(n - 1)
    return here
sys.setrecursionlimit(60000)
try:
    fall(50000)
except ValueError as e:
    tb, frames = e.__traceback__, 0
    while tb:
        if tb.tb_frame.f_code is fall.__code__:
            frames += 1
            last = tb.tb_frame
        tb = tb.tb_next
    assert frames == 50001 and last.f_locals == {'n': 0, 'here': [0]} and last.f_back.f_locals['here'] == [1]
else:
    assert False
