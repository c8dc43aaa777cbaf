// Functions and methods of native code as Python sees them, bound (builtin_function_or_method, method-wrapper) and in their types' dicts
// (method_descriptor, wrapper_descriptor, classmethod_descriptor), and the attribute descriptors getset_descriptor and member_descriptor.
#include <string>

#include "runtime/call.h"
#include "runtime/descriptor_errors.h"
#include "types/objmodel.h"
#include "types/text_signatures.h"

namespace kaa {

static NativeFunction* N(Value v) { return v.as<NativeFunction>(); }

Result<Value> reduce_to_getattr(Thread& t, Value owner, Value name) {
  Value getattr = TRY(frame_builtin(t, NAME("getattr")));
  Tuple* args = TRY(make_tuple(t, owner, name));
  return TRY(make_tuple(t, getattr, Value(args)));
}

static bool bound_to_object(NativeFunction* f) { return f->self && !is_instance(f->self, KAA_TYPE(module)); }

// ---- names and texts
static Result<Value> native_name(Thread&, Value v) { return intern_name(N(v)->def->name); }
static Result<Value> native_doc(Thread& t, Value v) { return N(v)->def->doc ? Result<Value>(TRY(new_str(t, N(v)->def->doc))) : Result<Value>(kNone); }
static Result<Value> native_qualname(Thread& t, Value v) {
  NativeFunction* f = N(v);
  Type* of = nullptr;
  if (bound_to_object(f)) of = is_type(f->self) ? f->self.get().as<Type>() : type_of(f->self);
  else if (!f->self) of = f->owner;
  if (!of) return intern_name(f->def->name);
  return TRY(str_format(t, "%U.%s", of->has(kTypeHeap) ? of->qualname.get() : of->name.get(), f->def->name));
}
static Result<Value> descr_qualname(Thread& t, Type* owner, Str* name) {
  return TRY(str_format(t, "%U.%U", owner->has(kTypeHeap) ? owner->qualname.get() : owner->name.get(), name));
}
static Result<Value> native_descr_qualname(Thread& t, Value v) { return descr_qualname(t, N(v)->owner, intern_name(N(v)->def->name)); }

// inspect expects the bound first parameter with a dollar sign: $module of functions, $type of class methods.
static Result<Value> native_text_signature(Thread& t, Value v) {
  const MethodDef* def = N(v)->def;
  if (def->kind == MethodKind::kNew) return TRY(new_str(t, "($type, *args, **kwargs)"));  // calls of the type check the arguments
  if (!strcmp(def->name, "__init__")) return TRY(new_str(t, "($self, /, *args, **kwargs)"));
  Value owner = N(v)->owner ? Value(N(v)->owner->name) : N(v)->module.get();
  if (owner && is_str(owner)) {
    Utf8 prefix;
    TRY(str_utf8(t, owner.as<Str>(), prefix, false));
    std::string name(prefix.view());
    if (const char* text; shown_signature(name + "." + def->name, &text)) return text ? Result<Value>(TRY(new_str(t, text))) : Result<Value>(kNone);
  }
  if (!def->sig || def->sig[0] != '(') {
    if (!strcmp(def->name, "__call__")) return TRY(new_str(t, "($self, /, *args, **kwargs)"));
    if (!strcmp(def->name, "__replace__")) return TRY(new_str(t, "($self, /, **changes)"));
    return kNone;
  }
  std::string s = def->sig;
  if (def->kind == MethodKind::kFunction) {
    s = s == "()" ? "($module, /)" : s.find('/') == std::string::npos ? "($module, /, " + s.substr(1) : "($module, " + s.substr(1);
  } else if (def->kind == MethodKind::kClassMethod || def->kind == MethodKind::kNew) {
    if (s.rfind("($cls", 0) == 0) s = "($type" + s.substr(5);
  }
  return TRY(new_str(t, s));
}
static Result<Value> native_objclass(Thread&, Value v) { return Value(N(v)->owner); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

// ---- builtin_function_or_method
static Result<Value> builtin_repr(Thread& t, Args a) {
  NativeFunction* f = N(a[0]);
  if (!bound_to_object(f) && !(f->owner && f->def->kind == MethodKind::kStatic)) return TRY(str_format(t, "<built-in function %s>", f->def->name));
  Value self = f->self ? f->self.get() : Value(f->owner);
  return TRY(str_format(t, "<built-in method %s of %Q object at %p>", f->def->name, type_of(self), reinterpret_cast<void*>(self.bits())));
}
static Result<Value> native_hash(Thread& t, Args a) {
  NativeFunction* f = N(a[0]);
  int64_t h = (f->self ? identity_hash(f->self) : 0) ^ static_cast<int64_t>(reinterpret_cast<uintptr_t>(f->def) >> 4);
  return make_int(t, h == -1 ? -2 : h);
}
static Result<Value> native_eq(Thread&, Args a) {
  if (type_of(a[1]) != type_of(a[0])) return kNotImplemented;
  return Value::from_bool(N(a[0])->def == N(a[1])->def && N(a[0])->self.get() == N(a[1])->self.get());
}
static Result<Value> native_ne(Thread& t, Args a) {
  Value r = TRY(native_eq(t, a));
  return r == kNotImplemented ? r : Value::from_bool(r == kFalse);
}
static Result<Value> native_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, a[0], a.p + 1, a.n - 1 - nkw, kwnames);
}
static Result<Value> builtin_reduce(Thread& t, Args a) {
  NativeFunction* f = N(a[0]);
  Value name = intern_name(f->def->name);
  if (!bound_to_object(f)) return f->owner && f->def->kind == MethodKind::kStatic ? reduce_to_getattr(t, f->owner, name) : Result<Value>(name);
  return reduce_to_getattr(t, f->self, name);
}
static Result<Value> builtin_get_self(Thread&, Value v) {
  NativeFunction* f = N(v);
  return or_none(f->self);
}
static Result<Value> builtin_get_module(Thread&, Value v) { return or_none(N(v)->module); }
static Status builtin_set_module(Thread&, Value self, Value v) { N(self)->module.set(v); return {}; }

