// Promptness: eager objects (heap/eager.cpp) that only stacks hold are reclaimed as soon as the last register lets go of them. See watch.cpp.
#pragma once
#include "interp/interp.h"

namespace kaa {

extern const Dispatch k_watch_all, k_watch_some;

// Between two instructions of the running frame (its pc stored): decides about the eager objects whose holder is not known; runs finalizers.
void look(Thread& t);
// A frame that was watched, or whose caller is, has been left by return, yield or exception; t.frame is the caller. v: what it gives back.
void left_watched(Thread& t, Frame* f, FrameKind kind, Value v);
// make_generator() for a frame that is going to return what it makes.
Result<Value> make_returned(Thread& t, Frame* f);
// g was suspended, by its YIELD; t.frame is the caller.
void suspended(Thread& t, GeneratorObject* g, FrameKind kind);
void watched_resumed(Thread& t, Frame* f);  // f is the running frame; its table is the thread's
void uncount_resumed(Thread& t, Frame* f);  // takes the counts off the registers of a suspended generator's frame that is going to be resumed
// Picks Thread::dispatch for the running frame.
void sync_table(Thread& t);

}  // namespace kaa
