# str: construction, operators, sequence protocol, methods.


def raises(exc, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} was not raised')


class S(str):
    pass


class Index:
    def __init__(self, i):
        self.i = i

    def __index__(self):
        return self.i


# ---- construction
assert str() == '' and str(5) == '5' and str('x') == 'x' and str(None) == 'None'
assert str(b'ab', 'ascii') == 'ab' and str(b'\xc3\xa9', encoding='utf-8') == '\xe9' and str(bytearray(b'\xe9'), 'latin-1') == '\xe9'
assert str(b'a\xff', 'utf-8', 'replace') == 'a\ufffd' and str(b'\xff', 'ascii', 'ignore') == ''
assert str(object=b'x', errors='strict') == 'x' and str(encoding='ascii') == ''
assert raises(TypeError, str, 'x', 'ascii') == 'decoding str is not supported'
assert raises(TypeError, str, 5, 'ascii') == 'decoding to str: need a bytes-like object, int found'
assert raises(TypeError, str, b'x', 5) == "str() argument 'encoding' must be str, not int"
assert type(S('ab')) is S and S('ab') == 'ab' and type(str(S('ab'))) is str
assert S('\u20ac').upper() == '\u20ac' and hash(S('ab')) == hash('ab')
s = S('abc')
s.attr = 1
assert s.attr == 1 and s + 'd' == 'abcd' and type(s + '') is str and type(s[:]) is str and type(s * 1) is str
assert type(s.strip()) is str and type(s.replace('x', 'y')) is str and type(s.center(1)) is str and type(s.lower()) is str
assert type(''.join([s])) is str and s.__getnewargs__() == ('abc',)


class T:
    def __str__(self):
        return S('t')


assert type(str(T())) is S

# ---- repr
assert repr('a') == "'a'" and repr("'") == '"\'"' and repr('"') == "'\"'" and repr('\'"') == "'\\'\"'"
assert repr('\n\t\r\\\0\x7f') == "'\\n\\t\\r\\\\\\x00\\x7f'"
assert repr('\x80\xa0\xad\xe9') == "'\\x80\\xa0\\xad\xe9'" and repr('\u2028\u20ac\ud800') == "'\\u2028\u20ac\\ud800'"
assert repr('\U0001f600\U000e0001') == "'\U0001f600\\U000e0001'" and ascii('\xe9\u20ac\U0001f600') == "'\\xe9\\u20ac\\U0001f600'"

# ---- comparison, hash
assert 'a' < 'b' and 'a' < 'aa' and not 'b' < 'a' and 'a' <= 'a' and 'b' > 'a' and 'b' >= 'b' and 'a' != 'b'
assert '\uffff' < '\U00010000' and '\xff' < '\u0100' and 'a\u0100' > 'a\xff' and 'z' < '\xe9' < '\u20ac'
assert ('a' == 1) is False and ('a' != 1) is True and 'a'.__eq__(1) is NotImplemented and 'a'.__lt__(1) is NotImplemented
assert raises(TypeError, lambda: 'a' < 1) == "'<' not supported between instances of 'str' and 'int'"
assert hash('') == 0 and hash('abc') == hash('ab' + 'c')

