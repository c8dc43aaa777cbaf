// Expressions: dispatch, arithmetic, attributes, subscripts, displays, formatted strings, yield and await.
#include <string.h>

#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

// Displays and calls longer than this are built piece by piece instead of in one run of registers.
constexpr uint32_t kLongDisplay = 64;

BinaryOp binary_op(Operator op) {
  switch (op) {
    case Operator::Add: return BinaryOp::ADD;
    case Operator::Sub: return BinaryOp::SUB;
    case Operator::Mult: return BinaryOp::MUL;
    case Operator::MatMult: return BinaryOp::MATMUL;
    case Operator::Div: return BinaryOp::DIV;
    case Operator::Mod: return BinaryOp::MOD;
    case Operator::Pow: return BinaryOp::POW;
    case Operator::LShift: return BinaryOp::LSHIFT;
    case Operator::RShift: return BinaryOp::RSHIFT;
    case Operator::BitOr: return BinaryOp::OR;
    case Operator::BitXor: return BinaryOp::XOR;
    case Operator::BitAnd: return BinaryOp::AND;
    case Operator::FloorDiv: return BinaryOp::FLOORDIV;
  }
  return BinaryOp::ADD;
}

// The form of an operator with a small number on the right; NOP: there is none.
Op immediate_op(BinaryOp op, bool inplace) {
  if (op == BinaryOp::MATMUL) return Op::NOP;
  int first = (int)(inplace ? Op::INPLACE_ADD_I : Op::ADD_I);
  return (Op)(first + (int)op - (op > BinaryOp::MATMUL));
}

bool small_int_constant(const Expr* expr, int32_t* out) {
  if (!expr->is<Constant>()) return false;
  const ConstantValue& value = expr->as<Constant>()->value;
  if (value.kind != ConstKind::Int) return false;
  int64_t number = 0;
  bool negative = false;
  int base = value.base ? value.base : 10;
  for (char c : value.text()) {
    if (c == '-') {
      negative = true;
      continue;
    }
    number = number * base + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    if (number > 40000) return false;
  }
  if (negative) number = -number;
  if (number < -32768 || number > 32767) return false;
  *out = (int32_t)number;
  return true;
}

// True when evaluating the expression surely rebinds no local: it holds no assignment expression and no comprehension. The look is
// bounded, so that it costs constant time; giving up costs one MOVE.
bool Codegen::harmless(Expr* expr) {
  int budget = 24;
  return harmless(expr, &budget);
}

bool Codegen::harmless(Expr* expr, int* budget) {
  if (!expr) return true;
  if (--*budget < 0) return false;
  auto all = [&](const Seq<Expr*>& list) {
    for (Expr* item : list)
      if (!harmless(item, budget)) return false;
    return true;
  };
  switch (expr->kind) {
    case ExprKind::Constant:
    case ExprKind::Name: return true;
    case ExprKind::BinOp: return harmless(expr->as<BinOp>()->left, budget) && harmless(expr->as<BinOp>()->right, budget);
    case ExprKind::UnaryOp: return harmless(expr->as<UnaryOp>()->operand, budget);
    case ExprKind::BoolOp: return all(expr->as<BoolOp>()->values);
    case ExprKind::Compare: return harmless(expr->as<Compare>()->left, budget) && all(expr->as<Compare>()->comparators);
    case ExprKind::Attribute: return harmless(expr->as<Attribute>()->value, budget);
    case ExprKind::Subscript: return harmless(expr->as<Subscript>()->value, budget) && harmless(expr->as<Subscript>()->slice, budget);
    case ExprKind::Slice:
      return harmless(expr->as<Slice>()->lower, budget) && harmless(expr->as<Slice>()->upper, budget) &&
             harmless(expr->as<Slice>()->step, budget);
    case ExprKind::Tuple: return all(expr->as<Tuple>()->elts);
    case ExprKind::List: return all(expr->as<List>()->elts);
    case ExprKind::Starred: return harmless(expr->as<Starred>()->value, budget);
    case ExprKind::Await: return harmless(expr->as<Await>()->value, budget);
    case ExprKind::IfExp:
      return harmless(expr->as<IfExp>()->test, budget) && harmless(expr->as<IfExp>()->body, budget) &&
             harmless(expr->as<IfExp>()->orelse, budget);
    case ExprKind::Call: {
      Call* call = expr->as<Call>();
      if (!harmless(call->func, budget) || !all(call->args)) return false;
      for (Keyword* keyword : call->keywords)
        if (!harmless(keyword->value, budget)) return false;
      return true;
    }
    case ExprKind::JoinedStr: return all(expr->as<JoinedStr>()->values);
    case ExprKind::FormattedValue:
      return harmless(expr->as<FormattedValue>()->value, budget) && harmless(expr->as<FormattedValue>()->format_spec, budget);
    default: return false;
  }
}

