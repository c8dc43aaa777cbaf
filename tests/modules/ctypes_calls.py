# _ctypes: calls of C functions, and from C into Python. The C code is compiled here.
import ctypes
import gc
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
import _ctypes
from ctypes import *

SOURCE = r'''
#include <complex.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>
typedef struct { int a, b; } I2;
typedef struct { float x, y, z; } F3;
typedef struct { double d; int i; } DI;
typedef struct { int i; double d; } ID;
typedef struct { long a, b, c; } L3;
typedef struct { long double d; } LD;
typedef struct { char c[3]; } C3;
typedef struct { short s[5]; float f; } SF;
typedef union { int i; double d; } U;
typedef union { float f[2]; struct { float a, b; } p; } UF;
typedef struct { U u; float f; } SU;
typedef struct __attribute__((packed)) { char c; int i; double d; } PK;
typedef struct __attribute__((packed)) { char c; int i; } PS;
typedef struct { unsigned a : 3, b : 29; float f; } BF;
typedef struct { float _Complex c; double d; } FC;
I2 f_i2(int k, I2 v) { v.a += k; v.b -= k; return v; }
F3 f_f3(float k, F3 v) { v.x += k; v.y += k; v.z += k; return v; }
DI f_di(int k, DI v) { v.d += k; v.i += k; return v; }
ID f_id(int k, ID v) { v.d += k; v.i += k; return v; }
L3 f_l3(int k, L3 v) { v.a += k; v.b += k; v.c += k; return v; }
LD f_ld(int k, LD v) { v.d += k; return v; }
C3 f_c3(int k, C3 v) { for (int i = 0; i < 3; i++) v.c[i] += k; return v; }
SF f_sf(int k, SF v) { for (int i = 0; i < 5; i++) v.s[i] += k; v.f += k; return v; }
U f_u(int k, U v) { v.i += k; return v; }
UF f_uf(int k, UF v) { v.p.a += k; v.p.b += k; return v; }
SU f_su(int k, SU v) { v.u.d += k; v.f += k; return v; }
PK f_pk(int k, PK v) { v.c += k; v.i += k; v.d += k; return v; }
PS f_ps(int k, PS v) { v.c += k; v.i += k; return v; }
BF f_bf(int k, BF v) { v.a += k; v.b += k; v.f += k; return v; }
FC f_fc(int k, FC v) { v.c += k + k * I; v.d += k; return v; }
double _Complex f_dc(double _Complex c) { return c * I; }
float _Complex f_cf(float _Complex c) { return c * I; }
long double _Complex f_lc(long double _Complex c) { return c * I; }
long double f_g(long double x) { return x / 4; }
signed char f_b(signed char c) { return c + 1; }
unsigned short f_H(unsigned short c) { return c + 1; }
unsigned char f_bool(unsigned char c) { return !c; }
const char* f_text(const char* s) { return s; }
const wchar_t* f_wide(const wchar_t* s) { return s; }
double f_sum(int n, ...) { va_list l; va_start(l, n); double r = 0; while (n--) r += va_arg(l, double); va_end(l); return r; }
long f_many(long a, long b, long c, long d, long e, long f, long g, double h, char i, L3 j) { return a + 2*b + 3*c + 4*d + 5*e + 6*f + 7*g + (long)h + i + j.c; }
int f_errno(int e) { int old = errno; errno = e; return old; }
void f_out(int* a, char* text, double* d) { *a += 1; strcpy(text, "out"); *d = 2.5; }
int f_call(int (*cb)(int, void*), int n, void* p) { int s = 0; for (int i = 0; i < n; i++) s += cb(i, p); return s; }
I2 f_call_struct(I2 (*cb)(I2), I2 v) { return cb(v); }
double f_call_large(double (*cb)(L3, LD, double), double d) { L3 v = {1, 2, 3}; LD w = {4}; return cb(v, w, d); }
signed char f_call_char(signed char (*cb)(void)) { return cb(); }
struct job { int (*cb)(int, void*); int n, sum; };
static void* run(void* p) { struct job* j = p; for (int i = 0; i < j->n; i++) j->sum += j->cb(i, 0); return 0; }
int f_thread(int (*cb)(int, void*), int threads, int n) {
  pthread_t t[16]; struct job j[16]; int sum = 0;
  for (int i = 0; i < threads; i++) { j[i] = (struct job){cb, n, 0}; pthread_create(&t[i], 0, run, &j[i]); }
  for (int i = 0; i < threads; i++) { pthread_join(t[i], 0); sum += j[i].sum; }
  return sum;
}
int v_number = 42; char v_text[] = "exported"; I2 v_pair = {5, 6};
'''


