// _interpreters: makes interpreters, runs code in them, and ends them. What an interpreter is: runtime/interpreters.cpp.
#include "modules/sys_module.h"
#include "modules/interpreters/interpreters.h"
#include "modules/posix/sys_util.h"
#include "runtime/call.h"
#include "runtime/startup.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {
namespace interpreters {

Errors& errors() {
  static Errors e;
  return e;
}
Status need_errors(Thread& t) {
  if (!errors().interpreter) TRY(import_module(t, "_interpreters"));
  return {};
}

Result<int64_t> id_number(Thread& t, Value v, const char* whose) {
  if (!is_int(v) && !type_of(v)->dunder(D_index)) return RAISE(TypeError, "%s ID must be an int, got %T", whose, v);
  Result<int64_t> id = to_int64(t, v);
  if (!id.ok()) {
    if (!exc_matches(t, KAA_TYPE(OverflowError))) return Error{};
    clear_exc(t);
    return RAISE(OverflowError, "int too big to convert");
  }
  if (id.value() < 0) return RAISE(ValueError, "%s ID must be a non-negative int, got %R", whose, v);
  return id;
}
Result<int> choice(Thread& t, Value v, int low, int high, int missing, const char* what) {
  int n = v ? TRY(to_cint(t, v)) : -1;
  if (n == -1) return missing;
  if (n < low || n > high) return RAISE(ValueError, "unsupported %s %d", what, n);
  return n;
}

namespace {

void scan(RootVisitor& v) {
  for (Type* ty : {errors().interpreter, errors().not_found, errors().not_shareable})
    if (ty) v.value(ty);
}

// ---- exceptions that cross: their texts
struct Texts { Value name, qualname, module = kNone, message = kNone, formatted, display = kNone; };

Result<Texts> describe(Thread& t, Value exc) {
  Texts x;
  Type* ty = type_of(exc);
  x.name = ty->name.get();
  x.qualname = TRY(get_attr(t, ty, NAME("__qualname__")));
  Result<Value> module = get_attr(t, ty, NAME("__module__"));
  if (module.ok() && is_str(module.value())) x.module = module.value();
  clear_exc(t);
  Result<Str*> message = str(t, exc);
  if (message.ok()) x.message = message.value();
  clear_exc(t);
  bool plain = x.module.is_none() || str_equal_ascii(x.module.as<Str>(), "builtins") || str_equal_ascii(x.module.as<Str>(), "__main__");
  Str* full = plain ? x.qualname.as<Str>() : TRY(str_format(t, "%U.%U", x.module.as<Str>(), x.qualname.as<Str>()));
  x.formatted = x.message.is_none() ? full : TRY(str_format(t, "%U: %U", full, x.message.as<Str>()));
  Result<Value> lines = import_attr(t, "traceback", "format_exception");
  if (lines.ok()) lines = call(t, lines.value(), exc);
  if (lines.ok()) lines = call_method(t, interp().empty_str, NAME("join"), lines.value());
  if (lines.ok()) lines = call_method(t, lines.value(), NAME("rstrip"), NAME("\n"));
  if (lines.ok()) x.display = lines.value();
  clear_exc(t);
  return x;
}
Result<Value> namespace_of(Thread& t, const Texts& x) {
  Value type = TRY(new_simple_namespace(t)), ns = TRY(new_simple_namespace(t));
  TRY(set_attr(t, type, NAME("__name__"), x.name));
  TRY(set_attr(t, type, NAME("__qualname__"), x.qualname));
  TRY(set_attr(t, type, NAME("__module__"), x.module));
  TRY(set_attr(t, ns, NAME("type"), type));
  TRY(set_attr(t, ns, NAME("msg"), x.message));
  TRY(set_attr(t, ns, NAME("formatted"), x.formatted));
  TRY(set_attr(t, ns, NAME("errdisplay"), x.display));
  return ns;
}

// ---- arguments
Result<Interpreter*> interpreter_argument(Thread& t, Value v, Value restricted = Value()) {
  int64_t id = TRY(id_number(t, v, "interpreter"));
  Interpreter* i = find_interpreter(id);
  if (!i) return raise(t, errors().not_found, "unrecognized interpreter ID %ld", id);
  if (restricted && TRY(truth(t, restricted)) && i->whence != Whence::kStdlib) return raise(t, errors().interpreter, "unrecognized interpreter %ld", id);
  return i;
}
Status check_idle(Thread& t, Interpreter* i) {
  return i->running ? raise(t, errors().interpreter, "interpreter already running") : Status();
}

// What values named in a dict go as.
struct Parcels { Tuple* names = nullptr; Tuple* parcels = nullptr; };
Result<Parcels> pack_names(Thread& t, Dict* d) {
  List *names = TRY(new_list(t)), *parcels = TRY(new_list(t));
  Dict* copy = TRY(dict_copy(t, d));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(copy, &pos)) {
    if (!is_str(e->key)) return RAISE(TypeError, "bad argument type for built-in operation");
    Str* name = e->key.as<Str>();
    Utf8 text;
    TRY(str_utf8(t, name, text));
    if (memchr(text.data, 0, text.size)) return RAISE(ValueError, "found embedded NULL character");
    Value v = e->value;
    TRY(list_append(t, names, name));
    TRY(list_append(t, parcels, TRY(pack(t, v, false))));
  }
  return Parcels{TRY(tuple_from(t, names)), TRY(tuple_from(t, parcels))};
}
Status bind_names(Thread& t, const Parcels& p, Dict* into) {
  for (uint64_t i = 0; i < p.names->size; i++) TRY(dict_set(t, into, p.names->items[i], TRY(unpack(t, p.parcels->items[i]))));
  return {};
}

// ---- running
// Does something in the __main__ of another interpreter. What fails there is described in `failed`; false: there is no memory for it, which is raised here.
struct Outcome {
  Value result;       // what work() gave
  bool failed = false, crossing = false;  // crossing: because something could not cross
  Texts texts;
};
template <class F>
Result<bool> run_in(Thread& t, Interpreter* i, Outcome& out, F&& work) {
  TRY(check_idle(t, i));
  {
    Visit visit(*i);
    Thread* inner = visit.thread();
    if (!inner) return raise_memory(t);
    i->running = true;
    Result<Value> r = work(*inner);
    if (r.ok()) {
      out.result = r.value();
    } else {
      out.failed = true;
      Value e = take_exc(*inner);
      out.crossing = is_instance(e, errors().not_shareable);
      Result<Texts> x = describe(*inner, e);
      if (x.ok()) out.texts = x.value();
      else clear_exc(*inner);
    }
    static_cast<void>(run_finalizers(*inner).ok());
    i->running = false;
  }
  if (out.failed && !out.texts.formatted) return raise(t, errors().interpreter, "an exception could not be described");
  return true;
}
Result<Value> run_script(Thread& t, Interpreter* i, Value script, Value shared) {
  Code* code = TRY(script_code(t, script));
  Parcels p;
  if (shared) p = TRY(pack_names(t, shared.as<Dict>()));
  Outcome out;
  TRY(run_in(t, i, out, [&](Thread& n) -> Result<Value> {
    Dict* main = TRY(main_namespace(n));
    if (shared) TRY(bind_names(n, p, main));
    if (code->flags & kCoNewlocals) return call(n, TRY(new_function(n, code, main)));
    return run_code(n, code, main, main);
  }));
  return out.failed ? namespace_of(t, out.texts) : Result<Value>(kNone);
}
// An optional argument: nothing, or a dict.
Status check_dict(Thread& t, Value v, const char* function, int position) {
  if (!v || is_dict(v)) return {};
  return RAISE(TypeError, "_interpreters.%s() argument %d must be dict, not %T", function, position, v);
}

#define FN(name) Result<Value> interpreters_##name(Thread& t, [[maybe_unused]] Args a)

FN(exec) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[3]));
  TRY(check_dict(t, a[2], "exec", 3));
  return run_script(t, i, a[1], a[2]);
}
FN(run_string) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[3]));
  if (!is_str(a[1])) return RAISE(TypeError, "_interpreters.run_string() argument 2 must be str, not %T", a[1]);
  TRY(check_dict(t, a[2], "run_string", 3));
  return run_script(t, i, a[1], a[2]);
}
FN(run_func) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[3]));
  if (!IS_EXACT(a[1], function) && !IS_EXACT(a[1], code)) return RAISE(TypeError, "_interpreters.run_func() argument 2 must be a function, not %T", a[1]);
  TRY(check_dict(t, a[2], "run_func", 3));
  return run_script(t, i, a[1], a[2]);
}

