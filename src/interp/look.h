// What watch.cpp and look.cpp have in common: notes of the registers that hold eager objects (EagerEntry in heap/heap.h).
#pragma once
#include "interp/watch.h"

namespace kaa {

constexpr size_t kCheapReconcile = 1024;  // entries that only stacks keep in the table: with more, a reconcile costs much more than a look

void arm(Thread& t);                              // the thread looks before its next instruction, whatever the budget says
bool still_good(Thread& t, EagerEntry& e);        // whether the note still says where the object is, as far as can be known without looking
void drop_counted(Thread& t, size_t i);           // entry i of the eager objects is counted by now
// The words around `word` at which temporary i is live.
void live_range(const Code* c, uint32_t word, uint32_t i, uint32_t& lo, uint32_t& hi);
// One round of looking; false when nothing is left to be looked for.
bool look_once(Thread& t);

}  // namespace kaa
