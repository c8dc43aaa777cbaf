"""A bookshop that keeps its stock and its sales in SQLite: tables, transactions that fail as a whole, functions of one's own inside SQL, and a backup.

Without an argument the database lives in memory; otherwise in the file named, where it stays for the next run.
"""
import datetime
import decimal
import math
import sqlite3
import sys

SCHEMA = """
create table if not exists book (
    isbn text primary key,
    title text not null collate words,
    price price text not null,
    stock integer not null check (stock >= 0)
);
create table if not exists sale (
    id integer primary key,
    isbn text not null references book(isbn),
    day day not null,
    copies integer not null
);
"""

BOOKS = [
    ('978-0', 'The Old Lighthouse', '12.50', 4),
    ('978-1', 'A Short Walk', '8.00', 2),
    ('978-2', 'Élan and Other Stories', '15.20', 7),
    ('978-3', 'An Island of Snow', '21.99', 1),
    ('978-4', 'Zinc', '5.75', 12),
]
SALES = [
    ('2024-03-01', [('978-0', 1), ('978-4', 3)]),
    ('2024-03-02', [('978-3', 1), ('978-2', 2)]),
    ('2024-03-02', [('978-1', 1), ('978-3', 1)]),   # nothing of this is sold: one of the books is out of stock
    ('2024-03-04', [('978-4', 2), ('978-0', 2), ('978-1', 2)]),
]


def by_words(a, b):
    """Order of titles: the article at the start does not count."""
    def key(title):
        first, _, rest = title.casefold().partition(' ')
        return rest if first in ('a', 'an', 'the') and rest else title.casefold()
    return (key(a) > key(b)) - (key(a) < key(b))


class Median:
    """An aggregate that also works over a moving window."""
    def __init__(self):
        self.values = []

    def step(self, value):
        self.values.append(value)

    def inverse(self, value):
        self.values.remove(value)

    def value(self):
        s = sorted(self.values)
        return (s[(len(s) - 1) // 2] + s[len(s) // 2]) / 2 if s else None

    finalize = value


def connect(path):
    sqlite3.register_adapter(decimal.Decimal, str)
    sqlite3.register_converter('price', lambda b: decimal.Decimal(b.decode()))
    sqlite3.register_adapter(datetime.date, datetime.date.isoformat)
    sqlite3.register_converter('day', lambda b: datetime.date.fromisoformat(b.decode()))
    db = sqlite3.connect(path, detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
    db.row_factory = sqlite3.Row
    db.create_collation('words', by_words)
    db.create_window_function('median', 1, Median)
    db.create_function('stars', 1, lambda n: '*' * round(math.sqrt(n)), deterministic=True)
    db.execute('pragma foreign_keys = on')
    db.executescript(SCHEMA)
    return db


def fill(db):
    with db:
        db.executemany('insert or ignore into book values (?, ?, ?, ?)', [(i, t, decimal.Decimal(p), n) for i, t, p, n in BOOKS])


def sell(db, day, basket):
    try:
        with db:
            for isbn, copies in basket:
                db.execute('update book set stock = stock - :copies where isbn = :isbn', {'copies': copies, 'isbn': isbn})
                db.execute('insert into sale (isbn, day, copies) values (?, ?, ?)', (isbn, day, copies))
    except sqlite3.IntegrityError as e:
        print(f'{day}: not sold, {e} ({e.sqlite_errorname})')
    else:
        print(f'{day}: sold {sum(n for _, n in basket)}')


def report(db):
    print('\nStock')
    for row in db.execute('select title, price, stock, stars(stock) as level from book order by title'):
        print(f"  {row['title']:<24}{row['price']:>8}{row['stock']:>4} {row['level']}")
    print('Sales')
    query = """
        select day, sum(copies) as copies, median(sum(copies)) over (order by day rows between 1 preceding and current row) as trend,
               max(day) as "last [day]"
        from sale group by day order by day"""
    for row in db.execute(query):
        print(f"  {row['day']:%d %B}: {row['copies']} (trend {row['trend']:g})")
    total = sum(row['price'] * row['copies'] for row in db.execute('select price, copies from sale join book using (isbn)'))
    print('Takings', total)


def main(path=':memory:'):
    db = connect(path)
    fill(db)
    for day, basket in SALES:
        sell(db, datetime.date.fromisoformat(day), basket)
    report(db)
    try:
        db.execute("insert into sale (isbn, day, copies) values ('none', '2024-01-01', 1)")
    except sqlite3.IntegrityError as e:
        print('refused:', e)
    db.rollback()
    copy = connect(':memory:')
    copied = []
    db.backup(copy, pages=1, progress=lambda status, remaining, total: copied.append(remaining))
    print('backup:', 'in several steps,' if len(copied) > 1 else '', copy.execute('select count(*) from sale').fetchone()[0], 'sales')
    print(sum(line.startswith('INSERT') for line in copy.iterdump()), 'rows in the dump')
    copy.close()
    db.close()


if __name__ == '__main__':
    main(*sys.argv[1:2])
