"""A report over JSON: orders are read, checked, grouped and priced with exact decimals, and printed as a table and as JSON again.

    json_report.py [FILE]          FILE: {"orders": [{"customer": ..., "date": ..., "lines": [{"item": ..., "count": ..., "price": "9.90"}]}]}
"""
import json
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

SAMPLE = '''{"orders": [
  {"customer": "Mora & Sons", "date": "2026-01-12", "lines": [{"item": "rope, 10 m", "count": 3, "price": "19.90"}, {"item": "hook", "count": 12, "price": "0.85"}]},
  {"customer": "B\\u00e4r", "date": "2026-01-30", "lines": [{"item": "lamp", "count": 1, "price": "49.00"}]},
  {"customer": "Mora & Sons", "date": "2026-02-03", "lines": [{"item": "hook", "count": 100, "price": "0.79"}]},
  {"customer": "", "date": "2026-02-04", "lines": []},
  {"customer": "B\\u00e4r", "date": "2026-02-31", "lines": [{"item": "oil", "count": 2, "price": "7.15"}]},
  {"customer": "Codd", "date": "2026-02-11", "lines": [{"item": "table", "count": -1, "price": "310.00"}]},
  {"customer": "B\\u00e4r", "date": "2026-02-14", "lines": [{"item": "oil", "count": 2, "price": "7.15"}, {"item": "wick", "count": 6, "price": "0.333"}]}
]}'''
CENT = Decimal('0.01')


@dataclass(frozen=True)
class Line:
    item: str
    count: int
    price: Decimal

    def __post_init__(self):
        if self.count < 1:
            raise ValueError(f'{self.item}: count {self.count}')

    @property
    def total(self):
        return (self.count * self.price).quantize(CENT)


@dataclass(frozen=True)
class Order:
    customer: str
    date: date
    lines: tuple[Line, ...]

    @classmethod
    def from_json(cls, data):
        match data:
            case {'customer': str(customer), 'date': str(day), 'lines': [_, *_] as lines} if customer:
                return cls(customer, date.fromisoformat(day), tuple(Line(d['item'], d['count'], Decimal(d['price'])) for d in lines))
        raise ValueError('needs a customer, a date and lines')

    @property
    def total(self):
        return sum((line.total for line in self.lines), Decimal())


def read(text):
    good, errors = [], []
    for i, data in enumerate(json.loads(text)['orders']):
        try:
            good.append(Order.from_json(data))
        except (ValueError, KeyError, ArithmeticError) as e:
            e.add_note(f'order {i}')
            errors.append(e)
    return good, ExceptionGroup('orders left out', errors) if errors else None


def encode(x):
    if isinstance(x, Decimal | date):
        return str(x)
    raise TypeError(type(x).__name__)


def main():
    text = open(sys.argv[1], encoding='utf-8').read() if len(sys.argv) > 1 else SAMPLE
    orders, problems = read(text)
    by_month = lambda o: (o.date.year, o.date.month)
    for (year, month), group in groupby(sorted(orders, key=lambda o: o.date), key=by_month):
        group = list(group)
        print(f'{year}-{month:02}')
        for o in group:
            print(f'   {o.date:%d %a}  {o.customer:<14}{len(o.lines):>3} lines {o.total:>10}')
        print(f'   {"sum":<31}{sum(o.total for o in group):>10}')
    spent = defaultdict(Decimal)
    for o in orders:
        spent[o.customer] += o.total
    best = max(spent, key=spent.get)
    print(json.dumps({'best': best, 'spent': spent, 'last': asdict(max(orders, key=lambda o: o.date))}, default=encode, indent=2, ensure_ascii=False))
    if problems:
        print(problems)
        for e in problems.exceptions:
            print(f'   {e.__notes__[0]}: {e}')


if __name__ == '__main__':
    main()
