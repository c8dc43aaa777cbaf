// The driver: the token buffer, the two readings, raising errors, whole modules.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parser/parser_impl.h"

namespace kaa::parser {

static TokenizerOptions tokenizer_options(const ParseOptions& options) {
  TokenizerOptions result;
  result.type_comments = options.type_comments;
  result.add_newline = options.mode == Mode::Exec;
  return result;
}

Parser::Parser(Ast& ast, std::string_view source, const ParseOptions& options)
    : ast_(ast), options_(options), tokenizer_(source, tokenizer_options(options)) {
  tokens_.reserve(256);
}

// ---- tokens ---------------------------------------------------------------------------------------------------------

// Asks the tokenizer for one more token. After an error it is an ERRORTOKEN, which nothing accepts.
void Parser::fetch() {
  Token token;
  bool fine;
  for (;;) {
    fine = tokenizer_.next(&token);
    if (token.type != TYPE_IGNORE) break;
    TypeIgnore* ignore = ast_.arena.make<TypeIgnore>();
    ignore->lineno = token.lineno;
    ignore->tag = ast_.arena.copy(text(token));
    type_ignores_.push_back(ignore);
  }
  if ((token.type == FSTRING_MIDDLE || token.type == TSTRING_MIDDLE) &&
      tokenizer_.cursor() == tokenizer_.base() + token.end + 1) {
    token.end_col++;  // a doubled brace: both belong to the constant's location, one to its text
  }
  if (options_.mode == Mode::Single && token.type == ENDMARKER && parsing_started_) {
    // Interactive input may end without a newline, and that closes its blocks.
    token.type = NEWLINE;
    parsing_started_ = false;
    if (tokenizer_.has_indentation() && !options_.dont_imply_dedent) tokenizer_.drop_indentation();
  } else {
    parsing_started_ = true;
  }
  tokens_.push_back(token);
  if (!fine && !failed()) error_ = tokenizer_.error();
}

bool Parser::expect_forced(int type, const char* text) {
  if (accept(type)) return true;
  if (!failed()) raise_loc(loc_of(peek()), "expected '%s'", text);
  return false;
}

Name* Parser::accept_name() {
  const Token& token = peek();
  if (token.type != NAME || is_reserved(token.kw)) return nullptr;
  pos_++;
  Name* name = ast_.intern_normalised(text(token));
  // Characters that stand for others can spell a constant.
  std::string_view normal = name->text();
  if (normal != text(token) && (normal == "None" || normal == "True" || normal == "False") && !failed()) {
    error_.kind = ErrorKind::ValueError;
    error_.message = "identifier field can't represent '" + std::string(normal) + "' constant";
    error_.has_location = false;
  }
  return name;
}

// From the token `start` to the last token with text that was consumed.
Loc Parser::loc_from(size_t start) const {
  const Token& first = tokens_[start];
  size_t last = pos_;
  while (last > start) {
    const Token& token = tokens_[--last];
    if (token.type != ENDMARKER && (token.type < NEWLINE || token.type > DEDENT)) {
      return {first.lineno, first.col, token.end_lineno, token.end_col};
    }
  }
  return {first.lineno, first.col, first.end_lineno, first.end_col};
}

// ---- raising --------------------------------------------------------------------------------------------------------

void Parser::set_error(ErrorKind kind, int lineno, int col, int end_lineno, int end_col, std::string_view message) {
  if (!failed()) tokenizer_.make_error_1based(&error_, kind, lineno, col, end_lineno, end_col, message);
}

#define KAA_FORMAT(MESSAGE, FORMAT)                       \
  char MESSAGE[400];                                      \
  va_list format_args;                                    \
  va_start(format_args, FORMAT);                          \
  vsnprintf(MESSAGE, sizeof MESSAGE, FORMAT, format_args); \
  va_end(format_args)

void* Parser::raise_loc(const Loc& loc, const char* format, ...) {
  KAA_FORMAT(message, format);
  set_error(ErrorKind::SyntaxError, loc.lineno, loc.col_offset + 1, loc.end_lineno, loc.end_col_offset + 1, message);
  return nullptr;
}

void* Parser::raise_range(const Loc& from, const Loc& to, const char* format, ...) {
  KAA_FORMAT(message, format);
  set_error(ErrorKind::SyntaxError, from.lineno, from.col_offset + 1, to.end_lineno, to.end_col_offset + 1, message);
  return nullptr;
}

// To wherever the tokenizer stands.
void* Parser::raise_starting_from(const Loc& from, const char* format, ...) {
  KAA_FORMAT(message, format);
  set_error(ErrorKind::SyntaxError, from.lineno, from.col_offset + 1, tokenizer_.lineno(), tokenizer_.current_col(),
            message);
  return nullptr;
}

void Parser::raise_at_token(ErrorKind kind, const Token& token, std::string_view message) {
  int col = token.col == -1 ? tokenizer_.current_col() : token.col + 1;
  set_error(kind, token.lineno, col, token.end_lineno, token.end_col == -1 ? -1 : token.end_col + 1, message);
}

void* Parser::raise_last(const char* format, ...) {
  KAA_FORMAT(message, format);
  if (tokens_.empty()) fetch();
  raise_at_token(ErrorKind::SyntaxError, last_token(), message);
  return nullptr;
}

void* Parser::raise_next(const char* format, ...) {
  KAA_FORMAT(message, format);
  Token token = peek();
  raise_at_token(ErrorKind::SyntaxError, token, message);
  return nullptr;
}

void* Parser::raise_indentation(const char* format, ...) {
  KAA_FORMAT(message, format);
  raise_at_token(ErrorKind::IndentationError, last_token(), message);
  return nullptr;
}

void Parser::raise_too_deep() {
  if (failed()) return;
  error_ = ParseError();
  error_.kind = ErrorKind::MemoryError;
  error_.message = "Parser stack overflowed - Python source too complex to parse";
  error_.has_location = false;
}

bool Parser::check_version(int minor, const char* what) {
  if (options_.feature_version >= minor) return true;
  raise_last("%s only supported in Python 3.%i and greater", what, minor);
  return false;
}

// After a syntax error of the parser: an error of the tokenizer further on explains more ("unterminated string").
void Parser::check_rest_of_source() {
  if (tokenizer_.failed() || tokenizer_.at_end_of_source()) return;
  int error_line = last_token().lineno;
  tokenizer_.report_warnings = false;
  Token token;
  while (tokenizer_.next(&token)) {
    if (token.type == ENDMARKER) return;
  }
  if (tokenizer_.error_is_lexical()) {
    error_ = tokenizer_.error();
  } else if (!options_.by_lines && !tokenizer_.inside_string() && tokenizer_.level() > 0 && error_line > tokenizer_.innermost_open_line()) {
    tokenizer_.make_unclosed_error(&error_);
  }
}

// ---- modules --------------------------------------------------------------------------------------------------------

bool Parser::statements(ListOf<Stmt>& into, bool top_level) {
  for (;;) {
    int type = peek_type();
    if (type == ENDMARKER || type == DEDENT || type == ERRORTOKEN) return !failed();
    if (top_level && !at(Kw::kElif)) {
      // What was read is not needed any more; an error only goes back to the start of this statement
      // (or of the one before a stray elif, which is to blame).
      if (!diagnosing_ && pos_ > 4096) {
        tokens_.erase(tokens_.begin(), tokens_.begin() + (ptrdiff_t)pos_);
        pos_ = 0;
      }
      statement_start_ = pos_;
    }
    if (!statement(into)) return false;
  }
}

Mod* Parser::parse_module() {
  switch (options_.mode) {
    case Mode::Exec: {
      ListOf<Stmt> body(this);
      if (!statements(body, true) || !accept(ENDMARKER)) return nullptr;
      Module* module = ast_.arena.make<Module>();
      module->kind = ModKind::Module;
      module->body = body.take();
      module->type_ignores = ast_.copy_seq<TypeIgnore*>(type_ignores_.data(), type_ignores_.size());
      return module;
    }
    case Mode::Single: {
      ListOf<Stmt> body(this);
      size_t start = pos_;
      if (at(ENDMARKER)) return nullptr;
      if (accept(NEWLINE)) {
        body.push(make<Pass>(start));
      } else if (at_compound() || at(Kw::kMatch)) {
        Stmt* stmt = at_compound() ? compound_stmt() : match_stmt();
        if (stmt) {
          if (!accept(NEWLINE)) return nullptr;
          body.push(stmt);
        } else {
          if (failed()) return nullptr;
          pos_ = start;
          if (!simple_stmts(body)) return nullptr;
        }
      } else if (!simple_stmts(body)) {
        return nullptr;
      }
      Interactive* module = ast_.arena.make<Interactive>();
      module->kind = ModKind::Interactive;
      module->body = body.take();
      return module;
    }
    case Mode::Eval: {
      Expr* body = expressions();
      if (!body) return nullptr;
      while (accept(NEWLINE)) {
      }
      if (!accept(ENDMARKER)) return nullptr;
      Expression* module = ast_.arena.make<Expression>();
      module->kind = ModKind::Expression;
      module->body = body;
      return module;
    }
    case Mode::FuncType: {
      // Stars are allowed before the last one or two types, and dropped.
      if (!accept(LPAR)) return nullptr;
      ListOf<Expr> types(this);
      if (!at(RPAR)) {
        bool star = false, double_star = false;
        do {
          if (double_star) return nullptr;
          if (accept(DOUBLESTAR)) {
            double_star = true;
          } else if (star) {
            return nullptr;
          } else if (accept(STAR)) {
            star = true;
          }
          Expr* type = expression();
          if (!type) return nullptr;
          types.push(type);
        } while (accept(COMMA));
      }
      if (!accept(RPAR) || !accept(RARROW)) return nullptr;
      Expr* returns = expression();
      if (!returns) return nullptr;
      while (accept(NEWLINE)) {
      }
      if (!accept(ENDMARKER)) return nullptr;
      FunctionType* module = ast_.arena.make<FunctionType>();
      module->kind = ModKind::FunctionType;
      module->argtypes = types.take();
      module->returns = returns;
      return module;
    }
  }
  return nullptr;
}

// In single mode only white space and comments may follow the statement.
static bool has_more_than_comments(const char* at, const char* end) {
  for (;;) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\f')) at++;
    if (at == end) return false;
    if (*at != '#') return true;
    while (at < end && *at != '\n') at++;
  }
}

