# Native functions that call themselves by way of Python objects raise RecursionError before the native stack ends.
import functools
import itertools
import types

N = 100_000


def nest(f, x):
    for _ in range(N): x = f(x)
    return x


raised = 0


def survives(f, *args):
    global raised
    try:
        f(*args)  # where frames are small, the stack may suffice
    except RecursionError:
        raised += 1


# Iterators over iterators.
for wrap in (lambda x: map(int, x), lambda x: filter(None, x), zip, enumerate, itertools.chain, lambda x: itertools.chain.from_iterable([x]),
             lambda x: itertools.islice(x, 3), lambda x: itertools.takewhile(bool, x), itertools.accumulate, itertools.zip_longest,
             lambda x: itertools.tee(map(int, x))[0], itertools.groupby, itertools.cycle, lambda x: itertools.compress(x, itertools.repeat(1)),
             lambda x: itertools.batched(x, 1)):
    survives(next, nest(wrap, iter([1])))
survives(next, nest(lambda x: itertools.starmap(lambda *a: a, x), iter([(1,)])))
survives(next, nest(itertools.pairwise, iter(range(2 * N))))

# Views of views.
proxy = nest(types.MappingProxyType, {1: 2})
for f in (hash, repr, iter, len, reversed, lambda p: 1 in p, lambda p: p[1], lambda p: p.copy(), lambda p: p.get(1), lambda p: p == p.copy(), lambda p: p | {}):
    survives(f, proxy)

# Attributes that ask for the attribute of what is inside.
for make, f in ((lambda x: types.MethodType(x, 1), repr), (lambda x: types.MethodType(x, 1), hash), (staticmethod, lambda x: x.__isabstractmethod__),
                (property, lambda x: x.__isabstractmethod__), (lambda x: types.GenericAlias(x, int), lambda x: x.append)):
    survives(f, nest(make, int if f is not hash else len))
survives(hash, nest(lambda x: slice(x), 1))
survives(hash, nest(lambda x: (x,), 1))
assert raised > 15, raised
