// resource: limits and usage of the process.
#include <sys/resource.h>
#include <unistd.h>

#include "modules/posix/process.h"

namespace kaa {

namespace {

const StructSeqField k_rusage_fields[] = {
    {"ru_utime", "user time used"}, {"ru_stime", "system time used"}, {"ru_maxrss", "max. resident set size"}, {"ru_ixrss", "shared memory size"},
    {"ru_idrss", "unshared data size"}, {"ru_isrss", "unshared stack size"}, {"ru_minflt", "page faults not requiring I/O"},
    {"ru_majflt", "page faults requiring I/O"}, {"ru_nswap", "number of swap outs"}, {"ru_inblock", "block input operations"},
    {"ru_oublock", "block output operations"}, {"ru_msgsnd", "IPC messages sent"}, {"ru_msgrcv", "IPC messages received"},
    {"ru_nsignals", "signals received"}, {"ru_nvcsw", "voluntary context switches"}, {"ru_nivcsw", "involuntary context switches"}, kStructSeqEnd};
const StructSeqDef k_rusage_def = {"resource.struct_rusage", "What getrusage returns.", k_rusage_fields, 16};
Type* g_rusage;  // immortal

double seconds(const timeval& tv) { return static_cast<double>(tv.tv_sec) + static_cast<double>(tv.tv_usec) * 1e-6; }

Result<Value> limit_pair(Thread& t, const rlimit& r) {
  auto value = [&](rlim_t n) -> Result<Value> { return n == RLIM_INFINITY ? Result<Value>(small_int(-1)) : make_uint(t, n); };
  Value soft = TRY(value(r.rlim_cur)), hard = TRY(value(r.rlim_max));
  return TRY(make_tuple(t, soft, hard));
}
Result<rlim_t> limit_arg(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (i == small_int(-1)) return static_cast<rlim_t>(RLIM_INFINITY);
  if (TRY(compare_bool(t, CompareOp::LT, i, small_int(0)))) return RAISE(ValueError, "Cannot convert negative int");
  Result<uint64_t> n = to_uint64(t, i);
  if (n.ok()) return static_cast<rlim_t>(n.value());
  clear_exc(t);
  return RAISE(OverflowError, "Python int too large to convert to C rlim_t");
}
Status limits_arg(Thread& t, Value v, rlimit* out) {
  Tuple* u = TRY(tuple_from(t, v));
  if (u->size != 2) return RAISE(ValueError, "expected a tuple of 2 integers");
  out->rlim_cur = TRY(limit_arg(t, u->items[0]));
  out->rlim_max = TRY(limit_arg(t, u->items[1]));
  return {};
}
Result<int> resource_arg(Thread& t, Value v) {
  int r = TRY(to_cint(t, v));
  if (r < 0 || r >= static_cast<int>(RLIM_NLIMITS)) return RAISE(ValueError, "invalid resource specified");
  return r;
}
Error limit_error(Thread& t, int err) {
  if (err == EINVAL) return RAISE(ValueError, "current limit exceeds maximum limit");
  if (err == EPERM) return RAISE(ValueError, "not allowed to raise maximum limit");
  return raise_os_error(t, err);
}

Result<Value> resource_getrlimit(Thread& t, Args a) {
  int r = TRY(resource_arg(t, a[0]));
  rlimit l;
  if (getrlimit(static_cast<__rlimit_resource_t>(r), &l) < 0) return raise_os_error(t, errno);
  return limit_pair(t, l);
}
void before_limit(Thread& t, int which, const rlimit& l) {
  if ((which == RLIMIT_AS || which == RLIMIT_DATA) && l.rlim_cur != RLIM_INFINITY) limit_address_space(t, l.rlim_cur);
}
Result<Value> resource_setrlimit(Thread& t, Args a) {
  int r = TRY(resource_arg(t, a[0]));
  rlimit l;
  TRY(limits_arg(t, a[1], &l));
  before_limit(t, r, l);
  if (setrlimit(static_cast<__rlimit_resource_t>(r), &l) < 0) return limit_error(t, errno);
  return kNone;
}
Result<Value> resource_prlimit(Thread& t, Args a) {
  int pid = TRY(to_cint(t, a[0])), r = TRY(resource_arg(t, a[1]));
  rlimit old, now;
  bool set = a[2] && !a[2].is_none();
  if (set) TRY(limits_arg(t, a[2], &now));
  if (set && (pid == 0 || pid == getpid())) before_limit(t, r, now);
  if (prlimit(pid, static_cast<__rlimit_resource>(r), set ? &now : nullptr, &old) < 0) {
    if (errno == EINVAL) return RAISE(ValueError, "current limit exceeds maximum limit");
    return raise_os_error(t, errno);
  }
  return limit_pair(t, old);
}
Result<Value> resource_getrusage(Thread& t, Args a) {
  int who = TRY(to_cint(t, a[0]));
  rusage ru;
  if (getrusage(static_cast<__rusage_who_t>(who), &ru) < 0) {
    if (errno == EINVAL) return RAISE(ValueError, "invalid who parameter");
    return raise_os_error(t, errno);
  }
  return make_rusage(t, ru);
}
Result<Value> resource_getpagesize(Thread&, Args) { return small_int(sysconf(_SC_PAGESIZE)); }

const MethodDef k_functions[] = {
    {"getrlimit", resource_getrlimit, "(resource, /)", "(soft, hard) limits of a resource.", MethodKind::kFunction},
    {"setrlimit", resource_setrlimit, "(resource, limits, /)", "Sets the limits of a resource.", MethodKind::kFunction},
    {"prlimit", resource_prlimit, "(pid, resource, limits=None, /)", "Gets or sets the limits of a process.", MethodKind::kFunction},
    {"getrusage", resource_getrusage, "(who, /)", "What the process, its children or the thread used.", MethodKind::kFunction},
    {"getpagesize", resource_getpagesize, "()", "Bytes of a memory page.", MethodKind::kFunction},
};
constexpr Constant k_constants[] = {
    {"RLIMIT_AS", RLIMIT_AS}, {"RLIMIT_CORE", RLIMIT_CORE}, {"RLIMIT_CPU", RLIMIT_CPU}, {"RLIMIT_DATA", RLIMIT_DATA}, {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE}, {"RLIMIT_NICE", RLIMIT_NICE}, {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC}, {"RLIMIT_OFILE", RLIMIT_OFILE}, {"RLIMIT_RSS", RLIMIT_RSS}, {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME}, {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING}, {"RLIMIT_STACK", RLIMIT_STACK}, {"RLIM_INFINITY", -1},
    {"RUSAGE_CHILDREN", RUSAGE_CHILDREN}, {"RUSAGE_SELF", RUSAGE_SELF}, {"RUSAGE_THREAD", RUSAGE_THREAD},
};

Status resource_exec(Thread& t, Module* m) {
  Value type = TRY(rusage_type(t));
  TRY(module_add(t, m, "struct_rusage", type));
  TRY(module_add(t, m, "error", KAA_TYPE(OSError)));
  return add_constants(t, m, k_constants);
}

}  // namespace

Result<Type*> rusage_type(Thread& t) {
  if (!g_rusage) g_rusage = TRY(make_structseq(t, k_rusage_def));
  return g_rusage;
}
Result<Value> make_rusage(Thread& t, const struct rusage& ru) {
  Type* type = TRY(rusage_type(t));
  Tuple* u = TRY(new_structseq(t, type));
  Value user = TRY(make_float(t, seconds(ru.ru_utime))), system = TRY(make_float(t, seconds(ru.ru_stime)));
  structseq_set(u, 0, user);
  structseq_set(u, 1, system);
  const long v[] = {ru.ru_maxrss, ru.ru_ixrss, ru.ru_idrss, ru.ru_isrss, ru.ru_minflt, ru.ru_majflt, ru.ru_nswap,
                    ru.ru_inblock, ru.ru_oublock, ru.ru_msgsnd, ru.ru_msgrcv, ru.ru_nsignals, ru.ru_nvcsw, ru.ru_nivcsw};
  for (uint32_t i = 0; i < 14; i++) structseq_set(u, 2 + i, small_int(v[i]));
  return u;
}

extern const ModuleDef resource_module = {"resource", "Limits and usage of the process.", k_functions, resource_exec};

}  // namespace kaa
