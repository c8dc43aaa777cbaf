"""Strings searched and taken apart: find, in, split, strip, startswith, count, translate, comparisons."""


def main(n):
    words = ['w%d' % (i * 7919 % 1000) for i in range(1000)]
    text = ' '.join(words)
    found = 0
    for i in range(n // 5):
        if text.find('w%d' % (i % 1200)) >= 0:
            found += 1
    assert found == sum(1 for i in range(n // 5) if i % 1200 < 1000)

    for i in range(n // 150):
        parts = text.split()
        assert parts[-1] == words[-1] and len(parts) == 1000

    lines = ['  key%d = value %d  # note' % (i % 50, i) for i in range(1000)]
    settings = {}
    for _ in range(n // 1000):
        for line in lines:
            line, _, _ = line.partition('#')
            key, _, value = line.partition('=')
            key = key.strip()
            if key.startswith('key') and not key.endswith('0'):
                settings[key] = value.strip().lower()
    assert len(settings) == 45 and settings['key49'] == 'value 999'

    table = str.maketrans('abcdefghij', '0123456789')
    digits = 0
    for _ in range(n // 100):
        digits += text.translate(table).count('5') + ('zebra' in text) + text.count('w9')
    per_pass = sum(w.count('5') for w in words) + sum(1 for w in words if w.startswith('w9'))
    assert digits == (n // 100) * per_pass

    vowels = 0
    sample = 'the quick brown fox jumps over the lazy dog'
    for _ in range(n // 10):
        for ch in sample:
            if ch in 'aeiou':
                vowels += 1
    assert vowels == (n // 10) * 11


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300000)
