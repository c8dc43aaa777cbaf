// try, except, except*, finally and with: protected regions, and what leaving them takes.
//
// Registers of a handler: exc = the region's register (the top when the statement begins), exc + 1 = the exception that was being handled
// before (PUSH_EXC). An exception inside the handler reaches a cleanup region whose register is exc + 2: it restores exc + 1 and goes on.
#include "compiler/codegen.h"

namespace kaa::compiler {

using namespace ast;

constexpr size_t kMaxBlocks = 21;

static const Pos kNowhere(kNoLine, -1, -1, -1);

bool Codegen::push_block(const FBlock& block, const Loc& loc) {
  if (u_->fblocks.size() >= kMaxBlocks) {
    fail(loc, "too many statically nested blocks");
    return false;
  }
  u_->fblocks.push_back(block);
  return true;
}

// Leaves the position at that of the statement, or at none of its own when other code of the program ran on the way out.
bool Codegen::unwind(bool to_loop, const Loc& loc, std::vector<uint32_t>* suspended) {
  std::vector<FBlock> left;
  Pos pos(loc);
  e().set_pos(pos);
  while (!u_->fblocks.empty() && !failed()) {
    FBlock block = u_->fblocks.back();
    bool loop = block.kind == FBlock::While || block.kind == FBlock::For;
    if (loop && to_loop) break;
    if (block.kind == FBlock::StarHandler) {
      fail(loc, "'break', 'continue' and 'return' cannot appear in an except* block");
      break;
    }
    u_->fblocks.pop_back();
    left.push_back(block);
    std::vector<uint32_t> kept = e().take_regions(block.regions);
    suspended->insert(suspended->begin(), kept.begin(), kept.end());
    unwind_one(block);
    if (block.kind == FBlock::With || block.kind == FBlock::Finally) pos = Pos();
    e().set_pos(pos);
  }
  while (!left.empty()) {
    u_->fblocks.push_back(left.back());
    left.pop_back();
  }
  return !failed();
}

void Codegen::unwind_one(const FBlock& block) {
  // Calling __exit__ in its own registers uses them up; else what is live stays.
  bool used_up = block.kind == FBlock::With && e().top() == block.reg + 2;
  Temps temps(this);
  if (used_up) temps.saved = block.reg;
  switch (block.kind) {
    case FBlock::While:
    case FBlock::For:
    case FBlock::Try:
    case FBlock::Cleanup:
    case FBlock::StarHandler: break;
    case FBlock::Finally: body(*block.body); break;
    case FBlock::FinallyEnd: e().emit(Op::POP_EXC, block.reg); break;
    case FBlock::With: call_exit_none(block.reg, block.async, block.loc); break;
    case FBlock::Handler:
      e().emit(Op::POP_EXC, block.reg);
      if (block.name) clear_name(block.name);
      break;
  }
}

// name = None; del name: whatever happened to it meanwhile, it is unbound after this.
void Codegen::clear_name(Name* name) {
  VarRef ref = resolve(name);
  if (ref.kind == VarRef::Local) {
    e().emit(Op::CLEAR, ref.reg);
    e().set_unbound(ref.reg);
    return;
  }
  Temps temps(this);
  Reg none = e().top();
  load_none(none);
  alloc();
  store(ref, none);
  del(ref);
}

// The handler of a cleanup region: puts back the exception handled before, and raises on.
void Codegen::cleanup_handler(uint32_t region, Reg saved) {
  if (!e().bind_handler(region)) return;
  Reg exc = e().top() - 1;
  e().set_pos(kNowhere);
  e().emit(Op::POP_EXC, saved);
  e().emit(Op::RERAISE, exc);
}

void Codegen::try_stmt(Try* s) {
  bool star = s->kind == StmtKind::TryStar;
  if (!s->finalbody.empty()) return try_finally(s, star);
  star ? try_star(s) : try_except(s);
}

void Codegen::try_finally(Try* s, bool star) {
  Reg exc = e().top();
  Label end = e().new_label();
  e().mark_line(s->loc);
  FBlock block;
  block.kind = FBlock::Finally;
  block.regions = e().region_depth();
  block.body = &s->finalbody;
  uint32_t region = e().open_region(exc);
  if (!push_block(block, s->loc)) return;
  if (s->handlers.empty())
    body(s->body);
  else
    star ? try_star(s) : try_except(s);
  e().set_pos(Pos());
  e().close_region();
  pop_block();
  body(s->finalbody);
  e().set_pos(Pos());
  e().jump(end);

  if (e().bind_handler(region)) {
    e().set_pos(kNowhere);
    e().emit(Op::PUSH_EXC, exc, exc + 1);
    e().set_top(exc + 2);
    FBlock handling;
    handling.kind = FBlock::FinallyEnd;
    handling.regions = e().region_depth();
    handling.reg = exc + 1;
    uint32_t cleanup = e().open_region(exc + 2);
    if (!push_block(handling, s->loc)) return;
    body(s->finalbody);
    e().set_pos(Pos());
    pop_block();
    e().close_region();
    e().emit(Op::POP_EXC, exc + 1);
    e().emit(Op::RERAISE, exc);
    cleanup_handler(cleanup, exc + 1);
  } else {
    // Never entered, but its errors count.
    Temps temps(this);
    body(s->finalbody);
  }
  e().set_top(exc);
  e().set_pos(Pos());
  e().bind(end);
}

// The body of a try statement and its else clause, then the beginning of the handlers: the exception is current (register exc; what was current
// before is in exc + 1), and in `cleanup` a region is open that leaves both when a handler raises.
bool Codegen::guarded_body(Try* s, Reg exc, Label end, uint32_t& cleanup) {
  e().mark_line(s->loc);
  FBlock block;
  block.kind = FBlock::Try;
  block.regions = e().region_depth();
  uint32_t region = e().open_region(exc);
  if (!push_block(block, s->loc)) return false;
  body(s->body);
  pop_block();
  e().set_pos(Pos());
  e().close_region();
  body(s->orelse);
  e().set_pos(Pos());
  e().jump(end);

  e().bind_handler(region);
  e().set_top(exc + 1);
  e().set_pos(kNowhere);
  e().emit(Op::PUSH_EXC, exc, exc + 1);
  e().set_top(exc + 2);
  cleanup = e().open_region(exc + 2);
  return true;
}

void Codegen::try_except(Try* s) {
  Reg exc = e().top();
  Label end = e().new_label();
  uint32_t cleanup;
  if (!guarded_body(s, exc, end, cleanup)) return;
  size_t outside = e().region_depth() - 1;
  bool bare = false;
  for (uint32_t i = 0; i < s->handlers.size; i++) {
    ExceptHandler* handler = s->handlers[i];
    if (!handler->type && i + 1 < s->handlers.size) return fail(handler->loc, "default 'except:' must be last");
    e().set_pos(handler->loc);
    Label next = e().new_label();
    if (handler->type) {
      Temps temps(this);
      Reg type = ev(handler->type);
      Reg match = e().top();
      e().emit(Op::MATCH_EXC, match, exc, type);
      e().jump_if(Op::JUMP_FALSE, match, next);
    } else {
      bare = true;
      e().mark_line(handler->loc);
    }
    FBlock handling;
    handling.kind = FBlock::Handler;
    handling.regions = outside;
    handling.reg = exc + 1;
    handling.name = handler->name;
    uint32_t named = 0;
    if (handler->name) {
      if (forbidden(handler->name, ExprContext::Store, handler->loc)) return;
      store_name(handler->name, exc);
      named = e().open_region(exc + 2);
    }
    if (!push_block(handling, handler->loc)) return;
    body(handler->body);
    pop_block();
    e().set_pos(Pos());
    if (handler->name) e().close_region();
    {
      // Leaving: outside of the cleanup region.
      std::vector<uint32_t> kept = e().take_regions(outside);
      e().emit(Op::POP_EXC, exc + 1);
      if (handler->name && e().reachable()) clear_name(handler->name);
      e().jump(end);
      e().resume_regions(std::move(kept));
    }
    if (handler->name && e().bind_handler(named)) {
      e().set_pos(kNowhere);
      clear_name(handler->name);
      e().emit(Op::RERAISE, exc + 2);
    }
    e().set_top(exc + 2);
    e().bind(next);
  }
  e().set_pos(Pos());
  e().close_region();
  if (!bare) {
    e().set_pos(s->handlers[s->handlers.size - 1]->loc);
    e().emit(Op::POP_EXC, exc + 1);
    e().emit(Op::RERAISE, exc);
  }
  cleanup_handler(cleanup, exc + 1);
  e().set_top(exc);
  e().set_pos(Pos());
  e().bind(end);
}

// Registers behind exc + 1: the list of what the handlers raised and of what nobody handled, the rest that is still to be handled, then for
// each handler the matching part, the exception that was current, and an exception that the handler raises.
void Codegen::try_star(Try* s) {
  Reg exc = e().top(), list = exc + 2, rest = exc + 3, match = exc + 4;
  Label end = e().new_label();
  uint32_t cleanup;
  if (!guarded_body(s, exc, end, cleanup)) return;
  e().emit(Op::BUILD_LIST, list, list, 0);
  e().set_top(list + 1);
  e().move(rest, exc);
  e().set_top(rest + 1);
  for (ExceptHandler* handler : s->handlers) {
    Label next = e().new_label();
    e().set_pos(handler->loc);
    {
      Temps temps(this);
      if (!handler->type) return fail(handler->loc, "expected one or more exception types");
      Reg type = ev(handler->type);
      e().emit(Op::MATCH_EXC_GROUP, match, rest, type);
    }
    e().set_top(match + 2);
    e().move(rest, match + 1);
    e().set_top(match + 1);
    e().jump_if(Op::JUMP_NONE, match, next);
    e().emit(Op::PUSH_EXC, match, match + 1);
    e().set_top(match + 2);
    if (handler->name) {
      if (forbidden(handler->name, ExprContext::Store, handler->loc)) return;
      store_name(handler->name, match);
    }
    FBlock handling;
    handling.kind = FBlock::StarHandler;
    handling.regions = e().region_depth();
    uint32_t raised = e().open_region(match + 2);
    if (!push_block(handling, handler->loc)) return;
    body(handler->body);
    pop_block();
    e().set_pos(kNowhere);
    e().close_region();
    if (handler->name && e().reachable()) clear_name(handler->name);
    e().emit(Op::POP_EXC, match + 1);
    e().jump(next);
    if (e().bind_handler(raised)) {
      e().set_pos(kNowhere);
      if (handler->name) clear_name(handler->name);
      e().emit(Op::LIST_APPEND, list, match + 2);
      e().emit(Op::POP_EXC, match + 1);
    }
    e().set_top(rest + 1);
    e().bind(next);
  }
  e().set_pos(kNowhere);
  Label handled = e().new_label();
  e().emit(Op::LIST_APPEND, list, rest);
  e().emit(Op::RERAISE_STAR, list, exc, list);
  e().set_top(list + 1);
  e().close_region();
  e().jump_if(Op::JUMP_NONE, list, handled);
  e().emit(Op::POP_EXC, exc + 1);
  e().emit(Op::RERAISE, list);
  cleanup_handler(cleanup, exc + 1);
  e().set_top(exc + 2);
  e().bind(handled);
  e().emit(Op::POP_EXC, exc + 1);
  e().set_top(exc);
  e().set_pos(Pos());
  e().bind(end);
}

// ---- with ---------------------------------------------------------------------------------------------------------

// exit(None, None, None); R[exit], R[exit + 1] as LOAD_EXIT left them. Live temporaries above them stay.
void Codegen::call_exit_none(Reg exit, bool async, const Loc& loc) {
  Temps temps(this);
  At at(this, loc);
  Reg window = exit;
  if (e().top() != exit + 2) {
    window = e().top();
    e().move(window, exit);
    alloc();
    e().move(window + 1, exit + 1);
    alloc();
  }
  push_none();
  push_none();
  push_none();
  e().emit(Op::CALL_METHOD, window, window, 3);
  if (async) {
    e().set_top(window + 1);
    await_value(window, 2, window);
  }
}

void Codegen::with_stmt(With* s, uint32_t index) {
  if (!deep()) return;
  bool async = s->kind == StmtKind::AsyncWith;
  WithItem* item = s->items[index];
  Temps temps(this);
  e().set_pos(item->context_expr->loc);
  Reg manager = ev(item->context_expr);
  Reg exit = e().top();
  e().set_pos(item->context_expr->loc);
  e().emit(Op::LOAD_EXIT, exit, manager, async);
  e().set_top(exit + 2);
  Reg value = exit + 2;
  // A target on a line of its own is assigned to there.
  bool same_line = item->optional_vars && item->optional_vars->loc.lineno == item->context_expr->loc.lineno;
  Reg local = !async && same_line ? plain_local(item->optional_vars) : kNoReg;
  // The region begins behind __enter__: what it raises is not given to __exit__; the assignment of its result is covered.
  e().emit(Op::CALL_ENTER, local == kNoReg ? value : local, manager, async);
  if (async) {
    e().set_top(value + 1);
    await_value(value, 1, value);
  }
  e().set_top(exit + 2);
  FBlock block;
  block.kind = FBlock::With;
  block.async = async;
  block.regions = e().region_depth();
  block.reg = exit;
  block.loc = item->context_expr->loc;
  if (local != kNoReg) e().set_bound(local);
  uint32_t region = e().open_region(exit + 2);
  if (!push_block(block, s->loc)) return;
  if (local == kNoReg && item->optional_vars) {
    e().set_top(value + 1);
    assign(item->optional_vars, value);
    e().set_top(exit + 2);
  }
  if (index + 1 == s->items.size)
    body(s->body);
  else
    with_stmt(s, index + 1);
  pop_block();
  e().close_region();
  Label end = e().new_label();
  e().set_top(exit + 2);
  e().set_pos(item->context_expr->loc);
  if (e().reachable()) call_exit_none(exit, async, item->context_expr->loc);
  e().set_top(exit);
  e().set_pos(Pos());
  e().jump(end);

  if (e().bind_handler(region)) {
    Reg exc = exit + 2;
    e().set_pos(item->context_expr->loc);
    e().emit(Op::PUSH_EXC, exc, exc + 1);
    e().set_top(exc + 2);
    uint32_t cleanup = e().open_region(exc + 2);
    Label suppressed = e().new_label();
    Reg result = exc + 2;
    e().emit(Op::CALL_EXIT, result, exit, exc);
    if (async) {
      e().set_top(result + 1);
      await_value(result, 2, result);
      e().set_top(exc + 2);
    }
    e().jump_if(Op::JUMP_TRUE, result, suppressed);
    e().close_region();
    e().set_pos(kNowhere);
    e().emit(Op::POP_EXC, exc + 1);
    e().emit(Op::RERAISE, exc);
    cleanup_handler(cleanup, exc + 1);
    e().set_top(exc + 2);
    e().bind(suppressed);
    e().set_pos(item->context_expr->loc);
    e().emit(Op::POP_EXC, exc + 1);
  }
  e().set_top(exit);
  e().bind(end);
}

}  // namespace kaa::compiler
