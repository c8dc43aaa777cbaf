"""Each operator in each form of the instruction set (two registers, a small number, a float constant; plain and in place) against the operator module."""
import operator as o

OPS = {'+': (o.add, o.iadd), '-': (o.sub, o.isub), '*': (o.mul, o.imul), '/': (o.truediv, o.itruediv), '//': (o.floordiv, o.ifloordiv),
       '%': (o.mod, o.imod), '**': (o.pow, o.ipow), '<<': (o.lshift, o.ilshift), '>>': (o.rshift, o.irshift), '&': (o.and_, o.iand),
       '|': (o.or_, o.ior), '^': (o.xor, o.ixor)}
LEFT = [0, 1, -1, 2, -7, 100, 2**31, -2**31 - 1, 2**32 + 5, 2**53, 2**53 + 1, 2**60, 2**61 - 1, -2**61, 2**61, -2**61 - 1, 2**62, 2**64, -3**50, 0.0, -0.0, 1.5, -2.25,
        1e300, 1e-300, float('inf'), float('nan'), True, False, 'ab', [1], (1, 2), b'x', None, {1}]
IMMEDIATES = [0, 1, -1, 2, -2, 3, 7, -7, 59, 60, 61, 63, 255, 32767, -32768, 40000]
FLOATS = ['0.0', '-0.0', '0.5', '1e300', '1e-300', '1e400', '2.0']


def outcome(f, *args):
    try:
        r = f(*args)
    except Exception as e:
        return type(e)
    return type(r), repr(r)


def fresh(v):
    return v[:] if isinstance(v, list) else set(v) if isinstance(v, set) else v


count = 0
for sym, (plain, inplace) in OPS.items():
    two = {}
    exec(f'def f(a, b): return a {sym} b\ndef g(a, b):\n a {sym}= b\n return a', two)
    for a in LEFT:
        for b in LEFT:
            if sym in ('<<', '**') and isinstance(b, int) and b > 1000 or sym == '*' and {type(a), type(b)} & {str, list, tuple, bytes}:
                continue
            assert outcome(two['f'], fresh(a), fresh(b)) == outcome(plain, fresh(a), fresh(b)), (a, sym, b)
            assert outcome(two['g'], fresh(a), fresh(b)) == outcome(inplace, fresh(a), fresh(b)), (a, sym, b)
            count += 1
    for text in [str(i) for i in IMMEDIATES] + FLOATS:
        b = eval(text)
        if sym in ('<<', '**') and b > 100:
            continue
        one = {}
        exec(f'def f(a): return a {sym} {text}\ndef g(a):\n a {sym}= {text}\n return a', one)
        for a in LEFT:
            if sym == '*' and type(a) in (str, list, tuple, bytes):
                continue
            assert outcome(one['f'], fresh(a)) == outcome(plain, fresh(a), b), (a, sym, text)
            assert outcome(one['g'], fresh(a)) == outcome(inplace, fresh(a), b), (a, sym, text)
            count += 1
assert count > 10000

COMPARE = {'<': o.lt, '<=': o.le, '==': o.eq, '!=': o.ne, '>': o.gt, '>=': o.ge}
for sym, f in COMPARE.items():
    ns = {}
    exec(f'def v(a, b): return a {sym} b\ndef j(a, b):\n if a {sym} b: return True\n return False\ndef n(a, b):\n if not a {sym} b: return False\n return True', ns)
    for a in LEFT:
        for b in LEFT:
            want = outcome(f, a, b)
            assert outcome(ns['v'], a, b) == outcome(ns['j'], a, b) == outcome(ns['n'], a, b) == want, (a, sym, b)
    for i in IMMEDIATES:
        ns = {}
        exec(f'def j(a):\n if a {sym} {i}: return True\n return False', ns)
        for a in LEFT:
            assert outcome(ns['j'], a) == outcome(f, a, i), (a, sym, i)
