# Docstrings lose the indentation of the code they stand in, at compile time: tabs are expanded, the first line loses its spaces, further lines what they all
# begin with. The expected texts are CPython 3.14's.
CASES = [
    ('plain', 'plain'),
    ('  lead', 'lead'),
    ('a\n    b\n      c\n    ', 'a\nb\n  c\n'),
    ('\n    a\n\n      b\n  \n        c\n    ', '\na\n\n  b\n\n    c\n'),
    ('\ta\n\tb\n\t\tc', 'a\nb\n        c'),
    ('a\tb\n é\tx\n  y', 'a       b\né      x\n y'),
    ('\n\n\n', '\n\n\n'),
    ('   ', ''),
    ('', ''),
    ('a\n   \n b', 'a\n  \nb'),
    ('x\n    y\n   z\n', 'x\n y\nz\n'),
    ('a\n\t  b\n        c', 'a\n  b\nc'),
    (' \n  a', '\na'),
    ('a\r\n    b\r\n    c', 'a\r\nb\r\nc'),
    ('\n  a \n   b  \n', '\na \n b  \n'),
    ('a\\\n    b', 'a\\\nb'),
    ('\u3000a\n\u3000b', '\u3000a\n\u3000b'),
    ('a\n\n\n    b', 'a\n\n\nb'),
]

for given, expected in CASES:
    ns = {}
    exec(f'def f():\n {given!r}\nclass C:\n {given!r}\nasync def g():\n {given!r}\n', ns)
    module = {}
    exec(f'{given!r}\n', module)
    for where, doc in ('function', ns['f'].__doc__), ('class', ns['C'].__doc__), ('coroutine', ns['g'].__doc__), ('module', module['__doc__']):
        assert doc == expected, (where, given, doc, expected)
    assert ns['f'].__code__.co_consts[0] == expected


class Outer:
    def method(self):
        """One line.

            Indented more.
        Last.
        """


assert Outer.method.__doc__ == 'One line.\n\n    Indented more.\nLast.\n'
# Other strings, and the tree, stay as they are.
import ast
assert ast.get_docstring(ast.parse('def f():\n  """a\n    b"""').body[0], clean=False) == 'a\n    b'
assert eval('"""a\n    b"""') == 'a\n    b'
