"""A bit of everything, for `./dev profile`: whose constants lie behind those of start-up."""
import re, json, struct, random
class P:
    __slots__ = ('x',)
    def __init__(self, x): self.x = x
    @property
    def y(self): return self.x + 1
    def __eq__(self, o): return self.x == o.x
def gen(n):
    for i in range(n): yield i * 2
def main():
    l = sorted([P(i).y for i in gen(10)], key=lambda v: -v)
    d = {str(k): v / 3 for k, v in enumerate(l)}
    s = set(l) | {1, 2}
    try:
        d['nope']
    except KeyError as e:
        s.add(str(e))
    t = json.loads(json.dumps(d))
    assert re.sub(r'[0-9]+', 'x', 'a12b') == 'axb' and struct.pack('<I', 5)
    print(f'{len(t):>5} {3.5:.2f} %s' % 'x', b'abc'.hex(), 10**30, 'a b c'.split(), ' '.join(['a', 'b']))
main()
