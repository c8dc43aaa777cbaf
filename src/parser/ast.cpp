// The owner of a tree: identifiers are interned in an open-addressing table whose entries live in the arena.
#include "parser/ast.h"

#include <stdlib.h>
#include <string.h>

#include "base/unicode_norm.h"

namespace kaa::ast {

NfkcHook nfkc_hook = unicode::nfkc_utf8;

Ast::~Ast() { free(table_); }

static uint32_t hash_text(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (unsigned char c : text) hash = (hash ^ c) * 16777619u;
  return hash ^ (hash >> 15);
}

void Ast::grow() {
  uint32_t capacity = capacity_ ? capacity_ * 2 : 64;
  Name** table = (Name**)allocate_as_new(capacity * sizeof(Name*));
  memset(table, 0, capacity * sizeof(Name*));
  for (uint32_t i = 0; i < capacity_; i++) {
    Name* name = table_[i];
    if (!name) continue;
    uint32_t at = name->hash & (capacity - 1);
    while (table[at]) at = (at + 1) & (capacity - 1);
    table[at] = name;
  }
  free(table_);
  table_ = table;
  capacity_ = capacity;
}

Name* Ast::intern(std::string_view text) {
  if (count_ * 4 >= capacity_ * 3) grow();
  uint32_t hash = hash_text(text);
  uint32_t at = hash & (capacity_ - 1);
  while (Name* name = table_[at]) {
    if (name->hash == hash && name->text() == text) return name;
    at = (at + 1) & (capacity_ - 1);
  }
  std::string_view kept = arena.copy(text);
  Name* name = arena.make<Name>(kept.data(), (uint32_t)kept.size(), hash, nullptr);
  table_[at] = name;
  count_++;
  return name;
}

Name* Ast::intern_normalised(std::string_view text) {
  bool ascii = true;
  for (unsigned char c : text) ascii &= c < 0x80;
  if (ascii || !nfkc_hook) return intern(text);
  std::string normal;
  if (!nfkc_hook(text, normal)) return intern(text);
  return intern(normal);
}

Expr** first_operand(Expr* expr) {
  switch (expr->kind) {
    case ExprKind::BinOp:
      return &expr->as<BinOp>()->left;
    case ExprKind::Call:
      return &expr->as<Call>()->func;
    case ExprKind::Attribute:
      return &expr->as<Attribute>()->value;
    case ExprKind::Subscript:
      return &expr->as<Subscript>()->value;
    case ExprKind::Compare:
      return &expr->as<Compare>()->left;
    case ExprKind::UnaryOp:
      return &expr->as<UnaryOp>()->operand;
    default:
      return nullptr;
  }
}

}  // namespace kaa::ast
