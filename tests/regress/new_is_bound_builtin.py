# A __new__ that is a native method bound to something is called with the class, as any other callable.
class C:
    __new__ = str.__subclasscheck__


assert C() is False


class D:
    __new__ = type.__dict__['__subclasscheck__']


assert D(D) is True


class E:
    __new__ = [].append


E()
assert E.__new__.__self__ == [E]


# The names that a class body gets by itself follow its declarations.
def f():
    __firstlineno__ = None

    class F:
        nonlocal __firstlineno__
        global __qualname__

    return F, __firstlineno__


F, line = f()
assert line == f.__code__.co_firstlineno + 3, line
assert '__firstlineno__' not in vars(F) and __qualname__ == 'f.<locals>.F'
