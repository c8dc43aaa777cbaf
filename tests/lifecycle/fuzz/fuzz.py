"""Random programs about objects' lives, run under two interpreters whose logs must agree.

    fuzz.py compare START COUNT [--mode MODE] --other CMD [--kaa CMD]   programs START .. START+COUNT-1 under both; shows the first differences
    fuzz.py run START COUNT [--mode MODE]                              one line a program: its number and a checksum of its log
    fuzz.py show NUMBER [--mode MODE]                                  the program's text and its log
    fuzz.py text NUMBER [--mode MODE]                                  the text alone
    fuzz.py exec FILE [--mode MODE]                                    the log of the program in a file

A program drives containers, attributes, closures, generators, exceptions, weak references, finalizers, resurrection, recursion and cycles. Modes:
    end      what died is compared after a last gc.collect(), what was computed throughout: memory safety and correct counts
    prompt   what died is compared after each statement, too: as with reference counting, statement by statement
"""
import gc
import subprocess
import sys
import traceback
import weakref
import zlib


class Rng:
    """A generator of our own: both interpreters make the same programs."""

    def __init__(self, seed):
        self.s = (seed * 0x9E3779B97F4A7C15 + 0x1234567) & (2**64 - 1)

    def next(self, n):
        s = self.s
        s ^= (s << 13) & (2**64 - 1)
        s ^= s >> 7
        s ^= (s << 17) & (2**64 - 1)
        self.s = s
        return (s >> 11) % n

    def pick(self, seq):
        return seq[self.next(len(seq))]


class Program:
    """The text of one program: functions of random statements over a few local variables."""
    VARS = ['a', 'b', 'c', 'd']

    def __init__(self, seed, mode):
        self.rng = Rng(seed)
        self.mode = mode
        self.lines = []
        self.in_generator = False
        self.functions = []
        self.generators = []
        for i in range(self.rng.next(3)):
            self.generators.append(self.generator(i))
        for i in range(self.rng.next(3)):
            self.functions.append(self.function(i))
        self.emit(0, 'def main():')
        self.emit(1, 'a, b, c, d = Plain(), Del(), [Plain()], {1: Slots()}')
        for i in range(5 + self.rng.next(16)):
            self.statement(1, 3)
        if mode == 'prompt': self.emit(1, 'mark()')
        self.text = '\n'.join(self.lines) + '\n'

    def emit(self, level, text):
        self.lines.append('    ' * level + text)

    def var(self):
        return self.rng.pick(self.VARS)

    def function(self, i):
        name = f'f{i}'
        self.emit(0, f'def {name}(a, b=None, n=0):')
        self.emit(1, 'c, d = Del(), [b]')
        for _ in range(1 + self.rng.next(5)):
            self.statement(1, 2)
        if self.rng.next(3) == 0:
            self.emit(1, f'if n: c = {name}({self.var()}, {self.var()}, n - 1)')
        if self.rng.next(4) == 0:
            self.emit(1, f'raise Oops({self.var()})' if self.rng.next(2) else 'raise KeyError(n)')
        else:
            self.emit(1, f'return {self.var()}')
        return name

    def generator(self, i):
        name = f'g{i}'
        self.emit(0, f'def {name}(a, b=None):')
        self.emit(1, f'c, d = {self.rng.pick(["None", "Del()", "[a]"])}, None')
        self.in_generator = True
        form = self.rng.next(5)
        level = 1
        if form in (0, 1):
            self.emit(1, 'try:')
            level = 2
        elif form == 2:
            self.emit(1, 'with Context() as d:')
            level = 2
        for _ in range(1 + self.rng.next(3)):
            self.statement(level, 1)
            self.emit(level, f'{self.var()} = yield {self.var()}')
        if self.generators and self.rng.next(3) == 0:
            self.emit(level, f'{self.var()} = yield from {self.rng.pick(self.generators)}({self.var()}, {self.var()})')
        if form == 0:
            self.emit(1, 'finally:')
            self.emit(2, f'died("{name} ends")')
        elif form == 1:
            self.emit(1, 'except Oops as e:')
            self.statement(2, 1)
            self.emit(2, 'yield e.args[0]')
        if self.rng.next(2):
            self.emit(1, f'return {self.var()}')
        self.in_generator = False
        return name

    def expression(self):
        r = self.rng.next(26)
        v, w = self.var(), self.var()
        if r < 5: return 'Del()'
        if r < 8: return 'Plain()'
        if r < 9: return 'Slots()'
        if r < 11: return f'[{v}, {w}]'
        if r < 12: return f'{{1: {v}, 2: {w}}}'
        if r < 13: return f'({v}, {w})'
        if r < 14: return f'get({v}, {self.rng.next(3)})'
        if r < 15: return f'(lambda: {v})'
        if r < 16: return f'[x for x in ({v}, Del(), {w})]'
        if r < 17: return f'bound({v})'
        if r < 18: return f'ref({v})'
        if r < 19: return f'Phoenix()'
        if r < 20: return f'list(children({v}))'
        if r < 21: return f'{v} or Del()'
        if r < 22 and self.functions: return f'{self.rng.pick(self.functions)}({v}, {w}, {self.rng.next(4)})'
        if r < 24 and self.generators: return f'{self.rng.pick(self.generators)}({v}, {w})'
        if r < 25: return f'sorted([Key({v}), Key({w}), Key(Del())], key=lambda k: Del() and k.n)'
        return v

    def statement(self, level, room):
        rng = self.rng
        r = rng.next(30)
        v, w = self.var(), self.var()
        if r < 9:
            self.emit(level, f'{v} = {self.expression()}')
        elif r < 10:
            self.emit(level, self.expression())
        elif r < 12:
            self.emit(level, f'{v} = None')
        elif r < 16:
            self.emit(level, f'put({v}, {rng.next(3)}, {w if rng.next(3) else self.expression()})')
        elif r < 18:
            self.emit(level, f'take({v}, {rng.next(3)})')
        elif r < 19:
            self.emit(level, f'{v}, {w} = {w}, {self.expression()}')
        elif r < 20:
            self.emit(level, f'watch({v})')
        elif r < 22:
            call = rng.pick([f'step({v})', f'step({v}, {w})', f'throw({v}, Oops({w}))', f'close({v})'])
            self.emit(level, f'{self.var()} = {call}')
        elif r < 23 and room == 3:
            self.emit(level, rng.pick(['gc.collect()', 'say(len(str(list(range(2000)))))', 'say(count(a), count(b))']))
        elif r < 25 and room > 0:
            self.emit(level, f'for x in children({v}):' if rng.next(2) else f'for x in (Del(), {v}, Del()):')
            self.statement(level + 1, room - 1)
            if rng.next(3) == 0: self.emit(level + 1, rng.pick(['break', 'continue']))
            self.emit(level, 'x = None')
        elif r < 28 and room > 0:
            self.emit(level, 'try:')
            self.statement(level + 1, room - 1)
            if rng.next(2): self.emit(level + 1, f'raise Oops({self.expression()})')
            if rng.next(3):
                self.emit(level, 'except Exception as e:')
                self.emit(level + 1, rng.pick([f'{v} = e', f'say(type(e).__name__)', f'{v} = e.__traceback__', 'pass']))
                self.statement(level + 1, room - 1)
            else:
                self.emit(level, 'except Exception:')
                self.statement(level + 1, room - 1)
            if rng.next(3) == 0 and not self.in_generator:
                self.emit(level, 'finally:')
                self.statement(level + 1, room - 1)
        elif r < 29 and room > 0:
            self.emit(level, f'with Context() as {v}:')
            self.statement(level + 1, room - 1)
        else:
            self.emit(level, f'{v} = {self.expression()}')
        if self.mode == 'prompt' and level == 1 and not self.in_generator:
            self.emit(level, 'mark()')


