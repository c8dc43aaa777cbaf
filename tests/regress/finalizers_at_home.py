# What belongs to one interpreter runs there: finalizers of garbage that another one collects or that is found at another one's end, and the hooks of fork.
import gc
import os
import sys
import weakref
from concurrent import interpreters

seen = []


class Cycle:
    def __init__(self):
        self.itself = self
        self.other = Other()

    def __del__(self):
        import sys as imported
        seen.append(('del', interpreters.get_current().id, imported is sys))


class Other:
    pass


class Called:
    def __call__(self, ref):
        seen.append(('called', interpreters.get_current().id, __import__('sys') is sys))


def make():
    c = Cycle()
    refs.append(weakref.ref(c.other, lambda r: seen.append(('function', interpreters.get_current().id, __import__('sys') is sys))))
    refs.append(weakref.ref(c.other, Called()))


refs = []
here = interpreters.get_current().id
expected = [('called', here, True), ('del', here, True), ('function', here, True)]
i = interpreters.create()
make()
i.exec('import gc; gc.collect()')
gc.collect()
assert sorted(seen) == expected, seen
# The other way round, too: an object of an interpreter that the main one collects.
i.exec('''import os, sys
class Cycle:
    def __init__(self):
        self.itself = self
    def __del__(self):
        from concurrent import interpreters
        os.write(pipe, b"%d" % interpreters.get_current().id)
''')
r, w = os.pipe()
i.prepare_main(pipe=w)
i.exec('Cycle(); None')
gc.collect()
i.exec('import gc; gc.collect()')
assert os.read(r, 10) == b'%d' % i.id
# At the end of an interpreter nothing can be imported there.
seen.clear()
make()
i.close()
gc.collect()
assert sorted(seen) == expected, seen

# A hook of an interpreter that has ended is not called, nor is one of another.
hooks = interpreters.create()
hooks.exec('import os, threading; os.register_at_fork(before=lambda: 1/0, after_in_parent=lambda: 1/0, after_in_child=lambda: 1/0)')
called = []
os.register_at_fork(before=lambda: called.append('before'), after_in_parent=lambda: called.append('parent'), after_in_child=lambda: called.append('child'))
sys.unraisablehook = lambda u: called.append(u)
for end in False, True:
    if end:
        hooks.close()
    called.clear()
    pid = os.fork()
    if not pid:
        os._exit(0 if called == ['before', 'child'] else 1)
    assert called == ['before', 'parent'] and os.waitpid(pid, 0)[1] == 0, called
print('ok')
