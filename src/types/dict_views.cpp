// The views that keys(), values() and items() return, and the iterators over dicts.
//
// An iterator holds a position among the dict's entries, and what the number of keys was when it was made. It notices a
// change of that number, and keys that come although all it was promised have come. An exhausted iterator lets its dict
// go.
#include "runtime/call.h"
#include "types/list.h"
#include "types/set.h"
#include "types/repr_builder_inl.h"

namespace kaa {

Result<Value> new_dict_iter(Thread& t, Shape* shape, Dict* d) {
  bool reverse = shape == KAA_SHAPE(dict_reversekeyiterator) || shape == KAA_SHAPE(dict_reversevalueiterator) || shape == KAA_SHAPE(dict_reverseitemiterator);
  DictIter* it = TRY(alloc<DictIter>(t, shape));
  it->dict.init(d);
  it->index = reverse ? d->fill : 0;
  it->used = it->remaining = d->used;
  return Value(it);
}

Result<Value> new_dict_view(Thread& t, Shape* shape, Dict* d) {
  DictView* v = TRY(alloc<DictView>(t, shape));
  v->dict.init(d);
  return Value(v);
}

Result<Value> reduce_to_iter(Thread& t, List* rest) {
  Value iter = TRY(frame_builtin(t, NAME("iter")));
  Tuple* args = TRY(make_tuple(t, Value(rest)));
  return Value(TRY(make_tuple(t, iter, Value(args))));
}

namespace {

enum class Part { kKeys, kValues, kItems };

// ---- iterators

template <Part part>
inline Result<Value> part_of(Thread& t, Dict* d, uint32_t i) {
  const DictEntry& e = d->entries[i];
  if constexpr (part == Part::kKeys) return e.key;
  if constexpr (part == Part::kValues) return e.value;
  return TRY(pair_of(t, e.key, e.value));
}

// The entry that the iterator comes to, with its state moved on; kEnd at the end, and then the dict is let go.
constexpr uint32_t kEnd = ~0u, kFailed = ~0u - 1;
template <bool reverse>
inline uint32_t step(Thread& t, DictIter* it) {
  Dict* d = it->dict;
  if (UNLIKELY(!d)) return kEnd;
  if (UNLIKELY(it->used != d->used)) {
    it->used = kEnd;  // from now on every attempt fails
    (void)RAISE(RuntimeError, "dictionary changed size during iteration");
    return kFailed;
  }
  uint32_t i = it->index;
  if constexpr (reverse) {
    if (i > d->fill) {  // it was cleared and filled again: CPython finds nothing at the old place
      it->dict.clear();
      return kEnd;
    }
    while (i > 0 && !d->entries[i - 1].key) i--;
    if (i > 0 && UNLIKELY(it->remaining == 0)) {
      (void)RAISE(RuntimeError, "dictionary keys changed during iteration");
      it->dict.clear();
      return kFailed;
    }
    if (i > 0) {
      it->index = --i;
      it->remaining--;
      return i;
    }
  } else {
    while (i < d->fill && !d->entries[i].key) i++;
    if (LIKELY(i < d->fill)) {
      if (LIKELY(it->remaining != 0)) {
        it->index = i + 1;
        it->remaining--;
        return i;
      }
      (void)RAISE(RuntimeError, "dictionary keys changed during iteration");
      it->dict.clear();
      return kFailed;
    }
  }
  it->dict.clear();
  return kEnd;
}

template <Part part, bool reverse>
Result<Value> iter_step(Thread& t, Object* o) {
  DictIter* it = static_cast<DictIter*>(o);
  uint32_t i = step<reverse>(t, it);
  if (UNLIKELY(i >= kFailed)) return i == kEnd ? Result<Value>(Value()) : Result<Value>(Error{});
  return part_of<part>(t, it->dict, i);
}

Result<Value> dict_iterator_length_hint(Thread&, Args a) {
  DictIter* it = a.as<DictIter>(0);
  Dict* d = it->dict;
  return small_int(d && it->used == d->used ? it->remaining : 0);
}

// What is left goes into a list; the iterator itself stays where it is.
template <Part part, bool reverse>
Result<Value> dict_iterator_reduce(Thread& t, Args a) {
  DictIter* it = a.as<DictIter>(0);
  DictIter* copy = TRY(alloc<DictIter>(t, it->shape));
  copy->dict.init(it->dict);
  copy->index = it->index;
  copy->used = it->used;
  copy->remaining = it->remaining;
  List* rest = TRY(new_list(t));
  for (;;) {
    uint32_t i = step<reverse>(t, copy);
    if (i == kFailed) return Error{};
    if (i == kEnd) break;
    TRY(list_append(t, rest, TRY(part_of<part>(t, copy->dict, i))));
  }
  return reduce_to_iter(t, rest);
}

template <Part part, bool reverse>
constexpr MethodDef k_iterator_methods[] = {
    {"__length_hint__", dict_iterator_length_hint, "($self, /)", "How many elements should still come."},
    {"__reduce__", dict_iterator_reduce<part, reverse>, "($self, /)", "For pickling: iter() of a list of what is left."},
};

template <Part part, bool reverse>
constexpr TypeSpec iterator_spec() {
  TypeSpec s;
  s.methods = k_iterator_methods<part, reverse>;
  s.iternext = iter_step<part, reverse>;
  return s;
}

// ---- views

// The views of OrderedDict are derived from these.
bool is_view(Value v, Type* ty) { return v.is_object() && (v.object()->type() == ty || v.object()->type()->base == ty); }
bool is_keys(Value v) { return is_view(v, KAA_TYPE(dict_keys)); }
bool is_items(Value v) { return is_view(v, KAA_TYPE(dict_items)); }
bool is_set_view(Value v) { return is_keys(v) || is_items(v); }
Dict* dict_of(Value view) { return view.as<DictView>()->dict; }
int64_t view_len(Value view) { return dict_of(view)->used; }

Result<bool> has_key(Thread& t, Dict* d, Value key) {
  int64_t hash = TRY(dict_key_hash(t, key));
  return TRY(dict_find(t, d, key, hash)) >= 0;
}
Result<bool> has_item(Thread& t, Dict* d, Value item) {
  if (!is_tuple(item) || item.as<Tuple>()->size != 2) return false;
  Opt v = TRY(dict_get(t, d, item.as<Tuple>()->items[0]));
  if (!v) return false;
  return equal(t, v.v, item.as<Tuple>()->items[1]);
}
Result<bool> view_has(Thread& t, Value view, Value x) { return is_keys(view) ? has_key(t, dict_of(view), x) : has_item(t, dict_of(view), x); }

Result<Value> dict_view_len(Thread&, Args a) { return small_int(view_len(a[0])); }
Result<Value> dict_view_contains(Thread& t, Args a) { return Value::from_bool(TRY(view_has(t, a[0], a[1]))); }
Result<Value> dict_view_mapping(Thread& t, Value self) {
  MappingProxy* p = TRY(alloc<MappingProxy>(t, KAA_SHAPE(mappingproxy)));
  p->mapping.init(dict_of(self));
  return Value(p);
}

template <TypeIndex type>
Result<Value> dict_view_iter(Thread& t, Args a) { return new_dict_iter(t, &g_root_shapes[type], dict_of(a[0])); }

Result<Value> dict_view_repr(Thread& t, Args a) {
  Object* self = a[0].object();
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, self)) return new_str(t, "...");
  auto text = [&]() -> Result<Str*> {
    List* l = TRY(list_from(t, self));
    ReprBuilder b(t);
    b.add(TRY(str_format(t, "%T(", Value(self))));
    TRY(b.add_repr(l));
    b.add(")");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, self);
  return r;
}

