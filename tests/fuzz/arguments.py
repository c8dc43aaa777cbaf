"""Calls the functions, types and methods of native modules with odd arguments. Whatever they raise is right; a crash is not, nor is an endless loop.

    arguments.py run [--kaa CMD] [--modules A,B] [--seeds FROM:TO] [--calls N] [--jobs N] [--keep DIR]
                                                    each module with each seed is a process; shows those that died of a signal or of time
    arguments.py child MODULE SEED CALLS [LOG]      one of these processes, which says in LOG what it is about to call
    arguments.py child MODULE SEED CALLS LOG --only N,N,...   the same, making only those calls (to find what a crash needs)
    arguments.py reduce MODULE SEED CALLS           finds a small set of calls that still crash

The arguments are numbers at the edges, text and bytes of all kinds, containers that hold themselves, views, iterators, and objects whose special methods raise, lie
or change the very containers and the very object that are being worked on. What a call returns becomes an argument of later ones, and has its own methods called.
Objects are also made without __init__, initialised twice, given rubbish as their state, stripped of their attributes, used several times in a row, and by
two threads at a time.
Run as root, the children are put into namespaces of their own, as a user who may do nothing.
"""
import sys

SKIP = set('''
posix._exit posix.abort posix.fork posix.fork1 posix.forkpty posix.execv posix.execve posix.kill posix.killpg posix.system posix.closerange posix.close posix.dup2
posix.pause posix.wait posix.waitpid posix.wait3 posix.wait4 posix.waitid posix.posix_spawn posix.posix_spawnp posix.read posix.readv posix.pread posix.open_by_handle_at
posix.setuid posix.nice posix.login_tty posix.lockf posix.pidfd_open posix.setns posix.unshare posix.chroot posix.splice posix.sendfile posix.copy_file_range posix.tcsetpgrp
posix.sched_setscheduler posix.sched_setparam posix.fsync posix.sync posix.openpty
_signal.alarm _signal.setitimer _signal.pause _signal.pthread_kill _signal.raise_signal _signal.sigwait _signal.sigwaitinfo _signal.sigtimedwait _signal.signal
_signal.pthread_sigmask _signal.set_wakeup_fd _signal.siginterrupt _signal.pidfd_send_signal _signal.default_int_handler
time.sleep select.select select.poll select.epoll faulthandler._sigsegv faulthandler._sigabrt faulthandler._sigfpe faulthandler._stack_overflow
faulthandler._read_null faulthandler._fatal_error_c_thread faulthandler.dump_traceback_later faulthandler.register faulthandler.dump_traceback faulthandler.enable
faulthandler._fatal_error faulthandler.dump_c_stack _lsprof.Profiler.enable
sys.exit sys.setrecursionlimit sys.set_asyncgen_hooks sys.setswitchinterval sys.settrace sys.setprofile sys._settraceallthreads sys._setprofileallthreads sys.breakpointhook
sys.activate_stack_trampoline sys.remote_exec sys._debugmallocstats sys._clear_type_descriptors
builtins.input builtins.breakpoint builtins.exit builtins.quit builtins.help builtins.exec builtins.print
_thread.interrupt_main _thread.exit _thread.exit_thread _thread._shutdown _thread.daemon_threads_allowed
resource.setrlimit resource.prlimit gc.freeze gc.set_debug gc.disable gc.callbacks kaa.report fcntl.lockf fcntl.flock fcntl.fcntl fcntl.ioctl termios.tcdrain
_posixsubprocess.fork_exec _multiprocessing.SemLock _imp.acquire_lock _imp.create_dynamic _socket.close
'''.split())
SKIP_METHODS = {'acquire', 'acquire_lock', '__enter__', 'accept', 'recv', 'recvfrom', 'recv_into', 'recvfrom_into', 'recvmsg', 'recvmsg_into', 'poll', 'read1',
                'wait', 'join', '__reduce__x'}


