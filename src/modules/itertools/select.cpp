// itertools that choose among items, or call with each: compress, dropwhile, takewhile, filterfalse, islice, starmap.
#include "modules/itertools/itertools.h"

namespace kaa::itertools {

namespace {

// A function and an iterator: dropwhile, takewhile, filterfalse, starmap.
struct FuncIter : Object {
  Field<> func, it;
  bool flag;  // dropwhile: has started to yield; takewhile: has stopped
  template <class F> void each_field(F&& f) { f(func); f(it); }
};

template <Id id>
Result<Value> func_iter_new(Thread& t, const char* name, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, name, a[0], g_types[id], kwnames));
  TRY(check_count(t, name, positional_count(a, kwnames) - 1, 2, 2));
  Value it = TRY(get_iter(t, a[2]));
  FuncIter* f = TRY(alloc_as<FuncIter>(t, a.as<Type>(0)));
  f->func.init(a[1]);
  f->it.init(it);
  return f;
}
Result<Value> dropwhile_new(Thread& t, Args a, Tuple* k) { return func_iter_new<kDropwhile>(t, "dropwhile", a, k); }
Result<Value> takewhile_new(Thread& t, Args a, Tuple* k) { return func_iter_new<kTakewhile>(t, "takewhile", a, k); }
Result<Value> filterfalse_new(Thread& t, Args a, Tuple* k) { return func_iter_new<kFilterfalse>(t, "filterfalse", a, k); }
Result<Value> starmap_new(Thread& t, Args a, Tuple* k) { return func_iter_new<kStarmap>(t, "starmap", a, k); }

Result<Value> dropwhile_next(Thread& t, Object* o) {
  FuncIter* f = static_cast<FuncIter*>(o);
  for (;;) {
    ITER_STEP(item, f->it, );
    if (f->flag) return item;
    if (!TRY(truth(t, TRY(call(t, f->func, item))))) {
      f->flag = true;
      return item;
    }
    TRY(breathe(t));
  }
}

Result<Value> takewhile_next(Thread& t, Object* o) {
  FuncIter* f = static_cast<FuncIter*>(o);
  if (f->flag) return Value();
  ITER_STEP(item, f->it, );
  if (TRY(truth(t, TRY(call(t, f->func, item))))) return item;
  f->flag = true;
  return Value();
}

Result<Value> filterfalse_next(Thread& t, Object* o) {
  FuncIter* f = static_cast<FuncIter*>(o);
  bool plain = f->func.value().is_none() || f->func.value() == Value(KAA_TYPE(bool));
  for (;;) {
    ITER_STEP(item, f->it, );
    Value verdict = plain ? item : TRY(call(t, f->func, item));
    if (!TRY(truth(t, verdict))) return item;
    TRY(breathe(t));
  }
}

Result<Value> starmap_next(Thread& t, Object* o) {
  FuncIter* f = static_cast<FuncIter*>(o);
  ITER_STEP(item, f->it, );
  Tuple* args = IS_EXACT(item, tuple) ? item.as<Tuple>() : TRY(tuple_from(t, item));
  return call_tuple(t, f->func, args, nullptr);
}

// ---- compress

struct Compress : Object {
  Field<> data, selectors;
  template <class F> void each_field(F&& f) { f(data); f(selectors); }
};

Result<Value> compress_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("compress", "($cls, data, selectors)", 3);
  Value data = TRY(get_iter(t, p[1])), selectors = TRY(get_iter(t, p[2]));
  Compress* c = TRY(alloc_as<Compress>(t, p[0].as<Type>()));
  c->data.init(data);
  c->selectors.init(selectors);
  return c;
}

Result<Value> compress_next(Thread& t, Object* o) {
  Compress* c = static_cast<Compress*>(o);
  for (;;) {
    ITER_STEP(item, c->data, );
    ITER_STEP(selector, c->selectors, );
    if (TRY(truth(t, selector))) return item;
    TRY(breathe(t));
  }
}

// ---- islice

struct Islice : Object {
  Field<> it;           // empty: exhausted
  int64_t next, stop, step, count;  // stop -1: none; count: items taken from `it` so far
  template <class F> void each_field(F&& f) { f(it); }
};

// An index: None gives the default; -1 with an exception set aside means "not acceptable".
bool read_index(Thread& t, Value v, int64_t fallback, int64_t* out) {
  *out = fallback;
  if (v.is_none()) return true;
  if (!has_index(v)) return false;
  Result<int64_t> i = to_c_ssize(t, v);
  if (!i.ok()) {
    clear_exc(t);
    return false;
  }
  *out = i.value();
  return *out >= 0;
}