// Whether everything that `a` yields is in b.
Result<bool> all_in(Thread& t, Value a, Value b) {
  Value it = TRY(get_iter(t, a));
  for (;;) {
    Opt x = TRY(iter_next(t, it));
    if (!x) return true;
    if (!TRY(contains(t, b, x.v))) return false;
  }
}

template <CompareOp op>
Result<Value> dict_view_compare(Thread& t, Args a) {
  Value self = a[0], other = a[1];
  if (!is_any_set(other) && !is_set_view(other)) return kNotImplemented;
  int64_t n = view_len(self), m = TRY(length(t, other));
  bool r = false;
  switch (op) {
    case CompareOp::EQ: r = n == m && TRY(all_in(t, self, other)); break;
    case CompareOp::NE: r = !(n == m && TRY(all_in(t, self, other))); break;
    case CompareOp::LT: r = n < m && TRY(all_in(t, self, other)); break;
    case CompareOp::LE: r = n <= m && TRY(all_in(t, self, other)); break;
    case CompareOp::GT: r = n > m && TRY(all_in(t, other, self)); break;
    case CompareOp::GE: r = n >= m && TRY(all_in(t, other, self)); break;
  }
  return Value::from_bool(r);
}

Result<Value> dict_view_isdisjoint(Thread& t, Args a) {
  Value self = a[0], other = a[1];
  if (self == other) return Value::from_bool(view_len(self) == 0);
  // The shorter one is walked where the other is sure to find things fast.
  if ((IS_EXACT(other, set) || IS_EXACT(other, frozenset) || is_set_view(other)) && TRY(length(t, other)) > view_len(self)) {
    Value x = self;
    self = other;
    other = x;
  }
  Value it = TRY(get_iter(t, other));
  for (;;) {
    Opt x = TRY(iter_next(t, it));
    if (!x) return kTrue;
    if (TRY(contains(t, self, x.v))) return kFalse;
  }
}

