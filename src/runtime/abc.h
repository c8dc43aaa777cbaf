// A shortcut for isinstance() with abstract classes.
#pragma once
#include "heap/value.h"

namespace kaa {

enum class AbcAnswer { kNo, kYes, kAsk };
// What an abstract class's caches say of o. kAsk: nothing, the hook must be called. `hook` is the __instancecheck__ of cls's metaclass; any but
// ABCMeta's own gives kAsk.
AbcAnswer abc_isinstance(Value o, Value cls, Value hook);

}  // namespace kaa
