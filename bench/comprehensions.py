"""Comprehensions, and the builtins that go over iterables: map, filter, zip, enumerate, any, all, min, max."""


def main(n):
    for _ in range(3):
        squares = [x * x for x in range(n)]
        odd = [x for x in squares if x & 1]
        assert len(odd) == n // 2
        pairs = [(i, x) for i, x in enumerate(odd) if i % 3]
        assert len(pairs) == len(odd) - -(-len(odd) // 3)
        table = {i: x for i, x in pairs}
        assert len(table) == len(pairs)
        assert len({x % 1000 for x in squares}) == 159
    grid = [[r * c for c in range(300)] for r in range(n // 600)]
    flat = [v for row in grid for v in row if v]
    assert len(flat) == 299 * (n // 600 - 1)
    turned = [list(col) for col in zip(*grid)]
    assert turned[7][9] == 63
    assert sum(map(len, turned)) == 300 * (n // 600)
    assert max(x - y for x, y in zip(squares[1:], squares)) == 2 * n - 3
    assert any(x == n - 1 for x in range(n)) and all(x >= 0 for x in squares)
    assert len(list(filter(None, (x % 5 for x in range(n))))) == n - -(-n // 5)
    assert min(squares, key=lambda x: abs(x - 10000)) == 10000


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250000)
