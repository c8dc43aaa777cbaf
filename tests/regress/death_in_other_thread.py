# An object that another thread's frame was the last to hold dies when that thread lets go of it, although no count changes then: what the thread waits for
# next may be what the death sets off (as with the threads of a concurrent.futures.ThreadPoolExecutor).
import gc
import queue
import threading
import time
import weakref


class C:
    pass


def worker(ref, got, go, q):
    o = ref()
    got.set()
    go.wait()
    del o
    q.get()


def run(make_queue, collect, sleep):
    c = C()
    q = make_queue()
    got, go = threading.Event(), threading.Event()
    r = weakref.ref(c, lambda _: q.put(1))
    t = threading.Thread(target=worker, args=(r, got, go, q), daemon=True)
    t.start()
    got.wait()
    del c
    if collect: gc.collect()
    if sleep: time.sleep(0.01)
    assert r() is not None
    go.set()
    t.join(10)
    assert not t.is_alive(), (make_queue, collect, sleep)


for make_queue in queue.Queue, queue.SimpleQueue:
    for collect in False, True:
        for sleep in False, True:
            run(make_queue, collect, sleep)
