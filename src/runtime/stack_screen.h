// Words of suspended native frames that hold something, told from stale ones.
//
// While an activation of the interpreter loop runs, the native frames that called it rest: no word of theirs changes, but for what is written through a
// pointer. What they hold lived already when the activation began, so a word of theirs that referred to no object then refers to none that is born later at
// that address. So the words that did refer to one are noted, and a copy of all is kept: conservative scans report the former, and what differs from the copy.
// Without that, an address that a call which ended long ago has left in an outer frame would keep whatever object is born there as long as the frame
// lasts, and each scan would look at every word.
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
  // Reports what may refer to something in [lo, base): of the part that was looked at the words noted and those written since, else all.
  void scan(RootVisitor& v, const void* lo, const void* base) const;
  // Clears the part of the native stack that the next calls will use, on behalf of the activation that activation_ended() asked it for. lo: where the running
  // one's callers begin. A nested activation does it for its own part, and its end asks again.
  void clear_below(Heap& h, const void* lo, const void* base);

 private:
  static constexpr size_t kWords = 64, kBlock = kWords * sizeof(uintptr_t);
  struct Block {
    uintptr_t words[kWords];  // as they were when looked at
    uint64_t refer;           // bit i: word i referred to an object that can die
  };
  bool trim(uintptr_t covered);
  std::vector<Block> blocks_;  // of the memory that ends at top_, from high addresses to low
  uintptr_t top_ = 0;          // a multiple of a block's size
  uintptr_t covered_ = 0;      // 0: nothing
};

}  // namespace kaa
