# The interactive loop on a pipe, -c, -X options and what the environment says.
import os
import re
import subprocess
import sys
import tempfile


def run(*args, input='', env=None, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith('PYTHON')}
    environment.update(env or {})
    r = subprocess.run([sys.executable, *args], input=input, capture_output=True, text=True, env=environment, **more)
    return r.returncode, r.stdout, r.stderr


# Statements one by one; a compound statement ends with an empty line; errors do not end the loop.
code, out, err = run('-i', '-q', input='1/0\nif 1:\n  x=1\n\nx\ndef f():\n    return 1/0\n\nf()\ny = = 3\n("a",\n"b")\n# nothing\n  indented\nfor i in ():\n  pass\nz\n')
assert code == 0 and out == "1\n('a', 'b')\n", (code, out)
assert err == '''>>> Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
    1/0
    ~^~
ZeroDivisionError: division by zero
>>> ... ... >>> >>> ... ... >>> Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
    f()
    ~^^
  File "<stdin>", line 2, in f
    return 1/0
           ~^~
ZeroDivisionError: division by zero
>>>   File "<stdin>", line 1
    y = = 3
        ^
SyntaxError: invalid syntax
>>> ... >>> >>>   File "<stdin>", line 1
    indented
IndentationError: unexpected indent
>>> ... ...   File "<stdin>", line 3
    z
    ^
SyntaxError: invalid syntax
>>> 
''', err
assert run('-i', '-q', input='import sys\nsys.ps1 = "$ "\nsys.exit(3)\n') == (3, '', '>>> >>> $ ')
assert run('-i', '-q', '-c', 'a = 5', input='a\n') == (0, '5\n', '>>> >>> \n')
assert run('-i', '-q', input='from __future__ import annotations\ndef f(a: undefined): pass\n\nf.__annotations__\n')[1] == "{'a': 'undefined'}\n"

# -c: its lines show in tracebacks, and what all of them are indented by does not count.
code, out, err = run('-c', '\n    if 1:\n        1/0\n')
assert code == 1 and err.splitlines()[2:4] == ['    1/0', '    ~^~'], err
assert "Did you mean 'while'?" in run('-c', 'whille True: pass')[2]

show = 'import sys; print(sys.flags.utf8_mode, sys.flags.hash_randomization, sys.flags.debug, sys.flags.int_max_str_digits, sys.stdout.errors)'
assert run('-c', show, env={'LC_ALL': 'C.UTF-8'})[1] == '0 1 0 4300 surrogateescape\n'
assert run('-X', 'utf8', '-X', 'int_max_str_digits=5000', '-c', show, env={'PYTHONHASHSEED': '0', 'PYTHONDEBUG': 'x'})[1] == '1 0 1 5000 surrogateescape\n'
assert run('-X', 'utf8=0', '-R', '-c', show, env={'PYTHONUTF8': '1', 'PYTHONHASHSEED': '0', 'LC_ALL': 'C.UTF-8'})[1] == '0 1 0 4300 surrogateescape\n'
for bad in 'int_max_str_digits', 'int_max_str_digits=100', 'importtime=3', 'cpu_count=0', 'utf8=2':
    assert run('-X', bad, '-c', '')[0] == 1, bad
assert run('-X', 'cpu_count=4321', '-c', 'import os; print(os.cpu_count(), os.process_cpu_count())')[1] == '4321 4321\n'
assert re.search(r'import time: +\d+ \| +\d+ \| +bisect\n', run('-X', 'importtime', '-c', 'import bisect')[2])
assert re.search(r'import time: cached +\| cached +\| bisect\n', run('-X', 'importtime=2', '-c', 'import bisect; import bisect')[2])
code, out, err = run('-c', 'import os, sys; sys.stdout.write("x"); os.close(1)')
assert code == 120 and err.startswith('Exception ignored while flushing sys.stdout:\nOSError: '), err
r = subprocess.run([sys.executable, '-c', 'import os, sys; print(os.fsencode(sys.argv[1]))', b'\xff\xc3\xa9\xed\xa0\x80'], capture_output=True, text=True)
assert r.stdout == repr(b'\xff\xc3\xa9\xed\xa0\x80') + '\n', r

