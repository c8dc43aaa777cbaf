"""Makes src/base/generated/cjk_tables.inc: the mappings of the Chinese, Japanese and Korean codecs, as CPython (under which this runs) has them.

    python3.14 tools/cjk_tables/generate.py > src/base/generated/cjk_tables.inc

Each codec becomes one block of 32-bit numbers, compressed by zlib and written in base 85; src/modules/cjk/tables.cpp reads it:

    256     what each byte is: a code point, ILLEGAL, or LEAD
    256 x n for each lead byte in order, what it gives with each second byte: a code point, PAIR + ..., ILLEGAL (one byte of it),
            ILLEGAL2 (both), or MORE
    256 x m for each pair with MORE in order (three-byte codes), what each third byte gives; not for the four-byte codes of gb18030 and the
            eight-byte ones of euc_kr
    k, k x (code point, code)   where the inverse of the above (the lowest code) is not how the code point is encoded; code ILLEGAL: not at all
    r, r x (code point, linear code, count)   four-byte codes of gb18030 in the BMP

All but the first number of each row are differences from the one before.
"""
import base64
import struct
import sys
import zlib

CODECS = ('gb2312', 'gbk', 'gb18030', 'big5hkscs', 'shift_jis', 'cp932', 'euc_jp', 'shift_jis_2004', 'euc_jis_2004', 'euc_jisx0213', 'shift_jisx0213',
          'euc_kr', 'cp949', 'johab', 'big5', 'cp950')
ILLEGAL, LEAD, ILLEGAL2, PAIR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0x80000000
MORE = LEAD
SECONDS = (0x300, 0x301, 0x304, 0x30C, 0x309A, 0x2E5, 0x2E9)


def decode(codec, data):
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as e:
        if e.reason == 'incomplete multibyte sequence':
            return MORE
        assert e.start == 0 and e.end in (1, 2), (codec, data, e)
        return ILLEGAL if e.end == 1 else ILLEGAL2
    if len(text) == 1:
        return ord(text)
    if len(data) > 1 and len(data[:1].decode(codec, 'ignore')) == 0 and len(text) == 2 and ord(text[1]) in SECONDS:
        return PAIR | SECONDS.index(ord(text[1])) << 20 | ord(text[0])
    raise ValueError(codec, data, text)


def table(codec):
    first = [decode(codec, bytes([b])) for b in range(256)]
    rows, inverse, pairs = [first], {}, []
    for b, v in enumerate(first):
        if v < PAIR:
            inverse.setdefault(v, b)
    more = []
    for lead in range(256):
        if first[lead] != LEAD:
            continue
        row = []
        for second in range(256):
            v = decode(codec, bytes([lead, second]))
            row.append(v)
            if v == MORE:
                more.append((lead, second))
            elif v < PAIR:
                inverse.setdefault(v, lead << 8 | second)
        rows.append(row)
    if codec not in ('gb18030', 'euc_kr'):
        for lead, second in more:
            row = []
            for third in range(256):
                v = decode(codec, bytes([lead, second, third]))
                assert v != MORE
                row.append(v)
                if v < PAIR:
                    inverse.setdefault(v, lead << 16 | second << 8 | third)
            rows.append(row)
    exceptions, ranges = [], []
    for cp in range(0x30000):
        try:
            data = chr(cp).encode(codec)
        except UnicodeEncodeError:
            data = b''
        if len(data) > 3:
            if codec == 'gb18030' and cp < 0x10000:
                linear = (((data[0] - 0x81) * 10 + data[1] - 0x30) * 126 + data[2] - 0x81) * 10 + data[3] - 0x30
                if ranges and ranges[-1][0] + ranges[-1][2] == cp and ranges[-1][1] + ranges[-1][2] == linear:
                    ranges[-1][2] += 1
                else:
                    ranges.append([cp, linear, 1])
            data = b''
        code = int.from_bytes(data) if data else ILLEGAL
        if code != inverse.get(cp, ILLEGAL):
            exceptions.append((cp, code))
    numbers = []
    for row in rows:
        previous = 0
        for v in row:
            numbers.append((v - previous) & 0xFFFFFFFF)
            previous = v
    numbers.append(len(exceptions))
    for e in exceptions:
        numbers += e
    numbers.append(len(ranges))
    for r in ranges:
        numbers += r
    return struct.pack(f'<{len(numbers)}I', *numbers)


out = sys.stdout
out.write('// The mappings of the CJK codecs. Made by tools/cjk_tables/generate.py; do not edit.\n')
for codec in CODECS:
    raw = table(codec)
    # Bytes of the same significance together compress better.
    planes = b''.join(raw[i::4] for i in range(4))
    packed = zlib.compress(planes, 9)
    text = base64.b85encode(packed).decode().replace('?', "'")  # no trigraphs
    out.write(f'CJK_TABLE({codec}, {len(raw)}, {len(packed)},\n')
    for i in range(0, len(text), 140):
        out.write(f'    "{text[i:i + 140]}"\n')
    out.write(')\n')
