# Line events where branches meet: the implicit return, and jumps of the compiler's own, are on no line that did not run.
import sys
def trace(func, *args):
    out=[]
    def t(frame, event, arg):
        if event=='line' and frame.f_code is func.__code__: out.append(frame.f_lineno - func.__code__.co_firstlineno)
        elif event=='return' and frame.f_code is func.__code__: out.append(('r', frame.f_lineno - func.__code__.co_firstlineno))
        return t
    sys.settrace(t)
    try: func(*args)
    finally: sys.settrace(None)
    return out
def a(x):
    if x:
        y = 1
def b(x):
    if x:
        y = 1
    else:
        y = 2
def c(x):
    for i in x:
        pass
def d(x):
    while x:
        x -= 1
def e(x):
    try:
        1/x
    except ZeroDivisionError:
        pass
def f(x):
    match x:
        case 1: return 5
        case 2:
            return 6
def g(x):
    if x:
        return
    if not x:
        pass
expected = {
    ('a', 0): [1, ('r', 1)],
    ('a', 1): [1, 2, ('r', 2)],
    ('a', 2): [1, 2, ('r', 2)],
    ('b', 0): [1, 4, ('r', 4)],
    ('b', 1): [1, 2, ('r', 2)],
    ('b', 2): [1, 2, ('r', 2)],
    ('d', 0): [1, ('r', 1)],
    ('d', 1): [1, 2, 1, ('r', 1)],
    ('d', 2): [1, 2, 1, 2, 1, ('r', 1)],
    ('e', 0): [1, 2, 3, 4, ('r', 4)],
    ('e', 1): [1, 2, ('r', 2)],
    ('e', 2): [1, 2, ('r', 2)],
    ('f', 0): [1, 2, 3, ('r', 3)],
    ('f', 1): [1, 2, ('r', 2)],
    ('f', 2): [1, 2, 3, 4, ('r', 4)],
    ('g', 0): [1, 3, 4, ('r', 4)],
    ('g', 1): [1, 2, ('r', 2)],
    ('g', 2): [1, 2, ('r', 2)],
}
for fn in a, b, d, e, f, g:
    for value in 0, 1, 2:
        found = trace(fn, value)
        assert found == expected[fn.__name__, value], (fn.__name__, value, found)
assert trace(c, [1, 2]) == [1, 2, 1, 2, 1, ('r', 1)]


def only_default(x):
    match x:
        case _:
            return 1
assert trace(only_default, 1) == [1, 2, 3, ('r', 3)]


# A class body with annotations ends at its head, with the line of its first decorator; others with their last statement.
def classes():
    class Plain:
        pass
    @staticmethod
    class Annotated:
        x: int
        y = 1


found = []
def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return
    if frame.f_code.co_name in ('Plain', 'Annotated'):
        found.append((event, frame.f_lineno - classes.__code__.co_firstlineno))
    return tracer
sys.settrace(tracer)
classes()
sys.settrace(None)
assert found == [('call', 1), ('line', 1), ('line', 2), ('return', 2), ('call', 3), ('line', 3), ('line', 6), ('line', 3), ('return', 3)], found
print('ok')
