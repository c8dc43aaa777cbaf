"""with: where __enter__ and __exit__ come from, and what they are called with."""
import contextlib
import threading


class Plain:
    def __enter__(self):
        return 'entered'

    def __exit__(self, kind, value, tb):
        self.seen = kind
        return kind is KeyError


class Own:
    pass


class Static:
    @staticmethod
    def __enter__():
        return 1

    @classmethod
    def __exit__(cls, *exc):
        assert cls is Static and len(exc) == 3


class Call:
    def __call__(self, *args):
        return 'called', args


class Objects:
    __enter__ = Call()
    __exit__ = Call()


class Sub(contextlib.suppress):
    pass


def use(c, exc=None):
    with c as v:
        if exc:
            raise exc
    return v


p = Plain()
for _ in range(3):
    assert use(p) == 'entered' and p.seen is None
    assert use(p, KeyError(1)) == 'entered' and p.seen is KeyError
    assert use(Static()) == 1
    assert use(Objects()) == ('called', ())
    assert use(threading.Lock()) is True
    with Sub(ValueError):
        raise ValueError
    with contextlib.nullcontext(3) as x:
        assert x == 3

for exc in (ValueError('x'),):
    try:
        use(p, exc)
    except ValueError as e:
        assert e is exc and p.seen is ValueError
    else:
        raise AssertionError

# An instance's own attributes do not count, and classes may change.
o = Own()
o.__enter__ = o.__exit__ = lambda *a: None


def message(c):
    try:
        with c:
            pass
    except TypeError as e:
        return str(e)


assert message(o) == "'Own' object does not support the context manager protocol (missed __exit__ method)", message(o)
Own.__exit__ = lambda self, *a: None
assert message(o) == "'Own' object does not support the context manager protocol (missed __enter__ method)", message(o)
Own.__enter__ = lambda self: 'now'
assert use(o) == 'now'
del Own.__exit__
assert message(o) == "'Own' object does not support the context manager protocol (missed __exit__ method)"


# A native type's method in a class that is no such type is refused by the method.
class Borrowed:
    __enter__ = type(threading.Lock()).__enter__
    __exit__ = type(threading.Lock()).__exit__


try:
    use(Borrowed())
except TypeError:
    pass
else:
    raise AssertionError


@contextlib.contextmanager
def managed(log):
    log.append('in')
    try:
        yield log
    finally:
        log.append('out')


for _ in range(20):
    log = []
    with managed(log) as got:
        assert got is log and log == ['in']
    assert log == ['in', 'out']
    try:
        with managed(log):
            raise KeyError
    except KeyError:
        log.append('key')
    assert log == ['in', 'out', 'in', 'out', 'key']
