// Functions that act on names: directories, links, permissions, times, extended attributes.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <linux/limits.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "modules/posix/posix.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

Result<Value> path_result(Thread& t, const OsPath& p, SysResult r) {
  if (r.failed()) return p.error(t, r.err);
  return kNone;
}

FN(access) {
  OsPath p;
  TRY(path_arg(t, a[0], {"access", "path"}, p));
  int mode = TRY(to_cint(t, a[1])), dir_fd = TRY(dir_fd_arg(t, a[2]));
  bool effective = TRY(bool_arg(t, a[3], false)), follow = TRY(bool_arg(t, a[4], true));
  int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  SysResult r = blocking_once(t, [&] { return dir_fd == AT_FDCWD && !flags ? access(p.c_str(), mode) : faccessat(dir_fd, p.c_str(), mode, flags); });
  return Value::from_bool(!r.failed());
}

FN(chdir) {
  OsPath p;
  TRY(path_arg(t, a[0], {"chdir", "path", false, true}, p));
  TRY(audit(t, "os.chdir", a[0]));
  SysResult r = TRY(blocking_call(t, [&] { return p.is_fd ? fchdir(p.fd) : chdir(p.c_str()); }));
  return path_result(t, p, r);
}
FN(fchdir) {
  int fd = TRY(fd_arg(t, a[0]));
  TRY(checked_call(t, [&] { return fchdir(fd); }));
  return kNone;
}
FN(chroot) {
  OsPath p;
  TRY(path_arg(t, a[0], {"chroot", "path"}, p));
  SysResult r = TRY(blocking_call(t, [&] { return chroot(p.c_str()); }));
  return path_result(t, p, r);
}

Result<Value> current_directory(Thread& t, bool bytes) {
  char* text;
  int err;
  {
    Blocking b(t);
    text = getcwd(nullptr, 0);
    err = errno;
  }
  if (!text) return raise_os_error(t, err);
  Result<Value> r = bytes ? Result<Value>(new_bytes(t, text, strlen(text))) : Result<Value>(decode_fs(t, text));
  free(text);
  return r;
}
FN(getcwd) { return current_directory(t, false); }
FN(getcwdb) { return current_directory(t, true); }

FN(chmod) {
  OsPath p;
  TRY(path_arg(t, a[0], {"chmod", "path", false, true}, p));
  int mode = TRY(to_cint(t, a[1])), dir_fd = TRY(dir_fd_arg(t, a[2]));
  bool follow = TRY(bool_arg(t, a[3], true));
  TRY(audit(t, "os.chmod", a[0], a[1], audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] {
    if (p.is_fd) return fchmod(p.fd, static_cast<mode_t>(mode));
    return fchmodat(dir_fd, p.c_str(), static_cast<mode_t>(mode), follow ? 0 : AT_SYMLINK_NOFOLLOW);
  }));
  if (r.failed() && !follow && !p.is_fd && (r.err == ENOTSUP || r.err == EOPNOTSUPP)) {
    if (dir_fd != AT_FDCWD) return RAISE(ValueError, "chmod: cannot use dir_fd and follow_symlinks together");
    return RAISE(NotImplementedError, "chmod: follow_symlinks unavailable on this platform");
  }
  return path_result(t, p, r);
}
FN(fchmod) {
  int fd = TRY(to_cint(t, a[0])), mode = TRY(to_cint(t, a[1]));
  TRY(audit(t, "os.chmod", a[0], a[1], small_int(-1)));
  TRY(checked_call(t, [&] { return fchmod(fd, static_cast<mode_t>(mode)); }));
  return kNone;
}

