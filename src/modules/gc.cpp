// gc: the cycle collector from Python. The collector is src/heap/cycles.cpp, when it runs is src/runtime/gc.cpp.
//
// The three generations are the collector's; a first threshold of 0 switches automatic collection off, as in CPython.
#include <stdio.h>

#include <vector>

#include "heap/heap_inl.h"
#include "base/clock.h"
#include "heap/reclaim_inl.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/interpreters.h"
#include "runtime/startup.h"
#include "runtime/types.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {

enum : int { kDebugStats = 1, kDebugCollectable = 2, kDebugUncollectable = 4, kDebugSaveAll = 32 };
int g_debug = 0;
List* g_garbage = nullptr;
List* g_callbacks = nullptr;
void scan(RootVisitor& v) {
  if (g_garbage) v.value(g_garbage);
  if (g_callbacks) v.value(g_callbacks);
}

// Objects of the implementation that Python code never sees. A function that is being made and has not got its closure yet cannot be called.
bool is_internal(Object* o) {
  Type* ty = o->type();
  if (ty == KAA_TYPE(function)) return static_cast<Function*>(o)->code->nfree && !static_cast<Function*>(o)->closure;
  return ty == KAA_TYPE(str_buffer) || ty == KAA_TYPE(_buffer_wrapper) || ty == KAA_TYPE(_managed_buffer);
}
bool is_container(Object* o) {
  Type* ty = o->type();
  if (ty->attr_offset | ty->slots_offset) return true;
  return ty != KAA_TYPE(object) && ty->layout->death != Death::kPlain;
}
bool tracked(Value v) {
  if (!v.is_object()) return false;
  if (IS_EXACT(v, tuple) || (type_of(v)->has(kTypeTuple) && dict_get_str(type_of(v)->dict, NAME("n_sequence_fields")))) {  // or a structseq
    Tuple* u = v.as<Tuple>();
    for (uint64_t i = 0; i < u->size; i++) if (tracked(u->items[i])) return true;
    return false;
  }
  Type* ty = type_of(v);
  // As in CPython, whose builtin types are static; most types of its modules are objects of the heap.
  if (ty == KAA_TYPE(bytearray) || ty == KAA_TYPE(range)) return false;
  if (ty->has(kTypeType) && !v.as<Type>()->has(kTypeHeap)) {
    Value module = dict_get_str(v.as<Type>()->dict, NAME("__module__"));
    return module && is_str(module);
  }
  if (ty == KAA_TYPE(code) || (ty == KAA_TYPE(frame) && v.as<FrameObject>()->live)) return false;
  return ty->has(kTypeHeap) || (is_container(v.object()) && !is_internal(v.object()));
}

int generation_of(Object* o) { return !(o->rc & kOld) ? 0 : o->rc & kMiddle ? 1 : 2; }

// ---- collecting
uint64_t g_began = 0;
// gc.DEBUG_STATS: a few lines on stderr, as CPython writes them.
void print_stats(Thread& t, bool start, int generation, size_t collected) {
  if (!start) {
    fprintf(stderr, "gc: done, %zu unreachable, 0 uncollectable, %.4fs elapsed\n", collected, static_cast<double>(now_ns() - g_began) / 1e9);
    return;
  }
  g_began = now_ns();
  unsigned long count[3] = {}, frozen = 0;
  t.heap->each_object([&](Object* o) {
    if (!is_container(o) || is_internal(o)) return;
    if (o->rc & kFrozen) frozen++;
    else count[generation_of(o)]++;
  });
  fprintf(stderr, "gc: collecting generation %d...\ngc: objects in each generation: %lu %lu %lu\ngc: objects in permanent generation: %lu\n", generation, count[0],
          count[1], count[2], frozen);
}
// gc.DEBUG_COLLECTABLE.
void print_garbage(const std::vector<Object*>& found) {
  for (Object* o : found) {
    Str* name = o->type()->name;
    fputs("gc: collectable <", stderr);
    for (size_t i = 0; i < name->length; i++) fputc(name->at(i) < 128 ? static_cast<int>(name->at(i)) : '?', stderr);
    fprintf(stderr, " %p>\n", static_cast<void*>(o));
  }
}
void tell(Thread& t, const char* phase, int generation, size_t collected) {
  if (g_debug & kDebugStats) print_stats(t, phase[2] == 'a', generation, collected);
  if (!g_callbacks || !g_callbacks->size) return;
  Value saved = take_exc(t);
  Keep keep(saved);
  Result<bool> r = [&]() -> Result<bool> {
    Dict* info = TRY(new_dict(t));
    TRY(dict_set_str(t, info, "generation", small_int(generation)));
    TRY(dict_set_str(t, info, "collected", small_int(static_cast<int64_t>(collected))));
    TRY(dict_set_str(t, info, "uncollectable", small_int(0)));
    Value name = intern_name(phase);
    for (uint64_t i = 0; i < g_callbacks->size; i++) {
      Value cb = g_callbacks->items[i];
      if (!call(t, cb, name, info).ok()) write_unraisable(t, cb);
    }
    return true;
  }();
  if (!r.ok()) clear_exc(t);
  restore_exc(t, saved);
}
// With DEBUG_SAVEALL what was found is put into gc.garbage instead of being freed.
void save_garbage(const std::vector<Object*>& found) {
  Thread& t = current_thread();
  for (Object* o : found)
    if (g_garbage && !list_append(t, g_garbage, o).ok()) clear_exc(t);
}

