"""Deaths that a program can see happen at once: each function is an idiom that works with reference counting."""
import gc
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
import weakref

DIR = tempfile.mkdtemp()
COUNT = 0
IDIOMS = []


def idiom(f):
    IDIOMS.append(f)
    return f


def path():
    global COUNT
    COUNT += 1
    return os.path.join(DIR, f'f{COUNT}')


def content(p):
    with open(p) as f:
        return f.read()


def next_fd():
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    return fd


class Dying:
    def __init__(self, log, name='dead'):
        self.log = log
        self.name = name

    def __del__(self):
        self.log.append(self.name)


class Plain:
    pass


# ---- files
@idiom
def write_and_drop():
    p = path()
    open(p, 'w').write('text')
    assert content(p) == 'text'


@idiom
def write_local_then_return():
    def write(p):
        f = open(p, 'w')
        f.write('local')
    p = path()
    write(p)
    assert content(p) == 'local'


@idiom
def file_deleted():
    p = path()
    f = open(p, 'wb')
    f.write(b'bytes')
    del f
    assert content(p) == 'bytes'


@idiom
def file_rebound():
    p, q = path(), path()
    f = open(p, 'w')
    f.write('one')
    f = open(q, 'w')
    assert content(p) == 'one'
    f.write('two')
    f = None
    assert content(q) == 'two'


@idiom
def file_in_attribute():
    p = path()
    o = Plain()
    o.f = open(p, 'w')
    o.f.write('attribute')
    o.f = None
    assert content(p) == 'attribute'


@idiom
def file_of_dropped_owner():
    p = path()
    o = Plain()
    o.f = open(p, 'w')
    o.f.write('owner')
    del o
    assert content(p) == 'owner'


@idiom
def file_of_owner_that_leaves():
    class Log:
        def __init__(self, p):
            self.f = open(p, 'w')

        def say(self, s):
            self.f.write(s)
    p = path()
    Log(p).say('temporary owner')
    assert content(p) == 'temporary owner'


@idiom
def file_popped_from_list():
    p = path()
    files = [open(p, 'w')]
    files[0].write('popped')
    files.pop()
    assert content(p) == 'popped'


@idiom
def list_of_files_cleared():
    ps = [path() for i in range(5)]
    files = [open(p, 'w') for p in ps]
    for i, f in enumerate(files):
        f.write(str(i))
    del f
    files.clear()
    assert [content(p) for p in ps] == list('01234')


@idiom
def list_of_files_dropped():
    ps = [path() for i in range(3)]
    files = [open(p, 'w') for p in ps]
    for i in range(3):
        files[i].write(str(i))
    files = None
    assert [content(p) for p in ps] == list('012')


@idiom
def dict_of_files():
    p, q = path(), path()
    d = {'p': open(p, 'w'), 'q': open(q, 'w')}
    d['p'].write('p')
    d['q'].write('q')
    del d['p']
    assert content(p) == 'p'
    d = {}
    assert content(q) == 'q'


@idiom
def owner_came_first():
    class Pool:
        def __init__(self):
            self.files = []
            self.names = {}

        def open(self, p):
            self.files.append(open(p, 'w'))
            self.names[p] = open(p + 'n', 'w')

    def use():
        pool = Pool()
        pool.open(p)
        pool.files[0].write('pool')
        pool.names[p].write('named')
    p = path()
    use()
    assert content(p) == 'pool' and content(p + 'n') == 'named'


@idiom
def closure_came_first():
    def outer():
        def write(s):
            f.write(s)
        f = open(p, 'w')
        write('cell')
    p = path()
    outer()
    assert content(p) == 'cell'


@idiom
def many_files_without_close():
    first = next_fd()
    p = path()
    open(p, 'w')
    for i in range(3000):
        open(p)
    for i in range(3000):
        f = open(p)
    del f
    assert next_fd() == first


p0 = path()
open(p0, 'w').close()


