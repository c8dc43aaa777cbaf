// mmap: files and anonymous memory mapped into the address space. What is mapped to a file may be lost when the file becomes shorter (mapping_faults.h):
// methods that touch the memory ask afterwards whether it was there.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/posix/mapping_faults.h"
#include "modules/posix/sys_util.h"
#include "runtime/audit.h"
#include "types/slice.h"

namespace kaa {

namespace {

enum Access { kDefault, kRead, kWrite, kCopy };

struct MmapObject : Object {
  char* data;         // null: closed
  uint64_t size, pos;
  int64_t offset;
  int fd;             // a duplicate; -1: anonymous, or not tracked
  int access, flags;
  bool tracked;       // trackfd
  MappedFile* file;   // null: anonymous
  uint64_t exports;
  template <class F> void each_field(F&&) {}
};
struct MmapIter : Object {   // yields bytes of length one
  Field<> map;
  uint64_t index;
  template <class F> void each_field(F&& f) { f(map); }
};

}  // namespace
template <> struct LayoutTraits<MmapObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(MmapObject* m) {
    if (!m->data) return;
    leave_mapped_file(m->file);
    munmap(m->data, m->size);
    if (m->fd >= 0) close(m->fd);
  }
};
namespace {

Type* g_iter_type;  // immortal

MmapObject* self_of(Args a) { return a.as<MmapObject>(0); }
// For methods that have read or written the memory.
Result<Value> touched(Thread& t, Value v) {
  TRY(mapping_fault_raised(t));
  return v;
}
Error closed_error(Thread& t) { return RAISE(ValueError, "mmap closed or invalid"); }
#define OPEN(m) MmapObject* m = self_of(a); if (!m->data) return closed_error(t)
#define FN(name) Result<Value> mmap_##name([[maybe_unused]] Thread& t, [[maybe_unused]] Args a)

Status check_writable(Thread& t, MmapObject* m) {
  if (m->access == kRead) return RAISE(TypeError, "mmap can't modify a readonly memory map.");
  return {};
}
// Views that nothing refers to any more may still wait to be reclaimed.
bool exported(Thread& t, MmapObject* m) {
  if (m->exports) t.heap->reconcile();
  return m->exports;
}
Status check_resizable(Thread& t, MmapObject* m) {
  if (exported(t, m)) return RAISE(BufferError, "mmap can't resize with extant buffers exported.");
  if (!m->tracked) return RAISE(ValueError, "mmap can't resize with untracked file descriptor");
  if (m->access != kWrite && m->access != kDefault) return RAISE(TypeError, "mmap can't resize a readonly or copy-on-write memory map.");
  return {};
}

FN(new) {
  int fd = TRY(to_cint(t, a[1]));
  int64_t size = TRY(to_ssize(t, a[2]));
  int flags = static_cast<int>(TRY(int_arg(t, a[3], MAP_SHARED))), prot = static_cast<int>(TRY(int_arg(t, a[4], PROT_READ | PROT_WRITE)));
  int access = static_cast<int>(TRY(int_arg(t, a[5], kDefault)));
  int64_t offset = a[6] ? TRY(to_int64(t, a[6])) : 0;
  bool track = TRY(bool_arg(t, a[7], true));
  TRY(audit(t, "mmap.__new__", small_int(fd), a[2], small_int(access), a[6] ? a[6] : small_int(0)));
  if (size < 0) return RAISE(OverflowError, "memory mapped length must be positive");
  if (offset < 0) return RAISE(OverflowError, "memory mapped offset must be positive");
  if (access != kDefault && (flags != MAP_SHARED || prot != (PROT_READ | PROT_WRITE)))
    return RAISE(ValueError, "mmap can't specify both access and flags, prot.");
  switch (access) {
    case kRead: flags = MAP_SHARED; prot = PROT_READ; break;
    case kWrite: flags = MAP_SHARED; prot = PROT_READ | PROT_WRITE; break;
    case kCopy: flags = MAP_PRIVATE; prot = PROT_READ | PROT_WRITE; break;
    case kDefault:
      if (!(prot & PROT_WRITE)) access = kRead;
      else if (prot & PROT_READ) access = kDefault;
      else access = kWrite;
      break;
    default: return RAISE(ValueError, "mmap invalid access parameter.");
  }
  if (fd != -1) {
    struct stat st;
    SysResult r = blocking_once(t, [&] { return fstat(fd, &st); });
    if (!r.failed() && S_ISREG(st.st_mode)) {
      if (size == 0) {
        if (st.st_size == 0) return RAISE(ValueError, "cannot mmap an empty file");
        if (offset >= st.st_size) return RAISE(ValueError, "mmap offset is greater than file size");
        size = st.st_size - offset;
      } else if (offset > st.st_size || st.st_size - offset < size) {
        return RAISE(ValueError, "mmap length is greater than file size");
      }
    } else if (r.failed() && r.err == EBADF) {
      return raise_os_error(t, EBADF);
    }
  }
  MmapObject* m = TRY(alloc_as<MmapObject>(t, a.as<Type>(0)));
  m->fd = -1;
  int own = -1;
  if (fd == -1) {
    flags |= MAP_ANONYMOUS;
  } else if (track) {
    own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0) return raise_os_error(t, errno);
  }
  void* p;
  int err;
  {
    Blocking b(t);
    p = mmap(nullptr, static_cast<size_t>(size), prot, flags, fd, offset);
    err = errno;
  }
  if (p == MAP_FAILED) {
    if (own >= 0) close(own);
    return raise_os_error(t, err);
  }
  MappedFile* file = nullptr;
  if (fd != -1) {
    Result<MappedFile*> entered = enter_mapped_file(t, p, static_cast<size_t>(size), prot, flags, own, offset);
    if (!entered.ok()) {
      munmap(p, static_cast<size_t>(size));
      if (own >= 0) close(own);
      return Error{};
    }
    file = entered.value();
  }
  m->file = file;
  m->data = static_cast<char*>(p);
  m->size = static_cast<uint64_t>(size);
  m->offset = offset;
  m->fd = own;
  m->access = access;
  m->flags = flags;
  m->tracked = track;
  return m;
}

