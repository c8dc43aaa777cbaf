# Exception types: constructors, attributes, texts
def raises(exc, text, f):
    try:
        f()
    except exc as e:
        assert type(e) is exc, type(e)
        assert str(e) == text, str(e)
    else:
        raise AssertionError("nothing raised, expected: " + text)


raises(TypeError, "ValueError() takes no keyword arguments", lambda: ValueError(a=1))
assert str(ValueError()) == "" and str(ValueError(1)) == "1" and str(ValueError(1, 2)) == "(1, 2)"
assert repr(ValueError()) == "ValueError()" and repr(ValueError(1)) == "ValueError(1)" and repr(ValueError(1, 2)) == "ValueError(1, 2)"
assert str(KeyError("a")) == "'a'" and str(KeyError(1, 2)) == "(1, 2)"

v = ValueError(1)
v.args = [1, 2]
assert v.args == (1, 2) and v.__cause__ is None and v.__context__ is None and v.__traceback__ is None and v.__suppress_context__ is False
raises(TypeError, "args may not be deleted", lambda: delattr(v, "args"))
raises(TypeError, "__traceback__ must be a traceback or None", lambda: v.with_traceback(1))
raises(TypeError, "exception context must be None or derive from BaseException", lambda: setattr(v, "__context__", 1))
raises(TypeError, "exception cause must be None or derive from BaseException", lambda: setattr(v, "__cause__", 1))
raises(TypeError, "attribute value type must be bool", lambda: setattr(v, "__suppress_context__", 1))
v.__cause__ = KeyError()
assert v.__suppress_context__ is True
v.add_note("a")
v.add_note("b")
assert v.__notes__ == ["a", "b"] and v.__reduce__() == (ValueError, (1, 2), {"__notes__": ["a", "b"]})
v.__setstate__({"q": 1})
assert v.q == 1
raises(TypeError, "add_note() argument must be str, not int", lambda: v.add_note(1))
raises(TypeError, "state is not a dictionary", lambda: v.__setstate__(1))

# context
try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        first = e
        raise KeyError(1) from None
except KeyError as e:
    assert e.__context__ is first and e.__cause__ is None and e.__suppress_context__ and e.__traceback__ is not None

# values
assert StopIteration().value is None and StopIteration(1, 2).value == 1
assert SystemExit().code is None and SystemExit(1).code == 1 and SystemExit(1, 2).code == (1, 2)
assert AttributeError("x", name="n", obj=1).name == "n" and NameError("x", name="n").name == "n"
assert AttributeError("x", name="n", obj=1).__reduce__() == (AttributeError, ("x",), {"name": "n", "args": ("x",)})
raises(TypeError, "NameError() got an unexpected keyword argument 'foo'", lambda: NameError(foo=1))
i = ImportError("m", name="n", path="p")
assert (i.msg, i.name, i.path, i.name_from, str(i)) == ("m", "n", "p", None, "m")
raises(TypeError, "ImportError() got an unexpected keyword argument 'foo'", lambda: ImportError(foo=1))
assert i.__reduce__() == (ImportError, ("m",), {"name": "n", "path": "p"})

# OSError: the class follows errno
o = OSError(2, "x", "f", None, "g")
assert type(o) is FileNotFoundError and str(o) == "[Errno 2] x: 'f' -> 'g'" and o.args == (2, "x")
assert (o.errno, o.strerror, o.filename, o.filename2) == (2, "x", "f", "g")
assert o.__reduce__() == (FileNotFoundError, (2, "x", "f", None, "g"))
assert str(OSError(1, "x")) == "[Errno 1] x" and type(OSError(1, "x")) is PermissionError and str(OSError("a")) == "a"
assert type(OSError(999, "x")) is OSError and OSError(1, 2, 3, 4, 5, 6).args == (1, 2, 3, 4, 5, 6)
b = BlockingIOError(11, "x", 5)
assert b.characters_written == 5
del b.characters_written
raises(AttributeError, "characters_written", lambda: b.characters_written)
raises(TypeError, "OSError() takes no keyword arguments", lambda: OSError(a=1))


class MyOS(OSError):
    def __init__(self, *a):
        OSError.__init__(self, 2, "b")


assert MyOS(1).errno == 2 and MyOS(1).args == (2, "b")

# SyntaxError
s = SyntaxError("m", ("a/f", 1, 2, "t", 3, 4))
assert str(s) == "m (f, line 1)" and (s.msg, s.filename, s.lineno, s.offset, s.text, s.end_lineno, s.end_offset) == ("m", "a/f", 1, 2, "t", 3, 4)
raises(TypeError, "function takes at least 4 arguments (3 given)", lambda: SyntaxError("m", ("f", 1, 2)))
raises(TypeError, "end_offset must be provided when end_lineno is provided", lambda: SyntaxError("m", ("f", 1, 2, "t", 3)))
assert str(SyntaxError()) == "None" and str(SyntaxError("m")) == "m"

# Unicode errors
assert str(UnicodeDecodeError("enc", b"ab", 0, 1, "r")) == "'enc' codec can't decode byte 0x61 in position 0: r"
assert str(UnicodeDecodeError("enc", b"ab", 0, 2, "r")) == "'enc' codec can't decode bytes in position 0-1: r"
assert str(UnicodeEncodeError("enc", "\u1234b", 0, 1, "r")) == "'enc' codec can't encode character '\\u1234' in position 0: r"
assert str(UnicodeTranslateError("\xe9b", 0, 1, "r")) == "can't translate character '\\xe9' in position 0: r"
assert str(UnicodeDecodeError("enc", b"ab", 5, 6, "r")) == "'enc' codec can't decode bytes in position 5-5: r"
assert UnicodeDecodeError("a", bytearray(b"b"), 3, 4, "").object == b"b"
raises(TypeError, "function takes exactly 5 arguments (1 given)", lambda: UnicodeDecodeError(1))
raises(TypeError, "argument 1 must be str, not int", lambda: UnicodeDecodeError(1, 2, 3, 4, 5))
raises(TypeError, "a bytes-like object is required, not 'str'", lambda: UnicodeDecodeError("a", "b", 3, 4, ""))
