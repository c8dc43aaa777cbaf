// What the builtins module holds besides its functions: types, exceptions, constants, and the functions that belong to the compiler.
#include "modules/code_builtins.h"
#include "runtime/startup.h"
#include "runtime/types.h"
#include "types/objmodel.h"

namespace kaa {

namespace {
constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_code_functions[] = {
    {"compile", builtin_compile, "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)", "Source text or a syntax tree to a code object.", kF},
    {"eval", builtin_eval, "(source, /, globals=None, locals=None)", "The value of an expression.", kF},
    {"exec", builtin_exec, "(source, /, globals=None, locals=None, *, closure=None)", "Runs statements.", kF},
};
const char* const k_types[] = {"object", "type", "int", "bool", "float", "complex", "str", "bytes", "bytearray", "memoryview", "tuple", "list", "dict", "set", "frozenset",
                               "slice", "range", "property", "staticmethod", "classmethod", "super", "enumerate", "zip", "map", "filter", "reversed"};
}  // namespace

Status init_builtin_names(Thread& t, Module* builtins) {
  Dict* d = builtins->dict;
  for (int i = 0; i < kBuiltinTypeCount; i++) {
    Type* ty = &g_types[i];
    bool wanted = ty->has(kTypeException);
    for (const char* n : k_types) wanted |= str_equal_ascii(ty->name, n);
    if (wanted) TRY(dict_set(t, d, ty->name.get(), ty));
  }
  TRY(dict_set_str(t, d, "EnvironmentError", KAA_TYPE(OSError)));
  TRY(dict_set_str(t, d, "IOError", KAA_TYPE(OSError)));
  TRY(dict_set_str(t, d, "None", kNone));
  TRY(dict_set_str(t, d, "True", kTrue));
  TRY(dict_set_str(t, d, "False", kFalse));
  TRY(dict_set_str(t, d, "NotImplemented", kNotImplemented));
  TRY(dict_set_str(t, d, "Ellipsis", kEllipsis));
  TRY(dict_set_str(t, d, "__debug__", Value::from_bool(interp().optimize == 0)));
  for (const MethodDef& m : k_code_functions) {
    Value f = TRY(new_native_function(t, &m, nullptr, builtins, NAME("builtins")));
    TRY(dict_set_str(t, d, m.name, f));
  }
  bool first = !exception_group_type();  // these types are everybody's
  if (first) TRY(init_exceptions(t));
  TRY(dict_set_str(t, d, "ExceptionGroup", exception_group_type()));
  return first ? init_object_model(t) : Status();
}

}  // namespace kaa
