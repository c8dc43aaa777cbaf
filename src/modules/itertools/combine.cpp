// itertools that put items together: accumulate, batched, chain, pairwise, zip_longest.
#include "modules/itertools/itertools.h"

namespace kaa::itertools {

namespace {

// ---- accumulate

struct Accumulate : Object {
  Field<> it, func, total, initial;  // func empty: addition; initial: still to come
  template <class F> void each_field(F&& f) { f(it); f(func); f(total); f(initial); }
};

Result<Value> accumulate_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("accumulate", "($cls, iterable, func=None, *, initial=None)", 4);
  Value it = TRY(get_iter(t, p[1]));
  Accumulate* c = TRY(alloc_as<Accumulate>(t, p[0].as<Type>()));
  c->it.init(it);
  if (p[2] && !p[2].is_none()) c->func.init(p[2]);
  if (p[3] && !p[3].is_none()) c->initial.init(p[3]);
  return c;
}

Result<Value> accumulate_next(Thread& t, Object* o) {
  Accumulate* c = static_cast<Accumulate*>(o);
  if (c->initial) {
    Value v = c->initial;
    c->initial.clear();
    c->total.set(v);
    return v;
  }
  ITER_STEP(item, c->it, );
  if (!c->total) {
    c->total.set(item);
    return item;
  }
  Value v = c->func ? TRY(call(t, c->func, c->total.value(), item)) : TRY(binary_op(t, BinaryOp::ADD, c->total, item));
  c->total.set(v);
  return v;
}

// ---- batched

struct Batched : Object {
  Field<> it;  // empty: exhausted
  int64_t size;
  bool strict;
  template <class F> void each_field(F&& f) { f(it); }
};

Result<Value> batched_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("batched", "($cls, iterable, n, *, strict=False)", 4);
  int64_t n = TRY(to_c_ssize(t, p[2]));
  bool strict = p[3] && TRY(truth(t, p[3]));
  if (n < 1) return RAISE(ValueError, "n must be at least one");
  Value it = TRY(get_iter(t, p[1]));
  Batched* b = TRY(alloc_as<Batched>(t, p[0].as<Type>()));
  b->it.init(it);
  b->size = n;
  b->strict = strict;
  return b;
}

Result<Value> batched_next(Thread& t, Object* o) {
  Batched* b = static_cast<Batched*>(o);
  if (!b->it) return Value();
  Value it = b->it;
  List* items = TRY(new_list(t, b->size < 64 ? static_cast<size_t>(b->size) : 64));
  while (static_cast<int64_t>(items->size) < b->size) {
    Value v;
    int s = iter_step(t, it, &v);
    if (s < 0) {
      b->it.clear();
      return Error{};
    }
    if (!s) break;
    TRY(list_append(t, items, v));
  }
  if (static_cast<int64_t>(items->size) < b->size) {
    b->it.clear();
    if (!items->size) return Value();
    if (b->strict) return RAISE(ValueError, "batched(): incomplete batch");
  }
  return TRY(tuple_of(t, items->items, items->size));
}

// ---- chain

struct Chain : Object {
  Field<> source, active;  // source empty: exhausted
  template <class F> void each_field(F&& f) { f(source); f(active); }
};

Result<Value> new_chain(Thread& t, Type* cls, Value iterables) {
  Value source = TRY(get_iter(t, iterables));
  Chain* c = TRY(alloc_as<Chain>(t, cls));
  c->source.init(source);
  return c;
}

Result<Value> chain_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "chain", a[0], g_types[kChain], kwnames));
  return new_chain(t, a.as<Type>(0), TRY(tuple_of(t, a.p + 1, positional_count(a, kwnames) - 1)));
}
Result<Value> chain_from_iterable(Thread& t, Args a) { return new_chain(t, a.as<Type>(0), a[1]); }

Result<Value> chain_next(Thread& t, Object* o) {
  Chain* c = static_cast<Chain*>(o);
  while (c->source) {
    if (!c->active) {
      ITER_STEP(iterable, c->source, c->source.clear());
      Result<Value> it = get_iter(t, iterable);
      if (!it.ok()) {
        c->source.clear();
        return Error{};
      }
      c->active.set(it.value());
    }
    Value v;
    int s = iter_step(t, c->active, &v);
    if (s < 0) return Error{};
    if (s) return v;
    c->active.clear();
    TRY(breathe(t));
  }
  return Value();
}

// ---- pairwise

struct Pairwise : Object {
  Field<> it, old;  // it empty: exhausted
  template <class F> void each_field(F&& f) { f(it); f(old); }
};

Result<Value> pairwise_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "pairwise", a[0], g_types[kPairwise], kwnames));
  TRY(check_count(t, "pairwise", positional_count(a, kwnames) - 1, 1, 1));
  Value it = TRY(get_iter(t, a[1]));
  Pairwise* p = TRY(alloc_as<Pairwise>(t, a.as<Type>(0)));
  p->it.init(it);
  return p;
}

