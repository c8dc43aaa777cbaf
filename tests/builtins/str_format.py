# Formatting: the % operator, str.format, str.__format__, _string. Expected results are CPython 3.14's.
import _string


def raises(exc, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} was not raised')


def mod(f, a):
    return f % a


class Getter:
    def __getitem__(self, key):
        return '<' + key + '>'


class Num:
    def __int__(self):
        return 7

    def __index__(self):
        return 8

    def __float__(self):
        return 1.5


class BadInt:
    def __int__(self):
        raise ValueError('no')


# ---- % : values
for f, a, want in [
    ('%s', 5, '5'), ('%s', 'x', 'x'), ('%s %r %a', ('\xe9', '\xe9', '\xe9'), "\xe9 '\xe9' '\\xe9'"), ('%%', (), '%'), ('a', (), 'a'),
    ('%d', 42, '42'), ('%i', True, '1'), ('%u', -3, '-3'), ('%d', 1.9, '1'), ('%d', -1.9, '-1'), ('%d', 1e30, '1000000000000000019884624838656'),
    ('%d', 10**40, '1' + '0' * 40), ('%d', -10**40, '-1' + '0' * 40), ('%x', 255, 'ff'), ('%X', 255, 'FF'), ('%o', 8, '10'), ('%#x', -255, '-0xff'),
    ('%#X', 255, '0XFF'), ('%#o', 8, '0o10'), ('%x', 2**70, '400000000000000000'), ('%d', Num(), '7'), ('%x', Num(), '8'), ('%f', Num(), '1.500000'),
    ('%5d|', 42, '   42|'), ('%-5d|', 42, '42   |'), ('%05d', -42, '-0042'), ('%+d', 42, '+42'), ('% d', 42, ' 42'), ('%+d', -42, '-42'), ('% +d', 1, '+1'),
    ('%-05d|', 7, '7    |'), ('%0-5d|', 3, '3    |'), ('%+-07d|', 7, '+7     |'), ('%.5d', 42, '00042'), ('%.3d', -5, '-005'), ('%06.3d', -5, '-00005'),
    ('%.5x', -255, '-000ff'), ('%#010X', -255, '-0X00000FF'), ('%#10x|', 255, '      0xff|'), ('%8.3d|', 5, '     005|'), ('%ld', 3, '3'), ('%hd', 3, '3'), ('%Ld', 3, '3'),
    ('%f', 1.5, '1.500000'), ('%.2f', 2.675, '2.67'), ('%e', 12345.678, '1.234568e+04'), ('%E', 1.5, '1.500000E+00'), ('%g', 1e-10, '1e-10'), ('%G', 1e-10, '1E-10'),
    ('%.0f', 0.5, '0'), ('%#.0f', 1, '1.'), ('%#g', 1.0, '1.00000'), ('%.0e', 1.5, '2e+00'), ('%#.0e', 1, '1.e+00'), ('%08.3f', -1.5, '-001.500'), ('%+f', 1.0, '+1.000000'),
    ('%f', 3, '3.000000'), ('%F', float('nan'), 'NAN'), ('%e', float('inf'), 'inf'), ('%05f', float('nan'), '00nan'), ('%f', float('-inf'), '-inf'), ('%-10.1f|', 1.25, '1.2       |'),
    ('%c', 'x', 'x'), ('%c', 0x20ac, '\u20ac'), ('%c', '\U0001f600', '\U0001f600'), ('%5c|', 'x', '    x|'), ('%-5c|', 'x', 'x    |'), ('%c', True, '\x01'),
    ('%5s|', 'abc', '  abc|'), ('%-5s|', 'abc', 'abc  |'), ('%.2s', 'abc', 'ab'), ('%5.1s|', 'abc', '    a|'), ('%.2r', 'abc', "'a"), ('%05s', 'a', '    a'), ('%.0s', 'abc', ''),
    ('%*d', (5, 42), '   42'), ('%-*d|', (5, 42), '42   |'), ('%*d|', (-5, 42), '42   |'), ('%.*f', (2, 1.0), '1.00'), ('%*.*f', (7, 2, 1.5), '   1.50'), ('%.*f', (-1, 1.6), '2'),
    ('%(a)s %(b)d', {'a': 1, 'b': 2}, '1 2'), ('%(a(b)c)s', {'a(b)c': 3}, '3'), ('%(x)s', Getter(), '<x>'), ('%()s', {'': 1}, '1'), ('%(a)s%%', {'a': 1}, '1%'),
    ('%(a)5.2f|', {'a': 1.5}, ' 1.50|'), ('a', {}, 'a'), ('a', [1], 'a'), ('%s', [1, 2], '[1, 2]'), ('%s', None, 'None'), ('%s', {}, '{}'), ('%s %s', (1, (2,)), '1 (2,)'),
    ('\u20ac%s', 'a', '\u20aca'), ('%s\u20ac', '\U0001f600', '\U0001f600\u20ac'), ('%s', ((),), '()'), ('%.1000f', 1.5, '1.5' + '0' * 999),
]:
    got = f % a
    assert got == want and type(got) is str, (f, a, got, want)

