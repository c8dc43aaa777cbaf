# _tokenize, through the tokenize module.
import io
import token
import tokenize
import _tokenize


def tokens(source):
    return [(token.tok_name[t.type], t.string, t.start, t.end, t.line) for t in tokenize.generate_tokens(io.StringIO(source).readline)]


assert tokens("x = é + 1  # c\n\nif x:\n    y\n") == [
    ("NAME", "x", (1, 0), (1, 1), "x = é + 1  # c\n"), ("OP", "=", (1, 2), (1, 3), "x = é + 1  # c\n"),
    ("NAME", "é", (1, 4), (1, 5), "x = é + 1  # c\n"), ("OP", "+", (1, 6), (1, 7), "x = é + 1  # c\n"),
    ("NUMBER", "1", (1, 8), (1, 9), "x = é + 1  # c\n"), ("COMMENT", "# c", (1, 11), (1, 14), "x = é + 1  # c\n"),
    ("NEWLINE", "\n", (1, 14), (1, 15), "x = é + 1  # c\n"), ("NL", "\n", (2, 0), (2, 1), "\n"),
    ("NAME", "if", (3, 0), (3, 2), "if x:\n"), ("NAME", "x", (3, 3), (3, 4), "if x:\n"), ("OP", ":", (3, 4), (3, 5), "if x:\n"),
    ("NEWLINE", "\n", (3, 5), (3, 6), "if x:\n"), ("INDENT", "    ", (4, 0), (4, 4), "    y\n"), ("NAME", "y", (4, 4), (4, 5), "    y\n"),
    ("NEWLINE", "\n", (4, 5), (4, 6), "    y\n"), ("DEDENT", "", (5, 0), (5, 0), ""), ("ENDMARKER", "", (5, 0), (5, 0), "")]
assert tokens("x") == [("NAME", "x", (1, 0), (1, 1), "x"), ("NEWLINE", "", (1, 1), (1, 2), "x"), ("ENDMARKER", "", (2, 0), (2, 0), "")]
assert [t[:2] for t in tokens("f'a{b!r:>{c}}'")] == [
    ("FSTRING_START", "f'"), ("FSTRING_MIDDLE", "a"), ("OP", "{"), ("NAME", "b"), ("OP", "!"), ("NAME", "r"), ("OP", ":"),
    ("FSTRING_MIDDLE", ">"),
    ("OP", "{"), ("NAME", "c"), ("OP", "}"), ("FSTRING_MIDDLE", ""), ("OP", "}"), ("FSTRING_END", "'"), ("NEWLINE", ""), ("ENDMARKER", "")]
assert tokens("s = '''a\nb'''; y\n")[2] == ("STRING", "'''a\nb'''", (1, 4), (2, 4), "s = '''a\nb'''; y\n")
source = "def f(a,\n      b):\n    '''doc'''\n    return (a + # why\n            b)\n"
assert tokenize.untokenize(tokenize.generate_tokens(io.StringIO(source).readline)) == source
data = "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1")
got = list(tokenize.tokenize(io.BytesIO(data).readline))
assert got[0].string == "iso-8859-1" and any(t.string == "'é'" for t in got)
for source, exc, args in [
    ("x = (1,\n", tokenize.TokenError, "unexpected EOF in multi-line statement"),
    ("if 1:\n    a\n  b\n", IndentationError, "unindent does not match any outer indentation level"),
]:
    try:
        tokens(source)
    except exc as e:
        assert e.args[0] == args, e.args
    else:
        raise AssertionError(source)
lines = iter(["a b\n"])
assert [t[:2] for t in _tokenize.TokenizerIter(lambda: next(lines), extra_tokens=False)] == [(1, "a"), (1, "b"), (4, ""), (0, "")]
for readline, kw, text in [(lambda: 1, {}, "readline() returned a non-string object"), (lambda: "x", {"encoding": "utf-8"}, "readline() returned a non-bytes object")]:
    try:
        next(_tokenize.TokenizerIter(readline, extra_tokens=True, **kw))
    except TypeError as e:
        assert str(e) == text, e
    else:
        raise AssertionError(text)
print("ok")