# Further help, and what is said of options that cannot be.
for option, words in (('--help-env', 'PYTHONPATH'), ('--help-xoptions', '-X importtime'), ('--help-all', '-c cmd')):
    code, out, err = run(option)
    assert code == 0 and words in out and not err, (option, out, err)
for options, env, expected in (
        (['-X', 'importtime=5'], {}, 'config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.\nPython runtime state: preinitialized'),
        (['-X', 'utf8=2'], {}, 'preconfig_init_utf8_mode: invalid -X utf8 option value\nPython runtime state: preinitializing'),
        ([], {'PYTHONHASHSEED': 'x'}, 'config_init_hash_seed: PYTHONHASHSEED must be "random" or an integer in range [0; 4294967295]\nPython runtime state: preinitialized')):
    code, out, err = run(*options, '-c', '1', env=env)
    assert (code, err) == (1, f'Fatal Python error: {expected}\n\n'), err
code, out, err = run('no_such.py')
assert code == 2 and err.endswith(f"can't open file '{os.path.realpath('no_such.py')}': [Errno 2] No such file or directory\n"), err
# With -i it goes on without a program, and after an exit, which is shown like any other exception.
code, out, err = run('-i', 'no_such.py', 'x', input='import sys\nprint(sys.argv, repr(sys.path[0]))\n')
assert code == 0 and out == "['no_such.py', 'x'] ''\n" and 'No such file or directory\n>>> ' in err, (out, err)
assert run('-i', 'no_such/x.py', input='import sys\nprint(sys.path[0])\nsys.exit(3)\n')[:2] == (3, 'no_such\n')
code, out, err = run('-i', '-c', 'raise SystemExit(3)', input='5\n')
assert (code, out) == (0, '5\n') and err.startswith('Traceback (most recent call last):\n') and err.endswith('SystemExit: 3\n>>> >>> \n'), err
assert run('-c', 'import os; os.environ["PYTHONINSPECT"] = "1"; raise SystemExit(3)')[0::2] == (3, '')
# What __main__ calls its file is gone when the program has ended, however it did.
with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, 'program.py')
    with open(program, 'w') as f:
        f.write('import atexit, sys\nprint(__file__ == sys.argv[0])\nsys.excepthook = lambda *a: print("hook", "__file__" in globals())\n'
                'atexit.register(lambda: print("__file__" in globals(), "__cached__" in globals()))\nif len(sys.argv) > 1: 1/0\n')
    assert run(program)[:2] == (0, 'True\nFalse False\n')
    assert run(program, 'x')[:2] == (1, 'True\nhook False\nFalse False\n')
# What was not closed can be traced.
code, out, err = run('-X', 'dev', '-c', "open('/dev/null')")
assert code == 0 and err.endswith('ResourceWarning: Enable tracemalloc to get the object allocation traceback\n'), err
print('ok')

# --check-hash-based-pycs
show = 'import _imp; print(_imp.check_hash_based_pycs)'
assert run('-c', show)[1] == 'default\n'
assert run('--check-hash-based-pycs', 'always', '-c', show)[1] == 'always\n'
code, out, err = run('--check-hash-based-pycs', 'perhaps', '-c', show)
assert code == 2 and not out and err.startswith("--check-hash-based-pycs must be one of 'default', 'always', or 'never'\nusage:"), err
code, out, err = run('--check-hash-based-pycs')
assert code == 2 and err.startswith('Argument expected for the --check-hash-based-pycs options\nusage:'), err

# Options with a wrong value, in CPython's words.
for args, env, text in (
    (('--foo',), {}, 'Unknown option: --foo\nusage'),
    (('-X', 'gil=0'), {}, 'Fatal Python error: config_read_gil: Disabling the GIL is not supported by this build\nPython runtime state: preinitialized\n'),
    ((), {'PYTHON_GIL': 'x'}, 'Fatal Python error: config_read_gil: PYTHON_GIL / -X gil must be "0" or "1"\n'),
    ((), {'PYTHON_CPU_COUNT': 'x'}, 'Fatal Python error: config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0\n'),
    ((), {'PYTHONMALLOC': 'x'}, 'Fatal Python error: preconfig_init_allocator: PYTHONMALLOC: unknown allocator\nPython runtime state: preinitializing\n'),
    (('-X', 'context_aware_warnings'), {}, 'Fatal Python error: config_init_context_aware_warnings: -X context_aware_warnings=n: n is missing or invalid\n'),
    ((), {'PYTHON_THREAD_INHERIT_CONTEXT': '3'}, 'Fatal Python error: config_init_thread_inherit_context: PYTHON_THREAD_INHERIT_CONTEXT=N: N is missing or invalid\n'),
):
    code, out, err = run(*args, '-c', '1', env=env)
    assert code in (1, 2) and not out and err.startswith(text), (args, env, err)
