// What Python sees of set, frozenset and their iterator. The table and the operations are in set.cpp.
//
// Operators want sets on both sides, methods take any iterable. Results are plain sets or frozensets also for
// subclasses; a frozenset that would be copied exactly is returned itself.
#include "objects/table_traits.h"
#include "runtime/plain.h"
#include "types/repr_builder_inl.h"
#include "types/set.h"

namespace kaa {

namespace {

Set* self_of(Args a) { return a.as<Set>(0); }

// ---- construction

Result<Value> set_new(Thread& t, Args a, Tuple*) { return Value(TRY(alloc_as<Set>(t, a.as<Type>(0)))); }

Status check_arguments(Thread& t, Type* cls, uint32_t n) {
  if (n > 1) return RAISE(TypeError, "%N expected at most 1 argument, got %d", cls, static_cast<int>(n));
  return {};
}

Result<Value> set_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "set() takes no keyword arguments");
  TRY(check_arguments(t, type_of(a[0]), a.n - 1));
  Set* s = self_of(a);
  set_clear(s);
  if (a.n == 2) TRY(set_update(t, s, a[1]));
  return kNone;
}

// Keywords are an error unless a subclass has an __init__ of its own that may want them.
Result<Value> frozenset_new(Thread& t, Args a, Tuple* kwnames) {
  Type* cls = a.as<Type>(0);
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (kwnames && kwnames->size && cls->dunder(D_init) == KAA_TYPE(frozenset)->dunder(D_init))
    return RAISE(TypeError, "frozenset() takes no keyword arguments");
  TRY(check_arguments(t, cls, npos));
  if (npos == 1 && cls == KAA_TYPE(frozenset) && IS_EXACT(a[1], frozenset)) return a[1];
  Set* s = TRY(alloc_as<Set>(t, cls));
  if (npos == 1) TRY(set_update(t, s, a[1]));
  return Value(s);
}

// ---- elements

Result<Value> set_len(Thread&, Args a) { return small_int(static_cast<int64_t>(self_of(a)->used)); }
Result<Value> set_contains_method(Thread& t, Args a) { return Value::from_bool(TRY(set_lookup(t, self_of(a), a[1], Lookup::kTest))); }

Result<Value> set_add_method(Thread& t, Args a) {
  TRY(set_add(t, self_of(a), a[1]));
  return kNone;
}

Result<Value> set_remove(Thread& t, Args a) {
  if (!TRY(set_lookup(t, self_of(a), a[1], Lookup::kRemove))) return raise_key_error(t, a[1]);
  return kNone;
}

Result<Value> set_discard(Thread& t, Args a) {
  TRY(set_lookup(t, self_of(a), a[1], Lookup::kRemove));
  return kNone;
}

// Looks on from where the last pop() was, so that popping everything takes linear time.
Result<Value> set_pop(Thread& t, Args a) {
  Set* s = self_of(a);
  if (!s->used) return RAISE(KeyError, "pop from an empty set");
  uint64_t i = s->finger & s->mask;
  while (!s->table[i].key) i = i == s->mask ? 0 : i + 1;
  Value key = s->table[i].key;
  set_delete_at(s, static_cast<int64_t>(i));
  s->finger = i + 1;
  return key;
}

Result<Value> set_clear_method(Thread&, Args a) {
  set_clear(self_of(a));
  return kNone;
}

Result<Value> set_copy_method(Thread& t, Args a) {
  if (IS_EXACT(a[0], frozenset)) return a[0];
  return Value(TRY(set_copy(t, self_of(a))));
}

// ---- methods that take iterables

Result<Value> set_union(Thread& t, Args a) {
  Set* r = TRY(set_copy(t, self_of(a)));
  for (uint32_t i = 1; i < a.n; i++)
    if (a[i] != a[0]) TRY(set_update(t, r, a[i]));
  return Value(r);
}

Result<Value> set_update_method(Thread& t, Args a) {
  for (uint32_t i = 1; i < a.n; i++) TRY(set_update(t, self_of(a), a[i]));
  return kNone;
}

Result<Set*> intersection_of_all(Thread& t, Args a) {
  if (a.n == 1) return set_copy(t, self_of(a));
  Set* r = self_of(a);
  for (uint32_t i = 1; i < a.n; i++) r = TRY(set_intersection(t, r, a[i]));
  return r;
}

Result<Value> set_intersection_method(Thread& t, Args a) { return Value(TRY(intersection_of_all(t, a))); }

