// functools.partial and Placeholder. Positional arguments of a partial may be Placeholder, but not the last one: a call fills them from its own first
// arguments. A partial of a plain partial object is flattened into one.
#include "modules/functools/functools.h"
#include "types/objmodel.h"
#include "types/repr_builder_inl.h"

namespace kaa::functools {

namespace {

struct Partial : Object {
  Field<> func;
  Field<Tuple*> args;
  Field<Dict*> kwargs;
  uint64_t placeholders;  // among args
  template <class F> void each_field(F&& f) { f(func); f(args); f(kwargs); }
};
struct PlaceholderObject : Object {};

Root<Value>& the_placeholder() {
  static Root<Value> v;
  return v;
}
bool is_placeholder(Value v) { return v == the_placeholder().get(); }

uint64_t count_placeholders(Tuple* args) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < args->size; i++) n += is_placeholder(args->items[i]);
  return n;
}

// The arguments of `inner` followed by more, which fill its placeholders first.
Result<Tuple*> merge_args(Thread& t, Tuple* inner, uint64_t placeholders, const Value* more, uint64_t n) {
  uint64_t fill = n < placeholders ? n : placeholders;
  Tuple* all = TRY(new_tuple(t, inner->size + n - fill));
  uint64_t next = 0;
  for (uint64_t i = 0; i < inner->size; i++) {
    Value v = inner->items[i];
    tuple_init(all, i, next < fill && is_placeholder(v) ? more[next++] : v);
  }
  for (uint64_t i = inner->size; next < n; i++) tuple_init(all, i, more[next++]);
  return all;
}

// Only a partial without attributes of its own can be dissolved into another.
bool is_plain_partial(Value v) {
  return v.is_object() && is_subtype(type_of(v), g_partial) && type_of(v)->dunder(D_call) == g_partial->dunder(D_call) && v.object()->shape == type_of(v)->root;
}

Result<Value> partial_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames) - 1;
  if (n < 1) return RAISE(TypeError, "type 'partial' takes at least one argument");
  Value func = a[1];
  if (!is_callable(func)) return RAISE(TypeError, "the first argument must be callable");
  Tuple* args = TRY(tuple_of(t, a.p + 2, n - 1));
  if (args->size && is_placeholder(args->items[args->size - 1])) return RAISE(TypeError, "trailing Placeholders are not allowed");
  Dict* kwargs = TRY(new_dict(t));
  TRY(dict_update_kwargs(t, kwargs, a, kwnames));
  uint32_t pos = 0;
  while (DictEntry* e = dict_next(kwargs, &pos))
    if (is_placeholder(e->value)) return RAISE(TypeError, "Placeholder cannot be passed as a keyword argument");
  if (is_plain_partial(func)) {
    Partial* inner = func.as<Partial>();
    args = TRY(merge_args(t, inner->args, inner->placeholders, args->items, args->size));
    Dict* merged = TRY(dict_copy(t, inner->kwargs));
    TRY(dict_update(t, merged, kwargs));
    kwargs = merged;
    func = inner->func;
  }
  Partial* p = TRY(alloc_as<Partial>(t, a.as<Type>(0)));
  p->func.init(func);
  p->args.init(args);
  p->kwargs.init(kwargs);
  p->placeholders = count_placeholders(args);
  return p;
}

Result<Value> partial_call(Thread& t, Args a, Tuple* kwnames) {
  Partial* p = a.as<Partial>(0);
  uint64_t n = positional_count(a, kwnames) - 1;
  if (n < p->placeholders)
    return RAISE(TypeError, "missing positional arguments in 'partial' call; expected at least %lu, got %lu", p->placeholders, n);
  Tuple* own = p->args;
  Value func = p->func;
  constexpr uint64_t kSmall = 12;
  uint64_t nkw = kwnames ? kwnames->size : 0;
  if (!p->kwargs->used && own->size + n - p->placeholders + nkw <= kSmall) {
    Value all[kSmall];
    const Value* more = a.p + 1;
    uint64_t count = 0;
    for (uint64_t i = 0; i < own->size; i++) all[count++] = p->placeholders && is_placeholder(own->items[i]) ? *more++ : own->items[i];
    uint64_t positional = own->size + n - p->placeholders;
    while (count < positional + nkw) all[count++] = *more++;
    return call_args(t, func, all, positional, kwnames);
  }
  Tuple* args = TRY(merge_args(t, own, p->placeholders, a.p + 1, n));
  Dict* kwargs = p->kwargs;
  if (has_keywords(kwnames)) {
    kwargs = TRY(dict_copy(t, kwargs));
    TRY(dict_update_kwargs(t, kwargs, a, kwnames));
  }
  return call_tuple(t, func, args, kwargs);
}

