// Stale words of suspended native frames, told from words that hold something.
//
// While an activation of the interpreter loop runs, the native frames that called it rest: no word of theirs changes. What they hold lived already when the
// activation began, so a word of theirs that referred to no object then refers to none that is born later at that address. Such words, left there by calls
// that ended long ago, are noted and stepped over by conservative scans; without that, an address that happens to lie in an outer frame would keep whatever
// object is born there as long as the frame lasts.
//
// What such a word referred to when the activation began it does keep. The memory that these frames were laid over is therefore cleared when the
// activation that they were called from goes on: the next frames there begin without it.
//
// The native stack grows downwards. [covered, base) has been looked at; the part of an activation that has ended is not covered any more.
#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap.h"

namespace kaa {

class StackScreen {
 public:
  // Looks at the words from lo, where the running activation's callers begin, to what is covered already. newborn: born in this activation, so that words
  // which seem to refer to it are stale, too; or null.
  void extend(Heap& h, const void* lo, const void* base, const Object* newborn = nullptr);
  // An activation ended. outer: where the callers of the one that goes on begin; null when none does. Whether the stack below is to be cleared then.
  bool activation_ended(const void* outer) {
    uintptr_t o = reinterpret_cast<uintptr_t>(outer);
    return UNLIKELY(covered_ - 1 < o - 1) && trim(o);  // 0, which stands for none, is above all
  }
  // Reports [lo, base) but for the stale words.
  void scan(RootVisitor& v, const void* lo, const void* base);

 private:
  struct Stale {
    const uintptr_t* at;
    uintptr_t word;  // a word that is not this any more has been written after all
  };
  bool trim(uintptr_t covered);
  std::vector<Stale> stale_;  // from high addresses to low
  uintptr_t covered_ = 0;     // 0: nothing
  bool scanned_ = false;      // since an activation ended that had been looked at
};

// Clears the part of the native stack that the next calls will use.
void clear_native_stack_below();

}  // namespace kaa
