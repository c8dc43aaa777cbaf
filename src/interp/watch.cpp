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
// Looking (look()) goes through the frames' live registers first, innermost frame first. An object that no frame holds is looked for where reconcile looks,
// native stacks and generators included; only one that is found nowhere dies, with the same certainty as in a reconcile. One that native code of an outer
// activation holds is looked for again when the Python frame that called this code goes on.
//
// Looking is paid for (LookBudget): deaths that something was seen of earn looks, and a program that makes many looks in vain is looked at in samples. What
// dies meanwhile is found by the next look, or by the next reconcile.
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
constexpr size_t kCheapReconcile = 1024;  // entries that only stacks keep in the table: with more, a reconcile costs much more than a look

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

const Dispatch k_look = {{
#define OP(name, ...) op_look,
#include "defs/opcodes.def"
}};

// Whatever the budget says.
void arm(Thread& t) {
  t.look_due = true;
  *t.live = k_look;
}

const Value k_nowhere;                         // the slot of notes that hold for no instruction
Frame* const k_elsewhere = reinterpret_cast<Frame*>(1);  // held by something that is no frame of this thread

bool is_live(const EagerEntry& e) {
  uint32_t word = static_cast<Frame*>(e.frame)->pc_index();
  return *e.slot == Value(e.object) && word >= e.lo && word < e.hi;
}
// Whether the note still says where the object is, as far as can be known without looking.
bool still_good(Thread& t, EagerEntry& e) {
  if (!e.frame) return false;
  if (e.frame == k_elsewhere) return (t.heap->stats.eager_looks & ((1u << (e.misses < 10 ? e.misses : 10)) - 1)) != 0;
  if (e.slot == &k_nowhere) return e.frame != t.frame;
  return is_live(e);
}

// The number of registers that are the frame's own and live; callee: where the registers of the last frame above that is on the data stack begin.
uint32_t live_height(const Frame* f, const Value* callee) {
  uint32_t h = f->code->height_at(f->pc_index());
  return callee && callee >= f->regs && callee < f->regs + h ? static_cast<uint32_t>(callee - f->regs) : h;
}

// The words around `word` at which temporary i is live.
void live_range(const Code* c, uint32_t word, uint32_t i, uint32_t& lo, uint32_t& hi) {
  lo = 0;
  hi = c->nwords;
  if (i < c->nlocals || !c->nheights) return;
  const HeightEntry* heights = code_heights(c);
  if (UNLIKELY(!heights)) {  // memory is short: here, at least
    lo = word;
    hi = word + 1;
    return;
  }
  uint32_t first = height_index(heights, c->nheights, word), last = first;
  while (first > 0 && heights[first - 1].height > i) first--;
  while (last + 1 < c->nheights && heights[last + 1].height > i) last++;
  if (first > 0) lo = heights[first].start;
  if (last + 1 < c->nheights) hi = heights[last + 1].start;
}

// Entry i of the eager objects is counted by now.
void drop_counted(Thread& t, size_t i) {
  auto& all = t.heap->eager;
  Object* o = all[i].object;
  if (!(o->rc & (kOld | kWasCounted)) && o->type()->noted) t.heap->note_young(o);  // as when one leaves the zero-count table
  o->rc = (o->rc | kWasCounted) & ~uint64_t{kInEager};
  all[i] = all.back();
  all.pop_back();
}

// Drops the notes of what is counted or known to be held. The number of the others.
[[gnu::noinline]] size_t unplaced(Thread& t) {
  auto& all = t.heap->eager;
  size_t n = 0;
  for (size_t i = 0; i < all.size();) {
    EagerEntry& e = all[i];
    if (is_counted(e.object->rc)) {
      drop_counted(t, i);
      continue;
    }
    if (!still_good(t, e)) { e.frame = nullptr; n++; }
    i++;
  }
  return n;
}

bool note(Heap& h, Value v, Frame* f, const Value* slot, uint32_t lo, uint32_t hi) {
  if (!v || !v.is_object()) return false;
  for (EagerEntry& e : h.eager) {
    if (v != Value(e.object)) continue;
    if (e.frame) return false;
    e.frame = f;
    e.slot = slot;
    e.lo = lo;
    e.hi = hi;
    e.misses = 0;
    return true;
  }
  return false;
}

