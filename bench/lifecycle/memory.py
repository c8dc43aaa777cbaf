"""The peak memory of one kind of data, in MiB of the whole process."""
import sys


class P:
    def __init__(self, a, b, c):
        self.a = a
        self.b = b
        self.c = c


class S:
    __slots__ = ('a', 'b', 'c')

    def __init__(self, a, b, c):
        self.a = a
        self.b = b
        self.c = c


def instances():
    return [P(i, None, 'x') for i in range(2_000_000)]


def slots():
    return [S(i, None, 'x') for i in range(2_000_000)]


def floats():
    return [i * 0.5 for i in range(5_000_000)]


def tuples():
    return {i: (i, i + 1) for i in range(1_000_000)}


def nothing():
    return None


def peak():
    with open('/proc/self/status') as f:
        for line in f:
            if line.startswith('VmHWM'):
                return int(line.split()[1]) / 1024


if __name__ == '__main__':
    data = globals()[sys.argv[1]]()
    print('memory_' + sys.argv[1], round(peak(), 1))
