"""Code that nobody compiled: code objects of the library changed at random by replace(), and marshalled ones with changed bytes. What comes of them may be refused, or
raise anything when it runs, but must not crash.

    code.py run [--kaa CMD] [--seeds FROM:TO] [--count N] [--jobs N] [--marshal]   processes of N changes each; shows those that died
    code.py child SEED COUNT [--marshal] [--only N]                                 one process; stderr says which number is next (--only: that one alone, shown)

A changed function is called with few simple arguments, a changed generator is driven, its locals are written while it runs, and the collector runs in between.
"""
import marshal
import os
import sys
import types

M = 2**64 - 1


class Rng:
    def __init__(self, seed):
        self.s = (seed * 0x9E3779B97F4A7C15 + 0x7654321) & M or 1
        for _ in range(3): self.next(2)

    def next(self, n):
        s = self.s
        s ^= (s << 13) & M
        s ^= s >> 7
        s ^= (s << 17) & M
        self.s = s
        return (s >> 11) % n

    def pick(self, seq):
        return seq[self.next(len(seq))]


# Functions whose instructions trust their registers most, and run without arguments that mean something.
SOURCE = '''
import asyncio
class Guard:
    def __enter__(self): return self
    def __exit__(self, *exc): return exc and exc[0] is KeyError
    async def __aenter__(self): return self
    async def __aexit__(self, *exc): return False
    x = 1
    def m(self, *a, **k): return len(a) + len(k)
class Sub(Guard):
    def m(self, *a, **k): return super().m(*a, **k) + super().x
def cells(a=1, b=2):
    c = a
    def inner(d=b, *, e=c):
        nonlocal c
        c += d
        def deepest(): return a, c, d, e
        return deepest
    del b
    return inner()()
def comprehensions(a=(1, 2, 3)):
    x = [i for i in a if i]
    y = {i: [j for j in x] for i in x}
    z = {*x, *y}
    return [(lambda: i)() for i in z], [*x, *z], {**y, 'k': 1}, (i for i in x)
def handlers(n=2):
    try:
        with Guard() as g:
            for i, j in enumerate(range(n)):
                try: raise KeyError(i)
                except (KeyError, ValueError) as e: x = e
                finally: y = i
            raise KeyError(n)
    except* ValueError as e: pass
    except* TypeError: y = 1
    return g, x, y
def generator(n=3):
    try:
        x = yield n
        yield from (i for i in range(n))
        with Guard(): y = yield [x]
    finally: yield 5
    return n
async def coroutine(n=2):
    async with Guard() as g:
        await asyncio.sleep(0)
        async for i in agenerator(n): g.y = i
        return [i async for i in agenerator()]
async def agenerator(n=2):
    for i in range(n): yield i
def calls(a=1, *args, k=2, **kw):
    g = Sub()
    g.x += 1
    g.x -= a
    g.m(); g.m(1, *args); g.m(k=3); g.m(*args, **kw, z=1); print(end='')
    return f'{a!r:>{k}} {kw}', g.m, Sub.m(g, a, k=k), max([1, 2], key=lambda v: -v)
def patterns(v=(1, [2, 3], {'a': 4, 'b': 5})):
    match v:
        case (int(x), [*y], {'a': z, **rest}): return x, y, z, rest
        case Guard(x=1) | None: return v
def floats(a=1.5, b=2.0, c=3):
    d = a * b + c * a - b
    while d > 1: d -= 0.75 * a + b * c
    return d ** 2 if d else -d
def unpack(v=(1, 2, 3, 4)):
    a, *b, c = v
    (d, e), f = (a, c), b[0:1]
    b[0:1] = [d, e]; v[1:]; b[0] += 1; del b[0]
    x: int = e
    assert a, b
    return a, b, c, d, e, f, locals()
def generic[T: int, *U, **P](a: T = 1) -> T:
    type A[X] = list[X]
    class C[Y]:
        z: Y
        def m(self): return __class__, T, a
    return A, C, C().m(), t'{a!r:>3}'
'''