Reg Codegen::push(Expr* expr) {
  Reg reg = e().top();
  to(expr, reg);
  e().set_top(reg + 1);
  return reg;
}

Reg Codegen::ev(Expr* expr, bool hold) {
  VarRef ref;
  if (!is_local(expr, &ref)) return push(expr);
  At at(this, expr->loc);
  if (hold) {
    Reg reg = e().top();
    load(ref, reg);
    e().set_top(reg + 1);
    return reg;
  }
  load(ref, ref.reg);
  return ref.reg;
}

// For its effects: a constant has none, and a bare local can only be unbound.
void Codegen::effect(Expr* expr) {
  Temps temps(this);
  if (expr->is<Constant>()) return;
  ev(expr);
}

void Codegen::to(Expr* expr, Reg dst) {
  if (!deep()) return;
  Temps temps(this);
  At at(this, expr->loc);
  switch (expr->kind) {
    case ExprKind::BoolOp: return boolop(expr->as<BoolOp>(), dst);
    case ExprKind::NamedExpr: return named_expr(expr->as<NamedExpr>(), dst);
    case ExprKind::BinOp: return binop(expr->as<BinOp>(), dst);
    case ExprKind::UnaryOp: return unary(expr->as<UnaryOp>(), dst);
    case ExprKind::Lambda: return lambda(expr->as<Lambda>(), dst);
    case ExprKind::IfExp: return ifexp(expr->as<IfExp>(), dst);
    case ExprKind::Dict: return dict(expr->as<Dict>(), dst);
    case ExprKind::Set: return display(expr, expr->as<Set>()->elts, dst);
    case ExprKind::ListComp:
    case ExprKind::SetComp:
    case ExprKind::DictComp:
    case ExprKind::GeneratorExp: return comprehension(expr, dst);
    case ExprKind::Await: {
      if (!u_->scope->is_function_like() && !(u_->kind == UnitKind::Module && (options_.flags & kAllowTopLevelAwait)))
        return fail(expr->loc, "'await' outside function");
      if (!in_async_unit()) return fail(expr->loc, "'await' outside async function");
      Reg value = ev(expr->as<Await>()->value);
      return await_value(value, 0, dst);
    }
    case ExprKind::Yield:
    case ExprKind::YieldFrom: return yield_expr(expr, dst);
    case ExprKind::Compare: return compare(expr->as<Compare>(), dst);
    case ExprKind::Call: return call(expr->as<Call>(), dst);
    case ExprKind::FormattedValue: return formatted_value(expr->as<FormattedValue>(), dst);
    case ExprKind::Interpolation: return interpolation(expr->as<Interpolation>(), dst);
    case ExprKind::JoinedStr: return joined_str(expr->as<JoinedStr>(), dst);
    case ExprKind::TemplateStr: return template_str(expr->as<TemplateStr>(), dst);
    case ExprKind::Constant: return load_value(expr->as<Constant>()->value, dst);
    case ExprKind::Attribute: return attribute(expr->as<Attribute>(), dst);
    case ExprKind::Subscript: return subscript(expr->as<Subscript>(), dst);
    case ExprKind::Starred:
      return fail(expr->loc, expr->as<Starred>()->ctx == ExprContext::Store
                                 ? "starred assignment target must be in a list or tuple"
                                 : "can't use starred expression here");
    case ExprKind::Name: return load_name(expr->as<NameExpr>()->id, dst);
    case ExprKind::List: return display(expr, expr->as<List>()->elts, dst);
    case ExprKind::Tuple: return display(expr, expr->as<Tuple>()->elts, dst);
    case ExprKind::Slice: return slice(expr->as<Slice>(), dst);
  }
}

