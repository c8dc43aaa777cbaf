// Half precision floats (IEEE 754 binary16), as bits.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

namespace kaa {

inline double half_to_double(uint16_t h) {
  int e = h >> 10 & 31, m = h & 1023;
  double d = e == 31 ? (m ? NAN : INFINITY) : e ? ldexp(1024 + m, e - 25) : ldexp(m, -24);
  if (e == 31 && m) {  // keeps the payload of a NaN
    uint64_t b = uint64_t{0x7FF} << 52 | static_cast<uint64_t>(m) << 42;
    memcpy(&d, &b, 8);
  }
  return h >> 15 ? -d : d;
}

// Rounds half to even; false when the value is too large.
inline bool double_to_half(double d, uint16_t* out) {
  uint64_t b;
  memcpy(&b, &d, 8);
  uint16_t sign = static_cast<uint16_t>(b >> 63 << 15);
  if (isnan(d)) {
    uint16_t m = static_cast<uint16_t>(b >> 42 & 1023);
    *out = static_cast<uint16_t>(sign | 0x7C00 | (m ? m : 512));
    return true;
  }
  if (isinf(d)) {
    *out = sign | 0x7C00;
    return true;
  }
  double a = fabs(d);
  int e;
  double f = frexp(a, &e);  // a = f * 2^e, f in [0.5, 1)
  if (a == 0 || e < -24) {
    *out = sign;
    return true;
  }
  if (e > 16) return false;
  // In units of the last place: normal numbers have 11 bits, those below 2^-14 fewer.
  int shift = e < -13 ? 24 : 11 - e;
  double units = ldexp(f, e + shift);
  double r = nearbyint(units);
  uint32_t bits = e < -13 ? static_cast<uint32_t>(r) : (static_cast<uint32_t>(e + 13) << 10) + static_cast<uint32_t>(r);
  if (bits >= 0x7C00) return false;
  *out = static_cast<uint16_t>(sign | bits);
  return true;
}

}  // namespace kaa