// Looks through the frames' live registers, as scan_frames does. The number of objects that were not found.
[[gnu::noinline]] size_t place(Thread& t, size_t missing) {
  Heap& h = *t.heap;
  const Value* callee = nullptr;
  Frame* up = nullptr;
  for (Frame* f = t.frame; f && missing; up = f, f = f->prev) {
    uint32_t word = f->pc_index(), height = live_height(f, callee), all = f->code->nwords;
    size_t found = 0;
    for (uint32_t i = 0; i < height; i++) {
      Value v = f->regs[i];
      if (!v || !v.is_object() || !(v.object()->rc & kInEager)) continue;
      uint32_t lo, hi;
      live_range(f->code, word, i, lo, hi);
      found += note(h, v, f, &f->regs[i], lo, hi);
    }
    found += note(h, f->func, f, reinterpret_cast<const Value*>(&f->func), 0, all);
    found += note(h, f->locals, f, &f->locals, 0, all);
    if (f->obj) found += note(h, f->obj, f, reinterpret_cast<const Value*>(&f->obj), 0, all);
    if (!f->on_heap) callee = f->regs;
    if (!found) continue;
    missing -= found;
    f->kind = static_cast<FrameKind>(f->kind | kWatched);
    if (up) up->kind = static_cast<FrameKind>(up->kind | kCallerWatched);
    t.watch_frame = nullptr;
  }
  return missing;
}

// What another thread's frame holds: that thread looks, too, at its next instruction, and watches the frame from then on.
size_t place_elsewhere(Thread& t, size_t missing) {
  for (Thread* u = interp().threads; u && missing; u = u->next) {
    if (u == &t) continue;
    size_t left = place(*u, missing);
    if (left != missing) arm(*u);
    missing = left;
  }
  return missing;
}

// Whether nobody would notice now if an object died that no frame holds: nothing that dies with it has a finalizer to run, a weak reference, or a resource of its own, and what is eager
// among the rest has other owners. Such an object waits for the next reconcile, as most holders do (argument tuples, handles of event loops), unless one of these owners goes first.
class SilentDeath {
 public:
  static bool is_due(Object* o) {
    size_t known = g_held_by_dead.size();
    SilentDeath d;
    if (d.takes(o, kDepth)) return true;
    g_held_by_dead.resize(known);
    return false;
  }

 private:
  static constexpr int kDepth = 6, kSteps = 48;
  bool takes(Object* o, int depth) {
    if (depth == 0 || steps_-- <= 0 || (o->rc & kHasWeakrefs)) return false;
    Type* ty = o->type();
    if (ty->death == Death::kFinalizer) {
      if (ty->recipe == kRecipeGenerator ? static_cast<GeneratorObject*>(o)->state != GenState::kFinished : wants_finalizer(o)) return false;
    } else if (ty->layout->destroy && !ty->has(kTypeList | kTypeDict) && ty->recipe != kRecipe_set) {
      return false;
    }
    if (ty->has(kTypeType) || ty->recipe == kRecipeException || IS_EXACT(Value(o), traceback) || is_large(o, ty)) return false;
    struct V final : ChildVisitor {
      SilentDeath& d;
      int depth;
      bool silent = true;
      V(SilentDeath& d, int depth) : d(d), depth(depth) {}
      void child(Value v) override { silent = silent && d.lets_go(v.object(), depth); }
    } v(*this, depth - 1);
    visit_children(o, v);
    return v.silent;
  }
  bool lets_go(Object* c, int depth) {
    if (is_immortal(c->rc)) return true;
    if (c->count() > 1 && !c->flag(kEager)) return true;
    if (c->count() <= 1 + held_by_dead(c)) {
      if (c->type()->death == Death::kPlain && !(c->rc & kHasWeakrefs)) return true;
      return takes(c, depth) && !(c->flag(kEager) && is_in_frame(c));  // a frame that lets go of it would not be noticed
    }
    if (g_held_by_dead.size() >= kMostHeldByDead) return false;
    g_held_by_dead.push_back(c);
    return true;
  }
  static bool is_in_frame(Object* o) {
    for (Thread* t = interp().threads; t; t = t->next)
      if (held_by_frame(*t, o)) return true;
    return false;
  }
  static bool is_large(Object* o, Type* ty) {
    if (ty->has(kTypeList)) return static_cast<List*>(o)->size > kSteps;
    if (ty->has(kTypeTuple)) return static_cast<Tuple*>(o)->size > kSteps;
    if (ty->has(kTypeDict)) return static_cast<Dict*>(o)->used > kSteps;
    return ty->recipe == kRecipe_set && static_cast<Set*>(o)->mask > 2 * kSteps;
  }
  int steps_ = kSteps;
};

