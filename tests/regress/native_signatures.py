# inspect.signature of native functions and types is CPython's: functions of modules know their module, some have no signature on purpose.
import inspect
import os
import socket
import sys
import time


def text(f):
    try:
        return str(inspect.signature(f))
    except ValueError:
        return None


for f, expected in (
        (os.getpid, '()'), (os.kill, '(pid, signal, /)'), (socket.htons, '(integer, /)'), (eval, '(source, /, globals=None, locals=None)'),
        (time.ctime, None), (time.sleep, '(object, /)'), (sorted, '(iterable, /, *, key=None, reverse=False)'), (type(None), '()'), (set, '(iterable=(), /)'),
        (zip, '(*iterables, strict=False)'), (bytes, None), (str, None), (list, '(iterable=(), /)'), (print, "(*args, sep=' ', end='\\n', file=None, flush=False)"),
        (bool.__new__, '(*args, **kwargs)'), (list.__init__, '(self, /, *args, **kwargs)'), ((i for i in ()).send, '(object, /)'), (object, '()')):
    assert text(f) == expected, (f, text(f), expected)
assert os.getpid.__self__ is sys.modules['posix'] and eval.__self__ is sys.modules['builtins']


class Documented:
    """Documented(raw, size=1)\n--\n\nWhat it is."""


assert Documented.__text_signature__ == '(raw, size=1)' and type('X', (), {'__doc__': 'X(a) is'}).__text_signature__ is None

# Types whose arguments are bound by hand, and what every callable and every copy-with-changes shows.
import functools
import itertools
import queue
import threading
import types

for f, expected in (
        (itertools.accumulate, '(iterable, func=None, *, initial=None)'), (itertools.batched, '(iterable, n, *, strict=False)'), (itertools.chain, '(*iterables)'),
        (itertools.count, '(start=0, step=1)'), (itertools.product, '(*iterables, repeat=1)'), (itertools.zip_longest, '(*iterables, fillvalue=None)'),
        (itertools.islice, None), (functools.partial, '(func, /, *args, **keywords)'), (queue.SimpleQueue, '()'), (threading.local, '()'),
        (types.GenericAlias, '(origin, args, /)'), (types.SimpleNamespace.__replace__, '(self, /, **changes)'), (time.struct_time.__replace__, '(self, /, **changes)'),
        (functools.partial.__call__, '(self, /, *args, **kwargs)'), (functools.lru_cache(len).__call__, '(*args, **kwargs)'),
        (list[int].__mro_entries__, '(object, /)'), (threading.Lock().__exit__, '(*exc_info)')):
    assert text(f) == expected, (f, text(f), expected)
