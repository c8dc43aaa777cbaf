// kaa: the object lifecycle at run time. Figures of the heap, live objects by type, and the reason why an object is alive.
#include "modules/kaa/kaa.h"

#include <stdio.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "heap/heap_inl.h"
#include "objects/traits.h"
#include "runtime/zombies.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

struct Row { Type* type; uint64_t count, bytes, died, uncounted; };

// Calls fn for the type and all that are derived from it, each once.
template <class F>
void each_type(Type* ty, F&& fn) {
  fn(ty);
  for (uint32_t i = 0; i < ty->nsubclasses; i++)
    if (ty->subclasses[i]->base.get() == ty) each_type(ty->subclasses[i], fn);
}

const char* const k_shell_names[] = {
#define FREELIST_MEMORY(id, structure)
#define FREELIST_STORAGE(id, structure) #id,
#include "defs/freelists.def"
};
// Objects of an exact type that were made from its list of shells. -1: it has none.
int64_t from_freelist(Heap& h, Type* ty) {
  int k = 0;
#define FREELIST_MEMORY(id, structure)
#define FREELIST_STORAGE(id, structure) \
  if (ty == KAA_TYPE(id)) return static_cast<int64_t>(h.shells[k].reused); \
  k++;
#include "defs/freelists.def"
  (void)k;
  return -1;
}

// What the heap's pages hold, by type, most bytes first. Call within NoReconcile: dead objects that no reconcile has seen yet are among them otherwise.
std::vector<Row> count_types(Heap& h) {
  std::unordered_map<Type*, Row> by_type;
  h.each_object([&](Object* o) {
    Row& r = by_type[o->type()];
    r.type = o->type();
    r.count++;
    r.bytes += object_size(o);
  });
  each_type(KAA_TYPE(object), [&](Type* ty) {
    uint64_t died = ty->died_counted + ty->died_uncounted;
    if (!died) return;
    Row& r = by_type[ty];
    r.type = ty;
    r.died = died;
    r.uncounted = ty->died_uncounted;
  });
  std::vector<Row> rows;
  for (auto& [ty, r] : by_type) rows.push_back(r);
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.count > b.count; });
  return rows;
}
struct Figure { const char* name; uint64_t value; };
std::vector<Figure> figures(Heap& h) {
  const HeapStats& s = h.stats;
  return {{"allocated", s.allocated}, {"freed", s.freed}, {"live", s.live()}, {"large", s.large}, {"reconciles", s.reconciles},
          {"survivors", s.survivors}, {"collections", s.collections}, {"cycles_collected", s.cycles_collected}, {"max_pause_ns", s.max_pause_ns},
          {"total_pause_ns", s.total_pause_ns}, {"max_waiting", s.max_waiting}, {"max_waiting_bytes", s.max_waiting_bytes}, {"freed_bytes", s.freed_bytes},
          {"young_collections", s.young_collections}, {"max_young_collection_ns", s.max_young_ns}, {"max_full_collection_ns", s.max_full_ns},
          {"collecting_ns", s.collecting_ns}, {"young_survivors", h.young_survivors}, {"waiting", h.zct_size()}, {"held_by_stacks", h.last_kept},
          {"eager_entered", s.eager_entered}, {"eager_looks", s.eager_looks}, {"eager_scans", s.eager_scans}, {"eager_killed", s.eager_killed},
#ifdef KAA_COUNT_EVERYTHING
          {"counting_heap", g_counting.heap}, {"counting_registers", g_counting.registers},
#endif
          {"bytes_since_reconcile", h.bytes_since}, {"byte_budget", h.budget}};
}
Status settle(Thread& t, const void* top = nullptr) {
  if (top) t.heap->reconcile_above(top);
  else t.heap->reconcile();
  return safepoint(t, top);  // finalizers and weakref callbacks that it queued
}

Result<Dict*> zombie_figures(Thread& t) {
  const Zombies& z = t.interp->zombies;
  Dict* d = TRY(new_dict(t));
  const Figure rows[] = {{"frames", z.frames}, {"codes", z.ncodes}, {"reused", z.reused}, {"released", z.released}, {"limit", heap().zombie_limit}, {"age", z.age}};
  for (const Figure& f : rows) TRY(dict_set_str(t, d, f.name, TRY(make_uint(t, f.value))));
  return d;
}
Result<Value> kaa_zombies(Thread& t, Args a) {
  Zombies& z = t.interp->zombies;
  int64_t limit = a[0] && !a[0].is_none() ? TRY(to_ssize(t, a[0])) : heap().zombie_limit, age = a[1] && !a[1].is_none() ? TRY(to_ssize(t, a[1])) : z.age;
  if (limit < 0 || limit > 1 << 20) return RAISE(ValueError, "limit must be from 0 to %d", 1 << 20);
  if (age < 1 || age > 1 << 20) return RAISE(ValueError, "age must be from 1 to %d", 1 << 20);
  z.age = static_cast<uint32_t>(age);
  heap().zombie_limit = static_cast<uint32_t>(limit);
  for (uint32_t i = z.ncodes; i-- > 0;) release_zombies(z.codes[i], heap().zombie_limit);
  return TRY(zombie_figures(t));
}

