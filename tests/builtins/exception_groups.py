# Exception groups: constructors, split, subgroup, derive
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


raises(TypeError, "BaseExceptionGroup.__new__() takes exactly 2 arguments (0 given)", lambda: ExceptionGroup())
raises(TypeError, "BaseExceptionGroup.__new__() argument 1 must be str, not int", lambda: ExceptionGroup(1, 2))
raises(TypeError, "second argument (exceptions) must be a sequence", lambda: ExceptionGroup("a", 2))
raises(ValueError, "second argument (exceptions) must be a non-empty sequence", lambda: ExceptionGroup("a", []))
raises(ValueError, "Item 0 of second argument (exceptions) is not an exception", lambda: ExceptionGroup("a", [1]))
raises(TypeError, "Cannot nest BaseExceptions in an ExceptionGroup", lambda: ExceptionGroup("a", [KeyboardInterrupt()]))
assert type(BaseExceptionGroup("a", [KeyError()])) is ExceptionGroup
assert type(BaseExceptionGroup("a", (KeyboardInterrupt(),))) is BaseExceptionGroup
assert ExceptionGroup.__mro__ == (ExceptionGroup, BaseExceptionGroup, Exception, BaseException, object)


class EG(ExceptionGroup):
    def derive(self, excs):
        return EG(self.message, excs)


raises(TypeError, "Cannot nest BaseExceptions in 'EG'", lambda: EG("a", [KeyboardInterrupt()]))
k, v = KeyError(1), ValueError(2)
g = ExceptionGroup("a", [k, v])
assert str(g) == "a (2 sub-exceptions)" and repr(g) == "ExceptionGroup('a', [KeyError(1), ValueError(2)])" and g.exceptions == (k, v)
assert repr(ExceptionGroup("a", (k,))) == "ExceptionGroup('a', (KeyError(1),))" and g.message == "a"
raises(AttributeError, "readonly attribute", lambda: setattr(g, "message", 1))

# split keeps notes, context and cause
outer = EG("o", [k, ExceptionGroup("i", [v, TypeError(3)])])
outer.add_note("n")
outer.__cause__ = OSError()
match, rest = outer.split(ValueError)
assert type(match) is EG and repr(match) == "EG('o', [ExceptionGroup('i', [ValueError(2)])])"
assert repr(rest) == "EG('o', [KeyError(1), ExceptionGroup('i', [TypeError(3)])])"
assert match.__notes__ == ["n"] and match.__notes__ is not outer.__notes__ and match.__cause__ is outer.__cause__
assert outer.split(ExceptionGroup) == (outer, None) and outer.split(IndexError)[0] is None
assert outer.subgroup((KeyError, TypeError)).exceptions[0] is k
assert repr(g.subgroup(lambda e: isinstance(e, ValueError))) == "ExceptionGroup('a', [ValueError(2)])"
raises(TypeError, "expected an exception type, a tuple of exception types, or a callable (other than a class)", lambda: g.split(int))


class BadDerive(ExceptionGroup):
    def derive(self, excs):
        return 1


raises(TypeError, "derive must return an instance of BaseExceptionGroup", lambda: BadDerive("a", [k, v]).split(KeyError))
assert repr(ExceptionGroup[int]) == "ExceptionGroup[int]"

# A part of a group hides its context as a raise with a cause does, even when the whole did not; the group itself, matched wholly, is as it was.
whole = ExceptionGroup('w', [ValueError(1), TypeError(2)])
match, rest = whole.split(ValueError)
assert match.__suppress_context__ and rest.__suppress_context__ and whole.subgroup(TypeError).__suppress_context__
assert match.__cause__ is None and not whole.__suppress_context__ and whole.split(Exception)[0] is whole and not whole.derive([ValueError()]).__suppress_context__
try:
    try:
        raise ExceptionGroup('w', [ValueError(1), TypeError(2)])
    except* ValueError:
        pass
except ExceptionGroup as e:
    assert e.__suppress_context__
