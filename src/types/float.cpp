// float: construction, operators and methods. Floats are in the word where they fit (heap/value.h), else in a FloatObject.
#include <errno.h>
#include <math.h>

#include "base/float_text.h"
#include "base/hash.h"
#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

Result<Value> float_m_format(Thread& t, Args a);

Result<Value> box_float(Thread& t, double d) {
  Object* o = t.heap->allocate(KAA_SHAPE(float), sizeof(FloatObject));
  if (UNLIKELY(!o)) return raise_memory(t);
  static_cast<FloatObject*>(o)->value = d;
  return o;
}

// ---- arithmetic
double float_mod(double a, double b) {
  double m = fmod(a, b);
  if (m == 0) return copysign(0.0, b);
  return (b < 0) != (m < 0) ? m + b : m;
}
// The floored quotient that goes with that remainder: the quotient of what is divisible, then rounded to the whole number it is near.
static void float_divmod(double a, double b, double* quotient, double* rest) {
  double m = fmod(a, b), d = (a - m) / b;
  if (m != 0) {
    if ((b < 0) != (m < 0)) { m += b; d -= 1.0; }
  } else {
    m = copysign(0.0, b);
  }
  double q;
  if (d != 0) {
    q = floor(d);
    if (d - q > 0.5) q += 1.0;
  } else {
    q = copysign(0.0, a / b);
  }
  *quotient = q;
  *rest = m;
}
double float_floor_div(double a, double b) {
  double q, r;
  float_divmod(a, b, &q, &r);
  return q;
}

static bool is_odd_integer(double d) { return fmod(fabs(d), 2.0) == 1.0; }

static Error raise_range(Thread& t) {
  Result<Str*> text = new_str(t, "Numerical result out of range");
  if (!text.ok()) return {};
  Result<Value> e = call(t, KAA_TYPE(OverflowError), small_int(ERANGE), text.value());
  if (!e.ok()) return {};
  return raise_value(t, e.value());
}

// C99's pow with its special cases spelt out, but for zero to a negative power (an error) and negative numbers to a fraction (complex).
Result<Value> float_pow(Thread& t, double x, double y) {
  if (y == 0) return make_float(t, 1.0);
  if (isnan(x)) return make_float(t, x);
  if (isnan(y)) return make_float(t, x == 1.0 ? 1.0 : y);
  if (isinf(y)) {
    double m = fabs(x);
    return make_float(t, m == 1.0 ? 1.0 : (y > 0) == (m > 1.0) ? INFINITY : 0.0);
  }
  bool odd = is_odd_integer(y);
  if (isinf(x)) {
    if (y > 0) return make_float(t, odd ? x : INFINITY);
    return make_float(t, odd ? copysign(0.0, x) : 0.0);
  }
  if (x == 0) {
    if (y < 0) return RAISE(ZeroDivisionError, "zero to a negative power");
    return make_float(t, odd ? x : 0.0);
  }
  bool negate = false;
  if (x < 0) {
    if (y != floor(y)) return complex_pow(t, x, 0, y, 0);
    x = -x;
    negate = odd;
  }
  double r = x == 1.0 ? 1.0 : pow(x, y);
  if (isinf(r)) return raise_range(t);
  return make_float(t, negate ? -r : r);
}

