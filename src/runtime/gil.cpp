// The lock under which threads take turns, for as long as they do not run in parallel.
//
// A thread that waits for the lock asks the holder to hand over by setting kPollHandover in the holder's poll word; the holder lets go at its next safepoint. A thread
// without the lock is "detached": its registers and native stack do not change, and native_top says where the live part of its native stack begins, so
// that the others can scan it.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/gil.h"
#include "runtime/interpreters.h"

namespace kaa {

extern Status (*g_handover_hook)(Thread&);

namespace {
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_free = PTHREAD_COND_INITIALIZER;
pthread_cond_t g_taken = PTHREAD_COND_INITIALIZER;
pthread_cond_t g_never = PTHREAD_COND_INITIALIZER;  // of threads that get no more turns: a thread among them must not use up a signal of the others
Thread* g_holder = nullptr;
uint64_t g_switches = 0;
int g_waiting = 0;
Thread* g_last = nullptr;  // set when the interpreter ends: the only thread that still has turns

void release(Thread& t) {
  pthread_mutex_lock(&g_mutex);
  g_holder = nullptr;
  pthread_cond_signal(&g_free);
  pthread_mutex_unlock(&g_mutex);
  (void)t;
}

void note_native_id(Thread& t) { t.module_state = reinterpret_cast<void*>(syscall(SYS_gettid)); }

// Whether t gets no more turns: the process or its interpreter ends.
bool is_barred(const Thread& t) { return (g_last && g_last != &t) || t.home->ended; }

void acquire(Thread& t) {
  pthread_mutex_lock(&g_mutex);
  for (;;) {
    while (is_barred(t)) {
      pthread_cond_broadcast(&g_taken);  // whoever lets go for this one need not wait
      pthread_cond_wait(&g_never, &g_mutex);
    }
    if (!g_holder) break;
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000;
    if (until.tv_nsec >= 1000000000) { until.tv_nsec -= 1000000000; until.tv_sec++; }
    uint64_t before = g_switches;
    g_waiting++;
    int r = pthread_cond_timedwait(&g_free, &g_mutex, &until);
    g_waiting--;
    if (r == ETIMEDOUT && g_holder && g_switches == before && !is_barred(t)) g_holder->request(kPollHandover);
  }
  g_holder = &t;
  g_switches++;
  pthread_cond_broadcast(&g_taken);
  pthread_mutex_unlock(&g_mutex);
  tls_thread = &t;
  if (UNLIKELY(t.home != interp().current)) use_interpreter(*t.home);
}

// What its callers hold is in their frames, above this one, and in saved_registers. What lies below is left over from earlier calls (a reconcile before the
// wait, for one, whose own words would keep what it looked at).
__attribute__((noinline)) void detach(Thread& t) {
  t.native_top = static_cast<char*>(__builtin_frame_address(0));
  release(t);
}

Status handover(Thread& t) {
  t.poll.fetch_and(~uint32_t{kPollHandover}, std::memory_order_relaxed);
  enter_blocking(t);
  pthread_mutex_lock(&g_mutex);
  // Let somebody else have it first, if anybody else may have it.
  uint64_t before = g_switches;
  while (!g_last && g_waiting && g_switches == before) pthread_cond_wait(&g_taken, &g_mutex);
  pthread_mutex_unlock(&g_mutex);
  leave_blocking(t);
  return {};
}
}  // namespace

Thread* const* gil_holder() { return &g_holder; }

void gil_init(Thread& main) {
  note_native_id(main);
  g_holder = &main;
  g_handover_hook = handover;
}

void gil_attach(Thread& t) {
  note_native_id(t);
  acquire(t);
  t.native_top = nullptr;
}
void gil_detach(Thread& t) { release(t); }

__attribute__((noinline)) void enter_blocking(Thread& t) {
  // Callee-saved registers may hold the only reference to an object: they are stored in the thread, and scanned with it.
  __builtin_unwind_init();
  asm volatile("" ::: "memory");
  t.saved_errno = errno;
#if defined(__x86_64__)
  uint64_t rbx, rbp, r12, r13, r14, r15;
  asm volatile("mov %%rbx, %0\n mov %%rbp, %1\n mov %%r12, %2\n mov %%r13, %3\n mov %%r14, %4\n mov %%r15, %5"
               : "=m"(rbx), "=m"(rbp), "=m"(r12), "=m"(r13), "=m"(r14), "=m"(r15));
  uint64_t regs[] = {rbx, rbp, r12, r13, r14, r15};
  for (int i = 0; i < 6; i++) t.saved_registers[i] = regs[i];
#else
  jmp_buf jb;
  setjmp(jb);
  memcpy(t.saved_registers, &jb, sizeof t.saved_registers < sizeof jb ? sizeof t.saved_registers : sizeof jb);
#endif
  detach(t);
}
void leave_blocking(Thread& t) {
  int e = errno;
  acquire(t);
  t.native_top = nullptr;
  errno = e;
}

void gil_switch(Thread& to) {
  pthread_mutex_lock(&g_mutex);
  g_holder = &to;
  pthread_mutex_unlock(&g_mutex);
  to.module_state = tls_thread->module_state;
  tls_thread = &to;
  use_interpreter(*to.home);
}

// After fork(): the child has this thread alone, and the lock is its own.
void gil_after_fork(Thread& t) {
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t c = PTHREAD_COND_INITIALIZER;
  g_mutex = m;
  g_free = c;
  g_taken = c;
  g_never = c;
  g_holder = &t;
  g_waiting = 0;
  for (Thread* x = interp().threads; x; x = x->next)
    if (x->id == t.id) note_native_id(*x);
}

bool thread_is_live(uint64_t id) {
  for (Thread* x = interp().threads; x; x = x->next)
    if (x->id == id) return true;
  return false;
}

bool gil_closed() { return g_last; }

void gil_close(Thread& t) {
  pthread_mutex_lock(&g_mutex);
  g_last = &t;
  pthread_mutex_unlock(&g_mutex);
}

}  // namespace kaa
