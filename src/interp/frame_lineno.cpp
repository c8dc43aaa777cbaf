// f_lineno = n, from a trace function: the frame goes on at another line.
//
// A jump is safe when every temporary that is live at the target is live here, too, with a value of the same kind: an iterator of a loop, the __exit__ of a `with`;
// an exception of the same handler, a part of the same expression. Kinds come from an abstract run of the code. Temporaries that the target does not know are dropped; leaving
// a handler makes the exception handled before it the current one again.
#include <vector>

#include "bytecode/operands.h"
#include "interp/frame_type.h"
#include "interp/monitor.h"
#include "objects/traits.h"
#include "runtime/code_builder.h"
#include "runtime/traceback.h"
#include "runtime/watermark.h"

namespace kaa {

namespace {

enum Kind : uint32_t { kDead, kValue, kIterator, kExit, kException, kSaved };  // kSaved: what PUSH_EXC keeps
// A kind, and in the bits above its three the word that made it, where that matters.
typedef std::vector<uint32_t> Kinds;
uint32_t made_at(Kind kind, uint32_t word) { return kind | word << 3; }
Kind kind_of(uint32_t k) { return static_cast<Kind>(k & 7); }

class Stacks {
 public:
  explicit Stacks(const Code* c) : code_(c), states_(c->nwords) {
    reach(0, Kinds());
    while (!todo_.empty()) {
      uint32_t at = todo_.back();
      todo_.pop_back();
      step(at);
    }
  }
  bool known(uint32_t word) const { return states_[word].reached; }
  // Kinds of the temporaries below the instruction's height.
  Kinds at(uint32_t word) const {
    Kinds s = states_[word].kinds;
    uint32_t h = code_->height_at(word);
    s.resize(h > code_->nlocals ? h - code_->nlocals : 0, kDead);
    return s;
  }

 private:
  struct State { bool reached = false; Kinds kinds; };
  void reach(uint32_t word, const Kinds& kinds) {
    if (word >= code_->nwords || states_[word].reached) return;
    states_[word].reached = true;
    states_[word].kinds = kinds;
    todo_.push_back(word);
  }
  void set(Kinds& s, uint32_t reg, uint32_t count, uint32_t kind) {
    for (uint32_t r = reg; r < reg + count; r++) {
      if (r < code_->nlocals) continue;
      if (s.size() <= r - code_->nlocals) s.resize(r - code_->nlocals + 1, kDead);
      s[r - code_->nlocals] = kind;
    }
  }
  void step(uint32_t at) {
    const Word* w = code_->words + at;
    Op op = generic_op(static_cast<Op>(w->op));
    const OpInfo& info = kOpInfo[static_cast<int>(op)];
    Kinds s = states_[at].kinds;
    for (uint32_t i = 0; i < code_->nexceptions; i++) {
      const ExceptionEntry& e = code_->exceptions[i];
      if (at < e.start || at >= e.end) continue;
      Kinds h = s;
      h.resize(e.reg > code_->nlocals ? e.reg - code_->nlocals : 0, kDead);
      set(h, e.reg, 1, made_at(kException, e.target));
      reach(e.target, h);
      break;
    }
    switch (op) {
      case Op::GET_ITER: case Op::GET_AITER: set(s, w->a, 1, kIterator); break;
      case Op::LOAD_EXIT:
        set(s, w->a, 2, kExit);
        set(s, w->b, 1, kExit);  // the manager, where it is no local
        break;
      case Op::PUSH_EXC: set(s, w->b, 1, made_at(kSaved, at)); break;
      case Op::CLEAR: set(s, w->a, 1, kDead); break;
      case Op::CLEAR_RUN: set(s, w->a, w->b, kDead); break;
      default: {
        auto look = [&](char kind, uint32_t reg) {
          if (kind == 'w' || kind == 'x') set(s, reg, 1, made_at(kValue, at));
          if (kind == 'd') set(s, reg, run_written(w), made_at(kValue, at));
        };
        look(info.a, w->a);
        look(info.b, w->b);
        look(info.c, w->c);
      }
    }
    uint32_t next = at + info.words;
    JumpField jump = jump_field(op);
    if (jump != JumpField::None) reach(next + static_cast<uint32_t>(jump == JumpField::Word1 ? w[1].offset : w->bc), s);
    if (!ends_flow(op)) reach(next, s);
  }

