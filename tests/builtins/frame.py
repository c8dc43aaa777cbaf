# Frames: attributes, f_locals that writes through, locals(), tracing, profiling, jumps.
import sys

def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

def f(a):
    x = 1
    frame = sys._getframe()
    assert frame.f_code is f.__code__ and frame.f_globals is globals()
    assert frame.f_back.f_code.co_name == '<module>'
    assert frame.f_lineno == f.__code__.co_firstlineno + 5
    p = frame.f_locals
    assert type(p).__name__ == 'FrameLocalsProxy'
    p['x'] = 42
    assert x == 42
    p['a'] = [1]
    assert a == [1]
    def inner():
        return y
    y = 5
    p['y'] = 6
    assert inner() == 6
    p['extra'] = 'e'
    assert frame.f_locals['extra'] == 'e' and 'extra' in locals()
    assert raises(ValueError, p.__delitem__, 'x') == 'cannot remove local variables from FrameLocalsProxy'
    del p['extra']
    assert 'extra' not in p
    assert raises(KeyError, p.__getitem__, 'nope') == '"local variable \'\'nope\'\' is not defined"'
    assert set(p) == {'a', 'x', 'frame', 'p', 'inner', 'y'}, list(p)
    assert list(p.keys()) == list(p) and len(p) == 6 and ('x', 42) in p.items() and 42 in p.values()
    assert p.get('zz') is None and p.setdefault('x', 1) == 42
    p.update({'x': 7})
    assert x == 7
    assert (p | {'q': 1})['q'] == 1
    snap = locals()
    snap['x'] = 'nothing'
    assert x == 7 and locals() is not snap
    assert raises(RuntimeError, frame.clear) == 'cannot clear an executing frame'
    return frame
frame = f(0)
assert frame.f_locals['x'] == 7 and frame.f_locals['y'] == 6
assert frame.f_back.f_code.co_name == '<module>'
assert repr(frame).startswith('<frame at 0x') and repr(frame).endswith('code f>')
frame.clear()
assert len(frame.f_locals) == 0

def gen():
    yield 1
    yield 2
g = gen()
assert g.gi_frame.f_generator is g and g.gi_frame.f_back is None
next(g)
assert raises(RuntimeError, g.gi_frame.clear) == 'cannot clear a suspended frame'
assert g.gi_frame.f_lineno == gen.__code__.co_firstlineno + 1
fr = g.gi_frame
list(g)
assert g.gi_frame is None and fr.f_generator is None

class C:
    z = 1
    assert sys._getframe().f_locals is locals()
    assert locals()['z'] == 1
assert sys._getframe().f_locals is globals()

# ---- tracing
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_filename == __file__:
        events.append((frame.f_lineno - frame.f_code.co_firstlineno, event, frame.f_code.co_name))
        return tracer
def traced(n):
    total = 0
    for i in range(n):
        total += i
    return total
def trace(func, *args):
    events.clear()
    sys.settrace(tracer)
    try:
        func(*args)
    except ZeroDivisionError:
        pass
    finally:
        sys.settrace(None)
    return [e[:2] for e in events if e[2] not in ('trace', 'tracer')]
assert trace(traced, 2) == [(0, 'call'), (1, 'line'), (2, 'line'), (3, 'line'), (2, 'line'), (3, 'line'), (2, 'line'), (4, 'line'), (4, 'return')], events

def raising():
    try:
        1 / 0
    except KeyError:
        pass
assert trace(raising) == [(0, 'call'), (1, 'line'), (2, 'line'), (2, 'exception'), (3, 'line'), (3, 'return')], events
def generator():
    yield 1
    yield 2
def consume():
    for x in generator():
        pass
got = trace(consume)
assert [e[1:] for e in events if e[2] == 'generator' and e[1] != 'line'] == [('call', 'generator'), ('return', 'generator')] * 3, events
assert sys.gettrace() is None

# jumps
def jumping():
    out = []
    out.append(1)
    out.append(2)
    out.append(3)
    return out
def jumper(frame, event, arg):
    if frame.f_code is not jumping.__code__:
        return None
    if event == 'line' and frame.f_lineno == jumping.__code__.co_firstlineno + 3:
        frame.f_lineno = jumping.__code__.co_firstlineno + 4
    return jumper
sys.settrace(jumper)
got = jumping()
sys.settrace(None)
assert got == [1, 3], got
assert raises(ValueError, setattr, sys._getframe(), 'f_lineno', 1) == 'f_lineno can only be set in a trace function'
assert raises(TypeError, setattr, sys._getframe(), 'f_trace_lines', 1) == 'attribute value type must be bool'

# profiling
calls = []
def profiler(frame, event, arg):
    calls.append((event, getattr(arg, '__name__', None) if event.startswith('c_') else frame.f_code.co_name))
def profiled():
    return len([1])
sys.setprofile(profiler)
profiled()
sys.setprofile(None)
assert calls == [('call', 'profiled'), ('c_call', 'len'), ('c_return', 'len'), ('return', 'profiled'), ('c_call', 'setprofile')], calls

# an error in a trace function ends tracing and goes on to the program
def broken(frame, event, arg):
    raise ValueError('broken')
def target():
    pass
sys.settrace(broken)
try:
    target()
except ValueError as e:
    assert str(e) == 'broken'
else:
    assert False
assert sys.gettrace() is None
