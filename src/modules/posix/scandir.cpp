// listdir, scandir and the entries that scandir yields. An entry knows its file type from the directory where the system tells it, and keeps what
// stat() said.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "modules/posix/posix.h"
#include "runtime/audit.h"
#include "runtime/warnings.h"

namespace kaa {

namespace {

struct DirEntryObject : Object {
  Field<> name, path, stat, lstat;   // stat, lstat: results kept; empty: not asked yet
  uint64_t inode;
  int dir_fd;                        // AT_FDCWD, or the descriptor that scandir was called with
  unsigned char d_type;
  template <class F> void each_field(F&& f) { f(name); f(path); f(stat); f(lstat); }
};

struct ScandirIterator : Object {
  DIR* dir;               // null: closed or exhausted
  Field<> prefix;         // what stands before each name in its path: str or bytes
  int fd;                 // given by the caller; -1: a path was
  bool is_bytes;
  template <class F> void each_field(F&& f) { f(prefix); }
};

void close_directory(ScandirIterator* s) {
  DIR* d = s->dir;
  if (!d) return;
  s->dir = nullptr;
  if (s->fd != -1) rewinddir(d);  // the descriptor was a duplicate; both share their position
  closedir(d);
}

}  // namespace

template <> struct LayoutTraits<ScandirIterator> {
  static constexpr Death death = Death::kCustom;
  static void destroy(ScandirIterator* s) { close_directory(s); }
};

namespace {

DirEntryObject* entry_of(Value v) { return v.as<DirEntryObject>(); }

Result<Value> fetch_stat(Thread& t, DirEntryObject* e, bool follow) {
  Bytes* path = TRY(fs_bytes(t, e->path));
  struct stat st;
  SysResult r = TRY(blocking_call(t, [&] { return fstatat(e->dir_fd, path->data(), &st, follow ? 0 : AT_SYMLINK_NOFOLLOW); }));
  if (r.failed()) return raise_os_error(t, r.err, e->path);
  return make_stat_result(t, st);
}

Result<Value> entry_lstat(Thread& t, DirEntryObject* e) {
  if (!e->lstat) {
    Value s = TRY(fetch_stat(t, e, false));
    e->lstat.set(s);
  }
  return e->lstat.get();
}

Result<bool> has_mode(Thread& t, Value stat_result, mode_t kind) {
  int64_t mode = TRY(to_int64(t, stat_result.as<Tuple>()->items[0]));
  return (static_cast<mode_t>(mode) & S_IFMT) == kind;
}

Result<bool> is_link(Thread& t, DirEntryObject* e) {
  if (e->d_type != DT_UNKNOWN) return e->d_type == DT_LNK;
  Value s = TRY(entry_lstat(t, e));
  return has_mode(t, s, S_IFLNK);
}

Result<Value> entry_stat_of(Thread& t, DirEntryObject* e, bool follow) {
  if (!follow) return entry_lstat(t, e);
  if (!e->stat) {
    bool link = TRY(is_link(t, e));
    Value s = link ? TRY(fetch_stat(t, e, true)) : TRY(entry_lstat(t, e));
    e->stat.set(s);
  }
  return e->stat.get();
}

Result<Value> test_mode(Thread& t, Args a, mode_t kind, unsigned char d_type) {
  DirEntryObject* e = entry_of(a[0]);
  bool follow = TRY(bool_arg(t, a[1], true));
  bool need_stat = e->d_type == DT_UNKNOWN || (follow && e->d_type == DT_LNK);
  if (!need_stat) return Value::from_bool(e->d_type == d_type);
  Result<Value> s = entry_stat_of(t, e, follow);
  if (!s.ok()) {
    if (!exc_matches(t, KAA_TYPE(FileNotFoundError))) return Error{};
    clear_exc(t);
    return kFalse;  // a link that leads nowhere, or the file is gone
  }
  return Value::from_bool(TRY(has_mode(t, s.value(), kind)));
}

Result<Value> entry_is_dir(Thread& t, Args a) { return test_mode(t, a, S_IFDIR, DT_DIR); }
Result<Value> entry_is_file(Thread& t, Args a) { return test_mode(t, a, S_IFREG, DT_REG); }
Result<Value> entry_is_symlink(Thread& t, Args a) { return Value::from_bool(TRY(is_link(t, entry_of(a[0])))); }
Result<Value> entry_is_junction(Thread&, Args) { return kFalse; }
Result<Value> entry_stat(Thread& t, Args a) {
  bool follow = TRY(bool_arg(t, a[1], true));
  return entry_stat_of(t, entry_of(a[0]), follow);
}
Result<Value> entry_inode(Thread& t, Args a) { return make_uint(t, entry_of(a[0])->inode); }
Result<Value> entry_fspath(Thread&, Args a) { return entry_of(a[0])->path.get(); }
Result<Value> entry_repr(Thread& t, Args a) { return TRY(str_format(t, "<DirEntry %R>", entry_of(a[0])->name.get())); }
Result<Value> entry_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }
Result<Value> entry_get_name(Thread&, Value v) { return entry_of(v)->name.get(); }
Result<Value> entry_get_path(Thread&, Value v) { return entry_of(v)->path.get(); }

const MethodDef k_entry_methods[] = {
    {"__repr__", entry_repr, "($self, /)", "Return repr(self)."},
    {"is_dir", entry_is_dir, "($self, /, *, follow_symlinks=True)", "Whether it is a directory."},
    {"is_file", entry_is_file, "($self, /, *, follow_symlinks=True)", "Whether it is a regular file."},
    {"is_symlink", entry_is_symlink, "($self, /)", "Whether it is a symbolic link."},
    {"is_junction", entry_is_junction, "($self, /)", "Whether it is a junction: never here."},
    {"stat", entry_stat, "($self, /, *, follow_symlinks=True)", "The stat_result, which is kept."},
    {"inode", entry_inode, "($self, /)", "The inode number."},
    {"__fspath__", entry_fspath, "($self, /)", "The path."},
    {"__class_getitem__", entry_class_getitem, "($cls, object, /)", "See PEP 585", MethodKind::kClassMethod},
};
const GetSetDef k_entry_getsets[] = {
    {"name", entry_get_name, nullptr, "the entry's base filename, relative to scandir() \"path\" argument"},
    {"path", entry_get_path, nullptr, "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"},
};
const TypeSpec k_entry_spec = {.methods = k_entry_methods, .getsets = k_entry_getsets, .layout = &kLayout<DirEntryObject>,
                               .flags = kTypeDisallowInstantiation};

bool is_dot(const char* n) { return n[0] == '.' && (!n[1] || (n[1] == '.' && !n[2])); }

// The next entry that is neither "." nor "..". False at the end. The lock is kept: another thread must not close the directory, or read it, meanwhile.
struct Raw { std::string name; uint64_t inode; unsigned char type; };
bool next_entry(DIR* d, Raw& out, int* err) {
  *err = 0;
  for (;;) {
    errno = 0;
    dirent* e = readdir(d);
    *err = e ? 0 : errno;
    if (!e) return false;
    if (is_dot(e->d_name)) continue;
    out.name = e->d_name;
    out.inode = e->d_ino;
    out.type = e->d_type;
    return true;
  }
}

Result<Value> fs_text(Thread& t, bool bytes, std::string_view s) {
  if (bytes) return TRY(new_bytes(t, s.data(), s.size()));
  return TRY(decode_fs(t, s));
}

Result<Value> iterator_next(Thread& t, Object* o) {
  ScandirIterator* s = static_cast<ScandirIterator*>(o);
  if (!s->dir) return Value();
  Raw raw;
  int err;
  bool more = next_entry(s->dir, raw, &err);
  if (!more) {
    close_directory(s);
    if (err) return raise_os_error(t, err);
    return Value();
  }
  Value name = TRY(fs_text(t, s->is_bytes, raw.name)), path = name;
  if (s->prefix) path = TRY(binary_op(t, BinaryOp::ADD, s->prefix, name));
  DirEntryObject* e = TRY(alloc<DirEntryObject>(t, g_posix.dir_entry->root));
  e->name.init(name);
  e->path.init(path);
  e->inode = raw.inode;
  e->d_type = raw.type;
  e->dir_fd = s->fd == -1 ? AT_FDCWD : s->fd;
  return e;
}

Result<Value> iterator_close(Thread&, Args a) { close_directory(a.as<ScandirIterator>(0)); return kNone; }
Result<Value> iterator_enter(Thread&, Args a) { return a[0]; }
Result<Value> iterator_del(Thread& t, Args a) {
  if (a.as<ScandirIterator>(0)->dir) {
    Status s = resource_warning(t, a[0], "unclosed scandir iterator %R", a[0]);
    if (!s.ok()) write_unraisable(t, a[0]);
    close_directory(a.as<ScandirIterator>(0));
  }
  return kNone;
}
const MethodDef k_iterator_methods[] = {
    {"__enter__", iterator_enter, "($self, /)", nullptr},
    {"__exit__", iterator_close, nullptr, nullptr},
    {"close", iterator_close, "($self, /)", nullptr},
    {"__del__", iterator_del, "($self, /)", "Called when the instance is about to be destroyed."},
};
const TypeSpec k_iterator_spec = {.methods = k_iterator_methods, .iternext = iterator_next, .layout = &kLayout<ScandirIterator>,
                                  .flags = kTypeDisallowInstantiation};

// Opens a directory by path or by descriptor (which is duplicated, for closedir closes it).
Result<DIR*> open_directory(Thread& t, const OsPath& p) {
  DIR* d;
  int err = 0;
  {
    Blocking b(t);
    if (p.is_fd) {
      int fd = fcntl(p.fd, F_DUPFD_CLOEXEC, 0);
      d = fd < 0 ? nullptr : fdopendir(fd);
      if (!d) {
        err = errno;
        if (fd >= 0) close(fd);
      }
    } else {
      d = opendir(p.c_str());
      err = errno;
    }
  }
  if (!d) {
    if (p.is_none) return raise_os_error(t, err, Value(intern_name(".")));
    if (p.is_fd && p.fd < 0) return raise_os_error(t, err);
    return p.error(t, err);
  }
  return d;
}

Result<Value> posix_scandir(Thread& t, Args a) {
  OsPath p;
  TRY(path_arg(t, a[0], {"scandir", "path", true, true}, p));
  TRY(audit(t, "os.scandir", a[0] ? a[0] : kNone));
  ScandirIterator* s = TRY(alloc<ScandirIterator>(t, g_posix.scandir_iterator->root));
  s->fd = p.is_fd ? p.fd : -1;
  s->is_bytes = p.is_bytes;
  if (!p.is_fd) {
    std::string prefix(p.view());
    if (prefix.empty() || prefix.back() != '/') prefix += '/';
    Value v = TRY(fs_text(t, p.is_bytes, prefix));
    s->prefix.init(v);
  }
  s->dir = TRY(open_directory(t, p));
  if (p.is_fd) rewinddir(s->dir);
  return s;
}

Result<Value> posix_listdir(Thread& t, Args a) {
  OsPath p;
  TRY(path_arg(t, a[0], {"listdir", "path", true, true}, p));
  TRY(audit(t, "os.listdir", a[0] ? a[0] : kNone));
  DIR* d = TRY(open_directory(t, p));
  if (p.is_fd) rewinddir(d);
  auto read_all = [&]() -> Result<List*> {
    List* names = TRY(new_list(t));
    Raw raw;
    int err;
    while (next_entry(d, raw, &err)) {
      Value name = TRY(fs_text(t, p.is_bytes, raw.name));
      TRY(list_append(t, names, name));
    }
    if (err) return p.error(t, err);
    return names;
  };
  Result<List*> r = read_all();
  if (p.is_fd) rewinddir(d);
  closedir(d);
  return r;
}

const MethodDef k_functions[] = {
    {"scandir", posix_scandir, "(path=None)", "Iterates over the entries of a directory.", MethodKind::kFunction},
    {"listdir", posix_listdir, "(path=None)", "The names in a directory, in no particular order.", MethodKind::kFunction},
};

}  // namespace

Status posix_add_scandir(Thread& t, Module* m) {
  g_posix.dir_entry = TRY(make_native_type(t, "posix.DirEntry", nullptr, k_entry_spec));
  g_posix.scandir_iterator = TRY(make_native_type(t, "posix.ScandirIterator", nullptr, k_iterator_spec));
  TRY(module_add(t, m, "DirEntry", g_posix.dir_entry));
  return add_functions(t, m, k_functions);
}

}  // namespace kaa
