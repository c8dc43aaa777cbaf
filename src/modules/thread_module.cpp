// _thread: real threads that take turns under one lock (runtime/gil.cpp), locks, thread-local data.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <vector>

#include "modules/foreign_thread.h"
#include "modules/signal_module.h"
#include "modules/sys_module.h"
#include "objects/traits.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"
#include "runtime/gil.h"
#include "runtime/interpreters.h"
#include "runtime/startup.h"
#include "runtime/weakrefs.h"
#include "types/structseq.h"

namespace kaa {

// ---- locks. Waiting threads sleep on a semaphore-like condition outside the interpreter's lock.
struct LockCore {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t cond;
  bool locked = false;
  LockCore() {
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&cond, &a);
    pthread_condattr_destroy(&a);
  }
};
struct LockObject : Object {
  LockCore* core;
};
struct RLockObject : Object {
  LockCore* core;
  uint64_t owner;
  uint64_t count;
};
struct ThreadHandle : Object {
  uint64_t ident;
  LockCore* done;        // locked while the thread runs
  int state;             // 0 not started, 1 starting or running, 2 done
  bool joined;
};
struct LocalObject : Object {
  Field<Tuple*> args;
  Field<Dict*> kwargs;
  Field<Dict*> dicts;    // thread id -> its dict
  template <class F> void each_field(F&& f) { f(args); f(kwargs); f(dicts); }
};
std::vector<LocalObject*> g_locals;  // likewise
template <> struct LayoutTraits<LocalObject> { static void destroy(LocalObject* o) { std::erase(g_locals, o); } };
template <> struct LayoutTraits<LockObject> { static void destroy(LockObject* o) { delete o->core; } };
template <> struct LayoutTraits<RLockObject> { static void destroy(RLockObject* o) { delete o->core; } };
std::vector<ThreadHandle*> g_handles;  // all there are; one that dies takes itself off
template <> struct LayoutTraits<ThreadHandle> {
  static void destroy(ThreadHandle* o) {
    std::erase(g_handles, o);
    if (o->state != 1) delete o->done;
  }
};

