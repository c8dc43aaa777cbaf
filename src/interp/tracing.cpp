// Tracing. See tracing.h for how the loop gets here; docs/design/bytecode.md for heights.
//
// Events, as CPython makes them:
//   call       before the first instruction of a frame, and of each resumption of a generator (making a generator is no call)
//   line       before an instruction of another line than the frame's last one, or reached by a jump backwards
//   opcode     before each instruction, when the frame's f_trace_opcodes says so
//   return     before RETURN and YIELD, with the value; with None when an exception leaves the frame
//   exception  when an exception is raised in the frame or comes out of a call; not when it is raised again at the end of a handler
//   c_call, c_return, c_exception (profiling): around calls of natives
// A frame is traced when its own function (f_trace) is set: the thread's function decides that with what it returns for `call`.
// While a trace function runs, the thread is not traced; an exception that leaves the function switches tracing off.
#include "interp/tracing.h"

#include "interp/frame_type.h"
#include "interp/generator.h"
#include "interp/watch.h"
#include "objects/traits.h"
#include "runtime/watermark.h"
#include "runtime/traceback.h"

namespace kaa {

const Dispatch k_trace_dispatch = {{
#define OP(name, ...) op_trace,
#include "defs/opcodes.def"
}};

static void choose_table(Thread& t) {
  bool on = !t.in_trace && (t.trace_func || t.profile_func);
  t.dispatch = on ? &k_trace_dispatch : t.live;
  if (!on) sync_table(t);
}

Status set_trace(Thread& t, Value func) {
  t.trace_func = func && !func.is_none() ? func : Value();
  choose_table(t);
  return {};
}
Status set_profile(Thread& t, Value func) {
  t.profile_func = func && !func.is_none() ? func : Value();
  choose_table(t);
  return {};
}

// Calls a trace function. The exception being raised, if any, must have been taken off the thread.
static Result<Value> call_hook(Thread& t, Frame* f, Value func, TraceEvent event, Str* name, Value arg) {
  FrameObject* o = TRY(frame_object(t, f));
  bool outer = t.in_trace;
  TraceEvent outer_event = t.trace_event;
  Frame* outer_frame = t.traced_frame;
  t.in_trace = true;
  t.trace_event = event;
  t.traced_frame = f;
  choose_table(t);
  Result<Value> r = call(t, func, o, name, arg);
  t.in_trace = outer;
  t.trace_event = outer_event;
  t.traced_frame = outer_frame;
  choose_table(t);
  return r;
}
static bool trace_event(Thread& t, Frame* f, Value func, TraceEvent event, Str* name, Value arg) {
  Result<Value> r = call_hook(t, f, func, event, name, arg);
  FrameObject* o = f->obj;
  if (!r.ok()) {
    static_cast<void>(set_trace(t, Value()));
    if (o) o->trace.clear();
    return false;
  }
  if (event == TraceEvent::kCall) o->trace.set(r.value().is_none() ? Value() : r.value());
  else if (!r.value().is_none()) o->trace.set(r.value());
  return true;
}
static bool profile_event(Thread& t, Frame* f, TraceEvent event, Str* name, Value arg) {
  Result<Value> r = call_hook(t, f, t.profile_func, event, name, arg);
  if (!r.ok()) static_cast<void>(set_profile(t, Value()));
  return r.ok();
}
static Value local_trace(Thread& t, Frame* f) { return t.trace_func && f->obj ? f->obj->trace.get() : Value(); }

static bool entered(Thread& t, Frame* f) {
  if (t.trace_func) {
    Result<FrameObject*> o = frame_object(t, f);
    if (!o.ok()) return false;
    o.value()->trace_line = -1;
    o.value()->trace_word = 0;
    if (!trace_event(t, f, t.trace_func, TraceEvent::kCall, NAME("call"), kNone)) return false;
  }
  return !t.profile_func || profile_event(t, f, TraceEvent::kCall, NAME("call"), kNone);
}
static bool leaving(Thread& t, Frame* f, Value v) {
  if (Value fn = local_trace(t, f); fn && !trace_event(t, f, fn, TraceEvent::kReturn, NAME("return"), v)) return false;
  return !t.profile_func || profile_event(t, f, TraceEvent::kReturn, NAME("return"), v);
}

static bool line_and_opcode(Thread& t, Frame* f) {
  FrameObject* o = f->obj;
  uint32_t word = f->pc_index();
  const PositionEntry* p = code_position(f->code, word);
  int32_t line = p ? p->line : -1;
  bool fresh = line != o->trace_line || word <= o->trace_word;
  o->trace_word = word;
  if (line >= 0 && fresh) {
    o->trace_line = line;
    if (o->trace_lines && !trace_event(t, f, o->trace, TraceEvent::kLine, NAME("line"), kNone)) return false;
  }
  if (o->trace_opcodes && o->trace && !trace_event(t, f, o->trace, TraceEvent::kOpcode, NAME("opcode"), kNone)) return false;
  return true;
}

// The native that a call instruction will run, or empty.
static Value native_callee(Frame* f) {
  const Word* pc = f->pc;
  switch (static_cast<Op>(pc->op)) {
    case Op::CALL: case Op::CALL_KW: case Op::CALL_METHOD: case Op::CALL_METHOD_KW: case Op::CALL_EX: break;
    default: return Value();
  }
  Value fn = f->regs[pc->b];
  if (fn && IS_EXACT(fn, method)) fn = fn.as<BoundMethod>()->func;
  if (!fn) return Value();
  return IS_EXACT(fn, builtin_function) || IS_EXACT(fn, method_descriptor) ? fn : Value();
}
// A method descriptor with self in the next register is shown as the bound method.
static Result<Value> shown_callee(Thread& t, Frame* f, Value fn) {
  if (!IS_EXACT(fn, method_descriptor)) return fn;
  Value self = f->regs[f->pc->b + 1];
  return self ? descr_get(t, fn, self, type_of(self)) : Result<Value>(fn);
}
static bool native_returned(Thread& t, Frame* f, Str* name) {
  Value fn = f->obj->c_call;
  f->obj->c_call.clear();
  return !t.profile_func || profile_event(t, f, TraceEvent::kCCall, name, fn);
}

// All that is to be done before the instruction at f->pc. False: an exception was raised. May change f->pc (f_lineno was set).
static bool trace_instruction(Thread& t, Frame* f) {
  Code* c = f->code;
  bool first;
  if (f->on_heap) {
    GeneratorObject* g = generator_of(f);
    first = g->resumed;
    g->resumed = false;
  } else {
    if (c->flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator)) {  // up to RETURN_GENERATOR
      t.trace_last = f;
      return true;
    }
    first = f->pc == c->words && t.trace_last != f;
  }
  t.trace_last = f;
  if (first && !entered(t, f)) return false;
  if (f->obj && f->obj->c_call && !native_returned(t, f, NAME("c_return"))) return false;
  const Word* at = f->pc;
  if (local_trace(t, f) && !line_and_opcode(t, f)) return false;
  if (f->pc != at) return true;
  switch (static_cast<Op>(at->op)) {
    case Op::RETURN: case Op::RETURN_NONE: case Op::YIELD: {
      Value v = static_cast<Op>(at->op) == Op::RETURN ? f->regs[at->a] : static_cast<Op>(at->op) == Op::YIELD ? f->regs[at->b] : kNone;
      if (!leaving(t, f, v)) return false;
      t.trace_last = nullptr;
      break;
    }
    default:
      if (!t.profile_func) break;
      if (Value fn = native_callee(f)) {
        Result<Value> shown = shown_callee(t, f, fn);
        if (!shown.ok() || !frame_object(t, f).ok()) return false;
        if (!profile_event(t, f, TraceEvent::kCCall, NAME("c_call"), shown.value())) return false;
        f->obj->c_call.set(shown.value());
      }
  }
  return true;
}

