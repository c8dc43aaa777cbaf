// _warnings: warn() and warn_explicit(), for Python code and for native code (runtime/warnings.h).
//
// The filters, the default action and the "once" registry are made here, before `warnings` can be imported; `warnings` takes them over under its own names.
// From then on its attributes are what counts, because programs assign to warnings.filters and the like; ours serve while it is not imported.
// The filters' version invalidates the registries of the modules: whoever changes filters raises it, with the lock held.
#include "runtime/warnings.h"

#include <pthread.h>
#include <string.h>

#include "modules/sys_module.h"
#include "runtime/interpreters.h"
#include "runtime/startup.h"
#include "runtime/traceback.h"

namespace kaa {
namespace {

struct State {
  Root<List*> filters;  // these three: what `warnings` had last
  Root<Dict*> once;
  Root<Value> action;
  Root<Value> context;  // _warnings_context
  int64_t version = 0;
  bool ready = false;
};
State& state() {
  static auto* s = [] {
    auto* n = new State();
    own_state("_warnings", n, sizeof *n);
    return n;
  }();
  return *s;
}

// ---- the lock: recursive, of a thread
pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
Thread* g_owner = nullptr;
int g_depth = 0;

void lock(Thread& t) {
  if (g_owner != &t) {
    if (pthread_mutex_trylock(&g_mutex) != 0) {
      Blocking b(t);
      pthread_mutex_lock(&g_mutex);
    }
    g_owner = &t;
  }
  g_depth++;
}
bool unlock(Thread& t) {
  if (g_owner != &t) return false;
  if (--g_depth == 0) {
    g_owner = nullptr;
    pthread_mutex_unlock(&g_mutex);
  }
  return true;
}
// The child of a fork has only the thread that forked.
void after_fork() {
  if (g_owner == tls_thread) return;
  g_mutex = PTHREAD_MUTEX_INITIALIZER;
  g_owner = nullptr;
  g_depth = 0;
}
class Locked {
 public:
  explicit Locked(Thread& t) : t_(t) { lock(t); }
  ~Locked() { unlock(t_); }
 private:
  Thread& t_;
};

Status prepare(Thread& t) {
  State& s = state();
  if (s.ready) return {};
  List* l = TRY(new_list(t));
  auto add = [&](const char* action, Type* category, Value module) -> Status {
    Tuple* item = TRY(make_tuple(t, Value(intern_name(action)), kNone, Value(category), module, small_int(0)));
    return list_append(t, l, item);
  };
  TRY(add("default", KAA_TYPE(DeprecationWarning), NAME("__main__")));
  TRY(add("ignore", KAA_TYPE(DeprecationWarning), kNone));
  TRY(add("ignore", KAA_TYPE(PendingDeprecationWarning), kNone));
  TRY(add("ignore", KAA_TYPE(ImportWarning), kNone));
  TRY(add("ignore", KAA_TYPE(ResourceWarning), kNone));
  s.filters = l;
  s.once = TRY(new_dict(t));
  s.action = NAME("default");
  if (in_main_interpreter()) pthread_atfork(nullptr, nullptr, after_fork);
  s.ready = true;
  return {};
}

// An attribute of `warnings`, if that has been imported.
Result<Opt> warnings_attr(Thread& t, const char* name, bool import = false) {
  if (import) {
    if (!import_module(t, "warnings").ok()) clear_exc(t);
  }
  Opt m = TRY(dict_get(t, interp().modules, NAME("warnings")));
  if (!m || m.v.is_none()) return Opt{};
  return lookup_attr(t, m.v, intern_name(name));
}

// ---- filters
Result<bool> matches(Thread& t, Value pattern, Value text) {
  if (pattern.is_none()) return true;
  if (IS_EXACT(pattern, str)) return is_str(text) && str_equal(pattern.as<Str>(), text.as<Str>());
  Value r = TRY(call_method(t, pattern, NAME("match"), text));
  return truth(t, r);
}

struct Action { Str* name; Value item; };

Result<bool> search_filters(Thread& t, List* filters, Value category, Value text, int64_t line, Value module, Action& out) {
  for (uint64_t i = 0; i < filters->size; i++) {
    Value item = filters->items[i];
    Keep keep(item);
    if (!IS_EXACT(item, tuple) || item.as<Tuple>()->size != 5) return RAISE(ValueError, "warnings.filters item %zd isn't a 5-tuple", static_cast<int64_t>(i));
    Value* f = item.as<Tuple>()->items;
    if (!is_str(f[0])) return RAISE(TypeError, "action must be a string, not '%T'", f[0]);
    bool good = TRY(matches(t, f[1], text));
    if (!good) continue;
    bool sub = TRY(issubclass(t, category, f[2]));
    if (!sub) continue;
    bool mod = TRY(matches(t, f[3], module));
    if (!mod) continue;
    if (!is_int(f[4])) return RAISE(TypeError, "an integer is required");
    int64_t n = TRY(to_int64(t, f[4]));
    if (n != 0 && n != line) continue;
    out.name = f[0].as<Str>();
    out.item = item;
    return true;
  }
  return false;
}

Result<Action> find_action(Thread& t, Value category, Value text, int64_t line, Value module) {
  Action a{nullptr, kNone};
  // A context of its own hides the global filters (-X context_aware_warnings).
  Value context = state().context.get();
  if (context) context = TRY(call_method(t, context, NAME("get"), kNone));
  List* filters;
  if (context && !context.is_none()) {
    Value v = TRY(get_attr(t, context, NAME("_filters")));
    if (!is_list(v)) return RAISE(ValueError, "_filters of warnings._warnings_context must be a list");
    filters = v.as<List>();
  } else {
    Opt v = TRY(warnings_attr(t, "filters"));
    if (v && !is_list(v.v)) return RAISE(ValueError, "_warnings.filters must be a list");
    if (v) state().filters = v.v.as<List>();
    filters = state().filters;
  }
  Keep keep(filters);
  bool found = TRY(search_filters(t, filters, category, text, line, module, a));
  if (found) return a;
  Opt d = TRY(warnings_attr(t, "defaultaction"));
  if (d && !is_str(d.v)) return RAISE(TypeError, "_warnings.defaultaction must be a string, not '%T'", d.v);
  if (d) state().action = d.v;
  a.name = state().action.get().as<Str>();
  return a;
}

// ---- registries
// Whether the registry has the key; a registry of other filters is emptied first.
Result<bool> already_warned(Thread& t, Dict* registry, Value key, bool enter) {
  Value version = dict_get_str(registry, NAME("version"));
  if (!version || !version.is_int() || version.as_int() != state().version) {
    dict_clear(registry);
    TRY(dict_set(t, registry, NAME("version"), Value::from_int(state().version)));
  } else {
    Opt v = TRY(dict_get(t, registry, key));
    if (v) {
      bool yes = TRY(truth(t, v.v));
      if (yes) return true;
    }
  }
  if (enter) TRY(dict_set(t, registry, key, kTrue));
  return false;
}

// ---- showing
Status write_plainly(Thread& t, Str* filename, int64_t line, Value text, Value category, Value source_line) {
  Value err = sys_get("stderr");
  if (!err || err.is_none()) return {};
  Value name = TRY(get_attr(t, category, NAME("__name__")));
  Str* head = TRY(str_format(t, "%U:%zd: %S: %S\n", filename, line, name, text));
  TRY(call_method(t, err, NAME("write"), head));
  Str* shown = nullptr;
  if (source_line && !source_line.is_none()) {
    Value stripped = TRY(call_method(t, source_line, NAME("strip")));
    shown = TRY(str_format(t, "  %S\n", stripped));
  } else {
    Result<Value> l = [&]() -> Result<Value> {
      Value getline = TRY(import_attr(t, "linecache", "getline"));
      Value s = TRY(call(t, getline, filename, Value::from_int(line)));
      return call_method(t, s, NAME("strip"));
    }();
    if (!l.ok()) clear_exc(t);
    else if (is_str(l.value()) && l.value().as<Str>()->length) shown = TRY(str_format(t, "  %S\n", l.value()));
  }
  if (shown) TRY(call_method(t, err, NAME("write"), shown));
  return {};
}

Status show(Thread& t, Value category, Value text, Value message, Str* filename, int64_t line, Value source_line, Value source) {
  // Something that knows where its object came from has `warnings` show it.
  bool import = source && !source.is_none() && !interp().finalizing;
  Opt f = TRY(warnings_attr(t, "_showwarnmsg", import));
  if (!f) return write_plainly(t, filename, line, text, category, source_line);
  bool callable = !!type_of(f.v)->dunder(D_call);
  if (!callable) return RAISE(TypeError, "warnings._showwarnmsg() must be set to a callable");
  Opt cls = TRY(warnings_attr(t, "WarningMessage"));
  if (!cls) return RAISE(RuntimeError, "unable to get warnings.WarningMessage");
  Value m = TRY(call(t, cls.v, message, category, filename, Value::from_int(line), kNone, source_line ? source_line : kNone, source ? source : kNone));
  TRY(call(t, f.v, m));
  return {};
}

// ".py" is taken off a file's name to make a module's.
Result<Str*> module_of(Thread& t, Str* filename) {
  uint64_t n = filename->length;
  if (n == 0) return new_str(t, "<unknown>");
  if (n >= 3 && filename->at(n - 3) == '.' && filename->at(n - 2) == 'p' && filename->at(n - 1) == 'y') return str_substr(t, filename, 0, n - 3);
  return filename;
}

Status warn_explicit(Thread& t, Value category, Value message, Str* filename, int64_t line, Value module, Value registry, Value source_line, Value source) {
  TRY(prepare(t));
  Locked locked(t);
  if (module && module.is_none()) return {};
  if (registry && registry.is_none()) registry = Value();
  if (registry && !is_dict(registry)) return RAISE(TypeError, "'registry' must be a dict or None");
  if (!module) module = TRY(module_of(t, filename));
  Value text = message;
  if (is_instance(message, KAA_TYPE(Warning))) {
    text = TRY(str(t, message));
    category = type_of(message);
  } else {
    message = TRY(call(t, category, message));
  }
  Tuple* key = TRY(make_tuple(t, text, category, Value::from_int(line)));
  if (registry) {
    bool before = TRY(already_warned(t, registry.as<Dict>(), key, false));
    if (before) return {};
  }
  Action action = TRY(find_action(t, category, text, line, module));
  auto is = [&](const char* name) { return str_equal_ascii(action.name, name); };
  if (is("error")) {
    if (!is_exception(message)) return RAISE(TypeError, "exceptions must derive from BaseException");
    return raise_value(t, message);
  }
  if (is("ignore")) return {};
  if (!is("always") && !is("all")) {
    if (registry) TRY(dict_set(t, registry.as<Dict>(), key, kTrue));
    if (is("once") || is("module")) {
      Value where = registry;
      if (is("once") && !where) {
        Opt o = TRY(warnings_attr(t, "onceregistry"));
        if (o && !is_dict(o.v)) return RAISE(TypeError, "_warnings.onceregistry must be a dict, not '%T'", o.v);
        if (o) state().once = o.v.as<Dict>();
        where = state().once.get();
      }
      if (where) {
        Tuple* short_key = TRY(make_tuple(t, text, category));
        bool before = TRY(already_warned(t, where.as<Dict>(), short_key, true));
        if (before) return {};
      }
    } else if (!is("default")) {
      return RAISE(RuntimeError, "Unrecognized action (%R) in warnings.filters:\n %R", Value(action.name), action.item);
    }
  }
  return show(t, category, text, message, filename, line, source_line, source);
}

// ---- the place of a warning in running code
bool contains(Str* s, const char* what) {
  uint64_t n = strlen(what);
  for (uint64_t i = 0; i + n <= s->length; i++) {
    uint64_t k = 0;
    while (k < n && s->at(i + k) == static_cast<unsigned char>(what[k])) k++;
    if (k == n) return true;
  }
  return false;
}
bool starts_with(Str* s, Str* what) {
  if (what->length > s->length) return false;
  for (uint64_t i = 0; i < what->length; i++)
    if (s->at(i) != what->at(i)) return false;
  return true;
}
Str* file_of(Frame* f) { return f->code->filename.get().as<Str>(); }
bool is_internal(Frame* f) { return contains(file_of(f), "importlib") && contains(file_of(f), "_bootstrap"); }
bool is_skipped(Frame* f, Tuple* prefixes) {
  for (uint64_t i = 0; prefixes && i < prefixes->size; i++)
    if (starts_with(file_of(f), prefixes->items[i].as<Str>())) return true;
  return false;
}
Frame* next_external(Frame* f, Tuple* prefixes) {
  do f = f->prev;
  while (f && (is_internal(f) || is_skipped(f, prefixes)));
  return f;
}

Status warn_here(Thread& t, Value message, Value category, int64_t level, Value source, Tuple* prefixes) {
  Frame* f = t.frame;
  if (f) {
    if (level <= 0 || is_internal(f)) {
      while (--level > 0 && f) f = f->prev;
    } else {
      while (--level > 0 && f) f = next_external(f, prefixes);
    }
  }
  Dict* globals = f ? f->func->globals.get() : interp().sys_dict;
  Str* filename = f ? file_of(f) : NAME("<sys>");
  uint32_t word = !f ? 0 : t.line_pc && f == t.line_frame ? static_cast<uint32_t>(t.line_pc - f->code->words) : f->pc_index();  // of a finalizer: where it died
  int64_t line = f ? code_line(f->code, word) : 0;
  Value registry = dict_get_str(globals, NAME("__warningregistry__"));
  if (!registry) {
    registry = TRY(new_dict(t));
    TRY(dict_set(t, globals, NAME("__warningregistry__"), registry));
  }
  Value module = dict_get_str(globals, NAME("__name__"));
  if (!module || (!module.is_none() && !is_str(module))) module = NAME("<string>");
  return warn_explicit(t, category, message, filename, line, module, registry, Value(), source);
}

Result<Value> category_of(Thread& t, Value message, Value category) {
  if (is_instance(message, KAA_TYPE(Warning))) return Value(type_of(message));
  if (!category || category.is_none()) return Value(KAA_TYPE(UserWarning));
  if (!is_type(category) || !is_subtype(category.as<Type>(), KAA_TYPE(Warning))) return RAISE(TypeError, "category must be a Warning subclass, not '%T'", category);
  return category;
}

// ---- the module's functions
Result<Value> warnings_warn(Thread& t, Args a) {
  int64_t level = a[2] ? TRY(to_ssize(t, a[2])) : 1;
  Value category = TRY(category_of(t, a[0], a[1]));
  Tuple* prefixes = nullptr;
  if (a[4]) {
    if (!is_tuple(a[4])) return RAISE(TypeError, "warn() argument 'skip_file_prefixes' must be tuple, not %T", a[4]);
    prefixes = a.as<Tuple>(4);
    for (uint64_t i = 0; i < prefixes->size; i++)
      if (!is_str(prefixes->items[i])) return RAISE(TypeError, "Found non-str '%T' in skip_file_prefixes.", prefixes->items[i]);
    if (prefixes->size && level < 2) level = 2;
  }
  TRY(warn_here(t, a[0], category, level, a[3], prefixes));
  return kNone;
}

// The line of a module's source, through its loader; empty when there is none.
Result<Opt> line_of(Thread& t, Dict* globals, int64_t line) {
  Value bless = TRY(import_attr(t, "_frozen_importlib_external", "_bless_my_loader"));
  Value loader = TRY(call(t, bless, globals));
  Value spec = dict_get_str(globals, NAME("__spec__"));
  Opt name{dict_get_str(globals, NAME("__name__"))};
  if (spec && !spec.is_none()) {  // a module that runs as __main__ has its own name there
    Opt own = TRY(lookup_attr(t, spec, NAME("name")));
    if (own && !own.v.is_none()) name = own;
  }
  if (loader.is_none() || !name) return Opt{};
  Opt get_source = TRY(lookup_attr(t, loader, NAME("get_source")));
  if (!get_source) return Opt{};
  Result<Value> found = call(t, get_source.v, name.v);
  if (!found.ok()) {
    if (!exc_matches(t, KAA_TYPE(ImportError))) return Error{};
    clear_exc(t);
    return Opt{};
  }
  Value source = found.value();
  if (source.is_none()) return Opt{};
  if (!is_str(source)) return RAISE(TypeError, "must be str, not %T", source);
  // Of str itself: a subclass may have a splitlines() of its own.
  Value lines = TRY(call(t, type_lookup(KAA_TYPE(str), NAME("splitlines")), source));
  if (line < 1 || static_cast<uint64_t>(line) > lines.as<List>()->size) return Opt{};
  return Opt{lines.as<List>()->items[line - 1]};
}

Result<Value> warnings_warn_explicit(Thread& t, Args a) {
  if (!is_str(a[2])) return RAISE(TypeError, "warn_explicit() argument 'filename' must be str, not %T", a[2]);
  int line = TRY(to_cint(t, a[3]));
  Value source_line;
  if (a[6] && !a[6].is_none()) {
    if (!is_dict(a[6])) return RAISE(TypeError, "module_globals must be a dict, not '%T'", a[6]);
    Opt found = TRY(line_of(t, a.as<Dict>(6), line));
    source_line = found.v;
  }
  TRY(warn_explicit(t, a[1], a[0], a.as<Str>(2), line, a[4], a[5], source_line, a[7]));
  return kNone;
}

Result<Value> warnings_acquire_lock(Thread& t, Args) {
  lock(t);
  return kNone;
}
Result<Value> warnings_release_lock(Thread& t, Args) {
  if (!unlock(t)) return RAISE(RuntimeError, "cannot release un-acquired lock");
  return kNone;
}
Result<Value> warnings_filters_mutated(Thread& t, Args) {
  if (g_owner != &t) return RAISE(RuntimeError, "warnings lock is not held");
  state().version++;
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"warn", warnings_warn, "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())", "Issues a warning, or ignores it, or raises an exception.", kF},
    {"warn_explicit", warnings_warn_explicit, "(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)",
     "Issues a warning, or ignores it, or raises an exception, for a given place.", kF},
    {"_acquire_lock", warnings_acquire_lock, "()", "Takes the lock of the filters.", kF},
    {"_release_lock", warnings_release_lock, "()", "Gives the lock of the filters back.", kF},
    {"_filters_mutated_lock_held", warnings_filters_mutated, "()", "Says that filters have changed; the caller holds the lock.", kF},
};

Status warnings_exec(Thread& t, Module* m) {
  TRY(prepare(t));
  State& s = state();
  if (!s.context.get()) {
    const ModuleDef* def = find_native_module("_contextvars");
    Module* vars = TRY(make_module(t, *def));
    s.context = TRY(call_method(t, vars, NAME("ContextVar"), NAME("_warnings_context")));
  }
  TRY(module_add(t, m, "filters", s.filters.get()));
  TRY(module_add(t, m, "_onceregistry", s.once.get()));
  TRY(module_add(t, m, "_defaultaction", s.action.get()));
  return module_add(t, m, "_warnings_context", s.context.get());
}

}  // namespace

Status warn_message(Thread& t, Value message, Type* category, int64_t stacklevel, Value source) {
  return warn_here(t, message, TRY(category_of(t, message, category)), stacklevel, source, nullptr);
}
Status warn_at(Thread& t, Value message, Type* category, Str* filename, int line) {
  return warn_explicit(t, category, message, filename, line, Value(), Value(), Value(), Value());
}

extern const ModuleDef _warnings_module = {"_warnings", "Warnings: filters and registries.", k_functions, warnings_exec};

}  // namespace kaa