FN(chown) {
  OsPath p;
  TRY(path_arg(t, a[0], {"chown", "path", false, true}, p));
  uint32_t uid = TRY(uid_arg(t, a[1], "uid")), gid = TRY(uid_arg(t, a[2], "gid"));
  int dir_fd = TRY(dir_fd_arg(t, a[3]));
  bool follow = TRY(bool_arg(t, a[4], true));
  TRY(check_follow(t, "chown", p, dir_fd, follow));
  TRY(audit(t, "os.chown", a[0], small_int(uid), small_int(gid), audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] {
    return p.is_fd ? fchown(p.fd, uid, gid) : fchownat(dir_fd, p.c_str(), uid, gid, follow ? 0 : AT_SYMLINK_NOFOLLOW);
  }));
  return path_result(t, p, r);
}
FN(fchown) {
  int fd = TRY(to_cint(t, a[0]));
  uint32_t uid = TRY(uid_arg(t, a[1], "uid")), gid = TRY(uid_arg(t, a[2], "gid"));
  TRY(audit(t, "os.chown", a[0], small_int(uid), small_int(gid), small_int(-1)));
  TRY(checked_call(t, [&] { return fchown(fd, uid, gid); }));
  return kNone;
}
FN(lchown) {
  OsPath p;
  TRY(path_arg(t, a[0], {"lchown", "path"}, p));
  uint32_t uid = TRY(uid_arg(t, a[1], "uid")), gid = TRY(uid_arg(t, a[2], "gid"));
  TRY(audit(t, "os.chown", a[0], small_int(uid), small_int(gid), small_int(-1)));
  SysResult r = TRY(blocking_call(t, [&] { return lchown(p.c_str(), uid, gid); }));
  return path_result(t, p, r);
}

FN(mkdir) {
  OsPath p;
  TRY(path_arg(t, a[0], {"mkdir", "path"}, p));
  int64_t mode = TRY(int_arg(t, a[1], 0777));
  int dir_fd = TRY(dir_fd_arg(t, a[2]));
  TRY(audit(t, "os.mkdir", a[0], small_int(mode), audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return mkdirat(dir_fd, p.c_str(), static_cast<mode_t>(mode)); }));
  return path_result(t, p, r);
}
FN(rmdir) {
  OsPath p;
  TRY(path_arg(t, a[0], {"rmdir", "path"}, p));
  int dir_fd = TRY(dir_fd_arg(t, a[1]));
  TRY(audit(t, "os.rmdir", a[0], audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return unlinkat(dir_fd, p.c_str(), AT_REMOVEDIR); }));
  return path_result(t, p, r);
}
Result<Value> unlink_name(Thread& t, Args a, const char* func) {
  OsPath p;
  TRY(path_arg(t, a[0], {func, "path"}, p));
  int dir_fd = TRY(dir_fd_arg(t, a[1]));
  TRY(audit(t, "os.remove", a[0], audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return unlinkat(dir_fd, p.c_str(), 0); }));
  return path_result(t, p, r);
}
FN(unlink) { return unlink_name(t, a, "unlink"); }
FN(remove) { return unlink_name(t, a, "remove"); }

Result<Value> rename_name(Thread& t, Args a, const char* func) {
  OsPath src, dst;
  TRY(path_arg(t, a[0], {func, "src"}, src));
  TRY(path_arg(t, a[1], {func, "dst"}, dst));
  int src_fd = TRY(dir_fd_arg(t, a[2])), dst_fd = TRY(dir_fd_arg(t, a[3]));
  TRY(audit(t, "os.rename", a[0], a[1], audited_fd(src_fd), audited_fd(dst_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return renameat(src_fd, src.c_str(), dst_fd, dst.c_str()); }));
  if (r.failed()) return raise_os_error(t, r.err, src.object, dst.object);
  return kNone;
}
FN(rename) { return rename_name(t, a, "rename"); }
FN(replace) { return rename_name(t, a, "replace"); }

FN(link) {
  OsPath src, dst;
  TRY(path_arg(t, a[0], {"link", "src"}, src));
  TRY(path_arg(t, a[1], {"link", "dst"}, dst));
  int src_fd = TRY(dir_fd_arg(t, a[2])), dst_fd = TRY(dir_fd_arg(t, a[3]));
  bool follow = TRY(bool_arg(t, a[4], true));
  TRY(audit(t, "os.link", a[0], a[1], audited_fd(src_fd), audited_fd(dst_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return linkat(src_fd, src.c_str(), dst_fd, dst.c_str(), follow ? AT_SYMLINK_FOLLOW : 0); }));
  if (r.failed()) return raise_os_error(t, r.err, src.object, dst.object);
  return kNone;
}
FN(symlink) {
  OsPath src, dst;
  TRY(path_arg(t, a[0], {"symlink", "src"}, src));
  TRY(path_arg(t, a[1], {"symlink", "dst"}, dst));
  TRY(bool_arg(t, a[2], false));
  int dir_fd = TRY(dir_fd_arg(t, a[3]));
  TRY(audit(t, "os.symlink", a[0], a[1], audited_fd(dir_fd)));
  SysResult r = TRY(blocking_call(t, [&] { return symlinkat(src.c_str(), dir_fd, dst.c_str()); }));
  if (r.failed()) return raise_os_error(t, r.err, src.object, dst.object);
  return kNone;
}
FN(readlink) {
  OsPath p;
  TRY(path_arg(t, a[0], {"readlink", "path"}, p));
  int dir_fd = TRY(dir_fd_arg(t, a[1]));
  char text[PATH_MAX + 1];
  SysResult r = TRY(blocking_call(t, [&] { return readlinkat(dir_fd, p.c_str(), text, PATH_MAX); }));
  if (r.failed()) return p.error(t, r.err);
  return p.result(t, {text, static_cast<size_t>(r.value)});
}

