// Unicode 16.0 character properties and case mappings, as the str methods ask for them. Code points must be below
// 0x110000. Every question is two loads from a two-stage table and one from a record; the tables are generated
// (tools/unicode/generate.py) and agree with CPython 3.14 for every code point.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/generated/unicode_tables.h"

namespace kaa::unicode {

inline const PropRecord& prop(uint32_t cp) {
  unsigned block = kPropStage1[cp >> kPropShift];
  return kPropRecords[kPropStage2[(block << kPropShift) + (cp & ((1u << kPropShift) - 1))]];
}
inline bool has_prop(uint32_t cp, uint32_t flags) { return (prop(cp).flags & flags) != 0; }

inline bool is_alpha(uint32_t cp) { return has_prop(cp, kFlagAlpha); }  // categories L*
inline bool is_decimal(uint32_t cp) { return has_prop(cp, kFlagDecimal); }
inline bool is_digit(uint32_t cp) { return has_prop(cp, kFlagDigit); }      // also superscripts and the like
inline bool is_numeric(uint32_t cp) { return has_prop(cp, kFlagNumeric); }  // also fractions, Roman, Han numbers
inline bool is_alnum(uint32_t cp) { return has_prop(cp, kFlagAlpha | kFlagDecimal | kFlagDigit | kFlagNumeric); }
inline bool is_lower(uint32_t cp) { return has_prop(cp, kFlagLower); }
inline bool is_upper(uint32_t cp) { return has_prop(cp, kFlagUpper); }
inline bool is_title(uint32_t cp) { return has_prop(cp, kFlagTitle); }  // category Lt
inline bool is_space(uint32_t cp) { return has_prop(cp, kFlagSpace); }  // what str.split and strip take as space
inline bool is_linebreak(uint32_t cp) { return has_prop(cp, kFlagLinebreak); }  // what str.splitlines breaks at
// False for the categories C* and Z*, except the space itself.
inline bool is_printable(uint32_t cp) { return has_prop(cp, kFlagPrintable); }
// The underscore is no XID start; identifiers allow it besides.
inline bool is_xid_start(uint32_t cp) { return has_prop(cp, kFlagXidStart); }
inline bool is_xid_continue(uint32_t cp) { return has_prop(cp, kFlagXidContinue); }
inline bool is_cased(uint32_t cp) { return has_prop(cp, kFlagCased); }
inline bool is_case_ignorable(uint32_t cp) { return has_prop(cp, kFlagCaseIgnorable); }

// The value, or -1 (to_decimal, to_digit); to_numeric must only be asked where is_numeric.
inline int to_decimal(uint32_t cp) {
  uint8_t value = prop(cp).decimal;
  return value == 255 ? -1 : value;
}
inline int to_digit(uint32_t cp) {
  uint8_t value = prop(cp).digit;
  return value == 255 ? -1 : value;
}
inline double to_numeric(uint32_t cp) { return kNumericValues[prop(cp).numeric]; }

// Simple mappings: one code point to one.
inline uint32_t to_lower(uint32_t cp) { return cp + static_cast<uint32_t>(prop(cp).lower); }
inline uint32_t to_upper(uint32_t cp) { return cp + static_cast<uint32_t>(prop(cp).upper); }
inline uint32_t to_title(uint32_t cp) { return cp + static_cast<uint32_t>(prop(cp).title); }
inline uint32_t to_fold(uint32_t cp) { return cp + static_cast<uint32_t>(prop(cp).fold); }

// Full mappings: one code point to one, two or three, whose number is returned. The lower case of U+03A3 also depends
// on its surroundings: see is_final_sigma.
constexpr unsigned kMaxCaseExpansion = 3;
unsigned to_lower_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]);
unsigned to_upper_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]);
unsigned to_title_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]);
unsigned to_fold_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]);

// Whether the capital sigma U+03A3 at text[index] is the last letter of a word, so that its lower case is U+03C2 rather
// than U+03C3 (condition Final_Sigma of SpecialCasing): cased letters before it and none after it, case-ignorable ones
// aside.
bool is_final_sigma(const uint16_t* text, size_t length, size_t index);
bool is_final_sigma(const uint32_t* text, size_t length, size_t index);

}  // namespace kaa::unicode
