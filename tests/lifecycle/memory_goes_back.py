"""Memory of objects that died goes back to the system, and tables that were large for a moment shrink."""
import gc
import os
import time


def resident():
    """Resident memory of this process in MiB."""
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * 4 / 1024


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def collect():
    """Giving back is spread over time: so many pages in a millisecond."""
    gc.collect()
    time.sleep(0.1)
    gc.collect()


def peak_of(make):
    kept = make()
    assert kept
    return resident()


N = 300000
KINDS = {
    'tuples and strings': lambda: [(i, str(i)) for i in range(N)],
    'lists': lambda: [[i] for i in range(N)],
    'dicts': lambda: [{i: 1} for i in range(N // 3)],
    'big ints': lambda: [10**30 + i for i in range(N)],
    'instances': lambda: [Point(i, i) for i in range(N)],
    'large strings': lambda: ['x' * 50000 for _ in range(500)],
}

if os.environ.get('KAA_TEST_PRESET', 'release') != 'release':
    print('not looked at: stress builds and AddressSanitizer keep what was freed')
    raise SystemExit
peak_of(KINDS['lists'])
collect()
start = resident()
for name, make in KINDS.items():
    peak = peak_of(make)
    collect()
    left = resident()
    peak_of(make)
    collect()
    again = resident()
    assert peak - start > 8, (name, start, peak)
    assert left - start < max(6, (peak - start) / 2), (name, start, peak, left)
    assert again - left < 6, (name, left, again)
print('ok')
