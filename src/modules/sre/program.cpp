// Loading a program: validation, the tables made from its sets, and the two analyses that speed up matching.
//
// Validation works on regions: the whole program, and each body nested in it. A region is walked instruction by
// instruction; the bodies met on the way are put on a list and walked later, so deep nesting takes no native stack.
// What holds afterwards:
//   1. every word that can be reached as an instruction is one, with its operands inside the program;
//   2. a region ends where its owner expects (UNTIL, SUCCESS, JUMP), and MAX_UNTIL is reached through its REPEAT only;
//   3. JUMP leads forward, to an instruction of the region around it, or to that region's end;
//   4. mark and group numbers are below the number of groups, sets end with FAILURE inside their skip, block numbers of
//      a BIGCHARSET are below its block count, the unit of a REPEAT_ONE is one unit.
#include "modules/sre/program.h"

#include <algorithm>
#include <cstring>

#include "modules/sre/chars.h"

namespace kaa::sre {

namespace {

constexpr uint32_t kMaxCode = 0x7FFFFFFF;  // words; keeps offset arithmetic inside 32 bits

bool is_literal(uint32_t op) {
  switch (op) {
    case kOpLiteral:
    case kOpNotLiteral:
    case kOpLiteralIgnore:
    case kOpNotLiteralIgnore:
    case kOpLiteralLocIgnore:
    case kOpNotLiteralLocIgnore:
    case kOpLiteralUniIgnore:
    case kOpNotLiteralUniIgnore:
      return true;
    default:
      return false;
  }
}

bool is_in(uint32_t op) { return op == kOpIn || op == kOpInIgnore || op == kOpInUniIgnore || op == kOpInLocIgnore; }

}  // namespace

class Validator {
 public:
  Validator(Program& program, uint32_t size) : program_(program), code_(program.code_.data()), size_(size) {}

  bool run() {
    if (size_ == 0 || code_[size_ - 1] != kOpSuccess) return false;
    uint32_t start = 0;
    if (code_[0] == kOpInfo && !info(&start)) return false;
    program_.entry_ = start;
    owner_.assign(size_, 0);
    regions_.push_back({start, size_ - 1, 0, 0});
    for (size_t i = 0; i < regions_.size(); ++i) {
      if (!region(static_cast<uint32_t>(i))) return false;
    }
    for (const Target& target : targets_) {
      const Region& around = regions_[target.region];
      if (target.at != around.end && (target.at > around.end || owner_[target.at] != target.region + 1)) return false;
    }
    return true;
  }

 private:
  struct Region {
    uint32_t start, end;
    uint32_t parent;
    bool then;  // the first part of a GROUPREF_EXISTS: may end with JUMP over the second part
  };
  struct Target {
    uint32_t at, region;
  };

  // Reads the skip word at `at`; its target must lie in (at, limit].
  bool skip(uint32_t at, uint32_t limit, uint32_t* target) const {
    if (at >= limit || code_[at] == 0 || code_[at] > limit - at) return false;
    *target = at + code_[at];
    return true;
  }

  bool set(uint32_t at, uint32_t end) const {
    // The FAILURE that ends a set is the last word before `end`.
    while (at < end) {
      uint32_t op = code_[at++];
      uint32_t left = end - at;
      switch (op) {
        case kOpFailure:
          return left == 0;
        case kOpNegate:
          break;
        case kOpLiteral:
          if (left < 1) return false;
          at += 1;
          break;
        case kOpRange:
        case kOpRangeUniIgnore:
          if (left < 2) return false;
          at += 2;
          break;
        case kOpCharset:
          if (left < 8) return false;
          at += 8;
          break;
        case kOpBigCharset: {
          if (left < 65) return false;
          uint32_t blocks = code_[at++];
          for (uint32_t i = 0; i < 256; ++i) {
            if ((code_[at + i / 4] >> (i % 4 * 8) & 255) >= blocks) return false;
          }
          at += 64;
          if (blocks > (end - at) / 8) return false;
          at += blocks * 8;
          break;
        }
        case kOpCategory:
          if (left < 1 || code_[at] >= kCategoryCount) return false;
          at += 1;
          break;
        default:
          return false;
      }
    }
    return false;
  }

