// Layout of collections.deque: a ring buffer.
#pragma once
#include "modules/collections/collections.h"

namespace kaa::collections {

struct Deque : Object {
  Value* ring;        // raw buffer of cap words (a power of two, or 0); counted
  uint64_t head;      // where item 0 is
  uint64_t size, cap;
  int64_t maxlen;     // -1: unbounded
  uint64_t version;   // changes with every insertion and deletion
  Value& at(uint64_t i) { return ring[(head + i) & (cap - 1)]; }
  template <class F> void each_field(F&& f) { for (uint64_t i = 0; i < size; i++) f(reinterpret_cast<Field<>&>(at(i))); }
};
struct DequeIter : Object {
  Field<> deque;      // empty: exhausted
  uint64_t index;     // items yielded
  uint64_t version;
  template <class F> void each_field(F&& f) { f(deque); }
};

// Adding at an end drops an item at the other end when the deque is full.
Status push_back(Thread& t, Deque* d, Value v);
Status push_front(Thread& t, Deque* d, Value v);
Value pop_back(Deque* d);     // not empty
Value pop_front(Deque* d);
void clear(Deque* d);
void rotate(Deque* d, int64_t n);
void delete_at(Deque* d, uint64_t i);
Status insert_at(Thread& t, Deque* d, uint64_t i, Value v);
Status extend(Thread& t, Deque* d, Value iterable, bool left);

}  // namespace kaa::collections

namespace kaa {
template <>
struct LayoutTraits<collections::Deque> {
  static void destroy(collections::Deque* d) { heap().free_raw(d->ring, d->cap * sizeof(Value)); }
  static size_t bytes(collections::Deque* d) { return sizeof(*d) + d->cap * sizeof(Value); }
};
}  // namespace kaa
