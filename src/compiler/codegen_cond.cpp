// Truth and control flow in expressions: and, or, not, if-else, comparisons, conditional jumps.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

bool small_int_constant(const Expr* expr, int32_t* out);

// The truth of a constant: 1 or 0; -1 for what is not one.
int Codegen::truth(Expr* expr) { return expr->is<Constant>() ? constant_truth(expr->as<Constant>()->value) : -1; }

// The value is the first operand that decides, else the last. It grows in the top temporary; a local gets it at the end only.
// A jump with a result waiting in a register, which may be the first free temporary.
void Codegen::jump_with(Reg result, Label label) {
  Reg top = e().top();
  if (result >= top) e().set_top(result + 1);
  e().jump(label);
  e().set_top(top);
}

void Codegen::boolop(BoolOp* expr, Reg dst) {
  bool is_or = expr->op == BoolOperator::Or;
  Op jump = is_or ? Op::JUMP_TRUE : Op::JUMP_FALSE;
  Label end = e().new_label();
  Reg result = e().top();
  uint32_t last = expr->values.size - 1;
  for (uint32_t i = 0; i < last; i++) {
    int known = truth(expr->values[i]);
    if (known >= 0 && (known == 1) != is_or) continue;  // never the result
    if (BoolOp* inner = expr->values[i]->is<BoolOp>() ? expr->values[i]->as<BoolOp>() : nullptr) {
      Label next = e().new_label();
      boolop_operand(inner, result, end, is_or, next);
      e().bind(next);
      continue;
    }
    to(expr->values[i], result);
    if (known >= 0) {
      jump_with(result, end);
      break;
    }
    e().jump_if(jump, result, end);
  }
  to(expr->values[last], result);
  e().bind(end);
  e().set_top(result + 1);
  e().move(dst, result);
}

// `a and b` as an operand of `or`, or the other way round: what decides in it goes on where the outer operation does, so that no value is asked twice.
// Jumps to `decided` when the truth is `deciding`, and to `next`, or falls through, when it is not.
void Codegen::boolop_operand(BoolOp* expr, Reg result, Label decided, bool deciding, Label next) {
  bool is_or = expr->op == BoolOperator::Or;
  Label early = is_or == deciding ? decided : next;
  uint32_t last = expr->values.size - 1;
  for (uint32_t i = 0; i <= last; i++) {
    bool end = i == last;
    bool wanted = end ? deciding : is_or;
    Label target = end ? decided : early;
    if (expr->values[i]->is<BoolOp>()) {
      Label after = end ? next : e().new_label();
      boolop_operand(expr->values[i]->as<BoolOp>(), result, target, wanted, after);
      if (!end) e().bind(after);
      continue;
    }
    to(expr->values[i], result);
    e().jump_if(wanted ? Op::JUMP_TRUE : Op::JUMP_FALSE, result, target);
  }
}

void Codegen::ifexp(IfExp* expr, Reg dst) {
  Label orelse = e().new_label(), end = e().new_label();
  branch(expr->test, orelse, false);
  to(expr->body, dst);
  jump_with(dst, end);
  e().bind(orelse);
  to(expr->orelse, dst);
  e().bind(end);
}

// ---- comparisons --------------------------------------------------------------------------------------------------

static Op compare_op(CmpOp op) {
  switch (op) {
    case CmpOp::Eq: return Op::EQ;
    case CmpOp::NotEq: return Op::NE;
    case CmpOp::Lt: return Op::LT;
    case CmpOp::LtE: return Op::LE;
    case CmpOp::Gt: return Op::GT;
    case CmpOp::GtE: return Op::GE;
    case CmpOp::Is: return Op::IS;
    case CmpOp::IsNot: return Op::IS_NOT;
    case CmpOp::In: return Op::IN;
    case CmpOp::NotIn: return Op::NOT_IN;
  }
  return Op::EQ;
}

void Codegen::compare(Compare* expr, Reg dst) {
  uint32_t count = expr->ops.size;
  Reg left = ev(expr->left, !harmless(expr->comparators[0]));
  if (count == 1) {
    Reg right = ev(expr->comparators[0]);
    e().emit(compare_op(expr->ops[0]), dst, left, right);
    return;
  }
  // Each middle operand is used twice. The result so far is in `result`, above the operands that live on.
  Label end = e().new_label();
  Reg base = e().top() - (e().is_temp(left) ? 1 : 0);
  // base: room for the left operand, base + 1: for the right one. The result is written to base, which is dead by then.
  for (uint32_t i = 0; i < count; i++) {
    bool last = i + 1 == count;
    Expr* operand = expr->comparators[i];
    if (e().is_temp(left) && left != base) {
      e().move(base, left);
      left = base;
    }
    e().set_top(e().is_temp(left) ? base + 1 : base);
    Reg right = ev(operand, !last && !harmless(expr->comparators[i + 1]));
    if (last) {
      e().emit(compare_op(expr->ops[i]), base, left, right);
      break;
    }
    // A local on the left or right keeps its register; otherwise the comparison's result goes above both.
    Reg result = e().top();
    e().emit(compare_op(expr->ops[i]), result, left, right);
    Label go_on = e().new_label();
    e().jump_if(Op::JUMP_TRUE, result, go_on);
    e().move(base, result);
    e().set_top(base);
    jump_with(base, end);
    e().bind(go_on);
    if (e().is_temp(right)) e().set_top(right + 1);
    left = right;
  }
  e().set_top(base);
  e().bind(end);
  e().set_top(base + 1);
  e().move(dst, base);
}