def child(module_name, seed, calls, log_name, only):
    import gc
    import importlib
    import os
    import signal
    import types
    log = os.open(log_name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(log, 200)
    os.close(log)
    log = 200
    write = os.write
    state = 1

    # Each call has random numbers of its own, so that the others may be left out.
    def begin(number):
        nonlocal state
        state = ((seed * 1000003 + number + 1) * 0x9E3779B97F4A7C15 + hash_text(module_name)) & (2**64 - 1) or 1
        for _ in range(3): rnd(2)

    def rnd(n):
        nonlocal state
        s = state
        s ^= (s << 13) & (2**64 - 1)
        s ^= s >> 7
        s ^= (s << 17) & (2**64 - 1)
        state = s
        return (s >> 11) % n

    def pick(seq):
        return seq[rnd(len(seq))]

    class Timeout(BaseException):
        pass

    live = []       # the containers among the present call's arguments: what evil methods change

    class Odd(Exception):
        pass

    busy = 0        # mischief is neither nested nor endless

    def mischief():
        nonlocal busy
        if busy < 0 or busy > 40: return
        outer, busy = busy, -1
        for c in live[:]:
            try:
                what = rnd(5)
                if type(c) is list or isinstance(c, list):
                    if what < 3: list.clear(c)
                    elif what == 3: list.extend(c, [1, 'x', None])
                    else: list.__delitem__(c, slice(None, None, 2))
                elif isinstance(c, dict):
                    if what < 3: dict.clear(c)
                    else: dict.update(c, {rnd(99): 1, 'new': 2})
                elif isinstance(c, set):
                    if what < 3: set.clear(c)
                    else: set.update(c, [1, 2, 3, rnd(99)])
                elif isinstance(c, bytearray):
                    if what < 3: bytearray.clear(c)
                    else: bytearray.extend(c, b'mischief' * 9)
                elif isinstance(c, memoryview): c.release()
                elif hasattr(c, 'clear'): c.clear()
                elif hasattr(c, 'close'): c.close()
                elif hasattr(c, 'pop'): c.pop()
            except Exception:
                pass
        if rnd(8) == 0: gc.collect()
        # The object whose method is running: initialised again, closed, deprived of something, advanced.
        if receiver and rnd(3) == 0:
            o = receiver[-1]
            try:
                what = rnd(6)
                if what == 0: o.__init__(*[pick(plain) for _ in range(rnd(4))])
                elif what == 1:
                    name = pick(['close', 'clear', 'release', 'detach', 'reset', 'pop', 'popleft', 'cancel', 'flush', '__exit__', 'reverse', 'sort', '__clear__', 'cache_clear'])
                    getattr(o, name)(*[None] * (3 if name == '__exit__' else 0))
                elif what == 2: delattr(o, pick(dir(o)))
                elif what == 3: setattr(o, pick(dir(o)), pick(plain))
                elif what == 4: o.__setstate__(pick(plain))
                else: next(o)
            except Exception:
                pass
            o = None
        busy = outer + 1

    receiver = []   # the object of the present call
    plain = [None, 0, 1, -1, 'a', b'ab', (), [1], {'a': 1}, 2**70, 1.5]

    def special(name, value):
        def method(self, *args, **kw):
            mode = self.mode
            if mode == 0: raise Odd(name)
            if mode == 1: mischief()
            if mode == 2: return value(self) if callable(value) else value
            if mode == 3: return pick(odd_results)
            if callable(value): return value(self)
            return value
        method.__name__ = name
        return method

    odd_results = [None, NotImplemented, -1, 2**63, 2**64, 'text', b'', 1.5, (), [], True]
    table = {
        '__len__': 3, '__length_hint__': 5, '__index__': 2, '__int__': 7, '__float__': 1.5, '__complex__': 1j, '__bool__': True, '__hash__': 42, '__str__': 'odd',
        '__repr__': 'odd()', '__format__': 'f', '__bytes__': b'odd', '__iter__': lambda s: iter([1, 2, 3]), '__next__': 1, '__getitem__': lambda s: rnd(4), '__contains__': False, '__setitem__': None,
        '__delitem__': None, '__eq__': False, '__ne__': True, '__lt__': True, '__le__': True, '__gt__': False, '__ge__': False, '__add__': 1, '__radd__': 1, '__sub__': 1, '__rsub__': 1,
        '__mul__': 2, '__rmul__': 2, '__mod__': 2, '__rmod__': 2, '__truediv__': 2.0, '__floordiv__': 2, '__divmod__': (1, 2), '__pow__': 3, '__rpow__': 3, '__and__': 1, '__or__': 1, '__xor__': 1,
        '__lshift__': 1, '__rshift__': 1, '__neg__': -1, '__invert__': 0, '__abs__': 1, '__round__': 1, '__trunc__': 1, '__floor__': 1, '__ceil__': 1, '__iadd__': lambda s: s, '__ior__': lambda s: s,
        '__call__': 1, '__enter__': lambda s: s, '__exit__': False, '__fspath__': '/nonexistent', '__instancecheck__': True, '__subclasscheck__': True, '__missing__': 1,
        '__reversed__': lambda s: iter([3]), 'keys': lambda s: ['a', 'b'], 'read': b'abc\n', 'readline': b'line\n', 'readinto': 2, 'write': 3, 'flush': None, 'close': None, 'seek': 0, 'tell': 0,
        'readable': True, 'writable': True, 'seekable': True, 'fileno': 99, '__reduce_ex__': lambda s: (int, ()), '__sizeof__': 8, '__dir__': lambda s: ['x'], '__await__': lambda s: iter([]),
        '__aiter__': lambda s: s, '__anext__': lambda s: s, '__set_name__': None, '__mro_entries__': (), '__get__': 5, '__set__': None, '__delete__': None, '__prepare__': {}, 'send': 1, 'throw': 1,
        '__buffer__': lambda s: memoryview(b'buffer'), 'items': lambda s: [('a', 1)], 'values': lambda s: [1], 'get': 1, 'utcoffset': None, 'tzname': 'X', 'dst': None, 'encode': (b'', 0), 'decode': ('', 0),
        '__getstate__': None, '__setstate__': None, '__copy__': 1, '__deepcopy__': 1, '__init_subclass__': None, '__subclasshook__': True, '__match_args__': ('a', 'b'), '__reduce__': lambda s: (int, ()),
        '__getnewargs__': (1,), '__getnewargs_ex__': ((), {}), '__iand__': lambda s: s, '__isub__': lambda s: s, '__imul__': lambda s: s, '__aenter__': lambda s: s, '__aexit__': lambda s: s, '__replace__': 1, '__release_buffer__': None, '__objclass__': int,
        '__name__': 'n', '__qualname__': 'q', '__module__': 'm', '__doc__': 'd', '__dict__': lambda s: {'a': 1}, '__bases__': (int,), '__wrapped__': len, '__iter': 1, '__isabstractmethod__': True, 'tzinfo': None, 'fromutc': None, '__class_getitem__': int, '__index': 1}

    def evil_class(bases, body=()):
        # A random part of the special methods.
        names = [n for n in table if rnd(3)]
        space = {n: special(n, table[n]) for n in names}
        if '__eq__' in space and '__hash__' not in space: space['__hash__'] = lambda self: 42
        space['mode'] = 1
        if rnd(4) == 0:
            def __getattr__(self, name):
                if self.mode == 0: raise Odd(name)
                if self.mode == 1: mischief()
                raise AttributeError(name)
            space['__getattr__'] = __getattr__
        if rnd(8) == 0: space['__del__'] = lambda self: mischief()
        if rnd(12) == 0:
            def __getattribute__(self, name):
                if rnd(8) == 0: mischief()
                if rnd(16) == 0: raise Odd(name)
                return object.__getattribute__(self, name)
            space['__getattribute__'] = __getattribute__
        if rnd(12) == 0: space['__class__'] = property(lambda self: pick([int, str, list, dict, type, Exception, None, 1]))
        # Some are no methods, but what a lookup finds: properties, or values that cannot be called.
        for n in list(space):
            if n != 'mode' and n != '__hash__' and rnd(40) == 0: space[n] = property(space[n]) if callable(space[n]) else 1
        return type('Evil_' + (bases[0].__name__ if bases else 'object'), bases, space)

    def evil(*bases_args):
        def make():
            bases = bases_args[:1]
            args = bases_args[1:]
            try:
                o = evil_class(bases)(*args)
                type(o).mode = rnd(5)
                return o
            except Exception:
                return None
        return make

    def keep(c):
        live.append(c)
        return c

    def selfish_list():
        x = [1, 'a', None]
        x.append(x)
        return keep(x)

    def selfish_dict():
        x = {'a': 1, 2: 'b'}
        x['self'] = x
        return keep(x)

    def released():
        m = memoryview(bytearray(b'released'))
        m.release()
        return m

    def generator():
        def g():
            mischief()
            yield 1
            mischief()
            yield 'two'
            mischief()
            yield [3]
        return g()

    def deep(n=5000):
        x = ()
        for _ in range(n): x = (x,)
        return x

    def deep_list(n=5000):
        x = []
        for _ in range(n): x = [x]
        return x

    def callback(*args, **kw):
        what = rnd(6)
        if what == 0: raise Odd('callback')
        if what < 3: mischief()
        if what == 4 and args: return args[0]
        return pick(odd_results)

    class Plain:
        def __init__(self, *a, **k): self.a = a

    class Slots:
        __slots__ = ('x', '__weakref__')

    async def coroutine():
        return 1

    def closed_coroutine():
        c = coroutine()
        c.close()
        return c

    def frame():
        a = 1
        b = [a]
        return sys._getframe()

    def trace():
        try:
            raise Odd('t')
        except Odd as e:
            return e.__traceback__

    ints = [0, 1, -1, 2, 3, 7, 8, 10, 16, 31, 64, 100, 127, 128, 255, 256, 1000, 65535, 65536, 2**20, 2**31 - 1, 2**31, -2**31, 2**32, 2**61, 2**62, 2**63 - 1, 2**63, -2**63, -2**63 - 1, 2**64, 10**30, -10**30]
    texts = ['', 'a', 'abc', '\0', 'a\0b', 'é', '\ud800', '\U0001f600', 'x' * 300, 'é' * 99, '\U0001f600' * 40, 'utf-8', 'ascii', 'latin-1', 'utf-16', 'strict', 'ignore', 'surrogateescape',
             '%s %d', '{0!r:>{1}}', '/nonexistent/x', '.', 'r', 'w', 'rb', 'i', 'd', '<iIqQ', '12', '-1.5e300', 'nan', '1_000', '__class__', 'a.b.c', 'sha256', 'lambda: 0', '(', 'x=1\n', '2024-01-02T03:04:05',
             '%Y-%m-%d', '<a>b</a>', '[1, {"a": 2}]', '(?P<a>x)+|[a-z]*', 'select 1', ':memory:', '127.0.0.1', 'N', 'P', '\n', ' ', 'é\udcff\U0001f600', 'self', 'ab' * 5000]
    datas = [b'', b'a', b'abc', b'\0', b'\xff\xfe\x00\x01', b'x' * 300, bytes(range(256)), b'x\x9c\x03\x00\x00\x00\x00\x01', b'\x1f\x8b', b'BZh9', b'\xfd7zXZ\x00', b'\x28\xb5\x2f\xfd', b'\x80\x04K\x01.', b'<a/>', b'line\nline\n', b'\x80\x05\x95' + b'\xff' * 20]
    floats = [0.0, -0.0, 1.5, -2.5, 1e308, -1e308, 5e-324, 1e-300, float('inf'), float('-inf'), float('nan'), 2.0**53, 1e22, 0.1]

    def module_thing():
        m = pick([module_name, 'builtins', 'collections', 'types', 'functools', 'itertools'])
        m = importlib.import_module(m)
        n = pick(dir(m))
        if f'{m.__name__}.{n}' in SKIP: return None
        return getattr(m, n, None)

    import array
    import collections
    import functools
    import io
    import itertools
    import weakref

    class Buffer:
        def __buffer__(self, flags):
            mischief()
            return memoryview(bytearray(b'mine'))

    factories = [
        lambda: None, lambda: True, lambda: pick(ints), lambda: pick(ints), lambda: pick(ints), lambda: rnd(20), lambda: pick(floats), lambda: complex(pick(floats), pick(floats)),
        lambda: pick(texts), lambda: pick(texts), lambda: pick(texts), lambda: pick(datas), lambda: pick(datas), lambda: keep(bytearray(pick(datas))), lambda: keep(memoryview(keep(bytearray(pick(datas))))),
        lambda: memoryview(pick(datas)), lambda: memoryview(bytearray(range(64)))[::pick([2, -1, 3])], lambda: memoryview(bytearray(24)).cast('I'), lambda: memoryview(bytes(24)).cast('B', [2, 3, 4]), released,
        lambda: keep([value(1) for _ in range(rnd(6))]), lambda: tuple(value(1) for _ in range(rnd(5))), lambda: keep({hashable(): value(1) for _ in range(rnd(5))}), lambda: keep({hashable() for _ in range(rnd(6))}),
        lambda: frozenset(hashable() for _ in range(rnd(5))), selfish_list, selfish_dict, lambda: range(rnd(10)), lambda: range(0, pick(ints), pick(ints) or 1), lambda: slice(value(2), value(2), value(2)), generator, generator,
        lambda: iter(keep([1, 2, 3])), lambda: iter(keep({1: 2, 3: 4})), lambda: iter(keep({1, 2, 3})), lambda: iter('text'), lambda: map(callback, [1, 2]), lambda: zip([1], generator()), lambda: enumerate(generator()),
        lambda: callback, lambda: (lambda *a, **k: a), lambda: len, lambda: [].append, lambda: str.upper, lambda: Plain().__init__, lambda: functools.partial(callback, 1), lambda: Plain, lambda: Slots, lambda: Plain(), lambda: Slots(),
        lambda: pick([int, str, list, dict, type, object, bytes, float, tuple, set, bool, Exception, BaseException, KeyError, UnicodeDecodeError, OSError]), lambda: Odd('x'), lambda: KeyError(1), lambda: UnicodeDecodeError('utf-8', b'ab', 0, 1, 'why'),
        lambda: OSError(2, 'no'), lambda: StopIteration(3), lambda: ExceptionGroup('g', [Odd(1), ValueError()]), lambda: coroutine, closed_coroutine, frame, trace, lambda: callback.__code__, lambda: callback.__closure__[0], lambda: types.CellType(), lambda: types.MappingProxyType(keep({'a': 1})),
        lambda: weakref.ref(Plain), lambda: weakref.proxy(Plain), lambda: weakref.WeakValueDictionary(), lambda: keep(array.array('i', [1, 2, 3])), lambda: keep(array.array('d', [1.5])), lambda: keep(array.array('w', 'abc')), lambda: keep(collections.deque([1, 2, 3], 5)), lambda: keep(collections.OrderedDict(a=1, b=2)),
        lambda: collections.defaultdict(callback, a=1), lambda: collections.Counter('aab'), lambda: io.BytesIO(b'abc\ndef'), lambda: io.StringIO('abc\ndef'), lambda: io.TextIOWrapper(io.BytesIO(b'abc\ndef')), lambda: io.BufferedReader(io.BytesIO(b'abcdef')), lambda: Ellipsis, lambda: NotImplemented,
        deep, deep_list, lambda: importlib.import_module(module_name), module_thing, module_thing, Buffer, lambda: types.SimpleNamespace(a=1), lambda: itertools.tee([1, 2, 3])[0], lambda: itertools.cycle([1]), lambda: list[int], lambda: int | str, lambda: super(Plain, Plain()), lambda: property(callback), lambda: staticmethod(callback),
        evil(), evil(), evil(), evil(), evil(int, 5), evil(str, 'evil'), evil(list, [1, 2, 3]), evil(dict, {'a': 1}), evil(tuple, (1, 2)), evil(set, {1, 2}), evil(bytes, b'evil'), evil(float, 1.5), evil(bytearray, b'evil'), evil(type, 'T', (), {}), evil(Exception, 1), evil(io.RawIOBase), evil(io.BytesIO, b'xyz'),
    ]
    pool = [None] * 60

    def value(depth=0):
        if depth < 2 and rnd(4) == 0:
            v = pick(pool)
            if v is not None: return v
        for _ in range(5):
            try:
                v = pick(factories if depth < 1 and rnd(5) < 3 else evils if depth < 1 and rnd(3) == 0 else factories[:28])()
            except (Exception, RecursionError):
                continue
            if depth == 0 and isinstance(v, (list, dict, set, bytearray, memoryview, array.array, collections.deque, io.BytesIO, io.StringIO)): live.append(v)
            return v
        return None

    evils = factories[-17:]

    def hashable():
        v = pick(factories)()
        try:
            hash(v)
            return v
        except BaseException:
            return 1

    # How many arguments the function takes at least and at most, as far as it says so.
    def arity(f, attr):
        if attr in unary: return 0, 0
        if attr in binary: return 1, 1
        if attr in ternary: return 2, 2
        try:
            text = f.__text_signature__
        except BaseException:
            text = None
        if not isinstance(text, str): return 0, 4
        least = most = 0
        for p in text.strip('()').split(','):
            p = p.strip()
            if p.startswith('**') or p in ('/', '') or p.startswith('$'): continue
            if p == '*': break
            if p.startswith('*'):
                most += 3
                break
            most += 1
            if '=' not in p: least += 1
        return least, most

    unary = set('__len__ __iter__ __next__ __hash__ __str__ __repr__ __bool__ __int__ __float__ __index__ __neg__ __pos__ __abs__ __invert__ __dir__ __reversed__ __copy__ __getstate__ __reduce__ __sizeof__ __enter__ __bytes__ __complex__ __length_hint__ '
                '__await__ __aiter__ __anext__ keys values items copy clear pop popitem read readline readlines close flush tell fileno getvalue upper lower isdigit digest hexdigest'.split())
    binary = set('__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __mod__ __rmod__ __truediv__ __rtruediv__ __floordiv__ __rfloordiv__ __divmod__ __rdivmod__ __and__ __rand__ __or__ __ror__ __xor__ __rxor__ '
                 '__lshift__ __rshift__ __matmul__ __iadd__ __imul__ __ior__ __iand__ __isub__ __ixor__ __getitem__ __delitem__ __contains__ __getattribute__ __delattr__ __reduce_ex__ __format__ __deepcopy__ __setstate__ __buffer__ __release_buffer__ '
                 'append extend remove update add discard write writelines readinto seek send'.split())
    ternary = set('__setitem__ __setattr__ insert replace __get__ __set__'.split())
    keywords = ['key', 'default', 'start', 'stop', 'encoding', 'errors', 'data', 'maxsize', 'level', 'name', 'func', 'initial', 'file', 'flags', 'reverse', 'sep', 'strict', 'x', 'usedforsecurity', 'loop', 'callback']

    def arguments(f, attr):
        least, most = arity(f, attr)
        if rnd(12) == 0: most += 2
        args = [value() for _ in range(least + rnd(most - least + 1) if rnd(20) else rnd(6))]
        kw = {}
        if rnd(5) == 0:
            names = keywords
            try:
                text = f.__text_signature__
                if text: names = [p.split('=')[0].strip(' ($*/)') for p in text.split(',')][len(args):] or names
            except BaseException:
                pass
            for _ in range(1 + rnd(2)):
                k = pick(names)
                if k and k.isidentifier(): kw[k] = value()
        return args, kw

    # An instance of the type, made by hand: most constructors refuse most arguments.
    recipes = [(), (b'abc',), ('abc',), (3,), ([1, 2, 3],), (callback,), (callback, [3, 1, 2]), ('a', 'b'), ([1], [2]), (1, 2), (1, 2, 3), ('a', [1]), (io.BytesIO(b'abc\ndef\n'),), ({'a': 1},), ('utf-8', b'abc', 0, 1, 'x'),
               (Plain(),), (int,), (datetime_delta(),), (io.BytesIO(b'a,b'), io.BytesIO()), ('i', [1, 2]), ('x', 1, {}), (2020, 1, 2), (-1, 100), (Plain, 'a')]

    def instance(t):
        if rnd(6) == 0:  # half made
            try:
                o = t.__new__(t, *([] if rnd(3) else pick(recipes)))
                if rnd(3) == 0: o.__setstate__(value())
                return o
            except Timeout:
                raise
            except BaseException:
                pass
        same = [p for p in pool if issubclass(type(p), t)]
        if same and rnd(2): return pick(same)
        first = rnd(len(recipes))
        for i in range(len(recipes)):
            try:
                o = t(*recipes[(first + i) % len(recipes)] if i else [value() for _ in range(rnd(4))])
            except Timeout:
                raise
            except BaseException:
                continue
            if isinstance(o, (list, dict, set, bytearray, memoryview)) or hasattr(o, 'clear'): live.append(o)
            return o
        return value()

    module = importlib.import_module(module_name)
    targets = []
    for n in dir(module):
        if n.startswith('__'): continue
        full = f'{module_name}.{n}'
        if full in SKIP: continue
        t = getattr(module, n, None)
        if isinstance(t, type):
            for m in dir(t):
                if m in ('__init_subclass__', '__subclasshook__') or m in SKIP_METHODS or f'{full}.{m}' in SKIP: continue
                targets.append((f'{full}.{m}', t, m))
            for _ in range(8): targets.append((full, t, None))
        elif callable(t):
            for _ in range(12): targets.append((full, t, None))
        elif not isinstance(t, (int, str, float)) and t is not None and not isinstance(t, types.ModuleType):
            for m in dir(t):
                if m not in SKIP_METHODS and m != '__class__': targets.append((f'{full}.{m}', t, m))
    if not targets: return

    def alarm(*a):
        raise Timeout

    # Calls of other methods of the same object; some take its attributes away, or put others there.
    def sequence(o, n):
        for _ in range(n):
            attr = pick(dir(o))
            if attr in SKIP_METHODS or attr in ('__class__', '__dict__'): continue
            what = rnd(12)
            try:
                if what == 0: delattr(o, attr)
                elif what == 1: setattr(o, attr, value())
                elif what == 2: o.__init__(*[value() for _ in range(rnd(4))])
                elif what == 3:
                    for _, x in zip(range(50), o): pass
                else:
                    f = getattr(o, attr)
                    if type(f).__name__ == 'builtin_function_or_method' and f'{getattr(f, "__module__", "")}.{attr}' in SKIP: continue
                    args, kw = arguments(f, attr)
                    f(*args, **kw)
            except Timeout:
                raise
            except BaseException:
                pass

    def together(o):
        import _thread
        done = []

        def work():
            try:
                sequence(o, 6)
            except BaseException:
                pass
            done.append(1)

        sys.setswitchinterval(1e-6)
        for _ in range(2): _thread.start_new_thread(work, ())
        work()
        for _ in range(100):
            if len(done) == 3: break
            sleep(0.001)
        else: stuck.append(o)
        sys.setswitchinterval(0.005)

    stuck = []      # that a thread still works on: the process does not wait for it
    from time import sleep
    signal.signal(signal.SIGALRM, alarm)
    setitimer, ITIMER_REAL = signal.setitimer, signal.ITIMER_REAL
    sys.stdout = sys.stderr = io.StringIO()
    sys.unraisablehook = lambda *a: None
    sys.setrecursionlimit(400)
    import os.path
    own = set(map(id, [sys.modules, sys.__dict__, sys.path, sys.meta_path, globals(), os.environ, factories, table, pool, targets, texts, ints, __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__), table, live]))
    for number in range(calls):
        live.clear()
        busy = 0
        if only is not None and number not in only: continue
        begin(number)
        o = pick(pool) if rnd(2) else None
        try:
            setitimer(ITIMER_REAL, 3, 1)  # again and again: a callback may swallow the first
            if o is not None:
                attr = pick(dir(o))
                if attr in SKIP_METHODS: continue
                f = getattr(o, attr)
                name = f'<{type(o).__name__}>.{attr}'
                if type(f).__name__ == 'builtin_function_or_method' and f'{getattr(f, "__module__", "")}.{attr}' in SKIP: continue
            else:
                name, o, attr = pick(targets)
                f = getattr(o, attr) if attr else o
                if attr and isinstance(o, type) and rnd(8): f = getattr(instance(o), attr)
            operation = rnd(12)
            args, kw = arguments(f, attr)
            try:
                text = ', '.join(safe(a) for a in args) + ''.join(f', {k}={safe(v)}' for k, v in kw.items())
            except BaseException:
                text = '?'
            write(log, f'{number} {name}({text})\n'.encode('utf-8', 'backslashreplace'))
            inner = getattr(f, '__self__', None)
            many = rnd(30)
            if inner is not None and id(inner) not in own and not isinstance(inner, (types.ModuleType, type)):
                receiver[:] = [inner]
                if many < 4:
                    write(log, b'  several calls\n')
                    sequence(inner, 3 + rnd(8))
                elif many == 4 and only is None:
                    write(log, b'  in threads\n')
                    together(inner)
            if callable(f): r = f(*args, **kw)
            else: r = f
            # A look at the result.
            if operation == 0: repr(r)
            elif operation == 1:
                for _, x in zip(range(20), r): pass
            elif operation == 2: hash(r)
            elif operation == 3: r == value()
            elif operation == 4: len(r)
            elif operation == 5: r[value()]
            elif operation == 6: r[value()] = value()
            elif operation == 7: r + value()
            elif operation == 8 and args: setattr(r, pick(dir(r)), value())
            if r is not None and r is not NotImplemented and id(r) not in own and not isinstance(r, (int, float, bool)) and (type(r) not in (str, bytes, tuple, list) or rnd(8) == 0) and not (isinstance(r, types.FunctionType) and r.__module__ == '__main__'):
                pool[number % 60] = r
            r = None
        except Timeout:
            setitimer(ITIMER_REAL, 0)
            write(log, b'slow\n')
            pool[:] = [None] * 60
        except BaseException as e:
            if rnd(60) == 0: pool[number % 60] = e
            e = None
        f = args = kw = o = r = inner = None
        receiver.clear()
    setitimer(ITIMER_REAL, 0)
    write(log, b'done\n')
    if stuck: os._exit(0)


