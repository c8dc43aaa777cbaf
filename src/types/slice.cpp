// slice: three values, and what they select from a sequence of a given length.
#include "types/slice.h"

#include "base/hash.h"
#include "types/seq.h"

namespace kaa {

Result<SliceObject*> new_slice(Thread& t, Value start, Value stop, Value step) {
  Object* o = t.heap->allocate(KAA_SHAPE(slice), sizeof(SliceObject));
  if (UNLIKELY(!o)) return raise_memory(t);
  SliceObject* s = static_cast<SliceObject*>(o);
  s->start.init(start);
  s->stop.init(stop);
  s->step.init(step);
  return s;
}

Result<int64_t> slice_index(Thread& t, Value v, bool or_none) {
  if (LIKELY(v.is_int())) return v.as_int();
  if (!has_index(v)) return RAISE(TypeError, "slice indices must be integers or %shave an __index__ method", or_none ? "None or " : "");
  return to_ssize_clamped(t, v);
}

Status slice_unpack(Thread& t, SliceObject* s, int64_t* start, int64_t* stop, int64_t* step) {
  *step = 1;
  if (!s->step.value().is_none()) {
    *step = TRY(slice_index(t, s->step, true));
    if (*step == 0) return RAISE(ValueError, "slice step cannot be zero");
    if (*step < -INT64_MAX) *step = -INT64_MAX;  // so that it can be negated
  }
  *start = *step < 0 ? INT64_MAX : 0;
  if (!s->start.value().is_none()) *start = TRY(slice_index(t, s->start, true));
  *stop = *step < 0 ? INT64_MIN : INT64_MAX;
  if (!s->stop.value().is_none()) *stop = TRY(slice_index(t, s->stop, true));
  return {};
}

int64_t slice_adjust(int64_t len, int64_t* start, int64_t* stop, int64_t step) {
  auto clip = [&](int64_t* p) {
    if (*p < 0) {
      *p += len;
      if (*p < 0) *p = step < 0 ? -1 : 0;
    } else if (*p >= len) {
      *p = step < 0 ? len - 1 : len;
    }
  };
  clip(start);
  clip(stop);
  if (LIKELY(step == 1)) return *start < *stop ? *stop - *start : 0;  // a division takes longer than all else
  if (step < 0) return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
  return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

Status slice_long_indices(Thread& t, SliceObject* s, Value length, Value* start, Value* stop, Value* step) {
  auto evaluate = [&](Value v) -> Result<Value> {
    if (!has_index(v)) return RAISE(TypeError, "slice indices must be integers or None or have an __index__ method");
    return to_index(t, v);
  };
  bool negative = false;
  if (s->step.value().is_none()) {
    *step = small_int(1);
  } else {
    *step = TRY(evaluate(s->step));
    if (*step == small_int(0)) return RAISE(ValueError, "slice step cannot be zero");
    negative = TRY(compare_bool(t, CompareOp::LT, *step, small_int(0)));
  }
  Value lower = small_int(negative ? -1 : 0), upper = length;
  if (negative) upper = TRY(binary_op(t, BinaryOp::SUB, length, small_int(1)));
  auto bound = [&](Value v, Value fallback) -> Result<Value> {
    if (v.is_none()) return fallback;
    Value i = TRY(evaluate(v));
    if (TRY(compare_bool(t, CompareOp::LT, i, small_int(0)))) {
      i = TRY(binary_op(t, BinaryOp::ADD, i, length));
      return TRY(compare_bool(t, CompareOp::LT, i, lower)) ? lower : i;
    }
    return TRY(compare_bool(t, CompareOp::GT, i, upper)) ? upper : i;
  };
  *start = TRY(bound(s->start, negative ? upper : lower));
  *stop = TRY(bound(s->stop, negative ? lower : upper));
  return {};
}

namespace {

SliceObject* self_of(Args a) { return a.as<SliceObject>(0); }

Result<Value> slice_new(Thread& t, Args a, Tuple* kwnames) {
  if (has_keywords(kwnames)) return RAISE(TypeError, "slice() takes no keyword arguments");
  uint32_t n = a.n - 1;
  if (n == 0) return RAISE(TypeError, "slice expected at least 1 argument, got 0");
  if (n > 3) return RAISE(TypeError, "slice expected at most 3 arguments, got %d", static_cast<int>(n));
  if (n == 1) return TRY(new_slice(t, kNone, a[1], kNone));
  return TRY(new_slice(t, a[1], a[2], n == 3 ? a[3] : kNone));
}

Result<Value> slice_indices(Thread& t, Args a) {
  SliceObject* s = self_of(a);
  Value length = TRY(to_index(t, a[1])), start, stop, step;
  if (TRY(compare_bool(t, CompareOp::LT, length, small_int(0)))) return RAISE(ValueError, "length should not be negative");
  TRY(slice_long_indices(t, s, length, &start, &stop, &step));
  return TRY(make_tuple(t, start, stop, step));
}

Result<Value> slice_repr(Thread& t, Args a) {
  SliceObject* s = self_of(a);
  return TRY(str_format(t, "slice(%R, %R, %R)", s->start.value(), s->stop.value(), s->step.value()));
}

Result<Value> slice_hash(Thread& t, Args a) {
  SliceObject* s = self_of(a);
  TupleHash h;
  h.add(TRY(hash(t, s->start)));
  h.add(TRY(hash(t, s->stop)));
  h.add(TRY(hash(t, s->step)));
  return make_int(t, h.finish_fixed());
}

template <CompareOp op>
Result<Value> slice_compare(Thread& t, Args a) {
  if (!IS_EXACT(a[1], slice)) return kNotImplemented;
  if (a[0] == a[1]) return Value::from_bool(op == CompareOp::EQ || op == CompareOp::LE || op == CompareOp::GE);
  auto size = [] { return uint64_t{3}; };
  auto at = [](SliceObject* s, uint64_t i) { return i == 0 ? s->start.value() : i == 1 ? s->stop.value() : s->step.value(); };
  struct At {
    SliceObject* s;
    decltype(at) f;
    Value operator()(uint64_t i) const { return f(s, i); }
  };
  return seq_compare<op>(t, size, At{self_of(a), at}, size, At{a.as<SliceObject>(1), at});
}

Result<Value> slice_reduce(Thread& t, Args a) {
  SliceObject* s = self_of(a);
  Tuple* args = TRY(make_tuple(t, s->start.value(), s->stop.value(), s->step.value()));
  return TRY(make_tuple(t, type_of(a[0]), args));
}

const MethodDef k_methods[] = {
    {"__new__", slice_new, nullptr, "slice(stop) or slice(start, stop[, step]): what x[start:stop:step] passes on.", MethodKind::kNew},
    {"__repr__", slice_repr, "($self, /)", "Text like slice(1, 2, None)."},
    {"__hash__", slice_hash, "($self, /)", "The hash of the three values."},
    {"__eq__", slice_compare<CompareOp::EQ>, "($self, value, /)", "Compares as tuples of the three values."},
    {"__ne__", slice_compare<CompareOp::NE>, "($self, value, /)", "Compares as tuples of the three values."},
    {"__lt__", slice_compare<CompareOp::LT>, "($self, value, /)", "Compares as tuples of the three values."},
    {"__le__", slice_compare<CompareOp::LE>, "($self, value, /)", "Compares as tuples of the three values."},
    {"__gt__", slice_compare<CompareOp::GT>, "($self, value, /)", "Compares as tuples of the three values."},
    {"__ge__", slice_compare<CompareOp::GE>, "($self, value, /)", "Compares as tuples of the three values."},
    {"indices", slice_indices, "($self, object, /)", "The (start, stop, step) that select from a sequence of the given length."},
    {"__reduce__", slice_reduce, "($self, /)", "For pickling."},
};
const GetSetDef k_getsets[] = {
    {"start", [](Thread&, Value v) -> Result<Value> { return v.as<SliceObject>()->start.value(); }, nullptr, nullptr},
    {"stop", [](Thread&, Value v) -> Result<Value> { return v.as<SliceObject>()->stop.value(); }, nullptr, nullptr},
    {"step", [](Thread&, Value v) -> Result<Value> { return v.as<SliceObject>()->step.value(); }, nullptr, nullptr},
};

}  // namespace

extern const TypeSpec slice_spec = {.doc = "What a subscript like [start:stop:step] selects.", .methods = k_methods, .getsets = k_getsets};

}  // namespace kaa
