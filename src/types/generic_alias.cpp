// types.GenericAlias: list[int] and the like, an origin with arguments, which may hold type parameters to be replaced by further subscription.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

namespace {
struct GenericAlias : Object {
  Field<> origin, args, params;  // args: a tuple; params: a tuple, made when first asked for
  bool starred;                  // *list[int]
  template <class F> void each_field(F&& f) { f(origin); f(args); f(params); }
};
struct AliasIter : Object {
  Field<> obj;  // empty: exhausted
  template <class F> void each_field(F&& f) { f(obj); }
};
Type* g_type;       // made at start-up, immortal
Type* g_iter_type;
GenericAlias* G(Value v) { return v.as<GenericAlias>(); }
}  // namespace
Type* generic_alias_type() { return g_type; }

static Result<Value> new_alias(Thread& t, Type* cls, Value origin, Value args, bool starred = false) {
  if (!is_tuple(args)) args = Value(TRY(make_tuple(t, args)));
  GenericAlias* g = TRY(alloc_as<GenericAlias>(t, cls));
  g->origin.init(origin);
  g->args.init(args);
  g->starred = starred;
  return g;
}
Result<Value> generic_alias(Thread& t, Value origin, Value args) { return new_alias(t, g_type, origin, args); }

// ---- texts
Result<Str*> join_text(Thread& t, List* pieces) {
  return TRY(call_method(t, interp().empty_str, NAME("join"), pieces)).as<Str>();
}

Status append_type_repr(Thread& t, List* pieces, Value p) {
  auto add = [&](Value s) { return list_append(t, pieces, s); };
  if (p == kEllipsis) return add(TRY(new_str(t, "...")));
  if (p == Value(KAA_TYPE(NoneType))) return add(NAME("None"));
  Opt origin = TRY(lookup_attr(t, p, NAME("__origin__")));
  Opt args = origin ? TRY(lookup_attr(t, p, NAME("__args__"))) : Opt{};
  if (!(origin && args)) {
    Opt qualname = TRY(lookup_attr(t, p, NAME("__qualname__")));
    Opt module = qualname ? TRY(lookup_attr(t, p, NAME("__module__"))) : Opt{};
    if (qualname && module && !module.v.is_none()) {
      if (is_str(module.v) && str_equal_ascii(module.v.as<Str>(), "builtins")) return add(TRY(str_format(t, "%S", qualname.v)));
      return add(TRY(str_format(t, "%S.%S", module.v, qualname.v)));
    }
  }
  return add(TRY(repr(t, p)));
}

static Status append_items(Thread& t, List* pieces, const Value* items, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    if (i) TRY(list_append(t, pieces, TRY(new_str(t, ", "))));
    if (!is_list(items[i])) {
      TRY(append_type_repr(t, pieces, items[i]));
      continue;
    }
    // The parameters of a Callable may be given as a list, which a repr may change.
    List* inner = items[i].as<List>();
    TRY(list_append(t, pieces, TRY(new_str(t, "["))));
    for (uint64_t k = 0, size = inner->size; k < size; k++) {
      if (k) TRY(list_append(t, pieces, TRY(new_str(t, ", "))));
      if (k >= inner->size) return RAISE(IndexError, "list index out of range");
      Value item = inner->items[k];
      TRY(append_items(t, pieces, &item, 1));
    }
    TRY(list_append(t, pieces, TRY(new_str(t, "]"))));
  }
  return {};
}

static Result<Value> alias_repr(Thread& t, Args a) {
  GenericAlias* g = G(a[0]);
  List* pieces = TRY(new_list(t));
  if (g->starred) TRY(list_append(t, pieces, TRY(new_str(t, "*"))));
  TRY(append_type_repr(t, pieces, g->origin));
  TRY(list_append(t, pieces, TRY(new_str(t, "["))));
  Tuple* args = g->args.get().as<Tuple>();
  if (args->size) TRY(append_items(t, pieces, args->items, args->size));
  else TRY(list_append(t, pieces, TRY(new_str(t, "()"))));
  TRY(list_append(t, pieces, TRY(new_str(t, "]"))));
  return TRY(join_text(t, pieces));
}

// ---- parameters
static int64_t index_of(Tuple* u, Value v) {
  for (uint64_t i = 0; i < u->size; i++)
    if (u->items[i] == v) return static_cast<int64_t>(i);
  return -1;
}
static Status add_once(Thread& t, List* l, Value v) {
  for (uint64_t i = 0; i < l->size; i++)
    if (l->items[i] == v) return {};
  return list_append(t, l, v);
}

