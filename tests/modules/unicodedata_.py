# unicodedata and its older version.
import unicodedata as u

old = u.ucd_3_2_0
assert u.unidata_version == '16.0.0' and old.unidata_version == '3.2.0'
assert type(old) is u.UCD


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), e
    else:
        assert False, (f, args)


for db in u, old:
    assert db.category('A') == 'Lu' and db.bidirectional('\u05d0') == 'R'
    assert db.combining('\u0301') == 230 and db.mirrored('(') == 1
    assert db.east_asian_width('\uff21') == 'F'
    assert db.decimal('7') == 7 and db.digit('\xb2') == 2 and db.numeric('\xbd') == 0.5
    assert db.decimal('x', 'none') == 'none' and db.digit('x', None) is None
    assert db.decomposition('\xe9') == '0065 0301' and db.decomposition('x') == ''
    assert db.name('\xe9') == 'LATIN SMALL LETTER E WITH ACUTE' and db.name('\0', 5) == 5
    assert db.lookup('latin small letter e with acute') == '\xe9' and db.lookup(b'SPACE') == ' '
    assert db.normalize('NFD', '\xe9') == 'e\u0301' and db.normalize('NFC', 'e\u0301') == '\xe9'
    assert db.is_normalized('NFC', '\xe9') and not db.is_normalized('NFD', '\xe9')
    raises(ValueError, 'not a decimal', db.decimal, 'x')
    raises(ValueError, 'not a digit', db.digit, 'x')
    raises(ValueError, 'not a numeric character', db.numeric, 'x')
    raises(ValueError, 'no such name', db.name, '\0')
    raises(KeyError, "undefined character name 'nope'", db.lookup, 'nope')
    raises(KeyError, "undefined character name '\ufffd'", db.lookup, b'\xe9')
    raises(KeyError, 'name too long', db.lookup, 'x' * 300)
    raises(TypeError, 'not a string of length 2', db.category, 'ab')
    raises(TypeError, 'argument 1 must be a unicode character, not int', db.name, 1)
    raises(TypeError, 'argument 2 must be str, not int', db.normalize, 'NFC', 3)
    raises(TypeError, 'read-only bytes-like object, not bytearray', db.lookup, bytearray(b'SPACE'))
    raises(ValueError, 'invalid normalization form', db.normalize, 'NFX', 'x')

# A character of a later version; an alias and a sequence, which only the current version looks up.
assert u.category('\U0001f600') == 'So' and old.category('\U0001f600') == 'Cn'
assert u.lookup('LATIN SMALL LETTER R WITH TILDE') == 'r\u0303'
raises(KeyError, 'undefined', old.lookup, 'LATIN SMALL LETTER R WITH TILDE')
assert old.lookup('GRINNING FACE') == '\U0001f600'  # names are looked up in the current version
raises(TypeError, 'cannot create', u.UCD)
raises(TypeError, 'unicodedata.category() takes exactly one argument (0 given)', u.category)


class S(str):
    pass


assert type(u.normalize('NFC', S('abc'))) is str
assert 'ＡＢＣ'.encode('idna') == b'abc'  # through stringprep
