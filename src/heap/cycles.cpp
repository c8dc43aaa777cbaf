// Collecting garbage cycles.
//
// Reconcile goes first, so that what remains at count zero is held by stacks. Then, over the candidates (the young objects, or all of them):
//  1. every reference from a candidate to a candidate takes one off the count: what is left comes from outside (no copy of the counts is needed: what is found
//     alive has the references from it put back, and the garbage at the end);
//  2. candidates with something left, those that stacks, roots or the zero-count table hold, and all they reach are alive;
//  3. the rest is garbage: weak references to it are cleared first (callbacks of references that are garbage themselves do not run), then finalizers
//     run (each object's once); if any ran, the garbage is examined again and what came back to life is left alone;
//  4. what is still garbage is freed as one batch: children outside it lose a count, children inside need none.
// Instances do not count their type, so types are candidates in full collections alone; an instance that is alive keeps its type alive.
//
// There are three generations: the young, which no collection has seen (without kOld); the middle one, which survived one collection of the young (kOld and
// kMiddle); the old (kOld alone). A container that lives through its first reconcile (it leaves the zero-count table counted) enters a list: these are the
// young, and have the mark of candidates from then on. Its survivors mark their KiB on their pages as middle, and collections of that generation look at marked
// blocks. The cost follows the generation, not the heap.
//
// Most that is young at a collection is garbage, so what it costs to look at an object and to free it is what collecting costs. The first pass finds out what the
// last one has to do: an object whose children are all candidates themselves (or immortal) is freed without a look at them (closed), since their counts are
// those of what is left of the heap already.
#include <string.h>

#include <algorithm>
#include <unordered_map>

#include "heap/heap_inl.h"
#include "heap/reclaim_inl.h"
#include "heap/reserve.h"

namespace kaa {

void order_garbage(std::vector<Object*>& garbage, Object* const* young, size_t nyoung);  // garbage_order.cpp

void (*g_garbage_found)(const std::vector<Object*>&) = nullptr;

class CycleCollector {
  using Entry = uintptr_t;

 public:
  CycleCollector(Heap& h, int generation) : h_(h), generation_(generation), full_(generation == 2) {}

