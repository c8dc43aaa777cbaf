# _sqlite3: statements, parameters, rows, transactions, callbacks, blobs, backup; and what objects that die leave behind.
import gc
import sqlite3
import threading


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert type(e) is exc and str(e) == text, (e, text)
        return e
    raise AssertionError(f"{exc.__name__} not raised")


P, O = sqlite3.ProgrammingError, sqlite3.OperationalError
con = sqlite3.connect(":memory:")
assert con.execute("").fetchall() == [] and con.execute("select 1; -- end").fetchone() == (1,)
raises(P, "You can only execute one statement at a time.", con.execute, "select 1; select 2")
raises(P, "Incorrect number of bindings supplied. The current statement uses 1, and there are 2 supplied.", con.execute, "select ?", (1, 2))
raises(P, "You did not supply a value for binding parameter :a.", con.execute, "select :a", {})
raises(P, "Error binding parameter 1: type 'object' is not supported", con.execute, "select ?", (object(),))
raises(OverflowError, "Python int too large to convert to SQLite INTEGER", con.execute, "select ?", (2**70,))
values = (None, 7, -2**63, 2**63 - 1, 1.5, "text\0\u20ac", b"\0\xff", bytearray(b"x"), True)
assert con.execute("select ?,?,?,?,?,?,?,?,?", values).fetchone() == values
assert con.execute("select :a, @b, $c", {"a": 1, "b": 2, "c": 3}).fetchone() == (1, 2, 3)

cur = con.cursor()
cur.execute("create table t(a integer primary key, b)")
assert cur.rowcount == -1 and cur.description is None
assert cur.executemany("insert into t(b) values (?)", ((i * i,) for i in range(10))).rowcount == 10 and con.in_transaction
con.commit()
cur.execute("select a, b as square from t order by a")
assert [d[0] for d in cur.description] == ["a", "square"]
assert cur.fetchone() == (1, 0) and cur.fetchmany(2) == [(2, 1), (3, 4)] and len(list(cur)) == 7 and cur.fetchone() is None
assert cur.execute("insert into t(b) values ('x') returning a").fetchall() == [(11,)] and cur.lastrowid == 11
con.rollback()
e = raises(sqlite3.IntegrityError, "UNIQUE constraint failed: t.a", con.execute, "insert into t values (1, 2)")
assert e.sqlite_errorname == "SQLITE_CONSTRAINT_PRIMARYKEY" and e.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
try:
    with con:
        con.execute("delete from t")
        raise KeyError
except KeyError:
    pass
assert con.execute("select count(*) from t").fetchone() == (10,)
con.autocommit = False
assert con.in_transaction
con.autocommit = sqlite3.LEGACY_TRANSACTION_CONTROL
con.rollback()

con.row_factory = sqlite3.Row
row = con.execute("select 1 as a, 2 as B").fetchone()
assert row.keys() == ["a", "B"] and (row["A"], row["b"], row[-1], tuple(row), row[0:1]) == (1, 2, 2, (1, 2), (1,))
assert row == con.execute("select 1 as a, 2 as B").fetchone() and row != (1, 2) and len({row, row}) == 1
raises(IndexError, "No item with that key", row.__getitem__, "x")
con.row_factory = None

# Callbacks: their exceptions become errors of the statement.
con.create_function("twice", 1, lambda x: x * 2)
con.create_function("fails", 0, lambda: 1 / 0)
assert con.execute("select twice(21), twice('ab')").fetchone() == (42, "abab")
raises(O, "user-defined function raised exception", con.execute, "select fails()")


class Longest:
    def __init__(self):
        self.texts = []

    def step(self, text):
        self.texts.append(text)

    def inverse(self, text):
        self.texts.remove(text)

    def value(self):
        return max(self.texts, key=len)

    finalize = value


