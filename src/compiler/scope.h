// Scope analysis: which names each block of a syntax tree binds and uses, and where every name lives.
//
// The model is CPython 3.14's symbol table, so that the `symtable` module can be built on it: one Scope for each module,
// function, lambda, class, comprehension, and for the hidden blocks of PEP 649 and PEP 695 (annotations, type parameters,
// bounds and defaults of type variables, values of type aliases). The analysis has two passes: the first walks the tree
// and collects what each block does with each name, the second goes over the scopes and resolves every name to a
// NameClass, makes cells and free variables, and inlines comprehensions (PEP 709).
//
// The code generator finds the Scope of a node with ScopeTable::find(node, part). Names are compared as interned pointers,
// *after* mangling: use mangle() on every identifier of the source before it is looked up here (Scope::lookup does not).
//
// Run this after the tree was preprocessed (fold.h): removed docstrings and the order of the passes are visible.
#pragma once

#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast.h"

namespace kaa::compiler {

enum class CompileErrorKind : uint8_t { None, SyntaxError, RecursionError, RuntimeError };

// An error of a compiler pass. SyntaxError: the exception's lineno is loc.lineno, its offset loc.col_offset + 1 (bytes, as
// CPython has it here), the ends likewise; the caller adds the file name and the text of the line.
// loc.lineno == 0: no location.
struct CompileError {
  CompileErrorKind kind = CompileErrorKind::None;
  std::string message;
  ast::Loc loc;
  bool plain_args = false;  // of scopes and future imports: the exception's `args` are the message only, its place stands in attributes
  explicit operator bool() const { return kind != CompileErrorKind::None; }
};

// The numbers are CPython's, as `_symtable` has them (TYPE_FUNCTION ... TYPE_TYPE_PARAMETERS).
enum class ScopeType : uint8_t {
  Function = 0,  // also lambdas and comprehensions
  Class = 1,
  Module = 2,
  Annotation = 3,
  TypeAlias = 4,
  TypeParameters = 5,
  TypeVariable = 6,
};

enum class ComprehensionKind : uint8_t { None = 0, List = 1, Dict = 2, Set = 3, Generator = 4 };

// Where a name lives. The numbers are CPython's (LOCAL ... CELL).
enum class NameClass : uint8_t { Unknown = 0, Local = 1, GlobalExplicit = 2, GlobalImplicit = 3, Free = 4, Cell = 5 };

// What a block does with a name; CPython's DEF_* bits.
enum SymbolFlags : uint32_t {
  kDefGlobal = 1,           // `global x`
  kDefLocal = 2,            // assigned in the block
  kDefParam = 4,            // a parameter
  kDefNonlocal = 8,         // `nonlocal x`
  kUse = 16,                // read
  kDefFreeClass = 64,       // free in a method, and bound in the class: the class body has to pass it through
  kDefImport = 128,         // bound by an import
  kDefAnnotation = 256,     // annotated
  kDefCompIter = 512,       // an iteration variable of a comprehension
  kDefTypeParam = 1024,     // a type parameter
  kDefCompCell = 2048,      // in a function: a cell of a comprehension that was inlined here
  kDefBound = kDefLocal | kDefParam | kDefImport,  // type parameters have kDefLocal as well
};
constexpr int kNameClassShift = 12;  // _symtable.SCOPE_OFF

struct Symbol {
  ast::Name* name = nullptr;  // mangled
  uint32_t flags = 0;         // SymbolFlags
  NameClass name_class = NameClass::Unknown;
  // What `_symtable` shows for the name.
  uint32_t packed() const { return flags | (uint32_t)name_class << kNameClassShift; }
};

// Several scopes can belong to one node; this tells them apart.
enum class ScopePart : uint8_t {
  Body = 0,         // Mod, FunctionDef, ClassDef, Lambda, the comprehensions; TypeAlias: its value; TypeVar: its bound
  TypeParams = 1,   // FunctionDef, ClassDef, TypeAlias: around the Body when there are type parameters
  Annotations = 2,  // FunctionDef: __annotate__ of its signature; Mod, ClassDef: __annotate__ of the body's variables
  Default = 3,      // TypeVar, ParamSpec, TypeVarTuple: the default's value
  Unregistered = 4, // annotations of a function's local variables: never evaluated, not found by find()
};

// The symbols of one block in the order of their first appearance, found by name; linear while small, then hashed.
class SymbolMap {
 public:
  // Null when the name is not there. The pointer is good until the next insertion.
  Symbol* find(const ast::Name* name);
  const Symbol* find(const ast::Name* name) const { return const_cast<SymbolMap*>(this)->find(name); }
  // The entry of `name`, made with no flags when missing.
  Symbol& get(ast::Name* name);
  void erase(const ast::Name* name);
  size_t size() const { return items_.size(); }
  Symbol* begin() { return items_.data(); }
  Symbol* end() { return items_.data() + items_.size(); }
  const Symbol* begin() const { return items_.data(); }
  const Symbol* end() const { return items_.data() + items_.size(); }

