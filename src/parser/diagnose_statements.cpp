// What is wrong with parameters, patterns and statements; see diagnose_expressions.cpp.
#include "parser/parser_impl.h"

namespace kaa::parser {

// ---- parameters -------------------------------------------------------------------------------------------------------

// One parameter with the comma after it, or before the closing token. Restores pos_ when it is not that.
Arg* Parser::diagnosed_param(bool lambda, Default def) {
  size_t start = pos_;
  Arg* arg = param(lambda, false);
  if (arg && def != Default::kNo) {
    if (at(EQUAL)) {
      Token equal = peek();
      pos_++;
      Expr* value = at(RPAR) || at(COMMA) ? nullptr : expression();
      if (failed()) return nullptr;
      if (!value) {
        if (at(RPAR) || at(COMMA)) {
          raise_loc(loc_of(equal), "expected default value expression");
          return nullptr;
        }
        arg = nullptr;
      }
    } else if (def == Default::kYes) {
      arg = nullptr;
    }
  }
  if (arg) {
    bool comma = accept(COMMA);
    if (!lambda) accept(TYPE_COMMENT);
    if (!comma && !lambda_or_function_closing(lambda)) arg = nullptr;
  }
  if (!arg) pos_ = start;
  return failed() ? nullptr : arg;
}

// Parameters up to a '/' and the comma after it; with at least one default if `with_default`, otherwise without any.
bool Parser::diagnosed_slash(bool lambda, bool with_default) {
  size_t start = pos_;
  int plain = 0, defaulted = 0;
  while (diagnosed_param(lambda, Default::kNo)) plain++;
  if (with_default) {
    while (!failed() && diagnosed_param(lambda, Default::kYes)) defaulted++;
  }
  bool fine = !failed() && (with_default ? defaulted : plain) > 0 && accept(SLASH) &&
              (accept(COMMA) || lambda_or_function_closing(lambda));
  if (!fine) pos_ = start;
  return fine;
}

void Parser::diagnose_parameters(bool lambda) {
  Mark mark(this);
  auto any_slash = [&] { return diagnosed_slash(lambda, false) || (!failed() && diagnosed_slash(lambda, true)); };
  auto skip = [&](Default def) {
    int count = 0;
    while (!failed() && diagnosed_param(lambda, def)) count++;
    return count;
  };
  if (at(SLASH)) {
    Token slash = peek();
    pos_++;
    if (at(COMMA)) {
      raise_loc(loc_of(slash), "at least one argument must precede /");
      return;
    }
    mark.reset();
  }
  bool slash = any_slash();
  if (failed()) return;
  if (slash) {
    skip(Default::kMaybe);
    if (failed()) return;
    if (at(SLASH)) {
      raise_loc(loc_of(peek()), "/ may appear only once");
      return;
    }
  }
  mark.reset();
  diagnosed_slash(lambda, false);
  skip(Default::kNo);
  if (failed()) return;
  bool defaults = diagnosed_slash(lambda, true);
  if (failed()) return;
  if (!defaults) defaults = skip(Default::kYes) > 0;
  if (failed()) return;
  if (defaults) {
    Arg* arg = diagnosed_param(lambda, Default::kNo);
    if (failed()) return;
    if (arg) {
      raise_loc(arg->loc, "parameter without a default follows parameter with a default");
      return;
    }
  }
  mark.reset();
  skip(Default::kNo);
  if (failed()) return;
  if (at(LPAR)) {
    Token open = peek();
    pos_++;
    int count = 0;
    if (lambda) {
      while (param(true, false)) {
        count++;
        if (!at(COMMA)) break;
        pos_++;
        if (!at_name()) break;
      }
      accept(COMMA);
    } else {
      count = skip(Default::kNo);
      accept(COMMA);
    }
    if (failed()) return;
    if (count > 0 && at(RPAR)) {
      raise_range(loc_of(open), loc_of(peek()),
                  lambda ? "Lambda expression parameters cannot be parenthesized"
                         : "Function parameters cannot be parenthesized");
      return;
    }
  }
  mark.reset();
  any_slash();
  skip(Default::kMaybe);
  if (failed()) return;
  if (accept(STAR) && (accept(COMMA) || diagnosed_param(lambda, Default::kNo))) {
    skip(Default::kMaybe);
    if (failed()) return;
    if (at(SLASH)) {
      raise_loc(loc_of(peek()), "/ must be ahead of *");
      return;
    }
  }
  mark.reset();
  if (skip(Default::kMaybe) > 0 && !failed() && accept(SLASH) && at(STAR)) {
    raise_loc(loc_of(peek()), "expected comma between / and *");
  }
}

// pos_ is at '*'.
void Parser::diagnose_star_etc(bool lambda) {
  Mark mark(this);
  Token star = peek();
  pos_++;
  auto bare = [&] {
    if (lambda) {
      raise_last("named arguments must follow bare *");
    } else {
      raise_loc(loc_of(star), "named arguments must follow bare *");
    }
  };
  if (lambda_or_function_closing(lambda)) return bare();
  if (accept(COMMA)) {
    if (lambda_or_function_closing(lambda) || at(DOUBLESTAR)) return bare();
    if (!lambda && at(TYPE_COMMENT)) {
      raise_last("bare * has associated type comment");
      return;
    }
  }
  mark.reset();
  pos_++;
  Arg* arg = param(lambda, false);
  if (failed()) return;
  if (arg && at(EQUAL)) {
    raise_loc(loc_of(peek()), "var-positional argument cannot have default value");
    return;
  }
  mark.reset();
  pos_++;
  if (!accept(COMMA) && !diagnosed_param(lambda, Default::kNo)) return;
  while (!failed() && diagnosed_param(lambda, Default::kMaybe)) {
  }
  if (failed() || !at(STAR)) return;
  Token second = peek();
  pos_++;
  if (at(COMMA) || diagnosed_param(lambda, Default::kNo)) {
    if (!failed()) raise_loc(loc_of(second), "* argument may appear only once");
  }
}

// pos_ is at '**'.
void Parser::diagnose_kwds(bool lambda) {
  Mark mark(this);
  pos_++;
  if (!param(lambda, false)) return;
  if (at(EQUAL)) {
    raise_loc(loc_of(peek()), "var-keyword argument cannot have default value");
    return;
  }
  if (!accept(COMMA)) return;
  const Token next = peek();
  if (next.type == STAR || next.type == DOUBLESTAR || next.type == SLASH) {
    raise_loc(loc_of(next), "arguments cannot follow var-keyword argument");
    return;
  }
  Arg* arg = param(lambda, false);
  if (arg && !failed()) raise_loc(arg->loc, "arguments cannot follow var-keyword argument");
}

// `def f[*T: int]`
void Parser::diagnose_type_param() {
  bool double_star = at(DOUBLESTAR);
  if (!double_star && !at(STAR)) return;
  Mark mark(this);
  pos_++;
  if (!accept_name() || !at(COLON)) return;
  Token colon = peek();
  pos_++;
  Expr* bound = expression();
  if (!bound || failed()) return;
  raise_starting_from(loc_of(colon), "cannot use %s with %s", bound->is<Tuple>() ? "constraints" : "bound",
                      double_star ? "ParamSpec" : "TypeVarTuple");
}

// ---- simple statements --------------------------------------------------------------------------------------------------

void Parser::diagnose_del() {
  Mark mark(this);
  pos_++;
  Expr* target = star_expressions();
  if (target && !failed()) raise_invalid_target(TargetKind::kDel, target);
}

void Parser::diagnose_import() {
  Mark mark(this);
  Token keyword = peek();
  pos_++;
  if (at(NEWLINE)) {
    raise_starting_from(loc_of(peek()), "Expected one or more names after 'import'");
    return;
  }
  do {
    if (!dotted_name()) return;
  } while (accept(COMMA));
  if (accept(Kw::kFrom) && dotted_name() && !failed()) {
    raise_starting_from(loc_of(keyword), "Did you mean to use 'from ... import ...' instead?");
  }
}

// `import a as b.c`, `from a import b as f()`
void Parser::diagnose_import_as(bool dotted) {
  Mark mark(this);
  Name* name = dotted ? dotted_name() : accept_name();
  if (!name || !accept(Kw::kAs)) return;
  if (at_name()) {
    int next = peek_second().type;
    if (next == COMMA || next == RPAR || next == SEMI || next == NEWLINE) return;
  }
  Expr* target = expression();
  if (target && !failed()) raise_loc(target->loc, "cannot use %s as import target", expression_name(target));
}

void Parser::diagnose_import_targets() {
  Mark mark(this);
  if (at(NEWLINE)) {
    raise_starting_from(loc_of(peek()), "Expected one or more names after 'import'");
    return;
  }
  ListOf<Alias> names(this);
  if (import_from_names(names) && accept(COMMA) && at(NEWLINE)) {
    raise_last("trailing comma not allowed without surrounding parentheses");
  }
}

// ---- compound statements --------------------------------------------------------------------------------------------------

// pos_ is at 'with'.
void Parser::diagnose_with() {
  Mark mark(this);
  auto items = [&](bool parenthesised) -> bool {
    do {
      size_t before = pos_;
      Expr* context = parenthesised ? expressions() : expression();
      if (failed()) return false;
      if (!context) {
        pos_ = before;
        return parenthesised && tokens_[pos_ - 1].type == COMMA;
      }
      size_t before_as = pos_;
      if (accept(Kw::kAs) && !star_target()) pos_ = before_as;
      if (failed()) return false;
    } while (accept(COMMA));
    return true;
  };
  pos_++;
  if (items(false) && at(NEWLINE)) {
    raise_last("expected ':'");
    return;
  }
  if (failed()) return;
  mark.reset();
  pos_++;
  if (accept(LPAR) && items(true) && accept(RPAR) && at(NEWLINE)) raise_last("expected ':'");
}

// `with a as f():`
void Parser::diagnose_with_item() {
  Mark mark(this);
  Expr* context = expression();
  if (failed() || !context || !accept(Kw::kAs)) return;
  Expr* target = expression();
  if (failed() || !target) return;
  if (at(COMMA) || at(RPAR) || at(COLON)) raise_invalid_target(TargetKind::kStar, target);
}

// pos_ is at an 'except' of the other kind than those before it.
void Parser::diagnose_try() {
  Mark mark(this);
  Token keyword = peek();
  pos_++;
  Token star = peek();
  bool has_star = accept(STAR);
  Expr* type = nullptr;
  if (has_star || !at(COLON)) {
    type = expression();
    if (!type || failed()) return;
    if (accept(Kw::kAs) && !accept_name()) return;
  }
  if (!at(COLON)) return;
  if (has_star) {
    raise_range(loc_of(keyword), loc_of(star), "cannot have both 'except' and 'except*' on the same 'try'");
  } else {
    raise_loc(loc_of(keyword), "cannot have both 'except' and 'except*' on the same 'try'");
  }
}

// pos_ is at 'except'.
void Parser::diagnose_except(bool star) {
  Mark mark(this);
  pos_ += star ? 2 : 1;
  size_t start = pos_;
  Expr* type = expression();
  if (failed()) return;
  if (type && accept(COMMA)) {
    Expr* more = expressions();
    if (failed()) return;
    if (more && accept(Kw::kAs) && accept_name() && at(COLON)) {
      raise_starting_from(type->loc, "multiple exception types must be parenthesized when using 'as'");
      return;
    }
  }
  pos_ = start;
  if (star && (at(NEWLINE) || at(COLON))) {
    raise_last("expected one or more exception types");
    return;
  }
  if (!star && at(NEWLINE)) {
    raise_last("expected ':'");
    return;
  }
  type = expression();
  if (failed() || !type) return;
  size_t after_type = pos_;
  if (accept(Kw::kAs) && !accept_name()) pos_ = after_type;
  if (at(NEWLINE)) {
    raise_last("expected ':'");
    return;
  }
  pos_ = after_type;
  if (!accept(Kw::kAs)) return;
  Expr* target = expression();
  if (failed() || !target || !accept(COLON)) return;
  Seq<Stmt*> body;
  if (block(&body, star ? "'except*' statement" : "'except' statement", tokens_[start].lineno) && !failed()) {
    raise_loc(target->loc, star ? "cannot use except* statement with %s" : "cannot use except statement with %s",
              expression_name(target));
  }
}

// ---- match ------------------------------------------------------------------------------------------------------------

// pos_ is at 'match'.
void Parser::diagnose_match() {
  Mark mark(this);
  int line = peek().lineno;
  pos_++;
  Expr* subject = subject_expr();
  if (failed() || !subject) return;
  if (at(NEWLINE)) {
    if (check_version(10, "Pattern matching is")) raise_last("expected ':'");
    return;
  }
  if (accept(COLON) && accept(NEWLINE) && !at(INDENT) && !failed()) {
    raise_indentation("expected an indented block after 'match' statement on line %d", line);
  }
}

void Parser::diagnose_as_pattern() {
  Mark mark(this);
  if (!or_pattern() || !accept(Kw::kAs)) return;
  if (at(Kw::kUnderscore)) {
    raise_loc(loc_of(peek()), "cannot use '_' as a target");
    return;
  }
  Expr* target = expression();
  if (target && !failed()) raise_loc(target->loc, "cannot use %s as pattern target", expression_name(target));
}

// `C(a=1, 2)`
void Parser::diagnose_class_pattern() {
  Mark mark(this);
  bool dotted;
  if (!name_or_attr(&dotted) || !accept(LPAR)) return;
  auto at_keyword = [&] { return at_name() && peek_second().type == EQUAL; };
  while (!at_keyword()) {
    if (!pattern() || !accept(COMMA)) return;
  }
  do {
    if (!at_keyword()) break;
    pos_ += 2;
    if (!pattern()) return;
  } while (accept(COMMA));
  if (failed() || tokens_[pos_ - 1].type != COMMA) return;
  Pattern* first = nullptr;
  Pattern* last = nullptr;
  for (;;) {
    size_t before = pos_;
    Pattern* next = at_keyword() ? nullptr : pattern();
    if (failed()) return;
    if (!next) {
      pos_ = before;
      break;
    }
    if (!first) first = next;
    last = next;
    if (!accept(COMMA)) break;
  }
  if (first) raise_range(first->loc, last->loc, "positional patterns follow keyword patterns");
}

}  // namespace kaa::parser
