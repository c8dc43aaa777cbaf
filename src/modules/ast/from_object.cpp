// From objects back to the parser's structs. The checks that need only one node are here; those of the grammar are in validate.cpp.
#include "modules/ast/classes.h"
#include "types/int.h"

namespace kaa::pyast {

namespace {

std::string_view in_arena(ast::Ast& a, std::string_view s) {
  char* p = a.arena.array<char>(s.size() + 1);
  memcpy(p, s.data(), s.size());
  p[s.size()] = 0;
  return {p, s.size()};
}

Result<std::string_view> str_text(Thread& t, ast::Ast& a, Value v) {
  Utf8 u;
  TRY(str_utf8(t, v.as<Str>(), u, true));
  return in_arena(a, u.view());
}

ast::ConstantValue number_constant(ast::ConstKind kind, double d) {
  ast::ConstantValue c;
  c.kind = kind;
  c.number = d;
  return c;
}

Status int_constant_from(Thread& t, ast::Ast& a, Value v, ast::ConstantValue& out) {
  out.kind = ast::ConstKind::Int;
  if (v.is_int()) {
    std::string_view s = in_arena(a, std::to_string(v.as_int()));
    out.base = 10;
    out.chars = s.data();
    out.size = static_cast<uint32_t>(s.size());
    return {};
  }
  bool negative = int_is_negative(v);  // such a text must be decimal
  Value hex = negative ? TRY(repr(t, v)) : TRY(int_to_str(t, v, 16));
  std::string_view s = TRY(str_text(t, a, hex));
  out.base = negative ? 10 : 16;
  out.chars = s.data();
  out.size = static_cast<uint32_t>(s.size());
  return {};
}

Status items_from(Thread& t, ast::Ast& a, List* l, ast::ConstantValue& out) {
  auto* items = a.arena.array<ast::ConstantValue>(l->size ? l->size : 1);
  for (uint64_t i = 0; i < l->size; i++) {
    items[i] = ast::ConstantValue();
    TRY(constant_from(t, a, l->items[i], items[i]));
  }
  out.items = items;
  out.size = static_cast<uint32_t>(l->size);
  return {};
}

}  // namespace

Status constant_from(Thread& t, ast::Ast& a, Value v, ast::ConstantValue& out) {
  out = ast::ConstantValue();
  if (v.is_none()) return {};
  if (v.is_bool()) out.kind = v == kTrue ? ast::ConstKind::True : ast::ConstKind::False;
  else if (v == kEllipsis) out.kind = ast::ConstKind::Ellipsis;
  else if (is_exact_int(v)) return int_constant_from(t, a, v, out);
  else if (is_exact_float(v)) out = number_constant(ast::ConstKind::Float, float_value(v));
  else if (IS_EXACT(v, complex)) {
    double re = v.as<ComplexObject>()->real, im = v.as<ComplexObject>()->imag;
    out = number_constant(ast::ConstKind::Complex, im);
    if (std::bit_cast<uint64_t>(re)) {
      auto* parts = a.arena.array<ast::ConstantValue>(2);
      parts[0] = number_constant(ast::ConstKind::Float, re);
      parts[1] = number_constant(ast::ConstKind::Float, im);
      out.size = 2;
      out.items = parts;
    }
  } else if (IS_EXACT(v, str) || IS_EXACT(v, bytes)) {
    out.kind = is_str(v) ? ast::ConstKind::Str : ast::ConstKind::Bytes;
    std::string_view s = is_str(v) ? TRY(str_text(t, a, v)) : in_arena(a, v.as<Bytes>()->view());
    out.chars = s.data();
    out.size = static_cast<uint32_t>(s.size());
  } else if (IS_EXACT(v, tuple) || IS_EXACT(v, frozenset)) {
    TRY(native_enter(t, " during compilation"));
    out.kind = is_tuple(v) ? ast::ConstKind::Tuple : ast::ConstKind::FrozenSet;
    return items_from(t, a, TRY(list_from(t, v)), out);
  } else {
    out.kind = ast::ConstKind::Object;
    out.object = v.object() ? static_cast<void*>(v.object()) : nullptr;
  }
  return {};
}

namespace {

template <class E> struct EnumSum;
template <> struct EnumSum<ast::ExprContext> { static constexpr Class sum = C_expr_context; };
template <> struct EnumSum<ast::BoolOperator> { static constexpr Class sum = C_boolop; };
template <> struct EnumSum<ast::Operator> { static constexpr Class sum = C_operator; };
template <> struct EnumSum<ast::UnaryOperator> { static constexpr Class sum = C_unaryop; };
template <> struct EnumSum<ast::CmpOp> { static constexpr Class sum = C_cmpop; };

struct FromObject {
  Thread& t;
  ast::Ast& a;

