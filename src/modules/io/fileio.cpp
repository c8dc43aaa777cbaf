// FileIO: a raw stream over a file descriptor.
//
// System calls run between enter_blocking and leave_blocking and are repeated after EINTR once signal handlers have run (PEP 475). Nothing of the heap is
// touched in between; callers hold the owner of the memory that is read into or written from.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/text_buffer.h"
#include "runtime/codecs_api.h"
#include "runtime/warnings.h"
#include "modules/io/io.h"

namespace kaa {

namespace {

constexpr size_t kMaxTransfer = 0x7ffff000;  // what Linux moves in one call at most
constexpr int64_t kUnknown = -1;

FileIO* self_of(Args a) { return a.as<FileIO>(0); }

Error closed_error(Thread& t) { return RAISE(ValueError, "I/O operation on closed file"); }
Error mode_error(Thread& t, const char* action) {
  Result<Str*> s = str_format(t, "File not open for %s", action);
  if (!s.ok()) return {};
  return raise_class(t, g_io.unsupported.as<Type>(), s.value());
}

// Runs fn, a system call, until it was not interrupted; returns its result and leaves errno. Fails when a signal handler raised.
template <class F>
Result<int64_t> system_call(Thread& t, F&& fn) {
  for (;;) {
    int64_t r;
    int err;
    {
      Blocking b(t);
      errno = 0;
      r = fn();
      err = errno;
    }
    if (r < 0 && err == EINTR) {
      TRY(safepoint(t));
      continue;
    }
    errno = err;
    return r;
  }
}

// NULs are reported as those of the encoded name.
Status io_path(Thread& t, Value v, PathArg& out) {
  Status s = fs_path(t, v, out);
  if (s.ok() || !exc_matches(t, KAA_TYPE(ValueError)) || exc_matches(t, KAA_TYPE(UnicodeError))) return s;
  clear_exc(t);
  return RAISE(ValueError, "embedded null byte");
}

struct OpenMode { bool created = false, readable = false, writable = false, appending = false; int flags = 0; };

Status parse_mode(Thread& t, Str* mode, OpenMode& m) {
  auto bad = [&]() -> Error { return RAISE(ValueError, "Must have exactly one of create/read/write/append mode and at most one plus"); };
  bool rwa = false, plus = false;
  for (uint64_t i = 0; i < mode->length; i++) {
    switch (mode->at(i)) {
      case 'x': if (rwa) return bad(); rwa = m.created = m.writable = true; m.flags |= O_EXCL | O_CREAT; break;
      case 'r': if (rwa) return bad(); rwa = m.readable = true; break;
      case 'w': if (rwa) return bad(); rwa = m.writable = true; m.flags |= O_CREAT | O_TRUNC; break;
      case 'a': if (rwa) return bad(); rwa = m.writable = m.appending = true; m.flags |= O_APPEND | O_CREAT; break;
      case 'b': break;
      case '+': if (plus) return bad(); plus = m.readable = m.writable = true; break;
      default: return RAISE(ValueError, "invalid mode: %U", mode);
    }
  }
  if (!rwa) return bad();
  m.flags |= m.readable && m.writable ? O_RDWR : m.readable ? O_RDONLY : O_WRONLY;
  m.flags |= O_CLOEXEC;
  return {};
}

// Closes the descriptor; OSError when the system says so. Not repeated after EINTR: the descriptor is gone then.
Status close_descriptor(Thread& t, FileIO* f) {
  if (f->fd < 0) return {};
  int fd = f->fd;
  f->fd = -1;
  int r, err;
  {
    Blocking b(t);
    r = close(fd);
    err = errno;
  }
  if (r < 0 && err != EINTR) return raise_os_error(t, err);
  return {};
}

const char* mode_text(FileIO* f) {
  if (f->created) return f->readable ? "xb+" : "xb";
  if (f->appending) return f->readable ? "ab+" : "ab";
  if (f->readable) return f->writable ? "rb+" : "rb";
  return "wb";
}

// Where fileio_init fails, a descriptor that it opened itself is closed again, one that was given is not touched.
Error init_failed(Thread& t, FileIO* f, bool own) {
  if (!own) { f->fd = -1; return {}; }
  Value e = take_exc(t);
  if (!close_descriptor(t, f).ok()) clear_exc(t);
  restore_exc(t, e);
  return {};
}

Status fileio_init(Thread& t, FileIO* f, Value file, Str* mode, bool closefd, Value opener) {
  if (f->fd >= 0 && f->ready) {
    if (f->closefd) TRY(close_descriptor(t, f));
    f->fd = -1;
  }
  f->ready = true;
  f->fd = -1;
  f->seekable = -1;
  f->blksize = kDefaultBufferSize;
  f->size_at_open = kUnknown;
  f->maybe_tty = true;
  f->created = f->readable = f->writable = f->appending = f->finalizing = false;
  f->closefd = closefd;

  int given = -1;
  if (file.is_bool()) TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "bool is used as a file descriptor"));
  if (is_int(file) || type_of(file)->dunder(D_index)) {
    Result<int> n = to_cint(t, file);
    if (n.ok()) {
      given = n.value();
      if (given < 0) return RAISE(ValueError, "negative file descriptor");
    } else {
      clear_exc(t);
    }
  }
  PathArg path;
  if (given < 0) TRY(io_path(t, file, path));

