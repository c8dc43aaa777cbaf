// operator.itemgetter, attrgetter and methodcaller.
#include "modules/operator/operator.h"
#include "types/repr_builder_inl.h"

namespace kaa::operators {

namespace {

struct Getter : Object {
  Field<Tuple*> items;   // as given: keys, or attribute names
  Field<Tuple*> paths;   // attrgetter: for each name the tuple of its parts, interned
  template <class F> void each_field(F&& f) { f(items); f(paths); }
};

// f() of one item, or the tuple of f() of each.
template <class F>
Result<Value> each(Thread& t, Tuple* items, F&& f) {
  if (items->size == 1) return f(items->items[0]);
  Tuple* u = TRY(new_tuple(t, items->size));
  for (uint64_t i = 0; i < items->size; i++) tuple_init(u, i, TRY(f(items->items[i])));
  return u;
}

// The text name(item, item, ..., key=value, ...).
Result<Value> call_repr(Thread& t, Object* self, const char* name, const Value* items, uint64_t n, Dict* kwargs) {
  if (repr_enter(t, self)) return TRY(str_format(t, "%s(...)", name));
  auto text = [&]() -> Result<Str*> {
    ReprBuilder b(t);
    b.add(name);
    b.add("(");
    for (uint64_t i = 0; i < n; i++) {
      if (i) b.add(", ");
      TRY(b.add_repr(items[i]));
    }
    uint32_t pos = 0;
    bool first = n == 0;
    while (DictEntry* e = kwargs ? dict_next(kwargs, &pos) : nullptr) {
      Value key = e->key, v = e->value;
      if (!first) b.add(", ");
      first = false;
      b.add(TRY(str(t, key)));
      b.add("=");
      TRY(b.add_repr(v));
    }
    b.add(")");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, self);
  return r;
}

// ---- itemgetter

Result<Value> itemgetter_new(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "itemgetter() takes no keyword arguments");
  if (a.n < 2) return RAISE(TypeError, "itemgetter expected 1 argument, got 0");
  Tuple* items = TRY(tuple_of(t, a.p + 1, a.n - 1));
  Getter* g = TRY(alloc_as<Getter>(t, a.as<Type>(0)));
  g->items.init(items);
  return g;
}

Result<Value> itemgetter_call(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "itemgetter() takes no keyword arguments");
  TRY(check_count(t, "itemgetter", a.n - 1, 1, 1));
  Value o = a[1];
  Tuple* keys = a.as<Getter>(0)->items;
  if (keys->size == 1 && keys->items[0].is_int() && IS_EXACT(o, tuple)) {  // a column of records
    uint64_t i = static_cast<uint64_t>(keys->items[0].as_int());
    if (LIKELY(i < o.as<Tuple>()->size)) return o.as<Tuple>()->items[i];
  }
  return each(t, keys, [&](Value key) { return get_item(t, o, key); });
}

Result<Value> itemgetter_repr(Thread& t, Args a) {
  Tuple* items = a.as<Getter>(0)->items;
  return call_repr(t, a[0].object(), "operator.itemgetter", items->items, items->size, nullptr);
}

Result<Value> getter_reduce(Thread& t, Args a) { return TRY(make_tuple(t, type_of(a[0]), a.as<Getter>(0)->items.value())); }

// ---- attrgetter

Result<Value> attrgetter_new(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "attrgetter() takes no keyword arguments");
  if (a.n < 2) return RAISE(TypeError, "attrgetter expected 1 argument, got 0");
  uint32_t n = a.n - 1;
  Tuple *items = TRY(new_tuple(t, n)), *paths = TRY(new_tuple(t, n));
  for (uint32_t i = 0; i < n; i++) {
    if (!is_str(a[i + 1])) return RAISE(TypeError, "attribute name must be a string");
    Str* s = a.as<Str>(i + 1);
    List* parts = TRY(new_list(t));
    uint64_t start = 0;
    for (uint64_t k = 0; k <= s->length; k++) {
      if (k < s->length && s->at(k) != '.') continue;
      Str* part = start == 0 && k == s->length ? s : TRY(str_substr(t, s, start, k));
      TRY(list_append(t, parts, TRY(intern(t, part))));
      start = k + 1;
    }
    tuple_init(items, i, parts->size == 1 ? parts->items[0] : Value(s));
    tuple_init(paths, i, TRY(tuple_of(t, parts->items, parts->size)));
  }
  Getter* g = TRY(alloc_as<Getter>(t, a.as<Type>(0)));
  g->items.init(items);
  g->paths.init(paths);
  return g;
}

Result<Value> attrgetter_call(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "attrgetter() takes no keyword arguments");
  TRY(check_count(t, "attrgetter", a.n - 1, 1, 1));
  Value object = a[1];
  return each(t, a.as<Getter>(0)->paths, [&](Value path) -> Result<Value> {
    Value v = object;
    for (uint64_t i = 0; i < path.as<Tuple>()->size; i++) v = TRY(get_attr(t, v, path.as<Tuple>()->items[i].as<Str>()));
    return v;
  });
}

Result<Value> attrgetter_repr(Thread& t, Args a) {
  Tuple* items = a.as<Getter>(0)->items;
  return call_repr(t, a[0].object(), "operator.attrgetter", items->items, items->size, nullptr);
}

