// Big integers from and to text. Short numbers are done by hand, long ones by GMP; very long ones are cut with powers
// of the base (base**(piece * 2**j)), so that a poll can come between GMP's calls, at GMP's own subquadratic cost.
#include "base/bigint.h"

#include <climits>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/gmp_guard.h"

namespace kaa {

namespace {

// mpn_set_str, guarded where GMP may allocate. False: no memory.
bool set_digits(mp_limb_t* out, int64_t* size, const unsigned char* digits, int64_t n, int base) {
  auto convert = [&] { *size = big_normalise(out, mpn_set_str(out, digits, static_cast<size_t>(n), base)); };
  if (n >= kGuardLimbs) return gmp_guarded(convert);
  convert();
  return true;
}

// Digits that one GMP call converts: some tens of milliseconds.
constexpr int64_t kPieceDigits = int64_t{1} << 18;
constexpr int kMaxLevels = 24;

bool is_power_of_two(int base) { return (base & (base - 1)) == 0; }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// log2 of the bases.
constexpr double kLog2[37] = {
    0, 0, 1, 1.5849625007211561, 2, 2.3219280948873622, 2.5849625007211561, 2.8073549220576042, 3, 3.1699250014423122,
    3.3219280948873622, 3.4594316186372973, 3.5849625007211561, 3.7004397181410922, 3.8073549220576042, 3.9068905956085187, 4,
    4.0874628412503391, 4.1699250014423122, 4.2479275134435852, 4.3219280948873626, 4.3923174227787607, 4.4594316186372973,
    4.5235619560570131, 4.5849625007211561, 4.6438561897747244, 4.7004397181410917, 4.7548875021634682, 4.8073549220576037,
    4.8579809951275719, 4.9068905956085187, 4.9541963103868749, 5, 5.0443941193584534, 5.0874628412503391, 5.1292830169449664,
    5.1699250014423122};

int64_t limbs_for_digits(int64_t digits, int base) { return static_cast<int64_t>(static_cast<double>(digits) * kLog2[base] / 64.0) + 2; }

// base ** (kPieceDigits << level), made by squaring as they are asked for.
struct PowerTower {
  int base;
  Poll poll;
  BigBuf powers[kMaxLevels];

