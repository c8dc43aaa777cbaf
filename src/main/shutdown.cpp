// The end of an interpreter, in CPython's order: names of sys that hold much, the modules, what they alone kept alive, then the contents of modules that are
// still referred to. Memory itself is left to the system.
//
// What is held from one step to the next is in roots, so that at the end of the process no native stack has to be looked through for what lives
// (alone() below): a stale word there would keep a module, and all that its names lead to would see another order of death, or none.
#include <vector>

#include "heap/heap_inl.h"
#include "main/boot.h"
#include "objects/traits.h"
#include "runtime/gil.h"
#include "runtime/interpreters.h"
#include "runtime/startup.h"
#include "runtime/traceback.h"
#include "runtime/warnings.h"
#include "runtime/weakrefs.h"
#include "types/objmodel.h"

namespace kaa {

namespace {

void quiet(Thread& t, bool ok) {
  if (!ok) clear_exc(t);
}
bool g_last = false;  // the process ends: there is no native caller but what stands here

// Runs f, for which the native frames of its callers hold nothing. What they left in registers is saved in the outer of these two frames, which lies above
// what is scanned, and the registers are cleared: the functions that f calls would save it in theirs.
template <class F>
[[gnu::noinline]] auto call_alone(Thread& t, F& f) {
  struct Base {
    Thread& t;
    char* outer;
    ~Base() { t.native_base = outer; }
  } base{t, t.native_base};
  if (g_last) t.native_base = static_cast<char*>(__builtin_frame_address(0));
  return f();
}
template <class F>
[[gnu::noinline]] auto alone(Thread& t, F&& f) {
  asm volatile("xor %%ebx, %%ebx\n xor %%r12d, %%r12d\n xor %%r13d, %%r13d\n xor %%r14d, %%r14d\n xor %%r15d, %%r15d" ::: "rbx", "r12", "r13", "r14", "r15", "cc");
  struct Stay { ~Stay() { asm volatile("" ::: "memory"); } } stay;  // no jump, before which the registers would have been put back
  return call_alone(t, f);
}
// Whether the death of the value itself can be seen; then it dies before the next name goes.
bool dies_visibly(Value v) { return v.is_object() && type_of(v)->death == Death::kFinalizer; }

// Names of a module's own first ("_x", not "__x__"), then the others; __builtins__ stays for functions that still run.
void clear_names(Thread& t, const Root<Dict*>& d) {
  for (int pass = 0; pass < 2; pass++) {
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(d, &pos)) {
      if (!is_exact_str(e->key) || e->value.is_none()) continue;
      Str* s = e->key.as<Str>();
      bool own = s->length > 1 && s->at(0) == '_' && s->at(1) != '_';
      if (pass == 0 ? !own : str_equal_ascii(s, "__builtins__")) continue;
      bool seen = dies_visibly(e->value);
      quiet(t, dict_set(t, d, s, kNone).ok());
      if (!seen) continue;
      alone(t, [&] {
        t.heap->reconcile();
        quiet(t, run_finalizers(t).ok());
      });
    }
  }
}
// Finalizers may release what has finalizers, a few times over.
void collect(Thread& t, int rounds) {
  for (int round = 0; round < rounds; round++) {
    size_t found = alone(t, [&] {
      size_t n = gc_collect(t, 2);
      quiet(t, run_finalizers(t).ok());
      return n;
    });
    if (!found) return;
  }
}

// The standard streams and what they write to: their death says nothing once they are flushed.
void add_streams(Thread& t, std::vector<Object*>& known) {
  for (const char* name : {"__stdin__", "__stdout__", "__stderr__"}) {
    Value s = dict_get_str(interp().sys_dict, intern_name(name));
    for (const char* inner : {"buffer", "raw", ""}) {
      if (!s || !s.is_object() || !is_immortal(type_of(s)->rc)) break;
      known.push_back(s.object());
      Result<Opt> next = lookup_attr(t, s, intern_name(inner));
      if (!next.ok()) { clear_exc(t); break; }
      s = next.value() ? next.value().v : Value();
    }
  }
}
// Whether anything is left whose death a program could see: what has a finalizer. Taking modules down costs some
// milliseconds, and most programs are spared it.
bool anything_visible(Thread& t) {
  std::vector<Object*> known;
  add_streams(t, known);
  alone(t, [&] {
    t.heap->reconcile();
    quiet(t, run_finalizers(t).ok());  // of what this has found dead
  });
  bool any = false;
  t.heap->each_object([&](Object* o) {
    if (any || o->type()->death != Death::kFinalizer || !wants_finalizer(o)) return;
    for (Object* k : known) if (k == o) return;
    any = true;
  });
  return any;
}

// Streams that something still holds: what was written to them is not lost. Text goes into its buffer first.
void flush_streams(Thread& t) {
  Result<List*> made = new_list(t);
  if (!made.ok()) return clear_exc(t);
  Root<List*> l(made.value());
  std::vector<Object*> found;
  t.heap->each_object([&](Object* o) {
    if (o->type()->death == Death::kFinalizer && wants_finalizer(o) && type_lookup(o->type(), NAME("writable"))) found.push_back(o);
  });
  for (Object* o : found) quiet(t, list_append(t, l, Value(o)).ok());  // no reconcile so far: it makes room for them alone
  for (bool text : {true, false})
    for (uint64_t i = 0; i < l->size; i++) {
      Value v = l->items[i];
      if (static_cast<bool>(type_lookup(type_of(v), NAME("reconfigure"))) == text) quiet(t, call_method(t, v, NAME("flush")).ok());
    }
}

// Weak references to the modules, in the order of their import.
Result<List*> weak_modules(Thread& t) {
  Interp& in = interp();
  List* refs = TRY(new_list(t));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(in.modules, &pos)) {
    Value v = e->value;
    if (!v.is_object() || !is_instance(v, KAA_TYPE(module))) continue;
    Dict* d = v.as<Module>()->dict;
    if (d == in.sys_dict || d == in.builtins) continue;
    WeakRef* r = TRY(make_weakref(t, KAA_TYPE(weakref), v, Value()));
    TRY(list_append(t, refs, r));
  }
  return refs;
}

