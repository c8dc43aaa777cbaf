"""The logging package: records that are dropped by level, formatted into a stream, filtered, with exceptions and extra fields."""
import io
import logging


class Odd(logging.Filter):
    def filter(self, record):
        return record.args[0] % 2 == 1 if record.args else True


def main(n):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter('%(levelname)s:%(name)s:%(message)s'))
    log = logging.getLogger('bench.log')
    log.propagate = False
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    for i in range(n * 10):
        log.debug('dropped %d', i)
    assert out.getvalue() == ''
    for i in range(n):
        log.info('kept %d of %s', i, n)
    brace = logging.Formatter('{levelname:>8} {message} {user}', style='{')
    handler.setFormatter(brace)
    for i in range(n):
        log.warning('plain', extra={'user': i})
    handler.setFormatter(logging.Formatter('%(message)s'))
    odd = Odd()
    log.addFilter(odd)
    for i in range(n):
        log.error('number %d', i)
    log.removeFilter(odd)
    for i in range(n // 20):
        try:
            {}[i]
        except KeyError:
            log.exception('missing')
    lines = out.getvalue().splitlines()
    assert lines[0] == f'INFO:bench.log:kept 0 of {n}' and lines[n] == ' WARNING plain 0'
    assert lines[2 * n] == 'number 1' and lines.count('missing') == n // 20 and f'KeyError: {n // 20 - 1}' in lines[-1]


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
