// Calls of methods from native code without a bound method in between.
#pragma once
#include "runtime/api.h"

namespace kaa {

// The function that o.name() calls with o before its arguments, where it is one of the type's that needs no binding; else empty: get_attr() decides.
Value unbound_method(Value o, Str* name);

// As call_method(). Where o is an object whose death can be seen, a bound method would be one, too, and be looked for at once. (Not inline: words of the
// arguments' array that the caller does not come to write would be stale ones in its frame.)
template <class... V>
[[gnu::noinline]] Result<Value> call_unbound(Thread& t, Value o, Str* name, V... v) {
  if (Value f = unbound_method(o, name)) return call(t, f, o, v...);
  return call_method(t, o, name, v...);
}

}  // namespace kaa