@idiom
def file_read_in_expression():
    fd = next_fd()
    for i in range(50):
        assert len(open(p0).read().splitlines()) == 0
        assert next_fd() == fd
    for line in open(p0):
        pass
    assert next_fd() == fd


@idiom
def file_in_comprehension():
    fd = next_fd()
    assert [len(open(p0).read()) for i in range(50)] == [0] * 50
    assert next_fd() == fd
    assert sorted((3, 1, 2), key=lambda n: n + len(open(p0).read())) == [1, 2, 3]
    assert next_fd() == fd


@idiom
def file_passed_and_forgotten():
    def consume(f):
        return f.read()
    fd = next_fd()
    assert consume(open(p0)) == ''
    assert next_fd() == fd


@idiom
def parameter_deleted():
    def consume(d, log):
        del d
        assert log == ['dead']
    log = []
    consume(Dying(log), log)


@idiom
def resource_warning_line():
    def local():
        f = open(p0)
        f = None           # +2
        open(p0)           # +3
        g = open(p0)
        del g              # +5
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        local()
    base = local.__code__.co_firstlineno
    assert [w.lineno - base for w in seen] == [2, 3, 5], [w.lineno - base for w in seen]
    assert all(w.category is ResourceWarning for w in seen)


# ---- __del__
@idiom
def del_statement():
    log = []
    d = Dying(log)
    assert not log
    del d
    assert log == ['dead']


@idiom
def two_names():
    log = []
    a = b = Dying(log)
    del a
    assert not log
    b = 1
    assert log == ['dead']


@idiom
def expression_statement():
    log = []
    Dying(log)
    assert log == ['dead']


@idiom
def rebinding_in_loop():
    log = []
    for i in range(5):
        d = Dying(log, i)
        assert log == list(range(i)), (i, log)
    assert log == [0, 1, 2, 3]
    d = None
    assert log == [0, 1, 2, 3, 4]


@idiom
def loop_variable():
    log = []
    for d in (Dying(log, i) for i in range(3)):
        assert log == list(range(d.name))
    del d
    assert log == [0, 1, 2]


@idiom
def return_value_ignored():
    def make():
        return Dying(log)
    log = []
    make()
    assert log == ['dead']


@idiom
def return_value_kept():
    def make():
        d = Dying(log)
        return d
    log = []
    d = make()
    assert not log
    d = make().name
    assert log == ['dead', 'dead']


@idiom
def order_of_locals():
    def f():
        a = Dying(log, 'a')
        b = Dying(log, 'b')
    log = []
    f()
    assert sorted(log) == ['a', 'b']


@idiom
def deep_in_calls():
    def recurse(n, d):
        if n:
            return recurse(n - 1, d)
        assert not log
        return None
    log = []
    recurse(50, Dying(log))
    assert log == ['dead']


@idiom
def each_level_has_one():
    def recurse(n):
        d = Dying(log, n)
        if n:
            recurse(n - 1)
        assert log == list(range(n))
    log = []
    recurse(20)
    assert log == list(range(21))


@idiom
def attribute_replaced():
    log = []
    o = Plain()
    o.d = Dying(log, 1)
    o.d = Dying(log, 2)
    assert log == [1]
    del o.d
    assert log == [1, 2]


@idiom
def nested_containers():
    log = []
    x = [{'k': (Dying(log),)}]
    x.append(1)
    assert not log
    x = None
    assert log == ['dead']


@idiom
def set_and_deque():
    import collections
    log = []
    s = {Dying(log, 1)}
    s.clear()
    q = collections.deque([Dying(log, 2), Dying(log, 3)], maxlen=2)
    q.append(None)
    assert log == [1, 2]
    q.pop()
    assert q.pop().name == 3
    assert log == [1, 2, 3]


@idiom
def item_deleted_and_replaced():
    log = []
    x = [Dying(log, 1), Dying(log, 2), Dying(log, 3)]
    x[0] = None
    assert log == [1]
    del x[1]
    assert log == [1, 2]
    x[:] = []
    assert log == [1, 2, 3]


