// stat and its relatives, statvfs.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "modules/posix/posix.h"

namespace kaa {

PosixState g_posix;

namespace {

constexpr uint32_t kFloatTimes = 10, kNsTimes = 13;  // positions in stat_result; the whole seconds are at 7, 8, 9

const StructSeqField k_stat_fields[] = {
    {"st_mode", "protection bits"}, {"st_ino", "inode"}, {"st_dev", "device"}, {"st_nlink", "number of hard links"},
    {"st_uid", "user ID of owner"}, {"st_gid", "group ID of owner"}, {"st_size", "total size, in bytes"},
    {nullptr, nullptr}, {nullptr, nullptr}, {nullptr, nullptr},
    {"st_atime", "time of last access"}, {"st_mtime", "time of last modification"}, {"st_ctime", "time of last change"},
    {"st_atime_ns", "time of last access in nanoseconds"}, {"st_mtime_ns", "time of last modification in nanoseconds"},
    {"st_ctime_ns", "time of last change in nanoseconds"}, {"st_blksize", "blocksize for filesystem I/O"},
    {"st_blocks", "number of blocks allocated"}, {"st_rdev", "device type (if inode device)"}, kStructSeqEnd};

// Made from ten items, the float times are the whole seconds.
void complete_stat(Tuple* u) {
  for (uint32_t i = 0; i < 3; i++)
    if (u->items[kFloatTimes + i].is_none()) structseq_set(u, kFloatTimes + i, u->items[7 + i]);
}

const StructSeqDef k_stat_def = {"os.stat_result",
    "What stat, fstat and lstat return. It can be used as a tuple of (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime).",
    k_stat_fields, 10, false, complete_stat};

const StructSeqField k_statvfs_fields[] = {
    {"f_bsize", nullptr}, {"f_frsize", nullptr}, {"f_blocks", nullptr}, {"f_bfree", nullptr}, {"f_bavail", nullptr}, {"f_files", nullptr},
    {"f_ffree", nullptr}, {"f_favail", nullptr}, {"f_flag", nullptr}, {"f_namemax", nullptr}, {"f_fsid", nullptr}, kStructSeqEnd};
const StructSeqDef k_statvfs_def = {"os.statvfs_result", "What statvfs and fstatvfs return.", k_statvfs_fields, 10};

Result<Value> posix_stat(Thread& t, Args a) {
  bool follow = TRY(bool_arg(t, a[2], true));
  return stat_at(t, "stat", a[0], a[1], follow);
}
Result<Value> posix_lstat(Thread& t, Args a) {
  return stat_at(t, "lstat", a[0], a[1], false);
}
Result<Value> posix_fstat(Thread& t, Args a) {
  int fd = TRY(to_cint(t, a[0]));
  struct stat st;
  TRY(checked_call(t, [&] { return fstat(fd, &st); }));
  return make_stat_result(t, st);
}

Result<Value> make_statvfs(Thread& t, const struct statvfs& s) {
  Tuple* u = TRY(new_structseq(t, g_posix.statvfs_result));
  uint64_t v[] = {s.f_bsize, s.f_frsize, s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree, s.f_favail, s.f_flag, s.f_namemax, s.f_fsid};
  for (uint32_t i = 0; i < 11; i++) {
    Value n = TRY(make_uint(t, v[i]));
    structseq_set(u, i, n);
  }
  return u;
}
Result<Value> posix_statvfs(Thread& t, Args a) {
  OsPath p;
  TRY(path_arg(t, a[0], {"statvfs", "path", false, true}, p));
  struct statvfs s;
  SysResult r = TRY(blocking_call(t, [&] { return p.is_fd ? fstatvfs(p.fd, &s) : statvfs(p.c_str(), &s); }));
  if (r.failed()) return p.error(t, r.err);
  return make_statvfs(t, s);
}
Result<Value> posix_fstatvfs(Thread& t, Args a) {
  int fd = TRY(to_cint(t, a[0]));
  struct statvfs s;
  TRY(checked_call(t, [&] { return fstatvfs(fd, &s); }));
  return make_statvfs(t, s);
}

const MethodDef k_functions[] = {
    {"stat", posix_stat, "(path, *, dir_fd=None, follow_symlinks=True)", "Facts about a file, named by a path or an open descriptor.", MethodKind::kFunction},
    {"lstat", posix_lstat, "(path, *, dir_fd=None)", "Like stat(), but about a symbolic link itself.", MethodKind::kFunction},
    {"fstat", posix_fstat, "(fd)", "Facts about an open file.", MethodKind::kFunction},
    {"statvfs", posix_statvfs, "(path)", "Facts about the file system that a path lies in.", MethodKind::kFunction},
    {"fstatvfs", posix_fstatvfs, "(fd, /)", "Facts about the file system of an open file.", MethodKind::kFunction},
};

}  // namespace

Result<Value> stat_at(Thread& t, const char* func, Value path, Value dir_fd_value, bool follow) {
  OsPath p;
  TRY(path_arg(t, path, {func, "path", false, func[0] != 'l'}, p));  // lstat takes no descriptor
  int dir_fd = TRY(dir_fd_arg(t, dir_fd_value));
  TRY(check_follow(t, func, p, dir_fd, follow));
  struct stat st;
  SysResult r = TRY(blocking_call(t, [&] { return p.is_fd ? fstat(p.fd, &st) : fstatat(dir_fd, p.c_str(), &st, follow ? 0 : AT_SYMLINK_NOFOLLOW); }));
  if (r.failed()) return p.error(t, r.err);
  return make_stat_result(t, st);
}

Result<Value> make_stat_result(Thread& t, const struct stat& st) {
  Tuple* u = TRY(new_structseq(t, g_posix.stat_result));
  auto put = [&](uint32_t i, uint64_t n) -> Status {
    Value v = TRY(make_uint(t, n));
    structseq_set(u, i, v);
    return {};
  };
  TRY(put(0, st.st_mode));
  TRY(put(1, st.st_ino));
  TRY(put(2, st.st_dev));
  TRY(put(3, st.st_nlink));
  Value uid = TRY(uid_value(t, st.st_uid)), gid = TRY(uid_value(t, st.st_gid)), size = TRY(make_int(t, st.st_size));
  structseq_set(u, 4, uid);
  structseq_set(u, 5, gid);
  structseq_set(u, 6, size);
  const timespec times[] = {st.st_atim, st.st_mtim, st.st_ctim};
  for (uint32_t i = 0; i < 3; i++) {
    Value s = TRY(make_int(t, times[i].tv_sec));
    structseq_set(u, 7 + i, s);
    Value f = TRY(make_float(t, static_cast<double>(times[i].tv_sec) + 1e-9 * static_cast<double>(times[i].tv_nsec)));
    structseq_set(u, kFloatTimes + i, f);
    __int128 ns = static_cast<__int128>(times[i].tv_sec) * 1000000000 + times[i].tv_nsec;
    Value n;
    if (ns >= INT64_MIN && ns <= INT64_MAX) {
      n = TRY(make_int(t, static_cast<int64_t>(ns)));
    } else {
      Value billion = small_int(1000000000), nsec = small_int(times[i].tv_nsec);
      n = TRY(binary_op(t, BinaryOp::MUL, s, billion));
      n = TRY(binary_op(t, BinaryOp::ADD, n, nsec));
    }
    structseq_set(u, kNsTimes + i, n);
  }
  TRY(put(16, static_cast<uint64_t>(st.st_blksize)));
  TRY(put(17, static_cast<uint64_t>(st.st_blocks)));
  TRY(put(18, st.st_rdev));
  return u;
}

Status posix_add_stat(Thread& t, Module* m) {
  g_posix.stat_result = TRY(make_structseq(t, k_stat_def));
  g_posix.statvfs_result = TRY(make_structseq(t, k_statvfs_def));
  TRY(module_add(t, m, "stat_result", g_posix.stat_result));
  TRY(module_add(t, m, "statvfs_result", g_posix.statvfs_result));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
