"""Reading and writing instance and class attributes, and module globals."""


class Point:
    scale = 3

    def __init__(self, x, y):
        self.x = x
        self.y = y


class Node:
    def __init__(self, point):
        self.point = point
        self.count = 0


STEP = 1


def main(n):
    p = Point(1, 2)
    node = Node(p)
    for i in range(n):
        p.x = p.y
        p.y = p.x + STEP
        node.count += node.point.scale
    assert p.x == n + 1 and p.y == n + 2 and node.count == 3 * n

    points = [Point(i, -i) for i in range(1000)]
    s = 0
    for _ in range(n // 1000):
        for q in points:
            s += q.x * q.scale + q.y
    assert s == (n // 1000) * 2 * (999 * 1000 // 2)


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500000)
