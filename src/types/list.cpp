// What Python sees of list. Storage is in list_core.cpp, subscripts in list_slice.cpp, sorting in list_sort.cpp.
//
// Loops over items that run Python (comparisons, repr) go by index and look at the size again in each round.
#include "types/list.h"

#include "types/repr_builder_inl.h"

namespace kaa {

namespace {

List* self_of(Args a) { return a.as<List>(0); }

Result<Value> list_new(Thread& t, Args a, Tuple*) { return TRY(alloc_as<List>(t, a.as<Type>(0))); }

Result<Value> list_init(Thread& t, Args a, Tuple* kwnames) {
  // A class with a __new__ of its own may take keywords there; they are none of ours.
  if (has_keywords(kwnames)) {
    if (type_of(a[0])->dunder(D_new) == KAA_TYPE(list)->dunder(D_new)) return RAISE(TypeError, "list() takes no keyword arguments");
    a.n -= static_cast<uint32_t>(kwnames->size);
  }
  if (a.n > 2) return RAISE(TypeError, "list expected at most 1 argument, got %d", static_cast<int>(a.n) - 1);
  List* l = self_of(a);
  if (l->items) list_clear(l);
  if (a.n == 2) TRY(list_extend(t, l, a[1]));
  return kNone;
}

Result<Value> list_append_method(Thread& t, Args a) {
  TRY(list_append(t, self_of(a), a[1]));
  return kNone;
}

Result<Value> list_extend_method(Thread& t, Args a) {
  TRY(list_extend(t, self_of(a), a[1]));
  return kNone;
}

Result<Value> list_insert_method(Thread& t, Args a) {
  int64_t i = TRY(to_c_ssize(t, a[1]));
  TRY(list_insert(t, self_of(a), i, a[2]));
  return kNone;
}

Result<Value> list_pop(Thread& t, Args a) {
  List* l = self_of(a);
  int64_t i = a[1] ? TRY(to_c_ssize(t, a[1])) : -1;
  if (l->size == 0) return RAISE(IndexError, "pop from empty list");
  if (i < 0) i += static_cast<int64_t>(l->size);
  if (static_cast<uint64_t>(i) >= l->size) return RAISE(IndexError, "pop index out of range");
  Value v = l->items[i];
  if (static_cast<uint64_t>(i) == l->size - 1 && l->size * 2 > l->cap) {
    l->size--;
    dec(v);
  } else {
    list_delete_at(l, static_cast<uint64_t>(i));
  }
  return v;
}

Result<Value> list_remove(Thread& t, Args a) {
  List* l = self_of(a);
  for (uint64_t i = 0; i < l->size; i++) {
    if (!TRY(equal(t, l->items[i], a[1]))) continue;
    if (i < l->size) list_delete_at(l, i);
    return kNone;
  }
  return RAISE(ValueError, "list.remove(x): x not in list");
}

Result<Value> list_clear_method(Thread&, Args a) {
  list_clear(self_of(a));
  return kNone;
}

Result<Value> list_copy(Thread& t, Args a) { return TRY(list_of(t, self_of(a)->items, self_of(a)->size)); }

Result<Value> list_reverse(Thread&, Args a) {
  list_reverse_range(self_of(a)->items, self_of(a)->size);
  return kNone;
}

Result<Value> list_count(Thread& t, Args a) {
  List* l = self_of(a);
  int64_t n = 0;
  for (uint64_t i = 0; i < l->size; i++) n += TRY(equal(t, l->items[i], a[1]));
  return small_int(n);
}

Result<Value> list_index(Thread& t, Args a) {
  List* l = self_of(a);
  int64_t start, stop;
  TRY(index_range(t, a, 2, static_cast<int64_t>(l->size), &start, &stop));
  for (int64_t i = start; i < stop && i < static_cast<int64_t>(l->size); i++)
    if (TRY(equal(t, l->items[i], a[1]))) return small_int(i);
  return RAISE(ValueError, "list.index(x): x not in list");
}

Result<Value> list_sort_method(Thread& t, Args a) {
  bool reverse = a[2] && TRY(truth(t, a[2]));
  TRY(list_sort(t, self_of(a), a[1] ? a[1] : kNone, reverse));
  return kNone;
}

Result<Value> list_len(Thread&, Args a) { return small_int(static_cast<int64_t>(self_of(a)->size)); }
Result<Value> list_getitem(Thread& t, Args a) { return list_get_subscript(t, self_of(a), a[1]); }
Result<Value> list_setitem(Thread& t, Args a) {
  TRY(list_set_subscript(t, self_of(a), a[1], a[2]));
  return kNone;
}
Result<Value> list_delitem(Thread& t, Args a) {
  TRY(list_set_subscript(t, self_of(a), a[1], Value()));
  return kNone;
}

Result<Value> list_contains(Thread& t, Args a) {
  List* l = self_of(a);
  Value x = a[1];
  for (uint64_t i = 0; i < l->size; i++)
    if (TRY(equal(t, l->items[i], x))) return kTrue;
  return kFalse;
}

Result<Value> list_iter(Thread& t, Args a) { return new_seq_iter(t, KAA_SHAPE(list_iterator), a[0]); }

Result<Value> list_reversed(Thread& t, Args a) {
  SeqIter* it = TRY(alloc<SeqIter>(t, KAA_SHAPE(list_reverseiterator)));
  it->seq.init(a[0]);
  it->index = self_of(a)->size;
  return it;
}

Result<Value> list_add(Thread& t, Args a) {
  if (!is_list(a[1])) return kNotImplemented;
  List *x = self_of(a), *y = a.as<List>(1);
  List* r = TRY(new_list(t, x->size + y->size));
  Value* to = r->items;
  auto put = [&](const Value* from, uint64_t n) {
    for (uint64_t i = 0; i < n; i++) {
      Value v = from[i];
      *to++ = v;
      inc_into(v, r);
    }
  };
  put(x->items, x->size);
  put(y->items, y->size);
  r->size = x->size + y->size;
  return r;
}

Result<Value> list_iadd(Thread& t, Args a) {
  TRY(list_extend(t, self_of(a), a[1]));
  return a[0];
}

// Puts `times` copies of the first n items into l, which has room; those items lie there already when `have` is set.
void repeat_items(List* l, const Value* items, uint64_t n, uint64_t times, bool have) {
  if (n == 1 && (!items[0].is_object() || !items[0])) {  // nothing to count
    Value v = items[0];
    Value* to = l->items;
    for (uint64_t k = 0; k < times; k++) to[k] = v;
    l->size = times;
    return;
  }
  for (uint64_t k = have ? 1 : 0; k < times; k++) {
    Value* to = l->items + k * n;
    for (uint64_t i = 0; i < n; i++) {
      Value v = items[i];
      to[i] = v;
      inc_into(v, l);
    }
  }
  l->size = n * times;
}

Result<Value> list_mul(Thread& t, Args a) {
  if (!has_index(a[1])) return kNotImplemented;
  int64_t times = TRY(to_ssize(t, a[1]));
  List* l = self_of(a);
  uint64_t n = l->size;
  if (times <= 0 || n == 0) return TRY(new_list(t));
  if (static_cast<uint64_t>(times) > (uint64_t{1} << 43) / n) return raise_memory(t);
  List* r = TRY(new_list(t, n * static_cast<uint64_t>(times)));
  repeat_items(r, l->items, n, static_cast<uint64_t>(times), false);
  return r;
}

Result<Value> list_imul(Thread& t, Args a) {
  if (!has_index(a[1])) return kNotImplemented;
  int64_t times = TRY(to_ssize(t, a[1]));
  List* l = self_of(a);
  uint64_t n = l->size;
  if (times <= 0) {
    list_clear(l);
    return a[0];
  }
  if (n == 0 || times == 1) return a[0];
  if (static_cast<uint64_t>(times) > (uint64_t{1} << 43) / n) return raise_memory(t);
  TRY(list_reserve(t, l, n * static_cast<uint64_t>(times)));
  repeat_items(l, l->items, n, static_cast<uint64_t>(times), true);
  return a[0];
}

template <CompareOp op>
Result<Value> list_compare(Thread& t, Args a) {
  if (!is_list(a[1])) return kNotImplemented;
  List *x = self_of(a), *y = a.as<List>(1);
  return seq_compare<op>(t, [=] { return x->size; }, [=](uint64_t i) { return x->items[i]; }, [=] { return y->size; },
                         [=](uint64_t i) { return y->items[i]; });
}

Result<Value> list_repr(Thread& t, Args a) {
  List* l = self_of(a);
  if (!l->size) return TRY(new_str(t, "[]"));
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, l)) return TRY(new_str(t, "[...]"));
  auto text = [&]() -> Result<Str*> {
    ReprBuilder b(t);
    b.add("[");
    for (uint64_t i = 0; i < l->size; i++) {
      if (i) b.add(", ");
      TRY(b.add_repr(l->items[i]));
    }
    b.add("]");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, l);
  return r;
}

