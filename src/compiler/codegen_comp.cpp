// Comprehensions and generator expressions.
//
// An inlined comprehension (PEP 709) runs in its function's frame. Its variables have registers under their own names; what these held
// before is kept in temporaries meanwhile, and put back on every way out.
// Registers: result, iterator of the outermost loop, saved variables.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

static const Seq<Comprehension*>& generators_of(Expr* expr) {
  switch (expr->kind) {
    case ExprKind::ListComp: return expr->as<ListComp>()->generators;
    case ExprKind::SetComp: return expr->as<SetComp>()->generators;
    case ExprKind::DictComp: return expr->as<DictComp>()->generators;
    default: return expr->as<GeneratorExp>()->generators;
  }
}

static Op build_op(Expr* expr) {
  return expr->is<ListComp>() ? Op::BUILD_LIST : expr->is<SetComp>() ? Op::BUILD_SET : Op::BUILD_MAP;
}

void Codegen::comprehension(Expr* expr, Reg dst) {
  Scope* scope = scopes_.find(expr);
  if (!scope) {
    error_.kind = CompileErrorKind::RuntimeError;
    error_.message = "compiler: comprehension without a scope";
    return;
  }
  bool generator = expr->is<GeneratorExp>();
  // An asynchronous comprehension needs an asynchronous function around it.
  bool async = scope->coroutine;
  if (async && !generator && !in_async_unit() && u_->kind != UnitKind::Comprehension)
    return fail(expr->loc, "asynchronous comprehension outside of an asynchronous function");
  if (scope->comp_inlined)
    comprehension_inlined(expr, scope, dst);
  else
    comprehension_function(expr, scope, dst);
}

void Codegen::comprehension_function(Expr* expr, Scope* scope, Reg dst) {
  const Seq<Comprehension*>& generators = generators_of(expr);
  bool generator = expr->is<GeneratorExp>();
  Comprehension* outermost = generators[0];
  Reg made = e().top();
  Pos pos = e().pos();
  const char* name = expr->is<ListComp>() ? "<listcomp>" : expr->is<SetComp>() ? "<setcomp>" : expr->is<DictComp>() ? "<dictcomp>" : "<genexpr>";
  enter(scope, UnitKind::Comprehension, name, nullptr, expr->loc, expr->loc.lineno);
  u_->code->argcount = 1;
  bool is_async_generator = u_->code->flags & kCoAsyncGenerator;
  start_generator();
  {
    Temps temps(this);
    e().set_pos(Pos(expr->loc));
    Reg result = kNoReg;
    if (!generator) {
      result = e().top();
      e().emit(build_op(expr), result, result, 0);
      alloc();
    }
    if (!outermost->is_async) {  // the function can be called with anything
      Temps check(this);
      e().emit(Op::INTRINSIC, e().top(), 0, (uint32_t)Intrinsic::CheckIterator);
    }
    comprehension_loops(expr, 0, generators, 0, result);
    e().set_pos(Pos(expr->loc));
    if (generator)
      e().emit(Op::RETURN_NONE);
    else
      e().emit(Op::RETURN, result);
  }
  finish_generator();
  (void)is_async_generator;
  bool async_result = scope->coroutine && !generator;
  e().set_pos(pos);
  leave_and_make(made, FunctionParts());
  e().set_top(made + 1);
  Reg iterable = ev(outermost->iter);
  e().set_top(made + 1);
  e().set_pos(Pos(outermost->iter->loc));
  e().emit(outermost->is_async ? Op::GET_AITER : Op::GET_ITER, made + 1, iterable);
  e().set_top(made + 2);
  e().set_pos(pos);
  e().emit(Op::CALL, async_result ? made : dst, made, 1);
  if (async_result) {
    e().set_top(made + 1);
    await_value(made, 0, dst);
  }
}

