"""tomllib: documents of tables, arrays, strings with escapes, numbers and dates."""
import tomllib

DOCUMENT = '''
title = "Document {i}"
[owner]
name = "Some \\"Body\\" \\u00e9"
born = 1979-05-27T07:32:00Z
[database]
enabled = true
ports = [ 8000, 8001, 0x1F42, 1_000 ]
data = [ ["delta", "phi"], [3.14, -2e3, +1.5] ]
limits = {{ cpu = 79.5, case = 72 }}
[servers.alpha{i}]
ip = "10.0.0.{i}"
role = \'frontend\'
[[points]]
x = 1
y = 2
[[points]]
x = {i}
text = """
many
lines"""
'''


def main(n):
    for i in range(n):
        d = tomllib.loads(DOCUMENT.format(i=i))
        assert d['title'] == f'Document {i}' and d['points'][1]['x'] == i and d['servers'][f'alpha{i}']['role'] == 'frontend'
    assert d['owner']['name'] == 'Some "Body" \u00e9' and d['database']['data'][1] == [3.14, -2000.0, 1.5] and d['owner']['born'].year == 1979


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