  // ---- leaves. None gives a null where the grammar's C structs can hold one; whoever needs more checks.
  Status convert(const Field& f, Value v, ast::Name*& out) {
    if (v.is_none()) return {};
    if (!IS_EXACT(v, str)) return RAISE(TypeError, "AST %s must be of type str", f.type);
    Utf8 u;
    TRY(str_utf8(t, v.as<Str>(), u, true));
    out = a.intern(u.view());
    return {};
  }
  Status convert(const Field&, Value v, std::string_view& out) {
    if (v.is_none()) return {};
    if (IS_EXACT(v, bytes)) {
      out = in_arena(a, v.as<Bytes>()->view());
      return {};
    }
    if (!IS_EXACT(v, str)) return RAISE(TypeError, "AST string must be of type str");
    out = TRY(str_text(t, a, v));
    return {};
  }
  Status convert(const Field&, Value v, int& out) {
    if (!is_int(v)) return RAISE(ValueError, "invalid integer value: %R", v);
    out = TRY(to_cint(t, v));
    return {};
  }
  Status convert(const Field& f, Value v, bool& out) {
    int i = 0;
    TRY(convert(f, v, i));
    out = i != 0;
    return {};
  }
  Status convert(const Field&, Value v, ast::ConstantValue& out) { return constant_from(t, a, v, out); }
  template <class E> requires std::is_enum_v<E>
  Status convert(const Field&, Value v, E& out) {
    constexpr Class sum = EnumSum<E>::sum;
    Class c = case_of(sum, v);
    if (c == C_AST) return RAISE(TypeError, "expected some sort of %s, but got %R", g_classes[sum].name, v);
    out = static_cast<E>(c - sum - 1);
    return {};
  }

  // ---- nodes
  Status required(Value o, Str* key, const char* owner, Value* out) {
    Opt v = TRY(lookup_attr(t, o, key));
    if (!v) return RAISE(TypeError, "required field \"%U\" missing from %s", key, owner);
    *out = v.v;
    return {};
  }
  Status location(Value o, const ClassInfo& c, ast::Loc& loc) {
    int* const parts[] = {&loc.lineno, &loc.col_offset, &loc.end_lineno, &loc.end_col_offset};
    static const Field k_int{"lineno", "int", Count::k1, nullptr};
    for (int i = 0; i < 4; i++) {
      Value v;
      if (i >= 2 && c.attrs == Attrs::kLoc) {
        v = TRY(lookup_attr(t, o, g_attribute_keys[i])).v;
        if (!v || v.is_none()) {
          *parts[i] = *parts[i - 2];
          continue;
        }
      } else {
        TRY(required(o, g_attribute_keys[i], c.name, &v));
      }
      TRY(convert(k_int, v, *parts[i]));
    }
    return {};
  }

