// range, and its two iterators: one whose numbers fit the word, which the interpreter's loops read directly, and one of any ints.
#include "runtime/call.h"
#include "types/range.h"

#include "base/hash.h"

namespace kaa {

namespace {

constexpr Value kZero = Value::from_int(0), kOne = Value::from_int(1);

Result<Value> add(Thread& t, Value a, Value b) {
  if (a.is_int() && b.is_int()) return make_int(t, a.as_int() + b.as_int());
  return binary_op(t, BinaryOp::ADD, a, b);
}
Result<Value> sub(Thread& t, Value a, Value b) {
  if (a.is_int() && b.is_int()) return make_int(t, a.as_int() - b.as_int());
  return binary_op(t, BinaryOp::SUB, a, b);
}
Result<Value> mul(Thread& t, Value a, Value b) { return binary_op(t, BinaryOp::MUL, a, b); }
Result<bool> less(Thread& t, Value a, Value b) {
  if (a.is_int() && b.is_int()) return a.as_int() < b.as_int();
  return compare_bool(t, CompareOp::LT, a, b);
}

Result<Value> compute_length(Thread& t, Value start, Value stop, Value step) {
  if (start.is_int() && stop.is_int() && step.is_int()) {
    int64_t a = start.as_int(), b = stop.as_int(), s = step.as_int();
    if (s > 0) return make_int(t, a < b ? (b - a - 1) / s + 1 : 0);
    return make_int(t, b < a ? (a - b - 1) / -s + 1 : 0);
  }
  Value lo = start, hi = stop;
  if (TRY(less(t, step, kZero))) {
    lo = stop;
    hi = start;
    step = TRY(unary_neg(t, step));
  }
  if (!TRY(less(t, lo, hi))) return kZero;
  Value span = TRY(sub(t, TRY(sub(t, hi, lo)), kOne));
  return add(t, TRY(binary_op(t, BinaryOp::FLOORDIV, span, step)), kOne);
}

RangeObject* self_of(Args a) { return a.as<RangeObject>(0); }

// The item at index i (an int that is in the range).
Result<Value> item_at(Thread& t, RangeObject* r, Value i) { return add(t, r->start, TRY(mul(t, i, r->step))); }

Result<Value> range_new(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "range() takes no keyword arguments");
  uint32_t n = a.n - 1;
  if (n == 0) return RAISE(TypeError, "range expected at least 1 argument, got 0");
  if (n > 3) return RAISE(TypeError, "range expected at most 3 arguments, got %d", static_cast<int>(n));
  if (n == 1) return TRY(new_range(t, kZero, TRY(to_index(t, a[1])), kOne));
  Value start = TRY(to_index(t, a[1])), stop = TRY(to_index(t, a[2])), step = kOne;
  if (n == 3) {
    step = TRY(to_index(t, a[3]));
    if (step == kZero) return RAISE(ValueError, "range() arg 3 must not be zero");
  }
  return TRY(new_range(t, start, stop, step));
}

Result<Value> range_repr(Thread& t, Args a) {
  RangeObject* r = self_of(a);
  if (r->step.value() == kOne) return TRY(str_format(t, "range(%R, %R)", r->start.value(), r->stop.value()));
  return TRY(str_format(t, "range(%R, %R, %R)", r->start.value(), r->stop.value(), r->step.value()));
}

Result<Value> range_len(Thread& t, Args a) {
  Value n = self_of(a)->length;
  if (n.is_int()) return n;
  return make_int(t, TRY(to_c_ssize(t, n)));
}

Result<Value> range_bool(Thread&, Args a) { return Value::from_bool(self_of(a)->length.value() != kZero); }

Result<Value> range_getitem(Thread& t, Args a) {
  RangeObject* r = self_of(a);
  Value key = a[1];
  if (has_index(key)) {
    Value i = TRY(to_index(t, key));
    if (TRY(less(t, i, kZero))) i = TRY(add(t, i, r->length));
    if (TRY(less(t, i, kZero)) || !TRY(less(t, i, r->length))) return RAISE(IndexError, "range object index out of range");
    return item_at(t, r, i);
  }
  if (!IS_EXACT(key, slice)) return RAISE(TypeError, "range indices must be integers or slices, not %T", key);
  Value start, stop, step;
  TRY(slice_long_indices(t, key.as<SliceObject>(), r->length, &start, &stop, &step));
  Value s = TRY(mul(t, step, r->step)), from = TRY(item_at(t, r, start)), to = TRY(item_at(t, r, stop));
  return TRY(new_range(t, from, to, s));
}

// The position of an int, or -1.
Result<Value> position(Thread& t, RangeObject* r, Value v) {
  if (v.is_bool()) v = small_int(v == kTrue);
  if (v.is_int() && r->start.value().is_int() && r->step.value().is_int() && r->length.value().is_int()) {
    int64_t d = v.as_int() - r->start.value().as_int(), s = r->step.value().as_int();
    if (d % s) return small_int(-1);
    int64_t i = d / s;
    return small_int(i >= 0 && i < r->length.value().as_int() ? i : -1);
  }
  Value d = TRY(sub(t, v, r->start));
  if (TRY(binary_op(t, BinaryOp::MOD, d, r->step)) != kZero) return small_int(-1);
  Value i = TRY(binary_op(t, BinaryOp::FLOORDIV, d, r->step));
  if (TRY(less(t, i, kZero)) || !TRY(less(t, i, r->length))) return small_int(-1);
  return i;
}

bool is_plain_int(Value v) { return is_exact_int(v) || v.is_bool(); }

// Calls fn(index, item) for each item until it says so (returns true).
template <class F>
Status each_item(Thread& t, RangeObject* r, F&& fn) {
  Value it = TRY(range_iterator_of(t, r));
  for (int64_t i = 0;; i++) {
    Opt v = TRY(iter_next(t, it));
    if (!v) return {};
    if (TRY(fn(i, v.v))) return {};
  }
}

Result<Value> range_contains(Thread& t, Args a) {
  if (is_plain_int(a[1])) return Value::from_bool(TRY(position(t, self_of(a), a[1])) != small_int(-1));
  bool found = false;
  TRY(each_item(t, self_of(a), [&](int64_t, Value v) -> Result<bool> { return found = TRY(equal(t, v, a[1])); }));
  return Value::from_bool(found);
}

Result<Value> range_count(Thread& t, Args a) {
  if (is_plain_int(a[1])) return small_int(TRY(position(t, self_of(a), a[1])) != small_int(-1));
  int64_t n = 0;
  TRY(each_item(t, self_of(a), [&](int64_t, Value v) -> Result<bool> {
    n += TRY(equal(t, v, a[1]));
    return false;
  }));
  return small_int(n);
}

Result<Value> range_index(Thread& t, Args a) {
  if (is_plain_int(a[1])) {
    Value i = TRY(position(t, self_of(a), a[1]));
    if (i == small_int(-1)) return RAISE(ValueError, "range.index(x): x not in range");
    return i;
  }
  int64_t at = -1;
  TRY(each_item(t, self_of(a), [&](int64_t i, Value v) -> Result<bool> {
    if (!TRY(equal(t, v, a[1]))) return false;
    at = i;
    return true;
  }));
  if (at < 0) return RAISE(ValueError, "sequence.index(x): x not in sequence");
  return small_int(at);
}

Result<bool> same(Thread& t, RangeObject* a, RangeObject* b) {
  if (a == b) return true;
  if (!TRY(equal(t, a->length, b->length))) return false;
  if (a->length.value() == kZero) return true;
  if (!TRY(equal(t, a->start, b->start))) return false;
  if (a->length.value() == kOne) return true;
  return equal(t, a->step, b->step);
}

template <CompareOp op>
Result<Value> range_compare(Thread& t, Args a) {
  if (!IS_EXACT(a[1], range) || (op != CompareOp::EQ && op != CompareOp::NE)) return kNotImplemented;
  return Value::from_bool(TRY(same(t, self_of(a), a.as<RangeObject>(1))) == (op == CompareOp::EQ));
}

Result<Value> range_hash(Thread& t, Args a) {
  RangeObject* r = self_of(a);
  Value n = r->length, start = kNone, step = kNone;
  if (n != kZero) {
    start = r->start;
    if (n != kOne) step = r->step;
  }
  TupleHash h;
  h.add(TRY(hash(t, n)));
  h.add(TRY(hash(t, start)));
  h.add(TRY(hash(t, step)));
  return make_int(t, h.finish(3));
}

Result<Value> range_reduce(Thread& t, Args a) {
  RangeObject* r = self_of(a);
  return TRY(make_tuple(t, type_of(a[0]), TRY(make_tuple(t, r->start.value(), r->stop.value(), r->step.value()))));
}

// An iterator of `length` numbers from `start`.
Result<Value> new_iterator(Thread& t, Value start, Value step, Value length) {
  if (start.is_int() && step.is_int() && length.is_int()) {
    int64_t span, end;  // the number behind the last one must not wrap
    if (!__builtin_mul_overflow(length.as_int() ? length.as_int() - 1 : 0, step.as_int(), &span) && !__builtin_add_overflow(span, start.as_int(), &end) &&
        Value::fits_int(end)) {
      RangeIter* it = TRY(alloc<RangeIter>(t, KAA_SHAPE(range_iterator)));
      it->next = start.as_int();
      it->step = step.as_int();
      it->remaining = static_cast<uint64_t>(length.as_int());
      return it;
    }
  }
  LongRangeIter* it = TRY(alloc<LongRangeIter>(t, KAA_SHAPE(longrange_iterator)));
  it->next.init(start);
  it->step.init(step);
  it->remaining.init(length);
  return it;
}

Result<Value> range_iter(Thread& t, Args a) { return range_iterator_of(t, self_of(a)); }

Result<Value> range_reversed(Thread& t, Args a) {
  RangeObject* r = self_of(a);
  Value last = TRY(item_at(t, r, TRY(sub(t, r->length, kOne))));
  return new_iterator(t, last, TRY(unary_neg(t, r->step)), r->length);
}

// ---- iterators

Result<Value> range_iterator_next(Thread&, Object* o) {
  RangeIter* it = static_cast<RangeIter*>(o);
  if (it->remaining == 0) return Value();
  Value v = small_int(it->next);
  it->next += it->step;
  it->remaining--;
  return v;
}

Result<Value> longrange_iterator_next(Thread& t, Object* o) {
  LongRangeIter* it = static_cast<LongRangeIter*>(o);
  if (it->remaining.value() == kZero) return Value();
  Value v = it->next;
  Value next = TRY(add(t, v, it->step)), left = TRY(sub(t, it->remaining, kOne));
  it->next.set(next);
  it->remaining.set(left);
  return v;
}

Result<Value> range_iterator_length_hint(Thread& t, Args a) { return make_uint(t, a.as<RangeIter>(0)->remaining); }
Result<Value> longrange_iterator_length_hint(Thread&, Args a) { return a.as<LongRangeIter>(0)->remaining.value(); }

// iter(range(what is left)), None
Result<Value> reduce_iterator(Thread& t, Value next, Value step, Value remaining) {
  Value stop = TRY(add(t, next, TRY(mul(t, step, remaining))));
  Value r = TRY(new_range(t, next, stop, step));
  return TRY(make_tuple(t, TRY(frame_builtin(t, NAME("iter"))), TRY(make_tuple(t, r)), kNone));
}
Result<Value> range_iterator_reduce(Thread& t, Args a) {
  RangeIter* it = a.as<RangeIter>(0);
  return reduce_iterator(t, TRY(make_int(t, it->next)), TRY(make_int(t, it->step)), TRY(make_uint(t, it->remaining)));
}
Result<Value> longrange_iterator_reduce(Thread& t, Args a) {
  LongRangeIter* it = a.as<LongRangeIter>(0);
  return reduce_iterator(t, it->next, it->step, it->remaining);
}

Result<Value> range_iterator_setstate(Thread& t, Args a) {
  RangeIter* it = a.as<RangeIter>(0);
  int64_t i = TRY(to_int64(t, a[1]));
  if (i < 0) i = 0;
  if (static_cast<uint64_t>(i) > it->remaining) i = static_cast<int64_t>(it->remaining);
  it->next += i * it->step;
  it->remaining -= static_cast<uint64_t>(i);
  return kNone;
}
Result<Value> longrange_iterator_setstate(Thread& t, Args a) {
  LongRangeIter* it = a.as<LongRangeIter>(0);
  if (!is_int(a[1])) return RAISE(TypeError, "state must be an int, not %T", a[1]);
  Value i = TRY(to_index(t, a[1]));
  if (TRY(less(t, i, kZero))) i = kZero;
  if (TRY(less(t, it->remaining, i))) i = it->remaining;
  Value next = TRY(add(t, it->next, TRY(mul(t, i, it->step)))), left = TRY(sub(t, it->remaining, i));
  it->next.set(next);
  it->remaining.set(left);
  return kNone;
}

const MethodDef k_methods[] = {
    {"__new__", range_new, nullptr, "range(stop) or range(start, stop[, step]).", MethodKind::kNew},
    {"__repr__", range_repr, "($self, /)", "Text like range(0, 10)."},
    {"__hash__", range_hash, "($self, /)", "Equal for ranges of the same numbers."},
    {"__len__", range_len, "($self, /)", "The number of items."},
    {"__bool__", range_bool, "($self, /)", "Whether there are items."},
    {"__getitem__", range_getitem, "($self, key, /)", "An item, or a range for a slice."},
    {"__contains__", range_contains, "($self, key, /)", "Whether a number is among the items."},
    {"__iter__", range_iter, "($self, /)", "Iterates in order."},
    {"__reversed__", range_reversed, "($self, /)", "Iterates from the end."},
    {"__reduce__", range_reduce, "($self, /)", "For pickling."},
    {"__eq__", range_compare<CompareOp::EQ>, "($self, value, /)", "Whether both have the same items."},
    {"__ne__", range_compare<CompareOp::NE>, "($self, value, /)", "Whether their items differ."},
    {"__lt__", range_compare<CompareOp::LT>, "($self, value, /)", "Ranges have no order."},
    {"__le__", range_compare<CompareOp::LE>, "($self, value, /)", "Ranges have no order."},
    {"__gt__", range_compare<CompareOp::GT>, "($self, value, /)", "Ranges have no order."},
    {"__ge__", range_compare<CompareOp::GE>, "($self, value, /)", "Ranges have no order."},
    {"count", range_count, "($self, object, /)", "How many items equal the value."},
    {"index", range_index, "($self, object, /)", "The index of the value; ValueError if it is not there."},
};
const GetSetDef k_getsets[] = {
    {"start", [](Thread&, Value v) -> Result<Value> { return v.as<RangeObject>()->start.value(); }, nullptr, nullptr},
    {"stop", [](Thread&, Value v) -> Result<Value> { return v.as<RangeObject>()->stop.value(); }, nullptr, nullptr},
    {"step", [](Thread&, Value v) -> Result<Value> { return v.as<RangeObject>()->step.value(); }, nullptr, nullptr},
};
const MethodDef k_iterator_methods[] = {
    {"__length_hint__", range_iterator_length_hint, "($self, /)", "How many numbers are left."},
    {"__reduce__", range_iterator_reduce, "($self, /)", "For pickling."},
    {"__setstate__", range_iterator_setstate, "($self, state, /)", "Skips so many numbers."},
};
const MethodDef k_long_iterator_methods[] = {
    {"__length_hint__", longrange_iterator_length_hint, "($self, /)", "How many numbers are left."},
    {"__reduce__", longrange_iterator_reduce, "($self, /)", "For pickling."},
    {"__setstate__", longrange_iterator_setstate, "($self, state, /)", "Skips so many numbers."},
};

}  // namespace

Result<RangeObject*> new_range(Thread& t, Value start, Value stop, Value step) {
  Value length = TRY(compute_length(t, start, stop, step));
  RangeObject* r = TRY(alloc<RangeObject>(t, KAA_SHAPE(range)));
  r->start.init(start);
  r->stop.init(stop);
  r->step.init(step);
  r->length.init(length);
  return r;
}

Result<Value> range_iterator_of(Thread& t, RangeObject* r) { return new_iterator(t, r->start, r->step, r->length); }

extern const TypeSpec range_spec = {.doc = "A sequence of equally spaced integers.", .methods = k_methods, .getsets = k_getsets};
extern const TypeSpec range_iterator_spec = {.methods = k_iterator_methods, .iternext = range_iterator_next};
extern const TypeSpec longrange_iterator_spec = {.methods = k_long_iterator_methods, .iternext = longrange_iterator_next};

}  // namespace kaa