Result<Value> collect_parameters(Thread& t, Value args_value) {
  TRY(native_enter(t));
  Tuple* args = TRY(tuple_from(t, args_value));
  List* out = TRY(new_list(t));
  for (uint64_t i = 0; i < args->size; i++) {
    Value v = args->items[i];
    if (is_type(v)) continue;
    Value inner;
    if (is_tuple(v) || is_list(v)) {
      inner = TRY(collect_parameters(t, v));
    } else {
      Opt subst = TRY(lookup_attr(t, v, NAME("__typing_subst__")));
      if (subst) {
        TRY(add_once(t, out, v));
        continue;
      }
      Opt params = TRY(lookup_attr(t, v, NAME("__parameters__")));
      if (params && is_tuple(params.v)) inner = params.v;
    }
    for (uint64_t k = 0; inner && k < inner.as<Tuple>()->size; k++) TRY(add_once(t, out, inner.as<Tuple>()->items[k]));
  }
  return TRY(tuple_of(t, out->items, out->size));
}

// The subscript as a tuple, with *tuple[int, str] taken apart.
static Result<Tuple*> unpack_arguments(Thread& t, Value item) {
  Tuple* in = is_tuple(item) ? item.as<Tuple>() : TRY(make_tuple(t, item));
  List* out = TRY(new_list(t, in->size));
  for (uint64_t i = 0; i < in->size; i++) {
    Value v = in->items[i];
    if (!is_type(v)) {
      Opt sub = TRY(lookup_attr(t, v, NAME("__typing_unpacked_tuple_args__")));
      if (sub && is_tuple(sub.v)) {
        Tuple* u = sub.v.as<Tuple>();
        if (!(u->size && u->items[u->size - 1] == kEllipsis)) {
          TRY(list_extend(t, out, Value(u)));
          continue;
        }
      }
    }
    TRY(list_append(t, out, v));
  }
  return tuple_of(t, out->items, out->size);
}

// An argument that holds parameters: subscripted with what replaces them.
static Result<Value> substitute_inside(Thread& t, Value arg, Tuple* params, Tuple* given) {
  Opt own = TRY(lookup_attr(t, arg, NAME("__parameters__")));
  if (!own || !is_tuple(own.v) || !own.v.as<Tuple>()->size) return arg;
  Tuple* mine = own.v.as<Tuple>();
  List* sub = TRY(new_list(t));
  for (uint64_t i = 0; i < mine->size; i++) {
    int64_t k = index_of(params, mine->items[i]);
    Value v = k >= 0 ? given->items[k] : mine->items[i];
    bool variadic = k >= 0 && type_of(mine->items[i])->dunder(D_iter);  // a TypeVarTuple
    if (variadic && is_tuple(v)) TRY(list_extend(t, sub, v));
    else TRY(list_append(t, sub, v));
  }
  Tuple* key = TRY(tuple_of(t, sub->items, sub->size));
  return get_item(t, arg, key);
}

Result<Value> substitute_parameters(Thread& t, Value self, Value args_value, Value params_value, Value item) {
  TRY(native_enter(t));
  Tuple* params = params_value.as<Tuple>();
  if (!params->size) return RAISE(TypeError, "%R is not a generic class", self);
  Tuple* args = TRY(tuple_from(t, args_value));
  Tuple* given = TRY(unpack_arguments(t, item));
  for (uint64_t i = 0; i < params->size; i++) {
    Opt prepare = TRY(lookup_attr(t, params->items[i], NAME("__typing_prepare_subst__")));
    if (!prepare || prepare.v.is_none()) continue;
    Value v = TRY(call(t, prepare.v, self, Value(given)));
    given = is_tuple(v) ? v.as<Tuple>() : TRY(make_tuple(t, v));
  }
  if (given->size != params->size)
    return RAISE(TypeError, "Too %s arguments for %R; actual %lu, expected %lu", given->size > params->size ? "many" : "few", self, given->size,
                 params->size);
  List* out = TRY(new_list(t, args->size));
  for (uint64_t i = 0; i < args->size; i++) {
    Value arg = args->items[i];
    if (is_type(arg)) {
      TRY(list_append(t, out, arg));
      continue;
    }
    if (is_tuple(arg) || is_list(arg)) {
      Value sub = TRY(substitute_parameters(t, self, arg, params_value, given));
      if (is_list(arg)) sub = Value(TRY(list_from(t, sub)));
      TRY(list_append(t, out, sub));
      continue;
    }
    Opt star = TRY(lookup_attr(t, arg, NAME("__typing_is_unpacked_typevartuple__")));
    bool unpack = star ? TRY(truth(t, star.v)) : false;
    Opt subst = TRY(lookup_attr(t, arg, NAME("__typing_subst__")));
    Value fresh;
    if (subst) {
      int64_t k = index_of(params, arg);
      if (k < 0) return RAISE(TypeError, "%R not found in __parameters__", arg);
      fresh = TRY(call(t, subst.v, given->items[k]));
    } else {
      fresh = TRY(substitute_inside(t, arg, params, given));
    }
    if (!unpack) {
      TRY(list_append(t, out, fresh));
      continue;
    }
    if (!is_tuple(fresh)) return RAISE(TypeError, "expected __typing_subst__ of %T objects to return a tuple, not %T", arg, fresh);
    TRY(list_extend(t, out, fresh));
  }
  return TRY(tuple_of(t, out->items, out->size));
}

