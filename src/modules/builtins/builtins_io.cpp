// print, input, breakpoint. They work with whatever sys.stdin and sys.stdout are, through methods.
#include <unistd.h>

#include "modules/builtins/builtins.h"
#include "modules/readline_hook.h"

namespace kaa {

namespace {

Value sys_attribute(const char* name) { return interp().sys_dict ? dict_get_str(interp().sys_dict, intern_name(name)) : Value(); }

Status check_text(Thread& t, const char* what, Value& v) {
  if (v && v.is_none()) v = Value();
  if (v && !is_str(v)) return RAISE(TypeError, "%s must be None or a string, not %T", what, v);
  return {};
}

Status flush_quietly(Thread& t, Value file) {
  if (!file || file.is_none()) return {};
  Result<Value> r = call_method(t, file, NAME("flush"));
  if (!r.ok()) clear_exc(t);
  return {};
}

// Whether a file of Python's is that descriptor, and a terminal. Files without one are none.
bool is_terminal(Thread& t, Value file, int fd) {
  Result<Value> r = call_method(t, file, NAME("fileno"));
  if (!r.ok()) clear_exc(t);
  return r.ok() && r.value() == small_int(fd) && isatty(fd);
}
// A line by the module readline's editor. The prompt and the line are in the files' encodings.
Result<Value> read_edited(Thread& t, Value in, Value out, Value prompt) {
  TRY(flush_quietly(t, out));
  std::string text;
  if (prompt) {
    Value shown = TRY(str(t, prompt));
    Value encoding = TRY(get_attr(t, out, NAME("encoding"))), errors = TRY(get_attr(t, out, NAME("errors")));
    Value bytes = TRY(call_method(t, shown, NAME("encode"), encoding, errors));
    if (!is_bytes(bytes)) return RAISE(TypeError, "the prompt's encoding does not make bytes");
    text = bytes.as<Bytes>()->view();
    if (text.find('\0') != std::string::npos) return RAISE(ValueError, "input: prompt string cannot contain null characters");
  }
  std::string line;
  if (!TRY(g_read_line(t, text.c_str(), &line))) return RAISE(EOFError, "");
  if (!line.empty() && line.back() == '\n') line.pop_back();
  Value bytes = TRY(new_bytes(t, line.data(), line.size()));
  Value encoding = TRY(get_attr(t, in, NAME("encoding"))), errors = TRY(get_attr(t, in, NAME("errors")));
  return call_method(t, bytes, NAME("decode"), encoding, errors);
}

}  // namespace

Result<Value> builtin_print(Thread& t, Args a, Tuple* kwnames) {
  static const char* const k_known[] = {"sep", "end", "file", "flush", nullptr};
  Value kw[4];
  TRY(read_keywords(t, "print", a, kwnames, k_known, kw));
  Value sep = kw[0], end = kw[1], file = kw[2];
  if (!file || file.is_none()) {
    file = sys_attribute("stdout");
    if (!file) return RAISE(RuntimeError, "lost sys.stdout");
    if (file.is_none()) return kNone;  // there is no console
  }
  TRY(check_text(t, "sep", sep));
  TRY(check_text(t, "end", end));
  uint32_t n = positional_count(a, kwnames);
  Str* write = NAME("write");
  for (uint32_t i = 0; i < n; i++) {
    if (i) TRY(call_method(t, file, write, sep ? sep : Value(TRY(str_char(t, ' ')))));
    // The method is looked up before a __str__ runs. Where none of Python's can, no bound method need be made.
    Value v = a.p[i];
    if (IS_EXACT(v, str) || v.is_int() || v.is_float_word()) {
      TRY(call_method(t, file, write, TRY(str(t, v))));
      continue;
    }
    Value m = TRY(get_attr(t, file, write));
    TRY(call(t, m, TRY(str(t, v))));
  }
  TRY(call_method(t, file, write, end ? end : Value(TRY(str_char(t, '\n')))));
  if (kw[3] && TRY(truth(t, kw[3]))) TRY(call_method(t, file, NAME("flush")));
  return kNone;
}

Result<Value> builtin_input(Thread& t, Args a) {
  Value in = sys_attribute("stdin"), out = sys_attribute("stdout"), err = sys_attribute("stderr");
  if (!in || in.is_none()) return RAISE(RuntimeError, "lost sys.stdin");
  if (!out || out.is_none()) return RAISE(RuntimeError, "lost sys.stdout");
  if (!err || err.is_none()) return RAISE(RuntimeError, "lost sys.stderr");
  if (Value audit = sys_attribute("audit")) TRY(call(t, audit, NAME("builtins.input"), a[0] ? a[0] : kNone));
  TRY(flush_quietly(t, err));
  if (g_read_line && is_terminal(t, in, STDIN_FILENO) && is_terminal(t, out, STDOUT_FILENO)) {
    Value edited = TRY(read_edited(t, in, out, a[0]));
    if (Value audit = sys_attribute("audit")) TRY(call(t, audit, NAME("builtins.input/result"), edited));
    return edited;
  }
  if (a[0]) {
    Value m = TRY(get_attr(t, out, NAME("write")));
    TRY(call(t, m, TRY(str(t, a[0]))));
  }
  TRY(flush_quietly(t, out));
  Value line = TRY(call_method(t, in, NAME("readline")));
  if (!is_str(line)) return RAISE(TypeError, "object.readline() returned non-string");
  Str* s = line.as<Str>();
  if (s->length == 0) return RAISE(EOFError, "EOF when reading a line");
  Value result = s->at(s->length - 1) == '\n' ? Value(TRY(str_substr(t, s, 0, s->length - 1))) : line;
  if (Value audit = sys_attribute("audit")) TRY(call(t, audit, NAME("builtins.input/result"), result));
  return result;
}

Result<Value> builtin_breakpoint(Thread& t, Args a, Tuple* kwnames) {
  Value hook = sys_attribute("breakpointhook");
  if (!hook) return RAISE(RuntimeError, "lost sys.breakpointhook");
  if (Value audit = sys_attribute("audit")) TRY(call(t, audit, NAME("builtins.breakpoint"), hook));
  return call_args(t, hook, a.p, positional_count(a, kwnames), kwnames);
}

}  // namespace kaa
