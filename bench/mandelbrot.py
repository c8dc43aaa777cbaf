"""Float arithmetic in local variables: the area of the Mandelbrot set, counted on a grid."""


def inside(cr, ci, limit):
    zr = zi = 0.0
    for _ in range(limit):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return False
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return True


def main(n):
    count = 0
    for iy in range(n):
        ci = (iy + 0.5) * 2.5 / n - 1.25
        for ix in range(n):
            if inside((ix + 0.5) * 2.5 / n - 2.0, ci, 100):
                count += 1
    area = count * 2.5 * 2.5 / (n * n)
    assert 1.45 < area < 1.65, area


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 260)
