// The allocator.
//
// Memory is taken in chunks of 4 MiB, aligned to their size, of 64 pages each; the first page holds the page descriptors. A page serves one size class,
// either objects or raw buffers: the collector finds every object by walking object pages, and the object that an address lies in by three
// steps (chunk table, page descriptor, division), which is what the conservative scan of native stacks lives on. Blocks over 32 KiB are spans of whole pages,
// those that do not fit a chunk have chunks of their own.
//
// Invariants:
//  H1 a slot of an object page is free exactly when its shape word is null;
//  H2 slots from `bump` on were never used and are not walked;
//  H3 a page with a free slot that is not current is in its class's partial list.
//
// Pages that became free serve any class again. What is more than a reserve goes back to the system after a reconcile (give_back).
#include "heap/heap_inl.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "base/address_space.h"
#include "base/clock.h"
#include "heap/eager.h"
#include "heap/reserve.h"

namespace kaa {

constinit thread_local Heap* tls_heap = nullptr;

namespace {

struct Chunk {
  Page pages[kPagesPerChunk];
  uint32_t page_count;   // pages in use at most (64, or 1 span for a huge chunk)
  uint64_t free_pages;   // bit i: page i is free
  uint64_t touched;      // bit i: page i holds memory: it was taken once, and not given back to the system since
  size_t bytes;          // mapped
};
static_assert(sizeof(Chunk) <= kPageSize && offsetof(Chunk, pages) == 0);  // page_of()

// Chunk table: two levels over the address bits 22 .. 47. Entry: the chunk that covers this 4 MiB, or null.
constexpr int kLevel1 = 1 << 13, kLevel2 = 1 << 13;
Chunk** g_chunks[kLevel1];

Chunk* chunk_at(uintptr_t addr) {
  uintptr_t i = addr >> 22;
  if (i >= static_cast<uintptr_t>(kLevel1) * kLevel2) return nullptr;
  Chunk** l2 = g_chunks[i >> 13];
  return l2 ? l2[i & (kLevel2 - 1)] : nullptr;
}

constexpr size_t kReserveBytes = 64 << 20, kLeastReserve = 1 << 20;
void* g_reserve = nullptr;
size_t g_reserve_bytes = 0, g_reserve_wanted = 0;
int g_needed = 0;  // NeedMemory scopes

void* map_some(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}
// Where memory is limited, lists of what dies may become a sixth of it; most of what there is now is for the program.
size_t wanted_reserve() {
  size_t bytes = share_of_address_space(SIZE_MAX, 6);
  bytes = bytes == SIZE_MAX ? kReserveBytes : std::max(bytes, kReserveBytes);
  for (; bytes > kLeastReserve; bytes /= 2)
    if (void* p = map_some(bytes + bytes / 4)) {
      munmap(p, bytes + bytes / 4);
      break;
    }
  return bytes;
}
// As much as there is, if less than is wanted. False: none.
bool keep_reserve() {
  if (g_reserve) return true;
  if (!g_reserve_wanted) g_reserve_wanted = wanted_reserve();
  for (size_t bytes = g_reserve_wanted; bytes >= kLeastReserve; bytes -= std::max(g_reserve_wanted / 8, kLeastReserve / 2)) {
    if (!(g_reserve = map_some(bytes))) continue;
    g_reserve_bytes = bytes;
    return true;
  }
  return false;
}
// Whether ordinary memory is short.
bool refused() { return UNLIKELY(!g_reserve) && !g_needed && !keep_reserve(); }

// What cannot reconcile borrows from a reserve that is whole, so that it does not fail while dead objects hold memory; the next safepoint reconciles. If the
// reserve cannot be taken again then, memory is short.
int g_patient = 0;  // allocations that reconcile themselves
bool may_borrow(size_t bytes) { return !g_patient && bytes <= kLeastReserve && g_reserve && g_reserve_bytes == g_reserve_wanted; }

bool set_chunk(uintptr_t addr, Chunk* c) {
  uintptr_t i = addr >> 22;
  Chunk**& l2 = g_chunks[i >> 13];
  if (!l2) l2 = with_reserve([] { return static_cast<Chunk**>(calloc(kLevel2, sizeof(Chunk*))); });
  if (!l2) return false;
  l2[i & (kLevel2 - 1)] = c;
  return true;
}

// Maps `bytes` (a multiple of the chunk size) aligned to the chunk size.
char* map_aligned(size_t bytes) {
  if (refused()) return nullptr;
  size_t want = bytes + kChunkSize;
  auto map = [&] { return static_cast<char*>(map_some(want)); };
  char* p = g_needed ? with_reserve(map) : map();
  if (!p) return nullptr;
  char* a = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(p) + kChunkSize - 1) & ~(kChunkSize - 1));
  if (a > p) munmap(p, static_cast<size_t>(a - p));
  if (a + bytes < p + want) munmap(a + bytes, static_cast<size_t>(p + want - (a + bytes)));
  return a;
}

