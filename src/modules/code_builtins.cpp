// compile(), exec() and eval(): from source (text, bytes, trees) to code objects, with SyntaxErrors and warnings as Python objects.
#include "modules/code_builtins.h"

#include <stdio.h>

#include "heap/reserve.h"
#include "modules/ast_module.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/code_builder.h"
#include "runtime/interpreters.h"
#include "runtime/warnings.h"

namespace kaa {

std::string_view source_line(std::string_view src, int line) {
  size_t p = 0;
  for (int i = 1; i < line; i++) {
    p = src.find('\n', p);
    if (p == std::string_view::npos) return {};
    p++;
  }
  size_t e = src.find('\n', p);
  return src.substr(p, e == std::string_view::npos ? std::string_view::npos : e - p + 1);
}

namespace {

Type* error_type(parser::ErrorKind k) {
  switch (k) {
    case parser::ErrorKind::IndentationError: return KAA_TYPE(IndentationError);
    case parser::ErrorKind::TabError: return KAA_TYPE(TabError);
    case parser::ErrorKind::IncompleteInput: return KAA_TYPE(_IncompleteInputError);
    case parser::ErrorKind::MemoryError: return KAA_TYPE(MemoryError);
    case parser::ErrorKind::ValueError: return KAA_TYPE(ValueError);
    default: return KAA_TYPE(SyntaxError);
  }
}

Error syntax_error(Thread& t, Type* type, Str* message, Str* filename, int line, int offset, Value text, int end_line, int end_offset) {
  Result<Tuple*> where = make_tuple(t, Value(filename), Value::from_int(line), Value::from_int(offset), text, end_line > 0 ? Value::from_int(end_line) : kNone,
                                    end_line > 0 ? Value::from_int(end_offset) : kNone);
  if (!where.ok()) return {};
  Result<Value> e = call(t, type, message, where.value());
  if (!e.ok()) return {};
  return raise_value(t, e.value());
}

// The line of a source file, in its encoding; None when it cannot be read.
Result<Value> line_of_file(Thread& t, Str* filename, int line) {
  Value encoded = TRY(call_method(t, filename, NAME("encode"), NAME("utf-8"), NAME("surrogateescape")));
  std::string path(encoded.as<Bytes>()->view()), bytes, text;
  FILE* f = path.empty() ? nullptr : fopen(path.c_str(), "rbe");
  if (!f) return kNone;
  char buffer[8192];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;) bytes.append(buffer, n);
  fclose(f);
  if (!decode_source_bytes(t, bytes, filename, text).ok()) {
    clear_exc(t);
    return kNone;
  }
  std::string_view found = source_line(text, line);
  if (found.empty()) return kNone;
  return TRY(new_str(t, found));
}

}  // namespace

Error raise_compile_error(Thread& t, const compiler::CompileError& e, Str* filename) {
  if (e.kind == compiler::CompileErrorKind::RecursionError) return RAISE(RecursionError, "%s", e.message.c_str());
  Result<Str*> msg = new_str(t, e.message);
  if (!msg.ok()) return {};
  // As in CPython this late error has its line from the file, if there is one, and offsets in bytes.
  Value text = TRY(line_of_file(t, filename, e.loc.lineno));
  static_cast<void>(
      syntax_error(t, KAA_TYPE(SyntaxError), msg.value(), filename, e.loc.lineno, e.loc.col_offset + 1, text, e.loc.end_lineno, e.loc.end_col_offset + 1));
  if (!e.plain_args || !exc_matches(t, KAA_TYPE(SyntaxError))) return {};
  Value exc = take_exc(t);
  Keep keep(exc);
  exc.as<BaseException>()->args.set(TRY(make_tuple(t, Value(msg.value()))));
  restore_exc(t, exc);
  return {};
}

namespace {

// warnings.warn_explicit. True when the warning is an error: `message` is then what the SyntaxError at its place says.
Result<bool> warning_is_error(Thread& t, std::string& message, Str* filename, int line) {
  Str* text = TRY(new_str(t, message));
  if (warn_at(t, text, KAA_TYPE(SyntaxWarning), filename, line).ok()) return false;
  if (!exc_matches(t, KAA_TYPE(SyntaxWarning))) return Error{};
  clear_exc(t);
  constexpr std::string_view kFuture = " Such sequences will not work in the future.";
  if (size_t at = message.find(kFuture); at != std::string::npos) message.erase(at, kFuture.size());  // as an error it does not work now
  return true;
}

}  // namespace

