# sys.setrecursionlimit() holds for threads that start later, too; many threads fit into a small address space.
import sys, threading

def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
results = []
def work():
    results.append(depth(5000))
    try: depth(10**6)
    except RecursionError: results.append('deep')

sys.setrecursionlimit(6000)
t = threading.Thread(target=work)
t.start()
t.join()
assert results == [5000, 'deep'], results

event = threading.Event()
threads = [threading.Thread(target=event.wait) for i in range(20)]
for t in threads: t.start()
event.set()
for t in threads: t.join()
assert len(bytearray(10**8)) == 10**8
