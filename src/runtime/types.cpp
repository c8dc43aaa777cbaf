// Setting up types: the static ones from types.def and their specs, native ones of modules, method resolution order, special methods, versions.
#include "runtime/types.h"

#include <stdlib.h>

#include <vector>

#include "objects/traits.h"
#include "runtime/native_class.h"
#include "runtime/signature.h"
#include "runtime/startup.h"

namespace kaa {

alignas(64) Type g_types[kBuiltinTypeCount];
alignas(64) Shape g_root_shapes[kBuiltinTypeCount];

Type* const g_immediate_types[16] = {KAA_TYPE(NoneType), KAA_TYPE(bool), KAA_TYPE(bool), KAA_TYPE(float), KAA_TYPE(float),
                                     KAA_TYPE(NotImplementedType), KAA_TYPE(ellipsis)};

#define TYPE(id, ...) extern const TypeSpec id##_spec;
#include "defs/types.def"

namespace {

struct Row { const char* name; const Layout* layout; uint16_t base; uint64_t flags; const TypeSpec* spec; };
#define TYPE(id, structure, name, base, flags) {name, &kLayout<structure>, kT_##base, flags, &id##_spec},
const Row k_rows[] = {
#include "defs/types.def"
};

const char* const k_dunder_texts[] = {
#define DUNDER(name) "__" #name "__",
#include "defs/dunders.def"
};
Str* g_dunder_names[kDunderCount];

// Special methods that are ordinary method descriptors in CPython, not slot wrappers.
bool is_slot_name(int d) {
  switch (d) {
    case D_new: case D_bytes: case D_format: case D_dir: case D_set_name: case D_length_hint: case D_missing: case D_reversed: case D_complex:
    case D_round: case D_trunc: case D_floor: case D_ceil: case D_enter: case D_exit: case D_aenter: case D_aexit: case D_instancecheck:
    case D_subclasscheck: case D_init_subclass: case D_class_getitem: case D_mro_entries: case D_prepare: case D_sizeof: case D_reduce:
    case D_reduce_ex: case D_copy: case D_deepcopy: case D_fspath: case D_dict: case D_class:
      return false;
    default: return d >= 0;
  }
}

constexpr uint64_t kInherited = kTypeInt | kTypeList | kTypeTuple | kTypeBytes | kTypeStr | kTypeDict | kTypeException | kTypeType | kTypeSequence | kTypeMapping |
                                kTypeHasDict | kTypeWeakrefable | kTypeVarSized;

void inherit_layout(Type* ty) {
  Type* b = ty->base;
  if (!b || b == ty) return;
  ty->flags |= b->flags & kInherited;
  if (!ty->iternext) ty->iternext = b->iternext;
  if (!ty->buffer) ty->buffer = b->buffer;
}

}  // namespace

Str* dunder_name(Dunder d) { return g_dunder_names[d]; }
int find_dunder(Str* name) {
  if (name->length < 5 || !name->is_ascii() || name->data1()[0] != '_') return -1;
  for (int i = 0; i < kDunderCount; i++)
    if (g_dunder_names[i] == name) return i;
  return -1;
}

void init_type_memory() {
  for (int i = 0; i < kBuiltinTypeCount; i++) {
    Type* ty = &g_types[i];
    const Row& row = k_rows[i];
    ty->rc = kImmortal;
    ty->shape = KAA_SHAPE(type);
    ty->layout = row.layout;
    ty->spec = row.spec;
    ty->flags = row.flags | row.spec->flags | kTypeReady | kTypeImmutable;
    ty->death = row.layout->death;
    ty->basicsize = row.layout->size;
    ty->root = &g_root_shapes[i];
    g_root_shapes[i].type = ty;
    ty->base.init(i == kT_object ? nullptr : &g_types[row.base]);
    ty->iternext = row.spec->iternext;
    ty->buffer = row.spec->buffer;
    ty->version = interp().next_type_version++;
    ty->serial = interp().next_type_serial++;
    if (i != kT_object) inherit_layout(ty);
    if ((ty->flags & kTypeException)) ty->attr_offset = ty->basicsize;
    if (ty->attr_offset) {
      ty->dict_shape = new_root_shape(ty, 0);
      ty->dict_shape->is_dict = true;
      ty->dict_shape->next_root = nullptr;
    }
    set_recipe(ty);
  }
}

// ---- lookup along the mro, through a cache by (type version, name)
namespace {
// What lookups found, by type and name. Most programs do with a small table; where entries push out each other often, the thread gets a large one.
struct CacheEntry { uint32_t version; Str* name; Value value; };
constexpr size_t kSmallCache = 1024, kLargeCache = 4096;
constexpr uint32_t kManyPushedOut = 8192;
struct LookupCache {
  CacheEntry small[kSmallCache];
  CacheEntry* large;
  uint32_t pushed_out;
};
thread_local LookupCache g_cache;

[[gnu::noinline]] void enlarge_cache() {
  thread_local struct Owner {
    ~Owner() {
      free(g_cache.large);
      g_cache.large = nullptr;
    }
  } owner;
  (void)&owner;
  g_cache.large = static_cast<CacheEntry*>(calloc(kLargeCache, sizeof(CacheEntry)));
}
}  // namespace

Value type_lookup(Type* ty, Str* name) {
  LookupCache& cache = g_cache;
  size_t h = reinterpret_cast<uintptr_t>(name) >> 4 ^ ty->version * 31u;
  CacheEntry& e = UNLIKELY(cache.large != nullptr) ? cache.large[h % kLargeCache] : cache.small[h % kSmallCache];
  if (e.version == ty->version && e.name == name && e.version) return e.value;
  Value v;
  Tuple* mro = ty->mro;
  if (!mro) return v;
  for (uint64_t i = 0; i < mro->size && !v; i++) v = dict_get_str(mro->items[i].as<Type>()->dict, name);
  if (ty->version && name->flag(kStrInterned)) {
    if (UNLIKELY(e.version && ++cache.pushed_out == kManyPushedOut)) enlarge_cache();
    e = {ty->version, name, v};
  }
  return v;
}

// Whether mro() of a metaclass put a class into the mro that is no base: such a type does not hear of changes there, so nothing of it may be cached.
static bool has_foreign_mro(Type* ty) {
  if (!ty->has(kTypeHeap) || !ty->mro || !ty->bases || type_of(ty) == KAA_TYPE(type)) return false;
  for (uint64_t i = 1; i < ty->mro->size; i++) {
    Type* c = ty->mro->items[i].as<Type>();
    bool found = false;
    for (uint64_t k = 0; k < ty->bases->size && !found; k++) {
      Type* b = ty->bases->items[k].as<Type>();
      if (!b->mro) return false;
      for (uint64_t m = 0; m < b->mro->size && !found; m++) found = b->mro->items[m] == Value(c);
    }
    if (!found) return true;
  }
  return false;
}

void type_modified(Type* ty) {
  Interp& in = interp();
  ty->version = in.next_type_version && !has_foreign_mro(ty) ? in.next_type_version++ : 0;
  for (uint32_t i = 0; i < ty->nsubclasses; i++) type_modified(ty->subclasses[i]);
}

void set_recipe(Type* ty) {
  const Layout* l = ty->layout;
  ty->container = (ty->attr_offset | ty->slots_offset) || l->death != Death::kPlain;
  ty->noted = ty->container && l != &kLayout<Type> && (ty->attr_offset || ty->basicsize > sizeof(Object));  // an object of two words holds nothing
  ty->recipe = kRecipeGeneral;
  if (ty->has(kTypeVarSized) && (ty->attr_offset | ty->slots_offset)) return;
  if (l == &kLayout<Object>) ty->recipe = kRecipeInstance;
  else if (l == &kLayout<BaseException>) ty->recipe = kRecipeException;
#define FREELIST(id, structure, keeps) else if (ty == KAA_TYPE(id)) ty->recipe = kRecipe_##id;
#include "defs/freelists.def"
  else if (ty == KAA_TYPE(str)) ty->recipe = kRecipeStr;
  else if (l == &kLayout<GeneratorObject>) ty->recipe = kRecipeGenerator;
  else if (!ty->container && l->kind != LayoutKind::kStr) ty->recipe = kRecipe_float;  // as little to drop as those have
}

static void update_flags(Type* ty) {
  auto is_object = [&](Dunder d) { return ty->dunder(d) == KAA_TYPE(object)->dunder(d); };
  uint64_t f = ty->flags & ~uint64_t{kTypeCustomGetattribute | kTypeCustomSetattr | kTypeHasGetattr | kTypeHasDel};
  if (!is_object(D_getattribute)) f |= kTypeCustomGetattribute;
  if (!is_object(D_setattr) || !is_object(D_delattr)) f |= kTypeCustomSetattr;
  if (ty->dunder(D_getattr)) f |= kTypeHasGetattr;
  if (ty->dunder(D_del)) f |= kTypeHasDel;
  f &= ~kTypeForeignDunder;
  if (ty->has(kTypeHeap)) {
    Type* base = ty->base;
    bool inherited = base && !base->has(kTypeForeignDunder);
    for (int i = 0; i < kDunderCount; i++) {
      Value v = ty->dunders[i];
      if (!v || (inherited && v == base->dunders[i])) continue;
      if ((type_of(v) == KAA_TYPE(wrapper_descriptor) || type_of(v) == KAA_TYPE(method_descriptor)) && !is_subtype(ty, v.as<NativeFunction>()->owner)) f |= kTypeForeignDunder;
    }
  }
  ty->flags = f;
  if (ty->layout->death != Death::kCustom || (f & kTypeHasDel)) {
    if (f & kTypeHasDel) ty->death = Death::kFinalizer;
    else if (ty->death == Death::kFinalizer) ty->death = ty->layout->death;
  }
  set_recipe(ty);
}

// All special methods. A type whose mro is itself and then its only base's takes over what it does not define: one look into one dictionary a name.
static void find_dunders(Type* ty) {
  Type* b = ty->base;
  Tuple *mro = ty->mro, *above = b && b != ty ? b->mro.get() : nullptr;
  bool single = mro && above && mro->size == above->size + 1 && mro->items[0] == Value(ty);
  for (uint64_t i = 0; single && i < above->size; i++) single = mro->items[i + 1] == above->items[i];
  for (int i = 0; i < kDunderCount; i++) {
    if (!single) { ty->dunders[i] = type_lookup(ty, g_dunder_names[i]); continue; }
    Value own = dict_get_str(ty->dict, g_dunder_names[i]);
    ty->dunders[i] = own ? own : b->dunders[i];
  }
}

void update_dunders(Type* ty) {
  find_dunders(ty);
  if (ty->base && ty->has(kTypeHeap)) {
    // A native __next__ that Python code does not override keeps its direct form.
    Value own = ty->dunder(D_next);
    ty->iternext = own && own == ty->base->dunder(D_next) ? ty->base->iternext : nullptr;
    for (uint64_t i = 0; ty->mro && !ty->iternext && i < ty->mro->size; i++) {
      Type* b = ty->mro->items[i].as<Type>();
      if (b != ty && b->iternext && b->dunder(D_next) == own) ty->iternext = b->iternext;
    }
  }
  update_flags(ty);
  for (uint32_t i = 0; i < ty->nsubclasses; i++) update_dunders(ty->subclasses[i]);
}

static void update_dunder(Type* ty, int d) {
  ty->dunders[d] = type_lookup(ty, g_dunder_names[d]);
  if (d == D_next) { update_dunders(ty); return; }
  update_flags(ty);
  for (uint32_t i = 0; i < ty->nsubclasses; i++) update_dunder(ty->subclasses[i], d);
}

// Whether an instance of the type or of a subclass has, or had, an attribute of this name in a slot (null: any attribute).
static bool shape_has(Shape* s, Str* name) {
  for (uint32_t i = 0; i < s->nchildren; i++)
    if (!name || s->children[i]->key == name || shape_has(s->children[i], name)) return true;
  return false;
}
static bool has_slots_named(Type* ty, Str* name) {
  for (Shape* s = ty->root; s; s = s->next_root)
    if (shape_has(s, name)) return true;
  for (uint32_t i = 0; i < ty->nsubclasses; i++)
    if (has_slots_named(ty->subclasses[i], name)) return true;
  return false;
}

void forget_slot_facts(Type* ty, Str* name) {
  if (has_slots_named(ty, name)) flush_attr_caches();
}

Status type_set_attr(Thread& t, Type* ty, Str* name, Value v) {
  // The loop's slot facts know nothing of the type's version.
  bool hook = name == dunder_name(D_setattr) || name == dunder_name(D_delattr) || name == dunder_name(D_getattribute);
  if (UNLIKELY(hook || (v && is_data_descriptor(v)))) forget_slot_facts(ty, hook ? nullptr : name);
  if (v) {
    TRY(dict_set(t, ty->dict, name, v));
  } else {
    Opt old = TRY(dict_pop(t, ty->dict, name));
    if (!old) return RAISE(AttributeError, "type object '%U' has no attribute '%U'", ty->name.get(), name);
  }
  type_modified(ty);
  if (int d = find_dunder(name); d >= 0) update_dunder(ty, d);
  return {};
}

// ---- C3
static Error incomplete(Thread& t, Type* base) { return RAISE(TypeError, "Cannot extend an incomplete type '%N'", base); }
Result<Tuple*> compute_mro(Thread& t, Type* ty) {
  Tuple* bases = ty->bases;
  size_t n = bases->size;
  if (n == 1) {
    Tuple* bm = bases->items[0].as<Type>()->mro;
    if (!bm) return incomplete(t, bases->items[0].as<Type>());
    Tuple* r = TRY(new_tuple(t, bm->size + 1));
    tuple_init(r, 0, ty);
    for (uint64_t i = 0; i < bm->size; i++) tuple_init(r, i + 1, bm->items[i]);
    return r;
  }
  for (size_t i = 0; i < n; i++)
    if (!bases->items[i].as<Type>()->mro) return incomplete(t, bases->items[i].as<Type>());
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      if (bases->items[i] == bases->items[j]) return RAISE(TypeError, "duplicate base class %U", bases->items[i].as<Type>()->name.get());
  // Sequences to merge: each base's mro, then the bases; pos[i] is how far each is consumed.
  size_t m = n + 1;
  size_t* pos = static_cast<size_t*>(calloc(m, sizeof(size_t)));
  auto seq = [&](size_t i) { return i < n ? bases->items[i].as<Type>()->mro.get() : bases; };
  List* out = TRY(new_list(t, 8));
  TRY(list_append(t, out, ty));
  for (;;) {
    Value pick;
    bool left = false;
    for (size_t i = 0; i < m && !pick; i++) {
      if (pos[i] >= seq(i)->size) continue;
      left = true;
      Value c = seq(i)->items[pos[i]];
      bool blocked = false;
      for (size_t j = 0; j < m && !blocked; j++)
        for (size_t k = pos[j] + 1; k < seq(j)->size; k++)
          if (seq(j)->items[k] == c) { blocked = true; break; }
      if (!blocked) pick = c;
    }
    if (!left) break;
    if (!pick) {
      Str* names = interp().empty_str;
      List* done = TRY(new_list(t));
      for (size_t i = 0; i < m; i++) {
        if (pos[i] >= seq(i)->size) continue;
        Value c = seq(i)->items[pos[i]];
        bool seen = false;
        for (uint64_t k = 0; k < done->size; k++) seen |= done->items[k] == c;
        if (seen) continue;
        TRY(list_append(t, done, c));
        names = names->length ? TRY(str_format(t, "%U, %U", names, c.as<Type>()->name.get())) : c.as<Type>()->name.get();
      }
      free(pos);
      return RAISE(TypeError, "Cannot create a consistent method resolution order (MRO) for bases %U", names);
    }
    TRY(list_append(t, out, pick));
    for (size_t i = 0; i < m; i++)
      if (pos[i] < seq(i)->size && seq(i)->items[pos[i]] == pick) pos[i]++;
  }
  free(pos);
  return tuple_of(t, out->items, out->size);
}

bool is_subtype(Type* a, Type* b) {
  if (a == b) return true;
  Tuple* m = a->mro;
  if (!m) {
    for (; a; a = a->base) if (a == b) return true;
    return false;
  }
  for (uint64_t i = 0; i < m->size; i++)
    if (m->items[i] == Value(b)) return true;
  return false;
}

// ---- native functions and type dictionaries
Result<Value> new_native_function(Thread& t, const MethodDef* def, Type* owner, Value self, Value module, Type* as) {
  if (!as) as = KAA_TYPE(builtin_function);
  NativeFunction* f = TRY(alloc<NativeFunction>(t, as->root));
  f->def = def;
  f->owner = owner;
  f->self.init(self);
  f->module.init(module);
  f->sig = unread_signature(*def);
  return f;
}

static Result<Value> native_iter_self(Thread&, Args a) { return a[0]; }
static Result<Value> native_next(Thread& t, Args a) {
  Type* ty = type_of(a[0]);
  while (!ty->iternext) ty = ty->base;  // a subclass whose own __next__ calls this one
  Result<Value> v = ty->iternext(t, a[0].object());
  if (v.ok() || t.exc) return v;
  return raise_stop_iteration(t);
}
static const MethodDef k_iter_row{"__iter__", native_iter_self, "($self, /)", "Implement iter(self)."};
static const MethodDef k_next_row{"__next__", native_next, "($self, /)", "Implement next(self)."};

// Subscripting lists and dicts, and `in` of dicts and sets, are both in CPython: there the method descriptor is what the type's dict holds.
static bool is_coexisting_method(Type* ty, int d) {
  if (d == D_getitem) return ty == KAA_TYPE(list) || ty == KAA_TYPE(dict);
  return d == D_contains && (ty == KAA_TYPE(dict) || ty == KAA_TYPE(set) || ty == KAA_TYPE(frozenset));
}

static Status add_method(Thread& t, Type* ty, const MethodDef& def) {
  Str* name = intern_name(def.name);
  Value f;
  switch (def.kind) {
    case MethodKind::kMethod:
      f = TRY(new_native_function(t, &def, ty, Value(), Value(), is_slot_name(find_dunder(name)) && !is_coexisting_method(ty, find_dunder(name)) ? KAA_TYPE(wrapper_descriptor) : KAA_TYPE(method_descriptor)));
      break;
    case MethodKind::kClassMethod: f = TRY(new_native_function(t, &def, ty, Value(), Value(), KAA_TYPE(classmethod_descriptor))); break;
    case MethodKind::kNew: f = TRY(new_native_function(t, &def, ty, ty, Value())); break;
    default: {
      Value fn = TRY(new_native_function(t, &def, ty, Value(), Value()));
      WrapperObject* w = TRY(alloc<WrapperObject>(t, KAA_SHAPE(staticmethod)));
      w->callable.init(fn);
      f = w;
    }
  }
  return dict_set(t, ty->dict, name, f);
}

static Status fill_type(Thread& t, Type* ty, const TypeSpec& spec) {
  Dict* d = ty->dict;
  for (const MethodDef& m : spec.methods) TRY(add_method(t, ty, m));
  if (spec.iternext) {
    if (!dict_get_str(d, NAME("__iter__"))) TRY(add_method(t, ty, k_iter_row));
    if (!dict_get_str(d, NAME("__next__"))) TRY(add_method(t, ty, k_next_row));
  }
  for (const GetSetDef& g : spec.getsets) {
    GetSetObject* o = TRY(alloc<GetSetObject>(t, KAA_SHAPE(getset_descriptor)));
    o->def = &g;
    o->owner.init(ty);
    TRY(dict_set(t, d, intern_name(g.name), o));
  }
  if (spec.unhashable) TRY(dict_set(t, d, NAME("__hash__"), kNone));
  if (spec.match_args) {
    size_t n = 0;
    while (spec.match_args[n]) n++;
    Tuple* u = TRY(new_tuple(t, n));
    for (size_t i = 0; i < n; i++) tuple_init(u, i, intern_name(spec.match_args[i]));
    TRY(dict_set(t, d, NAME("__match_args__"), u));
  }
  // A __doc__ row of the type is its instances' own; type.__doc__ then shows spec.doc.
  if (!dict_get_str(d, NAME("__doc__"))) {
    Value doc = spec.doc ? Value(TRY(new_str(t, spec.doc))) : kNone;
    TRY(dict_set(t, d, NAME("__doc__"), doc));
  }
  return {};
}

static void add_subclass(Type* base, Type* sub) {
  if (base->nsubclasses == base->cap_subclasses) {
    base->cap_subclasses = base->cap_subclasses ? base->cap_subclasses * 2 : 4;
    base->subclasses = static_cast<Type**>(realloc(base->subclasses, base->cap_subclasses * sizeof(Type*)));
  }
  base->subclasses[base->nsubclasses++] = sub;
}

Status init_static_types(Thread& t) {
  for (int i = 0; i < kDunderCount; i++) g_dunder_names[i] = intern_name(k_dunder_texts[i]);
  for (int i = 0; i < kBuiltinTypeCount; i++) {
    Type* ty = &g_types[i];
    ty->name.init(intern_name(k_rows[i].name));
    ty->qualname.init(ty->name.get());
    ty->dict.init(TRY(new_dict(t)));
    if (i == kT_object) {
      ty->bases.init(interp().empty_tuple);
      ty->mro.init(TRY(make_tuple(t, Value(ty))));
    } else {
      ty->bases.init(TRY(make_tuple(t, Value(ty->base.get()))));
    }
  }
  for (int i = 0; i < kBuiltinTypeCount; i++) {
    Type* ty = &g_types[i];
    if (i != kT_object) {

      ty->mro.init(TRY(compute_mro(t, ty)));
      add_subclass(ty->base, ty);
    }
    TRY(fill_type(t, ty, *ty->spec));
  }
  for (int i = 0; i < kBuiltinTypeCount; i++) {
    Type* ty = &g_types[i];
    find_dunders(ty);
    update_flags(ty);
  }
  for (int i = 0; i < kBuiltinTypeCount; i++)
    if (g_types[i].spec->init) TRY(g_types[i].spec->init(t, &g_types[i]));
  return {};
}

// Types of native modules lie outside the heap and are never freed; what they refer to is counted.
static std::vector<Type*>& native_types() {
  static auto* v = new std::vector<Type*>();
  return *v;
}
void visit_native_types(ChildVisitor& v) {
  for (Type* ty : native_types()) visit_children(ty, v);
}

Result<Type*> make_native_type(Thread& t, const char* qualified_name, Type* base, const TypeSpec& spec) {
  if (!base) base = KAA_TYPE(object);
  return make_native_class(t, base->type(), qualified_name, base, spec);
}
Result<Type*> make_native_class(Thread& t, Type* meta, const char* qualified_name, Type* base, const TypeSpec& spec) {
  Type* ty = static_cast<Type*>(calloc(1, meta->basicsize));
  native_types().push_back(ty);
  const char* dot = strrchr(qualified_name, '.');
  ty->rc = kImmortal;
  ty->shape = meta->root;
  ty->layout = spec.layout ? spec.layout : base->layout;
  ty->spec = &spec;
  ty->flags = spec.flags | kTypeReady | kTypeImmutable;
  ty->death = ty->layout->death;
  ty->basicsize = ty->layout->size;
  ty->base.init(base);
  ty->iternext = spec.iternext;
  ty->buffer = spec.buffer;
  ty->version = interp().next_type_version++;
  ty->serial = interp().next_type_serial++;
  inherit_layout(ty);
  if (base->attr_offset || (spec.flags & kTypeHasDict)) ty->attr_offset = ty->basicsize;
  set_recipe(ty);
  ty->root = new_root_shape(ty, 0);
  ty->dict_shape = new_root_shape(ty, 0);
  ty->dict_shape->is_dict = true;
  ty->dict_shape->next_root = nullptr;
  ty->name.init(intern_name(dot ? dot + 1 : qualified_name));
  ty->qualname.init(ty->name.get());
  ty->dict.init(TRY(new_dict(t)));
  ty->bases.init(TRY(make_tuple(t, Value(base))));
  ty->mro.init(TRY(compute_mro(t, ty)));
  add_subclass(base, ty);
  // The type is not in the heap: what its fields count stays alive for ever.
  Str* mod = dot ? TRY(new_str_ascii(t, qualified_name, static_cast<size_t>(dot - qualified_name))) : NAME("builtins");
  TRY(fill_type(t, ty, spec));
  if (!dict_get_str(ty->dict, NAME("__module__"))) TRY(dict_set(t, ty->dict, NAME("__module__"), mod));
  update_dunders(ty);
  if (spec.init) TRY(spec.init(t, ty));
  return ty;
}

void relink_bases(Type* ty, Tuple* old, Tuple* now) {
  for (uint64_t i = 0; old && i < old->size; i++) {
    Type* b = old->items[i].as<Type>();
    for (uint32_t k = b->nsubclasses; k-- > 0;)  // mostly a young one
      if (b->subclasses[k] == ty) {
        memmove(&b->subclasses[k], &b->subclasses[k + 1], (--b->nsubclasses - k) * sizeof(Type*));  // __subclasses__() keeps the order of creation
        break;
      }
  }
  for (uint64_t i = 0; i < now->size; i++) add_subclass(now->items[i].as<Type>(), ty);
}

}  // namespace kaa
