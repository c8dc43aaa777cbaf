// Weak references and finalizers: the table from an object to its weak references, and the queues that a safepoint empties.
#pragma once
#include "runtime/native.h"
#include "runtime/thread.h"

namespace kaa {

// The weak reference of `type` to o (an existing one without callback is shared). o's type must be weakly referenceable.
Result<WeakRef*> make_weakref(Thread& t, Type* type, Value o, Value callback);
WeakRef* first_weakref(Object* o);                     // null when there is none
inline Value weakref_get(WeakRef* r) { return Value(r->referent); }  // empty when dead
void weakrefs_dead(Object* o);                         // hook of the heap: clears the references, queues the callbacks
void queue_finalizer(Object* o);                       // hook of the heap: o holds a count of the queue's
Status run_finalizers(Thread& t);                      // runs what is queued; exceptions go to sys.unraisablehook
// Whether the deaths of eager objects were put off.
bool deaths_owed();
// Before a wait that only another thread or process may end: what was put off dies now, because its death may be what is waited for. Runs Python.
Status settle_before_wait(Thread& t);
void scan_weakref_queue(RootVisitor& v);
void visit_weakref_queue(ChildVisitor& v);             // the counted references of what is queued
void scan_native_modules(RootVisitor& v);
void scan_roots(RootVisitor& v);
void reconcile_wanted(Thread& t);                      // at its next safepoint, or before the next instruction (interp/watch.cpp)
void large_taken(Thread& t);                           // the end of the running frame reconciles (interp/watch.cpp)
void arm_look(Thread& t);                              // eager objects are looked for before the next instruction (interp/watch.cpp)
void look_before_wait(Thread& t);                      // decides about those whose holder is not known (interp/watch.cpp)
bool held_by_frame(Thread& t, Object* o);              // whether one of the thread's frames does (interp/look.cpp)
// Where native references begin that are not the own ones of a directly called native (interp/watch.cpp).
const void* base_of_call(Thread& t, Result<Value> (*fn)(Thread&, Args));
const void* base_of_call(Thread& t, Value v);  // v is called, or an attribute of it is read
void scan_frames(Thread* t, RootVisitor& v);            // registers of a thread's frames and its own references, exactly
void generator_ran(GeneratorObject* g);                // g was suspended: its registers are counted at the next reconcile
// Generators that ran, or were made, since the last reconcile (runtime/thread.cpp).
struct RanList { GeneratorObject **base, **top, **end; };
extern RanList g_ran;
void generator_made(Thread& t, GeneratorObject* g);     // the same as generator_ran() for a new one
// generator_made() without calls, where that can be. (Code::tries and `listed` say 1 and 2 alike.)
inline bool can_list_quickly(const Thread& t, const Code* c) { return c->tries && g_ran.top != g_ran.end && t.dispatch == t.live; }
inline void list_quickly(GeneratorObject* g, const Code* c) {
  *g_ran.top++ = g;
  g->listed = c->tries;
}
void generator_count(GeneratorObject* g);
void count_suspended(bool all);                        // hook of the heap
void generator_uncount(GeneratorObject* g);

}  // namespace kaa