FN(call) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[5]));
  if (a[2] && !is_tuple(a[2])) return RAISE(TypeError, "_interpreters.call() argument 3 must be tuple, not %T", a[2]);
  TRY(check_dict(t, a[3], "call", 4));
  if (!is_callable(a[1])) return RAISE(TypeError, "expected a callable, got %R", a[1]);
  Value func = TRY(pack(t, a[1], true)), args = TRY(pack(t, a[2] ? a[2] : Value(interp().empty_tuple), true));
  bool named = a[3] && TRY(truth(t, a[3]));
  Value keywords = named ? TRY(pack(t, a[3], true)) : kNone;
  Outcome out;
  const char* step = "func not shareable";
  bool done = false;
  TRY(run_in(t, i, out, [&](Thread& n) -> Result<Value> {
    Value f = TRY(unpack(n, func));
    step = "args not shareable";
    Value positional = TRY(unpack(n, args));
    Dict* kw = nullptr;
    if (named) kw = TRY(unpack(n, keywords)).as<Dict>();
    done = true;  // what fails from here on is the program's
    Value r = TRY(call_tuple(n, f, positional.as<Tuple>(), kw));
    done = false;
    step = "object does not support cross-interpreter data";
    return pack(n, r, true);
  }));
  if (!out.failed) return TRY(make_tuple(t, TRY(unpack(t, out.result)), kNone));
  if (done) return TRY(make_tuple(t, kNone, TRY(namespace_of(t, out.texts))));
  Value told = TRY(call(t, KAA_TYPE(Exception), out.texts.display.is_none() ? out.texts.formatted : out.texts.display));
  static_cast<void>(raise_value(t, told));
  return raise_from(t, errors().not_shareable, TRY(new_str(t, step)));
}

