// _typing: the parts of typing that the language itself needs. Generic, NoDefault, the intrinsics of the compiler's generic syntax.
#include "objects/traits.h"  // the layout of object
#include "interp/generator.h"
#include "modules/native_new.h"
#include "modules/typing/typing.h"

namespace kaa {

TypingTypes g_typing;
Result<Value> make_type_alias(Thread& t, Value name, Value params, Value evaluate);  // type_alias.cpp

// ---- helpers of the folder
constexpr int kFormatValue = 1, kFormatString = 4;  // annotationlib.Format

Result<Value> evaluate(Thread& t, Value function) { return call(t, function, small_int(kFormatValue)); }
Result<Value> unpack_parameter(Thread& t, Value v) {
  Value unpack = TRY(import_attr(t, "typing", "Unpack"));
  return get_item(t, unpack, v);
}
Result<Value> unpack_parameters(Thread& t, Value params) {
  List* l = TRY(list_from(t, params));
  for (uint64_t i = 0; i < l->size; i++) {
    if (type_of(l->items[i]) != g_typing.type_var_tuple) continue;
    Value v = TRY(unpack_parameter(t, l->items[i]));
    TRY(set_item(t, l, small_int(static_cast<int64_t>(i)), v));
  }
  return TRY(tuple_of(t, l->items, l->size));
}
Result<Value> typing_union(Thread& t, Value a, Value b) {
  Tuple* u = TRY(make_tuple(t, a, b));
  return get_item(t, union_type(), u);
}
Result<Value> iterate_unpacked(Thread& t, Value v) {
  Value unpacked = TRY(unpack_parameter(t, v));
  Tuple* u = TRY(make_tuple(t, unpacked));
  return get_iter(t, u);
}
Value calling_module(Thread& t) {
  Frame* f = t.frame;
  if (!f || !f->func) return Value();
  if (f->func->module) return f->func->module.get();
  return f->func->globals ? dict_get_str(f->func->globals, NAME("__name__")) : Value();
}
Status check_name(Thread& t, const char* fname, Value name) {
  if (is_str(name)) return {};
  return RAISE(TypeError, "%s() argument 'name' must be str, not %T", fname, name);
}

namespace {

// ---- evaluate functions of constants
struct ConstEvaluator : Object {
  Field<> value;
  template <class F> void each_field(F&& f) { f(value); }
};
Result<Value> evaluator_repr(Thread& t, Args a) { return TRY(str_format(t, "<constevaluator %R>", a.as<ConstEvaluator>(0)->value.get())); }
Result<Value> evaluator_call(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "constevaluator.__call__() takes no keyword arguments");
  if (a.n != 2) return RAISE(TypeError, "constevaluator.__call__() takes exactly 1 argument (%u given)", a.n - 1);
  int format = TRY(to_cint(t, a[1]));
  Value v = a.as<ConstEvaluator>(0)->value;
  if (format != kFormatString) return v;
  List* pieces = TRY(new_list(t));
  if (!is_tuple(v)) {
    TRY(append_type_repr(t, pieces, v));
    return TRY(join_text(t, pieces));
  }
  TRY(list_append(t, pieces, NAME("(")));
  for (uint64_t i = 0; i < v.as<Tuple>()->size; i++) {
    if (i) TRY(list_append(t, pieces, NAME(", ")));
    TRY(append_type_repr(t, pieces, v.as<Tuple>()->items[i]));
  }
  TRY(list_append(t, pieces, NAME(")")));
  return TRY(join_text(t, pieces));
}
const MethodDef k_evaluator[] = {
    {"__repr__", evaluator_repr, "($self, /)", "Return repr(self)."},
    {"__call__", evaluator_call, nullptr, "The value, or its text for Format.STRING."},
};
const TypeSpec k_evaluator_spec = {.doc = "Evaluates to a value that is there already.", .methods = k_evaluator, .layout = &kLayout<ConstEvaluator>,
                                   .flags = kTypeDisallowInstantiation};

// ---- NoDefault
Result<Value> no_default_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n > 1) return RAISE(TypeError, "NoDefaultType takes no arguments");
  return g_typing.no_default;
}
Result<Value> no_default_repr(Thread&, Args) { return NAME("typing.NoDefault"); }
Result<Value> no_default_reduce(Thread&, Args) { return NAME("NoDefault"); }
const MethodDef k_no_default[] = {
    {"__new__", no_default_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", no_default_repr, "($self, /)", "Return repr(self)."},
    {"__reduce__", no_default_reduce, "($self, /)", "The name, by which pickle finds it."},
};
const TypeSpec k_no_default_spec = {.doc = "The type of the NoDefault singleton.", .methods = k_no_default, .layout = &kLayout<Object>};

// ---- Generic: typing.py does the work
Result<Value> to_typing(Thread& t, const char* name, Args a, Tuple* kwnames) {
  Value f = TRY(import_attr(t, "typing", name));
  return call_args(t, f, a.p, a.n - (kwnames ? kwnames->size : 0), kwnames);
}
Result<Value> generic_class_getitem(Thread& t, Args a, Tuple* kwnames) { return to_typing(t, "_generic_class_getitem", a, kwnames); }
Result<Value> generic_init_subclass(Thread& t, Args a, Tuple* kwnames) { return to_typing(t, "_generic_init_subclass", a, kwnames); }
const MethodDef k_generic[] = {
    {"__class_getitem__", generic_class_getitem, nullptr, "The generic class with type arguments.", MethodKind::kClassMethod},
    {"__init_subclass__", generic_init_subclass, nullptr, "Notes the type parameters of a new generic class.", MethodKind::kClassMethod},
};
const TypeSpec k_generic_spec = {.doc = "The base of generic classes: class Pair[A, B], or class Pair(Generic[A, B]).",
                                 .methods = k_generic, .layout = &kLayout<Object>, .flags = kTypeBase};

}  // namespace

