// The tokenizer's main loop: lines, indentation, names, operators, brackets, comments.
//
// Text is read line by line: `line_end_` is the end of the line that has been entered, and next_line() enters the next one
// only when a character of it is asked for. So a NEWLINE token leaves the tokenizer on its own line, and the positions
// that errors report come out as CPython's do. Strings and numbers are in tokenizer_literals.cpp.
#include "parser/tokenizer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <iterator>

#include "base/unicode_props.h"

namespace kaa::parser {

static uint8_t character_properties(uint32_t c) {
  uint32_t flags = unicode::prop(c).flags;
  return (flags & unicode::kFlagXidStart ? kIdentifierStart : 0) |
         (flags & unicode::kFlagXidContinue ? kIdentifierContinue : 0) |
         (flags & unicode::kFlagPrintable ? kPrintable : 0);
}

CharacterHook character_hook = character_properties;

namespace {

bool is_name_start(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128; }
bool is_name_char(int c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_digit(int c) { return c >= '0' && c <= '9'; }

struct KeywordText {
  char text[9];  // padded with zeros, so that eight bytes can be compared
  Kw kw;
};

constexpr KeywordText kKeywords[] = {
    {"False", Kw::kFalse},   {"None", Kw::kNoneValue}, {"True", Kw::kTrue},         {"and", Kw::kAnd},
    {"as", Kw::kAs},         {"assert", Kw::kAssert},  {"async", Kw::kAsync},       {"await", Kw::kAwait},
    {"break", Kw::kBreak},   {"class", Kw::kClass},    {"continue", Kw::kContinue}, {"def", Kw::kDef},
    {"del", Kw::kDel},       {"elif", Kw::kElif},      {"else", Kw::kElse},         {"except", Kw::kExcept},
    {"finally", Kw::kFinally}, {"for", Kw::kFor},      {"from", Kw::kFrom},         {"global", Kw::kGlobal},
    {"if", Kw::kIf},         {"import", Kw::kImport},  {"in", Kw::kIn},             {"is", Kw::kIs},
    {"lambda", Kw::kLambda}, {"nonlocal", Kw::kNonlocal}, {"not", Kw::kNot},        {"or", Kw::kOr},
    {"pass", Kw::kPass},     {"raise", Kw::kRaise},    {"return", Kw::kReturn},     {"try", Kw::kTry},
    {"while", Kw::kWhile},   {"with", Kw::kWith},      {"yield", Kw::kYield},       {"match", Kw::kMatch},
    {"case", Kw::kCase},     {"type", Kw::kType},      {"_", Kw::kUnderscore},
};

// For each first character the list of keyword indices that start with it, -1 ended.
struct KeywordIndex {
  int8_t lists[128][8];
  KeywordIndex() {
    memset(lists, -1, sizeof lists);
    for (int i = 0; i < (int)(sizeof kKeywords / sizeof kKeywords[0]); i++) {
      int8_t* list = lists[(int)kKeywords[i].text[0]];
      while (*list >= 0) list++;
      *list = (int8_t)i;
    }
  }
};
const KeywordIndex kKeywordIndex;

int one_char_type(int c) {
  switch (c) {
    case '!': return EXCLAMATION;
    case '%': return PERCENT;
    case '&': return AMPER;
    case '(': return LPAR;
    case ')': return RPAR;
    case '*': return STAR;
    case '+': return PLUS;
    case ',': return COMMA;
    case '-': return MINUS;
    case '.': return DOT;
    case '/': return SLASH;
    case ':': return COLON;
    case ';': return SEMI;
    case '<': return LESS;
    case '=': return EQUAL;
    case '>': return GREATER;
    case '@': return AT;
    case '[': return LSQB;
    case ']': return RSQB;
    case '^': return CIRCUMFLEX;
    case '{': return LBRACE;
    case '|': return VBAR;
    case '}': return RBRACE;
    case '~': return TILDE;
  }
  return OP;
}

int two_char_type(int a, int b) {
  if (b == '=') {
    switch (a) {
      case '!': return NOTEQUAL;
      case '%': return PERCENTEQUAL;
      case '&': return AMPEREQUAL;
      case '*': return STAREQUAL;
      case '+': return PLUSEQUAL;
      case '-': return MINEQUAL;
      case '/': return SLASHEQUAL;
      case ':': return COLONEQUAL;
      case '<': return LESSEQUAL;
      case '=': return EQEQUAL;
      case '>': return GREATEREQUAL;
      case '@': return ATEQUAL;
      case '^': return CIRCUMFLEXEQUAL;
      case '|': return VBAREQUAL;
    }
    return OP;
  }
  if (a == b) {
    switch (a) {
      case '*': return DOUBLESTAR;
      case '/': return DOUBLESLASH;
      case '<': return LEFTSHIFT;
      case '>': return RIGHTSHIFT;
    }
    return OP;
  }
  if (a == '-' && b == '>') return RARROW;
  if (a == '<' && b == '>') return NOTEQUAL;
  return OP;
}

int three_char_type(int a, int b, int c) {
  if (c == '=' && a == b) {
    switch (a) {
      case '*': return DOUBLESTAREQUAL;
      case '/': return DOUBLESLASHEQUAL;
      case '<': return LEFTSHIFTEQUAL;
      case '>': return RIGHTSHIFTEQUAL;
    }
  }
  if (a == '.' && b == '.' && c == '.') return ELLIPSIS;
  return OP;
}

}  // namespace

Kw keyword_of(const char* text, uint32_t size) {
  if (size > 8 || (unsigned char)text[0] >= 128) return Kw::kNone;
  for (const int8_t* at = kKeywordIndex.lists[(int)text[0]]; *at >= 0; at++) {
    const KeywordText& keyword = kKeywords[*at];
    if (memcmp(keyword.text, text, size) == 0 && keyword.text[size] == 0) return keyword.kw;
  }
  return Kw::kNone;
}

uint32_t decode_utf8_char(const char*& at) {
  unsigned char c = (unsigned char)*at++;
  if (c < 0x80) return c;
  int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
  uint32_t value = c & (0x3F >> more);
  while (more-- > 0 && ((unsigned char)*at & 0xC0) == 0x80) value = value << 6 | ((unsigned char)*at++ & 0x3F);
  return value;
}

Tokenizer::Tokenizer(std::string_view source, const TokenizerOptions& options) : options_(options) {
  bool ends_in_newline = !source.empty() && (source.back() == '\n' || source.back() == '\r');
  implicit_newline_ = !ends_in_newline;
  if (options.extra_tokens) {
    storage_.assign(source);
  } else if (memchr(source.data(), '\r', source.size())) {
    storage_.reserve(source.size() + 1);
    for (size_t i = 0; i < source.size(); i++) {
      char c = source[i];
      if (c == '\r') {
        if (i + 1 < source.size() && source[i + 1] == '\n') i++;
        c = '\n';
      }
      storage_ += c;
    }
  } else {
    storage_.reserve(source.size() + 1);
    storage_.assign(source);
  }
  if (options.add_newline && !options.read_line && !ends_in_newline && !(options.extra_tokens && source.empty())) storage_ += '\n';
  base_ = cur_ = line_start_ = line_end_ = buffer_start_ = multi_line_start_ = storage_.data();
  end_ = base_ + storage_.size();
  indents_[0] = alt_indents_[0] = 0;
}

// Appends the next line of a source that comes line by line; the text may move.
bool Tokenizer::add_line() {
  std::string line;
  if (!options_.read_line(options_.reader, &line) || line.empty()) {
    options_.read_line = nullptr;
    return false;
  }
  implicit_newline_ = line.back() != '\n';
  if (implicit_newline_) line += '\n';
  const char** const pointers[] = {&cur_, &line_start_, &line_end_, &buffer_start_, &token_start_, &multi_line_start_};
  ptrdiff_t at[std::size(pointers)];
  for (size_t i = 0; i < std::size(pointers); i++) at[i] = *pointers[i] ? *pointers[i] - base_ : -1;
  storage_ += line;
  base_ = storage_.data();
  end_ = base_ + storage_.size();
  for (size_t i = 0; i < std::size(pointers); i++) *pointers[i] = at[i] < 0 ? nullptr : base_ + at[i];
  return true;
}

int Tokenizer::next_line() {
  if (cur_ == end_ && !(options_.read_line && add_line())) {
    if (done_ == Done::kOk) done_ = Done::kEof;
    return kEof;
  }
  buffer_start_ = cur_;
  line_start_ = cur_;
  lineno_++;
  const char* newline = (const char*)memchr(cur_, '\n', (size_t)(end_ - cur_));
  line_end_ = newline ? newline + 1 : end_;
  return (unsigned char)*cur_++;
}

void Tokenizer::drop_indentation() {
  pending_ = -indent_;
  indent_ = 0;
}

// ---- errors ---------------------------------------------------------------------------------------------------------

int Tokenizer::count_chars(const char* from, const char* to) {
  int n = 0;
  for (; from < to; from++) n += ((unsigned char)*from & 0xC0) != 0x80;
  return n;
}

std::string_view Tokenizer::current_line() const {
  const char* newline = (const char*)memchr(line_start_, '\n', (size_t)(end_ - line_start_));
  return {line_start_, (size_t)((newline ? newline : end_) - line_start_)};
}

std::string_view Tokenizer::line_of(const Token& token) const {
  const char* from = base_ + token.start;
  while (from > base_ && from[-1] != '\n') from--;
  const char* to = base_ + (token.end > token.start ? token.end - 1 : token.end);
  while (to < end_ && *to != '\n') to++;
  return {from, (size_t)(to - from)};
}

void Tokenizer::fail_set(ErrorKind kind, int offset, int end_offset, std::string_view message) {
  if (done_ == Done::kError && error_.kind != ErrorKind::None) return;
  error_.kind = kind;
  error_.message = message;
  error_.lineno = error_.end_lineno = lineno_;
  error_.offset = offset;
  error_.end_offset = end_offset;
  error_.text = current_line();
  error_.has_text = true;
  lexical_error_ = !inside_string();
  done_ = Done::kError;
}

int Tokenizer::fail(const char* format, ...) {
  char message[200];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  int offset = count_chars(line_start_, cur_);
  fail_set(ErrorKind::SyntaxError, offset, offset, message);
  return ERRORTOKEN;
}

int Tokenizer::fail_range(int col, int end_col, const char* format, ...) {
  char message[200];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  fail_set(ErrorKind::SyntaxError, col, end_col, message);
  return ERRORTOKEN;
}

void Tokenizer::make_error(ParseError* error, ErrorKind kind, int lineno, int col, int end_lineno, int end_col,
                           std::string_view message) const {
  make_error_1based(error, kind, lineno, col + 1, end_lineno, end_col + 1, message);
}

// The text is what CPython finds for source that is no file: the tokenizer's own line with its newline when the error
// is there, otherwise the line without it. Columns are turned into characters in that text.
void Tokenizer::make_error_1based(ParseError* error, ErrorKind kind, int lineno, int col, int end_lineno, int end_col,
                                  std::string_view message) const {
  error->kind = kind;
  error->message = message;
  error->lineno = lineno;
  error->end_lineno = end_lineno;
  const char* from = base_;
  const char* to;
  if (lineno_ <= lineno) {
    from = buffer_start_;
    to = line_end_;
  } else {
    for (int i = 1; i < lineno; i++) {
      const char* newline = (const char*)memchr(from, '\n', (size_t)(end_ - from));
      if (!newline) break;
      from = newline + 1;
    }
    const char* newline = (const char*)memchr(from, '\n', (size_t)(end_ - from));
    to = newline ? newline : end_;
  }
  error->text.assign(from, (size_t)(to - from));
  error->has_text = true;
  // Both columns are taken as columns of this text, also when the error ends on another line.
  auto to_chars = [&](int column) {
    if (column <= 0) return column;
    int bytes = column - 1;
    return count_chars(from, from + (bytes < to - from ? bytes : (int)(to - from))) + 1;
  };
  error->offset = to_chars(col);
  error->end_offset = to_chars(end_col);
}

void Tokenizer::make_unclosed_error(ParseError* error) const {
  char message[40];
  snprintf(message, sizeof message, "'%c' was never closed", parens_[level_ - 1]);
  make_error(error, ErrorKind::SyntaxError, paren_lines_[level_ - 1], paren_cols_[level_ - 1], paren_lines_[level_ - 1],
             -1, message);
}

// ---- tokens ---------------------------------------------------------------------------------------------------------

bool Tokenizer::next(Token* token) {
  if (done_ == Done::kError) {
    *token = Token{ERRORTOKEN, Kw::kNone, (uint16_t)level_, (uint32_t)size(), (uint32_t)size(), lineno_, -1, lineno_, -1};
    return false;
  }
  token->kw = Kw::kNone;
  token->start = token->end = UINT32_MAX;
  token_start_ = nullptr;
  int type = read_token(token);
  token->type = (uint8_t)type;
  token->level = (uint16_t)level_;
  bool has_text = token->start != UINT32_MAX;
  bool multi_line = type == STRING || type == FSTRING_MIDDLE || type == TSTRING_MIDDLE || type == FSTRING_START ||
                    type == TSTRING_START || type == FSTRING_END || type == TSTRING_END;
  if (!has_text) {
    token->start = token->end = (uint32_t)(cur_ - base_);
    token->lineno = token->end_lineno = lineno_;
    token->col = token->end_col = -1;
  } else {
    const char* line = multi_line ? multi_line_start_ : line_start_;
    token->lineno = multi_line ? first_lineno_ : lineno_;
    token->end_lineno = lineno_;
    const char* start = base_ + token->start;
    const char* end = base_ + token->end;
    token->col = start >= line ? (int)(start - line) : -1;
    token->end_col = end >= line_start_ ? (int)(end - line_start_) : -1;
  }
  if (type != ERRORTOKEN) return true;
  if (error_.kind == ErrorKind::None) {
    // The end of the input inside brackets, or after a backslash.
    if (level_ > 0) {
      make_unclosed_error(&error_);
    } else {
      make_error_1based(&error_, ErrorKind::SyntaxError, lineno_, current_col(), lineno_, -1,
                        "unexpected EOF while parsing");
    }
  }
  return false;
}

int Tokenizer::read_token(Token* token) {
  if (inside_string() && mode().in_text) return read_string_text(token);
  return read_normal(token);
}

// Reads the white space that starts a line and enters its indentation. Returns 0, or an ERRORTOKEN.
int Tokenizer::read_indentation(Token* token, bool* blank_line) {
  int col = 0, alt_col = 0, cont_line_col = 0;
  int c;
  for (;;) {
    c = nextc();
    if (c == ' ') {
      col++, alt_col++;
    } else if (c == '\t') {
      col = (col / kTabSize + 1) * kTabSize;
      alt_col++;
    } else if (c == '\014') {
      col = alt_col = 0;
    } else if (c == '\\') {
      cont_line_col = cont_line_col ? cont_line_col : col;
      if (read_continuation() == ERRORTOKEN) return ERRORTOKEN;
    } else {
      break;
    }
  }
  backup(c);
  if (c == '#' || c == '\n' || c == '\r') *blank_line = true;
  if (*blank_line || level_ != 0) return 0;
  col = cont_line_col ? cont_line_col : col;
  alt_col = cont_line_col ? cont_line_col : alt_col;
  static const char kTabMessage[] = "inconsistent use of tabs and spaces in indentation";
  auto tab_error = [&] {
    make_error(&error_, ErrorKind::TabError, lineno_, 0, lineno_, -1, kTabMessage);
    done_ = Done::kError;
    return (int)ERRORTOKEN;
  };
  if (col == indents_[indent_]) {
    if (alt_col != alt_indents_[indent_]) return tab_error();
  } else if (col > indents_[indent_]) {
    if (indent_ + 1 >= kMaxIndent) {
      make_error(&error_, ErrorKind::IndentationError, lineno_, 0, lineno_, -1, "too many levels of indentation");
      done_ = Done::kError;
      cur_ = line_end_;
      return ERRORTOKEN;
    }
    if (alt_col <= alt_indents_[indent_]) return tab_error();
    pending_++;
    indent_++;
    indents_[indent_] = col;
    alt_indents_[indent_] = alt_col;
  } else {
    while (indent_ > 0 && col < indents_[indent_]) {
      pending_--;
      indent_--;
    }
    if (col != indents_[indent_]) {
      cur_ = line_end_;
      make_error_1based(&error_, ErrorKind::IndentationError, lineno_, current_col(), lineno_, -1,
                        "unindent does not match any outer indentation level");
      done_ = Done::kError;
      return ERRORTOKEN;
    }
    if (alt_col != alt_indents_[indent_]) return tab_error();
  }
  return 0;
}

// A backslash was read: the line's end must follow. Returns the first character of the next line, backed up.
int Tokenizer::read_continuation() {
  int c = nextc();
  if (c == '\r') c = nextc();
  if (c != '\n') {
    int col = (int)(cur_ - buffer_start_) - 1;
    make_error(&error_, ErrorKind::SyntaxError, lineno_, col >= 0 ? col : 0, lineno_, -1,
               "unexpected character after line continuation character");
    done_ = Done::kError;
    return ERRORTOKEN;
  }
  c = nextc();
  if (c == kEof) {
    done_ = Done::kEof;
    cur_ = end_;
    return ERRORTOKEN;
  }
  backup(c);
  return 0;
}

// At a '#': reads to the line's end. Returns a token type, or 0 with the following character in *next.
int Tokenizer::read_comment(Token* token, bool blank_line, int* next) {
  const char* start = cur_ - 1;
  int c;
  do c = nextc();
  while (c != kEof && c != '\n' && c != '\r');
  if (options_.extra_tokens) {
    backup(c);
    comment_on_blank_line_ = blank_line;
    token->start = (uint32_t)(start - base_);
    token->end = (uint32_t)(cur_ - base_);
    return COMMENT;
  }
  if (options_.type_comments) {
    backup(c);
    const char* at = start;
    const char* prefix = "# type: ";
    for (; *prefix && at < cur_; prefix++) {
      if (*prefix == ' ') {
        while (*at == ' ' || *at == '\t') at++;
      } else if (*prefix == *at) {
        at++;
      } else {
        break;
      }
    }
    if (!*prefix) {
      const char* after = at + 6;
      bool ignore = cur_ >= after && memcmp(at, "ignore", 6) == 0 &&
                    !(cur_ > after && ((unsigned char)*after >= 128 || (is_name_char((unsigned char)*after) && *after != '_')));
      token->start = (uint32_t)((ignore ? after : at) - base_);
      token->end = (uint32_t)(cur_ - base_);
      if (!ignore) return TYPE_COMMENT;
      if (blank_line) {
        nextc();
        at_line_start_ = true;
      }
      return TYPE_IGNORE;
    }
    c = nextc();
  }
  *next = c;
  return 0;
}

int Tokenizer::read_normal(Token* token) {
  auto set_text = [&](const char* from, const char* to) {
    token->start = (uint32_t)(from - base_);
    token->end = (uint32_t)(to - base_);
  };
next_line:
  token_start_ = nullptr;
  bool blank_line = false;
  if (at_line_start_) {
    at_line_start_ = false;
    if (read_indentation(token, &blank_line) == ERRORTOKEN) return ERRORTOKEN;
  }
  token_start_ = cur_;
  if (pending_ != 0) {
    if (pending_ < 0) {
      if (options_.extra_tokens) set_text(cur_, cur_);
      pending_++;
      return DEDENT;
    }
    if (options_.extra_tokens) set_text(line_start_, cur_);
    pending_--;
    return INDENT;
  }
  int c;
again:
  token_start_ = nullptr;
  do c = nextc();
  while (c == ' ' || c == '\t' || c == '\014');
  token_start_ = c == kEof ? nullptr : cur_ - 1;

  if (c == '#') {
    int type = read_comment(token, blank_line, &c);
    if (type) return type;
  }
  if (c == kEof) {
    if (level_ && !options_.extra_tokens) return ERRORTOKEN;
    if (level_ && options_.extra_tokens) return ERRORTOKEN;
    return done_ == Done::kEof ? ENDMARKER : ERRORTOKEN;
  }
  if (is_name_start(c)) return read_name_or_string(token, c);
  if (c == '\r') c = nextc();
  if (c == '\n') {
    at_line_start_ = true;
    if (comment_on_blank_line_) {
      comment_on_blank_line_ = false;
      set_text(token_start_, cur_);
      return NL;
    }
    if (blank_line || level_ > 0) {
      if (options_.extra_tokens) {
        set_text(token_start_, cur_);
        return NL;
      }
      goto next_line;
    }
    set_text(token_start_, cur_);
    return NEWLINE;
  }
  if (c == '.') {
    c = nextc();
    if (is_digit(c)) {
      int type = fraction_and_exponent(c, true);
      set_text(token_start_, cur_);
      return type;
    }
    if (c == '.') {
      c = nextc();
      if (c == '.') {
        set_text(token_start_, cur_);
        return ELLIPSIS;
      }
      backup(c);
      backup('.');
    } else {
      backup(c);
    }
    set_text(token_start_, cur_);
    return DOT;
  }
  if (is_digit(c)) return read_number(token, c);
  if (c == '\'' || c == '"') {
    int type = read_string(c);
    if (type != ERRORTOKEN) set_text(token_start_, cur_);
    return type;
  }
  if (c == '\\') {
    token_start_ = nullptr;
    if (read_continuation() == ERRORTOKEN) return ERRORTOKEN;
    goto again;
  }
  // A ':' that ends a replacement field's expression starts its format spec, whatever follows.
  if (c == ':' && inside_string() && mode().depth - 1 == mode().expr_depth) {
    mode().in_text = true;
    mode().in_format_spec = true;
    set_text(token_start_, cur_);
    return COLON;
  }
  int c2 = nextc();
  int type = two_char_type(c, c2);
  if (options_.extra_tokens && c == '<' && c2 == '>') type = OP;  // as the tokenize module has it
  if (type != OP) {
    int c3 = nextc();
    int three = three_char_type(c, c2, c3);
    if (three != OP) {
      type = three;
    } else {
      backup(c3);
    }
    set_text(token_start_, cur_);
    return type;
  }
  backup(c2);
  switch (c) {
    case '(':
    case '[':
    case '{':
      if (open_bracket(c) == ERRORTOKEN) return ERRORTOKEN;
      break;
    case ')':
    case ']':
    case '}':
      if (close_bracket(c) == ERRORTOKEN) return ERRORTOKEN;
      break;
    default:
      if (c < 0x20 || c == 0x7F) return fail("invalid non-printable character U+%04X", c);
  }
  set_text(token_start_, cur_);
  return one_char_type(c);
}

int Tokenizer::open_bracket(int c) {
  if (level_ >= kMaxLevel) return fail("too many nested parentheses");
  parens_[level_] = (char)c;
  paren_lines_[level_] = lineno_;
  paren_cols_[level_] = (int)(token_start_ - line_start_);
  level_++;
  if (inside_string()) mode().depth++;
  return 0;
}

int Tokenizer::close_bracket(int c) {
  if (inside_string() && mode().depth == 0 && c == '}') return fail("%c-string: single '}' is not allowed", mode().kind);
  if (!options_.extra_tokens && level_ == 0) return fail("unmatched '%c'", c);
  if (level_ > 0) {
    level_--;
    int opening = parens_[level_];
    bool matches = (opening == '(' && c == ')') || (opening == '[' && c == ']') || (opening == '{' && c == '}');
    if (!options_.extra_tokens && !matches) {
      if (inside_string() && opening == '{' && mode().depth - 1 == mode().expr_depth) {
        return fail("%c-string: unmatched '%c'", mode().kind, c);
      }
      if (paren_lines_[level_] != lineno_) {
        return fail("closing parenthesis '%c' does not match opening parenthesis '%c' on line %d", c, opening,
                    paren_lines_[level_]);
      }
      return fail("closing parenthesis '%c' does not match opening parenthesis '%c'", c, opening);
    }
  }
  if (inside_string()) {
    StringMode& m = mode();
    m.depth--;
    if (c == '}' && m.depth == m.expr_depth) {
      m.expr_depth--;
      m.in_text = true;
      m.in_format_spec = false;
    }
  }
  return 0;
}

// ---- names ----------------------------------------------------------------------------------------------------------

int Tokenizer::read_name_or_string(Token* token, int c) {
  bool saw_b = false, saw_r = false, saw_u = false, saw_f = false, saw_t = false;
  bool non_ascii = false;
  // A string's prefix: each letter at most once; combinations that make no sense are refused once a quote follows.
  for (;;) {
    int lower = c | 0x20;
    if (lower == 'b' && !saw_b && c < 128) {
      saw_b = true;
    } else if (lower == 'u' && !saw_u && c < 128) {
      saw_u = true;
    } else if (lower == 'r' && !saw_r && c < 128) {
      saw_r = true;
    } else if (lower == 'f' && !saw_f && c < 128) {
      saw_f = true;
    } else if (lower == 't' && !saw_t && c < 128) {
      saw_t = true;
    } else {
      break;
    }
    c = nextc();
    if (c != '"' && c != '\'') continue;
    auto clash = [&](char a, char b) {
      int col = count_chars(line_start_, token_start_) + 1;
      int end_col = count_chars(line_start_, cur_ - 1) + 1;
      return fail_range(col, end_col - 0, "'%c' and '%c' prefixes are incompatible", a, b);
    };
    if (saw_u && saw_b) return clash('u', 'b');
    if (saw_u && saw_r) return clash('u', 'r');
    if (saw_u && saw_f) return clash('u', 'f');
    if (saw_u && saw_t) return clash('u', 't');
    if (saw_b && saw_f) return clash('b', 'f');
    if (saw_b && saw_t) return clash('b', 't');
    if (saw_f && saw_t) return clash('f', 't');
    int type = saw_f || saw_t ? start_format_string(saw_f ? 'f' : 't', saw_r, c) : read_string(c);
    if (type != ERRORTOKEN) {
      token->start = (uint32_t)(token_start_ - base_);
      token->end = (uint32_t)(cur_ - base_);
    }
    return type;
  }
  while (is_name_char(c)) {
    non_ascii |= c >= 128;
    c = nextc();
  }
  backup(c);
  if (non_ascii && !options_.extra_tokens && !check_identifier()) return ERRORTOKEN;
  token->start = (uint32_t)(token_start_ - base_);
  token->end = (uint32_t)(cur_ - base_);
  token->kw = keyword_of(token_start_, token->end - token->start);
  return NAME;
}

// The token is a name with characters outside ASCII: all of them must be allowed in identifiers.
bool Tokenizer::check_identifier() {
  if (!character_hook) return true;
  const char* at = token_start_;
  bool first = true;
  while (at < cur_) {
    uint32_t c = decode_utf8_char(at);
    bool fine = c < 128 ? (first ? is_name_start((int)c) : is_name_char((int)c))
                        : (character_hook(c) & (first ? kIdentifierStart : kIdentifierContinue)) != 0;
    first = false;
    if (fine) continue;
    const char* after = at;
    const char* from = at - 1;
    while (((unsigned char)*from & 0xC0) == 0x80) from--;
    cur_ = after;
    if (character_hook(c) & kPrintable) {
      fail("invalid character '%.*s' (U+%04X)", (int)(after - from), from, c);
    } else {
      fail("invalid non-printable character U+%04X", c);
    }
    return false;
  }
  return true;
}

}  // namespace kaa::parser
