# Events that are turned off and on again: what was disabled stays so until restart_events().
import sys

mon = sys.monitoring
found = []


def watched(n):
    total = 0
    for i in range(n):
        total += i
    return total


def lines(code, line):
    if code is watched.__code__:
        found.append(line - code.co_firstlineno)
        if disable:
            return mon.DISABLE


def run():
    found.clear()
    watched(2)
    return found[:]


disable = False
mon.use_tool_id(1, 'one')
mon.register_callback(1, mon.events.LINE, lines)
for _ in range(3):
    mon.set_events(1, mon.events.LINE)
    assert run() == [1, 2, 3, 2, 3, 2, 4], found
    mon.set_events(1, 0)
    assert run() == []
disable = True
mon.set_events(1, mon.events.LINE)
assert run() == [1, 2, 3, 2, 4], found
mon.set_events(1, 0)
mon.set_events(1, mon.events.LINE)
assert run() == []
mon.restart_events()
assert run() == [1, 2, 3, 2, 4], found
assert run() == []
mon.set_events(1, 0)
mon.restart_events()
mon.set_events(1, mon.events.LINE)
assert run() == [1, 2, 3, 2, 4], found
mon.free_tool_id(1)
assert run() == []
