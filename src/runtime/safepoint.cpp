// Safepoints: where a thread attends to signals, finalizers, cycle collection and the hand-over of the lock.
#include "runtime/api.h"
#include "runtime/call.h"
#include "runtime/remote_debug.h"
#include "runtime/startup.h"
#include "runtime/weakrefs.h"

namespace kaa {

// Set by the signal module and the thread module: what a poll bit means.
Status (*g_signal_hook)(Thread&) = nullptr;
Status (*g_remote_hook)(Thread&) = nullptr;
Status (*g_handover_hook)(Thread&) = nullptr;

[[gnu::noinline]] static Status attend(Thread& t, const void* top, uint32_t p) {
  bool reconciled = false;
  if (p & kPollReconcile) {
    t.poll.fetch_and(~uint32_t{kPollReconcile}, std::memory_order_relaxed);
    reconciled = t.heap->reconcile_if_due(top);
    p = t.poll.load(std::memory_order_relaxed);
  }
  if ((p & (kPollRemote | kPollShow)) && g_remote_hook) TRY(g_remote_hook(t));  // before finalizers: in the frame that the program is in
  if ((p & kPollSignal) && g_signal_hook) TRY(g_signal_hook(t));  // before finalizers, too: what a handler raises there would be lost
  if (p & kPollFinalizers) TRY(run_finalizers(t));
  if (p & kPollGc) {
    t.poll.fetch_and(~uint32_t{kPollGc}, std::memory_order_relaxed);
    collect_if_due(t, top, reconciled && !(p & (kPollRemote | kPollSignal | kPollFinalizers)));
  }
  if ((p & kPollHandover) && g_handover_hook) TRY(g_handover_hook(t));
  if (p & kPollAsyncExc) {
    t.poll.fetch_and(~uint32_t{kPollAsyncExc}, std::memory_order_relaxed);
    Value e = t.async_exc;
    t.async_exc = Value();
    if (e) return is_type(e) ? raise_class(t, e.as<Type>(), Value()) : raise_value(t, e);
  }
  return {};
}

// A function with a small frame, so that the stack is cleared from close below the running activation.
__attribute__((no_sanitize("address"))) Status safepoint(Thread& t, const void* top) {
  uint32_t p = t.poll.load(std::memory_order_relaxed);
  if (!p) return {};
  if (p & kPollClearStack) {
    t.poll.fetch_and(~uint32_t{kPollClearStack}, std::memory_order_relaxed);
    if (t.loop_base) t.screen.clear_below(*t.heap, t.loop_base, t.native_base);
  }
  return attend(t, top, p);
}

}  // namespace kaa
