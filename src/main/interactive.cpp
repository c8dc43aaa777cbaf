// A statement is complete when it reads without an error; as long as the parser says that more input could make it one ("incomplete input"), another
// line is asked for. A compound statement ends with an empty line: without the line end that would imply it, the parser wants more.
#include "main/interactive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "compiler/future.h"
#include "modules/code_builtins.h"
#include "parser/ast.h"
#include "parser/parser.h"
#include "modules/readline_hook.h"
#include "modules/sys_module.h"
#include "runtime/audit.h"
#include "runtime/call.h"
#include "runtime/codecs_api.h"

namespace kaa {

bool stdin_is_interactive() { return isatty(0) || g_config.interactive; }

void print_banner(Thread& t) {
  if (g_config.quiet) return;
  Value version = sys_get("version");
  Utf8 u;
  if (!version || !is_str(version) || !str_utf8(t, version.as<Str>(), u, true).ok()) return clear_exc(t);
  fprintf(stderr, "Python %s on linux\n", u.data);
  if (!g_config.no_site) fputs("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n", stderr);
}

void print_and_clear(Thread& t) {
  Value e = take_exc(t);
  Keep keep(e);
  Value tb = e.as<BaseException>()->traceback;
  static_cast<void>(sys_set(t, "last_exc", e));
  static_cast<void>(sys_set(t, "last_type", type_of(e)));
  static_cast<void>(sys_set(t, "last_value", e));
  static_cast<void>(sys_set(t, "last_traceback", tb ? tb : kNone));
  clear_exc(t);
  Value out = sys_get("stdout");
  if (out && !out.is_none() && !call_method(t, out, NAME("flush")).ok()) clear_exc(t);
  auto show = [&](Value exc) {
    if (!print_exception(t, exc).ok()) clear_exc(t);
  };
  Value hook = sys_get("excepthook");
  if (!hook) {
    fputs("sys.excepthook is missing\n", stderr);
    return show(e);
  }
  if (!audit(t, "sys.excepthook", hook, type_of(e), e, tb ? tb : kNone).ok()) {
    if (!exc_matches(t, KAA_TYPE(RuntimeError))) write_unraisable(t, Value());
    clear_exc(t);
  }
  if (call(t, hook, type_of(e), e, tb ? tb : kNone).ok() || exc_matches(t, KAA_TYPE(SystemExit))) return;
  Value failure = take_exc(t);
  Keep keep_failure(failure);
  fputs("Error in sys.excepthook:\n", stderr);
  show(failure);
  fputs("\nOriginal exception was:\n", stderr);
  show(e);
}

Status register_source(Thread& t, Code* code, std::string_view source, Str* filename) {
  Value f = TRY(import_attr(t, "linecache", "_register_code"));
  Str* text = TRY(new_str(t, source));
  TRY(call(t, f, code, text, filename));
  return {};
}

Status run_startup_file(Thread& t, Dict* dict) {
  const char* path = g_config.ignore_environment ? nullptr : getenv("PYTHONSTARTUP");
  if (!path || !*path) return {};
  auto go = [&]() -> Status {
    std::string bytes;
    FILE* f = fopen(path, "rbe");
    if (!f) {
      int error = errno;
      fputs("Could not open PYTHONSTARTUP\n", stderr);
      return raise_os_error(t, error, TRY(new_str(t, path)));
    }
    char buffer[8192];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;) bytes.append(buffer, n);
    fclose(f);
    Str* name = TRY(new_str(t, path));
    std::string text;
    TRY(decode_source_bytes(t, bytes, name, text));
    Code* code = TRY(compile_utf8(t, text, name, CompileMode::kExec, 0, -1));
    TRY(dict_set_str(t, dict, "__file__", name));
    Result<Value> r = run_code(t, code, dict, dict);
    Value pending = take_exc(t);
    Keep keep(pending);
    Result<Opt> gone = dict_pop(t, dict, NAME("__file__"));
    if (!gone.ok()) clear_exc(t);
    if (pending) restore_exc(t, pending);
    return r.ok() ? Status{} : Status(Error{});
  };
  if (!go().ok()) {
    if (exc_matches(t, KAA_TYPE(SystemExit))) return Error{};
    print_and_clear(t);
  }
  return {};
}

void run_interactive_hook(Thread& t) {
  Value hook = sys_get("__interactivehook__");
  if (!hook || call(t, hook).ok()) return;
  fputs("Failed calling sys.__interactivehook__\n", stderr);
  print_and_clear(t);
}

