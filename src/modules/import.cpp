// Import: sys.modules first, importlib (CPython's own, run by us) for everything else. And the `_imp` module that importlib is built on.
// Frozen modules, importlib itself among them, are in frozen.cpp.
#include "modules/import.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "base/siphash.h"
#include "modules/builtins/builtins.h"
#include "modules/code_builtins.h"
#include "modules/frozen.h"
#include "modules/marshal.h"
#include "modules/sys_module.h"
#include "runtime/call.h"
#include "runtime/interpreters.h"
#include "runtime/startup.h"

namespace kaa {

static Root<Str*>& library_root() {
  static auto* r = new Root<Str*>();
  return *r;
}
Str* library_folder() { return library_root(); }

// ---- __import__
static Result<Value> importlib_call(Thread& t, const char* name, Value a, Value b, Value c = Value()) {
  if (!interp().importlib) return RAISE(ImportError, "importlib is not running yet, '%S' cannot be imported", a);
  Value f = TRY(get_attr(t, interp().importlib, intern_name(name)));
  return c ? call(t, f, a, b, c) : b ? call(t, f, a, b) : call(t, f, a);
}

// Takes importlib's own frames out of the traceback of what is being raised: all of them for an ImportError, else those runs that end in
// _call_with_frames_removed, behind which the module's own code raised.
static void strip_importlib_frames(Thread& t) {
  if (!t.exc || g_config.verbose) return;
  BaseException* e = t.exc.as<BaseException>();
  bool always = is_instance(e, KAA_TYPE(ImportError));
  Traceback *before = nullptr, *run_before = nullptr;  // the entry before this one, and before the run of importlib's entries that this one is in
  bool in_run = false;
  for (Value v = e->traceback; v && IS_EXACT(v, traceback);) {
    Traceback* tb = v.as<Traceback>();
    Str* file = tb->code->filename.get().as<Str>();
    bool ours = str_equal_ascii(file, "<frozen importlib._bootstrap>") || str_equal_ascii(file, "<frozen importlib._bootstrap_external>");
    if (ours && !in_run) run_before = before;
    in_run = ours;
    Value next = tb->next;
    if (ours && (always || str_equal_ascii(tb->code->name.get().as<Str>(), "_call_with_frames_removed"))) {
      if (run_before) run_before->next.set(next); else e->traceback.set(next);
      before = run_before;
    } else {
      before = tb;
    }
    v = next;
  }
}
static Result<Value> strip_if_raised(Thread& t, Result<Value> r) {
  if (!r.ok()) strip_importlib_frames(t);
  return r;
}

// The absolute name that a relative import asks for.
static Result<Str*> resolve_name(Thread& t, Str* name, Value globals, int64_t level) {
  if (!globals || !is_dict(globals)) return RAISE(KeyError, "'__name__' not in globals");
  Dict* g = globals.as<Dict>();
  Value package = dict_get_str(g, NAME("__package__")), spec = dict_get_str(g, NAME("__spec__"));
  if (package && package.is_none()) package = Value();
  if (spec && spec.is_none()) spec = Value();
  if (package) {
    if (!is_str(package)) return RAISE(TypeError, "package must be a string");
    if (spec) {
      Value parent = TRY(get_attr(t, spec, NAME("parent")));
      bool same = TRY(equal(t, package, parent));
      if (!same) TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "__package__ != __spec__.parent (%R != %R)", package, parent));
    }
  } else if (spec) {
    package = TRY(get_attr(t, spec, NAME("parent")));
    if (!is_str(package)) return RAISE(TypeError, "__spec__.parent must be a string");
  } else {
    TRY(warn(t, KAA_TYPE(ImportWarning), 1, "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__"));
    package = dict_get_str(g, NAME("__name__"));
    if (!package) return RAISE(KeyError, "'__name__' not in globals");
    if (!is_str(package)) return RAISE(TypeError, "__name__ must be a string");
    if (!dict_get_str(g, NAME("__path__"))) {
      Str* p = package.as<Str>();
      uint64_t dot = p->length;
      while (dot > 0 && p->at(dot - 1) != '.') dot--;
      if (dot == 0) return RAISE(ImportError, "attempted relative import with no known parent package");
      package = TRY(str_substr(t, p, 0, dot - 1));
    }
  }
  Str* p = package.as<Str>();
  if (p->length == 0) return RAISE(ImportError, "attempted relative import with no known parent package");
  uint64_t end = p->length;
  for (int64_t i = 1; i < level; i++) {
    while (end > 0 && p->at(end - 1) != '.') end--;
    if (end == 0) return RAISE(ImportError, "attempted relative import beyond top-level package");
    end--;
  }
  Str* base = TRY(str_substr(t, p, 0, end));
  if (!name->length) return base;
  return str_format(t, "%U.%U", base, name);
}