// Mappings of objects too large for a chunk are kept for the next ones, as malloc does, since each touch of a new page costs more than to fill it. All go back to
// the system before anything larger is mapped, so that the peak does not grow by them, and when none was used for a while.
constexpr size_t kMaxSpare = 32 << 20;
constexpr uint64_t kSpareNs = 200'000'000;
std::vector<Chunk*> g_spare;  // in no table
size_t g_spare_bytes = 0;
uint64_t g_spare_used = 0;    // when

void unmap_spare() {
  for (Chunk* c : g_spare) munmap(c, c->bytes);
  g_spare.clear();
  g_spare_bytes = 0;
}
bool keep_spare(Chunk* c) {
  if (g_spare_bytes + c->bytes > kMaxSpare) return false;
  g_spare.push_back(c);
  g_spare_bytes += c->bytes;
  g_spare_used = now_ns();
  return true;
}
// One that has room for `total` bytes and is at most twice as large. Null: there is none, and those that were kept are unmapped.
Chunk* take_spare(size_t total) {
  for (Chunk*& c : g_spare) {
    if (c->bytes < total || c->bytes > 2 * total) continue;
    Chunk* found = c;
    c = g_spare.back();
    g_spare.pop_back();
    g_spare_bytes -= found->bytes;
    g_spare_used = now_ns();
    return found;
  }
  unmap_spare();
  return nullptr;
}

[[noreturn]] void out_of_memory() {
  fputs("kaa: out of memory\n", stderr);
  abort();
}

Page g_empty_page;  // what current_ points at before the first page: never has a free slot

constexpr size_t kZctInitial = 8192;          // entries: the working set of one reconcile stays within half of L2
constexpr size_t kHardFactor = 8;
constexpr size_t kHardBytes = 2 << 20;        // garbage that waits at most, where little survives
constexpr size_t kMaxRawSlot = 1024;           // larger buffers come from malloc, which can grow them in place
constexpr size_t kMaxBlock = size_t{1} << 46;

}  // namespace

bool give_up_reserve() {
  if (!g_reserve) return false;
  munmap(g_reserve, g_reserve_bytes);
  g_reserve = nullptr;
  g_reserve_bytes = 0;
  return true;
}
bool memory_is_tight() { return g_reserve_bytes < g_reserve_wanted; }
bool room_for(size_t bytes) {
  void* p = malloc(bytes);
  if (p) asm volatile("" : "+r"(p));
  free(p);
  return p || bytes <= g_reserve_bytes / 2;
}
void reset_reserve() {
  give_up_reserve();
  g_reserve_wanted = 0;
}
NeedMemory::NeedMemory() { g_needed++; }
NeedMemory::~NeedMemory() { g_needed--; }

void (*g_large_taken)() = nullptr;
bool past_hard_bytes(const Heap& h) { return h.bytes_since >= std::max(kHardBytes, 2 * h.budget); }

namespace {
// Buffers that wait for a reconcile die together. By its first settings malloc gives more than 128 KiB of free memory back to the system, and maps larger blocks
// one by one, so that each round of buffers would touch new pages. Both limits follow the largest mapped block that was freed: this is one.
void keep_freed_buffers() {
  void* p = malloc(kHardBytes);
  asm volatile("" : "+r"(p));  // else the compiler leaves both calls out
  free(p);
}

}  // namespace

Heap::Heap() {
  keep_freed_buffers();
  keep_reserve();
  std::set_new_handler([] { if (!give_up_reserve()) out_of_memory(); });
  for (auto& p : current_) p = &g_empty_page;
  for (auto& p : partial_) p = nullptr;
  size_t cap = kZctInitial * 4;
  zct_base_ = zct_top_ = static_cast<Object**>(calloc(cap + kZctSlack, sizeof(Object*)));
  zct_hard_end_ = zct_base_ + cap;
  young_ = static_cast<Object**>(malloc(kMostYoung * sizeof(Object*)));
  soft_limit_ = kZctInitial / 2;
  budget /= 2;
  zct_soft_end_ = zct_base_ + soft_limit_;
#ifdef KAA_STRESS
  poison = slow_free = true;
  stress_interval = 200;  // KAA_STRESS=n in the environment says otherwise
#endif
  // KAA_STRESS=n:seed draws other allocations than those of KAA_STRESS=n.
  const char* s = getenv("KAA_STRESS");
  if (const char* seed = s ? strchr(s, ':') : nullptr) random_ += (strtoull(seed + 1, nullptr, 10) + 1) * 0xD1B54A32D192ED03ull;
}

