# The tokenizer reads a line when it needs it: programs that look at how far the source was read while they work through its tokens.
import _tokenize
import io
import tokenize


def lines_read(source):
    lines, read = io.StringIO(source), 0

    def readline():
        nonlocal read
        line = lines.readline()
        read += 1
        return line
    return [(tokenize.tok_name[token.type], token.string, token.line, read) for token in tokenize.generate_tokens(readline)]


assert lines_read('if a:\n  b\n\nc\n') == [
    ('NAME', 'if', 'if a:\n', 1), ('NAME', 'a', 'if a:\n', 1), ('OP', ':', 'if a:\n', 1), ('NEWLINE', '\n', 'if a:\n', 1), ('INDENT', '  ', '  b\n', 2),
    ('NAME', 'b', '  b\n', 2), ('NEWLINE', '\n', '  b\n', 2), ('NL', '\n', '\n', 3), ('DEDENT', '', 'c\n', 4), ('NAME', 'c', 'c\n', 4),
    ('NEWLINE', '\n', 'c\n', 4), ('ENDMARKER', '', '', 5)]
assert lines_read('f"""x\ny{\na}"""')[1:5] == [
    ('FSTRING_MIDDLE', 'x\ny', 'f"""x\ny{\n', 2), ('OP', '{', 'y{\n', 2), ('NL', '\n', 'y{\n', 2), ('NAME', 'a', 'a}"""', 3)]
assert lines_read('a\rb\r')[1:] == [('OP', '\rb', 'a\rb\r', 1), ('NEWLINE', '\r', 'a\rb\r', 1), ('ENDMARKER', '', '', 2)]
assert [t[:2] for t in lines_read('(' + '\n' * 3 + ')' + ' +\\\n1' * 500)].count(('NUMBER', '1')) == 500

# What is not a line ends as if it were one.
parts = iter(['a ', 'b\n', 'c'])
found = list(tokenize.generate_tokens(lambda: next(parts, '')))
assert [(t.string, t.start) for t in found] == [('a', (1, 0)), ('', (1, 2)), ('b', (2, 0)), ('\n', (2, 1)), ('c', (3, 0)), ('', (3, 1)), ('', (4, 0))], found


# An error of readline's comes when the tokens before it have been given; and readline may ask for a token itself.
def broken():
    for line in 'a\n', 'b\n':
        yield line
    raise ZeroDivisionError


tokens = _tokenize.TokenizerIter(broken().__next__, extra_tokens=True)
seen = []
try:
    for token in tokens:
        seen.append(token[1])
except ZeroDivisionError:
    pass
assert seen == ['a', '\n', 'b', '\n'] and not list(tokens), seen

tokens = _tokenize.TokenizerIter(lambda: next(tokens), extra_tokens=True)
try:
    next(tokens)
except ValueError:
    pass
else:
    assert 0

tokens = tokenize.generate_tokens(io.StringIO('a\n\0\n').readline)
assert next(tokens).string == 'a' and next(tokens).string == '\n'
try:
    next(tokens)
except tokenize.TokenError as e:
    assert e.args == ('source code cannot contain null bytes', (2, 0)), e.args