# ---- indexing, slicing
t = 'h\xe9llo \u20ac \U0001f600'
assert t[0] == 'h' and t[1] == '\xe9' and t[-1] == '\U0001f600' and t[6] == '\u20ac' and len(t) == 9
assert t[:5] == 'h\xe9llo' and t[6:7] == '\u20ac' and t[::-1] == '\U0001f600 \u20ac oll\xe9h' and t[::2] == 'hlo\u20ac\U0001f600'
assert t[5:0:-2] == ' l\xe9' and t[100:] == '' and t[-3:-1] == '\u20ac ' and t[2:2] == '' and t[True] == '\xe9' and t[Index(2)] == 'l'
assert 'abcdef'[::2] == 'ace' and 'abcdef'[4:1:-1] == 'edc' and 'abc'[-100:100] == 'abc' and 'abc'[::10**30] == 'a' and 'abc'[10**30:] == ''
assert 'abc'[-10**30:2] == 'ab' and 'abc'[::-10**30] == 'c'
# A slice that loses the wide characters is equal to, and hashes as, the narrow text.
assert t[2:5] == 'llo' and hash(t[2:5]) == hash('llo') and t[2:5].isascii() and {t[2:5]: 1}['llo'] == 1 and t[8:1:-6] == '\U0001f600l'
assert raises(IndexError, lambda: 'abc'[3]) == 'string index out of range' and raises(IndexError, lambda: 'abc'[-4])
assert raises(TypeError, lambda: t['a']) == "string indices must be integers, not 'str'"
assert raises(TypeError, lambda: t[1.0]) == "string indices must be integers, not 'float'"
assert raises(IndexError, lambda: 'abc'[10**30]) == "cannot fit 'int' into an index-sized integer"
assert raises(ValueError, lambda: 'abc'[::0]) == 'slice step cannot be zero'
assert raises(TypeError, lambda: 'abc'['a':]) == 'slice indices must be integers or None or have an __index__ method'

# ---- + * in
assert 'a' + 'b' == 'ab' and '' + 'x' == 'x' and 'a' + '\u20ac' + '\U0001f600' + '\xe9' == 'a\u20ac\U0001f600\xe9'
assert 'ab' * 3 == 'ababab' and 3 * 'ab' == 'ababab' and 'ab' * 0 == '' and 'ab' * -1 == '' and '\u20ac' * 3 == '\u20ac\u20ac\u20ac'
assert 'abc' * 7 == 'abcabcabcabcabcabcabc' and 'ab' * True == 'ab' and 'a' * Index(2) == 'aa'
assert raises(TypeError, lambda: 'a' + 1) == 'can only concatenate str (not "int") to str'
assert raises(TypeError, lambda: 'a' * 'b') == "can't multiply sequence by non-int of type 'str'"
assert raises(TypeError, lambda: 'a' * 1.0) == "can't multiply sequence by non-int of type 'float'"
assert raises(OverflowError, lambda: 'abc' * (2**62)) == 'repeated string is too long'
assert 'b' in 'abc' and 'bc' in 'abc' and '' in 'abc' and '' in '' and 'd' not in 'abc' and '\u20ac' not in 'abc' and 'b' in '\u20acb'
assert raises(TypeError, lambda: 1 in 'abc') == "'in <string>' requires string as left operand, not int"

# ---- += in a loop: prefixes taken on the way stay what they are
parts = []
acc = ''
for i in range(300):
    acc += chr(97 + i % 26)
    parts.append(acc)
assert all(len(p) == i + 1 for i, p in enumerate(parts)) and all(acc.startswith(p) for p in parts)
x = y = 'a' * 100
x += 'b'
y2 = x
x += 'c'
y2 += 'd'
assert x == 'a' * 100 + 'bc' and y2 == 'a' * 100 + 'bd' and y == 'a' * 100
assert hash(x) == hash('a' * 100 + 'bc') and {x: 1}['a' * 100 + 'bc'] == 1
x += '\u20ac'
assert x == 'a' * 100 + 'bc\u20ac' and x[-1] == '\u20ac'
x += '\U0001f600'
x += x
assert len(x) == 208 and x[103] == '\U0001f600' and x[:104] == x[104:]
assert x.encode() == ('a' * 100 + 'bc\u20ac\U0001f600').encode() * 2
d = {}
d[acc] = 1
acc += 'z'
assert acc not in d and acc[:-1] in d

# ---- iteration
assert list('a\xe9\u20ac') == ['a', '\xe9', '\u20ac'] and list('') == [] and [*reversed('abc')] == ['c', 'b', 'a']
it = iter('abc')
assert it.__length_hint__() == 3 and next(it) == 'a' and it.__length_hint__() == 2
assert it.__reduce__() == (iter, ('abc',), 1)
it.__setstate__(2)
assert next(it) == 'c' and raises(StopIteration, next, it) == '' and it.__reduce__() == (iter, ('',)) and it.__length_hint__() == 0
assert type(iter('a')).__name__ == 'str_ascii_iterator' and type(iter('\u20ac')).__name__ == 'str_iterator'

