// _lsprof: the profiler of cProfile, a tool of sys.monitoring.
//
// A profiler has an entry for each code object and each native function that ran, and a stack of the calls that are running. What begins enters the stack,
// what ends leaves it and adds its time: to the entry, and to what the caller's entry knows of this callee. A call within another one of the same function
// counts as recursive, and its time is not added to the total again.
#include <cmath>
#include <time.h>

#include <unordered_map>
#include <vector>

#include "interp/monitor.h"
#include "modules/native_new.h"
#include "runtime/traceback.h"
#include "types/int.h"
#include "types/structseq.h"

namespace kaa {

namespace {
constexpr int kProfilerTool = 2;

struct Times {
  int64_t total = 0, inlined = 0;  // inlined: without what callees took
  int64_t calls = 0, recursive = 0;
  int64_t level = 0;               // of recursion, now
  void add(int64_t time, int64_t own) {
    if (--level == 0) total += time;
    else recursive++;
    inlined += own;
    calls++;
  }
};
struct Entry {
  uint64_t object;                 // index of what it is shown as in Profiler::objects
  Times times;
  std::unordered_map<Entry*, Times> callees;
};
struct Running {
  Entry* entry;
  int64_t start, inner;            // inner: time that callees took
};
struct Calls {
  std::unordered_map<const void*, Entry> entries;  // by code object or MethodDef
  std::vector<Running> stack;
};
}  // namespace

struct Profiler : Object {
  Field<> timer;                   // empty: the system's clock
  Field<List*> objects;            // code objects, or names of native functions
  Calls* calls;                    // owned
  double unit;
  bool enabled, subcalls, builtins;
  bool in_timer;                   // the caller's clock runs: what it would change is in use
  template <class F> void each_field(F&& f) { f(timer); f(objects); }
};
template <> struct LayoutTraits<Profiler> {
  static constexpr Death death = Death::kCustom;
  static void destroy(Profiler* p) { delete p->calls; }
};

namespace {

Type *g_profiler, *g_entry, *g_subentry;

Profiler* self_of(Args a) { return a.as<Profiler>(0); }

// Nanoseconds, or what the caller's function says: ints as they are, other numbers in units of 2^-32. Its exceptions are reported and count as 0.
int64_t now(Thread& t, Profiler* p) {
  if (!p->timer) {
    timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return int64_t{ts.tv_sec} * 1000000000 + ts.tv_nsec;
  }
  auto ask = [&]() -> Result<int64_t> {
    Value v = TRY(call(t, p->timer.get()));
    if (p->unit > 0) return to_int64(t, v);
    double d = TRY(to_double(t, v));
    d *= 4294967296.0;
    return std::fabs(d) < 9223372036854775808.0 ? static_cast<int64_t>(d) : INT64_MIN;
  };
  p->in_timer = true;
  Result<int64_t> r = ask();
  p->in_timer = false;
  if (r.ok()) return r.value();
  report_ignored(t, "calling _lsprof timer", p->timer.get());
  return 0;
}
double scale_of(Profiler* p) { return !p->timer ? 1e-9 : p->unit > 0 ? p->unit : 1 / 4294967296.0; }

Result<Entry*> entry_of(Thread& t, Profiler* p, const void* key, Value shown) {
  auto it = p->calls->entries.find(key);
  if (LIKELY(it != p->calls->entries.end())) return &it->second;
  TRY(list_append(t, p->objects, shown));
  Entry& e = p->calls->entries[key];
  e.object = p->objects->size - 1;
  return &e;
}

void enter(Thread& t, Profiler* p, Entry* e) {
  e->times.level++;
  if (p->subcalls && !p->calls->stack.empty()) p->calls->stack.back().entry->callees[e].level++;
  size_t place = p->calls->stack.size();
  p->calls->stack.push_back({e, 0, 0});
  int64_t start = now(t, p);  // may run Python
  if (place < p->calls->stack.size()) p->calls->stack[place].start = start;
}
void leave(Thread& t, Profiler* p) {
  if (p->calls->stack.empty()) return;
  int64_t end = now(t, p);
  if (p->calls->stack.empty()) return;
  Running r = p->calls->stack.back();
  p->calls->stack.pop_back();
  int64_t time = end - r.start, own = time - r.inner;
  r.entry->times.add(time, own);
  if (p->calls->stack.empty()) return;
  Running& caller = p->calls->stack.back();
  caller.inner += time;
  if (!p->subcalls) return;
  auto it = caller.entry->callees.find(r.entry);
  if (it != caller.entry->callees.end() && it->second.level > 0) it->second.add(time, own);
}
// An end counts only for what has begun: other code was running already when the profiler was enabled.
void leave_if(Thread& t, Profiler* p, const void* key) {
  auto it = p->calls->entries.find(key);
  if (it != p->calls->entries.end()) leave(t, p);
}

// ---- callbacks of sys.monitoring

// The native function that a call calls, or null: builtin functions and methods count, types and other callables do not.
NativeFunction* native_callee(Value callable) {
  if (IS_EXACT(callable, method)) callable = callable.as<BoundMethod>()->func.get();
  if (IS_EXACT(callable, builtin_function) || IS_EXACT(callable, method_descriptor)) return callable.as<NativeFunction>();
  return nullptr;
}
// What statistics show for it.
Result<Value> native_name(Thread& t, NativeFunction* f) {
  if (IS_EXACT(Value(f), method_descriptor)) return TRY(repr(t, f));
  Value self = f->self;
  if (!self || IS_EXACT(self, module)) {
    if (f->module && is_str(f->module)) return TRY(str_format(t, "<built-in method %U.%s>", f->module.get().as<Str>(), f->def->name));
    return TRY(str_format(t, "<built-in method %s>", f->def->name));
  }
  if (Value method = type_lookup(type_of(self), intern_name(f->def->name))) return TRY(repr(t, method));
  return TRY(str_format(t, "<built-in method %s>", f->def->name));
}

Result<Value> profiler_pystart(Thread& t, Args a) {
  enter(t, self_of(a), TRY(entry_of(t, self_of(a), a[1].as<Object>(), a[1])));
  return kNone;
}
Result<Value> profiler_pythrow(Thread& t, Args a) { return profiler_pystart(t, a); }
Result<Value> profiler_pyreturn(Thread& t, Args a) {
  leave_if(t, self_of(a), a[1].as<Object>());
  return kNone;
}
Result<Value> profiler_ccall(Thread& t, Args a) {
  Profiler* p = self_of(a);
  NativeFunction* f = p->builtins ? native_callee(a[3]) : nullptr;
  if (!f) return kNone;
  auto it = p->calls->entries.find(f->def);
  Entry* e = it != p->calls->entries.end() ? &it->second : TRY(entry_of(t, p, f->def, TRY(native_name(t, f))));
  enter(t, p, e);
  return kNone;
}
Result<Value> profiler_creturn(Thread& t, Args a) {
  Profiler* p = self_of(a);
  if (NativeFunction* f = p->builtins ? native_callee(a[3]) : nullptr) leave_if(t, p, f->def);
  return kNone;
}

// ---- methods

constexpr struct { MonEvent event; const char* callback; } k_events[] = {
    {MonEvent::PyStart, "_pystart_callback"}, {MonEvent::PyResume, "_pystart_callback"}, {MonEvent::PyThrow, "_pythrow_callback"},
    {MonEvent::PyReturn, "_pyreturn_callback"}, {MonEvent::PyYield, "_pyreturn_callback"}, {MonEvent::PyUnwind, "_pyreturn_callback"},
    {MonEvent::Call, "_ccall_callback"}, {MonEvent::CReturn, "_creturn_callback"}, {MonEvent::CRaise, "_creturn_callback"},
};

Result<Value> profiler_new(Thread& t, Args a, Tuple*) {
  Profiler* p = TRY(alloc_as<Profiler>(t, a.as<Type>(0)));
  p->calls = new Calls;
  p->subcalls = p->builtins = true;
  p->objects.set(TRY(new_list(t)));
  return p;
}
Result<Value> profiler_init(Thread& t, Args a) {
  Profiler* p = self_of(a);
  double unit = a[2] ? TRY(to_double(t, a[2])) : 0;
  bool subcalls = !a[3] || TRY(truth(t, a[3])), builtins = !a[4] || TRY(truth(t, a[4]));
  p->timer.set(a[1] && !a[1].is_none() ? a[1] : Value());
  p->unit = unit;
  p->subcalls = subcalls;
  p->builtins = builtins;
  return kNone;
}

Result<Value> profiler_enable(Thread& t, Args a) {
  Profiler* p = self_of(a);
  bool subcalls = !a[1] || TRY(truth(t, a[1])), builtins = !a[2] || TRY(truth(t, a[2]));
  Value monitoring_module = TRY(import_attr(t, "sys", "monitoring")), tool = small_int(kProfilerTool);
  TRY(call_method(t, monitoring_module, NAME("use_tool_id"), tool, Value(NAME("cProfile"))));
  p->subcalls = subcalls;
  p->builtins = builtins;
  int64_t all = 0;
  for (auto& e : k_events) {
    Value callback = TRY(get_attr(t, p, intern_name(e.callback)));
    TRY(call_method(t, monitoring_module, NAME("register_callback"), tool, small_int(mon_bit(e.event)), callback));
    all |= mon_bit(e.event);
  }
  TRY(call_method(t, monitoring_module, NAME("set_events"), tool, small_int(all)));
  p->enabled = true;
  return kNone;
}
// What is still running is taken as ended.
void stop_all(Thread& t, Profiler* p) {
  while (!p->calls->stack.empty()) leave(t, p);
}
Result<Value> profiler_disable(Thread& t, Args a) {
  Profiler* p = self_of(a);
  if (p->in_timer) return RAISE(RuntimeError, "cannot disable profiler in external timer");
  if (!p->enabled) return kNone;
  Value monitoring_module = TRY(import_attr(t, "sys", "monitoring")), tool = small_int(kProfilerTool);
  for (auto& e : k_events) TRY(call_method(t, monitoring_module, NAME("register_callback"), tool, small_int(mon_bit(e.event)), kNone));
  TRY(call_method(t, monitoring_module, NAME("set_events"), tool, small_int(0)));
  TRY(call_method(t, monitoring_module, NAME("free_tool_id"), tool));
  p->enabled = false;
  stop_all(t, p);
  return kNone;
}
Result<Value> profiler_clear(Thread& t, Args a) {
  Profiler* p = self_of(a);
  if (p->in_timer) return RAISE(RuntimeError, "cannot clear profiler in external timer");
  Value fresh = TRY(new_list(t));
  p->calls->stack.clear();
  p->calls->entries.clear();
  p->objects.set(fresh.as<List>());
  return kNone;
}

Result<Tuple*> times_row(Thread& t, Type* type, Value shown, const Times& times, double scale) {
  Value items[] = {shown, TRY(make_int(t, times.calls)), TRY(make_int(t, times.recursive)), TRY(make_float(t, static_cast<double>(times.total) * scale)),
                   TRY(make_float(t, static_cast<double>(times.inlined) * scale))};
  Tuple* row = TRY(new_structseq(t, type));
  for (uint32_t i = 0; i < 5; i++) structseq_set(row, i, items[i]);
  return row;
}
// The entries are copied first: making the result may run Python, which may change them.
Result<Value> profiler_getstats(Thread& t, Args a) {
  Profiler* p = self_of(a);
  struct Callee { uint64_t object; Times times; };
  struct Row { uint64_t object; Times times; std::vector<Callee> callees; };
  std::vector<Row> rows;
  for (auto& [key, e] : p->calls->entries) {
    if (!e.times.calls) continue;
    Row row{e.object, e.times, {}};
    for (auto& [callee, times] : e.callees)
      if (times.calls) row.callees.push_back({callee->object, times});
    rows.push_back(std::move(row));
  }
  double scale = scale_of(p);
  List* objects = p->objects;
  List* result = TRY(new_list(t));
  for (const Row& row : rows) {
    Value callees = kNone;
    if (!row.callees.empty()) {
      List* list = TRY(new_list(t));
      for (const Callee& c : row.callees) TRY(list_append(t, list, TRY(times_row(t, g_subentry, objects->items[c.object], c.times, scale))));
      callees = list;
    }
    Tuple* u = TRY(times_row(t, g_entry, objects->items[row.object], row.times, scale));
    structseq_set(u, 5, callees);
    TRY(list_append(t, result, u));
  }
  return result;
}

const MethodDef k_methods[] = {
    {"__new__", profiler_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", profiler_init, "($self, /, timer=None, timeunit=0.0, subcalls=True, builtins=True)", nullptr},
    {"enable", profiler_enable, "($self, /, subcalls=True, builtins=True)", "Begins to collect."},
    {"disable", profiler_disable, "($self, /)", "Stops collecting."},
    {"clear", profiler_clear, "($self, /)", "Forgets what was collected."},
    {"getstats", profiler_getstats, "($self, /)", "What was collected, a list of profiler_entry."},
    {"_pystart_callback", profiler_pystart, "($self, code, instruction_offset, /)", nullptr},
    {"_pythrow_callback", profiler_pythrow, "($self, code, instruction_offset, exception, /)", nullptr},
    {"_pyreturn_callback", profiler_pyreturn, "($self, code, instruction_offset, retval, /)", nullptr},
    {"_ccall_callback", profiler_ccall, "($self, code, instruction_offset, callable, self_arg, /)", nullptr},
    {"_creturn_callback", profiler_creturn, "($self, code, instruction_offset, callable, self_arg, /)", nullptr},
};
const TypeSpec k_spec = {.doc = "Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True): collects how often functions ran and how long.", .methods = k_methods,
                         .layout = &kLayout<Profiler>, .flags = kTypeBase};

const StructSeqField k_entry_fields[] = {
    {"code", "A code object, or the name of a native function."}, {"callcount", "Calls."}, {"reccallcount", "Calls within a call of the same function."},
    {"totaltime", "Seconds, callees included."}, {"inlinetime", "Seconds without callees."}, {"calls", "A list of profiler_subentry, or None."}, kStructSeqEnd};
const StructSeqField k_subentry_fields[] = {
    {"code", "The callee."}, {"callcount", "Calls."}, {"reccallcount", "Calls within a call of the same function."},
    {"totaltime", "Seconds, callees included."}, {"inlinetime", "Seconds without callees."}, kStructSeqEnd};
const StructSeqDef k_entry_def = {"_lsprof.profiler_entry", nullptr, k_entry_fields, 6};
const StructSeqDef k_subentry_def = {"_lsprof.profiler_subentry", nullptr, k_subentry_fields, 5};

Status lsprof_exec(Thread& t, Module* m) {
  if (!g_profiler) {
    g_entry = TRY(make_structseq(t, k_entry_def));
    g_subentry = TRY(make_structseq(t, k_subentry_def));
    g_profiler = TRY(make_native_type(t, "_lsprof.Profiler", nullptr, k_spec));
  }
  TRY(module_add(t, m, "Profiler", g_profiler));
  TRY(module_add(t, m, "profiler_entry", g_entry));
  return module_add(t, m, "profiler_subentry", g_subentry);
}

}  // namespace

extern const ModuleDef _lsprof_module = {.name = "_lsprof", .doc = "The profiler of cProfile.", .functions = {}, .exec = lsprof_exec};

}  // namespace kaa
