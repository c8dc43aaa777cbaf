# Places of the frame stack are used again without being cleared: whatever a frame had in its words for the frame object and the mapping of names must be gone
# when it is left, on every way out.
import gc
import sys
import types
import weakref


class Thing:
    pass


def deep(n, f, *args):
    return f(*args) if n == 0 else deep(n - 1, f, *args)


def nothing(a):
    return a


def plain(a):
    b = nothing(a)
    gc.collect()
    return nothing(b)


def leaves(way):
    """Leaves a frame that has a mapping (or an instance) in one way; gives a weak reference to something it held."""
    thing = Thing()
    ref = weakref.ref(thing)
    ns = {'thing': thing, 'way': way, 'nothing': nothing}
    if way == 'exec':
        exec('x = nothing(thing)', ns)
    elif way == 'exec raises':
        try:
            exec('x = nothing(thing)\nraise ValueError', ns)
        except ValueError:
            pass
    elif way == 'class':
        exec('class C:\n x = nothing(thing)\n', ns)
    elif way == 'function':
        types.FunctionType(compile('x = nothing(thing)', 'x', 'exec'), ns)()
    elif way == 'function raises':
        try:
            types.FunctionType(compile('nothing(thing)\n1 / 0', 'x', 'exec'), ns)()
        except ZeroDivisionError:
            pass
    elif way == 'init':
        class D:
            def __init__(self, t):
                self.t = nothing(t)
        ref = weakref.ref(D(thing))
    elif way == 'init raises':
        class E:
            def __init__(self, t):
                nonlocal ref
                ref = weakref.ref(self)
                raise KeyError
        try:
            E(thing)
        except KeyError:
            pass
    elif way == 'init returns':
        class F:
            def __init__(self, t):
                nonlocal ref
                ref = weakref.ref(self)
                return 5
        try:
            F(thing)
        except TypeError:
            pass
    elif way == 'init yields':
        class G:
            def __init__(self, t):
                nonlocal ref
                ref = weakref.ref(self)
                yield
        try:
            G(thing)
        except TypeError:
            pass
    elif way == 'arguments':  # binding fails when the frame has its mapping
        code = compile('def f(a, *b, c): pass', 'x', 'exec').co_consts[0]
        try:
            types.FunctionType(code, ns)(1, 2)
        except TypeError:
            pass
        except Exception:
            raise
    elif way == 'frame':
        def g(t):
            f = sys._getframe()
            return f.f_lineno
        g(thing)
    elif way == 'frame raises':
        def h(t):
            sys._getframe()
            raise OSError
        try:
            h(thing)
        except OSError:
            pass
    elif way == 'generator':
        eval(compile('[nothing(t) for t in [thing]]', 'x', 'eval'), ns)
    ns.clear()
    return ref


for way in ('exec', 'exec raises', 'class', 'function', 'function raises', 'init', 'init raises', 'init returns', 'init yields', 'arguments', 'frame',
            'frame raises', 'generator'):
    for depth in (0, 1, 5):
        ref = deep(depth, leaves, way)
        deep(depth, plain, 1)
        deep(depth + 2, plain, 1)
        assert ref() is None, (way, depth)


# What plain frames say about themselves after such frames stood in their places.
def about(a):
    b = 1
    return sys._getframe().f_locals, locals()


for way in ('exec', 'class', 'function', 'init', 'frame'):
    leaves(way)
    one, two = about(3)
    assert dict(one) == two == {'a': 3, 'b': 1}, way
