// Errors about names that a module does not have: why that may be so is told (modules/module_errors.cpp).
#pragma once
#include "runtime/api.h"

namespace kaa {

// AttributeError for module.name.
Error raise_module_attribute(Thread& t, Value module, Str* name);
// ImportError for `from module import name`.
Error raise_import_name(Thread& t, Value module, Str* name);

}  // namespace kaa