void enter_zct(Object* o) {
  Heap& h = heap();
  if (UNLIKELY(o->rc & kEager)) { h.eager_zero(o); return; }
  o->rc |= kInZct | kWasCounted;
  h.reentered++;
  h.zct_push(o);
}

bool ObjectStack::grow() {
  size_t room = room_ ? 2 * room_ : 64;
  void* at = with_reserve([&] { return realloc(at_, room * sizeof(Object*)); });
  if (!at) return false;
  at_ = static_cast<Object**>(at);
  room_ = room;
  return true;
}
void ObjectStack::trim(size_t most) {
  if (n_ || room_ <= most) return;
  free(at_);
  at_ = nullptr;
  room_ = 0;
}

void Heap::grow_zct() { resize_zct(zct_room() * 2); }

// Tables that once took millions of entries keep no memory for them. `need`: entries of the zero-count table until the next reconcile.
void Heap::trim_tables(size_t need) {
  if (zct_room() > 8 * std::max(need, kZctInitial)) resize_zct(std::max(2 * need, 4 * kZctInitial));
  work_.trim(8 * kZctInitial);
}

void Heap::resize_zct(size_t cap) {
  size_t n = zct_size(), soft = static_cast<size_t>(zct_soft_end_ - zct_base_);
  auto get = [&] {
    if (LIKELY(!sweeping_)) return static_cast<Object**>(realloc(zct_base_, (cap + kZctSlack) * sizeof(Object*)));
    Object** b = static_cast<Object**>(calloc(cap + kZctSlack, sizeof(Object*)));  // the sweep still reads the old one
    if (b) memcpy(b, zct_base_, n * sizeof(Object*));
    return b;
  };
  Object** b = with_reserve(get);
  if (UNLIKELY(!b)) {
    cap = std::min(cap, zct_room() + zct_room() / 8);
    if (!(b = get())) out_of_memory();
  }
  if (UNLIKELY(sweeping_)) retired_tables_.push_back(zct_base_);
  zct_base_ = b; zct_top_ = b + n; zct_hard_end_ = b + cap; zct_soft_end_ = b + soft;
}

void Heap::free_retired_tables() {
  for (Object** b : retired_tables_) free(b);
  retired_tables_.clear();
}

void Heap::list_page(Page* p) {
  int i = p->cls + (p->raw ? kClassCount : 0);
  p->listed = true;
  p->prev = nullptr;
  p->next = partial_[i];
  if (p->next) p->next->prev = p;
  partial_[i] = p;
}
void Heap::unlist_page(Page* p) {
  int i = p->cls + (p->raw ? kClassCount : 0);
  if (p->prev) p->prev->next = p->next; else partial_[i] = p->next;
  if (p->next) p->next->prev = p->prev;
  p->listed = false;
}

void Heap::take_cushion() {
  if (!g_reserve || g_reserve_bytes * 2 < g_reserve_wanted) return;
  for (char* m : chunks_)
    if (Chunk* c = reinterpret_cast<Chunk*>(m); c->page_count == kPagesPerChunk && c->free_pages) return;
  {
    NeedMemory needed;
    if (Page* p = take_pages(1)) free_pages(p, 1);
  }
  keep_reserve();
}

static uint64_t page_mask(uint32_t at, uint32_t n) { return (n == 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1) << at; }

