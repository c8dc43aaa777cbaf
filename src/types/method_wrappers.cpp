// classmethod, staticmethod and bound methods.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

static WrapperObject* W(Value v) { return v.as<WrapperObject>(); }

// ---- classmethod and staticmethod
static Result<Value> wrapper_new(Thread& t, Args a, Tuple*) {
  WrapperObject* w = TRY(alloc_as<WrapperObject>(t, a.as<Type>(0)));
  w->callable.init(kNone);
  return w;
}

static Status init_wrapper(Thread& t, const char* name, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "%s() takes no keyword arguments", name);
  if (a.n != 2) return RAISE(TypeError, "%s expected 1 argument, got %u", name, a.n - 1);
  W(a[0])->callable.set(a[1]);
  for (const char* attr : {"__module__", "__name__", "__qualname__", "__doc__"}) {
    Opt v = TRY(lookup_attr(t, a[1], intern_name(attr)));
    if (v) TRY(set_attr(t, a[0], intern_name(attr), v.v));
  }
  return {};
}
static Result<Value> classmethod_init(Thread& t, Args a, Tuple* kwnames) { TRY(init_wrapper(t, "classmethod", a, kwnames)); return kNone; }
static Result<Value> staticmethod_init(Thread& t, Args a, Tuple* kwnames) { TRY(init_wrapper(t, "staticmethod", a, kwnames)); return kNone; }

static Result<Value> wrapper_repr(Thread& t, Args a) {
  return TRY(str_format(t, "<%s(%R)>", is_instance(a[0], KAA_TYPE(classmethod)) ? "classmethod" : "staticmethod", W(a[0])->callable.get()));
}

static Result<Value> new_method(Thread& t, Value f, Value self) {
  BoundMethod* m = TRY(alloc<BoundMethod>(t, KAA_SHAPE(method)));
  m->func.init(f);
  m->self.init(self);
  return m;
}
static Result<Value> classmethod_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  Value cls = g.type ? Value(g.type) : Value(type_of(g.obj));
  return new_method(t, W(a[0])->callable, cls);
}
static Result<Value> staticmethod_get(Thread& t, Args a) {
  TRY(get_arguments(t, a));
  return W(a[0])->callable.get();
}
static Result<Value> staticmethod_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, W(a[0])->callable, a.p + 1, a.n - 1 - nkw, kwnames);
}
static Result<Value> wrapper_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

static Result<Value> get_callable(Thread&, Value self) { return W(self)->callable.get(); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }
static Result<Value> get_abstract(Thread& t, Value self) {
  Opt v = TRY(lookup_attr(t, W(self)->callable, NAME("__isabstractmethod__")));
  bool yes = v ? TRY(truth(t, v.v)) : false;
  return Value::from_bool(yes);
}

// __annotations__ and __annotate__ are the function's, copied to the wrapper's dict when first asked for.
static Result<Value> forwarded(Thread& t, Value self, Str* name) {
  Value d = TRY(get_dict_attr(t, self));
  if (Value v = dict_get_str(d.as<Dict>(), name)) return v;
  Value v = TRY(get_attr(t, W(self)->callable, name));
  TRY(dict_set(t, d.as<Dict>(), name, v));
  return v;
}
static Status set_forwarded(Thread& t, Value self, Str* name, Value v) {
  Value d = TRY(get_dict_attr(t, self));
  if (v) return dict_set(t, d.as<Dict>(), name, v);
  Opt old = TRY(dict_pop(t, d.as<Dict>(), name));
  if (old) return {};
  return RAISE(AttributeError, "'%T' object has no attribute '%U'", self, name);
}
static Result<Value> get_annotations(Thread& t, Value self) { return forwarded(t, self, NAME("__annotations__")); }
static Status set_annotations(Thread& t, Value self, Value v) { return set_forwarded(t, self, NAME("__annotations__"), v); }
static Result<Value> get_annotate(Thread& t, Value self) { return forwarded(t, self, NAME("__annotate__")); }
static Status set_annotate(Thread& t, Value self, Value v) { return set_forwarded(t, self, NAME("__annotate__"), v); }

