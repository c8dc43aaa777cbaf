// The lock under which threads take turns (gil.cpp). enter_blocking and leave_blocking are in api.h.
#pragma once
#include "runtime/api.h"

namespace kaa {

void gil_init(Thread& main);        // the main thread holds it
void gil_attach(Thread& t);         // a new thread waits for its turn, and becomes the current one
void gil_detach(Thread& t);         // a thread that ends lets go
void gil_switch(Thread& to);        // the caller holds the lock and goes on as this thread, on the same native stack
void gil_after_fork(Thread& t);
bool thread_is_live(uint64_t id);   // whether it is the id of a thread that has not ended; the C library looks at no other without harm
void gil_close(Thread& t);          // the end has come: from now on no thread but this one gets a turn
// For other processes that read this one's memory (modules/remote_debugging).
Thread* const* gil_holder();        // where the holder stands
inline int native_id(const Thread& t) { return static_cast<int>(reinterpret_cast<intptr_t>(t.module_state)); }  // the system's number; 0: it never had a turn
bool gil_closed();                  // that is so: what another thread holds it does not give back

}  // namespace kaa
