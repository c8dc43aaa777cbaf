// The environment, the system's names and limits, random bytes, clocks of the process.
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "modules/posix/names.h"
#include "modules/posix/posix.h"
#include "modules/sys_module.h"
#include "runtime/audit.h"

extern char** environ;

namespace kaa {

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

Result<Value> read_environment(Thread& t) {
  Dict* d = TRY(new_dict(t));
  for (char** e = environ; e && *e; e++) {
    const char* eq = strchr(*e, '=');
    if (!eq) continue;
    Value key = TRY(new_bytes(t, *e, static_cast<size_t>(eq - *e))), value = TRY(new_bytes(t, eq + 1, strlen(eq + 1)));
    Opt known = TRY(dict_get(t, d, key));
    if (!known) TRY(dict_set(t, d, key, value));  // the first one counts
  }
  return d;
}
FN(_create_environ) { return read_environment(t); }

FN(putenv) {
  Bytes* name = TRY(fs_bytes(t, a[0]));
  Keep k1(name);
  Bytes* value = TRY(fs_bytes(t, a[1]));
  Keep k2(value);
  if (memchr(name->data(), '=', name->size)) return RAISE(ValueError, "illegal environment variable name");
  TRY(audit(t, "os.putenv", name, value));
  return none_or_errno(t, setenv(name->data(), value->data(), 1));
}
FN(unsetenv) {
  Bytes* name = TRY(fs_bytes(t, a[0]));
  Keep k(name);
  TRY(audit(t, "os.unsetenv", name));
  return none_or_errno(t, unsetenv(name->data()));
}
FN(strerror) {
  const char* text = strerror(TRY(to_cint(t, a[0])));
  return TRY(decode_fs(t, text));
}

const StructSeqField k_uname_fields[] = {{"sysname", "operating system name"}, {"nodename", "name of machine on network (implementation-defined)"},
    {"release", "operating system release"}, {"version", "operating system version"}, {"machine", "hardware identifier"}, kStructSeqEnd};
const StructSeqDef k_uname_def = {"posix.uname_result", "What uname returns. It can be used as a tuple of (sysname, nodename, release, version, machine).",
                                  k_uname_fields, 5};
FN(uname) {
  utsname n;
  if (uname(&n) < 0) return raise_os_error(t, errno);
  Tuple* u = TRY(new_structseq(t, g_posix.uname_result));
  const char* v[] = {n.sysname, n.nodename, n.release, n.version, n.machine};
  for (uint32_t i = 0; i < 5; i++) {
    Value s = TRY(decode_fs(t, v[i]));
    structseq_set(u, i, s);
  }
  return u;
}

const StructSeqField k_times_fields[] = {{"user", "user time"}, {"system", "system time"}, {"children_user", "user time of children"},
    {"children_system", "system time of children"}, {"elapsed", "elapsed time since an arbitrary point in the past"}, kStructSeqEnd};
const StructSeqDef k_times_def = {"posix.times_result",
    "What times returns. It can be used as a tuple of (user, system, children_user, children_system, elapsed).", k_times_fields, 5};
FN(times) {
  tms b;
  clock_t now = times(&b);
  if (now == static_cast<clock_t>(-1)) return raise_os_error(t, errno);
  double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  clock_t v[] = {b.tms_utime, b.tms_stime, b.tms_cutime, b.tms_cstime, now};
  Tuple* u = TRY(new_structseq(t, g_posix.times_result));
  for (uint32_t i = 0; i < 5; i++) {
    Value f = TRY(make_float(t, static_cast<double>(v[i]) / ticks));
    structseq_set(u, i, f);
  }
  return u;
}

// A name of sysconf, confstr or pathconf: a known word, or a number.
Result<int> conf_name(Thread& t, Value v, const Constant* table, size_t n) {
  if (is_str(v)) {
    for (size_t i = 0; i < n; i++)
      if (str_equal_ascii(v.as<Str>(), table[i].name)) return static_cast<int>(table[i].value);
    return RAISE(ValueError, "unrecognized configuration name");
  }
  if (!type_of(v)->dunder(D_index)) return RAISE(TypeError, "configuration names must be strings or integers");
  return to_cint(t, v);
}
FN(sysconf) {
  int name = TRY(conf_name(t, a[0], k_sysconf_names, k_sysconf_count));
  errno = 0;
  long v = sysconf(name);
  if (v == -1 && errno) return raise_os_error(t, errno);
  return make_int(t, v);
}
FN(confstr) {
  int name = TRY(conf_name(t, a[0], k_confstr_names, k_confstr_count));
  errno = 0;
  size_t n = confstr(name, nullptr, 0);
  if (!n) {
    if (errno) return raise_os_error(t, errno);
    return kNone;
  }
  Bytes* b = TRY(new_bytes(t, nullptr, n));
  Keep k(b);
  confstr(name, b->data(), n);
  return TRY(decode_fs(t, {b->data(), n - 1}));
}
FN(fpathconf) {
  int fd = TRY(fd_arg(t, a[0])), name = TRY(conf_name(t, a[1], k_pathconf_names, k_pathconf_count));
  errno = 0;
  long v = fpathconf(fd, name);
  if (v == -1 && errno) return raise_os_error(t, errno);
  return make_int(t, v);
}
FN(pathconf) {
  OsPath p;
  TRY(path_arg(t, a[0], {"pathconf", "path", false, true}, p));
  int name = TRY(conf_name(t, a[1], k_pathconf_names, k_pathconf_count));
  errno = 0;
  long v = p.is_fd ? fpathconf(p.fd, name) : pathconf(p.c_str(), name);
  if (v == -1 && errno) {
    if (errno == EINVAL) return raise_os_error(t, errno);  // the name is wrong, not the path
    return p.error(t, errno);
  }
  return make_int(t, v);
}

FN(urandom) {
  int64_t n = TRY(to_ssize(t, a[0]));
  if (n < 0) return RAISE(ValueError, "negative argument not allowed");
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  Keep k(b);
  char* data = b->data();
  for (int64_t at = 0; at < n;) at += TRY(checked_call(t, [&] { return getrandom(data + at, static_cast<size_t>(n - at), 0); }));
  return b;
}
FN(getrandom) {
  int64_t n = TRY(to_ssize(t, a[0])), flags = TRY(int_arg(t, a[1], 0));
  if (n < 0) return raise_os_error(t, EINVAL);
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  Keep k(b);
  char* data = b->data();
  int64_t got = TRY(checked_call(t, [&] { return getrandom(data, static_cast<size_t>(n), static_cast<unsigned>(flags)); }));
  if (got == n) return b;
  return TRY(new_bytes(t, data, static_cast<size_t>(got)));
}
FN(cpu_count) {
  if (g_config.cpu_count > 0) return small_int(g_config.cpu_count);
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? kNone : small_int(n);
}
FN(getloadavg) {
  double v[3];
  if (getloadavg(v, 3) != 3) return RAISE(OSError, "Load averages are unobtainable");
  Value x = TRY(make_float(t, v[0])), y = TRY(make_float(t, v[1])), z = TRY(make_float(t, v[2]));
  return TRY(make_tuple(t, x, y, z));
}
FN(umask) { return small_int(static_cast<int64_t>(umask(static_cast<mode_t>(TRY(to_cint(t, a[0])))))); }
FN(ctermid) {
  char text[L_ctermid + 1];
  return TRY(decode_fs(t, ctermid(text)));
}
FN(system) {
  Bytes* command = TRY(fs_bytes(t, a[0]));
  Keep k(command);
  TRY(audit(t, "os.system", command));
  int status;
  {
    Blocking b(t);
    status = system(command->data());
  }
  return small_int(status);
}
FN(abort) {
  signal(SIGABRT, SIG_DFL);
  abort();
}
FN(_exit) { _exit(TRY(to_cint(t, a[0]))); }

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(_create_environ, "()", "The environment as a new dict."),
    ROW(putenv, "(name, value, /)", "Sets a variable of the environment."),
    ROW(unsetenv, "(name, /)", "Removes a variable of the environment."),
    ROW(strerror, "(code, /)", "The text for an error number."),
    ROW(uname, "()", "The names of the system and the machine."),
    ROW(times, "()", "Processor times used so far, in seconds."),
    ROW(sysconf, "(name, /)", "A limit or option of the system."),
    ROW(confstr, "(name, /)", "A text that describes the system."),
    ROW(fpathconf, "(fd, name, /)", "A limit of an open file."),
    ROW(pathconf, "(path, name)", "A limit of a file."),
    ROW(urandom, "(size, /)", "Random bytes fit for cryptography."),
    ROW(getrandom, "(size, flags=0)", "Up to size random bytes."),
    ROW(cpu_count, "()", "The number of processors; None when unknown."),
    ROW(getloadavg, "()", "The number of processes that run, averaged over 1, 5 and 15 minutes."),
    ROW(umask, "(mask, /)", "Sets the permissions that new files do not get; returns the former ones."),
    ROW(ctermid, "()", "The path of the controlling terminal."),
    ROW(system, "(command)", "Runs a command in a shell; returns its wait status."),
    ROW(abort, "()", "Ends the process at once, with a core dump."),
    ROW(_exit, "(status)", "Ends the process at once, without cleaning up."),
};

}  // namespace

Status posix_add_env(Thread& t, Module* m) {
  g_posix.uname_result = TRY(make_structseq(t, k_uname_def));
  g_posix.times_result = TRY(make_structseq(t, k_times_def));
  TRY(module_add(t, m, "uname_result", g_posix.uname_result));
  TRY(module_add(t, m, "times_result", g_posix.times_result));
  Value env = TRY(read_environment(t));
  TRY(module_add(t, m, "environ", env));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
