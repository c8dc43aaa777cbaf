"""asyncio: many tasks, gather, a queue between producers and consumers, locks, events, timeouts."""
import asyncio


async def add(a, b):
    await asyncio.sleep(0)
    return a + b


async def tree(depth):
    if depth == 0:
        return 1
    left, right = await asyncio.gather(tree(depth - 1), tree(depth - 1))
    return left + right


async def chain(n):
    s = 0
    for i in range(n):
        s += await plain(i)
    return s


async def plain(i):
    return i


async def producer(queue, count):
    for i in range(count):
        await queue.put(i)


async def consumer(queue, out):
    while True:
        item = await queue.get()
        out.append(item)
        queue.task_done()


async def run(n):
    results = await asyncio.gather(*(add(i, 1) for i in range(n)))
    assert sum(results) == n * (n - 1) // 2 + n
    assert await tree(10) == 1024
    assert await chain(20 * n) == 20 * n * (20 * n - 1) // 2

    queue, out = asyncio.Queue(16), []
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(consumer(queue, out)) for _ in range(4)]
        makers = [group.create_task(producer(queue, n // 4)) for _ in range(4)]
        for m in makers:
            await m
        await queue.join()
        for w in workers:
            w.cancel()
    assert len(out) == n // 4 * 4

    lock, count = asyncio.Lock(), 0

    async def guarded():
        nonlocal count
        async with lock:
            before = count
            await asyncio.sleep(0)
            count = before + 1

    await asyncio.gather(*(guarded() for _ in range(n // 4)))
    assert count == n // 4
    try:
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()
        assert False
    except TimeoutError:
        pass


def main(n):
    asyncio.run(run(n))


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
