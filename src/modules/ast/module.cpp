// _ast, and what compile() does with trees.
#include "compiler/future.h"
#include "modules/ast/classes.h"
#include "modules/ast_module.h"
#include "modules/code_builtins.h"

namespace kaa {

using namespace pyast;

namespace {

constexpr uint32_t kOptimizedAst = 0x8000 | compiler::kOnlyAst;

Status exec(Thread& t, Module* m) {
  TRY(make_classes(t));
  for (const ClassInfo& c : g_classes) TRY(module_add(t, m, c.name, c.type));
  TRY(module_add(t, m, "PyCF_ALLOW_TOP_LEVEL_AWAIT", small_int(compiler::kAllowTopLevelAwait)));
  TRY(module_add(t, m, "PyCF_ONLY_AST", small_int(compiler::kOnlyAst)));
  TRY(module_add(t, m, "PyCF_TYPE_COMMENTS", small_int(compiler::kTypeComments)));
  return module_add(t, m, "PyCF_OPTIMIZED_AST", small_int(kOptimizedAst));
}

// The part of compile() that a tree shows: future imports are checked, and with PyCF_OPTIMIZED_AST constants are folded.
Status prepare(Thread& t, ast::Ast& a, ast::Mod* mod, std::string_view source, Str* filename, uint32_t flags, int optimize) {
  compiler::FutureFeatures features;
  compiler::CompileError error;
  bool fine = compiler::scan_future(mod, &features, &error);
  if (fine) {
    compiler::FoldOptions o;
    o.optimize = optimize < 0 ? interp().optimize : optimize;
    o.future_annotations = compiler::merge_future_flags(features, flags) & compiler::kFutureAnnotations;
    o.syntax_check_only = (flags & kOptimizedAst) != kOptimizedAst;
    fine = compiler::preprocess(a, mod, o, nullptr, &error);
  }
  if (!fine) return raise_compile_error(t, error, filename);
  return {};
}

}  // namespace

Result<bool> is_ast_object(Thread& t, Value v) {
  TRY(make_classes(t));
  return is_instance(v, g_classes[C_AST].type);
}

Result<Value> compile_ast_object(Thread& t, Value tree, Str* filename, parser::Mode mode, uint32_t flags, int optimize) {
  TRY(make_classes(t));
  static constexpr Class k_wanted[] = {C_Module, C_Interactive, C_Expression, C_FunctionType};
  const ClassInfo& wanted = g_classes[k_wanted[static_cast<int>(mode)]];
  bool only_ast = flags & compiler::kOnlyAst, optimized = (flags & kOptimizedAst) == kOptimizedAst;
  if (!is_instance(tree, wanted.type)) return RAISE(TypeError, "expected %s node, got %U", wanted.name, type_of(tree)->name.get());
  if (only_ast && !optimized) return tree;
  Keep keep(tree);
  ast::Ast a;
  ast::Mod* mod = nullptr;
  TRY(from_object(t, a, tree, mod));
  TRY(validate(t, mod));
  if (only_ast) {
    TRY(prepare(t, a, mod, {}, filename, flags, optimize));
    return to_object(t, mod);
  }
  compiler::CompileOptions o;
  Utf8 name;
  TRY(str_utf8(t, filename, name, true));
  o.filename.assign(name.view());
  o.flags = flags;
  o.optimize = optimize < 0 ? interp().optimize : optimize;
  o.mode = mode;
  o.stack_limit = reinterpret_cast<uintptr_t>(t.native_limit);
  compiler::CompileResult r = compiler::compile(a, mod, o);
  return TRY(finish_compile(t, r, {}, filename, filename));
}

Result<Value> parse_to_ast_object(Thread& t, std::string_view utf8, Str* filename, parser::Mode mode, uint32_t flags, int optimize, int feature_version) {
  TRY(make_classes(t));
  parser::ParseOptions o;
  o.mode = mode;
  o.type_comments = flags & compiler::kTypeComments;
  o.allow_top_level_await = flags & compiler::kAllowTopLevelAwait;
  o.dont_imply_dedent = flags & compiler::kDontImplyDedent;
  o.allow_incomplete_input = flags & compiler::kAllowIncompleteInput;
  o.barry_as_bdfl = flags & compiler::kFutureBarryAsBdfl;
  if (feature_version >= 0) o.feature_version = feature_version;
  o.int_max_str_digits = static_cast<int>(interp().int_max_str_digits);
  ast::Ast a;
  parser::ParseResult parsed = parser::parse(a, utf8, o);
  TRY(emit_parse_warnings(t, parsed.warnings, utf8, filename));
  if (!parsed.mod) return raise_parse_error(t, parsed.error, filename);
  TRY(prepare(t, a, parsed.mod, utf8, filename, flags, optimize));
  return to_object(t, parsed.mod);
}

extern const ModuleDef _ast_module = {.name = "_ast", .exec = exec};

}  // namespace kaa