KAA_PRESERVE_NONE Value op_trace(HANDLER_ARGS) {
  if (UNLIKELY(t->dispatch != table)) {
    table = t->dispatch;
    if (table != &k_trace_dispatch) DISPATCH();
  }
  SAVE();
  if (UNLIKELY(!t->heap->eager.empty())) look(*t);
  if (!trace_instruction(*t, f)) FAIL();
  pc = f->pc;
  table = t->dispatch;
  MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
}

void trace_raised(Thread& t, Frame* f) {
  Value e = take_exc(t);
  Keep keep(e);
  t.trace_last = f;
  if (f->obj && f->obj->c_call && !native_returned(t, f, NAME("c_exception"))) return;
  Op op = static_cast<Op>(f->pc->op);
  Value fn = local_trace(t, f);
  if (fn && op != Op::RERAISE && op != Op::CLEANUP_THROW && op != Op::END_ASYNC_FOR) {
    Value tb = e.as<BaseException>()->traceback;
    Result<Tuple*> arg = make_tuple(t, Value(type_of(e)), e, tb ? tb : kNone);
    if (!arg.ok() || !trace_event(t, f, fn, TraceEvent::kException, NAME("exception"), arg.value())) return;
  }
  restore_exc(t, e);
}
void trace_unwound(Thread& t, Frame* f) {
  Value e = take_exc(t);
  Keep keep(e);
  t.trace_last = nullptr;
  bool maker = !f->on_heap && (f->code->flags & (kCoGenerator | kCoCoroutine | kCoAsyncGenerator));
  if (!maker && !leaving(t, f, kNone)) return;
  restore_exc(t, e);
}
bool trace_thrown(Thread& t, Frame* f) {
  Value e = take_exc(t);
  Keep keep(e);
  generator_of(f)->resumed = false;
  t.trace_last = f;
  if (!entered(t, f)) return false;
  restore_exc(t, e);
  return true;
}

