"""The value of a conditional expression is in a register that the jump over its other branch does not count as live."""


class Base:
    def m(self):
        return 1


class D(Base):
    def __del__(self):
        pass


def pick(o, flag):
    return o.m if flag else o


def make(flag):
    return D() if flag else D().m


for i in range(200):
    m = pick(D(), True)
    keep = [[i, str(i)] for i in range(20)]
    assert m() == 1
    x = make(i % 2)
    keep = [[i, str(i)] for i in range(20)]
    assert (x if i % 2 else x.__self__).m() == 1
    y = [D() if i else None, D() and D().m if i else D()]
    assert y[1] is None or y[1]