// A run of n free pages, or a new chunk; null when memory is short. Pages that hold memory come before those that hold none, chunks that were made first
// before later ones, so that the last ones become empty.
Page* Heap::take_pages(uint32_t n) {
  auto take = [&](char* chunk, bool touched) -> Page* {
    Chunk* c = reinterpret_cast<Chunk*>(chunk);
    if (c->page_count != kPagesPerChunk) return nullptr;
    uint64_t f = touched ? c->free_pages & c->touched : c->free_pages, run = f;
    for (uint32_t i = 1; i < n && run; i++) run &= f >> i;
    if (!run) return nullptr;
    uint32_t at = static_cast<uint32_t>(__builtin_ctzll(run));
    uint64_t mask = page_mask(at, n);
    free_touched_ -= static_cast<size_t>(__builtin_popcountll(c->touched & mask));
    taken_ += n;
    c->free_pages &= ~mask;
    c->touched |= mask;
    Page* p = &c->pages[at];
    p->start = chunk + at * kPageSize;
    return p;
  };
  if (free_touched_ >= n)
    for (char* m : chunks_)
      if (Page* p = take(m, true)) return p;
  for (char* m : chunks_)
    if (Page* p = take(m, false)) return p;
  char* m = map_aligned(kChunkSize);
  if (!m) return nullptr;
  Chunk* c = reinterpret_cast<Chunk*>(m);
  c->page_count = kPagesPerChunk;
  c->free_pages = ~uint64_t{1};
  c->touched = 0;
  c->bytes = kChunkSize;
  if (!set_chunk(reinterpret_cast<uintptr_t>(m), c)) {
    munmap(m, kChunkSize);
    return nullptr;
  }
  chunks_.push_back(m);
  cover(m, kChunkSize);
  return take(m, false);
}

void Heap::free_pages(Page* p, uint32_t n) {
  Chunk* c = chunk_at(reinterpret_cast<uintptr_t>(p->start));
  uint32_t at = static_cast<uint32_t>((p->start - reinterpret_cast<char*>(c)) / kPageSize);
  for (uint32_t i = 0; i < n; i++) c->pages[at + i].kind = PageKind::kFree;
  c->free_pages |= page_mask(at, n);
  free_touched_ += n;
  taken_ -= n;
}

// Chunks without a used page: what they hold of the address space is needed for something else. False: there were none.
bool Heap::unmap_free_chunks() {
  size_t before = chunks_.size();
  free_empty_pages();
  std::erase_if(chunks_, [&](char* m) {
    Chunk* c = reinterpret_cast<Chunk*>(m);
    if (c->page_count != kPagesPerChunk || c->free_pages != ~uint64_t{1}) return false;
    auto inside = [&](Page* p) { return p >= c->pages && p < c->pages + kPagesPerChunk; };
    unname_young(m, kChunkSize);
    std::erase_if(young_pages_, inside);
    std::erase_if(middle_pages_, inside);
    free_touched_ -= static_cast<size_t>(__builtin_popcountll(c->touched));
    set_chunk(reinterpret_cast<uintptr_t>(m), nullptr);
    munmap(m, kChunkSize);
    return true;
  });
  return chunks_.size() != before;
}

// Free pages go back to the system but for an eighth of those in use and 2 MiB: what the next objects need at once. Asking for them again costs about 10
// microseconds each (16 page faults), so that no more go than an eighth of the program's time pays for, of the last half second at most. A run goes as a whole, when
// all of it is paid for: what is left of one would be too short for the large object that is likely to come again.
void Heap::give_back(uint64_t now) {
  constexpr size_t kReserve = (2 << 20) / kPageSize;
  constexpr uint64_t kPageNs = 8 * 10000, kMostNs = 500'000'000;
  if (UNLIKELY(memory_is_tight())) {
    unmap_free_chunks();
    give_up_reserve();
    keep_reserve();
  }
  if (UNLIKELY(!g_spare.empty()) && now > g_spare_used + kSpareNs) unmap_spare();
  size_t reserve = std::max(kReserve, taken_ / 8);
  if (LIKELY(free_touched_ <= reserve)) return;
  if (now > paid_until_ + kMostNs) paid_until_ = now - kMostNs;
  size_t quota = (now - paid_until_) / kPageNs;
  for (size_t i = chunks_.size(); i-- > 0 && free_touched_ > reserve;) {
    Chunk* c = reinterpret_cast<Chunk*>(chunks_[i]);
    if (c->page_count != kPagesPerChunk) continue;
    for (uint64_t f = c->free_pages & c->touched; f && free_touched_ > reserve;) {
      uint32_t at = static_cast<uint32_t>(__builtin_ctzll(f)), n = static_cast<uint32_t>(__builtin_ctzll(~(f >> at)));
      f &= ~page_mask(at, n);
      if (n > quota) continue;
      madvise(chunks_[i] + at * kPageSize, n * kPageSize, MADV_DONTNEED);
      c->touched &= ~page_mask(at, n);
      free_touched_ -= n;
      quota -= n;
      paid_until_ += n * kPageNs;
    }
  }
}

// A chunk was added: the range of addresses that conservative scans look at grows.
void Heap::cover(const char* chunk, size_t bytes) {
  uintptr_t a = reinterpret_cast<uintptr_t>(chunk), hi = chunks_lo_ + chunks_span_;
  if (chunks_span_ == 0) hi = chunks_lo_ = a;
  chunks_lo_ = std::min(chunks_lo_, a);
  chunks_span_ = std::max(hi, a + bytes) - chunks_lo_;
}

