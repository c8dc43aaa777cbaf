"""Programs that are wrong: sources of the library and its tests with tokens taken out, doubled, swapped or replaced. Compiling and running them may raise anything,
but not crash, and not go on forever.

    source.py run [--kaa CMD] [--seeds FROM:TO] [--count N] [--jobs N] [--keep DIR] [--exec]   processes of N programs each; shows those that died
    source.py compare [--kaa CMD] --other CMD [--seeds FROM:TO] [--count N]   whether two interpreters report the same errors at the same places
    source.py child SEED COUNT FILE [--exec]      one process; FILE holds the present program
    source.py text SEED NUMBER                    one program
    source.py errors SEED COUNT                   one line a program: its number and its error
"""
import os
import re
import sys
import sysconfig

TOKEN = re.compile(rb'''[A-Za-z_\x80-\xff][\w\x80-\xff]*|\d[\w.]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[ \t]+|\n[ \t]*|#[^\n]*|[-+*/%@<>=!&|^~:.]{1,3}|.''', re.S)
PIECES = [b'(', b')', b'[', b']', b'{', b'}', b':', b',', b';', b'=', b':=', b'->', b'**', b'*', b'@', b'...', b'\\', b'\n', b'\n    ', b'\t', b'\0', b'\xff', b'\xef\xbb\xbf', b'\x0c', b'\r', b"'", b'"', b'"""', b"f'", b"f'{", b"f'{x!r:{", b"t'{x}'",
          b"rb'", b"u'\\N{'", b"'\\x4'", b"'\\U00110000'", b'0x', b'1_', b'1e999', b'9' * 5000, b'0b2', b'1j', b'lambda', b'lambda x: ', b'def f(', b'class A', b'async ', b'await ', b'yield ', b'yield from ', b'return ', b'match x:\n case ', b'case _:',
          b'if ', b'else:', b'elif x:', b'for ', b'in ', b'is not ', b'not ', b'and ', b'or ', b'while 1:', b'try:', b'except* E:', b'except:', b'finally:', b'with (a as b, c):', b'import ', b'from . import *', b'as ', b'global x', b'nonlocal x', b'del ', b'assert ',
          b'raise ', b'pass', b'break', b'continue', b'type X[T] = ', b'[T: int, *Ts, **P]', b'None', b'True', b'__debug__', b'print x', b'*a, b', b'**k', b'/', b'x for x in y', b'# -*- coding: latin-1 -*-\n', b'# coding: utf-16\n', b'# coding: nothing\n',
          b'(' * 150, b'[' * 300, b'{' * 100, b'-' * 3000, b'not ' * 2000, b'x.' * 3000, b'f(' * 120, b'(' * 100 + b')' * 100, b'if 1:\n' + b' ', b'a if b else ' * 500, b'lambda: ' * 400, b'\xe2\x82\xac', b'\xed\xa0\x80', b'\xf0\x9f\x98\x80', b'`', b'$', b'?', b'!', b'!=', b'<>',
          b'__class__', b'super()', b'exec', b'[x:=1 for x in y]', b'await x', b'async for x in y:', b'async with x:', b'1 if 2', b'x[1:2, ::3, *a]', b'{**a, **b}', b'f(**a, *b)', b'x: int = 1', b'*', b'from __future__ import annotations\n', b'from __future__ import braces\n']


class Rng:
    def __init__(self, seed):
        self.s = (seed * 0x9E3779B97F4A7C15 + 0x7654321) & (2**64 - 1) or 1
        for _ in range(3): self.next(2)

    def next(self, n):
        s = self.s
        s ^= (s << 13) & (2**64 - 1)
        s ^= s >> 7
        s ^= (s << 17) & (2**64 - 1)
        self.s = s
        return (s >> 11) % n


def library():
    top = os.environ.get('KAA_FUZZ_SOURCES') or sysconfig.get_path('stdlib')
    found = []
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in ('site-packages', '__pycache__', 'lib-dynload'))
        found += [os.path.join(folder, f) for f in sorted(files) if f.endswith('.py')]
    return [f for f in found if os.path.getsize(f) < 40000]