Result<Value> call_tracing(Thread& t, Value func, Tuple* args) {
  bool outer = t.in_trace;
  t.in_trace = false;
  choose_table(t);
  Result<Value> r = call_tuple(t, func, args, nullptr);
  t.in_trace = outer;
  choose_table(t);
  return r;
}

// ---- f_lineno = n
// At a statement's start the only live temporaries that a jump can keep or drop are the iterators of the loops around it. The loops around an
// instruction, as far as there are no more temporaries than them; false when there are others (with, except, finally).
struct Loop { uint32_t start, end; };
static bool loops_around(const Code* c, uint32_t word, Loop* out, uint32_t* n) {
  *n = 0;
  for (uint32_t at = 0; at < c->nwords;) {
    const Word* w = c->words + at;
    Op op = static_cast<Op>(w->op);
    if (op == Op::FOR_ITER || op == Op::FOR_ITER_PAIR) {
      uint32_t end = at + 2 + static_cast<uint32_t>(w[1].offset);
      if (word >= at && word < end) {
        if (*n == 64) return false;
        out[(*n)++] = {at, end};
      }
    }
    at += kOpInfo[w->op].words;
  }
  return c->height_at(word) <= c->nlocals + *n;
}

Status set_frame_line(Thread& t, FrameObject* o, int64_t line) {
  Frame* f = o->live;
  if (!f || t.traced_frame != f) return RAISE(ValueError, "f_lineno can only be set in a trace function");
  switch (t.trace_event) {
    case TraceEvent::kLine: break;
    case TraceEvent::kCall: return RAISE(ValueError, "can't jump from the 'call' event of a new frame");
    case TraceEvent::kCCall: return RAISE(ValueError, "can't jump during a call");
    default: return RAISE(ValueError, "can only jump from a 'line' trace event");
  }
  Code* c = f->code;
  if (line < c->firstlineno) return RAISE(ValueError, "line %ld comes before the current code block", line);
  int32_t best = INT32_MAX;
  const PositionEntry* table = code_positions(c);
  if (!table && c->npositions) return raise_memory(t);
  for (uint32_t i = 0; i < c->npositions; i++)
    if (table[i].line >= line && table[i].line < best) best = table[i].line;
  if (best == INT32_MAX) return RAISE(ValueError, "line %ld comes after the current code block", line);
  Loop here[64], there[64];
  uint32_t nhere, nthere;
  bool plain_here = loops_around(c, f->pc_index(), here, &nhere);
  const char* why = nullptr;
  for (uint32_t i = 0; i < c->npositions; i++) {
    if (table[i].line != best || (i && table[i - 1].line == best)) continue;
    uint32_t word = table[i].start;
    if (!plain_here || !loops_around(c, word, there, &nthere)) { why = "incompatible stacks"; continue; }
    bool inside = true;
    for (uint32_t k = 0; k < nthere; k++) {
      bool found = false;
      for (uint32_t j = 0; j < nhere; j++) found |= here[j].start == there[k].start;
      inside &= found;
    }
    if (!inside) { why = "can't jump into the body of a for loop"; continue; }
    frame_write_barrier(interp());
    // Variables that the skipped code would have bound must not be found empty.
    uint32_t unbound = 0;
    for (uint32_t r = 0; r < c->varnames->size; r++) if (!f->regs[r]) { f->regs[r] = kNone; unbound++; }
    if (unbound) TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "assigning None to %u unbound local%s", unbound, unbound == 1 ? "" : "s"));
    f->pc = c->words + word;
    o->trace_line = -1;
    o->trace_word = 0;
    return {};
  }
  return RAISE(ValueError, "%s", why);
}

}  // namespace kaa
