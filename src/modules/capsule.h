// PyCapsule: a pointer with a name, by which one native library hands something to another. Programs make them through ctypes.pythonapi.
#pragma once
#include "objects/objects.h"
#include "runtime/types.h"

namespace kaa {

struct Capsule : Object {
  void* pointer;
  char* name;                        // a copy, or null
  void* context;
  void (*destructor)(uint64_t);      // of C, called with the capsule
  template <class F> void each_field(F&&) {}
};

Result<Type*> capsule_type(Thread& t);

}  // namespace kaa
