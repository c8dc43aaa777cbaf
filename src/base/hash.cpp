#include "base/hash.h"

#include <cmath>
#include <cstring>

namespace kaa {

int64_t hash_double(double d) {
  constexpr int kBits = 61;
  constexpr uint64_t kModulus = (uint64_t{1} << kBits) - 1;
  if (std::isinf(d)) return d > 0 ? kHashInfinity : -kHashInfinity;
  if (d == 0) return 0;
  // d == m * 2**e with an integer m of at most 53 bits; 2**61 is 1 modulo 2**61 - 1, so that a power of two is a rotation by e
  // % 61.
  uint64_t bits;
  memcpy(&bits, &d, 8);
  int exponent = static_cast<int>(bits >> 52 & 0x7FF);
  uint64_t m = bits & ((uint64_t{1} << 52) - 1);
  if (exponent) m |= uint64_t{1} << 52;  // else d is subnormal, and its exponent that of the smallest others
  else exponent = 1;
  int turn = static_cast<int>((static_cast<unsigned>(exponent) + (18 * kBits - 1075)) % kBits);
  uint64_t r = m;
  if (turn) r = (m << turn & kModulus) | m >> (kBits - turn);
  if (r == kModulus) r = 0;
  auto h = static_cast<int64_t>(r);
  if (d < 0) h = -h;
  return h == -1 ? -2 : h;
}

}  // namespace kaa
