// When cycles are collected: after reconciles, in proportion to what survived.
#include "runtime/startup.h"
#include "runtime/types.h"
#include "runtime/weakrefs.h"

namespace kaa {

static bool run_pending() {
  Thread& t = current_thread();
  if (!(t.poll.load(std::memory_order_relaxed) & kPollFinalizers)) return false;
  if (!run_finalizers(t).ok()) clear_exc(t);
  return true;
}

GcState g_gc;

// Called by the heap after a reconcile (it only sets the poll bit) and at safepoints (which collect).
void gc_after_reconcile(Heap& h) {
  if (!g_gc.enabled || !tls_thread) return;
  uint64_t live = h.stats.live();
  if (live > g_gc.next_young) tls_thread->poll.fetch_or(kPollGc, std::memory_order_relaxed);
}

void collect_if_due(Thread& t) {
  if (!g_gc.enabled || g_gc.collecting || !g_gc.threshold[0]) return;
  Heap& h = *t.heap;
  uint64_t live = h.stats.live();
  if (live <= g_gc.next_young) return;
  bool full = live > g_gc.next_full;
  gc_collect(t, full ? 2 : 0);

}

size_t gc_collect(Thread& t, int generation) {
  if (g_gc.collecting) return 0;
  g_gc.collecting = true;
  if (g_gc.notify) g_gc.notify(t, "start", generation, 0);
  t.heap->run_pending = run_pending;
  size_t n = t.heap->collect(generation);
  free_retired_shapes();
  GcGeneration& stats = g_gc.generations[generation];
  stats.collections++;
  stats.collected += n;
  g_gc.young_since_full = generation ? 0 : g_gc.young_since_full + 1;
  g_gc.allocated_then = t.heap->stats.allocated;
  if (g_gc.notify) g_gc.notify(t, "stop", generation, n);
  g_gc.collecting = false;
  uint64_t live = t.heap->stats.live();
  g_gc.next_young = live + (live / 4 > 50000 ? live / 4 : 50000);
  if (generation >= 1) g_gc.next_full = live * 2 > 200000 ? live * 2 : 200000;
  return n;
}

}  // namespace kaa
