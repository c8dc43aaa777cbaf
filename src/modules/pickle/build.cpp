// Unpickling of objects: classes by name, calls, and state.
#include "modules/pickle/pickle.h"
#include "modules/sys_module.h"
#include "runtime/types.h"
#include "types/dict.h"
#include "types/objmodel.h"

namespace kaa::pickle {

// ---- by name

namespace {
Result<List*> split_name(Thread& t, Value name) { return TRY(call_method(t, name, NAME("split"), Value(NAME(".")))).as<List>(); }
}  // namespace

Result<Value> find_class(Thread& t, Unpickler* u, Value module, Value name) {
  Value audit = sys_get("audit");
  if (audit) TRY(call(t, audit, NAME("pickle.find_class"), module, name));
  if (u->protocol < 3 && u->fix_imports) {
    // Names of Python 2.
    Opt both = TRY(dict_get(t, state().library.name_mapping, TRY(make_tuple(t, module, name))));
    if (both) {
      Tuple* pair = is_tuple(both.v) ? both.v.as<Tuple>() : nullptr;
      if (!pair || pair->size != 2) return RAISE(RuntimeError, "_compat_pickle.NAME_MAPPING values should be 2-tuples, not %T", both.v);
      module = pair->items[0];
      name = pair->items[1];
      if (!is_str(module) || !is_str(name)) return RAISE(RuntimeError, "_compat_pickle.NAME_MAPPING values should be pairs of str, not (%T, %T)", module, name);
    } else if (Opt m = TRY(dict_get(t, state().library.import_mapping, module))) {
      if (!is_str(m.v)) return RAISE(RuntimeError, "_compat_pickle.IMPORT_MAPPING values should be strings, not %T", m.v);
      module = m.v;
    }
  }
  TRY(call(t, dict_get_str(interp().builtins, NAME("__import__")), module));
  Opt m = TRY(dict_get(t, interp().modules, module));
  if (!m) return raise_key_error(t, module);
  if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
  if (u->protocol < 4) return get_attr(t, m.v, TRY(intern(t, name.as<Str>())));
  List* path = TRY(split_name(t, name));
  if (path->size == 1) return get_attr(t, m.v, TRY(intern(t, name.as<Str>())));
  Value v = m.v;
  for (uint64_t i = 0; i < path->size; i++) {
    Result<Value> next = get_attr(t, v, TRY(intern(t, path->items[i].as<Str>())));
    if (!next.ok()) {
      if (!exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
      Value cause = take_exc(t);
      Error e = RAISE(AttributeError, "Can't resolve path %R on module %R", name, module);
      if (t.exc && is_exception(t.exc)) t.exc.as<BaseException>()->context.set(cause);
      return e;
    }
    v = next.value();
  }
  return v;
}

// Subclasses may have a find_class() of their own.
Result<Value> Loader::class_named(Value module, Value name) {
  if (u->type() == state().unpickler) return find_class(t, u, module, name);
  return call_method(t, u, NAME("find_class"), module, name);
}
Status Loader::load_global() {
  std::string_view text = TRY(some_line());
  Bytes* b = TRY(new_bytes(t, text.data(), text.size()));
  Value module = TRY(call_method(t, b, NAME("decode")));
  text = TRY(some_line());
  b = TRY(new_bytes(t, text.data(), text.size()));
  Value name = TRY(call_method(t, b, NAME("decode")));
  return push(TRY(class_named(module, name)));
}
Status Loader::load_stack_global() {
  TRY(need(2));
  Value name = pop(), module = pop();
  if (!is_exact_str(name) || !is_exact_str(module)) return UNPICKLING_ERROR("STACK_GLOBAL requires str");
  return push(TRY(class_named(module, name)));
}
Status Loader::load_ext(int size) {
  const uint8_t* p = TRY(bytes(static_cast<uint64_t>(size)));
  int32_t code = 0;
  memcpy(&code, p, static_cast<size_t>(size));
  if (code <= 0) return UNPICKLING_ERROR("EXT specifies code <= 0");
  Value key = small_int(code);
  Opt known = TRY(dict_get(t, state().library.extension_cache, key));
  if (known) return push(known.v);
  Opt pair = TRY(dict_get(t, state().library.inverted_registry, key));
  if (!pair) return RAISE(ValueError, "unregistered extension code %ld", static_cast<int64_t>(code));
  Tuple* names = is_tuple(pair.v) ? pair.v.as<Tuple>() : nullptr;
  if (!names || names->size != 2 || !is_str(names->items[0]) || !is_str(names->items[1]))
    return RAISE(ValueError, "_inverted_registry[%ld] isn't a 2-tuple of strings", static_cast<int64_t>(code));
  Value v = TRY(class_named(names->items[0], names->items[1]));
  TRY(dict_set(t, state().library.extension_cache, key, v));
  return push(v);
}
Status Loader::load_persid(bool binary) {
  Value id;
  if (binary) {
    TRY(need(1));
    id = pop();
  } else {
    std::string_view text = TRY(line());
    for (char c : text)
      if (c & 0x80) return UNPICKLING_ERROR("persistent IDs in protocol 0 must be ASCII strings");
    id = TRY(new_str_ascii(t, text.data(), text.size()));
  }
  if (!u->persistent_load) return UNPICKLING_ERROR("A load persistent id instruction was encountered, but no persistent_load function was specified.");
  return push(TRY(call(t, u->persistent_load.value(), id)));
}

// ---- calls

Status Loader::load_reduce() {
  TRY(need(2));
  Value args = pop(), f = pop();
  if (!is_tuple(args)) return RAISE(TypeError, "argument list must be a tuple, not %T", args);
  Tuple* u2 = args.as<Tuple>();
  Keep keep(u2);
  return push(TRY(call_args(t, f, u2->items, u2->size)));
}

namespace {
// cls.__new__(cls, *args, **kwargs), as the type has it.
Result<Value> new_object(Thread& t, Type* cls, Tuple* args, Dict* kwargs) {
  Value maker = cls->dunder(D_new);
  if (!args->size && !kwargs && maker == KAA_TYPE(object)->dunder(D_new) && cls->layout->kind == LayoutKind::kInstance &&
      !cls->has(kTypeAbstract | kTypeDisallowInstantiation))
    return TRY(alloc_instance(t, cls));
  Value f = TRY(descr_get(t, maker, Value(), cls));
  Tuple* all = TRY(new_tuple(t, args->size + 1));
  tuple_init(all, 0, cls);
  for (uint64_t i = 0; i < args->size; i++) tuple_init(all, i + 1, args->items[i]);
  return call_tuple(t, f, all, kwargs);
}
}  // namespace

Status Loader::load_newobj(bool with_keywords) {
  TRY(need(with_keywords ? 3 : 2));
  Value kwargs = with_keywords ? pop() : Value(), args = pop(), cls = pop();
  const char* name = with_keywords ? "NEWOBJ_EX" : "NEWOBJ";
  if (!is_type(cls)) return UNPICKLING_ERROR("%s class argument must be a type, not %U", name, TRY(shown_type(t, cls)));
  if (!cls.as<Type>()->dunder(D_new)) return UNPICKLING_ERROR("%s class argument '%N' doesn't have __new__", name, cls.as<Type>());
  if (!is_tuple(args)) return UNPICKLING_ERROR("%s args argument must be a tuple, not %U", name, TRY(shown_type(t, args)));
  if (with_keywords && !is_dict(kwargs)) return UNPICKLING_ERROR("%s kwargs argument must be a dict, not %U", name, TRY(shown_type(t, kwargs)));
  Keep k1(args), k2(kwargs ? kwargs : kNone);
  return push(TRY(new_object(t, cls.as<Type>(), args.as<Tuple>(), kwargs ? kwargs.as<Dict>() : nullptr)));
}

// Instances of old-style classes: cls(*args); without arguments and __getinitargs__ its __init__ is not called.
Status Loader::instantiate(Value cls, uint64_t from) {
  Tuple* args = TRY(tuple_of(t, u->stack + from, u->size - from));
  drop_to(from);
  if (!args->size && is_type(cls)) {
    Opt init = TRY(lookup_attr(t, cls, NAME("__getinitargs__")));
    if (!init) return push(TRY(call_method(t, cls, NAME("__new__"), cls)));
  }
  return push(TRY(call_tuple(t, cls, args, nullptr)));
}
Status Loader::load_inst() {
  uint64_t from = TRY(marker());
  std::string_view text = TRY(some_line());
  Bytes* b = TRY(new_bytes(t, text.data(), text.size()));
  Value module = TRY(call_method(t, b, NAME("decode"), Value(NAME("ascii"))));
  text = TRY(some_line());
  b = TRY(new_bytes(t, text.data(), text.size()));
  Value name = TRY(call_method(t, b, NAME("decode"), Value(NAME("ascii"))));
  Value cls = TRY(class_named(module, name));
  return instantiate(cls, from);
}
Status Loader::load_obj() {
  uint64_t from = TRY(marker());
  if (u->size < from + 1) return underflow();
  Value cls = u->stack[from];
  Keep keep(cls);
  Tuple* args = TRY(tuple_of(t, u->stack + from + 1, u->size - from - 1));
  drop_to(from);
  for (uint64_t i = 0; i < args->size; i++) TRY(push(args->items[i]));
  return instantiate(cls, from);
}

// ---- state

// instance.__dict__.update(state), with interned names. What keeps its attributes in slots goes on doing so.
Status Loader::restore_dict(Value instance, Value dict) {
  bool exact = IS_EXACT(dict, dict);
  if (exact && instance.is_object() && instance.object()->type()->layout->kind == LayoutKind::kInstance && instance.object()->type()->attr_offset &&
      instance.object()->type()->has(kTypeHasDict) && !instance.object()->type()->has(kTypeCustomGetattribute) &&
      type_lookup(instance.object()->type(), NAME("__dict__")) && !instance.object()->shape->is_dict) {
    Dict* d = dict.as<Dict>();
    bool plain = IS_EXACT(type_lookup(instance.object()->type(), NAME("__dict__")), getset_descriptor);
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(d, &pos)) plain = plain && is_exact_str(e->key);
    if (plain) {
      pos = 0;
      while (DictEntry* e = dict_next(d, &pos)) {
        Value value = e->value;
        Str* name = TRY(intern(t, e->key.as<Str>()));
        TRY(shape_set(t, instance.object(), name, value));
      }
      return {};
    }
  }
  Value to = TRY(get_attr(t, instance, NAME("__dict__")));
  Value items = exact ? Value() : TRY(call_method(t, dict, NAME("items")));
  auto store = [&](Value key, Value value) -> Status {
    if (is_exact_str(key)) key = TRY(intern(t, key.as<Str>()));
    return set_item(t, to, key, value);
  };
  if (exact) {
    Dict* copy = TRY(dict_copy(t, dict.as<Dict>()));
    Keep keep(copy);
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(copy, &pos)) TRY(store(e->key, e->value));
    return {};
  }
  return iterate(t, items, [&](Value pair) -> Status {
    if (!is_tuple(pair) || pair.as<Tuple>()->size != 2) return RAISE(TypeError, "items() must give pairs");
    return store(pair.as<Tuple>()->items[0], pair.as<Tuple>()->items[1]);
  });
}

