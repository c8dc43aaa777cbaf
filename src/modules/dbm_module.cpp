// _dbm: the ndbm interface of Berkeley DB, a dict of bytes in a file.
//
// The library is opened when the module is imported: it is on most systems, and few programs need it.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "modules/native_new.h"
#include "modules/posix/sys_util.h"
#include "runtime/codecs_api.h"
#include "types/exceptions.h"

namespace kaa {
namespace {

struct Datum {
  char* data;
  int size;
};
// ndbm's names as libdb exports them (its header db.h maps dbm_open to __db_ndbm_open, and so on).
struct Library {
  void* (*open)(const char* file, int flags, int mode);
  void (*close)(void*);
  Datum (*fetch)(void*, Datum key);
  Datum (*firstkey)(void*);
  Datum (*nextkey)(void*);
  int (*remove)(void*, Datum key);
  int (*store)(void*, Datum key, Datum value, int replace);
  int (*error)(void*);
  int (*clearerr)(void*);
} g_library;
constexpr int kReplace = 1;

Status open_library(Thread& t) {
  void* lib = dlopen("libdb-5.3.so", RTLD_NOW | RTLD_LOCAL);
  if (!lib) return RAISE(ImportError, "%s", dlerror());
  auto find = [&](auto& f, const char* name) {
    f = reinterpret_cast<std::remove_reference_t<decltype(f)>>(dlsym(lib, name));
    return f != nullptr;
  };
  Library& l = g_library;
  if (find(l.open, "__db_ndbm_open") && find(l.close, "__db_ndbm_close") && find(l.fetch, "__db_ndbm_fetch") && find(l.firstkey, "__db_ndbm_firstkey") &&
      find(l.nextkey, "__db_ndbm_nextkey") && find(l.remove, "__db_ndbm_delete") && find(l.store, "__db_ndbm_store") && find(l.error, "__db_ndbm_error") &&
      find(l.clearerr, "__db_ndbm_clearerr"))
    return {};
  return RAISE(ImportError, "%s", dlerror());
}

struct DbmObject : Object {
  void* db;       // null: closed
  int64_t count;  // -1: not known
  template <class F> void each_field(F&&) {}
};

}  // namespace
template <> struct LayoutTraits<DbmObject> {
  static constexpr Death death = Death::kCustom;
  static void destroy(DbmObject* d) {
    if (d->db) g_library.close(d->db);
  }
};
namespace {

Type* g_type;  // immortal
Root<Type*>& error_type() { static auto* r = new Root<Type*>(); return *r; }

Error dbm_error(Thread& t, const char* text) { return raise_class(t, error_type(), TRY(new_str(t, text))); }

// An argument that is str or bytes, as the library wants it. The caller keeps the argument.
class Blob {
 public:
  // argument: how messages name it. TypeError.
  Status get(Thread& t, Value v, const char* argument) {
    if (is_str(v) || is_bytes(v)) return read(t, v);
    if (has_buffer(v)) return RAISE(TypeError, "%s must be read-only bytes-like object, not %T", argument, v);
    return RAISE(TypeError, "a bytes-like object is required, not '%T'", v);
  }
  // As get(), with one message for all that does not fit.
  Status get_item(Thread& t, Value v, const char* what) {
    if (is_str(v) || is_bytes(v)) {
      Status s = read(t, v);
      if (s.ok() || !exc_matches(t, KAA_TYPE(UnicodeError))) return s;
      clear_exc(t);
    }
    return RAISE(TypeError, "dbm mappings have bytes or string %s only", what);
  }
  Datum datum() const { return {const_cast<char*>(text_.data()), static_cast<int>(text_.size())}; }

