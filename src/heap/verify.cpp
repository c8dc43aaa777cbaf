// The verifier and the oracle.
//
// Heap::verify() recomputes every count by visiting everything that holds counted references: objects, static types, the queue of finalizers and callbacks, frames
// below the watermark. Counts must be equal, not merely high enough: one that is too high is a leak. It also looks whether each object with count 0 stands in the one table
// that its flags name.
//
// LifeOracle knows nothing of counts. Before the sweep of a reconcile it traces what the roots reach; after it
//  * everything reachable must still be there (nothing is freed too early);
//  * what is there and was not reachable must be waiting for its finalizer, or be held by other unreachable objects, so that it hangs on a cycle: counting alone would not have
//    freed it either. Anything else has outlived its last reference.
// Words of native stacks that look like addresses are roots, too: what they alone keep is counted, and said on stderr when KAA_VERIFY_WORDS is set.
#include "heap/verify.h"

#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "heap/heap_inl.h"
#include "heap/reclaim_inl.h"

namespace kaa {

#ifdef KAA_STRESS
uint32_t g_verify_every = 1021;  // a check costs about as much as a thousand reconciles
#else
uint32_t g_verify_every = 0;
#endif

namespace {
struct TypeName {
  char text[64];
  explicit TypeName(Object* o) {
    Str* s = o->type()->name;
    size_t n = s ? std::min(s->length, sizeof text - 1) : 0;
    for (size_t i = 0; i < n; i++) text[i] = static_cast<char>(s->at(i));
    text[n] = 0;
  }
};
void* address(Object* o) { return static_cast<void*>(o); }
}  // namespace

bool Heap::verify(bool abort_on_error) {
  bool good = true;
  std::unordered_map<Object*, int64_t> refs;
  refs.reserve(stats.live() + zct_size());
  struct V final : ChildVisitor {
    std::unordered_map<Object*, int64_t>& refs;
    Object* parent = nullptr;
    bool& good;
    V(std::unordered_map<Object*, int64_t>& r, bool& g) : refs(r), good(g) {}
    void child(Value v) override {
      Object* o = v.object();
      if (o->shape) { refs[o]++; return; }
      fprintf(stderr, "kaa: verifier: %s at %p refers to %p, which is free\n", parent ? TypeName(parent).text : "a queue", address(parent), address(o));
      good = false;
    }
  } v(refs, good);
  auto visit = [&](Object* o) {
    v.parent = o;
    visit_children(o, v);
  };
  each_object([&](Object* o) { visit(o); });
  for (Type& t : g_types) visit(&t);
  v.parent = nullptr;
  if (visit_queues) visit_queues(v);
  for (Value* p : held) v(*p);

  // The list of young objects: whatever has the mark of a candidate has an entry.
  std::unordered_map<Object*, bool> young;
  for (size_t i = 0; i < nyoung_; i++)
    if (page_of(young_[i])->young_from <= young_base_ + i && find_object(reinterpret_cast<uintptr_t>(young_[i])) == young_[i]) young[young_[i]] = true;
  each_object([&](Object* o) {
    if (!(o->rc & kCandidate) || young.count(o)) return;
    fprintf(stderr, "kaa: verifier: %s at %p is not in the list of young objects\n", TypeName(o).text, address(o));
    good = false;
  });

  // Entries of the tables: 1 in the zero-count table, 2 among the eager objects.
  std::unordered_map<Object*, int> entries;
  for (Object** p = zct_base_; p < zct_top_; p++) entries[*p] += 1;
  for (EagerEntry& e : eager) entries[e.object] += 0x100;
  each_object([&](Object* o) {
    if (is_immortal(o->rc)) return;
    auto it = refs.find(o);
    int64_t expected = it == refs.end() ? 0 : it->second;
    // A collection that runs finalizers holds its garbage by a count each.
    if (collecting_ ? o->count() < expected : o->count() != expected) {
      fprintf(stderr, "kaa: verifier: %s at %p has count %d, found %ld references\n", TypeName(o).text, address(o), o->count(), expected);
      good = false;
    }
    auto e = entries.find(o);
    int tables = e == entries.end() ? 0 : e->second, flags = (o->flag(kInZct) ? 1 : 0) + (o->flag(kInEager) ? 0x100 : 0);
    if (tables != flags || (o->count() == 0 && !tables)) {
      fprintf(stderr, "kaa: verifier: %s at %p with count %d has the flags %x, but the entries %x\n", TypeName(o).text, address(o), o->count(), static_cast<unsigned>(flags), static_cast<unsigned>(tables));
      good = false;
    }
  });
  for (auto [o, n] : entries)
    if (!o->shape) {
      fprintf(stderr, "kaa: verifier: a table names %p, which is free\n", address(o));
      good = false;
    }
  if (!good && abort_on_error) abort();
  return good;
}

// Traces from roots with a work list of its own.
class LifeTrace final : public RootVisitor {
 public:
  LifeTrace(LifeOracle& o, uint8_t how) : o_(o), how_(how) {}
  void value(Value v) override {
    if (how_ == LifeOracle::kExactly && v.is_reference()) reach(v.object());
  }
  __attribute__((no_sanitize("address"))) void conservative(const void* lo, const void* hi) override {
    if (how_ != LifeOracle::kByWord) return;
    const uintptr_t* e = static_cast<const uintptr_t*>(hi);
    for (const uintptr_t* p = reinterpret_cast<const uintptr_t*>(reinterpret_cast<uintptr_t>(lo) & ~uintptr_t{7}); p < e; p++)
      if (o_.h_.in_range(*p))
        if (Object* o = o_.h_.find_object(*p)) reach(o);
  }
  void reach(Object* o) {
    if (o_.reached_.try_emplace(o, how_).second) work_.push_back(o);
  }
  void drain() {
    while (!work_.empty()) {
      Object* o = work_.back();
      work_.pop_back();
      reach(o->type());
      each_child(o, o->type(), [this](Object* c) { reach(c); });
    }
  }

