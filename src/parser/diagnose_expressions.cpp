// What is wrong with an expression. Each function looks from pos_ on for one family of mistakes, in the order in which
// CPython tries them, and raises the first it finds; pos_ is restored.
#include <string.h>

#include "parser/parser_impl.h"

namespace kaa::parser {

namespace {

Loc last_item_loc(const Seq<Comprehension*>& clauses) {
  const Comprehension* last = clauses.back();
  return last->ifs.empty() ? last->iter->loc : last->ifs.back()->loc;
}

}  // namespace

bool Parser::at_legacy_name(const Expr* expr) const {
  const NameExpr* name = expr->if_a<NameExpr>();
  return name && (name->id->text() == "print" || name->id->text() == "exec");
}

void Parser::raise_invalid_target(TargetKind kind, Expr* target) {
  Expr* invalid = invalid_target(target, kind);
  if (!invalid) return;
  raise_loc(invalid->loc, kind == TargetKind::kDel ? "cannot delete %s" : "cannot assign to %s",
            expression_name(invalid));
}

// Two expressions side by side, half a conditional expression, statements where expressions belong.
void Parser::diagnose_expression() {
  Mark mark(this);
  const Token first = peek();
  auto plain_expression = [&]() -> Expr* {
    diagnosing_ = false;
    size_t before = pos_;
    Expr* node = expression_without_invalid();
    diagnosing_ = true;
    if (!node) pos_ = before;
    return node;
  };
  if (first.type == STRING) {
    // "abc" def "ghi"
    pos_++;
    Expr* from = nullptr;
    Expr* to = nullptr;
    while (!at(STRING)) {
      Expr* node = plain_expression();
      if (failed()) return;
      if (!node) break;
      if (!from) from = node;
      to = node;
    }
    if (from && at(STRING)) {
      raise_range(from->loc, to->loc, "invalid syntax. Is this intended to be part of the string?");
      return;
    }
    mark.reset();
  }
  bool prefix_like = first.type == NAME && (is_soft(first.kw) || (!is_reserved(first.kw) && peek_second().type == STRING));
  Expr* left = disjunction();
  if (failed()) return;
  if (left) {
    size_t after = pos_;
    if (!prefix_like) {
      Expr* right = plain_expression();
      if (failed()) return;
      if (right && !at_legacy_name(left) && tokens_[pos_ - 1].level != 0) {
        raise_range(left->loc, right->loc, "invalid syntax. Perhaps you forgot a comma?");
        return;
      }
      pos_ = after;
    }
    if (accept(Kw::kIf)) {
      Expr* test = disjunction();
      if (failed()) return;
      if (test) {
        if (!at(Kw::kElse) && !at(COLON)) {
          raise_range(left->loc, test->loc, "expected 'else' after 'if' expression");
          return;
        }
        if (accept(Kw::kElse)) {
          size_t before = pos_;
          Expr* orelse = expression();
          if (failed()) return;
          if (!orelse) {
            pos_ = before;
            raise_next("expected expression after 'else', but statement is given");
            return;
          }
        }
      }
    }
  }
  mark.reset();
  if (first.kw == Kw::kPass || first.kw == Kw::kBreak || first.kw == Kw::kContinue) {
    pos_++;
    if (accept(Kw::kIf) && disjunction() && accept(Kw::kElse) && simple_stmt() && !failed()) {
      raise_loc(loc_of(first), "expected expression before 'if', but statement is given");
    }
    return;
  }
  if (first.kw == Kw::kLambda) {
    pos_++;
    bool fine = at(COLON) || parameters(true);
    if (failed() || !fine || !at(COLON)) return;
    Token colon = peek();
    pos_++;
    if (at(FSTRING_MIDDLE) || at(TSTRING_MIDDLE)) {
      raise_range(loc_of(first), loc_of(colon), "%c-string: lambda expressions are not allowed without parentheses",
                  at(FSTRING_MIDDLE) ? 'f' : 't');
    }
  }
}

// `print x`, `exec x`. What follows any other name is looked at, too, for mistakes of its own.
void Parser::diagnose_legacy_expression() {
  if (!at_name()) return;
  DepthGuard guard(this, 6);
  if (!guard.ok()) return;
  Mark mark(this);
  const Token token = peek();
  std::string_view name = text(token);
  pos_++;
  if (at(LPAR)) return;
  Expr* what = star_expressions();
  if (!what || failed() || (name != "print" && name != "exec")) return;
  raise_range(loc_of(token), what->loc, "Missing parentheses in call to '%.*s'. Did you mean %.*s(...)?",
              (int)name.size(), name.data(), (int)name.size(), name.data());
}

// `a.b := 1`, `a = 1` and `f() = 1` where an expression is wanted.
void Parser::diagnose_named_expression() {
  uint64_t key = (uint64_t)pos_ << 8 | kRuleInvalidNamed;
  if (!memo_.emplace(key, Memo{nullptr, 0}).second) return;
  Mark mark(this);
  Expr* left = expression();
  if (failed()) return;
  if (left && accept(COLONEQUAL)) {
    Expr* right = expression();
    if (failed()) return;
    if (right) {
      raise_loc(left->loc, "cannot use assignment expressions with %s", expression_name(left));
      return;
    }
  }
  mark.reset();
  const Token first = peek();
  if (at_name() && peek_second().type == EQUAL) {
    pos_ += 2;
    Expr* right = bitwise_or();
    if (failed()) return;
    if (right && !at(EQUAL) && !at(COLONEQUAL)) {
      raise_range(loc_of(first), right->loc, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
      return;
    }
    mark.reset();
  }
  if (first.kw == Kw::kTrue || first.kw == Kw::kNoneValue || first.kw == Kw::kFalse) return;
  if (first.type == LPAR || first.type == LSQB) {
    // Lists and tuples may be targets; whoever reads on will know.
    Expr* display = atom();
    if (failed()) return;
    bool group = display && first.type == LPAR && !(display->loc.lineno == first.lineno && display->loc.col_offset == first.col);
    if (display && !group && (display->is<List>() || display->is<Tuple>() || display->is<GeneratorExp>())) return;
    mark.reset();
  }
  left = bitwise_or();
  if (!left || !accept(EQUAL)) return;
  Expr* right = bitwise_or();
  if (failed()) return;
  if (right && !at(EQUAL) && !at(COLONEQUAL)) {
    raise_loc(left->loc, "cannot assign to %s here. Maybe you meant '==' instead of '='?", expression_name(left));
  }
}

// A statement that is no assignment, or a wrong one.
void Parser::diagnose_assignment() {
  Mark mark(this);
  // `[a, b]: int`, `(a, b): int`
  if (at(LPAR) || at(LSQB)) {
    Expr* target = atom();
    if (failed()) return;
    if (target && (target->is<List>() || target->is<Tuple>()) && accept(COLON)) {
      Expr* annotation = expression();
      if (failed()) return;
      if (annotation) {
        raise_loc(target->loc, "only single target (not %s) can be annotated", expression_name(target));
        return;
      }
    }
    mark.reset();
  }
  Expr* first = star_named_expression();
  if (failed()) return;
  if (first && accept(COMMA)) {
    {
      ListOf<Expr> rest(this);
      for (;;) {
        size_t before = pos_;
        if (!star_named_expressions(rest)) {
          pos_ = before;
          break;
        }
      }
    }
    if (failed()) return;
    if (accept(COLON)) {
      Expr* annotation = expression();
      if (failed()) return;
      if (annotation) {
        raise_loc(first->loc, "only single target (not tuple) can be annotated");
        return;
      }
    }
  }
  mark.reset();
  first = expression();
  if (failed()) return;
  if (first && accept(COLON)) {
    Expr* annotation = expression();
    if (failed()) return;
    if (annotation) {
      raise_loc(first->loc, "illegal target for annotation");
      return;
    }
  }
  mark.reset();
  for (;;) {
    size_t before = pos_;
    Expr* target = star_targets();
    if (failed()) return;
    if (target && accept(EQUAL)) continue;
    pos_ = before;
    break;
  }
  size_t value_start = pos_;
  first = star_expressions();
  if (failed()) return;
  if (first && at(EQUAL)) {
    raise_invalid_target(TargetKind::kStar, first);
    if (failed()) return;
  }
  pos_ = value_start;
  if (at(Kw::kYield)) {
    Expr* value = yield_expr();
    if (failed()) return;
    if (value && at(EQUAL)) {
      raise_loc(value->loc, "assignment to yield expression not possible");
      return;
    }
  }
  mark.reset();
  first = star_expressions();
  if (failed() || !first) return;
  Operator op;
  if (augmented_operator(peek_type(), &op)) {
    pos_++;
    Expr* value = annotated_rhs();
    if (failed() || !value) return;
    raise_loc(first->loc, "'%s' is an illegal expression for augmented assignment", expression_name(first));
  }
}

void Parser::diagnose_comprehension(int opening) {
  Mark mark(this);
  Seq<Comprehension*> clauses;
  pos_++;
  if (at(DOUBLESTAR) && opening == LBRACE) {
    Token stars = peek();
    pos_++;
    if (bitwise_or() && for_if_clauses(&clauses) && accept(RBRACE)) {
      raise_loc(loc_of(stars), "dict unpacking cannot be used in dict comprehension");
    }
    return;
  }
  if (at(STAR)) {
    Expr* starred = starred_expression();
    if (failed()) return;
    if (starred && for_if_clauses(&clauses)) {
      raise_loc(starred->loc, "iterable unpacking cannot be used in comprehension");
      return;
    }
    if (failed()) return;
  }
  if (opening == LPAR) return;
  mark.reset();
  pos_++;
  Expr* first = star_named_expression();
  if (failed() || !first || !at(COMMA)) return;
  Token comma = peek();
  size_t after_comma = ++pos_;
  {
    ListOf<Expr> rest(this);
    bool fine = star_named_expressions(rest);
    if (failed()) return;
    if (fine && for_if_clauses(&clauses) && !failed()) {
      raise_range(first->loc, rest.last()->loc, "did you forget parentheses around the comprehension target?");
      return;
    }
    if (failed()) return;
  }
  pos_ = after_comma;
  if (for_if_clauses(&clauses) && !failed()) {
    raise_range(first->loc, loc_of(comma), "did you forget parentheses around the comprehension target?");
  }
}

// `(*a)`, `(**a)`
void Parser::diagnose_group() {
  Mark mark(this);
  pos_++;
  if (at(STAR)) {
    Expr* starred = starred_expression();
    if (failed()) return;
    if (starred && at(RPAR)) raise_loc(starred->loc, "cannot use starred expression here");
  } else if (at(DOUBLESTAR)) {
    Token stars = peek();
    pos_++;
    Expr* value = expression();
    if (failed()) return;
    if (value && at(RPAR)) raise_loc(loc_of(stars), "cannot use double starred expression here");
  }
}

void Parser::diagnose_dict() {
  Mark mark(this);
  pos_++;
  // As many complete items as there are, then a wrong one.
  auto item = [&]() -> bool {
    if (accept(DOUBLESTAR)) return bitwise_or() != nullptr;
    return expression() && accept(COLON) && expression();
  };
  auto wrong_item = [&](bool after_comma) {
    size_t start = pos_;
    Expr* key = expression();
    if (failed() || !key) {
      pos_ = start;
      return;
    }
    if (!at(COLON)) {
      if (after_comma) {
        set_error(ErrorKind::SyntaxError, key->loc.lineno, key->loc.end_col_offset, key->loc.end_lineno, 0,
                  "':' expected after dictionary key");
      }
      return;
    }
    Token colon = peek();
    pos_++;
    if (at(STAR)) {
      Token star = peek();
      pos_++;
      Expr* value = bitwise_or();
      if (failed() || !value) return;
      raise_starting_from(loc_of(star), "cannot use a starred expression in a dictionary value");
      return;
    }
    if (at(RBRACE) || at(COMMA)) raise_loc(loc_of(colon), "expression expected after dictionary key and ':'");
  };
  bool any = false;
  for (;;) {
    size_t before = pos_;
    bool fine = item();
    if (failed()) return;
    if (!fine) {
      pos_ = before;
      break;
    }
    any = true;
    before = pos_;
    if (!accept(COMMA)) break;
  }
  if (any && tokens_[pos_ - 1].type == COMMA) {
    wrong_item(true);
    if (failed()) return;
  }
  mark.reset();
  pos_++;
  wrong_item(false);
}

// ---- for ------------------------------------------------------------------------------------------------------------

void Parser::diagnose_for_if_clause() {
  Mark mark(this);
  accept(Kw::kAsync);
  if (!accept(Kw::kFor)) return;
  if (!bitwise_or()) return;
  while (accept(COMMA)) {
    size_t before = pos_;
    Expr* next = bitwise_or();
    if (failed()) return;
    if (!next) {
      pos_ = before;
      break;
    }
  }
  if (!at(Kw::kIn) && !failed()) raise_last("'in' expected after for-loop variables");
}

void Parser::diagnose_for_target() {
  Mark mark(this);
  accept(Kw::kAsync);
  if (!accept(Kw::kFor)) return;
  Expr* target = star_expressions();
  if (target && !failed()) raise_invalid_target(TargetKind::kFor, target);
}

// ---- operators ------------------------------------------------------------------------------------------------------

// pos_ is at a binary operator: `a + not b`
void Parser::diagnose_sum() {
  Mark mark(this);
  pos_++;
  if (!at(Kw::kNot)) return;
  Token keyword = peek();
  Expr* operand = inversion();
  if (operand && !failed()) {
    raise_range(loc_of(keyword), operand->loc, "'not' after an operator must be parenthesized");
  }
}

void Parser::diagnose_factor() {
  Mark mark(this);
  pos_++;
  if (!at(Kw::kNot)) return;
  Token keyword = peek();
  pos_++;
  Expr* operand = factor();
  if (operand && !failed()) {
    raise_range(loc_of(keyword), operand->loc, "'not' after an operator must be parenthesized");
  }
}

// ---- f-strings --------------------------------------------------------------------------------------------------------

void Parser::diagnose_replacement_field(char kind) {
  Mark mark(this);
  pos_++;
  const Token first = peek();
  if (first.type == EQUAL || first.type == EXCLAMATION || first.type == COLON || first.type == RBRACE) {
    char what = first.type == EQUAL ? '=' : first.type == EXCLAMATION ? '!' : first.type == COLON ? ':' : '}';
    raise_loc(loc_of(first), "%c-string: valid expression required before '%c'", kind, what);
    return;
  }
  size_t before = pos_;
  Expr* value = annotated_rhs();
  if (failed()) return;
  if (!value) {
    pos_ = before;
    raise_next("%c-string: expecting a valid expression after '{'", kind);
    return;
  }
  auto ends = [&] { return at(EXCLAMATION) || at(COLON) || at(RBRACE); };
  if (accept(EQUAL)) {
    if (!ends()) {
      if (!failed()) raise_next("%c-string: expecting '!', or ':', or '}'", kind);
      return;
    }
  } else if (!ends()) {
    if (!failed()) raise_next("%c-string: expecting '=', or '!', or ':', or '}'", kind);
    return;
  }
  if (accept(EXCLAMATION)) {
    if (at(COLON) || at(RBRACE)) {
      raise_next("%c-string: missing conversion character", kind);
      return;
    }
    if (!at_name()) {
      if (!failed()) raise_next("%c-string: invalid conversion character", kind);
      return;
    }
    pos_++;
    if (!at(COLON) && !at(RBRACE)) {
      if (!failed()) raise_next("%c-string: expecting ':' or '}'", kind);
      return;
    }
  }
  if (at(COLON)) {
    Expr* spec = format_spec(kind, false);
    if (failed()) return;
    if (!spec || !at(RBRACE)) {
      if (!failed()) raise_next("%c-string: expecting '}', or format specs", kind);
      return;
    }
  }
  if (!at(RBRACE) && !failed()) raise_next("%c-string: expecting '}'", kind);
}

// ---- calls ------------------------------------------------------------------------------------------------------------

void Parser::raise_needs_parentheses(const Loc& from, const Seq<Comprehension*>& clauses) {
  raise_range(from, last_item_loc(clauses), "Generator expression must be parenthesized");
}

// The arguments from pos_ on do not reach the closing parenthesis.
void Parser::diagnose_arguments() {
  Mark mark(this);
  ArgList list;
  Seq<Comprehension*> clauses;
  bool have_args = args(&list);
  size_t after_args = pos_;
  if (failed()) return;
  if (have_args && at(COMMA) && list.keywords.size > 0) {
    Token comma = peek();
    pos_++;
    if (at(STAR)) {
      Expr* starred = starred_expression();
      if (failed()) return;
      if (starred && !at(EQUAL)) {
        raise_starting_from(loc_of(comma), "iterable argument unpacking follows keyword argument unpacking");
        return;
      }
    }
  }
  mark.reset();
  Expr* first = expression();
  if (failed()) return;
  if (first && for_if_clauses(&clauses) && at(COMMA)) {
    raise_needs_parentheses(first->loc, clauses);
    return;
  }
  if (failed()) return;
  mark.reset();
  if (at_name() && peek_second().type == EQUAL) {
    Token name = peek();
    Token equal = peek_second();
    pos_ += 2;
    Expr* value = expression();
    if (failed()) return;
    if (value && for_if_clauses(&clauses) && !failed()) {
      raise_range(loc_of(name), loc_of(equal), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
      return;
    }
    if (failed()) return;
  }
  auto missing_value = [&] {
    if (!at_name() || peek_second().type != EQUAL) return;
    Token name = peek();
    Token equal = peek_second();
    pos_ += 2;
    if (at(COMMA) || at(RPAR)) raise_range(loc_of(name), loc_of(equal), "expected argument value expression");
  };
  pos_ = after_args;
  if (have_args && accept(COMMA)) {
    missing_value();
  } else {
    mark.reset();
    missing_value();
  }
  if (failed() || !have_args) return;
  pos_ = after_args;
  if (for_if_clauses(&clauses)) {
    if (list.args.size + list.keywords.size > 1 && list.args.size > 0) raise_needs_parentheses(list.args.back()->loc, clauses);
    return;
  }
  if (failed()) return;
  pos_ = after_args;
  if (!accept(COMMA)) return;
  size_t after_comma = pos_;
  Expr* next = expression();
  if (failed()) return;
  if (next && for_if_clauses(&clauses) && !failed()) {
    raise_needs_parentheses(next->loc, clauses);
    return;
  }
  if (failed()) return;
  pos_ = after_comma;
  ArgList more;
  if (!args(&more) || failed()) return;
  bool unpacking = false;
  for (const Keyword* keyword : list.keywords) unpacking |= !keyword->arg;
  raise_last(unpacking ? "positional argument follows keyword argument unpacking"
                       : "positional argument follows keyword argument");
}

// pos_ is where a keyword argument might start.
void Parser::diagnose_keyword_argument() {
  Mark mark(this);
  const Token first = peek();
  if (first.kw == Kw::kTrue || first.kw == Kw::kFalse || first.kw == Kw::kNoneValue) {
    const Token second = peek_second();
    if (second.type == EQUAL) {
      std::string_view name = text(first);
      raise_range(loc_of(first), loc_of(second), "cannot assign to %.*s", (int)name.size(), name.data());
      return;
    }
  }
  bool named = at_name() && peek_second().type == EQUAL;
  if (named) {
    const Token equal = peek_second();
    pos_ += 2;
    Seq<Comprehension*> clauses;
    Expr* value = expression();
    if (failed()) return;
    if (value && for_if_clauses(&clauses) && !failed()) {
      raise_range(loc_of(first), loc_of(equal), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    }
    return;
  }
  if (first.type == DOUBLESTAR) {
    pos_++;
    Expr* value = expression();
    if (failed() || !value || !accept(EQUAL)) return;
    Expr* assigned = expression();
    if (failed() || !assigned) return;
    raise_range(loc_of(first), assigned->loc, "cannot assign to keyword argument unpacking");
    return;
  }
  Expr* name = expression();
  if (failed() || !name || !at(EQUAL)) return;
  raise_range(name->loc, loc_of(peek()), "expression cannot contain assignment, perhaps you meant \"==\"?");
}

// `f(*a=1)`
void Parser::diagnose_starred_expression() {
  Mark mark(this);
  Token star = peek();
  pos_++;
  Expr* value = expression();
  if (failed() || !value || !accept(EQUAL)) return;
  Expr* assigned = expression();
  if (failed() || !assigned) return;
  raise_range(loc_of(star), assigned->loc, "cannot assign to iterable argument unpacking");
}

}  // namespace kaa::parser