namespace {

Type *g_lock_type, *g_rlock_type, *g_handle_type, *g_local_type, *g_hook_args;
constexpr double kTimeoutMax = 9223372036.0;
size_t g_stack_size = 0;
constexpr int64_t kMinStackSize = 53248;  // CPython's; what the interpreter needs itself is added
uint64_t g_main_id = 0;

uint64_t self_id() { return reinterpret_cast<uint64_t>(pthread_self()); }

// 1 taken, 2 taken after a wait, 0 timed out, -1 error (a signal handler raised). timeout < 0: wait for ever; 0: try.
int lock_acquire(Thread& t, LockCore* c, double timeout, bool interruptible = true) {
  pthread_mutex_lock(&c->mutex);
  if (!c->locked) {
    c->locked = true;
    pthread_mutex_unlock(&c->mutex);
    return 1;
  }
  pthread_mutex_unlock(&c->mutex);
  if (timeout == 0) return 0;
  if (interruptible && !settle_before_wait(t).ok()) return -1;
  timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  if (timeout > 0) {
    double whole = static_cast<double>(static_cast<int64_t>(timeout));
    end.tv_sec += static_cast<time_t>(whole);
    end.tv_nsec += static_cast<long>((timeout - whole) * 1e9);
    if (end.tv_nsec >= 1000000000) { end.tv_nsec -= 1000000000; end.tv_sec++; }
  }
  for (;;) {
    bool got = false, late = false;
    enter_blocking(t);
    pthread_mutex_lock(&c->mutex);
    while (c->locked && !late) {
      // Signals are looked for now and then: a condition is not interrupted by them.
      timespec slice;
      clock_gettime(CLOCK_MONOTONIC, &slice);
      slice.tv_nsec += 50000000;
      if (slice.tv_nsec >= 1000000000) { slice.tv_nsec -= 1000000000; slice.tv_sec++; }
      bool last = timeout > 0 && (end.tv_sec < slice.tv_sec || (end.tv_sec == slice.tv_sec && end.tv_nsec <= slice.tv_nsec));
      int r = pthread_cond_timedwait(&c->cond, &c->mutex, last ? &end : &slice);
      if (r == ETIMEDOUT && last) late = true;
      if (interruptible && (t.poll.load(std::memory_order_relaxed) & (kPollSignal | kPollAsyncExc))) break;
    }
    if (!c->locked) { c->locked = true; got = true; }
    pthread_mutex_unlock(&c->mutex);
    leave_blocking(t);
    if (got) return 2;
    if (late) return 0;
    if (interruptible && !safepoint(t).ok()) return -1;
  }
}
// The handler of a signal that came while a lock was waited for runs at once: whoever waited can deal with its exception here, not in the middle of what
// comes next.
Status signals_now(Thread& t) { return t.poll.load(std::memory_order_relaxed) & kPollSignal ? safepoint(t) : Status(); }
bool lock_release(LockCore* c) {
  pthread_mutex_lock(&c->mutex);
  bool was = c->locked;
  c->locked = false;
  pthread_cond_signal(&c->cond);
  pthread_mutex_unlock(&c->mutex);
  return was;
}
bool lock_held(LockCore* c) {
  pthread_mutex_lock(&c->mutex);
  bool l = c->locked;
  pthread_mutex_unlock(&c->mutex);
  return l;
}

Result<double> timeout_of(Thread& t, Value blocking, Value timeout) {
  bool block = blocking ? TRY(truth(t, blocking)) : true;
  double d = timeout ? TRY(to_double(t, timeout)) : -1;
  if (!block && timeout && d != -1) return RAISE(ValueError, "can't specify a timeout for a non-blocking call");
  if (d < 0 && d != -1) return RAISE(ValueError, "timeout value must be a non-negative number");
  if (d > kTimeoutMax) return RAISE(OverflowError, "timeout value is too large");
  if (d != d) return RAISE(ValueError, "Invalid value NaN (not a number)");
  return block ? d : 0.0;
}

// ---- lock
Result<Value> lock_new(Thread& t, Args) {
  LockObject* o = TRY(alloc_as<LockObject>(t, g_lock_type));
  o->core = new LockCore();
  return o;
}
Result<Value> lock_acquire_(Thread& t, Args a) {
  double d = TRY(timeout_of(t, a[1], a[2]));
  int r = lock_acquire(t, a.as<LockObject>(0)->core, d);
  if (r < 0) return Error{};
  if (r == 2) TRY(signals_now(t));
  return Value::from_bool(r != 0);
}
Result<Value> lock_release_(Thread& t, Args a) {
  if (!lock_release(a.as<LockObject>(0)->core)) return RAISE(RuntimeError, "release unlocked lock");
  return kNone;
}
Result<Value> lock_exit(Thread& t, Args a) { return lock_release_(t, {a.p, 1}); }
Result<Value> lock_locked(Thread&, Args a) { return Value::from_bool(lock_held(a.as<LockObject>(0)->core)); }
Result<Value> lock_at_fork(Thread&, Args a) {
  LockObject* o = a.as<LockObject>(0);
  o->core = new LockCore();  // the old one may be in any state
  return kNone;
}
Result<Value> lock_repr(Thread& t, Args a) {
  return TRY(str_format(t, "<%s _thread.lock object at %p>", lock_held(a.as<LockObject>(0)->core) ? "locked" : "unlocked", static_cast<void*>(a[0].object())));
}
const MethodDef k_lock[] = {
    {"__new__", lock_new, "($cls, /)", "", MethodKind::kNew},
    {"acquire", lock_acquire_, "($self, /, blocking=True, timeout=-1)", "Takes the lock; False when that fails in time."},
    {"acquire_lock", lock_acquire_, "($self, /, blocking=True, timeout=-1)", "An old name of acquire()."},
    {"release", lock_release_, "($self, /)", "Releases the lock."},
    {"release_lock", lock_release_, "($self, /)", "An old name of release()."},
    {"locked", lock_locked, "($self, /)", "Whether the lock is taken."},
    {"locked_lock", lock_locked, "($self, /)", "An old name of locked()."},
    {"_at_fork_reinit", lock_at_fork, "($self, /)", "Makes the lock free, in the child of a fork."},
    {"__enter__", lock_acquire_, "($self, /)", "Takes the lock."},
    {"__exit__", lock_exit, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", "Releases the lock."},
    {"__repr__", lock_repr, "($self, /)", "repr(self)"},
};
const TypeSpec k_lock_spec = {.doc = "A lock that is not owned by a thread.", .methods = k_lock, .layout = &kLayout<LockObject>, .flags = kTypeWeakrefable};

// ---- RLock
Result<Value> rlock_new(Thread& t, Args a, Tuple* kwnames) {
  bool given = a.n > 1 || (kwnames && kwnames->size);
  if (given && a.as<Type>(0) == g_rlock_type) TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "Passing arguments to RLock is deprecated and will be removed in 3.15"));
  RLockObject* o = TRY(alloc_as<RLockObject>(t, a.as<Type>(0)));
  o->core = new LockCore();
  return o;
}
Result<Value> rlock_acquire(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  double d = TRY(timeout_of(t, a[1], a[2]));
  if (o->count && o->owner == self_id()) { o->count++; return kTrue; }
  int r = lock_acquire(t, o->core, d);
  if (r < 0) return Error{};
  if (r) { o->owner = self_id(); o->count = 1; }
  if (r == 2) TRY(signals_now(t));
  return Value::from_bool(r != 0);
}
Result<Value> rlock_release(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  if (!o->count || o->owner != self_id()) return RAISE(RuntimeError, "cannot release un-acquired lock");
  if (--o->count == 0) { o->owner = 0; lock_release(o->core); }
  return kNone;
}
Result<Value> rlock_exit(Thread& t, Args a) { return rlock_release(t, {a.p, 1}); }
Result<Value> rlock_locked(Thread&, Args a) { return Value::from_bool(a.as<RLockObject>(0)->count != 0); }
Result<Value> rlock_is_owned(Thread&, Args a) { return Value::from_bool(a.as<RLockObject>(0)->count && a.as<RLockObject>(0)->owner == self_id()); }
Result<Value> rlock_recursion_count(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  return make_uint(t, o->owner == self_id() ? o->count : 0);
}
Result<Value> rlock_release_save(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  if (!o->count) return RAISE(RuntimeError, "cannot release un-acquired lock");
  Value n = TRY(make_uint(t, o->count)), id = TRY(make_uint(t, o->owner));
  Value r = TRY(make_tuple(t, n, id));
  o->count = 0;
  o->owner = 0;
  lock_release(o->core);
  return r;
}
Result<Value> rlock_acquire_restore(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  if (!is_tuple(a[1]) || a[1].as<Tuple>()->size != 2) return RAISE(TypeError, "_acquire_restore() argument must be a tuple of two");
  uint64_t n = TRY(to_uint64(t, a[1].as<Tuple>()->items[0])), id = TRY(to_uint64(t, a[1].as<Tuple>()->items[1]));
  lock_acquire(t, o->core, -1, false);  // whoever waited for a condition counts on having the lock again
  o->count = n;
  o->owner = id;
  return kNone;
}
Result<Value> rlock_at_fork(Thread&, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  o->core = new LockCore();
  o->count = 0;
  o->owner = 0;
  return kNone;
}
Result<Value> rlock_repr(Thread& t, Args a) {
  RLockObject* o = a.as<RLockObject>(0);
  return TRY(str_format(t, "<%s %N object owner=%lu count=%lu at %p>", o->count ? "locked" : "unlocked", o->type(), o->owner, o->count, static_cast<void*>(o)));
}
const MethodDef k_rlock[] = {
    {"__new__", rlock_new, nullptr, "", MethodKind::kNew},
    {"acquire", rlock_acquire, "($self, /, blocking=True, timeout=-1)", "Takes the lock, once more if this thread holds it."},
    {"release", rlock_release, "($self, /)", "Releases the lock once."},
    {"locked", rlock_locked, "($self, /)", "Whether the lock is taken."},
    {"_is_owned", rlock_is_owned, "($self, /)", "Whether this thread holds the lock."},
    {"_recursion_count", rlock_recursion_count, "($self, /)", "How often this thread holds the lock."},
    {"_release_save", rlock_release_save, "($self, /)", "Releases wholly; returns what _acquire_restore() wants."},
    {"_acquire_restore", rlock_acquire_restore, "($self, state, /)", "Takes the lock as it was before _release_save()."},
    {"_at_fork_reinit", rlock_at_fork, "($self, /)", "Makes the lock free, in the child of a fork."},
    {"__enter__", rlock_acquire, "($self, /)", "Takes the lock."},
    {"__exit__", rlock_exit, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", "Releases the lock."},
    {"__repr__", rlock_repr, "($self, /)", "repr(self)"},
};
const TypeSpec k_rlock_spec = {.doc = "A lock that its owner may take again.", .methods = k_rlock, .layout = &kLayout<RLockObject>, .flags = kTypeWeakrefable | kTypeBase};

// ---- starting threads
struct Start { Thread* thread; };

void thread_excepthook(Thread& t, Value func) {
  if (exc_matches(t, KAA_TYPE(SystemExit))) { clear_exc(t); return; }
  write_unraisable_in(t, "thread started by", func);
}

// What thread-local objects hold for a thread that ends goes with it: another thread may get its identifier.
void drop_locals(Thread& t) {
  Result<Value> id = make_uint(t, t.id);
  for (size_t i = 0; id.ok() && i < g_locals.size(); i++)
    if (Dict* d = g_locals[i]->dicts) static_cast<void>(dict_pop(t, d, id.value()));
  clear_exc(t);
}

void* thread_main(void* p) {
  Start* s = static_cast<Start*>(p);
  Thread* t = s->thread;
  tls_heap = t->heap;
  thread_adopt_native_stack(t);
  t->native_base = static_cast<char*>(__builtin_frame_address(0));  // what lies above are thread-local variables, a hundred KiB of them
  t->id = self_id();
  gil_attach(*t);
  LockCore* done = nullptr;
  {
    Value func = t->start_values[0], args = t->start_values[1], kwargs = t->start_values[2];
    t->start_values[0] = t->start_values[1] = t->start_values[2] = Value();
    Keep k1(func), k2(args), k3(kwargs);
    ThreadHandle* h = t->start_values[3] ? t->start_values[3].as<ThreadHandle>() : nullptr;
    if (h) h->ident = t->id;
    delete s;
    Result<Value> r = call_tuple(*t, func, args.as<Tuple>(), kwargs ? kwargs.as<Dict>() : nullptr);
    if (!r.ok()) thread_excepthook(*t, func);
    drop_locals(*t);
    if (t->context) {  // what only its context variables held dies here, in this thread
      t->context = Value();
      t->heap->reconcile();
    }
    static_cast<void>(run_finalizers(*t));
    t->started = false;
    if (h) {
      h->state = 2;
      done = h->done;  // lives until the handle does, which cannot die before this thread lets go of the lock
    }
    t->start_values[3] = Value();
  }
  unlink_thread(t);  // with the lock: the list of threads is the collector's
  if (done) lock_release(done);  // who joins finds nothing held by this thread's stacks any more
  gil_detach(*t);
  destroy_thread(t);
  return nullptr;
}

}  // namespace

