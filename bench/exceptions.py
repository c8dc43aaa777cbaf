"""Exceptions: raised and caught here and two calls up, with finally and with clauses, and tries that nothing leaves."""


class Refused(Exception):
    pass


def check(i):
    if i & 1:
        raise Refused(i)
    return i


def pass_on(i):
    try:
        return check(i)
    finally:
        i = None


class Scope:
    def __init__(self):
        self.left = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.left += 1
        return exc[0] is Refused


def main(n):
    caught = 0
    for i in range(n // 2):
        try:
            pass_on(i)
        except Refused as e:
            caught += e.args[0]
    k = (n // 2) // 2
    assert caught == k * k

    table = {i: i for i in range(0, 1000, 2)}
    missing = 0
    for i in range(n):
        try:
            table[i % 1000]
        except (IndexError, KeyError):
            missing += 1
    assert missing == n // 2

    scope = Scope()
    for i in range(n // 4):
        with scope:
            check(i)
    assert scope.left == n // 4

    s = 0
    for i in range(n):
        try:
            s += i
        except OverflowError:
            s = 0
    assert s == n * (n - 1) // 2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 700000)
