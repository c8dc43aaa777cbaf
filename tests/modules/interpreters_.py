# _interpreters, _interpqueues and concurrent.interpreters.
import gc
import os
import sys
import threading
import types
import _interpreters
import _interpqueues
from concurrent import interpreters


def raises(cls, f, *args, text=None, **kwargs):
    try:
        f(*args, **kwargs)
    except cls as e:
        if text is not None:
            assert str(e) == text, (str(e), text)
        return e
    raise AssertionError(f'{cls.__name__} not raised')


NotFound, IError, NotShareable = _interpreters.InterpreterNotFoundError, _interpreters.InterpreterError, _interpreters.NotShareableError
assert issubclass(NotFound, IError) and issubclass(NotShareable, TypeError) and IError.__module__ == 'concurrent.interpreters'


# ---- configurations
def test_configurations():
    isolated = _interpreters.new_config()
    assert vars(isolated) == dict(use_main_obmalloc=False, allow_fork=False, allow_exec=False, allow_threads=True, allow_daemon_threads=False,
                                  check_multi_interp_extensions=True, gil='own')
    assert _interpreters.new_config('legacy').allow_fork is True
    assert _interpreters.new_config('isolated', gil='shared', allow_fork=True).gil == 'shared'
    raises(ValueError, _interpreters.new_config, 'x', text="unsupported config name 'x'")
    raises(ValueError, _interpreters.new_config, gil='foo', text="unsupported interpreter config .gil value 'foo'")
    raises(ValueError, _interpreters.new_config, foo=1, text="config dict has 1 extra item ({'foo': 1})")
    raises(TypeError, _interpreters.new_config, allow_fork=1, text='invalid config type: allow_fork')
    raises(TypeError, _interpreters.new_config, 5, text='_interpreters.new_config() argument 1 must be str, not int')
    raises(IError, _interpreters.create, 'empty', text='interpreter creation failed')
    del isolated.gil
    raises(ValueError, _interpreters.create, isolated, text='missing config key: gil')
    raises(TypeError, _interpreters.create, 5, text='bad config 5')


# ---- what an interpreter has of its own
def run(i, code, **names):
    r, w = os.pipe()
    with open(r) as pipe:
        failed = _interpreters.exec(i, f'import os\ndef out(*a):\n    os.write({w}, (" ".join(map(str, a)) + "\\n").encode())\n' + code, names or {})
        os.close(w)
        text = pipe.read()
    assert failed is None, failed.errdisplay
    return text.strip()


def test_state():
    i = _interpreters.create()
    assert _interpreters.list_all() == [(0, _interpreters.WHENCE_RUNTIME), (i, _interpreters.WHENCE_STDLIB)]
    assert run(i, 'import _interpreters as x; out(x.get_current(), x.get_main(), x.is_running(x.get_current()[0]))') == f'({i}, 5) (0, 1) True'
    assert not _interpreters.is_running(i) and _interpreters.is_running(0)
    # modules, builtins, sys
    import builtins
    builtins.only_here = sys.only_here = os.only_here = 1
    assert run(i, 'import builtins, sys; out(hasattr(builtins, "only_here"), hasattr(sys, "only_here"), hasattr(os, "only_here"))') == 'False False False'
    del builtins.only_here, sys.only_here, os.only_here
    run(i, 'import builtins, json; builtins.only_there = json.only_there = sys = 1')
    import json
    assert not hasattr(builtins, 'only_there') and not hasattr(json, 'only_there')
    assert run(i, 'out(only_there, json.only_there)') == '1 1'  # __main__ goes on
    assert run(i, 'import sys; out(sorted(vars(sys.modules["__main__"]))[:3], sys.modules["__main__"] is not None)') != ''
    # types of native modules are the same, their functions are not
    assert run(i, f'import _thread, collections; out(id(_thread.lock) == {id(type(threading.Lock()))}, id(collections.deque) == {id(__import__("collections").deque)}, id(len) == {id(len)})') == 'True True False'
    # warnings' filters, atexit, the codec registry, gc's callbacks
    import warnings
    before = len(warnings.filters)
    run(i, 'import warnings; warnings.simplefilter("error"); warnings.simplefilter("ignore")')
    assert len(warnings.filters) == before
    run(i, 'import codecs; codecs.register_error("x-there", lambda e: ("", e.end)); import gc; gc.callbacks.append(lambda *a: None)')
    import codecs
    raises(LookupError, codecs.lookup_error, 'x-there')
    assert not gc.callbacks or len(gc.callbacks) < 2
    # exceptions of Python modules are the interpreter's own
    assert run(i, '''
import json, pickle
try: json.loads("{")
except json.JSONDecodeError as e: out("caught")
out(pickle.loads(pickle.dumps([1, {2: (3,)}, len, json.JSONDecodeError])))
''').startswith('caught\n[1, {2: (3,)}, <built-in function len>, <class \'json.decoder.JSONDecodeError\'>]')
    assert pickle_round([1, ValueError, json.JSONDecodeError])[2] is json.JSONDecodeError
    assert run(i, '''
import asyncio
async def main():
    t = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    t.cancel()
    try: await t
    except asyncio.CancelledError: return "cancelled"
out(asyncio.run(main()))
''') == 'cancelled'
    import asyncio
    async def main():
        t = asyncio.create_task(asyncio.sleep(10))
        await asyncio.sleep(0)
        t.cancel()
        try:
            await t
        except asyncio.CancelledError:
            return 'cancelled'
    assert asyncio.run(main()) == 'cancelled'
    # frames and limits
    assert run(i, 'import sys; out(sys._getframe().f_back, sys.gettrace(), sys.flags.optimize)') == f'None None {sys.flags.optimize}'
    _interpreters.destroy(i)
    raises(NotFound, _interpreters.is_running, i, text=f'unrecognized interpreter ID {i}')
    raises(ValueError, _interpreters.is_running, -1, text='interpreter ID must be a non-negative int, got -1')
    raises(TypeError, _interpreters.is_running, 'x', text='interpreter ID must be an int, got str')
    raises(OverflowError, _interpreters.is_running, 2**70, text='int too big to convert')
    raises(IError, _interpreters.destroy, 0, text='cannot destroy the current interpreter')


