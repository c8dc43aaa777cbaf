// property.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

Result<GetArgs> get_arguments(Thread& t, Args a) {
  Value obj = a[1] && !a[1].is_none() ? a[1] : Value();
  Value ty = a[2] && !a[2].is_none() ? a[2] : Value();
  if (!obj && !ty) return RAISE(TypeError, "__get__(None, None) is invalid");
  return GetArgs{obj, ty && is_type(ty) ? ty.as<Type>() : nullptr};
}
Status bind_row(Thread& t, const char* fname, const MethodDef& row, Args a, Tuple* kwnames, Value* out) {
  return bind_raw(t, fname, *parse_signature(t, row), a, kwnames, out, nullptr, nullptr);
}

static PropertyObject* P(Value v) { return v.as<PropertyObject>(); }

static Result<Value> property_new(Thread& t, Args a, Tuple*) { return TRY(alloc_as<PropertyObject>(t, a.as<Type>(0))); }

static Result<Value> property_init(Thread& t, Args a, Tuple* kwnames);
static const MethodDef k_init_row{"__init__", property_init, "($self, /, fget=None, fset=None, fdel=None, doc=None)", "Initialize self."};

static Result<Value> property_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[5];
  TRY(bind_row(t, "property", k_init_row, a, kwnames, v));
  PropertyObject* p = P(v[0]);
  auto given = [](Value x) { return x && !x.is_none() ? x : Value(); };
  p->get.set(given(v[1]));
  p->set.set(given(v[2]));
  p->del.set(given(v[3]));
  p->name.clear();
  p->getter_doc = false;
  Value doc = given(v[4]);
  if (!doc && p->get) {
    Opt d = TRY(lookup_attr(t, p->get, NAME("__doc__")));
    if (d) {
      doc = given(d.v);
      p->getter_doc = static_cast<bool>(doc);
    }
  }
  if (p->type() == KAA_TYPE(property)) {
    p->doc.set(doc);
    return kNone;
  }
  // An instance of a subclass shows the subclass's __doc__ first: the text goes into its dict, or a slot of that name.
  Status r = set_attr(t, v[0], NAME("__doc__"), or_none(doc));
  if (!r.ok()) {
    if (p->getter_doc || !exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
    clear_exc(t);  // there is no place for it; it is dropped, as CPython always did
  }
  return kNone;
}

// The name for messages: what __set_name__ told, else the getter's.
static Result<Opt> property_name(Thread& t, PropertyObject* p) {
  if (p->name) return Opt{p->name};
  if (!p->get) return Opt{};
  return lookup_attr(t, p->get, NAME("__name__"));
}
static Error missing(Thread& t, PropertyObject* p, Value obj, const char* what) {
  Result<Opt> name = property_name(t, p);
  if (!name.ok()) return {};
  Value type_name(type_of(obj)->qualname.get());
  if (name.value()) return RAISE(AttributeError, "property %R of %R object has no %s", name.value().v, type_name, what);
  return RAISE(AttributeError, "property of %R object has no %s", type_name, what);
}

static Result<Value> property_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  if (!g.obj) return a[0];
  PropertyObject* p = P(a[0]);
  if (!p->get) return missing(t, p, g.obj, "getter");
  return call(t, p->get.get(), g.obj);
}
static Result<Value> property_set(Thread& t, Args a) {
  PropertyObject* p = P(a[0]);
  if (!p->set) return missing(t, p, a[1], "setter");
  TRY(call(t, p->set.get(), a[1], a[2]));
  return kNone;
}
static Result<Value> property_delete(Thread& t, Args a) {
  PropertyObject* p = P(a[0]);
  if (!p->del) return missing(t, p, a[1], "deleter");
  TRY(call(t, p->del.get(), a[1]));
  return kNone;
}

static Result<Value> copy_with(Thread& t, PropertyObject* p, Value get, Value set, Value del) {
  auto pick = [](Value fresh, Value old) { return fresh && !fresh.is_none() ? fresh : or_none(old); };
  Value doc = kNone;
  Value g = pick(get, p->get);
  if (!(p->getter_doc && !g.is_none())) doc = or_none(p->doc);
  Value r = TRY(call(t, p->type(), g, pick(set, p->set), pick(del, p->del), doc));
  if (is_instance(r, KAA_TYPE(property))) P(r)->name.set(p->name);
  return r;
}
static Result<Value> property_getter(Thread& t, Args a) { return copy_with(t, P(a[0]), a[1], Value(), Value()); }
static Result<Value> property_setter(Thread& t, Args a) { return copy_with(t, P(a[0]), Value(), a[1], Value()); }
static Result<Value> property_deleter(Thread& t, Args a) { return copy_with(t, P(a[0]), Value(), Value(), a[1]); }

static Result<Value> property_set_name(Thread& t, Args a) {
  if (a.n != 3) return RAISE(TypeError, "__set_name__() takes 2 positional arguments but %u were given", a.n - 1);
  P(a[0])->name.set(a[2]);
  return kNone;
}

template <Field<> PropertyObject::*M>
static Result<Value> get_part(Thread&, Value self) { return or_none((P(self)->*M).get()); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }
static Status set_doc(Thread&, Value self, Value v) { P(self)->doc.set(v); return {}; }

static Result<Value> get_name(Thread& t, Value self) {
  Opt name = TRY(property_name(t, P(self)));
  if (name) return name.v;
  TRY(set_attribute_error(t, self, NAME("__name__")));
  return Error{};
}
static Status set_name(Thread&, Value self, Value v) { P(self)->name.set(v); return {}; }

static Result<Value> get_abstract(Thread& t, Value self) {
  PropertyObject* p = P(self);
  for (Value f : {p->get.get(), p->set.get(), p->del.get()}) {
    if (!f) continue;
    Opt v = TRY(lookup_attr(t, f, NAME("__isabstractmethod__")));
    bool yes = v ? TRY(truth(t, v.v)) : false;
    if (yes) return kTrue;
  }
  return kFalse;
}

static const MethodDef k_methods[] = {
    {"__new__", property_new, "($cls, /, fget=None, fset=None, fdel=None, doc=None)", "Create and return a new object.", MethodKind::kNew},
    {"__get__", property_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
    {"__set__", property_set, "($self, instance, value, /)", "Set an attribute of instance to value."},
    {"__delete__", property_delete, "($self, instance, /)", "Delete an attribute of instance."},
    k_init_row,
    {"getter", property_getter, "($self, object, /)", "A copy with another getter."},
    {"setter", property_setter, "($self, object, /)", "A copy with another setter."},
    {"deleter", property_deleter, "($self, object, /)", "A copy with another deleter."},
    {"__set_name__", property_set_name, nullptr, "Tells the property its name."},
};
static const GetSetDef k_getsets[] = {
    {"fget", get_part<&PropertyObject::get>, read_only, nullptr},
    {"fset", get_part<&PropertyObject::set>, read_only, nullptr},
    {"fdel", get_part<&PropertyObject::del>, read_only, nullptr},
    {"__doc__", get_part<&PropertyObject::doc>, set_doc, nullptr},
    {"__name__", get_name, set_name, nullptr},
    {"__isabstractmethod__", get_abstract, nullptr, nullptr},
};
extern const TypeSpec property_spec = {
    .doc = "An attribute that calls functions when it is read, set or deleted.", .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
