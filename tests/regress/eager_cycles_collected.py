"""Cycles of objects with __del__ are found by the automatic collections, the young ones included."""
died = 0


class Ring:
    def __del__(self):
        global died
        died += 1


def work():
    for i in range(150000):
        r = Ring()
        r.me = r


work()
assert died > 50000, died
