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
// as much again (at least Heap::batch, or half of it while the heap is small), or after `budget` bytes: the work of a pass stays in proportion to what was allocated.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "heap/eager.h"
#include "base/clock.h"
#include "heap/heap_inl.h"
#include "heap/reclaim_inl.h"
#include "heap/verify.h"
#include "objects/set_entries_inl.h"

namespace kaa {

namespace {
constexpr size_t kMinBudget = 512 << 10, kMaxBudget = 64 << 20;
constexpr size_t kSmallHeap = (8 << 20) / kPageSize;  // pages

}  // namespace

void visit_children(Object* o, ChildVisitor& v) {
  each_child(o, o->type(), [&](Object* c) { v.child(Value(c)); });
}

// Takes one off the count of a child of the object being reclaimed; one that dies with it is put on the work list.
struct Reclaimer {
  // True: it was put there.
  [[gnu::noinline]] static bool drop(Heap& h, Object* c) {
    uint64_t rc = c->rc;
    if (UNLIKELY(static_cast<int64_t>(rc) < 0)) {
      if (!(rc & kEager)) return false;
      c->rc = rc -= kCountOne;
      if (is_counted(rc)) return false;
    } else {
      c->rc = rc -= kCountOne;
      if (rc >= kCountOne) return false;
    }
    if (rc & (kInZct | kInEager | kDead)) return false;  // the sweep meets it, or it is being reclaimed
    if (rc & kMarked) {
      enter_zct(c);
      return false;
    }
    c->rc = rc | kDead | kWasCounted;
    if (LIKELY(h.work_.push(c))) return true;
    // Memory is short: the sweep meets it, or, without room in the table either, nobody ever does.
    c->rc = rc;
    if (h.zct_size() < h.zct_room()) enter_zct(c);
    return false;
  }
  // Types that no recipe describes: through their layout.
  [[gnu::noinline]] static bool general(Heap& h, Object* o, Type* t) {
    struct V final : ChildVisitor {
      Heap& h;
      explicit V(Heap& h) : h(h) {}
      void child(Value v) override { drop(h, v.object()); }
    } v(h);
    const Layout* l = t->layout;
    if (l->death != Death::kPlain) {
      l->visit(o, v);
      if (l->destroy) l->destroy(o);
    } else if (l->kind == LayoutKind::kStr) {
      Str* s = static_cast<Str*>(o);
      if (s->flag(kStrWeakInterned)) str_dies(s);
      l->visit(o, v);
    }
    if (t->attr_offset | t->slots_offset) {
      each_attribute(o, t, [&](Value* p, uint64_t n) { v.range(p, n); });
      free_attributes(o, t);
    }
    return !h.work_.empty();
  }
  enum class Children { kGone, kDrop, kGarbage };
  template <Children kHow> static bool release(Heap& h, Object* o, Type* t);
  // Queues the finalizer of an object that dies for the first time.
  [[gnu::noinline]] static void queue(Heap& h, Object* o, Type* t) {
    if (UNLIKELY(o->rc & kHasWeakrefs) && weakrefs_first(o)) h.weakrefs_dead(o);
    o->rc &= ~uint64_t{kDead | kInZct | kInEager};
    o->rc |= kFinalized;
    inc(o);  // the queue's
    h.queue_finalizer(o);
    if (t->noted && !(o->rc & kOld)) h.note_young(o);  // in case it comes back
  }

