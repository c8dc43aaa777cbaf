// Pickling of ordinary objects: object.__reduce_ex__ and object.__getstate__, with the Python parts in copyreg.
#include "types/objmodel.h"

namespace kaa {

// Names of all __slots__ of a class, through copyreg's cache.
static Result<List*> slot_names(Thread& t, Type* ty) {
  Value cached = dict_get_str(ty->dict, NAME("__slotnames__"));
  if (cached && !cached.is_none()) {
    if (!is_list(cached)) return RAISE(TypeError, "%N.__slotnames__ should be a list or None, not %T", ty, cached);
    return cached.as<List>();
  }
  Value f = TRY(import_attr(t, "copyreg", "_slotnames"));
  Value names = TRY(call(t, f, ty));
  if (names.is_none()) return TRY(new_list(t));
  if (!is_list(names)) return RAISE(TypeError, "copyreg._slotnames didn't return a list or None");
  return names.as<List>();
}

// __dict__, or (__dict__ or None, {slot: value}) for an object with slots, or None. `required`: an object whose native part holds more than that
// cannot be pickled.
Result<Value> object_getstate(Thread& t, Value o, bool required) {
  Type* ty = type_of(o);
  bool var_sized = ty->has(kTypeInt | kTypeTuple | kTypeBytes | kTypeType) || ty->layout == KAA_TYPE(code)->layout || ty == KAA_TYPE(memoryview);
  if (required && var_sized) return RAISE(TypeError, "cannot pickle %T objects", o);
  Value state = kNone;
  if (o.is_object() && ty->has(kTypeHasDict) && !ty->has(kTypeType)) {
    bool any = ty->attr_offset && !o.object()->shape->is_dict ? o.object()->shape->nslots > 0 : true;
    if (any) {
      Value d = TRY(get_dict_attr(t, o));
      if (is_dict(d) && d.as<Dict>()->used) state = d;
    }
  }
  List* names = TRY(slot_names(t, ty));
  if (required && ty->basicsize > sizeof(Object) + names->size * sizeof(Value)) return RAISE(TypeError, "cannot pickle '%T' object", o);
  if (names->size) {
    Dict* slots = TRY(new_dict(t));
    for (uint64_t i = 0; i < names->size; i++) {
      Value name = names->items[i];
      if (!is_str(name)) continue;
      Str* key = TRY(intern(t, name.as<Str>()));
      Opt v = TRY(lookup_attr(t, o, key));
      if (v) TRY(dict_set(t, slots, key, v.v));
    }
    if (slots->used) return TRY(make_tuple(t, state, Value(slots)));
  }
  return state;
}

namespace {
struct NewArguments { Tuple* args = nullptr; Dict* kwargs = nullptr; };

Result<NewArguments> new_arguments(Thread& t, Value o) {
  NewArguments r;
  Opt ex = TRY(lookup_special(t, o, NAME("__getnewargs_ex__")));
  if (ex) {
    Value v = TRY(call(t, ex.v));
    if (!is_tuple(v)) return RAISE(TypeError, "__getnewargs_ex__ should return a tuple, not '%T'", v);
    Tuple* u = v.as<Tuple>();
    if (u->size != 2) return RAISE(ValueError, "__getnewargs_ex__ should return a tuple of length 2, not %lu", u->size);
    if (!is_tuple(u->items[0])) return RAISE(TypeError, "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%T'", u->items[0]);
    if (!is_dict(u->items[1])) return RAISE(TypeError, "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%T'", u->items[1]);
    r.args = u->items[0].as<Tuple>();
    r.kwargs = u->items[1].as<Dict>();
    return r;
  }
  Opt plain = TRY(lookup_special(t, o, NAME("__getnewargs__")));
  if (plain) {
    Value v = TRY(call(t, plain.v));
    if (!is_tuple(v)) return RAISE(TypeError, "__getnewargs__ should return a tuple, not '%T'", v);
    r.args = v.as<Tuple>();
  }
  return r;
}

bool native_getstate(Value f, Value o) {
  if (!IS_EXACT(f, builtin_function)) return false;
  NativeFunction* nf = f.as<NativeFunction>();
  return nf->self.get() == o && nf->owner == KAA_TYPE(object) && !strcmp(nf->def->name, "__getstate__");
}
}  // namespace

Result<Value> object_reduce_ex(Thread& t, Value o, int64_t protocol) {
  if (protocol < 2) {
    Value f = TRY(import_attr(t, "copyreg", "_reduce_ex"));
    return call(t, f, o, small_int(protocol));
  }
  Type* ty = type_of(o);
  if (ty->has(kTypeDisallowInstantiation) || !ty->dunder(D_new)) return RAISE(TypeError, "cannot pickle '%T' object", o);
  NewArguments given = TRY(new_arguments(t, o));
  Keep k1(given.args ? Value(given.args) : kNone), k2(given.kwargs ? Value(given.kwargs) : kNone);
  Value cls = TRY(get_attr(t, o, dunder_name(D_class)));
  Value maker;
  Tuple* args;
  if (given.kwargs && given.kwargs->used) {
    maker = TRY(import_attr(t, "copyreg", "__newobj_ex__"));
    args = TRY(make_tuple(t, cls, Value(given.args), Value(given.kwargs)));
  } else {
    maker = TRY(import_attr(t, "copyreg", "__newobj__"));
    size_t n = given.args ? given.args->size : 0;
    args = TRY(new_tuple(t, n + 1));
    tuple_init(args, 0, cls);
    for (size_t i = 0; i < n; i++) tuple_init(args, i + 1, given.args->items[i]);
  }
  bool required = !given.args && !is_list(o) && !is_dict(o);
  Value f = TRY(get_attr(t, o, NAME("__getstate__")));
  Value state = native_getstate(f, o) ? TRY(object_getstate(t, o, required)) : TRY(call(t, f));
  Value list_items = kNone, dict_items = kNone;
  if (is_list(o)) list_items = TRY(get_iter(t, o));
  if (is_dict(o)) {
    Value items = TRY(call_method(t, o, NAME("items")));
    dict_items = TRY(get_iter(t, items));
  }
  return TRY(make_tuple(t, maker, Value(args), state, list_items, dict_items));
}

}  // namespace kaa
