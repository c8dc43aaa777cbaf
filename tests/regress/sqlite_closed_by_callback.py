# Callbacks of sqlite3 that close their connection, or make a new one of it, while the library runs.
import gc
import sqlite3


def expect(f, *outcomes):
    try:
        r = f()
    except Exception as e:
        r = type(e).__name__
    assert r in outcomes, r


def fresh(**kw):
    global c
    c = sqlite3.connect(':memory:', **kw)
    c.create_function('close', -1, close)
    return c


def close(*args):
    c.close()
    gc.collect()
    return 1


fresh()
expect(lambda: c.execute('select close()').fetchall(), 'ProgrammingError')


class Aggregate:
    def step(self, *args): pass
    def finalize(self):
        close()
        return 1


fresh().create_aggregate('ag', -1, Aggregate)
expect(lambda: c.execute('select ag(1)').fetchall(), 'ProgrammingError')
fresh().set_authorizer(close)
expect(lambda: c.execute('select 1').fetchall(), 'ProgrammingError', 'DatabaseError')
fresh().set_authorizer(lambda *args: close() and 0)
expect(lambda: c.execute('select 1').fetchall(), 'ProgrammingError')
expect(lambda: c.executescript('select 1'), 'ProgrammingError')
fresh().set_progress_handler(close, 1)
expect(lambda: c.execute('select 1 union select 2 order by 1').fetchall(), 'ProgrammingError', 'OperationalError')
fresh().set_trace_callback(close)
expect(lambda: c.execute('select 1').fetchall(), 'ProgrammingError')
fresh().create_collation('co', close)
expect(lambda: c.execute("select 'a' union select 'b' order by 1 collate co").fetchall(), 'ProgrammingError')
for factory in 'row_factory', 'text_factory':
    setattr(fresh(), factory, close)
    expect(lambda: c.execute("select 'a' union select 'b'").fetchall(), 'ProgrammingError')
sqlite3.register_converter('closing', close)
fresh(detect_types=sqlite3.PARSE_COLNAMES)
expect(lambda: c.execute("select 'a' as 'x [closing]' union select 'b'").fetchall(), 'ProgrammingError')


def sets():
    yield 1,
    c.close()
    yield 2,


fresh().execute('create table x(a)')
expect(lambda: c.executemany('insert into x values(?)', sets()), 'ProgrammingError')

# A statement of the former database, whose functions are gone.
fresh().create_function('f', 1, lambda x: x)
cursor = c.execute('select f(1) union all select f(2) union all select f(3)')
c.__init__(':memory:')
expect(lambda: cursor.fetchall(), 'OperationalError', 'InterfaceError', 'ProgrammingError')

# A function that runs another statement with the cursor that steps.
tries = []


def again(x):
    for f in (lambda: cursor.execute('select 5'), lambda: cursor.close(), lambda: cursor.__init__(c)):
        try:
            f()
        except sqlite3.ProgrammingError as e:
            tries.append(str(e))
    return x


fresh().create_function('again', 1, again)
cursor = c.cursor()
assert cursor.execute('select again(1) union all select again(2) union all select again(3)').fetchall() == [(1,), (2,), (3,)]
assert tries == ['Recursive use of cursors not allowed.'] * 9, tries
