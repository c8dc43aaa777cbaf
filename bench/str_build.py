"""Strings built: by +=, join, f-strings, format, %, slices, encode and decode."""


def main(n):
    s = ''
    for i in range(n):
        s += 'ab'
    assert len(s) == 2 * n and s.count('ba') == n - 1

    parts = []
    for i in range(n):
        parts.append(f'{i}:{i * 2:>8}')
    text = ';'.join(parts)
    assert text.count(';') == n - 1 and text.endswith(f'{(n - 1) * 2}')

    length = 0
    for i in range(n // 4):
        length += len('{} {:04d} {name}'.format(i, i % 1000, name='x')) + len('%s=%05.2f' % ('k', 1.5))
    assert length == sum(len(str(i)) + 1 + 4 + 2 + 7 for i in range(n // 4))

    line = 'The quick brown fox jumps over the lazy dog. ' * 4
    out = []
    for i in range(n // 20):
        out.append(line[i % 40:-1].upper().replace('FOX', 'cat').title())
    assert sum(map(len, out)) == sum(len(line) - 1 - i % 40 for i in range(n // 20))

    data = 'na\u00efve \u4e2d\u6587 text ' * 10
    for i in range(n // 20):
        assert len(data.encode().decode()) == 140


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500000)