// Each class keeps an empty page, and its current one, until another class needs a page.
void Heap::free_empty_pages() {
  for (int i = 0; i < 2 * kClassCount; i++) {
    if (Page* p = current_[i]; p != &g_empty_page && p->used == 0) {
      current_[i] = &g_empty_page;
      free_pages(p, 1);
    }
    if (Page* p = partial_[i]; p && p->used == 0) {
      unlist_page(p);
      free_pages(p, 1);
    }
  }
}

Page* Heap::new_page(int cls, bool raw) {
  if (free_touched_ == 0) free_empty_pages();
  if (UNLIKELY(memory_is_tight()) && bytes_since >= (256 << 10)) request_reconcile();
  Page* p = take_pages(1);
  if (!p) return nullptr;
  p->kind = raw ? PageKind::kRaw : PageKind::kObjects;
  p->cls = static_cast<uint8_t>(cls);
  p->raw = raw;
  p->slot_size = static_cast<uint32_t>(class_size(cls));
  p->used = 0;
  p->free = nullptr;
  p->young = p->middle = 0;
  p->young_from = young_base_ + nyoung_;
  p->bump = p->start;
  p->end = p->start + kPageSize / p->slot_size * p->slot_size;
  p->listed = false;
  return p;
}

// Makes sure that the class's current page has a free slot, and pops it. New slots are threaded a few KiB at a time.
FreeSlot* Heap::take_slot(int cls, bool raw) {
  int i = cls + (raw ? kClassCount : 0);
  Page* p = current_[i];
  if (!p->free && p->bump == p->end) {
    p = partial_[i];
    if (p) unlist_page(p);
    else if (!(p = new_page(cls, raw))) return nullptr;
    current_[i] = p;
    bytes_since += static_cast<size_t>((p->bump - p->start)) - size_t{p->used} * p->slot_size;
  }
  if (!p->free) {
    size_t n = 4096 / p->slot_size + 1;
    char* s = p->bump;
    FreeSlot** link = &p->free;
    while (n-- && s < p->end) {
      FreeSlot* f = reinterpret_cast<FreeSlot*>(s);
      f->shape = nullptr;
      *link = f;
      link = &f->next;
      s += p->slot_size;
    }
    *link = nullptr;
    bytes_since += static_cast<size_t>(s - p->bump);
    p->bump = s;
  }
  FreeSlot* s = p->free;
  p->free = s->next;
  p->used++;
  return s;
}

// Once more when the hard limit has passed and no safepoint has come: what copies from memory of its caller's does not reconcile itself.
void Heap::request_reconcile() {
  if ((requested_ && !past_hard_bytes(*this)) || !request_safepoint) return;
  requested_ = true;
  request_safepoint();
}

// The soft limit is reached: the thread's next safepoint reconciles. Only when that does not come soon (a long native loop) is it done here, at
// kHardFactor times the limit. Under stress it is always done here.
void Heap::became_due() {
  if (no_reconcile) return;
  if (stress_interval) { reconcile(); return; }
  bool hard = past_hard_bytes(*this) || zct_size() >= last_kept + kHardFactor * kZctInitial + 2 * last_kept;
  if (hard || !request_safepoint) { reconcile(); return; }
  request_reconcile();
  // The fast path is taken again until the table has grown by a quarter of the way to the hard limit.
  soft_limit_ = std::min<size_t>(zct_size() + 2 * kZctInitial, static_cast<size_t>(zct_hard_end_ - zct_base_));
  set_soft_end();
}

Object* Heap::allocate_slow(Shape* shape, size_t size) {
  if (due() || (stress_interval && (trace_allocate ? stats.allocated + zct_size() : 0) % stress_interval == 0 && zct_top_ >= zct_soft_end_)) became_due();
  g_patient++;
  Object* o = allocate_deferred_slow(shape, size);
  if (UNLIKELY(!o) && !no_reconcile && size < kMaxBlock) {  // memory is short: what can be given back is
    reconcile();
    o = allocate_deferred_slow(shape, size);
  }
  g_patient--;
  if (o && stress_interval) set_soft_end();
  return o;
}