  template <class T>
  Status sequence(const Field& f, const char* owner, Value v, ast::Seq<T>& out) {
    if (!is_list(v)) return RAISE(TypeError, "%s field \"%s\" must be a list, not a %T", owner, f.name, v);
    List* l = v.as<List>();
    uint64_t n = l->size;
    T* items = a.arena.array<T>(n ? n : 1);
    for (uint64_t i = 0; i < n; i++) {
      T item{};
      TRY(convert(f, l->items[i], item));
      if (l->size != n) return RAISE(RuntimeError, "%s field \"%s\" changed size during iteration", owner, f.name);
      items[i] = item;
    }
    out = a.copy_seq(items, n);
    return {};
  }
  template <class T>
  Status field(const Field& f, const char* owner, Value o, T& member) {
    Opt v = TRY(lookup_attr(t, o, f.key));
    if constexpr (requires { member.data; member.size; member.front(); } && !std::is_same_v<T, std::string_view>) {
      return v ? sequence(f, owner, v.v, member) : Status();
    } else {
      if (f.count == Count::kOpt) return v && !v.v.is_none() ? convert(f, v.v, member) : Status();
      if (!v) return RAISE(TypeError, "required field \"%s\" missing from %s", f.name, owner);
      return convert(f, v.v, member);
    }
  }
  template <class T>
  bool is_null(const T& m) {
    if constexpr (std::is_pointer_v<T>) return !m;
    else if constexpr (std::is_same_v<T, std::string_view>) return !m.data();
    else return false;
  }
  template <Class C, class T>
  Status fields(Value o, T* n) {
    const char* owner = g_classes[C].name;
    TRY(walk(Tag<C>(), n, [&](const Field& f, auto& member) -> Status { return field(f, owner, o, member); }));
    return walk(Tag<C>(), n, [&](const Field& f, auto& member) -> Status {
      if (f.count == Count::k1 && is_null(member)) return RAISE(ValueError, "field '%s' is required for %s", f.name, owner);
      return {};
    });
  }
  template <Class C, class T>
  Status product(Value o, T*& out) {
    T* n = a.arena.make<T>();
    TRY(fields<C>(o, n));
    if constexpr (requires { n->loc; }) TRY(location(o, g_classes[C], n->loc));
    out = n;
    return {};
  }
  template <Class C, class T, class B>
  Status make(Value o, const ast::Loc& loc, B*& out) {
    T* n = a.arena.make<T>();
    if constexpr (requires { T::kKind; }) n->kind = T::kKind;
    if constexpr (requires { n->loc; }) n->loc = loc;
    TRY(fields<C>(o, n));
    out = n;
    return {};
  }
  template <Class S, class T, Class C, Class SumOfC, class B>
  Status make_case(Value o, const ast::Loc& loc, B*& out) {
    if constexpr (S == SumOfC) return make<C, T>(o, loc, out);
    else return {};
  }
  template <Class S, class B>
  Status sum(Value o, B*& out) {
    if (o.is_none()) return {};
    if (UNLIKELY(!t.native_ok())) return RAISE(RecursionError, "maximum recursion depth exceeded while traversing '%s' node", g_classes[S].name);
    ast::Loc loc;
    if (g_classes[S].attrs != Attrs::kNoAttrs) TRY(location(o, g_classes[S], loc));
    Class c = case_of(S, o);
    switch (c) {
#define SUM(name, attrs)
#define NODE(sum, st, name, fields) \
      case C_##name: return make_case<S, ast::st, C_##name, C_##sum>(o, loc, out);
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields)
#include "defs/ast.def"
      default: return RAISE(TypeError, "expected some sort of %s, but got %R", g_classes[S].name, o);
    }
  }
  Status convert(const Field&, Value v, ast::Mod*& out) { return sum<C_mod>(v, out); }
  Status convert(const Field&, Value v, ast::Stmt*& out) { return sum<C_stmt>(v, out); }
  Status convert(const Field&, Value v, ast::Expr*& out) { return sum<C_expr>(v, out); }
  Status convert(const Field&, Value v, ast::Pattern*& out) { return sum<C_pattern>(v, out); }
  Status convert(const Field&, Value v, ast::TypeParam*& out) { return sum<C_type_param>(v, out); }
  Status convert(const Field&, Value v, ast::ExceptHandler*& out) { return sum<C_excepthandler>(v, out); }
  Status convert(const Field&, Value v, ast::TypeIgnore*& out) { return sum<C_type_ignore>(v, out); }
#define SUM(name, attrs)
#define NODE(sum, st, name, fields)
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields) \
  Status convert(const Field&, Value v, ast::st*& out) { return product<C_##name>(v, out); }
#include "defs/ast.def"
};

}  // namespace

Status from_object(Thread& t, ast::Ast& a, Value tree, ast::Mod*& out) {
  FromObject f{t, a};
  return f.sum<C_mod>(tree, out);
}

}  // namespace kaa::pyast
