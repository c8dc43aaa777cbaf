// complex: construction and operators. Mixed arithmetic with reals does not promote them (C99, Annex G): the sign of a zero part survives.
// Division is Smith's method; products and quotients that come out as NaN + NaN j are recovered as infinities and zeros where Annex G.5 says so.
#include <errno.h>
#include <math.h>

#include "base/float_text.h"
#include "base/hash.h"
#include "types/complex.h"
#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

Result<Value> complex_m_format(Thread& t, Args a);

static Result<Value> new_complex(Thread& t, Type* cls, Complex z) {
  ComplexObject* o = cls == KAA_TYPE(complex) ? TRY(alloc<ComplexObject>(t, KAA_SHAPE(complex))) : TRY(alloc_as<ComplexObject>(t, cls));
  o->real = z.re;
  o->imag = z.im;
  return o;
}
Result<Value> make_complex(Thread& t, double re, double im) { return new_complex(t, KAA_TYPE(complex), {re, im}); }

// 1 with the sign of d where d is infinite, else a zero with that sign.
static double unit_of_infinity(double d) { return copysign(isinf(d) ? 1.0 : 0.0, d); }
static double signed_zero_for_nan(double d) { return isnan(d) ? copysign(0.0, d) : d; }

Complex complex_mul(Complex a, Complex b) {
  double ac = a.re * b.re, bd = a.im * b.im, ad = a.re * b.im, bc = a.im * b.re;
  Complex r{ac - bd, ad + bc};
  if (!isnan(r.re) || !isnan(r.im)) return r;
  bool again = false;
  if (isinf(a.re) || isinf(a.im)) {
    a = {unit_of_infinity(a.re), unit_of_infinity(a.im)};
    b = {signed_zero_for_nan(b.re), signed_zero_for_nan(b.im)};
    again = true;
  }
  if (isinf(b.re) || isinf(b.im)) {
    b = {unit_of_infinity(b.re), unit_of_infinity(b.im)};
    a = {signed_zero_for_nan(a.re), signed_zero_for_nan(a.im)};
    again = true;
  }
  if (!again && (isinf(ac) || isinf(bd) || isinf(ad) || isinf(bc))) {
    a = {signed_zero_for_nan(a.re), signed_zero_for_nan(a.im)};
    b = {signed_zero_for_nan(b.re), signed_zero_for_nan(b.im)};
    again = true;
  }
  if (again) r = {INFINITY * (a.re * b.re - a.im * b.im), INFINITY * (a.re * b.im + a.im * b.re)};
  return r;
}

bool complex_div(Complex a, Complex b, Complex* out) {
  double br = fabs(b.re), bi = fabs(b.im);
  Complex r{NAN, NAN};
  if (br >= bi) {
    if (br == 0) return false;
    double ratio = b.im / b.re, d = b.re + b.im * ratio;
    r = {(a.re + a.im * ratio) / d, (a.im - a.re * ratio) / d};
  } else if (bi >= br) {
    double ratio = b.re / b.im, d = b.re * ratio + b.im;
    r = {(a.re * ratio + a.im) / d, (a.im * ratio - a.re) / d};
  }
  if (isnan(r.re) && isnan(r.im)) {
    if ((isinf(a.re) || isinf(a.im)) && isfinite(b.re) && isfinite(b.im)) {
      double x = unit_of_infinity(a.re), y = unit_of_infinity(a.im);
      r = {INFINITY * (x * b.re + y * b.im), INFINITY * (y * b.re - x * b.im)};
    } else if ((isinf(br) || isinf(bi)) && isfinite(a.re) && isfinite(a.im)) {
      double x = unit_of_infinity(b.re), y = unit_of_infinity(b.im);
      r = {0.0 * (a.re * x + a.im * y), 0.0 * (a.im * x - a.re * y)};
    }
  }
  *out = r;
  return true;
}

