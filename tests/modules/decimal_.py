# _decimal: what is Kaa's own about it. CPython's test_decimal covers the arithmetic.
import contextvars
import decimal
import fractions
import gc
import math
import pickle
import sys
import threading
from decimal import *

try:
    import _decimal
except ImportError:
    sys.exit(0)  # built without libmpdec: decimal is the library's own

D = Decimal
assert decimal.Decimal is _decimal.Decimal


def raises(exc, f, *args, message=None):
    try:
        f(*args)
    except exc as e:
        if message is not None:
            assert str(e) == message, str(e)
        return e
    raise AssertionError(f'{exc} not raised')


# ---- coefficients that leave the object: buffers of the heap, freed with it
with localcontext() as c:
    c.prec = 4000
    for i in range(300):
        x = D(7) ** (i * 5)
        assert int(x) == 7 ** (i * 5)
        y = x * x
        assert int(y) == 49 ** (i * 5)
        assert hash(y) == hash(49 ** (i * 5)), i
        assert str(y) == str(49 ** (i * 5))
        assert D(str(y)) == y == D(49 ** (i * 5))
    assert sys.getsizeof(D(10 ** 500)) > sys.getsizeof(D(1))
gc.collect()

# ---- ints of all sizes, exactly
for n in [0, 1, -1, 2**61 - 1, 2**61, -2**61, -2**61 - 1, 2**63 - 1, 2**63, -2**63, 2**64, 10**19 - 1, 10**19, -10**19, 10**38, 10**76 - 1, 10**77, 3**1000]:
    assert int(D(n)) == n, n
    assert D(n) == n and n == D(n) and not D(n) != n
    assert D(n) + 0 == D(n).__pos__()
    assert hash(D(n)) == hash(n)
    assert D(n).as_integer_ratio() == (n, 1)
    assert str(D(n)) == str(n)
    with localcontext(prec=600) as c:
        assert int(D(5) + n) == 5 + n and int(n - D(5)) == n - 5 and int(n * D(3)) == n * 3

# ---- floats
for f in [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, 1e-300, 5e-324, sys.float_info.max, 2.0**60, 2.0**100, 1/3]:
    d = D(f)
    assert float(d) == f and math.copysign(1, float(d)) == math.copysign(1, f)
    assert d.as_integer_ratio() == f.as_integer_ratio()
    assert d == f and hash(d) == hash(f)
for s in ['1e22', '123456789.25', '9007199254740993', '9007199254740992e-22', '1e-23', '4.35', '0.1', '2.675', '-0', '1e400', '-1e400']:
    assert repr(float(D(s))) == repr(float(s)), s
assert math.isnan(float(D('-nan')))

# ---- texts
for s, want in [('1', '1'), ('-0', '-0'), ('+1.50', '1.50'), ('.5', '0.5'), ('5.', '5'), ('0.000001', '0.000001'), ('0.0000001', '1E-7'), ('00012', '12'),
                ('123456789012345678', '123456789012345678'), ('1234567890123456789', '1234567890123456789'), ('12345678901234567890', '12345678901234567890'),
                ('0.00', '0.00'), ('-0.000', '-0.000'), ('0E-6', '0.000000'), ('0E-7', '0E-7'), (' 1_000 ', '1000'), ('\u0661.\u0662', '1.2'), ('Infinity', 'Infinity'),
                ('\u3000-1\u2003', '-1'), ('1e5', '1E+5'), ('snan12', 'sNaN12'), ('9' * 80, '9' * 80), ('0.' + '1' * 80, '0.' + '1' * 80)]:
    assert str(D(s)) == want, (s, str(D(s)))
    assert repr(D(s)) == f"Decimal('{want}')"
for s in ['', ' ', '.', '+', '-', '1..2', '1.2.3', '1 2', '\0', '1\0', 'x', '--1', '1e', '\u00bd', '\ud800', '1' * 30 + 'x', '_', '1e5.5']:
    if s == '_':
        continue
    e = raises(InvalidOperation, D, s)
    assert e.args == ([ConversionSyntax],) if hasattr(decimal, 'ConversionSyntax') else True
raises(TypeError, D, b'1', message='conversion from bytes to Decimal is not supported')

# ---- subclasses
class Money(D):
    __slots__ = ()
class Named(D):
    pass
m = Money('1.5')
assert type(m) is Money and type(m + 1) is D and m == D('1.5') and type(Money(m)) is Money
assert type(Money.from_float(1.5)) is Money and type(Money.from_number(2)) is Money
n = Named('2')
n.label = 'x'
assert n.label == 'x' and n + m == D('3.5') and 1 + n == 3
assert pickle.loads(pickle.dumps(D('1.10'))).as_tuple() == D('1.10').as_tuple()
assert type(D(m)) is D

# ---- the current context belongs to the running contextvars.Context
def inner():
    assert getcontext().prec == 28 or getcontext().prec == 5
    getcontext().prec = 7
    setcontext(Context(prec=9))
    return getcontext().prec
getcontext().prec = 28
ctx = contextvars.copy_context()
assert ctx.run(inner) == 9
assert str(D(1) / 3) == '0.3333333' and getcontext().prec == 7     # one Context object, shared until it is replaced
getcontext().prec = 28
assert ctx.run(lambda: str(D(1) / 3)) == '0.333333333'
assert str(D(1) / 3) == '0.3333333333333333333333333333'
with localcontext(prec=4) as a:
    assert str(D(1) / 3) == '0.3333'
    with localcontext() as b:
        b.prec = 2
        assert str(D(1) / 3) == '0.33' and b is getcontext()
    assert getcontext() is a
