"""Dicts: counting, grouping, int, str and tuple keys, setdefault, views, merging, deleting, memoised recursion."""


def partitions(n, largest, memo):
    if n == 0:
        return 1
    if n < 0 or largest == 0:
        return 0
    key = (n, largest)
    if key in memo:
        return memo[key]
    memo[key] = r = partitions(n - largest, largest, memo) + partitions(n, largest - 1, memo)
    return r


def main(n):
    names = ['name%d' % i for i in range(997)]
    counts = {}
    for i in range(n):
        name = names[i % 997]
        counts[name] = counts.get(name, 0) + 1
    assert sum(counts.values()) == n and len(counts) == min(n, 997)

    groups = {}
    for i in range(n):
        groups.setdefault(i % 101, []).append(i)
    assert sum(len(v) for v in groups.values()) == n

    grid = {}
    for i in range(n // 4):
        grid[i % 300, i // 300] = i
    hits = 0
    for (x, y), v in grid.items():
        if (x + 1, y) in grid:
            hits += 1
        assert v == y * 300 + x
    assert hits == n // 4 - -(-(n // 4) // 300)

    assert partitions(100, 100, {}) == 190569292

    table = {i: str(i) for i in range(n // 4)}
    back = {v: k for k, v in table.items()}
    for i in range(0, n // 4, 2):
        del table[i]
    assert len(table) == n // 8 and len(table | back) == n // 8 + n // 4
    assert min(table) == 1


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400000)
