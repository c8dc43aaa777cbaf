"""Makes test cases for src/modules/sre from CPython's re module.

    python3.14 tools/gen_sre_cases.py inc > src/modules/sre/engine_cases.inc
    python3.14 tools/gen_sre_cases.py fuzz SEED COUNT > FILE       random patterns
    python3.14 tools/gen_sre_cases.py table MODULE > FILE          a table like that of CPython's test.re_tests

A case is a line of fields divided by tabs:
    pattern and flags (for the reader)
    what: m match, s search, f fullmatch, a search that must advance; with b when the subject is bytes
    pos, endpos, number of groups
    program words in decimal, the subject's code points in hexadecimal, each with spaces between
    "-", or: start end lastindex (0 for none) and start and end of every group (-1 where it took no part)
A line that begins with "U" gives the Unicode properties of one character that the cases need:
    U code flags lower upper       flags: 1 alnum, 2 decimal, 4 space, 8 linebreak; all in hexadecimal
A FILE is run by:  KAA_SRE_CASES=FILE kaa_tests --gtest_filter='Sre.CaseFile'
"""
import importlib
import random
import re
import signal
import sys
import warnings
from re import _compiler, _parser

warnings.simplefilter('ignore')
WORDS = 'the quick brown fox, 2 x 17 dogs; foo_bar=42\n'

