"""What a call costs, in nanoseconds, the empty loop subtracted; fib(30) in milliseconds."""
import sys
from time import perf_counter


def nothing(a):
    return a


class P:
    def __init__(self, a):
        pass

    def m(self, a):
        return a


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def loop_empty(n, f, o):
    for _ in range(n):
        pass


def loop_function(n, f, o):
    for _ in range(n):
        f(1)


def loop_method(n, f, o):
    for _ in range(n):
        o.m(1)


def loop_init(n, f, o):
    for _ in range(n):
        P(1)


def best(loop, n, rounds):
    o = P(1)
    least = 1e9
    for _ in range(rounds):
        t0 = perf_counter()
        loop(n, nothing, o)
        least = min(least, perf_counter() - t0)
    return least / n * 1e9


if __name__ == '__main__':
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    empty = best(loop_empty, n, 7)
    for name in ('function', 'method', 'init'):
        print('call_' + name, round(best(globals()['loop_' + name], n, 7) - empty, 2))
    least = 1e9
    for _ in range(3):
        t0 = perf_counter()
        assert fib(24) == 46368
        least = min(least, perf_counter() - t0)
    t0 = perf_counter()
    assert fib(30) == 832040
    print('fib30_ms', round(min(perf_counter() - t0, least * 1e9) * 1e3, 1))