  static void uncounted(Heap& h, const Type* type, std::vector<Object*>& out) {
    auto see = [&](Object* o) { if (!is_counted(o->rc) && o->type() == type) out.push_back(o); };
    for (Object** p = h.zct_base_; p < h.zct_top_; p++) see(*p);
    for (const EagerEntry& e : h.eager) see(e.object);
  }
};

// Drops the children of a dead object and gives its memory back. True: children died with it and are on the work list. `t` has no finalizer to run, and no
// weak reference leads to o any more. kGone: the children are gone already. kGarbage: o is of a collection's plain garbage, as its children may be.
template <Reclaimer::Children kHow>
[[gnu::always_inline]] inline bool Reclaimer::release(Heap& h, Object* o, Type* t) {
  constexpr bool kChildren = kHow != Children::kGone;
  bool more = false;
  // Inline in the rarest case, too: a call of one of these would keep what they refer to in memory, for all cases.
  auto object = [&](Object* c) __attribute__((always_inline)) {  // what stays counted, or is immortal, needs no call
    if constexpr (kHow == Children::kGarbage) {
      drop_garbage_child(c);
      return;
    }
    uint64_t rc = c->rc;
    if (static_cast<int64_t>(rc) >= 0) note_counting();
    if (LIKELY(static_cast<int64_t>(rc) >= static_cast<int64_t>(2 * kCountOne))) c->rc = rc - kCountOne;
    else if (static_cast<int64_t>(rc) < 0) { if (UNLIKELY(rc & kEager)) more |= drop(h, c); }
    else if (rc & kInZct) c->rc = rc - kCountOne;  // the sweep meets it
    else more |= drop(h, c);
  };
  auto one = [&](Value v) __attribute__((always_inline)) { if (kChildren && v.is_reference()) object(v.object()); };
  auto run = [&](Value* p, size_t n) __attribute__((always_inline)) { if (kChildren) for (Value* e = p + n; p != e; p++) one(*p); };
  auto field = [&](auto& x) __attribute__((always_inline)) { one(x.value()); };
  auto fields = [&](auto* s) __attribute__((always_inline)) {
    if (!kChildren) return;
    using S = std::remove_reference_t<decltype(*s)>;
    if constexpr (__is_same(S, Tuple) || __is_same(S, List)) {
      run(s->items, s->size);
    } else if constexpr (__is_same(S, Dict)) {
      for (DictEntry *e = s->entries, *end = e + s->fill; e != end; e++) {
        one(e->key);
        one(e->value);  // of a deleted entry: empty
      }
    } else if constexpr (__is_same(S, Set)) {
      if (s->table) each_live_entry(s->table, s->mask, s->used, [&](SetEntry& e) { one(e.key); });
    } else {
      [[clang::always_inline]] s->each_field(field);
    }
  };
  switch (t->recipe) {
#define FREELIST_MEMORY(id, structure) \
    case kRecipe_##id: fields(static_cast<structure*>(o)); break;
#define FREELIST_STORAGE(id, structure)                                                      \
    case kRecipe_##id:                                                                       \
      fields(static_cast<structure*>(o));                                                    \
      if (h.keep_shell_quick(static_cast<structure*>(o)) || h.keep_shell(kShell_##id, o)) {      \
        h.stats.freed++;                                                                       \
        return more;                                                                         \
      }                                                                                      \
      LayoutTraits<structure>::destroy(static_cast<structure*>(o));                          \
      break;
#include "defs/freelists.def"
    case kRecipeStr:
      if (UNLIKELY(o->rc & (kStrView | kStrWeakInterned))) {
        Str* s = static_cast<Str*>(o);
        if (s->flag(kStrWeakInterned)) str_dies(s);
        if (s->flag(kStrView)) one(s->view()->owner.value());
      }
      break;
    case kRecipeInstance:
      if (kChildren) each_attribute(o, t, run);
      free_attributes(o, t);
      break;
    case kRecipeException:
      if (kChildren) [[clang::always_inline]] static_cast<BaseException*>(o)->each_field(field);
      if (kChildren) each_attribute(o, t, run);
      free_attributes(o, t);
      break;
    case kRecipeGenerator: {
      GeneratorObject* g = static_cast<GeneratorObject*>(o);
      if (!kChildren) {
      } else if (LIKELY(!g->counted && !(g->own_name.value().bits() | g->own_qualname.value().bits() | g->origin.value().bits() |
                                         g->kept_frame.value().bits() | g->frame.locals.bits()))) {
        object(g->frame.func);
        object(g->frame.code);
      } else {
        [[clang::always_inline]] g->each_field(field);
      }
      if (UNLIKELY(g->frame.obj || g->watched || g->listed)) LayoutTraits<GeneratorObject>::destroy(g);
      if (LIKELY(!h.trace_free) && g->frame.code->nzombies < h.zombie_limit && h.keep_generator(g)) {
        h.stats.freed++;
        return more;
      }
      break;
    }
    default:
      if (kChildren) {
        more |= general(h, o, t);
      } else {
        free_attributes(o, t);
        if (t->layout->destroy) t->layout->destroy(o);
      }
  }
  Page* p = page_of(o);
  FreeSlot* s = reinterpret_cast<FreeSlot*>(o);
  FreeSlot* next = p->free;
  if (UNLIKELY(!next || p->used == 1 || h.slow_free)) {  // a large object is the only one of its page
    h.free_object(o);
    return more;
  }
  s->shape = nullptr;
  s->next = next;
  p->free = s;
  p->used--;
  h.freed_bytes_ += p->slot_size;
  h.stats.freed++;
  return more;
}

// Reclaims an object of the work list. Inline, as it is in the sweep, which most deaths are part of.
[[gnu::always_inline]] inline void Heap::reclaim(Object* o) {
  Type* t = o->type();
  if (UNLIKELY(t->death == Death::kFinalizer) && wants_finalizer(o)) {
    Reclaimer::queue(*this, o, t);
    return;
  }
  if (UNLIKELY(o->rc & kHasWeakrefs)) weakrefs_dead(o);
  if (o->rc & kWasCounted) t->died_counted++; else t->died_uncounted++;
  Reclaimer::release<Reclaimer::Children::kDrop>(*this, o, t);
}
void Heap::release(Object* o, Type* t) { Reclaimer::release<Reclaimer::Children::kGone>(*this, o, t); }
void Heap::release_garbage(Object* o, Type* t) { Reclaimer::release<Reclaimer::Children::kGarbage>(*this, o, t); }

[[gnu::always_inline]] inline void Heap::drain_work(size_t floor) {
  while (work_.size() > floor) reclaim(work_.pop());
}
void Heap::kill(Object* o) {
  size_t floor = work_.size();
  reclaim(o);
  drain_work(floor);
}

class Reconciler final : public RootVisitor {
 public:
  explicit Reconciler(Heap& h) : h_(h) {}

  void value(Value v) override {
    if (v.is_reference()) mark(v.object());
  }
  void values(const Value* p, size_t n) override {
    for (const Value* e = p + n; p != e; p++)
      if (p->is_reference()) mark(p->object());
  }
  __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
    const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7});
    const uintptr_t* e = static_cast<const uintptr_t*>(hi);
    for (; p < e; p++) {
      if (LIKELY(!h_.in_range(*p))) continue;
      if (Object* o = h_.find_object(*p)) mark(o);
    }
  }
  void mark(Object* o) {
    uint64_t rc = o->rc;
    if ((rc & kMarked) || is_immortal(rc)) return;
    o->rc = rc | kMarked;
    if (!(rc & (kInZct | kInEager))) h_.marked_.push_back(o);
  }
  // Flags and counts that keep an entry from simply dying.
  static constexpr uint64_t kLook = ~uint64_t{0xFFFFFFFF} | kMarked | kEager | kHasWeakrefs | kDead | kInEager;

  void sweep() {
    // Entries added while sweeping (children that only stacks hold) are appended, and seen by these loops, too. The table that a loop walks stays where it
    // is: one that must grow meanwhile is copied (grow_zct).
    h_.sweeping_ = true;
    h_.young_fresh = h_.nyoung_ == 0;
    for (size_t i = 0, j = 0;;) {
      Object** at = h_.zct_base_ + i;
      Object** const end = h_.zct_top_;
      i += static_cast<size_t>(end - at);
      for (; at != end; at++) {
        Object* o = *at;
        __builtin_prefetch(at[kAhead], 1);  // the table has room behind its end (Heap::kZctSlack)
        uint64_t rc = o->rc;
        if (LIKELY(!(rc & kLook))) {
          Type* t = o->type();
          if (LIKELY(t->death != Death::kFinalizer || (t->recipe == kRecipeGenerator && dies_unseen(static_cast<GeneratorObject*>(o))))) {
            (rc & kWasCounted ? t->died_counted : t->died_uncounted)++;
            if (Reclaimer::release<Reclaimer::Children::kDrop>(h_, o, t)) h_.drain_work(0);
          } else {
            look(o);
          }
        } else if (UNLIKELY((rc & kMarked) || static_cast<int64_t>(rc) < 0)) {
          if (decide(o, kInZct)) h_.kept_.push_back(o);
        } else if (rc >= kCountOne) {
          o->rc = rc & ~uint64_t{kInZct};
          if (!(rc & (kOld | kWasCounted)) && o->type()->noted) h_.note_swept(o);
        } else {
          look(o);
        }
      }
      if (i != h_.zct_size()) continue;
      if (LIKELY(j == h_.eager.size())) break;
      if (decide(h_.eager[j].object, kInEager)) kept_eager_.push_back(j);
      j++;
    }
    h_.sweeping_ = false;
    h_.drop_dead_young();
    h_.free_retired_tables();
    h_.zct_top_ = h_.zct_base_;
    size_t n = 0;
    for (size_t k : kept_eager_) {  // in order; only here, because a generator that dies voids notes
      h_.eager[n] = h_.eager[k];
      h_.eager[n++].object->rc &= ~uint64_t{kMarked};
    }
    h_.eager.resize(n);
    for (Object* o : h_.kept_) {
      o->rc &= ~uint64_t{kMarked};
      *h_.zct_top_++ = o;  // no more than were there
    }
    for (Object* o : h_.kept_)  // eager objects whose count fell to 0 in this sweep
      if (UNLIKELY(o->rc & kEager)) h_.eager_zero(o);
    for (Object* o : h_.marked_) o->rc &= ~uint64_t{kMarked};
    h_.stats.survivors += h_.kept_.size();
    h_.kept_.clear();
    h_.marked_.clear();
  }

  // Whether the object stays in the table that `flag` stands for.
  bool decide(Object* o, uint32_t flag) {
    uint64_t rc = o->rc;
    if (is_immortal(rc) || is_counted(rc)) {
      o->rc = rc & ~uint64_t{flag};
      if (rc & kMarked) h_.marked_.push_back(o);  // its mark must last until the end of the sweep
      if (!is_immortal(rc) && !(rc & (kOld | kWasCounted)) && o->type()->noted) h_.note_swept(o);
      return false;
    }
    if (rc & kMarked) return true;
    h_.kill(o);
    return false;
  }

 private:
  [[gnu::noinline]] void look(Object* o) { h_.kill(o); }
  static constexpr size_t kAhead = 6;  // entries between the one looked at and the one fetched into the cache
  static_assert(kAhead < Heap::kZctSlack);
  Heap& h_;
  std::vector<size_t> kept_eager_;
};

