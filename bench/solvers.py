"""Searching: queens by bit masks and by sets, a sudoku by constraint sets, permutations that cross a board."""


def queens_bits(n, row=0, cols=0, left=0, right=0):
    if row == n:
        return 1
    count = 0
    free = ~(cols | left | right) & ((1 << n) - 1)
    while free:
        bit = free & -free
        free ^= bit
        count += queens_bits(n, row + 1, cols | bit, (left | bit) << 1, (right | bit) >> 1)
    return count


def queens_sets(n):
    cols, left, right, count = set(), set(), set(), 0

    def place(row):
        nonlocal count
        if row == n:
            count += 1
            return
        for c in range(n):
            if c not in cols and row + c not in left and row - c not in right:
                cols.add(c)
                left.add(row + c)
                right.add(row - c)
                place(row + 1)
                cols.remove(c)
                left.remove(row + c)
                right.remove(row - c)

    place(0)
    return count


PUZZLE = '8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..'


def sudoku(text):
    peers = []
    for i in range(81):
        r, c = divmod(i, 9)
        peers.append([j for j in range(81) if j != i and (j // 9 == r or j % 9 == c or (j // 27 == r // 3 and j % 9 // 3 == c // 3))])
    cells = [int(ch) if ch != '.' else 0 for ch in text]

    def solve():
        best = None
        for i in range(81):
            if cells[i] == 0:
                options = {1, 2, 3, 4, 5, 6, 7, 8, 9} - {cells[j] for j in peers[i]}
                if best is None or len(options) < len(best[1]):
                    best = i, options
                    if len(options) < 2:
                        break
        if best is None:
            return True
        i, options = best
        for v in sorted(options):
            cells[i] = v
            if solve():
                return True
        cells[i] = 0
        return False

    assert solve()
    return cells


def main(n):
    expected = {6: 4, 7: 40, 8: 92, 9: 352, 10: 724}[n]
    assert queens_bits(n) == expected and queens_sets(n) == expected
    cells = sudoku(PUZZLE)
    for i in range(9):
        assert sorted(cells[9 * i:9 * i + 9]) == sorted(cells[i::9]) == list(range(1, 10))
    assert ''.join(map(str, cells)).startswith('812753649')


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