Result<Value> gc_collect_(Thread& t, Args a) {
  int generation = a[0] ? TRY(to_cint(t, a[0])) : 2;
  if (generation < 0 || generation > 2) return RAISE(ValueError, "invalid generation");
  if (g_gc.collecting) return small_int(0);
  // What counts alone decide goes first, with the finalizers and callbacks it causes; then cycles, and once more what they let go of.
  const void* top = base_of_call(t, gc_collect_);
  auto settle = [&]() -> Status {
    if (top) t.heap->reconcile_above(top);
    else t.heap->reconcile();
    return run_finalizers(t);
  };
  TRY(settle());
  size_t n = gc_collect(t, generation, top);
  TRY(run_finalizers(t));
  TRY(settle());
  return make_uint(t, n);
}
Result<Value> gc_enable(Thread&, Args) { g_gc.enabled = true; return kNone; }
Result<Value> gc_disable(Thread&, Args) { g_gc.enabled = false; return kNone; }
Result<Value> gc_isenabled(Thread&, Args) { return Value::from_bool(g_gc.enabled); }
Result<Value> gc_get_debug(Thread&, Args) { return small_int(g_debug); }
Result<Value> gc_set_debug(Thread& t, Args a) {
  g_debug = TRY(to_cint(t, a[0]));
  t.heap->keep_garbage = g_debug & kDebugSaveAll ? save_garbage : nullptr;
  g_garbage_found = g_debug & kDebugCollectable ? print_garbage : nullptr;
  return kNone;
}
Result<Value> gc_get_threshold(Thread& t, Args) {
  return TRY(make_tuple(t, small_int(g_gc.threshold[0]), small_int(g_gc.threshold[1]), small_int(g_gc.threshold[2])));
}
Result<Value> gc_set_threshold(Thread& t, Args a) {
  if (a.n < 1 || a.n > 3) return RAISE(TypeError, "gc.set_threshold requires 1 to 3 arguments");
  int v[3];
  for (uint32_t i = 0; i < a.n; i++) v[i] = TRY(to_cint(t, a[i]));
  for (uint32_t i = 0; i < a.n; i++) g_gc.threshold[i] = v[i];
  return kNone;
}
Result<Value> gc_get_count(Thread& t, Args) {
  int64_t young = static_cast<int64_t>(t.heap->stats.allocated + t.heap->zct_size() - t.heap->last_kept) - static_cast<int64_t>(g_gc.allocated_then);
  return TRY(make_tuple(t, small_int(young < 0 ? 0 : young), small_int(static_cast<int64_t>(g_gc.young_since)),
                        small_int(static_cast<int64_t>(g_gc.middle_since))));
}
Result<Value> gc_get_stats(Thread& t, Args) {
  List* l = TRY(new_list(t));
  for (const GcGeneration& g : g_gc.generations) {
    Dict* d = TRY(new_dict(t));
    TRY(dict_set_str(t, d, "collections", TRY(make_uint(t, g.collections))));
    TRY(dict_set_str(t, d, "collected", TRY(make_uint(t, g.collected))));
    TRY(dict_set_str(t, d, "uncollectable", small_int(0)));
    TRY(list_append(t, l, d));
  }
  return l;
}

