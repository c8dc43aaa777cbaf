"""Where the address space is limited: MemoryError can be caught, what was held is free again, and the process goes on; a process starts with little, and may limit itself."""
import os
import subprocess
import sys

if os.environ.get('KAA_TEST_PRESET', 'release') != 'release':
    print('not tried: AddressSanitizer needs address space without a limit')
    raise SystemExit

PROGRAM = r'''
def run():
    try:
        exec(compile(SOURCE, 'program', 'exec'), {})
    except (MemoryError, RuntimeError, OSError):
        return 1
assert run() and run()
x = [[i] * 3 for i in range(20000)]
import json
assert json.loads(json.dumps(x)) == x
del x
# The exception of one shortage knows nothing of an earlier one.
def first(): [0] * 10**15
def second(): [0] * 10**15
for f in first, second:
    try:
        f()
    except MemoryError as e:
        names = []
        b = e.__traceback__
        while b: names.append(b.tb_frame.f_code.co_name); b = b.tb_next
assert names == ['<module>', 'second'], names
import gc
gc.collect()
print('alive')
'''
ENDLESS = {
    'lists': 'l = []\nwhile 1: l.append([0] * 10)',
    'text': 's = "abc"\nwhile 1: s += s',
    'numbers': 'x = 3\nwhile 1: x *= x',
    'recursion': 'import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f([n]) + 1\ntry: f(0)\nexcept RecursionError: raise MemoryError',
    'chain of tuples': 't = ()\nwhile 1: t = (t,)',
    'exceptions': 'e = None\nwhile 1:\n  x = ValueError(1); x.__context__ = e; e = x',
    'weak references': 'import weakref\nclass A: pass\nl = []\nwhile 1:\n  a = A(); l.append((a, weakref.ref(a, print)))',
    'threads': 'import threading\ne = threading.Event()\nl = []\ntry:\n  while 1:\n    t = threading.Thread(target=e.wait); t.start(); l.append(t)\nfinally:\n  e.set()\n  for t in l: t.join()',
}


def limited(kib, program):
    r = subprocess.run(['bash', '-c', f'ulimit -c 0; ulimit -v {kib}; exec "$@"', '-', sys.executable, '-c', program], capture_output=True, text=True)
    assert r.returncode == 0, (r.returncode, r.stderr[-2000:])
    return r.stdout.strip()


for name, source in ENDLESS.items():
    try:
        assert limited(170000, f'SOURCE = {source!r}\n' + PROGRAM) == 'alive'
    except AssertionError as e:
        raise AssertionError(name) from e

# Little is enough to start, and the stacks take a part of it alone.
for kib in 150000, 250000:
    assert limited(kib, 'import json, asyncio; print(sum(len(x) for x in [[0] * 1000 for _ in range(200)]))') == '200000'

# A limit that the program sets itself counts what the process has: not what it has only reserved.
for limit in 'RLIMIT_AS', 'RLIMIT_DATA':
    program = f'''
import resource
resource.setrlimit(resource.{limit}, (300 << 20, resource.getrlimit(resource.{limit})[1]))
l = []
try:
    while 1: l.append(bytearray(10**6))
except MemoryError: pass
assert len(l) > 80, len(l)
l.clear()
import json, decimal
def deep(n): return n and deep(n - 1)
deep(900)
assert len([[i] for i in range(10**5)]) == 10**5
'''
    subprocess.run([sys.executable, '-c', program], check=True)
