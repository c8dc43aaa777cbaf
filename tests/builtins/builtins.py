# The functions of the builtins module.


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


assert abs(-3) == 3 and abs(-2**61) == 2**61 and abs(-1.5) == 1.5
raises(TypeError, "bad operand type for abs(): 'str'", abs, "a")
assert all([]) and not all([1, 0]) and any([0, 1]) and not any([])
assert bin(5) == "0b101" and bin(-5) == "-0b101" and bin(0) == "0b0" and oct(8) == "0o10" and hex(255) == "0xff"
assert hex(2**70 + 5) == "0x400000000000000005" and oct(-2**70) == "-0o200000000000000000000000" and bin(2**64) == "0b1" + "0" * 64
raises(TypeError, "'float' object cannot be interpreted as an integer", hex, 1.5)
assert chr(97) == "a" and ord("€") == 8364 and ord(b"a") == 97 and chr(0x10FFFF)
raises(ValueError, "chr() arg not in range(0x110000)", chr, -1)
raises(ValueError, "chr() arg not in range(0x110000)", chr, 2**70)
raises(TypeError, "ord() expected a character, but string of length 2 found", ord, "ab")
raises(TypeError, "ord() expected string of length 1, but int found", ord, 5)
assert divmod(7, 3) == (2, 1)
raises(TypeError, "unsupported operand type(s) for divmod(): 'int' and 'str'", divmod, 1, "a")
assert pow(2, 10) == 1024 and pow(base=3, exp=4, mod=5) == 1
assert round(2.5) == 2 and round(2.675, 2) == 2.67 and round(15, -1) == 20
raises(TypeError, "type str doesn't define __round__ method", round, "a")
assert callable(len) and not callable(5) and callable(int)


class C:
    x = 5

    def __init__(self):
        self.y = 6


c = C()
assert getattr(c, "x") == 5 and getattr(c, "nope", 7) == 7 and hasattr(c, "y") and not hasattr(c, "z")
setattr(c, "z", 8)
assert c.z == 8
delattr(c, "z")
assert not hasattr(c, "z") and vars(c) == {"y": 6} and "x" in dir(c) and "y" in dir(c)
raises(TypeError, "attribute name must be string, not 'int'", getattr, c, 2)
raises(AttributeError, "'int' object has no attribute 'x'", getattr, 1, "x")
raises(TypeError, "vars() argument must have __dict__ attribute", vars, 1)


def names(a, b=2, *args, **kw):
    z = 1

    def inner():
        return a

    return locals(), dir(), inner


d, n, _ = names(1, k=3)
assert {k: v for k, v in d.items() if k != "inner"} == {"a": 1, "b": 2, "args": (), "kw": {"k": 3}, "z": 1}
assert n == ["a", "args", "b", "inner", "kw", "z"]
assert globals()["c"] is c and locals() is globals()

assert isinstance(5, int) and isinstance(5, (str, int)) and issubclass(bool, int) and not isinstance("a", int)
raises(TypeError, "isinstance() arg 2 must be a type, a tuple of types, or a union", isinstance, 1, 1)
assert next(iter([1])) == 1 and next(iter([]), "d") == "d"
raises(StopIteration, "", next, iter([]))
raises(TypeError, "'int' object is not an iterator", next, 1)

assert sum([1, 2, 3]) == 6 and sum([1, 2], 10) == 13 and sum([[1], [2]], []) == [1, 2] and sum([], start=5) == 5
assert sum([0.1] * 10) == 1.0 and sum([1e308, 1e308, -1e308, -1e308]) != sum([1])
assert sum([2**61 - 1] * 10) == (2**61 - 1) * 10 and sum([1, 2**70, 1]) == 2**70 + 2
assert sum([1j, 0.5, 3]) == 3.5 + 1j and sum([1, 1e100, 1, -1e100]) == 1.0
raises(TypeError, "sum() can't sum strings [use ''.join(seq) instead]", sum, [], "")
assert max(1, 3, 2) == 3 and min([3, 1, 2]) == 1 and max([], default=4) == 4 and max(["a", "bbb"], key=len) == "bbb"
assert max([1, 1.0]) is not None and min("b", "a") == "a" and max([1.5, 2.5, 0.5]) == 2.5
raises(ValueError, "max() iterable argument is empty", max, [])
raises(TypeError, "max expected at least 1 argument, got 0", max)
raises(TypeError, "Cannot specify a default for min() with multiple positional arguments", lambda: min(1, 2, default=3))
raises(TypeError, "max() got an unexpected keyword argument 'foo'", lambda: max(1, foo=2))
raises(TypeError, "sorted expected 1 argument, got 2", sorted, [], 1)
assert sorted({3, 1}) == [1, 3] and sorted("ba", reverse=True) == ["b", "a"]
raises(TypeError, "format() argument 2 must be str, not int", format, 1, 2)
assert format(5) == "5" and format(5, "03d") == "005"
assert ascii("ü") == "'\\xfc'" and repr("ü") == "'ü'"


class Out:
    def __init__(self):
        self.text = ""
        self.flushed = 0

    def write(self, s):
        self.text += s

    def flush(self):
        self.flushed += 1


o = Out()
print(1, "a", [2], sep="-", end="!", file=o, flush=True)
print(file=o)
assert o.text == "1-a-[2]!\n" and o.flushed == 1
raises(TypeError, "sep must be None or a string, not int", lambda: print(1, sep=5))
raises(TypeError, "print() got an unexpected keyword argument 'foo'", lambda: print(1, foo=5))
raises(TypeError, "'int' object is not an async iterable", aiter, 1)
raises(TypeError, "'int' object is not an async iterator", anext, 1)
