"""Dataclasses and enums: construction, comparison, replace, ordering, frozen ones as keys; the import counts, too."""
from dataclasses import asdict, dataclass, field, replace
from enum import Enum


class Kind(Enum):
    BUY = 1
    SELL = 2


@dataclass
class Order:
    ident: int
    kind: Kind
    price: float
    tags: list = field(default_factory=list)

    @property
    def signed(self):
        return self.price if self.kind is Kind.SELL else -self.price


@dataclass(frozen=True, order=True)
class Key:
    day: int
    name: str


def main(n):
    orders = [Order(i, Kind.BUY if i % 2 else Kind.SELL, 10.0 + i % 5) for i in range(n)]
    assert sum(o.signed for o in orders) == sum((10.0 + i % 5) * (-1 if i % 2 else 1) for i in range(n))
    assert Order(1, Kind.SELL, 2.0) == Order(1, Kind.SELL, 2.0) != Order(2, Kind.SELL, 2.0)

    book = {}
    for o in orders:
        book.setdefault(Key(o.ident % 31, o.kind.name), []).append(o.ident)
    assert len(book) == 62 and min(book) == Key(0, 'BUY')
    keys = sorted(book)
    assert keys[0] < keys[-1]

    changed = [replace(o, price=o.price + 1) for o in orders[:n // 10]]
    assert sum(c.price - o.price for c, o in zip(changed, orders)) == n // 10
    dumped = [asdict(o) for o in orders[:n // 20]]
    assert dumped[3]['ident'] == 3 and repr(orders[0]).startswith("Order(ident=0, kind=<Kind.SELL: 2>")


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100000)
