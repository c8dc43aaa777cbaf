// typing.Union, which is types.UnionType: int | str. The members are flattened and without duplicates, in order of appearance.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

namespace {
struct UnionObject : Object {
  Field<> args, params;  // tuples; params made when first asked for
  template <class F> void each_field(F&& f) { f(args); f(params); }
};
Type* g_type;  // made at start-up, immortal
Tuple* members(Value v) { return v.as<UnionObject>()->args.get().as<Tuple>(); }
bool is_union(Value v) { return v.is_object() && v.object()->type() == g_type; }
}  // namespace
Type* union_type() { return g_type; }

static bool is_hashable(Value v) {
  Value h = type_of(v)->dunder(D_hash);
  return h && !h.is_none();
}

// Equal as members of a set would be: by hash, then ==; what cannot be hashed by == alone.
static Result<bool> same_member(Thread& t, Value a, Value b) {
  if (a == b) return true;
  if (is_hashable(a) != is_hashable(b)) return false;
  if (is_hashable(a)) {
    Result<int64_t> x = hash(t, a), y = x.ok() ? hash(t, b) : x;
    if (!x.ok() || !y.ok()) {
      if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
      clear_exc(t);
    } else if (x.value() != y.value()) {
      return false;
    }
  }
  return equal(t, a, b);
}

static Status add_member(Thread& t, List* l, Value v) {
  if (is_union(v)) {
    Tuple* u = members(v);
    for (uint64_t i = 0; i < u->size; i++) TRY(add_member(t, l, u->items[i]));
    return {};
  }
  if (v.is_none()) v = KAA_TYPE(NoneType);
  for (uint64_t i = 0; i < l->size; i++) {
    bool same = TRY(same_member(t, l->items[i], v));
    if (same) return {};
  }
  return list_append(t, l, v);
}

static Result<Value> finish(Thread& t, List* l) {
  if (l->size == 1) return l->items[0];
  Tuple* args = TRY(tuple_of(t, l->items, l->size));
  UnionObject* u = TRY(alloc_as<UnionObject>(t, g_type));
  u->args.init(args);
  return u;
}

Result<Value> union_of(Thread& t, Tuple* parts) {
  List* l = TRY(new_list(t));
  for (uint64_t i = 0; i < parts->size; i++) TRY(add_member(t, l, parts->items[i]));
  if (!l->size) return RAISE(TypeError, "Cannot take a Union of no types.");
  return finish(t, l);
}

static bool unionable(Value v) {
  return v.is_none() || is_type(v) || is_union(v) || is_instance(v, generic_alias_type()) || is_type_alias(v);
}

Result<Value> make_union(Thread& t, Value a, Value b) {
  if (!unionable(a) || !unionable(b)) return kNotImplemented;
  Tuple* u = TRY(make_tuple(t, a, b));
  return union_of(t, u);
}

// What Union[...] and a union's own | accept besides types is typing's to say: a str becomes a forward reference, for instance.
static Result<Value> checked(Thread& t, Value v) {
  if (unionable(v)) return v;
  Value check = TRY(import_attr(t, "typing", "_type_check"));
  Value text = TRY(new_str(t, "Union[arg, ...]: each arg must be a type."));
  return call(t, check, v, text);
}
static Result<Value> checked_union(Thread& t, const Value* p, uint64_t n) {
  Tuple* keep = TRY(tuple_of(t, p, n));
  List* l = TRY(new_list(t));
  for (uint64_t i = 0; i < n; i++) {
    Value v = TRY(checked(t, keep->items[i]));
    TRY(add_member(t, l, v));
  }
  if (!l->size) return RAISE(TypeError, "Cannot take a Union of no types.");
  return finish(t, l);
}

