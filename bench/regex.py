"""Regular expressions over generated text: findall, sub with a function, named groups, split, scanning tokens."""
import re

LINE = re.compile(r'(?P<host>\d+\.\d+\.\d+\.\d+) - (?P<user>\w+) \[(?P<time>[^\]]+)\] "(?P<verb>[A-Z]+) (?P<path>\S+)" (?P<code>\d{3})')
TOKEN = re.compile(r'\s*(?:(\d+\.?\d*)|([A-Za-z_]\w*)|(<=|>=|==|[-+*/()<>=,]))')
WORD = re.compile(r'\b[a-z]+(?:ing|ed|s)\b')


def main(n):
    log = '\n'.join(f'10.{i % 256}.0.{i % 7} - user{i % 13} [{i:06d}] "{"GET" if i % 3 else "POST"} /page/{i % 97}.html" {200 + i % 2 * 204}'
                    for i in range(n))
    bad = 0
    users = {}
    for line in log.splitlines():
        m = LINE.match(line)
        users[m['user']] = users.get(m['user'], 0) + 1
        bad += m.group('code') == '404'
    assert bad == n // 2 and len(users) == 13
    assert len(re.findall(r'"POST [^"]*" 200', log)) == len(range(0, n, 6))

    text = 'the singers walked along, singing and jumping over logs; ' * (n // 20)
    assert len(WORD.findall(text)) == 5 * (n // 20)
    assert WORD.sub(lambda m: m[0].upper(), text).count('WALKED') == n // 20
    assert len(re.split(r'[,;]\s*', text)) == 2 * (n // 20) + 1

    source = 'total = rate * (hours + 1.5) - max(a, b) <= limit_2 '
    count = 0
    for _ in range(n // 12):
        pos = 0
        while m := TOKEN.match(source, pos):
            pos = m.end()
            count += 1
    assert count == 18 * (n // 12)
    assert not re.search(r'(?:a+)+c', 'a' * 18 + 'b')


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100000)
