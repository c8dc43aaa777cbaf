// Resource usage as Python sees it, for wait3, wait4 and the module resource.
#pragma once
#include <sys/resource.h>

#include "modules/posix/posix.h"

namespace kaa {

Result<Value> make_rusage(Thread& t, const struct rusage& ru);  // resource.struct_rusage (resource_module.cpp)
Result<Type*> rusage_type(Thread& t);

}  // namespace kaa