seen = []
def other():
    seen.append(getcontext().prec)
    getcontext().prec = 3
    seen.append(str(D(2) / 3))
DefaultContext.prec = 11
t = threading.Thread(target=other, context=contextvars.Context())
t.start(); t.join()
DefaultContext.prec = 28
assert seen == [11, '0.667'] and getcontext().prec == 28
v = contextvars.ContextVar('v')
assert getcontext() is getcontext()
v.set(1)
assert getcontext() is getcontext() and v.get() == 1

# ---- flags and traps
c = Context(traps=[DivisionByZero])
assert c.flags is c.flags and not c.flags[Inexact]
c.divide(1, 3)
assert c.flags[Inexact] and c.flags[Rounded] and Inexact in c.flags and len(c.flags) == 9
c1 = c.copy()
assert c.flags == dict(c.flags) and c.flags != c.traps and c.flags == c1.flags and c.flags != {}.fromkeys('x')
orphaned = lambda: c.flags == c.copy().flags  # of a context that is gone
for _ in range(2):  # what the first call prepares leaves words on the native stack, by which a scan may take the context for alive
    try: orphaned()
    except ValueError: pass
raises(ValueError, orphaned, message='invalid signal dict')
c.flags[Inexact] = False
assert not c.flags[Inexact]
raises(DivisionByZero, c.divide, 1, 0)
assert raises(DivisionByZero, c.divide, 1, 0).args == ([DivisionByZero],)
flags = Context().flags
raises(ValueError, flags.__getitem__, Inexact, message='invalid signal dict')
keep = c.traps
c2 = c.copy()
c2.traps[DivisionByZero] = False
assert keep[DivisionByZero] and c2.divide(1, 0) == D('inf')
raises(KeyError, keep.__getitem__, 1)
with localcontext() as lc:
    lc.traps[FloatOperation] = True
    raises(FloatOperation, D, 1.5)
    raises(FloatOperation, lambda: D(1) < 1.5)
    assert D(1) != 1.5 and lc.flags[FloatOperation]
assert pickle.loads(pickle.dumps(c)).prec == c.prec and repr(pickle.loads(pickle.dumps(c))) == repr(c)

# ---- comparisons with other numbers
F = fractions.Fraction
assert D('0.5') == F(1, 2) and D('0.3') < F(1, 3) and F(1, 3) > D('0.3') and D('1e999999999') > F(1, 3)
assert D(1) == 1 + 0j and D(1) != 1 + 1j and D(1) != 'x' and not D(1) == None
raises(TypeError, lambda: D(1) < 'x')
raises(TypeError, lambda: D(1) < 1j)
raises(TypeError, lambda: D(1) + 1.5, message="unsupported operand type(s) for +: 'decimal.Decimal' and 'float'")
assert {D('1.0'): 'a'}[1] == 'a' and {1: 'a'}[D('1.0')] == 'a' and {0.5: 'b'}[D('0.5')] == 'b'
raises(TypeError, hash, D('snan'), message='Cannot hash a signaling NaN value')
nan = D('nan')
assert nan != nan and hash(nan) == hash(nan) and sorted([D(3), 1, D('2.5')]) == [1, D('2.5'), 3]
assert sum([D('0.1')] * 10) == 1 and max(D(1), D(2)) == 2

# ---- format: by libmpdec and by the library
assert f'{D("1234567.891"):,.2f} {D("1234567.891"):_.2f} {D(5):>5} {D("-0.001"):z.1f}' == '1,234,567.89 1_234_567.89     5 0.0'
assert format(D('1.1'), '\0^10') == '\0\0\0' + '1.1' + '\0' * 4 and format(D('1.1'), '\u20ac^9') == '\u20ac' * 3 + '1.1' + '\u20ac' * 3
raises(ValueError, format, D(1), 'x', message='invalid format string')
raises(ValueError, format, D(1), '=%d.1' % (2**63 - 1))
raises(TypeError, D(1).__format__, 3, message='format arg must be str')
assert D('6.09e+23').__format__('#') == '6.09E+23'

# ---- operations that run Python in between see whole numbers
class Odd(int):
    def __index__(self):
        gc.collect()
        return 3
assert D(1) + Odd(5) == 6
for i in range(2000):
    x = D(i) / 7
    y = [x, x * x, -x, abs(x), x.sqrt(), x.quantize(D('0.01'))]
assert y[-1] == D('285.57')
assert D(7) // 2 == 3 and D(-7) // 2 == -3 and D(-7) % 2 == -1 and divmod(D(7), 2) == (3, 1) and pow(D(2), 10, 7) == 2 and 2 ** D(3) == 8
assert round(D('2.5')) == 2 and round(D('1.25'), 1) == D('1.2') and round(D(-15), -1) == -20 and math.floor(D('-1.5')) == -2 and math.ceil(D('-1.5')) == -1 and int(D('-1.5')) == -1
raises(OverflowError, int, D('inf'), message='cannot convert Infinity to integer')
raises(ValueError, int, D('nan'), message='cannot convert NaN to integer')
assert int(D('12e30')) == 12 * 10**30
raises(AttributeError, setattr, D(1), 'x', 1)
with localcontext() as c:
    c.prec = MAX_PREC
    c.Emax = MAX_EMAX
    c.Emin = MIN_EMIN
    assert D(4) / 2 == 2 and D(10) ** 3 == 1000
    raises(MemoryError, lambda: D(1) / 3)