def sources(library):
    names = {'__name__': 'fuzz'}
    top = compile(SOURCE, 'fuzz', 'exec')
    exec(top, names)
    found = []

    def walk(code, depth=0):
        found.append(code)
        for k in code.co_consts:
            if isinstance(k, types.CodeType): walk(k, depth + 1)
    walk(top)
    if library:
        folder = os.path.dirname(os.__file__)
        for name in ('functools', 'contextlib', 'dataclasses', 'collections/__init__', 'textwrap', 'heapq', 'string/__init__', 'enum', 'types', 'typing', 're/_parser', 'asyncio/queues'):
            with open(f'{folder}/{name}.py') as f: walk(compile(f.read(), name, 'exec'))
    return found, names


def instructions(code):
    """Offsets and names of the instructions, and which operands are registers."""
    import dis
    from _opcode_metadata import _layout
    return [(i.offset, i.opname, _layout[i.opname][1]) for i in dis.get_instructions(code) if i.opname in _layout]


def careful(r, code, b, known):
    """Changes that the structure mostly allows: registers become others of the same code, operations others with the same operands."""
    from _opcode_metadata import _layout
    import dis
    registers = [code.co_nlocals + i for i in range(3)]
    for at, name, kinds in known:
        for i, kind in enumerate(kinds[:3]):
            if kind in 'rwxsd': registers.append(int.from_bytes(b[at + 2 * i + 2:at + 2 * i + 4], 'little'))
    for _ in range(1 + r.next(3)):
        at, name, kinds = r.pick(known)
        how = r.next(8)
        places = [i for i, kind in enumerate(kinds[:3]) if kind in 'rwxsd']
        if how < 5 and places:
            i = r.pick(places)
            b[at + 2 * i + 2:at + 2 * i + 4] = r.pick(registers).to_bytes(2, 'little')
        elif how < 7:
            alike = [n for n, x in _layout.items() if x[0] == _layout[name][0] and x[1][:3] == kinds[:3]]
            b[at:at + 2] = dis.opmap[r.pick(alike)].to_bytes(2, 'little') if alike else b[at:at + 2]
        else:
            same = [a for a, n, k in known if _layout[n][0] == _layout[name][0]]
            to, n = r.pick(same), 8 * _layout[name][0]
            b[at:at + n], b[to:to + n] = b[to:to + n], b[at:at + n]