Result<Value> islice_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "islice", a[0], g_types[kIslice], kwnames));
  uint32_t n = positional_count(a, kwnames) - 1;
  TRY(check_count(t, "islice", n, 2, 4));
  int64_t start = 0, stop = -1, step = 1;
  const char* const k_stop = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
  const char* const k_indices = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
  if (n == 2) {
    if (!read_index(t, a[2], -1, &stop)) return RAISE(ValueError, "%s", k_stop);
  } else {
    if (!read_index(t, a[2], 0, &start)) return RAISE(ValueError, "%s", k_indices);
    if (!read_index(t, a[3], -1, &stop)) return RAISE(ValueError, "%s", has_index(a[3]) ? k_indices : k_stop);
    if (n == 4 && (!read_index(t, a[4], 1, &step) || step < 1)) return RAISE(ValueError, "Step for islice() must be a positive integer or None.");
  }
  Value it = TRY(get_iter(t, a[1]));
  Islice* s = TRY(alloc_as<Islice>(t, a.as<Type>(0)));
  s->it.init(it);
  s->next = start;
  s->stop = stop;
  s->step = step;
  return s;
}

Result<Value> islice_next(Thread& t, Object* o) {
  Islice* s = static_cast<Islice*>(o);
  if (!s->it) return Value();
  Value it = s->it;
  while (s->count < s->next) {
    ITER_STEP(skipped, it, s->it.clear());
    s->count++;
    TRY(breathe(t));
  }
  if (s->stop >= 0 && s->count >= s->stop) {
    s->it.clear();
    return Value();
  }
  ITER_STEP(item, it, s->it.clear());
  s->count++;
  int64_t next;
  bool over = __builtin_add_overflow(s->next, s->step, &next);
  if (s->stop >= 0 && (over || next > s->stop)) next = s->stop;
  else if (over) next = INT64_MAX;
  s->next = next;
  return item;
}

const MethodDef k_dropwhile[] = {{"__new__", dropwhile_new, nullptr, "dropwhile(predicate, iterable)", MethodKind::kNew}};
const MethodDef k_takewhile[] = {{"__new__", takewhile_new, nullptr, "takewhile(predicate, iterable)", MethodKind::kNew}};
const MethodDef k_filterfalse[] = {{"__new__", filterfalse_new, nullptr, "filterfalse(function, iterable)", MethodKind::kNew}};
const MethodDef k_starmap[] = {{"__new__", starmap_new, nullptr, "starmap(function, iterable)", MethodKind::kNew}};
const MethodDef k_compress[] = {{"__new__", compress_new, nullptr, "compress(data, selectors)", MethodKind::kNew}};
const MethodDef k_islice[] = {{"__new__", islice_new, nullptr, "islice(iterable, stop) or islice(iterable, start, stop[, step])", MethodKind::kNew}};

}  // namespace

const TypeSpec dropwhile_spec = {.doc = "The items from the first on for which the predicate is false.",
                                 .methods = k_dropwhile, .iternext = dropwhile_next, .layout = &kLayout<FuncIter>, .flags = kTypeBase};
const TypeSpec takewhile_spec = {.doc = "The items before the first for which the predicate is false.",
                                 .methods = k_takewhile, .iternext = takewhile_next, .layout = &kLayout<FuncIter>, .flags = kTypeBase};
const TypeSpec filterfalse_spec = {.doc = "The items for which the function answers false.",
                                   .methods = k_filterfalse, .iternext = filterfalse_next, .layout = &kLayout<FuncIter>, .flags = kTypeBase};
const TypeSpec starmap_spec = {.doc = "The results of calling the function with each item's items as arguments.",
                               .methods = k_starmap, .iternext = starmap_next, .layout = &kLayout<FuncIter>, .flags = kTypeBase};
const TypeSpec compress_spec = {.doc = "The items whose selector, at the same place, is true.",
                                .methods = k_compress, .iternext = compress_next, .layout = &kLayout<Compress>, .flags = kTypeBase};
const TypeSpec islice_spec = {.doc = "The items that a slice of a sequence would select.",
                              .methods = k_islice, .iternext = islice_next, .layout = &kLayout<Islice>, .flags = kTypeBase};

}  // namespace kaa::itertools
