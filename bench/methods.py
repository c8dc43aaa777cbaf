"""Method calls: own, inherited, super(), bound methods kept in a variable, class and static methods."""


class Counter:
    def __init__(self, start):
        self.value = start

    def add(self, k):
        self.value += k
        return self

    def get(self):
        return self.value

    @staticmethod
    def twice(k):
        return k * 2

    @classmethod
    def starting(cls, k):
        return cls(k)


class Doubling(Counter):
    def add(self, k):
        return super().add(k * 2)


def main(n):
    c = Counter.starting(0)
    for i in range(n):
        c.add(i).add(1)
    assert c.get() == n * (n - 1) // 2 + n

    d = Doubling(0)
    for i in range(n):
        d.add(i)
    assert d.get() == n * (n - 1)

    add = c.add
    c.value = 0
    for i in range(n):
        add(Counter.twice(i))
    assert c.get() == n * (n - 1)

    s = 0
    for i in range(n // 4):
        s += Counter(i).get()
    k = n // 4
    assert s == k * (k - 1) // 2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 700000)
