// types.SimpleNamespace: attributes and nothing else.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

static Type* g_type;  // made at start-up, immortal
Type* simple_namespace_type() { return g_type; }

Result<Value> new_simple_namespace(Thread& t) { return TRY(alloc_instance(t, g_type)); }

static Result<Value> namespace_new(Thread& t, Args a, Tuple*) { return TRY(alloc_instance(t, a.as<Type>(0))); }

static Result<Value> namespace_init(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0, n = a.n - nkw - 1;
  if (n > 1) return RAISE(TypeError, "%U expected at most 1 argument, got %u", type_of(a[0])->name.get(), n);
  Value own = TRY(get_dict_attr(t, a[0]));
  if (n == 1) {
    Dict* d;
    if (IS_EXACT(a[1], dict)) {
      d = a.as<Dict>(1);
    } else {
      Value made = TRY(call(t, KAA_TYPE(dict), a[1]));
      d = made.as<Dict>();
    }
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(d, &pos))
      if (!is_str(e->key)) return RAISE(TypeError, "keywords must be strings");
    TRY(dict_update(t, own.as<Dict>(), d));
  }
  for (uint32_t i = 0; i < nkw; i++) TRY(dict_set(t, own.as<Dict>(), kwnames->items[i], a.p[n + 1 + i]));
  return kNone;
}

static Result<Value> namespace_repr(Thread& t, Args a) {
  Str* name = type_of(a[0]) == g_type ? TRY(new_str(t, "namespace")) : type_of(a[0])->name.get();
  Object* o = a[0].object();
  if (repr_enter(t, o)) return TRY(str_format(t, "%U(...)", name));
  Result<Value> r = [&]() -> Result<Value> {
    Value own = TRY(get_dict_attr(t, a[0]));
    Dict* d = TRY(dict_copy(t, own.as<Dict>()));
    List* pieces = TRY(new_list(t));
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(d, &pos)) {
      if (!is_str(e->key) || !e->key.as<Str>()->length) continue;
      Str* item = TRY(str_format(t, "%s%U=%R", pieces->size ? ", " : "", e->key.as<Str>(), e->value));
      TRY(list_append(t, pieces, item));
    }
    Str* all = TRY(join_text(t, pieces));
    return TRY(str_format(t, "%U(%U)", name, all));
  }();
  repr_leave(t, o);
  return r;
}

template <CompareOp op>
static Result<Value> namespace_compare(Thread& t, Args a) {
  if (!is_instance(a[1], g_type)) return kNotImplemented;
  Value x = TRY(get_dict_attr(t, a[0])), y = TRY(get_dict_attr(t, a[1]));
  return compare(t, op, x, y);
}
static Result<Value> namespace_reduce(Thread& t, Args a) {
  Value d = TRY(get_dict_attr(t, a[0]));
  return TRY(make_tuple(t, Value(type_of(a[0])), Value(interp().empty_tuple), d));
}
static Result<Value> namespace_replace(Thread& t, Args a, Tuple* kwnames) {
  uint32_t nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (a.n - nkw > 1) return RAISE(TypeError, "__replace__() takes no positional arguments");
  Value r = TRY(call(t, type_of(a[0])));
  if (!is_instance(r, g_type)) return RAISE(TypeError, "expect %N type, but %F() returned '%F' object", g_type, a[0], r);
  Value from = TRY(get_dict_attr(t, a[0])), to = TRY(get_dict_attr(t, r));
  TRY(dict_update(t, to.as<Dict>(), from));
  for (uint32_t i = 0; i < nkw; i++) TRY(dict_set(t, to.as<Dict>(), kwnames->items[i], a.p[1 + i]));
  return r;
}
static Status read_only(Thread& t, Value, Value) { return RAISE(AttributeError, "readonly attribute"); }

static const MethodDef k_methods[] = {
    {"__new__", namespace_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__repr__", namespace_repr, "($self, /)", "Return repr(self)."},
    {"__lt__", namespace_compare<CompareOp::LT>, "($self, value, /)", "Return self<value."},
    {"__le__", namespace_compare<CompareOp::LE>, "($self, value, /)", "Return self<=value."},
    {"__eq__", namespace_compare<CompareOp::EQ>, "($self, value, /)", "Return self==value."},
    {"__ne__", namespace_compare<CompareOp::NE>, "($self, value, /)", "Return self!=value."},
    {"__gt__", namespace_compare<CompareOp::GT>, "($self, value, /)", "Return self>value."},
    {"__ge__", namespace_compare<CompareOp::GE>, "($self, value, /)", "Return self>=value."},
    {"__init__", namespace_init, "($self, mapping_or_iterable=(), /, **kwargs)", "Initialize self."},
    {"__reduce__", namespace_reduce, "($self, /)", "What pickle saves of the namespace."},
    {"__replace__", namespace_replace, nullptr, "A copy with some attributes replaced."},
};
static const GetSetDef k_getsets[] = {{"__dict__", get_dict_attr, read_only, nullptr}};
static const TypeSpec k_spec = {.doc = "A simple attribute-based namespace.", .methods = k_methods, .getsets = k_getsets,
                                .flags = kTypeBase | kTypeHasDict, .unhashable = "types.SimpleNamespace"};

Status init_simple_namespace(Thread& t) {
  g_type = TRY(make_native_type(t, "types.SimpleNamespace", nullptr, k_spec));
  return {};
}

}  // namespace kaa