static Result<Value> parameters(Thread& t, GenericAlias* g) {
  if (!g->params) {
    Value p = TRY(collect_parameters(t, g->args));
    g->params.set(p);
  }
  return g->params.get();
}

// ---- operations
static Result<Value> alias_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "GenericAlias() takes no keyword arguments");
  if (a.n != 3) return RAISE(TypeError, "GenericAlias expected 2 arguments, got %u", a.n - 1);
  return new_alias(t, a.as<Type>(0), a[1], a[2]);
}
static Result<Value> alias_hash(Thread& t, Args a) {
  int64_t h = TRY(hash(t, G(a[0])->origin));
  h ^= TRY(hash(t, G(a[0])->args));
  return make_int(t, h == -1 ? -2 : h);
}
static Result<Value> alias_eq(Thread& t, Args a) {
  if (!is_instance(a[1], g_type)) return kNotImplemented;
  GenericAlias* x = G(a[0]);
  GenericAlias* y = G(a[1]);
  if (x->starred != y->starred) return kFalse;
  bool same = TRY(equal(t, x->origin, y->origin));
  if (same) same = TRY(equal(t, x->args, y->args));
  return Value::from_bool(same);
}
static Result<Value> alias_ne(Thread& t, Args a) {
  Value r = TRY(alias_eq(t, a));
  return r == kNotImplemented ? r : Value::from_bool(r == kFalse);
}
static Result<Value> alias_call(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  Value obj = TRY(call_args(t, G(a[0])->origin, a.p + 1, a.n - 1 - nkw, kwnames));
  Status r = set_attr(t, obj, NAME("__orig_class__"), a[0]);
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(AttributeError)) && !exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
  }
  return obj;
}

// Attributes of the alias itself; all others are the origin's.
static const char* const k_own[] = {"__class__", "__origin__", "__args__", "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__",
                                    "__mro_entries__", "__reduce_ex__", "__reduce__", "__copy__", "__deepcopy__", "__bases__"};
static bool is_own(Str* name) {
  for (const char* s : k_own)
    if (str_equal_ascii(name, s)) return true;
  return false;
}
static Result<Value> alias_getattribute(Thread& t, Args a) {
  Str* name = TRY(attribute_name(t, a[1]));
  if (is_own(name)) return generic_get_attr(t, a[0], name);
  return get_attr(t, G(a[0])->origin, name);
}
static Result<Value> alias_or(Thread& t, Args a) { return make_union(t, a[0], a[1]); }
static Result<Value> alias_ror(Thread& t, Args a) { return make_union(t, a[1], a[0]); }
static Result<Value> alias_getitem(Thread& t, Args a) {
  GenericAlias* g = G(a[0]);
  Value params = TRY(parameters(t, g));
  Value args = TRY(substitute_parameters(t, a[0], g->args, params, a[1]));
  return new_alias(t, g_type, g->origin, args, g->starred);
}
static Result<Value> alias_mro_entries(Thread& t, Args a) { return TRY(make_tuple(t, G(a[0])->origin.get())); }
static Result<Value> alias_instancecheck(Thread& t, Args) { return RAISE(TypeError, "isinstance() argument 2 cannot be a parameterized generic"); }
static Result<Value> alias_subclasscheck(Thread& t, Args) { return RAISE(TypeError, "issubclass() argument 2 cannot be a parameterized generic"); }
static Result<Value> builtin(Thread& t, const char* name) { return frame_builtin(t, intern_name(name)); }
static Result<Value> alias_reduce(Thread& t, Args a) {
  GenericAlias* g = G(a[0]);
  if (g->starred) {
    Value plain = TRY(new_alias(t, g_type, g->origin, g->args));
    Value it = TRY(get_iter(t, plain));
    Value next = TRY(builtin(t, "next"));
    Tuple* args = TRY(make_tuple(t, it));
    return TRY(make_tuple(t, next, Value(args)));
  }
  Tuple* args = TRY(make_tuple(t, g->origin.get(), g->args.get()));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(args)));
}
static Result<Value> alias_dir(Thread& t, Args a) {
  Value dir = TRY(builtin(t, "dir"));
  Value names = TRY(call(t, dir, G(a[0])->origin.get()));
  List* l = TRY(list_from(t, names));
  for (size_t i = 0; i < 11; i++) {
    Value name = intern_name(k_own[i]);
    bool there = TRY(contains(t, l, name));
    if (!there && !strstr(k_own[i], "copy")) TRY(list_append(t, l, name));
  }
  return l;
}

