// What the sequence types share: indices, comparison in order, and the iterators over list, tuple and anything with __getitem__.
#pragma once
#include "runtime/api.h"
#include "types/dict.h"
#include "types/slice.h"

namespace kaa {

inline bool has_index(Value v) { return v.is_int() || type_of(v)->dunder(D_index); }

// A subscript, through __index__. IndexError "cannot fit 'X' into an index-sized integer".
Result<int64_t> seq_index_slow(Thread& t, Value key);
inline Result<int64_t> seq_index(Thread& t, Value key) { return LIKELY(key.is_int()) ? Result<int64_t>(key.as_int()) : seq_index_slow(t, key); }

// An argument that is a C size in CPython: OverflowError "Python int too large to convert to C ssize_t".
Result<int64_t> to_c_ssize(Thread& t, Value v);

// start and stop of index(value, start, stop), already clipped from below for a sequence of n items.
Status index_range(Thread& t, Args a, uint32_t first, int64_t n, int64_t* start, int64_t* stop);

// Hash of an item, without a call for small ints and strings.
inline Result<int64_t> item_hash(Thread& t, Value v) {
  if (v.is_int()) return small_int_hash(v.as_int());
  return hash(t, v);
}

// Lexicographic comparison. `size` and `at` are asked again before each item, since __eq__ may change a list.
template <CompareOp op, class SizeA, class AtA, class SizeB, class AtB>
Result<Value> seq_compare(Thread& t, SizeA size_a, AtA at_a, SizeB size_b, AtB at_b) {
  if constexpr (op == CompareOp::EQ || op == CompareOp::NE)
    if (size_a() != size_b()) return Value::from_bool(op == CompareOp::NE);
  uint64_t i = 0;
  for (; i < size_a() && i < size_b(); i++) {
    Value x = at_a(i), y = at_b(i);
    if (x == y) continue;
    if ((x.is_int() && y.is_int()) || !TRY(equal(t, x, y))) break;
  }
  if (i >= size_a() || i >= size_b()) {
    uint64_t n = size_a(), m = size_b();
    switch (op) {
      case CompareOp::EQ: return Value::from_bool(n == m);
      case CompareOp::NE: return Value::from_bool(n != m);
      case CompareOp::LT: return Value::from_bool(n < m);
      case CompareOp::LE: return Value::from_bool(n <= m);
      case CompareOp::GT: return Value::from_bool(n > m);
      case CompareOp::GE: return Value::from_bool(n >= m);
    }
  }
  if constexpr (op == CompareOp::EQ) return kFalse;
  if constexpr (op == CompareOp::NE) return kTrue;
  return compare(t, op, at_a(i), at_b(i));
}

Result<Value> new_seq_iter(Thread& t, Shape* shape, Value seq);        // list_iterator, tuple_iterator, iterator

// The number of positional arguments of a raw native, and CPython's complaint about keywords to a constructor: those of a class whose __init__ (or
// __new__) is its own pass.
inline bool has_keywords(Tuple* kwnames) { return kwnames && kwnames->size; }

}  // namespace kaa
