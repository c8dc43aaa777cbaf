// Objects that became eager while something in the heap held them already, so that their owner does not know. Valid until the next reconcile.
#pragma once
#include <vector>

#include "heap/heap.h"

namespace kaa {

std::vector<Object*>& eager_orphans();
void add_orphan(Object* o);
// The death of an eager object cannot be seen any more: a coroutine that is being awaited. It is counted as all others from now on.
void make_ordinary(Object* o);

}  // namespace kaa
