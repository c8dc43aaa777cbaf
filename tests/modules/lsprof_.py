# _lsprof, and cProfile on top of it.
import _lsprof
import cProfile
import gc
import io
import math
import pstats
import sys
from test.support import catch_unraisable_exception


class C:
    def m(self):
        return len('abc')

    def g(self):
        yield 1
        yield 2


def f(n):
    if n:
        f(n - 1)
    l = []
    l.append(1)
    [].append(2)
    math.sqrt(2)
    list.append(l, 3)
    'a'.join(['x'])
    dict.fromkeys('ab')
    sorted([3, 1], key=abs)
    int('3')
    C().m()
    list(C().g())
    try:
        math.sqrt(-1)
    except ValueError:
        pass


def name(e):
    return str(e.code if isinstance(e.code, str) else e.code.co_name)


def table(p):
    return {name(e): (e.callcount, e.reccallcount, {name(c): (c.callcount, c.reccallcount) for c in e.calls or ()}) for e in p.getstats()}


want_f = {'f': (2, 1), '<built-in method math.sqrt>': (6, 0), "<method 'append' of 'list' objects>": (9, 0), "<method 'join' of 'str' objects>": (3, 0),
          '<built-in method fromkeys>': (3, 0), '<built-in method builtins.sorted>': (3, 0), 'm': (3, 0), 'g': (9, 0)}
for keywords in [{}, {'subcalls': True, 'builtins': True}]:  # enabled by a call with keywords, too
    p = _lsprof.Profiler()
    assert p.getstats() == [] and p.disable() is None
    gc.collect()  # callbacks of what imports left behind are no part of the profile
    p.enable(**keywords)
    f(2)
    p.disable()
    got = table(p)
    assert got['f'] == (3, 2, want_f), got['f']
    assert got['m'] == (3, 0, {'<built-in method builtins.len>': (3, 0)}) and got['g'] == (9, 0, {})
    assert got["<method 'disable' of '_lsprof.Profiler' objects>"] == (1, 0, {})
    assert all(e.totaltime >= e.inlinetime >= 0 for e in p.getstats())
    p.clear()
    assert p.getstats() == []

p = _lsprof.Profiler()
p.enable(subcalls=False, builtins=False)
f(1)
p.disable()
assert table(p) == {'f': (2, 1, {}), 'm': (2, 0, {}), 'g': (6, 0, {})}, table(p)

# ---- a clock of one's own: each question takes one unit
ticks = 0
def timer():
    global ticks
    ticks += 1
    return ticks
def leaf():
    pass
def tree():
    leaf()
    leaf()
p = _lsprof.Profiler(timer, 0.5, builtins=False)
p.enable(builtins=False)
tree()
p.disable()
e = {name(e): e for e in p.getstats()}
assert (e['leaf'].totaltime, e['leaf'].inlinetime, e['leaf'].callcount) == (1.0, 1.0, 2)
assert (e['tree'].totaltime, e['tree'].inlinetime) == (2.5, 1.5) and e['tree'].calls[0].totaltime == 1.0
assert 'timer' not in e
p = _lsprof.Profiler(lambda: 0.25)
p.enable(); leaf(); p.disable()
assert {name(e): e for e in p.getstats()}['leaf'].totaltime == 0

# ---- clocks that fail, or meddle
def bad():
    raise ValueError('no time')
with catch_unraisable_exception() as cm:
    p = _lsprof.Profiler(bad)
    p.enable(); leaf(); p.disable()
    assert cm.unraisable.exc_type is ValueError
def meddler():
    p.clear()
with catch_unraisable_exception() as cm:
    p = _lsprof.Profiler(meddler)
    p.enable(); leaf(); p.disable()
    assert cm.unraisable.exc_type is RuntimeError

# ---- one at a time
p = _lsprof.Profiler()
p.enable()
try:
    try:
        _lsprof.Profiler().enable()
    except ValueError as e:
        assert str(e) == 'tool 2 is already in use'
    else:
        raise AssertionError
finally:
    p.disable()
assert sys.monitoring.get_tool(2) is None

# ---- exceptions and throw() into generators count as ends and beginnings
def gen():
    try:
        yield 1
    except KeyError:
        yield 2
def raiser():
    raise OSError
p = _lsprof.Profiler()
p.enable(builtins=False)
g = gen(); next(g); g.throw(KeyError()); g.close()
try:
    raiser()
except OSError:
    pass
p.disable()
got = table(p)
assert got['raiser'][0] == 1 and got['gen'][0] >= 2
del p
gc.collect()

# ---- cProfile
out = io.StringIO()
pr = cProfile.Profile()
assert pr.runcall(math.sqrt, 4) == 2
with pr:
    f(3)
pstats.Stats(pr, stream=out).sort_stats('name').print_stats()
text = out.getvalue()
assert '{built-in method math.sqrt}' in text and "{method 'append' of 'list' objects}" in text and ' 4/1 ' in text and '(f)' in text
# statistics of a profiler that is still running, and of many functions
pr = cProfile.Profile()
pr.enable()
for i in range(300):
    exec(f'def fn{i}(): return {i}\nfn{i}()')
    if i % 100 == 0:
        pr.getstats()
pr.disable()
assert sum(name(e).startswith('fn') for e in pr.getstats()) == 300
