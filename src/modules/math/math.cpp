// The math module: real functions, with CPython's rules for errors. A NaN from arguments that are none is a domain error, an infinity from finite
// ones an overflow, or a domain error for functions that cannot overflow. The rest is in math_int, math_sums, math_gamma.
#include <float.h>

#include <vector>

#include "base/float_text.h"
#include "modules/math/math_util.h"

namespace kaa {

namespace {

Error domain_error(Thread& t, const char* expected, double x) {
  if (!expected) return RAISE(ValueError, "math domain error");
  char text[kDoubleReprSize + 1];
  text[double_repr(text, x)] = 0;
  return RAISE(ValueError, "%s, got %s", expected, text);
}
Error range_error(Thread& t) { return RAISE(OverflowError, "math range error"); }

// ---- functions of one number
Result<Value> call1(Thread& t, Args a, double (*f)(double), bool can_overflow, const char* expected) {
  double x = TRY(to_double(t, a[0]));
  double r = f(x);
  if (isnan(r) && !isnan(x)) return domain_error(t, expected, x);
  if (isinf(r) && isfinite(x)) return can_overflow ? range_error(t) : domain_error(t, expected, x);
  return make_float(t, r);
}
#define FUNCTION1(NAME, OVERFLOWS, EXPECTED) \
  Result<Value> math_##NAME(Thread& t, Args a) { return call1(t, a, ::NAME, OVERFLOWS, EXPECTED); }
FUNCTION1(acos, false, "expected a number in range from -1 up to 1")
FUNCTION1(acosh, false, "expected argument value not less than 1")
FUNCTION1(asin, false, "expected a number in range from -1 up to 1")
FUNCTION1(asinh, false, nullptr)
FUNCTION1(atan, false, nullptr)
FUNCTION1(atanh, false, "expected a number between -1 and 1")
FUNCTION1(cbrt, false, nullptr)
FUNCTION1(cos, false, "expected a finite input")
FUNCTION1(cosh, true, nullptr)
FUNCTION1(erf, false, nullptr)
FUNCTION1(erfc, false, nullptr)
FUNCTION1(exp, true, nullptr)
FUNCTION1(exp2, true, nullptr)
FUNCTION1(expm1, true, nullptr)
FUNCTION1(fabs, false, nullptr)
FUNCTION1(log1p, false, "expected argument value > -1")
FUNCTION1(sin, false, "expected a finite input")
FUNCTION1(sinh, true, nullptr)
FUNCTION1(sqrt, false, "expected a nonnegative input")
FUNCTION1(tan, false, "expected a finite input")
FUNCTION1(tanh, false, nullptr)

Result<Value> gamma_like(Thread& t, Args a, double (*f)(double, bool*)) {
  double x = TRY(to_double(t, a[0]));
  bool domain = false;
  double r = f(x, &domain);
  if (domain) return domain_error(t, "expected a noninteger or positive integer", x);
  if (isinf(r) && isfinite(x)) return range_error(t);
  return make_float(t, r);
}
Result<Value> math_gamma(Thread& t, Args a) { return gamma_like(t, a, gamma_function); }
Result<Value> math_lgamma(Thread& t, Args a) { return gamma_like(t, a, lgamma_function); }

// floor, ceil: the special method of the type goes first, for floats the answer is at hand.
Result<Value> rounded(Thread& t, Value v, double (*f)(double), Str* name) {
  if (is_exact_float(v)) return int_from_double(t, f(float_value(v)));
  if (v.is_int()) return v;
  Opt m = TRY(lookup_special(t, v, name));
  if (m) return call(t, m.v);
  double d = TRY(to_double(t, v));
  return int_from_double(t, f(d));
}
Result<Value> math_floor(Thread& t, Args a) { return rounded(t, a[0], ::floor, NAME("__floor__")); }
Result<Value> math_ceil(Thread& t, Args a) { return rounded(t, a[0], ::ceil, NAME("__ceil__")); }
Result<Value> math_trunc(Thread& t, Args a) {
  if (is_exact_float(a[0])) return int_from_double(t, float_value(a[0]));
  Opt m = TRY(lookup_special(t, a[0], NAME("__trunc__")));
  if (!m) return RAISE(TypeError, "type %.100T doesn't define __trunc__ method", a[0]);
  return call(t, m.v);
}

Result<Value> math_isfinite(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return Value::from_bool(isfinite(x)); }
Result<Value> math_isinf(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return Value::from_bool(isinf(x)); }
Result<Value> math_isnan(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return Value::from_bool(isnan(x)); }
Result<Value> math_degrees(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return make_float(t, x * (180.0 / M_PI)); }
Result<Value> math_radians(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return make_float(t, x * (M_PI / 180.0)); }

Result<Value> math_frexp(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0]));
  int e = 0;
  double m = isfinite(x) && x != 0 ? frexp(x, &e) : x;
  Value mv = TRY(make_float(t, m));
  return Value(TRY(make_tuple(t, mv, small_int(e))));
}
Result<Value> math_modf(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), whole = x, f = isinf(x) ? copysign(0.0, x) : isnan(x) ? x : modf(x, &whole);
  Value fv = TRY(make_float(t, f)), wv = TRY(make_float(t, whole));
  return Value(TRY(make_tuple(t, fv, wv)));
}
Result<Value> math_ldexp(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0]));
  if (!is_int(a[1])) return RAISE(TypeError, "Expected an int as second argument to ldexp.");
  int64_t e = TRY(to_ssize_clamped(t, a[1]));
  if (x == 0 || !isfinite(x)) return make_float(t, x);
  if (e > 100000) return range_error(t);
  if (e < -100000) return make_float(t, copysign(0.0, x));
  double r = ldexp(x, static_cast<int>(e));
  if (isinf(r)) return range_error(t);
  return make_float(t, r);
}
double ulp_of(double x) {
  if (isnan(x)) return x;
  x = fabs(x);
  if (isinf(x)) return x;
  double next = nextafter(x, INFINITY);
  return isinf(next) ? x - nextafter(x, -INFINITY) : next - x;
}
Result<Value> math_ulp(Thread& t, Args a) { double x = TRY(to_double(t, a[0])); return make_float(t, ulp_of(x)); }

