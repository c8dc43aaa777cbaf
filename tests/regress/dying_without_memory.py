"""Millions of objects die when there is no memory for a list of what has still to die."""
import gc
import os
import resource
import sys


if os.environ.get('KAA_TEST_PRESET', 'release') != 'release':
    print('not tried: AddressSanitizer needs address space without a limit, and stress builds reconcile too often for so many objects')
    raise SystemExit


def room():
    with open('/proc/self/statm') as f:
        return int(f.read().split()[0]) * 4096


def fill(make):
    kept = []
    try:
        while True:
            kept.append(make())
    except MemoryError:
        made = len(kept)
        kept.clear()
        return made


soft, hard = resource.getrlimit(resource.RLIMIT_AS)
# Under a limit the process gives up most of what its stacks have reserved.
for _ in range(4): resource.setrlimit(resource.RLIMIT_AS, (room(), hard))
resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
for make in (lambda: (object(),)), (lambda: [1.5]), (lambda: {}):
    resource.setrlimit(resource.RLIMIT_AS, (room() + (96 << 20), hard))
    try:
        made = fill(make)
        gc.collect()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert made > 100000, made
    sys.stdout.write(f'{made} ')
print()