Result<Value> kaa_stats(Thread& t, Args) {
  TRY(settle(t));
  Dict* out = TRY(new_dict(t));
  for (const Figure& f : figures(*t.heap)) {
    Value v = TRY(make_uint(t, f.value));
    TRY(dict_set_str(t, out, f.name, v));
  }
  NoReconcile hold(*t.heap);
  Dict* types = TRY(new_dict(t));
  for (const Row& r : count_types(*t.heap)) {
    Str* name = TRY(type_full_name(t, r.type));
    Opt had = TRY(dict_get(t, types, name));  // classes of the same name are added up
    Dict* d = had ? had.v.as<Dict>() : TRY(new_dict(t));
    auto add = [&](const char* key, uint64_t v) -> Status {
      if (had)
        if (Value old = dict_get_str(d, intern_name(key)); old && old.is_int()) v += static_cast<uint64_t>(old.as_int());
      return dict_set_str(t, d, key, TRY(make_uint(t, v)));
    };
    TRY(add("live", r.count));
    TRY(add("bytes", r.bytes));
    TRY(add("allocated", r.count + r.died));
    TRY(add("freed", r.died));
    TRY(add("died_uncounted", r.uncounted));
    if (int64_t n = from_freelist(*t.heap, r.type); n >= 0) TRY(add("from_freelist", static_cast<uint64_t>(n)));
    TRY(dict_set(t, types, name, d));
  }
  Dict* lists = TRY(new_dict(t));
  for (int k = 0; k < kShellCount; k++) {
    const ShellList& l = t.heap->shells[k];
    Dict* d = TRY(new_dict(t));
    TRY(dict_set_str(t, d, "reused", TRY(make_uint(t, l.reused))));
    TRY(dict_set_str(t, d, "missed", TRY(make_uint(t, l.made))));
    TRY(dict_set_str(t, d, "waiting", small_int(l.count)));
    TRY(dict_set_str(t, d, "limit", small_int(l.limit)));
    TRY(dict_set_str(t, lists, k_shell_names[k], d));
  }
  TRY(dict_set_str(t, out, "freelists", lists));
  TRY(dict_set_str(t, out, "zombies", TRY(zombie_figures(t))));
  TRY(dict_set_str(t, out, "types", types));
  return out;
}
Result<Value> kaa_reconcile(Thread& t, Args) {
  uint64_t before = t.heap->stats.freed;
  TRY(settle(t, base_of_call(t, kaa_reconcile)));
  return make_uint(t, t.heap->stats.freed - before);
}
Result<Value> kaa_why_alive(Thread& t, Args a) {
  int64_t limit = a[1] ? TRY(to_ssize(t, a[1])) : 10;
  if (limit < 1) return RAISE(ValueError, "limit must be positive");
  return TRY(why_alive(t, a[0], static_cast<size_t>(limit)));
}
Result<Value> kaa_verify(Thread& t, Args) {
  t.heap->reconcile();
  return Value::from_bool(t.heap->verify(false));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"stats", kaa_stats, "()", "Figures of the heap since the start; 'types': for each type's name what is live, was made, was freed, died without having been counted; 'freelists'.", kF},
    {"reconcile", kaa_reconcile, "()", "Reclaims what nothing refers to, finalizers included; the number of objects freed. Cycles are gc.collect()'s.", kF},
    {"why_alive", kaa_why_alive, "(object, /, limit=10)", "Chains of holders from a root to the object, as strings, shortest first.", kF},
    {"zombies", kaa_zombies, "(limit=None, age=None)", "Sets how many dead generators wait on a code object, and after how many looks without use half go; gives the figures.", kF},
    {"verify", kaa_verify, "()", "Recomputes every reference count from the heap; whether all are right.", kF},
};

}  // namespace

Status kaa_print_lifecycle(Thread& t) {
  TRY(settle(t));
  NoReconcile hold(*t.heap);
  fprintf(stderr, "\nobject lifecycle\n");
  for (const Figure& f : figures(*t.heap)) fprintf(stderr, "  %-24s %14llu\n", f.name, static_cast<unsigned long long>(f.value));
  std::vector<Row> rows = count_types(*t.heap);
  for (int k = 0; k < kShellCount; k++) {
    const ShellList& l = t.heap->shells[k];
    uint64_t all = l.reused + l.made;
    fprintf(stderr, "  freelist of %-12s %14llu reused, %llu missed (%.1f %%)\n", k_shell_names[k], static_cast<unsigned long long>(l.reused),
            static_cast<unsigned long long>(l.made), all ? 100.0 * static_cast<double>(l.reused) / static_cast<double>(all) : 0.0);
  }
  fprintf(stderr, "\n  %-36s %12s %14s %12s %12s %9s\n", "type", "live", "bytes", "allocated", "freed", "uncounted");
  auto line = [](const char* name, const Row& r) {
    char share[16] = "";
    if (r.died) snprintf(share, sizeof share, "%.0f %%", 100.0 * static_cast<double>(r.uncounted) / static_cast<double>(r.died));
    fprintf(stderr, "  %-36.36s %12llu %14llu %12llu %12llu %9s\n", name, static_cast<unsigned long long>(r.count), static_cast<unsigned long long>(r.bytes),
            static_cast<unsigned long long>(r.count + r.died), static_cast<unsigned long long>(r.died), share);
  };
  constexpr size_t kShown = 30;
  Row all{};
  for (size_t i = 0; i < rows.size(); i++) {
    const Row& r = rows[i];
    all.count += r.count;
    all.bytes += r.bytes;
    all.died += r.died;
    all.uncounted += r.uncounted;
    if (i >= kShown) continue;
    Str* name = TRY(type_full_name(t, r.type));
    Utf8 u;
    TRY(str_utf8(t, name, u, true));
    line(u.data, r);
  }
  if (rows.size() > kShown) fprintf(stderr, "  ... and %zu more types\n", rows.size() - kShown);
  line("all", all);
  return {};
}

extern const ModuleDef kaa_module = {"kaa", "The object lifecycle of this interpreter: statistics, and why objects are alive.", k_functions, nullptr};

}  // namespace kaa
