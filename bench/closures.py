"""Closures: cells read and written, functions made in a loop, lambdas, decorators."""


def counter():
    count = 0

    def step(k):
        nonlocal count
        count += k
        return count
    return step


def compose(f, g):
    return lambda x: f(g(x))


def logged(calls):
    def decorate(fn):
        def inner(*args):
            calls[0] += 1
            return fn(*args)
        return inner
    return decorate


def main(n):
    step = counter()
    for i in range(n):
        step(i)
    assert step(0) == n * (n - 1) // 2

    s = 0
    for i in range(n // 4):
        s += (lambda x: x + i)(1)
    k = n // 4
    assert s == k * (k - 1) // 2 + k

    f = compose(lambda x: x + 1, compose(lambda x: x * 2, lambda x: x - 3))
    s = 0
    for i in range(n // 3):
        s += f(i)
    k = n // 3
    assert s == k * (k - 1) - 5 * k

    calls = [0]

    @logged(calls)
    def area(a, b):
        return a * b

    for i in range(n // 3):
        area(i, 2)
    assert calls[0] == n // 3


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1200000)