ParseResult Parser::run() {
  ParseResult result;
  Mod* mod = parse_module();
  if (mod && !failed() && options_.mode == Mode::Single &&
      has_more_than_comments(tokenizer_.cursor(), tokenizer_.end())) {
    raise_last("multiple statements found while compiling a single statement");
  } else if (!mod || failed()) {
    mod = nullptr;
    if (tokens_.empty()) fetch();
    if (options_.allow_incomplete_input && tokenizer_.at_end_of_source()) {
      error_ = ParseError();
      raise_at_token(ErrorKind::IncompleteInput, last_token(), "incomplete input");
    } else if (error_.kind == ErrorKind::None || error_.kind == ErrorKind::SyntaxError ||
               error_.kind == ErrorKind::IndentationError) {
      Token failure = last_token();
      if (!failed()) {
        diagnosing_ = remembering_ = true;
        tokenizer_.report_warnings = false;
        size_t warning_count = warnings_.size();
        pos_ = options_.mode == Mode::Exec ? statement_start_ : 0;
        depth_ = 0;
        type_ignores_.clear();
        scratch_.clear();
        parse_module();
        warnings_.resize(warning_count);
      }
      if (!failed()) {
        if (failure.type == INDENT || failure.type == DEDENT) {
          raise_indentation(failure.type == INDENT ? "unexpected indent" : "unexpected unindent");
        } else {
          raise_loc(loc_of(failure), "invalid syntax");
          check_rest_of_source();
        }
      } else if (error_.kind == ErrorKind::SyntaxError || error_.kind == ErrorKind::IndentationError) {
        check_rest_of_source();
      }
    }
  }
  result.mod = failed() ? nullptr : mod;
  result.error = std::move(error_);
  result.error.statement_lineno = last_compound_line_;
  result.error.statement_col = last_compound_col_;
  result.warnings = std::move(warnings_);
  for (ParseWarning& warning : tokenizer_.warnings) result.warnings.push_back(std::move(warning));
  return result;
}

ParseResult parse(Ast& ast, std::string_view source, const ParseOptions& options) {
  if (memchr(source.data(), 0, source.size())) {
    ParseResult result;
    result.error.kind = ErrorKind::SyntaxError;
    result.error.message = "source code string cannot contain null bytes";
    result.error.has_location = false;
    return result;
  }
  Parser* parser = new Parser(ast, source, options);
  ParseResult result = parser->run();
  delete parser;
  return result;
}

}  // namespace kaa::parser
