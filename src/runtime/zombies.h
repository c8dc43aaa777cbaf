// Zombie frames: dead generators that wait on their code object for the next call.
#pragma once
#include "runtime/thread.h"

namespace kaa {

bool keep_zombie(Object* generator);            // hook of the heap: it is dead, its children are gone. False: the caller frees it
// A generator object for the code, from its list: uninitialised but for its header. Null: allocate one.
inline GeneratorObject* take_zombie(Thread& t, Code* c, Shape* shape) {
  GeneratorObject* g = c->zombies;
  if (!g) return nullptr;
  GeneratorObject* next = g->next_zombie;
  if (!t.heap->reuse_slot(g, shape)) return nullptr;
  c->zombies = next;
  c->nzombies--;
  c->zombies_used++;
  Zombies& z = interp().zombies;
  z.frames--;
  z.reused++;
  return g;
}
void release_zombies(Code* c, uint32_t keep);   // frees all but `keep` of them
void age_zombies(Interp& in);                   // now and then (within a reconcile): lists that are not used shrink
void drain_zombies(Interp& in);

}  // namespace kaa
