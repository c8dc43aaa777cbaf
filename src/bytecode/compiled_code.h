// What the compiler produces: plain data without heap objects, which runtime/code_builder turns into code objects. The same structure is what
// .pyc files store.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bytecode/bytecode.h"

namespace kaa {

struct CompiledCode;

// A constant. Equal constants of one code object are merged by (kind, contents); -0.0 and 0.0, 1 and True, 1 and 1.0 stay apart.
struct ConstantData {
  enum Kind : uint8_t { None, True, False, Ellipsis, Int, Float, Complex, Str, Bytes, Tuple, FrozenSet, Slice, Code } kind = None;
  int64_t small = 0;                // Int that fits 62 bits, when text is empty
  double real = 0, imag = 0;        // Float uses real
  std::string text;                 // Int: decimal or 0x hexadecimal digits with sign; Str: UTF-8 with lone surrogates as WTF-8; Bytes: the bytes
  std::vector<ConstantData> items;  // Tuple, FrozenSet, Slice
  CompiledCode* code = nullptr;     // Code (owned by the CompiledCode that holds this constant)
};

struct CompiledCode {
  std::string name, qualname, filename;
  uint32_t flags = 0;  // CodeFlags
  uint32_t argcount = 0, posonlyargcount = 0, kwonlyargcount = 0;
  int32_t firstlineno = 1;
  // Registers: parameters (positional, keyword-only, *args, **kwargs), then the other locals (all of these in varnames), then cell variables that
  // are no parameters and the free variables, then temporaries. A parameter that is a cell variable lives in its parameter register. Where there are more variables
  // than kVariableRegisters, these are their numbers, and temporaries begin behind the register of the dict.
  uint32_t nregs = 0;
  std::vector<std::string> names;      // N[]: attribute, global and imported names
  std::vector<std::string> varnames;   // local variables: register i has name varnames[i] for i < varnames.size()
  std::vector<std::string> cellvars;   // names of cell variables
  std::vector<uint32_t> cell_regs;     // register of each cell variable, ascending
  std::vector<std::string> freevars;   // names of free variables; they are in registers free_base ..
  uint32_t free_base = 0;
  std::vector<ConstantData> consts;    // K[]; consts[0] is the docstring when kCoHasDocstring
  std::vector<Word> words;
  std::vector<PositionEntry> positions;
  std::vector<ExceptionEntry> exceptions;
  std::vector<HeightEntry> heights;
  ~CompiledCode();
  CompiledCode() = default;
  CompiledCode(const CompiledCode&) = delete;
};

}  // namespace kaa