  OpenMode m;
  TRY(parse_mode(t, mode, m));
  f->created = m.created;
  f->readable = m.readable;
  f->writable = m.writable;
  f->appending = m.appending;

  bool own = given < 0;
  if (!own) {
    f->fd = given;
  } else {
    if (!closefd) return RAISE(ValueError, "Cannot use closefd=False with file name");
    if (!opener || opener.is_none()) {
      Keep keep(path.object);
      const char* p = path.c_str();
      int64_t fd = TRY(system_call(t, [&] { return open(p, m.flags, 0666); }));
      if (fd < 0) return raise_os_error(t, errno, file);
      f->fd = static_cast<int>(fd);
    } else {
      Value r = TRY(call(t, opener, file, small_int(m.flags)));
      if (!is_int(r)) return RAISE(TypeError, "expected integer from opener");
      int fd = TRY(to_cint(t, r));
      if (fd < 0) return RAISE(ValueError, "opener returned %d", fd);
      f->fd = fd;
      int fl = fcntl(fd, F_GETFD);
      if (fl < 0 || (!(fl & FD_CLOEXEC) && fcntl(fd, F_SETFD, fl | FD_CLOEXEC) < 0)) {
        (void)raise_os_error(t, errno);
        return init_failed(t, f, own);
      }
    }
  }

  struct stat st;
  int fd = f->fd;
  int64_t r = TRY(system_call(t, [&] { return fstat(fd, &st); }));
  if (r < 0) {
    if (errno == EBADF) {
      (void)raise_os_error(t, errno);
      f->fd = -1;
      return Error{};
    }
  } else {
    if (S_ISDIR(st.st_mode)) {
      (void)raise_os_error(t, EISDIR, file);
      return init_failed(t, f, own);
    }
    if (st.st_blksize > 1) f->blksize = st.st_blksize;
    if (S_ISREG(st.st_mode)) f->size_at_open = st.st_size;
    f->maybe_tty = S_ISCHR(st.st_mode);
  }
  if (!set_attr(t, f, NAME("name"), file).ok()) return init_failed(t, f, own);
  if (f->appending && lseek(f->fd, 0, SEEK_END) < 0 && errno != ESPIPE) {
    (void)raise_os_error(t, errno);
    return init_failed(t, f, own);
  }
  return {};
}