// The lock is had first through a Thread that is on no list; then the real one joins the list, and takes over.
ForeignThread::ForeignThread() {
  if (tls_thread) return;
  tls_heap = interp().threads->heap;
  Thread* t;
  {
    Thread guest;
    guest.home = &main_interpreter();
    gil_attach(guest);
    t = create_thread(interp());
    if (!t) abort();  // address space for its stacks is short, and the library cannot be told
    thread_adopt_native_stack(t);
    tls_thread = t;
    enter_blocking(*t);
  }
  leave_blocking(*t);
  t_ = t;
}
ForeignThread::~ForeignThread() {
  if (!t_) return;
  drop_locals(*t_);
  static_cast<void>(run_finalizers(*t_));
  unlink_thread(t_);
  gil_detach(*t_);
  destroy_thread(t_);
  tls_thread = nullptr;
}

namespace {

// Starts a thread that calls func(*args, **kwargs).
Result<uint64_t> start_thread(Thread& t, Value func, Value args, Value kwargs, ThreadHandle* h, bool daemon) {
  if (interp().finalizing) return RAISE(PythonFinalizationError, "can't create new thread at interpreter shutdown");
  if (!t.home->config.allow_threads) return RAISE(RuntimeError, "thread is not supported for isolated subinterpreters");
  Thread* n = create_thread(interp());
  if (!n) return raise_memory(t);
  n->daemon = daemon;
  n->started = true;
  n->start_values[0] = func;
  n->start_values[1] = args;
  n->start_values[2] = kwargs;
  n->start_values[3] = h;
  Start* s = new Start{n};
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  // What was asked for comes on top of what native code keeps for itself (runtime/thread.cpp: kNativeHeadroom).
  pthread_attr_setstacksize(&attr, g_stack_size ? g_stack_size + (size_t{512} << 10) : size_t{8} << 20);
  pthread_t id;
  if (h) { h->state = 1; lock_acquire(t, h->done, 0); }
  int r = pthread_create(&id, &attr, thread_main, s);
  pthread_attr_destroy(&attr);
  if (r) {
    delete s;
    unlink_thread(n);
    destroy_thread(n);
    if (h) { h->state = 0; lock_release(h->done); }
    return RAISE(RuntimeError, "can't start new thread");
  }
  uint64_t ident = reinterpret_cast<uint64_t>(id);
  n->id = ident;  // it waits for the lock, which is ours
  if (h) h->ident = ident;
  return ident;
}

Result<Value> thread_start_new(Thread& t, Args a) {
  if (!is_callable(a[0])) return RAISE(TypeError, "first arg must be callable");
  if (!is_tuple(a[1])) return RAISE(TypeError, "2nd arg must be a tuple");
  if (a[2] && !is_dict(a[2])) return RAISE(TypeError, "optional 3rd arg must be a dictionary");
  TRY(audit(t, "_thread.start_new_thread", a[0], a[1], a[2]));
  uint64_t id = TRY(start_thread(t, a[0], a[1], a[2], nullptr, true));
  return make_uint(t, id);
}

Result<Value> handle_new_object(Thread& t) {
  ThreadHandle* h = TRY(alloc_as<ThreadHandle>(t, g_handle_type));
  h->done = new LockCore();
  g_handles.push_back(h);
  return h;
}
Result<Value> handle_new(Thread& t, Args) { return handle_new_object(t); }
Result<Value> thread_start_joinable(Thread& t, Args a) {
  if (!is_callable(a[0])) return RAISE(TypeError, "thread function must be callable");
  Value h = a[1];
  if (!h || h.is_none()) h = TRY(handle_new_object(t));
  else if (type_of(h) != g_handle_type) return RAISE(TypeError, "'handle' must be a _ThreadHandle");
  if (h.as<ThreadHandle>()->state != 0) return RAISE(RuntimeError, "thread already started");
  bool daemon = a[2] ? TRY(truth(t, a[2])) : true;
  if (daemon && !t.home->config.allow_daemon_threads) return RAISE(RuntimeError, "daemon threads are disabled in this (sub)interpreter");
  TRY(audit(t, "_thread.start_joinable_thread", a[0], small_int(daemon), a[1]));
  TRY(start_thread(t, a[0], interp().empty_tuple, Value(), h.as<ThreadHandle>(), daemon));
  return h;
}
Result<Value> handle_join(Thread& t, Args a) {
  ThreadHandle* h = a.as<ThreadHandle>(0);
  double d = -1;
  if (a[1] && !a[1].is_none()) d = TRY(to_double(t, a[1]));
  if (h->state == 0) return RAISE(RuntimeError, "thread not started");
  if (h->ident == self_id() && h->state == 1) return RAISE(RuntimeError, "Cannot join current thread");
  if (h->state == 2) return kNone;
  if (interp().finalizing) return RAISE(PythonFinalizationError, "cannot join thread at interpreter shutdown");
  int r = lock_acquire(t, h->done, d < 0 ? -1 : d > kTimeoutMax ? kTimeoutMax : d);
  if (r < 0) return Error{};
  if (r) lock_release(h->done);
  return kNone;
}
Result<Value> handle_is_done(Thread&, Args a) { return Value::from_bool(a.as<ThreadHandle>(0)->state == 2); }
Result<Value> handle_set_done(Thread& t, Args a) {
  ThreadHandle* h = a.as<ThreadHandle>(0);
  if (h->state == 0) return RAISE(RuntimeError, "thread not started");
  h->state = 2;
  lock_release(h->done);
  return kNone;
}
Result<Value> handle_ident(Thread& t, Value self) { return make_uint(t, self.as<ThreadHandle>()->ident); }
Result<Value> handle_repr(Thread& t, Args a) { return TRY(str_format(t, "<_ThreadHandle object: ident=%lu>", a.as<ThreadHandle>(0)->ident)); }
const MethodDef k_handle[] = {
    {"__new__", handle_new, "($cls, /)", "", MethodKind::kNew},
    {"join", handle_join, "($self, timeout=None, /)", "Waits until the thread is done."},
    {"is_done", handle_is_done, "($self, /)", "Whether the thread is done."},
    {"_set_done", handle_set_done, "($self, /)", "Says that the thread is done."},
    {"__repr__", handle_repr, "($self, /)", "repr(self)"},
};
const GetSetDef k_handle_getsets[] = {{"ident", handle_ident, nullptr, "The thread's identifier."}};
const TypeSpec k_handle_spec = {.doc = "A thread that can be joined.", .methods = k_handle, .getsets = k_handle_getsets, .layout = &kLayout<ThreadHandle>, .flags = kTypeWeakrefable};

Result<Value> thread_make_handle(Thread& t, Args a) {
  uint64_t id = TRY(to_uint64(t, a[0]));
  Value h = TRY(handle_new_object(t));
  h.as<ThreadHandle>()->ident = id;
  h.as<ThreadHandle>()->state = 1;
  lock_acquire(t, h.as<ThreadHandle>()->done, 0);
  return h;
}
Result<Value> thread_get_ident(Thread& t, Args) { return make_uint(t, self_id()); }
Result<Value> thread_get_native_id(Thread&, Args) { return small_int(syscall(SYS_gettid)); }
Result<Value> thread_get_main_ident(Thread& t, Args) { return make_uint(t, g_main_id); }
Result<Value> thread_count(Thread& t, Args) {
  int64_t n = 0;
  for (Thread* x = interp().threads; x; x = x->next) n += x->started && x->home == t.home;
  return small_int(n);
}
Result<Value> thread_daemon_allowed(Thread& t, Args) { return Value::from_bool(t.home->config.allow_daemon_threads); }
Result<Value> thread_is_main_interpreter(Thread&, Args) { return Value::from_bool(in_main_interpreter()); }
Result<Value> thread_exit(Thread& t, Args) { return raise_class(t, KAA_TYPE(SystemExit), Value()); }
Result<Value> thread_allocate_lock(Thread& t, Args) { return lock_new(t, {}); }
Result<Value> thread_stack_size(Thread& t, Args a) {
  int64_t old = static_cast<int64_t>(g_stack_size);
  if (a[0]) {
    int64_t n = TRY(to_ssize(t, a[0]));
    if (n && n < kMinStackSize) return RAISE(ValueError, "size must be at least %ld bytes", kMinStackSize);
    g_stack_size = static_cast<size_t>(n);
  }
  return small_int(old);
}
Result<Value> thread_interrupt_main(Thread& t, Args a) {
  int sig = a[0] ? TRY(to_cint(t, a[0])) : SIGINT;
  if (sig < 1 || sig >= NSIG) return RAISE(ValueError, "signal number out of range");
  if (!signal_is_handled(sig)) return kNone;  // ignored, or the default action
  trip_signal(sig);
  TRY(safepoint(t));  // in the main thread the handler runs at once
  return kNone;
}
Result<Value> thread_get_name(Thread& t, Args) {
  char name[32];
  if (int err = pthread_getname_np(pthread_self(), name, sizeof name)) return raise_os_error(t, err);
  return TRY(decode_fs(t, name));
}
Result<Value> thread_set_name(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "set_name() argument 'name' must be str, not %T", a[0]);
  Value encoded = TRY(call_method(t, a[0], NAME("encode"), NAME("utf-8"), NAME("replace")));
  char name[16];
  snprintf(name, sizeof name, "%s", encoded.as<Bytes>()->data());
  pthread_setname_np(pthread_self(), name);
  return kNone;
}
// Waits for the threads that are no daemons.
Result<Value> thread_shutdown(Thread& t, Args) {
  for (;;) {
    Thread* other = nullptr;
    for (Thread* x = interp().threads; x && !other; x = x->next)
      if (x != &t && !x->daemon && x->home == t.home) other = x;
    if (!other) return kNone;
    Value h = other->start_values[3];
    if (h) {
      int r = lock_acquire(t, h.as<ThreadHandle>()->done, -1);
      if (r < 0) return Error{};
      lock_release(h.as<ThreadHandle>()->done);
    }
    Blocking b(t);
    usleep(1000);
  }
}
// The report of an exception that ends a thread: threading's own hook prints it.
Result<Value> thread_excepthook_(Thread& t, Args a) {
  if (type_of(a[0]) != g_hook_args) return RAISE(TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
  Value ty = TRY(get_attr(t, a[0], NAME("exc_type"))), e = TRY(get_attr(t, a[0], NAME("exc_value"))), tb = TRY(get_attr(t, a[0], NAME("exc_traceback")));
  if (ty == Value(KAA_TYPE(SystemExit))) return kNone;
  Value th = TRY(get_attr(t, a[0], NAME("thread")));
  Value own = sys_get("stderr"), err = own;
  if (!err || err.is_none()) {  // what sys.stderr was when the thread was made
    if (th.is_none()) return kNone;
    err = TRY(get_attr(t, th, NAME("_stderr")));
    if (err.is_none()) return kNone;
  }
  Keep keep(err);
  Value name = th.is_none() ? TRY(make_uint(t, t.id)) : TRY(get_attr(t, th, NAME("_name")));
  Str* head = TRY(str_format(t, "Exception in thread %S:\n", name));
  TRY(call_method(t, err, NAME("write"), head));
  TRY(call_method(t, err, NAME("flush")));
  if (is_exception(e) && !e.as<BaseException>()->traceback && !tb.is_none()) TRY(set_attr(t, e, NAME("__traceback__"), tb));
  if (err == own && is_exception(e)) {
    TRY(print_exception(t, e));
  } else {
    Value print = TRY(import_attr(t, "traceback", "print_exception"));
    TRY(call(t, print, ty, e, tb, kNone, err));
  }
  TRY(call_method(t, err, NAME("flush")));
  return kNone;
}

// ---- local data: a dict for each thread
Result<Value> local_new(Thread& t, Args a, Tuple* kwnames) {
  Type* ty = a.as<Type>(0);
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n > 1 && ty->dunder(D_init) == KAA_TYPE(object)->dunder(D_init)) return RAISE(TypeError, "Initialization arguments are not supported");
  LocalObject* o = TRY(alloc_as<LocalObject>(t, ty));
  o->args.init(TRY(tuple_of(t, a.p + 1, a.n - 1 - nkw)));
  Dict* kw = TRY(new_dict(t));
  for (uint32_t i = 0; i < nkw; i++) TRY(dict_set(t, kw, kwnames->items[i], a.p[a.n - nkw + i]));
  o->kwargs.init(kw);
  o->dicts.init(TRY(new_dict(t)));
  g_locals.push_back(o);
  Dict* d = TRY(new_dict(t));
  Value id = TRY(make_uint(t, t.id));
  TRY(dict_set(t, o->dicts, id, d));
  return o;
}
// This thread's dict; the first use in a thread runs __init__.
Result<Dict*> local_dict(Thread& t, LocalObject* o) {
  Value id = TRY(make_uint(t, t.id));
  Opt d = TRY(dict_get(t, o->dicts, id));
  if (d) return d.v.as<Dict>();
  Dict* n = TRY(new_dict(t));
  TRY(dict_set(t, o->dicts, id, n));
  if (o->type()->dunder(D_init) != KAA_TYPE(object)->dunder(D_init)) {
    Value init = TRY(get_attr(t, o, NAME("__init__")));
    Result<Value> r = call_tuple(t, init, o->args, o->kwargs);
    if (!r.ok()) {
      Value e = take_exc(t);
      TRY(dict_pop(t, o->dicts, id));
      restore_exc(t, e);
      return Error{};
    }
  }
  return n;
}
Result<Value> local_getattribute(Thread& t, Args a) {
  LocalObject* o = a.as<LocalObject>(0);
  if (!is_str(a[1])) return RAISE(TypeError, "attribute name must be string, not '%T'", a[1]);
  Dict* d = TRY(local_dict(t, o));
  Str* name = TRY(intern(t, a[1].as<Str>()));
  if (str_equal_ascii(name, "__dict__")) return d;
  Value c = type_lookup(o->type(), name);
  if (c && is_data_descriptor(c)) return descr_get(t, c, o, o->type());
  Opt v = TRY(dict_get(t, d, name));
  if (v) return v.v;
  if (c) return descr_get(t, c, o, o->type());
  TRY(set_attribute_error(t, o, name));
  return Error{};
}
Status local_store(Thread& t, LocalObject* o, Value key, Value v) {
  Dict* d = TRY(local_dict(t, o));
  if (!is_str(key)) return RAISE(TypeError, "attribute name must be string, not '%T'", key);
  Str* name = TRY(intern(t, key.as<Str>()));
  if (str_equal_ascii(name, "__dict__")) return RAISE(AttributeError, "'%T' object attribute '__dict__' is read-only", Value(o));
  Value c = type_lookup(o->type(), name);
  if (c && is_data_descriptor(c)) return generic_set_attr(t, o, name, v);
  if (v) return dict_set(t, d, name, v);
  Opt old = TRY(dict_pop(t, d, name));
  if (!old) return set_attribute_error(t, o, name);
  return {};
}
Result<Value> local_setattr(Thread& t, Args a) { TRY(local_store(t, a.as<LocalObject>(0), a[1], a[2])); return kNone; }
Result<Value> local_delattr(Thread& t, Args a) { TRY(local_store(t, a.as<LocalObject>(0), a[1], Value())); return kNone; }
const MethodDef k_local[] = {
    {"__new__", local_new, nullptr, "", MethodKind::kNew},
    {"__getattribute__", local_getattribute, "($self, name, /)", "getattr(self, name)"},
    {"__setattr__", local_setattr, "($self, name, value, /)", "setattr(self, name, value)"},
    {"__delattr__", local_delattr, "($self, name, /)", "delattr(self, name)"},
};
const TypeSpec k_local_spec = {.doc = "Attributes of its own for each thread.", .methods = k_local, .layout = &kLayout<LocalObject>, .flags = kTypeWeakrefable | kTypeBase};

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"start_new_thread", thread_start_new, "(function, args, kwargs={}, /)", "Runs function(*args, **kwargs) in a new thread.", kF},
    {"start_new", thread_start_new, "(function, args, kwargs={}, /)", "An old name of start_new_thread().", kF},
    {"start_joinable_thread", thread_start_joinable, "(function, handle=None, daemon=True)", "Runs function() in a new thread that can be joined.", kF},
    {"daemon_threads_allowed", thread_daemon_allowed, "()", "Whether daemon threads may be made.", kF},
    {"allocate_lock", thread_allocate_lock, "()", "A new lock.", kF},
    {"allocate", thread_allocate_lock, "()", "An old name of allocate_lock().", kF},
    {"get_ident", thread_get_ident, "()", "The identifier of this thread.", kF},
    {"get_native_id", thread_get_native_id, "()", "The system's number of this thread.", kF},
    {"_get_main_thread_ident", thread_get_main_ident, "()", "The identifier of the main thread.", kF},
    {"_count", thread_count, "()", "The number of threads started by this module that run.", kF},
    {"_is_main_interpreter", thread_is_main_interpreter, "()", "Whether this is the main interpreter.", kF},
    {"exit", thread_exit, "()", "Ends this thread (raises SystemExit).", kF},
    {"exit_thread", thread_exit, "()", "An old name of exit().", kF},
    {"interrupt_main", thread_interrupt_main, "(signum=2, /)", "As if a signal had come: its handler runs in the main thread.", kF},
    {"stack_size", thread_stack_size, "(size=0, /)", "Size of the native stack of new threads.", kF},
    {"_get_name", thread_get_name, "()", "The system's name of this thread.", kF},
    {"set_name", thread_set_name, "(name)", "The system's name of this thread.", kF},
    {"_shutdown", thread_shutdown, "()", "Waits for the threads that are no daemons.", kF},
    {"_make_thread_handle", thread_make_handle, "(ident, /)", "A handle of a thread that runs already.", kF},
    {"_excepthook", thread_excepthook_, "(args, /)", "Prints an exception that ended a thread.", kF},
};

