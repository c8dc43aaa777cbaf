// The matcher's loop as a class template over the character width, with what it asks of single characters. Included by
// engine.cpp only, which explains the design.
#pragma once

#include <cstring>
#include <cwchar>

#include "modules/sre/chars.h"
#include "modules/sre/engine.h"

namespace kaa::sre {

// One call of match or search: the subject with its character width, and the loop.
template <typename Char>
class Matcher::Loop {
 public:
  Loop(Matcher& matcher, const Program& program, const Char* begin, const Char* end, Options options)
      : matcher_(matcher),
        program_(program),
        code_(program.code()),
        charsets_(program.charsets()),
        begin_(begin),
        end_(end),
        options_(options) {}

  Status attempt(uint32_t entry, const Char* start, const Char* from);
  Status search(const Char* start);

 private:
  Status found(const Char* start, const Char* end) {
    matcher_.match_start_ = static_cast<size_t>(start - begin_);
    matcher_.match_end_ = static_cast<size_t>(end - begin_);
    return Status::kMatch;
  }
  Status search_prefix(const Char* start, const Char* last);
  Status search_first(const Char* start, const Char* last);
  Status search_lines(const Char* start, const Char* last);

  bool in(const uint32_t* op, Char ch) const {
    const Charset& charset = charsets_[op[1]];
    if (sizeof(Char) == 1 || ch < 256) return charset.low[ch & 255];
    return charset.high && program_.charset_matches(charset, ch);
  }
  bool unit(const uint32_t* op, Char ch) const {
    switch (*op) {
      case kOpLiteral:
        return ch == op[1];
      case kOpIn:
        return in(op, ch);
      case kOpAny:
        return ch != '\n';
      case kOpAnyAll:
        return true;
      case kOpNotLiteral:
        return ch != op[1];
      default:
        return program_.unit_matches(op, ch);
    }
  }
  // First place from `p` up to `stop` where the character is `literal`; `stop` if none.
  static const Char* find(const Char* p, const Char* stop, uint32_t literal) {
    const Char* near = stop - p > 16 ? p + 16 : stop;
    for (; p < near; ++p) {
      if (*p == literal) return p;
    }
    if (p == stop || static_cast<Char>(literal) != literal) return stop;
    if constexpr (sizeof(Char) == 1) {
      const void* hit = memchr(p, static_cast<int>(literal), static_cast<size_t>(stop - p));
      return hit ? static_cast<const Char*>(hit) : stop;
    } else if constexpr (sizeof(Char) == sizeof(wchar_t)) {
      const wchar_t* text = reinterpret_cast<const wchar_t*>(p);
      const wchar_t* hit = wmemchr(text, static_cast<wchar_t>(literal), static_cast<size_t>(stop - p));
      return hit ? p + (hit - text) : stop;
    }
    while (p < stop && *p != literal) ++p;
    return p;
  }
  const Char* span(const uint32_t* op, const Char* p, const Char* stop) const;
  bool at(uint32_t code, const Char* p) const;
  bool boundary(const Char* p, bool (*word)(const Program&, uint32_t)) const {
    bool before = p > begin_ && word(program_, p[-1]);
    bool after = p < end_ && word(program_, p[0]);
    return before != after;
  }
  // False only when the code at `op` cannot match at `p`: a look at its first unit.
  bool can_begin(const uint32_t* op, const Char* p) const {
    while (*op == kOpMark) op += 2;
    switch (*op) {
      case kOpLiteral:
        return p < end_ && *p == op[1];
      case kOpIn:
        return p < end_ && in(op, *p);
      case kOpRepeatOne:
      case kOpPossessiveRepeatOne:
        return op[2] == 0 || (p < end_ && unit(op + 4, *p));
      default:
        return true;
    }
  }
  // The last place from `p` down to `low` where the code at `op` may match; `low` if there is none.
  const Char* find_begin(const uint32_t* op, const Char* low, const Char* p) const {
    while (*op == kOpMark) op += 2;
    if (*op == kOpLiteral) {
      if (p == end_ && p > low) --p;
      const uint32_t literal = op[1];
      const Char* near = p - low > 16 ? p - 16 : low;
      for (; p > near; --p) {
        if (*p == literal) return p;
      }
      if constexpr (sizeof(Char) == 1) {
        if (p == low || literal > 255) return low;
        const void* hit = memrchr(low, static_cast<int>(literal), static_cast<size_t>(p - low) + 1);
        return hit ? static_cast<const Char*>(hit) : low;
      }
      while (p > low && *p != literal) --p;
      return p;
    }
    while (p > low && !can_begin(op, p)) --p;
    return p;
  }
  bool same(uint32_t op, Char a, Char b) const {
    if (a == b) return true;
    switch (op) {
      case kOpGrouprefIgnore:
        return ascii_lower(a) == ascii_lower(b);
      case kOpGrouprefUniIgnore:
        return program_.unicode().lower(a) == program_.unicode().lower(b);
      case kOpGrouprefLocIgnore:
        return locale_lower(a) == locale_lower(b);
      default:
        return false;
    }
  }

  Matcher& matcher_;
  const Program& program_;
  const uint32_t* const code_;
  const Charset* const charsets_;
  const Char* const begin_;
  const Char* const end_;
  Options options_;
};

// The end of the run of characters from `p` that the unit matches, at most `stop`.
template <typename Char>
const Char* Matcher::Loop<Char>::span(const uint32_t* op, const Char* p, const Char* stop) const {
  switch (*op) {
    case kOpAnyAll:
      return stop;
    case kOpAny:
      return find(p, stop, '\n');
    case kOpNotLiteral:
      return find(p, stop, op[1]);
    case kOpLiteral:
      while (p < stop && *p == op[1]) ++p;
      return p;
    case kOpIn: {
      const Charset& charset = charsets_[op[1]];
      if constexpr (sizeof(Char) == 1) {
        while (p < stop && charset.low[*p]) ++p;
      } else {
        while (p < stop && (*p < 256 ? charset.low[*p] : charset.high && program_.charset_matches(charset, *p))) ++p;
      }
      return p;
    }
    default:
      while (p < stop && program_.unit_matches(op, *p)) ++p;
      return p;
  }
}

template <typename Char>
bool Matcher::Loop<Char>::at(uint32_t code, const Char* p) const {
  auto ascii_word = [](const Program&, uint32_t ch) { return ascii_is_word(ch); };
  auto loc_word = [](const Program&, uint32_t ch) { return locale_is_word(ch); };
  auto uni_word = [](const Program& program, uint32_t ch) {
    return ch < 128 ? ascii_is_word(ch) : program.unicode().is_alnum(ch);
  };
  switch (code) {
    case kAtBeginning:
    case kAtBeginningString:
      return p == begin_;
    case kAtBeginningLine:
      return p == begin_ || p[-1] == '\n';
    case kAtEnd:
      return p == end_ || (end_ - p == 1 && *p == '\n');
    case kAtEndLine:
      return p == end_ || *p == '\n';
    case kAtEndString:
      return p == end_;
    case kAtBoundary:
      return boundary(p, ascii_word);
    case kAtNonBoundary:
      return !boundary(p, ascii_word);
    case kAtLocBoundary:
      return boundary(p, loc_word);
    case kAtLocNonBoundary:
      return !boundary(p, loc_word);
    case kAtUniBoundary:
      return boundary(p, uni_word);
    case kAtUniNonBoundary:
      return !boundary(p, uni_word);
    default:
      return false;
  }
}

}  // namespace kaa::sre
