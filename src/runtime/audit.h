// Audit events (PEP 578): hooks of Python code that sys.addaudithook() registered. An event costs one test while there is none.
#pragma once
#include "runtime/api.h"

namespace kaa {

Status audit_args(Thread& t, Str* event, const Value* args, size_t n);
// Calls every hook with the event's name and a tuple of the arguments; an exception of a hook ends what raised the event.
template <class... V>
Status audit(Thread& t, const char* event, V... v) {
  if (LIKELY(!interp().auditing)) return {};
  Value args[sizeof...(v) + 1] = {Value(v)..., Value()};
  return audit_args(t, TRY(new_str(t, event)), args, sizeof...(v));
}
Status add_audit_hook(Thread& t, Value hook);

}  // namespace kaa