// -X importtime
static int g_import_depth = 0;
static int64_t g_imports_within = 0;  // microseconds of the imports that the one being timed set off
static int64_t now_us() {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<int64_t>(ts.tv_sec) * 1000000 + ts.tv_nsec / 1000;
}
static void import_time_header() {
  static bool done = false;
  if (!done) fputs("import time: self [us] | cumulative | imported package\n", stderr);
  done = true;
}
static std::string printable_name(Thread& t, Str* name) {
  Result<Value> b = call_method(t, name, NAME("encode"), NAME("utf-8"), NAME("backslashreplace"));
  if (!b.ok() || !is_bytes(b.value())) { clear_exc(t); return "?"; }
  return std::string(b.value().as<Bytes>()->view());
}

static Result<Value> find_module(Thread& t, Str* name) {
  Opt m = TRY(dict_get(t, interp().modules, name));
  if (m && !m.v.is_none()) {
    if (UNLIKELY(g_config.import_time == 2)) {
      import_time_header();
      std::string shown = printable_name(t, name);
      fprintf(stderr, "import time: cached    | cached     | %*s%s\n", g_import_depth * 2, "", shown.c_str());
    }
    // Another thread may still be importing it.
    Opt spec = TRY(lookup_attr(t, m.v, NAME("__spec__")));
    if (spec && !spec.v.is_none()) {
      Opt ini = TRY(lookup_attr(t, spec.v, NAME("_initializing")));
      if (ini && TRY(truth(t, ini.v))) {
        TRY(importlib_call(t, "_lock_unlock_module", name, Value()));
        Opt now = TRY(dict_get(t, interp().modules, name));
        if (!now || now.v != m.v) m = Opt{};  // its import failed there: it is tried again
      }
    }
    if (m) return m.v;
  }
  Value f = interp().importlib ? TRY(get_attr(t, interp().importlib, NAME("_gcd_import"))) : Value();
  if (!f) return RAISE(ImportError, "importlib is not running yet, '%U' cannot be imported", name);
  Value imp = interp().builtins ? dict_get_str(interp().builtins, NAME("__import__")) : kNone;
  if (LIKELY(!g_config.import_time)) return strip_if_raised(t, importlib_call(t, "_find_and_load", name, imp));
  import_time_header();
  int64_t before = g_imports_within, start = now_us();
  g_imports_within = 0;
  g_import_depth++;
  Result<Value> r = strip_if_raised(t, importlib_call(t, "_find_and_load", name, imp));
  g_import_depth--;
  int64_t all = now_us() - start, own = all - g_imports_within;
  g_imports_within = before + all;
  Value pending = take_exc(t);
  std::string shown = printable_name(t, name);
  if (pending) restore_exc(t, pending);
  fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", own, all, g_import_depth * 2, "", shown.c_str());
  return r;
}

static Result<Value> import_level(Thread& t, Str* name, Value globals, Value fromlist, int64_t level) {
  if (level < 0) return RAISE(ValueError, "level must be >= 0");
  if (level == 0 && name->length == 0) return RAISE(ValueError, "Empty module name");
  Str* abs = level ? TRY(resolve_name(t, name, globals, level)) : name;
  Value mod = TRY(find_module(t, abs));
  bool has_from = fromlist && !fromlist.is_none() && TRY(truth(t, fromlist));
  if (!has_from) {
    uint64_t dot = 0;
    while (dot < name->length && name->at(dot) != '.') dot++;
    if (dot == name->length) return mod;
    if (level == 0) {
      Str* front = TRY(str_substr(t, name, 0, dot));
      return find_module(t, front);
    }
    uint64_t cut = name->length - dot;
    Str* want = TRY(str_substr(t, abs, 0, abs->length - cut));
    Opt m = TRY(dict_get(t, interp().modules, want));
    if (!m) return RAISE(KeyError, "%R not in sys.modules as expected", Value(want));
    return m.v;
  }
  Opt path = TRY(lookup_attr(t, mod, NAME("__path__")));
  if (!path) return mod;
  Value imp = dict_get_str(interp().builtins, NAME("__import__"));
  return strip_if_raised(t, importlib_call(t, "_handle_fromlist", mod, fromlist, imp));
}