FN(mkfifo) {
  OsPath p;
  TRY(path_arg(t, a[0], {"mkfifo", "path"}, p));
  int64_t mode = TRY(int_arg(t, a[1], 0666));
  int dir_fd = TRY(dir_fd_arg(t, a[2]));
  TRY(checked_call(t, [&] { return mkfifoat(dir_fd, p.c_str(), static_cast<mode_t>(mode)); }));
  return kNone;
}
// A device number: unsigned, with -1 for none.
Result<uint64_t> device_arg(Thread& t, Value v) {
  Value i = TRY(to_index(t, v));
  if (i == small_int(-1)) return ~uint64_t{0};
  return to_uint64(t, i);
}
FN(mknod) {
  OsPath p;
  TRY(path_arg(t, a[0], {"mknod", "path"}, p));
  int64_t mode = TRY(int_arg(t, a[1], 0600));
  uint64_t device = a[2] ? TRY(device_arg(t, a[2])) : 0;
  int dir_fd = TRY(dir_fd_arg(t, a[3]));
  TRY(checked_call(t, [&] { return mknodat(dir_fd, p.c_str(), static_cast<mode_t>(mode), device); }));
  return kNone;
}
Result<Value> device_value(Thread& t, uint64_t v, bool none) { return none ? Result<Value>(small_int(-1)) : make_uint(t, v); }
FN(major) {
  uint64_t d = TRY(device_arg(t, a[0]));
  return device_value(t, major(d), d == ~uint64_t{0});
}
FN(minor) {
  uint64_t d = TRY(device_arg(t, a[0]));
  return device_value(t, minor(d), d == ~uint64_t{0});
}
FN(makedev) {
  uint64_t x = TRY(device_arg(t, a[0])), y = TRY(device_arg(t, a[1]));
  for (uint64_t n : {x, y})
    if (n > 0xFFFFFFFF && n != ~uint64_t{0}) return RAISE(OverflowError, "Python int too large to convert to C unsigned int");
  if (x == ~uint64_t{0} && y == ~uint64_t{0}) return small_int(-1);
  return make_uint(t, makedev(static_cast<unsigned>(x), static_cast<unsigned>(y)));
}

FN(truncate) {
  OsPath p;
  TRY(path_arg(t, a[0], {"truncate", "path", false, true}, p));
  int64_t size = TRY(to_int64(t, a[1]));
  TRY(audit(t, "os.truncate", a[0], a[1]));
  SysResult r = TRY(blocking_call(t, [&] { return p.is_fd ? ftruncate(p.fd, size) : truncate(p.c_str(), size); }));
  return path_result(t, p, r);
}

// One of utime's ns arguments, split by divmod into seconds and the rest.
Status split_ns(Thread& t, Value v, timespec* ts) {
  Value billion = small_int(1000000000);
  Value s = TRY(binary_op(t, BinaryOp::FLOORDIV, v, billion)), n = TRY(binary_op(t, BinaryOp::MOD, v, billion));
  ts->tv_sec = TRY(to_int64(t, s));
  ts->tv_nsec = TRY(to_int64(t, n));
  return {};
}
// Seconds as int or float, rounded down.
Status split_seconds(Thread& t, Value v, timespec* ts) {
  if (is_float(v)) {
    double d = float_value(v);
    if (d != d) return RAISE(ValueError, "Invalid value NaN (not a number)");
    double whole = __builtin_floor(d), part = __builtin_floor((d - whole) * 1e9);
    if (part >= 1e9) { part -= 1e9; whole += 1; }
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) return RAISE(OverflowError, "timestamp out of range for platform time_t");
    ts->tv_sec = static_cast<time_t>(whole);
    ts->tv_nsec = static_cast<long>(part);
    return {};
  }
  Result<int64_t> s = to_int64(t, v);
  if (!s.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(OverflowError, "timestamp out of range for platform time_t");
  }
  ts->tv_sec = s.value();
  ts->tv_nsec = 0;
  return {};
}

