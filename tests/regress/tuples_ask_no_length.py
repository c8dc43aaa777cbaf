# list() asks a class for its length, tuple() and what makes tuples of iterables do not: Django counts the queries that a length costs.
import itertools


class Source:
    def __init__(self):
        self.asked = []

    def __iter__(self):
        return iter([2, 1, 0])

    def __len__(self):
        self.asked.append('len')
        return 3


class Hinted(Source):
    __len__ = None

    def __length_hint__(self):
        self.asked.append('hint')
        return 3


for cls, name in (Source, 'len'), (Hinted, 'hint'):
    for f in tuple, lambda s: (lambda *a: a)(*s), lambda s: list(itertools.product(s)), lambda s: list(itertools.permutations(s, 1)):
        source = cls()
        assert len(f(source)) == 3 and source.asked == [], (cls, f, source.asked)
    for f in list, sorted, lambda s: [*s], lambda s: [].extend(s):
        source = cls()
        f(source)
        assert source.asked == [name]
assert tuple(range(5)) == (0, 1, 2, 3, 4) and tuple({1: 2}.items()) == ((1, 2),) and tuple('ab') == ('a', 'b') and tuple(i for i in [1]) == (1,)
