// atexit: functions to run when the interpreter shuts down.
#include "runtime/interpreters.h"

namespace kaa {
namespace {

Root<List*>& entries() {  // tuples (function, args, kwargs dict)
  static auto* r = [] {
    auto* l = new Root<List*>();
    own_state("atexit", l, sizeof *l);
    return l;
  }();
  return *r;
}

Result<Value> atexit_register(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw < 1) return RAISE(TypeError, "register() takes at least 1 argument (0 given)");
  if (!is_callable(a[0])) return RAISE(TypeError, "the first argument must be callable");
  if (!entries().get()) entries() = TRY(new_list(t));
  Tuple* args = TRY(tuple_of(t, a.p + 1, a.n - nkw - 1));
  Dict* kw = TRY(new_dict(t));
  for (uint32_t i = 0; i < nkw; i++) TRY(dict_set(t, kw, kwnames->items[i], a.p[a.n - nkw + i]));
  Value e = TRY(make_tuple(t, a[0], Value(args), Value(kw)));
  TRY(list_append(t, entries(), e));
  return a[0];
}
Result<Value> atexit_unregister(Thread& t, Args a) {
  List* l = entries();
  if (!l) return kNone;
  for (uint64_t i = l->size; i-- > 0;) {
    if (i >= l->size) i = l->size - 1;
    Value entry = l->items[i];
    if (!TRY(equal(t, a[0], entry.as<Tuple>()->items[0]))) continue;
    l = entries();  // the comparison may have changed the list
    for (uint64_t j = l->size; j-- > 0;) {
      if (l->items[j] != entry) continue;
      TRY(call_method(t, l, NAME("pop"), small_int(static_cast<int64_t>(j))));
      i = j;
      break;
    }
    if (!l->size) break;
  }
  return kNone;
}
Result<Value> atexit_run(Thread& t, Args) {
  for (;;) {
    List* l = entries();
    if (!l || !l->size) return kNone;
    Value e = TRY(call_method(t, l, NAME("pop")));
    Tuple* u = e.as<Tuple>();
    Result<Value> r = call_tuple(t, u->items[0], u->items[1].as<Tuple>(), u->items[2].as<Dict>());
    if (!r.ok()) write_unraisable_in(t, "atexit callback", u->items[0]);
  }
}
Result<Value> atexit_clear(Thread& t, Args) { entries() = TRY(new_list(t)); return kNone; }
Result<Value> atexit_count(Thread&, Args) { return small_int(entries().get() ? static_cast<int64_t>(entries()->size) : 0); }

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"register", atexit_register, nullptr, "Has func(*args, **kwargs) called at exit.", kF},
    {"unregister", atexit_unregister, "(func, /)", "Takes a function off the list.", kF},
    {"_run_exitfuncs", atexit_run, "()", "Runs the functions, last registered first.", kF},
    {"_clear", atexit_clear, "()", "Empties the list.", kF},
    {"_ncallbacks", atexit_count, "()", "The number of registered functions.", kF},
};

}  // namespace

Status run_exit_functions(Thread& t) {
  TRY(atexit_run(t, {}));
  return {};
}

extern const ModuleDef atexit_module = {"atexit", "Functions that run at exit.", k_functions, nullptr};

}  // namespace kaa
