// f-strings and t-strings: their text, replacement fields, conversions and format specs.
#include <string.h>

#include "parser/parser_impl.h"

namespace kaa::parser {

Expr* Parser::text_constant(const Token& token, bool raw) {
  std::string_view source = text(token);
  if (raw || !memchr(source.data(), '\\', source.size())) return make_string(loc_of(token), ConstKind::Str, source);
  std::string value;
  if (!decode_text(source, raw, token, &value)) return nullptr;
  return make_string(loc_of(token), ConstKind::Str, value);
}

// From the START token to the END token. The parts are folded when the adjacent literals are joined.
Expr* Parser::format_string() {
  DepthGuard guard(this, 20);
  if (!guard.ok()) return nullptr;
  size_t start = pos_;
  const Token opening = peek();
  const bool is_template = opening.type == TSTRING_START;
  bool raw = false;
  for (char c : text(opening)) raw |= (c | 0x20) == 'r';
  pos_++;
  ListOf<Expr> parts(this);
  for (;;) {
    const Token token = peek();
    if (token.type == FSTRING_MIDDLE || token.type == TSTRING_MIDDLE) {
      pos_++;
      Expr* part = text_constant(token, raw);
      if (!part) return nullptr;
      if (part->as<Constant>()->value.size > 0) parts.push(part);
    } else if (token.type == LBRACE) {
      if (!replacement_field(parts, is_template, is_template ? 't' : 'f', raw)) return nullptr;
    } else if (token.type == (is_template ? TSTRING_END : FSTRING_END)) {
      pos_++;
      break;
    } else {
      return nullptr;
    }
  }
  if (is_template) {
    if (!check_version(14, "t-strings are")) return nullptr;
    TemplateStr* node = make<TemplateStr>(start);
    node->values = parts.take();
    return node;
  }
  JoinedStr* node = make<JoinedStr>(start);
  node->values = parts.take();
  return node;
}

// The source between two offsets, with comments left out.
std::string_view Parser::expression_text(uint32_t from, uint32_t to, std::string* storage) {
  std::string_view source(tokenizer_.base() + from, to - from);
  if (!memchr(source.data(), '#', source.size())) return source;
  char quote = 0;
  for (size_t i = 0; i < source.size(); i++) {
    char c = source[i];
    if (quote) {
      if (c == '\\' && i + 1 < source.size()) {
        *storage += c;
        c = source[++i];
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '#') {
      while (i < source.size() && source[i] != '\n') i++;
      if (i == source.size()) break;
      c = '\n';
    }
    *storage += c;
  }
  return *storage;
}

// `{expr = !conversion : spec}`. With `=` a constant with the expression's text comes before the field.
bool Parser::replacement_field(ListOf<Expr>& into, bool template_field, char kind, bool raw) {
  size_t start = pos_;
  const Token brace = peek();
  auto read = [&]() -> bool {
    pos_++;
    Expr* value = annotated_rhs();
    if (!value) return false;
    uint32_t expression_end = peek().start;
    bool debug = accept(EQUAL);
    int conversion = -1;
    Token text_end = peek();
    if (at(EXCLAMATION)) {
      const Token mark = peek();
      pos_++;
      const Token name = peek();
      if (!at_name()) return false;
      pos_++;
      if (mark.lineno != name.lineno || mark.end_col != name.col) {
        raise_range(loc_of(mark), loc_of(name), "%c-string: conversion type must come right after the exclamation mark",
                    kind);
        return false;
      }
      std::string_view letter = text(name);
      if (letter != "s" && letter != "r" && letter != "a") {
        raise_loc(loc_of(name), "%c-string: invalid conversion character '%.*s': expected 's', 'r', or 'a'", kind,
                  (int)letter.size(), letter.data());
        return false;
      }
      conversion = letter[0];
    }
    Expr* spec = nullptr;
    if (at(COLON)) {
      spec = format_spec(kind, raw);
      if (!spec) return false;
    }
    if (!accept(RBRACE)) return false;
    if (debug && conversion == -1 && !spec) conversion = 'r';
    if (debug) {
      std::string storage;
      std::string_view shown = expression_text(brace.end, text_end.start, &storage);
      Loc loc{brace.lineno, brace.col + 1, text_end.lineno, text_end.col};
      into.push(make_string(loc, ConstKind::Str, shown));
    }
    if (template_field) {
      Interpolation* node = make<Interpolation>(start);
      std::string storage;
      std::string_view shown = expression_text(brace.end, expression_end, &storage);
      std::string_view kept = ast_.arena.copy(shown);
      node->str.kind = ConstKind::Str;
      node->str.chars = kept.data();
      node->str.size = (uint32_t)kept.size();
      node->value = value;
      node->conversion = conversion;
      node->format_spec = spec;
      into.push(node);
    } else {
      FormattedValue* node = make<FormattedValue>(start);
      node->value = value;
      node->conversion = conversion;
      node->format_spec = spec;
      into.push(node);
    }
    return true;
  };
  if (read()) return true;
  if (diagnosing_ && !failed()) {
    pos_ = start;
    diagnose_replacement_field(kind);
  }
  return false;
}

Expr* Parser::format_spec(char kind, bool raw) {
  size_t start = pos_++;
  ListOf<Expr> parts(this);
  for (;;) {
    const Token token = peek();
    if (token.type == FSTRING_MIDDLE || token.type == TSTRING_MIDDLE) {
      pos_++;
      Expr* part = text_constant(token, raw);
      if (!part) return nullptr;
      if (part->as<Constant>()->value.size > 0) parts.push(part);
    } else if (token.type == LBRACE) {
      DepthGuard guard(this, 20);
      if (!guard.ok() || !replacement_field(parts, false, kind, raw)) return nullptr;
    } else {
      break;
    }
  }
  JoinedStr* node = make<JoinedStr>(start);
  if (parts.size() == 1 && parts[0]->is<Constant>()) {
    node->values = parts.take();
  } else {
    std::vector<Expr*> flat;
    for (size_t i = 0; i < parts.size(); i++) flat.push_back(parts[i]);
    node->values = fold_parts(flat.data(), flat.size());
  }
  return node;
}

}  // namespace kaa::parser