  BigStatus get(int level, BigView* out) {
    BigBuf& p = powers[level];
    if (p.size == 0) {
      BigStatus status;
      if (level == 0) {
        SmallBig b(base), e(kPieceDigits);
        if (!p.reserve(big_pow_size(b, e))) return BigStatus::kNoMemory;
        status = big_pow(p.data(), &p.size, b, e, poll);
      } else {
        BigView half;
        status = get(level - 1, &half);
        if (status != BigStatus::kOk) return status;
        if (!p.reserve(big_mul_size(half, half))) return BigStatus::kNoMemory;
        status = big_mul(p.data(), &p.size, half, half, poll);
      }
      if (status != BigStatus::kOk) return status;
    }
    *out = p.view();
    return BigStatus::kOk;
  }
};

// The largest level whose number of digits is below `digits` (which is above kPieceDigits).
int level_below(int64_t digits) {
  int level = 0;
  while ((kPieceDigits << (level + 1)) < digits) ++level;
  return level;
}

// digits[0..n) are values, the most significant first. `out` has limbs_for_digits(n, base) limbs.
BigStatus from_digits(mp_limb_t* out, int64_t* size, const unsigned char* digits, int64_t n, PowerTower* tower) {
  while (n > 0 && *digits == 0) {
    ++digits;
    --n;
  }
  if (n == 0) {
    *size = 0;
    return BigStatus::kOk;
  }
  if (n <= kPieceDigits) {
    return set_digits(out, size, digits, n, tower->base) ? BigStatus::kOk : BigStatus::kNoMemory;
  }
  if (!tower->poll()) return BigStatus::kInterrupted;
  int level = level_below(n);
  int64_t low_digits = kPieceDigits << level;
  BigView power;
  BigStatus status = tower->get(level, &power);
  if (status != BigStatus::kOk) return status;
  BigBuf high, low, product;
  if (!high.reserve(limbs_for_digits(n - low_digits, tower->base)) ||
      !low.reserve(limbs_for_digits(low_digits, tower->base)))
    return BigStatus::kNoMemory;
  status = from_digits(high.data(), &high.size, digits, n - low_digits, tower);
  if (status != BigStatus::kOk) return status;
  status = from_digits(low.data(), &low.size, digits + (n - low_digits), low_digits, tower);
  if (status != BigStatus::kOk) return status;
  if (!product.reserve(big_mul_size(high, power) + 1)) return BigStatus::kNoMemory;
  status = big_mul(product.data(), &product.size, high, power, tower->poll);
  if (status != BigStatus::kOk) return status;
  product.size = big_add(product.data(), product, low);
  mpn_copyi(out, product.data(), product.size);
  *size = product.size;
  return BigStatus::kOk;
}

// Writes exactly `width` digit values, zeros in front; 0 <= a < base ** width. By one GMP call.
BigStatus piece_to_digits(unsigned char* out, int64_t width, BigView a, int base) {
  // GMP destroys the number and may write more digits than the width has (zeros).
  BigBuf copy;
  if (!copy.reserve(a.size + 1) || !copy.assign(a)) return BigStatus::kNoMemory;
  int64_t room = big_text_size(a, base);
  unsigned char local[512];
  auto* digits = room <= static_cast<int64_t>(sizeof local)
                     ? local
                     : static_cast<unsigned char*>(std::malloc(static_cast<size_t>(room)));
  if (digits == nullptr) return BigStatus::kNoMemory;
  int64_t n = 0;
  auto convert = [&] { n = static_cast<int64_t>(mpn_get_str(digits, base, copy.data(), a.size)); };
  bool done = true;
  if (a.size >= kGuardLimbs)
    done = gmp_guarded(convert);
  else
    convert();
  if (!done) {
    if (digits != local) std::free(digits);
    return BigStatus::kNoMemory;
  }
  int64_t skip = 0;
  while (skip < n && digits[skip] == 0) ++skip;
  std::memset(out, 0, static_cast<size_t>(width - (n - skip)));
  std::memcpy(out + (width - (n - skip)), digits + skip, static_cast<size_t>(n - skip));
  if (digits != local) std::free(digits);
  return BigStatus::kOk;
}

// The same for any length.
BigStatus to_digits(unsigned char* out, int64_t width, BigView a, PowerTower* tower) {
  if (a.size == 0) {
    std::memset(out, 0, static_cast<size_t>(width));
    return BigStatus::kOk;
  }
  if (width > kPieceDigits) {
    if (!tower->poll()) return BigStatus::kInterrupted;
    int level = level_below(width);
    int64_t low_digits = kPieceDigits << level;
    BigView power;
    BigStatus status = tower->get(level, &power);
    if (status != BigStatus::kOk) return status;
    BigBuf high, low;
    if (!high.reserve(big_quotient_size(a, power)) || !low.reserve(big_remainder_size(a, power)))
      return BigStatus::kNoMemory;
    status = big_divmod(high.data(), &high.size, low.data(), &low.size, a, power);
    if (status != BigStatus::kOk) return status;
    status = to_digits(out, width - low_digits, high, tower);
    if (status != BigStatus::kOk) return status;
    return to_digits(out + (width - low_digits), low_digits, low, tower);
  }
  return piece_to_digits(out, width, a, tower->base);
}

constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

// A magnitude of one limb, in front of `end`; gives the first char.
char* write_limb(char* end, uint64_t v, int base) {
  if (base == 10) {
    // Two at a time: division by a constant is a multiplication.
    while (v >= 100) {
      unsigned pair = static_cast<unsigned>(v % 100);
      v /= 100;
      *--end = static_cast<char>('0' + pair % 10);
      *--end = static_cast<char>('0' + pair / 10);
    }
    if (v >= 10) {
      *--end = static_cast<char>('0' + v % 10);
      v /= 10;
    }
    *--end = static_cast<char>('0' + v);
    return end;
  }
  do {
    *--end = kDigits[v % static_cast<unsigned>(base)];
    v /= static_cast<unsigned>(base);
  } while (v != 0);
  return end;
}

}  // namespace

// ---- from text -----------------------------------------------------------------------------------------------------

IntScan scan_int(const char* text, int64_t length, int base, int64_t max_digits) {
  IntScan scan;
  int64_t at = 0;
  while (at < length && is_space(text[at])) ++at;
  if (at < length && (text[at] == '+' || text[at] == '-')) scan.negative = text[at++] == '-';

  // A prefix: base 0 takes its base from it, 2, 8 and 16 allow their own.
  bool only_zero = false;  // base 0: a leading zero without a prefix letter is allowed in zero alone
  char letter = at + 1 < length && text[at] == '0' ? static_cast<char>(text[at + 1] | 0x20) : '\0';
  int prefix_base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
  if (base == 0) {
    if (prefix_base != 0) {
      base = prefix_base;
    } else {
      base = 10;
      only_zero = at < length && text[at] == '0';
    }
  }
  if (prefix_base != 0 && prefix_base == base) {
    at += 2;
    if (at < length && text[at] == '_') ++at;
  }
  scan.base = base;
  scan.first = at;

  // An underscore stands between two digits.
  uint64_t value = 0;
  bool fits = true, nonzero = false;
  char previous = '_';
  for (; at < length; ++at) {
    char c = text[at];
    if (c == '_') {
      if (previous == '_') return scan;
    } else {
      int digit = digit_value(c);
      if (digit >= base) break;
      ++scan.digits;
      nonzero |= digit != 0;
      uint64_t scaled;
      fits = fits && !__builtin_mul_overflow(value, static_cast<uint64_t>(base), &scaled) &&
             !__builtin_add_overflow(scaled, static_cast<uint64_t>(digit), &value);
    }
    previous = c;
  }
  scan.end = at;
  if (previous == '_') return scan;  // no digit at all, or an underscore at the end
  while (at < length && is_space(text[at])) ++at;
  if (at != length || (only_zero && nonzero)) return scan;
  if (!is_power_of_two(base) && max_digits > 0 && scan.digits > max_digits) {
    scan.status = IntText::kTooManyDigits;
    return scan;
  }

  scan.status = IntText::kOk;
  if (fits && value <= static_cast<uint64_t>(INT64_MAX)) {
    scan.is_small = true;
    scan.small = scan.negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  }
  scan.limbs = limbs_for_digits(scan.digits, base);
  return scan;
}

BigStatus big_from_scan(mp_limb_t* out, int64_t* size, const IntScan& scan, const char* text, Poll poll) {
  if (scan.is_small) {
    SmallBig small(scan.small);
    out[0] = small.limb;
    *size = small.size;
    return BigStatus::kOk;
  }
  if (scan.limbs > kMaxLimbs) return BigStatus::kTooLarge;
  unsigned char local[256];
  auto* digits = scan.digits <= static_cast<int64_t>(sizeof local)
                     ? local
                     : static_cast<unsigned char*>(std::malloc(static_cast<size_t>(scan.digits)));
  if (digits == nullptr) return BigStatus::kNoMemory;
  int64_t n = 0;
  for (int64_t i = scan.first; i < scan.end; ++i)
    if (text[i] != '_') digits[n++] = static_cast<unsigned char>(digit_value(text[i]));
  BigStatus status = BigStatus::kOk;
  if (n <= kPieceDigits || is_power_of_two(scan.base)) {
    if (!set_digits(out, size, digits, n, scan.base)) status = BigStatus::kNoMemory;
  } else {
    PowerTower tower{scan.base, poll, {}};
    status = from_digits(out, size, digits, n, &tower);
  }
  if (digits != local) std::free(digits);
  if (status == BigStatus::kOk && scan.negative) *size = -*size;
  return status;
}

// ---- to text -------------------------------------------------------------------------------------------------------

int64_t big_text_size(BigView a, int base) {
  // A sign, one digit more than the limbs can hold (GMP's wish), and one for the rounding of this computation.
  double digits = static_cast<double>(a.length()) * 64.0 / kLog2[base];
  return static_cast<int64_t>(digits * (1 + 1e-12)) + 5;
}

BigStatus big_to_text(char* out, int64_t* length, BigView a, int base, Poll poll) {
  int64_t n = a.length();
  char* at = out;
  if (a.size < 0) *at++ = '-';
  if (n <= 1) {
    char buffer[64];
    char* end = buffer + sizeof buffer;
    char* first = write_limb(end, n ? a.limbs[0] : 0, base);
    std::memcpy(at, first, static_cast<size_t>(end - first));
    *length = (at - out) + (end - first);
    return BigStatus::kOk;
  }
  auto* digits = reinterpret_cast<unsigned char*>(at);
  int64_t width;
  if (is_power_of_two(base)) {
    // Linear, and leaves the operand alone.
    width = static_cast<int64_t>(mpn_get_str(digits, base, const_cast<mp_limb_t*>(a.limbs), n));
  } else {
    // An upper bound of the number of digits that is at most one too large.
    width = static_cast<int64_t>(static_cast<double>(big_bit_length(a)) / kLog2[base] * (1 + 1e-12)) +
            2;
    BigStatus status;
    if (width <= kPieceDigits) {
      status = piece_to_digits(digits, width, a.magnitude(), base);
    } else {
      PowerTower tower{base, poll, {}};
      status = to_digits(digits, width, a.magnitude(), &tower);
    }
    if (status != BigStatus::kOk) return status;
  }
  int64_t skip = 0;
  while (skip < width - 1 && digits[skip] == 0) ++skip;
  for (int64_t i = skip; i < width; ++i) at[i - skip] = kDigits[digits[i]];
  *length = (at - out) + (width - skip);
  return BigStatus::kOk;
}

bool big_exceeds_digits(BigView a, int64_t max_digits) {
  if (max_digits <= 0) return false;
  int64_t bits = big_bit_length(a);
  // 2**(bits-1) <= |a| < 2**bits
  constexpr double kLog10Of2 = 0.30102999566398119521;
  double low = static_cast<double>(bits - 1) * kLog10Of2, high = static_cast<double>(bits) * kLog10Of2;
  if (high * (1 + 1e-12) < static_cast<double>(max_digits)) return false;
  if (low * (1 - 1e-12) > static_cast<double>(max_digits)) return true;
  SmallBig ten(10), e(max_digits);
  int64_t room = big_pow_size(ten, e);
  BigBuf limit;
  if (room < 0 || !limit.reserve(room)) return true;
  if (big_pow(limit.data(), &limit.size, ten, e) != BigStatus::kOk) return true;
  return big_compare(a.magnitude(), limit) >= 0;
}

}  // namespace kaa
