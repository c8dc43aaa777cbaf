// itertools.product, permutations, combinations, combinations_with_replacement.
//
// All keep a pool of items and an array of indices into it; each step moves some of these and makes a tuple of what they stand for.
#include "modules/itertools/itertools.h"

namespace kaa::itertools {

namespace {

struct Combinatoric : Object {
  Field<Tuple*> pool;    // items; of a product: the pools
  int64_t* indices;      // raw
  int64_t count;         // numbers in `indices`
  int64_t r;             // length of a result
  bool started, stopped;
  template <class F> void each_field(F&& f) { f(pool); }
};

}  // namespace
}  // namespace kaa::itertools

namespace kaa {
template <>
struct LayoutTraits<itertools::Combinatoric> {
  static void destroy(itertools::Combinatoric* c) { heap().free_raw(c->indices, static_cast<size_t>(c->count) * sizeof(int64_t)); }
  static size_t bytes(itertools::Combinatoric* c) { return sizeof(*c) + static_cast<size_t>(c->count) * sizeof(int64_t); }
};
}  // namespace kaa

namespace kaa::itertools {
namespace {

Result<Combinatoric*> make(Thread& t, Type* cls, Tuple* pool, int64_t count, int64_t r, bool stopped) {
  Combinatoric* c = TRY(alloc_as<Combinatoric>(t, cls));
  c->pool.init(pool);
  c->r = r;
  c->stopped = stopped;
  if (count) {
    if (count > (int64_t{1} << 40)) return raise_memory(t);
    c->indices = static_cast<int64_t*>(t.heap->allocate_raw(static_cast<size_t>(count) * sizeof(int64_t)));
    if (!c->indices) return raise_memory(t);
    c->count = count;
    memset(c->indices, 0, static_cast<size_t>(count) * sizeof(int64_t));
  }
  return c;
}

// The next result, of item(i) for each place; item() does not allocate.
template <class Item>
Result<Value> yield(Thread& t, Combinatoric* c, Item item) {
  size_t n = static_cast<size_t>(c->r);
  Object* o = LIKELY(n != 0) ? t.heap->try_allocate(KAA_SHAPE(tuple), sizeof(Tuple) + n * sizeof(Value)) : nullptr;
  Tuple* u;
  if (LIKELY(o != nullptr)) {
    u = static_cast<Tuple*>(o);
    u->size = n;
  } else {
    u = TRY(new_tuple(t, n));
  }
  for (size_t i = 0; i < n; i++) tuple_init(u, i, item(i));
  return u;
}
template <class Item>
Result<Value> first(Thread& t, Combinatoric* c, Item item) {
  c->started = true;
  return yield(t, c, item);
}
Result<Value> stop(Combinatoric* c) {
  c->stopped = true;
  return Value();
}

// ---- product

Result<Value> product_new(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"product", static_cast<NativeFn>(nullptr), "($cls, *iterables, repeat=1)", nullptr, MethodKind::kNew};
  Value p[2];
  Args rest;
  TRY(bind_raw(t, "product", *parse_signature(t, k_sig), a, kwnames, p, &rest, nullptr));
  int64_t repeat = p[1] ? TRY(to_c_ssize(t, p[1])) : 1;
  if (repeat < 0) return RAISE(ValueError, "repeat argument cannot be negative");
  int64_t n = repeat ? rest.n : 0;
  if (n && repeat > (int64_t{1} << 58) / n) return RAISE(OverflowError, "repeat argument too large");
  if (n * repeat > (int64_t{1} << 36)) return raise_memory(t);
  Tuple* pools = TRY(new_tuple(t, static_cast<size_t>(n * repeat)));
  bool stopped = false;
  for (int64_t i = 0; i < n; i++) {
    Tuple* pool = TRY(tuple_from(t, rest.p[i]));
    stopped |= pool->size == 0;
    for (int64_t k = 0; k < repeat; k++) tuple_init(pools, static_cast<size_t>(k * n + i), pool);
  }
  return TRY(make(t, p[0].as<Type>(), pools, n * repeat, n * repeat, stopped));
}

Result<Value> product_next(Thread& t, Object* o) {
  Combinatoric* c = static_cast<Combinatoric*>(o);
  if (c->stopped) return Value();
  Tuple* pools = c->pool;
  auto item = [&](size_t i) { return pools->items[i].as<Tuple>()->items[c->indices[i]]; };
  if (UNLIKELY(!c->started)) return first(t, c, item);
  int64_t i = c->r - 1;
  for (; i >= 0; i--) {
    if (++c->indices[i] < static_cast<int64_t>(pools->items[i].as<Tuple>()->size)) break;
    c->indices[i] = 0;
  }
  if (i < 0) return stop(c);
  return yield(t, c, item);
}

// ---- combinations: indices ascend; with replacement they may repeat

template <bool replacement>
Result<Value> combinations_make(Thread& t, Value* p) {
  Tuple* pool = TRY(tuple_from(t, p[1]));
  int64_t r = TRY(to_c_ssize(t, p[2])), n = static_cast<int64_t>(pool->size);
  if (r < 0) return RAISE(ValueError, "r must be non-negative");
  bool stopped = replacement ? n == 0 && r > 0 : r > n;
  Combinatoric* c = TRY(make(t, p[0].as<Type>(), pool, stopped ? 0 : r, r, stopped));
  for (int64_t i = 0; i < c->count; i++) c->indices[i] = replacement ? 0 : i;
  return c;
}
Result<Value> combinations_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("combinations", "($cls, iterable, r)", 3);
  return combinations_make<false>(t, p);
}
Result<Value> combinations_with_replacement_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("combinations_with_replacement", "($cls, iterable, r)", 3);
  return combinations_make<true>(t, p);
}

