// compile(), exec() and eval(), and compiling source text for start-up and import.
#pragma once
#include <string>

#include "compiler/compile.h"
#include "runtime/api.h"

namespace kaa {

enum class CompileMode : uint8_t { kExec, kSingle, kEval };
// Bytes or text of a program to UTF-8: encoding declaration, byte order mark and null bytes seen to. Raises SyntaxError.
// A program's file is named in some messages.
Result<bool> decode_source_bytes(Thread& t, std::string_view bytes, Str* filename, std::string& utf8, bool file = false);
// Compiles UTF-8 source. flags: compile()'s. optimize -1: the interpreter's level. Emits warnings.
Result<Code*> compile_utf8(Thread& t, std::string_view utf8, Str* filename, CompileMode mode, uint32_t flags, int optimize);
// A statement of the interactive loop, which was read line by line, until the input ended if `ended`. *parsed: it is one, whatever comes of it.
Result<Code*> compile_statement(Thread& t, std::string_view utf8, Str* read_as, Str* compiled_as, uint32_t flags, bool ended, bool* parsed);
std::string_view source_line(std::string_view src, int line);  // line end included; empty when there is none
Error raise_parse_error(Thread& t, const parser::ParseError& e, Str* filename);
Error raise_compile_error(Thread& t, const compiler::CompileError& e, Str* filename);
Status emit_parse_warnings(Thread& t, const std::vector<parser::ParseWarning>& warnings, std::string_view src, Str* filename);
// The code object of a finished compilation, or its error raised; emits the warnings and frees what `r` holds. The parser's errors and warnings name
// the source `read_as`, later ones `filename`.
Result<Code*> finish_compile(Thread& t, compiler::CompileResult& r, std::string_view src, Str* read_as, Str* filename);
// The text of a source argument (str, bytes-like) as UTF-8, or an error naming what was wanted.
Status source_text(Thread& t, Value src, Str* filename, const char* func, const char* what, uint32_t* flags, std::string& out);
Result<Str*> filename_argument(Thread& t, Value v);  // str, bytes or os.PathLike
Result<Value> builtin_compile(Thread& t, Args a);
Result<Value> builtin_exec(Thread& t, Args a);
Result<Value> builtin_eval(Thread& t, Args a);

}  // namespace kaa
