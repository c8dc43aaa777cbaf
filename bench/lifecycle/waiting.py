"""How much garbage waits for a reconcile, in KiB: the most that Kaa saw over programs that make garbage of all sizes."""
import kaa


def small(n):
    for i in range(n):
        x = [i, i]


def strings(n):
    for i in range(n):
        x = 'abc' * (i % 2000)


def buffers(n):
    for i in range(n):
        x = [None] * (i % 5000)
        y = bytearray(i % 3000)


def large(n):
    for i in range(n):
        x = bytes(300_000)


def survivors(n):
    keep = [[i] for i in range(200_000)]
    for i in range(n):
        x = [i, i]
    return keep


if __name__ == '__main__':
    small(300_000)
    strings(100_000)
    buffers(50_000)
    large(500)
    survivors(300_000)
    print('waiting_kib', kaa.stats()['max_waiting_bytes'] // 1024)
