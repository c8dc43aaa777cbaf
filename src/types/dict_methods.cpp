// What Python sees of dict: construction, methods, operators. The table is dict.cpp's, views and iterators are in
// dict_views.cpp.
//
// Methods act on the dict's own table also when self is an instance of a subclass that overrides item access, as in
// CPython: only update() from another object, fromkeys() and __missing__ go through overridable methods.
#include "objects/table_traits.h"
#include "types/dict.h"
#include "types/repr_builder_inl.h"

namespace kaa {

Status dict_update_kwargs(Thread& t, Dict* d, Args a, Tuple* kwnames) {
  if (!kwnames) return {};
  uint32_t npos = positional_count(a, kwnames);
  for (uint32_t i = 0; i < kwnames->size; i++) TRY(dict_set(t, d, kwnames->items[i], a.p[npos + i]));
  return {};
}

Result<Value> class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

namespace {

// ---- construction

Result<Value> dict_new(Thread& t, Args a, Tuple*) { return Value(TRY(alloc_as<Dict>(t, a.as<Type>(0)))); }

// dict(...) and d.update(...): at most one mapping or iterable of pairs, then keywords. Self is a[0].
Status update_common(Thread& t, const char* name, Args a, Tuple* kwnames) {
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (npos > 1) return RAISE(TypeError, "%s expected at most 1 argument, got %d", name, static_cast<int>(npos));
  Dict* d = a.as<Dict>(0);
  if (npos == 1) TRY(dict_update(t, d, a[1]));
  return dict_update_kwargs(t, d, a, kwnames);
}

Result<Value> dict_init(Thread& t, Args a, Tuple* kwnames) {
  TRY(update_common(t, "dict", a, kwnames));
  return kNone;
}

Result<Value> dict_update_method(Thread& t, Args a, Tuple* kwnames) {
  TRY(update_common(t, "update", a, kwnames));
  return kNone;
}

Result<Value> dict_fromkeys(Thread& t, Args a) {
  Value v = a[2] ? a[2] : kNone;
  Value made = TRY(call(t, a[0]));
  if (!IS_EXACT(made, dict)) {
    Value it = TRY(get_iter(t, a[1]));
    TRY(each_next(t, it, [&](Value key) { return set_item(t, made, key, v); }));
    return made;
  }
  Dict* d = made.as<Dict>();
  if (IS_EXACT(a[1], dict)) {
    Dict* from = a.as<Dict>(1);
    TRY(dict_reserve(t, d, from->used));
    for (uint32_t i = 0; i < from->fill; i++) {
      DictEntry e = from->entries[i];
      if (e.key) TRY(dict_set_hashed(t, d, e.key, e.hash, v));
    }
    return made;
  }
  if (IS_EXACT(a[1], set) || IS_EXACT(a[1], frozenset)) {
    Set* from = a.as<Set>(1);
    TRY(dict_reserve(t, d, from->used));
    for (uint64_t i = 0; from->table && i <= from->mask; i++) {
      SetEntry e = from->table[i];
      if (e.key) TRY(dict_set_hashed(t, d, e.key, e.hash, v));
    }
    return made;
  }
  Value it = TRY(get_iter(t, a[1]));
  TRY(each_next(t, it, [&](Value key) { return dict_set(t, d, key, v); }));
  return made;
}

// ---- items

Result<Value> dict_getitem(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  Opt v = TRY(dict_get(t, d, a[1]));
  if (LIKELY(bool(v))) return v.v;
  if (!IS_EXACT(a[0], dict)) {
    Opt missing = TRY(lookup_special(t, a[0], NAME("__missing__")));
    if (missing) return call(t, missing.v, a[1]);
  }
  return raise_key_error(t, a[1]);
}

Result<Value> dict_setitem(Thread& t, Args a) {
  TRY(dict_set(t, a.as<Dict>(0), a[1], a[2]));
  return kNone;
}

Result<Value> dict_delitem(Thread& t, Args a) {
  Opt v = TRY(dict_pop(t, a.as<Dict>(0), a[1]));
  if (!v) return raise_key_error(t, a[1]);
  return kNone;
}

Result<Value> dict_contains(Thread& t, Args a) {
  int64_t hash = TRY(dict_key_hash(t, a[1]));
  return Value::from_bool(TRY(dict_find(t, a.as<Dict>(0), a[1], hash)) >= 0);
}

Result<Value> dict_len(Thread&, Args a) { return small_int(a.as<Dict>(0)->used); }

Result<Value> dict_get_method(Thread& t, Args a) {
  Opt v = TRY(dict_get(t, a.as<Dict>(0), a[1]));
  return v ? v.v : a[2] ? a[2] : kNone;
}

Result<Value> dict_setdefault(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  Value v = a[2] ? a[2] : kNone;
  int64_t hash = TRY(dict_key_hash(t, a[1]));
  int64_t pos = TRY(dict_find(t, d, a[1], hash));
  if (pos >= 0) return d->entries[pos].value;
  TRY(dict_insert_new(t, d, a[1], hash, v));
  return v;
}

Result<Value> dict_pop_method(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  if (d->used) {  // the key of an empty dict's pop() need not be hashable
    Opt v = TRY(dict_pop(t, d, a[1]));
    if (v) return v.v;
  }
  if (a[2]) return a[2];
  return raise_key_error(t, a[1]);
}

Result<Value> dict_popitem(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  if (!d->used) return RAISE(KeyError, "popitem(): dictionary is empty");
  Tuple* u = TRY(new_tuple(t, 2));  // what follows cannot fail
  uint32_t pos = d->fill - 1;
  while (!d->entries[pos].key) pos--;
  tuple_init(u, 0, d->entries[pos].key);
  tuple_init(u, 1, d->entries[pos].value);
  dict_pop_last(d, pos);
  return Value(u);
}

Result<Value> dict_clear_method(Thread&, Args a) {
  dict_clear(a.as<Dict>(0));
  return kNone;
}

Result<Value> dict_copy_method(Thread& t, Args a) { return Value(TRY(dict_copy(t, a.as<Dict>(0)))); }

// ---- operators

Result<Value> dict_eq(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  return Value::from_bool(TRY(dict_equal(t, a.as<Dict>(0), a.as<Dict>(1))));
}

Result<Value> dict_ne(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  return Value::from_bool(!TRY(dict_equal(t, a.as<Dict>(0), a.as<Dict>(1))));
}

Result<Value> merged(Thread& t, Value left, Value right) {
  if (!is_dict(left) || !is_dict(right)) return kNotImplemented;
  Dict* d = TRY(dict_copy(t, left.as<Dict>()));
  TRY(dict_update(t, d, right));
  return Value(d);
}
Result<Value> dict_or(Thread& t, Args a) { return merged(t, a[0], a[1]); }
Result<Value> dict_ror(Thread& t, Args a) { return merged(t, a[1], a[0]); }
Result<Value> dict_ior(Thread& t, Args a) {
  TRY(dict_update(t, a.as<Dict>(0), a[1]));
  return a[0];
}

Result<Str*> repr_items(Thread& t, Dict* d) {
  ReprBuilder text(t);
  text.add("{");
  bool first = true;
  for (uint32_t i = 0; i < d->fill; i++) {
    DictEntry e = d->entries[i];
    if (!e.key) continue;
    if (!first) text.add(", ");
    first = false;
    TRY(text.add_repr(e.key));
    text.add(": ");
    TRY(text.add_repr(e.value));
  }
  text.add("}");
  return text.finish();
}

Result<Value> dict_repr(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, d)) return new_str(t, "{...}");
  Result<Str*> r = d->used ? repr_items(t, d) : new_str(t, "{}");
  repr_leave(t, d);
  return r;
}