namespace {

// The other operand as a double: floats and ints. found is false for anything else.
inline Status operand(Thread& t, Value v, double* d, bool* found) {
  *found = true;
  if (LIKELY(v.is_float_word())) { *d = v.float_word(); return {}; }
  if (v.is_int()) { *d = static_cast<double>(v.as_int()); return {}; }
  if (is_float(v)) { *d = float_value(v); return {}; }
  if (is_int(v)) { *d = TRY(int_to_double(t, v)); return {}; }
  *found = false;
  return {};
}

Result<Value> op_add(Thread& t, double x, double y) { return make_float(t, x + y); }
Result<Value> op_sub(Thread& t, double x, double y) { return make_float(t, x - y); }
Result<Value> op_mul(Thread& t, double x, double y) { return make_float(t, x * y); }
Error zero_division(Thread& t) { return RAISE(ZeroDivisionError, "division by zero"); }
Result<Value> op_truediv(Thread& t, double x, double y) { return y == 0 ? Result<Value>(zero_division(t)) : make_float(t, x / y); }
Result<Value> op_mod(Thread& t, double x, double y) { return y == 0 ? Result<Value>(zero_division(t)) : make_float(t, float_mod(x, y)); }
Result<Value> op_floordiv(Thread& t, double x, double y) { return y == 0 ? Result<Value>(zero_division(t)) : make_float(t, float_floor_div(x, y)); }
Result<Value> op_divmod(Thread& t, double x, double y) {
  if (y == 0) return zero_division(t);
  double q, r;
  float_divmod(x, y, &q, &r);
  Value qv = TRY(make_float(t, q)), rv = TRY(make_float(t, r));
  return Value(TRY(make_tuple(t, qv, rv)));
}

#define BINARY(NAME)                                                    \
  Result<Value> float_m_##NAME(Thread& t, Args a) {                     \
    double y;                                                           \
    bool found;                                                         \
    TRY(operand(t, a[1], &y, &found));                                  \
    if (!found) return kNotImplemented;                                 \
    return op_##NAME(t, float_value(a[0]), y);                          \
  }                                                                     \
  Result<Value> float_r_##NAME(Thread& t, Args a) {                     \
    double y;                                                           \
    bool found;                                                         \
    TRY(operand(t, a[1], &y, &found));                                  \
    if (!found) return kNotImplemented;                                 \
    return op_##NAME(t, y, float_value(a[0]));                          \
  }
BINARY(add)
BINARY(sub)
BINARY(mul)
BINARY(truediv)
BINARY(floordiv)
BINARY(mod)
BINARY(divmod)
#undef BINARY

Result<Value> power_of(Thread& t, Args a, bool reflected) {
  if (a[2] && !a[2].is_none()) return RAISE(TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
  double y;
  bool found;
  TRY(operand(t, a[1], &y, &found));
  if (!found) return kNotImplemented;
  double x = float_value(a[0]);
  return reflected ? float_pow(t, y, x) : float_pow(t, x, y);
}
Result<Value> float_m_pow(Thread& t, Args a) { return power_of(t, a, false); }
Result<Value> float_r_pow(Thread& t, Args a) { return power_of(t, a, true); }

Result<Value> float_neg(Thread& t, Args a) { return make_float(t, -float_value(a[0])); }
Result<Value> float_abs(Thread& t, Args a) { return make_float(t, fabs(float_value(a[0]))); }
Result<Value> float_bool(Thread&, Args a) { return Value::from_bool(float_value(a[0]) != 0); }
// The same value as a plain float; an exact one is itself (also a NaN, which has an identity).
Result<Value> exact(Thread& t, Value v) { return is_exact_float(v) ? Result<Value>(v) : make_float(t, float_value(v)); }
Result<Value> float_self(Thread& t, Args a) { return exact(t, a[0]); }

// ---- comparison: with floats and, exactly, with ints
template <class Op>
Result<Value> compare_with(Value self, Value other, Op op) {
  double x = float_value(self);
  if (is_float(other)) {
    double y = float_value(other);
    return Value::from_bool(op(x < y ? -1 : x > y ? 1 : x == y ? 0 : kUnordered));
  }
  if (!is_int(other)) return kNotImplemented;
  int c = compare_int_float(other, x);
  return Value::from_bool(op(c == kUnordered ? c : -c));
}
Result<Value> float_lt(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c == -1; }); }
Result<Value> float_le(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c == -1 || c == 0; }); }
Result<Value> float_eq(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c == 0; }); }
Result<Value> float_ne(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c != 0; }); }
Result<Value> float_gt(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c == 1; }); }
Result<Value> float_ge(Thread&, Args a) { return compare_with(a[0], a[1], [](int c) { return c == 1 || c == 0; }); }

