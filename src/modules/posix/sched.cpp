// Scheduling of processes: policies, parameters, processors.
#include <sched.h>

#include <vector>

#include "modules/posix/posix.h"

namespace kaa {

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

// sched_param is a structseq whose constructor takes the priority itself.
const StructSeqField k_fields[] = {{"sched_priority", "the scheduling priority"}, kStructSeqEnd};
const StructSeqDef k_def = {"posix.sched_param", "The parameters of a scheduling policy: the priority.", k_fields, 1};

Result<Value> sched_param_new(Thread& t, Args a) {
  Tuple* u = TRY(new_structseq(t, a.as<Type>(0)));
  structseq_set(u, 0, a[1]);
  return u;
}
Result<Value> sched_param_reduce(Thread& t, Args a) {
  Value args = TRY(make_tuple(t, a.as<Tuple>(0)->items[0]));
  return TRY(make_tuple(t, Value(g_posix.sched_param), args));
}
const MethodDef k_methods[] = {
    {"__new__", sched_param_new, "($cls, sched_priority)", nullptr, MethodKind::kNew},
    {"__reduce__", sched_param_reduce, "($self, /)", nullptr},
};

Result<sched_param> param_arg(Thread& t, Value v) {
  if (type_of(v) != g_posix.sched_param) return RAISE(TypeError, "must have a sched_param object");
  Value p = v.as<Tuple>()->items[0];
  Result<int64_t> n = to_int64(t, p);
  if (!n.ok()) return Error{};
  if (n.value() > INT32_MAX || n.value() < INT32_MIN) return RAISE(OverflowError, "sched_priority out of range");
  sched_param s{};
  s.sched_priority = static_cast<int>(n.value());
  return s;
}

FN(sched_get_priority_max) {
  int v = sched_get_priority_max(TRY(to_cint(t, a[0])));
  if (v < 0) return raise_os_error(t, errno);
  return small_int(v);
}
FN(sched_get_priority_min) {
  int v = sched_get_priority_min(TRY(to_cint(t, a[0])));
  if (v < 0) return raise_os_error(t, errno);
  return small_int(v);
}
FN(sched_getscheduler) {
  int v = sched_getscheduler(TRY(to_cint(t, a[0])));
  if (v < 0) return raise_os_error(t, errno);
  return small_int(v);
}
FN(sched_setscheduler) {
  int pid = TRY(to_cint(t, a[0])), policy = TRY(to_cint(t, a[1]));
  sched_param p = TRY(param_arg(t, a[2]));
  return none_or_errno(t, sched_setscheduler(pid, policy, &p));
}
FN(sched_getparam) {
  sched_param p{};
  if (sched_getparam(TRY(to_cint(t, a[0])), &p) < 0) return raise_os_error(t, errno);
  Tuple* u = TRY(new_structseq(t, g_posix.sched_param));
  structseq_set(u, 0, small_int(p.sched_priority));
  return u;
}
FN(sched_setparam) {
  int pid = TRY(to_cint(t, a[0]));
  sched_param p = TRY(param_arg(t, a[1]));
  return none_or_errno(t, sched_setparam(pid, &p));
}
FN(sched_rr_get_interval) {
  timespec ts;
  if (sched_rr_get_interval(TRY(to_cint(t, a[0])), &ts) < 0) return raise_os_error(t, errno);
  return make_float(t, static_cast<double>(ts.tv_sec) + 1e-9 * static_cast<double>(ts.tv_nsec));
}
FN(sched_yield) {
  SysResult r = blocking_once(t, [] { return sched_yield(); });
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}

// A mask of processors of any size.
struct CpuMask {
  std::vector<unsigned long> words;
  explicit CpuMask(size_t cpus) : words((cpus + 63) / 64, 0) {}
  cpu_set_t* get() { return reinterpret_cast<cpu_set_t*>(words.data()); }
  size_t bytes() const { return words.size() * sizeof(unsigned long); }
};
FN(sched_setaffinity) {
  int pid = TRY(to_cint(t, a[0]));
  CpuMask mask(1024);
  TRY(iterate(t, a[1], [&](Value item) -> Status {
    if (!is_int(item)) return RAISE(TypeError, "expected an iterator of ints, but iterator yielded %R", Value(type_of(item)));
    int64_t cpu = TRY(to_int64(t, item));
    if (cpu < 0) return RAISE(ValueError, "negative CPU number");
    if (cpu > (1 << 24)) return RAISE(OverflowError, "CPU number too large");
    if (static_cast<size_t>(cpu) >= mask.words.size() * 64) mask.words.resize(static_cast<size_t>(cpu) / 64 + 1, 0);
    mask.words[static_cast<size_t>(cpu) / 64] |= 1ul << (cpu % 64);
    return {};
  }));
  return none_or_errno(t, sched_setaffinity(pid, mask.bytes(), mask.get()));
}
FN(sched_getaffinity) {
  int pid = TRY(to_cint(t, a[0]));
  for (size_t cpus = 1024;; cpus *= 2) {
    CpuMask mask(cpus);
    if (sched_getaffinity(pid, mask.bytes(), mask.get()) < 0) {
      if (errno == EINVAL && cpus < (1u << 24)) continue;
      return raise_os_error(t, errno);
    }
    Set* s = TRY(new_set(t));
    for (size_t i = 0; i < cpus; i++)
      if (mask.words[i / 64] >> (i % 64) & 1) TRY(set_add(t, s, small_int(static_cast<int64_t>(i))));
    return s;
  }
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(sched_get_priority_max, "(policy)", "The greatest priority of a policy."),
    ROW(sched_get_priority_min, "(policy)", "The least priority of a policy."),
    ROW(sched_getscheduler, "(pid, /)", "The policy of a process."),
    ROW(sched_setscheduler, "(pid, policy, param, /)", "Sets the policy of a process."),
    ROW(sched_getparam, "(pid, /)", "The parameters of a process."),
    ROW(sched_setparam, "(pid, param, /)", "Sets the parameters of a process."),
    ROW(sched_rr_get_interval, "(pid, /)", "The time slice of a process, in seconds."),
    ROW(sched_yield, "()", "Lets other threads run."),
    ROW(sched_setaffinity, "(pid, mask, /)", "Sets the processors that a process may run on."),
    ROW(sched_getaffinity, "(pid, /)", "The processors that a process may run on."),
};

}  // namespace

Status posix_add_sched(Thread& t, Module* m) {
  Type* ty = TRY(make_structseq(t, k_def));
  g_posix.sched_param = ty;
  TRY(structseq_override(t, ty, k_methods));
  TRY(module_add(t, m, "sched_param", ty));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
