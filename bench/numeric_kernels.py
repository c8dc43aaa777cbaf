"""Numeric kernels on lists: relaxation of a grid, LU factorisation, FFT, sparse products, Monte Carlo with a generator class of its own."""
from cmath import exp
from math import pi


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return self.state / 0x80000000


def relax(grid, omega, rounds):
    n = len(grid)
    for _ in range(rounds):
        for i in range(1, n - 1):
            up, row, down = grid[i - 1], grid[i], grid[i + 1]
            for j in range(1, n - 1):
                row[j] = omega * 0.25 * (up[j] + down[j] + row[j - 1] + row[j + 1]) + (1.0 - omega) * row[j]
    return sum(map(sum, grid))


def lu(a):
    n = len(a)
    det = 1.0
    for j in range(n):
        p = max(range(j, n), key=lambda i: abs(a[i][j]))
        if p != j:
            a[p], a[j] = a[j], a[p]
            det = -det
        pivot = a[j][j]
        det *= pivot
        for i in range(j + 1, n):
            row, top = a[i], a[j]
            f = row[j] / pivot
            row[j] = f
            for k in range(j + 1, n):
                row[k] -= f * top[k]
    return det


def fft(x):
    n = len(x)
    if n == 1:
        return x
    even, odd = fft(x[::2]), fft(x[1::2])
    t = [exp(-2j * pi * k / n) * odd[k] for k in range(n // 2)]
    return [e + o for e, o in zip(even, t)] + [e - o for e, o in zip(even, t)]


def sparse(rows, x):
    return [sum(v * x[c] for c, v in row) for row in rows]


def main(n):
    size = 10 + n
    grid = [[float(i == 0) for _ in range(size)] for i in range(size)]
    assert 0 < relax(grid, 1.25, n) < size * size
    r = Lcg(7)
    a = [[r.next() for _ in range(size)] for _ in range(size)]
    b = [row[:] for row in a]
    lu(b)
    again = sum(b[2][k] * b[k][5] for k in range(2)) + b[2][5]
    assert any(abs(again - row[5]) < 1e-9 for row in a)
    m = 1
    while m < 32 * n:
        m *= 2
    x = [complex(r.next()) for _ in range(m)]
    y = fft(x)
    assert abs(y[0] - sum(x)) < 1e-6
    rows = [[(int(r.next() * size * 8), r.next()) for _ in range(5)] for _ in range(size * 8)]
    v = [1.0] * (size * 8)
    for _ in range(5):
        v = sparse(rows, v)
    assert min(v) > 0
    inside = 0
    for _ in range(n * 1500):
        p, q = r.next(), r.next()
        if p * p + q * q <= 1.0:
            inside += 1
    assert 3.0 < 4 * inside / (n * 1500) < 3.3


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
