// Instances whose death nobody waits for, of types with a finalizer. alloc_instance() makes such an instance eager, so that it is finalized at once; of these
// types most have nothing to say when they die, and what there is can wait for the next reconcile.
#pragma once
#include "runtime/api.h"

namespace kaa {

// For a native type of constant size.
template <class T>
Result<T*> alloc_unwatched(Thread& t, Type* ty) {
  size_t attributes = ty->attr_offset ? sizeof(Value) * (1 + ty->root->inline_cap) : 0;
  return static_cast<T*>(TRY(alloc_object(t, ty->root, ty->basicsize + attributes)));
}

}  // namespace kaa
