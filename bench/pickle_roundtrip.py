"""pickle: nested containers, instances, shared references and cycles, in two protocols."""
import pickle


class Account:
    def __init__(self, name, owner=None):
        self.name = name
        self.owner = owner
        self.history = [1, 2.5, 'x']


class Money:
    def __init__(self, units):
        self.units = units

    def __reduce__(self):
        return Money, (self.units,)


def main(n):
    shared = {'k': (1, 2, 3)}
    data = [(i, str(i), i / 4, [i, shared], {'a': i, 'b': b'bytes'}) for i in range(n)]
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        back = pickle.loads(pickle.dumps(data, protocol))
        assert back == data and back[0][3][1] is back[-1][3][1]

    boss = Account('boss')
    boss.owner = boss
    people = [Account(f'p{i}', boss) for i in range(n)]
    back = pickle.loads(pickle.dumps(people))
    assert back[0].owner.owner is back[-1].owner and back[n // 2].name == f'p{n // 2}'

    coins = pickle.loads(pickle.dumps([Money(i) for i in range(n)]))
    assert sum(c.units for c in coins) == n * (n - 1) // 2
    for i in range(n // 5):
        assert pickle.loads(pickle.dumps((i, 'abc'))) == (i, 'abc')


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25000)