FN(set___main___attrs) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[2]));
  if (!is_dict(a[1])) return RAISE(TypeError, "_interpreters.set___main___attrs() argument 2 must be dict, not %T", a[1]);
  if (!TRY(truth(t, a[1]))) return RAISE(ValueError, "arg 2 must be a non-empty dict");
  TRY(check_idle(t, i));
  Parcels p = TRY(pack_names(t, a[1].as<Dict>()));
  Outcome out;
  TRY(run_in(t, i, out, [&](Thread& n) -> Result<Value> {
    TRY(bind_names(n, p, TRY(main_namespace(n))));
    return kNone;
  }));
  if (out.failed) return raise(t, errors().interpreter, "%U", out.texts.formatted.as<Str>());
  return kNone;
}

// ---- making and ending
Result<Value> interpreters_new_config(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, npos = a.n - nkw;
  if (npos > 1) return RAISE(TypeError, "_interpreters.new_config() takes at most 1 argument (%u given)", npos);
  Value name = npos ? a[0] : Value(NAME("isolated"));
  if (!is_str(name)) return RAISE(TypeError, "_interpreters.new_config() argument 1 must be str, not %T", name);
  InterpreterConfig c;
  TRY(config_named(t, name, c));
  Dict* overrides = TRY(new_dict(t));
  for (uint32_t i = 0; i < nkw; i++) TRY(dict_set(t, overrides, kwnames->items[i], a.p[npos + i]));
  TRY(config_override(t, overrides, c, false));
  return config_namespace(t, c);
}
FN(create) {
  InterpreterConfig c;
  TRY(config_from(t, a[0], c));
  bool counted = a[1] && TRY(truth(t, a[1]));
  if (!c.use_main_obmalloc && !c.check_multi_interp_extensions) return raise(t, errors().interpreter, "interpreter creation failed");
  TRY(note_native_modules(t));
  Interpreter* i = add_interpreter(c, Whence::kStdlib);
  i->requires_refs = counted;
  Value reason;
  {
    Visit visit(*i);
    Thread* n = visit.thread();
    if (n && init_builtins(*n).ok() && init_sys(*n, g_config).ok() && boot_library(*n, false).ok()) return make_int(t, i->id);
    if (n) reason = take_exc(*n);
  }
  remove_interpreter(*i);
  if (!reason) return raise_memory(t);
  static_cast<void>(raise_value(t, reason));
  return raise_from(t, errors().interpreter, TRY(new_str(t, "interpreter creation failed")));
}
FN(destroy) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[1]));
  if (i == t.home) return raise(t, errors().interpreter, "cannot destroy the current interpreter");
  if (i->running) return raise(t, errors().interpreter, "interpreter running");
  end_interpreter(*i);
  return kNone;
}
FN(incref) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[2]));
  if (a[1] && TRY(truth(t, a[1]))) i->requires_refs = true;
  i->refs++;
  return kNone;
}
FN(decref) {
  Interpreter* i = TRY(interpreter_argument(t, a[0], a[1]));
  if (i->refs > 0) i->refs--;
  if (!i->refs && i->requires_refs && !i->running && i != t.home) end_interpreter(*i);
  return kNone;
}