static const GetSetDef k_wrapper_getsets[] = {
    {"__func__", get_callable, read_only, nullptr},
    {"__wrapped__", get_callable, read_only, nullptr},
    {"__isabstractmethod__", get_abstract, nullptr, nullptr},
    {"__dict__", get_dict_attr, set_dict_attr, nullptr},
    {"__annotations__", get_annotations, set_annotations, nullptr},
    {"__annotate__", get_annotate, set_annotate, nullptr},
};
static const MethodDef k_class_methods[] = {
    {"__new__", wrapper_new, "($cls, function, /)", "Create and return a new object.", MethodKind::kNew},
    {"__repr__", wrapper_repr, "($self, /)", "Return repr(self)."},
    {"__get__", classmethod_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
    {"__init__", classmethod_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__class_getitem__", wrapper_class_getitem, "($cls, object, /)", "classmethod[...] as a generic alias.", MethodKind::kClassMethod},
};
extern const TypeSpec classmethod_spec = {
    .doc = "A method that gets the class as its first argument.", .methods = k_class_methods, .getsets = k_wrapper_getsets};
static const MethodDef k_static_methods[] = {
    {"__new__", wrapper_new, "($cls, function, /)", "Create and return a new object.", MethodKind::kNew},
    {"__repr__", wrapper_repr, "($self, /)", "Return repr(self)."},
    {"__call__", staticmethod_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__get__", staticmethod_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
    {"__init__", staticmethod_init, "($self, /, *args, **kwargs)", "Initialize self."},
    {"__class_getitem__", wrapper_class_getitem, "($cls, object, /)", "staticmethod[...] as a generic alias.", MethodKind::kClassMethod},
};
extern const TypeSpec staticmethod_spec = {
    .doc = "A method that gets neither the instance nor the class.", .methods = k_static_methods, .getsets = k_wrapper_getsets};

// ---- bound methods
static BoundMethod* M(Value v) { return v.as<BoundMethod>(); }

static Result<Value> method_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "method() takes no keyword arguments");
  if (a.n != 3) return RAISE(TypeError, "method expected 2 arguments, got %u", a.n - 1);
  if (!is_callable(a[1])) return RAISE(TypeError, "first argument must be callable");
  if (a[2].is_none()) return RAISE(TypeError, "instance must not be None");
  return new_method(t, a[1], a[2]);
}
static Result<Value> method_repr(Thread& t, Args a) {
  Value f = M(a[0])->func, self = M(a[0])->self;
  Opt name = TRY(lookup_attr(t, f, NAME("__qualname__")));
  if (!name) name = TRY(lookup_attr(t, f, NAME("__name__")));
  if (name && is_str(name.v)) return TRY(str_format(t, "<bound method %U of %R>", name.v.as<Str>(), self));
  return TRY(str_format(t, "<bound method ? of %R>", self));
}
static Result<Value> method_hash(Thread& t, Args a) {
  int64_t h = identity_hash(M(a[0])->self);
  h ^= TRY(hash(t, M(a[0])->func));
  return make_int(t, h == -1 ? -2 : h);
}
static Result<Value> method_eq(Thread& t, Args a) {
  if (!IS_EXACT(a[1], method)) return kNotImplemented;
  bool same = TRY(equal(t, M(a[0])->func, M(a[1])->func));
  return Value::from_bool(same && M(a[0])->self.get() == M(a[1])->self.get());
}
static Result<Value> method_ne(Thread& t, Args a) {
  Value r = TRY(method_eq(t, a));
  return r == kNotImplemented ? r : Value::from_bool(r == kFalse);
}
static Result<Value> method_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, a[0], a.p + 1, a.n - 1 - nkw, kwnames);
}
// What the method type itself does not have is the function's.
static Result<Value> method_getattribute(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  Type* ty = type_of(a[0]);
  if (Value d = type_lookup(ty, name)) return descr_get(t, d, a[0], ty);
  return get_attr(t, M(a[0])->func, name);
}
static Result<Value> method_get(Thread&, Args a) { return a[0]; }
static Result<Value> method_reduce(Thread& t, Args a) {
  Value name = TRY(get_attr(t, M(a[0])->func, NAME("__name__")));
  return reduce_to_getattr(t, M(a[0])->self, name);
}
static Result<Value> get_func(Thread&, Value v) { return M(v)->func.get(); }
static Result<Value> get_self(Thread&, Value v) { return M(v)->self.get(); }
static Result<Value> get_doc(Thread& t, Value v) {
  Opt d = TRY(lookup_attr(t, M(v)->func, NAME("__doc__")));
  return or_none(d.v);
}

static const MethodDef k_method_methods[] = {
    {"__new__", method_new, "($cls, function, instance, /)", "Create and return a new object.", MethodKind::kNew},
    {"__repr__", method_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", method_hash, "($self, /)", "Return hash(self)."},
    {"__call__", method_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__getattribute__", method_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    {"__eq__", method_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", method_ne, "($self, value, /)", "Return self!=value."},
    {"__get__", method_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
    {"__reduce__", method_reduce, "($self, /)", "What pickle saves of the method."},
};
static const GetSetDef k_method_getsets[] = {
    {"__func__", get_func, read_only, "the function that implements the method"},
    {"__self__", get_self, read_only, "the instance that the method is bound to"},
    {"__doc__", get_doc, nullptr, nullptr},
};
extern const TypeSpec method_spec = {
    .doc = "A function together with the instance that is its first argument.", .methods = k_method_methods, .getsets = k_method_getsets};

}  // namespace kaa
