// _tokenize: the tokenizer of source code for tokenize.py. A line is read when the tokenizer needs it, which programs can see; the rest is turning the
// tokenizer's byte offsets into what tokenize.py shows: characters and lines.
#include "modules/code_builtins.h"
#include "runtime/codecs_api.h"
#include "modules/native_new.h"
#include "objects/exceptions.h"
#include "parser/tokenizer.h"

namespace kaa {

namespace {

struct TokenizerIter : Object {
  Field<> readline;
  Field<> encoding;              // a str, or empty: readline gives str
  Field<Str*> line;              // of the last token, with where it is in the source
  uint32_t line_start, line_end;
  parser::Tokenizer* tokenizer;  // malloc
  Thread* thread;                // which asks for a token; else null
  bool extra_tokens, done;
  template <class F> void each_field(F&& f) { f(readline); f(encoding); f(line); }
};

}  // namespace

template <>
struct LayoutTraits<TokenizerIter> {
  static constexpr Death death = Death::kCustom;
  static void destroy(TokenizerIter* it) { delete it->tokenizer; }
};

namespace {

Type* g_iter_type;

// One line as UTF-8; empty at the end.
Status get_line(Thread& t, TokenizerIter* it, std::string& out) {
  Result<Value> r = call(t, it->readline.value());
  if (!r.ok()) {
    if (!exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
    clear_exc(t);
    return {};
  }
  Value line = r.value();
  if (it->encoding) {
    if (!is_bytes(line)) return RAISE(TypeError, "readline() returned a non-bytes object");
    if (!line.as<Bytes>()->size) return {};
    Utf8 name;
    TRY(str_utf8(t, it->encoding.value().as<Str>(), name));
    line = TRY(decode_object(t, line, name.data, "replace"));
  }
  if (!is_str(line)) return RAISE(TypeError, "readline() returned a non-string object");
  Utf8 u;
  TRY(str_utf8(t, line.as<Str>(), u));
  out.assign(u.view());
  if (out.find('\0') == std::string::npos) return {};
  parser::ParseError e;
  e.kind = parser::ErrorKind::SyntaxError;
  e.message = "source code cannot contain null bytes";
  e.lineno = e.end_lineno = it->tokenizer->lineno() + 1;
  e.has_text = true;
  return raise_parse_error(t, e, intern_name("<string>"));
}

// TokenizerOptions::read_line. An exception ends the source, and is seen to when the tokenizer has returned.
bool next_line(void* reader, std::string* line) {
  TokenizerIter* it = static_cast<TokenizerIter*>(reader);
  return get_line(*it->thread, it, *line).ok();
}

Result<Value> tokenizer_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("tokenizeriter", "($cls, readline, /, *, encoding=None, extra_tokens)", 4);
  if (!p[3]) return RAISE(TypeError, "tokenizeriter() missing required keyword-only argument 'extra_tokens'");
  bool extra = TRY(truth(t, p[3]));
  if (p[2] && !p[2].is_none() && !is_str(p[2])) return RAISE(TypeError, "tokenizeriter() argument 'encoding' must be str, not %T", p[2]);
  TokenizerIter* it = TRY(alloc_as<TokenizerIter>(t, p[0].as<Type>()));
  it->readline.init(p[1]);
  if (p[2] && !p[2].is_none()) it->encoding.init(p[2]);
  it->extra_tokens = extra;
  parser::TokenizerOptions o;
  o.extra_tokens = extra;
  o.read_line = next_line;
  o.reader = it;
  it->tokenizer = new parser::Tokenizer({}, o);
  it->tokenizer->report_warnings = false;
  return it;
}

int64_t characters(const char* from, const char* to) {
  int64_t n = 0;
  for (; from < to; from++) n += (static_cast<unsigned char>(*from) & 0xC0) != 0x80;
  return n;
}

bool about_whole_line(const parser::ParseError& e) {
  static const char* const k_messages[] = {"unindent does not match any outer indentation level", "unexpected character after line continuation character",
                                           "inconsistent use of tabs and spaces in indentation", "too many levels of indentation"};
  for (const char* m : k_messages)
    if (e.message == m) return true;
  return false;
}

Error raise_tokenizer_error(Thread& t, TokenizerIter* it) {
  parser::Tokenizer& tk = *it->tokenizer;
  Str* filename = intern_name("<string>");
  if (tk.error().kind != parser::ErrorKind::None && !std::string_view(tk.error().message).ends_with("was never closed")) {
    parser::ParseError e = tk.error();
    if (about_whole_line(e)) {
      // CPython has no better place for these than the end of the line.
      e.offset = static_cast<int>(characters(e.text.data(), e.text.data() + e.text.size()));
      e.end_lineno = -1;
      if (e.text.ends_with('\n')) e.text.pop_back();
    }
    return raise_parse_error(t, e, filename);
  }
  // The source ends inside brackets: an error without details, but with a place.
  Result<Value> e = call(t, KAA_TYPE(SyntaxError), TRY(new_str(t, "unexpected EOF in multi-line statement")));
  if (!e.ok()) return Error{};
  TRY(set_attr(t, e.value(), NAME("filename"), filename));
  TRY(set_attr(t, e.value(), NAME("lineno"), small_int(tk.lineno())));
  TRY(set_attr(t, e.value(), NAME("offset"), small_int(0)));
  return raise_value(t, e.value());
}

// The text from the line in which a token's line begins to the end of the line in which it ends; kept for the next token.
Result<Str*> line_text(Thread& t, TokenizerIter* it, const parser::Token& token, bool string, const char** start) {
  parser::Tokenizer& tk = *it->tokenizer;
  const char *base = tk.base(), *end = base + tk.size();
  const char* last = base + token.end;  // a character of the last line, or its end
  if (token.end > token.start && last[-1] == '\n' && token.type != parser::FSTRING_MIDDLE && token.type != parser::TSTRING_MIDDLE) last--;
  else if (last == end && end > base) last--;
  const char* from = string ? base + token.start : last;
  while (from > base && from[-1] != '\n') from--;
  const char* to = last;
  while (to < end && *to != '\n') to++;
  bool added = tk.implicit_newline() && to + 1 == end;  // the newline there is not in the source
  if (to < end && !added) to++;
  *start = from;
  uint32_t a = static_cast<uint32_t>(from - base), b = static_cast<uint32_t>(to - base);
  if (it->line && it->line_start == a && it->line_end == b) return it->line.get();
  Str* s = TRY(new_str(t, {from, static_cast<size_t>(to - from)}));
  it->line.set(s);
  it->line_start = a;
  it->line_end = b;
  return s;
}

Result<Value> tokenizer_next(Thread& t, Object* o) {
  TokenizerIter* it = static_cast<TokenizerIter*>(o);
  if (it->done) return Value();
  if (it->thread) return RAISE(ValueError, "the tokenizer is reading a line");
  parser::Tokenizer& tk = *it->tokenizer;
  parser::Token token;
  Keep keep(it);
  it->thread = &t;
  bool read = tk.next(&token);
  it->thread = nullptr;
  if (t.exc) {
    it->done = true;
    return Error{};
  }
  if (!read || token.type == parser::ERRORTOKEN) {
    it->done = true;
    return raise_tokenizer_error(t, it);
  }
  using namespace parser;
  int type = token.type;
  const char* base = tk.base();
  bool has_text = token.col >= 0;  // INDENT and DEDENT have a place with extra tokens alone
  bool trailing = type == ENDMARKER || (type == DEDENT && tk.at_end_of_source());
  bool string = type == STRING || (type >= FSTRING_START && type <= TSTRING_END);
  const char* line_start;
  Str* line = TRY(line_text(t, it, token, string, &line_start));
  if (it->extra_tokens && trailing) line = interp().empty_str;
  std::string_view text = has_text || type == INDENT ? tk.text(token) : std::string_view();
  bool added = tk.implicit_newline() && token.end >= tk.size();
  int64_t lineno = token.lineno, end_lineno = token.end_lineno, col = -1, end_col = -1;
  if (has_text) {
    const char *s = base + token.start, *e = base + token.end;
    const char *sl = s - token.col, *el = e - token.end_col;
    col = characters(sl, s);
    end_col = token.end_col >= 0 ? characters(el, e) : -1;
  }
  if (it->extra_tokens) {
    if (trailing) {
      lineno = end_lineno = lineno + 1;
      col = end_col = 0;
    }
    if (type > DEDENT && type < OP) {
      type = OP;
    } else if (type == NEWLINE) {
      text = base[token.start] == '\r' ? std::string_view("\r\n", added ? 1 : 2) : added ? "" : "\n";
      end_col = col + (text.size() == 2 ? 2 : 1);
    } else if (type == NL && added) {
      text = "";
    }
  } else if (type == NEWLINE) {
    text = "";
    end_col = col;
  }
  if (token.type == ENDMARKER) it->done = true;
  Str* s = TRY(new_str(t, text));
  return TRY(make_tuple(t, small_int(type), s, TRY(make_tuple(t, small_int(lineno), small_int(col))), TRY(make_tuple(t, small_int(end_lineno), small_int(end_col))), line));
}

const MethodDef k_methods[] = {
    {"__new__", tokenizer_new, nullptr, "TokenizerIter(readline, /, *, encoding=None, extra_tokens)", MethodKind::kNew},
};
const TypeSpec k_spec = {.doc = nullptr, .methods = k_methods, .iternext = tokenizer_next, .layout = &kLayout<TokenizerIter>, .flags = kTypeBase};

Status exec(Thread& t, Module* m) {
  g_iter_type = TRY(make_native_type(t, "_tokenize.TokenizerIter", nullptr, k_spec));
  return module_add(t, m, "TokenizerIter", g_iter_type);
}

}  // namespace

extern const ModuleDef _tokenize_module = {.name = "_tokenize", .exec = exec};

}  // namespace kaa
