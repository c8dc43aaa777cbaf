// Preprocessing, folding of constants, SyntaxWarnings. The expected texts were taken from CPython 3.14.
#include <gtest/gtest.h>

#include "compiler/fold.h"
#include "parser/parser.h"

namespace kaa::compiler {
namespace {

// Without the contexts: they are not what these tests are about.
std::string dump_without_loads(const ast::Mod* mod) {
  std::string text = ast::dump(mod, false);
  std::string_view load = ", ctx=Load()";
  for (size_t at; (at = text.find(load)) != std::string::npos;) text.erase(at, load.size());
  return text;
}

std::string preprocessed(std::string_view source, int optimize) {
  ast::Ast ast;
  ast::Mod* mod = parser::parse(ast, source).mod;
  if (!mod) return "syntax error";
  FoldOptions options;
  options.optimize = optimize;
  CompileError error;
  if (!preprocess(ast, mod, options, nullptr, &error)) return error.message;
  return dump_without_loads(mod);
}

// The dump of `source`, one expression, after folding.
std::string folded(std::string_view source) {
  ast::Ast ast;
  parser::ParseOptions parse_options;
  parse_options.mode = parser::Mode::Eval;
  ast::Mod* mod = parser::parse(ast, source, parse_options).mod;
  if (!mod) return "syntax error";
  CompileError error;
  if (!fold_constants(ast, mod, {}, &error)) return error.message;
  std::string text = dump_without_loads(mod);
  std::string_view head = "Expression(body=";
  return text.substr(head.size(), text.size() - head.size() - 1);
}

// "message line offset end_line end_offset;" for each warning.
std::string warnings_of(std::string_view source, int optimize = 0) {
  ast::Ast ast;
  ast::Mod* mod = parser::parse(ast, source).mod;
  if (!mod) return "syntax error";
  FoldOptions options;
  options.optimize = optimize;
  CompileError error;
  std::vector<CompileWarning> warnings;
  preprocess(ast, mod, options, &warnings, &error);
  collect_warnings(mod, options, &warnings, &error);
  std::string out;
  for (const CompileWarning& warning : warnings) {
    out += warning.message + " " + std::to_string(warning.loc.lineno) + " " + std::to_string(warning.loc.col_offset + 1) +
           " " + std::to_string(warning.loc.end_lineno) + " " + std::to_string(warning.loc.end_col_offset + 1) + ";";
  }
  return out;
}

TEST(Fold, Preprocess) {
  EXPECT_EQ(preprocessed("1+2", 1),
            "Module(body=[Expr(value=BinOp(left=Constant(value=1), op=Add(), right=Constant(value=2)))])");
  EXPECT_EQ(preprocessed("__debug__", 1), "Module(body=[Expr(value=Constant(value=False))])");
  EXPECT_EQ(preprocessed("__debug__", 0), "Module(body=[Expr(value=Constant(value=True))])");
  EXPECT_EQ(preprocessed("'%s %r %5.2s' % (a,b,c)", 1),
            "Module(body=[Expr(value=JoinedStr(values=[FormattedValue(value=Name(id='a'), conversion=115), "
            "Constant(value=' '), FormattedValue(value=Name(id='b'), conversion=114), Constant(value=' '), "
            "FormattedValue(value=Name(id='c'), conversion=115, format_spec=Constant(value='>5.2'))]))])");
  EXPECT_EQ(preprocessed("'%d' % (a,)", 1),
            "Module(body=[Expr(value=BinOp(left=Constant(value='%d'), op=Mod(), "
            "right=Tuple(elts=[Name(id='a')])))])");
  EXPECT_EQ(preprocessed("'a%%b' % ()", 1), "Module(body=[Expr(value=JoinedStr(values=[Constant(value='a%b')]))])");
  EXPECT_EQ(preprocessed("match x:\n case -1: pass\n case 1+2j: pass\n case -1-2j: pass", 1),
            "Module(body=[Match(subject=Name(id='x'), cases=[match_case(pattern=MatchValue(value=Constant("
            "value=-1)), body=[Pass()]), match_case(pattern=MatchValue(value=Constant(value=(1+2j))), body=[Pass()]), "
            "match_case(pattern=MatchValue(value=Constant(value=(-1-2j))), body=[Pass()])])])");
}

TEST(Fold, Docstrings) {
  EXPECT_EQ(preprocessed("def f():\n 'doc'", 2), "Module(body=[FunctionDef(name='f', args=arguments(), body=[Pass()])])");
  // What follows a removed docstring does not become one.
  EXPECT_EQ(preprocessed("class A:\n 'doc'\n 'more'", 2),
            "Module(body=[ClassDef(name='A', body=[Expr(value=JoinedStr(values=[Constant(value='more')]))])])");
  EXPECT_EQ(preprocessed("class A:\n 'doc'", 1),
            "Module(body=[ClassDef(name='A', body=[Expr(value=Constant(value='doc'))])])");
}

TEST(Fold, Constants) {
  struct Case {
    const char* source;
    const char* value;  // null: not folded
  };
  static const Case kCases[] = {
      {"1 + 2 * 3", "7"}, {"-5 // 2", "-3"}, {"-5 % 3", "1"}, {"7 / 2", "3.5"}, {"2 ** 64 - 1", "18446744073709551615"},
      {"1 << 100", "1267650600228229401496703205376"}, {"-(2 ** 63)", "-9223372036854775808"}, {"2 ** -1", "0.5"},
      {"0xff & ~0x0f", "240"}, {"True + True", "2"}, {"True | False", "True"}, {"not 0", "True"}, {"-0.0", "-0.0"},
      {"-7.5 // 2", "-4.0"}, {"-7.5 % 2", "0.5"}, {"1 - 2j", "(1-2j)"}, {"0 - 0j", "-0j"}, {"2 * 3j", "6j"},
      {"'a' + 'b' * 3", "'abbb'"}, {"b'a' * 2", "b'aa'"}, {"(1, 2) + (3,)", "(1, 2, 3)"}, {"(1, (2, 'x'))", "(1, (2, 'x'))"},
      {"'h\u00e9llo'[1]", "'\u00e9'"}, {"(1, 2)[-1]", "2"}, {"b'abc'[0]", "97"}, {"()", "()"},
      {"1 / 0", nullptr}, {"'a' * 5000", nullptr}, {"(1,) * 300", nullptr}, {"2 ** 1000", nullptr}, {"~True", nullptr},
      {"'a' % 1", nullptr}, {"1 << -1", nullptr}, {"'a' + 1", nullptr}, {"'abc'[5]", nullptr}, {"(-8) ** 0.5", nullptr},
      {"0 ** -1", nullptr}, {"1 < 2", nullptr}, {"[1, 2]", nullptr},
  };
  for (const Case& test : kCases) {
    std::string result = folded(test.source);
    if (test.value) {
      EXPECT_EQ(result, std::string("Constant(value=") + test.value + ")") << test.source;
    } else {
      EXPECT_NE(result.substr(0, 9), "Constant(") << test.source;
    }
  }
}

TEST(Fold, Containers) {
  EXPECT_EQ(folded("x in [1, 2]"),
            "Compare(left=Name(id='x'), ops=[In()], comparators=[Constant(value=(1, 2))])");
  EXPECT_EQ(folded("x not in {1}"),
            "Compare(left=Name(id='x'), ops=[NotIn()], comparators=[Constant(value=frozenset({1}))])");
  EXPECT_EQ(folded("x in [1] in y"),
            "Compare(left=Name(id='x'), ops=[In(), In()], comparators=[List(elts=[Constant(value=1)]), "
            "Name(id='y')])");
  EXPECT_EQ(folded("[x for x in [a, 1]]"),
            "ListComp(elt=Name(id='x'), generators=[comprehension(target=Name(id='x', ctx=Store()), "
            "iter=Tuple(elts=[Name(id='a'), Constant(value=1)]), is_async=0)])");
}

TEST(Fold, Warnings) {
  EXPECT_EQ(warnings_of("x is 1"), "\"is\" with 'int' literal. Did you mean \"==\"? 1 1 1 7;");
  EXPECT_EQ(warnings_of("x is not b'a'"), "\"is not\" with 'bytes' literal. Did you mean \"!=\"? 1 1 1 14;");
  EXPECT_EQ(warnings_of("x is ()"), "\"is\" with 'tuple' literal. Did you mean \"==\"? 1 1 1 8;");
  EXPECT_EQ(warnings_of("x is None; x is -1; x is ...; x is (a, b); x is f'{a}'"), "");
  EXPECT_EQ(warnings_of("1()"), "'int' object is not callable; perhaps you missed a comma? 1 1 1 2;");
  EXPECT_EQ(warnings_of("(lambda: 1)()"), "");
  EXPECT_EQ(warnings_of("{1}[0]"), "'set' object is not subscriptable; perhaps you missed a comma? 1 1 1 4;");
  EXPECT_EQ(warnings_of("'a'[1, 2]"), "str indices must be integers or slices, not tuple; perhaps you missed a comma? 1 1 1 4;");
  EXPECT_EQ(warnings_of("[1][True]; {1: 2}[0]; 'a'[1:2]; (1)[0:1] if 0 else 1"),
            "'int' object is not subscriptable; perhaps you missed a comma? 1 34 1 35;");
  EXPECT_EQ(warnings_of("assert (a, 'b')"), "assertion is always true, perhaps remove parentheses? 1 1 1 16;");
  EXPECT_EQ(warnings_of("assert 1()", 1), "");
  EXPECT_EQ(warnings_of("def f():\n x: 1()"), "");
  EXPECT_EQ(warnings_of("x: 1()\n2.0()"),
            "'float' object is not callable; perhaps you missed a comma? 2 1 2 4;"
            "'int' object is not callable; perhaps you missed a comma? 1 4 1 5;");
}

TEST(Fold, ControlFlowInFinally) {
  EXPECT_EQ(warnings_of("def f():\n try: pass\n finally:\n  return"), "'return' in a 'finally' block 4 3 4 9;");
  EXPECT_EQ(warnings_of("for x in y:\n try: pass\n finally:\n  break"), "'break' in a 'finally' block 4 3 4 8;");
  EXPECT_EQ(warnings_of("for x in y:\n try: pass\n finally:\n  for z in y: break"), "");
  EXPECT_EQ(warnings_of("def f():\n try: pass\n finally:\n  def g(): return"), "");
}

// An expression statement never becomes a docstring.
TEST(Fold, NoDocstringFromFolding) {
  ast::Ast ast;
  ast::Mod* mod = parser::parse(ast, "'a' + 'b'\n").mod;
  ASSERT_NE(mod, nullptr);
  CompileError error;
  ASSERT_TRUE(fold_constants(ast, mod, {}, &error));
  EXPECT_EQ(docstring_of(mod->as<ast::Module>()->body), nullptr);
}

}  // namespace
}  // namespace kaa::compiler
