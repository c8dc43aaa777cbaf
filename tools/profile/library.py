"""More of the library, for `./dev profile`: what programs on asyncio need, lies behind the rest."""
import asyncio
import dataclasses
import datetime
import logging
import pickle
import socket
import ssl
import threading


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: float = 0.5


async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(echo, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b'line\n')
    assert await reader.read() == b'line\n'
    writer.close()
    server.close()
    async with asyncio.TaskGroup() as group:
        for i in range(3):
            group.create_task(asyncio.sleep(i / 10000))
    await asyncio.gather(asyncio.to_thread(int), asyncio.wait_for(asyncio.sleep(0), 1))


asyncio.run(main())
logging.basicConfig(level=logging.INFO)
logging.info('%s at %s', pickle.loads(pickle.dumps([Point(1), {'a': (1, 2.5, b'c')}])), datetime.datetime(2026, 1, 1).isoformat())
t = threading.Thread(target=print)
t.start()
t.join()
