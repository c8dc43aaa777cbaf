// Doubles to text, and their exact values: see float_text.h. Reading is in float_parse.cpp.
#include "base/float_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "base/bigint.h"

namespace kaa {

namespace {

// No finite double has more than 1074 decimals or 767 significant digits: past that there are only zeros, which are
// appended by hand.
constexpr int64_t kMaxPrecision = 1100;
// 309 digits before the point, the point, the decimals, sign and exponent.
constexpr int64_t kBufferSize = 309 + 1 + kMaxPrecision + 16;

// Decimal digits d1 d2 d3 ... of a finite magnitude, which is 0.d1d2d3... * 10**point.
struct Decimal {
  char digits[kMaxPrecision + 2];
  int64_t count = 0;
  int64_t point = 0;
};

// From the scientific form that to_chars writes: d[.ddd]e[+-]xx.
void read_scientific(const char* text, const char* end, Decimal* out) {
  const char* at = text;
  for (; at < end && *at != 'e'; ++at)
    if (*at != '.') out->digits[out->count++] = *at;
  int exponent = 0;
  if (at < end) {
    ++at;
    if (*at == '+') ++at;
    std::from_chars(at, end, exponent);
  }
  out->point = exponent + 1;
}

void shortest_digits(double magnitude, Decimal* out) {
  char buffer[64];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific);
  read_scientific(buffer, result.ptr, out);
}

// `count` significant digits, correctly rounded.
void significant_digits(double magnitude, int64_t count, Decimal* out) {
  char buffer[kBufferSize];
  int64_t wanted = count - 1 < kMaxPrecision ? count - 1 : kMaxPrecision;
  auto result =
      std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific, static_cast<int>(wanted));
  read_scientific(buffer, result.ptr, out);
}

char* write_exponent(char* at, int64_t exponent, char letter) {
  *at++ = letter;
  *at++ = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  if (exponent < 10) *at++ = '0';
  return std::to_chars(at, at + 8, exponent).ptr;
}

}  // namespace

int64_t double_repr(char* out, double d) {
  char* at = out;
  if (std::isnan(d)) {
    std::memcpy(at, "nan", 3);
    return 3;
  }
  if (std::signbit(d)) *at++ = '-';
  if (std::isinf(d)) {
    std::memcpy(at, "inf", 3);
    return at + 3 - out;
  }
  Decimal decimal;
  shortest_digits(std::fabs(d), &decimal);
  int64_t n = decimal.count, point = decimal.point;
  const char* digits = decimal.digits;
  if (point <= -4 || point > 16) {
    *at++ = digits[0];
    if (n > 1) {
      *at++ = '.';
      std::memcpy(at, digits + 1, static_cast<size_t>(n - 1));
      at += n - 1;
    }
    return write_exponent(at, point - 1, 'e') - out;
  }
  if (point <= 0) {
    *at++ = '0';
    *at++ = '.';
    for (int64_t i = point; i < 0; ++i) *at++ = '0';
    std::memcpy(at, digits, static_cast<size_t>(n));
    return at + n - out;
  }
  for (int64_t i = 0; i < point; ++i) *at++ = i < n ? digits[i] : '0';
  *at++ = '.';
  if (n <= point) *at++ = '0';
  for (int64_t i = point; i < n; ++i) *at++ = digits[i];
  return at - out;
}

// d >= 0 with a fixed number of places, by integers: d is m * 2**e, and m * 10**places / 2**-e is rounded, half to even.
// False when that has too many bits.
static bool append_fixed(std::string* out, double d, int64_t places) {
  static constexpr uint64_t kPowers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
  if (places >= static_cast<int64_t>(std::size(kPowers)) || d * static_cast<double>(kPowers[places]) >= 1e18)
    return false;
  uint64_t bits = std::bit_cast<uint64_t>(d), m = bits & ((uint64_t{1} << 52) - 1), number;
  int exponent = static_cast<int>(bits >> 52);
  if (exponent) m |= uint64_t{1} << 52; else exponent = 1;
  int shift = 1075 - exponent;
  auto scaled = static_cast<unsigned __int128>(m) * kPowers[places];
  if (shift <= 0) {
    number = static_cast<uint64_t>(scaled << -shift);
  } else if (shift > 100) {  // scaled has at most 53 + 30 bits
    number = 0;
  } else {
    unsigned __int128 one = 1, rest = scaled & ((one << shift) - 1), half = one << (shift - 1);
    number = static_cast<uint64_t>(scaled >> shift);
    number += rest > half || (rest == half && (number & 1));
  }
  char buffer[32], *end = buffer + sizeof buffer, *at = end;
  for (int64_t i = 0; i < places; i++, number /= 10) *--at = static_cast<char>('0' + number % 10);
  if (places) *--at = '.';
  do *--at = static_cast<char>('0' + number % 10); while (number /= 10);
  out->append(at, static_cast<size_t>(end - at));
  return true;
}

