// Compound statements: blocks, if, while, for, with, try, def, class, decorators. (match is in patterns.cpp.)
#include "parser/parser_impl.h"

namespace kaa::parser {

bool Parser::at_compound() {
  const Token& token = peek();
  if (token.type == AT) return true;
  switch (token.kw) {
    case Kw::kDef:
    case Kw::kIf:
    case Kw::kClass:
    case Kw::kWith:
    case Kw::kFor:
    case Kw::kTry:
    case Kw::kWhile:
    case Kw::kAsync: return true;
    default: return false;
  }
}

Stmt* Parser::compound_stmt() {
  if (at(AT)) return decorated();
  size_t start = pos_;
  switch (peek().kw) {
    case Kw::kIf: return if_stmt();
    case Kw::kDef: return function_def(start, false, {});
    case Kw::kClass: return class_def(start, {});
    case Kw::kFor: return for_stmt(start, false);
    case Kw::kWhile: return while_stmt();
    case Kw::kTry: return try_stmt();
    case Kw::kWith: return with_stmt(start, false);
    case Kw::kAsync: {
      pos_++;
      Kw kw = peek().kw;
      if (kw == Kw::kDef) return function_def(start, true, {});
      if (kw == Kw::kFor) return for_stmt(start, true);
      if (kw == Kw::kWith) return with_stmt(start, true);
      return nullptr;
    }
    default: return nullptr;
  }
}

// After the colon: an indented block or simple statements. `after` and `line` are for the message when it is missing.
bool Parser::block(Seq<Stmt*>* out, const char* after, int line) {
  ListOf<Stmt> body(this);
  if (accept(NEWLINE)) {
    if (!accept(INDENT)) {
      if (diagnosing_ && !failed()) raise_indentation("expected an indented block after %s on line %d", after, line);
      return false;
    }
    if (!statements(body, false) || body.size() == 0 || !accept(DEDENT)) return false;
  } else if (!simple_stmts(body)) {
    return false;
  }
  *out = body.take();
  return true;
}

std::string_view Parser::type_comment() {
  if (!at(TYPE_COMMENT)) return {};
  std::string_view comment = ast_.arena.copy(text(peek()));
  pos_++;
  return comment;
}

// On the line of a def, or alone on the next one before the block.
std::string_view Parser::function_type_comment() {
  if (at(NEWLINE) && options_.type_comments) {
    size_t before = pos_;
    pos_++;
    if (at(TYPE_COMMENT)) {
      std::string_view comment = ast_.arena.copy(text(peek()));
      pos_++;
      size_t after = pos_;
      if (at(NEWLINE)) {
        pos_++;
        if (at(INDENT)) {
          pos_ = after;
          return comment;
        }
      }
    }
    pos_ = before;
    return {};
  }
  if (diagnosing_ && at(TYPE_COMMENT)) {
    Mark mark(this);
    pos_++;
    if (accept(NEWLINE) && accept(TYPE_COMMENT) && accept(NEWLINE) && accept(INDENT)) {
      raise_last("Cannot have two type comments on def");
      return {};
    }
  }
  return type_comment();
}

// Optional: true without one.
bool Parser::else_block(Seq<Stmt*>* out) {
  if (!at(Kw::kElse)) return true;
  int line = peek().lineno;
  pos_++;
  if (!expect_forced(COLON, ":") || !block(out, "'else' statement", line)) return false;
  if (diagnosing_ && at(Kw::kElif)) {
    raise_last("'elif' block follows an 'else' block");
    return false;
  }
  return true;
}

Stmt* Parser::if_stmt() {
  // The chain of elifs: each is an If in the orelse of the one before, and all end where the last one ends.
  struct Link {
    If* node;
    size_t start;
  };
  std::vector<Link> chain;
  Seq<Stmt*> orelse;
  for (;;) {
    Token keyword = peek();
    size_t start = pos_++;
    Expr* test = named_expression();
    if (!test) return nullptr;
    if (!accept(COLON)) {
      if (diagnosing_ && !failed() && at(NEWLINE)) raise_last("expected ':'");
      return nullptr;
    }
    If* node = ast_.make<If>(Loc());
    node->test = test;
    if (!block(&node->body, keyword.kw == Kw::kIf ? "'if' statement" : "'elif' statement", keyword.lineno)) {
      return nullptr;
    }
    chain.push_back({node, start});
    if (at(Kw::kElif)) continue;
    if (!else_block(&orelse)) return nullptr;
    break;
  }
  for (size_t i = chain.size(); i-- > 0;) {
    If* node = chain[i].node;
    node->orelse = orelse;
    node->loc = loc_from(chain[i].start);
    if (i > 0) {
      Stmt* stmt = node;
      orelse = ast_.copy_seq<Stmt*>(&stmt, 1);
    }
  }
  return chain[0].node;
}

Stmt* Parser::while_stmt() {
  int line = peek().lineno;
  size_t start = pos_++;
  Expr* test = named_expression();
  if (!test) return nullptr;
  if (!accept(COLON)) {
    if (diagnosing_ && !failed() && at(NEWLINE)) raise_last("expected ':'");
    return nullptr;
  }
  Seq<Stmt*> body, orelse;
  if (!block(&body, "'while' statement", line) || !else_block(&orelse)) return nullptr;
  While* node = make<While>(start);
  node->test = test;
  node->body = body;
  node->orelse = orelse;
  return node;
}

Stmt* Parser::for_stmt(size_t start, bool async) {
  int line = peek().lineno;
  pos_++;
  Expr* target = star_targets();
  if (!target || !accept(Kw::kIn)) {
    if (diagnosing_ && !failed()) {
      pos_ = start;
      diagnose_for_target();
    }
    return nullptr;
  }
  Expr* iter = star_expressions();
  if (!iter) return nullptr;
  if (!accept(COLON)) {
    if (diagnosing_ && !failed() && at(NEWLINE)) raise_last("expected ':'");
    return nullptr;
  }
  std::string_view comment = type_comment();
  Seq<Stmt*> body, orelse;
  if (!block(&body, "'for' statement", line) || !else_block(&orelse)) return nullptr;
  if (async && !check_version(5, "Async for loops are")) return nullptr;
  For* node = async ? make<AsyncFor>(start) : make<For>(start);
  node->target = target;
  node->iter = iter;
  node->body = body;
  node->orelse = orelse;
  node->type_comment = comment;
  return node;
}

// ---- with -----------------------------------------------------------------------------------------------------------

WithItem* Parser::with_item() {
  size_t start = pos_;
  Expr* context = expression();
  if (!context) return nullptr;
  Expr* vars = nullptr;
  if (at(Kw::kAs)) {
    pos_++;
    vars = star_target();
    if (failed()) return nullptr;
    if (!vars || !(at(COMMA) || at(RPAR) || at(COLON))) {
      if (diagnosing_) {
        pos_ = start;
        diagnose_with_item();
      }
      return nullptr;
    }
  }
  WithItem* node = ast_.arena.make<WithItem>();
  node->context_expr = context;
  node->optional_vars = vars;
  return node;
}

// Up to and including the colon.
bool Parser::with_items(ListOf<WithItem>& into, bool parenthesised) {
  if (parenthesised && !accept(LPAR)) return false;
  do {
    if (parenthesised && into.size() > 0 && at(RPAR)) break;
    WithItem* item = with_item();
    if (!item) return false;
    into.push(item);
  } while (accept(COMMA));
  return (!parenthesised || accept(RPAR)) && accept(COLON);
}

Stmt* Parser::with_stmt(size_t start, bool async) {
  int line = peek().lineno;
  size_t keyword = pos_;
  pos_++;
  ListOf<WithItem> items(this);
  // `with (a, b):` may be items in parentheses or a tuple: the first is tried first.
  bool fine = at(LPAR) && with_items(items, true);
  if (!fine) {
    if (failed()) return nullptr;
    pos_ = keyword + 1;
    scratch_.resize(items.base_);
    fine = with_items(items, false);
  }
  if (!fine) {
    if (diagnosing_ && !failed()) {
      pos_ = keyword;
      diagnose_with();
    }
    return nullptr;
  }
  std::string_view comment = type_comment();
  Seq<Stmt*> body;
  if (!block(&body, "'with' statement", line)) return nullptr;
  if (async && !check_version(5, "Async with statements are")) return nullptr;
  With* node = async ? make<AsyncWith>(start) : make<With>(start);
  node->items = items.take();
  node->body = body;
  node->type_comment = comment;
  return node;
}

// ---- try ------------------------------------------------------------------------------------------------------------

Stmt* Parser::try_stmt() {
  size_t start = pos_;
  int line = peek().lineno;
  pos_++;
  if (!expect_forced(COLON, ":")) return nullptr;
  Seq<Stmt*> body, orelse, finalbody;
  if (!block(&body, "'try' statement", line)) return nullptr;
  ListOf<ExceptHandler> handlers(this);
  bool star = false;
  while (at(Kw::kExcept)) {
    size_t before = pos_;
    bool this_star = peek_second().type == STAR;
    if (handlers.size() > 0 && this_star != star) {
      // Mixed: the statement ends here for the grammar.
      if (diagnosing_) {
        diagnose_try();
        if (failed()) return nullptr;
      }
      return nullptr;
    }
    star = this_star;
    ExceptHandler* handler = except_block(star);
    if (!handler) {
      if (diagnosing_ && !failed()) {
        pos_ = before;
        diagnose_except(star);
      }
      return nullptr;
    }
    handlers.push(handler);
  }
  if (handlers.size() > 0 && !else_block(&orelse)) return nullptr;
  if (at(Kw::kFinally)) {
    int finally_line = peek().lineno;
    pos_++;
    if (!expect_forced(COLON, ":") || !block(&finalbody, "'finally' statement", finally_line)) return nullptr;
  } else if (handlers.size() == 0) {
    if (diagnosing_ && !failed()) raise_last("expected 'except' or 'finally' block");
    return nullptr;
  }
  if (star && !check_version(11, "Exception groups are")) return nullptr;
  Try* node = star ? make<TryStar>(start) : make<Try>(start);
  node->body = body;
  node->handlers = handlers.take();
  node->orelse = orelse;
  node->finalbody = finalbody;
  return node;
}

ExceptHandler* Parser::except_block(bool star) {
  size_t start = pos_;
  int line = peek().lineno;
  pos_++;
  if (star) pos_++;
  Expr* type = nullptr;
  Name* name = nullptr;
  if (star || !at(COLON)) {
    size_t type_start = pos_;
    type = expression();
    if (!type) return nullptr;
    if (at(COMMA)) {
      pos_ = type_start;
      type = expressions();
      if (!type || !at(COLON)) return nullptr;
      if (!check_version(14, "except expressions without parentheses are")) return nullptr;
    } else if (accept(Kw::kAs)) {
      name = accept_name();
      if (!name) return nullptr;
    }
  }
  if (!accept(COLON)) return nullptr;
  Seq<Stmt*> body;
  if (!block(&body, star ? "'except*' statement" : "'except' statement", line)) return nullptr;
  ExceptHandler* node = ast_.arena.make<ExceptHandler>();
  node->loc = loc_from(start);
  node->type = type;
  node->name = name;
  node->body = body;
  return node;
}

// ---- definitions ------------------------------------------------------------------------------------------------------

Stmt* Parser::decorated() {
  ListOf<Expr> decorators(this);
  while (accept(AT)) {
    Expr* decorator = named_expression();
    if (!decorator || !accept(NEWLINE)) return nullptr;
    decorators.push(decorator);
  }
  size_t start = pos_;
  bool async = accept(Kw::kAsync);
  if (at(Kw::kDef)) return function_def(start, async, decorators.take());
  if (!async && at(Kw::kClass)) return class_def(start, decorators.take());
  return nullptr;
}

Stmt* Parser::function_def(size_t start, bool async, Seq<Expr*> decorators) {
  int line = peek().lineno;
  pos_++;
  Name* name = accept_name();
  if (!name) return nullptr;
  Seq<TypeParam*> params;
  size_t after_name = pos_;
  if (!type_params(&params)) {
    if (!diagnosing_ || failed()) return nullptr;
    pos_ = after_name;
  }
  if (!accept(LPAR)) {
    if (diagnosing_) expect_forced(LPAR, "(");
    return nullptr;
  }
  Arguments* arguments = params_or_empty(false);
  if (!arguments || !accept(RPAR)) return nullptr;
  Expr* returns = nullptr;
  if (accept(RARROW)) {
    size_t arrow = pos_ - 1;
    returns = expression();
    if (!returns && !diagnosing_) return nullptr;
    if (!returns) pos_ = arrow;
  }
  if (!accept(COLON)) {
    if (diagnosing_) expect_forced(COLON, ":");
    return nullptr;
  }
  std::string_view comment = function_type_comment();
  if (failed()) return nullptr;
  Seq<Stmt*> body;
  if (!block(&body, "function definition", line)) return nullptr;
  if (async && !check_version(5, "Async functions are")) return nullptr;
  FunctionDef* node = async ? make<AsyncFunctionDef>(start) : make<FunctionDef>(start);
  node->name = name;
  node->args = arguments;
  node->body = body;
  node->decorator_list = decorators;
  node->returns = returns;
  node->type_comment = comment;
  node->type_params = params;
  return node;
}

Stmt* Parser::class_def(size_t start, Seq<Expr*> decorators) {
  int line = peek().lineno;
  pos_++;
  Name* name = accept_name();
  if (!name) return nullptr;
  Seq<TypeParam*> params;
  if (!type_params(&params)) return nullptr;
  ArgList list;
  if (accept(LPAR)) {
    if (!at(RPAR) && !arguments(&list, RPAR)) return nullptr;
    if (!accept(RPAR)) return nullptr;
  }
  if (!accept(COLON)) {
    if (diagnosing_ && !failed() && at(NEWLINE)) raise_last("expected ':'");
    return nullptr;
  }
  Seq<Stmt*> body;
  if (!block(&body, "class definition", line)) return nullptr;
  ClassDef* node = make<ClassDef>(start);
  node->name = name;
  node->bases = list.args;
  node->keywords = list.keywords;
  node->body = body;
  node->decorator_list = decorators;
  node->type_params = params;
  return node;
}

}  // namespace kaa::parser
