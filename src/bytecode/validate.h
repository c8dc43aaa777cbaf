// Checks compiled code against the rules of docs/design/bytecode.md: for tests, and for code that comes from a file.
//
// Structure: operands in range, jump and handler targets on instruction starts, tables sorted, control never running off the end.
// Flow (an abstract interpretation over all paths, validate_flow.cpp): every register below the height has been written on every path to the instruction,
// and every register that an instruction reads holds a value of the kind it wants, not the empty word, unless the instruction allows it. After a call
// its window counts as unwritten, and so does, from each instruction on, what lies at or above its height.
//
// Code that passes cannot break the process, whoever made it: what instructions trust is either checked here or looked at when they run.
#pragma once
#include <string>

#include "bytecode/compiled_code.h"

namespace kaa {

// Code as the checks see it, wherever it lies.
template <class T>
struct CodeSpan {
  const T* p = nullptr;
  uint32_t n = 0;
  uint32_t size() const { return n; }
  bool empty() const { return n == 0; }
  const T& operator[](size_t i) const { return p[i]; }
  const T* begin() const { return p; }
  const T* end() const { return p + n; }
};
// What a constant is, as far as instructions depend on it.
enum class ConstShape : uint8_t { Other, Code, NameTuple, Str };
struct CodeView {
  CodeSpan<Word> words;
  CodeSpan<PositionEntry> positions;
  CodeSpan<ExceptionEntry> exceptions;
  CodeSpan<HeightEntry> heights;
  CodeSpan<uint32_t> cell_regs;
  uint32_t nregs, free_base, nfree, nvarnames, nnames, nconsts, argcount, posonlyargcount, kwonlyargcount, flags;
  bool first_hidden;  // the name of variable 0 begins with a dot: f_locals takes nothing but iterators for it
  // The kind of constant i; of a NameTuple (a tuple of strings) also its size, of Code the number of its free variables.
  ConstShape (*constant)(const void* context, uint32_t i, uint32_t* size);
  const void* context;
};

// Empty when the code, and all code objects among its constants, are valid; else what is wrong and where.
std::string validate(const CompiledCode& code);
// The same for one code object without those among its constants.
std::string validate_view(const CodeView& code);
// Whether a debugger may move control from one instruction to another.
bool validate_jump(const CodeView& code, uint32_t from, uint32_t to);

}  // namespace kaa