// The same for a real dividend.
static bool real_div(double a, Complex b, Complex* out) {
  double br = fabs(b.re), bi = fabs(b.im);
  Complex r{NAN, NAN};
  if (br >= bi) {
    if (br == 0) return false;
    double ratio = b.im / b.re, d = b.re + b.im * ratio;
    r = {a / d, (-a * ratio) / d};
  } else if (bi >= br) {
    double ratio = b.re / b.im, d = b.re * ratio + b.im;
    r = {(a * ratio) / d, (-a) / d};
  }
  if (isnan(r.re) && isnan(r.im)) {
    if (isinf(a) && isfinite(b.re) && isfinite(b.im)) {
      double x = unit_of_infinity(a);
      r = {INFINITY * (x * b.re), INFINITY * (-x * b.im)};
    } else if ((isinf(br) || isinf(bi)) && isfinite(a)) {
      double x = unit_of_infinity(b.re), y = unit_of_infinity(b.im);
      r = {0.0 * (a * x), 0.0 * (-a * y)};
    }
  }
  *out = r;
  return true;
}

// Small whole exponents by squaring, others through polar form.
Result<Value> complex_pow(Thread& t, double ar, double ai, double br, double bi) {
  Complex r{1, 0}, p{ar, ai};
  bool domain = true;
  if (bi == 0 && br == floor(br) && fabs(br) <= 100) {
    int64_t n = static_cast<int64_t>(fabs(br));
    for (int64_t mask = 1; n >= mask; mask <<= 1) {
      if (n & mask) r = complex_mul(r, p);
      p = complex_mul(p, p);
    }
    if (br <= 0) domain = complex_div({1, 0}, r, &r);
  } else if (ar == 0 && ai == 0) {
    domain = bi == 0 && br >= 0;
    r = {0, 0};
  } else {
    double size = hypot(ar, ai), len = pow(size, br), angle = atan2(ai, ar), phase = angle * br;
    if (bi != 0) {
      len *= exp(-angle * bi);
      phase += bi * log(size);
    }
    domain = !isinf(phase);  // an angle without a direction counts as a domain error
    r = {len * cos(phase), len * sin(phase)};
  }
  if (!domain) return RAISE(ZeroDivisionError, "zero to a negative or complex power");
  if (isinf(r.re) || isinf(r.im)) return RAISE(OverflowError, "complex exponentiation");
  return make_complex(t, r.re, r.im);
}

Result<Complex> to_complex(Thread& t, Value v) {
  if (is_complex(v)) return Complex{v.as<ComplexObject>()->real, v.as<ComplexObject>()->imag};
  if (v.is_object() && type_of(v) != KAA_TYPE(float) && type_of(v) != KAA_TYPE(int)) {
    Opt m = TRY(complex_special(t, v));
    if (m) return Complex{m.v.as<ComplexObject>()->real, m.v.as<ComplexObject>()->imag};
  }
  double d = TRY(to_double(t, v));
  return Complex{d, 0};
}

// v.__complex__(), as an exact complex; empty when the type has none.
Result<Opt> complex_special(Thread& t, Value v) {
  if (IS_EXACT(v, complex)) return Opt{v};
  if (!type_of(v)->dunder(D_complex)) return Opt{};
  Value r = TRY(call_dunder(t, D_complex, v));
  if (IS_EXACT(r, complex)) return Opt{r};
  if (!is_complex(r)) return RAISE(TypeError, "__complex__ returned non-complex (type %.200T)", r);
  TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
           "__complex__ returned non-complex (type %.200T).  The ability to return an instance of a strict subclass of complex is deprecated, and may be "
           "removed in a future version of Python.", r));
  Value e = TRY(make_complex(t, r.as<ComplexObject>()->real, r.as<ComplexObject>()->imag));
  return Opt{e};
}

