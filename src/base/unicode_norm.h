// Normalization forms (Unicode Standard Annex 15) of texts of any length, in time linear in it: runs of combining
// characters are sorted by counting, nothing recurses. Version 3.2.0 normalizes as CPython's `ucd_3_2_0.normalize`:
// characters assigned later do not decompose, and five ideographs have their uncorrected decompositions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"
#include "base/unicode_db.h"

namespace kaa::unicode {

enum class Form : uint8_t { kNFD, kNFKD, kNFC, kNFKC };  // in the order of DbRecord::quick_check
enum class Quick : uint8_t { kYes, kMaybe, kNo };

// Whether the text is in the form (16.0), as far as single characters and their order tell.
Quick quick_check(TextView text, Form form);
// The answer itself; normalizes when the quick check cannot tell. Without memory the answer is false.
bool is_normalized(TextView text, Form form, Version version = Version::k16_0);
// Appends the normalized text. False when there is no memory.
bool normalize(TextView text, Form form, TextBuilder& out, Version version = Version::k16_0);

// What a pair of code points composes to canonically, or 0.
uint32_t compose(uint32_t first, uint32_t second);

// The same on UTF-8 (surrogates in their three-byte form are left as they are). False when the input is not valid, or
// there is no memory; `out` is replaced.
bool normalize_utf8(std::string_view in, Form form, std::string& out);
// The form in which Python compares identifiers.
bool nfkc_utf8(std::string_view in, std::string& out);

}  // namespace kaa::unicode
