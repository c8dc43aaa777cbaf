// object: what every class inherits. Pickling support is in object_reduce.cpp.
#include "runtime/audit.h"
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

Result<Str*> attribute_name(Thread& t, Value v) {
  if (!is_str(v)) return RAISE(TypeError, "attribute name must be string, not '%T'", v);
  return intern(t, v.as<Str>());
}

// ---- creation
// Arguments are an error unless the other one of __new__ and __init__ was overridden to take them.
static Status abstract_check(Thread& t, Type* ty) {
  if (!ty->has(kTypeAbstract)) return {};
  Value abs = TRY(get_attr(t, ty, NAME("__abstractmethods__")));
  List* names = TRY(list_from(t, abs));
  TRY(call_method(t, names, NAME("sort")));
  Value sep = TRY(new_str(t, "', '"));
  Value joined = TRY(call_method(t, sep, NAME("join"), names));
  return RAISE(TypeError, "Can't instantiate abstract class %U without an implementation for abstract method%s '%S'", ty->name.get(),
               names->size > 1 ? "s" : "", joined);
}

static Result<Value> object_new(Thread& t, Args a, Tuple*) {
  if (a.n == 0) return RAISE(TypeError, "object.__new__(): not enough arguments");
  if (!is_type(a[0])) return RAISE(TypeError, "object.__new__(X): X is not a type object (%T)", a[0]);
  Type* ty = a.as<Type>(0);
  if (a.n > 1) {
    if (ty->dunder(D_new) != KAA_TYPE(object)->dunder(D_new))
      return RAISE(TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
    if (ty->dunder(D_init) == KAA_TYPE(object)->dunder(D_init)) return RAISE(TypeError, "%U() takes no arguments", ty->name.get());
  }
  if (UNLIKELY(ty->has(kTypeDisallowInstantiation))) {
    Str* name = TRY(type_full_name(t, ty));
    return RAISE(TypeError, "cannot create '%U' instances", name);
  }
  Type* native = ty;  // the nearest native base must be object itself
  while (native->has(kTypeHeap) && native->base) native = native->base;
  if (native->layout != KAA_TYPE(object)->layout && native != KAA_TYPE(object) && !native->has(kTypeGenericNew))
    return RAISE(TypeError, "object.__new__(%U) is not safe, use %U.__new__()", ty->name.get(), native->name.get());
  TRY(abstract_check(t, ty));
  return TRY(alloc_instance(t, ty));
}

static Result<Value> object_init(Thread& t, Args a, Tuple*) {
  if (a.n > 1) {
    Type* ty = type_of(a[0]);
    if (ty->dunder(D_init) != KAA_TYPE(object)->dunder(D_init))
      return RAISE(TypeError, "object.__init__() takes exactly one argument (the instance to initialize)");
    if (ty->dunder(D_new) == KAA_TYPE(object)->dunder(D_new))
      return RAISE(TypeError, "%U.__init__() takes exactly one argument (the instance to initialize)", ty->name.get());
  }
  return kNone;
}

// ---- text
static Result<Value> object_repr(Thread& t, Args a) {
  Type* ty = type_of(a[0]);
  Result<Value> mod = type_module(t, ty);
  if (!mod.ok()) clear_exc(t);
  bool shown = mod.ok() && is_str(mod.value()) && !str_equal_ascii(mod.value().as<Str>(), "builtins");
  void* address = reinterpret_cast<void*>(a[0].bits());
  if (shown) return TRY(str_format(t, "<%U.%U object at %p>", mod.value().as<Str>(), ty->qualname.get(), address));
  return TRY(str_format(t, "<%U object at %p>", ty->has(kTypeHeap) ? ty->qualname.get() : ty->name.get(), address));
}

static Result<Value> object_str(Thread& t, Args a) { return TRY(repr(t, a[0])); }

static Result<Value> object_format(Thread& t, Args a) {
  if (!is_str(a[1])) return RAISE(TypeError, "__format__() argument must be str, not %T", a[1]);
  if (a.as<Str>(1)->length) return RAISE(TypeError, "unsupported format string passed to %T.__format__", a[0]);
  return TRY(str(t, a[0]));
}

// ---- comparison
static Result<Value> object_eq(Thread&, Args a) { return a[0] == a[1] ? kTrue : kNotImplemented; }
static Result<Value> object_ne(Thread& t, Args a) {
  if (!type_of(a[0])->dunder(D_eq)) return kNotImplemented;
  Value r = TRY(call_dunder(t, D_eq, a[0], a[1]));
  if (r == kNotImplemented) return r;
  bool eq = TRY(truth(t, r));
  return Value::from_bool(!eq);
}
static Result<Value> object_order(Thread&, Args) { return kNotImplemented; }
static Result<Value> object_hash(Thread& t, Args a) { return make_int(t, identity_hash(a[0])); }

// ---- attributes
static Result<Value> object_getattribute(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  return generic_get_attr(t, a[0], name);
}
// object.__setattr__ must not reach behind a native type's own: type.__setattr__ guards immutable types.
static Status check_setattr(Thread& t, Value o, Dunder d) {
  Type* native = type_of(o);
  while (native->has(kTypeHeap) && native->base) native = native->base;
  if (native->dunder(d) == KAA_TYPE(object)->dunder(d)) return {};
  return RAISE(TypeError, "can't apply this %U to %N object", dunder_name(d), native);
}
static Result<Value> object_setattr(Thread& t, Args a) {
  TRY(check_setattr(t, a[0], D_setattr));
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(generic_set_attr(t, a[0], name, a[2]));
  return kNone;
}
static Result<Value> object_delattr(Thread& t, Args a) {
  TRY(check_setattr(t, a[0], D_delattr));
  Str* name = TRY(attribute_name(t, a[1]));
  TRY(generic_set_attr(t, a[0], name, Value()));
  return kNone;
}

Status merge_class_dict(Thread& t, Dict* into, Value cls) {
  TRY(native_enter(t));
  Opt d = TRY(lookup_attr(t, cls, NAME("__dict__")));
  Opt bases = TRY(lookup_attr(t, cls, NAME("__bases__")));
  if (d) TRY(dict_update(t, into, d.v));
  if (!bases || !is_tuple(bases.v)) return {};
  Keep k(bases.v);
  for (uint64_t i = 0; i < bases.v.as<Tuple>()->size; i++) TRY(merge_class_dict(t, into, bases.v.as<Tuple>()->items[i]));
  return {};
}

Result<Value> keys_list(Thread& t, Dict* d) {
  List* l = TRY(new_list(t, d->used));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) TRY(list_append(t, l, e->key));
  return l;
}

