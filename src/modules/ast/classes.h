// The classes of `_ast`, made from the table defs/ast.def, and a way to walk the fields of the parser's structs by it.
#pragma once
#include "parser/ast.h"
#include "runtime/api.h"

namespace kaa::pyast {

enum Class : uint16_t {
  C_AST,
#define SUM(name, attrs) C_##name,
#define NODE(sum, st, name, fields) C_##name,
#define ENUM(sum, en, name) C_##name,
#define PRODUCT(st, name, attrs, fields) C_##name,
#include "defs/ast.def"
  kClassCount
};

enum class Count : uint8_t { k1, kOpt, kSeq, kSeqOpt };
enum class Attrs : uint8_t { kNoAttrs, kLoc, kFullLoc };
enum class Sort : uint8_t { kBase, kSum, kNode, kEnum, kProduct };

struct Field {
  const char* name;
  const char* type;   // in the grammar: "expr", "identifier", ...
  Count count;
  Str* key;           // interned name
};
struct ClassInfo {
  const char* name;
  Class base;
  Sort sort;
  Attrs attrs;
  ::kaa::Rows<Field> fields;
  Type* type;         // immortal
  Object* instance;   // of an enumeration's value: its one object, immortal
};
extern ClassInfo g_classes[kClassCount];
Status make_classes(Thread& t);  // once; before anything else here is used
extern Str* g_attribute_keys[4]; // lineno, col_offset, end_lineno, end_col_offset

// walk(tag, node, fields, v) calls v(field, member) -> Status for each field in order.
template <Class C> struct Tag {};
#define FIELDS_OF(st, name, body)                                                         \
  template <class V>                                                                     \
  Status walk(Tag<C_##name>, ast::st* n, V&& v) {                                         \
    [[maybe_unused]] const Field* f = g_classes[C_##name].fields.data;                    \
    body return {};                                                                       \
  }
#define F(member, type, count) TRY(v(*f++, n->member));
#define G(member, text, type, count) TRY(v(*f++, n->member));
#define SUM(name, attrs)
#define NODE(sum, st, name, fields) FIELDS_OF(st, name, fields)
#define ENUM(sum, en, name)
#define PRODUCT(st, name, attrs, fields) FIELDS_OF(st, name, fields)
#include "defs/ast.def"
#undef F
#undef G
#undef FIELDS_OF

// The class of an object that must be a case of the sum (subclasses included), or C_AST: none.
Class case_of(Class sum, Value o);

// The constant as an object.
Result<Value> constant_object(Thread& t, const ast::ConstantValue& c);
// An object as a constant; other types become ConstKind::Object, which validate() refuses.
Status constant_from(Thread& t, ast::Ast& a, Value v, ast::ConstantValue& out);

Result<Value> to_object(Thread& t, ast::Mod* mod);
Status from_object(Thread& t, ast::Ast& a, Value tree, ast::Mod*& out);
// What the parser guarantees and a tree made by hand may lack: ValueError, TypeError.
Status validate(Thread& t, const ast::Mod* mod);

extern const TypeSpec ast_spec;

}  // namespace kaa::pyast
