// collections.OrderedDict. A dict keeps its keys in order of insertion already, so the order lives in the dict's own table: moving a key to the end is
// deleting and adding it again, without a call to its __hash__ or __eq__. What differs from dict: equality looks at the order, iterators notice every
// change of the keys, the methods of subclasses go through overridden operations where CPython's do, and reading the first key again and again stays
// cheap (deleted entries at the front are squeezed out when they are many).
//
// Moving a key to the front rebuilds the table: linear, where a linked list would take constant time.
#include "modules/collections/collections.h"
#include "runtime/types.h"

namespace kaa::collections {

namespace {

struct OrderedDict : Dict {
  template <class F> void each_field(F&& f) { Dict::each_field(f); }
};
struct OdictIter : Object {
  Field<Dict*> dict;     // empty: exhausted
  uint32_t index;        // next entry to look at; of a reverse iterator: one behind it
  uint32_t mutations;
  uint8_t part;          // 0 keys, 1 values, 2 items
  bool reverse;
  template <class F> void each_field(F&& f) { f(dict); }
};

}  // namespace
}  // namespace kaa::collections

namespace kaa {
template <>
struct LayoutTraits<collections::OrderedDict> {
  static void destroy(collections::OrderedDict* d) { LayoutTraits<Dict>::destroy(d); }
  static size_t bytes(collections::OrderedDict* d) { return LayoutTraits<Dict>::bytes(d); }
};
}  // namespace kaa

namespace kaa::collections {

namespace {

Dict* self_of(Args a) { return a.as<Dict>(0); }
bool is_exact(Value v) { return type_of(v) == g_ordered_dict; }
bool is_odict(Value v) { return is_instance(v, g_ordered_dict); }

// Writes the entries anew: `first` (a position, or -1) before all others, no deleted ones in between.
Status rebuild(Thread& t, Dict* d, int64_t first) {
  Dict* copy = TRY(new_dict(t));
  if (first >= 0) TRY(dict_insert_new(t, copy, d->entries[first].key, d->entries[first].hash, d->entries[first].value));
  for (uint32_t i = 0; i < d->fill; i++) {
    DictEntry e = d->entries[i];
    if (e.key && i != first) TRY(dict_insert_new(t, copy, e.key, e.hash, e.value));
  }
  // The tables change places; the old one dies with the copy.
  DictEntry* entries = d->entries;
  uint32_t used = d->used, fill = d->fill, cap = d->cap, log2 = d->index_log2;
  d->entries = copy->entries;
  d->used = copy->used;
  d->fill = copy->fill;
  d->cap = copy->cap;
  d->index_log2 = copy->index_log2;
  d->keys_version = 0;
  copy->entries = entries;
  copy->used = used;
  copy->fill = fill;
  copy->cap = cap;
  copy->index_log2 = log2;
  copy->keys_version = 0;
  d->mutations++;  // positions have changed
  dict_clear(copy);
  return {};
}

// Position of the first or last key. The dict is not empty.
Result<int64_t> end_position(Thread& t, Dict* d, bool last) {
  if (last) {
    uint32_t i = d->fill;
    while (!d->entries[i - 1].key) i--;
    return static_cast<int64_t>(i - 1);
  }
  uint32_t i = 0;
  while (!d->entries[i].key) i++;
  if (i > 32 && uint64_t{i} * i > d->used) {  // about the root of the size: scanning and rebuilding cost the same
    TRY(rebuild(t, d, -1));
    i = 0;
  }
  return static_cast<int64_t>(i);
}

// update() and __init__: through the mapping's own __setitem__, as a Python mapping would do it.
Status update_from(Thread& t, Value self, Value other, Tuple* kwnames, const Value* kwvalues) {
  if (other) {
    if (is_exact(self) && IS_EXACT(other, dict)) {
      TRY(dict_update(t, self.as<Dict>(), other));
    } else {
      if (is_dict(other) && type_of(other) == KAA_TYPE(dict)) {
        Value items = TRY(call_method(t, other, NAME("items")));
        TRY(iterate(t, items, [&](Value item) { return set_item(t, self, item.as<Tuple>()->items[0], item.as<Tuple>()->items[1]); }));
      } else {
        Opt keys = TRY(lookup_attr(t, other, NAME("keys")));
        if (keys) {
          Value names = TRY(call(t, keys.v));
          TRY(iterate(t, names, [&](Value key) -> Status { return set_item(t, self, key, TRY(get_item(t, other, key))); }));
        } else {
          Opt items = TRY(lookup_attr(t, other, NAME("items")));
          Value source = items ? TRY(call(t, items.v)) : other;
          TRY(iterate(t, source, [&](Value item) -> Status {
            Value it = TRY(get_iter(t, item));
            Opt key = TRY(iter_next(t, it));
            Opt v = key ? TRY(iter_next(t, it)) : Opt{};
            if (!v) return RAISE(ValueError, "need more than %d value%s to unpack", key ? 1 : 0, key ? "" : "s");
            Opt more = TRY(iter_next(t, it));
            if (more) return RAISE(ValueError, "too many values to unpack (expected 2)");
            return set_item(t, self, key.v, v.v);
          }));
        }
      }
    }
  }
  for (uint64_t k = 0; kwnames && k < kwnames->size; k++) TRY(set_item(t, self, kwnames->items[k], kwvalues[k]));
  return {};
}

Result<Value> odict_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames) - 1;
  if (n > 1) return RAISE(TypeError, "expected at most 1 argument, got %u", n);
  TRY(update_from(t, a[0], n ? a[1] : Value(), kwnames, a.p + 1 + n));
  return kNone;
}
Result<Value> odict_update(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames) - 1;
  if (n > 1) return RAISE(TypeError, "update() takes at most 1 positional argument (%u given)", n);
  TRY(update_from(t, a[0], n ? a[1] : Value(), kwnames, a.p + 1 + n));
  return kNone;
}

