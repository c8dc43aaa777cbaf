// _types: the types that have no name among the builtins, for types.py.
#include "modules/capsule.h"
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {
namespace {

Status types_exec(Thread& t, Module* m) {
  const struct { const char* name; Type* type; } rows[] = {
      {"AsyncGeneratorType", KAA_TYPE(async_generator)},
      {"BuiltinFunctionType", KAA_TYPE(builtin_function)},
      {"BuiltinMethodType", KAA_TYPE(builtin_function)},
      {"CapsuleType", TRY(capsule_type(t))},
      {"CellType", KAA_TYPE(cell)},
      {"ClassMethodDescriptorType", KAA_TYPE(classmethod_descriptor)},
      {"CodeType", KAA_TYPE(code)},
      {"CoroutineType", KAA_TYPE(coroutine)},
      {"EllipsisType", KAA_TYPE(ellipsis)},
      {"FrameType", KAA_TYPE(frame)},
      {"FunctionType", KAA_TYPE(function)},
      {"GeneratorType", KAA_TYPE(generator)},
      {"GenericAlias", generic_alias_type()},
      {"GetSetDescriptorType", KAA_TYPE(getset_descriptor)},
      {"LambdaType", KAA_TYPE(function)},
      {"MappingProxyType", KAA_TYPE(mappingproxy)},
      {"MemberDescriptorType", KAA_TYPE(member_descriptor)},
      {"MethodDescriptorType", KAA_TYPE(method_descriptor)},
      {"MethodType", KAA_TYPE(method)},
      {"MethodWrapperType", KAA_TYPE(method_wrapper)},
      {"ModuleType", KAA_TYPE(module)},
      {"NoneType", KAA_TYPE(NoneType)},
      {"NotImplementedType", KAA_TYPE(NotImplementedType)},
      {"SimpleNamespace", simple_namespace_type()},
      {"TracebackType", KAA_TYPE(traceback)},
      {"UnionType", union_type()},
      {"WrapperDescriptorType", KAA_TYPE(wrapper_descriptor)},
  };
  for (const auto& r : rows) TRY(module_add(t, m, r.name, r.type));
  return {};
}

}  // namespace

extern const ModuleDef _types_module = {"_types", "Names for builtin types.", {}, types_exec};

}  // namespace kaa
