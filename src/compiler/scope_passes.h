// The two passes of the scope analysis, for scope_build.cpp and scope_resolve.cpp only.
#pragma once

#include "compiler/scope.h"

namespace kaa::compiler {

uint32_t scope_key_hash(const void* node, ScopePart part);

// Pass 1: walks the tree, makes the scopes, collects flags. Errors go to the table; every visit returns false after one.
//
// Native stack: the walk descends the left operands of operators, calls, attributes and subscripts, and `elif` chains, in
// a loop; what remains recursive is counted against ScopeOptions::recursion_limit.
class ScopeBuilder {
 public:
  ScopeBuilder(ast::Ast& ast, ScopeTable& table, const ScopeOptions& options);
  bool build(const ast::Mod* mod);

 private:
  using Name = ast::Name;

  bool fail(const ast::Loc& loc, std::string message);
  bool fail_name(const ast::Loc& loc, const char* before, const Name* name, const char* after);
  bool fail_depth();

  Scope* new_scope(Name* name, ScopeType type, const void* node, ScopePart part, const ast::Loc& loc);
  void enter_existing(Scope* scope, bool add_child = true);
  bool enter(Name* name, ScopeType type, const void* node, ScopePart part, const ast::Loc& loc);
  void leave();
  bool enter_type_params(const ast::Stmt* stmt, Name* name, bool for_class, bool has_defaults, bool has_kwdefaults);

  Name* mangled(Name* name) { return mangle_in(ast_, cur_, name); }
  uint32_t flags_of(const Scope* scope, Name* name);
  bool check_name(Name* name, const ast::Loc& loc, ast::ExprContext ctx);
  bool add_def(Name* name, uint32_t flags, const ast::Loc& loc);
  bool add_def_ctx(Name* name, uint32_t flags, const ast::Loc& loc, ast::ExprContext ctx);
  bool add_def_to(Scope* scope, Name* name, uint32_t flags, const ast::Loc& loc);
  void record_directive(Name* name, const ast::Loc& loc);

  // References: positions in the current scope's list, and the exchange of two neighbouring runs of it.
  size_t mark() const { return cur_->references.size(); }
  void exchange(size_t first, size_t middle);
  void refer(Name* mangled_name);

  bool visit_body(const ast::Seq<ast::Stmt*>& body);
  bool visit_stmt(const ast::Stmt* stmt);
  bool visit_stmt_inner(const ast::Stmt* stmt);
  bool visit_function(const ast::FunctionDef* def, bool is_async);
  bool visit_class(const ast::ClassDef* def);
  bool visit_type_alias(const ast::TypeAlias* alias);
  bool visit_ann_assign(const ast::AnnAssign* assign);
  bool visit_if(const ast::If* stmt);
  bool visit_for(const ast::For* stmt);
  bool visit_try(const ast::Try* stmt);
  bool visit_with(const ast::With* stmt);
  bool visit_alias(const ast::Alias* alias);
  bool visit_declaration(const ast::Seq<Name*>& names, const ast::Loc& loc, bool global);
  bool check_import_from(const ast::ImportFrom* stmt);

  bool visit_exprs(const ast::Seq<ast::Expr*>& exprs);  // null entries are skipped
  bool visit_optional(const ast::Expr* expr) { return !expr || visit_expr(expr); }
  bool visit_expr(const ast::Expr* expr);
  bool visit_head(const ast::Expr* expr);
  bool visit_rest(const ast::Expr* expr);
  bool visit_name(const ast::NameExpr* name);
  bool visit_dict(const ast::Dict* dict);
  bool visit_lambda(const ast::Lambda* lambda);
  bool visit_named_expr(const ast::NamedExpr* expr);
  bool extend_named_expr_scope(const ast::NameExpr* target);
  bool visit_yield(const ast::Expr* expr, const ast::Expr* value);
  bool visit_await(const ast::Await* expr);
  bool visit_keywords(const ast::Seq<ast::Keyword*>& keywords);
  bool visit_comprehension(const ast::Expr* expr, Name* name, ComprehensionKind kind,
                           const ast::Seq<ast::Comprehension*>& generators, const ast::Expr* elt, const ast::Expr* value);
  bool visit_generator(const ast::Comprehension* generator);
  bool check_keywords(const ast::Seq<ast::Keyword*>& keywords);
  bool refuse_in_annotation(const char* what, const ast::Expr* expr);
  bool refuse_in_comprehension(const ast::Expr* expr);

  bool visit_params(const ast::Seq<ast::Arg*>& args);
  bool visit_arguments(const ast::Arguments* args);
  bool visit_signature_annotations(const ast::FunctionDef* def);
  bool visit_arg_annotation(const ast::Arg* arg);
  bool visit_annotation(const ast::Expr* annotation);
  bool visit_type_params(const ast::Seq<ast::TypeParam*>& params);
  bool visit_type_param(const ast::TypeParam* param);
  bool visit_bound_or_default(const ast::TypeParam* param, const ast::Expr* expr, ScopePart part, const char* info);
  bool visit_pattern(const ast::Pattern* pattern);
  bool visit_patterns(const ast::Seq<ast::Pattern*>& patterns);

  bool is_async_function() const { return cur_->type == ScopeType::Function && cur_->coroutine; }
  bool top_level_await_allowed() const { return options_.allow_top_level_await && cur_->type == ScopeType::Module; }
  bool require_coroutine(const char* message, const ast::Loc& loc);

  ast::Ast& ast_;
  ScopeTable& table_;
  const ScopeOptions& options_;
  std::vector<Scope*> stack_;
  std::vector<const ast::Expr*> spine_;
  Scope* cur_ = nullptr;
  Name* private_ = nullptr;
  int depth_ = 0;
  // Identifiers with a meaning of their own.
  Name *n_top_, *n_lambda_, *n_listcomp_, *n_setcomp_, *n_dictcomp_, *n_genexpr_, *n_annotate_, *n_class_, *n_classdict_,
      *n_conditional_, *n_format_, *n_type_params_, *n_generic_base_, *n_defaults_, *n_kwdefaults_, *n_dunder_type_params_,
      *n_dot_zero_, *n_super_, *n_debug_, *n_future_, *n_star_;
};

// Pass 2: decides the class of every name. The sets are kept as vectors sorted by pointer.
class ScopeResolver {
 public:
  ScopeResolver(ast::Ast& ast, ScopeTable& table);
  bool resolve();

 private:
  using Name = ast::Name;
  using NameSet = std::vector<Name*>;

  struct Context;
  bool analyze_block(Scope* scope, NameSet* bound, NameSet& free, NameSet& global, NameSet& type_params,
                     const Scope* class_entry);
  bool analyze_name(Scope* scope, Symbol& symbol, NameSet* bound, NameSet& local, NameSet& free, NameSet& global,
                    NameSet& type_params, const Scope* class_entry);
  void inline_comprehension(Scope* scope, Scope* comprehension, NameSet& free, NameSet& inlined_cells);
  void update_symbols(Scope* scope, const NameSet* bound, const NameSet& free, const NameSet& inlined_cells);
  bool fail_at_directive(const Scope* scope, const Name* name, std::string message);

  ScopeTable& table_;
  Name *n_class_, *n_classdict_, *n_conditional_;
};

}  // namespace kaa::compiler
