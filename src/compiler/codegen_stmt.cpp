// Statements: dispatch, if, loops, return, assert, raise, import.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

void Codegen::body(const Seq<Stmt*>& stmts) {
  for (Stmt* s : stmts) stmt(s);
}

void Codegen::stmt(Stmt* s) {
  if (!deep()) return;
  e().set_pos(s->loc);
  Emitter& emitter = e();
  Temps temps(this);
  // Annotations below a compound statement are conditional.
  bool conditional = false;
  switch (s->kind) {
    case StmtKind::If:
    case StmtKind::For:
    case StmtKind::AsyncFor:
    case StmtKind::While:
    case StmtKind::Try:
    case StmtKind::TryStar:
    case StmtKind::With:
    case StmtKind::AsyncWith:
    case StmtKind::Match: conditional = true; break;
    default: break;
  }
  u_->conditional_depth += conditional;
  switch (s->kind) {
    case StmtKind::FunctionDef: function_def(s->as<FunctionDef>(), false); break;
    case StmtKind::AsyncFunctionDef: function_def(s->as<FunctionDef>(), true); break;
    case StmtKind::ClassDef: class_def(s->as<ClassDef>()); break;
    case StmtKind::Return: return_stmt(s->as<Return>()); break;
    case StmtKind::Delete:
      for (ast::Expr* target : s->as<Delete>()->targets) del_target(target);
      break;
    case StmtKind::Assign: assign_stmt(s->as<Assign>()); break;
    case StmtKind::TypeAlias: type_alias(s->as<TypeAlias>()); break;
    case StmtKind::AugAssign: aug_assign(s->as<AugAssign>()); break;
    case StmtKind::AnnAssign: ann_assign(s->as<AnnAssign>()); break;
    case StmtKind::For: for_stmt(s->as<For>()); break;
    case StmtKind::AsyncFor: async_for_stmt(s->as<For>()); break;
    case StmtKind::While: while_stmt(s->as<While>()); break;
    case StmtKind::If: if_stmt(s->as<If>()); break;
    case StmtKind::With: with_stmt(s->as<With>(), 0); break;
    case StmtKind::AsyncWith:
      if (!in_async_unit()) {
        fail(s->loc, "'async with' outside async function");
        break;
      }
      with_stmt(s->as<With>(), 0);
      break;
    case StmtKind::Match: match_stmt(s->as<Match>()); break;
    case StmtKind::Raise: raise_stmt(s->as<Raise>()); break;
    case StmtKind::Try:
    case StmtKind::TryStar: try_stmt(s->as<Try>()); break;
    case StmtKind::Assert: assert_stmt(s->as<Assert>()); break;
    case StmtKind::Import: import_stmt(s->as<Import>()); break;
    case StmtKind::ImportFrom: import_from(s->as<ImportFrom>()); break;
    case StmtKind::Global:
    case StmtKind::Nonlocal: break;
    case StmtKind::Expr: expr_stmt(s->as<ExprStmt>()); break;
    case StmtKind::Pass: emitter.mark_line(s->loc); break;
    case StmtKind::Break: break_or_continue(s->loc, true); break;
    case StmtKind::Continue: break_or_continue(s->loc, false); break;
  }
  u_->conditional_depth -= conditional;
  e().set_pos(Pos());
}

void Codegen::expr_stmt(ExprStmt* s) {
  if (u_->interactive && u_->kind == UnitKind::Module) {
    Reg value = push(s->value);
    e().emit(Op::INTRINSIC, value, value, (uint32_t)Intrinsic::PrintExpr);
    return;
  }
  uint32_t start = e().here();
  if (!s->value->is<Constant>()) effect(s->value);
  if (e().here() == start) e().mark_line(s->loc);
}

