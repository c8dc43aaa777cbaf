// Users and groups, processes' identities, sessions, priorities.
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <vector>

#include "modules/posix/posix.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)
#define UID(i) TRY(uid_arg(t, a[i], "uid"))
#define GID(i) TRY(uid_arg(t, a[i], "gid"))

FN(getpid) { return small_int(getpid()); }
FN(getppid) { return small_int(getppid()); }
FN(getuid) { return uid_value(t, getuid()); }
FN(geteuid) { return uid_value(t, geteuid()); }
FN(getgid) { return uid_value(t, getgid()); }
FN(getegid) { return uid_value(t, getegid()); }
FN(getpgrp) { return small_int(getpgrp()); }
FN(setpgrp) { return none_or_errno(t, setpgrp()); }
FN(getpgid) {
  int pid = TRY(to_cint(t, a[0]));
  return make_int(t, TRY(checked_call(t, [&] { return getpgid(pid); })));
}
FN(setpgid) {
  int pid = TRY(to_cint(t, a[0])), group = TRY(to_cint(t, a[1]));
  return none_or_errno(t, setpgid(pid, group));
}
FN(getsid) {
  int pid = TRY(to_cint(t, a[0]));
  return make_int(t, TRY(checked_call(t, [&] { return getsid(pid); })));
}
FN(setsid) { return none_or_errno(t, setsid()); }
FN(setuid) { return none_or_errno(t, setuid(UID(0))); }
FN(seteuid) { return none_or_errno(t, seteuid(UID(0))); }
FN(setgid) { return none_or_errno(t, setgid(GID(0))); }
FN(setegid) { return none_or_errno(t, setegid(GID(0))); }
FN(setreuid) { uint32_t r = UID(0), e = UID(1); return none_or_errno(t, setreuid(r, e)); }
FN(setregid) { uint32_t r = GID(0), e = GID(1); return none_or_errno(t, setregid(r, e)); }
FN(setresuid) { uint32_t r = UID(0), e = UID(1), s = UID(2); return none_or_errno(t, setresuid(r, e, s)); }
FN(setresgid) { uint32_t r = GID(0), e = GID(1), s = GID(2); return none_or_errno(t, setresgid(r, e, s)); }
Result<Value> three_ids(Thread& t, uint32_t x, uint32_t y, uint32_t z) {
  Value a = TRY(uid_value(t, x)), b = TRY(uid_value(t, y)), c = TRY(uid_value(t, z));
  return TRY(make_tuple(t, a, b, c));
}
FN(getresuid) {
  uid_t r, e, s;
  if (getresuid(&r, &e, &s) < 0) return raise_os_error(t, errno);
  return three_ids(t, r, e, s);
}
FN(getresgid) {
  gid_t r, e, s;
  if (getresgid(&r, &e, &s) < 0) return raise_os_error(t, errno);
  return three_ids(t, r, e, s);
}

Result<Value> group_list(Thread& t, const gid_t* g, size_t n) {
  List* l = TRY(new_list(t, n));
  for (size_t i = 0; i < n; i++) {
    Value v = TRY(uid_value(t, g[i]));
    TRY(list_append(t, l, v));
  }
  return l;
}
FN(getgroups) {
  for (;;) {
    int n = getgroups(0, nullptr);
    if (n < 0) return raise_os_error(t, errno);
    std::vector<gid_t> g(static_cast<size_t>(n));
    n = getgroups(n, g.data());
    if (n < 0 && errno == EINVAL) continue;  // there are more by now
    if (n < 0) return raise_os_error(t, errno);
    return group_list(t, g.data(), static_cast<size_t>(n));
  }
}
FN(setgroups) {
  if (!type_of(a[0])->dunder(D_getitem) || is_dict(a[0])) return RAISE(TypeError, "setgroups argument must be a sequence");
  int64_t n = TRY(length(t, a[0]));
  if (n > 65536) return RAISE(ValueError, "too many groups");
  std::vector<gid_t> g;
  for (int64_t i = 0; i < n; i++) {
    Value v = TRY(get_item(t, a[0], small_int(i)));
    if (!is_int(v)) return RAISE(TypeError, "groups must be integers");
    g.push_back(TRY(uid_arg(t, v, "gid")));
  }
  return none_or_errno(t, setgroups(g.size(), g.data()));
}
FN(getgrouplist) {
  Bytes* user = TRY(fs_bytes(t, a[0]));
  Keep k(user);
  gid_t base = GID(1);
  int n = 64;
  for (;;) {
    std::vector<gid_t> g(static_cast<size_t>(n));
    int count = n;
    if (getgrouplist(user->data(), base, g.data(), &count) >= 0) return group_list(t, g.data(), static_cast<size_t>(count));
    n = count > n ? count : n * 2;
  }
}
FN(initgroups) {
  Bytes* user = TRY(fs_bytes(t, a[0]));
  Keep k(user);
  gid_t gid = GID(1);
  SysResult r = TRY(blocking_call(t, [&] { return initgroups(user->data(), gid); }));
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}
FN(getlogin) {
  char name[LOGIN_NAME_MAX > 256 ? LOGIN_NAME_MAX : 256];
  int err;
  {
    Blocking b(t);
    err = getlogin_r(name, sizeof name);
  }
  if (err) return raise_os_error(t, err);
  return TRY(decode_fs(t, name));
}

