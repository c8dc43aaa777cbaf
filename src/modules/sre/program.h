// A validated regular expression program, ready for the matcher.
//
// `Program::load` takes the words that the library's `re._compiler` made (or that anybody passed to `_sre.compile`),
// checks every distance, group and set in them, and keeps a copy in which some words are changed for speed:
//   * the skip of IN, IN_IGNORE and IN_UNI_IGNORE becomes an index into `charsets()`, and all three become IN: the
//   table of
//     the first 256 characters has the case folding in it. Sets that depend on the locale become IN_LOC_IGNORE (an
//     index, too), and are evaluated for each character.
//   * REPEAT_ONE and MIN_REPEAT_ONE become POSSESSIVE_REPEAT_ONE where no character of the repeated unit can begin what
//     follows, because then only the longest repetition can succeed.
// Two programs loaded from equal words have equal `code()`, so comparing and hashing may use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "modules/sre/opcodes.h"

namespace kaa::sre {

// Unicode properties, given by the caller; all functions take any 32-bit value.
struct UnicodeOps {
  bool (*is_alnum)(uint32_t);      // str.isalnum of one character
  bool (*is_decimal)(uint32_t);    // str.isdecimal
  bool (*is_space)(uint32_t);      // str.isspace
  bool (*is_linebreak)(uint32_t);  // where str.splitlines breaks
  uint32_t (*lower)(uint32_t);     // simple (one to one) lower case mapping
  uint32_t (*upper)(uint32_t);     // simple upper case mapping
};

enum class CaseMode : uint8_t { kExact, kAscii, kUnicode, kLocale };

struct Charset {
  uint8_t low[256];  // membership of the characters below 256; unused where `dynamic`
  uint32_t set;      // offset of the set's first word in the code
  uint32_t skip;     // distance from IN's second word to the next instruction
  CaseMode mode;
  bool dynamic;  // depends on the C locale
  bool high;     // may contain characters from 256 up (false is exact, true may be wrong)
};

// Which characters can begin a match of some part of a program.
struct FirstSet {
  uint8_t low[256];
  bool high;  // characters from 256 up can
};

class Program {
 public:
  // False when the words are not a well-formed program (`_sre.compile` then raises RuntimeError "invalid SRE code").
  [[nodiscard]] bool load(const uint32_t* words, size_t size, uint32_t groups, const UnicodeOps& unicode);

  const uint32_t* code() const { return code_.data(); }
  size_t size() const { return code_.size(); }
  uint32_t groups() const { return groups_; }
  const UnicodeOps& unicode() const { return unicode_; }
  const Charset* charsets() const { return charsets_.data(); }

  uint32_t entry() const { return entry_; }  // offset of the first instruction after INFO
  uint32_t min_width() const { return min_width_; }
  uint32_t prefix_length() const { return prefix_length_; }  // 0: no literal prefix
  uint32_t prefix_skip() const { return prefix_skip_; }      // so many LITERALs at entry() need no second look
  const uint32_t* prefix() const { return code_.data() + prefix_; }
  const uint32_t* overlap() const { return prefix() + prefix_length_; }
  bool whole_literal() const { return whole_literal_; }  // the prefix is the whole pattern, without groups
  bool anchored() const { return anchored_; }            // can match at the beginning of the string only
  bool line_anchored() const { return line_anchored_; }  // can match at the beginning of a line only
  const FirstSet* first() const { return has_first_ ? &first_ : nullptr; }

  // Slow but general: whether a unit instruction (see opcodes.h) of this program matches one character.
  bool unit_matches(const uint32_t* op, uint32_t ch) const;
  bool charset_matches(const Charset& charset, uint32_t ch) const;
  bool category_matches(uint32_t category, uint32_t ch) const;

 private:
  struct Repeat {
    uint32_t until;   // offset of the UNTIL
    uint32_t repeat;  // offset of its REPEAT
  };
  friend class Validator;

  template <bool kBoth>
  bool set_contains(const uint32_t* set, uint32_t ch, uint32_t other = 0) const;
  void add_charset(uint32_t at, uint32_t skip);
  bool unit_first(const uint32_t* op, FirstSet* first) const;
  bool first_of(uint32_t start, size_t max_steps, FirstSet* first) const;
  void make_possessive();
  void load_info();

  std::vector<uint32_t> code_;
  std::vector<Charset> charsets_;
  std::vector<Repeat> repeats_;           // ordered by `until` after load
  std::vector<uint32_t> single_repeats_;  // offsets of REPEAT_ONE and MIN_REPEAT_ONE
  UnicodeOps unicode_ = {};
  FirstSet first_ = {};
  uint32_t groups_ = 0;
  uint32_t entry_ = 0;
  uint32_t min_width_ = 0;
  uint32_t prefix_length_ = 0;
  uint32_t prefix_skip_ = 0;
  uint32_t prefix_ = 0;
  bool whole_literal_ = false;
  bool anchored_ = false;
  bool line_anchored_ = false;
  bool has_first_ = false;
};

}  // namespace kaa::sre
