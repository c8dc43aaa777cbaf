#include "base/unicode_db.h"

#include <cstdlib>
#include <cstring>

#include "base/unicode_props.h"

// Names are stored as phrases (see class Names of tools/unicode/generate.py). Lookup by name needs a hash table of the
// 34,000 names; it is made when the first name is looked up (2 ms, 256 KiB), which few programs do.

namespace kaa::unicode {

namespace {

constexpr uint8_t kUnchanged = 254;

// The difference of 3.2.0 for the code point, or null.
const OldRange* old_range(uint32_t cp) {
  size_t low = 0, high = kOldRangeCount;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (cp > kOldRanges[middle].last) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < kOldRangeCount && kOldRanges[low].first <= cp ? &kOldRanges[low] : nullptr;
}

// The entry of 3.2.0, where it differs.
const OldRange* old_of(uint32_t cp, Version version) { return version == Version::k3_2_0 ? old_range(cp) : nullptr; }

constexpr uint32_t kHangulBase = 0xAC00, kHangulCount = 11172, kVowels = 21, kTails = 28;
constexpr std::string_view kHangulPrefix = "HANGUL SYLLABLE ";

inline uint8_t stream_byte(size_t i) { return static_cast<uint8_t>(kNameStream[i >> 3] >> ((i & 7) * 8)); }

inline char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// Appends the name that begins at stream[at]; returns the position behind its end mark.
size_t read_name(size_t at, char* out, size_t* length) {
  size_t n = 0;
  bool joined = true;  // no space before the next phrase
  for (uint8_t byte; (byte = stream_byte(at++)) != 0;) {
    unsigned phrase = byte <= kOneBytePhrases
                          ? byte - 1u
                          : kOneBytePhrases + ((byte - kOneBytePhrases - 1u) << 8 | stream_byte(at++));
    const char* text = kPhraseText + kPhraseOffsets[phrase];
    size_t size = static_cast<size_t>(kPhraseOffsets[phrase + 1] - kPhraseOffsets[phrase]);
    if (!joined) out[n++] = ' ';
    memcpy(out + n, text, size);
    n += size;
    joined = size != 0 && text[size - 1] == '-';
  }
  *length = n;
  return at;
}

size_t skip_name(size_t at) {
  for (uint8_t byte; (byte = stream_byte(at++)) != 0;) at += byte > kOneBytePhrases;
  return at;
}

// Where each fourth name of a block begins, so that few must be passed to reach one: 40 KB, made when they are first wanted. Null when there is no
// memory.
constexpr size_t kStride = 4, kStridesInBlock = 64 / kStride;
const uint32_t* make_strides() {
  auto* starts = static_cast<uint32_t*>(malloc(kNameBlockCount * kStridesInBlock * sizeof(uint32_t)));
  if (!starts) return nullptr;
  for (size_t b = 0; b < kNameBlockCount; b++) {
    size_t at = kNameStarts[b];
    for (size_t i = 0; i < 64; i++) {
      if (i % kStride == 0) starts[b * kStridesInBlock + i / kStride] = static_cast<uint32_t>(at);
      at = skip_name(at);
    }
  }
  return starts;
}

size_t stream_name(uint32_t cp, char* out) {
  static const uint32_t* const strides = make_strides();
  uint32_t block = cp >> 6;
  size_t low = 0, high = kNameBlockCount;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (kNameBlocks[middle] < block) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == kNameBlockCount || kNameBlocks[low] != block) return 0;
  size_t at = kNameStarts[low], length;
  uint32_t left = cp & 63;
  if (strides) {
    at = strides[low * kStridesInBlock + left / kStride];
    left %= kStride;
  }
  for (; left > 0; left--) at = skip_name(at);
  read_name(at, out, &length);
  return length;
}

size_t put_hex(uint32_t cp, char* out) {
  int digits = cp > 0xFFFFF ? 6 : cp > 0xFFFF ? 5 : 4;
  for (int i = digits - 1; i >= 0; i--) *out++ = "0123456789ABCDEF"[cp >> (4 * i) & 15];
  return static_cast<size_t>(digits);
}

size_t rule_name(const NameRule& rule, uint32_t cp, char* out) {
  size_t n = strlen(rule.prefix);
  memcpy(out, rule.prefix, n);
  return n + put_hex(cp, out + n);
}

size_t hangul_name(uint32_t cp, char* out) {
  uint32_t index = cp - kHangulBase;
  memcpy(out, kHangulPrefix.data(), kHangulPrefix.size());
  size_t n = kHangulPrefix.size();
  const char* parts[] = {kJamoL[index / (kVowels * kTails)], kJamoV[index / kTails % kVowels], kJamoT[index % kTails]};
  for (const char* part : parts) {
    size_t size = strlen(part);
    memcpy(out + n, part, size);
    n += size;
  }
  return n;
}

// The longest of the jamo names that `text` starts with.
template <size_t N>
size_t longest_jamo(const char* const (&jamo)[N], std::string_view text, uint32_t* index) {
  size_t best = 0;
  bool found = false;
  for (size_t i = 0; i < N; i++) {
    std::string_view name = jamo[i];
    if ((!found || name.size() > best) && text.substr(0, name.size()) == name) {
      best = name.size();
      *index = static_cast<uint32_t>(i);
      found = true;
    }
  }
  return found ? best : SIZE_MAX;
}

bool hangul_lookup(std::string_view text, uint32_t* cp) {
  text.remove_prefix(kHangulPrefix.size());
  uint32_t l = 0, v = 0, t = 0;
  size_t n = longest_jamo(kJamoL, text, &l);
  if (n == SIZE_MAX) return false;
  text.remove_prefix(n);
  n = longest_jamo(kJamoV, text, &v);
  if (n == SIZE_MAX) return false;
  text.remove_prefix(n);
  n = longest_jamo(kJamoT, text, &t);
  if (n != text.size()) return false;
  *cp = kHangulBase + (l * kVowels + v) * kTails + t;
  return true;
}

// Names made of a prefix and the code point: parse the end as a number, make the name again and compare.
bool rule_lookup(std::string_view text, uint32_t* cp) {
  size_t hyphen = text.rfind('-');
  if (hyphen == std::string_view::npos || text.size() - hyphen > 7) return false;
  uint32_t value = 0;
  for (char c : text.substr(hyphen + 1)) {
    unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
    if (digit == 16) return false;
    value = value << 4 | digit;
  }
  for (const NameRule& rule : kNameRules) {
    if (value < rule.first || value > rule.last) continue;
    char made[kMaxName];
    size_t n = rule_name(rule, value, made);
    if (std::string_view(made, n) != text) return false;
    *cp = value;
    return true;
  }
  return false;
}

constexpr uint32_t kSlots = 1u << 16;
static_assert(kNamesInStream < kSlots * 3 / 4, "the name table gets crowded");

inline uint32_t hash_name(std::string_view text) {
  uint64_t h = text.size();
  for (size_t i = 0; i < text.size(); i += 8) {
    uint64_t word = 0;
    memcpy(&word, text.data() + i, text.size() - i < 8 ? text.size() - i : 8);
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    h ^= h >> 29;
  }
  return static_cast<uint32_t>(h >> 16);
}

// Open addressing; a slot holds a code point, or 0 when free (U+0000 has no name). Null when there is no memory.
const uint32_t* make_name_table() {
  auto* table = static_cast<uint32_t*>(calloc(kSlots, sizeof(uint32_t)));
  if (!table) return nullptr;
  char text[kMaxName];
  for (size_t b = 0; b < kNameBlockCount; b++) {
    size_t at = kNameStarts[b], length;
    for (uint32_t i = 0; i < 64; i++) {
      at = read_name(at, text, &length);
      if (length == 0) continue;
      uint32_t slot = hash_name({text, length}) % kSlots;
      while (table[slot]) slot = (slot + 1) % kSlots;
      table[slot] = (static_cast<uint32_t>(kNameBlocks[b]) << 6) + i;
    }
  }
  return table;
}

bool stream_lookup(std::string_view text, uint32_t* cp) {
  static const uint32_t* const table = make_name_table();
  if (!table) return false;
  char found[kMaxName];
  for (uint32_t slot = hash_name(text) % kSlots; table[slot]; slot = (slot + 1) % kSlots) {
    if (std::string_view(found, stream_name(table[slot], found)) == text) {
      *cp = table[slot];
      return true;
    }
  }
  return false;
}

// Binary search in a table sorted by its member `name`.
template <typename Entry, size_t N>
const Entry* find_named(const Entry (&entries)[N], std::string_view text) {
  size_t low = 0, high = N;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (std::string_view(entries[middle].name) < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < N && text == entries[low].name ? &entries[low] : nullptr;
}

}  // namespace

bool assigned_in_3_2_0(uint32_t cp) {
  const OldRange* old = old_range(cp);
  return old ? old->category != 0 : db_record(cp).category != 0;
}

const char* category(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  return kCategoryNames[old && old->category != kUnchanged ? old->category : db_record(cp).category];
}

const char* bidirectional(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  return kBidiNames[old && old->bidirectional != kUnchanged ? old->bidirectional : db_record(cp).bidirectional];
}

const char* east_asian_width(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  return kWidthNames[old && old->east_asian_width != kUnchanged ? old->east_asian_width
                                                                : db_record(cp).east_asian_width];
}

unsigned combining(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  return old && old->category == 0 ? 0 : combining(cp);
}

bool mirrored(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  return (old && old->mirrored != kUnchanged ? old->mirrored : db_record(cp).mirrored) != 0;
}

int decimal(uint32_t cp, Version version) {
  const OldRange* old = old_of(cp, version);
  if (old && old->decimal != kUnchanged) return old->decimal == 255 ? -1 : old->decimal;
  return to_decimal(cp);
}

int digit(uint32_t cp) { return to_digit(cp); }

bool numeric(uint32_t cp, double* value, Version version) {
  const OldRange* old = old_of(cp, version);
  unsigned index = prop(cp).numeric;
  if (old && old->numeric != kUnchanged) index = old->numeric == 255 ? 0 : old->numeric;
  if (index == 0) return false;
  *value = kNumericValues[index];
  return true;
}

Decomposition decomposition(uint32_t cp, Version version) {
  unsigned block = kDecompositionStage1[cp >> kDecompositionShift];
  unsigned at = kDecompositionStage2[(block << kDecompositionShift) + (cp & ((1u << kDecompositionShift) - 1))];
  const OldRange* old = old_of(cp, version);
  if (at == 0 || (old && old->category == 0)) return {nullptr, 0, ""};
  return {kDecompositions + at + 1, kDecompositions[at] & 0xFFu, kDecompositionTags[kDecompositions[at] >> 8]};
}

size_t decomposition_text(uint32_t cp, char* out, Version version) {
  if (uint32_t index = cp - kHangulBase; index < kHangulCount) {
    size_t n = put_hex(0x1100 + index / (kVowels * kTails), out);
    out[n++] = ' ';
    n += put_hex(0x1161 + index / kTails % kVowels, out + n);
    if (index % kTails == 0) return n;
    out[n++] = ' ';
    return n + put_hex(0x11A7 + index % kTails, out + n);
  }
  Decomposition d = decomposition(cp, version);
  if (d.length == 0) return 0;
  size_t n = strlen(d.tag);
  memcpy(out, d.tag, n);
  for (unsigned i = 0; i < d.length; i++) {
    uint32_t c = d.utf16[i];
    if ((c & 0xFC00) == 0xD800) c = 0x10000 + ((c & 0x3FF) << 10 | (d.utf16[++i] & 0x3FFu));
    if (n) out[n++] = ' ';
    n += put_hex(c, out + n);
  }
  return n;
}

uint32_t old_decomposition(uint32_t cp) {
  for (const OldDecomposition& old : kOldDecompositions) {
    if (old.code_point == cp) return old.to;
  }
  return 0;
}

size_t name(uint32_t cp, char* out, Version version) {
  const OldRange* old = old_of(cp, version);
  if (old && old->category == 0) return 0;
  if (cp - kHangulBase < kHangulCount) return hangul_name(cp, out);
  for (const NameRule& rule : kNameRules) {
    if (cp >= rule.first && cp <= rule.last) return rule.named ? rule_name(rule, cp, out) : 0;
  }
  return stream_name(cp, out);
}

Lookup lookup(std::string_view given) {
  Lookup result;
  char buffer[kMaxName];
  if (given.empty() || given.size() > kMaxName) return result;
  for (size_t i = 0; i < given.size(); i++) buffer[i] = upper(given[i]);
  std::string_view text(buffer, given.size());
  uint32_t cp = 0;
  bool found;
  if (text.substr(0, kHangulPrefix.size()) == kHangulPrefix) {
    found = hangul_lookup(text, &cp);
  } else {
    found = rule_lookup(text, &cp) || stream_lookup(text, &cp);
  }
  if (found) {
    result.kind = Lookup::kName;
    result.length = 1;
    result.code_points[0] = cp;
  } else if (const NameAlias* alias = find_named(kNameAliases, text)) {
    result.kind = Lookup::kAlias;
    result.length = 1;
    result.code_points[0] = alias->code_point;
  } else if (const NamedSequence* sequence = find_named(kNamedSequences, text)) {
    result.kind = Lookup::kSequence;
    result.length = sequence->length;
    memcpy(result.code_points, sequence->code_points, sizeof(result.code_points));
  }
  return result;
}

}  // namespace kaa::unicode
