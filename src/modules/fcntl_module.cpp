// fcntl: control of descriptors, file locks.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "modules/posix/sys_util.h"

// Newer than some C libraries.
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif

namespace kaa {

namespace {

constexpr size_t kBuffer = 1024;

// The bytes of a str (UTF-8) or bytes-like third argument.
struct BufferArg {
  Utf8 text;
  BufferHold hold;
  std::string_view data;
  Status get(Thread& t, Value v) {
    if (is_str(v)) {
      TRY(str_utf8(t, v.as<Str>(), text));
      data = text.view();
    } else {
      TRY(hold.get(t, v));
      data = hold.view();
    }
    return {};
  }
};
Error wrong_argument(Thread& t, const char* func, Value v) {
  return RAISE(TypeError, "%s() argument 3 must be an integer, a bytes-like object, or a string, not %T", func, v);
}

Result<Value> fcntl_fcntl(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), cmd = TRY(to_cint(t, a[1]));
  Value arg = a[2];
  if (!arg || type_of(arg)->dunder(D_index)) {
    unsigned n = arg ? static_cast<unsigned>(TRY(to_uint64_mask(t, arg))) : 0;
    return make_int(t, TRY(checked_call(t, [&] { return fcntl(fd, cmd, static_cast<int>(n)); })));
  }
  if (!is_str(arg) && !has_buffer(arg)) return wrong_argument(t, "fcntl", arg);
  BufferArg b;
  TRY(b.get(t, arg));
  if (b.data.size() > kBuffer) return RAISE(ValueError, "fcntl argument 3 is too long");
  char buf[kBuffer + 8];
  memcpy(buf, b.data.data(), b.data.size());
  memset(buf + b.data.size(), 0, 8);
  size_t n = b.data.size();
  TRY(checked_call(t, [&] { return fcntl(fd, cmd, buf); }));
  return TRY(new_bytes(t, buf, n));
}

Result<Value> fcntl_ioctl(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0]));
  unsigned long request = TRY(to_uint64_mask(t, a[1]));
  Value arg = a[2];
  bool mutate = TRY(bool_arg(t, a[3], true));
  if (!arg || type_of(arg)->dunder(D_index)) {
    int n = arg ? static_cast<int>(TRY(to_uint64_mask(t, arg))) : 0;
    return make_int(t, TRY(checked_call(t, [&] { return ioctl(fd, request, n); })));
  }
  if (!is_str(arg) && !has_buffer(arg)) return wrong_argument(t, "ioctl", arg);
  char buf[kBuffer + 8];
  if (!is_str(arg) && mutate) {
    BufferHold w;
    Status got = w.get(t, arg, true);
    if (got.ok()) {
      // Small buffers go through one of ours, so that the driver may write past their end without harm.
      char* data = const_cast<char*>(w.data());
      size_t n = w.size();
      bool small = n <= kBuffer;
      if (small) {
        memcpy(buf, data, n);
        memset(buf + n, 0, 8);
      }
      SysResult r = TRY(blocking_call(t, [&] { return ioctl(fd, request, small ? buf : data); }));
      if (small) memcpy(data, buf, n);
      if (r.failed()) return raise_os_error(t, r.err);
      return make_int(t, r.value);
    }
    if (!exc_matches(t, KAA_TYPE(BufferError)) && !exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);  // read-only
  }
  BufferArg b;
  TRY(b.get(t, arg));
  if (b.data.size() > kBuffer) return RAISE(ValueError, "ioctl argument 3 is too long");
  size_t n = b.data.size();
  memcpy(buf, b.data.data(), n);
  memset(buf + n, 0, 8);
  TRY(checked_call(t, [&] { return ioctl(fd, request, buf); }));
  return TRY(new_bytes(t, buf, n));
}

