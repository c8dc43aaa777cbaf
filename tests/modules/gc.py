# gc: collections, finalizers and weak references within collect(), callbacks, referrers, thresholds.
import array
import gc
import sys
import weakref

def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError('no ' + exc.__name__)

class Node:
    pass
def cycle():
    a, b = Node(), Node()
    a.b, b.a = b, a
    return weakref.ref(a)
gc.collect()
r = cycle()
assert gc.collect() >= 2
assert r() is None

died = []
class Del:
    def __del__(self):
        died.append(self.name)
def del_cycle(name):
    d = Del()
    d.name = name
    d.me = d
del_cycle('cycle')
gc.collect()
assert died == ['cycle'], died
def plain():
    Del().name = 'plain'
plain()
gc.collect()
assert died == ['cycle', 'plain'], died

called = []
def with_callback():
    n = Node()
    n.me = n
    return weakref.ref(n, lambda r: called.append(r))
ref = with_callback()
gc.collect()
assert called == [ref] and ref() is None

# resurrection: once
back = []
class Lazarus:
    def __del__(self):
        back.append(self)
def make():
    l = Lazarus()
    l.me = l
make()
gc.collect()
assert len(back) == 1 and gc.is_finalized(back[0])
back.clear()
gc.collect()
assert back == []

gc.disable()
assert not gc.isenabled()
gc.enable()
assert gc.isenabled()
old = gc.get_threshold()
gc.set_threshold(100, 5, 6)
assert gc.get_threshold() == (100, 5, 6)
gc.set_threshold(*old)
assert len(gc.get_count()) == 3
assert raises(ValueError, gc.collect, 5) == 'invalid generation'
assert raises(ValueError, gc.collect, -1) == 'invalid generation'
assert raises(TypeError, gc.set_threshold) == 'gc.set_threshold requires 1 to 3 arguments'

info = []
def callback(phase, d):
    info.append((phase, d['generation'], d['collected']))
gc.callbacks.append(callback)
cycle()
gc.collect()
gc.callbacks.remove(callback)
assert [i[:2] for i in info] == [('start', 2), ('stop', 2)] and info[1][2] >= 2, info

holder = [Node()]
assert any(x is holder for x in gc.get_referrers(holder[0]))
assert gc.get_referents(holder) == holder
assert any(x is holder for x in gc.get_objects())
assert raises(ValueError, gc.get_objects, 5).startswith('generation parameter must be less')

assert gc.is_tracked([]) and not gc.is_tracked(1) and not gc.is_tracked('a')
assert not gc.is_tracked(int) and not gc.is_tracked(type) and gc.is_tracked(array.array) and gc.is_tracked(type('C', (), {}))
assert not any(map(gc.is_tracked, (sys.flags, sys.version_info, sys._getframe(), (lambda: 0).__code__))) and gc.is_tracked(lambda: 0)
stats = gc.get_stats()
assert len(stats) == 3 and stats[2]['collections'] >= 1 and set(stats[0]) == {'collections', 'collected', 'uncollectable'}
assert gc.garbage == []
gc.freeze()
assert gc.get_freeze_count() > 0
gc.unfreeze()
assert gc.get_freeze_count() == 0

gc.set_debug(gc.DEBUG_SAVEALL)
cycle()
gc.collect()
gc.set_debug(0)
assert sum(type(x) is Node for x in gc.garbage) == 2
gc.garbage.clear()
