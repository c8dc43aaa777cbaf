// Windows. Most methods take an optional position first, and then work there.
#include "modules/curses/window.h"

#include <unistd.h>

#include "modules/posix/sys_util.h"
#include "types/int.h"

namespace kaa::curses {

Status count_args(Thread& t, const char* name, uint32_t n, uint32_t lo, uint32_t hi) {
  if (n >= lo && n <= hi) return {};
  if (lo == hi) return RAISE(TypeError, "%s requires %d argument%s", name, static_cast<int>(lo), lo == 1 ? "" : "s");
  return RAISE(TypeError, "%s requires %d to %d arguments", name, static_cast<int>(lo), static_cast<int>(hi));
}
Result<Window*> window_arg(Thread& t, Value v) {
  if (!is_window(v)) return RAISE(TypeError, "argument must be a window, not %T", v);
  return v.as<Window>();
}
Result<attr_t> attr_arg(Thread& t, Value v) {
  if (!v) return A_NORMAL;
  return static_cast<attr_t>(TRY(to_int64(t, v)));
}
Status char_arg(Thread& t, Value v, attr_t attributes, Character* out) {
  if (is_str(v)) {
    Str* s = v.as<Str>();
    if (s->length == 0 || s->length > CCHARW_MAX) return RAISE(TypeError, "expect int or bytes or str of length 1, got a str of length %lu", static_cast<unsigned long>(s->length));
    wchar_t text[CCHARW_MAX + 1] = {};
    for (size_t i = 0; i < s->length; i++) {
      if (!s->at(i)) return RAISE(ValueError, "embedded null character");
      text[i] = static_cast<wchar_t>(s->at(i));
    }
    if (setcchar(&out->text, text, attributes, static_cast<short>(PAIR_NUMBER(attributes)), nullptr) == ERR) return RAISE(ValueError, "the character cannot be shown: %R", v);
    out->wide = true;
    return {};
  }
  if (is_bytes(v) && v.as<Bytes>()->size == 1) {
    out->plain = static_cast<unsigned char>(v.as<Bytes>()->data()[0]) | attributes;
    return {};
  }
  if (is_bytes(v)) return RAISE(TypeError, "expect int or bytes or str of length 1, got a bytes of length %lu", static_cast<unsigned long>(v.as<Bytes>()->size));
  if (!is_int(v)) return RAISE(TypeError, "expect int or bytes or str of length 1, got %T", v);
  int64_t i;
  if (!int_fits64(v, &i) || i < 0 || i > static_cast<int64_t>(~chtype{0})) return RAISE(OverflowError, "byte doesn't fit in chtype");
  out->plain = static_cast<chtype>(i) | attributes;
  return {};
}
Result<chtype> chtype_arg(Thread& t, Value v) {
  Character c;
  TRY(char_arg(t, v, A_NORMAL, &c));
  if (!c.wide) return c.plain;
  Str* s = v.as<Str>();
  if (s->length != 1) return RAISE(TypeError, "expect int or bytes or str of length 1, got a str of length %lu", static_cast<unsigned long>(s->length));
  if (s->at(0) > 127) return RAISE(OverflowError, "character doesn't fit in a byte");
  return static_cast<chtype>(s->at(0));
}

namespace {

WINDOW* win_of(Args a) { return a.as<Window>(0)->win; }

// ---- positions

// The arguments of a method that may begin with a position. `at`: the first one behind it.
struct Place {
  bool given = false;
  uint32_t at = 1;
};
// lo to hi arguments without a position, two more with one.
Result<Place> place_args(Thread& t, const char* name, Args a, uint32_t lo, uint32_t hi) {
  uint32_t n = a.n - 1;
  if (n < lo || n > hi + 2 || (n > hi && n < lo + 2)) return RAISE(TypeError, "%s requires %d to %d arguments", name, static_cast<int>(lo), static_cast<int>(hi + 2));
  Place p;
  if (n <= hi) return p;
  p.given = true;
  p.at = 3;
  int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2]));
  if (wmove(win_of(a), y, x) == ERR) return raise(t, state().error, "wmove() returned ERR");
  return p;
}

// ---- text in

