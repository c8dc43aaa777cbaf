// typing.TypeVar, ParamSpec, TypeVarTuple, and P.args and P.kwargs of a ParamSpec.
#include "modules/native_new.h"
#include "modules/typing/typing.h"

namespace kaa {
namespace {

TypeParam* P(Value v) { return v.as<TypeParam>(); }
Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

struct ParamSpecPart : Object {  // P.args, P.kwargs
  Field<> origin;
  template <class F> void each_field(F&& f) { f(origin); }
};

// ---- making
Result<TypeParam*> new_param(Thread& t, Type* type, Value name) {
  TypeParam* p = TRY(alloc_as<TypeParam>(t, type));
  p->name.init(name);
  return p;
}
Status set_module(Thread& t, Value param) {
  Value m = calling_module(t);
  return set_attr(t, param, NAME("__module__"), m ? m : kNone);
}
// A bound as an argument: None stands for none.
Result<Opt> check_bound(Thread& t, Value v) {
  if (!v || v.is_none()) return Opt{};
  if (is_type(v)) return Opt{v};
  Value text = TRY(new_str(t, "Bound must be a type."));
  Value r = TRY(typing_call(t, "_type_check", v, text));
  return Opt{r};
}
struct Variance { bool co, contra, infer; };
Result<Variance> check_variance(Thread& t, Value co, Value contra, Value infer) {
  Variance v{};
  if (co) v.co = TRY(truth(t, co));
  if (contra) v.contra = TRY(truth(t, contra));
  if (infer) v.infer = TRY(truth(t, infer));
  if (v.co && v.contra) return RAISE(ValueError, "Bivariant types are not supported.");
  if (v.infer && (v.co || v.contra)) return RAISE(ValueError, "Variance cannot be specified with infer_variance.");
  return v;
}
void set_variance(TypeParam* p, Variance v) {
  p->covariant = v.co;
  p->contravariant = v.contra;
  p->infer_variance = v.infer;
}

Result<Value> typevar_new(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef sig{"typevar", static_cast<NativeFn>(nullptr),
      "($cls, name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)", nullptr, MethodKind::kNew};
  Value p[7];  // cls, name, bound, default, covariant, contravariant, infer_variance
  Args rest;
  TRY(bind_raw(t, "typevar", *parse_signature(t, sig), a, kwnames, p, &rest, nullptr));
  TRY(check_name(t, "typevar", p[1]));
  Variance variance = TRY(check_variance(t, p[4], p[5], p[6]));
  Opt bound = TRY(check_bound(t, p[2]));
  if (rest.n == 1) return RAISE(TypeError, "A single constraint is not allowed");
  if (rest.n && bound) return RAISE(TypeError, "Constraints cannot be combined with bound=...");
  Value constraints;
  if (rest.n) constraints = Value(TRY(tuple_of(t, rest.p, rest.n)));
  TypeParam* v = TRY(new_param(t, g_typing.type_var, p[1]));
  v->bound.init(bound.v);
  v->constraints.init(constraints);
  v->default_value.init(p[3] ? p[3] : g_typing.no_default);
  set_variance(v, variance);
  TRY(set_module(t, v));
  return v;
}
Result<Value> paramspec_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("paramspec", "($cls, name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)", 7);
  TRY(check_name(t, "paramspec", p[1]));
  Variance variance = TRY(check_variance(t, p[4], p[5], p[6]));
  Value bound = p[2] && !p[2].is_none() ? p[2] : Value();  // anything goes: what it means is open
  TypeParam* v = TRY(new_param(t, g_typing.param_spec, p[1]));
  v->bound.init(bound);
  v->default_value.init(p[3] ? p[3] : g_typing.no_default);
  set_variance(v, variance);
  TRY(set_module(t, v));
  return v;
}
Result<Value> typevartuple_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("typevartuple", "($cls, name, *, default=typing.NoDefault)", 3);
  TRY(check_name(t, "typevartuple", p[1]));
  TypeParam* v = TRY(new_param(t, g_typing.type_var_tuple, p[1]));
  v->default_value.init(p[2] ? p[2] : g_typing.no_default);
  TRY(set_module(t, v));
  return v;
}

