#include "compiler/future.h"

namespace kaa::compiler {

// Features that became the rule are accepted and set nothing.
static bool known_feature(std::string_view name, uint32_t* flags) {
  static const char* const kDone[] = {"nested_scopes",   "generators",       "division",       "absolute_import",
                                      "with_statement",  "print_function",   "unicode_literals", "generator_stop"};
  for (const char* done : kDone) {
    if (name == done) return true;
  }
  if (name == "barry_as_FLUFL") {
    *flags |= kFutureBarryAsBdfl;
    return true;
  }
  if (name == "annotations") {
    *flags |= kFutureAnnotations;
    return true;
  }
  return false;
}

static bool check_features(const ast::ImportFrom* stmt, FutureFeatures* features, CompileError* error) {
  for (const ast::Alias* alias : stmt->names) {
    std::string_view name = alias->name->text();
    if (known_feature(name, &features->flags)) continue;
    // CPython points at the alias.
    error->kind = CompileErrorKind::SyntaxError;
    error->message = name == "braces" ? "not a chance" : "future feature " + std::string(name.substr(0, 100)) + " is not defined";
    error->loc = alias->loc;
    error->plain_args = true;
    return false;
  }
  return true;
}

bool scan_future(const ast::Mod* mod, FutureFeatures* features, CompileError* error) {
  const ast::Seq<ast::Stmt*>* body;
  if (const ast::Module* module = mod->if_a<ast::Module>()) {
    body = &module->body;
  } else if (const ast::Interactive* interactive = mod->if_a<ast::Interactive>()) {
    body = &interactive->body;
  } else {
    return true;
  }
  // Statements after the first other one on the same line are looked at too: `import a; from __future__ import b`.
  bool done = false;
  int32_t previous_line = 0;
  bool first = true;
  for (const ast::Stmt* stmt : *body) {
    if (done && stmt->loc.lineno > previous_line) return true;
    previous_line = stmt->loc.lineno;
    const ast::ImportFrom* import = stmt->if_a<ast::ImportFrom>();
    if (import && import->module && import->module->text() == "__future__" && import->level == 0) {
      if (done) {
        *error = {CompileErrorKind::SyntaxError, "from __future__ imports must occur at the beginning of the file", stmt->loc, true};
        return false;
      }
      if (!check_features(import, features, error)) return false;
      features->loc = stmt->loc;
    } else if (!(first && docstring_of(*body))) {
      done = true;
    }
    first = false;
  }
  return true;
}

}  // namespace kaa::compiler
