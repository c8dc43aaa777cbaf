// sys.monitoring: tool identifiers, their events and callbacks. What comes of them is in interp/monitor.h.
#include <stdio.h>

#include "interp/monitor.h"
#include "interp/tracing.h"
#include "objects/traits.h"
#include "runtime/audit.h"
#include "runtime/code_builder.h"
#include "runtime/types.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

Result<int> tool_id(Thread& t, Value v) {
  int n = TRY(to_cint(t, v));
  if (n < 0 || n >= kUserTools) return RAISE(ValueError, "invalid tool %d (must be between 0 and 5)", n);
  return n;
}
Result<int> used_tool(Thread& t, Value v) {
  int n = TRY(tool_id(t, v));
  if (!monitoring().name[n].get()) return RAISE(ValueError, "tool %d is not in use", n);
  return n;
}
// C_RETURN and C_RAISE come with CALL; BRANCH stands for both directions.
Result<uint32_t> event_set(Thread& t, Value v, uint32_t allowed) {
  int n = TRY(to_cint(t, v));
  uint32_t set = static_cast<uint32_t>(n);
  char text[16];
  snprintf(text, sizeof text, "0x%x", set);
  if (n < 0 || set >= 1u << kMonEvents) return RAISE(ValueError, "invalid event set %s", text);
  uint32_t calls = mon_bit(MonEvent::Call) | kCReturnEvents;
  if ((set & kCReturnEvents) && (set & calls) != calls) return RAISE(ValueError, "cannot set C_RETURN or C_RAISE events independently");
  set &= ~kCReturnEvents;
  if (set & mon_bit(MonEvent::Branch)) set = (set & ~mon_bit(MonEvent::Branch)) | mon_bit(MonEvent::BranchLeft) | mon_bit(MonEvent::BranchRight);
  if (set & ~allowed) return RAISE(ValueError, "invalid local event set %s", text);
  return set;
}
void store_events(uint32_t& where, uint32_t set) {
  if (where == set) return;
  where = set;
  monitoring_changed();
}

