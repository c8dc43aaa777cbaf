// Big integers to and from machine integers, doubles and bytes; the quotient of two as a double; the hash.
#include "base/bigint.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace kaa {

namespace {

constexpr int kMantissaBits = 53;
constexpr uint64_t kHashModulus = (uint64_t{1} << 61) - 1;

// The top `want` (<= 64) bits of the magnitude, and whether any bit below them is set. Needs bit_length >= want.
uint64_t top_bits(BigView a, int64_t bit_length, int want, bool* lost) {
  int64_t skip = bit_length - want;
  int64_t limb = skip / 64;
  int shift = static_cast<int>(skip % 64);
  uint64_t v = a.limbs[limb] >> shift;
  if (shift && limb + 1 < a.length()) v |= a.limbs[limb + 1] << (64 - shift);
  if (want < 64) v &= (uint64_t{1} << want) - 1;
  bool rest = shift && (a.limbs[limb] & ((uint64_t{1} << shift) - 1)) != 0;
  for (int64_t i = 0; i < limb && !rest; ++i) rest = a.limbs[i] != 0;
  *lost = rest;
  return v;
}

}  // namespace

// ---- machine integers ----------------------------------------------------------------------------------------------

bool big_to_int64(BigView a, int64_t* out) {
  if (a.size == 0) {
    *out = 0;
    return true;
  }
  if (a.length() > 1) return false;
  uint64_t m = a.limbs[0];
  constexpr uint64_t kTop = uint64_t{1} << 63;
  if (a.size > 0 ? m >= kTop : m > kTop) return false;
  *out = static_cast<int64_t>(a.size > 0 ? m : 0 - m);
  return true;
}

bool big_to_uint64(BigView a, uint64_t* out) {
  if (a.size < 0 || a.size > 1) return false;
  *out = a.size ? a.limbs[0] : 0;
  return true;
}

// ---- doubles -------------------------------------------------------------------------------------------------------

int64_t big_from_double(mp_limb_t* out, double d) {
  double m = std::fabs(d);
  if (m < 1.0) return 0;
  int64_t n;
  if (m < 18446744073709551616.0) {
    out[0] = static_cast<uint64_t>(m);
    n = 1;
  } else {
    int exponent;
    double fraction = std::frexp(m, &exponent);
    uint64_t mantissa = static_cast<uint64_t>(std::ldexp(fraction, kMantissaBits));
    int shift = exponent - kMantissaBits;  // >= 12
    n = shift / 64;
    for (int64_t i = 0; i < n; ++i) out[i] = 0;
    int bits = shift % 64;
    out[n++] = mantissa << bits;
    uint64_t high = bits ? mantissa >> (64 - bits) : 0;
    if (high) out[n++] = high;
    n = big_normalise(out, n);
  }
  return d < 0 ? -n : n;
}

double big_frexp(BigView a, int64_t* exponent) {
  int64_t bits = big_bit_length(a);
  *exponent = bits;
  if (bits == 0) return 0.0;
  double m;
  if (bits <= kMantissaBits) {
    m = std::ldexp(static_cast<double>(a.limbs[0]), static_cast<int>(-bits));
  } else {
    // 53 bits and the one below them; half to even looks at the rest.
    bool lost;
    uint64_t top = top_bits(a, bits, kMantissaBits + 1, &lost);
    uint64_t kept = top >> 1;
    if ((top & 1) && (lost || (kept & 1))) ++kept;
    m = std::ldexp(static_cast<double>(kept), -kMantissaBits);
    if (m == 1.0) {
      m = 0.5;
      ++*exponent;
    }
  }
  return a.size < 0 ? -m : m;
}

bool big_to_double(BigView a, double* out) {
  if (a.length() <= 1) {
    double m = a.size ? static_cast<double>(a.limbs[0]) : 0.0;  // the conversion rounds half to even
    *out = a.size < 0 ? -m : m;
    return true;
  }
  int64_t exponent;
  double m = big_frexp(a, &exponent);
  if (exponent > std::numeric_limits<double>::max_exponent) return false;
  *out = std::ldexp(m, static_cast<int>(exponent));
  return true;
}

