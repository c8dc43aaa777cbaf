# Garbage that nothing watches (frame objects that a listing of the stack made, tuples around them) must not keep what a program sees die: a death that is
# found clears it away.
import os
import sys
import traceback

dead = []


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        dead.append(self.name)


class Handle:
    """As asyncio's handles in debug mode: each lists the stack that made it, and so the frame objects of its callers."""

    def __init__(self, what):
        self.what = what
        self.stack = traceback.StackSummary.extract(traceback.walk_stack(sys._getframe(1)), limit=3, lookup_lines=False)


queue = []


def enqueue(what):
    handle = Handle(what)
    queue.append(handle)
    return len(queue)


def later(what):
    return enqueue(what)


def turn():
    while queue:
        handle = queue.pop(0)
        handle = None


# A build that reconciles at random may find the garbage dead before it is known what it held: a few may be late there.
late = 0
for i in range(300):
    later(Loud(i))
    turn()
    late += not dead
    dead.clear()
assert late <= 100, late


# What a dead one held is looked at, however it hangs together.
class Node:
    pass


late = 0
for i in range(300):
    n = Node()
    n.below = Node()
    n.below.below = [{'a': (Node(),)}]
    n.below.below[0]['a'][0].last = Loud('last')
    n.first = Loud('first')
    n = None
    late += sorted(dead) != ['first', 'last']
    dead.clear()
assert late <= 100, late


# A weak reference tells that its object has died though garbage counts it.
import weakref


class Silent:
    pass


def receive():
    return 'kind', Silent()


late = 0
for i in range(100):
    kind, o = receive()
    pair = kind, o
    r = weakref.ref(o)
    pair = o = None
    late += r() is not None
# A reconcile between the statements has seen the tuple alive, and takes the object for one that is held: rare, but with KAA_STRESS in most rounds.
assert late <= 10 or 'KAA_STRESS' in os.environ, late
