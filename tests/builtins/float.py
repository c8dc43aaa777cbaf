# float: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

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

CASES = r"""
float('abc') -> ValueError: could not convert string to float: 'abc'
float(b'abc') -> ValueError: could not convert string to float: b'abc'
float('') -> ValueError: could not convert string to float: ''
float('\uff11.5') -> 1.5
float('1_0') -> 10.0
float(b'1.5') -> 1.5
float(bytearray(b'1.5')) -> 1.5
float([]) -> TypeError: float() argument must be a string or a real number, not 'list'
float(None) -> TypeError: float() argument must be a string or a real number, not 'NoneType'
float(I(3)) -> 3.0
float(F(3)) -> TypeError: F.__float__ returned non-float (type int)
float(F('a')) -> TypeError: F.__float__ returned non-float (type str)
float(1,2) -> TypeError: float expected at most 1 argument, got 2
float(10**400) -> OverflowError: int too large to convert to float
float('1'*400) -> inf
float.from_number('1') -> TypeError: must be real number, not str
float.from_number(3) -> 3.0
float.from_number(F(2.0)) -> 2.0
float.from_number(I(2)) -> 2.0
FS.from_number(2.0) -> 2.0
FS('1.5') -> 1.5
FS(FS(2)) -> 2.0
(1.5).__add__('a') -> NotImplemented
(1.5).__add__(10**400) -> OverflowError: int too large to convert to float
1.5//0 -> ZeroDivisionError: division by zero
1.5%0 -> ZeroDivisionError: division by zero
divmod(1.5,0) -> ZeroDivisionError: division by zero
1.5/0 -> ZeroDivisionError: division by zero
1.5//0.0 -> ZeroDivisionError: division by zero
1//0.0 -> ZeroDivisionError: division by zero
0.0**-1.5 -> ZeroDivisionError: zero to a negative power
(-8.0)**(1/3) -> (1.0000000000000002+1.7320508075688772j)
(-8)**0.5 -> (1.7319121124709868e-16+2.8284271247461903j)
(-0.0)**-1 -> ZeroDivisionError: zero to a negative power
(-0.0)**-2 -> ZeroDivisionError: zero to a negative power
10.0**400 -> OverflowError: (34, 'Numerical result out of range')
(-10.0)**401 -> OverflowError: (34, 'Numerical result out of range')
2.0**-2000 -> 0.0
float('inf')**0 -> 1.0
1.0**float('nan') -> 1.0
(-1.0)**float('inf') -> 1.0
-1.0**1e300 -> -1.0
(1.5).__pow__(2,3) -> TypeError: pow() 3rd argument not allowed unless all arguments are integers
(1.5).__pow__('a') -> NotImplemented
(1.5).__rpow__('a') -> NotImplemented
float('inf')%2 -> nan
2.0%float('inf') -> 2.0
-2.0%float('inf') -> inf
-2.0//float('inf') -> -1.0
divmod(-0.0,3.0) -> (-0.0, 0.0)
-0.0//3 -> -0.0
-0.0%3 -> 0.0
5.0%-3 -> -1.0
-5.0%3 -> 1.0
float('nan').as_integer_ratio() -> ValueError: cannot convert NaN to integer ratio
float('inf').as_integer_ratio() -> OverflowError: cannot convert Infinity to integer ratio
(0.1).as_integer_ratio() -> (3602879701896397, 36028797018963968)
(-0.0).as_integer_ratio() -> (0, 1)
(1e300).as_integer_ratio()[1] -> 1
(1.5).is_integer() -> False
(1e300).is_integer() -> True
float('inf').is_integer() -> False
(1.5).hex() -> '0x1.8000000000000p+0'
float('nan').hex() -> 'nan'
(-0.0).hex() -> '-0x0.0p+0'
float.fromhex('0x1p-3') -> 0.125
float.fromhex('zz') -> ValueError: invalid hexadecimal floating-point string
float.fromhex('0x1p5000') -> OverflowError: hexadecimal value too large to represent as a float
float.fromhex('') -> ValueError: invalid hexadecimal floating-point string
float.fromhex(3) -> TypeError: bad argument type for built-in operation
FS.fromhex('1') -> 1.0
float.__getformat__('double') -> 'IEEE, little-endian'
float.__getformat__('float') -> 'IEEE, little-endian'
float.__getformat__('x') -> ValueError: __getformat__() argument 1 must be 'double' or 'float'
float.__getformat__(3) -> TypeError: __getformat__() argument must be str, not int
round(1.5) -> 2
round(2.5) -> 2
round(-0.5) -> 0
round(1e300)==1e300 -> True
round(float('nan')) -> ValueError: cannot convert float NaN to integer
round(float('inf')) -> OverflowError: cannot convert float infinity to integer
round(2.675,2) -> 2.67
round(1.5,None) -> 2
round(1.5,'a') -> TypeError: 'str' object cannot be interpreted as an integer
round(float('nan'),2) -> nan
round(1.7e308,-308) -> OverflowError: rounded value too large to represent
round(1e22,-22) -> 1e+22
round(123.456,-400) -> 0.0
round(1.5,400) -> 1.5
round(1.5,B) -> 1.5
round(1.5,-B) -> 0.0
type(round(1.5,0)) -> <class 'float'>
(2.5).__trunc__() -> 2
(2.5).__floor__() -> 2
(-2.5).__floor__() -> -3
(2.5).__ceil__() -> 3
float('nan').__floor__() -> ValueError: cannot convert float NaN to integer
float('inf').__ceil__() -> OverflowError: cannot convert float infinity to integer
(1.5).__format__('') -> '1.5'
(1.5).__format__('d') -> ValueError: Unknown format code 'd' for object of type 'float'
FS(1.5).__format__('') -> '1.5'
(1.5).__getnewargs__() -> (1.5,)
type(FS(1.5).__float__()) -> <class 'float'>
type(+FS(1.5)) -> <class 'float'>
type(FS(1.5).real) -> <class 'float'>
type(FS(1.5).conjugate()) -> <class 'float'>
FS(1.5).imag -> 0.0
hash(1.5) -> 1152921504606846977
hash(float('inf')) -> 314159
hash(float('-inf')) -> -314159
hash(0.0),hash(-0.0) -> (0, 0)
hash(1e300) -> 1224995262755759164
(1.5).__eq__(1) -> False
(1.5).__eq__('a') -> NotImplemented
(2**53+1)==float(2**53) -> False
float(2**53)<2**53+1 -> True
float('nan')<10**400 -> False
repr(FS(2)) -> '2.0'
str(1e16) -> '1e+16'
abs(-0.0) -> 0.0
(1.5).__bool__() -> True
(1.5).__divmod__(1) -> (1.0, 0.5)
(1.5).__rdivmod__(3) -> (2.0, 0.0)
(1.5).__int__() -> 1
divmod(1.5,'a') -> TypeError: unsupported operand type(s) for divmod(): 'float' and 'str'
'a'%1.5 -> TypeError: not all arguments converted during string formatting
float.fromhex('  0x1.8p1 ') -> 3.0
float.fromhex('0x1.8p1 x') -> ValueError: invalid hexadecimal floating-point string
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
