"""Pauses of the cycle collector in milliseconds, with many live objects and a steady trickle of small cycles."""
import gc
import sys
from time import perf_counter, thread_time

pauses = {0: [], 1: [], 2: []}
cpu = {0: [], 1: [], 2: []}   # the same in CPU time, which other programs on the machine do not lengthen
began = began_cpu = 0.0


def note(phase, info):
    global began, began_cpu
    if phase == 'start':
        began, began_cpu = perf_counter(), thread_time()
    else:
        pauses[info['generation']].append(perf_counter() - began)
        cpu[info['generation']].append(thread_time() - began_cpu)


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
    for v in (*pauses.values(), *cpu.values()):
        v.clear()
    t0 = perf_counter()
    trickle(3_000_000)
    total = perf_counter() - t0
    young = pauses[0] + pauses[1]
    automatic = sum(map(sum, pauses.values()))
    print('young_pause_max_ms', round(max(young, default=0.0) * 1e3, 2))
    print('young_pause_max_cpu_ms', round(max(cpu[0] + cpu[1], default=0.0) * 1e3, 2))
    print('young_collections', len(young))
    print('automatic_full_collections', len(pauses[2]))
    print('collecting_percent', round(automatic / total * 100, 1))
    print('trickle_s', round(total, 2))
    pauses[2].clear()
    cpu[2].clear()
    gc.collect()
    print('full_pause_ms', round(max(pauses[2]) * 1e3, 1))
    print('full_pause_cpu_ms', round(max(cpu[2]) * 1e3, 1))
