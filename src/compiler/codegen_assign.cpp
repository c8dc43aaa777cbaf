// Assignment in all its forms: targets, unpacking, augmented and annotated assignment, del.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

bool small_int_constant(const Expr* expr, int32_t* out);
Op immediate_op(BinaryOp op, bool inplace);

Reg Codegen::plain_local(Expr* target) {
  if (!target->is<NameExpr>()) return kNoReg;
  VarRef ref;
  return is_local(target, &ref) && target->as<NameExpr>()->id->text() != "__debug__" ? ref.reg : kNoReg;
}

// CPython notes what methods assign through `self`, for __static_attributes__.
void Codegen::note_static_attribute(Attribute* attr) {
  if (!attr->value->is<NameExpr>() || attr->value->as<NameExpr>()->id->text() != "self") return;
  for (Unit* unit = u_; unit; unit = unit->parent) {
    if (unit->kind != UnitKind::Class) continue;
    if (unit->static_seen.try_emplace(attr->attr, true).second) unit->static_attributes.push_back(attr->attr);
    return;
  }
}

// R[value] is a live register.
void Codegen::assign(Expr* target, Reg value) {
  if (!deep()) return;
  Temps temps(this);
  At at(this, target->loc);
  switch (target->kind) {
    case ExprKind::Name:
      if (forbidden(target->as<NameExpr>()->id, ExprContext::Store, target->loc)) return;
      return store_name(target->as<NameExpr>()->id, value);
    case ExprKind::Attribute: {
      Attribute* attr = target->as<Attribute>();
      if (forbidden(attr->attr, ExprContext::Store, target->loc)) return;
      note_static_attribute(attr);
      Reg object = ev(attr->value);
      At narrow(this, narrowed(target->loc, attr));
      e().emit1(Op::STORE_ATTR, object, value, 0, e().name(mangled(attr->attr)));
      return;
    }
    case ExprKind::Subscript: {
      Subscript* sub = target->as<Subscript>();
      Reg object = ev(sub->value, !harmless(sub->slice));
      Slice* s = sub->slice->if_a<Slice>();
      ConstantData folded;
      if (s && !s->step && !constant_slice(sub->slice, &folded)) {
        Reg from = e().top();
        s->lower ? (void)push(s->lower) : push_none();
        s->upper ? (void)push(s->upper) : push_none();
        e().emit(Op::STORE_SLICE, object, value, from);
        return;
      }
      if (int32_t number; small_int_constant(sub->slice, &number)) {
        e().emit(Op::STORE_SUBSCR_I, object, (uint16_t)number, value);
        return;
      }
      Reg index = ev(sub->slice);
      e().emit(Op::STORE_SUBSCR, object, index, value);
      return;
    }
    case ExprKind::Tuple: return unpack(target->as<Tuple>()->elts, value, target->loc);
    case ExprKind::List: return unpack(target->as<List>()->elts, value, target->loc);
    case ExprKind::Starred: return fail(target->loc, "starred assignment target must be in a list or tuple");
    default: return fail(target->loc, "cannot assign to expression");
  }
}

void Codegen::unpack(const Seq<Expr*>& targets, Reg value, const Loc& loc) {
  uint32_t count = targets.size;
  int32_t star = -1;
  for (uint32_t i = 0; i < count; i++) {
    if (!targets[i]->is<Starred>()) continue;
    if (star >= 0) return fail(loc, "multiple starred expressions in assignment");
    star = (int32_t)i;
  }
  if (star >= 256 || (star >= 0 && count - star - 1 >= (1u << 24)))
    return fail(loc, "too many expressions in star-unpacking assignment");
  // Straight into the targets where they are distinct locals in consecutive registers.
  Reg first = kNoReg;
  if (count && star < 0) {
    first = plain_local(targets[0]);
    for (uint32_t i = 1; first != kNoReg && i < count; i++)
      if (plain_local(targets[i]) != first + i) first = kNoReg;
    if (first != kNoReg && value >= first && value < first + count) first = kNoReg;
  }
  if (first != kNoReg) {
    e().emit(Op::UNPACK_SEQUENCE, first, value, count);
    for (uint32_t i = 0; i < count; i++) e().set_bound(first + i);
    return;
  }
  Reg base = e().top();
  if (crowded(count)) {
    e().emit_unpack_list(base, value, star >= 0, star < 0 ? count : (uint32_t)star, star < 0 ? 0 : count - (uint32_t)star - 1);
    e().set_top(base + 1);
    for (uint32_t i = 0; i < count; i++) {
      Temps each(this);
      At at(this, targets[i]->loc);
      Reg item = push_item(base, i);
      assign(targets[i]->is<Starred>() ? targets[i]->as<Starred>()->value : targets[i], item);
    }
    return;
  }
  if (star < 0)
    e().emit(Op::UNPACK_SEQUENCE, base, value, count);
  else
    e().emit_unpack_ex(base, value, star, count - star - 1);
  e().set_top(base + count);
  for (uint32_t i = 0; i < count; i++)
    assign(targets[i]->is<Starred>() ? targets[i]->as<Starred>()->value : targets[i], base + i);
}

