// The parser's interface: decoded source text in, a syntax tree or one error out.
//
// Neither the heap nor Python objects are known here: the caller turns ParseError into an exception and emits the warnings.
#pragma once

#include <stdint.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast.h"

namespace kaa::parser {

enum class Mode : uint8_t { Exec, Single, Eval, FuncType };

struct ParseOptions {
  Mode mode = Mode::Exec;
  bool type_comments = false;           // PyCF_TYPE_COMMENTS
  bool allow_top_level_await = false;   // PyCF_ALLOW_TOP_LEVEL_AWAIT (with it, `await` parses the same; the compiler asks)
  bool dont_imply_dedent = false;       // PyCF_DONT_IMPLY_DEDENT
  bool allow_incomplete_input = false;  // PyCF_ALLOW_INCOMPLETE_INPUT: input that only ends too early is IncompleteInput
  bool by_lines = false;                // lines of an interactive statement: more may follow, so that no bracket is never closed
  bool barry_as_bdfl = false;           // CO_FUTURE_BARRY_AS_BDFL: `<>` instead of `!=`
  int feature_version = 14;             // the minor version of `ast.parse(feature_version=(3, N))`
  int int_max_str_digits = 4300;        // sys.set_int_max_str_digits(); 0 is no limit
};

enum class ErrorKind : uint8_t {
  None,
  SyntaxError,
  IndentationError,
  TabError,
  IncompleteInput,  // _IncompleteInputError, a SyntaxError
  MemoryError,      // nesting too deep; has no location
  ValueError,       // no location (numbers with too many digits are the caller's)
};

// lineno and offset count from 1, offset in characters; 0 or -1 where CPython has none (end_lineno -1: no end).
struct ParseError {
  ErrorKind kind = ErrorKind::None;
  std::string message;
  int lineno = 0;
  int offset = 0;
  int end_lineno = 0;
  int end_offset = 0;
  std::string text;          // the source line(s), with the newline that ends it
  bool has_text = false;     // false: text is None
  bool has_location = true;  // false: only the message is known
  int statement_lineno = 0, statement_col = 0;  // where the last compound statement starts that was read to its end
};

struct ParseWarning {
  std::string message;  // a SyntaxWarning
  int lineno = 0;
  int offset = 0;  // 1-based in characters, what the SyntaxError has when the warning is turned into an error
  int end_lineno = 0;
  int end_offset = 0;
  std::string text;
};

struct ParseResult {
  ast::Mod* mod = nullptr;  // null: error.kind says why
  ParseError error;
  std::vector<ParseWarning> warnings;  // in source order; also what was found before an error
};

// `source` is UTF-8 (use decode_source for raw bytes) and must stay alive during the call only.
ParseResult parse(ast::Ast& ast, std::string_view source, const ParseOptions& options = {});

// Finds the character with this name or alias for \N{...} in strings and appends it to `out` as UTF-8; from the names in
// base. While it is null no name is known.
using CharacterNameHook = bool (*)(std::string_view name, std::string& out);
extern CharacterNameHook character_name_hook;

// PEP 263. Which encoding the bytes of a source file are in.
struct SourceEncoding {
  std::string name;       // as CPython normalises it: "utf-8", "iso-8859-1" or the name as written
  bool explicit_cookie = false;
  size_t bom_size = 0;    // 3 when a UTF-8 byte order mark is to be skipped
  ParseError error;       // kind None when fine
};
SourceEncoding detect_encoding(std::string_view bytes);

// Checks that `bytes` is UTF-8; the error is CPython's "Non-UTF-8 code starting with ..." with its line; a file's name is
// part of the message.
bool check_utf8(std::string_view bytes, ParseError* error, std::string_view filename = {});

}  // namespace kaa::parser