Status Loader::load_build() {
  if (u->size < fence() + 2) return underflow();
  Value state = pop(), instance = top();
  Opt setstate = TRY(lookup_attr(t, instance, NAME("__setstate__")));
  if (setstate) {
    TRY(call(t, setstate.v, state));
    return {};
  }
  Value slots;
  if (is_tuple(state) && state.as<Tuple>()->size == 2) {
    slots = state.as<Tuple>()->items[1];
    Keep keep(state);
    Value first = state.as<Tuple>()->items[0];
    state = first;
  }
  Keep keep(slots ? slots : kNone);
  if (!state.is_none()) {
    if (!is_dict(state)) return UNPICKLING_ERROR("state is not a dictionary");
    TRY(restore_dict(instance, state));
  }
  if (slots && !slots.is_none()) {
    if (!is_dict(slots)) return UNPICKLING_ERROR("slot state is not a dictionary");
    Dict* copy = TRY(dict_copy(t, slots.as<Dict>()));
    Keep keep_copy(copy);
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(copy, &pos)) {
      if (!is_str(e->key)) return RAISE(TypeError, "attribute name must be string, not '%T'", e->key);
      Value value = e->value;
      TRY(set_attr(t, instance, TRY(intern(t, e->key.as<Str>())), value));
    }
  }
  return {};
}

}  // namespace kaa::pickle