Result<Value> set_intersection_update(Thread& t, Args a) {
  Set* r = TRY(intersection_of_all(t, a));
  set_swap(self_of(a), r);
  return kNone;
}

Result<Value> set_difference_method(Thread& t, Args a) {
  if (a.n == 1) return Value(TRY(set_copy(t, self_of(a))));
  Set* r = TRY(set_difference(t, self_of(a), a[1]));
  for (uint32_t i = 2; i < a.n; i++) TRY(set_difference_update(t, r, a[i]));
  return Value(r);
}

Result<Value> set_difference_update_method(Thread& t, Args a) {
  for (uint32_t i = 1; i < a.n; i++) TRY(set_difference_update(t, self_of(a), a[i]));
  return kNone;
}

Result<Value> set_symmetric_difference_method(Thread& t, Args a) { return Value(TRY(set_symmetric_difference(t, self_of(a), a[1]))); }

Result<Value> set_symmetric_difference_update_method(Thread& t, Args a) {
  TRY(set_symmetric_difference_update(t, self_of(a), a[1]));
  return kNone;
}

Result<Value> set_issubset(Thread& t, Args a) { return Value::from_bool(TRY(set_is_subset(t, self_of(a), a[1]))); }
Result<Value> set_issuperset(Thread& t, Args a) { return Value::from_bool(TRY(set_is_superset(t, self_of(a), a[1]))); }
Result<Value> set_isdisjoint(Thread& t, Args a) { return Value::from_bool(TRY(set_is_disjoint(t, self_of(a), a[1]))); }

// ---- operators

using Operation = Result<Value> (*)(Thread&, Value, Value);

Result<Value> op_or(Thread& t, Value a, Value b) {
  Set* r = TRY(set_copy(t, a.as<Set>()));
  if (a != b) TRY(set_update(t, r, b));
  return Value(r);
}
Result<Value> op_and(Thread& t, Value a, Value b) { return Value(TRY(set_intersection(t, a.as<Set>(), b))); }
Result<Value> op_sub(Thread& t, Value a, Value b) { return Value(TRY(set_difference(t, a.as<Set>(), b))); }
Result<Value> op_xor(Thread& t, Value a, Value b) { return Value(TRY(set_symmetric_difference(t, a.as<Set>(), b))); }
Result<Value> op_ior(Thread& t, Value a, Value b) {
  TRY(set_update(t, a.as<Set>(), b));
  return a;
}
Result<Value> op_iand(Thread& t, Value a, Value b) {
  Set* r = TRY(set_intersection(t, a.as<Set>(), b));
  set_swap(a.as<Set>(), r);
  return a;
}
Result<Value> op_isub(Thread& t, Value a, Value b) {
  TRY(set_difference_update(t, a.as<Set>(), b));
  return a;
}
Result<Value> op_ixor(Thread& t, Value a, Value b) {
  TRY(set_symmetric_difference_update(t, a.as<Set>(), b));
  return a;
}

template <Operation op, bool reflected = false>
Result<Value> set_operator(Thread& t, Args a) {
  if (!is_any_set(a[1])) return kNotImplemented;
  return reflected ? op(t, a[1], a[0]) : op(t, a[0], a[1]);
}

template <CompareOp op>
Result<Value> set_compare(Thread& t, Args a) {
  if (!is_any_set(a[1])) return kNotImplemented;
  Set *s = self_of(a), *o = a.as<Set>(1);
  bool r = false;
  switch (op) {
    case CompareOp::EQ: r = TRY(set_equal(t, s, o)); break;
    case CompareOp::NE: r = !TRY(set_equal(t, s, o)); break;
    case CompareOp::LE: r = TRY(set_is_subset(t, s, o)); break;
    case CompareOp::GE: r = TRY(set_is_subset(t, o, s)); break;
    case CompareOp::LT: r = s->used < o->used && TRY(set_is_subset(t, s, o)); break;
    case CompareOp::GT: r = s->used > o->used && TRY(set_is_subset(t, o, s)); break;
  }
  return Value::from_bool(r);
}

Result<Value> frozenset_hash(Thread& t, Args a) {
  return make_int(t, hash_of_frozenset(self_of(a)));
}

// ---- text, pickling, size

