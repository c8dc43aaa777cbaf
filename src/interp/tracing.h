// sys.settrace, sys.setprofile, sys.monitoring: events of running code. Who wants to know of what is in interp/monitor.h.
//
// While a thread traces, or anybody monitors, its loop runs on a second dispatch table (Thread::dispatch) whose entries all look at the instruction first and then
// run it; the usual table knows nothing of tracing. The loop takes up a new table where it enters a frame after a call of a native.
#pragma once
#include "interp/interp.h"

namespace kaa {

extern const Dispatch k_trace_dispatch;

void choose_dispatch(Thread& t);             // the table that fits what the thread is doing now
Status set_trace(Thread& t, Value func);     // None or empty: off
Status set_profile(Thread& t, Value func);
inline bool is_traced(Thread& t) { return UNLIKELY(t.dispatch == &k_trace_dispatch); }
// An exception reached frame f (its traceback entry is there); a handler of f's at this word will have it; f is left by it. The exception may be replaced by one
// of the trace function's.
void trace_raised(Thread& t, Frame* f);
void trace_handled(Thread& t, Frame* f, uint32_t handler);
void trace_unwound(Thread& t, Frame* f);
// An iterator's StopIteration, raised by Python code, ends a loop of frame f: taken off, or replaced (false).
bool trace_swallowed(Thread& t, Frame* f);
// A generator that an instruction of frame f runs has returned v.
void trace_ended(Thread& t, Frame* f, Value v);
// A generator is resumed by throw(). False: the trace function raised.
bool trace_thrown(Thread& t, Frame* f);
// func(*args) with tracing on, from inside a trace function.
Result<Value> call_tracing(Thread& t, Value func, Tuple* args);
// Where a frame shows itself to be while its `call` event is told: 0 for the definition of the function, a generator's YIELD; -1: no such event.
int64_t start_event_word(Thread& t, const Frame* f);

// No events while a trace function or callback runs.
class TraceQuiet {
 public:
  TraceQuiet(Thread& t, Frame* f, int8_t event) : t_(t), outer_(t.in_trace), event_(t.trace_event), frame_(t.traced_frame) {
    t.in_trace = true;
    t.trace_event = event;
    t.traced_frame = f;
    choose_dispatch(t);
  }
  ~TraceQuiet() {
    t_.in_trace = outer_;
    t_.trace_event = event_;
    t_.traced_frame = frame_;
    choose_dispatch(t_);
  }
 private:
  Thread& t_;
  bool outer_;
  int8_t event_;
  Frame* frame_;
};

}  // namespace kaa
