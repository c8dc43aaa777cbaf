"""asyncio over loopback sockets: a chat server, and three clients that talk through it, in one process.

    chat.py            the demonstration
    chat.py serve N    a server on port N of 127.0.0.1, for clients such as `nc`
"""
import asyncio
import sys


class Room:
    def __init__(self):
        self.members = {}

    async def say(self, text, but=None):
        for name, writer in list(self.members.items()):
            if name != but:
                writer.write(f'{text}\n'.encode())
                await writer.drain()

    async def serve(self, reader, writer):
        name = None
        try:
            writer.write(b'name?\n')
            name = (await reader.readline()).decode().strip()
            if not name or name in self.members:
                writer.write(b'taken\n')
                name = None
                return
            await self.say(f'* {name} is here')
            self.members[name] = writer
            writer.write(f'* welcome, {name}\n'.encode())
            async for line in reader:
                match line.decode().strip().split(' ', 1):
                    case ['/who']:
                        writer.write(f'* {', '.join(sorted(self.members))}\n'.encode())
                    case ['/quit']:
                        break
                    case ['']:
                        pass
                    case words:
                        await self.say(f'{name}: {' '.join(words)}')
        except ConnectionError:
            pass
        finally:
            if name:
                del self.members[name]
                await self.say(f'* {name} left')
            writer.close()


class Client:
    def __init__(self, name):
        self.name, self.heard = name, []

    async def join(self, port):
        self.reader, self.writer = await asyncio.open_connection('127.0.0.1', port)
        assert await self.reader.readline() == b'name?\n'
        self.send(self.name)
        self.task = asyncio.create_task(self.listen())
        await self.until('welcome')

    def send(self, text):
        self.writer.write(f'{text}\n'.encode())

    async def listen(self):
        async for line in self.reader:
            self.heard.append(line.decode().rstrip())

    async def until(self, part):
        """Waits for a line that contains `part`."""
        async with asyncio.timeout(5):
            while not any(part in line for line in self.heard):
                await asyncio.sleep(0.001)

    async def leave(self):
        self.send('/quit')
        await self.task
        self.writer.close()


async def demonstration():
    room = Room()
    server = await asyncio.start_server(room.serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        ada, bob, eve = people = [Client(n) for n in ('ada', 'bob', 'eve')]
        for p in people:
            await p.join(port)
        ada.send('hello, both')
        await asyncio.gather(*(p.until('hello, both') for p in people))
        bob.send('hello, ada')
        await asyncio.gather(*(p.until('hello, ada') for p in people))
        eve.send('/who')
        await eve.until('ada, bob, eve')
        await eve.leave()
        await asyncio.gather(ada.until('eve left'), bob.until('eve left'))
        # Many at once: every one hears every line.
        crowd = [Client(f'guest{i}') for i in range(20)]
        await asyncio.gather(*(c.join(port) for c in crowd))
        for c in crowd:
            c.send(f'from {c.name}!')
        await asyncio.gather(*(c.until(f'from {d.name}!') for c in crowd for d in crowd))
        await asyncio.gather(*(c.leave() for c in crowd))
        await asyncio.gather(ada.leave(), bob.leave())
    print('what eve heard:')
    for line in eve.heard:
        print('   ', line)
    print(f'and {len(crowd)} guests heard each other')


async def serve(port):
    server = await asyncio.start_server(Room().serve, '127.0.0.1', port)
    print(f'listening on 127.0.0.1:{port}')
    async with server:
        await server.serve_forever()


if __name__ == '__main__':
    try:
        asyncio.run(serve(int(sys.argv[2])) if sys.argv[1:2] == ['serve'] else demonstration())
    except KeyboardInterrupt:
        pass
