// What Python sees of tuple. Tuples are made in list_core.cpp; their items never change, so loops need not look at the size again, but they go by
// index since the items are inside the object.
#include "base/hash.h"
#include "runtime/plain.h"
#include "types/list.h"
#include "types/repr_builder_inl.h"

namespace kaa {

Result<int64_t> hash_of_tuple(Thread& t, Tuple* u) {
  TRY(native_enter(t, " while hashing a tuple"));
  TupleHash h;
  for (uint64_t i = 0; i < u->size; i++) h.add(TRY(item_hash(t, u->items[i])));
  return h.finish(static_cast<int64_t>(u->size));
}

namespace {

Tuple* self_of(Args a) { return a.as<Tuple>(0); }

Result<Value> tuple_new(Thread& t, Args a, Tuple* kwnames) {
  Type* cls = a.as<Type>(0);
  if (cls->has(kTypeDisallowInstantiation)) return RAISE(TypeError, "cannot create '%N' instances", cls);
  if (cls->layout->kind != LayoutKind::kTuple) return RAISE(TypeError, "tuple.__new__(%N) is not safe, use %N.__new__()", cls, cls);  // structseqs
  uint32_t npos = positional_count(a, kwnames) - 1;
  if (has_keywords(kwnames) && (cls == KAA_TYPE(tuple) || cls->dunder(D_init) == KAA_TYPE(tuple)->dunder(D_init)))
    return RAISE(TypeError, "tuple() takes no keyword arguments");
  if (npos > 1) return RAISE(TypeError, "tuple expected at most 1 argument, got %d", static_cast<int>(npos));
  Tuple* items = npos ? TRY(tuple_from(t, a[1])) : interp().empty_tuple;
  if (cls == KAA_TYPE(tuple)) return items;
  uint64_t n = items->size;
  Tuple* u = TRY(alloc_as<Tuple>(t, cls, n * sizeof(Value)));
  u->size = n;
  for (uint64_t i = 0; i < n; i++) tuple_init(u, i, items->items[i]);
  return u;
}

Result<Value> tuple_len(Thread&, Args a) { return small_int(static_cast<int64_t>(self_of(a)->size)); }

Result<Value> tuple_getitem(Thread& t, Args a) {
  Tuple* u = self_of(a);
  Value key = a[1];
  if (has_index(key)) {
    int64_t i = TRY(seq_index(t, key));
    if (i < 0) i += static_cast<int64_t>(u->size);
    if (UNLIKELY(static_cast<uint64_t>(i) >= u->size)) return RAISE(IndexError, "tuple index out of range");
    return u->items[i];
  }
  if (!IS_EXACT(key, slice)) return RAISE(TypeError, "tuple indices must be integers or slices, not %T", key);
  int64_t start, stop, step, n;
  TRY(slice_bounds(t, key.as<SliceObject>(), static_cast<int64_t>(u->size), &start, &stop, &step, &n));
  if (n == static_cast<int64_t>(u->size) && step == 1 && IS_EXACT(a[0], tuple)) return a[0];
  Tuple* r = TRY(new_tuple(t, static_cast<size_t>(n)));
  for (int64_t i = 0; i < n; i++) tuple_init(r, static_cast<size_t>(i), u->items[start + i * step]);
  return r;
}

Result<Value> tuple_contains(Thread& t, Args a) {
  Tuple* u = self_of(a);
  for (uint64_t i = 0; i < u->size; i++)
    if (TRY(equal(t, u->items[i], a[1]))) return kTrue;
  return kFalse;
}

Result<Value> tuple_iter(Thread& t, Args a) { return new_seq_iter(t, KAA_SHAPE(tuple_iterator), a[0]); }

Result<Value> tuple_add(Thread& t, Args a) {
  if (!is_tuple(a[1])) return kNotImplemented;
  Tuple *x = self_of(a), *y = a.as<Tuple>(1);
  if (x->size == 0 && IS_EXACT(a[1], tuple)) return a[1];
  if (y->size == 0 && IS_EXACT(a[0], tuple)) return a[0];
  Tuple* r = TRY(new_tuple(t, x->size + y->size));
  for (uint64_t i = 0; i < x->size; i++) tuple_init(r, i, x->items[i]);
  for (uint64_t i = 0; i < y->size; i++) tuple_init(r, x->size + i, y->items[i]);
  return r;
}

Result<Value> tuple_mul(Thread& t, Args a) {
  if (!has_index(a[1])) return kNotImplemented;
  int64_t times = TRY(to_ssize(t, a[1]));
  Tuple* u = self_of(a);
  if ((times == 1 || u->size == 0) && IS_EXACT(a[0], tuple)) return a[0];
  if (times <= 0 || u->size == 0) return interp().empty_tuple;
  if (static_cast<uint64_t>(times) > (uint64_t{1} << 40) / u->size) return raise_memory(t);
  uint64_t n = u->size;
  Tuple* r = TRY(new_tuple(t, n * static_cast<uint64_t>(times)));
  for (uint64_t i = 0, k = 0; i < r->size; i++) {
    tuple_init(r, i, u->items[k]);
    if (++k == n) k = 0;
  }
  return r;
}

Result<Value> tuple_hash(Thread& t, Args a) { return make_int(t, TRY(hash_of_tuple(t, self_of(a)))); }

template <CompareOp op>
Result<Value> tuple_compare(Thread& t, Args a) {
  if (!is_tuple(a[1])) return kNotImplemented;
  Tuple *x = self_of(a), *y = a.as<Tuple>(1);
  if constexpr (op == CompareOp::EQ || op == CompareOp::NE) {
    // Different lengths still compare the items in common, as CPython does: their __eq__ may have effects. The result is known.
    uint64_t n = x->size < y->size ? x->size : y->size;
    for (uint64_t i = 0; i < n; i++)
      if (!TRY(equal(t, x->items[i], y->items[i]))) return Value::from_bool(op == CompareOp::NE);
    return Value::from_bool((x->size == y->size) == (op == CompareOp::EQ));
  }
  return seq_compare<op>(t, [=] { return x->size; }, [=](uint64_t i) { return x->items[i]; }, [=] { return y->size; },
                         [=](uint64_t i) { return y->items[i]; });
}

Result<Value> tuple_repr(Thread& t, Args a) {
  Tuple* u = self_of(a);
  if (!u->size) return TRY(new_str(t, "()"));
  TRY(native_enter(t, " while getting the repr of an object"));
  if (repr_enter(t, u)) return TRY(new_str(t, "(...)"));
  auto text = [&]() -> Result<Str*> {
    ReprBuilder b(t);
    b.add("(");
    for (uint64_t i = 0; i < u->size; i++) {
      if (i) b.add(", ");
      TRY(b.add_repr(u->items[i]));
    }
    b.add(u->size == 1 ? ",)" : ")");
    return b.finish();
  };
  Result<Str*> r = text();
  repr_leave(t, u);
  return r;
}

Result<Value> tuple_count(Thread& t, Args a) {
  Tuple* u = self_of(a);
  int64_t n = 0;
  for (uint64_t i = 0; i < u->size; i++) n += TRY(equal(t, u->items[i], a[1]));
  return small_int(n);
}

Result<Value> tuple_index(Thread& t, Args a) {
  Tuple* u = self_of(a);
  int64_t start, stop;
  TRY(index_range(t, a, 2, static_cast<int64_t>(u->size), &start, &stop));
  for (int64_t i = start; i < stop && i < static_cast<int64_t>(u->size); i++)
    if (TRY(equal(t, u->items[i], a[1]))) return small_int(i);
  return RAISE(ValueError, "tuple.index(x): x not in tuple");
}

Result<Value> tuple_getnewargs(Thread& t, Args a) {
  Value items = TRY(tuple_of(t, self_of(a)->items, self_of(a)->size));
  return TRY(make_tuple(t, items));
}

const MethodDef k_methods[] = {
    {"__new__", tuple_new, nullptr, "A tuple of what an iterable yields.", MethodKind::kNew},
    {"__repr__", tuple_repr, "($self, /)", "Text of the items in parentheses."},
    {"__hash__", tuple_hash, "($self, /)", "The hash, from the items' hashes."},
    {"__len__", tuple_len, "($self, /)", "The number of items."},
    {"__getitem__", tuple_getitem, "($self, key, /)", "An item, or a tuple for a slice."},
    {"__contains__", tuple_contains, "($self, key, /)", "Whether an item equals the given value."},
    {"__iter__", tuple_iter, "($self, /)", "Iterates in order."},
    {"__add__", tuple_add, "($self, value, /)", "A tuple of the items of both."},
    {"__mul__", tuple_mul, "($self, value, /)", "A tuple with the items repeated."},
    {"__rmul__", tuple_mul, "($self, value, /)", "A tuple with the items repeated."},
    {"__eq__", tuple_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have equal items in the same order."},
    {"__ne__", tuple_compare<CompareOp::NE>, "($self, value, /)", "Whether they differ."},
    {"__lt__", tuple_compare<CompareOp::LT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__le__", tuple_compare<CompareOp::LE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__gt__", tuple_compare<CompareOp::GT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__ge__", tuple_compare<CompareOp::GE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__getnewargs__", tuple_getnewargs, "($self, /)", "For pickling."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: tuple[int, ...].", MethodKind::kClassMethod},
    {"count", tuple_count, "($self, value, /)", "How many items equal the value."},
    {"index", tuple_index, "($self, value, start=0, stop=sys.maxsize, /)", "The first index of an item equal to the value; ValueError if there is none."},
};

}  // namespace

extern const TypeSpec tuple_spec = {.doc = "A sequence of any objects that cannot change.", .methods = k_methods};

}  // namespace kaa