FN(utime) {
  OsPath p;
  TRY(path_arg(t, a[0], {"utime", "path", false, true}, p));
  Value times = a[1], ns = a[2];
  int dir_fd = TRY(dir_fd_arg(t, a[3]));
  bool follow = TRY(bool_arg(t, a[4], true));
  if (times && !times.is_none() && ns) return RAISE(ValueError, "utime: you may specify either 'times' or 'ns' but not both");
  timespec ts[2];
  bool now = false;
  if (times && !times.is_none()) {
    if (!is_tuple(times) || times.as<Tuple>()->size != 2) return RAISE(TypeError, "utime: 'times' must be either a tuple of two ints or None");
    for (uint32_t i = 0; i < 2; i++) TRY(split_seconds(t, times.as<Tuple>()->items[i], &ts[i]));
  } else if (ns) {
    if (!is_tuple(ns) || ns.as<Tuple>()->size != 2) return RAISE(TypeError, "utime: 'ns' must be a tuple of two ints");
    for (uint32_t i = 0; i < 2; i++) TRY(split_ns(t, ns.as<Tuple>()->items[i], &ts[i]));
  } else {
    now = true;
  }
  TRY(audit(t, "os.utime", a[0], times ? times : kNone, ns ? ns : kNone, audited_fd(dir_fd)));
  TRY(check_follow(t, "utime", p, dir_fd, follow));
  SysResult r = TRY(blocking_call(t, [&] {
    const timespec* v = now ? nullptr : ts;
    return p.is_fd ? futimens(p.fd, v) : utimensat(dir_fd, p.c_str(), v, follow ? 0 : AT_SYMLINK_NOFOLLOW);
  }));
  return path_result(t, p, r);
}