class Programs:
    def __init__(self, seed):
        self.seed = seed
        self.files = library()
        self.tokens = {}

    def read(self, name):
        if name not in self.tokens:
            with open(name, 'rb') as f: self.tokens[name] = TOKEN.findall(f.read())
        return self.tokens[name]

    def make(self, number):
        r = Rng(self.seed * 1000003 + number)
        # A piece of a file, often: small programs get further.
        all_tokens = self.read(self.files[r.next(len(self.files))])
        if r.next(4) and len(all_tokens) > 400:
            lines = [i for i, t in enumerate(all_tokens) if t == b'\n' or t == b'\n    ']
            at = lines[r.next(len(lines))] + 1 if lines else 0
            tokens = [b'if 1:\n    '] * (all_tokens[at - 1] == b'\n    ') + all_tokens[at:at + 50 + r.next(300)]
        else: tokens = list(all_tokens)
        for _ in range(1 + r.next(4) ** 2):
            if not tokens: break
            what, i = r.next(9), r.next(len(tokens))
            if what < 2: del tokens[i:i + 1 + r.next(3)]
            elif what == 2: tokens.insert(i, tokens[i])
            elif what == 3:
                j = r.next(len(tokens))
                tokens[i], tokens[j] = tokens[j], tokens[i]
            elif what == 4: tokens[i] = PIECES[r.next(len(PIECES))]
            elif what == 5: tokens.insert(i, PIECES[r.next(len(PIECES))])
            elif what == 6:
                other = self.read(self.files[r.next(len(self.files))])
                if other:
                    j = r.next(len(other))
                    tokens[i:i] = other[j:j + 1 + r.next(20)]
            elif what == 7: tokens[i:i + 1 + r.next(30)] = []
            else:
                t = bytearray(tokens[i])
                if t: t[r.next(len(t))] = r.next(256)
                tokens[i] = bytes(t)
        return b''.join(tokens)


def child(seed, count, name, execute):
    import ast
    import io
    import signal
    import symtable
    import tokenize
    import warnings
    warnings.simplefilter('ignore')
    programs = Programs(seed)

    class Timeout(BaseException):
        pass

    def alarm(*a):
        raise Timeout

    signal.signal(signal.SIGALRM, alarm)
    real = sys.stdout
    sys.stdout = sys.stderr = io.StringIO()
    for number in range(count):
        text = programs.make(number)
        with open(name, 'wb') as f: f.write(text)
        mode = number % 4
        try:
            signal.setitimer(signal.ITIMER_REAL, 20)
            if mode == 1:
                tree = ast.parse(text)
                again = ast.unparse(tree)
                compile(tree, '<fuzz>', 'exec')
                ast.dump(tree)
                compile(again, '<fuzz>', 'exec')
            elif mode == 2:
                symtable.symtable(text, '<fuzz>', 'exec')
                compile(text, '<fuzz>', 'exec', optimize=2)
            elif mode == 3:
                for t in tokenize.tokenize(io.BytesIO(text).readline): pass
            code = compile(text, '<fuzz>', 'exec', dont_inherit=True)
            if execute:
                signal.setitimer(signal.ITIMER_REAL, 3)
                exec(code, {'__name__': '__fuzz__', '__file__': '<fuzz>'})
        except BaseException as e:
            signal.setitimer(signal.ITIMER_REAL, 20)
            try:
                import traceback
                traceback.format_exception(e)
            except BaseException:
                pass
            e = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout = sys.stderr = io.StringIO()
    with open(name, 'wb') as f: f.write(b'done')


def errors(seed, count):
    import warnings
    warnings.simplefilter('ignore')
    programs = Programs(seed)
    for number in range(count):
        try:
            compile(programs.make(number), '<fuzz>', 'exec', dont_inherit=True)
            print(number, 'compiles')
        except SyntaxError as e:
            print(number, type(e).__name__, ascii(e.msg), e.lineno, e.offset, e.end_lineno, e.end_offset)
        except Exception as e:
            print(number, type(e).__name__, ascii(str(e)))


