// The iterator types of the builtins: enumerate, zip, map, filter, reversed, and iter(callable, sentinel); and unpacking pairs without a tuple.
//
// zip and enumerate make a new tuple each time: with uncounted references on the stacks nobody can know cheaply that the last one is unused. Loops that
// unpack go through next_pair() and make none.
#include "runtime/call.h"
#include "types/iter_inl.h"
#include "types/pair_iter.h"
#include "runtime/types.h"
#include "types/list.h"
#include "types/seq.h"

namespace kaa {

namespace {

// Keywords are an error for a constructor unless a subclass has an __init__ of its own.
bool rejects_keywords(Type* cls, Type* base, Tuple* kwnames) {
  return has_keywords(kwnames) && (cls == base || cls->dunder(D_init) == base->dunder(D_init));
}

// ---- enumerate

Result<Value> enumerate_new(Thread& t, Args a, Tuple* kwnames) {
  uint32_t npos = positional_count(a, kwnames) - 1, nkw = kwnames ? static_cast<uint32_t>(kwnames->size) : 0;
  if (npos + nkw > 2) {
    if (npos + nkw == 0 || npos == 0) return RAISE(TypeError, "enumerate() missing required argument 'iterable'");
    return RAISE(TypeError, "enumerate() takes at most 2 arguments (%u given)", npos + nkw);
  }
  Value iterable = npos > 0 ? a[1] : Value(), start = npos > 1 ? a[2] : Value();
  for (uint32_t k = 0; k < nkw; k++) {
    Str* name = kwnames->items[k].as<Str>();
    Value v = a.p[1 + npos + k];
    if (!iterable && str_equal_ascii(name, "iterable")) iterable = v;
    else if (!start && str_equal_ascii(name, "start")) start = v;
    else if (iterable || nkw > 1) return RAISE(TypeError, "'%U' is an invalid keyword argument for enumerate()", name);
  }
  if (!iterable) return RAISE(TypeError, "enumerate() missing required argument 'iterable'");
  Value index = start ? TRY(to_index(t, start)) : small_int(0);
  Value it = TRY(get_iter(t, iterable));
  EnumerateIter* e = TRY(alloc_as<EnumerateIter>(t, a.as<Type>(0)));
  e->it.init(it);
  e->index.init(index);
  return e;
}

// The index for this round; moves on.
inline Result<Value> take_index(Thread& t, EnumerateIter* e) {
  Value i = e->index;
  if (LIKELY(i.is_int() && i.as_int() < Value::kMaxInt)) {
    e->index.raw() = Value::from_int(i.as_int() + 1);  // neither is counted
    return i;
  }
  e->index.set(TRY(binary_op(t, BinaryOp::ADD, i, small_int(1))));
  return i;
}

Result<Value> enumerate_next(Thread& t, Object* o) {
  EnumerateIter* e = static_cast<EnumerateIter*>(o);
  ITER_STEP(item, e->it, );
  Value i = TRY(take_index(t, e));
  return TRY(pair_of(t, i, item));
}

Result<Value> enumerate_reduce(Thread& t, Args a) {
  EnumerateIter* e = a.as<EnumerateIter>(0);
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, e->it.value(), e->index.value()))));
}

// ---- zip and map: several iterators in step

Result<Tuple*> iterators_of(Thread& t, Args a, uint32_t first, uint32_t n) {
  Tuple* its = TRY(new_tuple(t, n));
  for (uint32_t i = 0; i < n; i++) tuple_init(its, i, TRY(get_iter(t, a.p[first + i])));
  return its;
}

Status read_strict(Thread& t, const char* fname, Args a, Tuple* kwnames, bool* strict) {
  *strict = false;
  for (uint64_t k = 0; kwnames && k < kwnames->size; k++) {
    Str* name = kwnames->items[k].as<Str>();
    if (!str_equal_ascii(name, "strict")) return RAISE(TypeError, "%s() got an unexpected keyword argument '%U'", fname, name);
    *strict = TRY(truth(t, a.p[positional_count(a, kwnames) + k]));
  }
  return {};
}

// strict=True, and iterator i was the first to end: an error unless all of them end now.
Result<Value> check_lengths(Thread& t, const char* fname, Tuple* its, uint64_t i) {
  auto several = [](uint64_t n) { return n == 1 ? " " : "s 1-"; };
  if (i) return RAISE(ValueError, "%s() argument %lu is shorter than argument%s%lu", fname, i + 1, several(i), i);
  for (i = 1; i < its->size; i++) {
    Value v;
    int s = iter_step(t, its->items[i], &v);
    if (s < 0) return Error{};
    if (s) return RAISE(ValueError, "%s() argument %lu is longer than argument%s%lu", fname, i + 1, several(i), i);
  }
  return Value();
}

