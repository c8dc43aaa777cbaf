// The core comes up in this order: heap, memory of the static types, thread, characters and empty objects (immortal), type dictionaries, builtins.
#include "heap/eager.h"
#include "runtime/startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/siphash.h"
#include "objects/traits.h"
#include "runtime/call.h"
#include "runtime/gil.h"
#include "runtime/interpreters.h"
#include "runtime/watermark.h"
#include "runtime/weakrefs.h"
#include "runtime/zombies.h"

namespace kaa {

#define MODULE(name) extern const ModuleDef name##_module;
#include "defs/modules.def"

const ModuleDef* find_native_module(std::string_view name) {
#define MODULE(id) \
  if (name == #id) return &id##_module;
#include "defs/modules.def"
  return nullptr;
}

#define MODULE_WITH_ROOTS(id) \
  extern void id##_roots(RootVisitor&);
#include "defs/modules.def"
void scan_native_modules(RootVisitor& v) {
#define MODULE_WITH_ROOTS(id) id##_roots(v);
#include "defs/modules.def"
}

[[noreturn]] static void fatal(const char* what) {
  fprintf(stderr, "kaa: cannot start: %s\n", what);
  if (tls_thread && tls_thread->exc) write_unraisable(*tls_thread, Value());
  exit(1);
}
template <class T>
static T must(Result<T> r, const char* what) {
  if (!r.ok()) fatal(what);
  return r.value();
}
static void must(Status s, const char* what) { if (!s.ok()) fatal(what); }

Thread& start_core(int64_t hash_seed) {
  Heap* h = new Heap();
  tls_heap = h;
  h->no_reconcile = true;
  h->scan_roots = scan_roots;
  h->count_suspended = count_suspended;
  h->weakrefs_dead = weakrefs_dead;
  h->queue_finalizer = queue_finalizer;
  h->keep_generator = keep_zombie;
  h->visit_queues = [](ChildVisitor& v) {
    visit_weakref_queue(v);
    visit_interpreters(v);
    visit_counted_frames(v);
    visit_native_types(v);
  };
  h->eager_event = [] { if (tls_thread) arm_look(*tls_thread); };
  h->after_reconcile = gc_after_reconcile;
  h->request_safepoint = [] { if (tls_thread) reconcile_wanted(*tls_thread); };
  g_large_taken = [] { if (tls_thread) large_taken(*tls_thread); };
  init_type_memory();
  Interp& in = interp();
  in.current = &main_interpreter();
  Thread* t = create_thread(in);
  if (!t) fatal("no address space for the stacks");
  thread_adopt_native_stack(t);
  if (t->native_base - t->native_limit < (64 << 10)) fatal("the native stack is too small");
  tls_thread = t;
  gil_init(*t);
  HashSecret secret;
  if (hash_seed >= 0) {
    secret = hash_secret_from_seed(static_cast<uint32_t>(hash_seed));
  } else {
    uint8_t bytes[24];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) fatal("no random numbers");
    secret = hash_secret_from_bytes(bytes);
  }
  in.hash_key0 = secret.k0;
  in.hash_key1 = secret.k1;

  in.empty_str = must(alloc_str(*t, 0, 0x7F), "memory");
  in.empty_str->rc |= kImmortal;
  for (uint32_t c = 0; c < 256; c++) {
    Str* s = must(alloc_str(*t, 1, c), "memory");
    *static_cast<uint8_t*>(s->inline_data()) = static_cast<uint8_t>(c);
    must(intern(*t, s), "memory");
    in.latin1[c] = s;
  }
  must(intern(*t, in.empty_str), "memory");
  in.empty_tuple = must(new_tuple(*t, 0), "memory");
  in.empty_tuple->rc |= kImmortal;
  in.empty_bytes = must(new_bytes(*t, nullptr, 0), "memory");
  in.empty_bytes->rc |= kImmortal;
  for (int c = 0; c < 256; c++) {
    Bytes* b = must(new_bytes(*t, nullptr, 1), "memory");
    b->data()[0] = static_cast<char>(c);
    b->rc |= kImmortal;
    in.byte_chars[c] = b;
  }
  must(init_static_types(*t), "types");
  must(init_builtins(*t), "builtins");
  g_gc.skip = 1;
  raise_memory(*t);  // makes the instance for when there is no memory for one
  clear_exc(*t);
  h->no_reconcile = false;
  return *t;
}

Status init_builtins(Thread& t) {
  Interp& in = interp();
  in.modules = TRY(new_dict(t));
  Module* b = TRY(make_module(t, *find_native_module("builtins")));
  in.builtins = b->dict;
  TRY(dict_set(t, in.modules, NAME("builtins"), b));
  return init_builtin_names(t, b);
}

// ---- modules
Result<Module*> make_module(Thread& t, const ModuleDef& def) {
  Module* m = TRY(alloc<Module>(t, KAA_SHAPE(module)));
  m->def = &def;
  m->dict.init(TRY(new_dict(t)));
  TRY(dict_set_str(t, m->dict, "__name__", intern_name(def.name)));
  Value doc = kNone;
  if (def.doc) doc = TRY(new_str(t, def.doc));
  TRY(dict_set_str(t, m->dict, "__doc__", doc));
  for (const char* n : {"__package__", "__loader__", "__spec__"}) TRY(dict_set_str(t, m->dict, n, n[2] == 'p' ? Value(interp().empty_str) : kNone));
  for (const MethodDef& f : def.functions) {
    Value fn = TRY(new_native_function(t, &f, nullptr, Value(m), intern_name(def.name)));
    TRY(dict_set(t, m->dict, intern_name(f.name), fn));
  }
  if (Dict* made = native_contents(def)) {  // types and constants are those that another interpreter's module of this kind has
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(made, &pos))
      if (!TRY(dict_get(t, m->dict, e->key))) TRY(dict_set(t, m->dict, e->key, e->value));
    return m;
  }
  if (def.exec) TRY(def.exec(t, m));
  TRY(note_native_module(t, m));
  return m;
}
Status module_add(Thread& t, Module* m, const char* name, Value v) { return dict_set(t, m->dict, intern_name(name), v); }

}  // namespace kaa
