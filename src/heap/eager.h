// What is to be known of eager objects besides the table itself.
//
// Orphans: objects that became eager while something in the heap held them already, so that their owner does not know. One that dies without a reconcile stays
// on the list: it is compared with, not looked into.
#pragma once
#include <algorithm>
#include <vector>

#include "heap/heap.h"

namespace kaa {

std::vector<Object*>& eager_orphans();
// Something that was to be looked at was left to the next reconcile: a holder or an orphan that is no part of a sample, an event without a budget, an owner
// that was not found. A thread that is about to wait, perhaps for what that death sets off, reconciles first (settle_before_wait()).
extern bool g_looks_owed;
void add_orphan(Object* o);
// Objects that something holds which is dead for all that is known, but whose death nobody would notice now (SilentDeath in interp/look.cpp): it waits for the
// next reconcile. One entry for each reference. When one of them has no other owners any more, that reconcile is due: g_owner_lost.
inline constexpr size_t kMostHeldByDead = 32;
extern std::vector<Object*> g_held_by_dead;
extern bool g_owner_lost;
int32_t held_by_dead(const Object* o);  // the number of its entries
void drop_dead_orphans();  // at the end of a reconcile, when nothing has been allocated since
// Takes off the list what died or lost its owners in a call of reconcile(): garbage alone had held it.
void drop_settled(std::vector<Object*>& orphans, void (*reconcile)(Heap&));
// Gains the experience of a call of reconcile(), by which holders with count 0 may die.
void watch_deaths(const std::vector<Object*>& holders, void (*reconcile)(Heap&));
// The death of an eager object cannot be seen any more: a coroutine that is being awaited. It is counted as all others from now on.
void make_ordinary(Object* o);
// Whether it pays to find out by a reconcile if garbage alone holds the referent of a weak reference, an instance of t; and that it did.
bool worth_asking(const Type* t);
void was_worth_asking(const Type* t);
// Whether the holders that kill_eager() freed were the last to hold something eager. decided: a reconcile has reclaimed since what was let go; nothing was
// allocated meanwhile.
void gain_experience(bool decided);
bool anything_let_go();  // by kill_eager() since

// The budget of looking for them (interp/look.cpp). Event loops, database sessions and the like hold objects with finalizers everywhere, so that what
// holds one of these is eager, too, and nearly every look finds that nothing has happened. The unit is a look at the frames, about a microsecond. A death that
// something is seen of earns some. When all is spent, births earn more: so that looks in vain take a small share of the time, and what spent the budget long
// ago (imports) does not matter for good. Clocks have no say: a program repeats exactly, on a slow machine, too.
class LookBudget {
 public:
  static constexpr int kMost = 32768, kEarned = 32, kScan = 2, kReconcile = 2;
  static constexpr uint64_t kBirths = 128;  // earn one: programs make about ten objects in a microsecond, so that looks take about an eighth
  bool may_look() {
    if (LIKELY(left_ > 0)) { left_--; return true; }
    return earn_by_births();
  }
  void spend(int units) { left_ -= units; }  // below 0: what a look led to is paid for later
  void earn() { add(kEarned); }

 private:
  bool earn_by_births();
  void add(uint64_t units) { left_ = std::min<int64_t>(left_ + static_cast<int64_t>(units), kMost); }
  int64_t left_ = kMost;
  uint64_t earned_until_ = 0;  // births
};
LookBudget& look_budget();   // the heap's
// Of the reconciles that a function's end makes when it handled an exception. They are dear: were they paid for by the other, imports, which make many,
// would leave nothing for looks.
LookBudget& leave_budget();

// Memory: told of each block of this size or more that is taken.
inline constexpr size_t kLargeBlock = 1 << 20;  // a reconcile costs little beside it
extern void (*g_large_taken)();
bool past_hard_bytes(const Heap& h);  // what was taken since the last reconcile is more than should wait for a safepoint

}  // namespace kaa
