// Watching the frames that hold eager objects.
//
// An eager object (heap/eager.cpp) with count 0 lives as long as a stack holds it. Finding that out at each instruction would cost too much; so each
// such object has a note (EagerEntry) of one register that holds it. While that register holds it and is live, the object is alive, and nothing else
// need be known. The register belongs to one frame, and only that frame can change it:
//
//  * a frame that holds one is *watched* (kWatched in its kind). It runs on a table of its own (k_watch_all), whose handler compares the noted register
//    with the object before each instruction, two loads and two comparisons; after some hundred instructions without an event on k_watch_some, which
//    leaves out what is common and harmless (arithmetic, jumps, loads);
//  * a callee of it runs some instructions on the same table, which is cheap, and when it is not a short one on the ordinary table, as all its own
//    callees do: its return is not kReturnPlain then (kCallerWatched), so that the caller's table is taken up again;
//  * a watched frame that ends takes its notes with it: at the next instruction the objects are looked for.
//
// What looking for an object means is in look.cpp.
//
// An event (a count that falls to 0, a birth, the end of a watched frame) must be acted upon at the next instruction, and handlers carry their table in a
// machine register. So the table of unwatched frames belongs to the thread (Thread::live), and arming replaces its entries by op_look.
//
// Memory comes in here, too: a run of instructions without a safepoint may leave large blocks behind, and so may a function's variables. Before the next
// instruction a reconcile takes them (arm_reconcile()).
#include "interp/watch.h"

#include <string_view>

#include "heap/eager.h"
#include "interp/generator.h"
#include "interp/look.h"
#include "interp/tracing.h"
#include "objects/traits.h"
#include "runtime/weakrefs.h"