void uncounted_objects(Heap& h, const Type* type, std::vector<Object*>& out) { Reclaimer::uncounted(h, type, out); }

// The sweep between two looks at the heap, which know nothing of marks. The callers are no part of what is scanned.
static __attribute__((noinline)) void checked_sweep(Reconciler& r, Heap& h) {
  LifeOracle oracle(h);
  oracle.begin();
  r.sweep();
  if (!oracle.end() || !h.verify(false)) abort();
  if (getenv("KAA_VERIFY_WORDS") && oracle.held_by_words()) fprintf(stderr, "kaa: oracle: %zu objects held by words of native stacks alone\n", oracle.held_by_words());
}

// The callee-saved registers of the callers are spilled into this frame, and the scan starts above the collector's own frames: what those still
// hold of an earlier pass must keep nothing alive.
__attribute__((noinline)) void Heap::reconcile() {
  if (no_reconcile || !scan_roots) return;
  __builtin_unwind_init();
  reconcile_from_here();
  asm volatile("" ::: "memory");
}

void Heap::reconcile_above(const void* top) {
  if (no_reconcile || !scan_roots) return;
  const void* outer = scan_top;
  scan_top = top;
  reconcile_from_here();
  scan_top = outer;
}

__attribute__((noinline)) void Heap::reconcile_from_here() {
  ScanTop top(*this, __builtin_frame_address(0));
  uint64_t t0 = now_ns();
  stats.max_waiting = std::max<uint64_t>(stats.max_waiting, zct_size());
  adjust_shells();
  freed_bytes_ = largest_freed_ = 0;
  size_t births = zct_size() - last_kept - reentered;
  stats.allocated += births;
  no_reconcile = true;
  g_looks_owed = false;
  {
    Reconciler r(*this);
    scan_roots(r);
    for (Value* v : roots) r.value(*v);
    if (count_suspended) count_suspended(false);
    if (UNLIKELY(g_verify_every) && stats.reconciles % g_verify_every == 0) checked_sweep(r, *this);
    else r.sweep();
  }
  no_reconcile = false;
  drop_dead_orphans();
  stats.freed_bytes += freed_bytes_;
  stats.max_waiting_bytes = std::max(stats.max_waiting_bytes, freed_bytes_ - largest_freed_);
  for (ShellList& l : shells) l.count_then = l.count;
  size_t kept = zct_size();
  last_kept = kept;
  reentered = 0;
  size_t small = taken_ < kSmallHeap;  // then half as much waits: it would show beside what is alive
  size_t soft = std::max(batch >> small, 2 * kept) + kept;
  while (soft > zct_room()) grow_zct();
  trim_tables(soft);
  soft_limit_ = soft;
  bytes_since = 0;
  set_soft_end();
  requested_ = false;
  budget = std::min(std::max(kMinBudget >> small, kept * 128), kMaxBudget);
  stats.reconciles++;
  if (after_reconcile) after_reconcile(*this);
  give_back(t0);
  uint64_t ns = now_ns() - t0;
  stats.total_pause_ns += ns;
  stats.max_pause_ns = std::max(stats.max_pause_ns, ns);
  if (UNLIKELY(sample != nullptr)) sample(*this);
}

}  // namespace kaa
