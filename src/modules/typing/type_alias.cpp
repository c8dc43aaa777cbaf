// typing.TypeAliasType: what the statement `type X = ...` makes.
#include "modules/native_new.h"
#include "modules/typing/typing.h"

namespace kaa {
namespace {

struct TypeAlias : Object {
  Field<> name, params;     // params: a tuple, or empty
  Field<> value, evaluate;  // as in TypeParam
  Field<> module;           // of an alias made by a call; empty: that of the evaluate function
  template <class F> void each_field(F&& f) { f(name); f(params); f(value); f(evaluate); f(module); }
};
TypeAlias* A(Value v) { return v.as<TypeAlias>(); }
Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

Status check_params(Thread& t, Value params) {
  if (!is_tuple(params)) return RAISE(TypeError, "type_params must be a tuple");
  bool seen_default = false;
  Tuple* u = params.as<Tuple>();
  for (uint64_t i = 0; i < u->size; i++) {
    Type* ty = type_of(u->items[i]);
    if (ty != g_typing.type_var && ty != g_typing.param_spec && ty != g_typing.type_var_tuple)
      return RAISE(TypeError, "Expected a type param, got %R", u->items[i]);
    bool has = TRY(param_has_default(t, u->items[i]));
    if (has) seen_default = true;
    else if (seen_default) return RAISE(TypeError, "non-default type parameter '%R' follows default type parameter", u->items[i]);
  }
  return {};
}
Result<Value> alias_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("typealias", "($cls, name, value, *, type_params=())", 4);
  TRY(check_name(t, "typealias", p[1]));
  if (p[3]) TRY(check_params(t, p[3]));
  TypeAlias* x = TRY(alloc_as<TypeAlias>(t, g_typing.type_alias));
  x->name.init(p[1]);
  x->value.init(p[2]);
  if (p[3] && p[3].as<Tuple>()->size) x->params.init(p[3]);
  x->module.init(calling_module(t));
  return x;
}
Result<Value> alias_repr(Thread& t, Args a) { return TRY(str(t, A(a[0])->name)); }
Result<Value> alias_reduce(Thread&, Args a) { return A(a[0])->name.get(); }
Result<Value> alias_iter(Thread& t, Args a) { return iterate_unpacked(t, a[0]); }
Result<Value> alias_or(Thread& t, Args a) { return make_union(t, a[0], a[1]); }
Result<Value> alias_ror(Thread& t, Args a) { return make_union(t, a[1], a[0]); }
Result<Value> alias_getitem(Thread& t, Args a) {
  if (!A(a[0])->params) return RAISE(TypeError, "Only generic type aliases are subscriptable");
  return generic_alias(t, a[0], a[1]);
}
Result<Value> get_name(Thread&, Value v) { return A(v)->name.get(); }
Result<Value> get_params(Thread&, Value v) { return A(v)->params ? A(v)->params.get() : Value(interp().empty_tuple); }
Result<Value> get_parameters(Thread& t, Value v) {
  return A(v)->params ? unpack_parameters(t, A(v)->params) : Result<Value>(interp().empty_tuple);
}
Result<Value> get_value(Thread& t, Value v) {
  if (A(v)->value) return A(v)->value.get();
  Value r = TRY(evaluate(t, A(v)->evaluate));
  A(v)->value.set(r);
  return r;
}
Result<Value> get_evaluate(Thread& t, Value v) {
  if (A(v)->evaluate) return A(v)->evaluate.get();
  return const_evaluator(t, A(v)->value);
}
Result<Value> get_module(Thread& t, Value v) {
  if (A(v)->module) return A(v)->module.get();
  if (!A(v)->evaluate) return kNone;
  return get_attr(t, A(v)->evaluate, NAME("__module__"));
}

const MethodDef k_methods[] = {
    {"__new__", alias_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", alias_repr, "($self, /)", "Return repr(self)."},
    {"__iter__", alias_iter, "($self, /)", "Implement iter(self)."},
    {"__or__", alias_or, "($self, value, /)", "Return self|value."},
    {"__ror__", alias_ror, "($self, value, /)", "Return value|self."},
    {"__getitem__", alias_getitem, "($self, key, /)", "Return self[key]."},
    {"__reduce__", alias_reduce, "($self, /)", "The name, by which pickle finds the alias."},
};
const GetSetDef k_getsets[] = {
    {"__name__", get_name, read_only, nullptr},
    {"__parameters__", get_parameters, nullptr, nullptr},
    {"__type_params__", get_params, nullptr, nullptr},
    {"__value__", get_value, nullptr, nullptr},
    {"evaluate_value", get_evaluate, nullptr, nullptr},
    {"__module__", get_module, nullptr, nullptr},
};
const TypeSpec k_spec = {.doc = "A type alias. TypeAliasType(name, value, *, type_params=()) makes what the type statement makes.",
                         .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<TypeAlias>, .flags = kTypeWeakrefable, .module = "typing"};

}  // namespace

bool is_type_alias(Value v) { return g_typing.type_alias && type_of(v) == g_typing.type_alias; }

Status typing_init_alias(Thread& t) {
  g_typing.type_alias = TRY(make_native_type(t, "typing.TypeAliasType", nullptr, k_spec));
  return {};
}

Result<Value> make_type_alias(Thread& t, Value name, Value params, Value evaluate) {
  TRY(typing_init(t));
  TypeAlias* x = TRY(alloc_as<TypeAlias>(t, g_typing.type_alias));
  x->name.init(name);
  x->evaluate.init(evaluate);
  if (!params.is_none()) x->params.init(params);
  return x;
}

}  // namespace kaa
