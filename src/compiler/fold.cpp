// preprocess() and fold_constants(): one rewriting walk over the tree, with two sets of rules (see fold.h).
//
// Nodes are replaced through the place that points at them. As in the scope analysis, chains of first operands and of elif
// are followed in loops; the rest of the recursion is counted.
#include "compiler/fold.h"

namespace kaa::compiler {

using ast::Expr;
using ast::ExprContext;
using ast::ExprKind;
using ast::Loc;
using ast::Seq;
using ast::Stmt;
using ast::StmtKind;
using ast::ConstantValue;
using ast::ConstKind;

namespace {

constexpr Loc kNoLoc = {-1, -1, -1, -1};

class Rewriter {
 public:
  enum Mode { kPreprocess, kFold };
  Rewriter(ast::Ast& ast, const FoldOptions& options, Mode mode, std::vector<CompileWarning>* warnings)
      : ast_(ast), options_(options), mode_(mode), warnings_(warnings) {}

  bool run(ast::Mod* mod);
  bool too_deep = false;

 private:
  // Where control flow statements stand relative to a finally block: the innermost of these decides (PEP 765).
  enum class Around : uint8_t { Nothing, Finally, Function, Loop };

  bool exprs(Seq<Expr*>& list) {
    for (Expr*& slot : list) {
      if (slot && !expr(slot)) return false;
    }
    return true;
  }
  bool optional(Expr*& slot) { return !slot || expr(slot); }
  bool expr(Expr*& slot);
  bool head(Expr* node);
  bool rest(Expr* node);
  void post(Expr*& slot);

  bool stmt(Stmt* node);
  bool stmt_inner(Stmt* node);
  bool stmts(Seq<Stmt*>& list) {
    for (Stmt* node : list) {
      if (!stmt(node)) return false;
    }
    return true;
  }
  bool stmts_in(Seq<Stmt*>& list, Around around);
  bool body(Seq<Stmt*>& list);
  bool function(ast::FunctionDef* def);
  bool arguments(ast::Arguments* args, bool with_annotations);
  bool arg(ast::Arg* node) { return !node || options_.future_annotations || optional(node->annotation); }
  bool keywords(Seq<ast::Keyword*>& list) {
    for (ast::Keyword* keyword : list) {
      if (!expr(keyword->value)) return false;
    }
    return true;
  }
  bool generators(Seq<ast::Comprehension*>& list);
  bool type_params(Seq<ast::TypeParam*>& list);
  bool pattern(ast::Pattern* node);
  bool patterns(Seq<ast::Pattern*>& list) {
    for (ast::Pattern* node : list) {
      if (!pattern(node)) return false;
    }
    return true;
  }

  void fold_pattern_number(Expr*& slot);
  void fold_iterable(Expr*& slot);
  bool all_constants(const Seq<Expr*>& elts);
  ConstantValue collect_items(const Seq<Expr*>& elts, ConstKind kind);
  void replace(Expr*& slot, const ConstantValue& value);
  void optimize_format(Expr*& slot);
  ast::Constant* text_constant(std::string_view text);
  void warn_leaving_finally(const char* word, const Loc& loc);