  bool info(uint32_t* next) {
    if (size_ < 6 || !skip(1, size_ - 1, next) || *next < 5) return false;
    uint32_t flags = code_[2];
    if (flags & ~(kInfoPrefix | kInfoLiteral | kInfoCharset)) return false;
    if ((flags & kInfoPrefix) && (flags & kInfoCharset)) return false;
    if ((flags & kInfoLiteral) && !(flags & kInfoPrefix)) return false;
    if (flags & kInfoPrefix) {
      if (*next < 7) return false;
      uint32_t length = code_[5], room = *next - 7;
      if (length == 0 || room % 2 != 0 || length != room / 2 || code_[6] > length) return false;
      for (uint32_t i = 0; i < length; ++i) {
        // An overlap at i is shorter than the part up to i, or the search would not come forward.
        if (code_[7 + length + i] > i) return false;
      }
    }
    if (flags & kInfoCharset) return set(5, *next);
    return true;
  }

  // Walks one unit; *next is behind it.
  bool unit(uint32_t at, uint32_t end, uint32_t* next) {
    uint32_t op = code_[at];
    if (op == kOpAny || op == kOpAnyAll) {
      *next = at + 1;
      return true;
    }
    if (is_literal(op) || op == kOpCategory) {
      if (end - at < 2 || (op == kOpCategory && code_[at + 1] >= kCategoryCount)) return false;
      *next = at + 2;
      return true;
    }
    if (!is_in(op) || !skip(at + 1, end, next) || !set(at + 2, *next)) return false;
    program_.add_charset(at, code_[at + 1]);
    return true;
  }

  bool branch(uint32_t region, uint32_t at, uint32_t end, uint32_t* next) {
    uint32_t word = at + 1, target = 0;
    if (word >= end || code_[word] == 0) return false;
    while (code_[word] != 0) {
      uint32_t after, jump;
      if (!skip(word, end - 1, &after) || after - word < 3 || code_[after - 2] != kOpJump) return false;
      if (!skip(after - 1, end, &jump) || (target != 0 && jump != target)) return false;
      target = jump;
      nest(word + 1, after - 2, region, false);
      word = after;
    }
    *next = word + 1;
    return target == *next;
  }

  void nest(uint32_t start, uint32_t end, uint32_t parent, bool then) {
    regions_.push_back({start, end, parent, then});
  }

