# _heapq
import _heapq as h


def numbers(n):
    s, out = 7, []
    for _ in range(n):
        s = s * 1103515245 + 12345 & 0x7FFFFFFF
        out.append(s >> 8)
    return out


for make in (int, float, str):
    data = [make(x) for x in numbers(500)]
    heap = list(data)
    h.heapify(heap)
    assert [h.heappop(heap) for _ in range(500)] == sorted(data) and heap == []
    for x in data:
        h.heappush(heap, x)
    assert heap[0] == min(data)
    assert [h.heappop(heap) for _ in range(500)] == sorted(data)
    heap = list(data)
    h.heapify_max(heap)
    assert [h.heappop_max(heap) for _ in range(500)] == sorted(data, reverse=True)
    for x in data:
        h.heappush_max(heap, x)
    assert heap[0] == max(data)
heap = [1, 3, 2]
assert h.heapreplace(heap, 5) == 1 and h.heappushpop(heap, 0) == 0 and h.heappushpop(heap, 9) == 2 and sorted(heap) == [3, 5, 9]
assert h.heappushpop([], 4) == 4 and h.heappushpop_max([3], 2) == 3 and h.heapreplace_max([3], 7) == 3
for f, args, exc, text in ((h.heappop, ([],), IndexError, "index out of range"), (h.heappush, ((), 1), TypeError, "heappush() argument 1 must be list, not tuple")):
    try:
        f(*args)
    except exc as e:
        assert str(e) == text, str(e)
    else:
        assert False


class Evil:
    def __lt__(self, other):
        heap.clear()
        return True


heap = [Evil(), Evil(), Evil()]
try:
    h.heappush(heap, Evil())
except RuntimeError as e:
    assert str(e) == "list changed size during iteration"
else:
    assert False