Object* Heap::allocate_deferred_slow(Shape* shape, size_t size) {
  if (stress_interval ? zct_top_ >= zct_soft_end_ : due()) request_reconcile();
  if (UNLIKELY(zct_top_ == zct_hard_end_)) grow_zct();
  auto take = [&]() -> FreeSlot* {
    if (size <= kMaxSmall) return take_slot(size_class(size), false);
    Page* p = allocate_span(size, false);
    return p ? reinterpret_cast<FreeSlot*>(p->start) : nullptr;
  };
  FreeSlot* s = take();
  if (size > kMaxSmall) stats.large++;
  if (UNLIKELY(!s) && may_borrow(size)) {
    NeedMemory borrowed;
    if ((s = take())) request_reconcile();
  }
  if (UNLIKELY(!s)) {
    drain_shells();
    return nullptr;
  }
  Object* o = born(s, shape);
  if (UNLIKELY(trace_allocate != nullptr)) trace_allocate(o, size);
  return o;
}

// Where the fast paths end: at the limit; at once while memory is traced; under stress so that the next allocation, or one soon after, reconciles.
void Heap::set_soft_end() {
  if (trace_allocate || !stress_interval) {
    zct_soft_end_ = trace_allocate ? zct_base_ : zct_base_ + soft_limit_;
    return;
  }
  random_ ^= random_ << 13; random_ ^= random_ >> 7; random_ ^= random_ << 17;
  size_t n = stress_interval == 1 ? 0 : random_ % (2 * static_cast<uint64_t>(stress_interval));
  Object** e = zct_top_ + n;
  zct_soft_end_ = e < zct_hard_end_ ? e : zct_hard_end_;
}

Page* Heap::allocate_span(size_t bytes, bool raw) {
  size_t n = (bytes + kPageSize - 1) / kPageSize;
  bytes_since += bytes;
  if (due()) request_reconcile();  // at once: small objects do not look for long
  if (bytes >= kLargeBlock && g_large_taken) g_large_taken();
  Page* p;
  if (n <= kPagesPerChunk - 1) {
    p = take_pages(static_cast<uint32_t>(n));
    if (!p) return nullptr;
    for (size_t i = 1; i < n; i++) {
      p[i].kind = PageKind::kSpanRest;
      p[i].start = p->start;
      p[i].young_from = young_base_ + nyoung_;
    }
  } else {
    if (bytes > kMaxBlock) return nullptr;
    size_t total = (kPageSize + bytes + kChunkSize - 1) & ~(kChunkSize - 1);
    Chunk* c = take_spare(total);
    char* m = c ? reinterpret_cast<char*>(c) : map_aligned(total);
    if (!m && unmap_free_chunks()) m = map_aligned(total);
    if (!m) return nullptr;
    if (c) {
      total = c->bytes;
    } else {
      c = reinterpret_cast<Chunk*>(m);
      c->page_count = 1;
      c->bytes = total;
    }
    for (size_t o = 0; o < total; o += kChunkSize) {
      if (set_chunk(reinterpret_cast<uintptr_t>(m + o), c)) continue;
      while (o) set_chunk(reinterpret_cast<uintptr_t>(m + (o -= kChunkSize)), nullptr);
      munmap(m, total);
      return nullptr;
    }
    chunks_.push_back(m);
    cover(m, total);
    p = &c->pages[1];
    p->start = m + kPageSize;
  }
  p->kind = PageKind::kSpanStart;
  p->young = p->middle = 0;
  p->young_from = young_base_ + nyoung_;
  p->raw = raw;
  p->span_bytes = bytes;
  p->used = 1;
  p->slot_size = 0;
  return p;
}

void Heap::free_span(Page* p) {
  Chunk* c = chunk_at(reinterpret_cast<uintptr_t>(p->start));
  if (c->page_count == kPagesPerChunk) {
    size_t n = (p->span_bytes + kPageSize - 1) / kPageSize;
    free_pages(p, static_cast<uint32_t>(n));
    return;
  }
  char* m = reinterpret_cast<char*>(c);
  size_t total = c->bytes;
  std::erase(young_pages_, p);
  std::erase(middle_pages_, p);
  unname_young(m, total);
  for (size_t o = 0; o < total; o += kChunkSize) set_chunk(reinterpret_cast<uintptr_t>(m + o), nullptr);
  for (size_t i = 0; i < chunks_.size(); i++)
    if (chunks_[i] == m) { chunks_[i] = chunks_.back(); chunks_.pop_back(); break; }
  if (!keep_spare(c)) munmap(m, total);
}

Page* Heap::find_page(uintptr_t addr) {
  Chunk* c = chunk_at(addr);
  if (!c) return nullptr;
  uintptr_t off = addr - reinterpret_cast<uintptr_t>(c);
  if (off < kPageSize) return nullptr;
  if (c->page_count == 1) return &c->pages[1];
  return &c->pages[off / kPageSize];
}

