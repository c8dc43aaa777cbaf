#include "compiler/docstring.h"

#include <algorithm>

namespace kaa::compiler {

// As str.expandtabs(): columns count characters.
static std::string expand_tabs(const std::string& text) {
  std::string out;
  size_t column = 0;
  for (char c : text) {
    if (c == '\t') {
      size_t n = 8 - column % 8;
      out.append(n, ' ');
      column += n;
      continue;
    }
    out += c;
    if (c == '\n' || c == '\r') column = 0;
    else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) column++;  // not inside a character
  }
  return out;
}

std::string clean_docstring(const std::string& given) {
  std::string text = given.find('\t') == std::string::npos ? given : expand_tabs(given);
  auto line_end = [&](size_t at) { return std::min(text.find('\n', at), text.size()); };
  size_t margin = std::string::npos;
  for (size_t at = line_end(0) + 1; at < text.size(); at = line_end(at) + 1) {
    size_t first = std::min(text.find_first_not_of(' ', at), text.size());
    if (first < text.size() && text[first] != '\n') margin = std::min(margin, first - at);
  }
  if (margin == std::string::npos) margin = 0;
  size_t begin = std::min(text.find_first_not_of(' '), text.size()), end = std::max(line_end(0), begin);
  std::string out = text.substr(begin, end - begin);
  while (end < text.size()) {
    size_t at = end + 1, last = std::min(at + margin, line_end(at));
    while (at < last && text[at] == ' ') at++;
    end = line_end(at);
    out += '\n';
    out.append(text, at, end - at);
  }
  return out;
}

}  // namespace kaa::compiler
