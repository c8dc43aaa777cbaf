# Corners of the language that CPython's tests found wrong once.
import types


def error_of(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    return None


# The truth of an operand is asked once.
class Value:
    def __init__(self, truth):
        self.truth, self.asked = truth, 0
    def __bool__(self):
        self.asked += 1
        return self.truth
def ask(code, *truths):
    v = [Value(t) for t in truths]
    result = eval(code, {'v': v})
    return v.index(result), [x.asked for x in v]
assert ask('v[0] and v[1] or v[2]', True, False, True) == (2, [1, 1, 0])
assert ask('(v[0] or v[1]) and v[2]', True, False, True) == (2, [1, 0, 0])
assert ask('(v[0] and v[1] or v[2]) and v[3]', False, True, False, True) == (2, [1, 0, 1, 0])
assert ask('v[0] and (v[1] or v[2]) or v[3]', True, False, False, False) == (3, [1, 1, 1, 0])
assert ask('v[0] or v[1] and v[2] or v[3]', False, True, False, True) == (3, [1, 1, 1, 0])

# A generator expression's iterator can be replaced before it begins.
def replaced(value):
    g = (x for x in range(3))
    g.gi_frame.f_locals['.0'] = value
    return g
assert list(replaced(iter('ab'))) == ['a', 'b']
for value in 5, None, 2.0, [1], object():
    assert error_of(list, replaced(value)) == ('TypeError', f"'{type(value).__name__}' object is not an iterator")
function = types.FunctionType((x for x in ()).gi_code, {})
assert list(function(iter('xy'))) == ['x', 'y']
assert error_of(list, function(42)) == ('TypeError', "'int' object is not an iterator")

# One comprehension's variable is another one's global.
x = 3
def two():
    [x for x in [1]]
    return [x for _ in [1]]
assert two() == [3]

# Keywords from mappings.
def f(*args, **kwargs):
    return kwargs
class Pairs:
    def __init__(self, *pairs):
        self.pairs = pairs
    def keys(self):
        return [k for k, v in self.pairs]
    def __getitem__(self, key):
        return dict(self.pairs)[key]
assert f(**Pairs(('a', 1)), **{'b': 2}) == {'a': 1, 'b': 2}
assert error_of(lambda: f(**Pairs(('a', 1), ('a', 2))))[1].endswith("got multiple values for keyword argument 'a'")
assert error_of(lambda: f(**{1: 2}, **{1: 3}))[1].endswith("got multiple values for keyword argument '1'")
assert error_of(lambda: f(**{1: 2})) == ('TypeError', 'keywords must be strings')

# Patterns.
for pattern in 'f""', 'f"{x}"', '{0: _, 0j: _}', '{1: _, True: _}', '{-0: _, 0.0: _}':
    try:
        compile(f'match x:\n  case {pattern}: pass', 'f', 'exec')
        assert False, pattern
    except SyntaxError:
        pass
from collections import UserDict
from collections.abc import Sequence, Mapping
class MapFirst(UserDict, Sequence): pass
class SeqFirst(tuple, Mapping):
    def items(self): return []
    def keys(self): return []
    def values(self): return []
def kind(value):
    match value:
        case [*_]: return 'sequence'
        case {}: return 'mapping'
assert kind(MapFirst()) == 'mapping' and kind(SeqFirst()) == 'sequence'

# super that is not super, __class__ in mro().
class Message:
    text = 'own'
def shadowed():
    super = Message
    class C:
        def method(self):
            return super().text
    return C().method()
assert shadowed() == 'own'
class Meta(type):
    def mro(cls):
        if 'f' in cls.__dict__:
            cls.__dict__['f']()
        return super().mro()
class WithCell(metaclass=Meta):
    def f():
        assert __class__.__name__ == 'WithCell'

# A class that mro() puts in from elsewhere.
class Elsewhere:
    value = 1
class Strange(type):
    def mro(cls):
        return (cls, Elsewhere, object)
class Weird(metaclass=Strange):
    pass
assert Weird.value == 1
Elsewhere.value = 2
assert Weird.value == 2

# An exception that cannot be made is thrown in instead.
class NoInstance(Exception):
    def __new__(cls, *args):
        return cls
def generator():
    yield
g = generator()
next(g)
assert 'should have returned an instance of BaseException' in error_of(g.throw, NoInstance)[1]
assert list(g) == []

# The line of a frame that an exception left.
def lines(f):
    try:
        f()
    except Exception as e:
        frame = e.__traceback__.tb_next.tb_frame
        return frame.f_lineno - f.__code__.co_firstlineno
def in_except():
    try:
        1/0
    except:
        1/0
        pass
def other_except():
    try:
        1/0
    except TypeError as ex:
        pass
class Noop:
    def __enter__(self): pass
    def __exit__(self, *args): pass
def after_with():
    with Noop():
        1/0
        pass
assert lines(in_except) == 4 and lines(other_except) == 3 and lines(after_with) == 2, (lines(in_except), lines(other_except), lines(after_with))

# AttributeError of a __getattr__ that says nothing, suggestions, nothing to say about what is not there.
class Silent:
    def __getattr__(self, name):
        raise AttributeError
try:
    Silent().missing
except AttributeError as e:
    assert e.name == 'missing' and type(e.obj) is Silent

# What is misspelt.
try:
    compile('for i in ():\n  pass\nwhille True:\n  pass', 'f', 'exec')
except SyntaxError as e:
    assert e._metadata == (1, 0, 'for i in ():\n  pass\nwhille True:\n  pass\n')

try:
    compile(b'# coding: ascii\n\xe2', 'f', 'exec')
except SyntaxError as e:
    assert e.msg.startswith("'ascii' codec can't decode byte 0xe2"), e.msg

# A class body that rebinds the __class__ around it, and functions in it that mean the class.
class Around:
    def method(self):
        class Inner:
            nonlocal __class__
            __class__ = 42
            def f():
                return __class__
        return __class__, Inner.f(), Inner
result = Around().method()
assert result[0] == 42 and result[1] is result[2]

# Locals of a comprehension in a module's code.
import sys
assert [sys._getframe().f_locals['inside'] for inside in [7]] == [7]
assert [locals()['inside'] for inside in [8]] == [8] and [eval('inside') for inside in [9]] == [9]
assert 'inside' not in [sys._getframe().f_locals for inside in [0]][0] and 'inside' not in globals()
print('ok')