// A chain of elif is walked in a loop.
void Codegen::if_stmt(If* s) {
  Label end = e().new_label();
  for (;;) {
    Label next = e().new_label();
    bool has_else = !s->orelse.empty();
    e().set_pos(s->loc);
    branch(s->test, has_else ? next : end, false);
    body(s->body);
    if (!has_else) break;
    e().jump(end);
    e().bind(next);
    If* elif = s->orelse.size == 1 ? s->orelse[0]->if_a<If>() : nullptr;
    if (!elif) {
      body(s->orelse);
      break;
    }
    s = elif;
  }
  e().bind(end);
}

// ---- loops --------------------------------------------------------------------------------------------------------

void Codegen::while_stmt(While* s) {
  Label loop = e().new_label(), orelse = e().new_label(), end = e().new_label();
  e().bind_loop(loop);
  FBlock block;
  block.kind = FBlock::While;
  block.next = loop;
  block.exit = end;
  block.regions = e().region_depth();
  if (!push_block(block, s->loc)) return;
  branch(s->test, orelse, false);
  body(s->body);
  e().set_pos(Pos());
  e().jump_back(loop);
  pop_block();
  e().bind(orelse);
  body(s->orelse);
  e().bind(end);
}

// The next item of R[iterator] goes to the target, or control to `exhausted`. The position is the iterable's.
void Codegen::for_targets(ast::Expr* target, Reg iterator, Label exhausted) {
  Temps temps(this);
  Reg reg = plain_local(target);
  if (reg != kNoReg) {
    e().jump_word(Op::FOR_ITER, reg, iterator, 0, exhausted);
    e().set_bound(reg);
    if (target->loc.lineno != e().pos().line) e().mark_line(target->loc);
    return;
  }
  const Seq<ast::Expr*>* items = nullptr;
  if (target->is<Tuple>()) items = &target->as<Tuple>()->elts;
  if (target->is<List>()) items = &target->as<List>()->elts;
  Reg base = e().top();
  if (items && items->size == 2 && !(*items)[0]->is<Starred>() && !(*items)[1]->is<Starred>()) {
    Reg first = plain_local((*items)[0]), second = plain_local((*items)[1]);
    // A generator's value goes through a temporary, and through the UNPACK_SEQUENCE that other iterators skip.
    auto next_pair = [&](Reg to, Reg temp) {
      e().set_top(temp);
      e().jump_word(Op::FOR_ITER_PAIR, to, iterator, temp, exhausted);
      e().set_top(temp + 1);
      At at(this, target->loc);
      e().emit(Op::UNPACK_SEQUENCE, to, temp, 2);
      e().set_top(temp);
    };
    if (first != kNoReg && second == first + 1) {
      next_pair(first, base);
      e().set_bound(first);
      e().set_bound(second);
      return;
    }
    next_pair(base, base);  // the same register: at either instruction the other's results are not there yet
    e().set_top(base + 2);
    assign((*items)[0], base);
    assign((*items)[1], base + 1);
    return;
  }
  e().jump_word(Op::FOR_ITER, base, iterator, 0, exhausted);
  e().set_top(base + 1);
  assign(target, base);
}

void Codegen::for_stmt(For* s) {
  Label loop = e().new_label(), orelse = e().new_label(), end = e().new_label();
  Reg iterator = e().top();
  Reg iterable = ev(s->iter);
  e().set_top(iterator);
  At at(this, s->iter->loc);
  e().emit(Op::GET_ITER, iterator, iterable);
  e().set_top(iterator + 1);
  e().bind_loop(loop);
  FBlock block;
  block.kind = FBlock::For;
  block.next = loop;
  block.exit = end;
  block.regions = e().region_depth();
  block.reg = iterator;
  if (!push_block(block, s->loc)) return;
  for_targets(s->target, iterator, orelse);
  body(s->body);
  e().set_pos(Pos());
  e().jump_back(loop);
  pop_block();
  e().set_top(iterator);
  e().bind(orelse);
  body(s->orelse);
  e().bind(end);
}

