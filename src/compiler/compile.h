// From a syntax tree, or from source text, to a code object's description.
//
// The passes: parse, check of `from __future__` imports, constant folding (fold.h), scope analysis (scope.h), code generation. Nothing here
// knows the heap: an error is a struct that the caller turns into an exception, and warnings are a list that the caller hands to `warnings`.
#pragma once
#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "bytecode/compiled_code.h"
#include "compiler/fold.h"
#include "compiler/scope.h"
#include "parser/ast.h"
#include "parser/parser.h"

namespace kaa::compiler {

// Compiler flags with compile()'s numbers.
enum CompileFlags : uint32_t {
  kDontImplyDedent = 0x200,
  kOnlyAst = 0x400,
  kTypeComments = 0x1000,
  kAllowTopLevelAwait = 0x2000,
  kAllowIncompleteInput = 0x4000,
};

struct CompileOptions {
  std::string filename = "<string>";
  uint32_t flags = 0;   // CompileFlags and inherited CO_FUTURE_* flags
  int optimize = 0;     // 0; 1: no assert, __debug__ is False; 2: no docstrings either
  parser::Mode mode = parser::Mode::Exec;  // of the source form; a tree has its own
  // Lowest stack address the compiler may use; 0: 4 MiB below the caller.
  uintptr_t stack_limit = 0;
  bool by_lines = false;  // ParseOptions::by_lines
  int int_max_str_digits = 4300;  // sys.set_int_max_str_digits(); 0 is no limit
};

struct CompileResult {
  CompiledCode* code = nullptr;  // owned by the caller; null on an error
  // One of the two is set on an error: the parser's (with text and character offsets) or a later pass's.
  parser::ParseError parse_error;
  CompileError error;
  std::vector<parser::ParseWarning> parse_warnings;
  std::vector<CompileWarning> warnings;
};

// Compiles `mod`, whose nodes `ast` owns. The tree is changed by constant folding.
CompileResult compile(ast::Ast& ast, ast::Mod* mod, const CompileOptions& options);

// `source` is UTF-8 without a byte order mark.
CompileResult compile_source(std::string_view source, const CompileOptions& options);

}  // namespace kaa::compiler
