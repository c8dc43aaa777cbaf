// The order is CPython's, because programs see it: sys loses what would keep objects alive, every entry of sys.modules becomes None and the dictionary
// empty, garbage is collected; then modules that live on are cleared, the last imported first, in each one the names with a leading underscore before the
// others. Most modules, __main__ among them, die in the first collection as a whole: their finalizers still see all names. sys and builtins keep theirs.
#include "main/teardown.h"

#include <string>

#include "modules/sys_module.h"
#include "runtime/startup.h"
#include "runtime/weakrefs.h"

namespace kaa {
namespace {

// What has died is reclaimed now, finalizers included.
void settle(Thread& t) {
  t.heap->reconcile();
  if (!run_finalizers(t).ok()) clear_exc(t);
}

// Whether the death of the value itself can be seen; then it dies before the next name goes.
bool dies_visibly(Value v) { return v.is_object() && type_of(v)->death == Death::kFinalizer; }

Status forget_names(Thread& t, Dict* d, bool underscored) {
  List* keys = TRY(new_list(t));
  uint32_t at = 0;
  while (DictEntry* e = dict_next(d, &at)) TRY(list_append(t, keys, e->key));
  for (uint64_t i = 0; i < keys->size; i++) {
    if (!is_str(keys->items[i])) continue;
    Str* name = keys->items[i].as<Str>();
    bool single = name->length > 0 && name->at(0) == '_' && !(name->length > 1 && name->at(1) == '_');
    if (underscored ? !single : str_equal_ascii(name, "__builtins__")) continue;
    Opt v = TRY(dict_get(t, d, name));
    if (!v || v.v.is_none()) continue;
    bool seen = dies_visibly(v.v);
    v = Opt{};
    TRY(dict_set(t, d, name, kNone));
    if (seen) settle(t);
  }
  return {};
}

Status tear_down(Thread& t) {
  for (const char* name : {"path", "argv", "ps1", "ps2", "last_exc", "last_type", "last_value", "last_traceback", "path_hooks", "path_importer_cache", "meta_path"})
    if (sys_get(name)) TRY(sys_set(t, name, kNone));
  for (const char* name : {"stdin", "stdout", "stderr"}) {
    Value original = sys_get((std::string("__") + name + "__").c_str());
    if (original) TRY(sys_set(t, name, original));
  }
  Dict* modules = interp().modules;
  List* names = TRY(new_list(t));
  List* refs = TRY(new_list(t));
  uint32_t at = 0;
  while (DictEntry* e = dict_next(modules, &at)) {
    if (!is_instance(e->value, KAA_TYPE(module))) continue;
    TRY(list_append(t, names, e->key));
    TRY(list_append(t, refs, e->value));
  }
  for (uint64_t i = 0; i < names->size; i++) {
    Value module = refs->items[i];
    WeakRef* r = TRY(make_weakref(t, KAA_TYPE(weakref), module, Value()));
    Value old = refs->items[i];
    inc(Value(r));
    refs->items[i] = r;
    dec(old);
    TRY(dict_set(t, modules, names->items[i], kNone));
  }
  dict_clear(modules);
  gc_collect(t, 2);
  for (uint64_t i = refs->size; i-- > 0;) {
    Value module = weakref_get(refs->items[i].as<WeakRef>());
    if (!module) continue;
    Dict* d = module.as<Module>()->dict;
    if (!d || d == interp().sys_dict || d == interp().builtins) continue;
    Keep keep(module);
    TRY(forget_names(t, d, true));
    TRY(forget_names(t, d, false));
  }
  gc_collect(t, 2);
  settle(t);
  return {};
}

}  // namespace

void tear_down_modules(Thread& t) {
  // Other threads would run in a world that is going away.
  if (interp().threads != &t || t.next) return;
  if (!tear_down(t).ok()) write_unraisable(t, Value());
}

}  // namespace kaa
