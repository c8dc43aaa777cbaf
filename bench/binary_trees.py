"""Allocation: many short-lived trees beside one long-lived tree, as tuples and as instances, and linked lists."""


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        return 1 + self.left.count() + self.right.count() if self.left else 1


def grow(depth):
    return Node(grow(depth - 1), grow(depth - 1)) if depth else Node(None, None)


def pair_tree(depth):
    return (pair_tree(depth - 1), pair_tree(depth - 1)) if depth else (None, None)


def size(tree):
    left, right = tree
    return 1 + size(left) + size(right) if left else 1


def main(n):
    long_lived = grow(n - 2)
    for depth in range(4, n, 4):
        for _ in range(1 << (n - depth - 1)):
            assert pair_tree(depth)[0] is not None
        assert size(pair_tree(depth)) == 2 ** (depth + 1) - 1
        assert grow(depth).count() == 2 ** (depth + 1) - 1
    for _ in range(3):
        chain = None
        for i in range(1 << (n - 1)):
            chain = [i, chain]
    length = 0
    while chain:
        chain = chain[1]
        length += 1
    assert length == 1 << (n - 1)
    assert long_lived.count() == 2 ** (n - 1) - 1


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 18)
