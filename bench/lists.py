"""Lists: a sieve with slices, indexing, append and pop, reversal, matrix product, insert and delete."""


def sieve(n):
    flags = [True] * n
    flags[0] = flags[1] = False
    for i in range(2, int(n ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = [False] * len(range(i * i, n, i))
    return [i for i, f in enumerate(flags) if f]


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, col)) for col in columns] for row in a]


def bubble(items):
    n = len(items)
    for i in range(n):
        for j in range(n - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items


def main(n):
    primes = sieve(n)
    assert n != 1000000 or (len(primes) == 78498 and primes[-1] == 999983)

    stack = []
    for i in range(n):
        stack.append(i)
        if i % 3 == 2:
            stack.pop()
    assert len(stack) == n - n // 3

    size = 60
    identity = [[int(i == j) for j in range(size)] for i in range(size)]
    m = [[i * j % 7 for j in range(size)] for i in range(size)]
    for _ in range(max(1, n // 500000)):
        m = product(m, identity)
    assert m[2][3] == 6 and m[8][8] == 64 % 7

    size = max(2, n // 2500)
    assert bubble([(i * 7919) % size for i in range(size)]) == sorted((i * 7919) % size for i in range(size))

    queue = list(range(1000))
    for i in range(n // 10):
        queue.insert(500, queue.pop(0))
    assert sorted(queue) == list(range(1000))


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000000)
