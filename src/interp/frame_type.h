// Variables of frames, as f_locals, locals() and the tracing functions see them.
#pragma once
#include "runtime/traceback.h"

namespace kaa {

// Whether the frame's variables are registers (functions), not a mapping (modules, classes, exec).
inline bool has_fast_locals(const Code* c) { return c->flags & kCoOptimized; }
// f_locals: the proxy or the mapping.
Result<Value> frame_f_locals(Thread& t, FrameObject* o);
// Calls fn(name, number) for each variable in order: locals, then cells that are no parameters, then free variables.
template <class F>
void each_variable(const Code* c, F&& fn) {
  for (uint32_t i = 0; i < c->varnames->size; i++) fn(c->varnames->items[i].template as<Str>(), i);
  for (uint32_t i = 0; i < c->cellvars->size; i++)
    if (c->cell_regs[i] >= c->varnames->size) fn(c->cellvars->items[i].template as<Str>(), c->cell_regs[i]);
  for (uint32_t i = 0; i < c->nfree; i++) fn(c->freevars->items[i].template as<Str>(), c->free_base + i);
}
// Moves a frame that a trace function looks at to another line (f_lineno = n); ValueError where that cannot be.
Status set_frame_line(Thread& t, FrameObject* o, int64_t line);

// A suspended generator refers to its frame object no longer than anybody else does, unless something was set on it (f_trace, an entry of f_locals that is
// no variable): then until the generator ends.
void keep_frame_object(FrameObject* o);

}  // namespace kaa