def raises(exc, text, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except exc as e:
        assert text in str(e), (text, str(e))
    else:
        raise AssertionError(f'{exc.__name__} not raised: {text}')


folder = tempfile.TemporaryDirectory()
with open(os.path.join(folder.name, 'lib.c'), 'w') as f:
    f.write(SOURCE)
library = os.path.join(folder.name, 'lib.so')
compiler = next(c for c in ('clang-19', 'gcc', 'cc') if any(os.path.exists(os.path.join(d, c)) for d in os.environ['PATH'].split(':')))
subprocess.run([compiler, '-shared', '-fPIC', '-O1', '-Wno-everything' if 'clang' in compiler else '-w', '-pthread', '-o', library, os.path.join(folder.name, 'lib.c')], check=True)
lib = CDLL(library)


def fields(v):
    return [getattr(v, f[0])[:] if isinstance(getattr(v, f[0]), (Array)) else getattr(v, f[0]) for f in v._fields_]


# ---- structures by value, both ways
def check(name, fs, values, result, base=Structure, k=3, **attrs):
    T = type(name, (base,), attrs | {'_fields_': fs})
    f = lib['f_' + name]
    f.argtypes, f.restype = [c_float if name == 'f3' else c_int, T], T
    got = fields(f(k, T(*values)))
    assert got == result, (name, got)
    return T
I2 = check('i2', [('a', c_int), ('b', c_int)], (1, 2), [4, -1])
check('f3', [('x', c_float), ('y', c_float), ('z', c_float)], (1, 2, 3), [4, 5, 6])
check('di', [('d', c_double), ('i', c_int)], (1.5, 2), [4.5, 5])
check('id', [('i', c_int), ('d', c_double)], (2, 1.5), [5, 4.5])
L3 = check('l3', [('a', c_long), ('b', c_long), ('c', c_long)], (1, 2, 3), [4, 5, 6])
LD = type('LD', (Structure,), {'_fields_': [('d', c_longdouble)]})
C3 = type('C3', (Structure,), {'_fields_': [('c', c_byte * 3)]})
check('c3', [('c', c_byte * 3)], ((1, 2, 3),), [[4, 5, 6]])
if sys.implementation.name == 'kaa':  # what libffi's own description of such types cannot express
    U = check('u', [('i', c_int), ('d', c_double)], (5,), [8, c_double.from_buffer_copy(b'\x08' + bytes(7)).value], Union)
    SU = type('SU', (Structure,), {'_fields_': [('u', U), ('f', c_float)]})
    lib.f_su.argtypes, lib.f_su.restype = [c_int, SU], SU
    su = lib.f_su(3, SU(U(d=1.5), 0.5))
    assert (su.u.d, su.f) == (4.5, 3.5)
    check('bf', [('a', c_uint, 3), ('b', c_uint, 29), ('f', c_float)], (1, 1000, 0.5), [4, 1003, 3.5])
    check('sf', [('s', c_short * 5), ('f', c_float)], ((1, 2, 3, 4, 5), 0.5), [[4, 5, 6, 7, 8], 3.5])
    check('fc', [('c', c_float_complex), ('d', c_double)], (1 + 2j, 0.5), [4 + 5j, 3.5])
    check('pk', [('c', c_byte), ('i', c_int), ('d', c_double)], (1, 2, 0.5), [4, 5, 3.5], _pack_=1, _layout_='ms')
    check('ld', [('d', c_longdouble)], (1.5,), [4.5])
    UF = type('UF', (Union,), {'_fields_': [('f', c_float * 2)]})
    lib.f_uf.argtypes, lib.f_uf.restype = [c_int, UF], UF
    assert lib.f_uf(3, UF((1, 2))).f[:] == [4, 5]
    check('ps', [('c', c_byte), ('i', c_int)], (1, 2), [4, 5], _pack_=1, _layout_='ms')

# ---- numbers, text
for name, t, v, result in [('dc', c_double_complex, 1 + 2j, -2 + 1j), ('cf', c_float_complex, 1 + 2j, -2 + 1j), ('lc', c_longdouble_complex, 1 + 2j, -2 + 1j),
                           ('g', c_longdouble, 5, 1.25), ('b', c_byte, 127, -128), ('H', c_ushort, 65535, 0), ('bool', c_bool, 5, False), ('text', c_char_p, b'abc', b'abc'),
                           ('wide', c_wchar_p, 'h\xe9\U0001F600', 'h\xe9\U0001F600'), ('text', c_char_p, None, None), ('text', py_object, [1], [1])]:
    f = CDLL(library)['f_' + name]
    f.argtypes, f.restype = [t], t
    assert f(v) == result, (name, f(v))
lib.f_sum.restype = c_double
assert lib.f_sum(3, c_double(1.5), c_double(2), c_double(3)) == 6.5
lib.f_sum.argtypes = [c_int]
assert lib.f_sum(2, c_double(1.5), c_double(2)) == 3.5
lib.f_many.restype = c_long
lib.f_many.argtypes = [c_long] * 7 + [c_double, c_char, L3]
assert lib.f_many(1, 2, 3, 4, 5, 6, 7, 8.5, b'A', L3(1, 2, 30)) == 140 + 8 + 65 + 30
raises(TypeError, 'this function takes at least 10 arguments (1 given)', lib.f_many, 1)
raises(ArgumentError, "argument 2: TypeError: 'str' object cannot be interpreted as an integer", lib.f_many, 1, 'x', *[3] * 8)
libc = CDLL(None)
raises(ArgumentError, "argument 1: TypeError: Don't know how to convert parameter 1", libc.abs, 1.5)
raises(ArgumentError, 'argument 1: OverflowError: int too long to convert', libc.abs, 2**100)
raises(ArgumentError, 'too many arguments (1025), maximum is 1024', libc.abs, *range(1025))
raises(AttributeError, 'undefined symbol: nosuch', lambda: libc.nosuch)
raises(OSError, 'nosuchlib.so: cannot open shared object file', CDLL, 'nosuchlib.so')
assert libc.abs(2**40 - 3 - 2**40) == 3 and libc.strlen(b'four') == libc.wcslen('four') == 4

class Param:
    def __init__(self, v): self._as_parameter_ = v
assert libc.abs(Param(Param(-5))) == 5
loop = Param(0)
loop._as_parameter_ = loop
raises(ArgumentError, 'RecursionError', libc.abs, loop)
class Upper:
    @classmethod
    def from_param(cls, v): return v.upper()
lib.f_text.argtypes, lib.f_text.restype = [Upper], c_char_p
assert lib.f_text(b'abc') == b'ABC'
raises(TypeError, 'item 1 in _argtypes_ has no from_param method', setattr, lib.f_text, 'argtypes', [int])
raises(TypeError, 'restype must be a type, a callable, or None', setattr, lib.f_text, 'restype', 3)
raises(TypeError, 'the errcheck attribute must be callable', setattr, lib.f_text, 'errcheck', 3)

# ---- results: callables, errcheck, _check_retval_, paramflags
f = CDLL(None).abs
f.restype = lambda n: n * 10
assert f(-4) == 40
seen = []
f.restype, f.errcheck = c_int, lambda result, func, args: seen.append((result, func, args)) or args
assert f(-4) == 4 and seen == [(4, f, (-4,))]
class Checked(c_int):
    @staticmethod
    def _check_retval_(v): return ('checked', v.value)
f = CDLL(None).abs
f.restype = Checked
assert f(-4) == ('checked', 4)
proto = CFUNCTYPE(None, POINTER(c_int), c_char * 10 and POINTER(c_char * 10), POINTER(c_double))
out = proto(('f_out', lib), ((3, 'a'), (2, 'text'), (2, 'd')))
a, text, d = out(c_int(5))
assert (a.value, text.value, d) == (6, b'out', 2.5)
named = CFUNCTYPE(c_int, c_int)(('abs', libc), ((1, 'x', -9),))
assert named() == 9 and named(x=-3) == 3 and named(-2) == 2
raises(TypeError, 'call takes exactly 1 arguments (2 given)', named, 1, 2)
raises(TypeError, "required argument 'x' missing", CFUNCTYPE(c_int, c_int)(('abs', libc), ((1, 'x'),)))
raises(ValueError, 'paramflags must have the same length as argtypes', CFUNCTYPE(c_int, c_int), ('abs', libc), ())
raises(TypeError, 'illegal func_spec argument', CFUNCTYPE(c_int), ('abs',))

# ---- data of a library, addresses
assert c_int.in_dll(lib, 'v_number').value == 42 and (c_char * 9).in_dll(lib, 'v_text').value == b'exported' and I2.in_dll(lib, 'v_pair').b == 6
raises(ValueError, 'undefined symbol: nosuch', c_int.in_dll, lib, 'nosuch')
address = cast(libc.abs, c_void_p).value
assert CFUNCTYPE(c_int, c_int)(address)(-8) == 8 and _ctypes.call_function(address, (-7,)) == 7 and not CFUNCTYPE(c_int)()

# ---- errno
e = CDLL(library, use_errno=True)
set_errno(7)
assert e.f_errno(11) == 7 and get_errno() == 11 and set_errno(0) == 11
result = []
thread = threading.Thread(target=lambda: (result.append(get_errno()), set_errno(99)))
thread.start()
thread.join()
assert result == [0] and get_errno() == 0

# ---- callbacks
CB = CFUNCTYPE(c_int, c_int, py_object)
def callback(i, o):
    o.append([i] * 3)
    return i * 2
got = []
lib.f_call.argtypes = [CB, c_int, py_object]
assert lib.f_call(CB(callback), 100, got) == 9900 and got[-1] == [99] * 3
assert lib.f_call(callback_object := CB(lambda i, o: lib.f_call(CB(callback), i, o)), 5, got) == sum(i * (i - 1) for i in range(5))
SC = CFUNCTYPE(I2, I2)
raises(TypeError, 'invalid result type for callback function', SC, lambda v: v)
LC = CFUNCTYPE(c_double, L3, LD, c_double)
lib.f_call_large.restype, lib.f_call_large.argtypes = c_double, [LC, c_double]
assert lib.f_call_large(LC(lambda v, w, d: v.a + v.b + v.c + w.d + d), 0.5) == 10.5
CC = CFUNCTYPE(c_byte)
lib.f_call_char.restype = c_byte
assert lib.f_call_char(CC(lambda: -5)) == -5
numbers = (c_int * 6)(5, 1, 4, 2, 3, 0)
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))(lambda a, b: a[0] - b.contents.value)
libc.qsort(numbers, 6, sizeof(c_int), compare)
assert numbers[:] == [0, 1, 2, 3, 4, 5]

