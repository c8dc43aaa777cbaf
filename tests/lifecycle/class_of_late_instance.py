# A finalizer that runs within a cycle collection makes an instance of a class that is garbage in the same collection: the class must live on.
import gc
import sys

kept = []


def make():
    class C:
        def __init__(self):
            self.x = 1

        def hello(self):
            return 'hello'

    class D:
        def __del__(self):
            kept.append(C())

    d = D()
    d.me = d


for i in range(5):
    make()
    gc.collect()
    fill = [type('X%d' % k, (), {}) for k in range(50)]
    c = kept[-1]
    assert (c.x, type(c).__name__, c.hello()) == (1, 'C', 'hello')


# An instance that its own finalizer brings back, by a name that counts no reference to the class.
def make_returning():
    class R:
        def __del__(self):
            kept.append(self)

        def hello(self):
            return 'again'

    r = R()
    r.me = r


make_returning()
gc.collect()
fill = [type('X%d' % k, (), {}) for k in range(50)]
assert kept[-1].hello() == 'again'
assert gc.collect() >= 0 and kept[-1].hello() == 'again'

# The same while the program ends: an exception in a finalizer that makes an object with a finalizer of its own.
import subprocess

program = '''
import subprocess
def dummy(): pass
class AtEnd:
    def __del__(self):
        print("OK")
        subprocess.Popen(("/bin/true",), preexec_fn=dummy)
at_end = AtEnd()
'''
done = subprocess.run([sys.executable, '-I', '-c', program], capture_output=True, text=True)
assert done.returncode == 0 and done.stdout == 'OK\n', done
assert 'preexec_fn not supported at interpreter shutdown' in done.stderr, done
