# The end of a program: finalizers of what modules hold, files, generators, in an order and with names that CPython has, too.
import os
import subprocess
import sys
import tempfile
import textwrap


def run(source, *options, **files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name + '.py'), 'w') as f:
                f.write(textwrap.dedent(text))
        program = os.path.join(folder, 'program.py')
        with open(program, 'w') as f:
            f.write(textwrap.dedent(source))
        r = subprocess.run([sys.executable, *options, program], capture_output=True, text=True, cwd=folder)
        return r.returncode, r.stdout, r.stderr, {n: open(os.path.join(folder, n)).read() for n in os.listdir(folder) if n.endswith('.txt')}


# A file that nobody closed has its text.
assert run("f = open('a.txt', 'w')\nf.write('text')")[3] == {'a.txt': 'text'}
assert run("def g():\n    with open('b.txt', 'w') as f:\n        f.write('more')\n        yield\ng = g()\nnext(g)")[3] == {'b.txt': 'more'}
assert run("import sys\nf = open('c.txt', 'w')\nf.write('x')\nsys.exit(3)")[::3] == (3, {'c.txt': 'x'})
assert run("f = open('d.txt', 'w')\nf.write('x')\n1/0")[::3] == (1, {'d.txt': 'x'})

# __del__ sees the program's names, those of modules it imported, and sys.stdout.
code, out, err, _ = run('''
    import os, other
    class A:
        def __del__(self):
            print('A', os is not None, name, other.value)
    name = 'global'
    a = A()
    cycle = [A()]
    cycle.append(cycle)
''', other='''
    value = 1
    class B:
        def __del__(self):
            print('B', value)
    b = B()
''')
assert (code, err) == (0, '') and sorted(out.splitlines()) == ['A True global 1', 'A True global 1', 'B 1'], (out, err)

# First the functions that asked for it.
out = run('''
    import atexit, weakref
    class A:
        def __del__(self):
            print('del')
    a = A()
    class C: pass
    c = C()
    weakref.finalize(c, print, 'finalize')
    atexit.register(print, 'atexit')
''')[1]
assert out.splitlines() == ['atexit', 'finalize', 'del'], out

# What a finalizer raises, or writes to a closed standard output.
code, out, err, _ = run('''
    class A:
        def __del__(self):
            raise ValueError('in del')
    a = A()
''')
assert code == 0 and 'Exception ignored while calling deallocator' in err and 'ValueError: in del' in err, err
assert run("f = open(__file__)", '-Wd')[2].startswith('<sys>:0: ResourceWarning: unclosed file ')
assert run('''
    import warnings
    warn = warnings.warn
    class A:
        def __del__(self):
            warn('late')
    a = A()
''')[2].splitlines()[0].endswith('program.py:6: UserWarning: late')

# An import in a finalizer fails like any other at this point.
code, out, err, _ = run('''
    class A:
        def __del__(self):
            try:
                import calendar
            except ImportError as e:
                print(e)
    a = A()
''')
assert out == 'sys.meta_path is None, Python is likely shutting down\n', (out, err)
print('ok')
