// The second half of the validator: an abstract interpretation of code whose structure is right.
#pragma once
#include <vector>

#include "base/result.h"
#include "bytecode/kinds.h"
#include "bytecode/validate.h"

namespace kaa {

// What the validator knows of an operation, in one place.
struct OpFacts {
  enum Look : uint8_t { kName = 1, kConstant = 2, kWideConstant = 4, kJump = 8, kSpecial = 16 };
  uint8_t words = 0;
  uint8_t look = 0;             // what the structure has to look at
  uint8_t reads = 0, writes = 0;  // single registers: 1 for a, 2 for b, 4 for c
  bool plain = false;           // in the flow: reads and writes these, goes on behind it, and nothing else
  kinds::Kinds a = kinds::kWantAny, b = kinds::kWantAny, c = kinds::kWantAny, result = kinds::kLeaveOther;
};
const OpFacts* op_facts();      // by Op

// Registers as the structure gives them.
struct RegisterLayout {
  uint32_t first_temp = 0;   // variables lie below
  uint32_t spill = ~0u;      // the register of the dict of variables without registers
  uint32_t params = 0;
};
// What the structure found at a word.
enum CodeMark : uint8_t { kStart = 1, kMeeting = 2, kComesBack = 4 };  // an instruction; paths meet there; one of them comes from behind
// Empty, or what is wrong.
std::string validate_flow(const CodeView& code, const RegisterLayout& layout, const std::vector<uint8_t>& marks);

// Whether control may be moved from one instruction to another of valid code: what the other trusts holds there, too. Unbound variables are the caller's business.
bool flow_allows_jump(const CodeView& code, const RegisterLayout& layout, std::vector<uint8_t> marks, uint32_t from, uint32_t to);

// Where the jump at a word goes.
int64_t jump_target(const CodeView& code, uint32_t at);
// The words of a fused instruction and of those that it may do as well, if some register is written in only one of these ways; else 0.
uint32_t skipped_words(Op op);
std::string validation_error(const CodeView& code, uint32_t at, const std::string& text);

}  // namespace kaa
