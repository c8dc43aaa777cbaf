# A generator that was suspended while nothing was traced and has become garbage dies some time later, by a reconcile: a program that is traced by then does
# not hear of it. CPython's died at once, before tracing began.
import sys

import kaa

events = []


def tracer(frame, event, arg):
    if frame.f_code is suspended.__code__:
        events.append(event)
    return tracer


def suspended():
    yield 1
    yield 2


def leave_behind():
    g = suspended()
    next(g)


def leaving_tracer(frame, event, arg):  # a trace function runs untraced
    leave_behind()
    return tracer(frame, event, arg)


def traced(function):
    kaa.reconcile()
    if function is tracer:
        leave_behind()
    sys.settrace(function)
    traced_body()
    sys.settrace(None)


def traced_body():
    kaa.reconcile()
    return 1


for function in tracer, leaving_tracer:
    traced(function)
    assert events == [], (function, events)


# One that is suspended by traced code is heard of.
def close_by_death():
    g = suspended()
    next(g)
    del g


sys.settrace(tracer)
close_by_death()
sys.settrace(None)
assert events == ['call', 'line', 'return', 'call', 'exception', 'return'], events