@idiom
def chain_of_owners():
    log = []
    a = Dying(log, 'a')
    a.next = Dying(log, 'b')
    a.next.next = Dying(log, 'c')
    a = None
    assert log == ['a', 'b', 'c'], log


@idiom
def resurrection():
    class Phoenix:
        def __del__(self):
            saved.append(self)
    saved = []
    Phoenix()
    assert len(saved) == 1
    r = weakref.ref(saved[0])
    saved.pop()
    assert r() is None and not saved


@idiom
def conditional_expression():
    log = []
    assert (Dying(log) and 1) == 1
    assert log == ['dead']
    x = Dying(log, 2).name + len(log)
    assert x == 4 and log == ['dead', 2]


@idiom
def default_and_closure():
    log = []

    def f(x=Dying(log, 'default')):
        return x
    f = None
    assert log == ['default'], log

    def g():
        d = Dying(log, 'cell')
        return lambda: d
    h = g()
    assert log == ['default']
    h = None
    assert log == ['default', 'cell']


@idiom
def bound_method_keeps():
    log = []
    m = Dying(log).__init__
    assert not log
    m = None
    assert log == ['dead']


@idiom
def star_arguments():
    def f(*args, **kwargs):
        assert not log
    log = []
    f(Dying(log, 1), k=Dying(log, 2))
    assert sorted(log) == [1, 2]


# ---- exceptions
@idiom
def leaving_except():
    def fail():
        d = Dying(log)
        raise ValueError
    log = []
    try:
        fail()
    except ValueError:
        assert not log
    assert log == ['dead']


@idiom
def leaving_except_as():
    def fail():
        d = Dying(log)
        raise ValueError
    log = []
    try:
        fail()
    except ValueError as e:
        assert e.__traceback__ and not log
    assert log == ['dead']


@idiom
def exception_kept():
    def fail():
        d = Dying(log)
        raise ValueError
    log = []
    try:
        fail()
    except ValueError as e:
        kept = e
    assert not log
    kept.__traceback__ = None
    assert log == ['dead']


@idiom
def local_of_handler():
    log = []

    def f():
        try:
            1 / 0
        except ZeroDivisionError:
            d = Dying(log)
            del d
            assert log == ['dead']
    f()


@idiom
def weakref_after_exception():
    def fail():
        nonlocal r
        o = Plain()
        r = weakref.ref(o)
        raise KeyError
    r = None
    try:
        fail()
    except KeyError:
        assert r() is not None
    assert r() is None


@idiom
def suppressed_by_context_manager():
    import contextlib

    def fail():
        d = Dying(log)
        raise ValueError
    log = []
    with contextlib.suppress(ValueError):
        fail()
    assert log == ['dead']


# ---- weak references
@idiom
def weakref_after_del():
    o = Plain()
    r = weakref.ref(o)
    assert r() is o
    del o
    assert r() is None


@idiom
def weakref_callback():
    log = []
    o = Plain()
    r = weakref.ref(o, lambda r: log.append('gone'))
    o = None
    assert log == ['gone'] and r() is None


@idiom
def weak_value_dictionary():
    d = weakref.WeakValueDictionary()
    o = d['k'] = Plain()
    assert len(d) == 1
    del o
    assert len(d) == 0 and 'k' not in d


@idiom
def weak_key_dictionary_and_set():
    d = weakref.WeakKeyDictionary()
    s = weakref.WeakSet()
    o = Plain()
    d[o] = 1
    s.add(o)
    assert len(d) == len(s) == 1
    del o
    assert len(d) == len(s) == 0


@idiom
def finalize():
    log = []
    o = Plain()
    f = weakref.finalize(o, log.append, 'finalized')
    assert f.alive
    del o
    assert log == ['finalized'] and not f.alive


@idiom
def proxy_of_dead():
    o = Plain()
    o.x = 1
    p = weakref.proxy(o)
    assert p.x == 1
    del o
    try:
        p.x
    except ReferenceError:
        return
    assert False


