// The tokenizer: decoded source text in, tokens out, one at a time.
//
// It serves the parser and (with `extra_tokens`) the `_tokenize` module: then comments and blank lines are tokens, INDENT
// and DEDENT have positions, and unbalanced brackets are no errors. What TokenizerIter still has to do: columns in
// characters, OP for all operators, the text of NEWLINE and NL ("" when implicit_newline()), and ENDMARKER and the DEDENTs
// at_end_of_source() on the line after the last, column 0. Errors have CPython's messages and positions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/parser.h"
#include "parser/token.h"

namespace kaa::parser {

struct TokenizerOptions {
  bool type_comments = false;
  bool extra_tokens = false;
  bool add_newline = true;  // a newline is added to text that does not end in one
  // Where more text comes from when the source has been read: one line, to which a newline is added if it has none. False at the end.
  bool (*read_line)(void* reader, std::string* line) = nullptr;
  void* reader = nullptr;
};

class Tokenizer {
 public:
  Tokenizer(std::string_view source, const TokenizerOptions& options);

  // Writes the next token; false after an error, when the token is an ERRORTOKEN and error() is set. After ENDMARKER
  // further calls give ENDMARKER again.
  bool next(Token* token);

  const ParseError& error() const { return error_; }
  std::string_view text(const Token& token) const { return {base_ + token.start, token.end - token.start}; }
  const char* base() const { return base_; }
  size_t size() const { return (size_t)(end_ - base_); }
  int lineno() const { return lineno_; }
  int level() const { return level_; }
  // The end of the source was reached, be it inside a string.
  bool at_end_of_source() const { return done_ == Done::kEof || unterminated_; }
  bool failed() const { return done_ == Done::kError || error_.kind != ErrorKind::None; }
  bool inside_string() const { return !modes_.empty(); }
  // The error is about characters, not about lines and indentation: such an error further on in the source is more
  // helpful than a syntax error before it.
  bool error_is_lexical() const { return lexical_error_; }
  // The newline before ENDMARKER is not in the source (for `_tokenize`).
  bool implicit_newline() const { return implicit_newline_; }
  // The text of the line where the current token starts, without the newline (for `_tokenize`).
  std::string_view line_of(const Token& token) const;

  // Drops all indentation, as the end of interactive input does: that many DEDENT tokens come next.
  void drop_indentation();
  bool has_indentation() const { return indent_ > 0; }

  // The byte column of the next character to be read.
  int current_col() const { return (int)(cur_ - line_start_); }
  const char* cursor() const { return cur_; }
  const char* end() const { return end_; }

  // An error at a byte column of a line; columns count from 0, end_col -1 is CPython's "no end" (offset 0).
  void make_error(ParseError* error, ErrorKind kind, int lineno, int col, int end_lineno, int end_col,
                  std::string_view message) const;
  // The same with columns that count from 1 and are stored as they are when negative.
  void make_error_1based(ParseError* error, ErrorKind kind, int lineno, int col, int end_lineno, int end_col,
                         std::string_view message) const;
  // "'(' was never closed"; only when level() > 0.
  void make_unclosed_error(ParseError* error) const;
  int innermost_open_line() const { return paren_lines_[level_ - 1]; }

  std::vector<ParseWarning> warnings;
  bool report_warnings = true;

 private:
  static constexpr int kMaxLevel = 200;
  static constexpr int kMaxIndent = 100;
  static constexpr int kMaxStringNesting = 150;
  static constexpr int kMaxExpressionNesting = 3;
  static constexpr int kEof = -1;
  static constexpr int kTabSize = 8;

  enum class Done : uint8_t { kOk, kError, kEof };

  // One f-string or t-string that is being read. `depth` counts its open brackets, `expr_depth` is the bracket depth at
  // which the innermost replacement field's expression started (-1 outside).
  struct StringMode {
    bool in_text;  // reading literal text, not an expression
    bool raw;
    bool in_format_spec;
    char kind;  // 'f' or 't'
    char quote;
    int quote_size;
    int depth;
    int expr_depth;
    uint32_t start;
    uint32_t line_start;
    int first_lineno;
  };

  int nextc() {
    if (cur_ != line_end_) return (unsigned char)*cur_++;
    return next_line();
  }
  int next_line();
  bool add_line();
  void backup(int c) {
    if (c != kEof) cur_--;
  }

  int read_token(Token* token);
  int read_normal(Token* token);
  int read_indentation(Token* token, bool* blank_line);
  int read_string_text(Token* token);
  int read_name_or_string(Token* token, int c);
  int read_number(Token* token, int c);
  int read_string(int quote);
  int start_format_string(char kind, bool raw, int quote);
  int read_comment(Token* token, bool blank_line, int* next);
  int read_continuation();
  int open_bracket(int c);
  int close_bracket(int c);
  bool decimal_tail(int* next);
  bool check_number_end(int c, const char* kind);
  bool lookahead(const char* text);
  bool check_identifier();
  void warn_escape(int c);
  int fraction_and_exponent(int c, bool fraction);

  int fail(const char* format, ...) __attribute__((format(printf, 2, 3)));
  int fail_range(int col, int end_col, const char* format, ...) __attribute__((format(printf, 4, 5)));
  void fail_set(ErrorKind kind, int offset, int end_offset, std::string_view message);
  std::string_view current_line() const;
  static int count_chars(const char* from, const char* to);

  StringMode& mode() { return modes_.back(); }

  std::string storage_;  // the text when it had to be changed (newlines)
  const char* base_;
  const char* cur_;
  const char* end_;
  const char* line_start_;
  const char* line_end_;
  const char* buffer_start_;      // where the text of an error at the current line starts
  const char* token_start_ = nullptr;
  const char* multi_line_start_;  // the line on which the current token starts
  int lineno_ = 0;
  int first_lineno_ = 0;
  int level_ = 0;
  int indent_ = 0;
  int pending_ = 0;  // INDENT (positive) or DEDENT (negative) tokens still to come
  bool at_line_start_ = true;
  bool implicit_newline_ = false;
  bool comment_on_blank_line_ = false;
  bool lexical_error_ = false;
  bool unterminated_ = false;  // the error is a string that the input ends in
  Done done_ = Done::kOk;
  TokenizerOptions options_;
  ParseError error_;
  std::vector<StringMode> modes_;
  char parens_[kMaxLevel];
  int paren_lines_[kMaxLevel];
  int paren_cols_[kMaxLevel];
  int indents_[kMaxIndent];
  int alt_indents_[kMaxIndent];
};

// Properties of characters outside ASCII, a set of these bits, from the Unicode tables in base; null (every such character
// counts as a letter) only for programs without them.
enum : uint8_t { kIdentifierStart = 1, kIdentifierContinue = 2, kPrintable = 4 };
using CharacterHook = uint8_t (*)(uint32_t code_point);
extern CharacterHook character_hook;

// Decodes the character at `at` (valid UTF-8) and moves past it.
uint32_t decode_utf8_char(const char*& at);

}  // namespace kaa::parser