Result<Value> dict_sizeof(Thread& t, Args a) {
  Dict* d = a.as<Dict>(0);
  return make_uint(t, d->type()->basicsize - sizeof(Dict) + LayoutTraits<Dict>::bytes(d));
}

Result<Value> dict_iter(Thread& t, Args a) { return new_dict_iter(t, KAA_SHAPE(dict_keyiterator), a.as<Dict>(0)); }
Result<Value> dict_reversed(Thread& t, Args a) { return new_dict_iter(t, KAA_SHAPE(dict_reversekeyiterator), a.as<Dict>(0)); }
Result<Value> dict_keys(Thread& t, Args a) { return new_dict_view(t, KAA_SHAPE(dict_keys), a.as<Dict>(0)); }
Result<Value> dict_values(Thread& t, Args a) { return new_dict_view(t, KAA_SHAPE(dict_values), a.as<Dict>(0)); }
Result<Value> dict_items(Thread& t, Args a) { return new_dict_view(t, KAA_SHAPE(dict_items), a.as<Dict>(0)); }

constexpr MethodDef k_methods[] = {
    {"__new__", dict_new, nullptr, "Makes an empty dict; __init__ fills it.", MethodKind::kNew},
    {"__init__", dict_init, "($self, /, *args, **kwargs)", "Fills the dict from a mapping or pairs, then from keywords."},
    {"__repr__", dict_repr, "($self, /)", "Text of the items in order."},
    {"__eq__", dict_eq, "($self, value, /)", "Whether both have equal keys with equal values."},
    {"__ne__", dict_ne, "($self, value, /)", "The opposite of __eq__."},
    {"__len__", dict_len, "($self, /)", "The number of items."},
    {"__getitem__", dict_getitem, "($self, key, /)", "The value of a key."},
    {"__setitem__", dict_setitem, "($self, key, value, /)", "Sets the value of a key."},
    {"__delitem__", dict_delitem, "($self, key, /)", "Removes a key."},
    {"__contains__", dict_contains, "($self, key, /)", "Whether the dict has the key."},
    {"__iter__", dict_iter, "($self, /)", "Iterates over the keys in order of insertion."},
    {"__reversed__", dict_reversed, "($self, /)", "Iterates over the keys, last inserted first."},
    {"__or__", dict_or, "($self, value, /)", "A new dict of both; the right one's values win."},
    {"__ror__", dict_ror, "($self, value, /)", "A new dict of both; the right one's values win."},
    {"__ior__", dict_ior, "($self, value, /)", "Updates the dict in place."},
    {"__sizeof__", dict_sizeof, "($self, /)", "Bytes of the dict and its table."},
    {"__class_getitem__", class_getitem, "($type, object, /)", "A generic alias: dict[str, int].", MethodKind::kClassMethod},
    {"get", dict_get_method, "($self, key, default=None, /)", "The key's value, or the default."},
    {"setdefault", dict_setdefault, "($self, key, default=None, /)", "The key's value; a key that is missing is added with the default."},
    {"pop", dict_pop_method, "($self, key, default=<unrepresentable>, /)", "Removes a key and returns its value, or the default, or raises KeyError."},
    {"popitem", dict_popitem, "($self, /)", "Removes the pair that was added last, and returns it."},
    {"keys", dict_keys, "($self, /)", "A view of the keys, which works like a set."},
    {"items", dict_items, "($self, /)", "A view of the (key, value) pairs, which works like a set."},
    {"values", dict_values, "($self, /)", "A view of the values."},
    {"update", dict_update_method, nullptr, "Takes over the items of a mapping or the pairs of an iterable, then those given as keywords."},
    {"fromkeys", dict_fromkeys, "($type, iterable, value=None, /)", "A new dict with these keys, all with the same value.", MethodKind::kClassMethod},
    {"clear", dict_clear_method, "($self, /)", "Removes all items."},
    {"copy", dict_copy_method, "($self, /)", "A shallow copy."},
};

}  // namespace

extern const TypeSpec dict_spec = {
    .doc = "dict(**kwargs), dict(mapping, **kwargs), dict(iterable of pairs, **kwargs): a mapping that keeps its keys in order of insertion.",
    .methods = k_methods,
    .unhashable = "dict",
};

}  // namespace kaa