 private:
  void rehash();
  std::vector<Symbol> items_;
  std::vector<uint32_t> table_;  // index + 1, or 0; a power of two in size
};

// Where a name was declared global or nonlocal, for the messages of the second pass.
struct Directive {
  ast::Name* name;  // mangled
  ast::Loc loc;
};

class ScopeTable;

struct Scope {
  ScopeType type = ScopeType::Module;
  ScopePart part = ScopePart::Body;
  ComprehensionKind comprehension = ComprehensionKind::None;
  const void* node = nullptr;  // the node passed to find()
  ast::Name* name = nullptr;   // "top", the function's or class's name, "lambda", "listcomp", "genexpr", "__annotate__", ...
                               // (these are symtable's names; code objects are named "<lambda>", "<module>", ...)
  Scope* parent = nullptr;     // the enclosing block, null for the module; not changed by inlining
  ast::Loc loc;                // of the node; all zero for the module
  SymbolMap symbols;
  // Parameters in the order of co_varnames: positional-only, positional, keyword-only, *args, **kwargs, mangled. For
  // comprehensions that are functions: ".0". Annotation and type scopes with a format parameter: ".format".
  std::vector<ast::Name*> params;
  // Child blocks in order of their appearance, as symtable shows them: those of an inlined comprehension stand in its place.
  std::vector<Scope*> children;
  const char* scope_info = nullptr;  // for messages: "a TypeVar bound", ...
  ast::Name* private_name = nullptr;  // the class name that mangles identifiers of this block, or null
  // Not null inside the type parameters of a class: the only names that are mangled there. Owned by the table.
  std::vector<ast::Name*>* mangled_names = nullptr;
  std::vector<Directive> directives;

  bool nested = false;              // inside a function-like block
  bool generator = false;           // has a yield
  bool coroutine = false;           // async def, or has an await or an async comprehension
  bool varargs = false;
  bool varkeywords = false;
  bool returns_value = false;       // `return` with an expression
  bool has_docstring = false;
  bool method = false;              // a function directly in a class body (CPython: not when type parameters are between)
  bool needs_class_closure = false;     // class: methods refer to __class__; the body makes a cell of that name
  bool needs_classdict = false;         // class: a cell __classdict__ with the namespace is needed
  bool has_conditional_annotations = false;  // class: annotations in conditional code; module: any annotation. Uses __conditional_annotations__
  bool annotations_used = false;        // some annotation is evaluated here: an __annotate__ has to be made
  bool can_see_class_scope = false;     // annotation and type scopes directly in a class: names are looked up in __classdict__ first
  bool comp_inlined = false;            // comprehension: compiled as part of the parent
  bool in_conditional_block = false;    // pass 1 only
  bool in_unevaluated_annotation = false;  // pass 1 only
  bool comp_iter_target = false;        // pass 1 only
  int comp_iter_expr = 0;               // pass 1 only

  // References in the order of the generated code: a Name, or a Scope with bit 0 set (a comprehension, see locals()).
  std::vector<uintptr_t> references;
  Scope* annotation_scope = nullptr;    // module, class: the scope (node, Annotations), null when there are no annotations
  const ScopeTable* table = nullptr;
  int32_t id = 0;                       // position in ScopeTable::scopes()

