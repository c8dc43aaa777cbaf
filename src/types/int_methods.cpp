// int's methods other than operators, and the table of both.
#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

#define ROW(name) Result<Value> int_m_##name(Thread&, Args);
ROW(add) ROW(sub) ROW(mul) ROW(floordiv) ROW(mod) ROW(divmod) ROW(truediv) ROW(lshift) ROW(rshift) ROW(and) ROW(or) ROW(xor) ROW(pow)
ROW(neg) ROW(pos) ROW(abs) ROW(invert) ROW(bool) ROW(lt) ROW(le) ROW(eq) ROW(ne) ROW(gt) ROW(ge) ROW(format)
#undef ROW
#define ROW(name) Result<Value> int_r_##name(Thread&, Args);
ROW(add) ROW(sub) ROW(mul) ROW(floordiv) ROW(mod) ROW(divmod) ROW(truediv) ROW(lshift) ROW(rshift) ROW(and) ROW(or) ROW(xor) ROW(pow)
#undef ROW
Result<Value> int_new(Thread& t, Args a, Tuple* kwnames);

namespace {

Result<Value> int_repr(Thread& t, Args a) { return Value(TRY(int_to_str(t, a[0]))); }
Result<Value> int_hash_method(Thread& t, Args a) {
  int64_t h = TRY(int_hash(t, a[0]));
  return make_int(t, h);
}
Result<Value> int_self(Thread& t, Args a) { return int_exact(t, a[0]); }
Result<Value> int_float(Thread& t, Args a) {
  Value v = TRY(int_exact(t, a[0]));
  double d = TRY(int_to_double(t, v));
  return make_float(t, d);
}
Result<Value> int_getnewargs(Thread& t, Args a) {
  Value v = TRY(int_exact(t, a[0]));
  return Value(TRY(make_tuple(t, v)));
}
Result<Value> int_sizeof(Thread&, Args a) {
  AnyInt n(a[0]);
  return small_int(static_cast<int64_t>(sizeof(IntObject)) + n.view().length() * 8);
}
Result<Value> int_is_integer(Thread&, Args) { return kTrue; }
Result<Value> int_bit_length(Thread&, Args a) { AnyInt n(a[0]); return small_int(big_bit_length(n)); }
Result<Value> int_bit_count(Thread&, Args a) { AnyInt n(a[0]); return small_int(big_bit_count(n)); }
Result<Value> int_as_integer_ratio(Thread& t, Args a) {
  Value v = TRY(int_exact(t, a[0]));
  return Value(TRY(make_tuple(t, v, small_int(1))));
}

// round(self, ndigits): to a multiple of 10**-ndigits, half to even.
Result<Value> int_round(Thread& t, Args a) {
  Value self = TRY(int_exact(t, a[0]));
  if (!a[1] || a[1].is_none()) return self;
  Value nd = TRY(to_index(t, a[1]));
  if (!int_is_negative(nd)) return self;
  AnyInt n(self);
  int64_t d;
  // Beyond the number's own digits all that is left is zero.
  if (!int_fits64(nd, &d) || d < -(big_bit_length(n) / 3 + 2)) return small_int(0);
  Value unit = TRY(int_pow(t, small_int(10), small_int(-d)));
  Value q, r;
  TRY(int_divmod(t, self, unit, &q, &r));
  Value twice = TRY(int_add(t, r, r));
  int c = int_compare(twice, unit);
  AnyInt qn(q);
  if (c > 0 || (c == 0 && qn.view().is_odd())) q = TRY(int_add(t, q, small_int(1)));
  return int_mul(t, q, unit);
}

// ---- bytes
Status byte_order(Thread& t, const char* fname, Value v, bool* little) {
  *little = false;
  if (!v) return {};
  if (!is_str(v)) return RAISE(TypeError, "%s() argument 'byteorder' must be str, not %T", fname, v);
  if (str_equal_ascii(v.as<Str>(), "little")) *little = true;
  else if (!str_equal_ascii(v.as<Str>(), "big")) return RAISE(ValueError, "byteorder must be either 'little' or 'big'");
  return {};
}

Result<Value> int_to_bytes(Thread& t, Args a) {
  bool little, is_signed = false;
  int64_t length = 1;
  if (a[1]) {
    Value i = TRY(to_index(t, a[1]));
    if (!int_fits64(i, &length)) return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
  }
  TRY(byte_order(t, "to_bytes", a[2], &little));
  if (a[3]) is_signed = TRY(truth(t, a[3]));
  if (length < 0) return RAISE(ValueError, "length argument must be non-negative");
  AnyInt n(a[0]);
  if (n.view().is_negative() && !is_signed) return RAISE(OverflowError, "can't convert negative int to unsigned");
  if (n.view().length() > length / 8 + 1) return RAISE(OverflowError, "int too big to convert");
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(length)));
  if (length == 0) {
    if (!n.view().is_zero()) return RAISE(OverflowError, "int too big to convert");
    return b;
  }
  if (length == 1) {  // bytes of one character are shared: never write into one
    uint8_t c;
    if (big_to_bytes(n, &c, 1, little, is_signed) != BigStatus::kOk) return RAISE(OverflowError, "int too big to convert");
    return Value(TRY(new_bytes(t, &c, 1)));
  }
  if (big_to_bytes(n, reinterpret_cast<uint8_t*>(b->data()), length, little, is_signed) != BigStatus::kOk) return RAISE(OverflowError, "int too big to convert");
  return b;
}

