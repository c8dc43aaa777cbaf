"""Unpacking: tuples, lists, nested targets, starred ones, swaps, in assignments, loops and calls."""


def rotate(n):
    a, b, c, d, e = 1, 2, 3, 4, 5
    for _ in range(n):
        a, b, c, d, e = b, c, d, e, a
        a, b = b, a
    return a, b, c, d, e


def spread(n):
    pair = 1, 2
    five = [1, 2, 3, 4, 5]
    nested = (1, (2, 3)), [4, 5]
    s = 0
    for _ in range(n):
        a, b = pair
        c, d, e, f, g = five
        (h, (i, j)), [k, m] = nested
        first, *rest = five
        *_, last = pair
        s += a + b + c + d + e + f + g + h + i + j + k + m + first + last + len(rest)
    return s


def points(n):
    s = 0
    for i, (x, y) in enumerate(zip(range(n), range(n, 2 * n))):
        s += i * 0 + y - x
    for key, (lo, hi) in {'a': (1, 2), 'b': (3, 4)}.items():
        s += lo + hi
    return s


def call(a, b, *rest, c=0, **more):
    return a + b + c + len(rest) + len(more)


def main(n):
    assert sorted(rotate(n)) == [1, 2, 3, 4, 5]
    assert spread(n) == n * (3 + 15 + 15 + 1 + 2 + 4)
    assert points(n) == n * n + 10
    args, kw = (1, 2, 3), {'c': 4, 'd': 5}
    assert sum(call(*args, **kw) for _ in range(n // 4)) == n // 4 * 9


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400000)
