# Floats with few places are rounded exactly, half to even, whichever way their digits are found.
import decimal
import random
import struct
from decimal import ROUND_HALF_EVEN, Decimal

decimal.getcontext().prec = 800
random.seed(7)


def check(x, places):
    exact = abs(Decimal(x)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    want = "-" * str(x).startswith("-") + format(exact, "f")
    for got in (f"{x:.{places}f}", "%.*f" % (places, x), format(x, f".{places}f")):
        assert got == want, (x, places, got, want)


xs = [0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 1e15, 1e16, 1e17, 1e18, 1e22, 5e-324, 1e-5, 2.675, 1.005, 0.045, 999999.9999995, 9.995, 4503599627370497.5, 9007199254740993.0,
      123456789.125]
xs += [-x for x in xs] + [i / 8 for i in range(100)] + [i / 1024 + 3 for i in range(200)]
for _ in range(300):
    xs.append(random.uniform(-1000, 1000))
    xs.append(random.random() * 10 ** random.randrange(-12, 20))
xs += [struct.unpack("d", random.randbytes(8))[0] for _ in range(200)]
for x in xs:
    if abs(x) < 1e60:
        for places in (0, 1, 2, 3, 6, 8, 9, 10, 12, 15, 20):
            check(x, places)
assert (f"{-0.001:z.2f}", f"{-0.001:.2f}", f"{1.5:#.0f}", f"{2.5:+.0f}", f"{1234.5:,.1f}", f"{0.125:%}", f"{12.5:08.2f}", f"{3.0:*^9.1f}") == (
    "0.00", "-0.00", "2.", "+2", "1,234.5", "12.500000%", "00012.50", "***3.0***")
