"""A lending library kept in sqlite3: a schema, transactions, joins, a window function, functions written in Python.

    library.py [DATABASE]          without DATABASE it is kept in memory
"""
import sqlite3
import sys
from contextlib import closing
from datetime import date, timedelta

SCHEMA = '''
create table if not exists book (id integer primary key, title text not null, author text not null, copies integer not null check (copies > 0));
create table if not exists reader (id integer primary key, name text not null unique);
create table if not exists loan (
    book integer not null references book, reader integer not null references reader,
    taken text not null, returned text, primary key (book, reader, taken)) without rowid;
create index if not exists loan_open on loan (book) where returned is null;
'''
BOOKS = [('The Long Way', 'A. Mora', 2), ('Snakes and Their Ways', 'K. Kaa', 1), ('Tables', 'R. Codd', 3), ('Counting', 'R. Codd', 1)]
READERS = ['Ada', 'Bob', 'Eve']


class NotAvailable(Exception):
    pass


class Library:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.row_factory = sqlite3.Row
        self.db.execute('pragma foreign_keys = on')
        self.db.executescript(SCHEMA)
        self.db.create_function('initials', 1, lambda s: ''.join(w[0] for w in s.split()), deterministic=True)

    def fill(self):
        with self.db:
            self.db.executemany('insert into book (title, author, copies) values (?, ?, ?)', BOOKS)
            self.db.executemany('insert into reader (name) values (?)', [(r,) for r in READERS])

    def ident(self, table, column, value):
        row = self.db.execute(f'select id from {table} where {column} = ?', (value,)).fetchone()
        if row is None:
            raise KeyError(value)
        return row['id']

    def lend(self, title, name, day):
        with self.db:     # all of it or nothing
            book, reader = self.ident('book', 'title', title), self.ident('reader', 'name', name)
            self.db.execute('insert into loan (book, reader, taken) values (?, ?, ?)', (book, reader, day.isoformat()))
            free, = self.db.execute('select copies - (select count(*) from loan where book = :b and returned is null) from book where id = :b', {'b': book}).fetchone()
            if free < 0:
                raise NotAvailable(f'{title!r} is not available for {name}')

    def take_back(self, title, name, day):
        with self.db:
            done = self.db.execute(
                '''update loan set returned = ? where returned is null and book = (select id from book where title = ?)
                   and reader = (select id from reader where name = ?)''', (day.isoformat(), title, name))
            if done.rowcount != 1:
                raise KeyError(f'{name} does not have {title!r}')

    def report(self, today):
        print('out now')
        for row in self.db.execute(
                '''select title, initials(title) as short, name, julianday(?) - julianday(taken) as days
                   from loan join book on book.id = book join reader on reader.id = reader where returned is null order by days desc, title''', (today.isoformat(),)):
            print(f'  {row["short"]:<5}{row["title"]:<24}{row["name"]:<6}{row["days"]:.0f} days')
        print('favourite authors')
        for author, loans, place in self.db.execute(
                '''select author, count(*), rank() over (order by count(*) desc) from loan join book on book.id = book group by author order by 3, 1'''):
            print(f'  {place}. {author}: {loans}')


def main():
    with closing((library := Library(sys.argv[1] if len(sys.argv) > 1 else ':memory:')).db):
        library.fill()
        day = date(2026, 1, 5)
        for title, name in [('The Long Way', 'Ada'), ('Tables', 'Ada'), ('Snakes and Their Ways', 'Bob'), ('Counting', 'Eve')]:
            library.lend(title, name, day)
            day += timedelta(days=3)
        try:
            library.lend('Snakes and Their Ways', 'Eve', day)
        except NotAvailable as e:
            print(e)
        library.take_back('Snakes and Their Ways', 'Bob', day)
        library.lend('Snakes and Their Ways', 'Eve', day)
        library.report(day + timedelta(days=7))
        try:
            with library.db:
                library.db.execute("insert into loan values (99, 1, 'x', null)")
        except sqlite3.IntegrityError as e:
            print('refused:', e)
        assert library.db.execute('select count(*) from loan').fetchone()[0] == 5


if __name__ == '__main__':
    main()