def pickle_round(x):
    import pickle
    return pickle.loads(pickle.dumps(x))


# ---- exec
def script_none():
    import builtins
    builtins.done = 1


def with_argument(a):
    pass


def returns():
    return 3


def divides():
    1 / 0


def closure(y):
    def inner():
        return y
    return inner


def test_exec():
    i = _interpreters.create()
    e = _interpreters.exec(i, '1/0')
    assert isinstance(e, types.SimpleNamespace) and e.msg == 'division by zero' and e.formatted == 'ZeroDivisionError: division by zero'
    assert e.type == types.SimpleNamespace(__name__='ZeroDivisionError', __qualname__='ZeroDivisionError', __module__='builtins')
    assert e.errdisplay.startswith('Traceback (most recent call last):\n  File "<script>", line 1, in <module>\n') and e.errdisplay.endswith('ZeroDivisionError: division by zero')
    assert _interpreters.exec(i, 'import sys; sys.exit(3)').formatted == 'SystemExit: 3'
    assert _interpreters.exec(i, b'x = 1') is None and _interpreters.exec(i, 'assert x == 1') is None
    assert _interpreters.exec(i, script_none) is None and _interpreters.exec(i, 'assert done') is None
    assert _interpreters.run_func(i, divides).formatted == 'ZeroDivisionError: division by zero'
    raises(SyntaxError, _interpreters.exec, i, 'x =')
    raises(TypeError, _interpreters.exec, i, 5, text='unsupported script 5')
    raises(ValueError, _interpreters.exec, i, with_argument, text='code with args not supported')
    raises(ValueError, _interpreters.exec, i, returns, text='code that returns a value is not a script')
    raises(ValueError, _interpreters.exec, i, closure(1), text='closures not supported')
    raises(TypeError, _interpreters.run_string, i, 5, text='_interpreters.run_string() argument 2 must be str, not int')
    raises(IError, _interpreters.exec, 0, '1', text='interpreter already running')
    # names
    assert _interpreters.exec(i, 'assert (b, c) == (2, (1, b"x"))', {'b': 2, 'c': (1, b'x')}) is None
    raises(TypeError, _interpreters.exec, i, '1', None, text='_interpreters.exec() argument 3 must be dict, not None')
    raises(TypeError, _interpreters.call, i, len, None, text='_interpreters.call() argument 3 must be tuple, not None')
    raises(UnicodeEncodeError, _interpreters.exec, i, '1', {'\ud82a': 0}, text="'utf-8' codec can't encode character '\\ud82a' in position 0: surrogates not allowed")
    raises(NotShareable, _interpreters.exec, i, '1', {'a': [1]}, text='[1] does not support cross-interpreter data')
    raises(ValueError, _interpreters.set___main___attrs, i, {}, text='arg 2 must be a non-empty dict')
    raises(TypeError, _interpreters.set___main___attrs, i, {1: 2})
    raises(ValueError, _interpreters.set___main___attrs, i, {'\0': 2})
    e = raises(NotShareable, _interpreters.set___main___attrs, i, {'a': 2**70})
    assert isinstance(e.__cause__, OverflowError) and str(e.__cause__) == 'try sending as bytes'
    # while it runs
    r, w = os.pipe()
    thread = threading.Thread(target=_interpreters.exec, args=(i, f'import os; os.read({r}, 1)'))
    thread.start()
    while not _interpreters.is_running(i):
        pass
    raises(IError, _interpreters.exec, i, '1', text='interpreter already running')
    raises(IError, _interpreters.destroy, i, text='interpreter running')
    os.write(w, b'x')
    thread.join()
    os.close(r), os.close(w)
    # what an isolated one may not do
    for code, text in (('import os; os.fork()', 'RuntimeError: fork not supported for isolated subinterpreters'),
                       ('import os; os.execv("/bin/true", ["true"])', 'RuntimeError: exec not supported for isolated subinterpreters'),
                       ('import threading; threading.Thread(target=print, daemon=True).start()', 'RuntimeError: daemon threads are disabled in this (sub)interpreter'),
                       ('import signal; signal.signal(2, signal.SIG_DFL)', 'ValueError: signal only works in main thread of the main interpreter'),
                       ('import subprocess; subprocess.run(["true"], preexec_fn=print)', 'RuntimeError: preexec_fn not supported within subinterpreters'),
                       (f'import _interpreters; _interpreters.destroy({i})', 'concurrent.interpreters.InterpreterError: cannot destroy the current interpreter')):
        assert _interpreters.exec(i, code).formatted == text, _interpreters.exec(i, code).formatted
    # one within another
    assert _interpreters.exec(i, '''
import _interpreters
j = _interpreters.create()
assert _interpreters.exec(j, "x = 5") is None
assert _interpreters.exec(j, "assert x == 5; 1/0").formatted == "ZeroDivisionError: division by zero"
_interpreters.destroy(j)
''') is None
    _interpreters.destroy(i)


