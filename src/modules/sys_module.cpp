// sys: what importlib, the library and programs ask of the interpreter.
#include "modules/sys_module.h"

#include "types/set.h"

#include <dlfcn.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "interp/tracing.h"
#include "modules/import.h"
#include "modules/remote_debug.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"
#include "runtime/startup.h"
#include "base/version.h"
#include "runtime/audit.h"
#include "runtime/traceback.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"
#include "types/structseq.h"

// In the form that platform.py takes apart: version, build and compiler.
#define KAA_VERSION_TEXT \
  KAA_PYTHON_VERSION " (Kaa) [Clang " KAA_TEXT(__clang_major__) "." KAA_TEXT(__clang_minor__) "." KAA_TEXT(__clang_patchlevel__) "]"

namespace kaa {

constexpr int64_t k_hexversion = 0x030E00F0 | KAA_PYTHON_MICRO << 8;
Config g_config;
Result<Value> make_monitoring(Thread& t);  // monitoring.cpp

Value sys_get(const char* name) { return interp().sys_dict ? dict_get_str(interp().sys_dict, intern_name(name)) : Value(); }
Status sys_set(Thread& t, const char* name, Value v) { return dict_set(t, interp().sys_dict, intern_name(name), v); }

namespace {

Value handled(Thread& t) {
  for (ExcState* s = t.exc_state; s; s = s->prev)
    if (s->exc && !s->exc.is_none()) return s->exc;
  return kNone;
}
Result<Value> sys_exception(Thread& t, Args) { return handled(t); }
Result<Value> sys_exc_info(Thread& t, Args) {
  Value e = handled(t);
  if (e.is_none()) return TRY(make_tuple(t, kNone, kNone, kNone));
  Value tb = e.as<BaseException>()->traceback;
  return TRY(make_tuple(t, Value(type_of(e)), e, tb ? tb : kNone));
}
Result<Value> sys_exit(Thread& t, Args a) {
  Value v = a[0];
  if (v && is_tuple(v)) {  // its items are SystemExit's arguments
    Value e = TRY(call_tuple(t, KAA_TYPE(SystemExit), v.as<Tuple>(), nullptr));
    return raise_value(t, e);
  }
  return raise_class(t, KAA_TYPE(SystemExit), v && !v.is_none() ? v : Value());
}
Result<Value> sys_getframe(Thread& t, Args a) {
  int depth = a[0] ? TRY(to_cint(t, a[0])) : 0;
  Frame* f = t.frame;
  while (f && depth-- > 0) f = f->prev;
  if (!f) return RAISE(ValueError, "call stack is not deep enough");
  FrameObject* o = TRY(frame_object(t, f));
  TRY(audit(t, "sys._getframe", o));
  return o;
}
Result<Value> sys_settrace(Thread& t, Args a) { TRY(set_trace(t, a[0])); return kNone; }
Result<Value> sys_gettrace(Thread& t, Args) { return t.trace_func ? t.trace_func : kNone; }
Result<Value> sys_setprofile(Thread& t, Args a) { TRY(set_profile(t, a[0])); return kNone; }
Result<Value> sys_getprofile(Thread& t, Args) { return t.profile_func ? t.profile_func : kNone; }
Result<Value> sys_settrace_all(Thread& t, Args a) {
  for (Thread* x = interp().threads; x; x = x->next) TRY(set_trace(*x, a[0]));
  return kNone;
}
Result<Value> sys_setprofile_all(Thread& t, Args a) {
  for (Thread* x = interp().threads; x; x = x->next) TRY(set_profile(*x, a[0]));
  return kNone;
}
Result<Value> sys_call_tracing(Thread& t, Args a) {
  if (!is_tuple(a[1])) return RAISE(TypeError, "call_tracing() argument 2 must be tuple, not %T", a[1]);
  return call_tracing(t, a[0], a[1].as<Tuple>());
}
Result<Value> sys_getframemodulename(Thread& t, Args a) {
  int depth = a[0] ? TRY(to_cint(t, a[0])) : 0;
  TRY(audit(t, "sys._getframemodulename", small_int(depth)));
  Frame* f = t.frame;
  while (f && depth-- > 0) f = f->prev;
  if (!f) return kNone;
  Value m = f->func->module;
  return m ? m : kNone;
}
Result<Value> sys_current_frames(Thread& t, Args) {
  TRY(audit(t, "sys._current_frames"));
  Dict* d = TRY(new_dict(t));
  for (Thread* x = interp().threads; x; x = x->next)
    if (x->frame) {
      Value fo = TRY(frame_object(t, x->frame));
      Value id = TRY(make_uint(t, x->id));
      TRY(dict_set(t, d, id, fo));
    }
  return d;
}
// Flags that extension modules would be opened with.
int g_dlopen_flags = RTLD_NOW;
Result<Value> sys_getdlopenflags(Thread&, Args) { return small_int(g_dlopen_flags); }
Result<Value> sys_setdlopenflags(Thread& t, Args a) { g_dlopen_flags = TRY(to_cint(t, a[0])); return kNone; }
Result<Value> sys_current_exceptions(Thread& t, Args) {
  TRY(audit(t, "sys._current_exceptions"));
  Dict* d = TRY(new_dict(t));
  for (Thread* x = interp().threads; x; x = x->next) {
    Value e = kNone;
    for (ExcState* s = x->exc_state; s && e.is_none(); s = s->prev)
      if (s->exc) e = s->exc;
    TRY(dict_set(t, d, TRY(make_uint(t, x->id)), e));
  }
  return d;
}
Result<Value> sys_intern(Thread& t, Args a) {
  if (!IS_EXACT(a[0], str)) return RAISE(TypeError, is_str(a[0]) ? "can't intern %T" : "intern() argument must be str, not %T", a[0]);
  return TRY(intern_weak(t, a[0].as<Str>()));
}
Result<Value> sys_is_interned(Thread& t, Args a) {
  if (!is_str(a[0])) return RAISE(TypeError, "_is_interned() argument must be str, not %T", a[0]);
  return Value::from_bool(a[0].object()->flag(kStrInterned | kStrWeakInterned));
}
Result<Value> sys_is_immortal(Thread&, Args a) { return Value::from_bool(!a[0].is_object() || is_immortal(a[0].object()->rc)); }
Result<Value> sys_getrecursionlimit(Thread& t, Args) { return small_int(t.recursion_limit); }
Result<Value> sys_setrecursionlimit(Thread& t, Args a) {
  int n = TRY(to_cint(t, a[0]));
  if (n < 1) return RAISE(ValueError, "recursion limit must be greater or equal than 1");
  int64_t depth = t.frame ? (t.frame->on_heap ? 0 : t.frame - t.frame_base) + 1 : 0;
  if (depth >= n) return RAISE(RecursionError, "cannot set the recursion limit to %d at the recursion depth %ld: the limit is too low", n, depth);
  for (Thread* x = interp().threads; x; x = x->next) {
    x->recursion_limit = static_cast<uint32_t>(n);
    Frame* limit = x->frame_base + n;
    x->frame_limit = limit < x->frame_end ? limit : x->frame_end - 1;
    x->call_limit.store(nullptr);
  }
  return kNone;
}
// The counted references plus those that registers and native stacks hold.
Result<Value> sys_clear_type_descriptors(Thread& t, Args a) {
  if (!is_type(a[0])) return RAISE(TypeError, "argument must be a type");
  Type* ty = a.as<Type>(0);
  if (ty->has(kTypeImmutable)) return RAISE(TypeError, "argument is immutable");
  TRY(dict_pop(t, ty->dict, NAME("__dict__")));
  TRY(dict_pop(t, ty->dict, NAME("__weakref__")));
  type_modified(ty);
  return kNone;
}

Result<Value> sys_getrefcount(Thread& t, Args a) {
  Value v = a[0];
  t.heap->reconcile();  // what is dead counts no longer
  if (!v.is_object() || is_immortal(v.object()->rc)) return small_int(4294967295);
  struct Counter final : RootVisitor {
    Value want;
    int64_t n = 0;
    void value(Value x) override { n += x == want; }
    void conservative(const void*, const void*) override {}
  } c;
  c.want = v;
  scan_frames(&t, c);
  return make_int(t, v.object()->count() + c.n);
}
Result<Value> sys_getsizeof(Thread& t, Args a) {
  Opt m = TRY(lookup_special(t, a[0], dunder_name(D_sizeof)));
  Result<Value> r = m ? call(t, m.v) : Result<Value>(RAISE(TypeError, "Type %T doesn't define __sizeof__", a[0]));
  Result<Value> size = Error{};
  if (r.ok()) {
    Result<int64_t> n = to_ssize(t, r.value());
    if (n.ok()) {
      if (n.value() >= 0) return make_int(t, n.value());
      static_cast<void>(RAISE(ValueError, "__sizeof__() should return >= 0"));
    }
  }
  if (a[1] && exc_matches(t, KAA_TYPE(TypeError))) {
    clear_exc(t);
    return a[1];
  }
  return Error{};
}
Result<Value> sys_getdefaultencoding(Thread&, Args) { return NAME("utf-8"); }
Result<Value> sys_getfilesystemencoding(Thread&, Args) { return NAME("utf-8"); }
Result<Value> sys_getfilesystemencodeerrors(Thread&, Args) { return NAME("surrogateescape"); }
Result<Value> sys_is_finalizing(Thread&, Args) { return Value::from_bool(interp().finalizing); }
Result<Value> sys_none(Thread&, Args) { return kNone; }
Result<Value> sys_get_int_max_str_digits(Thread&, Args) { return small_int(interp().int_max_str_digits); }
Result<Value> sys_set_int_max_str_digits(Thread& t, Args a) {
  int n = TRY(to_cint(t, a[0]));
  if (n != 0 && n < 640) return RAISE(ValueError, "maxdigits must be >= 640 or 0 for unlimited");
  interp().int_max_str_digits = n;
  return kNone;
}
double g_switch_interval = 0.005;
Result<Value> sys_getswitchinterval(Thread& t, Args) { return make_float(t, g_switch_interval); }
Result<Value> sys_setswitchinterval(Thread& t, Args a) {
  double d = TRY(to_double(t, a[0]));
  if (d <= 0) return RAISE(ValueError, "switch interval must be strictly positive");
  g_switch_interval = d;
  return kNone;
}
Result<Value> sys_getallocatedblocks(Thread& t, Args) { return make_int(t, static_cast<int64_t>(t.heap->stats.live())); }
Result<Value> sys_getunicodeinternedsize(Thread&, Args) { return small_int(static_cast<int64_t>(interp().interned_used)); }
Result<Value> sys_cpu_count_config(Thread&, Args) { return small_int(g_config.cpu_count); }
Result<Value> sys_false(Thread&, Args) { return kFalse; }
Result<Value> sys_true(Thread&, Args) { return kTrue; }

// displayhook(value): prints repr(value), and keeps it as builtins._
Result<Value> sys_displayhook(Thread& t, Args a) {
  Value v = a[0];
  if (v.is_none()) return kNone;
  TRY(dict_set_str(t, interp().builtins, "_", kNone));
  heap().reconcile();  // what _ was dies before the new value is shown
  TRY(run_finalizers(t));
  Value out = sys_get("stdout");
  if (!out || out.is_none()) return RAISE(RuntimeError, "lost sys.stdout");
  Str* text = TRY(repr(t, v));
  Result<Value> w = call_method(t, out, NAME("write"), text);
  if (!w.ok()) {
    if (!exc_matches(t, KAA_TYPE(UnicodeEncodeError))) return Error{};
    clear_exc(t);
    Value enc = TRY(get_attr(t, out, NAME("encoding")));
    Value b = TRY(call_method(t, text, NAME("encode"), enc, NAME("backslashreplace")));
    Opt buffer = TRY(lookup_attr(t, out, NAME("buffer")));
    if (buffer) {
      TRY(call_method(t, buffer.v, NAME("write"), b));
    } else {
      Value s = TRY(call_method(t, b, NAME("decode"), enc, NAME("strict")));
      TRY(call_method(t, out, NAME("write"), s));
    }
  }
  TRY(call_method(t, out, NAME("write"), NAME("\n")));
  TRY(dict_set_str(t, interp().builtins, "_", v));
  return kNone;
}

}  // namespace

// Writes an exception as the traceback module shows it; if that fails, a plain line.
Status print_exception(Thread& t, Value e) {
  Value err = sys_get("stderr");
  if (err && err.is_none()) return {};
  Result<Value> r = [&]() -> Result<Value> {
    Value mod = TRY(import_module(t, "traceback"));
    Value f = TRY(get_attr(t, mod, NAME("_print_exception_bltin")));
    return call(t, f, e);
  }();
  if (r.ok()) return {};
  clear_exc(t);
  std::string lines;
  for (Value x = e.as<BaseException>()->traceback; x && !x.is_none();) {
    Traceback* f = x.as<Traceback>();
    Str* line = TRY(str_format(t, "  File \"%S\", line %d, in %S\n", f->code->filename.get(), f->lineno == -1 ? code_line(f->code, code_word(f->code, f->lasti)) : f->lineno, f->code->name.get()));
    Utf8 u;
    TRY(str_utf8(t, line, u, true));
    lines += u.view();
    x = f->next;
  }
  Str* s = TRY(str_format(t, "%T: %S\n", e, e));
  Utf8 u;
  TRY(str_utf8(t, s, u, true));
  fprintf(stderr, "Traceback (most recent call last):\n%s%s", lines.c_str(), u.data);
  return {};
}

namespace {

Result<Value> sys_excepthook(Thread& t, Args a) {
  if (!is_exception(a[1])) {
    Str* s = TRY(str_format(t, "TypeError: print_exception(): Exception expected for value, %T found\n", a[1]));
    Value err = sys_get("stderr");
    if (err && !err.is_none()) TRY(call_method(t, err, NAME("write"), s));
    return kNone;
  }
  TRY(print_exception(t, a[1]));
  return kNone;
}

// The exception alone: no carets, no causes.
Status print_ignored(Thread& t, Value err, Value type, Value exc, Value tb) {
  if (!IS_EXACT(tb, traceback)) tb = Value();
  if (tb) TRY(call_method(t, err, NAME("write"), NAME("Traceback (most recent call last):\n")));
  for (; tb && !tb.is_none(); tb = tb.as<Traceback>()->next) {
    Traceback* x = tb.as<Traceback>();
    Keep keep(x);
    Value number = TRY(get_attr(t, x, NAME("tb_lineno")));
    Str* where = TRY(str_format(t, "  File \"%S\", line %S, in %S\n", x->code->filename.get(), number, x->code->name.get()));
    TRY(call_method(t, err, NAME("write"), where));
    Result<Value> line = [&]() -> Result<Value> {
      Value getline = TRY(import_attr(t, "linecache", "getline"));
      Value s = TRY(call(t, getline, x->code->filename.get(), number));
      return call_method(t, s, NAME("strip"));
    }();
    if (!line.ok()) clear_exc(t);
    else if (is_str(line.value()) && line.value().as<Str>()->length) TRY(call_method(t, err, NAME("write"), TRY(str_format(t, "    %S\n", line.value()))));
  }
  if (!is_type(type)) return {};
  Opt module = TRY(lookup_attr(t, type, NAME("__module__")));
  Value qualname = TRY(get_attr(t, type, NAME("__qualname__")));
  Str* name;
  if (!module || !is_str(module.v))
    name = TRY(str_format(t, "<unknown>%S", qualname));
  else if (str_equal_ascii(module.v.as<Str>(), "builtins") || str_equal_ascii(module.v.as<Str>(), "__main__"))
    name = TRY(str(t, qualname));
  else
    name = TRY(str_format(t, "%S.%S", module.v, qualname));
  if (exc.is_none()) {
    TRY(call_method(t, err, NAME("write"), TRY(str_format(t, "%U\n", name))));
    return {};
  }
  Result<Str*> text = str(t, exc);
  if (!text.ok()) {
    clear_exc(t);
    text = new_str(t, "<exception str() failed>");
  }
  Str* shown = TRY(text);
  TRY(call_method(t, err, NAME("write"), TRY(str_format(t, "%U: %U\n", name, shown))));
  return {};
}

Result<Value> sys_unraisablehook(Thread& t, Args a) {
  Value u = a[0];
  if (type_of(u) != g_unraisable_args) return RAISE(TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs");
  Value type = TRY(get_attr(t, u, NAME("exc_type"))), exc = TRY(get_attr(t, u, NAME("exc_value"))), tb = TRY(get_attr(t, u, NAME("exc_traceback")));
  Value obj = TRY(get_attr(t, u, NAME("object"))), msg = TRY(get_attr(t, u, NAME("err_msg")));
  Value err = sys_get("stderr");
  if (!err || err.is_none()) return kNone;
  Str* head = nullptr;
  if (!obj.is_none()) {
    Result<Str*> r = repr(t, obj);
    if (!r.ok()) { clear_exc(t); r = new_str(t, "<object repr() failed>"); }
    head = msg.is_none() ? TRY(str_format(t, "Exception ignored in: %U\n", TRY(r))) : TRY(str_format(t, "%S: %U\n", msg, TRY(r)));
  } else if (!msg.is_none()) {
    head = TRY(str_format(t, "%S:\n", msg));
  }
  if (head) TRY(call_method(t, err, NAME("write"), head));
  TRY(print_ignored(t, err, type, exc, tb));
  TRY(call_method(t, err, NAME("flush")));
  return kNone;
}

Result<Value> sys_breakpointhook(Thread& t, Args a, Tuple* kwnames) {
  const char* env = g_config.ignore_environment ? nullptr : getenv("PYTHONBREAKPOINT");
  if (env && !strcmp(env, "0")) return kNone;
  std::string name = env && *env ? env : "pdb.set_trace";
  size_t dot = name.rfind('.');
  std::string mod = dot == std::string::npos ? "builtins" : name.substr(0, dot), attr = dot == std::string::npos ? name : name.substr(dot + 1);
  Result<Value> f = mod.empty() ? Result<Value>(RAISE(ImportError, "no module")) : import_attr(t, mod.c_str(), attr.c_str());
  if (!f.ok()) {
    if (!exc_matches(t, KAA_TYPE(ImportError)) && !exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
    clear_exc(t);
    TRY(warn(t, KAA_TYPE(RuntimeWarning), 0, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", name.c_str()));
    return kNone;
  }
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  return call_args(t, f.value(), a.p, a.n - nkw, kwnames);
}

Result<Value> sys_audit(Thread& t, Args a) {
  if (a.n < 1) return RAISE(TypeError, "audit expected at least 1 argument, got 0");
  if (!is_str(a[0])) return RAISE(TypeError, "expected str for argument 'event', not %T", a[0]);
  if (interp().auditing) TRY(audit_args(t, a[0].as<Str>(), a.p + 1, a.n - 1));
  return kNone;
}
Result<Value> sys_addaudithook(Thread& t, Args a) { TRY(add_audit_hook(t, a[0])); return kNone; }
Type* g_asyncgen_hooks = nullptr;  // immortal
Result<Value> sys_get_asyncgen_hooks(Thread& t, Args) {
  Tuple* hooks = TRY(new_structseq(t, g_asyncgen_hooks));
  structseq_set(hooks, 0, t.async_gen_firstiter ? t.async_gen_firstiter : kNone);
  structseq_set(hooks, 1, t.async_gen_finalizer ? t.async_gen_finalizer : kNone);
  return hooks;
}
Result<Value> sys_set_asyncgen_hooks(Thread& t, Args a) {
  for (uint32_t i = 0; i < 2; i++)
    if (a[i] && !a[i].is_none() && !is_callable(a[i])) return RAISE(TypeError, "callable %s expected, got %T", i ? "finalizer" : "firstiter", a[i]);
  if (a[1]) t.async_gen_finalizer = a[1].is_none() ? Value() : a[1];
  if (a[0]) t.async_gen_firstiter = a[0].is_none() ? Value() : a[0];
  return kNone;
}
Result<Value> sys_get_coroutine_origin(Thread& t, Args) { return small_int(t.coroutine_origin_depth); }
Result<Value> sys_set_coroutine_origin(Thread& t, Args a) {
  int n = TRY(to_cint(t, a[0]));
  if (n < 0) return RAISE(ValueError, "depth must be >= 0");
  t.coroutine_origin_depth = n;
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"exception", sys_exception, "()", "The exception being handled, or None.", kF},
    {"exc_info", sys_exc_info, "()", "(type, value, traceback) of the exception being handled.", kF},
    {"exit", sys_exit, "(status=None, /)", "Raises SystemExit(status).", kF},
    {"_getframe", sys_getframe, "(depth=0, /)", "A frame of the call stack.", kF},
    {"settrace", sys_settrace, "(function, /)", "Sets the function that is told what this thread runs; None: no tracing.", kF},
    {"gettrace", sys_gettrace, "()", "The function set by settrace(), or None.", kF},
    {"setprofile", sys_setprofile, "(function, /)", "Sets the function that is told of calls and returns in this thread.", kF},
    {"getprofile", sys_getprofile, "()", "The function set by setprofile(), or None.", kF},
    {"_settraceallthreads", sys_settrace_all, "(function, /)", "settrace() for every thread.", kF},
    {"_setprofileallthreads", sys_setprofile_all, "(function, /)", "setprofile() for every thread.", kF},
    {"call_tracing", sys_call_tracing, "(func, args, /)", "Calls func(*args) with tracing on, from a trace function.", kF},
    {"_getframemodulename", sys_getframemodulename, "(depth=0)", "The module name of a frame of the call stack.", kF},
    {"_current_frames", sys_current_frames, "()", "The innermost frame of each thread.", kF},
    {"getdlopenflags", sys_getdlopenflags, "()", "The flags that extension modules are opened with.", kF},
    {"setdlopenflags", sys_setdlopenflags, "(flags, /)", "Sets the flags that extension modules are opened with.", kF},
    {"_current_exceptions", sys_current_exceptions, "()", "The exception that each thread handles, or None.", kF},
    {"intern", sys_intern, "(string, /)", "The one string with this text that names are compared by.", kF},
    {"_is_interned", sys_is_interned, "(string, /)", "Whether the string is interned.", kF},
    {"_is_immortal", sys_is_immortal, "(op, /)", "Whether the object is never reclaimed.", kF},
    {"getrecursionlimit", sys_getrecursionlimit, "()", "How many Python frames may be nested.", kF},
    {"setrecursionlimit", sys_setrecursionlimit, "(limit, /)", "Sets how many Python frames may be nested.", kF},
    {"getrefcount", sys_getrefcount, "(object, /)", "References from the heap and from registers.", kF},
    {"getsizeof", sys_getsizeof, "(object, default=<unrepresentable>)", "Bytes of an object.", kF},
    {"getdefaultencoding", sys_getdefaultencoding, "()", "'utf-8'.", kF},
    {"getfilesystemencoding", sys_getfilesystemencoding, "()", "The encoding of file names.", kF},
    {"getfilesystemencodeerrors", sys_getfilesystemencodeerrors, "()", "The error handler of file names.", kF},
    {"is_finalizing", sys_is_finalizing, "()", "Whether the interpreter is shutting down.", kF},
    {"get_int_max_str_digits", sys_get_int_max_str_digits, "()", "The limit of digits in conversions between int and str.", kF},
    {"set_int_max_str_digits", sys_set_int_max_str_digits, "(maxdigits)", "Sets that limit; 0 is none.", kF},
    {"getswitchinterval", sys_getswitchinterval, "()", "Seconds between two switches of threads.", kF},
    {"setswitchinterval", sys_setswitchinterval, "(interval, /)", "Sets that time.", kF},
    {"getallocatedblocks", sys_getallocatedblocks, "()", "Objects alive at the last reconcile.", kF},
    {"getunicodeinternedsize", sys_getunicodeinternedsize, "(*, _only_immortal=False)", "The number of interned strings.", kF},
    {"displayhook", sys_displayhook, "(object, /)", "Prints a value at the prompt.", kF},
    {"excepthook", sys_excepthook, "(exctype, value, traceback, /)", "Prints an exception that nobody caught.", kF},
    {"unraisablehook", sys_unraisablehook, "(unraisable, /)", "Prints an exception that could not be raised.", kF},
    {"breakpointhook", sys_breakpointhook, nullptr, "What breakpoint() calls.", kF},
    {"audit", sys_audit, "(event, /, *args)", "Calls the audit hooks.", kF},
    {"addaudithook", sys_addaudithook, "(hook)", "Adds an audit hook.", kF},
    {"get_asyncgen_hooks", sys_get_asyncgen_hooks, "()", "(firstiter, finalizer) of async generators.", kF},
    {"set_asyncgen_hooks", sys_set_asyncgen_hooks, "(firstiter=<unrepresentable>, finalizer=<unrepresentable>)", "Sets these hooks.", kF},
    {"get_coroutine_origin_tracking_depth", sys_get_coroutine_origin, "()", "Frames kept of where a coroutine was made.", kF},
    {"set_coroutine_origin_tracking_depth", sys_set_coroutine_origin, "(depth)", "Sets that number.", kF},
    {"_clear_type_cache", sys_none, "()", "Forgets cached lookups.", kF},
    {"_clear_internal_caches", sys_none, "()", "Forgets cached lookups.", kF},
    {"_is_gil_enabled", sys_true, "()", "Whether threads take turns.", kF},
    {"is_stack_trampoline_active", sys_false, "()", "Whether a profiler's trampoline is active.", kF},
    {"remote_exec", sys_remote_exec, "(pid, script)", "Has another process of Kaa run a script.", kF},
    {"is_remote_debug_enabled", sys_is_remote_debug_enabled, "()", "Whether another process may run code in this one.", kF},
    {"_clear_type_descriptors", sys_clear_type_descriptors, "(type, /)", "Takes __dict__ and __weakref__ of a class's own out of its namespace.", kF},
    {"_get_cpu_count_config", sys_cpu_count_config, "()", "The number of -X cpu_count, or -1.", kF},
    {"_debugmallocstats", sys_none, "()", "Nothing here.", kF},
};

}  // namespace

// A named record: the names are attributes.
static Result<Value> record(Thread& t, std::initializer_list<std::pair<const char*, Value>> fields) {
  Value ns = TRY(new_simple_namespace(t));
  for (auto& f : fields) TRY(set_attr(t, ns, intern_name(f.first), f.second));
  return ns;
}
static Result<Value> text_list(Thread& t, const std::vector<std::string>& v, bool ascii = false) {
  List* l = TRY(new_list(t, v.size()));
  for (const std::string& s : v) {
    std::string escaped;  // of ASCII with surrogateescape, as UTF-8
    for (size_t i = 0; ascii && i < s.size(); i++) {
      unsigned char c = static_cast<unsigned char>(s[i]);
      if (c < 0x80) { escaped += s[i]; continue; }
      escaped += '\xED';
      escaped += static_cast<char>(0xB0 | c >> 6);
      escaped += static_cast<char>(0x80 | (c & 0x3F));
    }
    Value x = ascii ? TRY(new_str(t, escaped)) : TRY(decode_fs(t, s));
    TRY(list_append(t, l, x));
  }
  return l;
}

// A named tuple made once, of a type that cannot be instantiated: the field names are the type's.
struct RecordField { const char* name; Value v; };
static Result<Value> named_tuple(Thread& t, const char* type_name, const char* doc, std::initializer_list<RecordField> fields, uint32_t visible = ~0u) {
  StructSeqField* defs = new StructSeqField[fields.size() + 1];  // lives as long as the type
  uint32_t n = 0;
  Tuple* keep = TRY(new_tuple(t, fields.size()));  // the values may be new
  for (const RecordField& f : fields) {
    defs[n] = {f.name, nullptr};
    tuple_init(keep, n++, f.v);
  }
  defs[n] = kStructSeqEnd;
  StructSeqDef* def = new StructSeqDef{type_name, doc, defs, visible < n ? visible : n, true};
  Type* ty = TRY(make_structseq(t, *def));
  Tuple* u = TRY(new_structseq(t, ty));
  for (uint32_t i = 0; i < n; i++) structseq_set(u, i, keep->items[i]);
  return u;
}
static Result<Value> version_info(Thread& t, Value level) {
  return named_tuple(t, "sys.version_info", "The version as numbers.", {{"major", small_int(3)}, {"minor", small_int(14)}, {"micro", small_int(KAA_PYTHON_MICRO)}, {"releaselevel", level}, {"serial", small_int(0)}});
}

// As the C library tells it: "NPTL 2.36".
static Result<Value> thread_library(Thread& t) {
  char text[64];
  size_t n = confstr(_CS_GNU_LIBPTHREAD_VERSION, text, sizeof text);
  if (!n || n > sizeof text) return kNone;
  return TRY(new_str(t, text));
}

// flags, float_info, int_info, hash_info, thread_info.
static Status sys_records(Thread& t, Module* m, const Config& c) {
  auto n = [](int64_t i) { return small_int(i); };
  Value flags = TRY(named_tuple(t, "sys.flags", "What the command line and environment set.",
      {{"debug", n(c.debug)}, {"inspect", n(c.inspect)}, {"interactive", n(c.interactive)}, {"optimize", n(c.optimize)}, {"dont_write_bytecode", n(c.dont_write_bytecode)},
       {"no_user_site", n(c.no_user_site)}, {"no_site", n(c.no_site)}, {"ignore_environment", n(c.ignore_environment)}, {"verbose", n(c.verbose)}, {"bytes_warning", n(c.bytes_warning)},
       {"quiet", n(c.quiet)}, {"hash_randomization", n(c.hash_seed != 0)}, {"isolated", n(c.isolated)}, {"dev_mode", Value::from_bool(c.dev_mode)}, {"utf8_mode", n(c.utf8_mode)},
       {"warn_default_encoding", n(c.warn_default_encoding)}, {"safe_path", Value::from_bool(c.safe_path)}, {"int_max_str_digits", n(c.int_max_str_digits)}, {"gil", n(1)},
       {"thread_inherit_context", n(c.thread_inherit_context)}, {"context_aware_warnings", n(c.context_aware_warnings)}}, 18));
  TRY(module_add(t, m, "flags", flags));
  auto d = [&](double x) -> Result<Value> { return make_float(t, x); };
  Value fi = TRY(named_tuple(t, "sys.float_info", "Limits of float.",
      {{"max", TRY(d(DBL_MAX))}, {"max_exp", n(DBL_MAX_EXP)}, {"max_10_exp", n(DBL_MAX_10_EXP)}, {"min", TRY(d(DBL_MIN))}, {"min_exp", n(DBL_MIN_EXP)}, {"min_10_exp", n(DBL_MIN_10_EXP)},
       {"dig", n(DBL_DIG)}, {"mant_dig", n(DBL_MANT_DIG)}, {"epsilon", TRY(d(DBL_EPSILON))}, {"radix", n(FLT_RADIX)}, {"rounds", n(1)}}));
  TRY(module_add(t, m, "float_info", fi));
  Value ii = TRY(named_tuple(t, "sys.int_info", "How int is stored, as CPython tells it.", {{"bits_per_digit", n(30)}, {"sizeof_digit", n(4)}, {"default_max_str_digits", n(4300)}, {"str_digits_check_threshold", n(640)}}));
  TRY(module_add(t, m, "int_info", ii));
  Value hi = TRY(named_tuple(t, "sys.hash_info", "How hashes are made.",
      {{"width", n(64)}, {"modulus", n((int64_t{1} << 61) - 1)}, {"inf", n(314159)}, {"nan", n(0)}, {"imag", n(1000003)}, {"algorithm", NAME("siphash13")}, {"hash_bits", n(64)}, {"seed_bits", n(128)}, {"cutoff", n(0)}}));
  TRY(module_add(t, m, "hash_info", hi));
  Value ti = TRY(named_tuple(t, "sys.thread_info", "Which threads there are.", {{"name", NAME("pthread")}, {"lock", NAME("semaphore")}, {"version", TRY(thread_library(t))}}));
  TRY(module_add(t, m, "thread_info", ti));
  static const StructSeqField k_unraisable[] = {{"exc_type", nullptr}, {"exc_value", nullptr}, {"exc_traceback", nullptr}, {"err_msg", nullptr}, {"object", nullptr}, kStructSeqEnd};
  static const StructSeqDef k_unraisable_def = {"sys.UnraisableHookArgs", "What sys.unraisablehook receives.", k_unraisable, 5};
  if (!g_unraisable_args) g_unraisable_args = TRY(make_structseq(t, k_unraisable_def));
  static const StructSeqField k_hooks[] = {{"firstiter", "What is called when an iteration begins."}, {"finalizer", "What is called when one dies unfinished."}, kStructSeqEnd};
  static const StructSeqDef k_hooks_def = {"asyncgen_hooks", "The hooks of async generators.", k_hooks, 2};
  if (!g_asyncgen_hooks) g_asyncgen_hooks = TRY(make_structseq(t, k_hooks_def));
  return {};
}

static Result<Set*> stdlib_module_names(Thread& t) {
  static const char* const k_names[] = {
#define STDLIB(name) name,
#include "defs/stdlib_modules.def"
  };
  Set* s = TRY(new_set(t, true));
  for (const char* n : k_names) TRY(set_add(t, s, intern_name(n)));
  return s;
}

Status init_sys(Thread& t, const Config& c) {
  g_config = c;
  Module* m = TRY(make_module(t, *find_native_module("sys")));
  interp().sys_dict = m->dict;
  interp().optimize = c.optimize;
  interp().bytes_warning = c.bytes_warning;
  interp().int_max_str_digits = c.int_max_str_digits;
  TRY(dict_set(t, interp().modules, NAME("sys"), m));
  auto text = [&](const char* name, const std::string& s) -> Status { return module_add(t, m, name, TRY(new_str(t, s))); };
  TRY(module_add(t, m, "modules", interp().modules));
  for (auto [name, def] : {std::pair{"__displayhook__", "displayhook"}, {"__excepthook__", "excepthook"}, {"__unraisablehook__", "unraisablehook"}, {"__breakpointhook__", "breakpointhook"}})
    TRY(module_add(t, m, name, dict_get_str(m->dict, intern_name(def))));
  TRY(text("version", KAA_VERSION_TEXT));
  TRY(text("copyright", "Copyright (c) 2026 The Kaa developers. Python is a trademark of the Python Software Foundation."));
  TRY(module_add(t, m, "hexversion", small_int(k_hexversion)));
  TRY(module_add(t, m, "api_version", small_int(1013)));
  Value final = NAME("final");
  Value version = TRY(version_info(t, final));
  TRY(module_add(t, m, "version_info", version));
  Value impl = TRY(record(t, {{"name", NAME("kaa")}, {"cache_tag", NAME("kaa-314")}, {"version", version}, {"hexversion", small_int(k_hexversion)}, {"_multiarch", NAME("x86_64-linux-gnu")}, {"supports_isolated_interpreters", kFalse}}));
  TRY(module_add(t, m, "implementation", impl));
  TRY(module_add(t, m, "_git", TRY(make_tuple(t, NAME("Kaa"), interp().empty_str, interp().empty_str))));
  TRY(text("platform", "linux"));
  TRY(text("byteorder", __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "little" : "big"));
  TRY(text("abiflags", ""));
  TRY(text("float_repr_style", "short"));
  TRY(text("platlibdir", "lib"));
  TRY(text("_framework", ""));
  TRY(module_add(t, m, "maxsize", TRY(make_int(t, INT64_MAX))));
  TRY(module_add(t, m, "maxunicode", small_int(0x10FFFF)));
  TRY(sys_records(t, m, c));
  std::vector<std::string> natives;
#define MODULE(id) natives.push_back(find_native_module(#id) ? #id : "");
#include "defs/modules.def"
  std::sort(natives.begin(), natives.end());
  Value nl = TRY(text_list(t, natives));
  TRY(module_add(t, m, "builtin_module_names", TRY(tuple_from(t, nl))));
  TRY(module_add(t, m, "stdlib_module_names", TRY(stdlib_module_names(t))));
  TRY(text("executable", c.executable));
  TRY(text("_base_executable", c.base_executable));
  TRY(text("prefix", c.prefix));
  TRY(text("exec_prefix", c.exec_prefix));
  TRY(text("base_prefix", c.base_prefix));
  TRY(text("base_exec_prefix", c.base_exec_prefix));
  TRY(text("_stdlib_dir", c.stdlib));
  TRY(module_add(t, m, "argv", TRY(text_list(t, c.argv, c.ascii_arguments))));
  TRY(module_add(t, m, "orig_argv", TRY(text_list(t, c.orig_argv, c.ascii_arguments))));
  TRY(module_add(t, m, "warnoptions", TRY(text_list(t, c.warn_options))));
  TRY(module_add(t, m, "path", TRY(text_list(t, c.path))));
  TRY(module_add(t, m, "meta_path", TRY(new_list(t))));
  TRY(module_add(t, m, "path_hooks", TRY(new_list(t))));
  TRY(module_add(t, m, "path_importer_cache", TRY(new_dict(t))));
  TRY(module_add(t, m, "dont_write_bytecode", Value::from_bool(c.dont_write_bytecode)));
  Value pcp = kNone;
  if (!c.pycache_prefix.empty()) pcp = TRY(new_str(t, c.pycache_prefix));
  TRY(module_add(t, m, "pycache_prefix", pcp));
  Dict* xo = TRY(new_dict(t));
  for (size_t i = 0; i < c.x_options.size(); i++) {
    Value k = TRY(new_str(t, c.x_options[i].first)), v = kTrue;
    if (c.x_has_value[i]) v = TRY(new_str(t, c.x_options[i].second));
    TRY(dict_set(t, xo, k, v));
  }
  TRY(module_add(t, m, "_xoptions", xo));
  // sys._jit: there is none.
  static const MethodDef k_jit[] = {{"is_available", sys_false, "()", "Whether there is a JIT compiler.", kF}, {"is_enabled", sys_false, "()", "Whether it is on.", kF}, {"is_active", sys_false, "()", "Whether the caller runs compiled code.", kF}};
  Value jit = TRY(new_simple_namespace(t));
  for (const MethodDef& f : k_jit) {
    Value fn = TRY(new_native_function(t, &f, nullptr, Value(), NAME("sys._jit")));
    TRY(set_attr(t, jit, intern_name(f.name), fn));
  }
  TRY(module_add(t, m, "_jit", jit));
  TRY(module_add(t, m, "monitoring", TRY(make_monitoring(t))));
  return {};
}

extern const ModuleDef sys_module = {"sys", "The interpreter as the program sees it: its settings, limits and hooks.", k_functions, nullptr};

}  // namespace kaa
