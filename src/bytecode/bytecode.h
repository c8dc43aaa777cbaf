// Instruction encoding, shared by the compiler, the interpreter, the disassembler and the validator. Knows nothing of the heap.
#pragma once
#include <cstddef>
#include <cstdint>

namespace kaa {

enum class Op : uint16_t {
#define OP(name, words, a, b, c, text) name,
#include "defs/opcodes.def"
  kCount
};

// One 64-bit word of code. The first word of an instruction is {op, a, b, c}; the words behind it are operands and caches.
union Word {
  struct { uint16_t op, a, b, c; };
  struct { uint32_t op_a; int32_t bc; };                // instructions with a 32-bit operand ('L')
  struct { uint32_t index; uint16_t counter, aux; };    // name word, and other word 1 operands
  struct { int32_t offset; uint16_t counter_, aux_; };  // offset word
  struct { uint32_t before, after; };                   // UNPACK_EX
  uint64_t bits;
};
static_assert(sizeof(Word) == 8);

struct OpInfo {
  const char* name;
  uint8_t words;
  char a, b, c;  // operand kinds as in opcodes.def
};
extern const OpInfo kOpInfo[];  // by Op

// The operators, in the order of the opcodes ADD .. XOR and INPLACE_ADD .. INPLACE_XOR.
enum class BinaryOp : uint8_t { ADD, SUB, MUL, DIV, FLOORDIV, MOD, POW, MATMUL, LSHIFT, RSHIFT, AND, OR, XOR, kCount };
enum class CompareOp : uint8_t { LT, LE, EQ, NE, GT, GE };  // order of the opcodes LT .. GE

// LOAD_COMMON
enum class CommonConst : uint16_t { AssertionError, NotImplementedError, Tuple, All, Any, List, Set };
// SET_FUNCTION. WideClosure: the tuple was not made by BUILD_TUPLE of cells that stood in registers; what is in it is looked at.
enum class FunctionPart : uint16_t { Defaults, KwDefaults, Closure, Annotate, TypeParams, WideClosure, kCount };

// INTRINSIC: registers are read from R[b].
enum class Intrinsic : uint16_t {
  PrintExpr,            // (value): sys.displayhook, in interactive mode
  StopIterationError,   // (exc): StopIteration/StopAsyncIteration leaving a generator becomes RuntimeError; returns the exception to raise
  TypeVar,              // (name)
  TypeVarWithBound,     // (name, evaluate function)
  TypeVarWithConstraints,  // (name, evaluate function)
  ParamSpec,            // (name)
  TypeVarTuple,         // (name)
  SetTypeparamDefault,  // (type parameter, evaluate function) -> the type parameter
  SubscriptGeneric,     // (tuple of type parameters) -> Generic[...]
  TypeAlias,            // (name, type params or None, evaluate function)
  CheckIterator,        // (iterator): TypeError if it is none; what a generator expression begins with, its argument may be anything
  kCount
};

// Variables have numbers: parameters, other locals, cells, free variables. The first ones, all parameters among them, are in the registers of their numbers. Those of
// the few functions that have more than these are in a dict, which is in the register behind.
constexpr uint32_t kVariableRegisters = 20000;
constexpr uint32_t kMaxParameters = 60000;
// The register of that dict, or ~0u: every variable has a register.
inline uint32_t spill_register(uint32_t variables, uint32_t params) {
  uint32_t registers = params > kVariableRegisters ? params : kVariableRegisters;
  return variables > registers ? registers : ~0u;
}
// LOAD_SPILLED, STORE_SPILLED, DEL_SPILLED: what the entry means. Raw: the entry itself, also a missing one.
enum class Spilled : uint16_t { Local, Cell, Free, Raw, kCount };

// Code flags, as in inspect.CO_*.
enum CodeFlags : uint32_t {
  kCoOptimized = 0x1, kCoNewlocals = 0x2, kCoVarargs = 0x4, kCoVarkeywords = 0x8, kCoNested = 0x10, kCoGenerator = 0x20,
  kCoCoroutine = 0x80, kCoIterableCoroutine = 0x100, kCoAsyncGenerator = 0x200,
  kCoFutureDivision = 0x20000, kCoFutureAbsoluteImport = 0x40000, kCoFutureWithStatement = 0x80000, kCoFuturePrintFunction = 0x100000,
  kCoFutureUnicodeLiterals = 0x200000, kCoFutureBarryAsBdfl = 0x400000, kCoFutureGeneratorStop = 0x800000, kCoFutureAnnotations = 0x1000000,
  kCoHasDocstring = 0x4000000, kCoMethod = 0x8000000,
};

// Source range of the instructions from word `start` to the next entry's. Lines are 1-based, columns UTF-8 bytes; -1 where there is none.
struct PositionEntry { uint32_t start; int32_t line, end_line, col, end_col; };

// An exception raised by an instruction in [start, end) words goes to `target` with the exception in register `reg`. Inner ranges come first
// (the first entry that covers an address wins). `gen_stop` marks nothing for the table: kept sorted by nesting alone.
struct ExceptionEntry { uint32_t start, end, target; uint16_t reg; };

// Registers [0, height) hold live values when an instruction in [start, next entry's start) runs, its operands included.
// What lies above is dead and is not scanned. Sorted by start; the first entry starts at 0.
struct HeightEntry { uint32_t start; uint32_t height; };

}  // namespace kaa