// ---- looking at objects
// A list of the objects for which keep(o) holds, for the native function `asked`. Nothing is reclaimed while it is made.
template <class F>
Result<Value> objects_where(Thread& t, Result<Value> (*asked)(Thread&, Args), F&& keep) {
  if (const void* top = base_of_call(t, asked)) t.heap->reconcile_above(top);
  else t.heap->reconcile();
  uint64_t n = 0;
  t.heap->each_object([&](Object* o) { n += keep(o); });
  List* l = TRY(new_list(t, n + 1));
  t.heap->each_object([&](Object* o) {
    if (o == l || l->size >= l->cap || !keep(o)) return;
    l->items[l->size++] = Value(o);
    inc(o);
  });
  return l;
}
Result<Value> gc_get_objects(Thread& t, Args a) {
  int generation = -1;
  if (a[0] && !a[0].is_none()) {
    if (!is_int(a[0]) && !type_of(a[0])->dunder(D_index)) return RAISE(TypeError, "argument should be integer or None, not '%T'", a[0]);
    generation = TRY(to_cint(t, a[0]));
    if (generation >= 3) return RAISE(ValueError, "generation parameter must be less than the number of available generations (3)");
    if (generation < -1) return RAISE(ValueError, "generation parameter cannot be negative");  // -1: all, as in CPython
  }
  TRY(audit(t, "gc.get_objects", small_int(generation)));
  return objects_where(t, gc_get_objects, [&](Object* o) {
    if (!is_container(o) || is_internal(o) || (o->rc & kDead)) return false;
    return generation < 0 || generation == generation_of(o);
  });
}
struct Finder final : ChildVisitor {
  Args wanted;
  bool found = false;
  explicit Finder(Args w) : wanted(w) {}
  void child(Value v) override {
    for (uint32_t i = 0; i < wanted.n; i++) found |= wanted.p[i] == v;
  }
};
Result<Value> gc_get_referrers(Thread& t, Args a) {
  if (interp().auditing) TRY(audit(t, "gc.get_referrers", TRY(tuple_of(t, a.p, a.n))));
  return objects_where(t, gc_get_referrers, [&](Object* o) {
    if (is_internal(o) || !is_container(o) || (o->rc & kDead)) return false;
    Finder f(a);
    visit_children(o, f);
    if (o->type()->has(kTypeHeap)) f.child(o->type());
    // What a generator's registers hold without counting it: while it runs, and until the next reconcile.
    if (o->type()->layout == KAA_TYPE(generator)->layout) {
      GeneratorObject* g = static_cast<GeneratorObject*>(o);
      if (!g->counted && (g->state == GenState::kRunning || g->state == GenState::kSuspended)) {
        uint32_t n = g->frame.code->nlocals;
        for (uint32_t i = 0; i < n; i++)
          if (g->regs[i] && g->regs[i].is_object()) f.child(g->regs[i]);
      }
    }
    return f.found;
  });
}
Result<Value> gc_get_referents(Thread& t, Args a) {
  if (interp().auditing) TRY(audit(t, "gc.get_referents", TRY(tuple_of(t, a.p, a.n))));
  List* l = TRY(new_list(t));
  std::vector<Value> children;
  for (uint32_t i = 0; i < a.n; i++) {
    if (!a[i].is_object() || !is_container(a[i].object())) continue;
    // Children are held by the object while they are copied: nothing runs in between but allocation.
    children.clear();
    each_value(a[i].object(), type_of(a[i]), [&](Value v) { if (!v.is_object() || !is_internal(v.object())) children.push_back(v); });
    if (type_of(a[i])->has(kTypeHeap)) children.push_back(type_of(a[i]));
    for (Value c : children) TRY(list_append(t, l, c));
  }
  return l;
}
Result<Value> gc_is_tracked(Thread&, Args a) { return Value::from_bool(tracked(a[0])); }
Result<Value> gc_is_finalized(Thread&, Args a) { return Value::from_bool(a[0].is_object() && a[0].object()->flag(kFinalized) && type_of(a[0])->death == Death::kFinalizer); }