show = 'import sys; print(sys.flags.context_aware_warnings, sys.flags.thread_inherit_context)'
assert run('-c', show)[1] == '0 0\n'
assert run('-X', 'context_aware_warnings=1', '-X', 'gil=1', '-c', show, env={'PYTHON_THREAD_INHERIT_CONTEXT': '1', 'PYTHONMALLOC': 'debug'})[1] == '1 1\n'
inherit = 'import contextvars, threading; v = contextvars.ContextVar("v", default=1); v.set(2); t = threading.Thread(target=lambda: print(v.get())); t.start(); t.join()'
assert run('-c', inherit)[1] == '1\n' and run('-X', 'thread_inherit_context=1', '-c', inherit)[1] == '2\n'

# A program on the standard input has a __file__, and the namespace of __main__ CPython's order.
assert run('-', input='print(__file__, __cached__)')[1] == '<stdin> None\n'
assert run('-c', 'print(list(globals()))')[1] == "['__name__', '__doc__', '__package__', '__loader__', '__spec__', '__builtins__']\n"

# Hooks that fail or are gone: what they should have shown is shown, lines of -c too, and sys.unraisablehook has no part in it.
shown = '  File "<string>", line 1, in <module>\n    import sys; %s\n                %s~^~\nZeroDivisionError: division by zero\n'
statement = 'del sys.excepthook; 1/0'
assert run('-c', 'import sys; ' + statement)[2] == 'sys.excepthook is missing\nTraceback (most recent call last):\n' + shown % (statement, ' ' * (len(statement) - 3))
statement = 'sys.excepthook = sys.unraisablehook = lambda *a: [][0]; 1/0'
code, out, err = run('-c', 'import sys; ' + statement)
assert 'IndexError: list index out of range\n\nOriginal exception was:\n' in err and err.endswith(shown % (statement, ' ' * (len(statement) - 3))), err
code, out, err = run('-c', 'import sys\nprint(1)\nsys.stdout.flush = lambda: 1/0')
assert code == 120 and err.count('Exception ignored while flushing sys.stdout') == 1, err

# The encoding of files and streams is the locale's.
show = 'import locale, os, sys; print(locale.getencoding(), open(os.devnull).encoding, sys.stdout.encoding, sys.stderr.encoding)'
assert run('-c', show, env={'LC_ALL': 'C.UTF-8'})[1] == 'UTF-8 UTF-8 utf-8 utf-8\n'
assert run('-c', show, env={'LC_ALL': 'C'})[1] == 'ANSI_X3.4-1968 utf-8 utf-8 utf-8\n'
assert run('-X', 'utf8=0', '-c', show, env={'LC_ALL': 'C'})[1] == 'ANSI_X3.4-1968 ANSI_X3.4-1968 ascii ascii\n'
changed = 'import locale; locale.setlocale(locale.LC_ALL, "C"); ' + show
assert run('-c', changed, env={'LC_ALL': 'C.UTF-8'})[1] == 'ANSI_X3.4-1968 ANSI_X3.4-1968 utf-8 utf-8\n'

# Levels of -O beyond two count, and name the caches. Without columns, a position ends on its own line.
assert run('-OOOO', '-c', 'import sys, importlib.util as u; print(sys.flags.optimize, __debug__, u.cache_from_source("a.py")[-9:])')[1] == '4 False opt-4.pyc\n'
shown = run('-X', 'no_debug_ranges', '-c', 'def f():\n    return (1 +\n  x)\nprint({p[0] == p[1] and p[2:] for p in f.__code__.co_positions()})')
assert shown[1] == '{(None, None)}\n', shown
