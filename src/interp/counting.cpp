// The build that measures what deferring saves (preset `counting`): each instruction passes here, and what the one before it wrote to registers is looked at.
//
// An implementation that counts every reference changes a count when a register takes a reference to an object that something else refers to, too, and
// again when that register is overwritten, dead or its frame gone: two operations. A new object, or one that a call hands over, is born with its count or
// brings it along: one operation, when the register lets go. Arguments are moved to where the callee has them, and a returned value to the caller: no
// operation besides those of the moves that put them there. Immortal objects and what is held in the word itself need none. What native code holds in
// C++ variables is not looked at: the figure is a lower bound.
// The counts in the heap (Field, containers) are the same in both kinds of implementation, and are counted where they change (note_counting()).
#ifdef KAA_COUNT_EVERYTHING
#include "bytecode/operands.h"
#include "interp/interp.h"

namespace kaa {

CountingFigures g_counting;

namespace {
const Dispatch k_handlers = {{
#define OP(name, ...) op_##name,
#include "defs/opcodes.def"
}};

// The instruction that ran last. One whose frame is not the running one any more was a call or a return.
struct { Frame* frame; const Word* pc; } g_last;

void note_written(const Value* p, uint32_t n, bool move) {
  for (uint32_t i = 0; i < n; i++) {
    if (!p[i].is_reference() || is_immortal(p[i].object()->rc)) continue;
    g_counting.registers += move || is_counted(p[i].object()->rc) ? 2 : 1;
  }
}
void note_last(Frame* f, const Word* pc) {
  const Word* last = g_last.pc;
  if (last && g_last.frame == f && last >= f->code->words && last < f->code->words + f->code->nwords) {
    const OpInfo& info = kOpInfo[last->op];
    bool move = static_cast<Op>(last->op) == Op::MOVE;
    auto look = [&](char kind, uint32_t reg) {
      if (kind == 'w' || kind == 'x') note_written(f->regs + reg, 1, move);
      else if (kind == 'd') note_written(f->regs + reg, run_written(last), move);
    };
    look(info.a, last->a);
    look(info.b, last->b);
    look(info.c, last->c);
  }
  g_last = {f, pc};
}
}  // namespace

KAA_PRESERVE_NONE Value op_count(HANDLER_ARGS) {
  note_last(f, pc);
  MUSTTAIL return k_handlers.op[pc->op](HANDLER_PASS);
}

}  // namespace kaa
#endif