Result<Value> odict_move_to_end(Thread& t, Args a) {
  Dict* d = self_of(a);
  bool last = !a[2] || TRY(truth(t, a[2]));
  if (!d->used) return raise_key_error(t, a[1]);
  int64_t h = TRY(dict_key_hash(t, a[1]));
  int64_t pos = TRY(dict_find(t, d, a[1], h));
  if (pos < 0) return raise_key_error(t, a[1]);
  if (pos == TRY(end_position(t, d, last))) return kNone;
  pos = TRY(dict_find(t, d, a[1], h));  // looking for the end may have rebuilt the table
  if (pos < 0) return raise_key_error(t, a[1]);
  if (!last) {
    TRY(rebuild(t, d, pos));
    return kNone;
  }
  DictEntry e = d->entries[pos];
  dict_delete_at(d, pos);
  TRY(dict_insert_new(t, d, e.key, e.hash, e.value));
  return kNone;
}

// Removes a key from the table itself, also in subclasses that override item access.
Result<Opt> take_key(Thread& t, Value self, Value key, Value fallback) {
  Opt v = TRY(dict_pop(t, self.as<Dict>(), key));
  if (v) return v;
  if (fallback) return Opt{fallback};
  return raise_key_error(t, key);
}

Result<Value> odict_popitem(Thread& t, Args a) {
  Dict* d = self_of(a);
  bool last = !a[1] || TRY(truth(t, a[1]));
  if (!d->used) return RAISE(KeyError, "dictionary is empty");
  int64_t pos = TRY(end_position(t, d, last));
  Value key = d->entries[pos].key;
  if (is_exact(a[0])) {
    Value v = d->entries[pos].value;
    if (last) dict_pop_last(d, static_cast<uint32_t>(pos));
    else dict_delete_at(d, pos);
    return TRY(make_tuple(t, key, v));
  }
  Opt v = TRY(take_key(t, a[0], key, Value()));
  return TRY(make_tuple(t, key, v.v));
}

Result<Value> odict_pop(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"pop", static_cast<NativeFn>(nullptr), "($self, key, default=None)", nullptr, MethodKind::kMethod};
  uint32_t given = a.n - 1;
  if (given > 2) return RAISE(TypeError, "pop() takes at most 2 arguments (%u given)", given);
  Value p[3];
  TRY(bind_raw(t, "pop", *parse_signature(t, k_sig), a, kwnames, p, nullptr, nullptr));
  Opt v = TRY(take_key(t, p[0], p[1], p[2]));
  return v.v;
}

Result<Value> odict_setdefault(Thread& t, Args a) {
  Value fallback = a[2] ? a[2] : kNone;
  if (is_exact(a[0])) {
    int64_t h = TRY(dict_key_hash(t, a[1]));
    Opt v = TRY(dict_get_hashed(t, self_of(a), a[1], h));
    if (v) return v.v;
    TRY(dict_set_hashed(t, self_of(a), a[1], h, fallback));
    return fallback;
  }
  if (TRY(contains(t, a[0], a[1]))) return get_item(t, a[0], a[1]);
  TRY(set_item(t, a[0], a[1], fallback));
  return fallback;
}

Result<Value> odict_clear(Thread&, Args a) {
  dict_clear(self_of(a));
  return kNone;
}

Result<Value> odict_copy(Thread& t, Args a) {
  Value r = is_exact(a[0]) ? TRY(call(t, g_ordered_dict)) : TRY(call(t, type_of(a[0])));
  Dict* d = self_of(a);
  auto mutations = d->mutations;
  for (uint32_t i = 0; i < d->fill; i++) {
    Value key = d->entries[i].key;
    if (!key) continue;
    if (is_exact(a[0])) TRY(dict_set_hashed(t, r.as<Dict>(), key, d->entries[i].hash, d->entries[i].value));
    else TRY(set_item(t, r, key, TRY(get_item(t, a[0], key))));
    if (d->mutations != mutations) return RAISE(RuntimeError, "OrderedDict mutated during iteration");
  }
  return r;
}

