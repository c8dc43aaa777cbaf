// The text of an expression as CPython's compiler writes it for `from __future__ import annotations`.
#pragma once
#include <string>

#include "parser/ast.h"

namespace kaa::compiler {

std::string unparse(const ast::Expr* expr);

}  // namespace kaa::compiler