namespace {

Complex value_of(Value v) { return {v.as<ComplexObject>()->real, v.as<ComplexObject>()->imag}; }

// The other operand: a complex, or a real number.
struct Operand {
  bool found = true, is_real = true;
  double real = 0;
  Complex z{0, 0};
  Complex promoted() const { return is_real ? Complex{real, 0} : z; }
};
Result<Operand> operand(Thread& t, Value v) {
  Operand o;
  if (is_complex(v)) { o.is_real = false; o.z = value_of(v); return o; }
  if (is_float(v)) { o.real = float_value(v); return o; }
  if (is_int(v)) { o.real = TRY(int_to_double(t, v)); return o; }
  o.found = false;
  return o;
}

Result<Value> complex_add(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]);
  return o.is_real ? make_complex(t, z.re + o.real, z.im) : make_complex(t, z.re + o.z.re, z.im + o.z.im);
}
Result<Value> complex_sub(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]);
  return o.is_real ? make_complex(t, z.re - o.real, z.im) : make_complex(t, z.re - o.z.re, z.im - o.z.im);
}
Result<Value> complex_rsub(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]);
  return o.is_real ? make_complex(t, o.real - z.re, -z.im) : make_complex(t, o.z.re - z.re, o.z.im - z.im);
}
Result<Value> complex_mul_row(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]);
  Complex r = o.is_real ? Complex{z.re * o.real, z.im * o.real} : complex_mul(z, o.z);
  return make_complex(t, r.re, r.im);
}
Result<Value> complex_truediv(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]), r{z.re / o.real, z.im / o.real};
  if (o.is_real ? o.real == 0 : !complex_div(z, o.z, &r)) return RAISE(ZeroDivisionError, "division by zero");
  return make_complex(t, r.re, r.im);
}
Result<Value> complex_rtruediv(Thread& t, Args a) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  Complex z = value_of(a[0]), r;
  if (!(o.is_real ? real_div(o.real, z, &r) : complex_div(o.z, z, &r))) return RAISE(ZeroDivisionError, "division by zero");
  return make_complex(t, r.re, r.im);
}
Result<Value> power_of(Thread& t, Args a, bool reflected) {
  Operand o = TRY(operand(t, a[1]));
  if (!o.found) return kNotImplemented;
  if (a[2] && !a[2].is_none()) return RAISE(ValueError, "complex modulo");
  Complex x = value_of(a[0]), y = o.promoted();
  if (reflected) std::swap(x, y);
  return complex_pow(t, x.re, x.im, y.re, y.im);
}
Result<Value> complex_pow_row(Thread& t, Args a) { return power_of(t, a, false); }
Result<Value> complex_rpow(Thread& t, Args a) { return power_of(t, a, true); }

Result<Value> complex_neg(Thread& t, Args a) { Complex z = value_of(a[0]); return make_complex(t, -z.re, -z.im); }
Result<Value> complex_self(Thread& t, Args a) {
  if (IS_EXACT(a[0], complex)) return a[0];
  Complex z = value_of(a[0]);
  return make_complex(t, z.re, z.im);
}
Result<Value> complex_abs(Thread& t, Args a) {
  Complex z = value_of(a[0]);
  double r = hypot(z.re, z.im);
  if (isinf(r) && isfinite(z.re) && isfinite(z.im)) return RAISE(OverflowError, "absolute value too large");
  return make_float(t, r);
}
Result<Value> complex_bool(Thread&, Args a) { Complex z = value_of(a[0]); return Value::from_bool(z.re != 0 || z.im != 0); }
Result<Value> complex_conjugate(Thread& t, Args a) { Complex z = value_of(a[0]); return make_complex(t, z.re, -z.im); }

// kNotImplemented, or whether they are equal.
Result<Value> equals(Value self, Value other, bool want) {
  Complex z = value_of(self);
  bool eq;
  if (is_complex(other)) { Complex w = value_of(other); eq = z.re == w.re && z.im == w.im; }
  else if (is_float(other)) eq = z.im == 0 && z.re == float_value(other);
  else if (is_int(other)) eq = z.im == 0 && compare_int_float(other, z.re) == 0;
  else return kNotImplemented;
  return Value::from_bool(eq == want);
}
Result<Value> complex_eq(Thread&, Args a) { return equals(a[0], a[1], true); }
Result<Value> complex_ne(Thread&, Args a) { return equals(a[0], a[1], false); }
Result<Value> complex_unordered(Thread&, Args) { return kNotImplemented; }

Result<Value> complex_hash(Thread& t, Args a) {
  Complex z = value_of(a[0]);
  int64_t id = identity_hash(a[0]);
  return make_int(t, hash_complex(isnan(z.re) ? id : hash_double(z.re), isnan(z.im) ? id : hash_double(z.im)));
}