static const Seq<Expr*>* sequence_items(Expr* expr) {
  if (expr->is<Tuple>()) return &expr->as<Tuple>()->elts;
  if (expr->is<List>()) return &expr->as<List>()->elts;
  return nullptr;
}

// a, b = x, y without making the tuple: all values first, then the stores from left to right.
bool Codegen::assign_pairwise(Expr* target, Expr* value) {
  const Seq<Expr*>* targets = sequence_items(target);
  if (!targets || targets->empty() || targets->size > 16) return false;
  const Seq<Expr*>* values = value->is<Tuple>() ? &value->as<Tuple>()->elts : nullptr;
  const ConstantValue* constants = nullptr;
  if (value->is<Constant>() && value->as<Constant>()->value.kind == ConstKind::Tuple) constants = value->as<Constant>()->value.items;
  uint32_t size = values ? values->size : constants ? value->as<Constant>()->value.size : 0;
  if (size != targets->size) return false;
  bool plain = true;
  for (uint32_t i = 0; i < size; i++) {
    Expr* item = (*targets)[i];
    if (item->is<Starred>() || (values && (*values)[i]->is<Starred>())) return false;
    Reg reg = plain_local(item);
    plain &= reg != kNoReg;
    for (uint32_t j = 0; plain && j < i; j++) plain = plain_local((*targets)[j]) != reg;
  }
  Temps temps(this);
  Reg base = e().top();
  if (constants) {
    if (!plain) return false;
    At at(this, value->loc);
    for (uint32_t i = 0; i < size; i++) {
      Reg reg = plain_local((*targets)[i]);
      load_value(constants[i], reg);
      e().set_bound(reg);
    }
    return true;
  }
  // With distinct plain locals as targets nothing can see the order of the stores, so the last value goes to its target at once.
  for (uint32_t i = 0; i < size; i++) {
    if (plain && i + 1 == size) {
      Reg last = plain_local((*targets)[i]);
      to((*values)[i], last);
      e().set_bound(last);
    } else {
      push((*values)[i]);
    }
  }
  for (uint32_t i = 0; i < (plain ? size - 1 : size); i++) assign((*targets)[i], base + i);
  return true;
}

void Codegen::assign_stmt(Assign* stmt) {
  if (stmt->targets.size == 1) {
    Expr* target = stmt->targets[0];
    Reg reg = plain_local(target);
    if (reg != kNoReg) {
      to(stmt->value, reg);
      e().set_bound(reg);
      return;
    }
    if (assign_pairwise(target, stmt->value)) return;
  }
  Temps temps(this);
  bool all_harmless = true;
  for (Expr* target : stmt->targets) all_harmless &= target->is<NameExpr>() ? plain_local(target) == kNoReg : target->is<Attribute>() || target->is<Subscript>() ? harmless(target) : false;
  Reg value = ev(stmt->value, !all_harmless);
  for (Expr* target : stmt->targets) assign(target, value);
}

void Codegen::aug_assign(AugAssign* stmt) {
  Temps temps(this);
  BinaryOp op = binary_op(stmt->op);
  Expr* target = stmt->target;
  bool held = !harmless(stmt->value);
  // R[dst] = R[old] op= value
  auto apply = [&](Reg dst, Reg old) {
    Temps each(this);
    int32_t number;
    Pos pos(stmt->loc);
    if (small_int_constant(stmt->value, &number) && immediate_op(op, true) != Op::NOP) {
      At at(this, pos);
      e().emit(immediate_op(op, true), dst, old, (uint16_t)number);
      return;
    }
    Reg value = ev(stmt->value);
    At at(this, pos);
    e().emit((Op)((int)Op::INPLACE_ADD + (int)op), dst, old, value);
  };
  switch (target->kind) {
    case ExprKind::Name: {
      Name* name = target->as<NameExpr>()->id;
      if (forbidden(name, ExprContext::Store, target->loc)) return;
      VarRef ref = resolve(name);
      if (ref.kind == VarRef::Local) {
        Reg old = ev(target, held);
        apply(ref.reg, old);
        e().set_bound(ref.reg);
        return;
      }
      Reg old = e().top();
      {
        At at(this, target->loc);
        load(ref, old);
      }
      e().set_top(old + 1);
      apply(old, old);
      At at(this, target->loc);
      store(ref, old);
      return;
    }
    case ExprKind::Attribute: {
      Attribute* attr = target->as<Attribute>();
      if (forbidden(attr->attr, ExprContext::Store, target->loc)) return;
      Reg object = ev(attr->value, held);
      Pos narrow = narrowed(target->loc, attr);
      Reg old = alloc();
      release(old);
      uint32_t name = e().name(mangled(attr->attr));
      {
        At at(this, narrow);
        e().emit1(Op::LOAD_ATTR, old, object, 0, name);
      }
      e().set_top(old + 1);
      apply(old, old);
      At at(this, narrow);
      e().emit1(Op::STORE_ATTR, object, old, 0, name);
      return;
    }
    case ExprKind::Subscript: {
      Subscript* sub = target->as<Subscript>();
      Reg object = ev(sub->value, held || !harmless(sub->slice));
      Slice* s = sub->slice->if_a<Slice>();
      ConstantData folded;
      bool sliced = s && !s->step && !constant_slice(sub->slice, &folded);
      Reg index = 0;
      int32_t number;
      bool immediate = small_int_constant(sub->slice, &number);
      if (immediate) {
        index = (uint16_t)number;
      } else if (sliced) {
        index = e().top();
        s->lower ? (void)push(s->lower) : push_none();
        s->upper ? (void)push(s->upper) : push_none();
      } else {
        index = ev(sub->slice, held);
      }
      Reg old = e().top();
      {
        At at(this, target->loc);
        e().emit(sliced ? Op::LOAD_SLICE : immediate ? Op::LOAD_SUBSCR_I : Op::LOAD_SUBSCR, old, object, index);
      }
      e().set_top(old + 1);
      apply(old, old);
      At at(this, target->loc);
      if (sliced)
        e().emit(Op::STORE_SLICE, object, old, index);
      else
        e().emit(immediate ? Op::STORE_SUBSCR_I : Op::STORE_SUBSCR, object, index, old);
      return;
    }
    default: fail(target->loc, "illegal expression for augmented assignment");
  }
}