// ---- extended attributes
Status xattr_args(Thread& t, const char* func, Args a, uint32_t follow_index, OsPath& p, OsPath& name, bool* follow) {
  TRY(path_arg(t, a[0], {func, "path", false, true}, p));
  TRY(path_arg(t, a[1], {func, "attribute"}, name));
  *follow = TRY(bool_arg(t, a[follow_index], true));
  if (p.is_fd && !*follow) return RAISE(ValueError, "%s: cannot use fd and follow_symlinks together", func);
  return {};
}
// Calls fn(buffer, size) with a growing buffer until the value fits; then make(data, size).
template <class F, class G>
Result<Value> read_growing(Thread& t, const OsPath& p, F&& fn, G&& make) {
  for (size_t size : {size_t{256}, size_t{XATTR_SIZE_MAX}}) {
    Bytes* b = TRY(new_bytes(t, nullptr, size));
    char* data = b->data();
    SysResult r = TRY(blocking_call(t, [&] { return fn(data, size); }));
    if (r.failed()) {
      if (r.err == ERANGE && size < XATTR_SIZE_MAX) continue;
      return p.error(t, r.err);
    }
    Keep k(b);
    return make(data, static_cast<size_t>(r.value));
  }
  return p.error(t, ERANGE);
}
FN(getxattr) {
  OsPath p, name;
  bool follow;
  TRY(xattr_args(t, "getxattr", a, 2, p, name, &follow));
  TRY(audit(t, "os.getxattr", a[0], a[1]));
  return read_growing(t, p, [&](char* d, size_t n) {
    return p.is_fd ? fgetxattr(p.fd, name.c_str(), d, n) : follow ? getxattr(p.c_str(), name.c_str(), d, n) : lgetxattr(p.c_str(), name.c_str(), d, n);
  }, [&](const char* d, size_t n) -> Result<Value> { return TRY(new_bytes(t, d, n)); });
}
FN(setxattr) {
  OsPath p, name;
  bool follow;
  TRY(xattr_args(t, "setxattr", a, 4, p, name, &follow));
  BufferHold value;
  TRY(value.get(t, a[2]));
  int flags = static_cast<int>(TRY(int_arg(t, a[3], 0)));
  TRY(audit(t, "os.setxattr", a[0], a[1], a[2], small_int(flags)));
  SysResult r = TRY(blocking_call(t, [&] {
    const char* n = name.c_str();
    return p.is_fd ? fsetxattr(p.fd, n, value.data(), value.size(), flags)
         : follow ? setxattr(p.c_str(), n, value.data(), value.size(), flags) : lsetxattr(p.c_str(), n, value.data(), value.size(), flags);
  }));
  return path_result(t, p, r);
}
FN(removexattr) {
  OsPath p, name;
  bool follow;
  TRY(xattr_args(t, "removexattr", a, 2, p, name, &follow));
  TRY(audit(t, "os.removexattr", a[0], a[1]));
  SysResult r = TRY(blocking_call(t, [&] {
    return p.is_fd ? fremovexattr(p.fd, name.c_str()) : follow ? removexattr(p.c_str(), name.c_str()) : lremovexattr(p.c_str(), name.c_str());
  }));
  return path_result(t, p, r);
}
FN(listxattr) {
  OsPath p;
  TRY(path_arg(t, a[0], {"listxattr", "path", true, true}, p));
  bool follow = TRY(bool_arg(t, a[1], true));
  if (p.is_fd && !follow) return RAISE(ValueError, "listxattr: cannot use fd and follow_symlinks together");
  TRY(audit(t, "os.listxattr", a[0] ? a[0] : kNone));
  return read_growing(t, p, [&](char* d, size_t n) {
    return p.is_fd ? flistxattr(p.fd, d, n) : follow ? listxattr(p.c_str(), d, n) : llistxattr(p.c_str(), d, n);
  }, [&](const char* d, size_t n) -> Result<Value> {
    List* names = TRY(new_list(t));
    for (size_t at = 0; at < n;) {  // names end with a NUL each
      size_t length = strnlen(d + at, n - at);
      Value name = TRY(decode_fs(t, {d + at, length}));
      TRY(list_append(t, names, name));
      at += length + 1;
    }
    return names;
  });
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(access, "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", "Whether the real user may access the path in this way."),
    ROW(chdir, "(path)", "Changes the current directory."),
    ROW(fchdir, "(fd)", "Changes the current directory to an open one."),
    ROW(chroot, "(path)", "Changes the root directory."),
    ROW(getcwd, "()", "The current directory."),
    ROW(getcwdb, "()", "The current directory as bytes."),
    ROW(chmod, "(path, mode, *, dir_fd=None, follow_symlinks=(os.name != 'nt'))", "Changes permissions."),
    ROW(fchmod, "(fd, mode)", "Changes permissions of an open file."),
    ROW(chown, "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", "Changes owner and group; -1 leaves one as it is."),
    ROW(fchown, "(fd, uid, gid)", "Changes owner and group of an open file."),
    ROW(lchown, "(path, uid, gid)", "Changes owner and group of a symbolic link itself."),
    ROW(mkdir, "(path, mode=511, *, dir_fd=None)", "Makes a directory."),
    ROW(rmdir, "(path, *, dir_fd=None)", "Removes an empty directory."),
    ROW(unlink, "(path, *, dir_fd=None)", "Removes a file."),
    ROW(remove, "(path, *, dir_fd=None)", "Removes a file."),
    ROW(rename, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Renames a file or directory."),
    ROW(replace, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", "Renames a file or directory, in place of what is there."),
    ROW(link, "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=(os.name != 'nt'))", "Makes a hard link."),
    ROW(symlink, "(src, dst, target_is_directory=False, *, dir_fd=None)", "Makes a symbolic link named dst that points to src."),
    ROW(readlink, "(path, *, dir_fd=None)", "Where a symbolic link points to."),
    ROW(mkfifo, "(path, mode=438, *, dir_fd=None)", "Makes a named pipe."),
    ROW(mknod, "(path, mode=384, device=0, *, dir_fd=None)", "Makes a file, a named pipe or a device."),
    ROW(major, "(device, /)", "The major part of a device number."),
    ROW(minor, "(device, /)", "The minor part of a device number."),
    ROW(makedev, "(major, minor, /)", "A device number."),
    ROW(truncate, "(path, length)", "Cuts or extends a file to a length."),
    ROW(utime, "(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", "Sets the times of access and modification."),
    ROW(getxattr, "(path, attribute, *, follow_symlinks=True)", "The value of an extended attribute."),
    ROW(setxattr, "(path, attribute, value, flags=0, *, follow_symlinks=True)", "Sets an extended attribute."),
    ROW(removexattr, "(path, attribute, *, follow_symlinks=True)", "Removes an extended attribute."),
    ROW(listxattr, "(path=None, *, follow_symlinks=True)", "The names of the extended attributes."),
};

}  // namespace

Status posix_add_paths(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