// ---- logarithms: ints of any size
double log_of(double x) { return x > 0 ? log(x) : NAN; }
double log2_of(double x) { return x > 0 ? log2(x) : NAN; }
double log10_of(double x) { return x > 0 ? log10(x) : NAN; }

Result<double> log_value(Thread& t, Value v, double (*f)(double)) {
  if (is_int(v)) {
    if (int_is_zero(v) || int_is_negative(v)) return RAISE(ValueError, "expected a positive input");
    AnyInt n(v);
    double d;
    if (big_to_double(n, &d)) return f(d);
    int64_t e;
    double m = big_frexp(n, &e);
    return f(m) + f(2.0) * static_cast<double>(e);
  }
  double x = TRY(to_double(t, v)), r = f(x);
  if (isnan(r) && !isnan(x)) return domain_error(t, "expected a positive input", x);
  return r;
}
Result<Value> math_log(Thread& t, Args a) {
  if (a.n < 1) return RAISE(TypeError, "log expected at least 1 argument, got 0");
  if (a.n > 2) return RAISE(TypeError, "log expected at most 2 arguments, got %u", a.n);
  double n = TRY(log_value(t, a[0], log_of));
  if (a.n == 1) return make_float(t, n);
  double d = TRY(log_value(t, a[1], log_of));
  if (d == 0) return RAISE(ZeroDivisionError, "division by zero");
  return make_float(t, n / d);
}
Result<Value> math_log2(Thread& t, Args a) { double r = TRY(log_value(t, a[0], log2_of)); return make_float(t, r); }
Result<Value> math_log10(Thread& t, Args a) { double r = TRY(log_value(t, a[0], log10_of)); return make_float(t, r); }

// ---- functions of two numbers
Result<Value> math_atan2(Thread& t, Args a) { double y = TRY(to_double(t, a[0])), x = TRY(to_double(t, a[1])); return make_float(t, atan2(y, x)); }
Result<Value> math_copysign(Thread& t, Args a) { double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1])); return make_float(t, copysign(x, y)); }
Result<Value> math_fmod(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1]));
  if (isinf(y) && isfinite(x)) return make_float(t, x);
  double r = fmod(x, y);
  if (isnan(r) && !isnan(x) && !isnan(y)) return domain_error(t, nullptr, x);
  return make_float(t, r);
}
Result<Value> math_remainder(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1]));
  double r = remainder(x, y);
  if (isnan(r) && !isnan(x) && !isnan(y)) return domain_error(t, nullptr, x);
  return make_float(t, r);
}
Result<Value> math_pow(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1]));
  double r = pow(x, y);
  if (isfinite(x) && isfinite(y) && !isfinite(r)) {
    if (isnan(r) || x == 0) return domain_error(t, nullptr, x);
    return range_error(t);
  }
  return make_float(t, r);
}
Result<Value> math_fma(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1])), z = TRY(to_double(t, a[2]));
  double r = fma(x, y, z);
  if (isnan(r) && !isnan(x) && !isnan(y) && !isnan(z)) return RAISE(ValueError, "invalid operation in fma");
  if (isinf(r) && isfinite(x) && isfinite(y) && isfinite(z)) return RAISE(OverflowError, "overflow in fma");
  return make_float(t, r);
}

