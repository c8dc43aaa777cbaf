// _multiprocessing: named semaphores; _posixshmem: shared memory by name.
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "modules/posix/sys_util.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {

enum { kRecursiveMutex = 0, kSemaphore = 1 };

struct SemLock : Object {
  sem_t* handle;       // null: none
  uint64_t owner;      // thread that has it, while count > 0
  int count;           // how often this process has acquired it
  int maxvalue, kind;
  Field<> name;        // str or None
  template <class F> void each_field(F&& f) { f(name); }
};
}  // namespace
template <> struct LayoutTraits<SemLock> {
  static constexpr Death death = Death::kCustom;
  static void destroy(SemLock* s) { if (s->handle) sem_close(s->handle); }
};
namespace {

SemLock* self_of(Args a) { return a.as<SemLock>(0); }
bool mine(SemLock* s, Thread& t) { return s->count > 0 && s->owner == t.id; }

Result<Value> make_lock(Thread& t, Type* cls, sem_t* handle, int kind, int maxvalue, Value name) {
  SemLock* s = TRY(alloc_as<SemLock>(t, cls));
  s->handle = handle;
  s->kind = kind;
  s->maxvalue = maxvalue;
  s->name.init(name);
  return s;
}
Result<Value> semlock_new(Thread& t, Args a) {
  int kind = TRY(to_cint(t, a[1])), value = TRY(to_cint(t, a[2])), maxvalue = TRY(to_cint(t, a[3]));
  if (!is_str(a[4])) return RAISE(TypeError, "SemLock() argument 'name' must be str, not %T", a[4]);
  bool unlink = TRY(truth(t, a[5]));
  if (kind != kRecursiveMutex && kind != kSemaphore) return RAISE(ValueError, "unrecognized kind");
  Bytes* name = TRY(fs_bytes(t, a[4]));
  Keep k(name);
  sem_t* handle = sem_open(name->data(), O_CREAT | O_EXCL, 0600, static_cast<unsigned>(value));
  if (handle == SEM_FAILED) return raise_os_error(t, errno);
  if (unlink && sem_unlink(name->data()) < 0) {
    int err = errno;
    sem_close(handle);
    return raise_os_error(t, err);
  }
  Result<Value> r = make_lock(t, a.as<Type>(0), handle, kind, maxvalue, unlink ? kNone : a[4]);
  if (!r.ok()) sem_close(handle);
  return r;
}
Result<Value> semlock_rebuild(Thread& t, Args a) {
  uint64_t raw = TRY(to_uint64(t, a[1]));
  int kind = TRY(to_cint(t, a[2])), maxvalue = TRY(to_cint(t, a[3]));
  sem_t* handle = reinterpret_cast<sem_t*>(raw);
  if (!a[4].is_none()) {
    Bytes* name = TRY(fs_bytes(t, a[4]));
    Keep k(name);
    handle = sem_open(name->data(), 0);
    if (handle == SEM_FAILED) return raise_os_error(t, errno);
  }
  return make_lock(t, a.as<Type>(0), handle, kind, maxvalue, a[4]);
}

Result<Value> acquire(Thread& t, SemLock* s, bool block, Value timeout) {
  if (s->kind == kRecursiveMutex && mine(s, t)) {
    s->count++;
    return kTrue;
  }
  bool limited = timeout && !timeout.is_none();
  timespec deadline{};
  if (limited) {
    double seconds = TRY(to_double(t, timeout));
    if (seconds < 0) seconds = 0;
    clock_gettime(CLOCK_REALTIME, &deadline);
    double whole = floor(seconds);
    deadline.tv_sec += whole > 1e15 ? static_cast<time_t>(1e15) : static_cast<time_t>(whole);
    deadline.tv_nsec += static_cast<long>(1e9 * (seconds - whole));
    deadline.tv_sec += deadline.tv_nsec / 1000000000;
    deadline.tv_nsec %= 1000000000;
  }
  int r = sem_trywait(s->handle), err = errno;
  if (r < 0 && block) TRY(settle_before_wait(t));
  while (r < 0 && (err == EAGAIN || err == EINTR) && block) {
    SysResult w = blocking_once(t, [&] { return limited ? sem_timedwait(s->handle, &deadline) : sem_wait(s->handle); });
    r = static_cast<int>(w.value);
    err = w.err;
    if (r == 0 || err != EINTR) break;
    TRY(safepoint(t));
  }
  if (r < 0) {
    if (err == EAGAIN || err == ETIMEDOUT) return kFalse;
    return raise_os_error(t, err);
  }
  s->count++;
  s->owner = t.id;
  return kTrue;
}
Result<Value> semlock_acquire(Thread& t, Args a) { return acquire(t, self_of(a), TRY(bool_arg(t, a[1], true)), a[2]); }
Result<Value> semlock_enter(Thread& t, Args a) { return acquire(t, self_of(a), true, Value()); }
Result<Value> semlock_release(Thread& t, Args a) {
  SemLock* s = self_of(a);
  if (s->kind == kRecursiveMutex) {
    if (!mine(s, t)) return RAISE(AssertionError, "attempt to release recursive lock not owned by thread");
    if (s->count > 1) {
      s->count--;
      return kNone;
    }
  } else {
    int value;
    if (sem_getvalue(s->handle, &value) < 0) return raise_os_error(t, errno);
    if (value >= s->maxvalue) return RAISE(ValueError, "semaphore or lock released too many times");
  }
  if (sem_post(s->handle) < 0) return raise_os_error(t, errno);
  s->count--;
  return kNone;
}
Result<Value> semlock_count(Thread&, Args a) { return small_int(self_of(a)->count); }
Result<Value> semlock_is_mine(Thread& t, Args a) { return Value::from_bool(mine(self_of(a), t)); }
Result<Value> semlock_get_value(Thread& t, Args a) {
  int value;
  if (sem_getvalue(self_of(a)->handle, &value) < 0) return raise_os_error(t, errno);
  return small_int(value < 0 ? 0 : value);
}
Result<Value> semlock_is_zero(Thread& t, Args a) {
  int value;
  if (sem_getvalue(self_of(a)->handle, &value) < 0) return raise_os_error(t, errno);
  return Value::from_bool(value == 0);
}
Result<Value> semlock_after_fork(Thread&, Args a) { self_of(a)->count = 0; return kNone; }
Result<Value> get_handle(Thread& t, Value v) { return make_uint(t, reinterpret_cast<uintptr_t>(v.as<SemLock>()->handle)); }
Result<Value> get_kind(Thread&, Value v) { return small_int(v.as<SemLock>()->kind); }
Result<Value> get_maxvalue(Thread&, Value v) { return small_int(v.as<SemLock>()->maxvalue); }
Result<Value> get_name(Thread&, Value v) { return v.as<SemLock>()->name.get(); }

const MethodDef k_methods[] = {
    {"__new__", semlock_new, "($cls, kind, value, maxvalue, name, unlink)", nullptr, MethodKind::kNew},
    {"acquire", semlock_acquire, "($self, /, block=True, timeout=None)", "Acquires the semaphore or lock."},
    {"release", semlock_release, "($self, /)", "Releases the semaphore or lock."},
    {"__enter__", semlock_enter, "($self, /)", nullptr},
    {"__exit__", semlock_release, "($self, exc_type=None, exc_value=None, exc_tb=None, /)", nullptr},
    {"_count", semlock_count, "($self, /)", "How often this process has acquired it."},
    {"_is_mine", semlock_is_mine, "($self, /)", "Whether this thread has it."},
    {"_get_value", semlock_get_value, "($self, /)", "The value of the semaphore."},
    {"_is_zero", semlock_is_zero, "($self, /)", "Whether the value is zero."},
    {"_rebuild", semlock_rebuild, "($cls, handle, kind, maxvalue, name, /)", nullptr, MethodKind::kClassMethod},
    {"_after_fork", semlock_after_fork, "($self, /)", "Forgets what was acquired before the fork."},
};
const GetSetDef k_getsets[] = {
    {"handle", get_handle, nullptr, nullptr}, {"kind", get_kind, nullptr, nullptr}, {"maxvalue", get_maxvalue, nullptr, nullptr}, {"name", get_name, nullptr, nullptr},
};
const TypeSpec k_spec = {.doc = "A semaphore or recursive lock shared among processes.", .methods = k_methods, .getsets = k_getsets,
                         .layout = &kLayout<SemLock>, .flags = kTypeBase};

Result<Value> multiprocessing_sem_unlink(Thread& t, Args a) {
  Bytes* name = TRY(fs_bytes(t, a[0]));
  Keep k(name);
  return none_or_errno(t, sem_unlink(name->data()));
}
const MethodDef k_functions[] = {{"sem_unlink", multiprocessing_sem_unlink, "(name, /)", "Removes the name of a semaphore.", MethodKind::kFunction}};

Status multiprocessing_exec(Thread& t, Module* m) {
  Type* type = TRY(make_native_type(t, "_multiprocessing.SemLock", nullptr, k_spec));
  TRY(dict_set_str(t, type->dict, "SEM_VALUE_MAX", small_int(SEM_VALUE_MAX)));
  TRY(module_add(t, m, "SemLock", type));
  Dict* flags = TRY(new_dict(t));
  TRY(dict_set_str(t, flags, "HAVE_SEM_OPEN", small_int(1)));
  TRY(dict_set_str(t, flags, "HAVE_SEM_TIMEDWAIT", small_int(1)));
  return module_add(t, m, "flags", flags);
}

// ---- _posixshmem
Result<Value> shm_open_(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "shm_open() argument 1 must be str, not %T", a[0]);
  Bytes* path = TRY(fs_bytes(t, a[0]));
  Keep k(path);
  int flags = TRY(to_cint(t, a[1]));
  int64_t mode = TRY(int_arg(t, a[2], 0777));
  SysResult r = TRY(blocking_call(t, [&] { return shm_open(path->data(), flags, static_cast<mode_t>(mode)); }));
  if (r.failed()) return raise_os_error(t, r.err, a[0]);
  return small_int(r.value);
}
Result<Value> shm_unlink_(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "shm_unlink() argument 1 must be str, not %T", a[0]);
  Bytes* path = TRY(fs_bytes(t, a[0]));
  Keep k(path);
  SysResult r = TRY(blocking_call(t, [&] { return shm_unlink(path->data()); }));
  if (r.failed()) return raise_os_error(t, r.err, a[0]);
  return kNone;
}
const MethodDef k_shm_functions[] = {
    {"shm_open", shm_open_, "(path, flags, mode=511)", "Opens shared memory by name; returns a descriptor.", MethodKind::kFunction},
    {"shm_unlink", shm_unlink_, "(path)", "Removes the name of shared memory.", MethodKind::kFunction},
};

}  // namespace

extern const ModuleDef _multiprocessing_module = {"_multiprocessing", "Semaphores for multiprocessing.", k_functions, multiprocessing_exec};
extern const ModuleDef _posixshmem_module = {"_posixshmem", "Shared memory by name.", k_shm_functions, nullptr};

}  // namespace kaa