# ---- call
def stateless(*args, **kwargs):
    return args, kwargs


def nothing():
    return None


def makes_function():
    return lambda: 5


def uses_globals():
    return uses_globals.__module__


def test_call():
    i = _interpreters.create()
    call = _interpreters.call
    assert call(i, nothing) == (None, None) and call(i, len, ([1, 2],)) == (2, None)
    assert call(i, stateless, (1, 'a', b'bytes', 1.5, None, True, 2**80), {'k': [1, {2: 3}]}) == (((1, 'a', b'bytes', 1.5, None, True, 2**80), {'k': [1, {2: 3}]}), None)
    f, _ = call(i, makes_function)
    assert f() == 5 and f.__globals__ is globals()
    b = b'some bytes'
    assert call(i, lambda x: x, (b,))[0] == b and call(i, lambda x: x, (b,))[0] is not b
    m = memoryview(bytearray(b'abc'))
    assert call(i, lambda x: x, (m,))[0].tobytes() == b'abc'
    def writes(m):
        m[0] = 65
    call(i, writes, (m,))
    assert m[0] == 65
    result, failed = call(i, divides)
    assert result is None and failed.formatted == 'ZeroDivisionError: division by zero' and 'in divides' in failed.errdisplay
    raises(TypeError, call, i, 5, text='expected a callable, got 5')
    raises(TypeError, call, i, nothing, 1, text='_interpreters.call() argument 3 must be tuple, not int')
    e = raises(NotShareable, call, i, closure(1), text='only stateless functions are shareable')
    assert isinstance(e.__cause__, ValueError) and str(e.__cause__) == 'closures not supported'
    raises(NotShareable, call, i, makes_closure)
    assert call(i, eval, ('[__name__, sorted(globals())]',))[0] == ['__main__', ['__builtins__', '__doc__', '__loader__', '__name__', '__package__', '__spec__']]
    assert call(i, dir)[0] == ['__builtins__', '__doc__', '__loader__', '__name__', '__package__', '__spec__']
    _interpreters.destroy(i)
    shareable = _interpreters.is_shareable
    assert all(map(shareable, (None, True, 1, -1, 1.5, 'x', b'x', (), (1, ('a',)), memoryview(b'')))) and not any(map(shareable, ([], {}, object, len, stateless, ..., 1j)))
    try:
        1 / 0
    except ZeroDivisionError as e:
        assert _interpreters.capture_exception().formatted == _interpreters.capture_exception(e).formatted == 'ZeroDivisionError: division by zero'
    assert _interpreters.capture_exception() is None
    raises(TypeError, _interpreters.capture_exception, 5, text='expected exception, got 5')


