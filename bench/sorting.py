"""Sorting ints, floats, strings and tuples; with key, reverse and __lt__; bisect and heapq."""
import bisect
import heapq


class Version:
    def __init__(self, major, minor):
        self.major = major
        self.minor = minor

    def __lt__(self, other):
        return (self.major, self.minor) < (other.major, other.minor)


def noise(n):
    x = 12345
    for _ in range(n):
        x = (x * 1103515245 + 12345) & 0x7fffffff
        yield x


def ordered(items):
    return all(a <= b for a, b in zip(items, items[1:]))


def main(n):
    data = list(noise(n))
    assert ordered(sorted(data))
    assert ordered(sorted(x / 7.0 for x in data))
    names = sorted(str(x) for x in data)
    assert ordered(names)
    by_last = sorted(data, key=lambda x: x % 1000, reverse=True)
    assert ordered([-(x % 1000) for x in by_last])
    pairs = sorted((x % 100, x) for x in data)
    assert ordered(pairs)
    versions = sorted(Version(x % 13, x >> 8) for x in data[:n // 10])
    assert not any(b < a for a, b in zip(versions, versions[1:]))
    runs = sorted(data[:n // 2]) + sorted(data[n // 2:])
    runs.sort()
    assert runs == sorted(data)

    heap = []
    for x in data[:n // 2]:
        heapq.heappush(heap, x)
    out = [heapq.heappop(heap) for _ in range(len(heap))]
    assert ordered(out)
    assert heapq.nsmallest(5, data) == sorted(data)[:5]
    assert all(out[bisect.bisect_left(out, x)] == x for x in data[:n // 4])


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 90000)
