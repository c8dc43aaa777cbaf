// Taking the modules down when the program ends: what is alive then and has a __del__, a file with unwritten text among them, dies as on CPython.
//
//  1. sys.modules lets go of the modules, and a collection finds what only they held, functions and the dictionaries they live in included;
//  2. modules that something still holds have their names set to None, the last imported first: first names with one underscore, then all others.
//     builtins and sys stay whole;
//  3. another collection.
// All that costs some milliseconds, and most programs have nothing left whose death could be seen: they are spared it.
#include "heap/heap_inl.h"
#include "objects/traits.h"
#include "runtime/api.h"
#include "runtime/gil.h"
#include "runtime/startup.h"
#include "runtime/weakrefs.h"

namespace kaa {

namespace {

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

bool anything_visible(Thread& t) {
  std::vector<Object*> known;
  add_streams(t, known);
  t.heap->reconcile();
  bool any = false;
  t.heap->each_object([&](Object* o) {
    if (any || o->type()->death != Death::kFinalizer || !wants_finalizer(o)) return;
    for (Object* k : known) if (k == o) return;
    any = true;
  });
  return any;
}

void settle(Thread& t, bool collect) {
  t.heap->reconcile();
  if (!run_finalizers(t).ok()) clear_exc(t);
  if (!collect) return;
  gc_collect(t, 2);
  if (!run_finalizers(t).ok()) clear_exc(t);
  t.heap->reconcile();
  if (!run_finalizers(t).ok()) clear_exc(t);
}

void set_none(Thread& t, Dict* d, const char* name) {
  if (!dict_set_str(t, d, name, kNone).ok()) clear_exc(t);
}

void clear_names(Thread& t, Dict* d, bool private_ones) {
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    if (e->value.is_none() || !is_str(e->key)) continue;
    Str* name = e->key.as<Str>();
    bool underscore = name->length > 0 && name->at(0) == '_' && !(name->length > 1 && name->at(1) == '_');
    if (underscore != private_ones || str_equal_ascii(name, "__builtins__")) continue;
    if (!dict_set(t, d, e->key, kNone).ok()) clear_exc(t);  // the key is there: the dict is not rearranged
  }
}

Status take_down(Thread& t) {
  Dict *sys = interp().sys_dict, *modules = interp().modules;
  for (const char* name : {"path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_importer_cache", "meta_path", "path_hooks"})
    if (dict_get_str(sys, intern_name(name))) set_none(t, sys, name);
  for (auto [name, original] : {std::pair{"stdin", "__stdin__"}, {"stdout", "__stdout__"}, {"stderr", "__stderr__"}}) {
    Value v = dict_get_str(sys, intern_name(original));
    TRY(dict_set_str(t, sys, name, v ? v : kNone));
  }
  List* refs = TRY(new_list(t));
  Dict* names = TRY(dict_copy(t, modules));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(names, &pos)) {
    if (!IS_EXACT(e->value, module) && !is_instance(e->value, KAA_TYPE(module))) continue;
    Dict* d = e->value.as<Module>()->dict;
    if (d == sys || d == interp().builtins) continue;
    WeakRef* r = TRY(make_weakref(t, KAA_TYPE(weakref), e->value, Value()));
    TRY(list_append(t, refs, r));
  }
  dict_clear(names);
  dict_clear(modules);
  settle(t, true);
  for (uint64_t i = refs->size; i-- > 0;) {
    Value m = weakref_get(refs->items[i].as<WeakRef>());
    if (!m) continue;
    Dict* d = m.as<Module>()->dict;
    if (!d) continue;
    clear_names(t, d, true);
    settle(t, false);
    clear_names(t, d, false);
    settle(t, false);
  }
  settle(t, true);
  return {};
}

}  // namespace

void finalize_modules(Thread& t) {
  if (!anything_visible(t)) return;
  interp().finalizing = true;
  gil_finalizing(t);
  if (!take_down(t).ok()) clear_exc(t);
}

}  // namespace kaa
