#include "compiler/compile.h"

#include "compiler/codegen.h"
#include "compiler/future.h"

namespace kaa::compiler {

CompileResult compile(ast::Ast& ast, ast::Mod* mod, const CompileOptions& options) {
  CompileResult result;
  FutureFeatures features;
  if (!scan_future(mod, &features, &result.error)) return result;
  uint32_t future = merge_future_flags(features, options.flags);
  FoldOptions fold;
  fold.optimize = options.optimize;
  fold.future_annotations = future & kFutureAnnotations;
  if (!preprocess(ast, mod, fold, &result.warnings, &result.error)) return result;
  ScopeOptions scope_options;
  scope_options.future_annotations = fold.future_annotations;
  scope_options.future_loc = features.loc;
  scope_options.allow_top_level_await = options.flags & kAllowTopLevelAwait;
  ScopeTable scopes;
  if (!scopes.build(ast, mod, scope_options)) {
    result.error = scopes.error();
    return result;
  }
  if (!collect_warnings(mod, fold, &result.warnings, &result.error)) return result;
  if (!fold_constants(ast, mod, fold, &result.error)) return result;
  uintptr_t limit = options.stack_limit ? options.stack_limit : (uintptr_t)__builtin_frame_address(0) - (4u << 20);
  Codegen codegen(ast, scopes, options, future, limit);
  result.code = codegen.compile(mod);
  result.error = codegen.error();
  return result;
}

CompileResult compile_source(std::string_view source, const CompileOptions& options) {
  ast::Ast ast;
  parser::ParseOptions parse;
  parse.mode = options.mode;
  parse.type_comments = options.flags & kTypeComments;
  parse.allow_top_level_await = options.flags & kAllowTopLevelAwait;
  parse.dont_imply_dedent = options.flags & kDontImplyDedent;
  parse.allow_incomplete_input = options.flags & kAllowIncompleteInput;
  parse.barry_as_bdfl = options.flags & kFutureBarryAsBdfl;
  parse.by_lines = options.by_lines;
  parse.int_max_str_digits = options.int_max_str_digits;
  parser::ParseResult parsed = parser::parse(ast, source, parse);
  CompileResult result;
  if (parsed.mod) result = compile(ast, parsed.mod, options);
  result.parse_error = std::move(parsed.error);
  result.parse_warnings = std::move(parsed.warnings);
  return result;
}

}  // namespace kaa::compiler
