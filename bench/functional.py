"""itertools, functools, operator and collections: chains of iterators, lru_cache, reduce, partial, groupby, Counter, namedtuple."""
import functools
import itertools
import operator
from collections import ChainMap, Counter, OrderedDict, namedtuple

Row = namedtuple('Row', 'key amount')


@functools.lru_cache(maxsize=None)
def ways(amount, coins):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return ways(amount - coins[0], coins) + ways(amount, coins[1:])


def main(n):
    rows = [Row(i % 17, i) for i in range(n)]
    rows.sort(key=operator.itemgetter(0))
    sums = {k: sum(map(operator.attrgetter('amount'), g)) for k, g in itertools.groupby(rows, key=operator.attrgetter('key'))}
    assert sum(sums.values()) == n * (n - 1) // 2 and len(sums) == 17

    assert functools.reduce(operator.xor, range(n)) == [n - 1, 1, n, 0][(n - 1) % 4]
    firsts = itertools.islice(itertools.chain.from_iterable(zip(range(n), itertools.count(1))), 2 * n)
    assert sum(firsts) == n * n
    assert list(itertools.accumulate(range(n)))[-1] == n * (n - 1) // 2
    assert sum(1 for _ in itertools.combinations(range(60), 3)) == 34220
    assert sum(1 for p in itertools.permutations(range(7)) if p[0] < p[-1]) == 2520
    assert len(list(itertools.takewhile(lambda x: x < n // 2, itertools.count()))) == n // 2
    assert ways(400, (50, 20, 10, 5, 2, 1)) > 0

    add = functools.partial(operator.add, 5)
    assert sum(map(add, range(n))) == n * (n - 1) // 2 + 5 * n
    counts = Counter(i * i % 11 for i in range(n))
    assert sum(counts.values()) == n and set(counts) == {0, 1, 3, 4, 5, 9}
    assert counts.most_common(1)[0][1] >= n // 11
    layered = ChainMap({'a': 1}, {'b': 2}, {'c': 3})
    assert sum(layered['c'] for _ in range(n // 10)) == 3 * (n // 10)
    recent = OrderedDict()
    for i in range(n):
        recent[i % 1000] = i
        recent.move_to_end(i % 1000)
        if len(recent) > 500:
            recent.popitem(last=False)
    assert len(recent) == 500


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 130000)
