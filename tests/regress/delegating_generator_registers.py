"""A generator whose delegate runs because of throw() or close() is on no thread's frame chain: its variables must survive a reconcile."""
import gc


def churn():
    gc.collect()
    return [[i, str(i)] for i in range(3000)]


def inner(log):
    try:
        while True:
            yield [1]
    except KeyError:
        churn()
        return ['returned']
    finally:
        churn()
        log.append('closed')


class Iterator:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def throw(self, exc):
        churn()
        raise StopIteration(['thrown'])

    def close(self):
        churn()


def outer(log, make):
    a = [1, 2]
    b = {'k': [3]}
    try:
        r = yield from make()
        yield a, b, r
    finally:
        log.append((a, b))


def middle(log):
    x = [[7]]
    r = yield from inner(log)
    assert x == [[7]]
    return r


kept = ([1, 2], {'k': [3]})
for n in range(20):
    for make, result in ((lambda: inner(log), ['returned']), (lambda: middle(log), ['returned']), (Iterator, ['thrown'])):
        log = []
        g = outer(log, make)
        next(g)
        assert g.throw(KeyError('k')) == kept + (result,)
        g.close()
        assert log[-1] == kept
        log = []
        g = outer(log, make)
        next(g)
        g.close()
        assert log[-1] == kept and g.gi_frame is None