// ---- operations
static Result<Value> union_repr(Thread& t, Args a) {
  List* pieces = TRY(new_list(t));
  Tuple* u = members(a[0]);
  for (uint64_t i = 0; i < u->size; i++) {
    if (i) TRY(list_append(t, pieces, TRY(new_str(t, " | "))));
    TRY(append_type_repr(t, pieces, u->items[i]));
  }
  return TRY(join_text(t, pieces));
}
static Result<Value> union_hash(Thread& t, Args a) {
  Tuple* u = members(a[0]);
  for (uint64_t i = 0; i < u->size; i++)
    if (!is_hashable(u->items[i])) TRY(hash(t, u->items[i]));  // raises
  Set* s = TRY(new_set(t, true));
  for (uint64_t i = 0; i < u->size; i++) TRY(set_add(t, s, u->items[i]));
  int64_t h = TRY(hash(t, s));
  return make_int(t, h);
}
static Result<Value> union_eq(Thread& t, Args a) {
  if (!is_union(a[1])) return kNotImplemented;
  Tuple* x = members(a[0]);
  Tuple* y = members(a[1]);
  if (x->size != y->size) return kFalse;
  for (uint64_t i = 0; i < x->size; i++) {
    bool found = false;
    for (uint64_t k = 0; k < y->size && !found; k++) found = TRY(same_member(t, x->items[i], y->items[k]));
    if (!found) return kFalse;
  }
  return kTrue;
}
static Result<Value> union_ne(Thread& t, Args a) {
  Value r = TRY(union_eq(t, a));
  return r == kNotImplemented ? r : Value::from_bool(r == kFalse);
}
static Result<Value> union_or(Thread& t, Args a) {
  Value v[] = {a[0], a[1]};
  return checked_union(t, v, 2);
}
static Result<Value> union_ror(Thread& t, Args a) {
  Value v[] = {a[1], a[0]};
  return checked_union(t, v, 2);
}
static Result<Value> parameters(Thread& t, Value self) {
  UnionObject* u = self.as<UnionObject>();
  if (!u->params) {
    Value p = TRY(collect_parameters(t, u->args));
    u->params.set(p);
  }
  return u->params.get();
}
static Result<Value> union_getitem(Thread& t, Args a) {
  Value params = TRY(parameters(t, a[0]));
  Value args = TRY(substitute_parameters(t, a[0], members(a[0]), params, a[1]));
  return checked_union(t, args.as<Tuple>()->items, args.as<Tuple>()->size);
}
static Result<Value> union_mro_entries(Thread& t, Args a) { return RAISE(TypeError, "Cannot subclass %R", a[0]); }
static Result<Value> union_class_getitem(Thread& t, Args a) {
  if (is_tuple(a[1])) return checked_union(t, a.as<Tuple>(1)->items, a.as<Tuple>(1)->size);
  return checked_union(t, &a.p[1], 1);
}
static Result<Value> union_instancecheck(Thread& t, Args a) {
  bool r = TRY(isinstance(t, a[1], Value(members(a[0]))));
  return Value::from_bool(r);
}
static Result<Value> union_subclasscheck(Thread& t, Args a) {
  bool r = TRY(issubclass(t, a[1], Value(members(a[0]))));
  return Value::from_bool(r);
}

static Result<Value> get_name(Thread&, Value) { return NAME("Union"); }
static Result<Value> get_origin(Thread&, Value) { return Value(g_type); }
static Result<Value> get_args(Thread&, Value v) { return v.as<UnionObject>()->args.get(); }
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_methods[] = {
    {"__repr__", union_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", union_hash, "($self, /)", "Return hash(self)."},
    {"__eq__", union_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", union_ne, "($self, value, /)", "Return self!=value."},
    {"__or__", union_or, "($self, value, /)", "Return self|value."},
    {"__ror__", union_ror, "($self, value, /)", "Return value|self."},
    {"__getitem__", union_getitem, "($self, key, /)", "Return self[key]."},
    {"__mro_entries__", union_mro_entries, nullptr, "Always a TypeError."},
    {"__class_getitem__", union_class_getitem, "($cls, object, /)", "Union[...] of some types.", MethodKind::kClassMethod},
    {"__instancecheck__", union_instancecheck, "($self, instance, /)", "Whether the object is an instance of a member."},
    {"__subclasscheck__", union_subclasscheck, "($self, subclass, /)", "Whether the class is a subclass of a member."},
};
static const GetSetDef k_getsets[] = {
    {"__args__", get_args, read_only, nullptr},
    {"__name__", get_name, nullptr, "name of the type"},
    {"__qualname__", get_name, nullptr, "qualified name of the type"},
    {"__origin__", get_origin, nullptr, "always returns the type"},
    {"__parameters__", parameters, nullptr, "type variables in the union"},
};
static const TypeSpec k_spec = {.doc = "A union of types, such as int | str.", .methods = k_methods, .getsets = k_getsets,
                                .layout = &kLayout<UnionObject>, .flags = kTypeDisallowInstantiation | kTypeWeakrefable};

Status init_simple_namespace(Thread& t);
Status init_generic_alias(Thread& t);

Status init_object_model(Thread& t) {
  TRY(init_simple_namespace(t));
  TRY(init_generic_alias(t));
  g_type = TRY(make_native_type(t, "typing.Union", nullptr, k_spec));
  return {};
}

}  // namespace kaa
