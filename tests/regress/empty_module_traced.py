# Debuggers stop in an empty module, too (pdb would run it again and again).
import sys
code = compile('', 'x', 'exec')
events = []
def trace(frame, event, arg):
    events.append((event, frame.f_lineno))
    return trace
sys.settrace(trace)
exec(code)
sys.settrace(None)
assert events == [('call', 0), ('line', 0), ('return', 0)], events
assert code.co_firstlineno == 1 and {line for _, _, line in code.co_lines()} == {0}
