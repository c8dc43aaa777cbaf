# A thread that waits may wait for what a death sets off. Whatever was left to the next reconcile dies before the wait: nobody else may come to reconcile.
import threading
import time
import weakref

import kaa


class Thing:
    pass


def in_vain(o):
    """Dicts die that hold an object which a variable holds, too: after many, only samples of them are looked at."""
    for _ in range(3000):
        {1: o}


def hold(gate):
    """The only holder of a thing with a callback is a dict that is garbage."""
    o = Thing()
    r = weakref.ref(o, lambda r: gate.release())
    d = {1: o}
    o = None
    d = None
    return r


def waits(wait):
    o = Thing()
    r = weakref.ref(o, lambda r: None)
    in_vain(o)
    late = 0
    for _ in range(20):
        gate = threading.Lock()
        gate.acquire()
        r = hold(gate)
        late += gate.locked()
        assert wait(gate), 'waited in vain'
        kaa.reconcile()
    return late


def sleeps(gate):
    time.sleep(0.001)
    return not gate.locked()


def joins(gate):
    watcher = threading.Thread(target=lambda: gate.acquire(timeout=5))
    watcher.start()
    watcher.join()
    return gate.locked()  # by the watcher


def takes(gate):
    return gate.acquire(timeout=5)


print(waits(takes), waits(sleeps), waits(joins), 'deaths were left to a wait')
