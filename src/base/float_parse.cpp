// Text to doubles: decimal, hexadecimal, complex. See float_text.h.
#include "base/float_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>

namespace kaa {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Does the text continue with this (lower-case) word, in any case?
bool has_word(const char* at, const char* end, const char* word) {
  for (; *word; ++word, ++at)
    if (at >= end || lower(*at) != *word) return false;
  return true;
}

// "infinity", "inf" or "nan"; gives the end, or null.
const char* read_special(const char* at, const char* end, double* out) {
  if (has_word(at, end, "inf")) {
    *out = std::numeric_limits<double>::infinity();
    return at + (has_word(at, end, "infinity") ? 8 : 3);
  }
  if (has_word(at, end, "nan")) {
    *out = std::numeric_limits<double>::quiet_NaN();
    return at + 3;
  }
  return nullptr;
}

// A decimal number that from_chars found out of range: is it too large (or too small)? Decided by the exponent of its
// first nonzero digit.
bool is_too_large(const char* at, const char* end) {
  int64_t place = 0;  // the exponent of the next digit, once the first nonzero one is seen: that one's
  bool seen = false, after_point = false;
  for (; at < end && (is_digit(*at) || *at == '.'); ++at) {
    if (*at == '.') {
      after_point = true;
    } else if (!seen && *at != '0') {
      seen = true;
      if (after_point) --place;
    } else if (seen ? !after_point : after_point) {
      place += seen ? 1 : -1;
    }
  }
  if (at < end) {
    ++at;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) ++at;
    int64_t exponent = 0;
    for (; at < end; ++at)
      if (exponent < int64_t{1} << 58) exponent = exponent * 10 + (*at - '0');
    place += negative ? -exponent : exponent;
  }
  return place > 0;
}

// Copies the text without the underscores, each of which must stand between two digits. Null with *status set on
// failure. The copy is `local` where it fits, else malloc'ed.
char* without_underscores(const char* text, int64_t length, char* local, int64_t local_size, int64_t* new_length,
                          FloatText* status) {
  char* copy = length <= local_size ? local : static_cast<char*>(std::malloc(static_cast<size_t>(length)));
  if (copy == nullptr) {
    *status = FloatText::kNoMemory;
    return nullptr;
  }
  int64_t n = 0;
  char previous = '\0';
  bool good = true;
  for (int64_t i = 0; i < length && good; ++i) {
    char c = text[i];
    if (c == '_')
      good = is_digit(previous);
    else {
      if (previous == '_') good = is_digit(c);
      copy[n++] = c;
    }
    previous = c;
  }
  if (!good || previous == '_') {
    if (copy != local) std::free(copy);
    *status = FloatText::kInvalid;
    return nullptr;
  }
  *new_length = n;
  return copy;
}

bool has_underscore(const char* text, int64_t length) {
  for (int64_t i = 0; i < length; ++i)
    if (text[i] == '_') return true;
  return false;
}

// The grammar of complex(): one optional real part and one part with a 'j'.
FloatText complex_from_plain(const char* at, const char* end, double* real, double* imaginary) {
  auto skip_spaces = [&] {
    while (at < end && is_space(*at)) ++at;
  };
  auto take_j = [&] {
    if (at >= end || lower(*at) != 'j') return false;
    ++at;
    return true;
  };
  double x = 0, y = 0;
  skip_spaces();
  bool bracket = at < end && *at == '(';
  if (bracket) {
    ++at;
    skip_spaces();
  }
  double value;
  if (const char* stop = read_double(at, end, &value)) {
    at = stop;
    if (at < end && (*at == '+' || *at == '-')) {
      // A real part, and an imaginary one: a number with its sign, or a sign alone.
      x = value;
      if (const char* second = read_double(at, end, &y)) {
        at = second;
      } else {
        y = *at == '-' ? -1.0 : 1.0;
        ++at;
      }
      if (!take_j()) return FloatText::kInvalid;
    } else if (take_j()) {
      y = value;
    } else {
      x = value;
    }
  } else {
    // 'j' with or without a sign.
    y = 1.0;
    if (at < end && (*at == '+' || *at == '-')) y = *at++ == '-' ? -1.0 : 1.0;
    if (!take_j()) return FloatText::kInvalid;
  }
  skip_spaces();
  if (bracket) {
    if (at >= end || *at != ')') return FloatText::kInvalid;
    ++at;
    skip_spaces();
  }
  if (at != end) return FloatText::kInvalid;
  *real = x;
  *imaginary = y;
  return FloatText::kOk;
}

}  // namespace

