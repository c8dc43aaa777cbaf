// Open files by descriptor: open, read, write, pipes, duplication, flags.
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/incoming.h"
#include "modules/posix/posix.h"
#include "runtime/audit.h"

namespace kaa {

namespace {

constexpr int64_t kMaxTransfer = 0x7FFFF000;  // what one read or write moves at most on Linux

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

FN(open) {
  OsPath p;
  TRY(path_arg(t, a[0], {"open", "path"}, p));
  int flags = TRY(to_cint(t, a[1]));
  int64_t mode = TRY(int_arg(t, a[2], 0777));
  int dir_fd = TRY(dir_fd_arg(t, a[3]));
  TRY(audit(t, "open", a[0], kNone, small_int(flags)));
  SysResult r = TRY(blocking_call(t, [&] { return openat(dir_fd, p.c_str(), flags | O_CLOEXEC, static_cast<mode_t>(mode)); }));
  if (r.failed()) return p.error(t, r.err);
  return small_int(r.value);
}
FN(close) {
  int fd = TRY(to_cint(t, a[0]));
  SysResult r = blocking_once(t, [&] { return close(fd); });
  // An interrupted close has closed the descriptor: it must not be repeated.
  if (r.failed() && r.err != EINTR) return raise_os_error(t, r.err);
  return kNone;
}
FN(closerange) {
  int low = TRY(to_cint(t, a[0])), high = TRY(to_cint(t, a[1]));
  if (low < 0) low = 0;
  if (low >= high) return kNone;
  Blocking b(t);
  if (close_range(static_cast<unsigned>(low), static_cast<unsigned>(high - 1), 0) < 0)
    for (int fd = low; fd < high; fd++) close(fd);
  return kNone;
}

FN(read) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t n = TRY(to_ssize(t, a[1]));
  if (n < 0) return raise_os_error(t, EINVAL);
  if (n > kMaxTransfer) n = kMaxTransfer;
  Incoming in;
  TRY(in.get(t, static_cast<size_t>(n)));
  return in.take(t, static_cast<size_t>(TRY(checked_call(t, [&] { return read(fd, in.data(), in.size()); }))));
}
FN(readinto) {
  int fd = TRY(to_cint(t, a[0]));
  BufferHold buf;
  TRY(buf.get(t, a[1], true));
  char* data = const_cast<char*>(buf.data());
  size_t n = buf.size() < static_cast<size_t>(kMaxTransfer) ? buf.size() : static_cast<size_t>(kMaxTransfer);
  return make_int(t, TRY(checked_call(t, [&] { return read(fd, data, n); })));
}
FN(write) {
  int fd = TRY(to_cint(t, a[0]));
  BufferHold buf;
  TRY(buf.get(t, a[1]));
  size_t n = buf.size() < static_cast<size_t>(kMaxTransfer) ? buf.size() : static_cast<size_t>(kMaxTransfer);
  int64_t written = TRY(checked_call(t, [&] { return write(fd, buf.data(), n); }));
  // A signal that cut it short is not an error of the call; its handler runs before the caller goes on all the same.
  if (t.poll.load(std::memory_order_relaxed) & kPollSignal) TRY(safepoint(t));
  return make_int(t, written);
}
FN(lseek) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t at = TRY(to_int64(t, a[1]));
  int whence = TRY(to_cint(t, a[2]));
  return make_int(t, TRY(checked_call(t, [&] { return lseek(fd, at, whence); })));
}

FN(dup) {
  int fd = TRY(to_cint(t, a[0]));
  return make_int(t, TRY(checked_call(t, [&] { return fcntl(fd, F_DUPFD_CLOEXEC, 0); })));
}
FN(dup2) {
  int fd = TRY(to_cint(t, a[0])), fd2 = TRY(to_cint(t, a[1]));
  bool inheritable = TRY(bool_arg(t, a[2], true));
  if (fd < 0 || fd2 < 0) return raise_os_error(t, EBADF);
  TRY(checked_call(t, [&] {
    if (inheritable || fd == fd2) return dup2(fd, fd2);
    return dup3(fd, fd2, O_CLOEXEC);
  }));
  if (!inheritable && fd == fd2) fcntl(fd2, F_SETFD, FD_CLOEXEC);
  return small_int(fd2);
}

Result<Value> make_pipe(Thread& t, int flags) {
  int fds[2];
  if (pipe2(fds, flags) < 0) return raise_os_error(t, errno);
  return TRY(make_tuple(t, small_int(fds[0]), small_int(fds[1])));
}
FN(pipe) { return make_pipe(t, O_CLOEXEC); }
FN(pipe2) { return make_pipe(t, TRY(to_cint(t, a[0]))); }

