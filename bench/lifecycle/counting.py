"""How many changes of counts deferring saves, for programs of bench/: of those that counting every reference would take, the percentage that is left.

For the build that counts them: ./dev build counting; build/counting/kaa bench/lifecycle/counting.py [PROGRAMS...]
"""
import contextlib
import io
import os
import runpy
import sys

import kaa

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ['attributes', 'binary_trees', 'calls', 'closures', 'comprehensions', 'dataclass_use', 'deep_copy', 'dicts', 'exceptions', 'expression_parser', 'functional',
            'generators', 'graph_search', 'json_roundtrip', 'lists', 'methods', 'nbody', 'raytracer', 'simulation', 'slots_properties', 'solvers', 'sorting',
            'task_scheduler', 'templates', 'unpacking']


def figures():
    s = kaa.stats()
    return s['counting_heap'], s['counting_registers']


def main(names):
    if 'counting_heap' not in kaa.stats():
        sys.exit('this build does not count: ./dev build counting')
    sums = [0, 0]
    for name in names or PROGRAMS:
        path = os.path.join(os.path.dirname(HERE), name + '.py')
        sys.argv = [path]
        before = figures()
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(path, run_name='__main__')
        heap, registers = (b - a for a, b in zip(before, figures()))
        sums[0] += heap
        sums[1] += registers
        print(f'{name:20} heap {heap:12} registers {registers:12} left {100 * heap / (heap + registers):5.1f} %', flush=True)
    print(f'{"all":20} heap {sums[0]:12} registers {sums[1]:12} left {100 * sums[0] / sum(sums):5.1f} %')


if __name__ == '__main__':
    main(sys.argv[1:])