Result<Value> float_hash(Thread& t, Args a) {
  double d = float_value(a[0]);
  return make_int(t, isnan(d) ? identity_hash(a[0]) : hash_double(d));
}

Result<Value> float_repr(Thread& t, Args a) {
  char buf[kDoubleReprSize];
  int64_t n = double_repr(buf, float_value(a[0]));
  return Value(TRY(new_str_ascii(t, buf, static_cast<size_t>(n))));
}

// ---- construction
Error no_float(Thread& t, Value shown) {
  Result<Str*> r = repr(t, shown);
  if (!r.ok()) return {};
  return RAISE(ValueError, "could not convert string to float: %U", r.value());
}
bool is_c_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
Result<double> parse_text(Thread& t, std::string_view s, Value shown) {
  while (!s.empty() && is_c_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_c_space(s.back())) s.remove_suffix(1);
  double d;
  switch (parse_double(s.data(), static_cast<int64_t>(s.size()), &d)) {
    case FloatText::kOk: return d;
    case FloatText::kNoMemory: return raise_memory(t);
    default: return no_float(t, shown);
  }
}

Result<double> float_of(Thread& t, Value v) {
  if (is_exact_float(v)) return float_value(v);
  if (is_float(v) && type_of(v)->dunder(D_float) != KAA_TYPE(float)->dunder(D_float)) return float_by_method(t, v);  // a subclass with a __float__ of its own
  if (is_str(v) && !type_of(v)->dunder(D_float)) return float_from_str(t, v.as<Str>());
  if (is_int(v) || type_of(v)->dunder(D_float) || type_of(v)->dunder(D_index)) return to_double(t, v);
  if (is_bytes(v)) return parse_text(t, v.as<Bytes>()->view(), v);
  if (has_buffer(v)) {
    BufferHold b;
    TRY(b.get(t, v));
    Bytes* copy = TRY(new_bytes(t, b.data(), b.size()));
    return parse_text(t, copy->view(), v);
  }
  return RAISE(TypeError, "float() argument must be a string or a real number, not '%.200T'", v);
}

Result<Value> new_float(Thread& t, Type* cls, double d) {
  if (cls == KAA_TYPE(float)) return make_float(t, d);
  FloatObject* o = TRY(alloc_as<FloatObject>(t, cls));
  o->value = d;
  return o;
}

Result<Value> float_new(Thread& t, Args a, Tuple* kwnames) {
  Type* cls = a.as<Type>(0);
  if (kwnames && kwnames->size && cls->dunder(D_init) == KAA_TYPE(object)->dunder(D_init)) return RAISE(TypeError, "float() takes no keyword arguments");
  uint32_t n = a.n - (kwnames ? static_cast<uint32_t>(kwnames->size) : 0);
  if (n > 2) return RAISE(TypeError, "float expected at most 1 argument, got %u", n - 1);
  if (n > 1 && cls == KAA_TYPE(float) && is_exact_float(a[1])) return a[1];
  double d = n > 1 ? TRY(float_of(t, a[1])) : 0.0;
  return new_float(t, cls, d);
}

Result<Value> float_from_number(Thread& t, Args a) {
  if (a[0] == Value(KAA_TYPE(float)) && is_exact_float(a[1])) return a[1];
  double d = TRY(to_double(t, a[1]));
  Value v = TRY(make_float(t, d));
  return a[0] == Value(KAA_TYPE(float)) ? Result<Value>(v) : call(t, a[0], v);
}

Result<Value> float_fromhex(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "bad argument type for built-in operation");
  Utf8 u;
  TRY(str_utf8(t, a.as<Str>(1), u));
  double d;
  switch (parse_hex_double(u.data, static_cast<int64_t>(u.size), &d)) {
    case FloatText::kOk: break;
    case FloatText::kOverflow: return RAISE(OverflowError, "hexadecimal value too large to represent as a float");
    case FloatText::kTooLong: return RAISE(ValueError, "hexadecimal string too long to convert");
    case FloatText::kNoMemory: return raise_memory(t);
    default: return RAISE(ValueError, "invalid hexadecimal floating-point string");
  }
  Value v = TRY(make_float(t, d));
  return a[0] == Value(KAA_TYPE(float)) ? Result<Value>(v) : call(t, a[0], v);
}

