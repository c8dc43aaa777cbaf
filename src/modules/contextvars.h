// Context variables, for native modules that keep state in them.
#pragma once
#include "runtime/api.h"

namespace kaa {

struct ContextObject : Object {
  Field<Dict*> vars;
  Field<> prev;            // the context that was current when this one was entered
  uint64_t version;        // no other state of any context has this number
  bool entered, shared;    // shared: `vars` belongs to another context, too
  template <class F> void each_field(F&& f) { f(vars); f(prev); }
};
struct ContextVarObject : Object {
  Field<Str*> name;
  Field<> fallback;
  int64_t hash;
  Value seen;              // what it was in the state of a context that has this version, or empty; not counted: that context holds it
  uint64_t seen_version;
  template <class F> void each_field(F&& f) { f(name); f(fallback); }
};

// Makes it the current one, until it is left.
Status context_enter(Thread& t, Value context);
void context_leave(Thread& t, Value context);
Result<ContextVarObject*> new_context_var(Thread& t, const char* name);
Result<Opt> context_var_get(Thread& t, ContextVarObject* v);  // in the current context; its fallback does not count
Status context_var_set(Thread& t, ContextVarObject* v, Value value);

}  // namespace kaa
