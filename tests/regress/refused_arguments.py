# What errors say of an argument that has the wrong type, and of names and operands that are refused.
import collections
import datetime
import io
import operator
import types


def fails(f, *args):
    try:
        f(*args)
    except Exception as e:
        return f'{type(e).__name__}: {e}'
    assert False, (f, args)


# A check of arguments calls None by its own name, other messages by that of its type.
for f, args, text in (
        ('a'.replace, (None, 'b'), 'replace() argument 1 must be str, not None'), ('a'.encode, (None,), "encode() argument 'encoding' must be str, not None"),
        ('a'.find, (None,), 'find() argument 1 must be str, not None'), (format, (1, None), 'format() argument 2 must be str, not None'),
        (type, ('a', None, {}), 'type.__new__() argument 2 must be tuple, not None'), ('a'.find, (1,), 'find() argument 1 must be str, not int'),
        (io.TextIOWrapper(io.BytesIO()).write, (None,), 'write() argument must be str, not None'),
        (datetime.datetime.strptime, (None, '%Y'), 'strptime() argument 1 must be str, not None'),
        (datetime.date.strptime, ('2000', b'%Y'), 'strptime() argument 2 must be str, not bytes'),
        (complex, (None,), 'complex() argument must be a string or a number, not NoneType'), (super, (None,), 'super() argument 1 must be a type, not NoneType'),
        (types.MappingProxyType, (None,), 'mappingproxy() argument must be a mapping, not NoneType'), (open, (None,), 'expected str, bytes or os.PathLike object, not NoneType'),
        (operator.indexOf, (1, 1), "argument of type 'int' is not iterable"), (operator.itemgetter, (), 'itemgetter expected 1 argument, got 0'),
        (operator.attrgetter, (), 'attrgetter expected 1 argument, got 0'), (complex, (collections.UserList(),), 'complex() argument must be a string or a number, not collections.UserList')):
    assert fails(f, *args) == 'TypeError: ' + text, (f, args, fails(f, *args))


class Outer:
    class Key(dict):
        __module__ = 'some.module'


key = Outer.Key()
for f in lambda: {key: 1}, lambda: {}[key], lambda: key in {}, lambda: {}.get(key), lambda: dict.fromkeys([key]):
    assert fails(f) == "TypeError: cannot use 'some.module.Outer.Key' as a dict key (unhashable type: 'Key')", fails(f)
assert fails(lambda: {key}) == "TypeError: cannot use 'some.module.Outer.Key' as a set element (unhashable type: 'Key')"


class NoBytes:
    def __bytes__(self):
        return 1


assert fails(bytes, NoBytes()) == 'TypeError: __bytes__ returned non-bytes (type int)'

# A str is no mapping for a format of bytes.
for args in 'b', type('S', (str,), {})('b'):
    assert fails(operator.mod, b'a', args) == fails(operator.mod, bytearray(b'a'), args) == 'TypeError: not all arguments converted during bytes formatting'
    assert fails(operator.mod, b'%(x)s', args) == 'TypeError: format requires a mapping'
assert b'a' % {} == b'a' % [1] == b'a' % range(3) == b'a'

# Attributes of what has no __dict__, deleted as well as set.
for o in 1, [], object(), len:
    for f in lambda: setattr(o, 'foo', 1), lambda: delattr(o, 'foo'):
        assert fails(f) == f"AttributeError: '{type(o).__name__}' object has no attribute 'foo' and no __dict__ for setting new attributes", fails(f)
