"""The table of interned strings, fuller than before, and the table of attributes by type, which grows with what is asked of it."""
import marshal
import sys
import threading

# Strings that sys.intern() keeps leave the table when they die, in any order, and come back as others.
for keep in (2, 3, 7):
    held = {}
    for i in range(20000):
        s = sys.intern(f'word {i} of {keep}')
        if i % keep == 0:
            held[i] = s
    del s
    for i, s in held.items():
        assert sys.intern('word %d of %d' % (i, keep)) is s
names = [f'name_{i}' for i in range(3000)]
code = compile('; '.join(f'{n} = {n!r}' for n in names), 'file', 'exec')
for c in (code, marshal.loads(marshal.dumps(code))):
    assert all(a is b for a, b in zip(c.co_names, code.co_names, strict=True))
    d = {}
    exec(c, d)
    assert all(d[n] is sys.intern(''.join(n)) for n in names)
text = marshal.dumps(sys.intern('caf\xe9')), marshal.dumps(sys.intern('x')), marshal.dumps(sys.intern('')), marshal.dumps(sys.intern('weak one'))
assert [marshal.loads(t) for t in text] == ['caf\xe9', 'x', '', 'weak one']
assert hash(marshal.loads(text[3])) == hash('weak' + ' one') and marshal.loads(text[3]) is sys.intern('weak' + ' one')


# Many types and names: entries push out each other, in each thread by itself, and changes of classes are seen.
def ask(failed):
    try:
        classes = [type(f'C{i}', (object,), {f'a{k}': (i, k) for k in range(8)}) for i in range(1500)]
        for turn in range(3):
            for i, c in enumerate(classes):
                o = c()
                for k in range(8):
                    assert getattr(o, f'a{k}') == (i, k), (i, k)
                assert not hasattr(o, 'a8')
            for i, c in enumerate(classes):
                c.a3 = (i, 3, turn)
                assert getattr(c(), 'a3') == (i, 3, turn)
                c.a3 = (i, 3)
    except BaseException as e:
        failed.append(e)
        raise


failed = []
threads = [threading.Thread(target=ask, args=(failed,)) for _ in range(2)]
for t in threads:
    t.start()
ask(failed)
for t in threads:
    t.join()
assert not failed