// ---- what all three have
Result<Value> param_reduce(Thread&, Args a) { return P(a[0])->name.get(); }
Result<Value> variance_repr(Thread& t, Args a) {
  TypeParam* p = P(a[0]);
  if (p->infer_variance) return TRY(str(t, p->name));
  return TRY(str_format(t, "%c%S", p->covariant ? '+' : p->contravariant ? '-' : '~', p->name.get()));
}
Result<Value> name_repr(Thread& t, Args a) { return TRY(str(t, P(a[0])->name)); }
Result<Value> param_or(Thread& t, Args a) { return typing_union(t, a[0], a[1]); }
Result<Value> param_ror(Thread& t, Args a) { return typing_union(t, a[1], a[0]); }
Result<Value> mro_entries(Thread& t, Args a) { return RAISE(TypeError, "Cannot subclass an instance of %s", type_of(a[0])->name->ascii().data()); }
Result<Value> has_default(Thread& t, Args a) {
  bool yes = TRY(param_has_default(t, a[0]));
  return Value::from_bool(yes);
}
// A value that an evaluate function makes when it is first asked for.
Result<Value> lazily(Thread& t, Value self, Field<> TypeParam::*value, Field<> TypeParam::*function, Value otherwise) {
  TypeParam* p = P(self);
  if (p->*value) return (p->*value).get();
  if (!(p->*function)) return otherwise;
  Value v = TRY(evaluate(t, p->*function));
  (p->*value).set(v);
  return v;
}
Result<Value> evaluator(Thread& t, Value self, Field<> TypeParam::*value, Field<> TypeParam::*function) {
  TypeParam* p = P(self);
  if (p->*function) return (p->*function).get();
  Value v = p->*value;
  return v ? const_evaluator(t, v) : Result<Value>(kNone);
}
Result<Value> get_name(Thread&, Value v) { return P(v)->name.get(); }
Result<Value> get_covariant(Thread&, Value v) { return Value::from_bool(P(v)->covariant); }
Result<Value> get_contravariant(Thread&, Value v) { return Value::from_bool(P(v)->contravariant); }
Result<Value> get_infer_variance(Thread&, Value v) { return Value::from_bool(P(v)->infer_variance); }
Result<Value> get_bound(Thread& t, Value v) { return lazily(t, v, &TypeParam::bound, &TypeParam::evaluate_bound, kNone); }
Result<Value> get_constraints(Thread& t, Value v) {
  return lazily(t, v, &TypeParam::constraints, &TypeParam::evaluate_constraints, interp().empty_tuple);
}
Result<Value> get_default(Thread& t, Value v) { return lazily(t, v, &TypeParam::default_value, &TypeParam::evaluate_default, g_typing.no_default); }
Result<Value> get_evaluate_bound(Thread& t, Value v) { return evaluator(t, v, &TypeParam::bound, &TypeParam::evaluate_bound); }
Result<Value> get_evaluate_constraints(Thread& t, Value v) { return evaluator(t, v, &TypeParam::constraints, &TypeParam::evaluate_constraints); }
Result<Value> get_evaluate_default(Thread& t, Value v) { return evaluator(t, v, &TypeParam::default_value, &TypeParam::evaluate_default); }

// ---- TypeVar
Result<Value> typevar_subst(Thread& t, Args a) { return typing_call(t, "_typevar_subst", a[0], a[1]); }
// Fills in the default where the alias was given one argument too few.
Result<Value> typevar_prepare_subst(Thread& t, Args a) {
  Value params = TRY(get_attr(t, a[1], NAME("__parameters__")));
  Value where = TRY(call_method(t, params, NAME("index"), a[0]));
  int64_t index = TRY(to_ssize(t, where));
  int64_t given = TRY(length(t, a[2]));
  if (index < given) return a[2];
  if (index == given) {
    Value def = TRY(get_default(t, a[0]));
    if (def != g_typing.no_default) {
      List* l = TRY(list_from(t, a[2]));
      TRY(list_append(t, l, def));
      return TRY(tuple_of(t, l->items, l->size));
    }
  }
  return RAISE(TypeError, "Too few arguments for %S; actual %ld, expected at least %ld", a[1], given, index + 1);
}

// ---- ParamSpec
Result<Value> paramspec_subst(Thread& t, Args a) { return typing_call(t, "_paramspec_subst", a[0], a[1]); }
Result<Value> paramspec_prepare_subst(Thread& t, Args a) { return typing_call(t, "_paramspec_prepare_subst", a[0], a[1], a[2]); }
Result<Value> new_part(Thread& t, Type* type, Value origin) {
  ParamSpecPart* s = TRY(alloc_as<ParamSpecPart>(t, type));
  s->origin.init(origin);
  return s;
}
Result<Value> get_part_args(Thread& t, Value v) { return new_part(t, g_typing.param_spec_args, v); }
Result<Value> get_part_kwargs(Thread& t, Value v) { return new_part(t, g_typing.param_spec_kwargs, v); }

