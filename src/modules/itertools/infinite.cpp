// itertools.count, cycle, repeat.
#include "modules/itertools/itertools.h"

namespace kaa::itertools {

namespace {

// ---- count

struct Count : Object {
  Field<> next, step;
  template <class F> void each_field(F&& f) { f(next); f(step); }
};

bool is_number(Value v) {
  Type* ty = type_of(v);
  return ty->dunder(D_index) || ty->dunder(D_int) || ty->dunder(D_float) || is_instance(v, KAA_TYPE(complex));
}

Result<Value> count_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("count", "($cls, start=0, step=1)", 3);
  Value start = p[1] ? p[1] : small_int(0), step = p[2] ? p[2] : small_int(1);
  if (!is_number(start) || !is_number(step)) return RAISE(TypeError, "a number is required");
  Count* c = TRY(alloc_as<Count>(t, p[0].as<Type>()));
  c->next.init(start);
  c->step.init(step);
  return c;
}

Result<Value> count_next(Thread& t, Object* o) {
  Count* c = static_cast<Count*>(o);
  Value v = c->next, step = c->step;
  if (LIKELY(v.is_int() && step.is_int())) {
    int64_t n = v.as_int() + step.as_int();
    if (LIKELY(Value::fits_int(n))) {
      c->next.raw() = Value::from_int(n);  // small ints are not counted
      return v;
    }
  }
  c->next.set(TRY(binary_op(t, BinaryOp::ADD, v, step)));
  return v;
}

Result<Value> count_repr(Thread& t, Args a) {
  Count* c = a.as<Count>(0);
  if (c->step.value() == small_int(1)) return TRY(str_format(t, "%T(%R)", a[0], c->next.value()));
  return TRY(str_format(t, "%T(%R, %R)", a[0], c->next.value(), c->step.value()));
}

// ---- cycle

struct Cycle : Object {
  Field<> it;           // empty once exhausted: then the saved items come again
  Field<List*> saved;
  uint64_t index;
  template <class F> void each_field(F&& f) { f(it); f(saved); }
};

Result<Value> cycle_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "cycle", a[0], g_types[kCycle], kwnames));
  TRY(check_count(t, "cycle", positional_count(a, kwnames) - 1, 1, 1));
  Value it = TRY(get_iter(t, a[1]));
  List* saved = TRY(new_list(t));
  Cycle* c = TRY(alloc_as<Cycle>(t, a.as<Type>(0)));
  c->it.init(it);
  c->saved.init(saved);
  return c;
}

Result<Value> cycle_next(Thread& t, Object* o) {
  Cycle* c = static_cast<Cycle*>(o);
  if (c->it) {
    Value v;
    int s = iter_step(t, c->it, &v);
    if (s < 0) return Error{};
    if (s) {
      TRY(list_append(t, c->saved, v));
      return v;
    }
    c->it.clear();
  }
  List* saved = c->saved;
  if (!saved->size) return Value();
  Value v = saved->items[c->index++];
  if (c->index >= saved->size) c->index = 0;
  return v;
}

// ---- repeat

struct Repeat : Object {
  Field<> element;
  int64_t left;         // -1: for ever
  template <class F> void each_field(F&& f) { f(element); }
};

Result<Value> repeat_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("repeat", "($cls, object, times=None)", 3);
  int64_t left = p[2] ? TRY(to_c_ssize(t, p[2])) : -1;
  if (p[2] && left < 0) left = 0;
  Repeat* r = TRY(alloc_as<Repeat>(t, p[0].as<Type>()));
  r->element.init(p[1]);
  r->left = left;
  return r;
}

Result<Value> repeat_next(Thread&, Object* o) {
  Repeat* r = static_cast<Repeat*>(o);
  if (r->left == 0) return Value();
  if (r->left > 0) r->left--;
  return r->element.value();
}

Result<Value> repeat_repr(Thread& t, Args a) {
  Repeat* r = a.as<Repeat>(0);
  if (r->left < 0) return TRY(str_format(t, "%T(%R)", a[0], r->element.value()));
  return TRY(str_format(t, "%T(%R, %ld)", a[0], r->element.value(), r->left));
}

Result<Value> repeat_length_hint(Thread& t, Args a) {
  if (a.as<Repeat>(0)->left < 0) return RAISE(TypeError, "len() of unsized object");
  return small_int(a.as<Repeat>(0)->left);
}

const MethodDef k_count[] = {
    {"__new__", count_new, nullptr, "count(start=0, step=1)", MethodKind::kNew},
    {"__repr__", count_repr, "($self, /)", "Text with the next number."},
};
const MethodDef k_cycle[] = {{"__new__", cycle_new, nullptr, "cycle(iterable)", MethodKind::kNew}};
const MethodDef k_repeat[] = {
    {"__new__", repeat_new, nullptr, "repeat(object[, times])", MethodKind::kNew},
    {"__repr__", repeat_repr, "($self, /)", "Text with the object and how often it still comes."},
    {"__length_hint__", repeat_length_hint, "($self, /)", "How often it still comes."},
};

}  // namespace

const TypeSpec count_spec = {.doc = "Numbers from start on, each step further.", .methods = k_count, .iternext = count_next, .layout = &kLayout<Count>, .flags = kTypeBase};
const TypeSpec cycle_spec = {
    .doc = "The items of an iterable, again and again.", .methods = k_cycle, .iternext = cycle_next, .layout = &kLayout<Cycle>, .flags = kTypeBase};
const TypeSpec repeat_spec = {
    .doc = "One object, a number of times or for ever.", .methods = k_repeat, .iternext = repeat_next, .layout = &kLayout<Repeat>, .flags = kTypeBase};

}  // namespace kaa::itertools
