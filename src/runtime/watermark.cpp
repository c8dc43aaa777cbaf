// The watermark.
//
// A frame below the innermost one does not change: its registers are written by the code that runs in it, and that waits for the call to come back.
// So a reconcile that finds many frames counts the references of the deep ones once, like those of an object in the heap, and neither it nor its
// successors look at them again. A recursion a million deep costs each frame one count and one look, not one for each reconcile.
//
//      innermost -> | scanned by every reconcile (kAbove frames, or a few more)
//                   |
//      watermark -> | frame W: scanned too; its kind is kReturnCounted, what it was stands in Thread::watermark_kind
//                   +----
//                   | counted: registers below the height (and below the callee's), function, code, locals, frame object
//      outermost -> |
//
// W cannot be left without a look at its kind (the fast path of RETURN wants kReturnPlain): leave_watermark() then takes the counts off the next kBlock
// frames and moves the mark down. So a loop of calls and returns near the mark passes it once, and a return costs nothing where no mark is.
// What is counted follows from the frame alone (its pc, its callee's registers), which stay as they are until the callee returns. Whoever writes to a frame
// that is not innermost (f_locals, a frame object made late) calls frame_write_barrier() first.
// A running generator's frame in the chain is counted as a suspended one is (GeneratorObject::counted), so that its own traversal tells the truth.
#include "runtime/watermark.h"

#include "runtime/weakrefs.h"

namespace kaa {

namespace {
constexpr int kAbove = 64, kBlock = 64;

// Calls fn for each reference of a stack frame; callee: where the registers of the frame above begin.
template <class F>
void each_reference(Frame* f, const Value* callee, F&& fn) {
  fn(Value(f->code));
  fn(Value(f->func));
  fn(f->locals);
  if (f->obj) fn(Value(f->obj));
  uint32_t h = f->code->height_at(f->pc_index());
  if (callee >= f->regs && callee < f->regs + h) h = static_cast<uint32_t>(callee - f->regs);
  for (uint32_t i = 0; i < h; i++) fn(f->regs[i]);
}
GeneratorObject* owner(Frame* f) { return reinterpret_cast<GeneratorObject*>(reinterpret_cast<char*>(f) - __builtin_offsetof(GeneratorObject, frame)); }

void count(Frame* f, const Value*& callee) {
  if (f->on_heap) {
    GeneratorObject* g = owner(f);
    inc(g);
    if (f->obj) inc(f->obj);
    generator_count(g);
    return;
  }
  each_reference(f, callee, [](Value v) { inc(v); });
  callee = f->regs;
}
void uncount(Frame* f, const Value*& callee) {
  if (f->on_heap) {
    GeneratorObject* g = owner(f);
    generator_uncount(g);
    if (f->obj) dec(f->obj);
    dec(g);
    return;
  }
  each_reference(f, callee, [](Value v) { dec(v); });
  callee = f->regs;
}
// A return into native code is looked for by its kind, so that such a frame cannot carry the mark.
bool may_carry(const Frame* f) { return !f->on_heap && f->kind != kReturnExit; }
}  // namespace

void count_deep_frames(Thread* t) {
  Frame* old = t->watermark;
  Frame* mark = nullptr;
  int n = 0, below = 0;
  for (Frame* f = t->frame; f && f != old; f = f->prev) {
    n++;
    if (mark) below++;
    else if (n >= kAbove && may_carry(f)) mark = f;
  }
  if (below < kBlock) return;
  const Value* callee = mark->regs;
  for (Frame* f = mark->prev; f; f = f->prev) {
    if (f == old) f->kind = t->watermark_kind;
    count(f, callee);
    if (f == old) break;
  }
  t->watermark = mark;
  t->watermark_kind = mark->kind;
  mark->kind = kReturnCounted;
}

FrameKind leave_watermark(Thread& t, Frame* f) {
  FrameKind kind = t.watermark_kind;
  f->kind = kind;
  t.watermark = nullptr;
  const Value* callee = f->regs;
  int n = 0;
  for (Frame* p = f->prev; p; p = p->prev) {
    uncount(p, callee);
    if (++n >= kBlock && may_carry(p) && p->prev) {
      t.watermark = p;
      t.watermark_kind = p->kind;
      p->kind = kReturnCounted;
      break;
    }
  }
  return kind;
}

void uncount_frames(Thread* t) {
  Frame* f = t->watermark;
  if (!f) return;
  f->kind = t->watermark_kind;
  t->watermark = nullptr;
  const Value* callee = f->regs;
  for (Frame* p = f->prev; p; p = p->prev) uncount(p, callee);
}

void visit_counted_frames(ChildVisitor& v) {
  for (Thread* t = interp().threads; t; t = t->next) {
    if (!t->watermark) continue;
    const Value* callee = t->watermark->regs;
    for (Frame* p = t->watermark->prev; p; p = p->prev) {
      if (p->on_heap) {
        v(Value(owner(p)));
        if (p->obj) v(Value(p->obj));
        continue;
      }
      each_reference(p, callee, [&](Value x) { v(x); });
      callee = p->regs;
    }
  }
}

}  // namespace kaa