Result<Value> reduce_with_strict(Thread& t, Value self, Tuple* args, bool strict) {
  if (strict) return TRY(make_tuple(t, type_of(self), args, kTrue));
  return TRY(make_tuple(t, type_of(self), args));
}

Result<Value> zip_new(Thread& t, Args a, Tuple* kwnames) {
  bool strict = false;
  Type* cls = a.as<Type>(0);
  if (cls == KAA_TYPE(zip) || rejects_keywords(cls, KAA_TYPE(zip), kwnames)) TRY(read_strict(t, "zip", a, kwnames, &strict));
  Tuple* its = TRY(iterators_of(t, a, 1, positional_count(a, kwnames) - 1));
  ZipIter* z = TRY(alloc_as<ZipIter>(t, cls));
  z->its.init(its);
  z->strict = strict;
  return z;
}

Result<Value> zip_next(Thread& t, Object* o) {
  ZipIter* z = static_cast<ZipIter*>(o);
  Tuple* its = z->its;
  uint64_t n = its->size;
  if (!n) return Value();
  constexpr uint64_t kSmall = 8;
  if (LIKELY(n <= kSmall)) {
    Value items[kSmall];
    for (uint64_t i = 0; i < n; i++) {
      ITER_STEP(item, its->items[i], if (z->strict) return check_lengths(t, "zip", its, i));
      items[i] = item;
    }
    return TRY(tuple_of(t, items, n));
  }
  Tuple* u = TRY(new_tuple(t, n));
  for (uint64_t i = 0; i < n; i++) {
    ITER_STEP(item, its->items[i], if (z->strict) return check_lengths(t, "zip", its, i));
    tuple_init(u, i, item);
  }
  return u;
}

Result<Value> zip_reduce(Thread& t, Args a) {
  ZipIter* z = a.as<ZipIter>(0);
  return reduce_with_strict(t, a[0], z->its, z->strict);
}
Result<Value> zip_setstate(Thread& t, Args a) {
  a.as<ZipIter>(0)->strict = TRY(truth(t, a[1]));
  return kNone;
}

Result<Value> map_new(Thread& t, Args a, Tuple* kwnames) {
  bool strict = false;
  Type* cls = a.as<Type>(0);
  if (cls == KAA_TYPE(map) || rejects_keywords(cls, KAA_TYPE(map), kwnames)) TRY(read_strict(t, "map", a, kwnames, &strict));
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (npos < 2) return RAISE(TypeError, "map() must have at least two arguments.");
  Tuple* its = TRY(iterators_of(t, a, 2, npos - 1));
  MapIter* m = TRY(alloc_as<MapIter>(t, cls));
  m->func.init(a[1]);
  m->its.init(its);
  m->strict = strict;
  return m;
}

Result<Value> map_next(Thread& t, Object* o) {
  MapIter* m = static_cast<MapIter*>(o);
  Tuple* its = m->its;
  uint64_t n = its->size;
  constexpr uint64_t kSmall = 8;
  if (LIKELY(n <= kSmall)) {
    Value args[kSmall];
    for (uint64_t i = 0; i < n; i++) {
      ITER_STEP(item, its->items[i], if (m->strict) return check_lengths(t, "map", its, i));
      args[i] = item;
    }
    return call_args(t, m->func, args, n);
  }
  Tuple* args = TRY(new_tuple(t, n));
  for (uint64_t i = 0; i < n; i++) {
    ITER_STEP(item, its->items[i], if (m->strict) return check_lengths(t, "map", its, i));
    tuple_init(args, i, item);
  }
  return call_tuple(t, m->func, args, nullptr);
}

Result<Value> map_reduce(Thread& t, Args a) {
  MapIter* m = a.as<MapIter>(0);
  Tuple* its = m->its;
  Tuple* args = TRY(new_tuple(t, its->size + 1));
  tuple_init(args, 0, m->func);
  for (uint64_t i = 0; i < its->size; i++) tuple_init(args, i + 1, its->items[i]);
  return reduce_with_strict(t, a[0], args, m->strict);
}
Result<Value> map_setstate(Thread& t, Args a) {
  a.as<MapIter>(0)->strict = TRY(truth(t, a[1]));
  return kNone;
}

// ---- filter

Result<Value> filter_new(Thread& t, Args a, Tuple* kwnames) {
  Type* cls = a.as<Type>(0);
  if (rejects_keywords(cls, KAA_TYPE(filter), kwnames)) return RAISE(TypeError, "filter() takes no keyword arguments");
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (npos != 2) return RAISE(TypeError, "filter expected 2 arguments, got %u", npos);
  Value it = TRY(get_iter(t, a[2]));
  FilterIter* f = TRY(alloc_as<FilterIter>(t, cls));
  f->func.init(a[1]);
  f->it.init(it);
  return f;
}