Result<Value> complex_repr(Thread& t, Args a) {
  Complex z = value_of(a[0]);
  std::string s;
  bool ok;
  if (z.re == 0 && !signbit(z.re)) {
    ok = append_double(&s, z.im, 'r', 0, 0);
    s += 'j';
  } else {
    s = "(";
    ok = append_double(&s, z.re, 'r', 0, 0) && append_double(&s, z.im, 'r', 0, kAlwaysSign);
    s += "j)";
  }
  if (!ok) return raise_memory(t);
  return Value(TRY(new_str_ascii(t, s.data(), s.size())));
}
Result<Value> complex_getnewargs(Thread& t, Args a) {
  Complex z = value_of(a[0]);
  Value re = TRY(make_float(t, z.re)), im = TRY(make_float(t, z.im));
  return Value(TRY(make_tuple(t, re, im)));
}

// ---- construction
Result<Complex> parse_text(Thread& t, Str* s) {
  Keep k(s);
  std::string text = text_to_ascii(s);
  Complex z;
  switch (parse_complex(text.data(), static_cast<int64_t>(text.size()), &z.re, &z.im)) {
    case FloatText::kOk: return z;
    case FloatText::kNoMemory: return raise_memory(t);
    default: return RAISE(ValueError, "complex() arg is a malformed string");
  }
}
bool is_real_like(Value v) { return is_float(v) || is_int(v) || type_of(v)->dunder(D_float) || type_of(v)->dunder(D_index); }

// complex(x): text, a complex or a real number.
Result<Value> from_one(Thread& t, Type* cls, Value x) {
  if (cls == KAA_TYPE(complex) && IS_EXACT(x, complex)) return x;
  if (is_str(x)) {
    Complex z = TRY(parse_text(t, x.as<Str>()));
    return new_complex(t, cls, z);
  }
  Opt m = TRY(complex_special(t, x));
  if (m) return cls == KAA_TYPE(complex) ? Result<Value>(m.v) : new_complex(t, cls, value_of(m.v));
  if (is_complex(x)) return new_complex(t, cls, value_of(x));
  if (!is_real_like(x)) return RAISE(TypeError, "complex() argument must be a string or a number, not %F", x);
  double d = TRY(to_double(t, x));
  return new_complex(t, cls, {d, 0});
}

Status warn_complex_part(Thread& t, const char* part, Value v) {
  return warn(t, KAA_TYPE(DeprecationWarning), 1, "complex() argument '%s' must be a real number, not %F", part, v);
}

Result<Value> from_parts(Thread& t, Type* cls, Value real, Value imag) {
  Complex r{0, 0}, i{0, 0};
  bool r_complex = false, i_complex = false;
  Value given = real;
  if (real) {
    Opt m = TRY(complex_special(t, real));
    if (m) real = m.v;
    if (!is_complex(real) && !is_real_like(real)) return RAISE(TypeError, "complex() argument 'real' must be a real number, not %F", given);
  }
  if (imag && !is_complex(imag) && !is_real_like(imag)) return RAISE(TypeError, "complex() argument 'imag' must be a real number, not %F", imag);
  if (real && is_complex(real)) {
    r = value_of(real);
    r_complex = true;
    TRY(warn_complex_part(t, "real", given));
  } else if (real) {
    r.re = TRY(to_double(t, real));
  }
  if (imag && is_complex(imag)) {
    i = value_of(imag);
    i_complex = true;
    TRY(warn_complex_part(t, "imag", imag));
  } else if (imag) {
    i.re = TRY(to_double(t, imag));
  }
  // real + imag * 1j, where only parts that are there are added: signs of zeros stay.
  Complex z{r.re, imag ? i.re : r.im};
  if (i_complex) z.re -= i.im;
  if (r_complex && imag) z.im += r.im;
  return new_complex(t, cls, z);
}

