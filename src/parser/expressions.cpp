// Expressions: operators by precedence, conditional expressions, lambda, primaries, atoms, numbers.
//
// In the comments a location rule worth knowing: a node starts at the first token of its rule, not at its first child, so
// that `(a) + b` starts at the parenthesis. Hence the `start` token indices.
#include <charconv>

#include <math.h>
#include <stdlib.h>

#include "parser/parser_impl.h"

namespace kaa::parser {

namespace {

struct BinaryOperator {
  int precedence;  // 0: not a binary operator
  Operator op;
};

BinaryOperator binary_operator(int type) {
  switch (type) {
    case VBAR: return {1, Operator::BitOr};
    case CIRCUMFLEX: return {2, Operator::BitXor};
    case AMPER: return {3, Operator::BitAnd};
    case LEFTSHIFT: return {4, Operator::LShift};
    case RIGHTSHIFT: return {4, Operator::RShift};
    case PLUS: return {5, Operator::Add};
    case MINUS: return {5, Operator::Sub};
    case STAR: return {6, Operator::Mult};
    case SLASH: return {6, Operator::Div};
    case DOUBLESLASH: return {6, Operator::FloorDiv};
    case PERCENT: return {6, Operator::Mod};
    case AT: return {6, Operator::MatMult};
  }
  return {0, Operator::Add};
}

constexpr int kSumPrecedence = 5;

}  // namespace

// ---- lists of expressions -------------------------------------------------------------------------------------------

Expr* Parser::star_expression() {
  return remember(kRuleStarExpression, [&]() -> Expr* {
    size_t start = pos_;
    if (!accept(STAR)) return expression();
    Expr* value = bitwise_or();
    if (!value) return nullptr;
    Starred* starred = make<Starred>(start);
    starred->value = value;
    return starred;
  });
}

Tuple* Parser::tuple_after(Expr* first, size_t start, Expr* (Parser::*element)()) {
  ListOf<Expr> elts(this);
  elts.push(first);
  while (accept(COMMA)) {
    size_t before = pos_;
    Expr* next = (this->*element)();
    if (failed()) return nullptr;
    if (!next) {
      pos_ = before;
      break;
    }
    elts.push(next);
  }
  Tuple* tuple = make<Tuple>(start);
  tuple->elts = elts.take();
  return tuple;
}

Expr* Parser::star_expressions() {
  size_t start = pos_;
  Expr* first = star_expression();
  if (!first || !at(COMMA)) return first;
  return tuple_after(first, start, &Parser::star_expression);
}

Expr* Parser::expressions() {
  size_t start = pos_;
  Expr* first = expression();
  if (!first || !at(COMMA)) return first;
  return tuple_after(first, start, &Parser::expression);
}

Expr* Parser::star_named_expression() {
  size_t start = pos_;
  if (!accept(STAR)) return named_expression();
  Expr* value = bitwise_or();
  if (!value) return nullptr;
  Starred* starred = make<Starred>(start);
  starred->value = value;
  return starred;
}

// One or more, with an optional comma at the end.
bool Parser::star_named_expressions(ListOf<Expr>& into) {
  Expr* first = star_named_expression();
  if (!first) return false;
  into.push(first);
  while (accept(COMMA)) {
    size_t before = pos_;
    Expr* next = star_named_expression();
    if (failed()) return false;
    if (!next) {
      pos_ = before;
      break;
    }
    into.push(next);
  }
  return true;
}

Expr* Parser::yield_expr() {
  size_t start = pos_;
  if (!accept(Kw::kYield)) return nullptr;
  if (accept(Kw::kFrom)) {
    Expr* value = expression();
    if (!value) return nullptr;
    YieldFrom* node = make<YieldFrom>(start);
    node->value = value;
    return node;
  }
  size_t before = pos_;
  Expr* value = star_expressions();
  if (failed()) return nullptr;
  if (!value) pos_ = before;
  Yield* node = make<Yield>(start);
  node->value = value;
  return node;
}

// ---- named, conditional, lambda ---------------------------------------------------------------------------------------

Expr* Parser::assignment_expression() {
  if (!at_name() || peek_second().type != COLONEQUAL) return nullptr;
  size_t start = pos_;
  Name* name = accept_name();
  NameExpr* target = make<NameExpr>(start);
  target->id = name;
  target->ctx = ExprContext::Store;
  pos_++;
  Expr* value = expression();
  if (!value || !check_version(8, "Assignment expressions are")) return nullptr;
  NamedExpr* node = make<NamedExpr>(start);
  node->target = target;
  node->value = value;
  return node;
}

Expr* Parser::named_expression() {
  if (at_name() && peek_second().type == COLONEQUAL) return assignment_expression();
  if (diagnosing_) {
    diagnose_named_expression();
    if (failed()) return nullptr;
  }
  Expr* node = expression();
  if (!node || at(COLONEQUAL)) return nullptr;
  return node;
}

Expr* Parser::expression() {
  return remember(kRuleExpression, [&]() -> Expr* {
    DepthGuard guard(this, 1);
    if (!guard.ok()) return nullptr;
    if (diagnosing_) {
      diagnose_expression();
      if (!failed()) diagnose_legacy_expression();
      if (failed()) return nullptr;
    }
    return expression_without_invalid();
  });
}

Expr* Parser::expression_without_invalid() {
  size_t start = pos_;
  if (at(Kw::kLambda)) return lambdef();
  Expr* body = disjunction();
  if (!body || !at(Kw::kIf)) return body;
  size_t before_if = pos_;
  pos_++;
  Expr* test = disjunction();
  if (test && accept(Kw::kElse)) {
    DepthGuard guard(this, 1);
    if (!guard.ok()) return nullptr;
    Expr* orelse = expression();
    if (orelse) {
      IfExp* node = make<IfExp>(start);
      node->test = test;
      node->body = body;
      node->orelse = orelse;
      return node;
    }
  }
  if (failed()) return nullptr;
  pos_ = before_if;
  return body;
}

Expr* Parser::lambdef() {
  size_t start = pos_;
  if (!accept(Kw::kLambda)) return nullptr;
  DepthGuard guard(this, 1);
  if (!guard.ok()) return nullptr;
  Arguments* arguments = params_or_empty(true);
  if (!arguments || !accept(COLON)) return nullptr;
  Expr* body = expression();
  if (!body) return nullptr;
  Lambda* node = make<Lambda>(start);
  node->args = arguments;
  node->body = body;
  return node;
}

// ---- boolean operators and comparisons ----------------------------------------------------------------------------------

Expr* Parser::disjunction() {
  return remember(kRuleDisjunction, [&]() -> Expr* {
    size_t start = pos_;
    Expr* first = conjunction();
    if (!first || !at(Kw::kOr)) return first;
    ListOf<Expr> values(this);
    values.push(first);
    size_t end = pos_;
    while (accept(Kw::kOr)) {
      Expr* next = conjunction();
      if (failed()) return nullptr;
      if (!next) {
        pos_ = end;
        break;
      }
      values.push(next);
      end = pos_;
    }
    if (values.size() == 1) return first;
    BoolOp* node = make<BoolOp>(start);
    node->op = BoolOperator::Or;
    node->values = values.take();
    return node;
  });
}

Expr* Parser::conjunction() {
  size_t start = pos_;
  Expr* first = inversion();
  if (!first || !at(Kw::kAnd)) return first;
  ListOf<Expr> values(this);
  values.push(first);
  size_t end = pos_;
  while (accept(Kw::kAnd)) {
    Expr* next = inversion();
    if (failed()) return nullptr;
    if (!next) {
      pos_ = end;
      break;
    }
    values.push(next);
    end = pos_;
  }
  if (values.size() == 1) return first;
  BoolOp* node = make<BoolOp>(start);
  node->op = BoolOperator::And;
  node->values = values.take();
  return node;
}

Expr* Parser::inversion() {
  size_t start = pos_;
  if (!at(Kw::kNot)) return comparison();
  DepthGuard guard(this, 1);
  if (!guard.ok()) return nullptr;
  pos_++;
  Expr* operand = inversion();
  if (!operand) return nullptr;
  UnaryOp* node = make<UnaryOp>(start);
  node->op = UnaryOperator::Not;
  node->operand = operand;
  return node;
}

Expr* Parser::comparison() {
  size_t start = pos_;
  Expr* left = bitwise_or();
  if (!left) return nullptr;
  ListOf<Expr> comparators(this);
  CmpOp few[8];
  std::vector<CmpOp> many;
  size_t count = 0;
  for (;;) {
    size_t before = pos_;
    const Token token = peek();
    CmpOp op;
    switch (token.type) {
      case EQEQUAL: op = CmpOp::Eq; break;
      case NOTEQUAL: op = CmpOp::NotEq; break;
      case LESSEQUAL: op = CmpOp::LtE; break;
      case LESS: op = CmpOp::Lt; break;
      case GREATEREQUAL: op = CmpOp::GtE; break;
      case GREATER: op = CmpOp::Gt; break;
      case NAME:
        if (token.kw == Kw::kIn) {
          op = CmpOp::In;
          break;
        }
        if (token.kw == Kw::kIs) {
          op = CmpOp::Is;
          break;
        }
        if (token.kw == Kw::kNot) {
          op = CmpOp::NotIn;
          break;
        }
        [[fallthrough]];
      default: goto done;
    }
    pos_++;
    if (op == CmpOp::NotEq) {
      bool old_spelling = text(token) == "<>";
      if (options_.barry_as_bdfl && !old_spelling) {
        return (Expr*)raise_last("with Barry as BDFL, use '<>' instead of '!='");
      }
      if (!options_.barry_as_bdfl && old_spelling) {
        return (Expr*)raise_loc(loc_of(token), "invalid syntax.  Maybe you meant '!=' instead of '<>'?");
      }
    } else if (op == CmpOp::NotIn) {
      if (!accept(Kw::kIn)) {
        pos_ = before;
        break;
      }
    } else if (op == CmpOp::Is && accept(Kw::kNot)) {
      op = CmpOp::IsNot;
    }
    Expr* right = bitwise_or();
    if (failed()) return nullptr;
    if (!right && op == CmpOp::IsNot) {
      // `x is not ...`: what is wrong is behind the `not` in any case.
      pos_ = before;
      break;
    }
    if (!right) {
      pos_ = before;
      break;
    }
    comparators.push(right);
    if (count < 8) {
      few[count] = op;
    } else {
      if (count == 8) many.assign(few, few + 8);
      many.push_back(op);
    }
    count++;
  }
done:
  if (count == 0) return left;
  Compare* node = make<Compare>(start);
  node->left = left;
  node->ops = ast_.copy_seq<CmpOp>(count <= 8 ? few : many.data(), count);
  node->comparators = comparators.take();
  return node;
}

// ---- arithmetic ---------------------------------------------------------------------------------------------------------

Expr* Parser::bitwise_or() {
  return remember(kRuleBitwiseOr, [&] { return binary(1); });
}

// Precedence climbing: operators of at least this precedence, all left associative.
Expr* Parser::binary(int precedence) {
  size_t start = pos_;
  Expr* left = factor();
  if (!left) return nullptr;
  for (;;) {
    int type = peek_type();
    BinaryOperator op = binary_operator(type);
    if (op.precedence == 0 || op.precedence < precedence) return left;
    size_t before = pos_;
    pos_++;
    Expr* right = binary(op.precedence + 1);
    if (failed()) return nullptr;
    if (!right) {
      if (diagnosing_ && op.precedence >= kSumPrecedence) {
        pos_ = before;
        diagnose_sum();
        if (failed()) return nullptr;
      }
      pos_ = before;
      return left;
    }
    if (op.op == Operator::MatMult && !check_version(5, "The '@' operator is")) return nullptr;
    BinOp* node = make<BinOp>(start);
    node->left = left;
    node->op = op.op;
    node->right = right;
    left = node;
  }
}

Expr* Parser::factor() {
  int type = peek_type();
  if (type != MINUS && type != PLUS && type != TILDE) return power();
  DepthGuard guard(this, 1);
  if (!guard.ok()) return nullptr;
  size_t start = pos_;
  if (diagnosing_) {
    diagnose_factor();
    if (failed()) return nullptr;
  }
  pos_++;
  Expr* operand = remember(kRuleFactor, [&] { return factor(); });
  if (!operand) return nullptr;
  UnaryOp* node = make<UnaryOp>(start);
  node->op = type == MINUS ? UnaryOperator::USub : type == PLUS ? UnaryOperator::UAdd : UnaryOperator::Invert;
  node->operand = operand;
  return node;
}

Expr* Parser::power() {
  size_t start = pos_;
  Expr* left = await_primary();
  if (!left || !at(DOUBLESTAR)) return left;
  DepthGuard guard(this, 2);
  if (!guard.ok()) return nullptr;
  size_t before = pos_;
  pos_++;
  Expr* right = factor();
  if (failed()) return nullptr;
  if (!right) {
    pos_ = before;
    return left;
  }
  BinOp* node = make<BinOp>(start);
  node->left = left;
  node->op = Operator::Pow;
  node->right = right;
  return node;
}

Expr* Parser::await_primary() {
  size_t start = pos_;
  if (!accept(Kw::kAwait)) return primary();
  Expr* value = primary();
  if (!value || !check_version(5, "Await expressions are")) return nullptr;
  Await* node = make<Await>(start);
  node->value = value;
  return node;
}

// ---- primaries ----------------------------------------------------------------------------------------------------------

Expr* Parser::primary() {
  return remember(kRulePrimary, [&]() -> Expr* {
    size_t start = pos_;
    Expr* left = atom();
    if (!left) return nullptr;
    return primary_after(left, start);
  });
}

// The trailers. One that is not complete is left alone: the farthest token tells where the error is.
Expr* Parser::primary_after(Expr* left, size_t start) {
  for (;;) {
    size_t before = pos_;
    int type = peek_type();
    if (type == DOT) {
      pos_++;
      Name* attr = accept_name();
      if (!attr) {
        pos_ = before;
        return failed() ? nullptr : left;
      }
      Attribute* node = make<Attribute>(start);
      node->value = left;
      node->attr = attr;
      left = node;
    } else if (type == LPAR) {
      Expr* call = call_after(left, start);
      if (failed()) return nullptr;
      if (!call) {
        pos_ = before;
        return left;
      }
      left = call;
    } else if (type == LSQB) {
      pos_++;
      Expr* index = slices();
      if (failed()) return nullptr;
      if (!index || !accept(RSQB)) {
        pos_ = before;
        return failed() ? nullptr : left;
      }
      Subscript* node = make<Subscript>(start);
      node->value = left;
      node->slice = index;
      left = node;
    } else {
      return left;
    }
  }
}

Expr* Parser::slices() {
  size_t start = pos_;
  bool starred = at(STAR);
  Expr* first = starred ? starred_expression() : slice();
  if (!first) return nullptr;
  if (!starred && !at(COMMA)) return first;
  ListOf<Expr> elts(this);
  elts.push(first);
  while (accept(COMMA)) {
    size_t before = pos_;
    Expr* next = at(STAR) ? starred_expression() : slice();
    if (failed()) return nullptr;
    if (!next) {
      pos_ = before;
      break;
    }
    elts.push(next);
  }
  Tuple* tuple = make<Tuple>(start);
  tuple->elts = elts.take();
  return tuple;
}

Expr* Parser::slice() {
  size_t start = pos_;
  Expr* lower = nullptr;
  if (!at(COLON)) {
    // A slice's bound is an expression, an index a named one; only `NAME :=` tells them apart.
    if (at_name() && peek_second().type == COLONEQUAL) return assignment_expression();
    lower = expression();
    if (failed()) return nullptr;
    if (!lower || !at(COLON)) {
      if (!diagnosing_) return lower && !at(COLONEQUAL) ? lower : nullptr;
      pos_ = start;
      return named_expression();
    }
  }
  pos_++;
  auto bound = [&](Expr** out) {
    size_t before = pos_;
    *out = at(RSQB) || at(COMMA) || at(COLON) ? nullptr : expression();
    if (!*out) pos_ = before;
    return !failed();
  };
  Expr* upper = nullptr;
  Expr* step = nullptr;
  if (!bound(&upper)) return nullptr;
  if (accept(COLON) && !bound(&step)) return nullptr;
  Slice* node = make<Slice>(start);
  node->lower = lower;
  node->upper = upper;
  node->step = step;
  return node;
}

// ---- atoms --------------------------------------------------------------------------------------------------------------

Expr* Parser::atom() {
  int type = peek_type();
  if (type == LPAR || type == LSQB || type == LBRACE) {
    DepthGuard guard(this, 8);
    if (!guard.ok()) return nullptr;
    return parse_atom();
  }
  return parse_atom();
}

Expr* Parser::parse_atom() {
  size_t start = pos_;
  const Token token = peek();
  auto constant = [&](ConstKind kind) {
    pos_++;
    Constant* node = make<Constant>(start);
    node->value.kind = kind;
    return node;
  };
  switch (token.type) {
    case NAME: {
      if (token.kw == Kw::kTrue) return constant(ConstKind::True);
      if (token.kw == Kw::kFalse) return constant(ConstKind::False);
      if (token.kw == Kw::kNoneValue) return constant(ConstKind::None);
      Name* name = accept_name();
      if (!name) return nullptr;
      NameExpr* node = make<NameExpr>(start);
      node->id = name;
      return node;
    }
    case NUMBER: pos_++; return number(token);
    case STRING:
    case FSTRING_START:
    case TSTRING_START: return strings();
    case LPAR: return paren_atom();
    case LSQB: return list_atom();
    case LBRACE: return brace_atom();
    case ELLIPSIS: return constant(ConstKind::Ellipsis);
  }
  return nullptr;
}

Expr* Parser::number(const Token& token) {
  std::string_view source = text(token);
  char few[64];
  std::string many;
  char* digits = few;
  if (source.size() >= sizeof few) {
    many.resize(source.size());
    digits = many.data();
  }
  size_t size = 0;
  for (char c : source) {
    if (c != '_') digits[size++] = c;
  }
  if (size != source.size() && options_.feature_version < 6) {
    return (Expr*)raise_last("Underscores in numeric literals are only supported in Python 3.6 and greater");
  }
  Constant* node = ast_.make<Constant>(loc_of(token));
  int base = 10;
  size_t skip = 0;
  if (size > 1 && digits[0] == '0') {
    int letter = digits[1] | 0x20;
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    skip = base == 10 ? 0 : 2;
  }
  bool real = false, imaginary = false;
  if (base == 10) {
    for (size_t i = 0; i < size; i++) real |= digits[i] == '.' || (digits[i] | 0x20) == 'e';
    imaginary = (digits[size - 1] | 0x20) == 'j';
  }
  if (real || imaginary) {
    double value = 0;
    auto [end, error] = std::from_chars(digits, digits + size, value);
    if (error == std::errc::result_out_of_range) {
      // Too large or too small: strtod gives infinity or (almost) zero.
      std::string copy(digits, size - (imaginary ? 1 : 0));
      value = strtod(copy.c_str(), nullptr);
    }
    node->value.kind = imaginary ? ConstKind::Complex : ConstKind::Float;
    node->value.number = value;
    return node;
  }
  while (skip + 1 < size && digits[skip] == '0') skip++;
  size_t count = size - skip;
  if (base == 10 && options_.int_max_str_digits > 0 && count > (size_t)options_.int_max_str_digits) {
    char message[300];
    snprintf(message, sizeof message,
             "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; use "
             "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to "
             "avoid decimal conversion limits.",
             options_.int_max_str_digits, count);
    set_error(ErrorKind::SyntaxError, token.lineno, 0, token.end_lineno, 0, message);
    return nullptr;
  }
  std::string_view kept = ast_.arena.copy({digits + skip, count});
  node->value.kind = ConstKind::Int;
  node->value.base = (uint8_t)base;
  node->value.chars = kept.data();
  node->value.size = (uint32_t)kept.size();
  return node;
}

}  // namespace kaa::parser
