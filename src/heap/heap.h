// The heap: pages of equal slots, the zero-count table, reconcile. See heap.cpp and reconcile.cpp for the model.
// One Heap serves all threads while they take turns under one lock.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "heap/object.h"

namespace kaa {

// Small slots up to kMaxSmall bytes come in size classes; larger blocks are spans of pages, or chunks of their own.
inline constexpr size_t kPageSize = 64 << 10, kChunkSize = 4 << 20, kMaxSmall = 32 << 10;
inline constexpr int kPagesPerChunk = kChunkSize / kPageSize;
inline constexpr int kClassCount = 16 + 32;

// Size classes: multiples of 8 up to 128, then four steps for each doubling up to 32 KiB.
constexpr int size_class(size_t n) {
  if (n <= 128) return n <= 16 ? 0 : static_cast<int>((n + 7) / 8) - 2;
  int top = 63 - __builtin_clzll(n - 1);  // 2^top < n <= 2^(top+1)
  return 15 + (top - 7) * 4 + static_cast<int>((n - 1) >> (top - 2) & 3);
}
constexpr size_t class_size(int c) {
  if (c <= 14) return static_cast<size_t>(c + 2) * 8;
  int g = (c - 15) / 4, s = (c - 15) % 4;
  return (size_t{128} << g) + (static_cast<size_t>(s + 1) << (5 + g));
}
static_assert(size_class(16) == 0 && size_class(17) == 1 && size_class(128) == 14 && class_size(14) == 128);
static_assert(size_class(129) == 15 && class_size(15) == 160 && size_class(160) == 15 && size_class(161) == 16);
static_assert(class_size(size_class(kMaxSmall)) == kMaxSmall && size_class(kMaxSmall) < kClassCount);

struct FreeSlot { FreeSlot* next; Shape* shape; };  // a free slot of an object page: shape is null

enum class PageKind : uint8_t { kFree, kObjects, kRaw, kSpanStart, kSpanRest };

struct Page {
  FreeSlot* free;        // free slots of this page
  char* start;
  char* bump;            // slots from here to end were never used
  char* end;
  uint32_t slot_size;
  uint32_t used;         // slots in use
  uint64_t span_bytes;   // of a span: its size in bytes
  Page* next;            // in its class's list of pages with room
  Page* prev;
  uint64_t young;        // bit i: an object in the i-th KiB may be a container that no cycle collection has seen and that is in no list
  uint64_t middle;       // the same for containers that one has seen (kMiddle)
  uint64_t young_from;   // entries of the list of young objects that lie here have this number at least: those below name what was here before
  PageKind kind;
  uint8_t cls;
  bool listed;           // is in that list
  bool raw;              // span holds raw memory
};

// The page of an object or buffer slot, from its first address: a chunk begins with the descriptors of its pages. (Heap::find_page takes any address.)
inline Page* page_of(const void* p) {
  uintptr_t a = reinterpret_cast<uintptr_t>(p);
  return reinterpret_cast<Page*>(a & ~uintptr_t{kChunkSize - 1}) + ((a & (kChunkSize - 1)) / kPageSize);
}

// Lists of shells: dead objects that keep their small buffer (defs/freelists.def).
enum Shell : uint8_t {
#define FREELIST_MEMORY(id, structure)
#define FREELIST_STORAGE(id, structure) kShell_##id,
#include "defs/freelists.def"
  kShellCount
};
struct ShellList {
  FreeSlot* head;
  uint32_t count;        // shells that wait
  uint32_t limit;        // no more than this are kept: what the time between two reconciles needs
  uint32_t count_then;   // count after the last reconcile
  uint32_t missed;       // allocations since then that found the list empty
  uint64_t reused;       // allocations from the list, as of the last reconcile
  uint64_t made;         // allocations that found it empty, likewise
};

// A stack that says so when it cannot grow: what frees memory must do without more of it.
class ObjectStack {
 public:
  bool push(Object* o) {
    if (UNLIKELY(n_ == room_) && !grow()) return false;
    at_[n_++] = o;
    return true;
  }
  Object* pop() { return at_[--n_]; }
  size_t size() const { return n_; }
  bool empty() const { return n_ == 0; }
  void trim(size_t most);  // an empty one keeps room for no more than that
 private:
  bool grow();
  Object** at_ = nullptr;
  size_t n_ = 0, room_ = 0;
};

// Where roots are reported to in a reconcile or a trace. Exact values, and ranges of words that may be pointers.
class RootVisitor {
 public:
  virtual void value(Value v) = 0;
  virtual void conservative(const void* lo, const void* hi) = 0;
  virtual void values(const Value* p, size_t n) { for (size_t i = 0; i < n; i++) value(p[i]); }
 protected:
  ~RootVisitor() = default;
};

// Called for each child of an object.
class ChildVisitor {
 public:
  virtual void child(Value v) = 0;
  void operator()(Value v) { if (v.is_reference()) child(v); }
  template <class T> void operator()(Field<T>& f) { (*this)(f.value()); }
  void range(const Value* p, size_t n) { for (size_t i = 0; i < n; i++) (*this)(p[i]); }
 protected:
  ~ChildVisitor() = default;
};

// An eager object that is held by stacks alone, and where one was last seen (interp/watch.cpp decides about these; null: has to be looked for).
struct EagerEntry {
  Object* object;
  void* frame;           // the Frame that holds it
  const Value* slot;     // in this register,
  uint32_t lo, hi;       // which is live at words lo to hi of the frame's code
  uint32_t misses;       // times it was looked for in vain, held by something that is no frame
};

struct HeapStats {
  uint64_t allocated = 0, freed = 0, reconciles = 0, survivors = 0, large = 0, cycles_collected = 0, collections = 0;
  uint64_t live() const { return allocated - freed; }  // objects, as of the last reconcile
  uint64_t eager_entered = 0, eager_looks = 0, eager_scans = 0, eager_killed = 0;
  uint64_t max_pause_ns = 0, total_pause_ns = 0;
  uint64_t max_waiting = 0;        // the most table entries that waited for a reconcile
  uint64_t young_collections = 0, max_young_ns = 0, max_full_ns = 0, collecting_ns = 0;  // of cycle collections; finalizers and callbacks included
  uint64_t freed_bytes = 0;        // objects and their buffers
  uint64_t max_waiting_bytes = 0;  // the most that one reconcile freed, a large object aside
};

class Heap {
 public:
  Heap();
  // The fast path of the two below: a pop from the page's free list and a store into the table. Null: take them instead.
  [[gnu::always_inline]] Object* try_allocate(Shape* shape, size_t size) {
    if (LIKELY(size <= kMaxSmall)) {
      Page* p = current_[size_class(size)];
      FreeSlot* s = p->free;
      if (LIKELY(s && zct_top_ < zct_soft_end_)) {
        p->free = s->next;
        p->used++;
        return born(s, shape);
      }
    }
    return nullptr;
  }
  // Memory for an object of `size` bytes, entered in the zero-count table with count 0; contents past the header are not initialised and must be
  // before the next allocation. Null when memory is short (the caller raises MemoryError). May reconcile first.
  Object* allocate(Shape* shape, size_t size) {
    Object* o = try_allocate(shape, size);
    return LIKELY(o != nullptr) ? o : allocate_slow(shape, size);
  }
  // The same, but never reconciles: for functions that copy from memory of the caller's (a buffer does not keep its owner alive, and the caller may
  // hold the buffer alone): strings, bytes, tuple_of(), list_of(). What becomes due is done at the next safepoint or other allocation.
  Object* allocate_deferred(Shape* shape, size_t size) {
    Object* o = try_allocate(shape, size);
    return LIKELY(o != nullptr) ? o : allocate_deferred_slow(shape, size);
  }
  // A shell of this kind, entered in the table; its fields are as shells of the kind are kept (heap/freelists.cpp). Null: there is none, or a reconcile is
  // due; then allocate. Never reconciles.
  Object* reuse(Shell kind, Shape* shape) {
    ShellList& l = shells[kind];
    FreeSlot* s = l.head;
    if (LIKELY(s && zct_top_ < zct_soft_end_)) {
      l.head = s->next;
      l.count--;
      return born(s, shape);
    }
    l.missed++;
    return nullptr;
  }
  // A slot that keep_generator() took, born again. False: a reconcile is due, allocate instead. Never reconciles.
  bool reuse_slot(Object* o, Shape* shape) {
    if (UNLIKELY(zct_top_ >= zct_soft_end_)) return false;
    born(reinterpret_cast<FreeSlot*>(o), shape);
    return true;
  }
  // Gives back the slot of a dead object that somebody kept (its shape word is null).
  void release_kept(Object* o) { free_small(o, page_of(o)); }
  // Gives the memory of all shells back. Done under memory pressure and by full collections.
  void drain_shells();
  // Reconciles if it is due (safepoints). Whether it did.
  bool reconcile_if_due(const void* top) {
    if (LIKELY(!requested_ || no_reconcile)) return false;
    if (top) reconcile_above(top); else reconcile();
    return true;
  }

