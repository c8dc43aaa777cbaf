# The oracle of KAA_VERIFY looks on while a collection runs finalizers: garbage whose ring a finalizer has opened is held by the collection alone.
import os
import subprocess
import sys

PROGRAM = '''
import gc
import kaa


class Looks:
    def __init__(self):
        self.me = self

    def __del__(self):
        kaa.reconcile()


class Thing:
    pass


def gen(thing):
    try:
        yield
    finally:
        thing.g = None
        thing = None


for _ in range(4):
    before = Looks()
    t = Thing()
    t.g = gen(t)
    next(t.g)
    after = Looks()
    del before, t, after
    gc.collect()
print('done')
'''

p = subprocess.run([sys.executable, '-c', PROGRAM], env=dict(os.environ, KAA_VERIFY='1', KAA_STRESS='0'), capture_output=True, text=True)
assert p.returncode == 0 and p.stdout == 'done\n', (p.returncode, p.stderr)