struct Text {
  bool wide = false;
  std::wstring text;
  std::string bytes;
};
Status text_arg(Thread& t, Value v, Text* out) {
  if (is_str(v)) {
    Str* s = v.as<Str>();
    out->wide = true;
    for (size_t i = 0; i < s->length; i++) {
      if (!s->at(i)) return RAISE(ValueError, "embedded null character");
      out->text += static_cast<wchar_t>(s->at(i));
    }
    return {};
  }
  if (is_bytes(v)) {
    out->bytes = v.as<Bytes>()->view();
    if (out->bytes.find('\0') != std::string::npos) return RAISE(ValueError, "embedded null byte");
    return {};
  }
  return RAISE(TypeError, "expect bytes or str, got %T", v);
}
// Attributes for the time of a call.
class Attributes {
 public:
  Attributes(WINDOW* w, bool change, attr_t a) : win_(w), change_(change) {
    if (!change_) return;
    wattr_get(w, &old_, &pair_, nullptr);
    wattrset(w, static_cast<int>(a));
  }
  ~Attributes() {
    if (change_) wattr_set(win_, old_, pair_, nullptr);
  }
 private:
  WINDOW* win_;
  bool change_;
  attr_t old_ = 0;
  short pair_ = 0;
};

enum class Put { kAdd, kAddN, kInsert, kInsertN };
template <Put put>
Result<Value> put_text(Thread& t, Args a) {
  constexpr bool counted = put == Put::kAddN || put == Put::kInsertN;
  static constexpr const char* k_names[] = {"addstr", "addnstr", "insstr", "insnstr"};
  const char* name = k_names[static_cast<int>(put)];
  Place p = TRY(place_args(t, name, a, counted ? 2 : 1, counted ? 3 : 2));
  Text text;
  TRY(text_arg(t, a[p.at], &text));
  int n = counted ? TRY(to_cint(t, a[p.at + 1])) : -1;
  Value attribute = a[p.at + (counted ? 2 : 1)];
  Attributes change(win_of(a), static_cast<bool>(attribute), TRY(attr_arg(t, attribute)));
  WINDOW* w = win_of(a);
  int r;
  if (put == Put::kAdd || put == Put::kAddN) r = text.wide ? waddnwstr(w, text.text.c_str(), n) : waddnstr(w, text.bytes.c_str(), n);
  else r = text.wide ? wins_nwstr(w, text.text.c_str(), n) : winsnstr(w, text.bytes.c_str(), n);
  return check(t, r, name);
}
Result<Value> window_addch(Thread& t, Args a) {
  Place p = TRY(place_args(t, "addch", a, 1, 2));
  Character c;
  TRY(char_arg(t, a[p.at], TRY(attr_arg(t, a[p.at + 1])), &c));
  return check(t, c.wide ? wadd_wch(win_of(a), &c.text) : waddch(win_of(a), c.plain), "addch");
}
Result<Value> window_insch(Thread& t, Args a) {
  Place p = TRY(place_args(t, "insch", a, 1, 2));
  Character c;
  TRY(char_arg(t, a[p.at], TRY(attr_arg(t, a[p.at + 1])), &c));
  return check(t, c.wide ? wins_wch(win_of(a), &c.text) : winsch(win_of(a), c.plain), "insch");
}
Result<Value> window_echochar(Thread& t, Args a) {
  Character c;
  TRY(char_arg(t, a[1], TRY(attr_arg(t, a[2])), &c));
  WINDOW* w = win_of(a);
  if (is_pad(w)) return check(t, c.wide ? pecho_wchar(w, &c.text) : pechochar(w, c.plain), "echochar");
  return check(t, c.wide ? wecho_wchar(w, &c.text) : wechochar(w, c.plain), "echochar");
}
template <bool vertical>
Result<Value> window_line(Thread& t, Args a) {
  const char* name = vertical ? "vline" : "hline";
  Place p = TRY(place_args(t, name, a, 2, 3));
  Character c;
  TRY(char_arg(t, a[p.at], TRY(attr_arg(t, a[p.at + 2])), &c));
  int n = TRY(to_cint(t, a[p.at + 1]));
  WINDOW* w = win_of(a);
  if (vertical) return check(t, c.wide ? wvline_set(w, &c.text, n) : wvline(w, c.plain, n), name);
  return check(t, c.wide ? whline_set(w, &c.text, n) : whline(w, c.plain, n), name);
}
Result<Value> window_border(Thread& t, Args a) {
  chtype c[8];
  for (uint32_t i = 0; i < 8; i++) c[i] = a[i + 1] ? TRY(chtype_arg(t, a[i + 1])) : 0;
  return check(t, wborder(win_of(a), c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]), "border");
}
Result<Value> window_box(Thread& t, Args a) {
  if (a.n != 1 && a.n != 3) return RAISE(TypeError, "verch,horch required");
  chtype v = a[1] ? TRY(chtype_arg(t, a[1])) : 0, h = a[2] ? TRY(chtype_arg(t, a[2])) : 0;
  return check(t, ::box(win_of(a), v, h), "box");
}
template <bool set>
Result<Value> window_background(Thread& t, Args a) {
  Character c;
  TRY(char_arg(t, a[1], TRY(attr_arg(t, a[2])), &c));
  WINDOW* w = win_of(a);
  if (!set) return check(t, c.wide ? wbkgrnd(w, &c.text) : wbkgd(w, c.plain), "bkgd");
  if (c.wide) wbkgrndset(w, &c.text);
  else wbkgdset(w, c.plain);
  return kNone;
}
Result<Value> window_chgat(Thread& t, Args a) {
  uint32_t n = a.n - 1;
  TRY(count_args(t, "chgat", n, 1, 4));
  if (n >= 3) {
    int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2]));
    TRY(check(t, wmove(win_of(a), y, x), "wmove"));
  }
  int count = n == 2 ? TRY(to_cint(t, a[1])) : n == 4 ? TRY(to_cint(t, a[3])) : -1;
  attr_t attributes = TRY(attr_arg(t, a[n]));
  return check(t, wchgat(win_of(a), count, attributes & A_ATTRIBUTES, static_cast<short>(PAIR_NUMBER(attributes)), nullptr), "chgat");
}

