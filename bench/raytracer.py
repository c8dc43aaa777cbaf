"""A ray tracer: vectors with operators, spheres and a plane behind one interface, reflections by recursion."""
from math import sqrt


class Vec:
    __slots__ = ('x', 'y', 'z')

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y, self.z + o.z)

    def __sub__(self, o):
        return Vec(self.x - o.x, self.y - o.y, self.z - o.z)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k, self.z * k)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    @property
    def length(self):
        return sqrt(self.dot(self))

    def unit(self):
        return self * (1.0 / self.length)

    def mirrored(self, normal):
        return self - 2 * self.dot(normal) * normal


class Surface:
    def __init__(self, colour, shine=0.0):
        self.colour = colour
        self.shine = shine

    def colour_at(self, point):
        return self.colour


class Sphere(Surface):
    def __init__(self, centre, radius, **how):
        super().__init__(**how)
        self.centre = centre
        self.radius = radius

    def hit(self, origin, ray):
        to = self.centre - origin
        along = to.dot(ray)
        under = self.radius ** 2 - (to.dot(to) - along * along)
        if under < 0:
            return None
        t = along - sqrt(under)
        return t if t > 1e-6 else None

    def normal(self, point):
        return (point - self.centre).unit()


class Floor(Surface):
    def hit(self, origin, ray):
        if ray.y > -1e-9:
            return None
        return -origin.y / ray.y

    def normal(self, point):
        return Vec(0.0, 1.0, 0.0)

    def colour_at(self, point):
        return self.colour if (int(point.x + 1000) + int(point.z + 1000)) % 2 else Vec(0.1, 0.1, 0.1)


class Scene:
    def __init__(self, things, light):
        self.things = things
        self.light = light
        self.rays = 0

    def nearest(self, origin, ray):
        best = None
        for thing in self.things:
            t = thing.hit(origin, ray)
            if t is not None and (best is None or t < best[0]):
                best = t, thing
        return best

    def trace(self, origin, ray, depth=0):
        self.rays += 1
        found = self.nearest(origin, ray)
        if found is None:
            return Vec(0.2, 0.3, 0.5)
        t, thing = found
        point = origin + ray * t
        normal = thing.normal(point)
        to_light = (self.light - point).unit()
        light = max(0.0, normal.dot(to_light))
        if light and self.nearest(point + normal * 1e-4, to_light):
            light = 0.0
        colour = thing.colour_at(point) * (0.2 + 0.8 * light)
        if thing.shine and depth < 3:
            colour = colour * (1 - thing.shine) + self.trace(point + normal * 1e-4, ray.mirrored(normal).unit(), depth + 1) * thing.shine
        return colour


def main(n):
    scene = Scene([Sphere(Vec(-1.2, 1.0, 5.0), 1.0, colour=Vec(0.9, 0.2, 0.2), shine=0.4), Sphere(Vec(1.2, 1.0, 6.0), 1.0, colour=Vec(0.2, 0.9, 0.2), shine=0.2),
                   Floor(Vec(0.9, 0.9, 0.9))], Vec(4.0, 6.0, 0.0))
    eye = Vec(0.0, 1.5, -1.0)
    total = Vec(0.0, 0.0, 0.0)
    for i in range(n):
        for j in range(n):
            total = total + scene.trace(eye, Vec((j - n / 2) / n, (n / 2 - i) / n, 1.0).unit())
    mean = total * (1 / n ** 2)
    assert scene.rays > n * n and 0.2 < mean.x < 0.5 and 0.2 < mean.y < 0.6 and mean.z > 0.2


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 170)