static Result<Value> object_dir(Thread& t, Args a) {
  Dict* all = TRY(new_dict(t));
  Opt own = TRY(lookup_attr(t, a[0], NAME("__dict__")));
  if (own && is_dict(own.v)) TRY(dict_update(t, all, own.v));
  Opt cls = TRY(lookup_attr(t, a[0], NAME("__class__")));
  if (cls) TRY(merge_class_dict(t, all, cls.v));
  return keys_list(t, all);
}

// ---- __class__
static Result<Value> object_get_class(Thread&, Value self) { return type_of(self); }

// Whether two classes with the same base have the same members of their own from __slots__.
static bool same_own_members(Type* a, Type* b) {
  uint32_t pos = 0, n = 0, other = 0;
  auto member_of = [](Value v, Type* x) { return v && IS_EXACT(v, member_descriptor) && v.as<MemberObject>()->owner == x; };
  while (DictEntry* e = dict_next(b->dict, &pos)) other += member_of(e->value, b);
  pos = 0;
  while (DictEntry* e = dict_next(a->dict, &pos)) {
    if (!member_of(e->value, a)) continue;
    Value v = is_str(e->key) ? dict_get_str(b->dict, e->key.as<Str>()) : Value();
    if (!member_of(v, b) || v.as<MemberObject>()->offset != e->value.as<MemberObject>()->offset) return false;
    n++;
  }
  return n == other;
}

// As CPython: classes that add nothing to their bases stand for these; then the two are the same, or siblings with the same slots.
bool same_instance_layout(Type* a, Type* b) {
  constexpr uint64_t kKinds = kTypeHasDict | kTypeWeakrefable | kTypeVarSized;
  auto same = [](Type* x, Type* y) {
    return x->layout == y->layout && x->basicsize == y->basicsize && x->attr_offset == y->attr_offset && (x->flags & kKinds) == (y->flags & kKinds);
  };
  if (!same(a, b)) return false;
  while (a->base && same(a, a->base)) a = a->base;
  while (b->base && same(b, b->base)) b = b->base;
  return a == b || (a->base == b->base && same_own_members(a, b));
}

