# An AttributeError of a property or another descriptor goes to __getattr__, each time; and attributes of many types at one instruction.
class Raises:
    def __get__(self, o, cls):
        raise AttributeError('get')


class A:
    @property
    def p(self):
        raise AttributeError('p')
    d = Raises()

    def __getattr__(self, name):
        return 'fallback ' + name

    def method(self):
        return 1


for _ in range(10):
    a = A()
    assert (a.p, a.d, a.method(), a.other) == ('fallback p', 'fallback d', 1, 'fallback other')
assert [A().p for _ in range(10)] == ['fallback p'] * 10
assert ''.join(A().p.upper() for _ in range(3)) == 'FALLBACK P' * 3


def make(k):
    class Many:
        value = k if k % 3 == 0 else property(lambda self: k)
        if k % 3 == 1:
            @property
            def value(self):
                if k == 100:
                    raise ValueError(k)
                return k
        if k % 7 == 6:
            def __getattr__(self, name):
                return -k
            @property
            def value(self):
                raise AttributeError
        if k % 11 == 10:
            def __getattribute__(self, name):
                return k * 10
    return Many()


def read(o):
    return o.value


def expected(k):
    return k * 10 if k % 11 == 10 else -k if k % 7 == 6 else k
objects = [make(k) for k in range(99)]
for _ in range(5):
    for k, o in enumerate(objects):
        assert read(o) == expected(k), (k, read(o))
try:
    read(make(100))
except ValueError as e:
    assert e.args == (100,)
else:
    raise AssertionError