// ---- arithmetic ---------------------------------------------------------------------------------------------------

// A long sum leans to the left: its left operands are walked in a loop.
void Codegen::binop(BinOp* expr, Reg dst) {
  std::vector<BinOp*> chain = {expr};
  while (chain.back()->left->is<BinOp>()) chain.push_back(chain.back()->left->as<BinOp>());
  Reg base = e().top();
  BinOp* inner = chain.back();
  Reg left = ev(inner->left, !harmless(inner->right));
  for (size_t i = chain.size(); i-- > 0;) {
    BinOp* node = chain[i];
    At at(this, node->loc);
    binop_step(node, left, i ? base : dst);
    if (i) {
      left = base;
      e().set_top(base + 1);
    }
  }
}

void Codegen::binop_step(BinOp* expr, Reg left, Reg dst) {
  Temps temps(this);
  BinaryOp op = binary_op(expr->op);
  int32_t number;
  if (small_int_constant(expr->right, &number)) {
    if (Op immediate = immediate_op(op, false); immediate != Op::NOP) {
      e().emit(immediate, dst, left, (uint16_t)number);
      return;
    }
  }
  if (op <= BinaryOp::DIV && expr->right->is<Constant>() && expr->right->as<Constant>()->value.kind == ConstKind::Float) {
    uint32_t index = e().constant(data_of(expr->right->as<Constant>()->value));
    if (index <= 0xffff) {
      e().emit((Op)((int)Op::ADD_F + (int)op), dst, left, index);
      return;
    }
  }
  Reg right = ev(expr->right);
  e().emit((Op)((int)Op::ADD + (int)op), dst, left, right);
}

void Codegen::unary(UnaryOp* expr, Reg dst) {
  if (expr->op == UnaryOperator::Not) {
    // `not a in b` and the like have the opposite comparison.
    Expr* operand = expr->operand;
    if (operand->is<Compare>() && operand->as<Compare>()->ops.size == 1) {
      Compare* comparison = operand->as<Compare>();
      Op op = Op::NOP;
      switch (comparison->ops[0]) {
        case CmpOp::Is: op = Op::IS_NOT; break;
        case CmpOp::IsNot: op = Op::IS; break;
        case CmpOp::In: op = Op::NOT_IN; break;
        case CmpOp::NotIn: op = Op::IN; break;
        default: break;
      }
      if (op != Op::NOP) {
        At at(this, operand->loc);
        Reg left = ev(comparison->left, !harmless(comparison->comparators[0]));
        Reg right = ev(comparison->comparators[0]);
        e().emit(op, dst, left, right);
        return;
      }
    }
    Reg value = ev(operand);
    e().emit(Op::NOT, dst, value);
    return;
  }
  Reg value = ev(expr->operand);
  Op op = expr->op == UnaryOperator::Invert ? Op::INVERT : expr->op == UnaryOperator::UAdd ? Op::POS : Op::NEG;
  e().emit(op, dst, value);
}

void Codegen::named_expr(NamedExpr* expr, Reg dst) {
  NameExpr* target = expr->target->as<NameExpr>();
  if (forbidden(target->id, ExprContext::Store, target->loc)) return;
  VarRef ref = resolve(target->id);
  if (ref.kind == VarRef::Local) {
    to(expr->value, ref.reg);
    e().set_bound(ref.reg);
    e().move(dst, ref.reg);
    return;
  }
  Reg value = push(expr->value);
  At at(this, target->loc);
  store(ref, value);
  e().move(dst, value);
}

// ---- attributes and subscripts ------------------------------------------------------------------------------------

