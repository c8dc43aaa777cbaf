# The programs in examples/ print what CPython 3.14 printed (tests/examples/NAME.txt). The log report reads a shorter log than its own.
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
examples = os.path.join(here, '..', '..', 'examples')
expected = os.path.join(here, '..', 'examples')
sys.path.insert(0, examples)

names = sorted(f[:-3] for f in os.listdir(examples) if f.endswith('.py'))
assert len(names) >= 6 and names == sorted(f[:-4] for f in os.listdir(expected)), 'each example has its output, and the other way round'
for name in names:
    arguments = []
    if name == 'log_report':
        import log_report
        log_report.invent('access.log', 10_000)
        arguments = ['access.log']
    r = subprocess.run([sys.executable, os.path.join(examples, name + '.py'), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding='utf-8')
    with open(os.path.join(expected, name + '.txt'), encoding='utf-8') as f:
        want = f.read()
    assert r.returncode == 0 and r.stderr == '', (name, r.returncode, r.stderr)
    assert r.stdout == want, f'{name} prints\n{r.stdout}\ninstead of\n{want}'