Result<Value> float_getformat(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "__getformat__() argument must be str, not %T", a[1]);
  Str* s = a.as<Str>(1);
  if (!str_equal_ascii(s, "double") && !str_equal_ascii(s, "float")) return RAISE(ValueError, "__getformat__() argument 1 must be 'double' or 'float'");
  return Value(TRY(new_str(t, "IEEE, little-endian")));
}

// ---- methods
Result<Value> float_hex(Thread& t, Args a) {
  char buf[kDoubleHexSize];
  int64_t n = double_to_hex(buf, float_value(a[0]));
  return Value(TRY(new_str_ascii(t, buf, static_cast<size_t>(n))));
}
Result<Value> float_int(Thread& t, Args a) { return int_from_double(t, float_value(a[0])); }
Result<Value> float_floor(Thread& t, Args a) { return int_from_double(t, floor(float_value(a[0]))); }
Result<Value> float_ceil(Thread& t, Args a) { return int_from_double(t, ceil(float_value(a[0]))); }
Result<Value> float_is_integer(Thread&, Args a) {
  double d = float_value(a[0]);
  return Value::from_bool(isfinite(d) && floor(d) == d);
}
Result<Value> float_getnewargs(Thread& t, Args a) {
  Value v = TRY(exact(t, a[0]));
  return Value(TRY(make_tuple(t, v)));
}
Result<Value> float_as_integer_ratio(Thread& t, Args a) {
  double d = float_value(a[0]);
  if (isinf(d)) return RAISE(OverflowError, "cannot convert Infinity to integer ratio");
  if (isnan(d)) return RAISE(ValueError, "cannot convert NaN to integer ratio");
  BigBuf n, m;
  if (!double_ratio(d, &n, &m)) return raise_memory(t);
  Value nv = TRY(int_from_big(t, n)), mv = TRY(int_from_big(t, m));
  return Value(TRY(make_tuple(t, nv, mv)));
}
Result<Value> float_round(Thread& t, Args a) {
  double d = float_value(a[0]);
  if (!a[1] || a[1].is_none()) return int_from_double(t, rint(d));
  Value nd = TRY(to_index(t, a[1]));
  int64_t n = TRY(to_ssize_clamped(t, nd));
  if (!isfinite(d)) return exact(t, a[0]);
  // Digits beyond these change nothing, or leave nothing.
  if (n > 400) return exact(t, a[0]);
  if (n < -400) return make_float(t, copysign(0.0, d));
  double r;
  if (!round_double(d, n, &r)) return RAISE(OverflowError, "rounded value too large to represent");
  return make_float(t, r);
}

