// Big integers: powers, plain and modular.
#include "base/bigint.h"

#include <utility>

#include "base/gmp_guard.h"

namespace kaa {

namespace {

using uint128 = unsigned __int128;

bool is_one(BigView a) { return a.length() == 1 && a.limbs[0] == 1; }

BigStatus set_small(mp_limb_t* out, int64_t* size, int64_t value) {
  SmallBig small(value);
  out[0] = small.limb;
  *size = small.size;
  return BigStatus::kOk;
}

}  // namespace

int64_t big_pow_size(BigView a, BigView e) {
  if (a.size == 0 || e.size == 0 || is_one(a)) return 1;
  if (e.size > 1) return -1;
  uint128 bits = static_cast<uint128>(big_bit_length(a)) * e.limbs[0];
  uint128 limbs = bits / 64 + 3;
  return limbs > static_cast<uint128>(kMaxLimbs) ? -1 : static_cast<int64_t>(limbs);
}

BigStatus big_pow(mp_limb_t* out, int64_t* size, BigView a, BigView e, Poll poll) {
  if (e.size < 0) return BigStatus::kNegative;
  if (e.size == 0) return set_small(out, size, 1);
  if (a.size == 0) return set_small(out, size, 0);
  bool negative = a.size < 0 && e.is_odd();
  if (is_one(a)) return set_small(out, size, negative ? -1 : 1);
  int64_t bound = big_pow_size(a, e);
  if (bound < 0) return BigStatus::kTooLarge;
  uint64_t exponent = e.limbs[0];
  if (exponent == 2) return big_mul(out, size, a, a, poll);
  if (bound == 3 && static_cast<uint128>(big_bit_length(a)) * exponent <= 64) {
    // In one machine word, where the exponent is at most 32.
    mp_limb_t value = 1, square = a.limbs[0];
    for (uint64_t left = exponent; left != 0; left >>= 1, square *= square)
      if (left & 1) value *= square;
    out[0] = value;
    *size = negative ? -1 : 1;
    return BigStatus::kOk;
  }

  // a == odd * 2**twos: the power of two is one shift at the end, so that 10**n is 5**n shifted.
  uint64_t twos = static_cast<uint64_t>(big_trailing_zeros(a));
  BigBuf odd, x, y;
  if (!odd.reserve(a.length() + 1)) return BigStatus::kNoMemory;
  odd.size = big_shift_right(odd.data(), a.magnitude(), twos);
  if (is_one(odd)) {
    x.assign_int64(1);
  } else {
    uint128 odd_bits = static_cast<uint128>(big_bit_length(odd)) * exponent;
    int64_t room = static_cast<int64_t>(odd_bits / 64) + 3;
    if (!x.reserve(room) || !y.reserve(room) || !x.assign(odd)) return BigStatus::kNoMemory;
    for (int bit = 62 - __builtin_clzll(exponent); bit >= 0; --bit) {
      if (!poll()) return BigStatus::kInterrupted;
      BigStatus status = big_mul(y.data(), &y.size, x, x, poll);
      if (status != BigStatus::kOk) return status;
      std::swap(x, y);
      if (exponent >> bit & 1) {
        status = big_mul(y.data(), &y.size, x, odd, poll);
        if (status != BigStatus::kOk) return status;
        std::swap(x, y);
      }
    }
  }
  int64_t n = big_shift_left(out, x, twos * exponent);
  *size = negative ? -n : n;
  return BigStatus::kOk;
}

// ---- modular -------------------------------------------------------------------------------------------------------

namespace {

// result = base ** e mod m for e > 0, m > 1. One GMP call cannot be interrupted, and GMP's own is the fastest: work
// that would take long is cut at limbs of the exponent, r = r ** (2 ** k) * base ** (the next k bits). That is twice
// the work, so only what takes seconds anyway is cut. lift and factor are scratch.
BigStatus power_modulo(mpz_ptr result, mpz_ptr lift, mpz_ptr factor, mpz_srcptr base, BigView e, mpz_srcptr m,
                       Poll poll) {
  mpz_t part;
  int64_t n = static_cast<int64_t>(mpz_size(m)), en = e.length();
  uint128 work_per_limb = static_cast<uint128>(n) * static_cast<uint128>(n) * 64;
  if (work_per_limb * static_cast<uint128>(en) < static_cast<uint128>(1) << 33) {
    mpz_powm(result, base, mpz_roinit_n(part, e.limbs, en), m);
    return BigStatus::kOk;
  }
  int64_t step = static_cast<int64_t>((static_cast<uint128>(1) << 31) / work_per_limb);
  if (step < 1) step = 1;
  mpz_set_ui(lift, 1);
  mpz_mul_2exp(lift, lift, static_cast<mp_bitcnt_t>(step) * 64);
  mpz_set_ui(result, 1);
  // The top piece is the short one, so that all others are `step` limbs.
  int64_t take = en % step == 0 ? step : en % step;
  for (int64_t at = en - take;; at -= step, take = step) {
    if (!poll()) return BigStatus::kInterrupted;
    if (at + take != en) mpz_powm(result, result, lift, m);
    int64_t used = big_normalise(e.limbs + at, take);
    if (used) {
      mpz_powm(factor, base, mpz_roinit_n(part, e.limbs + at, used), m);
      mpz_mul(result, result, factor);
      mpz_tdiv_r(result, result, m);
    }
    if (at == 0) break;
  }
  return BigStatus::kOk;
}

}  // namespace

BigStatus big_pow_mod(mp_limb_t* out, int64_t* size, BigView a, BigView e, BigView m, Poll poll) {
  if (m.size == 0) return BigStatus::kDivideByZero;
  if (is_one(m)) return set_small(out, size, 0);
  int64_t n = m.length();
  BigStatus status = BigStatus::kOk;
  // No destructors in here: a failed allocation leaves by longjmp, and gives back what the mpz have.
  bool done = gmp_guarded([&] {
    mpz_t a_view, m_view, result, inverse, lift, factor;
    mpz_inits(result, inverse, lift, factor, nullptr);
    mpz_srcptr base = mpz_roinit_n(a_view, a.limbs, a.size);
    mpz_srcptr modulus = mpz_roinit_n(m_view, m.limbs, n);
    if (e.size < 0) {
      if (mpz_invert(inverse, base, modulus) == 0) status = BigStatus::kNotInvertible;
      base = inverse;
    }
    if (status == BigStatus::kOk) {
      if (e.size == 0)
        mpz_set_ui(result, 1);
      else
        status = power_modulo(result, lift, factor, base, e.magnitude(), modulus, poll);
    }
    if (status == BigStatus::kOk) {
      int64_t rn = static_cast<int64_t>(mpz_size(result));
      if (rn == 0) {
        *size = 0;
      } else if (m.size > 0) {
        mpn_copyi(out, mpz_limbs_read(result), rn);
        *size = rn;
      } else {
        // A negative modulus: the result is in (m, 0].
        mpn_sub(out, m.limbs, n, mpz_limbs_read(result), rn);
        *size = -big_normalise(out, n);
      }
    }
    mpz_clears(result, inverse, lift, factor, nullptr);
  });
  return done ? status : BigStatus::kNoMemory;
}

}  // namespace kaa
