// The attributes of classes: names, bases, documentation, annotations, layout figures.
#include <string>

#include "runtime/audit.h"
#include "runtime/call.h"
#include "types/objmodel.h"
#include "types/text_signatures.h"

namespace kaa {

bool same_instance_layout(Type* a, Type* b);  // object.cpp

static Type* T(Value v) { return v.as<Type>(); }

// Whether `name` of the type may be set to v (empty: deleted).
static Status check_mutable(Thread& t, Value self, Value v, const char* name) {
  if (T(self)->has(kTypeImmutable)) return RAISE(TypeError, "cannot set '%s' attribute of immutable type '%N'", name, T(self));
  if (!v) return RAISE(TypeError, "cannot delete '%s' attribute of immutable type '%N'", name, T(self));
  return audit(t, "object.__setattr__", self, intern_name(name), v);
}

// ---- names
static Result<Value> get_name(Thread&, Value self) { return Value(T(self)->name.get()); }
static Status set_name(Thread& t, Value self, Value v) {
  TRY(check_mutable(t, self, v, "__name__"));
  if (!is_str(v)) return RAISE(TypeError, "can only assign string to %N.__name__, not '%T'", T(self), v);
  Str* s = v.as<Str>();
  for (uint64_t i = 0; i < s->length; i++)
    if (s->at(i) == 0) return RAISE(ValueError, "type name must not contain null characters");
  Utf8 checked;
  TRY(str_utf8(t, s, checked));
  T(self)->name.set(s);
  return {};
}
static Result<Value> get_qualname(Thread&, Value self) {
  return T(self)->has(kTypeHeap) ? Value(T(self)->qualname.get()) : Value(T(self)->name.get());
}
static Status set_qualname(Thread& t, Value self, Value v) {
  TRY(check_mutable(t, self, v, "__qualname__"));
  if (!is_str(v)) return RAISE(TypeError, "can only assign string to %N.__qualname__, not '%T'", T(self), v);
  T(self)->qualname.set(v.as<Str>());
  return {};
}
static Result<Value> get_module(Thread& t, Value self) { return type_module(t, T(self)); }
static Status set_module(Thread& t, Value self, Value v) {
  TRY(check_mutable(t, self, v, "__module__"));
  TRY(dict_pop(t, T(self)->dict, NAME("__firstlineno__")));
  return type_set_attr(t, T(self), NAME("__module__"), v);
}

// ---- bases
static Result<Value> get_bases(Thread&, Value self) { return Value(T(self)->bases.get()); }
static Result<Value> get_base(Thread&, Value self) { return T(self)->base ? Value(T(self)->base.get()) : kNone; }
static Result<Value> get_mro(Thread&, Value self) { return T(self)->mro ? Value(T(self)->mro.get()) : kNone; }

// New mros for ty and all its subclasses; what was computed goes into `undo` as (type, new mro, old mro or None). A metaclass's mro() may come back here
// for the same class: then the inner result stands.
static Status remake_mro(Thread& t, Type* ty, List* undo) {
  TRY(native_enter(t));
  Tuple* old = ty->mro;
  Tuple* m = TRY(class_mro(t, ty));
  if (ty->mro != old) return {};
  TRY(list_append(t, undo, ty));
  TRY(list_append(t, undo, m));
  TRY(list_append(t, undo, old ? Value(old) : kNone));
  ty->mro.set(m);
  type_modified(ty);
  List* subclasses = TRY(new_list(t, ty->nsubclasses));
  for (uint32_t i = 0; i < ty->nsubclasses; i++) TRY(list_append(t, subclasses, ty->subclasses[i]));
  for (uint64_t i = 0; i < subclasses->size; i++) TRY(remake_mro(t, subclasses->items[i].as<Type>(), undo));
  return {};
}

static Type* layout_base(Tuple* bases) {
  Type* best = bases->items[0].as<Type>();
  for (uint64_t i = 1; i < bases->size; i++) {
    Type* b = bases->items[i].as<Type>();
    if (b->basicsize > best->basicsize && is_subtype(b, best)) best = b;
  }
  for (uint64_t i = 0; i < bases->size; i++) {
    Type* b = bases->items[i].as<Type>();
    if (b->layout != best->layout && b->layout->size > best->layout->size) best = b;
  }
  return best;
}

static Status set_bases_attr(Thread& t, Value self, Value v) {
  Type* ty = T(self);
  TRY(check_mutable(t, self, v, "__bases__"));
  if (!is_tuple(v)) return RAISE(TypeError, "can only assign tuple to %N.__bases__, not %T", ty, v);
  Tuple* bases = v.as<Tuple>();
  if (!bases->size) return RAISE(TypeError, "can only assign non-empty tuple to %N.__bases__, not ()", ty);
  for (uint64_t i = 0; i < bases->size; i++) {
    Value b = bases->items[i];
    if (!is_type(b)) return RAISE(TypeError, "%N.__bases__ must be tuple of classes, not '%T'", ty, b);
    bool cycle = is_subtype(b.as<Type>(), ty);
    for (Type* x = b.as<Type>(); x && !cycle; x = x->base) cycle = x == ty;  // an mro may not have been made anew yet
    if (cycle) return RAISE(TypeError, "a __bases__ item causes an inheritance cycle");
    if (!b.as<Type>()->has(kTypeBase)) return RAISE(TypeError, "type '%N' is not an acceptable base type", b.as<Type>());
  }
  Type* base = layout_base(bases);
  Type* old_base = ty->base;
  // Instances keep their layout: native part, members and place of the attributes must be what the class itself has on top of its base.
  if (base->has(kTypeHeap) != old_base->has(kTypeHeap))
    return RAISE(TypeError, "__bases__ assignment: '%N' deallocator differs from '%N'", base, old_base);
  bool fits = base->layout == old_base->layout && base->basicsize == old_base->basicsize &&
              (base->attr_offset == old_base->attr_offset || ty->attr_offset == ty->basicsize);
  if (!fits) return RAISE(TypeError, "__bases__ assignment: '%N' object layout differs from '%N'", base, old_base);
  Tuple* old = ty->bases;
  ty->bases.set(bases);
  ty->base.set(base);
  forget_slot_facts(ty, nullptr);  // another base may have data descriptors
  List* undo = TRY(new_list(t));
  if (!remake_mro(t, ty, undo).ok()) {
    Value e = take_exc(t);
    for (uint64_t i = 0; i + 2 < undo->size; i += 3) {
      Type* changed = undo->items[i].as<Type>();
      if (Value(changed->mro.get()) != undo->items[i + 1]) continue;
      if (undo->items[i + 2].is_none()) changed->mro.clear();
      else changed->mro.set(undo->items[i + 2].as<Tuple>());
    }
    if (ty->bases == bases) {  // else it was set again by a metaclass's mro()
      ty->bases.set(old);
      ty->base.set(old_base);
    }
    type_modified(ty);
    restore_exc(t, e);
    return Error{};
  }
  if (ty->bases == bases) {
    relink_bases(ty, old, bases);
    type_modified(ty);
    update_dunders(ty);
  }
  return {};
}

// ---- __dict__, __doc__, __abstractmethods__
static Result<Value> get_dict(Thread& t, Value self) {
  MappingProxy* p = TRY(alloc<MappingProxy>(t, KAA_SHAPE(mappingproxy)));
  p->mapping.init(T(self)->dict.get());
  return p;
}
static Result<Value> get_doc(Thread& t, Value self) {
  Type* ty = T(self);
  if (!ty->has(kTypeHeap) && ty->spec && ty->spec->doc) return TRY(new_str(t, ty->spec->doc));
  Value v = dict_get_str(ty->dict, NAME("__doc__"));
  if (!v) return kNone;
  return descr_get(t, v, Value(), T(self));
}
static Status set_doc(Thread& t, Value self, Value v) {
  TRY(check_mutable(t, self, v, "__doc__"));
  return type_set_attr(t, T(self), NAME("__doc__"), v);
}
static Result<Value> get_abstract(Thread& t, Value self) {
  Value v = self == Value(KAA_TYPE(type)) ? Value() : dict_get_str(T(self)->dict, NAME("__abstractmethods__"));
  if (v) return v;
  return RAISE(AttributeError, "__abstractmethods__");
}
static Status set_abstract(Thread& t, Value self, Value v) {
  Type* ty = T(self);
  if (ty->has(kTypeImmutable)) return RAISE(TypeError, "cannot set '__abstractmethods__' attribute of immutable type '%N'", ty);
  bool abstract = v ? TRY(truth(t, v)) : false;
  if (!v && !dict_get_str(ty->dict, NAME("__abstractmethods__"))) return RAISE(AttributeError, "__abstractmethods__");
  TRY(type_set_attr(t, ty, NAME("__abstractmethods__"), v));
  if (abstract) ty->flags |= kTypeAbstract;
  else ty->flags &= ~uint64_t{kTypeAbstract};
  ty->quick_version = 0;  // how it is called at once is found anew
  return {};
}

// ---- layout figures
static Result<Value> get_flags(Thread& t, Value self) {
  int64_t f = static_cast<int64_t>(T(self)->flags & 0xFFFFFFFFu);
  if (T(self) < g_types || T(self) >= g_types + kBuiltinTypeCount) f |= kTypeHeap;  // types of modules are heap types in CPython; copyreg looks
  return make_int(t, f);
}
static Result<Value> get_basicsize(Thread&, Value self) {
  Type* ty = T(self);
  return small_int(ty->basicsize + (ty->attr_offset ? static_cast<int64_t>(sizeof(Value)) : 0));
}
static Result<Value> get_itemsize(Thread&, Value self) {
  Type* ty = T(self);
  if (ty->has(kTypeTuple | kTypeInt)) return small_int(sizeof(Value));
  return small_int(ty->has(kTypeBytes) ? 1 : 0);
}
static Result<Value> get_dictoffset(Thread&, Value self) {
  Type* ty = T(self);
  if (ty->attr_offset) return small_int(ty->has(kTypeException) ? static_cast<int64_t>(sizeof(Object)) : -1);  // -1: managed by the runtime
  return small_int(ty->has(kTypeHasDict) || ty->has(kTypeType) ? static_cast<int64_t>(sizeof(Object)) : 0);
}
// Weak references are in a table: the figure only tells whether there can be any.
static Result<Value> get_weakrefoffset(Thread&, Value self) { return small_int(T(self)->has(kTypeWeakrefable) ? -32 : 0); }

bool shown_signature(std::string_view name, const char** text) {
  static constexpr struct { std::string_view name; const char* text; } k_rows[] = {
#define TEXT_SIGNATURE(name, text) {name, text},
#include "types/text_signatures.def"
#undef TEXT_SIGNATURE
  };
  for (const auto& row : k_rows)
    if (row.name == name) { *text = row.text; return true; }
  return false;
}

// ---- signature of native types: that of their own __new__ or __init__
Result<Value> text_signature(Thread& t, const char* sig) {
  if (!sig || *sig != '(') return kNone;
  const char* p = sig + 1;
  if (*p == '$') {
    while (*p && *p != ',' && *p != ')') p++;
    if (*p == ',') p++;
    while (*p == ' ') p++;
    if (p[0] == '/') {  // the slash belonged to self alone
      p++;
      if (*p == ',') p++;
      while (*p == ' ') p++;
    }
  }
  std::string text = "(";
  text += p;
  return TRY(new_str(t, text));
}
static Result<Value> get_text_signature(Thread& t, Value self) {
  Type* ty = T(self);
  if (ty == KAA_TYPE(object)) return TRY(new_str(t, "()"));
  Utf8 name;
  TRY(str_utf8(t, ty->name, name, false));
  if (ty->has(kTypeHeap)) {  // a docstring that begins with NAME(...)\n--\n\n
    Value doc = dict_get_str(ty->dict, NAME("__doc__"));
    Utf8 text;
    if (!doc || !is_str(doc)) return kNone;
    TRY(str_utf8(t, doc.as<Str>(), text, true));
    std::string_view s = text.view();
    size_t n = name.view().size(), end = s.find(")\n--\n\n");
    if (end == s.npos || s.substr(0, n) != name.view() || s.substr(n, 1) != "(" || s.find("\n\n") < end) return kNone;
    return TRY(new_str(t, std::string(s.substr(n, end + 1 - n))));
  }
  if (const char* text; shown_signature(name.view(), &text)) return text ? Result<Value>(TRY(new_str(t, text))) : Result<Value>(kNone);
  for (const char* name : {"__new__", "__init__"}) {
    Value f = dict_get_str(ty->dict, intern_name(name));
    if (!f || (!IS_EXACT(f, builtin_function) && !IS_EXACT(f, wrapper_descriptor))) continue;
    const char* sig = f.as<NativeFunction>()->def->sig;
    if (!sig || strstr(sig, "($cls, /, *args") || strstr(sig, "($self, /, *args")) continue;  // those say nothing
    return text_signature(t, sig);
  }
  return kNone;
}

// ---- annotations, lazily from __annotate__ (PEP 649)
static Result<Opt> annotate_of(Type* ty) {
  Value f = dict_get_str(ty->dict, NAME("__annotate__"));  // one that the class body defines itself
  if (!f) f = dict_get_str(ty->dict, NAME("__annotate_func__"));
  return Opt{f};
}
static Result<Value> get_annotate(Thread& t, Value self) {
  Type* ty = T(self);
  if (!ty->has(kTypeHeap)) return RAISE(AttributeError, "type object '%N' has no attribute '__annotate__'", ty);
  Opt f = TRY(annotate_of(ty));
  if (f) return descr_get(t, f.v, Value(), ty);
  TRY(dict_set(t, ty->dict, NAME("__annotate_func__"), kNone));
  type_modified(ty);
  return kNone;
}
static Status set_annotate(Thread& t, Value self, Value v) {
  Type* ty = T(self);
  if (!v) return RAISE(TypeError, "cannot delete __annotate__ attribute");
  if (ty->has(kTypeImmutable)) return RAISE(TypeError, "cannot set '__annotate__' attribute of immutable type '%N'", ty);
  if (!v.is_none() && !is_callable(v)) return RAISE(TypeError, "__annotate__ must be callable or None");
  TRY(type_set_attr(t, ty, NAME("__annotate_func__"), v));
  if (!v.is_none()) TRY(dict_pop(t, ty->dict, NAME("__annotations_cache__")));
  type_modified(ty);
  return {};
}
static Result<Value> get_annotations(Thread& t, Value self) {
  Type* ty = T(self);
  if (!ty->has(kTypeHeap)) return RAISE(AttributeError, "type object '%N' has no attribute '__annotations__'", ty);
  Value v = dict_get_str(ty->dict, NAME("__annotations__"));
  if (!v) v = dict_get_str(ty->dict, NAME("__annotations_cache__"));
  if (v) return descr_get(t, v, Value(), ty);
  Value f = TRY(get_annotate(t, self));
  if (is_callable(f)) {
    v = TRY(call(t, f, small_int(1)));  // annotationlib.Format.VALUE
    if (!is_dict(v)) return RAISE(TypeError, "__annotate__ returned non-dict of type '%.100T'", v);
  } else {
    v = Value(TRY(new_dict(t)));
  }
  TRY(dict_set(t, ty->dict, NAME("__annotations_cache__"), v));
  type_modified(ty);
  return v;
}
static Status set_annotations(Thread& t, Value self, Value v) {
  Type* ty = T(self);
  if (ty->has(kTypeImmutable)) return RAISE(TypeError, "cannot set '__annotations__' attribute of immutable type '%N'", ty);
  Str* key = dict_get_str(ty->dict, NAME("__annotations__")) ? NAME("__annotations__") : NAME("__annotations_cache__");
  if (v) {
    TRY(dict_set(t, ty->dict, key, v));
  } else {
    Opt old = TRY(dict_pop(t, ty->dict, key));
    if (!old) return RAISE(AttributeError, "__annotations__");
  }
  TRY(dict_pop(t, ty->dict, NAME("__annotate_func__")));
  TRY(dict_pop(t, ty->dict, NAME("__annotate__")));
  type_modified(ty);
  return {};
}
static Result<Value> get_type_params(Thread& t, Value self) {
  Value v = T(self)->has(kTypeHeap) ? dict_get_str(T(self)->dict, NAME("__type_params__")) : Value();
  if (v) return v;
  return TRY(new_tuple(t, 0));
}
static Status set_type_params(Thread& t, Value self, Value v) {
  TRY(check_mutable(t, self, v, "__type_params__"));
  return type_set_attr(t, T(self), NAME("__type_params__"), v);
}

extern const GetSetDef k_type_getsets[] = {
    {"__basicsize__", get_basicsize, nullptr, nullptr},
    {"__itemsize__", get_itemsize, nullptr, nullptr},
    {"__flags__", get_flags, nullptr, nullptr},
    {"__weakrefoffset__", get_weakrefoffset, nullptr, nullptr},
    {"__base__", get_base, nullptr, nullptr},
    {"__dictoffset__", get_dictoffset, nullptr, nullptr},
    {"__name__", get_name, set_name, nullptr},
    {"__qualname__", get_qualname, set_qualname, nullptr},
    {"__bases__", get_bases, set_bases_attr, nullptr},
    {"__mro__", get_mro, nullptr, nullptr},
    {"__module__", get_module, set_module, nullptr},
    {"__abstractmethods__", get_abstract, set_abstract, nullptr},
    {"__dict__", get_dict, nullptr, nullptr},
    {"__doc__", get_doc, set_doc, nullptr},
    {"__text_signature__", get_text_signature, nullptr, nullptr},
    {"__annotations__", get_annotations, set_annotations, nullptr},
    {"__annotate__", get_annotate, set_annotate, nullptr},
    {"__type_params__", get_type_params, set_type_params, nullptr},
};
extern const uint32_t k_type_getset_count = sizeof k_type_getsets / sizeof *k_type_getsets;

}  // namespace kaa
