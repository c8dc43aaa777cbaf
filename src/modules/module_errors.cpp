// A name that is missing in a module often has one of three causes: the module is still being imported (a circular import), it is a file of the
// program's own that hides a module of the standard library, or one that hides an installed library. The messages say so.
#include "runtime/module_errors.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "modules/sys_module.h"

namespace kaa {
namespace {

struct Suspicion {
  Value origin;          // path of the module's file, or empty
  bool hides = false;    // it lies in the folder where the program is looked for first
  bool stdlib = false;   // and has the name of a module of the standard library
  bool importing = false;
};

// Whether a module from this file may hide another one: its folder is the first of sys.path as it was at the start.
Result<bool> hides_others(Thread& t, Value origin) {
  if (g_config.safe_path || !g_config.has_path_0) return false;
  Utf8 u;
  TRY(str_utf8(t, origin.as<Str>(), u, true));
  std::string path(u.view());
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return false;
  std::string folder = path.substr(0, slash);
  if (path.substr(slash) == "/__init__.py") {
    slash = folder.rfind('/');
    if (slash == std::string::npos) return false;
    folder.resize(slash);
  }
  std::string first = g_config.path_0;
  if (first.empty()) {
    char cwd[PATH_MAX];
    if (!getcwd(cwd, sizeof cwd)) return false;
    first = cwd;
  }
  return folder == first;
}

Result<bool> is_true(Thread& t, Value o, const char* attribute) {
  Opt v = TRY(lookup_attr(t, o, intern_name(attribute)));
  return v ? truth(t, v.v) : Result<bool>(false);
}

Result<Suspicion> suspect(Thread& t, Value spec, Value module_name) {
  Suspicion s;
  if (!spec || spec.is_none()) return s;
  bool located = TRY(is_true(t, spec, "has_location"));
  if (located) {
    Opt o = TRY(lookup_attr(t, spec, NAME("origin")));
    if (o && is_str(o.v)) s.origin = o.v;
  }
  if (s.origin) {
    s.hides = TRY(hides_others(t, s.origin));
    Value names = sys_get("stdlib_module_names");
    if (s.hides && names && is_any_set(names)) s.stdlib = TRY(contains(t, names, module_name));
  }
  s.importing = TRY(is_true(t, spec, "_initializing"));
  return s;
}

Status attribute_text(Thread& t, Value module, Str* name, Str*& text) {
  Dict* d = module.as<Module>()->dict;
  Value mod = d ? dict_get_str(d, NAME("__name__")) : Value();
  if (!mod || !is_str(mod)) {
    text = TRY(str_format(t, "module has no attribute '%U'", name));
    return {};
  }
  Value spec = dict_get_str(d, NAME("__spec__"));
  Suspicion s = TRY(suspect(t, spec, mod));
  if (s.stdlib) {
    text = TRY(str_format(t,
                          "module '%S' has no attribute '%U' (consider renaming '%S' since it has the same name as the standard library module named '%S' "
                          "and prevents importing that standard library module)",
                          mod, name, s.origin, mod));
  } else if (s.importing && s.hides) {
    text = TRY(str_format(t, "module '%S' has no attribute '%U' (consider renaming '%S' if it has the same name as a library you intended to import)", mod, name, s.origin));
  } else if (s.importing && s.origin) {
    text = TRY(str_format(t, "partially initialized module '%S' from '%S' has no attribute '%U' (most likely due to a circular import)", mod, s.origin, name));
  } else if (s.importing) {
    text = TRY(str_format(t, "partially initialized module '%S' has no attribute '%U' (most likely due to a circular import)", mod, name));
  } else {
    bool submodule = false;
    if (spec && !spec.is_none()) {
      Opt list = TRY(lookup_attr(t, spec, NAME("_uninitialized_submodules")));
      if (list) submodule = TRY(contains(t, list.v, name));
    }
    text = submodule ? TRY(str_format(t, "cannot access submodule '%U' of module '%S' (most likely due to a circular import)", name, mod))
                     : TRY(str_format(t, "module '%S' has no attribute '%U'", mod, name));
  }
  return {};
}

}  // namespace

Error raise_module_attribute(Thread& t, Value module, Str* name) {
  Str* text = nullptr;
  TRY(attribute_text(t, module, name, text));
  static_cast<void>(raise_class(t, KAA_TYPE(AttributeError), text));
  if (t.exc && is_instance(t.exc, KAA_TYPE(AttributeError))) {
    t.exc.as<ExcNameObj>()->name.set(name);
    t.exc.as<ExcNameObj>()->obj.set(module);
  }
  return {};
}

Error raise_import_name(Thread& t, Value module, Str* name) {
  Opt own = TRY(lookup_attr(t, module, NAME("__name__")));
  Value mod = own && is_str(own.v) ? own.v : Value(NAME("<unknown module name>"));
  Opt spec = TRY(lookup_attr(t, module, NAME("__spec__")));
  Suspicion s = TRY(suspect(t, spec.v, mod));
  Value file = s.origin;
  if (!file) {
    Opt f = TRY(lookup_attr(t, module, NAME("__file__")));
    if (f && is_str(f.v)) file = f.v;
  }
  Value quoted = name;
  Str* text;
  if (s.stdlib) {
    text = TRY(str_format(t,
                          "cannot import name %R from %R (consider renaming %R since it has the same name as the standard library module named %R "
                          "and prevents importing that standard library module)",
                          quoted, mod, s.origin, mod));
  } else if (s.importing && s.hides) {
    text = TRY(str_format(t, "cannot import name %R from %R (consider renaming %R if it has the same name as a library you intended to import)", quoted, mod, s.origin));
  } else if (s.importing && file) {
    text = TRY(str_format(t, "cannot import name %R from partially initialized module %R (most likely due to a circular import) (%S)", quoted, mod, file));
  } else if (file) {
    text = TRY(str_format(t, "cannot import name %R from %R (%S)", quoted, mod, file));
  } else {
    text = TRY(str_format(t, "cannot import name %R from %R (unknown location)", quoted, mod));
  }
  Value e = TRY(call(t, KAA_TYPE(ImportError), text));
  ExcImport* x = e.as<ExcImport>();
  x->name.set(mod);
  x->path.set(file ? file : kNone);
  x->name_from.set(name);
  return raise_value(t, e);
}

}  // namespace kaa
