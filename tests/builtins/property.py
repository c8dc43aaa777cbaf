# property
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


class C:
    @property
    def x(self):
        "xdoc"
        return self._x

    @x.setter
    def x(self, v):
        self._x = v

    @property
    def r(self):
        return 1

    y = property()


c = C()
c.x = 4
assert c.x == 4 and C.x.__doc__ == "xdoc" and C.x.__name__ == "x" and C.y.__name__ == "y"
raises(AttributeError, "property 'r' of 'C' object has no setter", lambda: setattr(c, "r", 1))
raises(AttributeError, "property 'x' of 'C' object has no deleter", lambda: delattr(c, "x"))
raises(AttributeError, "property 'y' of 'C' object has no getter", lambda: c.y)
raises(AttributeError, "property of 'int' object has no getter", lambda: property().__get__(1))
raises(AttributeError, "'property' object has no attribute '__name__'", lambda: property().__name__)
raises(AttributeError, "readonly attribute", lambda: setattr(C.x, "fget", 1))
raises(TypeError, "property() takes at most 4 arguments (5 given)", lambda: property(1, 2, 3, 4, 5))
raises(TypeError, "property() got an unexpected keyword argument 'a'", lambda: property(a=1))
raises(TypeError, "__get__(None, None) is invalid", lambda: C.x.__get__(None))
raises(TypeError, "__set_name__() takes 2 positional arguments but 1 were given", lambda: C.x.__set_name__(1))

# documentation: a given one stays, a getter's goes with the getter
def g2(self):
    "g2"


assert C.x.getter(g2).__doc__ == "g2" and property(g2, doc="own").getter(lambda s: 1).__doc__ == "own"
assert C.x.setter(None).fset is C.x.fset
p = property()
p.__doc__ = "later"
assert p.__doc__ == "later"


class P(property):
    pass


assert vars(P(g2)) == {"__doc__": "g2"} and P(g2, doc="d").__doc__ == "d"


class NoPlace(property):
    __slots__ = ()


assert NoPlace(None, doc="x").__doc__ is None
raises(AttributeError, "'NoPlace' object attribute '__doc__' is read-only", lambda: NoPlace(g2))


def abstract(self):
    pass


abstract.__isabstractmethod__ = True
assert property(abstract).__isabstractmethod__ is True and C.x.__isabstractmethod__ is False
