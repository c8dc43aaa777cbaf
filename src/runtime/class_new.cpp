// Making classes from Python code: type.__new__.
//
// Layout of an instance: the native struct of the base, then members made by __slots__ (one word each, all classes' together, base first), then,
// if instances have attributes, the ext word and the inline slots.
#include <stdlib.h>

#include <algorithm>

#include "base/unicode_props.h"
#include "objects/traits.h"  // the layout of object
#include "runtime/types.h"
#include "runtime/weakrefs.h"

namespace kaa {

// The base that decides the layout: the one whose instances are the most extended; conflicting ones are a TypeError.
static Type* solid_base(Type* ty) {
  while (ty->base && ty->layout == ty->base->layout && ty->basicsize == ty->base->basicsize && ty != KAA_TYPE(object)) ty = ty->base;
  return ty;
}

static bool has_own_mro(Type* meta) { return meta != KAA_TYPE(type) && type_lookup(meta, NAME("mro")) != type_lookup(KAA_TYPE(type), NAME("mro")); }

// What cls.mro() says, which a metaclass may override.
Result<Tuple*> class_mro(Thread& t, Type* ty) {
  Type* meta = type_of(ty);
  if (!has_own_mro(meta)) return compute_mro(t, ty);
  Value v = TRY(call_method(t, ty, NAME("mro")));
  Tuple* m = TRY(tuple_from(t, v));
  if (!m->size) return RAISE(TypeError, "type MRO must not be empty");
  Type* solid = solid_base(ty);
  for (uint64_t i = 0; i < m->size; i++) {
    if (!is_type(m->items[i])) return RAISE(TypeError, "mro() returned a non-class ('%T')", m->items[i]);
    Type* c = m->items[i].as<Type>();
    if (!is_subtype(solid, solid_base(c))) return RAISE(TypeError, "mro() returned base with unsuitable layout ('%N')", c);
  }
  return m;
}

static Result<Type*> best_base(Thread& t, Tuple* bases) {
  Type* best = nullptr;
  Type* winner = nullptr;
  for (uint64_t i = 0; i < bases->size; i++) {
    if (!is_type(bases->items[i])) return RAISE(TypeError, "bases must be types");
    Type* b = bases->items[i].as<Type>();
    if (!b->has(kTypeBase)) return RAISE(TypeError, "type '%N' is not an acceptable base type", b);
    Type* s = solid_base(b);
    if (!winner || is_subtype(s, winner)) {
      if (!winner || s != winner) { winner = s; best = b; }
    } else if (!is_subtype(winner, s)) {
      return RAISE(TypeError, "multiple bases have instance lay-out conflict");
    }
  }
  return best;
}

Result<Type*> best_metaclass(Thread& t, Type* meta, Tuple* bases) {
  Type* winner = meta;
  for (uint64_t i = 0; i < bases->size; i++) {
    Type* m = type_of(bases->items[i]);
    if (is_subtype(winner, m)) continue;
    if (is_subtype(m, winner)) { winner = m; continue; }
    return RAISE(TypeError, "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases");
  }
  return winner;
}

static bool valid_identifier(Str* s) {
  if (!s->length || !(s->at(0) == '_' || unicode::is_xid_start(s->at(0)))) return false;
  for (uint64_t i = 1; i < s->length; i++)
    if (!unicode::is_xid_continue(s->at(i))) return false;
  return true;
}

static Result<Str*> mangle(Thread& t, Str* cls, Str* name) {
  auto at = [](Str* s, uint64_t i) { return s->at(i); };
  if (name->length < 3 || at(name, 0) != '_' || at(name, 1) != '_') return name;
  if (at(name, name->length - 1) == '_' && at(name, name->length - 2) == '_') return name;
  uint64_t skip = 0;
  while (skip < cls->length && at(cls, skip) == '_') skip++;
  if (skip == cls->length) return name;
  Str* tail = TRY(str_substr(t, cls, skip, cls->length));
  Str* m = TRY(str_format(t, "_%U%U", tail, name));
  return intern(t, m);
}

struct SlotPlan { bool declared = false, want_dict = false, want_weakref = false; List* names = nullptr; };

static Status plan_slots(Thread& t, Dict* ns, Str* cls, Type* base, SlotPlan& plan) {
  Value slots = dict_get_str(ns, NAME("__slots__"));
  if (!slots) return {};
  plan.declared = true;
  plan.names = TRY(new_list(t));
  List* raw = is_str(slots) ? TRY(list_of(t, &slots, 1)) : TRY(list_from(t, slots));
  if (raw->size && base->has(kTypeVarSized) && !base->has(kTypeStr)) {
    for (uint64_t i = 0; i < raw->size; i++) {
      Value v = raw->items[i];
      if (!is_str(v) || (!str_equal_ascii(v.as<Str>(), "__dict__") && !str_equal_ascii(v.as<Str>(), "__weakref__")))
        return RAISE(TypeError, "nonempty __slots__ not supported for subtype of '%U'", base->name.get());
    }
  }
  for (uint64_t i = 0; i < raw->size; i++) {
    Value v = raw->items[i];
    if (!is_str(v)) return RAISE(TypeError, "__slots__ items must be strings, not '%T'", v);
    Str* s = v.as<Str>();
    if (!valid_identifier(s)) return RAISE(TypeError, "__slots__ must be identifiers");
    if (str_equal_ascii(s, "__dict__")) {
      if (base->has(kTypeHasDict) || plan.want_dict) return RAISE(TypeError, "__dict__ slot disallowed: we already got one");
      plan.want_dict = true;
      continue;
    }
    if (str_equal_ascii(s, "__weakref__")) {
      if (base->has(kTypeWeakrefable) || plan.want_weakref) return RAISE(TypeError, "__weakref__ slot disallowed: we already got one");
      plan.want_weakref = true;
      continue;
    }
    s = TRY(intern(t, s));
    s = TRY(mangle(t, cls, s));
    if (dict_get_str(ns, s) && !str_equal_ascii(s, "__qualname__") && !str_equal_ascii(s, "__classcell__") && !str_equal_ascii(s, "__classdictcell__"))
      return RAISE(ValueError, "'%U' in __slots__ conflicts with class variable", s);
    TRY(list_append(t, plan.names, s));
  }
  // In order, so that classes with the same slots have the same layout.
  std::sort(plan.names->items, plan.names->items + plan.names->size, [](Value a, Value b) { return str_compare(a.as<Str>(), b.as<Str>()) < 0; });
  return {};
}

// __dict__ and __weakref__ of instances: descriptors of the first class of a line whose instances have them.
static Result<Value> instance_get_weakref(Thread&, Value self) {
  WeakRef* r = self.is_object() ? first_weakref(self.object()) : nullptr;
  return r ? Value(r) : kNone;
}
// A native base may have a __dict__ of its own kind (a type's is read-only): then its descriptor answers.
static Value native_dict_descriptor(Type* ty) {
  for (; ty; ty = ty->base)
    if (!ty->has(kTypeHeap))
      if (Value v = dict_get_str(ty->dict, NAME("__dict__"))) return v;
  return Value();
}
static Result<Value> instance_get_dict(Thread& t, Value self) {
  if (Value native = native_dict_descriptor(type_of(self))) return descr_get(t, native, self, type_of(self));
  return get_dict_attr(t, self);
}
static Status instance_set_dict(Thread& t, Value self, Value d) {
  if (Value native = native_dict_descriptor(type_of(self))) {
    if (!type_of(native)->dunder(D_set)) return RAISE(TypeError, "this __dict__ descriptor does not support '%T' objects", self);
    TRY(d ? call_dunder(t, D_set, native, self, d) : call_dunder(t, D_delete, native, self));
    return {};
  }
  if (!d) d = Value(TRY(new_dict(t)));  // deleting it leaves an empty one
  return set_dict_attr(t, self, d);
}
static const GetSetDef k_instance_dict{"__dict__", instance_get_dict, instance_set_dict, "dictionary for instance variables"};
static const GetSetDef k_instance_weakref{"__weakref__", instance_get_weakref, nullptr, "list of weak references to the object"};

static Status add_instance_getset(Thread& t, Type* ty, Dict* d, const GetSetDef& def) {
  Str* name = intern_name(def.name);
  if (dict_get_str(d, name)) return {};
  GetSetObject* o = TRY(alloc<GetSetObject>(t, KAA_SHAPE(getset_descriptor)));
  o->def = &def;
  o->owner.init(ty);
  return dict_set(t, d, name, o);
}

static Status add_members(Thread& t, Type* ty, Dict* d, List* names) {
  for (uint64_t i = 0; names && i < names->size; i++) {
    MemberObject* m = TRY(alloc<MemberObject>(t, KAA_SHAPE(member_descriptor)));
    m->owner.init(ty);
    m->offset = ty->base->basicsize + static_cast<uint32_t>(i * sizeof(Value));
    m->name.init(names->items[i]);
    TRY(dict_set(t, d, names->items[i], m));
  }
  return {};
}

// members: the names of the slots, mangled (empty: there are none). What is added lies in CPython's order, which vars(cls) shows.
static Status fix_namespace(Thread& t, Type* ty, Dict* d, List* members) {
  if (!dict_get_str(d, NAME("__module__"))) {
    for (Frame* f = t.frame; f; f = f->prev) {
      Value g = f->func ? dict_get_str(f->func->globals, NAME("__name__")) : Value();
      if (g) TRY(dict_set(t, d, NAME("__module__"), g));
      break;
    }
  }
  if (Value q = dict_get_str(d, NAME("__qualname__"))) {
    if (!is_str(q)) return RAISE(TypeError, "type __qualname__ must be a str, not %T", q);
    ty->qualname.set(q.as<Str>());
    TRY(dict_pop(t, d, NAME("__qualname__")));
  } else {
    ty->qualname.set(ty->name);
  }
  TRY(add_members(t, ty, d, members));
  if (ty->attr_offset && !ty->base->has(kTypeHasDict)) TRY(add_instance_getset(t, ty, d, k_instance_dict));
  if (ty->has(kTypeWeakrefable) && !ty->base->has(kTypeWeakrefable)) TRY(add_instance_getset(t, ty, d, k_instance_weakref));
  if (Value doc = dict_get_str(d, NAME("__doc__")); !doc) {
    TRY(dict_set(t, d, NAME("__doc__"), kNone));
  } else if (is_str(doc)) {  // CPython keeps it as UTF-8, too: no lone surrogates
    Utf8 text;
    TRY(str_utf8(t, doc.as<Str>(), text));
  }
  auto wrap = [&](const char* name, Type* as) -> Status {
    Str* n = intern_name(name);
    Value f = dict_get_str(d, n);
    if (!f || type_of(f) != KAA_TYPE(function)) return {};
    WrapperObject* w = TRY(alloc<WrapperObject>(t, as->root));
    w->callable.init(f);
    return dict_set(t, d, n, w);
  };
  TRY(wrap("__new__", KAA_TYPE(staticmethod)));
  TRY(wrap("__init_subclass__", KAA_TYPE(classmethod)));
  TRY(wrap("__class_getitem__", KAA_TYPE(classmethod)));
  // A class that defines __eq__ without __hash__ is not hashable.
  if (dict_get_str(d, NAME("__eq__")) && !dict_get_str(d, NAME("__hash__"))) TRY(dict_set(t, d, NAME("__hash__"), kNone));
  return {};
}

static Status call_set_names(Thread& t, Type* ty) {
  Dict* d = TRY(dict_copy(t, ty->dict));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    Value key = e->key, v = e->value;
    if (!type_of(v)->dunder(D_set_name)) continue;
    Opt m = TRY(lookup_special(t, v, dunder_name(D_set_name)));
    if (!m) continue;
    Result<Value> r = call(t, m.v, ty, key);
    if (!r.ok()) {
      Value exc = take_exc(t);
      Result<Str*> note = str_format(t, "Error calling __set_name__ on '%T' instance %R in '%U'", v, key, ty->name.get());
      if (note.ok()) {
        Result<Value> nr = call_method(t, exc, NAME("add_note"), note.value());
        if (!nr.ok()) clear_exc(t);
      } else {
        clear_exc(t);
      }
      restore_exc(t, exc);
      return Error{};
    }
  }
  return {};
}