namespace {

Status flush(Thread& t, const char* name) {
  Value f = sys_get(name);
  if (!f || f.is_none()) return {};
  if (!call_method(t, f, NAME("flush")).ok()) clear_exc(t);
  return {};
}

// Prompts on standard error, as C's readline without a terminal does; in a terminal the module readline's editor reads, if it was imported, whatever
// sys.stdin is. False at the end of the input.
Result<bool> read_line(Thread& t, const char* prompt_name, std::string& line) {
  TRY(flush(t, "stdout"));
  TRY(flush(t, "stderr"));
  Value prompt = sys_get(prompt_name);
  std::string shown;
  if (prompt) {
    Result<Str*> s = str(t, prompt);
    Utf8 u;
    if (s.ok() && str_utf8(t, s.value(), u, true).ok()) shown = u.view();
    else clear_exc(t);
  }
  Utf8 u;
  if (g_read_line && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
    std::string bytes;
    if (!TRY(g_read_line(t, shown.c_str(), &bytes))) return false;
    TRY(str_utf8(t, TRY(decode_fs(t, bytes)), u, true));
    line.assign(u.view());
    return true;
  }
  fputs(shown.c_str(), stderr);
  fflush(stderr);
  Value in = sys_get("stdin");
  if (!in || in.is_none()) return false;
  Result<Value> read = call_method(t, in, NAME("readline"));
  if (!read.ok()) {
    if (exc_matches(t, KAA_TYPE(KeyboardInterrupt)) || exc_matches(t, KAA_TYPE(SystemExit)) || exc_matches(t, KAA_TYPE(UnicodeError))) return Error{};
    // A program can close it: then it has ended. So it has when it fails in another way, which it would do again.
    if (exc_matches(t, KAA_TYPE(OSError)) || exc_matches(t, KAA_TYPE(ValueError))) clear_exc(t);
    else print_and_clear(t);
    return false;
  }
  Value v = read.value();
  if (!is_str(v) || v.as<Str>()->length == 0) return false;
  TRY(str_utf8(t, v.as<Str>(), u, true));
  line.assign(u.view());
  return true;
}

bool incomplete(std::string_view source) {
  parser::ParseOptions o;
  o.mode = parser::Mode::Single;
  o.dont_imply_dedent = o.allow_incomplete_input = true;
  auto error_of = [&](std::string_view text) {
    ast::Ast ast;
    return parser::parse(ast, text, o).error.kind;
  };
  if (error_of(source) == parser::ErrorKind::None) return false;
  // With one more line end it reads, or could go on: then it is not finished.
  parser::ErrorKind kind = error_of(std::string(source) + "\n");
  return kind == parser::ErrorKind::None || kind == parser::ErrorKind::IncompleteInput;
}

enum class Reading { kComplete, kIncomplete, kBlank };
Reading reading_of(std::string_view source) {
  bool blank = true;
  for (size_t i = 0; i < source.size() && blank; i++) {
    if (source[i] == '#') {
      while (i < source.size() && source[i] != '\n') i++;
    } else if (!strchr(" \t\f\r\n", source[i])) {
      blank = false;
    }
  }
  if (blank) return Reading::kBlank;
  return incomplete(source) ? Reading::kIncomplete : Reading::kComplete;
}

// As in CPython a SyntaxError without a text that leaves a statement, wherever it comes from, shows a line of that statement.
Error show_statement(Thread& t, std::string_view source) {
  if (!exc_matches(t, KAA_TYPE(SyntaxError))) return {};
  Value e = take_exc(t);
  Keep keep(e);
  ExcSyntax* error = e.as<ExcSyntax>();
  Value text = error->text, line = error->lineno;
  if ((!text || text.is_none()) && line && line.is_int()) {
    std::string_view shown = source_line(source, static_cast<int>(line.as_int()));
    if (!shown.empty()) error->text.set(TRY(new_str(t, shown)));
  }
  restore_exc(t, e);
  return {};
}

// One statement, read and run.
Result<bool> one(Thread& t, Dict* dict, uint32_t& flags) {
  std::string source, line;
  bool more = TRY(read_line(t, "ps1", line));
  if (!more) return false;
  source = line;
  bool ended = false;
  Reading reading;
  while ((reading = reading_of(source.back() == '\n' ? std::string_view(source).substr(0, source.size() - 1) : source)) == Reading::kIncomplete && !ended) {
    bool got = TRY(read_line(t, "ps2", line));
    if (got) source += line;
    else ended = true;
  }
  if (ended || source.back() != '\n') fputs("\n", stderr);  // the input has ended behind a prompt
  // Statements are numbered, so that linecache can tell their sources apart; one with an error that the parser sees has no number.
  static int number = 0;
  if (reading == Reading::kBlank) {
    number++;
    return true;
  }
  Str* name = TRY(str_format(t, "<stdin-%d>", number));
  bool parsed;
  auto run = [&]() -> Status {
    Result<Code*> code = compile_statement(t, source, NAME("<stdin>"), name, flags, ended, &parsed);
    if (parsed) number++;
    if (!code.ok()) return Error{};
    flags |= code.value()->flags & compiler::kFutureMask;
    TRY(register_source(t, code.value(), source, NAME("<stdin>")));
    TRY(run_code(t, code.value(), dict, dict));
    return {};
  };
  if (run().ok()) return true;
  return show_statement(t, source);
}

}  // namespace

Status interact(Thread& t, Dict* dict) {
  if (!sys_get("ps1")) TRY(sys_set(t, "ps1", NAME(">>> ")));
  if (!sys_get("ps2")) TRY(sys_set(t, "ps2", NAME("... ")));
  uint32_t flags = 0;
  for (;;) {
    Result<bool> r = one(t, dict, flags);
    if (r.ok()) {
      if (!r.value()) break;
      continue;
    }
    if (exc_matches(t, KAA_TYPE(SystemExit))) return Error{};
    print_and_clear(t);
    TRY(flush(t, "stderr"));
  }
  fputs("\n", stderr);
  return {};
}

}  // namespace kaa