Result<Value> odict_fromkeys(Thread& t, Args a) {
  Value r = TRY(call(t, a[0])), v = a[2] ? a[2] : kNone;
  TRY(iterate(t, a[1], [&](Value key) { return set_item(t, r, key, v); }));
  return r;
}

Result<Value> odict_repr(Thread& t, Args a) {
  Dict* d = self_of(a);
  if (!d->used) return TRY(str_format(t, "%U()", type_of(a[0])->name.get()));
  if (repr_enter(t, d)) return TRY(new_str(t, "..."));
  auto text = [&]() -> Result<Str*> {
    Dict* copy;
    if (is_exact(a[0])) {
      copy = TRY(dict_copy(t, d));
    } else {
      copy = TRY(new_dict(t));
      Value items = TRY(call_method(t, a[0], NAME("items")));
      TRY(dict_update(t, copy, items));
    }
    return str_format(t, "%U(%R)", type_of(a[0])->name.get(), Value(copy));
  };
  Result<Str*> r = text();
  repr_leave(t, d);
  return r;
}

// Two ordered dicts are equal if their items are, in the same order; with any other dict the order does not matter.
template <CompareOp op>
Result<Value> odict_compare(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  bool eq = TRY(dict_equal(t, self_of(a), a.as<Dict>(1)));
  if (eq && is_odict(a[1])) {
    Dict *x = self_of(a), *y = a.as<Dict>(1);
    uint32_t i = 0, k = 0;
    for (; eq; i++, k++) {
      while (i < x->fill && !x->entries[i].key) i++;
      while (k < y->fill && !y->entries[k].key) k++;
      if (i >= x->fill || k >= y->fill) break;
      uint32_t mx = x->mutations, my = y->mutations;
      eq = TRY(equal(t, x->entries[i].key, y->entries[k].key));
      if (x->mutations != mx || y->mutations != my) return RAISE(RuntimeError, "OrderedDict mutated during iteration");
    }
    eq = eq && i >= x->fill && k >= y->fill;
  }
  return Value::from_bool(eq == (op == CompareOp::EQ));
}

Result<Value> odict_or(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  Value r = TRY(call(t, type_of(a[0]), a[0]));
  TRY(update_from(t, r, a[1], nullptr, nullptr));
  return r;
}
Result<Value> odict_ror(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  Value r = TRY(call(t, type_of(a[0]), a[1]));
  TRY(update_from(t, r, a[0], nullptr, nullptr));
  return r;
}
Result<Value> odict_ior(Thread& t, Args a) {
  TRY(update_from(t, a[0], a[1], nullptr, nullptr));
  return a[0];
}

Result<Value> odict_reduce(Thread& t, Args a) {
  Value state = TRY(instance_state(t, a[0]));
  Value items = TRY(call_method(t, a[0], NAME("items")));
  return TRY(make_tuple(t, type_of(a[0]), Value(interp().empty_tuple), state, kNone, TRY(get_iter(t, items))));
}

// ---- views and iterators

Result<Value> new_iter(Thread& t, Dict* d, uint8_t part, bool reverse) {
  OdictIter* it = TRY(alloc_as<OdictIter>(t, g_odict_iterator));
  it->dict.init(d);
  it->index = reverse ? d->fill : 0;
  it->mutations = d->mutations;
  it->part = part;
  it->reverse = reverse;
  return it;
}

Result<Value> odict_iterator_next(Thread& t, Object* o) {
  OdictIter* it = static_cast<OdictIter*>(o);
  Dict* d = it->dict;
  if (!d) return Value();
  if (it->mutations != d->mutations) {
    it->dict.clear();
    return RAISE(RuntimeError, "OrderedDict mutated during iteration");
  }
  uint32_t i = it->index;
  if (it->reverse) {
    if (i > d->fill) i = d->fill;
    while (i > 0 && !d->entries[i - 1].key) i--;
    if (i == 0) {
      it->dict.clear();
      return Value();
    }
    it->index = --i;
  } else {
    while (i < d->fill && !d->entries[i].key) i++;
    if (i >= d->fill) {
      it->dict.clear();
      return Value();
    }
    it->index = i + 1;
  }
  Value key = d->entries[i].key, v = d->entries[i].value;
  if (it->part == 0) return key;
  if (it->part == 1) return v;
  return TRY(make_tuple(t, key, v));
}