# ---- % : errors
for f, a, exc, want in [
    ('%d', 'x', TypeError, '%d format: a real number is required, not str'), ('%x', 1.5, TypeError, '%x format: an integer is required, not float'),
    ('%d', None, TypeError, '%d format: a real number is required, not NoneType'), ('%d', 1+2j, TypeError, '%d format: a real number is required, not complex'),
    ('%d', float('nan'), ValueError, 'cannot convert float NaN to integer'), ('%d', float('inf'), OverflowError, 'cannot convert float infinity to integer'),
    ('%d', BadInt(), ValueError, 'no'), ('%f', 'x', TypeError, 'must be real number, not str'), ('%f', 10**400, OverflowError, 'int too large to convert to float'),
    ('%c', '', TypeError, '%c requires an int or a unicode character, not a string of length 0'),
    ('%c', 'ab', TypeError, '%c requires an int or a unicode character, not a string of length 2'),
    ('%c', [], TypeError, '%c requires an int or a unicode character, not list'), ('%c', -1, OverflowError, '%c arg not in range(0x110000)'),
    ('%c', 1 << 70, OverflowError, '%c arg not in range(0x110000)'), ('%y', 1, ValueError, "unsupported format character 'y' (0x79) at index 1"),
    ('ab%\u20ac', 1, ValueError, "unsupported format character '?' (0x20ac) at index 3"), ('%5%', 1, ValueError, "unsupported format character '%' (0x25) at index 2"),
    ('%', 1, ValueError, 'incomplete format'), ('%-', 1, ValueError, 'incomplete format'), ('%5', 1, ValueError, 'incomplete format'), ('%.', 1, ValueError, 'incomplete format'),
    ('%(a', {}, ValueError, 'incomplete format key'), ('%(a)', {'a': 1}, ValueError, 'incomplete format'), ('%(a)s', 3, TypeError, 'format requires a mapping'),
    ('%(a)s', 'x', TypeError, 'format requires a mapping'), ('%(a)s', {}, KeyError, "'a'"), ('%d', (), TypeError, 'not enough arguments for format string'),
    ('%d%d', 1, TypeError, 'not enough arguments for format string'), ('a', 1, TypeError, 'not all arguments converted during string formatting'),
    ('%s', (1, 2), TypeError, 'not all arguments converted during string formatting'), ('%5%', (), TypeError, 'not enough arguments for format string'),
    ('%99999999999999999999d', 1, ValueError, 'width too big'), ('%.99999999999d', 1, ValueError, 'precision too big'), ('%*d', (1.0, 2), TypeError, '* wants int'),
    ('%.*d', (1 << 40, 2), OverflowError, 'Python int too large to convert to C int'), ('%*d', (1 << 70, 2), OverflowError, 'Python int too large to convert to C ssize_t'),
]:
    try:
        raises(exc, mod, f, a) == want or 1 / 0
    except ZeroDivisionError:
        raise AssertionError((f, a, raises(exc, mod, f, a), want))
assert '%s'.__rmod__(5) is NotImplemented and 'x'.__rmod__('%s!') == 'x!'

