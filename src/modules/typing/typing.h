// What the files of _typing share: type parameters, type aliases, and the way to typing.py's helpers.
#pragma once
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

// TypeVar, ParamSpec and TypeVarTuple: the type tells. Bound, constraints and default are either there from the start or made, when first asked for, by
// their evaluate function called with annotationlib.Format.VALUE.
struct TypeParam : Object {
  Field<> name;
  Field<> bound, evaluate_bound;              // of a ParamSpec: no evaluate function
  Field<> constraints, evaluate_constraints;  // constraints: a tuple
  Field<> default_value, evaluate_default;
  bool covariant, contravariant, infer_variance;
  template <class F> void each_field(F&& f) {
    f(name); f(bound); f(evaluate_bound); f(constraints); f(evaluate_constraints); f(default_value); f(evaluate_default);
  }
};

struct TypingTypes {
  Type *type_var, *param_spec, *param_spec_args, *param_spec_kwargs, *type_var_tuple, *type_alias, *generic, *const_evaluator, *no_default_type;
  Value no_default;  // immortal
};
extern TypingTypes g_typing;
Status typing_init(Thread& t);                // makes the types; once
Status typing_init_params(Thread& t);
Status typing_init_alias(Thread& t);

// typing.<name>(args...)
template <class... V>
Result<Value> typing_call(Thread& t, const char* name, V... v) {
  Value f = TRY(import_attr(t, "typing", name));
  return call(t, f, v...);
}
Result<Value> evaluate(Thread& t, Value function);             // function(Format.VALUE)
Result<Value> const_evaluator(Thread& t, Value v);             // an evaluate function of a value that is there
Result<Value> unpack_parameter(Thread& t, Value v);            // typing.Unpack[v]
Result<Value> unpack_parameters(Thread& t, Value params);      // the tuple, each TypeVarTuple unpacked
Result<Value> typing_union(Thread& t, Value a, Value b);       // typing.Union[a, b]
Result<Value> iterate_unpacked(Thread& t, Value v);            // iter((Unpack[v],))
Result<bool> param_has_default(Thread& t, Value param);        // of one of the three types
// The name of the module whose code calls, or empty.
Value calling_module(Thread& t);
Status check_name(Thread& t, const char* fname, Value name);   // it must be a str

}  // namespace kaa
