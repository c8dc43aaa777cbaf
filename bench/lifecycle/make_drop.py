"""What making and dropping an object costs, in nanoseconds, the empty loop subtracted."""
import sys
from time import perf_counter


class P:
    def __init__(self, a, b, c):
        self.a = a
        self.b = b
        self.c = c

    def m(self):
        return self


class S:
    __slots__ = ('a', 'b', 'c')

    def __init__(self, a, b, c):
        self.a = a
        self.b = b
        self.c = c


def gen(a):
    yield a


def loop_empty(n, a, b, c, o):
    for _ in range(n):
        pass


def loop_float(n, a, b, c, o):
    f = 1.5
    for _ in range(n):
        x = f * 2.5


def loop_int_big(n, a, b, c, o):
    big = 1 << 70
    for _ in range(n):
        x = big + 1


def loop_tuple(n, a, b, c, o):
    for _ in range(n):
        x = (a, b, c)


def loop_list(n, a, b, c, o):
    for _ in range(n):
        x = [a, b, c]


def loop_list_empty(n, a, b, c, o):
    for _ in range(n):
        x = []


def loop_list_append(n, a, b, c, o):
    for _ in range(n):
        x = []
        x.append(a)


def loop_dict(n, a, b, c, o):
    for _ in range(n):
        x = {'a': a, 'b': b, 'c': c}


def loop_dict_empty(n, a, b, c, o):
    for _ in range(n):
        x = {}


def loop_set(n, a, b, c, o):
    for _ in range(n):
        x = {a, b, c}


def loop_slice(n, a, b, c, o):
    make = slice
    for _ in range(n):
        x = make(a, b)


def loop_method(n, a, b, c, o):
    for _ in range(n):
        x = o.m


def loop_native_method(n, a, b, c, o):
    l = []
    for _ in range(n):
        x = l.append


def loop_instance(n, a, b, c, o):
    for _ in range(n):
        x = P(a, b, c)


def loop_instance_slots(n, a, b, c, o):
    for _ in range(n):
        x = S(a, b, c)


def loop_closure(n, a, b, c, o):
    for _ in range(n):
        x = lambda: a


def loop_generator(n, a, b, c, o):
    for _ in range(n):
        x = gen(a)


def loop_generator_run(n, a, b, c, o):
    for _ in range(n):
        for x in gen(a):
            pass


def loop_exception(n, a, b, c, o):
    for _ in range(n):
        try:
            raise ValueError
        except ValueError:
            pass


def loop_list_iterator(n, a, b, c, o):
    l = [a]
    for _ in range(n):
        for x in l:
            pass


def loop_range(n, a, b, c, o):
    for _ in range(n):
        for x in range(1):
            pass


def loop_str(n, a, b, c, o):
    s = 'abc'
    t = 'defg'
    for _ in range(n):
        x = s + t


def loop_bytes(n, a, b, c, o):
    s = b'abc'
    t = b'defg'
    for _ in range(n):
        x = s + t


def loop_list_of_lists(n, a, b, c, o):
    # Objects that live as long as a table of 100 others: freed by counting, not at once.
    keep = [None] * 100
    for i in range(n):
        keep[i % 100] = [a]


def best(loop, n, rounds):
    o = P(1, 2, 3)
    least = 1e9
    for _ in range(rounds):
        t0 = perf_counter()
        loop(n, 1, 2, 3, o)
        least = min(least, perf_counter() - t0)
    return least / n * 1e9


def main(n, rounds, names):
    empty = best(loop_empty, n, rounds)
    print('empty_loop', round(empty, 2))
    for name, loop in list(globals().items()):
        if name.startswith('loop_') and name != 'loop_empty' and (not names or name[5:] in names):
            print(name[5:], round(best(loop, n, rounds) - empty, 2), flush=True)


if __name__ == '__main__':
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 7, sys.argv[2:])