# ---- find and its like
assert 'abcabc'.find('b') == 1 and 'abcabc'.rfind('b') == 4 and 'abcabc'.find('b', 2) == 4 and 'abcabc'.find('b', 2, 4) == -1
assert 'abc'.find('') == 0 and 'abc'.find('', 3) == 3 and 'abc'.find('', 4) == -1 and 'abc'.rfind('') == 3 and ''.find('') == 0
assert 'abc'.find('c', -1) == 2 and 'abc'.find('a', None, None) == 0 and 'abc'.find('a', -100, 100) == 0
assert 'a\u20acb\u20ac'.find('\u20ac') == 1 and 'a\u20acb\u20ac'.rfind('\u20ac') == 3 and 'abc'.find('\u20ac') == -1 and '\u20acabc'.find('bc') == 2
assert 'abc'.index('c') == 2 and 'abcb'.rindex('b') == 3
assert raises(ValueError, 'abc'.index, 'd') == 'substring not found' and raises(ValueError, 'abc'.rindex, 'd') == 'substring not found'
assert raises(TypeError, 'abc'.find, 1) == 'find() argument 1 must be str, not int'
assert raises(TypeError, 'abc'.find) == 'find expected at least 1 argument, got 0'
assert raises(TypeError, 'abc'.find, 'a', 'b') == 'slice indices must be integers or None or have an __index__ method'
assert 'aaaa'.count('aa') == 2 and 'abc'.count('') == 4 and 'abc'.count('', 4) == 0 and 'abcabc'.count('c', 3) == 1 and 'a\u20ac\u20ac'.count('\u20ac') == 2
assert 'abc'.startswith('ab') and 'abc'.startswith('') and not 'abc'.startswith('b') and 'abc'.startswith('b', 1) and 'abc'.startswith(('x', 'a'))
assert 'abc'.endswith('bc') and 'abc'.endswith(('x', 'c')) and not 'abc'.endswith('b') and 'abc'.endswith('b', 0, 2) and not 'abc'.startswith(())
assert not ''.startswith('', 1) and 'abc'.startswith('', 3) and not 'abc'.startswith('', 4) and '\u20acab'.startswith('a', 1) and 'a\u20ac'.endswith('\u20ac')
assert raises(TypeError, 'a'.startswith, 1) == 'startswith first arg must be str or a tuple of str, not int'
assert raises(TypeError, 'a'.endswith, (1,)) == 'tuple for endswith must only contain str, not int'

# ---- replace
assert 'abcabc'.replace('b', 'X') == 'aXcaXc' and 'abcabc'.replace('b', 'XY', 1) == 'aXYcabc' and 'abc'.replace('b', '') == 'ac'
assert 'abc'.replace('', '-') == '-a-b-c-' and 'abc'.replace('', '-', 2) == '-a-bc' and ''.replace('', 'x') == 'x' and ''.replace('', 'x', 0) == ''
assert 'abc'.replace('b', '\u20ac') == 'a\u20acc' and 'a\u20acc'.replace('\u20ac', 'b') == 'abc' and 'a\u20acc'.replace('\u20ac', 'b').isascii()
assert 'aaa'.replace('a', 'bb', count=2) == 'bbbba' and 'abc'.replace('x', 'y') == 'abc' and 'aXbX'.replace('X', '\U0001f600') == 'a\U0001f600b\U0001f600'
assert 'x\u20ac'.replace('', '.') == '.x.\u20ac.' and 'aa'.replace('aa', '') == '' and 'ab'.replace('a', '') == 'b'
assert raises(TypeError, 'a'.replace, 1, 'b') == 'replace() argument 1 must be str, not int'
assert raises(TypeError, 'a'.replace, 'a', 2) == 'replace() argument 2 must be str, not int'

