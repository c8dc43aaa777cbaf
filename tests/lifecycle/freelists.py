# Dead lists, dicts and sets leave their storage to the next of their type: that must never show.
import gc
import sys
import weakref


class L(list): pass


class D(dict): pass


class S(set): pass


def check_empty():
    for _ in range(200):
        a, b, c = [], {}, set()
        assert a == [] and len(a) == 0 and repr(a) == '[]' and not a
        assert b == {} and len(b) == 0 and list(b) == [] and 'a' not in b
        assert c == set() and len(c) == 0 and 1 not in c
        assert type(a) is list and type(b) is dict and type(c) is set
        try:
            a[0]
        except IndexError:
            pass
        else:
            assert False
        try:
            a.pop()
        except IndexError:
            pass
        else:
            assert False
        try:
            b.popitem()
        except KeyError:
            pass
        else:
            assert False
        try:
            c.pop()
        except KeyError:
            pass
        else:
            assert False


def churn(n):
    for i in range(n):
        a = [i, str(i), [i]]
        b = {'a': i, i: [i], (i,): None}
        c = {i, str(i), (i,)}
        d = L([i])
        e = D(x=i)
        f = S([i])


for round in range(5):
    churn(6000)
    check_empty()

# Values of the dead are gone, not kept by the storage.
class Thing: pass


def hold():
    refs = []
    for i in range(100):
        t = Thing()
        refs.append(weakref.ref(t))
        [t, t]
        {'t': t}
        {t}
    return refs


refs = hold()
gc.collect()
assert not any(r() for r in refs)

# Storage taken over grows and shrinks like any other.
for n in (0, 1, 3, 4, 5, 8, 15, 16, 17, 40):
    churn(3000)
    a = list(range(n))
    b = dict.fromkeys(range(n))
    c = set(range(n))
    a.extend(a)
    assert a == [*range(n), *range(n)] and list(b) == list(range(n)) and sorted(c) == list(range(n))
    a.clear(), b.clear(), c.clear()
    a.append(1), b.update(x=1), c.add(1)
    assert a == [1] and b == {'x': 1} and c == {1}

# Iteration order, copies, comparisons of dicts that began in old storage.
churn(9000)
d = {}
for k in 'edcba':
    d[k] = k
assert list(d) == list('edcba') and d.copy() == d and list(d.copy()) == list(d)
del d['c']
d['c'] = 1
assert list(d) == list('edbac')
e = {1: 1, 1.0: 2, True: 3}
assert e == {1: 3} and list(e) == [1]

# Subclasses keep to themselves.
churn(9000)
for i in range(3000):
    x, y, z = L(), D(), S()
    x.attr = y.attr = z.attr = i
    assert type(x) is L and type(y) is D and type(z) is S and not x and not y and not z
assert type([]) is list and not hasattr([], 'attr')

# Sorting notices changes of the list (its buffer is not there meanwhile).
churn(9000)
l = [3, 1, 2]
try:
    l.sort(key=lambda v: l.append(v) or v)
except ValueError:
    pass
else:
    assert False

# Weak references to sets die with them, and a new set at the old place has none.
churn(3000)
for i in range(2000):
    s = {i}
    w = weakref.ref(s)
    assert w() is s
    del s
gc.collect()
assert w() is None
for i in range(2000):
    assert weakref.getweakrefcount({i}) == 0

# Sizes do not tell of it: an empty dict has no table.
churn(9000)
assert sys.getsizeof({}) == sys.getsizeof({}) and sys.getsizeof([1] * 10) > sys.getsizeof([])

# Deep structures of lists and dicts go without recursion.
a = []
for i in range(100_000):
    a = [a] if i % 2 else {'a': a}
del a
gc.collect()