con.create_window_function("longest", 1, Longest)
words = "select 'aa' as w union all select 'b' union all select 'cccc' union all select 'd'"
assert con.execute(f"select longest(w) from ({words})").fetchone() == ("cccc",)
assert [r[0] for r in con.execute(f"select longest(w) over (rows between 1 preceding and current row) from ({words})")] == ["aa", "aa", "cccc", "cccc"]
con.create_collation("backwards", lambda a, b: (a[::-1] > b[::-1]) - (a[::-1] < b[::-1]))
assert [r[0] for r in con.execute("select 'ab' as w union all select 'ba' order by w collate backwards")] == ["ba", "ab"]
seen = []
con.set_trace_callback(seen.append)
con.execute("select ?", ("it's",))
con.set_trace_callback(None)
assert seen == ["select 'it''s'"]
con.set_authorizer(lambda action, *rest: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ else sqlite3.SQLITE_OK)
raises(sqlite3.DatabaseError, "access to t.a is prohibited", con.execute, "select a from t")
con.set_authorizer(None)
con.set_progress_handler(lambda: 1, 1)
raises(O, "interrupted", con.execute, "select a from t")
con.set_progress_handler(None, 1)

# Adapters and converters.
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __conform__(self, protocol):
        return f"{self.x};{self.y}" if protocol is sqlite3.PrepareProtocol else None


sqlite3.register_converter("point", lambda b: Point(*map(int, b.split(b";"))))
typed = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
typed.execute("create table p(p point(2))")
typed.execute("insert into p values (?)", (Point(3, -4),))
p, q = typed.execute('select p, p as "q [point]" from p').fetchone()
assert (p.x, p.y, q.x, q.y) == (3, -4, 3, -4)
typed.close()

# Blobs, serialization, backup.
con.execute("create table b(b blob)")
con.execute("insert into b values (zeroblob(10))")
with con.blobopen("b", "b", 1) as blob:
    blob.write(b"hello")
    blob[-1] = 33
    blob[5:9:2] = b"xy"
    assert len(blob) == 10 and blob[0:10] == b"hellox\0y\0!" and blob.tell() == 5
    raises(ValueError, "data longer than blob length", blob.write, b"123456")
raises(P, "Cannot operate on a closed blob.", blob.read)
con.commit()
copy = sqlite3.connect(":memory:")
steps = []
con.backup(copy, pages=1, progress=lambda *a: steps.append(a))
assert len(steps) > 1 and copy.execute("select count(*) from t").fetchone() == (10,)
other = sqlite3.connect(":memory:")
other.deserialize(con.serialize())
assert other.execute("select count(*) from t").fetchone() == (10,)
other.close()

# A cursor that dies in the middle of its rows holds no lock on.
cur = copy.execute("select a from t")
cur.fetchone()
del cur
gc.collect()
copy.execute("drop table t")
copy.close()
raises(P, "Cannot operate on a closed database.", copy.execute, "select 1")

# Aggregates of a statement that is never finished; a connection that dies with its functions, in a cycle.
def orphan():
    db = sqlite3.connect(":memory:")
    db.create_function("me", 0, lambda: id(db))
    db.create_aggregate("longest", 1, Longest)
    db.executescript("create table w(w); insert into w values ('a'), ('bb');")
    c = db.execute("select longest(w), me() from w group by w")
    assert c.fetchone()[0] == "a"
    db.cycle = None
    return c


class Own(sqlite3.Connection):
    pass


sqlite3_connect, sqlite3.connect = sqlite3.connect, lambda path: sqlite3_connect(path, factory=Own)
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)
    for i in range(20):
        orphan()
    gc.collect()
sqlite3.connect = sqlite3_connect

# Threads: only where it was allowed; the function of one runs while others wait.
errors = []
def use():
    try:
        con.execute("select 1")
    except P as e:
        errors.append(str(e)[:55])
t = threading.Thread(target=use)
t.start()
t.join()
assert errors == ["SQLite objects created in a thread can only be used in "]
shared = sqlite3.connect(":memory:", check_same_thread=False)
shared.create_function("f", 1, lambda x: x + 1)
results = []
threads = [threading.Thread(target=lambda i=i: results.append(shared.execute("select sum(f(value)) from (select 1 as value union select ?)", (i,)).fetchone()[0])) for i in range(5, 9)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sorted(results) == [8, 9, 10, 11]
shared.close()
con.close()