// The position of an attribute's instruction: when the expression spans lines, its name alone.
Pos Codegen::narrowed(const Loc& loc, const Attribute* attr) {
  Pos pos(loc);
  if (loc.lineno == attr->loc.end_lineno) return pos;
  pos.line = pos.end_line = attr->loc.end_lineno;
  int32_t length = 0;  // characters, as CPython counts here
  for (char c : attr->attr->text()) length += (c & 0xc0) != 0x80;
  if (length <= attr->loc.end_col_offset) {
    pos.col = attr->loc.end_col_offset - length;
    pos.end_col = attr->loc.end_col_offset;
  } else {
    pos.col = pos.end_col = -1;
  }
  return pos;
}

void Codegen::attribute(Attribute* expr, Reg dst) {
  Reg run;
  bool zero_arguments;
  if (super_parts(expr, &run, &zero_arguments)) {
    At at(this, narrowed(expr->loc, expr));
    e().emit1(Op::LOAD_SUPER_ATTR, dst, run, zero_arguments, e().name(mangled(expr->attr)));
    return;
  }
  Reg object = ev(expr->value);
  At at(this, narrowed(expr->loc, expr));
  e().emit1(Op::LOAD_ATTR, dst, object, 0, e().name(mangled(expr->attr)));
}

bool Codegen::constant_slice(Expr* expr, ConstantData* out) {
  Slice* s = expr->if_a<Slice>();
  if (!s) return false;
  for (Expr* part : {s->lower, s->upper, s->step})
    if (part && !part->is<Constant>()) return false;
  out->kind = ConstantData::Slice;
  for (Expr* part : {s->lower, s->upper, s->step}) out->items.push_back(part ? data_of(part->as<Constant>()->value) : ConstantData());
  return true;
}

void Codegen::subscript(Subscript* expr, Reg dst) {
  Reg object = ev(expr->value, !harmless(expr->slice));
  Slice* s = expr->slice->if_a<Slice>();
  ConstantData folded;
  if (s && !s->step && !constant_slice(expr->slice, &folded)) {
    Reg from = e().top();
    s->lower ? (void)push(s->lower) : push_none();
    s->upper ? (void)push(s->upper) : push_none();
    e().emit(Op::LOAD_SLICE, dst, object, from);
    return;
  }
  if (int32_t number; small_int_constant(expr->slice, &number)) {
    e().emit(Op::LOAD_SUBSCR_I, dst, object, (uint16_t)number);
    return;
  }
  Reg index = ev(expr->slice);
  e().emit(Op::LOAD_SUBSCR, dst, object, index);
}

void Codegen::slice(Slice* expr, Reg dst) {
  ConstantData folded;
  if (constant_slice(expr, &folded)) {
    e().load_const(dst, e().constant(std::move(folded)));
    return;
  }
  Reg from = e().top();
  expr->lower ? (void)push(expr->lower) : push_none();
  expr->upper ? (void)push(expr->upper) : push_none();
  if (expr->step) push(expr->step);
  e().emit(Op::BUILD_SLICE, dst, from, expr->step ? 3 : 2);
}

// ---- displays -----------------------------------------------------------------------------------------------------

void Codegen::display(Expr* expr, const Seq<Expr*>& elts, Reg dst) { build_sequence(expr->kind, elts, dst); }

