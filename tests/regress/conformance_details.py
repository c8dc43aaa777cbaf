# Details that CPython's own tests look at.
import cmath
import csv
import io
import locale
import math
import os
import re
import struct
import subprocess
import sys


def raises(cls, f, *args, text=None, **kwargs):
    try:
        f(*args, **kwargs)
    except cls as e:
        assert text is None or str(e) == text, str(e)
        return
    raise AssertionError(f'{cls.__name__} not raised')


# 'in' needs a container, an iterable or a sequence: a match has subscripts alone.
raises(TypeError, lambda: 'a' in re.match('a', 'a'), text="argument of type 're.Match' is not a container or iterable")
raises(TypeError, lambda: 'a' in (int | str), text="argument of type 'typing.Union' is not a container or iterable")

# csv: an empty unquoted field is no number; a reader that its own iterator advances.
assert list(csv.reader([',,"",3'], quoting=csv.QUOTE_NONNUMERIC)) == [['', '', '', 3.0]]


class Reentrant:
    n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n == 1:
            next(self.reader)
            return 'a,b'
        return 'x'


r = Reentrant()
r.reader = csv.reader(r)
raises(csv.Error, next, r.reader, text='iterator has already advanced the reader')

raises(ValueError, locale.strcoll, 'a\0', 'b', text='embedded null character')
raises(ValueError, locale.strcoll, 'a', 'b\0', text='embedded null character')

z = cmath.rect(math.nan, 0.0)
assert math.isnan(z.real) and z.imag == 0


class NoPath:
    __fspath__ = None


for f in (os.fspath, open, os.fsencode):
    raises(TypeError, f, NoPath(), text='expected str, bytes or os.PathLike object, not NoPath')

# The subject of a scanner stays exported for as long as the scanner lives.
b = bytearray(b'xax')
it = re.finditer(b'a', b)
raises(BufferError, b.extend, b'x' * 400)
assert [m.span() for m in it] == [(1, 2)]
del it
b.extend(b'x' * 400)

p = subprocess.run([sys.executable, '-bb', '-c', 'import struct; struct.calcsize(b"!d"); struct.calcsize("!d"); struct.Struct(b"i"); struct.Struct("i")'])
assert p.returncode == 0

p = subprocess.run([sys.executable, '-X', 'dev', '-c', 'open(__import__("os").devnull, errors="Boom")'], capture_output=True, text=True)
assert "LookupError: unknown error handler name 'Boom'" in p.stderr, p.stderr

# A task that failed says so when it dies, which is at once.
import asyncio


async def main():
    said = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: said.append(context['message']))

    async def fails():
        1 / 0

    asyncio.Task(fails())
    await asyncio.sleep(0)
    return said


assert asyncio.run(main()) == ['Task exception was never retrieved']

# What a thread's context variables alone held dies in that thread, before it counts as done.
import _thread
import contextvars

var = contextvars.ContextVar('var')
died = []


class Dies:
    def __del__(self):
        died.append(_thread.get_ident())


handle = _thread.start_joinable_thread(lambda: var.set(Dies()) and None)
handle.join(10)
assert died == [handle.ident], died

# gc.get_referrers() does not find what an audit hook was given, and nothing that its own call has left.
import gc

sys.addaudithook(lambda *a: None)


def referrers():
    e = ValueError()
    return [type(x) for x in gc.get_referrers(e)]


assert referrers() == [], referrers()
