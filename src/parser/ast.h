// The syntax tree: CPython 3.14's abstract grammar (what the `ast` module shows) as plain structs.
//
// Names and fields are the grammar's own. Three rules cover what C++ cannot say:
//   * sum types are `Mod`, `Stmt`, `Expr`, `Pattern`, `TypeParam`; product types are CamelCase (`Arg`, `WithItem`, ...);
//   * where a constructor's name is taken, its struct has a suffix: the expression `Name` is `NameExpr` (`Name` is an
//     identifier), the statement `Expr` is `ExprStmt`; the kinds keep the grammar's names (ExprKind::Name, StmtKind::Expr);
//   * a field that is a C++ keyword, or a type here, gets a trailing underscore.
//
// Everything lives in one Arena (the `Ast` owner) and is freed with it; nothing has a destructor. Optional nodes are null
// pointers; an optional string has data() == nullptr. The tree is mutable: later passes (constant folding, the `ast`
// module's conversion) may build nodes with the same arena.
//
// Locations: lines count from 1, columns from 0 in UTF-8 bytes, ends are exclusive, as in CPython.
#pragma once

#include <stdint.h>

#include <string>
#include <string_view>

#include "base/arena.h"

namespace kaa::ast {

struct Loc {
  int32_t lineno = 0;
  int32_t col_offset = 0;
  int32_t end_lineno = 0;
  int32_t end_col_offset = 0;
};

// An identifier. Interned in its Ast: equal text is equal pointer. NFKC-normalised UTF-8.
struct Name {
  const char* chars;
  uint32_t size;
  uint32_t hash;
  void* user;  // one word for the compiler (an interned str, an index); null at first
  std::string_view text() const { return {chars, size}; }
};

// A list of nodes in the arena. Data may be null when size is 0.
template <class T>
struct Seq {
  T* data = nullptr;
  uint32_t size = 0;
  T* begin() const { return data; }
  T* end() const { return data + size; }
  T& operator[](uint32_t i) const { return data[i]; }
  T& front() const { return data[0]; }
  T& back() const { return data[size - 1]; }
  bool empty() const { return size == 0; }
};

// ---- enumerations -------------------------------------------------------------------------------------------------

enum class ModKind : uint8_t { Module, Interactive, Expression, FunctionType };
// clang-format off
enum class StmtKind : uint8_t {
  FunctionDef, AsyncFunctionDef, ClassDef, Return, Delete, Assign, TypeAlias, AugAssign, AnnAssign, For, AsyncFor,
  While, If, With, AsyncWith, Match, Raise, Try, TryStar, Assert, Import, ImportFrom, Global, Nonlocal, Expr, Pass,
  Break, Continue
};
enum class ExprKind : uint8_t {
  BoolOp, NamedExpr, BinOp, UnaryOp, Lambda, IfExp, Dict, Set, ListComp, SetComp, DictComp, GeneratorExp, Await, Yield,
  YieldFrom, Compare, Call, FormattedValue, Interpolation, JoinedStr, TemplateStr, Constant, Attribute, Subscript,
  Starred, Name, List, Tuple, Slice
};
enum class PatternKind : uint8_t {
  MatchValue, MatchSingleton, MatchSequence, MatchMapping, MatchClass, MatchStar, MatchAs, MatchOr
};
enum class TypeParamKind : uint8_t { TypeVar, ParamSpec, TypeVarTuple };
enum class ExprContext : uint8_t { Load, Store, Del };
enum class BoolOperator : uint8_t { And, Or };
enum class Operator : uint8_t {
  Add, Sub, Mult, MatMult, Div, Mod, Pow, LShift, RShift, BitOr, BitXor, BitAnd, FloorDiv
};
enum class UnaryOperator : uint8_t { Invert, Not, UAdd, USub };
enum class CmpOp : uint8_t { Eq, NotEq, Lt, LtE, Gt, GtE, Is, IsNot, In, NotIn };
// Tuple, FrozenSet and Object never come from the parser: constant folding and trees built by Python code use them.
enum class ConstKind : uint8_t { None, True, False, Ellipsis, Int, Float, Complex, Str, Bytes, Tuple, FrozenSet, Object };
// clang-format on

// A constant's value.
//   Int      text() is the digits without prefix and underscores, most significant first, in `base` (2, 8, 10 or 16);
//            from constant folding it may begin with '-'
//   Float    number
//   Complex  number is the imaginary part; the real part is 0. From constant folding (size 2): items are the real and the
//            imaginary part, two Floats
//   Str      text() is UTF-8; lone surrogates are encoded like other code points of three bytes ("WTF-8")
//   Bytes    text() is the bytes
//   Tuple, FrozenSet   items, size
//   Object   a value of whoever built the tree
struct ConstantValue {
  ConstKind kind = ConstKind::None;
  uint8_t base = 0;
  uint32_t size = 0;
  union {
    const char* chars = nullptr;
    double number;
    const ConstantValue* items;
    void* object;
  };
  std::string_view text() const { return {chars, size}; }
};

// ---- bases --------------------------------------------------------------------------------------------------------

// as<T>() is the unchecked downcast, is<T>() asks the kind, if_a<T>() is null for another kind.
template <class Kind>
struct Node {
  Kind kind;
  template <class T>
  bool is() const {
    return kind == T::kKind;
  }
  template <class T>
  T* as() {
    return static_cast<T*>(static_cast<typename T::Base*>(this));
  }
  template <class T>
  const T* as() const {
    return static_cast<const T*>(static_cast<const typename T::Base*>(this));
  }
  template <class T>
  T* if_a() {
    return kind == T::kKind ? as<T>() : nullptr;
  }
  template <class T>
  const T* if_a() const {
    return kind == T::kKind ? as<T>() : nullptr;
  }
};

struct Expr : Node<ExprKind> {
  using Base = Expr;
  Loc loc;
};
struct Stmt : Node<StmtKind> {
  using Base = Stmt;
  Loc loc;
};
struct Pattern : Node<PatternKind> {
  using Base = Pattern;
  Loc loc;
};
struct TypeParam : Node<TypeParamKind> {
  using Base = TypeParam;
  Loc loc;
  Name* name = nullptr;
  Expr* default_value = nullptr;
};
struct Mod : Node<ModKind> {
  using Base = Mod;
};

// ---- products -----------------------------------------------------------------------------------------------------

struct Arg {
  Loc loc;
  Name* arg = nullptr;
  Expr* annotation = nullptr;
  std::string_view type_comment;
};

// `defaults` belong to the last of posonlyargs + args; `kw_defaults` has one entry for each of kwonlyargs, null for none.
struct Arguments {
  Seq<Arg*> posonlyargs;
  Seq<Arg*> args;
  Arg* vararg = nullptr;
  Seq<Arg*> kwonlyargs;
  Seq<Expr*> kw_defaults;
  Arg* kwarg = nullptr;
  Seq<Expr*> defaults;
};

// `**value` has a null arg.
struct Keyword {
  Loc loc;
  Name* arg = nullptr;
  Expr* value = nullptr;
};

// `from m import *` is one alias with name "*".
struct Alias {
  Loc loc;
  Name* name = nullptr;
  Name* asname = nullptr;
};

struct Comprehension {
  Expr* target = nullptr;
  Expr* iter = nullptr;
  Seq<Expr*> ifs;
  bool is_async = false;
};

struct WithItem {
  Expr* context_expr = nullptr;
  Expr* optional_vars = nullptr;
};

struct MatchCase {
  Pattern* pattern = nullptr;
  Expr* guard = nullptr;
  Seq<Stmt*> body;
};

struct ExceptHandler {
  Loc loc;
  Expr* type = nullptr;
  Name* name = nullptr;
  Seq<Stmt*> body;
};

struct TypeIgnore {
  int32_t lineno = 0;
  std::string_view tag;
};

// ---- modules ------------------------------------------------------------------------------------------------------

#define KAA_AST_NODE(SUM, NAME)                          \
  static constexpr SUM##Kind kKind = SUM##Kind::NAME;

struct Module : Mod {
  KAA_AST_NODE(Mod, Module)
  Seq<Stmt*> body;
  Seq<TypeIgnore*> type_ignores;
};
struct Interactive : Mod {
  KAA_AST_NODE(Mod, Interactive)
  Seq<Stmt*> body;
};
struct Expression : Mod {
  KAA_AST_NODE(Mod, Expression)
  Expr* body = nullptr;
};
struct FunctionType : Mod {
  KAA_AST_NODE(Mod, FunctionType)
  Seq<Expr*> argtypes;
  Expr* returns = nullptr;
};

// ---- statements ---------------------------------------------------------------------------------------------------

// FunctionDef and AsyncFunctionDef, For and AsyncFor, With and AsyncWith, Try and TryStar have the same fields: code that
// treats them alike may use as<FunctionDef>() for both.
struct FunctionDef : Stmt {
  KAA_AST_NODE(Stmt, FunctionDef)
  Name* name = nullptr;
  Arguments* args = nullptr;
  Seq<Stmt*> body;
  Seq<Expr*> decorator_list;
  Expr* returns = nullptr;
  std::string_view type_comment;
  Seq<TypeParam*> type_params;
};
struct AsyncFunctionDef : FunctionDef {
  KAA_AST_NODE(Stmt, AsyncFunctionDef)
};
struct ClassDef : Stmt {
  KAA_AST_NODE(Stmt, ClassDef)
  Name* name = nullptr;
  Seq<Expr*> bases;
  Seq<Keyword*> keywords;
  Seq<Stmt*> body;
  Seq<Expr*> decorator_list;
  Seq<TypeParam*> type_params;
};
struct Return : Stmt {
  KAA_AST_NODE(Stmt, Return)
  Expr* value = nullptr;
};
struct Delete : Stmt {
  KAA_AST_NODE(Stmt, Delete)
  Seq<Expr*> targets;
};
struct Assign : Stmt {
  KAA_AST_NODE(Stmt, Assign)
  Seq<Expr*> targets;
  Expr* value = nullptr;
  std::string_view type_comment;
};
struct TypeAlias : Stmt {
  KAA_AST_NODE(Stmt, TypeAlias)
  Expr* name = nullptr;
  Seq<TypeParam*> type_params;
  Expr* value = nullptr;
};
struct AugAssign : Stmt {
  KAA_AST_NODE(Stmt, AugAssign)
  Expr* target = nullptr;
  Operator op = Operator::Add;
  Expr* value = nullptr;
};
struct AnnAssign : Stmt {
  KAA_AST_NODE(Stmt, AnnAssign)
  Expr* target = nullptr;
  Expr* annotation = nullptr;
  Expr* value = nullptr;
  int simple = 0;  // 1: a bare name without parentheses
};
struct For : Stmt {
  KAA_AST_NODE(Stmt, For)
  Expr* target = nullptr;
  Expr* iter = nullptr;
  Seq<Stmt*> body;
  Seq<Stmt*> orelse;
  std::string_view type_comment;
};
struct AsyncFor : For {
  KAA_AST_NODE(Stmt, AsyncFor)
};
struct While : Stmt {
  KAA_AST_NODE(Stmt, While)
  Expr* test = nullptr;
  Seq<Stmt*> body;
  Seq<Stmt*> orelse;
};
struct If : Stmt {
  KAA_AST_NODE(Stmt, If)
  Expr* test = nullptr;
  Seq<Stmt*> body;
  Seq<Stmt*> orelse;  // an elif is one If in here
};
struct With : Stmt {
  KAA_AST_NODE(Stmt, With)
  Seq<WithItem*> items;
  Seq<Stmt*> body;
  std::string_view type_comment;
};
struct AsyncWith : With {
  KAA_AST_NODE(Stmt, AsyncWith)
};
struct Match : Stmt {
  KAA_AST_NODE(Stmt, Match)
  Expr* subject = nullptr;
  Seq<MatchCase*> cases;
};
struct Raise : Stmt {
  KAA_AST_NODE(Stmt, Raise)
  Expr* exc = nullptr;
  Expr* cause = nullptr;
};
struct Try : Stmt {
  KAA_AST_NODE(Stmt, Try)
  Seq<Stmt*> body;
  Seq<ExceptHandler*> handlers;
  Seq<Stmt*> orelse;
  Seq<Stmt*> finalbody;
};
struct TryStar : Try {
  KAA_AST_NODE(Stmt, TryStar)
};
struct Assert : Stmt {
  KAA_AST_NODE(Stmt, Assert)
  Expr* test = nullptr;
  Expr* msg = nullptr;
};
struct Import : Stmt {
  KAA_AST_NODE(Stmt, Import)
  Seq<Alias*> names;
};
struct ImportFrom : Stmt {
  KAA_AST_NODE(Stmt, ImportFrom)
  Name* module = nullptr;  // dotted; null for `from . import x`
  Seq<Alias*> names;
  int32_t level = 0;  // the number of leading dots
};
struct Global : Stmt {
  KAA_AST_NODE(Stmt, Global)
  Seq<Name*> names;
};
struct Nonlocal : Stmt {
  KAA_AST_NODE(Stmt, Nonlocal)
  Seq<Name*> names;
};
struct ExprStmt : Stmt {
  KAA_AST_NODE(Stmt, Expr)
  ast::Expr* value = nullptr;
};
struct Pass : Stmt {
  KAA_AST_NODE(Stmt, Pass)
};
struct Break : Stmt {
  KAA_AST_NODE(Stmt, Break)
};
struct Continue : Stmt {
  KAA_AST_NODE(Stmt, Continue)
};

// ---- expressions --------------------------------------------------------------------------------------------------

struct BoolOp : Expr {
  KAA_AST_NODE(Expr, BoolOp)
  BoolOperator op = BoolOperator::And;
  Seq<Expr*> values;
};
struct NamedExpr : Expr {
  KAA_AST_NODE(Expr, NamedExpr)
  Expr* target = nullptr;
  Expr* value = nullptr;
};
struct BinOp : Expr {
  KAA_AST_NODE(Expr, BinOp)
  Expr* left = nullptr;
  Operator op = Operator::Add;
  Expr* right = nullptr;
};
struct UnaryOp : Expr {
  KAA_AST_NODE(Expr, UnaryOp)
  UnaryOperator op = UnaryOperator::Not;
  Expr* operand = nullptr;
};
struct Lambda : Expr {
  KAA_AST_NODE(Expr, Lambda)
  Arguments* args = nullptr;
  Expr* body = nullptr;
};
struct IfExp : Expr {
  KAA_AST_NODE(Expr, IfExp)
  Expr* test = nullptr;
  Expr* body = nullptr;
  Expr* orelse = nullptr;
};
// `**value` has a null key.
struct Dict : Expr {
  KAA_AST_NODE(Expr, Dict)
  Seq<Expr*> keys;
  Seq<Expr*> values;
};
struct Set : Expr {
  KAA_AST_NODE(Expr, Set)
  Seq<Expr*> elts;
};
struct ListComp : Expr {
  KAA_AST_NODE(Expr, ListComp)
  Expr* elt = nullptr;
  Seq<Comprehension*> generators;
};
struct SetComp : Expr {
  KAA_AST_NODE(Expr, SetComp)
  Expr* elt = nullptr;
  Seq<Comprehension*> generators;
};
struct DictComp : Expr {
  KAA_AST_NODE(Expr, DictComp)
  Expr* key = nullptr;
  Expr* value = nullptr;
  Seq<Comprehension*> generators;
};
struct GeneratorExp : Expr {
  KAA_AST_NODE(Expr, GeneratorExp)
  Expr* elt = nullptr;
  Seq<Comprehension*> generators;
};
struct Await : Expr {
  KAA_AST_NODE(Expr, Await)
  Expr* value = nullptr;
};
struct Yield : Expr {
  KAA_AST_NODE(Expr, Yield)
  Expr* value = nullptr;
};
struct YieldFrom : Expr {
  KAA_AST_NODE(Expr, YieldFrom)
  Expr* value = nullptr;
};
struct Compare : Expr {
  KAA_AST_NODE(Expr, Compare)
  Expr* left = nullptr;
  Seq<CmpOp> ops;
  Seq<Expr*> comparators;
};
struct Call : Expr {
  KAA_AST_NODE(Expr, Call)
  Expr* func = nullptr;
  Seq<Expr*> args;
  Seq<Keyword*> keywords;
};
struct FormattedValue : Expr {
  KAA_AST_NODE(Expr, FormattedValue)
  Expr* value = nullptr;
  int32_t conversion = -1;      // -1, 's', 'r' or 'a'
  Expr* format_spec = nullptr;  // a JoinedStr
};
struct Interpolation : Expr {
  KAA_AST_NODE(Expr, Interpolation)
  Expr* value = nullptr;
  ConstantValue str;  // the expression's source text (a Str)
  int32_t conversion = -1;
  Expr* format_spec = nullptr;
};
struct JoinedStr : Expr {
  KAA_AST_NODE(Expr, JoinedStr)
  Seq<Expr*> values;
};
struct TemplateStr : Expr {
  KAA_AST_NODE(Expr, TemplateStr)
  Seq<Expr*> values;
};
struct Constant : Expr {
  KAA_AST_NODE(Expr, Constant)
  ConstantValue value;
  Name* kind_ = nullptr;  // "u" for u'...'
};
struct Attribute : Expr {
  KAA_AST_NODE(Expr, Attribute)
  Expr* value = nullptr;
  Name* attr = nullptr;
  ExprContext ctx = ExprContext::Load;
};
struct Subscript : Expr {
  KAA_AST_NODE(Expr, Subscript)
  Expr* value = nullptr;
  Expr* slice = nullptr;
  ExprContext ctx = ExprContext::Load;
};
struct Starred : Expr {
  KAA_AST_NODE(Expr, Starred)
  Expr* value = nullptr;
  ExprContext ctx = ExprContext::Load;
};
struct NameExpr : Expr {
  KAA_AST_NODE(Expr, Name)
  Name* id = nullptr;
  ExprContext ctx = ExprContext::Load;
};
struct List : Expr {
  KAA_AST_NODE(Expr, List)
  Seq<Expr*> elts;
  ExprContext ctx = ExprContext::Load;
};
struct Tuple : Expr {
  KAA_AST_NODE(Expr, Tuple)
  Seq<Expr*> elts;
  ExprContext ctx = ExprContext::Load;
};
struct Slice : Expr {
  KAA_AST_NODE(Expr, Slice)
  Expr* lower = nullptr;
  Expr* upper = nullptr;
  Expr* step = nullptr;
};

// ---- patterns -----------------------------------------------------------------------------------------------------

struct MatchValue : Pattern {
  KAA_AST_NODE(Pattern, MatchValue)
  Expr* value = nullptr;
};
struct MatchSingleton : Pattern {
  KAA_AST_NODE(Pattern, MatchSingleton)
  ConstantValue value;  // None, True or False
};
struct MatchSequence : Pattern {
  KAA_AST_NODE(Pattern, MatchSequence)
  Seq<Pattern*> patterns;
};
struct MatchMapping : Pattern {
  KAA_AST_NODE(Pattern, MatchMapping)
  Seq<Expr*> keys;
  Seq<Pattern*> patterns;
  Name* rest = nullptr;
};
struct MatchClass : Pattern {
  KAA_AST_NODE(Pattern, MatchClass)
  Expr* cls = nullptr;
  Seq<Pattern*> patterns;
  Seq<Name*> kwd_attrs;
  Seq<Pattern*> kwd_patterns;
};
struct MatchStar : Pattern {
  KAA_AST_NODE(Pattern, MatchStar)
  Name* name = nullptr;  // null: `*_`
};
struct MatchAs : Pattern {
  KAA_AST_NODE(Pattern, MatchAs)
  Pattern* pattern = nullptr;
  Name* name = nullptr;  // both null: `_`
};
struct MatchOr : Pattern {
  KAA_AST_NODE(Pattern, MatchOr)
  Seq<Pattern*> patterns;
};

// ---- type parameters ----------------------------------------------------------------------------------------------

struct TypeVar : TypeParam {
  KAA_AST_NODE(TypeParam, TypeVar)
  Expr* bound = nullptr;
};
struct ParamSpec : TypeParam {
  KAA_AST_NODE(TypeParam, ParamSpec)
};
struct TypeVarTuple : TypeParam {
  KAA_AST_NODE(TypeParam, TypeVarTuple)
};

#undef KAA_AST_NODE

// ---- the owner ----------------------------------------------------------------------------------------------------

// Makes `out` the NFKC form of `text` (valid UTF-8); false when it cannot. It is unicode::nfkc_utf8, and null only for
// programs that want identifiers as they are written.
using NfkcHook = bool (*)(std::string_view text, std::string& out);
extern NfkcHook nfkc_hook;

// Owns a tree: the arena and the table of identifiers. Must outlive every node.
class Ast {
 public:
  Ast() = default;
  Ast(const Ast&) = delete;
  Ast& operator=(const Ast&) = delete;
  ~Ast();

