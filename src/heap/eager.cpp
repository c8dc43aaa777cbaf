// Eager objects: those whose death a program can see (a class with __del__, a file, a generator suspended inside `try`, what a weak reference with a
// callback refers to), and the containers that hold one.
//
// The barrier is the same for all objects but that an eager object's count has the sign bit set, which leads inc() and dec() here. What differs:
//  * an eager object with count 0 is in a table of its own (Heap::eager), with a note of the register that was seen to hold it. As long as that
//    note is right, nothing has to be looked for; interp/watch.cpp sees to it that it is looked at whenever it may have become wrong;
//  * a container that takes in an eager object becomes eager, so that its own death is noticed. This goes one step, at the store: in the usual order
//    (the file is stored in the object before the object is stored elsewhere) the whole chain becomes eager. In the other order the container is an
//    orphan: interp/watch.cpp looks among what the running functions' variables hold for its owners.
//    Most holders die without consequence, because something else holds the object, too: an argument tuple, a bound method. Where experience
//    says so for a type of holder and a type of object, only a sample of the holders becomes eager (Experience below); the others wait for the next
//    reconcile.
// An object stays eager once it is (but for a coroutine, whose death tells nothing once it has begun). The table is bounded: what does not fit waits in the zero-count table for the next reconcile, as other objects do.
//
// An eager object with count 0 is in exactly one of the tables (invariant Z). One with a count above 0 may still have a stale entry in either.
#include "heap/eager.h"

#include "heap/heap_inl.h"
#include "heap/reclaim_inl.h"

