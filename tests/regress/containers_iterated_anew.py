# Subclasses of list, tuple, dict and set that iterate in their own way: what reads any iterable asks them, what reads the native contents does not.
import json
import sqlite3


class Pair:
    def __iter__(self):
        return iter(['x', 'y'])

    def __len__(self):
        return 2


class L(Pair, list):
    pass


class T(Pair, tuple):
    __slots__ = ()


class S(Pair, set):
    pass


class D(dict):
    def __iter__(self):
        return iter(['k'])

    def keys(self):
        return ['k']

    def items(self):
        return [('k', 1)]

    def __getitem__(self, key):
        return 1


for seq in L([1]), L(), T((1, 2, 3)), T():
    assert json.dumps(seq) == '["x", "y"]' and json.dumps({'a': seq}, indent=1) == '{\n "a": [\n  "x",\n  "y"\n ]\n}'
    assert ','.join(seq) == 'x,y' and dict([seq]) == {'x': 'y'}
    items = [1, 2, 3, 4]
    items[0:1] = seq
    assert items == ['x', 'y', 2, 3, 4]
    items[::4] = seq
    assert items == ['x', 'y', 2, 3, 'y']
assert json.dumps(D(a=2)) == '{"k": 1}' and json.dumps(D()) == '{}'
assert D(a=2).copy() == {'k': 1} and D().copy() == {} and D(a=2) | {'b': 3} == {'k': 1, 'b': 3} and type('X', (), D(a=2)).k == 1
assert repr(S([1])) == 'S({1})' and repr(S()) == 'S()'
try:  # recursion is seen in what was given
    loop = L()
    L.__iter__ = lambda self: iter([self])
    json.dumps(loop)
    assert False
except ValueError as e:
    assert str(e) == 'Circular reference detected'
    assert e.__notes__ == ['when serializing L item 0'], e.__notes__

# Bound by their subscripts, which may know nothing of the length that is claimed.
execute = sqlite3.connect(':memory:').execute
for seq, error in (T((1,)), 'tuple index out of range'), (L([1]), 'list index out of range'):
    try:
        execute('select ?, ?', seq)
        assert False
    except IndexError as e:
        assert str(e) == error
assert execute('select ?, ?', T((1, 2))).fetchone() == (1, 2)
