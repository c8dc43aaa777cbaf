"""What a leaf call that makes an object costs at some depth of recursion, in nanoseconds."""
import sys
from time import perf_counter

sys.setrecursionlimit(1_000_000)


def leaf(a):
    return [a]


def leaves(n):
    for _ in range(n):
        leaf(1)


def at(depth, n):
    if depth:
        return at(depth - 1, n)
    least = 1e9
    for _ in range(5):
        t0 = perf_counter()
        leaves(n)
        least = min(least, perf_counter() - t0)
    return least / n * 1e9


if __name__ == '__main__':
    for depth in (10, 10_000, 500_000):
        print('leaf_at_%d' % depth, round(at(depth, 200_000), 1))