// The locks of modules that something still holds: that they die needs no work any more, and importlib's callbacks
// would find its names gone.
void forget_module_locks(Thread& t, Dict* importlib) {
  t.heap->each_object([&](Object* o) {
    if (o->type() != KAA_TYPE(weakref)) return;
    WeakRef* r = static_cast<WeakRef*>(o);
    Value f = r->callback;
    if (r->referent && f && IS_EXACT(f, function) && f.as<Function>()->globals.get() == importlib) r->callback.clear();
  });
}

}  // namespace

// Takes the current interpreter's modules down, with so many collections at most before and after names are cleared. Tells what sys.stdout and sys.stderr were.
static void take_down_modules(Thread& t, Root<> streams[2], int before, int after) {
  Interp& in = interp();
  for (const char* n : {"path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_hooks", "path_importer_cache", "meta_path", "__interactivehook__"}) {
    Str* name = intern_name(n);
    if (dict_get_str(in.sys_dict, name)) quiet(t, dict_set(t, in.sys_dict, name, kNone).ok());
  }
  streams[0] = dict_get_str(in.sys_dict, NAME("stdout"));
  streams[1] = dict_get_str(in.sys_dict, NAME("stderr"));
  for (const char* n : {"stdin", "stdout", "stderr"}) {
    Value first = dict_get_str(in.sys_dict, intern_name(std::string("__").append(n).append("__").c_str()));
    if (first) quiet(t, dict_set(t, in.sys_dict, intern_name(n), first).ok());
  }
  quiet(t, dict_set(t, in.builtins, NAME("_"), kNone).ok());

  Result<List*> made = weak_modules(t);
  if (!made.ok()) { clear_exc(t); return; }
  Root<List*> refs(made.value());
  if (g_last)
    for (void (*f)() : process_end_hooks()) f();
  quiet(t, call_method(t, in.modules, NAME("clear")).ok());  // behind the hooks: its frames cover words that those have left on the stack
  collect(t, before);
  Dict* importlib = is_instance(in.importlib, KAA_TYPE(module)) ? in.importlib.as<Module>()->dict.get() : nullptr;
  if (importlib) forget_module_locks(t, importlib);
  for (uint64_t i = refs->size; i-- > 0;) {
    Root<> m(weakref_live(t, refs->items[i].as<WeakRef>()));
    if (!m.get()) continue;
    Root<Dict*> names(m.get().as<Module>()->dict);
    if (names.get() == importlib) {  // finalizers have imported since: callbacks that wait run while they can
      alone(t, [&] { quiet(t, run_finalizers(t).ok()); });
      forget_module_locks(t, importlib);
    }
    clear_names(t, names);
  }
  // What dies from here on finds no names any more; CPython has cleared sys by now, too: nobody hears of it.
  if (after) {
    for (const char* n : {"stdout", "stderr"}) quiet(t, dict_set(t, in.sys_dict, intern_name(n), kNone).ok());
    if (Value hook = dict_get_str(in.sys_dict, NAME("__unraisablehook__"))) quiet(t, dict_set(t, in.sys_dict, NAME("unraisablehook"), hook).ok());
  }
  collect(t, after);
}

static void flush_these(Thread& t, const Root<> (&streams)[2]) {
  for (const Root<>& f : streams)
    if (f.get() && !f.get().is_none()) quiet(t, call_method(t, f, NAME("flush")).ok());
  clear_exc(t);
}

void tear_down(Thread& t) {
  t.frame = nullptr;
  gil_close(t);
  g_gc.collecting = false;
  g_last = true;
  if (!anything_visible(t)) return;
  Root<> streams[2];
  take_down_modules(t, streams, 4, 4);
  flush_streams(t);
  flush_these(t, streams);
}

// ---- interpreters besides the main one
void end_interpreter(Interpreter& i) {
  {
    Visit visit(i);
    if (Thread* t = visit.thread()) {
      finish_threads(*t);
      if (!run_exit_functions(*t).ok()) write_unraisable(*t, Value());
      flush_std_files(*t);
      interp().finalizing = true;
      Root<> streams[2];
      take_down_modules(*t, streams, 1, 0);  // a collection looks at all interpreters' objects; what is left is found by later ones
      flush_these(*t, streams);
    }
  }
  for (void (*f)(int64_t) : interpreter_end_hooks()) f(i.id);
  remove_interpreter(i);
}

void end_interpreters(Thread& t) {
  if (all_interpreters().size() < 2) return;
  if (!warn(t, KAA_TYPE(RuntimeWarning), 0, "remaining subinterpreters; close them with Interpreter.close()").ok()) write_unraisable(t, Value());
  while (all_interpreters().size() > 1) end_interpreter(*all_interpreters().back());
}

}  // namespace kaa