# ---- split and join
assert ' a  b\tc\n'.split() == ['a', 'b', 'c'] and ' a  b c '.split(None, 1) == ['a', 'b c '] and ''.split() == [] and '  '.split() == []
assert 'a,b,,c'.split(',') == ['a', 'b', '', 'c'] and 'a,b,c'.split(',', 1) == ['a', 'b,c'] and ''.split(',') == [''] and 'a--b--c'.split('--') == ['a', 'b', 'c']
assert 'a,b,c'.rsplit(',', 1) == ['a,b', 'c'] and ' a b  c '.rsplit(None, 1) == [' a b', 'c'] and 'a--b--c'.rsplit('--', 1) == ['a--b', 'c'] and 'abc'.rsplit() == ['abc']
assert 'a\u2003b\u20acc'.split() == ['a', 'b\u20acc'] and 'a\u20acb'.split('\u20ac') == ['a', 'b'] and ' a b c '.split(maxsplit=0) == ['a b c ']
assert 'a b c'.split(sep=' ', maxsplit=-1) == ['a', 'b', 'c'] and ' a b c '.rsplit(maxsplit=0) == [' a b c'] and 'a\x1cb\x85c'.split() == ['a', 'b', 'c']
assert raises(ValueError, 'a'.split, '') == 'empty separator' and raises(TypeError, 'a'.split, 1) == 'must be str or None, not int'
assert 'a.b.c'.partition('.') == ('a', '.', 'b.c') and 'a.b.c'.rpartition('.') == ('a.b', '.', 'c') and 'abc'.partition('.') == ('abc', '', '')
assert 'abc'.rpartition('.') == ('', '', 'abc') and raises(ValueError, 'a'.partition, '') == 'empty separator'
assert raises(TypeError, 'a'.partition, 1) == 'must be str, not int'
assert 'a\nb\r\nc\rd'.splitlines() == ['a', 'b', 'c', 'd'] and 'a\nb\r\n'.splitlines(True) == ['a\n', 'b\r\n'] and ''.splitlines() == [] and '\n'.splitlines() == ['']
assert 'a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\x1fj'.splitlines() == ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i\x1fj'] and 'a\nb'.splitlines(keepends=True) == ['a\n', 'b']
assert ','.join(['a', 'b', 'c']) == 'a,b,c' and ''.join(()) == '' and ', '.join('abc') == 'a, b, c' and '\u20ac'.join(['a', 'b']) == 'a\u20acb' and ''.join(['', '']) == ''
assert ','.join(['\U0001f600', 'b', '\xe9']) == '\U0001f600,b,\xe9' and ','.join(c for c in 'ab') == 'a,b' and '\u20ac'.join(['abc']) == 'abc'
assert raises(TypeError, ','.join, ['a', 1]) == 'sequence item 1: expected str instance, int found' and raises(TypeError, ','.join, 5) == 'can only join an iterable'
lst = ['a']
assert ''.join(lst) is lst[0]

# ---- strip
assert '  a b \n'.strip() == 'a b' and '  a '.lstrip() == 'a ' and ' a  '.rstrip() == ' a' and 'xxaxx'.strip('x') == 'a' and 'abcba'.strip('ab') == 'c'
assert '\u2003a\x85'.strip() == 'a' and '\u20aca\u20ac'.strip('\u20ac') == 'a' and '\u20aca\u20ac'.strip('a') == '\u20aca\u20ac' and 'a'.strip('') == 'a' and 'aa'.strip('a') == ''
assert 'xyz'.strip(None) == 'xyz' and raises(TypeError, 'a'.strip, 1) == 'strip arg must be None or str' and raises(TypeError, 'a'.rstrip, 1) == 'rstrip arg must be None or str'
assert 'foobar'.removeprefix('foo') == 'bar' and 'foobar'.removesuffix('bar') == 'foo' and 'foo'.removeprefix('x') == 'foo' and 'foo'.removesuffix('') == 'foo'
assert raises(TypeError, 'a'.removeprefix, 1) == 'removeprefix() argument must be str, not int'

