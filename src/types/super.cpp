// super: attribute lookup that starts behind a class in the method resolution order.
#include "runtime/call.h"
#include "runtime/traceback.h"
#include "types/objmodel.h"

namespace kaa {

Result<Type*> super_check(Thread& t, Type* start, Value obj) {
  if (is_type(obj) && is_subtype(obj.as<Type>(), start)) return obj.as<Type>();
  Type* ty = type_of(obj);
  if (is_subtype(ty, start)) return ty;
  Opt cls = TRY(lookup_attr(t, obj, dunder_name(D_class)));  // a proxy may claim another class
  if (cls && is_type(cls.v) && cls.v != Value(ty) && is_subtype(cls.v.as<Type>(), start)) return cls.v.as<Type>();
  if (is_type(obj))
    return RAISE(TypeError, "super(type, obj): obj (type %N) is not an instance or subtype of type (%N).", obj.as<Type>(), start);
  return RAISE(TypeError, "super(type, obj): obj (instance of %T) is not an instance or subtype of type (%N).", obj, start);
}

Result<Opt> super_lookup(Thread& t, Type* start, Type* obj_type, Value obj, Str* name) {
  Tuple* mro = obj_type->mro;
  if (!mro) return Opt{};
  uint64_t i = 0;
  while (i < mro->size && mro->items[i] != Value(start)) i++;
  for (i++; i < mro->size; i++) {
    Value v = dict_get_str(mro->items[i].as<Type>()->dict, name);
    if (!v) continue;
    Value r = TRY(descr_get(t, v, obj == Value(obj_type) ? Value() : obj, obj_type));
    return Opt{r};
  }
  return Opt{};
}

// super() without arguments: the first argument of the calling function, and its __class__ cell.
static Status from_frame(Thread& t, Value& type, Value& obj) {
  Frame* f = t.frame;
  if (!f) return RAISE(RuntimeError, "super(): no current frame");
  Code* c = f->code;
  if (c->argcount == 0) return RAISE(RuntimeError, "super(): no arguments");
  obj = f->regs[0];
  if (c->cellvars->size && c->cell_regs[0] == 0 && obj && IS_EXACT(obj, cell)) obj = obj.as<CellObject>()->contents;
  if (!obj) return RAISE(RuntimeError, "super(): arg[0] deleted");
  for (uint64_t i = 0; c->freevars && i < c->freevars->size; i++) {
    if (!str_equal_ascii(c->freevars->items[i].as<Str>(), "__class__")) continue;
    Value cell = variable_slot(c, f->regs, c->nlocals, c->free_base + static_cast<uint32_t>(i));
    if (!cell || !IS_EXACT(cell, cell)) return RAISE(RuntimeError, "super(): bad __class__ cell");
    type = cell.as<CellObject>()->contents;
    if (!type) return RAISE(RuntimeError, "super(): empty __class__ cell");
    if (!is_type(type)) return RAISE(RuntimeError, "super(): __class__ is not a type (%T)", type);
    return {};
  }
  return RAISE(RuntimeError, "super(): __class__ cell not found");
}

static Result<Value> super_new(Thread& t, Args a, Tuple*) { return TRY(alloc_as<SuperObject>(t, a.as<Type>(0))); }

static Result<Value> super_init(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "super() takes no keyword arguments");
  if (a.n > 3) return RAISE(TypeError, "super() expected at most 2 arguments, got %u", a.n - 1);
  SuperObject* s = a.as<SuperObject>(0);
  Value type = a[1], obj = a[2];
  if (type && !is_type(type)) return RAISE(TypeError, "super() argument 1 must be a type, not %N", type_of(type));
  if (!type) TRY(from_frame(t, type, obj));
  if (obj && obj.is_none()) obj = Value();
  Type* obj_type = obj ? TRY(super_check(t, type.as<Type>(), obj)) : nullptr;
  s->type.set(type.as<Type>());
  s->obj.set(obj);
  s->obj_type.set(obj_type);
  return kNone;
}

static Result<Value> super_repr(Thread& t, Args a) {
  SuperObject* s = a.as<SuperObject>(0);
  Str* name = s->type ? s->type->name.get() : TRY(new_str(t, "NULL"));
  if (s->obj_type) return TRY(str_format(t, "<super: <class '%U'>, <%N object>>", name, s->obj_type.get()));
  return TRY(str_format(t, "<super: <class '%U'>, NULL>", name));
}

static Result<Value> super_getattribute(Thread& t, Args a) {
  SuperObject* s = a.as<SuperObject>(0);
  Str* name = TRY(attribute_name(t, a[1]));
  if (s->obj_type && name != dunder_name(D_class)) {
    Opt v = TRY(super_lookup(t, s->type, s->obj_type, s->obj, name));
    if (v) return v.v;
  }
  return generic_get_attr(t, a[0], name);
}

static Result<Value> super_get(Thread& t, Args a) {
  GetArgs g = TRY(get_arguments(t, a));
  SuperObject* s = a.as<SuperObject>(0);
  if (!g.obj || s->obj || !s->type) return a[0];  // bound already, or nothing to bind to (or with: never initialized)
  if (s->Object::type() != KAA_TYPE(super)) return call(t, s->Object::type(), Value(s->type.get()), g.obj);
  Type* obj_type = TRY(super_check(t, s->type, g.obj));
  SuperObject* n = TRY(alloc<SuperObject>(t, KAA_SHAPE(super)));
  n->type.init(s->type);
  n->obj.init(g.obj);
  n->obj_type.init(obj_type);
  return n;
}

static Result<Value> get_thisclass(Thread&, Value v) { return or_none(v.as<SuperObject>()->type.value()); }
static Result<Value> get_self(Thread&, Value v) { return or_none(v.as<SuperObject>()->obj.value()); }
static Result<Value> get_self_class(Thread&, Value v) { return or_none(v.as<SuperObject>()->obj_type.value()); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_methods[] = {
    {"__new__", super_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", super_repr, "($self, /)", "Return repr(self)."},
    {"__getattribute__", super_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    {"__get__", super_get, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."},
    {"__init__", super_init, "($self, /, *args, **kwargs)", "Initialize self."},
};
static const GetSetDef k_getsets[] = {
    {"__thisclass__", get_thisclass, read_only, "the class that lookup starts behind"},
    {"__self__", get_self, read_only, "the instance; None if unbound"},
    {"__self_class__", get_self_class, read_only, "the class whose method resolution order is used; None if unbound"},
};
extern const TypeSpec super_spec = {
    .doc = "super() and super(type[, object-or-type]): attributes of the classes behind `type` in the method resolution order.",
    .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
