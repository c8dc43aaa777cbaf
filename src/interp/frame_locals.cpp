// f_locals of function frames (PEP 667): a view that reads and writes the frame's registers and cells. Keys that are no variables live in a dict of
// the frame object. locals() takes a copy.
#include "interp/frame_type.h"
#include "objects/traits.h"
#include "interp/interp.h"
#include "runtime/watermark.h"
#include "types/objmodel.h"

namespace kaa {

// ---- registers of live and ended frames
static Value* frame_regs(FrameObject* o, uint32_t* n) {
  if (o->live) {
    *n = o->code->nlocals;
    return o->live->regs;
  }
  *n = o->nregs;
  return o->regs;
}
// Value of a variable; empty when it has none. Cells are looked into.
static Value variable_value(const Code* c, const Value* regs, uint32_t n, uint32_t number) {
  Value v = variable_slot(c, regs, n, number);
  return v && IS_EXACT(v, cell) && is_cell_variable(c, number) ? v.as<CellObject>()->contents.get() : v;
}
static Value frame_variable(FrameObject* o, uint32_t number) {
  uint32_t n;
  const Value* r = frame_regs(o, &n);
  return variable_value(o->code, r, n, number);
}
static Status set_frame_variable(Thread& t, FrameObject* o, uint32_t reg, Value v) {
  uint32_t n;
  Value* r = frame_regs(o, &n);
  const Code* c = o->code;
  Value old = variable_slot(c, r, n, reg);
  if (old && IS_EXACT(old, cell) && is_cell_variable(c, reg)) {
    old.as<CellObject>()->contents.set(v);
    return {};
  }
  if (reg >= c->spill) {
    Dict* d = spilled_variables(c, r, n);
    return d ? dict_set(t, d, code_variable(c, reg), v) : Status();
  }
  if (reg >= n) return {};
  if (o->live) frame_write_barrier(interp(), o->live);
  // The registers of an ended frame are counted, a suspended generator's when reconcile has seen it.
  bool counted = !o->live || (o->live->on_heap && generator_of(o->live)->counted);
  if (counted) inc(v);
  r[reg] = v;
  if (counted) dec(old);
  return {};
}

// ---- lookup
// Number of the variable that the key names, or -1. Keys that are no plain strings are compared as a dict would.
static Result<int64_t> find_variable(Thread& t, FrameObject* o, Value key) {
  int64_t found = -1;
  if (is_exact_str(key)) {
    Str* s = key.as<Str>();
    each_variable(o->code, [&](Str* name, uint32_t reg) {
      if (found < 0 && (name == s || str_equal(name, s))) found = reg;
    });
    return found;
  }
  int64_t h = TRY(hash(t, key));
  Status status;
  each_variable(o->code, [&](Str* name, uint32_t reg) {
    if (found >= 0 || !status.ok() || str_hash(name) != h) return;
    Result<bool> same = equal(t, key, name);
    if (!same.ok()) status = Error{};
    else if (same.value()) found = reg;
  });
  TRY(status);
  return found;
}
static FrameObject* frame_of(Value proxy) { return proxy.as<FrameLocalsProxy>()->frame; }
static Dict* extras(FrameObject* o) { return o->extra ? o->extra.get().as<Dict>() : nullptr; }
static Result<Opt> proxy_find(Thread& t, FrameObject* o, Value key) {
  int64_t reg = TRY(find_variable(t, o, key));
  if (reg >= 0) {
    Value v = frame_variable(o, static_cast<uint32_t>(reg));
    if (v) return Opt{v};
  }
  if (Dict* d = extras(o)) return dict_get(t, d, key);
  return Opt{};
}
static Status proxy_store(Thread& t, FrameObject* o, Value key, Value v) {
  int64_t reg = TRY(find_variable(t, o, key));
  if (reg >= 0) {
    // The loop of a comprehension expects an iterator in '.0'; a generator expression that has not begun checks what it finds.
    bool hidden = is_str(key) && key.as<Str>()->length && key.as<Str>()->at(0) == '.';
    bool begun = !o->live || !o->live->on_heap || generator_of(o->live)->state != GenState::kCreated;
    if (hidden && begun && !type_of(v)->iternext && !type_of(v)->dunder(D_next)) return RAISE(TypeError, "'%T' object is not an iterator", v);
    return set_frame_variable(t, o, static_cast<uint32_t>(reg), v);
  }
  if (!o->extra) {
    Dict* d = TRY(new_dict(t));
    o->extra.set(d);
    keep_frame_object(o);
  }
  return dict_set(t, extras(o), key, v);
}
static Result<Dict*> variables_dict(Thread& t, const Code* c, const Value* regs, uint32_t n) {
  Dict* d = TRY(new_dict(t));
  Status s;
  each_variable(c, [&](Str* name, uint32_t reg) {
    Value v = variable_value(c, regs, n, reg);
    if (s.ok() && v && !(name->length && name->at(0) == '.')) s = dict_set(t, d, name, v);  // names with a dot are the compiler's own
  });
  TRY(s);
  return d;
}
static Result<Dict*> snapshot(Thread& t, FrameObject* o) {
  uint32_t n;
  const Value* regs = frame_regs(o, &n);
  Dict* d = TRY(variables_dict(t, o->code, regs, n));
  if (Dict* x = extras(o)) TRY(dict_update(t, d, x));
  return d;
}

// Module and class bodies have variables in registers only while an inlined comprehension runs: its own. Then these are the frame's locals.
static bool in_comprehension(const Code* c, const Value* regs, uint32_t n) {
  for (uint32_t i = 0; i < c->varnames->size; i++)
    if (variable_slot(c, regs, n, i)) return true;
  return false;
}

Result<Value> frame_f_locals(Thread& t, FrameObject* o) {
  uint32_t n;
  Value* regs = frame_regs(o, &n);
  if (!has_fast_locals(o->code) && !in_comprehension(o->code, regs, n)) {
    Value l = o->live ? o->live->locals : o->locals.get();
    if (l) return l;
    return TRY(new_dict(t));
  }
  FrameLocalsProxy* p = TRY(alloc<FrameLocalsProxy>(t, KAA_SHAPE(frame_locals_proxy)));
  p->frame.init(o);
  return p;
}
Result<Value> frame_locals(Thread& t, Frame* f) {
  if (!has_fast_locals(f->code) && f->locals && !in_comprehension(f->code, f->regs, f->code->nlocals)) return f->locals;
  if (f->obj) return TRY(snapshot(t, f->obj));
  return TRY(variables_dict(t, f->code, f->regs, f->code->nlocals));
}

// ---- the proxy's methods
static Result<Value> proxy_new(Thread& t, Args a, Tuple* kwnames) {
  if (kwnames && kwnames->size) return RAISE(TypeError, "FrameLocalsProxy takes no keyword arguments");
  if (a.n != 2) return RAISE(TypeError, "FrameLocalsProxy expected 1 argument, got %u", a.n - 1);
  if (!IS_EXACT(a[1], frame)) return RAISE(TypeError, "expect frame, not %T", a[1]);
  FrameLocalsProxy* p = TRY(alloc_as<FrameLocalsProxy>(t, a.as<Type>(0)));
  p->frame.init(a.as<FrameObject>(1));
  return p;
}
static Result<Value> proxy_getitem(Thread& t, Args a) {
  Opt v = TRY(proxy_find(t, frame_of(a[0]), a[1]));
  if (v) return v.v;
  Str* text = TRY(str_format(t, "local variable '%R' is not defined", a[1]));
  return raise_class(t, KAA_TYPE(KeyError), text);
}
static Result<Value> proxy_setitem(Thread& t, Args a) { TRY(proxy_store(t, frame_of(a[0]), a[1], a[2])); return kNone; }
static Result<Value> proxy_delitem(Thread& t, Args a) {
  FrameObject* o = frame_of(a[0]);
  if (TRY(find_variable(t, o, a[1])) >= 0) return RAISE(ValueError, "cannot remove local variables from FrameLocalsProxy");
  if (Dict* d = extras(o)) {
    Opt v = TRY(dict_pop(t, d, a[1]));
    if (v) return kNone;
  }
  return raise_class(t, KAA_TYPE(KeyError), a[1]);
}
static Result<Value> proxy_contains(Thread& t, Args a) {
  Opt v = TRY(proxy_find(t, frame_of(a[0]), a[1]));
  return Value::from_bool(static_cast<bool>(v));
}
static Result<Value> proxy_len(Thread& t, Args a) {
  Dict* d = TRY(snapshot(t, frame_of(a[0])));
  return small_int(d->used);
}
static Result<Value> proxy_keys(Thread& t, Args a) {
  Dict* d = TRY(snapshot(t, frame_of(a[0])));
  return TRY(list_from(t, d));
}
template <int part>  // 1: values, 2: items
static Result<Value> proxy_list(Thread& t, Args a) {
  Dict* d = TRY(snapshot(t, frame_of(a[0])));
  List* l = TRY(new_list(t, d->used));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) {
    Value v = e->value;
    if (part == 2) v = TRY(make_tuple(t, e->key, e->value));
    TRY(list_append(t, l, v));
  }
  return l;
}
static Result<Value> proxy_iter(Thread& t, Args a) {
  Value l = TRY(proxy_keys(t, a));
  return get_iter(t, l);
}
static Result<Value> proxy_reversed(Thread& t, Args a) {
  Value l = TRY(proxy_keys(t, a));
  TRY(call_method(t, l, NAME("reverse")));
  return l;
}
static Result<Value> proxy_repr(Thread& t, Args a) {
  if (repr_enter(t, a[0].object())) return TRY(new_str(t, "{...}"));
  Result<Value> r = [&]() -> Result<Value> {
    Dict* d = TRY(snapshot(t, frame_of(a[0])));
    return TRY(repr(t, d));
  }();
  repr_leave(t, a[0].object());
  return r;
}
static Result<Value> proxy_eq(Thread& t, Args a) {
  if (IS_EXACT(a[1], frame_locals_proxy)) return Value::from_bool(frame_of(a[0]) == frame_of(a[1]));
  if (!is_dict(a[1])) return kNotImplemented;
  Dict* d = TRY(snapshot(t, frame_of(a[0])));
  return compare(t, CompareOp::EQ, d, a[1]);
}
static Result<Value> proxy_ne(Thread& t, Args a) {
  Value v = TRY(proxy_eq(t, a));
  if (v == kNotImplemented) return v;
  return Value::from_bool(v != kTrue);
}
static Result<Dict*> as_dict(Thread& t, Value v) {
  if (IS_EXACT(v, frame_locals_proxy)) return snapshot(t, frame_of(v));
  return v.as<Dict>();
}
static Result<Value> proxy_update(Thread& t, Args a) {
  if (!is_dict(a[1]) && !IS_EXACT(a[1], frame_locals_proxy)) return RAISE(TypeError, "update() argument must be dict or another FrameLocalsProxy");
  Dict* d = TRY(as_dict(t, a[1]));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(d, &pos)) TRY(proxy_store(t, frame_of(a[0]), e->key, e->value));
  return kNone;
}
static Result<Value> joined(Thread& t, Value x, Value y) {
  if (!is_dict(x) && !IS_EXACT(x, frame_locals_proxy)) return kNotImplemented;
  if (!is_dict(y) && !IS_EXACT(y, frame_locals_proxy)) return kNotImplemented;
  Dict* d = TRY(new_dict(t));
  TRY(dict_update(t, d, TRY(as_dict(t, x))));
  TRY(dict_update(t, d, TRY(as_dict(t, y))));
  return d;
}
static Result<Value> proxy_or(Thread& t, Args a) { return joined(t, a[0], a[1]); }
static Result<Value> proxy_ror(Thread& t, Args a) { return joined(t, a[1], a[0]); }
static Result<Value> proxy_ior(Thread& t, Args a) {
  if (!is_dict(a[1]) && !IS_EXACT(a[1], frame_locals_proxy)) return kNotImplemented;
  TRY(proxy_update(t, a));
  return a[0];
}
static Result<Value> proxy_copy(Thread& t, Args a) { return TRY(snapshot(t, frame_of(a[0]))); }
static Result<Value> proxy_get(Thread& t, Args a) {
  Opt v = TRY(proxy_find(t, frame_of(a[0]), a[1]));
  return v ? v.v : a[2] ? a[2] : kNone;
}
static Result<Value> proxy_setdefault(Thread& t, Args a) {
  Opt v = TRY(proxy_find(t, frame_of(a[0]), a[1]));
  if (v) return v.v;
  Value d = a[2] ? a[2] : kNone;
  TRY(proxy_store(t, frame_of(a[0]), a[1], d));
  return d;
}
static Result<Value> proxy_pop(Thread& t, Args a) {
  FrameObject* o = frame_of(a[0]);
  if (TRY(find_variable(t, o, a[1])) >= 0) return RAISE(ValueError, "cannot remove local variables from FrameLocalsProxy");
  if (Dict* d = extras(o)) {
    Opt v = TRY(dict_pop(t, d, a[1]));
    if (v) return v.v;
  }
  if (a[2]) return a[2];
  return raise_class(t, KAA_TYPE(KeyError), a[1]);
}
static const MethodDef k_proxy_methods[] = {
    {"__new__", proxy_new, nullptr, "Create and return a new object.", MethodKind::kNew},
    {"__getitem__", proxy_getitem, "($self, key, /)", "Return self[key]."},
    {"__setitem__", proxy_setitem, "($self, key, value, /)", "Set self[key] to value."},
    {"__delitem__", proxy_delitem, "($self, key, /)", "Delete self[key]."},
    {"__contains__", proxy_contains, "($self, key, /)", "Return bool(key in self)."},
    {"__len__", proxy_len, "($self, /)", "Return len(self)."},
    {"__iter__", proxy_iter, "($self, /)", "Implement iter(self)."},
    {"__reversed__", proxy_reversed, "($self, /)", "The names, the last first."},
    {"__repr__", proxy_repr, "($self, /)", "Return repr(self)."},
    {"__eq__", proxy_eq, "($self, value, /)", "Return self==value."},
    {"__ne__", proxy_ne, "($self, value, /)", "Return self!=value."},
    {"__or__", proxy_or, "($self, value, /)", "Return self|value."},
    {"__ror__", proxy_ror, "($self, value, /)", "Return value|self."},
    {"__ior__", proxy_ior, "($self, value, /)", "Return self|=value."},
    {"update", proxy_update, "($self, mapping, /)", "Sets variables from a dict."},
    {"copy", proxy_copy, "($self, /)", "The variables as a dict."},
    {"keys", proxy_keys, "($self, /)", "The names, as a list."},
    {"values", proxy_list<1>, "($self, /)", "The values, as a list."},
    {"items", proxy_list<2>, "($self, /)", "(name, value) pairs, as a list."},
    {"get", proxy_get, "($self, key, default=None, /)", "The value of a variable, or the default."},
    {"setdefault", proxy_setdefault, "($self, key, default=None, /)", "The value of a variable, set first if it has none."},
    {"pop", proxy_pop, "($self, key, default=<unrepresentable>, /)", "Removes a key that is no variable."},
};
extern const TypeSpec frame_locals_proxy_spec = {
    .doc = "The variables of a function's frame.", .methods = k_proxy_methods, .unhashable = "FrameLocalsProxy"};

}  // namespace kaa
