// Native types whose metaclass is a native type itself.
#pragma once
#include "runtime/native.h"

namespace kaa {

// make_native_type() with a metaclass: a subtype of type, whose layout the new type gets (a struct derived from Type, zero-filled behind it).
Result<Type*> make_native_class(Thread& t, Type* meta, const char* qualified_name, Type* base, const TypeSpec& spec);

}  // namespace kaa
