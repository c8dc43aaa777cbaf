# bool: each line is an expression and what CPython 3.14 gives for it, a repr or an exception with its message.

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
True.__and__(1) -> 1
True&True -> True
True&1 -> 1
True^False -> True
True.__or__(2) -> 3
+True -> 1
-True -> -1
True+True -> 2
bool(1,2) -> TypeError: bool expected at most 1 argument, got 2
bool([]) -> False
bool() -> False
bool.from_bytes(b'\x01') -> True
bool.from_bytes(b'\x02') -> True
True.as_integer_ratio() -> (1, 1)
True.__getnewargs__() -> (1,)
round(True) -> 1
round(True,-1) -> 0
True.__format__('') -> 'True'
True.__format__('d') -> '1'
True.__format__('s') -> ValueError: Unknown format code 's' for object of type 'bool'
hash(True) -> 1
True.real -> 1
True.numerator -> 1
round(True) -> 1
round(True,-1) -> 0
True.__format__('d') -> '1'
True.__format__('s') -> ValueError: Unknown format code 's' for object of type 'bool'
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