FN(close) {
  MmapObject* m = self_of(a);
  if (exported(t, m)) return RAISE(BufferError, "cannot close exported pointers exist");
  char* data = m->data;
  int fd = m->fd;
  m->data = nullptr;
  m->fd = -1;
  if (data) {
    leave_mapped_file(m->file);
    Blocking b(t);
    munmap(data, m->size);
    if (fd >= 0) close(fd);
  }
  return kNone;
}
FN(enter) { OPEN(m); (void)m; return a[0]; }
FN(exit) { return call_method(t, a[0], NAME("close")); }
Result<Value> get_closed(Thread&, Value v) { return Value::from_bool(!v.as<MmapObject>()->data); }

FN(repr) {
  MmapObject* m = self_of(a);
  static const char* const names[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
  Value name = type_of(a[0])->name.get();
  Value module = TRY(get_attr(t, type_of(a[0]), NAME("__module__")));
  if (!m->data) return TRY(str_format(t, "<%S.%S closed=True>", module, name));
  return TRY(str_format(t, "<%S.%S closed=False, access=%s, length=%lu, pos=%lu, offset=%ld>", module, name, names[m->access], m->size, m->pos, m->offset));
}

// ---- as a sequence
FN(len) { OPEN(m); return make_uint(t, m->size); }
FN(getitem) {
  OPEN(m);
  if (type_of(a[1])->dunder(D_index)) {
    int64_t i = TRY(to_ssize(t, a[1]));
    if (!m->data) return closed_error(t);
    if (i < 0) i += static_cast<int64_t>(m->size);
    if (static_cast<uint64_t>(i) >= m->size) return RAISE(IndexError, "mmap index out of range");
    return touched(t, small_int(static_cast<unsigned char>(m->data[i])));
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "mmap indices must be integers");
  int64_t start, stop, step, n;
  TRY(slice_bounds(t, a.as<SliceObject>(1), static_cast<int64_t>(m->size), &start, &stop, &step, &n));
  if (!m->data) return closed_error(t);
  if (step == 1) return touched(t, TRY(new_bytes(t, m->data + start, static_cast<size_t>(n))));
  Bytes* b = TRY(new_bytes(t, nullptr, static_cast<size_t>(n)));
  for (int64_t i = 0; i < n; i++) b->data()[i] = m->data[start + i * step];
  return touched(t, b);
}
FN(setitem) {
  OPEN(m);
  TRY(check_writable(t, m));
  if (type_of(a[1])->dunder(D_index)) {
    int64_t i = TRY(to_ssize(t, a[1]));
    if (i < 0) i += static_cast<int64_t>(m->size);
    if (static_cast<uint64_t>(i) >= m->size) return RAISE(IndexError, "mmap index out of range");
    if (!type_of(a[2])->dunder(D_index)) return RAISE(TypeError, "mmap item value must be an int");
    int64_t v = TRY(to_ssize(t, a[2]));
    if (v < 0 || v > 255) return RAISE(ValueError, "mmap item value must be in range(0, 256)");
    if (!m->data) return closed_error(t);
    if (static_cast<uint64_t>(i) >= m->size) return RAISE(IndexError, "mmap index out of range");
    m->data[i] = static_cast<char>(v);
    return touched(t, kNone);
  }
  if (!IS_EXACT(a[1], slice)) return RAISE(TypeError, "mmap indices must be integers");
  int64_t start, stop, step, n;
  BufferHold b;
  TRY(slice_bounds(t, a.as<SliceObject>(1), static_cast<int64_t>(m->size), &start, &stop, &step, &n));
  TRY(b.get(t, a[2]));
  if (b.size() != static_cast<size_t>(n)) return RAISE(IndexError, "mmap slice assignment is wrong size");
  if (!m->data) return closed_error(t);
  if (n && (step > 0 ? start + (n - 1) * step : start) >= static_cast<int64_t>(m->size)) return RAISE(IndexError, "mmap slice assignment is wrong size");
  if (step == 1) memmove(m->data + start, b.data(), static_cast<size_t>(n));
  else for (int64_t i = 0; i < n; i++) m->data[start + i * step] = b.data()[i];
  return touched(t, kNone);
}
FN(delitem) {
  OPEN(m);
  TRY(check_writable(t, m));
  return RAISE(TypeError, "mmap doesn't support item deletion");
}
FN(iter) {
  MmapIter* it = TRY(alloc<MmapIter>(t, g_iter_type->root));
  it->map.init(a[0]);
  return it;
}
Result<Value> iter_next_(Thread& t, Object* o) {
  MmapIter* it = static_cast<MmapIter*>(o);
  MmapObject* m = static_cast<MmapObject*>(it->map.get().object());
  if (!m->data) return closed_error(t);
  if (it->index >= m->size) return Value();
  return touched(t, TRY(new_bytes(t, m->data + it->index++, 1)));
}

// ---- as a file
FN(read) {
  OPEN(m);
  uint64_t left = m->pos < m->size ? m->size - m->pos : 0, n = left;
  if (a[1] && !a[1].is_none()) {
    if (!type_of(a[1])->dunder(D_index)) return RAISE(TypeError, "argument should be integer or None, not '%T'", a[1]);
    int64_t wanted = TRY(to_ssize(t, a[1]));
    if (!m->data) return closed_error(t);
    left = m->pos < m->size ? m->size - m->pos : 0;
    n = wanted < 0 || static_cast<uint64_t>(wanted) > left ? left : static_cast<uint64_t>(wanted);
  }
  Value b = TRY(touched(t, TRY(new_bytes(t, m->data + m->pos, n))));
  m->pos += n;
  return b;
}
FN(read_byte) {
  OPEN(m);
  if (m->pos >= m->size) return RAISE(ValueError, "read byte out of range");
  Value v = TRY(touched(t, small_int(static_cast<unsigned char>(m->data[m->pos]))));
  m->pos++;
  return v;
}
FN(readline) {
  OPEN(m);
  if (m->pos >= m->size) return TRY(new_bytes(t, "", 0));
  const char* start = m->data + m->pos;
  const void* end = memchr(start, '\n', m->size - m->pos);
  size_t n = end ? static_cast<size_t>(static_cast<const char*>(end) - start) + 1 : m->size - m->pos;
  Value b = TRY(touched(t, TRY(new_bytes(t, start, n))));
  m->pos += n;
  return b;
}
FN(write) {
  OPEN(m);
  BufferHold b;
  TRY(b.get(t, a[1]));
  if (!m->data) return closed_error(t);
  TRY(check_writable(t, m));
  if (m->pos > m->size || m->size - m->pos < b.size()) return RAISE(ValueError, "data out of range");
  memmove(m->data + m->pos, b.data(), b.size());
  TRY(mapping_fault_raised(t));
  m->pos += b.size();
  return make_uint(t, b.size());
}
FN(write_byte) {
  OPEN(m);
  int64_t v = TRY(to_ssize(t, a[1]));
  if (v < 0) return RAISE(OverflowError, "unsigned byte integer is less than minimum");
  if (v > 255) return RAISE(OverflowError, "unsigned byte integer is greater than maximum");
  if (!m->data) return closed_error(t);
  TRY(check_writable(t, m));
  if (m->pos >= m->size) return RAISE(ValueError, "write byte out of range");
  m->data[m->pos] = static_cast<char>(v);
  TRY(mapping_fault_raised(t));
  m->pos++;
  return kNone;
}
FN(seek) {
  OPEN(m);
  int64_t by = TRY(to_ssize(t, a[1])), whence = TRY(int_arg(t, a[2], 0)), at;
  if (!m->data) return closed_error(t);
  int64_t from;
  switch (whence) {
    case 0: from = 0; break;
    case 1: from = static_cast<int64_t>(m->pos); break;
    case 2: from = static_cast<int64_t>(m->size); break;
    default: return RAISE(ValueError, "unknown seek type");
  }
  if (__builtin_add_overflow(from, by, &at) || at < 0 || at > static_cast<int64_t>(m->size)) return RAISE(ValueError, "seek out of range");
  m->pos = static_cast<uint64_t>(at);
  return small_int(at);
}
FN(tell) { OPEN(m); return make_uint(t, m->pos); }
FN(seekable) { return kTrue; }
FN(size) {
  OPEN(m);
  struct stat st;
  if (fstat(m->fd, &st) < 0) return raise_os_error(t, errno);
  return make_int(t, st.st_size);
}

Result<Value> find_in(Thread& t, Args a, bool last) {
  OPEN(m);
  BufferHold b;
  TRY(b.get(t, a[1]));
  int64_t size = static_cast<int64_t>(m->size), start = static_cast<int64_t>(m->pos), end = size;
  if (a[2] && !a[2].is_none()) start = TRY(to_ssize_clamped(t, a[2]));
  if (a[3] && !a[3].is_none()) end = TRY(to_ssize_clamped(t, a[3]));
  if (!m->data) return closed_error(t);
  size = static_cast<int64_t>(m->size);
  for (int64_t* p : {&start, &end}) {
    if (*p < 0) *p += size;
    if (*p < 0) *p = 0;
    if (*p > size) *p = size;
  }
  size_t n = b.size();
  if (end < start || static_cast<size_t>(end - start) < n) return small_int(-1);
  if (!last) {
    const void* p = n ? memmem(m->data + start, static_cast<size_t>(end - start), b.data(), n) : m->data + start;
    return touched(t, small_int(p ? static_cast<const char*>(p) - m->data : -1));
  }
  for (int64_t i = end - static_cast<int64_t>(n); i >= start; i--)
    if (!memcmp(m->data + i, b.data(), n)) return touched(t, small_int(i));
  return touched(t, small_int(-1));
}
FN(find) { return find_in(t, a, false); }
FN(rfind) { return find_in(t, a, true); }

FN(move) {
  OPEN(m);
  int64_t to = TRY(to_ssize(t, a[1])), from = TRY(to_ssize(t, a[2])), n = TRY(to_ssize(t, a[3])), size = static_cast<int64_t>(m->size);
  if (!m->data) return closed_error(t);
  TRY(check_writable(t, m));
  if (to < 0 || from < 0 || n < 0 || size - to < n || size - from < n) return RAISE(ValueError, "source, destination, or count out of range");
  memmove(m->data + to, m->data + from, static_cast<size_t>(n));
  return touched(t, kNone);
}
FN(flush) {
  OPEN(m);
  int64_t offset = a[1] ? TRY(to_ssize(t, a[1])) : 0;
  int64_t n = a[2] && !a[2].is_none() ? TRY(to_ssize(t, a[2])) : static_cast<int64_t>(m->size) - offset;
  if (!m->data) return closed_error(t);
  int64_t size = static_cast<int64_t>(m->size);
  if (offset < 0 || n < 0 || offset > size || size - offset < n) return RAISE(ValueError, "flush values out of range");
  if (m->access == kRead || m->access == kCopy) return kNone;
  char* data = m->data;
  SysResult r = blocking_once(t, [&] { return msync(data + offset, static_cast<size_t>(n), MS_SYNC); });
  if (r.failed()) return raise_os_error(t, r.err);
  return kNone;
}
FN(madvise) {
  OPEN(m);
  int option = TRY(to_cint(t, a[1]));
  int64_t start = a[2] ? TRY(to_ssize(t, a[2])) : 0, size = static_cast<int64_t>(m->size);
  int64_t n = a[3] && !a[3].is_none() ? TRY(to_ssize(t, a[3])) : size;
  if (!m->data) return closed_error(t);
  if (start < 0 || start >= size) return RAISE(ValueError, "madvise start out of bounds");
  if (n < 0) return RAISE(ValueError, "madvise length invalid");
  if (INT64_MAX - start < n) return RAISE(OverflowError, "madvise length too large");
  if (start + n > size) n = size - start;
  return none_or_errno(t, madvise(m->data + start, static_cast<size_t>(n), option));
}
FN(resize) {
  OPEN(m);
  int64_t n = TRY(to_ssize(t, a[1]));
  if (!m->data) return closed_error(t);
  TRY(check_resizable(t, m));
  if (n < 0 || INT64_MAX - n < m->offset) return RAISE(ValueError, "new size out of range");
  if ((m->flags & MAP_ANONYMOUS) && (m->flags & MAP_SHARED) && n > static_cast<int64_t>(m->size))
    return RAISE(ValueError, "mmap: can't expand a shared anonymous mapping");
  if (m->fd != -1 && ftruncate(m->fd, m->offset + n) < 0) return raise_os_error(t, errno);
  if (m->file) restore_mapped_file(m->file);  // only memory of one kind can be moved
  void* p = mremap(m->data, m->size, static_cast<size_t>(n), MREMAP_MAYMOVE);
  if (p == MAP_FAILED) return raise_os_error(t, errno);
  m->data = static_cast<char*>(p);
  m->size = static_cast<uint64_t>(n);
  if (m->file) move_mapped_file(m->file, m->data, m->size);
  return kNone;
}
FN(sizeof) { return make_uint(t, sizeof(MmapObject)); }

Status buffer_get(Thread& t, Object* o, Buffer& out, bool writable) {
  MmapObject* m = static_cast<MmapObject*>(o);
  if (!m->data) return closed_error(t);
  bool readonly = m->access == kRead;
  if (writable && readonly) return RAISE(BufferError, "Object is not writable.");
  out.data = m->data;
  out.size = static_cast<int64_t>(m->size);
  out.owner = o;
  out.readonly = readonly;
  m->exports++;
  return {};
}
void buffer_release(Object* o, Buffer&) { static_cast<MmapObject*>(o)->exports--; }
const BufferProcs k_buffer = {buffer_get, buffer_release};

const MethodDef k_methods[] = {
    {"__new__", mmap_new, "($cls, fileno, length, flags=MAP_SHARED, prot=PROT_WRITE|PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True)", nullptr, MethodKind::kNew},
    {"__repr__", mmap_repr, "($self, /)", "Return repr(self)."},
    {"__len__", mmap_len, "($self, /)", "Return len(self)."},
    {"__getitem__", mmap_getitem, "($self, key, /)", "Return self[key]."},
    {"__setitem__", mmap_setitem, "($self, key, value, /)", "Set self[key] to value."},
    {"__delitem__", mmap_delitem, "($self, key, /)", "Delete self[key]."},
    {"__iter__", mmap_iter, "($self, /)", "Implement iter(self)."},
    {"__sizeof__", mmap_sizeof, "($self, /)", nullptr},
    {"close", mmap_close, "($self, /)", "Unmaps the memory."},
    {"find", mmap_find, "($self, view, start=None, end=None, /)", "Where bytes are found first from the position on; -1: nowhere."},
    {"rfind", mmap_rfind, "($self, view, start=None, end=None, /)", "Where bytes are found last from the position on; -1: nowhere."},
    {"flush", mmap_flush, "($self, offset=0, size=None, /)", "Has changes written to the file."},
    {"madvise", mmap_madvise, "($self, option, start=0, length=None, /)", "Announces how the memory will be used."},
    {"move", mmap_move, "($self, dest, src, count, /)", "Copies bytes within the memory."},
    {"read", mmap_read, "($self, n=None, /)", "Reads at most n bytes from the position on."},
    {"read_byte", mmap_read_byte, "($self, /)", "Reads a byte as an int."},
    {"readline", mmap_readline, "($self, /)", "Reads to the end of the line."},
    {"resize", mmap_resize, "($self, newsize, /)", "Changes the size of the map and of the file."},
    {"seek", mmap_seek, "($self, pos, whence=0, /)", "Moves the position; returns it."},
    {"seekable", mmap_seekable, "($self, /)", "True."},
    {"size", mmap_size, "($self, /)", "The size of the file."},
    {"tell", mmap_tell, "($self, /)", "The position."},
    {"write", mmap_write, "($self, bytes, /)", "Writes bytes at the position; returns how many."},
    {"write_byte", mmap_write_byte, "($self, byte, /)", "Writes a byte."},
    {"__enter__", mmap_enter, "($self, /)", nullptr},
    {"__exit__", mmap_exit, "($self, exc_type, exc_value, traceback, /)", nullptr},
};
const GetSetDef k_getsets[] = {{"closed", get_closed, nullptr, nullptr}};
const TypeSpec k_spec = {.doc = "Memory mapped to a file, or to none (fileno -1).", .methods = k_methods, .getsets = k_getsets, .buffer = &k_buffer,
                         .layout = &kLayout<MmapObject>, .flags = kTypeBase | kTypeWeakrefable};
const TypeSpec k_iter_spec = {.iternext = iter_next_, .layout = &kLayout<MmapIter>, .flags = kTypeDisallowInstantiation};

constexpr Constant k_constants[] = {
#define C(name) {#name, name},
    C(PROT_EXEC) C(PROT_READ) C(PROT_WRITE) C(MAP_SHARED) C(MAP_PRIVATE) C(MAP_DENYWRITE) C(MAP_EXECUTABLE) C(MAP_ANONYMOUS) C(MAP_ANON)
    C(MAP_POPULATE) C(MAP_STACK) C(MAP_NORESERVE) C(MAP_32BIT) C(MADV_NORMAL) C(MADV_RANDOM) C(MADV_SEQUENTIAL) C(MADV_WILLNEED) C(MADV_DONTNEED)
    C(MADV_REMOVE) C(MADV_DONTFORK) C(MADV_DOFORK) C(MADV_HWPOISON) C(MADV_MERGEABLE) C(MADV_UNMERGEABLE) C(MADV_HUGEPAGE) C(MADV_NOHUGEPAGE)
    C(MADV_DONTDUMP) C(MADV_DODUMP) C(MADV_FREE)
#undef C
    {"ACCESS_DEFAULT", kDefault}, {"ACCESS_READ", kRead}, {"ACCESS_WRITE", kWrite}, {"ACCESS_COPY", kCopy},
};

Status mmap_exec(Thread& t, Module* m) {
  g_iter_type = TRY(make_native_type(t, "iterator", nullptr, k_iter_spec));
  Type* type = TRY(make_native_type(t, "mmap.mmap", nullptr, k_spec));
  TRY(module_add(t, m, "mmap", type));
  TRY(module_add(t, m, "error", KAA_TYPE(OSError)));
  int64_t page = sysconf(_SC_PAGESIZE);
  TRY(module_add(t, m, "PAGESIZE", small_int(page)));
  TRY(module_add(t, m, "ALLOCATIONGRANULARITY", small_int(page)));
  return add_constants(t, m, k_constants);
}

}  // namespace

extern const ModuleDef mmap_module = {"mmap", "Files and memory mapped into the address space.", {}, mmap_exec};

}  // namespace kaa