bool append_double(std::string* out, double d, char code, int64_t precision, unsigned flags) {
  bool upper = code == 'E' || code == 'F' || code == 'G';
  char kind = upper ? static_cast<char>(code + ('a' - 'A')) : code;
  if (!std::isfinite(d)) {
    if (!std::isnan(d) && std::signbit(d))
      out->push_back('-');
    else if (flags & kAlwaysSign)
      out->push_back('+');
    out->append(std::isnan(d) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf"), 3);
    return true;
  }
  if (precision > 1 << 20) {
    // The string would end the process when there is no memory: ask beforehand.
    void* volatile trial = std::malloc(static_cast<size_t>(precision) + out->size() + 512);
    if (trial == nullptr) return false;
    std::free(trial);
    out->reserve(out->size() + static_cast<size_t>(precision) + 512);
  }
  double magnitude = std::fabs(d);
  bool alternate = flags & kAlternateForm;

  // The sign waits until the digits are known, for kNoNegativeZero.
  size_t start = out->size();
  if (kind == 'f') {
    if (!append_fixed(out, magnitude, precision)) {
      char buffer[kBufferSize];
      int64_t shown = precision < kMaxPrecision ? precision : kMaxPrecision;
      auto result =
          std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::fixed, static_cast<int>(shown));
      out->append(buffer, static_cast<size_t>(result.ptr - buffer));
      out->append(static_cast<size_t>(precision - shown), '0');
    }
    if (precision == 0) {
      if (flags & kAddDotZero)
        out->append(".0");
      else if (alternate)
        out->push_back('.');
    }
  } else {
    Decimal decimal;
    int64_t wanted = kind == 'e' ? precision + 1 : kind == 'r' ? 0 : (precision == 0 ? 1 : precision);
    if (kind == 'r')
      shortest_digits(magnitude, &decimal);
    else
      significant_digits(magnitude, wanted, &decimal);
    int64_t n = decimal.count, point = decimal.point;
    bool exponent = kind == 'e';
    int64_t zeros = 0;  // digits past those computed
    if (kind == 'e') {
      zeros = wanted - n;
    } else if (kind == 'r') {
      exponent = point <= -4 || point > 16;
    } else {
      exponent = point <= -4 || point > wanted - ((flags & kAddDotZero) ? 1 : 0);
      if (alternate) {
        zeros = wanted - n;
      } else {
        while (n > 1 && decimal.digits[n - 1] == '0') --n;
      }
    }
    const char* digits = decimal.digits;
    int64_t whole = exponent ? 1 : point;  // digits before the point
    bool has_point;
    if (whole <= 0) {
      out->append("0.");
      out->append(static_cast<size_t>(-whole), '0');
      out->append(digits, static_cast<size_t>(n));
      out->append(static_cast<size_t>(zeros), '0');
      has_point = true;
    } else {
      int64_t first = n < whole ? n : whole;
      out->append(digits, static_cast<size_t>(first));
      int64_t fill = whole - first;
      out->append(static_cast<size_t>(fill), '0');
      if (zeros > 0) zeros -= fill < zeros ? fill : zeros;
      has_point = n > whole || zeros > 0;
      if (has_point) {
        out->push_back('.');
        if (n > whole) out->append(digits + whole, static_cast<size_t>(n - whole));
        out->append(static_cast<size_t>(zeros), '0');
      }
    }
    if (!has_point) {
      if ((flags & kAddDotZero) && !exponent)
        out->append(".0");
      else if (alternate)
        out->push_back('.');
    }
    if (exponent) {
      char buffer[16];
      char* end = write_exponent(buffer, point - 1, upper ? 'E' : 'e');
      out->append(buffer, static_cast<size_t>(end - buffer));
    }
  }
  bool negative = std::signbit(d);
  if (negative && (flags & kNoNegativeZero)) {
    negative = false;
    for (size_t i = start; i < out->size() && (*out)[i] != 'e' && (*out)[i] != 'E'; ++i)
      negative |= (*out)[i] >= '1' && (*out)[i] <= '9';
  }
  if (negative)
    out->insert(start, 1, '-');
  else if (flags & kAlwaysSign)
    out->insert(start, 1, '+');
  return true;
}