class Text:
    def __init__(self, text):
        self.text = text


class Run:
    """Runs a program and keeps its log: segments between marks, each sorted, for the order of simultaneous deaths is nobody's business."""

    def __init__(self, program, mode):
        self.mode = mode
        self.segments = []
        self.events = []
        self.names = 0
        self.steps = 0
        saved = []
        refs = []
        run = self

        class Oops(Exception):
            pass

        class Plain:
            def __init__(self):
                run.names += 1
                self.name = run.names

            def method(self):
                return self.name

        class Del(Plain):
            def __del__(self):
                run.died(f'del {self.name}')

        class Phoenix(Plain):
            def __del__(self):
                run.died(f'rises {self.name}')
                saved.append(self)

        class Slots:
            __slots__ = ('x0', 'x1', 'x2', 'name', '__weakref__')

            def __init__(self):
                run.names += 1
                self.name = run.names

            def __del__(self):
                run.died(f'slots {self.name}')

        class Context:
            def __enter__(self):
                return Del()

            def __exit__(self, *args):
                run.died('exit')
                return isinstance(args[1], Oops)

        class Key:
            def __init__(self, v):
                self.v = v
                run.names += 1
                self.n = -run.names

        def put(o, k, v):
            run.step()
            if isinstance(o, (Plain, Slots)): setattr(o, f'x{k}', v)
            elif isinstance(o, list): o.append(v)
            elif isinstance(o, dict): o[k] = v

        def get(o, k):
            if isinstance(o, (Plain, Slots)): return getattr(o, f'x{k}', None)
            if isinstance(o, (list, tuple)): return o[k] if k < len(o) else None
            if isinstance(o, dict): return o.get(k)
            if isinstance(o, BaseException): return o.args[0] if o.args else None
            return None

        def take(o, k):
            if isinstance(o, (Plain, Slots)) and hasattr(o, f'x{k}'): delattr(o, f'x{k}')
            elif isinstance(o, list) and o: o.pop(k % len(o))
            elif isinstance(o, dict) and k in o: del o[k]

        def children(o):
            run.step()
            if isinstance(o, (list, tuple)): return list(o)[:4]
            if isinstance(o, dict): return list(o.values())
            return [get(o, k) for k in range(3)]

        def count(o):
            return len([x for x in children(o) if x is not None])

        def bound(o):
            return o.method if isinstance(o, Plain) else o

        def ref(o):
            try:
                return weakref.ref(o)
            except TypeError:
                return None

        def watch(o):
            if isinstance(o, (Plain, Slots)):
                name = o.name
                refs.append(weakref.ref(o, lambda r: run.died(f'gone {name}')))

        def step(g, v=None):
            run.step()
            if not hasattr(g, 'send') or g.gi_running: return None
            try:
                return g.send(v if g.gi_frame is not None and g.gi_suspended else None)
            except StopIteration as e:
                return e.value

        def throw(g, e):
            if not hasattr(g, 'throw') or g.gi_running: return None
            try:
                return g.throw(e)
            except (Oops, StopIteration):
                return None

        def close(g):
            if hasattr(g, 'close') and not g.gi_running: return g.close()

        space = dict(Oops=Oops, Plain=Plain, Del=Del, Phoenix=Phoenix, Slots=Slots, Context=Context, Key=Key, put=put, get=get, take=take, children=children,
                     count=count, bound=bound, ref=ref, watch=watch, step=step, throw=throw, close=close, say=self.say, died=self.died, mark=self.mark, gc=gc)
        try:
            exec(compile(program.text, '<program>', 'exec'), space)
            space['main']()
        except Exception as e:
            self.say('ended by ' + type(e).__name__)
            self.error = e if not isinstance(e, (Oops, KeyError, Stop)) else None
            e.__traceback__ = None
            e = None
        if mode == 'prompt': self.mark()
        gc.collect()
        space.clear()
        gc.collect()
        saved.clear()
        gc.collect()
        self.mark()
        refs.clear()

    def step(self):
        self.steps += 1
        if self.steps > 400: raise Stop

    def say(self, *what):
        self.segments.append(' '.join(map(str, what)))

    def died(self, what):
        # Names tell the order of births, which is that of deaths where a generator's end makes objects.
        self.events.append(what if self.mode == 'prompt' else what.split()[0])

    def mark(self):
        self.events.sort()
        self.segments.append(','.join(self.events))
        self.events.clear()

    def log(self):
        return '\n'.join(self.segments)