  // MemoryError is raised: what catches it needs a little memory, which comes from the reserve (heap/reserve.h) while half of that is left.
  void take_cushion();

  // Buffers: memory without a header, never scanned. Its owner frees it. Null when memory is short. May NOT reconcile; counts towards the budget.
  void* allocate_raw(size_t size);
  void free_raw(void* p, size_t size);
  void* reallocate_raw(void* p, size_t old_size, size_t new_size);

  // Decides the fate of everything in the zero-count table. Runs no Python; finalizers and weakref callbacks are queued.
  void reconcile();
  // The same, where the native frames below `top` are known to hold no references.
  void reconcile_above(const void* top);
  // Runs when a safepoint or an allocation finds it due.
  bool due() const { return zct_size() >= soft_limit_ || bytes_since >= budget; }

  // Collects garbage cycles among all objects (generation 2), the young ones (0), or these and the middle ones (1). Returns the number of objects found
  // unreachable. Calls
  // finalizers through `run_finalizers` hooks, so it may run Python: call it at safepoints alone.
  size_t collect(int generation, const void* top = nullptr, bool reconciled = false);  // top: as reconcile_above(); reconciled: just now

  // The object that the address lies in, or null. Interior addresses count.
  Object* find_object(uintptr_t addr);
  // Calls fn for every live object.
  template <class F> void each_object(F&& fn);
  // Whether an address lies in memory of the heap's chunks at all: a cheap test that most words of a stack fail.
  bool in_range(uintptr_t addr) const { return addr - chunks_lo_ < chunks_span_; }
  // The object whose slot, not whose buffer, holds the address; null for buffers and everything else.
  Object* owner_of(const void* p) { return in_range(reinterpret_cast<uintptr_t>(p)) ? find_object(reinterpret_cast<uintptr_t>(p)) : nullptr; }
  bool contains(const void* p) { return find_page(reinterpret_cast<uintptr_t>(p)) != nullptr; }

