#include "base/unicode_props.h"

namespace kaa::unicode {

namespace {

enum Mapping { kLower, kUpper, kTitle, kFold };

unsigned full_mapping(uint32_t cp, Mapping which, int32_t delta, unsigned special, uint32_t* out) {
  if (special == 0) {
    out[0] = cp + static_cast<uint32_t>(delta);
    return 1;
  }
  const uint32_t* to = kSpecialCases[special].to[which];
  unsigned n = 0;
  do {
    out[n] = to[n];
    n++;
  } while (n < kMaxCaseExpansion && to[n] != 0);
  return n;
}

template <typename T>
bool final_sigma(const T* text, size_t length, size_t index) {
  size_t i = index;
  while (i > 0 && is_case_ignorable(text[i - 1])) i--;
  if (i == 0 || !is_cased(text[i - 1])) return false;
  i = index + 1;
  while (i < length && is_case_ignorable(text[i])) i++;
  return i == length || !is_cased(text[i]);
}

}  // namespace

unsigned to_lower_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]) {
  const PropRecord& p = prop(cp);
  return full_mapping(cp, kLower, p.lower, p.special, out);
}

unsigned to_upper_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]) {
  const PropRecord& p = prop(cp);
  return full_mapping(cp, kUpper, p.upper, p.special, out);
}

unsigned to_title_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]) {
  const PropRecord& p = prop(cp);
  return full_mapping(cp, kTitle, p.title, p.special, out);
}

unsigned to_fold_full(uint32_t cp, uint32_t out[kMaxCaseExpansion]) {
  const PropRecord& p = prop(cp);
  return full_mapping(cp, kFold, p.fold, p.special, out);
}

bool is_final_sigma(const uint16_t* text, size_t length, size_t index) { return final_sigma(text, length, index); }
bool is_final_sigma(const uint32_t* text, size_t length, size_t index) { return final_sigma(text, length, index); }

}  // namespace kaa::unicode
