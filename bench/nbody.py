"""Floats in lists: five bodies under gravity, integrated with the leapfrog method; the total energy must stay."""
from math import sqrt


def bodies():
    # x, y, z, vx, vy, vz, mass: an invented system, a heavy body with four satellites on circular orbits.
    system = [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1000.0]]
    for i, radius in enumerate((10.0, 16.0, 24.0, 35.0)):
        speed = sqrt(1000.0 / radius)
        system.append([radius, 0.0, 0.1 * i, 0.0, speed, 0.0, 0.01 * (i + 1)])
    return system


def energy(system):
    e = 0.0
    for i, (x, y, z, vx, vy, vz, m) in enumerate(system):
        e += 0.5 * m * (vx * vx + vy * vy + vz * vz)
        for x2, y2, z2, _, _, _, m2 in system[i + 1:]:
            e -= m * m2 / sqrt((x - x2) ** 2 + (y - y2) ** 2 + (z - z2) ** 2)
    return e


def step(pairs, system, dt):
    for a, b in pairs:
        dx = a[0] - b[0]
        dy = a[1] - b[1]
        dz = a[2] - b[2]
        d2 = dx * dx + dy * dy + dz * dz
        f = dt / (d2 * sqrt(d2))
        fa = f * b[6]
        fb = f * a[6]
        a[3] -= dx * fa
        a[4] -= dy * fa
        a[5] -= dz * fa
        b[3] += dx * fb
        b[4] += dy * fb
        b[5] += dz * fb
    for body in system:
        body[0] += dt * body[3]
        body[1] += dt * body[4]
        body[2] += dt * body[5]


def main(n):
    system = bodies()
    pairs = [(a, b) for i, a in enumerate(system) for b in system[i + 1:]]
    before = energy(system)
    for _ in range(n):
        step(pairs, system, 0.001)
    assert abs(energy(system) / before - 1.0) < 1e-2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60000)