Result<Value> odict_iterator_reduce(Thread& t, Args a) {
  OdictIter* it = a.as<OdictIter>(0);
  List* rest = TRY(new_list(t));
  if (it->dict) {
    OdictIter* copy = TRY(alloc_as<OdictIter>(t, g_odict_iterator));
    copy->dict.init(it->dict);
    copy->index = it->index;
    copy->mutations = it->mutations;
    copy->part = it->part;
    copy->reverse = it->reverse;
    TRY(list_extend(t, rest, copy));
  }
  return reduce_to_iter(t, rest);
}

Result<Value> new_view(Thread& t, Type* cls, Value d) {
  DictView* v = TRY(alloc_as<DictView>(t, cls));
  v->dict.init(d.as<Dict>());
  return v;
}
Result<Value> odict_keys(Thread& t, Args a) { return new_view(t, g_odict_keys, a[0]); }
Result<Value> odict_values(Thread& t, Args a) { return new_view(t, g_odict_values, a[0]); }
Result<Value> odict_items(Thread& t, Args a) { return new_view(t, g_odict_items, a[0]); }
Result<Value> odict_iter(Thread& t, Args a) { return new_iter(t, self_of(a), 0, false); }
Result<Value> odict_reversed(Thread& t, Args a) { return new_iter(t, self_of(a), 0, true); }

template <uint8_t part, bool reverse>
Result<Value> view_iter(Thread& t, Args a) { return new_iter(t, a.as<DictView>(0)->dict, part, reverse); }

template <uint8_t part>
constexpr MethodDef k_view_methods[] = {
    {"__iter__", view_iter<part, false>, "($self, /)", "Iterates in order."},
    {"__reversed__", view_iter<part, true>, "($self, /)", "Iterates from the end."},
};
const MethodDef k_iterator_methods[] = {{"__reduce__", odict_iterator_reduce, "($self, /)", "For pickling."}};

const MethodDef k_methods[] = {
    {"__init__", odict_init, nullptr, "Fills the dict as update() does."},
    {"__repr__", odict_repr, "($self, /)", "Text of the items in order."},
    {"__eq__", odict_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have equal items, for OrderedDicts in the same order."},
    {"__ne__", odict_compare<CompareOp::NE>, "($self, value, /)", "Whether they differ."},
    {"__iter__", odict_iter, "($self, /)", "Iterates over the keys."},
    {"__reversed__", odict_reversed, "($self, /)", "Iterates over the keys from the end."},
    {"__or__", odict_or, "($self, value, /)", "A dict of the items of both."},
    {"__ror__", odict_ror, "($self, value, /)", "A dict of the items of both."},
    {"__ior__", odict_ior, "($self, value, /)", "Updates in place."},
    {"__reduce__", odict_reduce, "($self, /)", "For pickling."},
    {"clear", odict_clear, "($self, /)", "Removes all items."},
    {"copy", odict_copy, "($self, /)", "A dict of the same items."},
    {"fromkeys", odict_fromkeys, "($cls, iterable, value=None)", "A dict with these keys and one value.", MethodKind::kClassMethod},
    {"items", odict_items, "($self, /)", "A view of the items."},
    {"keys", odict_keys, "($self, /)", "A view of the keys."},
    {"values", odict_values, "($self, /)", "A view of the values."},
    {"move_to_end", odict_move_to_end, "($self, /, key, last=True)", "Moves a key to the end, or to the beginning."},
    {"pop", odict_pop, nullptr, "pop(key[, default]): removes a key and returns its value, or the default."},
    {"popitem", odict_popitem, "($self, /, last=True)", "Removes the last item, or the first, and returns it."},
    {"setdefault", odict_setdefault, "($self, /, key, default=None)", "The key's value; a key that is missing is added with the default."},
    {"update", odict_update, nullptr, "Updates from a mapping or pairs, and keywords."},
};
Result<Value> get_dict(Thread& t, Value self) { return get_dict_attr(t, self); }
Status set_dict(Thread& t, Value self, Value d) { return set_dict_attr(t, self, d); }
const GetSetDef k_getsets[] = {{"__dict__", get_dict, set_dict, nullptr}};

}  // namespace

const TypeSpec ordered_dict_spec = {.doc = "A dict that remembers the order in which its keys came, and can change it.",
                                    .methods = k_methods,
                                    .getsets = k_getsets,
                                    .layout = &kLayout<OrderedDict>,
                                    .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable,
                                    .unhashable = "OrderedDict"};
const TypeSpec odict_iterator_spec = {
    .methods = k_iterator_methods, .iternext = odict_iterator_next, .layout = &kLayout<OdictIter>, .flags = kTypeDisallowInstantiation};
const TypeSpec odict_keys_spec = {.methods = k_view_methods<0>, .flags = kTypeDisallowInstantiation};
const TypeSpec odict_values_spec = {.methods = k_view_methods<1>, .flags = kTypeDisallowInstantiation};
const TypeSpec odict_items_spec = {.methods = k_view_methods<2>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::collections
