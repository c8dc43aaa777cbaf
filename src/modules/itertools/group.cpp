// itertools.groupby and tee.
#include "modules/itertools/itertools.h"

namespace kaa::itertools {

namespace {

// ---- groupby. The parent reads ahead by one item (value, key). A group yields while the parent's key equals its own and it is the newest group.

struct Groupby : Object {
  Field<> it, func, target, key, value;  // func empty: the item itself; target: key of the current group; value: read ahead, or empty
  Object* newest;                        // the group made last: compared, never followed
  template <class F> void each_field(F&& f) { f(it); f(func); f(target); f(key); f(value); }
};
struct Grouper : Object {
  Field<Groupby*> parent;
  Field<> target;
  template <class F> void each_field(F&& f) { f(parent); f(target); }
};

Result<Value> groupby_new(Thread& t, Args a, Tuple* kwnames) {
  BIND_NEW("groupby", "($cls, iterable, key=None)", 3);
  Value it = TRY(get_iter(t, p[1]));
  Groupby* g = TRY(alloc_as<Groupby>(t, p[0].as<Type>()));
  g->it.init(it);
  if (p[2] && !p[2].is_none()) g->func.init(p[2]);
  return g;
}

// Reads the next item and its key: 1, 0 at the end, -1.
int read_ahead(Thread& t, Groupby* g) {
  Value v;
  int s = iter_step(t, g->it, &v);
  if (s != 1) return s;
  Value key = v;
  if (g->func) {
    Result<Value> r = call(t, g->func, v);
    if (!r.ok()) return -1;
    key = r.value();
  }
  g->value.set(v);
  g->key.set(key);
  return 1;
}

Result<Value> groupby_next(Thread& t, Object* o) {
  Groupby* g = static_cast<Groupby*>(o);
  g->newest = nullptr;
  for (;;) {  // skip what is left of the current group
    if (g->key) {
      if (!g->target) break;
      Value target = g->target, key = g->key;
      if (!TRY(equal(t, target, key))) break;
    }
    int s = read_ahead(t, g);
    if (s < 0) return Error{};
    if (s == 0) return Value();
    TRY(breathe(t));
  }
  g->target.set(g->key);
  Grouper* group = TRY(alloc_as<Grouper>(t, g_types[kGrouper]));
  group->parent.init(g);
  group->target.init(g->target);
  g->newest = group;
  return TRY(make_tuple(t, g->key.value(), Value(group)));
}

Result<Value> grouper_next(Thread& t, Object* o) {
  Grouper* group = static_cast<Grouper*>(o);
  Groupby* g = group->parent;
  if (g->newest != group) return Value();
  if (!g->value) {
    int s = read_ahead(t, g);
    if (s < 0) return Error{};
    if (s == 0) return Value();
  }
  Value target = group->target, key = g->key;
  if (!TRY(equal(t, target, key))) return Value();
  Value v = g->value;
  g->value.clear();
  return v;
}

// ---- tee: iterators over a chain of blocks that is filled by whoever comes first.

constexpr uint32_t kBlock = 56;
struct TeeData : Object {
  Field<> it;
  Field<TeeData*> next;
  uint32_t count;
  bool running;
  Value values[kBlock];
  template <class F> void each_field(F&& f) {
    f(it);
    f(next);
    for (uint32_t i = 0; i < count; i++) f(reinterpret_cast<Field<>&>(values[i]));
  }
};
struct Tee : Object {
  Field<TeeData*> data;
  uint32_t index;
  template <class F> void each_field(F&& f) { f(data); }
};

Result<Tee*> new_tee(Thread& t, TeeData* data, uint32_t index) {
  Tee* e = TRY(alloc_as<Tee>(t, g_types[kTee]));
  e->data.init(data);
  e->index = index;
  return e;
}

// A tee iterator over any iterable; over a tee iterator, it shares that one's blocks.
Result<Tee*> tee_from(Thread& t, Value iterable) {
  Value it = TRY(get_iter(t, iterable));
  if (type_of(it) == g_types[kTee]) return new_tee(t, it.as<Tee>()->data, it.as<Tee>()->index);
  TeeData* d = TRY(alloc_as<TeeData>(t, g_types[kTeeData]));
  d->it.init(it);
  return new_tee(t, d, 0);
}

Result<Value> tee_new(Thread& t, Args a, Tuple* kwnames) {
  TRY(no_keywords(t, "_tee", a[0], g_types[kTee], kwnames));
  TRY(check_count(t, "_tee", positional_count(a, kwnames) - 1, 1, 1));
  return TRY(tee_from(t, a[1]));
}

Result<Value> tee_next(Thread& t, Object* o) {
  Tee* e = static_cast<Tee*>(o);
  if (e->index >= kBlock) {
    TeeData* d = e->data;
    if (!d->next) {
      TeeData* n = TRY(alloc_as<TeeData>(t, g_types[kTeeData]));
      n->it.init(d->it);
      d->next.set(n);
    }
    e->data.set(d->next);
    e->index = 0;
  }
  TeeData* d = e->data;
  if (e->index < d->count) return d->values[e->index++];
  if (d->running) return RAISE(RuntimeError, "cannot re-enter the tee iterator");
  d->running = true;
  Value v;
  int s = iter_step(t, d->it, &v);
  d->running = false;
  if (s < 0) return Error{};
  if (s == 0) return Value();
  d->values[d->count] = v;
  inc_into(v, d);
  d->count++;
  e->index++;
  return v;
}

Result<Value> tee_copy(Thread& t, Args a) { return TRY(new_tee(t, a.as<Tee>(0)->data, a.as<Tee>(0)->index)); }

const MethodDef k_groupby[] = {{"__new__", groupby_new, nullptr, "groupby(iterable, key=None)", MethodKind::kNew}};
const MethodDef k_tee[] = {
    {"__new__", tee_new, nullptr, "_tee(iterable)", MethodKind::kNew},
    {"__copy__", tee_copy, "($self, /)", "An independent iterator at the same position."},
};

}  // namespace

Result<Value> tee_function(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(to_c_ssize(t, a[1])) : 2;
  if (n < 0) return RAISE(ValueError, "n must be >= 0");
  if (n > (int64_t{1} << 32)) return raise_memory(t);
  if (n == 0) return interp().empty_tuple;
  Tee* first = TRY(tee_from(t, a[0]));
  Tuple* u = TRY(new_tuple(t, static_cast<size_t>(n)));
  tuple_init(u, 0, first);
  for (int64_t i = 1; i < n; i++) tuple_init(u, static_cast<size_t>(i), TRY(new_tee(t, first->data, first->index)));
  return u;
}

const TypeSpec groupby_spec = {.doc = "Pairs of a key and an iterator over the neighbouring items with that key.",
                               .methods = k_groupby, .iternext = groupby_next, .layout = &kLayout<Groupby>, .flags = kTypeBase};
const TypeSpec grouper_spec = {.iternext = grouper_next, .layout = &kLayout<Grouper>, .flags = kTypeDisallowInstantiation};
const TypeSpec tee_spec = {.doc = "One of several iterators over the same items.",
                           .methods = k_tee, .iternext = tee_next, .layout = &kLayout<Tee>, .flags = kTypeWeakrefable};
const TypeSpec tee_data_spec = {.doc = "Items shared by tee iterators.", .layout = &kLayout<TeeData>, .flags = kTypeDisallowInstantiation};

}  // namespace kaa::itertools