 private:
  LifeOracle& o_;
  uint8_t how_;
  std::vector<Object*> work_;
};

namespace {
struct QueueVisitor final : ChildVisitor {
  std::vector<Object*> found;
  void child(Value v) override { found.push_back(v.object()); }
};
}  // namespace

void LifeOracle::begin() {
  reached_.reserve(h_.stats.live() * 2);
  for (uint8_t how : {uint8_t{kExactly}, uint8_t{kByWord}}) {
    LifeTrace t(*this, how);
    h_.scan_roots(t);
    for (Value* v : h_.roots) t.value(*v);
    if (how == kExactly) {
      h_.each_object([&](Object* o) { if (is_immortal(o->rc)) t.reach(o); });
      for (Type& s : g_types) t.reach(&s);
      for (Value* v : h_.held) t.value(*v);
      QueueVisitor q;
      if (h_.visit_queues) h_.visit_queues(q);
      for (Object* o : q.found) t.reach(o);
    } else {
      // A thread that is in native code goes on while the others are scanned, and may have overwritten a word since the reconcile saw it.
      h_.each_object([&](Object* o) { if (o->rc & kMarked) t.reach(o); });
    }
    t.drain();
  }
}

bool LifeOracle::end() {
  bool good = true;
  for (auto [o, how] : reached_) {
    bool is_static = !h_.contains(o);
    if (is_static || h_.find_object(reinterpret_cast<uintptr_t>(o)) == o) {
      if (how == kByWord && !is_static && o->count() == 0) held_by_words_++;
      continue;
    }
    fprintf(stderr, "kaa: oracle: %p was reachable %s and is freed\n", address(o), how == kExactly ? "from a root" : "from a word of a native stack");
    good = false;
  }
  // What waits for its finalizer, and all it needs.
  LifeTrace waiting(*this, kExactly);
  QueueVisitor q;
  if (h_.visit_queues) h_.visit_queues(q);
  for (Object* o : q.found) waiting.reach(o);
  waiting.drain();
  // References among the rest.
  std::unordered_map<Object*, bool> rest;
  h_.each_object([&](Object* o) { if (!reached_.count(o)) rest[o] = false; });
  for (auto [o, held] : rest)
    each_child(o, o->type(), [&](Object* c) {
      auto it = rest.find(c);
      if (it != rest.end()) it->second = true;
    });
  for (auto [o, held] : rest) {
    if (held || o->type()->has(kTypeType)) continue;  // instances do not count their class: collections free classes
    if (o->rc & kGarbage) continue;                   // garbage of the collection that runs finalizers now: held by it, though its ring may be open
    fprintf(stderr, "kaa: oracle: %s at %p (count %d) outlived its last reference\n", TypeName(o).text, address(o), o->count());
    good = false;
  }
  return good;
}

}  // namespace kaa