Result<Value> mon_use_tool_id(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  if (!is_str(a[1])) return RAISE(ValueError, "tool name must be a str");
  if (monitoring().name[n].get()) return RAISE(ValueError, "tool %d is already in use", n);
  monitoring().name[n] = a[1];
  return kNone;
}
void clear_tool(int n) {
  Monitoring& m = monitoring();
  m.uses[n]++;
  for (auto& c : m.callback[n]) c = Value();
  m.global[n] = 0;
  monitoring_changed();
}
Result<Value> mon_clear_tool_id(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  if (monitoring().name[n].get()) clear_tool(n);
  return kNone;
}
Result<Value> mon_free_tool_id(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  if (monitoring().name[n].get()) clear_tool(n);
  monitoring().name[n] = Value();
  return kNone;
}
Result<Value> mon_get_tool(Thread& t, Args a) {
  Value v = monitoring().name[TRY(tool_id(t, a[0]))];
  return v ? v : kNone;
}
Result<Value> mon_register(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  int event = TRY(to_cint(t, a[1]));
  if (event <= 0 || (event & (event - 1))) return RAISE(ValueError, "The callback can only be set for one event at a time");
  int id = __builtin_ctz(static_cast<uint32_t>(event));
  if (id >= kMonEvents) return RAISE(ValueError, "invalid event %d", event);
  TRY(audit(t, "sys.monitoring.register_callback", a[2]));
  Root<Value>& place = monitoring().callback[n][id];
  Value old = place;
  place = a[2].is_none() ? Value() : a[2];
  return old ? old : kNone;
}
Result<Value> mon_get_events(Thread& t, Args a) { return small_int(monitoring().global[TRY(tool_id(t, a[0]))]); }
Result<Value> mon_set_events(Thread& t, Args a) {
  int n = TRY(tool_id(t, a[0]));
  uint32_t set = TRY(event_set(t, a[1], ~0u));
  TRY(used_tool(t, a[0]));
  store_events(monitoring().global[n], set);
  return kNone;
}
Result<CodeMonitor*> monitor_of(Thread& t, Value v) {
  if (!IS_EXACT(v, code)) return RAISE(TypeError, "code must be a code object");
  TRY(make_ready(t, v.as<Code>()));
  CodeMonitor* m = code_monitor(v.as<Code>());
  if (!m) return raise_memory(t);
  return m;
}
Result<Value> mon_get_local_events(Thread& t, Args a) {
  if (!IS_EXACT(a[1], code)) return RAISE(TypeError, "code must be a code object");
  int n = TRY(tool_id(t, a[0]));
  return small_int(TRY(monitor_of(t, a[1]))->local[n]);
}
Result<Value> mon_set_local_events(Thread& t, Args a) {
  if (!IS_EXACT(a[1], code)) return RAISE(TypeError, "code must be a code object");
  int n = TRY(tool_id(t, a[0]));
  uint32_t set = TRY(event_set(t, a[2], kLocalEvents));
  TRY(used_tool(t, a[0]));
  CodeMonitor* m = TRY(monitor_of(t, a[1]));
  if (set && !m->local[n]) monitoring().local_sets++;
  m->uses[n] = monitoring().uses[n];
  store_events(m->local[n], set);
  TRY(monitor_of(t, a[1]));
  return kNone;
}
Result<Value> mon_restart(Thread&, Args) {
  monitoring().restarts++;
  monitoring_changed();
  return kNone;
}
Result<Value> mon_all_events(Thread& t, Args) {
  Dict* d = TRY(new_dict(t));
  for (int e = 0; e < kMonEvents; e++)
    if (uint32_t tools = monitoring().all[e]) TRY(dict_set(t, d, TRY(new_str(t, kMonEventNames[e])), small_int(tools)));
  return d;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"use_tool_id", mon_use_tool_id, "(tool_id, name, /)", "Takes a tool identifier.", kF},
    {"free_tool_id", mon_free_tool_id, "(tool_id, /)", "Gives a tool identifier back, its events and callbacks with it.", kF},
    {"clear_tool_id", mon_clear_tool_id, "(tool_id, /)", "Drops the events and callbacks of a tool.", kF},
    {"get_tool", mon_get_tool, "(tool_id, /)", "The name of a tool, or None.", kF},
    {"register_callback", mon_register, "(tool_id, event, func, /)", "Sets the callback of an event and returns the one before.", kF},
    {"get_events", mon_get_events, "(tool_id, /)", "The events of a tool.", kF},
    {"set_events", mon_set_events, "(tool_id, event_set, /)", "Sets the events of a tool.", kF},
    {"get_local_events", mon_get_local_events, "(tool_id, code, /)", "The events of a tool for one code object.", kF},
    {"set_local_events", mon_set_local_events, "(tool_id, code, event_set, /)", "Sets the events of a tool for one code object.", kF},
    {"restart_events", mon_restart, "()", "Enables again what callbacks disabled.", kF},
    {"_all_events", mon_all_events, "()", "The events that tools want of all code: masks of tools by name.", kF},
};

}  // namespace

Result<Value> make_monitoring(Thread& t) {
  Module* m = TRY(alloc<Module>(t, KAA_SHAPE(module)));
  m->dict.init(TRY(new_dict(t)));
  TRY(module_add(t, m, "__name__", NAME("sys.monitoring")));
  for (const MethodDef& f : k_functions) {
    Value fn = TRY(new_native_function(t, &f, nullptr, m, NAME("sys.monitoring")));
    TRY(module_add(t, m, f.name, fn));
  }
  Value events = TRY(new_simple_namespace(t));
  for (int e = 0; e < kMonEvents; e++) TRY(set_attr(t, events, intern_name(kMonEventNames[e]), small_int(int64_t{1} << e)));
  TRY(set_attr(t, events, NAME("NO_EVENTS"), small_int(0)));
  TRY(module_add(t, m, "events", events));
  for (auto [name, id] : {std::pair{"DEBUGGER_ID", 0}, {"COVERAGE_ID", 1}, {"PROFILER_ID", 2}, {"OPTIMIZER_ID", 5}}) TRY(module_add(t, m, name, small_int(id)));
  Object* disable = TRY(alloc_instance(t, KAA_TYPE(object)));
  monitoring().disable = disable;
  TRY(module_add(t, m, "DISABLE", disable));
  Object* missing = TRY(alloc_instance(t, KAA_TYPE(object)));
  monitoring().missing = missing;
  TRY(module_add(t, m, "MISSING", missing));
  return m;
}

}  // namespace kaa