void Codegen::async_for_stmt(For* s) {
  if (!in_async_unit()) return fail(s->loc, "'async for' outside async function");
  Label loop = e().new_label(), end = e().new_label();
  Reg iterator = e().top();
  Reg iterable = ev(s->iter);
  e().set_top(iterator);
  e().set_pos(s->iter->loc);
  e().emit(Op::GET_AITER, iterator, iterable);
  e().set_top(iterator + 1);
  e().bind_loop(loop);
  FBlock block;
  block.kind = FBlock::For;
  block.async = true;
  block.next = loop;
  block.exit = end;
  block.regions = e().region_depth();
  block.reg = iterator;
  if (!push_block(block, s->loc)) return;
  Reg value = iterator + 1;
  uint32_t region = e().open_region(value);
  e().set_pos(s->loc);
  e().emit(Op::GET_ANEXT, value, iterator);
  e().set_top(value + 1);
  await_value(value, 0, value);
  e().close_region();
  e().set_top(value + 1);
  assign(s->target, value);
  e().set_top(iterator + 1);
  body(s->body);
  e().set_pos(Pos());
  e().jump_back(loop);
  pop_block();
  e().set_top(iterator);
  if (e().bind_handler(region)) {
    e().set_pos(s->iter->loc);
    e().emit(Op::END_ASYNC_FOR, value, 1);
  }
  e().set_top(iterator);
  e().set_pos(Pos());
  body(s->orelse);
  e().bind(end);
}

// ---- return, break, continue --------------------------------------------------------------------------------------

void Codegen::return_stmt(Return* s) {
  if (!u_->scope->is_function_like()) return fail(s->loc, "'return' outside function");
  if (s->value && (u_->code->flags & kCoAsyncGenerator)) return fail(s->loc, "'return' with value in async generator");
  bool constant = !s->value || s->value->is<Constant>();
  if (constant) e().mark_line(s->loc);
  Reg value = kNoReg;
  if (!constant) {
    // A local may be rebound on the way out.
    bool code_on_the_way = false;
    for (const FBlock& block : u_->fblocks) code_on_the_way |= block.kind != FBlock::While && block.kind != FBlock::For && block.kind != FBlock::Try;
    if (!code_on_the_way && s->value->is<IfExp>()) {  // each side returns by itself
      IfExp* choice = s->value->as<IfExp>();
      if (!deep()) return;
      Label orelse = e().new_label();
      {
        At at(this, choice->loc);
        branch(choice->test, orelse, false);
      }
      Return side = *s;
      side.value = choice->body;
      Reg top = e().top();
      return_stmt(&side);
      e().set_top(top);
      e().bind(orelse);
      side.value = choice->orelse;
      return return_stmt(&side);
    }
    value = ev(s->value, code_on_the_way);
  }
  e().set_pos(s->loc);
  std::vector<uint32_t> suspended;
  // CPython shows the constant where the statement is refused within except*.
  bool refused = false;
  for (const FBlock& block : u_->fblocks) refused |= constant && s->value && block.kind == FBlock::StarHandler;
  if (!unwind(false, refused ? s->value->loc : s->loc, &suspended)) return;
  if (value != kNoReg) {
    e().emit(Op::RETURN, value);
  } else if (!s->value || s->value->as<Constant>()->value.kind == ConstKind::None) {
    e().emit(Op::RETURN_NONE);
  } else {
    Reg reg = e().top();
    load_value(s->value->as<Constant>()->value, reg);
    e().emit(Op::RETURN, reg);
  }
  e().resume_regions(std::move(suspended));
}

void Codegen::break_or_continue(const Loc& loc, bool is_break) {
  size_t i = u_->fblocks.size();
  while (i > 0) {
    FBlock::Kind kind = u_->fblocks[i - 1].kind;
    if (kind == FBlock::While || kind == FBlock::For) break;
    if (kind == FBlock::StarHandler)
      return fail(loc, "'break', 'continue' and 'return' cannot appear in an except* block");
    i--;
  }
  if (i == 0) return fail(loc, is_break ? "'break' outside loop" : "'continue' not properly in loop");
  e().mark_line(loc);
  FBlock loop = u_->fblocks[i - 1];
  std::vector<uint32_t> suspended;
  if (!unwind(true, loc, &suspended)) return;
  if (is_break)
    e().jump(loop.exit);
  else
    e().jump_back(loop.next);
  e().resume_regions(std::move(suspended));
}