def makes_closure():
    x = 42
    return lambda: x


# ---- queues
def test_queues():
    q = interpreters.create_queue(2)
    i = interpreters.create()
    q.put(1)
    q.put([1, 'a'])
    raises(interpreters.QueueFull, q.put_nowait, 3, text=f'queue {q.id} is full')
    assert q.get() == 1 and q.get() == [1, 'a']
    raises(interpreters.QueueEmpty, q.get_nowait, text=f'queue {q.id} is empty')
    i.prepare_main(q=q)
    i.exec('q.put(b"there"); assert type(q).__name__ == "Queue"')
    assert q.get() == b'there'
    # a queue through a queue, whose sender drops it
    other = interpreters.create_queue()
    other.put('inside')
    number = other.id
    q.put(other)
    del other
    assert q.get().get() == 'inside'
    gc.collect()
    raises(_interpqueues.QueueNotFoundError, _interpqueues.get, number, text=f'queue {number} not found')
    # items of an interpreter that has ended
    i.exec('q.put(1); q.put(2)')
    i.close()
    assert q.get() is interpreters._queues.UNBOUND and q.qsize() == 1
    q.get()
    raises(ValueError, _interpqueues.create, 1, 9, text='unsupported unboundop 9')
    raises(ValueError, _interpqueues.get, -1, text='queue ID must be a non-negative int, got -1')
    raises(TypeError, _interpqueues.get, 'a', text='queue ID must be an int, got str')
    raises(OverflowError, _interpqueues.get, 2**70, text=f'max queue ID is {2**63 - 1}, got {2**70}')
    raises(ValueError, _interpqueues.get, -2**70, text=f'queue ID must be a non-negative int, got {-2**70}')


# ---- the end of an interpreter
def test_ends():
    r, w = os.pipe()
    i = interpreters.create()
    i.exec(f'''
import atexit, os, threading, time
class D:
    def __del__(self): os.write({w}, b"del ")
d = D()
ring = [d]; ring.append(ring)
atexit.register(os.write, {w}, b"atexit ")
def work():
    time.sleep(0.05)
    os.write({w}, b"thread ")
threading.Thread(target=work).start()
''')
    i.close()
    os.close(w)
    with open(r) as f:
        assert f.read().split() == ['thread', 'atexit', 'del']
    # the last user ends it
    i = interpreters.create()
    number = i.id
    assert number in [n for n, _ in _interpreters.list_all()]
    del i
    gc.collect()
    assert [n for n, _ in _interpreters.list_all()] == [0]
    # many, at once, from threads
    def make():
        j = interpreters.create()
        assert j.call(len, 'abc') == 3
        j.close()
    threads = [threading.Thread(target=make) for _ in range(5)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert [n for n, _ in _interpreters.list_all()] == [0]
    # left over at the end of the program
    import subprocess
    p = subprocess.run([sys.executable, '-c', 'import _interpreters as i; n = i.create(); i.exec(n, "import atexit; atexit.register(print, \\"bye\\")")'], capture_output=True, text=True)
    assert (p.returncode, p.stdout, p.stderr) == (0, 'bye\n', '<sys>:0: RuntimeWarning: remaining subinterpreters; close them with Interpreter.close()\n'), p


def test_pool():
    from concurrent.futures import InterpreterPoolExecutor
    with InterpreterPoolExecutor(2) as pool:
        assert list(pool.map(pow, range(10), [2] * 10)) == [n * n for n in range(10)]
        raises(ZeroDivisionError, pool.submit(divmod, 1, 0).result)


if __name__ == '__main__':
    for name in [n for n in globals() if n.startswith('test_')]:
        globals()[name]()