 private:
  Status read(Thread& t, Value v) {
    if (is_str(v)) {
      TRY(str_utf8(t, v.as<Str>(), utf8_));
      text_ = utf8_.view();
    } else {
      text_ = v.as<Bytes>()->view();
    }
    if (text_.size() > INT_MAX) return RAISE(OverflowError, "size does not fit in an int");
    return {};
  }
  Utf8 utf8_;
  std::string_view text_;
};

Result<DbmObject*> opened(Thread& t, Args a) {
  DbmObject* d = a.as<DbmObject>(0);
  if (!d->db) return dbm_error(t, "DBM object has already been closed");
  return d;
}
Result<Value> to_bytes(Thread& t, Datum d) { return TRY(new_bytes(t, d.data, static_cast<size_t>(d.size))); }

// d.count is not known afterwards.
Status store(Thread& t, DbmObject* d, const Blob& key, const Blob& value) {
  d->count = -1;
  if (g_library.store(d->db, key.datum(), value.datum(), kReplace) >= 0) return {};
  g_library.clearerr(d->db);
  return dbm_error(t, "cannot add item to database");
}

Result<Value> dbm_getitem(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  Blob key;
  TRY(key.get(t, a[1], "argument"));
  Datum found = g_library.fetch(d->db, key.datum());
  if (!found.data) return raise_class(t, KAA_TYPE(KeyError), a[1]);
  return to_bytes(t, found);
}
Result<Value> dbm_setitem(Thread& t, Args a) {
  Blob key, value;
  TRY(key.get_item(t, a[1], "keys"));
  DbmObject* d = TRY(opened(t, a));
  TRY(value.get_item(t, a[2], "elements"));
  TRY(store(t, d, key, value));
  return kNone;
}
Result<Value> dbm_delitem(Thread& t, Args a) {
  Blob key;
  TRY(key.get_item(t, a[1], "keys"));
  DbmObject* d = TRY(opened(t, a));
  d->count = -1;
  if (g_library.remove(d->db, key.datum()) >= 0) return kNone;
  bool failed = g_library.error(d->db);
  g_library.clearerr(d->db);
  return failed ? dbm_error(t, "cannot delete item from database") : raise_class(t, KAA_TYPE(KeyError), a[1]);
}
Result<Value> dbm_contains(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  if (!is_str(a[1]) && !is_bytes(a[1])) return RAISE(TypeError, "dbm key must be bytes or string, not %T", a[1]);
  Blob key;
  TRY(key.get(t, a[1], "argument"));
  return Value::from_bool(g_library.fetch(d->db, key.datum()).data);
}
Result<Value> dbm_len(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  if (d->count < 0) {
    d->count = 0;
    for (Datum k = g_library.firstkey(d->db); k.data; k = g_library.nextkey(d->db)) d->count++;
  }
  return make_int(t, d->count);
}
Result<Value> dbm_bool(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  return Value::from_bool(d->count >= 0 ? d->count > 0 : g_library.firstkey(d->db).data != nullptr);
}
Result<Value> dbm_keys(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  List* l = TRY(new_list(t));
  for (Datum k = g_library.firstkey(d->db); k.data; k = g_library.nextkey(d->db)) TRY(list_append(t, l, TRY(to_bytes(t, k))));
  return l;
}
Result<Value> dbm_get(Thread& t, Args a) {
  Blob key;
  TRY(key.get(t, a[1], "get() argument 1"));
  DbmObject* d = TRY(opened(t, a));
  Datum found = g_library.fetch(d->db, key.datum());
  if (found.data) return to_bytes(t, found);
  return a[2] ? a[2] : kNone;
}
Result<Value> dbm_setdefault(Thread& t, Args a) {
  Blob key, value;
  TRY(key.get(t, a[1], "setdefault() argument 1"));
  DbmObject* d = TRY(opened(t, a));
  Datum found = g_library.fetch(d->db, key.datum());
  if (found.data) return to_bytes(t, found);
  Value v = a[2];
  if (!v) v = TRY(new_bytes(t, "", 0));
  TRY(value.get_item(t, v, "elements"));
  TRY(store(t, d, key, value));
  return v;
}
Result<Value> dbm_clear(Thread& t, Args a) {
  DbmObject* d = TRY(opened(t, a));
  d->count = -1;
  for (Datum k = g_library.firstkey(d->db); k.data; k = g_library.firstkey(d->db)) {
    if (g_library.remove(d->db, k) < 0) {
      g_library.clearerr(d->db);
      return dbm_error(t, "cannot delete item from database");
    }
  }
  d->count = 0;
  return kNone;
}
Result<Value> dbm_close(Thread&, Args a) {
  DbmObject* d = a.as<DbmObject>(0);
  if (d->db) g_library.close(d->db);
  d->db = nullptr;
  return kNone;
}
Result<Value> dbm_enter(Thread&, Args a) { return a[0]; }

Result<Value> dbm_open(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "_dbm.open() takes no keyword arguments");
  TRY(check_count(t, "open", a.n, 1, 3));
  if (a.n > 1 && !is_str(a[1])) return RAISE(TypeError, "open() argument 2 must be str, not %T", a[1]);
  int mode = a.n > 2 ? TRY(to_cint(t, a[2])) : 0666;
  PathArg path;
  TRY(fs_path(t, a[0], path));
  int flags = O_RDONLY;
  if (a.n > 1) {
    Str* f = a[1].as<Str>();
    if (str_equal_ascii(f, "w")) flags = O_RDWR;
    else if (str_equal_ascii(f, "c") || str_equal_ascii(f, "rw")) flags = O_RDWR | O_CREAT;  // "rw" is of old
    else if (str_equal_ascii(f, "n")) flags = O_RDWR | O_CREAT | O_TRUNC;
    else if (!str_equal_ascii(f, "r")) return dbm_error(t, "arg 2 to open should be 'r', 'w', 'c', or 'n'");
  }
  DbmObject* d = TRY(alloc_as<DbmObject>(t, g_type));
  d->count = -1;
  d->db = g_library.open(path.c_str(), flags, mode);
  if (d->db) return d;
  int err = errno;
  return raise_value(t, TRY(call(t, error_type().get(), small_int(err), TRY(new_str(t, strerror(err))), path.object)));
}

const MethodDef k_methods[] = {
    {"__getitem__", dbm_getitem, "($self, key, /)", nullptr},
    {"__setitem__", dbm_setitem, "($self, key, value, /)", nullptr},
    {"__delitem__", dbm_delitem, "($self, key, /)", nullptr},
    {"__contains__", dbm_contains, "($self, key, /)", nullptr},
    {"__len__", dbm_len, "($self, /)", nullptr},
    {"__bool__", dbm_bool, "($self, /)", nullptr},
    {"__enter__", dbm_enter, "($self, /)", nullptr},
    {"__exit__", dbm_close, "($self, /, *args)", nullptr},
    {"close", dbm_close, "($self, /)", "Closes the database."},
    {"keys", dbm_keys, "($self, /)", "A list of all keys."},
    {"get", dbm_get, "($self, key, default=None, /)", "The key's value, or the default."},
    {"setdefault", dbm_setdefault, "($self, key, default=b'', /)", "The key's value; the default is stored first if there is none."},
    {"clear", dbm_clear, "($self, /)", "Removes all items."},
};
const TypeSpec k_spec = {.methods = k_methods, .layout = &kLayout<DbmObject>, .flags = kTypeDisallowInstantiation};
const MethodDef k_functions[] = {
    {"open", dbm_open, "(filename, flags='r', mode=438, /)", "Opens a database: 'r' to read, 'w' to write, 'c' to make it if needed, 'n' to begin an empty one. mode: of a new file.",
     MethodKind::kFunction},
};

Status exec(Thread& t, Module* m) {
  TRY(open_library(t));
  g_type = TRY(make_native_type(t, "_dbm.dbm", nullptr, k_spec));
  error_type() = TRY(make_exception(t, "_dbm.error", KAA_TYPE(OSError), "An error of the database."));
  TRY(module_add(t, m, "error", Value(error_type().get())));
  return module_add(t, m, "library", TRY(new_str(t, "Berkeley DB")));
}

}  // namespace

extern const ModuleDef _dbm_module = {.name = "_dbm", .doc = nullptr, .functions = k_functions, .exec = exec};

}  // namespace kaa
