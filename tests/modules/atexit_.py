# atexit: order, unregistering while comparing, errors reported with the callback's name and without an object.
import atexit
import sys

log = []
for i in range(3):
    atexit.register(log.append, i)
atexit._run_exitfuncs()
assert log == [2, 1, 0] and atexit._ncallbacks() == 0

def fails():
    raise ValueError('x')
seen = []
hook, sys.unraisablehook = sys.unraisablehook, seen.append
try:
    atexit.register(fails)
    atexit._run_exitfuncs()
finally:
    sys.unraisablehook = hook
assert seen[0].object is None and seen[0].err_msg == f'Exception ignored in atexit callback {fails!r}' and str(seen[0].exc_value) == 'x'

def f(): log.append('f')
def g(): log.append('g')
class Same:
    def __eq__(self, other):
        atexit.unregister(g)
        return other is f
log.clear()
for x in f, g, f:
    atexit.register(x)
atexit.unregister(Same())
atexit._run_exitfuncs()
assert log == [], log