  Arena arena;

  // The identifier with this text, which must be normalised already.
  Name* intern(std::string_view text);
  // The same for source text: normalises when it is not ASCII.
  Name* intern_normalised(std::string_view text);

  template <class T>
  T* make(const Loc& loc) {
    T* node = arena.make<T>();
    node->kind = T::kKind;
    node->loc = loc;
    return node;
  }
  template <class T>
  Seq<T> copy_seq(const T* data, size_t size) {
    Seq<T> seq;
    if (size) {
      seq.data = arena.array<T>(size);
      seq.size = (uint32_t)size;
      for (size_t i = 0; i < size; i++) seq.data[i] = data[i];
    }
    return seq;
  }

 private:
  void grow();
  Name** table_ = nullptr;  // open addressing, a power of two in size
  uint32_t capacity_ = 0;
  uint32_t count_ = 0;
};

// Where the operand stands that is evaluated first, when the node may be one of a long chain (`a + b + c`, `a.b.c()[d]`), else null:
// passes walk such chains in a loop, not by recursion.
Expr** first_operand(Expr* expr);
inline const Expr* first_operand(const Expr* expr) {
  Expr** place = first_operand(const_cast<Expr*>(expr));
  return place ? *place : nullptr;
}

// Exactly the text of `ast.dump(tree, include_attributes=attributes)` of CPython 3.14.
std::string dump(const Mod* mod, bool attributes);

}  // namespace kaa::ast
