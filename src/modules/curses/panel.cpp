// _curses_panel: windows with a depth.
#include <vector>

#include "modules/curses/window.h"
#include "types/int.h"

#include <panel.h>

namespace kaa::curses {

struct Panel : Object {
  PANEL* panel;
  Shared* shared;           // its window's
  Field<Window*> window;
  Field<> user;             // what set_userptr() was given
  template <class F> void each_field(F&& f) { f(window); f(user); }
};

namespace {
// The panels that there are; each takes itself off when it dies.
std::vector<Panel*> g_panels;
Type *g_panel, *g_error;
}  // namespace

}  // namespace kaa::curses

namespace kaa {
template <> struct LayoutTraits<curses::Panel> {
  static constexpr Death death = Death::kCustom;
  static void destroy(curses::Panel* p) {
    if (p->panel) del_panel(p->panel);
    curses::drop(p->shared);
    std::erase(curses::g_panels, p);
  }
};
}  // namespace kaa

namespace kaa::curses {

namespace {

Panel* self_of(Args a) { return a.as<Panel>(0); }
Result<Value> check_panel(Thread& t, int code, const char* name) {
  if (code == ERR) return raise(t, g_error, "%s() returned ERR", name);
  return kNone;
}
Result<Value> object_of(Thread& t, PANEL* p) {
  if (!p) return kNone;
  for (Panel* x : g_panels)
    if (x->panel == p) return x;
  return RAISE(RuntimeError, "panel_above: can't find Panel Object");
}

#define CALL(name, fn) Result<Value> panel_##name(Thread& t, Args a) { return check_panel(t, fn(self_of(a)->panel), #name); }
CALL(bottom, bottom_panel) CALL(hide, hide_panel) CALL(show, show_panel) CALL(top, top_panel)
#undef CALL
// The lowest and the highest panel have no neighbour: ncurses would take the other end for it.
Result<Value> panel_above_method(Thread& t, Args a) { return object_of(t, panel_above(self_of(a)->panel)); }
Result<Value> panel_below_method(Thread& t, Args a) { return object_of(t, panel_below(self_of(a)->panel)); }
Result<Value> panel_hidden_method(Thread& t, Args a) {
  int r = panel_hidden(self_of(a)->panel);
  if (r == ERR) return raise(t, g_error, "panel_hidden() returned ERR");
  return Value::from_bool(r == TRUE);
}
Result<Value> panel_move(Thread& t, Args a) {
  int y = TRY(to_cint(t, a[1])), x = TRY(to_cint(t, a[2]));
  return check_panel(t, move_panel(self_of(a)->panel, y, x), "move_panel");
}
Result<Value> panel_window_method(Thread&, Args a) { return self_of(a)->window.get(); }
Result<Value> panel_replace(Thread& t, Args a) {
  Window* w = TRY(window_arg(t, a[1]));
  TRY(check_panel(t, replace_panel(self_of(a)->panel, w->win), "replace_panel"));
  self_of(a)->window.set(w);
  Shared* old = self_of(a)->shared;
  self_of(a)->shared = use(w->shared);
  drop(old);
  return kNone;
}
Result<Value> panel_set_userptr(Thread&, Args a) {
  self_of(a)->user.set(a[1]);
  return kNone;
}
Result<Value> panel_userptr_method(Thread& t, Args a) {
  if (!self_of(a)->user) return raise(t, g_error, "no userptr set");
  return self_of(a)->user.get();
}
constexpr const char* kNo = "($self, /)";
const MethodDef k_methods[] = {
    {"above", panel_above_method, kNo, "The panel above, or None."}, {"below", panel_below_method, kNo, "The panel below, or None."},
    {"bottom", panel_bottom, kNo, "Moves the panel below all others."}, {"top", panel_top, kNo, "Moves the panel above all others."},
    {"hidden", panel_hidden_method, kNo, "Whether the panel is hidden."}, {"hide", panel_hide, kNo, "Hides the panel."}, {"show", panel_show, kNo, "Shows the panel, on top."},
    {"move", panel_move, "($self, y, x, /)", "Moves the panel on the screen."}, {"replace", panel_replace, "($self, win, /)", "Gives the panel another window."},
    {"window", panel_window_method, kNo, "The panel's window."}, {"set_userptr", panel_set_userptr, "($self, obj, /)", "Keeps an object."},
    {"userptr", panel_userptr_method, kNo, "The object kept."},
};
const TypeSpec k_spec = {.doc = nullptr, .methods = k_methods, .layout = &kLayout<Panel>, .flags = kTypeDisallowInstantiation};

Result<Value> make_panel(Thread& t, Args a) {
  TRY(need_screen(t));
  Window* w = TRY(window_arg(t, a[0]));
  Panel* p = TRY(alloc<Panel>(t, g_panel->root));
  p->window.init(w);
  p->panel = new_panel(w->win);
  p->shared = use(w->shared);
  if (!p->panel) return raise(t, g_error, "curses function returned NULL");
  g_panels.push_back(p);
  return p;
}
Result<Value> lowest(Thread& t, Args) {
  TRY(need_screen(t));
  return object_of(t, panel_above(nullptr));
}
Result<Value> highest(Thread& t, Args) {
  TRY(need_screen(t));
  return object_of(t, panel_below(nullptr));
}
Result<Value> update(Thread& t, Args) {
  TRY(need_screen(t));
  ::update_panels();
  return kNone;
}
constexpr MethodKind kF = MethodKind::kFunction;
const MethodDef k_functions[] = {
    {"new_panel", make_panel, "(win, /)", "A panel with a window, on top.", kF}, {"bottom_panel", lowest, "()", "The lowest panel.", kF},
    {"top_panel", highest, "()", "The highest panel.", kF}, {"update_panels", update, "()", "Prepares the screen for doupdate().", kF},
};

Status exec(Thread& t, Module* m) {
  TRY(import_module(t, "_curses"));
  static Root<> keep;
  if (!g_panel) {
    g_panel = TRY(make_native_type(t, "_curses_panel.panel", nullptr, k_spec));
    Value name = NAME("error"), bases = TRY(make_tuple(t, Value(KAA_TYPE(Exception)))), ns = TRY(new_dict(t));
    TRY(dict_set_str(t, ns.as<Dict>(), "__module__", NAME("_curses_panel")));
    keep = TRY(call(t, KAA_TYPE(type), name, bases, ns));
    g_error = keep.get().as<Type>();
  }
  TRY(module_add(t, m, "panel", g_panel));
  TRY(module_add(t, m, "error", g_error));
  Value version = TRY(new_str(t, "2.1"));
  TRY(module_add(t, m, "version", version));
  return module_add(t, m, "__version__", version);
}

}  // namespace
}  // namespace kaa::curses

namespace kaa {
extern const ModuleDef _curses_panel_module = {.name = "_curses_panel", .doc = nullptr, .functions = curses::k_functions, .exec = curses::exec};
}  // namespace kaa
