"""Sets: membership, union, intersection, difference, frozensets as keys, a search over states."""


def reachable(limit):
    # Measures with two jugs: every state that pouring can reach.
    a_size, b_size = limit, limit - 3
    seen = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        a, b = todo.pop()
        ab = min(a, b_size - b)
        ba = min(b, a_size - a)
        for state in ((a_size, b), (a, b_size), (0, b), (a, 0), (a - ab, b + ab), (a + ba, b - ba)):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return seen


def main(n):
    twos = set(range(0, n, 2))
    threes = set(range(0, n, 3))
    for _ in range(3):
        assert len(twos & threes) == len(range(0, n, 6))
        assert len(twos | threes) == len(twos) + len(threes) - len(range(0, n, 6))
        assert len(twos - threes) + len(threes - twos) == len(twos ^ threes)
    hits = 0
    for i in range(n):
        if i in twos and i not in threes:
            hits += 1
    assert hits == len(twos) - len(range(0, n, 6))

    size = n // 10 // 3 * 3 + 1
    amounts = {a for a, _ in reachable(size)}
    assert len(amounts) == size + 1

    unique = set()
    for i in range(n):
        unique.add(frozenset((i % 50, i * i % 50)))
    assert len(unique) == len({frozenset((i, i * i % 50)) for i in range(50)})
    words = {'w%d' % (i % 5000) for i in range(n)}
    assert len(words) == 5000


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300000)
