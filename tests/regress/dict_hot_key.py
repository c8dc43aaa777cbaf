"""A key that is deleted and added again and again does not make its own search longer; popitem() copes with slots used twice."""
import random
import time

random.seed(5)


class Key:
    def __init__(self, v):
        self.v = v

    def __hash__(self):
        return 7

    def __eq__(self, other):
        return isinstance(other, Key) and self.v == other.v


for trial in range(200):
    d, model = {}, []
    hot = [random.choice(['x', 5, 2.5, (1, 2), '\u0436']) for _ in range(2)]
    pool = hot * 6 + list(range(random.choice([3, 20, 200]))) + [Key(1), Key(2)]
    for step in range(400):
        k, op = random.choice(pool), random.random()
        at = next((i for i, (key, _) in enumerate(model) if key == k), None)
        if op < .45:
            d[k] = step
            if at is None:
                model.append((k, step))
            else:
                model[at] = (model[at][0], step)
        elif op < .8:
            assert d.pop(k, None) == (model.pop(at)[1] if at is not None else None)
        elif op < .9:
            if model:
                assert d.popitem() == model.pop()
        elif op < .94:
            d = d.copy()
        assert len(d) == len(model)
        if step % 7 == 0:
            assert list(d.items()) == model
            assert all(d[key] == value for key, value in model)


def spent(d):
    begin = time.process_time()
    for _ in range(20000):
        d.pop(5)
        d[5] = 1
    return time.process_time() - begin


# Many entries are free before a big table is rebuilt: 20,000 rounds took 400 times as long as in a small one.
small, big = {i: i for i in range(10)}, {i: i for i in range(40000)}
assert min(spent(big) for _ in range(3)) < 20 * min(spent(small) for _ in range(3)) + 0.05