// bytes(x) for from_bytes: bytes, a buffer, or an iterable of ints.
Result<Bytes*> bytes_argument(Thread& t, Value v) {
  if (IS_EXACT(v, bytes)) return v.as<Bytes>();
  Opt m = TRY(lookup_special(t, v, NAME("__bytes__")));
  if (m) {
    Value r = TRY(call(t, m.v));
    if (!is_bytes(r)) return RAISE(TypeError, "__bytes__ returned non-bytes (type %.200T)", r);
    return r.as<Bytes>();
  }
  if (has_buffer(v)) {
    BufferHold b;
    TRY(b.get(t, v));
    return new_bytes(t, b.data(), b.size());
  }
  if (is_str(v) || (!type_of(v)->dunder(D_iter) && !type_of(v)->dunder(D_getitem))) return RAISE(TypeError, "cannot convert '%.200T' object to bytes", v);
  std::string bytes;
  TRY(iterate(t, v, [&](Value item) -> Status {
    Value i = TRY(to_index(t, item));
    int64_t n;
    if (!int_fits64(i, &n) || n < 0 || n > 255) return RAISE(ValueError, "bytes must be in range(0, 256)");
    bytes += static_cast<char>(n);
    return {};
  }));
  return new_bytes(t, bytes.data(), bytes.size());
}

Result<Value> int_from_bytes(Thread& t, Args a) {
  bool little, is_signed = false;
  TRY(byte_order(t, "from_bytes", a[2], &little));
  if (a[3]) is_signed = TRY(truth(t, a[3]));
  Bytes* b = TRY(bytes_argument(t, a[1]));
  Keep k(b);
  int64_t n = static_cast<int64_t>(b->size);
  Value v = TRY(int_build(t, big_from_bytes_size(n), [&](mp_limb_t* out, int64_t* size, Poll) {
    *size = big_from_bytes(out, reinterpret_cast<const uint8_t*>(b->data()), n, little, is_signed);
    return BigStatus::kOk;
  }));
  if (a[0] == Value(KAA_TYPE(int))) return v;
  return call(t, a[0], v);
}

