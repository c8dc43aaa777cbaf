// Big integers: shifts and bitwise operations. Python sees a negative number in two's complement with sign bits without
// end; here it is a magnitude, so that -m is seen limb by limb as ~(m - 1), or ~m + 1.
#include "base/bigint.h"

namespace kaa {

int64_t big_bit_length(BigView a) {
  int64_t n = a.length();
  return n == 0 ? 0 : n * 64 - __builtin_clzll(a.limbs[n - 1]);
}

int64_t big_bit_count(BigView a) { return a.size == 0 ? 0 : static_cast<int64_t>(mpn_popcount(a.limbs, a.length())); }

int64_t big_trailing_zeros(BigView a) {
  int64_t i = 0;
  while (a.limbs[i] == 0) ++i;
  return i * 64 + __builtin_ctzll(a.limbs[i]);
}

// ---- shifts --------------------------------------------------------------------------------------------------------

int64_t big_shift_left_size(BigView a, uint64_t bits) {
  if (a.size == 0) return 1;
  uint64_t limbs = bits / 64;
  if (limbs > static_cast<uint64_t>(kMaxLimbs)) return -1;
  int64_t n = a.length() + static_cast<int64_t>(limbs) + 1;
  return n > kMaxLimbs ? -1 : n;
}

int64_t big_shift_left(mp_limb_t* out, BigView a, uint64_t bits) {
  int64_t n = a.length();
  if (n == 0) return 0;
  int64_t limbs = static_cast<int64_t>(bits / 64);
  unsigned count = bits % 64;
  mp_limb_t high = 0;
  if (count)
    high = mpn_lshift(out + limbs, a.limbs, n, count);
  else
    mpn_copyd(out + limbs, a.limbs, n);
  if (limbs) mpn_zero(out, limbs);
  n += limbs;
  if (high) out[n++] = high;
  return a.size < 0 ? -n : n;
}

int64_t big_shift_right_size(BigView a, uint64_t bits) {
  uint64_t n = static_cast<uint64_t>(a.length()), limbs = bits / 64;
  // One more than is left: flooring a negative number may carry into a new limb.
  return limbs >= n ? 1 : static_cast<int64_t>(n - limbs) + 1;
}

int64_t big_shift_right(mp_limb_t* out, BigView a, uint64_t bits) {
  int64_t n = a.length();
  uint64_t limbs = bits / 64;
  if (limbs >= static_cast<uint64_t>(n)) {
    if (a.size >= 0) return 0;
    out[0] = 1;
    return -1;
  }
  int64_t skip = static_cast<int64_t>(limbs);
  unsigned count = bits % 64;
  bool lost = false;
  if (a.size < 0) {
    for (int64_t i = 0; i < skip && !lost; ++i) lost = a.limbs[i] != 0;
  }
  n -= skip;
  if (count)
    lost |= mpn_rshift(out, a.limbs + skip, n, count) != 0;
  else
    mpn_copyi(out, a.limbs + skip, n);
  n = big_normalise(out, n);
  if (a.size >= 0) return n;
  if (lost) {
    if (n == 0) {
      out[0] = 1;
      n = 1;
    } else {
      mp_limb_t carry = mpn_add_1(out, out, n, 1);
      if (carry) out[n++] = carry;
    }
  }
  return -n;
}

// ---- and, or, xor, not ---------------------------------------------------------------------------------------------

namespace {

enum class BitOp { kAnd, kOr, kXor };

template <BitOp op>
inline mp_limb_t apply(mp_limb_t x, mp_limb_t y) {
  if constexpr (op == BitOp::kAnd) return x & y;
  if constexpr (op == BitOp::kOr) return x | y;
  return x ^ y;
}

// Limb i of the number in two's complement: (limb ^ mask) + carry, where mask is all ones and the first carry 1 for a
// negative number.
struct TwosReader {
  const mp_limb_t* limbs;
  int64_t n;
  mp_limb_t mask;
  mp_limb_t carry;
  explicit TwosReader(BigView a)
      : limbs(a.limbs), n(a.length()), mask(a.size < 0 ? ~mp_limb_t{0} : 0), carry(a.size < 0) {}
  mp_limb_t at(int64_t i) {
    mp_limb_t v = ((i < n ? limbs[i] : 0) ^ mask) + carry;
    carry &= v == 0;
    return v;
  }
};

template <BitOp op>
int64_t bitwise(mp_limb_t* out, BigView a, BigView b) {
  if ((a.size | b.size) >= 0) {
    // Neither is negative: the magnitudes are the numbers.
    if (a.size < b.size) {
      BigView held = a;
      a = b;
      b = held;
    }
    for (int64_t i = 0; i < b.size; ++i) out[i] = apply<op>(a.limbs[i], b.limbs[i]);
    if constexpr (op == BitOp::kAnd) return big_normalise(out, b.size);
    for (int64_t i = b.size; i < a.size; ++i) out[i] = a.limbs[i];
    return big_normalise(out, a.size);
  }
  int64_t n = big_max(a.length(), b.length());
  TwosReader x(a), y(b);
  bool negative = apply<op>(x.mask, y.mask) != 0;
  if (!negative) {
    for (int64_t i = 0; i < n; ++i) out[i] = apply<op>(x.at(i), y.at(i));
    return big_normalise(out, n);
  }
  // The result is negative: back to a magnitude, again by complement and carry. Above n there are only sign bits, whose
  // complement is zero, so that a carry left over is the top limb.
  mp_limb_t carry = 1;
  for (int64_t i = 0; i < n; ++i) {
    mp_limb_t v = ~apply<op>(x.at(i), y.at(i)) + carry;
    carry &= v == 0;
    out[i] = v;
  }
  if (carry) out[n++] = 1;
  return -big_normalise(out, n);
}

}  // namespace

int64_t big_and(mp_limb_t* out, BigView a, BigView b) { return bitwise<BitOp::kAnd>(out, a, b); }
int64_t big_or(mp_limb_t* out, BigView a, BigView b) { return bitwise<BitOp::kOr>(out, a, b); }
int64_t big_xor(mp_limb_t* out, BigView a, BigView b) { return bitwise<BitOp::kXor>(out, a, b); }

int64_t big_invert(mp_limb_t* out, BigView a) {
  // ~a == -(a + 1)
  int64_t n = a.length();
  if (a.size >= 0) {
    if (n == 0) {
      out[0] = 1;
      return -1;
    }
    out[n] = mpn_add_1(out, a.limbs, n, 1);
    return -(n + static_cast<int64_t>(out[n]));
  }
  mpn_sub_1(out, a.limbs, n, 1);
  return big_normalise(out, n);
}

}  // namespace kaa