Result<Value> fileio_new(Thread& t, Args a, Tuple*) {
  FileIO* f = TRY(alloc_as<FileIO>(t, a.as<Type>(0)));
  f->fd = -1;
  f->closefd = true;
  f->seekable = -1;
  f->blksize = kDefaultBufferSize;
  f->size_at_open = kUnknown;
  return f;
}

const MethodDef k_init_def{"FileIO", static_cast<NativeFn>(nullptr), "($self, /, file, mode='r', closefd=True, opener=None)", nullptr};
Result<Value> fileio_init_method(Thread& t, Args a, Tuple* kwnames) {
  Value v[8];
  TRY(io_bind(t, k_init_def, a, kwnames, v));
  Str* mode = NAME("r");
  if (v[2]) {
    if (!is_str(v[2])) return RAISE(TypeError, "FileIO() argument 'mode' must be str, not %T", v[2]);
    mode = v[2].as<Str>();
  }
  bool closefd = v[3] ? TRY(truth(t, v[3])) : true;
  TRY(fileio_init(t, v[0].as<FileIO>(), v[1], mode, closefd, v[4]));
  return kNone;
}

Result<Value> fileio_close(Thread& t, Args a) {
  FileIO* f = self_of(a);
  Value e;
  if (!iobase_close(t, f).ok()) e = take_exc(t);
  if (!f->closefd) {
    f->fd = -1;
  } else {
    if (f->finalizing && f->fd >= 0) {
      if (!resource_warning(t, f, "unclosed file %R", Value(f)).ok()) {
        if (exc_matches(t, KAA_TYPE(Warning))) write_unraisable(t, f);
        clear_exc(t);
      }
    }
    (void)close_descriptor(t, f).ok();
  }
  TRY(io_chain(t, e));
  return kNone;
}

Result<Value> fileio_dealloc_warn(Thread& t, Args a) {
  FileIO* f = self_of(a);
  if (f->fd >= 0 && f->closefd) {
    Value e = take_exc(t);
    if (!resource_warning(t, a[1], "unclosed file %R", a[1]).ok()) {
      if (exc_matches(t, KAA_TYPE(Warning))) write_unraisable(t, f);
      clear_exc(t);
    }
    if (e) restore_exc(t, e);
  }
  return kNone;
}

Result<Value> fileio_fileno(Thread& t, Args a) {
  if (self_of(a)->fd < 0) return closed_error(t);
  return small_int(self_of(a)->fd);
}
Result<Value> fileio_readable(Thread& t, Args a) {
  if (self_of(a)->fd < 0) return closed_error(t);
  return Value::from_bool(self_of(a)->readable);
}
Result<Value> fileio_writable(Thread& t, Args a) {
  if (self_of(a)->fd < 0) return closed_error(t);
  return Value::from_bool(self_of(a)->writable);
}
Result<Value> fileio_seekable(Thread& t, Args a) {
  FileIO* f = self_of(a);
  if (f->fd < 0) return closed_error(t);
  if (f->seekable < 0) f->seekable = lseek(f->fd, 0, SEEK_CUR) >= 0;
  return Value::from_bool(f->seekable);
}

Result<Value> fileio_readinto(Thread& t, Args a) {
  FileIO* f = self_of(a);
  BufferHold hold;
  if (f->fd < 0) return closed_error(t);
  if (!f->readable) return mode_error(t, "reading");
  TRY(io_writable_buffer(t, a[1], "readinto() argument 1", hold));
  int64_t n = TRY(fileio_read_into(t, f, hold.b.data, hold.size()));
  if (n == kIoBlocked) return kNone;
  return small_int(n);
}

Result<Value> fileio_readall(Thread& t, Args a) { return fileio_read_all(t, self_of(a)); }

