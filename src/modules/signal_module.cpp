// _signal. The C handler only sets flags: that the signal came, and a bit in the main thread's poll word. The main thread runs the Python handlers at
// its next safepoint (g_signal_hook).
#include "modules/signal_module.h"

#include <atomic>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "modules/posix/mapping_faults.h"
#include "modules/posix/sys_util.h"
#include "runtime/gil.h"
#include "runtime/interpreters.h"
#include "runtime/traceback.h"
#include "types/structseq.h"

namespace kaa {

extern Status (*g_signal_hook)(Thread&);

namespace {

constexpr int kSignals = 65;  // NSIG
std::atomic<bool> g_tripped[kSignals];
std::atomic<bool> g_any{false};
std::atomic<int> g_wakeup_fd{-1}, g_wakeup_error{0};
bool g_warn_on_full_buffer = true;
Thread* g_main = nullptr;
List* g_handlers = nullptr;   // by signal number: a callable, SIG_DFL (0), SIG_IGN (1), or None (not set from Python)
Value g_handlers_root;
Value g_int_handler;          // default_int_handler
Type* g_siginfo;
Type* g_itimer_error;

bool in_main_thread() { return gettid() == getpid() && in_main_interpreter(); }

void on_signal(int sig) {
  int saved = errno;
  trip_signal(sig);
  errno = saved;
}
void on_bus_error(int sig, siginfo_t* info, void*) {
  if (!recover_mapping_fault(info)) on_signal(sig);
}

Status run_handlers(Thread& t) {
  TRY(mapping_fault_raised(t));
  if (&t != g_main) {
    t.poll.fetch_and(~uint32_t{kPollSignal}, std::memory_order_relaxed);
    return {};
  }
  t.poll.fetch_and(~uint32_t{kPollSignal}, std::memory_order_relaxed);
  if (!g_any.exchange(false)) return {};
  if (int err = g_wakeup_error.exchange(0)) {
    raise_os_error(t, err);
    write_unraisable(t, Value(), "Exception ignored when trying to write to the signal wakeup fd");
  }
  for (int sig = 1; sig < kSignals; sig++) {
    if (!g_tripped[sig].exchange(false)) continue;
    Value f = g_handlers->items[sig];
    if (f.is_none() || f == small_int(0) || f == small_int(1)) continue;  // changed since it came
    if (interp().finalizing) {
      static_cast<void>(RAISE(OSError, "Signal %d ignored due to race condition", sig));
      write_unraisable(t, Value());
      continue;
    }
    Value frame = kNone;
    if (t.frame) frame = TRY(frame_object(t, t.frame));
    Result<Value> r = call(t, f, small_int(sig), frame);
    if (!r.ok()) {
      g_any = true;  // the others have their turn at the next safepoint
      t.request(kPollSignal);
      return Error{};
    }
  }
  return {};
}

#define FN(name) Result<Value> signal_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

Result<int> signal_arg(Thread& t, Value v) {
  int s = TRY(to_cint(t, v));
  if (s < 1 || s >= kSignals) return RAISE(ValueError, "signal number out of range");
  return s;
}

Result<Value> sigset_value(Thread& t, const sigset_t& s) {
  Set* set = TRY(new_set(t));
  for (int i = 1; i < kSignals; i++)
    if (sigismember(&s, i) == 1) TRY(set_add(t, set, small_int(i)));
  return set;
}

bool set_action(int sig, void (*fn)(int)) {
  struct sigaction sa {};
  sa.sa_handler = fn;
  sigemptyset(&sa.sa_mask);
  if (sig == SIGBUS && fn == on_signal) {
    sa.sa_sigaction = on_bus_error;
    sa.sa_flags = SA_SIGINFO;
  }
  if (sigaction(sig, &sa, nullptr) != 0) return false;
  if (sig == SIGBUS && fn != on_signal) keep_bus_handler();
  return true;
}

FN(default_int_handler) { return raise_class(t, KAA_TYPE(KeyboardInterrupt), Value()); }

FN(signal) {
  int sig = TRY(to_cint(t, a[0]));
  Value handler = a[1];
  if (!in_main_thread()) return RAISE(ValueError, "signal only works in main thread of the main interpreter");
  if (sig < 1 || sig >= kSignals) return RAISE(ValueError, "signal number out of range");
  void (*fn)(int) = on_signal;
  if (!is_callable(handler)) {
    bool ignore = TRY(equal(t, handler, small_int(1))), standard = TRY(equal(t, handler, small_int(0)));
    if (!ignore && !standard) return RAISE(TypeError, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    fn = ignore ? SIG_IGN : SIG_DFL;
    handler = small_int(ignore);
  }
  TRY(safepoint(t));  // handlers of signals that have come already
  if (!set_action(sig, fn)) return raise_os_error(t, errno);
  Value old = g_handlers->items[sig];
  inc(handler);
  g_handlers->items[sig] = handler;
  dec(old);
  return old;
}
FN(getsignal) { return g_handlers->items[TRY(signal_arg(t, a[0]))]; }
FN(raise_signal) {
  int sig = TRY(to_cint(t, a[0]));
  if (::raise(sig)) return raise_os_error(t, errno);
  TRY(safepoint(t));
  return kNone;
}
FN(alarm) { return make_int(t, alarm(static_cast<unsigned>(TRY(to_cint(t, a[0]))))); }
FN(pause) {
  blocking_once(t, [] { return pause(); });
  TRY(safepoint(t));
  return kNone;
}
FN(siginterrupt) {
  int sig = TRY(signal_arg(t, a[0]));
  bool interrupt = TRY(to_cint(t, a[1])) != 0;
  struct sigaction sa;
  if (sigaction(sig, nullptr, &sa) < 0) return raise_os_error(t, errno);
  if (interrupt) sa.sa_flags &= ~SA_RESTART;
  else sa.sa_flags |= SA_RESTART;
  return none_or_errno(t, sigaction(sig, &sa, nullptr));
}
FN(strsignal) {
  int sig = TRY(signal_arg(t, a[0]));
  errno = 0;
  const char* text = strsignal(sig);
  if (!text || strstr(text, "Unknown signal")) return kNone;
  return TRY(decode_fs(t, text));
}

FN(set_wakeup_fd) {
  int fd = TRY(to_cint(t, a[0]));
  bool warn_full = TRY(bool_arg(t, a[1], true));
  if (!in_main_thread()) return RAISE(ValueError, "set_wakeup_fd only works in main thread of the main interpreter");
  if (fd != -1) {
    struct stat st;
    if (fstat(fd, &st) < 0) return raise_os_error(t, errno);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return raise_os_error(t, errno);
    if (!(flags & O_NONBLOCK)) return RAISE(ValueError, "the fd %d must be in non-blocking mode", fd);
  }
  g_warn_on_full_buffer = warn_full;
  return small_int(g_wakeup_fd.exchange(fd));
}

// ---- interval timers
double seconds(const timeval& tv) { return static_cast<double>(tv.tv_sec) + static_cast<double>(tv.tv_usec) / 1e6; }
Result<Value> timer_pair(Thread& t, const itimerval& v) {
  Value x = TRY(make_float(t, seconds(v.it_value))), y = TRY(make_float(t, seconds(v.it_interval)));
  return TRY(make_tuple(t, x, y));
}
Error itimer_error(Thread& t) {
  int err = errno;
  Value text = TRY(new_str(t, strerror(err)));
  Value e = TRY(call(t, g_itimer_error, small_int(err), text));
  return raise_value(t, e);
}
Result<timeval> timeval_arg(Thread& t, Value v) {
  if (!v) return timeval{0, 0};
  int64_t us = TRY(time_arg(t, v, Rounding::kCeiling));
  us = us / 1000 + (us % 1000 > 0);
  timeval tv{us / 1000000, us % 1000000};
  if (tv.tv_usec < 0) { tv.tv_sec--; tv.tv_usec += 1000000; }
  return tv;
}
FN(setitimer) {
  int which = TRY(to_cint(t, a[0]));
  itimerval now, old;
  now.it_value = TRY(timeval_arg(t, a[1]));
  now.it_interval = TRY(timeval_arg(t, a[2]));
  if (setitimer(static_cast<__itimer_which_t>(which), &now, &old) < 0) return itimer_error(t);
  TRY(safepoint(t));
  return timer_pair(t, old);
}
FN(getitimer) {
  itimerval old;
  if (getitimer(static_cast<__itimer_which_t>(TRY(to_cint(t, a[0]))), &old) < 0) return itimer_error(t);
  return timer_pair(t, old);
}

// ---- masks, waiting for signals
FN(pthread_sigmask) {
  int how = TRY(to_cint(t, a[0]));
  sigset_t mask, old;
  TRY(sigset_arg(t, a[1], &mask));
  if (int err = pthread_sigmask(how, &mask, &old)) return raise_os_error(t, err);
  TRY(safepoint(t));  // what was blocked may have come
  return sigset_value(t, old);
}
FN(pthread_kill) {
  if (!is_int(a[0])) return RAISE(TypeError, "pthread_kill() argument 1 must be int, not %T", a[0]);
  uint64_t id = TRY(to_uint64_mask(t, a[0]));
  int sig = TRY(to_cint(t, a[1]));
  if (!thread_is_live(id)) return raise_os_error(t, ESRCH);
  if (int err = pthread_kill(static_cast<pthread_t>(id), sig)) return raise_os_error(t, err);
  TRY(safepoint(t));
  return kNone;
}
FN(sigpending) {
  sigset_t s;
  if (sigpending(&s) < 0) return raise_os_error(t, errno);
  return sigset_value(t, s);
}
FN(sigwait) {
  sigset_t s;
  TRY(sigset_arg(t, a[0], &s));
  int sig, err;
  {
    Blocking b(t);
    err = sigwait(&s, &sig);
  }
  if (err) return raise_os_error(t, err);
  return small_int(sig);
}
Result<Value> siginfo_value(Thread& t, const siginfo_t& si) {
  Tuple* u = TRY(new_structseq(t, g_siginfo));
  Value uid = TRY(uid_value(t, si.si_uid)), band = TRY(make_int(t, si.si_band));
  const int v[] = {si.si_signo, si.si_code, si.si_errno, si.si_pid};
  for (uint32_t i = 0; i < 4; i++) structseq_set(u, i, small_int(v[i]));
  structseq_set(u, 4, uid);
  structseq_set(u, 5, small_int(si.si_status));
  structseq_set(u, 6, band);
  return u;
}
FN(sigwaitinfo) {
  sigset_t s;
  TRY(sigset_arg(t, a[0], &s));
  siginfo_t si;
  TRY(checked_call(t, [&] { return sigwaitinfo(&s, &si); }));
  return siginfo_value(t, si);
}
FN(sigtimedwait) {
  sigset_t s;
  TRY(sigset_arg(t, a[0], &s));
  int64_t ns = TRY(time_arg(t, a[1], Rounding::kCeiling));
  if (ns < 0) return RAISE(ValueError, "timeout must be non-negative");
  int64_t until;
  if (__builtin_add_overflow(monotonic_ns(), ns, &until)) until = INT64_MAX;
  siginfo_t si;
  for (;;) {
    timespec ts = to_timespec(ns);
    SysResult r = blocking_once(t, [&] { return sigtimedwait(&s, &si, &ts); });
    if (!r.failed()) return siginfo_value(t, si);
    if (r.err == EAGAIN) return kNone;
    if (r.err != EINTR) return raise_os_error(t, r.err);
    TRY(safepoint(t));
    ns = until - monotonic_ns();
    if (ns < 0) return kNone;
  }
}
FN(pidfd_send_signal) {
  int fd = TRY(to_cint(t, a[0])), sig = TRY(to_cint(t, a[1]));
  if (a[2] && !a[2].is_none()) return RAISE(TypeError, "siginfo must be None");
  int64_t flags = TRY(int_arg(t, a[3], 0));
  if (syscall(SYS_pidfd_send_signal, fd, sig, nullptr, static_cast<unsigned>(flags)) < 0) return raise_os_error(t, errno);
  TRY(safepoint(t));
  return kNone;
}
FN(valid_signals) {
  sigset_t s;
  sigfillset(&s);
  return sigset_value(t, s);
}

#define ROW(name, sig, doc) {#name, signal_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(default_int_handler, "(signalnum, frame, /)", "The handler of SIGINT: raises KeyboardInterrupt."),
    ROW(signal, "(signalnum, handler, /)", "Sets what a signal does; returns what it did."),
    ROW(getsignal, "(signalnum, /)", "What a signal does; None: not known."),
    ROW(raise_signal, "(signalnum, /)", "Sends a signal to this process."),
    ROW(alarm, "(seconds, /)", "Sends SIGALRM after some seconds."),
    ROW(pause, "()", "Waits for a signal."),
    ROW(siginterrupt, "(signalnum, flag, /)", "Whether the signal interrupts system calls."),
    ROW(strsignal, "(signalnum, /)", "The name of a signal as text."),
    ROW(set_wakeup_fd, "(fd, /, *, warn_on_full_buffer=True)", "The descriptor that the numbers of signals are written to; -1: none."),
    ROW(setitimer, "(which, seconds, interval=0.0, /)", "Sets an interval timer; returns what it was."),
    ROW(getitimer, "(which, /)", "The state of an interval timer."),
    ROW(pthread_sigmask, "(how, mask, /)", "Changes which signals this thread blocks; returns the former ones."),
    ROW(pthread_kill, "(thread_id, signalnum, /)", "Sends a signal to a thread."),
    ROW(sigpending, "()", "The signals that wait to be delivered."),
    ROW(sigwait, "(sigset, /)", "Waits for one of some signals."),
    ROW(sigwaitinfo, "(sigset, /)", "Waits for one of some signals; returns what is known about it."),
    ROW(sigtimedwait, "(sigset, timeout, /)", "Like sigwaitinfo(), for a time; None when it is over."),
    ROW(pidfd_send_signal, "(pidfd, signalnum, siginfo=None, flags=0, /)", "Sends a signal to a process named by a descriptor."),
    ROW(valid_signals, "()", "All signals of this system."),
};

constexpr Constant k_constants[] = {
#define C(name) {#name, name},
    C(SIGHUP) C(SIGINT) C(SIGQUIT) C(SIGILL) C(SIGTRAP) C(SIGABRT) C(SIGBUS) C(SIGFPE) C(SIGKILL) C(SIGUSR1) C(SIGSEGV) C(SIGUSR2) C(SIGPIPE) C(SIGALRM)
    C(SIGTERM) C(SIGSTKFLT) C(SIGCHLD) C(SIGCONT) C(SIGSTOP) C(SIGTSTP) C(SIGTTIN) C(SIGTTOU) C(SIGURG) C(SIGXCPU) C(SIGXFSZ) C(SIGVTALRM) C(SIGPROF)
    C(SIGWINCH) C(SIGIO) C(SIGPOLL) C(SIGPWR) C(SIGSYS) C(SIG_BLOCK) C(SIG_UNBLOCK) C(SIG_SETMASK) C(ITIMER_REAL) C(ITIMER_VIRTUAL) C(ITIMER_PROF)
#undef C
    {"SIGIOT", SIGABRT}, {"SIGCLD", SIGCHLD}, {"NSIG", kSignals}, {"SIG_DFL", 0}, {"SIG_IGN", 1},
};

const StructSeqField k_siginfo_fields[] = {{"si_signo", "signal number"}, {"si_code", "signal code"},
    {"si_errno", "errno associated with this signal"}, {"si_pid", "sending process ID"}, {"si_uid", "real user ID of sending process"},
    {"si_status", "exit value or signal"}, {"si_band", "band event for SIGPOLL"}, kStructSeqEnd};
const StructSeqDef k_siginfo_def = {"signal.struct_siginfo", "What sigwaitinfo and sigtimedwait return.", k_siginfo_fields, 7};

// Made once for the process: handlers outlive a reload of the module.
Status init_state(Thread& t) {
  if (g_handlers) return {};
  g_siginfo = TRY(make_structseq(t, k_siginfo_def));
  g_itimer_error = TRY(make_exception(t, "signal.ItimerError", KAA_TYPE(OSError), nullptr));
  static Value error_root;
  error_root = g_itimer_error;
  add_root(&error_root);
  List* l = TRY(new_list(t, kSignals));
  for (int i = 0; i < kSignals; i++) {
    struct sigaction sa;
    Value v = kNone;
    if (i && sigaction(i, nullptr, &sa) == 0) v = sa.sa_handler == SIG_DFL ? small_int(0) : sa.sa_handler == SIG_IGN ? small_int(1) : kNone;
    TRY(list_append(t, l, v));
  }
  g_handlers = l;
  g_handlers_root = l;
  add_root(&g_handlers_root);
  add_root(&g_int_handler);
  if (!g_main) {  // start-up did not say: the main thread is this one, or the oldest
    g_main = &t;
    if (!in_main_thread())
      for (Thread* x = interp().threads; x; x = x->next)
        if (!x->next || !g_main) g_main = x;
  }
  g_signal_hook = run_handlers;
  return {};
}

Status signal_exec(Thread& t, Module* m) {
  TRY(init_state(t));
  TRY(add_constants(t, m, k_constants));
  TRY(module_add(t, m, "SIGRTMIN", small_int(SIGRTMIN)));
  TRY(module_add(t, m, "SIGRTMAX", small_int(SIGRTMAX)));
  TRY(module_add(t, m, "struct_siginfo", g_siginfo));
  TRY(module_add(t, m, "ItimerError", g_itimer_error));
  Value handler = dict_get_str(m->dict, NAME("default_int_handler"));
  if (!g_int_handler) {
    g_int_handler = handler;
    if (g_handlers->items[SIGINT] == small_int(0)) {
      inc(handler);
      g_handlers->items[SIGINT] = handler;
      set_action(SIGINT, on_signal);
    }
  }
  return {};
}

}  // namespace

bool signal_is_handled(int sig) {
  Value f = g_handlers->items[sig];
  return !f.is_none() && f != small_int(0) && f != small_int(1);
}
void trip_signal(int sig) {
  g_tripped[sig] = true;
  g_any = true;
  if (g_main) g_main->request(kPollSignal);
  int fd = g_wakeup_fd;
  if (fd == -1) return;
  unsigned char byte = static_cast<unsigned char>(sig);
  if (write(fd, &byte, 1) < 0 && (g_warn_on_full_buffer || (errno != EAGAIN && errno != EWOULDBLOCK))) g_wakeup_error = errno;
}

Status sigset_arg(Thread& t, Value v, sigset_t* out) {
  sigemptyset(out);
  return iterate(t, v, [&](Value item) -> Status {
    Value i = TRY(to_index(t, item));
    Result<int64_t> n = to_int64(t, i);
    if (!n.ok()) clear_exc(t);
    int64_t sig = n.ok() ? n.value() : -1;
    if (sig < 1 || sig >= kSignals) return RAISE(ValueError, "signal number %ld out of range [1; 64]", sig);
    if (sigaddset(out, static_cast<int>(sig)) < 0 && errno != EINVAL) return raise_os_error(t, errno);  // 32 and 33 belong to the C library
    return {};
  });
}

Status install_signals(Thread& main) {
  g_main = &main;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  TRY(import_module(main, "_signal"));
  return {};
}

void signal_after_fork(Thread& t) {
  if (!g_main) return;
  g_main = &t;
  g_any = false;
  for (auto& x : g_tripped) x = false;
  t.poll.fetch_and(~uint32_t{kPollSignal}, std::memory_order_relaxed);
}

void restore_default_signals() {
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
}

extern const ModuleDef _signal_module = {"_signal", "Signals of the operating system.", k_functions, signal_exec};

}  // namespace kaa