// ---- annotations --------------------------------------------------------------------------------------------------

void Codegen::ann_assign(AnnAssign* stmt) {
  Expr* target = stmt->target;
  bool body_scope = u_->kind == UnitKind::Module || u_->kind == UnitKind::Class;
  if (stmt->value) {
    Reg reg = plain_local(target);
    if (reg != kNoReg) {
      to(stmt->value, reg);
      e().set_bound(reg);
    } else {
      Temps temps(this);
      Reg value = ev(stmt->value, !harmless(target));
      assign(target, value);
    }
  }
  switch (target->kind) {
    case ExprKind::Name: {
      Name* name = target->as<NameExpr>()->id;
      if (forbidden(name, ExprContext::Store, target->loc)) return;
      if (!stmt->simple || !body_scope) break;
      if (future_annotations()) {
        Temps temps(this);
        Reg text = e().top();
        annotation_value(stmt->annotation, text);
        alloc();
        Reg dict = e().top();
        e().emit1(Op::LOAD_NAME, dict, 0, 0, e().name("__annotations__"));
        alloc();
        push_text(mangled(name)->text());
        e().emit(Op::STORE_SUBSCR, dict, dict + 1, text);
      } else {
        int32_t condition = -1;
        if (u_->kind == UnitKind::Module ? u_->scope->has_conditional_annotations : u_->conditional_depth > 0) {
          Temps temps(this);
          condition = u_->conditional_annotations++;
          Reg set = e().top();
          load(conditional_annotations(), set);
          alloc();
          load_small(condition, e().top());
          Reg index = alloc();
          e().emit(Op::SET_ADD, set, index);
        }
        u_->annotations.push_back({stmt, condition});
      }
      break;
    }
    case ExprKind::Attribute:
      if (forbidden(target->as<Attribute>()->attr, ExprContext::Store, target->loc)) return;
      if (!stmt->value) effect(target->as<Attribute>()->value);
      break;
    case ExprKind::Subscript:
      if (!stmt->value) {
        Temps temps(this);
        Subscript* sub = target->as<Subscript>();
        effect(sub->value);
        if (Slice* s = sub->slice->if_a<Slice>()) {
          for (Expr* part : {s->lower, s->upper, s->step})
            if (part) effect(part);
        } else {
          effect(sub->slice);
        }
      }
      break;
    default: return fail(stmt->loc, "invalid node type for annotated assignment");
  }
  // The annotation of another target is never evaluated.
}

// ---- del ----------------------------------------------------------------------------------------------------------

void Codegen::del_target(Expr* target) {
  if (!deep()) return;
  Temps temps(this);
  At at(this, target->loc);
  switch (target->kind) {
    case ExprKind::Name: {
      Name* name = target->as<NameExpr>()->id;
      if (forbidden(name, ExprContext::Del, target->loc)) return;
      return del(resolve(name));
    }
    case ExprKind::Attribute: {
      Attribute* attr = target->as<Attribute>();
      if (forbidden(attr->attr, ExprContext::Del, target->loc)) return;
      Reg object = ev(attr->value);
      At narrow(this, narrowed(target->loc, attr));
      e().emit1(Op::DEL_ATTR, object, 0, 0, e().name(mangled(attr->attr)));
      return;
    }
    case ExprKind::Subscript: {
      Subscript* sub = target->as<Subscript>();
      Reg object = ev(sub->value, !harmless(sub->slice));
      Reg index = ev(sub->slice);
      e().emit(Op::DEL_SUBSCR, object, index);
      return;
    }
    case ExprKind::Tuple:
    case ExprKind::List:
      for (Expr* item : *sequence_items(target)) del_target(item);
      return;
    default: return fail(target->loc, "cannot delete expression");
  }
}

}  // namespace kaa::compiler