  // Hooks set by the runtime.
  void (*scan_roots)(RootVisitor&) = nullptr;          // every thread's registers, roots and native stacks (the current one: conservative from its entry)
  // Counts the registers of generators that ran and are suspended now. Not all: of those alone that are alive, now that what stacks refer to is marked.
  void (*count_suspended)(bool all) = nullptr;
  void (*weakrefs_dead)(Object*) = nullptr;            // an object with kHasWeakrefs dies
  void (*queue_finalizer)(Object*) = nullptr;          // an object whose type has a finalizer dies for the first time
  void (*request_safepoint)() = nullptr;               // a reconcile is due: it should be made at the thread's next safepoint
  void (*after_reconcile)(Heap&) = nullptr;            // notes whether a cycle collection is due
  void (*keep_garbage)(const std::vector<Object*>&) = nullptr;  // gc.DEBUG_SAVEALL: takes what collect() found, which is not freed then
  void (*sample)(Heap&) = nullptr;                     // after each reconcile: notes figures for a report
  void (*eager_event)() = nullptr;                     // an eager object has to be looked for: its count fell to 0, it was made, or its frame ended
  void (*visit_queues)(ChildVisitor&) = nullptr;       // counted references that are held outside the heap
  bool (*keep_generator)(Object*) = nullptr;           // a generator died, its children are gone: takes its slot for the next one, or says no
  uint32_t zombie_limit = 256;                         // dead generators that a code object keeps
  // While memory is traced (tracemalloc): blocks that come and go. Objects, buffers; sizes as asked for.
  void (*trace_allocate)(void*, size_t) = nullptr;
  void (*trace_free)(void*) = nullptr;
  void set_tracing(void (*allocate)(void*, size_t), void (*free)(void*));
  bool (*run_pending)() = nullptr;                     // runs queued finalizers and callbacks (within collect); false: there were none

  HeapStats stats;
  const void* scan_top = nullptr;  // where the conservative scan of this thread's stack begins: the collector's entry, not its own frames
  uint32_t stress_interval = 0;  // n > 0: reconcile at one allocation in n, at random (1: at every one)
  bool poison = false;
  bool slow_free = false;        // something must be told of each object freed: poison or tracing
  uint64_t reentered = 0;        // zero-count entries since the last reconcile that are no births
  size_t last_kept = 0;          // entries the last reconcile left in the table
  bool no_reconcile = false;     // NoReconcile scopes (start-up, debugging)
  size_t batch = 8192;           // zero-count entries from one reconcile to the next at least
  size_t bytes_since = 0, budget = 512 << 10;
  std::vector<Value*> roots;     // registered references outside the heap that are not counted (add_root())
  std::vector<Value*> held;      // those that are (Root<T>): nobody scans them
  ShellList shells[kShellCount] = {};
  bool keep_shells = true;       // -X freelists=off: no
  uint64_t young_survivors = 0;  // containers that lived through their first reconcile since the last cycle collection
  bool young_fresh = false;      // nothing of the list of young objects has died since it was empty
  std::vector<EagerEntry> eager; // eager objects with count 0 (all but what did not fit: that is in the zero-count table)

