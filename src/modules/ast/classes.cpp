// Making the classes of `_ast`: names, docstrings, _fields, _field_types and defaults all come from the table.
#include "modules/ast/classes.h"

#include "runtime/types.h"

namespace kaa::pyast {

namespace {
#define F(member, type, count) {#member, #type, Count::count, nullptr},
#define G(member, text, type, count) {text, #type, Count::count, nullptr},
#define SUM(name, attrs)
#define NODE(sum, st, name, fields) Field k_##name[] = {fields {nullptr, nullptr, Count::k1, nullptr}};
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields) Field k_##name[] = {fields {nullptr, nullptr, Count::k1, nullptr}};
#include "defs/ast.def"
#undef F
#undef G

// The rows without the one that ends them (so that no array is empty).
template <size_t N>
constexpr Rows<Field> rows(const Field (&a)[N]) {
  Rows<Field> r(a);
  r.size = N - 1;
  return r;
}
}  // namespace

ClassInfo g_classes[kClassCount] = {
    {"AST", C_AST, Sort::kBase, Attrs::kNoAttrs, {}, nullptr, nullptr},
#define SUM(name, attrs) {#name, C_AST, Sort::kSum, Attrs::attrs, {}, nullptr, nullptr},
#define NODE(sum, st, name, fields) {#name, C_##sum, Sort::kNode, Attrs::kNoAttrs, rows(k_##name), nullptr, nullptr},
#define ENUM(sum, en, name) {#name, C_##sum, Sort::kEnum, Attrs::kNoAttrs, {}, nullptr, nullptr},
#define PRODUCT(st, name, attrs, fields) {#name, C_AST, Sort::kProduct, Attrs::attrs, rows(k_##name), nullptr, nullptr},
#include "defs/ast.def"
};
Str* g_attribute_keys[4];

Class case_of(Class sum, Value o) {
  Type* ty = type_of(o);
  for (int c = sum + 1; c < kClassCount && g_classes[c].base == sum; c++)
    if (g_classes[c].type == ty) return static_cast<Class>(c);
  for (int c = sum + 1; c < kClassCount && g_classes[c].base == sum; c++)
    if (is_subtype(ty, g_classes[c].type)) return static_cast<Class>(c);
  return C_AST;
}

namespace {

std::string doc_of(const ClassInfo& c) {
  std::string s = c.name;
  if (c.sort == Sort::kSum) {
    bool simple = (&c)[1].sort == Sort::kEnum;
    std::string indent = simple ? " | " : "\n" + std::string(s.size() + 1, ' ') + "| ";
    s += " = ";
    for (const ClassInfo* k = &c + 1; k < g_classes + kClassCount && &g_classes[k->base] == &c; k++) {
      if (k != &c + 1) s += indent;
      s += doc_of(*k);
    }
  } else if (c.fields.size) {
    s += '(';
    for (const Field& f : c.fields) {
      if (&f != c.fields.data) s += ", ";
      static const char* const k_marks[] = {"", "?", "*", "?*"};
      ((s += f.type) += k_marks[static_cast<int>(f.count)]) += ' ';
      s += f.name;
    }
    s += ')';
  }
  return s;
}

// The Python type of a field's value, as _field_types shows it.
Result<Value> field_type(Thread& t, const Field& f) {
  Value type;
  std::string_view name = f.type;
  if (name == "identifier" || name == "string") type = KAA_TYPE(str);
  else if (name == "int") type = KAA_TYPE(int);
  else if (name == "constant") type = KAA_TYPE(object);
  else
    for (const ClassInfo& c : g_classes)
      if (name == c.name) type = c.type;
  switch (f.count) {
    case Count::k1: return type;
    case Count::kOpt: return binary_op(t, BinaryOp::OR, type, kNone);
    default: return generic_alias(t, KAA_TYPE(list), type);
  }
}

Result<Tuple*> attribute_tuple(Thread& t, Attrs a) {
  Tuple* u = TRY(new_tuple(t, a == Attrs::kNoAttrs ? 0 : 4));
  for (uint64_t i = 0; i < u->size; i++) tuple_init(u, i, g_attribute_keys[i]);
  return u;
}

Status make_class(Thread& t, ClassInfo& c) {
  Dict* ns = TRY(new_dict(t));
  Tuple* names = TRY(new_tuple(t, c.fields.size));
  for (uint32_t i = 0; i < c.fields.size; i++) {
    Field& f = const_cast<Field&>(c.fields.data[i]);  // the arrays are ours, above
    f.key = intern_name(f.name);
    tuple_init(names, i, f.key);
  }
  TRY(dict_set_str(t, ns, "_fields", names));
  TRY(dict_set_str(t, ns, "__match_args__", names));
  TRY(dict_set_str(t, ns, "__module__", NAME("ast")));
  TRY(dict_set_str(t, ns, "__doc__", TRY(new_str(t, doc_of(c)))));
  if (c.sort == Sort::kSum || c.sort == Sort::kProduct) TRY(dict_set_str(t, ns, "_attributes", TRY(attribute_tuple(t, c.attrs))));
  if (c.attrs == Attrs::kLoc) {
    TRY(dict_set(t, ns, g_attribute_keys[2], kNone));
    TRY(dict_set(t, ns, g_attribute_keys[3], kNone));
  }
  for (const Field& f : c.fields)
    if (f.count == Count::kOpt) TRY(dict_set(t, ns, f.key, kNone));
  Type* base = g_classes[c.base].type;
  Type* type = TRY(new_class(t, KAA_TYPE(type), intern_name(c.name), TRY(make_tuple(t, Value(base))), ns, nullptr, nullptr));
  type->rc |= kImmortal;
  c.type = type;
  if (c.sort == Sort::kEnum) {
    c.instance = TRY(alloc_instance(t, type));
    c.instance->rc |= kImmortal;
  }
  return {};
}

}  // namespace

Status make_classes(Thread& t) {
  if (g_classes[kClassCount - 1].type) return {};
  const char* const k_attributes[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};
  for (int i = 0; i < 4; i++) g_attribute_keys[i] = intern_name(k_attributes[i]);
  g_classes[C_AST].type = TRY(make_native_type(t, "ast.AST", nullptr, ast_spec));
  g_classes[C_AST].type->flags &= ~uint64_t{kTypeImmutable};
  for (int i = C_AST + 1; i < kClassCount; i++) TRY(make_class(t, g_classes[i]));
  for (ClassInfo& c : g_classes) {
    if (c.sort == Sort::kBase || c.sort == Sort::kSum) continue;
    Dict* types = TRY(new_dict(t));
    for (const Field& f : c.fields) TRY(dict_set(t, types, f.key, TRY(field_type(t, f))));
    TRY(set_attr(t, c.type, NAME("_field_types"), types));
    TRY(set_attr(t, c.type, NAME("__annotations_cache__"), types));
  }
  return {};
}

}  // namespace kaa::pyast
