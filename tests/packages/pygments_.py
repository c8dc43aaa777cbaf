# Pygments: lexers for many languages, formatters, guesses.
import hashlib
import pygments
from pygments import formatters, lexers, styles, token
from pygments.filters import VisibleWhitespaceFilter

samples = {
    'python': 'import os\n@decor(x=1)\nasync def f(a: int = 0x1F, *b) -> "str":\n    """Doc {x}"""\n    return f"{a!r:>{b}} {{}}" + r"\\d" if a else None  # end\n',
    'c': '#include <stdio.h>\n/* c */ int main(int argc, char **argv) { printf("%d\\n", 1u << 3); return 0x10L; }\n',
    'javascript': 'const f = async (a, ...b) => `x ${a + 1}`; // c\nlet re = /a[b]+/gi; class A extends B { #p = 1n; }\n',
    'html': '<!DOCTYPE html><html><body class="a" data-x=\'1\'><script>var a = 1 < 2;</script><style>p { color: red; }</style><!-- c --></body></html>\n',
    'json': '{"a": [1, 2.5e-3, true, null], "b": "\\u00e9"}\n',
    'sql': "SELECT a, COUNT(*) FROM t WHERE x LIKE '%y' -- c\nGROUP BY a HAVING COUNT(*) > 1;\n",
    'bash': 'for f in *.txt; do echo "${f%.txt} $((1 + 2))" | sed \'s/a/b/\' > /dev/null; done # c\n',
    'rust': "fn main<'a>() -> Result<(), &'a str> { let x = vec![1_000u64; 3]; println!(\"{:?}\", x); Ok(()) }\n",
    'yaml': 'a: &x\n  - b: "c"\n  - *x\nd: |\n  text\n',
    'diff': '--- a\n+++ b\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n',
    'css': '@media (min-width: 3em) { a:hover, #id > .c::before { color: #fff; margin: 0 1px; } }\n',
    'java': 'package a.b; @Override public class X<T> { private int y = 1_0; String s = "a\\n"; }\n',
    'go': 'package main\nfunc f(x ...int) (y map[string]chan int) { go func() { y <- 1 }(); return }\n',
    'haskell': 'module A where\nf :: Int -> [a]\nf x | x > 0 = [y | y <- z] -- c\n',
}
for name, text in samples.items():
    lexer = lexers.get_lexer_by_name(name)
    tokens = list(lexer.get_tokens(text))
    assert ''.join(v for _, v in tokens) == text
    kinds = {str(t) for t, _ in tokens}
    html = pygments.highlight(text, lexer, formatters.HtmlFormatter(linenos='table', style='monokai', full=True))
    terminal = pygments.highlight(text, lexer, formatters.Terminal256Formatter(style='native'))
    print(name, lexer.name, len(tokens), sorted(kinds)[:4], hashlib.sha256((html + terminal).encode()).hexdigest()[:16])
print(formatters.HtmlFormatter(style='default').get_style_defs('.hl').splitlines()[:3])
print(len(list(lexers.get_all_lexers())), len(list(styles.get_all_styles())), len(list(formatters.get_all_formatters())))
print(lexers.guess_lexer('#!/usr/bin/python\nimport os\n').name, lexers.get_lexer_for_filename('x.tsx').name)
lexer = lexers.PythonLexer()
lexer.add_filter(VisibleWhitespaceFilter(spaces='.'))
print(pygments.highlight('a = 1', lexer, formatters.NullFormatter()))
print(pygments.highlight('x = [1]', lexers.PythonLexer(), formatters.LatexFormatter()))
print(pygments.highlight('x = [1]', lexers.PythonLexer(), formatters.SvgFormatter()))
print(token.is_token_subtype(token.Token.Name.Function.Magic, token.Token.Name), token.string_to_tokentype('String.Double'))