// ---- text out, and keys

Result<Value> window_inch(Thread& t, Args a) {
  TRY(place_args(t, "inch", a, 0, 0));
  chtype c = winch(win_of(a));
  if (c == static_cast<chtype>(ERR)) return raise(t, state().error, "inch() returned ERR");
  return make_int(t, static_cast<int64_t>(c));
}
constexpr int kLongest = 2047;
template <class F>
Result<Value> read_bytes(Thread& t, const char* name, Args a, bool waits, F&& f) {
  uint32_t n = a.n - 1;
  TRY(count_args(t, name, n, 0, 3));
  if (n >= 2) {
    int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2]));
    TRY(check(t, wmove(win_of(a), y, x), "wmove"));
  }
  int count = kLongest;
  if (n == 1 || n == 3) {
    int64_t given = TRY(to_int64(t, a[n]));
    if (given < 0) return RAISE(ValueError, "'n' must be nonnegative");
    count = static_cast<int>(given < kLongest ? given : kLongest);
  }
  char text[kLongest + 1] = {};
  int r;
  if (waits) {
    Blocking b(t);
    r = f(win_of(a), text, count);
  } else {
    r = f(win_of(a), text, count);
  }
  if (r == ERR) text[0] = 0;
  return TRY(new_bytes(t, text, strlen(text)));
}
Result<Value> window_instr(Thread& t, Args a) { return read_bytes(t, "instr", a, false, [](WINDOW* w, char* s, int n) { return winnstr(w, s, n); }); }
Result<Value> window_getstr(Thread& t, Args a) { return read_bytes(t, "getstr", a, true, [](WINDOW* w, char* s, int n) { return wgetnstr(w, s, n); }); }
Result<int> wait_key(Thread& t, const char* name, Args a) {
  TRY(place_args(t, name, a, 0, 0));
  int r;
  {
    Blocking b(t);
    r = wgetch(win_of(a));
  }
  TRY(safepoint(t));  // an interruption's handler
  return r;
}
Result<Value> window_getch(Thread& t, Args a) { return small_int(TRY(wait_key(t, "getch", a))); }
Result<Value> window_getkey(Thread& t, Args a) {
  int key = TRY(wait_key(t, "getkey", a));
  if (key == ERR) return raise(t, state().error, "no input");
  if (key <= 255) return TRY(str_char(t, static_cast<uint32_t>(key)));
  const char* name = keyname(key);
  return TRY(new_str(t, name ? name : ""));
}
Result<Value> window_get_wch(Thread& t, Args a) {
  TRY(place_args(t, "get_wch", a, 0, 0));
  wint_t ch = 0;
  int r;
  {
    Blocking b(t);
    r = wget_wch(win_of(a), &ch);
  }
  TRY(safepoint(t));
  if (r == ERR) return raise(t, state().error, "no input");
  if (r == KEY_CODE_YES) return make_int(t, ch);
  return TRY(str_char(t, ch));
}

