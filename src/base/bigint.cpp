// Big integers: storage, comparison, the four operations, gcd, square root. See bigint.h for the model.
#include "base/bigint.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/gmp_guard.h"

namespace kaa {

namespace {

using uint128 = unsigned __int128;
using int128 = __int128;

// A longer factor than this is taken in pieces, with a poll between them.
constexpr int64_t kMulPieceLimbs = int64_t{1} << 21;

inline int128 signed_value(BigView a) {
  if (a.size == 0) return 0;
  return a.size < 0 ? -static_cast<int128>(a.limbs[0]) : static_cast<int128>(a.limbs[0]);
}

// Writes two limbs.
inline int64_t store_int128(mp_limb_t* out, int128 v) {
  bool negative = v < 0;
  uint128 m = negative ? -static_cast<uint128>(v) : static_cast<uint128>(v);
  out[0] = static_cast<mp_limb_t>(m);
  out[1] = static_cast<mp_limb_t>(m >> 64);
  int64_t n = out[1] ? 2 : (out[0] != 0);
  return negative ? -n : n;
}

inline uint128 load_two(BigView a) {
  int64_t n = a.length();
  mp_limb_t low = n > 0 ? a.limbs[0] : 0, high = n > 1 ? a.limbs[1] : 0;
  return static_cast<uint128>(high) << 64 | low;
}

inline bool at_most(BigView a, int64_t limbs) {
  return static_cast<uint64_t>(a.size + limbs) <= static_cast<uint64_t>(2 * limbs);
}

// a + b where both have two limbs at most.
inline int64_t add_two(mp_limb_t* out, BigView a, BigView b) {
  uint128 x = load_two(a), y = load_two(b), sum;
  bool negative = a.size < 0;
  bool carry = false;
  if ((a.size ^ b.size) >= 0) {
    carry = __builtin_add_overflow(x, y, &sum);
  } else if (__builtin_sub_overflow(x, y, &sum)) {
    sum = -sum;
    negative = !negative;
  }
  out[0] = static_cast<mp_limb_t>(sum);
  out[1] = static_cast<mp_limb_t>(sum >> 64);
  int64_t n = out[1] ? 2 : (out[0] != 0);
  if (carry) {
    out[2] = 1;  // only where an operand has two limbs, so that there is room
    n = 3;
  }
  return negative ? -n : n;
}

// |a| + |b|
int64_t add_magnitudes(mp_limb_t* out, const mp_limb_t* a, int64_t an, const mp_limb_t* b, int64_t bn) {
  if (an < bn) {
    std::swap(a, b);
    std::swap(an, bn);
  }
  if (an == 0) return 0;
  mp_limb_t carry;
  if (bn == 0) {
    if (out != a) mpn_copyi(out, a, an);
    return an;
  }
  carry = mpn_add(out, a, an, b, bn);
  out[an] = carry;
  return an + static_cast<int64_t>(carry);
}

// |a| - |b|, negative when |b| is larger.
int64_t sub_magnitudes(mp_limb_t* out, const mp_limb_t* a, int64_t an, const mp_limb_t* b, int64_t bn) {
  bool flipped = an < bn;
  if (an == bn) {
    while (an > 0 && a[an - 1] == b[an - 1]) --an;
    if (an == 0) return 0;
    bn = an;
    flipped = a[an - 1] < b[an - 1];
  }
  if (flipped) {
    std::swap(a, b);
    std::swap(an, bn);
  }
  if (bn == 0) {
    if (out != a) mpn_copyi(out, a, an);
  } else {
    mpn_sub(out, a, an, b, bn);
  }
  an = big_normalise(out, an);
  return flipped ? -an : an;
}

int64_t add_signed(mp_limb_t* out, BigView a, BigView b) {
  int64_t an = a.length(), bn = b.length();
  int64_t n = (a.size ^ b.size) < 0 ? sub_magnitudes(out, a.limbs, an, b.limbs, bn)
                                    : add_magnitudes(out, a.limbs, an, b.limbs, bn);
  // n was computed as if a were not negative (with a == 0 and b < 0 that gives -|b|, as it must).
  return a.size < 0 ? -n : n;
}

}  // namespace

// ---- BigBuf --------------------------------------------------------------------------------------------------------

void BigBuf::release() {
  if (limbs_ != inline_) std::free(limbs_);
  limbs_ = inline_;
  capacity_ = kInlineLimbs;
  size = 0;
}

void BigBuf::take(BigBuf& other) {
  size = other.size;
  if (other.limbs_ == other.inline_) {
    std::memcpy(inline_, other.inline_, sizeof inline_);
  } else {
    limbs_ = other.limbs_;
    capacity_ = other.capacity_;
    other.limbs_ = other.inline_;
    other.capacity_ = kInlineLimbs;
  }
  other.size = 0;
}

BigBuf& BigBuf::operator=(BigBuf&& other) noexcept {
  if (this != &other) {
    release();
    take(other);
  }
  return *this;
}

bool BigBuf::grow(int64_t limbs) {
  if (limbs > kMaxLimbs + 8) return false;
  auto* fresh = static_cast<mp_limb_t*>(std::malloc(static_cast<size_t>(limbs) * sizeof(mp_limb_t)));
  if (fresh == nullptr) return false;
  if (limbs_ != inline_) std::free(limbs_);
  limbs_ = fresh;
  capacity_ = limbs;
  size = 0;
  return true;
}

bool BigBuf::assign(BigView value) {
  int64_t n = value.length();
  if (!reserve(n)) return false;
  if (n) std::memmove(limbs_, value.limbs, static_cast<size_t>(n) * sizeof(mp_limb_t));
  size = value.size;
  return true;
}

void BigBuf::assign_int64(int64_t value) {
  SmallBig small(value);
  limbs_[0] = small.limb;
  size = small.size;
}

void BigBuf::assign_uint64(uint64_t value) {
  limbs_[0] = value;
  size = value != 0;
}

// ---- comparison ----------------------------------------------------------------------------------------------------

int big_compare(BigView a, BigView b) {
  if (a.size != b.size) return a.size < b.size ? -1 : 1;
  for (int64_t i = a.length(); i-- > 0;) {
    if (a.limbs[i] != b.limbs[i]) {
      bool less = a.limbs[i] < b.limbs[i];
      return less != (a.size < 0) ? -1 : 1;
    }
  }
  return 0;
}

// ---- addition and multiplication -----------------------------------------------------------------------------------

int64_t big_add(mp_limb_t* out, BigView a, BigView b) {
  if (at_most(a, 1) && at_most(b, 1)) return store_int128(out, signed_value(a) + signed_value(b));
  if (at_most(a, 2) && at_most(b, 2)) return add_two(out, a, b);
  return add_signed(out, a, b);
}

int64_t big_sub(mp_limb_t* out, BigView a, BigView b) {
  if (at_most(a, 1) && at_most(b, 1)) return store_int128(out, signed_value(a) - signed_value(b));
  if (at_most(a, 2) && at_most(b, 2)) return add_two(out, a, b.negated());
  return add_signed(out, a, b.negated());
}

namespace {

// an >= bn >= 1
void multiply(mp_limb_t* out, const mp_limb_t* a, int64_t an, const mp_limb_t* b, int64_t bn) {
  if (a == b && an == bn)
    mpn_sqr(out, a, an);
  else
    mpn_mul(out, a, an, b, bn);
}

}  // namespace

BigStatus big_mul(mp_limb_t* out, int64_t* size, BigView a, BigView b, Poll poll) {
  bool negative = (a.size ^ b.size) < 0;
  int64_t an = a.length(), bn = b.length();
  if (an < bn) {
    std::swap(a, b);
    std::swap(an, bn);
  }
  if (bn <= 1) {
    if (bn == 0) {
      *size = 0;
      return BigStatus::kOk;
    }
    mp_limb_t factor = b.limbs[0];
    if (an == 1) {  // both are: the common case
      uint128 product = static_cast<uint128>(a.limbs[0]) * factor;
      out[0] = static_cast<mp_limb_t>(product);
      out[1] = static_cast<mp_limb_t>(product >> 64);
    } else {
      out[an] = mpn_mul_1(out, a.limbs, an, factor);
    }
    int64_t n = an + (out[an] != 0);
    *size = negative ? -n : n;
    return BigStatus::kOk;
  }
  int64_t n = an + bn;
  if (n > kMaxLimbs) return BigStatus::kTooLarge;
  if (an < kGuardLimbs) {
    multiply(out, a.limbs, an, b.limbs, bn);
  } else if (an <= kMulPieceLimbs || an < 2 * bn) {
    if (!gmp_guarded([&] { multiply(out, a.limbs, an, b.limbs, bn); })) return BigStatus::kNoMemory;
  } else {
    // The long factor in pieces no shorter than the other one, so that fast multiplication stays balanced.
    int64_t piece = big_max(bn, kMulPieceLimbs);
    BigBuf partial;
    if (!partial.reserve(piece + bn)) return BigStatus::kNoMemory;
    mpn_zero(out, n);
    for (int64_t at = 0; at < an; at += piece) {
      if (!poll()) return BigStatus::kInterrupted;
      int64_t take = an - at < piece ? an - at : piece;
      bool done = gmp_guarded([&] {
        if (take >= bn)
          mpn_mul(partial.data(), a.limbs + at, take, b.limbs, bn);
        else
          mpn_mul(partial.data(), b.limbs, bn, a.limbs + at, take);
      });
      if (!done) return BigStatus::kNoMemory;
      mpn_add(out + at, out + at, n - at, partial.data(), take + bn);
    }
  }
  n -= out[n - 1] == 0;
  *size = negative ? -n : n;
  return BigStatus::kOk;
}

// ---- division ------------------------------------------------------------------------------------------------------

namespace {

// Operands of one limb (a may be zero). The floored quotient cannot pass one limb: it is adjusted only where |b| >= 2.
inline void divide_short(mp_limb_t* q, int64_t* q_size, mp_limb_t* r, int64_t* r_size, BigView a, BigView b) {
  mp_limb_t x = a.size ? a.limbs[0] : 0, y = b.limbs[0];
  mp_limb_t whole = x / y, rest = x % y;
  bool differ = a.size != 0 && (a.size ^ b.size) < 0;
  if (differ && rest != 0) {
    rest = y - rest;
    ++whole;
  }
  *q = whole;
  *q_size = whole == 0 ? 0 : (differ ? -1 : 1);
  *r = rest;
  *r_size = rest == 0 ? 0 : (b.size < 0 ? -1 : 1);
}

}  // namespace

BigStatus big_divmod(mp_limb_t* q, int64_t* q_size, mp_limb_t* r, int64_t* r_size, BigView a, BigView b) {
  int64_t an = a.length(), bn = b.length();
  if (bn == 0) return BigStatus::kDivideByZero;
  if (an <= 1 && bn == 1) {
    divide_short(q, q_size, r, r_size, a, b);
    return BigStatus::kOk;
  }
  bool differ = a.size != 0 && (a.size ^ b.size) < 0;
  int64_t qn, rn;
  if (an < bn) {
    qn = 0;
    rn = an;
    if (an) mpn_copyi(r, a.limbs, an);
  } else if (bn == 1) {
    r[0] = mpn_divrem_1(q, 0, a.limbs, an, b.limbs[0]);
    rn = r[0] != 0;
    qn = big_normalise(q, an);
  } else {
    if (an < kGuardLimbs)
      mpn_tdiv_qr(q, r, 0, a.limbs, an, b.limbs, bn);
    else if (!gmp_guarded([&] { mpn_tdiv_qr(q, r, 0, a.limbs, an, b.limbs, bn); }))
      return BigStatus::kNoMemory;
    qn = big_normalise(q, an - bn + 1);
    rn = big_normalise(r, bn);
  }
  if (differ && rn != 0) {
    // Truncated to floored: one further down, and the remainder on the divisor's side.
    if (qn == 0) {
      q[0] = 1;
      qn = 1;
    } else {
      mp_limb_t carry = mpn_add_1(q, q, qn, 1);
      if (carry) q[qn++] = carry;
    }
    mpn_sub(r, b.limbs, bn, r, rn);
    rn = big_normalise(r, bn);
  }
  *q_size = differ ? -qn : qn;
  *r_size = b.size < 0 ? -rn : rn;
  return BigStatus::kOk;
}

BigStatus big_floor_div(mp_limb_t* q, int64_t* q_size, BigView a, BigView b) {
  BigBuf rest;
  if (!rest.reserve(big_remainder_size(a, b))) return BigStatus::kNoMemory;
  return big_divmod(q, q_size, rest.data(), &rest.size, a, b);
}

BigStatus big_mod(mp_limb_t* r, int64_t* r_size, BigView a, BigView b) {
  int64_t an = a.length(), bn = b.length();
  if (bn == 0) return BigStatus::kDivideByZero;
  if (bn == 1 && an > 1) {
    mp_limb_t rest = mpn_mod_1(a.limbs, an, b.limbs[0]);
    if (rest != 0 && (a.size ^ b.size) < 0) rest = b.limbs[0] - rest;
    r[0] = rest;
    *r_size = rest == 0 ? 0 : (b.size < 0 ? -1 : 1);
    return BigStatus::kOk;
  }
  BigBuf quotient;
  if (!quotient.reserve(big_quotient_size(a, b))) return BigStatus::kNoMemory;
  return big_divmod(quotient.data(), &quotient.size, r, r_size, a, b);
}

// ---- gcd, lcm, square root -----------------------------------------------------------------------------------------

BigStatus big_gcd(mp_limb_t* out, int64_t* size, BigView a, BigView b) {
  a = a.magnitude();
  b = b.magnitude();
  if (a.size < b.size) std::swap(a, b);
  if (b.size == 0) {
    if (a.size) mpn_copyi(out, a.limbs, a.size);
    *size = a.size;
    return BigStatus::kOk;
  }
  if (b.size == 1) {
    out[0] = mpn_gcd_1(a.limbs, a.size, b.limbs[0]);
    *size = 1;
    return BigStatus::kOk;
  }
  // mpn_gcd destroys its operands and wants one of them odd: strip the twos of both, put the common ones back.
  int64_t a_twos = big_trailing_zeros(a), b_twos = big_trailing_zeros(b);
  int64_t twos = a_twos < b_twos ? a_twos : b_twos;
  BigBuf x, y, g;
  if (!x.reserve(a.size + 1) || !y.reserve(b.size + 1) || !g.reserve(b.size + 1)) return BigStatus::kNoMemory;
  x.size = big_shift_right(x.data(), a, a_twos);
  y.size = big_shift_right(y.data(), b, b_twos);
  if (x.size < y.size) {
    BigBuf held = std::move(x);
    x = std::move(y);
    y = std::move(held);
    if (!g.reserve(y.size + 1)) return BigStatus::kNoMemory;
  }
  if (!gmp_guarded([&] { g.size = mpn_gcd(g.data(), x.data(), x.size, y.data(), y.size); }))
    return BigStatus::kNoMemory;
  *size = twos == 0 ? (mpn_copyi(out, g.data(), g.size), g.size) : 0;
  if (twos != 0) {
    // The result divides b, so it fits; the shift may need one limb more than that while it works.
    BigBuf wide;
    if (!wide.reserve(big_shift_left_size(g, twos))) return BigStatus::kNoMemory;
    wide.size = big_shift_left(wide.data(), g, twos);
    mpn_copyi(out, wide.data(), wide.size);
    *size = wide.size;
  }
  return BigStatus::kOk;
}

BigStatus big_lcm(mp_limb_t* out, int64_t* size, BigView a, BigView b) {
  a = a.magnitude();
  b = b.magnitude();
  if (a.size == 0 || b.size == 0) {
    *size = 0;
    return BigStatus::kOk;
  }
  BigBuf g, q;
  if (!g.reserve(big_gcd_size(a, b))) return BigStatus::kNoMemory;
  BigStatus status = big_gcd(g.data(), &g.size, a, b);
  if (status != BigStatus::kOk) return status;
  if (!q.reserve(big_quotient_size(a, g))) return BigStatus::kNoMemory;
  status = big_floor_div(q.data(), &q.size, a, g);
  if (status != BigStatus::kOk) return status;
  return big_mul(out, size, q, b);
}

BigStatus big_isqrt(mp_limb_t* out, int64_t* size, BigView a) {
  if (a.size < 0) return BigStatus::kNegative;
  if (a.size == 0) {
    *size = 0;
    return BigStatus::kOk;
  }
  if (!gmp_guarded([&] { mpn_sqrtrem(out, nullptr, a.limbs, a.size); })) return BigStatus::kNoMemory;
  *size = big_normalise(out, (a.size + 1) / 2);
  return BigStatus::kOk;
}

}  // namespace kaa
