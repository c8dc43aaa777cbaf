// The shapes that the code generator promises, its errors, and the validator over a whole library.
#include <dirent.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "bytecode/disasm.h"
#include "bytecode/validate.h"
#include "compiler/compile.h"
#include "compiler/unparse.h"

namespace kaa::compiler {
namespace {

// Disassembly without line numbers, in single spaces; "error: ..." when it does not compile.
std::string dis(const std::string& source, parser::Mode mode = parser::Mode::Exec) {
  CompileOptions options;
  options.mode = mode;
  CompileResult result = compile_source(source, options);
  if (!result.code) {
    if (result.parse_error.kind != parser::ErrorKind::None) return "parse error: " + result.parse_error.message;
    return "error: " + result.error.message;
  }
  std::string wrong = validate(*result.code);
  EXPECT_EQ(wrong, "") << source;
  DisasmOptions dis_options;
  dis_options.lines = false;
  std::string text = disassemble(*result.code, dis_options), out;
  delete result.code;
  // Drops addresses at the start of lines and runs of spaces.
  size_t at = 0;
  while (at < text.size()) {
    size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    at = end + 1;
    size_t i = 0;
    if (!line.empty() && line[0] == ' ') {
      while (i < line.size() && (line[i] == ' ' || line[i] == '>' || (line[i] >= '0' && line[i] <= '9'))) i++;
    }
    bool space = false;
    for (; i < line.size(); i++) {
      if (line[i] == ' ' && space) continue;
      space = line[i] == ' ';
      out.push_back(line[i]);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out.push_back('\n');
  }
  return out;
}

// The code of function f.
std::string function(const std::string& source) {
  std::string text = dis(source);
  size_t at = text.find("\ncode f ");
  if (at == text.npos) return text;
  at = text.find('\n', at + 1) + 1;
  size_t end = text.find("\n\n", at);
  return text.substr(at, end == text.npos ? end : end + 1 - at);
}

std::string error_of(const std::string& source) {
  CompileResult result = compile_source(source, CompileOptions());
  delete result.code;
  return result.error.message;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST(Codegen, ArithmeticUsesLocalsInPlace) {
  EXPECT_EQ(function("def f(a, b):\n  x = a + b\n  return x"), "ADD x, a, b\nRETURN x\n");
  EXPECT_EQ(function("def f(a):\n  a += 1\n  return a - 2"), "INPLACE_ADD_I a, a, 1\nSUB_I r1, a, 2\nRETURN r1\n");
  EXPECT_EQ(function("def f(a):\n  return a % 7"), "MOD_I r1, a, 7\nRETURN r1\n");
  EXPECT_EQ(function("def f(a, b):\n  a, b = b, a + b"), "MOVE r2, b\nADD b, a, b\nMOVE a, r2\nRETURN_NONE\n");
}

TEST(Codegen, LeftOperandIsHeldWhenItMayBeRebound) {
  EXPECT_EQ(function("def f(a):\n  return a + (a := 5)"), "MOVE r1, a\nLOAD_INT a, 5\nMOVE r2, a\nADD r1, r1, r2\nRETURN r1\n");
}

TEST(Codegen, ConditionsFuseComparisonAndJump) {
  EXPECT_EQ(function("def f(n):\n  if n < 2: return n\n  return 0"), "JUMP_LT_I n, 2, 0, -> 3\nRETURN n\nLOAD_INT r1, 0\nRETURN r1\n");
  EXPECT_TRUE(has(function("def f(n):\n  if n is not None and not n: return n"), "JUMP_NONE n, -> 3\nJUMP_TRUE n, -> 3\n"));
  EXPECT_FALSE(has(function("def f(n):\n  if 0: g()\n  while True: h()"), "JUMP_FALSE"));
  EXPECT_FALSE(has(dis("def f(n):\n  if 0: g()"), ".g"));
}

TEST(Codegen, Loops) {
  EXPECT_EQ(function("def f(x):\n  for i in x:\n    g(i)"),
            "GET_ITER r2, x\nFOR_ITER i, r2, -> 11\nLOAD_GLOBAL r3, .g\nMOVE r4, i\nCALL r3, r3..2, 1\nJUMP_BACK -> 1\nRETURN_NONE\n");
  EXPECT_TRUE(has(function("def f(x):\n  for k, v in x: pass"), "FOR_ITER_PAIR k..2"));
  EXPECT_TRUE(has(dis("for k, v in x: pass"), "FOR_ITER_PAIR r1..2"));
}

TEST(Codegen, DefiniteAssignment) {
  EXPECT_FALSE(has(function("def f(a):\n  if a: x = 1\n  else: x = 2\n  return x"), "CHECK_BOUND"));
  EXPECT_TRUE(has(function("def f(a):\n  if a: x = 1\n  return x"), "CHECK_BOUND x"));
  EXPECT_TRUE(has(function("def f(a):\n  del a\n  return a"), "CHECK_BOUND a"));
  EXPECT_TRUE(has(function("def f(a):\n  while g():\n    h(a)\n    del a"), "CHECK_BOUND a"));
  EXPECT_TRUE(has(function("def f():\n  try: x = g()\n  except A: pass\n  return x"), "CHECK_BOUND x"));
  EXPECT_FALSE(has(function("def f():\n  try: x = g()\n  except A: return\n  return x"), "CHECK_BOUND x"));
  EXPECT_TRUE(has(function("def f():\n  try: g()\n  except A as e: pass\n  return e"), "CHECK_BOUND e"));
}

TEST(Codegen, Calls) {
  EXPECT_TRUE(has(function("def f(o):\n  return o.m(1, k=2)"), "CALL_METHOD_KW r1, r1..4, 2, ('k',)"));
  EXPECT_TRUE(has(function("def f(o):\n  return o(*a, b, **c)"), "CALL_EX"));
  std::string super = dis("class C:\n  def m(self): return super().m(1)");
  EXPECT_TRUE(has(super, "LOAD_SUPER_METHOD"));
  EXPECT_FALSE(has(dis("super = 1\nclass C:\n  def m(self): return super().m(1)"), "LOAD_SUPER"));
}

TEST(Codegen, PrivateNames) {
  std::string code = dis("class C:\n  def m(self):\n    f(__a=1)\n    import __b\n    self.__c = __d");
  for (const char* part : {"('__a',)", "._C__b", "._C__c", "._C__d"}) EXPECT_TRUE(has(code, part)) << part;
}

TEST(Codegen, LocalKeepsItsValueUntilTheExpressionIsDone) {
  // x = x or g(x): the old x must be seen by g, and stay when g raises.
  std::string code = function("def f(x):\n  x = h(x) or g(x)\n  return x");
  EXPECT_TRUE(has(code, "MOVE x, r1\nRETURN x\n")) << code;
}

TEST(Codegen, FinallyIsCompiledForEachWayOut) {
  std::string code = function("def f():\n  for x in y:\n    try:\n      if a: break\n      return b\n    finally: g()");
  size_t count = 0;
  for (size_t at = code.find(".g\n"); at != code.npos; at = code.find(".g\n", at + 1)) count++;
  EXPECT_EQ(count, 3u) << code;
}

TEST(Codegen, Generators) {
  std::string code = function("def f():\n  x = yield 1\n  yield from x");
  EXPECT_EQ(code.substr(0, 17), "RETURN_GENERATOR\n");
  EXPECT_TRUE(has(code, "SEND r2, r1"));
  EXPECT_TRUE(has(code, "YIELD r2, r2, 1"));
  EXPECT_TRUE(has(code, "CLEANUP_THROW"));
  EXPECT_TRUE(has(code, "INTRINSIC r1, r1, 1\nRERAISE r1\n"));
}

TEST(Codegen, InlinedComprehensionRestoresItsVariable) {
  std::string code = function("def f(x, y):\n  z = [x for x in y]\n  return x");
  EXPECT_TRUE(has(code, "CLEAR x\n"));
  EXPECT_FALSE(has(code, "MAKE_FUNCTION"));
  EXPECT_FALSE(has(code, "CHECK_BOUND x"));
}

TEST(Codegen, ClassBodies) {
  std::string code = dis("class C(B, k=1):\n  'd'\n  x: int = 1\n  def m(self): self.a = __class__");
  for (const char* part : {"LOAD_BUILD_CLASS", ".__module__", ".__qualname__", ".__firstlineno__", ".__static_attributes__", "('a',)",
                           ".__classcell__", ".__classdictcell__", ".__annotate_func__", "CALL_KW"})
    EXPECT_TRUE(has(code, part)) << part;
}

TEST(Codegen, DeepAndLongSources) {
  std::string sum = "x = a";
  for (int i = 0; i < 50000; i++) sum += "+a";
  EXPECT_TRUE(has(dis(sum), "STORE_NAME"));
  std::string chain = "if a: pass\n";
  for (int i = 0; i < 5000; i++) chain += "elif b: pass\n";
  EXPECT_TRUE(has(dis(chain), "JUMP_FALSE"));
  auto parameters = [](int n) {
    std::string text = "def f(";
    for (int i = 0; i < n; i++) text += "p" + std::to_string(i) + ",";
    return text + "):\n";
  };
  std::string many = parameters((int)kVariableRegisters);
  EXPECT_FALSE(has(dis(many + " return p0"), "SPILLED"));
  std::string spilled = dis(many + " x = y = p0\n del x\n return lambda: y");
  for (const char* part : {"MAKE_SPILLED r20000", "STORE_SPILLED p0, r20000, 0, x", "STORE_SPILLED p0, r20000, 1, &y", "DEL_SPILLED r20000, 0, x", "LOAD_SPILLED r20002, r20000, 0, &y"})
    EXPECT_TRUE(has(spilled, part)) << part;
  EXPECT_EQ(error_of(parameters((int)kMaxParameters + 1) + " pass"), "more than 60000 parameters");
}

TEST(Codegen, Errors) {
  EXPECT_EQ(error_of("return"), "'return' outside function");
  EXPECT_EQ(error_of("break"), "'break' outside loop");
  EXPECT_EQ(error_of("continue"), "'continue' not properly in loop");
  EXPECT_EQ(error_of("yield 1"), "'yield' outside function");
  EXPECT_EQ(error_of("await x"), "'await' outside function");
  EXPECT_EQ(error_of("try: pass\nexcept: pass\nexcept A: pass"), "default 'except:' must be last");
  EXPECT_EQ(error_of("match x:\n case y: pass\n case 1: pass"), "name capture 'y' makes remaining patterns unreachable");
  EXPECT_EQ(error_of("match x:\n case [a, a]: pass"), "multiple assignments to name 'a' in pattern");
  EXPECT_EQ(error_of("match x:\n case [a] | b: pass"), "alternative patterns bind different names");
  EXPECT_EQ(error_of("async def f():\n yield 1\n return 2"), "'return' with value in async generator");
  EXPECT_EQ(error_of("while 1:\n try: pass\n except* A: break"), "'break', 'continue' and 'return' cannot appear in an except* block");
  std::string nested;
  for (int i = 0; i < 22; i++) nested += std::string(i, ' ') + "while 1:\n";
  EXPECT_EQ(error_of(nested + std::string(22, ' ') + "pass\n"), "too many statically nested blocks");
}

TEST(Codegen, FutureAnnotationsAreText) {
  std::string head = "from __future__ import annotations\n";
  for (const char* text : {"a + b * c ** (-d) if x else not y and z or q", "lambda a, b=1, *c, d=2, **e: 1", "{**a, b: c}", "1 .real", "(-1) ** 2",
                           "a[1:2, ::3]", "f(*a, b=1, **c)", "1.5e+300", "(x, y)", "--1 + -a", "(i for i in j if k)", "a < b is not c"})
    EXPECT_TRUE(has(dis(head + "v: " + text), std::string("'") + text + "'")) << text;
}

// ---- a whole library ----------------------------------------------------------------------------------------------

void collect(const std::string& folder, std::vector<std::string>* out) {
  DIR* dir = opendir(folder.c_str());
  if (!dir) return;
  while (dirent* entry = readdir(dir)) {
    std::string name = entry->d_name, path = folder + "/" + name;
    if (name[0] == '.') continue;
    if (entry->d_type == DT_DIR)
      collect(path, out);
    else if (name.size() > 3 && name.substr(name.size() - 3) == ".py")
      out->push_back(path);
  }
  closedir(dir);
}

// Set KAA_STDLIB to the folder of a Python library to run this.
TEST(Codegen, ValidatorAcceptsTheStandardLibrary) {
  const char* folder = getenv("KAA_STDLIB");
  if (!folder) GTEST_SKIP() << "KAA_STDLIB is not set";
  std::vector<std::string> files;
  collect(folder, &files);
  ASSERT_FALSE(files.empty());
  size_t compiled = 0, failed = 0;
  for (const std::string& path : files) {
    std::string source;
    FILE* file = fopen(path.c_str(), "rb");
    if (!file) continue;  // a link to nowhere
    char buffer[65536];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) source.append(buffer, n);
    fclose(file);
    if (source.substr(0, 3) == "\xef\xbb\xbf") source.erase(0, 3);
    CompileOptions options;
    options.filename = path;
    CompileResult result = compile_source(source, options);
    if (!result.code) {
      failed++;  // files in other encodings, and the test suite's files with errors
      continue;
    }
    compiled++;
    EXPECT_EQ(validate(*result.code), "");
    delete result.code;
  }
  EXPECT_GT(compiled, 20 * failed) << failed << " files did not compile";
}

// ---- the validator finds what is wrong ----------------------------------------------------------------------------

CompiledCode* compiled(const char* source) { return compile_source(source, CompileOptions()).code; }

TEST(Validator, FindsDamage) {
  CompiledCode* code = compiled("x = f(1, 2)\nif x: g(x)\n");
  ASSERT_TRUE(code);
  EXPECT_EQ(validate(*code), "");
  std::vector<Word> words = code->words;
  for (HeightEntry& entry : code->heights) entry.height = code->nregs;
  EXPECT_TRUE(has(validate(*code), "is not written"));
  delete code;
  code = compiled("x = f(1, 2)\nif x: g(x)\n");
  for (Word& word : code->words)
    if ((Op)word.op == Op::JUMP_FALSE) word.bc = 1;
  EXPECT_TRUE(has(validate(*code), "jump into nowhere"));
  delete code;
  code = compiled("x = f(1, 2)\n");
  code->words.pop_back();
  EXPECT_NE(validate(*code), "");
  delete code;
}

}  // namespace
}  // namespace kaa::compiler
