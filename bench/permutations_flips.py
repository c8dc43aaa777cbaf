"""Pancake flips of all permutations (fannkuch): lists, slices, reversals, small-int loops."""


def fannkuch(n):
    perm1 = list(range(n))
    count = [0] * n
    flips_max = checksum = 0
    r = n
    sign = 1
    while True:
        if perm1[0]:
            perm = perm1[:]
            flips = 0
            first = perm[0]
            while first:
                perm[:first + 1] = perm[first::-1]
                flips += 1
                first = perm[0]
            if flips > flips_max:
                flips_max = flips
            checksum += sign * flips
        if sign == 1:
            perm1[0], perm1[1] = perm1[1], perm1[0]
            sign = -1
        else:
            perm1[1], perm1[2] = perm1[2], perm1[1]
            sign = 1
            for r in range(2, n):
                if count[r] < r:
                    count[r] += 1
                    break
                count[r] = 0
                if r == n - 1:
                    return checksum, flips_max
                perm1[:r + 2] = perm1[1:r + 2] + perm1[:1]


def main(n):
    assert fannkuch(7) == (228, 16)
    assert fannkuch(n) == {8: (1616, 22), 9: (8629, 30)}[n]


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
