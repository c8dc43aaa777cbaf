// Threads, their stacks, and the roots that reconcile scans.
//
// A thread has three stacks: the frame stack and the data stack are reservations of address space that never move and are touched as
// they grow; the native stack is the system's. Registers of live frames are scanned exactly, the native stack conservatively.
#include "runtime/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/address_space.h"
#include "heap/eager.h"
#include "heap/reclaim_inl.h"
#include "heap/reserve.h"
#include "objects/traits.h"
#include "runtime/api.h"
#include "runtime/call.h"
#include "runtime/interpreters.h"
#include "runtime/traceback.h"
#include "runtime/watermark.h"
#include "runtime/weakrefs.h"

namespace kaa {

constinit thread_local Thread* tls_thread = nullptr;
Interp g_interp;

namespace {
constexpr size_t kNativeHeadroom = 256 << 10;   // left for signal handlers, libraries and the reporting of the error; of a small stack a quarter

void* reserve(size_t& bytes) {
  for (bytes = std::max<size_t>(bytes, 4 << 20); bytes >= (4 << 20); bytes /= 2) {
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p != MAP_FAILED) return p;
  }
  return nullptr;
}

// The native stack of the calling thread: its highest address, and the lowest that may be used. For the main thread libc reads /proc/self/maps, so that
// each thread asks once (thread_adopt_native_stack), and none for those that it starts.
void native_bounds(char*& base, char*& limit) {
  pthread_attr_t attr;
  void* lo = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attr) == 0) {
    pthread_attr_getstack(&attr, &lo, &size);
    pthread_attr_destroy(&attr);
  }
  base = static_cast<char*>(lo) + size;
  size_t usable = size > (size_t{64} << 20) ? (size_t{64} << 20) : size;  // an unlimited main stack is not trusted beyond 64 MiB
  limit = base - usable + std::min(kNativeHeadroom, usable / 4);
}
}  // namespace

// The data stack begins this much into its reservation: frames and the registers that belong to them are written and read together, and must not lie at the same
// place of their pages, which processors take for the same address at first (4 KiB aliasing).
constexpr size_t kStagger = 2048;
// And it ends so much before its reservation that the registers of any function, begun before the end, have room: the shortest way of a call need not look
// how many there are.
constexpr size_t kMostRegisters = (size_t{1} << 16) * sizeof(Value);

Thread* create_thread(Interp& in) {
  Thread* t = new Thread();
  bool first = !in.threads;
  // Address space, of which little is touched; threads have less, because a limit on it (ulimit -v) must leave room for many of them, and for everything else.
  size_t frames = share_of_address_space(size_t{first ? 1024u : 16u} << 20, first ? 16 : 64) & ~size_t{4095};
  size_t data = share_of_address_space(size_t{first ? 2048u : 64u} << 20, first ? 8 : 32) & ~size_t{4095};
  t->frame_base = static_cast<Frame*>(reserve(frames));
  t->stack_base = static_cast<char*>(reserve(data));
  if (!t->frame_base || !t->stack_base) { delete t; return nullptr; }
  t->frame_end = t->frame_base + frames / sizeof(Frame);
  t->stack_base += kStagger;
  t->stack_bytes = data - kStagger - kMostRegisters;
  t->interp = &in;
  t->home = in.current;
  t->live = new_dispatch();
  t->dispatch = t->live;
  t->heap = tls_heap;
  if (!first) t->recursion_limit = in.threads->recursion_limit;  // sys.setrecursionlimit() is for all threads
  t->frame_limit = t->frame_base + t->recursion_limit < t->frame_end ? t->frame_base + t->recursion_limit : t->frame_end - 1;
  t->id = reinterpret_cast<uint64_t>(pthread_self());
  t->next = in.threads;
  in.threads = t;
  return t;
}

