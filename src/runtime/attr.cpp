// Attribute access: descriptors, instances, types, modules.
#include "runtime/descriptor_errors.h"
#include "runtime/module_errors.h"
#include "runtime/signature.h"
#include "runtime/types.h"

namespace kaa {

static Value* member_slot(Object* o, MemberObject* m) {
  Type* ty = o->type();
  if (UNLIKELY(ty->has(kTypeVarSized)) && ty->slots_offset && m->offset >= ty->slots_offset)  // behind the items
    return attr_words_var(o) - (ty->basicsize - m->offset) / sizeof(Value);
  return reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + m->offset);
}

bool is_data_descriptor(Value v) {
  if (!v.is_object()) return false;
  Type* ty = v.object()->type();
  if (ty == KAA_TYPE(function) || ty == KAA_TYPE(method_descriptor)) return false;
  if (ty == KAA_TYPE(property) || ty == KAA_TYPE(member_descriptor) || ty == KAA_TYPE(getset_descriptor)) return true;
  return ty->dunder(D_set) || ty->dunder(D_delete);
}

static Result<Value> bound_method(Thread& t, Value f, Value self) {
  BoundMethod* m = TRY(alloc<BoundMethod>(t, KAA_SHAPE(method)));
  m->func.init(f);
  m->self.init(self);
  return m;
}

