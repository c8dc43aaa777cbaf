// The cmath module. Finite arguments: W. Kahan's formulas ("Branch Cuts for Complex Elementary Functions", 1987), arranged so that nothing
// overflows early and the signs of zeros choose the side of a branch cut. Infinities and NaNs: C99's Annex G, by the C library.
// Errors: a domain error where a value has no limit (log 0, atanh 1, the sine of an infinity), an overflow for infinite results of finite arguments.
#include <float.h>

#include "modules/math/math_util.h"
#include "types/complex.h"

extern "C" {
double _Complex cexp(double _Complex);
double _Complex ccosh(double _Complex);
double _Complex csinh(double _Complex);
double _Complex ctanh(double _Complex);
double _Complex csqrt(double _Complex);
double _Complex cacos(double _Complex);
double _Complex cacosh(double _Complex);
double _Complex casinh(double _Complex);
double _Complex catanh(double _Complex);
}

namespace kaa {

namespace {

enum class Fault { kNone, kDomain, kRange };

constexpr double kLarge = DBL_MAX / 4.0, kSqrtLarge = 0x1.fffffffffffffp+510, kLogLarge = 0x1.6232bdd7abcd2p+9;  // sqrt and log of kLarge
constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn10 = 0x1.26bb1bbb55516p+1;

bool finite(Complex z) { return isfinite(z.re) && isfinite(z.im); }
Complex library(double _Complex (*f)(double _Complex), Complex z) {
  double _Complex r = f(__builtin_complex(z.re, z.im));
  return {__real__ r, __imag__ r};
}
// f(z) of an odd function of i z: the functions below come in pairs, sin(z) = -i sinh(i z), ...
Complex times_i(Complex z) { return {-z.im, z.re}; }
Complex times_minus_i(Complex z) { return {z.im, -z.re}; }

Complex c_sqrt(Complex z, Fault&) {
  if (!finite(z)) return library(csqrt, z);
  if (z.re == 0 && z.im == 0) return {0.0, z.im};
  double ax = fabs(z.re), ay = fabs(z.im), s;
  if (ax < DBL_MIN && ay < DBL_MIN) {  // subnormals: scaled; 2**53 / 2**(2 * 27) leaves the half under the root
    double bx = ldexp(ax, 53);
    s = ldexp(sqrt(bx + hypot(bx, ldexp(ay, 53))), -27);
  } else {
    double bx = ax / 8.0;
    s = 2.0 * sqrt(bx + hypot(bx, ay / 8.0));
  }
  double d = ay / (2.0 * s);
  return z.re >= 0 ? Complex{s, copysign(d, z.im)} : Complex{d, copysign(s, z.im)};
}

Complex c_acos(Complex z, Fault& fault) {
  if (!finite(z)) return library(cacos, z);
  if (fabs(z.re) > kLarge || fabs(z.im) > kLarge) {
    double re = atan2(fabs(z.im), z.re), big = log(hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * kLn2;
    return {re, z.re < 0 ? -copysign(big, z.im) : copysign(big, -z.im)};
  }
  Complex s1 = c_sqrt({1.0 - z.re, -z.im}, fault), s2 = c_sqrt({1.0 + z.re, z.im}, fault);
  return {2.0 * atan2(s1.re, s2.re), asinh(s2.re * s1.im - s2.im * s1.re)};
}
Complex c_acosh(Complex z, Fault& fault) {
  if (!finite(z)) return library(cacosh, z);
  if (fabs(z.re) > kLarge || fabs(z.im) > kLarge) return {log(hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * kLn2, atan2(z.im, z.re)};
  Complex s1 = c_sqrt({z.re - 1.0, z.im}, fault), s2 = c_sqrt({z.re + 1.0, z.im}, fault);
  return {asinh(s1.re * s2.re + s1.im * s2.im), 2.0 * atan2(s1.im, s2.re)};
}
Complex c_asinh(Complex z, Fault& fault) {
  if (!finite(z)) return library(casinh, z);
  if (fabs(z.re) > kLarge || fabs(z.im) > kLarge) {
    double big = log(hypot(z.re / 2.0, z.im / 2.0)) + 2.0 * kLn2;
    return {z.im < 0 ? -copysign(big, -z.re) : copysign(big, z.re), atan2(z.im, fabs(z.re))};
  }
  Complex s1 = c_sqrt({1.0 + z.im, -z.re}, fault), s2 = c_sqrt({1.0 - z.im, z.re}, fault);
  return {asinh(s1.re * s2.im - s2.re * s1.im), atan2(z.im, s1.re * s2.re - s1.im * s2.im)};
}
Complex c_asin(Complex z, Fault& fault) { return times_minus_i(c_asinh(times_i(z), fault)); }

Complex c_atanh(Complex z, Fault& fault) {
  if (!finite(z)) return library(catanh, z);
  if (z.re < 0 || (z.re == 0 && signbit(z.re))) {
    Complex r = c_atanh({-z.re, -z.im}, fault);
    return {-r.re, -r.im};
  }
  double ay = fabs(z.im);
  if (z.re > kSqrtLarge || ay > kSqrtLarge) {  // about 1/z, pi/2
    double h = hypot(z.re / 2.0, z.im / 2.0);
    return {z.re / 4.0 / h / h, -copysign(M_PI / 2.0, -z.im)};
  }
  if (z.re == 1.0 && ay < 0x1p-511) {
    if (ay == 0) { fault = Fault::kDomain; return {INFINITY, z.im}; }
    return {-log(sqrt(ay) / sqrt(hypot(ay, 2.0))), copysign(atan2(2.0, -ay) / 2, z.im)};
  }
  return {log1p(4.0 * z.re / ((1 - z.re) * (1 - z.re) + ay * ay)) / 4.0, -atan2(-2.0 * z.im, (1 - z.re) * (1 + z.re) - ay * ay) / 2.0};
}
Complex c_atan(Complex z, Fault& fault) { return times_minus_i(c_atanh(times_i(z), fault)); }

void check_overflow(Complex r, Fault& fault) { if (isinf(r.re) || isinf(r.im)) fault = Fault::kRange; }

Complex c_cosh(Complex z, Fault& fault) {
  if (!finite(z)) {
    if (isinf(z.im) && !isnan(z.re)) fault = Fault::kDomain;
    return library(ccosh, z);
  }
  Complex r;
  if (fabs(z.re) > kLogLarge) {
    double x = z.re - copysign(1.0, z.re);
    r = {cos(z.im) * cosh(x) * M_E, sin(z.im) * sinh(x) * M_E};
  } else {
    r = {cos(z.im) * cosh(z.re), sin(z.im) * sinh(z.re)};
  }
  check_overflow(r, fault);
  return r;
}
Complex c_sinh(Complex z, Fault& fault) {
  if (!finite(z)) {
    if (isinf(z.im) && !isnan(z.re)) fault = Fault::kDomain;
    return library(csinh, z);
  }
  Complex r;
  if (fabs(z.re) > kLogLarge) {
    double x = z.re - copysign(1.0, z.re);
    r = {cos(z.im) * sinh(x) * M_E, sin(z.im) * cosh(x) * M_E};
  } else {
    r = {cos(z.im) * sinh(z.re), sin(z.im) * cosh(z.re)};
  }
  check_overflow(r, fault);
  return r;
}
Complex c_cos(Complex z, Fault& fault) { return c_cosh(times_i(z), fault); }
Complex c_sin(Complex z, Fault& fault) { return times_minus_i(c_sinh(times_i(z), fault)); }

Complex c_tanh(Complex z, Fault& fault) {
  if (!finite(z)) {
    if (isinf(z.im) && isfinite(z.re)) fault = Fault::kDomain;
    return library(ctanh, z);
  }
  if (fabs(z.re) > kLogLarge) return {copysign(1.0, z.re), 4.0 * sin(z.im) * cos(z.im) * exp(-2.0 * fabs(z.re))};
  double tx = tanh(z.re), ty = tan(z.im), cx = 1.0 / cosh(z.re), txty = tx * ty, d = 1.0 + txty * txty;
  return {tx * (1.0 + ty * ty) / d, ((ty / d) * cx) * cx};
}
Complex c_tan(Complex z, Fault& fault) { return times_minus_i(c_tanh(times_i(z), fault)); }

Complex c_exp(Complex z, Fault& fault) {
  if (!finite(z)) {
    if (isinf(z.im) && (isfinite(z.re) || z.re == INFINITY)) fault = Fault::kDomain;
    return library(cexp, z);
  }
  Complex r;
  if (z.re > kLogLarge) {
    double l = exp(z.re - 1.0);
    r = {l * cos(z.im) * M_E, l * sin(z.im) * M_E};
  } else {
    double l = exp(z.re);
    r = {l * cos(z.im), l * sin(z.im)};
  }
  check_overflow(r, fault);
  return r;
}

Complex c_log(Complex z, Fault& fault) {
  double angle = atan2(z.im, z.re);
  if (isinf(z.re) || isinf(z.im)) return {INFINITY, angle};
  if (isnan(z.re) || isnan(z.im)) return {NAN, NAN};
  double ax = fabs(z.re), ay = fabs(z.im);
  if (ax > kLarge || ay > kLarge) return {log(hypot(ax / 2.0, ay / 2.0)) + kLn2, angle};
  if (ax < DBL_MIN && ay < DBL_MIN) {
    if (ax > 0 || ay > 0) return {log(hypot(ldexp(ax, DBL_MANT_DIG), ldexp(ay, DBL_MANT_DIG))) - DBL_MANT_DIG * kLn2, angle};
    fault = Fault::kDomain;
    return {-INFINITY, angle};
  }
  double h = hypot(ax, ay);
  if (0.71 <= h && h <= 1.73) {  // near 1 the logarithm is small: from |z|**2 - 1
    double max = ax > ay ? ax : ay, min = ax > ay ? ay : ax;
    return {log1p((max - 1) * (max + 1) + min * min) / 2.0, angle};
  }
  return {log(h), angle};
}
Complex c_log10(Complex z, Fault& fault) {
  Complex r = c_log(z, fault);
  return {r.re / kLn10, r.im / kLn10};
}

// ---- the rows
Result<Value> answer(Thread& t, Complex r, Fault fault) {
  if (fault == Fault::kDomain) return RAISE(ValueError, "math domain error");
  if (fault == Fault::kRange) return RAISE(OverflowError, "math range error");
  return make_complex(t, r.re, r.im);
}
#define FUNCTION1(NAME)                                \
  Result<Value> cmath_##NAME(Thread& t, Args a) {      \
    Complex z = TRY(to_complex(t, a[0]));              \
    Fault fault = Fault::kNone;                        \
    Complex r = c_##NAME(z, fault);                    \
    return answer(t, r, fault);                        \
  }
FUNCTION1(acos) FUNCTION1(acosh) FUNCTION1(asin) FUNCTION1(asinh) FUNCTION1(atan) FUNCTION1(atanh) FUNCTION1(cos) FUNCTION1(cosh) FUNCTION1(exp)
FUNCTION1(log10) FUNCTION1(sin) FUNCTION1(sinh) FUNCTION1(sqrt) FUNCTION1(tan) FUNCTION1(tanh)

Result<Value> cmath_log(Thread& t, Args a) {
  if (a.n < 1) return RAISE(TypeError, "log expected at least 1 argument, got 0");
  if (a.n > 2) return RAISE(TypeError, "log expected at most 2 arguments, got %u", a.n);
  Complex z = TRY(to_complex(t, a[0]));
  Fault fault = Fault::kNone;
  Complex r = c_log(z, fault);
  if (a.n == 2) {
    Complex b = TRY(to_complex(t, a[1]));
    fault = Fault::kNone;  // the base decides: log(0, 2) is -inf
    b = c_log(b, fault);
    if (!complex_div(r, b, &r)) fault = Fault::kDomain;
  }
  return answer(t, r, fault);
}

Result<Value> cmath_phase(Thread& t, Args a) {
  Complex z = TRY(to_complex(t, a[0]));
  return make_float(t, atan2(z.im, z.re));
}
Result<Value> cmath_polar(Thread& t, Args a) {
  Complex z = TRY(to_complex(t, a[0]));
  double r = hypot(z.re, z.im);
  if (isinf(r) && finite(z)) return RAISE(OverflowError, "math range error");
  Value rv = TRY(make_float(t, r)), pv = TRY(make_float(t, atan2(z.im, z.re)));
  return Value(TRY(make_tuple(t, rv, pv)));
}
Result<Value> cmath_rect(Thread& t, Args a) {
  double r = TRY(to_double(t, a[0])), phi = TRY(to_double(t, a[1]));
  Fault fault = Fault::kNone;
  Complex z;
  if (!isfinite(r) || !isfinite(phi)) {
    if (isinf(phi) && r != 0 && !isnan(r)) fault = Fault::kDomain;
    if (isinf(r) && isfinite(phi) && phi != 0) {
      z = r > 0 ? Complex{copysign(INFINITY, cos(phi)), copysign(INFINITY, sin(phi))} : Complex{-copysign(INFINITY, cos(phi)), -copysign(INFINITY, sin(phi))};
    } else if (isinf(r) && phi == 0) {
      z = {r, r > 0 ? phi : -phi};
    } else if (isnan(r) && phi == 0) {
      z = {NAN, 0};
    } else if (r == 0) {
      z = {0, 0};
    } else {
      z = {isinf(r) ? INFINITY : NAN, NAN};
    }
  } else if (phi == 0) {
    z = {r, r * phi};
  } else {
    z = {r * cos(phi), r * sin(phi)};
  }
  return answer(t, z, fault);
}

Result<Value> cmath_isfinite(Thread& t, Args a) { Complex z = TRY(to_complex(t, a[0])); return Value::from_bool(finite(z)); }
Result<Value> cmath_isnan(Thread& t, Args a) { Complex z = TRY(to_complex(t, a[0])); return Value::from_bool(isnan(z.re) || isnan(z.im)); }
Result<Value> cmath_isinf(Thread& t, Args a) { Complex z = TRY(to_complex(t, a[0])); return Value::from_bool(isinf(z.re) || isinf(z.im)); }
Result<Value> cmath_isclose(Thread& t, Args a) {
  Complex x = TRY(to_complex(t, a[0])), y = TRY(to_complex(t, a[1]));
  double rel = a[2] ? TRY(to_double(t, a[2])) : 1e-9, abs = a[3] ? TRY(to_double(t, a[3])) : 0.0;
  if (rel < 0 || abs < 0) return RAISE(ValueError, "tolerances must be non-negative");
  if (x.re == y.re && x.im == y.im) return kTrue;
  if (isinf(x.re) || isinf(x.im) || isinf(y.re) || isinf(y.im)) return kFalse;
  double d = hypot(x.re - y.re, x.im - y.im);
  return Value::from_bool(d <= rel * hypot(y.re, y.im) || d <= rel * hypot(x.re, x.im) || d <= abs);
}

#define F1(name, doc) {#name, cmath_##name, "(z, /)", doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    F1(acos, "The arc cosine of z."),
    F1(acosh, "The inverse hyperbolic cosine of z."),
    F1(asin, "The arc sine of z."),
    F1(asinh, "The inverse hyperbolic sine of z."),
    F1(atan, "The arc tangent of z."),
    F1(atanh, "The inverse hyperbolic tangent of z."),
    F1(cos, "The cosine of z."),
    F1(cosh, "The hyperbolic cosine of z."),
    F1(exp, "e raised to z."),
    {"isclose", cmath_isclose, "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
     "Whether two numbers are close: their distance is within rel_tol of the larger one's magnitude, or within abs_tol.", MethodKind::kFunction},
    F1(isfinite, "Whether both parts are finite."),
    F1(isinf, "Whether a part is an infinity."),
    F1(isnan, "Whether a part is a NaN."),
    {"log", cmath_log, nullptr, "log(z[, base]): the logarithm of z, natural if there is no base.", MethodKind::kFunction},
    F1(log10, "The logarithm of z to base 10."),
    F1(phase, "The angle of z, from -pi to pi."),
    F1(polar, "The magnitude and the angle of z."),
    {"rect", cmath_rect, "(r, phi, /)", "The number with this magnitude and angle.", MethodKind::kFunction},
    F1(sin, "The sine of z."),
    F1(sinh, "The hyperbolic sine of z."),
    F1(sqrt, "The square root of z."),
    F1(tan, "The tangent of z."),
    F1(tanh, "The hyperbolic tangent of z."),
};

Status add_float(Thread& t, Module* m, const char* name, double d) {
  Value v = TRY(make_float(t, d));
  return module_add(t, m, name, v);
}
Status add_complex(Thread& t, Module* m, const char* name, double im) {
  Value v = TRY(make_complex(t, 0, im));
  return module_add(t, m, name, v);
}
Status cmath_exec(Thread& t, Module* m) {
  TRY(add_float(t, m, "pi", M_PI));
  TRY(add_float(t, m, "e", M_E));
  TRY(add_float(t, m, "tau", 2 * M_PI));
  TRY(add_float(t, m, "inf", INFINITY));
  TRY(add_complex(t, m, "infj", INFINITY));
  TRY(add_float(t, m, "nan", NAN));
  return add_complex(t, m, "nanj", NAN);
}

}  // namespace

extern const ModuleDef cmath_module = {"cmath", "Functions of complex numbers.", k_functions, cmath_exec};

}  // namespace kaa