// ---- parts of windows

template <WINDOW* (*F)(WINDOW*, int, int, int, int)>
Result<Value> part_of(Thread& t, Args a, const char* name) {
  uint32_t n = a.n - 1;
  if (n != 2 && n != 4) return RAISE(TypeError, "%s requires 2 or 4 arguments", name);
  int v[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < n; i++) v[4 - n + i] = TRY(to_cint(t, a[i + 1]));
  WINDOW* w = F(win_of(a), v[0], v[1], v[2], v[3]);
  if (!w) return raise(t, state().error, "curses function returned NULL");
  return TRY(new_window(t, w, a.as<Window>(0), a.as<Window>(0)->encoding.get()));
}
Result<Value> window_derwin(Thread& t, Args a) { return part_of<derwin>(t, a, "derwin"); }
Result<Value> window_subwin(Thread& t, Args a) { return is_pad(win_of(a)) ? part_of<subpad>(t, a, "subwin") : part_of<subwin>(t, a, "subwin"); }
Result<Value> window_subpad(Thread& t, Args a) { return part_of<subpad>(t, a, "subpad"); }

template <int (*Plain)(WINDOW*), int (*Pad)(WINDOW*, int, int, int, int, int, int)>
Result<Value> refresh_window(Thread& t, Args a, const char* name) {
  uint32_t n = a.n - 1;
  if (is_pad(win_of(a))) {
    if (n != 6) return raise(t, state().error, "%s() for a pad requires 6 arguments", name);
    int v[6];
    for (uint32_t i = 0; i < 6; i++) v[i] = TRY(to_cint(t, a[i + 1]));
    return check(t, Pad(win_of(a), v[0], v[1], v[2], v[3], v[4], v[5]), name);
  }
  if (n != 0) return RAISE(TypeError, "%s() takes no arguments (%d given)", name, static_cast<int>(n));
  return check(t, Plain(win_of(a)), name);
}
Result<Value> window_refresh(Thread& t, Args a) { return refresh_window<wrefresh, prefresh>(t, a, "refresh"); }
Result<Value> window_noutrefresh(Thread& t, Args a) { return refresh_window<wnoutrefresh, pnoutrefresh>(t, a, "noutrefresh"); }
template <bool over>
Result<Value> window_copy(Thread& t, Args a) {
  const char* name = over ? "overlay" : "overwrite";
  uint32_t n = a.n - 1;
  if (n != 1 && n != 7) return RAISE(TypeError, "%s requires one or seven arguments", name);
  Window* to = TRY(window_arg(t, a[1]));
  if (n == 1) return check(t, over ? ::overlay(win_of(a), to->win) : ::overwrite(win_of(a), to->win), name);
  int v[6];
  for (uint32_t i = 0; i < 6; i++) v[i] = TRY(to_cint(t, a[i + 2]));
  return check(t, copywin(win_of(a), to->win, v[0], v[1], v[2], v[3], v[4], v[5], over), name);
}

// ---- whole families of methods