Result<Value> const_evaluator(Thread& t, Value v) {
  ConstEvaluator* e = TRY(alloc_as<ConstEvaluator>(t, g_typing.const_evaluator));
  e->value.init(v);
  return e;
}

Status typing_init(Thread& t) {
  if (g_typing.no_default) return {};
  TRY(typing_init_params(t));
  TRY(typing_init_alias(t));
  g_typing.generic = TRY(make_native_type(t, "typing.Generic", nullptr, k_generic_spec));
  g_typing.const_evaluator = TRY(make_native_type(t, "_typing._ConstEvaluator", nullptr, k_evaluator_spec));
  g_typing.no_default_type = TRY(make_native_type(t, "NoDefaultType", nullptr, k_no_default_spec));
  TRY(dict_pop(t, g_typing.no_default_type->dict, NAME("__module__")));  // the object has none: pickle looks for its name everywhere
  Object* o = TRY(alloc_instance(t, g_typing.no_default_type));
  o->rc |= kImmortal;
  g_typing.no_default = o;
  return {};
}

// ---- what the compiler asks for
static Result<Value> new_type_param(Thread& t, Type* type, Value name, Field<> TypeParam::*function = nullptr, Value evaluate = Value()) {
  TypeParam* p = TRY(alloc_as<TypeParam>(t, type));
  p->name.init(name);
  p->infer_variance = type != g_typing.type_var_tuple;
  if (function) (p->*function).init(evaluate);
  return p;
}
Result<Value> typing_intrinsic(Thread& t, Intrinsic i, Value* a) {
  TRY(typing_init(t));
  // What code that was not compiled may get wrong.
  Type* ty = type_of(a[0]);
  if (i == Intrinsic::SetTypeparamDefault ? ty != g_typing.type_var && ty != g_typing.param_spec && ty != g_typing.type_var_tuple : i != Intrinsic::SubscriptGeneric && !is_str(a[0]))
    return RAISE(SystemError, "a type parameter or its name is a %T", a[0]);
  switch (i) {
    case Intrinsic::TypeVar: return new_type_param(t, g_typing.type_var, a[0]);
    case Intrinsic::TypeVarWithBound: return new_type_param(t, g_typing.type_var, a[0], &TypeParam::evaluate_bound, a[1]);
    case Intrinsic::TypeVarWithConstraints: return new_type_param(t, g_typing.type_var, a[0], &TypeParam::evaluate_constraints, a[1]);
    case Intrinsic::ParamSpec: return new_type_param(t, g_typing.param_spec, a[0]);
    case Intrinsic::TypeVarTuple: return new_type_param(t, g_typing.type_var_tuple, a[0]);
    case Intrinsic::SetTypeparamDefault: a[0].as<TypeParam>()->evaluate_default.set(a[1]); return a[0];
    case Intrinsic::SubscriptGeneric: {
      Value params = TRY(unpack_parameters(t, a[0]));
      return typing_call(t, "_GenericAlias", Value(g_typing.generic), params);
    }
    case Intrinsic::TypeAlias: return make_type_alias(t, a[0], a[1], a[2]);
    default: return RAISE(SystemError, "unknown intrinsic");
  }
}

// ---- the module
static Result<Value> idfunc(Thread&, Args a) { return a[0]; }
static const MethodDef k_functions[] = {{"_idfunc", idfunc, "(x, /)", "Gives back its argument.", MethodKind::kFunction}};

static Status typing_exec(Thread& t, Module* m) {
  TRY(typing_init(t));
  const struct { const char* name; Value v; } rows[] = {
      {"Generic", g_typing.generic},
      {"NoDefault", g_typing.no_default},
      {"ParamSpec", g_typing.param_spec},
      {"ParamSpecArgs", g_typing.param_spec_args},
      {"ParamSpecKwargs", g_typing.param_spec_kwargs},
      {"TypeAliasType", g_typing.type_alias},
      {"TypeVar", g_typing.type_var},
      {"TypeVarTuple", g_typing.type_var_tuple},
      {"Union", union_type()},
  };
  for (const auto& r : rows) TRY(module_add(t, m, r.name, r.v));
  return {};
}

extern const ModuleDef _typing_module = {"_typing", "Native part of typing.", k_functions, typing_exec};

}  // namespace kaa