Result<Value> builtin_import(Thread& t, Args a, Tuple* kwnames) {
  static const char* const k_names[] = {"name", "globals", "locals", "fromlist", "level", nullptr};
  Value v[5];
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw;
  if (npos > 5) return RAISE(TypeError, "__import__() takes at most 5 positional arguments (%u given)", npos);
  for (uint32_t i = 0; i < npos; i++) v[i] = a.p[i];
  for (uint32_t i = 0; i < nkw; i++) {
    int k = 0;
    while (k_names[k] && !str_equal_ascii(kwnames->items[i].as<Str>(), k_names[k])) k++;
    if (!k_names[k]) return RAISE(TypeError, "__import__() got an unexpected keyword argument '%S'", kwnames->items[i]);
    if (v[k]) return RAISE(TypeError, "argument for __import__() given by name ('%s') and position (%d)", k_names[k], k + 1);
    v[k] = a.p[npos + i];
  }
  if (!v[0]) return RAISE(TypeError, "__import__() missing required argument 'name' (pos 1)");
  if (!is_str(v[0])) return RAISE(TypeError, "module name must be a string");
  int64_t level = v[4] ? TRY(to_int64(t, v[4])) : 0;
  return import_level(t, v[0].as<Str>(), v[1], v[3], level);
}

Result<Value> import_module(Thread& t, const char* name) {
  Str* s = intern_name(name);
  Opt m = TRY(dict_get(t, interp().modules, s));
  if (m && !m.v.is_none()) return m.v;
  Tuple* from = TRY(make_tuple(t, Value(NAME("*"))));
  return import_level(t, s, Value(), strchr(name, '.') ? Value(from) : Value(), 0);
}

// ---- start
Status start_importlib(Thread& t, Str* stdlib) {
  library_root() = stdlib;
  Module* lib = TRY(run_frozen(t, *find_frozen(NAME("_frozen_importlib"))));
  interp().importlib = lib;
  const ModuleDef* def = find_native_module("_imp");
  Value imp = TRY(make_module(t, *def));
  Opt sys = TRY(dict_get(t, interp().modules, NAME("sys")));
  Value install = TRY(get_attr(t, lib, NAME("_install")));
  TRY(call(t, install, sys.v, imp));
  TRY(dict_set(t, interp().modules, NAME("_imp"), imp));
  Value ext = TRY(get_attr(t, lib, NAME("_install_external_importers")));
  TRY(call(t, ext));
  Value zipimporter = TRY(import_attr(t, "zipimport", "zipimporter"));
  TRY(call_method(t, sys_get("path_hooks"), NAME("insert"), Value::from_int(0), zipimporter));
  return {};
}

// ---- _imp
// The import lock, of which every interpreter has one: its owner may take it again.
struct ImportLock {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t free = PTHREAD_COND_INITIALIZER;
  std::atomic<Thread*> owner{nullptr};
  int depth = 0;
};

