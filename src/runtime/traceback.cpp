// Frame objects and tracebacks: made when asked for. When a frame ends, its frame object takes over the registers that hold variables.
#include "runtime/traceback.h"

#include "bytecode/operands.h"
#include "heap/eager.h"
#include "objects/traits.h"
#include "runtime/api.h"
#include "runtime/watermark.h"

namespace kaa {

Result<FrameObject*> frame_object(Thread& t, Frame* f) {
  if (f->obj) return f->obj;
  FrameObject* o = TRY(alloc<FrameObject>(t, KAA_SHAPE(frame), f->code->nlocals * sizeof(Value)));
  o->live = f;
  o->code.init(f->code);
  o->func.init(f->func);
  if (!(f->code->flags & kCoOptimized)) o->locals.init(f->locals);
  o->trace_lines = true;
  if (f != t.frame) frame_write_barrier(*t.interp, f);
  f->obj = o;
  f->kind = static_cast<FrameKind>(f->kind | kHasObject);
  return o;
}

// Weak references to a class say nothing: it is part of cycles, and dies by a collection. What is counted elsewhere does not die with the frame.
static bool has_visible_weakrefs(Value v) { return v.object()->flag(kHasWeakrefs) && !is_type(v) && !is_counted(v.object()->rc); }
static bool is_visible(Value v) { return (v.object()->flag(kEager) && !is_counted(v.object()->rc)) || has_visible_weakrefs(v); }

// Whether a variable of the frame is an object whose death can be seen.
static bool holds_visible(const Frame* f) {
  for (uint32_t i = 0; i < f->code->nlocals; i++)
    if (Value v = f->regs[i]; v && v.is_object() && is_visible(v)) return true;
  return false;
}

bool frame_leave(Thread& t, Frame* f) {
  FrameObject* o = f->obj;
  if (!o) return false;
  f->obj = nullptr;
  if (f->on_heap) generator_of(f)->kept_frame.clear();  // keep_frame_object()
  if (!t.exc && holds_visible(f) && leave_budget().may_look()) {
    leave_budget().spend(LookBudget::kReconcile);
    // Garbage may be all that refers to the frame object, such as an exception that was handled long ago: it must not keep the variables. While that is
    // found out, the frame itself does not refer to it; its death would clear the word (destroy() below). A frame that returns has its result in a
    // register, so that native frames of this activation hold nothing.
    FrameObject* const kWaiting = reinterpret_cast<FrameObject*>(1);  // no reference: an int, to who scans it
    f->obj = kWaiting;
    t.heap->reconcile_above(t.loop_base);
    bool died = !f->obj;
    f->obj = nullptr;
    if (died) return false;
  }
  o->lasti = f->pc_index();
  // A frame that is left by raising something again at an instruction of the compiler's own was last at the instruction that raised it first.
  if (t.exc && static_cast<Op>(f->pc->op) == Op::RERAISE && is_exception(t.exc)) {
    const PositionEntry* p = code_position(f->code, o->lasti);
    Value tb = t.exc.as<BaseException>()->traceback;
    if (p && p->line < 0 && tb && tb.as<Traceback>()->frame.get() == Value(o)) o->lasti = code_word(f->code, tb.as<Traceback>()->lasti);
  }
  uint32_t n = f->code->nlocals;
  for (uint32_t i = 0; i < n; i++) {
    Value v = f->regs[i];
    o->regs[i] = v;
    if (v && v.is_object() && has_visible_weakrefs(v)) make_eager(o);
    inc_into(f->regs[i], o);
  }
  o->nregs = n;
  o->live = nullptr;
  if (f->prev && !f->on_heap) {  // a generator that has ended has no caller
    Value saved = t.exc;
    Result<FrameObject*> back = frame_object(t, f->prev);
    if (back.ok()) o->back.set(back.value());
    t.exc = saved;
  }
  return o->flag(kEager);
}

// A generator that dies, or a frame object of a suspended one: the other side forgets it.
void LayoutTraits<FrameObject>::destroy(FrameObject* o) { if (o->live) o->live->obj = nullptr; }

const PositionEntry* code_position(const Code* c, uint32_t word) {
  uint32_t lo = 0, hi = c->npositions;
  const PositionEntry* table = code_positions(c);
  if (!hi || !table) return nullptr;
  while (hi - lo > 1) {
    uint32_t mid = (lo + hi) / 2;
    if (table[mid].start <= word) lo = mid; else hi = mid;
  }
  return &table[lo];
}
uint32_t code_prologue(const Code* c) {
  const Word* words = code_words(c);
  uint32_t at = 0;
  while (at < c->nwords) {
    Op op = static_cast<Op>(words[at].op);
    if (op != Op::COPY_FREE_VARS && op != Op::MAKE_CELL && op != Op::MAKE_SPILLED && op != Op::RETURN_GENERATOR) break;
    at += kOpInfo[static_cast<size_t>(op)].words;
  }
  return at < c->nwords ? at : 0;
}
uint32_t async_for_send(const Code* c, uint32_t end) {
  uint32_t found = end;
  for (uint32_t i = 0; i < c->nexceptions; i++) {
    const ExceptionEntry& e = c->exceptions[i];
    for (uint32_t at = e.start; e.target == end && at < e.end && found == end; at += kOpInfo[code_words(c)[at].op].words)
      if (static_cast<Op>(code_words(c)[at].op) == Op::SEND) found = at;
  }
  return found;
}

int64_t code_offset(const Code* c, uint32_t word) { return int64_t{word} * 8 + (word >= code_prologue(c) ? 2 : 0); }
uint32_t code_word(const Code* c, int64_t offset) { return static_cast<uint32_t>((offset > int64_t{code_prologue(c)} * 8 ? offset - 2 : offset) / 8); }
int32_t code_start_line(const Code* c) { return str_equal_ascii(c->name.get().as<Str>(), "<module>") ? 0 : c->firstlineno; }

int32_t code_own_line(const Code* c, uint32_t word) {
  const PositionEntry* p = code_position(c, word);
  return p ? p->line : -1;
}
int32_t code_line(const Code* c, uint32_t word) {
  // Instructions of the compiler's own have the line of what stands before them.
  const PositionEntry* p = code_position(c, word);
  while (p && p->line < 0 && p > code_positions(c)) p--;
  return p ? p->line : c->firstlineno;
}

Status traceback_here(Thread& t, Frame* f) {
  Value exc = t.exc;
  Keep keep(exc);
  // What is raised again keeps its traceback: the frame that does it has its entry from before, or (a bare raise in a function that a handler calls) none. The
  // RuntimeError for a StopIteration that leaves a generator has no entry of the generator's own.
  BaseException* e = exc.as<BaseException>();
  Op op = static_cast<Op>(f->pc->op);
  if (op == Op::RERAISE || (e->traceback && (op == Op::CLEANUP_THROW || op == Op::END_ASYNC_FOR || (op == Op::RAISE && f->pc->c == 0)))) return {};
  // The usual case without calls: there is a frame object, nothing is eager, and no reconcile is due.
  if (Value next = e->traceback; LIKELY(f->obj && !(f->obj->flag(kEager) || e->flag(kEager) || (next && next.object()->flag(kEager))))) {
    if (Object* o = t.heap->try_allocate(KAA_SHAPE(traceback), sizeof(Traceback)); LIKELY(o != nullptr)) {
      Traceback* x = static_cast<Traceback*>(o);
      x->next.raw() = next;  // with the exception's count
      x->frame.raw() = f->obj;
      inc(static_cast<Object*>(f->obj));
      x->code = f->code;
      x->lasti = static_cast<uint32_t>(code_offset(f->code, f->pc_index()));
      x->lineno = -1;
      x->rc += kCountOne;
      e->traceback.raw() = x;
      return {};
    }
  }
  t.exc = Value();
  Result<FrameObject*> fo = frame_object(t, f);
  Result<Traceback*> tb = fo.ok() ? alloc<Traceback>(t, KAA_SHAPE(traceback)) : Result<Traceback*>(Error{});
  if (!tb.ok()) return Error{};
  Traceback* x = tb.value();
  x->next.init(e->traceback);
  x->frame.init(fo.value());
  x->code = f->code;
  x->lasti = static_cast<uint32_t>(code_offset(f->code, f->pc_index()));
  x->lineno = -1;  // found when somebody asks
  e->traceback.set(x);
  t.exc = exc;
  return {};
}

}  // namespace kaa
