# What programs have registered with native modules does not outlive the modules: finalizers of all that it leads to run while names are still there.
import subprocess
import sys

program = '''
import json, sys
class Late:
    def __del__(self):
        print('late', json is not None, sys is not None)
class Cycle:
    def __init__(self):
        self.itself, self.late = self, Late()
holder = Cycle()
%s
'''
for use in ('import sqlite3; sqlite3.register_converter("x", lambda b: holder)', 'import sqlite3; sqlite3.register_adapter(Late, lambda b: holder)',
            'import readline; readline.set_completer(lambda text, n: holder)'):
    r = subprocess.run([sys.executable, '-c', program % use], capture_output=True, text=True)
    assert r.stdout == 'late True True\n' and not r.stderr, (use, r)
print('ok')

# What dies behind the modules' names (here a hook of fork holds it till then) says nothing: neither by print(), nor by an exception, nor by a hook of its own.
program = '''
import json, os, sys
class Late:
    def __init__(self):
        self.itself = self
    def __del__(self):
        print('late', json)
        1/0
def hook():
    pass
os.register_at_fork(after_in_child=hook)
late = Late()
sys.unraisablehook = lambda u: os.write(1, b'own hook')
'''
r = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
assert r.stdout == '' and r.stderr == '' and r.returncode == 0, r
