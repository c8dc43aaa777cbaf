// faulthandler: Python's call stacks printed when the process crashes, gets a signal, or takes too long.
//
// Three independent parts: handlers of the fatal signals (enable), handlers of other signals (register), and a native thread that waits (dump_traceback_later).
// All of them print with dump.h, which needs neither the lock nor memory. The settings that handlers read are plain words written while no handler is
// installed; the file objects are held in roots, so that their descriptors stay open.
#include "modules/faulthandler/faulthandler.h"

#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "modules/faulthandler/dump.h"
#include "modules/posix/mapping_faults.h"
#include "modules/posix/sys_util.h"
#include "modules/sys_module.h"

namespace kaa {
namespace {

constexpr int kSignals = 65;
constexpr size_t kAltStack = 64 << 10;

struct Fatal {
  int signum;
  const char* name;
  bool installed;
  struct sigaction previous;
};
Fatal g_fatal[] = {
    {SIGBUS, "Bus error", false, {}},
    {SIGILL, "Illegal instruction", false, {}},
    {SIGFPE, "Floating-point exception", false, {}},
    {SIGABRT, "Aborted", false, {}},
    {SIGSEGV, "Segmentation fault", false, {}},  // last: the handlers of all others are in place when one of them crashes
};
struct { bool enabled, all_threads; int fd; } g_enabled;

struct UserSignal {
  bool enabled, all_threads, chain;
  int fd;
  struct sigaction previous;
};
UserSignal g_user[kSignals];

// The waiting thread. `cancel` is told under the mutex; `pid` tells whether the thread is of this process.
struct {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed;
  bool running = false, cancel = false;
  pthread_t thread;
  pid_t pid = 0;
  int fd = -1;
  int64_t timeout_ns = 0;
  bool repeat = false, exit = false;
  char header[64];
} g_later;

// Files in use: of enable(), dump_traceback_later() and each signal.
Root<>& enabled_file() { static auto* r = new Root<>(); return *r; }
Root<>& later_file() { static auto* r = new Root<>(); return *r; }
Root<Dict*>& user_files() { static auto* r = new Root<Dict*>(); return *r; }

// The descriptor of the argument `file`; the object to be kept for it goes to *keep.
Result<int> file_arg(Thread& t, Value file, Value* keep = nullptr) {
  if (!file || file.is_none()) {
    file = sys_get("stderr");
    if (!file) return RAISE(RuntimeError, "lost sys.stderr");
    if (file.is_none()) return RAISE(RuntimeError, "sys.stderr is None");
  } else if (is_int(file)) {
    if (file == kTrue || file == kFalse) TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "bool is used as a file descriptor"));
    int fd = TRY(to_cint(t, file));
    if (fd < 0) return RAISE(ValueError, "file is not a valid file descriptor");
    return fd;
  }
  Value n = TRY(call_method(t, file, NAME("fileno")));
  int fd = -1;
  if (is_int(n)) {
    Result<int> r = to_cint(t, n);
    if (r.ok()) fd = r.value();
    else clear_exc(t);
  }
  if (fd < 0) return RAISE(RuntimeError, "file.fileno() is not a valid file descriptor");
  if (!call_method(t, file, NAME("flush")).ok()) clear_exc(t);
  if (keep) *keep = file;
  return fd;
}

void dump(int fd, bool all_threads, const Thread* current) {
  FdWriter out(fd);
  if (all_threads) dump_all_threads(out, current);
  else if (current) dump_thread(out, current);
}

Result<Value> dump_traceback(Thread& t, Args a) {
  bool all = TRY(bool_arg(t, a[1], true));
  int fd = TRY(file_arg(t, a[0]));
  dump(fd, all, &t);
  TRY(safepoint(t));
  return kNone;
}
Result<Value> dump_c_stack(Thread& t, Args a) {
  int fd = TRY(file_arg(t, a[0]));
  FdWriter out(fd);
  dump_native_stack(out);
  return kNone;
}

// ---- fatal signals

void restore_fatal(Fatal& f) {
  if (!f.installed) return;
  f.installed = false;
  sigaction(f.signum, &f.previous, nullptr);
}

