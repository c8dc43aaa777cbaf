"""Graphs: breadth-first search with deque, Dijkstra with heapq, strongly connected components, defaultdict, a grid."""
import heapq
from collections import defaultdict, deque


def breadth_first(n, walls):
    dist = {(0, 0): 0}
    queue = deque([(0, 0)])
    while queue:
        x, y = queue.popleft()
        d = dist[x, y] + 1
        for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= nx < n and 0 <= ny < n and (nx, ny) not in walls and (nx, ny) not in dist:
                dist[nx, ny] = d
                queue.append((nx, ny))
    return dist


def dijkstra(edges, start):
    dist = {}
    heap = [(0, start)]
    while heap:
        d, u = heapq.heappop(heap)
        if u in dist:
            continue
        dist[u] = d
        for v, w in edges[u]:
            if v not in dist:
                heapq.heappush(heap, (d + w, v))
    return dist


def components(edges, count):
    order, seen = [], [False] * count
    for s in range(count):
        if seen[s]:
            continue
        seen[s] = True
        stack = [(s, iter(edges[s]))]
        while stack:
            u, it = stack[-1]
            for v, _ in it:
                if not seen[v]:
                    seen[v] = True
                    stack.append((v, iter(edges[v])))
                    break
            else:
                order.append(u)
                stack.pop()
    back = defaultdict(list)
    for u in range(count):
        for v, _ in edges[u]:
            back[v].append(u)
    owner = {}
    for s in reversed(order):
        if s in owner:
            continue
        todo = [s]
        owner[s] = s
        while todo:
            for v in back[todo.pop()]:
                if v not in owner:
                    owner[v] = s
                    todo.append(v)
    return len(set(owner.values()))


def main(n):
    walls = {(x, y) for x in range(1, n - 1, 4) for y in range(n) if y != (0 if x % 8 == 1 else n - 1)}
    dist = breadth_first(n, walls)
    assert len(dist) == n * n - len(walls) and dist[n - 1, n - 1] >= 2 * (n - 1)

    count = n * 100
    edges = defaultdict(list)
    for u in range(count):
        edges[u].append(((u + 1) % count, 3))
        edges[u].append(((u * 7 + 1) % count, 40))
    far = dijkstra(edges, 0)
    assert len(far) == count and far[1] == 3 and max(far.values()) <= 3 * count
    assert components(edges, count) == 1
    line = {u: edges[u][:1] for u in range(count)}
    line[count - 1] = []
    assert components(line, count) == count


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 260)