Result<Value> filter_next(Thread& t, Object* o) {
  FilterIter* f = static_cast<FilterIter*>(o);
  bool plain = f->func.value().is_none() || f->func.value() == Value(KAA_TYPE(bool));
  for (;;) {
    ITER_STEP(item, f->it, );
    Value verdict = plain ? item : TRY(call(t, f->func, item));
    if (TRY(truth(t, verdict))) return item;
    if (UNLIKELY(t.poll.load(std::memory_order_relaxed))) TRY(safepoint(t));
  }
}

Result<Value> filter_reduce(Thread& t, Args a) {
  FilterIter* f = a.as<FilterIter>(0);
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, f->func.value(), f->it.value()))));
}

// ---- reversed: by index, from the end. SeqIter::index is one behind the next item.

Result<Value> reversed_new(Thread& t, Args a, Tuple* kwnames) {
  Type* cls = a.as<Type>(0);
  if (rejects_keywords(cls, KAA_TYPE(reversed), kwnames)) return RAISE(TypeError, "reversed() takes no keyword arguments");
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (npos != 1) return RAISE(TypeError, "reversed expected 1 argument, got %u", npos);
  Value seq = a[1];
  Opt f = TRY(lookup_special(t, seq, dunder_name(D_reversed)));
  if (f) {
    if (f.v.is_none()) return RAISE(TypeError, "'%T' object is not reversible", seq);
    return call(t, f.v);
  }
  if (!type_of(seq)->dunder(D_getitem) || is_dict(seq)) return RAISE(TypeError, "'%T' object is not reversible", seq);
  int64_t n = TRY(length(t, seq));
  SeqIter* r = TRY(alloc_as<SeqIter>(t, cls));
  r->seq.init(seq);
  r->index = static_cast<uint64_t>(n);
  return r;
}

Result<Value> reversed_next(Thread& t, Object* o) {
  SeqIter* r = static_cast<SeqIter*>(o);
  if (!r->seq) return Value();
  Value seq = r->seq;
  if (r->index > 0) {
    if (IS_EXACT(seq, tuple) && r->index <= seq.as<Tuple>()->size) return seq.as<Tuple>()->items[--r->index];
    Result<Value> v = get_item(t, seq, TRY(make_uint(t, r->index - 1)));
    if (v.ok()) {
      if (r->index) r->index--;
      return v;
    }
    if (!exc_matches(t, KAA_TYPE(IndexError)) && !exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
    clear_exc(t);
  }
  r->index = 0;
  r->seq.clear();
  return Value();
}

Result<Value> reversed_length_hint(Thread& t, Args a) {
  SeqIter* r = a.as<SeqIter>(0);
  if (!r->seq) return small_int(0);
  int64_t n = TRY(length(t, r->seq));
  return small_int(static_cast<int64_t>(r->index) > n ? 0 : static_cast<int64_t>(r->index));
}

Result<Value> reversed_reduce(Thread& t, Args a) {
  SeqIter* r = a.as<SeqIter>(0);
  if (!r->seq) return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, Value(interp().empty_tuple)))));
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, r->seq.value())), small_int(static_cast<int64_t>(r->index) - 1)));
}

Result<Value> reversed_setstate(Thread& t, Args a) {
  SeqIter* r = a.as<SeqIter>(0);
  int64_t i = TRY(to_c_ssize(t, a[1]));
  if (!r->seq) return kNone;
  int64_t n = TRY(length(t, r->seq));
  if (i < -1) i = -1;
  if (i > n - 1) i = n - 1;
  r->index = static_cast<uint64_t>(i + 1);
  return kNone;
}

// ---- iter(callable, sentinel)

