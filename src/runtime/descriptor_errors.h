// The words for assignments that the type of an object refuses.
#pragma once
#include "runtime/types.h"

namespace kaa {

Error not_writable(Thread& t, Str* name, Type* owner);    // AttributeError: a getset without a setter
bool has_own_setattr(Type* type);                         // CPython's type does not say that its objects have no __dict__

}  // namespace kaa
