// Numbers, strings, and the text of f-strings and t-strings.
//
// An f-string is tokenized as START, then MIDDLE tokens and the tokens of its replacement fields in turn, then END. The
// stack `modes_` has an entry for each such string that is open; its in_text says whether the next token is text.
#include <stdio.h>
#include <string.h>

#include "parser/tokenizer.h"

namespace kaa::parser {

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_hex(int c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_ascii_name_char(int c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// ---- numbers --------------------------------------------------------------------------------------------------------

// The rest of a keyword comes next, and its end.
bool Tokenizer::lookahead(const char* text) {
  size_t size = strlen(text);
  return strncmp(cur_, text, size) == 0 && !((unsigned char)cur_[size] >= 128 || is_ascii_name_char(cur_[size]));
}

// `c` follows a number. A keyword may follow it directly (with a warning); another name character is an error.
bool Tokenizer::check_number_end(int c, const char* kind) {
  if (options_.extra_tokens) return true;
  bool keyword = false;
  switch (c) {
    case 'a': keyword = lookahead("nd"); break;
    case 'e': keyword = lookahead("lse"); break;
    case 'f': keyword = lookahead("or"); break;
    case 'i': keyword = *cur_ == 'f' || *cur_ == 'n' || *cur_ == 's'; break;
    case 'o': keyword = lookahead("r"); break;
    case 'n': keyword = lookahead("ot"); break;
  }
  if (keyword) {
    if (report_warnings) {
      backup(c);
      ParseWarning warning;
      warning.message = std::string("invalid ") + kind + " literal";
      warning.lineno = warning.end_lineno = lineno_;
      warning.offset = warning.end_offset = current_col();
      warning.text = current_line();
      warnings.push_back(std::move(warning));
      nextc();
    }
    return true;
  }
  if (c < 128 && is_ascii_name_char(c)) {
    backup(c);
    fail("invalid %s literal", kind);
    return false;
  }
  return true;
}

// Digits with single underscores between them; the character after them goes to *next.
bool Tokenizer::decimal_tail(int* next) {
  int c;
  for (;;) {
    do c = nextc();
    while (is_digit(c));
    if (c != '_') break;
    c = nextc();
    if (!is_digit(c)) {
      backup(c);
      fail("invalid decimal literal");
      return false;
    }
  }
  *next = c;
  return true;
}

// After the integer part of a decimal number: `c` is the next character (a digit of the fraction if `fraction`).
int Tokenizer::fraction_and_exponent(int c, bool fraction) {
  if (fraction && is_digit(c) && !decimal_tail(&c)) return ERRORTOKEN;
  if (c == 'e' || c == 'E') {
    int e = c;
    c = nextc();
    if (c == '+' || c == '-') {
      c = nextc();
      if (!is_digit(c)) {
        backup(c);
        return fail("invalid decimal literal");
      }
    } else if (!is_digit(c)) {
      backup(c);
      if (!check_number_end(e, "decimal")) return ERRORTOKEN;
      backup(e);
      return NUMBER;
    }
    if (!decimal_tail(&c)) return ERRORTOKEN;
  }
  if (c == 'j' || c == 'J') {
    c = nextc();
    if (!check_number_end(c, "imaginary")) return ERRORTOKEN;
  } else if (!check_number_end(c, "decimal")) {
    return ERRORTOKEN;
  }
  backup(c);
  return NUMBER;
}

int Tokenizer::read_number(Token* token, int c) {
  int type = NUMBER;
  auto radix = [&](const char* name, auto is_in_radix) -> int {
    c = nextc();
    do {
      if (c == '_') c = nextc();
      if (!is_in_radix(c)) {
        if (is_digit(c)) return fail("invalid digit '%c' in %s literal", c, name);
        backup(c);
        return fail("invalid %s literal", name);
      }
      do c = nextc();
      while (is_in_radix(c));
    } while (c == '_');
    if (is_digit(c)) return fail("invalid digit '%c' in %s literal", c, name);
    if (!check_number_end(c, name)) return ERRORTOKEN;
    backup(c);
    return NUMBER;
  };
  if (c == '0') {
    c = nextc();
    if (c == 'x' || c == 'X') {
      type = radix("hexadecimal", is_hex);
    } else if (c == 'o' || c == 'O') {
      type = radix("octal", [](int d) { return d >= '0' && d < '8'; });
    } else if (c == 'b' || c == 'B') {
      type = radix("binary", [](int d) { return d == '0' || d == '1'; });
    } else {
      bool nonzero = false;
      for (;;) {
        if (c == '_') {
          c = nextc();
          if (!is_digit(c)) {
            backup(c);
            return fail("invalid decimal literal");
          }
        }
        if (c != '0') break;
        c = nextc();
      }
      const char* zeros_end = cur_;
      if (is_digit(c)) {
        nonzero = true;
        if (!decimal_tail(&c)) return ERRORTOKEN;
      }
      if (c == '.') {
        type = fraction_and_exponent(nextc(), true);
      } else if (c == 'e' || c == 'E' || c == 'j' || c == 'J') {
        type = fraction_and_exponent(c, false);
      } else if (nonzero && !options_.extra_tokens) {
        backup(c);
        return fail_range(count_chars(line_start_, token_start_ + 1), count_chars(line_start_, zeros_end),
                          "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
                          "integers");
      } else {
        if (!check_number_end(c, "decimal")) return ERRORTOKEN;
        backup(c);
      }
    }
  } else {
    if (!decimal_tail(&c)) return ERRORTOKEN;
    type = c == '.' ? fraction_and_exponent(nextc(), true) : fraction_and_exponent(c, false);
  }
  if (type == ERRORTOKEN) return type;
  token->start = (uint32_t)(token_start_ - base_);
  token->end = (uint32_t)(cur_ - base_);
  return type;
}

// ---- strings --------------------------------------------------------------------------------------------------------

// The opening quote was read.
int Tokenizer::read_string(int quote) {
  int quote_size = 1, end_quote_size = 0;
  bool escaped_quote = false;
  first_lineno_ = lineno_;
  multi_line_start_ = line_start_;
  int c = nextc();
  if (c == quote) {
    c = nextc();
    if (c == quote) {
      quote_size = 3;
    } else {
      end_quote_size = 1;  // an empty string
    }
  }
  if (c != quote) backup(c);
  while (end_quote_size != quote_size) {
    c = nextc();
    if (c == kEof || (quote_size == 1 && c == '\n')) {
      // The error is reported at the opening quote.
      cur_ = token_start_ + 1;
      line_start_ = buffer_start_ = multi_line_start_;
      int last_line = lineno_;
      lineno_ = first_lineno_;
      if (inside_string() && mode().quote == quote && mode().quote_size == quote_size) {
        return fail("%c-string: expecting '}'", mode().kind);
      }
      int type;
      if (quote_size == 3) {
        type = fail("unterminated triple-quoted string literal (detected at line %d)", last_line);
      } else if (escaped_quote) {
        type = fail("unterminated string literal (detected at line %d); perhaps you escaped the end quote?", last_line);
      } else {
        type = fail("unterminated string literal (detected at line %d)", last_line);
      }
      unterminated_ = c == kEof || quote_size == 3;
      return type;
    }
    if (c == quote) {
      end_quote_size++;
    } else {
      end_quote_size = 0;
      if (c == '\\') {
        c = nextc();
        if (c == quote) escaped_quote = true;
        if (c == '\r') c = nextc();
      }
    }
  }
  return STRING;
}

// The prefix and the opening quote of an f-string or t-string were read.
int Tokenizer::start_format_string(char kind, bool raw, int quote) {
  int quote_size = 1;
  first_lineno_ = lineno_;
  multi_line_start_ = line_start_;
  int after = nextc();
  if (after == quote) {
    int after_after = nextc();
    if (after_after == quote) {
      quote_size = 3;
    } else {
      backup(after_after);
      backup(after);
    }
  } else {
    backup(after);
  }
  if ((int)modes_.size() + 1 >= kMaxStringNesting) return fail("too many nested f-strings or t-strings");
  StringMode m{};
  m.in_text = true;
  m.raw = raw;
  m.kind = kind;
  m.quote = (char)quote;
  m.quote_size = quote_size;
  m.expr_depth = -1;
  m.start = (uint32_t)(token_start_ - base_);
  m.line_start = (uint32_t)(line_start_ - base_);
  m.first_lineno = lineno_;
  modes_.push_back(m);
  return kind == 'f' ? FSTRING_START : TSTRING_START;
}

void Tokenizer::warn_escape(int c) {
  if (!report_warnings || options_.extra_tokens) return;
  ParseWarning warning;
  char text[160];
  snprintf(text, sizeof text,
           "\"\\%c\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "
           "\"\\\\%c\"? A raw string is also an option.",
           c, c);
  warning.message = text;
  warning.lineno = warning.end_lineno = lineno_;
  warning.offset = warning.end_offset = current_col();
  warning.text = current_line();
  warnings.push_back(std::move(warning));
}

int Tokenizer::read_string_text(Token* token) {
  token_start_ = cur_;
  first_lineno_ = lineno_;
  StringMode& m = mode();
  const uint32_t start = (uint32_t)(cur_ - base_);  // no pointer: the text may move when a line is read
  multi_line_start_ = line_start_;
  const int middle = m.kind == 'f' ? FSTRING_MIDDLE : TSTRING_MIDDLE;
  auto set_text = [&](uint32_t from, const char* to) {
    token->start = from;
    token->end = (uint32_t)(to - base_);
  };
  // The position where the text starts may be the start of a line that is not entered yet.
  int c = nextc();
  if (c != kEof && cur_ - 1 == line_start_) {
    first_lineno_ = lineno_;
    multi_line_start_ = line_start_;
  }
  if (c == '{') {
    int after = nextc();
    backup(after);
    backup(c);
    if (after != '{' || m.in_format_spec) {
      m.expr_depth++;
      if (m.expr_depth >= kMaxExpressionNesting) return fail("%c-string: expressions nested too deeply", m.kind);
      m.in_text = false;
      return read_normal(token);
    }
  } else {
    backup(c);
  }
  // The closing quotes, if they come at once.
  int quotes = 0;
  const char* before_quotes = cur_;
  while (quotes < m.quote_size && cur_ < line_end_ && *cur_ == m.quote) {
    cur_++;
    quotes++;
  }
  if (quotes == m.quote_size) {
    set_text(start, cur_);
    int type = m.kind == 'f' ? FSTRING_END : TSTRING_END;
    modes_.pop_back();
    return type;
  }
  cur_ = before_quotes;

  int end_quotes = 0;
  bool unicode_escape = false;
  while (end_quotes != m.quote_size) {
    c = nextc();
    bool in_spec = m.in_format_spec && m.expr_depth >= 0;
    if (c == kEof || (m.quote_size == 1 && c == '\n')) {
      if (in_spec && c == '\n') {
        if (options_.extra_tokens) {
          backup(c);
          m.in_text = false;
          m.in_format_spec = false;
          set_text(start, cur_);
          return middle;
        }
        return fail("%c-string: newlines are not allowed in format specifiers for single quoted %c-strings", m.kind,
                    m.kind);
      }
      cur_ = base_ + m.start + 1;
      line_start_ = buffer_start_ = base_ + m.line_start;
      int last_line = lineno_;
      lineno_ = m.first_lineno;
      unterminated_ = m.quote_size == 3;
      if (m.quote_size == 3) {
        return fail("unterminated triple-quoted %c-string literal (detected at line %d)", m.kind, last_line);
      }
      return fail("unterminated %c-string literal (detected at line %d)", m.kind, last_line);
    }
    if (c == m.quote) {
      end_quotes++;
      continue;
    }
    end_quotes = 0;
    if (c == '{') {
      int after = nextc();
      if (after != '{' || in_spec) {
        backup(after);
        backup(c);
        m.expr_depth++;
        if (m.expr_depth >= kMaxExpressionNesting) return fail("%c-string: expressions nested too deeply", m.kind);
        m.in_text = false;
        set_text(start, cur_);
      } else {
        set_text(start, cur_ - 1);
      }
      return middle;
    }
    if (c == '}') {
      if (unicode_escape) {
        set_text(start, cur_);
        return middle;
      }
      int after = nextc();
      if (after == '}' && !in_spec && m.depth == 0) {
        set_text(start, cur_ - 1);
      } else {
        backup(after);
        backup(c);
        m.in_text = false;
        set_text(start, cur_);
      }
      return middle;
    }
    if (c == '\\') {
      int after = nextc();
      if (after == '\r') after = nextc();
      if (after == '{' || after == '}') {
        // A backslash does not hide a brace.
        if (!m.raw) warn_escape(after);
        backup(after);
        continue;
      }
      if (!m.raw && after == 'N') {
        after = nextc();
        if (after == '{') {
          unicode_escape = true;
        } else {
          backup(after);
        }
      }
    }
  }
  cur_ -= m.quote_size;
  set_text(start, cur_);
  return middle;
}

}  // namespace kaa::parser
