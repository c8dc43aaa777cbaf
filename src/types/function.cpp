// function: what Python sees of a Python function. Whatever changes how a call binds or what it runs gives the function a new version, which call
// caches guard.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

static Function* F(Value v) { return v.as<Function>(); }

static void changed(Function* f) { f->version = interp().next_function_version ? interp().next_function_version++ : 0; }

static Result<Value> function_new(Thread& t, Args a, Tuple* kwnames);
static const MethodDef k_new_row{"__new__", function_new, "($cls, /, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
                                 "Create and return a new object.", MethodKind::kNew};

static Result<Value> function_new(Thread& t, Args a, Tuple* kwnames) {
  Value v[7];
  TRY(bind_row(t, "function", k_new_row, a, kwnames, v));
  if (!IS_EXACT(v[1], code)) return RAISE(TypeError, "function() argument 'code' must be code, not %T", v[1]);
  if (!is_dict(v[2])) return RAISE(TypeError, "function() argument 'globals' must be dict, not %T", v[2]);
  for (int i = 3; i < 7; i++) v[i] = or_none(v[i]);
  Code* code = v[1].as<Code>();
  if (!v[3].is_none() && !is_str(v[3])) return RAISE(TypeError, "arg 3 (name) must be None or string");
  if (!v[4].is_none() && !is_tuple(v[4])) return RAISE(TypeError, "arg 4 (defaults) must be None or tuple");
  uint64_t nfree = code->freevars ? code->freevars->size : 0;
  if (!is_tuple(v[5])) {
    if (nfree && v[5].is_none()) return RAISE(TypeError, "arg 5 (closure) must be tuple");
    if (!v[5].is_none()) return RAISE(TypeError, "arg 5 (closure) must be None or tuple");
  }
  if (!v[6].is_none() && !is_dict(v[6])) return RAISE(TypeError, "arg 6 (kwdefaults) must be None or dict");
  Tuple* closure = v[5].is_none() ? nullptr : v[5].as<Tuple>();
  uint64_t given = closure ? closure->size : 0;
  if (given != nfree) return RAISE(ValueError, "%S requires closure of length %lu, not %lu", code->name.get(), nfree, given);
  for (uint64_t i = 0; i < given; i++)
    if (!IS_EXACT(closure->items[i], cell)) return RAISE(TypeError, "arg 5 (closure) expected cell, found %T", closure->items[i]);
  Function* f = TRY(new_function(t, code, v[2].as<Dict>()));
  if (!v[3].is_none()) f->name.set(v[3]);
  if (!v[4].is_none()) f->defaults.set(v[4].as<Tuple>());
  if (closure && given) f->closure.set(closure);
  if (!v[6].is_none()) f->kwdefaults.set(v[6].as<Dict>());
  return f;
}

static Result<Value> function_repr(Thread& t, Args a) {
  return TRY(str_format(t, "<function %S at %p>", F(a[0])->qualname.get(), reinterpret_cast<void*>(a[0].bits())));
}
static Result<Value> function_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, a[0], a.p + 1, a.n - 1 - nkw, kwnames);
}
static Result<Value> function_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  return descr_get(t, a[0], g.obj, g.type);
}

// ---- attributes
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static Result<Value> get_code(Thread&, Value v) { return Value(F(v)->code.get()); }
static Status set_code(Thread& t, Value self, Value v) {
  if (!v || !IS_EXACT(v, code)) return RAISE(TypeError, "__code__ must be set to a code object");
  Function* f = F(self);
  uint64_t has = f->closure ? f->closure->size : 0, needs = v.as<Code>()->freevars ? v.as<Code>()->freevars->size : 0;
  if (has != needs) return RAISE(ValueError, "%S() requires a code object with %lu free vars, not %lu", f->name.get(), has, needs);
  constexpr uint32_t kKinds = kCoGenerator | kCoCoroutine | kCoAsyncGenerator;
  if ((f->code->flags ^ v.as<Code>()->flags) & kKinds)
    TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)"));
  f->code.set(v.as<Code>());
  changed(f);
  return {};
}
static Result<Value> get_defaults(Thread&, Value v) { return or_none(F(v)->defaults.value()); }
static Status set_defaults(Thread& t, Value self, Value v) {
  if (v && v.is_none()) v = Value();
  if (v && !is_tuple(v)) return RAISE(TypeError, "__defaults__ must be set to a tuple object");
  F(self)->defaults.set(v ? v.as<Tuple>() : nullptr);
  changed(F(self));
  return {};
}
static Result<Value> get_kwdefaults(Thread&, Value v) { return or_none(F(v)->kwdefaults.value()); }
static Status set_kwdefaults(Thread& t, Value self, Value v) {
  if (v && v.is_none()) v = Value();
  if (v && !is_dict(v)) return RAISE(TypeError, "__kwdefaults__ must be set to a dict object");
  F(self)->kwdefaults.set(v ? v.as<Dict>() : nullptr);
  changed(F(self));
  return {};
}
static Result<Value> get_closure(Thread&, Value v) { return or_none(F(v)->closure.value()); }
static Result<Value> get_builtins(Thread&, Value v) { return or_none(F(v)->builtins.value()); }