Result<Value> fileio_read(Thread& t, Args a) {
  FileIO* f = self_of(a);
  int64_t n = a[1] ? TRY(io_size_arg(t, a[1], -1)) : -1;
  if (f->fd < 0) return closed_error(t);
  if (!f->readable) return mode_error(t, "reading");
  if (n < 0) return call_method(t, f, NAME("readall"));
  if (static_cast<size_t>(n) > kMaxTransfer) n = static_cast<int64_t>(kMaxTransfer);
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  int64_t got = TRY(fileio_read_into(t, f, out->data(), static_cast<size_t>(n)));
  if (got == kIoBlocked) return kNone;
  if (got == n) return out;
  Keep keep(out);
  return TRY(new_bytes(t, out->data(), static_cast<size_t>(got)));
}

Result<Value> fileio_write(Thread& t, Args a) {
  FileIO* f = self_of(a);
  BufferHold hold;
  TRY(hold.get(t, a[1]));
  if (f->fd < 0) return closed_error(t);
  if (!f->writable) return mode_error(t, "writing");
  int64_t n = TRY(fileio_write_from(t, f, hold.data(), hold.size()));
  if (n == kIoBlocked) return kNone;
  return small_int(n);
}

Result<Value> fileio_seek(Thread& t, Args a) {
  FileIO* f = self_of(a);
  int whence = a[2] ? TRY(to_cint(t, a[2])) : 0;
  if (f->fd < 0) return closed_error(t);
  int64_t pos = TRY(io_offset(t, a[1]));
  return make_int(t, TRY(fileio_seek_to(t, f, pos, whence)));
}
Result<Value> fileio_tell(Thread& t, Args a) {
  if (self_of(a)->fd < 0) return closed_error(t);
  return make_int(t, TRY(fileio_seek_to(t, self_of(a), 0, SEEK_CUR)));
}

Result<Value> fileio_truncate(Thread& t, Args a) {
  FileIO* f = self_of(a);
  if (f->fd < 0) return closed_error(t);
  if (!f->writable) return mode_error(t, "writing");
  Value size = a[1];
  int64_t n;
  if (!size || size.is_none()) {
    n = TRY(fileio_seek_to(t, f, 0, SEEK_CUR));
    size = TRY(make_int(t, n));
  } else {
    n = TRY(io_offset(t, size));
  }
  int fd = f->fd;
  if (TRY(system_call(t, [&] { return ftruncate(fd, n); })) < 0) return raise_os_error(t, errno);
  f->size_at_open = kUnknown;
  return size;
}

Result<Value> fileio_isatty(Thread& t, Args a) {
  FileIO* f = self_of(a);
  if (f->fd < 0) return closed_error(t);
  return Value::from_bool(isatty(f->fd));
}
// isatty() without asking the system where fstat() has already answered.
Result<Value> fileio_isatty_open_only(Thread& t, Args a) {
  if (self_of(a)->fd >= 0 && !self_of(a)->maybe_tty) return kFalse;
  return fileio_isatty(t, a);
}

Result<Value> fileio_repr(Thread& t, Args a) {
  FileIO* f = self_of(a);
  Str* type = TRY(io_type_name(t, f));
  if (f->fd < 0) return TRY(str_format(t, "<%U [closed]>", type));
  Opt name = TRY(lookup_attr(t, f, NAME("name")));
  const char* closefd = f->closefd ? "True" : "False";
  if (!name) return TRY(str_format(t, "<%U fd=%d mode='%s' closefd=%s>", type, f->fd, mode_text(f), closefd));
  if (repr_enter(t, f)) return RAISE(RuntimeError, "reentrant call inside %U.__repr__", type);
  Result<Str*> r = str_format(t, "<%U name=%R mode='%s' closefd=%s>", type, name.v, mode_text(f), closefd);
  repr_leave(t, f);
  return r;
}