// Leaves the objects whose death is silent to the next reconcile. The number of the others.
[[gnu::noinline]] size_t pass_silent(Heap& h, size_t missing) {
  for (size_t i = h.eager.size(); i-- > 0 && missing;) {
    EagerEntry& e = h.eager[i];
    Object* o = e.object;
    // What no frame has held yet may be in the hands of native code, which may do anything with it.
    if (e.frame || is_counted(o->rc) || (e.misses && !o->flag(kFinalized)) || e.misses > 1) continue;
    if (!SilentDeath::is_due(o)) continue;
    h.leave_to_reconcile(i);
    missing--;
  }
  return missing;
}

// Marks the eager objects that anything refers to.
class Finder final : public RootVisitor {
 public:
  explicit Finder(Heap& h) : h_(h) {
    for (EagerEntry& e : h.eager) {
      if (e.frame) continue;
      uintptr_t a = reinterpret_cast<uintptr_t>(e.object);
      lo_ = a < lo_ ? a : lo_;
      hi_ = a > hi_ ? a : hi_;
    }
    // Interior addresses of the last one are in its page, of a large object within its span.
    hi_ += kPageSize + (h.find_object(hi_) ? object_size(reinterpret_cast<Object*>(hi_)) : 0);
  }
  void value(Value v) override {
    if (v && v.is_object()) see(v.object());
  }
  void values(const Value* p, size_t n) override {
    for (const Value* e = p + n; p != e; p++)
      if (*p && p->is_object()) see(p->object());
  }
  __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
    const uintptr_t* e = static_cast<const uintptr_t*>(hi);
    for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7}); p < e; p++) {
      if (LIKELY(*p < lo_ || *p >= hi_)) continue;
      if (Object* o = h_.find_object(*p)) see(o);
    }
  }
  void see(Object* o) {
    if (o->rc & kInEager) o->rc |= kMarked;
  }

 private:
  Heap& h_;
  uintptr_t lo_ = ~uintptr_t{0}, hi_ = 0;  // where the objects lie that are looked for
};

void reconcile_here(Heap& h) {
  look_budget().spend(LookBudget::kReconcile);
  if (h.scan_top) h.reconcile_above(h.scan_top);
  else h.reconcile();
}

// Native code that holds an object was called by the frame below the innermost frame that was entered from native code.
class NativeHolder {
 public:
  explicit NativeHolder(Thread& t) : t_(t), p_(t.frame) {
    if (!t.heap->scan_top) return;
    while (p_ && (p_->kind & kKindMask) != kReturnExit) p_ = p_->prev;
    entered_ = p_;
    if (p_) p_ = p_->prev;
  }
  void note(EagerEntry& e) {
    e.slot = &k_nowhere;
    e.misses++;
    e.frame = p_ && e.misses < 8 ? p_ : k_elsewhere;
    if (!p_) return;
    p_->kind = static_cast<FrameKind>(p_->kind | kWatched);
    if (entered_) entered_->kind = static_cast<FrameKind>(entered_->kind | kCallerWatched);
    if (t_.watch_frame == p_) t_.watch_frame = nullptr;  // what was loaded of its notes is not all
  }

 private:
  Thread& t_;
  Frame *p_, *entered_ = nullptr;
};