// A new set of what a view, or the other operand of a reflected operator, holds.
Result<Set*> to_set(Thread& t, Value v) {
  if (is_keys(v) && IS_EXACT(Value(dict_of(v)), dict)) v = dict_of(v);
  return set_from(t, false, v);
}

Result<Value> intersection(Thread& t, Value self, Value other) {
  if (!is_set_view(self)) {
    Value x = self;
    self = other;
    other = x;
  }
  if (IS_EXACT(other, set) && static_cast<int64_t>(other.as<Set>()->used) >= view_len(self)) return set_intersection(t, other.as<Set>(), self);
  if (is_set_view(other) && view_len(other) > view_len(self)) {
    Value x = self;
    self = other;
    other = x;
  }
  Set* r = TRY(new_set(t));
  Value it = TRY(get_iter(t, other));
  TRY(each_next(t, it, [&](Value x) -> Status {
    if (TRY(view_has(t, self, x))) TRY(set_add(t, r, x));
    return {};
  }));
  return Value(r);
}

// The symmetric difference of two item views: pairs are made only for the result, and values need not be hashable when
// they are equal.
Result<Value> items_xor(Thread& t, Dict* a, Dict* b) {
  if (b->used > a->used) {
    Dict* x = a;
    a = b;
    b = x;
  }
  Dict* rest = TRY(dict_copy(t, a));
  Set* r = TRY(new_set(t));
  for (uint32_t i = 0; i < b->fill; i++) {
    DictEntry e = b->entries[i];
    if (!e.key) continue;
    Opt v = TRY(dict_get_hashed(t, rest, e.key, e.hash));
    if (v && TRY(equal(t, v.v, e.value))) {
      int64_t pos = TRY(dict_find(t, rest, e.key, e.hash));
      if (pos < 0) return raise_key_error(t, e.key);
      dict_delete_at(rest, pos);
    } else {
      TRY(set_add(t, r, TRY(make_tuple(t, e.key, e.value))));
    }
  }
  TRY(set_update(t, r, TRY(new_dict_view(t, KAA_SHAPE(dict_items), rest))));
  return Value(r);
}

Result<Value> view_or(Thread& t, Value a, Value b) {
  Set* s = TRY(to_set(t, a));
  TRY(set_update(t, s, b));
  return Value(s);
}
Result<Value> view_sub(Thread& t, Value a, Value b) {
  Set* s = TRY(to_set(t, a));
  TRY(set_difference_update(t, s, b));
  return Value(s);
}
Result<Value> view_xor(Thread& t, Value a, Value b) {
  if (is_items(a) && is_items(b)) return items_xor(t, dict_of(a), dict_of(b));
  Set* s = TRY(to_set(t, a));
  TRY(set_symmetric_difference_update(t, s, b));
  return Value(s);
}

Result<Value> dict_view_and(Thread& t, Args a) { return intersection(t, a[0], a[1]); }
Result<Value> dict_view_rand(Thread& t, Args a) { return intersection(t, a[1], a[0]); }
Result<Value> dict_view_or(Thread& t, Args a) { return view_or(t, a[0], a[1]); }
Result<Value> dict_view_ror(Thread& t, Args a) { return view_or(t, a[1], a[0]); }
Result<Value> dict_view_sub(Thread& t, Args a) { return view_sub(t, a[0], a[1]); }
Result<Value> dict_view_rsub(Thread& t, Args a) { return view_sub(t, a[1], a[0]); }
Result<Value> dict_view_xor(Thread& t, Args a) { return view_xor(t, a[0], a[1]); }
Result<Value> dict_view_rxor(Thread& t, Args a) { return view_xor(t, a[1], a[0]); }

