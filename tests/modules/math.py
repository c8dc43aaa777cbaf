# math: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

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
import math
inf = math.inf
nan = math.nan

CASES = r"""
math.acos(2) -> ValueError: expected a number in range from -1 up to 1, got 2.0
math.acos(nan) -> nan
math.acosh(0.5) -> ValueError: expected argument value not less than 1, got 0.5
math.asin(-2) -> ValueError: expected a number in range from -1 up to 1, got -2.0
math.atanh(1) -> ValueError: expected a number between -1 and 1, got 1.0
math.atanh(2) -> ValueError: expected a number between -1 and 1, got 2.0
math.atanh(1.0) -> ValueError: expected a number between -1 and 1, got 1.0
math.cos(inf) -> ValueError: expected a finite input, got inf
math.sin(inf) -> ValueError: expected a finite input, got inf
math.tan(-inf) -> ValueError: expected a finite input, got -inf
math.exp(1000) -> OverflowError: math range error
math.exp2(2000) -> OverflowError: math range error
math.expm1(1000) -> OverflowError: math range error
math.exp(-1000) -> 0.0
math.cosh(1000) -> OverflowError: math range error
math.sinh(1000) -> OverflowError: math range error
math.log(0) -> ValueError: expected a positive input
math.log(-1) -> ValueError: expected a positive input
math.log(0.0) -> ValueError: expected a positive input, got 0.0
math.log(-1.0) -> ValueError: expected a positive input, got -1.0
math.log(10**400) -> 921.0340371976182
math.log(-10**400) -> ValueError: expected a positive input
math.log(10**400,10) -> 399.99999999999994
math.log(8,2) -> 3.0
math.log(8,1) -> ZeroDivisionError: division by zero
math.log(8,0) -> ValueError: expected a positive input
math.log(8,-1) -> ValueError: expected a positive input
math.log('a') -> TypeError: must be real number, not str
math.log(8,'a') -> TypeError: must be real number, not str
math.log() -> TypeError: log expected at least 1 argument, got 0
math.log(1,2,3) -> TypeError: log expected at most 2 arguments, got 3
math.log(inf) -> inf
math.log(-inf) -> ValueError: expected a positive input, got -inf
math.log(nan) -> nan
math.log1p(-1) -> ValueError: expected argument value > -1, got -1.0
math.log1p(-2) -> ValueError: expected argument value > -1, got -2.0
math.log2(0) -> ValueError: expected a positive input
math.log2(-1) -> ValueError: expected a positive input
math.log2(2**2000) -> 2000.0
math.log2(8) -> 3.0
math.log2(-inf) -> ValueError: expected a positive input, got -inf
math.log10(0) -> ValueError: expected a positive input
math.log10(10**500) -> 500.0
math.log10(-5) -> ValueError: expected a positive input
math.log10(1000) -> 3.0
math.sqrt(-1) -> ValueError: expected a nonnegative input, got -1.0
math.sqrt(inf) -> inf
math.sqrt(B*B) -> 1e+30
math.sqrt(10**400) -> OverflowError: int too large to convert to float
math.cbrt(-27) -> -3.0000000000000004
math.pow(0,-1) -> ValueError: math domain error
math.pow(-1,0.5) -> ValueError: math domain error
math.pow(2,5000) -> OverflowError: math range error
math.pow(inf,0) -> 1.0
math.pow(-inf,-3) -> -0.0
math.pow(0.0,-2) -> ValueError: math domain error
math.pow(-8,1/3) -> ValueError: math domain error
math.pow('a',1) -> TypeError: must be real number, not str
math.fmod(1,0) -> ValueError: math domain error
math.fmod(inf,1) -> ValueError: math domain error
math.fmod(5,inf) -> 5.0
math.fmod(-5,3) -> -2.0
math.remainder(1,0) -> ValueError: math domain error
math.remainder(inf,1) -> ValueError: math domain error
math.remainder(5,3) -> -1.0
math.remainder(1,inf) -> 1.0
math.ldexp(1,5000) -> OverflowError: math range error
math.ldexp(1,-5000) -> 0.0
math.ldexp(1,B) -> OverflowError: math range error
math.ldexp(1,-B) -> 0.0
math.ldexp(0,B) -> 0.0
math.ldexp(1,1.0) -> TypeError: Expected an int as second argument to ldexp.
math.ldexp(inf,B) -> inf
math.frexp(0.0) -> (0.0, 0)
math.frexp(inf) -> (inf, 0)
math.frexp(-5) -> (-0.625, 3)
math.modf(1.5) -> (0.5, 1.0)
math.modf(-inf) -> (-0.0, -inf)
math.modf(nan) -> (nan, nan)
math.gamma(0) -> ValueError: expected a noninteger or positive integer, got 0.0
math.gamma(-1) -> ValueError: expected a noninteger or positive integer, got -1.0
math.gamma(171) -> 7.257415615307998e+306
math.gamma(172) -> OverflowError: math range error
math.gamma(0.5) -> 1.7724538509055159
math.gamma(inf) -> inf
math.gamma(-inf) -> ValueError: expected a noninteger or positive integer, got -inf
math.gamma(1e-310) -> OverflowError: math range error
math.gamma(-0.0) -> ValueError: expected a noninteger or positive integer, got -0.0
math.gamma(-170.5) -> -3.312739521538607e-308
math.gamma(-1000.5) -> -0.0
math.lgamma(0) -> ValueError: expected a noninteger or positive integer, got 0.0
math.lgamma(-1) -> ValueError: expected a noninteger or positive integer, got -1.0
math.lgamma(inf) -> inf
math.lgamma(-inf) -> inf
math.lgamma(1e308) -> OverflowError: math range error
math.lgamma(3.5) -> 1.2009736023470738
math.lgamma(1e306) -> OverflowError: math range error
math.erf(0.5) -> 0.5204998778130465
math.erfc(30) -> 0.0
math.erfc(-3) -> 1.9999779095030015
math.factorial(5) -> 120
math.factorial(-1) -> ValueError: factorial() not defined for negative values
math.factorial(5.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.factorial(B) -> OverflowError: factorial() argument should not exceed 9223372036854775807
math.factorial(-B) -> ValueError: factorial() not defined for negative values
math.factorial('a') -> TypeError: 'str' object cannot be interpreted as an integer
math.factorial(25) -> 15511210043330985984000000
math.comb(5,2) -> 10
math.comb(-5,2) -> ValueError: n must be a non-negative integer
math.comb(5,-2) -> ValueError: k must be a non-negative integer
math.comb(5,10) -> 0
math.comb(B,2) -> 499999999999999999999999999999500000000000000000000000000000
math.comb(B,B) -> 1
math.comb(B,B-1) -> 1000000000000000000000000000000
math.comb(2*B,B) -> OverflowError: min(n - k, k) must not exceed 9223372036854775807
math.comb(5.0,2) -> TypeError: 'float' object cannot be interpreted as an integer
math.comb(100,50) -> 100891344545564193334812497256
math.perm(5) -> 120
math.perm(5,2) -> 20
math.perm(5,None) -> 120
math.perm(-5) -> ValueError: factorial() not defined for negative values
math.perm(5,-1) -> ValueError: k must be a non-negative integer
math.perm(B,2) -> 999999999999999999999999999999000000000000000000000000000000
math.perm(B,B) -> OverflowError: k must not exceed 9223372036854775807
math.perm(B) -> OverflowError: factorial() argument should not exceed 9223372036854775807
math.perm(5,10) -> 0
math.perm(5.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.gcd() -> 0
math.gcd(6) -> 6
math.gcd(-6,4) -> 2
math.gcd(B,10**20,15) -> 5
math.gcd(1.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.gcd(-B) -> 1000000000000000000000000000000
math.lcm() -> 1
math.lcm(4,6) -> 12
math.lcm(0,5) -> 0
math.lcm(B,7) -> 7000000000000000000000000000000
math.lcm(1.0,2) -> TypeError: 'float' object cannot be interpreted as an integer
math.lcm(-4) -> 4
math.lcm(0,1.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.isqrt(10) -> 3
math.isqrt(-1) -> ValueError: isqrt() argument must be nonnegative
math.isqrt(B) -> 1000000000000000
math.isqrt(1.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.dist([1,2],[4,6]) -> 5.0
math.dist((1,),(1,2)) -> ValueError: both points must have the same number of dimensions
math.dist([1],['a']) -> TypeError: must be real number, not str
math.dist(1,2) -> TypeError: 'int' object is not iterable
math.dist((),()) -> 0.0
math.dist(iter([1,2]),iter([3,4])) -> 2.8284271247461903
math.hypot() -> 0.0
math.hypot(3,4) -> 5.0
math.hypot(inf,nan) -> inf
math.hypot(1e308,1e308) -> 1.4142135623730951e+308
math.hypot(1e-320,1e-320) -> 1.414e-320
math.hypot(1,2,3,4) -> 5.477225575051661
math.hypot('a') -> TypeError: must be real number, not str
math.fma(2,3,4) -> 10.0
math.fma(inf,0,1) -> ValueError: invalid operation in fma
math.fma(inf,1,-inf) -> ValueError: invalid operation in fma
math.fma(1e308,10,1) -> OverflowError: overflow in fma
math.fma(nan,0,1) -> nan
math.nextafter(1,2) -> 1.0000000000000002
math.nextafter(1,2,steps=5) -> 1.000000000000001
math.nextafter(1,2,steps=0) -> 1.0
math.nextafter(1,2,steps=-1) -> ValueError: steps must be a non-negative integer
math.nextafter(1,2,steps=B) -> 2.0
math.nextafter(1,2,steps=1.0) -> TypeError: 'float' object cannot be interpreted as an integer
math.nextafter(1,2,steps=2**64) -> 2.0
math.nextafter(-1,1,steps=2**63) -> 1.0
math.nextafter(nan,1,steps=0) -> nan
math.nextafter(0.0,-0.0) -> -0.0
math.ulp(1) -> 2.220446049250313e-16
math.ulp(0) -> 5e-324
math.ulp(inf) -> inf
math.ulp(nan) -> nan
math.ulp(1.7e308) -> 1.99584030953472e+292
math.prod([1,2,3]) -> 6
math.prod([]) -> 1
math.prod([1.5,2],start=3) -> 9.0
math.prod(['a',2]) -> 'aa'
math.prod([2,'a']) -> 'aa'
math.prod([2],start='a') -> 'aa'
math.prod(5) -> TypeError: 'int' object is not iterable
math.prod([2**40,2**40]) -> 1208925819614629174706176
math.prod([2**40,2**40,0.5]) -> 6.044629098073146e+23
math.prod([1,2.5,3,'x']) -> TypeError: can't multiply sequence by non-int of type 'float'
math.sumprod([1,2],[3,4]) -> 11
math.sumprod([1],[3,4]) -> ValueError: Inputs are not the same length
math.sumprod([1.5,2],[3,4.5]) -> 13.5
math.sumprod([2**62,1],[2**3,4]) -> 36893488147419103236
math.sumprod(['a'],[2]) -> TypeError: unsupported operand type(s) for +: 'int' and 'str'
math.sumprod([1],['a']) -> TypeError: unsupported operand type(s) for +: 'int' and 'str'
math.sumprod([0.1]*10,[1]*10) -> 1.0
math.sumprod([1e308,1],[10,2]) -> inf
math.sumprod([inf,1],[0,2]) -> nan
math.sumprod([True,False],[5,7]) -> 5
math.sumprod([1,2.5,10**400],[1,2,3]) -> OverflowError: int too large to convert to float
math.sumprod(1,[2]) -> TypeError: 'int' object is not iterable
math.sumprod([], []) -> 0
math.sumprod([None],[None]) -> TypeError: unsupported operand type(s) for *: 'NoneType' and 'NoneType'
math.fsum([0.1]*10) -> 1.0
math.fsum([1e308,1e308,-1e308]) -> OverflowError: intermediate overflow in fsum
math.fsum([inf,-inf]) -> ValueError: -inf + inf in fsum
math.fsum([inf,1]) -> inf
math.fsum([nan,inf]) -> nan
math.fsum([1e308,1e308]) -> OverflowError: intermediate overflow in fsum
math.fsum(['a']) -> TypeError: must be real number, not str
math.fsum([10**400]) -> OverflowError: int too large to convert to float
math.fsum([]) -> 0.0
math.fsum([2**53,-0.5,-2.0**-54]) -> 9007199254740991.0
math.fsum([1e16,1,1e-16]) -> 1.0000000000000002e+16
math.ceil(1.2) -> 2
math.ceil(Cl()) -> 'ceil'
math.ceil('a') -> TypeError: must be real number, not str
math.ceil(inf) -> OverflowError: cannot convert float infinity to integer
math.ceil(5) -> 5
math.floor(-1.2) -> -2
math.floor(Cl()) -> 'floor'
math.floor('a') -> TypeError: must be real number, not str
math.floor(nan) -> ValueError: cannot convert float NaN to integer
math.floor(B) -> 1000000000000000000000000000000
math.trunc(1.7) -> 1
math.trunc(Cl()) -> 'trunc'
math.trunc('a') -> TypeError: type str doesn't define __trunc__ method
math.trunc(F(1.5)) -> TypeError: type F doesn't define __trunc__ method
math.floor(F(1.5)) -> 1
math.ceil(F(1.5)) -> 2
math.trunc(5) -> 5
math.copysign(1,-0.0) -> -1.0
math.fabs(-3) -> 3.0
math.degrees(math.pi) -> 180.0
math.radians(180) -> 3.141592653589793
math.isclose(1,1+1e-10) -> True
math.isclose(1,2,rel_tol=-1) -> ValueError: tolerances must be non-negative
math.isclose(1,2,abs_tol=5) -> True
math.isclose(inf,inf) -> True
math.isclose(inf,-inf) -> False
math.isclose(1,'a') -> TypeError: must be real number, not str
math.isclose(1,2,3) -> TypeError: isclose() takes exactly 2 positional arguments (3 given)
math.isfinite(10**400) -> OverflowError: int too large to convert to float
math.isnan('a') -> TypeError: must be real number, not str
math.isinf(inf) -> True
math.atan2(0.0,-0.0) -> 3.141592653589793
math.atan2(inf,-inf) -> 2.356194490192345
math.atan2(1) -> TypeError: atan2 expected 2 arguments, got 1
math.sin(F(1.0)) -> 0.8414709848078965
math.sin(I(1)) -> 0.8414709848078965
math.log1p(-0.0) -> -0.0
math.log(2**1024-1) -> 709.782712893384
math.log(I(8)) -> 2.0794415416798357
math.log(F(8.0)) -> 2.0794415416798357
math.log(I(10**400)) -> OverflowError: int too large to convert to float
math.cbrt(inf) -> inf
math.dist((1,2,3),(4,5,6)) -> 5.196152422706632
math.hypot(1.5,2.5,3.5) -> 4.55521678957215
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
