// Pass 1 of the scope analysis, its frame: making and entering scopes, recording names, statements.
// Expressions, patterns and annotations are in scope_build_expr.cpp.
//
// The order of visits decides which of several errors is reported and the order of the symbols: it is CPython's, which is
// not the order of evaluation (targets come before values). The order in which code will refer to names is kept apart, in
// Scope::references: visits record there as they go, and the exceptions exchange the runs.
#include <string.h>

#include <algorithm>

#include "compiler/scope_passes.h"

namespace kaa::compiler {

using ast::ExprContext;
using ast::Loc;
using ast::StmtKind;

ScopeBuilder::ScopeBuilder(ast::Ast& ast, ScopeTable& table, const ScopeOptions& options)
    : ast_(ast), table_(table), options_(options) {
  n_top_ = ast.intern("top");
  n_lambda_ = ast.intern("lambda");
  n_listcomp_ = ast.intern("listcomp");
  n_setcomp_ = ast.intern("setcomp");
  n_dictcomp_ = ast.intern("dictcomp");
  n_genexpr_ = ast.intern("genexpr");
  n_annotate_ = ast.intern("__annotate__");
  n_class_ = ast.intern("__class__");
  n_classdict_ = ast.intern("__classdict__");
  n_conditional_ = ast.intern("__conditional_annotations__");
  n_format_ = ast.intern(".format");
  n_type_params_ = ast.intern(".type_params");
  n_generic_base_ = ast.intern(".generic_base");
  n_defaults_ = ast.intern(".defaults");
  n_kwdefaults_ = ast.intern(".kwdefaults");
  n_dunder_type_params_ = ast.intern("__type_params__");
  n_dot_zero_ = ast.intern(".0");
  n_super_ = ast.intern("super");
  n_debug_ = ast.intern("__debug__");
  n_future_ = ast.intern("__future__");
  n_star_ = ast.intern("*");
}

// ---- errors -------------------------------------------------------------------------------------------------------

bool ScopeBuilder::fail(const Loc& loc, std::string message) {
  table_.error_ = {CompileErrorKind::SyntaxError, std::move(message), loc, true};
  return false;
}

bool ScopeBuilder::fail_name(const Loc& loc, const char* before, const Name* name, const char* after) {
  std::string message = before;
  message.append(name->text());
  message += after;
  return fail(loc, std::move(message));
}

bool ScopeBuilder::fail_depth() {
  table_.error_ = {CompileErrorKind::RecursionError, "maximum recursion depth exceeded during compilation", {}};
  return false;
}

// ---- scopes -------------------------------------------------------------------------------------------------------

Scope* ScopeBuilder::new_scope(Name* name, ScopeType type, const void* node, ScopePart part, const Loc& loc) {
  Scope* scope = new Scope;
  scope->type = type;
  scope->part = part;
  scope->node = node;
  scope->name = name;
  scope->loc = loc;
  scope->parent = cur_;
  scope->private_name = private_;
  scope->table = &table_;
  scope->id = (int32_t)table_.scopes_.size();
  scope->nested = cur_ && (cur_->nested || cur_->is_function_like());
  scope->method = cur_ && cur_->type == ScopeType::Class && type == ScopeType::Function;
  table_.scopes_.push_back(scope);
  return scope;
}

void ScopeBuilder::enter_existing(Scope* scope, bool add_child) {
  Scope* before = cur_;
  stack_.push_back(scope);
  cur_ = scope;
  if (!before) return;
  // Assignment expressions stay forbidden in everything inside a comprehension's iterable, lambdas included.
  scope->comp_iter_expr = before->comp_iter_expr;
  if (before->mangled_names && scope->type != ScopeType::Class) scope->mangled_names = before->mangled_names;
  // With `from __future__ import annotations` annotations become strings: their blocks leave no trace.
  if (options_.future_annotations && scope->type == ScopeType::Annotation) return;
  if (add_child) before->children.push_back(scope);
}

bool ScopeBuilder::enter(Name* name, ScopeType type, const void* node, ScopePart part, const Loc& loc) {
  enter_existing(new_scope(name, type, node, part, loc));
  if (type == ScopeType::Annotation || type == ScopeType::TypeVariable || type == ScopeType::TypeAlias) {
    // The parameter that says in which format the value is wanted; the code that checks it uses it.
    if (!add_def(n_format_, kDefParam, loc)) return false;
    return add_def(n_format_, kUse, loc);
  }
  return true;
}

void ScopeBuilder::leave() {
  stack_.pop_back();
  cur_ = stack_.empty() ? nullptr : stack_.back();
}

bool ScopeBuilder::enter_type_params(const ast::Stmt* stmt, Name* name, bool for_class, bool has_defaults,
                                     bool has_kwdefaults) {
  const Loc& loc = stmt->loc;
  bool in_class = cur_->type == ScopeType::Class;
  if (!enter(name, ScopeType::TypeParameters, stmt, ScopePart::TypeParams, loc)) return false;
  if (in_class) {
    cur_->can_see_class_scope = true;
    if (!add_def(n_classdict_, kUse, loc)) return false;
  }
  if (for_class) {
    // Written when the tuple of type parameters is made, read when the bases are put together.
    if (!add_def(n_type_params_, kDefLocal, loc) || !add_def(n_type_params_, kUse, loc)) return false;
    if (!add_def(n_generic_base_, kDefLocal, loc) || !add_def(n_generic_base_, kUse, loc)) return false;
  }
  if (has_defaults && !add_def(n_defaults_, kDefParam, loc)) return false;
  if (has_kwdefaults && !add_def(n_kwdefaults_, kDefParam, loc)) return false;
  return true;
}

// ---- names --------------------------------------------------------------------------------------------------------

void ScopeBuilder::exchange(size_t first, size_t middle) {
  auto& references = cur_->references;
  std::rotate(references.begin() + (ptrdiff_t)first, references.begin() + (ptrdiff_t)middle, references.end());
}

void ScopeBuilder::refer(Name* mangled_name) {
  if (cur_->is_function_like()) cur_->references.push_back((uintptr_t)mangled_name);
}

uint32_t ScopeBuilder::flags_of(const Scope* scope, Name* name) {
  const Symbol* symbol = scope->symbols.find(mangle_in(ast_, scope, name));
  return symbol ? symbol->flags : 0;
}

bool ScopeBuilder::check_name(Name* name, const Loc& loc, ExprContext ctx) {
  if (name != n_debug_) return true;
  if (ctx == ExprContext::Store) return fail(loc, "cannot assign to __debug__");
  if (ctx == ExprContext::Del) return fail(loc, "cannot delete __debug__");
  return true;
}

bool ScopeBuilder::add_def(Name* name, uint32_t flags, const Loc& loc) {
  return add_def_ctx(name, flags, loc, flags == kUse ? ExprContext::Load : ExprContext::Store);
}

bool ScopeBuilder::add_def_ctx(Name* name, uint32_t flags, const Loc& loc, ExprContext ctx) {
  if ((flags & (kDefParam | kDefLocal | kDefImport)) && !check_name(name, loc, ctx)) return false;
  if ((flags & kDefTypeParam) && cur_->mangled_names) {
    auto& names = *cur_->mangled_names;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if ((flags & (kUse | kDefLocal | kDefImport)) && !(flags & kDefAnnotation) && name != n_generic_base_) refer(mangled(name));
  return add_def_to(cur_, name, flags, loc);
}

// `scope` is the current one, or for assignment expressions one around it; names are mangled as in the current one.
bool ScopeBuilder::add_def_to(Scope* scope, Name* name, uint32_t flags, const Loc& loc) {
  Name* key = mangled(name);
  Symbol& symbol = scope->symbols.get(key);
  if ((flags & kDefParam) && (symbol.flags & kDefParam)) {
    return fail_name(loc, "duplicate argument '", name, "' in function definition");
  }
  if ((flags & kDefTypeParam) && (symbol.flags & kDefTypeParam)) {
    return fail_name(loc, "duplicate type parameter '", name, "'");
  }
  symbol.flags |= flags;
  if (scope->comp_iter_target) {
    if (symbol.flags & (kDefGlobal | kDefNonlocal)) {
      return fail_name(loc, "comprehension inner loop cannot rebind assignment expression target '", name, "'");
    }
    symbol.flags |= kDefCompIter;
  }
  if (flags & kDefParam) {
    scope->params.push_back(key);
  } else if (flags & kDefGlobal) {
    table_.scopes_[0]->symbols.get(key).flags |= flags;  // `symbol` may dangle from here on
  }
  return true;
}

void ScopeBuilder::record_directive(Name* name, const Loc& loc) { cur_->directives.push_back({mangled(name), loc}); }

// ---- modules ------------------------------------------------------------------------------------------------------

bool ScopeBuilder::build(const ast::Mod* mod) {
  table_.special_[0] = n_class_;
  table_.special_[1] = n_classdict_;
  table_.special_[2] = n_conditional_;
  if (!enter(n_top_, ScopeType::Module, mod, ScopePart::Body, Loc{})) return false;
  bool ok = false;
  switch (mod->kind) {
    case ast::ModKind::Module: {
      const auto& body = mod->as<ast::Module>()->body;
      cur_->has_docstring = docstring_of(body) != nullptr;
      ok = visit_body(body);
      break;
    }
    case ast::ModKind::Interactive:
      ok = visit_body(mod->as<ast::Interactive>()->body);
      break;
    case ast::ModKind::Expression:
      ok = visit_expr(mod->as<ast::Expression>()->body);
      break;
    case ast::ModKind::FunctionType:
      table_.error_ = {CompileErrorKind::RuntimeError, "this compiler does not handle FunctionTypes", {}};
      break;
  }
  if (!ok) return false;
  leave();
  return true;
}

// ---- statements ---------------------------------------------------------------------------------------------------

bool ScopeBuilder::visit_body(const ast::Seq<ast::Stmt*>& body) {
  for (const ast::Stmt* stmt : body) {
    if (!visit_stmt(stmt)) return false;
  }
  return true;
}

bool ScopeBuilder::visit_stmt(const ast::Stmt* stmt) {
  if (++depth_ > options_.recursion_limit) return fail_depth();
  bool ok = visit_stmt_inner(stmt);
  depth_--;
  return ok;
}

bool ScopeBuilder::visit_stmt_inner(const ast::Stmt* stmt) {
  switch (stmt->kind) {
    case StmtKind::FunctionDef:
      return visit_function(stmt->as<ast::FunctionDef>(), false);
    case StmtKind::AsyncFunctionDef:
      return visit_function(stmt->as<ast::FunctionDef>(), true);
    case StmtKind::ClassDef:
      return visit_class(stmt->as<ast::ClassDef>());
    case StmtKind::TypeAlias:
      return visit_type_alias(stmt->as<ast::TypeAlias>());
    case StmtKind::Return: {
      const ast::Return* node = stmt->as<ast::Return>();
      if (!node->value) return true;
      if (!visit_expr(node->value)) return false;
      cur_->returns_value = true;
      return true;
    }
    case StmtKind::Delete:
      return visit_exprs(stmt->as<ast::Delete>()->targets);
    case StmtKind::Assign: {
      const ast::Assign* node = stmt->as<ast::Assign>();
      size_t start = mark();
      if (!visit_exprs(node->targets)) return false;
      size_t value = mark();
      if (!visit_expr(node->value)) return false;
      exchange(start, value);
      return true;
    }
    case StmtKind::AugAssign: {
      const ast::AugAssign* node = stmt->as<ast::AugAssign>();
      return visit_expr(node->target) && visit_expr(node->value);
    }
    case StmtKind::AnnAssign:
      return visit_ann_assign(stmt->as<ast::AnnAssign>());
    case StmtKind::AsyncFor:
      if (top_level_await_allowed()) cur_->coroutine = true;
      if (!require_coroutine("'async for' outside async function", stmt->loc)) return false;
      return visit_for(stmt->as<ast::For>());
    case StmtKind::For:
      return visit_for(stmt->as<ast::For>());
    case StmtKind::While: {
      const ast::While* node = stmt->as<ast::While>();
      if (!visit_expr(node->test)) return false;
      bool before = cur_->in_conditional_block;
      cur_->in_conditional_block = true;
      if (!visit_body(node->body) || !visit_body(node->orelse)) return false;
      cur_->in_conditional_block = before;
      return true;
    }
    case StmtKind::If:
      return visit_if(stmt->as<ast::If>());
    case StmtKind::AsyncWith:
      if (top_level_await_allowed()) cur_->coroutine = true;
      if (!require_coroutine("'async with' outside async function", stmt->loc)) return false;
      return visit_with(stmt->as<ast::With>());
    case StmtKind::With:
      return visit_with(stmt->as<ast::With>());
    case StmtKind::Match: {
      const ast::Match* node = stmt->as<ast::Match>();
      if (!visit_expr(node->subject)) return false;
      bool before = cur_->in_conditional_block;
      cur_->in_conditional_block = true;
      for (const ast::MatchCase* branch : node->cases) {
        if (!visit_pattern(branch->pattern) || !visit_optional(branch->guard) || !visit_body(branch->body)) return false;
      }
      cur_->in_conditional_block = before;
      return true;
    }
    case StmtKind::Raise: {
      const ast::Raise* node = stmt->as<ast::Raise>();
      return !node->exc || (visit_expr(node->exc) && visit_optional(node->cause));
    }
    case StmtKind::Try:
    case StmtKind::TryStar:
      return visit_try(stmt->as<ast::Try>());
    case StmtKind::Assert: {
      const ast::Assert* node = stmt->as<ast::Assert>();
      return visit_expr(node->test) && visit_optional(node->msg);
    }
    case StmtKind::Import:
      for (const ast::Alias* alias : stmt->as<ast::Import>()->names) {
        if (!visit_alias(alias)) return false;
      }
      return true;
    case StmtKind::ImportFrom:
      for (const ast::Alias* alias : stmt->as<ast::ImportFrom>()->names) {
        if (!visit_alias(alias)) return false;
      }
      return check_import_from(stmt->as<ast::ImportFrom>());
    case StmtKind::Global:
      return visit_declaration(stmt->as<ast::Global>()->names, stmt->loc, true);
    case StmtKind::Nonlocal:
      return visit_declaration(stmt->as<ast::Nonlocal>()->names, stmt->loc, false);
    case StmtKind::Expr:
      return visit_expr(stmt->as<ast::ExprStmt>()->value);
    case StmtKind::Pass:
    case StmtKind::Break:
    case StmtKind::Continue:
      return true;
  }
  return true;
}

bool ScopeBuilder::visit_function(const ast::FunctionDef* def, bool is_async) {
  const ast::Arguments* args = def->args;
  size_t start = mark();
  if (!add_def(def->name, kDefLocal, def->loc)) return false;
  size_t after_name = mark();
  if (!visit_exprs(args->defaults) || !visit_exprs(args->kw_defaults)) return false;
  size_t decorators = mark();
  if (!visit_exprs(def->decorator_list)) return false;
  // Evaluated: decorators, defaults, then the name is bound.
  size_t decorator_count = mark() - decorators;
  exchange(start, decorators);
  exchange(start + decorator_count, after_name + decorator_count);

  bool generic = !def->type_params.empty();
  if (generic) {
    bool has_kwdefaults = false;
    for (const ast::Expr* value : args->kw_defaults) has_kwdefaults |= value != nullptr;
    // CPython reserves the parameter for the defaults' tuple whether there are any or not.
    if (!enter_type_params(def, def->name, false, true, has_kwdefaults)) return false;
    if (!visit_type_params(def->type_params)) return false;
  }
  Scope* scope = new_scope(def->name, ScopeType::Function, def, ScopePart::Body, def->loc);
  scope->has_docstring = docstring_of(def->body) != nullptr;
  if (!visit_signature_annotations(def)) return false;
  enter_existing(scope);
  if (is_async) cur_->coroutine = true;
  if (!visit_arguments(args) || !visit_body(def->body)) return false;
  leave();
  if (generic) leave();
  return true;
}

bool ScopeBuilder::visit_class(const ast::ClassDef* def) {
  size_t start = mark();
  if (!add_def(def->name, kDefLocal, def->loc)) return false;
  size_t after_name = mark();
  if (!visit_exprs(def->decorator_list)) return false;
  Name* outer_private = private_;
  bool generic = !def->type_params.empty();
  if (generic) {
    if (!enter_type_params(def, def->name, true, false, false)) return false;
    private_ = def->name;
    cur_->private_name = def->name;
    auto* names = new std::vector<Name*>;
    table_.mangled_sets_.push_back(names);
    cur_->mangled_names = names;
    if (!visit_type_params(def->type_params)) return false;
    refer(n_generic_base_);
  }
  if (!visit_exprs(def->bases) || !check_keywords(def->keywords) || !visit_keywords(def->keywords)) return false;
  if (!generic) exchange(start, after_name);
  private_ = def->name;
  if (!enter(def->name, ScopeType::Class, def, ScopePart::Body, def->loc)) return false;
  if (generic) {
    if (!add_def(n_dunder_type_params_, kDefLocal, def->loc) || !add_def(n_type_params_, kUse, def->loc)) return false;
  }
  cur_->has_docstring = docstring_of(def->body) != nullptr;
  if (!visit_body(def->body)) return false;
  leave();
  if (generic) {
    leave();
    exchange(start, after_name);
  }
  private_ = outer_private;
  return true;
}

bool ScopeBuilder::visit_type_alias(const ast::TypeAlias* alias) {
  if (!visit_expr(alias->name)) return false;
  Name* name = alias->name->as<ast::NameExpr>()->id;
  bool in_class = cur_->type == ScopeType::Class;
  bool generic = !alias->type_params.empty();
  if (generic) {
    if (!enter_type_params(alias, name, false, false, false)) return false;
    if (!visit_type_params(alias->type_params)) return false;
  }
  if (!enter(name, ScopeType::TypeAlias, alias, ScopePart::Body, alias->loc)) return false;
  cur_->can_see_class_scope = in_class;
  if (in_class && !add_def(n_classdict_, kUse, alias->value->loc)) return false;
  if (!visit_expr(alias->value)) return false;
  leave();
  if (generic) leave();
  return true;
}

bool ScopeBuilder::visit_ann_assign(const ast::AnnAssign* assign) {
  cur_->annotations_used = true;
  size_t start = mark();
  if (const ast::NameExpr* target = assign->target->if_a<ast::NameExpr>()) {
    uint32_t flags = flags_of(cur_, target->id);
    if ((flags & (kDefGlobal | kDefNonlocal)) && cur_ != table_.scopes_[0] && assign->simple) {
      return fail_name(assign->loc, "annotated name '", target->id,
                       flags & kDefGlobal ? "' can't be global" : "' can't be nonlocal");
    }
    if (assign->simple) {
      if (!add_def(target->id, kDefAnnotation | kDefLocal, target->loc)) return false;
      if (assign->value) refer(mangled(target->id));
    } else if (assign->value) {
      if (!add_def(target->id, kDefLocal, target->loc)) return false;
    }
  } else {
    if (!visit_expr(assign->target)) return false;
  }
  size_t value = mark();
  if (!visit_annotation(assign->annotation)) return false;
  if (assign->value) {
    if (!visit_expr(assign->value)) return false;
    exchange(start, value);
  }
  return true;
}

// A chain of elif is a chain of orelse: followed in a loop.
bool ScopeBuilder::visit_if(const ast::If* stmt) {
  bool before = cur_->in_conditional_block;
  for (;;) {
    if (!visit_expr(stmt->test)) return false;
    cur_->in_conditional_block = true;
    if (!visit_body(stmt->body)) return false;
    if (stmt->orelse.size == 1 && stmt->orelse[0]->is<ast::If>()) {
      stmt = stmt->orelse[0]->as<ast::If>();
      continue;
    }
    if (!visit_body(stmt->orelse)) return false;
    break;
  }
  cur_->in_conditional_block = before;
  return true;
}

bool ScopeBuilder::visit_for(const ast::For* stmt) {
  size_t start = mark();
  if (!visit_expr(stmt->target)) return false;
  size_t iter = mark();
  if (!visit_expr(stmt->iter)) return false;
  exchange(start, iter);
  bool before = cur_->in_conditional_block;
  cur_->in_conditional_block = true;
  if (!visit_body(stmt->body) || !visit_body(stmt->orelse)) return false;
  cur_->in_conditional_block = before;
  return true;
}

bool ScopeBuilder::visit_try(const ast::Try* stmt) {
  bool before = cur_->in_conditional_block;
  cur_->in_conditional_block = true;
  if (!visit_body(stmt->body)) return false;
  size_t handlers = mark();
  for (const ast::ExceptHandler* handler : stmt->handlers) {
    if (!visit_optional(handler->type)) return false;
    if (handler->name && !add_def(handler->name, kDefLocal, handler->loc)) return false;
    if (!visit_body(handler->body)) return false;
  }
  size_t orelse = mark();
  if (!visit_body(stmt->orelse)) return false;
  exchange(handlers, orelse);  // the code of the else clause stands before that of the handlers
  if (!visit_body(stmt->finalbody)) return false;
  cur_->in_conditional_block = before;
  return true;
}

bool ScopeBuilder::visit_with(const ast::With* stmt) {
  bool before = cur_->in_conditional_block;
  cur_->in_conditional_block = true;
  for (const ast::WithItem* item : stmt->items) {
    if (!visit_expr(item->context_expr) || !visit_optional(item->optional_vars)) return false;
  }
  if (!visit_body(stmt->body)) return false;
  cur_->in_conditional_block = before;
  return true;
}

bool ScopeBuilder::visit_alias(const ast::Alias* alias) {
  Name* name = alias->asname ? alias->asname : alias->name;
  if (name == n_star_) {
    if (cur_->type == ScopeType::Module) return true;
    return fail(alias->loc, "import * only allowed at module level");
  }
  // `import a.b` binds a.
  if (const void* dot = memchr(name->chars, '.', name->size)) {
    name = ast_.intern({name->chars, (size_t)((const char*)dot - name->chars)});
  }
  return add_def(name, kDefImport, alias->loc);
}

bool ScopeBuilder::check_import_from(const ast::ImportFrom* stmt) {
  if (stmt->module != n_future_ || stmt->level != 0) return true;
  const Loc& last = options_.future_loc;
  if (stmt->loc.lineno > last.lineno ||
      (stmt->loc.lineno == last.end_lineno && stmt->loc.col_offset > last.end_col_offset)) {
    return fail(stmt->loc, "from __future__ imports must occur at the beginning of the file");
  }
  return true;
}

bool ScopeBuilder::visit_declaration(const ast::Seq<Name*>& names, const Loc& loc, bool global) {
  for (Name* name : names) {
    uint32_t flags = flags_of(cur_, name);
    std::string word = global ? "global" : "nonlocal";
    if (flags & kDefParam) return fail_name(loc, "name '", name, ("' is parameter and " + word).c_str());
    if (flags & kUse) return fail_name(loc, "name '", name, ("' is used prior to " + word + " declaration").c_str());
    if (flags & kDefAnnotation) return fail_name(loc, "annotated name '", name, ("' can't be " + word).c_str());
    if (flags & kDefLocal) {
      return fail_name(loc, "name '", name, ("' is assigned to before " + word + " declaration").c_str());
    }
    if (!add_def(name, global ? kDefGlobal : kDefNonlocal, loc)) return false;
    record_directive(name, loc);
  }
  return true;
}

bool ScopeBuilder::require_coroutine(const char* message, const Loc& loc) {
  return cur_->coroutine || fail(loc, message);
}

// ---- the whole ----------------------------------------------------------------------------------------------------

bool ScopeTable::build(ast::Ast& ast, const ast::Mod* mod, const ScopeOptions& options) {
  ScopeBuilder builder(ast, *this, options);
  if (!builder.build(mod)) return false;
  size_t size = 16;
  while (size < scopes_.size() * 2) size *= 2;
  table_.assign(size, 0);
  uint32_t mask = (uint32_t)size - 1;
  for (size_t i = 0; i < scopes_.size(); i++) {
    if (scopes_[i]->part == ScopePart::Unregistered) continue;
    uint32_t at = scope_key_hash(scopes_[i]->node, scopes_[i]->part) & mask;
    while (table_[at]) at = (at + 1) & mask;
    table_[at] = (uint32_t)i + 1;
  }
  return ScopeResolver(ast, *this).resolve();
}

}  // namespace kaa::compiler
