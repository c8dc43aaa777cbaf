# Line and return events of sys.settrace: each jump to the end of a function returns on its own line, handlers of the compiler's own have none.
import sys

def trace(func, *args, jump=None):
    events = []
    def tracer(frame, event, arg):
        if frame.f_code is not func.__code__ and frame.f_code.co_name not in ('inner', '__enter__', '__exit__'):
            return None
        line = frame.f_lineno - func.__code__.co_firstlineno if frame.f_lineno else None
        events.append((line, event))
        if jump and event == 'line' and line == jump[0]:
            frame.f_lineno = func.__code__.co_firstlineno + jump[1]
        return tracer
    sys.settrace(tracer)
    try:
        func(*args)
    except ZeroDivisionError:
        pass
    finally:
        sys.settrace(None)
    return events
def lines(func, *args, **kw):
    return [e[0] if e[1] == 'line' else e for e in trace(func, *args, **kw)]

def ifs(a, b):
    if a:
        if b:
            pass
        else:
            b
    elif b:
        a = 1
assert lines(ifs, 1, 1) == [(0, 'call'), 1, 2, 3, (3, 'return')]
assert lines(ifs, 1, 0) == [(0, 'call'), 1, 2, 5, (5, 'return')]
assert lines(ifs, 0, 0) == [(0, 'call'), 1, 6, (6, 'return')]

def loop(n):
    while n:
        if n > 1:
            n -= 1
            continue
        n = 0
assert lines(loop, 2) == [(0, 'call'), 1, 2, 3, 4, 1, 2, 5, 1, (1, 'return')]

def handler(n):
    try:
        1 // n
    except ZeroDivisionError as e:
        if n:
            n = 1
    n = 2
assert lines(handler, 0) == [(0, 'call'), 1, 2, (2, 'exception'), 3, 4, 6, (6, 'return')]
def unmatched():
    try:
        1 / 0
    except KeyError:
        pass
assert lines(unmatched) == [(0, 'call'), 1, 2, (2, 'exception'), 3, (3, 'return')]
def final(x):
    for i in x:
        try:
            break
        finally:
            x = i
assert lines(final, [1, 2]) == [(0, 'call'), 1, 2, 3, 5, (5, 'return')]

class Manager:
    def __enter__(self): pass
    def __exit__(self, *a): return True
def managed():
    with Manager():
        1 / 0
    x = 1
assert [e for e in lines(managed) if not isinstance(e, tuple) or e[0] in range(5)] == [(0, 'call'), 1, -2, 2, (2, 'exception'), 1, -1, 3, (3, 'return')], lines(managed)
def early():
    with Manager():
        return 1
assert lines(early)[-1] == (1, 'return')

def one_line(n):
    while n: n -= 1
assert lines(one_line, 2) == [(0, 'call'), 1, 1, 1, (1, 'return')]

# ---- jumps
def jumps(out):
    for i in (1, 2):
        with Manager():
            out.append(1)
        out.append(2)
    out.append(3)
out = []
lines(jumps, out, jump=(4, 5))
assert out == [1, 3]
def between(out):
    with Manager():
        out.append(1)
        out.append(2)
    with Manager():
        out.append(4)
out = []
lines(between, out, jump=(3, 5))
assert out == [1, 4]
def into(out):
    out.append(1)
    for i in (1, 2):
        out.append(i)
for target, text in ((3, "can't jump into the body of a for loop"), (40, 'line')):
    try:
        lines(into, [], jump=(1, target))
    except ValueError as e:
        assert text in str(e)
    else:
        raise AssertionError(target)
def handled(out):
    try:
        1 / 0
    except ZeroDivisionError:
        out.append(1)
        out.append(2)
    out.append(sys.exc_info()[0])
out = []
lines(handled, out, jump=(5, 6))
assert out == [1, None], out
