// gamma and lgamma by Lanczos' approximation, with the constants of Boost.Math's lanczos13m53 (N = 13, g = 6.0246800407767296), which CPython
// uses as well, and Euler's reflection for negative arguments.
#include "modules/math/math_util.h"

namespace kaa {

namespace {

constexpr double kG = 6.024680040776729583740234375, kGMinusHalf = 5.524680040776729583740234375;
constexpr int kTerms = 13;
const double k_numerator[kTerms] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408};
const double k_denominator[kTerms] = {0.0,       39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0,
                                      2637558.0, 357423.0,   32670.0,     1925.0,      66.0,        1.0};

// sin(pi x), accurate near its zeros.
double sin_pi(double x) {
  double y = fmod(fabs(x), 2.0), r;
  switch (static_cast<int>(round(2.0 * y))) {
    case 0: r = sin(M_PI * y); break;
    case 1: r = cos(M_PI * (y - 0.5)); break;
    case 2: r = sin(M_PI * (1.0 - y)); break;
    case 3: r = -cos(M_PI * (y - 1.5)); break;
    default: r = sin(M_PI * (y - 2.0));
  }
  return copysign(1.0, x) * r;
}

// The rational function; for large x in powers of 1/x, so that nothing overflows.
double lanczos_sum(double x) {
  double n = 0, d = 0;
  if (x < 5.0) {
    for (int i = kTerms; --i >= 0;) { n = n * x + k_numerator[i]; d = d * x + k_denominator[i]; }
  } else {
    for (int i = 0; i < kTerms; i++) { n = n / x + k_numerator[i]; d = d / x + k_denominator[i]; }
  }
  return n / d;
}

}  // namespace

double gamma_function(double x, bool* domain) {
  if (isnan(x) || x == INFINITY) return x;
  if (x == -INFINITY || x == 0 || (x < 0 && x == floor(x))) { *domain = true; return NAN; }
  if (x == floor(x) && x <= 23) {  // (x - 1)! is exact
    double r = 1;
    for (int i = 2; i < static_cast<int>(x); i++) r *= i;
    return r;
  }
  double ax = fabs(x);
  if (ax < 1e-20) return 1.0 / x;
  if (ax > 200.0) return x < 0 ? 0.0 / sin_pi(x) : INFINITY;
  double y = ax + kGMinusHalf, z;
  // z: the rounding error of y, to correct the powers for.
  if (ax > kGMinusHalf) { double q = y - ax; z = q - kGMinusHalf; }
  else { double q = y - kGMinusHalf; z = q - ax; }
  z = z * kG / y;
  double r;
  bool split = ax >= 140.0;  // y ** (ax - 0.5) would overflow
  double root = split ? pow(y, ax / 2.0 - 0.25) : pow(y, ax - 0.5);
  if (x < 0) {
    r = -M_PI / sin_pi(ax) / ax * exp(y) / lanczos_sum(ax);
    r -= z * r;
    r /= root;
    if (split) r /= root;
  } else {
    r = lanczos_sum(ax) / exp(y);
    r += z * r;
    r *= root;
    if (split) r *= root;
  }
  return r;
}

double lgamma_function(double x, bool* domain) {
  if (isnan(x)) return x;
  if (isinf(x)) return INFINITY;
  if (x == floor(x) && x <= 2.0) {
    if (x <= 0) { *domain = true; return INFINITY; }
    return 0.0;
  }
  double ax = fabs(x);
  if (ax < 1e-20) return -log(ax);
  double r = log(lanczos_sum(ax)) - kG;
  r += (ax - 0.5) * (log(ax + kG - 0.5) - 1);
  if (x < 0) r = log(M_PI) - log(fabs(sin_pi(ax))) - log(ax) - r;
  return r;
}

}  // namespace kaa
