// What is to be known of eager objects besides the table itself.
//
// Orphans: objects that became eager while something in the heap held them already, so that their owner does not know. Valid until the next reconcile.
#pragma once
#include <vector>

#include "heap/heap.h"

namespace kaa {

std::vector<Object*>& eager_orphans();
void add_orphan(Object* o);
// The death of an eager object cannot be seen any more: a coroutine that is being awaited. It is counted as all others from now on.
void make_ordinary(Object* o);

// The budget of looking for them (interp/watch.cpp). Event loops, database sessions and the like hold objects with finalizers everywhere, so that what
// holds one of these is eager, too, and nearly every look finds that nothing has happened. The unit is a look at the frames; all that counts is the
// program's own doing, so that a run repeats.
class LookBudget {
 public:
  static constexpr int kMost = 65536, kEarned = 32, kScan = 3, kReconcile = 24;
  static constexpr uint32_t kSample = 32;
  bool may_look() {
    if (LIKELY(left_ > 0)) { left_--; return true; }
    return ++passed_ % kSample == 0;
  }
  void spend(int units) { left_ = left_ > units ? left_ - units : 0; }
  void earn() { left_ = left_ + kEarned < kMost ? left_ + kEarned : kMost; }

 private:
  int left_ = kMost;
  uint32_t passed_ = 0;
};
LookBudget& look_budget();  // the heap's

}  // namespace kaa
