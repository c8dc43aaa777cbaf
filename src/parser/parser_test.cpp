// Tests of the parser without Python: trees by their dump, errors by message and position. tools/ast_dump compares whole
// libraries with CPython.
#include <gtest/gtest.h>

#include <string>

#include "parser/parser.h"
#include "parser/tokenizer.h"

namespace kaa::parser {
namespace {

std::string dump_of(std::string_view source, const ParseOptions& options = {}, bool attributes = false) {
  ast::Ast tree;
  ParseResult result = parse(tree, source, options);
  if (!result.mod) return "error: " + result.error.message;
  return ast::dump(result.mod, attributes);
}

// "message (line:offset-end_line:end_offset)"
std::string error_of(std::string_view source, const ParseOptions& options = {}) {
  ast::Ast tree;
  ParseResult result = parse(tree, source, options);
  if (result.mod) return "no error";
  const ParseError& e = result.error;
  return e.message + " (" + std::to_string(e.lineno) + ":" + std::to_string(e.offset) + "-" +
         std::to_string(e.end_lineno) + ":" + std::to_string(e.end_offset) + ")";
}

ErrorKind kind_of(std::string_view source, const ParseOptions& options = {}) {
  ast::Ast tree;
  return parse(tree, source, options).error.kind;
}

TEST(Parser, Expressions) {
  EXPECT_EQ(dump_of("a + b * c"),
            "Module(body=[Expr(value=BinOp(left=Name(id='a', ctx=Load()), op=Add(), right=BinOp(left=Name(id='b', "
            "ctx=Load()), op=Mult(), right=Name(id='c', ctx=Load()))))])");
  EXPECT_EQ(dump_of("a < b is not c"),
            "Module(body=[Expr(value=Compare(left=Name(id='a', ctx=Load()), ops=[Lt(), IsNot()], "
            "comparators=[Name(id='b', ctx=Load()), Name(id='c', ctx=Load())]))])");
  EXPECT_EQ(dump_of("-2 ** -1"),
            "Module(body=[Expr(value=UnaryOp(op=USub(), operand=BinOp(left=Constant(value=2), op=Pow(), "
            "right=UnaryOp(op=USub(), operand=Constant(value=1)))))])");
  EXPECT_EQ(dump_of("f(x for x in y)", {}, true).find("GeneratorExp(elt=Name(id='x', ctx=Load(), lineno=1, col_offset=2"),
            std::string("Module(body=[Expr(value=Call(func=Name(id='f', ctx=Load(), lineno=1, col_offset=0, end_lineno=1, "
                        "end_col_offset=1), args=[").size());
}

TEST(Parser, Locations) {
  // A node starts at its rule's first token, parentheses included.
  EXPECT_EQ(dump_of("(a) + b", {}, true),
            "Module(body=[Expr(value=BinOp(left=Name(id='a', ctx=Load(), lineno=1, col_offset=1, end_lineno=1, "
            "end_col_offset=2), op=Add(), right=Name(id='b', ctx=Load(), lineno=1, col_offset=6, end_lineno=1, "
            "end_col_offset=7), lineno=1, col_offset=0, end_lineno=1, end_col_offset=7), lineno=1, col_offset=0, "
            "end_lineno=1, end_col_offset=7)])");
}

TEST(Parser, Numbers) {
  EXPECT_EQ(dump_of("0x_ff, 0b101, 0o17, 1_000, 00, 1.5, 1e400, 2j"),
            "Module(body=[Expr(value=Tuple(elts=[Constant(value=255), Constant(value=5), Constant(value=15), "
            "Constant(value=1000), Constant(value=0), Constant(value=1.5), Constant(value=inf), Constant(value=2j)], "
            "ctx=Load()))])");
  EXPECT_EQ(dump_of("0xffffffffffffffffffff"), "Module(body=[Expr(value=Constant(value=1208925819614629174706175))])");
}

TEST(Parser, Strings) {
  EXPECT_EQ(dump_of("'a' \"b\\n\" r'\\n'"), "Module(body=[Expr(value=Constant(value='ab\\n\\\\n'))])");
  EXPECT_EQ(dump_of("u'a'"), "Module(body=[Expr(value=Constant(value='a', kind='u'))])");
  EXPECT_EQ(dump_of("b'\\x00\\377'"), "Module(body=[Expr(value=Constant(value=b'\\x00\\xff'))])");
  EXPECT_EQ(dump_of("'\\ud800'"), "Module(body=[Expr(value=Constant(value='\\ud800'))])");
}

TEST(Parser, FormatStrings) {
  EXPECT_EQ(dump_of("f'a{b!r:>{c}}{{d}}'"),
            "Module(body=[Expr(value=JoinedStr(values=[Constant(value='a'), FormattedValue(value=Name(id='b', "
            "ctx=Load()), conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), "
            "FormattedValue(value=Name(id='c', ctx=Load()), conversion=-1)])), Constant(value='{d}')]))])");
  EXPECT_EQ(dump_of("f'{x = }'"),
            "Module(body=[Expr(value=JoinedStr(values=[Constant(value='x = '), FormattedValue(value=Name(id='x', "
            "ctx=Load()), conversion=114)]))])");
  EXPECT_EQ(dump_of("t'{ a }'"),
            "Module(body=[Expr(value=TemplateStr(values=[Interpolation(value=Name(id='a', ctx=Load()), str=' a ', "
            "conversion=-1)]))])");
}

TEST(Parser, Statements) {
  EXPECT_EQ(dump_of("a = *b, c = d"),
            "Module(body=[Assign(targets=[Name(id='a', ctx=Store()), Tuple(elts=[Starred(value=Name(id='b', "
            "ctx=Store()), ctx=Store()), Name(id='c', ctx=Store())], ctx=Store())], value=Name(id='d', ctx=Load()))])");
  EXPECT_EQ(dump_of("if a: b\nelif c: d\nelse: e"),
            "Module(body=[If(test=Name(id='a', ctx=Load()), body=[Expr(value=Name(id='b', ctx=Load()))], "
            "orelse=[If(test=Name(id='c', ctx=Load()), body=[Expr(value=Name(id='d', ctx=Load()))], "
            "orelse=[Expr(value=Name(id='e', ctx=Load()))])])])");
  EXPECT_EQ(dump_of("with (a as b, c): pass"),
            "Module(body=[With(items=[withitem(context_expr=Name(id='a', ctx=Load()), optional_vars=Name(id='b', "
            "ctx=Store())), withitem(context_expr=Name(id='c', ctx=Load()))], body=[Pass()])])");
  EXPECT_EQ(dump_of("with (a, b) as c: pass"),
            "Module(body=[With(items=[withitem(context_expr=Tuple(elts=[Name(id='a', ctx=Load()), Name(id='b', "
            "ctx=Load())], ctx=Load()), optional_vars=Name(id='c', ctx=Store()))], body=[Pass()])])");
  EXPECT_EQ(dump_of("try: a\nexcept b, c: d"),
            "Module(body=[Try(body=[Expr(value=Name(id='a', ctx=Load()))], handlers=[ExceptHandler(type=Tuple(elts="
            "[Name(id='b', ctx=Load()), Name(id='c', ctx=Load())], ctx=Load()), body=[Expr(value=Name(id='d', "
            "ctx=Load()))])])])");
}

TEST(Parser, SoftKeywords) {
  EXPECT_EQ(dump_of("match(x)"),
            "Module(body=[Expr(value=Call(func=Name(id='match', ctx=Load()), args=[Name(id='x', ctx=Load())]))])");
  EXPECT_EQ(dump_of("type X[T] = int"),
            "Module(body=[TypeAlias(name=Name(id='X', ctx=Store()), type_params=[TypeVar(name='T')], "
            "value=Name(id='int', ctx=Load()))])");
  EXPECT_EQ(dump_of("match x:\n case [1, *_] | A(b=-2j) as n: pass"),
            "Module(body=[Match(subject=Name(id='x', ctx=Load()), cases=[match_case(pattern=MatchAs(pattern=MatchOr("
            "patterns=[MatchSequence(patterns=[MatchValue(value=Constant(value=1)), MatchStar()]), "
            "MatchClass(cls=Name(id='A', ctx=Load()), kwd_attrs=['b'], kwd_patterns=[MatchValue(value=UnaryOp(op=USub(), "
            "operand=Constant(value=2j)))])]), name='n'), body=[Pass()])])])");
}

TEST(Parser, Messages) {
  EXPECT_EQ(error_of("a b"), "invalid syntax (1:3-1:4)");
  EXPECT_EQ(error_of("f(a, b c)"), "invalid syntax. Perhaps you forgot a comma? (1:6-1:9)");
  EXPECT_EQ(error_of("f() = 1"),
            "cannot assign to function call here. Maybe you meant '==' instead of '='? (1:1-1:4)");
  EXPECT_EQ(error_of("(a, f()) = 1"), "cannot assign to function call (1:5-1:8)");
  EXPECT_EQ(error_of("if x\n pass"), "expected ':' (1:5-1:6)");
  EXPECT_EQ(error_of("f(\n1"), "'(' was never closed (1:2-1:0)");
  EXPECT_EQ(error_of("'abc"), "unterminated string literal (detected at line 1) (1:1-1:1)");
  EXPECT_EQ(error_of("f'{a'"), "f-string: expecting '}' (1:5-1:5)");
  EXPECT_EQ(error_of("try: a\nb"), "expected 'except' or 'finally' block (2:1-2:2)");
  EXPECT_EQ(error_of("f(a=1, b)"), "positional argument follows keyword argument (1:9-1:10)");
  EXPECT_EQ(error_of("f(a for a in b, c)"), "Generator expression must be parenthesized (1:3-1:15)");
  EXPECT_EQ(error_of("if x:\na"), "expected an indented block after 'if' statement on line 1 (2:1-2:2)");
  EXPECT_EQ(error_of("print x"), "Missing parentheses in call to 'print'. Did you mean print(...)? (1:1-1:8)");
  EXPECT_EQ(error_of("def f(a=1, b): pass"), "parameter without a default follows parameter with a default (1:12-1:13)");
  EXPECT_EQ(error_of("012"),
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers (1:1-1:2)");
  EXPECT_EQ(error_of("x = (1\ny = 2 3"), "'(' was never closed (1:5-1:0)");
}

TEST(Parser, Kinds) {
  EXPECT_EQ(kind_of("a\n  b"), ErrorKind::IndentationError);
  EXPECT_EQ(kind_of("if 1:\n\ta\n        b"), ErrorKind::TabError);
  ParseOptions incomplete;
  incomplete.allow_incomplete_input = true;
  incomplete.mode = Mode::Single;
  EXPECT_EQ(kind_of("if x:", incomplete), ErrorKind::IncompleteInput);
  EXPECT_EQ(kind_of("a b c +", incomplete), ErrorKind::SyntaxError);
  ParseOptions old;
  old.feature_version = 7;
  EXPECT_EQ(dump_of("(a := 1)", old), "error: Assignment expressions are only supported in Python 3.8 and greater");
}

TEST(Parser, DeepNestingIsAnError) {
  EXPECT_EQ(kind_of(std::string(7000, '-') + "1"), ErrorKind::MemoryError);
  EXPECT_EQ(kind_of(std::string(5000, '-') + "1"), ErrorKind::None);
  EXPECT_EQ(error_of(std::string(201, '(')), "too many nested parentheses (1:201-1:201)");
  std::string lambdas = "x";
  for (int i = 0; i < 3500; i++) lambdas = "lambda:" + lambdas;
  EXPECT_EQ(kind_of(lambdas), ErrorKind::MemoryError);
}

TEST(Parser, LongChainsAreNot) {
  std::string sum = "a";
  std::string elifs = "if a: b\n";
  for (int i = 0; i < 50000; i++) sum += "+a", elifs += "elif a: b\n";
  EXPECT_EQ(kind_of(sum), ErrorKind::None);
  EXPECT_EQ(kind_of(elifs), ErrorKind::None);
}

TEST(Parser, TypeComments) {
  ParseOptions options;
  options.type_comments = true;
  EXPECT_EQ(dump_of("a = 1  # type: int\nb = 2  # type: ignore[x]\n", options),
            "Module(body=[Assign(targets=[Name(id='a', ctx=Store())], value=Constant(value=1), type_comment='int'), "
            "Assign(targets=[Name(id='b', ctx=Store())], value=Constant(value=2))], "
            "type_ignores=[TypeIgnore(lineno=2, tag='[x]')])");
  options.mode = Mode::FuncType;
  EXPECT_EQ(dump_of("(int, *str, **Any) -> None", options),
            "FunctionType(argtypes=[Name(id='int', ctx=Load()), Name(id='str', ctx=Load()), Name(id='Any', "
            "ctx=Load())], returns=Constant(value=None))");
}

TEST(Parser, Warnings) {
  ast::Ast tree;
  ParseResult result = parse(tree, "a = '''\n\\q'''\nb = 1if x else 2");
  ASSERT_EQ(result.warnings.size(), 2u);
  EXPECT_EQ(result.warnings[0].lineno, 2);
  EXPECT_EQ(result.warnings[1].message, "invalid decimal literal");
}

TEST(Tokenizer, ExtraTokens) {
  TokenizerOptions options;
  options.extra_tokens = true;
  options.add_newline = false;
  Tokenizer tokenizer("if x:  # c\n\n  y\n", options);
  std::string types;
  Token token;
  do {
    ASSERT_TRUE(tokenizer.next(&token));
    types += std::to_string(token.type) + " ";
  } while (token.type != ENDMARKER);
  EXPECT_EQ(types, "1 1 11 65 4 66 5 1 4 6 0 ");
}

TEST(Encoding, Detection) {
  EXPECT_EQ(detect_encoding("# -*- coding: Latin_1 -*-\n").name, "iso-8859-1");
  EXPECT_EQ(detect_encoding("#!x\n# vim: set fileencoding=utf-8 :\n").name, "utf-8");
  EXPECT_FALSE(detect_encoding("x\n# coding: latin-1\n").explicit_cookie);
  EXPECT_EQ(detect_encoding("\xEF\xBB\xBF# coding: latin-1\n").error.message, "encoding problem: iso-8859-1 with BOM");
  ParseError error;
  EXPECT_TRUE(check_utf8("a = '\xC3\xA9'", &error));
  EXPECT_FALSE(check_utf8("a = 'x\xFF'\n", &error));
  EXPECT_EQ(error.offset, 7);
  EXPECT_EQ(error.message,
            "Non-UTF-8 code starting with '\\xff' on line 1, but no encoding declared; see "
            "https://peps.python.org/pep-0263/ for details");
}

}  // namespace
}  // namespace kaa::parser
