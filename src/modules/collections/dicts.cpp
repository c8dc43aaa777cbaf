// collections.defaultdict, and the counting loop of Counter.
#include "modules/collections/collections.h"
#include "runtime/types.h"

namespace kaa::collections {

namespace {

struct DefaultDict : Dict {
  Field<> factory;  // empty: None
  template <class F> void each_field(F&& f) {
    Dict::each_field(f);
    f(factory);
  }
};

}  // namespace
}  // namespace kaa::collections

namespace kaa {
template <>
struct LayoutTraits<collections::DefaultDict> {
  static void destroy(collections::DefaultDict* d) { LayoutTraits<Dict>::destroy(d); }
  static size_t bytes(collections::DefaultDict* d) { return LayoutTraits<Dict>::bytes(d) + sizeof(*d) - sizeof(Dict); }
};
}  // namespace kaa

namespace kaa::collections {

namespace {

DefaultDict* self_of(Args a) { return a.as<DefaultDict>(0); }
Value factory_of(Args a) { return self_of(a)->factory ? self_of(a)->factory.value() : kNone; }

// The first positional argument is the factory; dict's __init__ gets the others.
Result<Value> defaultdict_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t npos = positional_count(a, kwnames) - 1, skip = npos ? 1 : 0;
  Value factory;
  if (npos) {
    factory = a[1];
    if (!factory.is_none() && !is_callable(factory)) return RAISE(TypeError, "first argument must be callable or None");
    if (factory.is_none()) factory = Value();
  }
  if (factory) self_of(a)->factory.set(factory);
  else self_of(a)->factory.clear();
  // self moves into the place of the factory
  Value first = a.p[skip];
  a.p[skip] = a.p[0];
  Result<Value> r = call_args(t, KAA_TYPE(dict)->dunder(D_init), a.p + skip, npos + 1 - skip, kwnames);
  a.p[skip] = first;
  return r;
}

Result<Value> defaultdict_missing(Thread& t, Args a) {
  Value factory = factory_of(a), key = a[1];
  if (factory.is_none()) return raise_key_error(t, key);
  Value v = TRY(call(t, factory));
  Opt there = TRY(dict_get(t, a.as<Dict>(0), key));  // the factory may have stored one
  if (there) return there.v;
  TRY(dict_set(t, a.as<Dict>(0), key, v));
  return v;
}

Result<Value> defaultdict_repr(Thread& t, Args a) {
  Value base = TRY(call(t, KAA_TYPE(dict)->dunder(D_repr), a[0]));
  Value factory = factory_of(a);
  Str* text;
  if (factory.is_none()) {
    text = TRY(new_str(t, "None"));
  } else if (factory.is_object() && repr_enter(t, factory.object())) {  // a bound method of ours shows us again
    text = TRY(new_str(t, "..."));
  } else {
    Result<Str*> r = repr(t, factory);
    if (factory.is_object()) repr_leave(t, factory.object());
    if (!r.ok()) return Error{};
    text = r.value();
  }
  return TRY(str_format(t, "%U(%U, %U)", type_of(a[0])->name.get(), text, base.as<Str>()));
}

Result<Value> defaultdict_copy(Thread& t, Args a) { return call(t, type_of(a[0]), factory_of(a), a[0]); }

Result<Value> defaultdict_reduce(Thread& t, Args a) {
  Value items = TRY(call_method(t, a[0], NAME("items")));
  Value it = TRY(get_iter(t, items));
  Tuple* args = self_of(a)->factory ? TRY(make_tuple(t, self_of(a)->factory.value())) : interp().empty_tuple;
  return TRY(make_tuple(t, type_of(a[0]), args, kNone, kNone, it));
}

Result<Value> defaultdict_or(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  Value r = TRY(defaultdict_copy(t, a));
  if (!is_dict(r)) return RAISE(TypeError, "%N() must return a dict, not %T", type_of(a[0]), r);
  TRY(dict_update(t, r.as<Dict>(), a[1]));
  return r;
}
Result<Value> defaultdict_ror(Thread& t, Args a) {
  if (!is_dict(a[1])) return kNotImplemented;
  Value r = TRY(call(t, type_of(a[0]), factory_of(a), a[1]));
  if (!is_dict(r)) return RAISE(TypeError, "%N() must return a dict, not %T", type_of(a[0]), r);
  TRY(dict_update(t, r.as<Dict>(), a[0]));
  return r;
}

Result<Value> get_factory(Thread&, Value v) { return v.as<DefaultDict>()->factory ? v.as<DefaultDict>()->factory.value() : kNone; }
Status set_factory(Thread&, Value self, Value v) {
  if (v && !v.is_none()) self.as<DefaultDict>()->factory.set(v);
  else self.as<DefaultDict>()->factory.clear();
  return {};
}

const MethodDef k_methods[] = {
    {"__init__", defaultdict_init, nullptr, "defaultdict(default_factory=None, /, [...])"},
    {"__missing__", defaultdict_missing, "($self, key, /)", "Stores and returns what the factory makes; KeyError without one."},
    {"__repr__", defaultdict_repr, "($self, /)", "Text with the factory and the items."},
    {"__copy__", defaultdict_copy, "($self, /)", "A defaultdict of the same items and factory."},
    {"copy", defaultdict_copy, "($self, /)", "A defaultdict of the same items and factory."},
    {"__reduce__", defaultdict_reduce, "($self, /)", "For pickling."},
    {"__or__", defaultdict_or, "($self, value, /)", "A defaultdict of the items of both."},
    {"__ror__", defaultdict_ror, "($self, value, /)", "A defaultdict of the items of both."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: defaultdict[str, int].", MethodKind::kClassMethod},
};
const GetSetDef k_getsets[] = {{"default_factory", get_factory, set_factory, "What makes the value of a missing key, or None."}};

}  // namespace

// _count_elements(mapping, iterable): mapping[item] = mapping.get(item, 0) + 1 for each item, directly on a dict that overrides neither.
Result<Value> count_elements(Thread& t, Args a) {
  Value mapping = a[0];
  Value it = TRY(get_iter(t, a[1]));
  Type* ty = type_of(mapping);
  Str* get = NAME("get");
  bool direct = is_dict(mapping) && type_lookup(ty, get) == type_lookup(KAA_TYPE(dict), get) && ty->dunder(D_setitem) == KAA_TYPE(dict)->dunder(D_setitem);
  if (direct) {
    Dict* d = mapping.as<Dict>();
    TRY(each_next(t, it, [&](Value key) -> Status {
      int64_t h = TRY(dict_key_hash(t, key));
      Opt old = TRY(dict_get_hashed(t, d, key, h));
      Value n = !old ? small_int(1) : TRY(binary_op(t, BinaryOp::ADD, old.v, small_int(1)));
      return dict_set_hashed(t, d, key, h, n);
    }));
    return kNone;
  }
  Value bound = TRY(get_attr(t, mapping, get));
  TRY(each_next(t, it, [&](Value key) -> Status {
    Value old = TRY(call(t, bound, key, small_int(0)));
    return set_item(t, mapping, key, TRY(binary_op(t, BinaryOp::ADD, old, small_int(1))));
  }));
  return kNone;
}

const TypeSpec defaultdict_spec = {.doc = "A dict that makes the values of missing keys by a factory.",
                                   .methods = k_methods,
                                   .getsets = k_getsets,
                                   .layout = &kLayout<DefaultDict>,
                                   .flags = kTypeBase};

}  // namespace kaa::collections
