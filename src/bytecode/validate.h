// Checks compiled code against the rules of docs/design/bytecode.md: for tests, and for code that comes from a file.
//
// Structure: operands in range, jump and handler targets on instruction starts, tables sorted, control never running off the end.
// Flow (an abstract interpretation over all paths): every register below the height has been written on every path to the instruction,
// and every register that an instruction reads holds a value, not the empty word, unless the instruction allows it. After a call
// its window counts as unwritten.
#pragma once
#include <string>

#include "compiler/compiled_code.h"

namespace kaa {

// Empty when the code, and all code objects among its constants, are valid; else what is wrong and where.
std::string validate(const CompiledCode& code);

}  // namespace kaa