Status emit_parse_warnings(Thread& t, const std::vector<parser::ParseWarning>& warnings, std::string_view src, Str* filename) {
  for (const parser::ParseWarning& w : warnings) {
    std::string message = w.message;
    if (!TRY(warning_is_error(t, message, filename, w.lineno))) continue;
    std::string_view line = source_line(src, w.lineno);
    Value text = kNone;
    if (!line.empty()) text = line.back() == '\n' ? TRY(new_str(t, line)) : TRY(new_str(t, std::string(line) + '\n'));
    return syntax_error(t, KAA_TYPE(SyntaxError), TRY(new_str(t, message)), filename, w.lineno, w.offset, text, w.end_lineno, w.end_offset);
  }
  return {};
}

// What suggestions for misspelt keywords work on: the last compound statement that was read, and the source.
static Error add_metadata(Thread& t, const parser::ParseError& e, std::string_view src) {
  if (!exc_matches(t, KAA_TYPE(SyntaxError)) || src.size() > (1 << 20)) return {};
  Value exc = take_exc(t);
  Keep keep(exc);
  std::string text(src);
  if (text.empty() || text.back() != '\n') text += '\n';
  Str* source = TRY(new_str(t, text));
  Tuple* metadata = TRY(make_tuple(t, Value::from_int(e.statement_lineno), Value::from_int(e.statement_col), Value(source)));
  exc.as<ExcSyntax>()->metadata.set(metadata);
  restore_exc(t, exc);
  return {};
}

Result<Code*> finish_compile(Thread& t, compiler::CompileResult& r, std::string_view src, Str* read_as, Str* filename) {
  Result<Code*> out = [&]() -> Result<Code*> {
    TRY(emit_parse_warnings(t, r.parse_warnings, src, read_as));
    for (const compiler::CompileWarning& w : r.warnings) {
      std::string message = w.message;
      if (TRY(warning_is_error(t, message, filename, w.loc.lineno)))
        return raise_compile_error(t, {compiler::CompileErrorKind::SyntaxError, std::move(message), w.loc}, filename);
    }
    if (!r.code) {
      if (r.parse_error.kind != parser::ErrorKind::None) {
        static_cast<void>(raise_parse_error(t, r.parse_error, read_as));
        return add_metadata(t, r.parse_error, src);
      }
      return raise_compile_error(t, r.error, filename);
    }
    return build_code(t, *r.code);
  }();
  delete r.code;
  return out;
}

Error raise_parse_error(Thread& t, const parser::ParseError& e, Str* filename) {
  Result<Str*> msg = new_str(t, e.message);
  if (!msg.ok()) return {};
  Type* type = error_type(e.kind);
  if (!e.has_location || type == KAA_TYPE(MemoryError) || type == KAA_TYPE(ValueError)) {
    if (type == KAA_TYPE(MemoryError) && e.message.empty()) return raise_class(t, type, Value());
    return raise_class(t, type, msg.value());
  }
  Value text = kNone;
  if (e.has_text) {
    Result<Str*> s = new_str(t, e.text);
    if (!s.ok()) return {};
    text = s.value();
  }
  return syntax_error(t, type, msg.value(), filename, e.lineno, e.offset, text, e.end_lineno, e.end_offset);
}

// What reads and compiles the source has no other way to say that memory is short than to end the process.
static Status room_for_source(Thread& t, std::string_view utf8) {
  constexpr size_t kLarge = 64 << 10, kBytesEach = 40;  // of tree, tables and code, as measured
  if (utf8.size() > kLarge && !room_for(utf8.size() * kBytesEach)) return raise_memory(t);
  return {};
}

