// What stands in brackets: tuples, groups, lists, sets, dicts, and the comprehensions.
#include "parser/parser_impl.h"

namespace kaa::parser {

bool Parser::at_comprehension_for() { return at(Kw::kFor) || at(Kw::kAsync); }

Expr* Parser::paren_atom() {
  size_t start = pos_;
  auto read = [&]() -> Expr* {
    pos_++;
    if (accept(RPAR)) return make<Tuple>(start);
    if (at(Kw::kYield)) {
      Expr* node = yield_expr();
      return node && accept(RPAR) ? node : nullptr;
    }
    bool starred = at(STAR);
    Expr* first = star_named_expression();
    if (!first) return nullptr;
    if (at(COMMA)) {
      ListOf<Expr> elts(this);
      elts.push(first);
      while (accept(COMMA)) {
        if (at(RPAR)) break;
        Expr* next = star_named_expression();
        if (!next) return nullptr;
        elts.push(next);
      }
      if (!accept(RPAR)) return nullptr;
      Tuple* tuple = make<Tuple>(start);
      tuple->elts = elts.take();
      return tuple;
    }
    if (starred) return nullptr;
    if (accept(RPAR)) return first;
    if (!at_comprehension_for()) return nullptr;
    Seq<Comprehension*> generators;
    if (!for_if_clauses(&generators) || !accept(RPAR)) return nullptr;
    GeneratorExp* node = make<GeneratorExp>(start);
    node->elt = first;
    node->generators = generators;
    return node;
  };
  Expr* node = read();
  if (node || !diagnosing_ || failed()) return node;
  pos_ = start;
  diagnose_group();
  if (!failed()) diagnose_comprehension(LPAR);
  return nullptr;
}

// The argument list that is one generator expression: `f(x for x in y)`; its parentheses belong to it.
Expr* Parser::genexp() {
  size_t start = pos_;
  auto read = [&]() -> Expr* {
    pos_++;
    Expr* elt;
    if (at_name() && peek_second().type == COLONEQUAL) {
      elt = assignment_expression();
    } else {
      elt = expression();
      if (elt && at(COLONEQUAL)) return nullptr;
    }
    Seq<Comprehension*> generators;
    if (!elt || !at_comprehension_for() || !for_if_clauses(&generators) || !accept(RPAR)) return nullptr;
    GeneratorExp* node = make<GeneratorExp>(start);
    node->elt = elt;
    node->generators = generators;
    return node;
  };
  Expr* node = read();
  if (node || !diagnosing_ || failed()) return node;
  pos_ = start;
  diagnose_comprehension(LPAR);
  return nullptr;
}

Expr* Parser::list_atom() {
  size_t start = pos_;
  auto read = [&]() -> Expr* {
    pos_++;
    ListOf<Expr> elts(this);
    bool starred = at(STAR);
    if (!at(RSQB)) {
      Expr* first = star_named_expression();
      if (!first) return nullptr;
      if (!starred && at_comprehension_for()) {
        Seq<Comprehension*> generators;
        if (!for_if_clauses(&generators) || !accept(RSQB)) return nullptr;
        ListComp* node = make<ListComp>(start);
        node->elt = first;
        node->generators = generators;
        return node;
      }
      elts.push(first);
      while (accept(COMMA)) {
        if (at(RSQB)) break;
        Expr* next = star_named_expression();
        if (!next) return nullptr;
        elts.push(next);
      }
    }
    if (!accept(RSQB)) return nullptr;
    List* node = make<List>(start);
    node->elts = elts.take();
    return node;
  };
  Expr* node = read();
  if (node || !diagnosing_ || failed()) return node;
  pos_ = start;
  diagnose_comprehension(LSQB);
  return nullptr;
}

Expr* Parser::brace_atom() {
  size_t start = pos_;
  // `{**m, k: v}` after the opening brace and, when there is one, the first key.
  auto read_dict = [&](Expr* first_key) -> Expr* {
    ListOf<Expr> items(this);  // keys and values in turn
    for (;;) {
      if (!first_key && accept(DOUBLESTAR)) {
        Expr* value = bitwise_or();
        if (!value) return nullptr;
        items.push(nullptr);
        items.push(value);
      } else {
        Expr* key = first_key;
        if (!key && diagnosing_) {
          // A later key without its colon is reported as that, whatever follows it.
          size_t before = pos_;
          diagnosing_ = false;
          key = expression();
          diagnosing_ = true;
          if (failed()) return nullptr;
          if (key && !at(COLON)) {
            set_error(ErrorKind::SyntaxError, key->loc.lineno, key->loc.end_col_offset, key->loc.end_lineno, 0,
                      "':' expected after dictionary key");
            return nullptr;
          }
          if (!key) pos_ = before;
        }
        if (!key) key = expression();
        if (!key || !accept(COLON)) return nullptr;
        Expr* value = expression();
        if (!value) return nullptr;
        if (first_key && at_comprehension_for()) {
          Seq<Comprehension*> generators;
          if (!for_if_clauses(&generators) || !accept(RBRACE)) return nullptr;
          DictComp* node = make<DictComp>(start);
          node->key = key;
          node->value = value;
          node->generators = generators;
          return node;
        }
        items.push(key);
        items.push(value);
        first_key = nullptr;
      }
      if (!accept(COMMA) || at(RBRACE)) break;
    }
    if (!accept(RBRACE)) return nullptr;
    Dict* node = make<Dict>(start);
    uint32_t count = (uint32_t)(items.size() / 2);
    node->keys.data = ast_.arena.array<Expr*>(count);
    node->values.data = ast_.arena.array<Expr*>(count);
    node->keys.size = node->values.size = count;
    for (uint32_t i = 0; i < count; i++) {
      node->keys[i] = items[2 * i];
      node->values[i] = items[2 * i + 1];
    }
    return node;
  };
  auto read = [&]() -> Expr* {
    pos_++;
    if (accept(RBRACE)) return make<Dict>(start);
    if (at(DOUBLESTAR)) return read_dict(nullptr);
    bool starred = at(STAR);
    bool named = at_name() && peek_second().type == COLONEQUAL;
    Expr* first = star_named_expression();
    if (!first) return nullptr;
    if (!starred && !named && at(COLON)) return read_dict(first);
    if (!starred && at_comprehension_for()) {
      Seq<Comprehension*> generators;
      if (!for_if_clauses(&generators) || !accept(RBRACE)) return nullptr;
      SetComp* node = make<SetComp>(start);
      node->elt = first;
      node->generators = generators;
      return node;
    }
    ListOf<Expr> elts(this);
    elts.push(first);
    while (accept(COMMA)) {
      if (at(RBRACE)) break;
      Expr* next = star_named_expression();
      if (!next) return nullptr;
      elts.push(next);
    }
    if (!accept(RBRACE)) return nullptr;
    Set* node = make<Set>(start);
    node->elts = elts.take();
    return node;
  };
  Expr* node = read();
  if (node || !diagnosing_ || failed()) return node;
  pos_ = start;
  diagnose_dict();
  if (!failed()) diagnose_comprehension(LBRACE);
  return nullptr;
}

// ---- comprehensions -----------------------------------------------------------------------------------------------------

bool Parser::for_if_clauses(Seq<Comprehension*>* out) {
  ListOf<Comprehension> clauses(this);
  while (at_comprehension_for()) {
    size_t before = pos_;
    Comprehension* clause = for_if_clause();
    if (failed()) return false;
    if (!clause) {
      pos_ = before;
      break;
    }
    clauses.push(clause);
  }
  *out = clauses.take();
  return out->size != 0;
}

Comprehension* Parser::for_if_clause() {
  size_t start = pos_;
  bool is_async = accept(Kw::kAsync);
  if (!accept(Kw::kFor)) return nullptr;
  Expr* target = star_targets();
  if (!target || !accept(Kw::kIn)) {
    if (diagnosing_ && !failed()) {
      pos_ = start;
      diagnose_for_if_clause();
      if (!failed()) diagnose_for_target();
    }
    return nullptr;
  }
  Expr* iter = disjunction();
  if (!iter) return nullptr;
  ListOf<Expr> ifs(this);
  while (at(Kw::kIf)) {
    size_t before = pos_;
    pos_++;
    Expr* test = disjunction();
    if (failed()) return nullptr;
    if (!test) {
      pos_ = before;
      break;
    }
    ifs.push(test);
  }
  if (is_async && !check_version(6, "Async comprehensions are")) return nullptr;
  Comprehension* node = ast_.arena.make<Comprehension>();
  node->target = target;
  node->iter = iter;
  node->ifs = ifs.take();
  node->is_async = is_async;
  return node;
}

}  // namespace kaa::parser
