# What is set on the frame object of a suspended generator lasts as long as the generator.
import gc
import sys


def numbers():
    x = 1
    yield x
    yield 2


g = numbers()
next(g)
g.gi_frame.f_locals['extra'] = 5
gc.collect()
assert dict(g.gi_frame.f_locals) == {'x': 1, 'extra': 5}
next(g)
gc.collect()
assert g.gi_frame.f_locals['extra'] == 5

# A trace function of a generator's frame is still there at its next resumption.
events = []


def tracer(frame, event, arg):
    events.append((event, frame.f_lineno - numbers.__code__.co_firstlineno))
    return tracer


h = numbers()
next(h)
h.gi_frame.f_trace = tracer
gc.collect()
assert h.gi_frame.f_trace is tracer
sys.settrace(lambda *args: None)
next(h)
sys.settrace(None)
assert events == [('line', 3), ('return', 3)], events


# A frame object refers to nobody's generator, and a cycle through what was set is found.
class Watched:
    def __del__(self):
        died.append(1)


died = []
h = numbers()
next(h)
w = Watched()
w.generator = h
h.gi_frame.f_locals['w'] = w
del h, w
gc.collect()
assert died == [1], died

frame = g.gi_frame
g.close()
assert g.gi_frame is None and frame.f_locals['extra'] == 5