reports = []
sys.unraisablehook = lambda u: reports.append((u.err_msg, type(u.exc_value), u.exc_traceback.tb_lineno))
def fails(i, o):
    if i == 1:
        1/0
    return 'x' if i == 2 else 1
assert lib.f_call(CB(fails), 4, got) == 2 or sys.implementation.name != 'kaa'  # C gets zero for what failed
sys.unraisablehook = sys.__unraisablehook__
assert [r[:2] for r in reports] == [(f'Exception ignored while calling ctypes callback function {fails!r}', ZeroDivisionError),
                                   (f'Exception ignored while converting result of ctypes callback function {fails!r}', TypeError)]
assert reports[0][2] == fails.__code__.co_firstlineno + 2
old, sys.stderr = sys.stderr, io.StringIO()
lib.f_call(CB(fails), 2, got)
text, sys.stderr = sys.stderr.getvalue(), old
assert f'line {fails.__code__.co_firstlineno + 2}, in fails' in text, text

# Closures are freed with their function, and live as long as C data refers to them.
class Table(Structure): _fields_ = [('f', CFUNCTYPE(c_int, c_int))]
table = Table(CFUNCTYPE(c_int, c_int)(lambda n: n + 1))
for _ in range(2000):
    CFUNCTYPE(c_int, c_int)(lambda n: n)
