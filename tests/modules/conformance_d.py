# Differences that CPython's tests of the pure-Python library once showed.
import bisect
import dataclasses
import functools
import heapq
import inspect
import re
import sys
import weakref

n = sys.maxsize
assert bisect.bisect_left(range(n - 1), n - 3) == n - 3 and bisect.bisect_right(range(n - 1), n - 3) == n - 2

# Upper case in several letters counts as another case; negated sets that ignore case have neither case.
assert re.match('\ufb05', '\ufb06', re.I) and re.match('[\ufb04-\ufb05]', '\ufb06', re.I)
IL = re.LOCALE | re.IGNORECASE
for pattern in (rb'[^bc]', rb'[^b-c]', rb'[^b]', rb'[^ace]', rb'(?:a|[^bc])'):
    assert re.fullmatch(pattern, b'D', IL)
for pattern, text in ((rb'[^bc]', b'B'), (rb'[^b-c]', b'C'), (rb'[^\wq]', b'Q'), (rb'[^ace]', b'C'), (rb'(?:a|[^bc])', b'B')):
    assert not re.fullmatch(pattern, text, IL)


@dataclasses.dataclass(slots=True, weakref_slot=True)
class A:
    a: int


a = A(1)
r = weakref.ref(a)
assert a.__weakref__ is r and not hasattr(a, '__dict__')

# A partial's state without attributes takes those away that were there.
p = functools.partial(int)
p.__setstate__((int, (), {}, {'x': 1}))
assert p.x == 1
p.__setstate__((int, (), {}, None))
assert p.__dict__ == {}
assert str(inspect.signature(functools.cmp_to_key(lambda x, y: 0))) == '(obj)'


class Evil(int):
    def __lt__(self, other):
        heap.clear()
        return NotImplemented


heap = []
heapq.heappush(heap, Evil(0))
try:
    heapq.heappushpop(heap, 1)
except IndexError:
    pass
else:
    raise AssertionError