void on_fatal(int signum, siginfo_t* info, void*) {
  int saved = errno;
  if (signum == SIGBUS && recover_mapping_fault(info)) return;
  Fatal* f = nullptr;
  for (Fatal& g : g_fatal)
    if (g.signum == signum) f = &g;
  // What crashes in here is for the previous handler.
  if (f) restore_fatal(*f);
  if (g_enabled.enabled) {
    static volatile bool busy = false;
    bool first = !busy;
    busy = true;
    FdWriter out(g_enabled.fd);
    out.text("Fatal Python error: ").text(f ? f->name : "???").text("\n\n");
    out.flush();
    if (g_enabled.all_threads && first) dump_all_threads(out, tls_thread);
    else if (tls_thread) dump_thread(out, tls_thread);
    out.text("\n").flush();
    if (first) {
      dump_native_stack(out);
      out.flush();
      dump_native_modules(out);
    }
  }
  errno = saved;
  ::raise(signum);
}

bool install_fatal() {
  if (g_enabled.enabled) return true;
  static char* stack = nullptr;
  if (!stack) {
    stack = static_cast<char*>(malloc(kAltStack));
    stack_t alt = {};
    stack_t old = {};
    if (stack && sigaltstack(nullptr, &old) == 0 && (old.ss_flags & SS_DISABLE)) {
      alt.ss_sp = stack;
      alt.ss_size = kAltStack;
      sigaltstack(&alt, nullptr);
    }
    // The first call of backtrace() loads a library: not in a handler.
    void* frame;
    backtrace(&frame, 1);
  }
  g_enabled.enabled = true;
  for (Fatal& f : g_fatal) {
    struct sigaction sa {};
    sa.sa_sigaction = on_fatal;
    sigemptyset(&sa.sa_mask);
    sa.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;  // the handler's own raise() must come through
    if (sigaction(f.signum, &sa, &f.previous) != 0) return false;
    f.installed = true;
  }
  return true;
}

Result<Value> enable(Thread& t, Args a) {
  Value keep;
  bool all = TRY(bool_arg(t, a[1], true));
  int fd = TRY(file_arg(t, a[0], &keep));
  enabled_file() = keep;
  g_enabled.fd = fd;
  g_enabled.all_threads = all;
  if (!install_fatal()) return raise_os_error(t, errno);
  return kNone;
}
Result<Value> disable(Thread&, Args) {
  bool was = g_enabled.enabled;
  g_enabled.enabled = false;
  for (Fatal& f : g_fatal) restore_fatal(f);
  keep_bus_handler();
  enabled_file() = Value();
  return Value::from_bool(was);
}
Result<Value> is_enabled(Thread&, Args) { return Value::from_bool(g_enabled.enabled); }

// ---- other signals

bool install_user(int signum, bool chain, struct sigaction* previous);

void on_user(int signum) {
  int saved = errno;
  UserSignal& u = g_user[signum];
  if (!u.enabled) return;
  dump(u.fd, u.all_threads, tls_thread);
  if (u.chain) {
    // The handler that was there before has its turn; then this one is put back.
    sigaction(signum, &u.previous, nullptr);
    errno = saved;
    ::raise(signum);
    saved = errno;
    install_user(signum, u.chain, nullptr);
  }
  errno = saved;
}
bool install_user(int signum, bool chain, struct sigaction* previous) {
  struct sigaction sa {};
  sa.sa_handler = on_user;
  sigemptyset(&sa.sa_mask);
  sa.sa_flags = SA_RESTART | SA_ONSTACK;
  if (chain) sa.sa_flags = SA_NODEFER | SA_ONSTACK;  // or the chained raise() would wait for the end of this handler
  return sigaction(signum, &sa, previous) == 0;
}

Result<int> user_signal_arg(Thread& t, Value v) {
  int signum = TRY(to_cint(t, v));
  for (Fatal& f : g_fatal)
    if (f.signum == signum) return RAISE(RuntimeError, "signal %d cannot be registered, use enable() instead", signum);
  if (signum < 1 || signum >= kSignals) return RAISE(ValueError, "signal number out of range");
  return signum;
}

