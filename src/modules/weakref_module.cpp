// _weakref: what weakref.py is built on.
#include "runtime/call.h"
#include "runtime/weakrefs.h"

namespace kaa {
namespace {

Result<Value> weakref_proxy(Thread& t, Args a) {
  Type* ty = is_callable(a[0]) ? KAA_TYPE(weakcallableproxy) : KAA_TYPE(weakproxy);
  return TRY(make_weakref(t, ty, a[0], a[1] ? a[1] : kNone));
}
Result<Value> weakref_count(Thread&, Args a) {
  int64_t n = 0;
  if (a[0].is_object())
    for (WeakRef* r = first_weakref(a[0].object()); r; r = r->next) n++;
  return small_int(n);
}
Result<Value> weakref_all(Thread& t, Args a) {
  List* l = TRY(new_list(t));
  if (a[0].is_object())
    for (WeakRef* r = first_weakref(a[0].object()); r; r = r->next) TRY(list_append(t, l, r));
  return l;
}
// Removes dict[key] if its value is a weak reference that is dead: atomic for WeakValueDictionary.
Result<Value> weakref_remove_dead(Thread& t, Args a) {
  if (!is_dict(a[0])) return RAISE(TypeError, "_remove_dead_weakref() argument 1 must be dict, not %T", a[0]);
  Dict* d = a[0].as<Dict>();
  Opt v = TRY(dict_get(t, d, a[1]));
  if (!v) return kNone;
  if (!is_instance(v.v, KAA_TYPE(weakref))) return RAISE(TypeError, "not a weakref");
  if (!v.v.as<WeakRef>()->referent) TRY(dict_pop(t, d, a[1]));
  return kNone;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"proxy", weakref_proxy, "(object, callback=None, /)", "A weak reference that behaves like the object.", kF},
    {"getweakrefcount", weakref_count, "(object, /)", "The number of weak references to the object.", kF},
    {"getweakrefs", weakref_all, "(object, /)", "The weak references to the object.", kF},
    {"_remove_dead_weakref", weakref_remove_dead, "(dct, key, /)", "Removes a key whose value is a dead weak reference.", kF},
};
Status weakref_exec(Thread& t, Module* m) {
  TRY(module_add(t, m, "ref", KAA_TYPE(weakref)));
  TRY(module_add(t, m, "ReferenceType", KAA_TYPE(weakref)));
  TRY(module_add(t, m, "ProxyType", KAA_TYPE(weakproxy)));
  return module_add(t, m, "CallableProxyType", KAA_TYPE(weakcallableproxy));
}

}  // namespace

extern const ModuleDef _weakref_module = {"_weakref", "Weak references.", k_functions, weakref_exec};

}  // namespace kaa
