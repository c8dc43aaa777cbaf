"""Files and in-memory streams: lines, small writes, print(), many short-lived streams."""
import io
import os
import tempfile


def write_lines(path, n):
    with open(path, 'w') as f:
        for i in range(n):
            f.write(f'line {i} with some text\n')
    with open(path, 'a') as f:
        for i in range(n // 4):
            print('number', i, 'of', n, file=f)


def read_lines(path):
    total = 0
    with open(path) as f:
        for line in f:
            total += len(line)
    with open(path, 'rb') as f:
        for line in f:
            total -= len(line)
    with open(path, encoding='latin-1') as f:
        total += len(f.read().splitlines())
    return total


def frames(n):
    """Messages packed into and read from streams of their own."""
    size = 0
    for i in range(n):
        b = io.BytesIO()
        for word in (b'header', b'body', b'%d' % i):
            b.write(len(word).to_bytes(2, 'big'))
            b.write(word)
        b.seek(0)
        while head := b.read(2):
            size += len(b.read(int.from_bytes(head, 'big')))
        s = io.StringIO()
        s.write('text ')
        s.write(str(i))
        size += len(s.getvalue())
    return size


def main(n):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'text')
        write_lines(path, n)
        assert read_lines(path) == n + n // 4
        for i in range(n // 100):
            with open(path) as f:
                assert f.readline() == 'line 0 with some text\n'
    digits = sum(len(str(i)) for i in range(n // 8))
    assert frames(n // 8) == 15 * (n // 8) + 2 * digits


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60000)
