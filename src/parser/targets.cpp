// Assignment targets. They are read as primaries or whole expressions first, then checked and given their context: that is
// the same language as the grammar's target rules, since a tree has no parentheses.
#include "parser/parser_impl.h"

namespace kaa::parser {

// Gives `target` and what is in it the context; false when it is no target.
bool Parser::make_target(Expr* target, ExprContext context) {
  switch (target->kind) {
    case ExprKind::Name: target->as<NameExpr>()->ctx = context; return true;
    case ExprKind::Attribute: target->as<Attribute>()->ctx = context; return true;
    case ExprKind::Subscript: target->as<Subscript>()->ctx = context; return true;
    case ExprKind::Starred: {
      Starred* starred = target->as<Starred>();
      if (context == ExprContext::Del || starred->value->is<Starred>()) return false;
      starred->ctx = context;
      return make_target(starred->value, context);
    }
    case ExprKind::Tuple:
    case ExprKind::List: {
      Seq<Expr*> elts = target->is<Tuple>() ? target->as<Tuple>()->elts : target->as<List>()->elts;
      (target->is<Tuple>() ? target->as<Tuple>()->ctx : target->as<List>()->ctx) = context;
      for (Expr* element : elts) {
        if (!make_target(element, context)) return false;
      }
      return true;
    }
    default: return false;
  }
}

bool Parser::is_single_target(const Expr* target) {
  return target->is<NameExpr>() || target->is<Attribute>() || target->is<Subscript>();
}

Expr* Parser::star_target() {
  size_t start = pos_;
  if (accept(STAR)) {
    if (at(STAR)) return nullptr;
    Expr* value = star_target();
    if (!value) return nullptr;
    Starred* node = make<Starred>(start);
    node->value = value;
    node->ctx = ExprContext::Store;
    return node;
  }
  Expr* target = primary();
  return target && make_target(target, ExprContext::Store) ? target : nullptr;
}

Expr* Parser::star_targets() {
  size_t start = pos_;
  Expr* first = star_target();
  if (!first || !at(COMMA)) return first;
  Tuple* tuple = tuple_after(first, start, &Parser::star_target);
  if (tuple) tuple->ctx = ExprContext::Store;
  return tuple;
}

// The innermost part that makes `target` no target, or null when there is none.
Expr* Parser::invalid_target(Expr* target, TargetKind kind) {
  switch (target->kind) {
    case ExprKind::Name:
    case ExprKind::Attribute:
    case ExprKind::Subscript: return nullptr;
    case ExprKind::Starred:
      if (kind == TargetKind::kDel) return target;
      return invalid_target(target->as<Starred>()->value, kind);
    case ExprKind::Tuple:
    case ExprKind::List: {
      Seq<Expr*> elts = target->is<Tuple>() ? target->as<Tuple>()->elts : target->as<List>()->elts;
      for (Expr* element : elts) {
        if (Expr* invalid = invalid_target(element, kind)) return invalid;
      }
      return nullptr;
    }
    case ExprKind::Compare:
      // `for a in b` without more reads as a comparison.
      if (kind == TargetKind::kFor) {
        Compare* compare = target->as<Compare>();
        return compare->ops[0] == CmpOp::In ? invalid_target(compare->left, kind) : nullptr;
      }
      return target;
    default: return target;
  }
}

const char* expression_name(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::Attribute: return "attribute";
    case ExprKind::Subscript: return "subscript";
    case ExprKind::Starred: return "starred";
    case ExprKind::Name: return "name";
    case ExprKind::List: return "list";
    case ExprKind::Tuple: return "tuple";
    case ExprKind::Lambda: return "lambda";
    case ExprKind::Call: return "function call";
    case ExprKind::BoolOp:
    case ExprKind::BinOp:
    case ExprKind::UnaryOp: return "expression";
    case ExprKind::GeneratorExp: return "generator expression";
    case ExprKind::Yield:
    case ExprKind::YieldFrom: return "yield expression";
    case ExprKind::Await: return "await expression";
    case ExprKind::ListComp: return "list comprehension";
    case ExprKind::SetComp: return "set comprehension";
    case ExprKind::DictComp: return "dict comprehension";
    case ExprKind::Dict: return "dict literal";
    case ExprKind::Set: return "set display";
    case ExprKind::JoinedStr:
    case ExprKind::FormattedValue: return "f-string expression";
    case ExprKind::TemplateStr:
    case ExprKind::Interpolation: return "t-string expression";
    case ExprKind::Constant:
      switch (expr->as<Constant>()->value.kind) {
        case ConstKind::None: return "None";
        case ConstKind::True: return "True";
        case ConstKind::False: return "False";
        case ConstKind::Ellipsis: return "ellipsis";
        default: return "literal";
      }
    case ExprKind::Compare: return "comparison";
    case ExprKind::IfExp: return "conditional expression";
    case ExprKind::NamedExpr: return "named expression";
    case ExprKind::Slice: return "slice";
  }
  return "expression";
}

}  // namespace kaa::parser
