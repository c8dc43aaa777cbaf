// _abc: what abc.ABCMeta is made of.
//
// Every abstract class has an _abc_data object as its `_abc_impl`. It holds the classes registered with it (weakly), and two caches: classes known to be
// subclasses, and classes known not to be. The caches name a class by its address and its serial number (Type::serial, never given twice), so that
// they neither keep a class alive nor need to hear of its death: a class made later at the same address has another number.
// The cache of negative answers holds for one value of the global invalidation counter, which register() raises.
#include "runtime/abc.h"

#include "runtime/call.h"
#include "runtime/weakrefs.h"

namespace kaa {

// A set of classes by address and serial number, open addressing.
struct TypeCache {
  struct Entry { const Type* type; uint32_t serial; };
  Entry* table;
  uint32_t mask, used;

  static size_t slot(const Type* ty) { return reinterpret_cast<uintptr_t>(ty) >> 4 ^ reinterpret_cast<uintptr_t>(ty) >> 12; }
  bool has(const Type* ty) const {
    if (!table) return false;
    for (size_t i = slot(ty);; i++) {
      const Entry& e = table[i & mask];
      if (e.type == ty) return e.serial == ty->serial;
      if (!e.type) return false;
    }
  }
  Status add(Thread& t, const Type* ty) {
    if (!ty->serial) return {};
    if (used * 3 >= mask * 2) TRY(grow(t));
    size_t i = slot(ty);
    while (table[i & mask].type && table[i & mask].type != ty) i++;
    used += !table[i & mask].type;
    table[i & mask] = {ty, ty->serial};
    return {};
  }
  void clear() {
    if (table) heap().free_raw(table, (mask + size_t{1}) * sizeof(Entry));
    table = nullptr;
    mask = used = 0;
  }

