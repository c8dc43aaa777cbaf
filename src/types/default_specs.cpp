// A type of types.def without methods of its own needs no file: its spec is the empty one here, which a definition elsewhere replaces.
#include "runtime/native.h"

namespace kaa {
#define TYPE(id, ...) \
  extern const TypeSpec id##_spec; \
  __attribute__((weak)) const TypeSpec id##_spec{};
#include "defs/types.def"
}  // namespace kaa