Object* Heap::find_object(uintptr_t addr) {
  Page* p = find_page(addr);
  if (!p) return nullptr;
  if (p->kind == PageKind::kObjects) {
    if (addr >= reinterpret_cast<uintptr_t>(p->bump)) return nullptr;
    uint32_t off = static_cast<uint32_t>(addr - reinterpret_cast<uintptr_t>(p->start));
    Object* o = reinterpret_cast<Object*>(p->start + off / p->slot_size * p->slot_size);
    return o->shape ? o : nullptr;
  }
  if (p->kind == PageKind::kSpanRest) p = find_page(reinterpret_cast<uintptr_t>(p->start));
  if (p->kind != PageKind::kSpanStart || p->raw) return nullptr;
  if (addr >= reinterpret_cast<uintptr_t>(p->start) + p->span_bytes) return nullptr;
  Object* o = reinterpret_cast<Object*>(p->start);
  return o->shape ? o : nullptr;
}

// A page got its first free slot again, or lost its last used one: pages with room are listed, empty ones given back but for one of each class.
void Heap::page_emptied_or_listed(Page* p) {
  int i = p->cls + (p->raw ? kClassCount : 0);
  if (current_[i] == p) return;
  if (p->used == 0 && (p->listed ? (p->next || p->prev) : partial_[i] != nullptr)) {
    if (p->listed) unlist_page(p);
    free_pages(p, 1);
    return;
  }
  if (!p->listed) list_page(p);
}

void Heap::release_slot(Page* p, void* slot) {
  FreeSlot* s = static_cast<FreeSlot*>(slot);
  bool was_full = !p->free && p->bump == p->end;
  s->next = p->free;
  p->free = s;
  p->used--;
  freed_bytes_ += p->slot_size;
  if (UNLIKELY(was_full || p->used == 0)) page_emptied_or_listed(p);
}

void Heap::free_object(Object* o) {
  stats.freed++;
  if (UNLIKELY(trace_free != nullptr)) trace_free(o);
  Page* p = page_of(o);
  o->shape = nullptr;
  if (UNLIKELY(p->kind != PageKind::kObjects)) {
    freed_bytes_ += p->span_bytes;
    largest_freed_ = std::max<uint64_t>(largest_freed_, p->span_bytes);
    if (UNLIKELY(keep_spans_)) spans_.push_back(p);
    else free_span(p);
    return;
  }
  free_small(o, p);
}
void Heap::free_small(Object* o, Page* p) {
  if (UNLIKELY(poison)) memset(reinterpret_cast<char*>(o) + 16, 0xDB, p->slot_size - 16);
  release_slot(p, o);
}

void Heap::note_block(uint64_t Page::*blocks, std::vector<Page*>& pages, Object* o) {
  Page* p = page_of(o);
  if (!(p->*blocks)) pages.push_back(p);
  p->*blocks |= uint64_t{1} << ((reinterpret_cast<uintptr_t>(o) & (kPageSize - 1)) >> 10);
}
// Entries that name dead objects there become others of the list, which may be in it twice.
void Heap::unname_young(const char* from, size_t bytes) {
  young_fresh = false;
  auto gone = [&](Object* o) { return reinterpret_cast<char*>(o) >= from && reinterpret_cast<char*>(o) < from + bytes; };
  Object** good = std::find_if_not(young_, young_ + nyoung_, gone);
  if (good == young_ + nyoung_) nyoung_ = 0;
  else std::replace_if(young_, young_ + nyoung_, gone, *good);
}
void Heap::drop_dead_young() {
  if (!young_fresh) return;
  size_t n = 0;
  for (size_t i = 0; i < nyoung_; i++)
    if (LIKELY(young_[i]->shape != nullptr)) young_[n++] = young_[i];
  nyoung_ = n;
}
void Heap::age_young() {
  for (size_t i = 0; i < nyoung_; i++) {
    Object* o = young_[i];
    if (page_of(o)->young_from <= young_base_ + i && o->shape && (o->rc & kCandidate)) o->rc = (o->rc & ~uint64_t{kCandidate}) | kOld;
  }
  forget_young();
}
void Heap::forget_young() {
  young_base_ += nyoung_;
  nyoung_ = young_survivors = 0;
}
void Heap::note_middle(Object* o) { note_block(&Page::middle, middle_pages_, o); }

