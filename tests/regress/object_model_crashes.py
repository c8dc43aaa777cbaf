# Programs that once crashed or hung.
import types


def raises(exc, f, *args):
    try:
        f(*args)
    except exc as e:
        return str(e)
    raise AssertionError(f'{exc.__name__} not raised')


# A class whose __call__ is an instance of its own.
class A:
    pass


A.__call__ = A()
raises(RecursionError, A())


# What a metaclass's mro() may return.
def with_mro(result):
    class Meta(type):
        def mro(self):
            return result(self)
    class X(metaclass=Meta):
        pass
    return X


assert raises(TypeError, with_mro, lambda c: [1]) == "mro() returned a non-class ('int')"
assert raises(TypeError, with_mro, lambda c: ()) == 'type MRO must not be empty'
assert raises(TypeError, with_mro, lambda c: 1) == "'int' object is not iterable"
assert raises(TypeError, with_mro, lambda c: [c, dict, object]) == "mro() returned base with unsuitable layout ('dict')"
assert with_mro(lambda c: [object, c]).__mro__[0] is object

# A function made of code without fast locals stores its names in its globals.
names = {'__name__': 'somewhere'}
f = types.FunctionType(compile('a = 1\nb: int = 2\ndel a\nimport sys\nfrom math import *\nc = sys', '', 'exec'), names)
f()
assert names['b'] == 2 and 'a' not in names and 'pi' in names and names['c'].__name__ == 'sys'


class B:
    __init__ = f


B.__init__ = types.FunctionType(compile('z = 5', '', 'exec'), names)
raises(TypeError, B)  # it takes no arguments
