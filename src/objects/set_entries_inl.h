// A walk through the table of a set, for the set operations and for the reclaimer.
#pragma once
#include "objects/objects.h"

namespace kaa {

// Calls f(SetEntry&) for each of the `used` live entries of a table of mask + 1 entries, which f must not change otherwise. Which entries are in use is as
// good as random, so that a branch for each would cost more than most that is done with an entry: their numbers are gathered without branches, some at a time.
template <class F>
[[gnu::always_inline]] inline void each_live_entry(SetEntry* table, uint64_t mask, uint64_t used, F&& f) {
  constexpr uint64_t kStep = 32;
  for (uint64_t base = 0; used && base <= mask; base += kStep) {  // small ints stand at the front
    uint8_t found[kStep];
    uint64_t n = 0, end = mask + 1 - base < kStep ? mask + 1 - base : kStep;
    for (uint64_t i = 0; i < end; i++) {
      found[n] = static_cast<uint8_t>(i);
      n += !table[base + i].key.is_empty();
    }
    used -= n;
    for (uint64_t k = 0; k < n; k++) f(table[base + found[k]]);
  }
}

}  // namespace kaa
