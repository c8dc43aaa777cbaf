// collect_warnings(): the SyntaxWarnings that CPython's code generator gives, in the order in which it generates code:
// values before targets, a class's body before its bases, annotations of variables behind the body they stand in.
//
// A finally block is looked at once; CPython warns again for each copy of its code that a `return`, `break` or `continue`
// makes, which the warnings filter hides by default.
#include "compiler/fold.h"

namespace kaa::compiler {

using ast::ConstKind;
using ast::Expr;
using ast::ExprContext;
using ast::ExprKind;
using ast::Loc;
using ast::Seq;
using ast::Stmt;
using ast::StmtKind;

namespace {

// The type that the expression surely has, null when that cannot be told.
const char* inferred_type(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::Tuple:
      return "tuple";
    case ExprKind::List:
    case ExprKind::ListComp:
      return "list";
    case ExprKind::Dict:
    case ExprKind::DictComp:
      return "dict";
    case ExprKind::Set:
    case ExprKind::SetComp:
      return "set";
    case ExprKind::GeneratorExp:
      return "generator";
    case ExprKind::Lambda:
      return "function";
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      return "str";
    case ExprKind::TemplateStr:
      return "string.templatelib.Template";
    case ExprKind::Interpolation:
      return "string.templatelib.Interpolation";
    case ExprKind::Constant:
      return constant_type_name(expr->as<ast::Constant>()->value);
    default:
      return nullptr;
  }
}

class Checker {
 public:
  Checker(const FoldOptions& options, std::vector<CompileWarning>* warnings) : options_(options), warnings_(warnings) {}
  bool run(const ast::Mod* mod);

 private:
  using Annotations = std::vector<const Expr*>;

  void warn(const Loc& loc, std::string message) { warnings_->push_back({std::move(message), loc}); }
  void check(const Expr* node);
  void check_call(const ast::Call* node);
  void check_subscript(const ast::Subscript* node);
  void check_compare(const ast::Compare* node);

  bool exprs(const Seq<Expr*>& list) {
    for (const Expr* node : list) {
      if (node && !expr(node)) return false;
    }
    return true;
  }
  bool optional(const Expr* node) { return !node || expr(node); }
  bool expr(const Expr* node);
  bool head(const Expr* node);
  bool rest(const Expr* node);
  bool keywords(const Seq<ast::Keyword*>& list);
  bool generators(const Seq<ast::Comprehension*>& list);
  bool annotation(const Expr* node) { return options_.future_annotations || optional(node); }
  bool arg(const ast::Arg* node) { return !node || annotation(node->annotation); }
  bool defaults(const ast::Arguments* args) { return exprs(args->defaults) && exprs(args->kw_defaults); }
  bool type_params(const Seq<ast::TypeParam*>& list);

  bool stmts(const Seq<Stmt*>& list) {
    for (const Stmt* node : list) {
      if (!stmt(node)) return false;
    }
    return true;
  }
  bool stmt(const Stmt* node);
  bool stmt_inner(const Stmt* node);
  bool function(const ast::FunctionDef* def);
  bool ann_assign(const ast::AnnAssign* assign);
  bool block_with_annotations(const Seq<Stmt*>& body);
  bool pattern(const ast::Pattern* node);
  bool patterns(const Seq<ast::Pattern*>& list) {
    for (const ast::Pattern* node : list) {
      if (!pattern(node)) return false;
    }
    return true;
  }