Result<Value> set_repr(Thread& t, Args a) {
  Set* s = self_of(a);
  Value self = s;
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, s)) return str_format(t, "%T(...)", self);
  auto text = [&]() -> Result<Str*> {
    if (!s->used) return str_format(t, "%T()", self);
    List* elements = TRY(new_list(t, s->used));
    uint64_t pos = 0;
    while (SetEntry* e = set_next(s, &pos)) TRY(list_append(t, elements, e->key));
    bool plain = IS_EXACT(self, set);
    ReprBuilder b(t);
    b.add(plain ? TRY(new_str(t, "{")) : TRY(str_format(t, "%T({", self)));
    for (uint64_t i = 0; i < elements->size; i++) {
      if (i) b.add(", ");
      TRY(b.add_repr(elements->items[i]));
    }
    b.add(plain ? "}" : "})");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, s);
  return r;
}

Result<Value> set_reduce(Thread& t, Args a) {
  List* elements = TRY(list_from(t, a[0]));
  Tuple* args = TRY(make_tuple(t, Value(elements)));
  Value state = TRY(call_method(t, a[0], NAME("__getstate__")));
  return Value(TRY(make_tuple(t, Value(type_of(a[0])), Value(args), state)));
}

Result<Value> set_sizeof(Thread& t, Args a) {
  Set* s = self_of(a);
  return make_uint(t, s->type()->basicsize - sizeof(Set) + LayoutTraits<Set>::bytes(s));
}

// ---- the iterator

Result<Value> set_iter(Thread& t, Args a) {
  SetIter* it = TRY(alloc<SetIter>(t, KAA_SHAPE(set_iterator)));
  Set* s = self_of(a);
  it->set.init(s);
  it->used = it->remaining = s->used;
  return Value(it);
}

Result<Value> set_iterator_next(Thread& t, Object* o) {
  SetIter* it = static_cast<SetIter*>(o);
  Set* s = it->set;
  if (UNLIKELY(!s)) return Value();
  if (UNLIKELY(it->used != s->used)) {
    it->used = ~uint64_t{0};  // from now on every attempt fails
    return RAISE(RuntimeError, "Set changed size during iteration");
  }
  SetEntry* e = set_next(s, &it->index);
  if (UNLIKELY(!e)) {
    it->set.clear();
    return Value();
  }
  it->remaining--;
  return e->key;
}

Result<Value> set_iterator_length_hint(Thread& t, Args a) {
  SetIter* it = a.as<SetIter>(0);
  Set* s = it->set;
  return make_uint(t, s && it->used == s->used ? it->remaining : 0);
}

Result<Value> set_iterator_reduce(Thread& t, Args a) {
  SetIter* it = a.as<SetIter>(0);
  SetIter* copy = TRY(alloc<SetIter>(t, it->shape));
  copy->set.init(it->set);
  copy->index = it->index;
  copy->used = it->used;
  copy->remaining = it->remaining;
  List* rest = TRY(new_list(t));
  for (;;) {
    Result<Value> v = set_iterator_next(t, copy);
    if (!v.ok()) {
      if (copy->set) return Error{};  // let go at the end alone
      return reduce_to_iter(t, rest);
    }
    TRY(list_append(t, rest, v.value()));
  }
}

