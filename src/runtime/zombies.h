// Zombie frames: dead generators that wait on their code object for the next call.
#pragma once
#include "runtime/thread.h"

namespace kaa {

bool keep_zombie(Object* generator);            // hook of the heap: it is dead, its children are gone. False: the caller frees it
GeneratorObject* take_zombie_slow(Thread& t, Code* c, Shape* shape);
// A generator object for the code, from its list: uninitialised but for its header. Null: allocate one.
inline GeneratorObject* take_zombie(Thread& t, Code* c, Shape* shape) { return c->zombies ? take_zombie_slow(t, c, shape) : nullptr; }
void release_zombies(Code* c, uint32_t keep);   // frees all but `keep` of them
void age_zombies(Interp& in);                   // now and then (within a reconcile): lists that are not used shrink
void drain_zombies(Interp& in);

}  // namespace kaa
