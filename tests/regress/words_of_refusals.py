# What natives say when they refuse something, and how objects show themselves, in CPython's words.
import contextlib
import decimal
import functools
import io
import logging
import pickle
import re
import select
import ssl
import string.templatelib
import sys
import typing
import weakref


def refusal(f, *args):
    try:
        f(*args)
    except Exception as e:
        return '%s: %s' % (type(e).__name__, e)
    return 'none'


class Outer:
    class Inner:
        pass


def inner_class():
    class Local(Outer.Inner, flag=1):
        pass


def bad_cell():
    class C:
        __classcell__ = 3


inner = Outer.Inner()
for f, text in (
    # Too few arguments where some can be given by name and some cannot.
    (lambda: sum(), 'TypeError: sum() takes at least 1 positional argument (0 given)'),
    (lambda: 'a'.replace('a'), 'TypeError: replace() takes at least 2 positional arguments (1 given)'),
    (lambda: 'a'.encode(1), "TypeError: encode() argument 'encoding' must be str, not int"),
    (inner_class, 'TypeError: inner_class.<locals>.Local.__init_subclass__() takes no keyword arguments'),
    (lambda: inner.__init_subclass__(1), 'TypeError: Outer.Inner.__init_subclass__() takes no arguments (1 given)'),
    (bad_cell, "TypeError: __classcell__ must be a nonlocal cell, not <class 'int'>"),
    (lambda: typing.NoDefault(), "TypeError: 'NoDefaultType' object is not callable"),
    (lambda: sys.set_int_max_str_digits(1), 'ValueError: maxdigits must be >= 640 or 0 for unlimited'),
    (lambda: pickle.dumps(memoryview(b'')), 'TypeError: cannot pickle memoryview objects'),
    # Attributes that CPython keeps as members of a struct, and others.
    (lambda: setattr(range(3), 'start', 1), 'AttributeError: readonly attribute'),
    (lambda: range.start.__delete__(range(3)), 'AttributeError: readonly attribute'),
    (lambda: setattr(string.templatelib.Template(), 'strings', 1), 'AttributeError: readonly attribute'),
    (lambda: setattr(string.templatelib.Template(), 'values', 1), "AttributeError: attribute 'values' of 'string.templatelib.Template' objects is not writable"),
    (lambda: setattr(1, 'real', 1), "AttributeError: attribute 'real' of 'int' objects is not writable"),
    (lambda: setattr(1j, 'real', 1), 'AttributeError: readonly attribute'),
    (lambda: setattr(decimal.Context(), 'foo', 1), "AttributeError: 'decimal.Context' object has no attribute 'foo'"),
    (lambda: setattr(pickle.Pickler(io.BytesIO()), 'foo', 1), "AttributeError: '_pickle.Pickler' object has no attribute 'foo'"),
    (lambda: setattr(1, 'foo', 1), "AttributeError: 'int' object has no attribute 'foo' and no __dict__ for setting new attributes"),
    (lambda: ssl.SSLContext(99), 'ValueError: invalid or unsupported protocol version 99'),
    (lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers('foo'), "SSLError: ('No cipher can be selected.',)"),
):
    assert refusal(f) == text, (refusal(f), text)

# The names of native types in full, those of others alone; a weak reference shows the module of either.
for o, name, start in (
    (re.compile('a'), 'match', '<built-in method match of re.Pattern object at '),
    (io.StringIO(), 'read', '<built-in method read of _io.StringIO object at '),
    ([], 'append', '<built-in method append of list object at '),
    (inner, '__str__', "<method-wrapper '__str__' of Inner object at "),
    (functools.partial(len), '__call__', "<method-wrapper '__call__' of functools.partial object at "),
):
    assert repr(getattr(o, name)).startswith(start), repr(getattr(o, name))
assert re.fullmatch(r"<weakref at 0x\w+; to 'Outer.Inner' at 0x\w+>", repr(weakref.ref(inner)))
pattern = re.compile('a')
assert "to 're.Pattern' at" in repr(weakref.ref(pattern)) and "to 'logging.Logger' at" in repr(weakref.ref(logging.getLogger('x')))
assert "to 're.Pattern' at" in repr(weakref.proxy(pattern))

# The order of what a class adds to its namespace.
class Slots:
    __slots__ = ('b', '__a', '__dict__', '__weakref__')
assert list(vars(Slots))[-5:] == ["_Slots__a", "b", "__dict__", "__weakref__", "__doc__"], list(vars(Slots))

# Annotations of parameters that are given by position only come behind the others.
def f(a: 1, /, b: 2, *c: 3, d: 4, **e: 5) -> 6: pass
assert list(f.__annotations__) == ['b', 'a', 'c', 'd', 'e', 'return']

# A constant that except* does not let return is shown itself.
for source, column in (('return 1', 13 + 7), ('return x', 13), ('return', 13)):
    try:
        compile('def f():\n try: pass\n except* A: ' + source, '', 'exec')
    except SyntaxError as e:
        assert e.offset == column, (source, e.offset)
    else:
        raise AssertionError(source)

# epoll takes the low bits of the events.
with contextlib.closing(select.epoll()) as poll:
    r, w = __import__('os').pipe()
    poll.register(r, 1 << 40)
    poll.modify(r, (1 << 70) + select.EPOLLIN)
    assert refusal(poll.modify, r, -1) == 'OSError: [Errno 22] Invalid argument'
print('ok')