# ---- bytes share the machine
assert b'%d %s %b' % (5, b'a', b'b') == b'5 a b' and b'%a' % '\xe9' == b"'\\xe9'" and b'%r' % 'x' == b"'x'" and b'%c%c' % (65, b'B') == b'AB'
assert b'%(a)s' % {b'a': b'z'} == b'z' and b'%5.1f|' % 2.25 == b'  2.2|' and b'%x' % 255 == b'ff' and b'%-4d|%04d' % (1, 2) == b'1   |0002' and b'%%' % () == b'%'
assert b'%.2s|%5s' % (b'abc', b'x') == b'ab|    x'
assert raises(TypeError, mod, b'%s', 'x') == "%b requires a bytes-like object, or an object that implements __bytes__, not 'str'"
assert raises(OverflowError, mod, b'%c', 256) == '%c arg not in range(256)' and raises(TypeError, mod, b'%f', 'x') == 'float argument required, not str'
assert raises(TypeError, mod, b'a', 1) == 'not all arguments converted during bytes formatting'

# ---- str.format
for f, a, want in [
    ('', (), ''), ('abc', (), 'abc'), ('{{}}', (), '{}'), ('}}{{', (), '}{'), ('{}', (1,), '1'), ('{0}{1}{0}', ('a', 'b'), 'aba'), ('{} {}', (1, 2), '1 2'),
    ('{0:>{1}}', ('a', 5), '    a'), ('{:{}}|', ('a', 3), 'a  |'), ('{:>{}.{}f}', (1.23456, 8, 2), '    1.23'), ('{!r:>10}', ('a',), "       'a'"), ('{0!s:}', ('a',), 'a'),
    ('{!a}', ('\xe9',), "'\\xe9'"), ('{.real}', (1,), '1'), ('{[0]}', ([7],), '7'), ('{0[a]}', ({'a': 1},), '1'), ('{0.__class__.__name__[0]}', ('a',), 's'),
    ('{0[a[]}', ({'a[': 1},), '1'), ('{0:\u0663}|', ('x',), 'x  |'), ('{:d}', (True,), '1'), ('{:05}', ('a',), 'a0000'), ('{:*^9.2s}|', ('abc',), '***ab****|'),
    ('{:\u20ac<3}', ('a',), 'a\u20ac\u20ac'), ('\u20ac{}', ('a',), '\u20aca'), ('{}', ('\U0001f600',), '\U0001f600'), ('{:.2}', ('abc',), 'ab'), ('{:.10}|', ('abc',), 'abc|'),
    ('{0[0][1]}', ([[1, 2]],), '2'), ('{\u0660}', ('z',), 'z'),
]:
    got = f.format(*a)
    assert got == want, (f, a, got, want)
assert '{a} {b.real} {c[k]}'.format(a=1, b=2, c={'k': 3}) == '1 2 3' and '{0}{x}{}'.replace('{}', '').format(1, x=2) == '12' and '{:{w}.{p}}'.format('abc', w=4, p=2) == 'ab  '
assert '{self} {format}'.format(self=1, format=2) == '1 2' and str.format('{}', 5) == '5' and '{-1}'.format(**{'-1': 3}) == '3' and '{ a }'.format(**{' a ': 4}) == '4'

