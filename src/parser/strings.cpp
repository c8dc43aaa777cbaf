// String and bytes literals: prefixes, escapes, and the joining of adjacent literals.
#include <string.h>

#include "base/unicode_db.h"
#include "parser/parser_impl.h"

namespace kaa::parser {

namespace {

void append_utf8(std::string* out, uint32_t c) {
  if (c < 0x80) {
    *out += (char)c;
  } else if (c < 0x800) {
    *out += (char)(0xC0 | c >> 6);
    *out += (char)(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out += (char)(0xE0 | c >> 12);
    *out += (char)(0x80 | (c >> 6 & 0x3F));
    *out += (char)(0x80 | (c & 0x3F));
  } else {
    *out += (char)(0xF0 | c >> 18);
    *out += (char)(0x80 | (c >> 12 & 0x3F));
    *out += (char)(0x80 | (c >> 6 & 0x3F));
    *out += (char)(0x80 | (c & 0x3F));
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// A simple escape's character, or -1.
int simple_escape(char c) {
  switch (c) {
    case '\\': return '\\';
    case '\'': return '\'';
    case '"': return '"';
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
  }
  return -1;
}

// Where `at` is in the text that CPython's decoder sees: a character outside ASCII has become \UXXXXXXXX there, and a
// backslash before one \u005c.
size_t decoder_position(const char* begin, const char* at) {
  size_t position = 0;
  for (const char* p = begin; p < at;) {
    if ((unsigned char)*p >= 0x80) {
      position += 10;
      decode_utf8_char(p);
    } else {
      position++;
      if (*p == '\\' && p + 1 < at) {
        p++;
        if ((unsigned char)*p >= 0x80) {
          position += 5;
        } else {
          position++;
          p++;
        }
      } else {
        p++;
      }
    }
  }
  return position;
}

}  // namespace

static bool find_character(std::string_view name, std::string& out) {
  unicode::Lookup found = unicode::lookup(name);
  if (found.length != 1) return false;  // a named sequence has more
  append_utf8(&out, found.code_points[0]);
  return true;
}

CharacterNameHook character_name_hook = find_character;

Constant* Parser::make_string(const Loc& loc, ConstKind kind, std::string_view value) {
  Constant* node = ast_.make<Constant>(loc);
  std::string_view kept = ast_.arena.copy(value);
  node->value.kind = kind;
  node->value.chars = kept.data();
  node->value.size = (uint32_t)kept.size();
  return node;
}

// `escape` is the character after the backslash, or three octal digits; `before` the text of the token before it.
void Parser::warn_invalid_escape(const Token& token, std::string_view before, std::string_view escape) {
  if (diagnosing_) return;
  if (token.type != STRING && (escape[0] == '{' || escape[0] == '}')) return;  // the tokenizer has warned
  bool octal = escape.size() == 3;
  ParseWarning warning;
  warning.message = "\"\\";
  warning.message += escape;
  warning.message += octal ? "\" is an invalid octal escape sequence." : "\" is an invalid escape sequence.";
  warning.message += " Such sequences will not work in the future. Did you mean \"\\\\";
  warning.message += escape;
  warning.message += "\"? A raw string is also an option.";
  ParseError location;
  tokenizer_.make_error(&location, ErrorKind::SyntaxError, token.lineno, token.col, token.end_lineno, token.end_col, "");
  // The place is that of the backslash, the last character of `before`; bytes are counted from the token's start without prefix and quotes.
  std::string_view all = text(token);
  size_t line_start = before.rfind('\n');
  std::string_view same_line = line_start == std::string_view::npos ? before : before.substr(line_start + 1);
  int column = -1;
  for (char c : same_line) column += ((unsigned char)c & 0xC0) != 0x80;
  if (line_start == std::string_view::npos) {
    column += location.offset - 1;
    bool bytes = !all.empty() && all.substr(0, 2).find_first_of("bB") != std::string_view::npos;
    if (token.type == STRING && !bytes && before.data() >= all.data() && before.data() <= all.data() + all.size()) column += (int)(before.data() - all.data());
  }
  warning.lineno = token.lineno;
  for (char c : before) warning.lineno += c == '\n';
  warning.offset = column + 1;
  warning.end_lineno = warning.lineno;
  warning.end_offset = column + 3;
  warning.text = location.text;
  warnings_.push_back(std::move(warning));
}

bool Parser::decode_text(std::string_view source, bool raw, const Token& token, std::string* out) {
  const char* begin = source.data();
  const char* end = begin + source.size();
  const char* backslash = raw ? nullptr : (const char*)memchr(begin, '\\', source.size());
  if (!backslash) {
    out->append(source);
    return true;
  }
  std::string_view first_invalid;
  const char* at = begin;
  auto fail = [&](const char* from, const char* to, const char* why) {
    size_t first = decoder_position(begin, from), last = first + decoder_position(from, to);
    if (last == first + 1) {
      raise_loc(loc_of(token), "(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position %zu: %s", first,
                why);
    } else {
      raise_loc(loc_of(token), "(unicode error) 'unicodeescape' codec can't decode bytes in position %zu-%zu: %s", first,
                last - 1, why);
    }
    return false;
  };
  while (at < end) {
    const char* next = (const char*)memchr(at, '\\', (size_t)(end - at));
    if (!next) next = end;
    out->append(at, (size_t)(next - at));
    if (next == end) break;
    const char* escape = next;
    at = next + 1;
    if (at == end) {
      *out += '\\';
      break;
    }
    char c = *at++;
    if (c == '\n') continue;
    int simple = simple_escape(c);
    if (simple >= 0) {
      *out += (char)simple;
      continue;
    }
    if (is_octal(c)) {
      uint32_t value = (uint32_t)(c - '0');
      for (int i = 0; i < 2 && at < end && is_octal(*at); i++) value = value * 8 + (uint32_t)(*at++ - '0');
      if (value > 0377 && first_invalid.empty()) first_invalid = {escape + 1, 3};
      append_utf8(out, value);
      continue;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
      int count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      uint32_t value = 0;
      int got = 0;
      while (got < count && at < end && hex_value(*at) >= 0) {
        value = value << 4 | (uint32_t)hex_value(*at++);
        got++;
      }
      if (got < count) {
        return fail(escape, at,
                    c == 'x'   ? "truncated \\xXX escape"
                    : c == 'u' ? "truncated \\uXXXX escape"
                               : "truncated \\UXXXXXXXX escape");
      }
      if (value > 0x10FFFF) return fail(escape, at, "illegal Unicode character");
      append_utf8(out, value);
      continue;
    }
    if (c == 'N') {
      const char* close = nullptr;
      if (at < end && *at == '{') {
        at++;
        close = (const char*)memchr(at, '}', (size_t)(end - at));
        if (!close) at = end;
      }
      if (!close || close == at) return fail(escape, at, "malformed \\N character escape");
      std::string_view name(at, (size_t)(close - at));
      at = close + 1;
      if (!character_name_hook || !character_name_hook(name, *out)) {
        return fail(escape, at, "unknown Unicode character name");
      }
      continue;
    }
    // Not an escape: both characters stay.
    if (first_invalid.empty()) {
      const char* after = escape + 1;
      decode_utf8_char(after);
      if ((unsigned char)c < 0x80) first_invalid = {escape + 1, 1};
    }
    *out += '\\';
    *out += c;
  }
  if (!first_invalid.empty()) {
    // Counted from the start of the token, quotes and prefix included: none of them is a newline.
    warn_invalid_escape(token, {begin, (size_t)(first_invalid.data() - begin)}, first_invalid);
  }
  return true;
}

bool Parser::decode_bytes(std::string_view source, const Token& token, std::string* out) {
  const char* begin = source.data();
  const char* end = begin + source.size();
  std::string_view first_invalid;
  for (const char* at = begin; at < end;) {
    if (*at != '\\') {
      *out += *at++;
      continue;
    }
    const char* escape = at++;
    if (at == end) {
      *out += '\\';
      break;
    }
    char c = *at++;
    if (c == '\n') continue;
    int simple = simple_escape(c);
    if (simple >= 0) {
      *out += (char)simple;
    } else if (is_octal(c)) {
      int value = c - '0';
      for (int i = 0; i < 2 && at < end && is_octal(*at); i++) value = value * 8 + (*at++ - '0');
      if (value > 0377 && first_invalid.empty()) first_invalid = {escape + 1, 3};
      *out += (char)value;
    } else if (c == 'x') {
      if (end - at < 2 || hex_value(at[0]) < 0 || hex_value(at[1]) < 0) {
        raise_loc(loc_of(token), "(value error) invalid \\x escape at position %zu", (size_t)(escape - begin));
        return false;
      }
      *out += (char)(hex_value(at[0]) << 4 | hex_value(at[1]));
      at += 2;
    } else {
      if (first_invalid.empty()) first_invalid = {escape + 1, 1};
      *out += '\\';
      *out += c;
    }
  }
  if (!first_invalid.empty()) {
    warn_invalid_escape(token, {begin, (size_t)(first_invalid.data() - begin)}, first_invalid);
  }
  return true;
}

// One STRING token.
Expr* Parser::string_literal() {
  const Token token = peek();
  pos_++;
  std::string_view source = text(token);
  bool raw = false, bytes = false, unicode = false;
  size_t at = 0;
  for (; source[at] != '\'' && source[at] != '"'; at++) {
    int letter = source[at] | 0x20;
    raw |= letter == 'r';
    bytes |= letter == 'b';
    unicode |= letter == 'u';
  }
  size_t quotes = source.size() - at >= 6 && source[at + 1] == source[at] && source[at + 2] == source[at] ? 3 : 1;
  std::string_view body = source.substr(at + quotes, source.size() - at - 2 * quotes);
  Constant* node;
  if (bytes) {
    for (char c : body) {
      if ((unsigned char)c >= 0x80) {
        return (Expr*)raise_loc(loc_of(token), "bytes can only contain ASCII literal characters");
      }
    }
    if (raw || !memchr(body.data(), '\\', body.size())) return make_string(loc_of(token), ConstKind::Bytes, body);
    std::string value;
    if (!decode_bytes(body, token, &value)) return nullptr;
    return make_string(loc_of(token), ConstKind::Bytes, value);
  }
  if (raw || !memchr(body.data(), '\\', body.size())) {
    node = make_string(loc_of(token), ConstKind::Str, body);
  } else {
    std::string value;
    if (!decode_text(body, raw, token, &value)) return nullptr;
    node = make_string(loc_of(token), ConstKind::Str, value);
  }
  if (unicode) node->kind_ = ast_.intern("u");
  return node;
}

// ---- adjacent literals ------------------------------------------------------------------------------------------------

Expr* Parser::strings() {
  return remember(kRuleStrings, [&] { return parse_strings(); });
}

Expr* Parser::parse_strings() {
  size_t start = pos_;
  ListOf<Expr> parts(this);
  bool templates = at(TSTRING_START);
  for (;;) {
    int type = peek_type();
    if (type != STRING && type != FSTRING_START && type != TSTRING_START) break;
    bool mixed = (type == TSTRING_START) != templates;
    if (mixed && !diagnosing_) break;
    Expr* part = type == STRING ? string_literal() : format_string();
    if (!part) return nullptr;
    if (mixed) {
      return (Expr*)raise_range(parts.last()->loc, part->loc,
                                "cannot mix t-string literals with string or bytes literals");
    }
    parts.push(part);
  }
  return concatenate(parts, start);
}

Expr* Parser::concatenate(ListOf<Expr>& parts, size_t start) {
  bool formatted = false, text_found = false, bytes_found = false, templates = false;
  size_t count = parts.size();
  for (size_t i = 0; i < count; i++) {
    if (Constant* constant = parts[i]->if_a<Constant>()) {
      (constant->value.kind == ConstKind::Bytes ? bytes_found : text_found) = true;
    } else {
      (parts[i]->is<TemplateStr>() ? templates : formatted) = true;
    }
  }
  if ((text_found || formatted) && bytes_found) return (Expr*)raise_last("cannot mix bytes and nonbytes literals");
  if (!formatted && !templates) {
    if (count == 1) return parts[0];
    std::string value;
    for (size_t i = 0; i < count; i++) value += parts[i]->as<Constant>()->value.text();
    Constant* node = make_string(loc_from(start), parts[0]->as<Constant>()->value.kind, value);
    node->kind_ = parts[0]->as<Constant>()->kind_;
    return node;
  }
  std::vector<Expr*> flat;
  for (size_t i = 0; i < count; i++) {
    Expr* part = parts[i];
    if (part->is<JoinedStr>()) {
      for (Expr* value : part->as<JoinedStr>()->values) flat.push_back(value);
    } else if (part->is<TemplateStr>()) {
      for (Expr* value : part->as<TemplateStr>()->values) flat.push_back(value);
    } else {
      flat.push_back(part);
    }
  }
  Seq<Expr*> values = fold_parts(flat.data(), flat.size());
  if (templates) {
    TemplateStr* node = make<TemplateStr>(start);
    node->values = values;
    return node;
  }
  JoinedStr* node = make<JoinedStr>(start);
  node->values = values;
  return node;
}

// Neighbouring constants become one; empty ones go.
Seq<Expr*> Parser::fold_parts(Expr** parts, size_t count) {
  ListOf<Expr> folded(this);
  for (size_t i = 0; i < count;) {
    Constant* first = parts[i]->if_a<Constant>();
    if (!first) {
      folded.push(parts[i++]);
      continue;
    }
    size_t next = i + 1;
    while (next < count && parts[next]->is<Constant>()) next++;
    Constant* node = first;
    if (next > i + 1) {
      std::string value;
      for (size_t k = i; k < next; k++) value += parts[k]->as<Constant>()->value.text();
      Loc loc = first->loc;
      loc.end_lineno = parts[next - 1]->loc.end_lineno;
      loc.end_col_offset = parts[next - 1]->loc.end_col_offset;
      node = make_string(loc, ConstKind::Str, value);
      node->kind_ = first->kind_;
    }
    if (node->value.size > 0) folded.push(node);
    i = next;
  }
  return folded.take();
}

}  // namespace kaa::parser