Result<Value> args_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("paramspecargs", "($cls, origin)", 2);
  return new_part(t, g_typing.param_spec_args, p[1]);
}
Result<Value> kwargs_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("paramspeckwargs", "($cls, origin)", 2);
  return new_part(t, g_typing.param_spec_kwargs, p[1]);
}
Result<Value> part_origin(Thread&, Value v) { return v.as<ParamSpecPart>()->origin.get(); }
Result<Value> part_repr(Thread& t, Args a) {
  const char* suffix = type_of(a[0]) == g_typing.param_spec_args ? "args" : "kwargs";
  Value origin = a.as<ParamSpecPart>(0)->origin;
  if (type_of(origin) == g_typing.param_spec) return TRY(str_format(t, "%S.%s", P(origin)->name.get(), suffix));
  return TRY(str_format(t, "%R.%s", origin, suffix));
}
Result<Value> part_eq(Thread& t, Args a) {
  if (type_of(a[0]) != type_of(a[1])) return kNotImplemented;
  return compare(t, CompareOp::EQ, a.as<ParamSpecPart>(0)->origin.get(), a.as<ParamSpecPart>(1)->origin.get());
}

// ---- TypeVarTuple
Result<Value> typevartuple_iter(Thread& t, Args a) { return iterate_unpacked(t, a[0]); }
Result<Value> typevartuple_subst(Thread& t, Args) { return RAISE(TypeError, "Substitution of bare TypeVarTuple is not supported"); }
Result<Value> typevartuple_prepare_subst(Thread& t, Args a) { return typing_call(t, "_typevartuple_prepare_subst", a[0], a[1], a[2]); }

#define COMMON_ROWS                                                                                                     \
    {"__reduce__", param_reduce, "($self, /)", "The name, by which pickle finds the parameter."},                        \
    {"has_default", has_default, "($self, /)", "Whether the type parameter has a default."},                             \
    {"__mro_entries__", mro_entries, "($self, object, /)", "Always a TypeError."}

