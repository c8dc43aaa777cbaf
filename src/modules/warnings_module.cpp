// _warnings: warn() and warn_explicit() for native code and importlib. The filters and the registry are _py_warnings', whose functions do the work;
// as the other names of CPython's _warnings are not here, `warnings` uses its Python code throughout.
#include "runtime/api.h"

namespace kaa {
namespace {

Result<Value> delegate(Thread& t, const char* name, Args a, Tuple* kwnames) {
  Value f = TRY(import_attr(t, "warnings", name));
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, f, a.p, a.n - nkw, kwnames);
}
Result<Value> warnings_warn(Thread& t, Args a, Tuple* kwnames) { return delegate(t, "warn", a, kwnames); }
Result<Value> warnings_warn_explicit(Thread& t, Args a, Tuple* kwnames) { return delegate(t, "warn_explicit", a, kwnames); }

const MethodDef k_functions[] = {
    {"warn", warnings_warn, nullptr, "Issues a warning.", MethodKind::kFunction},
    {"warn_explicit", warnings_warn_explicit, nullptr, "Issues a warning for a given place.", MethodKind::kFunction},
};

}  // namespace

extern const ModuleDef _warnings_module = {"_warnings", "Warnings from native code.", k_functions, nullptr};

}  // namespace kaa