gc.collect()
assert table.f(5) == 6

# ---- threads: CDLL lets others run, callbacks come from threads that Python does not know
ticks = []
stop = threading.Event()
def tick():
    while not stop.is_set():
        ticks.append(1)
        time.sleep(0.005)
thread = threading.Thread(target=tick)
thread.start()
libc.usleep(200000)
stop.set()
thread.join()
assert len(ticks) > 3
names = set()
def foreign(i, _):
    names.add(threading.get_ident())
    return len([i] * i)
FB = CFUNCTYPE(c_int, c_int, c_void_p)
assert lib.f_thread(FB(foreign), 4, 50) == 4 * 1225 and threading.get_ident() not in names
assert lib.f_thread(FB(lambda i, _: 'x' if False else threading.current_thread() is not None), 2, 3) == 6

# ---- pythonapi
if sys.implementation.name == 'kaa':
    raises(AttributeError, 'undefined symbol: PyObject_Repr', lambda: pythonapi.PyObject_Repr)
pythonapi.PyBytes_FromStringAndSize.restype = py_object
assert pythonapi.PyBytes_FromStringAndSize(b'abcdef', c_ssize_t(3)) == b'abc'
raises(SystemError, 'Negative size', pythonapi.PyBytes_FromStringAndSize, b'a', c_ssize_t(-1))
assert pythonapi.PyGILState_Check() == 1 and pythonapi.PyGILState_Ensure() in (0, 1)
class Stop(Exception): pass
caught = []
def run():
    try:
        while True:
            time.sleep(0.001)
    except Stop as e:
        caught.append(e)
