# cmath: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

class I:
    def __init__(self, v): self.v = v
    def __index__(self): return self.v
class N:
    def __init__(self, v): self.v = v
    def __int__(self): return self.v
class T:
    def __trunc__(self): return 5
class F:
    def __init__(self, v): self.v = v
    def __float__(self): return self.v
class C:
    def __init__(self, v): self.v = v
    def __complex__(self): return self.v
class Cl:
    def __ceil__(self): return 'ceil'
    def __floor__(self): return 'floor'
    def __trunc__(self): return 'trunc'
class MyI(int): pass
class FS(float): pass
class MyC(complex): pass
class MyS(str): pass
B = 10**30
import cmath
inf = cmath.inf
nan = cmath.nan

CASES = r"""
cmath.log(0) -> ValueError: math domain error
cmath.log(0,2) -> (-inf+nanj)
cmath.log(1j) -> 1.5707963267948966j
cmath.log(8,2) -> (3+0j)
cmath.log(8,0) -> ValueError: math domain error
cmath.log(8,1) -> ValueError: math domain error
cmath.log10(0) -> ValueError: math domain error
cmath.sqrt(-1) -> 1j
cmath.sqrt(complex(inf,nan)) -> (inf+nanj)
cmath.exp(1000) -> OverflowError: math range error
cmath.exp(710+1j) -> OverflowError: math range error
cmath.exp(complex(inf,inf)) -> ValueError: math domain error
cmath.cosh(1000) -> OverflowError: math range error
cmath.cos(1000j) -> OverflowError: math range error
cmath.tanh(complex(0,inf)) -> ValueError: math domain error
cmath.tanh(1000) -> (1+0j)
cmath.tan(1+1j) -> (0.2717525853195118+1.0839233273386946j)
cmath.acos(2) -> -1.3169578969248166j
cmath.asin(2) -> (1.5707963267948966+1.3169578969248166j)
cmath.atan(1j) -> ValueError: math domain error
cmath.atanh(1) -> ValueError: math domain error
cmath.atanh(-1) -> ValueError: math domain error
cmath.acosh(-1) -> 3.141592653589793j
cmath.asinh(1j) -> 1.5707963267948966j
cmath.polar(1+1j) -> (1.4142135623730951, 0.7853981633974483)
cmath.polar(complex(1e308,1e308)) -> (1.4142135623730951e+308, 0.7853981633974483)
cmath.polar('a') -> TypeError: must be real number, not str
cmath.phase(-1) -> 3.141592653589793
cmath.phase(complex(-1,-0.0)) -> -3.141592653589793
cmath.phase(complex(inf,-inf)) -> -0.7853981633974483
cmath.rect(1,2) -> (-0.4161468365471424+0.9092974268256817j)
cmath.rect(inf,0) -> (inf+0j)
cmath.rect(inf,inf) -> ValueError: math domain error
cmath.rect(1,inf) -> ValueError: math domain error
cmath.rect(0,inf) -> 0j
cmath.rect('a',1) -> TypeError: must be real number, not str
cmath.isclose(1j,1j+1e-12) -> True
cmath.isclose(1,2,rel_tol=-1) -> ValueError: tolerances must be non-negative
cmath.isfinite(complex(1,inf)) -> False
cmath.isnan(nan) -> True
cmath.isinf(complex(1,inf)) -> True
cmath.sin('a') -> TypeError: must be real number, not str
cmath.sin(C(1j)) -> 1.1752011936438014j
cmath.log('a') -> TypeError: must be real number, not str
cmath.log(1,'a') -> TypeError: must be real number, not str
cmath.log() -> TypeError: log expected at least 1 argument, got 0
cmath.log(1,2,3) -> TypeError: log expected at most 2 arguments, got 3
cmath.sin(inf) -> ValueError: math domain error
cmath.sinh(complex(inf,inf)) -> ValueError: math domain error
cmath.cosh(complex(-inf,2)) -> (-inf-infj)
cmath.exp(complex(-inf,nan)) -> 0j
cmath.exp(complex(inf,3)) -> (-inf+infj)
cmath.acos(complex(inf,2)) -> -infj
cmath.sqrt(1e-320+1e-320j) -> (1.0986779977260263e-160+4.5508732733903664e-161j)
cmath.sqrt(1.5e308+1.5e308j) -> (1.345607733249115e+154+5.5736897274590134e+153j)
"""

failures = []
for line in CASES.strip().splitlines():
    expr, _, want = line.rpartition(' -> ')
    try:
        got = repr(eval(expr))
    except BaseException as e:
        got = f"{type(e).__name__}: {e}"
    if got != want:
        failures.append(f"{expr}: {got}, not {want}")
assert not failures, "\n".join(failures)
