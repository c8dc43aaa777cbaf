# _collections
from _collections import OrderedDict, _count_elements, _tuplegetter, defaultdict, deque


def raises(exc, text, f, *args, **kw):
    try:
        f(*args, **kw)
    except exc as e:
        assert text is None or str(e) == text, str(e)
    else:
        assert False, "no " + exc.__name__


d = deque("abc")
d.append("d")
d.appendleft("z")
assert list(d) == list("zabcd") and d.pop() == "d" and d.popleft() == "z" and len(d) == 3 and d[0] == "a" and d[-1] == "c"
d.extend([1, 2])
d.extendleft([8, 9])
assert list(d) == [9, 8, "a", "b", "c", 1, 2] and repr(deque([1], 3)) == "deque([1], maxlen=3)"
d.rotate(2)
assert list(d) == [1, 2, 9, 8, "a", "b", "c"]
d.rotate(-3)
assert list(d) == [8, "a", "b", "c", 1, 2, 9]
d.reverse()
d.remove("a")
d.insert(2, "new")
del d[0]
d[0] = 7
assert list(d) == [7, "new", 1, "c", "b", 8] and d.index("c") == 3 and d.count(8) == 1 and "b" in d and list(reversed(d)) == [8, "b", "c", 1, "new", 7]
b = deque(range(10), maxlen=3)
assert list(b) == [7, 8, 9] and b.maxlen == 3 and deque().maxlen is None
b.appendleft(1)
assert list(b) == [1, 7, 8] and list(b * 2) == [1, 7, 8] and list(deque([1, 2]) * 2) == [1, 2, 1, 2] and deque([1]) + deque([2]) == deque([1, 2])
b += [5]
assert b == deque([7, 8, 5]) and b < deque([9]) and b.copy() == b and b.copy().maxlen == 3
raises(IndexError, "deque already at its maximum size", b.insert, 0, 1)
raises(IndexError, "pop from an empty deque", deque().pop)
raises(ValueError, "deque.remove(x): x not in deque", b.remove, 55)
raises(ValueError, "deque.index(x): x not in deque", b.index, 55)
raises(TypeError, 'can only concatenate deque (not "list") to deque', lambda: b + [1])
raises(ValueError, "maxlen must be non-negative", deque, [], -1)
raises(TypeError, "an integer is required", deque, [], "a")
raises(TypeError, "unhashable type: 'collections.deque'", hash, b)
it = iter(b)
next(it)
b.append(1)
raises(RuntimeError, "deque mutated during iteration", next, it)
s = deque()
s.append(s)
assert repr(s) == "deque([[...]])"
big = deque()
for i in range(3000):
    big.append(i)
    if i % 3 == 0:
        big.popleft()
    if i % 7 == 0:
        big.rotate(5)
assert len(big) == 2000 and sorted(big) == sorted(set(big))

dd = defaultdict(list, a=[1])
dd["b"].append(2)
assert dd == {"a": [1], "b": [2]} and repr(dd) == "defaultdict(<class 'list'>, {'a': [1], 'b': [2]})" and "c" not in dd and dd.get("c") is None
assert dd.default_factory is list and dd.copy() == dd and type(dd.copy()) is defaultdict and type(dd | {1: 2}) is defaultdict and type({1: 2} | dd) is defaultdict
raises(KeyError, "'x'", lambda: defaultdict()["x"])
raises(TypeError, "first argument must be callable or None", defaultdict, 1)
assert defaultdict(None, [(1, 2)]) == {1: 2} and dd.__reduce__()[:2] == (defaultdict, (list,))

o = OrderedDict(a=1, b=2, c=3)
o.move_to_end("a")
assert list(o) == ["b", "c", "a"] and list(reversed(o)) == ["a", "c", "b"]
o.move_to_end("a", last=False)
assert list(o.items()) == [("a", 1), ("b", 2), ("c", 3)] and repr(o) == "OrderedDict({'a': 1, 'b': 2, 'c': 3})" and repr(o.keys()) == "odict_keys(['a', 'b', 'c'])"
assert o == {"c": 3, "b": 2, "a": 1} and o != OrderedDict(c=3, b=2, a=1) and o == OrderedDict(a=1, b=2, c=3)
assert o.popitem() == ("c", 3) and o.popitem(last=False) == ("a", 1) and o.pop("b") == 2 and o.pop("x", 5) == 5 and not o
raises(KeyError, "'dictionary is empty'", o.popitem)
raises(KeyError, "1", o.move_to_end, 1)
o = OrderedDict.fromkeys("abc", 0)
assert o.setdefault("d", 4) == 4 and o.copy() == o and type(o | {"e": 1}) is OrderedDict and o.keys() & {"a", "z"} == {"a"}


def change():
    for k in o:
        o["x" + k] = 1


raises(RuntimeError, "OrderedDict mutated during iteration", change)
q = OrderedDict()
for i in range(5000):
    q[i] = i
    if len(q) > 100:
        assert q.popitem(last=False) == (i - 100, i - 100)
assert list(q) == list(range(4900, 5000))
for i in range(4900, 5000, 2):
    q.move_to_end(i)
assert list(q) == list(range(4901, 5000, 2)) + list(range(4900, 5000, 2))


class Sub(OrderedDict):
    def __getitem__(self, key):
        return "got"


assert list(Sub(a=1).items()) == [("a", 1)] and Sub(a=1).pop("a") == 1
counts = {}
_count_elements(counts, "abracadabra")
assert counts == {"a": 5, "b": 2, "r": 2, "c": 1, "d": 1}


class Point(tuple):
    x = _tuplegetter(0, "first")


assert Point((4, 5)).x == 4 and Point.x.__doc__ == "first" and repr(Point.x) == "_tuplegetter(0, 'first')"
raises(AttributeError, "can't set attribute", setattr, Point((1,)), "x", 2)