#define SHARED_ROWS                                                                                                                        \
  {"__repr__", set_repr, "($self, /)", "Text of the elements."},                                                                         \
  {"__len__", set_len, "($self, /)", "The number of elements."},                                                                         \
  {"__contains__", set_contains_method, "($self, object, /)", "Whether the object is an element."},                                      \
  {"__iter__", set_iter, "($self, /)", "Iterates over the elements in no particular order."},                                            \
  {"__eq__", set_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have the same elements."},                                   \
  {"__ne__", set_compare<CompareOp::NE>, "($self, value, /)", "Whether an element of one is missing in the other."},                     \
  {"__lt__", set_compare<CompareOp::LT>, "($self, value, /)", "Whether this is a proper subset."},                                       \
  {"__le__", set_compare<CompareOp::LE>, "($self, value, /)", "Whether this is a subset."},                                              \
  {"__gt__", set_compare<CompareOp::GT>, "($self, value, /)", "Whether this is a proper superset."},                                     \
  {"__ge__", set_compare<CompareOp::GE>, "($self, value, /)", "Whether this is a superset."},                                            \
  {"__or__", set_operator<op_or>, "($self, value, /)", "The elements of both."},                                                         \
  {"__ror__", set_operator<op_or, true>, "($self, value, /)", "The elements of both."},                                                  \
  {"__and__", set_operator<op_and>, "($self, value, /)", "The common elements."},                                                        \
  {"__rand__", set_operator<op_and, true>, "($self, value, /)", "The common elements."},                                                 \
  {"__sub__", set_operator<op_sub>, "($self, value, /)", "The elements that the other lacks."},                                          \
  {"__rsub__", set_operator<op_sub, true>, "($self, value, /)", "The other's elements that this lacks."},                                \
  {"__xor__", set_operator<op_xor>, "($self, value, /)", "The elements that only one of them has."},                                     \
  {"__rxor__", set_operator<op_xor, true>, "($self, value, /)", "The elements that only one of them has."},                              \
  {"__reduce__", set_reduce, "($self, /)", "For pickling: the class, a list of the elements, the state."},                               \
  {"__sizeof__", set_sizeof, "($self, /)", "Bytes of the set and its table."},                                                           \
  {"__class_getitem__", class_getitem, "($type, object, /)", "A generic alias: set[int].", MethodKind::kClassMethod},                     \
  {"copy", set_copy_method, "($self, /)", "A shallow copy."},                                                                            \
  {"union", set_union, "($self, /, *others)", "The elements of this and of all the others."},                                            \
  {"intersection", set_intersection_method, "($self, /, *others)", "The elements that all of the others have as well."},                 \
  {"difference", set_difference_method, "($self, /, *others)", "The elements that none of the others has."},                             \
  {"symmetric_difference", set_symmetric_difference_method, "($self, other, /)", "The elements that only one of the two has."},          \
  {"isdisjoint", set_isdisjoint, "($self, other, /)", "Whether there is no common element."},                                            \
  {"issubset", set_issubset, "($self, other, /)", "Whether the other has all elements of this."},                                        \
  {"issuperset", set_issuperset, "($self, other, /)", "Whether this has all elements of the other."}

constexpr MethodDef k_set_methods[] = {
    {"__new__", set_new, nullptr, "Makes an empty set; __init__ fills it.", MethodKind::kNew},
    {"__init__", set_init, "($self, /, *args, **kwargs)", "Fills the set from an iterable."},
    SHARED_ROWS,
    {"__ior__", set_operator<op_ior>, "($self, value, /)", "Adds the other's elements."},
    {"__iand__", set_operator<op_iand>, "($self, value, /)", "Keeps only what the other has, too."},
    {"__isub__", set_operator<op_isub>, "($self, value, /)", "Removes what the other has."},
    {"__ixor__", set_operator<op_ixor>, "($self, value, /)", "Keeps what only one of them has."},
    {"add", set_add_method, "($self, object, /)", "Adds an element; no effect if it is there."},
    {"remove", set_remove, "($self, object, /)", "Removes an element, which must be there."},
    {"discard", set_discard, "($self, object, /)", "Removes an element if it is there."},
    {"pop", set_pop, "($self, /)", "Removes some element and returns it."},
    {"clear", set_clear_method, "($self, /)", "Removes all elements."},
    {"update", set_update_method, "($self, /, *others)", "Adds the elements of all the others."},
    {"intersection_update", set_intersection_update, "($self, /, *others)", "Keeps only what all of the others have, too."},
    {"difference_update", set_difference_update_method, "($self, /, *others)", "Removes what any of the others has."},
    {"symmetric_difference_update", set_symmetric_difference_update_method, "($self, other, /)", "Keeps what only one of the two has."},
};
constexpr MethodDef k_frozenset_methods[] = {
    {"__new__", frozenset_new, nullptr, "A frozenset of the elements of an iterable.", MethodKind::kNew},
    {"__hash__", frozenset_hash, "($self, /)", "The hash, from those of the elements."},
    SHARED_ROWS,
};
#undef SHARED_ROWS
constexpr MethodDef k_iterator_methods[] = {
    {"__length_hint__", set_iterator_length_hint, "($self, /)", "How many elements should still come."},
    {"__reduce__", set_iterator_reduce, "($self, /)", "For pickling: iter() of a list of what is left."},
};

}  // namespace

extern const TypeSpec set_spec = {.doc = "An unordered collection of distinct hashable elements.", .methods = k_set_methods, .unhashable = "set"};
extern const TypeSpec frozenset_spec = {.doc = "An unordered, immutable collection of distinct hashable elements.", .methods = k_frozenset_methods};
extern const TypeSpec set_iterator_spec = {.methods = k_iterator_methods, .iternext = set_iterator_next};

}  // namespace kaa