  ast::Ast& ast_;
  const FoldOptions& options_;
  Mode mode_;
  std::vector<CompileWarning>* warnings_;
  std::vector<Expr**> spine_;
  Around around_ = Around::Nothing;
  int depth_ = 0;
};

// ---- expressions --------------------------------------------------------------------------------------------------

bool Rewriter::expr(Expr*& slot) {
  if (++depth_ > options_.recursion_limit) {
    too_deep = true;
    return false;
  }
  size_t base = spine_.size();
  Expr** at = &slot;
  while (Expr** first = first_operand(*at)) {
    spine_.push_back(at);
    at = first;
  }
  if (!head(*at)) return false;
  post(*at);
  while (spine_.size() > base) {
    at = spine_.back();
    spine_.pop_back();
    if (!rest(*at)) return false;
    post(*at);
  }
  depth_--;
  return true;
}

bool Rewriter::rest(Expr* node) {
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

bool Rewriter::head(Expr* node) {
  switch (node->kind) {
    case ExprKind::BoolOp:
      return exprs(node->as<ast::BoolOp>()->values);
    case ExprKind::NamedExpr:
      return expr(node->as<ast::NamedExpr>()->value);
    case ExprKind::Lambda: {
      ast::Lambda* lambda = node->as<ast::Lambda>();
      return arguments(lambda->args, false) && expr(lambda->body);
    }
    case ExprKind::IfExp: {
      ast::IfExp* test = node->as<ast::IfExp>();
      return expr(test->test) && expr(test->body) && expr(test->orelse);
    }
    case ExprKind::Dict:
      return exprs(node->as<ast::Dict>()->keys) && exprs(node->as<ast::Dict>()->values);
    case ExprKind::Set:
      return exprs(node->as<ast::Set>()->elts);
    case ExprKind::ListComp:
      return expr(node->as<ast::ListComp>()->elt) && generators(node->as<ast::ListComp>()->generators);
    case ExprKind::SetComp:
      return expr(node->as<ast::SetComp>()->elt) && generators(node->as<ast::SetComp>()->generators);
    case ExprKind::DictComp: {
      ast::DictComp* comp = node->as<ast::DictComp>();
      return expr(comp->key) && expr(comp->value) && generators(comp->generators);
    }
    case ExprKind::GeneratorExp:
      return expr(node->as<ast::GeneratorExp>()->elt) && generators(node->as<ast::GeneratorExp>()->generators);
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
      ast::Slice* slice = node->as<ast::Slice>();
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

bool Rewriter::generators(Seq<ast::Comprehension*>& list) {
  for (ast::Comprehension* generator : list) {
    if (!expr(generator->target) || !expr(generator->iter)) return false;
    if (mode_ == kFold && !generator->is_async) fold_iterable(generator->iter);
    if (!exprs(generator->ifs)) return false;
  }
  return true;
}

void Rewriter::replace(Expr*& slot, const ConstantValue& value) {
  ast::Constant* constant = ast_.make<ast::Constant>(slot->loc);
  constant->value = value;
  slot = constant;
}

bool Rewriter::all_constants(const Seq<Expr*>& elts) {
  for (const Expr* elt : elts) {
    if (!elt->is<ast::Constant>()) return false;
  }
  return true;
}

ConstantValue Rewriter::collect_items(const Seq<Expr*>& elts, ConstKind kind) {
  ConstantValue* items = ast_.arena.array<ConstantValue>(elts.size + 1);
  for (uint32_t i = 0; i < elts.size; i++) items[i] = elts[i]->as<ast::Constant>()->value;
  ConstantValue value;
  value.kind = kind;
  value.size = elts.size;
  value.items = items;
  return value;
}

// A list or set that is only iterated over or searched in need not be built anew, and not as a list.
void Rewriter::fold_iterable(Expr*& slot) {
  if (ast::List* list = slot->if_a<ast::List>()) {
    if (all_constants(list->elts)) {
      replace(slot, collect_items(list->elts, ConstKind::Tuple));
    } else {
      ast::Tuple* tuple = ast_.make<ast::Tuple>(slot->loc);
      tuple->elts = list->elts;
      slot = tuple;
    }
  } else if (ast::Set* set = slot->if_a<ast::Set>()) {
    if (all_constants(set->elts)) replace(slot, collect_items(set->elts, ConstKind::FrozenSet));
  }
}

void Rewriter::post(Expr*& slot) {
  Expr* node = slot;
  if (mode_ == kPreprocess) {
    if (options_.syntax_check_only) return;
    if (ast::NameExpr* name = node->if_a<ast::NameExpr>()) {
      if (name->ctx == ExprContext::Load && name->id->text() == "__debug__") {
        ConstantValue value;
        value.kind = options_.optimize ? ConstKind::False : ConstKind::True;
        replace(slot, value);
      }
    } else if (node->is<ast::BinOp>()) {
      optimize_format(slot);
    }
    return;
  }
  ConstantValue value;
  switch (node->kind) {
    case ExprKind::BinOp: {
      ast::BinOp* op = node->as<ast::BinOp>();
      const ast::Constant* left = op->left->if_a<ast::Constant>();
      const ast::Constant* right = op->right->if_a<ast::Constant>();
      if (left && right && fold_binary(ast_.arena, op->op, left->value, right->value, &value)) replace(slot, value);
      break;
    }
    case ExprKind::UnaryOp: {
      ast::UnaryOp* op = node->as<ast::UnaryOp>();
      const ast::Constant* operand = op->operand->if_a<ast::Constant>();
      if (operand && fold_unary(ast_.arena, op->op, operand->value, &value)) replace(slot, value);
      break;
    }
    case ExprKind::Subscript: {
      ast::Subscript* subscript = node->as<ast::Subscript>();
      if (subscript->ctx != ExprContext::Load) break;
      const ast::Constant* object = subscript->value->if_a<ast::Constant>();
      const ast::Constant* index = subscript->slice->if_a<ast::Constant>();
      if (object && index && fold_subscript(ast_.arena, object->value, index->value, &value)) replace(slot, value);
      break;
    }
    case ExprKind::Tuple: {
      ast::Tuple* tuple = node->as<ast::Tuple>();
      if (tuple->ctx == ExprContext::Load && all_constants(tuple->elts)) {
        replace(slot, collect_items(tuple->elts, ConstKind::Tuple));
      }
      break;
    }
    case ExprKind::Compare: {
      // The last operand only: one in the middle is compared with the next as well.
      ast::Compare* compare = node->as<ast::Compare>();
      ast::CmpOp last = compare->ops.back();
      if (last == ast::CmpOp::In || last == ast::CmpOp::NotIn) fold_iterable(compare->comparators.back());
      break;
    }
    default:
      break;
  }
}

// ---- '%' with a tuple ---------------------------------------------------------------------------------------------

ast::Constant* Rewriter::text_constant(std::string_view text) {
  ast::Constant* constant = ast_.make<ast::Constant>(kNoLoc);
  std::string_view kept = ast_.arena.copy(text);
  constant->value.kind = ConstKind::Str;
  constant->value.chars = kept.data();
  constant->value.size = (uint32_t)kept.size();
  return constant;
}

// Reads what follows a '%' when it is one of %s, %r, %a with flags, width and precision of at most two digits; CPython's
// f-string equivalent of the latter goes to `spec`. Moves `at` behind it; the conversion, or 0 when it is something else.
char simple_conversion(std::string_view format, size_t* at, std::string* spec) {
  size_t pos = *at;
  bool left = false;
  auto next = [&]() -> int { return pos < format.size() ? (unsigned char)format[pos++] : -1; };
  int c = next();
  for (;; c = next()) {
    if (c == '-') {
      left = true;
    } else if (c != '+' && c != ' ' && c != '#' && c != '0') {
      break;
    }
  }
  int width = -1, precision = -1;
  auto digits = [&](int* out) {
    *out = 0;
    for (int count = 0; c >= '0' && c <= '9';) {
      *out = *out * 10 + (c - '0');
      c = next();
      if (++count >= 3) return false;
    }
    return true;
  };
  if (c >= '0' && c <= '9' && !digits(&width)) return 0;
  if (c == '.') {
    c = next();
    if (!digits(&precision)) return 0;
  }
  if (c != 's' && c != 'r' && c != 'a') return 0;
  if (!left && width > 0) *spec += '>';
  if (width >= 0) *spec += std::to_string(width);
  if (precision >= 0) *spec += '.' + std::to_string(precision);
  *at = pos;
  return (char)c;
}

// 'text %s %r' % (a, b) is an f-string when every conversion is that simple and the counts agree.
void Rewriter::optimize_format(Expr*& slot) {
  ast::BinOp* op = slot->as<ast::BinOp>();
  const ast::Constant* left = op->left->if_a<ast::Constant>();
  const ast::Tuple* right = op->right->if_a<ast::Tuple>();
  if (op->op != ast::Operator::Mod || !left || left->value.kind != ConstKind::Str || !right) return;
  for (const Expr* elt : right->elts) {
    if (elt->is<ast::Starred>()) return;
  }
  std::string_view format = left->value.text();
  std::vector<Expr*> parts;
  uint32_t used = 0;
  size_t at = 0;
  for (;;) {
    std::string literal;
    while (at < format.size()) {
      if (format[at] != '%') {
        literal += format[at++];
      } else if (at + 1 < format.size() && format[at + 1] == '%') {
        literal += '%';
        at += 2;
      } else {
        break;
      }
    }
    if (!literal.empty()) parts.push_back(text_constant(literal));
    if (at >= format.size()) break;
    if (used >= right->elts.size) return;
    at++;
    std::string spec;
    char conversion = simple_conversion(format, &at, &spec);
    if (!conversion) return;
    Expr* value = right->elts[used++];
    ast::FormattedValue* formatted = ast_.make<ast::FormattedValue>(value->loc);
    formatted->value = value;
    formatted->conversion = conversion;
    if (!spec.empty()) formatted->format_spec = text_constant(spec);
    parts.push_back(formatted);
  }
  if (used < right->elts.size) return;
  ast::JoinedStr* joined = ast_.make<ast::JoinedStr>(slot->loc);
  joined->values = ast_.copy_seq(parts.data(), parts.size());
  slot = joined;
}

// ---- statements ---------------------------------------------------------------------------------------------------

void Rewriter::warn_leaving_finally(const char* word, const Loc& loc) {
  if (mode_ != kPreprocess || !warnings_ || around_ != Around::Finally) return;
  warnings_->push_back({std::string("'") + word + "' in a 'finally' block", loc});
}

bool Rewriter::stmts_in(Seq<Stmt*>& list, Around around) {
  Around before = around_;
  around_ = around;
  bool ok = stmts(list);
  around_ = before;
  return ok;
}

// The body of a module, class or function.
bool Rewriter::body(Seq<Stmt*>& list) {
  bool docstring = docstring_of(list) != nullptr;
  if (mode_ == kPreprocess && docstring && options_.optimize >= 2) {
    if (list.size == 1) {
      const Loc& loc = list[0]->loc;
      list[0] = ast_.make<ast::Pass>({loc.lineno, loc.col_offset, loc.lineno, loc.col_offset + 4});
    } else {
      list.data++;
      list.size--;
    }
    docstring = false;
  }
  if (!stmts(list)) return false;
  // What has become a string, or now stands first, is no docstring.
  if (mode_ == kPreprocess && !docstring && docstring_of(list)) {
    ast::ExprStmt* stmt = list[0]->as<ast::ExprStmt>();
    ast::JoinedStr* joined = ast_.make<ast::JoinedStr>(stmt->loc);
    joined->values = ast_.copy_seq(&stmt->value, 1);
    stmt->value = joined;
  }
  return true;
}

bool Rewriter::stmt(Stmt* node) {
  if (++depth_ > options_.recursion_limit) {
    too_deep = true;
    return false;
  }
  bool ok = stmt_inner(node);
  depth_--;
  return ok;
}

bool Rewriter::stmt_inner(Stmt* node) {
  switch (node->kind) {
    case StmtKind::FunctionDef:
    case StmtKind::AsyncFunctionDef:
      return function(node->as<ast::FunctionDef>());
    case StmtKind::ClassDef: {
      ast::ClassDef* def = node->as<ast::ClassDef>();
      return type_params(def->type_params) && exprs(def->bases) && keywords(def->keywords) && body(def->body) &&
             exprs(def->decorator_list);
    }
    case StmtKind::Return:
      // Only the innermost context counts: in a loop inside the finally block even a return is not warned of, as in CPython.
      warn_leaving_finally("return", node->loc);
      return optional(node->as<ast::Return>()->value);
    case StmtKind::Delete:
      return exprs(node->as<ast::Delete>()->targets);
    case StmtKind::Assign:
      return exprs(node->as<ast::Assign>()->targets) && expr(node->as<ast::Assign>()->value);
    case StmtKind::AugAssign:
      return expr(node->as<ast::AugAssign>()->target) && expr(node->as<ast::AugAssign>()->value);
    case StmtKind::AnnAssign: {
      ast::AnnAssign* assign = node->as<ast::AnnAssign>();
      return expr(assign->target) && (options_.future_annotations || expr(assign->annotation)) && optional(assign->value);
    }
    case StmtKind::TypeAlias: {
      ast::TypeAlias* alias = node->as<ast::TypeAlias>();
      return expr(alias->name) && type_params(alias->type_params) && expr(alias->value);
    }
    case StmtKind::For:
    case StmtKind::AsyncFor: {
      ast::For* loop = node->as<ast::For>();
      if (!expr(loop->target) || !expr(loop->iter)) return false;
      if (mode_ == kFold && node->kind == StmtKind::For) fold_iterable(loop->iter);
      return stmts_in(loop->body, Around::Loop) && stmts(loop->orelse);
    }
    case StmtKind::While: {
      ast::While* loop = node->as<ast::While>();
      return expr(loop->test) && stmts_in(loop->body, Around::Loop) && stmts(loop->orelse);
    }
    case StmtKind::If: {
      ast::If* test = node->as<ast::If>();
      for (;;) {
        if (!expr(test->test) || !stmts(test->body)) return false;
        if (test->orelse.size != 1 || !test->orelse[0]->is<ast::If>()) break;
        test = test->orelse[0]->as<ast::If>();
      }
      return stmts(test->orelse);
    }
    case StmtKind::With:
    case StmtKind::AsyncWith: {
      ast::With* with = node->as<ast::With>();
      for (ast::WithItem* item : with->items) {
        if (!expr(item->context_expr) || !optional(item->optional_vars)) return false;
      }
      return stmts(with->body);
    }
    case StmtKind::Raise:
      return optional(node->as<ast::Raise>()->exc) && optional(node->as<ast::Raise>()->cause);
    case StmtKind::Try:
    case StmtKind::TryStar: {
      ast::Try* block = node->as<ast::Try>();
      if (!stmts(block->body)) return false;
      for (ast::ExceptHandler* handler : block->handlers) {
        if (!optional(handler->type) || !stmts(handler->body)) return false;
      }
      return stmts(block->orelse) && stmts_in(block->finalbody, Around::Finally);
    }
    case StmtKind::Assert:
      return expr(node->as<ast::Assert>()->test) && optional(node->as<ast::Assert>()->msg);
    case StmtKind::Expr: {
      ast::ExprStmt* statement = node->as<ast::ExprStmt>();
      Expr* before = statement->value;
      if (!expr(statement->value)) return false;
      if (mode_ == kFold && statement->value != before) {
        const ast::Constant* folded = statement->value->if_a<ast::Constant>();
        if (folded && folded->value.kind == ConstKind::Str) statement->value = before;  // would look like a docstring
      }
      return true;
    }
    case StmtKind::Match: {
      ast::Match* match = node->as<ast::Match>();
      if (!expr(match->subject)) return false;
      for (ast::MatchCase* branch : match->cases) {
        if (!pattern(branch->pattern) || !optional(branch->guard) || !stmts(branch->body)) return false;
      }
      return true;
    }
    case StmtKind::Break:
      warn_leaving_finally("break", node->loc);
      return true;
    case StmtKind::Continue:
      warn_leaving_finally("continue", node->loc);
      return true;
    case StmtKind::Import:
    case StmtKind::ImportFrom:
    case StmtKind::Global:
    case StmtKind::Nonlocal:
    case StmtKind::Pass:
      return true;
  }
  return true;
}

bool Rewriter::function(ast::FunctionDef* def) {
  if (!type_params(def->type_params) || !arguments(def->args, true)) return false;
  Around before = around_;
  around_ = Around::Function;
  if (!body(def->body)) return false;
  around_ = before;
  return exprs(def->decorator_list) && (options_.future_annotations || optional(def->returns));
}

bool Rewriter::arguments(ast::Arguments* args, bool with_annotations) {
  if (with_annotations) {
    for (ast::Arg* node : args->posonlyargs) {
      if (!arg(node)) return false;
    }
    for (ast::Arg* node : args->args) {
      if (!arg(node)) return false;
    }
    for (ast::Arg* node : args->kwonlyargs) {
      if (!arg(node)) return false;
    }
    if (!arg(args->vararg) || !arg(args->kwarg)) return false;
  }
  return exprs(args->kw_defaults) && exprs(args->defaults);
}

bool Rewriter::type_params(Seq<ast::TypeParam*>& list) {
  for (ast::TypeParam* param : list) {
    if (ast::TypeVar* var = param->if_a<ast::TypeVar>()) {
      if (!optional(var->bound)) return false;
    }
    if (!optional(param->default_value)) return false;
  }
  return true;
}

// ---- patterns -----------------------------------------------------------------------------------------------------

// Patterns have numbers like -1 and 1-2j only; they become constants.
void Rewriter::fold_pattern_number(Expr*& slot) {
  if (mode_ != kPreprocess || options_.syntax_check_only) return;
  ConstantValue value;
  if (ast::UnaryOp* unary = slot->if_a<ast::UnaryOp>()) {
    const ast::Constant* operand = unary->operand->if_a<ast::Constant>();
    if (unary->op == ast::UnaryOperator::USub && operand && fold_unary(ast_.arena, unary->op, operand->value, &value)) {
      replace(slot, value);
    }
  } else if (ast::BinOp* binary = slot->if_a<ast::BinOp>()) {
    if ((binary->op != ast::Operator::Add && binary->op != ast::Operator::Sub) || !binary->right->is<ast::Constant>()) return;
    fold_pattern_number(binary->left);
    const ast::Constant* left = binary->left->if_a<ast::Constant>();
    const ast::Constant* right = binary->right->as<ast::Constant>();
    if (left && fold_binary(ast_.arena, binary->op, left->value, right->value, &value)) replace(slot, value);
  }
}

bool Rewriter::pattern(ast::Pattern* node) {
  if (++depth_ > options_.recursion_limit) {
    too_deep = true;
    return false;
  }
  bool ok = true;
  switch (node->kind) {
    case ast::PatternKind::MatchValue:
      fold_pattern_number(node->as<ast::MatchValue>()->value);
      break;
    case ast::PatternKind::MatchSequence:
      ok = patterns(node->as<ast::MatchSequence>()->patterns);
      break;
    case ast::PatternKind::MatchMapping:
      for (Expr*& key : node->as<ast::MatchMapping>()->keys) fold_pattern_number(key);
      ok = patterns(node->as<ast::MatchMapping>()->patterns);
      break;
    case ast::PatternKind::MatchClass: {
      ast::MatchClass* match = node->as<ast::MatchClass>();
      ok = expr(match->cls) && patterns(match->patterns) && patterns(match->kwd_patterns);
      break;
    }
    case ast::PatternKind::MatchAs:
      ok = !node->as<ast::MatchAs>()->pattern || pattern(node->as<ast::MatchAs>()->pattern);
      break;
    case ast::PatternKind::MatchOr:
      ok = patterns(node->as<ast::MatchOr>()->patterns);
      break;
    case ast::PatternKind::MatchSingleton:
    case ast::PatternKind::MatchStar:
      break;
  }
  depth_--;
  return ok;
}

bool Rewriter::run(ast::Mod* mod) {
  switch (mod->kind) {
    case ast::ModKind::Module:
      return body(mod->as<ast::Module>()->body);
    case ast::ModKind::Interactive:
      return stmts(mod->as<ast::Interactive>()->body);
    case ast::ModKind::Expression:
      return expr(mod->as<ast::Expression>()->body);
    case ast::ModKind::FunctionType:
      return true;
  }
  return true;
}

bool run(ast::Ast& ast, ast::Mod* mod, const FoldOptions& options, Rewriter::Mode mode,
         std::vector<CompileWarning>* warnings, CompileError* error) {
  Rewriter rewriter(ast, options, mode, warnings);
  if (rewriter.run(mod)) return true;
  *error = {CompileErrorKind::RecursionError, "maximum recursion depth exceeded during compilation", {}};
  return false;
}

}  // namespace

bool preprocess(ast::Ast& ast, ast::Mod* mod, const FoldOptions& options, std::vector<CompileWarning>* warnings,
                CompileError* error) {
  return run(ast, mod, options, Rewriter::kPreprocess, warnings, error);
}

bool fold_constants(ast::Ast& ast, ast::Mod* mod, const FoldOptions& options, CompileError* error) {
  return run(ast, mod, options, Rewriter::kFold, nullptr, error);
}

}  // namespace kaa::compiler
