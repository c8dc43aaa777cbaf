# tracemalloc: blocks, where they were made, the peak.
import gc
import subprocess
import sys
import tracemalloc

assert not tracemalloc.is_tracing()
assert tracemalloc.get_traced_memory() == (0, 0)
assert tracemalloc._get_traces() == []
assert tracemalloc.get_object_traceback(object()) is None


def make(n):
    return b'x' * n


def outer(n):
    return make(n)


tracemalloc.start(3)
assert tracemalloc.is_tracing() and tracemalloc.get_traceback_limit() == 3
data = outer(100_000)
now, peak = tracemalloc.get_traced_memory()
assert 100_000 < now <= peak < 200_000, (now, peak)
tb = tracemalloc.get_object_traceback(data)
assert len(tb) == 3 and [f.filename for f in tb] == [__file__] * 3
first = make.__code__.co_firstlineno
assert tb[-1].lineno == first + 1 and tb[-2].lineno == outer.__code__.co_firstlineno + 1, tb

snapshot = tracemalloc.take_snapshot()
top = snapshot.statistics('lineno')[0]
assert top.size >= 100_000 and top.traceback[-1].lineno == first + 1
del data
gc.collect()
after = tracemalloc.get_traced_memory()
assert after[0] < now - 90_000 and after[1] >= peak
tracemalloc.reset_peak()
assert tracemalloc.get_traced_memory()[1] < 100_000

# What lives is told apart, line by line.
old = tracemalloc.take_snapshot()
keep = [[i] for i in range(1000)]
line = sys._getframe().f_lineno - 1
diff = tracemalloc.take_snapshot().compare_to(old, 'lineno')
mine = [d for d in diff if d.traceback[-1].lineno == line and d.traceback[-1].filename == __file__]
assert len(mine) == 1 and mine[0].count_diff >= 2000 and mine[0].size_diff > 30_000, mine

# Growing buffers: traced as they are.
l = []
for i in range(100_000):
    l.append(None)
assert tracemalloc.get_traced_memory()[0] > 800_000
l = None
gc.collect()
assert tracemalloc.get_traced_memory()[0] < 400_000

assert tracemalloc.get_tracemalloc_memory() > 0
tracemalloc.clear_traces()
assert tracemalloc.get_traced_memory() == (0, 0)
tracemalloc.stop()
assert not tracemalloc.is_tracing() and tracemalloc.get_tracemalloc_memory() == 0
for bad in (0, -1, 1 << 20):
    try:
        tracemalloc.start(bad)
    except ValueError as e:
        assert str(e) == 'the number of frames must be in range [1; 65535]'
    else:
        assert False


def run(*args, **env):
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, env=env or None)


code = 'import tracemalloc; print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())'
assert run('-X', 'tracemalloc', '-c', code).stdout == 'True 1\n'
assert run('-X', 'tracemalloc=7', '-c', code).stdout == 'True 7\n'
assert run('-X', 'tracemalloc=0', '-c', code).stdout == 'False 1\n'
assert run('-c', code, PYTHONTRACEMALLOC='5').stdout == 'True 5\n'
p = run('-X', 'tracemalloc=x', '-c', code)
assert p.returncode == 1 and 'invalid number of frames' in p.stderr
