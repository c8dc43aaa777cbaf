"""JSON: documents of mixed values written and read, compact and indented, with escapes and a hook."""
import json


def document(i):
    return {
        'id': i, 'name': f'item {i}', 'price': i * 1.25, 'stock': i % 3 == 0, 'note': None,
        'tags': ['red', 'gr\u00fcn', 'tab\there', '"quoted"'],
        'sizes': [{'w': w, 'h': w * 2, 'ratio': 0.5} for w in range(8)],
    }


def main(n):
    docs = [document(i) for i in range(n)]
    text = json.dumps(docs)
    assert json.loads(text) == docs
    compact = json.dumps(docs, separators=(',', ':'), ensure_ascii=False)
    assert len(compact) < len(text) and json.loads(compact) == docs
    pretty = json.dumps(docs[:n // 4], indent=2, sort_keys=True)
    assert json.loads(pretty) == docs[:n // 4]
    sizes = 0

    def hook(d):
        nonlocal sizes
        if 'w' in d:
            sizes += 1
        return d

    json.loads(text, object_hook=hook)
    assert sizes == 8 * n
    small = 0
    for i in range(2 * n):
        small += len(json.dumps({'k': i, 'ok': True}))
    assert small == sum(19 + len(str(i)) for i in range(2 * n))


if __name__ == '__main__':
    import sys
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
