// Comparison and hashing of plain values: ints, floats, exact strs and bytes, tuples of plain values. They need no Python, no allocation and no error, so containers
// and operators ask here first and go the general way only when the answer is "ask".
#pragma once
#include "runtime/api.h"

namespace kaa {

inline constexpr int kDiffer = 0, kSame = 1, kAsk = -1;
inline constexpr int kPlainDepth = 6;   // of nested tuples
inline constexpr int64_t kNoneHash = 0xFCA86420;

// Whether a is b or a == b. kAsk: some __eq__ must decide.
int plain_equal_slow(Value a, Value b, int depth);
inline int plain_equal(Value a, Value b) {
  if (a == b) return kSame;
  if (a.is_int() && b.is_int()) return kDiffer;
  return plain_equal_slow(a, b, kPlainDepth);
}
// -1, 0, 1: the order of two ints, two floats (no NaN), an int and a float, two exact strs or bytes, or two tuples of such; kNoOrder: ask.
inline constexpr int kNoOrder = 2;
int plain_order_slow(Value a, Value b);
inline int plain_order(Value a, Value b) {
  if (LIKELY(a.is_int() && b.is_int())) return a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int();
  return plain_order_slow(a, b);
}
// hash(v) into *h, false: ask. Objects that hash by identity count as plain.
bool plain_hash(Value v, int64_t* h, int depth = kPlainDepth);
// The same for an exact tuple. Tuples keep no hash (a word for each would cost more than it saves), so it has to be found quickly.
bool plain_tuple_hash(Tuple* u, int64_t* h, int depth = kPlainDepth);
// The order of two ints of any size, or instances of subclasses (types/int.cpp).
int int_compare(Value a, Value b);
// What the __hash__ of these types gives, without an int object (types/tuple.cpp, types/set.cpp).
Result<int64_t> hash_of_tuple(Thread& t, Tuple* u);
int64_t hash_of_frozenset(Set* s);  // computed once
int64_t hash_of_bytes(Bytes* b);    // types/bytes.cpp

}  // namespace kaa