namespace kaa {

KAA_PRESERVE_NONE static Value op_look(HANDLER_ARGS);
KAA_PRESERVE_NONE static Value op_watch(HANDLER_ARGS);

namespace {

constexpr uint32_t kTicks = 256;       // instructions watched one by one
constexpr uint32_t kForeign = 16;      // watched instructions in a row that callees may run before they are given the ordinary table
constexpr int kMaxRounds = 16;         // of one look: finalizers may lose further objects

// Instructions that are not watched in the long run: they may overwrite a register, but what they do is not seen before another one comes.
constexpr bool is_quiet(std::string_view n) {
  for (std::string_view p : {"ADD", "SUB", "MUL", "DIV", "FLOORDIV", "MOD", "POW", "LSHIFT", "RSHIFT", "AND", "OR", "XOR", "BINARY", "INPLACE", "NEG", "LT", "LE", "EQ", "NE", "GT", "GE",
                             "IS", "IN", "NOT", "JUMP", "FOR_ITER", "LOAD_ATTR", "LOAD_SUBSCR", "LOAD_GLOBAL", "LOAD_DEREF", "LOAD_METHOD", "LOAD_INT", "STORE_SUBSCR", "LIST_APPEND", "RETURN"})
    if (n.substr(0, p.size()) == p) return true;
  return false;
}
constexpr bool is_call(std::string_view n) { return n.substr(0, 4) == "CALL" && n != "CALL_EX" && n != "CALL_ENTER" && n != "CALL_EXIT"; }
constexpr bool k_is_call[] = {
#define OP(name, ...) is_call(#name),
#include "defs/opcodes.def"
};
constexpr bool is_attribute(std::string_view n) { return n.substr(0, 9) == "LOAD_ATTR" || n.substr(0, 11) == "LOAD_METHOD"; }
constexpr bool k_is_attribute[] = {
#define OP(name, ...) is_attribute(#name),
#include "defs/opcodes.def"
};

const Dispatch k_look = {{
#define OP(name, ...) op_look,
#include "defs/opcodes.def"
}};

// ---- memory that should not wait for a safepoint
// The end of the frame in which a large block was taken is looked at: the block may be garbage then. If it is not, something gave it to the caller, whose end is
// looked at likewise, and so on for some frames. What gets into the heap is looked for in vain: beside what such blocks cost that is little.

void arm_reconcile(Thread& t) {
  t.reconcile_next = true;
  arm(t);
}
void note_large_frame(Thread& t) {
  t.large_frame = t.frame;
  if (t.frame) t.frame->kind = static_cast<FrameKind>(t.frame->kind | kCallerWatched);  // so that its end is noticed
}
void left_large(Thread& t) {
  t.large_frame = nullptr;
  if (t.heap->last_kept > kCheapReconcile) return;
  t.large_left = true;
  arm_reconcile(t);
}
[[gnu::noinline]] void reconcile_next(Thread& t, const void* top) {
  Heap& h = *t.heap;
  t.reconcile_next = false;
  uint64_t freed = h.stats.freed_bytes;
  if (top) h.reconcile_above(top);
  else h.reconcile();
  if (!t.large_left) return;
  t.large_left = false;
  if (h.stats.freed_bytes - freed < kLargeBlock && t.large_callers-- > 0) note_large_frame(t);
}

void disarm(Thread& t) {
  t.look_due = false;
  *t.live = k_dispatch;
}

// top: as for Heap::reconcile_above(), or null. at: the instruction that finalizers are reported at; null: the one before in the code.
void look_from(Thread& t, const void* top, const Word* at) {
  Heap& h = *t.heap;
  if (UNLIKELY(t.reconcile_next)) reconcile_next(t, top);
  Frame* line_frame = t.line_frame;
  const Word* line_pc = t.line_pc;
  for (int i = 0; i < kMaxRounds && (i == 0 || t.look_due); i++) {
    if (t.look_due) disarm(t);
    if (h.eager.empty() && eager_orphans().empty() && !g_owner_lost) break;
    const void* outer = h.scan_top;
    h.scan_top = top;
    bool any = look_once(t);
    h.scan_top = outer;
    if (!(t.poll.load(std::memory_order_relaxed) & kPollFinalizers)) {
      if (!any) break;
      continue;
    }
    look_budget().earn();
    leave_budget().earn();
    // What the finalizers report belongs to the instruction before.
    if (top && t.frame) {
      const Code* c = t.frame->code;
      t.line_frame = t.frame;
      if (at < c->words || at >= c->words + c->nwords) at = nullptr;  // of a callee
      t.line_pc = at ? at : t.frame->pc > t.frame->code->words ? t.frame->pc - 1 : t.frame->pc;
    }
    static_cast<void>(run_finalizers(t));
    t.line_frame = line_frame;
    t.line_pc = line_pc;
  }
  sync_table(t);
}

// Fills the thread's note of what frame f must hold; false if it holds nothing.
bool load_watch(Thread& t, Frame* f) {
  t.watch_frame = nullptr;
  t.watch_more = false;
  for (EagerEntry& e : t.heap->eager) {
    if (e.frame != f) continue;
    if (t.watch_frame) { t.watch_more = true; continue; }
    t.watch_frame = f;
    t.watch_slot = e.slot;
    t.watch_value = Value(e.object);
    t.watch_pc = f->code->words + e.lo;
    t.watch_words = e.hi - e.lo;
  }
  if (t.watch_more) t.watch_ticks = 0;  // each time the slow way, which looks at all
  return t.watch_frame != nullptr;
}

// An argument that was a temporary of the watched caller is the callee's own now.
void hand_over_arguments(Thread& t, Frame* f) {
  if (f->on_heap) return;
  for (EagerEntry& e : t.heap->eager) {
    if (e.frame != f->prev || e.slot < f->regs || e.slot >= f->regs + f->code->nlocals || *e.slot != Value(e.object)) continue;
    e.frame = f;
    e.lo = 0;
    e.hi = f->code->nwords;
    f->kind = static_cast<FrameKind>(f->kind | kWatched);
  }
}

// What op_watch does when not all is as noted.
[[gnu::noinline]] void watch_slow(Thread& t, Frame* f) {
  if (is_traced(t)) return;
  bool fresh = t.watch_frame != f;
  const Word* at = fresh ? nullptr : t.watch_last;
  if (!(f->kind & kWatched)) {
    // The callee of the watched frame is f, or has itself called f while it ran on this table.
    for (Frame* x = f; x->prev && (!(x->kind & kCallerWatched) || x == t.large_frame); x = x->prev) {
      if (!(x->prev->kind & kWatched)) continue;
      x->kind = static_cast<FrameKind>(x->kind | kCallerWatched);
      if (x == f) hand_over_arguments(t, f);
      break;
    }
    if (!(f->kind & kWatched)) {
      t.dispatch = t.live;
      return;
    }
  }
  bool lost = t.look_due;
  auto& all = t.heap->eager;
  for (size_t i = all.size(); i-- > 0;) {
    if (all[i].frame != f || still_good(t, all[i])) continue;
    if (is_counted(all[i].object->rc)) drop_counted(t, i);
    else lost = true;
  }
  if (t.look_due || (lost && look_budget().may_look())) {
    look_from(t, t.loop_base, at);
    fresh = true;
  } else if (lost) {
    g_looks_owed = true;
    for (EagerEntry& e : t.heap->eager)
      if (e.frame == f && !still_good(t, e)) e.frame = nullptr;  // not this frame's any more; where it is now, a later look finds out
    if (t.watch_frame == f) t.watch_frame = nullptr;
  }
  if (fresh) {
    t.watch_ticks = kTicks;
    t.watch_left = kTicks;
  }
  if (!load_watch(t, f)) {
    bool caller = f->prev && (f->prev->kind & kWatched);
    f->kind = static_cast<FrameKind>((f->kind & ~kWatched) | (caller ? kCallerWatched : 0));
    sync_table(t);
    return;
  }
  if (t.watch_more && t.watch_left) t.watch_left--;
  sync_table(t);
}

}  // namespace

const Dispatch k_watch_all = {{
#define OP(name, ...) op_watch,
#include "defs/opcodes.def"
}};
const Dispatch k_watch_some = {{
#define OP(name, ...) is_quiet(#name) ? op_##name : op_watch,
#include "defs/opcodes.def"
}};

Dispatch* new_dispatch() { return new Dispatch(k_dispatch); }
void delete_dispatch(Dispatch* d) { delete d; }

void arm(Thread& t) {
  t.look_due = true;
  *t.live = k_look;
}
void arm_look(Thread& t) {
  if (t.look_due) return;
  if (!look_budget().may_look()) {
    g_looks_owed = true;
    return;
  }
  arm(t);
}
void reconcile_wanted(Thread& t) {
  t.request(kPollReconcile);
  if (past_hard_bytes(*t.heap)) arm_reconcile(t);
}
void large_taken(Thread& t) {
  constexpr int kCallers = 3;
  t.large_callers = kCallers;
  note_large_frame(t);
}

void sync_table(Thread& t) {
  if (is_traced(t)) return;
  if (!t.frame || !(t.frame->kind & kWatched)) {
    t.dispatch = t.live;
    return;
  }
  // The ticks count down from kTicks, and on from 2^32 - 1.
  bool settled = t.watch_frame == t.frame && (t.watch_more ? t.watch_left == 0 : t.watch_ticks > kTicks);
  t.dispatch = settled ? &k_watch_some : &k_watch_all;
}

void look(Thread& t) { look_from(t, t.loop_base, nullptr); }
void look_before_wait(Thread& t) { look_from(t, nullptr, nullptr); }

// Notes that register reg of p, which goes on at `at`, holds an object; false if it is not live there.
static bool note_in_caller(Thread& t, Frame* p, EagerEntry& e, uint32_t reg, const Word* at) {
  uint32_t word = static_cast<uint32_t>(at - p->code->words);
  if (reg >= p->code->height_at(word)) return false;
  e.frame = p;
  e.slot = &p->regs[reg];
  e.misses = 0;
  live_range(p->code, word, reg, e.lo, e.hi);
  p->kind = static_cast<FrameKind>(p->kind | kWatched);
  if (t.watch_frame == p) t.watch_frame = nullptr;  // what was loaded of its notes is not all
  return true;
}

void left_watched(Thread& t, Frame* f, FrameKind kind, Value v) {
  Keep keep(v);
  bool any = false;
  if (kind & kWatched) {
    // What is returned is in the caller's register by the next instruction.
    FrameKind how = static_cast<FrameKind>(kind & kKindMask);
    Value given = how == kReturnPlain ? v : how == kReturnInit && v.is_none() ? f->locals : Value();
    if (is_traced(t)) given = Value();
    for (EagerEntry& e : t.heap->eager) {
      if (e.frame != f) continue;
      if (given == Value(e.object) && note_in_caller(t, t.frame, e, f->dst, f->ret_pc)) continue;
      e.frame = nullptr;
      if (v == Value(e.object)) e.misses = 1;  // native code has it, or whoever called
      any = true;
    }
    if (t.watch_frame == f) t.watch_frame = nullptr;
    if (any) arm_look(t);
  }
  sync_table(t);
  if (UNLIKELY(f == t.large_frame)) left_large(t);
  if ((kind & kKindMask) != kReturnExit) return;
  if (t.frame && (t.frame->kind & kWatched)) arm_look(t);  // its handler goes on with the table it had
}

// A coroutine that is not awaited at once is born eager: where it will be is known.
Result<Value> make_returned(Thread& t, Frame* f) {
  Heap& h = *t.heap;
  static uint32_t told;
  auto event = h.eager_event;
  if (!event || f->kind != kReturnPlain || is_traced(t)) return make_generator(t, f);
  told = 0;
  h.eager_event = [] { told++; };
  Result<Value> made = make_generator(t, f);
  h.eager_event = event;
  if (!told) return made;
  if (told == 1 && made.ok() && !h.eager.empty() && Value(h.eager.back().object) == made.value() &&
      note_in_caller(t, f->prev, h.eager.back(), f->dst, f->ret_pc)) {
    f->kind = static_cast<FrameKind>(f->kind | kCallerWatched);  // the caller's table is taken up when this frame is left
  } else {
    event();
  }
  return made;
}

// The caller awaits g: its register holds it, and nothing has to be looked for.
static bool is_awaited(Thread& t, GeneratorObject* g) {
  Frame* p = t.frame;
  if (!p || static_cast<Op>(p->pc->op) != Op::SEND || p->regs[p->pc->b] != Value(g) || is_traced(t)) return false;
  auto& all = t.heap->eager;
  for (size_t i = all.size(); i-- > 0;) {
    if (all[i].object != g) continue;
    return all[i].frame || note_in_caller(t, p, all[i], p->pc->b, p->pc);
  }
  return false;
}

void suspended(Thread& t, GeneratorObject* g, FrameKind kind) {
  Heap& h = *t.heap;
  if (!(g->rc & kInEager) && !is_counted(g->rc)) {  // it may become eager now
    auto event = h.eager_event;
    h.eager_event = nullptr;
    if (g->listed != 1) generator_ran(g);
    if (kind & kWatched) make_eager(g);
    h.eager_event = event;
    if ((g->rc & kInEager) && !is_awaited(t, g)) arm_look(t);
  } else {
    if (g->listed != 1) generator_ran(g);
    if ((kind & kWatched) && !g->flag(kEager)) {
      make_eager(g);
      if (g->type() == KAA_TYPE(generator) && is_counted(g->rc)) add_orphan(g);  // perhaps by garbage alone: the method that resumed it
    }
  }
  if (kind & kWatched) {
    g->watched = true;
    Frame* f = &g->frame;
    if (t.watch_frame == f) t.watch_frame = nullptr;
    const Value* given = &g->regs[f->pc->b];  // what was yielded, if it was a temporary: now somebody else's
    bool any = false;
    if (!*given)
      for (EagerEntry& e : h.eager)
        if (e.slot == given) { e.frame = nullptr; e.misses = 1; any = true; }
    if (any) arm_look(t);
  }
  sync_table(t);
  if ((kind & kKindMask) == kReturnExit && t.frame && (t.frame->kind & kWatched)) arm_look(t);
}

// The registers of f, a generator's, are not counted any more: those that hold an eager object are known.
static void uncount_noted(Thread& t, Frame* f) {
  Heap& h = *t.heap;
  size_t known = h.eager.size(), found = known;
  auto event = h.eager_event;
  bool orphans = !eager_orphans().empty(), lost = g_owner_lost;
  h.eager_event = nullptr;
  generator_uncount(generator_of(f));
  h.eager_event = event;
  uint32_t word = f->pc_index(), height = h.eager.size() > known ? f->code->height_at(word) : 0;
  for (uint32_t i = 0; i < height && found < h.eager.size(); i++) {
    Value v = f->regs[i];
    if (!v || !v.is_object() || !(v.object()->rc & kInEager)) continue;
    for (size_t k = known; k < h.eager.size(); k++) {
      EagerEntry& e = h.eager[k];
      if (v != Value(e.object) || e.frame) continue;
      e.frame = f;
      e.slot = &f->regs[i];
      e.misses = 0;
      live_range(f->code, word, i, e.lo, e.hi);
      found++;
      break;
    }
  }
  if (found > known) generator_of(f)->watched = true;
  if (found != h.eager.size() || eager_orphans().empty() == orphans || lost != g_owner_lost) event();
}

void uncount_resumed(Thread& t, Frame* f) {
  if (t.heap->eager_event && !is_traced(t)) uncount_noted(t, f);
  else generator_uncount(generator_of(f));
}

void watched_resumed(Thread& t, Frame* f) {
  generator_of(f)->watched = false;
  f->kind = static_cast<FrameKind>(f->kind | kWatched);
  sync_table(t);
}

const void* base_of_call(Thread& t, Result<Value> (*fn)(Thread&, Args)) {
  Frame* f = t.frame;
  if (!f || !k_is_call[f->pc->op]) return nullptr;
  Value c = f->regs[f->pc->b];
  return c && IS_EXACT(c, builtin_function) && c.as<NativeFunction>()->def->fn == fn ? t.loop_base : nullptr;
}
const void* base_of_call(Thread& t, Value v) {
  Frame* f = t.frame;
  return f && (k_is_call[f->pc->op] || k_is_attribute[f->pc->op]) && f->regs[f->pc->b] == v ? t.loop_base : nullptr;
}

static KAA_PRESERVE_NONE Value op_look(HANDLER_ARGS) {
  SAVE();
  look(*t);
  table = t->dispatch;
  MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
}

static KAA_PRESERVE_NONE Value op_watch(HANDLER_ARGS) {
  if (f != t->watch_frame) {
    // A callee that the watched frame passed nothing that matters.
    if (UNLIKELY((f->kind & kWatched) || t->look_due || t->watch_more || !t->watch_frame || t->watch_slot >= f->regs || t->watch_left == 0)) {
      SAVE();
      watch_slow(*t, f);
      table = t->dispatch;
      t->watch_last = pc;
    } else {
      t->watch_left--;
    }
    MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
  }
  if (UNLIKELY(*t->watch_slot != t->watch_value || static_cast<size_t>(pc - t->watch_pc) >= t->watch_words || t->look_due || t->watch_ticks-- == 0)) {
    SAVE();
    watch_slow(*t, f);
    table = t->dispatch;
  } else {
    t->watch_left = kForeign;
  }
  t->watch_last = pc;
  MUSTTAIL return k_dispatch.op[pc->op](HANDLER_PASS);
}

}  // namespace kaa