class Stop(Exception):
    pass


def run(start, count, mode):
    gc.freeze()  # collections look at the program's objects alone: most of the time goes into them otherwise
    gc.disable()
    for n in range(start, start + count):
        text = Run(Program(n, mode), mode).log()
        print(n, format(zlib.crc32(text.encode()), '08x'))
    sys.stdout.flush()


def show(number, mode):
    program = Program(number, mode)
    print(program.text)
    gc.disable()
    print(Run(program, mode).log())


def compare(start, count, mode, commands, chunk=500):
    here = __file__
    different, crashed = [], []
    for at in range(start, start + count, chunk):
        n = min(chunk, start + count - at)
        outputs = []
        for c in commands:
            p = subprocess.run(c.split() + [here, 'run', str(at), str(n), '--mode', mode], capture_output=True, text=True)
            lines = p.stdout.split('\n')[:-1]
            if p.returncode:
                crashed.append((c, at + len(lines), p.returncode))
                print('FAILED', c, 'status', p.returncode, 'at about', at + len(lines), p.stderr[-300:])
            outputs.append(lines)
        for x, y in zip(*outputs):
            if x != y: different.append(int(x.split()[0]))
        if len(different) > 1000: break
    print(f'{count} programs from {start}, mode {mode}: {len(different)} differ, {len(crashed)} chunks failed', different[:20])
    return 1 if different or crashed else 0


def main(args):
    mode = 'end'
    kaa, other = sys.executable, None
    rest = []
    while args:
        a = args.pop(0)
        if a == '--mode': mode = args.pop(0)
        elif a == '--kaa': kaa = args.pop(0)
        elif a == '--other': other = args.pop(0)
        else: rest.append(a)
    if rest[0] == 'exec':
        with open(rest[1]) as f: text = f.read()
        gc.disable()
        print(Run(Text(text), mode).log())
    elif rest[0] == 'run': run(int(rest[1]), int(rest[2]), mode)
    elif rest[0] == 'text': print(Program(int(rest[1]), mode).text)
    elif rest[0] == 'show': show(int(rest[1]), mode)
    elif rest[0] == 'compare': sys.exit(compare(int(rest[1]), int(rest[2]), mode, [kaa, other]))


if __name__ == '__main__':
    main(sys.argv[1:])