@idiom
def del_before_callback():
    log = []
    d = Dying(log)
    r = weakref.ref(d, lambda r: log.append('callback'))
    del d
    assert log == ['dead', 'callback'], log


@idiom
def cycle_after_collect():
    log = []
    a, b = Dying(log, 'a'), Dying(log, 'b')
    a.b, b.a = b, a
    del a, b
    assert not log
    gc.collect()
    assert sorted(log) == ['a', 'b']


# ---- generators
@idiom
def generator_dropped_mid_loop():
    def numbers():
        try:
            yield 1
            yield 2
        finally:
            log.append('closed')
    log = []
    for n in numbers():
        break
    assert log == ['closed']
    g = numbers()
    next(g)
    g = None
    assert log == ['closed'] * 2


@idiom
def generator_with_file():
    def lines(p):
        with open(p) as f:
            yield from f
    fd = next_fd()
    next(lines(__file__))
    assert next_fd() == fd
    for i, line in enumerate(lines(__file__)):
        if i == 3:
            break
    del i, line
    assert next_fd() == fd


@idiom
def generator_with_local():
    def g():
        d = Dying(log)
        yield 1
        yield 2
    log = []
    x = g()
    next(x)
    assert not log
    x = None
    assert log == ['dead']
    assert list(g()) == [1, 2] and len(log) == 2


@idiom
def generator_finished():
    def g():
        d = Dying(log)
        yield 1
    log = []
    x = g()
    assert list(x) == [1] and log == ['dead']


@idiom
def coroutine_dropped():
    class Wait:
        def __await__(self):
            yield

    async def work():
        try:
            await Wait()
        finally:
            log.append('closed')
    log = []
    c = work()
    c.send(None)
    del c
    assert log == ['closed']


@idiom
def generator_deletes_local():
    def g():
        d = Dying(log)
        yield len(log)
        del d
        yield len(log)
    log = []
    assert list(g()) == [0, 1]


# ---- things of the library
@idiom
def lock_released_by_del():
    class Guard:
        def __init__(self, lock):
            self.lock = lock
            lock.acquire()

        def __del__(self):
            self.lock.release()
    lock = threading.Lock()

    def work():
        g = Guard(lock)
        assert lock.locked()
    work()
    assert not lock.locked()
    Guard(lock)
    assert not lock.locked()


@idiom
def temporary_directory():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        t = tempfile.TemporaryDirectory()
        name = t.name
        assert os.path.isdir(name)
        t = None
        assert not os.path.exists(name)


@idiom
def temporary_file():
    f = tempfile.NamedTemporaryFile()
    name = f.name
    assert os.path.exists(name)
    del f
    assert not os.path.exists(name)


@idiom
def sockets():
    fd = next_fd()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        a, b = socket.socketpair()
        a.send(b'x')
        a = None
        assert b.recv(10) == b'x' and b.recv(10) == b''
        b = None
        socket.socket()
    assert next_fd() == fd


@idiom
def popen():
    fd = next_fd()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        p = subprocess.Popen(['true'], stdout=subprocess.PIPE)
        p.wait()
        p.stdout.close()
        p = None
        p = subprocess.Popen(['sleep', '0.05'])
        p = None
    assert any('still running' in str(w.message) for w in seen)
    assert next_fd() == fd


@idiom
def map_and_filter():
    fd = next_fd()
    assert sum(map(len, map(lambda f: f.read(), map(open, [p0] * 30)))) == 0
    assert next_fd() == fd


@idiom
def thread_local_work():
    log = []

    def work():
        d = Dying(log)
        assert not log
        d = None
        assert log == ['dead']
        e = Dying(log)
    t = threading.Thread(target=work)
    t.start()
    t.join()
    assert log == ['dead', 'dead']


@idiom
def class_instances_in_class_body():
    log = []

    class C:
        d = Dying(log)
        del d
        assert log == ['dead']


@idiom
def exec_namespace():
    log = []
    ns = {'Dying': Dying, 'log': log}
    exec('d = Dying(log)\ndel d\nassert log == ["dead"]\nd = Dying(log)\nd = 1\nassert len(log) == 2', ns)


