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
// Instructions in few bytes: the operation with a bit and three operands of a byte each, or the whole first word; an operand that is a word of its own as a
// byte, or as kLongOperand and 4 or 8 bytes.
void pack_instruction(std::string& out, const Word* at);
// nwords words from what that made, which ends before `end`, give or take kUnpackSlack bytes that may be read. Where it ends; null: it is wrong.
inline constexpr size_t kUnpackSlack = 24;
const char* unpack_instructions(const char* p, const char* end, Word* words, uint32_t nwords);
// What is wrong with a code object whose fields came from outside; empty: nothing. The words must be there.
std::string check_code(const Code* c);
// Whether a frame of it that is at one instruction may go on at another, when no variable is unbound.
bool allows_jump(const Code* c, uint32_t from, uint32_t to);
// Before code that is not is_ready() is called for the first time: unpacks it, and if it came from outside, validates it; SystemError when that fails.
Status make_ready(Thread& t, Code* c);
}  // namespace kaa