def change(r, code, all_code, known):
    """A dict of changes for replace()."""
    out = {}
    for _ in range(1 + r.next(3)):
        kind = r.next(20)
        if kind < 9 and known:
            b = bytearray(out.get('co_code', code.co_code))
            careful(r, code, b, known)
            out['co_code'] = bytes(b)
        elif kind < 12:
            b = bytearray(out.get('co_code', code.co_code))
            for _ in range(1 + r.next(3)):
                # Eight bytes to an instruction: operation, three operands; perhaps behind RESUME's two.
                at = r.next(len(b) // 8) * 8 + 2 * (r.next(3) > 0)
                how = r.next(6)
                if how < 3: at += 2 * (1 + r.next(3))
                if at + 2 > len(b): continue
                if how == 3:
                    to = r.next(len(b) // 8) * 8 + 2
                    b[at:at + 8] = b[to:to + 8]
                    continue
                b[at:at + 2] = (r.next(260 if how > 3 else 12) if r.next(8) else r.next(65536)).to_bytes(2, 'little')
            out['co_code'] = bytes(b)
        elif kind == 12 and code.co_consts:
            consts = list(code.co_consts)
            consts[r.next(len(consts))] = r.pick([None, 1, 1.5, 'x', (), ('a',), ('a', 'a'), [], {}, types.CellType(1), ValueError('v'), iter([1]), r.pick(all_code), r.pick(all_code)])
            out['co_consts'] = tuple(consts)
        elif kind == 13:
            out['co_flags'] = code.co_flags ^ r.pick([1, 2, 4, 8, 0x20, 0x80, 0x100, 0x200, 0xa0, 0x4000000, 0x8000000])
        elif kind == 14:
            name = r.pick(['co_argcount', 'co_posonlyargcount', 'co_kwonlyargcount'])
            out[name] = max(0, getattr(code, name) + r.next(4) - 1)
        elif kind == 15:
            name = r.pick(['co_varnames', 'co_freevars', 'co_cellvars', 'co_names'])
            t = list(getattr(code, name))
            how = r.next(3)
            if how == 0: t.append('extra')
            elif how == 1 and t: t.pop(r.next(len(t)))
            elif t: t[r.next(len(t))] = r.pick(['x', '.0', '__class__'])
            out[name] = tuple(t)
            if name == 'co_varnames': out['co_nlocals'] = len(t)
        elif kind < 19:
            name = r.pick(['co_linetable', 'co_linetable', 'co_exceptiontable'])
            b = bytearray(getattr(code, name))
            for _ in range(1 + r.next(2)):
                if not b: break
                at = r.next(min(len(b), 200))
                b[at] = r.pick([0, 1, 2, 3, 0xff, 0x80, r.next(256), (b[at] + r.next(5) - 2) & 255])
            out[name] = bytes(b)
        else:
            other = r.pick(all_code)
            for name in r.pick([('co_code',), ('co_linetable',), ('co_exceptiontable',), ('co_code', 'co_linetable'), ('co_code', 'co_linetable', 'co_exceptiontable')]):
                out[name] = getattr(other, name)
    return out


def checksum(data):
    """What stands in front of a marshalled code object (modules/marshal.cpp)."""
    h = 0x9E3779B97F4A7C15 ^ len(data)
    def mix(h, w):
        m = (h ^ w) * 0xD6E8FEB86659FD93
        return (m ^ m >> 64 ^ w << 1) & M
    whole = len(data) & ~7
    for at in range(0, whole, 8): h = mix(h, int.from_bytes(data[at:at + 8], 'little'))
    return mix(h, int.from_bytes(data[whole:], 'little'))


def corrupt(r, data):
    """Marshalled data with some bytes changed, and checksums that are right all the same."""
    b = bytearray(data)
    for _ in range(1 + r.next(3)):
        at = r.next(len(b))
        b[at] = r.pick([0, 1, 2, 0x7f, 0xff, r.next(256), (b[at] + r.next(5) - 2) & 255, b[at] ^ 1 << r.next(8)])
    # Inner code objects first.
    heads = [i for i in range(len(b) - 13) if b[i] & 0x7f == 0x63 and i + 13 + int.from_bytes(b[i + 1:i + 5], 'little') <= len(b) and int.from_bytes(b[i + 1:i + 5], 'little') > 20]
    for i in reversed(heads):
        n = int.from_bytes(b[i + 1:i + 5], 'little')
        old = int.from_bytes(data[i + 5:i + 13], 'little')
        if checksum(data[i + 13:i + 13 + n]) == old or i == 0: b[i + 5:i + 13] = checksum(bytes(b[i + 13:i + 13 + n])).to_bytes(8, 'little')
    return bytes(b)


class Timeout(BaseException):
    pass


class Away:
    def write(self, text): return len(text)
    def flush(self): pass


def tracer(r):
    """Jumps about now and then."""
    def local(frame, event, arg):
        if r.next(6) == 0:
            try: frame.f_lineno = frame.f_code.co_firstlineno + r.next(12)
            except ValueError: pass
        return local
    return lambda frame, event, arg: local if frame.f_code.co_filename != __file__ else None


def drive(r, f, names):
    import gc
    args = [r.pick([1, 2.5, 'ab', [1, 2], (3, 4), {'a': 1}, None, names['Guard'](), iter('xyz')]) for _ in range(r.next(3))]
    v = f(*args)
    if r.next(4) == 0: gc.collect()
    for _ in range(8):
        if isinstance(v, types.GeneratorType | types.CoroutineType):
            how = r.next(5)
            frame = v.gi_frame if isinstance(v, types.GeneratorType) else v.cr_frame
            if how == 0 and frame:
                for name in list(frame.f_locals):
                    try: frame.f_locals[name] = r.pick([1, None, 'x', [3], iter([4])])
                    except TypeError: pass
            if how == 1: v.throw(r.pick([ValueError, StopIteration, KeyError])('thrown'))
            else: v.send(None)
        elif isinstance(v, types.AsyncGeneratorType):
            v = v.asend(None)
            v.send(None)
        elif isinstance(v, types.FunctionType): v = v()
        elif isinstance(v, tuple | list) and v: v = v[r.next(len(v))]
        else: break
    repr(v)


def child(seed, count, marshalled, only):
    import gc
    import signal
    import traceback
    import warnings
    warnings.simplefilter('ignore')
    import asyncio

    def alarm(*_):
        if armed: raise Timeout
    signal.signal(signal.SIGALRM, alarm)
    library, names = sources(True)
    few, _ = sources(False)
    stderr, sys.stdout = sys.stderr, Away()
    report = os.fdopen(os.dup(2), 'w', buffering=1)
    sys.stderr = Away()
    sys.unraisablehook = lambda *_: None
    ran = 0
    armed = False
    known = {}
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    def one(number):
        nonlocal ran, armed
        r = Rng(seed * 1000003 + number)
        pool = few if r.next(3) else library
        code = r.pick(pool)
        armed = True
        if marshalled:
            made = marshal.loads(corrupt(r, marshal.dumps(code)))
        else:
            if code not in known: known[code] = instructions(code)
            changes = change(r, code, pool, known[code])
            if only is not None: show(report, code, changes)
            made = code.replace(**changes)
        if not isinstance(made, types.CodeType): return
        list(made.co_lines()), list(made.co_positions()), list(made.co_branches()), hash(made), made == code
        copy = dict(names)
        cells = tuple(types.CellType(r.pick([1, 'c', [5], names['Guard']])) for _ in made.co_freevars)
        f = types.FunctionType(made, copy, closure=cells or None)
        ran += 1
        if made.co_flags & 2 or r.next(2):
            f.__defaults__ = r.pick([None, (1, 2, 3), ()])
            if r.next(10) == 0: sys.settrace(tracer(r))
            drive(r, f, names)
        else:
            exec(made, copy, closure=cells or None)

    for number in range(count) if only is None else [only]:
        report.write(f'{number}\n')
        text = raised = None
        try:
            try: one(number)
            finally: armed = False
        except BaseException as e:
            armed = False
            text = f'{type(e).__name__}: {e}'[:300]
            raised = e
        try:
            sys.settrace(None)
            sys.stdout = Away()
            armed = True   # it may go through millions of lines
            if raised and number % 8 == 0: traceback.format_exception(raised)
        except BaseException: pass
        armed = False
        if only is not None: report.write(f'{text}\n')
        if number % 500 == 499: gc.collect()
    report.write(f'done {ran}\n')
    report.flush()
    os._exit(0)


def show(report, code, changes):
    report.write(f'{code.co_filename}:{code.co_firstlineno} {code.co_qualname}\n')
    for name, value in changes.items():
        old = getattr(code, name)
        if isinstance(value, bytes):
            report.write(f'  {name}: {[(i, old[i], value[i]) for i in range(min(len(old), len(value))) if old[i] != value[i]][:12]} of {len(old)}, {len(value)}\n')
        else:
            report.write(f'  {name}: {old!r} -> {value!r}\n'[:600])


def run(argv):
    import argparse
    import shlex
    import subprocess
    from concurrent.futures import ThreadPoolExecutor
    p = argparse.ArgumentParser()
    p.add_argument('--kaa', default=sys.executable)
    p.add_argument('--seeds', default='0:4')
    p.add_argument('--count', type=int, default=2000)
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--marshal', action='store_true')
    a = p.parse_args(argv)
    first, last = map(int, a.seeds.split(':'))
    died = 0

    def one(seed):
        command = [*shlex.split(a.kaa), __file__, 'child', str(seed), str(a.count), *(['--marshal'] if a.marshal else [])]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors='replace', timeout=a.count * 0.7 + 300)
        return seed, done
    with ThreadPoolExecutor(a.jobs) as pool:
        for seed, done in pool.map(one, range(first, last)):
            lines = done.stderr.split('\n')
            end = next((line for line in reversed(lines) if line.startswith('done ')), None)
            if done.returncode == 0 and end:
                print(f'seed {seed}: {end.split()[1]} of {a.count} ran', flush=True)
                continue
            died += 1
            numbers = [line for line in lines if line.isdecimal()]
            rest = [line for line in lines if not line.isdecimal() and line][:12]
            print(f'seed {seed}: {done.returncode} at {numbers[-1] if numbers else "start"}', *rest, sep='\n    ', flush=True)
    return 1 if died else 0


def main(argv):
    if argv[:1] == ['run']: return run(argv[1:])
    if argv[:1] == ['child']:
        only = int(argv[argv.index('--only') + 1]) if '--only' in argv else None
        return child(int(argv[1]), int(argv[2]), '--marshal' in argv, only)
    print(__doc__)
    return 2


if __name__ == '__main__': sys.exit(main(sys.argv[1:]))
