// What happens to a syntax tree between the parser and the code generator, beside scope analysis.
//
// The order of compile(), as CPython 3.14's:
//   1. scan_future (future.h)
//   2. preprocess         what ast.parse(optimize=...) shows: docstrings and __debug__, '%' formatting, numbers in patterns;
//                         warns of `return`, `break` and `continue` that leave a finally block (PEP 765)
//   3. ScopeTable::build  (scope.h)
//   4. collect_warnings   the SyntaxWarnings of the code generator; needs the tree as it was written
//   5. fold_constants     constant expressions, containers in `in` tests and loops; CPython does this to its bytecode,
//                         so that no tool sees it in a tree
//   6. code generation
// For ast.parse and compile(..., PyCF_ONLY_AST): 1 and 2 only, without warnings; `syntax_check_only` where optimize < 0 or no
// PyCF_OPTIMIZED_AST was asked for.
//
// Step 5 skips annotations under `from __future__ import annotations`, which are turned back into text. It never makes a
// docstring: an expression statement keeps its node. The generator must still use Scope::has_docstring.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

#include "compiler/scope.h"
#include "parser/ast.h"

namespace kaa::compiler {

// A SyntaxWarning. As an error (with -W error) it is a SyntaxError at this place.
struct CompileWarning {
  std::string message;
  ast::Loc loc;
};

struct FoldOptions {
  int optimize = 0;                 // 0, 1 (-O) or 2 (-OO)
  bool future_annotations = false;  // from __future__ import annotations, here or inherited
  bool syntax_check_only = false;   // preprocess: changes nothing but docstrings (with optimize >= 2)
  int recursion_limit = 5000;       // nested nodes before RecursionError; about 200 bytes of native stack each
};

// Each returns false with *error set when the tree is too deep. `warnings` may be null.
bool preprocess(ast::Ast& ast, ast::Mod* mod, const FoldOptions& options, std::vector<CompileWarning>* warnings,
                CompileError* error);
bool collect_warnings(const ast::Mod* mod, const FoldOptions& options, std::vector<CompileWarning>* warnings,
                      CompileError* error);
bool fold_constants(ast::Ast& ast, ast::Mod* mod, const FoldOptions& options, CompileError* error);

// ---- arithmetic on constants --------------------------------------------------------------------------------------
//
// Each gives Python's result, or false where Python would raise, where the result passes CPython's size limits for folded
// constants (128 bits, 4096 characters, 256 items), or where it is not computed here (ints beyond 127 bits).
// A result may share text and items with its operands; new ones are in `arena`.
//
// Forms that only folding makes: an Int whose text has base 10 and may begin with '-'; a Complex with size 2, whose items
// are its real and imaginary part as Floats (complex_of reads both forms).
bool fold_binary(Arena& arena, ast::Operator op, const ast::ConstantValue& left, const ast::ConstantValue& right,
                 ast::ConstantValue* out);
bool fold_unary(Arena& arena, ast::UnaryOperator op, const ast::ConstantValue& operand, ast::ConstantValue* out);
bool fold_subscript(Arena& arena, const ast::ConstantValue& value, const ast::ConstantValue& index, ast::ConstantValue* out);
// 1 true, 0 false, -1 unknown (Object).
int constant_truth(const ast::ConstantValue& value);
void complex_of(const ast::ConstantValue& value, double* real, double* imag);
// The value of an Int; false when it needs more than 128 bits (signed).
bool int128_of(const ast::ConstantValue& value, __int128* out);
ast::ConstantValue int_constant(Arena& arena, __int128 value);
// "int", "NoneType", ...: the name of the constant's type.
const char* constant_type_name(const ast::ConstantValue& value);

}  // namespace kaa::compiler
