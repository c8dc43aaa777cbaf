// Shared by the files of math and cmath.
#pragma once
#include <math.h>

#include "types/int.h"
#include "types/number_util.h"

namespace kaa {

// math_gamma.cpp: the gamma function by Lanczos' approximation. Sets *domain for the poles; infinities are overflows.
double gamma_function(double x, bool* domain);
double lgamma_function(double x, bool* domain);
// math_sums.cpp
double vector_norm(const double* v, size_t n, double max, bool found_nan);
Result<Value> math_fsum(Thread& t, Args a);
Result<Value> math_sumprod(Thread& t, Args a);
Result<Value> math_prod(Thread& t, Args a);
// math_int.cpp
Result<Value> math_gcd(Thread& t, Args a);
Result<Value> math_lcm(Thread& t, Args a);
Result<Value> math_isqrt(Thread& t, Args a);
Result<Value> math_factorial(Thread& t, Args a);
Result<Value> math_comb(Thread& t, Args a);
Result<Value> math_perm(Thread& t, Args a);

// A value of 1 + a + b as a sum of two doubles without error, and the like (Dekker, Knuth, with fma for products).
struct Double2 { double hi, lo; };
inline Double2 two_sum(double a, double b) {
  double s = a + b, v = s - a;
  return {s, (a - (s - v)) + (b - v)};
}
inline Double2 fast_two_sum(double a, double b) {  // |a| >= |b|
  double s = a + b;
  return {s, (a - s) + b};
}
inline Double2 two_product(double a, double b) {
  double p = a * b;
  return {p, fma(a, b, -p)};
}

}  // namespace kaa