// The stack of the main thread grows when it is used; where a limit on the address space is reached, that ends the process. So it is made to grow at once, and what
// it has then is all that is used of it.
static void settle_native_stack(Thread& t, size_t most) {
  if (most == SIZE_MAX) return;
  size_t usable = static_cast<size_t>(t.native_base - t.native_limit) + kNativeHeadroom, bytes = std::min(usable, std::max(most, 4 * kNativeHeadroom));
  if (usable < 4 * kNativeHeadroom) return;
  char* here = static_cast<char*>(__builtin_frame_address(0));
  char* lowest = t.native_base - bytes;
  if (here - static_cast<ptrdiff_t>(2 * kNativeHeadroom) < lowest) return;  // too deep already
  void* p = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;
  munmap(p, bytes);
  constexpr size_t kEdge = 64 << 10;  // the last pages are not the stack's by all counts
  *const_cast<volatile char*>(lowest + kEdge) = 0;
  t.native_limit = lowest + kEdge + kNativeHeadroom;
}

void thread_adopt_native_stack(Thread* t) {
  native_bounds(t->native_base, t->native_limit);
  if (getpid() == gettid()) settle_native_stack(*t, share_of_address_space(SIZE_MAX, 16));
}

// The unused ends of the thread's two reservations, beyond the shares of a limit that a thread would begin with.
static void trim_reservations(Thread& t, size_t limit) {
  auto page_up = [](size_t bytes) { return (bytes + 4095) & ~size_t{4095}; };
  constexpr size_t kLeast = 4 << 20;
  char* base = reinterpret_cast<char*>(t.frame_base);
  size_t have = static_cast<size_t>(reinterpret_cast<char*>(t.frame_end) - base), used = t.frame ? static_cast<size_t>(reinterpret_cast<char*>(t.frame) - base) : 0;
  if (used > have) used = have;  // a generator's frame
  size_t keep = page_up(std::max({limit / 16, kLeast, used + kLeast}));
  if (keep < have) {
    munmap(base + keep, page_up(have) - keep);
    t.frame_end = t.frame_base + keep / sizeof(Frame);
    t.frame_limit = std::min(t.frame_limit, t.frame_end - 1);
    t.renew_call_limit();
  }
  char* data = t.stack_base - kStagger;
  have = kStagger + t.stack_bytes + kMostRegisters;
  used = static_cast<size_t>(reinterpret_cast<char*>(data_stack_top(t)) - data);
  keep = page_up(std::max({limit / 8, kLeast, (used > have ? have : used + kLeast)}));
  if (keep < have) {
    munmap(data + keep, have - keep);
    t.stack_bytes = keep - kStagger - kMostRegisters;
  }
}
void limit_address_space(Thread& t, size_t limit) {
  if (gettid() == getpid()) settle_native_stack(t, limit / 16);
  reset_reserve();
  trim_reservations(t, limit);
}

void unlink_thread(Thread* t) {
  for (Thread** p = &t->interp->threads; *p; p = &(*p)->next)
    if (*p == t) { *p = t->next; break; }
}

void lose_thread(Thread* t) {
  unlink_thread(t);
  t->next = t->interp->lost_threads;
  t->interp->lost_threads = t;
}

void destroy_thread(Thread* t) {
  munmap(t->frame_base, static_cast<size_t>(reinterpret_cast<char*>(t->frame_end) - reinterpret_cast<char*>(t->frame_base)));
  munmap(t->stack_base - kStagger, kStagger + t->stack_bytes + kMostRegisters);
  delete_dispatch(t->live);
  delete t;
}

uint32_t Code::height_at(uint32_t word) const {
  uint32_t h = nregs;
  if (const HeightEntry* heights = code_heights(this); LIKELY(heights && nheights)) {
    h = heights[height_index(heights, nheights, word)].height;
  } else if (nheights) {
    h = packed_height_at(this, word);  // memory is short
  }
  return h < nlocals ? nlocals : h;
}

// Generators count their registers lazily. What must hold whenever a reconcile scans:
//  G1 the registers of a generator on a thread's frame chain are not counted: the scan of frames sees them (resume_generator takes the counts off);
//  G2 the registers of any other generator that is not finished are counted, or it is listed here and not kRunning, and count_suspended() counts them
//     first. A generator that counts as running while its delegate runs for throw() or close() is on no chain, so it is counted before;
//  G3 a finished generator has empty registers, counted or not, and may still be listed; one that dies takes itself off the list.
RanList g_ran;

