# What only the last reconcile finds dead is finalized, too, even if nothing else is left whose death can be seen.
import subprocess
import sys

MANY = '''
class E:
    def __del__(self):
        print('dead')
def work():
    several = [E() for i in range(1000)]  # more than are looked for at once
work()
'''
LATE = '''
class E:
    pass
box = [[E()]]
E.__del__ = lambda self: print('dead')
box.pop()
'''
for program, count in (MANY, 1000), (LATE, 1):
    r = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert (r.returncode, r.stdout, r.stderr) == (0, 'dead\n' * count, ''), (program, r.returncode, r.stdout.count('dead'), r.stderr)