# pattern, flags, subjects
OWN = [
    # literals, prefixes, the overlap table
    ('abc', 0, ['xxabcxx', 'ababc', 'ab', '']),
    ('abcabd', 0, ['abcabcabd', 'abcabcabcabcabdx', 'abcabcab']),
    ('aabaaab', 0, ['aabaabaaabaab', 'aaaaabaaab', 'aabaaa']),
    ('a(b)c', 0, ['xabc', 'ac', 'aabcabc']),
    ('ab(c|d)e', 0, ['abxabde', 'abce', 'abcde']),
    ('z', 0, ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaz', 'y' * 40]),
    ('\u0436\u0437', 0, ['abc\u0436\u0437', '\u0436' * 20 + '\u0437', 'abc']),
    ('\U0001f600+', 0, ['a\U0001f600\U0001f600b', '\uf600']),
    # sets
    ('[a-c]+', 0, ['xxabcabcx', 'xyz']),
    ('[^a-c]+', 0, ['abcxyzabc', 'abc', 'a\u0451\u4e00b']),
    ('[\\w.-]+@[\\w-]+\\.\\w+', 0, ['mail to: jo.doe@ex-ample.org!', 'a@b', '\u0436@\u0436.\u0436']),
    ('[\u0400-\u04ff]+', 0, ['latin \u043a\u0438\u0440 x', 'none']),
    ('[\u0400-\u04ff\u3040-\u30ffaz]+', 0, ['b\u3041\u0430az\u05d0', 'bcd']),
    ('[^\u0400-\u04ff\u3040-\u30ffaz]+', 0, ['b\u3041\u0430az\u05d0', 'bcd']),
    ('[\U0001f600-\U0001f64fa]', 0, ['x\U0001f601', 'xa', '\U0001f5ff']),
    ('[\\s\\S]x', 0, ['\nx', 'x']),
    ('[]a^-]+', 0, ['x]a^-b']),
    ('[aeiou\\d_]+[^\\W\\d]', 0, ['xx12_ea9 z', '123']),
    ('\\d+\\D\\s\\S\\w\\W', 0, ['12a bc!', '\u0663x yz.', '12']),
    ('\\d+\\D\\s\\S\\w\\W', re.A, ['12a bc!', '\u0663x yz.', '1x yz.']),
    ('.', 0, ['\n', '\na', '']),
    ('.+', re.S, ['a\nb', '']),
    ('.*c', 0, ['abcabcab\nc', 'ab\nab', 'c']),
    # case
    ('Hello', re.I, ['xHELLO', 'hElLo', 'help']),
    ('hello', re.I | re.A, ['xHELLO', 'hElLo']),
    ('[k-s]+', re.I, ['\u212a\u017fKS', 'ABC']),
    ('[k-s]+', re.I | re.A, ['\u212a\u017fKS', 'ABC']),
    ('[^k]+', re.I, ['\u212aKka', 'Kk']),
    ('\u00df\u00b5i', re.I, ['\u1e9e\u039c\u0130', '\u00df\u03bcI', '\u00df\u00b5\u0131']),
    ('\u03c3+', re.I, ['\u03a3\u03c2\u03c3']),
    ('[\u0430-\u044f]+', re.I, ['xx\u0410\u0411\u0432']),
    ('[\U00010400-\U00010427]+', re.I, ['x\U00010428\U00010400']),
    ('(?:[^\U00010400]a)+', re.I, ['\U00010428a', 'xa']),
    ('(a)(\u0436)\\1\\2', re.I, ['a\u0436A\u0416', 'a\u0436a\u0437']),
    ('(ab)\\1', re.I | re.A, ['abAB', 'abAC']),
    ('(?i:a)b', 0, ['Ab', 'AB', 'ab']),
    ('[^a]b', re.I, ['Ab', 'Cb', 'cB']),
    ('(?i)x[^\\d]*y', 0, ['--Xabc1XabcY']),
    # positions
    ('^a', 0, ['a', 'ba', '\na']),
    ('^a', re.M, ['b\na', 'b', 'b\r\na']),
    ('a$', 0, ['a', 'a\n', 'a\nb', 'a\n\n']),
    ('a$', re.M, ['a\nb', 'ab']),
    ('\\Aab\\Z', 0, ['ab', 'ab\n', 'xab']),
    ('\\bfoo\\b', 0, ['a foo.', 'afoo', 'foo', 'foo_']),
    ('\\Boo\\B', 0, ['foox', 'foo', 'oo']),
    ('\\B', 0, ['', 'a', ' ', 'ab']),
    ('\\b', 0, ['', ' a', '  ', '\u0436']),
    ('\\b\\w', re.A, ['\u0436a', ' \u0436']),
    ('$', 0, ['', 'a\n', 'a']),
    ('^$', re.M, ['a\n\nb', 'ab', 'ab\n']),
    ('\\d+$', 0, ['a12b34', '12\n', '12x']),
    # repeats of one unit
    ('a*b', 0, ['aaab', 'b', 'aaac']),
    ('a+?b', 0, ['aaab', 'b', 'aaac']),
    ('a*?', 0, ['aaa', '']),
    ('x.*y', 0, ['axbycydz', 'xx\nyy']),
    ('x.*?y', 0, ['axbycydz', 'xx\nyy', 'xy']),
    ('".*?"', 0, ['say "hi" and "ho"', 'open "only', '""']),
    ('"[^"]*"', 0, ['say "hi" and "ho"', 'open "only']),
    ('a{2,3}', 0, ['a', 'aa', 'aaaa']),
    ('a{2,3}?', 0, ['a', 'aa', 'aaaa']),
    ('a{2,3}?b', 0, ['aaaab', 'ab']),
    ('a{3}', 0, ['aa', 'baaa']),
    ('a{0}b', 0, ['ab']),
    ('a{,2}b', 0, ['aaab', 'b']),
    ('\\w+\\d', 0, ['abc123', 'abc', '1']),
    ('\\w+?\\d\\b', 0, ['abc123', 'abc']),
    ('(\\w+)\\s(\\w+)', 0, [WORDS, 'one']),
    ('(\\w*)(\\d+)', 0, [WORDS, 'ab']),
    ('(.*)(\\d+)(.*)', 0, [WORDS, '7']),
    ('a*a*a*b', 0, ['aaaaaa', 'aaaab']),
    ('[ab]*abb', 0, ['abababb', 'ababab']),
    ('[^x]*?y', 0, ['abxcdy', 'xx']),
    # repeats of more
    ('(ab)*c', 0, ['ababc', 'c', 'abac']),
    ('(ab)+?c', 0, ['ababc', 'c']),
    ('(?:ab){2,3}', 0, ['ab', 'ababab', 'ababababab']),
    ('(?:ab){2,3}?(a)?', 0, ['ababab', 'abab']),
    ('(a|ab)(bc|c)?', 0, ['abc', 'ac', 'ab']),
    ('(?:a|ab)(?:c|bcd)(d*)', 0, ['abcd', 'acd']),
    ('(a|b)*c', 0, ['ababc', 'abab']),
    ('(?:(a)|b)*', 0, ['ab', 'ba', 'bb', 'abab']),
    ('(?:(a)|(b)|(c))+', 0, ['abc', 'cab', 'bb']),
    ('((a)|b)*?c', 0, ['abc', 'bbac', 'd']),
    ('(a*)*', 0, ['aaa', 'b', '']),
    ('(a*)+', 0, ['aaa', 'b', '']),
    ('(a*?)*?b', 0, ['aab', 'c']),
    ('(a?)*?$', 0, ['aab', 'aa']),
    ('(?:a?)*y', 0, ['aay', 'aax']),
    ('(a|b|)+c', 0, ['abc', 'c', 'abd']),
    ('(?:(?:a|b)+,?)+;', 0, ['ab,ba,b;', 'ab,,']),
    ('((?:a(b)?){2})+c', 0, ['abaabac', 'aaabac']),
    ('(?:x(\\d)|y(\\d)){3}', 0, ['x1y2x3', 'y1y2y3', 'x1x2']),
    ('(?:(\\w)(\\d)?)+?z', 0, ['a1bz', 'ab2c3z']),
    ('(a+|b+)*c', 0, ['aabbaac', 'aabbaad']),
    ('(?:a{2}){2,}b', 0, ['aaaaaab', 'aaab', 'aaaaa']),
    ('(?:(a)b?){0,2}c', 0, ['abac', 'aaac']),
    ('(a){0}b(c)?', 0, ['ab', 'bc']),
    # alternatives
    ('foo|bar|baz', 0, ['xxbaz', 'fobar', 'ba']),
    ('a|ab|abc', 0, ['abc']),
    ('(?:a|ab|abc)$', 0, ['abc', 'ab']),
    ('|a', 0, ['a', '']),
    ('(?:|a)+b', 0, ['aab', 'b']),
    ('(x|yy)+|z', 0, ['yyxz', 'z', 'y']),
    ('(?:\\d+|\\w+)=(?:\\s*)(\\S)', 0, ['ab= 1', '12=x', '=']),
    ('(if|in|int)(?=\\W|$)', 0, ['int', 'in x', 'inn']),
    # groups again
    ('(a)?(?(1)b|c)', 0, ['ab', 'c', 'ac', 'b']),
    ('(a)?x(?(1)b)', 0, ['axb', 'x', 'ax']),
    ('(a)?(?(1)\x0fb)', 0, ['a\x0fb', 'q']),
    ('(?P<q>[\'"])(.*?)(?P=q)', 0, ['say "it\'s" ok', "'x", '""']),
    ('(\\w)(\\w)?\\2\\1', 0, ['abba', 'aa', 'abc']),
    ('(a*)b\\1', 0, ['aabaa', 'aaba', 'b']),
    ('(?:(a)|b)(?(1)x|y)', 0, ['ax', 'by', 'ay']),
    ('((a)|b){2}(?(2)z|w)', 0, ['abz', 'bbw', 'baz', 'bbz']),
    ('(((((a)))))((b))', 0, ['ab', 'a']),
    # looking around
    ('a(?=b)', 0, ['acab', 'a']),
    ('a(?!b)', 0, ['abac', 'ab', 'a']),
    ('(?<=a)b', 0, ['bab', 'b']),
    ('(?<!a)b', 0, ['abcb', 'b', 'ab']),
    ('(?<=ab(?=c))\\w', 0, ['abc', 'abd']),
    ('(?=(a+))a*b\\1', 0, ['baaabac', 'aaab']),
    ('(?:(?=(\\w))\\w)+', 0, ['abc', '']),
    ('(?!(a)b)a(c)?', 0, ['abac', 'ab']),
    ('(?:(?!ab).)*', 0, ['xyab', 'ab']),
    ('(?<=(\\d{2}))x', 0, ['1x22x', 'x']),
    ('(?<!\\d)\\d{3}(?!\\d)', 0, ['1234 567', '12']),
    ('^(?=.*\\d)(?=.*[a-z]).{4,8}$', 0, ['abc123', 'abcdef', 'a1']),
    ('(?:(a)(?=b)|a)+', 0, ['aab', 'aba']),
    # atomic and possessive
    ('(?>a+)b', 0, ['aab', 'aa']),
    ('(?>a+)ab', 0, ['aaab']),
    ('(?>(a)|ab)c', 0, ['abc', 'ac']),
    ('(?:(?>(a+)b?)c?)*d', 0, ['aabcad', 'aabcaab']),
    ('a++b', 0, ['aab', 'aa']),
    ('a*+a', 0, ['aaa']),
    ('a?+a', 0, ['aa', 'a']),
    ('a{2,3}+a', 0, ['aaa', 'aaaa']),
    ('(?:ab)*+c', 0, ['ababc', 'abab']),
    ('(?:ab)++abc', 0, ['ababc']),
    ('(?:(a)|b)*+c', 0, ['abc', 'bac', 'd']),
    ('(?:a|ab){1,2}+b', 0, ['abb', 'aab', 'ab']),
    ('(?:(\\w)\\d?)*+', 0, ['a1b2c', '']),
    ('(?:a?)*+b', 0, ['aab', 'b', 'aac']),
    ('(?:(a?)){2,4}+b', 0, ['aaab', 'b', 'aaaaaab']),
    ('((?:x|y)++z)+', 0, ['xyzxz', 'xy']),
    ('(?:(?:a(b)?)++|c)+d', 0, ['abacd', 'acab']),
    ('(?>(?:(a)|b)+?c)(b)?', 0, ['abcb', 'bab']),
    ('(?:(?>a(b)|(a)c)+x?)*', 0, ['abacxab', 'ac']),
    # bytes
    (b'a.c', 0, [b'xabc', b'a\nc']),
    (b'[\x80-\xff]+', 0, [b'a\x80\xff\x7f']),
    (b'\\w+\\s', 0, [b'\xe9ab c', b'abc']),
    (b'(?i)\xc0a', 0, [b'\xe0A', b'\xc0A']),
    (b'(?L)\\w+', 0, [b'\xe9ab c', b'--']),
    (b'(?Li)Ab[c-d](x)\\1', 0, [b'aBDXx', b'abex']),
    (b'(?Li)[^a]\\b', 0, [b'Ab', b'aA ']),
    (b'\x00+', 0, [b'a\x00\x00b']),
]


class Maker:
    """Random patterns."""

    def __init__(self, rng):
        self.rng = rng

    def unit(self):
        r = self.rng
        return r.choice([
            'a', 'a', 'b', 'b', 'c', 'A', 'B', '.', '[ab]', '[^a]', '[a-c]', '\\w', '\\d', '\\s', '\\W', '1', ' ', '\u0436', '\u0416', '\u017f', 's',
            '[\u0430-\u0439a]', '[^\u0436b]', '\U00010400', '[ac1]', '[\\d\u0436]', '[^\\w ]', '\\n', 'k', '[k\u0130\u1e9e]',
        ])

    def quantifier(self):
        r = self.rng
        q = r.choice(['*', '+', '?', '*', '+', '{2}', '{1,2}', '{0,3}', '{2,}', '{,1}'])
        return q + r.choice(['', '', '', '?', '+'])

    def piece(self, depth):
        r = self.rng
        k = r.random()
        if depth <= 0 or k < 0.40:
            return self.unit() + (self.quantifier() if r.random() < 0.4 else '')
        if k < 0.60:
            self.groups += 1
            n = self.groups
            self.open.append(n)
            body = self.alternatives(depth - 1)
            self.open.remove(n)
            text = '(' + body + ')'
        elif k < 0.74:
            text = '(?:' + self.alternatives(depth - 1) + ')'
        elif k < 0.80:
            text = '(?>' + self.alternatives(depth - 1) + ')'
        elif k < 0.84:
            return r.choice(['(?=', '(?!']) + self.alternatives(depth - 1) + ')'
        elif k < 0.87:
            return r.choice(['(?<=', '(?<!']) + ''.join(self.unit() for _ in range(r.randint(1, 2))) + ')'
        elif k < 0.92:
            return r.choice(['^', '$', '\\b', '\\B', '\\Z'])
        elif k < 0.97:
            free = [n for n in range(1, self.groups + 1) if n not in self.open]
            if not free:
                return 'a'
            n = r.choice(free)
            if r.random() < 0.5:
                text = '(?:\\%d)' % n
            else:
                text = '(?(%d)%s|%s)' % (n, self.sequence(depth - 1), self.sequence(depth - 1) if r.random() < 0.8 else '')
        else:
            text = '(?i:' + self.alternatives(depth - 1) + ')'
        return text + (self.quantifier() if r.random() < 0.55 else '')

    def sequence(self, depth):
        return ''.join(self.piece(depth) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3])))

    def alternatives(self, depth):
        return '|'.join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])))

    def pattern(self):
        self.groups, self.open = 0, []
        return self.alternatives(3)

    def subject(self):
        letters = self.rng.choice(['ab', 'abc', 'aAbB1 ', 'ab\n', 'a\u0436\u0416b\u0439', 'sS\u017fkK\u212a', 'ab1 _', 'a\U00010400\U00010428b\u0130'])
        return ''.join(self.rng.choice(letters) for _ in range(self.rng.randint(0, 12)))


