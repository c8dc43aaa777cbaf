# What calls that are given a size of room return: the bytes that came, whatever the size.
import os
import socket

a, b = socket.socketpair()
SIZES = [0, 1, 10, 16 << 10, (16 << 10) + 1, 100_000, 1 << 20, (1 << 20) + 1, 5_000_000]
for room in SIZES:
    for sent in (b"x", b"hello", b"\0" * 20_000):
        for receive in (
            lambda: a.recv(room),
            lambda: a.recvfrom(room)[0],
            lambda: a.recvmsg(room)[0],
            lambda: os.read(a.fileno(), room),
        ):
            b.sendall(sent)
            got = receive()
            assert type(got) is bytes and len(got) <= room and sent.startswith(got), (room, len(got))
            assert got or not room
            while len(got) < len(sent):
                got += a.recv(1 << 16)
            assert got == sent

# The end, errors, no data.
a.setblocking(False)
for room in SIZES[1:]:
    for receive in (a.recv, a.recvfrom, a.recvmsg):
        try:
            receive(room)
        except BlockingIOError:
            pass
        else:
            raise AssertionError
b.close()
for room in SIZES:
    assert a.recv(room) == b"" and os.read(a.fileno(), room) == b""
for receive in (a.recv, a.recvfrom, a.recvmsg):
    try:
        receive(-1)
    except ValueError:
        pass
    else:
        raise AssertionError
try:
    a.recv(1 << 60)
except MemoryError:
    pass
else:
    raise AssertionError
a.close()
