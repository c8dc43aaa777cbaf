// From the compiler's plain output to code objects, and back into what .pyc files hold.
#pragma once
#include "compiler/compiled_code.h"
#include "runtime/api.h"

namespace kaa {
Result<Code*> build_code(Thread& t, const CompiledCode& c);
Result<Value> build_constant(Thread& t, const ConstantData& c);
}  // namespace kaa
