// A development tool: compares Kaa's parser with CPython's. Driven by compare.py, which runs in CPython 3.14.
//
//   ast_dump --trees OUT_DIR      reads "INPUT_FILE\n" lines, writes OUT_DIR/N for the N-th one
//   ast_dump --tokens OUT_DIR     the same with the tokens that the `tokenize` module shows
//   ast_dump --errors             reads "MODE\x1fSOURCE\x1e" records, writes one result record for each
//   ast_dump --time FILE          parses FILE, prints seconds and the arena's size
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <string>
#include <string_view>

#include "parser/parser.h"
#include "parser/tokenizer.h"

using namespace kaa;

namespace {

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

// One line a token: type, positions in characters, text.
void write_tokens(const std::string& path, std::string_view source) {
  parser::TokenizerOptions options;
  options.extra_tokens = true;
  parser::Tokenizer tokenizer(source, options);
  FILE* out = fopen(path.c_str(), "wb");
  parser::Token token;
  bool fine;
  do {
    fine = tokenizer.next(&token);
    const char* start = tokenizer.base() + token.start;
    auto chars = [](const char* end, int bytes) {
      int n = 0;
      for (const char* p = end - bytes; p < end; p++) n += ((unsigned char)*p & 0xC0) != 0x80;
      return n;
    };
    int type = token.type > parser::DEDENT && token.type < parser::OP ? (int)parser::OP : token.type;
    std::string_view text = tokenizer.text(token);
    if (type == parser::ENDMARKER || !fine) {
      fprintf(out, "%d\n", type);
    } else if (type == parser::DEDENT && tokenizer.at_end_of_source()) {
      fprintf(out, "%d %d 0 %d 0 \n", type, token.lineno + 1, token.lineno + 1);
    } else {
      fprintf(out, "%d %d %d %d %d %.*s\n", type, token.lineno, chars(start, token.col), token.end_lineno,
              chars(start + text.size(), token.end_col), type == parser::NEWLINE || type == parser::NL ? 0 : (int)text.size(),
              text.data());
    }
  } while (fine && token.type != parser::ENDMARKER);
  fclose(out);
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
  bool trees = false, errors = false, tokens = false;
  for (int i = 1; i < argc; i++) {
    std::string_view arg = argv[i];
    if (arg == "--trees") trees = true, out_dir = argv[++i];
    if (arg == "--tokens") trees = tokens = true, out_dir = argv[++i];
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
      if (tokens) {
        write_tokens(out_dir + "/" + std::to_string(number++), std::string_view(source).substr(skip));
        continue;
      }
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
      if (mode == "incomplete") {
        options.mode = parser::Mode::Single;
        options.allow_incomplete_input = options.dont_imply_dedent = true;
      }
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