Result<Value> math_nextafter(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1]));
  if (!a[2] || a[2].is_none()) return make_float(t, nextafter(x, y));
  Value sv = TRY(to_index(t, a[2]));
  if (int_is_negative(sv)) return RAISE(ValueError, "steps must be a non-negative integer");
  AnyInt sn(sv);
  uint64_t steps;
  if (!big_to_uint64(sn, &steps)) steps = UINT64_MAX;
  if (isnan(x) || steps == 0) return make_float(t, x);
  if (isnan(y)) return make_float(t, y);
  if (x == y) return make_float(t, y);
  // The patterns of floats of one sign count up with their magnitude.
  constexpr uint64_t kSign = uint64_t{1} << 63;
  uint64_t bx = std::bit_cast<uint64_t>(x), by = std::bit_cast<uint64_t>(y), mx = bx & ~kSign, my = by & ~kSign;
  if ((bx ^ by) & kSign) {
    if (mx + my <= steps) return make_float(t, y);
    bx = mx < steps ? (by & kSign) | (steps - mx) : bx - steps;
  } else if (mx > my) {
    if (mx - my < steps) return make_float(t, y);
    bx -= steps;
  } else {
    if (my - mx < steps) return make_float(t, y);
    bx += steps;
  }
  return make_float(t, std::bit_cast<double>(bx));
}

Result<Value> math_isclose(Thread& t, Args a) {
  double x = TRY(to_double(t, a[0])), y = TRY(to_double(t, a[1]));
  double rel = a[2] ? TRY(to_double(t, a[2])) : 1e-9, abs = a[3] ? TRY(to_double(t, a[3])) : 0.0;
  if (rel < 0 || abs < 0) return RAISE(ValueError, "tolerances must be non-negative");
  if (x == y) return kTrue;
  if (isinf(x) || isinf(y)) return kFalse;
  double d = fabs(y - x);
  return Value::from_bool(d <= fabs(rel * y) || d <= fabs(rel * x) || d <= abs);
}

// ---- norms
struct Vector {
  std::vector<double> items;
  double max = 0;
  bool nan = false;
  void add(double x) {
    x = fabs(x);
    items.push_back(x);
    if (isnan(x)) nan = true;
    else if (x > max) max = x;
  }
};
Result<Value> math_hypot(Thread& t, Args a) {
  Vector v;
  for (uint32_t i = 0; i < a.n; i++) {
    double x = TRY(to_double(t, a[i]));
    v.add(x);
  }
  return make_float(t, vector_norm(v.items.data(), v.items.size(), v.max, v.nan));
}
Result<Value> math_dist(Thread& t, Args a) {
  Tuple* p = is_tuple(a[0]) ? a.as<Tuple>(0) : TRY(tuple_from(t, a[0]));
  Tuple* q = is_tuple(a[1]) ? a.as<Tuple>(1) : TRY(tuple_from(t, a[1]));
  if (p->size != q->size) return RAISE(ValueError, "both points must have the same number of dimensions");
  Vector v;
  for (uint64_t i = 0; i < p->size; i++) {
    double x = TRY(to_double(t, p->items[i])), y = TRY(to_double(t, q->items[i]));
    v.add(x - y);
  }
  return make_float(t, vector_norm(v.items.data(), v.items.size(), v.max, v.nan));
}