// kind is Tuple, List or Set. Starred items and long displays grow a list or set item by item.
void Codegen::build_sequence(ExprKind kind, const Seq<Expr*>& elts, Reg dst) {
  Temps temps(this);
  bool starred = false;
  for (Expr* elt : elts) starred |= elt->is<Starred>();
  ConstantData data;
  if (kind == ExprKind::Tuple && constant_items(elts, &data.items)) {
    data.kind = ConstantData::Tuple;
    e().load_const(dst, e().constant(std::move(data)));
    return;
  }
  Op build = kind == ExprKind::Tuple ? Op::BUILD_TUPLE : kind == ExprKind::List ? Op::BUILD_LIST : Op::BUILD_SET;
  bool set = kind == ExprKind::Set;
  if (elts.size >= 3 && kind != ExprKind::Tuple && constant_items(elts, &data.items)) {
    data.kind = set ? ConstantData::FrozenSet : ConstantData::Tuple;
    Reg result = alloc();
    release(result);
    e().emit(build, result, result, 0);
    e().set_top(result + 1);
    Reg items = e().top();
    e().load_const(items, e().constant(std::move(data)));
    e().emit(set ? Op::SET_UPDATE : Op::LIST_EXTEND, result, items);
    e().move(dst, result);
    return;
  }
  if (!starred && elts.size <= kLongDisplay) {
    Reg first = e().top();
    for (Expr* elt : elts) push(elt);
    e().emit(build, dst, first, elts.size);
    return;
  }
  Reg result = e().top();
  uint32_t i = 0;
  if (elts.size <= kLongDisplay)
    for (; i < elts.size && !elts[i]->is<Starred>(); i++) push(elts[i]);
  e().emit(set ? Op::BUILD_SET : Op::BUILD_LIST, result, result, i);
  e().set_top(result + 1);
  for (; i < elts.size; i++) {
    Temps each(this);
    if (elts[i]->is<Starred>()) {
      Reg value = ev(elts[i]->as<Starred>()->value);
      e().emit(set ? Op::SET_UPDATE : Op::LIST_EXTEND, result, value);
    } else {
      Reg value = ev(elts[i]);
      e().emit(set ? Op::SET_ADD : Op::LIST_APPEND, result, value);
    }
  }
  if (kind == ExprKind::Tuple)
    e().emit(Op::LIST_TO_TUPLE, dst, result);
  else
    e().move(dst, result);
}

void Codegen::dict(Dict* expr, Reg dst) {
  bool unpacking = false;
  for (Expr* key : expr->keys) unpacking |= !key;
  uint32_t count = expr->keys.size;
  if (!unpacking && count <= kLongDisplay / 2) {
    Reg first = e().top();
    for (uint32_t i = 0; i < count; i++) {
      push(expr->keys[i]);
      push(expr->values[i]);
    }
    e().emit(Op::BUILD_MAP, dst, first, count);
    return;
  }
  Reg result = e().top();
  e().emit(Op::BUILD_MAP, result, result, 0);
  e().set_top(result + 1);
  for (uint32_t i = 0; i < count; i++) {
    Temps each(this);
    if (!expr->keys[i]) {
      Reg value = ev(expr->values[i]);
      e().emit(Op::DICT_UPDATE, result, value);
    } else {
      Reg key = ev(expr->keys[i], !harmless(expr->values[i]));
      Reg value = ev(expr->values[i]);
      e().emit(Op::MAP_ADD, result, key, value);
    }
  }
  e().move(dst, result);
}

// ---- formatted strings --------------------------------------------------------------------------------------------

static uint32_t conversion_code(int32_t conversion) {
  switch (conversion) {
    case 's': return 1;
    case 'r': return 2;
    case 'a': return 3;
  }
  return 0;
}

void Codegen::joined_str(JoinedStr* expr, Reg dst) {
  uint32_t count = expr->values.size;
  if (count == 0) return load_text("", dst);
  if (count == 1) {
    if (expr->values[0]->is<Constant>() || expr->values[0]->is<FormattedValue>()) return to(expr->values[0], dst);
  }
  if (count <= kLongDisplay) {
    Reg first = e().top();
    for (Expr* value : expr->values) push(value);
    e().emit(Op::BUILD_STRING, dst, first, count);
    return;
  }
  // ''.join of a list.
  Reg method = e().top();
  load_text("", method);
  e().set_top(method + 1);
  e().emit1(Op::LOAD_METHOD, method, method, 0, e().name("join"));
  e().set_top(method + 2);
  Reg list = e().top();
  e().emit(Op::BUILD_LIST, list, list, 0);
  e().set_top(list + 1);
  for (Expr* value : expr->values) {
    Temps each(this);
    Reg reg = push(value);
    e().emit(Op::LIST_APPEND, list, reg);
  }
  e().emit(Op::CALL_METHOD, dst, method, 1);
}

void Codegen::formatted_value(FormattedValue* expr, Reg dst) {
  Reg base = e().top();
  Reg value = ev(expr->value, expr->format_spec && !harmless(expr->format_spec));
  if (uint32_t code = conversion_code(expr->conversion)) {
    Reg converted = base;
    e().emit(Op::CONVERT, converted, value, code);
    value = converted;
    e().set_top(base + 1);
  }
  if (expr->format_spec) {
    Reg spec = ev(expr->format_spec);
    e().emit(Op::FORMAT_SPEC, dst, value, spec);
  } else {
    e().emit(Op::FORMAT, dst, value);
  }
}

