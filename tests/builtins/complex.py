# complex: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

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
float(C(1j)) -> TypeError: float() argument must be a string or a real number, not 'C'
float(1j) -> TypeError: float() argument must be a string or a real number, not 'complex'
float.from_number(1j) -> TypeError: must be real number, not complex
(1.5).__lt__(1j) -> NotImplemented
complex() -> 0j
complex(1) -> (1+0j)
complex(1,2) -> (1+2j)
complex('1+2j') -> (1+2j)
complex('1+2') -> ValueError: complex() arg is a malformed string
complex('') -> ValueError: complex() arg is a malformed string
complex(' ( 1+2j ) ') -> (1+2j)
complex('1+2j',3) -> TypeError: complex() argument 'real' must be a real number, not str
complex(3,'1') -> TypeError: complex() argument 'imag' must be a real number, not str
complex([]) -> TypeError: complex() argument must be a string or a number, not list
complex(None) -> TypeError: complex() argument must be a string or a number, not NoneType
complex(3,None) -> TypeError: complex() argument 'imag' must be a real number, not NoneType
complex(3,[]) -> TypeError: complex() argument 'imag' must be a real number, not list
complex(real=3) -> (3+0j)
complex(imag=3) -> 3j
complex(1,F(2.0)) -> (1+2j)
complex(C(1j)) -> 1j
complex(C(3)) -> TypeError: __complex__ returned non-complex (type int)
complex(2,C(1j)) -> TypeError: complex() argument 'imag' must be a real number, not C
complex(I(3)) -> (3+0j)
complex(F(3.0),I(4)) -> (3+4j)
complex(MyC(1j)) -> 1j
complex(FS(2)) -> (2+0j)
complex(10**400) -> OverflowError: int too large to convert to float
complex(1,10**400) -> OverflowError: int too large to convert to float
complex(b'1') -> TypeError: complex() argument must be a string or a number, not bytes
complex(1,2,3) -> TypeError: complex() takes at most 2 arguments (3 given)
complex('1',imag=2) -> TypeError: complex() argument 'real' must be a real number, not str
complex(real='1',imag=2) -> TypeError: complex() argument 'real' must be a real number, not str
complex(imag='1') -> TypeError: complex() argument 'imag' must be a real number, not str
complex(real='1') -> TypeError: complex() argument 'real' must be a real number, not str
complex('\uff11j') -> 1j
complex('1e400') -> (inf+0j)
complex('nanj') -> nanj
complex('a'*300) -> ValueError: complex() arg is a malformed string
complex.from_number(1) -> (1+0j)
complex.from_number(1j) -> 1j
complex.from_number('1') -> TypeError: must be real number, not str
complex.from_number(F(2.0)) -> (2+0j)
complex.from_number(C(2j)) -> 2j
MyC.from_number(1) -> (1+0j)
MyC.from_number(MyC(1)) -> (1+0j)
complex.from_number([]) -> TypeError: must be real number, not list
1j+'a' -> TypeError: unsupported operand type(s) for +: 'complex' and 'str'
1j<1j -> TypeError: '<' not supported between instances of 'complex' and 'complex'
1j==1 -> False
1j==10**400 -> False
complex(10**15,0)==10**15 -> True
complex(1,0)==True -> True
1j/0 -> ZeroDivisionError: division by zero
1j//1 -> TypeError: unsupported operand type(s) for //: 'complex' and 'int'
1j%1 -> TypeError: unsupported operand type(s) for %: 'complex' and 'int'
divmod(1j,1) -> TypeError: unsupported operand type(s) for divmod(): 'complex' and 'int'
0j**0 -> (1+0j)
0j**1 -> 0j
0j**-1 -> ZeroDivisionError: zero to a negative or complex power
0j**1j -> ZeroDivisionError: zero to a negative or complex power
1j**2 -> (-1+0j)
1j**-2 -> (-1-0j)
1j**100 -> (1+0j)
1j**101 -> (4.408109496293883e-15+1j)
(1+1j)**2.5 -> (-0.9101797211244547+2.19736822693562j)
(1e200+1j)**2 -> OverflowError: complex exponentiation
(1e200+1j)*(1e200+1j) -> (inf+2e+200j)
(1e308+1e308j)/(1e-308) -> (inf+infj)
abs(3+4j) -> 5.0
abs(complex(1e308,1e308)) -> 1.4142135623730951e+308
abs(complex('nan')) -> nan
abs(complex('inf')) -> inf
-1j -> (-0-1j)
+MyC(1j) -> 1j
type(+MyC(1j)) -> <class 'complex'>
bool(0j) -> False
(1+2j).conjugate() -> (1-2j)
type(MyC(1).conjugate()) -> <class 'complex'>
(1+2j).__complex__() -> (1+2j)
type(MyC(1+2j).__complex__()) -> <class 'complex'>
(1+2j).__getnewargs__() -> (1.0, 2.0)
(1+2j).__format__('.2f') -> '1.00+2.00j'
(1+2j).__format__('=10') -> ValueError: '=' alignment flag is not allowed in complex format specifier
(1+2j).__format__('010') -> ValueError: Zero padding is not allowed in complex format specifier
(1+2j).__format__('d') -> ValueError: Unknown format code 'd' for object of type 'complex'
(1+2j).__format__('') -> '(1+2j)'
format(1+2j,'>20') -> '              (1+2j)'
repr(-0j) -> '(-0-0j)'
repr(complex(-0.0,-0.0)) -> '(-0-0j)'
repr(complex(0,-0.0)) -> '-0j'
repr(complex('nan+infj')) -> '(nan+infj)'
str(MyC(1)) -> '(1+0j)'
hash(1j) -> 1000003
hash(1+0j) -> 1
hash(complex(1.5,2.5)) -> 4611686018429387911
int(1j) -> TypeError: int() argument must be a string, a bytes-like object or a real number, not 'complex'
1j+1 -> (1+1j)
1-1j -> (1-1j)
1j-1 -> (-1+1j)
1.0*1j -> 1j
2*(1+1j) -> (2+2j)
(1+1j)*float('inf') -> (inf+infj)
1/(1+1j) -> (0.5-0.5j)
1.0/(1+1j) -> (0.5-0.5j)
(1+1j)/2 -> (0.5+0.5j)
(-0.0)+(-0.0-0j) -> (-0-0j)
(1j).__radd__(1) -> (1+1j)
(1j).__rsub__(1) -> (1-1j)
(1j).__rpow__(2) -> (0.7692389013639721+0.6389612763136348j)
(1j).__pow__('a') -> NotImplemented
(1j).__pow__(2,None) -> (-1+0j)
pow(1j,2,3) -> ValueError: complex modulo
(1j).__eq__('a') -> NotImplemented
(1j).__lt__(1) -> NotImplemented
(1j).real -> 0.0
complex(1,2).imag -> 2.0
float('inf')*1j -> (nan+infj)
complex(float('inf'),1)*complex(1,0) -> (inf+nanj)
2**1j -> (0.7692389013639721+0.6389612763136348j)
(0.0).__pow__(1j) -> NotImplemented
0**1j -> ZeroDivisionError: zero to a negative or complex power
0**(-1+0j) -> ZeroDivisionError: zero to a negative or complex power
complex("1" * 500) -> (inf+0j)
complex("1_0+1_0j") -> (10+10j)
complex("(1+2j") -> ValueError: complex() arg is a malformed string
complex("1+-2j") -> ValueError: complex() arg is a malformed string
(10**400)*1j -> OverflowError: int too large to convert to float
1e300*1e300j -> infj
(1+1j)**1000 -> (3.273390607896366e+150-2.6303055750020937e+137j)
(1e200+0j)**2 -> OverflowError: complex exponentiation
(2+0j)**1024 -> OverflowError: complex exponentiation
(2j).__rtruediv__(1) -> -0.5j
(2j).__truediv__(0.0) -> ZeroDivisionError: division by zero
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
