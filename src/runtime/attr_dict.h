// The dict that takes over an instance's attributes (types/dict.cpp).
#pragma once
#include "runtime/api.h"

namespace kaa {

// A new dict of n distinct interned keys; those whose value is empty are left out.
Result<Dict*> dict_of_attributes(Thread& t, Str* const* keys, const Value* values, uint32_t n);

}  // namespace kaa
