// type: making and calling classes, class checks, introspection methods. Its attributes are in type_attrs.cpp, class statements in build_class.cpp.
#include <string>

#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

extern const GetSetDef k_type_getsets[];
extern const uint32_t k_type_getset_count;

Result<Value> type_module(Thread& t, Type* ty) {
  if (Value m = dict_get_str(ty->dict, NAME("__module__"))) {
    if (ty->has(kTypeHeap) || !IS_EXACT(m, getset_descriptor)) return m;
    return ty->spec && ty->spec->module ? Value(intern_name(ty->spec->module)) : Value(NAME("builtins"));
  }
  if (!ty->has(kTypeHeap)) return NAME("builtins");
  return RAISE(AttributeError, "__module__");
}

Result<Str*> type_full_name(Thread& t, Type* ty) {
  Result<Value> mod = type_module(t, ty);
  if (!mod.ok()) clear_exc(t);
  Str* name = ty->has(kTypeHeap) ? ty->qualname.get() : ty->name.get();
  if (!mod.ok() || !is_str(mod.value()) || str_equal_ascii(mod.value().as<Str>(), "builtins")) return name;
  return str_format(t, "%U.%U", mod.value().as<Str>(), name);
}

// ---- creation
static Status check_argument(Thread& t, Value v, bool fits, int position, const char* wanted) {
  if (fits) return {};
  return RAISE(TypeError, "type.__new__() argument %d must be %s, not %T", position, wanted, v);
}

static Result<Value> type_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw;
  if (n == 0) return RAISE(TypeError, "type.__new__(): not enough arguments");
  if (!is_type(a[0])) return RAISE(TypeError, "type.__new__(X): X is not a type object (%T)", a[0]);
  Type* meta = a.as<Type>(0);
  if (!is_subtype(meta, KAA_TYPE(type))) return RAISE(TypeError, "type.__new__(%N): %N is not a subtype of type", meta, meta);
  if (n != 4) return RAISE(TypeError, "type.__new__() takes exactly 3 arguments (%u given)", n - 1);
  TRY(check_argument(t, a[1], is_str(a[1]), 1, "str"));
  TRY(check_argument(t, a[2], is_tuple(a[2]), 2, "tuple"));
  TRY(check_argument(t, a[3], is_dict(a[3]), 3, "dict"));
  Tuple* bases = a.as<Tuple>(2);
  for (uint64_t i = 0; i < bases->size; i++) {
    if (is_type(bases->items[i])) continue;
    Opt entries = TRY(lookup_attr(t, bases->items[i], dunder_name(D_mro_entries)));
    if (entries) return RAISE(TypeError, "type() doesn't support MRO entry resolution; use types.new_class()");
  }
  Type* winner = TRY(best_metaclass(t, meta, bases));
  if (winner != meta && winner->dunder(D_new) != KAA_TYPE(type)->dunder(D_new)) {
    // The derived metaclass has a __new__ of its own: it makes the class.
    Value f = TRY(descr_get(t, winner->dunder(D_new), Value(), winner));
    Tuple* all = TRY(tuple_of(t, a.p, a.n));
    List* args = TRY(list_of(t, all->items, all->size));
    TRY(set_item(t, args, small_int(0), winner));
    Keep keep(args);
    return call_args(t, f, args->items, n, kwnames);
  }
  Str* name = a.as<Str>(1);
  for (uint64_t i = 0; i < name->length; i++)
    if (name->at(i) == 0) return RAISE(ValueError, "type name must not contain null characters");
  Utf8 checked;
  TRY(str_utf8(t, name, checked));
  return TRY(new_class(t, winner, name, bases, a.as<Dict>(3), nkw ? kwnames : nullptr, a.p + n));
}

static Result<Value> type_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw - 1;
  if (nkw && n == 1) return RAISE(TypeError, "type.__init__() takes no keyword arguments");
  if (n != 1 && n != 3) return RAISE(TypeError, "type.__init__() takes 1 or 3 arguments");
  return kNone;
}

static Result<Value> type_call_method(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return type_call(t, a.as<Type>(0), a.p + 1, a.n - 1 - nkw, kwnames);
}

static Result<Value> type_prepare(Thread& t, Args, Tuple*) { return TRY(new_dict(t)); }

