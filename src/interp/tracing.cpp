// Tracing. See tracing.h for how the loop gets here, monitor.h for who is told; docs/design/bytecode.md for heights.
//
// Events of an instruction come in this order: how the frame's last one ended (C_RETURN, BRANCH), the start or resumption of the function, its line, the
// instruction itself, and what it is about to do (CALL, PY_RETURN, PY_YIELD, JUMP). While op_trace looks at an instruction, f->pc still stands at the one that
// ran before it in this frame: there the line came from. A native call leaves it behind itself, at the instruction to come.
// A line event is made where a line begins, if the instruction before was on another line; the trace function is also told when a loop jumps back to the same line.
//
// The trace function of sys.settrace hears of calls, and its answer (f_trace) of the rest. An exception that leaves it switches tracing off.
#include "interp/tracing.h"

#include "bytecode/operands.h"
#include "heap/eager.h"
#include "interp/frame_type.h"
#include "interp/generator.h"
#include "interp/monitor.h"
#include "interp/watch.h"
#include "objects/traits.h"
#include "runtime/audit.h"
#include "runtime/traceback.h"

namespace kaa {

const Dispatch k_trace_dispatch = {{
#define OP(name, ...) op_trace,
#include "defs/opcodes.def"
}};

void choose_dispatch(Thread& t) {
  Monitoring* m = t.interp->monitoring;
  bool on = m && !t.in_trace && (t.trace_func || t.profile_func || m->local_sets);
  if (m && !on && !t.in_trace)
    for (int tool = 0; tool < kUserTools; tool++) on |= m->global[tool] != 0;
  if (on && !is_traced(t))  // generators that run already are not being resumed
    for (Frame* f = t.frame; f; f = f->prev)
      if (f->on_heap) generator_of(f)->resumed = false;
  if (!on && !t.in_trace && t.notes) {
    t.notes->notes.clear();
    t.notes->top = nullptr;
    t.notes->values = nullptr;
  }
  t.dispatch = on ? &k_trace_dispatch : t.live;
  if (!on) sync_table(t);
}

bool thread_is_traced(const Thread& t) { return t.dispatch == &k_trace_dispatch; }

// The thread's references are not counted: one that goes is looked at like a count that falls to zero.
static void replace_function(Thread& t, Value& place, Value func) {
  Value old = place;
  for (EagerEntry& e : t.heap->eager)
    if (Value(e.object) == old) e.frame = nullptr;
  place = func && !func.is_none() ? func : Value();
  monitoring_changed();
  inc(old);
  dec(old);
}
Status set_trace(Thread& t, Value func) {
  TRY(audit(t, "sys.settrace"));
  replace_function(t, t.trace_func, func);
  return {};
}
Status set_profile(Thread& t, Value func) {
  TRY(audit(t, "sys.setprofile"));
  replace_function(t, t.profile_func, func);
  return {};
}
Result<Value> call_tracing(Thread& t, Value func, Tuple* args) {
  bool outer = t.in_trace;
  int8_t event = t.trace_event;
  Frame* frame = t.traced_frame;
  t.in_trace = false;
  choose_dispatch(t);
  Result<Value> r = call_tuple(t, func, args, nullptr);
  t.in_trace = outer;
  t.trace_event = event;
  t.traced_frame = frame;
  choose_dispatch(t);
  return r;
}

// ---- the functions of settrace and setprofile. The exception being raised, if any, must have been taken off the thread.
static bool tell_trace(Thread& t, Frame* f, MonEvent e, Str* name, Value arg) {
  if (!t.trace_func) return true;
  bool is_call = name == NAME("call");
  if (!is_call && (!f->obj || !f->obj->trace)) return true;
  Result<FrameObject*> made = frame_object(t, f);
  if (!made.ok()) return false;
  FrameObject* o = made.value();
  Keep keep(o);
  Value func = is_call ? t.trace_func : o->trace.get();
  Result<Value> r = Error{};
  {
    TraceQuiet quiet(t, f, static_cast<int8_t>(e));
    r = call(t, func, o, name, arg);
  }
  if (!r.ok()) {
    t.trace_func = Value();
    o->trace.clear();
    monitoring_changed();
    return false;
  }
  if (!r.value().is_none()) o->trace.set(r.value());
  keep_frame_object(o);
  return true;
}
static bool tell_profile(Thread& t, Frame* f, MonEvent e, Str* name, Value arg) {
  if (!t.profile_func) return true;
  Result<FrameObject*> o = frame_object(t, f);
  if (!o.ok()) return false;
  Result<Value> r = Error{};
  {
    TraceQuiet quiet(t, f, static_cast<int8_t>(e));
    r = call(t, t.profile_func, o.value(), name, arg);
  }
  if (r.ok()) return true;
  t.profile_func = Value();
  monitoring_changed();
  return false;
}
static bool has(uint32_t tools, int tool) { return tools >> tool & 1; }

static bool tell_start(Thread& t, Frame* f, MonEvent e, uint32_t tools, uint32_t word, Value exc = Value()) {
  if (!mon_notify(t, f, e, tools, word, kSpotStart, exc)) return false;
  if (has(tools, kProfileTool) && !tell_profile(t, f, e, NAME("call"), kNone)) return false;
  return !has(tools, kTraceTool) || tell_trace(t, f, e, NAME("call"), kNone);
}
static bool tell_return(Thread& t, Frame* f, MonEvent e, uint32_t tools, uint32_t word, Value v) {
  if (!mon_notify(t, f, e, tools, word, kSpotMain, v)) return false;
  if (e == MonEvent::PyUnwind) v = kNone;
  if (has(tools, kProfileTool) && !tell_profile(t, f, e, NAME("return"), v)) return false;
  return !has(tools, kTraceTool) || tell_trace(t, f, e, NAME("return"), v);
}
static bool tell_exception(Thread& t, Frame* f, MonEvent e, uint32_t tools, uint32_t word, Value exc) {
  if (!mon_notify(t, f, e, tools, word, kSpotStop, exc)) return false;
  if (!has(tools, kTraceTool) || e == MonEvent::Reraise || !t.trace_func || !f->obj || !f->obj->trace) return true;
  Value tb = exc.as<BaseException>()->traceback;
  Result<Tuple*> arg = make_tuple(t, Value(type_of(exc)), exc, tb ? tb : kNone);
  return arg.ok() && tell_trace(t, f, e, NAME("exception"), arg.value());
}

// ---- calls
struct Callee { Value fn, arg; };  // arg: the first one, or empty

static Callee callee_of(Thread& t, Frame* f, const Word* pc) {
  Value* w = f->regs + pc->b;
  switch (generic_op(static_cast<Op>(pc->op))) {
    case Op::CALL: case Op::CALL_KW:
      if (w[0] && IS_EXACT(w[0], method)) return {w[0].as<BoundMethod>()->func, w[0].as<BoundMethod>()->self};
      return {w[0], pc->c ? w[1] : Value()};
    case Op::CALL_METHOD: case Op::CALL_METHOD_KW:
      if (w[1]) return {w[0], w[1]};
      if (w[0] && IS_EXACT(w[0], method)) return {w[0].as<BoundMethod>()->func, w[0].as<BoundMethod>()->self};
      return {w[0], pc->c ? w[2] : Value()};
    case Op::CALL_EX:
      if (is_tuple(w[1])) return {w[0], w[1].as<Tuple>()->size ? w[1].as<Tuple>()->items[0] : Value()};
      if (is_list(w[1])) return {w[0], w[1].as<List>()->size ? w[1].as<List>()->items[0] : Value()};
      return {w[0], Value()};
    case Op::LOAD_SUPER_ATTR: case Op::LOAD_SUPER_METHOD: return {w[0], w[1]};
    case Op::CALL_ENTER: {
      return {type_lookup(type_of(w[0]), pc->c ? NAME("__aenter__") : NAME("__enter__")), w[0]};
    }
    default: return {};
  }
}
static bool is_python(Value fn) {
  if (IS_EXACT(fn, method)) fn = fn.as<BoundMethod>()->func;
  return IS_EXACT(fn, function);
}
// What the profile function is shown; None: nothing (as for a bound method of a native in f(*args)).
static Result<Value> shown_callee(Thread& t, Callee c) {
  if (IS_EXACT(c.fn, builtin_function)) return c.fn;
  if (IS_EXACT(c.fn, method_descriptor) && c.arg) return descr_get(t, c.fn, c.arg, type_of(c.arg));
  return kNone;
}
static bool tell_call(Thread& t, Frame* f, MonEvent e, uint32_t tools, uint32_t word, Callee c, Str* name) {
  if (!mon_notify(t, f, e, tools, word, kSpotMain, c.fn, c.arg ? c.arg : monitoring().missing.get())) return false;
  if (!has(tools, kProfileTool) || !t.profile_func) return true;
  Result<Value> shown = shown_callee(t, c);
  if (!shown.ok()) return false;
  return shown.value().is_none() || tell_profile(t, f, e, name, shown.value());
}

// ---- notes
static bool note(Thread& t, Frame* f, const Word* at, Callee c) {
  if (!t.notes) t.notes = new CallNotes();
  CallNotes& n = *t.notes;
  Keep fn(c.fn), arg(c.arg);
  if (!n.values.get()) {
    Result<List*> l = new_list(t);
    if (!l.ok()) return false;
    n.values = l.value();
  }
  if (!list_append(t, n.values, c.fn ? c.fn : kNone).ok() || !list_append(t, n.values, c.arg ? c.arg : monitoring().missing.get()).ok()) return false;
  n.notes.push_back({f, at});
  n.top = f;
  return true;
}
struct Noted { const Word* at; Callee callee; };
static Noted take_note(CallNotes& n) {
  List* l = n.values;
  Noted r{n.notes.back().at, {l->items[l->size - 2], l->items[l->size - 1]}};
  for (int i = 0; i < 2; i++) {
    Value v = l->items[--l->size];
    dec(v);
  }
  n.notes.pop_back();
  n.top = n.notes.empty() ? nullptr : n.notes.back().frame;
  return r;
}

void trace_ended(Thread& t, Frame* f, Value v) {
  if (!t.notes || t.notes->top != f) return;
  List* l = t.notes->values;
  inc(v);
  dec(l->items[l->size - 1]);
  l->items[l->size - 1] = v;
}

// The frame has come to `pc`, from the instruction that was noted.
static bool tell_outcome(Thread& t, Frame* f, const Word* pc) {
  Noted n = take_note(*t.notes);
  Keep fn(n.callee.fn), arg(n.callee.arg);
  const Code* c = f->code;
  uint32_t word = static_cast<uint32_t>(n.at - c->words);
  // To whoever asks now, the frame still is at that instruction. What it wrote lies above its height, perhaps.
  Keep result(f->regs[n.at->a]), second(static_cast<Op>(n.at->op) == Op::FOR_ITER_PAIR ? f->regs[n.at->a + 1] : Value());
  struct Back { Frame* f; const Word* pc; ~Back() { f->pc = pc; } } back{f, pc};
  f->pc = n.at;
  CodeMonitor* m = code_monitor(f->code);
  if (!m) { static_cast<void>(raise_memory(t)); return false; }
  Spot s = m->spots()[word];
  Op op = generic_op(static_cast<Op>(n.at->op));
  JumpField jump = jump_field(op);
  if (op == Op::END_ASYNC_FOR) {  // shown where the loop waited
    uint32_t send = async_for_send(c, word);
    return mon_notify(t, f, MonEvent::BranchRight, m->spots()[send].tools[kSpotAlt], send, kSpotAlt, small_int(code_offset(c, static_cast<uint32_t>(pc - c->words))));
  }
  if (jump == JumpField::None)
    return tell_call(t, f, MonEvent::CReturn, s.tools[kSpotMain], word, n.callee, NAME("c_return"));
  const Word* next = n.at + kOpInfo[static_cast<int>(op)].words;
  const Word* target = next + (jump == JumpField::Word1 ? n.at[1].offset : n.at->bc);
  bool taken = pc == target && pc != next;
  uint32_t to = static_cast<uint32_t>(pc - c->words);
  if (taken) {  // an iterator ended: its value, noted or in a register, was no exception to the loop
    Value receiver = n.callee.fn;
    bool plain = IS_EXACT(receiver, generator) || (op == Op::SEND && IS_EXACT(receiver, coroutine));
    uint32_t tools = plain ? s.tools[kSpotStop] : op == Op::SEND ? monitoring().all[static_cast<int>(MonEvent::Raise)] : 0;
    if (tools) {
      Value v = op == Op::SEND ? f->regs[n.at->a] : n.callee.arg == monitoring().missing.get() ? kNone : n.callee.arg;
      Result<Value> exc = v.is_none() ? call(t, KAA_TYPE(StopIteration)) : call(t, KAA_TYPE(StopIteration), v);
      if (!exc.ok() || !tell_exception(t, f, plain ? MonEvent::StopIteration : MonEvent::Raise, tools, word, exc.value())) return false;
    }
  }
  if (op == Op::SEND) return !taken || mon_notify(t, f, MonEvent::BranchLeft, s.tools[kSpotMain], word, kSpotMain, small_int(code_offset(c, to)));
  // An item of a loop goes to its target in the second word of the instruction.
  if (pc == next && (op == Op::FOR_ITER || op == Op::FOR_ITER_PAIR)) to = word + 1;
  if (pc == next) return mon_notify(t, f, MonEvent::BranchLeft, s.tools[kSpotMain], word, kSpotMain, small_int(code_offset(c, to)));
  return mon_notify(t, f, MonEvent::BranchRight, s.tools[kSpotAlt], word, kSpotAlt, small_int(code_offset(c, to)));
}

// ---- one instruction
static bool tell_line(Thread& t, Frame* f, uint32_t tools, uint32_t word, const Word* prev, bool first) {
  const Code* c = f->code;
  int32_t line = code_own_line(c, word);
  uint32_t from = static_cast<uint32_t>(prev - c->words);
  // An exception that was thrown into a generator interrupts no line: a handler has an event even on the line of the yield.
  bool thrown = prev == f->pc && c->monitor->spots()[word].tools[kSpotHandler] && static_cast<Op>(c->words[f->raised_at].op) == Op::YIELD;
  if (!first && !thrown) {
    bool loop = prev > f->pc && static_cast<Op>(prev->op) == Op::JUMP_BACK && static_cast<Op>(f->pc->op) != Op::SEND;
    if (prev == f->pc) {  // in a handler, behind a native call, or an instruction that jumps to itself
      loop = static_cast<Op>(prev->op) == Op::JUMP_BACK && prev->bc == -1;
      if (c->monitor->spots()[word].tools[kSpotHandler]) from = f->raised_at;
      else if (from && !loop) from--;
    }
    if (code_own_line(c, from) == line) {
      if (!loop) return true;
      tools &= 1u << kTraceTool;
    }
  }
  if (!mon_notify(t, f, MonEvent::Line, tools, word, kSpotLine, small_int(line))) return false;
  if (!has(tools, kTraceTool) || !t.trace_func || !f->obj || !f->obj->trace || !f->obj->trace_lines) return true;
  f->obj->trace_line = line;
  return tell_trace(t, f, MonEvent::Line, NAME("line"), kNone);
}

// The call before f->pc has come back: shown at its last word.
static bool tell_called(Thread& t, Frame* f, uint32_t tools, uint32_t word) {
  struct Back {
    Thread& t; Frame* frame; const Word* pc;
    ~Back() { t.line_frame = frame; t.line_pc = pc; }
  } back{t, t.line_frame, t.line_pc};
  t.line_frame = f;
  t.line_pc = f->pc - 1;
  if (!mon_notify(t, f, MonEvent::Instruction, tools, word, kSpotCalled)) return false;
  return !has(tools, kTraceTool) || !f->obj || !f->obj->trace_opcodes || tell_trace(t, f, MonEvent::Instruction, NAME("opcode"), kNone);
}

// All that is to be told before the instruction at f->pc runs; prev was run before it. False: an exception was raised. May change f->pc (f_lineno was set).
static bool trace_instruction(Thread& t, Frame* f, const Word* prev) {
  Code* c = f->code;
  CodeMonitor* m = code_monitor(c);
  if (!m) { static_cast<void>(raise_memory(t)); return false; }
  Spot* spots = m->spots();
  uint32_t word = f->pc_index();
  bool fresh = false;  // just entered, or resumed
  if (f->on_heap) {
    GeneratorObject* g = generator_of(f);
    fresh = g->resumed && prev == f->pc;
    g->resumed = false;
  } else {
    if (word < m->first) return true;
    fresh = word == m->first && (m->first ? prev < f->pc : prev == f->pc);
  }
  bool first = fresh && word == m->first;
  if (fresh && spots[word].tools[kSpotStart] && !tell_start(t, f, first ? MonEvent::PyStart : MonEvent::PyResume, spots[word].tools[kSpotStart], word)) return false;
  const Word* at = f->pc;
  if (fresh && !first) prev = at - 1;  // the YIELD
  // A native call leaves prev behind itself, a Python function's at the call.
  if (uint32_t tools = spots[word].tools[kSpotCalled]; tools && !fresh && (prev == at ? !spots[word].tools[kSpotHandler] : prev + kOpInfo[prev->op].words == at)) {
    if (!tell_called(t, f, tools, word)) return false;
    if (f->pc != at) {  // f_lineno was set
      at = prev = f->pc;
      word = f->pc_index();
    }
  }
  if (uint32_t tools = spots[word].tools[kSpotLine]; tools && !tell_line(t, f, tools, word, prev, first)) return false;
  if (uint32_t tools = spots[word].tools[kSpotInstruction]) {
    if (!mon_notify(t, f, MonEvent::Instruction, tools, word, kSpotInstruction)) return false;
    if (has(tools, kTraceTool) && f->obj && f->obj->trace_opcodes && !tell_trace(t, f, MonEvent::Instruction, NAME("opcode"), kNone)) return false;
  }
  if (f->pc != at) {
    at = f->pc;
    word = f->pc_index();
  }
  Spot s = spots[word];
  Op op = generic_op(static_cast<Op>(at->op));
  switch (op) {
    case Op::RETURN: case Op::RETURN_NONE:
      return !s.tools[kSpotMain] || tell_return(t, f, MonEvent::PyReturn, s.tools[kSpotMain], word, op == Op::RETURN ? f->regs[at->a] : kNone);
    case Op::YIELD: return !s.tools[kSpotMain] || tell_return(t, f, MonEvent::PyYield, s.tools[kSpotMain], word, f->regs[at->b]);
    case Op::JUMP: case Op::JUMP_BACK: {
      const Word* to = at + 1 + at->bc;
      return mon_notify(t, f, MonEvent::Jump, s.tools[kSpotMain], word, kSpotMain, small_int(code_offset(c, static_cast<uint32_t>(to - c->words))));
    }
    case Op::SEND: return !(s.tools[kSpotMain] | s.tools[kSpotStop] | monitoring().all[static_cast<int>(MonEvent::Raise)]) || note(t, f, at, {f->regs[at->b], Value()});
    case Op::END_ASYNC_FOR: return !s.tools[kSpotAlt] || note(t, f, at, {});
    case Op::FOR_ITER: case Op::FOR_ITER_PAIR:
      return !(s.tools[kSpotMain] | s.tools[kSpotAlt] | s.tools[kSpotStop]) || note(t, f, at, {f->regs[at->b], Value()});
    default: break;
  }
  if (jump_field(op) != JumpField::None) return !(s.tools[kSpotMain] | s.tools[kSpotAlt]) || note(t, f, at, {});
  if (!s.tools[kSpotMain]) return true;
  Callee callee = callee_of(t, f, at);
  if (!callee.fn) return true;
  if (!tell_call(t, f, MonEvent::Call, s.tools[kSpotMain], word, callee, NAME("c_call"))) return false;
  callee = callee_of(t, f, at);
  return is_python(callee.fn) || t.in_trace || !is_traced(t) || note(t, f, at, callee);
}

static Value traced(Thread* t, const Word* pc, Frame* f, const Word*& next) {
  const Word* prev = f->pc;
  f->pc = pc;
  bool ok = !t->notes || t->notes->top != f || tell_outcome(*t, f, pc);  // before the look: notes hold what they speak of
  if (UNLIKELY(!t->heap->eager.empty())) look(*t);
  ok = ok && trace_instruction(*t, f, prev);
  next = f->pc;
  return Value::from_bool(ok);
}

KAA_PRESERVE_NONE Value op_trace(HANDLER_ARGS) {
  if (UNLIKELY(t->dispatch != table)) {
    table = t->dispatch;
    if (table != &k_trace_dispatch) DISPATCH();
  }
  CodeMonitor* m = f->code->monitor;
  if (m && m->version == t->interp->monitoring->version && !m->spots()[pc - f->code->words].bits && !(t->notes && t->notes->top == f) && t->heap->eager.empty()) {
    SAVE();
    MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
  }
  const Word* next;
  if (traced(t, pc, f, next) != kTrue) FAIL();
  pc = next;
  table = t->dispatch;
  MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
}

// The function stands at its definition when its start is told, a generator at its YIELD when its resumption is.
int64_t start_event_word(Thread& t, const Frame* f) {
  if (t.traced_frame != f) return -1;
  if (t.trace_event == static_cast<int8_t>(MonEvent::PyStart)) return 0;
  if (t.trace_event == static_cast<int8_t>(MonEvent::PyResume)) return f->pc_index() - 1;
  return -1;
}

// ---- exceptions
static uint32_t tools_for(MonEvent e) { return monitoring().all[static_cast<int>(e)]; }

void trace_raised(Thread& t, Frame* f) {
  Value e = take_exc(t);
  Keep keep(e);
  uint32_t word = f->pc_index();
  while (t.notes && t.notes->top == f) {
    Noted n = take_note(*t.notes);
    Op noted = generic_op(static_cast<Op>(n.at->op));
    if (noted == Op::END_ASYNC_FOR || jump_field(noted) != JumpField::None) continue;
    Keep fn(n.callee.fn), arg(n.callee.arg);
    CodeMonitor* m = code_monitor(f->code);
    if (m && !tell_call(t, f, MonEvent::CRaise, m->spots()[word].tools[kSpotMain], word, n.callee, NAME("c_exception"))) return;
  }
  Op op = static_cast<Op>(f->pc->op);
  bool again = op == Op::RERAISE || op == Op::CLEANUP_THROW || op == Op::END_ASYNC_FOR || (op == Op::RAISE && f->pc->c == 0);
  MonEvent event = again ? MonEvent::Reraise : MonEvent::Raise;
  if (uint32_t tools = tools_for(event); tools && !tell_exception(t, f, event, tools, word, e)) return;
  restore_exc(t, e);
}
void trace_handled(Thread& t, Frame* f, uint32_t handler) {
  uint32_t tools = tools_for(MonEvent::ExceptionHandled);
  if (!tools) return;
  Value e = take_exc(t);
  Keep keep(e);
  if (mon_notify(t, f, MonEvent::ExceptionHandled, tools, handler, kSpotStop, e)) restore_exc(t, e);
}
bool trace_swallowed(Thread& t, Frame* f) {
  Value e = take_exc(t);
  Keep keep(e);
  uint32_t tools = tools_for(MonEvent::Raise);
  return !tools || tell_exception(t, f, MonEvent::Raise, tools, f->pc_index(), e);
}
void trace_unwound(Thread& t, Frame* f) {
  uint32_t tools = tools_for(MonEvent::PyUnwind);
  bool maker = !f->on_heap && (f->code->flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator));
  if (maker || !tools) return;
  Value e = take_exc(t);
  Keep keep(e);
  if (tell_return(t, f, MonEvent::PyUnwind, tools, f->pc_index(), e)) restore_exc(t, e);
}
bool trace_thrown(Thread& t, Frame* f) {
  generator_of(f)->resumed = false;
  uint32_t tools = tools_for(MonEvent::PyThrow);
  if (!tools) return true;
  Value e = take_exc(t);
  Keep keep(e);
  if (!tell_start(t, f, MonEvent::PyThrow, tools, f->pc_index(), e)) return false;
  restore_exc(t, e);
  return true;
}

}  // namespace kaa
