// The _functools module: reduce, cmp_to_key; partial and the cache are in files of their own.
#include "modules/functools/functools.h"

#include "types/iter_inl.h"

namespace kaa {
namespace functools {

Type* g_partial;
Type* g_placeholder_type;
Type* g_key_wrapper;
Type* g_lru_cache_wrapper;

Result<Value> bind_method(Thread& t, Value func, Value self) {
  if (!self || self.is_none()) return func;
  BoundMethod* m = TRY(alloc<BoundMethod>(t, KAA_SHAPE(method)));
  m->func.init(func);
  m->self.init(self);
  return m;
}

namespace {

Result<Value> reduce(Thread& t, Args a) {
  Result<Value> r = get_iter(t, a[1]);
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(TypeError))) return Error{};
    clear_exc(t);
    return RAISE(TypeError, "reduce() arg 2 must support iteration");
  }
  Value it = r.value(), total = a[2];
  for (;;) {
    Value v;
    int s = iter_step(t, it, &v);
    if (s < 0) return Error{};
    if (s == 0) break;
    total = total ? TRY(call(t, a[0], total, v)) : v;
  }
  if (!total) return RAISE(TypeError, "reduce() of empty iterable with no initial value");
  return total;
}

// ---- cmp_to_key

struct KeyWrapper : Object {
  Field<> compare, object;  // object empty: the factory that cmp_to_key() returns
  template <class F> void each_field(F&& f) { f(compare); f(object); }
};

Result<Value> new_key(Thread& t, Value compare, Value object) {
  KeyWrapper* k = TRY(alloc_as<KeyWrapper>(t, g_key_wrapper));
  k->compare.init(compare);
  k->object.init(object);
  return k;
}

Result<Value> key_wrapper_call(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"K", static_cast<NativeFn>(nullptr), "($self, obj)", nullptr, MethodKind::kMethod};
  Value p[2];
  TRY(bind_raw(t, "K", *parse_signature(t, k_sig), a, kwnames, p, nullptr, nullptr));
  return new_key(t, a.as<KeyWrapper>(0)->compare, p[1]);
}

template <CompareOp op>
Result<Value> key_wrapper_compare(Thread& t, Args a) {
  if (type_of(a[1]) != g_key_wrapper) return RAISE(TypeError, "other argument must be K instance");
  KeyWrapper *x = a.as<KeyWrapper>(0), *y = a.as<KeyWrapper>(1);
  if (!x->object || !y->object) return RAISE(AttributeError, "object");
  Value r = TRY(call(t, x->compare, x->object.value(), y->object.value()));
  return compare(t, op, r, small_int(0));
}

Result<Value> key_wrapper_get_obj(Thread& t, Value self) {
  Value v = self.as<KeyWrapper>()->object;
  return v ? v : kNone;
}
Status key_wrapper_set_obj(Thread&, Value self, Value v) {
  if (v) self.as<KeyWrapper>()->object.set(v);
  else self.as<KeyWrapper>()->object.clear();
  return {};
}

const MethodDef k_key_wrapper[] = {
    {"__call__", key_wrapper_call, "($self, /, obj)", "Wraps an object as a sort key."},
    {"__lt__", key_wrapper_compare<CompareOp::LT>, "($self, value, /)", "Compares by the function."},
    {"__le__", key_wrapper_compare<CompareOp::LE>, "($self, value, /)", "Compares by the function."},
    {"__eq__", key_wrapper_compare<CompareOp::EQ>, "($self, value, /)", "Compares by the function."},
    {"__ne__", key_wrapper_compare<CompareOp::NE>, "($self, value, /)", "Compares by the function."},
    {"__gt__", key_wrapper_compare<CompareOp::GT>, "($self, value, /)", "Compares by the function."},
    {"__ge__", key_wrapper_compare<CompareOp::GE>, "($self, value, /)", "Compares by the function."},
};
const GetSetDef k_key_wrapper_getsets[] = {{"obj", key_wrapper_get_obj, key_wrapper_set_obj, "The wrapped object."}};

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"reduce", reduce, "(function, iterable, /, initial=<unrepresentable>)", "Folds the items from the left by a function of two arguments.", kF},
    {"cmp_to_key", cmp_to_key, "(mycmp)", "A key function for sorting by a comparison function.", kF},
};

Status exec(Thread& t, Module* m) {
  if (!g_partial) g_partial = TRY(make_native_type(t, "functools.partial", nullptr, partial_spec));
  if (!g_placeholder_type) g_placeholder_type = TRY(make_native_type(t, "functools._PlaceholderType", nullptr, placeholder_spec));
  if (!g_key_wrapper) g_key_wrapper = TRY(make_native_type(t, "functools.KeyWrapper", nullptr, key_wrapper_spec));
  if (!g_lru_cache_wrapper) g_lru_cache_wrapper = TRY(make_native_type(t, "functools._lru_cache_wrapper", nullptr, lru_cache_wrapper_spec));
  TRY(module_add(t, m, "partial", g_partial));
  TRY(module_add(t, m, "_PlaceholderType", g_placeholder_type));
  TRY(module_add(t, m, "Placeholder", TRY(placeholder(t))));
  return module_add(t, m, "_lru_cache_wrapper", g_lru_cache_wrapper);
}

}  // namespace

Result<Value> cmp_to_key(Thread& t, Args a) { return new_key(t, a[0], Value()); }

const TypeSpec key_wrapper_spec = {.methods = k_key_wrapper,
                                   .getsets = k_key_wrapper_getsets,
                                   .layout = &kLayout<KeyWrapper>,
                                   .flags = kTypeDisallowInstantiation,
                                   .unhashable = "KeyWrapper"};

}  // namespace functools

extern const ModuleDef _functools_module = {
    .name = "_functools", .doc = "The native part of functools.", .functions = functools::k_functions, .exec = functools::exec};

}  // namespace kaa
