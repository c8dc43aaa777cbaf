"""Classes with __slots__, properties, __getattr__, operators and rich comparison: fractions and vectors."""
from math import gcd


class Ratio:
    __slots__ = ('_top', '_bottom')

    def __init__(self, top, bottom=1):
        g = gcd(top, bottom)
        self._top = top // g
        self._bottom = bottom // g

    @property
    def top(self):
        return self._top

    @property
    def bottom(self):
        return self._bottom

    def __add__(self, other):
        return Ratio(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __eq__(self, other):
        return self._top == other._top and self._bottom == other._bottom

    def __lt__(self, other):
        return self._top * other._bottom < other._top * self._bottom


class Vector:
    __slots__ = 'x', 'y'

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    def __iter__(self):
        yield self.x
        yield self.y


class Settings:
    def __init__(self, values):
        self.values = values

    def __getattr__(self, name):
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def main(n):
    total = Ratio(0)
    for i in range(n // 10):
        k = i % 40 + 1
        total = total + Ratio(1, k * (k + 1))
        if k == 40:
            assert total == Ratio(40, 41)
            assert Ratio(39, 40) < total
            total = Ratio(0)

    v = Vector(0, 0)
    for i in range(n):
        v = v + Vector(i, 1) * 2
    x, y = v
    assert x == n * (n - 1) and y == 2 * n

    s = Settings({'depth': 3, 'width': 4})
    got = 0
    for i in range(n // 2):
        got += s.depth + s.width
    assert got == 7 * (n // 2) and getattr(s, 'height', None) is None


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500000)