  void zct_push(Object* o) {
    if (UNLIKELY(zct_top_ == zct_hard_end_)) grow_zct();
    *zct_top_++ = o;
  }
  size_t zct_size() const { return static_cast<size_t>(zct_top_ - zct_base_); }
  void free_object(Object* o);  // the memory alone: children are gone
  void kill_eager(Object* o);   // o is eager, uncounted and held by no stack; it has left the table. Its children lose a count and stay
  void forget_frame(void* frame);  // a generator's frame goes: notes of eager objects that name it are void
  void leave_to_reconcile(size_t i);  // entry i of the eager objects goes over to the zero-count table
  void eager_zero(Object* o);   // o is eager and its count is 0: enters it in a table
  void kill(Object* o);         // o is unreachable and uncounted: drops its children and frees it, iteratively (within reconcile or collect)
  template <class F> void take_young_blocks(F&& fn);  // calls fn for the objects that may be young and are in no list, and forgets them
  template <class F> void take_middle(F&& fn); // the same for the middle generation
  void note_middle(Object* o);  // o has survived a collection of the young
  // o, an instance of a type that is noted, lives on uncollected: young collections look at it. The first is for the sweep, the other for all others.
  void note_swept(Object* o) {
    if (UNLIKELY(o->rc & kCandidate)) return;
    young_survivors++;
    if (UNLIKELY(nyoung_ == kMostYoung)) return note_block(&Page::young, young_pages_, o);
    o->rc |= kCandidate;
    young_[nyoung_++] = o;
  }
  void note_young(Object* o) {
    young_fresh = false;
    note_swept(o);
  }
  void age_young();             // what the list of young objects names is old from now on
  void drop_dead_young();       // at the end of a sweep that began with an empty list
  // Nothing was made, and nothing entered a table, since the last reconcile.
  bool settled() const { return zct_size() == last_kept && !reentered; }
  bool verify(bool abort_on_error);  // recomputes every count by tracing; false if one is wrong

  static constexpr size_t kZctSlack = 8;  // words behind the zero-count table that may be read

 private:
  friend class Reconciler;
  friend struct Reclaimer;
  friend class CycleCollector;
  Object* born(FreeSlot* s, Shape* shape) {
    Object* o = reinterpret_cast<Object*>(s);
    o->rc = kInZct;
    o->shape = shape;
    *zct_top_++ = o;
    return o;
  }
  Object* allocate_slow(Shape* shape, size_t size);
  Object* allocate_deferred_slow(Shape* shape, size_t size);
  void free_small(Object* o, Page* p);
  void page_emptied_or_listed(Page* p);
  void reclaim(Object* o);
  void release(Object* o, Type* t);  // the memory of an object whose children are gone, and what else it holds
  void release_garbage(Object* o, Type* t);  // of a plain one of a collection's garbage (CycleCollector::free_plain), its children first
  void drain_work(size_t floor);
  bool keep_shell(Shell kind, Object* o);
  template <class T> bool keep_shell_quick(T* o);
  void free_retired_tables();
  void adjust_shells();
  void release_shell(Shell kind, FreeSlot* s);
  FreeSlot* take_slot(int cls, bool raw);
  Page* new_page(int cls, bool raw);
  Page* take_pages(uint32_t n);
  void free_pages(Page* p, uint32_t n);
  void free_empty_pages();
  void give_back(uint64_t now);
  bool unmap_free_chunks();
  void cover(const char* chunk, size_t bytes);
  Page* allocate_span(size_t bytes, bool raw);
  void free_span(Page* p);
  void release_slot(Page* p, void* slot);
  void list_page(Page* p);
  void unlist_page(Page* p);
  Page* find_page(uintptr_t addr);
  size_t zct_room() const { return static_cast<size_t>(zct_hard_end_ - zct_base_); }
  void grow_zct();
  void trim_tables(size_t need);
  void resize_zct(size_t cap);
  void set_soft_end();
  void charge(size_t bytes);
  void became_due();
  void request_reconcile();  // at the next safepoint of the thread
  size_t collect_from_here(int generation, bool reconciled);
  void forget_young();  // the list
  void unname_young(const char* from, size_t bytes);  // memory that is given back, with its pages' descriptors
  void reconcile_from_here();
  void take_off_zct(Object* o);
  void take_off_tables(Object* o);
  void release_parts(Object* o);  // frees what it holds besides children
  struct ScanTop {
    ScanTop(Heap& h, const void* top) : h(h), outer(h.scan_top) { if (!outer) h.scan_top = top; }
    ~ScanTop() { h.scan_top = outer; }
    Heap& h;
    const void* outer;
  };

