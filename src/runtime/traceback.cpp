// Frame objects and tracebacks: made when asked for. When a frame ends, its frame object takes over the registers that hold variables.
#include "runtime/traceback.h"

#include "objects/traits.h"
#include "runtime/api.h"

namespace kaa {

Result<FrameObject*> frame_object(Thread& t, Frame* f) {
  if (f->obj) return f->obj;
  FrameObject* o = TRY(alloc<FrameObject>(t, KAA_SHAPE(frame), f->code->nlocals * sizeof(Value)));
  o->live = f;
  o->code.init(f->code);
  o->func.init(f->func);
  if (!(f->code->flags & kCoOptimized)) o->locals.init(f->locals);
  o->trace_lines = true;
  f->obj = o;
  return o;
}

void frame_leave(Thread& t, Frame* f) {
  FrameObject* o = f->obj;
  if (!o) return;
  f->obj = nullptr;
  o->lasti = f->pc_index();
  uint32_t n = f->code->nlocals;
  for (uint32_t i = 0; i < n; i++) {
    o->regs[i] = f->regs[i];
    inc(f->regs[i]);
  }
  o->nregs = n;
  o->live = nullptr;
  if (f->prev) {
    Value saved = t.exc;
    Result<FrameObject*> back = frame_object(t, f->prev);
    if (back.ok()) o->back.set(back.value());
    t.exc = saved;
  }
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
  // What is raised again keeps its traceback: the frame that does it has its entry from before, or (a bare raise in a function that a handler calls) none.
  BaseException* e = exc.as<BaseException>();
  Op op = static_cast<Op>(f->pc->op);
  if (e->traceback && (op == Op::RERAISE || op == Op::CLEANUP_THROW || op == Op::END_ASYNC_FOR || (op == Op::RAISE && f->pc->c == 0))) return {};
  t.exc = Value();
  Result<FrameObject*> fo = frame_object(t, f);
  Result<Traceback*> tb = fo.ok() ? alloc<Traceback>(t, KAA_SHAPE(traceback)) : Result<Traceback*>(Error{});
  if (!tb.ok()) return Error{};
  Traceback* x = tb.value();
  x->next.init(e->traceback);
  x->frame.init(fo.value());
  x->code.init(f->code);
  x->lasti = static_cast<uint32_t>(code_offset(f->pc_index()));
  x->lineno = code_line(f->code, f->pc_index());
  e->traceback.set(x);
  t.exc = exc;
  return {};
}

}  // namespace kaa
