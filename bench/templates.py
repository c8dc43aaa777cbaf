"""A template language compiled to Python source: tokens by regular expression, code generation, exec, rendering tables of text."""
import re

TOKEN = re.compile(r'(\{\{.*?\}\}|\{%.*?%\})')
ESCAPES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}


def escape(value):
    s = str(value)
    for c, e in ESCAPES.items():
        if c in s:
            s = s.replace(c, e)
    return s


class Template:
    def __init__(self, text):
        self.lines = ['def render(context, escape):', '    out = []', '    add = out.append']
        self.depth = 1
        self.names = set()
        for part in TOKEN.split(text):
            if part.startswith('{{'):
                expr, *filters = part[2:-2].strip().split('|')
                code = self.expression(expr)
                for f in filters:
                    code = f'{code}.{f}()'
                self.emit(f'add(escape({code}))')
            elif part.startswith('{%'):
                self.statement(part[2:-2].strip())
            elif part:
                self.emit(f'add({part!r})')
        self.emit("return ''.join(out)")
        space = {}
        exec('\n'.join(self.lines), space)
        self.render_with = space['render']

    def emit(self, line):
        self.lines.append('    ' * self.depth + line)

    def expression(self, text):
        first, *rest = text.strip().split('.')
        code = first if first in self.names else f'context[{first!r}]'
        for name in rest:
            code += f'[{name!r}]'
        return code

    def statement(self, text):
        words = text.split()
        if words[0] == 'for':
            self.names.add(words[1])
            self.emit(f'for {words[1]} in {self.expression(words[3])}:')
            self.depth += 1
        elif words[0] == 'if':
            self.emit(f'if {self.expression(words[1])}:')
            self.depth += 1
        elif words[0] == 'else':
            self.depth -= 1
            self.emit('else:')
            self.depth += 1
        else:
            self.depth -= 1

    def render(self, **context):
        return self.render_with(context, escape)


PAGE = '''<h1>{{ title|upper }}</h1>
<table>{% for row in rows %}
  <tr class="{% if row.odd %}odd{% else %}even{% end %}">{% for cell in row.cells %}<td>{{ cell }}</td>{% end %}</tr>{% end %}
</table>'''


def main(n):
    rows = [{'odd': i % 2, 'cells': [i, i * i, f'<{i}>', 'a & b', i / 4]} for i in range(n)]
    text = Template(PAGE).render(title='numbers', rows=rows)
    assert text.count('<tr') == n and '<h1>NUMBERS</h1>' in text and f'<td>&lt;{n - 1}&gt;</td>' in text and text.count('class="odd"') == n // 2
    for i in range(20):
        page = Template(PAGE).render(title=f't{i}', rows=rows[:n // 10])
    assert page.startswith('<h1>T19</h1>')


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 16000)
