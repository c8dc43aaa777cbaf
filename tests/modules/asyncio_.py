# _asyncio: native futures and tasks. CPython's test_asyncio has the rest.
import _asyncio
import asyncio
import contextvars
import gc


def raises(exc, text, f, *args):
    try:
        f(*args)
    except exc as e:
        assert text in str(e), e
    else:
        assert False, (f, args)


assert asyncio.Future is _asyncio.Future and asyncio.Task is _asyncio.Task


async def number(n, delay=0):
    await asyncio.sleep(delay)
    return n


async def main():
    loop = asyncio.get_running_loop()
    assert await asyncio.gather(*map(number, range(100))) == list(range(100))

    # A future: callbacks, in order, with their contexts; result, exception, cancellation.
    var = contextvars.ContextVar('var', default=0)
    f, seen = loop.create_future(), []
    for i in range(3):
        context = contextvars.copy_context()
        context.run(var.set, i)
        f.add_done_callback(lambda f: seen.append((f.result(), var.get())), context=context)
    f.add_done_callback(print)
    assert f.remove_done_callback(print) == 1 and len(f._callbacks) == 3
    raises(asyncio.InvalidStateError, 'Result is not set.', f.result)
    f.set_result('r')
    raises(asyncio.InvalidStateError, 'invalid state', f.set_result, 1)
    await asyncio.sleep(0)
    assert seen == [('r', 0), ('r', 1), ('r', 2)] and f._state == 'FINISHED' and await f == 'r'
    f = loop.create_future()
    f.set_exception(KeyError)
    try:
        await f
    except KeyError as e:
        assert e is f.exception()
    f = loop.create_future()
    assert f.cancel('why') and f.cancelled() and not f.cancel()
    raises(asyncio.CancelledError, 'why', f.result)
    raises(RuntimeError, 'not initialized', asyncio.Future.__new__(asyncio.Future).set_result, 1)
    f = loop.create_future()
    f.set_exception(StopIteration())
    assert isinstance(f.exception(), RuntimeError) and isinstance(f.exception().__cause__, StopIteration)

    # A task: names, results, exceptions, cancellation while it waits and before it starts.
    t = asyncio.create_task(number(5), name='five')
    assert t.get_name() == 'five' and t in asyncio.all_tasks() and asyncio.current_task() in asyncio.all_tasks()
    assert await t == 5 and t.done() and t not in asyncio.all_tasks()
    t = asyncio.create_task(number(1, 60))
    await asyncio.sleep(0)
    assert t._fut_waiter is not None and t.cancel('m') and t.cancelling() == 1
    try:
        await t
    except asyncio.CancelledError as e:
        assert e.args == ('m',) and t.cancelled()
    t = asyncio.create_task(number(1))
    t.cancel()
    assert (await asyncio.gather(t, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert t.uncancel() == 0 and t.uncancel() == 0

    async def stubborn():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return await number('survived')
    t = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    t.cancel()
    assert await t == 'survived'
    raises(TypeError, 'a coroutine was expected, got 5', asyncio.Task, 5)
    raises(RuntimeError, 'does not support set_result', t.set_result, 1)

    # What must not be awaited.
    async def awaits(what):
        await what

    class Yields:
        def __init__(self, value):
            self.value = value

        def __await__(self):
            yield self.value
    other = asyncio.new_event_loop()
    for what, text in (Yields(5), 'Task got bad yield: 5'), (other.create_future(), 'attached to a different loop'), \
            (Yields(loop.create_future()), 'yield was used instead of yield from'):
        r, = await asyncio.gather(awaits(what), return_exceptions=True)
        assert isinstance(r, RuntimeError) and text in str(r), r
    other.close()

    async def itself():
        await me
    me = asyncio.create_task(itself())
    r, = await asyncio.gather(me, return_exceptions=True)
    assert 'Task cannot await on itself' in str(r)

    # Eager tasks, groups, timeouts.
    loop.set_task_factory(asyncio.eager_task_factory)
    done = []

    async def at_once():
        done.append(asyncio.current_task())
        return 1
    outer = asyncio.current_task()
    t = asyncio.create_task(at_once())
    assert t.done() and t.result() == 1 and done == [t] and asyncio.current_task() is outer
    loop.set_task_factory(None)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(number(1, 60))
            group.create_task(awaits(Yields(5)))
    except* RuntimeError as e:
        assert len(e.exceptions) == 1
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(60)
    except TimeoutError:
        pass

    # Nobody asked for the exception; nobody refers to the task.
    said = []
    loop.set_exception_handler(lambda loop, context: said.append(context['message']))

    async def fails():
        raise ValueError
    t = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del t

    async def forever():
        await loop.create_future()
    asyncio.create_task(forever())
    await asyncio.sleep(0)
    # Another that goes the same way, so that no stale word of the native frames below this task names the first one.
    other = asyncio.create_task(forever())
    await asyncio.sleep(0)
    other.cancel()
    for _ in range(5):
        gc.collect()
        await asyncio.sleep(0)
    assert 'Task exception was never retrieved' in said and 'Task was destroyed but it is pending!' in said, said

    # The order of many.
    order, queue = [], asyncio.Queue(3)

    async def put():
        for i in range(20):
            await queue.put(i)

    async def get():
        for _ in range(10):
            order.append(await queue.get())
    await asyncio.gather(put(), get(), get())
    assert order == list(range(20))


asyncio.run(main())
raises(RuntimeError, 'no running event loop', asyncio.get_running_loop)
raises(RuntimeError, 'no running event loop', asyncio.current_task)
raises(RuntimeError, 'is not the running loop', _asyncio._enter_task, 1, 2)
loop = object()
_asyncio._set_running_loop(loop)
_asyncio._enter_task(loop, 'a')
assert asyncio.current_task() == 'a' and asyncio.current_task(loop) == 'a' and asyncio.current_task(5) is None
raises(RuntimeError, "Cannot enter into task 'b' while another task 'a' is being executed.", _asyncio._enter_task, loop, 'b')
assert _asyncio._swap_current_task(loop, 'c') == 'a'
raises(RuntimeError, "task 'b'", _asyncio._leave_task, loop, 'b')
_asyncio._leave_task(loop, 'c')
_asyncio._set_running_loop(None)