const MethodDef k_typevar[] = {
    {"__new__", typevar_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", variance_repr, "($self, /)", "Return repr(self)."},
    {"__or__", param_or, "($self, value, /)", "Return self|value."},
    {"__ror__", param_ror, "($self, value, /)", "Return value|self."},
    {"__typing_subst__", typevar_subst, "($self, arg, /)", "What replaces the parameter, checked."},
    {"__typing_prepare_subst__", typevar_prepare_subst, "($self, alias, args, /)", "The arguments, with the default where one is missing."},
    COMMON_ROWS,
};
const GetSetDef k_typevar_getsets[] = {
    {"__name__", get_name, read_only, nullptr},
    {"__covariant__", get_covariant, read_only, nullptr},
    {"__contravariant__", get_contravariant, read_only, nullptr},
    {"__infer_variance__", get_infer_variance, read_only, nullptr},
    {"__bound__", get_bound, nullptr, nullptr},
    {"__constraints__", get_constraints, nullptr, nullptr},
    {"__default__", get_default, nullptr, nullptr},
    {"evaluate_bound", get_evaluate_bound, nullptr, nullptr},
    {"evaluate_constraints", get_evaluate_constraints, nullptr, nullptr},
    {"evaluate_default", get_evaluate_default, nullptr, nullptr},
};
const MethodDef k_paramspec[] = {
    {"__new__", paramspec_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", variance_repr, "($self, /)", "Return repr(self)."},
    {"__or__", param_or, "($self, value, /)", "Return self|value."},
    {"__ror__", param_ror, "($self, value, /)", "Return value|self."},
    {"__typing_subst__", paramspec_subst, "($self, arg, /)", "What replaces the parameter, checked."},
    {"__typing_prepare_subst__", paramspec_prepare_subst, "($self, alias, args, /)", "The arguments, with those for the parameter put together."},
    COMMON_ROWS,
};
const GetSetDef k_paramspec_getsets[] = {
    {"__name__", get_name, read_only, nullptr},
    {"__bound__", get_bound, read_only, nullptr},
    {"__covariant__", get_covariant, read_only, nullptr},
    {"__contravariant__", get_contravariant, read_only, nullptr},
    {"__infer_variance__", get_infer_variance, read_only, nullptr},
    {"args", get_part_args, nullptr, "The positional arguments."},
    {"kwargs", get_part_kwargs, nullptr, "The keyword arguments."},
    {"__default__", get_default, nullptr, "The default, or NoDefault."},
    {"evaluate_default", get_evaluate_default, nullptr, nullptr},
};
const MethodDef k_typevartuple[] = {
    {"__new__", typevartuple_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", name_repr, "($self, /)", "Return repr(self)."},
    {"__iter__", typevartuple_iter, "($self, /)", "Implement iter(self)."},
    {"__typing_subst__", typevartuple_subst, "($self, arg, /)", "Always a TypeError."},
    {"__typing_prepare_subst__", typevartuple_prepare_subst, "($self, alias, args, /)", "The arguments, with those for the parameter put together."},
    COMMON_ROWS,
};
const GetSetDef k_typevartuple_getsets[] = {
    {"__name__", get_name, read_only, nullptr},
    {"__default__", get_default, nullptr, "The default, or NoDefault."},
    {"evaluate_default", get_evaluate_default, nullptr, nullptr},
};
const MethodDef k_args[] = {
    {"__new__", args_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", part_repr, "($self, /)", "Return repr(self)."},
    {"__eq__", part_eq, "($self, value, /)", "Return self==value."},
    {"__mro_entries__", mro_entries, "($self, object, /)", "Always a TypeError."},
};
const MethodDef k_kwargs[] = {
    {"__new__", kwargs_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", part_repr, "($self, /)", "Return repr(self)."},
    {"__eq__", part_eq, "($self, value, /)", "Return self==value."},
    {"__mro_entries__", mro_entries, "($self, object, /)", "Always a TypeError."},
};
const GetSetDef k_part_getsets[] = {{"__origin__", part_origin, read_only, nullptr}};

constexpr uint64_t kParamFlags = kTypeHasDict | kTypeWeakrefable;
const TypeSpec k_typevar_spec = {.doc = "A type variable: stands for a type in generic code. TypeVar(name, *constraints, bound=None, default=NoDefault, "
                                        "covariant=False, contravariant=False, infer_variance=False)",
                                 .methods = k_typevar, .getsets = k_typevar_getsets, .layout = &kLayout<TypeParam>, .flags = kParamFlags};
const TypeSpec k_paramspec_spec = {.doc = "A parameter specification: stands for the parameters of a callable.\n\n>>> P = ParamSpec('P')\n>>> P.args, P.kwargs\n(P.args, P.kwargs)",
                                   .methods = k_paramspec, .getsets = k_paramspec_getsets, .layout = &kLayout<TypeParam>, .flags = kParamFlags};
const TypeSpec k_typevartuple_spec = {.doc = "A type variable tuple: stands for any number of types.",
                                      .methods = k_typevartuple, .getsets = k_typevartuple_getsets, .layout = &kLayout<TypeParam>, .flags = kParamFlags};
const TypeSpec k_args_spec = {.doc = "The args of a ParamSpec: what *args is annotated with.\n\n>>> P = ParamSpec('P')\n>>> P.args.__origin__ is P\nTrue", .methods = k_args, .getsets = k_part_getsets, .layout = &kLayout<ParamSpecPart>,
                              .flags = kTypeWeakrefable, .unhashable = "typing.ParamSpecArgs"};
const TypeSpec k_kwargs_spec = {.doc = "The kwargs of a ParamSpec: what **kwargs is annotated with.\n\n>>> P = ParamSpec('P')\n>>> P.kwargs.__origin__ is P\nTrue", .methods = k_kwargs, .getsets = k_part_getsets, .layout = &kLayout<ParamSpecPart>,
                                .flags = kTypeWeakrefable, .unhashable = "typing.ParamSpecKwargs"};

}  // namespace

Result<bool> param_has_default(Thread& t, Value v) {
  Type* ty = type_of(v);
  if (ty != g_typing.type_var && ty != g_typing.param_spec && ty != g_typing.type_var_tuple) return false;
  TypeParam* p = P(v);
  return p->evaluate_default || (p->default_value && p->default_value.get() != g_typing.no_default);
}

Status typing_init_params(Thread& t) {
  g_typing.type_var = TRY(make_native_type(t, "typing.TypeVar", nullptr, k_typevar_spec));
  g_typing.param_spec = TRY(make_native_type(t, "typing.ParamSpec", nullptr, k_paramspec_spec));
  g_typing.type_var_tuple = TRY(make_native_type(t, "typing.TypeVarTuple", nullptr, k_typevartuple_spec));
  g_typing.param_spec_args = TRY(make_native_type(t, "typing.ParamSpecArgs", nullptr, k_args_spec));
  g_typing.param_spec_kwargs = TRY(make_native_type(t, "typing.ParamSpecKwargs", nullptr, k_kwargs_spec));
  return {};
}

}  // namespace kaa