@idiom
def yielded_by_a_generator():
    # A suspended generator does not keep what it gave away, be it watched or not.
    log = []

    def plain():
        for _ in range(3):
            yield Dying(log)

    def watched():
        f = open(os.path.join(DIR, 'yielded'), 'w')
        try:
            for _ in range(3):
                yield Dying(log)
        finally:
            f.close()

    for g in plain, watched:
        log.clear()
        n = 0
        for d in g():
            assert len(log) == n
            del d
            n += 1
            assert len(log) == n

    class Plain:
        pass

    def objects():
        for _ in range(3):
            yield Plain()

    for o in objects():
        r = weakref.ref(o)
        del o
        assert r() is None


def unawaited(work):
    """The warnings about coroutines that were never awaited while work() runs: (line in the function, message)."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        work(seen)
    return [(w.lineno - work.__code__.co_firstlineno, str(w.message)) for w in seen]


async def never(x=None):
    return x


async def never_inside_try(x=None):
    try:
        return x
    finally:
        x = None


@idiom
def coroutine_never_awaited():
    def work(seen):
        never()
        assert len(seen) == 1
        c = never_inside_try()
        assert len(seen) == 1
        del c
        assert len(seen) == 2
        c = never()
        c = None
        assert len(seen) == 3
        l = [never(), never()]
        assert len(seen) == 3
        l.pop()
        assert len(seen) == 4
        l = None
        assert len(seen) == 5
        (lambda: never())()
        assert len(seen) == 6
    lines = unawaited(work)
    assert [n for n, _ in lines] == [1, 5, 8, 12, 14, 16], lines
    assert lines[1][1] == "coroutine 'never_inside_try' was never awaited", lines


@idiom
def coroutine_started():
    def work(seen):
        c = never(1)
        try:
            c.send(None)
        except StopIteration as e:
            assert e.value == 1
        c = never()
        c.close()
        c = None
        c = [never()]
        try:
            c[0].send(None)
        except StopIteration:
            pass
        c = None

        async def outer():
            return await never(2) + await never_inside_try(3)
        c = outer()
        try:
            c.send(None)
        except StopIteration as e:
            assert e.value == 5
        c = None
    assert unawaited(work) == []


@idiom
def async_generator_step_never_awaited():
    async def numbers():
        yield 1

    def work(seen):
        a = numbers()
        s = a.asend(None)
        assert not seen
        s = None
        assert len(seen) == 1
        a.aclose().close()
    assert [n for n, _ in unawaited(work)] == [4]


class Pickled:
    log = []

    def __del__(self):
        self.log.append(1)


class Task:
    def __init__(self, *args):
        self.args = args


@idiom
def pickled():
    # Neither the pickler's memo nor the unpickler's keeps what went through it, and a tuple that it builds is an owner like any other.
    Pickled.log.clear()
    x = Task(Pickled())
    data = pickle.dumps(x)
    del x
    assert len(Pickled.log) == 1
    x = pickle.loads(data)
    del x
    assert len(Pickled.log) == 2
    x = pickle.loads(pickle.dumps([Pickled(), Pickled()]))
    assert len(Pickled.log) == 4
    x.pop()
    assert len(Pickled.log) == 5
    x = None
    assert len(Pickled.log) == 6
    with open(os.devnull, 'wb') as f:
        pickle.dump(Pickled(), f)
    assert len(Pickled.log) == 7


def main(names):
    failed = []
    for f in IDIOMS:
        if names and f.__name__ not in names:
            continue
        try:
            f()
        except Exception as e:
            failed.append(f.__name__)
            print('FAILED', f.__name__, 'line', e.__traceback__.tb_next.tb_lineno, repr(e))
    gc.collect()
    for name in os.listdir(DIR):
        os.unlink(os.path.join(DIR, name))
    os.rmdir(DIR)
    assert not failed, failed
    assert len(IDIOMS) >= 40


main(sys.argv[1:])
