# _dbm: Berkeley DB by its ndbm interface. CPython's test_dbm_ndbm has the rest; here are arguments and errors.
import os
import tempfile

import _dbm


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return f'{type(e).__module__}.{type(e).__name__}: {e}'
    raise AssertionError(f'{f} {args} passes')


os.chdir(tempfile.mkdtemp())
assert _dbm.library == 'Berkeley DB' and _dbm.error.__mro__[1] is OSError

# open()
assert error(_dbm.open) == 'builtins.TypeError: open expected at least 1 argument, got 0'
assert error(_dbm.open, 'x', 'q') == "_dbm.error: arg 2 to open should be 'r', 'w', 'c', or 'n'"
assert error(_dbm.open, 'x', b'c') == 'builtins.TypeError: open() argument 2 must be str, not bytes'
assert error(_dbm.open, 1) == 'builtins.TypeError: expected str, bytes or os.PathLike object, not int'
assert error(_dbm.open, 'nope') == "_dbm.error: [Errno 2] No such file or directory: 'nope'"
try:
    _dbm.open('/nodir/x', 'c')
except _dbm.error as e:
    assert (e.errno, e.filename) == (2, '/nodir/x')

# items
d = _dbm.open('t', 'c')
assert not os.path.exists('t') and os.path.exists('t.db')
assert error(lambda: d['k']) == "builtins.KeyError: 'k'"
assert error(lambda: d[1]) == "builtins.TypeError: a bytes-like object is required, not 'int'"
assert error(lambda: d[bytearray(b'k')]) == 'builtins.TypeError: argument must be read-only bytes-like object, not bytearray'
assert error(d.__setitem__, 1, 'a') == 'builtins.TypeError: dbm mappings have bytes or string keys only'
assert error(d.__setitem__, '\ud800', 'a') == 'builtins.TypeError: dbm mappings have bytes or string keys only'
assert error(d.__setitem__, 'a', None) == 'builtins.TypeError: dbm mappings have bytes or string elements only'
assert error(d.__delitem__, 'a') == "builtins.KeyError: 'a'"
assert error(d.__contains__, 5) == 'builtins.TypeError: dbm key must be bytes or string, not int'
assert not d and len(d) == 0 and d.keys() == []
d['a'] = 'é'
d[b'b'] = b'\0\xff'
d['big'] = 'x' * 50_000
assert d and len(d) == 3 and sorted(d.keys()) == [b'a', b'b', b'big']
assert d['a'] == 'é'.encode() and d[b'a'] == d.get('a') and d['b'] == b'\0\xff' and len(d['big']) == 50_000
assert 'a' in d and b'c' not in d
assert d.get('c') is None and d.get('c', 5) == 5
assert d.setdefault('c') == b'' and d.setdefault('e', 'v') == 'v' and d.setdefault('e', 'w') == b'v'
del d['a']
assert 'a' not in d and len(d) == 4
assert error(type(d)) == "builtins.TypeError: cannot create '_dbm.dbm' instances"
d.close()
d.close()
assert error(len, d) == error(d.keys) == error(lambda: d['a']) == '_dbm.error: DBM object has already been closed'

# A database that is only read; contents remain.
with _dbm.open('t') as d:
    assert d['b'] == b'\0\xff'
    for change in (lambda: d.__setitem__('b', 'c'), lambda: d.setdefault('new', 'c')):
        assert error(change) == '_dbm.error: cannot add item to database'
    assert error(d.__delitem__, 'b') == error(d.clear) == '_dbm.error: cannot delete item from database'
    assert d['b'] == b'\0\xff'
with _dbm.open('t', 'w') as d:
    d.clear()
    assert len(d) == 0