Status thread_exec(Thread& t, Module* m) {
  if (!g_lock_type) {
    g_main_id = t.id;
    g_lock_type = TRY(make_native_type(t, "_thread.lock", nullptr, k_lock_spec));
    g_rlock_type = TRY(make_native_type(t, "_thread.RLock", nullptr, k_rlock_spec));
    g_handle_type = TRY(make_native_type(t, "_thread._ThreadHandle", nullptr, k_handle_spec));
    g_local_type = TRY(make_native_type(t, "_thread._local", nullptr, k_local_spec));
  }
  TRY(module_add(t, m, "LockType", g_lock_type));
  TRY(module_add(t, m, "lock", g_lock_type));
  TRY(module_add(t, m, "RLock", g_rlock_type));
  TRY(module_add(t, m, "_ThreadHandle", g_handle_type));
  TRY(module_add(t, m, "_local", g_local_type));
  static const StructSeqField k_hook_args[] = {{"exc_type", "Exception type"}, {"exc_value", "Exception value"}, {"exc_traceback", "Exception traceback"}, {"thread", "Thread"}, kStructSeqEnd};
  static const StructSeqDef k_hook_args_def = {"_thread._ExceptHookArgs", "What threading.excepthook receives.", k_hook_args, 4};
  if (!g_hook_args) g_hook_args = TRY(make_structseq(t, k_hook_args_def));
  TRY(module_add(t, m, "_ExceptHookArgs", g_hook_args));
  TRY(module_add(t, m, "error", KAA_TYPE(RuntimeError)));
  TRY(module_add(t, m, "_NAME_MAXLEN", small_int(15)));
  return module_add(t, m, "TIMEOUT_MAX", TRY(make_float(t, kTimeoutMax)));
}

}  // namespace

// In the child of a fork: the other threads have ended.
void thread_after_fork(Thread& t) {
  t.started = t.started && t.id != g_main_id;
  g_main_id = t.id;
  for (ThreadHandle* h : g_handles) {
    if (h->state != 1 || h->ident == t.id) continue;
    h->state = 2;
    h->done = new LockCore();  // the old one may be in use by a thread that is no more
  }
}

extern const ModuleDef _thread_module = {"_thread", "Threads, locks and thread-local data.", k_functions, thread_exec};

}  // namespace kaa
