// The shared buffer of strings made by `a += b`. Such a string is a view (kStrView): it points into a StrBuffer and holds it. The buffer has room
// behind the characters in use; appending to the view that ends where the used part ends writes there, and shorter views stay what they were.
// Characters never move or change once written: a buffer that is full is replaced by a larger one, not grown.
#pragma once
#include "objects/objects.h"

namespace kaa {

struct StrBuffer : Object {
  uint64_t used, cap;  // bytes
  char* start() { return reinterpret_cast<char*>(this + 1); }
  template <class F> void each_field(F&&) {}
};

}  // namespace kaa