  const Code* code_;
  std::vector<State> states_;
  std::vector<uint32_t> todo_;
};

bool compatible(const Kinds& from, const Kinds& to) {
  if (to.size() > from.size()) return false;
  for (size_t i = 0; i < to.size(); i++)
    if (to[i] != from[i] || to[i] == kDead) return false;
  return true;
}
const char* why_not(const Kinds& to) {
  switch (to.empty() ? kDead : kind_of(to.back())) {
    case kSaved: case kException: return "can't jump into an 'except' block as there's no exception";
    case kIterator: return "can't jump into the body of a for loop";
    default: return "incompatible stacks";
  }
}

}  // namespace

Status set_frame_line(Thread& t, FrameObject* o, int64_t line) {
  Frame* f = o->live;
  if (!f || t.traced_frame != f) return RAISE(ValueError, "f_lineno can only be set in a trace function");
  switch (static_cast<MonEvent>(t.trace_event)) {
    case MonEvent::Line: case MonEvent::Instruction: case MonEvent::Jump: case MonEvent::BranchLeft: case MonEvent::BranchRight: case MonEvent::PyYield: break;
    case MonEvent::PyStart: case MonEvent::PyResume: case MonEvent::PyThrow:
      return RAISE(ValueError, "can't jump from the 'call' trace event of a new frame");
    case MonEvent::Call: case MonEvent::CReturn: return RAISE(ValueError, "can't jump during a call");
    default: return RAISE(ValueError, "can only jump from a 'line' trace event");
  }
  Code* c = f->code;
  if (line < c->firstlineno) return RAISE(ValueError, "line %ld comes before the current code block", line);
  uint32_t from_word = f->pc_index();
  const PositionEntry* table = code_positions(c);
  if (!table && c->npositions) return raise_memory(t);
  int32_t best_line = INT32_MAX;
  for (uint32_t i = 0; i < c->npositions; i++)
    if (table[i].line >= line && table[i].line < best_line) best_line = table[i].line;
  if (best_line == INT32_MAX) return RAISE(ValueError, "line %ld comes after the current code block", line);
  Stacks stacks(c);
  if (!stacks.known(from_word)) return RAISE(ValueError, "can't jump from unreachable code");
  Kinds here = stacks.at(from_word);
  const char* why = "cannot find bytecode for specified line";
  uint32_t target = ~0u;
  size_t deepest = 0;
  uint32_t prologue = code_prologue(c);
  for (uint32_t i = 0; i < c->npositions; i++) {
    if (table[i].line != best_line || (i && table[i - 1].line == best_line)) continue;
    uint32_t word = std::max(table[i].start, prologue);  // cells are made once, and so is a generator
    if (!stacks.known(word)) continue;
    Kinds there = stacks.at(word);
    if (!compatible(here, there)) {
      why = why_not(there);
    } else if (target == ~0u || there.size() > deepest) {
      target = word;
      deepest = there.size();
    }
  }
  if (target == ~0u) return RAISE(ValueError, "%s", why);
  if (!allows_jump(c, from_word, target)) return RAISE(ValueError, "incompatible stacks");  // as far as the kinds above tell it would be right
  frame_write_barrier(interp(), o->live);
  // Variables that the skipped code would have bound must not be found empty.
  uint32_t unbound = 0;
  for (uint32_t i = 0; i < c->varnames->size; i++) unbound += !variable_slot(c, f->regs, c->nlocals, i);
  if (unbound) {
    TRY(warn(t, KAA_TYPE(RuntimeWarning), 0, "assigning None to %u unbound local%s", unbound, unbound == 1 ? "" : "s"));
    Dict* spilled = spilled_variables(c, f->regs, c->nlocals);
    for (uint32_t i = 0; i < c->varnames->size; i++) {
      if (variable_slot(c, f->regs, c->nlocals, i)) continue;
      if (i < c->spill) f->regs[i] = kNone;
      else if (spilled) TRY(dict_set(t, spilled, code_variable(c, i), kNone));
    }
  }
  for (size_t i = deepest; i < here.size(); i++)
    if (kind_of(here[i]) == kSaved) {
      Value before = f->regs[c->nlocals + i];
      t.exc_state->exc = before.is_none() ? Value() : before;
      break;
    }
  f->pc = c->words + target;
  o->trace_line = -1;
  return {};
}

}  // namespace kaa