thread = threading.Thread(target=run)
thread.start()
set_async = pythonapi.PyThreadState_SetAsyncExc
set_async.argtypes = [c_ulong, py_object]
assert set_async(0, Stop) == 0 and set_async(thread.ident, Stop) == 1
thread.join()
assert len(caught) == 1

# ---- audit events
events = []
sys.addaudithook(lambda name, args: events.append((name, args)) if name.startswith('ctypes') else None)
libc2 = CDLL(None)
libc2.abs(-3)
create_string_buffer(3)
c_int.from_address(addressof(i := c_int(5)))
get_errno()
assert ('ctypes.dlopen', (None,)) in events and ('ctypes.dlsym', (libc2, 'abs')) in events and ('ctypes.call_function', (address, (-3,))) in events
assert ('ctypes.addressof', (i,)) in events and any(n == 'ctypes.cdata' for n, _ in events) and ('ctypes.get_errno', ()) in events

# What prompt_toolkit keeps the operating system's handler of a signal with.
import signal

getsig, setsig = ctypes.pythonapi.PyOS_getsig, ctypes.pythonapi.PyOS_setsig
getsig.restype = setsig.restype = ctypes.c_void_p
setsig.argtypes = ctypes.c_int, ctypes.c_void_p
handled = []
signal.signal(signal.SIGUSR1, lambda *a: handled.append(a[0]))
python_handler = getsig(signal.SIGUSR1)
assert python_handler and setsig(signal.SIGUSR1, signal.SIG_IGN.value) == python_handler
signal.raise_signal(signal.SIGUSR1)
assert setsig(signal.SIGUSR1, python_handler) == signal.SIG_IGN.value and not handled
signal.raise_signal(signal.SIGUSR1)
assert handled == [signal.SIGUSR1]
signal.signal(signal.SIGUSR1, signal.SIG_DFL)
assert getsig(signal.SIGUSR1) is None and getsig(12345) == ctypes.c_void_p(-1).value

# ---- capsules, as dill makes them
import gc
import types

def capsule_function(name, result, *arguments):
    f = getattr(ctypes.pythonapi, 'PyCapsule_' + name)
    f.restype, f.argtypes = result, arguments
    return f
new = capsule_function('New', py_object, c_void_p, c_char_p, c_void_p)
pointer = capsule_function('GetPointer', c_void_p, py_object, c_char_p)
name_of = capsule_function('GetName', c_char_p, py_object)
valid = capsule_function('IsValid', c_int, py_object, c_char_p)
context = capsule_function('GetContext', c_void_p, py_object)
destructor = capsule_function('GetDestructor', c_void_p, py_object)
named, plain = new(77, b'a.name', None), new(5, None, None)
assert type(named) is types.CapsuleType and repr(types.CapsuleType) == "<class 'PyCapsule'>"
assert repr(named).startswith('<capsule object "a.name" at 0x') and repr(plain).startswith('<capsule object NULL at 0x')
assert pointer(named, b'a.name') == 77 and pointer(plain, None) == 5 and name_of(named) == b'a.name' and name_of(plain) is None
assert [valid(o, n) for o in (named, plain, 3) for n in (b'a.name', None)] == [1, 0, 0, 1, 0, 0]
raises(ValueError, 'PyCapsule_GetPointer called with incorrect name', pointer, named, None)
raises(ValueError, 'PyCapsule_GetName called with invalid PyCapsule object', name_of, 3)
raises(ValueError, 'PyCapsule_New called with null pointer', new, None, None, None)
assert capsule_function('SetContext', c_int, py_object, c_void_p)(named, 9) == 0 and context(named) == 9 and context(plain) is None
assert capsule_function('SetName', c_int, py_object, c_char_p)(plain, b'now') == 0 and name_of(plain) == b'now'
assert capsule_function('SetPointer', c_int, py_object, c_void_p)(plain, 6) == 0 and pointer(plain, b'now') == 6
dead = []
kill = ctypes.CFUNCTYPE(None, c_void_p)(lambda o: dead.append(o))
assert capsule_function('SetDestructor', c_int, py_object, c_void_p)(named, ctypes.cast(kill, c_void_p)) == 0
assert destructor(named) == ctypes.cast(kill, c_void_p).value and destructor(plain) is None
events.clear()
del named
gc.collect()
assert len(dead) == 1, dead
raises(TypeError, 'cannot create', types.CapsuleType)