  const FoldOptions& options_;
  std::vector<CompileWarning>* warnings_;
  std::vector<const Expr*> spine_;
  Annotations* annotations_ = nullptr;  // of the module or class body; null in functions
  int depth_ = 0;
};

// ---- the checks ---------------------------------------------------------------------------------------------------

void Checker::check(const Expr* node) {
  switch (node->kind) {
    case ExprKind::Call:
      check_call(node->as<ast::Call>());
      break;
    case ExprKind::Subscript:
      check_subscript(node->as<ast::Subscript>());
      break;
    case ExprKind::Compare:
      check_compare(node->as<ast::Compare>());
      break;
    default:
      break;
  }
}

void Checker::check_call(const ast::Call* node) {
  const char* type = inferred_type(node->func);
  if (!type || node->func->is<ast::Lambda>()) return;
  warn(node->func->loc, std::string("'") + type + "' object is not callable; perhaps you missed a comma?");
}

void Checker::check_subscript(const ast::Subscript* node) {
  if (node->ctx != ExprContext::Load) return;
  const Expr* value = node->value;
  const char* type = inferred_type(value);
  if (!type) return;
  bool sequence = false, subscriptable = true;
  switch (value->kind) {
    case ExprKind::Constant: {
      ConstKind kind = value->as<ast::Constant>()->value.kind;
      sequence = kind == ConstKind::Str || kind == ConstKind::Bytes || kind == ConstKind::Tuple;
      subscriptable = sequence || kind == ConstKind::Object;
      break;
    }
    case ExprKind::Tuple:
    case ExprKind::List:
    case ExprKind::ListComp:
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue:
      sequence = true;
      break;
    case ExprKind::Dict:
    case ExprKind::DictComp:
      break;
    default:
      subscriptable = false;
      break;
  }
  if (!subscriptable) {
    warn(value->loc, std::string("'") + type + "' object is not subscriptable; perhaps you missed a comma?");
  } else if (sequence) {
    const char* index = inferred_type(node->slice);
    std::string_view name = index ? index : "int";
    if (name == "int" || name == "bool") return;
    if (const ast::Constant* constant = node->slice->if_a<ast::Constant>()) {
      if (constant->value.kind == ConstKind::Object) return;
    }
    warn(value->loc, std::string(type) + " indices must be integers or slices, not " + index + "; perhaps you missed a comma?");
  }
}

// Identity of such a value depends on the implementation.
bool is_value_literal(const Expr* expr) {
  if (const ast::Tuple* tuple = expr->if_a<ast::Tuple>()) {
    for (const Expr* elt : tuple->elts) {
      if (!elt->is<ast::Constant>()) return false;
    }
    return true;
  }
  const ast::Constant* constant = expr->if_a<ast::Constant>();
  if (!constant) return false;
  switch (constant->value.kind) {
    case ConstKind::None:
    case ConstKind::True:
    case ConstKind::False:
    case ConstKind::Ellipsis:
    case ConstKind::Object:
      return false;
    default:
      return true;
  }
}

void Checker::check_compare(const ast::Compare* node) {
  const Expr* left = node->left;
  for (uint32_t i = 0; i < node->ops.size; i++) {
    const Expr* right = node->comparators[i];
    ast::CmpOp op = node->ops[i];
    if (op == ast::CmpOp::Is || op == ast::CmpOp::IsNot) {
      const Expr* literal = is_value_literal(left) ? left : is_value_literal(right) ? right : nullptr;
      if (literal) {
        std::string type = inferred_type(literal);
        warn(node->loc, op == ast::CmpOp::Is ? "\"is\" with '" + type + "' literal. Did you mean \"==\"?"
                                             : "\"is not\" with '" + type + "' literal. Did you mean \"!=\"?");
        return;
      }
    }
    left = right;
  }
}

// ---- expressions --------------------------------------------------------------------------------------------------

bool Checker::expr(const Expr* node) {
  if (++depth_ > options_.recursion_limit) return false;
  size_t base = spine_.size();
  while (const Expr* first = first_operand(node)) {
    check(node);
    spine_.push_back(node);
    node = first;
  }
  if (!head(node)) return false;
  while (spine_.size() > base) {
    const Expr* outer = spine_.back();
    spine_.pop_back();
    if (!rest(outer)) return false;
  }
  depth_--;
  return true;
}

bool Checker::keywords(const Seq<ast::Keyword*>& list) {
  for (const ast::Keyword* keyword : list) {
    if (!expr(keyword->value)) return false;
  }
  return true;
}

bool Checker::generators(const Seq<ast::Comprehension*>& list) {
  for (const ast::Comprehension* generator : list) {
    if (!expr(generator->iter) || !expr(generator->target) || !exprs(generator->ifs)) return false;
  }
  return true;
}

bool Checker::rest(const Expr* node) {
  switch (node->kind) {
    case ExprKind::BinOp:
      return expr(node->as<ast::BinOp>()->right);
    case ExprKind::Compare:
      return exprs(node->as<ast::Compare>()->comparators);
    case ExprKind::Subscript:
      return expr(node->as<ast::Subscript>()->slice);
    case ExprKind::Call:
      return exprs(node->as<ast::Call>()->args) && keywords(node->as<ast::Call>()->keywords);
    default:
      return true;
  }
}

bool Checker::head(const Expr* node) {
  switch (node->kind) {
    case ExprKind::BoolOp:
      return exprs(node->as<ast::BoolOp>()->values);
    case ExprKind::NamedExpr:
      return expr(node->as<ast::NamedExpr>()->value);
    case ExprKind::Lambda:
      return defaults(node->as<ast::Lambda>()->args) && expr(node->as<ast::Lambda>()->body);
    case ExprKind::IfExp: {
      const ast::IfExp* test = node->as<ast::IfExp>();
      return expr(test->test) && expr(test->body) && expr(test->orelse);
    }
    case ExprKind::Dict: {
      const ast::Dict* dict = node->as<ast::Dict>();
      for (uint32_t i = 0; i < dict->keys.size; i++) {
        if (!optional(dict->keys[i]) || !expr(dict->values[i])) return false;
      }
      return true;
    }
    case ExprKind::Set:
      return exprs(node->as<ast::Set>()->elts);
    case ExprKind::ListComp:
      return generators(node->as<ast::ListComp>()->generators) && expr(node->as<ast::ListComp>()->elt);
    case ExprKind::SetComp:
      return generators(node->as<ast::SetComp>()->generators) && expr(node->as<ast::SetComp>()->elt);
    case ExprKind::GeneratorExp:
      return generators(node->as<ast::GeneratorExp>()->generators) && expr(node->as<ast::GeneratorExp>()->elt);
    case ExprKind::DictComp: {
      const ast::DictComp* comp = node->as<ast::DictComp>();
      return generators(comp->generators) && expr(comp->key) && expr(comp->value);
    }
    case ExprKind::Await:
      return expr(node->as<ast::Await>()->value);
    case ExprKind::Yield:
      return optional(node->as<ast::Yield>()->value);
    case ExprKind::YieldFrom:
      return expr(node->as<ast::YieldFrom>()->value);
    case ExprKind::FormattedValue:
      return expr(node->as<ast::FormattedValue>()->value) && optional(node->as<ast::FormattedValue>()->format_spec);
    case ExprKind::Interpolation:
      return expr(node->as<ast::Interpolation>()->value) && optional(node->as<ast::Interpolation>()->format_spec);
    case ExprKind::JoinedStr:
      return exprs(node->as<ast::JoinedStr>()->values);
    case ExprKind::TemplateStr:
      return exprs(node->as<ast::TemplateStr>()->values);
    case ExprKind::Starred:
      return expr(node->as<ast::Starred>()->value);
    case ExprKind::Slice: {
      const ast::Slice* slice = node->as<ast::Slice>();
      return optional(slice->lower) && optional(slice->upper) && optional(slice->step);
    }
    case ExprKind::List:
      return exprs(node->as<ast::List>()->elts);
    case ExprKind::Tuple:
      return exprs(node->as<ast::Tuple>()->elts);
    default:
      return true;
  }
}

// ---- statements ---------------------------------------------------------------------------------------------------

// Modules and classes: the annotations of their variables are compiled behind everything else.
bool Checker::block_with_annotations(const Seq<Stmt*>& body) {
  Annotations own;
  Annotations* before = annotations_;
  annotations_ = &own;
  bool ok = stmts(body);
  annotations_ = before;
  for (const Expr* node : own) ok = ok && expr(node);
  return ok;
}

bool Checker::stmt(const Stmt* node) {
  if (++depth_ > options_.recursion_limit) return false;
  bool ok = stmt_inner(node);
  depth_--;
  return ok;
}

bool Checker::type_params(const Seq<ast::TypeParam*>& list) {
  for (const ast::TypeParam* param : list) {
    if (const ast::TypeVar* var = param->if_a<ast::TypeVar>()) {
      if (!optional(var->bound)) return false;
    }
    if (!optional(param->default_value)) return false;
  }
  return true;
}

bool Checker::function(const ast::FunctionDef* def) {
  const ast::Arguments* args = def->args;
  if (!exprs(def->decorator_list) || !defaults(args) || !type_params(def->type_params)) return false;
  for (const ast::Arg* node : args->args) {
    if (!arg(node)) return false;
  }
  for (const ast::Arg* node : args->posonlyargs) {
    if (!arg(node)) return false;
  }
  if (!arg(args->vararg)) return false;
  for (const ast::Arg* node : args->kwonlyargs) {
    if (!arg(node)) return false;
  }
  if (!arg(args->kwarg) || !annotation(def->returns)) return false;
  Annotations* before = annotations_;
  annotations_ = nullptr;
  bool ok = stmts(def->body);
  annotations_ = before;
  return ok;
}

bool Checker::ann_assign(const ast::AnnAssign* assign) {
  if (!optional(assign->value)) return false;
  if (!assign->target->is<ast::NameExpr>() && !expr(assign->target)) return false;
  // Annotations of local variables are not evaluated. Those of other targets are neither, nor kept.
  if (annotations_ && assign->simple && assign->target->is<ast::NameExpr>() && !options_.future_annotations) {
    annotations_->push_back(assign->annotation);
  }
  return true;
}

bool Checker::stmt_inner(const Stmt* node) {
  switch (node->kind) {
    case StmtKind::FunctionDef:
    case StmtKind::AsyncFunctionDef:
      return function(node->as<ast::FunctionDef>());
    case StmtKind::ClassDef: {
      const ast::ClassDef* def = node->as<ast::ClassDef>();
      return exprs(def->decorator_list) && type_params(def->type_params) && block_with_annotations(def->body) &&
             exprs(def->bases) && keywords(def->keywords);
    }
    case StmtKind::Return:
      return optional(node->as<ast::Return>()->value);
    case StmtKind::Delete:
      return exprs(node->as<ast::Delete>()->targets);
    case StmtKind::Assign:
      return expr(node->as<ast::Assign>()->value) && exprs(node->as<ast::Assign>()->targets);
    case StmtKind::AugAssign:
      return expr(node->as<ast::AugAssign>()->target) && expr(node->as<ast::AugAssign>()->value);
    case StmtKind::AnnAssign:
      return ann_assign(node->as<ast::AnnAssign>());
    case StmtKind::TypeAlias:
      return type_params(node->as<ast::TypeAlias>()->type_params) && expr(node->as<ast::TypeAlias>()->value);
    case StmtKind::For:
    case StmtKind::AsyncFor: {
      const ast::For* loop = node->as<ast::For>();
      return expr(loop->iter) && expr(loop->target) && stmts(loop->body) && stmts(loop->orelse);
    }
    case StmtKind::While: {
      const ast::While* loop = node->as<ast::While>();
      return expr(loop->test) && stmts(loop->body) && stmts(loop->orelse);
    }
    case StmtKind::If: {
      const ast::If* test = node->as<ast::If>();
      for (;;) {
        if (!expr(test->test) || !stmts(test->body)) return false;
        if (test->orelse.size != 1 || !test->orelse[0]->is<ast::If>()) break;
        test = test->orelse[0]->as<ast::If>();
      }
      return stmts(test->orelse);
    }
    case StmtKind::With:
    case StmtKind::AsyncWith:
      for (const ast::WithItem* item : node->as<ast::With>()->items) {
        if (!expr(item->context_expr) || !optional(item->optional_vars)) return false;
      }
      return stmts(node->as<ast::With>()->body);
    case StmtKind::Raise:
      return optional(node->as<ast::Raise>()->exc) && optional(node->as<ast::Raise>()->cause);
    case StmtKind::Try:
    case StmtKind::TryStar: {
      const ast::Try* block = node->as<ast::Try>();
      // The else clause is compiled before the handlers of `except`, but behind those of `except*`.
      bool star = node->kind == StmtKind::TryStar;
      if (!stmts(block->body) || (!star && !stmts(block->orelse))) return false;
      for (const ast::ExceptHandler* handler : block->handlers) {
        if (!optional(handler->type) || !stmts(handler->body)) return false;
      }
      return (!star || stmts(block->orelse)) && stmts(block->finalbody);
    }
    case StmtKind::Assert: {
      const ast::Assert* assertion = node->as<ast::Assert>();
      const ast::Tuple* tuple = assertion->test->if_a<ast::Tuple>();
      const ast::Constant* constant = assertion->test->if_a<ast::Constant>();
      if ((tuple && !tuple->elts.empty()) ||
          (constant && constant->value.kind == ConstKind::Tuple && constant->value.size != 0)) {
        warn(node->loc, "assertion is always true, perhaps remove parentheses?");
      }
      return options_.optimize > 0 || (expr(assertion->test) && optional(assertion->msg));
    }
    case StmtKind::Expr:
      return expr(node->as<ast::ExprStmt>()->value);
    case StmtKind::Match:
      if (!expr(node->as<ast::Match>()->subject)) return false;
      for (const ast::MatchCase* branch : node->as<ast::Match>()->cases) {
        if (!pattern(branch->pattern) || !optional(branch->guard) || !stmts(branch->body)) return false;
      }
      return true;
    case StmtKind::Import:
    case StmtKind::ImportFrom:
    case StmtKind::Global:
    case StmtKind::Nonlocal:
    case StmtKind::Pass:
    case StmtKind::Break:
    case StmtKind::Continue:
      return true;
  }
  return true;
}

bool Checker::pattern(const ast::Pattern* node) {
  if (++depth_ > options_.recursion_limit) return false;
  bool ok = true;
  switch (node->kind) {
    case ast::PatternKind::MatchSequence:
      ok = patterns(node->as<ast::MatchSequence>()->patterns);
      break;
    case ast::PatternKind::MatchMapping:
      ok = patterns(node->as<ast::MatchMapping>()->patterns);
      break;
    case ast::PatternKind::MatchClass:
      ok = expr(node->as<ast::MatchClass>()->cls) && patterns(node->as<ast::MatchClass>()->patterns) &&
           patterns(node->as<ast::MatchClass>()->kwd_patterns);
      break;
    case ast::PatternKind::MatchAs:
      ok = !node->as<ast::MatchAs>()->pattern || pattern(node->as<ast::MatchAs>()->pattern);
      break;
    case ast::PatternKind::MatchOr:
      ok = patterns(node->as<ast::MatchOr>()->patterns);
      break;
    default:
      break;
  }
  depth_--;
  return ok;
}

bool Checker::run(const ast::Mod* mod) {
  switch (mod->kind) {
    case ast::ModKind::Module:
      return block_with_annotations(mod->as<ast::Module>()->body);
    case ast::ModKind::Interactive:
      return block_with_annotations(mod->as<ast::Interactive>()->body);
    case ast::ModKind::Expression:
      return expr(mod->as<ast::Expression>()->body);
    case ast::ModKind::FunctionType:
      return true;
  }
  return true;
}

}  // namespace

bool collect_warnings(const ast::Mod* mod, const FoldOptions& options, std::vector<CompileWarning>* warnings,
                      CompileError* error) {
  if (Checker(options, warnings).run(mod)) return true;
  *error = {CompileErrorKind::RecursionError, "maximum recursion depth exceeded during compilation", {}};
  return false;
}

}  // namespace kaa::compiler