int64_t double_to_hex(char* out, double d) {
  if (!std::isfinite(d)) return double_repr(out, d);
  constexpr char kHex[] = "0123456789abcdef";
  char* at = out;
  if (std::signbit(d)) *at++ = '-';
  uint64_t bits;
  std::memcpy(&bits, &d, sizeof bits);
  uint64_t mantissa = bits & ((uint64_t{1} << 52) - 1);
  int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  *at++ = '0';
  *at++ = 'x';
  *at++ = exponent == 0 ? '0' : '1';
  *at++ = '.';
  if (exponent == 0 && mantissa == 0) {
    *at++ = '0';
  } else {
    for (int shift = 48; shift >= 0; shift -= 4) *at++ = kHex[mantissa >> shift & 15];
    exponent = exponent == 0 ? -1022 : exponent - 1023;
  }
  *at++ = 'p';
  *at++ = exponent < 0 ? '-' : '+';
  return std::to_chars(at, at + 8, exponent < 0 ? -exponent : exponent).ptr - out;
}

// ---- exact value ---------------------------------------------------------------------------------------------------

bool double_ratio(double d, BigBuf* numerator, BigBuf* denominator) {
  denominator->assign_int64(1);
  if (d == 0) {
    numerator->assign_int64(0);
    return true;
  }
  int exponent;
  double fraction = std::frexp(d, &exponent);
  int64_t mantissa = static_cast<int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  int twos = __builtin_ctzll(static_cast<uint64_t>(mantissa));
  mantissa >>= twos;  // exact: those bits are zero
  exponent += twos;
  SmallBig odd(mantissa), one(1);
  if (exponent >= 0) {
    if (!numerator->reserve(big_shift_left_size(odd, static_cast<uint64_t>(exponent)))) return false;
    numerator->size = big_shift_left(numerator->data(), odd, static_cast<uint64_t>(exponent));
  } else {
    numerator->assign_int64(mantissa);
    if (!denominator->reserve(big_shift_left_size(one, static_cast<uint64_t>(-exponent)))) return false;
    denominator->size = big_shift_left(denominator->data(), one, static_cast<uint64_t>(-exponent));
  }
  return true;
}

bool round_double(double d, int64_t digits, double* out) {
  // Beyond these every double is its own rounding, or rounds to zero: 2**-1074 has its last bit that changes a decimal
  // (323 digits), 2**1024 has 309 digits.
  constexpr int64_t kMostDigits = 323, kFewestDigits = -308;
  if (!std::isfinite(d) || d == 0 || digits > kMostDigits) {
    *out = d;
    return true;
  }
  double zero = std::copysign(0.0, d);
  if (digits < kFewestDigits) {
    *out = zero;
    return true;
  }
  double magnitude = std::fabs(d);
  char buffer[kBufferSize];
  char* end;
  if (digits >= 0) {
    end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::fixed, static_cast<int>(digits))
              .ptr;
  } else {
    Decimal exact;
    significant_digits(magnitude, 768, &exact);
    int64_t keep = exact.point + digits;  // digits left of where the rounding is
    if (keep < 0) {
      *out = zero;
      return true;
    }
    if (keep == 0) {
      // Between zero and one unit of that place: above a half is one, the half itself is even as zero.
      bool above = exact.digits[0] > '5';
      if (exact.digits[0] == '5')
        for (int64_t i = 1; i < exact.count && !above; ++i) above = exact.digits[i] != '0';
      if (!above) {
        *out = zero;
        return true;
      }
      buffer[0] = '1';
      end = write_exponent(buffer + 1, -digits, 'e');
    } else {
      end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific,
                          static_cast<int>(keep - 1))
                .ptr;
    }
  }
  double rounded;
  if (read_double(buffer, end, &rounded) != end || std::isinf(rounded)) return false;
  *out = std::copysign(rounded, d);
  return true;
}

}  // namespace kaa
