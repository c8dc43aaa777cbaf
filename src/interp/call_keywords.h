// Calls with keywords, for CALL_KW and CALL_METHOD_KW (call_keywords.cpp).
#pragma once
#include "interp/interp.h"

namespace kaa {
// The frame of a call of fn whose arguments lie at `args`, n positional ones and then the keywords' values, when the instruction has a record about it, and
// there is room; the result goes to register pc->a. Null: nothing was done.
Frame* keyword_frame(Thread* t, Frame* f, Function* fn, Value* args, uint32_t n, const Word* pc, FrameKind kind);
// Writes that record, after a call that succeeded.
void record_keywords(const Word* pc, Function* fn, uint32_t n, Tuple* names);
}  // namespace kaa