#define CALL_ROW {"__call__", native_call, "($self, /, *args, **kwargs)", "Call self as a function."}
#define COMPARE_ROWS                                                     \
  {"__hash__", native_hash, "($self, /)", "Return hash(self)."},         \
  {"__eq__", native_eq, "($self, value, /)", "Return self==value."},     \
  {"__ne__", native_ne, "($self, value, /)", "Return self!=value."}

static const MethodDef k_builtin_methods[] = {
    {"__repr__", builtin_repr, "($self, /)", "Return repr(self)."},
    COMPARE_ROWS,
    CALL_ROW,
    {"__reduce__", builtin_reduce, "($self, /)", "What pickle saves of the function."},
};
static const GetSetDef k_builtin_getsets[] = {
    {"__module__", builtin_get_module, builtin_set_module, nullptr},
    {"__doc__", native_doc, nullptr, nullptr},
    {"__name__", native_name, nullptr, nullptr},
    {"__qualname__", native_qualname, nullptr, nullptr},
    {"__self__", builtin_get_self, nullptr, nullptr},
    {"__text_signature__", native_text_signature, nullptr, nullptr},
};
extern const TypeSpec builtin_function_spec = {.doc = nullptr, .methods = k_builtin_methods, .getsets = k_builtin_getsets};

// ---- method-wrapper
static Result<Value> wrapper_repr(Thread& t, Args a) {
  Value self = N(a[0])->self;
  return TRY(str_format(t, "<method-wrapper '%s' of %Q object at %p>", N(a[0])->def->name, type_of(self), reinterpret_cast<void*>(self.bits())));
}
static Result<Value> wrapper_reduce(Thread& t, Args a) { return reduce_to_getattr(t, N(a[0])->self, intern_name(N(a[0])->def->name)); }
static const MethodDef k_wrapper_methods[] = {
    {"__repr__", wrapper_repr, "($self, /)", "Return repr(self)."},
    COMPARE_ROWS,
    CALL_ROW,
    {"__reduce__", wrapper_reduce, "($self, /)", "What pickle saves of the method."},
};
static const GetSetDef k_wrapper_getsets[] = {
    {"__self__", builtin_get_self, read_only, nullptr},
    {"__objclass__", native_objclass, nullptr, nullptr},
    {"__name__", native_name, nullptr, nullptr},
    {"__qualname__", native_descr_qualname, nullptr, nullptr},
    {"__doc__", native_doc, nullptr, nullptr},
    {"__text_signature__", native_text_signature, nullptr, nullptr},
};
extern const TypeSpec method_wrapper_spec = {.doc = nullptr, .methods = k_wrapper_methods, .getsets = k_wrapper_getsets};

