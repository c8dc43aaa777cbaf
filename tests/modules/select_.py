# select, poll, epoll.
import os, select, time


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


r, w = os.pipe()
assert select.select([r], [w], [], 0) == ([], [w], [])
os.write(w, b"x")
assert select.select([r], [], []) == ([r], [], [])
class F:
    def fileno(self): return r
f = F()
assert select.select([f], [], [], 1)[0][0] is f
t = time.monotonic()
assert select.select([], [], [], 0.05) == ([], [], []) and time.monotonic() - t >= 0.05
assert error(select.select, 5, [], [], 0) == ("TypeError", "arguments 1-3 must be sequences")
assert error(select.select, [], [], [], -1) == ("ValueError", "timeout must be non-negative")
assert error(select.select, [5000], [], [], 0) == ("ValueError", "filedescriptor out of range in select()")
p = select.poll()
p.register(r, select.POLLIN)
p.register(w)
assert sorted(p.poll(0)) == [(r, select.POLLIN), (w, select.POLLOUT)]
p.unregister(w)
p.modify(f, 0)
assert p.poll(10) == [] and error(p.unregister, w) == ("KeyError", str(w)) and error(p.modify, w, 1)[0] == "FileNotFoundError"
assert error(p.register, r, 1 << 20) == ("OverflowError", "Python int too large for C unsigned short")
assert error(p.poll, "a") == ("TypeError", "timeout must be an integer or None")
with select.epoll() as e:
    e.register(r, select.EPOLLIN)
    assert e.poll(1) == [(r, select.EPOLLIN)] and not e.closed
    os.read(r, 1)
    assert e.poll(0.01) == []
    e.modify(r, select.EPOLLIN | select.EPOLLET)
    e.unregister(r)
    assert error(e.register, 9999) == ("OSError", "[Errno 9] Bad file descriptor")
    assert error(e.poll, 0, -2) == ("ValueError", "maxevents must be greater than 0, got -2")
assert e.closed and error(e.fileno) == ("ValueError", "I/O operation on closed epoll object")
