# _queue, and the modules of one function: _statistics, _suggestions, _sysconfig, _uuid.
import _queue
import _statistics
import _suggestions
import _sysconfig
import _uuid
import threading
import time
import uuid


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text in str(e), e
    else:
        assert False, (f, args)


q = _queue.SimpleQueue()
raises(_queue.Empty, '', q.get_nowait)
raises(_queue.Empty, '', q.get, False)
raises(_queue.Empty, '', q.get, True, 0.001)
raises(ValueError, 'must be a non-negative number', q.get, True, -1)
raises(TypeError, '', _queue.SimpleQueue, 1)
for i in range(5):
    q.put(i)
assert q.get() == 0 and q.qsize() == 4 and not q.empty()
for i in range(5, 100):
    q.put_nowait([i])
assert [q.get() for _ in range(4)] == [1, 2, 3, 4] and [q.get()[0] for _ in range(95)] == list(range(5, 100)) and q.empty()

# Many threads; a get() that waits.
got, total = [], 400


def worker():
    while (v := q.get()) is not None:
        got.append(v)


threads = [threading.Thread(target=worker) for _ in range(4)]
for t in threads:
    t.start()
for i in range(total):
    q.put(i)
for t in threads:
    q.put(None)
for t in threads:
    t.join()
assert sorted(got) == list(range(total))
t = threading.Thread(target=lambda: (time.sleep(.01), q.put('late')))
t.start()
assert q.get(timeout=60) == 'late'
t.join()

inv = _statistics._normal_dist_inv_cdf
assert inv(0.5, 3, 2) == 3 and abs(inv(0.975, 0, 1) - 1.959963984540054) < 1e-15 and inv(0.3, 1, 2) == -0.048801025416081334
assert abs(inv(1e-20, 0, 1) + 9.262340089798408) < 1e-14
raises(ValueError, 'inv_cdf undefined for these parameters', inv, 0, 1, 2)

best = _suggestions._generate_suggestions
assert best(['hello', 'world'], 'helo') == 'hello' and best(['a'], 'b') is None and best(['foo', 'fooo'], 'foo') == 'fooo'
assert best(['abcd', 'abce'], 'abcf') == 'abcd' and best(['BLAH'], 'blah') is None and best(['x' * 50], 'x' * 49) == 'x' * 50
raises(TypeError, 'candidates must be a list', best, 'x', 'y')
raises(TypeError, "all elements in 'candidates' must be strings", best, [1], 'a')
assert _sysconfig.config_vars()['Py_DEBUG'] == 0

seen = [uuid.UUID(bytes=_uuid.generate_time_safe()[0]) for _ in range(100)]
assert len(set(seen)) == 100 and all(u.version == 1 and u.variant == uuid.RFC_4122 for u in seen)
assert len({u.node for u in seen}) == 1 and abs((seen[0].time - 0x01B21DD213814000) / 1e7 - time.time()) < 60
