// Zombie frames (python-dev, June 2007).
//
// A heap frame belongs to a generator, coroutine or asynchronous generator, and its size to the code it runs. So a dead one goes to a list on its code
// object, from which the next call of the same function takes it: no size to compute, no page to look at, and the memory is still in the cache. The
// list is bounded (Heap::zombie_limit), and it ages: with every kLook-th reconcile each list is looked at, and one from which nothing was taken for
// Zombies::age looks loses half of what it has. Memory that one burst of recursion needed goes back that way.
//
// A zombie is a free slot as far as the heap is concerned (its shape word is null) and holds no references. Its code does not own it in counts: when the
// code dies, its list is released (LayoutTraits<Code>::destroy).
#include "runtime/zombies.h"

#include <stdlib.h>
#include <string.h>

#include "objects/traits.h"

namespace kaa {

namespace {
constexpr uint64_t kLook = 16;

// The code gets a place among those that age. False: no memory.
bool list_code(Zombies& z, Code* c) {
  if (c->zombies_listed) return true;
  if (z.ncodes == z.cap) {
    uint32_t cap = z.cap ? 2 * z.cap : 64;
    void* p = realloc(z.codes, cap * sizeof(Code*));
    if (!p) return false;
    z.codes = static_cast<Code**>(p);
    z.cap = cap;
  }
  z.codes[z.ncodes++] = c;
  c->zombies_listed = true;
  c->zombies_used = c->zombies_idle = 0;
  return true;
}
void unlist_code(Zombies& z, Code* c) {
  if (!c->zombies_listed) return;
  c->zombies_listed = false;
  for (uint32_t i = z.ncodes; i-- > 0;)
    if (z.codes[i] == c) { z.codes[i] = z.codes[--z.ncodes]; return; }
}
}  // namespace

bool keep_zombie(Object* o) {
  GeneratorObject* g = static_cast<GeneratorObject*>(o);
  Code* c = g->frame.code;
  Zombies& z = interp().zombies;
  if (c->nzombies >= heap().zombie_limit || (c->rc & kDead) || sizeof(GeneratorObject) + g->nregs * sizeof(Value) > kMaxSmall || !list_code(z, c)) return false;
  if (UNLIKELY(heap().poison)) memset(static_cast<void*>(g + 1), 0xDB, g->nregs * sizeof(Value));
  g->shape = nullptr;
  g->next_zombie = c->zombies;
  c->zombies = g;
  c->nzombies++;
  z.frames++;
  return true;
}

void release_zombies(Code* c, uint32_t keep) {
  Zombies& z = interp().zombies;
  while (c->nzombies > keep) {
    GeneratorObject* g = c->zombies;
    c->zombies = g->next_zombie;
    c->nzombies--;
    z.frames--;
    z.released++;
    heap().release_kept(g);
  }
  if (!keep) unlist_code(z, c);
}

void age_zombies(Interp& in) {
  Zombies& z = in.zombies;
  if (!z.ncodes || heap().stats.reconciles % kLook) return;
  for (uint32_t i = z.ncodes; i-- > 0;) {
    Code* c = z.codes[i];
    if (c->zombies_used) c->zombies_idle = 0;
    else if (++c->zombies_idle >= z.age) {
      c->zombies_idle = 0;
      release_zombies(c, c->nzombies / 2);  // of one: none, and the code leaves the list (its place is taken by one that was looked at)
    }
    c->zombies_used = 0;
  }
}

void drain_zombies(Interp& in) {
  while (in.zombies.ncodes) release_zombies(in.zombies.codes[in.zombies.ncodes - 1], 0);
}

}  // namespace kaa
