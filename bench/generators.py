"""Generators: a plain loop, a pipeline, delegation through yield from, generator expressions, send()."""


def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def evens(it):
    for x in it:
        if not x & 1:
            yield x


def squares(it):
    for x in it:
        yield x * x


class Tree:
    def __init__(self, depth, key=1):
        self.key = key
        self.left = Tree(depth - 1, 2 * key) if depth else None
        self.right = Tree(depth - 1, 2 * key + 1) if depth else None

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.key
        if self.right:
            yield from self.right


def averager():
    total = count = 0
    mean = None
    while True:
        total += yield mean
        count += 1
        mean = total / count


def main(n):
    assert sum(numbers(n)) == n * (n - 1) // 2
    m = n // 2
    k = (m + 1) // 2
    assert sum(squares(evens(numbers(m)))) == 4 * (k - 1) * k * (2 * k - 1) // 6
    assert sum(x + 1 for x in range(n)) == n * (n + 1) // 2

    tree = Tree(13)
    for _ in range(max(1, n // 500000)):
        assert sum(tree) == (2 ** 14 - 1) * 2 ** 14 // 2

    mean = averager()
    next(mean)
    for i in range(m):
        last = mean.send(i)
    assert last == (m - 1) / 2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