Result<Value> descr_get(Thread& t, Value d, Value obj, Type* ty) {
  if (!d.is_object()) return d;
  Type* dt = d.object()->type();
  if (dt == KAA_TYPE(function)) return obj ? bound_method(t, d, obj) : Result<Value>(d);
  if (dt == KAA_TYPE(method_descriptor) || dt == KAA_TYPE(wrapper_descriptor)) {
    if (!obj) return d;
    NativeFunction* f = d.as<NativeFunction>();
    if (!is_instance(obj, f->owner))
      return RAISE(TypeError, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", f->def->name, f->owner, obj);
    NativeFunction* b = TRY(alloc<NativeFunction>(t, dt == KAA_TYPE(wrapper_descriptor) ? KAA_SHAPE(method_wrapper) : KAA_SHAPE(builtin_function)));
    b->def = f->def;
    b->sig = signature_of(f);
    b->owner = f->owner;
    b->self.init(obj);
    return b;
  }
  if (dt == KAA_TYPE(getset_descriptor)) {
    if (!obj) return d;
    GetSetObject* g = d.as<GetSetObject>();
    if (!is_instance(obj, g->owner))
      return RAISE(TypeError, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", g->def->name, g->owner.get(), obj);
    TRY(native_enter(t));
    return g->def->get(t, obj);
  }
  if (dt == KAA_TYPE(member_descriptor)) {
    if (!obj) return d;
    MemberObject* m = d.as<MemberObject>();
    if (!is_instance(obj, m->owner))
      return RAISE(TypeError, "descriptor '%S' for '%N' objects doesn't apply to a '%T' object", m->name.get(), m->owner.get(), obj);
    Value v = *member_slot(obj.object(), m);
    if (v) return v;
    static_cast<void>(RAISE(AttributeError, "'%F' object has no attribute '%S'", obj, m->name.get()));
    if (t.exc && is_instance(t.exc, KAA_TYPE(AttributeError))) {
      t.exc.as<ExcNameObj>()->name.set(m->name.get());
      t.exc.as<ExcNameObj>()->obj.set(obj);
    }
    return Error{};
  }
  if (dt == KAA_TYPE(staticmethod)) return d.as<WrapperObject>()->callable.get();
  if (dt == KAA_TYPE(classmethod_descriptor)) {
    NativeFunction* f = d.as<NativeFunction>();
    if (!ty) ty = type_of(obj);
    NativeFunction* b = TRY(alloc<NativeFunction>(t, KAA_SHAPE(builtin_function)));
    b->def = f->def;
    b->sig = signature_of(f);
    b->owner = f->owner;
    b->self.init(ty);
    return b;
  }
  if (dt == KAA_TYPE(classmethod)) {
    if (!ty) ty = type_of(obj);
    Value c = d.as<WrapperObject>()->callable;
    if (!c) return RAISE(RuntimeError, "uninitialized classmethod object");
    if (type_of(c) == KAA_TYPE(function)) return bound_method(t, c, ty);
    return bound_method(t, c, ty);
  }
  if (!dt->dunder(D_get)) return d;
  return call_dunder(t, D_get, d, obj ? obj : kNone, ty ? Value(ty) : kNone);
}

static Status descr_set(Thread& t, Value d, Value obj, Str* name, Value v) {
  Type* dt = d.object()->type();
  if (dt == KAA_TYPE(member_descriptor)) {
    MemberObject* m = d.as<MemberObject>();
    if (!is_instance(obj, m->owner))
      return RAISE(TypeError, "descriptor '%U' for '%N' objects doesn't apply to a '%T' object", name, m->owner.get(), obj);
    if (m->readonly) return RAISE(AttributeError, "readonly attribute");
    Value* p = member_slot(obj.object(), m);
    if (!v && !*p) return RAISE(AttributeError, "%U", name);
    Value old = *p;
    inc_into(v, obj.object());
    *p = v;
    dec(old);
    return {};
  }
  if (dt == KAA_TYPE(getset_descriptor)) {
    GetSetObject* g = d.as<GetSetObject>();
    if (!is_instance(obj, g->owner))
      return RAISE(TypeError, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", g->def->name, g->owner.get(), obj);
    if (!g->def->set) return not_writable(t, name, g->owner);
    return g->def->set(t, obj, v);
  }
  if (v) {
    if (!dt->dunder(D_set)) return RAISE(AttributeError, "__set__");
    TRY(call_dunder(t, D_set, d, obj, v));
  } else {
    if (!dt->dunder(D_delete)) return RAISE(AttributeError, "__delete__");
    TRY(call_dunder(t, D_delete, d, obj));
  }
  return {};
}

// AttributeError with name and obj set, so that suggestions can be made.
Status set_attribute_error(Thread& t, Value obj, Str* name) {
  static_cast<void>(is_type(obj) ? RAISE(AttributeError, "type object '%U' has no attribute '%U'", obj.as<Type>()->name.get(), name)
                                 : RAISE(AttributeError, "'%T' object has no attribute '%U'", obj, name));
  if (t.exc && is_instance(t.exc, KAA_TYPE(AttributeError))) {
    t.exc.as<ExcNameObj>()->name.set(name);
    t.exc.as<ExcNameObj>()->obj.set(obj);
  }
  return Error{};
}

// Whether a class attribute goes before the instance's own.
static bool overrides_instance(Value d) {
  if (!is_data_descriptor(d)) return false;
  return static_cast<bool>(d.object()->type()->dunder(D_get));
}

static Value own_attr(Object* o, Type* ty, Str* name) {
  if (ty->attr_offset) return shape_get(o, name);
  if (ty->has(kTypeHasDict))
    if (Field<Dict*>* f = native_dict_field(o)) return *f ? dict_get_str(f->get(), name) : Value();
  return Value();
}

Value unbound_method(Value o, Str* name) {
  Type* ty = type_of(o);
  if (UNLIKELY(ty->has(kTypeCustomGetattribute))) return {};
  Value d = type_lookup(ty, name);
  if (!d || !(IS_EXACT(d, function) || IS_EXACT(d, method_descriptor))) return {};
  if (o.is_object() && (ty->attr_offset || ty->has(kTypeHasDict)) && own_attr(o.object(), ty, name)) return {};
  return d;
}

Result<Opt> generic_lookup_attr(Thread& t, Value o, Str* name) {
  Type* ty = type_of(o);
  Value d = type_lookup(ty, name);
  if (d && overrides_instance(d)) {
    Value v = TRY(descr_get(t, d, o, ty));
    return Opt{v};
  }
  if (ty->has(kTypeType)) {  // object.__getattribute__ of a class: what its own dict holds, unbound
    if (Value v = o.as<Type>()->has(kTypeHeap) ? dict_get_str(o.as<Type>()->dict, name) : Value()) return Opt{v};
  } else if (o.is_object() && (ty->attr_offset || ty->has(kTypeHasDict))) {
    if (Value v = own_attr(o.object(), ty, name)) return Opt{v};
  }
  if (d) {
    Value v = TRY(descr_get(t, d, o, ty));
    return Opt{v};
  }
  return Opt{};
}

Result<Value> generic_get_attr(Thread& t, Value o, Str* name) {
  Opt v = TRY(generic_lookup_attr(t, o, name));
  if (v) return v.v;
  TRY(set_attribute_error(t, o, name));
  return Error{};
}

// type.__getattribute__: the metaclass's data descriptors, then the type's own mro (bound as on the class), then the metaclass.
Result<Opt> type_lookup_attr(Thread& t, Type* ty, Str* name) {
  Type* meta = ty->type();
  Value d = type_lookup(meta, name);
  if (d && overrides_instance(d)) {
    Value v = TRY(descr_get(t, d, ty, meta));
    return Opt{v};
  }
  if (Value a = type_lookup(ty, name)) {
    Value v = TRY(descr_get(t, a, Value(), ty));
    return Opt{v};
  }
  if (d) {
    Value v = TRY(descr_get(t, d, ty, meta));
    return Opt{v};
  }
  return Opt{};
}

// Module attributes: then the module's own __getattr__.
static Result<Opt> module_lookup_attr(Thread& t, Value o, Str* name) {
  Opt v = TRY(generic_lookup_attr(t, o, name));
  if (v) return v;
  Dict* d = o.as<Module>()->dict;
  if (!d) return Opt{};
  Value g = dict_get_str(d, dunder_name(D_getattr));
  if (!g) return Opt{};
  Value r = TRY(call(t, g, name));
  return Opt{r};
}

// An AttributeError of Python code that does not say what was missing is told.
static Result<Value> with_missing_name(Thread& t, Value o, Str* name, Result<Value> r) {
  if (r.ok() || !t.exc || !is_instance(t.exc, KAA_TYPE(AttributeError))) return r;
  ExcNameObj* e = t.exc.as<ExcNameObj>();
  auto unset = [](Value v) { return !v || v.is_none(); };
  if (unset(e->name) && unset(e->obj)) {
    e->name.set(name);
    e->obj.set(o);
  }
  return r;
}

static Result<Value> slow_get_attr(Thread& t, Value o, Type* ty, Str* name) {
  Result<Value> r = call_dunder(t, D_getattribute, o, name);
  if (!r.ok() && ty->has(kTypeHasGetattr) && exc_matches(t, KAA_TYPE(AttributeError))) {
    clear_exc(t);
    r = call_dunder(t, D_getattr, o, name);
  }
  return with_missing_name(t, o, name, r);
}

static bool native_module_getattribute(Type* ty) { return ty->has(kTypeCustomGetattribute) && !ty->has(kTypeForeignDunder) && ty->dunder(D_getattribute) == KAA_TYPE(module)->dunder(D_getattribute); }
static bool native_type_getattribute(Type* ty) { return ty->dunder(D_getattribute) == KAA_TYPE(type)->dunder(D_getattribute); }

Result<Value> get_attr(Thread& t, Value o, Str* name) {
  Type* ty = type_of(o);
  if (LIKELY(!ty->has(kTypeCustomGetattribute))) {
    Result<Opt> r = generic_lookup_attr(t, o, name);
    if (r.ok() && r.value()) return r.value().v;
    if (UNLIKELY(ty->has(kTypeHasGetattr))) {
      if (!r.ok()) {
        if (!exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
        clear_exc(t);
      }
      return with_missing_name(t, o, name, call_dunder(t, D_getattr, o, name));
    }
    if (!r.ok()) return Error{};
    TRY(set_attribute_error(t, o, name));
    return Error{};
  }
  if (ty->has(kTypeType) && native_type_getattribute(ty) && !ty->has(kTypeHasGetattr)) {
    Opt v = TRY(type_lookup_attr(t, o.as<Type>(), name));
    if (v) return v.v;
    TRY(set_attribute_error(t, o, name));
    return Error{};
  }
  if (native_module_getattribute(ty) && !ty->has(kTypeHasGetattr)) {
    Opt v = TRY(module_lookup_attr(t, o, name));
    if (v) return v.v;
    return raise_module_attribute(t, o, name);
  }
  return slow_get_attr(t, o, ty, name);
}

Result<Opt> lookup_attr(Thread& t, Value o, Str* name) {
  Type* ty = type_of(o);
  if (LIKELY(!ty->has(kTypeCustomGetattribute | kTypeHasGetattr))) {
    Result<Opt> r = generic_lookup_attr(t, o, name);
    if (r.ok() || !exc_matches(t, KAA_TYPE(AttributeError))) return r;
    clear_exc(t);
    return Opt{};
  }
  // Classes and modules: a miss makes no exception.
  if (!ty->has(kTypeHasGetattr) && ((ty->has(kTypeType) && native_type_getattribute(ty)) || native_module_getattribute(ty))) {
    Result<Opt> v = ty->has(kTypeType) ? type_lookup_attr(t, o.as<Type>(), name) : module_lookup_attr(t, o, name);
    if (v.ok() || !exc_matches(t, KAA_TYPE(AttributeError))) return v;
    clear_exc(t);
    return Opt{};
  }
  Result<Value> r = get_attr(t, o, name);
  if (r.ok()) return Opt{r.value()};
  if (!exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
  clear_exc(t);
  return Opt{};
}

Result<Value> module_get_attr(Thread& t, Value o, Str* name) {
  Opt v = TRY(module_lookup_attr(t, o, name));
  if (v) return v.v;
  return raise_module_attribute(t, o, name);
}

Status generic_set_attr(Thread& t, Value o, Str* name, Value v) {
  Type* ty = type_of(o);
  Value d = type_lookup(ty, name);
  if (d && is_data_descriptor(d)) return descr_set(t, d, o, name, v);
  if (o.is_object()) {
    if (ty->attr_offset) {
      if (!name->flag(kStrInterned)) name = TRY(intern(t, name));
      if (v) return shape_set(t, o.object(), name, v);
      bool found = TRY(shape_delete(t, o.object(), name));
      if (found) return {};
      return set_attribute_error(t, o, name);
    }
    if (ty->has(kTypeHasDict)) {
      Dict* dict = TRY(instance_dict(t, o.object()));
      if (v) return dict_set(t, dict, name, v);
      Opt old = TRY(dict_pop(t, dict, name));
      if (old) return {};
      return set_attribute_error(t, o, name);
    }
  }
  if (d) return RAISE(AttributeError, "'%T' object attribute '%U' is read-only", o, name);
  if (!ty->has(kTypeHasDict)) {
    static_cast<void>(RAISE(AttributeError, "'%T' object has no attribute '%U'%s", o, name, has_own_setattr(ty) ? "" : " and no __dict__ for setting new attributes"));
    if (t.exc && is_instance(t.exc, KAA_TYPE(AttributeError))) {
      t.exc.as<ExcNameObj>()->name.set(name);
      t.exc.as<ExcNameObj>()->obj.set(o);
    }
    return Error{};
  }
  return set_attribute_error(t, o, name);
}

// type.__setattr__
Status type_generic_set_attr(Thread& t, Type* ty, Str* name, Value v) {
  if (ty->has(kTypeImmutable)) return RAISE(TypeError, "cannot set '%U' attribute of immutable type '%N'", name, ty);
  Value d = type_lookup(ty->type(), name);
  if (d && is_data_descriptor(d)) {
    TRY(descr_set(t, d, ty, name, v));
    return {};
  }
  name = TRY(intern(t, name));
  return type_set_attr(t, ty, name, v);
}

Status set_attr(Thread& t, Value o, Str* name, Value v) {
  Type* ty = type_of(o);
  if (LIKELY(!ty->has(kTypeCustomSetattr))) return generic_set_attr(t, o, name, v);
  if (ty->has(kTypeType) && ty->dunder(D_setattr) == KAA_TYPE(type)->dunder(D_setattr) && ty->dunder(D_delattr) == KAA_TYPE(type)->dunder(D_delattr))
    return type_generic_set_attr(t, o.as<Type>(), name, v);
  if (v) TRY(call_dunder(t, D_setattr, o, name, v));
  else TRY(call_dunder(t, D_delattr, o, name));
  return {};
}

Result<Opt> lookup_special(Thread& t, Value o, Str* name) {
  Type* ty = type_of(o);
  Value d = type_lookup(ty, name);
  if (!d) return Opt{};
  Value v = TRY(descr_get(t, d, o, ty));
  return Opt{v};
}

Result<Value> get_dict_attr(Thread& t, Value o) {
  Type* ty = type_of(o);
  if (!o.is_object() || !ty->has(kTypeHasDict)) { TRY(set_attribute_error(t, o, NAME("__dict__"))); }
  return TRY(instance_dict(t, o.object()));
}
Status set_dict_attr(Thread& t, Value o, Value d) {
  if (!d) return RAISE(TypeError, "cannot delete __dict__");
  if (!is_dict(d)) return RAISE(TypeError, "__dict__ must be set to a dictionary, not a '%T'", d);
  Object* obj = o.object();
  if (Field<Dict*>* f = native_dict_field(obj)) { f->set(d.as<Dict>()); return {}; }
  TRY(instance_dict(t, obj));
  Value* w = attr_words(obj);
  Value old = w[0];
  inc_into(d, obj);
  w[0] = d;
  dec(old);
  return {};
}

Result<Value> import_attr(Thread& t, const char* module, const char* name) {
  Value m = TRY(import_module(t, module));
  return get_attr(t, m, intern_name(name));
}

}  // namespace kaa