Result<Value> register_signal(Thread& t, Args a) {
  int signum = TRY(user_signal_arg(t, a[0]));
  bool all = TRY(bool_arg(t, a[2], true)), chain = TRY(bool_arg(t, a[3], false));
  Value keep;
  int fd = TRY(file_arg(t, a[1], &keep));
  UserSignal& u = g_user[signum];
  if (!user_files().get()) user_files() = TRY(new_dict(t));
  TRY(dict_set(t, user_files(), small_int(signum), keep ? keep : kNone));
  u.fd = fd;
  u.all_threads = all;
  u.chain = chain;
  if (!u.enabled) {
    if (!install_user(signum, chain, &u.previous)) return raise_os_error(t, errno);
    u.enabled = true;
  }
  return kNone;
}
Result<Value> unregister(Thread& t, Args a) {
  int signum = TRY(user_signal_arg(t, a[0]));
  UserSignal& u = g_user[signum];
  bool was = u.enabled;
  if (was) {
    u.enabled = false;
    sigaction(signum, &u.previous, nullptr);
    TRY(dict_pop(t, user_files(), small_int(signum)));
  }
  return Value::from_bool(was);
}

// ---- later

void* wait_and_dump(void*) {
  pthread_mutex_lock(&g_later.mutex);
  timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  while (!g_later.cancel) {
    int64_t ns = until.tv_nsec + g_later.timeout_ns % 1000000000;
    until.tv_sec += g_later.timeout_ns / 1000000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    int r = 0;
    while (!g_later.cancel && r != ETIMEDOUT) r = pthread_cond_timedwait(&g_later.changed, &g_later.mutex, &until);
    if (g_later.cancel) break;
    {
      FdWriter out(g_later.fd);
      out.text(g_later.header);
      dump_all_threads(out, nullptr);
    }
    if (g_later.exit) _exit(1);
    if (!g_later.repeat) break;
  }
  pthread_mutex_unlock(&g_later.mutex);
  return nullptr;
}

void cancel_later(Thread& t) {
  if (g_later.running && g_later.pid == getpid()) {
    Blocking b(t);
    pthread_mutex_lock(&g_later.mutex);
    g_later.cancel = true;
    pthread_cond_signal(&g_later.changed);
    pthread_mutex_unlock(&g_later.mutex);
    pthread_join(g_later.thread, nullptr);
  }
  g_later.running = false;
  later_file() = Value();
}

