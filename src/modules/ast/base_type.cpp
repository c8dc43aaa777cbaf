// ast.AST: construction, repr, pickling and copying of every node. Works on any subclass by its _fields and _attributes.
#include "modules/ast/classes.h"
#include "types/dict.h"
#include "types/str.h"

namespace kaa::pyast {

namespace {

// tp_name of CPython: the built-in base shows its module.
const char* shown_module(Type* ty) { return ty == g_classes[C_AST].type ? "ast." : ""; }

Result<bool> has_item(Thread& t, Value names, Value key) {
  if (!names) return false;
  return contains(t, names, key);
}

Status init_positional(Thread& t, Value self, Value fields, Args a, uint32_t given) {
  int64_t n = fields ? TRY(length(t, fields)) : 0;
  if (given > n) return RAISE(TypeError, "%U constructor takes at most %ld positional argument%s", type_of(self)->name.get(), n, n == 1 ? "" : "s");
  for (uint32_t i = 0; i < given; i++) {
    Value name = TRY(get_item(t, fields, small_int(i)));
    if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
    TRY(set_attr(t, self, name.as<Str>(), a[i + 1]));
  }
  return {};
}

// What a field gets when no value was given: its kind, by _field_types, says.
Status init_missing(Thread& t, Value self, Dict* types, Str* name) {
  Opt type = TRY(dict_get(t, types, name));
  Type* cls = type_of(self);
  if (!type) return warn(t, KAA_TYPE(DeprecationWarning), 1, "Field '%U' is missing from %N._field_types. This will become an error in Python 3.15.", name, cls);
  Value union_type = TRY(import_attr(t, "types", "UnionType"));
  if (type_of(type.v) == union_type.as<Type>()) return {};  // optional: the class has None
  Value alias_type = TRY(import_attr(t, "types", "GenericAlias"));
  if (is_instance(type.v, alias_type.as<Type>())) {
    List* empty = TRY(new_list(t));
    return set_attr(t, self, name, empty);
  }
  if (type.v == Value(g_classes[C_expr_context].type)) return set_attr(t, self, name, g_classes[C_Load].instance);
  return warn(t, KAA_TYPE(DeprecationWarning), 1, "%N.__init__ missing 1 required positional argument: '%U'. This will become an error in Python 3.15.", cls, name);
}

Result<Value> ast_init(Thread& t, Args a, Tuple* kwnames) {
  Value self = a[0];
  Type* cls = type_of(self);
  uint32_t given = positional_count(a, kwnames) - 1, nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  Value fields = TRY(lookup_attr(t, cls, NAME("_fields"))).v;
  if (!fields) return RAISE(AttributeError, "type object '%N' has no attribute '_fields'", cls);
  TRY(init_positional(t, self, fields, a, given));
  Set* set = TRY(new_set(t));  // fields that have a value
  for (uint32_t i = 0; i < given; i++) TRY(set_add(t, set, TRY(get_item(t, fields, small_int(i)))));
  Value attributes;
  for (uint32_t i = 0; i < nkw; i++) {
    Value key = kwnames->items[i], v = a.p[1 + given + i];
    bool known = TRY(has_item(t, fields, key));
    if (known) {
      bool again = TRY(set_contains(t, set, key));
      if (again) return RAISE(TypeError, "%U got multiple values for argument %R", cls->name.get(), key);
      TRY(set_add(t, set, key));
    } else {
      if (!attributes) attributes = TRY(lookup_attr(t, cls, NAME("_attributes"))).v;
      known = TRY(has_item(t, attributes, key));
      if (!known)
        TRY(warn(t, KAA_TYPE(DeprecationWarning), 1,
                 "%N.__init__ got an unexpected keyword argument %R. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                 cls, key));
    }
    TRY(set_attr(t, self, key.as<Str>(), v));
  }
  int64_t n = fields ? TRY(length(t, fields)) : 0;
  if (n <= static_cast<int64_t>(set->used)) return kNone;
  Value types = TRY(lookup_attr(t, cls, NAME("_field_types"))).v;
  if (!types || !is_dict(types)) return kNone;  // a class of the user's that knows nothing of them
  for (int64_t i = 0; i < n; i++) {
    Value name = TRY(get_item(t, fields, small_int(i)));
    bool done = TRY(set_contains(t, set, name));
    if (done) continue;
    if (!is_str(name)) {  // no name of an attribute, so no field
      TRY(warn(t, KAA_TYPE(DeprecationWarning), 1, "Field %R is missing from %N._field_types. This will become an error in Python 3.15.", name, cls));
      continue;
    }
    TRY(init_missing(t, self, types.as<Dict>(), name.as<Str>()));
  }
  return kNone;
}

// ---- repr: three levels deep, of lists the first and the last item

bool is_node(Value v) { return is_instance(v, g_classes[C_AST].type); }

Status repr_node(Thread& t, TextBuilder& out, Value o, int depth);

void put(TextBuilder& out, std::string_view s) { out.append_latin1(reinterpret_cast<const uint8_t*>(s.data()), s.size()); }
void put(TextBuilder& out, Str* s) { out.append(view_of(s)); }

Status repr_value(Thread& t, TextBuilder& out, Value v, int depth) {
  if (is_node(v)) return repr_node(t, out, v, depth);
  if (!is_list(v) && !is_tuple(v)) {
    put(out, TRY(repr(t, v)));
    return {};
  }
  bool list = is_list(v);
  int64_t n = TRY(length(t, v));
  put(out, list ? "[" : "(");
  for (int64_t i = 0; i < n; i++) {
    if (i) put(out, ", ");
    if (i == 1 && n > 2) {
      put(out, "..., ");
      i = n - 1;
    }
    Value item = TRY(get_item(t, v, small_int(i)));
    if (is_node(item)) TRY(repr_node(t, out, item, depth));
    else put(out, TRY(repr(t, item)));
  }
  put(out, list ? "]" : ")");
  return {};
}

Status repr_node(Thread& t, TextBuilder& out, Value o, int depth) {
  TRY(native_enter(t, " while getting the repr of an object"));
  Type* cls = type_of(o);
  put(out, shown_module(cls));
  put(out, cls->name);
  if (depth <= 0 || repr_enter(t, o.object())) {
    put(out, "(...)");
    return {};
  }
  put(out, "(");
  Status s = [&]() -> Status {
    Value fields = TRY(get_attr(t, cls, NAME("_fields")));
    int64_t n = TRY(length(t, fields));
    for (int64_t i = 0; i < n; i++) {
      Value name = TRY(get_item(t, fields, small_int(i)));
      if (!is_str(name)) return RAISE(TypeError, "attribute name must be string, not '%T'", name);
      Value v = TRY(get_attr(t, o, name.as<Str>()));
      if (i) put(out, ", ");
      put(out, name.as<Str>());
      put(out, "=");
      TRY(repr_value(t, out, v, depth - 1));
    }
    return {};
  }();
  repr_leave(t, o.object());
  TRY(std::move(s));
  put(out, ")");
  return {};
}

Result<Value> ast_repr(Thread& t, Args a) {
  TextBuilder out;
  TRY(repr_node(t, out, a[0], 3));
  return TRY(str_from_text(t, out));
}

// ---- pickling and copying

// As many None as leading fields have values: so that __init__ finds them given, before the state is set.
Result<Value> ast_reduce(Thread& t, Args a) {
  Type* cls = type_of(a[0]);
  Value dict = TRY(get_dict_attr(t, a[0]));
  Value fields = TRY(lookup_attr(t, cls, NAME("_fields"))).v;
  List* args = TRY(new_list(t));
  if (fields && is_dict(dict)) {
    int64_t n = TRY(length(t, fields));
    for (int64_t i = 0; i < n; i++) {
      Value name = TRY(get_item(t, fields, small_int(i)));
      Opt v = TRY(dict_get(t, dict.as<Dict>(), name));
      if (!v) break;
      TRY(list_append(t, args, kNone));
    }
  }
  return TRY(make_tuple(t, cls, TRY(tuple_from(t, args)), dict));
}

// Adds to `out` those of the names that are in `from`.
Status pick(Thread& t, Dict* out, Value names, Dict* from) {
  if (!names) return {};
  return iterate(t, names, [&](Value name) -> Status {
    Opt v = TRY(dict_get(t, from, name));
    if (v) TRY(dict_set(t, out, name, v.v));
    return {};
  });
}

Result<Value> ast_replace(Thread& t, Args a, Tuple* kwnames) {
  if (positional_count(a, kwnames) > 1) return RAISE(TypeError, "__replace__() takes no positional arguments");
  Value self = a[0];
  Type* cls = type_of(self);
  Value fields = TRY(lookup_attr(t, cls, NAME("_fields"))).v, attributes = TRY(lookup_attr(t, cls, NAME("_attributes"))).v;
  Value dict = TRY(get_dict_attr(t, self));
  Dict* payload = TRY(new_dict(t));
  TRY(pick(t, payload, fields, dict.as<Dict>()));
  TRY(pick(t, payload, attributes, dict.as<Dict>()));
  for (uint64_t i = 0; kwnames && i < kwnames->size; i++) {
    Value key = kwnames->items[i];
    bool known = TRY(has_item(t, fields, key));
    if (!known) known = TRY(has_item(t, attributes, key));
    if (!known) return RAISE(TypeError, "%N.__replace__ got an unexpected keyword argument %R.", cls, key);
    TRY(dict_set(t, payload, key, a.p[1 + i]));
  }
  List* missing = TRY(new_list(t));
  if (fields) {
    TRY(iterate(t, fields, [&](Value name) -> Status {
      Opt v = TRY(dict_get(t, payload, name));
      if (v || !is_str(name)) return {};
      Opt fallback = TRY(lookup_attr(t, cls, name.as<Str>()));  // None of the class: an optional field
      if (fallback) return {};
      return list_append(t, missing, TRY(repr(t, name)));
    }));
  }
  if (missing->size) {
    TRY(call_method(t, missing, NAME("sort")));
    Value names = TRY(call_method(t, TRY(new_str(t, ", ")), NAME("join"), missing));
    return RAISE(TypeError, "%N.__replace__ missing %ld keyword argument%s: %S.", cls, static_cast<int64_t>(missing->size), missing->size == 1 ? "" : "s", names);
  }
  return call_tuple(t, cls, interp().empty_tuple, payload);
}

const MethodDef k_methods[] = {
    {"__init__", ast_init, "($self, /, *args, **kwargs)", "Sets fields by position or by name."},
    {"__repr__", ast_repr, "($self, /)", "The node's class and fields, three levels deep."},
    {"__reduce__", ast_reduce, "($self, /)", "For pickling."},
    {"__replace__", ast_replace, "($self, /, **fields)", "A copy of the node with new values for the given fields."},
};
const GetSetDef k_getsets[] = {
    {"__dict__", [](Thread& t, Value v) -> Result<Value> { return get_dict_attr(t, v); }, [](Thread& t, Value v, Value d) -> Status { return set_dict_attr(t, v, d); }, nullptr},
};

Status init_type(Thread& t, Type* ty) {
  for (const char* name : {"_fields", "__match_args__", "_attributes"}) TRY(dict_set_str(t, ty->dict, name, interp().empty_tuple));
  return {};
}

}  // namespace

const TypeSpec ast_spec = {.methods = k_methods, .getsets = k_getsets, .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable, .init = init_type};

}  // namespace kaa::pyast