  // The candidates, and what roots hold of them. The roots come first: looking at them counts suspended generators, which must not happen between
  // taking references off and putting them back.
  void gather() {
    struct R final : RootVisitor {
      CycleCollector& c;
      explicit R(CycleCollector& c) : c(c) {}
      void value(Value v) override { if (v && v.is_object()) c.roots_.push_back(v.object()); }
      __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
        const uintptr_t* e = static_cast<const uintptr_t*>(hi);
        for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7}); p < e; p++)
          if (c.h_.in_range(*p))
            if (Object* o = c.h_.find_object(*p)) c.roots_.push_back(o);
      }
    } r(*this);
    if (h_.count_suspended) h_.count_suspended(true);
    h_.scan_roots(r);
    for (Value* v : h_.roots) r.value(*v);
    for (Object** p = h_.zct_base_; p < h_.zct_top_; p++) roots_.push_back(*p);
    for (EagerEntry& e : h_.eager) roots_.push_back(e.object);
    Type* last = nullptr;
    auto look = [&](Object* o) {
      Type* ty = o->type();
      if ((o->rc & kCandidate) && !full_) return;  // in the list, and in a block
      bool older = (o->rc & kOld) && !(generation_ == 1 && (o->rc & kMiddle));
      if (is_immortal(o->rc) || (o->rc & kFrozen) || !ty->container || (!full_ && (older || ty->has(kTypeType)))) {
        if (full_ && ty != last && !is_immortal(ty->rc)) roots_.push_back(last = ty);  // an instance holds its type without a count
        return;
      }
      if (full_ && (o->rc & kOld) && ty->recipe == kRecipe_tuple && holds_no_container(o, ty)) return;  // part of no cycle
      o->rc |= kCandidate;
      candidates_++;
      if (!listed_) return;
      if (full_ && candidates_ > kMostListed) {
        listed_ = false;
        std::vector<Entry>().swap(list_);
        return;
      }
      list_.push_back(entry(o));
    };
    if (full_) {
      auto ignore = [](Object*) {};
      h_.take_young_blocks(ignore);
      h_.take_middle(ignore);
      h_.each_object(look);
    } else {
      if (h_.young_fresh) {
        list_.resize(h_.nyoung_);
        if (h_.nyoung_) memcpy(list_.data(), h_.young_, h_.nyoung_ * sizeof(Entry));
      } else {
        take_list();
      }
      h_.take_young_blocks(look);
      if (generation_ == 1) h_.take_middle(look);
    }
    nyoung_ = h_.nyoung_;
    h_.forget_young();
  }
  // The entries of the list of young objects that name one still, and each once: an object that died may have left one for the next at its address.
  void take_list() {
    size_t n = h_.nyoung_, kept = 0;
    uint64_t number = h_.young_base_;
    Object** young = h_.young_;
    list_.resize(n);
    Entry* list = list_.data();
    for (size_t i = 0; i < n; i++, number++) {
      Object* o = young[i];
      if (page_of(o)->young_from > number || !o->shape) continue;
      uint64_t rc = o->rc;
      if (!(rc & kCandidate)) continue;
      o->rc = rc & ~uint64_t{kCandidate};
      list[kept++] = entry(o);
    }
    list_.resize(kept);
    for (size_t i = 0; i < kept; i++) object(list[i])->rc |= kCandidate;
  }

  // The young candidates are listed, and all of a small heap; those of a larger one are found by walking it, so that a full collection needs no memory in
  // proportion to it.
  template <class F>
  void each_candidate(F&& f) {
    if (listed_) {
      for (Entry e : list_) f(object(e));
      return;
    }
    h_.each_object([&](Object* o) { if (o->rc & kCandidate) f(o); });
  }

  // Takes one off a candidate's count for each reference from a candidate: what is left comes from outside. Nothing else looks at counts until they are
  // put back: by drain() for what is alive, by garbage() for the rest.
  void subtract() {
    if (!listed_) {
      each_candidate([this](Object* o) { subtract_from(o, o->type()); });
      return;
    }
    // Each is fetched into the cache before it is looked at, and then what its first word leads to, such as a list's items.
    size_t n = candidates_ = list_.size();
    for (size_t i = 0; i < n; i++) {
      if (i + 2 * kAhead < n) __builtin_prefetch(object(list_[i + 2 * kAhead]));
      if (i + kAhead < n) __builtin_prefetch(*reinterpret_cast<void**>(object(list_[i + kAhead]) + 1));
      list_[i] |= subtract_from(object(list_[i]), object(list_[i])->type());
    }
  }
  // The marks of the entry.
  [[gnu::always_inline]] Entry subtract_from(Object* o, Type* t) {
    bool open = false;
    auto child = [&](Value v) __attribute__((always_inline)) {
      if (!v.is_reference()) return;
      uint64_t rc = v.object()->rc;
      if (LIKELY(rc & kCandidate)) v.object()->rc = rc - kCountOne;
      else open |= !is_immortal(rc);
    };
    if (UNLIKELY(!each_known_word(o, t, child))) {
      subtract_general(o, t);
      open = true;
    }
    if (UNLIKELY((o->rc & (kHasWeakrefs | kInZct | kInEager)) || !is_plain(o, t))) {
      plain_ &= is_plain(o, t);
      open = true;
    }
    return open ? kOpen : 0;
  }
  [[gnu::noinline]] static void subtract_general(Object* o, Type* t) {
    each_child(o, t, [](Object* c) { if (c->rc & kCandidate) c->rc -= kCountOne; });
  }
  // o is alive, and all it holds: the references from it are put back. What hangs on it is visited at once, to some depth, and what is deeper later: the list
  // stays short whatever the shape of the heap, and each object's children are looked at once.
  void reach(Object* o, int depth = 0) {
    if ((o->rc & (kCandidate | kReached)) != kCandidate) return;
    o->rc |= kReached;
    reached(o, depth);
  }
  void reached(Object* o, int depth) {
    reached_++;
    if (depth < kDepth) visit(o, depth + 1);
    else work_.push_back(o);
  }
  void visit(Object* o, int depth) {
    Type* t = o->type();
    reach(t, depth);
    each_child(o, t, [this, depth](Object* c) {
      uint64_t rc = c->rc;
      if (!(rc & kCandidate)) return;
      c->rc = (rc + kCountOne) | kReached;
      if (!(rc & kReached)) reached(c, depth);
    });
  }
  void drain() {
    while (!work_.empty()) {
      Object* o = work_.back();
      work_.pop_back();
      visit(o, 1);
    }
  }
  bool all_reached() const { return reached_ == candidates_; }
  // There is no memory for the list of what is garbage: nothing is, this time.
  void spare() {
    each_candidate([this](Object* o) {
      reach(o);
      drain();
    });
  }
  void find_alive() {
    for (Object* o : roots_) reach(o);
    drain();
    each_candidate([this](Object* o) {
      if (LIKELY(o->rc < kCountOne) || o->count() <= 0) return;  // an eager object's count has the sign bit
      reach(o);
      drain();
    });
  }

  // How much garbage there is.
  size_t found() const { return candidates_ - reached_; }
  // Dying tells nobody anything, and nothing that must be freed looks at another object. Then the counts are not put back; free_plain() goes on.
  bool is_plain() {
    if ((plain_ && listed_) || all_reached()) return true;
    separate();
    return std::all_of(garbage_.begin(), garbage_.end(), [](Entry e) { return is_plain(object(e), object(e)->type()); });
  }
  // The garbage, which is as it was before: its counts are put back, and its marks are off.
  std::vector<Object*> garbage() {
    separate();
    std::vector<Object*> g;
    g.reserve(garbage_.size());
    for (Entry e : garbage_) g.push_back(object(e));
    for (Object* o : g) each_child(o, o->type(), [](Object* c) { if (c->rc & kCandidate) c->rc += kCountOne; });
    for (Object* o : g) o->rc &= ~uint64_t{kCandidate};
    order_garbage(g, h_.young_, nyoung_);
    return g;
  }
  // Takes the marks off what is alive, which is a generation older from now on.
  void finish() {
    each_candidate([this](Object* o) {
      if (!(o->rc & kReached)) return;
      o->rc &= ~uint64_t{kCandidate | kReached};
      o->rc = (o->rc & ~uint64_t{kMiddle}) | kOld;
      if (UNLIKELY(!is_counted(o->rc)) && !(o->rc & (kInZct | kInEager))) enter_zct(o);  // garbage alone had counted references to it
      if (generation_ > 0) return;
      o->rc |= kMiddle;
      h_.note_middle(o);
    });
  }

  // Frees plain garbage in one pass. Nothing is allocated meanwhile, so that the memory of what went stays as it is; but a large object's is unmapped, so these
  // go last.
  void free_plain() {
    h_.keep_spans_ = true;
    if (separated_) {
      for (Entry e : garbage_) free_one(e);
    } else {
      std::vector<Entry> alive;  // mostly the smaller part
      for (Entry e : list_) {
        if (UNLIKELY(object(e)->rc & kReached)) alive.push_back(e);
        else free_one(e);
      }
      list_.swap(alive);
    }
    h_.keep_spans_ = false;
    for (Page* p : h_.spans_) h_.free_span(p);
    h_.spans_.clear();
  }
  // Frees a set of objects that only refer to each other from now on.
  void free_batch(const std::vector<Object*>& g) {
    for (Object* o : g) o->rc |= kDead;
    for (Object* o : g) {
      if (o->rc & (kInZct | kInEager)) h_.take_off_tables(o);  // a stale entry
      if (o->rc & kHasWeakrefs) h_.weakrefs_dead(o);
      each_child(o, o->type(), [](Object* c) { if (!(c->rc & kDead)) dec(c); });
    }
    // What an object holds besides children is freed while the whole batch is still there, and each before its type, whose shapes say how it is laid
    // out: instances, classes, their metaclasses. Then the memory.
    std::vector<std::pair<int, Object*>> types;
    for (Object* o : g) {
      if (!o->type()->has(kTypeType)) { h_.release_parts(o); continue; }
      int above = 0;
      for (Type* t = o->type(); t != t->type() && above < 1000; t = t->type()) above++;
      types.push_back({above, o});
    }
    std::sort(types.begin(), types.end(), [](auto& a, auto& b) { return a.first > b.first; });
    for (auto [above, o] : types) h_.release_parts(o);
    for (Object* o : g) h_.free_object(o);
  }

 private:
  // The candidates that were not reached go to a list of their own.
  void separate() {
    if (separated_) return;
    separated_ = true;
    if (all_reached()) return;
    if (!listed_) {
      garbage_.reserve(found());
      each_candidate([&](Object* o) { if (!(o->rc & kReached)) garbage_.push_back(entry(o) | kOpen); });
      return;
    }
    std::vector<Entry> alive;
    for (Entry e : list_) (object(e)->rc & kReached ? alive : garbage_).push_back(e);
    list_.swap(alive);
  }
  [[gnu::always_inline]] void free_one(Entry e) {
    Object* o = object(e);
    Type* t = o->type();
    t->died_counted++;
    if (LIKELY(!(e & kOpen))) {
      h_.release(o, t);
      return;
    }
    if (UNLIKELY(o->rc & (kInZct | kInEager))) h_.take_off_tables(o);  // a stale entry
    h_.release_garbage(o, t);
  }

  // A candidate's address, and what is known of it.
  static constexpr Entry kOpen = 1;  // something that is not immortal and no candidate hangs on it, or there is something else to do when it dies
  static Entry entry(Object* o) { return reinterpret_cast<Entry>(o); }
  static Object* object(Entry e) { return reinterpret_cast<Object*>(e & ~kOpen); }
  // Its death tells nobody anything, and freeing it looks at no other object.
  static bool is_plain(Object* o, Type* t) {
    return !(o->rc & kHasWeakrefs) && t->death != Death::kFinalizer && t->recipe != kRecipeGeneral && t->recipe != kRecipeGenerator;
  }
  static bool holds_no_container(Object* o, Type* t) {
    bool none = true;
    each_child(o, t, [&](Object* c) { none &= !c->type()->container; });
    return none;
  }
  static constexpr size_t kMostListed = 32768;
  static constexpr size_t kAhead = 4;  // objects
  static constexpr int kDepth = 48;  // levels of native recursion
  Heap& h_;
  int generation_;
  bool full_;
  bool listed_ = true;                   // the candidates are those of list_
  bool plain_ = true;                    // those of the list are plain
  bool separated_ = false;               // the garbage is in garbage_
  size_t nyoung_ = 0;                    // length of the heap's list of young objects
  size_t candidates_ = 0, reached_ = 0;  // how many there are, and were found alive
  std::vector<Entry> list_, garbage_;
  std::vector<Object*> work_, roots_;
};

