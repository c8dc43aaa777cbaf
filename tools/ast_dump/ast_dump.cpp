// A development tool: compares Kaa's parser with CPython's. Driven by compare.py, which runs in CPython 3.14.
//
//   ast_dump --unicode TABLES --trees OUT_DIR      reads "INPUT_FILE\n" lines, writes OUT_DIR/N for the N-th one
//   ast_dump --unicode TABLES --errors             reads "MODE\x1fSOURCE\x1e" records, writes one result record for each
//   ast_dump --unicode TABLES --time FILE          parses FILE, prints seconds and the arena's size
//
// TABLES is written by compare.py: Unicode properties, names and NFKC forms, since the tables are no part of the parser.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <string>
#include <string_view>
#include <unordered_map>

#include "parser/parser.h"
#include "parser/tokenizer.h"

using namespace kaa;

namespace {

std::string properties;  // one byte a code point
std::unordered_map<std::string, std::string> names;
std::unordered_map<std::string, std::string> normal_forms;

bool read_file(const char* path, std::string* out) {
  FILE* file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
  if (!file) return false;
  char buffer[65536];
  size_t got;
  out->clear();
  while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) out->append(buffer, got);
  if (file != stdin) fclose(file);
  return true;
}

void load_tables(const char* path) {
  std::string all;
  if (!read_file(path, &all)) return;
  properties = all.substr(0, 0x110000);
  size_t at = 0x110000;
  while (at < all.size()) {
    size_t end = all.find('\n', at);
    std::string line = all.substr(at, end - at);
    at = end + 1;
    size_t tab = line.find('\t', 1);
    (line[0] == 'N' ? names : normal_forms)[line.substr(1, tab - 1)] = line.substr(tab + 1);
  }
  parser::character_hook = [](uint32_t c) { return (uint8_t)properties[c]; };
  parser::character_name_hook = [](std::string_view name, std::string& out) {
    std::string upper(name);
    for (char& c : upper) c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    auto found = names.find(upper);
    if (found == names.end()) return false;
    out += found->second;
    return true;
  };
  ast::nfkc_hook = [](std::string_view text, std::string& out) {
    const char* at = text.data();
    while (at < text.data() + text.size()) {
      const char* from = at;
      parser::decode_utf8_char(at);
      std::string one(from, (size_t)(at - from));
      auto found = normal_forms.find(one);
      out += found == normal_forms.end() ? one : found->second;
    }
    return true;
  };
}

const char* kind_name(parser::ErrorKind kind) {
  switch (kind) {
    case parser::ErrorKind::None: return "OK";
    case parser::ErrorKind::SyntaxError: return "SyntaxError";
    case parser::ErrorKind::IndentationError: return "IndentationError";
    case parser::ErrorKind::TabError: return "TabError";
    case parser::ErrorKind::IncompleteInput: return "_IncompleteInputError";
    case parser::ErrorKind::MemoryError: return "MemoryError";
    case parser::ErrorKind::ValueError: return "ValueError";
  }
  return "?";
}

void print_error(const parser::ParseError& error) {
  printf("%s\x1f%s", kind_name(error.kind), error.message.c_str());
  if (error.has_location && error.kind != parser::ErrorKind::None) {
    printf("\x1f%d\x1f%d\x1f%d\x1f%d\x1f%s", error.lineno, error.offset, error.end_lineno, error.end_offset,
           error.text.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string out_dir, time_file;
  bool trees = false, errors = false;
  for (int i = 1; i < argc; i++) {
    std::string_view arg = argv[i];
    if (arg == "--unicode") load_tables(argv[++i]);
    if (arg == "--trees") trees = true, out_dir = argv[++i];
    if (arg == "--errors") errors = true;
    if (arg == "--time") time_file = argv[++i];
  }
  std::string input;
  if (trees) {
    read_file("-", &input);
    size_t at = 0, number = 0;
    while (at < input.size()) {
      size_t end = input.find('\n', at);
      std::string path = input.substr(at, end - at);
      at = end + 1;
      std::string source;
      read_file(path.c_str(), &source);
      size_t skip = source.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
      ast::Ast tree;
      parser::ParseResult result = parser::parse(tree, std::string_view(source).substr(skip));
      std::string text;
      if (result.mod) {
        text = ast::dump(result.mod, true);
      } else {
        text = std::string(kind_name(result.error.kind)) + ": " + result.error.message + " line " +
               std::to_string(result.error.lineno);
      }
      FILE* out = fopen((out_dir + "/" + std::to_string(number++)).c_str(), "wb");
      fwrite(text.data(), 1, text.size(), out);
      fclose(out);
    }
  } else if (errors) {
    read_file("-", &input);
    size_t at = 0;
    while (at < input.size()) {
      size_t separator = input.find('\x1f', at);
      size_t end = input.find('\x1e', separator);
      std::string mode = input.substr(at, separator - at);
      std::string source = input.substr(separator + 1, end - separator - 1);
      at = end + 1;
      parser::ParseOptions options;
      options.mode = mode == "eval" ? parser::Mode::Eval : mode == "single" ? parser::Mode::Single
                     : mode == "func_type" ? parser::Mode::FuncType : parser::Mode::Exec;
      ast::Ast tree;
      parser::ParseResult result = parser::parse(tree, source, options);
      print_error(result.error);
      for (const parser::ParseWarning& warning : result.warnings) {
        printf("\x1fwarning %d %s", warning.lineno, warning.message.c_str());
      }
      printf("\x1e");
      fflush(stdout);
    }
  } else if (!time_file.empty()) {
    read_file(time_file.c_str(), &input);
    ast::Ast tree;
    timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    parser::ParseResult result = parser::parse(tree, input);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%s %.3f s, %zu MB of nodes\n", kind_name(result.error.kind),
           (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9, tree.arena.bytes() >> 20);
  }
  return 0;
}