const MethodDef k_methods[] = {
    {"__new__", int_new, nullptr, "Make an int from a number or from text in a base.", MethodKind::kNew},
    {"__repr__", int_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", int_hash_method, "($self, /)", "Return hash(self)."},
    {"__lt__", int_m_lt, "($self, value, /)", "Return self<value."},
    {"__le__", int_m_le, "($self, value, /)", "Return self<=value."},
    {"__eq__", int_m_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", int_m_ne, "($self, value, /)", "Return self!=value."},
    {"__gt__", int_m_gt, "($self, value, /)", "Return self>value."},
    {"__ge__", int_m_ge, "($self, value, /)", "Return self>=value."},
    {"__add__", int_m_add, "($self, value, /)", "Return self+value."},
    {"__radd__", int_r_add, "($self, value, /)", "Return value+self."},
    {"__sub__", int_m_sub, "($self, value, /)", "Return self-value."},
    {"__rsub__", int_r_sub, "($self, value, /)", "Return value-self."},
    {"__mul__", int_m_mul, "($self, value, /)", "Return self*value."},
    {"__rmul__", int_r_mul, "($self, value, /)", "Return value*self."},
    {"__mod__", int_m_mod, "($self, value, /)", "Return self%value."},
    {"__rmod__", int_r_mod, "($self, value, /)", "Return value%self."},
    {"__divmod__", int_m_divmod, "($self, value, /)", "Return divmod(self, value)."},
    {"__rdivmod__", int_r_divmod, "($self, value, /)", "Return divmod(value, self)."},
    {"__pow__", int_m_pow, "($self, value, mod=None, /)", "Return pow(self, value, mod)."},
    {"__rpow__", int_r_pow, "($self, value, mod=None, /)", "Return pow(value, self, mod)."},
    {"__neg__", int_m_neg, "($self, /)", "-self"},
    {"__pos__", int_m_pos, "($self, /)", "+self"},
    {"__abs__", int_m_abs, "($self, /)", "abs(self)"},
    {"__bool__", int_m_bool, "($self, /)", "True if self else False"},
    {"__invert__", int_m_invert, "($self, /)", "~self"},
    {"__lshift__", int_m_lshift, "($self, value, /)", "Return self<<value."},
    {"__rlshift__", int_r_lshift, "($self, value, /)", "Return value<<self."},
    {"__rshift__", int_m_rshift, "($self, value, /)", "Return self>>value."},
    {"__rrshift__", int_r_rshift, "($self, value, /)", "Return value>>self."},
    {"__and__", int_m_and, "($self, value, /)", "Return self&value."},
    {"__rand__", int_r_and, "($self, value, /)", "Return value&self."},
    {"__xor__", int_m_xor, "($self, value, /)", "Return self^value."},
    {"__rxor__", int_r_xor, "($self, value, /)", "Return value^self."},
    {"__or__", int_m_or, "($self, value, /)", "Return self|value."},
    {"__ror__", int_r_or, "($self, value, /)", "Return value|self."},
    {"__int__", int_self, "($self, /)", "int(self)"},
    {"__float__", int_float, "($self, /)", "float(self)"},
    {"__floordiv__", int_m_floordiv, "($self, value, /)", "Return self//value."},
    {"__rfloordiv__", int_r_floordiv, "($self, value, /)", "Return value//self."},
    {"__truediv__", int_m_truediv, "($self, value, /)", "Return self/value."},
    {"__rtruediv__", int_r_truediv, "($self, value, /)", "Return value/self."},
    {"__index__", int_self, "($self, /)", "The same value as a plain int, for use as an index."},
    {"conjugate", int_self, "($self, /)", "The complex conjugate: an int is its own."},
    {"bit_length", int_bit_length, "($self, /)", "The number of binary digits of the absolute value.\n\n>>> (-37).bit_length()\n6\n>>> (0).bit_length()\n0"},
    {"bit_count", int_bit_count, "($self, /)", "The number of ones among the binary digits of the absolute value.\n\n>>> (-13).bit_count()\n3\n>>> (1 << 70).bit_count()\n1"},
    {"to_bytes", int_to_bytes, "($self, /, length=1, byteorder='big', *, signed=False)",
     "The int as `length` bytes, the most significant first ('big') or last ('little').\n\nsigned: in two's complement; otherwise negative numbers are an error."},
    {"from_bytes", int_from_bytes, "($cls, /, bytes, byteorder='big', *, signed=False)",
     "The int that the bytes stand for, the most significant first ('big') or last ('little').\n\nsigned: read them as two's complement.",
     MethodKind::kClassMethod},
    {"as_integer_ratio", int_as_integer_ratio, "($self, /)", "The pair (self, 1), as other numbers give a fraction's parts.\n\n>>> (-10).as_integer_ratio()\n(-10, 1)\n>>> (0).as_integer_ratio()\n(0, 1)\n>>> True.as_integer_ratio()\n(1, 1)"},
    {"__trunc__", int_self, "($self, /)", "An int is integral: returns it."},
    {"__floor__", int_self, "($self, /)", "An int is integral: returns it."},
    {"__ceil__", int_self, "($self, /)", "An int is integral: returns it."},
    {"__round__", int_round, "($self, ndigits=None, /)", "The nearest multiple of 10**-ndigits, half to even; an int."},
    {"__getnewargs__", int_getnewargs, "($self, /)", nullptr},
    {"__format__", int_m_format, "($self, format_spec, /)", "The int as text by format_spec."},
    {"__sizeof__", int_sizeof, "($self, /)", "Size in memory, in bytes."},
    {"is_integer", int_is_integer, "($self, /)", "True, as for a float without a fraction."},
};

Result<Value> int_get_self(Thread& t, Value v) { return int_exact(t, v); }
Result<Value> int_get_zero(Thread&, Value) { return small_int(0); }
Result<Value> int_get_one(Thread&, Value) { return small_int(1); }
const GetSetDef k_getsets[] = {
    {"real", int_get_self, nullptr, "the real part of a complex number"},
    {"imag", int_get_zero, nullptr, "the imaginary part of a complex number"},
    {"numerator", int_get_self, nullptr, "the numerator of a rational number in lowest terms"},
    {"denominator", int_get_one, nullptr, "the denominator of a rational number in lowest terms"},
};

}  // namespace

extern const TypeSpec int_spec = {
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\nA whole number of any size: a number cut to its integral part, or the value of text (str, bytes or\n"
           "bytearray) in the given base, 2 to 36; base 0 takes it from the text's prefix, as in source code.\n\n"
           ">>> int('0b101', base=0)\n5",
    .methods = k_methods,
    .getsets = k_getsets};

}  // namespace kaa
