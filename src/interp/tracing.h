// sys.settrace, sys.setprofile: events of running code.
//
// While a thread traces, its loop runs on a second dispatch table (Thread::dispatch) whose entries all look at the instruction first and then run it; the
// usual table knows nothing of tracing. The loop takes up a new table where it enters a frame after a call of a native.
#pragma once
#include "interp/interp.h"

namespace kaa {

extern const Dispatch k_trace_dispatch;

Status set_trace(Thread& t, Value func);     // None or empty: off
Status set_profile(Thread& t, Value func);
inline bool is_traced(Thread& t) { return UNLIKELY(t.dispatch == &k_trace_dispatch); }
// An exception reached frame f (its traceback entry is there); f is left by it. The exception may be replaced by one of the trace function's.
void trace_raised(Thread& t, Frame* f);
void trace_unwound(Thread& t, Frame* f);
// A generator is resumed by throw(). False: the trace function raised.
bool trace_thrown(Thread& t, Frame* f);
// func(*args) with tracing on, from inside a trace function.
Result<Value> call_tracing(Thread& t, Value func, Tuple* args);

}  // namespace kaa
