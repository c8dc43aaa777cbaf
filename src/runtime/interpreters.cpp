// Interpreters that take turns.
//
// All interpreters share the heap, the static types, interned names and the lock; each has modules, builtins, sys, codecs and threads of its own. What is an
// interpreter's own stands in one place, g_interp and the blocks named with own_state(), where code reads it without asking which interpreter runs. Whoever
// takes the lock for a thread of another interpreter exchanges the contents (use_interpreter). So the main interpreter pays nothing for the others.
//
// Nothing breaks when an object gets from one interpreter to another: counts and the collector know one heap alone. What `_interpreters` passes is copied for
// the sake of the programs, not of the heap.
//
// Native modules are made once for all: in a second interpreter a module gets new functions and the types and constants of the first one, because the C++ code
// knows one type of each kind. A module that holds what belongs to an interpreter (filters, callbacks, objects of Python modules) names that with own_state().
#include "runtime/interpreters.h"

#include <string.h>

#include <algorithm>

#include "heap/heap_inl.h"
#include "runtime/gil.h"
#include "runtime/startup.h"

namespace kaa {

namespace {

struct Block { const char* module; void* at; size_t size; };
std::vector<Block>& blocks() { static auto* v = new std::vector<Block>(); return *v; }

std::vector<Interpreter*>& all() {
  static auto* v = new std::vector<Interpreter*>{&main_interpreter()};
  return *v;
}

// Native modules made so far, once there has been a second interpreter: copies of their contents.
struct Contents { const ModuleDef* def; Dict* dict; };
std::vector<Contents> g_contents;
bool g_several = false;

bool has_own_state(const ModuleDef& def) {
  if (!strcmp(def.name, "builtins") || !strcmp(def.name, "sys")) return true;
  for (const Block& b : blocks()) if (b.module && !strcmp(b.module, def.name)) return true;
  return false;
}

// References of native code (Root<T>) that an interpreter put aside with its blocks: they keep their counts there.
template <class F>
void each_root_aside(Interpreter& i, F&& fn) {
  const std::vector<Block>& b = blocks();
  for (size_t k = 0; k < i.own.size(); k++) {
    const char* at = static_cast<const char*>(b[k].at);
    if (i.own[k].empty()) continue;
    for (Value* p : heap().held) {
      const char* a = reinterpret_cast<const char*>(p);
      if (a >= at && a < at + b[k].size) fn(*reinterpret_cast<Value*>(i.own[k].data() + (a - at)));
    }
  }
}

}  // namespace

Interpreter& main_interpreter() {
  static Interpreter* m = [] {
    auto* i = new Interpreter();
    i->whence = Whence::kRuntime;
    i->config = {.use_main_obmalloc = true, .allow_fork = true, .allow_exec = true, .allow_threads = true, .allow_daemon_threads = true,
                 .check_multi_interp_extensions = false, .gil = GilConfig::kOwn};
    i->running = true;
    return i;
  }();
  return *m;
}
Dict* frameless_names(Thread& t) {
  if (in_main_interpreter() || !t.home->running) return nullptr;
  Value m = dict_get_str(interp().modules, NAME("__main__"));
  return m && is_instance(m, KAA_TYPE(module)) ? m.as<Module>()->dict.get() : nullptr;
}
const std::vector<Interpreter*>& all_interpreters() { return all(); }
Interpreter* find_interpreter(int64_t id) {
  for (Interpreter* i : all()) if (i->id == id) return i;
  return nullptr;
}

Interpreter* add_interpreter(const InterpreterConfig& c, Whence whence) {
  static int64_t next_id = 1;
  auto* i = new Interpreter();
  i->id = next_id++;
  i->config = c;
  i->whence = whence;
  i->state.int_max_str_digits = interp().int_max_str_digits;
  all().push_back(i);
  return i;
}
// The record stays: threads that wait for good refer to it.
void remove_interpreter(Interpreter& i) {
  std::erase(all(), &i);
  i.ended = true;
  i.state = {};
  each_root_aside(i, [](Value v) { dec(v); });
  i.own.clear();
  i.kept.clear();
}

std::vector<void (*)(int64_t)>& interpreter_end_hooks() {
  static auto* v = new std::vector<void (*)(int64_t)>();
  return *v;
}

std::vector<void (*)()>& process_end_hooks() {
  static auto* v = new std::vector<void (*)()>();
  return *v;
}

void own_state(const char* module, void* at, size_t size) { blocks().push_back({module, at, size}); }

void use_interpreter(Interpreter& to) {
  Interpreter& from = *interp().current;
  if (&from == &to) return;
  const std::vector<Block>& b = blocks();
  InterpState& here = interp();
  from.state = here;
  here = to.state;
  to.state = {};
  from.own.resize(b.size());
  to.own.resize(b.size());
  for (size_t i = 0; i < b.size(); i++) {
    char* at = static_cast<char*>(b[i].at);
    from.own[i].assign(at, at + b[i].size);
    if (to.own[i].empty()) memset(at, 0, b[i].size);
    else memcpy(at, to.own[i].data(), b[i].size);
  }
  to.own.clear();
  interp().current = &to;
}

Visit::Visit(Interpreter& to) : outer_(current_thread()), inner_(create_thread(interp())) {
  if (!inner_) return;
  Thread& n = *inner_;
  n.home = &to;
  n.daemon = true;  // nobody waits for it
  n.id = outer_.id;
  n.native_base = outer_.native_base;  // its scan sees the native frames of the outer thread, too, which come before
  n.native_limit = outer_.native_limit;
  gil_switch(n);
}
Visit::~Visit() {
  if (!inner_) return;
  gil_switch(outer_);
  unlink_thread(inner_);
  destroy_thread(inner_);
}

Dict* native_contents(const ModuleDef& def) {
  if (LIKELY(!g_several) || has_own_state(def)) return nullptr;
  for (const Contents& c : g_contents) if (c.def == &def) return c.dict;
  return nullptr;
}
Status note_native_module(Thread& t, Module* m) {
  if (LIKELY(!g_several) || has_own_state(*m->def)) return {};
  g_contents.push_back({m->def, TRY(dict_copy(t, m->dict))});
  return {};
}
// The second interpreter is about to be made: takes down what native modules there are.
Status note_native_modules(Thread& t) {
  if (g_several) return {};
  List* found = TRY(new_list(t));
  std::vector<Module*> modules;
  t.heap->reconcile();
  t.heap->each_object([&](Object* o) {
    if (o->type() == KAA_TYPE(module) && static_cast<Module*>(o)->def) modules.push_back(static_cast<Module*>(o));
  });
  t.heap->no_reconcile = true;  // nothing holds them until they are in the list
  Status s;
  for (Module* m : modules) if (s.ok()) s = list_append(t, found, m);
  t.heap->no_reconcile = false;
  TRY(std::move(s));
  g_several = true;
  for (uint64_t i = 0; i < found->size; i++) {
    Module* m = found->items[i].as<Module>();
    if (!native_contents(*m->def)) TRY(note_native_module(t, m));
  }
  return {};
}

void scan_interp_state(const InterpState& s, RootVisitor& v) {
  for (Value r : {Value(s.builtins), Value(s.sys_dict), Value(s.modules), s.import_func, s.importlib, s.codec_search_path, s.codec_search_cache, s.codec_error_registry}) v.value(r);
}
void visit_interpreters(ChildVisitor& v) {
  if (LIKELY(!g_several)) return;
  for (Interpreter* i : all()) each_root_aside(*i, [&](Value r) { v(r); });
}
void scan_interpreters(RootVisitor& v) {
  if (LIKELY(!g_several)) return;
  for (Interpreter* i : all()) {
    scan_interp_state(i->state, v);
    for (const std::vector<char>& o : i->own) v.conservative(o.data(), o.data() + o.size());
    for (auto& [name, value] : i->kept) v.value(value);
  }
  for (const Contents& c : g_contents) v.value(c.dict);
}

}  // namespace kaa
