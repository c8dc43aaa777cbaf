"""Print the digests that src/base/unicode_props_test.cpp and unicode_db_test.cpp expect.

Run it with a Python whose unicodedata has the same Unicode version (CPython 3.14 for 16.0). A digest is the CRC-32 of one
line of text a code point, over all of them; the lines are those that the tests make.
"""

import unicodedata
import zlib


def hexes(text):
    return ','.join('%x' % ord(c) for c in text)


def props_line(ch):
    flags = (ch.isalpha(), ch.isdecimal(), ch.isdigit(), ch.isnumeric(), ch.islower(), ch.isupper(), ch.istitle(), ch.isspace(),
             ch.isprintable(), ch.isidentifier(), ('a' + ch).isidentifier(), len((ch + 'a').splitlines()) == 2)
    return '|'.join((''.join('01'[flag] for flag in flags), hexes(ch.lower()), hexes(ch.upper()), hexes(ch.title()),
                     hexes(ch.casefold())))


def db_line(db, ch):
    decomposition = db.decomposition(ch)
    line = '|'.join((db.category(ch), db.bidirectional(ch), str(db.combining(ch)), db.east_asian_width(ch), str(db.mirrored(ch)),
                     decomposition, str(db.decimal(ch, -1)), str(db.digit(ch, -1)), '%.6f' % db.numeric(ch, -99.0),
                     db.name(ch, '')))
    if decomposition:
        line += ''.join('|' + hexes(db.normalize(form, ch)) for form in ('NFD', 'NFKD', 'NFC', 'NFKC'))
    return line


def digest(line):
    crc = 0
    for cp in range(0x110000):
        crc = zlib.crc32((line(chr(cp)) + '\n').encode(), crc)
    return '0x%08X' % crc


print('props', digest(props_line))
print('16.0 ', digest(lambda ch: db_line(unicodedata, ch)))
print('3.2.0', digest(lambda ch: db_line(unicodedata.ucd_3_2_0, ch)))