void Codegen::comprehension_inlined(Expr* expr, Scope* scope, Reg dst) {
  const Seq<Comprehension*>& generators = generators_of(expr);
  Comprehension* outermost = generators[0];
  Pos pos = e().pos();
  Reg result = e().top();
  e().emit(build_op(expr), result, result, 0);
  alloc();
  Reg iterator = e().top();
  Reg iterable = ev(outermost->iter);
  e().set_top(iterator);
  e().set_pos(Pos(outermost->iter->loc));
  e().emit(outermost->is_async ? Op::GET_AITER : Op::GET_ITER, iterator, iterable);
  e().set_top(iterator + 1);
  e().set_pos(pos);

  // The comprehension's variables, and those that mean something else around it.
  struct Saved {
    Reg reg, temp;
    bool was_bound;
  };
  std::vector<Saved> saved;
  // R[temp] to the variable, as it stands; with kNoReg it becomes empty.
  auto put = [&](Reg number, Reg temp) {
    if (!u_->spilled(number)) return temp == kNoReg ? e().emit(Op::CLEAR, number) : e().emit(Op::MOVE, number, temp);
    Reg from = temp == kNoReg ? e().top() : temp;
    if (temp == kNoReg) e().emit(Op::CLEAR, from);
    spilled(Op::STORE_SPILLED, from, number, Spilled::Raw);
  };
  for (const Symbol& symbol : scope->symbols) {
    if (!(symbol.flags & kDefBound) || (symbol.flags & (kDefNonlocal | kDefGlobal)) || symbol.name->text() == ".0") continue;
    bool cell = symbol.name_class == NameClass::Cell;
    if (!cell && symbol.name_class != NameClass::Local) continue;
    auto it = u_->regs.find(symbol.name);
    if (it == u_->regs.end()) continue;
    Reg reg = it->second;
    bool meant = u_->scope->is_function_like()
                     ? u_->scope->class_of(symbol.name) != NameClass::Unknown
                     : false;
    for (uint32_t r : u_->code->cell_regs) meant |= r == reg;
    meant |= reg >= u_->code->free_base;
    for (Scope* outer : u_->comps) {
      const Symbol* other = outer->lookup(symbol.name);
      meant |= other && (other->flags & kDefBound);
    }
    Saved entry{reg, kNoReg, e().is_bound(reg)};
    if (meant) {
      entry.temp = e().top();
      u_->spilled(reg) ? spilled(Op::LOAD_SPILLED, entry.temp, reg, Spilled::Raw) : e().emit(Op::MOVE, entry.temp, reg);
      alloc();
      put(reg, kNoReg);
    }
    e().set_unbound(reg);
    if (cell && u_->spilled(reg)) {
      Reg fresh = e().top();
      e().emit(Op::CLEAR, fresh);
      e().emit(Op::MAKE_CELL, fresh);
      put(reg, fresh);
    } else if (cell) {
      e().emit(Op::MAKE_CELL, reg);
    }
    saved.push_back(entry);
  }
  auto restore = [&]() {
    for (const Saved& entry : saved) {
      put(entry.reg, entry.temp);
      entry.was_bound ? e().set_bound(entry.reg) : e().set_unbound(entry.reg);
    }
  };
  Reg exc = e().top();
  uint32_t region = saved.empty() ? 0 : e().open_region(exc);
  u_->comps.push_back(scope);
  comprehension_loops(expr, 0, generators, iterator, result);
  u_->comps.pop_back();
  if (!saved.empty()) e().close_region();
  e().set_top(exc);
  e().set_pos(pos);
  restore();
  if (saved.empty()) {
    e().set_top(result + 1);
    e().move(dst, result);
    return;
  }
  Label end = e().new_label();
  e().set_top(result + 1);
  e().move(dst, result);
  e().jump(end);
  if (e().bind_handler(region)) {
    e().set_pos(Pos(kNoLine, -1, -1, -1));
    restore();
    e().emit(Op::RERAISE, exc);
  }
  e().set_top(result);
  e().set_pos(pos);
  e().bind(end);
}