// ---- descriptors of methods
static Result<Value> method_descr_repr(Thread& t, Args a) { return TRY(str_format(t, "<method '%s' of '%Q' objects>", N(a[0])->def->name, N(a[0])->owner)); }
static Result<Value> slot_descr_repr(Thread& t, Args a) { return TRY(str_format(t, "<slot wrapper '%s' of '%Q' objects>", N(a[0])->def->name, N(a[0])->owner)); }
static Result<Value> method_descr_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  return descr_get(t, a[0], g.obj, g.type);
}
static Result<Value> method_descr_reduce(Thread& t, Args a) { return reduce_to_getattr(t, N(a[0])->owner, intern_name(N(a[0])->def->name)); }

static Result<Value> class_descr_get(Thread& t, Args a) {
  NativeFunction* f = N(a[0]);
  Value obj = a[1].is_none() ? Value() : a[1], ty = a[2] && !a[2].is_none() ? a[2] : Value();
  if (!obj && !ty) return RAISE(TypeError, "__get__(None, None) is invalid");
  if (!ty) ty = type_of(obj);
  if (!is_type(ty)) return RAISE(TypeError, "descriptor '%s' for type '%N' needs a type, not a '%T' as arg 2", f->def->name, f->owner, ty);
  if (!is_subtype(ty.as<Type>(), f->owner))
    return RAISE(TypeError, "descriptor '%s' requires a subtype of '%N' but received '%N'", f->def->name, f->owner, ty.as<Type>());
  return descr_get(t, a[0], obj, ty.as<Type>());
}
static Result<Value> class_descr_call(Thread& t, Args a, Tuple* kwnames) {
  NativeFunction* f = N(a[0]);
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw < 2) return RAISE(TypeError, "descriptor '%s' of '%N' object needs an argument", f->def->name, f->owner);
  Value bound = TRY(class_descr_get(t, {(Value[]){a[0], kNone, a[1]}, 3}));
  return call_args(t, bound, a.p + 2, a.n - 2 - nkw, kwnames);
}

