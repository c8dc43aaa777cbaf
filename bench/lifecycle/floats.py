"""Arithmetic with floats and lists of them, in milliseconds: what values without boxes save, and what free lists save where floats have boxes.

For builds in turns: build/release/kaa, and build/boxed/kaa (./dev build boxed) with and without -X freelists=off.
"""
import sys
from time import perf_counter


def float_arith(n):
    x = y = 1.5
    for i in range(n):
        x = x * 1.0000001 + y
        y = (x - y) * 0.5 - x / 3.0
        if x > 1e6:
            x = y = 1.5
    return x + y


def float_list(n):
    total = 0.0
    for start in range(0, n, 1000):
        values = [i * 0.5 for i in range(start, start + 1000)]
        total += sum([v + 1.0 for v in values])
    return total


def best(function, n, rounds=7):
    least = None
    for _ in range(rounds):
        begun = perf_counter()
        function(n)
        taken = perf_counter() - begun
        least = taken if least is None or taken < least else least
    return least * 1000


if __name__ == '__main__':
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    for function in float_arith, float_list:
        print(function.__name__ + '_ms', round(best(function, n), 2))
