"""Pauses of the cycle collector in milliseconds, with many live objects and a steady trickle of small cycles."""
import gc
import sys
from time import perf_counter

pauses = {0: [], 1: [], 2: []}
began = 0.0


def note(phase, info):
    global began
    if phase == 'start':
        began = perf_counter()
    else:
        pauses[info['generation']].append(perf_counter() - began)


def build(n):
    # Ten objects to a group: a list that holds lists and dicts.
    return [[[i], [i], [i], {1: i}, [i], [i], {2: i}, [i], (i, [])] for i in range(n // 11)]


def trickle(n):
    for i in range(n):
        a = []
        b = [a]
        a.append(b)


if __name__ == '__main__':
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    gc.callbacks.append(note)
    live = build(n)
    for v in pauses.values():
        v.clear()
    t0 = perf_counter()
    trickle(3_000_000)
    total = perf_counter() - t0
    young = pauses[0] + pauses[1]
    automatic = sum(map(sum, pauses.values()))
    print('young_pause_max_ms', round(max(young, default=0.0) * 1e3, 2))
    print('young_collections', len(young))
    print('automatic_full_collections', len(pauses[2]))
    print('collecting_percent', round(automatic / total * 100, 1))
    print('trickle_s', round(total, 2))
    pauses[2].clear()
    gc.collect()
    print('full_pause_ms', round(max(pauses[2]) * 1e3, 1))