// ---- the small ones -----------------------------------------------------------------------------------------------

void Codegen::assert_stmt(Assert* s) {
  if (optimize()) return;
  Label end = e().new_label();
  branch(s->test, end, true);
  Reg error = e().top();
  e().emit(Op::LOAD_COMMON, error, (uint32_t)CommonConst::AssertionError);
  alloc();
  if (s->msg) {
    push(s->msg);
    e().emit(Op::CALL, error, error, 1);
    e().set_top(error + 1);
  }
  {
    At at(this, s->test->loc);
    e().emit(Op::RAISE, error, error, 1);
  }
  e().set_top(error);
  e().bind(end);
}

void Codegen::raise_stmt(Raise* s) {
  if (!s->exc) {
    e().emit(Op::RAISE, 0, 0, 0);
    return;
  }
  Reg exc = ev(s->exc, s->cause && !harmless(s->cause));
  if (s->cause) {
    Reg cause = ev(s->cause);
    e().emit(Op::RAISE, exc, cause, 2);
  } else {
    e().emit(Op::RAISE, exc, exc, 1);
  }
}

void Codegen::import_stmt(Import* s) {
  for (Alias* alias : s->names) {
    Temps temps(this);
    Reg base = e().top();
    load_none(base);
    alloc();
    load_small(0, base + 1);
    alloc();
    std::string_view name = alias->name->text();
    e().emit1(Op::IMPORT_NAME, base, base, base + 1, e().name(mangled(alias->name)));
    e().set_top(base + 1);
    size_t dot = name.find('.');
    if (alias->asname) {
      // import a.b.c as d: the module c is reached from a by `from ... import`.
      if (forbidden(alias->asname, ExprContext::Store, s->loc)) return;
      while (dot != std::string_view::npos) {
        size_t from = dot + 1;
        dot = name.find('.', from);
        std::string_view part = name.substr(from, dot == std::string_view::npos ? dot : dot - from);
        e().emit1(Op::IMPORT_FROM, base, base, 0, e().name(mangled(intern(part))));
      }
      store_name(alias->asname, base);
    } else {
      Name* first = dot == std::string_view::npos ? alias->name : intern(name.substr(0, dot));
      if (forbidden(first, ExprContext::Store, s->loc)) return;
      store_name(first, base);
    }
  }
}

void Codegen::import_from(ImportFrom* s) {
  Reg base = e().top();
  std::vector<std::string_view> names;
  for (Alias* alias : s->names) names.push_back(alias->name->text());
  load_name_tuple(names, base);
  alloc();
  load_small(s->level, base + 1);
  alloc();
  e().emit1(Op::IMPORT_NAME, base, base, base + 1, e().name(s->module ? mangled(s->module)->text() : std::string_view("")));
  e().set_top(base + 1);
  if (names.size() == 1 && names[0] == "*") {
    e().emit(Op::IMPORT_STAR, base);
    return;
  }
  for (Alias* alias : s->names) {
    Name* as = alias->asname ? alias->asname : alias->name;
    if (forbidden(as, ExprContext::Store, alias->loc)) return;
    Reg local = kNoReg;
    VarRef ref = resolve(as);
    if (ref.kind == VarRef::Local) local = ref.reg;
    Reg value = local == kNoReg ? base + 1 : local;
    e().emit1(Op::IMPORT_FROM, value, base, 0, e().name(mangled(alias->name)));
    if (local != kNoReg)
      e().set_bound(local);
    else
      store(ref, value);
  }
}

}  // namespace kaa::compiler