Result<Value> dump_traceback_later(Thread& t, Args a) {
  int64_t ns = TRY(time_arg(t, a[0], Rounding::kTimeout));
  bool repeat = TRY(bool_arg(t, a[1], false)), exit = TRY(bool_arg(t, a[3], false));
  int64_t us = ns / 1000 + (ns % 1000 > 0);
  if (us <= 0) return RAISE(ValueError, "timeout must be greater than 0");
  Value keep;
  int fd = TRY(file_arg(t, a[2], &keep));
  cancel_later(t);
  later_file() = keep;
  g_later.fd = fd;
  g_later.timeout_ns = us * 1000;
  g_later.repeat = repeat;
  g_later.exit = exit;
  g_later.cancel = false;
  int64_t s = us / 1000000, fraction = us % 1000000;
  int n = snprintf(g_later.header, sizeof g_later.header, "Timeout (%lld:%02d:%02d", static_cast<long long>(s / 3600), static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
  if (fraction) n += snprintf(g_later.header + n, sizeof g_later.header - static_cast<size_t>(n), ".%06d", static_cast<int>(fraction));
  snprintf(g_later.header + n, sizeof g_later.header - static_cast<size_t>(n), ")!\n");
  pthread_mutex_init(&g_later.mutex, nullptr);
  pthread_condattr_t ca;
  pthread_condattr_init(&ca);
  pthread_condattr_setclock(&ca, CLOCK_MONOTONIC);
  pthread_cond_init(&g_later.changed, &ca);
  pthread_condattr_destroy(&ca);
  // Signals are for Python's threads.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 256 << 10);
  int r = pthread_create(&g_later.thread, &attr, wait_and_dump, nullptr);
  pthread_attr_destroy(&attr);
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (r) return RAISE(RuntimeError, "unable to start watchdog thread");
  g_later.running = true;
  g_later.pid = getpid();
  return kNone;
}
Result<Value> cancel_dump_traceback_later(Thread& t, Args) {
  cancel_later(t);
  return kNone;
}

// ---- crashing, for tests

void no_core_file() {
  rlimit r;
  if (getrlimit(RLIMIT_CORE, &r) == 0) {
    r.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &r);
  }
}
Result<Value> read_null(Thread&, Args) {
  no_core_file();
  volatile int* p = nullptr;
  asm volatile("" : "+r"(p));
  return small_int(*p);
}
Result<Value> sigsegv(Thread& t, Args a) {
  no_core_file();
  if (TRY(bool_arg(t, a[0], false))) {
    Blocking b(t);
    ::raise(SIGSEGV);
  } else {
    ::raise(SIGSEGV);
  }
  return kNone;
}
Result<Value> sigfpe(Thread&, Args) {
  no_core_file();
  ::raise(SIGFPE);
  return kNone;
}
Result<Value> sigabrt(Thread&, Args) {
  no_core_file();
  abort();
}
void* fatal_error_thread(void*) {
  {
    FdWriter out(2);
    out.text("Fatal Python error: faulthandler_fatal_error_thread: in new thread\nPython runtime state: initialized\n\n");
    dump_all_threads(out, tls_thread);
  }
  abort();
}
Result<Value> fatal_error_c_thread(Thread& t, Args) {
  no_core_file();
  pthread_t id;
  if (pthread_create(&id, nullptr, fatal_error_thread, nullptr)) return RAISE(RuntimeError, "unable to start the thread");
  Blocking b(t);
  pthread_join(id, nullptr);
  return kNone;
}
__attribute__((noinline)) uintptr_t recurse(uintptr_t lowest, size_t* depth) {
  volatile char room[4096];
  room[0] = 1;
  *depth += 1;
  uintptr_t here = reinterpret_cast<uintptr_t>(&room);
  if (here < lowest) return here;
  return recurse(lowest, depth) + static_cast<uintptr_t>(room[0]);
}
Result<Value> stack_overflow(Thread& t, Args) {
  no_core_file();
  size_t depth = 0;
  volatile char here = 0;
  uintptr_t start = reinterpret_cast<uintptr_t>(&here);
  constexpr uintptr_t kRoom = 100 << 20;
  uintptr_t end = recurse(start > kRoom ? start - kRoom : 0, &depth);
  return RAISE(RuntimeError, "unable to raise a stack overflow (allocated %lu bytes on the stack, %lu recursive calls)", static_cast<uint64_t>(start - end), static_cast<uint64_t>(depth));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"enable", enable, "(file=sys.stderr, all_threads=True)", "Has Python's call stacks printed when a fatal signal comes.", kF},
    {"disable", disable, "()", "Undoes enable(); answers whether it was enabled.", kF},
    {"is_enabled", is_enabled, "()", "Whether enable() is in force.", kF},
    {"dump_traceback", dump_traceback, "(file=sys.stderr, all_threads=True)", "Prints the call stacks of all threads, or of this one.", kF},
    {"dump_c_stack", dump_c_stack, "(file=sys.stderr)", "Prints the native call stack of this thread.", kF},
    {"dump_traceback_later", dump_traceback_later, "(timeout, repeat=False, file=sys.stderr, exit=False)", "Prints all call stacks once the time (in seconds) is over, or each time; exit: ends the process then.", kF},
    {"cancel_dump_traceback_later", cancel_dump_traceback_later, "()", "Undoes dump_traceback_later().", kF},
    {"register", register_signal, "(signum, file=sys.stderr, all_threads=True, chain=False)", "Has call stacks printed when the signal comes; chain: the previous handler runs, too.", kF},
    {"unregister", unregister, "(signum, /)", "Undoes register(); answers whether the signal was registered.", kF},
    {"_read_null", read_null, "()", "Reads address zero.", kF},
    {"_sigsegv", sigsegv, "(release_gil=False, /)", "Raises SIGSEGV.", kF},
    {"_sigfpe", sigfpe, "()", "Raises SIGFPE.", kF},
    {"_sigabrt", sigabrt, "()", "Raises SIGABRT.", kF},
    {"_fatal_error_c_thread", fatal_error_c_thread, "()", "Ends the process with a fatal error in a thread that is not Python's.", kF},
    {"_stack_overflow", stack_overflow, "()", "Recurses until the native stack is full.", kF},
};

}  // namespace

void faulthandler_enable_at_start() {
  g_enabled.fd = 2;
  g_enabled.all_threads = true;
  if (!install_fatal()) perror("kaa: faulthandler");
}

extern const ModuleDef faulthandler_module = {.name = "faulthandler", .doc = "Call stacks printed when something goes wrong.", .functions = k_functions};

}  // namespace kaa