namespace {

ImportLock& import_lock(Thread& t) {
  ImportLock*& l = t.home->import_lock;
  if (!l) l = new ImportLock();
  return *l;
}

Result<Value> imp_acquire_lock(Thread& t, Args) { import_lock_acquire(t); return kNone; }
Result<Value> imp_release_lock(Thread& t, Args) {
  if (!import_lock_release(t)) return RAISE(RuntimeError, "not holding the import lock");
  return kNone;
}
Result<Value> imp_lock_held(Thread& t, Args) { return Value::from_bool(import_lock(t).owner != nullptr); }

Result<Value> imp_is_builtin(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "is_builtin() argument must be str, not %T", a[0]);
  Utf8 u;
  TRY(str_utf8(t, a[0].as<Str>(), u, true));
  if (!find_native_module(u.view())) return small_int(0);
  return small_int(u.view() == "sys" || u.view() == "builtins" ? -1 : 1);
}
Result<Value> imp_create_builtin(Thread& t, Args a) {
  Value name = TRY(get_attr(t, a[0], NAME("name")));
  if (!is_str(name)) return RAISE(TypeError, "name must be string, not %T", name);
  Utf8 u;
  TRY(str_utf8(t, name.as<Str>(), u, true));
  const ModuleDef* def = find_native_module(u.view());
  if (!def) return kNone;
  // A native module is made once; importing it again after its removal from sys.modules gives a module with the same contents.
  if (u.view() == "sys" || u.view() == "builtins") {
    Opt m = TRY(dict_get(t, interp().modules, name));
    if (m) return m.v;
  }
  return TRY(make_module(t, *def));
}
Result<Value> imp_exec_builtin(Thread&, Args) { return small_int(0); }
Result<Value> imp_is_frozen(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "is_frozen() argument must be str, not %T", a[0]);
  return Value::from_bool(find_frozen(a[0].as<Str>()) != nullptr);
}
Result<const FrozenModule*> frozen_argument(Thread& t, Value name, const char* function) {
  if (!is_str(name)) return RAISE(TypeError, "%s() argument must be str, not %T", function, name);
  const FrozenModule* f = find_frozen(name.as<Str>());
  if (f) return f;
  Value e = TRY(call(t, KAA_TYPE(ImportError), TRY(str_format(t, "No such frozen object named %U", name.as<Str>()))));
  e.as<ExcImport>()->name.set(name);
  return raise_value(t, e);
}
Result<Value> imp_is_frozen_package(Thread& t, Args a) {
  const FrozenModule* f = TRY(frozen_argument(t, a[0], "is_frozen_package"));
  return Value::from_bool(f->package);
}
Result<Value> frozen_origname(Thread& t, const FrozenModule& f) { return *f.origname ? TRY(new_str(t, f.origname)) : kNone; }
Result<Value> imp_find_frozen(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "find_frozen() argument 'name' must be str, not %T", a[0]);
  const FrozenModule* f = find_frozen(a[0].as<Str>());
  if (!f) return kNone;
  Value data = kNone;
  if (a[1] && TRY(truth(t, a[1]))) {
    Bytes* b = TRY(marshal_write(t, TRY(frozen_code(t, *f))));
    data = TRY(call(t, KAA_TYPE(memoryview), b));
  }
  Value origname = TRY(frozen_origname(t, *f));
  return TRY(make_tuple(t, data, Value::from_bool(f->package), origname));
}
Result<Value> imp_get_frozen_object(Thread& t, Args a) {
  if (!a[1] || a[1].is_none()) return TRY(frozen_code(t, *TRY(frozen_argument(t, a[0], "get_frozen_object"))));
  BufferHold b;
  TRY(b.get(t, a[1]));
  Result<Value> v = marshal_read(t, b.data(), b.size());
  if (v.ok() && !IS_EXACT(v.value(), code)) return RAISE(TypeError, "frozen object %R is not a code object", a[0]);
  if (v.ok()) return v;
  clear_exc(t);
  return RAISE(ImportError, "Frozen object named %R is invalid", a[0]);
}
Result<Value> imp_init_frozen(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "init_frozen() argument must be str, not %T", a[0]);
  const FrozenModule* f = find_frozen(a[0].as<Str>());
  return f ? Result<Value>(TRY(run_frozen(t, *f))) : Result<Value>(kNone);
}
Result<Value> imp_frozen_names(Thread& t, Args) {
  List* l = TRY(new_list(t));
  for (size_t i = 0; i < k_frozen_count; i++) TRY(list_append(t, l, intern_name(k_frozen_modules[i].name)));
  return l;
}
Result<Value> imp_override_frozen(Thread& t, Args a) { return small_int(override_frozen_modules(TRY(to_cint(t, a[0])))); }
Result<Value> imp_override(Thread&, Args) { return small_int(0); }
Result<Value> imp_extension_suffixes(Thread& t, Args) {
  List* l = TRY(new_list(t));
  TRY(list_append(t, l, NAME(".kaa-314-x86_64-linux-gnu.so")));
  return l;
}
Result<Value> imp_create_dynamic(Thread& t, Args a) {
  Value name = TRY(get_attr(t, a[0], NAME("name")));
  Value origin = TRY(get_attr(t, a[0], NAME("origin")));
  for (Value v : {name, origin}) {
    if (!is_str(v)) return RAISE(TypeError, "expected str, not %T", v);
    for (uint64_t i = 0; i < v.as<Str>()->length; i++)
      if (v.as<Str>()->at(i) == 0) return RAISE(ValueError, "embedded null character");
  }
  Str* text = TRY(str_format(t, "%S is an extension module built for CPython (%S); Kaa cannot load it", name, origin));
  Value e = TRY(call(t, KAA_TYPE(ImportError), text));
  e.as<ExcImport>()->name.set(name);
  e.as<ExcImport>()->path.set(origin);
  return raise_value(t, e);
}
Result<Value> imp_source_hash(Thread& t, Args a) {
  int64_t key = static_cast<int64_t>(TRY(to_uint64_mask(t, a[0])));
  BufferHold b;
  TRY(b.get(t, a[1]));
  HashSecret s;
  s.k0 = static_cast<uint64_t>(key);
  uint64_t h = siphash13(s, b.data(), static_cast<int64_t>(b.size()));
  return TRY(new_bytes(t, &h, 8));
}
Result<Value> imp_fix_co_filename(Thread& t, Args a) {
  if (!IS_EXACT(a[0], code)) return RAISE(TypeError, "_fix_co_filename() argument 1 must be code, not %T", a[0]);
  if (!is_str(a[1])) return RAISE(TypeError, "_fix_co_filename() argument 2 must be str, not %T", a[1]);
  set_code_filename(a[0].as<Code>(), a[1].as<Str>());
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"extension_suffixes", imp_extension_suffixes, "()", "File name endings of extension modules.", kF},
    {"lock_held", imp_lock_held, "()", "Whether the import lock is held.", kF},
    {"acquire_lock", imp_acquire_lock, "()", "Takes the import lock.", kF},
    {"release_lock", imp_release_lock, "()", "Gives the import lock back.", kF},
    {"find_frozen", imp_find_frozen, "(name, /, *, withdata=False)", "(data, is package, original name) of a frozen module, or None.", kF},
    {"get_frozen_object", imp_get_frozen_object, "(name, data=None, /)", "The code of a frozen module.", kF},
    {"is_frozen_package", imp_is_frozen_package, "(name, /)", "Whether a frozen module is a package.", kF},
    {"create_builtin", imp_create_builtin, "(spec, /)", "Makes a native module.", kF},
    {"exec_builtin", imp_exec_builtin, "(mod, /)", "Initialises a native module (make did all).", kF},
    {"init_frozen", imp_init_frozen, "(name, /)", "Runs a frozen module.", kF},
    {"is_builtin", imp_is_builtin, "(name, /)", "1 for a native module, -1 for one that cannot be made again, 0 for none.", kF},
    {"is_frozen", imp_is_frozen, "(name, /)", "Whether the name is a frozen module's.", kF},
    {"_frozen_module_names", imp_frozen_names, "()", "Names of the frozen modules.", kF},
    {"_override_frozen_modules_for_tests", imp_override_frozen, "(override, /)", "For tests of importlib: 1 uses frozen modules, -1 does not, 0 as the command line says.", kF},
    {"_override_multi_interp_extensions_check", imp_override, "(override, /)", "For tests of importlib: no effect here.", kF},
    {"create_dynamic", imp_create_dynamic, "(spec, file=None, /)", "Always an ImportError: extension modules for CPython cannot be loaded.", kF},
    {"exec_dynamic", imp_exec_builtin, "(mod, /)", "Initialises an extension module.", kF},
    {"source_hash", imp_source_hash, "(key, source)", "SipHash of a source file, for hash-based caches.", kF},
    {"_fix_co_filename", imp_fix_co_filename, "(code, path, /)", "Changes the file name in a code object and those within.", kF},
};

