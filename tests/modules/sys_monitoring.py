# sys.monitoring: tools, global and local events, DISABLE, what callbacks receive. Offsets are compared by line only.
import sys

mon, E = sys.monitoring, sys.monitoring.events
TOOL, OTHER = 3, 4

def raises(exc, f, *a):
    try:
        f(*a)
    except exc as e:
        return str(e)
    raise AssertionError('nothing raised')

# ---- identifiers
assert mon.get_tool(TOOL) is None
mon.use_tool_id(TOOL, 'test')
assert mon.get_tool(TOOL) == 'test'
assert raises(ValueError, mon.use_tool_id, TOOL, 'again') == 'tool 3 is already in use'
assert raises(ValueError, mon.use_tool_id, 6, 'x') == 'invalid tool 6 (must be between 0 and 5)'
assert raises(ValueError, mon.set_events, OTHER, E.LINE) == 'tool 4 is not in use'
assert mon.get_events(OTHER) == 0
assert raises(ValueError, mon.set_events, TOOL, E.C_RAISE) == 'cannot set C_RETURN or C_RAISE events independently'
assert raises(ValueError, mon.set_events, TOOL, 1 << 30) == 'invalid event set 0x40000000'
assert raises(ValueError, mon.set_local_events, TOOL, raises.__code__, E.RAISE) == 'invalid local event set 0x800'
assert raises(ValueError, mon.register_callback, TOOL, 3, None) == 'The callback can only be set for one event at a time'
mon.set_events(TOOL, E.BRANCH)
assert mon.get_events(TOOL) == E.BRANCH_LEFT | E.BRANCH_RIGHT
assert mon._all_events() == {'BRANCH_LEFT': 8, 'BRANCH_RIGHT': 8}
mon.set_events(TOOL, 0)

# ---- events of a run
def line_of(code, offset):
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line - code.co_firstlineno if line else line

def record(func, wanted, *args):
    log = []
    def callback(name):
        def f(code, where, *rest):
            if code is func.__code__ or code.co_name in names:
                at = where - code.co_firstlineno if name == 'LINE' else line_of(code, where)
                log.append((name, code.co_name, at, *[getattr(r, '__name__', r) if not isinstance(r, BaseException) else type(r).__name__ for r in rest]))
        return f
    names = {'helper', 'gen'}
    for name in wanted:
        mon.register_callback(TOOL, getattr(E, name), callback(name))
    events = 0
    for name in wanted:
        events |= getattr(E, name)
    mon.set_events(TOOL, events)
    try:
        func(*args)
    except ZeroDivisionError:
        pass
    mon.set_events(TOOL, 0)
    for name in wanted:
        mon.register_callback(TOOL, getattr(E, name), None)
    return log

def helper(x):
    return len([x])
def caller():
    helper(1)
    return 2
assert record(caller, ['PY_START', 'PY_RETURN', 'CALL', 'C_RETURN', 'C_RAISE']) == [
    ('PY_START', 'caller', 0), ('CALL', 'caller', 1, 'helper', 1), ('PY_START', 'helper', 0), ('CALL', 'helper', 1, 'len', [1]),
    ('C_RETURN', 'helper', 1, 'len', [1]), ('PY_RETURN', 'helper', 1, 1), ('PY_RETURN', 'caller', 2, 2)]

def fails():
    try:
        int('x')
    except ValueError:
        pass
    1 / 0
assert record(fails, ['RAISE', 'EXCEPTION_HANDLED', 'PY_UNWIND', 'CALL', 'C_RAISE', 'C_RETURN']) == [
    ('CALL', 'fails', 2, 'int', 'x'), ('C_RAISE', 'fails', 2, 'int', 'x'), ('RAISE', 'fails', 2, 'ValueError'), ('EXCEPTION_HANDLED', 'fails', None, 'ValueError'),
    ('RAISE', 'fails', 5, 'ZeroDivisionError'), ('PY_UNWIND', 'fails', 5, 'ZeroDivisionError')]

def gen():
    yield 1
    return 7
def uses():
    for x in gen():
        pass
    return 0
assert record(uses, ['PY_START', 'PY_RESUME', 'PY_YIELD', 'PY_RETURN', 'STOP_ITERATION']) == [
    ('PY_START', 'uses', 0), ('PY_START', 'gen', 0), ('PY_YIELD', 'gen', 1, 1), ('PY_RESUME', 'gen', 1), ('PY_RETURN', 'gen', 2, 7),
    ('STOP_ITERATION', 'uses', 1, 'StopIteration'), ('PY_RETURN', 'uses', 3, 0)]

def branches(n):
    while n:
        if n == 1:
            n = 0
        else:
            n -= 1
    return n
assert [(e[0], e[2]) for e in record(branches, ['LINE', 'JUMP', 'BRANCH_LEFT', 'BRANCH_RIGHT'], 2)] == [
    ('LINE', 1), ('BRANCH_LEFT', 1), ('LINE', 2), ('BRANCH_RIGHT', 2), ('LINE', 5), ('JUMP', 5), ('LINE', 1), ('BRANCH_LEFT', 1), ('LINE', 2), ('BRANCH_LEFT', 2),
    ('LINE', 3), ('JUMP', 3), ('LINE', 1), ('BRANCH_RIGHT', 1), ('LINE', 6)]
