// `from __future__ import ...` at the head of a module.
#pragma once

#include <stdint.h>

#include "compiler/scope.h"
#include "parser/ast.h"

namespace kaa::compiler {

// CO_FUTURE_* of code flags and of compile()'s flags argument.
enum FutureFlags : uint32_t {
  kFutureDivision = 0x20000,
  kFutureAbsoluteImport = 0x40000,
  kFutureWithStatement = 0x80000,
  kFuturePrintFunction = 0x100000,
  kFutureUnicodeLiterals = 0x200000,
  kFutureBarryAsBdfl = 0x400000,
  kFutureGeneratorStop = 0x800000,
  kFutureAnnotations = 0x1000000,
  kFutureMask = 0x1FE0000,  // all of them (PyCF_MASK)
};

struct FutureFeatures {
  uint32_t flags = 0;  // those that have a meaning today: annotations, barry_as_FLUFL
  ast::Loc loc = {-1, -1, -1, -1};  // of the last future import, for ScopeOptions::future_loc
};

// Reads the future imports of `mod`: only other future imports and a docstring may stand before them. False: *error says
// which feature is not defined. A future import further down is found by the scope analysis.
bool scan_future(const ast::Mod* mod, FutureFeatures* features, CompileError* error);

// What a module is compiled with: its own features, and those of the code that compiles it or of compile()'s flags.
inline uint32_t merge_future_flags(const FutureFeatures& own, uint32_t inherited) {
  return own.flags | (inherited & kFutureMask);
}

}  // namespace kaa::compiler
