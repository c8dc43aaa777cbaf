// Reconcile: deciding what the zero-count table holds.
//
//  1. Every object that a stack or root refers to is marked (kMarked in its header), whatever its count: it must survive even if its count falls to zero
//     in this very pass. Marked objects that are not in the table are remembered, so that their marks can be taken off.
//  2. Each table entry: a count above zero leaves the table; a marked one stays in it; any other is dead.
//  3. A dead object is reclaimed by its type's death kind. Its children lose a count; one that reaches zero is put on a work list (or, marked,
//     into the table) and treated in the same pass: iteratively, so that a chain of a million objects needs no native stack.
// No Python runs and nothing is allocated from the heap: finalizers and weakref callbacks are queued by hooks.
//
// After a pass the table holds exactly the mortal objects with count 0 that stacks hold. The next pass is due when the table has grown by
// as much again (at least kZctBatch), or after `budget` bytes: the work of a pass stays in proportion to what was allocated.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <algorithm>

#include "heap/heap_inl.h"
#include "objects/layout.h"
#include "objects/traits.h"

namespace kaa {

namespace {
constexpr size_t kZctBatch = 8192;
constexpr uint64_t kVerifyEvery = 1021;  // reconciles, under stress: a verification costs about as much as a thousand of them
constexpr size_t kMinBudget = 512 << 10, kMaxBudget = 64 << 20;

uint64_t now_ns() {
  timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec);
}
}  // namespace

class Reconciler final : public RootVisitor {
 public:
  explicit Reconciler(Heap& h) : h_(h) {}

  void value(Value v) override {
    if (v && v.is_object()) mark(v.object());
  }
  __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
    const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7});
    const uintptr_t* e = static_cast<const uintptr_t*>(hi);
    for (; p < e; p++)
      if (Object* o = h_.find_object(*p)) mark(o);
  }
  void mark(Object* o) {
    uint64_t rc = o->rc;
    if ((rc & kMarked) || static_cast<int64_t>(rc) < 0) return;
    o->rc = rc | kMarked;
    if (!(rc & kInZct)) marked_.push_back(o);
  }
  void sweep() {
    // Entries added while sweeping (children that only stacks hold) are appended, and seen by this loop, too.
    Object** out = h_.zct_base_;
    for (size_t i = 0; i < h_.zct_size(); i++) {
      Object* o = h_.zct_base_[i];
      uint64_t rc = o->rc;
      if (rc >= kCountOne) {
        o->rc = rc & ~uint64_t{kInZct | kMarked};
        if (rc & kMarked) {  // its mark must last until the end of the sweep
          o->rc |= kMarked;
          marked_.push_back(o);
        }
        continue;
      }
      if (rc & kMarked) {
        kept_.push_back(o);
        continue;
      }
      h_.kill(o);
    }
    (void)out;
    h_.zct_top_ = h_.zct_base_;
    for (Object* o : kept_) {
      o->rc &= ~uint64_t{kMarked};
      *h_.zct_top_++ = o;  // no more than were there
    }
    for (Object* o : marked_) o->rc &= ~uint64_t{kMarked};
    h_.stats.survivors += kept_.size();
  }

 private:
  Heap& h_;
  std::vector<Object*> marked_, kept_;
};

namespace {
// Drops children of the object being reclaimed.
class Dropper final : public ChildVisitor {
 public:
  explicit Dropper(std::vector<Object*>& work) : work_(work) {}
  void child(Value v) override { drop(v.object()); }
  void drop(Object* o) {
    int64_t rc = static_cast<int64_t>(o->rc);
    if (rc < 0) return;
    rc -= static_cast<int64_t>(kCountOne);
    o->rc = static_cast<uint64_t>(rc);
    if (static_cast<uint64_t>(rc) >= kCountOne) return;
    if (rc & (kInZct | kDead)) return;  // the sweep meets it, or it is being reclaimed
    if (rc & kMarked) {
      enter_zct(o);
      return;
    }
    o->rc |= kDead;
    work_.push_back(o);
  }
  void values(Value* p, uint64_t n) {
    for (uint64_t i = 0; i < n; i++)
      if (p[i] && p[i].is_object()) drop(p[i].object());
  }