  // Functions, lambdas, comprehensions, annotation and type scopes have fast locals.
  bool is_function_like() const { return type != ScopeType::Class && type != ScopeType::Module; }
  bool is_class() const { return type == ScopeType::Class; }
  const Symbol* lookup(const ast::Name* mangled) const { return symbols.find(mangled); }
  // Unknown when the block does not mention the name.
  NameClass class_of(const ast::Name* mangled) const {
    const Symbol* symbol = symbols.find(mangled);
    return symbol ? symbol->name_class : NameClass::Unknown;
  }

  // The three lists of a code object.
  //   locals     function-like scopes: the parameters, then the other names of class Local in the order in which the code
  //              refers to them first, those of inlined comprehensions included (a parameter that is a cell is in here
  //              as well); a local that is annotated only is not there. Classes and modules: the locals of inlined
  //              comprehensions, which CPython hides from the namespace.
  //   cells      names of class Cell (and kDefCompCell ones) in the order of co_cellvars: those that are locals() as
  //              well, then the others sorted by text; for a class or module then __class__, __classdict__ and __conditional_annotations__
  //              where needed, in this order
  //   frees      names of class Free (and, in classes, kDefFreeClass), sorted
  std::vector<ast::Name*> locals() const;
  std::vector<ast::Name*> cells() const;
  std::vector<ast::Name*> frees() const;
};

struct ScopeOptions {
  bool future_annotations = false;     // from __future__ import annotations, here or inherited
  bool allow_top_level_await = false;  // PyCF_ALLOW_TOP_LEVEL_AWAIT
  ast::Loc future_loc = {-1, -1, -1, -1};  // of the last `from __future__ import` (future.h); later ones are errors
  int recursion_limit = 5000;          // nested nodes before RecursionError; about 250 bytes of native stack each
};

class ScopeTable {
 public:
  // Analyses `mod`. False: error() says why, and nothing else may be asked. `ast` owns the tree and gets the mangled names.
  bool build(ast::Ast& ast, const ast::Mod* mod, const ScopeOptions& options = {});
  const CompileError& error() const { return error_; }

  Scope* top() const { return scopes_.empty() ? nullptr : scopes_[0]; }
  // Null when the node opens no such scope. `node` is the address of the node as its own type or its sum type (the same).
  Scope* find(const void* node, ScopePart part = ScopePart::Body) const;
  // All scopes, parents before children, inlined ones included.
  const std::vector<Scope*>& scopes() const { return scopes_; }

  ScopeTable() = default;
  ScopeTable(const ScopeTable&) = delete;
  ~ScopeTable();

 private:
  friend struct Scope;
  friend class ScopeBuilder;
  friend class ScopeResolver;
  std::vector<Scope*> scopes_;
  std::vector<uint32_t> table_;  // open addressing on (node, part): index + 1
  std::vector<std::vector<ast::Name*>*> mangled_sets_;
  ast::Name* special_[3] = {};  // __class__, __classdict__, __conditional_annotations__
  CompileError error_;
};

// The name a class body `class_name` turns `name` into: "__x" becomes "_Class__x" (leading underscores of the class's name
// stripped; names that end in "__", have a dot, or classes of underscores only stay). class_name may be null.
ast::Name* mangle(ast::Ast& ast, ast::Name* class_name, ast::Name* name);
// The name under which `scope` knows `name`: mangled with scope->private_name. In the type parameter scope of a class only
// the type parameters' names are mangled.
ast::Name* mangle_in(ast::Ast& ast, const Scope* scope, ast::Name* name);

// The docstring of a body: its first statement when that is a plain string, else null.
const ast::Constant* docstring_of(const ast::Seq<ast::Stmt*>& body);

// A text dump of the whole table, one line a scope and one a symbol; what tools compare with CPython's `symtable`.
std::string dump(const ScopeTable& table);

}  // namespace kaa::compiler
