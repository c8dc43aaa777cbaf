// Promptness: eager objects (heap/eager.cpp) that only stacks hold are reclaimed as soon as the last register lets go of them. See watch.cpp.
#pragma once
#include "interp/interp.h"

namespace kaa {

extern const Dispatch k_watch_all, k_watch_some;

// Between two instructions of the running frame (its pc stored): decides about the eager objects whose holder is not known; runs finalizers.
void look(Thread& t);
// A frame that was watched, or whose caller is, has been left by return, yield or exception; t.frame is the caller. v: what it gives back.
void left_watched(Thread& t, Frame* f, FrameKind kind, Value v);
// A watched generator frame was suspended.
void watched_suspended(Thread& t, Frame* f, FrameKind kind);
void watched_resumed(Thread& t, Frame* f);
// Picks Thread::dispatch for the running frame.
void sync_table(Thread& t);

}  // namespace kaa
