// Pickling of everything else: by name, or by what __reduce_ex__ and its relatives say.
#include "modules/pickle/pickle.h"
#include "types/dict.h"
#include "types/objmodel.h"
#include "types/str.h"

namespace kaa::pickle {

Status Saver::save_other(Value v) {
  Type* ty = type_of(v);
  if (p->reducer_override) {
    Value r = TRY(call(t, p->reducer_override.value(), v));
    if (r != kNotImplemented) return save_reduced(v, r);
  } else if (plain_instance(v)) {
    return save_plain_instance(v);
  }
  if (ty == KAA_TYPE(type)) return save_type(v);
  if (ty == KAA_TYPE(function)) return save_global(v, Value());
  Value reduce;
  if (p->dispatch_table) {
    if (IS_EXACT(p->dispatch_table.value(), dict)) {
      reduce = TRY(dict_get(t, p->dispatch_table.value().as<Dict>(), ty)).v;
    } else {
      Result<Value> r = get_item(t, p->dispatch_table.value(), ty);
      if (r.ok()) reduce = r.value();
      else if (exc_matches(t, KAA_TYPE(KeyError))) clear_exc(t);
      else return Error{};
    }
  } else {
    reduce = TRY(dict_get(t, state().library.dispatch_table, ty)).v;
  }
  if (reduce) return save_reduced(v, TRY(call(t, reduce, v)));
  if (is_subtype(ty, KAA_TYPE(type))) return save_global(v, Value());
  Opt ex = TRY(lookup_attr(t, v, NAME("__reduce_ex__")));
  if (ex) return save_reduced(v, TRY(call(t, ex.v, small_int(p->protocol))));
  Opt plain = TRY(lookup_attr(t, v, NAME("__reduce__")));
  if (plain) return save_reduced(v, TRY(call(t, plain.v)));
  return PICKLING_ERROR("Can't pickle %U object: %R", TRY(shown_type(t, v)), v);
}

Status Saver::save_reduced(Value v, Value r) {
  if (is_str(r)) return save_global(v, r);
  Status s = {};
  if (!is_tuple(r)) {
    Result<Str*> name = shown_type(t, r);
    s = name.ok() ? PICKLING_ERROR("__reduce__ must return a string or tuple, not %U", name.value()) : Error{};
  } else {
    s = save_reduce(r, v);
  }
  return s.ok() ? Status{} : note(v, "object");
}

// reduced: (function, arguments[, state[, list items[, dict items[, state setter]]]]). v empty: a call that stands for no object of its own.
Status Saver::save_reduce(Value reduced, Value v) {
  Tuple* u = reduced.as<Tuple>();
  Keep keep(u);
  if (u->size < 2 || u->size > 6) return PICKLING_ERROR("tuple returned by __reduce__ must contain 2 through 6 elements");
  auto part = [&](uint64_t i) { return i < u->size && !u->items[i].is_none() ? u->items[i] : Value(); };
  Value function = u->items[0], args = u->items[1], state = part(2), list_items = part(3), dict_items = part(4), setter = part(5);
  if (!is_callable(function))
    return PICKLING_ERROR("first item of the tuple returned by __reduce__ must be callable, not %U", TRY(shown_type(t, function)));
  if (!is_tuple(args)) return PICKLING_ERROR("second item of the tuple returned by __reduce__ must be a tuple, not %U", TRY(shown_type(t, args)));
  if (list_items && !type_of(list_items)->iternext && !type_of(list_items)->dunder(D_next))
    return PICKLING_ERROR("fourth item of the tuple returned by __reduce__ must be an iterator, not %U", TRY(shown_type(t, list_items)));
  if (dict_items && !type_of(dict_items)->iternext && !type_of(dict_items)->dunder(D_next))
    return PICKLING_ERROR("fifth item of the tuple returned by __reduce__ must be an iterator, not %U", TRY(shown_type(t, dict_items)));
  if (setter && !is_callable(setter))
    return PICKLING_ERROR("sixth item of the tuple returned by __reduce__ must be callable, not %U", TRY(shown_type(t, setter)));

  bool new_object = false, new_object_ex = false;
  if (p->protocol >= 2) {
    Opt name = TRY(lookup_attr(t, function, NAME("__name__")));
    if (name && is_str(name.v)) {
      new_object = str_equal_ascii(name.v.as<Str>(), "__newobj__");
      new_object_ex = str_equal_ascii(name.v.as<Str>(), "__newobj_ex__");
    }
  }
  if (new_object_ex) TRY(save_new_object_ex(v, args.as<Tuple>()));
  else if (new_object) TRY(save_new_object(v, args.as<Tuple>()));
  else TRY(save_call(v, function, args.as<Tuple>()));

  if (v) {
    if (uint64_t known = memo_find(p, v)) {
      // The arguments led back to the object, which exists already, then.
      op(kPop);
      get_index(known - 1);
    } else {
      TRY(memoize(v));
    }
  }
  if (list_items) TRY(batch_items(list_items, v));
  if (dict_items) TRY(batch_pairs(dict_items, v));
  if (state) TRY(save_state(v, state, setter));
  return {};
}

Status Saver::save_call(Value v, Value function, Tuple* args) {
  if (!save(function).ok()) return note(v, "reconstructor");
  if (!save(args).ok()) return note(v, "reconstructor arguments");
  op(kReduce);
  return {};
}
Status Saver::save_state(Value v, Value state, Value setter) {
  if (!setter) {
    if (!save(state).ok()) return note(v, "state");
    op(kBuild);
    return {};
  }
  if (!save(setter).ok()) return note(v, "state setter");
  TRY(save(v));
  if (!save(state).ok()) return note(v, "state");
  op(kTuple2);
  op(kReduce);
  op(kPop);
  return {};
}

// copyreg.__newobj__(cls, *args): the class, the other arguments, and an instruction that calls cls.__new__.
Status Saver::save_new_object(Value v, Tuple* args) {
  if (args->size < 1) return PICKLING_ERROR("__newobj__ expected at least 1 argument, got 0");
  Value cls = args->items[0];
  if (!is_type(cls)) return PICKLING_ERROR("first argument to __newobj__() must be a class, not %U", TRY(shown_type(t, cls)));
  if (v) {
    Value own = TRY(get_attr(t, v, NAME("__class__")));
    if (own != cls) return PICKLING_ERROR("first argument to __newobj__() must be %R, not %R", own, cls);
  }
  if (!save(cls).ok()) return note(v, "class");
  Tuple* rest = TRY(tuple_of(t, args->items + 1, args->size - 1));
  if (!save(rest).ok()) return note(v, "__new__ arguments");
  op(kNewObj);
  return {};
}
// copyreg.__newobj_ex__(cls, args, kwargs).
Status Saver::save_new_object_ex(Value v, Tuple* given) {
  if (given->size != 3) return PICKLING_ERROR("__newobj_ex__ expected 3 arguments, got %lu", given->size);
  Value cls = given->items[0], args = given->items[1], kwargs = given->items[2];
  if (!is_type(cls)) return PICKLING_ERROR("first argument to __newobj_ex__() must be a class, not %U", TRY(shown_type(t, cls)));
  if (!is_tuple(args)) return PICKLING_ERROR("second argument to __newobj_ex__() must be a tuple, not %U", TRY(shown_type(t, args)));
  if (!is_dict(kwargs)) return PICKLING_ERROR("third argument to __newobj_ex__() must be a dict, not %U", TRY(shown_type(t, kwargs)));
  if (p->protocol >= 4) {
    if (!save(cls).ok()) return note(v, "class");
    if (!save(args).ok() || !save(kwargs).ok()) return note(v, "__new__ arguments");
    op(kNewObjEx);
    return {};
  }
  // functools.partial(cls.__new__, cls, *args, **kwargs), called without arguments.
  Value maker = TRY(get_attr(t, cls, NAME("__new__")));
  uint64_t n = args.as<Tuple>()->size;
  Tuple* all = TRY(new_tuple(t, n + 2));
  tuple_init(all, 0, maker);
  tuple_init(all, 1, cls);
  for (uint64_t i = 0; i < n; i++) tuple_init(all, i + 2, args.as<Tuple>()->items[i]);
  Value partial = TRY(call_tuple(t, state().library.partial, all, kwargs.as<Dict>()));
  if (!save(partial).ok()) return note(v, "reconstructor");
  TRY(save(TRY(new_tuple(t, 0))));
  op(kReduce);
  return {};
}

// ---- ordinary instances
//
// What object.__reduce_ex__(2) would answer for an instance of an ordinary class, without making it: the class, no arguments, and the attributes as
// a dict. The instance keeps its attributes in slots. The dict does not exist, but takes an index of the memo, so that the pickle is the same.

bool Saver::plain_instance(Value v) {
  if (p->protocol < 2 || !v.is_object()) return false;
  Type* ty = v.object()->type();
  if (ty->layout->kind != LayoutKind::kInstance || !ty->has(kTypeHeap) || !ty->attr_offset || v.object()->shape->is_dict) return false;
  if (ty != seen_type_ || ty->version != seen_version_ || !ty->version) {
    static Value defaults[4];
    static Str* const names[4] = {intern_name("__reduce_ex__"), intern_name("__reduce__"), intern_name("__getstate__"), intern_name("__class__")};
    if (!defaults[0])
      for (int i = 0; i < 4; i++) defaults[i] = type_lookup(KAA_TYPE(object), names[i]);
    seen_type_ = ty;
    seen_version_ = ty->version;
    seen_plain_ = !ty->has(kTypeCustomGetattribute | kTypeVarSized | kTypeType | kTypeDisallowInstantiation) && ty->has(kTypeHasDict);
    for (int i = 0; i < 4 && seen_plain_; i++) seen_plain_ = type_lookup(ty, names[i]) == defaults[i];
    seen_plain_ = seen_plain_ && !type_lookup(ty, NAME("__getnewargs__")) && !type_lookup(ty, NAME("__getnewargs_ex__"));
    Value slots = dict_get_str(ty->dict, NAME("__slotnames__"));
    seen_plain_ = seen_plain_ && slots && is_list(slots) && !slots.as<List>()->size && ty->basicsize == sizeof(Object);
  }
  if (!seen_plain_) return false;
  Shape* s = v.object()->shape;
  if (s->find(NAME("__reduce_ex__")) >= 0 || s->find(NAME("__reduce__")) >= 0 || s->find(NAME("__getstate__")) >= 0) return false;
  // A class in a dispatch table has its own way.
  if (p->dispatch_table) return false;
  Result<Opt> own = dict_get(t, state().library.dispatch_table, ty);
  if (own.ok() && !own.value()) return true;
  if (!own.ok()) clear_exc(t);
  return false;
}

Status Saver::save_plain_instance(Value v) {
  Object* o = v.object();
  auto fail = [&](const char* what) -> Status {
    static_cast<void>(note(v, what));
    return note(v, "object");
  };
  if (!save(o->type()).ok()) return fail("class");
  op(kEmptyTuple);
  op(kNewObj);
  TRY(memoize(v));
  Shape* s = o->shape;
  // Pickling of the attributes runs Python code, which may change them. What is there now is saved, as if the dict had been copied.
  if (s->is_dict) {
    Value d = TRY(get_dict_attr(t, v));
    if (is_dict(d) && d.as<Dict>()->used) {
      if (!save(d).ok()) return fail("state");
      op(kBuild);
    }
    return {};
  }
  uint32_t n = s->nslots;
  if (!n) return {};
  Str* keys[Shape::kMaxSlots + 1];
  for (Shape* q = s; q->parent; q = q->parent) keys[q->nslots - 1] = q->key;
  Tuple* values = TRY(new_tuple(t, n));
  uint32_t live = 0;
  for (uint32_t i = 0; i < n; i++) {
    Value* w = attr_words(o);
    Value x = i < s->inline_cap ? w[1 + i] : overflow_of(w[0])->slots[i - s->inline_cap];
    tuple_init(values, i, x ? x : kNotImplemented);
    if (x) keys[live] = keys[i], values->items[live++] = values->items[i];
  }
  for (uint32_t i = live; i < n; i++) values->items[i] = kNone;
  if (!live) return {};
  op(kEmptyDict);
  if (!p->fast) put_index(p->memo_next++);
  if (live > 1) op(kMark);
  for (uint32_t i = 0; i < live; i++) {
    if (!save(keys[i]).ok()) return fail("state");
    if (!save(values->items[i]).ok()) {
      static_cast<void>(note_key(TRY(new_dict(t)), keys[i]));
      return fail("state");
    }
  }
  op(live > 1 ? kSetItems : kSetItem);
  op(kBuild);
  return {};
}

// ---- by name

Status Saver::save_type(Value v) {
  auto singleton = [&](Value it) -> Status {
    Tuple* args = TRY(make_tuple(t, it));
    return save_reduce(TRY(make_tuple(t, Value(KAA_TYPE(type)), Value(args))), v);
  };
  for (Value it : {kNone, kEllipsis, kNotImplemented})
    if (v == Value(type_of(it))) return singleton(it);
  return save_global(v, Value());
}

namespace {

// The parts of a qualified name.
Result<List*> split_name(Thread& t, Str* name) { return TRY(call_method(t, name, NAME("split"), Value(NAME(".")))).as<List>(); }

// obj.a.b.c; empty where an attribute is missing and `optional`, else AttributeError.
Result<Value> walk(Thread& t, Value obj, List* path) {
  for (uint64_t i = 0; i < path->size; i++) obj = TRY(get_attr(t, obj, path->items[i].as<Str>()));
  return obj;
}
bool is_local(List* path) {
  for (uint64_t i = 0; i < path->size; i++)
    if (str_equal_ascii(path->items[i].as<Str>(), "<locals>")) return true;
  return false;
}

// The module of a global object without (or with None as) __module__: the first one in which it is found.
Result<Value> search_modules(Thread& t, Value v, List* path) {
  Value modules = interp().modules;
  List* all = TRY(list_from(t, TRY(call_method(t, modules, NAME("items")))));
  for (uint64_t i = 0; i < all->size; i++) {
    Tuple* pair = all->items[i].as<Tuple>();
    Value name = pair->items[0], module = pair->items[1];
    if (module.is_none()) continue;
    if (is_str(name) && (str_equal_ascii(name.as<Str>(), "__main__") || str_equal_ascii(name.as<Str>(), "__mp_main__"))) continue;
    Result<Value> found = walk(t, module, path);
    if (found.ok()) {
      if (found.value() == v) return name;
    } else {
      if (!exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
      clear_exc(t);
    }
  }
  return Value(NAME("__main__"));
}

// Raises PicklingError in place of the exception that is being raised, which becomes its context.
template <class... A>
Error instead(Thread& t, Value cause, const char* format, A... args) {
  Error e = PICKLING_ERROR(format, args...);
  if (t.exc && is_exception(t.exc)) t.exc.as<BaseException>()->context.set(cause);
  return e;
}

Result<Value> module_of(Thread& t, Value v, Str* name, List* path) {
  Opt given = TRY(lookup_attr(t, v, NAME("__module__")));
  if (is_local(path)) return PICKLING_ERROR("Can't pickle local object %R", v);
  Value module_name = given.v;
  if (!module_name || module_name.is_none()) module_name = TRY(search_modules(t, v, path));
  Result<Value> imported = call(t, dict_get_str(interp().builtins, NAME("__import__")), module_name);
  Opt module{};
  if (imported.ok()) {
    Result<Opt> m = dict_get(t, interp().modules, module_name);
    if (!m.ok()) return Error{};
    module = m.value();
    if (!module) imported = raise_key_error(t, module_name);
  }
  if (!imported.ok()) {
    if (!exc_matches(t, KAA_TYPE(ImportError)) && !exc_matches(t, KAA_TYPE(ValueError)) && !exc_matches(t, KAA_TYPE(KeyError))) return Error{};
    Value e = take_exc(t);
    return instead(t, e, "Can't pickle %R: %S", v, e);
  }
  Result<Value> found = walk(t, module.v, path);
  if (!found.ok()) {
    if (!exc_matches(t, KAA_TYPE(AttributeError))) return Error{};
    Value e = take_exc(t);
    return instead(t, e, "Can't pickle %R: it's not found as %S.%U", v, module_name, name);
  }
  if (found.value() != v) return PICKLING_ERROR("Can't pickle %R: it's not the same object as %S.%U", v, module_name, name);
  return module_name;
}
}  // namespace

Status Saver::save_global(Value v, Value name) {
  if (!name) {
    Opt q = TRY(lookup_attr(t, v, NAME("__qualname__")));
    name = q ? q.v : TRY(get_attr(t, v, NAME("__name__")));
  }
  if (!is_str(name)) return PICKLING_ERROR("Can't pickle %R: its name is no string", v);
  List* path = TRY(split_name(t, name.as<Str>()));
  Value module_name = TRY(module_of(t, v, name.as<Str>(), path));
  if (p->protocol >= 2) {
    Value key = TRY(make_tuple(t, module_name, name));
    Opt code = TRY(dict_get(t, state().library.extension_registry, key));
    if (code) {
      int64_t n = TRY(to_int64(t, code.v));
      if (n <= 0 || n > INT32_MAX) return RAISE(RuntimeError, "extension code %ld is out of range", n);
      if (n < 256) op_le(kExt1, static_cast<uint8_t>(n));
      else if (n < 65536) op_le(kExt2, static_cast<uint16_t>(n));
      else op_le(kExt4, static_cast<uint32_t>(n));
      return {};
    }
  }
  if (p->protocol >= 4) {
    TRY(save(module_name));
    TRY(save(name));
    op(kStackGlobal);
  } else if (path->size > 1) {
    if (!is_str(module_name)) return PICKLING_ERROR("Can't pickle %R: its module's name is no string", v);
    TRY(save_dotted(module_name.as<Str>(), name.as<Str>()));
  } else {
    if (!is_str(module_name)) return PICKLING_ERROR("Can't pickle %R: its module's name is no string", v);
    TRY(save_top_level(module_name.as<Str>(), name.as<Str>()));
  }
  return memoize(v);
}

// Protocols below 4 know top-level names only: the others become calls of getattr().
Status Saver::save_dotted(Str* module, Str* name) {
  List* path = TRY(split_name(t, name));
  for (uint64_t i = 1; i < path->size; i++) {
    TRY(save(state().library.getattr));
    if (p->protocol < 2) op(kMark);
  }
  TRY(save_top_level(module, path->items[0].as<Str>()));
  for (uint64_t i = 1; i < path->size; i++) {
    TRY(save(path->items[i]));
    op(p->protocol < 2 ? kTuple : kTuple2);
    op(kReduce);
  }
  return {};
}
Status Saver::save_top_level(Str* module, Str* name) {
  if (p->fix_imports && p->protocol < 3) {
    Opt both = TRY(dict_get(t, state().library.reverse_name_mapping, TRY(make_tuple(t, Value(module), Value(name)))));
    if (both) {
      Tuple* u = is_tuple(both.v) ? both.v.as<Tuple>() : nullptr;
      if (!u || u->size != 2) return RAISE(RuntimeError, "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not %T", both.v);
      if (!is_str(u->items[0]) || !is_str(u->items[1]))
        return RAISE(RuntimeError, "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not (%T, %T)", u->items[0], u->items[1]);
      module = u->items[0].as<Str>();
      name = u->items[1].as<Str>();
    } else if (Opt m = TRY(dict_get(t, state().library.reverse_import_mapping, module))) {
      if (!is_str(m.v)) return RAISE(RuntimeError, "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not %T", m.v);
      module = m.v.as<Str>();
    }
  }
  Keep k1(module), k2(name);
  const char* codec = p->protocol >= 3 ? "utf-8" : "ascii";
  for (int i = 0; i < 2; i++) {
    Str* s = i ? name : module;
    Result<Value> b = encode_str(t, s, intern_name(codec), Value());
    if (!b.ok()) {
      if (!exc_matches(t, KAA_TYPE(UnicodeEncodeError))) return Error{};
      Value e = take_exc(t);
      return instead(t, e, "can't pickle %s identifier %R using pickle protocol %ld", i ? "global" : "module", Value(s), p->protocol);
    }
    Bytes* data = b.value().as<Bytes>();
    if (!i) op(kGlobal);
    out_.append(data->data(), data->size);
    out_.push('\n');
  }
  return {};
}

}  // namespace kaa::pickle