// The quotient is computed as an integer of at least 55 bits (fewer where the result is subnormal), with what was lost
// folded into a sticky bit, and rounded once.
BigStatus big_true_divide(BigView a, BigView b, double* out) {
  constexpr int64_t kMinExponent = std::numeric_limits<double>::min_exponent;  // -1021
  if (b.size == 0) return BigStatus::kDivideByZero;
  bool negative = (a.size < 0) != (b.size < 0);
  double sign = negative ? -1.0 : 1.0;
  int64_t a_bits = big_bit_length(a), b_bits = big_bit_length(b);
  if (a_bits <= kMantissaBits && b_bits <= kMantissaBits) {
    // Both are exact as doubles, so that the machine's division rounds correctly.
    double x = a.size ? static_cast<double>(a.limbs[0]) : 0.0;
    *out = sign * (x / static_cast<double>(b.limbs[0]));
    return BigStatus::kOk;
  }
  int64_t difference = a_bits - b_bits;
  if (a.size == 0 || difference < kMinExponent - kMantissaBits - 1) {
    *out = sign * 0.0;
    return BigStatus::kOk;
  }
  if (difference > std::numeric_limits<double>::max_exponent) return BigStatus::kOverflow;

  int64_t shift = big_max(difference, kMinExponent) - kMantissaBits - 2;
  BigBuf shifted, quotient, rest;
  bool inexact = false;
  a = a.magnitude();
  b = b.magnitude();
  if (shift <= 0) {
    int64_t room = big_shift_left_size(a, static_cast<uint64_t>(-shift));
    if (room < 0 || !shifted.reserve(room)) return BigStatus::kNoMemory;
    shifted.size = big_shift_left(shifted.data(), a, static_cast<uint64_t>(-shift));
  } else {
    if (!shifted.reserve(big_shift_right_size(a, static_cast<uint64_t>(shift)))) return BigStatus::kNoMemory;
    shifted.size = big_shift_right(shifted.data(), a, static_cast<uint64_t>(shift));
    inexact = big_trailing_zeros(a) < shift;
  }
  if (!quotient.reserve(big_quotient_size(shifted, b)) || !rest.reserve(big_remainder_size(shifted, b)))
    return BigStatus::kNoMemory;
  BigStatus status = big_divmod(quotient.data(), &quotient.size, rest.data(), &rest.size, shifted, b);
  if (status != BigStatus::kOk) return status;
  inexact |= rest.size != 0;

  // At most 57 bits, so one limb. Round it to what the result can hold.
  uint64_t q = quotient.size ? quotient.data()[0] : 0;
  int64_t q_bits = big_bit_length(quotient);
  int64_t extra = big_max(q_bits, kMinExponent - shift) - kMantissaBits;  // >= 2
  uint64_t unit = uint64_t{1} << extra, half = unit >> 1, low = q & (unit - 1);
  q -= low;
  if (low > half || (low == half && (inexact || (q & unit)))) q += unit;
  double m = static_cast<double>(q);
  // Rounding may have made a new bit, and with it an overflow.
  int top;
  std::frexp(m, &top);
  if (q != 0 && shift + top > std::numeric_limits<double>::max_exponent) return BigStatus::kOverflow;
  *out = sign * std::ldexp(m, static_cast<int>(shift));
  return BigStatus::kOk;
}

int big_compare_double(BigView a, double d) {
  if (std::isnan(d)) return kUnordered;
  if (std::isinf(d)) return d > 0 ? -1 : 1;
  mp_limb_t limbs[kDoubleLimbs];
  BigView whole{limbs, big_from_double(limbs, d)};
  int order = big_compare(a, whole);
  if (order != 0) return order;
  double fraction = d - std::trunc(d);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

int64_t big_hash(BigView a) {
  int64_t n = a.length();
  if (n == 0) return 0;
  // 2**64 is 8 modulo 2**61 - 1: what is above moves up by three bits, those beyond the 61st to the bottom.
  uint64_t r = 0;
  for (int64_t i = n; i--;) {
    r = (r << 3 & kHashModulus) + (r >> 58) + (a.limbs[i] & kHashModulus) + (a.limbs[i] >> 61);
    r = (r & kHashModulus) + (r >> 61);
  }
  if (r >= kHashModulus) r -= kHashModulus;
  int64_t h = static_cast<int64_t>(r);
  if (a.size < 0) h = -h;
  return h == -1 ? -2 : h;
}

// ---- bytes ---------------------------------------------------------------------------------------------------------

BigStatus big_to_bytes(BigView a, uint8_t* bytes, int64_t length, bool little_endian, bool is_signed) {
  if (a.size < 0 && !is_signed) return BigStatus::kNegative;
  int64_t n = a.length();
  int64_t need = big_bit_length(a);
  if (is_signed && a.size != 0) {
    // -2**k needs k bits and the sign, like 2**k - 1.
    if (a.size < 0 && big_trailing_zeros(a) == need - 1) --need;
    ++need;
  }
  if ((need + 7) / 8 > length) return BigStatus::kOverflow;
  mp_limb_t mask = a.size < 0 ? ~mp_limb_t{0} : 0;
  mp_limb_t carry = a.size < 0;
  for (int64_t i = 0, at = 0; at < length; ++i) {
    mp_limb_t v = ((i < n ? a.limbs[i] : 0) ^ mask) + carry;
    carry &= v == 0;
    for (int k = 0; k < 8 && at < length; ++k, ++at, v >>= 8)
      bytes[little_endian ? at : length - 1 - at] = static_cast<uint8_t>(v);
  }
  return BigStatus::kOk;
}

int64_t big_from_bytes(mp_limb_t* out, const uint8_t* bytes, int64_t length, bool little_endian, bool is_signed) {
  if (length == 0) return 0;
  bool negative = is_signed && (bytes[little_endian ? length - 1 : 0] & 0x80);
  mp_limb_t fill = negative ? ~mp_limb_t{0} : 0;
  int64_t n = 0;
  for (int64_t at = 0; at < length;) {
    mp_limb_t v = 0;
    int k = 0;
    for (; k < 8 && at < length; ++k, ++at)
      v |= static_cast<mp_limb_t>(bytes[little_endian ? at : length - 1 - at]) << (8 * k);
    if (k < 8) v |= fill << (8 * k);
    out[n++] = v;
  }
  if (!negative) return big_normalise(out, n);
  if (mpn_neg(out, out, n) == 0) return 0;
  return -big_normalise(out, n);
}

}  // namespace kaa
