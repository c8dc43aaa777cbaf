// What set.cpp offers to the files about sets and dict views. Its essay explains the table.
#pragma once
#include "types/dict.h"

namespace kaa {

inline constexpr int64_t kDeletedHash = -1;  // of a deleted entry, whose key is empty; no element has this hash

// A set or frozenset (exactly) with the elements of an iterable; empty: none.
Result<Set*> set_from(Thread& t, bool frozen, Value iterable);
// hash(v); a TypeError becomes "cannot use 'list' as a set element (unhashable type: 'list')".
Result<int64_t> set_key_hash(Thread& t, Value v);
// Index of the element in s->table, or a negative number when it is absent. Runs Python when an element's __eq__ has to
// decide.
Result<int64_t> set_find(Thread& t, Set* s, Value key, int64_t hash);
Status set_add_hashed(Thread& t, Set* s, Value key, int64_t hash);
// True when it was there.
Result<bool> set_discard_hashed(Thread& t, Set* s, Value key, int64_t hash);
void set_delete_at(Set* s, int64_t i);
void set_clear(Set* s);
// The next live entry at or behind *pos, with *pos moved behind it. Null at the end. Never keep the pointer across
// anything that may run Python.
inline SetEntry* set_next(Set* s, uint64_t* pos) {
  if (!s->table) return nullptr;
  for (uint64_t i = *pos; i <= s->mask; i++) {
    if (s->table[i].key) {
      *pos = i + 1;
      return &s->table[i];
    }
  }
  *pos = s->mask + 1;
  return nullptr;
}

// The operations of methods and operators; `other` is any iterable.
Status set_update(Thread& t, Set* s, Value other);
Status set_difference_update(Thread& t, Set* s, Value other);
Status set_symmetric_difference_update(Thread& t, Set* s, Value other);
Result<Set*> set_copy(Thread& t, Set* s);                         // a set or frozenset, as s is an instance of one of them
Result<Set*> set_intersection(Thread& t, Set* s, Value other);
Result<Set*> set_difference(Thread& t, Set* s, Value other);
Result<Set*> set_symmetric_difference(Thread& t, Set* s, Value other);
Result<bool> set_is_subset(Thread& t, Set* s, Value other);
Result<bool> set_is_superset(Thread& t, Set* s, Value other);
Result<bool> set_is_disjoint(Thread& t, Set* s, Value other);
Result<bool> set_equal(Thread& t, Set* a, Set* b);
int64_t set_hash(Set* s);                                         // of the elements as a frozenset's
void set_swap(Set* a, Set* b);                                    // exchanges the elements
// x in s, s.remove(x), s.discard(x): an x that is an unhashable set stands for the frozenset of its elements.
enum class Lookup { kTest, kRemove };
Result<bool> set_lookup(Thread& t, Set* s, Value v, Lookup what);

}  // namespace kaa