namespace kaa {

namespace {
constexpr size_t kMaxEager = 256;
constexpr size_t kMaxOrphans = 16;

// How often holders of one type became eager because of objects of another, and how often the death of one was the death of the object. Of objects that
// something else held already there is an experience apart (sys.stdout.write says nothing of open(name).read).
struct Experience {
  uint32_t holder, held;  // serials of the types: a new one at the address of a dead one has no experience
  uint32_t stored, useful;
  bool shared;
  static constexpr uint32_t kTrial = 128, kUseful = 64, kSample = 64;
  bool worthwhile() {
    stored++;
    if (stored < kTrial || useful >= stored / kUseful) return true;
    if (stored > kTrial * kUseful) {  // what was long ago counts less
      stored /= 2;
      useful /= 2;
    }
    return stored % kSample == 0;
  }
  void was_useful() { useful += useful >= stored / kUseful ? 1 : kSample; }  // a sample stands for many
};
constexpr size_t kExperiences = 1024;
Experience& experience(uint32_t a, uint32_t b, bool shared) {
  static Experience* table = new Experience[kExperiences]();
  uint64_t mixed = (uint64_t{a} << 33 ^ uint64_t{b} << 1 ^ shared) * 0x9E3779B97F4A7C15;
  Experience& e = table[(mixed >> 32) % kExperiences];
  if (e.holder != a || e.held != b || e.shared != shared) e = {a, b, 0, 0, shared};
  return e;
}
Experience& experience(const Object* holder, const Object* held, bool shared) { return experience(holder->type()->serial, held->type()->serial, shared); }

// Eager objects whose last holder in the heap was eager and has died, with the types of both.
struct LetGo { uint32_t holder, held; Object* object; };
std::vector<LetGo> g_let_go;
}  // namespace

static Experience& asking(const Type* t) { return experience(0, t->serial, true); }
bool worth_asking(const Type* t) { return asking(t).worthwhile(); }
void was_worth_asking(const Type* t) { asking(t).was_useful(); }

bool anything_let_go() { return !g_let_go.empty(); }
void gain_experience(bool decided) {
  for (const LetGo& l : g_let_go) {
    // What died for good has no shape any more, and what waits for its finalizer is counted.
    if (decided && heap().find_object(reinterpret_cast<uintptr_t>(l.object)) && !is_counted(l.object->rc)) continue;
    for (bool shared : {false, true}) experience(l.holder, l.held, shared).was_useful();
  }
  g_let_go.clear();
}

bool g_looks_owed = false;
std::vector<Object*> g_held_by_dead;
bool g_owner_lost = false;
int32_t held_by_dead(const Object* o) { return static_cast<int32_t>(std::count(g_held_by_dead.begin(), g_held_by_dead.end(), o)); }

std::vector<Object*>& eager_orphans() {
  static auto* v = new std::vector<Object*>();
  return *v;
}
bool LookBudget::earn_by_births() {
  Heap& h = heap();
  uint64_t births = h.stats.allocated + h.zct_size() - h.last_kept - h.reentered;
  uint64_t units = (births - earned_until_) / kBirths;
  if (!units) return false;
  earned_until_ += units * kBirths;
  add(units);
  if (left_ <= 0) return false;
  left_--;
  return true;
}
LookBudget& look_budget() {
  static LookBudget budget;
  return budget;
}
LookBudget& leave_budget() {
  static LookBudget budget;
  return budget;
}
void add_orphan(Object* o) {
  g_looks_owed = true;
  if (eager_orphans().size() >= kMaxOrphans) return;
  constexpr uint32_t kAll = 64, kSample = 16;  // finding owners costs more than a reconcile
  Experience& e = experience(o, o, false);
  if (e.stored++ > kAll && e.useful < e.stored / kSample && e.stored % kSample) return;
  eager_orphans().push_back(o);
  if (heap().eager_event) heap().eager_event();
}
// What has died has no shape any more.
static bool is_held(Object* o) { return heap().find_object(reinterpret_cast<uintptr_t>(o)) == o && is_counted(o->rc); }
void drop_dead_orphans() {
  g_held_by_dead.clear();
  g_owner_lost = false;
  if (UNLIKELY(!eager_orphans().empty())) std::erase_if(eager_orphans(), [](Object* o) { return !is_held(o); });
}
namespace {
struct Holder final : ChildVisitor {
  Object* object;
  uint32_t type;
  struct { Object* object; uint32_t type; bool finalized; } held[4];  // eager objects that it holds
  int n = 0;
  explicit Holder(Object* o) : object(o), type(o->type()->serial) { visit_children(o, *this); }
  void child(Value v) override {
    if (Object* c = v.object(); n < 4 && c->flag(kEager)) held[n++] = {c, c->type()->serial, c->flag(kFinalized)};
  }
};
bool lives(Object* o) { return heap().find_object(reinterpret_cast<uintptr_t>(o)) == o; }
}  // namespace
void watch_deaths(const std::vector<Object*>& dying, void (*reconcile)(Heap&)) {
  std::vector<Holder> holders;
  for (Object* o : dying) holders.emplace_back(o);
  reconcile(heap());
  for (const Holder& d : holders) {
    if (lives(d.object)) continue;
    for (int k = 0; k < d.n; k++) {
      if (Object* c = d.held[k].object; lives(c) && (d.held[k].finalized || !c->flag(kFinalized))) continue;
      for (bool shared : {false, true}) experience(d.type, d.held[k].type, shared).was_useful();
    }
  }
}
void drop_settled(std::vector<Object*>& orphans, void (*reconcile)(Heap&)) {
  std::erase_if(orphans, [](Object* o) { return !is_held(o); });  // one may have died since
  std::vector<Holder> holders;
  for (Object* o : orphans) holders.emplace_back(o);
  reconcile(heap());
  size_t n = 0;
  for (size_t i = 0; i < orphans.size(); i++) {
    if (is_held(orphans[i])) {
      orphans[n++] = orphans[i];
      continue;
    }
    const Holder& d = holders[i];
    experience(d.type, d.type, false).useful++;
    for (int k = 0; k < d.n; k++) {
      // What many hold, or a class, will not die soon: that this holder is gone says nothing of it.
      if (Object* c = d.held[k].object; is_held(c) && (c->count() > 1 || IS_EXACT(Value(c), function))) continue;
      for (bool shared : {false, true}) experience(d.type, d.held[k].type, shared).was_useful();
    }
  }
  orphans.resize(n);
}

void eager_inc(Object* o, Object* owner) {
  bool shared = is_counted(o->rc);
  o->rc += kCountOne;
  if (!owner) return;
  if (owner->rc & kEager) {
    if (UNLIKELY(owner->rc & kInZct) && !is_counted(owner->rc)) heap().eager_zero(owner);  // it was taken for dead (g_held_by_dead)
    return;
  }
  // A coroutine is eager for a moment only. A namespace that it passes through would be so for good, and all functions and classes made there.
  if (UNLIKELY(owner->shape == KAA_SHAPE(dict)) && o->shape == KAA_SHAPE(coroutine)) return;
  if (!experience(owner, o, shared).worthwhile()) {
    g_looks_owed = true;
    return;
  }
  make_eager(owner);
  if (is_counted(owner->rc) && !is_immortal(owner->rc)) add_orphan(owner);
}

void eager_inc_at(Object* o, const void* at) { eager_inc(o, heap().owner_of(at)); }

void eager_dec(Object* o) {
  o->rc -= kCountOne;
  if (!is_counted(o->rc)) {
    heap().eager_zero(o);
  } else if (UNLIKELY(!g_held_by_dead.empty()) && o->count() <= held_by_dead(o)) {
    g_owner_lost = true;
    if (heap().eager_event) heap().eager_event();
  }
}

void make_eager(Object* o) {
  if (static_cast<int64_t>(o->rc) < 0) return;  // immortal, or eager already
  o->rc |= kImmortal | kEager;
  if (!is_counted(o->rc)) heap().eager_zero(o);
}

void make_ordinary(Object* o) {
  if (!o->flag(kEager)) return;
  Heap& h = heap();
  o->rc &= ~(kImmortal | kEager);
  if (o->rc & kInEager) {
    o->rc &= ~uint64_t{kInEager};
    for (size_t i = h.eager.size(); i-- > 0;)
      if (h.eager[i].object == o) { h.eager[i] = h.eager.back(); h.eager.pop_back(); break; }
  }
  if (!is_counted(o->rc) && !(o->rc & kInZct)) enter_zct(o);
}

// Takes the entry of an object that has one off the zero-count table: the newest entries are looked at first.
void Heap::take_off_zct(Object* o) {
  o->rc &= ~uint64_t{kInZct};
  for (Object** p = zct_top_; p-- > zct_base_;) {
    if (*p != o) continue;
    *p = *--zct_top_;
    reentered--;  // as if it had never been entered a second time: births are counted by the table's growth
    return;
  }
}

void Heap::eager_zero(Object* o) {
  if (o->rc & kInEager) {
    if (eager_event) eager_event();
    return;
  }
  if (sweeping_ || eager.size() >= kMaxEager) {
    g_looks_owed = true;
    if (o->rc & kInZct) return;
    o->rc |= kInZct;
    reentered++;
    zct_push(o);
    return;
  }
  if (o->rc & kInZct) take_off_zct(o);
  o->rc |= kInEager;
  stats.eager_entered++;
  eager.push_back({o, nullptr, nullptr, 0, 0, 1});
  if (eager_event) eager_event();
}

void Heap::leave_to_reconcile(size_t i) {
  Object* o = eager[i].object;
  eager[i] = eager.back();
  eager.pop_back();
  o->rc = (o->rc & ~uint64_t{kInEager}) | kInZct;
  reentered++;
  zct_push(o);
}

void Heap::forget_frame(void* frame) {
  bool any = false;
  for (EagerEntry& e : eager)
    if (e.frame == frame) { e.frame = nullptr; any = true; }
  if (any && eager_event) eager_event();
}

void Heap::take_off_tables(Object* o) {
  if (o->rc & kInZct) take_off_zct(o);
  if (!(o->rc & kInEager)) return;
  o->rc &= ~uint64_t{kInEager};
  for (size_t i = eager.size(); i-- > 0;)
    if (eager[i].object == o) { eager[i] = eager.back(); eager.pop_back(); return; }
}

void Heap::release_parts(Object* o) {
  Type* ty = o->type();
  free_attributes(o, ty);
  if (ty->layout->destroy) ty->layout->destroy(o);
  ty->died_counted++;
}

static void queue_eager(Object* o) {
  o->rc |= kFinalized;
  inc(o);  // the queue's
  heap().queue_finalizer(o);
  if (o->type()->noted && !(o->rc & kOld)) heap().note_young(o);  // in case it comes back
}

// As kill(), for one object, outside a reconcile: there are no marks, so that children whose count falls to 0 may be held by a stack. They enter their
// tables, and what is eager among them is looked at next.
void Heap::kill_eager(Object* o) {
  stats.eager_killed++;
  take_off_tables(o);
  bool queue = o->type()->death == Death::kFinalizer && wants_finalizer(o);
  if (queue && !weakrefs_first(o)) {
    queue_eager(o);
    return;
  }
  if (o->rc & kHasWeakrefs) weakrefs_dead(o);
  if (queue) {
    queue_eager(o);
    return;
  }
  struct V final : ChildVisitor {
    Object* o;
    explicit V(Object* o) : o(o) {}
    void child(Value v) override {
      Object* c = v.object();
      dec(c);
      if (LIKELY(!c->flag(kEager)) || is_counted(c->rc)) return;
      g_let_go.push_back({o->type()->serial, c->type()->serial, c});
    }
  } v(o);
  visit_children(o, v);
  if (o->rc & kCandidate) young_fresh = false;
  release_parts(o);
  free_object(o);
}

}  // namespace kaa
