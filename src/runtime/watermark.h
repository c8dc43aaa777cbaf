// The watermark: deep frames whose registers are counted, so that a reconcile scans only the top of the stack.
#pragma once
#include "runtime/thread.h"

namespace kaa {

// Within a reconcile: counts the frames that lie deep below the top and are not counted yet.
void count_deep_frames(Thread* t);
// f, whose kind has kCountedBelow, is about to be left: takes the counts off the frames below it, a number of them at least. Returns f's kind.
FrameKind leave_watermark(Thread& t, Frame* f);
// Before a frame that is not the innermost is written to: takes the counts off it and off what lies above it (of a generator's frame, whose place in the
// chain its address does not tell: off all).
void uncount_down_to(Thread* t, const Frame* f);
inline void frame_write_barrier(Interp& in, const Frame* f) {
  for (Thread* t = in.threads; t; t = t->next)
    if (UNLIKELY(t->watermark != nullptr)) uncount_down_to(t, f);
}
// The references that counted frames hold (for the verifier).
void visit_counted_frames(ChildVisitor& v);

}  // namespace kaa
