"""The spigot for the digits of pi with big ints; the digits are printed in groups into text."""


def digits(count):
    q, r, t, k, m, x = 1, 0, 1, 1, 3, 3
    while count:
        if 4 * q + r - t < m * t:
            yield m
            count -= 1
            q, r, m = 10 * q, 10 * (r - m * t), 10 * (3 * q + r) // t - 10 * m
        else:
            q, r, t, k, m, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * 7 * k + 2 + r * x) // (t * x), x + 2


def main(n):
    lines = []
    line = ''
    for i, d in enumerate(digits(n), 1):
        line += str(d)
        if i % 10 == 0:
            lines.append(f'{line}\t:{i}')
            line = ''
    assert lines[0] == '3141592653\t:10' and lines[99].startswith('9216420198') and len(lines) == n // 10


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2600)
