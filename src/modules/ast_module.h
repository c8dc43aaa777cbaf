// Between the parser's syntax tree and the objects of the `_ast` module.
#pragma once
#include <string_view>

#include "parser/parser.h"
#include "runtime/api.h"

namespace kaa {

Result<bool> is_ast_object(Thread& t, Value v);  // an instance of _ast.AST
// compile() of a tree of _ast objects; with PyCF_ONLY_AST the (optimised) tree comes back.
Result<Value> compile_ast_object(Thread& t, Value tree, Str* filename, parser::Mode mode, uint32_t flags, int optimize);
// compile(source, ..., PyCF_ONLY_AST)
Result<Value> parse_to_ast_object(Thread& t, std::string_view utf8, Str* filename, parser::Mode mode, uint32_t flags, int optimize, int feature_version);

}  // namespace kaa