static void ran(GeneratorObject* g) {
  if (UNLIKELY(g_ran.top == g_ran.end)) {
    size_t used = static_cast<size_t>(g_ran.top - g_ran.base), room = used ? 2 * used : 64;
    void* base = with_reserve([&] { return realloc(g_ran.base, room * sizeof *g_ran.base); });
    if (!base) abort();
    g_ran.base = static_cast<GeneratorObject**>(base);
    g_ran.top = g_ran.base + used;
    g_ran.end = g_ran.base + room;
  }
  *g_ran.top++ = g;
}

// Whether one of the code's handlers is of the program's making: neither the conversion of StopIteration nor that of `yield from`, nor the end of an
// `async for`, which lets all but StopAsyncIteration pass. (A generator that delegates to an eager one becomes eager as whoever holds one does.)
static bool is_own_handler(const Word& w) {
  Op op = static_cast<Op>(w.op);
  return op != Op::CLEANUP_THROW && op != Op::END_ASYNC_FOR && !(op == Op::INTRINSIC && w.c == static_cast<uint16_t>(Intrinsic::StopIterationError));
}
static bool find_try(const Code* c) {
  for (uint32_t i = 0; i < c->nexceptions; i++)
    if (is_own_handler(c->words[c->exceptions[i].target])) return true;
  return false;
}
// The same for an instruction: what the compiler's handlers raise again goes to those that they stand in.
static bool inside_own_try(const Code* c, uint32_t word) {
  for (uint32_t i = 0; i < c->nexceptions; i++) {
    const ExceptionEntry& e = c->exceptions[i];
    if (word < e.start || word >= e.end) continue;
    if (is_own_handler(c->words[e.target])) return true;
    if (e.target <= word) return true;  // not made by the compiler: nothing is known
    word = e.target;  // handlers come after what they handle, and entries are in order
  }
  return false;
}

static inline bool has_try(Code* c) {
  if (UNLIKELY(!c->tries)) c->tries = find_try(c) ? 2 : 1;
  return c->tries == 2;
}

// Of a suspended one that its death will resume. Where nothing but the compiler's handlers meets that, only the delegate has something to do, if anybody.
static bool death_is_seen(GeneratorObject* g) {
  if (thread_is_traced(current_thread())) return true;
  return (g->type() == KAA_TYPE(async_generator) || inside_own_try(g->frame.code, g->frame.pc_index())) && LayoutTraits<GeneratorObject>::needs_finalizer(g);
}

void generator_made(Thread& t, GeneratorObject* g) {
  ran(g);
  g->listed = has_try(g->frame.code) || thread_is_traced(t) ? 2 : 1;
}

void generator_ran(GeneratorObject* g) {
  bool eager = g->flag(kEager) || (!g->listed && !has_try(g->frame.code) && !thread_is_traced(current_thread()));
  if (!g->listed) ran(g);
  // Suspended inside a try statement its death is visible: each suspension of one that has such a statement is looked at until it is eager.
  if (!eager && g->state == GenState::kSuspended && death_is_seen(g)) {
    make_eager(g);
    if (is_counted(g->rc)) add_orphan(g);
    eager = true;
  }
  g->listed = eager ? 1 : 2;
}

void generator_count(GeneratorObject* g) {
  if (g->counted) return;
  uint32_t h = g->state == GenState::kCreated ? g->frame.code->nlocals : g->frame.code->height_at(g->frame.pc_index());
  g->counted = true;
  g->counted_height = h;
  for (uint32_t i = 0; i < h; i++) inc_into(g->regs[i], g);
  inc_into(g->exc.exc, g);
}

void generator_uncount(GeneratorObject* g) {
  if (!g->counted) return;
  g->counted = false;
  for (uint32_t i = 0; i < g->counted_height; i++) dec(g->regs[i]);
  dec(g->exc.exc);
}

