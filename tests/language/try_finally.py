# Every way through try, except, else and finally; with statements; the current exception; exception groups.
import sys
import warnings

log = []


def note(x):
    log.append(x)
    return x


def flow(how):
    for i in range(3):
        try:
            note(f't{i}')
            if how == 'return':
                return 'returned'
            if how == 'break':
                break
            if how == 'continue':
                continue
            if how == 'raise':
                raise ValueError(i)
            note('end')
        except ValueError as e:
            note(f'e{e}')
        else:
            note('else')
        finally:
            note('f')
    else:
        note('loop else')
    return 'fell'


def run(how):
    log.clear()
    return flow(how), ' '.join(log)


assert run('return') == ('returned', 't0 f')
assert run('break') == ('fell', 't0 f')
assert run('continue') == ('fell', 't0 f t1 f t2 f loop else')
assert run('raise') == ('fell', 't0 e0 f t1 e1 f t2 e2 f loop else')
assert run('') == ('fell', 't0 end else f t1 end else f t2 end else f loop else')

# The value of a return is computed before the finally clause runs, which may replace it.


def kept():
    x = 1
    try:
        return x
    finally:
        x = 2


assert kept() == 1

source = '''
def replaced():
    try:
        return 1
    finally:
        return 2
def swallowed():
    try:
        1 / 0
    finally:
        return 'gone'
def broken():
    for i in range(3):
        try:
            raise ValueError
        finally:
            break
    return i
'''
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    code = compile(source, 'finally.py', 'exec')
assert sorted(str(w.message) for w in caught) == ["'break' in a 'finally' block"] + ["'return' in a 'finally' block"] * 2
ns = {}
exec(code, ns)
assert ns['replaced']() == 2 and ns['swallowed']() == 'gone' and ns['broken']() == 0

# Nested finally clauses run inside out, also on the way of an exception.


def nested():
    log.clear()
    try:
        try:
            try:
                raise KeyError('k')
            finally:
                note(1)
        except ValueError:
            note('no')
        finally:
            note(2)
    except KeyError as e:
        note(repr(e))
    return log[:]


assert nested() == [1, 2, "KeyError('k')"]

# The name of an except clause is gone afterwards.
e = 'before'
try:
    raise ValueError
except ValueError as e:
    pass
assert 'e' not in globals()

# sys.exception() is restored when handlers are left.
assert sys.exception() is None
try:
    raise ValueError(1)
except ValueError:
    outer = sys.exception()
    try:
        raise KeyError(2)
    except KeyError as inner:
        assert sys.exception() is inner and inner.__context__ is outer
    assert sys.exception() is outer
assert sys.exception() is None

# A bare raise, raise from, suppressed contexts.


def reraise():
    try:
        raise ValueError('first')
    except ValueError:
        raise


def chained(cause):
    try:
        reraise()
    except ValueError as e:
        raise KeyError('second') from (e if cause else None)


for cause in (True, False):
    try:
        chained(cause)
    except KeyError as e:
        assert isinstance(e.__context__, ValueError) and e.__suppress_context__
        assert (e.__cause__ is e.__context__) == cause and (e.__cause__ is None) != cause
try:
    raise
except RuntimeError as e:
    assert str(e) == 'No active exception to reraise'
for bad in (1, 'x', int):
    try:
        raise bad
    except TypeError as e:
        assert str(e) == 'exceptions must derive from BaseException'

# Tuples of classes, classes computed late, no parentheses, and what is no exception class.
try:
    {}['a']
except (IndexError, (KeyError)):
    pass
try:
    [][0]
except IndexError, KeyError:
    pass
try:
    try:
        1 / 0
    except 'not a class':
        pass
except TypeError as e:
    assert str(e) == 'catching classes that do not inherit from BaseException is not allowed'
    assert isinstance(e.__context__, ZeroDivisionError)

# with: order, suppression, exceptions in __enter__ and __exit__, several managers, targets.


class M:
    def __init__(self, name, swallow=False, fail=None):
        self.name, self.swallow, self.fail = name, swallow, fail

    def __enter__(self):
        note(f'+{self.name}')
        if self.fail == 'enter':
            raise OSError('enter')
        return self.name

    def __exit__(self, kind, value, tb):
        note(f'-{self.name}{"" if kind is None else kind.__name__}')
        assert (value is None) == (tb is None)
        if self.fail == 'exit':
            raise OSError('exit')
        return self.swallow


log.clear()
with (M('a') as a, M('b', swallow=True) as b):
    assert (a, b) == ('a', 'b')
    raise KeyError
assert log == ['+a', '+b', '-bKeyError', '-a']
log.clear()
try:
    with M('a'), M('b', fail='enter'):
        note('never')
except OSError as e:
    assert str(e) == 'enter'
assert log == ['+a', '+b', '-aOSError']
try:
    with M('c', fail='exit'):
        raise KeyError('body')
except OSError as e:
    assert isinstance(e.__context__, KeyError)


def with_return():
    for _ in range(2):
        with M('r'):
            return 'value'


log.clear()
assert with_return() == 'value' and log == ['+r', '-r']
with M('t') as [first]:
    assert first == 't'
try:
    with 5:
        pass
except TypeError as e:
    assert 'context manager protocol' in str(e), e

# Exception groups and except*.


def group_flow(exc):
    seen = []
    try:
        try:
            raise exc
        except* ValueError as g:
            seen.append(('V', [str(x) for x in g.exceptions]))
        except* (KeyError, IndexError) as g:
            seen.append(('KI', len(g.exceptions)))
        else:
            seen.append('else')
        finally:
            seen.append('finally')
    except BaseException as rest:
        seen.append(rest)
    return seen


g = ExceptionGroup('g', [ValueError('a'), KeyError('b'), ExceptionGroup('h', [ValueError('c'), OSError('d')])])
seen = group_flow(g)
assert seen[0][0] == 'V' and len(seen[0][1]) == 2 and seen[1] == ('KI', 1) and seen[2] == 'finally'
assert isinstance(seen[3], ExceptionGroup) and [type(x) for x in seen[3].exceptions[0].exceptions] == [OSError]
assert group_flow(ValueError('single')) == [('V', ['single']), 'finally']
assert isinstance(group_flow(OSError())[-1], OSError)
match, rest = g.split(ValueError)
assert len(match.exceptions) == 2 and len(rest.exceptions) == 2 and g.subgroup(MemoryError) is None
ValueError('n').add_note('note')
try:
    raise ExceptionGroup('x', [ValueError(1)])
except* ValueError as eg:
    eg.add_note('one')
    assert eg.__notes__ == ['one']
try:
    try:
        raise ExceptionGroup('x', [ValueError(1), TypeError(2)])
    except* ValueError:
        raise KeyError(3)
except ExceptionGroup as eg:
    assert [type(x) for x in eg.exceptions] == [KeyError, ExceptionGroup] and eg.message == ''

# Tracebacks list the frames from the handler inwards.


def depth(n):
    if n:
        depth(n - 1)
    else:
        raise ValueError


try:
    depth(3)
except ValueError as err:
    tb, names = err.__traceback__, []
    while tb:
        names.append(tb.tb_frame.f_code.co_name)
        tb = tb.tb_next
    assert names == ['<module>', 'depth', 'depth', 'depth', 'depth']


def forever():
    forever()


try:
    forever()
except RecursionError as err:
    assert 'maximum recursion depth exceeded' in str(err)
