// Character classes and case mappings that need no Unicode tables: ASCII, and the C locale's eight-bit characters.
#pragma once

#include <ctype.h>

#include <cstdint>

namespace kaa::sre {

inline bool ascii_is_digit(uint32_t ch) { return ch - '0' < 10; }
inline bool ascii_is_space(uint32_t ch) { return ch == ' ' || ch - '\t' < 5; }
inline bool ascii_is_word(uint32_t ch) { return (ch | 0x20) - 'a' < 26 || ch - '0' < 10 || ch == '_'; }
inline uint32_t ascii_lower(uint32_t ch) { return ch - 'A' < 26 ? ch + 32 : ch; }

inline bool locale_is_word(uint32_t ch) { return ch < 256 && (isalnum(static_cast<int>(ch)) || ch == '_'); }
inline uint32_t locale_lower(uint32_t ch) {
  return ch < 256 ? static_cast<uint32_t>(tolower(static_cast<int>(ch))) : ch;
}
inline uint32_t locale_upper(uint32_t ch) {
  return ch < 256 ? static_cast<uint32_t>(toupper(static_cast<int>(ch))) : ch;
}
// Whether `ch` equals the pattern's character but for case, by the locale.
inline bool locale_same(uint32_t literal, uint32_t ch) {
  return ch == literal || locale_lower(ch) == literal || locale_upper(ch) == literal;
}

}  // namespace kaa::sre
