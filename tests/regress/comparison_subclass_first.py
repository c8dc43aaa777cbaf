# The right operand of a comparison goes first if its class is derived from the left one's, even if it only inherits the method.
class A:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        log.append(self.n)
        return NotImplemented

    __hash__ = None


class B(A):
    pass


class C(A):
    def __eq__(self, other):
        log.append(self.n)
        return False


log = []
assert (A(1) == B(2)) is False and log == [2, 1], log
log = []
assert (A(1) != C(3)) is True and log == [3], log  # object's __ne__, which asks C's __eq__
log = []
assert (B(1) == A(2)) is False and log == [1, 2], log


class L(list):
    def __eq__(self, other):
        return 'mine'


assert ([1] == L()) == 'mine'
