// How many registers the run operands ('s', 'd') of an instruction cover: shared by the emitter (heights), the validator, the disassembler and
// whoever else walks operands.
#pragma once
#include "bytecode/bytecode.h"

namespace kaa {

// Number of registers an intrinsic reads.
uint32_t intrinsic_arity(uint32_t intrinsic);

// Registers read from the run that starts at the 's' operand; `words` points at the instruction. 1 for instructions without such an operand.
uint32_t run_read(const Word* words);

// Registers written from the 'd' operand on.
uint32_t run_written(const Word* words);

// First register above all that the instruction reads ('r', 'x' and 's' operands); 0 when it reads none.
uint32_t read_end(const Word* words);

// First register above all that the instruction writes; 0 when it writes none.
uint32_t write_end(const Word* words);

// A jump: where its offset is.
enum class JumpField : uint8_t { None, InstructionBc, Word1 };
JumpField jump_field(Op op);

// True when control never goes on behind the instruction.
bool ends_flow(Op op);

// A row whose 32-bit operand in B and C is a constant index, or whose word 1 is a name index.
inline bool has_wide_constant(Op op) { return op == Op::LOAD_CONST || op == Op::MAKE_FUNCTION; }
bool has_name_word(Op op);

// What word 1 of an instruction holds besides caches and counters: nothing, its lower half, or all of it. The other words are caches.
enum class WordOne : uint8_t { None, Half, Full };
WordOne operand_word(Op op);
// The instruction that a specialised form stands for.
inline Op generic_op(Op op) { return op; }
// A word of code as the compiler emitted it: word `i` of the instruction at `at`, without what running it wrote there.
inline uint64_t clean_word(const Word* at, uint32_t i) {
  Op op = generic_op(static_cast<Op>(at->op));
  if (i == 0) { Word w = *at; w.op = static_cast<uint16_t>(op); return w.bits; }
  WordOne kind = i == 1 ? operand_word(op) : WordOne::None;
  return kind == WordOne::Full ? at[1].bits : kind == WordOne::Half ? at[1].index : 0;
}

}  // namespace kaa
