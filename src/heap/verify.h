// Checks of the heap against a trace that uses none of its counts: the oracle of tests (heap/verify.cpp).
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <unordered_map>

namespace kaa {

class Heap;
struct Object;

// n > 0: every n-th reconcile is checked, and the process aborts when one errs. Set once, at start (KAA_VERIFY=n in the environment).
extern uint32_t g_verify_every;

// What a reconcile may kill and what it must not. begin() traces everything from the roots; end(), after the sweep, looks whether all that was reachable is still there
// and whether what is left besides is garbage that only a cycle collection can find.
class LifeOracle {
 public:
  explicit LifeOracle(Heap& h) : h_(h) {}
  void begin();
  bool end();  // false: something is wrong, which stderr says
  // Objects that nothing but words of native stacks kept from dying in this reconcile, as of end().
  size_t held_by_words() const { return held_by_words_; }

 private:
  friend class LifeTrace;
  enum : uint8_t { kExactly = 1, kByWord = 2 };  // reached from exact roots, only from words of native stacks
  Heap& h_;
  std::unordered_map<Object*, uint8_t> reached_;
  size_t held_by_words_ = 0;
};

}  // namespace kaa