Result<Value> fcntl_flock(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), operation = TRY(to_cint(t, a[1]));
  TRY(checked_call(t, [&] { return flock(fd, operation); }));
  return kNone;
}
Result<Value> fcntl_lockf(Thread& t, Args a) {
  int fd = TRY(fd_arg(t, a[0])), code = TRY(to_cint(t, a[1]));
  struct flock l {};
  if (code == LOCK_UN) l.l_type = F_UNLCK;
  else if (code & LOCK_SH) l.l_type = F_RDLCK;
  else if (code & LOCK_EX) l.l_type = F_WRLCK;
  else return RAISE(ValueError, "unrecognized lockf argument");
  if (a[2]) l.l_len = TRY(to_int64(t, a[2]));
  if (a[3]) l.l_start = TRY(to_int64(t, a[3]));
  l.l_whence = static_cast<short>(TRY(int_arg(t, a[4], 0)));
  TRY(checked_call(t, [&] { return fcntl(fd, code & LOCK_NB ? F_SETLK : F_SETLKW, &l); }));
  return kNone;
}

const MethodDef k_functions[] = {
    {"fcntl", fcntl_fcntl, "(fd, cmd, arg=0, /)", "Performs a control operation on a descriptor.", MethodKind::kFunction},
    {"ioctl", fcntl_ioctl, "(fd, request, arg=0, mutate_flag=True, /)", "Performs a device's operation on a descriptor.", MethodKind::kFunction},
    {"flock", fcntl_flock, "(fd, operation, /)", "Locks or unlocks a whole file.", MethodKind::kFunction},
    {"lockf", fcntl_lockf, "(fd, cmd, len=0, start=0, whence=0, /)", "Locks or unlocks a section of a file.", MethodKind::kFunction},
};

constexpr Constant k_constants[] = {
#define C(name) {#name, static_cast<int64_t>(name)},
    C(DN_ACCESS) C(DN_ATTRIB) C(DN_CREATE) C(DN_DELETE) C(DN_MODIFY) C(DN_RENAME) C(FASYNC) C(FD_CLOEXEC) C(FICLONE) C(FICLONERANGE) C(F_ADD_SEALS)
    C(F_DUPFD) C(F_DUPFD_CLOEXEC) C(F_DUPFD_QUERY) C(F_EXLCK) C(F_GETFD) C(F_GETFL) C(F_GETLEASE) C(F_GETLK) C(F_GETLK64) C(F_GETOWN) C(F_GETOWN_EX)
    C(F_GETPIPE_SZ) C(F_GETSIG) C(F_GET_FILE_RW_HINT) C(F_GET_RW_HINT) C(F_GET_SEALS) C(F_NOTIFY) C(F_OFD_GETLK) C(F_OFD_SETLK) C(F_OFD_SETLKW)
    C(F_OWNER_PGRP) C(F_OWNER_PID) C(F_OWNER_TID) C(F_RDLCK) C(F_SEAL_FUTURE_WRITE) C(F_SEAL_GROW) C(F_SEAL_SEAL) C(F_SEAL_SHRINK) C(F_SEAL_WRITE)
    C(F_SETFD) C(F_SETFL) C(F_SETLEASE) C(F_SETLK) C(F_SETLK64) C(F_SETLKW) C(F_SETLKW64) C(F_SETOWN) C(F_SETOWN_EX) C(F_SETPIPE_SZ) C(F_SETSIG)
    C(F_SET_FILE_RW_HINT) C(F_SET_RW_HINT) C(F_SHLCK) C(F_UNLCK) C(F_WRLCK) C(LOCK_EX) C(LOCK_MAND) C(LOCK_NB) C(LOCK_READ) C(LOCK_RW) C(LOCK_SH)
    C(LOCK_UN) C(LOCK_WRITE)
#undef C
    {"DN_MULTISHOT", 0x80000000}, {"RWH_WRITE_LIFE_NOT_SET", 0}, {"RWH_WRITE_LIFE_NONE", 1}, {"RWH_WRITE_LIFE_SHORT", 2},
    {"RWH_WRITE_LIFE_MEDIUM", 3}, {"RWH_WRITE_LIFE_LONG", 4}, {"RWH_WRITE_LIFE_EXTREME", 5},
};

Status fcntl_exec(Thread& t, Module* m) { return add_constants(t, m, k_constants); }

}  // namespace

extern const ModuleDef fcntl_module = {"fcntl", "Control of descriptors, and file locks.", k_functions, fcntl_exec};

}  // namespace kaa
