// Terminals and pseudo-terminals.
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utmp.h>

#include "modules/posix/posix.h"
#include "runtime/interpreters.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

const StructSeqField k_size_fields[] = {{"columns", "width of the terminal window in characters"}, {"lines", "height of the terminal window in characters"}, kStructSeqEnd};
const StructSeqDef k_size_def = {"os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", k_size_fields, 2};

FN(get_terminal_size) {
  int64_t fd = TRY(int_arg(t, a[0], STDOUT_FILENO));
  winsize w;
  if (ioctl(static_cast<int>(fd), TIOCGWINSZ, &w) < 0) return raise_os_error(t, errno);
  Tuple* u = TRY(new_structseq(t, g_posix.terminal_size));
  structseq_set(u, 0, small_int(w.ws_col));
  structseq_set(u, 1, small_int(w.ws_row));
  return u;
}
FN(ttyname) {
  char name[256];
  int fd = TRY(to_cint(t, a[0]));
  if (int err = ttyname_r(fd, name, sizeof name)) return raise_os_error(t, err);
  return TRY(decode_fs(t, name));
}
FN(tcgetpgrp) {
  int g = tcgetpgrp(TRY(to_cint(t, a[0])));
  if (g < 0) return raise_os_error(t, errno);
  return small_int(g);
}
FN(tcsetpgrp) {
  int fd = TRY(to_cint(t, a[0])), group = TRY(to_cint(t, a[1]));
  return none_or_errno(t, tcsetpgrp(fd, group));
}
FN(openpty) {
  int master, slave;
  if (openpty(&master, &slave, nullptr, nullptr, nullptr) < 0) return raise_os_error(t, errno);
  fcntl(master, F_SETFD, FD_CLOEXEC);
  fcntl(slave, F_SETFD, FD_CLOEXEC);
  return TRY(make_tuple(t, small_int(master), small_int(slave)));
}
FN(forkpty) {
  int master = -1;
  if (interp().finalizing) return RAISE(PythonFinalizationError, "can't fork at interpreter shutdown");
  if (!t.home->config.allow_fork) return RAISE(RuntimeError, "fork not supported for isolated subinterpreters");
  TRY(audit(t, "os.forkpty"));
  fork_before(t);
  pid_t pid = forkpty(&master, nullptr, nullptr, nullptr);
  int err = errno;
  if (pid == 0) fork_after_child(t);
  else fork_after_parent(t);
  if (pid < 0) return raise_os_error(t, err);
  if (pid) TRY(warn_about_fork_with_threads(t, "forkpty"));
  return TRY(make_tuple(t, small_int(pid), small_int(master)));
}
FN(login_tty) { return none_or_errno(t, login_tty(TRY(fd_arg(t, a[0])))); }
FN(posix_openpt) {
  int fd = posix_openpt(TRY(to_cint(t, a[0])));
  if (fd < 0) return raise_os_error(t, errno);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return small_int(fd);
}
FN(grantpt) { return none_or_errno(t, grantpt(TRY(fd_arg(t, a[0])))); }
FN(unlockpt) { return none_or_errno(t, unlockpt(TRY(fd_arg(t, a[0])))); }
FN(ptsname) {
  char name[256];
  int fd = TRY(fd_arg(t, a[0]));
  if (int err = ptsname_r(fd, name, sizeof name)) return raise_os_error(t, err);
  return TRY(decode_fs(t, name));
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(get_terminal_size, "(fd=<unrepresentable>, /)", "The size of the terminal: (columns, lines)."),
    ROW(ttyname, "(fd, /)", "The path of a terminal."),
    ROW(tcgetpgrp, "(fd, /)", "The group in the foreground of a terminal."),
    ROW(tcsetpgrp, "(fd, pgid, /)", "Sets the group in the foreground of a terminal."),
    ROW(openpty, "()", "Makes a pseudo-terminal: (master, slave)."),
    ROW(forkpty, "()", "Forks with a pseudo-terminal: (0 or the child's id, master)."),
    ROW(login_tty, "(fd, /)", "Makes a terminal the controlling one of a new session."),
    ROW(posix_openpt, "(oflag, /)", "Opens the master of a pseudo-terminal."),
    ROW(grantpt, "(fd, /)", "Grants access to the slave."),
    ROW(unlockpt, "(fd, /)", "Unlocks the slave."),
    ROW(ptsname, "(fd, /)", "The path of the slave."),
};

}  // namespace

Status posix_add_tty(Thread& t, Module* m) {
  g_posix.terminal_size = TRY(make_structseq(t, k_size_def));
  TRY(module_add(t, m, "terminal_size", g_posix.terminal_size));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
