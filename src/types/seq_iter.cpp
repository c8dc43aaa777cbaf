// Iterators over list, tuple, reversed list, and over objects that have only __getitem__; indices and other helpers of sequences.
//
// An iterator that has reached the end lets its sequence go and stays exhausted, even if the sequence grows.
#include "runtime/call.h"
#include "types/seq.h"

namespace kaa {

Result<int64_t> seq_index_slow(Thread& t, Value key) {
  Value i = TRY(to_index(t, key));
  if (i.is_int()) return i.as_int();
  Result<int64_t> r = to_ssize(t, i);
  if (r.ok()) return r;
  clear_exc(t);
  return RAISE(IndexError, "cannot fit '%T' into an index-sized integer", key);
}

Result<int64_t> to_c_ssize(Thread& t, Value v) {
  if (v.is_int()) return v.as_int();
  Value i = TRY(to_index(t, v));
  Result<int64_t> r = to_ssize(t, i);
  if (r.ok() || !exc_matches(t, KAA_TYPE(OverflowError))) return r;
  clear_exc(t);
  return RAISE(OverflowError, "Python int too large to convert to C ssize_t");
}

Status index_range(Thread& t, Args a, uint32_t first, int64_t n, int64_t* start, int64_t* stop) {
  *start = 0;
  *stop = INT64_MAX;
  if (a[first]) *start = TRY(slice_index(t, a[first], false));
  if (a[first + 1]) *stop = TRY(slice_index(t, a[first + 1], false));
  if (*start < 0) *start = *start + n < 0 ? 0 : *start + n;
  if (*stop < 0) *stop = *stop + n < 0 ? 0 : *stop + n;
  return {};
}

Result<Value> new_seq_iter(Thread& t, Shape* shape, Value seq) {
  SeqIter* it = TRY(alloc<SeqIter>(t, shape));
  it->seq.init(seq);
  return it;
}

namespace {

SeqIter* self_of(Args a) { return a.as<SeqIter>(0); }

Result<Value> list_iterator_next(Thread&, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  List* l = it->seq.value().as<List>();
  if (LIKELY(it->index < l->size)) return l->items[it->index++];
  it->seq.clear();
  return Value();
}

Result<Value> tuple_iterator_next(Thread&, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  Tuple* u = it->seq.value().as<Tuple>();
  if (LIKELY(it->index < u->size)) return u->items[it->index++];
  it->seq.clear();
  return Value();
}

// The index of a reverse iterator is one behind the next item.
Result<Value> list_reverseiterator_next(Thread&, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  List* l = it->seq.value().as<List>();
  if (it->index > 0 && it->index <= l->size) return l->items[--it->index];
  it->seq.clear();
  return Value();
}

Result<Value> iterator_next(Thread& t, Object* o) {
  SeqIter* it = static_cast<SeqIter*>(o);
  if (!it->seq) return Value();
  Value seq = it->seq;
  if (it->index == static_cast<uint64_t>(INT64_MAX)) return RAISE(OverflowError, "iter index too large");
  Result<Value> r = get_item(t, seq, TRY(make_uint(t, it->index)));
  if (r.ok()) {
    it->index++;
    return r;
  }
  if (!exc_matches(t, KAA_TYPE(IndexError)) && !exc_matches(t, KAA_TYPE(StopIteration))) return Error{};
  clear_exc(t);
  it->seq.clear();
  return Value();
}

// How many items are left, by the length that the sequence has now.
Result<Value> seq_iter_length_hint(Thread& t, Args a) {
  SeqIter* it = self_of(a);
  if (!it->seq) return small_int(0);
  if (IS_EXACT(a[0], iterator) && !type_of(it->seq)->dunder(D_len)) return kNotImplemented;
  bool direct = IS_EXACT(a[0], list_iterator) || IS_EXACT(a[0], list_reverseiterator);
  int64_t n = direct ? static_cast<int64_t>(it->seq.value().as<List>()->size) : TRY(length(t, it->seq));
  int64_t i = static_cast<int64_t>(it->index);
  if (IS_EXACT(a[0], list_reverseiterator)) return small_int(i <= n ? i : 0);
  return small_int(i < n ? n - i : 0);
}

Result<Value> seq_iter_reduce(Thread& t, Args a) {
  SeqIter* it = self_of(a);
  bool reverse = IS_EXACT(a[0], list_reverseiterator);
  Value f = TRY(frame_builtin(t, reverse ? NAME("reversed") : NAME("iter")));
  if (!it->seq) {
    Value empty = IS_EXACT(a[0], list_iterator) || reverse ? Value(TRY(new_list(t))) : Value(interp().empty_tuple);
    return TRY(make_tuple(t, f, TRY(make_tuple(t, empty))));
  }
  Value position = reverse ? small_int(static_cast<int64_t>(it->index) - 1) : TRY(make_uint(t, it->index));
  return TRY(make_tuple(t, f, TRY(make_tuple(t, it->seq.value())), position));
}

Result<Value> seq_iter_setstate(Thread& t, Args a) {
  SeqIter* it = self_of(a);
  int64_t i = TRY(to_c_ssize(t, a[1]));
  if (!it->seq) return kNone;
  if (IS_EXACT(a[0], list_reverseiterator)) {
    int64_t n = static_cast<int64_t>(it->seq.value().as<List>()->size);
    if (i < -1) i = -1;
    if (i > n - 1) i = n - 1;
    it->index = static_cast<uint64_t>(i + 1);
    return kNone;
  }
  if (i < 0) i = 0;
  if (IS_EXACT(a[0], tuple_iterator)) {
    int64_t n = static_cast<int64_t>(it->seq.value().as<Tuple>()->size);
    if (i > n) i = n;
  }
  it->index = static_cast<uint64_t>(i);
  return kNone;
}

const MethodDef k_methods[] = {
    {"__length_hint__", seq_iter_length_hint, "($self, /)", "How many items should still come."},
    {"__reduce__", seq_iter_reduce, "($self, /)", "For pickling."},
    {"__setstate__", seq_iter_setstate, "($self, state, /)", "Goes to the position that __reduce__ gave."},
};

}  // namespace

extern const TypeSpec list_iterator_spec = {.methods = k_methods, .iternext = list_iterator_next};
extern const TypeSpec list_reverseiterator_spec = {.methods = k_methods, .iternext = list_reverseiterator_next};
extern const TypeSpec tuple_iterator_spec = {.methods = k_methods, .iternext = tuple_iterator_next};
extern const TypeSpec iterator_spec = {.methods = k_methods, .iternext = iterator_next};

}  // namespace kaa
