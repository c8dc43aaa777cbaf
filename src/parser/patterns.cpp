// The match statement and its patterns.
#include "parser/parser_impl.h"

namespace kaa::parser {

// `match` is a name, too: null without an error when this is no match statement.
Stmt* Parser::match_stmt() {
  size_t start = pos_;
  pos_++;
  switch (peek_type()) {
    // What follows the name in ordinary statements and cannot start a subject.
    case EQUAL:
    case DOT:
    case COMMA:
    case COLON:
    case NEWLINE:
    case RPAR: return nullptr;
  }
  Expr* subject = subject_expr();
  ListOf<MatchCase> cases(this);
  bool fine = subject && accept(COLON) && accept(NEWLINE) && accept(INDENT);
  if (fine) {
    while (at(Kw::kCase)) {
      MatchCase* node = case_block();
      if (!node) return nullptr;
      cases.push(node);
    }
    fine = cases.size() > 0 && accept(DEDENT);
  }
  if (!fine) {
    if (diagnosing_ && !failed()) {
      pos_ = start;
      diagnose_match();
    }
    return nullptr;
  }
  if (!check_version(10, "Pattern matching is")) return nullptr;
  Match* node = make<Match>(start);
  node->subject = subject;
  node->cases = cases.take();
  return node;
}

Expr* Parser::subject_expr() {
  size_t start = pos_;
  bool starred = at(STAR);
  Expr* first = star_named_expression();
  if (!first) return nullptr;
  if (!at(COMMA)) return starred ? nullptr : first;
  return tuple_after(first, start, &Parser::star_named_expression);
}

MatchCase* Parser::case_block() {
  int line = peek().lineno;
  pos_++;
  Pattern* pattern = patterns();
  if (!pattern) return nullptr;
  Expr* guard = nullptr;
  if (accept(Kw::kIf)) {
    guard = named_expression();
    if (!guard) return nullptr;
  }
  if (!accept(COLON)) {
    if (diagnosing_ && !failed() && at(NEWLINE)) raise_last("expected ':'");
    return nullptr;
  }
  Seq<Stmt*> body;
  if (!block(&body, "'case' statement", line)) return nullptr;
  MatchCase* node = ast_.arena.make<MatchCase>();
  node->pattern = pattern;
  node->guard = guard;
  node->body = body;
  return node;
}

// The top of a case: a sequence needs no brackets there.
Pattern* Parser::patterns() {
  size_t start = pos_;
  bool starred = at(STAR);
  Pattern* first = maybe_star_pattern();
  if (!first) return nullptr;
  if (!at(COMMA)) return starred ? nullptr : first;
  ListOf<Pattern> all(this);
  all.push(first);
  while (accept(COMMA)) {
    size_t before = pos_;
    Pattern* next = maybe_star_pattern();
    if (failed()) return nullptr;
    if (!next) {
      pos_ = before;
      break;
    }
    all.push(next);
  }
  MatchSequence* node = make<MatchSequence>(start);
  node->patterns = all.take();
  return node;
}

Pattern* Parser::maybe_star_pattern() {
  if (!at(STAR)) return pattern();
  size_t start = pos_++;
  Name* name = nullptr;
  if (!accept(Kw::kUnderscore)) {
    name = capture_target();
    if (!name) return nullptr;
  }
  MatchStar* node = make<MatchStar>(start);
  node->name = name;
  return node;
}

Pattern* Parser::pattern() {
  size_t start = pos_;
  Pattern* inner = or_pattern();
  if (!inner || !at(Kw::kAs)) return inner;
  pos_++;
  Name* name = capture_target();
  if (!name) {
    if (diagnosing_ && !failed()) {
      pos_ = start;
      diagnose_as_pattern();
    }
    return nullptr;
  }
  MatchAs* node = make<MatchAs>(start);
  node->pattern = inner;
  node->name = name;
  return node;
}

Pattern* Parser::or_pattern() {
  size_t start = pos_;
  Pattern* first = closed_pattern();
  if (!first || !at(VBAR)) return first;
  ListOf<Pattern> all(this);
  all.push(first);
  while (accept(VBAR)) {
    Pattern* next = closed_pattern();
    if (!next) return nullptr;
    all.push(next);
  }
  MatchOr* node = make<MatchOr>(start);
  node->patterns = all.take();
  return node;
}

// A name that is bound: not `_`, and not the start of something longer.
Name* Parser::capture_target() {
  size_t start = pos_;
  if (at(Kw::kUnderscore)) return nullptr;
  Name* name = accept_name();
  if (!name) return nullptr;
  if (at(DOT) || at(LPAR) || at(EQUAL)) {
    pos_ = start;
    return nullptr;
  }
  return name;
}

Pattern* Parser::closed_pattern() {
  size_t start = pos_;
  const Token token = peek();
  auto singleton = [&](ConstKind kind) {
    pos_++;
    MatchSingleton* node = make<MatchSingleton>(start);
    node->value.kind = kind;
    return node;
  };
  auto value_pattern = [&](Expr* value) -> Pattern* {
    if (!value) return nullptr;
    MatchValue* node = make<MatchValue>(start);
    node->value = value;
    return node;
  };
  switch (token.type) {
    case NUMBER:
    case MINUS:
    case PLUS: return value_pattern(signed_number_or_complex());
    case STRING:
    case FSTRING_START:
    case TSTRING_START: return value_pattern(strings());
    case LPAR:
    case LSQB: {
      DepthGuard guard(this, 8);
      if (!guard.ok()) return nullptr;
      return sequence_pattern(token.type == LPAR ? RPAR : RSQB);
    }
    case LBRACE: {
      DepthGuard guard(this, 8);
      if (!guard.ok()) return nullptr;
      return mapping_pattern();
    }
    case NAME:
      if (token.kw == Kw::kNoneValue) return singleton(ConstKind::None);
      if (token.kw == Kw::kTrue) return singleton(ConstKind::True);
      if (token.kw == Kw::kFalse) return singleton(ConstKind::False);
      return at_name() ? name_pattern() : nullptr;
  }
  return nullptr;
}

// What starts with a name: a capture, `_`, a dotted value, a class.
Pattern* Parser::name_pattern() {
  size_t start = pos_;
  bool dotted;
  bool underscore = at(Kw::kUnderscore);
  Expr* value = name_or_attr(&dotted);
  if (!value) return nullptr;
  if (at(LPAR)) {
    DepthGuard guard(this, 8);
    if (!guard.ok()) return nullptr;
    Pattern* node = class_pattern(value, start);
    if (!node && diagnosing_ && !failed()) {
      pos_ = start;
      diagnose_class_pattern();
    }
    return node;
  }
  if (!dotted && underscore) return make<MatchAs>(start);
  if (at(EQUAL) || at(DOT)) return nullptr;
  if (dotted) {
    MatchValue* node = make<MatchValue>(start);
    node->value = value;
    return node;
  }
  MatchAs* node = make<MatchAs>(start);
  node->name = value->as<NameExpr>()->id;
  return node;
}

Expr* Parser::name_or_attr(bool* dotted) {
  size_t start = pos_;
  *dotted = false;
  Name* name = accept_name();
  if (!name) return nullptr;
  NameExpr* first = make<NameExpr>(start);
  first->id = name;
  Expr* value = first;
  while (at(DOT)) {
    size_t before = pos_;
    pos_++;
    Name* attr = accept_name();
    if (!attr) {
      pos_ = before;
      break;
    }
    Attribute* node = make<Attribute>(start);
    node->value = value;
    node->attr = attr;
    value = node;
    *dotted = true;
  }
  return value;
}

// `1`, `-1`, `1 + 2j`.
Expr* Parser::signed_number_or_complex() {
  size_t start = pos_;
  int sign = at(MINUS) ? MINUS : at(PLUS) ? PLUS : 0;
  // A leading plus is for later versions of the language.
  if (sign == PLUS) return nullptr;
  if (sign) pos_++;
  if (!at(NUMBER)) return nullptr;
  Token token = peek();
  pos_++;
  Expr* real = number(token);
  if (!real) return nullptr;
  bool is_complex = real->as<Constant>()->value.kind == ConstKind::Complex;
  if (sign) {
    UnaryOp* node = make<UnaryOp>(start);
    node->op = UnaryOperator::USub;
    node->operand = real;
    real = node;
  }
  if (!at(PLUS) && !at(MINUS)) return real;
  Operator op = at(PLUS) ? Operator::Add : Operator::Sub;
  if (is_complex) return (Expr*)raise_loc(loc_of(token), "real number required in complex literal");
  pos_++;
  if (!at(NUMBER)) return nullptr;
  Token imaginary_token = peek();
  pos_++;
  Expr* imaginary = number(imaginary_token);
  if (!imaginary) return nullptr;
  if (imaginary->as<Constant>()->value.kind != ConstKind::Complex) {
    return (Expr*)raise_loc(loc_of(imaginary_token), "imaginary number required in complex literal");
  }
  BinOp* node = make<BinOp>(start);
  node->left = real;
  node->op = op;
  node->right = imaginary;
  return node;
}

// `[...]`, `(...)`: in parentheses one pattern without a comma is just that pattern.
Pattern* Parser::sequence_pattern(int closing) {
  size_t start = pos_++;
  ListOf<Pattern> all(this);
  bool comma = false;
  bool starred = at(STAR);
  if (!at(closing)) {
    do {
      if (comma && at(closing)) break;
      Pattern* next = maybe_star_pattern();
      if (!next) return nullptr;
      all.push(next);
      comma = at(COMMA);
    } while (accept(COMMA));
  }
  if (closing == RPAR && all.size() == 1 && !comma) {
    if (starred || !accept(RPAR)) return nullptr;
    return all[0];
  }
  if (!accept(closing)) return nullptr;
  MatchSequence* node = make<MatchSequence>(start);
  node->patterns = all.take();
  return node;
}

Expr* Parser::literal_key() {
  size_t start = pos_;
  const Token token = peek();
  auto constant = [&](ConstKind kind) {
    pos_++;
    Constant* node = make<Constant>(start);
    node->value.kind = kind;
    return node;
  };
  switch (token.type) {
    case NUMBER:
    case MINUS:
    case PLUS: return signed_number_or_complex();
    case STRING:
    case FSTRING_START:
    case TSTRING_START: return strings();
    case NAME: {
      if (token.kw == Kw::kNoneValue) return constant(ConstKind::None);
      if (token.kw == Kw::kTrue) return constant(ConstKind::True);
      if (token.kw == Kw::kFalse) return constant(ConstKind::False);
      bool dotted;
      Expr* value = name_or_attr(&dotted);
      return value && dotted ? value : nullptr;
    }
  }
  return nullptr;
}

Pattern* Parser::mapping_pattern() {
  size_t start = pos_++;
  ListOf<Expr> keys(this);
  std::vector<Pattern*> values;
  Name* rest = nullptr;
  while (!at(RBRACE)) {
    if (accept(DOUBLESTAR)) {
      rest = capture_target();
      if (!rest) return nullptr;
      accept(COMMA);
      break;
    }
    Expr* key = literal_key();
    if (!key || !accept(COLON)) return nullptr;
    Pattern* value = pattern();
    if (!value) return nullptr;
    keys.push(key);
    values.push_back(value);
    if (!accept(COMMA)) break;
  }
  if (!accept(RBRACE)) return nullptr;
  MatchMapping* node = make<MatchMapping>(start);
  node->keys = keys.take();
  node->patterns = ast_.copy_seq<Pattern*>(values.data(), values.size());
  node->rest = rest;
  return node;
}

Pattern* Parser::class_pattern(Expr* cls, size_t start) {
  pos_++;
  ListOf<Pattern> positional(this);
  std::vector<Name*> names;
  std::vector<Pattern*> values;
  while (!at(RPAR)) {
    if (at_name() && peek_second().type == EQUAL) {
      names.push_back(accept_name());
      pos_++;
      Pattern* value = pattern();
      if (!value) return nullptr;
      values.push_back(value);
    } else {
      if (!names.empty()) return nullptr;
      Pattern* value = pattern();
      if (!value) return nullptr;
      positional.push(value);
    }
    if (!accept(COMMA)) break;
  }
  if (!accept(RPAR)) return nullptr;
  MatchClass* node = make<MatchClass>(start);
  node->cls = cls;
  node->patterns = positional.take();
  node->kwd_attrs = ast_.copy_seq<Name*>(names.data(), names.size());
  node->kwd_patterns = ast_.copy_seq<Pattern*>(values.data(), values.size());
  return node;
}

}  // namespace kaa::parser
