// When cycles are collected: after reconciles, in proportion to what survived.

#include <algorithm>

#include "runtime/startup.h"
#include "base/clock.h"
#include "runtime/types.h"
#include "runtime/weakrefs.h"
#include "runtime/zombies.h"

namespace kaa {

static bool run_pending() {
  Thread& t = current_thread();
  if (!(t.poll.load(std::memory_order_relaxed) & kPollFinalizers)) return false;
  if (!run_finalizers(t).ok()) clear_exc(t);
  return true;
}

GcState g_gc;

// A young collection is due when so many containers have lived through their first reconcile: a bound on the pause, whatever the size of the heap.
// It grows with the first threshold (2000 unless gc.set_threshold() was called): it is that when all are of the last sweep, so that none has to be told from what
// came to its address since, and twice that otherwise. After as many of these as the second threshold says the next one looks at the
// middle generation, too, as in CPython. A full one is due when the heap has doubled.
static bool young_due(const Heap& h) {
  if (UNLIKELY(g_gc.booting)) return false;
  uint64_t limit = static_cast<uint64_t>(g_gc.threshold[0]);
  return h.young_survivors > (h.young_fresh ? limit : 2 * limit);
}

// Called by the heap after a reconcile (it only sets the poll bit) and at safepoints (which collect).
void gc_after_reconcile(Heap& h) {
  age_zombies(interp());
  if (!g_gc.enabled || !tls_thread || g_gc.threshold[0] <= 0) return;
  if (young_due(h) || h.stats.live() > g_gc.next_full) tls_thread->request(kPollGc);
}

// When the exception is raised, its traceback still holds what the functions have that it passes: the next one may be luckier, many in a row are not.
void gc_memory_short(Thread& t) {
  if (!g_gc.enabled || g_gc.threshold[0] <= 0) return;
  if (g_gc.skip) {
    g_gc.skip--;
    return;
  }
  g_gc.memory_short = true;
  t.request(kPollGc);
}

void collect_if_due(Thread& t, const void* top, bool reconciled) {
  if (!g_gc.enabled || g_gc.collecting || g_gc.threshold[0] <= 0) return;
  Heap& h = *t.heap;
  if (UNLIKELY(g_gc.memory_short)) {
    g_gc.memory_short = false;
    g_gc.in_vain = gc_collect(t, 2, top, reconciled) ? 0 : std::min(g_gc.in_vain + 1, uint32_t{8});
    g_gc.skip = (1u << g_gc.in_vain) - 1;
    return;
  }
  if (h.stats.live() > g_gc.next_full) gc_collect(t, 2, top, reconciled);
  else if (young_due(h)) gc_collect(t, g_gc.young_since > static_cast<uint64_t>(std::max(g_gc.threshold[1], 0)) ? 1 : 0, top, reconciled);
}

size_t gc_collect(Thread& t, int generation, const void* top, bool reconciled) {
  if (g_gc.collecting) return 0;
  g_gc.collecting = true;
  if (g_gc.notify) g_gc.notify(t, "start", generation, 0);
  t.heap->run_pending = run_pending;
  if (generation == 2) drain_zombies(*t.interp);
  uint64_t t0 = now_ns();
  size_t n = t.heap->collect(generation, top, reconciled);
  HeapStats& hs = t.heap->stats;
  uint64_t ns = now_ns() - t0;
  hs.collecting_ns += ns;
  if (generation < 2) hs.young_collections++;
  uint64_t& longest = generation == 2 ? hs.max_full_ns : hs.max_young_ns;
  longest = std::max(longest, ns);
  free_retired_shapes();
  GcGeneration& stats = g_gc.generations[generation];
  stats.collections++;
  stats.collected += n;
  g_gc.young_since = generation ? 0 : g_gc.young_since + 1;
  g_gc.middle_since = generation == 2 ? 0 : g_gc.middle_since + static_cast<uint64_t>(generation);
  g_gc.allocated_then = t.heap->stats.allocated;
  if (g_gc.notify) g_gc.notify(t, "stop", generation, n);
  g_gc.collecting = false;
  uint64_t live = t.heap->stats.live();
  if (generation == 2) g_gc.next_full = live * 2 > 200000 ? live * 2 : 200000;
  return n;
}

}  // namespace kaa