// Nothing holds o: what dies with it, at once or by its finalizer. An exception holds frames through objects that are not eager: a reconcile reclaims
// them all.
[[gnu::noinline]] void settle_found(Thread& t, size_t known) {
  Heap& h = *t.heap;
  NativeHolder native(t);
  std::vector<Object*> dead;
  bool deep = false;
  for (size_t i = known; i < h.eager.size(); i++) h.eager[i].object->rc &= ~uint64_t{kMarked};
  for (size_t i = 0; i < known; i++) {
    EagerEntry& e = h.eager[i];
    bool seen = e.object->rc & kMarked;
    e.object->rc &= ~uint64_t{kMarked};
    if (e.frame || is_counted(e.object->rc)) continue;
    if (seen) {
      native.note(e);
      continue;
    }
    if (is_exception(e.object) || IS_EXACT(Value(e.object), traceback)) deep = true;
    else dead.push_back(e.object);
  }
  if (dead.empty() && !deep) return;
  size_t waiting = h.zct_size();
  for (Object* o : dead) h.kill_eager(o);
  // A reconcile takes with them what they alone held without being eager, and the garbage that holds something eager: a death of consequence is the time when
  // others are expected. It costs little more than the scan did, unless stacks keep much.
  bool telling = h.zct_size() != waiting || anything_let_go();
  bool reclaims = deep || g_owner_lost || (telling && h.last_kept <= kCheapReconcile);
  if (reclaims) reconcile_here(h);
  gain_experience(reclaims);
}

// What was not found has no finalizer to run: its death would end with a reconcile, which finds out as well whether it is dead.
bool reconcile_decides(Heap& h) {
  if (h.last_kept > kCheapReconcile) return false;
  for (EagerEntry& e : h.eager)
    if (!e.frame && !is_counted(e.object->rc) && (e.misses > 1 || (e.object->type()->death == Death::kFinalizer && wants_finalizer(e.object)))) return false;
  return true;
}
[[gnu::noinline]] void settle_by_reconcile(Thread& t) {
  Heap& h = *t.heap;
  std::vector<Object*> missing;
  for (EagerEntry& e : h.eager)
    if (!e.frame && !is_counted(e.object->rc)) missing.push_back(e.object);
  watch_deaths(missing, reconcile_here);
  NativeHolder native(t);
  for (EagerEntry& e : h.eager)
    if (!e.frame && !is_counted(e.object->rc) && std::find(missing.begin(), missing.end(), e.object) != missing.end()) native.note(e);
}

// Whether x holds c, itself or through what it holds, to a small depth and in a small number of steps. All that lie between become eager.
class OwnerSearch {
 public:
  OwnerSearch(Object* c, std::vector<Object*>& owned) : c_(c), owned_(owned) {}
  bool from(Object* x, int depth) {
    if (is_immortal(x->rc) || x == c_ || steps_ <= 0 || !is_small(x)) return false;
    steps_--;
    struct V final : ChildVisitor {
      Object* list[kMost];
      size_t n = 0;
      void child(Value v) override { if (n < kMost && !is_immortal(v.object()->rc)) list[n++] = v.object(); }
    } v;
    if (IS_EXACT(Value(x), function)) {  // not its globals
      Function* fn = static_cast<Function*>(x);
      for (Value part : {fn->closure.value(), fn->defaults.value(), fn->kwdefaults.value()}) v(part);
    } else {
      visit_children(x, v);
    }
    for (size_t i = 0; i < v.n; i++)
      if (v.list[i] == c_ || (depth > 1 && from(v.list[i], depth - 1))) {
        if (!x->flag(kEager)) {
          make_eager(x);
          if (is_counted(x->rc)) owned_.push_back(x);  // and who holds x?
        }
        return true;
      }
    return false;
  }
  bool going() const { return steps_ > 0; }

