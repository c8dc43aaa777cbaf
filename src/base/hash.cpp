#include "base/hash.h"

#include <cmath>

namespace kaa {

int64_t hash_double(double d) {
  constexpr int kBits = 61;
  constexpr uint64_t kModulus = (uint64_t{1} << kBits) - 1;
  if (std::isinf(d)) return d > 0 ? kHashInfinity : -kHashInfinity;
  if (d == 0) return 0;
  // d == m * 2**e with an integer m of 53 bits; 2**61 is 1 modulo 2**61 - 1, so that a power of two is a rotation by e
  // % 61.
  int exponent;
  double fraction = std::frexp(std::fabs(d), &exponent);
  auto m = static_cast<uint64_t>(std::ldexp(fraction, 53));
  int turn = (exponent - 53) % kBits;
  if (turn < 0) turn += kBits;
  uint64_t r = m;
  if (turn) r = (m << turn & kModulus) | m >> (kBits - turn);
  if (r == kModulus) r = 0;
  auto h = static_cast<int64_t>(r);
  if (d < 0) h = -h;
  return h == -1 ? -2 : h;
}

}  // namespace kaa
