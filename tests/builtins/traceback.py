# Traceback objects and what is recorded when exceptions pass frames.
import sys
import types

def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

def one():
    raise ValueError('x')
def two():
    y = 1
    one()
try:
    two()
except ValueError as e:
    tb = e.__traceback__
names = []
t = tb
while t:
    names.append((t.tb_frame.f_code.co_name, t.tb_lineno - t.tb_frame.f_code.co_firstlineno))
    assert t.tb_lasti >= 0
    t = t.tb_next
assert [n for n, _ in names] == ['<module>', 'two', 'one']
assert names[1][1] == 2 and names[2][1] == 1
assert tb.tb_next.tb_frame.f_locals['y'] == 1
assert tb.tb_next.tb_frame.f_back is tb.tb_frame
pos = list(tb.tb_next.tb_frame.f_code.co_positions())[tb.tb_next.tb_lasti // 2]
assert pos[0] == tb.tb_next.tb_lineno
assert dir(tb) == ['tb_frame', 'tb_lasti', 'tb_lineno', 'tb_next']

new = types.TracebackType(tb, sys._getframe(), 3, 4)
assert (new.tb_next, new.tb_lasti, new.tb_lineno) == (tb, 3, 4)
assert raises(ValueError, setattr, tb, 'tb_next', tb) == 'traceback loop detected'
assert raises(ValueError, setattr, tb, 'tb_next', new) == 'traceback loop detected'
assert raises(TypeError, setattr, tb, 'tb_next', 3) == "expected traceback object, got 'int'"
assert raises(TypeError, delattr, tb, 'tb_next') == "can't delete tb_next attribute"
tb.tb_next = None
assert tb.tb_next is None
assert raises(TypeError, types.TracebackType, None, 2, 3, 4) == "traceback() argument 'tb_frame' must be frame, not int"

# an exception that is raised again keeps its entries; one that passes a frame twice gets two
def again():
    try:
        one()
    except ValueError as e:
        raise
try:
    again()
except ValueError as e:
    n, t = 0, e.__traceback__
    while t:
        n, t = n + 1, t.tb_next
    assert n == 3, n

# the frames of an exception hold their variables until it goes
def keeps():
    big = [1, 2, 3]
    1 / 0
try:
    keeps()
except ZeroDivisionError as e:
    assert e.__traceback__.tb_next.tb_frame.f_locals == {'big': [1, 2, 3]}
    e.__traceback__.tb_next.tb_frame.clear()
    assert dict(e.__traceback__.tb_next.tb_frame.f_locals) == {}
