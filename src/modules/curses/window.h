// _curses and _curses_panel, on ncursesw.
//
// ncurses has one screen for the process; so do the modules. A WINDOW is deleted when nobody uses it any more: neither its window object, nor a panel, nor a
// window that is part of it. Objects of a garbage cycle die in any order, so these uses are counted apart from the objects.
#pragma once
#include <string>

#include "runtime/api.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

namespace kaa::curses {

struct Shared {
  WINDOW* win;
  Shared* parent;           // of a part of another window, which it uses; or null
  int uses;
};
inline Shared* use(Shared* s) {
  if (s) s->uses++;
  return s;
}
inline void drop(Shared* s) {
  while (s && !--s->uses) {
    if (s->win != stdscr) delwin(s->win);
    Shared* parent = s->parent;
    delete s;
    s = parent;
  }
}

struct Window : Object {
  WINDOW* win;
  Shared* shared;
  Field<Str*> encoding;     // of texts in and out
  template <class F> void each_field(F&& f) { f(encoding); }
};

struct State {
  Type *error, *window;
  Root<> keep;              // holds the exception class
  Root<Module*> module;     // where initscr() puts what it found out
  bool terminal = false, screen = false, color = false;  // setupterm(), initscr(), start_color() were called
  std::string encoding = "utf-8";                        // of the screen
};
State& state();

// "NAME() returned ERR" for a failed call, else None.
Result<Value> check(Thread& t, int code, const char* name);
Status need_screen(Thread& t);
Status need_terminal(Thread& t);
Status need_color(Thread& t);
Result<Window*> new_window(Thread& t, WINDOW* win, Window* parent, Value encoding);
inline bool is_window(Value v) { return v.is_object() && is_instance(v, state().window); }
Result<Window*> window_arg(Thread& t, Value v);

// A character as ncurses takes it: an int or a byte is a chtype, text is wide.
struct Character {
  bool wide = false;
  chtype plain = 0;
  cchar_t text = {};
};
Status char_arg(Thread& t, Value v, attr_t attributes, Character* out);
Result<chtype> chtype_arg(Thread& t, Value v);             // without wide ones: OverflowError
Result<attr_t> attr_arg(Thread& t, Value v);

// Positional arguments: how many there are without self, or TypeError "NAME requires LO to HI arguments".
Status count_args(Thread& t, const char* name, uint32_t n, uint32_t lo, uint32_t hi);

extern const TypeSpec window_spec;

}  // namespace kaa::curses

namespace kaa {
template <> struct LayoutTraits<curses::Window> {
  static constexpr Death death = Death::kCustom;
  static void destroy(curses::Window* w) { curses::drop(w->shared); }
};
}  // namespace kaa