const char* read_double(const char* text, const char* end, double* out) {
  const char* at = text;
  bool negative = false;
  if (at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  const char* start = at;
  double value;
  if (at < end && !is_digit(*at) && *at != '.') {
    const char* stop = read_special(at, end, &value);
    if (stop == nullptr) return nullptr;
    *out = negative ? -value : value;
    return stop;
  }
  int64_t digits = 0;
  for (; at < end && is_digit(*at); ++at) ++digits;
  if (at < end && *at == '.') {
    ++at;
    for (; at < end && is_digit(*at); ++at) ++digits;
  }
  if (digits == 0) return nullptr;
  if (at < end && lower(*at) == 'e') {
    const char* exponent = at + 1;
    if (exponent < end && (*exponent == '+' || *exponent == '-')) ++exponent;
    if (exponent < end && is_digit(*exponent)) {
      while (exponent < end && is_digit(*exponent)) ++exponent;
      at = exponent;
    }
  }
  auto result = std::from_chars(start, at, value);
  if (result.ec == std::errc::result_out_of_range)
    value = is_too_large(start, at) ? std::numeric_limits<double>::infinity() : 0.0;
  *out = negative ? -value : value;
  return at;
}

FloatText parse_double(const char* text, int64_t length, double* out) {
  if (!has_underscore(text, length))
    return length > 0 && read_double(text, text + length, out) == text + length ? FloatText::kOk : FloatText::kInvalid;
  char local[128];
  int64_t n = 0;
  FloatText status = FloatText::kOk;
  char* plain = without_underscores(text, length, local, sizeof local, &n, &status);
  if (plain == nullptr) return status;
  if (read_double(plain, plain + n, out) != plain + n) status = FloatText::kInvalid;
  if (plain != local) std::free(plain);
  return status;
}

FloatText parse_complex(const char* text, int64_t length, double* real, double* imaginary) {
  if (!has_underscore(text, length)) return complex_from_plain(text, text + length, real, imaginary);
  char local[256];
  int64_t n = 0;
  FloatText status = FloatText::kOk;
  char* plain = without_underscores(text, length, local, sizeof local, &n, &status);
  if (plain == nullptr) return status;
  status = complex_from_plain(plain, plain + n, real, imaginary);
  if (plain != local) std::free(plain);
  return status;
}

FloatText parse_hex_double(const char* text, int64_t length, double* out) {
  const char* at = text;
  const char* end = text + length;
  while (at < end && is_space(*at)) ++at;
  while (end > at && is_space(end[-1])) --end;
  bool negative = false;
  if (at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  double value;
  if (const char* stop = read_special(at, end, &value)) {
    if (stop != end) return FloatText::kInvalid;
    *out = negative ? -value : value;
    return FloatText::kOk;
  }
  if (has_word(at, end, "0x")) at += 2;

  // The first 60 significant bits or so exactly, the rest as a sticky bit; value == mantissa * 2**exponent.
  uint64_t mantissa = 0;
  bool sticky = false, point = false;
  int64_t exponent = 0, digits = 0;
  for (; at < end; ++at) {
    if (*at == '.') {
      if (point) return FloatText::kInvalid;
      point = true;
      continue;
    }
    char c = lower(*at);
    int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) break;
    ++digits;
    if (mantissa >> 60 == 0) {
      mantissa = mantissa << 4 | static_cast<uint64_t>(digit);
      if (point) exponent -= 4;
    } else {
      sticky |= digit != 0;
      if (!point) exponent += 4;
    }
  }
  if (digits == 0) return FloatText::kInvalid;
  if (at < end && lower(*at) == 'p') {
    ++at;
    bool negative_exponent = false;
    if (at < end && (*at == '+' || *at == '-')) negative_exponent = *at++ == '-';
    if (at >= end || !is_digit(*at)) return FloatText::kInvalid;
    int64_t written = 0;
    for (; at < end && is_digit(*at); ++at)
      if (written < int64_t{1} << 58) written = written * 10 + (*at - '0');  // more than any text's digits can balance
    exponent += negative_exponent ? -written : written;
  }
  if (at != end) return FloatText::kInvalid;
  if (mantissa == 0) {
    *out = negative ? -0.0 : 0.0;
    return FloatText::kOk;
  }
  int bits = 64 - __builtin_clzll(mantissa);
  int64_t top = exponent + bits;  // value is in [2**(top-1), 2**top)
  if (top > 1024) return FloatText::kOverflow;
  if (top < -1074) {
    *out = negative ? -0.0 : 0.0;
    return FloatText::kOk;
  }
  // The last bit that the result has, in units of the mantissa's last bit.
  int64_t last = top - 53 > -1074 ? top - 53 : -1074;
  int64_t drop = last - exponent;
  if (drop > 0) {
    uint64_t kept, low, half;
    if (drop >= 64) {
      // Everything is below the last bit; drop == 64 leaves the mantissa's top bit as the half.
      kept = 0;
      low = drop == 64 ? mantissa : 1;
      half = uint64_t{1} << 63;
    } else {
      kept = mantissa >> drop;
      low = mantissa & ((uint64_t{1} << drop) - 1);
      half = uint64_t{1} << (drop - 1);
    }
    if (low > half || (low == half && (sticky || (kept & 1)))) ++kept;
    mantissa = kept;
    exponent = last;
  }
  value = std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent));
  if (std::isinf(value)) return FloatText::kOverflow;
  *out = negative ? -value : value;
  return FloatText::kOk;
}

}  // namespace kaa
