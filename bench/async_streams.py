"""asyncio: asynchronous generators inside one another, context managers, and streams over a socket pair."""
import asyncio
import contextlib
import socket


class Node:
    def __init__(self, left, value, right):
        self.left = left
        self.value = value
        self.right = right

    async def __aiter__(self):
        if self.left:
            async for x in self.left:
                yield x
        yield self.value
        if self.right:
            async for x in self.right:
                yield x


def balanced(values):
    if not values:
        return None
    middle = len(values) // 2
    return Node(balanced(values[:middle]), values[middle], balanced(values[middle + 1:]))


@contextlib.asynccontextmanager
async def span(log, name):
    log.append(name)
    try:
        yield name
    finally:
        log.append('/' + name)


async def talk(lines):
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    peer_reader, peer_writer = await asyncio.open_connection(sock=theirs)

    async def echo():
        while line := await peer_reader.readline():
            peer_writer.write(line.upper())
            await peer_writer.drain()
        peer_writer.close()

    task = asyncio.create_task(echo())
    got = 0
    for i in range(lines):
        writer.write(b'line %d of the talk\n' % i)
        got += len(await reader.readline())
    writer.write_eof()
    await task
    writer.close()
    return got


async def run(n):
    tree = balanced(list(range(n)))
    assert [x async for x in tree] == list(range(n))
    log = []
    for i in range(n // 4):
        async with span(log, 'outer'), span(log, 'inner'):
            pass
    assert len(log) == 4 * (n // 4)
    assert await talk(n // 4) == sum(len(b'line %d of the talk\n' % i) for i in range(n // 4))


def main(n):
    asyncio.run(run(n))


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000)