Result<Value> get_closed(Thread&, Value v) { return Value::from_bool(v.as<FileIO>()->fd < 0); }
Result<Value> get_closefd(Thread&, Value v) { return Value::from_bool(v.as<FileIO>()->closefd); }
Result<Value> get_mode(Thread& t, Value v) { return Value(intern_name(mode_text(v.as<FileIO>()))); }
Result<Value> get_blksize(Thread& t, Value v) { return make_int(t, v.as<FileIO>()->blksize); }
Result<Value> get_finalizing(Thread&, Value v) { return Value::from_bool(v.as<FileIO>()->finalizing); }
Status set_finalizing(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "can't delete numeric/char attribute");
  if (!v.is_bool()) return RAISE(TypeError, "attribute value type must be bool");
  self.as<FileIO>()->finalizing = v == kTrue;
  return {};
}

const MethodDef k_methods[] = {
    {"__new__", fileio_new, nullptr, nullptr, MethodKind::kNew},
    {"__init__", fileio_init_method, "($self, /, file, mode='r', closefd=True, opener=None)", nullptr},
    {"__repr__", fileio_repr, "($self, /)", nullptr},
    {"read", fileio_read, "($self, size=-1, /)", "Read at most size bytes with one system call; None if none are ready."},
    {"readall", fileio_readall, "($self, /)", "Read to the end of the file."},
    {"readinto", fileio_readinto, "($self, buffer, /)", "Read into the buffer; return the number of bytes."},
    {"write", fileio_write, "($self, b, /)", "Write with one system call; return the number of bytes, None if it would block."},
    {"seek", fileio_seek, "($self, pos, whence=0, /)", "Move to a new position and return it."},
    {"tell", fileio_tell, "($self, /)", "Return the position in the file."},
    {"truncate", fileio_truncate, "($self, size=None, /)", "Resize the file; the position does not change."},
    {"close", fileio_close, "($self, /)", "Close the file; further calls do nothing."},
    {"seekable", fileio_seekable, "($self, /)", "Whether the descriptor can seek."},
    {"readable", fileio_readable, "($self, /)", "Whether the file was opened for reading."},
    {"writable", fileio_writable, "($self, /)", "Whether the file was opened for writing."},
    {"fileno", fileio_fileno, "($self, /)", "Return the file descriptor."},
    {"isatty", fileio_isatty, "($self, /)", "Whether the file is a terminal."},
    {"_isatty_open_only", fileio_isatty_open_only, "($self, /)", "isatty() for open(), which has just asked for the file's kind."},
    {"_dealloc_warn", fileio_dealloc_warn, "($self, object, /)", nullptr},
    {"__getstate__", io_getstate_refused, "($self, /)", nullptr},
};
const GetSetDef k_getsets[] = {
    {"closed", get_closed, nullptr, "True if the file is closed"},
    {"closefd", get_closefd, nullptr, "Whether close() closes the descriptor."},
    {"mode", get_mode, nullptr, "The mode in which the file is open."},
    {"_blksize", get_blksize, nullptr, "Preferred size of a transfer, in bytes."},
    {"_finalizing", get_finalizing, set_finalizing, nullptr},
};
const TypeSpec k_spec = {
    .doc = "A raw stream over a file. FileIO(file, mode='r', closefd=True, opener=None): file is a path or a descriptor, mode one of r, w, a, x with an optional +.",
    .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<FileIO>,
    .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};

}  // namespace

Result<int64_t> fileio_read_into(Thread& t, FileIO* f, void* p, size_t n) {
  if (f->fd < 0) return closed_error(t);
  if (!f->readable) return mode_error(t, "reading");
  int fd = f->fd;
  if (n > kMaxTransfer) n = kMaxTransfer;
  int64_t r = TRY(system_call(t, [&] { return read(fd, p, n); }));
  if (r >= 0) return r;
  if (errno == EAGAIN) return int64_t{kIoBlocked};
  return raise_os_error(t, errno);
}

