# An exception thrown into a generator keeps its context, unless the generator is handling one itself.
import contextlib


def chain(e):
    out = []
    while e is not None:
        out.append(e.args[0])
        e = e.__context__
    return out


@contextlib.contextmanager
def fails(exc):
    try:
        yield
    finally:
        raise exc


try:
    with contextlib.ExitStack() as stack:
        for n in 4, 3, 2:
            stack.enter_context(fails(Exception(n)))
        raise Exception(1)
except Exception as e:
    assert chain(e) == [4, 3, 2, 1], chain(e)


def handling():
    try:
        raise Exception('inner')
    except Exception:
        yield


g = handling()
next(g)
try:
    raise Exception('outer')
except Exception:
    try:
        g.throw(Exception('thrown'))
    except Exception as e:
        assert chain(e) == ['thrown', 'inner'], chain(e)
finished = handling()
list(finished)
try:
    raise Exception('outer')
except Exception:
    try:
        finished.throw(Exception('late'))
    except Exception as e:
        assert chain(e) == ['late'], chain(e)