size_t Heap::collect(int generation, const void* top, bool reconciled) {
  if (no_reconcile) return 0;
  __builtin_unwind_init();
  const void* outer = scan_top;
  if (top) scan_top = top;
  collecting_ = true;
  size_t n = collect_from_here(generation, reconciled);
  collecting_ = false;
  scan_top = outer;
  asm volatile("" ::: "memory");
  return n;
}

__attribute__((noinline)) size_t Heap::collect_from_here(int generation, bool reconciled) {
  ScanTop top(*this, __builtin_frame_address(0));
  // Python code run from here has native frames of its own, which must be scanned.
  auto pending = [&] {
    if (!run_pending) return false;
    const void* saved = scan_top;
    scan_top = nullptr;
    bool any = run_pending();
    scan_top = saved;
    return any;
  };
  // What is dead without cycles goes first, with the finalizers that this sets off, until nothing new dies.
  if (!reconciled || generation == 2) {
    do reconcile();
    while (pending());
  }
  if (generation == 2) drain_shells();
  no_reconcile = true;
  std::vector<Object*> garbage;
  size_t found, eager_then = eager.size();
  bool plain;
  {
    CycleCollector c(*this, generation);
    c.gather();
    c.subtract();
    c.find_alive();
    if (UNLIKELY(memory_is_tight()) && !room_for(c.found() * sizeof(Object*))) c.spare();
    found = c.found();
    plain = !g_garbage_found && !keep_garbage && c.is_plain();
    if (plain) c.free_plain();
    else garbage = c.garbage();
    c.finish();
  }
  stats.collections++;
  if (plain) {
    stats.cycles_collected += found;
    no_reconcile = false;
    if (found && (generation == 2 || !settled() || eager.size() != eager_then)) {
      do reconcile();
      while (pending());
    }
    return found;
  }
  constexpr size_t kBytesEach = 256;  // in the tables below
  if (UNLIKELY(found > 10000) && !room_for(found * kBytesEach)) {
    no_reconcile = false;
    return 0;
  }
  if (UNLIKELY(g_garbage_found != nullptr) && found) g_garbage_found(garbage);
  if (found && keep_garbage) {
    no_reconcile = false;
    keep_garbage(garbage);
    return found;
  }
  if (found) {
    // The batch is held by a count each while Python may run.
    for (Object* o : garbage) {
      o->rc |= kGarbage;
      inc(o);
    }
    for (Object* o : garbage)
      if (o->rc & kHasWeakrefs) weakrefs_dead(o);
    for (Object* o : garbage) {
      if (o->type()->death == Death::kFinalizer && wants_finalizer(o)) {
        o->rc |= kFinalized;
        inc(o);
        queue_finalizer(o);
      }
    }
    std::vector<Object*> dead = garbage;
    no_reconcile = false;
    if (pending()) {
      // Finalizers or callbacks ran. Examine again: whatever holds more than the references among the batch and our own count is back, with all it reaches.
      reconcile();
      std::unordered_map<Object*, int32_t> refs;
      for (Object* o : garbage) refs[o] = o->count() - 1;
      struct V final : ChildVisitor {
        std::unordered_map<Object*, int32_t>& refs;
        explicit V(std::unordered_map<Object*, int32_t>& r) : refs(r) {}
        void child(Value v) override {
          auto it = refs.find(v.object());
          if (it != refs.end()) it->second--;
        }
      } v(refs);
      for (Object* o : garbage) visit_children(o, v);
      std::vector<Object*> work;
      std::unordered_map<Object*, bool> alive;
      auto reach = [&](Object* o) {
        if (refs.count(o) && !alive[o]) { alive[o] = true; work.push_back(o); }
      };
      for (Object* o : garbage) if (refs[o] > 0) reach(o);
      // Instances do not count their class: those that finalizers made hold theirs, too.
      if (std::any_of(garbage.begin(), garbage.end(), [](Object* o) { return o->type()->has(kTypeType); }))
        each_object([&](Object* o) { if ((o->type()->rc & kGarbage) && !refs.count(o)) reach(o->type()); });
      struct R final : RootVisitor {
        Heap& h;
        decltype(reach)& f;
        R(Heap& h, decltype(reach)& f) : h(h), f(f) {}
        void value(Value x) override { if (x && x.is_object()) f(x.object()); }
        void conservative(const void*, const void*) override {}  // our own lists would keep everything
      } r(*this, reach);
      scan_roots(r);
      // Instances do not count their types: one that a finalizer has made, or that came back itself, keeps its class.
      bool classes = false;
      for (Object* o : garbage) classes |= o->type()->has(kTypeType);
      if (classes) each_object([&](Object* o) { if (!refs.count(o)) reach(o->type()); });
      while (!work.empty()) {
        Object* o = work.back();
        work.pop_back();
        reach(o->type());
        struct W final : ChildVisitor {
          decltype(reach)& f;
          explicit W(decltype(reach)& f) : f(f) {}
          void child(Value x) override { f(x.object()); }
        } w(reach);
        reach(o->type());
        visit_children(o, w);
      }
      dead.clear();
      for (Object* o : garbage) {
        o->rc &= ~uint64_t{kGarbage};
        if (alive[o]) dec(o); else dead.push_back(o);
      }
    }
    no_reconcile = true;
    CycleCollector c(*this, generation);
    c.free_batch(dead);
    no_reconcile = false;
    stats.cycles_collected += dead.size();
    found = dead.size();  // what came back to life was not collected
    do reconcile();
    while (pending());
  }
  no_reconcile = false;
  return found;
}

}  // namespace kaa
