// Processes: fork and its hooks, exec, waiting.
#include "modules/posix/process.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/import.h"
#include "modules/signal_module.h"
#include "runtime/gil.h"
#include "runtime/interpreters.h"
#include "runtime/audit.h"
#include "runtime/weakrefs.h"

extern char** environ;

namespace kaa {

// ---- vectors of strings
StringVector::~StringVector() { free(items_); }

Status StringVector::reserve(Thread& t, size_t n) {
  owner_ = TRY(new_list(t, n));
  items_ = static_cast<char**>(calloc(n + 1, sizeof(char*)));
  if (!items_) return raise_memory(t);
  return {};
}
Status StringVector::from_sequence(Thread& t, Value sequence) {
  Tuple* u = TRY(tuple_from(t, sequence));  // a list may change while __fspath__ runs
  TRY(reserve(t, u->size));
  for (size_t i = 0; i < u->size; i++) {
    Bytes* b = TRY(fs_bytes(t, u->items[i]));
    TRY(list_append(t, owner_, b));
    items_[size_++] = b->data();
  }
  return {};
}
Status StringVector::from_environment(Thread& t, Value mapping) {
  Value key_view = TRY(call_method(t, mapping, NAME("keys"))), value_view = TRY(call_method(t, mapping, NAME("values")));
  if (!type_of(key_view)->dunder(D_iter)) return RAISE(TypeError, "env.keys() or env.values() is not a list");
  List *keys = TRY(list_from(t, key_view)), *values = TRY(list_from(t, value_view));
  TRY(reserve(t, keys->size));
  for (size_t i = 0; i < keys->size && i < values->size; i++) {
    Bytes* k = TRY(fs_bytes(t, keys->items[i]));
    Keep keep(k);
    Bytes* v = TRY(fs_bytes(t, values->items[i]));
    // A "=" at the start belongs to the name.
    if (!k->size || memchr(k->data() + 1, '=', k->size - 1)) return RAISE(ValueError, "illegal environment variable name");
    Bytes* b = TRY(new_bytes(t, nullptr, k->size + 1 + v->size));
    memcpy(b->data(), k->data(), k->size);
    b->data()[k->size] = '=';
    memcpy(b->data() + k->size + 1, v->data(), v->size);
    TRY(list_append(t, owner_, b));
    items_[size_++] = b->data();
  }
  return {};
}

// ---- fork
// What os.register_at_fork() was given, the interpreter's own.
struct ForkHooks { Root<List*> before, in_child, in_parent; };
static ForkHooks& hooks() {
  static ForkHooks* h = [] {
    auto* n = new ForkHooks();
    own_state(nullptr, n, sizeof *n);
    return n;
  }();
  return *h;
}

static void run_hooks(Thread& t, List* l, bool backwards) {
  if (!l) return;
  for (uint64_t i = 0, n = l->size; i < n && i < l->size; i++) {
    Value f = l->items[backwards ? n - 1 - i : i];
    Result<Value> r = call(t, f);
    if (!r.ok()) write_unraisable(t, f);
  }
}
void fork_before(Thread& t) {
  run_hooks(t, hooks().before, true);
  import_lock_acquire(t);
}
void fork_after_parent(Thread& t) {
  import_lock_release(t);
  run_hooks(t, hooks().in_parent, false);
}
// Only the calling thread goes on in the child: the lock is its own, and the others, whose stacks will not run again, are forgotten.
void fork_after_child(Thread& t) {
  gil_after_fork(t);
  for (Thread* x = interp().threads; x;) {
    Thread* next = x->next;
    if (x != &t && x->id != t.id) lose_thread(x);  // a thread record of another interpreter may be further out on this very stack
    x = next;
  }
  thread_after_fork(t);
  import_lock_after_fork();
  import_lock_release(t);
  signal_after_fork(t);
  run_hooks(t, hooks().in_child, false);
}
Status warn_about_fork_with_threads(Thread& t, const char* name) {
  if (!interp().threads || !interp().threads->next) return {};
  return warn(t, KAA_TYPE(DeprecationWarning), 1,
              "This process (pid=%d) is multi-threaded, use of %s() may lead to deadlocks in the child.", static_cast<int>(getpid()), name);
}

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

FN(fork) {
  if (interp().finalizing) return RAISE(PythonFinalizationError, "can't fork at interpreter shutdown");
  if (!t.home->config.allow_fork) return RAISE(RuntimeError, "fork not supported for isolated subinterpreters");
  TRY(audit(t, "os.fork"));
  fork_before(t);
  pid_t pid = fork();
  int err = errno;
  if (pid == 0) {
    fork_after_child(t);
    return small_int(0);
  }
  fork_after_parent(t);
  if (pid < 0) return raise_os_error(t, err);
  TRY(warn_about_fork_with_threads(t, "fork"));
  return small_int(pid);
}

FN(register_at_fork) {
  static const char* const names[] = {"before", "after_in_child", "after_in_parent"};
  Root<List*>* const lists[] = {&hooks().before, &hooks().in_child, &hooks().in_parent};
  if (!a[0] && !a[1] && !a[2]) return RAISE(TypeError, "At least one argument is required.");
  for (uint32_t i = 0; i < 3; i++)
    if (a[i] && !is_callable(a[i])) return RAISE(TypeError, "'%s' must be callable, not %T", names[i], a[i]);
  for (uint32_t i = 0; i < 3; i++) {
    if (!a[i]) continue;
    if (!lists[i]->get()) *lists[i] = TRY(new_list(t));
    TRY(list_append(t, *lists[i], a[i]));
  }
  return kNone;
}

// ---- exec
Status check_argv(Thread& t, Value v, const char* prefix) {
  if (!is_list(v) && !is_tuple(v)) return RAISE(TypeError, "%s must be a tuple or list", prefix);
  int64_t n = is_list(v) ? static_cast<int64_t>(v.as<List>()->size) : static_cast<int64_t>(v.as<Tuple>()->size);
  if (!n) return RAISE(ValueError, "%s must not be empty", prefix);
  return {};
}
FN(execv) {
  if (!t.home->config.allow_exec) return RAISE(RuntimeError, "exec not supported for isolated subinterpreters");
  OsPath p;
  TRY(path_arg(t, a[0], {"execv", "path"}, p));
  TRY(check_argv(t, a[1], "execv() arg 2"));
  StringVector argv;
  TRY(argv.from_sequence(t, a[1]));
  if (!argv.get()[0][0]) return RAISE(ValueError, "execv() arg 2 first element cannot be empty");
  TRY(audit(t, "os.exec", a[0], a[1], kNone));
  execv(p.c_str(), argv.get());
  return raise_os_error(t, errno);
}
FN(execve) {
  if (!t.home->config.allow_exec) return RAISE(RuntimeError, "exec not supported for isolated subinterpreters");
  OsPath p;
  TRY(path_arg(t, a[0], {"execve", "path", false, true}, p));
  TRY(check_argv(t, a[1], "execve: argv"));
  if (!type_of(a[2])->dunder(D_getitem)) return RAISE(TypeError, "execve: environment must be a mapping object");
  StringVector argv, envp;
  TRY(argv.from_sequence(t, a[1]));
  if (!argv.get()[0][0]) return RAISE(ValueError, "execve: argv first element cannot be empty");
  TRY(envp.from_environment(t, a[2]));
  TRY(audit(t, "os.exec", a[0], a[1], a[2]));
  if (p.is_fd) fexecve(p.fd, argv.get(), envp.get());
  else execve(p.c_str(), argv.get(), envp.get());
  return p.error(t, errno);
}

// ---- waiting
const StructSeqField k_waitid_fields[] = {{"si_pid", nullptr}, {"si_uid", nullptr}, {"si_signo", nullptr}, {"si_status", nullptr}, {"si_code", nullptr}, kStructSeqEnd};
const StructSeqDef k_waitid_def = {"posix.waitid_result", "What waitid returns: a tuple of (si_pid, si_uid, si_signo, si_status, si_code).", k_waitid_fields, 5};

Result<Value> wait_for(Thread& t, int pid, int options) {
  int status = 0;
  if (!(options & WNOHANG)) TRY(settle_before_wait(t));
  int64_t got = TRY(checked_call(t, [&] { return waitpid(pid, &status, options); }));
  return TRY(make_tuple(t, small_int(got), small_int(status)));
}
FN(wait) { return wait_for(t, -1, 0); }
FN(waitpid) {
  int pid = TRY(to_cint(t, a[0])), options = TRY(to_cint(t, a[1]));
  return wait_for(t, pid, options);
}
Result<Value> wait_with_usage(Thread& t, int pid, int options) {
  int status = 0;
  rusage ru{};
  int64_t got = TRY(checked_call(t, [&] { return wait4(pid, &status, options, &ru); }));
  Value usage = TRY(make_rusage(t, ru));
  return TRY(make_tuple(t, small_int(got), small_int(status), usage));
}
FN(wait3) { return wait_with_usage(t, -1, TRY(to_cint(t, a[0]))); }
FN(wait4) {
  int pid = TRY(to_cint(t, a[0])), options = TRY(to_cint(t, a[1]));
  return wait_with_usage(t, pid, options);
}
FN(waitid) {
  int kind = TRY(to_cint(t, a[0]));
  int64_t id = TRY(to_int64(t, a[1]));
  int options = TRY(to_cint(t, a[2]));
  siginfo_t si{};
  TRY(checked_call(t, [&] { return waitid(static_cast<idtype_t>(kind), static_cast<id_t>(id), &si, options); }));
  if (!si.si_pid) return kNone;
  Tuple* u = TRY(new_structseq(t, g_posix.waitid_result));
  Value uid = TRY(uid_value(t, si.si_uid));
  structseq_set(u, 0, small_int(si.si_pid));
  structseq_set(u, 1, uid);
  structseq_set(u, 2, small_int(si.si_signo));
  structseq_set(u, 3, small_int(si.si_status));
  structseq_set(u, 4, small_int(si.si_code));
  return u;
}

FN(WCOREDUMP) { return Value::from_bool(WCOREDUMP(TRY(to_cint(t, a[0])))); }
FN(WIFCONTINUED) { return Value::from_bool(WIFCONTINUED(TRY(to_cint(t, a[0])))); }
FN(WIFEXITED) { return Value::from_bool(WIFEXITED(TRY(to_cint(t, a[0])))); }
FN(WIFSIGNALED) { return Value::from_bool(WIFSIGNALED(TRY(to_cint(t, a[0])))); }
FN(WIFSTOPPED) { return Value::from_bool(WIFSTOPPED(TRY(to_cint(t, a[0])))); }
FN(WEXITSTATUS) { return small_int(WEXITSTATUS(TRY(to_cint(t, a[0])))); }
FN(WTERMSIG) { return small_int(WTERMSIG(TRY(to_cint(t, a[0])))); }
FN(WSTOPSIG) { return small_int(WSTOPSIG(TRY(to_cint(t, a[0])))); }
FN(waitstatus_to_exitcode) {
  int s = TRY(to_cint(t, a[0]));
  if (WIFEXITED(s)) return small_int(WEXITSTATUS(s));
  if (WIFSIGNALED(s)) return small_int(-WTERMSIG(s));
  if (WIFSTOPPED(s)) return RAISE(ValueError, "process stopped by delivery of signal %d", WSTOPSIG(s));
  return RAISE(ValueError, "invalid wait status: %d", s);
}

FN(pidfd_open) {
  int pid = TRY(to_cint(t, a[0]));
  int64_t flags = a[1] ? TRY(to_int64(t, a[1])) : 0;
  long fd = syscall(SYS_pidfd_open, pid, static_cast<unsigned>(flags));
  if (fd < 0) return raise_os_error(t, errno);
  return small_int(fd);
}
FN(setns) {
  int fd = TRY(fd_arg(t, a[0]));
  int64_t kind = TRY(int_arg(t, a[1], 0));
  TRY(checked_call(t, [&] { return setns(fd, static_cast<int>(kind)); }));
  return kNone;
}
FN(unshare) {
  int flags = TRY(to_cint(t, a[0]));
  TRY(checked_call(t, [&] { return unshare(flags); }));
  return kNone;
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(fork, "()", "Makes a copy of the process; returns 0 in it, its id in the original."),
    ROW(register_at_fork, "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)",
        "Registers functions to call around fork()."),
    ROW(execv, "(path, argv, /)", "Runs a program in place of this one."),
    ROW(execve, "(path, argv, env)", "Runs a program in place of this one, with an environment."),
    ROW(wait, "()", "Waits for a child: (pid, status)."),
    ROW(waitpid, "(pid, options, /)", "Waits for a certain child: (pid, status)."),
    ROW(wait3, "(options)", "Waits for a child: (pid, status, resource usage)."),
    ROW(wait4, "(pid, options)", "Waits for a certain child: (pid, status, resource usage)."),
    ROW(waitid, "(idtype, id, options, /)", "Waits for a change of a child."),
    ROW(WCOREDUMP, "(status, /)", "Whether the process dumped core."),
    ROW(WIFCONTINUED, "(status)", "Whether the process was continued."),
    ROW(WIFEXITED, "(status)", "Whether the process ended by itself."),
    ROW(WIFSIGNALED, "(status)", "Whether a signal ended the process."),
    ROW(WIFSTOPPED, "(status)", "Whether the process was stopped."),
    ROW(WEXITSTATUS, "(status)", "The exit code in a wait status."),
    ROW(WTERMSIG, "(status)", "The signal that ended the process."),
    ROW(WSTOPSIG, "(status)", "The signal that stopped the process."),
    ROW(waitstatus_to_exitcode, "(status)", "The exit code of a wait status; negative: the signal that ended the process."),
    ROW(pidfd_open, "(pid, flags=0)", "A descriptor that stands for a process."),
    ROW(setns, "(fd, nstype=0)", "Moves the thread into a namespace."),
    ROW(unshare, "(flags)", "Moves the process into namespaces of its own."),
};

}  // namespace

Status posix_add_process(Thread& t, Module* m) {
  g_posix.waitid_result = TRY(make_structseq(t, k_waitid_def));
  TRY(module_add(t, m, "waitid_result", g_posix.waitid_result));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