Result<Value> partial_repr(Thread& t, Args a) {
  Partial* p = a.as<Partial>(0);
  if (repr_enter(t, p)) return TRY(new_str(t, "..."));
  auto text = [&]() -> Result<Str*> {
    Value func = p->func;
    Tuple* args = p->args;
    Dict* kwargs = p->kwargs;
    ReprBuilder b(t);
    b.add(TRY(type_full_name(t, type_of(a[0]))));
    b.add("(");
    TRY(b.add_repr(func));
    for (uint64_t i = 0; i < args->size; i++) {
      b.add(", ");
      TRY(b.add_repr(args->items[i]));
    }
    uint32_t pos = 0;
    while (DictEntry* e = dict_next(kwargs, &pos)) {
      Value key = e->key, v = e->value;
      b.add(", ");
      b.add(TRY(str(t, key)));
      b.add("=");
      TRY(b.add_repr(v));
    }
    b.add(")");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, p);
  return r;
}

Result<Value> partial_get(Thread& t, Args a) { return bind_method(t, a[0], a[1]); }

Result<Value> partial_reduce(Thread& t, Args a) {
  Partial* p = a.as<Partial>(0);
  Value attrs = kNone;
  if (p->shape != p->type()->root) attrs = TRY(get_dict_attr(t, a[0]));
  Tuple* state = TRY(make_tuple(t, p->func.value(), p->args.value(), p->kwargs.value(), attrs));
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, p->func.value())), state));
}

Result<Value> partial_setstate(Thread& t, Args a) {
  Partial* p = a.as<Partial>(0);
  Tuple* s = is_tuple(a[1]) ? a.as<Tuple>(1) : nullptr;
  if (!s || s->size != 4 || !is_callable(s->items[0]) || !is_tuple(s->items[1]) || (!s->items[2].is_none() && !is_dict(s->items[2])))
    return RAISE(TypeError, "invalid partial state");
  Tuple* args = s->items[1].as<Tuple>();
  if (args->size && is_placeholder(args->items[args->size - 1])) return RAISE(TypeError, "trailing Placeholders are not allowed");
  if (!IS_EXACT(s->items[1], tuple)) args = TRY(tuple_of(t, args->items, args->size));
  Dict* kwargs = s->items[2].is_none() ? TRY(new_dict(t)) : s->items[2].as<Dict>();
  if (!IS_EXACT(Value(kwargs), dict)) {
    Dict* copy = TRY(new_dict(t));
    TRY(dict_update(t, copy, kwargs));
    kwargs = copy;
  }
  if (!s->items[3].is_none()) TRY(set_dict_attr(t, a[0], s->items[3]));
  else if (p->shape != p->type()->root) TRY(set_dict_attr(t, a[0], TRY(new_dict(t))));
  p->func.set(s->items[0]);
  p->args.set(args);
  p->kwargs.set(kwargs);
  p->placeholders = count_placeholders(args);
  return kNone;
}

Result<Value> placeholder_new(Thread& t, Args a, Tuple* kwnames) {
  if (a.n > 1 || has_keywords(kwnames)) return RAISE(TypeError, "_PlaceholderType takes no arguments");
  return placeholder(t);
}
Result<Value> placeholder_repr(Thread& t, Args) { return TRY(new_str(t, "Placeholder")); }

const MethodDef k_partial[] = {
    {"__new__", partial_new, nullptr, "partial(func, /, *args, **keywords)", MethodKind::kNew},
    {"__call__", partial_call, nullptr, "Calls the function with the stored and the given arguments."},
    {"__repr__", partial_repr, "($self, /)", "Text of the call that makes it."},
    {"__get__", partial_get, "($self, instance, owner=None, /)", "Binds to an instance as a function does."},
    {"__reduce__", partial_reduce, "($self, /)", "For pickling."},
    {"__setstate__", partial_setstate, "($self, state, /)", "For unpickling."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: partial[int].", MethodKind::kClassMethod},
};
const GetSetDef k_partial_getsets[] = {
    {"func", [](Thread&, Value v) -> Result<Value> { return v.as<Partial>()->func.value(); }, nullptr, "The function that calls go to."},
    {"args", [](Thread&, Value v) -> Result<Value> { return v.as<Partial>()->args.value(); }, nullptr, "The first positional arguments of calls."},
    {"keywords", [](Thread&, Value v) -> Result<Value> { return v.as<Partial>()->kwargs.value(); }, nullptr, "Keyword arguments of calls."},
    {"__dict__", get_instance_dict, set_instance_dict, nullptr},
};
const MethodDef k_placeholder[] = {
    {"__new__", placeholder_new, nullptr, "The one object of this type.", MethodKind::kNew},
    {"__repr__", placeholder_repr, "($self, /)", "Its name."},
    {"__reduce__", placeholder_repr, "($self, /)", "For pickling: its name."},
};

}  // namespace

Result<Value> placeholder(Thread& t) {
  Root<Value>& root = the_placeholder();
  if (!root.get()) root = Value(TRY(alloc_as<PlaceholderObject>(t, g_placeholder_type)));
  return root.get();
}

const TypeSpec partial_spec = {.doc = "A function with some of its arguments given in advance.",
                               .methods = k_partial,
                               .getsets = k_partial_getsets,
                               .layout = &kLayout<Partial>,
                               .flags = kTypeBase | kTypeHasDict | kTypeWeakrefable};
const TypeSpec placeholder_spec = {.doc = "The type of Placeholder, which keeps a place free among a partial's arguments.",
                                   .methods = k_placeholder,
                                   .layout = &kLayout<PlaceholderObject>};

}  // namespace kaa::functools