const MethodDef k_methods[] = {
    {"__new__", float_new, "($cls, x=0, /)", "A float from a number or from text.", MethodKind::kNew},
    {"__repr__", float_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", float_hash, "($self, /)", "Return hash(self)."},
    {"__lt__", float_lt, "($self, value, /)", "Return self<value."},
    {"__le__", float_le, "($self, value, /)", "Return self<=value."},
    {"__eq__", float_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", float_ne, "($self, value, /)", "Return self!=value."},
    {"__gt__", float_gt, "($self, value, /)", "Return self>value."},
    {"__ge__", float_ge, "($self, value, /)", "Return self>=value."},
    {"__add__", float_m_add, "($self, value, /)", "Return self+value."},
    {"__radd__", float_r_add, "($self, value, /)", "Return value+self."},
    {"__sub__", float_m_sub, "($self, value, /)", "Return self-value."},
    {"__rsub__", float_r_sub, "($self, value, /)", "Return value-self."},
    {"__mul__", float_m_mul, "($self, value, /)", "Return self*value."},
    {"__rmul__", float_r_mul, "($self, value, /)", "Return value*self."},
    {"__mod__", float_m_mod, "($self, value, /)", "Return self%value."},
    {"__rmod__", float_r_mod, "($self, value, /)", "Return value%self."},
    {"__divmod__", float_m_divmod, "($self, value, /)", "Return divmod(self, value)."},
    {"__rdivmod__", float_r_divmod, "($self, value, /)", "Return divmod(value, self)."},
    {"__pow__", float_m_pow, "($self, value, mod=None, /)", "Return pow(self, value, mod)."},
    {"__rpow__", float_r_pow, "($self, value, mod=None, /)", "Return pow(value, self, mod)."},
    {"__neg__", float_neg, "($self, /)", "-self"},
    {"__pos__", float_self, "($self, /)", "+self"},
    {"__abs__", float_abs, "($self, /)", "abs(self)"},
    {"__bool__", float_bool, "($self, /)", "True if self else False"},
    {"__int__", float_int, "($self, /)", "int(self)"},
    {"__float__", float_self, "($self, /)", "float(self)"},
    {"__floordiv__", float_m_floordiv, "($self, value, /)", "Return self//value."},
    {"__rfloordiv__", float_r_floordiv, "($self, value, /)", "Return value//self."},
    {"__truediv__", float_m_truediv, "($self, value, /)", "Return self/value."},
    {"__rtruediv__", float_r_truediv, "($self, value, /)", "Return value/self."},
    {"from_number", float_from_number, "($cls, number, /)", "The float that equals a real number; text is refused.", MethodKind::kClassMethod},
    {"conjugate", float_self, "($self, /)", "The complex conjugate: a float is its own."},
    {"__trunc__", float_int, "($self, /)", "The int between 0 and self that is closest to self."},
    {"__floor__", float_floor, "($self, /)", "The largest int that is not greater."},
    {"__ceil__", float_ceil, "($self, /)", "The smallest int that is not less."},
    {"__round__", float_round, "($self, ndigits=None, /)", "The nearest int, half to even; with ndigits, the nearest float of so many decimals."},
    {"as_integer_ratio", float_as_integer_ratio, "($self, /)", "Two ints, the second positive, without a common factor, whose quotient is exactly self.\n\n>>> (2.5).as_integer_ratio()\n(5, 2)\n>>> (-0.375).as_integer_ratio()\n(-3, 8)\n>>> (7.0).as_integer_ratio()\n(7, 1)"},
    {"fromhex", float_fromhex, "($cls, string, /)", "The float that hexadecimal text like '0x1.8p3' stands for.\n\n>>> float.fromhex('0x1.8p3')\n12.0\n>>> float.fromhex('-0x.8')\n-0.5", MethodKind::kClassMethod},
    {"hex", float_hex, "($self, /)", "Hexadecimal text that float.fromhex() reads back exactly.\n\n>>> (12.0).hex()\n'0x1.8000000000000p+3'\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'"},
    {"is_integer", float_is_integer, "($self, /)", "Whether the float is a whole number."},
    {"__getnewargs__", float_getnewargs, "($self, /)", nullptr},
    {"__getformat__", float_getformat, "($cls, typestr, /)", "The format of C's 'double' or 'float', for tests.", MethodKind::kClassMethod},
    {"__format__", float_m_format, "($self, format_spec, /)", "The float as text by format_spec."},
};

Result<Value> float_get_real(Thread& t, Value v) { return exact(t, v); }
Result<Value> float_get_imag(Thread&, Value) { return kPosZero; }
const GetSetDef k_getsets[] = {
    {"real", float_get_real, nullptr, "the real part of a complex number"},
    {"imag", float_get_imag, nullptr, "the imaginary part of a complex number"},
};

}  // namespace

Result<double> float_from_str(Thread& t, Str* s) {
  Keep k(s);
  if (s->is_ascii()) return parse_text(t, s->ascii(), s);
  std::string text = text_to_ascii(s);
  return parse_text(t, text, s);
}

extern const TypeSpec float_spec = {
    .doc = "A floating-point number: float(x) converts a number or text.", .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