Result<Value> pairwise_next(Thread& t, Object* o) {
  Pairwise* p = static_cast<Pairwise*>(o);
  if (!p->it) return Value();
  Value old = p->old;
  auto finish = [p] {
    p->it.clear();
    p->old.clear();
  };
  if (!old) {
    int s = iter_step(t, p->it, &old);
    if (s != 1) {
      finish();
      return s < 0 ? Result<Value>(Error{}) : Result<Value>(Value());
    }
    p->old.set(old);
    if (!p->it) {  // exhausted meanwhile from within
      p->old.clear();
      return Value();
    }
  }
  Value next;
  int s = iter_step(t, p->it, &next);
  if (s != 1) {
    finish();
    return s < 0 ? Result<Value>(Error{}) : Result<Value>(Value());
  }
  p->old.set(next);
  return TRY(make_tuple(t, old, next));
}

// ---- zip_longest

struct ZipLongest : Object {
  Field<List*> its;  // None in place of the exhausted ones
  Field<> fill;
  uint64_t active;
  template <class F> void each_field(F&& f) { f(its); f(fill); }
};

Result<Value> zip_longest_new(Thread& t, Args a, Tuple* kwnames) {
  Args rest = {a.p + 1, positional_count(a, kwnames) - 1};
  Value fill = kNone;
  if (has_keywords(kwnames)) {
    if (kwnames->size > 1 || !str_equal_ascii(kwnames->items[0].as<Str>(), "fillvalue"))
      return RAISE(TypeError, "zip_longest() got an unexpected keyword argument");
    fill = a.p[a.n - 1];
  }
  List* its = TRY(new_list(t, rest.n));
  for (uint32_t i = 0; i < rest.n; i++) TRY(list_append(t, its, TRY(get_iter(t, rest[i]))));
  ZipLongest* z = TRY(alloc_as<ZipLongest>(t, a.as<Type>(0)));
  z->its.init(its);
  z->fill.init(fill);
  z->active = rest.n;
  return z;
}

Result<Value> zip_longest_next(Thread& t, Object* o) {
  ZipLongest* z = static_cast<ZipLongest*>(o);
  if (!z->active) return Value();
  List* its = z->its;
  Tuple* u = TRY(new_tuple(t, its->size));
  for (uint64_t i = 0; i < its->size; i++) {
    Value it = its->items[i], v = z->fill;
    if (!it.is_none()) {
      int s = iter_step(t, it, &v);
      if (s < 0) {
        z->active = 0;
        return Error{};
      }
      if (s == 0) {
        if (z->active <= 1) {
          z->active = 0;
          return Value();
        }
        z->active--;
        v = z->fill;
        Value old = its->items[i];
        its->items[i] = kNone;
        dec(old);
      }
    }
    tuple_init(u, i, v);
  }
  return u;
}

const MethodDef k_accumulate[] = {{"__new__", accumulate_new, nullptr, "accumulate(iterable, func=None, *, initial=None)", MethodKind::kNew}};
const MethodDef k_batched[] = {{"__new__", batched_new, nullptr, "batched(iterable, n, *, strict=False)", MethodKind::kNew}};
const MethodDef k_chain[] = {
    {"__new__", chain_new, nullptr, "chain(*iterables)", MethodKind::kNew},
    {"from_iterable", chain_from_iterable, "($cls, iterable, /)", "A chain of the iterables that an iterable yields.", MethodKind::kClassMethod},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: chain[int].", MethodKind::kClassMethod},
};
const MethodDef k_pairwise[] = {{"__new__", pairwise_new, nullptr, "pairwise(iterable)", MethodKind::kNew}};
const MethodDef k_zip_longest[] = {{"__new__", zip_longest_new, nullptr, "zip_longest(*iterables, fillvalue=None)", MethodKind::kNew}};

}  // namespace

const TypeSpec accumulate_spec = {.doc = "The totals so far, by addition or another function of two arguments.",
                                  .methods = k_accumulate, .iternext = accumulate_next, .layout = &kLayout<Accumulate>, .flags = kTypeBase};
const TypeSpec batched_spec = {.doc = "Tuples of n items each; the last one may be shorter, unless strict.\n\n>>> list(batched('snake', 2))\n[('s', 'n'), ('a', 'k'), ('e',)]",
                               .methods = k_batched, .iternext = batched_next, .layout = &kLayout<Batched>, .flags = kTypeBase};
const TypeSpec chain_spec = {.doc = "The items of one iterable after the other.",
                             .methods = k_chain, .iternext = chain_next, .layout = &kLayout<Chain>, .flags = kTypeBase};
const TypeSpec pairwise_spec = {.doc = "Pairs of neighbours.", .methods = k_pairwise, .iternext = pairwise_next, .layout = &kLayout<Pairwise>, .flags = kTypeBase};
const TypeSpec zip_longest_spec = {.doc = "Tuples of one item from each iterable, until the longest ends; missing items are replaced by fillvalue.",
                                   .methods = k_zip_longest, .iternext = zip_longest_next, .layout = &kLayout<ZipLongest>, .flags = kTypeBase};

}  // namespace kaa::itertools
