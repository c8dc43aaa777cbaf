// mappingproxy: a read-only view of a mapping.
#include "runtime/call.h"
#include "types/objmodel.h"

namespace kaa {

static Value mapping_of(Value v) { return v.as<MappingProxy>()->mapping; }
static Value unwrap(Value v) { return is_instance(v, KAA_TYPE(mappingproxy)) ? mapping_of(v) : v; }

static Result<Value> mappingproxy_new(Thread& t, Args a, Tuple* kwnames);
static const MethodDef k_new_row{"__new__", mappingproxy_new, "($cls, /, mapping)", "Create and return a new object.", MethodKind::kNew};
static Result<Value> mappingproxy_new(Thread& t, Args a, Tuple* kwnames) {
  Value v[2];
  TRY(bind_row(t, "mappingproxy", k_new_row, a, kwnames, v));
  if (!type_of(v[1])->dunder(D_getitem) || is_list(v[1]) || is_tuple(v[1]))
    return RAISE(TypeError, "mappingproxy() argument must be a mapping, not %N", type_of(v[1]));
  MappingProxy* p = TRY(alloc_as<MappingProxy>(t, v[0].as<Type>()));
  p->mapping.init(v[1]);
  return p;
}

static Result<Value> mappingproxy_repr(Thread& t, Args a) { return TRY(str_format(t, "mappingproxy(%R)", mapping_of(a[0]))); }
static Result<Value> mappingproxy_str(Thread& t, Args a) { return TRY(str(t, mapping_of(a[0]))); }
static Result<Value> mappingproxy_hash(Thread& t, Args a) {
  int64_t h = TRY(hash(t, mapping_of(a[0])));
  return make_int(t, h);
}
template <CompareOp op>
static Result<Value> mappingproxy_compare(Thread& t, Args a) { return compare(t, op, mapping_of(a[0]), a[1]); }
static Result<Value> mappingproxy_iter(Thread& t, Args a) { return get_iter(t, mapping_of(a[0])); }
static Result<Value> mappingproxy_or(Thread& t, Args a) { return binary_op(t, BinaryOp::OR, unwrap(a[0]), unwrap(a[1])); }
static Result<Value> mappingproxy_ror(Thread& t, Args a) { return binary_op(t, BinaryOp::OR, unwrap(a[1]), unwrap(a[0])); }
static Result<Value> mappingproxy_ior(Thread& t, Args a) { return RAISE(TypeError, "'|=' is not supported by %T; use '|' instead", a[0]); }
static Result<Value> mappingproxy_len(Thread& t, Args a) {
  int64_t n = TRY(length(t, mapping_of(a[0])));
  return make_int(t, n);
}
static Result<Value> mappingproxy_getitem(Thread& t, Args a) { return get_item(t, mapping_of(a[0]), a[1]); }
static Result<Value> mappingproxy_contains(Thread& t, Args a) {
  bool r = TRY(contains(t, mapping_of(a[0]), a[1]));
  return Value::from_bool(r);
}
static Result<Value> mappingproxy_get(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), NAME("get"), a[1], or_none(a[2])); }
static Result<Value> mappingproxy_keys(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), NAME("keys")); }
static Result<Value> mappingproxy_values(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), NAME("values")); }
static Result<Value> mappingproxy_items(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), NAME("items")); }
static Result<Value> mappingproxy_copy(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), NAME("copy")); }
static Result<Value> mappingproxy_reversed(Thread& t, Args a) { return call_method(t, mapping_of(a[0]), dunder_name(D_reversed)); }
static Result<Value> mappingproxy_class_getitem(Thread& t, Args a) { return generic_alias(t, a[0], a[1]); }

static const MethodDef k_methods[] = {
    k_new_row,
    {"__repr__", mappingproxy_repr, "($self, /)", "Return repr(self)."},
    {"__hash__", mappingproxy_hash, "($self, /)", "Return hash(self)."},
    {"__str__", mappingproxy_str, "($self, /)", "Return str(self)."},
    {"__lt__", mappingproxy_compare<CompareOp::LT>, "($self, value, /)", "Return self<value."},
    {"__le__", mappingproxy_compare<CompareOp::LE>, "($self, value, /)", "Return self<=value."},
    {"__eq__", mappingproxy_compare<CompareOp::EQ>, "($self, value, /)", "Return self==value."},
    {"__ne__", mappingproxy_compare<CompareOp::NE>, "($self, value, /)", "Return self!=value."},
    {"__gt__", mappingproxy_compare<CompareOp::GT>, "($self, value, /)", "Return self>value."},
    {"__ge__", mappingproxy_compare<CompareOp::GE>, "($self, value, /)", "Return self>=value."},
    {"__iter__", mappingproxy_iter, "($self, /)", "Implement iter(self)."},
    {"__or__", mappingproxy_or, "($self, value, /)", "Return self|value."},
    {"__ror__", mappingproxy_ror, "($self, value, /)", "Return value|self."},
    {"__ior__", mappingproxy_ior, "($self, value, /)", "Return self|=value."},
    {"__len__", mappingproxy_len, "($self, /)", "Return len(self)."},
    {"__getitem__", mappingproxy_getitem, "($self, key, /)", "Return self[key]."},
    {"__contains__", mappingproxy_contains, "($self, key, /)", "Return bool(key in self)."},
    {"get", mappingproxy_get, "($self, key, default=None, /)", "The value of a key, or the default."},
    {"keys", mappingproxy_keys, "($self, /)", "A view of the keys."},
    {"values", mappingproxy_values, "($self, /)", "A view of the values."},
    {"items", mappingproxy_items, "($self, /)", "A view of the (key, value) pairs."},
    {"copy", mappingproxy_copy, "($self, /)", "A shallow copy of the mapping."},
    {"__class_getitem__", mappingproxy_class_getitem, "($cls, object, /)", "mappingproxy[...] as a generic alias.", MethodKind::kClassMethod},
    {"__reversed__", mappingproxy_reversed, "($self, /)", "An iterator over the keys in reverse."},
};
extern const TypeSpec mappingproxy_spec = {.doc = "Read-only view of a mapping.", .methods = k_methods, .getsets = {}};

}  // namespace kaa