// Counts buffer bytes towards the next reconcile, which the next allocation of an object makes when it is due.
void Heap::charge(size_t bytes) {
  bytes_since += bytes;
  if (bytes_since >= budget && zct_soft_end_ > zct_top_) zct_soft_end_ = zct_top_;
}

void Heap::set_tracing(void (*allocate)(void*, size_t), void (*free)(void*)) {
  trace_allocate = allocate;
  trace_free = free;
  slow_free = poison || free;
  if (allocate) drain_shells();
  set_soft_end();
}

void* Heap::allocate_raw(size_t size) {
  if (UNLIKELY(trace_allocate != nullptr)) {
    auto trace = trace_allocate;
    trace_allocate = nullptr;
    void* p = allocate_raw(size);
    trace_allocate = trace;
    if (p) trace(p, size);
    return p;
  }
  if (size > kMaxRawSlot) {
    charge(size);
    if (size >= kLargeBlock && g_large_taken) g_large_taken();
    if (size > kMaxBlock || refused()) return nullptr;
    auto get = [&] { return malloc(size); };
    void* p = get();
    if (UNLIKELY(!p) && unmap_free_chunks()) p = get();
    if (UNLIKELY(!p) && g_needed) p = with_reserve(get);
    if (UNLIKELY(!p) && may_borrow(size) && (p = with_reserve(get))) request_reconcile();
    return p;
  }
  int cls = size_class(size ? size : 1);
  Page* p = current_[cls + kClassCount];
  FreeSlot* s = p->free;
  if (LIKELY(s != nullptr)) {
    p->free = s->next;
    p->used++;
    return s;
  }
  s = take_slot(cls, true);
  if (UNLIKELY(!s) && may_borrow(size)) {
    NeedMemory borrowed;
    if ((s = take_slot(cls, true))) request_reconcile();
  }
  return s;
}

void Heap::free_raw(void* p, size_t size) {
  if (!p) return;
  if (UNLIKELY(trace_free != nullptr)) trace_free(p);
  if (size > kMaxRawSlot) {
    freed_bytes_ += size;
    largest_freed_ = std::max<uint64_t>(largest_freed_, size);
    free(p);
    return;
  }
  if (UNLIKELY(poison)) memset(p, 0xDB, size);
  release_slot(page_of(p), p);
}

void* Heap::reallocate_raw(void* p, size_t old_size, size_t new_size) {
  if (!p) return allocate_raw(new_size);
  if (old_size > kMaxRawSlot && new_size > kMaxRawSlot) {
    if (new_size > old_size && (new_size > kMaxBlock || refused())) return nullptr;
    if (new_size > old_size) charge(new_size - old_size);
    if (new_size > old_size && new_size >= kLargeBlock && g_large_taken) g_large_taken();
    auto get = [&] { return realloc(p, new_size); };
    void* n = get();
    if (UNLIKELY(!n) && unmap_free_chunks()) n = get();
    if (UNLIKELY(!n) && g_needed) n = with_reserve(get);
    if (UNLIKELY(!n) && new_size > old_size && may_borrow(new_size) && (n = with_reserve(get))) request_reconcile();
    if (UNLIKELY(trace_allocate != nullptr) && n) {
      trace_free(p);
      trace_allocate(n, new_size);
    }
    return n;
  }
  if (old_size <= kMaxRawSlot && new_size <= kMaxRawSlot && old_size && new_size && size_class(old_size) == size_class(new_size)) {
    if (UNLIKELY(trace_allocate != nullptr)) {
      trace_free(p);
      trace_allocate(p, new_size);
    }
    return p;
  }
  void* n = allocate_raw(new_size);
  if (!n) return nullptr;
  memcpy(n, p, old_size < new_size ? old_size : new_size);
  free_raw(p, old_size);
  return n;
}

void each_object_page(const std::vector<char*>& chunks, void (*fn)(Page*, void*), void* data) {
  for (size_t i = 0; i < chunks.size(); i++) {
    Chunk* c = reinterpret_cast<Chunk*>(chunks[i]);
    if (c->page_count == 1) {
      if (!c->pages[1].raw) fn(&c->pages[1], data);
      continue;
    }
    for (Page& p : c->pages)
      if (p.kind == PageKind::kObjects || (p.kind == PageKind::kSpanStart && !p.raw)) fn(&p, data);
  }
}

void add_root(Value* v) { heap().roots.push_back(v); }
void drop_held(Value* v) {
  if (!tls_heap) return;
  dec(*v);
  auto& r = heap().held;
  for (size_t i = r.size(); i-- > 0;)
    if (r[i] == v) { r[i] = r.back(); r.pop_back(); return; }
}

}  // namespace kaa
