"""Big integers: factorials, powers modulo a prime, digits of pi by a spigot, text in both directions, square roots."""
import math
import sys


def pi_digits(count):
    # Gibbons' unbounded spigot.
    q, r, t, k, m, x = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < count:
        if 4 * q + r - t < m * t:
            digits.append(m)
            q, r, m = 10 * q, 10 * (r - m * t), (10 * (3 * q + r)) // t - 10 * m
        else:
            q, r, t, k, m, x = (q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2)
    return ''.join(map(str, digits))


def main(n):
    sys.set_int_max_str_digits(0)
    f = 1
    for i in range(2, 4 * n):
        f *= i
    assert f == math.factorial(4 * n - 1)

    p = 2 ** 521 - 1
    for base in range(3, 3 + n // 30):
        assert pow(base, p - 1, p) == 1

    digits = pi_digits(n)
    assert digits.startswith('31415926535897932384626433832795028841971')

    big = 3 ** (9 * n)
    for _ in range(20):
        assert int(str(big)) == big
    root = math.isqrt(big * big + 1)
    assert root == big

    a, b = 0, 1
    for _ in range(30 * n):
        a, b = b, a + b
    assert a % 10 ** 6 == (fib_pair(30 * n)[0]) % 10 ** 6


def fib_pair(n):
    if n == 0:
        return 0, 1
    a, b = fib_pair(n // 2)
    c, d = a * (2 * b - a), a * a + b * b
    return (d, c + d) if n & 1 else (c, d)


if __name__ == '__main__':
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2500)