#define FN(name) Result<Value> window_##name(Thread& t, Args a)
#define PLAIN(name, call) FN(name) { return check(t, call(win_of(a)), #name); }
#define VOID(name, call) FN(name) { call(win_of(a)); return kNone; }
#define FLAG(name, call) FN(name) { bool on = TRY(truth(t, a[1])); return check(t, call(win_of(a), on), #name); }
#define FLAG_VOID(name, call) FN(name) { bool on = TRY(truth(t, a[1])); call(win_of(a), on); return kNone; }
#define INTS2(name, call) FN(name) { int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2])); return check(t, call(win_of(a), y, x), #name); }
#define PAIR_OF(name, gety, getx) FN(name) { return TRY(make_tuple(t, small_int(gety(win_of(a))), small_int(getx(win_of(a))))); }
PLAIN(clear, wclear) PLAIN(clrtobot, wclrtobot) PLAIN(clrtoeol, wclrtoeol) PLAIN(deleteln, wdeleteln) PLAIN(erase, werase) PLAIN(insertln, winsertln)
PLAIN(redrawwin, redrawwin) PLAIN(touchwin, touchwin) PLAIN(untouchwin, untouchwin) PLAIN(standend, wstandend) PLAIN(standout, wstandout)
VOID(cursyncup, wcursyncup) VOID(syncdown, wsyncdown) VOID(syncup, wsyncup)
FLAG(clearok, clearok) FLAG(idlok, idlok) FLAG(keypad, keypad) FLAG(leaveok, leaveok) FLAG(nodelay, nodelay) FLAG(notimeout, notimeout) FLAG(scrollok, scrollok) FLAG(syncok, syncok)
FLAG_VOID(idcok, idcok) FLAG_VOID(immedok, immedok)
INTS2(move, wmove) INTS2(mvwin, mvwin) INTS2(mvderwin, mvderwin) INTS2(setscrreg, wsetscrreg) INTS2(resize, wresize) INTS2(redrawln, wredrawln)
PAIR_OF(getbegyx, getbegy, getbegx) PAIR_OF(getmaxyx, getmaxy, getmaxx) PAIR_OF(getparyx, getpary, getparx) PAIR_OF(getyx, getcury, getcurx)
FN(attroff) { return check(t, wattroff(win_of(a), static_cast<int>(TRY(attr_arg(t, a[1])))), "attroff"); }
FN(attron) { return check(t, wattron(win_of(a), static_cast<int>(TRY(attr_arg(t, a[1])))), "attron"); }
FN(attrset) { return check(t, wattrset(win_of(a), static_cast<int>(TRY(attr_arg(t, a[1])))), "attrset"); }
FN(delch) {
  TRY(place_args(t, "delch", a, 0, 0));
  return check(t, wdelch(win_of(a)), "delch");
}
FN(enclose) {
  int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2]));
  return Value::from_bool(wenclose(win_of(a), y, x));
}
FN(getbkgd) { return make_int(t, static_cast<int64_t>(::getbkgd(win_of(a)))); }
FN(insdelln) { return check(t, winsdelln(win_of(a), TRY(to_cint(t, a[1]))), "insdelln"); }
FN(is_linetouched) {
  int line = TRY(to_cint(t, a[1]));
  if (line < 0 || line >= getmaxy(win_of(a))) return RAISE(TypeError, "is_linetouched: line number outside of boundaries");
  return Value::from_bool(::is_linetouched(win_of(a), line));
}
FN(is_wintouched) { return Value::from_bool(::is_wintouched(win_of(a))); }
FN(scroll) {
  TRY(count_args(t, "scroll", a.n - 1, 0, 1));
  return check(t, wscrl(win_of(a), a[1] ? TRY(to_cint(t, a[1])) : 1), "scroll");
}
FN(timeout) {
  wtimeout(win_of(a), TRY(to_cint(t, a[1])));
  return kNone;
}
FN(touchline) {
  TRY(count_args(t, "touchline", a.n - 1, 2, 3));
  int line = TRY(to_cint(t, a[1])), count = TRY(to_cint(t, a[2]));
  bool changed = !a[3] || TRY(truth(t, a[3]));
  return check(t, wtouchln(win_of(a), line, count, changed), "touchline");
}
// By way of a temporary file, since ncurses writes to streams of C.
FN(putwin) {
  FILE* f = tmpfile();
  if (!f) return raise_os_error(t, errno);
  std::string data;
  int r = ::putwin(win_of(a), f);
  if (r != ERR) {
    rewind(f);
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) data.append(chunk, n);
  }
  fclose(f);
  TRY(check(t, r, "putwin"));
  return call_method(t, a[1], NAME("write"), TRY(new_bytes(t, data.data(), data.size())));
}
#undef FN
#undef PLAIN
#undef VOID
#undef FLAG
#undef FLAG_VOID
#undef INTS2
#undef PAIR_OF