void Codegen::interpolation(Interpolation* expr, Reg dst) {
  Reg first = push(expr->value);
  load_value(expr->str, e().top());
  alloc();
  if (expr->format_spec)
    push(expr->format_spec);
  else
    push_text("");
  e().emit(Op::BUILD_INTERPOLATION, dst, first, conversion_code(expr->conversion));
}

// The strings and the interpolations alternate; there is one string more.
void Codegen::template_str(TemplateStr* expr, Reg dst) {
  ConstantData strings;
  strings.kind = ConstantData::Tuple;
  ConstantData text;
  text.kind = ConstantData::Str;
  std::vector<Expr*> interpolations;
  for (Expr* value : expr->values) {
    if (value->is<Constant>()) {
      text.text += value->as<Constant>()->value.text();
    } else {
      strings.items.push_back(text);
      text.text.clear();
      interpolations.push_back(value);
    }
  }
  strings.items.push_back(text);
  Reg strings_reg = e().top();
  e().load_const(strings_reg, e().constant(std::move(strings)));
  alloc();
  Reg tuple = e().top();
  Seq<Expr*> list = ast_.copy_seq(interpolations.data(), interpolations.size());
  build_sequence(ExprKind::Tuple, list, tuple);
  e().emit(Op::BUILD_TEMPLATE, dst, strings_reg, tuple);
}

// ---- yield, await -------------------------------------------------------------------------------------------------

void Codegen::yield_expr(Expr* expr, Reg dst) {
  if (!u_->scope->is_function_like()) return fail(expr->loc, expr->is<YieldFrom>() ? "'yield from' outside function" : "'yield' outside function");
  bool async = u_->kind == UnitKind::AsyncFunction || (u_->code->flags & kCoAsyncGenerator);
  if (expr->is<YieldFrom>()) {
    if (u_->kind == UnitKind::AsyncFunction) return fail(expr->loc, "'yield from' inside async function");
    Reg iterator = e().top();
    Reg value = ev(expr->as<YieldFrom>()->value);
    e().set_top(iterator);
    e().emit(Op::GET_YIELD_FROM_ITER, iterator, value);
    e().set_top(iterator + 1);
    return yield_from_loop(iterator, dst);
  }
  Expr* operand = expr->as<Yield>()->value;
  Reg base = e().top();
  Reg value;
  if (operand) {
    value = ev(operand);
  } else {
    push_none();
    value = base;
  }
  if (async) {
    e().set_top(base);
    e().emit(Op::ASYNC_GEN_WRAP, base, value);
    value = base;
  }
  e().set_top(base);
  e().emit(Op::YIELD, dst, value, 0);
}

void Codegen::await_value(Reg value, int how, Reg dst) {
  Temps temps(this);
  Reg iterator = e().is_temp(value) && value + 1 == e().top() ? value : e().top();
  e().set_top(iterator);
  e().emit(Op::GET_AWAITABLE, iterator, value, (uint32_t)how);
  e().set_top(iterator + 1);
  yield_from_loop(iterator, dst);
}

// R[iterator] is the last allocated temporary; the value that is sent and received is the one above it.
void Codegen::yield_from_loop(Reg iterator, Reg dst) {
  Reg value = iterator + 1;
  e().set_top(iterator + 1);
  load_none(value);
  Label again = e().new_label(), done = e().new_label();
  e().bind_loop(again);
  e().set_top(value + 1);
  e().jump_word(Op::SEND, value, iterator, 0, done);
  uint32_t region = e().open_region(value + 1);
  e().emit(Op::YIELD, value, value, 1);
  e().close_region();
  e().jump_back(again);
  Pos pos = e().pos();
  if (e().bind_handler(region)) {
    e().set_pos(pos);
    e().jump_word(Op::CLEANUP_THROW, value, value + 1, iterator, done);
  }
  e().set_top(value + 1);
  e().bind(done);
  e().move(dst, value);
  e().set_top(iterator);
}

}  // namespace kaa::compiler