template <TypeIndex iterator, TypeIndex reverse>
constexpr MethodDef k_set_view_methods[] = {
    {"__len__", dict_view_len, "($self, /)", "The number of items of the dict."},
    {"__contains__", dict_view_contains, "($self, key, /)", "Whether the view has this element."},
    {"__iter__", dict_view_iter<iterator>, "($self, /)", "Iterates in order of insertion."},
    {"__reversed__", dict_view_iter<reverse>, "($self, /)", "Iterates in the opposite order."},
    {"__repr__", dict_view_repr, "($self, /)", "Text of the elements in order."},
    {"__eq__", dict_view_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have the same elements."},
    {"__ne__", dict_view_compare<CompareOp::NE>, "($self, value, /)", "Whether an element of one is missing in the other."},
    {"__lt__", dict_view_compare<CompareOp::LT>, "($self, value, /)", "Whether this is a proper subset."},
    {"__le__", dict_view_compare<CompareOp::LE>, "($self, value, /)", "Whether this is a subset."},
    {"__gt__", dict_view_compare<CompareOp::GT>, "($self, value, /)", "Whether this is a proper superset."},
    {"__ge__", dict_view_compare<CompareOp::GE>, "($self, value, /)", "Whether this is a superset."},
    {"__and__", dict_view_and, "($self, value, /)", "The set of common elements."},
    {"__rand__", dict_view_rand, "($self, value, /)", "The set of common elements."},
    {"__or__", dict_view_or, "($self, value, /)", "The set of all elements of both."},
    {"__ror__", dict_view_ror, "($self, value, /)", "The set of all elements of both."},
    {"__sub__", dict_view_sub, "($self, value, /)", "The set of elements that the other lacks."},
    {"__rsub__", dict_view_rsub, "($self, value, /)", "The set of the other's elements that this lacks."},
    {"__xor__", dict_view_xor, "($self, value, /)", "The set of elements that only one of them has."},
    {"__rxor__", dict_view_rxor, "($self, value, /)", "The set of elements that only one of them has."},
    {"isdisjoint", dict_view_isdisjoint, "($self, object, /)", "Whether there is no common element."},
};
constexpr MethodDef k_values_methods[] = {
    {"__len__", dict_view_len, "($self, /)", "The number of items of the dict."},
    {"__iter__", dict_view_iter<kT_dict_valueiterator>, "($self, /)", "Iterates in order of insertion."},
    {"__reversed__", dict_view_iter<kT_dict_reversevalueiterator>, "($self, /)", "Iterates in the opposite order."},
    {"__repr__", dict_view_repr, "($self, /)", "Text of the values in order."},
};
constexpr GetSetDef k_view_getsets[] = {{"mapping", dict_view_mapping, nullptr, "The dict behind the view, read-only."}};

template <TypeIndex iterator, TypeIndex reverse>
constexpr TypeSpec set_view_spec(const char* name) {
  TypeSpec s;
  s.methods = k_set_view_methods<iterator, reverse>;
  s.getsets = k_view_getsets;
  s.unhashable = name;
  return s;
}
constexpr TypeSpec values_spec() {
  TypeSpec s;
  s.methods = k_values_methods;
  s.getsets = k_view_getsets;
  return s;
}

}  // namespace

int dict_next_pair(Thread& t, DictIter* it, Value* out) {
  uint32_t i = step<false>(t, it);
  if (UNLIKELY(i >= kFailed)) return i == kEnd ? 0 : -1;
  const DictEntry& e = it->dict->entries[i];
  out[0] = e.key;
  out[1] = e.value;
  return 1;
}

extern const TypeSpec dict_keyiterator_spec = iterator_spec<Part::kKeys, false>();
extern const TypeSpec dict_valueiterator_spec = iterator_spec<Part::kValues, false>();
extern const TypeSpec dict_itemiterator_spec = iterator_spec<Part::kItems, false>();
extern const TypeSpec dict_reversekeyiterator_spec = iterator_spec<Part::kKeys, true>();
extern const TypeSpec dict_reversevalueiterator_spec = iterator_spec<Part::kValues, true>();
extern const TypeSpec dict_reverseitemiterator_spec = iterator_spec<Part::kItems, true>();
extern const TypeSpec dict_keys_spec = set_view_spec<kT_dict_keyiterator, kT_dict_reversekeyiterator>("dict_keys");
extern const TypeSpec dict_items_spec = set_view_spec<kT_dict_itemiterator, kT_dict_reverseitemiterator>("dict_items");
extern const TypeSpec dict_values_spec = values_spec();

}  // namespace kaa