Result<bool> decode_source_bytes(Thread& t, std::string_view bytes, Str* filename, std::string& utf8, bool file) {
  TRY(room_for_source(t, bytes));
  Utf8 shown;
  if (file) TRY(str_utf8(t, filename, shown, true));
  std::string_view named = file ? shown.view() : std::string_view();
  if (size_t null = bytes.find('\0'); null != std::string_view::npos) {
    parser::ParseError earlier;
    if (parser::detect_encoding(bytes.substr(0, null)).name == "utf-8" && !parser::check_utf8(bytes.substr(0, null), &earlier, named)) return raise_parse_error(t, earlier, filename);
    size_t start = bytes.rfind('\n', null);
    start = start == std::string_view::npos ? 0 : start + 1;
    int line = 1;
    for (char c : bytes.substr(0, start)) line += c == '\n';
    Value b = TRY(new_bytes(t, bytes.data() + start, null - start));
    Value text = TRY(call_method(t, b, NAME("decode"), NAME("utf-8"), NAME("replace")));
    return syntax_error(t, KAA_TYPE(SyntaxError), TRY(new_str(t, "source code cannot contain null bytes")), filename, line, 0, text, line, 0);
  }
  parser::SourceEncoding enc = parser::detect_encoding(bytes);
  if (enc.error.kind != parser::ErrorKind::None) return raise_parse_error(t, enc.error, filename);
  bytes.remove_prefix(enc.bom_size);
  if (enc.name == "utf-8") {
    parser::ParseError e;
    if (!parser::check_utf8(bytes, &e, named)) return raise_parse_error(t, e, filename);
    utf8.assign(bytes);
    return true;
  }
  Value b = TRY(new_bytes(t, bytes.data(), bytes.size()));
  Value name = TRY(new_str(t, enc.name));
  Result<Value> text = call_method(t, b, NAME("decode"), name);
  if (!text.ok()) {
    if (!exc_matches(t, KAA_TYPE(LookupError)) && !exc_matches(t, KAA_TYPE(UnicodeError))) return Error{};
    Value e = take_exc(t);  // an unknown encoding, one that is none of text, or text that is not in it
    Str* s = TRY(str_format(t, "%S", e));
    return syntax_error(t, KAA_TYPE(SyntaxError), s, filename, 0, 0, kNone, 0, 0);
  }
  if (!is_str(text.value())) return RAISE(TypeError, "'%S' decoder returned '%T' instead of 'str'", name, text.value());
  Utf8 u;
  TRY(str_utf8(t, text.value().as<Str>(), u, true));
  utf8.assign(u.view());
  return true;
}

namespace {

Result<bool> set_options(Thread& t, compiler::CompileOptions& o, Str* filename, uint32_t flags, int optimize) {
  Utf8 name;
  TRY(str_utf8(t, filename, name, true));
  o.filename.assign(name.view());
  o.flags = flags;
  o.int_max_str_digits = static_cast<int>(interp().int_max_str_digits);
  o.optimize = optimize < 0 ? interp().optimize : optimize;
  o.stack_limit = reinterpret_cast<uintptr_t>(t.native_limit);
  return true;
}

}  // namespace

Result<Code*> compile_utf8(Thread& t, std::string_view utf8, Str* filename, CompileMode mode, uint32_t flags, int optimize) {
  compiler::CompileOptions o;
  TRY(set_options(t, o, filename, flags, optimize));
  o.mode = mode == CompileMode::kExec ? parser::Mode::Exec : mode == CompileMode::kSingle ? parser::Mode::Single : parser::Mode::Eval;
  compiler::CompileResult r = compiler::compile_source(utf8, o);
  return finish_compile(t, r, utf8, filename, filename);
}

Result<Code*> compile_statement(Thread& t, std::string_view utf8, Str* read_as, Str* compiled_as, uint32_t flags, bool ended, bool* parsed) {
  compiler::CompileOptions o;
  TRY(set_options(t, o, compiled_as, flags, -1));
  o.mode = parser::Mode::Single;
  o.by_lines = !ended;
  compiler::CompileResult r = compiler::compile_source(utf8, o);
  parser::ParseError& e = r.parse_error;
  Status warned = emit_parse_warnings(t, r.parse_warnings, utf8, read_as);
  r.parse_warnings.clear();
  *parsed = warned.ok() && e.kind == parser::ErrorKind::None;
  if (!warned.ok()) {
    delete r.code;
    return Error{};
  }
  // A line that is shown has no line end, and an error at that ends where it begins.
  if (!e.text.empty() && e.text.back() == '\n') {
    e.text.pop_back();
    int chars = 0;
    for (char c : e.text) chars += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (e.lineno == e.end_lineno && e.end_offset > chars + 1) e.end_offset = e.offset > chars ? e.offset : chars + 1;
  }
  return finish_compile(t, r, utf8, read_as, compiled_as);
}

// ---- the builtins
namespace {

constexpr uint32_t kFutureMask = 0x1FE0000 | 0x1000000 | 0x10 /* nested scopes, obsolete */, kPyCFMask = 0x200 | 0x400 | 0x800 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x100;

// Future flags of the code that calls us.
uint32_t inherited_flags(Thread& t) { return t.frame ? t.frame->code->flags & kFutureMask : 0; }

}  // namespace

