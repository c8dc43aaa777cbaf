"""Calls of Python functions: recursion, defaults, keywords, star arguments."""


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def weigh(a, b=2, *, c=3, d=4):
    return a + b * c - d


def total(*args, **kwargs):
    return len(args) + kwargs['step']


def main(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    assert fib(n) == a

    rounds = n * 20000
    s = 0
    for i in range(rounds):
        s += weigh(i) + weigh(i, 1, c=2) + weigh(i, d=0, b=1)
    # (i + 2) + (i - 2) + (i + 3)
    assert s == 3 * (rounds * (rounds - 1) // 2) + 3 * rounds

    pair = (1, 2)
    s = 0
    for i in range(rounds // 4):
        s += total(*pair, i, step=i)
    k = rounds // 4
    assert s == 3 * k + k * (k - 1) // 2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 26)