static Result<Value> get_name(Thread&, Value v) { return F(v)->name.get(); }
static Status set_name(Thread& t, Value self, Value v) {
  if (!v || !is_str(v)) return RAISE(TypeError, "__name__ must be set to a string object");
  F(self)->name.set(v);
  return {};
}
static Result<Value> get_qualname(Thread&, Value v) { return F(v)->qualname.get(); }
static Status set_qualname(Thread& t, Value self, Value v) {
  if (!v || !is_str(v)) return RAISE(TypeError, "__qualname__ must be set to a string object");
  F(self)->qualname.set(v);
  return {};
}
static Result<Value> get_doc(Thread&, Value v) { return or_none(F(v)->doc); }
static Status set_doc(Thread&, Value self, Value v) { F(self)->doc.set(v); return {}; }
static Result<Value> get_module(Thread&, Value v) { return or_none(F(v)->module); }
static Status set_module(Thread&, Value self, Value v) { F(self)->module.set(v); return {}; }

static Result<Value> get_annotations(Thread& t, Value self) {
  Function* f = F(self);
  if (f->annotations && !f->annotations.get().is_none()) return f->annotations.get();
  Value d;
  if (f->annotate && is_callable(f->annotate)) {
    d = TRY(call(t, f->annotate.get(), small_int(1)));  // annotationlib.Format.VALUE
    if (!is_dict(d)) return RAISE(TypeError, "__annotate__ returned non-dict of type '%.100T'", d);
  } else {
    d = Value(TRY(new_dict(t)));
  }
  f->annotations.set(d);
  return d;
}
static Status set_annotations(Thread& t, Value self, Value v) {
  if (v && v.is_none()) v = Value();
  if (v && !is_dict(v)) return RAISE(TypeError, "__annotations__ must be set to a dict object");
  F(self)->annotations.set(v);
  F(self)->annotate.clear();
  return {};
}
static Result<Value> get_annotate(Thread&, Value v) { return or_none(F(v)->annotate); }
static Status set_annotate(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "__annotate__ cannot be deleted");
  if (!v.is_none() && !is_callable(v)) return RAISE(TypeError, "__annotate__ must be callable or None");
  F(self)->annotate.set(v);
  if (!v.is_none()) F(self)->annotations.clear();
  return {};
}
static Result<Value> get_type_params(Thread&, Value v) {
  Value p = F(v)->type_params;
  return p ? p : Value(interp().empty_tuple);
}
static Status set_type_params(Thread& t, Value self, Value v) {
  if (!v || !is_tuple(v)) return RAISE(TypeError, "__type_params__ must be set to a tuple");
  F(self)->type_params.set(v);
  return {};
}

static const MethodDef k_methods[] = {
    k_new_row,
    {"__repr__", function_repr, "($self, /)", "Return repr(self)."},
    {"__call__", function_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__get__", function_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
};
static const GetSetDef k_getsets[] = {
    {"__closure__", get_closure, read_only, nullptr},
    {"__builtins__", get_builtins, read_only, nullptr},
    {"__code__", get_code, set_code, nullptr},
    {"__defaults__", get_defaults, set_defaults, nullptr},
    {"__kwdefaults__", get_kwdefaults, set_kwdefaults, nullptr},
    {"__annotations__", get_annotations, set_annotations, "annotations, made by __annotate__ when first asked for"},
    {"__annotate__", get_annotate, set_annotate, "the function that makes the annotations"},
    {"__dict__", get_dict_attr, set_dict_attr, nullptr},
    {"__doc__", get_doc, set_doc, nullptr},
    {"__module__", get_module, set_module, nullptr},
    {"__name__", get_name, set_name, nullptr},
    {"__qualname__", get_qualname, set_qualname, nullptr},
    {"__type_params__", get_type_params, set_type_params, "declared type parameters"},
};
// __globals__ is a member, as in CPython: types.MemberDescriptorType is its type.
static Status function_init(Thread& t, Type* ty) {
  MemberObject* m = TRY(alloc<MemberObject>(t, KAA_SHAPE(member_descriptor)));
  m->owner.init(ty);
  m->offset = offsetof(Function, globals);
  m->readonly = true;
  m->name.init(NAME("__globals__"));
  return dict_set(t, ty->dict, NAME("__globals__"), m);
}
extern const TypeSpec function_spec = {
    .doc = "A function written in Python.", .methods = k_methods, .getsets = k_getsets, .init = function_init};

}  // namespace kaa
