// collections.deque as Python sees it, and its iterators. The ring buffer is in deque_core.cpp.
#include "modules/collections/deque.h"

#include "types/repr_builder_inl.h"

namespace kaa::collections {

namespace {

Deque* self_of(Args a) { return a.as<Deque>(0); }
bool is_deque(Value v) { return is_instance(v, g_deque); }

Result<Value> deque_new(Thread& t, Args a, Tuple*) {
  Deque* d = TRY(alloc_as<Deque>(t, a.as<Type>(0)));
  d->maxlen = -1;
  return d;
}

Result<Value> deque_init(Thread& t, Args a, Tuple* kwnames) {
  static const MethodDef k_sig{"deque", static_cast<NativeFn>(nullptr), "($self, iterable=(), maxlen=None)", nullptr, MethodKind::kMethod};
  uint32_t given = a.n - 1;
  if (given > 2) return RAISE(TypeError, "deque() takes at most 2 arguments (%u given)", given);
  Value p[3];
  TRY(bind_raw(t, "deque", *parse_signature(t, k_sig), a, kwnames, p, nullptr, nullptr));
  Deque* d = self_of(a);
  int64_t maxlen = -1;
  if (p[2] && !p[2].is_none()) {
    if (!is_int(p[2])) return RAISE(TypeError, "an integer is required");
    maxlen = TRY(to_c_ssize(t, p[2]));
    if (maxlen < 0) return RAISE(ValueError, "maxlen must be non-negative");
  }
  d->maxlen = maxlen;
  if (d->size) clear(d);
  if (p[1]) TRY(extend(t, d, p[1], false));
  return kNone;
}

Result<Value> deque_append(Thread& t, Args a) {
  TRY(push_back(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> deque_appendleft(Thread& t, Args a) {
  TRY(push_front(t, self_of(a), a[1]));
  return kNone;
}
Result<Value> deque_extend(Thread& t, Args a) {
  TRY(extend(t, self_of(a), a[1], false));
  return kNone;
}
Result<Value> deque_extendleft(Thread& t, Args a) {
  TRY(extend(t, self_of(a), a[1], true));
  return kNone;
}
Result<Value> deque_pop(Thread& t, Args a) {
  if (!self_of(a)->size) return RAISE(IndexError, "pop from an empty deque");
  return pop_back(self_of(a));
}
Result<Value> deque_popleft(Thread& t, Args a) {
  if (!self_of(a)->size) return RAISE(IndexError, "pop from an empty deque");
  return pop_front(self_of(a));
}
Result<Value> deque_clear(Thread&, Args a) {
  clear(self_of(a));
  return kNone;
}
Result<Value> deque_rotate(Thread& t, Args a) {
  int64_t n = a[1] ? TRY(to_c_ssize(t, a[1])) : 1;
  rotate(self_of(a), n);
  return kNone;
}
Result<Value> deque_reverse(Thread&, Args a) {
  Deque* d = self_of(a);
  for (uint64_t i = 0, j = d->size; i + 1 < j; i++) {
    Value v = d->at(i);
    d->at(i) = d->at(--j);
    d->at(j) = v;
  }
  d->version++;
  return kNone;
}

// A deque of the same class and maxlen: for subclasses through their constructor.
Result<Value> deque_copy(Thread& t, Args a) {
  Deque* d = self_of(a);
  if (type_of(a[0]) == g_deque) {
    Deque* c = TRY(alloc_as<Deque>(t, g_deque));
    c->maxlen = d->maxlen;
    for (uint64_t i = 0; i < d->size; i++) TRY(push_back(t, c, d->at(i)));
    return c;
  }
  Value c = d->maxlen < 0 ? TRY(call(t, type_of(a[0]), a[0])) : TRY(call(t, type_of(a[0]), a[0], TRY(make_int(t, d->maxlen))));
  if (!is_deque(c)) return RAISE(TypeError, "%N() must return a deque, not %T", type_of(a[0]), c);
  return c;
}

// Looks for an equal item in [start, stop); -1: none.
Result<int64_t> find(Thread& t, Deque* d, Value v, int64_t start, int64_t stop) {
  uint64_t version = d->version;
  for (int64_t i = start; i < stop && i < static_cast<int64_t>(d->size); i++) {
    bool eq = TRY(equal(t, d->at(static_cast<uint64_t>(i)), v));
    if (eq) return i;
    if (d->version != version) return RAISE(RuntimeError, "deque mutated during iteration");
  }
  return -1;
}

Result<Value> deque_contains(Thread& t, Args a) { return Value::from_bool(TRY(find(t, self_of(a), a[1], 0, INT64_MAX)) >= 0); }
Result<Value> deque_index(Thread& t, Args a) {
  int64_t start, stop;
  TRY(index_range(t, a, 2, static_cast<int64_t>(self_of(a)->size), &start, &stop));
  int64_t i = TRY(find(t, self_of(a), a[1], start, stop));
  if (i < 0) return RAISE(ValueError, "deque.index(x): x not in deque");
  return small_int(i);
}
Result<Value> deque_count(Thread& t, Args a) {
  Deque* d = self_of(a);
  uint64_t version = d->version;
  int64_t n = 0;
  for (uint64_t i = 0; i < d->size; i++) {
    n += TRY(equal(t, d->at(i), a[1]));
    if (d->version != version) return RAISE(RuntimeError, "deque mutated during iteration");
  }
  return small_int(n);
}
Result<Value> deque_remove(Thread& t, Args a) {
  Deque* d = self_of(a);
  uint64_t version = d->version;
  for (uint64_t i = 0; i < d->size; i++) {
    bool eq = TRY(equal(t, d->at(i), a[1]));
    if (d->version != version) return RAISE(IndexError, "deque mutated during iteration");
    if (eq) {
      delete_at(d, i);
      return kNone;
    }
  }
  return RAISE(ValueError, "deque.remove(x): x not in deque");
}

Result<Value> deque_insert(Thread& t, Args a) {
  Deque* d = self_of(a);
  int64_t i = TRY(to_c_ssize(t, a[1])), n = static_cast<int64_t>(d->size);
  if (n == d->maxlen) return RAISE(IndexError, "deque already at its maximum size");
  if (i < 0) i = i + n < 0 ? 0 : i + n;
  if (i > n) i = n;
  TRY(insert_at(t, d, static_cast<uint64_t>(i), a[2]));
  return kNone;
}

Result<Value> deque_len(Thread&, Args a) { return small_int(static_cast<int64_t>(self_of(a)->size)); }

Result<uint64_t> subscript(Thread& t, Deque* d, Value key) {
  if (!has_index(key)) return RAISE(TypeError, "sequence index must be integer, not '%T'", key);
  int64_t i = TRY(seq_index(t, key));
  if (i < 0) i += static_cast<int64_t>(d->size);
  if (static_cast<uint64_t>(i) >= d->size) return RAISE(IndexError, "deque index out of range");
  return static_cast<uint64_t>(i);
}
Result<Value> deque_getitem(Thread& t, Args a) {
  uint64_t i = TRY(subscript(t, self_of(a), a[1]));
  return self_of(a)->at(i);
}
Result<Value> deque_setitem(Thread& t, Args a) {
  Value& slot = self_of(a)->at(TRY(subscript(t, self_of(a), a[1])));
  Value old = slot;
  inc_into(a[2], self_of(a));
  slot = a[2];
  dec(old);
  return kNone;
}
Result<Value> deque_delitem(Thread& t, Args a) {
  delete_at(self_of(a), TRY(subscript(t, self_of(a), a[1])));
  return kNone;
}

Result<Value> deque_iadd(Thread& t, Args a) {
  TRY(extend(t, self_of(a), a[1], false));
  return a[0];
}
Result<Value> deque_add(Thread& t, Args a) {
  if (!is_deque(a[1])) return RAISE(TypeError, "can only concatenate deque (not \"%T\") to deque", a[1]);
  Value c = TRY(deque_copy(t, {a.p, 1}));
  TRY(extend(t, c.as<Deque>(), a[1], false));
  return c;
}

Result<Value> deque_imul(Thread& t, Args a) {
  if (!has_index(a[1])) return kNotImplemented;
  int64_t times = TRY(to_ssize(t, a[1]));
  Deque* d = self_of(a);
  uint64_t n = d->size;
  if (times <= 0 || n == 0) {
    clear(d);
    return a[0];
  }
  if (d->maxlen < 0 && static_cast<uint64_t>(times) > (uint64_t{1} << 40) / n) return raise_memory(t);
  List* items = TRY(list_from(t, a[0]));
  // A bounded deque keeps only its end: whole rounds that would be dropped are left out.
  if (d->maxlen >= 0 && times > d->maxlen / static_cast<int64_t>(n) + 2) times = d->maxlen / static_cast<int64_t>(n) + 2;
  for (int64_t k = 1; k < times; k++)
    for (uint64_t i = 0; i < items->size; i++) TRY(push_back(t, d, items->items[i]));
  return a[0];
}
Result<Value> deque_mul(Thread& t, Args a) {
  if (!has_index(a[1])) return kNotImplemented;
  Value p[2] = {TRY(deque_copy(t, {a.p, 1})), a[1]};
  return deque_imul(t, {p, 2});
}

template <CompareOp op>
Result<Value> deque_compare(Thread& t, Args a) {
  if (!is_deque(a[1])) return kNotImplemented;
  Deque *x = self_of(a), *y = a.as<Deque>(1);
  return seq_compare<op>(t, [=] { return x->size; }, [=](uint64_t i) { return x->at(i); }, [=] { return y->size; }, [=](uint64_t i) { return y->at(i); });
}

Result<Value> deque_repr(Thread& t, Args a) {
  Deque* d = self_of(a);
  if (repr_enter(t, d)) return TRY(new_str(t, "[...]"));
  auto text = [&]() -> Result<Str*> {
    List* items = TRY(list_from(t, a[0]));
    if (d->maxlen >= 0) return str_format(t, "%U(%R, maxlen=%ld)", type_of(a[0])->name.get(), Value(items), d->maxlen);
    return str_format(t, "%U(%R)", type_of(a[0])->name.get(), Value(items));
  };
  Result<Str*> r = text();
  repr_leave(t, d);
  return r;
}

Result<Value> deque_reduce(Thread& t, Args a) {
  Deque* d = self_of(a);
  Value state = TRY(instance_state(t, a[0])), it = TRY(get_iter(t, a[0]));
  Tuple* args = interp().empty_tuple;
  if (d->maxlen >= 0) args = TRY(make_tuple(t, Value(interp().empty_tuple), TRY(make_int(t, d->maxlen))));
  return TRY(make_tuple(t, type_of(a[0]), args, state, it));
}

Result<Value> deque_get_maxlen(Thread& t, Value self) {
  int64_t n = self.as<Deque>()->maxlen;
  return n < 0 ? Result<Value>(kNone) : make_int(t, n);
}

// ---- iterators

Result<Value> new_iter(Thread& t, Type* cls, Value deque, uint64_t index) {
  DequeIter* it = TRY(alloc_as<DequeIter>(t, cls));
  it->deque.init(deque);
  it->version = deque.as<Deque>()->version;
  it->index = index;
  return it;
}
Result<Value> deque_iter(Thread& t, Args a) { return new_iter(t, g_deque_iterator, a[0], 0); }
Result<Value> deque_reversed(Thread& t, Args a) { return new_iter(t, g_deque_reverse_iterator, a[0], 0); }

template <bool reverse>
Result<Value> deque_iterator_next(Thread& t, Object* o) {
  DequeIter* it = static_cast<DequeIter*>(o);
  if (!it->deque) return Value();
  Deque* d = it->deque.value().as<Deque>();
  if (it->version != d->version) {
    it->deque.clear();
    return RAISE(RuntimeError, "deque mutated during iteration");
  }
  if (it->index >= d->size) {
    it->deque.clear();
    return Value();
  }
  uint64_t i = it->index++;
  return d->at(reverse ? d->size - 1 - i : i);
}

template <bool reverse>
Result<Value> deque_iterator_new(Thread& t, Args a, Tuple* kwnames) {
  const char* name = reverse ? "_deque_reverse_iterator" : "_deque_iterator";
  if (has_keywords(kwnames)) return RAISE(TypeError, "%s() takes no keyword arguments", name);
  TRY(check_count(t, name, a.n - 1, 1, 2));
  if (!is_deque(a[1])) return RAISE(TypeError, "%s() argument 1 must be collections.deque, not %T", name, a[1]);
  int64_t index = a[2] ? TRY(to_c_ssize(t, a[2])) : 0;
  uint64_t size = a.as<Deque>(1)->size;
  return new_iter(t, a.as<Type>(0), a[1], index < 0 ? 0 : static_cast<uint64_t>(index) > size ? size : static_cast<uint64_t>(index));
}

Result<Value> deque_iterator_length_hint(Thread&, Args a) {
  DequeIter* it = a.as<DequeIter>(0);
  if (!it->deque) return small_int(0);
  uint64_t n = it->deque.value().as<Deque>()->size;
  return small_int(static_cast<int64_t>(n > it->index ? n - it->index : 0));
}
Result<Value> deque_iterator_reduce(Thread& t, Args a) {
  DequeIter* it = a.as<DequeIter>(0);
  Value d = it->deque ? it->deque.value() : TRY(call(t, g_deque));
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, d, TRY(make_uint(t, it->deque ? it->index : 0))))));
}

const MethodDef k_methods[] = {
    {"__new__", deque_new, nullptr, "Makes an empty deque; __init__ fills it.", MethodKind::kNew},
    {"__init__", deque_init, nullptr, "deque([iterable[, maxlen]])"},
    {"__repr__", deque_repr, "($self, /)", "Text of the items."},
    {"__len__", deque_len, "($self, /)", "The number of items."},
    {"__getitem__", deque_getitem, "($self, key, /)", "An item."},
    {"__setitem__", deque_setitem, "($self, key, value, /)", "Replaces an item."},
    {"__delitem__", deque_delitem, "($self, key, /)", "Deletes an item."},
    {"__contains__", deque_contains, "($self, key, /)", "Whether an item equals the value."},
    {"__iter__", deque_iter, "($self, /)", "Iterates in order."},
    {"__reversed__", deque_reversed, "($self, /)", "Iterates from the right."},
    {"__add__", deque_add, "($self, value, /)", "A new deque of the items of both."},
    {"__iadd__", deque_iadd, "($self, value, /)", "Appends what an iterable yields."},
    {"__mul__", deque_mul, "($self, value, /)", "A new deque with the items repeated."},
    {"__rmul__", deque_mul, "($self, value, /)", "A new deque with the items repeated."},
    {"__imul__", deque_imul, "($self, value, /)", "Repeats the items in place."},
    {"__eq__", deque_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have equal items in the same order."},
    {"__ne__", deque_compare<CompareOp::NE>, "($self, value, /)", "Whether they differ."},
    {"__lt__", deque_compare<CompareOp::LT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__le__", deque_compare<CompareOp::LE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__gt__", deque_compare<CompareOp::GT>, "($self, value, /)", "Compares by the first items that differ."},
    {"__ge__", deque_compare<CompareOp::GE>, "($self, value, /)", "Compares by the first items that differ."},
    {"__copy__", deque_copy, "($self, /)", "A deque of the same items."},
    {"__reduce__", deque_reduce, "($self, /)", "For pickling."},
    {"__class_getitem__", class_getitem, "($cls, object, /)", "A generic alias: deque[int].", MethodKind::kClassMethod},
    {"append", deque_append, "($self, item, /)", "Adds an item at the right end."},
    {"appendleft", deque_appendleft, "($self, item, /)", "Adds an item at the left end."},
    {"clear", deque_clear, "($self, /)", "Removes all items."},
    {"copy", deque_copy, "($self, /)", "A deque of the same items."},
    {"count", deque_count, "($self, value, /)", "How many items equal the value."},
    {"extend", deque_extend, "($self, iterable, /)", "Adds what an iterable yields at the right end."},
    {"extendleft", deque_extendleft, "($self, iterable, /)", "Adds what an iterable yields at the left end, one after the other."},
    {"index", deque_index, "($self, value, start=0, stop=<unrepresentable>, /)", "The first index of the value; ValueError if there is none."},
    {"insert", deque_insert, "($self, index, value, /)", "Puts an item before the index."},
    {"pop", deque_pop, "($self, /)", "Removes the rightmost item and returns it."},
    {"popleft", deque_popleft, "($self, /)", "Removes the leftmost item and returns it."},
    {"remove", deque_remove, "($self, value, /)", "Removes the first item equal to the value."},
    {"reverse", deque_reverse, "($self, /)", "Reverses the order in place."},
    {"rotate", deque_rotate, "($self, n=1, /)", "Moves the items n places to the right."},
};
const GetSetDef k_getsets[] = {{"maxlen", deque_get_maxlen, nullptr, "The greatest number of items, or None."}};

template <bool reverse>
constexpr MethodDef k_iterator_methods[] = {
    {"__new__", deque_iterator_new<reverse>, nullptr, "An iterator over a deque, some items on.", MethodKind::kNew},
    {"__length_hint__", deque_iterator_length_hint, "($self, /)", "How many items are left."},
    {"__reduce__", deque_iterator_reduce, "($self, /)", "For pickling."},
};

}  // namespace

const TypeSpec deque_spec = {.doc = "A sequence that grows and shrinks fast at both ends.",
                             .methods = k_methods,
                             .getsets = k_getsets,
                             .layout = &kLayout<Deque>,
                             .flags = kTypeBase | kTypeWeakrefable | kTypeSequence,
                             .unhashable = "deque"};
const TypeSpec deque_iterator_spec = {.methods = k_iterator_methods<false>, .iternext = deque_iterator_next<false>, .layout = &kLayout<DequeIter>};
const TypeSpec deque_reverse_iterator_spec = {.methods = k_iterator_methods<true>, .iternext = deque_iterator_next<true>, .layout = &kLayout<DequeIter>};

}  // namespace kaa::collections
