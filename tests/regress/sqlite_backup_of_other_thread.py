# The target of a backup may be a connection that another thread has made.
import sqlite3
import threading

source = sqlite3.connect(':memory:')
source.execute('create table t (a)')
source.execute('insert into t values (1)')
source.commit()
target = sqlite3.connect(':memory:')
errors = []


def work():
    own = sqlite3.connect(':memory:')
    own.execute('create table t (a)')
    own.execute('insert into t values (2)')
    own.commit()
    own.backup(target)
    try:
        source.backup(own)
    except sqlite3.ProgrammingError as e:
        errors.append(str(e))


thread = threading.Thread(target=work)
thread.start()
thread.join()
assert target.execute('select a from t').fetchall() == [(2,)]
assert len(errors) == 1 and 'created in a thread' in errors[0]