Status source_text(Thread& t, Value src, Str* filename, const char* func, const char* what, uint32_t* flags, std::string& out) {
  if (is_str(src)) {
    Utf8 u;
    TRY(str_utf8(t, src.as<Str>(), u, false));
    TRY(room_for_source(t, u.view()));
    out.assign(u.view());
    *flags |= 0x100;  // PyCF_IGNORE_COOKIE
    if (out.find('\0') != std::string::npos) {
      return syntax_error(t, KAA_TYPE(SyntaxError), TRY(new_str(t, "source code string cannot contain null bytes")), filename, 0, 0, kNone, 0, 0);
    }
    return {};
  }
  if (!has_buffer(src)) return RAISE(TypeError, "%s() arg 1 must be a %s object", func, what);
  BufferHold b;
  TRY(b.get(t, src));
  if (b.view().find('\0') != std::string_view::npos)
    return syntax_error(t, KAA_TYPE(SyntaxError), TRY(new_str(t, "source code string cannot contain null bytes")), filename, 0, 0, kNone, 0, 0);
  TRY(decode_source_bytes(t, b.view(), filename, out));
  return {};
}

Result<Str*> filename_argument(Thread& t, Value v) {
  if (is_str(v)) return v.as<Str>();
  if (is_bytes(v)) return new_str(t, v.as<Bytes>()->view());
  if (Value f = type_of(v)->dunder(D_fspath); f && !f.is_none()) {
    Value p = TRY(call_dunder(t, D_fspath, v));
    if (is_str(p)) return p.as<Str>();
    if (is_bytes(p)) return new_str(t, p.as<Bytes>()->view());
  }
  return RAISE(TypeError, "expected str, bytes or os.PathLike object, not %T", v);
}