 private:
  std::vector<Object*>& work_;
};

// Attributes and __slots__ of an instance.
template <class F>
void each_attribute(Object* o, Type* t, F&& f) {
  if (t->slots_offset) {
    char* base = (t->flags & kTypeVarSized) ? reinterpret_cast<char*>(attr_words_var(o)) - (t->basicsize - t->slots_offset) : reinterpret_cast<char*>(o) + t->slots_offset;
    f(reinterpret_cast<Value*>(base), (t->basicsize - t->slots_offset) / sizeof(Value));
  }
  if (!t->attr_offset) return;
  Value* w = attr_words(o);
  Shape* s = o->shape;
  if (s->is_dict) {
    f(w, 1);
    return;
  }
  uint32_t n = s->nslots;
  if (n <= s->inline_cap) {
    f(w + 1, n);
    return;
  }
  f(w + 1, s->inline_cap);
  f(overflow_of(w[0])->slots, n - s->inline_cap);
}

void free_attributes(Object* o, Type* t) {
  if (!t->attr_offset || o->shape->is_dict) return;
  Value* w = attr_words(o);
  if (w[0].bits() & 1) {
    Overflow* ov = overflow_of(w[0]);
    heap().free_raw(ov, sizeof(Overflow) + ov->cap * sizeof(Value));
  }
}
}  // namespace

void visit_children(Object* o, ChildVisitor& v) {
  Type* t = o->type();
  t->layout->visit(o, v);
  if (t->attr_offset | t->slots_offset) each_attribute(o, t, [&](Value* p, uint64_t n) { v.range(p, n); });
}

void Heap::kill(Object* first) {
  size_t floor = work_.size();
  Dropper drop(work_);
  first->rc |= kDead;
  work_.push_back(first);
  while (work_.size() > floor) {
    Object* o = work_.back();
    work_.pop_back();
    Type* t = o->type();
    if (UNLIKELY(o->rc & kHasWeakrefs)) weakrefs_dead(o);
    if (UNLIKELY(t->death == Death::kFinalizer) && wants_finalizer(o)) {
      o->rc &= ~uint64_t{kDead};
      o->rc |= kFinalized;
      inc(o);  // the queue's
      queue_finalizer(o);
      o->rc &= ~uint64_t{kInZct};
      continue;
    }
    const Layout* l = t->layout;
    switch (l->kind) {
      case LayoutKind::kStr:
        if (UNLIKELY(o->rc & (kStrView | kStrWeakInterned))) {
          Str* s = static_cast<Str*>(o);
          if (s->flag(kStrWeakInterned)) str_dies(s);
          if (s->flag(kStrView)) drop.child(s->view()->owner.value());
        }
        break;
      case LayoutKind::kTuple: drop.values(static_cast<Tuple*>(o)->items, static_cast<Tuple*>(o)->size); break;
      case LayoutKind::kList: {
        List* li = static_cast<List*>(o);
        drop.values(li->items, li->size);
        free_raw(li->items, li->cap * sizeof(Value));
        break;
      }
      case LayoutKind::kFloat: case LayoutKind::kInstance: break;
      default:
        if (l->death == Death::kPlain) break;
        l->visit(o, drop);
        if (l->destroy) l->destroy(o);
    }
    if (t->attr_offset | t->slots_offset) {
      each_attribute(o, t, [&](Value* p, uint64_t n) { drop.values(p, n); });
      free_attributes(o, t);
    }
    free_object(o);
  }
}

// The callee-saved registers of the callers are spilled into this frame, and the scan starts above the collector's own frames: what those still
// hold of an earlier pass must keep nothing alive.
__attribute__((noinline)) void Heap::reconcile() {
  if (no_reconcile || !scan_roots) return;
  __builtin_unwind_init();
  reconcile_from_here();
  asm volatile("" ::: "memory");
}

__attribute__((noinline)) void Heap::reconcile_from_here() {
  ScanTop top(*this, __builtin_frame_address(0));
  uint64_t t0 = now_ns();
  stats.allocated += zct_size() - last_kept - reentered;
  no_reconcile = true;
  {
    Reconciler r(*this);
    scan_roots(r);
    for (Value* v : roots) r.value(*v);
    r.sweep();
  }
  no_reconcile = false;
  size_t kept = zct_size();
  last_kept = kept;
  reentered = 0;
  size_t soft = std::max(kZctBatch, 2 * kept) + kept;
  while (soft > static_cast<size_t>(zct_hard_end_ - zct_base_)) grow_zct();
  zct_soft_end_ = zct_base_ + soft;
  bytes_since = 0;
  requested_ = false;
  budget = std::min(std::max(kMinBudget, kept * 128), kMaxBudget);
  stats.reconciles++;
  if (after_reconcile) after_reconcile(*this);
  uint64_t ns = now_ns() - t0;
  stats.total_pause_ns += ns;
  if (UNLIKELY(stress_interval) && stats.reconciles % kVerifyEvery == 0) verify(true);
  stats.max_pause_ns = std::max(stats.max_pause_ns, ns);
}

}  // namespace kaa