Result<Value> list_sizeof(Thread& t, Args a) { return make_uint(t, sizeof(List) + self_of(a)->cap * sizeof(Value)); }

const MethodDef k_methods[] = {
    {"__new__", list_new, nullptr, "Makes an empty list; __init__ fills it.", MethodKind::kNew},
    {"__init__", list_init, "($self, iterable=(), /)", "Fills the list from an iterable."},
    {"__repr__", list_repr, "($self, /)", "Text of the items in brackets."},
    {"__len__", list_len, "($self, /)", "The number of items."},
    {"__getitem__", list_getitem, "($self, index, /)", "An item, or a new list for a slice."},
    {"__setitem__", list_setitem, "($self, key, value, /)", "Replaces an item or a slice."},
    {"__delitem__", list_delitem, "($self, key, /)", "Deletes an item or a slice."},
    {"__contains__", list_contains, "($self, key, /)", "Whether an item equals the given value."},
    {"__iter__", list_iter, "($self, /)", "Iterates in order."},
    {"__reversed__", list_reversed, "($self, /)", "Iterates from the end."},
    {"__add__", list_add, "($self, value, /)", "A new list of the items of both."},
    {"__iadd__", list_iadd, "($self, value, /)", "Appends what an iterable yields."},
    {"__mul__", list_mul, "($self, value, /)", "A new list with the items repeated."},
    {"__rmul__", list_mul, "($self, value, /)", "A new list with the items repeated."},
    {"__imul__", list_imul, "($self, value, /)", "Repeats the items in place."},
    {"__eq__", list_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have equal items in the same order."},
    {"__ne__", list_compare<CompareOp::NE>, "($self, value, /)", "Whether they differ."},
    {"__lt__", list_compare<CompareOp::LT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__le__", list_compare<CompareOp::LE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__gt__", list_compare<CompareOp::GT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__ge__", list_compare<CompareOp::GE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__sizeof__", list_sizeof, "($self, /)", "Bytes in memory, those of the items not included."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: list[int].", MethodKind::kClassMethod},
    {"append", list_append_method, "($self, object, /)", "Adds an item at the end."},
    {"clear", list_clear_method, "($self, /)", "Removes all items."},
    {"copy", list_copy, "($self, /)", "A list of the same items."},
    {"count", list_count, "($self, value, /)", "How many items equal the value."},
    {"extend", list_extend_method, "($self, iterable, /)", "Appends what an iterable yields."},
    {"index", list_index, "($self, value, start=0, stop=sys.maxsize, /)", "The first index of an item equal to the value; ValueError if there is none."},
    {"insert", list_insert_method, "($self, index, object, /)", "Puts an item before the index."},
    {"pop", list_pop, "($self, index=-1, /)", "Removes an item and returns it; IndexError if there is none."},
    {"remove", list_remove, "($self, value, /)", "Removes the first item equal to the value; ValueError if there is none."},
    {"reverse", list_reverse, "($self, /)", "Reverses the order in place."},
    {"sort", list_sort_method, "($self, /, *, key=None, reverse=False)", "Sorts in place, in ascending order; equal items keep theirs."},
};

}  // namespace

void list_reverse_range(Value* p, uint64_t n) {
  for (uint64_t i = 0, j = n; i + 1 < j; i++) {
    Value v = p[i];
    p[i] = p[--j];
    p[j] = v;
  }
}

extern const TypeSpec list_spec = {.doc = "A sequence of any objects that can grow, shrink and change.", .methods = k_methods, .unhashable = "list"};

}  // namespace kaa