  bool region(uint32_t index) {
    const Region self = regions_[index];  // a copy: the list grows below
    uint32_t at = self.start;
    const uint32_t end = self.end;
    while (at < end) {
      owner_[at] = index + 1;
      uint32_t op = code_[at], left = end - at, next = 0;
      switch (op) {
        case kOpMark:
          if (left < 2 || code_[at + 1] >= 2 * program_.groups_) return false;
          at += 2;
          break;
        case kOpAt:
          if (left < 2 || code_[at + 1] >= kAtCount) return false;
          at += 2;
          break;
        case kOpSuccess:
        case kOpFailure:
          // The program can end early with FAILURE, as for "(?!)". SUCCESS would end the owner in its middle.
          if (op == kOpSuccess) return false;
          at += 1;
          break;
        case kOpGroupref:
        case kOpGrouprefIgnore:
        case kOpGrouprefUniIgnore:
        case kOpGrouprefLocIgnore:
          if (left < 2 || code_[at + 1] >= program_.groups_) return false;
          at += 2;
          break;
        case kOpBranch:
          if (!branch(index, at, end, &next)) return false;
          at = next;
          break;
        case kOpJump:
          if (!self.then || left != 2 || !skip(at + 1, regions_[self.parent].end, &next)) return false;
          targets_.push_back({next, self.parent});
          at += 2;
          break;
        case kOpRepeat: {
          // One word more than the body: the UNTIL.
          if (left < 5 || !skip(at + 1, end - 1, &next) || next < at + 4 || code_[at + 2] > code_[at + 3]) return false;
          if (code_[next] != kOpMaxUntil && code_[next] != kOpMinUntil) return false;
          program_.repeats_.push_back({next, at});
          nest(at + 4, next, index, false);
          at = next + 1;
          break;
        }
        case kOpPossessiveRepeat:
          if (left < 5 || !skip(at + 1, end - 1, &next) || next < at + 4 || code_[at + 2] > code_[at + 3]) return false;
          if (code_[next] != kOpSuccess) return false;
          nest(at + 4, next, index, false);
          at = next + 1;
          break;
        case kOpRepeatOne:
        case kOpMinRepeatOne:
        case kOpPossessiveRepeatOne: {
          uint32_t after;
          if (left < 6 || !skip(at + 1, end, &next) || next < at + 6 || code_[at + 2] > code_[at + 3]) return false;
          if (!unit(at + 4, next, &after) || after != next - 1 || code_[after] != kOpSuccess) return false;
          if (op != kOpPossessiveRepeatOne) program_.single_repeats_.push_back(at);
          at = next;
          break;
        }
        case kOpAtomicGroup:
          if (left < 3 || !skip(at + 1, end, &next) || next < at + 3 || code_[next - 1] != kOpSuccess) return false;
          nest(at + 2, next - 1, index, false);
          at = next;
          break;
        case kOpAssert:
        case kOpAssertNot:
          if (left < 4 || !skip(at + 1, end, &next) || next < at + 4 || code_[next - 1] != kOpSuccess) return false;
          if (code_[at + 2] & 0x80000000u) return false;
          nest(at + 3, next - 1, index, false);
          at = next;
          break;
        case kOpGrouprefExists:
          if (left < 3 || code_[at + 1] >= program_.groups_) return false;
          if (code_[at + 2] < 2 || code_[at + 2] > end - at - 1) return false;
          next = at + 1 + code_[at + 2];
          nest(at + 3, next, index, true);
          at = next;
          break;
        default:
          if (!unit(at, end, &next)) return false;
          at = next;
          break;
      }
    }
    return at == end;
  }

