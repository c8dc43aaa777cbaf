# int: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

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
1<<(1<<70) -> OverflowError: too many digits in integer
0<<(1<<70) -> 0
1>>(1<<70) -> 0
-1>>(1<<70) -> -1
B>>(1<<70) -> 0
-B>>(1<<70) -> -1
1<<-1 -> ValueError: negative shift count
1>>-1 -> ValueError: negative shift count
1>>-B -> ValueError: negative shift count
1<<-B -> ValueError: negative shift count
B<<-1 -> ValueError: negative shift count
1/0 -> ZeroDivisionError: division by zero
1//0 -> ZeroDivisionError: division by zero
1%0 -> ZeroDivisionError: division by zero
divmod(1,0) -> ZeroDivisionError: division by zero
0**-1 -> ZeroDivisionError: zero to a negative power
0.0**-1 -> ZeroDivisionError: zero to a negative power
0j**-1 -> ZeroDivisionError: zero to a negative or complex power
pow(2,3,0) -> ValueError: pow() 3rd argument cannot be 0
pow(2,-1,4) -> ValueError: base is not invertible for the given modulus
pow(2,-1,0) -> ValueError: pow() 3rd argument cannot be 0
pow(2,3,1.0) -> TypeError: pow() 3rd argument not allowed unless all arguments are integers
pow(2.0,3,1) -> TypeError: pow() 3rd argument not allowed unless all arguments are integers
pow(2,3,I(5)) -> TypeError: unsupported operand type(s) for ** or pow(): 'int', 'int', 'I'
pow(2,None) -> TypeError: unsupported operand type(s) for ** or pow(): 'int' and 'NoneType'
(2).__pow__(3,None) -> 8
(2).__pow__(3.0) -> NotImplemented
(2).__rpow__(3) -> 9
(2).__rpow__(3,5) -> 4
(2).__pow__(3,4.0) -> NotImplemented
(2.0).__pow__(3,4) -> TypeError: pow() 3rd argument not allowed unless all arguments are integers
(2.0).__pow__(3,None) -> 8.0
(2.0).__rpow__(3) -> 9.0
(2j).__pow__(3) -> (-0-8j)
(2j).__pow__(3,2) -> ValueError: complex modulo
10**400/1 -> OverflowError: integer division result too large for a float
1/10**400 -> 0.0
10**400/10**399 -> 10.0
10**400*1.0 -> OverflowError: int too large to convert to float
10**400+1.0 -> OverflowError: int too large to convert to float
10**400<1.0 -> False
10**400<float('inf') -> True
10**400==float('inf') -> False
float(10**400) -> OverflowError: int too large to convert to float
int('12',1) -> ValueError: int() base must be >= 2 and <= 36, or 0
int('12',37) -> ValueError: int() base must be >= 2 and <= 36, or 0
int('12',B) -> ValueError: int() base must be >= 2 and <= 36, or 0
int('12',-B) -> ValueError: int() base must be >= 2 and <= 36, or 0
int(12,10) -> TypeError: int() can't convert non-string with explicit base
int(base=10) -> TypeError: int() missing string argument
int('12',base=True) -> ValueError: int() base must be >= 2 and <= 36, or 0
int('12',I(8)) -> 10
int('12',8.0) -> TypeError: 'float' object cannot be interpreted as an integer
int('') -> ValueError: invalid literal for int() with base 10: ''
int(' ') -> ValueError: invalid literal for int() with base 10: ' '
int('1__2') -> ValueError: invalid literal for int() with base 10: '1__2'
int(b'12') -> 12
int(b'12',16) -> 18
int(bytearray(b'zz')) -> ValueError: invalid literal for int() with base 10: b'zz'
int(b'\xff') -> ValueError: invalid literal for int() with base 10: b'\xff'
int([]) -> TypeError: int() argument must be a string, a bytes-like object or a real number, not 'list'
int(None) -> TypeError: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'
int('\u0661\u0662') -> 12
int(' 12\u3000') -> 12
int('12\x00') -> ValueError: invalid literal for int() with base 10: '12\x00'
int('12\ud800') -> ValueError: invalid literal for int() with base 10: '12\ud800'
int('0x10',0) -> 16
int('010',0) -> ValueError: invalid literal for int() with base 0: '010'
int('00',0) -> 0
int('0b2',0) -> ValueError: invalid literal for int() with base 0: '0b2'
int(N(3)) -> 3
int(N('a')) -> TypeError: __int__ returned non-int (type str)
int(N(3.0)) -> TypeError: __int__ returned non-int (type float)
int(I(3)) -> 3
int(I('a')) -> TypeError: __index__ returned non-int (type str)
int(T()) -> TypeError: int() argument must be a string, a bytes-like object or a real number, not 'T'
int(F(2.0)) -> TypeError: int() argument must be a string, a bytes-like object or a real number, not 'F'
int(float('nan')) -> ValueError: cannot convert float NaN to integer
int(float('inf')) -> OverflowError: cannot convert float infinity to integer
int(1,2,3) -> TypeError: int expected at most 2 arguments, got 3
int('1'*5000) -> ValueError: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit
len(str(10**5000)) -> ValueError: Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit
str(-10**5000) -> ValueError: Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit
format(10**5000,'d') -> ValueError: Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit
len(format(10**5000,'x')) -> 4153
int('1'*5000,16)%7 -> 3
int(MyS('12')) -> 12
MyI('12') -> 12
MyI(10**20) -> 100000000000000000000
type(MyI(3)+1) -> <class 'int'>
type(+MyI(3)) -> <class 'int'>
type(MyI(3).__int__()) -> <class 'int'>
MyI(3).__index__() -> 3
type(MyI(3).conjugate()) -> <class 'int'>
type(MyI(3).real) -> <class 'int'>
int.from_bytes(b'\x01\x02') -> 258
int.from_bytes([1,2]) -> 258
int.from_bytes([1,256]) -> ValueError: bytes must be in range(0, 256)
int.from_bytes(3) -> TypeError: cannot convert 'int' object to bytes
int.from_bytes('ab') -> TypeError: cannot convert 'str' object to bytes
int.from_bytes(b'a','middle') -> ValueError: byteorder must be either 'little' or 'big'
int.from_bytes(b'a',1) -> TypeError: from_bytes() argument 'byteorder' must be str, not int
int.from_bytes(b'\xff\x00',signed=True) -> -256
MyI.from_bytes(b'\x01') -> 1
int.from_bytes() -> TypeError: from_bytes() missing required argument 'bytes' (pos 1)
(1).to_bytes() -> b'\x01'
(256).to_bytes() -> OverflowError: int too big to convert
(-1).to_bytes() -> OverflowError: can't convert negative int to unsigned
(-1).to_bytes(2,signed=True) -> b'\xff\xff'
(1).to_bytes(-1) -> ValueError: length argument must be non-negative
(1).to_bytes(2,'x') -> ValueError: byteorder must be either 'little' or 'big'
(0).to_bytes(0) -> b''
(128).to_bytes(1,signed=True) -> OverflowError: int too big to convert
(1).to_bytes(B) -> OverflowError: Python int too large to convert to C ssize_t
(1).bit_length() -> 1
(-B).bit_length() -> 100
(-B).bit_count() -> 37
(5).as_integer_ratio() -> (5, 1)
(5).is_integer() -> True
MyI(5).__getnewargs__() -> (5,)
(5).__round__() -> 5
(15).__round__(-1) -> 20
(25).__round__(-1) -> 20
(-25).__round__(-1) -> -20
(25).__round__(1) -> 25
(25).__round__(None) -> 25
(25).__round__('a') -> TypeError: 'str' object cannot be interpreted as an integer
round(B,-29) -> 1000000000000000000000000000000
round(MyI(25),1) -> 25
type(round(MyI(25),1)) -> <class 'int'>
type(round(MyI(25))) -> <class 'int'>
(5).__format__('') -> '5'
(5).__format__('x') -> '5'
(5).__format__('z') -> ValueError: Negative zero coercion (z) not allowed in integer format specifier
(5).__format__(3) -> TypeError: __format__() argument must be str, not int
(5).__format__('s') -> ValueError: Unknown format code 's' for object of type 'int'
(5).__format__('c') -> '\x05'
(-5).__format__('c') -> OverflowError: %c arg not in range(0x110000)
(2**30).__format__('c') -> OverflowError: %c arg not in range(0x110000)
(5).__format__('.2d') -> ValueError: Precision not allowed in integer format specifier
(5).__format__('e') -> '5.000000e+00'
B.__format__(',') -> '1,000,000,000,000,000,000,000,000,000,000'
(10**400).__format__('e') -> OverflowError: int too large to convert to float
(5).__ceil__() -> 5
(5).__floor__() -> 5
(5).__trunc__() -> 5
(5).__divmod__(0) -> ZeroDivisionError: division by zero
(5).__divmod__(2.0) -> NotImplemented
(5).__rdivmod__(2) -> (0, 2)
(5).__add__(1.0) -> NotImplemented
(5).__eq__(5.0) -> NotImplemented
(5).__lt__('a') -> NotImplemented
hash(-1) -> -2
hash(2**61-1) -> 0
hash(B) -> 465258685558744706
(5).real -> 5
(5).imag -> 0
(5).numerator -> 5
B.denominator -> 1
MyI(5).imag -> 0
int.__abs__(True) -> 1
abs(-B) -> 1000000000000000000000000000000
-(-2**61) -> 2305843009213693952
2**61 -> 2305843009213693952
round(B,-29) -> 1000000000000000000000000000000
round(MyI(25),1) -> 25
type(round(MyI(25),1)) -> <class 'int'>
(5).__format__('z') -> ValueError: Negative zero coercion (z) not allowed in integer format specifier
(5).__format__(3) -> TypeError: __format__() argument must be str, not int
(5).__format__('c') -> '\x05'
(-5).__format__('c') -> OverflowError: %c arg not in range(0x110000)
(5).__format__('.2d') -> ValueError: Precision not allowed in integer format specifier
(10**400).__format__('e') -> OverflowError: int too large to convert to float
(5).__divmod__(2.0) -> NotImplemented
(5).__add__(1.0) -> NotImplemented
(5).__eq__(5.0) -> NotImplemented
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