// iter(list[int]) gives *list[int], once.
static Result<Value> alias_iter(Thread& t, Args a) {
  AliasIter* it = TRY(alloc_as<AliasIter>(t, g_iter_type));
  it->obj.init(a[0]);
  return it;
}
static Result<Value> alias_iter_next(Thread& t, Object* o) {
  AliasIter* it = static_cast<AliasIter*>(o);
  Value v = it->obj;
  if (!v) return Value();
  it->obj.clear();
  Value star = TRY(new_alias(t, type_of(v), G(v)->origin, G(v)->args, true));
  return star;
}
static Result<Value> alias_iter_reduce(Thread& t, Args a) {
  Value iter = TRY(builtin(t, "iter"));
  Value v = a.as<AliasIter>(0)->obj;
  Tuple* args = TRY(make_tuple(t, v ? v : Value(interp().empty_tuple)));
  return TRY(make_tuple(t, iter, Value(args)));
}

static Result<Value> get_origin(Thread&, Value v) { return G(v)->origin.get(); }
static Result<Value> get_args(Thread&, Value v) { return G(v)->args.get(); }
static Result<Value> get_unpacked(Thread&, Value v) { return Value::from_bool(G(v)->starred); }
static Result<Value> get_parameters(Thread& t, Value v) { return parameters(t, G(v)); }
static Result<Value> get_unpacked_args(Thread&, Value v) {
  return G(v)->starred && G(v)->origin.get() == Value(KAA_TYPE(tuple)) ? G(v)->args.get() : kNone;
}
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_methods[] = {
    {"__new__", alias_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", alias_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", alias_hash, "($self, /)", "Return hash(self)."},
    {"__call__", alias_call, "($self, /, *args, **kwargs)", "Call self as a function."},
    {"__getattribute__", alias_getattribute, "($self, name, /)", "Return getattr(self, name)."},
    {"__eq__", alias_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", alias_ne, "($self, value, /)", "Return self!=value."},
    {"__iter__", alias_iter, "($self, /)", "Implement iter(self)."},
    {"__or__", alias_or, "($self, value, /)", "Return self|value."},
    {"__ror__", alias_ror, "($self, value, /)", "Return value|self."},
    {"__getitem__", alias_getitem, "($self, key, /)", "Return self[key]."},
    {"__mro_entries__", alias_mro_entries, nullptr, "What stands for the alias among the bases of a class."},
    {"__instancecheck__", alias_instancecheck, nullptr, "Always a TypeError."},
    {"__subclasscheck__", alias_subclasscheck, nullptr, "Always a TypeError."},
    {"__reduce__", alias_reduce, "($self, /)", "What pickle saves of the alias."},
    {"__dir__", alias_dir, "($self, /)", "Names of the alias's attributes."},
};
static const GetSetDef k_getsets[] = {
    {"__origin__", get_origin, read_only, nullptr},
    {"__args__", get_args, read_only, nullptr},
    {"__unpacked__", get_unpacked, read_only, nullptr},
    {"__parameters__", get_parameters, nullptr, "type variables in the alias"},
    {"__typing_unpacked_tuple_args__", get_unpacked_args, nullptr, nullptr},
};
static const TypeSpec k_spec = {.doc = "A generic type with its arguments, such as list[int].", .methods = k_methods, .getsets = k_getsets,
                                .layout = &kLayout<GenericAlias>, .flags = kTypeBase | kTypeWeakrefable};
static const MethodDef k_iter_methods[] = {{"__reduce__", alias_iter_reduce, "($self, /)", "What pickle saves of the iterator."}};
static const TypeSpec k_iter_spec = {.doc = nullptr, .methods = k_iter_methods, .getsets = {}, .iternext = alias_iter_next,
                                     .layout = &kLayout<AliasIter>, .flags = kTypeDisallowInstantiation};

Status init_generic_alias(Thread& t) {
  g_type = TRY(make_native_type(t, "types.GenericAlias", nullptr, k_spec));
  g_iter_type = TRY(make_native_type(t, "builtins.generic_alias_iterator", nullptr, k_iter_spec));
  return {};
}

}  // namespace kaa