#define F1(name, doc) {#name, math_##name, "(x, /)", doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    F1(acos, "The arc cosine of x, from 0 to pi."),
    F1(acosh, "The inverse hyperbolic cosine of x."),
    F1(asin, "The arc sine of x, from -pi/2 to pi/2."),
    F1(asinh, "The inverse hyperbolic sine of x."),
    F1(atan, "The arc tangent of x, from -pi/2 to pi/2."),
    {"atan2", math_atan2, "(y, x, /)", "The angle of the point (x, y): the arc tangent of y/x in the quadrant of the signs.", MethodKind::kFunction},
    F1(atanh, "The inverse hyperbolic tangent of x."),
    F1(cbrt, "The cube root of x."),
    F1(ceil, "The smallest integer that is not less than x."),
    {"copysign", math_copysign, "(x, y, /)", "A float with the magnitude of x and the sign of y.", MethodKind::kFunction},
    F1(cos, "The cosine of x, in radians."),
    F1(cosh, "The hyperbolic cosine of x."),
    F1(degrees, "x radians in degrees."),
    {"dist", math_dist, "(p, q, /)", "The Euclidean distance of two points, given as sequences of coordinates.", MethodKind::kFunction},
    F1(erf, "The error function of x."),
    F1(erfc, "The complementary error function of x."),
    F1(exp, "e raised to x."),
    F1(exp2, "2 raised to x."),
    F1(expm1, "exp(x) - 1, without loss of precision for small x."),
    F1(fabs, "The absolute value of x as a float."),
    {"factorial", math_factorial, "(n, /)", "n!, the product of the ints from 1 to n.", MethodKind::kFunction},
    F1(floor, "The largest integer that is not greater than x."),
    {"fma", math_fma, "(x, y, z, /)", "x * y + z, rounded once.", MethodKind::kFunction},
    {"fmod", math_fmod, "(x, y, /)", "The remainder of x / y with the sign of x, as in C.", MethodKind::kFunction},
    F1(frexp, "The pair (m, e) with x == m * 2**e and 0.5 <= abs(m) < 1, or (0.0, 0)."),
    {"fsum", math_fsum, "(seq, /)", "The sum of floats, exact but for one rounding at the end.", MethodKind::kFunction},
    F1(gamma, "The gamma function at x."),
    {"gcd", math_gcd, "(*integers)", "The greatest common divisor.", MethodKind::kFunction},
    {"hypot", math_hypot, "(*coordinates)", "The Euclidean distance of a point from the origin.", MethodKind::kFunction},
    {"isclose", math_isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
     "Whether two numbers are close: their difference is within rel_tol of the larger one, or within abs_tol.", MethodKind::kFunction},
    F1(isfinite, "Whether x is neither an infinity nor a NaN."),
    F1(isinf, "Whether x is an infinity."),
    F1(isnan, "Whether x is a NaN."),
    {"isqrt", math_isqrt, "(n, /)", "The integer part of the square root of n.", MethodKind::kFunction},
    {"lcm", math_lcm, "(*integers)", "The least common multiple.", MethodKind::kFunction},
    {"ldexp", math_ldexp, "(x, i, /)", "x * 2**i, the inverse of frexp().", MethodKind::kFunction},
    F1(lgamma, "The natural logarithm of the absolute value of gamma(x)."),
    {"log", math_log, nullptr, "log(x[, base]): the logarithm of x, natural if there is no base.", MethodKind::kFunction},
    F1(log1p, "log(1 + x), without loss of precision for small x."),
    F1(log10, "The logarithm of x to base 10."),
    F1(log2, "The logarithm of x to base 2."),
    F1(modf, "The fractional and the whole part of x, both floats with its sign."),
    {"pow", math_pow, "(x, y, /)", "x raised to y, both as floats.", MethodKind::kFunction},
    F1(radians, "x degrees in radians."),
    {"remainder", math_remainder, "(x, y, /)", "The difference of x and the closest multiple of y, as IEEE 754 defines it.", MethodKind::kFunction},
    F1(sin, "The sine of x, in radians."),
    F1(sinh, "The hyperbolic sine of x."),
    F1(sqrt, "The square root of x."),
    F1(tan, "The tangent of x, in radians."),
    F1(tanh, "The hyperbolic tangent of x."),
    {"sumprod", math_sumprod, "(p, q, /)", "The sum of the products of corresponding items, in extended precision for floats.", MethodKind::kFunction},
    F1(trunc, "x without its fraction: x.__trunc__()."),
    {"prod", math_prod, "(iterable, /, *, start=1)", "The product of the items and the start value.", MethodKind::kFunction},
    {"perm", math_perm, "(n, k=None, /)", "The number of ways to pick k of n items in order; of all items without k.", MethodKind::kFunction},
    {"comb", math_comb, "(n, k, /)", "The number of ways to pick k of n items, without order.", MethodKind::kFunction},
    {"nextafter", math_nextafter, "(x, y, /, *, steps=None)", "The float that is `steps` steps from x towards y, one if not given.", MethodKind::kFunction},
    F1(ulp, "The value of the least significant bit of x."),
};

Status add_constant(Thread& t, Module* m, const char* name, double d) {
  Value v = TRY(make_float(t, d));
  return module_add(t, m, name, v);
}
Status math_exec(Thread& t, Module* m) {
  TRY(add_constant(t, m, "pi", M_PI));
  TRY(add_constant(t, m, "e", M_E));
  TRY(add_constant(t, m, "tau", 2 * M_PI));
  TRY(add_constant(t, m, "inf", INFINITY));
  return add_constant(t, m, "nan", NAN);
}

}  // namespace

extern const ModuleDef math_module = {"math", "Functions of real numbers, as the C library has them, and of ints.", k_functions, math_exec};

}  // namespace kaa
