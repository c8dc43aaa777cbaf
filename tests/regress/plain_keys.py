# Keys that containers compare and hash without Python's protocol: bytes, None, frozensets, and tuples of them, beside subclasses and what equals them.
import subprocess
import sys

assert hash(None) == 0xFCA86420 and hash((None, None)) == hash((None,) * 2)
assert hash(b"") == hash("") == 0 and hash(b"ab") == hash(bytes(bytearray(b"ab"))) == hash("ab")


class B(bytes):
    def __eq__(self, other):
        return NotImplemented if type(other) is not bytes else other == b"equal to all"

    def __hash__(self):
        return hash(bytes(self))


d = {b"a": 1, None: 2, (b"a", None): 3, frozenset((1, b"b")): 4, (b"x" * 100, (b"y", frozenset())): 5}
assert d[bytes([97])] == 1 and d[None] == 2 and d[bytes([97]), None] == 3
assert d[frozenset([bytes([98]), 1])] == 4 and d[b"x" * 99 + b"x", (bytes([121]), frozenset())] == 5
assert (b"a", 0) not in d and b"b" not in d and frozenset((1, b"c")) not in d and "a" not in d
assert B(b"a") not in d
d[B(b"equal to all")] = 6
assert d[b"equal to all"] == 6 and len(d) == 6
assert memoryview(b"a") in d
s = {b"a", "a", None, b""}
assert len(s) == 4 and b"" in s and "" not in s
assert (b"a", 1) == (bytes([97]), 1.0) and (b"a",) != ("a",) and [b"a"] == [bytes([97])] and [b"a"].index(bytes([97])) == 0
assert sorted([b"b", b"", b"a\xff", b"a", b"aa"]) == [b"", b"a", b"aa", b"a\xff", b"b"]
assert max([(b"a", 1), (b"a\0", 0)]) == (b"a\0", 0) and (b"a", 2) > (b"a", 1) and not b"a" < bytes([97])


class F(frozenset):
    def __hash__(self):
        return 5


assert hash(F()) == 5 and hash((F(), 1)) == hash((5, 1)) and hash(frozenset([F()])) == hash(frozenset([5]))
try:
    hash((b"a", []))
except TypeError as e:
    assert str(e) == "unhashable type: 'list'"

# With -bb a comparison of bytes with str is an error, of bytes with bytes none.
program = "d = {b'': 1}; print(d[b''], b'a' == bytes([97]), (b'a',) == (bytes([97]),), b'a' in [bytes([97])])\ntry: d['']\nexcept BytesWarning as e: print(e)"
out = subprocess.run([sys.executable, "-bb", "-c", program], capture_output=True, text=True)
assert out.stdout == "1 True True True\nComparison between bytes and string\n", out
