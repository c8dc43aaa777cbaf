// The second half of the validator: an abstract interpretation of code whose structure is right.
#pragma once
#include "bytecode/validate.h"

namespace kaa {

// Registers as the structure gives them.
struct RegisterLayout {
  uint32_t first_temp = 0;   // variables lie below
  uint32_t variables = 0;
  uint32_t spill = ~0u;      // the register of the dict of variables without registers
  uint32_t params = 0;
};
// Empty, or what is wrong.
std::string validate_flow(const CodeView& code, const RegisterLayout& layout);

// Where the jump at a word goes; -1: it is none.
int64_t jump_target(const CodeView& code, uint32_t at);
std::string validation_error(const CodeView& code, uint32_t at, const std::string& text);

}  // namespace kaa
