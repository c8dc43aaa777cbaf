// Unpacking pairs without a tuple, for `for a, b in zip/enumerate/items`.
#pragma once
#include "runtime/api.h"

namespace kaa {
// 1: two values stored; 0: exhausted; -1: error; -2: this iterator has no such form.
int next_pair(Thread& t, Object* it, Value* out);
}  // namespace kaa
