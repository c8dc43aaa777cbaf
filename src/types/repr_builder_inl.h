// Text put together from pieces, for the reprs of containers. The characters lie in raw memory until the end: no string is made for separators, small
// ints and plain ASCII strings.
#pragma once
#include <charconv>

#include "base/text_buffer.h"
#include "types/str.h"

namespace kaa {

class ReprBuilder {
 public:
  explicit ReprBuilder(Thread& t) : t_(t) {}
  void add(Str* s) { text_.append(view_of(s)); }
  void add(std::string_view latin1) { text_.append_latin1(reinterpret_cast<const uint8_t*>(latin1.data()), latin1.size()); }
  Status add_repr(Value v) {
    if (v.is_int()) {
      char digits[24];
      add({digits, static_cast<size_t>(std::to_chars(digits, digits + sizeof digits, v.as_int()).ptr - digits)});
      return {};
    }
    if (IS_EXACT(v, str) && is_plain(v.as<Str>())) {
      add("'");
      add(v.as<Str>());
      add("'");
      return {};
    }
    add(TRY(repr(t_, v)));
    return {};
  }
  Result<Str*> finish() { return str_from_text(t_, text_); }

 private:
  // Whether quotes around it are all that repr() adds.
  static bool is_plain(Str* s) {
    if (!s->is_ascii()) return false;
    const uint8_t* p = s->data1();
    bool special = false;
    for (uint64_t i = 0; i < s->length; i++) special |= p[i] < 0x20 || p[i] == 0x7F || p[i] == '\'' || p[i] == '\\';
    return !special;
  }
  Thread& t_;
  TextBuilder text_;
};

}  // namespace kaa
