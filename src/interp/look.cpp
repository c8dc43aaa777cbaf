// Looking for eager objects (heap/eager.cpp) that no noted register holds any more. When this happens: watch.cpp.
//
// Looking (look()) goes through the frames' live registers first, innermost frame first. An object that no frame holds is looked for where reconcile looks,
// native stacks and generators included; only one that is found nowhere dies, with the same certainty as in a reconcile. One that native code of an outer
// activation holds is looked for again when the Python frame that called this code goes on.
//
// Looking is paid for (LookBudget): deaths that something was seen of earn looks, and a program that makes many looks in vain is looked at in samples. What
// dies meanwhile is found by the next look, or by the next reconcile.
#include "interp/look.h"

#include "heap/eager.h"
#include "interp/generator.h"
#include "objects/traits.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {

const Value k_nowhere;                         // the slot of notes that hold for no instruction
Frame* const k_elsewhere = reinterpret_cast<Frame*>(1);  // held by something that is no frame of this thread

bool is_live(const EagerEntry& e) {
  uint32_t word = static_cast<Frame*>(e.frame)->pc_index();
  return *e.slot == Value(e.object) && word >= e.lo && word < e.hi;
}

// The number of registers that are the frame's own and live; callee: where the registers of the last frame above that is on the data stack begin.
uint32_t live_height(const Frame* f, const Value* callee) {
  uint32_t h = f->code->height_at(f->pc_index());
  return callee && callee >= f->regs && callee < f->regs + h ? static_cast<uint32_t>(callee - f->regs) : h;
}

}  // namespace

// Whether the note still says where the object is, as far as can be known without looking.
bool still_good(Thread& t, EagerEntry& e) {
  if (!e.frame) return false;
  if (e.frame == k_elsewhere) return (t.heap->stats.eager_looks & ((1u << (e.misses < 10 ? e.misses : 10)) - 1)) != 0;
  if (e.slot == &k_nowhere) return e.frame != t.frame;
  return is_live(e);
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

namespace {

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

}  // namespace

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

}  // namespace kaa
