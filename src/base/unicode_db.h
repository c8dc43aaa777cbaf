// The Unicode character database as the unicodedata module shows it: version 16.0, and 3.2.0 (which IDNA 2003 and
// stringprep refer to) as a list of differences. Code points must be below 0x110000.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/generated/unicode_tables.h"

namespace kaa::unicode {

enum class Version : uint8_t { k16_0, k3_2_0 };

inline const DbRecord& db_record(uint32_t cp) {
  unsigned block = kDbStage1[cp >> kDbShift];
  return kDbRecords[kDbStage2[(block << kDbShift) + (cp & ((1u << kDbShift) - 1))]];
}

// Short names as in the database: "Lu", "AL" (empty when not assigned), "Na".
const char* category(uint32_t cp, Version version = Version::k16_0);
const char* bidirectional(uint32_t cp, Version version = Version::k16_0);
const char* east_asian_width(uint32_t cp, Version version = Version::k16_0);
inline unsigned combining(uint32_t cp) { return db_record(cp).combining; }  // the canonical combining class, 0 to 254
unsigned combining(uint32_t cp, Version version);
bool mirrored(uint32_t cp, Version version = Version::k16_0);

// The value, or -1; numeric tells whether there is one.
int decimal(uint32_t cp, Version version = Version::k16_0);
int digit(uint32_t cp);
bool numeric(uint32_t cp, double* value, Version version = Version::k16_0);

// One step of decomposition: code points as UTF-16, and the tag ("<compat>", or "" for a canonical one). `length` 0:
// none. Hangul syllables have none here: theirs is arithmetic (unicode_norm.h); the text below includes them.
struct Decomposition {
  const uint16_t* utf16;
  unsigned length;  // UTF-16 units
  const char* tag;
};
Decomposition decomposition(uint32_t cp, Version version = Version::k16_0);
// As text, "<compat> 0020 0308"; writes at most kMaxDecompositionText bytes without a final zero, and returns their
// number.
constexpr size_t kMaxDecompositionText = 128;
size_t decomposition_text(uint32_t cp, char* out, Version version = Version::k16_0);

// Whether Unicode 3.2.0 had assigned the code point.
bool assigned_in_3_2_0(uint32_t cp);
// What U+2F868 and four others decomposed to in 3.2.0, before their corrections; 0 for other code points.
uint32_t old_decomposition(uint32_t cp);

// The name; writes at most kMaxName bytes and returns their number, 0 when the code point has none.
constexpr size_t kMaxName = 128;
size_t name(uint32_t cp, char* out, Version version = Version::k16_0);

// Names, aliases and named sequences, without regard to the case of ASCII letters. `length` 0: not found. An alias or a
// sequence is not for `ucd_3_2_0.lookup`, and a sequence not for \N{...}: the caller looks at `kind`.
struct Lookup {
  enum Kind : uint8_t { kNone, kName, kAlias, kSequence } kind = kNone;
  uint8_t length = 0;
  uint32_t code_points[4] = {};
};
Lookup lookup(std::string_view name);

}  // namespace kaa::unicode