 private:
  static constexpr size_t kMost = 48;
  static bool is_small(Object* x) {
    Type* ty = x->type();
    if (ty->has(kTypeType) || IS_EXACT(Value(x), module) || IS_EXACT(Value(x), code)) return false;
    if (ty->has(kTypeList)) return static_cast<List*>(x)->size <= kMost;
    if (ty->has(kTypeTuple)) return static_cast<Tuple*>(x)->size <= kMost;
    if (ty->has(kTypeDict)) return static_cast<Dict*>(x)->used <= kMost;
    if (ty->recipe == kRecipeGenerator || IS_EXACT(Value(x), frame)) return true;
    // What has buffers of its own may hold many.
    return (ty->layout->death != Death::kPlain && (!ty->layout->destroy || ty->has(kTypeList | kTypeDict))) || ty->attr_offset || ty->slots_offset;
  }
  Object* c_;
  std::vector<Object*>& owned_;
  int steps_ = 128;
};

// Looks for the owners of containers that became eager when they had owners already: usually an object that a variable of the running function names
// (self.files.append(f)).
// Garbage may be all that owns them (the view that a loop's iterator was made of, what listed the frames of the stack): a reconcile clears it away first.
[[gnu::noinline]] void find_owners(Thread& t) {
  constexpr int kFrames = 4, kDepth = 3;
  constexpr size_t kMost = 24;
  std::vector<Object*> orphans;
  orphans.swap(eager_orphans());
  if (orphans.empty()) return;
  drop_settled(orphans, reconcile_here);
  for (size_t k = 0; k < orphans.size() && k < kMost; k++) {
    Object* o = orphans[k];
    bool found = false;
    for (int depth = 1; depth <= kDepth && !found; depth++) {  // near owners first
      OwnerSearch search(o, orphans);
      int n = 0;
      const Value* callee = nullptr;
      for (Frame* f = t.frame; f && n < kFrames && search.going(); f = f->prev, n++) {
        uint32_t height = live_height(f, callee);
        if (!f->on_heap) callee = f->regs;
        for (uint32_t i = 0; i < height && search.going(); i++)
          if (Value v = f->regs[i]; v && v.is_object()) found |= search.from(v.object(), depth);
        found |= search.from(f->func, depth);
      }
    }
    if (!found) g_looks_owed = true;
  }
}

// One round; false when nothing is left to be looked for.
bool look_once(Thread& t) {
  Heap& h = *t.heap;
  h.stats.eager_looks++;
  if (UNLIKELY(g_owner_lost) && !h.no_reconcile) reconcile_here(h);
  if (!eager_orphans().empty()) find_owners(t);
  size_t n = unplaced(t);
  if (!n || !(n = place(t, n)) || !(n = place_elsewhere(t, n)) || !(n = pass_silent(h, n)) || h.no_reconcile) return false;
  if (reconcile_decides(h)) {
    settle_by_reconcile(t);
    return true;
  }
  h.stats.eager_scans++;
  look_budget().spend(LookBudget::kScan);
  Finder f(h);
  size_t known = h.eager.size();  // the scan may enter generators, which it has not looked for
  h.count_suspended(true);
  h.scan_roots(f);
  for (Value* v : h.roots) f.value(*v);
  settle_found(t, known);
  return true;
}

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

bool held_by_frame(Thread& t, Object* o) {
  const Value* callee = nullptr;
  for (Frame* f = t.frame; f; f = f->prev) {
    uint32_t height = live_height(f, callee);
    for (uint32_t i = 0; i < height; i++)
      if (f->regs[i] == Value(o)) return true;
    if (f->func == o || f->locals == Value(o)) return true;
    if (!f->on_heap) callee = f->regs;
  }
  return false;
}

static bool calls(Thread& t, Value* callable) {
  Frame* f = t.frame;
  if (!f || !k_is_call[f->pc->op]) return false;
  *callable = f->regs[f->pc->b];
  return true;
}
const void* base_of_call(Thread& t, Result<Value> (*fn)(Thread&, Args)) {
  Value c;
  return calls(t, &c) && c && IS_EXACT(c, builtin_function) && c.as<NativeFunction>()->def->fn == fn ? t.loop_base : nullptr;
}
const void* base_of_call(Thread& t, Value callable) {
  Value c;
  return calls(t, &c) && c == callable ? t.loop_base : nullptr;
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