assert set((s, l) for s, l, r in branches.__code__.co_branches()) and len(list(branches.__code__.co_branches())) == 2

# ---- DISABLE: one place at a time, until restart_events()
seen = []
def once(code, line):
    if code is branches.__code__:
        seen.append(line - code.co_firstlineno)
        return mon.DISABLE
mon.register_callback(TOOL, E.LINE, once)
mon.set_events(TOOL, E.LINE)
branches(3)
branches(3)
assert sorted(seen) == [1, 2, 3, 5, 6]
mon.set_events(TOOL, E.LINE | E.PY_START)  # another set leaves it disabled
branches(3)
assert len(seen) == 5
mon.restart_events()
branches(1)
assert len(seen) == 9
mon.set_events(TOOL, 0)
mon.register_callback(TOOL, E.RAISE, lambda *a: mon.DISABLE)
mon.set_events(TOOL, E.RAISE)
text = raises(ValueError, lambda: int('x'))
mon.set_events(TOOL, 0)
assert text == 'Cannot disable RAISE events. Callback removed.', text
assert mon.register_callback(TOOL, E.RAISE, None) is None

# ---- local events; two tools; a callback's exception
mon.use_tool_id(OTHER, 'other')
counts = {TOOL: 0, OTHER: 0}
def count(tool):
    def f(code, offset):
        counts[tool] += 1
    return f
for tool in counts:
    mon.register_callback(tool, E.PY_START, count(tool))
mon.set_local_events(TOOL, helper.__code__, E.PY_START)
assert mon.get_local_events(TOOL, helper.__code__) == E.PY_START and mon.get_local_events(OTHER, helper.__code__) == 0
caller()
assert counts == {TOOL: 1, OTHER: 0}
mon.set_events(OTHER, E.PY_START)
caller()
mon.set_events(OTHER, 0)
assert counts == {TOOL: 2, OTHER: 2}, counts
mon.clear_tool_id(TOOL)
caller()
assert counts[TOOL] == 2 and mon.get_local_events(TOOL, helper.__code__) == 0
def bad(code, offset):
    raise KeyError('callback')
mon.register_callback(TOOL, E.PY_START, bad)
mon.set_local_events(TOOL, helper.__code__, E.PY_START)
assert raises(KeyError, helper, 1) == "'callback'"
mon.set_local_events(TOOL, helper.__code__, 0)
assert helper(1) == 1
mon.free_tool_id(TOOL)
mon.free_tool_id(OTHER)

# ---- `async for`: left where it goes on with an item, right at its end, both told where it waited; a comprehension tells its end alone
class Items:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.n: raise StopAsyncIteration
        self.n -= 1
        return self.n
async def loop(n):
    r = []
    async for x in Items(n):
        r.append(x)
    else:
        r.append('end')
    return r
async def comprehension(n):
    return {x: 1 async for x in Items(n)}
async def broken(n):
    async for x in Items(n):
        raise KeyError(x)
def finish(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value
mon.use_tool_id(TOOL, 'branches')
branches = []
places = set()
def line(code, offset):
    return list(code.co_positions())[offset // 2][0] - code.co_firstlineno
def branch(kind, answer=None):
    def f(code, source, target):
        branches.append((kind, line(code, source), line(code, target)))
        places.add(source)
        return answer
    return f
def told(function, n, left=None, right=None):
    branches.clear()
    places.clear()
    mon.register_callback(TOOL, E.BRANCH_LEFT, branch('left', left))
    mon.register_callback(TOOL, E.BRANCH_RIGHT, branch('right', right))
    mon.restart_events()
    mon.set_local_events(TOOL, function.__code__, E.BRANCH_LEFT | E.BRANCH_RIGHT)
    try:
        return finish(function(n))
    finally:
        mon.set_local_events(TOOL, function.__code__, 0)
assert told(loop, 2) == [1, 0, 'end'] and branches == [('left', 2, 2), ('left', 2, 2), ('right', 2, 5)], branches
assert len(places) == 1 and [(a, line(loop.__code__, b), line(loop.__code__, c)) for a, b, c in loop.__code__.co_branches()] == [(*places, 2, 5)]
told(loop, 3, left=mon.DISABLE)
assert branches == [('left', 2, 2), ('right', 2, 5)], branches
# Events that are asked for anew are not disabled.
mon.set_local_events(TOOL, loop.__code__, E.BRANCH_LEFT | E.BRANCH_RIGHT)
branches.clear()
for _ in range(2): finish(loop(3))
mon.set_local_events(TOOL, loop.__code__, 0)
assert branches == [('left', 2, 2), ('right', 2, 5), ('right', 2, 5)], branches
assert told(comprehension, 2) == {1: 1, 0: 1} and branches == [('right', 1, 1)], branches
assert raises(KeyError, told, broken, 2) == '1' and branches == [('left', 1, 1)], branches
mon.free_tool_id(TOOL)
