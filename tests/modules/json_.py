# JSON, through the json package and _json.
import json
import _json
from json import dumps, loads


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert str(e) == text, str(e)
        return e
    raise AssertionError("no " + exc.__name__)


# ---- reading
assert loads('{"a": [1, -2, 2.5e3, true, false, null, "x"], "b": {}}') == {"a": [1, -2, 2500.0, True, False, None, "x"], "b": {}}
assert loads(" [ ] ") == [] and loads("123456789012345678901234567890") == 123456789012345678901234567890 and loads("-0") == 0
assert str(loads("[NaN, Infinity, -Infinity, -0.0, 1e400]")) == "[nan, inf, -inf, -0.0, inf]"
assert loads('"\\u00e9\\ud83d\\ude00\\n\\/"') == "é😀\n/" and loads('"\\ud83d\\u00e9"') == "\ud83dé" and loads('"😀\\t"') == "😀\t"
assert loads("[1]", parse_int=str) == ["1"] and loads("[1.5]", parse_float=str) == ["1.5"] and loads("[NaN]", parse_constant=ord if 0 else str) == ["NaN"]
assert loads('{"a": {"b": 1}}', object_hook=lambda d: sorted(d)) == ["a"] and loads('{"a": 1, "a": 2}', object_pairs_hook=list) == [("a", 1), ("a", 2)]
a, b = loads('[{"key": 1}, {"key": 2}]')
assert list(a)[0] is list(b)[0]
for text, message in [
    ("", "Expecting value: line 1 column 1 (char 0)"), ("[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
    ("[1,]", "Illegal trailing comma before end of array: line 1 column 3 (char 2)"), ("[1,", "Expecting value: line 1 column 4 (char 3)"),
    ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"), ('{"a"', "Expecting ':' delimiter: line 1 column 5 (char 4)"),
    ('{"a":1,}', "Illegal trailing comma before end of object: line 1 column 7 (char 6)"), ("1 2", "Extra data: line 1 column 3 (char 2)"),
    ('"a', "Unterminated string starting at: line 1 column 1 (char 0)"), ('"\n"', "Invalid control character at: line 1 column 2 (char 1)"),
    ('"\\x"', "Invalid \\escape: line 1 column 2 (char 1)"), ('"\\u12g4"', "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
    ("-", "Expecting value: line 1 column 1 (char 0)"), ("01", "Extra data: line 1 column 2 (char 1)"),
]:
    raises(json.JSONDecodeError, message, loads, text)
assert _json.scanstring('abc"d', 0) == ("abc", 4) and _json.scanstring('a\nb"', 0, False) == ("a\nb", 4)
raises(ValueError, "end is out of bounds", _json.scanstring, "a", 5)
raises(TypeError, "first argument must be a string, not bytes", _json.scanstring, b"a", 0)
scan = _json.make_scanner(json.JSONDecoder())
assert scan("[1] x", 0) == ([1], 3) and scan.strict is True
raises(ValueError, "idx cannot be negative", scan, "1", -1)
try:
    loads("[" * 200000)
except RecursionError:
    pass
else:
    raise AssertionError("no RecursionError")

# ---- writing
class I(int):
    def __repr__(self): return "I"
class F(float):
    def __repr__(self): return "F"
assert dumps([1, "a", None, True, 1.5, I(5), F(2.0), (), {}, {"k": [1]}]) == '[1, "a", null, true, 1.5, 5, 2.0, [], {}, {"k": [1]}]'
assert dumps({1: 2, 1.5: 3, None: 4, False: 6}) == '{"1": 2, "1.5": 3, "null": 4, "false": 6}'
assert dumps({"b": 1, "a": [2]}, sort_keys=True, separators=(",", ":")) == '{"a":[2],"b":1}'
assert dumps([1, {"a": [2, 3], "b": {}}], indent=2) == '[\n  1,\n  {\n    "a": [\n      2,\n      3\n    ],\n    "b": {}\n  }\n]'
assert dumps('é😀"\\\n\x01\x7f') == '"\\u00e9\\ud83d\\ude00\\"\\\\\\n\\u0001\\u007f"' and dumps("é😀\x7f", ensure_ascii=False) == '"é😀\x7f"'
assert dumps([float("nan"), float("inf"), -float("inf")]) == "[NaN, Infinity, -Infinity]" and dumps(10 ** 30) == "1" + "0" * 30
assert dumps({(1, 2): 3, "a": 4}, skipkeys=True) == '{"a": 4}' and dumps([1j], default=str) == '["1j"]'
raises(TypeError, "keys must be str, int, float, bool or None, not tuple", dumps, {(1, 2): 3})
raises(ValueError, "Out of range float values are not JSON compliant: nan", dumps, float("nan"), allow_nan=False)
e = raises(TypeError, "Object of type set is not JSON serializable", dumps, {"a": [1, set()]})
assert e.__notes__ == ["when serializing list item 1", "when serializing dict item 'a'"]
loop = []
loop.append(loop)
raises(ValueError, "Circular reference detected", dumps, loop)
same = [1]
assert dumps([same, same]) == "[[1], [1]]"
enc = _json.make_encoder(None, None, lambda s: "*", None, ": ", ", ", False, False, True)
assert enc([1, "x", {"k": "v"}], 0) == ("[1, *, {*: *}]",)
raises(TypeError, "make_encoder() argument 5 must be str, not int", _json.make_encoder, None, 2, 3, None, 5, 6, 7, 8, 9)
big = [{"id": i, "name": "n%d" % i, "f": i / 4} for i in range(2000)]
assert loads(dumps(big)) == big
print("ok")