Result<Value> callable_iterator_next(Thread& t, Object* o) {
  CallableIter* it = static_cast<CallableIter*>(o);
  if (!it->callable) return Value();
  Result<Value> v = call(t, it->callable);
  if (!v.ok()) {
    if (!exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
    clear_exc(t);
  } else {
    if (!it->sentinel) return Value();  // the call exhausted this iterator
    if (!TRY(equal(t, it->sentinel, v.value()))) return v;
  }
  it->callable.clear();
  it->sentinel.clear();
  return Value();
}

Result<Value> callable_iterator_reduce(Thread& t, Args a) {
  CallableIter* it = a.as<CallableIter>(0);
  Value f = TRY(frame_builtin(t, NAME("iter")));
  if (!it->callable) return TRY(make_tuple(t, f, TRY(make_tuple(t, Value(interp().empty_tuple)))));
  return TRY(make_tuple(t, f, TRY(make_tuple(t, it->callable.value(), it->sentinel.value()))));
}

const MethodDef k_enumerate_methods[] = {
    {"__new__", enumerate_new, nullptr, "enumerate(iterable, start=0)", MethodKind::kNew},
    {"__reduce__", enumerate_reduce, "($self, /)", "For pickling."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: enumerate[int].", MethodKind::kClassMethod},
};
const MethodDef k_zip_methods[] = {
    {"__new__", zip_new, nullptr, "zip(*iterables, strict=False)", MethodKind::kNew},
    {"__reduce__", zip_reduce, "($self, /)", "For pickling."},
    {"__setstate__", zip_setstate, "($self, state, /)", "Sets whether it is strict."},
};
const MethodDef k_map_methods[] = {
    {"__new__", map_new, nullptr, "map(function, iterable, /, *iterables, strict=False)", MethodKind::kNew},
    {"__reduce__", map_reduce, "($self, /)", "For pickling."},
    {"__setstate__", map_setstate, "($self, state, /)", "Sets whether it is strict."},
};
const MethodDef k_filter_methods[] = {
    {"__new__", filter_new, nullptr, "filter(function, iterable)", MethodKind::kNew},
    {"__reduce__", filter_reduce, "($self, /)", "For pickling."},
};
const MethodDef k_reversed_methods[] = {
    {"__new__", reversed_new, nullptr, "reversed(sequence)", MethodKind::kNew},
    {"__length_hint__", reversed_length_hint, "($self, /)", "How many items should still come."},
    {"__reduce__", reversed_reduce, "($self, /)", "For pickling."},
    {"__setstate__", reversed_setstate, "($self, state, /)", "Goes to the position that __reduce__ gave."},
};
const MethodDef k_callable_iterator_methods[] = {
    {"__reduce__", callable_iterator_reduce, "($self, /)", "For pickling."},
};

// What is left to a dict's item iterator when anything is unusual: its own next.
int next_pair_slow(Thread& t, Object* it, Value* out) {
  Result<Value> r = it->type()->iternext(t, it);
  if (!r.ok()) return t.exc ? -1 : 0;
  Tuple* u = r.value().as<Tuple>();
  out[0] = u->items[0];
  out[1] = u->items[1];
  return 1;
}

}  // namespace

int next_pair(Thread& t, Object* it, Value* out) {
  if (it->shape == KAA_SHAPE(dict_itemiterator)) {
    DictIter* d = static_cast<DictIter*>(it);
    Dict* dict = d->dict;
    if (!dict) return 0;
    if (LIKELY(d->used == dict->used && d->remaining)) {
      uint32_t i = d->index;
      while (i < dict->fill && !dict->entries[i].key) i++;
      if (LIKELY(i < dict->fill)) {
        out[0] = dict->entries[i].key;
        out[1] = dict->entries[i].value;
        d->index = i + 1;
        d->remaining--;
        return 1;
      }
    }
    return next_pair_slow(t, it, out);
  }
  if (it->shape == KAA_SHAPE(enumerate)) {
    EnumerateIter* e = static_cast<EnumerateIter*>(it);
    Value item;
    int s = iter_step(t, e->it, &item);
    if (s != 1) return s;
    Result<Value> i = take_index(t, e);
    if (!i.ok()) return -1;
    out[0] = i.value();
    out[1] = item;
    return 1;
  }
  if (it->shape == KAA_SHAPE(zip)) {
    ZipIter* z = static_cast<ZipIter*>(it);
    Tuple* its = z->its;
    if (its->size != 2) return -2;
    Value first, second;
    for (uint64_t i = 0; i < 2; i++) {
      int s = iter_step(t, its->items[i], i ? &second : &first);
      if (s < 0) return -1;
      if (s == 0) {
        if (z->strict && !check_lengths(t, "zip", its, i).ok() && t.exc) return -1;
        return 0;
      }
    }
    out[0] = first;
    out[1] = second;
    return 1;
  }
  return -2;
}

extern const TypeSpec enumerate_spec = {.doc = "Pairs of a count and the items of an iterable.", .methods = k_enumerate_methods, .iternext = enumerate_next};
extern const TypeSpec zip_spec = {
    .doc = "Tuples of one item from each iterable, until the shortest ends; with strict=True unequal lengths are a ValueError.\n\n>>> list(zip('ab', range(9)))\n[('a', 0), ('b', 1)]",
    .methods = k_zip_methods,
    .iternext = zip_next};
extern const TypeSpec map_spec = {.doc = "The results of a function called with the items of one or more iterables.", .methods = k_map_methods, .iternext = map_next};
extern const TypeSpec filter_spec = {
    .doc = "The items for which a function answers true; without a function, the items that are true.", .methods = k_filter_methods, .iternext = filter_next};
extern const TypeSpec reversed_spec = {.doc = "The items of a sequence from the end.", .methods = k_reversed_methods, .iternext = reversed_next};
extern const TypeSpec callable_iterator_spec = {.methods = k_callable_iterator_methods, .iternext = callable_iterator_next};

}  // namespace kaa