Result<Value> get_encoding(Thread&, Value v) { return v.as<Window>()->encoding.get(); }
Status set_encoding(Thread& t, Value self, Value v) {
  if (!v) return RAISE(TypeError, "encoding may not be deleted");
  if (!is_str(v)) return RAISE(TypeError, "setting encoding to a non-string");
  self.as<Window>()->encoding.set(v.as<Str>());
  return {};
}

constexpr const char *kNo = "($self, /)", *kFlag = "($self, flag, /)", *kYx = "($self, y, x, /)", *kCh = "($self, ch, attr=_curses.A_NORMAL, /)";
const MethodDef k_methods[] = {
    {"addch", window_addch, nullptr, "addch([y, x,] ch[, attr]): writes a character."},
    {"addstr", put_text<Put::kAdd>, nullptr, "addstr([y, x,] text[, attr]): writes a text."},
    {"addnstr", put_text<Put::kAddN>, nullptr, "addnstr([y, x,] text, n[, attr]): writes at most n characters."},
    {"insch", window_insch, nullptr, "insch([y, x,] ch[, attr]): inserts a character."},
    {"insstr", put_text<Put::kInsert>, nullptr, "insstr([y, x,] text[, attr]): inserts a text."},
    {"insnstr", put_text<Put::kInsertN>, nullptr, "insnstr([y, x,] text, n[, attr]): inserts at most n characters."},
    {"echochar", window_echochar, kCh, "Writes a character and shows it."},
    {"hline", window_line<false>, nullptr, "hline([y, x,] ch, n[, attr]): a horizontal line."},
    {"vline", window_line<true>, nullptr, "vline([y, x,] ch, n[, attr]): a vertical line."},
    {"border", window_border, "($self, ls=_curses.ACS_VLINE, rs=_curses.ACS_VLINE, ts=_curses.ACS_HLINE, bs=_curses.ACS_HLINE, tl=_curses.ACS_ULCORNER, tr=_curses.ACS_URCORNER, "
                              "bl=_curses.ACS_LLCORNER, br=_curses.ACS_LRCORNER, /)", "A border of eight characters."},
    {"box", window_box, nullptr, "box([verch, horch]): a border of two characters."},
    {"bkgd", window_background<false>, kCh, "Sets the background, and changes what is there."},
    {"bkgdset", window_background<true>, kCh, "Sets the background."},
    {"chgat", window_chgat, nullptr, "chgat([y, x,] [num,] attr): changes attributes."},
    {"attroff", window_attroff, "($self, attr, /)", "Takes attributes off."}, {"attron", window_attron, "($self, attr, /)", "Adds attributes."},
    {"attrset", window_attrset, "($self, attr, /)", "Sets the attributes."}, {"standend", window_standend, kNo, "Takes all attributes off."},
    {"standout", window_standout, kNo, "Sets the attribute A_STANDOUT."},
    {"inch", window_inch, nullptr, "inch([y, x]): the character there, with its attributes."},
    {"instr", window_instr, nullptr, "instr([y, x][, n]): the text there, as bytes."},
    {"getch", window_getch, nullptr, "getch([y, x]): a key, as an int; -1: none."},
    {"getkey", window_getkey, nullptr, "getkey([y, x]): a key, as text."},
    {"get_wch", window_get_wch, nullptr, "get_wch([y, x]): a character, or the number of a function key."},
    {"getstr", window_getstr, nullptr, "getstr([y, x][, n]): a line, as bytes."},
    {"derwin", window_derwin, nullptr, "derwin([nlines, ncols,] begin_y, begin_x): a part, positioned in the window."},
    {"subwin", window_subwin, nullptr, "subwin([nlines, ncols,] begin_y, begin_x): a part, positioned on the screen."},
    {"subpad", window_subpad, nullptr, "subpad([nlines, ncols,] begin_y, begin_x): a part of a pad."},
    {"refresh", window_refresh, nullptr, "refresh([pminrow, pmincol, sminrow, smincol, smaxrow, smaxcol]): shows the window."},
    {"noutrefresh", window_noutrefresh, nullptr, "noutrefresh([...]): as refresh(), with the next doupdate()."},
    {"overlay", window_copy<true>, nullptr, "overlay(destwin[, ...]): copies what is not blank."},
    {"overwrite", window_copy<false>, nullptr, "overwrite(destwin[, ...]): copies everything."},
    {"clear", window_clear, kNo, "Empties the window, and redraws it."}, {"erase", window_erase, kNo, "Empties the window."},
    {"clearok", window_clearok, kFlag, "Whether the next refresh() redraws everything."},
    {"clrtobot", window_clrtobot, kNo, "Empties the window from the cursor on."}, {"clrtoeol", window_clrtoeol, kNo, "Empties the line from the cursor on."},
    {"cursyncup", window_cursyncup, kNo, "Moves the cursors of the windows around to this one's."},
    {"delch", window_delch, nullptr, "delch([y, x]): deletes a character."}, {"deleteln", window_deleteln, kNo, "Deletes the line."},
    {"insertln", window_insertln, kNo, "Inserts a line."}, {"insdelln", window_insdelln, "($self, nlines, /)", "Inserts lines, or deletes them."},
    {"enclose", window_enclose, kYx, "Whether a place of the screen is in the window."},
    {"getbegyx", window_getbegyx, kNo, "The upper left corner."}, {"getmaxyx", window_getmaxyx, kNo, "The size."},
    {"getparyx", window_getparyx, kNo, "The place in the window around."}, {"getyx", window_getyx, kNo, "The cursor."},
    {"getbkgd", window_getbkgd, kNo, "The background."},
    {"idcok", window_idcok, kFlag, "Whether the terminal may insert characters."}, {"idlok", window_idlok, kFlag, "Whether the terminal may insert lines."},
    {"immedok", window_immedok, kFlag, "Whether changes are shown at once."}, {"keypad", window_keypad, kFlag, "Whether function keys are recognised."},
    {"leaveok", window_leaveok, kFlag, "Whether the cursor may stay where it is."}, {"nodelay", window_nodelay, kFlag, "Whether getch() does not wait."},
    {"notimeout", window_notimeout, kFlag, "Whether escape sequences are waited for."}, {"scrollok", window_scrollok, kFlag, "Whether the window scrolls."},
    {"syncok", window_syncok, kFlag, "Whether changes touch the windows around."},
    {"is_linetouched", window_is_linetouched, "($self, line, /)", "Whether a line has changed."}, {"is_wintouched", window_is_wintouched, kNo, "Whether the window has changed."},
    {"move", window_move, "($self, new_y, new_x, /)", "Moves the cursor."}, {"mvwin", window_mvwin, "($self, new_y, new_x, /)", "Moves the window."},
    {"mvderwin", window_mvderwin, kYx, "Moves a part within its window."},
    {"redrawln", window_redrawln, "($self, beg, num, /)", "Lines that must be redrawn."}, {"redrawwin", window_redrawwin, kNo, "The whole window must be redrawn."},
    {"resize", window_resize, "($self, nlines, ncols, /)", "Changes the size."}, {"scroll", window_scroll, nullptr, "scroll([lines=1]): scrolls."},
    {"setscrreg", window_setscrreg, "($self, top, bottom, /)", "The lines that scroll."},
    {"syncdown", window_syncdown, kNo, "Touches what is touched in the windows around."}, {"syncup", window_syncup, kNo, "Touches the windows around."},
    {"timeout", window_timeout, "($self, delay, /)", "How long getch() waits, in milliseconds."},
    {"touchline", window_touchline, nullptr, "touchline(start, count[, changed=True]): marks lines as changed."},
    {"touchwin", window_touchwin, kNo, "Marks the window as changed."}, {"untouchwin", window_untouchwin, kNo, "Marks the window as unchanged."},
    {"putwin", window_putwin, "($self, file, /)", "Writes the window to a file."},
};
const GetSetDef k_getsets[] = {{"encoding", get_encoding, set_encoding, "The encoding of texts."}};

}  // namespace

const TypeSpec window_spec = {.doc = nullptr, .methods = k_methods, .getsets = k_getsets, .layout = &kLayout<Window>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::curses