Status imp_exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "check_hash_based_pycs", TRY(new_str(t, g_config.check_hash_based_pycs))));
  return module_add(t, m, "pyc_magic_number_token", small_int(kPycMagic));
}

}  // namespace

void import_lock_acquire(Thread& t) {
  ImportLock& l = import_lock(t);
  if (l.owner == &t) {
    l.depth++;
    return;
  }
  // Who waits takes it without the interpreter's lock: its owner is known under the mutex alone.
  pthread_mutex_lock(&l.mutex);
  bool taken = l.owner != nullptr;
  if (!taken) l.owner = &t;
  pthread_mutex_unlock(&l.mutex);
  if (taken) {
    Blocking b(t);
    pthread_mutex_lock(&l.mutex);
    while (l.owner) pthread_cond_wait(&l.free, &l.mutex);
    l.owner = &t;
    pthread_mutex_unlock(&l.mutex);
  }
  l.depth = 1;
}
bool import_lock_release(Thread& t) {
  ImportLock& l = import_lock(t);
  if (l.owner != &t) return false;
  if (--l.depth) return true;
  pthread_mutex_lock(&l.mutex);
  l.owner = nullptr;
  pthread_cond_signal(&l.free);
  pthread_mutex_unlock(&l.mutex);
  return true;
}
void import_lock_after_fork() {
  for (Interpreter* i : all_interpreters()) {
    if (!i->import_lock) continue;
    i->import_lock->mutex = PTHREAD_MUTEX_INITIALIZER;
    i->import_lock->free = PTHREAD_COND_INITIALIZER;
    if (i != interp().current) i->import_lock->owner = nullptr;  // of threads that the child does not have
  }
}

extern const ModuleDef _imp_module = {"_imp", "What importlib is built on.", k_functions, imp_exec};

}  // namespace kaa
