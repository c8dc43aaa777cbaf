# Sockets: addresses, transfers, timeouts, control messages, names.
import _socket, array, os, socket, threading, time


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


a, b = socket.socketpair()
assert a.send(b"abc") == 3 and b.recv(10) == b"abc"
buf = bytearray(5)
a.sendall(b"defgh")
assert b.recv_into(buf) == 5 and buf == b"defgh"
assert a.sendmsg([b"abc", b"de"]) == 5 and b.recvmsg(10) == (b"abcde", [], 0, None)
r, w = os.pipe()
a.sendmsg([b"f"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))])
data, anc, flags, addr = b.recvmsg(10, socket.CMSG_SPACE(4))
fd = array.array("i", anc[0][2])[0]
os.write(fd, b"hi")
assert os.read(r, 5) == b"hi"
a.settimeout(0.05)
t = time.monotonic()
assert error(a.recv, 5) == ("TimeoutError", "timed out") and time.monotonic() - t >= 0.05
a.setblocking(False)
assert error(a.recv, 5)[0] == "BlockingIOError" and a.gettimeout() == 0.0 and not a.getblocking()
a.close()
assert b.recv(1) == b"" and error(a.recv, 1) == ("OSError", "[Errno 9] Bad file descriptor")
# TCP
server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
def serve():
    c, addr = server.accept()
    with c:
        while data := c.recv(65536):
            c.sendall(data.upper())
thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(("localhost", port)) as c:
    assert c.getpeername() == ("127.0.0.1", port)
    c.sendall(b"x" * 200000)
    c.shutdown(socket.SHUT_WR)
    got = b""
    while data := c.recv(65536):
        got += data
    assert got == b"X" * 200000
thread.join()
server.close()
assert error(socket.create_connection, ("127.0.0.1", port))[0] == "ConnectionRefusedError"
s = socket.socket()
assert s.connect_ex(("127.0.0.1", port)) == 111
# UDP
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 0))
v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
v.sendto(b"ping", u.getsockname())
data, addr = u.recvfrom(100)
assert data == b"ping" and addr[0] == "127.0.0.1"
# options
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 1 and len(s.getsockopt(1, 2, 4)) == 4
assert error(s.getsockopt, 1, 2, -1) == ("OSError", "getsockopt buflen out of range")
# addresses
S = _socket.socket
s = S()
for call, text in [(lambda: s.connect("a"), "connect(): AF_INET address must be tuple, not str"),
                   (lambda: s.connect(("a",)), "AF_INET address must be a pair (host, port)"),
                   (lambda: s.connect(("127.0.0.1", 99999)), "connect(): port must be 0-65535."),
                   (lambda: s.connect((5, 5)), "str, bytes or bytearray expected, not int"),
                   (lambda: S(1).bind("a" * 200), "AF_UNIX path too long"),
                   (lambda: s.settimeout(-1), "Timeout value out of range"),
                   (lambda: s.recv(-1), "negative buffersize in recv"),
                   (lambda: s.recv_into(bytearray(5), 10), "buffer too small for requested bytes"),
                   (lambda: s.sendto(b"a"), "sendto() takes 2 or 3 arguments (1 given)"),
                   (lambda: S(fileno=-1), "negative file descriptor"),
                   (lambda: _socket.htons(65536), "Python int too large for C uint16_t"),
                   (lambda: _socket.inet_aton("x"), "illegal IP address string passed to inet_aton"),
                   (lambda: _socket.inet_ntop(99, b"abc"), "unknown address family 99")]:
    assert error(call)[1] == text, (error(call), text)
assert repr(s) == "<socket object, fd=%d, family=2, type=1, proto=0>" % s.fileno()
n = S(1)
n.bind("\0kaa%d" % os.getpid())
assert n.getsockname() == b"\0kaa%d" % os.getpid()
assert S(1, 1).getsockname() == "" and S(family=10).getsockname() == ("::", 0, 0, 0)
assert _socket.getaddrinfo("127.0.0.1", 80, type=1) == [(2, 1, 6, "", ("127.0.0.1", 80))]
assert _socket.getaddrinfo(b"::1", b"80", 0, 1, 6, 4) == [(10, 1, 6, "", ("::1", 80, 0, 0))]
assert _socket.getnameinfo(("127.0.0.1", 80), 3) == ("127.0.0.1", "80")
assert socket.gethostbyname("127.0.0.1") == "127.0.0.1" and socket.gaierror.__module__ == "socket"
assert socket.inet_pton(socket.AF_INET6, "::1") == b"\0" * 15 + b"\1" and socket.inet_ntoa(b"\1\2\3\4") == "1.2.3.4"
assert socket.htonl(1) == 16777216 and socket.CMSG_LEN(5) == 21 and socket.CMSG_SPACE(5) == 24 and socket.timeout is TimeoutError
fd = s.detach()
assert s.fileno() == -1
os.close(fd)