// Within a reconcile, when what stacks refer to is marked (not `all`): a generator with count 0 and no mark is dead, unless a suspended one that is alive has it
// in a register. The dead are left as they are, and their registers never counted: most generators die so. But one that will be closed runs again.
void count_suspended(bool all) {
  static std::vector<GeneratorObject*> alive;
  constexpr uint64_t kAlive = ~uint64_t{0xFFFFFFFF} | kMarked | kEager;  // counted, immortal, or held by stacks
  GeneratorObject** kept = g_ran.base;
  for (GeneratorObject** at = g_ran.base; at != g_ran.top; at++) {
    GeneratorObject* g = *at;
    if (UNLIKELY(g->state == GenState::kRunning)) { *kept++ = g; continue; }
    g->listed = 0;
    if (g->state == GenState::kFinished || LIKELY(!all && !(g->rc & kAlive) && dies_unseen(g))) continue;
    generator_count(g);
    alive.push_back(g);
  }
  g_ran.top = kept;
  // What the living hold is counted now; those of the list are looked at in turn: of generators that can go on they alone were not counted.
  while (!alive.empty()) {
    GeneratorObject* g = alive.back();
    alive.pop_back();
    for (uint32_t i = 0; i < g->counted_height; i++) {
      Value v = g->regs[i];
      if (!v.is_reference() || v.object()->type()->recipe != kRecipeGenerator) continue;
      GeneratorObject* inner = v.as<GeneratorObject>();
      if (inner->counted || inner->state == GenState::kRunning || inner->state == GenState::kFinished) continue;
      generator_count(inner);
      alive.push_back(inner);
    }
  }
}

void LayoutTraits<GeneratorObject>::destroy(GeneratorObject* g) {
  if (g->frame.obj) g->frame.obj->live = nullptr;
  if (UNLIKELY(g->watched)) heap().forget_frame(&g->frame);
  if (!g->listed) return;
  for (GeneratorObject** at = g_ran.top; at-- != g_ran.base;)
    if (*at == g) { *at = *--g_ran.top; break; }
}

void scan_frames(Thread* t, RootVisitor& v) {
  const Value* callee = nullptr;  // where the callee's registers begin, when they overlap
  for (Frame* f = t->frame; f; f = f->prev) {
    Value own[] = {f->code, f->func, f->locals, Value(reinterpret_cast<Object*>(f->obj))};  // obj: null, or a mark that is no object (traceback.cpp)
    v.values(own, 4);
    uint32_t h = f->code->height_at(f->pc_index());
    if (callee && callee >= f->regs && callee < f->regs + h) h = static_cast<uint32_t>(callee - f->regs);
    v.values(f->regs, h);
    if (f->on_heap) {
      GeneratorObject* g = generator_of(f);
      v.value(g);
      v.value(g->exc.exc);
    } else {
      callee = f->regs;
    }
    if (f == t->watermark) break;  // the frames below are counted
  }
  v.value(t->exc);
  for (ExcState* s = t->exc_state; s; s = s->prev) v.value(s->exc);
  v.value(t->context);
  v.value(t->trace_func);
  v.value(t->profile_func);
  v.value(t->async_exc);
  v.value(t->async_gen_firstiter);
  v.value(t->async_gen_finalizer);
  v.values(t->start_values, 4);
}

static void scan_native_stack(Thread* t, RootVisitor& v, const char* lo) {
  if (t->loop_base) t->screen.extend(*t->heap, t->loop_base, t->native_base);
  t->screen.scan(v, lo, t->native_base);
}

static __attribute__((noinline)) void scan_all(RootVisitor& v) {
  Interp& in = interp();
  for (Thread* t = in.threads; t; t = t->next) {
    count_deep_frames(t);
    scan_frames(t, v);
    const char* lo = t != tls_thread ? t->native_top : t->heap->scan_top ? static_cast<const char*>(t->heap->scan_top) : static_cast<char*>(__builtin_frame_address(0));
    if (lo) scan_native_stack(t, v, lo);
    if (t != tls_thread) v.conservative(t->saved_registers, t->saved_registers + 8);
  }
  for (Thread* t = in.lost_threads; t; t = t->next) {
    scan_frames(t, v);
    if (t->native_top) t->screen.scan(v, t->native_top, t->native_base);
    v.conservative(t->saved_registers, t->saved_registers + 8);
  }
  scan_interp_state(in, v);
  scan_interpreters(v);
  scan_weakref_queue(v);
  scan_native_modules(v);
}

// Spills the callee-saved registers into this frame, so that the conservative scan sees what callers keep in them.
__attribute__((noinline)) void scan_roots(RootVisitor& v) {
  __builtin_unwind_init();
  scan_all(v);
  asm volatile("" ::: "memory");
}

}  // namespace kaa
