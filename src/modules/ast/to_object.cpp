// From the parser's structs to objects.
#include "modules/ast/classes.h"
#include "types/int.h"

namespace kaa::pyast {

Result<Value> constant_object(Thread& t, const ast::ConstantValue& c) {
  switch (c.kind) {
    case ast::ConstKind::None: return kNone;
    case ast::ConstKind::True: return kTrue;
    case ast::ConstKind::False: return kFalse;
    case ast::ConstKind::Ellipsis: return kEllipsis;
    case ast::ConstKind::Int: return int_from_text(t, c.text(), c.base);
    case ast::ConstKind::Float: return make_float(t, c.number);
    case ast::ConstKind::Complex:
      if (c.size == 2) return make_complex(t, c.items[0].number, c.items[1].number);
      return make_complex(t, 0, c.number);
    case ast::ConstKind::Str: return TRY(new_str(t, c.text()));
    case ast::ConstKind::Bytes: return TRY(new_bytes(t, c.size ? c.chars : "", c.size));
    case ast::ConstKind::Object: return Value(static_cast<Object*>(c.object));
    case ast::ConstKind::Tuple:
    case ast::ConstKind::FrozenSet: break;
  }
  TRY(native_enter(t));
  if (c.kind == ast::ConstKind::FrozenSet) {
    Set* s = TRY(new_set(t, true));
    for (uint32_t i = 0; i < c.size; i++) TRY(set_add(t, s, TRY(constant_object(t, c.items[i]))));
    return s;
  }
  List* l = TRY(new_list(t, c.size));
  for (uint32_t i = 0; i < c.size; i++) TRY(list_append(t, l, TRY(constant_object(t, c.items[i]))));
  return TRY(tuple_of(t, l->items, l->size));
}

namespace {

// The first class of an enumeration's values: value i is the class i behind it.
constexpr Class first_of(ast::ExprContext) { return C_Load; }
constexpr Class first_of(ast::BoolOperator) { return C_And; }
constexpr Class first_of(ast::Operator) { return C_Add; }
constexpr Class first_of(ast::UnaryOperator) { return C_Invert; }
constexpr Class first_of(ast::CmpOp) { return C_Eq; }

// T is a case of the sum type B.
template <class T, class B>
concept CaseOf = requires { T::kKind; } && std::is_same_v<typename T::Base, B>;

struct ToObject {
  Thread& t;

  Result<Value> convert(ast::Name* n) {
    if (!n) return kNone;
    return TRY(intern(t, TRY(new_str(t, n->text()))));
  }
  Result<Value> convert(std::string_view s) {
    if (!s.data()) return kNone;
    return TRY(new_str(t, s));
  }
  Result<Value> convert(int i) { return small_int(i); }
  Result<Value> convert(bool b) { return small_int(b); }
  Result<Value> convert(const ast::ConstantValue& c) { return constant_object(t, c); }
  template <class E> requires std::is_enum_v<E>
  Result<Value> convert(E e) { return g_classes[first_of(e) + static_cast<int>(e)].instance; }
  template <class T>
  Result<Value> convert(const ast::Seq<T>& s) {
    List* l = TRY(new_list(t, s.size));
    for (uint32_t i = 0; i < s.size; i++) TRY(list_append(t, l, TRY(convert(s[i]))));
    return l;
  }

  template <Class C, class T>
  Result<Value> node(T* n) {
    TRY(native_enter(t, " during ast construction"));
    Object* o = TRY(alloc_instance(t, g_classes[C].type));
    TRY(walk(Tag<C>(), n, [&](const Field& f, auto& member) -> Status { return generic_set_attr(t, o, f.key, TRY(convert(member))); }));
    if constexpr (requires { n->loc; }) {
      const int values[] = {n->loc.lineno, n->loc.col_offset, n->loc.end_lineno, n->loc.end_col_offset};
      for (int i = 0; i < 4; i++) TRY(generic_set_attr(t, o, g_attribute_keys[i], small_int(values[i])));
    }
    return o;
  }

  template <class T, Class C, class B>
  bool try_case(B* n, Result<Value>& out) {
    if constexpr (CaseOf<T, B>) {
      if (n->kind == T::kKind) {
        out = node<C>(n->template as<T>());
        return true;
      }
    }
    return false;
  }
  template <class B>
  Result<Value> sum(B* n) {
    Result<Value> out = kNone;
    if (!n) return out;
#define SUM(name, attrs)
#define NODE(sum, st, name, fields) \
    if (try_case<ast::st, C_##name>(n, out)) return out;
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields)
#include "defs/ast.def"
    return RAISE(SystemError, "unknown kind of node");
  }
  Result<Value> convert(ast::Mod* n) { return sum(n); }
  Result<Value> convert(ast::Stmt* n) { return sum(n); }
  Result<Value> convert(ast::Expr* n) { return sum(n); }
  Result<Value> convert(ast::Pattern* n) { return sum(n); }
  Result<Value> convert(ast::TypeParam* n) { return sum(n); }
  Result<Value> convert(ast::ExceptHandler* n) { return node<C_ExceptHandler>(n); }
  Result<Value> convert(ast::TypeIgnore* n) { return node<C_TypeIgnore>(n); }
#define SUM(name, attrs)
#define NODE(sum, st, name, fields)
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields) \
  Result<Value> convert(ast::st* n) { return n ? node<C_##name>(n) : Result<Value>(kNone); }
#include "defs/ast.def"
};

}  // namespace

Result<Value> to_object(Thread& t, ast::Mod* mod) { return ToObject{t}.convert(mod); }

}  // namespace kaa::pyast
