// readline, on libedit: line editing for input(), history, completion.
//
// libedit has one line, one history and one set of hooks for the process, so their Python objects are statics, too. A line is read by its callback interface:
// waiting is done here, where signals can be handled and other threads run; libedit itself runs, and calls back, with the interpreter's lock held.
#include <editline/readline.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "modules/posix/sys_util.h"
#include "modules/readline_hook.h"
#include "runtime/audit.h"
#include "runtime/interpreters.h"

namespace kaa {

Result<bool> (*g_read_line)(Thread&, const char*, std::string*);

namespace {

struct State {
  Root<> completer, startup_hook, pre_input_hook, display_hook;  // empty: none
  int begin = 0, end = 0;          // of the word that is completed
  bool auto_history = true;
  int limit = -1;                  // of lines written to files; negative: none
  int first = 1;                   // what libedit calls the first line of the history (0 in some versions)
  std::string delimiters;
};
State& state() {
  static State s;
  return s;
}

// ---- text, in the filesystem's encoding, which is the locale's
Result<Value> decode(Thread& t, const char* s) { return TRY(decode_fs(t, s)); }
class Encoded {
 public:
  Status set(Thread& t, Value v) {
    if (!is_str(v)) return RAISE(TypeError, "argument must be str, not %T", v);
    text_ = TRY(encode_fs(t, v.as<Str>()))->view();
    if (text_.find('\0') != std::string::npos) return RAISE(ValueError, "embedded null byte");
    return {};
  }
  const char* text() const { return text_.c_str(); }
 private:
  std::string text_;
};
// ---- history. libedit keeps it; files are read and written here, a line of the file for each line: its own format is another one than GNU readline's,
// which the files of other Pythons have, and its functions disagree about what index the first line has.
int history_count() { return history_length; }
HIST_ENTRY* entry_at(int i) { return history_get(i + state().first); }  // from 0
std::vector<std::string> history_lines(int from = 0) {
  std::vector<std::string> lines;
  for (int i = from < 0 ? 0 : from; i < history_count(); i++) {
    HIST_ENTRY* e = entry_at(i);
    lines.push_back(e && e->line ? e->line : "");
  }
  return lines;
}

// The name of a history file, which is about to be opened: audit hooks see it.
Result<std::string> file_arg(Thread& t, Value v, const char* mode) {
  bool given = v && !v.is_none();
  TRY(audit(t, "open", given ? v : Value(TRY(new_str(t, "~/.history"))), TRY(new_str(t, mode)), small_int(0)));
  if (given) return std::string(TRY(fs_bytes(t, v))->view());
  const char* home = getenv("HOME");
  return std::string(home ? home : ".") + "/.history";
}
// errno, or 0.
int read_lines(const std::string& path, std::vector<std::string>& lines) {
  FILE* f = fopen(path.c_str(), "re");
  if (!f) return errno;
  char* line = nullptr;
  size_t room = 0;
  errno = 0;
  for (ssize_t n; (n = getline(&line, &room, f)) >= 0;) {
    if (n && line[n - 1] == '\n') n--;
    lines.emplace_back(line, static_cast<size_t>(n));
  }
  int err = ferror(f) ? (errno ? errno : EIO) : 0;
  free(line);
  fclose(f);
  return err;
}
int write_lines(const std::string& path, const std::vector<std::string>& lines, bool append) {
  int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0600);
  if (fd < 0) return errno;
  std::string all;
  for (const std::string& l : lines) all += l + "\n";
  int err = 0;
  for (size_t done = 0; done < all.size() && !err;) {
    ssize_t n = write(fd, all.data() + done, all.size() - done);
    if (n >= 0) done += static_cast<size_t>(n);
    else if (errno != EINTR) err = errno;
  }
  if (close(fd) < 0 && !err) err = errno;
  return err;
}
// The last lines that set_history_length() allows.
void cut(std::vector<std::string>& lines) {
  size_t limit = static_cast<size_t>(state().limit);
  if (state().limit >= 0 && lines.size() > limit) lines.erase(lines.begin(), lines.end() - state().limit);
}
// Files of libedit's own format: a first line, and characters as backslash and three octal digits.
constexpr const char* kLibeditHeader = "_HiStOrY_V2_";
std::string without_escapes(const std::string& s) {
  std::string r;
  auto octal = [&](size_t i) { return i < s.size() && s[i] >= '0' && s[i] <= '7'; };
  for (size_t i = 0; i < s.size(); i++) {
    if (s[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      r += static_cast<char>((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 + s[i + 3] - '0');
      i += 3;
    } else {
      r += s[i];
    }
  }
  return r;
}

Result<Value> rl_read_history_file(Thread& t, Args a) {
  std::string path = TRY(file_arg(t, a[0], "r"));
  std::vector<std::string> lines;
  if (int e = read_lines(path, lines)) return raise_os_error(t, e, a[0] ? a[0] : Value());
  bool libedit = !lines.empty() && lines[0] == kLibeditHeader;
  for (size_t i = libedit; i < lines.size(); i++) add_history((libedit ? without_escapes(lines[i]) : lines[i]).c_str());
  return kNone;
}
Result<Value> rl_write_history_file(Thread& t, Args a) {
  std::string path = TRY(file_arg(t, a[0], "w"));
  std::vector<std::string> lines = history_lines();
  cut(lines);
  if (int e = write_lines(path, lines, false)) return raise_os_error(t, e, a[0] ? a[0] : Value());
  return kNone;
}
Result<Value> rl_append_history_file(Thread& t, Args a) {
  int n = TRY(to_cint(t, a[0]));
  if (n < 0) return RAISE(ValueError, "nelements must be positive");
  std::string path = TRY(file_arg(t, a[1], "a"));
  // The file must be there: as for GNU readline.
  int e = access(path.c_str(), F_OK) ? errno : write_lines(path, history_lines(history_count() - n), true);
  std::vector<std::string> lines;
  if (!e && state().limit >= 0 && !(e = read_lines(path, lines)) && lines.size() > static_cast<size_t>(state().limit)) {
    cut(lines);
    e = write_lines(path, lines, false);
  }
  if (e) return raise_os_error(t, e, a[1] ? a[1] : Value());
  return kNone;
}
Result<Value> rl_set_history_length(Thread& t, Args a) {
  state().limit = TRY(to_cint(t, a[0]));
  return kNone;
}
Result<Value> rl_get_history_length(Thread&, Args) { return small_int(state().limit); }
Result<Value> rl_get_current_history_length(Thread&, Args) { return small_int(history_count()); }
Result<Value> rl_get_history_item(Thread& t, Args a) {
  int i = TRY(to_cint(t, a[0]));
  if (i < 1 || i > history_count()) return kNone;
  HIST_ENTRY* e = entry_at(i - 1);
  return e && e->line ? decode(t, e->line) : Result<Value>(kNone);
}
Status check_position(Thread& t, int pos) {
  if (pos < 0) return RAISE(ValueError, "History index cannot be negative");
  if (pos >= history_count()) return RAISE(ValueError, "No history item at position %d", pos);
  return {};
}
void set_history(const std::vector<std::string>& lines) {
  clear_history();
  for (const std::string& l : lines) add_history(l.c_str());
}
Result<Value> rl_remove_history_item(Thread& t, Args a) {
  int pos = TRY(to_cint(t, a[0]));
  TRY(check_position(t, pos));
  std::vector<std::string> lines = history_lines();
  lines.erase(lines.begin() + pos);
  set_history(lines);
  return kNone;
}
Result<Value> rl_replace_history_item(Thread& t, Args a) {
  int pos = TRY(to_cint(t, a[0]));
  Encoded line;
  TRY(line.set(t, a[1]));
  TRY(check_position(t, pos));
  std::vector<std::string> lines = history_lines();
  lines[static_cast<size_t>(pos)] = line.text();
  set_history(lines);
  return kNone;
}
Result<Value> rl_add_history(Thread& t, Args a) {
  Encoded line;
  TRY(line.set(t, a[0]));
  add_history(line.text());
  return kNone;
}
Result<Value> rl_clear_history(Thread&, Args) {
  clear_history();
  return kNone;
}
Result<Value> rl_set_auto_history(Thread& t, Args a) {
  state().auto_history = TRY(truth(t, a[0]));
  return kNone;
}

// ---- hooks. What they raise is dropped, as nobody is there who could take it.

// An int that a hook returns, 0 for None.
int run_hook(const Root<>& hook) {
  Thread& t = current_thread();
  if (!hook.get()) return 0;
  auto ask = [&]() -> Result<int> {
    Value v = TRY(call(t, hook.get()));
    return v.is_none() ? 0 : to_cint(t, v);
  };
  Result<int> r = ask();
  if (r.ok()) return r.value();
  clear_exc(t);
  return 0;
}
Result<Value> set_hook(Thread& t, Root<>& place, Value v, const char* name) {
  if (!v || v.is_none()) {
    place = Value();
    return kNone;
  }
  if (!is_callable(v)) return RAISE(TypeError, "set_%s(func): argument not callable", name);
  place = v;
  return kNone;
}
Result<Value> rl_set_startup_hook(Thread& t, Args a) { return set_hook(t, state().startup_hook, a[0], "startup_hook"); }
Result<Value> rl_set_pre_input_hook(Thread& t, Args a) { return set_hook(t, state().pre_input_hook, a[0], "pre_input_hook"); }

void display_matches(char** matches, int count, int longest) {
  Thread& t = current_thread();
  auto show = [&]() -> Status {
    Value substitution = TRY(decode(t, matches[0]));
    List* list = TRY(new_list(t));
    for (int i = 1; i <= count; i++) TRY(list_append(t, list, TRY(decode(t, matches[i]))));
    TRY(call(t, state().display_hook.get(), substitution, Value(list), small_int(longest)));
    return {};
  };
  if (!show().ok()) clear_exc(t);
}
Result<Value> rl_set_completion_display_matches_hook(Thread& t, Args a) {
  TRY(set_hook(t, state().display_hook, a[0], "completion_display_matches_hook"));
  rl_completion_display_matches_hook = state().display_hook.get() ? reinterpret_cast<VFunction*>(display_matches) : nullptr;
  return kNone;
}

// ---- completion

char* next_match(const char* text, int number) {
  Thread& t = current_thread();
  auto ask = [&]() -> Result<Value> {
    rl_attempted_completion_over = 1;  // no file names when there are no matches
    return call(t, state().completer.get(), TRY(decode(t, text)), small_int(number));
  };
  if (!state().completer.get()) return nullptr;
  Result<Value> r = ask();
  Encoded match;
  if (r.ok() && !r.value().is_none() && is_str(r.value()) && match.set(t, r.value()).ok()) return strdup(match.text());
  clear_exc(t);
  return nullptr;
}
char** complete(const char* text, int begin, int end) {
  rl_completion_append_character = '\0';
  rl_completion_suppress_append = 0;
  state().begin = begin;
  state().end = end;
  return rl_completion_matches(text, next_match);
}
Result<Value> rl_set_completer(Thread& t, Args a) {
  TRY(set_hook(t, state().completer, a[0], "completer"));
  rl_attempted_completion_function = state().completer.get() ? complete : nullptr;
  return kNone;
}
Result<Value> rl_get_completer(Thread&, Args) { return state().completer.get() ? state().completer.get() : kNone; }
void set_delimiters(const char* s) {
  state().delimiters = s;
  rl_completer_word_break_characters = state().delimiters.data();
  rl_basic_word_break_characters = state().delimiters.c_str();
}
Result<Value> rl_set_completer_delims(Thread& t, Args a) {
  Encoded text;
  TRY(text.set(t, a[0]));
  set_delimiters(text.text());
  return kNone;
}
Result<Value> rl_get_completer_delims(Thread& t, Args) { return decode(t, state().delimiters.c_str()); }
Result<Value> rl_get_completion_type(Thread&, Args) { return small_int(rl_completion_type); }
Result<Value> rl_get_begidx(Thread&, Args) { return small_int(state().begin); }
Result<Value> rl_get_endidx(Thread&, Args) { return small_int(state().end); }

// ---- the line

Result<Value> rl_parse_and_bind_line(Thread& t, Args a) {
  Encoded text;
  TRY(text.set(t, a[0]));
  rl_parse_and_bind(text.text());
  return kNone;
}
Result<Value> rl_read_init(Thread& t, Args a) {
  std::string path;
  bool given = a[0] && !a[0].is_none();
  TRY(audit(t, "open", given ? a[0] : Value(TRY(new_str(t, "<readline_init_file>"))), NAME("r"), small_int(0)));
  if (given) path = TRY(fs_bytes(t, a[0]))->view();
  errno = 0;
  if (rl_read_init_file(given ? path.c_str() : nullptr)) return raise_os_error(t, errno ? errno : ENOENT, a[0] ? a[0] : Value());
  return kNone;
}
Result<Value> rl_get_line_buffer(Thread& t, Args) { return decode(t, rl_line_buffer ? rl_line_buffer : ""); }
Result<Value> rl_insert_line_text(Thread& t, Args a) {
  Encoded text;
  TRY(text.set(t, a[0]));
  rl_insert_text(text.text());
  return kNone;
}
Result<Value> rl_redisplay_line(Thread&, Args) {
  rl_redisplay();
  return kNone;
}

char* g_line;
bool g_line_done;
void line_ready(char* line) {
  g_line = line;
  g_line_done = true;
  rl_callback_handler_remove();
}

Result<bool> read_line(Thread& t, const char* prompt, std::string* out) {
  char* saved = strdup(setlocale(LC_CTYPE, nullptr));
  setlocale(LC_CTYPE, "");
  g_line = nullptr;
  g_line_done = false;
  rl_instream = stdin;
  rl_outstream = stdout;
  rl_callback_handler_install(prompt, line_ready);
  // Only this hook has an effect: what the other one inserts is lost in libedit, as CPython's tests expect of it.
  if (state().startup_hook.get()) {
    run_hook(state().startup_hook);
    rl_redisplay();
  }
  Status outcome;
  while (!g_line_done && outcome.ok()) {
    pollfd p = {STDIN_FILENO, POLLIN, 0};
    int n;
    {
      Blocking b(t);
      n = poll(&p, 1, -1);
    }
    if (n < 0) {
      if (errno != EINTR) break;
      outcome = safepoint(t);  // the signal's handler
      continue;
    }
    rl_callback_read_char();
  }
  if (!g_line_done) rl_callback_handler_remove();
  setlocale(LC_CTYPE, saved);
  free(saved);
  if (!outcome.ok()) return Error{};
  if (!g_line) return false;
  *out = g_line;
  free(g_line);
  if (state().auto_history && !out->empty()) {
    HIST_ENTRY* last = history_count() ? entry_at(history_count() - 1) : nullptr;
    if (!last || !last->line || *out != last->line) add_history(out->c_str());
  }
  *out += '\n';
  return true;
}

constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"add_history", rl_add_history, "(string, /)", "Appends a line to the history.", kF},
    {"append_history_file", rl_append_history_file, "(nelements, filename=None, /)", "Appends the last lines of the history to a file.", kF},
    {"clear_history", rl_clear_history, "()", "Empties the history.", kF},
    {"get_begidx", rl_get_begidx, "()", "Where the word that is completed begins.", kF},
    {"get_completer", rl_get_completer, "()", "The completion function, or None.", kF},
    {"get_completer_delims", rl_get_completer_delims, "()", "The characters between words.", kF},
    {"get_completion_type", rl_get_completion_type, "()", "The kind of completion.", kF},
    {"get_current_history_length", rl_get_current_history_length, "()", "The number of lines in the history.", kF},
    {"get_endidx", rl_get_endidx, "()", "Where the word that is completed ends.", kF},
    {"get_history_item", rl_get_history_item, "(index, /)", "A line of the history, counted from 1, or None.", kF},
    {"get_history_length", rl_get_history_length, "()", "How many lines are written to files at most; negative: all.", kF},
    {"get_line_buffer", rl_get_line_buffer, "()", "The line as it is now.", kF},
    {"insert_text", rl_insert_line_text, "(string, /)", "Inserts text where the cursor is.", kF},
    {"parse_and_bind", rl_parse_and_bind_line, "(string, /)", "Runs one line of an init file.", kF},
    {"read_history_file", rl_read_history_file, "(filename=None, /)", "Reads the history from a file.", kF},
    {"read_init_file", rl_read_init, "(filename=None, /)", "Runs an init file.", kF},
    {"redisplay", rl_redisplay_line, "()", "Shows the line as it is now.", kF},
    {"remove_history_item", rl_remove_history_item, "(pos, /)", "Removes a line of the history, counted from 0.", kF},
    {"replace_history_item", rl_replace_history_item, "(pos, line, /)", "Replaces a line of the history, counted from 0.", kF},
    {"set_auto_history", rl_set_auto_history, "(enabled, /)", "Whether lines that are read enter the history.", kF},
    {"set_completer", rl_set_completer, "(function=None, /)", "Sets the completion function, called with a text and a number.", kF},
    {"set_completer_delims", rl_set_completer_delims, "(string, /)", "Sets the characters between words.", kF},
    {"set_completion_display_matches_hook", rl_set_completion_display_matches_hook, "(function=None, /)", "Sets what shows several matches.", kF},
    {"set_history_length", rl_set_history_length, "(length, /)", "Sets how many lines are written to files at most.", kF},
    {"set_pre_input_hook", rl_set_pre_input_hook, "(function=None, /)", "Sets what is called after the prompt was shown.", kF},
    {"set_startup_hook", rl_set_startup_hook, "(function=None, /)", "Sets what is called before a line is read.", kF},
    {"write_history_file", rl_write_history_file, "(filename=None, /)", "Writes the history to a file.", kF},
};

Status exec(Thread& t, Module* m) {
  if (!g_read_line) {
    rl_readline_name = "python";
    // libedit asks the terminal when it is initialised, and takes what programs have set of its variables for its own.
    rl_initialize();
    using_history();
    rl_bind_key('\t', rl_insert);  // until somebody sets a completer and binds it
    set_delimiters(" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?");
    add_history("1");
    state().first = history_get(1) ? 1 : 0;
    clear_history();
    g_read_line = read_line;
    process_end_hooks().push_back([] { state().completer = state().startup_hook = state().pre_input_hook = state().display_hook = Value(); });
  }
  TRY(module_add(t, m, "backend", NAME("editline")));
  TRY(module_add(t, m, "_READLINE_VERSION", small_int(RL_READLINE_VERSION)));
  TRY(module_add(t, m, "_READLINE_RUNTIME_VERSION", small_int(rl_readline_version)));
  return module_add(t, m, "_READLINE_LIBRARY_VERSION", TRY(new_str(t, rl_library_version)));
}

}  // namespace

extern const ModuleDef readline_module = {.name = "readline", .doc = "Importing this module enables command line editing using libedit readline.", .functions = k_functions, .exec = exec};

}  // namespace kaa