static Status audit_compile(Thread& t, const std::string& text, Value filename) {
  if (LIKELY(!interp().auditing)) return {};
  return audit(t, "compile", TRY(new_bytes(t, text.data(), text.size())), filename);
}
Result<Value> builtin_compile(Thread& t, Args a) {
  Str* filename = TRY(filename_argument(t, a[1]));
  if (!is_str(a[2])) return RAISE(TypeError, "compile() argument 'mode' must be str, not %T", a[2]);
  uint32_t flags = a[3] ? static_cast<uint32_t>(TRY(to_cint(t, a[3]))) : 0;
  bool dont_inherit = a[4] ? TRY(truth(t, a[4])) : false;
  int optimize = a[5] ? TRY(to_cint(t, a[5])) : -1;
  int feature_version = a[6] ? TRY(to_cint(t, a[6])) : -1;
  if (flags & ~(kFutureMask | kPyCFMask)) return RAISE(ValueError, "compile(): unrecognised flags");
  if (optimize < -1 || optimize > 2) return RAISE(ValueError, "compile(): invalid optimize value");
  if (!dont_inherit) flags |= inherited_flags(t);
  Str* mode = a[2].as<Str>();
  CompileMode m;
  bool func_type = false;
  if (str_equal_ascii(mode, "exec")) m = CompileMode::kExec;
  else if (str_equal_ascii(mode, "eval")) m = CompileMode::kEval;
  else if (str_equal_ascii(mode, "single")) m = CompileMode::kSingle;
  else if (str_equal_ascii(mode, "func_type")) {
    if (!(flags & compiler::kOnlyAst)) return RAISE(ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST");
    func_type = true;
    m = CompileMode::kExec;
  } else if (flags & compiler::kOnlyAst) {
    return RAISE(ValueError, "compile() mode must be 'exec', 'eval', 'single' or 'func_type'");
  } else {
    return RAISE(ValueError, "compile() mode must be 'exec', 'eval' or 'single'");
  }
  parser::Mode pm = func_type ? parser::Mode::FuncType : m == CompileMode::kExec ? parser::Mode::Exec : m == CompileMode::kSingle ? parser::Mode::Single : parser::Mode::Eval;
  bool tree = TRY(is_ast_object(t, a[0]));
  if (tree) return compile_ast_object(t, a[0], filename, pm, flags, optimize);
  std::string text;
  TRY(source_text(t, a[0], filename, "compile", "string, bytes or AST", &flags, text));
  TRY(audit_compile(t, text, filename));
  if (flags & compiler::kOnlyAst) return parse_to_ast_object(t, text, filename, pm, flags, optimize, feature_version);
  return compile_utf8(t, text, filename, m, flags, optimize);
}

namespace {

struct Namespaces { Dict* globals; Value locals; };

Result<Value> current_locals(Thread& t) {
  Frame* f = t.frame;
  if (Dict* names = f ? nullptr : frameless_names(t)) return names;
  if (!f) return RAISE(SystemError, "frame does not exist");
  return frame_locals(t, f);
}

Status namespaces(Thread& t, const char* func, Value g, Value l, Namespaces& ns) {
  if (g && g.is_none()) g = Value();
  if (l && l.is_none()) l = Value();
  if (g && !is_dict(g)) {
    if (!strcmp(func, "eval")) return RAISE(TypeError, type_of(g)->dunder(D_getitem) ? "globals must be a real dict; try eval(code, {}, mapping)" : "globals must be a dict");
    return RAISE(TypeError, "exec() globals must be a dict, not %T", g);
  }
  if (l && !type_of(l)->dunder(D_getitem)) return !strcmp(func, "eval") ? RAISE(TypeError, "locals must be a mapping") : RAISE(TypeError, "locals must be a mapping or None, not %T", l);
  if (!g) {
    Dict* names = t.frame ? t.frame->func->globals.get() : frameless_names(t);
    if (!names) return RAISE(TypeError, "%s must be given globals and locals when called without a frame", func);
    ns.globals = names;
    ns.locals = l ? l : TRY(current_locals(t));
  } else {
    ns.globals = g.as<Dict>();
    ns.locals = l ? l : g;
  }
  if (!dict_get_str(ns.globals, NAME("__builtins__"))) {
    Value b = t.frame ? t.frame->func->builtins.value() : Value(interp().builtins);
    TRY(dict_set(t, ns.globals, NAME("__builtins__"), b));
  }
  return {};
}

}  // namespace

Result<Value> builtin_exec(Thread& t, Args a) {
  Namespaces ns;
  TRY(namespaces(t, "exec", a[1], a[2], ns));
  Value closure = a[3];
  if (closure && closure.is_none()) closure = Value();
  Value src = a[0];
  if (IS_EXACT(src, code)) {
    Code* c = src.as<Code>();
    if (c->nfree == 0) {
      if (closure) return RAISE(TypeError, "cannot use a closure with this code object");
    } else {
      bool fine = closure && IS_EXACT(closure, tuple) && closure.as<Tuple>()->size == c->nfree;
      for (uint64_t i = 0; fine && i < c->nfree; i++) fine = IS_EXACT(closure.as<Tuple>()->items[i], cell);
      if (!fine) return RAISE(TypeError, "code object requires a closure of exactly length %u", c->nfree);
    }
    TRY(audit(t, "exec", c));
    TRY(run_code(t, c, ns.globals, ns.locals, closure ? closure.as<Tuple>() : nullptr));
    return kNone;
  }
  if (closure) return RAISE(TypeError, "closure can only be used when source is a code object");
  std::string text;
  uint32_t flags = inherited_flags(t);
  TRY(source_text(t, src, NAME("<string>"), "exec", "string, bytes or code", &flags, text));
  TRY(audit_compile(t, text, NAME("<string>")));
  Code* c = TRY(compile_utf8(t, text, NAME("<string>"), CompileMode::kExec, flags, -1));
  TRY(audit(t, "exec", c));
  TRY(run_code(t, c, ns.globals, ns.locals));
  return kNone;
}

Result<Value> builtin_eval(Thread& t, Args a) {
  Namespaces ns;
  TRY(namespaces(t, "eval", a[1], a[2], ns));
  Value src = a[0];
  if (IS_EXACT(src, code)) {
    if (src.as<Code>()->nfree) return RAISE(TypeError, "code object passed to eval() may not contain free variables");
    TRY(audit(t, "exec", src));
    return run_code(t, src.as<Code>(), ns.globals, ns.locals);
  }
  std::string text;
  uint32_t flags = inherited_flags(t);
  TRY(source_text(t, src, NAME("<string>"), "eval", "string, bytes or code", &flags, text));
  size_t skip = text.find_first_not_of(" \t");
  if (skip == std::string::npos) skip = text.size();
  TRY(audit_compile(t, text, NAME("<string>")));
  Code* c = TRY(compile_utf8(t, std::string_view(text).substr(skip), NAME("<string>"), CompileMode::kEval, flags, -1));
  TRY(audit(t, "exec", c));
  return run_code(t, c, ns.globals, ns.locals);
}

}  // namespace kaa