static Status call_init_subclass(Thread& t, Type* ty, Tuple* kwnames, const Value* kwvalues) {
  // super(ty, ty).__init_subclass__(**kwargs)
  Tuple* mro = ty->mro;
  bool own = false;
  for (uint64_t i = 0; i < mro->size; i++) own |= mro->items[i] == Value(ty);
  if (!own) return RAISE(TypeError, "super(type, obj): obj (type %N) is not an instance or subtype of type (%N).", ty, ty);
  Value f;
  for (uint64_t i = 1; i < mro->size && !f; i++) f = dict_get_str(mro->items[i].as<Type>()->dict, dunder_name(D_init_subclass));
  if (!f) return {};
  Value bound = TRY(descr_get(t, f, ty, type_of(ty)));
  if (type_of(f) == KAA_TYPE(classmethod) || type_of(f) == KAA_TYPE(classmethod_descriptor)) bound = TRY(descr_get(t, f, Value(), ty));
  TRY(call_args(t, bound, kwvalues, 0, kwnames));
  return {};
}

Result<Type*> new_class(Thread& t, Type* meta, Str* name, Tuple* bases, Dict* ns, Tuple* kwnames, const Value* kwvalues) {
  if (bases->size == 0) bases = TRY(make_tuple(t, Value(KAA_TYPE(object))));
  Type* base = TRY(best_base(t, bases));
  SlotPlan plan;
  Dict* d = TRY(dict_copy(t, ns));
  if (uint32_t pos = 0; true) {
    while (DictEntry* e = dict_next(d, &pos))
      if (!is_str(e->key)) {
        TRY(warn(t, KAA_TYPE(RuntimeWarning), 1, "non-string key in the __dict__ of class %U", name));
        break;
      }
  }
  TRY(plan_slots(t, d, name, base, plan));

  bool base_dict = false, base_weak = false;
  for (uint64_t i = 0; i < bases->size; i++) {
    Type* b = bases->items[i].as<Type>();
    base_dict |= b->has(kTypeHasDict);
    base_weak |= b->has(kTypeWeakrefable);
  }
  bool has_dict = base_dict || plan.want_dict || !plan.declared;
  // As in CPython, ints, tuples and bytes, whose items follow the struct, have no room for a list of weak references.
  bool weak = base_weak || plan.want_weakref || (!plan.declared && !base->has(kTypeInt | kTypeTuple | kTypeBytes));

  // Members of a metaclass instance lie behind the Type struct like those of any other.
  Object* o = TRY(alloc_instance(t, meta));
  Type* ty = static_cast<Type*>(o);
  ty->layout = base->layout;
  ty->flags = kTypeHeap | kTypeBase | kTypeReady | (base->flags & (kTypeInt | kTypeList | kTypeTuple | kTypeBytes | kTypeStr | kTypeDict | kTypeException | kTypeType | kTypeVarSized));
  if (has_dict) ty->flags |= kTypeHasDict;
  if (weak) ty->flags |= kTypeWeakrefable;
  ty->death = base->layout->death == Death::kPlain ? Death::kChildren : base->layout->death;
  uint32_t nslots = plan.names ? static_cast<uint32_t>(plan.names->size) : 0;
  ty->slots_offset = base->slots_offset ? base->slots_offset : nslots ? base->basicsize : 0;
  ty->basicsize = base->basicsize + nslots * static_cast<uint32_t>(sizeof(Value));
  bool native_dict = base->layout == &kLayout<Function> || base->layout == &kLayout<Module> || base->layout == &kLayout<WrapperObject> || base->has(kTypeType);
  if (has_dict && !native_dict) ty->attr_offset = ty->basicsize;
  ty->buffer = base->buffer;
  ty->name.init(name);
  ty->qualname.init(name);
  ty->base.init(base);
  ty->dict.init(d);
  ty->bases.init(bases);

  uint32_t cap = 0;
  if (ty->attr_offset && !ty->has(kTypeVarSized)) {
    cap = base->inline_cap;
    if (Value sa = dict_get_str(d, NAME("__static_attributes__")); sa && IS_EXACT(sa, tuple)) cap += static_cast<uint32_t>(sa.as<Tuple>()->size);
    if (cap > 30) cap = 30;
  }
  ty->inline_cap = cap;
  ty->root = new_root_shape(ty, cap);
  ty->dict_shape = new_root_shape(ty, 0);
  ty->dict_shape->is_dict = true;
  ty->dict_shape->next_root = nullptr;
  ty->version = interp().next_type_version ? interp().next_type_version++ : 0;
  ty->serial = interp().next_type_serial ? interp().next_type_serial++ : 0;

  Value classcell = dict_get_str(d, NAME("__classcell__"));
  if (classcell) {
    if (type_of(classcell) != KAA_TYPE(cell)) return RAISE(TypeError, "__classcell__ must be a nonlocal cell, not %R", Value(type_of(classcell)));
    TRY(dict_pop(t, d, NAME("__classcell__")));
  }
  if (Value cdc = dict_get_str(d, NAME("__classdictcell__"))) {
    if (type_of(cdc) != KAA_TYPE(cell)) return RAISE(TypeError, "__classdictcell__ must be a nonlocal cell, not %R", Value(type_of(cdc)));
    cdc.as<CellObject>()->contents.set(d);
    TRY(dict_pop(t, d, NAME("__classdictcell__")));
  }
  TRY(fix_namespace(t, ty, d, plan.names));
  if (classcell) classcell.as<CellObject>()->contents.set(ty);
  // Until mro() has given an answer the class has none, and is on no list of subclasses.
  Tuple* mro = TRY(class_mro(t, ty));
  if (!ty->mro) ty->mro.set(mro);
  // A sequence or a mapping for patterns, as the first class of the mro that is one of them.
  for (uint64_t i = 1; i < ty->mro->size && !(ty->flags & (kTypeSequence | kTypeMapping)); i++)
    ty->flags |= ty->mro->items[i].as<Type>()->flags & (kTypeSequence | kTypeMapping);
  // An mro() of its own may have assigned to __bases__, which has put the class on lists.
  relink_bases(ty, has_own_mro(type_of(ty)) ? ty->bases.get() : nullptr, ty->bases);
  type_modified(ty);
  update_dunders(ty);
  TRY(call_set_names(t, ty));
  TRY(call_init_subclass(t, ty, kwnames, kwvalues));
  return ty;
}

}  // namespace kaa
