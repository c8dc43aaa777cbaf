# Functions and aggregates get few and many arguments; errors say which method was missing or failed.
import sqlite3

c = sqlite3.connect(":memory:")
c.create_function("count_args", -1, lambda *args: len(args))
c.create_function("joined", -1, lambda *args: repr(args))
for n in (0, 1, 2, 8, 9, 20, 100):
    values = [i if i % 3 else f"t{i}" for i in range(n)]
    marks = ",".join("?" * n)
    assert c.execute(f"select count_args({marks}), joined({marks})", values * 2).fetchone() == (n, repr(tuple(values)))


class Rows:
    def __init__(self):
        self.rows = []

    def step(self, *args):
        self.rows.append(args)

    def finalize(self):
        return repr(self.rows)


c.create_aggregate("rows", -1, Rows)
c.execute("create table t (a, b)")
c.executemany("insert into t values (?, ?)", [(1, "x"), (None, 2.5), (b"z", 2**40)])
assert c.execute("select rows(a, b), rows(), rows(a,b,a,b,a,b,a,b,a) from t").fetchone() == (
    "[(1, 'x'), (None, 2.5), (b'z', 1099511627776)]",
    "[(), (), ()]",
    "[(1, 'x', 1, 'x', 1, 'x', 1, 'x', 1), (None, 2.5, None, 2.5, None, 2.5, None, 2.5, None), "
    "(b'z', 1099511627776, b'z', 1099511627776, b'z', 1099511627776, b'z', 1099511627776, b'z')]",
)


def failing(**methods):
    c.create_aggregate("bad", 1, type("Bad", (), methods))
    try:
        c.execute("select bad(a) from t").fetchall()
    except sqlite3.OperationalError as e:
        return str(e)


def good(self, *args):
    return 1


assert failing(finalize=good) == "user-defined aggregate's 'step' method not defined"
assert failing(step=good) == "user-defined aggregate's 'finalize' method not defined"
assert failing(step=lambda self, x: 1 / 0, finalize=good) == "user-defined aggregate's 'step' method raised error"
assert failing(step=good, finalize=lambda self: 1 / 0) == "user-defined aggregate's 'finalize' method raised error"
assert failing(step=good, finalize=lambda self: []) == "user-defined aggregate's 'finalize' method raised error"
assert failing(step=good, finalize=good) is None