# ---- case
assert 'aBc'.upper() == 'ABC' and 'aBc'.lower() == 'abc' and 'aBc'.swapcase() == 'AbC' and 'hello wORLD'.title() == 'Hello World' and 'hELLO'.capitalize() == 'Hello'
assert "they're bill's".title() == "They'Re Bill'S" and ''.title() == '' and ''.upper() == '' and 'a'.capitalize() == 'A' and '3x y'.title() == '3X Y'
assert '\xdf'.upper() == 'SS' and '\xdf'.casefold() == 'ss' and '\xdf'.title() == 'Ss' and '\ufb01x'.capitalize() == 'Fix' and '\u0130'.lower() == 'i\u0307'
assert '\u03a3'.lower() == '\u03c3' and 'A\u03a3'.lower() == 'a\u03c2' and 'A\u03a3B'.lower() == 'a\u03c3b' and '\u1fd2'.upper() == '\u0399\u0308\u0300'
assert '\u01c5'.swapcase() == '\u01c5' and '\xb5'.upper() == '\u039c' and '\xff'.upper() == '\u0178' and '\U00010428'.upper() == '\U00010400' and '\u212a'.lower() == 'k'
assert 'A\u03a3'.swapcase() == 'a\u03c2' and '\u01c6x'.title() == '\u01c5x' and '\u01c6'.capitalize() == '\u01c5' and 'X\u0300A'.title() == 'X\u0300A'

# ---- classes
assert 'abc'.isalpha() and not 'a1'.isalpha() and not ''.isalpha() and '\xe9\u4e00'.isalpha() and 'a1\xb2'.isalnum() and not 'a b'.isalnum()
assert '12'.isdecimal() and not '\xb2'.isdecimal() and '\xb2'.isdigit() and not '\xbd'.isdigit() and '\xbd\u4e00'.isnumeric() and '\u0663'.isdecimal() and not ''.isdigit()
assert 'ab1'.islower() and not 'aB'.islower() and not '1'.islower() and 'AB1'.isupper() and not 'Ab'.isupper() and not ''.isupper()
assert '\xaa'.islower() and not '\u01c5'.islower() and not '\u01c5'.isupper() and '\u01c5'.istitle()
assert 'Hello World'.istitle() and not 'Hello world'.istitle() and not 'HELLO'.istitle() and not ''.istitle() and not '1'.istitle() and "A'B".istitle()
assert ' \t\n\u2003'.isspace() and not ''.isspace() and not ' a'.isspace() and 'abc'.isascii() and ''.isascii() and not '\xe9'.isascii()
assert 'a b\xe9'.isprintable() and ''.isprintable() and not '\n'.isprintable() and not '\xa0'.isprintable() and not '\ud800'.isprintable()
assert '_a1'.isidentifier() and not '1a'.isidentifier() and not ''.isidentifier() and '\xe9\u4e00'.isidentifier() and 'a\xb7'.isidentifier() and not 'a b'.isidentifier()

# ---- padding
assert 'ab'.center(5) == '  ab ' and 'abc'.center(6) == ' abc  ' and 'ab'.center(6, '*') == '**ab**' and 'ab'.center(1) == 'ab' and 'abc'.center(4) == 'abc '
assert 'ab'.ljust(4) == 'ab  ' and 'ab'.rjust(4, '\u20ac') == '\u20ac\u20acab' and ''.rjust(1, '\u20ac') == '\u20ac' and 'a'.center(2) == 'a ' and ''.center(3) == '   '
assert '42'.zfill(5) == '00042' and '-42'.zfill(5) == '-0042' and '+1'.zfill(4) == '+001' and 'abc'.zfill(2) == 'abc' and ''.zfill(2) == '00' and '-\u20ac'.zfill(4) == '-00\u20ac' and ''.zfill(1) == '0'
assert raises(TypeError, 'a'.center, 5, 'xx') == 'The fill character must be exactly one character long'
assert raises(TypeError, 'a'.center, 5, 1) == 'The fill character must be a unicode character, not int'
assert 'a\tb'.expandtabs() == 'a       b' and 'a\tb'.expandtabs(4) == 'a   b' and 'ab\tc\n\td'.expandtabs(4) == 'ab  c\n    d' and 'a\tb'.expandtabs(0) == 'ab' and '\t'.expandtabs(1) == ' ' and 'a\tb'.expandtabs(tabsize=-1) == 'ab'

