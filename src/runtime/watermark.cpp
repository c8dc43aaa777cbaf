// The watermark.
//
// A frame below the innermost one does not change: its registers are written by the code that runs in it, and that waits for the call to come back.
// So a reconcile that finds many frames counts the references of the deep ones once, like those of an object in the heap, and neither it nor its
// successors look at them again. A recursion a million deep costs each frame one count and one look, not one for each reconcile.
//
//      innermost -> | scanned by every reconcile (kAbove frames, or a few more)
//                   |
//      watermark -> | frame W: scanned too; its kind has the bit kCountedBelow
//                   +----
//                   | counted: registers below the height (and below the callee's), function, code, locals, frame object
//      outermost -> |
//
// W cannot be left without a look at its kind (the fast path of RETURN wants exactly kReturnPlain): leave_watermark() then takes the counts off the next kBlock
// frames and moves the mark down. So a loop of calls and returns near the mark passes it once, and a return costs nothing where no mark is.
// What is counted follows from the frame alone (its pc, its callee's registers), which stay as they are until the callee returns. Whoever writes to a frame
// that is not innermost (f_locals, a frame object made late) calls frame_write_barrier() first, which moves the mark below it.
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

void count(Frame* f, const Value*& callee) {
  if (f->on_heap) {
    GeneratorObject* g = generator_of(f);
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
    GeneratorObject* g = generator_of(f);
    generator_uncount(g);
    if (f->obj) dec(f->obj);
    dec(g);
    return;
  }
  each_reference(f, callee, [](Value v) { dec(v); });
  callee = f->regs;
}
void mark(Thread* t, Frame* f) {
  f->kind = static_cast<FrameKind>(f->kind | kCountedBelow);
  t->watermark = f;
}
void unmark(Thread* t) {
  t->watermark->kind = static_cast<FrameKind>(t->watermark->kind & ~kCountedBelow);
  t->watermark = nullptr;
}
}  // namespace

void count_deep_frames(Thread* t) {
  Frame* old = t->watermark;
  Frame* top = nullptr;   // the new mark
  int n = 0, below = 0;
  for (Frame* f = t->frame; f && f != old; f = f->prev) {
    n++;
    if (top) below++;
    else if (n >= kAbove && !f->on_heap) top = f;
  }
  if (below < kBlock) return;
  if (old) unmark(t);
  const Value* callee = top->regs;
  for (Frame* f = top->prev; f; f = f->prev) {
    count(f, callee);
    if (f == old) break;
  }
  mark(t, top);
}

// Takes the mark off its frame and the counts off a block of frames below, where the next mark is put.
static void lower(Thread* t) {
  const Value* callee = t->watermark->regs;
  Frame* p = t->watermark->prev;
  unmark(t);
  for (int n = 0; p; p = p->prev) {
    uncount(p, callee);
    if (++n >= kBlock && !p->on_heap && p->prev) {
      mark(t, p);
      break;
    }
  }
}

FrameKind leave_watermark(Thread& t, Frame* f) {
  lower(&t);
  return f->kind;
}

void uncount_down_to(Thread* t, const Frame* f) {
  if (f->on_heap) {
    while (t->watermark) lower(t);
  } else if (f >= t->frame_base && f < t->frame_end) {  // inner frames have higher addresses
    while (t->watermark && f < t->watermark) lower(t);
  }
}

void visit_counted_frames(ChildVisitor& v) {
  for (Thread* t = interp().threads; t; t = t->next) {
    if (!t->watermark) continue;
    const Value* callee = t->watermark->regs;
    for (Frame* p = t->watermark->prev; p; p = p->prev) {
      if (p->on_heap) {
        v(Value(generator_of(p)));
        if (p->obj) v(Value(p->obj));
        continue;
      }
      each_reference(p, callee, [&](Value x) { v(x); });
      callee = p->regs;
    }
  }
}

}  // namespace kaa