def datetime_delta():
    import datetime
    return datetime.timedelta(hours=1)


def safe(v):
    t = type(v)
    if t in (int, float, str, bytes, bool, type(None), complex):
        text = repr(v)
        return text if len(text) < 60 else f'<{t.__name__} of {len(v) if t in (str, bytes) else "?"}>'
    if t in (list, dict, set, tuple, frozenset, bytearray): return f'<{t.__name__} of {len(v)}>'
    return f'<{type.__dict__["__name__"].__get__(t)}>'


def hash_text(text):
    import zlib
    return zlib.crc32(text.encode())


def modules_of(kaa):
    import subprocess
    out = subprocess.run(kaa + ['-c', 'import sys; print(*sorted(sys.builtin_module_names))'], capture_output=True, text=True).stdout.split()
    return [m for m in out if m not in ('_ctypes', '_ctypes_test', '_opcode')]


def start(kaa, module, seed, calls, folder, extra=(), limit=60, memory=4 << 20):
    import os
    import subprocess
    log = f'{folder}/{module}-{seed}.log'
    work = f'{folder}/{module}-{seed}.work'
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o777)
    command = kaa + [os.path.abspath(__file__), 'child', module, str(seed), str(calls), log, *extra]
    shell = f'ulimit -c 0; {"ulimit -v %d;" % memory if memory else ""} ulimit -f 100000; exec "$@"'
    if os.geteuid() == 0:
        command = ['unshare', '-m', '-p', '-f', '-n', '-i', '--kill-child', 'setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'bash', '-c', shell, '-'] + command
    else:
        command = ['bash', '-c', shell, '-'] + command
    environment = {**os.environ, 'HOME': work, 'KAA_STRESS': os.environ.get('KAA_STRESS', '0'), 'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONWARNINGS': 'ignore'}
    return subprocess.Popen(command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(log + '.err', 'wb'), start_new_session=True), log


def last_line(log):
    try:
        with open(log, 'rb') as f: lines = f.read().decode('utf-8', 'replace').strip().split('\n')
        return lines[-1]
    except OSError:
        return ''


def verdict(p, log, took, limit):
    """None for an end that is right, else what was wrong."""
    rc = p.returncode
    if rc is None: return 'time'
    last = last_line(log)
    if rc < 0 or rc >= 128: return f'signal {rc}'
    with open(log + '.err', 'rb') as f: err = f.read()
    if b'AddressSanitizer' in err or b'runtime error' in err: return 'sanitizer'
    return None


def run(args):
    import os
    import shutil
    import subprocess
    import tempfile
    import time
    kaa, names, seeds, calls, jobs, keep, limit, memory = [sys.executable], None, (0, 1), 3000, 2, None, 90, 4 << 20
    while args:
        a = args.pop(0)
        if a == '--kaa': kaa = args.pop(0).split()
        elif a == '--modules': names = args.pop(0).split(',')
        elif a == '--seeds': seeds = tuple(map(int, args.pop(0).split(':')))
        elif a == '--calls': calls = int(args.pop(0))
        elif a == '--jobs': jobs = int(args.pop(0))
        elif a == '--keep': keep = args.pop(0)
        elif a == '--limit': limit = int(args.pop(0))
        elif a == '--memory': memory = int(args.pop(0))
    names = names or modules_of(kaa)
    folder = keep or tempfile.mkdtemp(prefix='kaa-fuzz-')
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    todo = [(m, s) for s in range(*seeds) for m in names]
    running, bad = [], 0
    done = 0
    while todo or running:
        while todo and len(running) < jobs:
            m, s = todo.pop(0)
            p, log = start(kaa, m, s, calls, folder, memory=memory)
            running.append((m, s, p, log, time.monotonic()))
        time.sleep(0.02)
        for item in running[:]:
            m, s, p, log, began = item
            late = time.monotonic() - began > limit
            if p.poll() is None and not late: continue
            wrong = verdict(p, log, 0, limit)
            if p.returncode is None: os.killpg(p.pid, 9)
            p.wait()
            running.remove(item)
            done += 1
            if wrong:
                bad += 1
                print(f'{m} {s}: {wrong} after: {last_line(log)[:300]}', flush=True)
            else:
                for name in (log, log + '.err'):
                    if os.path.exists(name): os.unlink(name)
            shutil.rmtree(log[:-4] + '.work', ignore_errors=True)
    print(f'{done} processes, {bad} bad')
    return 1 if bad else 0


def reduce(args):
    """Leaves out calls as long as the process still dies of a signal."""
    import tempfile
    import os
    kaa = [sys.executable]
    if '--kaa' in args:
        i = args.index('--kaa')
        kaa = args[i + 1].split()
        del args[i:i + 2]
    module, seed, calls = args[0], int(args[1]), int(args[2])
    folder = tempfile.mkdtemp(prefix='kaa-fuzz-')
    os.chmod(folder, 0o777)

    def dies(only):
        p, log = start(kaa, module, seed, calls, folder, ['--only', ','.join(map(str, sorted(only)))] if only is not None else [])
        try:
            p.wait(60)
        except Exception:
            os.killpg(p.pid, 9)
            p.wait()
            return None
        return log if verdict(p, log, 0, 60) else None

    log = dies(None)
    if not log: return print('it does not die')
    with open(log, 'rb') as f: lines = f.read().decode('utf-8', 'replace').strip().split('\n')
    numbers = [int(l.split()[0]) for l in lines if l[0].isdigit()]
    last, rest = numbers[-1], numbers[:-1]
    print('last', lines[-1])
    n = 2
    if dies([last]): rest = []
    while rest and n <= len(rest) * 2:
        size = max(1, len(rest) // n)
        for i in range(0, len(rest), size):
            fewer = rest[:i] + rest[i + size:]
            if dies(fewer + [last]):
                rest = fewer
                n = max(n - 1, 2)
                break
        else:
            if size == 1: break
            n *= 2
    log = dies(rest + [last])
    print(open(log, errors='replace').read() if log else 'lost')
    print(open(log + '.err', errors='replace').read()[-3000:] if log else '')


if __name__ == '__main__':
    if sys.argv[1] == 'run': sys.exit(run(sys.argv[2:]))
    elif sys.argv[1] == 'reduce': reduce(sys.argv[2:])
    elif sys.argv[1] == 'child':
        only = set(map(int, sys.argv[7].split(','))) if len(sys.argv) > 7 else None
        child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] if len(sys.argv) > 5 else '/dev/null', only)