// ---- attributes
static Result<Value> type_getattribute(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  Opt v = TRY(type_lookup_attr(t, a.as<Type>(0), name));
  if (v) return v.v;
  TRY(set_attribute_error(t, a[0], name));
  return Error{};
}
static Result<Value> type_setattr(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(type_generic_set_attr(t, a.as<Type>(0), name, a[2]));
  return kNone;
}
static Result<Value> type_delattr(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(type_generic_set_attr(t, a.as<Type>(0), name, Value()));
  return kNone;
}
static Result<Value> type_dir(Thread& t, Args a) {
  Dict* all = TRY(new_dict(t));
  TRY(merge_class_dict(t, all, a[0]));
  return keys_list(t, all);
}

// ---- checks and relations
static Result<Value> type_instancecheck(Thread& t, Args a) {
  bool r = TRY(generic_isinstance(t, a[1], a[0]));
  return Value::from_bool(r);
}
static Result<Value> type_subclasscheck(Thread& t, Args a) {
  bool r = TRY(generic_issubclass(t, a[1], a[0]));
  return Value::from_bool(r);
}
static Result<Value> type_mro(Thread& t, Args a) {
  Tuple* m = TRY(compute_mro(t, a.as<Type>(0)));
  return TRY(list_of(t, m->items, m->size));
}
static Result<Value> type_subclasses(Thread& t, Args a) {
  Type* ty = a.as<Type>(0);
  List* l = TRY(new_list(t, ty->nsubclasses));
  for (uint32_t i = 0; i < ty->nsubclasses; i++) TRY(list_append(t, l, ty->subclasses[i]));
  return l;
}
static Result<Value> type_or(Thread& t, Args a) { return make_union(t, a[0], a[1]); }
static Result<Value> type_ror(Thread& t, Args a) { return make_union(t, a[1], a[0]); }

static Result<Value> type_repr(Thread& t, Args a) {
  Str* name = TRY(type_full_name(t, a.as<Type>(0)));
  return TRY(str_format(t, "<class '%U'>", name));
}
static Result<Value> type_sizeof(Thread& t, Args a) {
  Type* ty = a.as<Type>(0);
  size_t n = sizeof(Type) + ty->cap_subclasses * sizeof(Type*) + sizeof(Shape) * 2;
  return make_int(t, static_cast<int64_t>(n));
}

static const MethodDef k_methods[] = {
    {"__new__", type_new, nullptr, "Create and return a new class.", MethodKind::kNew},
    {"__repr__", type_repr, "($self, /)", "Return repr(self)."},
    {"__call__", type_call_method, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__getattribute__", type_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    {"__setattr__", type_setattr, "($self, name, value, /)", "Implement setattr(self, name, value)."},
    {"__delattr__", type_delattr, "($self, name, /)", "Implement delattr(self, name)."},
    {"__init__", type_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__or__", type_or, "($self, value, /)", "Return self|value."},
    {"__ror__", type_ror, "($self, value, /)", "Return value|self."},
    {"mro", type_mro, "($self, /)", "The method resolution order, computed anew."},
    {"__subclasses__", type_subclasses, "($self, /)", "List of the immediate subclasses."},
    {"__prepare__", type_prepare, "($cls, name, bases, /, **kwds)", "The namespace that a class body runs in.", MethodKind::kClassMethod},
    {"__instancecheck__", type_instancecheck, "($self, instance, /)", "Whether the object is an instance."},
    {"__subclasscheck__", type_subclasscheck, "($self, subclass, /)", "Whether the class is a subclass."},
    {"__dir__", type_dir, "($self, /)", "Names of the class's attributes, the metaclass's left out."},
    {"__sizeof__", type_sizeof, "($self, /)", "Memory that the type takes, in bytes."},
};

static Status type_spec_init(Thread& t, Type* ty) {
  for (uint32_t i = 0; i < k_type_getset_count; i++) {
    GetSetObject* o = TRY(alloc<GetSetObject>(t, KAA_SHAPE(getset_descriptor)));
    o->def = &k_type_getsets[i];
    o->owner.init(ty);
    TRY(dict_set(t, ty->dict, intern_name(k_type_getsets[i].name), o));
  }
  type_modified(ty);
  update_dunders(ty);
  return {};
}

extern const TypeSpec type_spec = {
    .doc = "type(object) is the object's type; type(name, bases, dict, **kwds) makes a new one.",
    .methods = k_methods,
    .init = type_spec_init,
};

}  // namespace kaa
