// What the files about list share. Making and growing a list is in list_core.cpp.
#pragma once
#include "types/seq.h"

namespace kaa {

Status list_reserve(Thread& t, List* l, size_t cap);
void list_clear(List* l);
Status list_insert(Thread& t, List* l, int64_t at, Value v);
void list_delete_at(List* l, uint64_t i);
Result<List*> list_slice(Thread& t, List* l, int64_t lo, int64_t hi);          // clipped bounds
// l[lo:hi] = items, where `items` is a list or tuple, or empty to delete.
Status list_assign_slice(Thread& t, List* l, int64_t lo, int64_t hi, Value items);
Status list_set_subscript(Thread& t, List* l, Value key, Value v);             // l[key] = v; v empty: del l[key]
Result<Value> list_get_subscript(Thread& t, List* l, Value key);
// In place, stable. key None: the items themselves. See list_sort.cpp.
Status list_sort(Thread& t, List* l, Value key, bool reverse);
void list_reverse_range(Value* p, uint64_t n);

// A tuple of two, as iterators give one after the other.
Result<Tuple*> pair_of(Thread& t, Value a, Value b);

// The items of a list or tuple, read where they lie.
struct ItemsView {
  const Value* items;
  uint64_t size;
};
inline ItemsView items_of(Value v) {
  if (is_list(v)) return {v.as<List>()->items, v.as<List>()->size};
  return {v.as<Tuple>()->items, v.as<Tuple>()->size};
}
// A list or tuple whose class has not changed what iteration gives.
inline bool iterates_plainly(Value v) {
  if (is_list(v)) return IS_EXACT(v, list) || type_of(v)->dunder(D_iter) == KAA_TYPE(list)->dunder(D_iter);
  return is_tuple(v) && (IS_EXACT(v, tuple) || type_of(v)->dunder(D_iter) == KAA_TYPE(tuple)->dunder(D_iter));
}
// The iterable itself if it is a list or tuple that iterates plainly, else a list of what it yields; a TypeError gets the given message.
Result<Value> fast_sequence(Thread& t, Value iterable, const char* message);

}  // namespace kaa
