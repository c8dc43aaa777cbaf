// Scope analysis: symbol tables as CPython 3.14's `symtable` has them, errors with their positions, the lists of code
// objects, deep trees. The expected texts were taken from CPython.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/future.h"
#include "compiler/scope.h"
#include "parser/parser.h"

namespace kaa::compiler {
namespace {

struct Analysis {
  ast::Ast ast;
  ScopeTable table;
  ast::Mod* mod = nullptr;
  CompileError error;
  bool ok = false;

  explicit Analysis(std::string_view source, ScopeOptions options = {}) {
    parser::ParseResult result = parser::parse(ast, source);
    mod = result.mod;
    if (!mod) {
      error.message = "parser: " + result.error.message;
      return;
    }
    FutureFeatures future;
    if (!scan_future(mod, &future, &error)) return;
    options.future_annotations = future.flags & kFutureAnnotations;
    options.future_loc = future.loc;
    ok = table.build(ast, mod, options);
    if (!ok) error = table.error();
  }

  // The scope with this name, the last one in the order of creation.
  const Scope* scope(std::string_view name) const {
    const Scope* found = nullptr;
    for (const Scope* scope : table.scopes()) {
      if (scope->name->text() == name) found = scope;
    }
    return found;
  }
};

std::string names(const std::vector<ast::Name*>& list) {
  std::string out;
  for (const ast::Name* name : list) {
    if (!out.empty()) out += ' ';
    out.append(name->text());
  }
  return out;
}

// "message line offset end_line end_offset" as in the SyntaxError, or "" when there is none.
std::string error_of(std::string_view source) {
  Analysis analysis(source);
  if (analysis.ok) return "";
  const ast::Loc& loc = analysis.error.loc;
  return analysis.error.message + " " + std::to_string(loc.lineno) + " " + std::to_string(loc.col_offset + 1) + " " +
         std::to_string(loc.end_lineno) + " " + std::to_string(loc.end_col_offset + 1);
}

std::string table_of(std::string_view source) {
  Analysis analysis(source);
  return analysis.ok ? dump(analysis.table) : analysis.error.message;
}

TEST(Scope, Closure) {
  EXPECT_EQ(table_of("def f(a):\n b = 1\n def g():\n  nonlocal b\n  b = a + c\n"),
            "top type=2 line=0 nested=0 params=\n"
            "  f 4098\n"
            " __annotate__ type=3 line=1 nested=0 params=.format\n"
            "   .format 4116\n"
            " f type=0 line=1 nested=0 params=a\n"
            "   a 20484\n"
            "   b 20482\n"
            "   g 4098\n"
            "  __annotate__ type=3 line=3 nested=1 params=.format\n"
            "    .format 4116\n"
            "  g type=0 line=3 nested=1 params=\n"
            "    a 16400\n"
            "    b 16394\n"
            "    c 12304\n");
}

TEST(Scope, GenericsInClass) {
  EXPECT_EQ(table_of("class A:\n type X[T:int=str] = T\n"),
            "top type=2 line=0 nested=0 params=\n"
            "  A 4098\n"
            " A type=1 line=1 nested=0 params=\n"
            "   X 4098\n"
            "  X type=5 line=2 nested=0 params=\n"
            "    T 21506\n"
            "    __classdict__ 16464\n"
            "   T type=6 line=2 nested=1 params=.format\n"
            "     .format 4116\n"
            "     __classdict__ 16400\n"
            "     int 12304\n"
            "   T type=6 line=2 nested=1 params=.format\n"
            "     .format 4116\n"
            "     __classdict__ 16400\n"
            "     str 12304\n"
            "   X type=4 line=2 nested=1 params=.format\n"
            "     .format 4116\n"
            "     T 16400\n"
            "     __classdict__ 16400\n");
}

TEST(Scope, InlinedComprehensions) {
  Analysis a("def f(y, z):\n [(lambda: z + x) for x in y]\n return list(x for x in y)\n");
  ASSERT_TRUE(a.ok) << a.error.message;
  const Scope* comprehension = a.scope("listcomp");
  EXPECT_TRUE(comprehension->comp_inlined);
  EXPECT_EQ(comprehension->parent, a.scope("f"));
  EXPECT_FALSE(a.scope("genexpr")->comp_inlined);
  EXPECT_TRUE(a.scope("genexpr")->generator);
  const Scope* f = a.scope("f");
  ASSERT_EQ(f->children.size(), 2u);  // the lambda took the comprehension's place
  EXPECT_EQ(f->children[0], a.scope("lambda"));
  EXPECT_EQ(names(f->cells()), "z x");
  EXPECT_EQ(names(a.scope("lambda")->frees()), "x z");
  EXPECT_EQ(a.table.find(comprehension->node), comprehension);
}

TEST(Scope, OrderOfLocals) {
  Analysis a(
      "def f():\n"
      "    a = (b := 1)\n"
      "    try: c=1\n"
      "    except d as e: f=1\n"
      "    else: g=1\n"
      "    finally: h=1\n"
      "    for i in (j:=[]): pass\n"
      "    z:int\n"
      "    def k(q=(w:=1)): pass\n"
      "    q = [x for x in y if (p:=x)]\n");
  ASSERT_TRUE(a.ok) << a.error.message;
  EXPECT_EQ(names(a.table.top()->children[1]->locals()), "b a c g e f h j i w k x p q");
}

TEST(Scope, ClassCells) {
  Analysis a("class A:\n x: int\n if x:\n  y: int\n def f(self): super()\n");
  ASSERT_TRUE(a.ok) << a.error.message;
  const Scope* cls = a.scope("A");
  EXPECT_TRUE(cls->needs_class_closure && cls->needs_classdict && cls->has_conditional_annotations);
  EXPECT_EQ(names(cls->cells()), "__class__ __classdict__ __conditional_annotations__");
  ASSERT_NE(cls->annotation_scope, nullptr);
  EXPECT_EQ(a.table.find(cls->node, ScopePart::Annotations), cls->annotation_scope);
  EXPECT_EQ(names(cls->annotation_scope->frees()), "__classdict__ __conditional_annotations__");
  EXPECT_TRUE(a.scope("f")->method);
}

TEST(Scope, Mangling) {
  Analysis a("class _A:\n def f(self):\n  __x = 1\n  __y__ = self.__z\nclass __:\n __q = 1\n");
  ASSERT_TRUE(a.ok) << a.error.message;
  EXPECT_EQ(names(a.scope("f")->locals()), "self _A__x __y__");
  EXPECT_EQ(mangle_in(a.ast, a.scope("f"), a.ast.intern("__z"))->text(), "_A__z");
  EXPECT_NE(a.scope("__")->lookup(a.ast.intern("__q")), nullptr);
  Analysis generic("class A[__T](__B): __x: __T\n");
  ASSERT_TRUE(generic.ok);
  const Scope* params = generic.table.find(generic.scope("A")->node, ScopePart::TypeParams);
  ASSERT_NE(params, nullptr);
  EXPECT_NE(params->lookup(generic.ast.intern("_A__T")), nullptr);
  EXPECT_NE(params->lookup(generic.ast.intern("__B")), nullptr);  // only type parameters are mangled here
}

TEST(Scope, Errors) {
  EXPECT_EQ(error_of("def f(a):\n global a"), "name 'a' is parameter and global 2 2 2 10");
  EXPECT_EQ(error_of("nonlocal x"), "nonlocal declaration not allowed at module level 1 1 1 11");
  EXPECT_EQ(error_of("def f():\n nonlocal x"), "no binding for nonlocal 'x' found 2 2 2 12");
  EXPECT_EQ(error_of("def f():\n print(x)\n global x"), "name 'x' is used prior to global declaration 3 2 3 10");
  EXPECT_EQ(error_of("def f(a,a):pass"), "duplicate argument 'a' in function definition 1 9 1 10");
  EXPECT_EQ(error_of("def f[T,T](a):pass"), "duplicate type parameter 'T' 1 9 1 10");
  EXPECT_EQ(error_of("class A[__classdict__]: pass"), "reserved name '__classdict__' cannot be used for type parameter 1 9 1 22");
  EXPECT_EQ(error_of("x: (yield)"), "yield expression cannot be used within an annotation 1 5 1 10");
  EXPECT_EQ(error_of("from __future__ import foo"), "future feature foo is not defined 1 24 1 27");
  EXPECT_EQ(error_of("import a; from __future__ import annotations"),
            "from __future__ imports must occur at the beginning of the file 1 11 1 45");
  EXPECT_EQ(error_of("def f():\n from __future__ import annotations"),
            "from __future__ imports must occur at the beginning of the file 2 2 2 36");
}

TEST(Scope, ErrorTexts) {
  struct Case {
    const char* source;
    const char* message;
  };
  static const Case kCases[] = {
      {"[i := 0 for i in range(5)]", "assignment expression cannot rebind comprehension iteration variable 'i'"},
      {"[[(i := 0) for j in range(5)] for i in range(5)]",
       "assignment expression cannot rebind comprehension iteration variable 'i'"},
      {"[(j := 0) for i in a for j in b]", "assignment expression cannot rebind comprehension iteration variable 'j'"},
      {"[a for i in b if (j := i) for j in c]", "comprehension inner loop cannot rebind assignment expression target 'j'"},
      {"[i for i in (j := range(5))]", "assignment expression cannot be used in a comprehension iterable expression"},
      {"class A:\n [(i := 1) for x in y]",
       "assignment expression within a comprehension cannot be used in a class body"},
      {"def f():\n [(yield x) for x in y]", "'yield' inside list comprehension"},
      {"def f():\n ((yield x) for x in y)", "'yield' inside generator expression"},
      {"def f[T: (yield)](): pass", "yield expression cannot be used within a TypeVar bound"},
      {"def f[**T = (x := 1)](): pass", "named expression cannot be used within a ParamSpec default"},
      {"type X = (yield)", "yield expression cannot be used within a type alias"},
      {"class A[T]((x := 1)): pass", "named expression cannot be used within the definition of a generic"},
      {"await x", "'await' outside function"},
      {"def f():\n await x", "'await' outside async function"},
      {"def f():\n [x async for x in y]", "asynchronous comprehension outside of an asynchronous function"},
      {"def f():\n async with x: pass", "'async with' outside async function"},
      {"def f():\n from x import *", "import * only allowed at module level"},
      {"def f[T]():\n nonlocal T", "nonlocal binding not allowed for type parameter 'T'"},
      {"f(__debug__=1)", "cannot assign to __debug__"},
      {"del x.__debug__", "cannot delete __debug__"},
      {"def f():\n x = 1\n def g():\n  global x\n  nonlocal x", "name 'x' is nonlocal and global"},
      {"def f():\n global x\n x: int", "annotated name 'x' can't be global"},
  };
  for (const Case& test : kCases) {
    Analysis a(test.source);
    EXPECT_FALSE(a.ok) << test.source;
    EXPECT_EQ(a.error.message, test.message) << test.source;
    EXPECT_GT(a.error.loc.lineno, 0) << test.source;
  }
}

TEST(Scope, TopLevelAwait) {
  ScopeOptions options;
  options.allow_top_level_await = true;
  Analysis a("await x\nasync with y: pass\n[z async for z in y]\n", options);
  EXPECT_TRUE(a.ok) << a.error.message;
  EXPECT_TRUE(a.table.top()->coroutine);
}

// Long chains must not use native stack; nested nodes are counted.
TEST(Scope, DeepTrees) {
  ast::Ast ast;
  ast::Expr* chain = nullptr;
  for (int i = 0; i < 200000; i++) {
    ast::NameExpr* name = ast.make<ast::NameExpr>({1, 0, 1, 1});
    name->id = ast.intern("a");
    if (!chain) {
      chain = name;
    } else if (i % 2) {
      ast::BinOp* op = ast.make<ast::BinOp>({1, 0, 1, 1});
      op->left = chain;
      op->right = name;
      chain = op;
    } else {
      ast::Attribute* attribute = ast.make<ast::Attribute>({1, 0, 1, 1});
      attribute->value = chain;
      attribute->attr = name->id;
      chain = attribute;
    }
  }
  ast::Expression mod;
  mod.kind = ast::ModKind::Expression;
  mod.body = chain;
  ScopeTable table;
  EXPECT_TRUE(table.build(ast, &mod));
  for (int i = 0; i < 20000; i++) {
    ast::BinOp* op = ast.make<ast::BinOp>({1, 0, 1, 1});
    ast::NameExpr* name = ast.make<ast::NameExpr>({1, 0, 1, 1});
    name->id = ast.intern("a");
    op->left = name;
    op->right = mod.body;
    mod.body = op;
  }
  ScopeTable deep;
  EXPECT_FALSE(deep.build(ast, &mod));
  EXPECT_EQ(deep.error().kind, CompileErrorKind::RecursionError);
  EXPECT_EQ(deep.error().message, "maximum recursion depth exceeded during compilation");
}

// For tests/compiler/compare_symtable.py: analyses the files listed in $KAA_SCOPE_FILES (one a line), writes FILE.scopes.
TEST(Scope, DumpFiles) {
  const char* list = getenv("KAA_SCOPE_FILES");
  if (!list) GTEST_SKIP() << "KAA_SCOPE_FILES is not set";
  auto slurp = [](const std::string& path) {
    std::string text;
    FILE* file = fopen(path.c_str(), "rb");
    if (!file) return text;
    char buffer[65536];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
    fclose(file);
    return text;
  };
  std::string paths = slurp(list);
  for (size_t at = 0; at < paths.size();) {
    size_t end = paths.find('\n', at);
    if (end == std::string::npos) end = paths.size();
    std::string path = paths.substr(at, end - at);
    at = end + 1;
    std::string source = slurp(path);
    Analysis analysis(source);
    std::string out = analysis.ok ? dump(analysis.table) : "ERR " + error_of(source) + "\n";
    FILE* file = fopen((path + ".scopes").c_str(), "wb");
    ASSERT_NE(file, nullptr) << path;
    fwrite(out.data(), 1, out.size(), file);
    fclose(file);
  }
}

}  // namespace
}  // namespace kaa::compiler