for f, a, exc, want in [
    ('{', (), ValueError, "Single '{' encountered in format string"), ('}', (), ValueError, "Single '}' encountered in format string"),
    ('a}b', (), ValueError, "Single '}' encountered in format string"), ('{0', (), ValueError, "expected '}' before end of string"),
    ('{0!}', (1,), ValueError, "unmatched '{' in format spec"), ('{0!r', (1,), ValueError, "unmatched '{' in format spec"),
    ('{0!rx}', (1,), ValueError, "expected ':' after conversion specifier"), ('{0!', (1,), ValueError, 'end of string while looking for conversion specifier'),
    ('{0:{', (1,), ValueError, "unmatched '{' in format spec"), ('{}{0}', (1,), ValueError, 'cannot switch from automatic field numbering to manual field specification'),
    ('{0}{}', (1,), ValueError, 'cannot switch from manual field specification to automatic field numbering'),
    ('{1}', (1,), IndexError, 'Replacement index 1 out of range for positional args tuple'), ('{a}', (), KeyError, "'a'"), ('{0.}', (1,), ValueError, 'Empty attribute in format string'),
    ('{0[}', (1,), ValueError, "expected '}' before end of string"), ('{0[]}', (1,), ValueError, 'Empty attribute in format string'),
    ('{0[a]b}', ({'a': 1},), ValueError, "Only '.' or '[' may follow ']' in format field specifier"), ('{0!z}', (1,), ValueError, 'Unknown conversion specifier z'),
    ('{0!\x01}', (1,), ValueError, 'Unknown conversion specifier \\x1'), ('{0:{1:{2}}}', (1, 2, 3), ValueError, 'Max string recursion exceeded'),
    ('{99999999999999999999}', (1,), ValueError, 'Too many decimal digits in format string'), ('{0{}', (1,), ValueError, "unexpected '{' in field name"),
    ('{0[-1]}', ([7],), TypeError, 'list indices must be integers or slices, not str'), ('{0.x}', (1,), AttributeError, "'int' object has no attribute 'x'"),
    ('{:{{}}}', ('a', 5), ValueError, "Invalid format specifier '{}' for object of type 'str'"), ('{:d}', ('a',), ValueError, "Unknown format code 'd' for object of type 'str'"),
    ('{:=5}', ('a',), ValueError, "'=' alignment not allowed in string format specifier"), ('{:+}', ('a',), ValueError, 'Sign not allowed in string format specifier'),
    ('{: }', ('a',), ValueError, 'Space not allowed in string format specifier'), ('{:#}', ('a',), ValueError, 'Alternate form (#) not allowed in string format specifier'),
    ('{:,}', ('a',), ValueError, "Cannot specify ',' with 's'."), ('{:z}', ('a',), ValueError, 'Negative zero coercion (z) not allowed in string format specifier'),
    ('{:5.}', ('abc',), ValueError, 'Format specifier missing precision'), ('{:99999999999999999999}', ('a',), ValueError, 'Too many decimal digits in format string'),
]:
    got = raises(exc, f.format, *a)
    assert got == want, (f, a, got, want)
assert '{a[x]} {b}'.format_map({'a': {'x': 1}, 'b': 2}) == '1 2' and '{x}'.format_map(Getter()) == '<x>'
assert raises(ValueError, '{}'.format_map, {}) == 'Format string contains positional fields' and raises(TypeError, '{a}'.format_map, 3) == "'int' object is not subscriptable"


class F:
    def __format__(self, spec):
        return f'<{spec}>'


class Bad:
    def __format__(self, spec):
        return 5


assert '{:a{}c}'.format(F(), 'b') == '<abc>' and raises(TypeError, '{}'.format, Bad()) == '__format__ must return a str, not int'
assert 'abc'.__format__('') == 'abc' and format('abc', '>5') == '  abc' and raises(TypeError, 'a'.__format__, 1) == '__format__() argument must be str, not int'

# ---- _string
assert list(_string.formatter_parser('a{b}c{{d}}e{0!r:>{x}}')) == [('a', 'b', '', None), ('c{', None, None, None), ('d}', None, None, None), ('e', '0', '>{x}', 'r')]
assert list(_string.formatter_parser('')) == [] and list(_string.formatter_parser('{}')) == [('', '', '', None)] and raises(ValueError, list, _string.formatter_parser('{'))
first, rest = _string.formatter_field_name_split('a.b[0][x].c')
assert first == 'a' and list(rest) == [(True, 'b'), (False, 0), (False, 'x'), (True, 'c')]
assert _string.formatter_field_name_split('0.b')[0] == 0 and _string.formatter_field_name_split('[0]')[0] == ''
assert raises(ValueError, list, _string.formatter_field_name_split('a[')[1]) == "Missing ']' in format string"
assert raises(TypeError, _string.formatter_parser, 3) == 'expected str, got int'