used = set(range(0x80, 0x100))


def program(pattern, flags):
    tree = _parser.parse(pattern, flags)
    return _compiler._code(tree, flags), tree.state.groups - 1


def case(pattern, flags, subject, what, pos, end, code, groups):
    compiled = re.compile(pattern, flags)
    if what == 'a':
        # What finditer does after an empty match at pos.
        scanner = compiled.scanner(subject, pos, end)
        first = scanner.search()
        if first is None or first.end() != first.start():
            return None
        pos = first.start()
        match = scanner.search()
    else:
        match = {'m': compiled.match, 's': compiled.search, 'f': compiled.fullmatch}[what](subject, pos, end)
    points = list(subject) if isinstance(subject, bytes) else [ord(c) for c in subject]
    used.update(points)
    if match is None:
        result = '-'
    else:
        numbers = [*match.span(), match.lastindex or 0]
        for g in range(1, groups + 1):
            numbers += match.span(g)
        result = ' '.join(map(str, numbers))
    return '\t'.join([
        ascii(pattern) + (' ' + str(int(flags)) if flags else ''), what + ('b' if isinstance(subject, bytes) else ''), str(pos), str(end),
        str(groups), ' '.join(str(int(word)) for word in code), ' '.join('%x' % p for p in points), result])


def cases(pattern, flags, subjects, whats='msf', slices=False):
    try:
        code, groups = program(pattern, flags)
        re.compile(pattern, flags)
    except (re.error, OverflowError):
        return
    if isinstance(pattern, str):
        used.update(map(ord, pattern))
    for subject in subjects:
        for what in whats:
            spans = [(0, len(subject))]
            if slices and what != 'a' and len(subject) > 2:
                spans.append((1, len(subject) - 1))
            for pos, end in spans:
                line = case(pattern, flags, subject, what, pos, end, code, groups)
                if line:
                    yield line