template <bool replacement>
Result<Value> combinations_next(Thread& t, Object* o) {
  Combinatoric* c = static_cast<Combinatoric*>(o);
  if (c->stopped) return Value();
  Tuple* pool = c->pool;
  auto item = [&](size_t i) { return pool->items[c->indices[i]]; };
  if (UNLIKELY(!c->started)) return first(t, c, item);
  int64_t n = static_cast<int64_t>(pool->size), i = c->r - 1;
  while (i >= 0 && c->indices[i] == (replacement ? n - 1 : i + n - c->r)) i--;
  if (i < 0) return stop(c);
  int64_t index = ++c->indices[i];
  for (int64_t k = i + 1; k < c->r; k++) c->indices[k] = replacement ? index : c->indices[k - 1] + 1;
  return yield(t, c, item);
}

// ---- permutations: `indices` holds n positions, then r cycle counters

Result<Value> permutations_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("permutations", "($cls, iterable, r=None)", 3);
  Tuple* pool = TRY(tuple_from(t, p[1]));
  int64_t n = static_cast<int64_t>(pool->size), r = n;
  if (p[2] && !p[2].is_none()) {
    if (!is_int(p[2])) return RAISE(TypeError, "Expected int as r");
    r = TRY(to_c_ssize(t, p[2]));
  }
  if (r < 0) return RAISE(ValueError, "r must be non-negative");
  Combinatoric* c = TRY(make(t, p[0].as<Type>(), pool, r > n ? 0 : n + r, r, r > n));
  if (r > n) return c;
  for (int64_t i = 0; i < n; i++) c->indices[i] = i;
  for (int64_t i = 0; i < r; i++) c->indices[n + i] = n - i;
  return c;
}

Result<Value> permutations_next(Thread& t, Object* o) {
  Combinatoric* c = static_cast<Combinatoric*>(o);
  if (c->stopped) return Value();
  Tuple* pool = c->pool;
  auto item = [&](size_t i) { return pool->items[c->indices[i]]; };
  if (UNLIKELY(!c->started)) return first(t, c, item);
  int64_t n = static_cast<int64_t>(pool->size);
  int64_t *at = c->indices, *cycles = c->indices + n;
  for (int64_t i = c->r - 1; i >= 0; i--) {
    if (--cycles[i] == 0) {  // this place has had all items: rotate them back
      int64_t first = at[i];
      for (int64_t k = i; k < n - 1; k++) at[k] = at[k + 1];
      at[n - 1] = first;
      cycles[i] = n - i;
      continue;
    }
    int64_t k = n - cycles[i], x = at[i];
    at[i] = at[k];
    at[k] = x;
    return yield(t, c, item);
  }
  return stop(c);
}

const MethodDef k_product[] = {{"__new__", product_new, nullptr, "product(*iterables, repeat=1)", MethodKind::kNew}};
const MethodDef k_permutations[] = {{"__new__", permutations_new, nullptr, "permutations(iterable, r=None)", MethodKind::kNew}};
const MethodDef k_combinations[] = {{"__new__", combinations_new, nullptr, "combinations(iterable, r)", MethodKind::kNew}};
const MethodDef k_combinations_with_replacement[] = {
    {"__new__", combinations_with_replacement_new, nullptr, "combinations_with_replacement(iterable, r)", MethodKind::kNew}};

}  // namespace

const TypeSpec product_spec = {.doc = "All tuples of one item from each iterable, the last place changing fastest.",
                               .methods = k_product, .iternext = product_next, .layout = &kLayout<Combinatoric>, .flags = kTypeBase};
const TypeSpec permutations_spec = {.doc = "All arrangements of r of the items.",
                                    .methods = k_permutations, .iternext = permutations_next, .layout = &kLayout<Combinatoric>, .flags = kTypeBase};
const TypeSpec combinations_spec = {.doc = "All selections of r of the items, in their order.",
                                    .methods = k_combinations, .iternext = combinations_next<false>, .layout = &kLayout<Combinatoric>, .flags = kTypeBase};
const TypeSpec combinations_with_replacement_spec = {.doc = "All selections of r of the items, in their order, each any number of times.",
                                                     .methods = k_combinations_with_replacement,
                                                     .iternext = combinations_next<true>,
                                                     .layout = &kLayout<Combinatoric>,
                                                     .flags = kTypeBase};

}  // namespace kaa::itertools