Result<int64_t> fileio_write_from(Thread& t, FileIO* f, const void* p, size_t n) {
  if (f->fd < 0) return closed_error(t);
  if (!f->writable) return mode_error(t, "writing");
  int fd = f->fd;
  if (n > kMaxTransfer) n = kMaxTransfer;
  int64_t r = TRY(system_call(t, [&] { return write(fd, p, n); }));
  // What interrupted a write that was done in part is dealt with here, while the caller is still writing.
  if (UNLIKELY(t.poll.load(std::memory_order_relaxed) & kPollSignal)) TRY(safepoint(t));
  if (r >= 0) return r;
  if (errno == EAGAIN) return int64_t{kIoBlocked};
  return raise_os_error(t, errno);
}

Result<int64_t> fileio_seek_to(Thread& t, FileIO* f, int64_t pos, int whence) {
  if (f->fd < 0) return closed_error(t);
  int fd = f->fd;
  int64_t r = TRY(system_call(t, [&] { return static_cast<int64_t>(lseek(fd, pos, whence)); }));
  if (f->seekable < 0) f->seekable = r >= 0;
  if (r < 0) return raise_os_error(t, errno);
  return r;
}

// A file of known size is read straight into the result; one more read, into a small buffer on the stack, sees that it has not grown.
Result<Value> fileio_read_all(Thread& t, FileIO* f) {
  if (f->fd < 0) return closed_error(t);
  int64_t expected = 0;
  struct stat st;
  int fd = f->fd;
  if (f->size_at_open != 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
    int64_t at = lseek(fd, 0, SEEK_CUR);
    if (at >= 0 && st.st_size > at) expected = st.st_size - at;
  }
  Bytes* out = TRY(new_bytes(t, nullptr, static_cast<size_t>(expected)));
  Keep keep(out);
  int64_t have = 0;
  bool blocked = false, eof = false;
  while (have < expected) {
    int64_t n = TRY(fileio_read_into(t, f, out->data() + have, static_cast<size_t>(expected - have)));
    if (n == kIoBlocked) { blocked = true; break; }
    if (n == 0) { eof = true; break; }
    have += n;
  }
  if (blocked && have == 0) return kNone;
  if (blocked || eof) return TRY(new_bytes(t, out->data(), static_cast<size_t>(have)));
  ByteBuilder more;
  char chunk[8192];
  for (;;) {
    int64_t n;
    if (more.size() < (64 << 10)) {
      n = TRY(fileio_read_into(t, f, chunk, sizeof chunk));
      if (n > 0) more.append(chunk, static_cast<size_t>(n));
    } else {  // a long one: read at its end, in growing steps
      size_t at = more.size(), step = at / 2;
      uint8_t* p = more.grow(step);
      if (!p) return raise_memory(t);
      Result<int64_t> r = fileio_read_into(t, f, p, step);
      n = r.ok() ? r.value() : 0;
      more.truncate(at + (n > 0 ? static_cast<size_t>(n) : 0));
      if (!r.ok()) return Error{};
    }
    if (n == kIoBlocked) {
      if (have == 0 && more.size() == 0) return kNone;
      break;
    }
    if (n == 0) break;
    if (more.failed()) return raise_memory(t);
  }
  if (more.size() == 0) return out;
  Bytes* all = TRY(new_bytes(t, nullptr, static_cast<size_t>(have) + more.size()));
  memcpy(all->data(), out->data(), static_cast<size_t>(have));
  memcpy(all->data() + have, more.data(), more.size());
  return all;
}

Result<Value> make_fileio(Thread& t, Value file, const char* mode, bool closefd, Value opener) {
  Value cls[] = {g_io.fileio};
  Value f = TRY(fileio_new(t, {cls, 1}, nullptr));
  TRY(fileio_init(t, f.as<FileIO>(), file, intern_name(mode), closefd, opener));
  return f;
}

Status io_init_fileio(Thread& t) {
  g_io.fileio = TRY(make_native_type(t, "_io.FileIO", g_io.rawiobase, k_spec));
  return {};
}

}  // namespace kaa