# ---- translate
assert 'abc'.translate({97: 'X', 98: None, 99: 100}) == 'Xd' and 'abc'.translate(str.maketrans('ab', 'xy', 'c')) == 'xy' and 'aab'.translate({97: 'long'}) == 'longlongb'
assert str.maketrans({'a': 1, 98: 'x'}) == {97: 1, 98: 'x'} and str.maketrans('ab', 'cd') == {97: 99, 98: 100} and '\u20aca'.translate({0x20ac: 'e'}) == 'ea'
assert 'abc'.translate([]) == 'abc' and '\0\1'.translate(['x', 'y']) == 'xy' and 'a'.translate({97: '\U0001f600'}) == '\U0001f600' and 'aa'.translate({97: ''}) == ''
assert raises(TypeError, 'a'.translate, {97: 1.5}) == 'character mapping must return integer, None or str'
assert raises(ValueError, 'a'.translate, {97: 0x110000}) == 'character mapping must be in range(0x110000)'
assert raises(ValueError, str.maketrans, 'a', 'bc') == 'the first two maketrans arguments must have equal length'
assert raises(TypeError, str.maketrans, 'a') == 'if you give only one argument to maketrans it must be a dict'
assert raises(ValueError, str.maketrans, {'ab': 1}) == 'string keys in translatetable must be of length 1'
assert raises(TypeError, str.maketrans, {1.5: 1}) == 'keys in translate table mustbe strings or integers'
assert raises(TypeError, str.maketrans, 1, 'a') == 'first maketrans argument must be a string if there is a second argument'

# ---- encode
assert 'abc'.encode() == b'abc' and '\xe9\u20ac\U0001f600'.encode() == b'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80' and '\xe9'.encode('latin-1') == b'\xe9' and 'a'.encode('ASCII') == b'a'
assert '\xe9'.encode('ascii', 'replace') == b'?' and '\xe9'.encode('ascii', errors='xmlcharrefreplace') == b'&#233;' and 'a\u20ac'.encode('utf-16-le') == b'a\0\xac\x20'
assert raises(UnicodeEncodeError, '\xe9'.encode, 'ascii') == "'ascii' codec can't encode character '\\xe9' in position 0: ordinal not in range(128)"
assert raises(UnicodeEncodeError, 'a\ud800'.encode) == "'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed"
assert raises(UnicodeEncodeError, '\u20ac'.encode, 'latin-1') == "'latin-1' codec can't encode character '\\u20ac' in position 0: ordinal not in range(256)"
assert 'a\udc80'.encode('utf-8', 'surrogateescape') == b'a\x80' and '\ud800'.encode('utf-8', 'surrogatepass') == b'\xed\xa0\x80'
assert raises(LookupError, 'a'.encode, 'no-such-codec') == 'unknown encoding: no-such-codec'
assert raises(TypeError, 'a'.encode, 1) == "encode() argument 'encoding' must be str, not int"
assert raises(UnicodeDecodeError, str, b'a\xff', 'utf-8') == "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"

# ---- interning
import sys
a = sys.intern('some ' + str(len('text')))
assert sys.intern('some 4') is a and sys.intern(a) is a
for i in range(20000):
    sys.intern('temporary %d' % i)  # these die
assert sys.intern('some 4') is a
assert raises(TypeError, sys.intern, S('x')) == "can't intern S"