  Page* current_[2 * kClassCount];    // object classes, then raw classes
  Page* partial_[2 * kClassCount];    // pages with room, not current
  Object** zct_base_;
  Object** zct_top_;
  Object** zct_soft_end_;             // the fast paths of allocation end here: at the soft limit, or earlier
  size_t soft_limit_;                 // entries from which on a reconcile is due
  Object** zct_hard_end_;
  std::vector<char*> chunks_;         // every chunk, huge ones included
  size_t taken_ = 0, free_touched_ = 0;  // pages of usual chunks: in use; free, and holding memory
  uint64_t paid_until_ = now_ns();    // moves on with each page that goes back to the system
  std::vector<std::pair<char*, size_t>> reserve_;
  uintptr_t chunks_lo_ = ~uintptr_t{0}, chunks_span_ = 0;  // from the lowest chunk to the end of the highest
  bool requested_ = false;            // a safepoint was asked for
  bool sweeping_ = false;
  bool collecting_ = false;           // a collection holds counts of its own
  uint64_t random_ = 0x9E3779B97F4A7C15ull;
  ObjectStack work_;                  // dead objects that have still to be reclaimed
  std::vector<Object*> marked_, kept_;
  std::vector<Object**> retired_tables_;  // zero-count tables that grew while they were swept
  uint64_t freed_bytes_ = 0, largest_freed_ = 0;  // since the last reconcile began; the largest is in the sum
  template <uint64_t Page::*Blocks, class F> void take_blocks(std::vector<Page*>& pages, F&& fn);
  void note_block(uint64_t Page::*blocks, std::vector<Page*>& pages, Object* o);
  // The list of young objects: containers that no collection has seen, in the order in which they were noted. An entry does not go when its object dies: the slot
  // is then free, or has an object that is not a candidate or has an entry of its own, or its page serves another purpose (Page::young_from). What finds no room is
  // in marked blocks.
  static constexpr size_t kMostYoung = 16384;
  Object** young_;
  size_t nyoung_ = 0;
  uint64_t young_base_ = 0;           // number of the first entry: entries are numbered from the beginning of the process
  std::vector<Page*> spans_;          // of large objects that the collector has freed
  bool keep_spans_ = false;           // large objects wait there
  std::vector<Page*> young_pages_;    // pages whose `young` is not 0, at least; entries may be stale
  std::vector<Page*> middle_pages_;   // the same for `middle`
};

extern constinit thread_local Heap* tls_heap;
inline Heap& heap() { return *tls_heap; }

// A static or malloc-held reference. It is counted, so that the hundreds of them are not looked at by each reconcile.
template <class T = Value>
class Root {
 public:
  Root() { hold(&v_); }
  explicit Root(T v) : v_(v) { hold(&v_); inc(v_); }
  ~Root() { let_go(&v_); }
  Root(const Root&) = delete;
  Root& operator=(T v) {
    Value old = v_;
    v_ = Value(v);
    inc(v_);
    dec(old);
    return *this;
  }
  Root& operator=(const Root& r) { return *this = r.get(); }
  T get() const { if constexpr (__is_same(T, Value)) return v_; else return static_cast<T>(v_.object()); }
  operator T() const { return get(); }
  T operator->() const { return get(); }
 private:
  static void hold(Value* v) { heap().held.push_back(v); }
  static void let_go(Value* v);
  Value v_;
};
void add_root(Value* v);   // scanned, not counted
void drop_held(Value* v);
template <class T> void Root<T>::let_go(Value* v) { drop_held(v); }

// Keeps an object alive to the end of the scope although only its buffer is used.
class Keep {
 public:
  explicit Keep(Value v) : v_(v) {}
  ~Keep() { asm volatile("" : : "r"(v_.bits()) : "memory"); }
  Keep(const Keep&) = delete;
 private:
  Value v_;
};

}  // namespace kaa