def compare(args):
    import subprocess
    commands, seeds, count = {'--kaa': sys.executable, '--other': None}, (0, 1), 1000
    while args:
        a = args.pop(0)
        if a in commands: commands[a] = args.pop(0)
        elif a == '--seeds': seeds = tuple(map(int, args.pop(0).split(':')))
        elif a == '--count': count = int(args.pop(0))
    environment = {**os.environ, 'KAA_FUZZ_SOURCES': os.environ.get('KAA_FUZZ_SOURCES') or sysconfig.get_path('stdlib')}
    different = total = 0
    for seed in range(*seeds):
        a, b = [subprocess.run(c.split() + [os.path.abspath(__file__), 'errors', str(seed), str(count)], capture_output=True, text=True, env=environment).stdout.split('\n') for c in commands.values()]
        total += len(a) - 1
        for x, y in zip(a, b):
            if x != y:
                different += 1
                print(f'{seed}: kaa   {x}\n{" " * len(str(seed))}  other {y}', flush=True)
        if len(a) != len(b): print(f'{seed}: {len(a)} and {len(b)} lines')
    print(f'{total} programs, {different} differ')


def run(args):
    import shutil
    import subprocess
    import tempfile
    import time
    kaa, seeds, count, jobs, keep, extra, limit = [sys.executable], (0, 1), 1000, 2, None, [], 300
    while args:
        a = args.pop(0)
        if a == '--kaa': kaa = args.pop(0).split()
        elif a == '--seeds': seeds = tuple(map(int, args.pop(0).split(':')))
        elif a == '--count': count = int(args.pop(0))
        elif a == '--jobs': jobs = int(args.pop(0))
        elif a == '--keep': keep = args.pop(0)
        elif a == '--limit': limit = int(args.pop(0))
        elif a == '--exec': extra = ['--exec']
    folder = keep or tempfile.mkdtemp(prefix='kaa-fuzz-')
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    todo, running, bad = list(range(*seeds)), [], 0
    while todo or running:
        while todo and len(running) < jobs:
            seed = todo.pop(0)
            name, work = f'{folder}/{seed}.py', f'{folder}/{seed}.work'
            os.makedirs(work, exist_ok=True)
            os.chmod(work, 0o777)
            command = ['bash', '-c', 'ulimit -c 0; ulimit -v 4194304; ulimit -f 100000; exec "$@"', '-'] + kaa + [os.path.abspath(__file__), 'child', str(seed), str(count), name, *extra]
            if os.geteuid() == 0:
                command = ['unshare', '-m', '-p', '-f', '-n', '-i', '--kill-child', 'setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] + command
            p = subprocess.Popen(command, cwd=work, env={**os.environ, 'HOME': work, 'PYTHONDONTWRITEBYTECODE': '1'}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(name + '.err', 'wb'), start_new_session=True)
            running.append((seed, p, name, work, time.monotonic()))
        time.sleep(0.05)
        for item in running[:]:
            seed, p, name, work, began = item
            if p.poll() is None and time.monotonic() - began < limit: continue
            with open(name, 'rb') as f: end = f.read(10)
            rc = p.returncode
            if rc is None: os.killpg(p.pid, 9)
            p.wait()
            running.remove(item)
            # A program that replaces parts of the process may end it, by an exception; a signal is another matter.
            if rc is None or rc < 0 or rc >= 128 or (end != b'done' and not extra):
                bad += 1
                print(f'seed {seed}: {"time" if rc is None else f"status {rc}"}, program in {name}', flush=True)
            else:
                os.unlink(name)
                os.unlink(name + '.err')
            shutil.rmtree(work, ignore_errors=True)
    print(f'{len(range(*seeds))} processes of {count} programs, {bad} bad')
    return 1 if bad else 0


if __name__ == '__main__':
    command = sys.argv[1]
    if command == 'run': sys.exit(run(sys.argv[2:]))
    elif command == 'compare': compare(sys.argv[2:])
    elif command == 'child': child(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], '--exec' in sys.argv)
    elif command == 'text': sys.stdout.buffer.write(Programs(int(sys.argv[2])).make(int(sys.argv[3])))
    elif command == 'errors': errors(int(sys.argv[2]), int(sys.argv[3]))
