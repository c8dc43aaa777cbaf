// The encoding of a source file: byte order mark, PEP 263 comment, and the check that text is UTF-8.
#include <stdio.h>
#include <string.h>

#include "parser/parser.h"

namespace kaa::parser {

namespace {

void plain_error(ParseError* error, std::string message) {
  error->kind = ErrorKind::SyntaxError;
  error->message = std::move(message);
  error->has_location = false;
}

// The name as CPython compares it: the first 12 characters in lower case with '-' for '_', and the usual spellings of
// UTF-8 and Latin-1 made one.
std::string normal_name(std::string_view name) {
  std::string lower;
  for (char c : name.substr(0, 12)) lower += c == '_' ? '-' : (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  auto is = [&](std::string_view base) {
    return lower == base || (lower.size() > base.size() && lower.compare(0, base.size(), base) == 0 && lower[base.size()] == '-');
  };
  if (is("utf-8")) return "utf-8";
  if (is("latin-1") || is("iso-8859-1") || is("iso-latin-1")) return "iso-8859-1";
  return std::string(name);
}

bool is_name_char(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

// The encoding named by a comment line ("coding" then ':' or '=' then the name); empty when there is none. A line with
// code before the comment has none; `blank` says whether the line has nothing but white space and comment.
std::string_view cookie(std::string_view line, bool* blank) {
  size_t at = 0;
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t' || line[at] == '\f')) at++;
  *blank = at == line.size() || line[at] == '#' || line[at] == '\r' || line[at] == '\n';
  if (at == line.size() || line[at] != '#') return {};
  for (at = line.find("coding", at); at != std::string_view::npos; at = line.find("coding", at + 1)) {
    size_t p = at + 6;
    if (p >= line.size() || (line[p] != ':' && line[p] != '=')) continue;
    do p++;
    while (p < line.size() && (line[p] == ' ' || line[p] == '\t'));
    size_t begin = p;
    while (p < line.size() && is_name_char((unsigned char)line[p])) p++;
    if (p > begin) return line.substr(begin, p - begin);
  }
  return {};
}

// Length of the valid UTF-8 sequence at `at`, or 0 with the reason and the number of bytes to blame.
int utf8_length(const unsigned char* at, const unsigned char* end, const char** reason, int* bad) {
  unsigned char c = *at;
  *bad = 1;
  if (c < 0x80) return 1;
  *reason = "invalid start byte";
  if (c < 0xC2 || c > 0xF4) return 0;
  int length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
  unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
  for (int i = 1; i < length; i++) {
    if (at + i == end) {
      *reason = "unexpected end of data";
      *bad = i;
      return 0;
    }
    if (at[i] < low || at[i] > high) {
      *reason = "invalid continuation byte";
      *bad = i;
      return 0;
    }
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

}  // namespace

SourceEncoding detect_encoding(std::string_view bytes) {
  SourceEncoding result;
  result.name = "utf-8";
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") result.bom_size = 3;
  size_t at = result.bom_size;
  for (int line_number = 1; line_number <= 2 && at < bytes.size(); line_number++) {
    size_t end = bytes.find_first_of("\r\n", at);
    if (end == std::string_view::npos) end = bytes.size();
    std::string_view line = bytes.substr(at, end - at);
    bool blank = false;
    std::string_view name = cookie(line, &blank);
    if (!name.empty()) {
      result.name = normal_name(name);
      result.explicit_cookie = true;
      if (result.bom_size && result.name != "utf-8") {
        plain_error(&result.error, "encoding problem: " + result.name + " with BOM");
        result.error.has_location = true;
        result.error.lineno = line_number;
        result.error.end_lineno = line_number;
        result.error.end_offset = (int)line.size();
        result.error.text = line;
        result.error.has_text = true;
      }
      return result;
    }
    if (!blank) break;
    at = end + 1;
    if (end + 1 < bytes.size() && bytes[end] == '\r' && bytes[end + 1] == '\n') at++;
  }
  return result;
}

bool check_utf8(std::string_view bytes, ParseError* error, std::string_view filename) {
  const unsigned char* begin = (const unsigned char*)bytes.data();
  const unsigned char* end = begin + bytes.size();
  const unsigned char* line = begin;
  int lineno = 1;
  for (const unsigned char* at = begin; at < end;) {
    const char* reason = nullptr;
    int bad = 1;
    int length = utf8_length(at, end, &reason, &bad);
    if (length == 0) {
      char start[20], line_text[200];
      snprintf(start, sizeof start, "'\\x%02x'", *at);
      snprintf(line_text, sizeof line_text,
               " on line %d, but no encoding declared; see https://peps.python.org/pep-0263/ for details", lineno);
      std::string message = std::string("Non-UTF-8 code starting with ") + start;
      if (!filename.empty()) message += " in file " + std::string(filename);
      message += line_text;
      error->kind = ErrorKind::SyntaxError;
      error->message = message;
      error->lineno = error->end_lineno = lineno;
      error->offset = 1;
      for (const unsigned char* p = line; p < at; p++) error->offset += (*p & 0xC0) != 0x80;
      error->end_offset = error->offset;
      const unsigned char* line_end = at;
      while (line_end < end && *line_end != '\n') line_end++;
      // The text as far as it can be shown: what is no UTF-8 becomes U+FFFD.
      for (const unsigned char* p = line; p < line_end;) {
        const char* why;
        int skip;
        int size = utf8_length(p, end, &why, &skip);
        if (size) {
          error->text.append((const char*)p, (size_t)size);
          p += size;
        } else {
          error->text += "\xEF\xBF\xBD";
          p += skip;
        }
      }
      error->has_text = true;
      return false;
    }
    if (*at == '\n') {
      lineno++;
      line = at + 1;
    }
    at += length;
  }
  return true;
}

}  // namespace kaa::parser