// ---- conditional jumps --------------------------------------------------------------------------------------------

// Jumps when "left op right" has truth `when`. The right operand is evaluated here when right_expr is given.
void Codegen::branch_compare_one(CmpOp op, Reg left, Expr* right_expr, Reg right, Label label, bool when) {
  Temps temps(this);
  bool is_none = right_expr && right_expr->is<Constant>() && right_expr->as<Constant>()->value.kind == ConstKind::None;
  if (is_none && (op == CmpOp::Is || op == CmpOp::IsNot)) {
    e().jump_if((op == CmpOp::Is) == when ? Op::JUMP_NONE : Op::JUMP_NOT_NONE, left, label);
    return;
  }
  int32_t number;
  bool ordered = op == CmpOp::Lt || op == CmpOp::LtE || op == CmpOp::Gt || op == CmpOp::GtE || op == CmpOp::Eq || op == CmpOp::NotEq;
  if (ordered) {
    int index = (int)compare_op(op) - (int)Op::LT;
    if (right_expr && small_int_constant(right_expr, &number)) {
      e().jump_word((Op)((int)Op::JUMP_LT_I + index), left, (uint32_t)number, when, label);
      return;
    }
    if (right_expr) right = ev(right_expr);
    e().jump_word((Op)((int)Op::JUMP_LT + index), left, right, when, label);
    return;
  }
  if (right_expr) right = ev(right_expr);
  bool negative = op == CmpOp::IsNot || op == CmpOp::NotIn;
  bool is = op == CmpOp::Is || op == CmpOp::IsNot;
  e().jump_word(is ? Op::JUMP_IS : Op::JUMP_IN, left, right, when != negative, label);
}

void Codegen::branch_compare(Compare* expr, Label label, bool when) {
  uint32_t count = expr->ops.size;
  Reg left = ev(expr->left, !harmless(expr->comparators[0]));
  if (count == 1) return branch_compare_one(expr->ops[0], left, expr->comparators[0], 0, label, when);
  Reg base = e().is_temp(left) ? left : e().top();
  Label no = when ? e().new_label() : label;
  for (uint32_t i = 0; i + 1 < count; i++) {
    if (e().is_temp(left) && left != base) {
      e().move(base, left);
      left = base;
    }
    e().set_top(e().is_temp(left) ? base + 1 : base);
    Reg right = ev(expr->comparators[i], !harmless(expr->comparators[i + 1]));
    branch_compare_one(expr->ops[i], left, nullptr, right, no, false);
    left = right;
  }
  branch_compare_one(expr->ops[count - 1], left, expr->comparators[count - 1], 0, label, when);
  if (when) e().bind(no);
}

void Codegen::branch(Expr* expr, Label label, bool when) {
  if (!deep()) return;
  Temps temps(this);
  At at(this, expr->loc);
  int known = truth(expr);
  if (known >= 0) {
    e().mark_line(expr->loc);
    if ((known == 1) == when) e().jump(label);
    return;
  }
  switch (expr->kind) {
    case ExprKind::UnaryOp:
      if (expr->as<UnaryOp>()->op == UnaryOperator::Not) return branch(expr->as<UnaryOp>()->operand, label, !when);
      break;
    case ExprKind::BoolOp: {
      BoolOp* node = expr->as<BoolOp>();
      bool decides = node->op == BoolOperator::Or;  // the truth that settles the result early
      uint32_t last = node->values.size - 1;
      if (decides == when) {
        for (Expr* value : node->values) branch(value, label, when);
      } else {
        Label skip = e().new_label();
        for (uint32_t i = 0; i < last; i++) branch(node->values[i], skip, decides);
        branch(node->values[last], label, when);
        e().bind(skip);
      }
      return;
    }
    case ExprKind::IfExp: {
      IfExp* node = expr->as<IfExp>();
      Label orelse = e().new_label(), end = e().new_label();
      branch(node->test, orelse, false);
      branch(node->body, label, when);
      e().jump(end);
      e().bind(orelse);
      branch(node->orelse, label, when);
      e().bind(end);
      return;
    }
    case ExprKind::Compare: return branch_compare(expr->as<Compare>(), label, when);
    default: break;
  }
  Reg value = ev(expr);
  e().jump_if(when ? Op::JUMP_TRUE : Op::JUMP_FALSE, value, label);
}

}  // namespace kaa::compiler
