"""Reads a large web-server log with re and collections, and prints who came, what they wanted, and what went wrong.

    log_report.py [LOG]            without LOG, one of 300,000 lines is invented first
"""
import re
import sys
import tempfile
from collections import Counter, defaultdict, deque
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

LINE = re.compile(
    r'(?P<host>\S+) - (?P<user>\S+) \[(?P<when>[^\]]+)\] "(?P<verb>[A-Z]+) (?P<path>[^ ?"]+)(?:\?\S*)? HTTP/[\d.]+" (?P<code>\d{3}) (?P<size>\d+|-)')


def invent(path, lines):
    rng = Random(2026)
    hosts = [f'10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}' for _ in range(400)]
    pages = ['/', '/index.html', '/about', '/search', '/login', '/img/snake.png', '/api/items', '/api/orders']
    when = datetime(2026, 3, 1)
    with open(path, 'w') as f:
        for i in range(lines):
            when += timedelta(seconds=rng.randrange(3))
            if i % 5000 == 4999:
                f.write('this line is broken\n')
                continue
            code = rng.choices(('200', '304', '404', '500'), (90, 5, 4, 1))[0]
            page = pages[min(rng.randrange(8), rng.randrange(8))]
            query = f'?q={rng.randrange(100)}' if page == '/search' else ''
            f.write(f'{hosts[min(rng.randrange(400), rng.randrange(400))]} - - [{when:%d/%b/%Y:%H:%M:%S} +0000] '
                    f'"GET {page}{query} HTTP/1.1" {code} {rng.randrange(200, 90000) if code == "200" else "-"}\n')


def report(path):
    hosts, pages, codes, hours = Counter(), Counter(), Counter(), Counter()
    sizes, broken = defaultdict(int), []
    last_errors = deque(maxlen=3)
    with open(path) as f:
        for number, line in enumerate(f, 1):
            if (m := LINE.match(line)) is None:
                broken.append(number)
                continue
            hosts[m['host']] += 1
            pages[m['path']] += 1
            codes[m['code']] += 1
            hours[m['when'][12:14]] += 1
            if m['size'] != '-':
                sizes[m['path']] += int(m['size'])
            if m['code'] == '500':
                last_errors.append(f'line {number}: {m["path"]} for {m["host"]}')
    total = codes.total()
    print(f'{total + len(broken):,} lines, {len(broken)} of them unreadable (the first: {broken[:3]}), {len(hosts)} hosts\n')
    print('most wanted')
    for page, n in pages.most_common(5):
        print(f'  {page:<16}{n:>9,} {n / total:>7.1%} {sizes[page] / 1e6:>10.1f} MB  {"#" * round(40 * n / total)}')
    print('\nanswers')
    for code, n in sorted(codes.items()):
        print(f'  {code}{n:>10,}')
    print('\nbusiest hours: ' + ', '.join(f'{h}h ({n:,})' for h, n in hours.most_common(3)))
    print('\nlast errors\n  ' + '\n  '.join(last_errors))
    assert total + len(broken) == number


def main():
    if len(sys.argv) > 1:
        report(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'access.log')
        invent(path, 300_000)
        report(path)


if __name__ == '__main__':
    main()
