"""Small native stacks, closed standard input, generators deep inside each other."""
import os
import subprocess
import sys
import threading

# A stack of 256 KiB suffices to start, and ends in RecursionError.
if os.environ.get('KAA_TEST_PRESET', 'release') == 'release':
    program = 'import json, re\nx = []\nfor i in range(100000): x = [x]\ntry: repr(x)\nexcept RecursionError: print(json.dumps([re.match("(?:(a)|b)*", "ab" * 1000).end()]))'
    r = subprocess.run(['bash', '-c', 'ulimit -s 256; exec "$@"', '-', sys.executable, '-c', program], capture_output=True, text=True)
    assert (r.returncode, r.stdout, r.stderr) == (0, '[2000]\n', ''), r
    # What is too little is said.
    r = subprocess.run(['bash', '-c', 'ulimit -s 64; exec "$@"', '-', sys.executable, '-c', program], capture_output=True, text=True)
    assert r.returncode == 1 and 'native stack is too small' in r.stderr, r

    program = '''
import sys
sys.setrecursionlimit(10**6)
sys.unraisablehook = lambda *a: None
def g(x): yield from x
for f in lambda i: i.throw(ValueError), lambda i: i.close():
    i = iter([1])
    for _ in range(200000): i = g(i)
    next(i)
    try: f(i)
    except (RecursionError, ValueError): pass
print('alive')
'''
    r = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert (r.returncode, r.stdout) == (0, 'alive\n'), r.returncode

for n in 53248, 65536, 262144:
    threading.stack_size(n)
    done = []
    t = threading.Thread(target=lambda: done.append(sorted([3, 1, 2], key=lambda x: -x)))
    t.start()
    t.join()
    assert done == [[3, 2, 1]]
threading.stack_size(0)
try:
    threading.stack_size(1000)
except ValueError as e: assert str(e) == 'size must be at least 53248 bytes'
else: raise AssertionError

# No standard input: no program. The basic loop ends when it cannot read.
r = subprocess.run(['bash', '-c', 'exec "$@" <&-', '-', sys.executable], capture_output=True, text=True)
assert (r.returncode, r.stdout, r.stderr) == (0, '', ''), r
r = subprocess.run([sys.executable, '-c', 'import sys\nsys.stdin.close()\nsys._baserepl()\nprint("after")'], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
assert (r.returncode, r.stdout) == (0, 'after\n'), r