FN(nice) {
  int by = TRY(to_cint(t, a[0]));
  errno = 0;
  int v = nice(by);
  if (v == -1 && errno) return raise_os_error(t, errno);
  return small_int(v);
}
FN(getpriority) {
  int which = TRY(to_cint(t, a[0])), who = TRY(to_cint(t, a[1]));
  errno = 0;
  int v = getpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who));
  if (errno) return raise_os_error(t, errno);
  return small_int(v);
}
FN(setpriority) {
  int which = TRY(to_cint(t, a[0])), who = TRY(to_cint(t, a[1])), priority = TRY(to_cint(t, a[2]));
  return none_or_errno(t, setpriority(static_cast<__priority_which_t>(which), static_cast<id_t>(who), priority));
}
// A signal to oneself is handled before the call returns.
FN(kill) {
  int pid = TRY(to_cint(t, a[0])), sig = TRY(to_cint(t, a[1]));
  TRY(audit(t, "os.kill", small_int(pid), small_int(sig)));
  if (kill(pid, sig) < 0) return raise_os_error(t, errno);
  TRY(safepoint(t));
  return kNone;
}
FN(killpg) {
  int group = TRY(to_cint(t, a[0])), sig = TRY(to_cint(t, a[1]));
  TRY(audit(t, "os.killpg", small_int(group), small_int(sig)));
  if (killpg(group, sig) < 0) return raise_os_error(t, errno);
  TRY(safepoint(t));
  return kNone;
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(getpid, "()", "This process's id."),
    ROW(getppid, "()", "The parent process's id."),
    ROW(getuid, "()", "The real user id."),
    ROW(geteuid, "()", "The effective user id."),
    ROW(getgid, "()", "The real group id."),
    ROW(getegid, "()", "The effective group id."),
    ROW(getpgrp, "()", "The process group's id."),
    ROW(setpgrp, "()", "Makes the process the leader of a new group."),
    ROW(getpgid, "(pid)", "The group of a process."),
    ROW(setpgid, "(pid, pgrp, /)", "Moves a process to a group."),
    ROW(getsid, "(pid, /)", "The session of a process."),
    ROW(setsid, "()", "Makes the process the leader of a new session."),
    ROW(setuid, "(uid, /)", "Sets the user id."),
    ROW(seteuid, "(euid, /)", "Sets the effective user id."),
    ROW(setgid, "(gid, /)", "Sets the group id."),
    ROW(setegid, "(egid, /)", "Sets the effective group id."),
    ROW(setreuid, "(ruid, euid, /)", "Sets the real and effective user ids."),
    ROW(setregid, "(rgid, egid, /)", "Sets the real and effective group ids."),
    ROW(setresuid, "(ruid, euid, suid, /)", "Sets the real, effective and saved user ids."),
    ROW(setresgid, "(rgid, egid, sgid, /)", "Sets the real, effective and saved group ids."),
    ROW(getresuid, "()", "(real, effective, saved) user ids."),
    ROW(getresgid, "()", "(real, effective, saved) group ids."),
    ROW(getgroups, "()", "The supplementary groups."),
    ROW(setgroups, "(groups, /)", "Sets the supplementary groups."),
    ROW(getgrouplist, "(user, group, /)", "The groups that a user belongs to."),
    ROW(initgroups, "(username, gid, /)", "Sets the groups to those of a user, and gid."),
    ROW(getlogin, "()", "The name of the user at the controlling terminal."),
    ROW(nice, "(increment, /)", "Adds to the niceness of the process; returns the new one."),
    ROW(getpriority, "(which, who)", "The priority of a process, group or user."),
    ROW(setpriority, "(which, who, priority)", "Sets the priority of a process, group or user."),
    ROW(kill, "(pid, signal, /)", "Sends a signal to a process."),
    ROW(killpg, "(pgid, signal, /)", "Sends a signal to a process group."),
};

}  // namespace

Status posix_add_ids(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
