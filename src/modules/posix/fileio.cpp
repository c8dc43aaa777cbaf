// Positioned and vectored input and output, transfers between descriptors, and descriptors that are no files: memfd, eventfd, timerfd.
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "modules/posix/posix.h"

namespace kaa {

namespace {

constexpr int64_t kMaxTransfer = 0x7FFFF000;

#define FN(name) Result<Value> posix_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

FN(pread) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t n = TRY(to_ssize(t, a[1])), offset = TRY(to_int64(t, a[2]));
  if (n < 0) return raise_os_error(t, EINVAL);
  if (n > kMaxTransfer) n = kMaxTransfer;
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  Keep k(b);
  char* data = b->data();
  int64_t got = TRY(checked_call(t, [&] { return pread(fd, data, static_cast<size_t>(n), offset); }));
  if (got == n) return b;
  return TRY(new_bytes(t, data, static_cast<size_t>(got)));
}
FN(pwrite) {
  int fd = TRY(to_cint(t, a[0]));
  BufferHold buf;
  TRY(buf.get(t, a[1]));
  int64_t offset = TRY(to_int64(t, a[2]));
  return make_int(t, TRY(checked_call(t, [&] { return pwrite(fd, buf.data(), buf.size(), offset); })));
}

// The buffers of a sequence. The tuple that keeps their owners alive is on the native stack with this.
struct Vector {
  Tuple* owners = nullptr;
  size_t count = 0;
  std::unique_ptr<BufferHold[]> holds;
  std::vector<iovec> parts;
  Status get(Thread& t, Value sequence, const char* func, bool writable) {
    if (!is_list(sequence) && !is_tuple(sequence) && (!type_of(sequence)->dunder(D_getitem) || is_dict(sequence)))
      return RAISE(TypeError, "%s() arg 2 must be a sequence", func);
    owners = TRY(tuple_from(t, sequence));
    holds.reset(new BufferHold[owners->size]);
    for (; count < owners->size; count++) {
      TRY(holds[count].get(t, owners->items[count], writable));
      parts.push_back({const_cast<char*>(holds[count].data()), holds[count].size()});
    }
    return {};
  }
  int size() const { return static_cast<int>(parts.size()); }
};

FN(readv) {
  int fd = TRY(to_cint(t, a[0]));
  Vector v;
  TRY(v.get(t, a[1], "readv", true));
  Keep k(v.owners);
  return make_int(t, TRY(checked_call(t, [&] { return readv(fd, v.parts.data(), v.size()); })));
}
FN(writev) {
  int fd = TRY(to_cint(t, a[0]));
  Vector v;
  TRY(v.get(t, a[1], "writev", false));
  Keep k(v.owners);
  return make_int(t, TRY(checked_call(t, [&] { return writev(fd, v.parts.data(), v.size()); })));
}
FN(preadv) {
  int fd = TRY(to_cint(t, a[0]));
  Vector v;
  TRY(v.get(t, a[1], "preadv2", true));
  int64_t offset = TRY(to_int64(t, a[2]));
  int flags = static_cast<int>(TRY(int_arg(t, a[3], 0)));
  Keep k(v.owners);
  return make_int(t, TRY(checked_call(t, [&] { return preadv2(fd, v.parts.data(), v.size(), offset, flags); })));
}
FN(pwritev) {
  int fd = TRY(to_cint(t, a[0]));
  Vector v;
  TRY(v.get(t, a[1], "pwritev2", false));
  int64_t offset = TRY(to_int64(t, a[2]));
  int flags = static_cast<int>(TRY(int_arg(t, a[3], 0)));
  Keep k(v.owners);
  return make_int(t, TRY(checked_call(t, [&] { return pwritev2(fd, v.parts.data(), v.size(), offset, flags); })));
}

FN(sendfile) {
  int out = TRY(to_cint(t, a[0])), in = TRY(to_cint(t, a[1]));
  int64_t count = TRY(to_ssize(t, a[3]));
  if (a[2].is_none()) return make_int(t, TRY(checked_call(t, [&] { return sendfile(out, in, nullptr, static_cast<size_t>(count)); })));
  off_t offset = TRY(to_int64(t, a[2]));
  return make_int(t, TRY(checked_call(t, [&] { return sendfile(out, in, &offset, static_cast<size_t>(count)); })));
}

// src, dst, count, offset_src, offset_dst of copy_file_range and splice.
struct Transfer {
  int src, dst;
  int64_t count;
  off64_t from = 0, to = 0, *pfrom = nullptr, *pto = nullptr;
  Status get(Thread& t, Args a) {
    src = TRY(to_cint(t, a[0]));
    dst = TRY(to_cint(t, a[1]));
    count = TRY(to_ssize(t, a[2]));
    if (count < 0) return RAISE(ValueError, "negative value for 'count' not allowed");
    if (a[3] && !a[3].is_none()) { from = TRY(to_int64(t, a[3])); pfrom = &from; }
    if (a[4] && !a[4].is_none()) { to = TRY(to_int64(t, a[4])); pto = &to; }
    return {};
  }
};
FN(copy_file_range) {
  Transfer x;
  TRY(x.get(t, a));
  return make_int(t, TRY(checked_call(t, [&] { return copy_file_range(x.src, x.pfrom, x.dst, x.pto, static_cast<size_t>(x.count), 0); })));
}
FN(splice) {
  Transfer x;
  TRY(x.get(t, a));
  int64_t flags = a[5] ? TRY(to_int64(t, a[5])) : 0;
  return make_int(t, TRY(checked_call(t, [&] { return splice(x.src, x.pfrom, x.dst, x.pto, static_cast<size_t>(x.count), static_cast<unsigned>(flags)); })));
}

FN(memfd_create) {
  Bytes* name = TRY(fs_bytes(t, a[0]));
  Keep k(name);
  uint64_t flags = a[1] ? TRY(to_uint64_mask(t, a[1])) : MFD_CLOEXEC;
  return make_int(t, TRY(checked_call(t, [&] { return memfd_create(name->data(), static_cast<unsigned>(flags)); })));
}

FN(eventfd) {
  uint64_t initial = TRY(to_uint64(t, a[0]));
  if (initial > UINT_MAX) return RAISE(OverflowError, "Python int too large for C unsigned int");
  int64_t flags = TRY(int_arg(t, a[1], EFD_CLOEXEC));
  return make_int(t, TRY(checked_call(t, [&] { return eventfd(static_cast<unsigned>(initial), static_cast<int>(flags)); })));
}
FN(eventfd_read) {
  int fd = TRY(to_cint(t, a[0]));
  eventfd_t v;
  TRY(checked_call(t, [&] { return eventfd_read(fd, &v); }));
  return make_uint(t, v);
}
FN(eventfd_write) {
  int fd = TRY(to_cint(t, a[0]));
  uint64_t v = TRY(to_uint64(t, a[1]));
  TRY(checked_call(t, [&] { return eventfd_write(fd, v); }));
  return kNone;
}

// ---- timerfd
FN(timerfd_create) {
  int clock = TRY(to_cint(t, a[0]));
  int64_t flags = TRY(int_arg(t, a[1], 0));
  return make_int(t, TRY(checked_call(t, [&] { return timerfd_create(clock, static_cast<int>(flags) | TFD_CLOEXEC); })));
}
int64_t nanoseconds(const timespec& ts) { return ts.tv_sec * 1000000000 + ts.tv_nsec; }
Result<Value> timer_pair(Thread& t, const itimerspec& s, bool ns) {
  Value next, interval;
  if (ns) {
    next = TRY(make_int(t, nanoseconds(s.it_value)));
    interval = TRY(make_int(t, nanoseconds(s.it_interval)));
  } else {
    next = TRY(make_float(t, static_cast<double>(nanoseconds(s.it_value)) * 1e-9));
    interval = TRY(make_float(t, static_cast<double>(nanoseconds(s.it_interval)) * 1e-9));
  }
  return TRY(make_tuple(t, next, interval));
}
Result<Value> timer_set(Thread& t, Args a, bool ns) {
  int fd = TRY(to_cint(t, a[0]));
  int64_t flags = TRY(int_arg(t, a[1], 0));
  int64_t times[2] = {0, 0};
  for (uint32_t i = 0; i < 2; i++) {
    Value v = a[2 + i];
    if (!v) continue;
    if (ns) times[i] = TRY(to_int64(t, v));
    else times[i] = TRY(time_arg(t, v, Rounding::kFloor));
  }
  itimerspec now{}, old{};
  now.it_value = to_timespec(times[0]);
  now.it_interval = to_timespec(times[1]);
  TRY(checked_call(t, [&] { return timerfd_settime(fd, static_cast<int>(flags), &now, &old); }));
  return timer_pair(t, old, ns);
}
Result<Value> timer_get(Thread& t, Args a, bool ns) {
  int fd = TRY(to_cint(t, a[0]));
  itimerspec s{};
  TRY(checked_call(t, [&] { return timerfd_gettime(fd, &s); }));
  return timer_pair(t, s, ns);
}
FN(timerfd_settime) { return timer_set(t, a, false); }
FN(timerfd_settime_ns) { return timer_set(t, a, true); }
FN(timerfd_gettime) { return timer_get(t, a, false); }
FN(timerfd_gettime_ns) { return timer_get(t, a, true); }

#define ROW(name, sig, doc) {#name, posix_##name, sig, doc, MethodKind::kFunction}
const MethodDef k_functions[] = {
    ROW(pread, "(fd, length, offset, /)", "Reads at most length bytes at an offset; the position stays."),
    ROW(pwrite, "(fd, buffer, offset, /)", "Writes bytes at an offset; the position stays."),
    ROW(readv, "(fd, buffers, /)", "Reads into several buffers, one after the other."),
    ROW(writev, "(fd, buffers, /)", "Writes several buffers, one after the other."),
    ROW(preadv, "(fd, buffers, offset, flags=0, /)", "Reads into several buffers at an offset."),
    ROW(pwritev, "(fd, buffers, offset, flags=0, /)", "Writes several buffers at an offset."),
    ROW(sendfile, "(out_fd, in_fd, offset, count)", "Copies from one descriptor to another within the kernel."),
    ROW(copy_file_range, "(src, dst, count, offset_src=None, offset_dst=None)", "Copies between files within the kernel."),
    ROW(splice, "(src, dst, count, offset_src=None, offset_dst=None, flags=0)", "Moves data between a pipe and another descriptor."),
    ROW(memfd_create, "(name, flags=MFD_CLOEXEC)", "A file that lives in memory."),
    ROW(eventfd, "(initval, flags=EFD_CLOEXEC)", "A descriptor with a counter, to signal events."),
    ROW(eventfd_read, "(fd)", "Takes the counter's value."),
    ROW(eventfd_write, "(fd, value)", "Adds to the counter."),
    ROW(timerfd_create, "(clockid, /, *, flags=0)", "A descriptor that is readable when a timer expires."),
    ROW(timerfd_settime, "(fd, /, *, flags=0, initial=0.0, interval=0.0)", "Starts or stops the timer; times in seconds."),
    ROW(timerfd_settime_ns, "(fd, /, *, flags=0, initial=0, interval=0)", "Starts or stops the timer; times in nanoseconds."),
    ROW(timerfd_gettime, "(fd, /)", "(time until it expires, interval) in seconds."),
    ROW(timerfd_gettime_ns, "(fd, /)", "(time until it expires, interval) in nanoseconds."),
};

}  // namespace

Status posix_add_fileio(Thread& t, Module* m) { return add_functions(t, m, k_functions); }

}  // namespace kaa
