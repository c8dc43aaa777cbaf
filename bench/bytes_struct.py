"""Binary data: struct, bytearray, memoryview, int.to_bytes, a checksum and run-length coding in Python."""
import struct

HEAD = struct.Struct('<HIdB')


def adler(data):
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return b << 16 | a


def squeeze(data):
    out = bytearray()
    i = 0
    while i < len(data):
        j = i
        while j < len(data) and data[j] == data[i] and j - i < 255:
            j += 1
        out += bytes((j - i, data[i]))
        i = j
    return bytes(out)


def expand(data):
    return b''.join(data[i + 1:i + 2] * data[i] for i in range(0, len(data), 2))


def main(n):
    packet = bytearray()
    for i in range(n):
        packet += HEAD.pack(i & 0xffff, i, i / 2, i % 256)
    total = 0
    view = memoryview(packet)
    for i in range(n):
        a, b, c, d = HEAD.unpack_from(view, i * HEAD.size)
        total += b - int(c * 2)
    assert total == 0 and len(packet) == n * HEAD.size
    assert sum(b for _, b, _, _ in HEAD.iter_unpack(packet)) == n * (n - 1) // 2
    assert adler(b'Wikipedia') == 0x11e60398
    assert adler(packet[:n * 8]) >> 16 < 65521

    image = b''.join(bytes([i % 5]) * (i % 40 + 1) for i in range(n // 40))
    assert expand(squeeze(image)) == image
    for i in range(n):
        assert int.from_bytes(i.to_bytes(4), 'big') == i
    assert bytes(view[:4]).hex() == '00000000'


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 220000)
