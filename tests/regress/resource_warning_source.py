# A ResourceWarning knows its object, so that tracemalloc can say where that came from.
import gc
import os
import socket
import sqlite3
import tracemalloc
import warnings

tracemalloc.start(2)
made = {
    'file': lambda: open(os.devnull),
    'raw file': lambda: open(os.devnull, 'rb', buffering=0),
    'socket': lambda: socket.socket(),
    'database': lambda: sqlite3.connect(':memory:'),
    'directory': lambda: os.scandir('/'),
}
for name, make in made.items():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter('always')
        x = make()
        kind = type(x)
        if name == 'directory':
            next(x)
        del x
        gc.collect()  # a connection is part of a cycle
    assert len(seen) == 1 and isinstance(seen[0].source, kind), (name, seen)
    trace = tracemalloc.get_object_traceback(seen[0].source)
    assert trace and trace[-1].filename.endswith(('resource_warning_source.py', 'socket.py')), (name, trace)
    seen.clear()
