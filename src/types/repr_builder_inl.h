// Text put together from pieces, for the reprs of containers: the pieces are collected in a list object (so that the
// collector sees them) and joined at the end.
#pragma once
#include "runtime/api.h"

namespace kaa {

class ReprBuilder {
 public:
  explicit ReprBuilder(Thread& t) : t_(t) {}
  Status start() { parts_ = TRY(new_list(t_)); return {}; }
  Status add(Str* s) {
    length_ += s->length;
    if (s->kind() == 4) max_ = 0x10FFFF;
    else if (s->kind() == 2 && max_ < 0xFFFF) max_ = 0xFFFF;
    else if (!s->is_ascii() && max_ < 0xFF) max_ = 0xFF;
    return list_append(t_, parts_, s);
  }
  Status add(const char* ascii) { return add(TRY(new_str_ascii(t_, ascii, strlen(ascii)))); }
  Status add_repr(Value v) { return add(TRY(repr(t_, v))); }
  Result<Str*> finish() {
    Str* r = TRY(alloc_str(t_, length_, max_));
    size_t at = 0;
    for (uint64_t i = 0; i < parts_->size; i++) {
      Str* s = parts_->items[i].as<Str>();
      copy(r, at, s);
      at += s->length;
    }
    return r;
  }

 private:
  static void copy(Str* to, size_t at, Str* s) {
    char* p = static_cast<char*>(to->inline_data()) + at * static_cast<size_t>(to->kind());
    if (s->kind() == to->kind()) {
      memcpy(p, s->data(), s->length * static_cast<size_t>(s->kind()));
      return;
    }
    for (size_t i = 0; i < s->length; i++) {
      if (to->kind() == 2) reinterpret_cast<uint16_t*>(p)[i] = static_cast<uint16_t>(s->at(i));
      else reinterpret_cast<uint32_t*>(p)[i] = s->at(i);
    }
  }
  Thread& t_;
  List* parts_ = nullptr;
  size_t length_ = 0;
  uint32_t max_ = 0x7F;
};

}  // namespace kaa
