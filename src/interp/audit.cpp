#include "runtime/audit.h"

#include "interp/tracing.h"
#include "objects/traits.h"

namespace kaa {

static Root<Tuple*>& hooks() {  // no list: gc.get_objects() must not lead there
  static auto* r = new Root<Tuple*>();
  return *r;
}

// Hooks run untraced, unless they have a true __cantrace__.
static Status call_hook(Thread& t, Value hook, Str* event, Tuple* args) {
  Opt can = TRY(lookup_attr(t, hook, NAME("__cantrace__")));
  if (can && TRY(truth(t, can.v))) {
    TRY(call(t, hook, event, args));
    return {};
  }
  TraceQuiet quiet(t, t.traced_frame, t.trace_event);
  TRY(call(t, hook, event, args));
  return {};
}

Status audit_args(Thread& t, Str* name, const Value* args, size_t n) {
  Tuple* all = hooks();
  Tuple* u = TRY(new_tuple(t, n));
  for (size_t i = 0; i < n; i++) tuple_init(u, i, args[i] ? args[i] : kNone);
  for (uint64_t i = 0; i < all->size; i++) TRY(call_hook(t, all->items[i], name, u));
  return {};
}

Status add_audit_hook(Thread& t, Value hook) {
  // Those that are there may object: with an Exception silently, with anything else aloud.
  if (interp().auditing && !audit(t, "sys.addaudithook").ok()) {
    if (!exc_matches(t, KAA_TYPE(Exception))) return Error{};
    clear_exc(t);
    return {};
  }
  Tuple* old = hooks();
  uint64_t n = old ? old->size : 0;
  Tuple* all = TRY(new_tuple(t, n + 1));
  for (uint64_t i = 0; i < n; i++) tuple_init(all, i, old->items[i]);
  tuple_init(all, n, hook);
  hooks() = all;
  interp().auditing = true;
  return {};
}

}  // namespace kaa
