// kaa: the object lifecycle at run time. Figures of the heap, live objects by type, and the reason why an object is alive.
#include "modules/kaa/kaa.h"

#include <stdio.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "heap/heap_inl.h"
#include "objects/traits.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

struct Row { Type* type; uint64_t count, bytes; };

// What the heap's pages hold, by type, most bytes first. Call within NoReconcile: dead objects that no reconcile has seen yet are among them otherwise.
std::vector<Row> count_types(Heap& h) {
  std::unordered_map<Type*, Row> by_type;
  h.each_object([&](Object* o) {
    Row& r = by_type[o->type()];
    r.type = o->type();
    r.count++;
    r.bytes += object_size(o);
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
          {"total_pause_ns", s.total_pause_ns},
          {"eager_entered", s.eager_entered}, {"eager_looks", s.eager_looks}, {"eager_scans", s.eager_scans}, {"eager_killed", s.eager_killed}, {"max_waiting", s.max_waiting}, {"waiting", h.zct_size()}, {"held_by_stacks", h.last_kept},
          {"bytes_since_reconcile", h.bytes_since}, {"byte_budget", h.budget}};
}
Status settle(Thread& t, const void* top = nullptr) {
  if (top) t.heap->reconcile_above(top);
  else t.heap->reconcile();
  return safepoint(t, top);  // finalizers and weakref callbacks that it queued
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
    // Classes of the same name are added up.
    Str* name = TRY(type_full_name(t, r.type));
    Opt had = TRY(dict_get(t, types, name));
    uint64_t count = r.count, bytes = r.bytes;
    if (had) {
      count += static_cast<uint64_t>(had.v.as<Tuple>()->items[0].as_int());
      bytes += static_cast<uint64_t>(had.v.as<Tuple>()->items[1].as_int());
    }
    Tuple* pair = TRY(make_tuple(t, small_int(static_cast<int64_t>(count)), small_int(static_cast<int64_t>(bytes))));
    TRY(dict_set(t, types, name, pair));
  }
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
    {"stats", kaa_stats, "()", "Figures of the heap since the start, and 'types': for each type's name the number of live objects and their bytes.", kF},
    {"reconcile", kaa_reconcile, "()", "Reclaims what nothing refers to, finalizers included; the number of objects freed. Cycles are gc.collect()'s.", kF},
    {"why_alive", kaa_why_alive, "(object, /, limit=10)", "Chains of holders from a root to the object, as strings, shortest first.", kF},
    {"verify", kaa_verify, "()", "Recomputes every reference count from the heap; whether all are right.", kF},
};

}  // namespace

Status kaa_print_lifecycle(Thread& t) {
  TRY(settle(t));
  NoReconcile hold(*t.heap);
  fprintf(stderr, "\nobject lifecycle\n");
  for (const Figure& f : figures(*t.heap)) fprintf(stderr, "  %-24s %14llu\n", f.name, static_cast<unsigned long long>(f.value));
  std::vector<Row> rows = count_types(*t.heap);
  uint64_t count = 0, bytes = 0;
  for (const Row& r : rows) {
    count += r.count;
    bytes += r.bytes;
  }
  fprintf(stderr, "\n  %-36s %12s %14s\n", "type", "objects", "bytes");
  constexpr size_t kShown = 30;
  for (size_t i = 0; i < rows.size() && i < kShown; i++) {
    Str* name = TRY(type_full_name(t, rows[i].type));
    Utf8 u;
    TRY(str_utf8(t, name, u, true));
    fprintf(stderr, "  %-36.36s %12llu %14llu\n", u.data, static_cast<unsigned long long>(rows[i].count), static_cast<unsigned long long>(rows[i].bytes));
  }
  if (rows.size() > kShown) fprintf(stderr, "  ... and %zu more types\n", rows.size() - kShown);
  fprintf(stderr, "  %-36s %12llu %14llu\n", "all", static_cast<unsigned long long>(count), static_cast<unsigned long long>(bytes));
  return {};
}

extern const ModuleDef kaa_module = {"kaa", "The object lifecycle of this interpreter: statistics, and why objects are alive.", k_functions, nullptr};

}  // namespace kaa
