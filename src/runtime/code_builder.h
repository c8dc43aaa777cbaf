// From the compiler's plain output to code objects, and checks of code objects that came from elsewhere (marshal, code.replace()).
#pragma once
#include <string>

#include "bytecode/compiled_code.h"
#include "runtime/api.h"

namespace kaa {
Result<Code*> build_code(Thread& t, const CompiledCode& c);
Result<Value> build_constant(Thread& t, const ConstantData& c);
// Sets what follows from the other fields: nparams, simple_args, nlocals. The tables and name tuples must be there.
void code_derive(Code* c);
// What is wrong with a code object whose fields came from outside; empty: nothing. With `flow` the whole validator runs, else only its structural half.
std::string check_code(const Code* c, bool flow);
}  // namespace kaa