 private:
  Status grow(Thread& t) {
    // Entries of classes that died stay behind; a cache that fills with them is thrown away as a whole.
    constexpr uint32_t kLimit = 1 << 16;
    if (used >= kLimit) clear();
    uint32_t n = table ? (mask + 1) * 2 : 8;
    Entry* fresh = static_cast<Entry*>(heap().allocate_raw(n * sizeof(Entry)));
    if (!fresh) return raise_memory(t);
    memset(static_cast<void*>(fresh), 0, n * sizeof(Entry));
    for (uint32_t k = 0; table && k <= mask; k++) {
      if (!table[k].type) continue;
      size_t i = slot(table[k].type);
      while (fresh[i & (n - 1)].type) i++;
      fresh[i & (n - 1)] = table[k];
    }
    uint32_t keep = used;
    clear();
    table = fresh;
    mask = n - 1;
    used = keep;
    return {};
  }
};

struct AbcData : Object {
  Field<List*> registry;        // of weak references
  TypeCache cache, negative;
  uint64_t negative_version;
  template <class F> void each_field(F&& f) { f(registry); }
};
template <> struct LayoutTraits<AbcData> {
  static void destroy(AbcData* d) { d->cache.clear(); d->negative.clear(); }
};

namespace {

Type* g_data_type;
uint64_t g_invalidation;   // raised by every register()
Value g_instance_hook;     // ABCMeta.__instancecheck__, once seen to do nothing but call _abc_instancecheck

Result<Value> data_new(Thread& t, Args a) {
  AbcData* d = TRY(alloc_as<AbcData>(t, a.as<Type>(0)));
  d->negative_version = g_invalidation;
  List* l = TRY(new_list(t));
  d->registry.init(l);
  return d;
}
const MethodDef k_data[] = {{"__new__", data_new, "($cls, /)", "Create and return a new object.", MethodKind::kNew}};
const TypeSpec k_data_spec = {.doc = "What an abstract class knows of its subclasses.", .methods = k_data, .layout = &kLayout<AbcData>};

Result<AbcData*> data_of(Thread& t, Value cls) {
  Value v;
  if (is_type(cls)) v = dict_get_str(cls.as<Type>()->dict, NAME("_abc_impl"));
  if (!v) v = TRY(get_attr(t, cls, NAME("_abc_impl")));
  if (type_of(v) != g_data_type) return RAISE(TypeError, "_abc_impl is set to a wrong type");
  return v.as<AbcData>();
}

// ---- _abc_init
Result<bool> is_abstract(Thread& t, Value v) {
  Opt flag = TRY(lookup_attr(t, v, NAME("__isabstractmethod__")));
  return flag ? truth(t, flag.v) : Result<bool>(false);
}
// The names of abstract methods: those of the class's own, and those of its bases that it still has.
Status compute_abstract_methods(Thread& t, Value cls) {
  Set* abstract = TRY(new_set(t, true));
  Value ns = TRY(get_attr(t, cls, NAME("__dict__")));
  Value items = TRY(call_method(t, ns, NAME("items")));
  TRY(iterate(t, items, [&](Value pair) -> Status {
    if (!is_tuple(pair) || pair.as<Tuple>()->size != 2) return RAISE(TypeError, "iteration over items() must give pairs");
    bool yes = TRY(is_abstract(t, pair.as<Tuple>()->items[1]));
    return yes ? set_add(t, abstract, pair.as<Tuple>()->items[0]) : Status();
  }));
  Value bases = TRY(get_attr(t, cls, NAME("__bases__")));
  if (!is_tuple(bases)) return RAISE(TypeError, "__bases__ is not tuple");
  TRY(iterate(t, bases, [&](Value base) -> Status {
    Opt names = TRY(lookup_attr(t, base, NAME("__abstractmethods__")));
    if (!names) return {};
    return iterate(t, names.v, [&](Value name) -> Status {
      if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
      Str* key = TRY(intern(t, name.as<Str>()));
      Opt v = TRY(lookup_attr(t, cls, key));
      bool yes = v ? TRY(is_abstract(t, v.v)) : false;
      return yes ? set_add(t, abstract, name) : Status();
    });
  }));
  return set_attr(t, cls, NAME("__abstractmethods__"), abstract);
}
constexpr uint64_t kCollection = kTypeSequence | kTypeMapping;
// Notes ABCMeta.__instancecheck__ if its whole body is a call of _abc_instancecheck: abc_isinstance() may then skip it.
void note_hook(Value cls) {
  Value hook = type_of(cls)->dunder(D_instancecheck);
  if (g_instance_hook || !hook || !IS_EXACT(hook, function)) return;
  Function* f = hook.as<Function>();
  if (!f->module || !is_exact_str(f->module) || !str_equal_ascii(f->module.get().as<Str>(), "abc")) return;
  if (f->code->nnames != 1 || f->code->names[0] != NAME("_abc_instancecheck") || f->code->argcount != 2) return;
  g_instance_hook = hook;
}
Result<Value> abc_init(Thread& t, Args a) {
  Value cls = a[0];
  TRY(compute_abstract_methods(t, cls));
  Value data_args[1] = {g_data_type};
  Value data = TRY(data_new(t, {data_args, 1}));
  TRY(set_attr(t, cls, NAME("_abc_impl"), data));
  note_hook(cls);
  if (!is_type(cls)) return kNone;
  Type* ty = cls.as<Type>();
  Value flags = dict_get_str(ty->dict, NAME("__abc_tpflags__"));
  if (!flags) return kNone;
  if (flags.is_int()) {
    uint64_t f = static_cast<uint64_t>(flags.as_int()) & kCollection;
    if (f == kCollection) return RAISE(TypeError, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
    if (f) ty->flags = (ty->flags & ~kCollection) | f;
  }
  TRY(type_set_attr(t, ty, NAME("__abc_tpflags__"), Value()));
  return kNone;
}

// ---- registering
void set_collection_flag(Type* ty, uint64_t flag) {
  if (ty->has(kTypeImmutable) || (ty->flags & kCollection) == flag) return;
  ty->flags = (ty->flags & ~kCollection) | flag;
  for (uint32_t i = 0; i < ty->nsubclasses; i++) set_collection_flag(ty->subclasses[i], flag);
}
Result<Value> abc_register(Thread& t, Args a) {
  Value cls = a[0], sub = a[1];
  if (!is_type(sub)) return RAISE(TypeError, "Can only register classes");
  bool already = TRY(issubclass(t, sub, cls));
  if (already) return sub;
  bool cycle = TRY(issubclass(t, cls, sub));
  if (cycle) return RAISE(RuntimeError, "Refusing to create an inheritance cycle");
  AbcData* d = TRY(data_of(t, cls));
  WeakRef* ref = TRY(make_weakref(t, KAA_TYPE(weakref), sub, Value()));
  List* l = d->registry;
  bool there = false;
  for (uint64_t i = 0; i < l->size && !there; i++) there = l->items[i] == Value(ref);
  if (!there) TRY(list_append(t, l, ref));
  g_invalidation++;
  if (is_type(cls))
    if (uint64_t flag = cls.as<Type>()->flags & kCollection) set_collection_flag(sub.as<Type>(), flag);
  return sub;
}

// ---- the checks
Result<bool> known(Thread& t, AbcData* d, Type* ty) {
  TRY(d->cache.add(t, ty));
  return true;
}
Result<bool> known_not(Thread& t, AbcData* d, Type* ty) {
  TRY(d->negative.add(t, ty));
  return false;
}
void drop_dead(AbcData* d) {
  List* l = d->registry;
  uint64_t n = 0;
  for (uint64_t i = 0; i < l->size; i++) {
    Value r = l->items[i];
    if (r.as<WeakRef>()->referent) l->items[n++] = r;
    else dec(r);
  }
  l->size = n;
}
Result<bool> subclasscheck(Thread& t, Value cls, Value sub_value) {
  if (!is_type(sub_value)) return RAISE(TypeError, "issubclass() arg 1 must be a class");
  Type* sub = sub_value.as<Type>();
  AbcData* d = TRY(data_of(t, cls));
  if (d->cache.has(sub)) return true;
  if (d->negative_version < g_invalidation) {
    d->negative.clear();
    d->negative_version = g_invalidation;
  } else if (d->negative.has(sub)) {
    return false;
  }
  TRY(native_enter(t, " in __subclasscheck__"));
  Value hook = TRY(call_method(t, cls, NAME("__subclasshook__"), sub_value));
  if (hook == kTrue) return known(t, d, sub);
  if (hook == kFalse) return known_not(t, d, sub);
  if (hook != kNotImplemented) return RAISE(AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
  if (is_type(cls) && is_subtype(sub, cls.as<Type>())) return known(t, d, sub);
  // Registered classes, and what is registered with these.
  bool dead = false;
  for (uint64_t i = 0; i < d->registry->size; i++)
    if (d->registry->items[i].as<WeakRef>()->referent == sub) return known(t, d, sub);
  List* registered = TRY(list_of(t, d->registry->items, d->registry->size));
  for (uint64_t i = 0; i < registered->size; i++) {
    Value c = weakref_get(registered->items[i].as<WeakRef>());
    if (!c) {
      dead = true;
      continue;
    }
    bool yes = TRY(issubclass(t, sub_value, c));
    if (yes) return known(t, d, sub);
  }
  if (dead) drop_dead(d);
  Value subclasses = TRY(call_method(t, cls, NAME("__subclasses__")));
  if (!is_list(subclasses)) return RAISE(TypeError, "__subclasses__() must return a list");
  for (uint64_t i = 0; i < subclasses.as<List>()->size; i++) {
    bool yes = TRY(issubclass(t, sub_value, subclasses.as<List>()->items[i]));
    if (yes) return known(t, d, sub);
  }
  return known_not(t, d, sub);
}
Result<Value> abc_subclasscheck(Thread& t, Args a) {
  bool yes = TRY(subclasscheck(t, a[0], a[1]));
  return Value::from_bool(yes);
}
Result<Value> abc_instancecheck(Thread& t, Args a) {
  AbcData* d = TRY(data_of(t, a[0]));
  Type* ty = type_of(a[1]);
  Opt c = TRY(lookup_attr(t, a[1], NAME("__class__")));
  Value cls = c ? c.v : Value(ty);
  if (is_type(cls) && d->cache.has(cls.as<Type>())) return kTrue;
  if (cls == Value(ty)) {
    if (d->negative_version == g_invalidation && d->negative.has(ty)) return kFalse;
    return call_method(t, a[0], NAME("__subclasscheck__"), cls);
  }
  Value r = TRY(call_method(t, a[0], NAME("__subclasscheck__"), cls));
  bool yes = TRY(truth(t, r));
  return yes ? Result<Value>(r) : call_method(t, a[0], NAME("__subclasscheck__"), Value(ty));
}

// ---- for tests and debugging
Result<Value> dump_cache(Thread& t, const TypeCache& c) {
  Set* s = TRY(new_set(t));
  for (uint32_t i = 0; c.table && i <= c.mask; i++) {
    const Type* ty = c.table[i].type;
    if (!ty) continue;
    bool in_heap = heap().contains(ty);
    if (in_heap && (heap().find_object(reinterpret_cast<uintptr_t>(ty)) != ty || !is_type(Value(ty)))) continue;
    if (ty->serial != c.table[i].serial) continue;
    WeakRef* r = TRY(make_weakref(t, KAA_TYPE(weakref), Value(ty), Value()));
    TRY(set_add(t, s, r));
  }
  return s;
}
Result<Value> get_dump(Thread& t, Args a) {
  AbcData* d = TRY(data_of(t, a[0]));
  Set* registry = TRY(new_set(t));
  for (uint64_t i = 0; i < d->registry->size; i++) TRY(set_add(t, registry, d->registry->items[i]));
  Value cache = TRY(dump_cache(t, d->cache));
  Value negative = TRY(dump_cache(t, d->negative));
  Value version = TRY(make_uint(t, d->negative_version));
  return TRY(make_tuple(t, Value(registry), cache, negative, version));
}
Result<Value> reset_registry(Thread& t, Args a) {
  AbcData* d = TRY(data_of(t, a[0]));
  List* l = TRY(new_list(t));
  d->registry.set(l);
  return kNone;
}
Result<Value> reset_caches(Thread& t, Args a) {
  AbcData* d = TRY(data_of(t, a[0]));
  d->cache.clear();
  d->negative.clear();
  return kNone;
}
Result<Value> get_cache_token(Thread& t, Args) { return make_uint(t, g_invalidation); }

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"_abc_init", abc_init, "(self, /)", "Sets a class up as an abstract class: its abstract methods and its registry.", kF},
    {"_abc_instancecheck", abc_instancecheck, "(self, instance, /)", "ABCMeta.__instancecheck__.", kF},
    {"_abc_register", abc_register, "(self, subclass, /)", "Registers a class as a virtual subclass.", kF},
    {"_abc_subclasscheck", abc_subclasscheck, "(self, subclass, /)", "ABCMeta.__subclasscheck__.", kF},
    {"_get_dump", get_dump, "(self, /)", "The registry, both caches and the negative cache's version.", kF},
    {"_reset_caches", reset_caches, "(self, /)", "Empties both caches.", kF},
    {"_reset_registry", reset_registry, "(self, /)", "Empties the registry.", kF},
    {"get_cache_token", get_cache_token, "()", "A number that changes with every registration of a virtual subclass.", kF},
};
Status abc_exec(Thread& t, Module*) {
  if (!g_data_type) g_data_type = TRY(make_native_type(t, "_abc._abc_data", nullptr, k_data_spec));
  return {};
}
void abc_scan(RootVisitor& v) {
  if (g_instance_hook) v.value(g_instance_hook);
}

}  // namespace

AbcAnswer abc_isinstance(Value o, Value cls, Value hook) {
  if (hook != g_instance_hook) return AbcAnswer::kAsk;
  Type* ty = type_of(o);
  static Value object_class;  // object.__class__: immortal
  if (!object_class) object_class = type_lookup(KAA_TYPE(object), NAME("__class__"));
  if (ty->has(kTypeCustomGetattribute) || type_lookup(ty, NAME("__class__")) != object_class) return AbcAnswer::kAsk;
  Value impl = dict_get_str(cls.as<Type>()->dict, NAME("_abc_impl"));
  if (!impl || type_of(impl) != g_data_type) return AbcAnswer::kAsk;
  AbcData* d = impl.as<AbcData>();
  if (d->cache.has(ty)) return AbcAnswer::kYes;
  return d->negative_version == g_invalidation && d->negative.has(ty) ? AbcAnswer::kNo : AbcAnswer::kAsk;
}

extern const ModuleDef _abc_module = {"_abc", "Native part of abc.", k_functions, abc_exec};
void _abc_roots(RootVisitor& v) { abc_scan(v); }

}  // namespace kaa