  Program& program_;
  const uint32_t* const code_;
  const uint32_t size_;
  std::vector<Region> regions_;
  std::vector<uint32_t> owner_;  // one more than the region whose instruction begins at this word, or 0
  std::vector<Target> targets_;
};

bool Program::load(const uint32_t* words, size_t size, uint32_t groups, const UnicodeOps& unicode) {
  if (size == 0 || size > kMaxCode || groups > kMaxGroups) return false;
  code_.assign(words, words + size);
  charsets_.clear();
  repeats_.clear();
  single_repeats_.clear();
  unicode_ = unicode;
  groups_ = groups;
  min_width_ = prefix_length_ = prefix_skip_ = prefix_ = 0;
  whole_literal_ = anchored_ = line_anchored_ = has_first_ = false;
  if (!Validator(*this, static_cast<uint32_t>(size)).run()) return false;
  // Only now may words change: validation reads the original ones.
  for (size_t i = 0; i < charsets_.size(); ++i) {
    uint32_t at = charsets_[i].set - 2;
    code_[at] = charsets_[i].dynamic ? kOpInLocIgnore : kOpIn;
    code_[at + 1] = static_cast<uint32_t>(i);
  }
  std::sort(repeats_.begin(), repeats_.end(), [](const Repeat& a, const Repeat& b) { return a.until < b.until; });
  load_info();
  make_possessive();
  return true;
}

// Called for each IN of the program, whose set is valid.
void Program::add_charset(uint32_t at, uint32_t skip) {
  Charset charset;
  charset.set = at + 2;
  charset.skip = skip;
  charset.dynamic = false;
  charset.high = false;
  switch (code_[at]) {
    case kOpInIgnore:
      charset.mode = CaseMode::kAscii;
      break;
    case kOpInUniIgnore:
      charset.mode = CaseMode::kUnicode;
      charset.high = true;
      break;
    case kOpInLocIgnore:
      charset.mode = CaseMode::kLocale;
      charset.dynamic = true;
      break;
    default:
      charset.mode = CaseMode::kExact;
      break;
  }
  const uint32_t* p = code_.data() + charset.set;
  while (*p != kOpFailure) {
    switch (*p++) {
      case kOpNegate:
        charset.high = true;
        break;
      case kOpLiteral:
        charset.high |= *p >= 256;
        p += 1;
        break;
      case kOpRange:
        charset.high |= p[1] >= 256;
        p += 2;
        break;
      case kOpRangeUniIgnore:
        charset.high = true;
        p += 2;
        break;
      case kOpCharset:
        p += 8;
        break;
      case kOpBigCharset:
        charset.high = true;
        p += 65 + *p * 8;
        break;
      case kOpCategory:
        charset.dynamic |= *p == kCategoryLocWord || *p == kCategoryLocNotWord;
        charset.high |= *p != kCategoryDigit && *p != kCategorySpace && *p != kCategoryWord && *p != kCategoryLinebreak;
        p += 1;
        break;
      default:
        break;
    }
  }
  if (charset.dynamic) {
    memset(charset.low, 0, sizeof charset.low);
  } else {
    for (uint32_t ch = 0; ch < 256; ++ch) charset.low[ch] = charset_matches(charset, ch);
  }
  charsets_.push_back(charset);
}

bool Program::category_matches(uint32_t category, uint32_t ch) const {
  switch (category) {
    case kCategoryDigit:
      return ascii_is_digit(ch);
    case kCategoryNotDigit:
      return !ascii_is_digit(ch);
    case kCategorySpace:
      return ascii_is_space(ch);
    case kCategoryNotSpace:
      return !ascii_is_space(ch);
    case kCategoryWord:
      return ascii_is_word(ch);
    case kCategoryNotWord:
      return !ascii_is_word(ch);
    case kCategoryLinebreak:
      return ch == '\n';
    case kCategoryNotLinebreak:
      return ch != '\n';
    case kCategoryLocWord:
      return locale_is_word(ch);
    case kCategoryLocNotWord:
      return !locale_is_word(ch);
    case kCategoryUniDigit:
      return unicode_.is_decimal(ch);
    case kCategoryUniNotDigit:
      return !unicode_.is_decimal(ch);
    case kCategoryUniSpace:
      return unicode_.is_space(ch);
    case kCategoryUniNotSpace:
      return !unicode_.is_space(ch);
    case kCategoryUniWord:
      return ch == '_' || unicode_.is_alnum(ch);
    case kCategoryUniNotWord:
      return ch != '_' && !unicode_.is_alnum(ch);
    case kCategoryUniLinebreak:
      return unicode_.is_linebreak(ch);
    case kCategoryUniNotLinebreak:
      return !unicode_.is_linebreak(ch);
    default:
      return false;
  }
}

// Whether the set has `ch` or, for sets that ignore case by the locale, its `other` case: each member is asked for both, so that [^b] has neither of them.
template <bool kBoth>
bool Program::set_contains(const uint32_t* set, uint32_t ch, uint32_t other) const {
  bool found = true;  // what a hit means: NEGATE turns it round
  auto either = [&](auto test) { return test(ch) || (kBoth && test(other)); };
  for (;;) {
    switch (*set++) {
      case kOpFailure:
        return !found;
      case kOpNegate:
        found = !found;
        break;
      case kOpLiteral:
        if (either([&](uint32_t c) { return c == set[0]; })) return found;
        set += 1;
        break;
      case kOpRange:
        if (either([&](uint32_t c) { return set[0] <= c && c <= set[1]; })) return found;
        set += 2;
        break;
      case kOpRangeUniIgnore: {
        if (set[0] <= ch && ch <= set[1]) return found;
        uint32_t upper = unicode_.upper(ch);
        if (set[0] <= upper && upper <= set[1]) return found;
        set += 2;
        break;
      }
      case kOpCategory:
        if (either([&](uint32_t c) { return category_matches(set[0], c); })) return found;
        set += 1;
        break;
      case kOpCharset:
        if (either([&](uint32_t c) { return c < 256 && (set[c / 32] >> (c % 32) & 1); })) return found;
        set += 8;
        break;
      case kOpBigCharset: {
        uint32_t blocks = *set++;
        auto in_block = [&](uint32_t c) {
          if (c >= 0x10000) return false;
          uint32_t block = set[c >> 10] >> (c >> 8 & 3) * 8 & 255;
          return static_cast<bool>(set[64 + block * 8 + (c & 255) / 32] >> (c % 32) & 1);
        };
        if (either(in_block)) return found;
        set += 64 + blocks * 8;
        break;
      }
      default:
        return false;
    }
  }
}

bool Program::charset_matches(const Charset& charset, uint32_t ch) const {
  const uint32_t* set = code_.data() + charset.set;
  switch (charset.mode) {
    case CaseMode::kExact:
      return set_contains<false>(set, ch);
    case CaseMode::kAscii:
      return set_contains<false>(set, ascii_lower(ch));
    case CaseMode::kUnicode:
      return set_contains<false>(set, unicode_.lower(ch));
    case CaseMode::kLocale:
      return set_contains<true>(set, locale_lower(ch), locale_upper(ch));
  }
  return false;
}

bool Program::unit_matches(const uint32_t* op, uint32_t ch) const {
  switch (op[0]) {
    case kOpAny:
      return ch != '\n';
    case kOpAnyAll:
      return true;
    case kOpLiteral:
      return ch == op[1];
    case kOpNotLiteral:
      return ch != op[1];
    case kOpLiteralIgnore:
      return ascii_lower(ch) == op[1];
    case kOpNotLiteralIgnore:
      return ascii_lower(ch) != op[1];
    case kOpLiteralUniIgnore:
      return unicode_.lower(ch) == op[1];
    case kOpNotLiteralUniIgnore:
      return unicode_.lower(ch) != op[1];
    case kOpLiteralLocIgnore:
      return locale_same(op[1], ch);
    case kOpNotLiteralLocIgnore:
      return !locale_same(op[1], ch);
    case kOpCategory:
      return category_matches(op[1], ch);
    case kOpIn:
      return ch < 256 ? charsets_[op[1]].low[ch] : charset_matches(charsets_[op[1]], ch);
    case kOpInLocIgnore:
      return charset_matches(charsets_[op[1]], ch);
    default:
      return false;
  }
}

// Adds the unit's characters to *first; false where they depend on the locale.
bool Program::unit_first(const uint32_t* op, FirstSet* first) const {
  switch (op[0]) {
    case kOpLiteral:  // quick, for the alternatives of long word lists
      if (op[1] < 256) {
        first->low[op[1]] = 1;
      } else {
        first->high = true;
      }
      return true;
    case kOpLiteralIgnore:
      first->high |= op[1] >= 256;
      break;
    case kOpIn:
      first->high |= charsets_[op[1]].high;
      break;
    case kOpLiteralLocIgnore:
    case kOpNotLiteralLocIgnore:
    case kOpInLocIgnore:
      return false;
    case kOpCategory:
      if (op[1] == kCategoryLocWord || op[1] == kCategoryLocNotWord) return false;
      first->high = true;
      break;
    default:
      first->high = true;
      break;
  }
  for (uint32_t ch = 0; ch < 256; ++ch) first->low[ch] |= unit_matches(op, ch);
  return true;
}

// Finds the characters one of which must come next if the code at `start` is to succeed where the subject goes on at
// all. Conditions of no width are passed over, so that the answer may be too large, never too small. False: no such set
// is known (the code can succeed without a character, refers to a group, or is too large for max_steps).
bool Program::first_of(uint32_t start, size_t max_steps, FirstSet* first) const {
  memset(first, 0, sizeof *first);
  std::vector<uint32_t> pending{start}, seen;
  std::vector<bool> seen_at(max_steps > 64 ? code_.size() : 0);  // the same for a long search
  while (!pending.empty()) {
    uint32_t at = pending.back();
    pending.pop_back();
    if (seen_at.empty() ? std::find(seen.begin(), seen.end(), at) != seen.end() : seen_at[at]) continue;
    if (seen.size() >= max_steps) return false;
    seen.push_back(at);
    if (!seen_at.empty()) seen_at[at] = true;
    const uint32_t* op = &code_[at];
    switch (*op) {
      case kOpFailure:
        break;
      case kOpSuccess:
      case kOpGroupref:
      case kOpGrouprefIgnore:
      case kOpGrouprefUniIgnore:
      case kOpGrouprefLocIgnore:
        return false;
      case kOpMark:
        pending.push_back(at + 2);
        break;
      case kOpAt:
        if (op[1] == kAtEnd || op[1] == kAtEndLine || op[1] == kAtEndString) {
          first->low[static_cast<unsigned char>('\n')] = 1;
        } else {
          pending.push_back(at + 2);
        }
        break;
      case kOpJump:
      case kOpAssert:
      case kOpAssertNot:
        pending.push_back(at + 1 + op[1]);
        break;
      case kOpAtomicGroup:
        pending.push_back(at + 2);
        break;
      case kOpBranch:
        for (uint32_t word = at + 1; code_[word] != 0; word += code_[word]) pending.push_back(word + 1);
        break;
      case kOpGrouprefExists:
        pending.push_back(at + 3);
        pending.push_back(at + 1 + op[2]);
        break;
      case kOpRepeat:
      case kOpPossessiveRepeat:
        if (op[2] == 0) pending.push_back(at + 1 + op[1] + 1);
        if (op[3] != 0) pending.push_back(at + 4);
        break;
      case kOpMaxUntil:
      case kOpMinUntil: {
        auto it = std::lower_bound(repeats_.begin(), repeats_.end(), at,
                                   [](const Repeat& repeat, uint32_t until) { return repeat.until < until; });
        pending.push_back(it->repeat + 4);
        pending.push_back(at + 1);
        break;
      }
      case kOpRepeatOne:
      case kOpMinRepeatOne:
      case kOpPossessiveRepeatOne:
        if (op[2] == 0) pending.push_back(at + 1 + op[1]);
        if (op[3] != 0 && !unit_first(op + 4, first)) return false;
        break;
      default:
        if (!unit_first(op, first)) return false;
        break;
    }
  }
  return true;
}

void Program::make_possessive() {
  FirstSet unit, rest;
  for (uint32_t at : single_repeats_) {
    uint32_t* op = &code_[at];
    memset(&unit, 0, sizeof unit);
    if (op[3] <= 1 || !unit_first(op + 4, &unit) || !first_of(at + 1 + op[1], 8, &rest)) continue;
    bool disjoint = !(unit.high && rest.high);
    for (int ch = 0; disjoint && ch < 256; ++ch) disjoint = !(unit.low[ch] & rest.low[ch]);
    if (disjoint) *op = kOpPossessiveRepeatOne;
  }
}

void Program::load_info() {
  if (code_[0] == kOpInfo) {
    min_width_ = code_[3];
    if (code_[2] & kInfoPrefix) {
      prefix_length_ = code_[5];
      prefix_ = 7;
      whole_literal_ = code_[2] & kInfoLiteral;
      // The literals that the search has compared already. They are believed only if they really stand there.
      while (prefix_skip_ < code_[6] && code_[entry_ + 2 * prefix_skip_] == kOpLiteral &&
             code_[entry_ + 2 * prefix_skip_ + 1] == prefix()[prefix_skip_]) {
        ++prefix_skip_;
      }
    }
  }
  const uint32_t* op = &code_[entry_];
  anchored_ = op[0] == kOpAt && (op[1] == kAtBeginning || op[1] == kAtBeginningString);
  line_anchored_ = op[0] == kOpAt && op[1] == kAtBeginningLine;
  has_first_ = prefix_length_ == 0 && min_width_ > 0 && !anchored_ && first_of(entry_, 20000, &first_);
  if (has_first_ && first_.high && std::count(first_.low, first_.low + 256, 1) == 256) has_first_ = false;
}

}  // namespace kaa::sre
