"""While the heap is small, less garbage waits for a reconcile: it would show in the peak beside what is alive."""
import kaa


def waits():
    kaa.reconcile()
    for _ in range(3):
        for i in range(40000):
            [i]
    return kaa.stats()['byte_budget']


assert waits() == 256 << 10
big = [[i] for i in range(200000)]
assert waits() >= 512 << 10
del big
kaa.reconcile()
assert waits() == 256 << 10
