# What `_` named dies before the value that takes its place is shown.
import subprocess
import sys

session = '''class C:
    def __repr__(self): return 'C'
    def __del__(self): print('del')

C()
1
2
'''
run = subprocess.run([sys.executable, '-q', '-i'], input=session, capture_output=True, text=True, env={'PYTHONSTARTUP': ''})
assert run.stdout == 'C\ndel\n1\n2\n', run.stdout
