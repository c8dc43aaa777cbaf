# Jinja2: templates with inheritance, macros, loops, filters, escaping, a sandbox, errors, async rendering.
import asyncio
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateSyntaxError, UndefinedError, sandbox

templates = {
    'base.html': '<title>{% block title %}none{% endblock %}</title>\n{% block body %}{% endblock %}\n',
    'forms.html': '{% macro field(name, value="", type="text") -%}<input name="{{ name }}" value="{{ value|e }}" type="{{ type }}">{%- endmacro %}',
    'page.html': '''{% extends "base.html" %}
{% import "forms.html" as forms %}
{% block title %}{{ title|upper }} - {{ super() }}{% endblock %}
{% block body %}
{%- for user in users|sort(attribute="name") if user.active %}
{{ loop.index }}/{{ loop.length }} {{ user.name|title }} {{ "%.2f"|format(user.score) }}{% if not loop.last %},{% endif %}
{%- else %} nobody {% endfor %}
{{ forms.field("q", "<&>") }}
{% set ns = namespace(total=0) %}{% for n in range(10) %}{% set ns.total = ns.total + n %}{% endfor %}{{ ns.total }}
{% filter indent(2) %}a
b{% endfilter %}
{{ users|map(attribute="score")|sum|round(1) }} {{ users|groupby("active")|list|length }} {{ [1, 2, 3, 4, 5]|batch(2, 0)|list }}
{% with a = 1, b = [2, 3] %}{{ a }}{{ b|join("-") }}{% endwith %} {{ data|tojson }} {{ "x" is defined }} {{ missing is undefined }}
{% endblock %}''',
}
env = Environment(loader=DictLoader(templates), autoescape=True, trim_blocks=False, extensions=['jinja2.ext.do', 'jinja2.ext.loopcontrols'])
env.filters['twice'] = lambda s: s * 2
users = [{'name': 'zoe', 'active': True, 'score': 3.14159}, {'name': 'adam', 'active': True, 'score': 2}, {'name': 'kim', 'active': False, 'score': 7.5}]
print(env.get_template('page.html').render(title='hello', users=users, data={'b': [1, '<x>'], 'a': None}))
print(env.from_string('{% for i in r %}{% if i == 3 %}{% continue %}{% endif %}{% if i > 5 %}{% break %}{% endif %}{{ i|twice }} {% endfor %}').render(r=range(100)))
print(env.from_string('{% macro tree(n) %}<ul>{% for c in n %}<li>{{ c.v }}{% if c.k %}{{ tree(c.k) }}{% endif %}</li>{% endfor %}</ul>{% endmacro %}{{ tree(t) }}')
      .render(t=[{'v': 1, 'k': [{'v': 2}, {'v': 3, 'k': [{'v': 4}]}]}]))
print(env.from_string('{% call(x) outer() %}[{{ x }}]{% endcall %}', globals={}).environment is env)
for source in ('{% if %}', '{{ a b }}', '{% for x in y %}', '{% endblock %}', '{{ "unterminated }}'):
    try: env.from_string(source)
    except TemplateSyntaxError as e: print(type(e).__name__, e.lineno, e.message)
strict = Environment(undefined=StrictUndefined)
try: strict.from_string('{{ user.name.first }}').render(user={})
except UndefinedError as e: print(e)
box = sandbox.SandboxedEnvironment()
try: box.from_string('{{ ().__class__.__mro__ }}').render()
except Exception as e: print(type(e).__name__, e)

async def main():
    env = Environment(enable_async=True)
    async def numbers():
        for i in range(4):
            await asyncio.sleep(0)
            yield i
    async def double(x): return x * 2
    print(await env.from_string('{% for n in numbers() %}{{ double(n) }};{% endfor %}').render_async(numbers=numbers, double=double))
asyncio.run(main())
print(env.compile('{{ a }}', raw=True).splitlines()[0])