def properties():
    for _ in range(3):
        for point in list(used):
            for text in (chr(point).lower(), chr(point).upper()):
                used.update(map(ord, text))
    import _sre
    for point in sorted(used):
        c = chr(point)
        upper = c.upper()
        flags = c.isalnum() | c.isdecimal() << 1 | c.isspace() << 2 | (len(('a' + c + 'a').splitlines()) > 1) << 3
        upper = ord(upper) if len(upper) == 1 else point
        lower = _sre.unicode_tolower(point)
        if flags or lower != point or upper != point:
            yield 'U %x %x %x %x' % (point, flags, lower, upper)


def fuzz(seed, count, whats='msfa'):
    def too_long(*args):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    rng = random.Random(seed)
    maker = Maker(rng)
    done = 0
    while done < count:
        pattern = maker.pattern()
        flags = rng.choice([0, 0, 0, re.I, re.M, re.S, re.A, re.I | re.A, re.I | re.M])
        subjects = [maker.subject() for _ in range(3)]
        what = rng.choice(whats)
        signal.setitimer(signal.ITIMER_REAL, 0.1)  # some patterns take for ever
        try:
            made = list(cases(pattern, flags, subjects, what, True))
        except TimeoutError:
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        yield from made
        done += len(made)


def main(how, *rest):
    if how == 'inc':
        lines = []
        for pattern, flags, subjects in OWN:
            lines += cases(pattern, flags, subjects, 's')
            lines += cases(pattern, flags, subjects[:1], 'mfa')
        lines += [line for line in fuzz(1, 700) if len(line) < 400]
        print('// Generated by tools/gen_sre_cases.py, which describes the format. Do not edit.')
        for line in [*properties(), *lines]:
            assert ')~"' not in line
            print('R"~(%s)~",' % line)
    elif how == 'fuzz':
        lines = list(fuzz(int(rest[0]), int(rest[1])))
        print('\n'.join([*properties(), *lines]))
    else:
        lines = []
        for row in importlib.import_module(rest[0]).tests:
            lines += cases(row[0], 0, [row[1]], 'msfa')
        print('\n'.join([*properties(), *lines]))


main(*sys.argv[1:])