// ---- looking at them
Result<Value> id_and_whence(Thread& t, Interpreter& i) { return TRY(make_tuple(t, small_int(i.id), small_int(static_cast<int64_t>(i.whence)))); }
FN(list_all) {
  List* l = TRY(new_list(t));
  std::vector<Interpreter*> now = all_interpreters();
  for (Interpreter* i : now) TRY(list_append(t, l, TRY(id_and_whence(t, *i))));
  return l;
}
FN(get_current) { return id_and_whence(t, *t.home); }
FN(get_main) { return id_and_whence(t, main_interpreter()); }
FN(whence) { return small_int(static_cast<int64_t>(TRY(interpreter_argument(t, a[0]))->whence)); }
FN(is_running) { return Value::from_bool(TRY(interpreter_argument(t, a[0], a[1]))->running); }
FN(get_config) { return config_namespace(t, TRY(interpreter_argument(t, a[0], a[1]))->config); }
FN(is_shareable) { return Value::from_bool(TRY(shareable(t, a[0]))); }
FN(capture_exception) {
  Value e = a[0];
  if (!e || e.is_none()) {
    for (ExcState* s = t.exc_state; s && !e; s = s->prev)
      if (s->exc) e = s->exc;
    if (!e || e.is_none()) return kNone;
  }
  if (!is_exception(e)) return RAISE(TypeError, "expected exception, got %R", e);
  return namespace_of(t, TRY(describe(t, e)));
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"new_config", interpreters_new_config, nullptr, "new_config(name='isolated', /, **overrides): a configuration for create().", kF},
    {"create", interpreters_create, "(config='isolated', *, reqrefs=False)", "Makes an interpreter, and gives its number. reqrefs: it ends with the last incref().", kF},
    {"destroy", interpreters_destroy, "(id, *, restrict=False)", "Ends an interpreter that runs nothing.", kF},
    {"list_all", interpreters_list_all, "(*, require_ready=False)", "(number, whence) of every interpreter.", kF},
    {"get_current", interpreters_get_current, "()", "(number, whence) of this interpreter.", kF},
    {"get_main", interpreters_get_main, "()", "(number, whence) of the main interpreter.", kF},
    {"is_running", interpreters_is_running, "(id, *, restrict=False)", "Whether a program runs in its __main__.", kF},
    {"get_config", interpreters_get_config, "(id, *, restrict=False)", "The configuration it was made with.", kF},
    {"whence", interpreters_whence, "(id)", "Who made it: one of WHENCE_*.", kF},
    {"exec", interpreters_exec, "(id, code, shared=None, *, restrict=False)", "Runs a script in its __main__. None, or a description of the exception that ended it.", kF},
    {"run_string", interpreters_run_string, "(id, script, shared=None, *, restrict=False)", "exec() of text.", kF},
    {"run_func", interpreters_run_func, "(id, func, shared=None, *, restrict=False)", "exec() of a function's code.", kF},
    {"call", interpreters_call, "(id, callable, args=None, kwargs=None, *, preserve_exc=False, restrict=False)", "Calls a function there. (result, None), or (None, a description of the exception).", kF},
    {"set___main___attrs", interpreters_set___main___attrs, "(id, updates, *, restrict=False)", "Binds names in its __main__.", kF},
    {"incref", interpreters_incref, "(id, *, implieslink=False, restrict=False)", "Counts a user of the interpreter.", kF},
    {"decref", interpreters_decref, "(id, *, restrict=False)", "Takes a user off.", kF},
    {"is_shareable", interpreters_is_shareable, "(obj)", "Whether an object can go to another interpreter without being pickled.", kF},
    {"capture_exception", interpreters_capture_exception, "(exc=None)", "A description of an exception, as exec() gives it.", kF},
};

Status exec(Thread& t, Module* m) {
  Errors& e = errors();
  if (!e.interpreter) {
    e.interpreter = TRY(make_exception(t, "concurrent.interpreters.InterpreterError", KAA_TYPE(Exception), "Something went wrong between interpreters."));
    e.not_found = TRY(make_exception(t, "concurrent.interpreters.InterpreterNotFoundError", e.interpreter, "There is no such interpreter."));
    e.not_shareable = TRY(make_exception(t, "concurrent.interpreters.NotShareableError", KAA_TYPE(TypeError), "An object cannot go to another interpreter."));
  }
  TRY(module_add(t, m, "InterpreterError", e.interpreter));
  TRY(module_add(t, m, "InterpreterNotFoundError", e.not_found));
  TRY(module_add(t, m, "NotShareableError", e.not_shareable));
  static const Constant k_whence[] = {{"WHENCE_UNKNOWN", 0}, {"WHENCE_RUNTIME", 1}, {"WHENCE_LEGACY_CAPI", 2}, {"WHENCE_CAPI", 3}, {"WHENCE_XI", 4}, {"WHENCE_STDLIB", 5}};
  return add_constants(t, m, k_whence);
}

}  // namespace
}  // namespace interpreters

extern const ModuleDef _interpreters_module = {"_interpreters", "Interpreters within this process.", interpreters::k_functions, interpreters::exec};
void _interpreters_roots(RootVisitor& v) { interpreters::scan(v); }

}  // namespace kaa
