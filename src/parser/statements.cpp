// Simple statements, and `type`.
#include "parser/parser_impl.h"

namespace kaa::parser {

// In the diagnosing reading a statement that reads well as it is needs no diagnosis.
bool Parser::statement(ListOf<Stmt>& into) {
  if (!diagnosing_) return statement_once(into);
  size_t start = pos_;
  size_t count = scratch_.size();
  diagnosing_ = remembering_ = false;
  bool fine = statement_once(into);
  diagnosing_ = remembering_ = true;
  if (fine && !at(Kw::kElif)) return true;
  if (failed()) return false;
  scratch_.resize(count);
  pos_ = start;
  return statement_once(into);
}

bool Parser::statement_once(ListOf<Stmt>& into) {
  if (at_compound()) {
    Stmt* stmt = compound_stmt();
    if (!stmt) {
      // No simple statement starts like this, but what looks like one may explain the error.
      return false;
    }
    note_compound(stmt);
    into.push(stmt);
    return true;
  }
  size_t start = pos_;
  if (at(Kw::kMatch)) {
    Stmt* stmt = match_stmt();
    if (failed()) return false;
    if (stmt) {
      note_compound(stmt);
      into.push(stmt);
      return true;
    }
    pos_ = start;
  }
  return simple_stmts(into);
}

void Parser::note_compound(const Stmt* stmt) {
  if (stmt->loc.lineno < last_compound_line_) return;
  last_compound_line_ = stmt->loc.lineno;
  last_compound_col_ = stmt->loc.col_offset;
}

bool Parser::simple_stmts(ListOf<Stmt>& into) {
  for (;;) {
    Stmt* stmt = simple_stmt();
    if (!stmt) return false;
    into.push(stmt);
    if (accept(NEWLINE)) return true;
    if (!accept(SEMI)) return false;
    if (accept(NEWLINE)) return true;
  }
}

Stmt* Parser::simple_stmt() {
  size_t start = pos_;
  switch (peek().kw) {
    case Kw::kReturn: return return_stmt();
    case Kw::kImport: return import_name();
    case Kw::kFrom: return import_from();
    case Kw::kRaise: return raise_stmt();
    case Kw::kDel: return del_stmt();
    case Kw::kAssert: return assert_stmt();
    case Kw::kGlobal:
    case Kw::kNonlocal: return global_stmt();
    case Kw::kPass:
    case Kw::kBreak:
    case Kw::kContinue: {
      if (diagnosing_) {
        Mark mark(this);
        expression();
        if (failed()) return nullptr;
      }
      Kw kw = peek().kw;
      pos_++;
      if (kw == Kw::kPass) return make<Pass>(start);
      if (kw == Kw::kBreak) return make<Break>(start);
      return make<Continue>(start);
    }
    case Kw::kType: {
      const Token& second = peek_second();
      if (second.type == NAME && !is_reserved(second.kw)) return type_alias();
      break;
    }
    default: break;
  }
  return expression_stmt();
}

bool Parser::augmented_operator(int type, Operator* op) {
  switch (type) {
    case PLUSEQUAL: *op = Operator::Add; return true;
    case MINEQUAL: *op = Operator::Sub; return true;
    case STAREQUAL: *op = Operator::Mult; return true;
    case ATEQUAL: *op = Operator::MatMult; return true;
    case SLASHEQUAL: *op = Operator::Div; return true;
    case PERCENTEQUAL: *op = Operator::Mod; return true;
    case AMPEREQUAL: *op = Operator::BitAnd; return true;
    case VBAREQUAL: *op = Operator::BitOr; return true;
    case CIRCUMFLEXEQUAL: *op = Operator::BitXor; return true;
    case LEFTSHIFTEQUAL: *op = Operator::LShift; return true;
    case RIGHTSHIFTEQUAL: *op = Operator::RShift; return true;
    case DOUBLESTAREQUAL: *op = Operator::Pow; return true;
    case DOUBLESLASHEQUAL: *op = Operator::FloorDiv; return true;
  }
  return false;
}

// Assignments of all kinds, `yield` and plain expressions.
Stmt* Parser::expression_stmt() {
  size_t start = pos_;
  Expr* first = nullptr;
  // The assignment that starts here; null when it is none (first is the expression then) or a wrong one.
  auto assignment = [&]() -> Stmt* {
    first = annotated_rhs();
    if (!first) return nullptr;
    int type = peek_type();
    if (type == COLON) {
      if (!is_single_target(first)) return nullptr;
      Stmt* stmt = annotated_assignment(first, start, first->is<NameExpr>() && tokens_[start].type == NAME);
      if (!stmt) first = nullptr;
      return stmt;
    }
    if (type == EQUAL) {
      ListOf<Expr> targets(this);
      Expr* value = first;
      bool is_yield = tokens_[start].kw == Kw::kYield;
      first = nullptr;
      while (at(EQUAL)) {
        if (is_yield || !make_target(value, ExprContext::Store)) return nullptr;
        targets.push(value);
        pos_++;
        is_yield = at(Kw::kYield);
        value = annotated_rhs();
        if (!value) return nullptr;
      }
      std::string_view comment = type_comment();
      Assign* node = make<Assign>(start);
      node->targets = targets.take();
      node->value = value;
      node->type_comment = comment;
      return node;
    }
    Operator op;
    if (augmented_operator(type, &op)) {
      Expr* target = first;
      first = nullptr;
      if (!is_single_target(target)) return nullptr;
      make_target(target, ExprContext::Store);
      if (op == Operator::MatMult && !check_version(5, "The '@' operator is")) return nullptr;
      pos_++;
      Expr* value = annotated_rhs();
      if (!value) return nullptr;
      AugAssign* node = make<AugAssign>(start);
      node->target = target;
      node->op = op;
      node->value = value;
      return node;
    }
    return nullptr;
  };
  Stmt* stmt = assignment();
  if (stmt) return stmt;
  if (failed()) return nullptr;
  if (diagnosing_) {
    size_t end = pos_;
    pos_ = start;
    diagnose_assignment();
    if (failed()) return nullptr;
    pos_ = end;
    // CPython's parser gives up on an assignment once it has seen an augmented operator.
    if (!first) return nullptr;
  }
  if (!first) return nullptr;
  ExprStmt* node = make<ExprStmt>(start);
  node->value = first;
  return node;
}

Stmt* Parser::annotated_assignment(Expr* target, size_t start, bool simple) {
  pos_++;
  Expr* annotation = expression();
  if (!annotation) return nullptr;
  Expr* value = nullptr;
  size_t before = pos_;
  if (accept(EQUAL)) {
    value = annotated_rhs();
    if (failed()) return nullptr;
    if (!value) pos_ = before;
  }
  if (!check_version(6, simple ? "Variable annotation syntax is" : "Variable annotations syntax is")) return nullptr;
  make_target(target, ExprContext::Store);
  AnnAssign* node = make<AnnAssign>(start);
  node->target = target;
  node->annotation = annotation;
  node->value = value;
  node->simple = simple;
  return node;
}

Stmt* Parser::return_stmt() {
  size_t start = pos_++;
  size_t before = pos_;
  Expr* value = star_expressions();
  if (failed()) return nullptr;
  if (!value) pos_ = before;
  Return* node = make<Return>(start);
  node->value = value;
  return node;
}

Stmt* Parser::raise_stmt() {
  size_t start = pos_++;
  size_t before = pos_;
  Expr* exc = expression();
  Expr* cause = nullptr;
  if (failed()) return nullptr;
  if (!exc) {
    pos_ = before;
  } else if (accept(Kw::kFrom)) {
    cause = expression();
    if (!cause) return nullptr;
  }
  Raise* node = make<Raise>(start);
  node->exc = exc;
  node->cause = cause;
  return node;
}

Stmt* Parser::global_stmt() {
  size_t start = pos_;
  bool global = at(Kw::kGlobal);
  pos_++;
  ListOf<Name> names(this);
  do {
    Name* name = accept_name();
    if (!name) return nullptr;
    names.push(name);
  } while (accept(COMMA));
  if (global) {
    Global* node = make<Global>(start);
    node->names = names.take();
    return node;
  }
  Nonlocal* node = make<Nonlocal>(start);
  node->names = names.take();
  return node;
}

Stmt* Parser::del_stmt() {
  size_t start = pos_;
  auto read = [&]() -> Stmt* {
    pos_++;
    ListOf<Expr> targets(this);
    for (;;) {
      size_t before = pos_;
      Expr* target = primary();
      if (failed()) return nullptr;
      if (!target && targets.size() > 0) {
        pos_ = before;
        break;
      }
      if (!target || !make_target(target, ExprContext::Del)) return nullptr;
      targets.push(target);
      if (!accept(COMMA)) break;
    }
    if (!at(SEMI) && !at(NEWLINE)) return nullptr;
    Delete* node = make<Delete>(start);
    node->targets = targets.take();
    return node;
  };
  Stmt* node = read();
  if (!node && diagnosing_ && !failed()) {
    pos_ = start;
    diagnose_del();
  }
  return node;
}

Stmt* Parser::assert_stmt() {
  size_t start = pos_++;
  Expr* test = expression();
  if (!test) return nullptr;
  Expr* msg = nullptr;
  if (accept(COMMA)) {
    msg = expression();
    if (!msg) return nullptr;
  }
  Assert* node = make<Assert>(start);
  node->test = test;
  node->msg = msg;
  return node;
}

// ---- import -----------------------------------------------------------------------------------------------------------

// `a.b.c` as one name.
Name* Parser::dotted_name() {
  Name* name = accept_name();
  if (!name || !at(DOT)) return name;
  std::string dotted(name->text());
  while (at(DOT)) {
    size_t before = pos_;
    pos_++;
    Name* next = accept_name();
    if (!next) {
      pos_ = before;
      break;
    }
    dotted += '.';
    dotted += next->text();
  }
  return ast_.intern(dotted);
}

Stmt* Parser::import_name() {
  size_t start = pos_;
  if (diagnosing_) {
    diagnose_import();
    if (failed()) return nullptr;
  }
  pos_++;
  ListOf<Alias> names(this);
  do {
    if (diagnosing_) {
      diagnose_import_as(true);
      if (failed()) return nullptr;
    }
    size_t alias_start = pos_;
    Name* name = dotted_name();
    if (!name) return nullptr;
    Name* asname = nullptr;
    if (accept(Kw::kAs)) {
      asname = accept_name();
      if (!asname) return nullptr;
    }
    Alias* alias = ast_.arena.make<Alias>();
    alias->loc = loc_from(alias_start);
    alias->name = name;
    alias->asname = asname;
    names.push(alias);
  } while (accept(COMMA));
  Import* node = make<Import>(start);
  node->names = names.take();
  return node;
}

bool Parser::import_from_names(ListOf<Alias>& into) {
  for (;;) {
    if (diagnosing_) {
      diagnose_import_as(false);
      if (failed()) return false;
    }
    size_t start = pos_;
    Name* name = accept_name();
    if (!name) {
      return false;
    }
    Name* asname = nullptr;
    if (accept(Kw::kAs)) {
      asname = accept_name();
      if (!asname) return false;
    }
    Alias* alias = ast_.arena.make<Alias>();
    alias->loc = loc_from(start);
    alias->name = name;
    alias->asname = asname;
    into.push(alias);
    if (!at(COMMA)) return true;
    pos_++;
    if (!at_name()) {
      pos_--;
      return true;
    }
  }
}

Stmt* Parser::import_from() {
  size_t start = pos_++;
  int level = 0;
  for (;;) {
    if (accept(DOT)) {
      level++;
    } else if (accept(ELLIPSIS)) {
      level += 3;
    } else {
      break;
    }
  }
  Name* module = dotted_name();
  if (!module && level == 0) return nullptr;
  if (!accept(Kw::kImport)) return nullptr;
  ListOf<Alias> names(this);
  size_t before = pos_;
  auto read_targets = [&]() -> bool {
    size_t name_start = pos_;
    if (accept(STAR)) {
      Alias* alias = ast_.arena.make<Alias>();
      alias->loc = loc_from(name_start);
      alias->name = ast_.intern("*");
      names.push(alias);
      return true;
    }
    if (accept(LPAR)) {
      if (!import_from_names(names)) return false;
      accept(COMMA);
      return accept(RPAR);
    }
    return import_from_names(names) && !at(COMMA);
  };
  if (!read_targets()) {
    if (diagnosing_ && !failed()) {
      pos_ = before;
      diagnose_import_targets();
    }
    return nullptr;
  }
  if (level == 0 && module->text() == "__future__") {
    for (size_t i = 0; i < names.size(); i++) {
      if (names[i]->name->text() == "barry_as_FLUFL") options_.barry_as_bdfl = true;
    }
  }
  ImportFrom* node = make<ImportFrom>(start);
  node->module = module;
  node->names = names.take();
  node->level = level;
  return node;
}

// ---- type -------------------------------------------------------------------------------------------------------------

Stmt* Parser::type_alias() {
  size_t start = pos_++;
  size_t name_start = pos_;
  Name* name = accept_name();
  if (!name) return nullptr;
  NameExpr* target = make<NameExpr>(name_start);
  target->id = name;
  target->ctx = ExprContext::Store;
  Seq<TypeParam*> params;
  if (!type_params(&params) || !accept(EQUAL)) return nullptr;
  Expr* value = expression();
  if (!value || !check_version(12, "Type statement is")) return nullptr;
  TypeAlias* node = make<TypeAlias>(start);
  node->name = target;
  node->type_params = params;
  node->value = value;
  return node;
}

// Optional: true when there is no '['.
bool Parser::type_params(Seq<TypeParam*>* out) {
  if (!at(LSQB)) return true;
  pos_++;
  if (at(RSQB)) {
    if (diagnosing_) raise_starting_from(loc_of(peek()), "Type parameter list cannot be empty");
    return false;
  }
  ListOf<TypeParam> params(this);
  do {
    if (at(RSQB)) break;
    TypeParam* param = type_param();
    if (!param) return false;
    params.push(param);
  } while (accept(COMMA));
  if (!accept(RSQB)) return false;
  *out = params.take();
  return check_version(12, "Type parameter lists are");
}

TypeParam* Parser::type_param() {
  size_t start = pos_;
  if (diagnosing_) {
    diagnose_type_param();
    if (failed()) return nullptr;
  }
  bool star = accept(STAR);
  bool double_star = !star && accept(DOUBLESTAR);
  Name* name = accept_name();
  if (!name) return nullptr;
  Expr* bound = nullptr;
  Expr* default_value = nullptr;
  if (!star && !double_star && accept(COLON)) {
    bound = expression();
    if (!bound) return nullptr;
  }
  if (accept(EQUAL)) {
    default_value = star ? star_expression() : expression();
    if (!default_value || !check_version(13, "Type parameter defaults are")) return nullptr;
  }
  TypeParam* node;
  if (star) {
    node = make<TypeVarTuple>(start);
  } else if (double_star) {
    node = make<ParamSpec>(start);
  } else {
    TypeVar* var = make<TypeVar>(start);
    var->bound = bound;
    node = var;
  }
  node->name = name;
  node->default_value = default_value;
  return node;
}

}  // namespace kaa::parser