// ---- methodcaller

struct MethodCaller : Object {
  Field<Str*> name;
  Field<Tuple*> args;
  Field<Dict*> kwargs;  // empty: none
  template <class F> void each_field(F&& f) { f(name); f(args); f(kwargs); }
};

Result<Value> methodcaller_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t n = positional_count(a, kwnames) - 1;
  if (n < 1) return RAISE(TypeError, "methodcaller needs at least one argument, the method name");
  if (!is_str(a[1])) return RAISE(TypeError, "method name must be a string");
  Str* name = TRY(intern(t, a.as<Str>(1)));
  Tuple* args = TRY(tuple_of(t, a.p + 2, n - 1));
  Dict* kwargs = nullptr;
  if (has_keywords(kwnames)) {
    kwargs = TRY(new_dict(t));
    TRY(dict_update_kwargs(t, kwargs, a, kwnames));
  }
  MethodCaller* m = TRY(alloc_as<MethodCaller>(t, a.as<Type>(0)));
  m->name.init(name);
  m->args.init(args);
  m->kwargs.init(kwargs);
  return m;
}

Result<Value> methodcaller_call(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "methodcaller() takes no keyword arguments");
  TRY(check_count(t, "methodcaller", a.n - 1, 1, 1));
  MethodCaller* m = a.as<MethodCaller>(0);
  Value f = TRY(get_attr(t, a[1], m->name));
  return call_tuple(t, f, m->args, m->kwargs);
}

Result<Value> methodcaller_repr(Thread& t, Args a) {
  MethodCaller* m = a.as<MethodCaller>(0);
  Tuple* all = TRY(new_tuple(t, m->args->size + 1));
  tuple_init(all, 0, m->name.value());
  for (uint64_t i = 0; i < m->args->size; i++) tuple_init(all, i + 1, m->args->items[i]);
  Keep keep(all);
  return call_repr(t, m, "operator.methodcaller", all->items, all->size, m->kwargs);
}

// With keywords, what restores it is a partial object that holds them.
Result<Value> methodcaller_reduce(Thread& t, Args a) {
  MethodCaller* m = a.as<MethodCaller>(0);
  if (!m->kwargs || !m->kwargs->used) {
    Tuple* all = TRY(new_tuple(t, m->args->size + 1));
    tuple_init(all, 0, m->name.value());
    for (uint64_t i = 0; i < m->args->size; i++) tuple_init(all, i + 1, m->args->items[i]);
    return TRY(make_tuple(t, type_of(a[0]), all));
  }
  Value partial = TRY(import_attr(t, "functools", "partial"));
  Tuple* args = TRY(make_tuple(t, type_of(a[0]), m->name.value()));
  Value maker = TRY(call_tuple(t, partial, args, m->kwargs));
  return TRY(make_tuple(t, maker, m->args.value()));
}

const MethodDef k_itemgetter[] = {
    {"__new__", itemgetter_new, "($cls, item, /, *items)", "Create and return a new object.", MethodKind::kNew},
    {"__call__", itemgetter_call, "($self, obj, /)", "The item, or the tuple of items, of an object."},
    {"__repr__", itemgetter_repr, "($self, /)", "Text of the call that makes it."},
    {"__reduce__", getter_reduce, "($self, /)", "For pickling."},
};
const MethodDef k_attrgetter[] = {
    {"__new__", attrgetter_new, "($cls, attr, /, *attrs)", "Create and return a new object.", MethodKind::kNew},
    {"__call__", attrgetter_call, "($self, obj, /)", "The attribute, or the tuple of attributes, of an object."},
    {"__repr__", attrgetter_repr, "($self, /)", "Text of the call that makes it."},
    {"__reduce__", getter_reduce, "($self, /)", "For pickling."},
};
const MethodDef k_methodcaller[] = {
    {"__new__", methodcaller_new, "($cls, name, /, *args, **kwargs)", "Create and return a new object.", MethodKind::kNew},
    {"__call__", methodcaller_call, "($self, obj, /)", "Calls the method of an object."},
    {"__repr__", methodcaller_repr, "($self, /)", "Text of the call that makes it."},
    {"__reduce__", methodcaller_reduce, "($self, /)", "For pickling."},
};

}  // namespace

// inspect.signature() asks the object for this one; __call__ of the types has another.
static Result<Value> call_signature(Thread& t, Value) { return TRY(new_str(t, "(obj, /)")); }
static const GetSetDef k_getsets[] = {{"__text_signature__", call_signature, nullptr, nullptr}};

const TypeSpec itemgetter_spec = {.doc = "A function that takes items out of its argument.", .methods = k_itemgetter, .getsets = k_getsets, .layout = &kLayout<Getter>};
const TypeSpec attrgetter_spec = {.doc = "A function that reads attributes of its argument; names may be dotted.", .methods = k_attrgetter, .getsets = k_getsets, .layout = &kLayout<Getter>};
const TypeSpec methodcaller_spec = {
    .doc = "A function that calls a method of its argument, with the arguments given.", .methods = k_methodcaller, .getsets = k_getsets, .layout = &kLayout<MethodCaller>};

}  // namespace kaa::operators
