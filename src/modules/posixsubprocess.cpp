// _posixsubprocess: fork_exec, what subprocess starts children with. Everything is prepared before the fork; the child makes system calls alone, so
// that vfork can be used unless Python code or group changes come between fork and exec.
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "modules/posix/posix.h"
#include "modules/signal_module.h"
#include "runtime/audit.h"
#include "runtime/interpreters.h"

extern char** environ;

namespace kaa {

namespace {

struct Child {
  char* const* argv;
  char* const* exec_array;
  char* const* envp;           // null: the present environment
  const char* cwd;
  int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
  bool close_fds, restore_signals, call_setsid, set_uid, set_gid, set_groups;
  int pgid_to_set, umask;
  uid_t uid;
  gid_t gid;
  size_t group_count;
  const gid_t* groups;
  const int* keep;             // sorted
  size_t keep_count;
  Thread* thread;              // set when preexec_fn is to be called
  Value preexec_fn, preexec_args;
};

void set_inheritable(int fd) {
  int flags = fcntl(fd, F_GETFD);
  if (flags >= 0 && flags & FD_CLOEXEC) fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}

void close_between(int low, int high) {  // inclusive
  if (low > high) return;
  if (syscall(SYS_close_range, low, high, 0) == 0) return;
  long most = sysconf(_SC_OPEN_MAX);
  if (most < 0 || most > 65536) most = 65536;
  for (int fd = low; fd <= high && fd < most; fd++) close(fd);
}
// Closes everything from 3 on but what is to be kept.
void close_others(const Child& c) {
  int low = 3;
  for (size_t i = 0; i < c.keep_count; i++) {
    if (c.keep[i] < low) continue;
    close_between(low, c.keep[i] - 1);
    low = c.keep[i] + 1;
  }
  close_between(low, INT_MAX);
}

// What the child reports through the pipe: "class:errno in hex:text". subprocess.py reads it.
void report(int fd, const char* stage, int err) {
  char text[64] = "OSError:";
  size_t n = 8;
  char digits[16];
  int k = 0;
  for (unsigned e = static_cast<unsigned>(err); e; e >>= 4) digits[k++] = "0123456789ABCDEF"[e & 15];
  while (k) text[n++] = digits[--k];
  text[n++] = ':';
  for (const char* s = stage; *s && n < sizeof text; s++) text[n++] = *s;
  ssize_t ignored = write(fd, text, n);
  (void)ignored;
}

// Runs in the child; returns only to be ended. After vfork the parent's memory is shared: nothing but the descriptor numbers in `c` changes.
void child_exec(Child& c) {
  const char* stage = "noexec";
  for (size_t i = 0; i < c.keep_count; i++)
    if (c.keep[i] != c.errpipe_write) set_inheritable(c.keep[i]);
  if (c.p2cwrite != -1) close(c.p2cwrite);
  if (c.c2pread != -1) close(c.c2pread);
  if (c.errread != -1) close(c.errread);
  close(c.errpipe_read);
  // Descriptors 0 to 2 must not be overwritten by the redirections of others.
  int c2pwrite = c.c2pwrite, errwrite = c.errwrite;
  if (c2pwrite == 0) {
    if ((c2pwrite = dup(c2pwrite)) < 0) goto fail;
  }
  while (errwrite == 0 || errwrite == 1)
    if ((errwrite = dup(errwrite)) < 0) goto fail;
  if (c.p2cread == 0) set_inheritable(0);
  else if (c.p2cread != -1 && dup2(c.p2cread, 0) < 0) goto fail;
  if (c2pwrite == 1) set_inheritable(1);
  else if (c2pwrite != -1 && dup2(c2pwrite, 1) < 0) goto fail;
  if (errwrite == 2) set_inheritable(2);
  else if (errwrite != -1 && dup2(errwrite, 2) < 0) goto fail;

  if (c.cwd) {
    stage = "noexec:chdir";
    if (chdir(c.cwd) < 0) goto fail;
    stage = "noexec";
  }
  if (c.umask >= 0) umask(static_cast<mode_t>(c.umask));
  if (c.restore_signals) restore_default_signals();
  if (c.call_setsid) setsid();
  if (c.pgid_to_set >= 0 && setpgid(0, c.pgid_to_set) < 0) goto fail;
  if (c.set_groups && syscall(SYS_setgroups, c.group_count, c.groups) < 0) goto fail;
  if (c.set_gid && syscall(SYS_setregid, c.gid, c.gid) < 0) goto fail;
  if (c.set_uid && syscall(SYS_setreuid, c.uid, c.uid) < 0) goto fail;
  if (c.thread) {
    fork_after_child(*c.thread);
    Result<Value> r = call(*c.thread, c.preexec_fn);
    if (!r.ok()) {
      static const char text[] = "SubprocessError:0:Exception occurred in preexec_fn.";
      ssize_t ignored = write(c.errpipe_write, text, sizeof text - 1);
      (void)ignored;
      return;
    }
  }
  if (c.close_fds) close_others(c);
  {
    int saved = 0;
    stage = "";
    for (char* const* e = c.exec_array; *e; e++) {
      if (c.envp) execve(*e, c.argv, c.envp);
      else execv(*e, c.argv);
      if (errno != ENOENT && errno != ENOTDIR && !saved) saved = errno;
    }
    if (saved) errno = saved;
  }
fail:
  report(c.errpipe_write, stage, errno);
}

// A tuple of ascending descriptors, none negative.
Status keep_arg(Thread& t, Value v, std::vector<int>& out) {
  if (!is_tuple(v)) return RAISE(TypeError, "fork_exec() argument 4 must be tuple, not %T", v);
  int before = -1;
  for (uint64_t i = 0; i < v.as<Tuple>()->size; i++) {
    Value item = v.as<Tuple>()->items[i];
    if (!item.is_int() || item.as_int() < 0 || item.as_int() <= before || item.as_int() > INT_MAX) return RAISE(ValueError, "bad value(s) in fds_to_keep");
    out.push_back(before = static_cast<int>(item.as_int()));
  }
  return {};
}

Result<Value> fork_exec(Thread& t, Args a) {
  Child c{};
  Value args = a[0], exec_list = a[1], pass_fds = a[3], cwd = a[4], env = a[5];
  TRY(audit(t, "_posixsubprocess.fork_exec", exec_list, args, env));
  c.close_fds = TRY(truth(t, a[2]));
  std::vector<int> keep;
  TRY(keep_arg(t, pass_fds, keep));
  int* const fds[] = {&c.p2cread, &c.p2cwrite, &c.c2pread, &c.c2pwrite, &c.errread, &c.errwrite, &c.errpipe_read, &c.errpipe_write};
  for (uint32_t i = 0; i < 8; i++) *fds[i] = TRY(to_cint(t, a[6 + i]));
  c.restore_signals = TRY(truth(t, a[14]));
  c.call_setsid = TRY(truth(t, a[15]));
  c.pgid_to_set = TRY(to_cint(t, a[16]));
  Value gid = a[17], groups = a[18], uid = a[19], preexec = a[21];
  c.umask = TRY(to_cint(t, a[20]));
  if (!preexec.is_none() && !in_main_interpreter()) return RAISE(RuntimeError, "preexec_fn not supported within subinterpreters");
  if (!preexec.is_none() && interp().finalizing) return RAISE(PythonFinalizationError, "preexec_fn not supported at interpreter shutdown");
  if (c.close_fds && c.errpipe_write < 3) return RAISE(ValueError, "errpipe_write must be >= 3");

  StringVector argv, exec_array, envp;
  TRY(exec_array.from_sequence(t, exec_list));
  if (!is_list(args) && !is_tuple(args)) args = TRY(tuple_from(t, args));
  TRY(argv.from_sequence(t, args));
  if (!env.is_none()) TRY(envp.from_sequence(t, env));  // "key=value" already
  Bytes* cwd_bytes = nullptr;
  if (!cwd.is_none()) {
    cwd_bytes = TRY(fs_bytes(t, cwd));
    c.cwd = cwd_bytes->data();
  }
  Keep k(cwd_bytes ? Value(cwd_bytes) : kNone);
  std::vector<gid_t> group_ids;
  if (!groups.is_none()) {
    if (!is_list(groups)) return RAISE(TypeError, "setgroups argument must be a sequence");
    if (groups.as<List>()->size > 65536) return RAISE(ValueError, "too many extra_groups");
    for (uint64_t i = 0; i < groups.as<List>()->size; i++) {
      Value g = groups.as<List>()->items[i];
      if (!is_int(g)) return RAISE(TypeError, "extra_groups must be integers");
      Result<uint32_t> id = uid_arg(t, g, "gid");
      if (!id.ok()) clear_exc(t);
      if (!id.ok() || id.value() == 0xFFFFFFFF) return RAISE(ValueError, "invalid group id");
      group_ids.push_back(id.value());
    }
    c.set_groups = true;
  }
  if (!gid.is_none()) { c.gid = TRY(uid_arg(t, gid, "gid")); c.set_gid = true; }
  if (!uid.is_none()) { c.uid = TRY(uid_arg(t, uid, "uid")); c.set_uid = true; }
  c.argv = argv.get();
  c.exec_array = exec_array.get();
  c.envp = env.is_none() ? nullptr : envp.get();
  c.keep = keep.data();
  c.keep_count = keep.size();
  c.groups = group_ids.data();
  c.group_count = group_ids.size();
  bool hooks = !preexec.is_none();
  if (hooks) {
    c.thread = &t;
    c.preexec_fn = preexec;
    fork_before(t);
  }

  // No signal handler may run in a child that shares our memory.
  bool use_vfork = !hooks && !c.set_uid && !c.set_gid && !c.set_groups;
  sigset_t all, old;
  if (use_vfork) {
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
  }
  volatile pid_t pid;
  if (use_vfork) {
    pid = vfork();
    if (pid == 0) {
      // Handlers that are ours must not run here, even between unblocking and exec.
      for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction sa;
        if (sigaction(sig, nullptr, &sa) == 0 && sa.sa_handler != SIG_IGN && sa.sa_handler != SIG_DFL) {
          sa.sa_handler = SIG_DFL;
          sigaction(sig, &sa, nullptr);
        }
      }
      pthread_sigmask(SIG_SETMASK, &old, nullptr);
      child_exec(c);
      _exit(255);
    }
  } else {
    pid = fork();
    if (pid == 0) {
      child_exec(c);
      _exit(255);
    }
  }
  int err = errno;
  if (use_vfork) pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (hooks) fork_after_parent(t);
  if (pid < 0) return raise_os_error(t, err);
  if (hooks) TRY(warn_about_fork_with_threads(t, "fork"));
  return small_int(pid);
}

const MethodDef k_functions[] = {
    {"fork_exec", fork_exec,
     "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, "
     "restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
     "Starts a program in a new process. Errors of the child are written to errpipe_write.", MethodKind::kFunction},
};

}  // namespace

extern const ModuleDef _posixsubprocess_module = {"_posixsubprocess", "Starting processes, for the module subprocess.", k_functions, nullptr};

}  // namespace kaa
