// module: the type. Making native modules is in runtime/module.cpp, importing in importlib.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

static Result<Value> module_new(Thread& t, Args a, Tuple*) {
  Module* m = TRY(alloc_as<Module>(t, a.as<Type>(0)));
  Dict* d = TRY(new_dict(t));
  m->dict.init(d);
  return m;
}
static Result<Value> module_init(Thread& t, Args a, Tuple* kwnames);
static const MethodDef k_init_row{"__init__", module_init, "($self, /, name, doc=None)", "Initialize self."};
static Result<Value> module_init(Thread& t, Args a, Tuple* kwnames) {
  Value v[3];
  TRY(bind_row(t, "module", k_init_row, a, kwnames, v));
  if (!is_str(v[1])) return RAISE(TypeError, "module() argument 'name' must be str, not %T", v[1]);
  Module* m = v[0].as<Module>();
  if (!m->dict) {
    Dict* d = TRY(new_dict(t));
    m->dict.set(d);
  }
  Dict* d = m->dict;
  TRY(dict_set_str(t, d, "__name__", v[1]));
  TRY(dict_set_str(t, d, "__doc__", or_none(v[2])));
  for (const char* name : {"__package__", "__loader__", "__spec__"}) TRY(dict_set_str(t, d, name, kNone));
  return kNone;
}

static Result<Value> module_repr(Thread& t, Args a) {
  if (interp().importlib && !interp().importlib.is_none()) {
    Opt f = TRY(lookup_attr(t, interp().importlib, NAME("_module_repr")));
    if (f) return call(t, f.v, a[0]);
  }
  Value name = dict_get_str(a.as<Module>(0)->dict, NAME("__name__"));
  if (!name) return TRY(new_str(t, "<module '?'>"));
  return TRY(str_format(t, "<module %R>", name));
}

static Result<Value> module_getattribute(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  return module_get_attr(t, a[0], name);
}

static Result<Value> module_dir(Thread& t, Args a) {
  Value d = TRY(get_attr(t, a[0], NAME("__dict__")));
  if (!is_dict(d)) return RAISE(TypeError, "%T.__dict__ is not a dictionary", a[0]);
  Opt f = TRY(dict_get(t, d.as<Dict>(), dunder_name(D_dir)));
  if (f) return call(t, f.v);
  return keys_list(t, d.as<Dict>());
}

static Result<Value> get_dict(Thread&, Value self) { return or_none(self.as<Module>()->dict.value()); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

// The dict for annotations: what __dict__ gives, which a subclass may have replaced.
static Result<Dict*> own_dict(Thread& t, Value self) {
  Value d = TRY(get_attr(t, self, NAME("__dict__")));
  if (!is_dict(d)) return RAISE(TypeError, "<module>.__dict__ is not a dictionary");
  return d.as<Dict>();
}
static Result<Value> get_annotate(Thread& t, Value self) {
  Dict* d = TRY(own_dict(t, self));
  Opt v = TRY(dict_get(t, d, NAME("__annotate__")));
  if (v) return v.v;
  TRY(dict_set(t, d, NAME("__annotate__"), kNone));
  return kNone;
}
static Status set_annotate(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "cannot delete __annotate__ attribute");
  Dict* d = TRY(own_dict(t, self));
  if (!v.is_none() && !is_callable(v)) return RAISE(TypeError, "__annotate__ must be callable or None");
  TRY(dict_set(t, d, NAME("__annotate__"), v));
  if (!v.is_none()) TRY(dict_pop(t, d, NAME("__annotations__")));
  return {};
}
static Result<Value> get_annotations(Thread& t, Value self) {
  Dict* d = TRY(own_dict(t, self));
  Opt old = TRY(dict_get(t, d, NAME("__annotations__")));
  if (old) return old.v;
  bool initializing = false;  // the module's body has not run to its end: nothing is kept
  if (Value spec = dict_get_str(d, NAME("__spec__")); spec && !spec.is_none()) {
    Opt i = TRY(lookup_attr(t, spec, NAME("_initializing")));
    if (i) initializing = TRY(truth(t, i.v));
  }
  Value result;
  Opt f = TRY(dict_get(t, d, NAME("__annotate__")));
  if (f && is_callable(f.v)) {
    result = TRY(call(t, f.v, small_int(1)));
    if (!is_dict(result)) return RAISE(TypeError, "__annotate__ returned non-dict of type '%.100T'", result);
  } else {
    result = Value(TRY(new_dict(t)));
  }
  if (!initializing) TRY(dict_set(t, d, NAME("__annotations__"), result));
  return result;
}
static Status set_annotations(Thread& t, Value self, Value v) {
  Dict* d = TRY(own_dict(t, self));
  if (v) {
    TRY(dict_set(t, d, NAME("__annotations__"), v));
  } else {
    Opt old = TRY(dict_pop(t, d, NAME("__annotations__")));
    if (!old) return RAISE(AttributeError, "__annotations__");
  }
  TRY(dict_pop(t, d, NAME("__annotate__")));
  return {};
}

static const MethodDef k_methods[] = {
    {"__new__", module_new, "($cls, /, *args, **kwargs)", "Create and return a new object.", MethodKind::kNew},
    {"__repr__", module_repr, "($self, /)", "Return repr(self)."},
    {"__getattribute__", module_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    k_init_row,
    {"__dir__", module_dir, "($self, /)", "Names of the module's attributes."},
};
static const GetSetDef k_getsets[] = {
    {"__dict__", get_dict, read_only, nullptr},
    {"__annotations__", get_annotations, set_annotations, nullptr},
    {"__annotate__", get_annotate, set_annotate, nullptr},
};
extern const TypeSpec module_spec = {.doc = "A module object.", .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
