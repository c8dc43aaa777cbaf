// Exception classes of native modules, as `class NAME(base): __module__ = module` would make them.
#pragma once
#include "runtime/api.h"

namespace kaa {

// The class lives as long as the caller holds it.
inline Result<Type*> new_exception(Thread& t, const char* module, const char* name, Value base) {
  Value bases = TRY(make_tuple(t, base));
  Dict* ns = TRY(new_dict(t));
  TRY(dict_set_str(t, ns, "__module__", TRY(new_str(t, module))));
  return TRY(call(t, KAA_TYPE(type), TRY(new_str(t, name)), bases, ns)).as<Type>();
}

}  // namespace kaa
