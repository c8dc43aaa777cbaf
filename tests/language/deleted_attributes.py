"""Attributes deleted in the middle: the rest keeps its order and its values, whatever the instance's layout becomes."""
import itertools


class A:
    def __init__(self, n):
        for i in range(n):
            setattr(self, f'a{i}', [i])


def read(o):
    return {k: v for k, v in vars(o).items()}


for n in range(1, 9):
    for i in range(n):
        o = A(n)
        want = {f'a{k}': [k] for k in range(n)}
        delattr(o, f'a{i}')
        del want[f'a{i}']
        assert all(getattr(o, k) == v for k, v in want.items()) and not hasattr(o, f'a{i}')
        o.new = 'new'
        want['new'] = 'new'
        setattr(o, f'a{i}', 'again')
        want[f'a{i}'] = 'again'
        assert list(read(o).items()) == list(want.items())

# In every order, with attributes set again: dicts say the same.
for order in itertools.permutations(range(5)):
    o, d = A(5), {f'a{k}': [k] for k in range(5)}
    for i in order:
        delattr(o, f'a{i}')
        del d[f'a{i}']
        if i % 2:
            setattr(o, f'b{i}', i)
            d[f'b{i}'] = i
    assert list(read(o).items()) == list(d.items())


class B:
    def __init__(self, f, args):
        self.gen, self.func, self.args, self.kw = f(*args), f, args, {}
        self.doc = 'text'

    def start(self):
        del self.args, self.kw, self.func
        return next(self.gen), self.doc


for _ in range(50):
    assert B(iter, ([1, 2],)).start() == (1, 'text')

try:
    b = B(iter, ([1],))
    b.start()
    b.func
except AttributeError as e:
    assert str(e) == "'B' object has no attribute 'func'"
else:
    raise AssertionError
try:
    del b.func
except AttributeError as e:
    assert str(e) == "'B' object has no attribute 'func'"

# Many attributes become a dict when asked for, in their order.
o = A(40)
assert list(vars(o)) == [f'a{k}' for k in range(40)] and vars(o)['a39'] == [39]
vars(o)['extra'] = 1
assert o.extra == 1
del o.a5
assert 'a5' not in vars(o) and o.a6 == [6]


# What an attribute held dies with it.
class Noisy:
    def __del__(self):
        log.append(1)


log = []
class C: pass
c = C()
c.x, c.y, c.z = Noisy(), 1, 2
del c.x
assert log == [1] and c.y == 1 and c.z == 2
