// The functions of _curses, and its constants.
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "modules/curses/window.h"
#include "modules/posix/sys_util.h"
#include "types/int.h"

// term.h would define many short names as macros.
extern "C" int setupterm(const char* term, int fd, int* error);

namespace kaa::curses {

State& state() {
  static State s;
  return s;
}

Result<Value> check(Thread& t, int code, const char* name) {
  if (code == ERR) return raise(t, state().error, "%s() returned ERR", name);
  return kNone;
}
Status need_terminal(Thread& t) {
  if (state().terminal) return {};
  return raise(t, state().error, "must call (at least) setupterm() first");
}
Status need_screen(Thread& t) {
  if (state().screen) return {};
  return raise(t, state().error, "must call initscr() first");
}
Status need_color(Thread& t) {
  if (state().color) return {};
  return raise(t, state().error, "must call start_color() first");
}

Result<Window*> new_window(Thread& t, WINDOW* win, Window* parent, Value encoding) {
  Value name = encoding ? encoding : Value(TRY(new_str(t, state().encoding)));
  Window* w = TRY(alloc<Window>(t, state().window->root));
  w->win = win;
  w->shared = new Shared{win, parent ? use(parent->shared) : nullptr, 1};
  w->encoding.init(name.as<Str>());
  return w;
}

namespace {

#define FN(name) Result<Value> curses_##name(Thread& t, Args a)
// Functions of the screen without arguments: by what they answer.
#define SIMPLE(name) FN(name) { TRY(need_screen(t)); return check(t, ::name(), #name); }
#define VOID(name) FN(name) { TRY(need_screen(t)); ::name(); return kNone; }
#define BOOL(name) FN(name) { TRY(need_screen(t)); return Value::from_bool(::name()); }
#define SWITCH(name, on, off) FN(name) { TRY(need_screen(t)); bool flag = !a[0] || TRY(truth(t, a[0])); return check(t, flag ? ::on() : ::off(), #name); }
#define INT_ARG(name) FN(name) { TRY(need_screen(t)); return check(t, ::name(TRY(to_cint(t, a[0]))), #name); }

SIMPLE(beep) SIMPLE(def_prog_mode) SIMPLE(def_shell_mode) SIMPLE(doupdate) SIMPLE(flash) SIMPLE(flushinp) SIMPLE(nocbreak) SIMPLE(noecho) SIMPLE(nonl) SIMPLE(noraw)
SIMPLE(reset_prog_mode) SIMPLE(reset_shell_mode) SIMPLE(resetty) SIMPLE(savetty)
VOID(noqiflush)
BOOL(can_change_color) BOOL(has_colors) BOOL(has_ic) BOOL(has_il) BOOL(isendwin)
SWITCH(cbreak, cbreak, nocbreak) SWITCH(echo, echo, noecho) SWITCH(nl, nl, nonl) SWITCH(raw, raw, noraw)
INT_ARG(typeahead) INT_ARG(delay_output)
FN(qiflush) {
  TRY(need_screen(t));
  if (!a[0] || TRY(truth(t, a[0]))) ::qiflush();
  else ::noqiflush();
  return kNone;
}
FN(halfdelay) {
  TRY(need_screen(t));
  return check(t, ::halfdelay(TRY(to_cint(t, a[0]))), "halfdelay");
}
FN(filter) {
  ::filter();
  return kNone;
}
FN(baudrate) { TRY(need_screen(t)); return small_int(::baudrate()); }
FN(erasechar) { TRY(need_screen(t)); char c = ::erasechar(); return TRY(new_bytes(t, &c, 1)); }
FN(killchar) { TRY(need_screen(t)); char c = ::killchar(); return TRY(new_bytes(t, &c, 1)); }
FN(termattrs) { TRY(need_screen(t)); return make_int(t, static_cast<int64_t>(::termattrs())); }
Result<Value> text_or_error(Thread& t, const char* s, const char* name) {
  if (!s) return raise(t, state().error, "%s() returned NULL", name);
  return TRY(new_bytes(t, s, strlen(s)));
}
FN(termname) { TRY(need_screen(t)); return text_or_error(t, ::termname(), "termname"); }
FN(longname) { TRY(need_screen(t)); return text_or_error(t, ::longname(), "longname"); }
FN(napms) {
  TRY(need_screen(t));
  int ms = TRY(to_cint(t, a[0]));
  int r;
  {
    Blocking b(t);
    r = ::napms(ms);
  }
  return small_int(r);
}
FN(endwin) {
  TRY(need_screen(t));
  return check(t, ::endwin(), "endwin");
}
FN(curs_set) {
  TRY(need_screen(t));
  int old = ::curs_set(TRY(to_cint(t, a[0])));
  if (old == ERR) return raise(t, state().error, "curs_set() returned ERR");
  return small_int(old);
}
FN(intrflush) { TRY(need_screen(t)); bool on = TRY(truth(t, a[0])); return check(t, ::intrflush(nullptr, on), "intrflush"); }
FN(meta) { TRY(need_screen(t)); bool on = TRY(truth(t, a[0])); return check(t, ::meta(stdscr, on), "meta"); }
FN(use_env) { bool on = TRY(truth(t, a[0])); ::use_env(on); return kNone; }

// ---- keys and the mouse

FN(has_key) { TRY(need_screen(t)); return Value::from_bool(::has_key(TRY(to_cint(t, a[0])))); }
FN(keyname) {
  TRY(need_screen(t));
  int key = TRY(to_cint(t, a[0]));
  if (key < 0) return RAISE(ValueError, "invalid key number");
  const char* s = ::keyname(key);
  return TRY(new_bytes(t, s ? s : "", s ? strlen(s) : 0));
}
FN(unctrl) {
  TRY(need_screen(t));
  return text_or_error(t, ::unctrl(TRY(chtype_arg(t, a[0]))), "unctrl");
}
FN(ungetch) {
  TRY(need_screen(t));
  return check(t, ::ungetch(static_cast<int>(TRY(chtype_arg(t, a[0])))), "ungetch");
}
FN(unget_wch) {
  TRY(need_screen(t));
  wchar_t ch;
  if (is_str(a[0]) && a.as<Str>(0)->length == 1) ch = static_cast<wchar_t>(a.as<Str>(0)->at(0));
  else if (is_str(a[0])) return RAISE(TypeError, "expect str of length 1 or int, got a str of length %lu", static_cast<unsigned long>(a.as<Str>(0)->length));
  else if (is_int(a[0])) ch = static_cast<wchar_t>(TRY(to_cint(t, a[0])));
  else return RAISE(TypeError, "expect str of length 1 or int, got %T", a[0]);
  return check(t, ::unget_wch(ch), "unget_wch");
}
FN(getmouse) {
  TRY(need_screen(t));
  MEVENT e;
  if (::getmouse(&e) == ERR) return raise(t, state().error, "getmouse() returned ERR");
  return TRY(make_tuple(t, small_int(e.id), small_int(e.x), small_int(e.y), small_int(e.z), TRY(make_int(t, static_cast<int64_t>(e.bstate)))));
}
FN(ungetmouse) {
  TRY(need_screen(t));
  MEVENT e;
  e.id = static_cast<short>(TRY(to_cint(t, a[0])));
  e.x = TRY(to_cint(t, a[1]));
  e.y = TRY(to_cint(t, a[2]));
  e.z = TRY(to_cint(t, a[3]));
  e.bstate = static_cast<mmask_t>(TRY(to_uint64(t, a[4])));
  return check(t, ::ungetmouse(&e), "ungetmouse");
}
FN(mousemask) {
  TRY(need_screen(t));
  mmask_t old = 0, available = ::mousemask(static_cast<mmask_t>(TRY(to_uint64(t, a[0]))), &old);
  return TRY(make_tuple(t, TRY(make_int(t, static_cast<int64_t>(available))), TRY(make_int(t, static_cast<int64_t>(old)))));
}
FN(mouseinterval) { TRY(need_screen(t)); return small_int(::mouseinterval(TRY(to_cint(t, a[0])))); }

// ---- colours

// Numbers of any size that are not in the range are ValueErrors.
Result<int> range_arg(Thread& t, Value v, const char* what, int lo, int hi) {
  Value i = TRY(to_index(t, v));
  int64_t n;
  if (!int_fits64(i, &n) || n < lo || n > hi) return RAISE(ValueError, "%s must be in the range %d to %d, not %R", what, lo, hi, i);
  return static_cast<int>(n);
}
Result<int> color_arg(Thread& t, Value v) { return range_arg(t, v, "Color number", 0, COLORS - 1); }
Result<int> pair_arg(Thread& t, Value v, int lowest) { return range_arg(t, v, "Color pair", lowest, COLOR_PAIRS - 1); }
Result<int> pair_color_arg(Thread& t, Value v) { return range_arg(t, v, "Color number", -1, COLORS - 1); }  // -1: the terminal's own
Status add_int(Thread& t, const char* name, int64_t i) { return module_add(t, state().module, name, TRY(make_int(t, i))); }

FN(start_color) {
  TRY(need_screen(t));
  TRY(check(t, ::start_color(), "start_color"));
  state().color = true;
  TRY(add_int(t, "COLORS", COLORS));
  TRY(add_int(t, "COLOR_PAIRS", COLOR_PAIRS));
  return kNone;
}
FN(init_color) {
  TRY(need_screen(t));
  TRY(need_color(t));
  int c = TRY(color_arg(t, a[0])), v[3];
  for (uint32_t i = 0; i < 3; i++) v[i] = TRY(range_arg(t, a[i + 1], "Color component", 0, 1000));
  return check(t, init_extended_color(c, v[0], v[1], v[2]), "init_color");
}
FN(color_content) {
  TRY(need_screen(t));
  TRY(need_color(t));
  int c = TRY(color_arg(t, a[0])), r, g, b;
  TRY(check(t, extended_color_content(c, &r, &g, &b), "color_content"));
  return TRY(make_tuple(t, small_int(r), small_int(g), small_int(b)));
}
FN(init_pair) {
  TRY(need_screen(t));
  TRY(need_color(t));
  int p = TRY(pair_arg(t, a[0], 1)), f = TRY(pair_color_arg(t, a[1])), b = TRY(pair_color_arg(t, a[2]));
  return check(t, init_extended_pair(p, f, b), "init_pair");
}
FN(pair_content) {
  TRY(need_screen(t));
  TRY(need_color(t));
  int p = TRY(pair_arg(t, a[0], 0)), f, b;
  TRY(check(t, extended_pair_content(p, &f, &b), "pair_content"));
  return TRY(make_tuple(t, small_int(f), small_int(b)));
}
FN(color_pair) {
  TRY(need_screen(t));
  TRY(need_color(t));
  return make_int(t, static_cast<int64_t>(COLOR_PAIR(TRY(to_cint(t, a[0])))));
}
FN(pair_number) {
  TRY(need_screen(t));
  TRY(need_color(t));
  return small_int(PAIR_NUMBER(TRY(to_cint(t, a[0]))));
}
FN(use_default_colors) {
  TRY(need_screen(t));
  TRY(need_color(t));
  return check(t, ::use_default_colors(), "use_default_colors");
}
FN(assume_default_colors) {
  TRY(need_screen(t));
  TRY(need_color(t));
  int f = TRY(pair_color_arg(t, a[0])), b = TRY(pair_color_arg(t, a[1]));
  return check(t, ::assume_default_colors(f, b), "assume_default_colors");
}
FN(has_extended_color_support) { return kTrue; }

// ---- starting

FN(setupterm) {
  State& s = state();
  std::string term;
  bool named = a[0] && !a[0].is_none();
  if (named) {
    if (!is_str(a[0])) return RAISE(TypeError, "setupterm() argument 'term' must be str or None, not %T", a[0]);
    Utf8 text;
    TRY(str_utf8(t, a[0].as<Str>(), text));
    term = text.view();
  }
  int fd = a[1] ? TRY(to_cint(t, a[1])) : -1;
  if (fd == -1) {
    Value out = dict_get_str(interp().sys_dict, NAME("stdout"));
    if (!out || out.is_none()) return raise(t, s.error, "lost sys.stdout");
    fd = TRY(fd_arg(t, out));
  }
  if (s.terminal) return kNone;
  int err = 0;
  if (::setupterm(named ? term.c_str() : nullptr, fd, &err) == ERR)
    return raise(t, s.error, "setupterm: %s", err == 0 ? "could not find terminal" : err == -1 ? "could not find terminfo database" : "unknown error");
  s.terminal = true;
  return kNone;
}

Status add_screen_constants(Thread& t) {
  // Characters of drawings: what they are is known once the terminal is.
  const struct { const char* name; chtype value; } rows[] = {
      {"ACS_ULCORNER", ACS_ULCORNER}, {"ACS_LLCORNER", ACS_LLCORNER}, {"ACS_URCORNER", ACS_URCORNER}, {"ACS_LRCORNER", ACS_LRCORNER}, {"ACS_LTEE", ACS_LTEE},
      {"ACS_RTEE", ACS_RTEE}, {"ACS_BTEE", ACS_BTEE}, {"ACS_TTEE", ACS_TTEE}, {"ACS_HLINE", ACS_HLINE}, {"ACS_VLINE", ACS_VLINE}, {"ACS_PLUS", ACS_PLUS},
      {"ACS_S1", ACS_S1}, {"ACS_S9", ACS_S9}, {"ACS_DIAMOND", ACS_DIAMOND}, {"ACS_CKBOARD", ACS_CKBOARD}, {"ACS_DEGREE", ACS_DEGREE}, {"ACS_PLMINUS", ACS_PLMINUS},
      {"ACS_BULLET", ACS_BULLET}, {"ACS_LARROW", ACS_LARROW}, {"ACS_RARROW", ACS_RARROW}, {"ACS_DARROW", ACS_DARROW}, {"ACS_UARROW", ACS_UARROW},
      {"ACS_BOARD", ACS_BOARD}, {"ACS_LANTERN", ACS_LANTERN}, {"ACS_BLOCK", ACS_BLOCK}, {"ACS_S3", ACS_S3}, {"ACS_S7", ACS_S7}, {"ACS_LEQUAL", ACS_LEQUAL},
      {"ACS_GEQUAL", ACS_GEQUAL}, {"ACS_PI", ACS_PI}, {"ACS_NEQUAL", ACS_NEQUAL}, {"ACS_STERLING", ACS_STERLING}, {"ACS_BSSB", ACS_ULCORNER},
      {"ACS_SSBB", ACS_LLCORNER}, {"ACS_BBSS", ACS_URCORNER}, {"ACS_SBBS", ACS_LRCORNER}, {"ACS_SBSS", ACS_RTEE}, {"ACS_SSSB", ACS_LTEE},
      {"ACS_SSBS", ACS_BTEE}, {"ACS_BSSS", ACS_TTEE}, {"ACS_BSBS", ACS_HLINE}, {"ACS_SBSB", ACS_VLINE}, {"ACS_SSSS", ACS_PLUS},
  };
  for (auto& r : rows) TRY(add_int(t, r.name, static_cast<int64_t>(r.value)));
  TRY(add_int(t, "LINES", LINES));
  return add_int(t, "COLS", COLS);
}
FN(initscr) {
  State& s = state();
  if (s.screen) {
    wrefresh(stdscr);
    return TRY(new_window(t, stdscr, nullptr, Value()));
  }
  WINDOW* w = ::initscr();
  if (!w) return raise(t, s.error, "initscr() returned NULL");
  s.terminal = s.screen = true;
  TRY(add_screen_constants(t));
  return TRY(new_window(t, w, nullptr, Value()));
}
// In this module and in the package, which has taken them over.
FN(update_lines_cols) {
  TRY(add_int(t, "LINES", LINES));
  TRY(add_int(t, "COLS", COLS));
  Value package = dict_get_str(interp().modules, NAME("curses"));
  if (!package) return kNone;
  TRY(set_attr(t, package, NAME("LINES"), small_int(LINES)));
  TRY(set_attr(t, package, NAME("COLS"), small_int(COLS)));
  return kNone;
}
// A C short: larger sizes make ncurses fail in ways that it does not get over.
Result<int> small_arg(Thread& t, Value v) {
  int64_t i = TRY(to_int64(t, v));
  if (i > INT16_MAX) return RAISE(OverflowError, "signed short integer is greater than maximum");
  if (i < INT16_MIN) return RAISE(OverflowError, "signed short integer is less than minimum");
  return static_cast<int>(i);
}
FN(resizeterm) {
  TRY(need_screen(t));
  int y = TRY(small_arg(t, a[0])), x = TRY(small_arg(t, a[1]));
  TRY(check(t, ::resizeterm(y, x), "resizeterm"));
  return curses_update_lines_cols(t, {nullptr, 0});
}
FN(resize_term) {
  TRY(need_screen(t));
  int y = TRY(small_arg(t, a[0])), x = TRY(small_arg(t, a[1]));
  TRY(check(t, ::resize_term(y, x), "resize_term"));
  return curses_update_lines_cols(t, {nullptr, 0});
}
FN(is_term_resized) {
  TRY(need_screen(t));
  int y = TRY(to_cint(t, a[0])), x = TRY(to_cint(t, a[1]));
  return Value::from_bool(::is_term_resized(y, x));
}
FN(newwin) {
  TRY(need_screen(t));
  if (a.n != 2 && a.n != 4) return RAISE(TypeError, "newwin requires 2 or 4 arguments");
  int v[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < a.n; i++) v[i] = TRY(to_cint(t, a[i]));
  WINDOW* w = ::newwin(v[0], v[1], v[2], v[3]);
  if (!w) return raise(t, state().error, "curses function returned NULL");
  return TRY(new_window(t, w, nullptr, Value()));
}
FN(newpad) {
  TRY(need_screen(t));
  int y = TRY(to_cint(t, a[0])), x = TRY(to_cint(t, a[1]));
  WINDOW* w = ::newpad(y, x);
  if (!w) return raise(t, state().error, "curses function returned NULL");
  return TRY(new_window(t, w, nullptr, Value()));
}
FN(getwin) {
  TRY(need_screen(t));
  Value data = TRY(call_method(t, a[0], NAME("read")));
  if (!is_bytes(data)) return RAISE(TypeError, "f.read() returned %T object instead of bytes", data);
  FILE* f = tmpfile();
  if (!f) return raise_os_error(t, errno);
  fwrite(data.as<Bytes>()->data(), 1, data.as<Bytes>()->size, f);
  rewind(f);
  WINDOW* w = ::getwin(f);
  fclose(f);
  if (!w) return raise(t, state().error, "curses function returned NULL");
  return TRY(new_window(t, w, nullptr, Value()));
}
FN(getsyx) {
  TRY(need_screen(t));
  int y = 0, x = 0;
  if (newscr) {
    if (is_leaveok(newscr)) y = x = -1;
    else y = getcury(newscr), x = getcurx(newscr);
  }
  return TRY(make_tuple(t, small_int(y), small_int(x)));
}
FN(setsyx) {
  TRY(need_screen(t));
  int y = TRY(to_cint(t, a[0])), x = TRY(to_cint(t, a[1]));
  if (newscr) {
    leaveok(newscr, y == -1 && x == -1);
    if (y != -1 || x != -1) wmove(newscr, y, x);
  }
  return kNone;
}
FN(get_escdelay) { return small_int(ESCDELAY); }
FN(set_escdelay) {
  int ms = TRY(to_cint(t, a[0]));
  if (ms <= 0) return RAISE(ValueError, "ms must be > 0");
  return check(t, ::set_escdelay(ms), "set_escdelay");
}
FN(get_tabsize) { return small_int(TABSIZE); }
FN(set_tabsize) {
  int n = TRY(to_cint(t, a[0]));
  if (n <= 0) return RAISE(ValueError, "size must be > 0");
  return check(t, ::set_tabsize(n), "set_tabsize");
}

// ---- terminfo

Status name_arg(Thread& t, Value v, const char* fname, std::string* out) {
  TRY(need_terminal(t));
  if (!is_str(v)) return RAISE(TypeError, "%s() argument must be str, not %T", fname, v);
  Utf8 text;
  TRY(str_utf8(t, v.as<Str>(), text));
  *out = text.view();
  if (out->find('\0') != std::string::npos) return RAISE(ValueError, "embedded null character");
  return {};
}
FN(tigetflag) {
  std::string name;
  TRY(name_arg(t, a[0], "tigetflag", &name));
  return small_int(::tigetflag(name.c_str()));
}
FN(tigetnum) {
  std::string name;
  TRY(name_arg(t, a[0], "tigetnum", &name));
  return small_int(::tigetnum(name.c_str()));
}
FN(tigetstr) {
  std::string name;
  TRY(name_arg(t, a[0], "tigetstr", &name));
  const char* s = ::tigetstr(name.c_str());
  if (!s || s == reinterpret_cast<const char*>(-1)) return kNone;
  return TRY(new_bytes(t, s, strlen(s)));
}
FN(tparm) {
  TRY(need_terminal(t));
  BufferHold text;
  TRY(text.get(t, a[0]));
  std::string s(text.view());
  int v[9];
  for (uint32_t i = 0; i < 9; i++) v[i] = a[i + 1] ? TRY(to_cint(t, a[i + 1])) : 0;
  const char* r = ::tparm(s.c_str(), v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]);
  return text_or_error(t, r, "tparm");
}
FN(putp) {
  TRY(need_terminal(t));
  BufferHold text;
  TRY(text.get(t, a[0]));
  std::string s(text.view());
  return check(t, ::putp(s.c_str()), "putp");
}

constexpr MethodKind kF = MethodKind::kFunction;
#define ROW(name, sig, doc) {#name, curses_##name, sig, doc, kF}
const MethodDef k_functions[] = {
    ROW(assume_default_colors, "(fg, bg, /)", "Sets the colours of pair 0."), ROW(baudrate, "()", "The speed of the terminal."), ROW(beep, "()", "A short sound."),
    ROW(can_change_color, "()", "Whether colours can be changed."), ROW(cbreak, "(flag=True, /)", "Keys are read as they come."),
    ROW(color_content, "(color_number, /)", "Red, green and blue of a colour, 0 to 1000."), ROW(color_pair, "(pair_number, /)", "The attribute of a pair of colours."),
    ROW(curs_set, "(visibility, /)", "Sets how visible the cursor is; returns what it was."), ROW(def_prog_mode, "()", "Keeps the terminal's mode as that of programs."),
    ROW(def_shell_mode, "()", "Keeps the terminal's mode as that of the shell."), ROW(delay_output, "(ms, /)", "Pauses output."),
    ROW(doupdate, "()", "Shows what noutrefresh() prepared."), ROW(echo, "(flag=True, /)", "Keys are shown."), ROW(endwin, "()", "Ends the use of the screen."),
    ROW(erasechar, "()", "The key that deletes a character."), ROW(filter, "()", "For initscr(): uses one line of the screen."), ROW(flash, "()", "Flashes the screen."),
    ROW(flushinp, "()", "Drops keys that were not read."), ROW(get_escdelay, "()", "Milliseconds that an escape sequence is waited for."),
    ROW(get_tabsize, "()", "Columns between tabs."), ROW(getmouse, "()", "What the mouse did: (id, x, y, z, bstate)."),
    ROW(getsyx, "()", "The cursor of the virtual screen."), ROW(getwin, "(file, /)", "A window that putwin() wrote."),
    ROW(halfdelay, "(tenths, /)", "Keys are waited for so many tenths of a second."), ROW(has_colors, "()", "Whether the terminal has colours."),
    ROW(has_extended_color_support, "()", "Whether there may be more than 256 colours."), ROW(has_ic, "()", "Whether the terminal inserts characters."),
    ROW(has_il, "()", "Whether the terminal inserts lines."), ROW(has_key, "(key, /)", "Whether the terminal has a key."),
    ROW(init_color, "(color_number, r, g, b, /)", "Changes a colour."), ROW(init_pair, "(pair_number, fg, bg, /)", "Changes a pair of colours."),
    ROW(initscr, "()", "Begins to use the screen, and returns its window."), ROW(intrflush, "(flag, /)", "Whether an interruption drops output."),
    ROW(is_term_resized, "(nlines, ncols, /)", "Whether resize_term() would change anything."), ROW(isendwin, "()", "Whether endwin() was called."),
    ROW(keyname, "(key, /)", "The name of a key, as bytes."), ROW(killchar, "()", "The key that deletes a line."), ROW(longname, "()", "The terminal's long name."),
    ROW(meta, "(yes, /)", "Whether keys have 8 bits."), ROW(mouseinterval, "(interval, /)", "Milliseconds between press and release of a click."),
    ROW(mousemask, "(newmask, /)", "Sets what is told of the mouse."), ROW(napms, "(ms, /)", "Waits."), ROW(newpad, "(nlines, ncols, /)", "A window larger than the screen."),
    ROW(newwin, nullptr, "newwin(nlines, ncols[, begin_y, begin_x]): a window."), ROW(nl, "(flag=True, /)", "The return key is a newline."),
    ROW(nocbreak, "()", "Keys are read by lines."), ROW(noecho, "()", "Keys are not shown."), ROW(nonl, "()", "The return key is itself."),
    ROW(noqiflush, "()", "Interruptions drop no input."), ROW(noraw, "()", "Ends raw()."), ROW(pair_content, "(pair_number, /)", "The colours of a pair."),
    ROW(pair_number, "(attr, /)", "The pair of an attribute."), ROW(putp, "(string, /)", "Writes a capability of the terminal."),
    ROW(qiflush, "(flag=True, /)", "Interruptions drop input."), ROW(raw, "(flag=True, /)", "Keys are read as they come, those of interruptions, too."),
    ROW(reset_prog_mode, "()", "The mode of programs again."), ROW(reset_shell_mode, "()", "The mode of the shell again."), ROW(resetty, "()", "The mode of savetty() again."),
    ROW(resize_term, "(nlines, ncols, /)", "Changes the size, without the windows' own doing."), ROW(resizeterm, "(nlines, ncols, /)", "Changes the size."),
    ROW(savetty, "()", "Keeps the terminal's mode."), ROW(set_escdelay, "(ms, /)", "Sets how long an escape sequence is waited for."),
    ROW(set_tabsize, "(size, /)", "Sets the columns between tabs."), ROW(setsyx, "(y, x, /)", "Moves the cursor of the virtual screen."),
    ROW(setupterm, "(term=None, fd=-1)", "Finds out what the terminal can do."), ROW(start_color, "()", "Begins to use colours."),
    ROW(termattrs, "()", "The attributes that the terminal has."), ROW(termname, "()", "The terminal's name."), ROW(tigetflag, "(capname, /)", "A capability that is there or not."),
    ROW(tigetnum, "(capname, /)", "A capability that is a number."), ROW(tigetstr, "(capname, /)", "A capability that is a text, or None."),
    ROW(tparm, "(str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0, i9=0, /)", "A capability with parameters."),
    ROW(typeahead, "(fd, /)", "Where typing ahead is looked for."), ROW(unctrl, "(ch, /)", "A control character as text, ^C."), ROW(unget_wch, "(ch, /)", "Puts a character back."),
    ROW(ungetch, "(ch, /)", "Puts a key back."), ROW(ungetmouse, "(id, x, y, z, bstate, /)", "Puts an event of the mouse back."),
    ROW(update_lines_cols, "()", "Takes LINES and COLS over from the screen."), ROW(use_default_colors, "()", "-1 stands for the terminal's own colours."),
    ROW(use_env, "(flag, /)", "Whether the environment says how large the screen is."),
};
#undef ROW

#define K(name) {#name, name},
const Constant k_constants[] = {
    K(ERR) K(OK) K(A_NORMAL) K(A_STANDOUT) K(A_UNDERLINE) K(A_REVERSE) K(A_BLINK) K(A_DIM) K(A_BOLD) K(A_ALTCHARSET) K(A_INVIS) K(A_PROTECT) K(A_CHARTEXT)
    K(A_COLOR) K(A_HORIZONTAL) K(A_LEFT) K(A_LOW) K(A_RIGHT) K(A_TOP) K(A_VERTICAL) K(A_ITALIC) {"A_ATTRIBUTES", static_cast<int64_t>(A_ATTRIBUTES)},
    K(COLOR_BLACK) K(COLOR_RED) K(COLOR_GREEN) K(COLOR_YELLOW) K(COLOR_BLUE) K(COLOR_MAGENTA) K(COLOR_CYAN) K(COLOR_WHITE)
    K(BUTTON1_PRESSED) K(BUTTON1_RELEASED) K(BUTTON1_CLICKED) K(BUTTON1_DOUBLE_CLICKED) K(BUTTON1_TRIPLE_CLICKED)
    K(BUTTON2_PRESSED) K(BUTTON2_RELEASED) K(BUTTON2_CLICKED) K(BUTTON2_DOUBLE_CLICKED) K(BUTTON2_TRIPLE_CLICKED)
    K(BUTTON3_PRESSED) K(BUTTON3_RELEASED) K(BUTTON3_CLICKED) K(BUTTON3_DOUBLE_CLICKED) K(BUTTON3_TRIPLE_CLICKED)
    K(BUTTON4_PRESSED) K(BUTTON4_RELEASED) K(BUTTON4_CLICKED) K(BUTTON4_DOUBLE_CLICKED) K(BUTTON4_TRIPLE_CLICKED)
    K(BUTTON5_PRESSED) K(BUTTON5_RELEASED) K(BUTTON5_CLICKED) K(BUTTON5_DOUBLE_CLICKED) K(BUTTON5_TRIPLE_CLICKED)
    K(BUTTON_SHIFT) K(BUTTON_CTRL) K(BUTTON_ALT) K(ALL_MOUSE_EVENTS) K(REPORT_MOUSE_POSITION)
    K(KEY_A1) K(KEY_A3) K(KEY_B2) K(KEY_BACKSPACE) K(KEY_BEG) K(KEY_BREAK) K(KEY_BTAB) K(KEY_C1) K(KEY_C3) K(KEY_CANCEL) K(KEY_CATAB) K(KEY_CLEAR)
    K(KEY_CLOSE) K(KEY_COMMAND) K(KEY_COPY) K(KEY_CREATE) K(KEY_CTAB) K(KEY_DC) K(KEY_DL) K(KEY_DOWN) K(KEY_EIC) K(KEY_END) K(KEY_ENTER) K(KEY_EOL)
    K(KEY_EOS) K(KEY_EXIT) K(KEY_FIND) K(KEY_HELP) K(KEY_HOME) K(KEY_IC) K(KEY_IL) K(KEY_LEFT) K(KEY_LL) K(KEY_MARK) K(KEY_MAX) K(KEY_MESSAGE) K(KEY_MIN)
    K(KEY_MOUSE) K(KEY_MOVE) K(KEY_NEXT) K(KEY_NPAGE) K(KEY_OPEN) K(KEY_OPTIONS) K(KEY_PPAGE) K(KEY_PREVIOUS) K(KEY_PRINT) K(KEY_REDO) K(KEY_REFERENCE)
    K(KEY_REFRESH) K(KEY_REPLACE) K(KEY_RESET) K(KEY_RESIZE) K(KEY_RESTART) K(KEY_RESUME) K(KEY_RIGHT) K(KEY_SAVE) K(KEY_SBEG) K(KEY_SCANCEL)
    K(KEY_SCOMMAND) K(KEY_SCOPY) K(KEY_SCREATE) K(KEY_SDC) K(KEY_SDL) K(KEY_SELECT) K(KEY_SEND) K(KEY_SEOL) K(KEY_SEXIT) K(KEY_SF) K(KEY_SFIND)
    K(KEY_SHELP) K(KEY_SHOME) K(KEY_SIC) K(KEY_SLEFT) K(KEY_SMESSAGE) K(KEY_SMOVE) K(KEY_SNEXT) K(KEY_SOPTIONS) K(KEY_SPREVIOUS) K(KEY_SPRINT) K(KEY_SR)
    K(KEY_SREDO) K(KEY_SREPLACE) K(KEY_SRESET) K(KEY_SRIGHT) K(KEY_SRSUME) K(KEY_SSAVE) K(KEY_SSUSPEND) K(KEY_STAB) K(KEY_SUNDO) K(KEY_SUSPEND)
    K(KEY_UNDO) K(KEY_UP)
};
#undef K

Status exec(Thread& t, Module* m) {
  State& s = state();
  if (!s.window) {
    s.error = TRY(make_exception(t, "_curses.error", KAA_TYPE(Exception), nullptr));
    s.keep = Value(s.error);
    s.window = TRY(make_native_type(t, "_curses.window", nullptr, window_spec));
    // Texts that are wider than a byte need the locale's character set.
    if (!strcmp(setlocale(LC_CTYPE, nullptr), "C")) setlocale(LC_CTYPE, "");
  }
  s.module = m;
  TRY(module_add(t, m, "error", s.error));
  TRY(module_add(t, m, "window", s.window));
  for (const Constant& c : k_constants) TRY(module_add(t, m, c.name, TRY(make_int(t, c.value))));
  for (int i = 0; i < 64; i++) TRY(module_add(t, m, ("KEY_F" + std::to_string(i)).c_str(), small_int(KEY_F(i))));
  Value version = TRY(new_bytes(t, "2.2", 3));
  TRY(module_add(t, m, "version", version));
  TRY(module_add(t, m, "__version__", version));
  Value fields = TRY(make_tuple(t, Value(NAME("major")), Value(NAME("minor")), Value(NAME("patch"))));
  Value module_name = NAME("_curses");
  Value arguments[] = {NAME("ncurses_version"), fields, module_name};
  Tuple* kwnames = TRY(make_tuple(t, Value(NAME("module"))));
  Value type = TRY(call_args(t, TRY(import_attr(t, "collections", "namedtuple")), arguments, 2, kwnames));
  return module_add(t, m, "ncurses_version", TRY(call(t, type, small_int(NCURSES_VERSION_MAJOR), small_int(NCURSES_VERSION_MINOR), small_int(NCURSES_VERSION_PATCH))));
}

}  // namespace
}  // namespace kaa::curses

namespace kaa {
extern const ModuleDef _curses_module = {.name = "_curses", .doc = nullptr, .functions = curses::k_functions, .exec = curses::exec};
}  // namespace kaa
