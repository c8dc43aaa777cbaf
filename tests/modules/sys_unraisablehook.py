# What sys.unraisablehook prints, and what it takes.
import contextlib
import io
import sys
import types


class Odd(Exception):
    __module__ = 7


class Elsewhere(Exception):
    __module__ = 'some.module'


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


def shown(exception):
    class Dies:
        def __del__(self):
            raise exception
    with contextlib.redirect_stderr(io.StringIO()) as err:
        Dies()
    return err.getvalue().splitlines()[-1]


assert shown(ValueError('x')) == 'ValueError: x'
assert shown(ValueError()) == 'ValueError: '
assert shown(KeyboardInterrupt()) == 'KeyboardInterrupt: '
assert shown(Elsewhere('x')) == 'some.module.Elsewhere: x'
assert shown(Odd('x')) == '<unknown>Odd: x'
assert shown(Unprintable()) == 'Unprintable: <exception str() failed>'

for bad in (3, types.SimpleNamespace(exc_type=ValueError, exc_value=5, exc_traceback=None, err_msg=None, object=None)):
    try:
        sys.unraisablehook(bad)
    except TypeError as e:
        assert str(e) == 'sys.unraisablehook argument type must be UnraisableHookArgs'
    else:
        assert False

# The class has no name in sys, but its instances come by.
received = []
sys.unraisablehook = received.append


class Dies:
    def __del__(self):
        raise ValueError


Dies()
sys.unraisablehook = sys.__unraisablehook__
cls = type(received[0])
assert cls.__name__ == 'UnraisableHookArgs' and not hasattr(sys, 'UnraisableHookArgs')
with contextlib.redirect_stderr(io.StringIO()) as err:
    sys.unraisablehook(cls((ValueError, 5, None, None, None)))
assert err.getvalue() == 'ValueError: 5\n', err.getvalue()
