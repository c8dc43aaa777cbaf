# An eager task's first step runs in its context, which is entered without calling anything; one that cannot be entered is an error.
import asyncio
import contextvars

var = contextvars.ContextVar("var", default=0)


async def work(value):
    before = var.get()
    var.set(value)
    await asyncio.sleep(0)
    return before, var.get()


def refused(coro, context):
    try:
        asyncio.Task(coro, loop=asyncio.get_running_loop(), eager_start=True, context=context)
    except (TypeError, RuntimeError) as e:
        return str(e)
    finally:
        coro.close()


async def main():
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    task = asyncio.Task(work(5), loop=loop, eager_start=True, context=context)
    assert context[var] == 5 and var.get() == 0
    assert await task == (0, 5)
    assert await asyncio.Task(work(6), loop=loop, eager_start=True, context=context) == (5, 6)
    assert await asyncio.Task(work(7), loop=loop, eager_start=True) == (0, 7)

    async def inner():
        return refused(work(1), context)

    text = await asyncio.Task(inner(), loop=loop, eager_start=True, context=context)
    assert text.startswith("cannot enter context: <_contextvars.Context object at ") and text.endswith(" is already entered")

    async def fails():
        raise KeyError("x")

    task = asyncio.Task(fails(), loop=loop, eager_start=True, context=context)
    assert task.done() and type(task.exception()) is KeyError
    assert await asyncio.Task(work(8), loop=loop, eager_start=True, context=context) == (6, 8)
    loop.set_exception_handler(lambda *args: None)
    assert refused(work(1), 5) == "an instance of Context was expected"


asyncio.run(main())
