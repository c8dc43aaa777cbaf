"""Decompression in pure Python: a bit reader over bytes, canonical Huffman tables, back references, move-to-front, checksums."""


class Bits:
    def __init__(self, data):
        self.data = data
        self.pos = 0
        self.held = 0
        self.count = 0

    def read(self, n):
        while self.count < n:
            self.held |= self.data[self.pos] << self.count
            self.pos += 1
            self.count += 8
        v = self.held & (1 << n) - 1
        self.held >>= n
        self.count -= n
        return v


class BitsOut:
    def __init__(self):
        self.out = bytearray()
        self.held = self.count = 0

    def write(self, v, n):
        self.held |= v << self.count
        self.count += n
        while self.count >= 8:
            self.out.append(self.held & 255)
            self.held >>= 8
            self.count -= 8

    def done(self):
        self.write(0, 7)
        return bytes(self.out)


class Huffman:
    def __init__(self, lengths):
        self.codes = {}
        self.table = {}
        code = 0
        for size in range(1, max(lengths) + 1):
            for symbol, length in enumerate(lengths):
                if length == size:
                    self.codes[symbol] = code, size
                    self.table[size, code] = symbol
                    code += 1
            code <<= 1

    def write(self, bits, symbol):
        code, size = self.codes[symbol]
        for i in range(size - 1, -1, -1):
            bits.write(code >> i & 1, 1)

    def read(self, bits):
        code = size = 0
        while True:
            code = code << 1 | bits.read(1)
            size += 1
            symbol = self.table.get((size, code))
            if symbol is not None:
                return symbol


def adler(data):
    a, b = 1, 0
    for c in data:
        a = (a + c) % 65521
        b = (b + a) % 65521
    return b << 16 | a


def encode(data, huffman):
    bits = BitsOut()
    seen = {}
    i = 0
    while i < len(data):
        key = data[i:i + 4]
        at = seen.get(key, -1)
        seen[key] = i
        if at >= 0 and i - at < 1024 and len(key) == 4:
            n = 4
            while n < 19 and i + n < len(data) and data[at + n] == data[i + n]:
                n += 1
            huffman.write(bits, 256)
            bits.write(n - 4, 4)
            bits.write(i - at, 10)
            i += n
        else:
            huffman.write(bits, data[i])
            i += 1
    huffman.write(bits, 257)
    return bits.done()


def decode(data, huffman):
    bits = Bits(data)
    out = []
    while True:
        symbol = huffman.read(bits)
        if symbol < 256:
            out.append(symbol)
        elif symbol == 256:
            n = bits.read(4) + 4
            back = bits.read(10)
            for _ in range(n):
                out.append(out[-back])
        else:
            return bytes(out)


def move_to_front(data):
    order = list(range(256))
    out = bytearray()
    for c in data:
        i = order.index(c)
        out.append(i)
        if i:
            del order[i]
            order.insert(0, c)
    return out


def main(n):
    text = b' '.join(b'%d bottles of %x' % (i % 97, i * 7919 % 4093) for i in range(n))
    lengths = [6 if chr(i) in '0123456789abcdef otlsf'[:20] else 13 for i in range(256)] + [3, 13]
    huffman = Huffman(lengths)
    packed = encode(text, huffman)
    assert len(packed) < len(text) and decode(packed, huffman) == text
    assert adler(b'Wikipedia') == 0x11E60398 and adler(text) == adler(bytearray(text))
    assert sum(move_to_front(text)) < 256 * len(text)


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