// The loops from generator `index` on, and in the innermost the element. first_iter: the outermost loop's iterator (in a function the
// parameter .0; else the last allocated temporary).
void Codegen::comprehension_loops(Expr* expr, uint32_t index, const Seq<Comprehension*>& generators, Reg first_iter, Reg result) {
  if (!deep()) return;
  Temps temps(this);
  Comprehension* generator = generators[index];
  Label loop = e().new_label(), next = e().new_label(), done = e().new_label();
  Reg iterator = first_iter;
  bool single = false;
  if (index > 0) {
    // `for y in [f(x)]` is an assignment.
    const Seq<Expr*>* items = generator->iter->is<List>()    ? &generator->iter->as<List>()->elts
                              : generator->iter->is<Tuple>() ? &generator->iter->as<Tuple>()->elts
                                                             : nullptr;
    if (items && items->size == 1 && !(*items)[0]->is<Starred>() && !generator->is_async) {
      single = true;
      Reg reg = plain_local(generator->target);
      if (reg != kNoReg) {
        to((*items)[0], reg);
        e().set_bound(reg);
      } else {
        Temps each(this);
        Reg value = push((*items)[0]);
        assign(generator->target, value);
      }
    } else {
      iterator = e().top();
      Reg iterable = ev(generator->iter);
      e().set_top(iterator);
      At at(this, generator->iter->loc);
      e().emit(generator->is_async ? Op::GET_AITER : Op::GET_ITER, iterator, iterable);
      e().set_top(iterator + 1);
    }
  }
  uint32_t region = 0;
  Reg value = e().top();
  if (!single) {
    e().bind_loop(loop);
    if (generator->is_async) {
      At at(this, expr->loc);
      region = e().open_region(value);
      e().emit(Op::GET_ANEXT, value, iterator);
      e().set_top(value + 1);
      await_value(value, 0, value);
      e().close_region();
      e().set_top(value + 1);
      assign(generator->target, value);
      e().set_top(value);
    } else {
      At at(this, generator->iter->loc);
      for_targets(generator->target, iterator, done);
    }
  }
  for (Expr* test : generator->ifs) branch(test, next, false);
  if (index + 1 < generators.size) {
    comprehension_loops(expr, index + 1, generators, kNoReg, result);
  } else {
    Temps each(this);
    switch (expr->kind) {
      case ExprKind::ListComp: {
        Reg item = ev(expr->as<ListComp>()->elt);
        At at(this, expr->as<ListComp>()->elt->loc);
        e().emit(Op::LIST_APPEND, result, item);
        break;
      }
      case ExprKind::SetComp: {
        Reg item = ev(expr->as<SetComp>()->elt);
        At at(this, expr->as<SetComp>()->elt->loc);
        e().emit(Op::SET_ADD, result, item);
        break;
      }
      case ExprKind::DictComp: {
        DictComp* node = expr->as<DictComp>();
        Reg key = ev(node->key, !harmless(node->value));
        Reg item = ev(node->value);
        Loc loc = node->key->loc;
        loc.end_lineno = node->value->loc.end_lineno;
        loc.end_col_offset = node->value->loc.end_col_offset;
        At at(this, loc);
        e().emit(Op::MAP_ADD, result, key, item);
        break;
      }
      default: {
        Expr* elt = expr->as<GeneratorExp>()->elt;
        Reg base = e().top();
        Reg item = ev(elt);
        At at(this, elt->loc);
        if (u_->code->flags & kCoAsyncGenerator) {
          e().set_top(base);
          e().emit(Op::ASYNC_GEN_WRAP, base, item);
          item = base;
        }
        e().set_top(base);
        e().emit(Op::YIELD, base, item, 0);
      }
    }
  }
  e().bind(next);
  if (single) return;
  e().jump_back(loop);
  if (generator->is_async) {
    Pos pos = e().pos();
    if (e().bind_handler(region)) {
      e().set_pos(Pos(generator->iter->loc));
      e().emit(Op::END_ASYNC_FOR, value);
      e().set_pos(pos);
    }
    e().set_top(value);
  } else {
    e().bind(done);
  }
}

}  // namespace kaa::compiler
