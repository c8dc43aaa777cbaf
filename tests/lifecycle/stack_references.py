# Objects that only registers hold survive any number of reconciles and collections, and their identity and contents stay.
import gc


class Thing:
    def __init__(self, n):
        self.n = n
        self.data = [n] * 5


def churn():
    """Allocates enough for several reconciles."""
    for i in range(3):
        junk = [(j, [j], {j: str(j)}) for j in range(10_000)]
    return len(junk)


def locals_survive():
    a, b = Thing(1), [Thing(2), (Thing(3),)]
    churn()
    gc.collect()
    return a.n + b[0].n + b[1][0].n


assert locals_survive() == 6


def arguments_survive(a, *rest, k):
    churn()
    return a.n, [r.n for r in rest], k.n


assert arguments_survive(Thing(1), Thing(2), Thing(3), k=Thing(4)) == (1, [2, 3], 4)

# Temporaries of an unfinished expression.
assert [Thing(1).data, churn(), Thing(2).data, churn()] == [[1] * 5, 10_000, [2] * 5, 10_000]
assert (Thing(7).n, churn(), 'x' * 3 + str(churn())) == (7, 10_000, 'xxx10000')
assert {'a' + str(i): (Thing(i), churn())[0].n for i in range(3)} == {'a0': 0, 'a1': 1, 'a2': 2}
assert f'{Thing(1).n}{churn()}{Thing(2).data[0]}' == '1100002'

# A deep recursion, each level with its own objects, while much is allocated below.


def down(n):
    mine = [n, str(n)]
    if n:
        r = down(n - 1)
    else:
        churn()
        gc.collect()
        r = 0
    assert mine == [n, str(n)]
    return r + mine[0]


assert down(300) == 300 * 301 // 2

# Callbacks from native code: what the native function holds meanwhile survives.


def key(x):
    if x % 100 == 0:
        churn()
    return -x


data = list(range(300))
assert sorted(data, key=key) == data[::-1]
assert max((Thing(i) for i in range(50)), key=lambda t: (churn() if t.n % 20 == 0 else 0, t.n)[1]).n == 49
assert list(map(lambda t: (churn(), t.n)[1], [Thing(i) for i in range(5)])) == list(range(5))
assert ''.join(str(churn()) for _ in range(3)) == '10000' * 3


class Weird:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        churn()
        return self.n == other.n

    def __hash__(self):
        return 1

    def __repr__(self):
        churn()
        return f'W{self.n}'


d = {Weird(i): [i] for i in range(4)}
assert d[Weird(3)] == [3] and repr([Weird(1), (Weird(2),)]) == '[W1, (W2,)]'
assert Weird(2) in [Weird(0), Weird(1), Weird(2)] and [Weird(5)].index(Weird(5)) == 0

# An object moved from its only counted place to a local, then reached again.
box = [Thing(9)]
t = box.pop()
churn()
assert t.n == 9
box.append(t)
del t
churn()
assert box[0].data == [9] * 5
a, b = [1], [2]
a, b = b, a
churn()
assert (a, b) == ([2], [1])

# Identity is stable.
t = Thing(1)
before = id(t)
churn()
gc.collect()
assert id(t) == before and t is t

# Strings grown in place, while old prefixes are kept.
s, kept = '', []
for i in range(3_000):
    s += chr(97 + i % 26)
    if i % 500 == 0:
        kept.append(s)
        churn() if i == 1_500 else None
assert [len(k) for k in kept] == [1, 501, 1001, 1501, 2001, 2501] and all(s.startswith(k) for k in kept)
