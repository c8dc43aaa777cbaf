"""The __del__ of a subclass of a native type runs also when the base's would have nothing to do; a closed stream dies without."""
import asyncio
import gc
import io
import os
import sqlite3
import warnings

died = []


def dying(base):
    class Dying(base):
        def __del__(self):
            died.append(base.__name__)
    return Dying


c = dying(sqlite3.Connection)(':memory:')
c.close()
del c
loop = asyncio.new_event_loop()
f = dying(asyncio.Future)(loop=loop)
f.set_result(1)
del f
f = dying(io.FileIO)(os.devnull)
f.close()
del f
f = dying(io.TextIOWrapper)(open(os.devnull, 'rb'))
f.close()
del f
gc.collect()
loop.close()
assert died == ['Connection', 'Future', 'FileIO', 'TextIOWrapper'], died


# One whose class overrides close() is asked whether it is closed, and closed if it says no.
class Counting(io.FileIO):
    closes = 0

    def close(self):
        Counting.closes += 1
        super().close()


f = Counting(os.devnull)
del f
gc.collect()
assert Counting.closes == 1
f = Counting(os.devnull)
f.close()
del f
gc.collect()
assert Counting.closes == 2

# Open streams are closed as before, and say so.
for mode in 'r', 'w', 'rb', 'wb', 'r+b':
    for close_raw in False, True:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter('always')
            f = open(os.devnull, mode)
            if close_raw:
                (f if 'b' in mode else f.buffer).raw.close()
            del f
            gc.collect()
        assert [w.category for w in seen] == ([] if close_raw else [ResourceWarning]), (mode, close_raw, seen)
