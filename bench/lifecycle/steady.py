"""The collector's share of a program that does ordinary work and makes a ring with each piece of it, beside many live objects.

Each step parses a line into a small tree whose nodes know their parents (a ring that only the collector can free), evaluates it, and updates a few of the
live objects.
"""
import gc
import sys
from time import perf_counter, thread_time

pauses = {0: [], 1: [], 2: []}
began = 0.0


def note(phase, info):
    global began
    if phase == 'start':
        began = thread_time()
    else:
        pauses[info['generation']].append(thread_time() - began)


class Node:
    __slots__ = ('parent', 'children', 'value')

    def __init__(self, parent, value):
        self.parent = parent
        self.children = []
        self.value = value
        if parent:
            parent.children.append(self)

    def total(self):
        n = self.value
        for c in self.children:
            n += c.total()
        return n


def parse(line):
    root = Node(None, 0)
    for word in line.split():
        key, _, value = word.partition('=')
        Node(root, int(value) + len(key))
    return root


def build(n):
    # Ten objects to a group: a list that holds lists and dicts.
    return [[[i], [i], [i], {1: i}, [i], [i], {2: i}, [i], (i, [])] for i in range(n // 11)]


def work(live, n):
    line = 'width=10 height=20 depth=30'
    total = 0
    for i in range(n):
        tree = parse(line)
        total += tree.total()
        live[i * 7919 % len(live)][0][0] = total
    return total


if __name__ == '__main__':
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    gc.callbacks.append(note)
    live = build(n)
    for v in pauses.values():
        v.clear()
    t0 = thread_time()
    assert work(live, 300_000) == 300_000 * 76
    total = thread_time() - t0
    print('steady_collecting_percent', round(sum(map(sum, pauses.values())) / total * 100, 1))
    print('steady_young_pause_max_ms', round(max(pauses[0] + pauses[1], default=0.0) * 1e3, 2))
    print('steady_full_collections', len(pauses[2]))
    print('steady_s', round(total, 2))
