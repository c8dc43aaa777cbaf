// See monitor.h.
#include "interp/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "bytecode/operands.h"
#include "interp/tracing.h"
#include "objects/traits.h"
#include "runtime/traceback.h"

namespace kaa {

const char* const kMonEventNames[kMonEvents] = {"PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT",
                                                "STOP_ITERATION", "RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH"};

Monitoring& monitoring() {
  Interp& in = interp();
  if (!in.monitoring) in.monitoring = new Monitoring();
  return *in.monitoring;
}

void monitoring_changed() {
  Monitoring& m = monitoring();
  bool traced = false, profiled = false;
  for (Thread* t = interp().threads; t; t = t->next) {
    traced |= static_cast<bool>(t->trace_func);
    profiled |= static_cast<bool>(t->profile_func);
  }
  using E = MonEvent;
  uint32_t calls = mon_bit(E::PyStart) | mon_bit(E::PyResume) | mon_bit(E::PyThrow) | mon_bit(E::PyReturn) | mon_bit(E::PyYield) | mon_bit(E::PyUnwind);
  m.global[kProfileTool] = profiled ? calls | mon_bit(E::Call) | kCReturnEvents : 0;
  m.global[kTraceTool] = traced ? calls | mon_bit(E::Line) | mon_bit(E::Raise) | mon_bit(E::StopIteration) | (m.opcodes ? mon_bit(E::Instruction) : 0) : 0;
  for (int e = 0; e < kMonEvents; e++) {
    m.all[e] = 0;
    for (int tool = 0; tool < kTools; tool++)
      if (m.global[tool] >> e & 1) m.all[e] |= 1u << tool;
  }
  m.version++;
  for (Thread* t = interp().threads; t; t = t->next) choose_dispatch(*t);
}

// ---- spots
static bool is_call(Op op) {
  return op == Op::CALL || op == Op::CALL_KW || op == Op::CALL_METHOD || op == Op::CALL_METHOD_KW || op == Op::CALL_EX || op == Op::CALL_ENTER || op == Op::CALL_EXIT;
}

// Lines begin where the line differs from that of the instruction before, and at targets of jumps (whether the line changes is seen when one arrives).
static void make_spots(const Code* c, CodeMonitor* m, const uint32_t* tools) {
  auto of = [&](MonEvent e) { return static_cast<uint8_t>(tools[static_cast<int>(e)]); };
  Spot* s = m->spots();
  memset(s, 0, m->nwords * sizeof(Spot));
  uint8_t line = of(MonEvent::Line), instruction = of(MonEvent::Instruction);
  const PositionEntry* position = c->npositions ? code_positions(c) : nullptr;
  const PositionEntry* last = position ? position + c->npositions - 1 : nullptr;
  int32_t before = -1;
  bool called = false;
  for (uint32_t at = m->first; at < c->nwords;) {
    const Word* w = code_words(c) + at;
    Op op = generic_op(static_cast<Op>(w->op));
    uint32_t n = kOpInfo[static_cast<int>(op)].words;
    while (position != last && position[1].start <= at) position++;
    int32_t l = (line || instruction) && position ? position->line : -1;
    if (l >= 0 && l != before) s[at].tools[kSpotLine] = line;
    if (called && l != before) s[at].tools[kSpotCalled] = instruction;
    called = is_call(op);
    before = l;
    s[at].tools[kSpotInstruction] = instruction;
    JumpField jump = jump_field(op);
    uint32_t target = jump == JumpField::None ? 0 : at + n + static_cast<uint32_t>(jump == JumpField::Word1 ? w[1].offset : w->bc);
    if (line && jump != JumpField::None && target < c->nwords && code_own_line(c, target) >= 0) s[target].tools[kSpotLine] = line;
    switch (op) {
      case Op::CALL: case Op::CALL_KW: case Op::CALL_METHOD: case Op::CALL_METHOD_KW: case Op::CALL_EX: case Op::CALL_ENTER:
      case Op::LOAD_SUPER_ATTR: case Op::LOAD_SUPER_METHOD:
        s[at].tools[kSpotMain] = of(MonEvent::Call);
        break;
      case Op::RETURN: case Op::RETURN_NONE: s[at].tools[kSpotMain] = of(MonEvent::PyReturn); break;
      case Op::YIELD:
        s[at].tools[kSpotMain] = of(MonEvent::PyYield);
        if (at + n < c->nwords) s[at + n].tools[kSpotStart] = of(MonEvent::PyResume);
        break;
      case Op::JUMP: case Op::JUMP_BACK: s[at].tools[kSpotMain] = of(MonEvent::Jump); break;
      case Op::SEND: s[at].tools[kSpotStop] = of(MonEvent::StopIteration) | of(MonEvent::Raise); break;
      case Op::END_ASYNC_FOR:  // the SEND stands before it
        if (uint32_t send = async_for_send(c, at); send != at) {
          if (w->b) s[send].tools[kSpotMain] = of(MonEvent::BranchLeft);
          s[send].tools[kSpotAlt] = s[at].tools[kSpotAlt] = of(MonEvent::BranchRight);
        }
        break;
      case Op::FOR_ITER: case Op::FOR_ITER_PAIR: s[at].tools[kSpotStop] = of(MonEvent::StopIteration); [[fallthrough]];
      default:
        if (jump == JumpField::None || ends_flow(op)) break;
        s[at].tools[kSpotMain] = of(MonEvent::BranchLeft);
        s[at].tools[kSpotAlt] = of(MonEvent::BranchRight);
    }
    at += n;
  }
  for (uint32_t i = 0; line && i < c->nexceptions; i++) {
    uint32_t at = c->exceptions[i].target;
    if (code_own_line(c, at) >= 0) s[at].tools[kSpotLine] = s[at].tools[kSpotHandler] = line;
  }
  // The jump over the handlers, at the end of what they protect, is no jump of the program's.
  for (uint32_t i = 0; i < c->nexceptions; i++)
    if (uint32_t at = c->exceptions[i].target; at > m->first && static_cast<Op>(code_words(c)[at - 1].op) == Op::JUMP) s[at - 1].tools[kSpotMain] = 0;
  s[m->first].tools[kSpotStart] = of(MonEvent::PyStart);
  if (line && code_own_line(c, m->first) >= 0) s[m->first].tools[kSpotLine] = line;
  Spot* d = m->disabled();
  for (uint32_t i = 0; i < m->nwords; i++) {
    d[i].bits &= s[i].bits;  // what is no longer asked for is not disabled when it is again
    s[i].bits &= ~d[i].bits;
  }
}

CodeMonitor* code_monitor(Code* c) {
  Monitoring& all = monitoring();
  CodeMonitor* m = c->monitor;
  if (!m) {
    m = static_cast<CodeMonitor*>(calloc(1, sizeof(CodeMonitor) + 2 * sizeof(Spot) * c->nwords));
    if (!m) return nullptr;
    m->nwords = c->nwords;
    m->first = code_prologue(c);
    m->restarts = all.restarts;
    c->monitor = m;
  }
  if (m->version == all.version) return m;
  bool changed = m->restarts != all.restarts;
  if (changed) {
    memset(m->disabled(), 0, m->nwords * sizeof(Spot));
    m->restarts = all.restarts;
  }
  uint32_t tools[kMonEvents];
  memcpy(tools, all.all, sizeof tools);
  for (int tool = 0; tool < kUserTools; tool++) {
    if (m->uses[tool] != all.uses[tool]) m->local[tool] = 0;
    for (int e = 0; e < kMonEvents; e++)
      if (m->local[tool] >> e & 1) tools[e] |= 1u << tool;
  }
  // Programs that turn their events off and on again find the spots as they were.
  for (int e = 0; e < kMonEvents; e++) {
    changed |= m->made_for[e] != tools[e];
    m->made_for[e] = static_cast<uint8_t>(tools[e]);
  }
  if (changed) make_spots(c, m, tools);
  m->version = all.version;
  return m;
}

// ---- callbacks
static bool call_tool(Thread& t, Frame* f, MonEvent e, int tool, uint32_t word, SpotSlot slot, Value x, Value y) {
  Monitoring& all = monitoring();
  MonEvent as = e;
  Value fn = all.callback[tool][static_cast<int>(e)];
  if (!fn && (e == MonEvent::BranchLeft || e == MonEvent::BranchRight)) {
    as = MonEvent::Branch;
    fn = all.callback[tool][static_cast<int>(as)];
  }
  if (!fn) return true;
  Result<Value> r = Error{};
  {
    TraceQuiet quiet(t, f, static_cast<int8_t>(e));
    int64_t start = start_event_word(t, f);  // as f_lasti shows it
    int64_t offset = start == 0 ? int64_t{code_prologue(f->code)} * 8 : code_offset(f->code, start > 0 ? static_cast<uint32_t>(start) : slot == kSpotCalled ? word - 1 : word);
    Value args[4] = {f->code, e == MonEvent::Line ? x : small_int(offset), e == MonEvent::Line ? Value() : x, y};
    size_t n = 2;
    while (n < 4 && args[n]) n++;
    r = call_args(t, fn, args, n);
  }
  if (!r.ok()) return false;
  if (r.value() != all.disable.get()) return true;
  if (!(kLocalEvents & mon_bit(e))) {
    all.callback[tool][static_cast<int>(as)] = Value();
    static_cast<void>(RAISE(ValueError, "Cannot disable %s events. Callback removed.", kMonEventNames[static_cast<int>(e)]));
    return false;
  }
  if (CodeMonitor* m = f->code->monitor) {
    m->spots()[word].tools[slot] &= static_cast<uint8_t>(~(1u << tool));
    m->disabled()[word].tools[slot] |= static_cast<uint8_t>(1u << tool);
  }
  return true;
}

bool mon_notify(Thread& t, Frame* f, MonEvent e, uint32_t mask, uint32_t word, SpotSlot slot, Value x, Value y) {
  for (int tool = 0; tool < kUserTools; tool++)
    if ((mask >> tool & 1) && !call_tool(t, f, e, tool, word, slot, x, y)) return false;
  return true;
}

}  // namespace kaa
