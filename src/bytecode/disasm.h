// Text of compiled code, for tests and for people: one line an instruction, with line numbers, heights and the exception table.
#pragma once
#include <string>

#include "bytecode/compiled_code.h"

namespace kaa {

struct DisasmOptions {
  bool nested = true;    // also the code objects among the constants
  bool heights = false;  // a column with the height of each instruction
  bool lines = true;
};

std::string disassemble(const CompiledCode& code, const DisasmOptions& options = {});

// One constant in Python's notation (code objects as <code name>).
std::string constant_text(const ConstantData& data);

}  // namespace kaa