static const GetSetDef k_descr_getsets[] = {
    {"__objclass__", native_objclass, read_only, nullptr},
    {"__name__", native_name, read_only, nullptr},
    {"__doc__", native_doc, nullptr, nullptr},
    {"__qualname__", native_descr_qualname, nullptr, nullptr},
    {"__text_signature__", native_text_signature, nullptr, nullptr},
};
#define GET_ROW(fn) {"__get__", fn, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."}
static const MethodDef k_method_descr_methods[] = {
    {"__repr__", method_descr_repr, "($self, /)", "Return repr(self)."},
    CALL_ROW,
    GET_ROW(method_descr_get),
    {"__reduce__", method_descr_reduce, "($self, /)", "What pickle saves of the method."},
};
extern const TypeSpec method_descriptor_spec = {.doc = nullptr, .methods = k_method_descr_methods, .getsets = k_descr_getsets};
static const MethodDef k_slot_descr_methods[] = {
    {"__repr__", slot_descr_repr, "($self, /)", "Return repr(self)."},
    CALL_ROW,
    GET_ROW(method_descr_get),
    {"__reduce__", method_descr_reduce, "($self, /)", "What pickle saves of the method."},
};
extern const TypeSpec wrapper_descriptor_spec = {.doc = nullptr, .methods = k_slot_descr_methods, .getsets = k_descr_getsets};
static const MethodDef k_class_descr_methods[] = {
    {"__repr__", method_descr_repr, "($self, /)", "Return repr(self)."},
    {"__call__", class_descr_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    GET_ROW(class_descr_get),
};
extern const TypeSpec classmethod_descriptor_spec = {.doc = nullptr, .methods = k_class_descr_methods, .getsets = k_descr_getsets};

// ---- attributes of native types, and members made by __slots__
static Str* attr_name(Value d) {
  return IS_EXACT(d, getset_descriptor) ? intern_name(d.as<GetSetObject>()->def->name) : d.as<MemberObject>()->name.get().as<Str>();
}
static Type* attr_owner(Value d) { return IS_EXACT(d, getset_descriptor) ? d.as<GetSetObject>()->owner : d.as<MemberObject>()->owner; }

static Result<Value> attr_repr(Thread& t, Args a) {
  return TRY(str_format(t, "<%s '%U' of '%Q' objects>", IS_EXACT(a[0], getset_descriptor) ? "attribute" : "member", attr_name(a[0]), attr_owner(a[0])));
}
static Status attr_store(Thread& t, Value d, Value obj, Value v) {
  Str* name = attr_name(d);
  Type* owner = attr_owner(d);
  if (!is_instance(obj, owner)) return RAISE(TypeError, "descriptor '%U' for '%N' objects doesn't apply to a '%T' object", name, owner, obj);
  if (IS_EXACT(d, getset_descriptor)) {
    const GetSetDef* def = d.as<GetSetObject>()->def;
    if (!def->set) return not_writable(t, name, owner);
    return def->set(t, obj, v);
  }
  if (d.as<MemberObject>()->readonly) return RAISE(AttributeError, "readonly attribute");
  Field<>& slot = reinterpret_cast<Field<>&>(*(reinterpret_cast<char*>(obj.object()) + d.as<MemberObject>()->offset));
  if (!v && !slot) return RAISE(AttributeError, "%U", name);
  slot.set(v);
  return {};
}
static Result<Value> attr_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  return descr_get(t, a[0], g.obj, g.type);
}
static Result<Value> attr_set(Thread& t, Args a) { TRY(attr_store(t, a[0], a[1], a[2])); return kNone; }
static Result<Value> attr_delete(Thread& t, Args a) { TRY(attr_store(t, a[0], a[1], Value())); return kNone; }
static Result<Value> member_reduce(Thread& t, Args a) { return reduce_to_getattr(t, attr_owner(a[0]), attr_name(a[0])); }
static Result<Value> attr_get_name(Thread&, Value v) { return Value(attr_name(v)); }
static Result<Value> attr_get_objclass(Thread&, Value v) { return Value(attr_owner(v)); }
static Result<Value> attr_get_qualname(Thread& t, Value v) { return descr_qualname(t, attr_owner(v), attr_name(v)); }
static Result<Value> attr_get_doc(Thread& t, Value v) {
  if (!IS_EXACT(v, getset_descriptor)) return or_none(v.as<MemberObject>()->doc);
  const char* doc = v.as<GetSetObject>()->def->doc;
  if (!doc) return kNone;
  return TRY(new_str(t, doc));
}

static const MethodDef k_attr_methods[] = {
    {"__repr__", attr_repr, "($self, /)", "Return repr(self)."},
    GET_ROW(attr_get),
    {"__set__", attr_set, "($self, instance, value, /)", "Set an attribute of instance to value."},
    {"__delete__", attr_delete, "($self, instance, /)", "Delete an attribute of instance."},
};
static const MethodDef k_member_methods[] = {
    {"__repr__", attr_repr, "($self, /)", "Return repr(self)."},
    GET_ROW(attr_get),
    {"__set__", attr_set, "($self, instance, value, /)", "Set an attribute of instance to value."},
    {"__delete__", attr_delete, "($self, instance, /)", "Delete an attribute of instance."},
    {"__reduce__", member_reduce, "($self, /)", "What pickle saves of the member."},
};
static const GetSetDef k_attr_getsets[] = {
    {"__objclass__", attr_get_objclass, read_only, nullptr},
    {"__name__", attr_get_name, read_only, nullptr},
    {"__doc__", attr_get_doc, nullptr, nullptr},
    {"__qualname__", attr_get_qualname, nullptr, nullptr},
};
extern const TypeSpec getset_descriptor_spec = {.doc = nullptr, .methods = k_attr_methods, .getsets = k_attr_getsets};
extern const TypeSpec member_descriptor_spec = {.doc = nullptr, .methods = k_member_methods, .getsets = k_attr_getsets};

}  // namespace kaa