static Status object_set_class(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete __class__ attribute");
  if (!is_type(v)) return RAISE(TypeError, "__class__ must be set to a class, not '%T' object", v);
  TRY(audit(t, "object.__setattr__", self, NAME("__class__"), v));
  Type* from = type_of(self);
  Type* to = v.as<Type>();
  bool modules = is_subtype(from, KAA_TYPE(module)) && is_subtype(to, KAA_TYPE(module));
  if (!modules && (from->has(kTypeImmutable) || to->has(kTypeImmutable)))
    return RAISE(TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses");
  if (from == to) return {};
  bool fits = modules ? from->layout == to->layout && from->basicsize == to->basicsize : same_instance_layout(from, to);
  if (!fits) return RAISE(TypeError, "__class__ assignment: '%N' object layout differs from '%N'", to, from);
  Object* o = self.object();
  if (from->attr_offset) {
    // The new class has shapes of its own: the attributes move to a dict, which its dict shape knows how to find.
    TRY(instance_dict(t, o));
    o->shape = to->dict_shape;
  } else {
    o->shape = to->root;
  }
  return {};
}

// ---- hooks
static Result<Value> object_subclasshook(Thread&, Args) { return kNotImplemented; }
static Result<Value> object_init_subclass(Thread& t, Args a, Tuple* kwnames) {
  Type* type = a.as<Type>(0);
  Str* cls = type->has(kTypeHeap) ? type->qualname : type->name;
  if (kwnames && kwnames->size) return RAISE(TypeError, "%U.__init_subclass__() takes no keyword arguments", cls);
  if (a.n > 1) return RAISE(TypeError, "%U.__init_subclass__() takes no arguments (%u given)", cls, a.n - 1);
  return kNone;
}
static Result<Value> object_sizeof(Thread& t, Args a) {
  if (!a[0].is_object()) return small_int(static_cast<int64_t>(sizeof(Value)));
  return make_int(t, static_cast<int64_t>(object_size(a[0].object())));
}

static Result<Value> object_reduce_method(Thread& t, Args a) { return object_reduce_ex(t, a[0], 0); }
static Result<Value> object_reduce_ex_method(Thread& t, Args a) {
  int protocol = TRY(to_cint(t, a[1]));
  Opt reduce = TRY(lookup_attr(t, a[0], dunder_name(D_reduce)));
  if (reduce && type_of(a[0])->dunder(D_reduce) != KAA_TYPE(object)->dunder(D_reduce)) return call(t, reduce.v);
  return object_reduce_ex(t, a[0], protocol);
}
static Result<Value> object_getstate_method(Thread& t, Args a) { return object_getstate(t, a[0], false); }

static const MethodDef k_methods[] = {
    {"__new__", object_new, "($cls, /, *args, **kwargs)", "Create and return a new object.", MethodKind::kNew},
    {"__repr__", object_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", object_hash, "($self, /)", "Return hash(self)."},
    {"__str__", object_str, "($self, /)", "Return str(self)."},
    {"__getattribute__", object_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    {"__setattr__", object_setattr, "($self, name, value, /)", "Implement setattr(self, name, value)."},
    {"__delattr__", object_delattr, "($self, name, /)", "Implement delattr(self, name)."},
    {"__lt__", object_order, "($self, value, /)", "Return self<value."},
    {"__le__", object_order, "($self, value, /)", "Return self<=value."},
    {"__eq__", object_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", object_ne, "($self, value, /)", "Return self!=value."},
    {"__gt__", object_order, "($self, value, /)", "Return self>value."},
    {"__ge__", object_order, "($self, value, /)", "Return self>=value."},
    {"__init__", object_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__reduce_ex__", object_reduce_ex_method, "($self, protocol, /)", "What pickle of the given protocol saves of the object."},
    {"__reduce__", object_reduce_method, "($self, /)", "What pickle saves of the object."},
    {"__getstate__", object_getstate_method, "($self, /)", "The attributes that a copy of the object needs."},
    {"__subclasshook__", object_subclasshook, "($cls, object, /)", "Overridden by abstract classes to decide what counts as their subclass.",
     MethodKind::kClassMethod},
    {"__init_subclass__", object_init_subclass, "($cls, /)", "Called when a class is subclassed.", MethodKind::kClassMethod},
    {"__format__", object_format, "($self, format_spec, /)", "str(self); only an empty format is accepted."},
    {"__sizeof__", object_sizeof, "($self, /)", "Size of the object in memory, in bytes."},
    {"__dir__", object_dir, "($self, /)", "Names of the object's attributes."},
};
static const GetSetDef k_getsets[] = {
    {"__class__", object_get_class, object_set_class, "the object's class"},
};
extern const TypeSpec object_spec = {
    .doc = "The base class of all classes; its instances have no attributes of their own.",
    .methods = k_methods,
    .getsets = k_getsets,
};

}  // namespace kaa
