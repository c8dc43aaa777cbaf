"""What dies when the program ends: globals, cycles, objects of modules, replaced standard streams; files are flushed."""
import os
import subprocess
import sys
import tempfile

DIR = tempfile.mkdtemp()
PYTHON = os.environ.get('PYTHON', sys.executable).split()


def run(code, expected, *args):
    p = subprocess.run([*PYTHON, *args, '-c', code], capture_output=True, text=True, cwd=DIR)
    assert p.stdout == expected and p.returncode == 0, (code, p.stdout, p.stderr)


CLASS = '''class D:
    def __init__(self, n): self.n = n
    def __del__(self): print('del', self.n)
'''
run('f = open("global", "w"); f.write("unclosed")', '', '-W', 'ignore')
with open(os.path.join(DIR, 'global')) as f:
    assert f.read() == 'unclosed'
run(CLASS + 'd = D(1)', 'del 1\n')
run(CLASS + 'l = [D(1)]\nl.append(l)', 'del 1\n')
run(CLASS + 'd = D(1)\ndef f(): return d', 'del 1\n')
run(CLASS + 'import sys\nd = D(1)\nsys.exit()', 'del 1\n')
run('import sys\nsys.stdout = open("out", "w")\nprint("replaced")', '', '-W', 'ignore')
with open(os.path.join(DIR, 'out')) as f:
    assert f.read() == 'replaced\n'
with open(os.path.join(DIR, 'm.py'), 'w') as f:
    f.write(CLASS + 'd = D("of a module")\nimport sys\nassert not sys.is_finalizing()\n')
run('import m', 'del of a module\n')
run('import m\nkeep = m.d', 'del of a module\n')
# Finalizers see whole modules as long as those are collected, and a finalizing interpreter.
run('''import sys
class D:
    def __del__(self): print(sys.is_finalizing(), type(self).__name__)
d = D()
''', 'True D\n')
run('''import weakref, atexit
class C: pass
c = C()
f = weakref.finalize(c, print, 'finalized')
atexit.register(print, 'atexit')
''', 'atexit\nfinalized\n')
run('''import weakref
class C: pass
c = C()
f = weakref.finalize(c, print, 'never')
f.atexit = False
''', '')
run('''def g():
    try: yield
    finally: print('closed')
x = g(); next(x)
''', 'closed\n')
# A daemon thread that wants to go on waits for ever.
run('''import threading, time
class D:
    def __del__(self, sleep=time.sleep): sleep(0.02)
def work():
    d = D()
    while True: d = D()
threading.Thread(target=work, daemon=True).start()
d = D()
''', '')
for name in os.listdir(DIR):
    if name != '__pycache__': os.unlink(os.path.join(DIR, name))
