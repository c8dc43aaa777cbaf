# _bisect and the functions that bisect takes from it
from _bisect import bisect_left, bisect_right, insort_left, insort_right

l = [1, 2, 2, 2, 5]
assert bisect_left(l, 2) == 1 and bisect_right(l, 2) == 4 and bisect_left(l, 0) == 0 and bisect_right(l, 9) == 5
assert bisect_left(l, 2, 2) == 2 and bisect_right(l, 2, 0, 2) == 2 and bisect_left((1, 2), 2) == 1
assert bisect_left([(1, "a"), (2, "b")], 2, key=lambda p: p[0]) == 1
insort_right(l, 2.0)
assert type(l[4]) is float
insort_left(l, 2.5, key=lambda x: x)
assert l == [1, 2, 2, 2, 2.0, 2.5, 5]
try:
    bisect_left(l, 1, -1)
except ValueError as e:
    assert str(e) == "lo must be non-negative"
else:
    assert False


class L(list):
    def insert(self, i, x):
        list.insert(self, i, (x,))


s = L([1, 3])
insort_left(s, 2)
assert s == [1, (2,), 3]
