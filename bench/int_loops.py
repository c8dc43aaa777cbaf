"""Nested loops of int arithmetic: sums, remainders, bits, greatest common divisors, Collatz."""


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


def main(n):
    s = 0
    for i in range(n):
        for j in range(n):
            s += i * 3 - (j >> 1)
            s ^= 1
    assert abs(s - (n * n * (n - 1) * 3 // 2 - n * sum(j >> 1 for j in range(n)))) <= n * n

    coprime = 0
    for i in range(1, n // 4):
        for j in range(1, n // 4):
            if gcd(i, j) == 1:
                coprime += 1
    share = coprime / (n // 4 - 1) ** 2
    assert abs(share - 0.6079) < 0.02

    longest = best = 0
    for start in range(1, n * 10):
        x = start
        steps = 0
        while x != 1:
            x = x // 2 if x % 2 == 0 else 3 * x + 1
            steps += 1
        if steps > longest:
            longest, best = steps, start
    assert n != 1200 or (best, longest) == (10971, 267)


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
