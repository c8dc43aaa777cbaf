// sys.monitoring: tool identifiers, events and their numbers. Events are not delivered yet, and asking for one says so.
#include "runtime/api.h"
#include "runtime/types.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

constexpr int kTools = 6;
Root<List*>& tools() { static auto* r = new Root<List*>(); return *r; }  // name of each tool, or None

Result<int> tool_id(Thread& t, Value v) {
  int n = TRY(to_cint(t, v));
  if (n < 0 || n >= kTools) return RAISE(ValueError, "invalid tool %d (must be between 0 and 5)", n);
  return n;
}
Result<Value> mon_use_tool_id(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  if (!is_str(a[1])) return RAISE(ValueError, "tool name must be a str");
  if (!tools()->items[n].is_none()) return RAISE(ValueError, "tool %d is already in use", n);
  TRY(set_item(t, tools().get(), small_int(n), a[1]));
  return kNone;
}
Result<Value> mon_free_tool_id(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  TRY(set_item(t, tools().get(), small_int(n), kNone));
  return kNone;
}
Result<Value> mon_get_tool(Thread& t, Args a) { return tools()->items[TRY(tool_id(t, a[0]))]; }
Result<Value> mon_check_used(Thread& t, Value v) {
  int n = TRY(tool_id(t, v));
  if (tools()->items[n].is_none()) return RAISE(ValueError, "tool %d is not in use", n);
  return small_int(n);
}
Result<Value> mon_register(Thread& t, Args a) {
  TRY(tool_id(t, a[0]));
  return kNone;  // no callback was registered before
}
Result<Value> mon_get_events(Thread& t, Args a) {
  TRY(mon_check_used(t, a[0]));
  return small_int(0);
}
Result<Value> mon_set_events(Thread& t, Args a) {
  TRY(mon_check_used(t, a[0]));
  int64_t e = TRY(to_int64(t, a[a.n - 1]));
  if (e) return RAISE(NotImplementedError, "sys.monitoring events are not delivered by this version of Kaa");
  return kNone;
}
Result<Value> mon_restart(Thread&, Args) { return kNone; }

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"use_tool_id", mon_use_tool_id, "(tool_id, name, /)", "Takes a tool identifier.", kF},
    {"free_tool_id", mon_free_tool_id, "(tool_id, /)", "Gives a tool identifier back.", kF},
    {"clear_tool_id", mon_free_tool_id, "(tool_id, /)", "Gives a tool identifier back.", kF},
    {"get_tool", mon_get_tool, "(tool_id, /)", "The name of a tool, or None.", kF},
    {"register_callback", mon_register, "(tool_id, event, func, /)", "Sets the callback of an event.", kF},
    {"get_events", mon_get_events, "(tool_id, /)", "The events of a tool.", kF},
    {"set_events", mon_set_events, "(tool_id, event_set, /)", "Sets the events of a tool.", kF},
    {"get_local_events", mon_get_events, "(tool_id, code, /)", "The events of a tool for one code object.", kF},
    {"set_local_events", mon_set_events, "(tool_id, code, event_set, /)", "Sets the events of a tool for one code object.", kF},
    {"restart_events", mon_restart, "()", "Enables again what callbacks disabled.", kF},
};
const char* const k_events[] = {"PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT", "STOP_ITERATION", "RAISE",
                                "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH"};

}  // namespace

Result<Value> make_monitoring(Thread& t) {
  List* l = TRY(new_list(t, kTools));
  for (int i = 0; i < kTools; i++) TRY(list_append(t, l, kNone));
  tools() = l;
  Module* m = TRY(alloc<Module>(t, KAA_SHAPE(module)));
  m->dict.init(TRY(new_dict(t)));
  TRY(module_add(t, m, "__name__", NAME("sys.monitoring")));
  for (const MethodDef& f : k_functions) {
    Value fn = TRY(new_native_function(t, &f, nullptr, Value(), NAME("sys.monitoring")));
    TRY(module_add(t, m, f.name, fn));
  }
  Value events = TRY(new_simple_namespace(t));
  int bit = 0;
  for (const char* e : k_events) TRY(set_attr(t, events, intern_name(e), small_int(int64_t{1} << bit++)));
  TRY(set_attr(t, events, NAME("NO_EVENTS"), small_int(0)));
  TRY(module_add(t, m, "events", events));
  for (auto [name, id] : {std::pair{"DEBUGGER_ID", 0}, {"COVERAGE_ID", 1}, {"PROFILER_ID", 2}, {"OPTIMIZER_ID", 5}}) TRY(module_add(t, m, name, small_int(id)));
  for (const char* n : {"DISABLE", "MISSING"}) {
    Object* o = TRY(alloc_instance(t, KAA_TYPE(object)));
    TRY(module_add(t, m, n, o));
  }
  return m;
}

}  // namespace kaa
