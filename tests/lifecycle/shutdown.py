# What happens at exit: atexit callbacks, finalizers of globals, of other modules' contents and of cycles, sys.is_finalizing(), daemon threads.
import subprocess
import sys
import tempfile
import os

def run(code, *options):
    p = subprocess.run([sys.executable, *options, '-c', code], capture_output=True, text=True, timeout=60)
    return p.stdout, p.stderr, p.returncode

assert run('''
import sys, atexit
class A:
    def __init__(self, name): self.name = name
    def __del__(self, sys=sys): print('del', self.name, sys.is_finalizing(), sys.flags.optimize)
atexit.register(print, 'atexit')
a = A('global')
c = A('cycle'); c.self = c
del c
''')[0] in ('atexit\ndel cycle True 0\ndel global True 0\n', 'atexit\ndel global True 0\ndel cycle True 0\n', 'del cycle False 0\natexit\ndel global True 0\n')

with tempfile.TemporaryDirectory() as d:
    with open(os.path.join(d, 'shutdown_mod.py'), 'w') as f:
        f.write('class A:\n    def __del__(self): print("module")\nx = A()\n')
    assert run(f'import sys; sys.path.insert(0, {d!r}); import shutdown_mod')[0] == 'module\n'

# A finalizer that fails is reported, and the rest goes on; what it prints is flushed.
out, err, status = run('''
class A:
    def __del__(self): 1/0
class B:
    def __del__(self): print('B')
a = A()
b = B()
''')
assert out == 'B\n' and 'ZeroDivisionError' in err and status == 0, (out, err)
# A daemon thread does not get on any more.
out, err, status = run('''
import threading, time
def work():
    while True: time.sleep(0.0001)
threading.Thread(target=work, daemon=True).start()
''')
assert (out, err, status) == ('', '', 0), (out, err, status)