Result<Value> complex_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw - 1;
  Type* cls = a.as<Type>(0);
  if (npos + nkw > 2) return RAISE(TypeError, "complex() takes at most 2 arguments (%u given)", npos + nkw);
  if (nkw == 0 && npos == 0) return new_complex(t, cls, {0, 0});
  if (nkw == 0 && npos == 1) return from_one(t, cls, a[1]);
  Value part[2] = {npos > 0 ? a[1] : Value(), npos > 1 ? a[2] : Value()};
  for (uint32_t k = 0; k < nkw; k++) {
    Str* name = kwnames->items[k].as<Str>();
    int i = str_equal_ascii(name, "real") ? 0 : str_equal_ascii(name, "imag") ? 1 : -1;
    if (i < 0) return RAISE(TypeError, "complex() got an unexpected keyword argument '%U'", name);
    if (part[i]) return RAISE(TypeError, "argument for complex() given by name ('%U') and position (%d)", name, i + 1);
    part[i] = a[1 + npos + k];
  }
  return from_parts(t, cls, part[0], part[1]);
}

Result<Value> complex_from_number(Thread& t, Args a) {
  bool plain = a[0] == Value(KAA_TYPE(complex));
  if (plain && IS_EXACT(a[1], complex)) return a[1];
  Complex z = TRY(to_complex(t, a[1]));
  Value v = TRY(make_complex(t, z.re, z.im));
  return plain ? Result<Value>(v) : call(t, a[0], v);
}

const MethodDef k_methods[] = {
    {"__new__", complex_new, "($cls, real=0, imag=0)", "A complex number from text, a number, or two parts.", MethodKind::kNew},
    {"__repr__", complex_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", complex_hash, "($self, /)", "Return hash(self)."},
    {"__lt__", complex_unordered, "($self, value, /)", "Return self<value."},
    {"__le__", complex_unordered, "($self, value, /)", "Return self<=value."},
    {"__eq__", complex_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", complex_ne, "($self, value, /)", "Return self!=value."},
    {"__gt__", complex_unordered, "($self, value, /)", "Return self>value."},
    {"__ge__", complex_unordered, "($self, value, /)", "Return self>=value."},
    {"__add__", complex_add, "($self, value, /)", "Return self+value."},
    {"__radd__", complex_add, "($self, value, /)", "Return value+self."},
    {"__sub__", complex_sub, "($self, value, /)", "Return self-value."},
    {"__rsub__", complex_rsub, "($self, value, /)", "Return value-self."},
    {"__mul__", complex_mul_row, "($self, value, /)", "Return self*value."},
    {"__rmul__", complex_mul_row, "($self, value, /)", "Return value*self."},
    {"__pow__", complex_pow_row, "($self, value, mod=None, /)", "Return pow(self, value, mod)."},
    {"__rpow__", complex_rpow, "($self, value, mod=None, /)", "Return pow(value, self, mod)."},
    {"__neg__", complex_neg, "($self, /)", "-self"},
    {"__pos__", complex_self, "($self, /)", "+self"},
    {"__abs__", complex_abs, "($self, /)", "abs(self)"},
    {"__bool__", complex_bool, "($self, /)", "True if self else False"},
    {"__truediv__", complex_truediv, "($self, value, /)", "Return self/value."},
    {"__rtruediv__", complex_rtruediv, "($self, value, /)", "Return value/self."},
    {"from_number", complex_from_number, "($cls, number, /)", "The complex number that equals a number; text is refused.", MethodKind::kClassMethod},
    {"conjugate", complex_conjugate, "($self, /)", "The number with its imaginary part negated."},
    {"__complex__", complex_self, "($self, /)", "The same value as a plain complex."},
    {"__getnewargs__", complex_getnewargs, "($self, /)", nullptr},
    {"__format__", complex_m_format, "($self, format_spec, /)", "The number as text by format_spec."},
};

Result<Value> complex_get_real(Thread& t, Value v) { return make_float(t, value_of(v).re); }
Result<Value> complex_get_imag(Thread& t, Value v) { return make_float(t, value_of(v).im); }
const GetSetDef k_getsets[] = {
    {"real", complex_get_real, nullptr, "the real part of a complex number"},
    {"imag", complex_get_imag, nullptr, "the imaginary part of a complex number"},
};

}  // namespace

extern const TypeSpec complex_spec = {
    .doc = "A complex number: from text, from one number, or from its real and imaginary parts.", .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