FN(isatty) { return Value::from_bool(isatty(TRY(to_cint(t, a[0])))); }
FN(fsync) {
  int fd = TRY(fd_arg(t, a[0]));
  TRY(checked_call(t, [&] { return fsync(fd); }));
  return kNone;
}
FN(fdatasync) {
  int fd = TRY(fd_arg(t, a[0]));
  TRY(checked_call(t, [&] { return fdatasync(fd); }));
  return kNone;
}
FN(sync) {
  Blocking b(t);
  sync();
  return kNone;
}
FN(ftruncate) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t size = TRY(to_int64(t, a[1]));
  TRY(audit(t, "os.truncate", a[0], a[1]));
  TRY(checked_call(t, [&] { return ftruncate(fd, size); }));
  return kNone;
}

FN(get_inheritable) {
  int flags = fcntl(TRY(to_cint(t, a[0])), F_GETFD);
  if (flags < 0) return raise_os_error(t, errno);
  return Value::from_bool(!(flags & FD_CLOEXEC));
}
FN(set_inheritable) {
  int fd = TRY(to_cint(t, a[0]));
  bool on = TRY(to_cint(t, a[1])) != 0;
  int flags = fcntl(fd, F_GETFD);
  if (flags < 0) return raise_os_error(t, errno);
  return none_or_errno(t, fcntl(fd, F_SETFD, on ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC));
}
FN(get_blocking) {
  int flags = fcntl(TRY(to_cint(t, a[0])), F_GETFL);
  if (flags < 0) return raise_os_error(t, errno);
  return Value::from_bool(!(flags & O_NONBLOCK));
}
FN(set_blocking) {
  int fd = TRY(to_cint(t, a[0]));
  bool on = TRY(truth(t, a[1]));
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return raise_os_error(t, errno);
  return none_or_errno(t, fcntl(fd, F_SETFL, on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}

FN(lockf) {
  int fd = TRY(to_cint(t, a[0])), command = TRY(to_cint(t, a[1]));
  int64_t length = TRY(to_int64(t, a[2]));
  TRY(audit(t, "os.lockf", a[0], a[1], a[2]));
  TRY(checked_call(t, [&] { return lockf(fd, command, length); }));
  return kNone;
}
FN(posix_fadvise) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t offset = TRY(to_int64(t, a[1])), length = TRY(to_int64(t, a[2]));
  int advice = TRY(to_cint(t, a[3]));
  // Returns the error instead of setting errno.
  SysResult r = TRY(blocking_call(t, [&] { errno = posix_fadvise(fd, offset, length, advice); return errno ? -1 : 0; }));
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}
FN(posix_fallocate) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t offset = TRY(to_int64(t, a[1])), length = TRY(to_int64(t, a[2]));
  SysResult r = TRY(blocking_call(t, [&] { errno = posix_fallocate(fd, offset, length); return errno ? -1 : 0; }));
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}
FN(device_encoding) {
  int fd = TRY(to_cint(t, a[0]));
  if (!isatty(fd)) return kNone;
  return Value(intern_name("utf-8"));
}

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(open, "(path, flags, mode=511, *, dir_fd=None)", "Opens a file; returns its descriptor, which is not inherited."),
    ROW(close, "(fd)", "Closes a descriptor."),
    ROW(closerange, "(fd_low, fd_high, /)", "Closes the descriptors from fd_low to before fd_high; errors do not matter."),
    ROW(read, "(fd, length, /)", "Reads at most length bytes."),
    ROW(readinto, "(fd, buffer, /)", "Reads into a writable buffer; returns how many bytes."),
    ROW(write, "(fd, data, /)", "Writes bytes; returns how many were written."),
    ROW(lseek, "(fd, position, whence, /)", "Moves the position in a file; returns the new one."),
    ROW(dup, "(fd, /)", "A duplicate of a descriptor, which is not inherited."),
    ROW(dup2, "(fd, fd2, inheritable=True)", "Makes fd2 a duplicate of fd."),
    ROW(pipe, "()", "Makes a pipe: (read end, write end)."),
    ROW(pipe2, "(flags, /)", "Makes a pipe with flags: (read end, write end)."),
    ROW(isatty, "(fd, /)", "Whether it is a terminal."),
    ROW(fsync, "(fd)", "Has the contents written to the disk."),
    ROW(fdatasync, "(fd)", "Has the contents written to the disk, without unneeded metadata."),
    ROW(sync, "()", "Has everything written to the disks."),
    ROW(ftruncate, "(fd, length, /)", "Cuts or extends an open file to a length."),
    ROW(get_inheritable, "(fd, /)", "Whether programs that are executed get the descriptor."),
    ROW(set_inheritable, "(fd, inheritable, /)", "Sets whether programs that are executed get the descriptor."),
    ROW(get_blocking, "(fd, /)", "Whether calls on the descriptor wait."),
    ROW(set_blocking, "(fd, blocking, /)", "Sets whether calls on the descriptor wait."),
    ROW(lockf, "(fd, command, length, /)", "Locks, unlocks or tests a section of a file."),
    ROW(posix_fadvise, "(fd, offset, length, advice, /)", "Announces how a section of a file will be read."),
    ROW(posix_fallocate, "(fd, offset, length, /)", "Allocates room on the disk for a section of a file."),
    ROW(device_encoding, "(fd)", "The encoding of a terminal; None for other files."),
};

}  // namespace

Status posix_add_files(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