Result<Value> gc_freeze(Thread& t, Args) {
  t.heap->reconcile();
  t.heap->each_object([](Object* o) { if (is_container(o) && !is_immortal(o->rc)) o->rc = (o->rc & ~uint64_t{kCandidate | kMiddle}) | kFrozen | kOld; });
  return kNone;
}
Result<Value> gc_unfreeze(Thread& t, Args) {
  t.heap->each_object([](Object* o) { o->clear_flag(kFrozen); });
  return kNone;
}
Result<Value> gc_get_freeze_count(Thread& t, Args) {
  uint64_t n = 0;
  t.heap->each_object([&](Object* o) { n += o->flag(kFrozen); });
  return make_uint(t, n);
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"enable", gc_enable, "()", "Switches automatic collection of cycles on.", kF},
    {"disable", gc_disable, "()", "Switches automatic collection of cycles off.", kF},
    {"isenabled", gc_isenabled, "()", "Whether automatic collection is on.", kF},
    {"set_debug", gc_set_debug, "(flags, /)", "Sets the debugging flags (DEBUG_*).", kF},
    {"get_debug", gc_get_debug, "()", "The debugging flags.", kF},
    {"get_count", gc_get_count, "()", "Objects made since the last collection, young collections since the last full one.", kF},
    {"set_threshold", gc_set_threshold, nullptr, "set_threshold(threshold0[, threshold1[, threshold2]]): 0 for the first switches automatic collection off.", kF},
    {"get_threshold", gc_get_threshold, "()", "The thresholds.", kF},
    {"collect", gc_collect_, "(generation=2)", "Collects cycles now; gives the number of objects found unreachable.", kF},
    {"get_objects", gc_get_objects, "(generation=None)", "A list of all containers, or of those of one generation.", kF},
    {"get_stats", gc_get_stats, "()", "Collections and objects collected, for each generation.", kF},
    {"is_tracked", gc_is_tracked, "(obj, /)", "Whether the object can be part of a cycle.", kF},
    {"is_finalized", gc_is_finalized, "(obj, /)", "Whether the object's finalizer has run.", kF},
    {"get_referrers", gc_get_referrers, nullptr, "get_referrers(*objs): the containers that refer to any of them.", kF},
    {"get_referents", gc_get_referents, nullptr, "get_referents(*objs): what they refer to.", kF},
    {"freeze", gc_freeze, "()", "Leaves all present objects out of further collections.", kF},
    {"unfreeze", gc_unfreeze, "()", "Takes frozen objects in again.", kF},
    {"get_freeze_count", gc_get_freeze_count, "()", "The number of frozen objects.", kF},
};

Status gc_exec(Thread& t, Module* m) {
  static bool once = [] {
    own_state("gc", &g_garbage, sizeof g_garbage);
    own_state("gc", &g_callbacks, sizeof g_callbacks);
    return true;
  }();
  static_cast<void>(once);
  if (!g_garbage) g_garbage = TRY(new_list(t));
  if (!g_callbacks) g_callbacks = TRY(new_list(t));
  g_gc.notify = tell;
  TRY(module_add(t, m, "garbage", g_garbage));
  TRY(module_add(t, m, "callbacks", g_callbacks));
  TRY(module_add(t, m, "DEBUG_STATS", small_int(kDebugStats)));
  TRY(module_add(t, m, "DEBUG_COLLECTABLE", small_int(kDebugCollectable)));
  TRY(module_add(t, m, "DEBUG_UNCOLLECTABLE", small_int(kDebugUncollectable)));
  TRY(module_add(t, m, "DEBUG_SAVEALL", small_int(kDebugSaveAll)));
  return module_add(t, m, "DEBUG_LEAK", small_int(kDebugCollectable | kDebugUncollectable | kDebugSaveAll));
}

}  // namespace

extern const ModuleDef gc_module = {"gc", "The collector of garbage cycles.", k_functions, gc_exec};
void gc_roots(RootVisitor& v) { scan(v); }

}  // namespace kaa
