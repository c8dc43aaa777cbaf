# _remote_debugging: the frames and tasks of this process and of others, read without their help; `python -m asyncio ps` and `pstree`.
import _remote_debugging
import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import types
from concurrent import interpreters
from _remote_debugging import CoroInfo, FrameInfo, RemoteUnwinder, TaskInfo, ThreadInfo

ME = os.getpid()


def raises(exc, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        return e
    raise AssertionError((f, args, kw))


def brief(frames):
    return [f.funcname for f in frames]


def stack(**kw):
    threads = RemoteUnwinder(ME, **kw).get_stack_trace()
    assert all(type(t) is ThreadInfo for t in threads)
    return threads


def line():
    return sys._getframe(1).f_lineno


@contextlib.contextmanager
def child(source, *options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'program.py')
        with open(path, 'w') as f:
            f.write(source)
        with subprocess.Popen([sys.executable, *options, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as p:
            try:
                assert p.stdout.readline() == 'ready\n'
                yield p, path
            finally:
                p.kill()


# ---- the types
assert FrameInfo.__match_args__ == ('filename', 'lineno', 'funcname') and FrameInfo.n_fields == 3
assert repr(CoroInfo(([], 5))) == '_remote_debugging.CoroInfo(call_stack=[], task_name=5)'
assert TaskInfo.__match_args__ == ('task_id', 'task_name', 'coroutine_stack', 'awaited_by')
assert _remote_debugging.AwaitedInfo.__match_args__ == ('thread_id', 'awaited_by') and ThreadInfo.__match_args__ == ('thread_id', 'frame_info')
assert _remote_debugging.PROCESS_VM_READV_SUPPORTED == 1
raises(TypeError, type, 'X', (RemoteUnwinder,), {})

# ---- arguments
assert str(raises(TypeError, RemoteUnwinder)) == "RemoteUnwinder() missing required argument 'pid' (pos 1)"
assert str(raises(TypeError, RemoteUnwinder, ME, True)) == 'RemoteUnwinder() takes exactly 1 positional argument (2 given)'
assert str(raises(ValueError, RemoteUnwinder, ME, all_threads=True, only_active_thread=True)) == 'all_threads and only_active_thread cannot both be True'
raises(OverflowError, RemoteUnwinder, 10**12)
raises(RuntimeError, RemoteUnwinder.__new__(RemoteUnwinder).get_stack_trace)

# ---- processes that cannot be read
e = raises(RuntimeError, RemoteUnwinder, 99999999)
assert str(e) == 'Failed to find the PyRuntime section in process 99999999 on Linux platform'
assert type(e.__context__) is OSError and str(e.__context__.__context__) == "[Errno 2] No such file or directory: '/proc/99999999/maps'"
with subprocess.Popen(['sleep', '100']) as p:
    assert str(raises(RuntimeError, RemoteUnwinder, p.pid, debug=True)).startswith(f'Failed to find the PyRuntime section in process {p.pid} on Linux platform')
    p.kill()
with child('import time\nprint("ready", flush=True)\ntime.sleep(1000)\n') as (p, path):
    unwinder = RemoteUnwinder(p.pid)
    deadline = time.monotonic() + 60
    while (frames := unwinder.get_stack_trace())[0].frame_info[0].lineno != 3:
        assert time.monotonic() < deadline
    assert frames == [(p.pid, [(path, 3, '<module>')])]
    assert str(raises(RuntimeError, unwinder.get_all_awaited_by)) == 'AsyncioDebug section not available'
    p.kill()
    p.wait()
    raises(ProcessLookupError, unwinder.get_stack_trace)

# ---- frames, up to the innermost that native code called
def outer():
    return inner()


def inner():
    return stack()[0].frame_info, line()


frames, here = inner()
assert frames[1] == (__file__, here, 'inner') and brief(frames) == ['stack', 'inner', '<module>']
assert brief(outer()[0]) == ['stack', 'inner', 'outer', '<module>']
assert brief([inner() for _ in range(1)][0][0]) == ['stack', 'inner', '<module>']
found = []
sorted([1], key=lambda x: found.append(stack()[0].frame_info))
assert brief(found[0]) == ['stack', '<lambda>']


class C:
    frames = stack()[0].frame_info

    def method(self):
        def local():
            return stack()[0].frame_info
        return local()


assert brief(C.frames) == ['stack', 'C'] and brief(C().method()) == ['stack', 'C.method.<locals>.local', 'C.method', '<module>']
names = {}
exec(compile('def é(f):\n    return f()\n', '日本\U0001f600.py', 'exec'), names)
assert names['é'](stack)[0].frame_info[1] == ('日本\U0001f600.py', 2, 'é')
exec(compile(f'def {"f" * 1100}(f):\n    return f()\ng = {"f" * 1100}', 'x' * 1500, 'exec'), names)
assert names['g'](stack)[0].frame_info[1] == ('x' * 1024, 2, 'f' * 1024)


def deep(n):
    return deep(n - 1) if n else stack()[0].frame_info


sys.setrecursionlimit(5000)
assert len(deep(1000)) == 1003
assert str(raises(RuntimeError, deep, 1100)) == 'Too many stack frames (possible infinite loop)'

# A finalizer that runs between two instructions: its caller is where its object died.
class Dying:
    def __del__(self):
        found.append(stack()[0].frame_info)


def drop():
    x = Dying()
    x = None
    return line() - 1


here = drop()
assert brief(found[-1])[:2] == ['stack', 'Dying.__del__'] and {f.lineno for f in found[-1] if f.funcname == 'drop'} <= {here}

# ---- threads
ready, go = threading.Event(), threading.Event()


def wait():
    ready.set()
    go.wait()


thread = threading.Thread(target=wait)
thread.start()
ready.wait()
while True:
    threads = dict(stack(all_threads=True))
    if brief(threads[thread.native_id])[:2] == ['Condition.wait', 'Event.wait']:
        break
assert brief(threads[thread.native_id]) == ['Condition.wait', 'Event.wait', 'wait', 'Thread.run'] and brief(threads[ME]) == ['stack', '<module>']
assert len(threads) == 2 and len(stack()) == 1
assert [t.thread_id for t in stack(only_active_thread=True)] == [ME]
seen = []
other = threading.Thread(target=lambda: seen.append((stack(only_active_thread=True), stack())))
other.start()
other.join()
assert seen[0][0][0].thread_id == other.native_id and seen[0][1][0].thread_id == ME
go.set()
thread.join()

# ---- the line of a loop that calls nothing
with child('print("ready", flush=True)\ndef spin():\n    i = 0\n    while True:\n        i += 1\nspin()\n') as (p, path):
    unwinder = RemoteUnwinder(p.pid, only_active_thread=True)
    deadline = time.monotonic() + 60
    while not ((threads := unwinder.get_stack_trace()) and threads[0].frame_info[0].lineno in (4, 5)):
        assert time.monotonic() < deadline, threads
    assert threads[0].frame_info[1] == (path, 6, '<module>')

# ---- tasks
unwinder = RemoteUnwinder(ME)


def tasks(result):
    return {t.task_name: t for i in result for t in i.awaited_by}


def stacks():
    return {name: brief(f for c in t.coroutine_stack for f in c.call_stack) for name, t in tasks(unwinder.get_all_awaited_by()).items()}


def waiters():
    found = tasks(unwinder.get_all_awaited_by())
    names = {t.task_id: name for name, t in found.items()}
    return {name: {names[c.task_name] for c in t.awaited_by} for name, t in found.items()}


async def sleeps():
    await asyncio.sleep(1000)


async def awaits(x):
    await x


async def iterates(x):
    async for _ in x:
        pass


async def generates():
    try:
        yield 1
    except ValueError:
        await sleeps()
    finally:
        await sleeps()


async def generates_late():
    await sleeps()
    yield


class Awaitable:
    def __await__(self):
        return sleeps().__await__()


class Context:
    async def __aenter__(self):
        await sleeps()

    async def __aexit__(self, *args):
        pass


async def enters():
    async with Context():
        pass


@types.coroutine
def old():
    yield from sleeps()


async def kinds():
    asyncio.current_task().set_name('main')
    create = asyncio.create_task
    thrown, closed, steps = generates(), generates(), generates_late()
    await anext(thrown)
    await anext(closed)
    make = {
        'plain': sleeps(), 'nested': awaits(awaits(sleeps())), 'zero': awaits(asyncio.sleep(0)), 'object': awaits(Awaitable()), 'old': awaits(old()),
        'for': iterates(generates_late()), 'anext': anext(steps), 'athrow': thrown.athrow(ValueError), 'aclose': awaits(closed.aclose()), 'with': enters(),
        'comprehension': iterates(x async for x in generates_late()), 'event': asyncio.Event().wait(), 'é日\U0001f600': sleeps(), 'x' * 300: sleeps(),
    }
    held = [create(coro, name=name) for name, coro in make.items()]
    await asyncio.sleep(0)
    held.append(create(sleeps(), name=7))
    found = stacks()
    for task in held:
        task.cancel()
    await asyncio.sleep(0)
    return found


found_stacks = asyncio.run(kinds())
assert found_stacks == {
    'main': ['kinds'],
    'plain': ['sleep', 'sleeps'], 'nested': ['sleep', 'sleeps', 'awaits', 'awaits'], 'zero': ['sleep', 'awaits'], 'object': ['awaits'], 'old': ['awaits'],
    'for': ['sleep', 'sleeps', 'generates_late', 'iterates'], 'anext': ['sleep', 'sleeps', 'generates_late'], 'athrow': ['sleep', 'sleeps', 'generates'],
    'aclose': ['sleep', 'sleeps', 'generates', 'awaits'], 'with': ['sleep', 'sleeps', 'Context.__aenter__', 'enters'],
    'comprehension': ['sleep', 'sleeps', 'generates_late', 'kinds.<locals>.<genexpr>', 'iterates'], 'event': ['Event.wait'],
    'é日\U0001f600': ['sleep', 'sleeps'], 'x' * 255: ['sleep', 'sleeps'], '7': ['sleeps'],
}, found_stacks


class Subclass(asyncio.Task):
    pass


async def graph():
    asyncio.current_task().set_name('main')
    create = asyncio.create_task
    leaf = create(sleeps(), name='leaf')
    held = [leaf, create(awaits(leaf), name='one'), create(asyncio.wait([leaf]), name='two')]
    held.append(Subclass(awaits(held[1]), name='sub'))
    held.append(Subclass(awaits(leaf), name='gone'))
    await asyncio.sleep(0)
    first = waiters()
    asyncio.future_discard_from_awaited_by(leaf, held[-1])
    second = waiters()
    for task in held:
        task.cancel()
    await asyncio.wait(held)
    return first, second, waiters()


first, second, third = asyncio.run(graph())
assert first == {'main': set(), 'leaf': {'one', 'two', 'gone'}, 'one': {'sub'}, 'two': set(), 'sub': set(), 'gone': set()}, first
assert second == {'main': set(), 'leaf': {'one', 'two'}, 'one': {'sub'}, 'two': set(), 'sub': set(), 'gone': set()}, second
assert list(third) == ['main']


# The running task with the frames that it runs, and all that wait for it.
async def busy(look):
    await asyncio.sleep(0)
    sorted([1], key=lambda x: found.append(look()))


async def chain(n, look):
    if n:
        await asyncio.create_task(chain(n - 1, look), name=f'chain {n - 1}')
    else:
        await busy(look)


async def run_chain():
    asyncio.current_task().set_name('main')
    await chain(2, unwinder.get_async_stack_trace)


asyncio.run(run_chain())
info, = found[-1]
assert info.thread_id == ME and [t.task_name for t in info.awaited_by] == ['chain 0', 'chain 1', 'main']
assert brief(info.awaited_by[0].coroutine_stack[0].call_stack) == ['busy.<locals>.<lambda>', 'busy', 'chain']
assert info.awaited_by[1].awaited_by[0] == (info.awaited_by[2].coroutine_stack[0].call_stack, info.awaited_by[2].task_id)
assert unwinder.get_async_stack_trace() == []


async def running_generator():
    yield unwinder.get_async_stack_trace()


async def run_generator():
    return await asyncio.create_task(anext(running_generator()), name='step')


assert brief(tasks(asyncio.run(run_generator()))['step'].coroutine_stack[0].call_stack) == ['running_generator']


async def too_deep():
    sys.setrecursionlimit(5000)

    async def down(n):
        await (down(n - 1) if n else sleeps())
    task = asyncio.create_task(down(1100))
    await asyncio.sleep(0)
    error = raises(RuntimeError, unwinder.get_all_awaited_by)
    task.cancel()
    return str(error)


assert asyncio.run(too_deep()) == 'Too many coroutine frames (possible infinite loop)'

# Those of each thread, and of one that has ended; after a fork.
loop = asyncio.new_event_loop()
held = []
ready, go = threading.Event(), threading.Event()


async def in_thread():
    held.append(loop.create_task(sleeps(), name='from thread'))
    ready.set()
    go.wait()


thread = threading.Thread(target=lambda: asyncio.run(in_thread()))
thread.start()
ready.wait()
held.append(loop.create_task(sleeps(), name='from main'))


def owners():
    return [(i.thread_id, [t.task_name for t in i.awaited_by if t.task_name[:4] == 'from']) for i in unwinder.get_all_awaited_by()]


assert owners() == [(ME, ['from main']), (thread.native_id, ['from thread']), (0, [])], owners()
go.set()
thread.join()
assert owners() == [(ME, ['from main']), (0, ['from thread'])], owners()
import warnings
with warnings.catch_warnings(action='ignore'):
    pid = os.fork()
if not pid:
    unwinder = RemoteUnwinder(os.getpid())
    os._exit(owners() != [(os.getpid(), ['from main']), (0, ['from thread'])] or brief(unwinder.get_stack_trace()[0].frame_info) != ['<module>'])
assert os.waitpid(pid, 0)[1] == 0
other = threading.Thread(target=lambda: asyncio.run(sleepless()))


async def sleepless():
    held.append(loop.create_task(sleeps(), name='from other'))
    found.append(owners())


other.start()
other.join()
assert found[-1] == [(ME, ['from main']), (other.native_id, ['from other']), (0, ['from thread'])], found[-1]
assert len(asyncio.all_tasks(loop)) == 3
for task in held:
    task.cancel()
loop.run_until_complete(asyncio.sleep(0))
loop.close()

# ---- a thread that is in another interpreter
interpreter = interpreters.create()
interpreter.exec('''if True:
    import asyncio, os
    from _remote_debugging import RemoteUnwinder
    unwinder = RemoteUnwinder(os.getpid())
    def names(frames): return [f.funcname for f in frames]
    async def inside():
        task, = unwinder.get_async_stack_trace()[0].awaited_by
        assert names(task.coroutine_stack[0].call_stack) == ['inside']
        asyncio.create_task(asyncio.sleep(1000), name='other')
        assert [t.task_name for i in unwinder.get_all_awaited_by() for t in i.awaited_by][1:] == ['other']
        assert names(unwinder.get_stack_trace()[0].frame_info) == ['Interpreter.exec', '<module>']
        active, = RemoteUnwinder(os.getpid(), only_active_thread=True).get_stack_trace()
        assert names(active.frame_info) == ['inside'], active
    asyncio.run(inside())
''')
interpreter.close()

# ---- the command line
PROGRAM = '''
import asyncio
async def sleeps():
    await asyncio.sleep(1000)
async def waits(task):
    await task
async def main():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sleeps(), name='leaf')
        group.create_task(waits(asyncio.create_task(sleeps())), name='waits')
        await asyncio.sleep(0.01)
        print('ready', flush=True)
        await asyncio.sleep(1000)
asyncio.run(main())
'''


def command(*args):
    return subprocess.run([sys.executable, '-m', 'asyncio', *args], capture_output=True, text=True)


with child(PROGRAM) as (p, path):
    deadline = time.monotonic() + 60
    while (tree := command('pstree', str(p.pid)).stdout).count('sleep ') < 3:
        assert time.monotonic() < deadline, tree
    library = os.path.dirname(asyncio.__file__)
    tree = re.sub(r':\d+$', '', tree.replace(path, 'PROGRAM').replace(library, 'LIB'), flags=re.M)
    assert tree == '''\
└── (T) Task-1
    └──  main PROGRAM
        └──  sleep LIB/tasks.py
            ├── (T) leaf
            │   └──  sleeps PROGRAM
            │       └──  sleep LIB/tasks.py
            └── (T) waits
                └──  waits PROGRAM
                    └── (T) Task-2
                        └──  sleeps PROGRAM
                            └──  sleep LIB/tasks.py
''', tree
    table = [re.split(r'\s{2,}', row.strip()) for row in command('ps', str(p.pid)).stdout.splitlines()]
    ids = {row[2]: row[1] for row in table[2:]}
    assert [row[2:] for row in table[2:]] == [
        ['Task-1', 'sleep -> main', '0x0'], ['leaf', 'sleep -> sleeps', 'sleep -> main', 'Task-1', ids['Task-1']],
        ['Task-2', 'sleep -> sleeps', 'waits', 'waits', ids['waits']], ['waits', 'waits', 'sleep -> main', 'Task-1', ids['Task-1']]], table
    assert all(row[0] == str(p.pid) for row in table[2:])
assert command('ps', '99999999').stdout == "Error retrieving tasks: [Errno 2] No such file or directory: '/proc/99999999/maps'\n"

# ---- a process that changes all the time: answers that make sense, or RuntimeError
CHURN = '''
import asyncio, random, threading
async def leaf(n):
    await asyncio.sleep(0)
    if n:
        await leaf(n - 1)
async def fan():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(leaf(random.randrange(10)), name=random.choice([None, 'x' * 40, 'é日'])) for _ in range(10)]
        group.create_task(asyncio.wait(tasks))
    exec(compile('def f(): pass\\nf()', 'file.py', 'exec'))
async def main():
    while True:
        await asyncio.gather(fan(), fan())
def down(n):
    return down(n - 1) if n else sum(i for i in range(10))
def threads():
    while True:
        t = threading.Thread(target=down, args=(random.randrange(100),))
        t.start()
        t.join()
threading.Thread(target=threads, daemon=True).start()
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
print('ready', flush=True)
asyncio.run(main())
'''
with child(CHURN) as (p, path):
    good = 0
    end = time.monotonic() + 1
    while time.monotonic() < end or good < 3:
        for options in {}, {'all_threads': True}, {'only_active_thread': True}:
            unwinder = RemoteUnwinder(p.pid, **options)
            for method in unwinder.get_stack_trace, unwinder.get_all_awaited_by, unwinder.get_async_stack_trace:
                try:
                    answer = method()
                except RuntimeError:
                    continue
                good += 1
                frames = [f for i in answer for f in i[1]] if method.__name__ == 'get_stack_trace' else \
                    [f for i in answer for t in i.awaited_by for c in t.coroutine_stack + t.awaited_by for f in c.call_stack]
                for f in frames:
                    assert f.filename.endswith('.py') or f.filename[0] == '<', f
                    assert 0 < f.lineno < 5000, f
