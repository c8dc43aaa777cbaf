"""Splitting, replacing and decoding texts of every kind, checked by each other and by plain loops."""
import codecs
import itertools
import random
from math import comb, perm

random.seed(3)


def split_slowly(s, sep, most):
    out, at = [], 0
    while most < 0 or len(out) < most:
        i = s.find(sep, at)
        if i < 0:
            break
        out.append(s[at:i])
        at = i + len(sep)
    out.append(s[at:])
    return out


for alphabet in ('ab', 'a\xe9', 'a\u0436', 'a\U0001f600', 'ab\u0436\u2003', '\xe9 '):
    for _ in range(1500):
        s = ''.join(random.choice(alphabet + ' ') for _ in range(random.randrange(60)))
        sep = random.choice([*alphabet, ' ', alphabet, 'aa'])
        most = random.choice([-1, -1, 0, 1, 2, 5])
        parts = split_slowly(s, sep, most)
        assert s.split(sep, most) == parts
        assert s.replace(sep, 'Z\xe9', most) == 'Z\xe9'.join(parts), (s, sep, most)
        words = [w for w in s.replace('\u2003', ' ').split(' ') if w]
        assert s.split() == words
        assert all(ascii(w).isascii() and w.isascii() == (max(w) < '\x80') for w in s.split())
        b, bsep = s.encode(), sep.encode()
        assert b.replace(bsep, b'xyz', most) == b'xyz'.join(b.split(bsep, most))
        assert b.decode() == s and b.decode().isascii() == s.isascii()
    for _ in range(10):  # more places than are noted at once
        s = ''.join(random.choice(alphabet + ' ') for _ in range(random.randrange(1000, 6000)))
        for sep in (*alphabet, ' ', alphabet):
            assert s.replace(sep, 'Q') == 'Q'.join(s.split(sep))
            assert s.encode().replace(sep.encode(), b'QQ') == b'QQ'.join(s.encode().split(sep.encode()))

# Many candidates that prove false, then true ones.
hay = ('xaay' * 50 + 'xaby') * 300
assert hay.replace('xaby', '-') == '-'.join(hay.split('xaby'))
assert hay.encode().replace(b'xaby', b'-') == b'-'.join(hay.encode().split(b'xaby'))

assert b'abc'.replace(b'', b'-', 2) == b'-a-bc'
assert b'abc'.replace(b'', b'-') == b'-a-b-c-'
assert b''.replace(b'', b'x') == b'x' and b''.replace(b'', b'x', 0) == b''
assert b'aaa'.replace(b'a', b'', 2) == b'a'

# Incomplete and wrong sequences at every place of a longer text.
import codecs
good = 'plain \xe9\xe9 \u0436\u0436 \u4e2d \U0001f600 text'.encode()
for cut in range(len(good) + 1):
    decoder = codecs.getincrementaldecoder('utf-8')()
    assert decoder.decode(good[:cut]) + decoder.decode(good[cut:], True) == good.decode()
    for bad in (b'\xff', b'\x80', b'\xc0\x80', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe4\xb8'):
        data = good[:cut] + bad + good[cut:]
        try:
            data.decode()
        except UnicodeDecodeError as e:
            assert data[:e.start].decode() == data[:e.start].decode('utf-8', 'replace')
            assert data.decode('utf-8', 'ignore').startswith(data[:e.start].decode())
        else:
            raise AssertionError(data)

# Combinatorics by counting.
for n in range(6):
    for r in range(7):
        items = [chr(97 + i) for i in range(n)]
        got = list(itertools.permutations(items, r))
        assert len(got) == len(set(got)) == perm(n, r) and got == sorted(got)
        got = list(itertools.combinations(items, r))
        assert len(got) == len(set(got)) == comb(n, r) and got == sorted(got)
        got = list(itertools.combinations_with_replacement(items, r))
        assert len(got) == len(set(got)) == (comb(n + r - 1, r) if n + r else 1) and got == sorted(got)
        got = list(itertools.product(items, repeat=r))
        assert len(got) == len(set(got)) == n ** r and got == sorted(got)
